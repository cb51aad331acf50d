//! An epoll of the program's own: epoll(7).
//!
//! It is the kernel's, on the sockets' own descriptors; nothing of what is registered is kept here. Its descriptor is
//! waited for as a socket's is: it can be read when an event is there. So a wait is an entry of the poller like any other,
//! and the events are those that the kernel gives when it is asked.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::rc::{Rc, Weak};
use std::time::Duration;

use super::{File, Mode, On, Socket, Step, Wait, Wake, World, socket_value};
use crate::linux::constants::EPOLL_EVENTS;
use crate::os::epoll::{self, Entry};
use crate::os::trace;
use crate::value::{Failure, Handle, Value};

/// How often an epoll is asked that the poller cannot watch: it would be one too many in a row of epolls.
const AGAIN: Duration = Duration::from_millis(1);

/// An epoll as a value.
pub struct Epoll {
    /// Its descriptor.
    pub end: Rc<Socket>,
}

impl Epoll {
    /// What is registered with it, as the kernel has it.
    pub fn registered(&self) -> Vec<Entry> {
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

/// What can be registered with an epoll.
pub enum Target {
    /// A socket, or an epoll by its descriptor.
    End(Rc<Socket>),
    /// A file of the disk, a FIFO.
    File(Rc<File>),
}

impl Target {
    /// What a value is, if it can be registered: of a socket's file the socket, which has the descriptor.
    pub fn of(value: &Value) -> Option<Self> {
        if let Some(socket) = value.downcast_rc() {
            return Some(Self::End(socket));
        }
        if let Some(epoll) = value.downcast::<Epoll>() {
            return Some(Self::End(epoll.end.clone()));
        }
        let file = value.downcast_rc::<File>()?;
        Some(file.socket().map_or(Self::File(file), Self::End))
    }

    fn serial(&self) -> u64 {
        if let Self::End(socket) = self { socket.serial } else { 0 }
    }

    fn fd(&self) -> Result<RawFd, Failure> {
        match self {
            Self::End(socket) => Ok(socket.fd()?.as_raw_fd()),
            Self::File(file) => file.number(),
        }
    }
}

impl World {
    /// A new epoll.
    pub fn epoll(&mut self) -> Result<Rc<Epoll>, Failure> {
        let end = self.wrap(epoll::create().map_err(Failure::os)?, [0; 3], Mode::Blocking);
        let epoll = Rc::new(Epoll { end });
        self.epolls.retain(|one| one.strong_count() > 0);
        self.epolls.push(Rc::downgrade(&epoll));
        Ok(epoll)
    }

    /// The epoll that a descriptor is of, if it is one's.
    pub fn epoll_of(&self, end: &Socket) -> Option<Rc<Epoll>> {
        self.epolls.iter().filter_map(Weak::upgrade).find(|epoll| epoll.end.serial == end.serial)
    }

    /// epoll_ctl(2).
    pub fn epoll_ctl(&mut self, epoll: &Epoll, op: i32, target: &Target, events: i32) -> Result<(), Failure> {
        let entry = Entry { serial: target.serial(), fd: target.fd()?, events };
        let ask = || epoll::ctl(epoll.end.fd()?.as_fd(), op, entry).map_err(Failure::os);
        match ask() {
            // The poller that watches an epoll is one more in the row, and the program knows nothing of it.
            Err(failure) if failure.is(libc::ELOOP) && self.leave_epolls() => ask(),
            done => done,
        }
    }

    /// Have the poller watch no epoll that nobody waits for. Says whether it watched one.
    fn leave_epolls(&mut self) -> bool {
        let idle = |epoll: &Rc<Epoll>| !epoll.end.is_waited_on();
        let all: Vec<_> = self.epolls.iter().filter_map(Weak::upgrade).filter(idle).collect();
        all.iter().filter(|epoll| self.leave(&epoll.end)).count() > 0
    }

    /// Wait until an epoll has events, at most that long: those that are there then, `max` at most; none when the time is
    /// over. As in the kernel the wait goes on when the epoll is closed.
    pub fn epoll_wait(&mut self, epoll: &Rc<Epoll>, limit: Option<Duration>, max: i32) -> Result<Step, Failure> {
        let end = epoll.end.clone();
        let found = epoll::ready(end.fd()?.as_fd(), max).map_err(Failure::os)?;
        if !found.is_empty() || limit == Some(Duration::ZERO) {
            return Ok(self.told(&found).into());
        }
        // It may be the last of a row already: then the poller cannot watch it.
        let again = self.register(&end).is_err().then_some(AGAIN);
        let on = On::Socket(end.clone());
        let resume = move |world: &mut World, wake| {
            let look = |fd: BorrowedFd<'_>| epoll::ready(fd, max);
            match end.ask(look) {
                Some(found) if found.is_empty() && wake == Wake::Ready => None,
                found => Some(Ok(world.told(&found.unwrap_or_default()).into())),
            }
        };
        Ok(Step::Park(Wait { on, limit, again, what: "an event" }, Box::new(resume)))
    }

    /// What an epoll gave: whom each event is of, and which. Of what no name is left that was registered, the number that
    /// its descriptor had.
    fn told(&self, found: &[Entry]) -> Value {
        let pair = |entry: &Entry| {
            let whose = self.find(entry.serial).map(|end| match self.epoll_of(&end) {
                Some(epoll) => Value::Handle(epoll),
                None => socket_value(end),
            });
            pair(whose.unwrap_or(Value::Int(entry.fd.into())), EPOLL_EVENTS.join(entry.events))
        };
        Value::list(found.iter().map(pair).collect())
    }
}

/// A socket with its events, as calls give it that look at several.
pub fn pair(socket: Value, events: String) -> Value {
    Value::Object(Rc::new(vec![("socket".into(), socket), ("events".into(), Value::text(events))]))
}
