//! What a call comes to: done, or what it waits for and how it goes on.

use std::rc::Rc;
use std::time::Duration;

use super::sync::{Pool, WaitLine};
use super::{ROOM, Socket, World};
use crate::value::{Failure, Reply, Table, Value};

/// A task, as those who wake it know it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
pub struct TaskId {
    /// Its place in the scheduler.
    pub index: u32,
    /// Which task of those that had the place.
    pub generation: u32,
}

/// The outcome of trying a call once.
pub enum Step {
    /// It is done.
    Done(Reply),
    /// It cannot be made yet: what it waits for, and how it goes on then.
    Park(Wait, Resume),
    /// Only the scheduler can do it.
    Ask(Request),
}

impl<T: Into<Reply>> From<T> for Step {
    fn from(reply: T) -> Self {
        Self::Done(reply.into())
    }
}

/// How a parked call goes on. It is called when what it waits for may have come; `None` means wait on, anything else
/// is the next step: done, failed, or something else to wait for.
pub type Resume = Box<dyn FnMut(&mut World, Wake) -> Option<Result<Step, Failure>>>;

/// Why a parked call is tried again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wake {
    /// Something happened to what it waits for.
    Ready,
    /// Its time is up.
    Expired,
}

/// What a call waits for.
pub struct Wait {
    /// Where the wake comes from.
    pub on: On,
    /// How long it lasts at most.
    pub limit: Option<Duration>,
    /// Try again at this interval: for what the kernel never signals.
    pub again: Option<Duration>,
    /// What would end it, for people: `a connection`, `data`.
    pub what: &'static str,
}

impl Wait {
    /// Whether the kernel signals its end, or some of what may end it, on that socket.
    pub fn is_signalled(&self, socket: &Socket) -> bool {
        self.again.is_none() || (self.what == ROOM && socket.kind != libc::SOCK_DGRAM)
    }

    /// What would end it, and on which socket, for people.
    pub fn place(&self) -> String {
        match &self.on {
            On::Socket(socket) => format!("{} on {}", self.what, socket.name()),
            _ => self.what.to_string(),
        }
    }
}

/// Where a wake comes from.
pub enum On {
    /// Time alone.
    Time,
    /// A socket's readiness, its shutdown, or its being closed.
    Socket(Rc<Socket>),
    /// Any of several sockets.
    Sockets(Vec<Rc<Socket>>),
    /// A place in a line, by its ticket: for a lock, a queue, an event.
    Line(Rc<WaitLine>, u64),
    /// A helper thread: name resolution, a lingering close.
    Thread,
    /// A frame that a wire holds.
    Wire,
}

/// An argument of a defined name.
#[derive(Clone, Debug)]
pub struct Given {
    /// The parameter it names; none where its place tells.
    pub key: Option<Rc<str>>,
    /// The value.
    pub value: Value,
}

/// A defined name and what it is called with.
#[derive(Debug)]
pub struct DefCall {
    /// The defined name.
    pub name: Rc<str>,
    /// What the task or process is to be called, if its user says so.
    pub title: Option<Rc<str>>,
    /// Its arguments; those given by name come last.
    pub args: Vec<Given>,
    /// How many of the call's words stand before them.
    pub before: usize,
}

/// What a session writes to a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Write {
    /// What is shown from now on.
    Tee,
    /// What is there: its lines, a transcript, a capture.
    Save,
}

/// What a call asks of the scheduler.
pub enum Request {
    /// Let every other task that can run go first; in a coroutine, give this value to who resumed it.
    Yield(Option<Value>),
    /// Make a coroutine of a defined name.
    Coroutine(DefCall),
    /// Run a coroutine to its next `yield`, which gives that value inside.
    Resume(Value, Value),
    /// Run a defined name when a worker of the pool is free.
    Submit(Rc<Pool>, DefCall),
    /// Start a defined name as a task; whether it ends with the main task.
    Spawn(bool, DefCall),
    /// Run a defined name in a process of its own, likewise.
    Process(bool, DefCall),
    /// Wait for background calls; gives the result of the last.
    WaitJobs(Vec<u64>),
    /// Wait for a task or a process to end.
    Join(Value, Option<Duration>),
    /// Whether a job, a task or a process still runs.
    IsAlive(Value),
    /// Cancel a job or a task.
    Cancel(Value),
    /// List the background calls.
    Jobs,
    /// List the tasks.
    Tasks,
    /// The task that asks.
    CurrentTask,
    /// Show this text; a name for it gets it instead.
    View(String),
    /// List the names in scope.
    Vars,
    /// List the sockets.
    Sockets,
    /// The lines typed so far.
    History,
    /// Show more of what was too long for the screen.
    More,
    /// Tell each system call, or no more.
    Trace(bool),
    /// Tell how long each call takes, or no more.
    Timing(bool),
    /// Write what is shown to that file as well, or no more.
    Tee(Option<String>),
    /// Write the lines typed so far to a file.
    Save(String),
    /// Write that to a file, whatever it was before.
    Write(Write, String),
    /// Run a file's lines here.
    Source(String),
    /// Explain a call, an option, a word: whatever has these names; all calls when there is none.
    Help(Vec<String>),
    /// Explain the last error, or tell what happened to a socket.
    Why(Option<Rc<Socket>>),
    /// Draw what happened to these sockets, or to all.
    Diagram(Vec<Rc<Socket>>),
    /// Show rows; a name for them gets that value.
    Rows(Table, Value),
    /// List the lessons of the course.
    Lessons,
    /// Go through a lesson: the one that these words name, or the next.
    Learn(Vec<String>),
    /// Clear the screen, where there is one.
    ClearScreen,
    /// Leave with this exit status.
    Quit(u8),
}
