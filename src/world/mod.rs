//! The state that calls act on: sockets with their mode, files, and the ways a call waits.
//!
//! It knows no program and no scheduler. A task is a number here: who waits on a socket, who can run again.

mod arrivals;
mod buffer;
mod carry;
mod clock;
mod drained;
mod drops;
mod ends;
mod epoll;
pub(crate) mod file;
mod furnish;
mod ground;
mod held;
pub(crate) mod host;
pub(crate) mod input;
mod kept;
mod line;
mod meetings;
mod mode;
pub(crate) mod mplock;
pub(crate) mod mpqueue;
mod news;
mod pipes;
mod places;
pub(crate) mod process;
mod queue;
pub(crate) mod record;
mod refusal;
mod registry;
mod socket;
mod stands;
mod step;
mod sweep;
pub(crate) mod sync;
mod temporary;
mod wait;
mod watch;
pub(crate) mod wires;

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::rc::{Rc, Weak};

pub use arrivals::Arrival;
pub use buffer::{BUFFER_MAX, SHARED_BUFFER};
pub use clock::Clock;
pub use drained::Drained;
pub use drops::dropped;
use epoll::Exclusive;
pub use epoll::{Epoll, Target, pair};
pub(crate) use file::File;
pub use host::{Host, Hosts};
pub use kept::Kept;
pub use mode::Mode;
pub use mplock::MpLock;
pub use mpqueue::MpQueue;
pub use process::{Family, Process};
pub use record::Record;
use registry::Registry;
pub use socket::{Orphans, Shared, Socket, Waits};
pub use step::{DefCall, Given, On, Request, Resume, Step, TaskId, Wait, Wake, Write};
pub use sweep::Sweep;
pub use temporary::Temporary;
pub use wait::{Expired, ROOM, Side, UNIX_AGAIN, Waiting, again, chain, is_over, offload, retry};
pub(crate) use wires::Strand;
pub use wires::{MTU as WIRE_MTU, Wires};

use socket::Orphan;

use crate::os::poller::{News, Poller};
use crate::os::process::Prints;
use crate::os::{addr, fd, sockopt, trace};
use crate::value::{Addr, Failure, Reply, Tried, Value};
use record::{Did, Last};

/// The world that calls act on.
#[derive(Default)]
pub struct World {
    /// The tasks that can run, first in first out.
    pub ready: VecDeque<TaskId>,
    /// The task that runs.
    pub current: TaskId,
    locks: sync::Locks,
    /// Where child processes print.
    pub children_print: Prints,
    /// A socket may be held outside this process too: it was sent away, or there are child processes.
    pub shares: bool,
    registry: Registry<Socket>,
    /// What sockets had whose descriptors were taken out, by the kernel's numbers for them.
    taken_out: Vec<(u64, Rc<Shared>)>,
    meetings: meetings::Meetings,
    /// The mode of sockets to come.
    pub default_mode: Option<f64>,
    /// What happened to each socket, where that is kept.
    pub record: Option<Record>,
    /// The last socket that a call made and had to close again, and how it stood.
    pub undone: Option<Box<(Rc<Socket>, Last)>>,
    /// An error that the call which runs gives as a number, where that is kept: it is explained like one it fails with.
    pub given: Option<Box<Failure>>,
    /// What the user is asked for.
    pub input: input::Input,
    /// Child processes, and what this one is to its parent.
    pub family: Family,
    poller: Option<Poller>,
    news: News,
    buffer: Vec<u8>,
    orphans: Rc<Orphans>,
    serial: u64,
    tokens: Vec<Weak<Socket>>,
    free_tokens: Vec<usize>,
    thread_waiters: Vec<TaskId>,
    arrivals: arrivals::Arrivals,
    epolls: Registry<Epoll>,
    /// The files of pipes' ends.
    pipes: Registry<File>,
    /// The stream that the last calls left empty.
    pub drained: Drained,
    /// How often was polled.
    polls: u64,
    /// Sockets that something happened to, whose waiters have not been told yet.
    pending: VecDeque<Rc<Socket>>,
    /// Those that something happened to while the program stood still: the next poll brings them.
    later: Vec<Rc<Socket>>,
    /// The program's clock.
    pub clock: Clock,
    /// Folders for what it writes.
    pub temporary: Temporary,
    /// Hosts, and the wires between them.
    pub hosts: Hosts,
    /// What goes over the wires.
    pub wires: Wires,
}

