//! An epoll of the program's own: epoll(7).
//!
//! It is the kernel's, on the sockets' own descriptors; nothing of what is registered is kept here. Its descriptor is
//! waited for as a socket's is: it can be read when an event is there. So a wait is an entry of the poller like any other,
//! and the events are those that the kernel gives when it is asked.

use std::cell::{Cell, Ref};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::rc::{Rc, Weak};
use std::time::Duration;

use super::process::Process;
use super::{File, Mode, On, Socket, Step, Sweep, Wait, Wake, World, socket_value};
use crate::linux::constants::{EPOLL_EVENTS, EPOLL_OPS};
use crate::os::epoll::{self, Watching};
use crate::os::fd::dup_number;
use crate::os::trace;
use crate::value::{Failure, Handle, Value};

/// How often an epoll is asked that the poller cannot watch: it would be one too many in a row of epolls.
const AGAIN: Duration = Duration::from_millis(1);

/// An epoll as a value.
pub struct Epoll {
    /// Its descriptor.
    pub end: Rc<Socket>,
    /// Which poll, counted by the world, told of it last.
    heard: Cell<u64>,
}

/// The epolls that a socket was added to with EPOLLEXCLUSIVE.
#[derive(Default)]
pub(super) struct Exclusive {
    /// In that order, as the kernel wakes.
    epolls: Vec<Weak<Epoll>>,
    sweep: Sweep,
    /// Which of them gave the event that came last, after which poll.
    gave: Option<(u64, Weak<Epoll>)>,
}

impl Exclusive {
    fn add(&mut self, epoll: Weak<Epoll>) {
        if self.sweep.is_due(self.epolls.len()) {
            self.epolls.retain(|one| one.strong_count() > 0);
            self.sweep.done(self.epolls.len());
        }
        self.epolls.push(epoll);
    }

    fn remove(&mut self, epoll: &Weak<Epoll>) {
        self.epolls.retain(|one| !one.ptr_eq(epoll));
    }

    /// Whether the kernel had woken this one for what the poller told all of: of those that wait it wakes the first.
    fn wakes(&mut self, epoll: &Rc<Epoll>) -> bool {
        let is = |one: &Weak<Epoll>| std::ptr::eq(one.as_ptr(), &raw const **epoll);
        if !self.epolls.iter().any(is) {
            return true;
        }
        let poll = epoll.heard.get();
        if let Some((_, first)) = self.gave.as_ref().filter(|(after, _)| *after == poll) {
            return is(first);
        }
        let waits = |one: &&Weak<Epoll>| one.upgrade().is_some_and(|one| one.end.is_waited_on());
        let wakes = self.epolls.iter().find(waits).is_none_or(is);
        if wakes {
            self.gave = Some((poll, Rc::downgrade(epoll)));
        }
        wakes
    }
}

impl Epoll {
    fn fd(&self) -> Result<Ref<'_, OwnedFd>, Failure> {
        self.end.fd().map_err(|failure| failure.on(self.end.serial))
    }

    /// What is registered with it, as the kernel has it.
    pub fn registered(&self) -> Vec<Watching> {
        self.end.ask(|fd| Ok::<_, i32>(epoll::registered(fd))).unwrap_or_default()
    }
}

impl Handle for Epoll {
    fn kind(&self) -> &'static str {
        "an epoll"
    }

    fn label(&self) -> String {
        if self.end.is_named() { self.end.label() } else { self.kind().into() }
    }

    fn summary(&self) -> String {
        if self.end.is_closed() {
            return "<epoll, closed>".into();
        }
        format!("<epoll, fd {}, {} registered>", self.end.fileno(), trace::aside(|| self.registered().len()))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.end.fields()
    }

    fn name_it(&self, name: &Rc<str>) {
        self.end.name_it(name);
    }
}

/// What can be watched: registered with an epoll, or looked at by poll and select.
pub enum Target {
    /// A socket, or an epoll or an end of a pipe or FIFO by its descriptor.
    End(Rc<Socket>),
    /// A file of the disk.
    File(Rc<File>),
    /// Any other descriptor, by its number, with a duplicate to wait for if it is open and can be waited for.
    Number(RawFd, Option<Rc<Socket>>),
}

impl Target {
    /// What a value is, if it can be watched: of a socket's file the socket, which has the descriptor; so of a pipe.
    pub fn of(value: &Value) -> Option<Self> {
        if let Some(socket) = value.downcast_rc() {
            return Some(Self::End(socket));
        }
        if let Some(epoll) = value.downcast::<Epoll>() {
            return Some(Self::End(epoll.end.clone()));
        }
        let file = value.downcast_rc::<File>()?;
        Some(file.source().map_or(Self::File(file), Self::End))
    }

