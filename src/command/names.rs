//! Names and addresses: `bind`, `getsockname`, the resolver, address and byte-order conversions.
//!
//! Also [`resolve`], the one way every call gets the address that it was given as words.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsFd;
use std::rc::Rc;

use super::Arg;
use super::Args;
use super::CLOSED;
use super::Command;
use super::Group;
use super::Kind;
use super::Stands;
use super::base;
use super::connection::bind_to;
use super::err;
use super::opt;
use super::req;
use crate::linux::constants;
use crate::linux::constants::Constants;
use crate::os::addr;
use crate::os::resolve as os;
use crate::os::resolve::EAI_ADDRFAMILY;
use crate::os::resolve::Found;
use crate::os::resolve::Query;
use crate::value::Addr;
use crate::value::Failure;
use crate::value::Holds;
use crate::value::Name;
use crate::value::Reply;
use crate::value::Tried;
use crate::value::Value;
use crate::world::{Socket, Step, World, chain, offload};

/// The calls.
pub const COMMANDS: &[Command] = &[
    BIND,
    Command {
        name: "getsockname",
        summary: "the address a socket has itself",
        params: &[req("S", Kind::Socket)],
        results: &[("addr", Holds::Address)],
        returns: "the address this end has; :0 of the wildcard before bind or connect",
        python: "{S}.getsockname()",
        c: "getsockname(s, (struct sockaddr *)&addr, &len);",
        man: "getsockname(2)",
        errors: &[CLOSED],
        example: "s = socket AF_INET SOCK_STREAM\nbind s 127.0.0.1:0\naddr = getsockname s",
        related: &["getpeername", "bind", "connect"],
        run: |_, args| {
            let socket = args.socket(0)?;
            let own = addr::getsockname(socket.fd()?.as_fd()).map_err(Failure::os)?;
            Ok(Value::Addr(own).into())
        },
        ..base(Group::Names)
    },
    Command {
        name: "getpeername",
        summary: "the address of the other end of a connection",
        notes: &["It goes on giving the address after the peer has closed, until the connection is reset."],
        params: &[req("S", Kind::Socket).that(Stands::Connected)],
        results: &[("addr", Holds::Address)],
        returns: "the address at the other end",
        python: "{S}.getpeername()",
        c: "getpeername(s, (struct sockaddr *)&addr, &len);",
        man: "getpeername(2)",
        errors: &[
            err("ENOTCONN", "the socket is not connected, or no longer: a listening socket never is")
                .cure("connect S first; a server asks the socket that accept gave"),
            CLOSED,
        ],
        example: "a, b = socketpair\ngetpeername a\ns = socket\nexpect ENOTCONN getpeername s",
        related: &["getsockname", "accept", "connect", "ENOTCONN"],
        run: |_, args| {
            let socket = args.socket(0)?;
            let peer = addr::getpeername(socket.fd()?.as_fd()).map_err(Failure::os)?;
            Ok(Value::Addr(peer).into())
        },
        ..base(Group::Names)
    },
    Command {
        name: "gethostname",
        summary: "the name of this machine",
        results: &[("name", Holds::Host)],
        returns: "the name, as text",
        python: "socket.gethostname()",
        c: "gethostname(name, sizeof name);",
        man: "gethostname(2)",
        example: "name = gethostname",
        related: &["gethostbyname", "getaddrinfo"],
        run: |_, _| Ok(Value::text(os::gethostname()).into()),
        ..base(Group::Names)
    },
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
    Command {
        name: "inet_aton",
        summary: "the four bytes of an IPv4 address; it may be written in one to four numbers",
        params: &[req("TEXT", Kind::Text).is("127.0.0.1, and the old short forms: 127.1 means the same")],
        results: &[("bytes", Holds::Bytes)],
        returns: "four bytes, in network byte order",
        python: "socket.inet_aton({TEXT})",
        c: "inet_aton(\"127.0.0.1\", &addr);",
        man: "inet(3)",
        errors: &[err("Usage", "the text is not an IPv4 address")],
        example: "packed = inet_aton 127.0.0.1",
        related: &["inet_ntoa", "inet_pton"],
        run: |_, args| {
            let text = args.text(0)?;
            let ip = aton(&text).ok_or_else(|| {
                Failure::usage(format!("`{text}` is not an IPv4 address"))
                    .note("one to four numbers with dots between, each decimal, 0x hexadecimal or 0 octal")
                    .at(0)
            })?;
            Ok(Value::bytes(ip.octets()).into())
        },
        ..base(Group::Names)
    },
    Command {
        name: "inet_ntoa",
        summary: "the text of an IPv4 address's four bytes",
        params: &[req("BYTES", Kind::Data).is("four of them")],
        results: &[("ip", Holds::Plain)],
        returns: "text such as 127.0.0.1",
        python: "socket.inet_ntoa({BYTES})",
        c: "inet_ntoa(addr);",
        man: "inet(3)",
        errors: &[err("Usage", "not four bytes")],
        example: "ip = inet_ntoa \\x7f\\x00\\x00\\x01",
        related: &["inet_aton", "inet_ntop"],
        run: |_, args| Ok(Value::text(Ipv4Addr::from(octets(args, 0)?).to_string()).into()),
        ..base(Group::Names)
    },
    Command {
        name: "inet_pton",
        summary: "the bytes of an address of that family (4 for AF_INET, 16 for AF_INET6)",
        params: &[
            req("FAMILY", Kind::Family).is("AF_INET or AF_INET6"),
            req("TEXT", Kind::Text).is("an address in the one full form: inet_aton takes short ones"),
        ],
        results: &[("bytes", Holds::Bytes)],
        returns: "4 or 16 bytes, in network byte order",
        python: "socket.inet_pton({FAMILY}, {TEXT})",
        c: "inet_pton(AF_INET6, \"::1\", &addr);",
        man: "inet_pton(3)",
        errors: &[
            err("EAFNOSUPPORT", "neither AF_INET nor AF_INET6"),
            err("Usage", "the text is not an address of that family"),
        ],
        example: "packed = inet_pton AF_INET6 ::1",
        related: &["inet_ntop", "inet_aton", "AF_INET6"],
        run: inet_pton,
        ..base(Group::Names)
    },
    Command {
        name: "inet_ntop",
        summary: "the text of an address's bytes: 4 of AF_INET, 16 of AF_INET6",
        params: &[
            req("FAMILY", Kind::Family).is("AF_INET or AF_INET6"),
            req("BYTES", Kind::Data).is("4 or 16 of them"),
        ],
        results: &[("ip", Holds::Plain)],
        returns: "text such as 127.0.0.1 or ::1",
        python: "socket.inet_ntop({FAMILY}, {BYTES})",
        c: "inet_ntop(AF_INET, &addr, text, sizeof text);",
        man: "inet_ntop(3)",
        errors: &[
            err("EAFNOSUPPORT", "neither AF_INET nor AF_INET6"),
            err("Usage", "not as many bytes as the family has"),
        ],
        example: "ip = inet_ntop AF_INET \\x7f\\x00\\x00\\x01",
        related: &["inet_pton", "inet_ntoa"],
        run: |_, args| {
            let text = match args.int32_or(0, 0)? {
                libc::AF_INET => Ipv4Addr::from(octets(args, 1)?).to_string(),
                libc::AF_INET6 => ntop6(Ipv6Addr::from(octets(args, 1)?)),
                _ => return Err(Failure::os(libc::EAFNOSUPPORT).at(0)),
            };
            Ok(Value::text(text).into())
        },
        ..base(Group::Names)
    },
    Command {
        name: "htons",
        summary: "a 16-bit number from this machine's byte order to the network's",
        params: &[req("N", Kind::Int).is("0 to 65535: a port")],
        results: &[("n", Holds::Reckoned)],
        returns: "the number with its two bytes in network order",
        python: "socket.htons({N})",
        c: "htons(80);",
        man: "byteorder(3)",
        errors: &[err("Usage", "the number is not 0 to 65535")],
        example: "n = htons 80",
        related: &["ntohs", "htonl", "pack"],
        run: |_, args| Ok(Value::Int(short(args)?.to_be().into()).into()),
        ..base(Group::Names)
    },
    Command {
        name: "ntohs",
        summary: "a 16-bit number from the network's byte order to this machine's",
        params: &[req("N", Kind::Int).is("0 to 65535: a port")],
        results: &[("n", Holds::Reckoned)],
        returns: "the number with its two bytes in this machine's order",
        python: "socket.ntohs({N})",
        c: "ntohs(20480);",
        man: "byteorder(3)",
        errors: &[err("Usage", "the number is not 0 to 65535")],
        example: "n = ntohs 20480",
        related: &["htons", "ntohl", "unpack"],
        run: |_, args| Ok(Value::Int(u16::from_be(short(args)?).into()).into()),
        ..base(Group::Names)
    },
    Command {
        name: "htonl",
        summary: "a 32-bit number from this machine's byte order to the network's",
        params: &[req("N", Kind::Int).is("0 to 4294967295")],
        results: &[("n", Holds::Plain)],
        returns: "the number with its four bytes in network order",
        python: "socket.htonl({N})",
        c: "htonl(1);",
        man: "byteorder(3)",
        errors: &[err("Usage", "the number is not 0 to 4294967295")],
        example: "n = htonl 1",
        related: &["ntohl", "htons", "pack"],
        run: |_, args| Ok(Value::Int(long(args)?.to_be().into()).into()),
        ..base(Group::Names)
    },
    Command {
        name: "ntohl",
        summary: "a 32-bit number from the network's byte order to this machine's",
        params: &[req("N", Kind::Int).is("0 to 4294967295")],
        results: &[("n", Holds::Plain)],
        returns: "the number with its four bytes in this machine's order",
        python: "socket.ntohl({N})",
        c: "ntohl(16777216);",
        man: "byteorder(3)",
        errors: &[err("Usage", "the number is not 0 to 4294967295")],
        example: "n = ntohl 16777216",
        related: &["htonl", "ntohs", "unpack"],
        run: |_, args| Ok(Value::Int(u32::from_be(long(args)?).into()).into()),
        ..base(Group::Names)
    },
];

