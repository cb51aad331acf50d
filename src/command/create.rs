//! Several calls in one: `create_server`, `create_connection`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::rc::Rc;

use super::connection::{BACKLOG, CONNECT, DONE, connect_to, listen_on, settle};
use super::names::bind_to;
use super::{Arg, Args, Command, Group, Kind, Stands, base, err, lookup, named, names, req};
use crate::os::{fd, resolve, sockopt};
use crate::value::{Addr, Failure, Holds, Name, Reply, Value};
use crate::world::{Host, Mode, Socket, Step, World, chain, offload, socket_value};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[CREATE_SERVER, CREATE_CONNECTION, HAS_DUALSTACK_IPV6];

const CREATE_SERVER: Command = Command {
    name: "create_server",
    summary: "socket, SO_REUSEADDR, bind and listen in one",
    params: &[
        req("ADDR", Kind::Addr).is("where to listen: :9999, or port 0 for any free one"),
        named("family", Kind::Family).is("AF_INET (the default) or AF_INET6"),
        named("backlog", Kind::IntOrNone).is("how many may wait to be accepted, 128 if left out or none"),
        named("reuse_port", Kind::Switch).is("on: several sockets may share the port (SO_REUSEPORT)"),
        named("dualstack_ipv6", Kind::Switch).is("on: take IPv4 clients, too; needs family=AF_INET6"),
        named("host", Kind::Host).is("listen in that host; on this machine when left out"),
    ],
    results: &[("socket", Holds::Live)],
    returns: "a listening socket",
    python: "socket.create_server({ADDR}<, family={FAMILY}><, backlog={BACKLOG}><, reuse_port={REUSE_PORT}><, \
             dualstack_ipv6={DUALSTACK_IPV6}>)",
    c: "s = socket(...); setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); bind(s, ...); listen(s, 128);",
    man: "listen(2)",
    errors: &[
        err("EADDRINUSE", "another socket holds the port")
            .cure("another port, or 0 for any free one; netstat lists those that are taken"),
        err("EADDRNOTAVAIL", "no interface of this machine has that address")
            .cure("an address that ifconfig lists, or :PORT for every interface"),
        err("EACCES", "ports below 1024 need root").cure("a port from 1024, or port 0 for a free one"),
        err("EAFNOSUPPORT", "the address is of another family than the socket")
            .cure("family=AF_INET6 for an IPv6 address"),
    ],
    like: Some(&names::BIND),
    example: "srv = create_server 127.0.0.1:0\ngetsockopt srv SO_REUSEADDR\nstate srv",
    related: &["socket", "bind", "listen", "accept", "create_connection", "SO_REUSEADDR"],
    run: create_server,
    ..base(Group::Connection)
};

const CREATE_CONNECTION: Command = Command {
    name: "create_connection",
    summary: "connect to a host by name or address; tries each of its addresses in turn",
    params: &[
        req("ADDR", Kind::Addr).that(Stands::Listening).is("a host, by name or address, and a port"),
        named("timeout", Kind::Seconds).is("for each attempt, and for the socket afterwards"),
        named("source_address", Kind::Addr).is("bind to this first"),
        named("all_errors", Kind::Switch).is("on: a failure tells of every address, not of the last alone"),
        named("host", Kind::Host).is("connect from that host; from this machine when left out"),
    ],
    results: &[("socket", Holds::Live)],
    returns: "a connected socket; its timeout is the one given",
    python: "socket.create_connection({ADDR}<, timeout={TIMEOUT}><, source_address={SOURCE_ADDRESS}><, \
             all_errors={ALL_ERRORS}>)",
    also: &["socket.create_connection({ADDR}, {TIMEOUT}<, {SOURCE_ADDRESS}>)"],
    c: "for (r = results; r; r = r->ai_next) { s = socket(...); if (!connect(s, ...)) break; close(s); }",
    man: "getaddrinfo(3)",
    errors: &[
        err("ECONNREFUSED", "nobody listens at the last address tried")
            .cure("start the server first (create_server), and check the port with netstat"),
        err("timeout", "the connection was not made within timeout=, or the default timeout"),
        err("EAI_NONAME", "no host has that name"),
        err("EADDRINUSE", "source_address= is taken"),
        err("Decode", "no host's name: between its dots stand 1 to 63 letters"),
    ],
    like: Some(&CONNECT),
    example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where timeout=5\n\
              gettimeout cli",
    related: &["connect", "getaddrinfo", "create_server", "settimeout"],
    run: create_connection,
    ..base(Group::Connection)
};

