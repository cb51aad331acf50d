//! Causes in the state of the socket itself: closed, not connected, not listening, of another sort.

use super::{Case, Cause, listens, local, option};
use crate::linux::state::State;
use crate::linux::{constants, options};
use crate::os::{fd, tcp};
use crate::value::{Clue, Tried};
use crate::world::record::{Did, Ends};

/// EBADF: who closed it, and where.
pub(super) fn closed(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| s.is_closed())?;
    let name = socket.name();
    let fact = case.last(socket.serial, |did| matches!(did, Did::Dropped | Did::Detached | Did::Closed(_)));
    let (verb, when) = match fact {
        Some(fact) if fact.did == Did::Detached => ("gave up its descriptor", case.when(fact)),
        Some(fact) => ("was closed", case.when(fact)),
        None => ("is closed", Clue::default()),
    };
    Some(Cause::new(Clue::new(format!("{name} {verb}")).join(when)).advise(format!("a new socket: {name} = socket")))
}

/// ENOTCONN: a listening socket, one that was never connected, one whose connection is over.
pub(super) fn not_connected(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    let name = socket.name();
    if listens(socket) {
        let accepted = case.others().into_iter().find(|other| {
            case.last(other.serial, |did| matches!(did, Did::Accepted(from, _) if *from == socket.serial)).is_some()
        });
        let cause = Cause::new(format!("{name} listens, so it has no peer: a connection is what accept gives"));
        return Some(match accepted {
            Some(conn) => cause.advise(format!("{} {} ...", case.call, conn.name())).about(conn.serial),
            None => cause.advise(format!("conn, addr = accept {name}, then {} conn ...", case.call)),
        });
    }
    if let Some(over) = super::connection::over(case) {
        return Some(over);
    }
    if socket.ask(tcp::state) == Some(Some(State::SynSent)) {
        return Some(
            Cause::new(format!("{name}'s connection is still being made"))
                .advise(format!("poll {name} OUT 1, then {} again", case.call)),
        );
    }
    if Ends::of(socket).is_some() || socket.shared.pair.get().is_some() {
        return None;
    }
    let known = case.record().is_some_and(|j| j.knows_all(socket.serial) && j.ends(socket.serial).is_none());
    let failed = case.last(socket.serial, |did| matches!(did, Did::Failed(Tried::Connect, _)));
    let clue = match failed {
        Some(fact) => {
            let Did::Failed(_, error) = &fact.did else { return None };
            Clue::new(format!("{name} was never connected: connect failed with {}", error.as_str()))
                .join(case.when(fact))
        }
        None => known.then(|| Clue::new(format!("{name} was never connected")))?,
    };
    Some(Cause::new(clue).advise(format!("connect {name} ADDR")))
}

/// EISCONN: to whom.
pub(super) fn connected(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    let name = socket.name();
    let Some(Ends { peer, .. }) = Ends::of(socket) else {
        return listens(socket).then(|| {
            Cause::new(format!("{name} listens: it takes connections and makes none"))
                .advise("c = socket, then connect c ADDR")
        });
    };
    let since = case.last(socket.serial, |did| matches!(did, Did::Connected(_) | Did::Accepted(..)));
    let cause = Cause::new(Clue::new(format!("{name} is connected to {peer} already")).join(case.since(since)));
    Some(match case.failure.tried {
        Tried::Connect => cause.advise("a new socket for another connection"),
        _ => cause.advise(format!("send {name} DATA: it goes to that peer")),
    })
}

/// EINVAL at accept: it does not listen.
pub(super) fn not_listening(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| !listens(s))?;
    let name = socket.name();
    if let Some(fact) = case.last(socket.serial, |did| matches!(did, Did::Shut(_))) {
        let clue = Clue::new(format!("{name} was shut down")).join(case.when(fact)).and(", which ended its listening");
        return Some(Cause::new(clue).advise(format!("listen {name}")));
    }
    if let Some(Ends { peer, .. }) = Ends::of(socket) {
        return Some(Cause::new(format!("{name} is a connection, with {peer}: only a listening socket accepts")));
    }
    Some(match local(socket) {
        Some(at) => {
            Cause::new(format!("{name} is bound to {at}, but does not listen")).advise(format!("listen {name}"))
        }
        None => Cause::new(format!("{name} is not bound and does not listen"))
            .advise(format!("bind {name} ADDR, then listen {name}")),
    })
}

/// EINVAL at listen.
pub(super) fn cannot_listen(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    let name = socket.name();
    if let Some(Ends { peer, .. }) = Ends::of(socket) {
        return Some(Cause::new(format!("{name} is connected to {peer}: it cannot listen")).advise("a new socket"));
    }
    if local(socket).is_none() && socket.family == libc::AF_UNIX {
        return Some(Cause::new(format!("{name} has no name to be found by")).advise(format!("bind {name} ./x.sock")));
    }
    None
}

