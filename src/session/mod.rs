//! The session: tasks that run a program, one turn at a time, over one event loop.
//!
//! A line at the prompt, a script, a `spawn` and a `&` are all tasks. A task is a stack of frames over compiled code,
//! names resolved to slots once. The run queue is first in, first out; when it is empty the loop polls once. What
//! happens is told as [`Event`]s to a [`Sink`]: execution prints nothing and knows no colour.

mod attend;
mod beside;
mod call;
mod deadlock;
pub mod event;
mod exec;
mod expr;
mod globals;
mod jobs;
mod outcome;
mod process;
mod requests;
mod sockets;
mod status;
mod step;
mod task;
mod tasks;
mod timers;
mod turn;
mod views;

use std::rc::Rc;

pub use attend::Awaited;
pub use beside::Change;
pub use event::{Event, Sink, Syscall, What};
pub use process::CHILD;
pub use status::{Main, Status, Stop};
pub use step::NextStatement;
pub use task::TaskHandle;

use crate::command::Args;
use crate::explain::Told;
use crate::lang::{self, Source};
use crate::os::trace;
use crate::value::Value;
use crate::world::{Record, TaskId, World};
use globals::Globals;
use jobs::Jobs;
use task::Frame;
use tasks::{MAIN, Tasks};

/// What a session tells of what it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Show {
    /// Every call with its result.
    All,
    /// What `print` prints, and errors.
    Prints,
}

/// A running program with all it owns.
pub struct Session {
    /// Sockets and files.
    pub world: World,
    /// How it stands.
    pub status: Status,
    /// What is told.
    pub show: Show,
    sink: Box<dyn Sink>,
    globals: Globals,
    tasks: Tasks,
    jobs: Jobs,
    timers: timers::Timers,
    args: Args,
    seq: u64,
    history: Vec<Rc<Source>>,
    /// Nothing has happened since it was looked whether any task can run again.
    quiet: bool,
    /// Turns since the run queue was last empty, or since it was last polled in spite of it.
    busy: u32,
    /// How much news has come since a wait was over, or since news had to be waited for.
    ahead: u32,
    /// No task has run since the last poll.
    fresh: bool,
    /// How many entries the run queue has given so far.
    popped: u64,
    /// The last error, for `why`.
    last_error: Option<Box<Told>>,
    /// The program that is stepped through, if one is.
    stepper: Option<Box<step::Stepper>>,
    /// The task that runs lines typed beside it.
    beside: Option<TaskId>,
    /// How many calls were made, where they are counted.
    calls: u64,
    /// Lines wait for a person: sources may be added, nothing ends by itself.
    pub interactive: bool,
}

impl Session {
    /// A session that tells a sink what happens. The arguments become `$1`, `$2`, ...
    pub fn new(sink: Box<dyn Sink>, show: Show, arguments: &[String]) -> Self {
        trace::set(false);
        let mut session = Self {
            world: World::default(),
            status: Status::new(),
            show,
            sink,
            globals: Globals::new(arguments),
            tasks: Tasks::new(),
            jobs: Jobs::default(),
            timers: timers::Timers::new(),
            args: Args::default(),
            seq: 0,
            history: Vec::new(),
            quiet: false,
            busy: 0,
            ahead: 0,
            fresh: false,
            popped: 0,
            calls: 0,
            stepper: None,
            beside: None,
            interactive: false,
            last_error: None,
        };
        session.world.record = (show == Show::All).then(Record::default);
        session
    }