const HAS_DUALSTACK_IPV6: Command = Command {
    name: "has_dualstack_ipv6",
    summary: "whether one socket can take clients of IPv6 and of IPv4; then create_server takes dualstack_ipv6=on",
    results: &[("has", Holds::Measured)],
    returns: "true, unless the kernel has no IPv6",
    python: "socket.has_dualstack_ipv6()",
    c: "s = socket(AF_INET6, SOCK_STREAM, 0); setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);",
    man: "ipv6(7)",
    example: "has = has_dualstack_ipv6",
    related: &["create_server", "IPV6_V6ONLY", "AF_INET6"],
    run: |_, _| {
        let made = fd::socket(libc::AF_INET6, libc::SOCK_STREAM, 0);
        let set = made.and_then(|s| sockopt::set(s.as_fd(), libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, &[0; 4]));
        Ok(Value::Bool(set.is_ok()).into())
    },
    ..base(Group::Connection)
};

fn create_server(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let family = args.int32_or(1, libc::AF_INET)?;
    let backlog = if matches!(args.value(2), Value::None) { BACKLOG } else { args.int32_or(2, BACKLOG)? };
    let dual = args.on(4);
    if dual && family != libc::AF_INET6 {
        return Err(Failure::usage("dualstack_ipv6= needs family=AF_INET6").at(4));
    }
    let socket = world.socket(args.host(5)?, [family, libc::SOCK_STREAM, 0])?;
    // Python goes on without it too.
    let _ = set_int(&socket, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1);
    let mut prepared = Ok(());
    if args.on(3) {
        prepared = set_int(&socket, libc::SOL_SOCKET, libc::SO_REUSEPORT, 1);
    }
    if family == libc::AF_INET6 {
        prepared = prepared.and_then(|()| set_int(&socket, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, i32::from(!dual)));
    }
    let step = match prepared {
        Ok(()) => {
            let server = socket.clone();
            names::resolve(world, &socket, args.arg(0), move |world, local| {
                bind_to(world, &server, &local)
                    .map_err(|f| f.at(0).note(format!("while attempting to bind on address {local}")))?;
                listen_on(world, &server, backlog)
            })
        }
        Err(failure) => Err(failure),
    };
    settle(world, step, move |world, outcome| give_or_close(world, socket, outcome))
}

fn set_int(socket: &Socket, level: i32, number: i32, value: i32) -> Result<(), Failure> {
    sockopt::set(socket.fd()?.as_fd(), level, number, &value.to_ne_bytes()).map_err(Failure::os)
}

/// The socket as a result, or closed again when what it was made for failed.
fn give_or_close(world: &mut World, socket: Rc<Socket>, outcome: Result<Reply, Failure>) -> Result<Step, Failure> {
    match outcome {
        Ok(_) => Ok(socket_value(socket).into()),
        Err(failure) => {
            world.undo(&socket);
            Err(failure.on(socket.serial))
        }
    }
}

/// A connection to be made: the addresses not tried yet, and how.
struct Plan {
    left: VecDeque<Addr>,
    /// Its sockets' mode, unless it is the default.
    mode: Option<Mode>,
    source: Arg,
    host: Option<Rc<Host>>,
    /// What the last address failed with.
    failure: Failure,
    /// What each failed with, where all are to be told.
    told: Option<Vec<String>>,
}

impl Plan {
    /// An address has failed.
    fn fail(&mut self, peer: &Addr, failure: Failure) {
        if let Some(told) = &mut self.told {
            told.push(format!("{peer}: {failure}"));
        }
        self.failure = failure;
    }

