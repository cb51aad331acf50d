//! Sending data: `send`, `sendall`, `sendto`.
//!
//! A blocking send on a stream returns when all its bytes are queued, which a non-blocking descriptor does not do by
//! itself: what is left is sent as room comes.

use std::os::fd::AsFd;
use std::rc::Rc;

use super::ancillary::{bytes, data};
use super::connection::DONE;
use super::sending::{Load, at_once, count, kept, put, waiting};
use super::{Args, CLOSED, Command, Group, Kind, KnownError, Stands, base, err, names, opt, req};
use crate::os::addr;
use crate::value::{Failure, Holds, Reply, Tried, Value};
use crate::world::{Mode, Socket, Step, World, is_over, retry};

/// The calls that send.
pub(super) const COMMANDS: &[Command] = &[SEND, SENDALL, SENDTO];

// What several calls fail with.
pub(super) const OVER: KnownError =
    err("EPIPE", "the connection is over: the peer reset it, or this side was shut down for writing")
        .cure("recv, which may still have what the peer sent before; then close S");
pub(super) const RESET: KnownError =
    err("ECONNRESET", "the peer reset the connection: it closed with data unread, or with SO_LINGER 0")
        .cure("close S and connect a new socket: nothing more goes either way");
pub(super) const NO_ROOM: KnownError =
    err("EAGAIN", "not a failure: no room in the send buffer, and S is non-blocking or SO_SNDTIMEO is over")
        .cure("send again when poll S OUT says OUT, or setblocking S on to wait");

pub(super) const SEND: Command = Command {
    name: "send",
    summary: "send bytes to the peer; gives how many were queued, which may be fewer unless the socket blocks",
    notes: &[
        "The count says that the kernel has the bytes, not that the peer has them. A blocking socket waits until all \
         are queued. With a timeout or non-blocking, fewer may have gone: send the rest again, or use sendall.",
        "A stream has no messages: two sends may arrive in one recv, one send in several. On a datagram socket each \
         send is one datagram. After the peer has closed, the first send still goes well and is answered with a \
         reset; the next fails with EPIPE.",
    ],
    params: &[
        req("S", Kind::Socket).that(Stands::Connected),
        req("DATA", Kind::Data).is("bytes; text is sent as UTF-8"),
        opt("FLAGS", Kind::MsgFlags).is("MSG_DONTWAIT, MSG_OOB, MSG_MORE, ... joined with |"),
    ],
    results: &[("count", Holds::Count)],
    returns: "how many bytes were queued",
    python: "{S}.send({DATA}<, {FLAGS}>)",
    c: "ssize_t count = send(s, \"hello\", 5, 0);",
    man: "send(2)",
    errors: &[
        OVER,
        RESET,
        NO_ROOM,
        err("timeout", "no room in the send buffer within the socket's timeout"),
        err("EDESTADDRREQ", "a UDP socket without a peer").cure("sendto S DATA ADDR, or connect S ADDR first"),
        err("ENXIO", "an AF_PACKET socket that is bound to no interface")
            .cure("bind S packet:INTERFACE:PROTOCOL first"),
        err("ENOTCONN", "the socket is not connected")
            .cure("connect S first; a server sends on the socket that accept gave"),
        err("EMSGSIZE", "too long for one datagram: 65507 bytes over UDP on IPv4, or fewer by SO_SNDBUF")
            .cure("send it in parts"),
        err("ECONNREFUSED", "an earlier datagram found nobody at the peer's port")
            .cure("send again once the peer is bound"),
        err("EOPNOTSUPP", "MSG_OOB on a socket without urgent data: only streams have it"),
        err("ENOBUFS", "the queue of the network interface is full").cure("send again a little later"),
        CLOSED,
    ],
    example: "left, right = socketpair\ncount = send left \"hello\\n\"\nrecv right 100\nshutdown left wr\n\
              expect EPIPE send left more",
    related: &["sendall", "recv", "sendto", "EPIPE", "ECONNRESET", "EAGAIN", "MSG_DONTWAIT", "poll"],
    run: send,
    ..base(Group::Transfer)
};

