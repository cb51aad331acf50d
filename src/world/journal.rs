//! What happened to each socket, in order: the evidence that only the past has.
//!
//! It is kept where every call is shown, never for a quiet script. It is bounded: old entries go. It explains nothing
//! and knows no program; what is written down is what the kernel said when it happened.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;
use std::time::Instant;

use super::{Mode, Socket};
use crate::linux::state::State;
use crate::os::tcp;
use crate::os::{addr, fd, sockopt};
use crate::value::{Addr, Name};

/// How many entries are kept.
const KEPT_MAX: usize = 4096;

/// What happened, in order.
#[derive(Default)]
pub struct Journal {
    acts: VecDeque<Act>,
    /// The line that is being run.
    pub line: u32,
    /// How long the datagram is that is being received.
    pub coming: usize,
}

/// One thing that happened to a socket.
#[derive(Clone, Debug)]
pub struct Act {
    /// When.
    pub at: Instant,
    /// On which line; 0 where it is not known.
    pub line: u32,
    /// To which socket.
    pub socket: u64,
    /// The socket's name.
    pub name: Rc<str>,
    /// What.
    pub did: Did,
}

/// What can happen to a socket.
#[derive(Clone, PartialEq, Debug)]
pub enum Did {
    /// It was made: its family, type and protocol as people say them.
    Made(String),
    /// It was made as an end of a pair, whose other end is that socket.
    Paired(u64),
    /// It was made as another descriptor of that socket.
    Duplicated(u64),
    /// It was bound.
    Bound(Addr),
    /// It listens.
    Listens(Addr),
    /// A connection was asked for and is under way.
    Connecting(Addr),
    /// It was connected.
    Connected(Ends),
    /// It was accepted from that listening socket.
    Accepted(u64, Ends),
    /// It gave up its peer: connect AF_UNSPEC.
    Disconnected,
    /// It sent that many bytes, to that address where the call named one.
    Sent(usize, Option<Addr>),
    /// It received that many bytes, from that address where the call told.
    Received {
        /// How many.
        bytes: usize,
        /// From where.
        from: Option<Addr>,
        /// How many the call had room for.
        room: usize,
        /// How long the datagram was.
        whole: usize,
        /// They were left in place: MSG_PEEK.
        peeked: bool,
        /// There was nothing, and will be nothing: the peer's end of the stream.
        end: bool,
    },
    /// It was shut down: `rd`, `wr` or `rdwr`.
    Shut(i32),
    /// An option was set: its level and number.
    OptionSet(i32, i32),
    /// A file was made of it: what passes through that is not written down.
    Filed,
    /// The way its calls wait was set.
    ModeSet(Mode),
    /// Its user closed it; the kernel's end of it may live on in files and duplicates.
    Dropped,
    /// Its descriptor was taken out of it.
    Detached,
    /// The kernel's socket was closed.
    Closed(Box<Last>),
    /// A call failed.
    Failed(Rc<str>, Name),
}

/// Both addresses of a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ends {
    /// This end's.
    pub local: Addr,
    /// The other's.
    pub peer: Addr,
}

impl Ends {
    /// The ends of a socket's connection, if it has one.
    pub fn of(socket: &Socket) -> Option<Self> {
        let fd = socket.open_fd().ok()?;
        let local = addr::getsockname(fd.as_fd()).ok()?;
        let peer = addr::getpeername(fd.as_fd()).ok()?;
        Some(Self { local, peer })
    }

    /// Whether these are the same connection seen from its other end.
    pub fn meets(&self, other: &Self) -> bool {
        self.local == other.peer && self.peer == other.local && self.peer.port().is_some()
    }
}

/// What the kernel said of a socket just before it was closed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Last {
    /// Where it was bound.
    pub local: Option<Addr>,
    /// Its peer.
    pub peer: Option<Addr>,
    /// Bytes that had come and were never read.
    pub unread: usize,
    /// SO_LINGER was 1 0: closing resets.
    pub aborts: bool,
    /// SO_REUSEADDR was set.
    pub reuse: bool,
    /// It listened.
    pub listened: bool,
    /// Its TCP state, where it has one.
    pub state: Option<State>,
    /// Another descriptor of it may be open still, so that nothing was sent.
    pub held: bool,
}

impl Last {
    fn of(fd: BorrowedFd<'_>, held: bool) -> Self {
        let is_set = |number| sockopt::get_int(fd, libc::SOL_SOCKET, number).is_ok_and(|n| n != 0);
        let mut linger = [0; 8];
        let aborts = sockopt::get(fd, libc::SOL_SOCKET, libc::SO_LINGER, &mut linger).is_ok()
            && linger[..4] != [0; 4]
            && linger[4..] == [0; 4];
        Self {
            local: addr::getsockname(fd).ok(),
            peer: addr::getpeername(fd).ok(),
            unread: fd::inq(fd).unwrap_or(0),
            aborts,
            reuse: is_set(libc::SO_REUSEADDR),
            listened: is_set(libc::SO_ACCEPTCONN),
            state: tcp::state(fd).ok().flatten(),
            held,
        }
    }
}

