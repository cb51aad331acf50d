//! Queues of values between tasks, and pools of workers.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use super::sync::{Label, WaitLine, stand};
use super::{Step, World};
use crate::value::{Failure, Handle, Name, Reply, Value, ending};

/// The order in which a queue gives its entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// First in, first out.
    Fifo,
    /// Last in, first out.
    Lifo,
    /// The least first.
    Priority,
}

/// What is in a queue.
enum Entries {
    /// In the order they are given.
    Row(VecDeque<Value>),
    /// The least first; how many there ever were.
    Heap(BinaryHeap<Entry>, u64),
}

impl Entries {
    fn take(&mut self) -> Option<Value> {
        match self {
            Self::Row(row) => row.pop_front(),
            Self::Heap(heap, _) => heap.pop().map(|entry| entry.value),
        }
    }
}

/// An entry of a heap: the greatest is the one to give next, which has the least value; of equal ones the first that came.
struct Entry {
    value: Value,
    number: u64,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value = other.value.order(&self.value).unwrap_or(Ordering::Equal);
        by_value.then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

/// A queue of values between tasks.
pub(crate) struct Queue {
    order: Order,
    /// How many entries it takes; 0 for any number.
    max: usize,
    entries: RefCell<Entries>,
    /// Entries that were put and not yet reported done.
    unfinished: Cell<u64>,
    getters: Rc<WaitLine>,
    putters: Rc<WaitLine>,
    joiners: Rc<WaitLine>,
    label: Label,
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new(order: Order, max: usize) -> Self {
        let (getters, putters, joiners) = (Rc::default(), Rc::default(), Rc::default());
        let entries = match order {
            Order::Priority => Entries::Heap(BinaryHeap::new(), 0),
            _ => Entries::Row(VecDeque::new()),
        };
        let (entries, unfinished, label) = (RefCell::new(entries), Cell::default(), Label::default());
        Self { order, max, entries, unfinished, getters, putters, joiners, label }
    }

    /// How many entries are in it.
    pub(crate) fn len(&self) -> usize {
        match &*self.entries.borrow() {
            Entries::Row(row) => row.len(),
            Entries::Heap(heap, _) => heap.len(),
        }
    }

    /// Whether it has no entry.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it takes no more.
    pub(crate) fn is_full(&self) -> bool {
        self.max > 0 && self.len() >= self.max
    }

    fn insert(&self, value: Value) -> Result<(), Failure> {
        match &mut *self.entries.borrow_mut() {
            Entries::Row(row) if self.order == Order::Lifo => row.push_front(value),
            Entries::Row(row) => row.push_back(value),
            Entries::Heap(heap, count) => {
                let least = heap.peek().map(|entry| &entry.value);
                if let Some(least) = least.filter(|least| value.order(least).is_none()) {
                    let (one, other) = (value.kind(), least.kind());
                    return Err(Failure::usage(format!("a priority queue cannot order {one} and {other}")));
                }
                *count += 1;
                heap.push(Entry { value, number: *count });
            }
        }
        self.unfinished.set(self.unfinished.get() + 1);
        Ok(())
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        match self.entries.get_mut() {
            Entries::Row(row) => ending::end(row.drain(..)),
            Entries::Heap(heap, _) => {
                ending::end(heap.drain().map(|entry| entry.value).collect::<Vec<_>>().into_iter());
            }
        }
    }
}

/// Put a value in; a full queue is waited for, and gives `Full` when the time is over.
pub(crate) fn put(
    world: &mut World,
    queue: &Rc<Queue>,
    value: Value,
    limit: Option<Duration>,
) -> Result<Step, Failure> {
    let to = queue.clone();
    let mut value = Some(value);
    stand(world, &queue.putters, limit, "room in the queue", move |world, last| {
        if to.is_full() || !to.putters.serves(world.current) {
            return last.then(|| Err(Failure::new(Name::Full)));
        }
        if let Err(failure) = value.take().map_or(Ok(()), |v| to.insert(v)) {
            return Some(Err(failure));
        }
        world.serve(&to.getters);
        if !to.is_full() {
            world.serve_next(&to.putters);
        }
        Some(Ok(Step::Done(Reply::Nothing)))
    })
}

/// Take the next value out; an empty queue is waited for, and gives `Empty` when the time is over.
pub(crate) fn get(world: &mut World, queue: &Rc<Queue>, limit: Option<Duration>) -> Result<Step, Failure> {
    let from = queue.clone();
    stand(world, &queue.getters, limit, "an entry in the queue", move |world, last| {
        if !from.getters.serves(world.current) {
            return last.then(|| Err(Failure::new(Name::Empty)));
        }
        let Some(value) = from.entries.borrow_mut().take() else {
            return last.then(|| Err(Failure::new(Name::Empty)));
        };
        world.serve(&from.putters);
        if !from.is_empty() {
            world.serve_next(&from.getters);
        }
        Some(Ok(value.into()))
    })
}

/// An entry that was taken out is dealt with.
pub(crate) fn task_done(world: &mut World, queue: &Queue) -> Result<Step, Failure> {
    let left = queue.unfinished.get().checked_sub(1);
    queue.unfinished.set(left.ok_or_else(|| Failure::usage("task_done was called more often than put"))?);
    if left == Some(0) {
        world.serve_all(&queue.joiners);
    }
    Ok(Step::Done(Reply::Nothing))
}

/// Wait until every entry that was put is dealt with.
pub(crate) fn join_queue(world: &mut World, queue: &Rc<Queue>, limit: Option<Duration>) -> Result<Step, Failure> {
    let joined = queue.clone();
    stand(world, &queue.joiners, limit, "task_done for every entry", move |_, last| {
        (last || joined.unfinished.get() == 0).then(|| Ok(Step::Done(Reply::Nothing)))
    })
}

impl Handle for Queue {
    fn kind(&self) -> &'static str {
        "a queue"
    }