pub(super) const SENDALL: Command = Command {
    name: "sendall",
    summary: "send until all bytes are queued; the socket's timeout is for the whole",
    notes: &[
        "When it fails, nobody knows how much has gone: close the connection. Two programs that both sendall more \
         than the buffers hold, and read only afterwards, wait for each other for ever.",
    ],
    params: &[
        req("S", Kind::Socket).that(Stands::Connected),
        req("DATA", Kind::Data).is("bytes; text is sent as UTF-8"),
        opt("FLAGS", Kind::MsgFlags).is("as in send"),
    ],
    python: "{S}.sendall({DATA}<, {FLAGS}>)",
    c: "while (n > 0) { ssize_t k = send(s, p, n, 0); if (k < 0) break; p += k; n -= k; }",
    man: "send(2)",
    errors: &[
        OVER,
        RESET,
        err("EAGAIN", "not a failure: S is non-blocking and its send buffer full; some bytes may be on their way")
            .cure("send when poll S OUT says OUT: it tells how much has gone"),
        err("timeout", "not all was queued within the socket's timeout; some bytes may be on their way"),
        CLOSED,
    ],
    like: Some(&SEND),
    example: "left, right = socketpair\nsendall left \"all of it\"\nrecv right 100",
    related: &["send", "recv", "settimeout", "EPIPE"],
    run: sendall,
    ..base(Group::Transfer)
};

pub(super) const SENDTO: Command = Command {
    name: "sendto",
    summary: "send a datagram to an address; gives its size",
    notes: &["Nothing tells whether it arrived: a datagram to a port that nobody has is lost in silence, unless the \
              socket is connected (then the next call says ECONNREFUSED). The socket gets an address of its own with \
              the first sendto, so it can be answered."],
    params: &[
        req("S", Kind::Socket).that(Stands::Reachable),
        req("DATA", Kind::Data).is("one datagram; it may be empty"),
        opt("FLAGS", Kind::MsgFlags).is("they stand before the address, as in Python"),
        req("ADDR", Kind::Addr).that(Stands::Listening).is("where it goes; :PORT is this machine"),
    ],
    results: &[("count", Holds::Count)],
    returns: "how many bytes the datagram had",
    python: "{S}.sendto({DATA}, <{FLAGS}, >{ADDR})",
    c: "sendto(s, \"hello\", 5, 0, (struct sockaddr *)&a, sizeof a);",
    man: "sendto(2)",
    errors: &[
        err("EMSGSIZE", "too long for one datagram: 65507 bytes over IPv4").cure("send it in parts"),
        err("ECONNREFUSED", "nobody has that port, or AF_UNIX name; UDP tells only a connected socket")
            .cure("send again once the peer is bound"),
        err("EACCES", "a broadcast address needs SO_BROADCAST").cure("setsockopt S SO_BROADCAST 1"),
        err("ENETUNREACH", "no route leads there, or none from the address that the socket is bound to")
            .cure("an address of a network that ifconfig shows; a socket that is not bound"),
        NO_ROOM,
        err("EAI_NONAME", "no host has that name"),
        err("ENOENT", "AF_UNIX: there is no such path"),
        err("EINVAL", "port 0 is no destination").cure("the port that the other side is bound to: getsockname tells"),
        err("EISCONN", "AF_UNIX stream: a connected socket takes no other destination").cure("send S DATA"),
        err("EOPNOTSUPP", "MSG_OOB, or an address on an AF_UNIX stream that is not connected"),
        err("EPERM", "AF_UNIX: the receiver is connected to another socket; or a firewall forbids it"),
        err("EPIPE", "a stream that is not connected, or is over: the address is not looked at"),
        err("EAI_ADDRFAMILY", "an IPv6 address for an IPv4 socket, or the other way round"),
        CLOSED,
    ],
    like: Some(&SEND),
    example: "r = socket udp\nbind r 127.0.0.1:0\nwhere = getsockname r\ns = socket udp\nsendto s hello $where\n\
              recvfrom r 100",
    related: &["recvfrom", "send", "connect", "EMSGSIZE", "EDESTADDRREQ", "SO_BROADCAST", "addresses"],
    run: sendto,
    ..base(Group::Transfer)
};

