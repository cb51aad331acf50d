//! Causes in the address that a socket sends from: where nothing leads to the destination.

use std::net::IpAddr;
use std::os::fd::AsFd;

use super::{Case, Cause};
use crate::os::{addr, fd, interfaces, sockopt};
use crate::value::{Addr, Reason};
use crate::world::record::{Did, Ends};

/// The source address that the socket is or was bound to, and where the call was to go.
fn ends(case: &Case) -> Option<(IpAddr, Addr)> {
    let socket = case.socket.as_ref()?;
    let from = match case.undone {
        Some(last) => last.local.clone()?,
        // It may have no port yet: IP_BIND_ADDRESS_NO_PORT.
        None => socket.ask(addr::getsockname)?,
    };
    let to = case.failure.addr().cloned().or_else(|| Ends::of(socket).map(|ends| ends.peer))?;
    Some((from.host().filter(|host| !host.is_unspecified())?, to))
}

/// ENETUNREACH, EINVAL and their kin: the bound address leads nowhere near the destination. Two datagram sockets try it,
/// one bound to that address and one not; nothing is sent by that.
pub(super) fn leads_nowhere(case: &Case) -> Option<Cause> {
    let (from, to) = ends(case)?;
    let family = case.socket.as_ref()?.family;
    let theirs = reaches(family, Some(from), &to).err().filter(|error| case.failure.is(*error));
    (theirs.is_some() && reaches(family, None, &to).is_ok()).then(|| blames(case, from, &to))
}

/// Whether a datagram socket of that family can be connected there, from that address or from whatever is chosen.
fn reaches(family: i32, source: Option<IpAddr>, to: &Addr) -> Result<(), i32> {
    let trial = fd::socket(family, libc::SOCK_DGRAM, 0)?;
    if let Some(source) = source {
        for (level, option) in [(libc::IPPROTO_IP, libc::IP_FREEBIND), (libc::IPPROTO_IPV6, libc::IPV6_FREEBIND)] {
            let _ = sockopt::set(trial.as_fd(), level, option, &1i32.to_ne_bytes());
        }
        addr::bind(trial.as_fd(), &std::net::SocketAddr::new(source, 0).into())?;
    }
    addr::connect(trial.as_fd(), to)
}

/// ENETUNREACH: no route leads to the destination, from whatever source.
pub(super) fn no_route(case: &Case) -> Option<Cause> {
    let to = case.to()?;
    let host = to.host()?.to_canonical();
    if reaches(case.socket.as_ref()?.family, None, &to).is_ok() {
        return None;
    }
    let otherwise = if host.is_ipv6() { "; without IPv6, its IPv4 address with a socket of AF_INET" } else { "" };
    let mut cause = Cause::new(format!("no route leads to {host} from here"));
    if let Some((from, _)) = ends(case).filter(|(from, _)| from.to_canonical().is_loopback() && !host.is_loopback()) {
        cause = cause.and(format!("{} is bound to {from}, from where only this machine is reached, anyway", case.me()));
    }
    Some(cause.advise(format!("an address of a network that ifconfig shows{otherwise}")))
}

/// A connect that nobody answers: the answers go to an address that this machine has not.
pub(super) fn is_elsewhere(case: &Case) -> Option<Cause> {
    let (from, to) = ends(case)?;
    (!is_here(case, from)).then(|| blames(case, from, &to))
}

/// Whether an address is this machine's.
pub(super) fn is_here(case: &Case, host: IpAddr) -> bool {
    let host = host.to_canonical();
    let has = |i: &interfaces::Interface| match host {
        IpAddr::V4(host) => i.v4.iter().any(|net| net.address == host),
        IpAddr::V6(host) => i.v6.iter().any(|net| net.address == host),
    };
    host.is_loopback() || interfaces::all(case.inside()).is_ok_and(|all| all.iter().any(has))
}

fn blames(case: &Case, from: IpAddr, to: &Addr) -> Cause {
    let bound = case.socket.as_ref().and_then(|s| case.last(s.serial, |did| matches!(did, Did::Bound(_))));
    let host = to.host().map(|host| host.to_canonical());
    let other = host.is_some_and(|host| host.is_ipv4() != from.to_canonical().is_ipv4());
    let to = to.host().map_or_else(|| to.to_string(), |host| host.to_string());
    let why = if !is_here(case, from) {
        "an address that no interface of this machine has".to_string()
    } else if other {
        let (mine, theirs) = if from.to_canonical().is_ipv4() { ("IPv4", "IPv6") } else { ("IPv6", "IPv4") };
        format!("which is {mine}, and {to} is {theirs}")
    } else if from.to_canonical().is_loopback() {
        format!("the loopback address: from there only this machine is reached, and not {to}")
    } else {
        format!("and nothing leads from there to {to}")
    };
    let reason =
        Reason::new(format!("the source is the cause: {} is bound to {from}", case.me())).join(case.since(bound));
    Cause::new(reason.and(format!(", {why}")))
        .advise("a socket that is not bound: the kernel chooses a source that leads there")
}
