//! Tasks: a stack of frames each, and what the task waits for when it does not run.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::beat::Beat;
use crate::program::{Code, Function, Scope, Site};
use crate::value::{Failure, Handle, List, Name, Reply, Value, ending, text};
use crate::world::sync::Pool;
use crate::world::{Given, Resume, TaskId, Wait};

/// A call in progress of a program or a def.
pub(super) struct Frame {
    pub code: Rc<Code>,
    /// The next op.
    pub pc: usize,
    pub scope: Rc<Scope>,
    pub temps: Vec<Temp>,
    /// What its `try` blocks keep, once one of them keeps anything.
    pub tries: Option<Box<Tries>>,
    /// The call that made this frame, and what it called.
    pub called: Option<(Rc<Site>, Rc<Function>)>,
}

/// What the `try` blocks of a frame keep.
#[derive(Default)]
pub(super) struct Tries {
    /// The error that an `except` is looking at.
    pub error: Option<Box<Failure>>,
    /// What follows the `finally` blocks being run.
    pub afters: Vec<Pending>,
    /// What `return` gives, while `finally` blocks run.
    pub returns: Option<Reply>,
}

impl Frame {
    #[inline]
    pub(super) fn new(code: Rc<Code>, scope: Rc<Scope>) -> Self {
        // Most defs have no loop: to make nothing of no size costs something.
        let temps = if code.temps == 0 { Vec::new() } else { vec![Temp::None; code.temps] };
        Self { code, pc: 0, scope, temps, tries: None, called: None }
    }

    /// The frame of a def, with its arguments in the slots of its parameters: in an empty scope.
    pub(super) fn of(
        function: &Rc<Function>,
        site: Rc<Site>,
        args: impl ExactSizeIterator<Item = Result<Given, Failure>>,
        scope: Rc<Scope>,
    ) -> Result<Self, Failure> {
        let (params, count) = (&function.params, args.len());
        let mut slots = scope.slots();
        slots.reserve_exact(function.slots);
        slots.resize_with(function.slots, || None);
        for (i, given) in args.enumerate() {
            let Given { key, value } = given.map_err(|failure| failure.at(i))?;
            let slot = match key {
                None if i < params.len() => i,
                None => return Err(too_many(function, count).at(i)),
                Some(key) => params.iter().position(|p| *p == key).ok_or_else(|| no_param(function, &key).at(i))?,
            };
            if slots[slot].replace(value).is_some() {
                return Err(Failure::usage(format!("`{}` is given twice", params[slot])).at(i));
            }
        }
        if count < params.len() {
            return Err(too_few(function, &slots));
        }
        drop(slots);
        let mut frame = Self::new(function.code.clone(), scope);
        frame.called = Some((site, function.clone()));
        Ok(frame)
    }

    /// What its `try` blocks keep.
    pub(super) fn tries(&mut self) -> &mut Tries {
        self.tries.get_or_insert_default()
    }

    /// The error that an `except` is looking at.
    pub(super) fn error(&self) -> Option<&Failure> {
        self.tries.as_ref()?.error.as_deref()
    }

    /// The same, taken from it.
    pub(super) fn take_error(&mut self) -> Failure {
        self.tries().error.take().map_or(Failure::new(Name::Cancelled), |failure| *failure)
    }

    /// Take one off a counter, unless it is at its end.
    #[inline]
    pub(super) fn count_down(&mut self, temp: usize) -> bool {
        match &mut self.temps[temp] {
            Temp::Count(n) if *n > 0 => {
                *n -= 1;
                true
            }
            _ => false,
        }
    }

    /// What a def's parameters hold.
    pub(super) fn arguments(&self) -> Vec<Value> {
        let count = self.called.as_ref().map_or(0, |(_, function)| function.params.len());
        (0..count).filter_map(|slot| self.scope.get(slot)).collect()
    }
}

fn too_many(function: &Function, count: usize) -> Failure {
    let (name, takes) = (&function.name, function.params.len());
    match takes {
        0 => Failure::usage(format!("`{name}` takes no arguments")),
        _ => Failure::usage(format!(
            "`{name}` takes {takes} arguments ({}), and here are {count}",
            function.params.join(" ")
        )),
    }
}

