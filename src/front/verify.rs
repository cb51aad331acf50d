//! Running transcripts again to see whether they still hold: `sockpit verify`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::recorder::AT_PROMPT;
use super::replay::{End, How, take_down};
use super::transcript::{ARGUMENTS, ended, read_text};
use super::verdict::{Outcome, Verdict};
use super::{FAILED, Options, Reach, Verification, junit, output};
use crate::os::{self, fence, poller};
use crate::render::compare::{self, Comparison, Exchange, Twin};
use crate::render::transcript::{self, Entry};
use crate::render::{self, Style};
use crate::value::{Failure, text};

/// How often a transcript is run again to see whether values that were alike are so by chance.
const AGAIN: usize = 2;
/// How long a transcript may run, unless `--timeout` says otherwise.
const BOUND: Duration = Duration::from_mins(1);
/// What is said where transcripts get no network of their own.
const SHARED: &str = "sockpit: --isolated: the transcripts share this machine's network";
/// What the names of transcripts end in.
const ENDING: &str = "transcript";

/// A transcript that can be run.
struct Wanted {
    /// Its first line, when that is none of the session's.
    head: String,
    arguments: Vec<String>,
    groups: Vec<Exchange<String>>,
    lines: Vec<String>,
    how: How,
}

/// Read a transcript. What is wrong with it is said with its place.
fn wanted(path: &Path, bless: bool) -> Result<Wanted, String> {
    let name = path.display().to_string();
    let text = read_text(path).map_err(|(message, _)| message)?;
    let (head, body) = if text.starts_with(ARGUMENTS) || text.starts_with(AT_PROMPT) {
        text.split_at(text.find('\n').map_or(text.len(), |at| at + 1))
    } else {
        ("", &*text)
    };
    let arguments = shlex::split(head.strip_prefix(ARGUMENTS).unwrap_or(""))
        .ok_or_else(|| format!("{name}:1: a quote among the arguments is not closed"))?;
    let groups = compare::groups(transcript::read(body), if head.is_empty() { 1 } else { 2 });
    let lines = compare::typed_lines(&groups);
    if lines.is_empty() {
        return Err(if groups.is_empty() {
            format!("{name}: it has no lines to run: each begins with `sockpit> `")
        } else {
            let out = path.with_extension(ENDING);
            let out = if out == path { path.with_extension(format!("new.{ENDING}")) } else { out };
            let record = format!("sockpit record {name} -o {}", out.display());
            format!(
                "{name}: it has no lines to run, each of which begins with `sockpit> `. A script? record it first: {record}"
            )
        });
    }
    if let Some((line, message)) = compare::misnamed(&groups).or_else(|| compare::cut_off(&groups, !bless)) {
        return Err(format!("{name}:{line}: {message}"));
    }
    let how = if head.starts_with(AT_PROMPT) { How::Typed(compare::paces(&groups)) } else { How::Again };
    Ok(Wanted { head: head.to_string(), arguments, groups, lines, how })
}

/// Run a transcript again and compare.
fn verify_one(path: &Path, bless: bool, bound: Duration) -> Verdict {
    let name = path.display().to_string();
    let wanted = match wanted(path, bless) {
        Ok(wanted) => wanted,
        Err(message) => return Verdict::of(path, Outcome::Unreadable, message),
    };
    let differs = |report: String| Verdict::of(path, Outcome::Differs, report);
    let begun = Instant::now();
    let run = || {
        let left = bound.saturating_sub(begun.elapsed());
        let taken = take_down(&wanted.lines, &wanted.arguments, &wanted.how, Some(left));
        if let Some(missing) = taken.missing {
            let skipped = Verdict::of(path, Outcome::Skipped, format!("{name}: {missing}"));
            return Err(Verdict { status: 0, ..skipped });
        }
        let typed = taken.entries.iter().filter(|entry| !matches!(entry, Entry::Shown(_))).count();
        let comparison = Comparison::new(wanted.groups.clone(), taken.entries);
        match (ended(taken.end, Some(bound)), taken.end) {
            ((_, None), _) => Ok(comparison),
            ((_, Some(cut)), End::TimedOut) => {
                let line = compare::line_of(&wanted.groups, typed);
                let diff = difference(&name, &comparison);
                Err(differs(format!("{name}:{line}: {cut} here; --timeout SECONDS gives more\n{diff}")))
            }
            ((status, Some(cut)), _) => {
                Err(Verdict { status, ..Verdict::of(path, Outcome::Skipped, format!("{name}: {cut}")) })
            }
        }
    };
    match compared(run) {
        Err(verdict) => verdict,
        Ok((comparison, twins)) if comparison.differing() == 0 && twins.is_empty() => {
            Verdict::of(path, Outcome::Passed, name)
        }
        Ok((comparison, _)) if bless => blessed(path, &wanted.head, &comparison),
        Ok((comparison, _)) if comparison.differing() > 0 => {
            differs(format!("{name}\n{}", difference(&name, &comparison)))
        }
        Ok((_, twins)) => {
            let twins: Vec<String> = twins.iter().map(ToString::to_string).collect();
            differs(format!("{name}: {}", twins.join("\n  ")))
        }
    }
}