    fn label(&self) -> String {
        self.label.get("a queue")
    }

    fn summary(&self) -> String {
        let sort = match self.order {
            Order::Fifo => "queue",
            Order::Lifo => "lifoqueue",
            Order::Priority => "priorityqueue",
        };
        let room = if self.max > 0 { format!(" of {}", self.max) } else { String::new() };
        format!("<{sort}, {}{room} entries>", self.len())
    }

    fn name_it(&self, name: &Rc<str>) {
        self.label.set(name);
    }
}

/// Workers that take jobs: never more tasks of it run at once than it has workers.
pub struct Pool {
    /// How many of its tasks may run at once.
    pub size: usize,
    /// How many do.
    pub running: Cell<usize>,
    /// Those that wait for a worker.
    pub queued: WaitLine,
    /// No more are taken.
    pub closed: Cell<bool>,
    line: Rc<WaitLine>,
    label: Label,
}

impl Pool {
    /// A pool with that many workers.
    pub fn new(size: usize) -> Self {
        let (running, closed, label) = (Cell::default(), Cell::default(), Label::default());
        Self { size, running, queued: WaitLine::default(), closed, line: Rc::default(), label }
    }

    fn is_idle(&self) -> bool {
        self.running.get() == 0 && self.queued.is_empty()
    }

    /// One of its tasks has ended, which had that ticket: the next that waits may run.
    pub fn ended(&self, world: &mut World, ticket: u64) {
        let was_cancelled_before_it_ran = self.queued.leave(ticket).is_some();
        if !was_cancelled_before_it_ran {
            match self.queued.take_first() {
                Some(next) => world.ready.push_back(next),
                None => self.running.set(self.running.get() - 1),
            }
        }
        if self.is_idle() {
            world.serve_all(&self.line);
        }
    }
}

/// Take no more jobs, and wait until all are done.
pub(crate) fn shutdown_pool(world: &mut World, pool: &Rc<Pool>) -> Result<Step, Failure> {
    pool.closed.set(true);
    let ended = pool.clone();
    stand(world, &pool.line, None, "the pool's tasks", move |_, _| {
        ended.is_idle().then(|| Ok(Step::Done(Reply::Nothing)))
    })
}

impl Handle for Pool {
    fn kind(&self) -> &'static str {
        "a pool"
    }

    fn label(&self) -> String {
        self.label.get("a pool")
    }

    fn summary(&self) -> String {
        format!("<pool, {} of {} workers busy, {} waiting>", self.running.get(), self.size, self.queued.len())
    }

    fn name_it(&self, name: &Rc<str>) {
        self.label.set(name);
    }
}
