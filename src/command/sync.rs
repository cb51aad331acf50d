//! What tasks share: locks, semaphores, events, queues, pools.

use std::rc::Rc;
use std::time::Duration;

use super::args::expected;
use super::{Args, Command, Group, Kind, KnownError, Need, Param, Run, bare, err, opt, req};
use crate::os::fd;
use crate::value::{Failure, Handle, Holds, Reply, Value};
use crate::world::sync::{self, EventFlag, Lock, Order, Pool, Queue, Sort};
use crate::world::{MpLock, MpQueue, Request, Step, World, mplock, mpqueue};

fn lock_in(args: &Args) -> Result<Rc<Lock>, Failure> {
    args.value(0).downcast_rc().ok_or_else(|| expected(0, "a lock or a semaphore", args.value(0)))
}

fn event_in(args: &Args) -> Result<Rc<EventFlag>, Failure> {
    args.value(0).downcast_rc().ok_or_else(|| expected(0, "an event", args.value(0)))
}

fn queue_in(args: &Args) -> Result<Rc<Queue>, Failure> {
    args.value(0).downcast_rc().ok_or_else(|| expected(0, "a queue", args.value(0)))
}

fn limit(args: &Args, i: usize) -> Result<Option<Duration>, Failure> {
    Ok(args.seconds(i)?.map(fd::seconds))
}

fn made(thing: impl Handle) -> Result<Step, Failure> {
    Ok(Value::Handle(Rc::new(thing)).into())
}

fn semaphore(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let places = if args.has(0) { args.size(0)? } else { 1 };
    made(Lock::new(Sort::Semaphore, places as u64))
}

fn set(world: &mut World, args: &Args, on: bool) -> Result<Step, Failure> {
    event_in(args)?.set(world, on);
    Ok(Step::Done(Reply::Nothing))
}

fn new_queue(args: &Args, order: Order) -> Result<Step, Failure> {
    // As in Python, no size and any below 1 is no bound.
    let max = if args.has(0) { usize::try_from(args.int(0)?.max(0)).unwrap_or(0) } else { 0 };
    made(Queue::new(order, max))
}

/// The lock between processes that is given, if it is one of those.
fn shared_lock(args: &Args) -> Option<Rc<MpLock>> {
    args.value(0).downcast_rc()
}

/// The queue between processes that is given, if it is one of those.
fn between_processes(args: &Args) -> Option<Rc<MpQueue>> {
    args.value(0).downcast_rc()
}

fn put(world: &mut World, args: &mut Args, wait: bool) -> Result<Step, Failure> {
    let limit = if wait { limit(args, 2)? } else { Some(Duration::ZERO) };
    if let Some(queue) = between_processes(args) {
        return mpqueue::put(world, &queue, args.value(1), limit, wait);
    }
    let queue = queue_in(args)?;
    sync::put(world, &queue, args.take(1), limit)
}

fn get(world: &mut World, args: &Args, wait: bool) -> Result<Step, Failure> {
    let limit = if wait { limit(args, 1)? } else { Some(Duration::ZERO) };
    if let Some(queue) = between_processes(args) {
        return mpqueue::get(world, &queue, limit, wait);
    }
    sync::get(world, &queue_in(args)?, limit)
}

fn pool(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    match args.size(0)? {
        0 => Err(Failure::usage("a pool needs a worker at least").at(0)),
        size => made(Pool::new(size)),
    }
}

const fn command(name: &'static str, summary: &'static str, run: Run) -> Command {
    bare(Group::Tasks, name, summary, run)
}

const LOCKS: &[&str] = &["a lock", "a semaphore", "a lock between processes"];
pub(super) const EVENT: &[&str] = &["an event"];
pub(super) const QUEUES: &[&str] = &["a queue", "a queue between processes"];

const M: Param = req("M", Kind::Thing).or(LOCKS);
const E: Param = req("E", Kind::Thing).or(EVENT);
const Q: Param = req("Q", Kind::Thing).or(QUEUES).is("a queue");
const V: Param = req("V", Kind::Any).is("any value");
const MAX: Param = opt("MAX", Kind::Int).is("how many entries it takes; no limit for 0 or when left out");
const SECONDS: Param = opt("SECONDS", Kind::Seconds).is("no limit when left out");

