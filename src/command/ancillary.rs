//! What comes and goes beside the data of a message: descriptors, credentials, errors, time stamps.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};
use std::rc::Rc;

use super::args::expected;
use crate::linux::errno;
use crate::linux::options;
use crate::os::errqueue::Queued;
use crate::os::msg::{self, Ancillary};
use crate::os::{fd, sockopt};
use crate::value::{Addr, Failure, Value};
use crate::world::{File, Socket, World, socket_value};

/// Data on its way: as bytes, however the word was written. Text and bytes are not copied.
pub(super) fn data(value: Value) -> Value {
    match value {
        Value::Text(_) | Value::Bytes(_) => value,
        other => Value::bytes(other.wire()),
    }
}

/// The bytes of such data.
pub(super) fn bytes(data: &Value) -> &[u8] {
    match data {
        Value::Text(text) => text.as_bytes(),
        Value::Bytes(bytes) => bytes,
        _ => &[],
    }
}

/// A message on its way.
pub(super) struct Message {
    pub pieces: Vec<Value>,
    pub sockets: Vec<Passed>,
    pub to: Option<Addr>,
}

/// A descriptor to pass on.
pub(super) enum Passed {
    /// That of a socket, which stays open until it is sent.
    Socket(Rc<Socket>),
    /// A duplicate of a file's.
    File(OwnedFd),
    /// A number, as Python takes it.
    Number(i32),
}

impl Message {
    /// How many bytes of data it has.
    pub(super) fn len(&self) -> usize {
        self.pieces.iter().map(|piece| bytes(piece).len()).sum()
    }

    /// How many descriptors go with it.
    pub(super) fn fds(&self) -> u16 {
        u16::try_from(self.sockets.len()).unwrap_or(u16::MAX)
    }

    /// sendmsg(2) of what is left from that byte on; what else goes with it goes with the first part.
    pub(super) fn put(&self, fd: BorrowedFd<'_>, from: usize, flags: i32) -> Result<usize, i32> {
        let mut skip = from;
        let mut parts = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            let piece = bytes(piece);
            let skipped = skip.min(piece.len());
            skip -= skipped;
            // Before the first byte empty pieces are as they were given.
            if from == 0 || skipped < piece.len() {
                parts.push(&piece[skipped..]);
            }
        }
        if from > 0 {
            return msg::send(fd, &parts, &[], flags, None);
        }
        let mut rights = Vec::new();
        for one in &self.sockets {
            let number = match one {
                Passed::Socket(socket) => socket.fileno(),
                Passed::File(fd) => fd.as_raw_fd(),
                Passed::Number(number) => *number,
            };
            rights.extend(number.to_ne_bytes());
        }
        let rights = (libc::SOL_SOCKET, libc::SCM_RIGHTS, rights);
        let ancillary = if self.sockets.is_empty() { &[][..] } else { std::slice::from_ref(&rights) };
        msg::send(fd, &parts, ancillary, flags, self.to.as_ref())
    }
}

/// The descriptors that `fds=` names: one, or a list.
pub(super) fn passed(value: &Value) -> Result<Vec<Passed>, Failure> {
    let one = |value: &Value| match value {
        Value::Int(n) => i32::try_from(*n).map(Passed::Number).map_err(|_| Failure::os(libc::EBADF).at(1)),
        _ => match (value.downcast_rc(), value.downcast::<File>()) {
            (Some(socket), _) => Ok(Passed::Socket(socket)),
            (_, Some(file)) => file.descriptor().map(Passed::File).map_err(|f| f.at(1)),
            _ => Err(expected(1, "a socket or a file", value)),
        },
    };
    match value {
        Value::None => Ok(Vec::new()),
        Value::List(several) => several.items().iter().map(one).collect(),
        alone => Ok(vec![one(alone)?]),
    }
}

/// The names of ancillary data that has other names than an option, or none of its own.
const KINDS: &[(i32, i32, &str)] = &[
    (libc::SOL_SOCKET, libc::SCM_RIGHTS, "SCM_RIGHTS"),
    (libc::SOL_SOCKET, libc::SCM_CREDENTIALS, "SCM_CREDENTIALS"),
    (libc::SOL_SOCKET, SCM_PIDFD, "SCM_PIDFD"),
    (libc::SOL_SOCKET, libc::SCM_TIMESTAMP, "SCM_TIMESTAMP"),
    (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS, "SCM_TIMESTAMPNS"),
    (libc::SOL_SOCKET, libc::SCM_TIMESTAMPING, "SCM_TIMESTAMPING"),
    (libc::SOL_SOCKET, libc::SO_RXQ_OVFL, "SO_RXQ_OVFL"),
    (libc::IPPROTO_IP, libc::IP_TOS, "IP_TOS"),
    (libc::IPPROTO_IP, libc::IP_TTL, "IP_TTL"),
    (libc::IPPROTO_IP, libc::IP_PKTINFO, "IP_PKTINFO"),
    (libc::IPPROTO_IP, libc::IP_RECVERR, "IP_RECVERR"),
    (libc::IPPROTO_IP, libc::IP_ORIGDSTADDR, "IP_ORIGDSTADDR"),
    (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, "IPV6_PKTINFO"),
    (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT, "IPV6_HOPLIMIT"),
    (libc::IPPROTO_IPV6, libc::IPV6_TCLASS, "IPV6_TCLASS"),
    (libc::IPPROTO_IPV6, libc::IPV6_RECVERR, "IPV6_RECVERR"),
    (libc::IPPROTO_UDP, libc::UDP_GRO, "UDP_GRO"),
    (libc::IPPROTO_TCP, TCP_CM_INQ, "TCP_CM_INQ"),
];