pub(super) const BIND: Command = Command {
    name: "bind",
    summary: "give a socket its own address. Port 0, or @ for AF_UNIX, lets the kernel choose: getsockname tells",
    notes: &[
        "A server binds so that clients know where to go; listen comes next. A client need not bind: connect \
         chooses an address and a free port for it. A UDP socket that is bound receives at once, with recvfrom.",
        "EADDRINUSE after a restart usually means TIME_WAIT: `setsockopt S SO_REUSEADDR 1` before bind. A path \
         of AF_UNIX stays behind when its socket is closed: unlink it.",
    ],
    params: &[
        req("S", Kind::Socket).that(Stands::Unbound),
        req("ADDR", Kind::Addr)
            .is("127.0.0.1:PORT for this machine alone, :PORT for every interface, [::1]:PORT for IPv6, ./PATH or \
             @NAME for AF_UNIX. Port 0 is any free one"),
    ],
    python: "{S}.bind({ADDR})",
    c: "bind(s, (struct sockaddr *)&addr, sizeof addr);",
    man: "bind(2)",
    errors: &[
        err("EADDRINUSE", "another socket has the address, or a closed one is still in TIME_WAIT, or the path exists")
            .cure("setsockopt S SO_REUSEADDR 1 before bind, or port 0 for a free one; for a path, unlink it first"),
        err("EADDRNOTAVAIL", "the address is not one of this machine's")
            .cure("an address that ifconfig lists, or :PORT for every interface"),
        err("EINVAL", "the socket has an address already")
            .cure("a new socket; getsockname S tells what this one is bound to"),
        err("EACCES", "a port below 1024 without privilege, or no permission in the path's directory")
            .cure("a port from 1024, or port 0 for a free one"),
        err("ENOENT", "the path's directory does not exist").cure("mkdir it first"),
        err("ENOTDIR", "a part of the path is not a directory"),
        err("EROFS", "the path is on a read-only file system"),
        err("EAFNOSUPPORT", "the address is of another family than the socket")
            .cure("a socket of AF_INET for 1.2.3.4, AF_INET6 for [::1], AF_UNIX for a path"),
        CLOSED,
        err("EAI_NONAME", "the host is not known"),
        err("EAI_ADDRFAMILY", "an IPv6 address for an IPv4 socket, or the other way round"),
        err("Usage", "the address is of another kind than the socket, or a unix path is longer than 107 bytes"),
    ],
    example: "s = socket AF_INET SOCK_STREAM\nsetsockopt s SO_REUSEADDR 1\nbind s 127.0.0.1:0\n\
              where = getsockname s\nlisten s\nother = socket\nexpect EADDRINUSE bind other $where",
    related: &["listen", "getsockname", "connect", "addresses", "SO_REUSEADDR", "EADDRINUSE", "create_server"],
    run: bind,
    ..base(Group::Names)
};