    /// None is left.
    fn failed(self) -> Failure {
        self.told.into_iter().flatten().fold(self.failure, Failure::note)
    }
}

fn create_connection(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let mode = if args.has(1) { Some(Mode::from_seconds(args.seconds(1)?)) } else { None };
    let source = args.arg(2).clone();
    let (told, host) = (args.on(3).then(Vec::new), args.host(4)?);
    let scoped = match (args.arg(0), &host) {
        (Arg::Host(name, port), Some(host)) => names::scoped(host, name, *port),
        _ => None,
    };
    let failure = Failure::new(Name::Gai(libc::EAI_NONAME)).at(0);
    let plan = move |left| Plan { left, mode, source, host, failure, told };
    match args.arg(0) {
        _ if let Some(scoped) = scoped => try_next(world, plan(VecDeque::from([scoped?]))),
        Arg::Host(host, port) => {
            lookup::is_name(host).map_err(|failure| failure.at(0))?;
            let (host, port) = (host.as_bytes().to_vec(), *port);
            let query = resolve::Query { host: Some(host), kind: libc::SOCK_STREAM, ..resolve::Query::default() };
            // The answers are addresses: they change threads as such, and become a plan here.
            let found = Rc::new(RefCell::new(VecDeque::new()));
            let keep = found.clone();
            let name = query.host.clone();
            let ask = move || resolve::getaddrinfo(&query);
            let step = offload(world, "an answer from the resolver", ask, move |_, found| {
                let found = found.map_err(|code| lookup::no_answer(code, name.as_deref(), 0).at(0))?;
                keep.borrow_mut().extend(found.into_iter().map(|one| with_port(one.addr, port)));
                Ok(Reply::Nothing)
            });
            chain(world, step, move |world, _| try_next(world, plan(found.take())))
        }
        Arg::Value(Value::Addr(to @ (Addr::V4(_) | Addr::V6(_)))) => {
            try_next(world, plan(VecDeque::from([to.clone()])))
        }
        Arg::Wildcard(_) => Err(Failure::new(Name::Gai(libc::EAI_NONAME))
            .at(0)
            .note("a connection needs a host: the wildcard is for bind")),
        _ => Err(Failure::usage("create_connection makes TCP connections: HOST:PORT is needed here").at(0)),
    }
}

fn with_port(mut addr: SocketAddr, port: u16) -> Addr {
    addr.set_port(port);
    addr.into()
}

/// Try the next address of a plan; when none is left, fail as the last one did.
fn try_next(world: &mut World, mut plan: Plan) -> Result<Step, Failure> {
    let Some(peer) = plan.left.pop_front() else { return Err(plan.failed()) };
    let family = if matches!(peer, Addr::V6(_)) { libc::AF_INET6 } else { libc::AF_INET };
    let socket = match world.socket(plan.host.clone(), [family, libc::SOCK_STREAM, 0]) {
        Ok(socket) => socket,
        Err(failure) => {
            plan.fail(&peer, failure);
            return try_next(world, plan);
        }
    };
    if let Some(mode) = plan.mode {
        socket.set_mode(mode);
    }
    let step = bind_source(world, &socket, &plan.source);
    let (made, to) = (socket.clone(), peer.clone());
    let step = step.and_then(|step| chain(world, step, move |world, _| connect_to(world, made, peer)));
    settle(world, step, move |world, outcome| match give_or_close(world, socket, outcome) {
        Err(failure) => {
            plan.fail(&to, failure);
            try_next(world, plan)
        }
        done => done,
    })
}

fn bind_source(world: &mut World, socket: &Rc<Socket>, source: &Arg) -> Result<Step, Failure> {
    if matches!(source, Arg::Absent) {
        return Ok(DONE);
    }
    let bound = socket.clone();
    names::resolve(world, socket, source, move |world, local| bind_to(world, &bound, &local).map_err(|f| f.at(2)))
}