    /// Let the names that these lines define be known before their defs are read.
    pub fn declare<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        self.globals.declare(lines);
    }

    /// Read a program and give it to the main task. It runs at the next [`turn`](Self::turn).
    pub fn start(&mut self, source: &Rc<Source>) -> Result<(), lang::Error> {
        let code = self.globals.compile(source)?;
        self.history.push(source.clone());
        self.run_main(Frame::new(code, self.globals.scope()));
        Ok(())
    }

    /// Give the main task something to run.
    fn run_main(&mut self, frame: Frame) {
        if let Some(main) = self.tasks.get_mut(MAIN) {
            main.frames.push(frame);
        }
        self.status.set_main(Main::Running);
        self.timers.begin();
        self.status.meet_interrupt();
        // What the line begins runs before what others had in line, as it does within a script.
        self.world.ready.push_front(MAIN);
    }

    /// Go on after a bug: the main task gives up what it was doing.
    pub fn recover(&mut self) {
        self.world.current = MAIN;
        self.tasks.recover();
        self.status.set_main(Main::Idle);
        self.beside = None;
        self.stop_stepping();
    }

    /// Whether a task other than the main one or a child process must end before the script does. With no task left,
    /// daemon processes are asked to end.
    pub fn has_others(&mut self) -> bool {
        self.tasks.are_needed() || self.world.has_children()
    }

    /// Whether a task other than the main one must end before the script does.
    pub(crate) fn has_tasks(&self) -> bool {
        self.tasks.are_needed()
    }

    /// The failures that nobody took: of background calls never waited for, and of tasks.
    pub fn unseen(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.jobs.unseen().collect();
        lines.extend(self.world.family.failures().cloned());
        if self.tasks.failed() > 0 {
            lines.push(format!("{} of the tasks ended with an error", self.tasks.failed()));
        }
        lines
    }

    /// Where each task stands and what it waits for.
    pub fn whereabouts(&self) -> Vec<String> {
        self.tasks.iter().filter(|t| !t.frames.is_empty()).map(|t| self.whereabout(t)).collect()
    }

    /// Show what was held back. False when nothing can be shown any more.
    pub fn flush(&mut self) -> bool {
        self.status.stop() == Some(Stop::Output) || self.sink.flush()
    }

    /// The names in scope at the prompt with what each holds.
    pub fn bound(&self) -> impl Iterator<Item = (&Rc<str>, Value)> {
        self.globals.bound()
    }

    /// The defined names with their parameters.
    pub fn defined(&self) -> impl Iterator<Item = (&Rc<str>, &[Rc<str>])> {
        self.globals.defs().map(|f| (&f.name, &*f.params))
    }

    /// The background calls that run, or that nobody asked about since they ended.
    pub fn open_jobs(&self) -> impl Iterator<Item = u64> {
        self.jobs.open()
    }

    /// Tell what happened, after the system calls that it took.
    fn tell(&mut self, what: What, at: event::At) {
        if !trace::is_on() {
            return self.tell_alone(what, at);
        }
        for call in trace::take() {
            self.tell_alone(What::Traced(call), at.clone());
        }
        // What is asked in order to show a value is no part of a call.
        trace::aside(|| self.tell_alone(what, at));
    }

    fn tell_alone(&mut self, what: What, mut at: event::At) {
        self.seq += 1;
        if let Some(process) = &self.world.family.name {
            at.task = Some(at.task.map_or_else(|| process.clone(), |task| format!("{process} {task}").into()));
        }
        let event = Event { seq: self.seq, at, what };
        // With others on the same output, what was said first must stand first.
        if !self.sink.event(&event) || (self.world.family.is_shared() && !self.sink.flush()) {
            self.status.ask_stop(Stop::Output);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Told(Rc<std::cell::RefCell<String>>);

    impl Sink for Told {
        fn event(&mut self, event: &Event) -> bool {
            if let What::Printed(text) = &event.what {
                self.0.borrow_mut().push_str(text);
            }
            true
        }

        fn flush(&mut self) -> bool {
            true
        }
    }

    #[test]
    fn a_session_goes_on_after_a_bug() {
        let told = Rc::default();
        let mut session = Session::new(Box::new(Told(Rc::clone(&told))), Show::Prints, &[]);
        session.interactive = true;
        session.start(&Source::new("", "let x = 5")).unwrap();
        while *session.status.main() == Main::Running {
            session.turn(None).unwrap();
        }
        // What a panic in the middle of a turn leaves behind.
        session.start(&Source::new("", "print never")).unwrap();
        session.tasks.take(MAIN);
        session.recover();
        session.start(&Source::new("", "print $x")).unwrap();
        while *session.status.main() == Main::Running {
            session.turn(None).unwrap();
        }
        assert_eq!(*told.borrow(), "5");
    }
}
