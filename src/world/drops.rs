//! Datagrams that a socket of ours throws away for want of room. Nobody tells who sent them: the kernel counts them, so
//! its count is looked at before and after each send, where a record is kept.

use std::os::fd::AsFd;
use std::rc::Rc;

use super::record::Did;
use super::{Socket, World};
use crate::os::{addr, sockopt, trace};
use crate::value::Addr;

/// The sockets of ours that a datagram may come to, each with its count before.
pub struct Drops(Vec<(Rc<Socket>, u32)>);

/// How many datagrams a socket has thrown away.
pub fn dropped(socket: &Socket) -> u32 {
    let udp = socket.kind == libc::SOCK_DGRAM && matches!(socket.family, libc::AF_INET | libc::AF_INET6);
    let fd = socket.open_fd().ok().filter(|_| udp);
    fd.and_then(|fd| sockopt::memory(fd.as_fd()).ok()).map_or(0, |memory| memory.drops)
}

impl World {
    /// Look at the counts before a socket sends to an address, or to its peer. Nothing where no record is kept.
    #[inline]
    pub fn before_send(&self, socket: &Socket, to: Option<&Addr>) -> Option<Drops> {
        let watched = self.record.is_some() && socket.kind == libc::SOCK_DGRAM && socket.family != libc::AF_UNIX;
        watched.then(|| trace::aside(|| self.counts(socket, to)))
    }

    #[cold]
    fn counts(&self, socket: &Socket, to: Option<&Addr>) -> Drops {
        let peer = || addr::getpeername(socket.open_fd().ok()?.as_fd()).ok()?.port();
        let port = to.map_or_else(peer, Addr::port);
        let has_it = |s: &Rc<Socket>| {
            s.kind == libc::SOCK_DGRAM
                && s.family != libc::AF_UNIX
                && s.addresses().0.is_some_and(|at| at.port() == port)
        };
        let sockets = self.sockets().into_iter().filter(has_it);
        Drops(sockets.map(|s| (s.clone(), dropped(&s))).collect())
    }

    /// Write down who threw away what the socket has just sent.
    #[inline]
    pub fn after_send(&mut self, before: Option<Drops>, from: &Socket, bytes: usize) {
        if let Some(before) = before {
            self.count_again(before, from, bytes);
        }
    }

    #[cold]
    fn count_again(&mut self, before: Drops, from: &Socket, bytes: usize) {
        for (socket, count) in before.0 {
            if trace::aside(|| dropped(&socket)) > count {
                self.note(&socket, || Did::Lost { bytes, from: from.serial });
            }
        }
    }
}
