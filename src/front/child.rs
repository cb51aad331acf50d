//! A child process of a session: `sockpit --child NAME`, which only a sockpit starts. What it runs waits for it on its
//! standard input.

use super::output::{self, Form};
use super::{FAILED, Options, WRONG_USAGE, script};
use crate::help::tongue;
use crate::os::{poller, process};
use crate::session::{CHILD, Stop};

/// The name of the child that the command line asks for.
pub(super) fn asked_for() -> Option<String> {
    let mut arguments = std::env::args_os().skip(1);
    (arguments.next()? == CHILD).then(|| arguments.next().unwrap_or_default().to_string_lossy().into_owned())
}

/// Be that child, to its exit status.
pub(super) fn run(name: &str) -> u8 {
    let flag = |long: &str| std::env::args_os().skip(3).any(|a| a == long);
    let form = [Form::Json, Form::Full].into_iter().find(|form| form.flag().is_some_and(flag));
    let options = Options { quiet: flag(script::QUIET), form: form.unwrap_or_default(), ..Options::default() };
    // What is recorded is the same in every language: it is the parent that knows.
    tongue::speak_chinese(flag(script::IN_CHINESE));
    process::take_name();
    super::prepare();
    let mut session = script::session(&options);
    let begun = process::inherited()
        .map_err(|e| crate::value::Failure::os(e).to_string())
        .and_then(|fds| session.become_child(name, fds));
    if let Err(why) = begun {
        output::complain(&format!("sockpit: {CHILD} {name}: {why}"));
        return WRONG_USAGE;
    }
    let status = script::finish(&mut session, &options);
    match session.status.stop() {
        // As documented for a process that catches nothing: the signal is what it ends with.
        Some(Stop::Signal(signal)) if signal != libc::SIGINT => {
            process::die_of(signal);
            FAILED
        }
        Some(Stop::Quit(_)) | None => {
            process::stop_catching();
            // One that came just before was caught, and nobody looks for it any more.
            if let Some(signal) = poller::take_signal() {
                process::die_of(signal);
            }
            session.world.family.drain();
            status
        }
        _ => status,
    }
}
