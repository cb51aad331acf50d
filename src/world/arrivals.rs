//! Sockets that nobody waits on, watched for a person: a connection that waits to be accepted, a peer that closed.
//!
//! At a prompt every socket is registered with the poller, whether a call waits on it or not. What the poller then
//! says of one that no call waits on is looked at here, once; who is told is not known here.

use std::os::fd::AsFd;
use std::rc::{Rc, Weak};

use super::{Socket, World};
use crate::os::{addr, fd, sockopt};

/// What can come to a socket that nobody waits on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrival {
    /// A connection waits to be accepted.
    Connection,
    /// The peer has closed, or has shut down its sending.
    Close,
    /// The peer broke the connection off.
    Reset,
}

/// What is known of arrivals.
#[derive(Default)]
pub(super) struct Arrivals {
    /// Whether anybody wants to know.
    on: bool,
    /// The sockets up to this one are registered.
    registered: u64,
    /// The sockets that the poller said something of.
    news: Vec<Weak<Socket>>,
}

impl World {
    /// Watch sockets that nobody waits on, or no more.
    pub fn announce(&mut self, on: bool) {
        self.arrivals = Arrivals { on, ..Arrivals::default() };
    }

    /// Whether sockets are watched that nobody waits on.
    pub fn announces(&self) -> bool {
        self.arrivals.on
    }

    /// Something happened to a socket: if no call waits for it, it is to be looked at.
    pub(super) fn note_arrival(&mut self, socket: &Rc<Socket>) {
        if self.arrivals.on {
            self.arrivals.news.push(Rc::downgrade(socket));
        }
    }

    /// What came to sockets that nobody waits on since the last time this was asked, each told once.
    pub fn arrivals(&mut self) -> Vec<(Rc<Socket>, Arrival)> {
        if !self.arrivals.on {
            return Vec::new();
        }
        let known = self.arrivals.registered;
        let new: Vec<Rc<Socket>> = self.registry.since(known).collect();
        for socket in &new {
            self.arrivals.registered = self.arrivals.registered.max(socket.serial);
            if socket.place.get().token == 0 {
                // One that the poller does not take is not announced.
                let _ = self.place(socket, true);
            }
        }
        let news = std::mem::take(&mut self.arrivals.news);
        news.iter().filter_map(Weak::upgrade).filter_map(|s| came(&s).map(|came| (s, came))).collect()
    }
}

/// What has come to a socket and was not told yet.
fn came(socket: &Socket) -> Option<Arrival> {
    let fd = socket.fd().ok()?;
    if socket.kind == libc::SOCK_DGRAM || socket.kind == libc::SOCK_RAW || !socket.is_named() {
        return None;
    }
    let found = if sockopt::get_int(fd.as_fd(), libc::SOL_SOCKET, libc::SO_ACCEPTCONN) == Ok(1) {
        (fd::poll(fd.as_fd(), libc::POLLIN).ok()? & libc::POLLIN != 0).then_some(Arrival::Connection)
    } else {
        let events = fd::poll(fd.as_fd(), libc::POLLRDHUP).ok()?;
        // A socket that was never connected hangs up too.
        let connected = socket.was_connected.get() || addr::getpeername(fd.as_fd()).is_ok();
        socket.was_connected.set(connected);
        match events {
            _ if !connected => None,
            e if e & libc::POLLERR != 0 => Some(Arrival::Reset),
            e if e & (libc::POLLRDHUP | libc::POLLHUP) != 0 => Some(Arrival::Close),
            _ => None,
        }
    };
    let told = socket.told.replace(found);
    found.filter(|_| told != found)
}
