//! Deadlock, proven: no task can ever run again, because each waits for what only another waiting one could give.
//!
//! A wait that somebody outside could end (a connection, a datagram, a peer that is not ours) is no deadlock. A wait on
//! a connection counts only when its other end is ours too and nothing is on its way between them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Duration;

use super::event::What;
use super::task::{Parking, Task};
use super::tasks::MAIN;
use super::{Main, Session};
use crate::os::{fd, sockopt};
use crate::value::{Failure, Handle, Name};
use crate::world::sync::Lock;
use crate::world::{Epoll, On, ROOM, Socket, TaskId, Wait};

/// How long nothing happens before the ends of connections are looked up, which costs system calls.
pub(super) const QUIET: Duration = Duration::from_millis(20);

/// How many tasks are told of at most.
const ROWS_MAX: usize = 24;

/// What can end a task's wait.
#[derive(PartialEq, Eq)]
enum Hope {
    /// Only another task.
    None,
    /// Whoever has the other end of a connection: see whether that is here.
    OtherEnd,
    /// Something outside.
    Outside,
}

/// How the tasks stand when none can run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stuck {
    /// Something outside can end a wait, or nobody waits.
    No,
    /// All depends on connections: see whether both ends are ours.
    Perhaps,
    /// For ever.
    Yes,
}

impl Session {
    /// Whether any task can ever run again, as far as can be said without a system call.
    pub(super) fn stuck(&mut self) -> Stuck {
        let main = self.status.main();
        if self.stepper.first().is_some() {
            return Stuck::No;
        }
        if *main != Main::Running && (self.interactive || *main != Main::Idle || !self.tasks.are_needed()) {
            return Stuck::No;
        }
        // Who waited for something outside does so still in most cases: then nobody else needs to be looked at.
        match self.tasks.get(self.hopeful).map_or(Hope::None, |task| self.hope(task)) {
            Hope::Outside => Stuck::No,
            Hope::OtherEnd => Stuck::Perhaps,
            Hope::None => self.search(),
        }
    }

    fn search(&mut self) -> Stuck {
        let mut verdict = Stuck::Yes;
        for task in self.tasks.iter() {
            match self.hope(task) {
                Hope::None => {}
                Hope::OtherEnd => verdict = Stuck::Perhaps,
                Hope::Outside => {
                    self.hopeful = task.id;
                    return Stuck::No;
                }
            }
        }
        verdict
    }

    /// What could end a task's wait, as far as sockets were looked at.
    fn hope(&self, task: &Task) -> Hope {
        // Without a wait it waits for a pool's worker, or to be resumed for the first time.
        let Some(wait) = task.wait() else { return Hope::None };
        let from_outside = |socket: &Rc<Socket>| {
            socket.kind == libc::SOCK_DGRAM || self.world.shares || self.world.is_from_outside(socket)
        };
        // What only comes over a wire that holds all, nobody outside can let through, but who sits at a prompt.
        let from_outside = |socket: &Rc<Socket>| {
            if self.world.wires.hold_all(socket) { self.interactive } else { from_outside(socket) }
        };
        let outside = match &wait.on {
            On::Line(..) => return Hope::None,
            On::Socket(socket) => from_outside(socket),
            On::Sockets(all) => all.iter().any(from_outside),
            On::Thread | On::Time | On::Wire => true,
        };
        if outside { Hope::Outside } else { Hope::OtherEnd }
    }

    /// Whether every connection that is waited on has both ends here, with nothing between them.
    pub(super) fn closed_circle(&mut self) -> bool {
        self.world.look_where_sockets_are();
        if self.search() == Stuck::No {
            return false;
        }
        self.tasks.iter().all(|task| {
            let Some(wait) = task.wait() else { return true };
            let silent = |socket: &Rc<Socket>| match self.world.epoll_of(socket) {
                None if self.world.wires.hold_all(socket) => !gives_up(socket),
                // A frame may be under way, or be sent again.
                None if wait.what == ROOM && socket.shared.host().is_some() => false,
                Some(epoll) => self.tells_nothing(&epoll),
                None => {
                    let other = self.world.other_ends(socket).next();
                    other.is_some_and(|other| is_silent(socket, &other, wait.what == ROOM))
                }
            };
            match &wait.on {
                On::Socket(socket) => silent(socket),
                On::Sockets(all) => all.iter().all(silent),
                _ => true,
            }
        })
    }