/// EOPNOTSUPP at listen and accept: datagram sockets have no connections.
pub(super) fn datagrams(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| s.kind == libc::SOCK_DGRAM)?;
    let (name, sort) = (socket.name(), socket.sort());
    Some(
        Cause::new(format!("{name} is {sort}: datagrams come without connections, as soon as it is bound"))
            .advise(format!("recvfrom {name} 1024")),
    )
}

/// EDESTADDRREQ.
pub(super) fn no_destination(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    let name = socket.name();
    let cause = match case.last(socket.serial, |did| *did == Did::Disconnected) {
        Some(fact) => Cause::new(Clue::new(format!("{name} gave up its peer")).join(case.when(fact))),
        None => Cause::new(format!("{name} has no peer, and the call names none")),
    };
    Some(cause.advise(format!("sendto {name} DATA ADDR, or connect {name} ADDR first")))
}

/// EMSGSIZE: how long it was, and how long it may be.
pub(super) fn too_long(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| s.kind == libc::SOCK_DGRAM || s.kind == libc::SOCK_SEQPACKET)?;
    let Tried::Send { bytes: len, .. } = case.failure.tried else { return None };
    let (limit, what) = match socket.family {
        libc::AF_INET => (65507, "a UDP datagram over IPv4 holds 65507 at most".to_string()),
        libc::AF_INET6 => (65527, "a UDP datagram over IPv6 holds 65527 at most".to_string()),
        _ => {
            let room = usize::try_from(option(socket, libc::SOL_SOCKET, libc::SO_SNDBUF)?).ok()?;
            (room.saturating_sub(32), format!("SO_SNDBUF of {} is {room}, with the kernel's own part", socket.name()))
        }
    };
    let advice = if socket.family == libc::AF_UNIX {
        format!("setsockopt {} SO_SNDBUF {}, or send it in parts", socket.name(), 2 * len)
    } else {
        "send it in parts".to_string()
    };
    (len > limit).then(|| Cause::new(format!("the message has {len} bytes: {what}")).advise(advice))
}

/// ENOPROTOOPT, and EOPNOTSUPP of AF_UNIX: an option of another protocol.
pub(super) fn other_level(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    let (level, number, sets) = match case.failure.tried {
        Tried::SetOption(level, number, _) => (level, number, true),
        Tried::GetOption(level, number) => (level, number, false),
        _ => return None,
    };
    let option = options::by_number(level, number);
    let level = options::level_name(level)?;
    let inet = matches!(socket.family, libc::AF_INET | libc::AF_INET6);
    let has = match option.level {
        libc::SOL_SOCKET => true,
        libc::IPPROTO_TCP => inet && socket.is_stream(),
        libc::IPPROTO_UDP => inet && socket.kind == libc::SOCK_DGRAM,
        libc::IPPROTO_IP => inet,
        libc::IPPROTO_IPV6 => socket.family == libc::AF_INET6,
        _ => return None,
    };
    let spec = option.spec?;
    let (name, sort) = (socket.name(), socket.sort());
    if !has {
        return Some(Cause::new(format!("{} belongs to {level}, and {name} is {sort}", spec.name)));
    }
    match (sets, spec.writable, spec.readable) {
        (true, false, _) => Some(Cause::new(format!("{} can only be read", spec.name))),
        (false, _, false) => Some(Cause::new(format!("{} can only be set", spec.name))),
        _ => None,
    }
}

/// EPROTONOSUPPORT at socket.
pub(super) fn other_protocol(case: &Case) -> Option<Cause> {
    let Tried::Make([family, kind, protocol]) = case.failure.tried else { return None };
    let other = match (family, protocol) {
        (libc::AF_INET, libc::IPPROTO_ICMPV6) => Some(("IPPROTO_ICMPV6 is IPv6's", "IPPROTO_ICMP")),
        (libc::AF_INET6, libc::IPPROTO_ICMP) => Some(("IPPROTO_ICMP is IPv4's", "IPPROTO_ICMPV6")),
        _ => None,
    };
    if let Some((clue, instead)) = other {
        return Some(Cause::new(clue).advise(instead));
    }
    let (kind, protocol) = (constants::TYPES.name_of(kind)?, constants::PROTOCOLS.name_of(protocol)?);
    Some(Cause::new(format!("{protocol} does not go with {kind}")).advise("leave the protocol out"))
}

/// EMFILE: how many there may be, and how many of them are sockets here.
pub(super) fn too_many(case: &Case) -> Option<Cause> {
    let limit = fd::file_limit()?;
    let open = case.world.sockets().len();
    Some(
        Cause::new(format!("{limit} descriptors may be open at once, and all are; {open} are sockets of this session"))
            .advise("close some of them: `sockets` lists those with names"),
    )
}