const NO_EVENT: KnownError = err("Usage", "it is no event");
const NO_LOCK: KnownError = err("Usage", "it is no lock, or nobody holds it");
const NO_QUEUE: KnownError = err("Usage", "it is no queue");
const EMPTY: KnownError = err("Empty", "no entry came in time");
const FULL: KnownError = err("Full", "no room came in time");

const LIES: &str = "Of a queue between processes it says how things were when it was asked: another process may put or get before \
                    the next line runs. get_nowait and put_nowait ask and do it in one.";

/// The calls of this file.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        results: &[("lock", Holds::Live)],
        returns: "the lock",
        python: "threading.Lock()",
        also: &["_thread.allocate_lock()"],
        c: "pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;",
        man: "pthread_mutex_init(3)",
        example: "m = lock\nacquire m\nlocked m\nrelease m",
        related: &["acquire", "release", "rlock", "semaphore", "Deadlock"],
        ..command("lock", "make a lock: one task at a time holds it", |_, _| made(Lock::new(Sort::Lock, 1)))
    },
    Command {
        results: &[("lock", Holds::Live)],
        returns: "the lock",
        python: "threading.RLock()",
        c: "pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE); pthread_mutex_init(&m, &a);",
        man: "pthread_mutexattr_settype(3)",
        example: "m = rlock\nacquire m\nacquire m\nrelease m\nrelease m",
        related: &["lock", "acquire", "release"],
        ..command("rlock", "make a lock that its holder may take again", |_, _| made(Lock::new(Sort::Recursive, 1)))
    },
    Command {
        params: &[opt("N", Kind::Size).is("how many; 1 when left out")],
        results: &[("semaphore", Holds::Live)],
        returns: "the semaphore",
        python: "threading.Semaphore(<{N}>)",
        also: &["threading.BoundedSemaphore(<{N}>)"],
        c: "sem_init(&sem, 0, 3);",
        man: "sem_init(3)",
        errors: &[err("Usage", "N is not a whole number from 0")],
        example: "sem = semaphore 2\nacquire sem\nrelease sem",
        related: &["acquire", "release", "lock", "pool"],
        ..command("semaphore", "make a lock that N tasks may hold at once; 1 when left out", semaphore)
    },
    Command {
        params: &[M, SECONDS],
        results: &[("taken", Holds::Plain)],
        returns: "false when the seconds were over, else true",
        python: "{M}.acquire(<timeout={SECONDS}>)",
        also: &["{M}.acquire(True, {SECONDS})"],
        c: "pthread_mutex_lock(&m);",
        man: "pthread_mutex_lock(3)",
        errors: &[NO_LOCK, err("Deadlock", "no task can ever release it")],
        example: "m = lock\nok = acquire m 0.5\nrelease m",
        related: &["release", "lock", "locked", "Deadlock"],
        ..command("acquire", "take a lock or a place of a semaphore; false when the seconds are over", |world, args| {
            match shared_lock(args) {
                Some(lock) => mplock::acquire(world, &lock, limit(args, 1)?),
                None => sync::acquire(world, &lock_in(args)?, limit(args, 1)?),
            }
        })
    },
    Command {
        params: &[M],
        python: "{M}.release()",
        c: "pthread_mutex_unlock(&m);",
        man: "pthread_mutex_unlock(3)",
        errors: &[NO_LOCK],
        example: "m = lock\nacquire m\nrelease m",
        related: &["acquire", "lock"],
        ..command("release", "give a lock back; the task that waits longest gets it", |world, args| {
            match shared_lock(args) {
                Some(lock) => lock.release(),
                None => sync::release(world, &*lock_in(args)?),
            }
        })
    },
    Command {
        params: &[M],
        results: &[("held", Holds::Plain)],
        returns: "true or false",
        python: "{M}.locked()",
        errors: &[NO_LOCK],
        example: "m = lock\nlocked m",
        related: &["lock", "acquire"],
        ..command("locked", "whether a lock is held, or all places of a semaphore", |_, args| {
            Ok(Value::Bool(match shared_lock(args) {
                Some(lock) => lock.is_locked()?,
                None => lock_in(args)?.is_locked(),
            })
            .into())
        })
    },
    Command {
        results: &[("event", Holds::Live)],
        returns: "the event",
        python: "threading.Event()",
        c: "pthread_cond_t e = PTHREAD_COND_INITIALIZER;",
        man: "pthread_cond_init(3)",
        example: "e = event\nset e\nwait e",
        related: &["set", "clear", "is_set", "wait"],
        ..command("event", "make a flag that tasks can wait for: wait E", |_, _| made(EventFlag::default()))
    },
    Command {
        params: &[E],
        python: "{E}.set()",
        c: "pthread_cond_broadcast(&e);",
        man: "pthread_cond_broadcast(3)",
        errors: &[NO_EVENT],
        example: "e = event\nset e",
        related: &["event", "wait", "clear"],
        ..command("set", "set an event: every task that waits for it goes on", |world, args| set(world, args, true))
    },
    Command {
        params: &[Param { need: Need::Optional, ..E }.is("an event; without one, the screen of a terminal is cleared")],
        python: "{E}.clear()",
        errors: &[NO_EVENT],
        example: "e = event\nset e\nclear e\nis_set e",
        related: &["event", "set"],
        ..command("clear", "clear an event: who waits from now on waits; alone, clear the screen", |world, args| {
            if args.has(0) { set(world, args, false) } else { Ok(Step::Ask(Request::ClearScreen)) }
        })
    },
    Command {
        params: &[E],
        results: &[("set", Holds::Plain)],
        returns: "true or false",
        python: "{E}.is_set()",
        also: &["{E}.isSet()"],
        errors: &[NO_EVENT],
        example: "e = event\nis_set e",
        related: &["event", "set"],
        ..command("is_set", "whether an event is set", |_, args| Ok(Value::Bool(event_in(args)?.is_set()).into()))
    },
    Command {
        params: &[MAX],
        results: &[("queue", Holds::Live)],
        returns: "the queue",
        python: "queue.Queue(<{MAX}>)",
        also: &["Queue.Queue(<{MAX}>)"],
        example: "q = queue 2\nput q one\nput q two\nfull q\nget q",
        related: &["put", "get", "qsize", "task_done", "join"],
        ..command("queue", "make a queue, first in first out, of at most MAX entries", |_, args| {
            new_queue(args, Order::Fifo)
        })
    },
    Command {
        params: &[MAX],
        results: &[("queue", Holds::Live)],
        returns: "the queue",
        python: "queue.LifoQueue(<{MAX}>)",
        example: "q = lifoqueue\nput q one\nput q two\nget q",
        related: &["put", "get", "qsize", "task_done", "join"],
        ..command("lifoqueue", "make a queue that gives the last entry first", |_, args| new_queue(args, Order::Lifo))
    },
    Command {
        params: &[MAX],
        results: &[("queue", Holds::Live)],
        returns: "the queue",
        python: "queue.PriorityQueue(<{MAX}>)",
        errors: &[err("Usage", "MAX is not a whole number")],
        example: "q = priorityqueue\nput q 3\nput q 1\nget q",
        related: &["put", "get", "qsize", "task_done", "join"],
        ..command("priorityqueue", "make a queue that gives the least entry first", |_, args| {
            new_queue(args, Order::Priority)
        })
    },
    Command {
        params: &[Q, V, SECONDS],
        python: "{Q}.put({V}<, timeout={SECONDS}>)",
        also: &["{Q}.put({V}, True, {SECONDS})"],
        errors: &[NO_QUEUE, FULL],
        example: "q = queue\nput q hello\nqsize q",
        related: &["get", "put_nowait", "full", "Full", "queue"],
        ..command("put", "put a value into a queue; waits while it is full", |world, args| put(world, args, true))
    },
    Command {
        params: &[Q, SECONDS],
        results: &[("value", Holds::Plain)],
        returns: "the value",
        python: "{Q}.get(<timeout={SECONDS}>)",
        also: &["{Q}.get(True<, {SECONDS}>)"],
        errors: &[NO_QUEUE, EMPTY],
        example: "q = queue\nput q hello\nv = get q",
        related: &["put", "get_nowait", "empty", "Empty", "queue"],
        ..command("get", "take the next value out of a queue; waits while it is empty", |world, args| {
            get(world, args, true)
        })
    },
    Command {
        params: &[Q, V],
        python: "{Q}.put_nowait({V})",
        also: &["{Q}.put({V}, False)", "{Q}.put({V}, block=False)"],
        errors: &[NO_QUEUE, FULL],
        example: "q = queue 1\nput_nowait q a\nexpect Full put_nowait q b",
        related: &["put", "Full"],
        ..command("put_nowait", "put a value into a queue, or fail with `Full`", |world, args| put(world, args, false))
    },
    Command {
        params: &[Q],
        results: &[("value", Holds::Plain)],
        returns: "the value",
        python: "{Q}.get_nowait()",
        also: &["{Q}.get(False)", "{Q}.get(block=False)"],
        errors: &[NO_QUEUE, EMPTY],
        example: "q = queue\nexpect Empty get_nowait q",
        related: &["get", "Empty"],
        ..command("get_nowait", "take the next value out of a queue, or fail with `Empty`", |world, args| {
            get(world, args, false)
        })
    },
    Command {
        params: &[Q],
        results: &[("count", Holds::Count)],
        returns: "a number",
        python: "{Q}.qsize()",
        errors: &[NO_QUEUE],
        notes: &[LIES],
        example: "q = queue\nqsize q",
        related: &["empty", "full"],
        ..command("qsize", "how many entries a queue has", |_, args| {
            Ok(Value::Int(match between_processes(args) {
                Some(queue) => queue.len()?.into(),
                None => queue_in(args)?.len() as i128,
            })
            .into())
        })
    },
    Command {
        params: &[Q],
        results: &[("empty", Holds::Plain)],
        returns: "true or false",
        python: "{Q}.empty()",
        errors: &[NO_QUEUE],
        notes: &[LIES],
        example: "q = queue\nempty q",
        related: &["full", "qsize", "get"],
        ..command("empty", "whether a queue has no entry now", |_, args| {
            Ok(Value::Bool(match between_processes(args) {
                Some(queue) => queue.is_empty()?,
                None => queue_in(args)?.is_empty(),
            })
            .into())
        })
    },
    Command {
        params: &[Q],
        results: &[("full", Holds::Plain)],
        returns: "true or false",
        python: "{Q}.full()",
        errors: &[NO_QUEUE],
        notes: &[LIES],
        example: "q = queue 1\nfull q",
        related: &["empty", "qsize", "put"],
        ..command("full", "whether a queue takes no more now", |_, args| {
            Ok(Value::Bool(match between_processes(args) {
                Some(queue) => queue.is_full()?,
                None => queue_in(args)?.is_full(),
            })
            .into())
        })
    },
    Command {
        params: &[Q],
        python: "{Q}.task_done()",
        errors: &[err("Usage", "it is no queue, or every entry was reported done already")],
        example: "q = queue\nput q job\nget q\ntask_done q\njoin q",
        related: &["join", "get"],
        ..command("task_done", "report an entry that was taken out as dealt with: see join", |world, args| {
            sync::task_done(world, &*queue_in(args)?)
        })
    },
    Command {
        params: &[req("N", Kind::Size).is("how many at once, 1 or more")],
        results: &[("pool", Holds::Live)],
        returns: "the pool",
        python: "concurrent.futures.ThreadPoolExecutor(N)",
        also: &[
            "concurrent.futures.ThreadPoolExecutor(max_workers=N)",
            "concurrent.futures.ProcessPoolExecutor(N)",
            "concurrent.futures.ProcessPoolExecutor(max_workers=N)",
            "multiprocessing.Pool(N)",
        ],
        errors: &[err("Usage", "N is not 1 or more")],
        example: "def work n\n  print \"job $n\"\nend\np = pool 2\nsubmit p work 1\nsubmit p work 2\nshutdown p",
        related: &["submit", "shutdown", "spawn", "semaphore"],
        ..command("pool", "make a pool of N workers: never more of its tasks run at once", pool)
    },
];