    /// What is waited for, where anything is: a file of the disk is always ready.
    pub fn end(&self) -> Option<&Rc<Socket>> {
        match self {
            Self::End(socket) => Some(socket),
            Self::File(_) => None,
            Self::Number(_, end) => end.as_ref(),
        }
    }

    /// The number of its descriptor.
    pub fn fd(&self) -> Result<RawFd, Failure> {
        match self {
            Self::End(socket) => match socket.fd() {
                Ok(fd) => Ok(fd.as_raw_fd()),
                Err(failure) => Err(failure.on(socket.serial)),
            },
            Self::File(file) => file.number(),
            Self::Number(fd, _) => Ok(*fd),
        }
    }
}

impl World {
    /// A new epoll.
    pub fn epoll(&mut self) -> Result<Rc<Epoll>, Failure> {
        epoll::create().map(|fd| self.adopt_epoll(fd)).map_err(Failure::os)
    }

    /// The epoll of a descriptor, which may come from another process.
    pub fn adopt_epoll(&mut self, fd: OwnedFd) -> Rc<Epoll> {
        let end = self.wrap(fd, [libc::AF_UNSPEC; 3], Mode::Blocking);
        let epoll = Rc::new(Epoll { end, heard: Cell::default() });
        self.epolls.add(epoll.end.serial, &epoll);
        epoll
    }

    /// What a value is, if it can be watched: also a process, by its pidfd, which can be read when it has ended, and a
    /// descriptor by its number.
    pub fn target(&mut self, value: &Value) -> Result<Option<Target>, Failure> {
        if let Some(process) = value.downcast::<Process>() {
            return Ok(Some(Target::End(process.watch.clone())));
        }
        let Value::Int(number) = value else { return Ok(Target::of(value)) };
        let fd = RawFd::try_from(*number).ok().filter(|fd| *fd >= 0);
        let fd = fd.ok_or_else(|| Failure::usage(format!("a descriptor is 0 to {}, not {number}", RawFd::MAX)))?;
        if let Some(ours) = self.owner_of(fd) {
            return Ok(Some(Target::End(ours)));
        }
        let end = dup_number(fd).ok().map(|fd| self.wrap(fd, [libc::AF_UNSPEC; 3], Mode::Blocking));
        Ok(Some(Target::Number(fd, end.filter(|end| self.register(end).is_ok()))))
    }

    /// The epoll that a descriptor is of, if it is one's.
    pub fn epoll_of(&self, end: &Socket) -> Option<Rc<Epoll>> {
        if end.family == libc::AF_UNSPEC { self.epolls.find(end.serial) } else { None }
    }

    /// The epoll of that name.
    pub fn epoll_named(&self, name: &str) -> Option<Rc<Epoll>> {
        self.epolls.since(0).find(|epoll| *epoll.end.name() == *name)
    }

    /// The poller told of a descriptor; it may be an epoll's.
    pub(super) fn hear_of(&self, end: &Socket) {
        if let Some(epoll) = self.epoll_of(end) {
            epoll.heard.set(self.polls);
        }
    }

    /// epoll_ctl(2).
    pub fn epoll_ctl(&mut self, epoll: &Rc<Epoll>, op: i32, target: &Target, events: i32) -> Result<(), Failure> {
        let entry = Watching { serial: target.end().map_or(0, |end| end.serial), fd: target.fd()?, events };
        let ask = || epoll::ctl(epoll.fd()?.as_fd(), op, entry).map_err(Failure::os);
        match ask() {
            // The poller that watches an epoll is one more in the row, and the program knows nothing of it.
            Err(failure) if failure.is(libc::ELOOP) && self.leave_epolls() => ask()?,
            Err(failure) if failure.is(libc::EINVAL) => return Err(note(failure, epoll, op, target, events)),
            done => done?,
        }
        let Some(socket) = target.end() else { return Ok(()) };
        let exclusive = &mut *socket.shared.exclusive.borrow_mut();
        match (op, exclusive) {
            (libc::EPOLL_CTL_ADD, exclusive) if events & libc::EPOLLEXCLUSIVE != 0 => {
                exclusive.get_or_insert_default().add(Rc::downgrade(epoll));
            }
            (libc::EPOLL_CTL_DEL, Some(exclusive)) => exclusive.remove(&Rc::downgrade(epoll)),
            _ => {}
        }
        Ok(())
    }

