//! Who is given a datagram: the kernel's choice among our sockets that have its port, made again from the record.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Cause, covers};
use crate::value::Addr;
use crate::world::record::{Did, Fact};
use crate::world::{Record, Socket, World};

/// A datagram socket, as it stood at some time.
#[derive(Default)]
struct Place {
    socket: u64,
    /// Where it receives.
    local: Option<Addr>,
    /// Where it was bound, before a connect made that narrower.
    bound: Option<Addr>,
    /// Which fact bound it: of those with one address the last is given the datagrams.
    since: u64,
    /// It takes from that address alone.
    peer: Option<Addr>,
    /// It shares its port by SO_REUSEPORT: the kernel spreads by the sender's address.
    spreads: bool,
    /// It is a member of a multicast group.
    joined: bool,
}

/// The datagram sockets of ours, as they stood at some time.
#[derive(Default)]
pub(super) struct Places(Vec<Place>);

/// Where a datagram went.
pub(super) enum Went {
    /// To that socket of ours.
    To(u64),
    /// To nobody: this one has the address, but is connected and takes from its peer alone.
    Filtered(u64),
    /// To several of ours, or to one of several.
    Shared(Addr),
    /// To none of ours that is known.
    Elsewhere(Addr),
}

impl Places {
    /// As they stood after that fact.
    pub(super) fn after(world: &World, number: u64) -> Self {
        let mut places = Self::default();
        for fact in world.record.iter().flat_map(Record::facts).take_while(|fact| fact.number <= number) {
            places.see(world, fact);
        }
        places
    }

    /// Take the next fact in.
    pub(super) fn see(&mut self, world: &World, fact: &Fact) {
        if let Did::Made([_, libc::SOCK_DGRAM, _]) = fact.did {
            self.0.push(Place { socket: fact.socket, ..Place::default() });
        }
        let Some(at) = self.0.iter().position(|place| place.socket == fact.socket) else { return };
        let place = &mut self.0[at];
        match &fact.did {
            Did::Bound(at) => {
                place.bound = Some(at.clone());
                place.settle(Some(at.clone()), fact.number);
            }
            Did::Connected(ends) => {
                place.settle(Some(ends.local.clone()), fact.number);
                place.peer = Some(ends.peer.clone());
            }
            Did::Disconnected => (place.peer, place.local) = (None, place.bound.clone()),
            // The first send gives it an address.
            Did::Sent { .. } if place.local.is_none() => place.settle(address(world, fact.socket), fact.number),
            Did::OptionSet(libc::SOL_SOCKET, libc::SO_REUSEPORT) => place.spreads = true,
            Did::OptionSet(libc::IPPROTO_IP, libc::IP_ADD_MEMBERSHIP | libc::IP_ADD_SOURCE_MEMBERSHIP)
            | Did::OptionSet(libc::IPPROTO_IPV6, libc::IPV6_ADD_MEMBERSHIP)
            | Did::OptionSet(_, libc::MCAST_JOIN_GROUP | libc::MCAST_JOIN_SOURCE_GROUP) => place.joined = true,
            Did::OptionSet(libc::IPPROTO_IP, libc::IP_DROP_MEMBERSHIP)
            | Did::OptionSet(libc::IPPROTO_IPV6, libc::IPV6_DROP_MEMBERSHIP) => place.joined = false,
            Did::Closed(last) if !last.held => drop(self.0.remove(at)),
            Did::Detached => drop(self.0.remove(at)),
            _ => {}
        }
    }

    fn place(&self, socket: u64) -> Option<&Place> {
        self.0.iter().find(|place| place.socket == socket)
    }

