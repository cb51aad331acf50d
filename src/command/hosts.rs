//! Hosts, services and protocols by name and by number, as the files of the system have them; this machine's own name.

use std::net::{IpAddr, Ipv4Addr};

use super::lookup::{WAITING, gai, is_name, protocol};
use super::{Args, Command, Group, Kind, KnownError, base, err, opt, req};
use crate::os::resolve::{self as os, HostEntry, Query};
use crate::value::{Failure, Holds, Name, Reply, Value};
use crate::world::{Step, World, offload};

/// The calls.
pub(super) const COMMANDS: &[Command] =
    &[GETHOSTNAME, SETHOSTNAME, GETFQDN, GETHOSTBYNAME_EX, GETHOSTBYADDR, GETSERVBYPORT, GETPROTOBYNAME];

const NAMES: Command = base(Group::Names);
const NO_NAME: KnownError = err("Decode", "no host's name: between its dots stand 1 to 63 letters");

const GETHOSTNAME: Command = Command {
    name: "gethostname",
    summary: "the name of this machine",
    results: &[("name", Holds::Host)],
    returns: "the name, as text",
    python: "socket.gethostname()",
    c: "gethostname(name, sizeof name);",
    man: "gethostname(2)",
    example: "name = gethostname",
    related: &["gethostbyname", "getfqdn", "sethostname"],
    run: |_, _| Ok(Value::text(os::gethostname()).into()),
    ..NAMES
};

const SETHOSTNAME: Command = Command {
    name: "sethostname",
    summary: "give this machine another name, for root",
    notes: &[
        "It is the name of the whole machine, or of the container: of the UTS namespace. It is forgotten at the next \
              start.",
    ],
    params: &[req("NAME", Kind::Data).is("64 bytes at most")],
    python: "socket.sethostname({NAME})",
    c: "sethostname(name, strlen(name));",
    man: "sethostname(2)",
    errors: &[
        err("EPERM", "the name is root's to give (CAP_SYS_ADMIN)").cure("run as root"),
        err("EINVAL", "a name of more than 64 bytes"),
        err("Usage", "the name has a zero byte"),
    ],
    example: "name = gethostname\ntry\n  sethostname $name\nexcept EPERM as e\n  print \"$e\"\nend",
    related: &["gethostname", "getfqdn"],
    run: sethostname,
    ..NAMES
};

const GETFQDN: Command = Command {
    name: "getfqdn",
    summary: "the full name of a host: the first of its names with a dot; else its official one",
    notes: &["A host that is not known is given back as it was written."],
    params: &[opt("NAME", Kind::Text).is("a name or an address; this machine when it is left out or empty")],
    results: &[("name", Holds::Host)],
    returns: "a name, as text",
    python: "socket.getfqdn(<{NAME}>)",
    c: "getaddrinfo(name, NULL, &hints_with_AI_CANONNAME, &infos);",
    man: "gethostbyaddr(3)",
    errors: &[NO_NAME],
    example: "getfqdn",
    related: &["gethostname", "gethostbyaddr", "AI_CANONNAME"],
    run: getfqdn,
    ..NAMES
};

const GETHOSTBYNAME_EX: Command = Command {
    name: "gethostbyname_ex",
    summary: "a host's official name, other names and IPv4 addresses",
    notes: &["It knows IPv4 only: getaddrinfo is its successor."],
    params: &[req("NAME", Kind::Text).is("a host's name, or an IPv4 address, which is given back")],
    results: &[("name", Holds::Plain), ("aliases", Holds::Plain), ("addresses", Holds::Plain)],
    returns: "the name, a list of names, a list of addresses as text",
    python: "socket.gethostbyname_ex({NAME})",
    c: "struct hostent *host = gethostbyname(\"localhost\");",
    man: "gethostbyname(3)",
    errors: &[
        err("EAI_NONAME", "the host is not known"),
        err("EAI_AGAIN", "no name server answered: try again later"),
        err("EAI_ADDRFAMILY", "an IPv6 address was given"),
        err("herror", "the name is empty, or <broadcast>"),
        NO_NAME,
    ],
    example: "name, aliases, addresses = gethostbyname_ex localhost",
    related: &["gethostbyname", "gethostbyaddr", "getaddrinfo", "herror"],
    run: gethostbyname_ex,
    ..NAMES
};

const GETHOSTBYADDR: Command = Command {
    name: "gethostbyaddr",
    summary: "the names of the host that has an address; and its addresses",
    notes: &["getnameinfo is its successor."],
    params: &[req("HOST", Kind::Text).is("an address, of IPv4 or IPv6; of a name its first address is taken")],
    results: &[("name", Holds::Host), ("aliases", Holds::Plain), ("addresses", Holds::Plain)],
    returns: "the name, a list of names, a list of addresses as text",
    python: "socket.gethostbyaddr({HOST})",
    c: "struct hostent *host = gethostbyaddr(&addr, sizeof addr, AF_INET);",
    man: "gethostbyaddr(3)",
    errors: &[
        err("herror", "the address has no name"),
        err("EAI_NONAME", "the host is not known"),
        err("EAI_AGAIN", "no name server answered: try again later"),
        err("Usage", "an empty HOST is every address"),
        NO_NAME,
    ],
    example: "name, aliases, addresses = gethostbyaddr 127.0.0.1",
    related: &["getnameinfo", "getfqdn", "gethostbyname_ex", "herror"],
    run: gethostbyaddr,
    ..NAMES
};

