//! A socket that its user gave up while calls wait on it.
//!
//! As in the kernel, close() and detach() end no call that waits: it has the open file until it ends, and only then is the
//! connection closed. The descriptor's number is free at once, and no name leads to the socket any more.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::rc::Rc;

use super::record::{Did, Last};
use super::socket::{Orphan, Registered, Shared};
use super::{Socket, World};
use crate::os::{fd, sockopt, trace};
use crate::value::Failure;

impl Socket {
    /// Whether only calls that wait have it: its user gave it up.
    pub fn is_held(&self) -> bool {
        self.held.borrow().is_some()
    }

    /// Whether anybody has it open, be it only a call that waits.
    pub fn is_there(&self) -> bool {
        self.fd().is_ok() || self.is_held()
    }

    /// Whether its user gave it up: only a call that waited then has it open still.
    pub fn is_given_up(&self) -> bool {
        self.closed.get() && self.files.get() == 0
    }

    /// Whether any call waits on it.
    pub fn is_waited_on(&self) -> bool {
        !self.waiters.borrow().is_empty()
    }

    /// Whether poll(2) has any of these events, an error or an end.
    pub fn is_ready(&self, events: i16) -> bool {
        self.ask(|socket| fd::poll(socket, events)).is_some_and(|there| there != 0)
    }

    /// What a poll(2) that waits finds when it looks again, of a socket that its user gave up: it looks for the number,
    /// which is free (POLLNVAL), or out of the socket's hands, or another's by now.
    pub fn at_its_number(&self, events: i16) -> i16 {
        let held = self.held.borrow();
        let number = held.as_ref().filter(|held| held.fd.as_raw_fd() != held.number).map(|held| held.number);
        number.map_or(libc::POLLNVAL, |number| trace::aside(|| fd::poll_number(number, events)))
    }

    /// Leave it to the calls that wait on it.
    pub(super) fn hold(&self, held: Orphan) {
        *self.held.borrow_mut() = Some(Box::new(held));
    }

    /// No call waits on it any more: what it left, if only they had it.
    pub(super) fn let_go(&self) -> Option<Orphan> {
        if self.waiters.borrow().is_empty() { self.held.take().map(|held| *held) } else { None }
    }

    /// Its last file is gone: if its user had closed it, the world closes the descriptor.
    pub(super) fn abandon(&self) {
        if self.is_given_up()
            && let Some(orphan) = self.orphan()
        {
            if self.is_waited_on() {
                self.hold(orphan);
            } else {
                self.orphans.sockets.borrow_mut().push(orphan);
            }
        }
    }

    /// Run the rest of a call that waits on it: to that call it is open.
    pub(super) fn lend<T>(&self, call: impl FnOnce() -> T) -> T {
        let Some(mut held) = self.held.take().map(|held| *held) else { return call() };
        self.fd.replace(Some(held.fd));
        let done = call();
        if let Some(fd) = self.fd.take() {
            held.fd = fd;
            self.hold(held);
        }
        done
    }
}

impl Socket {
    /// The kernel's own number for it: two descriptors of one open file have the same.
    pub(super) fn cookie(&self) -> Option<u64> {
        if self.shared.cookie.get().is_none() {
            self.shared.cookie.set(cookie(self.fd().ok()?.as_fd()));
        }
        self.shared.cookie.get()
    }
}

fn cookie(fd: BorrowedFd<'_>) -> Option<u64> {
    let mut number = [0; 8];
    trace::aside(|| sockopt::get(fd, libc::SOL_SOCKET, libc::SO_COOKIE, &mut number)).ok()?;
    Some(u64::from_ne_bytes(number))
}

impl World {
    /// What a descriptor that comes back has in common with the sockets here, if it is of the same open file as one of
    /// them, or was taken out of one.
    pub(super) fn shared_by(&mut self, fd: BorrowedFd<'_>) -> Option<Rc<Shared>> {
        let cookie = cookie(fd)?;
        let out = self.taken_out.iter().position(|(number, _)| *number == cookie);
        let out = out.map(|at| self.taken_out.swap_remove(at).1);
        let here = || self.sockets().iter().find(|s| s.cookie() == Some(cookie)).map(|s| s.shared.clone());
        out.or_else(here)
    }

    /// Leave a descriptor to the calls that wait on a socket which its user gave up, who knew it by a number. The kernel
    /// wakes none of them, and closes its socket when the last one ends.
    pub(super) fn hold(
        &mut self,
        socket: &Rc<Socket>,
        fd: OwnedFd,
        number: RawFd,
        detached: bool,
    ) -> Result<(), Failure> {
        let signalled = socket.waiters.borrow().iter().any(|w| w.signalled);
        let token = if signalled { trace::aside(|| self.enrol(socket, fd.as_raw_fd()))? } else { 0 };
        let place = Registered { token, aside: true };
        let shared = socket.shared.clone();
        let orphan = Orphan { serial: socket.serial, fd, number, place, shared, name: None, detached };
        socket.hold(orphan);
        // What is no wait of the kernel's ends now.
        self.wake(socket);
        Ok(())
    }

    /// The last call that waited on a socket which its user gave up has ended.
    pub(super) fn let_go(&mut self, held: Orphan) {
        if held.detached {
            self.forget(&held.fd, held.place);
        } else {
            // Nobody is there to wait for a lingering close: it goes on on its thread.
            self.end(held);
        }
    }

    /// Write down how a socket stands that is about to be closed.
    pub(super) fn note_end(&mut self, orphan: &Orphan) {
        let held = self.shares || orphan.shared.descriptors.get() > 0;
        if let Some(record) = &mut self.record {
            let host = orphan.shared.host().is_some();
            let last = trace::aside(|| Last::of(orphan.fd.as_fd(), orphan.shared.host().map(Rc::as_ref), held));
            if let Some(ends) = last.ends().filter(|_| host && !held && last.state.is_some()) {
                self.wires.standings.part(orphan.serial, ends);
            }
            record.add(orphan.serial, Did::Closed(Box::new(last)));
        }
    }
}
