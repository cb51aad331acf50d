//! The receiving side: `recv`, `recvfrom`, and what they have in common with `recvmsg`.

use super::receiving::{Form, receive};
use super::{Args, CLOSED, Command, Group, Kind, KnownError, Stands, base, err, opt, req};
use crate::value::{Failure, Holds};
use crate::world::{Step, World};

// What several calls fail with.
pub(super) const NOTHING: KnownError =
    err("EAGAIN", "not a failure: nothing has come, and S is non-blocking or SO_RCVTIMEO is over")
        .cure("recv again when poll S IN says IN, or setblocking S on to wait");
pub(super) const RESET: KnownError =
    err("ECONNRESET", "the peer reset the connection: it closed with data unread, or with SO_LINGER 0")
        .cure("close S: what had not been read is lost");
const REFUSED: KnownError = err("ECONNREFUSED", "a datagram sent earlier found nobody at the peer's port")
    .cure("start the peer, then send again");

/// The calls that receive.
pub(super) const COMMANDS: &[Command] = &[RECV, RECVFROM];

pub(super) const RECV: Command = Command {
    name: "recv",
    summary: "receive up to N bytes: what has come, or the next datagram; empty at the end of a stream",
    notes: &[
        "It waits until something has come, then gives what is there. TCP is a stream of bytes and keeps no messages \
         apart: read until a line end, a length that was sent before (pack), or the end. A character of UTF-8 may be \
         cut in two: decode when it is whole.",
        "Empty data is the end of the stream, and comes again at every further call: a loop that does not look for \
         it spins. A datagram longer than N is cut, and the rest is lost.",
    ],
    params: &[
        req("S", Kind::Socket).that(Stands::Reachable),
        req("N", Kind::Size).is("how many bytes at most: 1024 does not mean 1024 bytes will come"),
        opt("FLAGS", Kind::MsgFlags).is("MSG_PEEK, MSG_WAITALL, MSG_DONTWAIT, ... joined with |"),
    ],
    results: &[("data", Holds::Bytes)],
    returns: "the bytes; empty when the peer has ended its side, or for an empty datagram",
    python: "{S}.recv({N}<, {FLAGS}>)",
    c: "ssize_t n = recv(s, buffer, 1024, 0);",
    man: "recv(2)",
    errors: &[
        NOTHING,
        err("timeout", "nothing came within the socket's timeout"),
        RESET,
        err("ENOTCONN", "the socket is not connected")
            .cure("connect S first; a server receives on the socket that accept gave"),
        REFUSED,
        err("ETIMEDOUT", "the peer stopped answering: TCP gave up, or keepalive found it gone"),
        err("EINVAL", "MSG_OOB, and no urgent byte is there; or an AF_UNIX stream that is not connected"),
        err("EOPNOTSUPP", "MSG_OOB on a socket without urgent data: only streams have it"),
        CLOSED,
    ],
    example: "left, right = socketpair\nsend left \"hello world\"\nrecv right 5\nrecv right 100\nclose left\n\
              recv right 100",
    related: &["send", "recvfrom", "recvmsg", "poll", "settimeout", "MSG_PEEK", "MSG_WAITALL", "ECONNRESET"],
    run: recv,
    ..base(Group::Transfer)
};

const RECVFROM: Command = Command {
    name: "recvfrom",
    summary: "receive a datagram of up to N bytes, and where it came from",
    notes: &["One call is one datagram. To answer, sendto the address it gave."],
    params: &[
        req("S", Kind::Socket).that(Stands::Reachable),
        req("N", Kind::Size).is("how many bytes at most: what is longer is cut"),
        opt("FLAGS", Kind::MsgFlags).is("as in recv"),
    ],
    results: &[("data", Holds::Bytes), ("addr", Holds::Address)],
    returns: "the bytes, and who sent them (on a stream: none)",
    python: "{S}.recvfrom({N}<, {FLAGS}>)",
    c: "ssize_t n = recvfrom(s, buffer, 1024, 0, (struct sockaddr *)&a, &len);",
    man: "recvfrom(2)",
    errors: &[
        NOTHING,
        REFUSED,
        err("timeout", "nothing came within the socket's timeout"),
        err("ENOTCONN", "a stream socket that is not connected").cure("connect S first"),
        CLOSED,
    ],
    like: Some(&RECV),
    example: "r = socket udp\nbind r 127.0.0.1:0\nwhere = getsockname r\ns = socket udp\nsendto s hello $where\n\
              data, addr = recvfrom r 100",
    related: &["sendto", "recv", "bind", "MSG_TRUNC"],
    run: recvfrom,
    ..base(Group::Transfer)
};

fn recv(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    receive(world, args, Form::Data, args.flags(2)?)
}

fn recvfrom(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    receive(world, args, Form::From, args.flags(2)?)
}
