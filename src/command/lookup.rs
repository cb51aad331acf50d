//! Looking up names: `getaddrinfo` and its kin, and the resolver for every call that is given a host by its name.

use std::net::{Ipv4Addr, SocketAddr};

use super::{Arg, Args, Command, Group, Kind, base, err, opt, req};
use crate::linux::constants;
use crate::os::resolve::{self as os, Found, Query};
use crate::value::{Failure, Holds, Name, Reply, Tried, Value, text};
use crate::world::{Step, World, offload};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "getaddrinfo",
        summary: "the addresses of a host and service; entries of family, type, protocol, official name, address",
        notes: &[
            "The entries are in the order in which a client should try them; create_connection does. It waits for \
             name servers in the background: everything else goes on.",
        ],
        params: &[
            req("HOST", Kind::Text).is("a name or an address; none for this machine"),
            req("PORT", Kind::Text).is("a number, or the name of a service"),
            opt("family", Kind::Family).is("AF_UNSPEC (the default) asks for IPv4 and IPv6"),
            opt("type", Kind::Type).is("without one, an entry for each type"),
            opt("proto", Kind::Protocol).is("0 for any"),
            opt("flags", Kind::AiFlags).is("AI_... joined with |"),
        ],
        results: &[("infos", Holds::Plain)],
        returns: "a list: an entry of family, type, protocol, official name (with AI_CANONNAME) and address for each \
                  way there is",
        python: "socket.getaddrinfo({HOST}, {PORT}<, family={FAMILY}><, type={TYPE}><, proto={PROTO}><, \
                 flags={FLAGS}>)",
        c: "getaddrinfo(\"localhost\", \"80\", &hints, &infos);",
        man: "getaddrinfo(3)",
        errors: &[
            err("EAI_NONAME", "the host or service is not known, or both are none"),
            err("EAI_AGAIN", "no name server answered: try again later"),
            err("EAI_FAIL", "the name server refused"),
            err("EAI_NODATA", "the host has no address"),
            err("EAI_ADDRFAMILY", "the host has no address of that family"),
            err("EAI_SERVICE", "the service is not known for that socket type"),
            err("EAI_SOCKTYPE", "the type does not go with the protocol"),
            err("EAI_FAMILY", "not a family that can be looked up"),
            err("EAI_BADFLAGS", "flags that do not exist, or AI_CANONNAME without a host"),
            err("Decode", "no host's name: between its dots stand 1 to 63 letters"),
        ],
        example: "infos = getaddrinfo localhost 80 type=SOCK_STREAM",
        related: &["gethostbyname", "getnameinfo", "create_connection", "AI_PASSIVE", "EAI_NONAME", "AF_UNSPEC"],
        run: getaddrinfo,
        ..base(Group::Names)
    },
    Command {
        name: "gethostbyname",
        summary: "the IPv4 address of a host, as text",
        notes: &["It knows IPv4 only: getaddrinfo is its successor."],
        params: &[req("NAME", Kind::Text).is("a host's name, or an IPv4 address, which is given back")],
        results: &[("ip", Holds::Plain)],
        returns: "an IPv4 address, as text",
        python: "socket.gethostbyname({NAME})",
        c: "gethostbyname(\"localhost\");",
        man: "gethostbyname(3)",
        errors: &[
            err("EAI_NONAME", "the host is not known"),
            err("EAI_AGAIN", "no name server answered: try again later"),
            err("EAI_ADDRFAMILY", "an IPv6 address was given"),
            err("Decode", "no host's name: between its dots stand 1 to 63 letters"),
        ],
        example: "ip = gethostbyname localhost",
        related: &["getaddrinfo", "inet_aton", "EAI_NONAME"],
        run: gethostbyname,
        ..base(Group::Names)
    },
    Command {
        name: "getservbyname",
        summary: "the port of a service, of that protocol (tcp, udp) or of any",
        params: &[
            req("NAME", Kind::Text).is("a service of /etc/services, such as http"),
            opt("PROTO", Kind::Text).is("tcp or udp; either when left out"),
        ],
        results: &[("port", Holds::Plain)],
        returns: "the port",
        python: "socket.getservbyname({NAME}<, {PROTO}>)",
        c: "getservbyname(\"http\", \"tcp\");",
        man: "getservbyname(3)",
        errors: &[err("EAI_SERVICE", "/etc/services does not have it")],
        example: "port = getservbyname http tcp",
        related: &["getaddrinfo", "getnameinfo"],
        run: getservbyname,
        ..base(Group::Names)
    },
    Command {
        name: "getnameinfo",
        summary: "the names of an address's host and port; as numbers with NI_NUMERICHOST|NI_NUMERICSERV",
        params: &[
            req("ADDR", Kind::Addr).is("an address in numbers: a host's name is refused"),
            opt("FLAGS", Kind::NiFlags).is("NI_... joined with |; 0 when left out"),
        ],
        results: &[("host", Holds::Plain), ("port", Holds::Port)],
        returns: "the host's name or address, and the service's name or port, both as text",
        python: "socket.getnameinfo({ADDR}, {FLAGS})",
        c: "getnameinfo((struct sockaddr *)&addr, sizeof addr, host, sizeof host, port, sizeof port, flags);",
        man: "getnameinfo(3)",
        errors: &[
            err("EAI_NONAME", "a host's name was given, or NI_NAMEREQD asked for one and there is none"),
            err("EAI_AGAIN", "no name server answered: try again later"),
            err("EAI_BADFLAGS", "flags that do not exist"),
        ],
        example: "host, port = getnameinfo 127.0.0.1:80 NI_NUMERICHOST|NI_NUMERICSERV",
        related: &["getaddrinfo", "NI_NUMERICHOST", "NI_NAMEREQD"],
        run: getnameinfo,
        ..base(Group::Names)
    },
];

