//! Messages: `sendmsg`, `recvmsg`.

use super::ancillary::{Beside, Message, beside, data, passed};
use super::receive::{NOTHING, RECV, RESET};
use super::receiving::{Form, receive};
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
    summary: "send several pieces as one message, with ancillary data beside it",
    notes: &[
        "Over AF_UNIX open sockets and files go with it (fds=, and a byte of data at least). Ancillary data of any kind is given with \
         anc=, for this message alone: its hops, its source address, its credentials. `help anc` lists the kinds.",
    ],
    params: &[
        req("S", Kind::Socket).that(Stands::Reachable),
        named("fds", Kind::Sockets)
            .is("sockets or files, 253 at most, for the other side of an AF_UNIX socket: fds=a,b"),
        named("anc", Kind::Ancillary).is(
            "ancillary data: what recvmsg gave, `list LEVEL TYPE DATA`, a list of such, or words: anc=\"IP_TTL 5, IP_TOS 16\"",
        ),
        named("flags", Kind::MsgFlags).is("as in send"),
        named("to", Kind::Addr).that(Stands::Listening).is("where it goes, as in sendto"),
        some("DATA", Kind::Data).is("the pieces, which go one after the other as one message"),
    ],
    results: &[("count", Holds::Count)],
    returns: "how many bytes were queued",
    python: "{S}.sendmsg([{DATA}]<, [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [{FDS}]))]<, {FLAGS}<, \
             {TO}>>>) || {S}.sendmsg([{DATA}], {ANC}<, {FLAGS}<, {TO}>>)",
    also: &["socket.send_fds({S}, [{DATA}], [{FDS}])"],
    c: "struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2, .msg_control = anc, ... }; sendmsg(s, &m, 0);",
    man: "sendmsg(2)",
    errors: &[
        OVER,
        NO_ROOM,
        err("EINVAL", "more than 253 descriptors (SCM_MAX_FD), or ancillary data of a kind, a size or a number that is not for it")
            .cure("several messages; help anc lists the kinds"),
        err("EPERM", "SCM_CREDENTIALS of another process or user, which only root may send; SO_MARK, for root"),
        err("ESRCH", "SCM_CREDENTIALS of a process that is not there"),
        err("ENODEV", "IP_PKTINFO: no interface has that name or number").cure("one that ifconfig lists"),
        err("ENOBUFS", "more ancillary data than net.core.optmem_max, or the queue of the network interface is full"),
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
    related: &["recvmsg", "send", "ancillary data", "SCM_RIGHTS", "SCM_CREDENTIALS", "UDP_SEGMENT", "MSG_MORE"],
    run: sendmsg,
    ..base(Group::Transfer)
};

fn sendmsg(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let mut beside = beside(args.value(2), 2)?;
    if let Some(rights) = Beside::rights(passed(args.value(1), 1)?) {
        beside.insert(0, rights);
    }
    world.shares |= beside.iter().any(|one| one.fds() > 0);
    let flags = args.flags(3)?;
    let pieces = (5..args.0.len()).map(|i| data(args.take(i))).collect();
    let mut message = Box::new(Message { pieces, beside, to: None });
    if !args.has(4) {
        return put(world, &socket, Load::Message(message), flags, None);
    }
    let from = socket.clone();
    names::resolve(world, &socket, args.arg(4), move |world, to| {
        message.to = Some(to);
        put(world, &from, Load::Message(message), flags, None)
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
    returns: "data; anc: a list of entries with level, type and data, and what they mean in fields: sockets of SCM_RIGHTS, ee_errno of \
              MSG_ERRQUEUE, ttl, ...; flags: MSG_TRUNC and MSG_CTRUNC say that something was cut; addr: who sent it",
    notes: &[
        "What comes beside the data is asked for with an option, such as IP_RECVTTL, IP_PKTINFO, SO_TIMESTAMP or SO_PASSCRED. \
              `help ancillary fields` tells which: ${anc[0].ttl}.",
    ],
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
    related: &["sendmsg", "recv", "ancillary data", "SCM_RIGHTS", "MSG_CTRUNC", "SO_PASSCRED", "IP_PKTINFO"],
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
