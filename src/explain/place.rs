//! Where what is explained is: on this machine, or in which host.

use std::rc::Rc;

use super::Case;
use crate::os::hosts::Inside;
use crate::world::{Host, Socket};

impl Case<'_> {
    /// The other open sockets, there where the address is that the call is about.
    pub(super) fn others(&self) -> Vec<Rc<Socket>> {
        let (me, place) = (self.socket.as_ref().map(|s| s.serial), self.place());
        let there = |s: &Socket| s.shared.host().map(Rc::as_ptr) == place.as_ref().map(Rc::as_ptr);
        self.world.sockets().into_iter().filter(|s| Some(s.serial) != me && there(s)).collect()
    }

    /// The host that the socket is in, to look at its tables.
    pub(super) fn inside(&self) -> Option<Inside<'_>> {
        self.socket.as_ref()?.shared.host().map(|host| host.inside())
    }

    /// The host where the address is that the call is about: of those that have it, or the socket's own.
    pub(super) fn place(&self) -> Option<Rc<Host>> {
        let own = self.socket.as_ref()?.shared.host()?;
        let meant = self.failure.addr().cloned().or_else(|| Some(self.ends()?.peer));
        let found = meant.and_then(|addr| addr.host()).and_then(|ip| self.world.hosts.with(ip.to_canonical()));
        Some(found.unwrap_or_else(|| own.clone()))
    }
}