    /// Where a datagram goes that a socket sends to an address, or to its peer.
    pub(super) fn went(&self, world: &World, from: u64, to: Option<&Addr>) -> Option<Went> {
        let sender = self.place(from)?;
        let to = reached(to.or(sender.peer.as_ref())?, sender.local.as_ref());
        if is_group(&to) {
            // A group's datagrams come in where somebody is a member; then every socket of the port is given them.
            let in_it = !is_joined(&to) || self.0.iter().any(|place| place.joined);
            let mut all = self.0.iter().filter(|place| in_it && place.covers(&to));
            return Some(match (all.next(), all.next()) {
                (Some(only), None) => Went::To(only.socket),
                (None, _) => Went::Elsewhere(to),
                _ => Went::Shared(to),
            });
        }
        let source = match to.host() {
            Some(_) => source(sender.local.as_ref(), &to),
            None => Some(sender.local.clone().unwrap_or(Addr::Unnamed)),
        };
        let takes = |place: &&Place| match (&place.peer, &source) {
            (Some(peer), Some(source)) => peer.is_at(source),
            _ => true,
        };
        let there: Vec<&Place> = self.0.iter().filter(|place| place.covers(&to)).collect();
        let best = there.iter().copied().filter(takes).max_by_key(|place| place.rank(&to));
        Some(match (best, there.first()) {
            (Some(best), _) if best.spreads && best.peer.is_none() => {
                let alike = |place: &&&Place| place.spreads && place.local == best.local;
                let alike: Vec<u64> = there.iter().filter(alike).map(|place| place.socket).collect();
                chosen(world, &alike, source.as_ref()).map_or(Went::Shared(to), Went::To)
            }
            (Some(best), _) => Went::To(best.socket),
            (None, Some(deaf)) => Went::Filtered(deaf.socket),
            (None, None) => Went::Elsewhere(to),
        })
    }

    /// Why a socket did not get a datagram that was sent to its port.
    fn not_for(&self, socket: &Socket, sent: &Fact, record: &Record, went: Went) -> Option<Cause> {
        let (from, me) = (self.place(sent.socket)?, self.place(socket.serial)?);
        let name = socket.name();
        let what = format!("what {} sent here on line {}", record.name(sent.socket), sent.place.line);
        Some(match went {
            Went::Filtered(deaf) if deaf == socket.serial => {
                let (source, peer) = (source(from.local.as_ref(), me.local.as_ref()?)?, me.peer.as_ref()?);
                let why =
                    format!("{what} came from {source}, and {name} is connected to {peer}: it takes from there alone");
                let advice = format!("an answer from {peer}, or {name} without connect: it takes from anybody");
                Cause::new(why).advise(advice).about(sent.socket)
            }
            Went::To(other) if other != socket.serial => {
                let rival = self.place(other)?;
                let peer = rival.local.as_ref().filter(|at| me.covers(at)).and(rival.peer.as_ref())?;
                let why = format!("{what} was given to {}, which is connected to {peer}", record.name(other));
                Cause::new(why).about(other)
            }
            Went::Elsewhere(to) if is_joined(&to) && me.covers(&to) => {
                let host = to.host()?;
                let option = if host.is_ipv4() { "IP_ADD_MEMBERSHIP" } else { "IPV6_ADD_MEMBERSHIP" };
                let why = format!("{what} was for the group {host}, and {name} is no member");
                Cause::new(why).advise(format!("setsockopt {name} {option} {host} INTERFACE")).about(sent.socket)
            }
            _ => return None,
        })
    }

    /// The socket that is given what is sent to another's address, by anybody; and why, in words.
    fn instead_of(&self, socket: u64) -> Option<(u64, String)> {
        let me = self.place(socket).filter(|place| place.peer.is_none())?;
        let at = me.local.as_ref().filter(|at| !is_group(at))?;
        let to = reached(at, None);
        let open = |place: &&Place| place.peer.is_none() && place.covers(&to);
        let best = self.0.iter().filter(open).max_by_key(|place| place.rank(&to))?;
        if best.socket == socket && !me.spreads {
            return None;
        }
        let theirs = best.local.as_ref()?;
        let shares = |place: &&Place| place.spreads && place.local == me.local && place.socket != socket;
        if me.spreads && best.spreads {
            let other = self.0.iter().find(shares)?;
            let why = format!("shares {at} by SO_REUSEPORT: all that one sender sends goes to one of them");
            return Some((other.socket, why));
        }
        let group = if me.joined { ", but for multicast" } else { "" };
        Some((
            best.socket,
            match at {
                Addr::Path(_) | Addr::Abstract(_) => format!("was bound to {at} later: the name is its own now"),
                _ if theirs == at => {
                    format!("was bound to {at} later: the last one is given what is sent there{group}")
                }
                _ => format!("is bound to {theirs}, which is nearer than {at}: it is given what is sent there{group}"),
            },
        ))
    }
}

impl Place {
    fn settle(&mut self, local: Option<Addr>, number: u64) {
        if self.local.is_none() {
            self.since = number;
        }
        self.local = local;
    }

    fn covers(&self, to: &Addr) -> bool {
        self.local.as_ref().is_some_and(|local| covers(local, to))
    }

