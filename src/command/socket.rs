//! Making and ending sockets: `socket`, `socketpair`, `close`, `shutdown`, `dup`, `detach`, `fileno`.

use std::os::fd::{AsFd, IntoRawFd, OwnedFd, RawFd};
use std::rc::Rc;

use super::args::expected;
use super::epoll::EPOLLS;
use super::kinds::fit;
use super::{Args, CLOSED, Command, Group, Kind, MANY_OPEN, Stands, base, err, named, opt, req};
use crate::os::fd;
use crate::value::text::nearest;
use crate::value::{Failure, Holds, Reply, Value};
use crate::world::record::Did;
use crate::world::{Epoll, File, Host, Mode, Socket, Step, World, file, socket_value, sync};

/// The calls that make and end sockets.
pub(crate) const COMMANDS: &[Command] = &[SOCKET, SOCKETPAIR, CLOSE, SHUTDOWN, DUP, DETACH, FILENO];

const SOCKET: Command = Command {
    name: "socket",
    summary: "make a socket; TCP over IPv4 unless told otherwise (short: tcp udp tcp6 udp6 unix)",
    notes: &[
        "A fresh socket is one end of nothing: a server gives it an address with bind and then listens, a client \
         connects it. Whoever made it closes it; in sockpit a socket is also closed when its last name goes.",
    ],
    params: &[
        opt("FAMILY", Kind::Sort)
            .is("AF_INET (the default), AF_INET6, AF_UNIX, AF_NETLINK, ...; or tcp, udp, tcp6, udp6, \
                                     mptcp, udplite, which say family and type in one"),
        opt("TYPE", Kind::Type).is("SOCK_STREAM (the default), SOCK_DGRAM, SOCK_SEQPACKET or SOCK_RAW; \
                                    |SOCK_NONBLOCK may be added"),
        opt("PROTO", Kind::Protocol)
            .is("0 (the default) is the one that belongs to family and type: TCP, UDP. Of AF_PACKET it \
                                         is in network order, as in C and Python: n = htons ETH_P_ALL"),
        named("fileno", Kind::Int).is("take up an open descriptor instead: see detach"),
        named("host", Kind::Host).is("make it in that host; on this machine when left out"),
    ],
    results: &[("socket", Holds::Live)],
    returns: "the socket: open, without an address, not connected",
    python: "socket.socket(<{FAMILY}<, {TYPE}<, {PROTO}>>><, fileno={FILENO}>)",
    c: "int s = socket(AF_INET, SOCK_STREAM, 0);",
    man: "socket(2)",
    errors: &[
        err("EAFNOSUPPORT", "the kernel does not have this address family, or IPv6 is switched off").cure("AF_INET"),
        err("ESOCKTNOSUPPORT", "the family has no sockets of this type")
            .cure("SOCK_STREAM or SOCK_DGRAM: AF_INET has no SOCK_SEQPACKET"),
        err("ENODEV", "AF_VSOCK without a hypervisor that carries this type").cure("SOCK_STREAM"),
        err("ENOPROTOOPT", "MPTCP is switched off: net.mptcp.enabled").cure("plain TCP: leave the protocol out"),
        err("EPROTONOSUPPORT", "the protocol is not one of this family and type")
            .cure("leave the protocol out: TCP is SOCK_STREAM, UDP is SOCK_DGRAM"),
        err("EPERM", "raw and packet sockets are for root (CAP_NET_RAW)")
            .cure("SOCK_DGRAM with IPPROTO_ICMP for a ping, or run as root"),
        MANY_OPEN,
        err("ENOTSOCK", "fileno= is a descriptor of something else"),
        err("EINVAL", "a type that does not exist"),
        err("EACCES", "IPPROTO_ICMP is for the groups that net.ipv4.ping_group_range names, root no exception")
            .cure("SOCK_RAW as root (CAP_NET_RAW), or run as a member of one"),
        err("EBADF", "fileno= is not an open descriptor"),
    ],
    example: "s = socket AF_INET SOCK_STREAM\nu = socket udp\nclose s\nclose u",
    related: &["bind", "connect", "listen", "socketpair", "close", "AF_INET", "SOCK_STREAM", "create_server"],
    run: socket,
    ..base(Group::Sockets)
};

