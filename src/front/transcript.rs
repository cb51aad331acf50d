//! Recording sessions as transcripts, and running transcripts again to see whether they still hold.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::recorder::AT_PROMPT;
use super::replay::{End, How, take_down};
use super::{FAILED, INTERRUPTED, Options, TIMED_OUT, WRONG_USAGE, output, recorder, script};
use crate::lang::Source;
use crate::render::compare::{self, Comparison, Line, Twin};
use crate::render::transcript::{self, Entry};
use crate::value::Failure;

/// The first line of a transcript whose script was given arguments.
const ARGUMENTS: &str = "# arguments:";
/// How often a transcript is run again to see whether values that were alike are so by chance.
const AGAIN: usize = 2;

fn read_text(path: &Path) -> Result<String, String> {
    let name = path.display();
    let bytes = script::bytes(path).map_err(|e| match e.raw_os_error() {
        Some(libc::EISDIR) => format!("{name}: {}: name the files in it: {name}/*.transcript", Failure::from(&e)),
        _ => format!("{name}: {}", Failure::from(&e)),
    })?;
    Source::from_bytes(&name.to_string(), bytes).map(|s| s.text.clone()).map_err(|e| e.to_string())
}

/// The line that tells a transcript's arguments, if it has some.
fn arguments_line(arguments: &[String]) -> Result<String, String> {
    if arguments.is_empty() {
        return Ok(String::new());
    }
    let words = shlex::try_join(arguments.iter().map(String::as_str)).map_err(|e| e.to_string())?;
    if words.contains('\n') {
        return Err("an argument with a line end cannot stand in a transcript".into());
    }
    Ok(format!("{ARGUMENTS} {words}\n"))
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

/// A run as the text of a transcript.
pub fn written(run: Vec<Entry<Line>>) -> String {
    recorder::write(run.into_iter())
}

/// `sockpit record FILE.sock [ARG...] [-o OUT]`.
pub fn record(path: &Path, out: Option<&Path>, options: &Options) -> u8 {
    let read = read_text(path).and_then(|text| Ok((text, arguments_line(&options.arguments)?)));
    let (text, head) = match read {
        Ok(read) => read,
        Err(message) => {
            output::complain(&format!("sockpit: {message}"));
            return WRONG_USAGE;
        }
    };
    let lines: Vec<String> = text.lines().map(str::to_string).collect();
    let taken = take_down(&lines, &options.arguments, &How::Script, options.timeout);
    let text = head + &written(taken.entries);
    let (status, cut) = ended(taken.end, options);
    if let Some(message) = &cut {
        output::complain(&format!("sockpit: {message}"));
    }
    let told = match out {
        None => output::say(text.trim_end_matches('\n')),
        // A session that was cut short is not worth what the file holds.
        Some(_) if cut.is_some() => status,
        Some(out) => replace(out, &text).map_or_else(
            |e| {
                output::complain(&format!("sockpit: {}: {}", out.display(), Failure::from(&e)));
                FAILED
            },
            |()| 0,
        ),
    };
    if told == 0 && status == FAILED {
        output::complain("sockpit: the script ended with an error; it is the last thing in the transcript");
    }
    told.max(status)
}

/// The exit status of a session that ended so, and what to say when it was cut short.
fn ended(end: End, options: &Options) -> (u8, Option<String>) {
    match end {
        End::Whole => (0, None),
        End::Failed => (FAILED, None),
        End::TimedOut => {
            let limit = options.timeout.unwrap_or_default().as_secs_f64();
            (TIMED_OUT, Some(format!("the run was bound to {limit} seconds, and they are over")))
        }
        End::Signal(libc::SIGINT) => (INTERRUPTED, Some("interrupted".into())),
        End::Signal(signal) => (128 + signal as u8, Some(format!("ended by signal {signal}"))),
    }
}

/// What came of a transcript.
struct Verdict {
    passed: bool,
    report: String,
    /// What it makes of the exit status, beyond passed or failed.
    status: u8,
}

impl Verdict {
    fn passed(report: String) -> Self {
        Self { passed: true, report, status: 0 }
    }

    fn failed(report: String) -> Self {
        Self { passed: false, report, status: FAILED }
    }
}

/// Run a transcript again and compare.
fn verify_one(path: &Path, bless: bool, options: &Options) -> Verdict {
    let name = path.display().to_string();
    let text = match read_text(path) {
        Ok(text) => text,
        Err(message) => return Verdict::failed(message),
    };
    let wrong = |message: String| Verdict::failed(format!("{name}: {message}"));
    let (head, body) = if text.starts_with(ARGUMENTS) || text.starts_with(AT_PROMPT) {
        text.split_at(text.find('\n').map_or(text.len(), |at| at + 1))
    } else {
        ("", &*text)
    };
    let Some(arguments) = shlex::split(head.strip_prefix(ARGUMENTS).unwrap_or("")) else {
        return wrong("line 1: a quote among the arguments is not closed".into());
    };
    let wanted = compare::groups(transcript::read(body), if head.is_empty() { 1 } else { 2 });
    if let Some((line, message)) = compare::misnamed(&wanted) {
        return wrong(format!("line {line}: {message}"));
    }
    let lines = compare::typed_lines(&wanted);
    if lines.is_empty() {
        return wrong("it has no lines to run: each begins with `sockpit> `".into());
    }
    let how = if head.starts_with(AT_PROMPT) { How::Typed(compare::paces(&wanted)) } else { How::Again };
    let run = || {
        let taken = take_down(&lines, &arguments, &how, options.timeout);
        let comparison = Comparison::new(wanted.clone(), taken.entries);
        match (ended(taken.end, options), taken.end) {
            ((_, None), _) => Ok(comparison),
            ((_, Some(cut)), End::TimedOut) => {
                Err(Verdict::failed(format!("{}\n  {cut}", differs(&name, &comparison))))
            }
            ((status, Some(cut)), _) => Err(Verdict { status, ..wrong(cut) }),
        }
    };
    match compared(run) {
        Err(verdict) => verdict,
        Ok((comparison, twins)) if comparison.differing() == 0 && twins.is_empty() => Verdict::passed(name),
        Ok((comparison, _)) if bless => blessed(path, head, &comparison),
        Ok((comparison, _)) if comparison.differing() > 0 => Verdict::failed(differs(&name, &comparison)),
        Ok((_, twins)) => wrong(twins.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")),
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

fn differs(name: &str, comparison: &Comparison) -> String {
    format!("{name}\n--- {name}\n+++ this run\n{}", comparison.diff())
}

/// Write a transcript anew where it differs; `head` is its line of arguments.
fn blessed(path: &Path, head: &str, comparison: &Comparison) -> Verdict {
    let (entries, turned) = comparison.blessed();
    let text: String = std::iter::once(head.to_string()).chain(entries.iter().map(|e| format!("{e}\n"))).collect();
    if let Err(e) = replace(path, &text) {
        return Verdict::failed(format!("{}: {}", path.display(), Failure::from(&e)));
    }
    let differing = comparison.differing();
    let statements = if differing == 1 { "1 statement differs" } else { &format!("{differing} statements differ") };
    let report = format!("{}: written anew, {statements}", path.display());
    Verdict::passed(std::iter::once(report).chain(turned).collect::<Vec<_>>().join("\n"))
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
            let report = died.unwrap_or(report);
            match output.status.code().unwrap_or(i32::from(FAILED)) {
                0 => Verdict::passed(report),
                status => Verdict { status: status as u8, ..Verdict::failed(report) },
            }
        }
        Err(e) => Verdict::failed(format!("{}: {e}", path.display())),
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
    let (mut passed, mut failed, mut status) = (0, 0, 0);
    for verdict in verdicts {
        *(if verdict.passed { &mut passed } else { &mut failed }) += 1;
        status = status.max(verdict.status);
        if output::say(&format!("{}{}", if verdict.passed { OK } else { BAD }, verdict.report)) != 0 {
            return FAILED;
        }
    }
    output::say(&format!("{passed} passed, {failed} failed"));
    status
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
