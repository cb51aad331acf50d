//! Listening and connecting: `listen`, `accept`, `connect`, `connect_ex`.
//!
//! Every socket is non-blocking to the kernel, where connect(2) only starts the connection. What a kernel-blocking
//! descriptor would make of it, or `CPython` with its timeout, is made here.

use std::os::fd::AsFd;
use std::rc::Rc;
use std::time::Duration;

use super::{Args, CLOSED, Command, Group, Kind, Stands, base, err, names, opt, req};
use crate::os::{addr, fd, settings, sockopt};
use crate::value::{Addr, Failure, Holds, Name, Reply, Tried, Value};
use crate::world::record::{Did, Ends};
use crate::world::{Mode, Side, Socket, Step, UNIX_AGAIN, Waiting, World, retry, socket_value};

/// The calls that listen and connect.
pub(super) const COMMANDS: &[Command] = &[LISTEN, ACCEPT, CONNECT, CONNECT_EX];

const LISTEN: Command = Command {
    name: "listen",
    summary: "let the socket take connections; BACKLOG of them (128 if left out) and one more queue until accepted",
    notes: &[
        "From here on clients can connect: the kernel completes their handshake and queues them, before accept is \
         called. When the queue is full, further clients wait and try again by themselves (AF_UNIX: their connect \
         waits).",
        "A listening socket carries no data: what clients send is read from the sockets that accept gives.",
    ],
    params: &[
        req("S", Kind::Socket).that(Stands::Idle),
        opt("BACKLOG", Kind::Int).is("how many may wait to be accepted, 128 if left out; the kernel queues one more"),
    ],
    python: "{S}.listen(<{BACKLOG}>)",
    c: "listen(s, 5);",
    man: "listen(2)",
    errors: &[
        err("EADDRINUSE", "another socket listens on this port")
            .cure("another port; netstat lists those that are taken"),
        err("EOPNOTSUPP", "this type of socket takes no connections: UDP needs neither listen nor accept")
            .cure("recvfrom, which gives what comes to a datagram socket once it is bound"),
        err("EINVAL", "it is connected, or an AF_UNIX socket without a name")
            .cure("bind S first; a new socket for one that is connected"),
        CLOSED,
    ],
    example: "srv = socket\nbind srv 127.0.0.1:0\nlisten srv 5\nstate srv",
    related: &["bind", "accept", "create_server", "SOMAXCONN", "LISTEN", "ECONNREFUSED"],
    run: listen,
    ..base(Group::Connection)
};

const ACCEPT: Command = Command {
    name: "accept",
    summary: "take the next connection of a listening socket; gives a new socket, and the address at its other end",
    notes: &[
        "It waits until a client has come, takes the first of the queue, and leaves the listening socket as it was: \
         call it again for the next client. Talk to the client through conn.",
        "conn blocks, whatever the listening socket does: what settimeout and setblocking set is not inherited, \
         while over TCP the socket options are. `conn, addr = accept S &` waits in the background.",
    ],
    params: &[req("S", Kind::Socket).that(Stands::Listening).is("a listening socket")],
    results: &[("conn", Holds::Live), ("addr", Holds::Address)],
    returns: "conn: a new socket, connected; addr: where it is from (empty for a client of AF_UNIX without a name)",
    python: "{S}.accept()",
    c: "struct sockaddr_in a; socklen_t n = sizeof a; int conn = accept(s, (struct sockaddr *)&a, &n);",
    man: "accept(2)",
    errors: &[
        err("EAGAIN", "not a failure: nobody waits to be accepted, and S is non-blocking or SO_RCVTIMEO is over")
            .cure("accept again when poll S IN says IN, or setblocking S on to wait for one"),
        err("timeout", "nobody came within the socket's timeout"),
        err("EINVAL", "the socket does not listen, or was shut down").cure("listen S first"),
        err("EOPNOTSUPP", "this type of socket takes no connections")
            .cure("recvfrom, which gives what comes to a datagram socket"),
        err("EMFILE", "this process has as many descriptors open as it may; the connection stays in the queue")
            .cure("close a socket and accept again"),
        err("ECONNABORTED", "the client gave up before it was accepted; the listening socket is unharmed")
            .cure("accept again"),
        CLOSED,
    ],
    example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
              conn, addr = accept srv\ngetsockname cli",
    related: &["listen", "connect", "recv", "poll", "setblocking", "EAGAIN"],
    run: accept,
    ..base(Group::Connection)
};

