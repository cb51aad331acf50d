//! Tasks: a stack of frames each, and what the task waits for when it does not run.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use crate::program::{Code, Function, Scope, Site};
use crate::value::{Failure, Handle, List, Reply, Value};
use crate::world::sync::Pool;
use crate::world::{Resume, TaskId, Wait};

/// A call in progress of a program or a def.
pub(super) struct Frame {
    pub code: Rc<Code>,
    /// The next op.
    pub pc: usize,
    pub scope: Rc<Scope>,
    pub temps: Vec<Temp>,
    /// The error that an `except` is looking at.
    pub error: Option<Box<Failure>>,
    /// What follows the `finally` blocks being run.
    pub afters: Vec<Pending>,
    /// What `return` gives, while `finally` blocks run.
    pub returns: Reply,
    /// The call that made this frame, and what it called.
    pub called: Option<(Rc<Site>, Rc<Function>)>,
}

impl Frame {
    pub(super) fn new(code: Rc<Code>, scope: Rc<Scope>) -> Self {
        let temps = vec![Temp::None; code.temps];
        let (error, afters, returns, called) = (None, Vec::new(), Reply::Nothing, None);
        Self { code, pc: 0, scope, temps, error, afters, returns, called }
    }

    /// The frame of a def, with its arguments in the slots of its parameters.
    pub(super) fn of(function: &Rc<Function>, site: Rc<Site>, args: Vec<Value>) -> Result<Self, Failure> {
        if function.params.len() != args.len() {
            return Err(Failure::usage(format!(
                "`{}` takes {} arguments ({}), and here are {}",
                function.name,
                function.params.len(),
                function.params.join(" "),
                args.len()
            )));
        }
        let scope = Scope::with(function.slots);
        for (i, value) in args.into_iter().enumerate() {
            scope.set(i, value);
        }
        let called = Some((site, function.clone()));
        Ok(Self { called, ..Self::new(function.code.clone(), Rc::new(scope)) })
    }
}

/// A loop's hidden value.
#[derive(Clone, Default)]
pub(super) enum Temp {
    #[default]
    None,
    /// How often it goes on.
    Count(u64),
    /// What it walks over, and how far it is.
    Each(Rc<List>, usize),
}

/// What follows a `finally`.
pub(super) enum Pending {
    Jump(usize),
    Raise(Failure),
}

/// A task.
#[derive(Default)]
pub(super) struct Task {
    pub id: TaskId,
    pub name: Rc<str>,
    pub frames: Vec<Frame>,
    pub parked: Option<Parked>,
    /// Which call of the session it is in, where they are counted.
    pub call: u64,
    /// The socket that the call it is in was given, 0 for none.
    pub about: u64,
    /// Counts its waits, so that a timer of an earlier one is known for what it is.
    pub epoch: u64,
    /// Its time is up.
    pub expired: bool,
    /// It ends with the main task.
    pub daemon: bool,
    /// Whose worker runs it.
    pub pool: Option<Rc<Pool>>,
    /// It is a background call.
    pub job: Option<u64>,
    /// It runs lines that were typed while a program is stepped through, or what they set off: beside the program.
    pub evaluates: bool,
    pub handle: Rc<TaskHandle>,
    /// The tasks that wait for its end.
    pub joiners: Vec<TaskId>,
    /// What its last call gave: a job's result.
    pub result: Reply,
}

impl Task {
    pub(super) fn new(name: Rc<str>, coroutine: bool) -> Self {
        let handle = Rc::new(TaskHandle { name: name.clone(), coroutine, ..TaskHandle::default() });
        Self { name, handle, daemon: coroutine, ..Self::default() }
    }
}

/// A task as a value.
#[derive(Default)]
pub struct TaskHandle {
    pub(super) id: Cell<TaskId>,
    /// Its name.
    pub name: Rc<str>,
    /// It has ended.
    pub done: Cell<bool>,
    /// The error it ended with.
    pub failure: RefCell<Option<Box<Failure>>>,
    /// What its def returned, until it is asked for.
    pub result: RefCell<Option<Reply>>,
    /// It is a coroutine: it runs only when it is resumed.
    pub coroutine: bool,
    /// What passes between a coroutine and who resumes it.
    pub passed: RefCell<Option<Value>>,
    /// The task that resumed it and waits for its `yield`.
    pub(super) resumer: Cell<Option<TaskId>>,
}

impl Handle for TaskHandle {
    fn kind(&self) -> &'static str {
        if self.coroutine { "a coroutine" } else { "a task" }
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    fn summary(&self) -> String {
        let state = match (self.done.get(), &*self.failure.borrow()) {
            (false, _) => "running".to_string(),
            (true, None) => "ended".to_string(),
            (true, Some(f)) => format!("ended with {}", f.name.as_str()),
        };
        let kind = if self.coroutine { "coroutine" } else { "task" };
        format!("<{kind} {}, {state}>", self.name)
    }
}

/// What a task waits for, and the call it is in.
pub(super) struct Parked {
    pub on: Parking,
    pub site: Rc<Site>,
    /// When its wait ends.
    pub until: Option<Instant>,
}

pub(super) enum Parking {
    /// A call, to be tried again.
    Call(Wait, Resume),
    /// Background calls.
    Jobs(Vec<u64>),
    /// A task's end.
    Join(Rc<TaskHandle>),
    /// Its turn: the entry of the run queue with that number.
    Turn(u64),
    /// A coroutine's next `yield`.
    Resumed(Rc<TaskHandle>),
    /// Being resumed.
    Yielded,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiting_task_is_small() {
        let waiting = size_of::<Task>() + size_of::<Frame>() + size_of::<TaskHandle>();
        assert!(waiting <= 700, "{waiting} bytes");
    }
}
