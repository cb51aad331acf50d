//! Messages: `sendmsg`, and what comes and goes beside the data.

use super::ancillary::{Message, data, passed};
use super::receive::RECVMSG;
use super::sending::{Load, put};
use super::transfer::{NO_ROOM, OVER, SENDTO};
use super::{Args, Command, Group, Kind, Stands, base, err, named, names, req, some};
use crate::value::{Failure, Holds};
use crate::world::{Step, World};

/// The calls that move messages.
pub const COMMANDS: &[Command] = &[SENDMSG, RECVMSG];

const SENDMSG: Command = Command {
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
