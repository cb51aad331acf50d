//! A socket as its user knows it: the descriptor, and the mode and options that decide how its calls wait.
//!
//! To the kernel every socket here is non-blocking. What only a kernel-blocking descriptor would have done, sockpit
//! does, and for that it keeps the few options that tell how: SO_RCVLOWAT, SO_RCVTIMEO, SO_SNDTIMEO, SO_LINGER.

use std::cell::{Cell, OnceCell, Ref, RefCell};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::rc::Rc;
use std::time::Duration;

use super::mode::Mode;
use super::{Arrival, Exclusive, Host, Kept, TaskId};
use crate::linux::constants;
use crate::linux::sort::sort;
use crate::os::sockopt;
use crate::value::{Failure, Handle, Value};

/// The options that a kernel-blocking descriptor would heed while it waits.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Waits {
    /// SO_RCVTIMEO; none when unset.
    pub receive: Option<Duration>,
    /// SO_SNDTIMEO; none when unset.
    pub send: Option<Duration>,
    /// SO_RCVLOWAT; 0 when unset.
    pub low_water: usize,
    /// SO_LINGER's seconds; 0 when off.
    pub linger: u32,
}

/// What all descriptors of one kernel socket have in common: a duplicate's share is the same one.
#[derive(Default)]
pub struct Shared {
    /// Which pair of socketpair(2) it is of, and which end.
    pub pair: Cell<Option<(u64, bool)>>,
    /// How many descriptors of it its user has.
    pub descriptors: Cell<u32>,
    /// What a kernel-blocking descriptor would heed.
    pub waits: Cell<Waits>,
    /// An errno that a call met after it had moved some bytes: the next call reports it, as the kernel would.
    pub stash: Cell<Option<i32>>,
    /// What was received and not yet given.
    pub kept: Kept,
    /// Its user shut it down for receiving.
    pub deaf: Cell<bool>,
    /// O_NONBLOCK as its user would find it.
    pub nonblocking: Cell<bool>,
    /// The kernel's own number for it, once it was asked for.
    pub(super) cookie: Cell<Option<u64>>,
    /// The epolls that wait for it with EPOLLEXCLUSIVE.
    pub(super) exclusive: RefCell<Option<Box<Exclusive>>>,
    host: OnceCell<Rc<Host>>,
}

impl Shared {
    /// The host that it is in; none where it is this machine's own.
    #[inline]
    pub fn host(&self) -> Option<&Rc<Host>> {
        self.host.get()
    }

    /// It was made in a host.
    pub(super) fn live_in(&self, host: Rc<Host>) {
        let _ = self.host.set(host);
    }
}

/// Where sockets go that lost their last name while open: the world closes them and says so.
#[derive(Default)]
pub struct Orphans {
    pub(super) sockets: RefCell<Vec<Orphan>>,
}

/// An open descriptor whose socket is gone: it is to be closed.
pub(super) struct Orphan {
    pub serial: u64,
    pub fd: OwnedFd,
    /// The number it had to its user.
    pub number: RawFd,
    pub place: Registered,
    pub shared: Rc<Shared>,
    /// The name it had, unless its user had closed it.
    pub name: Option<String>,
    /// Its user has another descriptor of it: detach.
    pub detached: bool,
}

/// A socket's place in the poller.
#[derive(Clone, Copy, Default)]
pub(super) struct Registered {
    /// 0 while it has none.
    pub token: usize,
    /// It has it for a person's sake: the program never waited on it, and knows nothing of that.
    pub aside: bool,
}

/// A task that waits on a socket.
#[derive(Clone, Copy)]
pub(super) struct Waiter {
    pub task: TaskId,
    /// The kernel signals what it waits for. One that tries again by the clock is told only when the socket is closed
    /// or shut down: its own tries would wake it for ever.
    pub signalled: bool,
}

/// A socket.
pub struct Socket {
    /// Which socket of the session it is: they count up.
    pub serial: u64,
    /// AF_INET, ...
    pub family: i32,
    /// SOCK_STREAM, ...
    pub kind: i32,
    /// IPPROTO_TCP, ..., or 0.
    pub protocol: i32,
    /// How its user said that its calls wait.
    mode: Cell<Mode>,
    /// What it has in common with its duplicates.
    pub shared: Rc<Shared>,
    /// Files made of it: while there are some, closing the socket leaves the connection open.
    pub files: Cell<u32>,
    pub(super) fd: RefCell<Option<OwnedFd>>,
    pub(super) closed: Cell<bool>,
    /// Its descriptor, when only calls that wait have it.
    pub(super) held: RefCell<Option<Box<Orphan>>>,
    name: RefCell<Option<Rc<str>>>,
    /// It is or was connected, as far as it was looked at.
    pub(super) was_connected: Cell<bool>,
    /// What a person was told that came to it.
    pub(super) told: Cell<Option<Arrival>>,
    /// More was heard of it than of data and room, or is to be reckoned with.
    pub(super) more: Cell<bool>,
    pub(super) place: Cell<Registered>,
    /// The tasks that wait on it, first come first served.
    pub(super) waiters: RefCell<Vec<Waiter>>,
    pub(super) orphans: Rc<Orphans>,
}

