//! Recording sessions as transcripts, and running transcripts again to see whether they still hold.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::recorder::{Recorder, Shared};
use super::{FAILED, Options, WRONG_USAGE, output};
use crate::lang::{self, Source};
use crate::render::transcript::{self, Canon, Entry};
use crate::session::{Main, Session, Show, Stop};
use crate::value::Failure;

/// The first line of a transcript whose script was given arguments.
const ARGUMENTS: &str = "# arguments:";
/// The largest transcript that is read, in bytes.
const TRANSCRIPT_MAX: u64 = 64 * 1024 * 1024;
/// Lines alike that are shown around a difference.
const CONTEXT: usize = 3;
/// The most lines of a difference that are shown of one statement.
const DIFF_MAX: usize = 40;

/// A program's lines run as at the prompt, one statement after the other.
struct Take {
    entries: Vec<Entry>,
    canon: Canon,
}

/// Run lines and take down what they show. A script stops at its first error, a prompt's session goes on.
fn take_down(lines: &[String], arguments: &[String], stop_on_error: bool, options: &Options) -> Take {
    let chunks = chunks(lines);
    let recorder = Rc::new(RefCell::new(Recorder::new(lines.to_vec())));
    let mut session = Session::new(Box::new(Shared(recorder.clone())), Show::All, arguments);
    session.deadline = options.timeout.and_then(|t| std::time::Instant::now().checked_add(t));
    session.world.mute_children = true;
    session.declare(lines.iter().map(String::as_str));
    // A script ends at the first error that nothing in it takes.
    let mut ended = false;
    for (first, text) in chunks {
        match session.start(&Source::part("", &text, first as u32)) {
            Ok(()) => turn_until_idle(&mut session),
            Err(error) => {
                let count = text.lines().count();
                let mut recorder = recorder.borrow_mut();
                recorder.typed(first + count - 1, count - 1);
                let shown = crate::render::program_error(&error, crate::render::Style::default());
                recorder.show(shown.lines().map(str::to_string));
                ended = stop_on_error;
            }
        }
        ended |= session.take_failure().is_some() && stop_on_error;
        if session.stop().is_some() || ended {
            break;
        }
    }
    while !ended && session.stop().is_none() && session.has_others() && session.turn(None).is_ok() {}
    for line in session.unseen() {
        recorder.borrow_mut().show([line]);
    }
    let timed_out = session.stop() == Some(Stop::TimedOut);
    drop(session);
    let mut recorder = recorder.borrow_mut();
    if timed_out {
        recorder.show(["the bound on the run ran out here".to_string()]);
    } else if !ended {
        let all = recorder.lines.len();
        recorder.typed(all, 0);
    }
    let (entries, canon) = recorder.finish(arguments);
    Take { entries, canon }
}

fn turn_until_idle(session: &mut Session) {
    while session.stop().is_none() && *session.main() == Main::Running && session.turn(None).is_ok() {}
}

/// The statements of a program: each with the number of its first line.
fn chunks(lines: &[String]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let (mut text, mut first, mut depth) = (String::new(), 0, 0);
    for (number, line) in (1..).zip(lines) {
        if text.is_empty() {
            if line.split('#').next().is_none_or(|code| code.trim().is_empty()) {
                continue;
            }
            first = number;
        }
        text.push_str(line);
        text.push('\n');
        depth += lang::depth_change(line);
        if depth <= 0 {
            found.push((first, std::mem::take(&mut text)));
            depth = 0;
        }
    }
    if !text.is_empty() {
        found.push((first, text));
    }
    found
}

fn read_text(path: &Path) -> Result<String, String> {
    let name = path.display();
    let told = |e: &std::io::Error| format!("{name}: {}", Failure::os(e.raw_os_error().unwrap_or(libc::EIO)));
    let about = std::fs::metadata(path).map_err(|e| told(&e))?;
    if about.len() > TRANSCRIPT_MAX {
        return Err(format!("{name}: {}", Failure::os(libc::EFBIG)));
    }
    let bytes = std::fs::read(path).map_err(|e| told(&e))?;
    Source::from_bytes(&name.to_string(), bytes).map(|s| s.text.clone()).map_err(|e| e.to_string())
}