/// The sender's process as a descriptor: unix(7), `SO_PASSPIDFD`.
const SCM_PIDFD: i32 = 4;
/// The bytes left to read: tcp(7), `TCP_INQ`.
const TCP_CM_INQ: i32 = 36;

/// A piece of ancillary data as a value: its level, its type, its bytes as Python gives them, and what they mean.
pub(super) fn ancillary_value(world: &mut World, one: Ancillary) -> Value {
    match one {
        Ancillary::Rights(fds) => {
            let (mut data, mut sockets) = (Vec::new(), Vec::new());
            for fd in fds {
                let (number, value) = owned(world, fd);
                data.extend(number.to_ne_bytes());
                sockets.push(value);
            }
            entry(libc::SOL_SOCKET, libc::SCM_RIGHTS, data, Some(("sockets", Value::list(sockets))))
        }
        Ancillary::Pidfd(fd) => {
            let number = fd.into_raw_fd();
            let data = number.to_ne_bytes().to_vec();
            entry(libc::SOL_SOCKET, SCM_PIDFD, data, Some(("fd", Value::Int(i128::from(number)))))
        }
        Ancillary::Other { level: libc::SOL_SOCKET, kind: libc::SCM_CREDENTIALS, data } => {
            let numbers = data.chunks_exact(4).map(|n| {
                let n = [n[0], n[1], n[2], n[3]];
                Value::Int(i128::from(u32::from_ne_bytes(n)))
            });
            let credentials = Value::list(numbers.collect());
            entry(libc::SOL_SOCKET, libc::SCM_CREDENTIALS, data, Some(("credentials", credentials)))
        }
        Ancillary::Other { level, kind, data } => {
            let error = Queued::read(level, kind, &data).map(|queued| ("error", queued_value(&queued)));
            entry(level, kind, data, error)
        }
    }
}

/// An entry of the error queue, with the kernel's names of its fields and what it says.
fn queued_value(queued: &Queued) -> Value {
    let number = |n: u32| Value::Int(n.into());
    let unknown = || if queued.errno == 0 { Value::None } else { Value::Int(queued.errno.into()) };
    let pairs = [
        ("errno", errno::by_number(queued.errno).map_or_else(unknown, |known| Value::text(known.name))),
        ("origin", Value::text(queued.origin.name())),
        ("type", number(queued.kind.into())),
        ("code", number(queued.code.into())),
        ("info", number(queued.info)),
        ("data", number(queued.data)),
        ("offender", queued.offender.map_or(Value::None, |host| Value::text(host.to_string()))),
        ("means", Value::text(queued.means())),
    ];
    Value::Object(Rc::new(pairs.map(|(key, value)| (Rc::from(key), value)).into()))
}

/// A received descriptor as a value with its number: a socket, a file, or only the number when it is neither.
fn owned(world: &mut World, fd: OwnedFd) -> (i32, Value) {
    let number = fd.as_raw_fd();
    if sockopt::get_int(fd.as_fd(), libc::SOL_SOCKET, libc::SO_TYPE).is_ok() && fd::unblock(fd.as_fd()).is_ok() {
        return match world.adopt(fd) {
            Ok(socket) => (socket.fileno(), socket_value(socket)),
            Err(_) => (-1, Value::None),
        };
    }
    match File::of_descriptor(fd) {
        Ok(file) => (number, Value::Handle(file)),
        Err(fd) => (number, Value::Int(i128::from(fd.into_raw_fd()))),
    }
}

fn entry(level: i32, kind: i32, data: Vec<u8>, meaning: Option<(&'static str, Value)>) -> Value {
    let number = |n: i32| Value::Int(i128::from(n));
    let level_value = options::level_name(level).map_or_else(|| number(level), Value::text);
    let kind_name = KINDS.iter().find(|(l, k, _)| (*l, *k) == (level, kind));
    let mut pairs = vec![
        (Rc::from("level"), level_value),
        (Rc::from("type"), kind_name.map_or_else(|| number(kind), |(.., name)| Value::text(name))),
        (Rc::from("data"), Value::bytes(data)),
    ];
    pairs.extend(meaning.map(|(key, value)| (Rc::from(key), value)));
    Value::Object(Rc::new(pairs))
}
