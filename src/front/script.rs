//! Running a script to its end, and what its exit status is.

use std::io::Read as _;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use super::asker::Asker;
use super::output::{self, Output};
use super::{FAILED, INTERRUPTED, Options, Program, TIMED_OUT, WRONG_USAGE};
use crate::help::{self, lessons, parts, tongue, translate};
use crate::lang::{Error, FILE_MAX, Source};
use crate::os::files;
use crate::render::{self, PROMPT};
use crate::session::{Main, Session, Stop};
use crate::value::text::printable;
use crate::value::{Failure, Name};

/// Show only what `print` prints.
pub(super) const QUIET: &str = "--quiet";
/// Speak Chinese.
pub(super) const IN_CHINESE: &str = "--lang=zh";

/// The part of a program that is asked for, or all of it.
pub(super) fn part(source: Rc<Source>, role: Option<&str>) -> Result<Rc<Source>, u8> {
    let Some(role) = role else { return Ok(source) };
    if let Some(text) = parts::part(&source.text, role) {
        return Ok(Source::new(&source.name, &text));
    }
    let names = parts::names(&source.text);
    let why = if names.is_empty() {
        "it is no lesson of two programs".into()
    } else {
        format!("it has {}", names.join(", "))
    };
    output::complain(&format!("sockpit: {} has no part that is called `{role}`: {why}", source.name));
    Err(WRONG_USAGE)
}

/// Read a file as a program. What is wrong with it is said; gives the exit status then.
pub(super) fn read(path: &Path) -> Result<Rc<Source>, u8> {
    let name = path.to_string_lossy();
    match bytes(path) {
        Ok(bytes) => {
            let source = Source::from_bytes(&name, bytes).map_err(|error| refuse(&error))?;
            let first = source.text.lines().find(|line| !line.is_empty() && !line.starts_with('#'));
            if first.is_some_and(|line| line.starts_with(PROMPT)) {
                output::complain(&format!("sockpit: {name} is a transcript: sockpit verify {name}"));
                return Err(WRONG_USAGE);
            }
            Ok(source)
        }
        Err(e) if given_up(&e).is_some() => {
            output::complain(&format!("sockpit: {}", unread(path, &e)));
            Err(given_up(&e).unwrap_or(FAILED))
        }
        Err(e) => {
            if let Some(lesson) = carried(&e, &name) {
                return Ok(lesson);
            }
            output::complain(&format!("sockpit: {}", unread(path, &e)));
            if e.kind() == std::io::ErrorKind::NotFound && crate::command::find(&name).is_some() {
                output::complain(&format!("  `{name}` is a call: sockpit -c '{name} ...', or type it at the prompt"));
            }
            Err(WRONG_USAGE)
        }
    }
}

/// The script of the course that is called so, where there is no such file.
fn carried(error: &std::io::Error, name: &str) -> Option<Rc<Source>> {
    let lesson = lessons::find(name).filter(|_| error.kind() == std::io::ErrorKind::NotFound)?;
    Some(Source::new(&format!("{}.sock", lesson.name), &translate::told(lesson.text)))
}

/// The exit status where reading a file was given up: it was interrupted, or the time of the run was over.
pub(super) fn given_up(error: &std::io::Error) -> Option<u8> {
    match error.raw_os_error()? {
        libc::EINTR => Some(INTERRUPTED),
        libc::ETIMEDOUT => Some(TIMED_OUT),
        _ => None,
    }
}

/// Why a file was not read.
pub(super) fn unread(path: &Path, error: &std::io::Error) -> String {
    let name = printable(&path.to_string_lossy());
    match given_up(error) {
        None => format!("{name}: {}", Failure::from(error)),
        Some(INTERRUPTED) => format!("{name}: interrupted before it was read"),
        Some(_) => format!("{name}: the run was bound, and its time was over before it was read"),
    }
}

/// The bytes of a script or a transcript.
pub(super) fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    files::read(path, FILE_MAX)
}

/// The lines of `-c` as a program.
pub(super) fn lines(text: &str) -> Rc<Source> {
    Source::new("-c", text)
}

/// What comes on standard input, as a program. What is wrong with it is said; gives the exit status then.
pub(super) fn stdin() -> Result<Rc<Source>, u8> {
    let mut bytes = Vec::new();
    match std::io::stdin().lock().take(FILE_MAX as u64 + 1).read_to_end(&mut bytes) {
        Ok(count) if count > FILE_MAX => {
            output::complain(&format!(
                "sockpit: standard input has more than {FILE_MAX} bytes, the most that a program has"
            ));
            Err(FAILED)
        }
        Ok(_) => Source::from_bytes("stdin", bytes).map_err(|error| refuse(&error)),
        Err(e) => {
            output::complain(&format!("sockpit: standard input cannot be read: {e}"));
            Err(FAILED)
        }
    }
}