impl World {
    /// The poller, made when it is first needed: a script that never waits has none.
    pub fn poller(&mut self) -> io::Result<&mut Poller> {
        if self.poller.is_none() {
            self.poller = Some(Poller::new()?);
        }
        self.poller.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn default_mode(&self) -> Mode {
        Mode::from_seconds(self.default_mode)
    }

    /// A new socket: socket(2), in a host or on this machine.
    pub fn socket(
        &mut self,
        host: Option<Rc<Host>>,
        [family, kind, protocol]: [i32; 3],
    ) -> Result<Rc<Socket>, Failure> {
        let sort = [family, kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC), protocol];
        let made = match &host {
            None => fd::socket(family, kind, protocol).map_err(Failure::os),
            Some(host) => host.socket([family, kind, protocol]),
        };
        let fd = made.map_err(|failure| failure.trying(Tried::Make(sort)))?;
        let mode = if kind & libc::SOCK_NONBLOCK == 0 { self.default_mode() } else { Mode::NonBlocking };
        let socket = self.wrap(fd, sort, mode);
        if let Some(host) = host {
            socket.shared.live_in(host);
        }
        self.note(&socket, || Did::Made(sort));
        Ok(socket)
    }

    /// A socket of a descriptor that was just made.
    pub fn wrap(&mut self, fd: OwnedFd, sort: [i32; 3], mode: Mode) -> Rc<Socket> {
        self.wrap_shared(fd, sort, mode, Rc::default())
    }

    fn wrap_shared(&mut self, fd: OwnedFd, sort: [i32; 3], mode: Mode, shared: Rc<Shared>) -> Rc<Socket> {
        self.serial += 1;
        let socket = Rc::new(Socket::new(self.serial, fd, sort, mode, shared, &self.orphans));
        self.registry.add(self.serial, &socket);
        socket
    }

    /// Every open socket, in the order they were made; the ends of a queue between processes are none of the user's.
    pub fn sockets(&self) -> Vec<Rc<Socket>> {
        let is_users = |s: &Rc<Socket>| s.family != libc::AF_UNSPEC && s.fd().is_ok();
        self.registry.since(0).filter(is_users).collect()
    }

    /// The socket that has the descriptor of that number; also an epoll, an end of a pipe.
    pub fn owner_of(&self, number: RawFd) -> Option<Rc<Socket>> {
        self.registry.since(0).find(|end| end.fd().is_ok_and(|fd| fd.as_raw_fd() == number))
    }

    /// A socket of a descriptor that comes from elsewhere: its family, type and protocol are asked of the kernel.
    pub fn adopt(&mut self, fd: OwnedFd) -> Result<Rc<Socket>, Failure> {
        let ask = |number| sockopt::get_int(fd.as_fd(), libc::SOL_SOCKET, number).map_err(Failure::os);
        let sort = [ask(libc::SO_DOMAIN)?, ask(libc::SO_TYPE)?, ask(libc::SO_PROTOCOL)?];
        let mode = self.default_mode();
        let socket = match self.shared_by(fd.as_fd()) {
            Some(shared) => {
                // As in Python only a timeout changes O_NONBLOCK, which is the open file's.
                let was = shared.nonblocking.get();
                let socket = self.wrap_shared(fd, sort, mode, shared);
                socket.shared.nonblocking.set(was || mode != Mode::Blocking);
                socket
            }
            None => {
                let socket = self.wrap(fd, sort, mode);
                socket.learn_options();
                socket
            }
        };
        self.shares = true;
        self.note(&socket, || Did::Adopted);
        Ok(socket)
    }