/// Run until it is known which placeholders are one value and which only happened to be: the kernel may choose one port
/// twice, but it does not do so every time.
fn compared(run: impl Fn() -> Result<Comparison, Verdict>) -> Result<(Comparison, Vec<Twin>), Verdict> {
    let mut comparison = run()?;
    let mut twins = comparison.twins().to_vec();
    for _ in 0..AGAIN {
        if comparison.differing() > 0 || twins.is_empty() {
            break;
        }
        comparison = run()?;
        twins.retain(|twin| comparison.twins().contains(twin));
    }
    Ok((comparison, twins))
}

fn difference(name: &str, comparison: &Comparison) -> String {
    format!("--- {name}\n+++ this run\n{}", comparison.diff())
}

/// Write a transcript anew where it differs; `head` is its line of arguments.
fn blessed(path: &Path, head: &str, comparison: &Comparison) -> Verdict {
    let (entries, turned) = comparison.blessed();
    let text: String = std::iter::once(head.to_string()).chain(entries.iter().map(|e| format!("{e}\n"))).collect();
    if let Err(e) = os::files::replace(path, text.as_bytes()) {
        return Verdict::of(path, Outcome::Unreadable, format!("{}: {}", path.display(), Failure::from(&e)));
    }
    let differing = comparison.differing();
    let statements = if differing == 1 { "1 statement differs" } else { &format!("{differing} statements differ") };
    let report = format!("{}: written anew, {statements}", path.display());
    Verdict::of(path, Outcome::Passed, std::iter::once(report).chain(turned).collect::<Vec<_>>().join("\n"))
}

/// Whether it was said that a network of its own is not to be had.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Verify a transcript in a process of its own: descriptors are then numbered as when it was recorded.
fn verify_apart(path: &Path, what: &Verification, isolated: bool, bound: Duration) -> Verdict {
    let bless = what.bless;
    if let Err(message) = wanted(path, bless) {
        return Verdict::of(path, Outcome::Unreadable, message);
    }
    let run = || {
        let mut command = std::process::Command::new(std::env::current_exe()?);
        command.arg("verify").arg("--timeout").arg(bound.as_secs_f64().to_string());
        command
            .args(bless.then_some("--bless"))
            .args(isolated.then_some("--isolated"))
            .arg("--")
            .arg(path)
            .stdin(std::process::Stdio::null());
        command.output()
    };
    let output = match run() {
        Ok(output) => output,
        Err(e) => return Verdict::of(path, Outcome::Unreadable, format!("{}: {}", path.display(), Failure::from(&e))),
    };
    let text = String::from_utf8_lossy(&output.stdout);
    // Its last line counts to one, and its first has the mark.
    let mut lines: Vec<&str> = text.lines().collect();
    lines.pop();
    let report = lines.join("\n");
    let marks = [Outcome::Passed, Outcome::Differs, Outcome::Skipped];
    let told = marks.iter().find_map(|outcome| Some((*outcome, report.strip_prefix(outcome.mark())?)));
    let (outcome, report) = match told {
        Some((outcome, report)) => (outcome, report.to_string()),
        None => {
            let said = String::from_utf8_lossy(&output.stderr);
            (Outcome::Unreadable, format!("{}: it ended early: {}", path.display(), said.trim_end()))
        }
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if let Some(shared) =
        said.lines().find(|line| line.starts_with(SHARED)).filter(|_| !TOLD.swap(true, Ordering::Relaxed))
    {
        output::complain(shared);
    }
    let status = output.status.code().map_or(FAILED, |status| status as u8);
    Verdict { status, ..Verdict::of(path, outcome, report) }
}

/// Verify a transcript unless Ctrl-C came, and see how long that takes.
fn timed(path: &Path, work: impl FnOnce() -> Verdict) -> Verdict {
    let begun = Instant::now();
    let skipped = || Verdict::of(path, Outcome::Skipped, format!("{}: not run: interrupted", path.display()));
    let verdict = if poller::has_signal() { skipped() } else { work() };
    Verdict { lasted: begun.elapsed(), ..verdict }
}

/// The transcripts that are named, those of a folder in their order, and what is wrong with a name.
fn files(paths: &[PathBuf]) -> Vec<Result<PathBuf, Verdict>> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(Ok(path.clone()));
            continue;
        }
        let before = found.len();
        below(path, &mut found);
        if found.len() == before {
            let message = format!("{}: there is no *.{ENDING} in this folder or below it", path.display());
            found.push(Err(Verdict::of(path, Outcome::Unreadable, message)));
        }
    }
    found
}