pub(super) const CONNECT: Command = Command {
    name: "connect",
    summary: "connect to a listening socket; on a datagram socket: choose the peer (AF_UNSPEC for none)",
    notes: &[
        "It returns when the handshake is done, which needs a listening socket and no accept. The kernel chooses \
         this side's address and port (getsockname), unless bind has. Nobody listens: ECONNREFUSED at once; no \
         answer at all: ETIMEDOUT after about two minutes.",
        "Non-blocking it fails with EINPROGRESS, which is no failure: poll for OUT, then `getsockopt S SO_ERROR` \
         says 0 or what went wrong. On UDP nothing is sent: connect only sets where send goes, and from whom recv \
         takes.",
    ],
    params: &[
        req("S", Kind::Socket).that(Stands::Unconnected),
        req("ADDR", Kind::Addr).that(Stands::Listening).is(
            "where the other side listens; a host's name is looked up, and its first address taken. AF_UNSPEC takes \
             a datagram socket's peer away",
        ),
    ],
    python: "{S}.connect({ADDR})",
    c: "connect(s, (struct sockaddr *)&a, sizeof a);",
    man: "connect(2)",
    errors: &[
        err("ECONNREFUSED", "nobody listens there")
            .cure("start the server first (bind, listen), and check the port with netstat"),
        err("EISCONN", "it is connected already")
            .cure("a new socket, or for datagrams connect S AF_UNSPEC first; getpeername S tells to whom"),
        err("EINPROGRESS", "not a failure: the socket is non-blocking, and the connection is being made")
            .cure("poll S OUT SECONDS, then getsockopt S SO_ERROR: 0 or the errno"),
        err("EALREADY", "not a failure: an earlier non-blocking connect is still under way")
            .cure("poll S OUT SECONDS, then getsockopt S SO_ERROR"),
        err("timeout", "the connection was not made within the socket's timeout"),
        err("ETIMEDOUT", "the other side never answered: its host is down, or a firewall drops the packets")
            .cure("the address and port once more; settimeout S SECONDS makes the wait shorter"),
        err("ENETUNREACH", "no route leads there, or none from the address that the socket is bound to")
            .cure("an address of a network that ifconfig shows; a socket that is not bound"),
        err("EOPNOTSUPP", "the family has no connections: AF_PACKET").cure("bind S packet:INTERFACE:PROTOCOL"),
        err("EHOSTUNREACH", "no host answers at that address, or a router says so"),
        err("EAI_NONAME", "no host has that name"),
        err("EADDRNOTAVAIL", "no local port is left for this address: they are in use or in TIME_WAIT")
            .cure("wait a minute, or leave out bind on the client"),
        err("EAGAIN", "AF_UNIX: the listener's queue is full; UDP: no local port is left")
            .cure("accept on the other side first, or a larger backlog"),
        err("ENOENT", "AF_UNIX: there is no such path")
            .cure("start the server first, and give both sides the same path"),
        err("EPROTOTYPE", "AF_UNIX: that socket is of another type")
            .cure("the same type on both sides: stream and dgram do not mix"),
        err("EACCES", "a broadcast address needs SO_BROADCAST; an AF_UNIX path needs write permission")
            .cure("setsockopt S SO_BROADCAST 1 for a broadcast"),
        err("EAFNOSUPPORT", "the address is of another family than the socket")
            .cure("a socket of AF_INET for 1.2.3.4, AF_INET6 for [::1], AF_UNIX for a path"),
        err("EINVAL", "a link-local address without %INTERFACE, a source that leads elsewhere, an AF_UNIX listener")
            .cure("[fe80::1%eth0]:80 for an address of one link; a new socket for one that listens"),
        err("EAI_ADDRFAMILY", "an IPv6 address for an IPv4 socket, or the other way round"),
        CLOSED,
    ],
    example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = socket\nconnect cli $where\n\
              getpeername cli\nexpect EISCONN connect cli $where",
    related: &[
        "bind",
        "listen",
        "accept",
        "connect_ex",
        "create_connection",
        "getpeername",
        "ECONNREFUSED",
        "EINPROGRESS",
        "addresses",
    ],
    run: connect,
    ..base(Group::Connection)
};

