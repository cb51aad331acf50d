//! Names of sockets: `bind`, `getsockname`, `getpeername`.
//!
//! Also [`resolve`], the one way every call gets the address that it was given as words.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddrV6};
use std::os::fd::AsFd;
use std::rc::Rc;

use super::address::not_port;
use super::lookup::{gai, look_up, no_address};
use super::{Arg, Args, CLOSED, Command, Group, Kind, Stands, base, err, req};
use crate::os::addr;
use crate::os::resolve::EAI_ADDRFAMILY;
use crate::os::sockopt;
use crate::value::special::Special;
use crate::value::{Addr, Failure, Holds, Name, Reply, Tried, Value};
use crate::world::record::Did;
use crate::world::{Host, Socket, Step, World, chain};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[
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
        errors: &[CLOSED, err("EOPNOTSUPP", "the family tells no addresses: AF_ALG")],
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
            err("EOPNOTSUPP", "the family has no connections: AF_PACKET"),
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
             @NAME for AF_UNIX. Port 0 is any free one. netlink:PID:GROUPS, packet:INTERFACE:PROTOCOL, vsock:CID:PORT and \
             alg:TYPE:NAME are other families'"),
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
        err("ENODEV", "no network interface has that name").cure("one that ifconfig lists"),
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
            fits_family(family, addr)?;
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
        Arg::Host(host, port) if !is_inet(family) => {
            let special = Special::pair(family, host, &port.to_string()).ok_or_else(|| unsuitable(family))?;
            then(world, Addr::Special(special.into()))
        }
        Arg::Numbers(_, port) if is_inet(family) => Err(not_port(port)),
        Arg::Numbers(first, second) => {
            let special = Special::pair(family, &first.to_string(), &second.to_string());
            then(world, Addr::Special(special.ok_or_else(|| unsuitable(family))?.into()))
        }
        Arg::Host(host, port)
            if let Some(of) = socket.shared.host().filter(|_| family == libc::AF_INET6)
                && let Some(scoped) = scoped(of, host, *port) =>
        {
            then(world, scoped?)
        }
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

/// The address whose scope is an interface of a host by its name: fe80::2%eth0.
pub(super) fn scoped(of: &Host, host: &str, port: u16) -> Option<Result<Addr, Failure>> {
    let (ip, interface) = host.split_once('%')?;
    // Of other addresses the resolver takes no name, either.
    let is_local = |ip: &Ipv6Addr| ip.is_unicast_link_local() || ip.segments()[0] & 0xff0f == 0xff02;
    let ip: Ipv6Addr = ip.parse().ok().filter(is_local)?;
    let none = || {
        gai(libc::EAI_NONAME).note(format!("{} has no interface {interface}: ifconfig host={}", of.name(), of.name()))
    };
    let index = sockopt::interface_index(Some(of.inside().route()), interface).ok_or_else(none);
    Some(index.map(|index| Addr::V6(SocketAddrV6::new(ip, port, 0, index).into())))
}

fn is_inet(family: i32) -> bool {
    matches!(family, libc::AF_INET | libc::AF_INET6)
}

/// Whether a socket of that family can be given that address, by the rules that Python has before the kernel's.
pub(super) fn fits_family(family: i32, addr: &Addr) -> Result<(), Failure> {
    let of = match addr {
        Addr::V4(_) => libc::AF_INET,
        Addr::V6(_) => libc::AF_INET6,
        Addr::Path(_) | Addr::Abstract(_) | Addr::Unnamed => libc::AF_UNIX,
        Addr::Special(special) => special.family(),
        // Bytes, which are the kernel's to judge.
        Addr::Other(..) => return Ok(()),
    };
    match addr {
        Addr::V4(_) | Addr::V6(_) if is_inet(family) && of != family => {
            let (of, sort) = if family == libc::AF_INET { ("IPv6", "AF_INET") } else { ("IPv4", "AF_INET6") };
            Err(gai(EAI_ADDRFAMILY).note(format!("{addr} is an {of} address, and this is an {sort} socket")))
        }
        _ if of != family => Err(unsuitable(family)),
        Addr::Path(name) | Addr::Abstract(name) if name.len() > addr::UNIX_NAME_MAX => {
            let failure = Failure::usage("AF_UNIX path too long");
            Err(failure.note(format!("it has {} bytes, and {} fit into sun_path", name.len(), addr::UNIX_NAME_MAX)))
        }
        _ => Ok(()),
    }
}

/// The failure of an address of another kind than a socket of that family takes.
fn unsuitable(family: i32) -> Failure {
    Failure::usage(match family {
        libc::AF_UNIX => "an AF_UNIX socket has a path with a / in it, or @name, for its address",
        libc::AF_INET | libc::AF_INET6 => "an AF_INET or AF_INET6 socket has host:port for its address",
        libc::AF_NETLINK => "an AF_NETLINK socket has netlink:PID:GROUPS for its address; 0 0 is the kernel",
        libc::AF_PACKET => {
            "an AF_PACKET socket has packet:INTERFACE:PROTOCOL for its address, such as packet:lo:0x0800"
        }
        libc::AF_VSOCK => "an AF_VSOCK socket has vsock:CID:PORT for its address, each a number or any",
        libc::AF_ALG => "an AF_ALG socket has TYPE NAME or alg:TYPE:NAME for its address, such as hash sha256",
        _ => "a socket of this family has family:NUMBER:HEX for its address: the bytes that stand behind the family",
    })
}

fn bind(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let bound = Rc::clone(&socket);
    let done = resolve(world, &socket, args.arg(1), move |world, addr| {
        if matches!(addr, Addr::Other(0, _)) {
            return Err(Failure::usage("AF_UNSPEC is for connect: it dissolves a connection"));
        }
        // A name of no bytes asks for one: unix(7), autobind.
        let addr = if matches!(&addr, Addr::Abstract(name) if name.is_empty()) { Addr::Unnamed } else { addr };
        bind_to(world, &bound, &addr)
    });
    done.map_err(|failure| if matches!(failure.name, Name::Errno(_)) { failure } else { failure.at(1) })
}

/// bind(2).
pub(super) fn bind_to(world: &mut World, socket: &Socket, local: &Addr) -> Result<Step, Failure> {
    addr::bind(socket.fd()?.as_fd(), local)
        .map_err(|e| Failure::os(e).trying(Tried::Bind).on(socket.serial).to(local))?;
    world.note(socket, || Did::Bound(socket.ask(addr::getsockname).unwrap_or(Addr::Unnamed)));
    Ok(Step::Done(Reply::Nothing))
}