    /// The same of a duplicate, which has in common what the socket of the first descriptor has, if there is one here.
    pub fn adopt_dup(&mut self, of: RawFd, fd: OwnedFd) -> Result<Rc<Socket>, Failure> {
        let Some(of) = self.sockets().into_iter().find(|socket| socket.fileno() == of) else { return self.adopt(fd) };
        let (mode, nonblocking) = (self.default_mode(), of.shared.nonblocking.get());
        let socket = self.wrap_shared(fd, [of.family, of.kind, of.protocol], mode, of.shared.clone());
        // O_NONBLOCK is left as it was, unless there is a default timeout.
        socket.shared.nonblocking.set(nonblocking || mode != Mode::Blocking);
        self.note(&socket, || Did::Duplicated(of.serial));
        Ok(socket)
    }

    /// A duplicate: another descriptor of the same kernel socket, whose options and errors are the same ones.
    pub fn duplicate(&mut self, of: &Socket, fd: OwnedFd) -> Rc<Socket> {
        let socket = self.wrap_shared(fd, [of.family, of.kind, of.protocol], of.mode(), of.shared.clone());
        self.note(&socket, || Did::Duplicated(of.serial));
        socket
    }

    /// accept4(2), once. The new socket is blocking whatever the listener is, unless there is a default timeout.
    pub fn accept(&mut self, listener: &Rc<Socket>) -> Result<(Rc<Socket>, Addr), Failure> {
        let accept = if listener.family == libc::AF_ALG { addr::accept_nameless } else { addr::accept };
        let accepted = accept(listener.fd()?.as_fd(), libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC);
        let (fd, peer) = accepted.map_err(Failure::os)?;
        // A client that speaks plain TCP gets a socket of TCP from a listener of MPTCP.
        let protocol = match listener.protocol {
            libc::IPPROTO_MPTCP => sockopt::get_int(fd.as_fd(), libc::SOL_SOCKET, libc::SO_PROTOCOL).unwrap_or(0),
            protocol => protocol,
        };
        let conn = self.wrap(fd, [listener.family, listener.kind, protocol], self.default_mode());
        if let Some(host) = listener.shared.host() {
            conn.shared.live_in(host.clone());
        }
        // Another one may wait, of which the poller will not say anything.
        listener.told.set(None);
        self.note_arrival(listener);
        // What the listener had when the connection came; AF_UNIX hands nothing on. The kernel knows.
        if listener.shared.waits.get() != Waits::default() {
            conn.learn_options();
        }
        Ok((conn, peer))
    }

    /// Close a socket for its user. As in the kernel that ends no call that waits on it: see [`hold`](Self::hold).
    pub fn close(&mut self, socket: &Rc<Socket>) -> Result<Step, Failure> {
        drop(socket.fd()?);
        let held = socket.is_waited_on() && socket.files.get() == 0;
        if !socket.set_closed() {
            self.note(socket, || if held { Did::Held } else { Did::Dropped });
        }
        self.release(socket)
    }

    /// Let go of a closed socket's descriptor, when neither its user nor a file needs it any more.
    pub fn release(&mut self, socket: &Rc<Socket>) -> Result<Step, Failure> {
        let orphan = if socket.is_given_up() { socket.orphan() } else { None };
        Ok(match orphan {
            None => Step::Done(Reply::Nothing),
            Some(Orphan { fd, number, place, .. }) if socket.is_waited_on() => {
                self.forget(&fd, place);
                // Its number is free from now on, unless there is no other.
                let held = match fd::dup_aside(fd.as_fd()) {
                    Ok(held) => {
                        fd::close(fd);
                        held
                    }
                    Err(_) => fd,
                };
                self.hold(socket, held, number, false)?;
                Step::Done(Reply::Nothing)
            }
            Some(orphan) => self.end(orphan),
        })
    }