const SOCKETPAIR: Command = Command {
    name: "socketpair",
    summary: "make two sockets that are connected to each other",
    notes: &["The quickest way to try what send, recv, shutdown and close do: no server, no address, no port."],
    params: &[
        opt("FAMILY", Kind::Family).is("AF_UNIX (the default); no other family makes pairs"),
        opt("TYPE", Kind::Type).is("SOCK_STREAM (the default), SOCK_DGRAM or SOCK_SEQPACKET"),
        opt("PROTO", Kind::Protocol).is("0, or left out"),
    ],
    results: &[("left", Holds::Live), ("right", Holds::Live)],
    returns: "two sockets, each the other's peer",
    python: "socket.socketpair(<{FAMILY}<, {TYPE}<, {PROTO}>>>)",
    c: "int pair[2]; socketpair(AF_UNIX, SOCK_STREAM, 0, pair);",
    man: "socketpair(2)",
    errors: &[
        err("EOPNOTSUPP", "the family makes no pairs").cure("socketpair AF_UNIX SOCK_STREAM"),
        err("EINVAL", "the type has unknown bits"),
        err("EPROTONOSUPPORT", "the protocol is not one of this family and type").cure("leave the protocol out"),
        MANY_OPEN,
    ],
    like: Some(&SOCKET),
    example: "left, right = socketpair\nsend left hello\nrecv right 100",
    related: &["socket", "dup", "shutdown", "AF_UNIX", "SOCK_SEQPACKET", "sendmsg"],
    run: socketpair,
    ..base(Group::Sockets)
};

const CLOSE: Command = Command {
    name: "close",
    summary: "close a socket or a file; the peer reads what was sent, then an end of file",
    notes: &[
        "TCP says farewell with a FIN: what was sent before still arrives, then the peer's recv gives empty data. If \
         something was left unread here, the peer gets a reset instead (ECONNRESET).",
        "The side that closes first keeps the address in TIME_WAIT for a minute: see SO_REUSEADDR. close waits for \
         nothing, unless SO_LINGER says so. While a dup or a makefile of the socket is open, nothing is sent to the \
         peer; with a makefile the closed socket itself works on.",
        "close wakes nobody: a call of another task that waits on the socket goes on, and holds the connection open until it \
         ends; one with a timeout finds at its end that the descriptor is gone (EBADF). shutdown before close is what \
         wakes it.",
    ],
    params: &[req("X", Kind::Closable).or(&["an epoll", "a host"]).is(
        "a socket, a file, an epoll, a host; or the number of a descriptor that is nobody's here, as detach gives",
    )],
    python: "{X}.close()",
    also: &["socket.close({X})", "os.close({X})"],
    c: "close(s);",
    man: "close(2)",
    errors: &[
        err("EBADF", "it is closed already"),
        err("Usage", "the number of a descriptor that a socket, a file or sockpit itself has: close that by its name"),
        err("EAGAIN", "a file's non-blocking socket has no room for what the file still held, which is lost"),
    ],
    example: "left, right = socketpair\nsend left \"last words\"\nclose left\nrecv right 100\nrecv right 100\n\
              expect EBADF send left more",
    related: &["shutdown", "SO_LINGER", "dup", "TIME_WAIT", "ECONNRESET"],
    run: close,
    ..base(Group::Sockets)
};

const SHUTDOWN: Command = Command {
    name: "shutdown",
    summary: "end a half of a connection or both: rd, wr or rdwr (SHUT_RD..., 0 to 2); of a pool, wait for its tasks",
    notes: &[
        "Half-close: after `shutdown S wr` this side can still receive. It is how a client says \"that was all\" and \
         then waits for the answer; a server that reads until the end would wait for ever otherwise.",
        "shutdown acts on the connection, for all its descriptors at once, and does not close the socket: close \
         comes after it.",
    ],
    params: &[
        req("S", Kind::Socket).that(Stands::Connected).or(&["a pool"]).is("a connected socket; or a pool"),
        opt("HOW", Kind::How)
            .is("wr: no more is sent, and the peer reads an end of file; rd: no more is received; rdwr: both"),
    ],
    python: "{S}.shutdown({HOW})",
    c: "shutdown(s, SHUT_WR);",
    man: "shutdown(2)",
    errors: &[
        err("ENOTCONN", "it is not connected, or no longer: a reset ends the connection on both sides").cure("close S"),
        err("EINVAL", "HOW is none of 0, 1 and 2").cure("rd, wr or rdwr"),
        CLOSED,
    ],
    example: "left, right = socketpair\nshutdown left wr\nrecv right 100\nsend right \"still open this way\"\n\
              recv left 100",
    related: &["close", "SHUT_WR", "recv", "poll", "EPIPE"],
    run: shutdown,
    ..base(Group::Sockets)
};