fn too_few(function: &Function, slots: &[Option<Value>]) -> Failure {
    let missing = (0..function.params.len()).filter(|slot| slots[*slot].is_none());
    let missing: Vec<String> = missing.map(|slot| format!("`{}`", function.params[slot])).collect();
    let are = if missing.len() == 1 { "is" } else { "are" };
    let text = format!("{} {are} missing", missing.join(" and "));
    Failure::usage(text).note(format!("usage: {} {}", function.name, function.params.join(" ").to_uppercase()))
}

fn no_param(function: &Function, key: &str) -> Failure {
    let failure = Failure::usage(format!("`{}` has no parameter `{key}`", function.name));
    let failure = match text::nearest(key, function.params.iter().map(|p| &**p)) {
        Some(near) => failure.note(format!("did you mean {near}=?")),
        None if function.params.is_empty() => failure.note("it takes no arguments"),
        None => failure.note(format!("it has: {}", function.params.join(" "))),
    };
    failure.note("as text, the word needs quotes")
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
    /// When it is time again.
    Beat(Beat),
}

/// What follows a `finally`.
pub(super) enum Pending {
    Jump(usize),
    Raise(Failure),
}

/// When calls began, each with the number of frames that the task had.
type Begun = Vec<(usize, Instant)>;

/// A task.
#[derive(Default)]
pub(super) struct Task {
    pub id: TaskId,
    pub name: Rc<str>,
    pub frames: Vec<Frame>,
    pub parked: Option<Parked>,
    /// When the calls that it is in began, where that is told.
    begun: Cell<Option<Box<Begun>>>,
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
    /// Whose worker runs it, and the ticket with which it waited for that.
    pub pool: Option<(Rc<Pool>, u64)>,
    /// It is a background call.
    pub job: Option<u64>,
    /// How many frames it had where it began to repeat a call.
    pub repeats: u32,
    /// It runs lines that were typed while a program is stepped through, or what they set off: beside the program.
    pub evaluates: bool,
    pub handle: Rc<TaskHandle>,
    /// The tasks that wait for its end.
    pub joiners: Vec<TaskId>,
    /// What its last call gave: a job's result.
    pub result: Option<Box<Reply>>,
}

impl Task {
    pub(super) fn new(name: Rc<str>, coroutine: bool) -> Self {
        let mut handle = TaskHandle::default();
        (handle.name, handle.coroutine) = (name.clone(), coroutine);
        let handle = Rc::new(handle);
        Self { name, handle, daemon: coroutine, ..Self::default() }
    }

    /// What its call waits for, if it stands in one.
    pub(super) fn wait(&self) -> Option<&Wait> {
        match &self.parked.as_ref()?.on {
            Parking::Call(wait, _) => Some(wait),
            _ => None,
        }
    }

    /// A call begins, whose time is told.
    pub(super) fn begins(&self) {
        let depth = self.frames.len();
        let mut begun = self.begun.take().unwrap_or_default();
        begun.retain(|(before, _)| *before < depth);
        begun.push((depth, Instant::now()));
        self.begun.set(Some(begun));
    }

    /// How long the call took that ends now, where that is told.
    pub(super) fn took(&self) -> Option<Duration> {
        self.took_at(self.frames.len())
    }

    /// How long the call took that was made with so many frames.
    pub(super) fn took_at(&self, depth: usize) -> Option<Duration> {
        let mut begun = self.begun.take()?;
        // Those further in were left with an error.
        begun.retain(|(before, _)| *before <= depth);
        let ended = begun.pop_if(|(before, _)| *before == depth);
        self.begun.set((!begun.is_empty()).then_some(begun));
        ended.map(|(_, at)| at.elapsed())
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
    pub result: RefCell<Option<Box<Reply>>>,
    /// It is a coroutine: it runs only when it is resumed.
    pub coroutine: bool,
    /// What passes between a coroutine and who resumes it.
    pub passed: RefCell<Option<Value>>,
    /// The task that resumed it and waits for its `yield`.
    pub(super) resumer: Cell<Option<TaskId>>,
}

impl Drop for TaskHandle {
    fn drop(&mut self) {
        let left = self.result.take().map(|reply| reply.into_values()).unwrap_or_default();
        ending::end(left.into_iter().chain(self.passed.take()));
    }
}

impl TaskHandle {
    /// What its def returned.
    pub(super) fn result(&self) -> Reply {
        self.result.borrow().as_deref().cloned().unwrap_or_default()
    }
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

    fn parts(&self) -> Vec<(&'static str, Value)> {
        vec![("name", Value::text(&*self.name))]
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
    /// The time to make the call again.
    Beat,
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
        assert!(waiting <= 480, "{waiting} bytes");
    }
}
