//! The frames that went over wires, as the diagram has them: whose they were, and what they were.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use super::{Case, bytes, covers, local};
use crate::value::{Addr, Name, Reason};
use crate::wire::WireFrame;
use crate::world::record::{Did, Ends, Fact};
use crate::world::{Record, World};

/// Both addresses of a connection, its own first.
type Sides = (SocketAddr, SocketAddr);

/// Which sockets of ours frames belong to.
pub(super) struct Owners {
    /// Those that have or had a peer, by both addresses, each with the number of its first fact and the listening socket that
    /// it was accepted from.
    met: HashMap<Sides, (u64, u64, Option<u64>)>,
    /// Those that are bound, in the order they were.
    bound: Vec<(Addr, u64)>,
    /// Which host has which address.
    hosts: HashMap<IpAddr, Rc<str>>,
}

/// One side of a frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Owner {
    /// A socket of ours.
    Socket(u64),
    /// None that is known: the host alone.
    Host(Rc<str>),
}

/// The frames of all wires, in the order they came, that are worth drawing: of what no socket has to do with only what
/// ICMP reports.
pub(super) fn all(world: &World) -> Vec<&WireFrame> {
    let worth = |frame: &&WireFrame| frame.said.ports.is_some() || frame.said.what.contains("mtu");
    let mut all: Vec<&WireFrame> =
        world.wires.iter().flat_map(|strand| strand.wire.log().iter()).filter(worth).collect();
    all.sort_by_key(|frame| frame.at);
    all
}

impl Owners {
    /// Look whose is what.
    pub(super) fn of(world: &World, record: &Record, facts: &[&Fact]) -> Self {
        let hosts = world.hosts.open().flat_map(|host| {
            let name = host.name();
            host.addresses().map(|ip| (ip, name.clone())).collect::<Vec<_>>()
        });
        let mut owners = Self { met: HashMap::new(), bound: Vec::new(), hosts: hosts.collect() };
        for fact in facts {
            match &fact.did {
                Did::Bound(at) => owners.bound.push((at.clone(), fact.socket)),
                Did::Accepted(from, _) => owners.meet(record, fact, Some(*from)),
                _ => owners.meet(record, fact, None),
            }
        }
        for socket in world.sockets() {
            if let Some(ends) = Ends::of(&socket).as_ref().and_then(both) {
                owners.met.entry(ends).or_insert((socket.serial, 0, None));
            } else if let Some(at) = local(&socket) {
                owners.bound.push((at, socket.serial));
            }
        }
        owners
    }

    fn meet(&mut self, record: &Record, fact: &Fact, listener: Option<u64>) {
        if let Some(ends) = record.ends(fact.socket).as_ref().and_then(both) {
            self.met.entry(ends).or_insert((fact.socket, fact.number, listener));
        }
    }

    fn owner(&self, frame: &WireFrame, own: (IpAddr, u16), other: (IpAddr, u16)) -> Option<u64> {
        if let Some((socket, first, listener)) = self.met.get(&(own.into(), other.into())) {
            // Until it is accepted it is its listener's.
            return Some(listener.filter(|_| *first > frame.after).unwrap_or(*socket));
        }
        self.bound.iter().rev().find(|(at, _)| covers(at, &Addr::ip(own.0, own.1))).map(|(_, socket)| *socket)
    }

    /// From whom a frame was, and for whom.
    pub(super) fn sides(&self, frame: &WireFrame) -> Option<(Owner, Owner)> {
        let to = frame.to.clone()?;
        // A router hands on what is another's.
        let side = |host: &Rc<str>, own: (IpAddr, u16), other: (IpAddr, u16)| {
            let its = self.hosts.get(&own.0).is_none_or(|of| of == host);
            let socket = its.then(|| self.owner(frame, own, other)).flatten();
            socket.map_or_else(|| Owner::Host(host.clone()), Owner::Socket)
        };
        let Some([from, at]) = frame.said.ends() else {
            return Some((Owner::Host(frame.from.clone()), Owner::Host(to)));
        };
        Some((side(&frame.from, from, at), side(&to, at, from)))
    }
}

fn both(ends: &Ends) -> Option<Sides> {
    ends.net?;
    Some((ends.local.socket_addr()?, ends.peer.socket_addr()?))
}

/// What a frame is, for its arrow: `SYN`, `PSH,ACK 5`, `ACK 1448 (retransmission)`.
pub(super) fn words(frame: &WireFrame) -> String {
    let len = if frame.said.len > 0 { format!(" {}", frame.said.len) } else { String::new() };
    let marks = frame.place.map(|place| place.marks.shown()).filter(|marks| !marks.is_empty());
    let marks = marks.map_or(String::new(), |marks| format!(" ({marks})"));
    match &frame.said.tcp {
        Some(tcp) => format!("{}{len}{marks}", tcp.flags.shown()),
        None if frame.said.what.is_empty() => format!("{}{len}", frame.said.proto.shown()),
        None => frame.said.what.to_string(),
    }
}

/// What wires did to the frames of the socket that a call is about, which waited in vain.
pub(super) fn evidence(case: &Case) -> Vec<Reason> {
    // To look who its peer is means to look through what happened to it: not where there is no wire.
    let socket = case.socket.as_ref().filter(|socket| socket.shared.host().is_some());
    let (Some(socket), Name::Timeout | Name::Errno(libc::ETIMEDOUT | libc::EAGAIN)) = (socket, case.failure.name)
    else {
        return Vec::new();
    };
    let ends = Ends::of(socket);
    let own = ends.as_ref().map(|ends| ends.local.clone()).or_else(|| local(socket));
    let peer = ends.map(|ends| ends.peer).or_else(|| case.to());
    // The port of one that was closed again is not known any more.
    let is = |at: &Option<Addr>, addr: &Addr| at.as_ref().is_none_or(|at| covers(at, addr));
    let of_it = |frame: &&WireFrame| {
        frame.said.ends().is_some_and(|[from, to]| {
            let (from, to) = (Addr::ip(from.0, from.1), Addr::ip(to.0, to.1));
            is(&own, &from) && is(&peer, &to) || is(&own, &to) && is(&peer, &from)
        })
    };
    let held = case.world.wires.held_for(socket).map(|frame| format!("the wire holds {}", frame.line()).into());
    let all: Vec<&WireFrame> = all(case.world).into_iter().filter(of_it).collect();
    // What was sent again and came is no evidence.
    let same = |one: &WireFrame, other: &WireFrame| {
        one.from == other.from && one.place.map(|place| place.seq) == other.place.map(|place| place.seq)
    };
    let came = |frame: &&WireFrame| all.iter().any(|other| !other.fate.is_loss() && same(other, frame));
    let lost = all.iter().copied().filter(|frame| frame.fate.is_loss() && !(frame.place.is_some() && came(frame)));
    held.into_iter().chain(counted(lost)).collect()
}

/// Frames that were lost: `alice's SYN was lost twice on the wire`.
fn counted<'a>(lost: impl Iterator<Item = &'a WireFrame>) -> Vec<Reason> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for frame in lost {
        let what = match &frame.said.tcp {
            Some(tcp) if frame.said.len == 0 => tcp.flags.shown(),
            _ => bytes(frame.said.len),
        };
        let name = format!("{what} from {}", frame.from);
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    // How often it was sent again depends on the clock.
    let says = |(name, count): (String, usize)| {
        let times = if count > 1 { format!(", {count} times") } else { String::new() };
        Reason::new(format!("the wire lost {name}")).clock(times)
    };
    counts.into_iter().map(says).collect()
}
