//! The tests that are files: facts, sessions, and the lessons of `scripts/`. A new file is a new test.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use sockpit::render::transcript::{Entry, LinePart, parts, read};

use crate::common::{Folder, Run, command, piped};
use crate::course;
use crate::events;
use crate::trial::{lacks, trial};

/// What is said where no hosts can be made.
pub const NO_HOSTS: &str = "there can be no hosts here";

/// The files under a folder of the project with that ending, in their order; each with its path below that folder,
/// without the ending, written as a test's name.
pub fn under(folder: &str, ending: &str) -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut folders, mut found) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_symlink() {
                // It stands elsewhere, too.
            } else if path.extension().is_some_and(|e| e == ending) {
                let name = path.strip_prefix(&root).unwrap().with_extension("");
                found.push((name.to_str().unwrap().replace('/', "::"), path));
            }
        }
    }
    found.sort();
    found
}

/// The lessons, in the order of their numbers: each with its name. Programs of `scripts/services` without a number run for
/// ever, or want a peer.
pub fn lessons() -> Vec<(String, PathBuf)> {
    let named = under("scripts", "sock").into_iter().map(|(_, path)| (stem(&path).to_string(), path));
    let mut all: Vec<_> = named.filter(|(name, _)| name.starts_with(|c: char| c.is_ascii_digit())).collect();
    all.sort();
    all
}

/// The lesson of that name.
pub fn lesson(name: &str) -> PathBuf {
    lessons().into_iter().find_map(|(n, path)| (n == name).then_some(path)).unwrap()
}

/// A test of each file.
fn each(kind: &str, files: Vec<(String, PathBuf)>, test: fn(&Path)) -> impl Iterator<Item = Trial> {
    assert!(!files.is_empty(), "{kind} has no files");
    files.into_iter().map(move |(name, path)| trial(&format!("{kind}::{name}"), move || test(&path)))
}

pub fn trials() -> Vec<Trial> {
    let lesson = |kind, test| each(kind, lessons(), test);
    lesson("step", can_be_stepped_through)
        // It measures the time it takes.
        .filter(|test| test.name() != "step::21-producer-consumer")
        .chain(lesson("quiet", runs_quietly))
        .chain(lesson("learn", course::prints_what_it_prints))
        .chain(lesson("events", events::of_a_lesson))
        .chain(each("lessons", under("tests/transcripts", "transcript"), holds))
        .chain(each("sessions", under("tests/sessions", "transcript"), holds))
        .chain(each("facts", under("tests/facts", "sock"), is_true))
        .collect()
}

fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// A fact: what the kernel, the manual pages or Python's socket module promise. It fails where it does not hold, and is
/// ignored where it needs a right of root's, or says that it cannot run: for want of that right, or of a part of the kernel.
fn is_true(fact: &Path) {
    let head = format!("# {}: ", stem(fact));
    assert!(text(fact).starts_with(&head), "the first line of {} is to begin with `{head}`", fact.display());
    let folder = Folder::new();
    let run = Run::of(command(&["-q", "--timeout", "20"]).args([fact, folder.path()]));
    if let Some(missing) = run.out.lines().find(|line| line.starts_with("cannot run")) {
        lacks(missing);
    }
    match run.err.lines().next() {
        _ if needs_hosts(&run) => {}
        Some(error) if error.contains(": EPERM: ") && !rustix::process::geteuid().is_root() => lacks(error),
        _ => assert!(run.status == 0, "{} ({})\n{}", fact.display(), run.status, run.err),
    }
}

/// A transcript, run again in a folder of its own.
fn holds(transcript: &Path) {
    let folder = Folder::new();
    let args = ["verify", "--timeout", "30", transcript.to_str().unwrap()];
    let run = Run::of(command(&args).current_dir(folder.path()));
    assert!(run.status == 0, "{}{}", run.out, run.err);
    if let Some(skipped) = run.out.strip_prefix("skip ") {
        lacks(skipped.lines().next().unwrap_or_default());
    }
}

/// Whether a line of a transcript, its placeholders filled in, is that line.
pub fn shows(written: &str, line: &str) -> bool {
    let parts = parts(written);
    let mut rest = line;
    for (i, (part, _)) in parts.iter().enumerate() {
        let LinePart::Text(text) = part else { continue };
        let Some(at) = rest.find(text).filter(|at| i > 0 || *at == 0) else { return false };
        rest = &rest[at + text.len()..];
    }
    rest.is_empty() || !matches!(parts.last(), Some((LinePart::Text(_), _)))
}

/// Whether a run needed hosts where there can be none: then the test is ignored.
pub fn needs_hosts(run: &Run) -> bool {
    let needs = run.err.contains(NO_HOSTS);
    if needs {
        lacks(run.err.trim());
    }
    needs
}

/// A lesson whose calls are not shown prints what it prints when they are, leaves nothing behind and closes all it opened.
fn runs_quietly(script: &Path) {
    let transcript =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/transcripts/{}.transcript", stem(script)));
    let shown: Vec<String> = read(&text(&transcript))
        .into_iter()
        .filter_map(|entry| if let Entry::Shown(line) = entry { Some(line) } else { None })
        .collect();
    assert!(!shown.iter().any(|line| line.contains("was still open")), "whoever opens a socket closes it");
    let folder = Folder::new();
    let run = Run::of(command(&["-q", "--timeout", "20"]).args([script, Path::new("0"), folder.path()]));
    if needs_hosts(&run) {
        return;
    }
    assert_eq!((run.status, &*run.err), (0, ""), "{}", run.out);
    let mut rest = shown.iter();
    // What a child process prints is in no transcript (`processes` checks it), and a table is not the same: a quiet
    // session keeps no names of what was closed.
    let many = text(script).contains("process ");
    let lines = run.out.lines().filter(|line| !(line.contains("  ") || many && line.starts_with('[')));
    for line in lines {
        assert!(rest.any(|written| shows(written, line)), "{line}\nis not in {}, there", transcript.display());
    }
    assert!(!run.out.is_empty());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(left.is_empty(), "it leaves files behind: {left:?}");
}

/// A lesson, with Enter alone, runs as it does by itself.
fn can_be_stepped_through(script: &Path) {
    let enters = vec![b'\n'; 6_000];
    let run = piped(&["--timeout", "60", "step", script.to_str().unwrap(), "0"], &enters);
    if run.out.contains(NO_HOSTS) {
        return lacks(NO_HOSTS);
    }
    assert_eq!((run.status, &*run.err), (0, ""));
    let stuck = run.out.find("is still next").map(|at| &run.out[..at]);
    let last: Vec<&str> = stuck.unwrap_or(&run.out).lines().rev().take(20).collect();
    assert!(stuck.is_none() && run.out.contains("# the program has ended"), "{last:#?}");
}
