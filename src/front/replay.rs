//! Running a program's lines as they would be typed, and taking down what they show. It reads and writes no file.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::recorder::{Recorder, Shared};
use crate::lang::{self, Source};
use crate::os::fd;
use crate::render::compare::Line;
use crate::render::transcript::Entry;
use crate::render::{self, Style};
use crate::session::{Main, Session, Show, Stop};
use crate::value::Name;

/// A session that was taken down.
pub struct Taken {
    /// Its lines.
    pub entries: Vec<Entry<Line>>,
    /// How it ended.
    pub end: End,
}

/// How a session ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// With its last line, or with `quit`.
    Whole,
    /// With an error that nothing took.
    Failed,
    /// The bound on the run ran out.
    TimedOut,
    /// By a signal: Ctrl-C, SIGTERM.
    Signal(i32),
}

/// Run lines as at the prompt, one statement after the other, and take down what they show. A script stops at its first
/// error, a prompt's session goes on.
pub fn take_down(lines: &[String], arguments: &[String], stop_on_error: bool, timeout: Option<Duration>) -> Taken {
    let recorder = Rc::new(RefCell::new(Recorder::new(lines.to_vec())));
    let low = fd::take_low();
    let mut session = Session::new(Box::new(Shared(recorder.clone())), Show::All, arguments);
    session.deadline = timeout.and_then(|t| Instant::now().checked_add(t));
    session.world.mute_children = true;
    session.declare(lines.iter().map(String::as_str));
    let mut end = End::Whole;
    for (first, text) in chunks(lines) {
        let failed = run(&mut session, first, &text, &recorder);
        if failed == Some(Name::Interrupted) {
            end = End::Signal(libc::SIGINT);
        } else if failed.is_some() && stop_on_error {
            end = End::Failed;
        }
        if session.stop().is_some() || end != End::Whole {
            break;
        }
    }
    while end == End::Whole && session.stop().is_none() && session.has_others() && session.turn(None).is_ok() {}
    for line in session.unseen() {
        recorder.borrow_mut().say(&line);
        end = if end == End::Whole && stop_on_error { End::Failed } else { end };
    }
    end = match session.stop() {
        Some(Stop::TimedOut) => End::TimedOut,
        Some(Stop::Signal(signal)) => End::Signal(signal),
        _ => end,
    };
    drop(session);
    drop(low);
    let mut recorder = recorder.borrow_mut();
    match end {
        // Lines after the last statement, and after `quit`.
        End::Whole => {
            let all = recorder.lines.len();
            recorder.typed(all, 0);
        }
        End::TimedOut => recorder.say("the bound on the run ran out here"),
        End::Failed | End::Signal(_) => {}
    }
    Taken { entries: recorder.entries(arguments), end }
}

/// Run a statement. Gives the error that it ended with.
fn run(session: &mut Session, first: usize, text: &str, recorder: &RefCell<Recorder>) -> Option<Name> {
    if let Err(error) = session.start(&Source::part("", text, first as u32)) {
        let count = text.lines().count();
        let mut recorder = recorder.borrow_mut();
        recorder.typed(first + count - 1, count - 1);
        recorder.say(&render::program_error(&error, Style::default()));
        return Some(Name::Usage);
    }
    while session.stop().is_none() && *session.main() == Main::Running && session.turn(None).is_ok() {}
    session.take_failure().map(|failure| failure.name)
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
