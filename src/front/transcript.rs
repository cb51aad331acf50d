//! Recording sessions as transcripts, and running transcripts again to see whether they still hold.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::recorder::{self, Recorder, Shared};
use super::{FAILED, Options, WRONG_USAGE, output};
use crate::lang::{self, Source};
use crate::os::fd;
use crate::render::compare::{self, Comparison, Line};
use crate::render::transcript::{self, Entry};
use crate::session::{Main, Session, Show, Stop};
use crate::value::Failure;

/// The first line of a transcript whose script was given arguments.
const ARGUMENTS: &str = "# arguments:";
/// How often a transcript is run again to see whether values that were alike are so by chance.
const AGAIN: usize = 2;
/// The largest transcript that is read, in bytes.
const TRANSCRIPT_MAX: u64 = 64 * 1024 * 1024;
/// Run lines as at the prompt, one statement after the other, and take down what they show. A script stops at its first
/// error, a prompt's session goes on.
pub fn take_down(
    lines: &[String],
    arguments: &[String],
    stop_on_error: bool,
    timeout: Option<Duration>,
) -> Vec<Entry<Line>> {
    let chunks = chunks(lines);
    let recorder = Rc::new(RefCell::new(Recorder::new(lines.to_vec())));
    let low = fd::take_low();
    let mut session = Session::new(Box::new(Shared(recorder.clone())), Show::All, arguments);
    session.deadline = timeout.and_then(|t| Instant::now().checked_add(t));
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
                recorder.say(&crate::render::program_error(&error, crate::render::Style::default()));
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
        recorder.borrow_mut().say(&line);
    }
    let timed_out = session.stop() == Some(Stop::TimedOut);
    drop(session);
    drop(low);
    let mut recorder = recorder.borrow_mut();
    if timed_out {
        recorder.say("the bound on the run ran out here");
    } else if !ended {
        let all = recorder.lines.len();
        recorder.typed(all, 0);
    }
    recorder.entries(arguments)
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
    let text = match read_text(path) {
        Ok(text) => text,
        Err(message) => {
            output::complain(&format!("sockpit: {message}"));
            return WRONG_USAGE;
        }
    };
    let lines: Vec<String> = text.lines().map(str::to_string).collect();
    let head = match arguments_line(&options.arguments) {
        Ok(head) => head,
        Err(message) => {
            output::complain(&format!("sockpit: {message}"));
            return WRONG_USAGE;
        }
    };
    let run = take_down(&lines, &options.arguments, true, options.timeout);
    let text = head + &written(run);
    let Some(out) = out else { return output::say(text.trim_end_matches('\n')) };
    if let Err(e) = replace(out, &text) {
        output::complain(&format!("sockpit: {}: {e}", out.display()));
        return FAILED;
    }
    0
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
    let wrong = |message: String| Verdict { passed: false, report: format!("{name}: {message}") };
    let (head, body) = match text.strip_prefix(ARGUMENTS) {
        Some(_) => text.split_at(text.find('\n').map_or(text.len(), |at| at + 1)),
        None => ("", &*text),
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
    let run = || Comparison::new(wanted.clone(), take_down(&lines, &arguments, false, options.timeout));
    let mut comparison = run();
    let mut twins = comparison.twins().to_vec();
    for _ in 0..AGAIN {
        if comparison.differing() > 0 || twins.is_empty() {
            break;
        }
        // The kernel may have chosen one port twice. It does not do so every time.
        comparison = run();
        twins.retain(|twin| comparison.twins().contains(twin));
    }
    match (comparison.differing(), bless) {
        (0, _) if twins.is_empty() => Verdict { passed: true, report: name },
        (0, false) => wrong(twins.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")),
        (_, false) => Verdict { passed: false, report: format!("--- {name}\n+++ this run\n{}", comparison.diff()) },
        (differing, true) => {
            let (entries, turned) = comparison.blessed();
            let text: String =
                std::iter::once(head.to_string()).chain(entries.iter().map(|e| format!("{e}\n"))).collect();
            if let Err(e) = replace(path, &text) {
                return wrong(e.to_string());
            }
            let report = format!("{name}: written anew, {differing} statements differ");
            Verdict { passed: true, report: std::iter::once(report).chain(turned).collect::<Vec<_>>().join("\n") }
        }
    }
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
