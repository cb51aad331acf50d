//! The wires between hosts: which link ends at which, what is held on them, and what is worth telling of them.
//!
//! What becomes of a frame [`Wire`] says; [`super::carry`] reads and writes.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Instant, SystemTime};

use super::stands::Standings;
use super::{Hosts, Socket, TaskId};
use crate::value::Failure;
use crate::wire::{Flags, Wire, WireFrame, pcapng};

/// The MTU of a wire that nobody set.
pub const MTU: u32 = 1500;

/// How many lines are kept at most that nobody was told yet.
const UNTOLD_MAX: usize = 200;

/// A wire with its name, and what ends there.
pub(crate) struct Strand {
    /// Its name.
    pub name: Rc<str>,
    /// What becomes of its frames.
    pub wire: Wire,
    /// The number of the cable's end behind each of its ends; none where the host is gone.
    pub(super) links: Vec<Option<u32>>,
    /// The longest packet that its links take.
    pub mtu: u32,
}

/// The wires.
#[derive(Default)]
pub struct Wires {
    all: Vec<Strand>,
    /// When the first was made, by both clocks.
    begun: Option<(Instant, SystemTime)>,
    /// Which wire each of the cable's ends is on, and which of the wire's ends that is.
    places: HashMap<u32, (usize, usize)>,
    /// How many links there were when this was looked at last, how many hosts, and how many of them had names.
    known: (u32, usize, usize),
    /// Every frame is worth telling.
    pub(crate) shows: bool,
    /// All that becomes of frames is to be told as data.
    pub(crate) follows: bool,
    /// What is to be told, and how much more there was.
    untold: (Vec<String>, usize),
    /// How many frames came faster than they were read, and were lost before any wire.
    pub(crate) missed: u64,
    /// How connections stand.
    pub(super) standings: Standings,
    /// The tasks that wait for a frame to be held.
    waiters: Vec<TaskId>,
    /// When the alarm is set for.
    pub(super) alarm: Option<Instant>,
}

