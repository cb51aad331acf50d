//! Causes in addresses: who holds one, why it cannot be had, what it does not fit.

use std::ffi::OsStr;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;

use super::datagrams::reached;
use super::elsewhere::{allows, held, overlap, share};
use super::{Case, Cause, is_at, is_set, listens, local, option};
use crate::os::interfaces::{self, Interface, V4};
use crate::os::resolve::{self, EAI_ADDRFAMILY};
use crate::os::sockopt;
use crate::value::{Addr, Name, Reason, Tried};
use crate::world::Socket;
use crate::world::record::{Did, Ends};

/// The address that bind was to give, or that listen needs for itself.
pub(super) fn wanted(case: &Case) -> Option<Addr> {
    case.failure.addr().cloned().or_else(|| local(case.socket.as_ref()?))
}

/// Whether a socket leaves IPv4 alone.
pub(super) fn only_v6(socket: &Socket) -> bool {
    option(socket, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY) == Some(1)
}

/// Whether two sockets' addresses clash: IPv6 leaves IPv4 alone where IPV6_V6ONLY is set.
fn clashes(case: &Case, rival: &Socket, wanted: &Addr) -> bool {
    let Some(at) = local(rival) else { return false };
    let apart = family(&at) != family(wanted) && (only_v6(rival) || case.socket.as_ref().is_some_and(|s| only_v6(s)));
    overlap(&at, wanted) && !apart
}

/// EADDRINUSE: who has the address.
pub(super) fn taken(case: &Case) -> Option<Cause> {
    let wanted = wanted(case)?;
    if matches!(wanted, Addr::Path(_) | Addr::Abstract(_)) {
        return unix_taken(case, &wanted);
    }
    let (family, kind) = case.socket.as_ref().map_or((libc::AF_INET, libc::SOCK_STREAM), |s| (s.family, s.kind));
    let ip = |family| matches!(family, libc::AF_INET | libc::AF_INET6);
    let rivals = case.others().into_iter().filter(|s| ip(s.family) && ip(family) && s.kind == kind);
    // What listens is in the way whatever options are set.
    let in_the_way = |s: &Socket| {
        let both = |number| allows(case, number) && is_set(s, number);
        let shares = both(libc::SO_REUSEPORT) || both(libc::SO_REUSEADDR) && !listens(s);
        (case.failure.tried != Tried::Listen || listens(s)) && !shares && clashes(case, s, &wanted)
    };
    match rivals.filter(|s| in_the_way(s)).min_by_key(|s| !listens(s)) {
        Some(holder) => held_by(case, &wanted, &holder),
        None => super::elsewhere::taken(case, &wanted, kind),
    }
}

/// The address is held by an open socket of ours.
fn held_by(case: &Case, wanted: &Addr, holder: &Socket) -> Option<Cause> {
    let name = holder.name();
    let reason = match Ends::of(holder) {
        Some(Ends { peer, .. }) => Reason::new(format!("{wanted} is held by {name}, a connection with {peer}")),
        None => {
            let since = case.last(holder.serial, |did| matches!(did, Did::Bound(_) | Did::Listens(_)));
            Reason::new(held(wanted, &name, &local(holder)?, listens(holder))).join(case.since(since))
        }
    };
    let (cause, me) = (Cause::new(reason).about(holder.serial), case.me());
    let (mine, theirs) = (allows(case, libc::SO_REUSEPORT), is_set(holder, libc::SO_REUSEPORT));
    if mine != theirs {
        let (has, lacks) = if mine { (me, name) } else { (name, me) };
        let reason = format!("{has} has SO_REUSEPORT and {lacks} has not: both need it, before bind");
        return Some(cause.and(reason).advise("port 0 for a free one"));
    }
    let otherwise = format!("close {} first, or port 0 for a free one", holder.name());
    if listens(holder) || case.failure.tried == Tried::Listen {
        return Some(cause.advise(otherwise));
    }
    Some(share(case, cause, holder.serial, is_set(holder, libc::SO_REUSEADDR), &otherwise))
}