    /// What the kernel prefers: the exact address, a peer that fits, the datagram's own family, the last that was bound.
    fn rank(&self, to: &Addr) -> (bool, bool, bool, u64) {
        let exact = self.local.as_ref().is_some_and(|local| local.is_at(to));
        let v4 = |addr: &Addr| addr.host().is_some_and(|host| host.is_ipv4());
        (exact, self.peer.is_some(), self.local.as_ref().is_some_and(v4) == v4(to), self.since)
    }
}

/// Where the datagram went that was sent by that.
pub(super) fn went(world: &World, sent: &Fact) -> Option<Went> {
    let Did::Sent { to, .. } = &sent.did else { return None };
    Places::after(world, sent.number).went(world, sent.socket, to.as_ref())
}

/// The address that is meant: that of the machine itself where none is named.
pub(super) fn reached(to: &Addr, from: Option<&Addr>) -> Addr {
    let Some(named) = to.host() else { return to.clone() };
    let own = from.and_then(Addr::host).filter(|own| !own.is_unspecified());
    let host = match named {
        host if !host.to_canonical().is_unspecified() => return to.clone(),
        IpAddr::V4(_) => own.unwrap_or(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(host) if host.to_ipv4_mapped().is_some() => IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped()),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    Addr::ip(host, to.port().unwrap_or(0))
}

/// Whether several are given what is sent to an address.
pub(super) fn is_group(addr: &Addr) -> bool {
    addr.host().is_some_and(|host| host.is_multicast() || host == IpAddr::V4(Ipv4Addr::BROADCAST))
}

/// Whether that is for a group's members alone; all hosts of a link are a group that needs none.
fn is_joined(addr: &Addr) -> bool {
    addr.host().is_some_and(|h| h.is_multicast() && !["224.0.0.1", "ff02::1"].contains(&&*h.to_string()))
}

/// The address that what a socket sends comes from: its own, or the one that the kernel picks for that destination.
fn source(local: Option<&Addr>, to: &Addr) -> Option<Addr> {
    let local = local?;
    if local.host().is_none_or(|host| !host.to_canonical().is_unspecified()) {
        return Some(local.clone());
    }
    let picked = match to.host()?.to_canonical() {
        // All of 127.0.0.0/8 is answered from there.
        IpAddr::V4(to) if to.is_loopback() => Ipv4Addr::LOCALHOST.into(),
        other => other,
    };
    Some(Addr::ip(picked, local.port()?))
}

/// Which of several sockets the kernel chose for a sender: the one that received from it.
fn chosen(world: &World, among: &[u64], source: Option<&Addr>) -> Option<u64> {
    let got = |fact: &&Fact| match &fact.did {
        Did::Received { from: Some(from), .. } => among.contains(&fact.socket) && source.is_some_and(|s| s.is_at(from)),
        _ => false,
    };
    world.record.as_ref()?.facts().find(got).map(|fact| fact.socket)
}

/// The address that a socket has, or had when it was closed.
fn address(world: &World, socket: u64) -> Option<Addr> {
    let open = world.find(socket).and_then(|socket| socket.addresses().0);
    open.or_else(|| world.record.as_ref()?.closed(socket)?.1.local.clone())
}

/// Whether a filter may throw away what comes to a socket.
pub(super) fn has_filter(record: &Record, socket: u64) -> bool {
    let filter =
        |did: &Did| matches!(did, Did::OptionSet(libc::SOL_SOCKET, libc::SO_ATTACH_FILTER | libc::SO_ATTACH_BPF));
    record.last(socket, filter).is_some()
}

/// Why what others sent did not come to a datagram socket, where that is known. It is about the socket that was given
/// it, or that sent it; there is advice where receiving from the other is no answer.
pub(super) fn missed(world: &World, socket: &Socket) -> Option<Cause> {
    let record = world.record.as_ref().filter(|_| socket.kind == libc::SOCK_DGRAM)?;
    let mut places = Places::default();
    let mut missed = None;
    for fact in record.facts() {
        places.see(world, fact);
        match &fact.did {
            Did::Connected(_) | Did::Disconnected if fact.socket == socket.serial => missed = None,
            Did::Sent { to, .. } => {
                let went = places.went(world, fact.socket, to.as_ref());
                missed = went.and_then(|went| places.not_for(socket, fact, record, went)).or(missed);
            }
            _ => {}
        }
    }
    missed.or_else(|| {
        let (other, why) = places.instead_of(socket.serial)?;
        Some(Cause::new(format!("{} {why}", record.name(other))).about(other))
    })
}
