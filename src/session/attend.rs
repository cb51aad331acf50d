//! What a person at the prompt is told without asking: what their line waits for, and what came to sockets that no call
//! waits on.

use std::os::fd::AsFd;
use std::time::Instant;

use super::Session;
use super::event::{At, What};
use super::task::{Parked, Parking};
use crate::os::{addr, trace};
use crate::value::{Addr, Handle};
use crate::world::{Came, On, Socket, TaskId};

/// A call that somebody waits for.
pub struct Waiting {
    /// The call and what it waits for, as in `accept(srv) waits for a connection to 127.0.0.1:9998`.
    pub text: String,
    /// When it gives up by itself.
    pub until: Option<Instant>,
    /// It is a line of its own, which could as well run in the background.
    pub alone: bool,
}

impl Session {
    /// What the line that runs waits for, if it waits.
    pub fn waiting(&self) -> Option<Waiting> {
        let task = self.task(self.foreground())?;
        let parked = task.parked.as_ref()?;
        let alone = task.frames.len() == 1 && !Self::at(task).nested;
        let text = trace::aside(|| self.wait_text(parked));
        Some(Waiting { text, until: parked.until, alone })
    }

    /// Tell what came to sockets that no call waits on.
    pub fn announce(&mut self) {
        for (socket, came) in trace::aside(|| self.world.unattended()) {
            let name = socket.name();
            let text = match came {
                Came::Connection => format!("{name} has a connection waiting: accept {name}"),
                Came::Close => format!("{name}'s peer has closed: recv gives what is left, then nothing"),
                Came::Reset => format!("{name}'s peer has reset the connection"),
            };
            self.tell(What::Announced(text), At::default());
        }
    }

    /// The task whose call a person waits for.
    pub(super) fn foreground(&self) -> TaskId {
        self.beside.or_else(|| self.stepped_last()).unwrap_or_default()
    }

    fn wait_text(&self, parked: &Parked) -> String {
        let call = &parked.site.name;
        let Parking::Call(wait, _) = &parked.on else {
            return format!("{call} waits for {}", self.waits_for(&parked.on));
        };
        match &wait.on {
            On::Socket(socket) => {
                let end = |found: Option<Addr>, word| found.map_or(String::new(), |addr| format!(" {word} {addr}"));
                let place = match wait.what {
                    "a connection" => end(local(socket), "to"),
                    "data" => end(peer(socket), "from"),
                    _ => end(peer(socket), "with"),
                };
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

fn local(socket: &Socket) -> Option<Addr> {
    addr::getsockname(socket.fd().ok()?.as_fd()).ok()
}

fn peer(socket: &Socket) -> Option<Addr> {
    addr::getpeername(socket.fd().ok()?.as_fd()).ok().filter(|a| *a != Addr::Unnamed)
}