fn write(entries: &[Entry], arguments: &[String]) -> String {
    let mut out = String::new();
    if !arguments.is_empty() {
        out.push_str(&format!("{ARGUMENTS} {}\n", arguments.join(" ")));
    }
    for entry in entries {
        out.push_str(&format!("{entry}\n"));
    }
    out
}

/// Write to a temporary file beside it and rename: a full disk or Ctrl-C loses nothing.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let written = std::fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        // What is left of the attempt is worth nothing.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

/// `sockpit record FILE.sock [ARG...] [-o OUT]`.
pub fn record(path: &Path, out: Option<&Path>, options: &Options) -> u8 {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(message) => {
            output::complain(&format!("sockpit: {message}"));
            return WRONG_USAGE;
        }
    };
    let lines: Vec<String> = text.lines().map(str::to_string).collect();
    let take = take_down(&lines, &options.arguments, true, options);
    let text = write(&take.entries, &options.arguments);
    let Some(out) = out else { return output::say(text.trim_end_matches('\n')) };
    if let Err(e) = replace(out, &text) {
        output::complain(&format!("sockpit: {}: {e}", out.display()));
        return FAILED;
    }
    0
}

/// A statement with what it showed.
struct Group {
    typed: Vec<Entry>,
    shown: Vec<String>,
    /// The line of the transcript where it begins.
    line: usize,
}

/// The statements of a transcript: lines typed together, then what they showed.
fn groups(entries: &[Entry]) -> Vec<Group> {
    let mut all: Vec<Group> = Vec::new();
    for (number, entry) in (1..).zip(entries) {
        match entry {
            Entry::Shown(line) => match all.last_mut() {
                Some(group) => group.shown.push(line.clone()),
                None => all.push(Group { typed: Vec::new(), shown: vec![line.clone()], line: number }),
            },
            Entry::More(_) => match all.last_mut() {
                Some(group) => group.typed.push(entry.clone()),
                None => all.push(Group { typed: vec![entry.clone()], shown: Vec::new(), line: number }),
            },
            Entry::Typed(_) => all.push(Group { typed: vec![entry.clone()], shown: Vec::new(), line: number }),
        }
    }
    all
}

/// What came of a transcript.
struct Verdict {
    passed: bool,
    report: String,
}

/// Run a transcript again and compare.
fn verify_one(path: &Path, bless: bool, options: &Options) -> Verdict {
    let name = path.display().to_string();
    let text = match read_text(path) {
        Ok(text) => text,
        Err(message) => return Verdict { passed: false, report: message },
    };
    let (arguments, body, skipped) = match text.strip_prefix(ARGUMENTS) {
        Some(rest) => {
            let (line, body) = rest.split_once('\n').unwrap_or((rest, ""));
            (line.split_whitespace().map(str::to_string).collect(), body, 1)
        }
        None => (Vec::new(), &*text, 0),
    };
    let expected = transcript::read(body);
    if let Some(at) = expected.iter().position(|e| matches!(e, Entry::Shown(l) if unknown_placeholder(l).is_some())) {
        let Entry::Shown(line) = &expected[at] else { return Verdict { passed: false, report: name } };
        let word = unknown_placeholder(line).unwrap_or("");
        let report = format!(
            "{name}:{}: `{word}` is no placeholder: they are {{port:1}} {{fd:1}} {{pid:1}} {{time:1}} {{host}} {{*}}",
            at + 1 + skipped
        );
        return Verdict { passed: false, report };
    }
    let wanted = groups(&expected);
    if wanted.iter().all(|g| g.typed.is_empty()) {
        return Verdict {
            passed: false,
            report: format!("{name}: it has no lines to run: each begins with `sockpit> `"),
        };
    }
    let lines: Vec<String> = wanted
        .iter()
        .flat_map(|g| &g.typed)
        .map(|e| match e {
            Entry::Typed(line) | Entry::More(line) | Entry::Shown(line) => line.clone(),
        })
        .collect();
    let take = take_down(&lines, &arguments, false, options);
    let got = groups(&take.entries);
    let mut differences = Vec::new();
    for (i, want) in wanted.iter().enumerate() {
        let empty = Vec::new();
        let shown = got.get(i).map_or(&empty, |g| &g.shown);
        if !transcript::matches(&want.shown, shown) {
            differences.push((i, difference(want, shown, skipped, &take.canon)));
        }
    }
    if differences.is_empty() {
        return Verdict { passed: true, report: name };
    }
    if bless {
        return blessed(path, &wanted, &got, &differences, &arguments);
    }
    let report = differences.iter().map(|(_, d)| d.as_str()).collect::<Vec<_>>().join("\n");
    Verdict { passed: false, report: format!("--- {name}\n+++ this run\n{report}") }
}