    /// Of what an epoll gave who was woken, what the kernel had woken it for: the poller waits for none of those that wait
    /// for a socket with EPOLLEXCLUSIVE, and is told of all.
    fn woken_for(&self, epoll: &Rc<Epoll>, mut found: Vec<Watching>) -> Vec<Watching> {
        let wakes =
            |socket: Rc<Socket>| socket.shared.exclusive.borrow_mut().as_mut().is_none_or(|all| all.wakes(epoll));
        found.retain(|entry| self.find(entry.serial).is_none_or(wakes));
        found
    }

    /// Have the poller watch no epoll that nobody waits for. Says whether it watched one.
    fn leave_epolls(&mut self) -> bool {
        let idle = |epoll: &Rc<Epoll>| !epoll.end.is_waited_on();
        let all: Vec<_> = self.epolls.since(0).filter(idle).collect();
        all.iter().filter(|epoll| self.leave(&epoll.end)).count() > 0
    }

    /// Wait until an epoll has events, at most that long: those that are there then, `max` at most; none when the time is
    /// over. As in the kernel the wait goes on when the epoll is closed.
    pub fn epoll_wait(&mut self, epoll: &Rc<Epoll>, limit: Option<Duration>, max: i32) -> Result<Step, Failure> {
        let end = epoll.end.clone();
        let found = epoll::ready(epoll.fd()?.as_fd(), max).map_err(Failure::os)?;
        if !found.is_empty() || limit == Some(Duration::ZERO) {
            return Ok(self.told(&found).into());
        }
        // It may be the last of a row already: then the poller cannot watch it.
        let again = self.register(&end).is_err().then_some(AGAIN);
        let on = On::Socket(end.clone());
        let epoll = epoll.clone();
        let resume = move |world: &mut World, wake| {
            let found = end.ask(|fd: BorrowedFd<'_>| epoll::ready(fd, max)).unwrap_or_default();
            let found = world.woken_for(&epoll, found);
            let goes_on = found.is_empty() && wake == Wake::Ready;
            (!goes_on).then(|| Ok(world.told(&found).into()))
        };
        Ok(Step::Park(Wait { on, limit, again, what: "an event" }, Box::new(resume)))
    }

    /// What an epoll gave: whom each event is of, and which.
    fn told(&self, found: &[Watching]) -> Value {
        Value::list(found.iter().map(|one| pair(self.owner(one), EPOLL_EVENTS.join(one.events))).collect())
    }

    /// The socket, pipe, epoll or process that was registered; where no name is left of it, the number that its descriptor had.
    pub fn owner(&self, watched: &Watching) -> Value {
        let Some(end) = self.find(watched.serial) else { return Value::Int(watched.fd.into()) };
        let process = || self.family.children().find(|child| child.watch.serial == end.serial);
        match (self.epoll_of(&end), self.pipes.find(end.serial)) {
            (Some(epoll), _) => Value::Handle(epoll),
            (_, Some(pipe)) => Value::Handle(pipe),
            _ if end.is_pipe() => process().map_or(Value::Int(watched.fd.into()), |p| Value::Handle(p.clone())),
            _ => socket_value(end),
        }
    }
}

/// Why the kernel calls that invalid.
fn note(failure: Failure, epoll: &Epoll, op: i32, target: &Target, events: i32) -> Failure {
    let watches_itself = target.end().is_some_and(|end| Rc::ptr_eq(end, &epoll.end));
    let why = match op {
        _ if EPOLL_OPS.name_of(op).is_none() => "the operations are ADD (1), DEL (2) and MOD (3)",
        _ if watches_itself => "an epoll cannot watch itself",
        libc::EPOLL_CTL_MOD => {
            "EPOLLEXCLUSIVE goes with ADD alone, and what was added with it is never modified: DEL, then ADD"
        }
        _ if events & libc::EPOLLEXCLUSIVE != 0 => {
            "EPOLLEXCLUSIVE goes with EPOLLIN, EPOLLOUT and EPOLLET, for a socket: not with EPOLLONESHOT, EPOLLRDHUP, EPOLLPRI"
        }
        _ => return failure,
    };
    failure.because(vec![why.into()], None)
}

/// A socket with its events, as calls give it that look at several.
pub fn pair(socket: Value, events: String) -> Value {
    Value::Object(Rc::new(vec![("socket".into(), socket), ("events".into(), Value::text(events))]))
}
