//! Messages: `sendmsg`, and what comes and goes beside the data.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};
use std::rc::Rc;

use super::args::expected;
use super::transfer::{Load, NO_ROOM, OVER, SENDTO, bytes, data, put};
use super::{Args, Command, Group, Kind, Stands, base, err, named, names, req, some};
use crate::linux::options;
use crate::os::errqueue::Queued;
use crate::os::msg::{self, Ancillary};
use crate::os::{fd, sockopt};
use crate::value::{Addr, Failure, Holds, Value, errno};
use crate::world::{File, Socket, Step, World, socket_value};

pub(super) const SENDMSG: Command = Command {
    name: "sendmsg",
    summary: "send several pieces as one message; over AF_UNIX open sockets and files beside it (and a byte of data \
              at least)",
    params: &[
        req("S", Kind::Socket).that(Stands::Reachable),
        named("fds", Kind::Sockets).is("sockets or files to pass on to the other side of an AF_UNIX socket: fds=a,b"),
        named("flags", Kind::MsgFlags).is("as in send"),
        named("to", Kind::Addr).that(Stands::Listening).is("where it goes, as in sendto"),
        some("DATA", Kind::Data).is("the pieces, which go one after the other as one message"),
    ],
    results: &[("count", Holds::Count)],
    returns: "how many bytes were queued",
    python: "{S}.sendmsg([{DATA}]<, [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [{FDS}]))]<, {FLAGS}<, \
             {TO}>>>)",
    c: "struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2, .msg_control = anc, ... }; sendmsg(s, &m, 0);",
    man: "sendmsg(2)",
    errors: &[
        OVER,
        NO_ROOM,
        err("EINVAL", "fds= on a socket that is not AF_UNIX"),
        err("EMSGSIZE", "too long for one datagram, or more than 1024 pieces").cure("send it in parts"),
        err("ENOTCONN", "the socket is not connected, and to= was left out").cure("connect S first, or to=ADDR"),
        err("ETOOMANYREFS", "too many sockets are on their way").cure("recvmsg on the other side first"),
        err("EDESTADDRREQ", "a UDP socket without a peer, and to= was left out")
            .cure("to=ADDR, or connect S ADDR first"),
        err("EBADF", "the socket, or one of fds=, is closed"),
    ],
    like: Some(&SENDTO),
    example: "left, right = socketpair\na, b = socketpair\nsendmsg left head body fds=a,b\n\
              data, anc, flags, addr = recvmsg right 100 256",
    related: &["recvmsg", "send", "SCM_RIGHTS", "MSG_MORE"],
    run: sendmsg,
    ..base(Group::Transfer)
};

/// A message on its way.
pub(super) struct Message {
    pieces: Vec<Value>,
    sockets: Vec<Passed>,
    pub to: Option<Addr>,
}

/// A descriptor to pass on.
enum Passed {
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

fn sendmsg(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let sockets = passed(args.value(1))?;
    world.shares |= !sockets.is_empty();
    let flags = args.flags(2)?;
    let pieces = (4..args.0.len()).map(|i| data(args.take(i))).collect();
    let mut message = Box::new(Message { pieces, sockets, to: None });
    if !args.has(3) {
        return put(world, socket, Load::Message(message), flags);
    }
    let from = socket.clone();
    names::resolve(world, &socket, &args.0[3], move |world, to| {
        message.to = Some(to);
        put(world, from, Load::Message(message), flags)
    })
}

/// The descriptors that `fds=` names: one, or a list.
fn passed(value: &Value) -> Result<Vec<Passed>, Failure> {
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
        Value::List(several) => several.iter().map(one).collect(),
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