const DUP: Command = Command {
    name: "dup",
    summary: "a second descriptor of the same connection; it ends only when both are closed",
    notes: &["Both share the connection, its options and its place in the data. The peer sees an end only when both \
              are closed; shutdown ends it for both at once."],
    params: &[req("S", Kind::Socket)],
    results: &[("socket", Holds::Live)],
    returns: "a second socket of the same connection",
    python: "{S}.dup()",
    c: "int t = fcntl(s, F_DUPFD_CLOEXEC, 0);",
    man: "dup(2)",
    errors: &[CLOSED, MANY_OPEN],
    example: "left, right = socketpair\nother = dup left\nclose left\nsend other \"still connected\"\nrecv right 100",
    related: &["close", "fileno", "detach", "shutdown"],
    run: dup,
    ..base(Group::Sockets)
};

const DETACH: Command = Command {
    name: "detach",
    summary: "close the socket object and keep its descriptor; `socket fileno=FD` takes it up again",
    params: &[req("S", Kind::Socket)],
    results: &[("fd", Holds::Fd)],
    returns: "the descriptor's number; the socket is closed to sockpit",
    python: "{S}.detach()",
    man: "socket(2)",
    errors: &[CLOSED],
    example: "left, right = socketpair\nfd = detach left\nagain = socket fileno=$fd\nsend again hello\nrecv right 100",
    related: &["fileno", "socket", "dup"],
    run: detach,
    ..base(Group::Sockets)
};

const FILENO: Command = Command {
    name: "fileno",
    summary: "the number of a socket's or a file's descriptor; -1 once the socket is closed",
    params: &[req("S", Kind::SocketOrFile).or(EPOLLS)],
    results: &[("fd", Holds::Fd)],
    returns: "the descriptor, a small number; -1 once the socket is closed",
    python: "{S}.fileno()",
    man: "socket(2)",
    errors: &[err("Usage", "the file is closed")],
    example: "s = socket\nfileno s\nclose s\nfileno s",
    related: &["detach", "dup", "close", "EBADF"],
    run: fileno,
    ..base(Group::Sockets)
};

/// What makes a type: the rest of its bits are `SOCK_NONBLOCK` and `SOCK_CLOEXEC`.
const TYPE_FLAGS: i32 = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;

fn socket(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    if args.has(3) {
        return adopt(world, args);
    }
    let short = match args.value(0) {
        Value::Text(word) => short_form(word),
        _ => None,
    };
    let (family, kind, usual) = if let Some([family, kind, protocol]) = short {
        let flags = args.int32_or(1, 0)?;
        if flags & !TYPE_FLAGS != 0 && flags & !TYPE_FLAGS != kind {
            return Err(Failure::usage(format!("{} says the type already", args.value(0))).at(1));
        }
        (family, kind | flags, protocol)
    } else {
        if args.has(0) {
            let near = nearest(&args.value(0).to_string(), SHORT_FORMS.iter().map(|(name, ..)| *name));
            let fitted = fit(Kind::Family, args.take(0)).map_err(|failure| match near {
                Some(near) => Failure::usage(failure.message()).note(format!("did you mean {near}?")).at(0),
                None => failure.at(0),
            })?;
            args.0[0] = fitted;
        }
        (args.int32_or(0, libc::AF_INET)?, args.int32_or(1, libc::SOCK_STREAM)?, 0)
    };
    let protocol = args.int32_or(2, usual)?;
    world.socket(args.host(4)?, [family, kind, protocol]).map(|s| socket_value(s).into())
}

/// The words that stand for a family and a type at once, and those for a protocol as well.
pub(crate) const SHORT_FORMS: &[(&str, i32, i32, i32)] = &[
    ("tcp", libc::AF_INET, libc::SOCK_STREAM, 0),
    ("udp", libc::AF_INET, libc::SOCK_DGRAM, 0),
    ("tcp6", libc::AF_INET6, libc::SOCK_STREAM, 0),
    ("udp6", libc::AF_INET6, libc::SOCK_DGRAM, 0),
    ("mptcp", libc::AF_INET, libc::SOCK_STREAM, libc::IPPROTO_MPTCP),
    ("mptcp6", libc::AF_INET6, libc::SOCK_STREAM, libc::IPPROTO_MPTCP),
    ("udplite", libc::AF_INET, libc::SOCK_DGRAM, libc::IPPROTO_UDPLITE),
    ("udplite6", libc::AF_INET6, libc::SOCK_DGRAM, libc::IPPROTO_UDPLITE),
];

fn short_form(word: &str) -> Option<[i32; 3]> {
    let found = SHORT_FORMS.iter().find(|(name, ..)| *name == word);
    found.map(|(_, family, kind, protocol)| [*family, *kind, *protocol])
}

