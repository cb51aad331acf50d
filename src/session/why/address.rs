//! Causes in addresses: who holds one, why it cannot be had, what it does not fit.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::rc::Rc;

use super::{Case, Cause, covers, is_set, listens, local};
use crate::command::Arg;
use crate::os::addr::UNIX_NAME_MAX;
use crate::os::constants::FAMILIES;
use crate::value::{Addr, Clue};
use crate::world::Socket;
use crate::world::journal::{Did, Ends};

/// The address that bind was to give, or that listen needs for itself.
fn wanted(case: &Case) -> Option<Addr> {
    match case.call {
        "create_server" => case.addr(0),
        "create_connection" => case.addr(2),
        "listen" => local(case.socket.as_ref()?),
        _ => case.addr(1),
    }
}

/// Whether two addresses cannot be had by two sockets.
fn overlap(a: &Addr, b: &Addr) -> bool {
    covers(a, b) || covers(b, a)
}

/// What the calling socket has set, or would have.
fn allows(case: &Case, number: i32) -> bool {
    match &case.socket {
        Some(socket) => is_set(socket, number),
        None => case.call == "create_server" && (number == libc::SO_REUSEADDR || case.args.on(3)),
    }
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
    let mut rivals: Vec<_> = rivals.filter(|s| local(s).is_some_and(|at| overlap(&at, &wanted))).collect();
    // What listens is in the way whatever options are set.
    rivals.sort_by_key(|s| !listens(s));
    let in_the_way = |s: &&Rc<Socket>| {
        let share = allows(case, libc::SO_REUSEADDR) && is_set(s, libc::SO_REUSEADDR) && !listens(s);
        let spread = allows(case, libc::SO_REUSEPORT) && is_set(s, libc::SO_REUSEPORT);
        (case.call != "listen" || listens(s)) && !share && !spread
    };
    rivals.iter().find(in_the_way).and_then(|holder| held_by(case, &wanted, holder))
}

/// The address is held by an open socket of ours.
fn held_by(case: &Case, wanted: &Addr, holder: &Socket) -> Option<Cause> {
    let name = holder.name();
    let at = local(holder)?;
    let place = if at == *wanted { "there".to_string() } else { format!("on {at}") };
    let clue = match Ends::of(holder) {
        Some(Ends { peer, .. }) => Clue::new(format!("{wanted} is held by {name}, a connection with {peer}")),
        None => {
            let verb = if listens(holder) { "listens" } else { "is bound" };
            let since = case.last(holder.serial, |did| matches!(did, Did::Bound(_) | Did::Listens(_)));
            let since = since.map_or_else(Clue::default, |act| Clue::new(", since").join(case.when(act)));
            Clue::new(format!("{wanted} is held by {name}, which {verb} {place}")).join(since)
        }
    };
    let cause = Cause::new(clue).about(holder.serial);
    let me = case.socket.as_ref().map_or_else(|| Rc::from("the new socket"), |s| s.name());
    let (mine, theirs) = (allows(case, libc::SO_REUSEPORT), is_set(holder, libc::SO_REUSEPORT));
    if mine != theirs {
        let (has, lacks) = if mine { (me, name) } else { (name, me) };
        let clue = format!("{has} has SO_REUSEPORT and {lacks} has not: both need it, before bind");
        return Some(cause.and(clue).advise("port 0 for a free one"));
    }
    if listens(holder) || case.call == "listen" {
        return Some(cause.advise(format!("close {name} first, or port 0 for a free one")));
    }
    Some(share(case, cause, &name, is_set(holder, libc::SO_REUSEADDR)))
}

/// What SO_REUSEADDR can do about a holder that does not listen: both sides need it.
fn share(case: &Case, cause: Cause, holder: &str, theirs: bool) -> Cause {
    let me = case.socket.as_ref().map_or_else(|| Rc::from("the new socket"), |s| s.name());
    match (allows(case, libc::SO_REUSEADDR), theirs) {
        (false, true) => cause.advise(format!("setsockopt {me} SO_REUSEADDR 1 before bind")),
        (true, false) => cause
            .and(format!("{me} has SO_REUSEADDR and {holder} has not: both need it"))
            .advise("port 0 for a free one"),
        _ => cause.and("neither has SO_REUSEADDR: both need it, before bind").advise("port 0 for a free one"),
    }
}

/// EADDRINUSE of AF_UNIX: the path is there, or the abstract name has an owner.
fn unix_taken(case: &Case, wanted: &Addr) -> Option<Cause> {
    let holder = case.others().into_iter().find(|s| local(s).as_ref() == Some(wanted) && !Ends::of(s).is_some());
    if let Some(holder) = holder {
        let name = holder.name();
        let verb = if listens(&holder) { "listens there" } else { "is bound to it" };
        let cause = Cause::new(format!("{wanted} is held by {name}, which {verb}")).about(holder.serial);
        return Some(match wanted {
            Addr::Path(_) => cause.advise(format!("close {name}, then unlink {wanted}; or another path")),
            _ => cause.advise(format!("close {name} first, or another name")),
        });
    }
    let Addr::Path(path) = wanted else { return None };
    let about = std::fs::symlink_metadata(OsStr::from_bytes(path)).ok()?;
    if !about.file_type().is_socket() {
        return Some(Cause::new(format!("{wanted} exists and is no socket")).advise("another path"));
    }
    let former = case.journal()?.acts().rev().find(|act| matches!(&act.did, Did::Closed(last) if last.local.as_ref() == Some(wanted)))?;
    let clue = format!("{wanted} was left behind by {}, closed", former.name);
    Some(
        Cause::new(Clue::new(clue).join(case.when(former)).and(": closing does not remove the file"))
            .advise(format!("unlink {wanted}"))
            .about(former.socket),
    )
}

