//! The session: tasks that run a program, one turn at a time, over one event loop.
//!
//! A line at the prompt, a script, a `spawn` and a `&` are all tasks. A task is a stack of frames over compiled code,
//! names resolved to slots once. The run queue is first in, first out; when it is empty the loop polls once. What
//! happens is told as [`Event`]s to a [`Sink`]: execution prints nothing and knows no colour.

mod advice;
mod beat;
mod call;
mod deadlock;
mod evaluate;
pub mod event;
mod exec;
mod expr;
mod fairness;
mod globals;
mod history;
mod jobs;
mod notify;
mod outcome;
mod process;
mod reckon;
mod repeat;
mod report;
mod reporter;
mod requests;
mod saving;
mod sockets;
mod status;
mod step;
mod stepper;
mod task;
mod tasks;
mod timers;
mod turn;
mod views;

use std::collections::HashSet;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::rc::Rc;

pub use evaluate::Change;
pub use event::{At, Event, Sink, Syscall, What};
pub use notify::Awaited;
pub use process::CHILD;
pub use reporter::Show;
pub use status::{Main, Status, Stop};
pub use step::NextStatement;
pub use stepper::Stepper;
pub use task::TaskHandle;

use crate::command::Args;
use crate::explain::Told;
use crate::help::foreign::{self, Foreign};
use crate::lang::{self, Source};
use crate::os::trace;
use crate::program::{self, ArgCode, Code, Fault};
use crate::value::Value;
use crate::world::{Given, Record, TaskId, World};
use fairness::Fairness;
use globals::Globals;
use history::History;
use jobs::Jobs;
use reporter::Reporter;
use task::Frame;
use tasks::{MAIN, Tasks};
use timers::Timers;

/// Of more tasks it is not told where each stands.
const TOLD_MAX: usize = 100;

/// A running program with all it owns.
pub struct Session {
    /// Sockets and files.
    pub world: World,
    /// How it stands.
    pub status: Status,
    reporter: Reporter,
    globals: Globals,
    tasks: Tasks,
    jobs: Jobs,
    timers: Timers,
    fairness: Fairness,
    /// A task that something outside could wake, when that was looked at last.
    hopeful: TaskId,
    args: Args,
    history: History,
    /// The code that was started last. Its memory is not given back piece by piece when all ends.
    code: ManuallyDrop<Option<Rc<Code>>>,
    /// Who prints bytes that are text was told how to make text of them.
    told_of_bytes: bool,
    /// The last error, for `why`.
    last_error: Option<Box<Told>>,
    /// The program that is stepped through, if one is.
    pub stepper: Stepper,
    /// How long each call takes is told.
    times: bool,
    /// How many calls were made, where they are counted.
    calls: u64,
    /// The files that this session made.
    made: HashSet<PathBuf>,
    /// Lines wait for a person: sources may be added, nothing ends by itself.
    pub interactive: bool,
}

impl Session {
    /// A session that tells a sink what happens. The arguments become `$1`, `$2`, ...
    pub fn new(sink: Box<dyn Sink>, show: Show, arguments: &[String]) -> Self {
        trace::set(false);
        let mut session = Self {
            world: World::default(),
            status: Status::default(),
            reporter: Reporter::new(sink, show),
            globals: Globals::new(arguments),
            tasks: Tasks::new(),
            jobs: Jobs::default(),
            timers: Timers::new(),
            fairness: Fairness::default(),
            hopeful: MAIN,
            args: Args::default(),
            history: History::default(),
            code: ManuallyDrop::new(None),
            times: false,
            told_of_bytes: false,
            calls: 0,
            stepper: Stepper::default(),
            made: HashSet::new(),
            interactive: false,
            last_error: None,
        };
        session.world.record = (show != Show::Prints).then(Record::default);
        session.world.wires.follows = session.reporter.tells_frames();
        session
    }

    /// Let the names that these lines define be known before their defs are read.
    pub fn declare<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        self.globals.declare(lines);
    }

    /// Read a program and give it to the main task. It runs at the next [`turn`](Self::turn).
    pub fn start(&mut self, source: &Rc<Source>) -> Result<(), lang::Error> {
        let code = self.globals.compile(source).map_err(|error| self.mended(error))?;
        self.history.push(source.clone());
        *self.code = Some(code.clone());
        self.run_main(Frame::new(code, self.globals.scope()));
        Ok(())
    }

    /// An error with what to write instead, where the line is of another language.
    pub(super) fn mended(&self, error: lang::Error) -> lang::Error {
        foreign::mend(error, &|name| self.globals.is_defined(name))
    }

    /// What lines of another language are here.
    pub fn foreign(&self, text: &str) -> Option<Foreign> {
        foreign::read(text, &|name| self.globals.is_defined(name))
    }

    /// Read a program and run none of it. Tells of each call that can only fail what a run would; gives how many there are.
    pub fn check(&mut self, source: &Rc<Source>) -> Result<usize, lang::Error> {
        let code = self.globals.compile(source)?;
        let faults = program::faults(&code, &|function, site| {
            let given = site.args.iter().map(|(arg, _)| match arg {
                ArgCode::Pair(pair) => Ok(Given { key: Some(pair.0.clone()), value: Value::None }),
                _ => Ok(Given { key: None, value: Value::None }),
            });
            Frame::of(function, site.clone(), given, Rc::default()).err()
        });
        let count = faults.len();
        for Fault { call, failure, word, span } in faults {
            let at = At { source: Some(source.clone()), span, ..At::default() };
            self.tell(What::Failed { call, failure, word, expected: false, taken: false }, at);
        }
        Ok(count)
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
        let mut running = self.tasks.iter().filter(|t| !t.frames.is_empty());
        let mut lines: Vec<String> = running.by_ref().take(TOLD_MAX).map(|t| self.whereabout(t)).collect();
        let others = running.count();
        if others > 0 {
            lines.push(format!("and {others} others"));
        }
        lines
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

    /// The names of the wires between hosts.
    pub fn wires(&self) -> Vec<Rc<str>> {
        self.world.wires.names()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Told(Rc<std::cell::RefCell<String>>);

    impl Sink for Told {
        fn event(&mut self, event: &Event) -> bool {
            if let What::Printed(text, _) = &event.what {
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