/// A `{word}` that looks like a placeholder and is none.
fn unknown_placeholder(line: &str) -> Option<&str> {
    let mut rest = line;
    while let Some(at) = rest.find('{') {
        let inner = &rest[at..];
        let end = inner.find('}')?;
        let word = &inner[..=end];
        let name = &word[1..end];
        let known = matches!(name, "*" | "host")
            || name.split_once(':').is_some_and(|(kind, number)| {
                matches!(kind, "port" | "fd" | "pid" | "time") && number.parse::<usize>().is_ok_and(|n| n > 0)
            });
        let placeholder_like = name.split_once(':').is_some_and(|(kind, number)| {
            !kind.is_empty()
                && kind.bytes().all(|b| b.is_ascii_lowercase())
                && number.bytes().all(|b| b.is_ascii_digit())
                && !number.is_empty()
        });
        if placeholder_like && !known {
            return Some(word);
        }
        rest = &inner[1..];
    }
    None
}

/// One statement's difference, with the binding that broke.
fn difference(want: &Group, got: &[String], skipped: usize, canon: &Canon) -> String {
    let mut out = format!("@@ line {} @@", want.line + skipped);
    for entry in &want.typed {
        out.push_str(&format!("\n {entry}"));
    }
    let same = want.shown.iter().zip(got).take_while(|(w, g)| transcript::line_matches(w, g)).count();
    let from = same.saturating_sub(CONTEXT);
    let mut rows: Vec<String> = Vec::new();
    if from > 0 {
        rows.push(format!(" ... {from} lines alike"));
    }
    rows.extend(want.shown[from..same].iter().map(|l| format!(" {l}")));
    // What is alike again at the end is no part of the difference.
    let rest = want.shown[same..].iter().rev().zip(got[same.min(got.len())..].iter().rev());
    let tail = rest.take_while(|(w, g)| transcript::line_matches(w, g)).count();
    rows.extend(want.shown[same..want.shown.len() - tail].iter().map(|l| format!("-{l}")));
    rows.extend(got[same.min(got.len())..got.len() - tail].iter().map(|l| format!("+{l}")));
    rows.extend(want.shown[want.shown.len() - tail..].iter().take(CONTEXT).map(|l| format!(" {l}")));
    if rows.len() > DIFF_MAX {
        let more = rows.len() - DIFF_MAX;
        rows.truncate(DIFF_MAX);
        rows.push(format!(" ... and {more} lines more"));
    }
    for row in rows {
        out.push_str(&format!("\n{row}"));
    }
    for (want, got) in want.shown[same..].iter().zip(&got[same.min(got.len())..]) {
        for (w, g) in placeholders(want).iter().zip(placeholders(got)) {
            if *w == g {
                continue;
            }
            let here = canon.bound.get(g).map_or("?", |b| &b.value);
            match canon.bound.get(*w) {
                Some(bound) => {
                    out.push_str(&format!("\n  {w} was {} at line {}, {here} here", bound.value, bound.line + skipped));
                }
                None => out.push_str(&format!("\n  {w} is bound nowhere before; {here} here is {g}")),
            }
        }
    }
    out
}

fn placeholders(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find('{') {
        rest = &rest[at..];
        let Some(end) = rest.find('}') else { break };
        found.push(&rest[..=end]);
        rest = &rest[end..];
    }
    found
}

