//! How live things stand, and which of them fit a parameter now: `accept` takes what listens, `send` what is connected.
//!
//! It is advice for those who offer names to choose from. The calls themselves leave the judgement to the kernel.

use std::os::fd::AsFd;

use super::{Kind, Param};
use crate::linux::state::State;
use crate::os::tcp::stands;
use crate::value::Value;
use crate::world::Socket;

/// How a socket stands that a call is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stands {
    /// Any that is not closed.
    Open,
    /// It listens.
    Listening,
    /// It has a peer, or is on its way to one.
    Connected,
    /// Likewise, or it needs none: it carries datagrams.
    Reachable,
    /// It has no address yet.
    Unbound,
    /// A stream without a peer, which does not listen.
    Idle,
    /// It may be given a peer.
    Unconnected,
}

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

    /// Whether it fits a parameter as it stands now.
    pub fn fits(&self, param: &Param) -> bool {
        let kind = match (param.kind, &self.socket) {
            (Kind::Socket | Kind::SocketOrFile | Kind::Closable, Some(socket)) => socket.is(param.stands),
            (Kind::Watched | Kind::WatchedOrSeconds, Some(socket)) => socket.is(param.stands),
            (Kind::File | Kind::SocketOrFile | Kind::Closable, None) => self.kind == "a file",
            (Kind::Process | Kind::ProcessOrPid, _) => self.kind == "a process",
            (Kind::Host, _) => self.kind == "a host",
            (Kind::Task | Kind::JobOrTask, _) => matches!(self.kind, "a task" | "a process"),
            _ => false,
        };
        kind || param.or.contains(&self.kind)
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

    /// Whether it stands so.
    pub fn is(&self, stands: Stands) -> bool {
        let free = !self.listening && !self.connected;
        !self.closed
            && match stands {
                Stands::Open => true,
                Stands::Listening => self.listening,
                Stands::Connected => self.connected,
                Stands::Reachable => self.connected || !self.stream,
                Stands::Unbound => free && self.local.is_none(),
                Stands::Idle => free && self.stream,
                Stands::Unconnected => !self.listening && (!self.connected || !self.stream),
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