const CONNECT_EX: Command = Command {
    name: "connect_ex",
    summary: "connect, and give the error's number instead of failing; 0 when it went well",
    params: &[
        req("S", Kind::Socket).that(Stands::Unconnected),
        req("ADDR", Kind::Addr).that(Stands::Listening).is("where the other side listens"),
    ],
    results: &[("errno", Holds::Errno)],
    returns: "0, or the errno's number; 11 (EAGAIN) when the socket's timeout ran out",
    python: "{S}.connect_ex({ADDR})",
    c: "int code = connect(s, (struct sockaddr *)&a, sizeof a) < 0 ? errno : 0;",
    man: "connect(2)",
    errors: &[
        err("EAI_NONAME", "no host has that name: errors of the look-up are raised"),
        err("ENODEV", "no network interface has that name").cure("one that ifconfig lists"),
    ],
    example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = socket\nconnect_ex cli $where\n\
              close srv\nother = socket\nconnect_ex other $where",
    related: &["connect", "EINPROGRESS", "ECONNREFUSED"],
    run: connect_ex,
    ..base(Group::Connection)
};

/// Python's default: the smaller of SOMAXCONN and 128.
pub(super) const BACKLOG: i32 = 128;

pub(super) const DONE: Step = Step::Done(Reply::Nothing);

pub(super) fn listen_on(world: &mut World, socket: &Socket, backlog: i32) -> Result<Step, Failure> {
    addr::listen(socket.fd()?.as_fd(), backlog.max(0))
        .map_err(|e| Failure::os(e).trying(Tried::Listen).on(socket.serial))?;
    world.note(socket, || Did::Listens(local(socket)));
    if world.record.is_some()
        && let Some(most) = settings::core("somaxconn").filter(|most| *most < backlog)
    {
        world.note(socket, || Did::Taken { option: None, asked: backlog, taken: most });
    }
    Ok(DONE)
}

fn listen(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    listen_on(world, &*args.socket(0)?, args.int32_or(1, BACKLOG)?)
}

fn accept(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let waiting = Waiting::new(&socket, Side::In, "a connection", Tried::Accept);
    retry(world, waiting, move |world, expired| match world.accept(&socket) {
        Ok((conn, peer)) => {
            // A peer that has reset the connection meanwhile is known to accept alone.
            let ends = || {
                Ends::of(&conn).unwrap_or_else(|| {
                    let local = local(&conn);
                    Ends { net: conn.net(&local), local, peer: peer.clone() }
                })
            };
            world.note(&conn, || Did::Accepted(socket.serial, ends()));
            Ok(Step::Done(Reply::Two(socket_value(conn), Value::Addr(peer))))
        }
        Err(failure) if failure.is(libc::EAGAIN) => {
            // An AF_UNIX listener that was shut down says EINVAL only to those who block.
            if socket.waits() == Mode::Blocking && socket.family == libc::AF_UNIX {
                let events = fd::poll(socket.fd()?.as_fd(), libc::POLLRDHUP).map_err(Failure::os)?;
                if events & libc::POLLRDHUP != 0 {
                    return Err(Failure::os(libc::EINVAL));
                }
            }
            Err(expired.unwrap_or(failure))
        }
        Err(failure) => Err(failure),
    })
}

fn local(socket: &Socket) -> Addr {
    socket.addresses().0.unwrap_or(Addr::Unnamed)
}

fn connect(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let to = socket.clone();
    names::resolve(world, &socket, args.arg(1), move |world, peer| connect_to(world, to, peer))
}

fn connect_ex(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let to = socket.clone();
    names::resolve(world, &socket, args.arg(1), move |world, peer| {
        let step = connect_to(world, to, peer);
        settle(world, step, |world, outcome| match outcome.map_err(|f| (f.name, f)) {
            Ok(_) => Ok(Value::Int(0).into()),
            // No interface has that name: that is looked up before the call.
            Err((_, failure)) if failure.is(libc::ENODEV) => Err(failure),
            Err((Name::Errno(_) | Name::Timeout, failure)) => {
                world.note_failure(&failure);
                let number = failure.name.number().unwrap_or(libc::EAGAIN);
                world.give(failure);
                Ok(Value::Int(i128::from(number)).into())
            }
            Err((_, failure)) => Err(failure),
        })
    })
}

/// connect(2) as the socket's mode has it.
pub(super) fn connect_to(world: &mut World, socket: Rc<Socket>, peer: Addr) -> Result<Step, Failure> {
    match socket.waits() {
        Mode::Blocking => connect_blocking(world, socket, peer),
        mode => {
            let said = addr::connect(socket.fd()?.as_fd(), &peer);
            match said {
                Err(libc::EINPROGRESS) if mode != Mode::NonBlocking => connect_finish(world, socket, peer),
                Ok(()) => Ok(connected(world, &socket)),
                Err(error) => {
                    if error == libc::EINPROGRESS {
                        world.note(&socket, || Did::Connecting(peer.clone()));
                    }
                    Err(Failure::os(error).trying(Tried::Connect).on(socket.serial).to(&peer))
                }
            }
        }
    }
}