impl Journal {
    /// Write down what happened to a socket just now.
    pub fn note(&mut self, socket: &Socket, did: Did) {
        self.add(socket.serial, socket.name(), did);
    }

    fn add(&mut self, socket: u64, name: Rc<str>, did: Did) {
        if self.acts.len() == KEPT_MAX {
            self.acts.pop_front();
        }
        self.acts.push_back(Act { at: Instant::now(), line: self.line, socket, name, did });
    }

    /// Write down how a socket stands that is about to be closed; whether another descriptor of it may stay open.
    pub fn closing(&mut self, socket: u64, fd: BorrowedFd<'_>, held: bool) {
        self.add(socket, self.name(socket), Did::Closed(Box::new(Last::of(fd, held))));
    }

    /// The name a socket had last.
    pub fn name(&self, socket: u64) -> Rc<str> {
        self.of(socket).next_back().map_or_else(|| format!("socket#{socket}").into(), |act| act.name.clone())
    }

    /// All that is known, in order.
    pub fn acts(&self) -> impl DoubleEndedIterator<Item = &Act> {
        self.acts.iter()
    }

    /// What happened to one socket, in order.
    pub fn of(&self, socket: u64) -> impl DoubleEndedIterator<Item = &Act> {
        self.acts.iter().filter(move |act| act.socket == socket)
    }

    /// The last thing of a kind that happened to a socket.
    pub fn last(&self, socket: u64, is: impl Fn(&Did) -> bool) -> Option<&Act> {
        self.of(socket).rev().find(|act| is(&act.did))
    }

    /// Whether the kernel's socket was closed.
    pub fn is_closed(&self, socket: u64) -> bool {
        self.of(socket).any(|act| matches!(act.did, Did::Closed(_)))
    }

    /// The addresses of the connection a socket had last, also when it is over.
    pub fn ends(&self, socket: u64) -> Option<Ends> {
        self.of(socket).rev().find_map(|act| act.did.ends())
    }

    /// The socket at the other end of a connection, if it is one of ours: the latest that had these addresses.
    pub fn other_end(&self, socket: u64) -> Option<u64> {
        let paired = self.of(socket).find_map(|act| if let Did::Paired(other) = act.did { Some(other) } else { None });
        if paired.is_some() {
            return paired;
        }
        let ends = self.ends(socket)?;
        let meets = |act: &&Act| act.socket != socket && act.did.ends().is_some_and(|theirs| theirs.meets(&ends));
        self.acts.iter().rev().find(meets).map(|act| act.socket)
    }

    /// The name of the latest socket of ours whose connection had these addresses.
    pub fn had(&self, local: &Addr, peer: &Addr) -> Option<Rc<str>> {
        let is = |ends: Ends| ends.local == *local && ends.peer == *peer;
        self.acts.iter().rev().find(|act| act.did.ends().is_some_and(is)).map(|act| act.name.clone())
    }

    /// Whether all that ever went through a socket is written down: nothing was dropped, and no file or duplicate
    /// was made of it.
    pub fn knows_all(&self, socket: u64) -> bool {
        let mut acts = self.of(socket);
        let first = acts.next().is_some_and(|act| act.did.begins());
        first
            && !self.of(socket).any(|act| act.did == Did::Filed)
            && !self.acts.iter().any(|a| a.did == Did::Duplicated(socket))
    }
}

impl Did {
    fn ends(&self) -> Option<Ends> {
        match self {
            Self::Connected(ends) | Self::Accepted(_, ends) => Some(ends.clone()),
            Self::Closed(last) => Some(Ends { local: last.local.clone()?, peer: last.peer.clone()? }),
            _ => None,
        }
    }

    fn begins(&self) -> bool {
        matches!(self, Self::Made(_) | Self::Paired(_) | Self::Accepted(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    #[test]
    fn old_entries_go_and_then_not_all_is_known() {
        let mut world = World::default();
        let socket = world.socket(libc::AF_INET, libc::SOCK_DGRAM, 0).unwrap();
        let mut journal = Journal::default();
        journal.note(&socket, Did::Made(socket.sort()));
        assert!(journal.knows_all(socket.serial));
        for _ in 0..KEPT_MAX {
            journal.note(&socket, Did::Sent(1, None));
        }
        assert_eq!(journal.acts().count(), KEPT_MAX);
        assert!(!journal.knows_all(socket.serial));
    }

    #[test]
    fn what_is_closed_is_asked_before() {
        let mut world = World { journal: Some(Journal::default()), ..World::default() };
        let server = world.socket(libc::AF_INET, libc::SOCK_STREAM, 0).unwrap();
        addr::bind(server.fd().unwrap().as_fd(), &"127.0.0.1:0".parse().unwrap()).unwrap();
        fd::listen(server.fd().unwrap().as_fd(), 1).unwrap();
        let at = server.addresses().0;
        world.close(&server).unwrap();
        let journal = world.journal.unwrap();
        let Did::Closed(last) = &journal.acts().next().unwrap().did else { panic!("it is closed") };
        assert!(last.listened && last.local == at && last.peer.is_none() && !last.held && last.unread == 0);
    }
}