    /// Whether nothing can come to what an epoll watches: it has told of all that is there, and of each the other end is
    /// here, with nothing between them.
    fn tells_nothing(&self, epoll: &Epoll) -> bool {
        epoll.registered().iter().filter(|watched| watched.is_armed()).all(|watched| {
            let Some(socket) = self.world.find(watched.serial) else { return false };
            if let Some(inner) = self.world.epoll_of(&socket) {
                return self.tells_nothing(&inner);
            }
            let other = self.world.other_ends(&socket).next();
            other.is_some_and(|other| socket.family == libc::AF_UNIX || is_silent(&socket, &other, false))
        })
    }

    /// What was told once and is not told again: a socket with EPOLLET that was not read to its end.
    fn edges(&self, task: &Task) -> Vec<String> {
        let Some(Wait { on: On::Socket(end), .. }) = task.wait() else { return Vec::new() };
        let watched = self.world.epoll_of(end).map(|epoll| epoll.registered()).unwrap_or_default();
        let unread = watched.iter().filter(|watched| watched.is_edge()).filter_map(|watched| {
            let socket = self.world.find(watched.serial)?;
            let count = socket.ask(fd::inq).filter(|count| *count > 0)?;
            let name = socket.name();
            Some(format!(
                "{name} has {count} bytes unread: with EPOLLET they were told once; recv until EAGAIN, or MOD"
            ))
        });
        unread.collect()
    }

    /// Report that no task can ever run again: the main task's call fails with it.
    pub(super) fn report_deadlock(&mut self) {
        let failure = self.deadlock();
        if self.tasks.get(MAIN).is_some_and(|t| !t.frames.is_empty()) {
            self.raise_in(MAIN, failure);
            return;
        }
        let what =
            What::Failed { call: "end".into(), failure: failure.clone(), word: None, expected: false, taken: false };
        self.tell(what, super::event::At::default());
        self.status.set_main(Main::Failed(failure));
    }

    fn deadlock(&self) -> Failure {
        let stuck: Vec<&Task> = self.tasks.iter().filter(|t| t.parked.is_some()).collect();
        let cycle = self.cycle(&stuck);
        let mut failure = Failure::with(Name::Deadlock, "no task can ever run again");
        if !cycle.is_empty() {
            let mut names: Vec<&str> = cycle.iter().take(ROWS_MAX).chain(cycle.first()).map(|t| &*t.name).collect();
            if cycle.len() > ROWS_MAX {
                names.insert(ROWS_MAX, "...");
            }
            failure = failure.note(format!("the cycle: {}", names.join(" -> ")));
        }
        let in_cycle: HashSet<TaskId> = cycle.iter().map(|t| t.id).collect();
        let others = stuck.iter().filter(|t| !in_cycle.contains(&t.id));
        for task in cycle.iter().chain(others).take(ROWS_MAX) {
            failure = failure.note(self.row(task));
        }
        if let Some(more) = stuck.len().checked_sub(ROWS_MAX).filter(|more| *more > 0) {
            failure = failure.note(format!("... and {more} more tasks, none of which can run"));
        }
        failure = stuck.iter().flat_map(|task| self.edges(task)).take(ROWS_MAX).fold(failure, Failure::note);
        let held = self.world.wires.held();
        if !held.is_empty() {
            failure = held.into_iter().fold(failure, Failure::note);
            failure = failure.note("& lets what follows run: wire pass lets a frame through, wire release all");
        }
        match &*stuck {
            [task] => self.own_end(task).into_iter().fold(failure, Failure::note),
            _ => failure,
        }
    }

    /// What there is to do when the only task waits for what its own session would have to send.
    fn own_end(&self, task: &Task) -> Vec<String> {
        let Some(wait) = task.wait() else { return Vec::new() };
        let socket = match &wait.on {
            On::Socket(socket) => socket,
            On::Sockets(all) if all.len() == 1 => &all[0],
            _ => return Vec::new(),
        };
        let Some(other) = self.world.other_ends(socket).next() else { return Vec::new() };
        let at = Self::at(task);
        let line = at.source.as_ref().filter(|_| !at.nested).map(|s| s.line(at.span.line).trim().to_string());
        let what = format!("the other end is {}, here too: & lets what follows use it", other.name());
        std::iter::once(what).chain(line.map(|line| format!("write: {line} &"))).collect()
    }

    /// A task with what it holds and what it waits for.
    fn row(&self, task: &Task) -> String {
        let at = Self::at(task);
        let line = at.source.as_ref().map_or("", |s| s.line(at.span.line)).trim();
        let held: Vec<String> = self.world.held_by(task.id).iter().map(|l| l.label()).collect();
        let holds = if held.is_empty() { String::new() } else { format!("holds {}, ", held.join(", ")) };
        let waits = task.parked.as_ref().map_or(String::new(), |p| self.waits_for(&p.on));
        format!("{} at line {}, {line}: {holds}waits for {waits}", task.name, at.span.line)
    }

