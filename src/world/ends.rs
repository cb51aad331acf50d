//! How a socket stands when something happens to it: the ends of its connection, what it leaves when it is closed.

use std::os::fd::BorrowedFd;

use super::{Host, Socket, World};
use crate::linux::state::State;
use crate::os::hosts::Space;
use crate::os::netstat::{self, KernelSocket};
use crate::os::{addr, fd, sockopt, tcp};
use crate::value::Addr;

/// Both addresses of a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ends {
    /// This end's.
    pub local: Addr,
    /// The other's.
    pub peer: Addr,
    /// Where these addresses are: all wires are one place, the loopback of each host is another; none on this machine.
    pub net: Option<Space>,
}

impl Ends {
    /// The ends of a socket's connection, if it has one.
    pub fn of(socket: &Socket) -> Option<Self> {
        let local = socket.ask(addr::getsockname)?;
        let net = socket.net(&local);
        Some(Self { local, peer: socket.ask(addr::getpeername)?, net })
    }

    /// The same seen from the other end.
    pub fn turned(self) -> Self {
        Self { local: self.peer, peer: self.local, net: self.net }
    }

    /// Whether it is connected to itself.
    pub fn is_self(&self) -> bool {
        self.local == self.peer && self.local != Addr::Unnamed
    }

    /// Whether these are the same connection seen from its other end.
    pub fn meets(&self, other: &Self) -> bool {
        self.local.is_at(&other.peer)
            && self.peer.is_at(&other.local)
            && self.net == other.net
            && self.peer.port().is_some()
    }
}

impl Socket {
    /// Where an address of it is.
    pub fn net(&self, local: &Addr) -> Option<Space> {
        self.shared.host().map(|host| host.net_of(local))
    }

    /// The address it is bound to, and its peer's.
    pub fn addresses(&self) -> (Option<Addr>, Option<Addr>) {
        let bound = |a: &Addr| match a {
            Addr::Special(special) => !special.is_open(),
            Addr::Unnamed | Addr::Other(..) => false,
            ip => ip.port() != Some(0),
        };
        // Every netlink socket has the kernel for its peer until it gets another.
        let peer = self.ask(addr::getpeername).filter(|a| !matches!(a, Addr::Special(special) if special.is_open()));
        (self.ask(addr::getsockname).filter(bound), peer)
    }

    /// Whether it is a datagram socket of IP without a port. One that is to send gets one; when there is none left the
    /// kernel says EAGAIN, and nothing tells when there is.
    pub fn lacks_port(&self) -> bool {
        let ip = matches!(self.family, libc::AF_INET | libc::AF_INET6);
        ip && self.kind == libc::SOCK_DGRAM && self.addresses().0.is_none()
    }
}

/// What the kernel said of a socket just before it was closed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Last {
    /// Where it was bound.
    pub local: Option<Addr>,
    /// Its peer.
    pub peer: Option<Addr>,
    /// Where these addresses are.
    pub net: Option<Space>,
    /// Bytes that had come and were never read.
    pub unread: usize,
    /// Bytes in its send queue: not sent yet, or not acknowledged.
    pub unsent: usize,
    /// SO_LINGER was 1 0: closing resets.
    pub aborts: bool,
    /// SO_REUSEADDR was set.
    pub reuse: bool,
    /// SO_REUSEPORT was set.
    pub reuse_port: bool,
    /// It listened.
    pub listened: bool,
    /// Its TCP state, where it has one.
    pub state: Option<State>,
    /// Another descriptor of it may be open still, so that nothing was sent.
    pub held: bool,
}

impl World {
    /// What the kernel has of a TCP connection, by the addresses of that end, which may be a host's.
    pub(crate) fn connection(&self, ends: &Ends) -> Option<KernelSocket> {
        let Some(net) = ends.net else { return netstat::connection(&ends.local, &ends.peer, None) };
        let ip = ends.local.host()?.to_canonical();
        let host = self.hosts.open().find(|host| host.net.space == net || host.has(ip))?;
        netstat::connection(&ends.local, &ends.peer, Some(host.inside()))
    }
}

impl Last {
    /// How a socket stands.
    pub fn of(fd: BorrowedFd<'_>, host: Option<&Host>, held: bool) -> Self {
        let is_set = |number| sockopt::get_int(fd, libc::SOL_SOCKET, number).is_ok_and(|n| n != 0);
        let mut linger = [0; 8];
        let aborts = sockopt::get(fd, libc::SOL_SOCKET, libc::SO_LINGER, &mut linger).is_ok()
            && linger[..4] != [0; 4]
            && linger[4..] == [0; 4];
        let local = addr::getsockname(fd).ok();
        Self {
            net: host.zip(local.as_ref()).map(|(host, local)| host.net_of(local)),
            local,
            peer: addr::getpeername(fd).ok(),
            unread: unread(fd),
            unsent: fd::outq(fd).unwrap_or(0),
            aborts,
            reuse: is_set(libc::SO_REUSEADDR),
            reuse_port: is_set(libc::SO_REUSEPORT),
            listened: is_set(libc::SO_ACCEPTCONN),
            state: tcp::state(fd).ok().flatten(),
            held,
        }
    }

    /// The ends of its connection, if it had one.
    pub fn ends(&self) -> Option<Ends> {
        Some(Ends { local: self.local.clone()?, peer: self.peer.clone()?, net: self.net })
    }

    /// Whether its close threw the connection away: RST instead of FIN.
    pub fn resets(&self) -> bool {
        self.aborts || self.unread > 0
    }
}

/// How many bytes a socket has that were never read. SIOCINQ stops before the urgent byte, unless that is in line.
fn unread(fd: BorrowedFd<'_>) -> usize {
    let inline = |on: i32| sockopt::set(fd, libc::SOL_SOCKET, libc::SO_OOBINLINE, &on.to_ne_bytes());
    match fd::inq(fd).unwrap_or(0) {
        0 if fd::atmark(fd) == Ok(true) && inline(1).is_ok() => {
            let all = fd::inq(fd).unwrap_or(0);
            // Another descriptor of it may live on.
            inline(0).map_or(0, |()| all)
        }
        count => count,
    }
}

/// Whether a receive that gave nothing met the end of the stream: its peer's, not the socket's own shutdown, and no
/// empty message.
pub(crate) fn ended(socket: &Socket) -> bool {
    match socket.kind {
        libc::SOCK_DGRAM => false,
        _ if socket.shared.deaf.get() => socket.ask(tcp::state).flatten().is_some_and(State::is_ended),
        libc::SOCK_SEQPACKET => socket.ask(|fd| fd::poll(fd, libc::POLLRDHUP)) != Some(0),
        _ => true,
    }
}

/// Whether it was this process that connected the other end of an AF_UNIX socket.
pub(crate) fn peer_is_own(socket: &Socket) -> bool {
    let mut peer = [0; 12];
    let told = socket.ask(|fd| sockopt::get(fd, libc::SOL_SOCKET, libc::SO_PEERCRED, &mut peer)).is_some();
    told && peer[..4] == std::process::id().to_ne_bytes()
}