    /// Take a socket's descriptor out of sockpit's hands: Python's detach().
    pub fn detach(&mut self, socket: &Rc<Socket>) -> Result<OwnedFd, Failure> {
        drop(socket.fd()?);
        let cookie = socket.cookie();
        let fd = socket.take_fd().ok_or(Failure::os(libc::EBADF))?;
        self.forget(&fd, socket.place.take());
        self.taken_out.extend(cookie.map(|cookie| (cookie, socket.shared.clone())));
        self.note(socket, || Did::Detached);
        if socket.is_waited_on() {
            let copy = fd::dup_aside(fd.as_fd()).map_err(Failure::os)?;
            self.hold(socket, copy, fd.as_raw_fd(), true)?;
        }
        Ok(fd)
    }

    /// Close a descriptor. With SO_LINGER and data unsent close(2) blocks whatever the descriptor's mode: then it is
    /// closed on a thread of its own, and the call waits.
    fn end(&mut self, orphan: Orphan) -> Step {
        self.note_end(&orphan);
        let Orphan { fd, place, shared, .. } = orphan;
        self.forget(&fd, place);
        if shared.waits.get().linger > 0 && fd::outq(fd.as_fd()).is_ok_and(|n| n > 0) {
            return offload(self, "the data still unsent (SO_LINGER)", move || drop(fd), |_, ()| Ok(Reply::Nothing));
        }
        fd::close(fd);
        Step::Done(Reply::Nothing)
    }

    /// Close a socket that a call made when what it was made for failed. How it stood is kept: it tells why.
    pub fn undo(&mut self, socket: &Rc<Socket>) {
        let last =
            trace::aside(|| socket.fd().map(|fd| Last::of(fd.as_fd(), socket.shared.host().map(Rc::as_ref), false)));
        if let Ok(last) = last {
            self.undone = Some(Box::new((socket.clone(), last)));
        }
        // The first failure is the one to tell.
        let _ = self.close(socket);
    }

    /// A share in a socket, for who keeps it.
    pub fn share(&self, socket: &Socket) -> Result<Rc<Socket>, Failure> {
        self.find(socket.serial).ok_or(Failure::os(libc::EBADF))
    }

    /// The socket of that number, open or closed, if a name or anything else still holds it.
    pub fn find(&self, serial: u64) -> Option<Rc<Socket>> {
        self.registry.find(serial)
    }

    /// Close the sockets that lost their last name while open. Gives the names they had.
    pub fn close_orphans(&mut self) -> Vec<String> {
        let orphan = std::mem::take(&mut *self.orphans.sockets.borrow_mut());
        let mut names = Vec::new();
        for mut one in orphan {
            names.extend(one.name.take());
            // Nobody is there to wait for a lingering close: it goes on on its thread.
            self.end(one);
        }
        names
    }

    /// Whether a socket lost its last name since [`close_orphans`](Self::close_orphans).
    #[inline]
    pub fn has_orphans(&self) -> bool {
        !self.orphans.sockets.borrow().is_empty()
    }

    /// Wake all who wait on a socket, in the order they came.
    pub fn wake(&mut self, socket: &Socket) {
        self.ready.extend(socket.waiters.borrow().iter().map(|w| w.task));
    }

    /// One end of a pair was shut down for reading: who blocks in a send on the other is told. The kernel does so too, while
    /// poll(2) says nothing, so a timeout waits on.
    pub fn wake_other_end(&mut self, socket: &Socket) {
        if socket.shared.pair.get().is_none() {
            return;
        }
        trace::aside(|| self.look_where_sockets_are());
        let others: Vec<Rc<Socket>> = self.other_ends(socket).filter(|s| s.waits() == Mode::Blocking).collect();
        for other in &others {
            self.wake(other);
        }
    }
}

/// The value of a socket.
pub fn socket_value(socket: Rc<Socket>) -> Value {
    Value::Handle(socket)
}