/// Write what differs anew. Lines that still match stay as they are, wildcards with them.
fn blessed(
    path: &Path,
    wanted: &[Group],
    got: &[Group],
    differences: &[(usize, String)],
    arguments: &[String],
) -> Verdict {
    let mut entries = Vec::new();
    let mut named = Vec::new();
    for (i, want) in wanted.iter().enumerate() {
        entries.extend(want.typed.iter().cloned());
        let changed = differences.iter().any(|(at, _)| *at == i);
        let empty = Vec::new();
        let shown = got.get(i).map_or(&empty, |g| &g.shown);
        if !changed {
            entries.extend(want.shown.iter().cloned().map(Entry::Shown));
            continue;
        }
        let (before, now) = (transcript::fails(&want.shown), transcript::fails(shown));
        if before != now {
            let statement = want.typed.first().map_or(String::new(), ToString::to_string);
            let change = if now { "succeeded before and FAILS now" } else { "failed before and SUCCEEDS now" };
            named.push(format!("  line {}: {statement}: {change}", want.line));
        }
        for (at, line) in shown.iter().enumerate() {
            let kept = want.shown.get(at).filter(|w| w.contains("{*}") && transcript::line_matches(w, line));
            entries.push(Entry::Shown(kept.unwrap_or(line).clone()));
        }
    }
    let report = match replace(path, &write(&entries, arguments)) {
        Ok(()) => format!("{}: written anew, {} statements differ", path.display(), differences.len()),
        Err(e) => return Verdict { passed: false, report: format!("{}: {e}", path.display()) },
    };
    Verdict { passed: true, report: std::iter::once(report).chain(named).collect::<Vec<_>>().join("\n") }
}

/// Verify a transcript in a process of its own: descriptors are then numbered as when it was recorded.
fn verify_apart(path: &Path, bless: bool, options: &Options) -> Verdict {
    let run = || {
        let mut command = std::process::Command::new(std::env::current_exe()?);
        command.arg("verify").arg(path).stdin(std::process::Stdio::null());
        if bless {
            command.arg("--bless");
        }
        if let Some(timeout) = options.timeout {
            command.arg("--timeout").arg(timeout.as_secs_f64().to_string());
        }
        command.output()
    };
    match run() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            // Its last line counts to one, and its first has the mark.
            let mut lines: Vec<&str> = text.lines().collect();
            lines.pop();
            let report = lines.join("\n");
            let report = report.strip_prefix(OK).or_else(|| report.strip_prefix(BAD)).unwrap_or(&report).to_string();
            let died = report
                .is_empty()
                .then(|| format!("{}: {}", path.display(), String::from_utf8_lossy(&output.stderr).trim_end()));
            Verdict { passed: output.status.success(), report: died.unwrap_or(report) }
        }
        Err(e) => Verdict { passed: false, report: format!("{}: {e}", path.display()) },
    }
}

/// What stands before the report of a transcript that holds.
const OK: &str = "ok   ";
/// And of one that does not.
const BAD: &str = "FAIL ";

/// `sockpit verify FILE... [--bless]`: one after the other, or as many at once as there are cores.
pub fn verify(paths: &[PathBuf], bless: bool, options: &Options) -> u8 {
    let verdicts: Vec<Verdict> = match paths {
        [only] => vec![verify_one(only, bless, options)],
        several => side_by_side(several, |path| verify_apart(path, bless, options)),
    };
    let (mut passed, mut failed) = (0, 0);
    for verdict in verdicts {
        *(if verdict.passed { &mut passed } else { &mut failed }) += 1;
        if output::say(&format!("{}{}", if verdict.passed { OK } else { BAD }, verdict.report)) != 0 {
            return FAILED;
        }
    }
    output::say(&format!("{passed} passed, {failed} failed"));
    if failed == 0 { 0 } else { FAILED }
}

/// Do something for each path, as many at once as there are cores; the results are in the paths' order.
fn side_by_side<T: Send>(paths: &[PathBuf], work: impl Fn(&Path) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(paths.len());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(at) else { return };
                    let result = work(path);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