impl Wires {
    /// Every wire, in the order they were first spoken of.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Strand> {
        self.all.iter()
    }

    /// Their names.
    pub(crate) fn names(&self) -> Vec<Rc<str>> {
        self.all.iter().map(|strand| strand.name.clone()).collect()
    }

    /// The wire in that place.
    pub(crate) fn get_mut(&mut self, wire: usize) -> &mut Strand {
        &mut self.all[wire]
    }

    /// Know the links that there are now.
    pub(super) fn learn(&mut self, hosts: &Hosts) {
        let named = hosts.open().filter(|host| host.is_named()).count();
        let now = (hosts.links, hosts.open().count(), named);
        if now == self.known {
            return;
        }
        self.known = now;
        for name in &hosts.wires[self.all.len()..] {
            // All are as old as the first, so that times on one can be held against those on another.
            let (now, wall) = *self.begun.get_or_insert_with(|| (Instant::now(), SystemTime::now()));
            let mut wire = Wire::new(now, wall);
            if self.follows {
                wire.follow();
            }
            self.all.push(Strand { name: name.clone(), wire, links: Vec::new(), mtu: MTU });
        }
        let mut there = HashMap::new();
        for host in hosts.open() {
            for port in host.ports() {
                let strand = &mut self.all[port.wire];
                let known = self.places.get(&port.link.end).map(|(_, place)| *place);
                let place = known.unwrap_or_else(|| {
                    strand.links.push(Some(port.link.end));
                    strand.wire.add_end(host.name(), port.link.mac)
                });
                strand.wire.rename_end(place, host.name());
                there.insert(port.link.end, (port.wire, place));
            }
        }
        for (_, (wire, place)) in self.places.iter().filter(|(end, _)| !there.contains_key(end)) {
            self.all[*wire].links[*place] = None;
            self.all[*wire].wire.remove_end(*place);
        }
        self.places = there;
    }

    /// The wire that one of the cable's ends is on, and which of its ends that is.
    pub(super) fn place(&self, end: u32) -> Option<(usize, usize)> {
        self.places.get(&end).copied()
    }

    /// The place of the wire that is meant: the only one there is, where none is named.
    pub(crate) fn meant(&self, name: Option<&str>) -> Result<usize, Failure> {
        let names = || self.all.iter().map(|strand| &*strand.name).collect::<Vec<_>>().join(", ");
        match (name, self.all.len()) {
            (_, 0) => Err(Failure::usage("there is no wire yet").note("host makes one: alice = host")),
            (None, 1) => Ok(0),
            (None, _) => {
                Err(Failure::usage(format!("there are several wires: {}", names())).note("say which: wire=NAME"))
            }
            (Some(name), _) => {
                let found = self.all.iter().position(|strand| *strand.name == *name);
                found.ok_or_else(|| {
                    Failure::usage(format!("no wire is called `{name}`")).note(format!("there are: {}", names()))
                })
            }
        }
    }

    /// Something is worth telling.
    pub(super) fn tell(&mut self, line: String) {
        if self.untold.0.len() < UNTOLD_MAX {
            self.untold.0.push(line);
        } else {
            self.untold.1 += 1;
        }
    }

    /// What is to be told, once.
    pub(crate) fn take_told(&mut self) -> Vec<String> {
        let (mut lines, more) = std::mem::take(&mut self.untold);
        lines.extend((more > 0).then(|| format!("... and {more} frames more: frames")));
        lines
    }

    /// What became of frames since this was asked last, each with the name of its wire, in the order they came.
    pub(crate) fn take_news(&mut self) -> Vec<(Rc<str>, WireFrame)> {
        if !self.follows {
            return Vec::new();
        }
        let of = |strand: &mut Strand| {
            let name = strand.name.clone();
            strand.wire.take_news().into_iter().map(move |frame| (name.clone(), frame)).collect::<Vec<_>>()
        };
        let mut all: Vec<(Rc<str>, WireFrame)> = self.all.iter_mut().flat_map(of).collect();
        all.sort_by_key(|(_, frame)| frame.at);
        all
    }

    /// A task waits for a frame from now on.
    pub(crate) fn watch(&mut self, task: TaskId) {
        self.waiters.push(task);
    }

    pub(super) fn unwatch(&mut self, task: TaskId) {
        self.waiters.retain(|waiter| *waiter != task);
    }

    /// Those who wait for a frame.
    pub(super) fn waiters(&self) -> &[TaskId] {
        &self.waiters
    }

    /// When the next frame comes out that is under way.
    pub(super) fn due(&self) -> Option<Instant> {
        self.all.iter().filter_map(|strand| strand.wire.due()).min()
    }

    /// All frames of a wire as a capture.
    pub(crate) fn capture(&self, wire: usize) -> Vec<u8> {
        let wire = &self.all[wire].wire;
        pcapng::capture(wire.begun(), &wire.ends(), wire.log().iter())
    }

    /// The wires that a socket's host is on.
    fn of<'a>(&'a self, socket: &Socket) -> impl Iterator<Item = &'a Strand> {
        let host = socket.shared.host().cloned();
        self.all.iter().enumerate().filter_map(move |(place, strand)| {
            host.as_ref()?.ports().iter().any(|port| port.wire == place).then_some(strand)
        })
    }

    /// Whether a socket's host hears of the others only what somebody lets through: its wires stop all, and nothing is
    /// under way.
    pub(crate) fn hold_all(&self, socket: &Socket) -> bool {
        let held = |strand: &Strand| strand.wire.holds_all() && !strand.wire.carries();
        socket.shared.host().is_some() && self.of(socket).all(held)
    }

    /// The first frame that a wire holds of what a socket has to do with.
    pub(crate) fn held_for(&self, socket: &Socket) -> Option<&WireFrame> {
        let (local, peer) = socket.addresses();
        let (port, other) = (local?.port()?, peer.and_then(|peer| peer.port()));
        self.of(socket).flat_map(|strand| strand.wire.held()).find(|frame| {
            frame.said.ports.is_some_and(|(from, to)| {
                let fits = |own: u16, its: u16| own == port && other.is_none_or(|other| other == its);
                fits(from, to) || fits(to, from)
            })
        })
    }

    /// What a wait for a socket is for, where a wire holds what it waits for: `SYN,ACK: the wire holds it`.
    pub(crate) fn awaited(&self, socket: &Socket, what: &str) -> Option<String> {
        let frame = self.held_for(socket)?;
        let flags = frame.said.tcp.as_ref().map_or(Flags::default(), |tcp| tcp.flags);
        let own = socket.shared.host().is_some_and(|host| *host.name() == *frame.from);
        Some(match (own, flags) {
            (true, flags) if flags.has(Flags::SYN) && !flags.has(Flags::ACK) => {
                "SYN,ACK: the wire holds the SYN".to_string()
            }
            (false, flags) if flags.has(Flags::SYN) && flags.has(Flags::ACK) => {
                "SYN,ACK: the wire holds it".to_string()
            }
            _ => format!("{what}: the wire holds {}", frame.line()),
        })
    }

    /// What the wires hold, for who waits in vain.
    pub(crate) fn held(&self) -> Vec<String> {
        let line = |strand: &Strand| {
            let held: Vec<String> = strand.wire.held().take(4).map(WireFrame::line).collect();
            let more = if strand.wire.held_count() > held.len() { ", ..." } else { "" };
            match strand.wire.held_count() {
                0 => format!("{} is on hold, and holds nothing", strand.name),
                count => format!("{} holds {count}: {}{more}", strand.name, held.join("; ")),
            }
        };
        self.all.iter().filter(|strand| strand.wire.is_holding()).map(line).collect()
    }
}
