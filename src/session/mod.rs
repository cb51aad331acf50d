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
mod outcome;
mod process;
mod requests;
mod sockets;
mod step;
mod task;
mod timers;
mod turn;
mod views;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Instant;

pub use attend::Awaited;
pub use beside::Change;
pub use event::{Event, Sink, Syscall, What};
pub use process::CHILD;
pub use step::NextStatement;
pub use task::{Job, TaskHandle};

use crate::command::Args;
use crate::explain::{self, Told};
use crate::lang::{self, Source};
use crate::os::{poller, trace};
use crate::program::{self, Code, Function, Scope, Symbols};
use crate::value::{Failure, Name, Value};
use crate::world::{Record, TaskId, World};
use task::Task;

/// How many tasks there can be at once.
pub const TASKS_MAX: usize = 1_000_000;
/// How many calls deep a defined name may call itself.
pub const FRAMES_MAX: usize = 10_000;

/// What a session tells of what it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Show {
    /// Every call with its result.
    All,
    /// What `print` prints, and errors.
    Prints,
}

/// How the main task stands.
#[derive(Clone, PartialEq, Debug)]
pub enum Main {
    /// It has nothing to do.
    Idle,
    /// It has lines to run.
    Running,
    /// Its lines ended with an error.
    Failed(Failure),
}

/// A running program with all it owns.
pub struct Session {
    /// Sockets and files.
    pub world: World,
    /// What is told.
    pub show: Show,
    /// The number of the last fact of the record that was told, where each event is to have the sockets after it.
    pub follows: Option<u64>,
    sink: Box<dyn Sink>,
    begun: Instant,
    table: Symbols,
    functions: Vec<Option<Rc<Function>>>,
    globals: Rc<Scope>,
    tasks: Vec<Option<Box<Task>>>,
    generations: Vec<u32>,
    free: Vec<u32>,
    jobs: BTreeMap<u64, Job>,
    next_job: u64,
    timers: timers::Timers,
    main: Main,
    args: Args,
    seq: u64,
    /// The names sockpit gave so far to nameless sockets, by their first letter.
    auto: BTreeMap<char, u64>,
    /// The names of the parent process whose values did not cross, and what those are.
    left: HashMap<Rc<str>, Rc<str>>,
    history: Vec<Rc<Source>>,
    /// When the whole run must be over.
    pub deadline: Option<Instant>,
    stop: Option<Stop>,
    /// How many tasks were made of each def.
    spawned: HashMap<Rc<str>, u64>,
    /// Nothing has happened since it was looked whether any task can run again.
    quiet: bool,
    failed_tasks: u32,
    turns: u32,
    /// Turns since the run queue was last empty, or since it was last polled in spite of it.
    busy: u32,
    /// How much news has come since a wait was over, or since news had to be waited for.
    ahead: u32,
    /// No task has run since the last poll.
    fresh: bool,
    /// How many entries the run queue has given so far.
    popped: u64,
    /// Ctrl-C came before the line it was meant for.
    early_interrupt: bool,
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

/// Why a session ends before its program does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// `quit`, with its exit status.
    Quit(u8),
    /// The output cannot be written any more.
    Output,
    /// The bound on the whole run ran out.
    TimedOut,
    /// A signal asks for it.
    Signal(i32),
}

impl Session {
    /// A session that tells a sink what happens. The arguments become `$1`, `$2`, ...
    pub fn new(sink: Box<dyn Sink>, show: Show, arguments: &[String]) -> Self {
        trace::set(false);
        let mut session = Self {
            world: World::default(),
            show,
            follows: None,
            sink,
            begun: Instant::now(),
            table: Symbols::default(),
            functions: Vec::new(),
            globals: Rc::default(),
            tasks: Vec::new(),
            generations: Vec::new(),
            free: Vec::new(),
            jobs: BTreeMap::new(),
            next_job: 1,
            timers: timers::Timers::new(),
            main: Main::Idle,
            args: Args::default(),
            seq: 0,
            auto: BTreeMap::new(),
            left: HashMap::new(),
            history: Vec::new(),
            deadline: None,
            stop: None,
            spawned: HashMap::new(),
            quiet: false,
            failed_tasks: 0,
            turns: 0,
            busy: 0,
            ahead: 0,
            fresh: false,
            popped: 0,
            early_interrupt: false,
            calls: 0,
            stepper: None,
            beside: None,
            interactive: false,
            last_error: None,
        };
        session.world.record = (show == Show::All).then(Record::default);
        for (i, argument) in arguments.iter().enumerate() {
            let slot = session.table.globals.slot(&(i + 1).to_string());
            session.globals.set(
                slot,
                crate::command::kinds::number(argument).map_or_else(
                    || Value::text(argument),
                    |n| {
                        // An argument that looks like a number is one, as a word of the program would be.
                        if n.to_string() == *argument { n } else { Value::text(argument) }
                    },
                ),
            );
        }
        let main = session.add_task(Task::new(Rc::from("main"), false));
        debug_assert!(main.is_ok_and(|t| t.index == 0));
        session
    }