/// What a call waits for while the resolver is asked, for people.
const WAITING: &str = "an answer from the resolver";

/// The address of an argument, for a socket; then the rest of the call. A host's name is looked up in the socket's
/// family, and the first answer is taken, as Python does. `AF_UNSPEC` passes: it is for `then` to refuse it.
pub(super) fn resolve(
    world: &mut World,
    socket: &Rc<Socket>,
    arg: &Arg,
    then: impl FnOnce(&mut World, Addr) -> Result<Step, Failure> + 'static,
) -> Result<Step, Failure> {
    let family = socket.family;
    match arg {
        Arg::Value(Value::Addr(addr)) => {
            suits(family, addr)?;
            then(world, addr.clone())
        }
        Arg::Wildcard(port) => {
            let any: IpAddr = match family {
                libc::AF_INET => Ipv4Addr::UNSPECIFIED.into(),
                libc::AF_INET6 => Ipv6Addr::UNSPECIFIED.into(),
                _ => return Err(unsuitable(family)),
            };
            then(world, Addr::ip(any, *port))
        }
        Arg::Host(..) if !is_inet(family) => Err(unsuitable(family)),
        Arg::Host(host, port) => {
            let step = look_up(world, host, *port, family, |addr| Value::Addr(addr.into()))?;
            chain(world, step, move |world, reply| match reply {
                Reply::One(Value::Addr(addr)) => then(world, addr),
                _ => Err(gai(libc::EAI_FAIL)),
            })
        }
        other => Err(no_address(other)),
    }
}