    /// What a wait is for, with who could give it.
    pub(super) fn waits_for(&self, on: &Parking) -> String {
        let name =
            |id: TaskId| self.tasks.get(id).map_or_else(|| "a task that has ended".to_string(), |t| t.name.to_string());
        if let Some(lock) = self.awaited_lock(on) {
            let holders: Vec<String> = lock.holders().into_iter().map(name).collect();
            return match holders.len() {
                0 => lock.label(),
                _ => format!("{}, held by {}", lock.label(), holders.join(", ")),
            };
        }
        match on {
            Parking::Call(wait, _) => self.awaited_frame(wait).unwrap_or_else(|| wait.place()),
            Parking::Jobs(numbers) => {
                format!("job {}", numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(", "))
            }
            Parking::Join(other) => format!("the end of {}", other.name),
            Parking::Turn(_) => "its turn".into(),
            Parking::Beat => "the next round".into(),
            Parking::Resumed(other) => format!("{} to yield", other.name),
            Parking::Yielded => "being resumed".into(),
        }
    }

    /// What a wait is for, where a wire holds it.
    fn awaited_frame(&self, wait: &Wait) -> Option<String> {
        let On::Socket(socket) = &wait.on else { return None };
        self.world.wires.awaited(socket, wait.what)
    }

    fn awaited_lock(&self, on: &Parking) -> Option<Rc<Lock>> {
        let Parking::Call(wait, _) = on else { return None };
        let On::Line(line, _) = &wait.on else { return None };
        self.world.lock_of(line)
    }

    /// The tasks that could end a task's wait.
    fn givers(&self, task: &Task) -> Vec<TaskId> {
        let Some(parked) = &task.parked else { return Vec::new() };
        match &parked.on {
            Parking::Join(other) | Parking::Resumed(other) => vec![other.id.get()],
            Parking::Jobs(numbers) => numbers.iter().filter_map(|n| self.jobs.find((*n).into()).ok()?.task()).collect(),
            on => self.awaited_lock(on).map_or(Vec::new(), |lock| lock.holders()),
        }
    }

    /// The first cycle found: each waits for the next, and the last for the first.
    fn cycle<'a>(&self, stuck: &[&'a Task]) -> Vec<&'a Task> {
        let by_id: HashMap<TaskId, &Task> = stuck.iter().map(|t| (t.id, *t)).collect();
        // In which search, and where in its path, each task was met: a search that meets an earlier one's path ends there.
        let mut met: HashMap<TaskId, (usize, usize)> = HashMap::new();
        for (search, start) in stuck.iter().enumerate() {
            let (mut path, mut next): (Vec<&Task>, Option<&Task>) = (Vec::new(), Some(start));
            while let Some(task) = next {
                match met.entry(task.id) {
                    Entry::Occupied(at) if at.get().0 == search => return path.split_off(at.get().1),
                    Entry::Occupied(_) => break,
                    Entry::Vacant(free) => free.insert((search, path.len())),
                };
                path.push(task);
                next = self.givers(task).into_iter().find_map(|id| by_id.get(&id)).copied();
            }
        }
        Vec::new()
    }
}

/// Whether TCP itself may end a wait: it was asked to give up when the other side does not answer.
fn gives_up(socket: &Socket) -> bool {
    let is_on = |level, option| socket.ask(|fd| sockopt::get_int(fd, level, option)).is_some_and(|value| value > 0);
    is_on(libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT) || is_on(libc::SOL_SOCKET, libc::SO_KEEPALIVE)
}

/// Whether nothing is on its way to a socket that is waited on: then only its other end can end the wait.
fn is_silent(socket: &Socket, other: &Socket, sends: bool) -> bool {
    // TCP itself ends a wait with TCP_USER_TIMEOUT when what was sent is not acknowledged.
    let gives_up_at = socket.ask(|fd| sockopt::get_int(fd, libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT));
    if gives_up_at.is_some_and(|ms| ms > 0) && socket.ask(fd::outq) != Some(0) {
        return false;
    }
    // On a wire keepalive may find that nobody is there any more.
    if socket.shared.host().is_some() && gives_up(socket) {
        return false;
    }
    // In this order: what is acknowledged by now has come by then. The other way round it may come in between.
    let all_arrived = sends || other.ask(fd::outq) == Some(0);
    all_arrived && socket.ask(|fd| fd::poll(fd, libc::POLLRDHUP | libc::POLLPRI)) == Some(0)
}