/// EADDRNOTAVAIL at bind.
pub(super) fn not_here(case: &Case) -> Option<Cause> {
    let host = wanted(case)?.host()?;
    let advice = if host.is_ipv4() { "127.0.0.1, or :PORT for every interface" } else { "[::1], or [::]:PORT for every interface" };
    Some(Cause::new(format!("no interface of this machine has {host}")).advise(format!("{advice}; ifconfig lists them")))
}

/// EADDRNOTAVAIL at connect: the four numbers of a connection are taken, or all ports are.
pub(super) fn no_port_left(case: &Case) -> Option<Cause> {
    let to = case.target()?;
    let at = local(case.socket.as_ref()?)?;
    let twin = case.others().into_iter().find(|s| Ends::of(s).is_some_and(|ends| ends.local == at && ends.peer == to))?;
    Some(
        Cause::new(format!("{} is connected from {at} to {to}: there is one such connection", twin.name()))
            .advise("leave out bind, or bind to port 0")
            .about(twin.serial),
    )
}

/// EACCES at bind: the port is the system's, or the folder is not ours to write to.
pub(super) fn privileged(case: &Case) -> Option<Cause> {
    let wanted = wanted(case)?;
    let port = wanted.port()?;
    let first: u16 = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").ok()?.trim().parse().ok()?;
    (port != 0 && port < first).then(|| {
        Cause::new(format!("port {port} is below {first}: those are for root (CAP_NET_BIND_SERVICE)"))
            .advise(format!("a port from {first}, or port 0 for a free one"))
    })
}

/// EACCES when sending: a broadcast address without consent.
pub(super) fn broadcast(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| s.family == libc::AF_INET && !is_set(s, libc::SO_BROADCAST))?;
    let name = socket.name();
    let to = case.target().or_else(|| Ends::of(socket).map(|ends| ends.peer))?;
    let host = to.host()?;
    Some(
        Cause::new(format!("{host} is a broadcast address, and SO_BROADCAST is off on {name}"))
            .advise(format!("setsockopt {name} SO_BROADCAST 1")),
    )
}

/// The family of an address, where it has one.
fn family(addr: &Addr) -> Option<i32> {
    Some(match addr {
        Addr::V4(_) => libc::AF_INET,
        Addr::V6(_) => libc::AF_INET6,
        Addr::Path(_) | Addr::Abstract(_) => libc::AF_UNIX,
        Addr::Unnamed | Addr::Other(..) => return None,
    })
}

/// EAFNOSUPPORT, and EINVAL where the kernel says it by the address's length.
pub(super) fn other_family(case: &Case) -> Option<Cause> {
    let addr = if case.call == "bind" { wanted(case)? } else { case.target()? };
    let theirs = family(&addr)?;
    let mine = case.socket.as_ref().map_or(libc::AF_INET, |s| s.family);
    let (of, is) = (FAMILIES.name_of(mine)?, FAMILIES.name_of(theirs)?);
    let who = case.socket.as_ref().map_or_else(|| "it makes".to_string(), |s| format!("{} is", s.name()));
    (mine != theirs).then(|| {
        let cause = Cause::new(format!("{addr} is an {is} address, and {who} an {of} socket"));
        match &case.socket {
            Some(socket) => cause.advise(format!("{} = socket {is}, or an {of} address", socket.name())),
            None => cause.advise(format!("family={is}, or an {of} address")),
        }
    })
}

/// EINVAL at bind: it has an address already.
pub(super) fn bound_already(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    let name = socket.name();
    let at = local(socket)?;
    let act = case.last(socket.serial, |did| matches!(did, Did::Bound(_) | Did::Connected(_) | Did::Sent(..) | Did::Listens(_)));
    let since = act.map_or_else(Clue::default, |act| {
        let by = match act.did {
            Did::Bound(_) => "",
            Did::Connected(_) => " (connect chose the port)",
            Did::Listens(_) => " (listen keeps it)",
            _ => " (the first send chose the port)",
        };
        Clue::new(", since").join(case.when(act)).and(by)
    });
    Some(
        Cause::new(Clue::new(format!("{name} is bound to {at} already")).join(since))
            .advise("a new socket for another address"),
    )
}

/// ENAMETOOLONG: how long it is.
pub(super) fn long_path(case: &Case) -> Option<Cause> {
    let addr = case.addr(usize::from(case.call != "create_server"))?;
    let (Addr::Path(name) | Addr::Abstract(name)) = &addr else { return None };
    Some(
        Cause::new(format!("the name has {} bytes: a unix socket's has {UNIX_NAME_MAX} at most", name.len()))
            .advise("a shorter path, or an abstract name such as @name"),
    )
}

/// EAI_NONAME: which host.
pub(super) fn no_such_host(case: &Case) -> Option<Cause> {
    let host = case.args.0.iter().find_map(|arg| match arg {
        Arg::Host(host, _) => Some(host.to_string()),
        _ => None,
    });
    let host = host.or_else(|| case.args.text(0).ok().filter(|_| case.call.starts_with("get")).map(Into::into))?;
    let host = crate::value::text::quote_text(&host);
    Some(Cause::new(format!("no host is named {host}, says the resolver")).advise("127.0.0.1 for this machine; names stand in /etc/hosts or in DNS"))
}