fn gai(code: i32) -> Failure {
    Failure::new(Name::Gai(code))
}

fn is_inet(family: i32) -> bool {
    matches!(family, libc::AF_INET | libc::AF_INET6)
}

/// Whether a socket of that family can be given that address, by the rules that Python has before the kernel's.
fn suits(family: i32, addr: &Addr) -> Result<(), Failure> {
    match (addr, family) {
        (Addr::V4(_), libc::AF_INET6) | (Addr::V6(_), libc::AF_INET) => {
            let (of, sort) = if family == libc::AF_INET { ("IPv6", "AF_INET") } else { ("IPv4", "AF_INET6") };
            Err(gai(EAI_ADDRFAMILY).note(format!("{addr} is an {of} address, and this is an {sort} socket")))
        }
        (Addr::V4(_) | Addr::V6(_), libc::AF_UNIX)
        | (Addr::Path(_) | Addr::Abstract(_) | Addr::Unnamed, libc::AF_INET | libc::AF_INET6) => {
            Err(unsuitable(family))
        }
        (Addr::Path(name) | Addr::Abstract(name), _) if name.len() > addr::UNIX_NAME_MAX => Err(Failure::usage(
            "AF_UNIX path too long",
        )
        .note(format!("it has {} bytes, and {} fit into sun_path", name.len(), addr::UNIX_NAME_MAX))),
        _ => Ok(()),
    }
}

/// The failure of an address of another kind than a socket of that family takes.
fn unsuitable(family: i32) -> Failure {
    Failure::usage(match family {
        libc::AF_UNIX => "an AF_UNIX socket has a path with a / in it, or @name, for its address",
        libc::AF_INET | libc::AF_INET6 => "an AF_INET or AF_INET6 socket has host:port for its address",
        _ => "a socket of this family has no such address",
    })
}

fn no_address(arg: &Arg) -> Failure {
    match arg {
        Arg::Bad(failure) => (**failure).clone(),
        Arg::Value(value) => Failure::usage(format!("an address is needed here, and this is {}", value.kind())),
        _ => Failure::usage("an address is needed here"),
    }
}