/// What a call waits for while the resolver is asked, for people.
pub(super) const WAITING: &str = "an answer from the resolver";

pub(super) fn gai(code: i32) -> Failure {
    Failure::new(Name::Gai(code))
}

/// The failure of a look-up of that host.
pub(super) fn no_answer(code: i32, host: Option<&[u8]>, family: i32) -> Failure {
    let failure = gai(code).trying(Tried::LookUp(family));
    match host {
        Some(host) => failure.host(&String::from_utf8_lossy(host).into()),
        None => failure,
    }
}

pub(super) fn no_address(arg: &Arg) -> Failure {
    match arg {
        Arg::Bad(failure) => (**failure).clone(),
        Arg::Value(value) => Failure::usage(format!("an address is needed here, and this is {}", value.kind())),
        _ => Failure::usage("an address is needed here"),
    }
}

/// Whether a host's name can be asked for, as Python has it that writes it in the way of IDNA.
pub(super) fn is_name(host: &str) -> Result<(), Failure> {
    let labels: Vec<&str> = host.split('.').collect();
    let fits = |(i, label): (usize, &&str)| label.len() < 64 && (i + 1 == labels.len() || !label.is_empty());
    if !host.is_ascii() || labels.iter().enumerate().all(fits) {
        return Ok(());
    }
    let failure = Failure::with(Name::Decode, format!("{} is no host's name", text::quote_text(host)));
    Err(failure.note("between its dots stand 1 to 63 letters"))
}

/// The first address of a host in a family, with that port.
pub(super) fn look_up(
    world: &mut World,
    host: &str,
    port: u16,
    family: i32,
    show: impl FnOnce(SocketAddr) -> Value + 'static,
) -> Result<Step, Failure> {
    ask(world, host_query(host, family, 0), move |found| {
        let mut addr = found.into_iter().next().ok_or_else(|| gai(libc::EAI_NONAME))?.addr;
        addr.set_port(port);
        Ok(show(addr))
    })
}

/// One type is asked for, so that there is one answer an address.
fn host_query(host: &str, family: i32, flags: i32) -> Query {
    Query { host: Some(host.into()), family, kind: libc::SOCK_DGRAM, flags, ..Query::default() }
}

