//! Running a program's lines as they would be typed, and taking down what they show. It reads and writes no file.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::recorder::{Recorder, SharedRecorder};
use super::rest::Rest;
use crate::lang::{self, Source};
use crate::os::process::Prints;
use crate::os::{fd, poller};
use crate::render::compare::{Line, Pace};
use crate::render::transcript::Entry;
use crate::render::{self, Style};
use crate::session::{Main, Session, Show, Stop};
use crate::value::Name;

/// How long what was seen of a statement at a prompt is waited for, when it is over.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked whether it has come.
const LOOK: Duration = Duration::from_millis(20);

/// A session that was taken down.
pub struct Taken {
    /// Its lines.
    pub entries: Vec<Entry<Line>>,
    /// How it ended.
    pub end: End,
    /// What it needs and this system does not have.
    pub missing: Option<String>,
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

/// How lines are run.
pub enum How {
    /// As a script, which stops at its first error.
    Script,
    /// As a transcript: an error ends nothing but its statement.
    Again,
    /// As a person typed them, who waited for what each showed and pressed Ctrl-C where it says so.
    Typed(Vec<Pace>),
}

/// Run lines one statement after the other, and take down what they show.
pub fn take_down(lines: &[String], arguments: &[String], how: &How, timeout: Option<Duration>) -> Taken {
    let recorder = Rc::new(RefCell::new(Recorder::new(lines.to_vec())));
    let typed = matches!(how, How::Typed(_));
    // A person's session has its own numbers again.
    let low = if typed { Vec::new() } else { fd::take_low() };
    let mut session = Session::new(Box::new(SharedRecorder(recorder.clone())), Show::All, arguments);
    session.status.end_after(timeout);
    // Whose lines come first, a child's or ours, is open.
    session.world.children_print = Prints::Nowhere;
    session.interactive = typed;
    if !typed {
        session.declare(lines.iter().map(String::as_str));
    }
    let (mut end, mut failed) = (End::Whole, None);
    for (first, text) in chunks(lines, typed) {
        let last = first + text.lines().count() - 1;
        let pace = if let How::Typed(paces) = how { paces.iter().find(|p| p.last == last) } else { None };
        failed = run(&mut session, first, &text, &recorder, pace);
        let pressed = pace.is_some_and(|p| p.interrupted.is_some());
        if failed == Some(Name::Interrupted) && !pressed {
            end = End::Signal(libc::SIGINT);
        } else if failed.is_some() && matches!(how, How::Script) {
            end = End::Failed;
        }
        if session.status.stop().is_some() || end != End::Whole {
            break;
        }
    }
    // A prompt is left as it stands; so is whom an error left behind.
    let leaves = !matches!(how, How::Typed(_));
    let left = |s: &mut Session| s.status.stop().is_none() && *s.status.main() == Main::Idle && s.has_others();
    while leaves && failed.is_none() && left(&mut session) && session.turn(None).is_ok() {}
    let mut fails = session.status.take_failure().is_some();
    for line in session.unseen().iter().filter(|_| leaves) {
        recorder.borrow_mut().say(line);
        fails = true;
    }
    if fails && end == End::Whole && matches!(how, How::Script) {
        end = End::Failed;
    }
    end = match session.status.stop() {
        Some(Stop::TimedOut) => End::TimedOut,
        Some(Stop::Signal(signal)) => End::Signal(signal),
        _ => end,
    };
    let missing = session.world.hosts.missing.take();
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
    Taken { entries: recorder.entries(arguments), end, missing }
}

/// Run a statement, and what is to be seen of it afterwards. Gives the error that it ended with.
fn run(
    session: &mut Session,
    first: usize,
    text: &str,
    recorder: &RefCell<Recorder>,
    pace: Option<&Pace>,
) -> Option<Name> {
    let before = recorder.borrow().shown_lines();
    if let Err(error) = session.start(&Source::part("", text, first as u32)) {
        let count = text.lines().count();
        let mut recorder = recorder.borrow_mut();
        recorder.typed(first + count - 1, count - 1);
        recorder.say(&render::program_error(&error, Style::default()));
        return Some(Name::Usage);
    }
    match pace {
        None => while runs(session) && session.turn(None).is_ok() {},
        Some(pace) => keep_pace(session, pace, || recorder.borrow().shown_lines() - before),
    }
    session.status.take_failure().map(|failure| failure.name)
}

fn runs(session: &Session) -> bool {
    session.status.stop().is_none() && *session.status.main() == Main::Running
}

/// Turn until the statement is over and what was seen of it has come; press Ctrl-C when it is time.
fn keep_pace(session: &mut Session, pace: &Pace, shown: impl Fn() -> usize) {
    let mut pressed = false;
    let mut rest: Option<Rest> = None;
    loop {
        let has_come = shown() >= pace.shown;
        let mut until = None;
        if !runs(session) {
            let rest = rest.get_or_insert_with(Rest::begin);
            if session.status.stop().is_some() || rest.since.elapsed() >= PATIENCE || rest.over && has_come {
                return;
            }
            until = rest.before_turn(session).filter(|_| has_come);
        } else if !pressed && pace.interrupted.is_some_and(|at| shown() >= at) && session.waiting().is_some() {
            poller::put_back_signal(libc::SIGINT);
            pressed = true;
        }
        if session.turn(Some(until.unwrap_or_else(|| Instant::now() + LOOK))).is_err() {
            return;
        }
        if let Some(rest) = rest.as_mut().filter(|_| has_come) {
            rest.after_turn(session);
        }
    }
}

/// The statements of a program: each with the number of its first line. A line that only comments is one where a person
/// typed it.
fn chunks(lines: &[String], typed: bool) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let (mut text, mut first, mut depth) = (String::new(), 0, 0);
    for (number, line) in (1..).zip(lines) {
        if text.is_empty() {
            let code = if typed { Some(&**line) } else { line.split('#').next() };
            if code.is_none_or(|code| code.trim().is_empty()) {
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