/// The first address of a host in a family, with that port.
fn look_up(
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
    let host = query.host.clone();
    let failed = move |code| no_answer(code, host.as_deref());
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

/// The failure of a look-up of that host.
pub(super) fn no_answer(code: i32, host: Option<&[u8]>) -> Failure {
    let failure = gai(code).trying(Tried::LookUp);
    match host {
        Some(host) => failure.host(&String::from_utf8_lossy(host).into()),
        None => failure,
    }
}

fn bind(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let bound = Rc::clone(&socket);
    let done = resolve(world, &socket, args.0.get(1).unwrap_or(&Arg::Absent), move |world, addr| {
        if matches!(addr, Addr::Other(0, _)) {
            return Err(Failure::usage("AF_UNSPEC is for connect: it dissolves a connection"));
        }
        // A name of no bytes asks for one: unix(7), autobind.
        let addr = if matches!(&addr, Addr::Abstract(name) if name.is_empty()) { Addr::Unnamed } else { addr };
        bind_to(world, &bound, &addr)
    });
    done.map_err(|failure| if matches!(failure.name, Name::Errno(_)) { failure } else { failure.at(1) })
}

fn getaddrinfo(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let name = |i| args.text(i).map(|text| if text == "none" { None } else { Some(text.as_bytes().to_vec()) });
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
    let word = |set: &Constants, n| set.name_of(n).map_or(Value::Int(n.into()), Value::text);
    Value::list(vec![
        word(&constants::FAMILIES, found.family),
        word(&constants::TYPES, found.kind),
        Value::Int(found.protocol.into()),
        Value::text(found.canonical),
        Value::Addr(found.addr.into()),
    ])
}

fn gethostbyname(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let name = args.text(0)?;
    let ip = match &*name {
        "" => Ipv4Addr::UNSPECIFIED,
        "<broadcast>" => Ipv4Addr::BROADCAST,
        _ => return look_up(world, &name, 0, libc::AF_INET, |addr| Value::text(addr.ip().to_string())),
    };
    Ok(Value::text(ip.to_string()).into())
}

fn getservbyname(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let name = args.text(0)?.into_owned();
    let protocol = if args.has(1) { Some(args.text(1)?.into_owned()) } else { None };
    let find = move || os::getservbyname(&name, protocol.as_deref());
    Ok(offload(world, WAITING, find, |_, port| match port {
        Some(port) => Ok(Value::Int(port.into()).into()),
        None => Err(Failure::with(Name::Gai(libc::EAI_SERVICE), "service/proto not found")),
    }))
}

fn getnameinfo(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    const NUMERIC: i32 = libc::NI_NUMERICHOST | libc::NI_NUMERICSERV;
    let flags = args.flags(1)?;
    let addr = match args.0.first().unwrap_or(&Arg::Absent) {
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

fn inet_pton(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let text = args.text(1)?;
    let (bytes, of) = match args.int32_or(0, 0)? {
        libc::AF_INET => (text.parse::<Ipv4Addr>().ok().map(|ip| Value::bytes(ip.octets())), "IPv4"),
        libc::AF_INET6 => (text.parse::<Ipv6Addr>().ok().map(|ip| Value::bytes(ip.octets())), "IPv6"),
        _ => return Err(Failure::os(libc::EAFNOSUPPORT).at(0)),
    };
    let bytes = bytes.ok_or_else(|| Failure::usage(format!("`{text}` is not an {of} address")).at(1))?;
    Ok(bytes.into())
}

/// The argument's bytes, which must be that many.
fn octets<const N: usize>(args: &Args, i: usize) -> Result<[u8; N], Failure> {
    let bytes = args.data(i);
    let fitted = <[u8; N]>::try_from(&*bytes).ok();
    fitted.ok_or_else(|| Failure::usage(format!("{N} bytes are needed here, not {}", bytes.len())).at(i))
}

fn short(args: &Args) -> Result<u16, Failure> {
    let n = args.int(0)?;
    u16::try_from(n).map_err(|_| Failure::usage(format!("a 16-bit number is 0 to {}, not {n}", u16::MAX)).at(0))
}

fn long(args: &Args) -> Result<u32, Failure> {
    let n = args.int(0)?;
    u32::try_from(n).map_err(|_| Failure::usage(format!("a 32-bit number is 0 to {}, not {n}", u32::MAX)).at(0))
}

/// The address in the forms of inet(3): `a.b.c.d`, `a.b.c`, `a.b`, `a`, the last number filling what is left; each
/// decimal, hexadecimal after 0x, octal after 0. As in glibc, what follows white space does not count.
fn aton(text: &str) -> Option<Ipv4Addr> {
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '\x0b').unwrap_or(text.len());
    let mut parts = text[..end].split('.').map(part).collect::<Option<Vec<u32>>>()?;
    let last = parts.pop()?;
    if parts.len() > 3 || parts.iter().any(|n| *n > 255) || u64::from(last) >> (32 - 8 * parts.len()) != 0 {
        return None;
    }
    let head = parts.iter().zip([24, 16, 8]).fold(0, |all, (n, shift)| all | n << shift);
    Some(Ipv4Addr::from(head | last))
}

/// A number as C writes it.
fn part(text: &str) -> Option<u32> {
    let (digits, radix) = match text.strip_prefix('0') {
        None | Some("") => (text, 10),
        Some(rest) => rest.strip_prefix(['x', 'X']).map_or((rest, 8), |hex| (hex, 16)),
    };
    u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))
}

