//! Recording sessions as transcripts: their files, and what stands in them besides the session.

use std::path::Path;
use std::time::Duration;

use super::replay::{End, How, take_down};
use super::{FAILED, INTERRUPTED, Options, TIMED_OUT, WRONG_USAGE, output, recorder, script};
use crate::lang::Source;
use crate::os::files;
use crate::render::compare::Line;
use crate::render::transcript::Entry;
use crate::value::Failure;

/// The first line of a transcript whose script was given arguments.
pub(super) const ARGUMENTS: &str = "# arguments:";

/// The text of a script or a transcript.
pub(super) fn read_text(path: &Path) -> Result<String, (String, u8)> {
    let name = path.display();
    let given_up = |e: &std::io::Error| script::given_up(e).unwrap_or(WRONG_USAGE);
    let bytes = script::bytes(path).map_err(|e| (script::unread(path, &e), given_up(&e)))?;
    let text = Source::from_bytes(&name.to_string(), bytes).map(|s| s.text.clone());
    text.map_err(|e| (e.to_string(), WRONG_USAGE))
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

/// A run as the text of a transcript.
pub fn written(run: Vec<Entry<Line>>) -> String {
    recorder::write(run.into_iter())
}

/// `sockpit record FILE.sock [ARG...] [-o OUT]`.
pub fn record(path: &Path, out: Option<&Path>, options: &Options) -> u8 {
    let head = || arguments_line(&options.arguments).map_err(|message| (message, WRONG_USAGE));
    let read = read_text(path).and_then(|text| Ok((text, head()?)));
    let (text, head) = match read {
        Ok(read) => read,
        Err((message, status)) => {
            output::complain(&format!("sockpit: {message}"));
            return status;
        }
    };
    let lines: Vec<String> = text.lines().map(str::to_string).collect();
    let taken = take_down(&lines, &options.arguments, &How::Script, options.timeout);
    let text = head + &written(taken.entries);
    let (status, cut) = ended(taken.end, options.timeout);
    if let Some(message) = &cut {
        output::complain(&format!("sockpit: {message}"));
    }
    let told = match out {
        None => output::say(text.trim_end_matches('\n')),
        // A session that was cut short is not worth what the file holds.
        Some(_) if cut.is_some() => status,
        Some(out) => files::replace(out, text.as_bytes()).map_or_else(
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
pub(super) fn ended(end: End, bound: Option<Duration>) -> (u8, Option<String>) {
    match end {
        End::Whole => (0, None),
        End::Failed => (FAILED, None),
        End::TimedOut => {
            let limit = bound.unwrap_or_default().as_secs_f64();
            (TIMED_OUT, Some(format!("the run was bound to {limit} seconds, and they are over")))
        }
        End::Signal(libc::SIGINT) => (INTERRUPTED, Some("interrupted".into())),
        End::Signal(signal) => (128 + signal as u8, Some(format!("ended by signal {signal}"))),
    }
}
