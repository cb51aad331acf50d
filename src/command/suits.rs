//! Which live things suit a call as they stand now: `accept` takes what listens, `send` what is connected.
//!
//! It is advice for those who offer names to choose from. The calls themselves leave the judgement to the kernel.

use std::os::fd::AsFd;

use super::Kind;
use crate::linux::state::State;
use crate::os::tcp::stands;
use crate::value::Value;
use crate::world::Socket;

/// How a socket stands.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Standing {
    /// AF_INET, ...
    pub family: i32,
    /// SOCK_STREAM, ...
    pub kind: i32,
    /// It carries a stream.
    pub stream: bool,
    /// It listens.
    pub listening: bool,
    /// It has a peer, or is on its way to one.
    pub connected: bool,
    /// The address it has, as text.
    pub local: Option<String>,
    /// Its user closed it.
    pub closed: bool,
}

/// A live thing, as much of it as decides where it fits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// What it is: `a socket`, `a lock`.
    pub kind: &'static str,
    /// How it stands, if it is a socket.
    pub socket: Option<Standing>,
}

impl Subject {
    /// What a value is, without asking the kernel how it stands.
    pub fn kind_of(value: &Value) -> Self {
        Self { kind: value.kind(), socket: None }
    }

    /// What a value is, and how it stands.
    pub fn of(value: &Value) -> Self {
        Self { socket: value.downcast::<Socket>().map(standing), ..Self::kind_of(value) }
    }

    /// Whether it suits a call where that kind of parameter stands.
    pub fn suits(&self, call: &str, kind: Kind) -> bool {
        match (kind, &self.socket) {
            (Kind::Socket | Kind::SocketOrFile, Some(socket)) => socket.suits(call),
            (Kind::Socket, None) => call == "shutdown" && self.kind == "a pool",
            (Kind::File | Kind::SocketOrFile, None) => self.kind == "a file",
            (Kind::Process | Kind::ProcessOrPid, _) => self.kind == "a process",
            (Kind::Task, _) if call == "resume" => self.kind == "a coroutine",
            (Kind::Task | Kind::JobOrTask, _) => self.is_task() || self.is_waited_for(call),
            (Kind::Thing, _) => self.is_made_for(call),
            _ => false,
        }
    }

    fn is_task(&self) -> bool {
        matches!(self.kind, "a task" | "a process")
    }

    /// What `join` and `wait` take besides tasks.
    fn is_waited_for(&self, call: &str) -> bool {
        match call {
            "join" => self.is_queue(),
            "wait" => self.kind == "an event",
            _ => false,
        }
    }

    fn is_queue(&self) -> bool {
        matches!(self.kind, "a queue" | "a queue between processes")
    }

    fn is_made_for(&self, call: &str) -> bool {
        match call {
            "acquire" | "release" | "locked" => matches!(self.kind, "a lock" | "a semaphore"),
            "set" | "clear" | "is_set" => self.kind == "an event",
            "submit" => self.kind == "a pool",
            _ => self.is_queue(),
        }
    }
}

impl Standing {
    /// Whether it has options of that level.
    pub fn has_level(&self, level: i32) -> bool {
        let ip = matches!(self.family, libc::AF_INET | libc::AF_INET6);
        match level {
            libc::SOL_SOCKET => true,
            libc::IPPROTO_IP => self.family == libc::AF_INET,
            libc::IPPROTO_IPV6 => self.family == libc::AF_INET6,
            libc::IPPROTO_TCP => ip && self.kind == libc::SOCK_STREAM,
            libc::IPPROTO_UDP => ip && self.kind == libc::SOCK_DGRAM,
            libc::SOL_RAW => ip && self.kind == libc::SOCK_RAW,
            libc::IPPROTO_ICMPV6 => self.family == libc::AF_INET6 && self.kind == libc::SOCK_RAW,
            _ => true,
        }
    }

    fn suits(&self, call: &str) -> bool {
        let free = !self.listening && !self.connected;
        match call {
            _ if self.closed => false,
            "accept" => self.listening,
            "listen" => self.stream && free,
            "bind" => free && self.local.is_none(),
            "connect" | "connect_ex" => !self.listening && (!self.connected || !self.stream),
            "send" | "sendall" | "sendfile" | "makefile" | "shutdown" | "getpeername" => self.connected,
            "sendto" | "recv" | "recvfrom" | "recvmsg" | "sendmsg" => self.connected || !self.stream,
            _ => true,
        }
    }
}

fn standing(socket: &Socket) -> Standing {
    let stream = matches!(socket.kind, libc::SOCK_STREAM | libc::SOCK_SEQPACKET);
    let (family, kind) = (socket.family, socket.kind);
    let Ok(fd) = socket.fd() else { return Standing { family, kind, stream, closed: true, ..Standing::default() } };
    let state = stands(fd.as_fd());
    let listening = state == State::Listen;
    let connected = !matches!(state, State::Listen | State::Close | State::Unconnected);
    let (local, _) = socket.addresses();
    Standing { family, kind, stream, listening, connected, local: local.map(|a| a.to_string()), closed: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(standing: Standing) -> Subject {
        Subject { kind: "a socket", socket: Some(standing) }
    }

    #[test]
    fn sockets_suit_by_how_they_stand() {
        let fresh = socket(Standing { stream: true, ..Standing::default() });
        let listener = socket(Standing { stream: true, listening: true, ..Standing::default() });
        let connected = socket(Standing { stream: true, connected: true, ..Standing::default() });
        let datagram = socket(Standing::default());
        let closed = socket(Standing { closed: true, ..Standing::default() });
        let suiting = |call: &str| {
            [&fresh, &listener, &connected, &datagram, &closed].map(|s| u8::from(s.suits(call, Kind::Socket)))
        };
        assert_eq!(suiting("accept"), [0, 1, 0, 0, 0]);
        assert_eq!(suiting("listen"), [1, 0, 0, 0, 0]);
        assert_eq!(suiting("send"), [0, 0, 1, 0, 0]);
        assert_eq!(suiting("recvfrom"), [0, 0, 1, 1, 0]);
        assert_eq!(suiting("connect"), [1, 0, 0, 1, 0]);
        assert_eq!(suiting("getsockname"), [1, 1, 1, 1, 0]);
    }

    #[test]
    fn other_things_suit_by_what_they_are() {
        let thing = |kind| Subject { kind, socket: None };
        assert!(thing("a lock").suits("acquire", Kind::Thing));
        assert!(!thing("a queue").suits("acquire", Kind::Thing));
        assert!(thing("a queue").suits("put", Kind::Thing));
        assert!(thing("a queue").suits("join", Kind::Task));
        assert!(thing("an event").suits("wait", Kind::JobOrTask));
        assert!(!thing("an event").suits("cancel", Kind::JobOrTask));
        assert!(thing("a file").suits("close", Kind::SocketOrFile));
        assert!(!thing("text").suits("close", Kind::SocketOrFile));
        assert!(thing("a coroutine").suits("resume", Kind::Task));
        assert!(!thing("a coroutine").suits("join", Kind::Task));
    }
}