    /// Let the names that these lines define be known before their defs are read.
    pub fn declare<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        for line in lines {
            let mut words = line.split_whitespace();
            if let (Some("def"), Some(name)) = (words.next(), words.next())
                && lang::is_name(name)
                && crate::command::find(name).is_none()
            {
                self.table.functions.slot(name);
            }
        }
    }

    /// Read a program and give it to the main task. It runs at the next [`turn`](Self::turn).
    pub fn start(&mut self, source: &Rc<Source>) -> Result<(), lang::Error> {
        let code = self.program(source)?;
        self.history.push(source.clone());
        let frame = task::Frame::new(code, self.globals.clone());
        let id = TaskId { index: 0, generation: 0 };
        if let Some(main) = self.task_mut(id) {
            main.frames.push(frame);
        }
        self.main = Main::Running;
        self.timers.begin();
        self.meet_interrupt();
        // What the line begins runs before what others had in line, as it does within a script.
        self.world.ready.push_front(id);
        Ok(())
    }

    /// The code of a program.
    fn program(&mut self, source: &Rc<Source>) -> Result<Rc<Code>, lang::Error> {
        let block = lang::parse(source)?;
        let code = program::compile(&mut self.table, source, &block)?;
        self.make_room();
        Ok(code)
    }

    /// Make room for the names that new code has.
    fn make_room(&mut self) {
        self.globals.grow(self.table.globals.count());
        self.functions.resize(self.table.functions.count(), None);
    }

    /// A Ctrl-C that came just before the line was meant for it.
    fn meet_interrupt(&mut self) {
        if std::mem::take(&mut self.early_interrupt) {
            poller::put_back_signal(libc::SIGINT);
        }
    }

    /// Go on after a bug: the main task gives up what it was doing.
    pub fn recover(&mut self) {
        self.world.current = TaskId::default();
        let mut main = Task::new(Rc::from("main"), false);
        main.id = TaskId::default();
        self.tasks[0] = Some(Box::new(main));
        self.main = Main::Idle;
        self.beside = None;
        self.stop_stepping();
    }

    /// A new line is asked for: a Ctrl-C from before is not meant for it.
    pub fn forget_interrupt(&mut self) {
        self.early_interrupt = false;
    }

    /// How the main task stands.
    pub fn main(&self) -> &Main {
        &self.main
    }

    /// Take the main task's error, if its lines ended with one.
    pub fn take_failure(&mut self) -> Option<Failure> {
        match std::mem::replace(&mut self.main, Main::Idle) {
            Main::Failed(failure) => Some(failure),
            other => {
                self.main = other;
                None
            }
        }
    }

    /// Why it ends before its program does, if it does.
    pub fn stop(&self) -> Option<Stop> {
        self.stop
    }

    /// Ask it to end.
    pub fn ask_stop(&mut self, stop: Stop) {
        self.stop.get_or_insert(stop);
    }

    /// Whether a task other than the main one or a child process must end before the script does. With no task left,
    /// daemon processes are asked to end.
    pub fn has_others(&mut self) -> bool {
        self.has_tasks() || self.world.has_children()
    }

    /// Whether a task other than the main one must end before the script does.
    pub(crate) fn has_tasks(&self) -> bool {
        self.tasks.iter().skip(1).flatten().any(|t| !t.daemon)
    }

    /// The failures that nobody took: of background calls never waited for, and of tasks.
    pub fn unseen(&self) -> Vec<String> {
        let unseen = |job: &Job| match &job.outcome {
            Some(Err(f)) if !job.seen && f.name != Name::Cancelled => Some(f.clone()),
            _ => None,
        };
        let mut lines: Vec<_> = self
            .jobs
            .iter()
            .filter_map(|(number, job)| {
                unseen(job).map(|f| format!("[{number}] {}: {f}, and nothing waited for it", job.line))
            })
            .collect();
        lines.extend(self.world.family.failures().cloned());
        if self.failed_tasks > 0 {
            lines.push(format!("{} of the tasks ended with an error", self.failed_tasks));
        }
        lines
    }

    /// Where each task stands and what it waits for.
    pub fn whereabouts(&self) -> Vec<String> {
        self.tasks.iter().flatten().filter(|t| !t.frames.is_empty()).map(|t| self.whereabout(t)).collect()
    }

    /// Show what was held back. False when nothing can be shown any more.
    pub fn flush(&mut self) -> bool {
        self.stop == Some(Stop::Output) || self.sink.flush()
    }

    /// The names in scope at the prompt with what each holds.
    pub fn bound(&self) -> impl Iterator<Item = (&Rc<str>, Value)> {
        self.table.globals.all().filter_map(|(name, slot)| Some((name, self.globals.get(slot)?)))
    }

    /// The defined names with their parameters.
    pub fn defined(&self) -> impl Iterator<Item = (&Rc<str>, &[Rc<str>])> {
        self.functions.iter().flatten().map(|f| (&f.name, &*f.params))
    }

    /// The background calls that run, or that nobody asked about since they ended.
    pub fn open_jobs(&self) -> impl Iterator<Item = u64> {
        self.jobs.iter().filter(|(_, job)| job.outcome.is_none() || !job.seen).map(|(number, _)| *number)
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
        at.process.clone_from(&self.world.family.name);
        let begun = self.begun;
        let after = self.follows.as_mut().and_then(|told| explain::after(&self.world, told, begun)).map(Box::new);
        let event = Event { seq: self.seq, begun, at, what, after };
        // With others on the same output, what was said first must stand first.
        if !self.sink.event(&event) || (self.world.family.is_shared() && !self.sink.flush()) {
            self.ask_stop(Stop::Output);
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
        while *session.main() == Main::Running {
            session.turn(None).unwrap();
        }
        // What a panic in the middle of a turn leaves behind.
        session.start(&Source::new("", "print never")).unwrap();
        session.tasks[0] = None;
        session.recover();
        session.start(&Source::new("", "print $x")).unwrap();
        while *session.main() == Main::Running {
            session.turn(None).unwrap();
        }
        assert_eq!(*told.borrow(), "5");
    }
}
