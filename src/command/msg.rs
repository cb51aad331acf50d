//! Messages: `sendmsg`, `recvmsg`.

use super::ancillary::{Message, data, passed};
use super::receive::{Form, NOTHING, RECV, RESET, receive};
use super::sending::{Load, put};
use super::transfer::{NO_ROOM, OVER, SENDTO};
use super::{Args, CLOSED, Command, Group, Kind, Stands, base, err, named, names, opt, req, some};
use crate::os::msg::ANCILLARY_MAX;
use crate::value::{Failure, Holds};
use crate::world::{Step, World};

/// The calls that move messages.
pub(super) const COMMANDS: &[Command] = &[SENDMSG, RECVMSG];

const SENDMSG: Command = Command {
    name: "sendmsg",
    summary: "send several pieces as one message; over AF_UNIX open sockets and files beside it (and a byte of data \
              at least)",
    params: &[
        req("S", Kind::Socket).that(Stands::Reachable),
        named("fds", Kind::Sockets)
            .is("sockets or files, 253 at most, for the other side of an AF_UNIX socket: fds=a,b"),
        named("flags", Kind::MsgFlags).is("as in send"),
        named("to", Kind::Addr).that(Stands::Listening).is("where it goes, as in sendto"),
        some("DATA", Kind::Data).is("the pieces, which go one after the other as one message"),
    ],
    results: &[("count", Holds::Count)],
    returns: "how many bytes were queued",
    python: "{S}.sendmsg([{DATA}]<, [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [{FDS}]))]<, {FLAGS}<, \
             {TO}>>>)",
    also: &["socket.send_fds({S}, [{DATA}], [{FDS}])"],
    c: "struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2, .msg_control = anc, ... }; sendmsg(s, &m, 0);",
    man: "sendmsg(2)",
    errors: &[
        OVER,
        NO_ROOM,
        err("EINVAL", "more than 253 descriptors in fds= (SCM_MAX_FD)").cure("several messages"),
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

fn sendmsg(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let sockets = passed(args.value(1))?;
    world.shares |= !sockets.is_empty();
    let flags = args.flags(2)?;
    let pieces = (4..args.0.len()).map(|i| data(args.take(i))).collect();
    let mut message = Box::new(Message { pieces, sockets, to: None });
    if !args.has(3) {
        return put(world, &socket, Load::Message(message), flags);
    }
    let from = socket.clone();
    names::resolve(world, &socket, &args.0[3], move |world, to| {
        message.to = Some(to);
        put(world, &from, Load::Message(message), flags)
    })
}

const RECVMSG: Command = Command {
    name: "recvmsg",
    summary: "receive data with what came beside it: ancillary data (sockets, too), flags, address",
    params: &[
        req("S", Kind::Socket).that(Stands::Reachable),
        req("N", Kind::Size).is("how many bytes of data at most"),
        opt("ANCBUFSIZE", Kind::Size).is("room for ancillary data in bytes: 0 when left out, and then none comes"),
        opt("FLAGS", Kind::MsgFlags).is("as in recv"),
    ],
    results: &[("data", Holds::Bytes), ("anc", Holds::Plain), ("flags", Holds::Plain), ("addr", Holds::Address)],
    returns: "data; anc: a list of entries with level, type and data (sockets for SCM_RIGHTS, error for MSG_ERRQUEUE); flags: MSG_TRUNC and \
              MSG_CTRUNC say that something was cut; addr: who sent it",
    python: "{S}.recvmsg({N}<, {ANCBUFSIZE}<, {FLAGS}>>)",
    c: "struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = anc, ... }; recvmsg(s, &m, 0);",
    man: "recvmsg(2)",
    errors: &[
        NOTHING,
        RESET,
        err("timeout", "nothing came within the socket's timeout"),
        err("ENOTCONN", "a stream socket that is not connected").cure("connect S first"),
        CLOSED,
    ],
    like: Some(&RECV),
    example: "left, right = socketpair\na, b = socketpair\nsendmsg left here fds=a\n\
              data, anc, flags, addr = recvmsg right 100 256\nlen $anc",
    related: &["sendmsg", "recv", "SCM_RIGHTS", "MSG_CTRUNC", "SO_PASSCRED", "IP_PKTINFO"],
    run: recvmsg,
    ..base(Group::Transfer)
};

fn recvmsg(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let room = if args.has(2) { args.size(2)? } else { 0 };
    if room > i32::MAX as usize {
        return Err(Failure::usage(format!("room for ancillary data is 2147483647 bytes at most, not {room}")).at(2));
    }
    receive(world, args, Form::Message(room.min(ANCILLARY_MAX)), args.flags(3)?)
}