/// connect(2) went well: there is a peer from now on, or none any more.
fn connected(world: &mut World, socket: &Socket) -> Step {
    world.parts(socket);
    world.note(socket, || Ends::of(socket).map_or(Did::Disconnected, Did::Connected));
    DONE
}

/// Wait for a connection as `CPython` does with a timeout: until it can be written to, then `SO_ERROR` tells.
fn connect_finish(world: &mut World, socket: Rc<Socket>, peer: Addr) -> Result<Step, Failure> {
    let waiting = waiting_to_connect(&socket, None);
    retry(world, waiting, move |world, expired| {
        let fd = socket.fd()?;
        if fd::poll(fd.as_fd(), libc::POLLOUT).map_err(Failure::os)? == 0 {
            return Err(expired.unwrap_or(Failure::os(libc::EAGAIN)).to(&peer));
        }
        match sockopt::get_int(fd.as_fd(), libc::SOL_SOCKET, libc::SO_ERROR) {
            Ok(0 | libc::EISCONN) => Ok(connected(world, &socket)),
            Ok(error) | Err(error) => Err(Failure::os(error).to(&peer)),
        }
    })
}

fn waiting_to_connect(socket: &Rc<Socket>, again: Option<Duration>) -> Waiting {
    Waiting { again, ..Waiting::new(socket, Side::Out, "the connection", Tried::Connect) }
}

/// connect(2) as a kernel-blocking descriptor does it. While the connection is being made a further connect(2) says
/// EALREADY, then 0 or what went wrong, and unlike `SO_ERROR` it leaves the socket fit for another try.
fn connect_blocking(world: &mut World, socket: Rc<Socket>, peer: Addr) -> Result<Step, Failure> {
    let again = (socket.family == libc::AF_UNIX).then_some(UNIX_AGAIN);
    let waiting = waiting_to_connect(&socket, again);
    // What the call's first connect(2) said, and what it comes to when SO_SNDTIMEO is over.
    let mut pending = None;
    retry(world, waiting, move |world, expired| {
        let fd = socket.fd()?;
        let mut said = addr::connect(fd.as_fd(), &peer);
        match (said, pending) {
            (Err(libc::EINPROGRESS), None) => {
                pending = Some(libc::EINPROGRESS);
                // On loopback it is made by now.
                said = addr::connect(fd.as_fd(), &peer);
            }
            (Err(libc::EALREADY), None) => pending = Some(libc::EALREADY),
            (Err(libc::EINPROGRESS), Some(_)) => {
                // Another task had ended the attempt, and this was the start of a new one: undo it.
                let _ = addr::connect(fd.as_fd(), &Addr::Other(libc::AF_UNSPEC as u16, Rc::from([])));
                return Err(Failure::os(libc::ECONNRESET).to(&peer));
            }
            _ => {}
        }
        match (said, pending) {
            (Ok(()), _) | (Err(libc::EISCONN), Some(_)) => Ok(connected(world, &socket)),
            (Err(libc::EALREADY), Some(_)) if expired.is_none() => Err(Failure::os(libc::EAGAIN)),
            (Err(libc::EALREADY), Some(first)) => {
                if first == libc::EINPROGRESS {
                    world.note(&socket, || Did::Connecting(peer.clone()));
                }
                Err(Failure::os(first).to(&peer))
            }
            (Err(error), _) => Err(Failure::os(error).to(&peer)),
        }
    })
}

/// Go on with what a step comes to, whether it went well or failed.
pub(super) fn settle<F>(world: &mut World, step: Result<Step, Failure>, then: F) -> Result<Step, Failure>
where
    F: FnOnce(&mut World, Result<Reply, Failure>) -> Result<Step, Failure> + 'static,
{
    match step {
        Ok(Step::Done(reply)) => then(world, Ok(reply)),
        Err(failure) => then(world, Err(failure)),
        Ok(Step::Park(wait, mut resume)) => {
            let mut then = Some(then);
            let resume = move |world: &mut World, wake| {
                let step = resume(world, wake)?;
                then.take().map(|then| settle(world, step, then))
            };
            Ok(Step::Park(wait, Box::new(resume)))
        }
        Ok(ask @ Step::Ask(_)) => Ok(ask),
    }
}
