//! What hosts send is read where their links end, goes over a wire, and is written to whom it is for.

use std::time::Instant;

use super::{Strand, World, stands};
use crate::value::Failure;
use crate::wire::{Fate, Out};

/// The longest frame, and some room.
const FRAME_MAX: usize = 65_600;
/// Frames that are carried before the poller is asked again.
const AT_ONCE: usize = 1024;
/// How often hosts are heard in a row before the program goes on.
pub(super) const ROUNDS: u32 = 32;

impl World {
    /// Carry the frames that have come, and those whose time has come. Says whether there were any.
    pub(super) fn carry(&mut self) -> bool {
        let Some(ground) = self.hosts.ground.clone() else { return false };
        self.wires.learn(&self.hosts);
        // What changed by itself did so before what comes now.
        self.note_standings();
        let mut went = self.arrive(Instant::now());
        let mut buffer = std::mem::take(&mut self.hosts.frame);
        buffer.resize(FRAME_MAX, 0);
        let mut count = 0;
        self.hosts.more = loop {
            match ground.cable.receive(&mut buffer) {
                Ok(Some((end, length))) => self.come(end, &buffer[..length.min(FRAME_MAX)]),
                _ => break false,
            }
            count += 1;
            if count == AT_ONCE {
                break true;
            }
        };
        self.hosts.frame = buffer;
        went |= count > 0;
        self.set_alarm();
        self.note_standings();
        went
    }

    /// A call was made: what it sent is carried before the next one, so that frames stand where they belong and none finds
    /// the queue full.
    #[inline]
    pub(crate) fn carry_after_call(&mut self) {
        if self.hosts.ground.is_some() {
            self.carry();
        }
    }

    /// Carry what is there, and what is answered at once.
    pub(crate) fn carry_now(&mut self) {
        if let Some(ground) = &self.hosts.ground {
            self.wires.missed += ground.cable.missed();
        }
        let mut rounds = 0;
        while self.carry() && rounds < ROUNDS {
            rounds += 1;
        }
    }

    /// The wire in that place.
    pub(crate) fn wire_mut(&mut self, wire: usize) -> &mut Strand {
        self.wires.get_mut(wire)
    }

    /// What was let go goes out.
    pub(crate) fn flush_wire(&mut self, wire: usize) {
        self.send_out(wire);
        self.wires.standings.look();
        self.carry_now();
    }

    /// Have the links of a wire take packets of that length at most, those to come too.
    pub(crate) fn set_wire_mtu(&mut self, wire: usize, mtu: u32) -> Result<(), Failure> {
        self.wires.get_mut(wire).mtu = mtu;
        self.hosts.open().try_for_each(|host| host.set_mtu(wire, mtu)).map_err(Failure::os)
    }

    /// A frame has come from one of the cable's ends.
    fn come(&mut self, end: u32, bytes: &[u8]) {
        let Some((wire, place)) = self.wires.place(end) else { return };
        let facts = self.record.as_ref().and_then(|record| record.facts().next_back()).map_or(0, |fact| fact.number);
        let strand = self.wires.get_mut(wire);
        let Some(number) = strand.wire.come(Instant::now(), place, bytes, facts) else { return };
        let held = strand.wire.held_count();
        let overflows = strand.wire.counts().2 == 1;
        let frame = strand.wire.log().get(number);
        let fate = frame.map(|frame| frame.fate);
        let changes = frame.is_some_and(stands::changes);
        if changes {
            self.wires.standings.look();
        }
        if self.wires.shows || fate == Some(Fate::Held) || (fate == Some(Fate::NoRoom) && overflows) {
            self.show_frame(wire, number, held);
        }
        if fate == Some(Fate::Held) {
            self.ready.extend(self.wires.waiters());
        }
        self.send_out(wire);
    }

    /// Tell a person who wants to know of a frame.
    #[cold]
    fn show_frame(&mut self, wire: usize, number: u64, held: usize) {
        if !self.announces() {
            return;
        }
        let strand = self.wires.get_mut(wire);
        let name = strand.name.clone();
        let Some(frame) = strand.wire.log().get(number) else { return };
        let line = match frame.fate {
            Fate::Held => format!("{name} holds {held}: {}", frame.line()),
            Fate::NoRoom => format!("{name} drops what comes: its queue is full; {}", frame.line()),
            _ => match frame.deed() {
                deed if deed.is_empty() => frame.line(),
                deed => format!("{}  [{deed}]", frame.line()),
            },
        };
        self.wires.tell(line);
    }

    /// Let those frames come out whose time has come. Says whether there were any.
    fn arrive(&mut self, now: Instant) -> bool {
        if self.wires.due().is_none_or(|due| due > now) {
            return false;
        }
        for wire in 0..self.wires.iter().count() {
            self.wires.get_mut(wire).wire.arrive(now);
            self.send_out(wire);
        }
        self.wires.standings.look();
        true
    }

    /// Write what goes out at a wire's ends.
    pub(super) fn send_out(&mut self, wire: usize) {
        let Some(ground) = &self.hosts.ground else { return };
        let strand = self.wires.get_mut(wire);
        for Out { end, bytes } in strand.wire.take_out() {
            if let Some(link) = strand.links[end] {
                // What a link does not take is lost, as on any cable.
                let _ = ground.cable.send(link, &bytes);
            }
        }
    }

    /// Have the poller say when the next frame comes out that is under way.
    pub(super) fn set_alarm(&mut self) {
        let due = self.wires.due();
        if due == self.wires.alarm {
            return;
        }
        self.wires.alarm = due;
        if let Some(ground) = &self.hosts.ground {
            ground.alarm.set(due);
        }
    }
}