/// Say what is wrong with programs, and run none: with the files named, the lines of `-c`, or standard input.
pub(super) fn check(options: &Options) -> u8 {
    let programs: Vec<Result<Rc<Source>, u8>> = match &options.program {
        Program::Lines(text) => vec![Ok(lines(text))],
        Program::File(first) => {
            let others = options.arguments.iter().map(Path::new);
            let part = |source| part(source, options.role.as_deref());
            std::iter::once(&**first).chain(others).map(|path| read(path).and_then(part)).collect()
        }
        _ => vec![stdin()],
    };
    let checked = programs.into_iter().map(|program| {
        let mut session = session(&Options { quiet: true, ..Options::default() });
        match session.check(&program?) {
            Ok(0) => Ok(()),
            Ok(_) => Err(FAILED),
            Err(error) => Err(refuse(&error)),
        }
    });
    checked.fold(0, |status, one| status.max(one.err().unwrap_or(0)))
}

/// Explain the calls, or what these words name.
pub(super) fn help(words: &[String]) -> u8 {
    match help::answer(words) {
        Ok(page) => {
            let stdout = std::io::stdout();
            let style = output::fitted(output::style(&stdout, false), &stdout);
            output::say(&render::page(&page, style))
        }
        Err(failure) => {
            let notes: String = failure.notes().iter().map(|n| format!("\n  {n}")).collect();
            output::complain(&format!("sockpit: {}{notes}", failure.message()));
            WRONG_USAGE
        }
    }
}

/// Say what is wrong with a program.
pub(super) fn refuse(error: &Error) -> u8 {
    let stderr = std::io::stderr();
    let style = output::fitted(output::style(&stderr, true), &stderr);
    output::show_error(&render::program_error(error, style));
    FAILED
}

/// A session as the options want it.
pub(super) fn session(options: &Options) -> Session {
    let show = options.form.show(options.quiet);
    let mut session = Session::new(Box::new(Output::new(options.form)), show, &options.arguments);
    session.world.family.flags = flags(options);
    session.status.end_after(options.timeout);
    session
}

/// What a child process must be told for its output to look like ours.
pub(super) fn flags(options: &Options) -> Vec<&'static str> {
    let lang = tongue::speaks_chinese().then_some(IN_CHINESE);
    options.quiet.then_some(QUIET).into_iter().chain(options.form.flag()).chain(lang).collect()
}

/// Run a program that was read.
pub(super) fn source(source: &Rc<Source>, options: &Options) -> u8 {
    let mut session = session(options);
    // A program that is standard input leaves nobody to type.
    session.world.input.open = !matches!(options.program, Program::Stdin);
    match session.start(source) {
        Ok(()) => match finish(&mut session, options) {
            FAILED => skipped(&session, &source.name).unwrap_or(FAILED),
            status => status,
        },
        Err(error) => refuse(&error),
    }
}

/// A lesson that needs hosts says so where there can be none, and nothing is wrong with it.
pub(super) fn skipped(session: &Session, name: &str) -> Option<u8> {
    let missing = session.world.hosts.missing.as_ref()?;
    let lesson = Path::new(name).file_stem().and_then(|stem| lessons::find(stem.to_str()?))?;
    output::complain(&format!("{}: skipped: {missing}", lesson.name));
    Some(0)
}

/// Run what was started to its end: the main task's, then that of every task that is no daemon.
pub(super) fn finish(session: &mut Session, options: &Options) -> u8 {
    let mut asker = Asker::default();
    while session.status.stop().is_none()
        && (*session.status.main() == Main::Running || (session.status.main() == &Main::Idle && session.has_others()))
    {
        asker.serve(session, options.form);
        turn(session, None);
    }
    status(session, options)
}

/// A turn of the loop; one that fails ends the session. Gives whether there was news.
pub(super) fn turn(session: &mut Session, until: Option<Instant>) -> bool {
    session.turn(until).unwrap_or_else(|e| {
        output::complain(&format!("sockpit: the event loop failed: {e}"));
        session.status.ask_stop(Stop::Quit(FAILED));
        false
    })
}

/// The exit status of a session that is over.
pub(super) fn status(session: &mut Session, options: &Options) -> u8 {
    if !session.flush() {
        return FAILED;
    }
    match session.status.stop() {
        Some(Stop::TimedOut) => {
            let limit = options.timeout.unwrap_or_default().as_secs_f64();
            output::complain(&format!("sockpit: the run was bound to {limit} seconds, and they are over"));
            for line in session.whereabouts() {
                output::complain(&format!("  {line}"));
            }
            return TIMED_OUT;
        }
        Some(Stop::Output) => return FAILED,
        Some(Stop::Signal(libc::SIGINT)) => return INTERRUPTED,
        Some(Stop::Signal(signal)) => return 128 + signal as u8,
        Some(Stop::Quit(status)) if status != 0 => return status,
        Some(Stop::Quit(_)) | None => {}
    }
    match session.status.take_failure() {
        Some(failure) if failure.name == Name::Interrupted => return INTERRUPTED,
        Some(_) => return FAILED,
        None => {}
    }
    let unseen = session.unseen();
    for line in &unseen {
        output::complain(line);
    }
    if unseen.is_empty() { 0 } else { FAILED }
}
