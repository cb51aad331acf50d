//! Sockets' places in the poller.
//!
//! A socket has one from the first wait on it to its close; what has one for another's sake is none of the program's doing.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::rc::{Rc, Weak};

use super::socket::Registered;
use super::{Socket, World};
use crate::os::{poller, trace};
use crate::value::Failure;

impl World {
    /// Have the poller hear of a socket, for the program.
    pub fn register(&mut self, socket: &Rc<Socket>) -> Result<(), Failure> {
        let place = socket.place.get();
        if place.token == 0 {
            return self.place(socket, false);
        }
        if place.aside {
            // To the program it is new there: what is ready now is said as if it were.
            let raw = socket.fd()?.as_raw_fd();
            let renewed = self.poller().and_then(|p| p.renew(raw, place.token));
            renewed.map_err(|e| Failure::os(e.raw_os_error().unwrap_or(libc::EINVAL)))?;
            socket.place.set(Registered { aside: false, ..place });
        }
        Ok(())
    }

    /// Have the poller hear no more of what nobody waits for. Says whether it did.
    pub(super) fn leave(&mut self, socket: &Rc<Socket>) -> bool {
        let place = socket.place.take();
        if let Ok(fd) = socket.fd() {
            trace::aside(|| self.forget(&fd, place));
        }
        place.token != 0
    }

    /// Give a socket a place in the poller.
    pub(super) fn place(&mut self, socket: &Rc<Socket>, aside: bool) -> Result<(), Failure> {
        let raw = socket.fd()?.as_raw_fd();
        let token = self.enrol(socket, raw)?;
        socket.place.set(Registered { token, aside });
        Ok(())
    }

    /// Have the poller hear of a socket's descriptor. Gives the token it goes by.
    pub(super) fn enrol(&mut self, socket: &Rc<Socket>, raw: RawFd) -> Result<usize, Failure> {
        let token = self.free_tokens.pop().unwrap_or_else(|| {
            self.tokens.push(Weak::new());
            self.tokens.len() - 1 + poller::FIRST
        });
        if let Err(e) = self.poller().and_then(|p| p.register(raw, token)) {
            self.free_tokens.push(token);
            return Err(Failure::os(e.raw_os_error().unwrap_or(libc::EINVAL)));
        }
        self.tokens[token - poller::FIRST] = Rc::downgrade(socket);
        Ok(token)
    }

    /// A descriptor is closed or given away: its place is free.
    pub(super) fn forget(&mut self, fd: &OwnedFd, place: Registered) {
        if place.token == 0 {
            return;
        }
        if let Some(poller) = &self.poller {
            let deregister = || poller.deregister(fd.as_raw_fd());
            if place.aside { trace::aside(deregister) } else { deregister() }
        }
        self.tokens[place.token - poller::FIRST] = Weak::new();
        self.free_tokens.push(place.token);
    }
}