/// Ask the resolver: here if numbers say it all, else on a thread of its own, since files and name servers take time.
fn ask(
    world: &mut World,
    mut query: Query,
    finish: impl FnOnce(Vec<Found>) -> Result<Value, Failure> + 'static,
) -> Result<Step, Failure> {
    const NUMERIC: i32 = libc::AI_NUMERICHOST | libc::AI_NUMERICSERV;
    let flags = query.flags;
    let (host, family) = (query.host.clone(), query.family);
    let failed = move |code| no_answer(code, host.as_deref(), family);
    query.flags |= NUMERIC;
    match os::getaddrinfo(&query) {
        Err(libc::EAI_NONAME) if flags & NUMERIC != NUMERIC => {}
        answer => return Ok(answer.map_err(failed).and_then(finish)?.into()),
    }
    query.flags = flags;
    Ok(offload(
        world,
        WAITING,
        move || os::getaddrinfo(&query),
        move |_, answer| answer.map_err(failed).and_then(finish).map(Reply::One),
    ))
}

fn getaddrinfo(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let name = |i| {
        args.text(i).map(|text| if matches!(&*text, "none" | "None") { None } else { Some(text.as_bytes().to_vec()) })
    };
    is_name(&args.text(0)?).map_err(|failure| failure.at(0))?;
    let query = Query {
        host: name(0)?,
        service: name(1)?,
        family: args.int32_or(2, 0)?,
        kind: args.int32_or(3, 0)?,
        protocol: args.int32_or(4, 0)?,
        flags: args.flags(5)?,
    };
    ask(world, query, |found| Ok(Value::list(found.into_iter().map(entry).collect())))
}

/// One answer, in Python's order.
fn entry(found: Found) -> Value {
    Value::list(vec![
        Value::constant(&constants::FAMILIES, found.family),
        Value::constant(&constants::TYPES, found.kind),
        Value::Int(found.protocol.into()),
        Value::text(found.canonical),
        Value::Addr(found.addr.into()),
    ])
}

fn gethostbyname(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let name = args.c_text(0)?;
    is_name(&name).map_err(|failure| failure.at(0))?;
    let ip = match &*name {
        "" => Ipv4Addr::UNSPECIFIED,
        "<broadcast>" => Ipv4Addr::BROADCAST,
        _ => return look_up(world, &name, 0, libc::AF_INET, |addr| Value::text(addr.ip().to_string())),
    };
    Ok(Value::text(ip.to_string()).into())
}

/// The protocol in the second place, if it is there.
pub(super) fn protocol(args: &Args) -> Result<Option<String>, Failure> {
    if args.has(1) { Ok(Some(args.c_text(1)?.into_owned())) } else { Ok(None) }
}

fn getservbyname(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let name = args.c_text(0)?.into_owned();
    let protocol = protocol(args)?;
    let find = move || os::getservbyname(&name, protocol.as_deref());
    Ok(offload(world, WAITING, find, |_, port| match port {
        Some(port) => Ok(Value::Int(port.into()).into()),
        None => Err(Failure::with(Name::Gai(libc::EAI_SERVICE), "service/proto not found")),
    }))
}

fn getnameinfo(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    const NUMERIC: i32 = libc::NI_NUMERICHOST | libc::NI_NUMERICSERV;
    let flags = args.flags(1)?;
    let addr = match args.arg(0) {
        Arg::Value(Value::Addr(addr)) => addr.socket_addr().ok_or_else(|| {
            Failure::usage("getnameinfo takes host:port").note("only AF_INET and AF_INET6 have names").at(0)
        })?,
        // As in Python, this call takes no names, but numbers in any form.
        Arg::Host(host, port) => {
            let found = os::getaddrinfo(&host_query(host, 0, libc::AI_NUMERICHOST)).map_err(gai)?;
            let mut addr = found.first().ok_or_else(|| gai(libc::EAI_NONAME))?.addr;
            addr.set_port(*port);
            addr
        }
        Arg::Wildcard(_) => return Err(gai(libc::EAI_NONAME)),
        other => return Err(no_address(other).at(0)),
    };
    let reply = |(host, port): (String, String)| Reply::Two(Value::text(host), Value::text(port));
    if flags & NUMERIC == NUMERIC {
        return Ok(os::getnameinfo(&addr, flags).map(reply).map_err(gai)?.into());
    }
    Ok(offload(world, WAITING, move || os::getnameinfo(&addr, flags), move |_, names| names.map(reply).map_err(gai)))
}