fn send(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket_ref(0)?;
    let flags = args.flags(2)?;
    let said = at_once(world, socket, args.value(1), flags, None);
    match said {
        Some(Ok(sent)) if sent == bytes(args.value(1)).len() => Ok(count(sent)),
        said => put(world, socket, Load::Plain(data(args.value(1).clone())), flags, said),
    }
}

fn sendto(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket_ref(0)?;
    let flags = args.flags(2)?;
    let said = match args.addr(3) {
        Some(to) => {
            names::fits_family(socket.family, to)?;
            at_once(world, socket, args.value(1), flags, Some(to))
        }
        None => None,
    };
    if let Some(Ok(sent)) = said
        && sent == bytes(args.value(1)).len()
    {
        return Ok(count(sent));
    }
    let (socket, data) = (args.socket(0)?, data(args.take(1)));
    let from = socket.clone();
    names::resolve(world, &socket, args.arg(3), move |world, to| put(world, &from, Load::To(data, to), flags, said))
}

fn sendall(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket_ref(0)?;
    let flags = args.flags(2)?;
    let said = at_once(world, socket, args.value(1), flags, None);
    if let Some(Ok(sent)) = said
        && sent == bytes(args.value(1)).len()
    {
        return Ok(DONE);
    }
    kept(socket)?;
    sendall_from(world, args.socket(0)?, data(args.take(1)), flags, 0, said)
}

/// Send what is left. A timeout is for all of it; `SO_SNDTIMEO` is for each send(2) of a blocking socket, so it starts
/// again as long as there is progress.
fn sendall_from(
    world: &mut World,
    socket: Rc<Socket>,
    data: Value,
    flags: i32,
    start: usize,
    mut said: Option<Result<usize, i32>>,
) -> Result<Step, Failure> {
    let blocking = socket.waits() == Mode::Blocking;
    let waiting = waiting(world, &socket, flags, bytes(&data).len(), 0);
    let waits = waiting.waits();
    let mut sent = start;
    retry(world, waiting, move |world, expired| {
        let all = bytes(&data);
        let of = all.len();
        // How much the kernel has is known to nobody else when the call fails.
        let failed = |failure: Failure, sent| failure.trying(Tried::Send { bytes: of, fds: 0, sent, flags });
        // It sends again and again, and only the send(2) that waited when the socket was closed had it.
        let gone = |sent| sent > start && socket.is_given_up();
        loop {
            let before = world.before_send(&socket, None);
            let fd = socket.fd().map_err(|f| failed(f, sent))?;
            let said = said.take().unwrap_or_else(|| addr::send_bytes(fd.as_fd(), &all[sent..], flags));
            match said.map_err(Failure::os) {
                Ok(n) => {
                    world.note_sent(&socket, before, [n, of - sent], None);
                    sent += n;
                    if sent >= of {
                        return Ok(Step::Done(Reply::Nothing));
                    }
                }
                Err(failure)
                    if is_over(&failure, &expired) && expired.is_some() && blocking && sent > start && !gone(sent) =>
                {
                    return sendall_from(world, socket.clone(), data.clone(), flags, sent, None);
                }
                Err(failure) if is_over(&failure, &expired) => match expired {
                    Some(_) if gone(sent) => return Err(failed(Failure::os(libc::EBADF), sent)),
                    Some(expired) => return Err(failed(expired, sent)),
                    None if waits => return Err(Failure::os(libc::EAGAIN)),
                    None => return Err(failed(Failure::os(libc::EAGAIN), sent)),
                },
                Err(_) if gone(sent) => return Err(failed(Failure::os(libc::EBADF), sent)),
                Err(failure) => return Err(failed(failure, sent)),
            }
        }
    })
}
