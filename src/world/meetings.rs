//! Which sockets of ours are the two ends of one connection, found without asking the kernel about each of them twice.
//!
//! A connection's addresses last as long as it does: a socket is asked for them until it has a peer, and again only when
//! it gave that up. So what a look costs is what has changed since the last one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;

use super::ends::Ends;
use super::{Socket, Sweep, World};
use crate::os::hosts::Space;
use crate::value::Addr;

/// Where one end of a connection is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// An end of a pair, and which.
    Pair(u64, bool),
    /// An end of a connection between two addresses, and where those are: its own comes first.
    Between(Option<Space>, (IpAddr, u16), (IpAddr, u16)),
}

impl Place {
    /// Where a socket is, if it has a peer.
    fn of(socket: &Socket) -> Option<Self> {
        if let Some((pair, left)) = socket.shared.pair.get() {
            return Some(Self::Pair(pair, left));
        }
        let at = |addr: &Addr| Some((addr.host()?.to_canonical(), addr.port()?));
        let ends = Ends::of(socket)?;
        Some(Self::Between(ends.net, at(&ends.local)?, at(&ends.peer)?))
    }

    fn other(self) -> Self {
        match self {
            Self::Pair(pair, left) => Self::Pair(pair, !left),
            Self::Between(net, own, peer) => Self::Between(net, peer, own),
        }
    }
}

/// What is known of connections.
#[derive(Default)]
pub(super) struct Meetings {
    /// The newest socket that was looked at.
    newest: u64,
    /// Where each socket that has a peer is.
    places: HashMap<u64, Place>,
    /// The sockets at each place: more than one where a socket has duplicates.
    there: HashMap<Place, Vec<u64>>,
    /// Those that had no peer yet.
    alone: Vec<u64>,
    sweep: Sweep,
}

impl Meetings {
    fn put(&mut self, socket: u64, place: Option<Place>) {
        let Some(place) = place else { return self.alone.push(socket) };
        self.places.insert(socket, place);
        self.there.entry(place).or_default().push(socket);
    }

    /// Only those sockets are left.
    fn retain(&mut self, is: impl Fn(u64) -> bool) {
        self.places.retain(|socket, _| is(*socket));
        self.there.retain(|_, sockets| {
            sockets.retain(|socket| is(*socket));
            !sockets.is_empty()
        });
        self.sweep.done(self.places.len());
    }
}

impl World {
    /// Look where the sockets are that are new, and those that had no peer when they were looked at.
    pub fn look_where_sockets_are(&mut self) {
        let mut known = std::mem::take(&mut self.meetings);
        let alone = std::mem::take(&mut known.alone);
        let new = self.registry.since(known.newest);
        for socket in alone.into_iter().filter_map(|serial| self.find(serial)).chain(new) {
            if socket.family != libc::AF_UNSPEC && socket.is_there() {
                known.put(socket.serial, Place::of(&socket));
            }
        }
        known.newest = self.serial;
        if known.sweep.is_due(known.places.len()) {
            known.retain(|serial| self.find(serial).is_some_and(|socket| socket.is_there()));
        }
        self.meetings = known;
    }

    /// A socket and its duplicates may have another peer from now on.
    pub fn parts(&mut self, socket: &Socket) {
        let known = &mut self.meetings;
        let Some(place) = known.places.get(&socket.serial) else { return };
        for serial in known.there.remove(place).unwrap_or_default() {
            known.places.remove(&serial);
            known.alone.push(serial);
        }
    }

    /// Whether a socket's peer is none of ours, as far as that was looked at.
    pub fn is_from_outside(&self, socket: &Socket) -> bool {
        let known = &self.meetings;
        let is_known = known.newest == self.serial && known.places.contains_key(&socket.serial);
        is_known && self.other_ends(socket).next().is_none()
    }

    /// The open sockets at the other end of one's connection, as it was at the last look.
    pub fn other_ends(&self, socket: &Socket) -> impl Iterator<Item = Rc<Socket>> {
        let place = self.meetings.places.get(&socket.serial);
        let there = place.and_then(|place| self.meetings.there.get(&place.other())).into_iter().flatten();
        let others = there.filter(|serial| **serial != socket.serial);
        others.filter_map(|serial| self.find(*serial)).filter(|other| other.is_there())
    }
}