const GETSERVBYPORT: Command = Command {
    name: "getservbyport",
    summary: "the service of a port, of that protocol (tcp, udp) or of any",
    params: &[req("PORT", Kind::Int).is("0 to 65535"), opt("PROTO", Kind::Text).is("tcp or udp; either when left out")],
    results: &[("name", Holds::Plain)],
    returns: "the service's name",
    python: "socket.getservbyport({PORT}<, {PROTO}>)",
    c: "getservbyport(htons(80), \"tcp\");",
    man: "getservbyport(3)",
    errors: &[
        err("EAI_SERVICE", "/etc/services has no service of that port and protocol"),
        err("Usage", "a port is 0 to 65535"),
    ],
    example: "name = getservbyport 80 tcp",
    related: &["getservbyname", "getnameinfo", "getprotobyname"],
    run: getservbyport,
    ..NAMES
};

const GETPROTOBYNAME: Command = Command {
    name: "getprotobyname",
    summary: "the number of a protocol, as socket takes it",
    params: &[req("NAME", Kind::Text).is("a protocol of /etc/protocols, such as tcp")],
    results: &[("n", Holds::Plain)],
    returns: "the number",
    python: "socket.getprotobyname({NAME})",
    c: "getprotobyname(\"tcp\");",
    man: "getprotobyname(3)",
    errors: &[err("ENOENT", "/etc/protocols does not have it")],
    example: "n = getprotobyname tcp\ns = socket AF_INET SOCK_STREAM $n",
    related: &["getservbyname", "IPPROTO_TCP", "socket"],
    run: getprotobyname,
    ..NAMES
};

fn sethostname(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let name = args.data(0);
    if name.contains(&0) {
        return Err(Failure::usage("a name has no zero byte").at(0));
    }
    os::sethostname(&name).map_err(Failure::os)?;
    Ok(Reply::Nothing.into())
}

/// Why a look-up failed.
enum Why {
    /// An `EAI_` code.
    Gai(i32),
    /// `h_errno`.
    Host(i32),
    /// Every address was meant.
    Every,
}

impl From<Why> for Failure {
    fn from(why: Why) -> Self {
        match why {
            Why::Gai(code) => gai(code),
            Why::Host(code) => Self::with(Name::Herror, os::host_error(code)),
            Why::Every => Self::usage("an empty HOST is every address of this machine, and one is needed"),
        }
    }
}

/// The first address of a host, as Python finds it before it asks for more.
fn address(name: &str, family: i32) -> Result<IpAddr, Why> {
    match name {
        "" if family == libc::AF_INET => return Ok(Ipv4Addr::UNSPECIFIED.into()),
        "" => return Err(Why::Every),
        "<broadcast>" => return Ok(Ipv4Addr::BROADCAST.into()),
        _ => {}
    }
    let host = Some(name.as_bytes().to_vec());
    let found = os::getaddrinfo(&Query { host, family, kind: libc::SOCK_DGRAM, ..Query::default() });
    let first = found.map_err(Why::Gai)?.into_iter().next();
    first.map(|one| one.addr.ip()).ok_or(Why::Gai(libc::EAI_NONAME))
}

fn by_address(name: &str) -> Result<HostEntry, Why> {
    os::host_by_addr(address(name, 0)?).map_err(Why::Host)
}

/// The host that the call is about.
fn host(args: &Args) -> Result<String, Failure> {
    let name = args.c_text(0)?.into_owned();
    is_name(&name).map_err(|failure| failure.at(0))?;
    Ok(name)
}

/// Ask for a host in the background.
fn ask(world: &mut World, find: impl FnOnce() -> Result<HostEntry, Why> + Send + 'static) -> Step {
    offload(world, WAITING, find, |_, found| {
        let found = found.map_err(|why| Failure::from(why).at(0))?;
        let texts = |all: Vec<String>| Value::list(all.into_iter().map(Value::text).collect());
        let addresses = found.addresses.into_iter().map(|ip| ip.to_string()).collect();
        Ok(Reply::Many(vec![Value::text(found.name), texts(found.aliases), texts(addresses)]))
    })
}

fn gethostbyname_ex(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let name = host(args)?;
    Ok(ask(world, move || {
        address(&name, libc::AF_INET)?;
        os::host_by_name(&name).map_err(Why::Host)
    }))
}

fn gethostbyaddr(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let name = host(args)?;
    Ok(ask(world, move || by_address(&name)))
}

fn getfqdn(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let given = if args.has(0) { host(args)?.trim().to_string() } else { String::new() };
    let full = move || {
        let name = if matches!(&*given, "" | "0.0.0.0" | "::") { os::gethostname() } else { given };
        match by_address(&name) {
            Ok(host) if host.name.contains('.') => host.name,
            Ok(host) => host.aliases.into_iter().find(|alias| alias.contains('.')).unwrap_or(host.name),
            Err(_) => name,
        }
    };
    Ok(offload(world, WAITING, full, |_, name| Ok(Value::text(name).into())))
}

fn getservbyport(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let port = args.int(0)?;
    let port = u16::try_from(port).map_err(|_| Failure::usage(format!("a port is 0 to 65535, not {port}")).at(0))?;
    let protocol = protocol(args)?;
    let find = move || os::getservbyport(port, protocol.as_deref());
    Ok(offload(world, WAITING, find, |_, name| match name {
        Some(name) => Ok(Value::text(name).into()),
        None => Err(Failure::with(Name::Gai(libc::EAI_SERVICE), "port/proto not found")),
    }))
}

fn getprotobyname(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let name = args.c_text(0)?.into_owned();
    Ok(offload(
        world,
        WAITING,
        move || os::getprotobyname(&name),
        |_, number| match number {
            Some(number) => Ok(Value::Int(number.into()).into()),
            None => Err(Failure::with(Name::Errno(libc::ENOENT), "protocol not found").at(0)),
        },
    ))
}