/// `socket fileno=FD`.
fn adopt(world: &mut World, args: &Args) -> Result<Step, Failure> {
    if args.has(0) || args.has(1) || args.has(2) || args.has(4) {
        return Err(Failure::usage("with fileno= the kernel tells family, type and protocol: leave them out").at(0));
    }
    let fd = taken(world, args.int32_or(3, 0)?, fd::adopt).map_err(|failure| failure.at(3))?;
    world.adopt(fd).map(|s| socket_value(s).into())
}

/// A descriptor by its number, which must be nobody's.
fn taken(world: &World, number: RawFd, take: fn(RawFd) -> Result<Option<OwnedFd>, i32>) -> Result<OwnedFd, Failure> {
    if number < 0 {
        return Err(Failure::usage(format!("a descriptor is 0 or more, not {number}")));
    }
    // One that a program started from here gets, too, looks like nobody's.
    let owner = world.owner_of(number);
    let taken = if owner.is_some() { None } else { take(number).map_err(Failure::os)? };
    taken.ok_or_else(|| {
        let whose =
            owner.map_or_else(|| "sockpit itself has open".into(), |owner| format!("{} has open", owner.name()));
        Failure::usage(format!("descriptor {number} is one that {whose}"))
            .note("dup gives a second socket of the same connection; detach gives a descriptor out of its hands")
    })
}

fn socketpair(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let family = args.int32_or(0, libc::AF_UNIX)?;
    let kind = args.int32_or(1, libc::SOCK_STREAM)?;
    let protocol = args.int32_or(2, 0)?;
    let (left, right) = fd::socketpair(family, kind, protocol).map_err(Failure::os)?;
    let sort = [family, kind & !TYPE_FLAGS, protocol];
    let seconds = if kind & libc::SOCK_NONBLOCK == 0 { world.default_mode } else { Some(0.0) };
    let mode = Mode::from_seconds(seconds);
    let left = world.wrap(left, sort, mode);
    let right = world.wrap(right, sort, mode);
    left.shared.pair.set(Some((left.serial, false)));
    right.shared.pair.set(Some((left.serial, true)));
    world.note(&left, || Did::Paired(right.serial));
    world.note(&right, || Did::Paired(left.serial));
    Ok(Step::Done(Reply::Two(socket_value(left), socket_value(right))))
}

fn close(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let value = args.value(0);
    if let Some(socket) = value.downcast_rc::<Socket>() {
        return world.close(&socket);
    }
    if let Some(epoll) = value.downcast::<Epoll>() {
        return world.close(&epoll.end);
    }
    if let Some(host) = value.downcast::<Host>() {
        return host.end().map(|()| Step::Done(Reply::Nothing));
    }
    if let Value::Int(_) = value {
        let number = args.int32_or(0, -1)?;
        // What is said goes to the first three.
        let take = |number| if (0..=2).contains(&number) { Ok(None) } else { fd::take(number) };
        let fd = taken(world, number, take).map_err(|failure| failure.at(0))?;
        fd::close(fd);
        return Ok(Step::Done(Reply::Nothing));
    }
    let file: Rc<File> = value.downcast_rc().ok_or_else(|| expected(0, "a socket or a file", value))?;
    file::close(world, &file)
}

fn shutdown(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    if let Some(pool) = args.value(0).downcast_rc() {
        return sync::shutdown_pool(world, &pool);
    }
    let socket = args.socket(0)?;
    if !args.has(1) {
        return Err(Failure::usage("HOW is missing: rd, wr or rdwr"));
    }
    let how = args.int32_or(1, libc::SHUT_RDWR)?;
    fd::shutdown(socket.fd()?.as_fd(), how).map_err(Failure::os)?;
    world.note(&socket, || Did::Shut(how));
    world.wake(&socket);
    if how != libc::SHUT_WR {
        socket.shared.deaf.set(true);
        world.wake_other_end(&socket);
    }
    Ok(Step::Done(Reply::Nothing))
}

fn dup(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let fd = fd::dup(socket.fd()?.as_fd()).map_err(Failure::os)?;
    Ok(socket_value(world.duplicate(&socket, fd)).into())
}

fn fileno(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let value = args.value(0);
    let number = if let Some(file) = value.downcast::<File>() {
        file.number().map_err(|_| Failure::usage("I/O operation on closed file"))?
    } else if let Some(epoll) = value.downcast::<Epoll>() {
        epoll.end.fileno()
    } else {
        args.socket(0)?.fileno()
    };
    Ok(Value::Int(i128::from(number)).into())
}

fn detach(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let fd = world.detach(&socket)?;
    fd::give_out(fd.as_fd()).map_err(Failure::os)?;
    Ok(Value::Int(i128::from(fd.into_raw_fd())).into())
}