impl Socket {
    pub(super) fn new(
        serial: u64,
        fd: OwnedFd,
        [family, kind, protocol]: [i32; 3],
        mode: Mode,
        shared: Rc<Shared>,
        orphans: &Rc<Orphans>,
    ) -> Self {
        shared.descriptors.set(shared.descriptors.get() + 1);
        let socket = Self {
            serial,
            family,
            kind,
            protocol,
            mode: Cell::new(mode),
            shared,
            files: Cell::default(),
            fd: RefCell::new(Some(fd)),
            closed: Cell::default(),
            held: RefCell::default(),
            name: RefCell::default(),
            was_connected: Cell::default(),
            told: Cell::default(),
            more: Cell::default(),
            place: Cell::default(),
            waiters: RefCell::default(),
            orphans: orphans.clone(),
        };
        socket.set_mode(mode);
        socket
    }

    /// How its user said that its calls wait.
    pub fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// Say how its calls wait. As in Python that sets O_NONBLOCK, which its duplicates share, unless it blocks.
    pub fn set_mode(&self, mode: Mode) {
        self.mode.set(mode);
        self.shared.nonblocking.set(mode != Mode::Blocking);
    }

    /// How its calls wait: without a timeout of its own, as O_NONBLOCK has it, whichever duplicate set that.
    pub fn waits(&self) -> Mode {
        match self.mode.get() {
            Mode::Timeout(s) => Mode::Timeout(s),
            _ if self.shared.nonblocking.get() => Mode::NonBlocking,
            _ => Mode::Blocking,
        }
    }

    /// Its descriptor; EBADF once it is closed. As in Python, a file of it that is open keeps it.
    #[inline]
    pub fn fd(&self) -> Result<Ref<'_, OwnedFd>, Failure> {
        Ref::filter_map(self.fd.borrow(), Option::as_ref).map_err(|_| Failure::os(libc::EBADF))
    }

    /// What the kernel says of it, while its descriptor is open, be it to nobody but calls that wait.
    pub fn ask<T, E>(&self, what: impl FnOnce(BorrowedFd<'_>) -> Result<T, E>) -> Option<T> {
        match self.fd() {
            Ok(fd) => what(fd.as_fd()).ok(),
            Err(_) => what(self.held.borrow().as_ref()?.fd.as_fd()).ok(),
        }
    }

    /// Keep an error for the next call, as the kernel does when a call moved some bytes before it. EPIPE and EBADF
    /// are states: the next call meets them anyway.
    pub fn keep(&self, failure: &Failure) {
        let number = failure.name.number().filter(|number| !matches!(*number, libc::EPIPE | libc::EBADF));
        self.shared.stash.set(number.or(self.shared.stash.get()));
    }

    /// The descriptor's number; -1 once it is closed, as Python has it.
    pub fn fileno(&self) -> RawFd {
        self.fd().map_or(-1, |fd| fd.as_raw_fd())
    }

    /// Whether its user closed it.
    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Says whether it was closed before.
    pub(super) fn set_closed(&self) -> bool {
        self.closed.replace(true)
    }

    /// Take the descriptor out: the socket is closed from now on.
    pub(super) fn take_fd(&self) -> Option<OwnedFd> {
        self.closed.set(true);
        let fd = self.fd.borrow_mut().take()?;
        self.shared.descriptors.set(self.shared.descriptors.get().saturating_sub(1));
        Some(fd)
    }

    /// The same, with what closing it needs to know.
    pub(super) fn orphan(&self) -> Option<Orphan> {
        let fd = self.take_fd()?;
        Some(Orphan {
            serial: self.serial,
            number: fd.as_raw_fd(),
            fd,
            place: self.place.take(),
            shared: self.shared.clone(),
            name: None,
            detached: false,
        })
    }

    /// Whether it is no socket but an end of a pipe, which is waited for in the same way: a file has it.
    pub fn is_pipe(&self) -> bool {
        self.family == libc::AF_UNSPEC
    }

    /// Whether it carries a stream rather than messages.
    pub fn is_stream(&self) -> bool {
        self.kind == libc::SOCK_STREAM
    }

    /// Whether it is a stream of TCP.
    pub fn is_tcp(&self) -> bool {
        let ip = matches!(self.family, libc::AF_INET | libc::AF_INET6);
        ip && self.is_stream() && matches!(self.protocol, 0 | libc::IPPROTO_TCP)
    }

    /// What comes of it may be more than data and room: its end, an error, an urgent byte.
    pub fn has_more(&self) {
        self.more.set(true);
    }

    /// The first name it was given, or a word for it.
    pub fn name(&self) -> Rc<str> {
        self.name.borrow().clone().unwrap_or_else(|| Rc::from(format!("socket#{}", self.serial)))
    }

    /// Whether it has a name.
    pub fn is_named(&self) -> bool {
        self.name.borrow().is_some()
    }

    /// An option was set: keep it when it tells how calls wait.
    pub fn note_option(&self, level: i32, number: i32, value: &[u8]) {
        if level != libc::SOL_SOCKET {
            return;
        }
        let mut waits = self.shared.waits.get();
        match number {
            libc::SO_RCVTIMEO => waits.receive = timeval(value),
            libc::SO_SNDTIMEO => waits.send = timeval(value),
            libc::SO_RCVLOWAT => {
                waits.low_water = int(value, 0).map_or(0, |n| usize::try_from(n).unwrap_or(i32::MAX as usize));
            }
            libc::SO_LINGER => {
                let on = int(value, 0).unwrap_or(0) != 0;
                waits.linger = if on { int(value, 4).unwrap_or(0) as u32 } else { 0 };
            }
            _ => return,
        }
        self.shared.waits.set(waits);
    }

    /// Ask the kernel for the options that tell how calls wait: for a socket that comes from elsewhere.
    pub(super) fn learn_options(&self) {
        let Ok(fd) = self.fd() else { return };
        for number in [libc::SO_RCVTIMEO, libc::SO_SNDTIMEO, libc::SO_RCVLOWAT, libc::SO_LINGER] {
            let mut value = [0; 16];
            let Ok(len) = sockopt::get(fd.as_fd(), libc::SOL_SOCKET, number, &mut value) else { continue };
            let unset = number != libc::SO_RCVLOWAT && value[..len].iter().all(|b| *b == 0);
            let usual = number == libc::SO_RCVLOWAT && int(&value, 0) == Some(1);
            if !unset && !usual {
                self.note_option(libc::SOL_SOCKET, number, &value[..len]);
            }
        }
    }

    /// Its family, type and protocol, for people.
    pub fn sort(&self) -> String {
        sort([self.family, self.kind, self.protocol])
    }
}