/// EADDRINUSE of AF_UNIX: the path is there, or the abstract name has an owner.
fn unix_taken(case: &Case, wanted: &Addr) -> Option<Cause> {
    if let Some(holder) = case.ours(|s| is_at(s, wanted) && Ends::of(s).is_none()) {
        let name = holder.name();
        let verb = if listens(&holder) { "listens there" } else { "is bound to it" };
        let cause = Cause::new(format!("{wanted} is held by {name}, which {verb}")).about(holder.serial);
        return Some(match wanted {
            Addr::Path(_) => cause.advise(format!("close {name}, then unlink {wanted}; or another path")),
            _ => cause.advise(format!("close {name} first, or another name")),
        });
    }
    if let Some(held) = super::elsewhere::unix_held(case, wanted) {
        return Some(held);
    }
    let Addr::Path(path) = wanted else { return None };
    let about = std::fs::symlink_metadata(OsStr::from_bytes(path)).ok()?;
    if !about.file_type().is_socket() {
        return Some(Cause::new(format!("{wanted} exists and is no socket")).advise("another path"));
    }
    super::elsewhere::unix_taken(case, wanted, path)
}

/// The interface that a socket is held to.
fn held_to(socket: &Socket) -> Option<String> {
    let mut name = [0; libc::IFNAMSIZ];
    socket.ask(|fd| sockopt::get(fd, libc::SOL_SOCKET, libc::SO_BINDTODEVICE, &mut name))?;
    let name = String::from_utf8_lossy(name.split(|b| *b == 0).next()?).into_owned();
    (!name.is_empty()).then_some(name)
}

/// IPV6_V6ONLY, and an IPv4 address in the form that IPv6 has for it.
pub(super) fn v6_alone(case: &Case) -> Option<Cause> {
    let Addr::V6(at) = case.failure.addr()? else { return None };
    let four = at.ip().to_ipv4_mapped()?;
    let socket = case.socket.as_ref().filter(|s| only_v6(s))?;
    let reason =
        format!("{} takes IPv6 alone (IPV6_V6ONLY), and {} is the IPv4 address {four}", socket.name(), at.ip());
    Some(Cause::new(reason).advise(format!("a socket of AF_INET, and {four}:{}", at.port())))
}

/// EADDRNOTAVAIL at bind.
pub(super) fn not_here(case: &Case) -> Option<Cause> {
    let host = wanted(case)?.host()?;
    if super::source::is_here(case, host) {
        let device = held_to(case.socket.as_ref()?)?;
        let reason = format!("{} is held to {device} (SO_BINDTODEVICE), which has not {host}", case.me());
        return Some(Cause::new(reason).advise(format!("an address of {device}; ifconfig lists them")));
    }
    let advice = if host.is_ipv4() {
        "127.0.0.1, or :PORT for every interface"
    } else {
        "[::1], or [::]:PORT for every interface"
    };
    let reason = format!("no interface of this machine has {host}");
    Some(Cause::new(reason).advise(format!("{advice}; ifconfig lists them")))
}

/// EACCES when sending: a broadcast address without consent.
pub(super) fn broadcast(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| s.family == libc::AF_INET && !is_set(s, libc::SO_BROADCAST))?;
    let to = case.failure.addr().cloned().or_else(|| Ends::of(socket).map(|ends| ends.peer))?;
    let (name, host) = (socket.name(), to.host().filter(|h| is_broadcast(case, *h))?);
    let reason = format!("{host} is a broadcast address, and SO_BROADCAST is off on {name}");
    Some(Cause::new(reason).advise(format!("setsockopt {name} SO_BROADCAST 1")))
}

/// ENETUNREACH of TCP: the address of a group or a network is nobody's.
pub(super) fn several_hosts(case: &Case) -> Option<Cause> {
    let host = case.to()?.host()?.to_canonical();
    let several = case.socket.as_ref()?.is_stream() && (host.is_multicast() || is_broadcast(case, host));
    let reason = format!("{host} stands for several hosts, and a connection is with one");
    several.then(|| Cause::new(reason).advise("one host's address; a socket of udp sends to several"))
}

