//! Causes in the ports that the kernel chooses from: there is none left.

use std::os::fd::AsFd;
use std::rc::Rc;

use super::{Case, Cause, covers, local};
use crate::os::fd;
use crate::os::settings::LocalPorts;
use crate::value::{Addr, Tried};
use crate::world::Socket;
use crate::world::record::{Did, Ends};

/// The ports that are chosen from for the socket; for one that is closed again, those of the system.
fn ports(socket: &Socket) -> Option<LocalPorts> {
    let anew = || fd::socket(libc::AF_INET, libc::SOCK_STREAM, 0).ok();
    socket.ask(|fd| Ok::<_, ()>(LocalPorts::of(fd))).unwrap_or_else(|| LocalPorts::of(anew()?.as_fd()))
}

/// `port from 60000 to 60001 (IP_LOCAL_PORT_RANGE of z)`.
fn range(case: &Case, ports: LocalPorts) -> String {
    let whose =
        if ports.own { format!("IP_LOCAL_PORT_RANGE of {}", case.me()) } else { "net.ipv4.ip_local_port_range".into() };
    format!("port from {} to {} ({whose})", ports.low, ports.high)
}

/// How there are more of them.
fn wider(ports: LocalPorts) -> &'static str {
    if ports.own { "a wider IP_LOCAL_PORT_RANGE" } else { "sysctl net.ipv4.ip_local_port_range for a wider range" }
}

/// A cause that is about the sockets of ours that hold ports of a small range.
fn with_holders(mut cause: Cause, case: &Case, ports: LocalPorts, kind: i32) -> Cause {
    /// More would not be read.
    const SHOWN_MAX: u16 = 8;
    let range = ports.low..=ports.high;
    let has = |s: &Rc<Socket>| s.kind == kind && local(s).and_then(|at| at.port()).is_some_and(|p| range.contains(&p));
    if ports.high - ports.low < SHOWN_MAX {
        cause.about.extend(case.others().into_iter().filter(has).map(|s| s.serial));
    }
    cause
}

/// EADDRINUSE of a bind to port 0 or a listen without bind, EAGAIN of a datagram socket that needs a port: each is taken.
pub(super) fn none_free(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| matches!(s.family, libc::AF_INET | libc::AF_INET6))?;
    let bind = case.failure.tried == Tried::Bind;
    let wanted = case.failure.addr().filter(|_| bind);
    if wanted.map_or_else(|| local(socket).is_some(), |at| at.port() != Some(0)) {
        return None;
    }
    let ports = ports(socket)?;
    let at = wanted.and_then(Addr::host).map_or_else(String::new, |host| format!(" on {host}"));
    let taken = if socket.is_stream() { "bound, connected or in TIME_WAIT" } else { "taken" };
    let cause = Cause::new(format!("no {} is free{at}: each is {taken}", range(case, ports)));
    let cause = if bind && socket.is_stream() {
        let me = if socket.is_named() { socket.name() } else { "S".into() };
        let advice = format!(
            "for a client, setsockopt {me} IP_BIND_ADDRESS_NO_PORT 1 before bind leaves the port to connect; for a \
             server, a port outside of these; or {}",
            wider(ports)
        );
        cause.and("bind takes a port for itself; connect can share one, if the destinations differ").advise(advice)
    } else {
        cause.advise(format!("close a socket that holds one, or {}", wider(ports)))
    };
    Some(with_holders(cause, case, ports, socket.kind))
}

/// EAGAIN of a datagram socket that is bound to no port: it waits for nothing.
pub(super) fn no_datagrams(case: &Case) -> Option<Cause> {
    case.socket.as_ref().filter(|s| s.lacks_port()).and_then(|_| none_free(case))
}

/// EADDRNOTAVAIL at connect: there is this connection already, or one from every port.
pub(super) fn none_for_connect(case: &Case) -> Option<Cause> {
    let (socket, to) = (case.socket.as_ref()?, case.failure.addr()?);
    let bound = || case.record().is_none() || case.last(socket.serial, |did| matches!(did, Did::Bound(_))).is_some();
    // A connect that failed leaves a port to be seen, which is not held.
    let Some(at) = local(socket).filter(|_| bound()) else {
        return none_left(case, socket, to);
    };
    let is_twin = |ends: &Ends| ends.peer == *to && covers(&at, &ends.local);
    let twin = case.ours(|s| Ends::of(s).as_ref().is_some_and(is_twin))?;
    let reason = format!("{} is connected from {at} to {to}, and there can be one such connection", twin.name());
    Some(Cause::new(reason).advise("leave out bind, or bind to port 0").about(twin.serial))
}

fn none_left(case: &Case, socket: &Socket, to: &Addr) -> Option<Cause> {
    let ports = ports(socket)?;
    let elsewhere = match to.host() {
        Some(host) if host.is_ipv4() && host.is_loopback() => ": 127.0.0.2 has as many again",
        _ => "",
    };
    let ports_named = range(case, ports);
    let reason = format!("every {ports_named} is bound, or has a connection to {to} already, if only in TIME_WAIT");
    let cause =
        Cause::new(reason).advise(format!("another address or port of the server{elsewhere}; or {}", wider(ports)));
    Some(with_holders(cause, case, ports, socket.kind))
}