/// The transcripts below a folder; a link to another folder is not followed.
fn below(folder: &Path, found: &mut Vec<Result<PathBuf, Verdict>>) {
    let listed = std::fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let mut entries = match listed {
        Ok(entries) => entries,
        Err(e) => {
            let message = format!("{}: {}", folder.display(), Failure::from(&e));
            return found.push(Err(Verdict::of(folder, Outcome::Unreadable, message)));
        }
    };
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            below(&path, found);
        } else if path.extension().is_some_and(|e| e == ENDING) {
            found.push(Ok(path));
        }
    }
}

/// `sockpit verify FILE... [--bless] [--junit FILE]`: one after the other, or as many at once as there are cores.
pub(super) fn verify(what: &Verification, options: &Options) -> u8 {
    let bound = options.timeout.unwrap_or(BOUND);
    let begun = Instant::now();
    let isolated = options.reach == Reach::Isolated;
    let verdicts: Vec<Verdict> = match &*files(&what.paths) {
        [Ok(only)] => {
            if isolated && let Err(e) = fence::own_network() {
                output::complain(&format!("{SHARED}: {}", Failure::os(e)));
            }
            vec![timed(only, || verify_one(only, what.bless, bound))]
        }
        several => side_by_side(several, what.jobs, |path| timed(path, || verify_apart(path, what, isolated, bound))),
    };
    let style = output::style(&std::io::stdout(), false);
    let (mut passed, mut failed, mut skipped, mut status) = (0, 0, 0, 0);
    for verdict in &verdicts {
        *(match verdict.outcome {
            Outcome::Passed => &mut passed,
            Outcome::Differs | Outcome::Unreadable => &mut failed,
            Outcome::Skipped => &mut skipped,
        }) += 1;
        status = status.max(verdict.status);
        if output::say(&shown(verdict, style)) != 0 {
            return FAILED;
        }
    }
    let skips = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
    output::say(&format!("{passed} passed, {failed} failed{skips}"));
    if let Some(out) = &what.junit
        && let Err(e) = os::files::replace(out, junit::report(&verdicts, begun.elapsed()).as_bytes())
    {
        output::complain(&format!("sockpit: {}: {}", out.display(), Failure::from(&e)));
        return status.max(FAILED);
    }
    status
}

/// A verdict as it is shown: what a file holds reaches no terminal raw.
fn shown(verdict: &Verdict, style: Style) -> String {
    let (first, rest) = verdict.report.split_once('\n').unwrap_or((&verdict.report, ""));
    let rest: Vec<String> = rest.lines().map(text::printable).collect();
    let first = format!("{}{}", verdict.outcome.mark(), text::printable(first));
    if rest.is_empty() { first } else { format!("{first}\n{}", render::painted(&rest.join("\n"), style)) }
}

/// Do something for each path, so many at once, or as many as there are cores; the results are in the paths' order. What is
/// wrong with a name is the result where it stands.
fn side_by_side(
    paths: &[Result<PathBuf, Verdict>],
    jobs: Option<usize>,
    work: impl Fn(&Path) -> Verdict + Sync,
) -> Vec<Verdict> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let workers = jobs.unwrap_or_else(cores).min(paths.len());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(at) else { return };
                    let verdict = match path {
                        Ok(path) => work(path),
                        Err(wrong) => Verdict::of(&wrong.path, wrong.outcome, wrong.report.clone()),
                    };
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, verdict));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, verdict)| verdict).collect()
}
