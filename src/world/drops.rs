//! Datagrams that a socket of ours throws away for want of room. Nobody tells who sent them: the kernel counts them, so
//! its count is looked at before and after each send, where a record is kept.

use std::rc::Rc;

use super::record::Did;
use super::{Socket, World};
use crate::os::{addr, sockopt, trace};
use crate::value::Addr;

/// The sockets of ours that a datagram may come to, each with its count before.
pub(super) type Drops = Vec<(Rc<Socket>, u32)>;

fn is_udp(socket: &Socket) -> bool {
    socket.kind == libc::SOCK_DGRAM && matches!(socket.family, libc::AF_INET | libc::AF_INET6)
}

/// How many datagrams a socket has thrown away.
pub fn dropped(socket: &Socket) -> u32 {
    if is_udp(socket) { socket.ask(sockopt::memory).map_or(0, |memory| memory.drops) } else { 0 }
}

impl World {
    /// Look at the counts before a socket sends to an address, or to its peer. Nothing where no record is kept.
    #[inline]
    pub fn before_send(&self, socket: &Socket, to: Option<&Addr>) -> Option<Drops> {
        (self.record.is_some() && is_udp(socket)).then(|| trace::aside(|| self.counts(socket, to)))
    }

    #[cold]
    fn counts(&self, socket: &Socket, to: Option<&Addr>) -> Drops {
        let port = to.map_or_else(|| socket.ask(addr::getpeername)?.port(), Addr::port);
        let has_it = |s: &Rc<Socket>| is_udp(s) && s.addresses().0.is_some_and(|at| at.port() == port);
        self.sockets().into_iter().filter(has_it).map(|s| (s.clone(), dropped(&s))).collect()
    }

    /// Write down what a socket has just sent, where a record is kept, and who threw it away.
    #[inline]
    pub fn note_sent(&mut self, from: &Socket, before: Option<Drops>, [bytes, of]: [usize; 2], to: Option<&Addr>) {
        if self.record.is_some() {
            self.write_down_sent(from, before, [bytes, of], to);
        }
    }

    #[cold]
    fn write_down_sent(&mut self, from: &Socket, before: Option<Drops>, [bytes, of]: [usize; 2], to: Option<&Addr>) {
        self.note(from, || Did::Sent { bytes, of, to: to.cloned() });
        for (socket, count) in before.into_iter().flatten() {
            if trace::aside(|| dropped(&socket)) > count {
                self.note(&socket, || Did::Lost { bytes, from: from.serial });
            }
        }
    }
}
