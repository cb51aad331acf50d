//! What tasks wait for besides sockets: locks, semaphores, events; queues and pools are beside this file.
//!
//! Each keeps those who wait for it in the order they came; whoever is first is served first. Nothing here knows the
//! scheduler: a change wakes the first of the line, who tries again.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::{Rc, Weak};
use std::time::Duration;

pub(crate) use super::line::WaitLine;
pub(crate) use super::queue::{Order, Pool, Queue, get, join_queue, put, shutdown_pool, task_done};
use super::{On, Step, Sweep, TaskId, Wait, Wake, World};
use crate::value::{Failure, Handle, Reply, Value};

/// Stand in line until `attempt` gives something. When the time is over it is asked a last time, and must.
pub(super) fn stand<F>(
    world: &mut World,
    line: &Rc<WaitLine>,
    limit: Option<Duration>,
    what: &'static str,
    mut attempt: F,
) -> Result<Step, Failure>
where
    F: FnMut(&mut World, bool) -> Option<Result<Step, Failure>> + 'static,
{
    if let Some(done) = attempt(world, limit == Some(Duration::ZERO)) {
        return done;
    }
    let wait = Wait { on: On::Line(line.clone(), 0), limit, again: None, what };
    Ok(Step::Park(wait, Box::new(move |world, wake| attempt(world, wake == Wake::Expired))))
}

/// A name that is given later, by the first `NAME = ...`.
#[derive(Default)]
pub(super) struct Label(RefCell<Option<Rc<str>>>);

impl Label {
    pub(super) fn set(&self, name: &Rc<str>) {
        self.0.borrow_mut().get_or_insert_with(|| name.clone());
    }

    pub(super) fn get(&self, otherwise: &str) -> String {
        self.0.borrow().as_ref().map_or_else(|| otherwise.to_string(), ToString::to_string)
    }
}

/// The sorts of lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// One task at a time; not even its holder may take it again.
    Lock,
    /// One task at a time, which may take it again.
    Recursive,
    /// As many tasks as it has places.
    Semaphore,
}

/// A lock or semaphore.
pub struct Lock {
    /// Which sort.
    pub sort: Sort,
    free: Cell<u64>,
    holders: RefCell<VecDeque<TaskId>>,
    depth: Cell<u32>,
    /// Which acquire of the session was its last.
    acquired: Cell<u64>,
    line: Rc<WaitLine>,
    label: Label,
}

impl Lock {
    /// A lock that nobody holds, with that many places.
    pub fn new(sort: Sort, places: u64) -> Self {
        let (holders, depth, line) = (RefCell::default(), Cell::default(), Rc::default());
        let (acquired, label) = (Cell::default(), Label::default());
        Self { sort, free: Cell::new(places), holders, depth, acquired, line, label }
    }

    /// Whether no place is free.
    pub fn is_locked(&self) -> bool {
        self.free.get() == 0
    }

    /// The tasks that hold it.
    pub fn holders(&self) -> Vec<TaskId> {
        self.holders.borrow().iter().copied().collect()
    }

    fn take(&self, me: TaskId) -> bool {
        if self.sort == Sort::Recursive && self.holders.borrow().front() == Some(&me) {
            self.depth.set(self.depth.get() + 1);
            return true;
        }
        if self.free.get() == 0 || !self.line.serves(me) {
            return false;
        }
        self.free.set(self.free.get() - 1);
        self.holders.borrow_mut().push_back(me);
        self.depth.set(1);
        true
    }
}

/// Take a lock: true, or false when the time is over.
pub(crate) fn acquire(world: &mut World, lock: &Rc<Lock>, limit: Option<Duration>) -> Result<Step, Failure> {
    world.locks.acquire(lock);
    let taken = lock.clone();
    stand(world, &lock.line, limit, "a lock", move |world, last| {
        if taken.take(world.current) {
            if !taken.is_locked() {
                world.serve_next(&taken.line);
            }
            return Some(Ok(Value::Bool(true).into()));
        }
        last.then(|| Ok(Value::Bool(false).into()))
    })
}

/// Give a lock back. As in Python any task may, but for a recursive one.
pub(crate) fn release(world: &mut World, lock: &Lock) -> Result<Step, Failure> {
    let me = world.current;
    if lock.sort != Sort::Semaphore && !lock.is_locked() {
        return Err(Failure::usage("release of a lock that nobody holds"));
    }
    if lock.sort == Sort::Recursive {
        if lock.holders.borrow().front() != Some(&me) {
            return Err(Failure::usage("release of a lock that another task holds"));
        }
        lock.depth.set(lock.depth.get() - 1);
        if lock.depth.get() > 0 {
            return Ok(Step::Done(Reply::Nothing));
        }
    }
    let_go(world, lock, me);
    Ok(Step::Done(Reply::Nothing))
}