/// The text of `inet_ntop(3)`, which writes the old IPv4-compatible addresses (`::1.2.3.4`) with dots, unlike Rust.
fn ntop6(ip: Ipv6Addr) -> String {
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => format!("::{}", Ipv4Addr::from(ip.to_bits() as u32)),
        _ => ip.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aton_takes_every_form_of_inet3() {
        for (text, ip) in [
            ("127.0.0.1", [127, 0, 0, 1]),
            ("127.1", [127, 0, 0, 1]),
            ("1.2.772", [1, 2, 3, 4]),
            ("0x7f000001", [127, 0, 0, 1]),
            ("0X7F.1", [127, 0, 0, 1]),
            ("010.0.0.010", [8, 0, 0, 8]),
            ("4294967295", [255; 4]),
            ("1.16777215", [1, 255, 255, 255]),
            ("0", [0; 4]),
            ("0.0.0.0", [0; 4]),
            ("1.2.3.4 junk", [1, 2, 3, 4]),
        ] {
            assert_eq!(aton(text), Some(ip.into()), "{text}");
        }
        for text in [
            "",
            ".",
            "1.",
            ".1",
            "1..2",
            "1.2.3.4.5",
            "1.2.3.256",
            "256.1",
            "1.2.65536",
            "1.16777216",
            "4294967296",
            "0x",
            "0x.1",
            "09.1.1.1",
            " 1.2.3.4",
            "+1",
            "-1",
            "0+1",
            "0x+1",
            "localhost",
            "::1",
        ] {
            assert_eq!(aton(text), None, "{text}");
        }
    }

    #[test]
    fn ntop_writes_as_glibc_does() {
        for text in ["::", "::1", "::ffff:1.2.3.4", "::1.2.3.4", "fe80::1", "1:0:0:2::3", "2001:db8::1:0:0:1"] {
            assert_eq!(ntop6(text.parse().unwrap()), text);
        }
    }

    fn call(world: &mut World, name: &str, args: Vec<Arg>) -> Result<Reply, Failure> {
        let command = COMMANDS.iter().find(|c| c.name == name).unwrap();
        match (command.run)(world, &mut Args(args))? {
            Step::Done(reply) => Ok(reply),
            _ => panic!("{name} did not finish at once"),
        }
    }

    /// The same, waiting for the resolver's thread.
    fn wait(world: &mut World, name: &str, args: Vec<Arg>) -> Result<Reply, Failure> {
        let command = COMMANDS.iter().find(|c| c.name == name).unwrap();
        let mut step = (command.run)(world, &mut Args(args))?;
        loop {
            step = match step {
                Step::Done(reply) => return Ok(reply),
                Step::Ask(_) => panic!("{name} asks for something"),
                Step::Park(wait, mut resume) => {
                    assert_eq!(wait.what, WAITING);
                    loop {
                        world.poll(Some(std::time::Duration::from_secs(9))).unwrap();
                        if let Some(done) = resume(world, crate::world::Wake::Ready) {
                            break done?;
                        }
                    }
                }
            }
        }
    }

    fn text(s: &str) -> Arg {
        Arg::Value(Value::text(s))
    }

    fn number(n: i32) -> Arg {
        Arg::Value(Value::Int(n.into()))
    }

    fn value(addr: &str) -> Arg {
        Arg::Value(Value::Addr(addr.parse().unwrap()))
    }

    #[test]
    fn what_numbers_say_never_waits() {
        let world = &mut World::default();
        let stream = number(libc::SOCK_STREAM);
        let infos = call(world, "getaddrinfo", vec![text("127.1"), text("80"), Arg::Absent, stream]).unwrap();
        assert_eq!(infos.into_value().show(), r#"[["AF_INET", "SOCK_STREAM", 6, "", 127.0.0.1:80]]"#);
        let flags = number(libc::NI_NUMERICHOST | libc::NI_NUMERICSERV);
        for (addr, host) in [(value("[::1]:80"), "::1"), (Arg::Host("127.1".into(), 80), "127.0.0.1")] {
            let names = call(world, "getnameinfo", vec![addr, flags.clone()]).unwrap();
            assert_eq!(names, Reply::Two(Value::text(host), Value::text("80")));
        }
        let named = call(world, "getnameinfo", vec![Arg::Host("localhost".into(), 80), flags]);
        assert_eq!(named.unwrap_err().name, Name::Gai(libc::EAI_NONAME));
        assert_eq!(call(world, "gethostbyname", vec![text("0x7f.1")]), Ok(Reply::One(Value::text("127.0.0.1"))));
        let failed = call(world, "gethostbyname", vec![text("::1")]).unwrap_err();
        assert_eq!((failed.name, failed.host_name()), (Name::Gai(EAI_ADDRFAMILY), Some("::1")));
        let mut local = vec![text("localhost"), number(80), Arg::Absent, Arg::Absent, Arg::Absent];
        local.push(number(libc::AI_NUMERICHOST | libc::AI_NUMERICSERV));
        assert_eq!(call(world, "getaddrinfo", local).unwrap_err().name, Name::Gai(libc::EAI_NONAME));
    }

    #[test]
    fn names_are_looked_up_on_a_thread() {
        let world = &mut World::default();
        let socket = world.socket(libc::AF_INET, libc::SOCK_STREAM, 0).unwrap();
        let of = Arg::Value(Value::Handle(socket));
        assert_eq!(wait(world, "bind", vec![of.clone(), Arg::Host("localhost".into(), 0)]), Ok(Reply::Nothing));
        let Ok(Reply::One(Value::Addr(own))) = call(world, "getsockname", vec![of]) else { panic!() };
        assert_eq!(own.host(), Some(Ipv4Addr::LOCALHOST.into()));
        assert_eq!(wait(world, "gethostbyname", vec![text("localhost")]), Ok(Reply::One(Value::text("127.0.0.1"))));
        assert_eq!(wait(world, "getservbyname", vec![text("http"), text("tcp")]), Ok(Reply::One(Value::Int(80))));
        let unknown = wait(world, "getservbyname", vec![text("nosuch")]).unwrap_err();
        assert_eq!(unknown.to_string().split(": ").last(), Some("service/proto not found (-8)"));
        let names = wait(world, "getnameinfo", vec![value("127.0.0.1:80"), number(libc::NI_NUMERICHOST)]);
        assert_eq!(names, Ok(Reply::Two(Value::text("127.0.0.1"), Value::text("http"))));
        let infos =
            wait(world, "getaddrinfo", vec![text("none"), text("http"), number(libc::AF_INET)]).unwrap().into_value();
        assert!(infos.show().contains("127.0.0.1:80"));
        for (host, port, code) in [
            ("no such host", "80", libc::EAI_NONAME),
            ("127.0.0.1", "nosuch", libc::EAI_SERVICE),
            ("none", "none", libc::EAI_NONAME),
        ] {
            let failed = wait(world, "getaddrinfo", vec![text(host), text(port)]).unwrap_err();
            assert_eq!(failed.name, Name::Gai(code), "{host} {port}");
        }
    }

    #[test]
    fn byte_orders_have_ranges() {
        let world = &mut World::default();
        assert_eq!(call(world, "htons", vec![number(1)]), Ok(Reply::One(Value::Int(1_u16.to_be().into()))));
        assert_eq!(call(world, "ntohl", vec![number(1)]), Ok(Reply::One(Value::Int(1_u32.to_be().into()))));
        for (name, n) in [("htons", 65536), ("ntohs", -1), ("htonl", 1 << 32), ("ntohl", -1)] {
            let failure = call(world, name, vec![Arg::Value(Value::Int(n))]).unwrap_err();
            assert_eq!((failure.name, failure.arg()), (Name::Usage, Some(0)), "{name}");
        }
    }

    #[test]
    fn bytes_and_text_convert_both_ways() {
        let world = &mut World::default();
        let (v4, v6) = (number(libc::AF_INET), number(libc::AF_INET6));
        for (family, ip) in [(v4.clone(), "1.2.3.4"), (v6, "fe80::1")] {
            let bytes = call(world, "inet_pton", vec![family.clone(), text(ip)]).unwrap().into_value();
            assert_eq!(call(world, "inet_ntop", vec![family, Arg::Value(bytes)]), Ok(Reply::One(Value::text(ip))));
        }
        assert!(call(world, "inet_pton", vec![number(libc::AF_UNIX), text("x")]).unwrap_err().is(libc::EAFNOSUPPORT));
        assert_eq!(call(world, "inet_pton", vec![v4.clone(), text("127.1")]).unwrap_err().name, Name::Usage);
        assert_eq!(call(world, "inet_ntop", vec![v4, text("abc")]).unwrap_err().name, Name::Usage);
        assert_eq!(call(world, "inet_ntoa", vec![text("abcde")]).unwrap_err().name, Name::Usage);
    }

    #[test]
    fn an_address_must_suit_its_socket() {
        let suits = |family, addr: &str| suits(family, &addr.parse().unwrap()).map_err(|f| f.name);
        let (mismatch, usage) = (Err(Name::Gai(EAI_ADDRFAMILY)), Err(Name::Usage));
        assert_eq!(suits(libc::AF_INET, "[::1]:0"), mismatch);
        assert_eq!(suits(libc::AF_INET6, "127.0.0.1:0"), mismatch);
        assert_eq!(suits(libc::AF_INET6, "[::ffff:127.0.0.1]:0"), Ok(()));
        assert_eq!(suits(libc::AF_UNIX, "127.0.0.1:0"), usage);
        assert_eq!(suits(libc::AF_INET, "/tmp/x"), usage);
        assert_eq!(suits(libc::AF_UNIX, &format!("@{}", "x".repeat(107))), Ok(()));
        assert_eq!(suits(libc::AF_UNIX, &format!("/{}", "x".repeat(107))), usage);
        assert_eq!(super::suits(libc::AF_UNIX, &Addr::Other(0, [].into())), Ok(()));
    }

    #[test]
    fn bind_gets_its_address_in_every_form() {
        let world = &mut World::default();
        let (v4, v6) = (
            world.socket(libc::AF_INET, libc::SOCK_STREAM, 0).unwrap(),
            world.socket(libc::AF_INET6, libc::SOCK_STREAM, 0).unwrap(),
        );
        let of = |socket: &Rc<Socket>| Arg::Value(Value::Handle(socket.clone()));
        let bad = call(world, "bind", vec![of(&v4), Arg::Value(Value::Addr(Addr::Other(0, [].into())))]).unwrap_err();
        assert_eq!((bad.name, bad.arg()), (Name::Usage, Some(1)));
        call(world, "bind", vec![of(&v4), Arg::Host("127.1".into(), 0)]).unwrap();
        assert!(call(world, "bind", vec![of(&v4), value("127.0.0.1:0")]).unwrap_err().is(libc::EINVAL));
        call(world, "bind", vec![of(&v6), Arg::Wildcard(0)]).unwrap();
        let Ok(Reply::One(Value::Addr(own))) = call(world, "getsockname", vec![of(&v6)]) else { panic!() };
        assert_eq!(own.host(), Some(Ipv6Addr::UNSPECIFIED.into()));
        assert!(call(world, "getpeername", vec![of(&v4)]).unwrap_err().is(libc::ENOTCONN));
    }
}
