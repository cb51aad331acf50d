//! Notices for a person at the prompt, who has not asked: what their line waits for, and what came to sockets that no
//! call waits on.

use std::time::Instant;

use super::Session;
use super::event::{At, What};
use super::task::{Parked, Parking};
use crate::os::trace;
use crate::program::{Operand, Scope};
use crate::value::{Addr, Handle, Value};
use crate::world::{Arrival, On};

/// A call that somebody waits for.
pub struct Awaited {
    /// The call and what it waits for, as in `accept(srv) waits for a connection to 127.0.0.1:9998`.
    pub text: String,
    /// When it gives up by itself.
    pub until: Option<Instant>,
    /// It is a line of its own, which could as well run in the background.
    pub alone: bool,
}

impl Session {
    /// What the line that runs waits for, if it waits.
    pub fn waiting(&self) -> Option<Awaited> {
        let task = self.tasks.get(self.foreground())?;
        let parked = task.parked.as_ref()?;
        let alone = task.frames.len() == 1 && !Self::at(task).nested;
        let text = trace::aside(|| self.wait_text(parked));
        Some(Awaited { text, until: parked.until, alone })
    }

    /// When what the line that runs waits for gives up by itself.
    pub fn waits_until(&self) -> Option<Instant> {
        self.tasks.get(self.foreground())?.parked.as_ref()?.until
    }

    /// Tell what came to sockets that no call waits on, and which frames a wire holds or shows.
    pub fn announce(&mut self) {
        for line in self.world.wires.take_told() {
            self.tell(What::Announced(line), At::default());
        }
        for (socket, arrival) in trace::aside(|| self.world.arrivals()) {
            let name = socket.name();
            let text = match arrival {
                Arrival::Connection => format!("{name} has a connection waiting: accept {name}"),
                Arrival::Close => format!("{name}'s peer has closed: recv gives what is left, then nothing"),
                Arrival::Reset => format!("{name}'s peer has reset the connection"),
            };
            self.tell(What::Announced(text), At::default());
        }
    }

    /// Tell a person at the prompt that the program asks them something, too.
    pub fn announce_question(&mut self) {
        if self.world.input.has_come() {
            self.tell(What::Announced("a line is asked for: Enter, then it can be typed".into()), At::default());
        }
    }

    /// What a person at the prompt is told once, who prints bytes that are text.
    pub(super) fn hint_at_bytes(&mut self, scope: &Scope, words: &[Operand]) -> Option<String> {
        if self.told_of_bytes || !self.world.announces() {
            return None;
        }
        let name = words.iter().find_map(|word| match (word, self.globals.operand(scope, word).ok()?) {
            (Operand::Slot(_, name), Value::Bytes(b)) if !b.is_empty() && std::str::from_utf8(&b).is_ok() => Some(name),
            _ => None,
        })?;
        self.told_of_bytes = true;
        Some(format!("{name} holds bytes, printed as they came; `text = decode ${name}` makes text of them"))
    }

    fn wait_text(&self, parked: &Parked) -> String {
        let call = &parked.site.name;
        let Parking::Call(wait, _) = &parked.on else {
            return format!("{call} waits for {}", self.waits_for(&parked.on));
        };
        match &wait.on {
            On::Socket(socket) if socket.shared.host().is_some() && self.world.wires.held_for(socket).is_some() => {
                format!("{call}({}) waits for {}", socket.label(), self.waits_for(&parked.on))
            }
            On::Socket(socket) => {
                let (local, peer) = socket.addresses();
                let end = if wait.what == "a connection" { local } else { peer };
                let place = end.filter(|a| *a != Addr::Unnamed).map_or(String::new(), |a| match wait.what {
                    "a connection" => format!(" to {a}"),
                    "data" => format!(" from {a}"),
                    _ => format!(" with {a}"),
                });
                format!("{call}({}) waits for {}{place}", socket.label(), wait.what)
            }
            On::Sockets(sockets) => {
                let names: Vec<String> = sockets.iter().map(|s| s.label()).collect();
                format!("{call}({}) waits for {}", names.join(", "), wait.what)
            }
            _ => format!("{call} waits for {}", self.waits_for(&parked.on)),
        }
    }
}