fn let_go(world: &mut World, lock: &Lock, holder: TaskId) {
    let mut holders = lock.holders.borrow_mut();
    let place = holders.iter().position(|h| *h == holder).unwrap_or(0);
    holders.remove(place);
    drop(holders);
    lock.free.set(lock.free.get() + 1);
    world.serve(&lock.line);
}

/// The locks that were ever acquired, by their lines.
#[derive(Default)]
pub(super) struct Locks {
    all: HashMap<*const WaitLine, Weak<Lock>>,
    /// How many acquires there were.
    count: u64,
    sweep: Sweep,
}

impl Locks {
    fn acquire(&mut self, lock: &Rc<Lock>) {
        self.count += 1;
        if lock.acquired.replace(self.count) > 0 {
            return;
        }
        if self.sweep.is_due(self.all.len()) {
            self.all.retain(|_, lock| lock.strong_count() > 0);
            self.sweep.done(self.all.len());
        }
        self.all.insert(Rc::as_ptr(&lock.line), Rc::downgrade(lock));
    }
}

impl World {
    /// The locks that a task holds, in the order they were acquired.
    pub fn held_by(&self, task: TaskId) -> Vec<Rc<Lock>> {
        let all = self.locks.all.values().filter_map(Weak::upgrade);
        let mut held: Vec<_> = all.filter(|l| l.holders.borrow().contains(&task)).collect();
        held.sort_by_key(|lock| lock.acquired.get());
        held
    }

    /// The lock that a line is for.
    pub fn lock_of(&self, line: &Rc<WaitLine>) -> Option<Rc<Lock>> {
        self.locks.all.get(&Rc::as_ptr(line))?.upgrade().filter(|lock| Rc::ptr_eq(&lock.line, line))
    }

    /// Release all that a task holds: it was cancelled.
    pub fn release_all(&mut self, task: TaskId) {
        for lock in self.held_by(task) {
            while lock.holders.borrow().contains(&task) {
                let_go(self, &lock, task);
            }
        }
    }
}

impl Handle for Lock {
    fn kind(&self) -> &'static str {
        if self.sort == Sort::Semaphore { "a semaphore" } else { "a lock" }
    }

    fn label(&self) -> String {
        self.label.get(match self.sort {
            Sort::Semaphore => "a semaphore",
            _ => "a lock",
        })
    }

    fn summary(&self) -> String {
        match (self.sort, self.is_locked()) {
            (Sort::Semaphore, _) => format!("<semaphore, {} free>", self.free.get()),
            (Sort::Recursive, true) => format!("<rlock, held, depth {}>", self.depth.get()),
            (Sort::Recursive, false) => "<rlock, free>".into(),
            (Sort::Lock, true) => "<lock, held>".into(),
            (Sort::Lock, false) => "<lock, free>".into(),
        }
    }

    fn name_it(&self, name: &Rc<str>) {
        self.label.set(name);
    }
}

/// A flag that tasks wait for.
#[derive(Default)]
pub(crate) struct EventFlag {
    flag: Cell<bool>,
    /// How often it was set: whoever waited for one of these goes on, even if it was cleared again since.
    sets: Cell<u64>,
    line: Rc<WaitLine>,
    label: Label,
}

impl EventFlag {
    /// Whether it is set.
    pub(crate) fn is_set(&self) -> bool {
        self.flag.get()
    }

    /// Set or clear it. Setting lets everyone who waits go on.
    pub(crate) fn set(&self, world: &mut World, on: bool) {
        self.flag.set(on);
        if on {
            self.sets.set(self.sets.get() + 1);
            world.serve_all(&self.line);
        }
    }
}

/// Wait until an event is set: true, or false when the time is over.
pub(crate) fn wait_event(world: &mut World, event: &Rc<EventFlag>, limit: Option<Duration>) -> Result<Step, Failure> {
    let (awaited, before) = (event.clone(), event.sets.get());
    stand(world, &event.line, limit, "an event", move |_, last| {
        let set = awaited.is_set() || awaited.sets.get() != before;
        (set || last).then(|| Ok(Value::Bool(set).into()))
    })
}

impl Handle for EventFlag {
    fn kind(&self) -> &'static str {
        "an event"
    }

    fn label(&self) -> String {
        self.label.get("an event")
    }

    fn summary(&self) -> String {
        format!("<event, {}>", if self.is_set() { "set" } else { "clear" })
    }

    fn name_it(&self, name: &Rc<str>) {
        self.label.set(name);
    }
}