fn is_broadcast(case: &Case, host: IpAddr) -> bool {
    let IpAddr::V4(host) = host else { return false };
    // The loopback has a network's last address, too, though no interface says so.
    let last = |net: &V4| Ipv4Addr::from(u32::from(net.address) | !u32::from(net.netmask));
    let of = |i: Interface| i.v4.iter().any(|net| net.broadcast == Some(host) || last(net) == host);
    host.is_broadcast() || interfaces::all(case.inside()).is_ok_and(|all| all.into_iter().any(of))
}

/// The family of an address, where it has one.
fn family(addr: &Addr) -> Option<i32> {
    Some(match addr {
        Addr::V4(_) => libc::AF_INET,
        Addr::V6(_) => libc::AF_INET6,
        Addr::Path(_) | Addr::Abstract(_) => libc::AF_UNIX,
        Addr::Special(special) => special.family(),
        Addr::Unnamed | Addr::Other(..) => return None,
    })
}

/// EINVAL at bind: it has an address already.
pub(super) fn bound_already(case: &Case) -> Option<Cause> {
    let (socket, name) = case.subject()?;
    let at = local(socket)?;
    let gives = |did: &Did| matches!(did, Did::Bound(_) | Did::Connected(_) | Did::Sent { .. } | Did::Listens(_));
    let fact = case.last(socket.serial, gives);
    // A connect that failed leaves a port to be seen, which is not held.
    if fact.is_none() && case.record().is_some_and(|record| record.knows_all(socket.serial)) {
        return None;
    }
    let by = match fact.map(|fact| &fact.did) {
        None | Some(Did::Bound(_)) => "",
        Some(Did::Connected(_)) => " (connect chose the port)",
        Some(Did::Listens(_)) => " (listen keeps it)",
        _ => " (the first send chose the port)",
    };
    let reason = Reason::new(format!("{name} is bound to {at} already")).join(case.since(fact)).and(by);
    Some(Cause::new(reason).advise("a new socket for another address"))
}

/// EINVAL: an IPv6 address that many links have, without the interface that says which.
pub(super) fn no_interface(case: &Case) -> Option<Cause> {
    let Addr::V6(at) = case.failure.addr()? else { return None };
    let (host, port) = (at.ip(), at.port());
    (host.is_unicast_link_local() && at.scope_id() == 0).then(|| {
        Cause::new(format!("{host} is an address of one link, and each interface has its own: which one is not said"))
            .advise(format!("[{host}%INTERFACE]:{port}; ifconfig lists them"))
    })
}

/// EAI_NONAME and its kin: which host, and whether it has addresses of the other family.
pub(super) fn no_such_host(case: &Case) -> Option<Cause> {
    let Tried::LookUp(family) = case.failure.tried else { return None };
    let name = case.failure.host_name()?;
    let host = crate::value::text::quote_text(name);
    let (version, here) = match family {
        libc::AF_INET => (Some("IPv4"), "127.0.0.1"),
        libc::AF_INET6 => (Some("IPv6"), "[::1]"),
        _ => (None, "127.0.0.1 or [::1]"),
    };
    let known = resolve::in_hosts(name);
    let others = !known.is_empty() && known.iter().all(|ip| ip.is_ipv4() != (family == libc::AF_INET));
    let reason = match (version, case.failure.name) {
        (Some(version), _) if others => {
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            format!("{host} has no {version} address: /etc/hosts gives it {}", known.join(", "))
        }
        (Some(version), Name::Gai(libc::EAI_NODATA | EAI_ADDRFAMILY)) => {
            format!("{host} has no {version} address, says the resolver")
        }
        (_, Name::Gai(libc::EAI_NONAME)) => format!("no host is named {host}, says the resolver"),
        _ => return None,
    };
    Some(Cause::new(reason).advise(format!("{here} for this machine; names stand in /etc/hosts or in DNS")))
}

/// How to get to a server: with this socket, or with one of the server's family; the loopback for one on every interface.
pub(super) fn connect_to(case: &Case, server: &Addr) -> String {
    let me = case.socket.as_ref().filter(|s| s.is_named() && !s.is_closed());
    let at = reached(server, None);
    match (me, family(server)) {
        (Some(me), Some(family)) if me.family == family => format!("connect {} {at}", me.name()),
        (Some(me), _) => format!("create_connection {at}, for {} is {}", me.name(), me.sort()),
        _ => format!("create_connection {at}"),
    }
}