fn int(value: &[u8], at: usize) -> Option<i32> {
    value.get(at..at + 4)?.try_into().ok().map(i32::from_ne_bytes)
}

/// A struct timeval as the kernel takes it: all zero is none, negative seconds are no time at all.
fn timeval(value: &[u8]) -> Option<Duration> {
    let long = |at: usize| value.get(at..at + 8)?.try_into().ok().map(i64::from_ne_bytes);
    let (seconds, micros) = (long(0)?, long(8)?);
    match (seconds, micros) {
        (0, 0) => None,
        (s, _) if s < 0 => Some(Duration::ZERO),
        (s, us) => Some(Duration::from_secs(s.min(30_000_000) as u64) + Duration::from_micros(us.max(0) as u64)),
    }
}

impl Handle for Socket {
    fn kind(&self) -> &'static str {
        "a socket"
    }

    fn name_it(&self, name: &Rc<str>) {
        self.name.borrow_mut().get_or_insert_with(|| name.clone());
    }

    fn label(&self) -> String {
        self.name().to_string()
    }

    fn short(&self) -> String {
        match &*self.name.borrow() {
            Some(name) if self.is_closed() => format!("<{name}, closed>"),
            Some(name) => format!("<{name}, fd {}>", self.fileno()),
            None => self.summary(),
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let fd = self.fd().map_or(Value::None, |fd| Value::Int(fd.as_raw_fd().into()));
        vec![("id", Value::Int(self.serial.into())), ("fd", fd)]
    }

    fn parts(&self) -> Vec<(&'static str, Value)> {
        let timeout = self.mode().seconds().map_or(Value::None, Value::Float);
        vec![
            ("family", Value::constant(&constants::FAMILIES, self.family)),
            ("type", Value::constant(&constants::TYPES, self.kind)),
            ("proto", Value::Int(self.protocol.into())),
            ("timeout", timeout),
        ]
    }

    fn summary(&self) -> String {
        if self.is_closed() {
            return format!("<{} socket, closed>", self.sort());
        }
        let mut out = format!("<{} socket, fd {}", self.sort(), self.fileno());
        let (local, peer) = self.addresses();
        if let Some(local) = &local {
            out.push_str(&format!(", {local}"));
        }
        match peer {
            Some(peer) if local.as_ref() == Some(&peer) => out.push_str(" -> itself"),
            Some(peer) => out.push_str(&format!(" -> {peer}")),
            None => {}
        }
        out.push('>');
        out
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let closed = self.closed.get();
        let Some(orphan) = self.orphan().or(self.held.take().map(|held| *held)) else { return };
        let name = if closed { None } else { self.name.get_mut().take().map(|n| n.to_string()) };
        self.orphans.sockets.borrow_mut().push(Orphan { name, ..orphan });
    }
}
