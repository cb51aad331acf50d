//! How the connections of hosts stand: their TCP states, looked at when frames went by that may change them, for the record.

use std::collections::HashMap;

use super::World;
use super::record::{Did, Ends};
use crate::linux::state::State;
use crate::os::{tcp, trace};
use crate::wire::{Flags, WireFrame};

/// What is known of TCP states in hosts.
#[derive(Default)]
pub(super) struct Standings {
    /// The last that was written down of each socket.
    known: HashMap<u64, State>,
    /// Sockets that their user closed, whose connections go on.
    parting: Vec<(u64, Ends)>,
    /// It is worth looking again.
    due: bool,
}

impl Standings {
    /// Frames came that may change how a connection stands, or were let go.
    pub(super) fn look(&mut self) {
        self.due = true;
    }

    /// A socket was closed: its connection is followed to its end.
    pub(super) fn part(&mut self, socket: u64, ends: Ends) {
        self.parting.push((socket, ends));
    }
}

/// Whether a frame may change how its connection stands.
pub(super) fn changes(frame: &WireFrame) -> bool {
    let flags = Flags::SYN.and(Flags::FIN).and(Flags::RST);
    frame.said.tcp.as_ref().is_some_and(|tcp| tcp.flags.any(flags))
}

/// Whether what comes next is certain to change it.
fn passes(state: State) -> bool {
    matches!(state, State::SynSent | State::SynRecv | State::FinWait1 | State::Closing | State::LastAck)
}

impl World {
    /// Write down how connections stand that stand otherwise than before.
    pub(super) fn note_standings(&mut self) {
        if self.record.is_none() || !self.wires.standings.due {
            return;
        }
        let mut now: Vec<(u64, State)> = Vec::new();
        for socket in self.sockets() {
            if socket.shared.host().is_some()
                && let Some(state) = trace::aside(|| socket.ask(tcp::state)).flatten()
            {
                now.push((socket.serial, state));
            }
        }
        let mut over = Vec::new();
        for (socket, ends) in std::mem::take(&mut self.wires.standings.parting) {
            // What the kernel knows no more is over.
            let state = trace::aside(|| self.connection(&ends)).map_or(State::Close, |entry| entry.state);
            now.push((socket, state));
            if matches!(state, State::TimeWait | State::Close) {
                over.push(socket);
            } else {
                self.wires.standings.parting.push((socket, ends));
            }
        }
        self.wires.standings.due = now.iter().any(|(_, state)| passes(*state));
        for (socket, state) in now {
            let Some(record) = &mut self.record else { return };
            let accepted = |did: &Did| matches!(did, Did::Accepted(..));
            let first = || if record.last(socket, accepted).is_some() { State::Established } else { State::Close };
            let before = self.wires.standings.known.get(&socket).copied().unwrap_or_else(first);
            if state != before && state != State::Listen {
                record.add(socket, Did::Stands(state));
            }
            self.wires.standings.known.insert(socket, state);
        }
        // Nobody asks how these stand any more.
        for socket in over {
            self.wires.standings.known.remove(&socket);
        }
    }
}
