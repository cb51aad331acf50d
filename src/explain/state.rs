//! Causes in the state of the socket itself: closed, not connected, not listening, of another sort.

use super::{Case, Cause, idle, listens, local, option};
use crate::linux::state::State;
use crate::linux::{constants, options};
use crate::os::{fd, tcp};
use crate::value::{Reason, Tried};
use crate::world::Socket;
use crate::world::record::{Did, Ends};

/// EBADF: who closed it, and where.
pub(super) fn closed(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| s.is_closed())?;
    let name = socket.name();
    let by_user = case.last(socket.serial, |did| matches!(did, Did::Dropped | Did::Held | Did::Detached));
    let fact = by_user.or_else(|| case.last(socket.serial, |did| matches!(did, Did::Closed(_))));
    let reason = match fact {
        Some(fact) if fact.did == Did::Detached => case.dated(format!("{name} gave up its descriptor"), fact),
        Some(fact) => case.dated(format!("{name} was closed"), fact),
        None => format!("{name} is closed").into(),
    };
    let advice = if socket.is_pipe() {
        format!("a new epoll: {name} = epoll")
    } else {
        format!("a new socket: {name} = socket")
    };
    Some(Cause::new(reason).advise(advice))
}

/// ENOTCONN: a listening socket, one that was never connected, one whose connection is over.
pub(super) fn not_connected(case: &Case) -> Option<Cause> {
    let (socket, name) = case.subject()?;
    if listens(socket) {
        let from_it = |did: &Did| matches!(did, Did::Accepted(from, _) if *from == socket.serial);
        let cause = Cause::new(format!("{name} listens, so it has no peer: a connection is what accept gives"));
        return Some(match case.ours(|s| case.last(s.serial, from_it).is_some()) {
            Some(conn) => cause.advise(format!("{} {} ...", case.call, conn.name())).about(conn.serial),
            None => cause.advise(format!("conn, addr = accept {name}, then {} conn ...", case.call)),
        });
    }
    if let Some(over) = super::connection::over(case) {
        return Some(over);
    }
    if let Some(connecting) = connecting(case) {
        return Some(connecting);
    }
    if Ends::of(socket).is_some() || socket.shared.pair.get().is_some() {
        return None;
    }
    let known = case.record().is_some_and(|j| j.knows_all(socket.serial) && j.ends(socket.serial).is_none());
    let failed = case.last(socket.serial, |did| matches!(did.failure(), Some((Tried::Connect, _))));
    let never = format!("{name} was never connected");
    let reason = match failed.and_then(|fact| Some((fact, fact.did.failure()?.1))) {
        Some((fact, error)) => case.dated(format!("{never}: connect failed with {}", error.as_str()), fact),
        None => known.then(|| never.into())?,
    };
    Some(Cause::new(reason).advise(format!("connect {name} ADDR")))
}

/// ENOTCONN, EAGAIN: nothing goes before the handshake is over.
pub(super) fn connecting(case: &Case) -> Option<Cause> {
    let lacks_peer = |s: &Socket| Ends::of(s).is_none() && s.ask(tcp::state) == Some(Some(State::SynSent));
    let (_, name) = case.subject().filter(|(s, _)| lacks_peer(s))?;
    let reason = format!("{name}'s connection is still being made");
    Some(Cause::new(reason).advise(format!("poll {name} OUT 1, then {} again", case.call)))
}

/// ECONNABORTED at connect: it ends an attempt that had failed.
pub(super) fn aborted(case: &Case) -> Option<Cause> {
    let (socket, name) = case.subject()?;
    let failed =
        |did: &Did| did.failure().is_some_and(|(tried, error)| tried == Tried::Connect && error != case.failure.name);
    let fact = case.last(socket.serial, failed)?;
    let (_, error) = fact.did.failure()?;
    let reason = case.dated(format!("{name}'s connect before failed with {}, as was told", error.as_str()), fact);
    Some(Cause::new(reason.and("; only this call ended it")).advise(format!("{} {name} ADDR again", case.call)))
}

/// EISCONN: to whom.
pub(super) fn connected(case: &Case) -> Option<Cause> {
    let (socket, name) = case.subject()?;
    let Some(Ends { peer, .. }) = Ends::of(socket) else {
        let reason = format!("{name} listens: it takes connections and makes none");
        return listens(socket).then(|| Cause::new(reason).advise("c = socket, then connect c ADDR"));
    };
    let since = case.last(socket.serial, |did| matches!(did, Did::Connected(_) | Did::Accepted(..)));
    let cause = Cause::new(Reason::new(format!("{name} is connected to {peer} already")).join(case.since(since)));
    Some(match case.failure.tried {
        Tried::Connect => cause.advise("a new socket for another connection"),
        _ => cause.advise(format!("send {name} DATA: it goes to that peer")),
    })
}

/// EINVAL at accept: it does not listen.
pub(super) fn not_listening(case: &Case) -> Option<Cause> {
    let (socket, name) = case.subject()?;
    if let Some(fact) = case.last(socket.serial, |did| matches!(did, Did::Shut(_))) {
        let reason = case.dated(format!("{name} was shut down"), fact);
        return Some(if listens(socket) {
            Cause::new(reason.and(": it takes no connections any more")).advise("a new socket, for another address")
        } else {
            Cause::new(reason.and(", which ended its listening")).advise(format!("listen {name}"))
        });
    }
    if listens(socket) {
        return None;
    }
    if let Some(Ends { peer, .. }) = Ends::of(socket) {
        return Some(Cause::new(format!("{name} is a connection, with {peer}: only a listening socket accepts")));
    }
    idle(socket).or_else(|| {
        let reason = format!("{name} is not bound and does not listen");
        Some(Cause::new(reason).advise(format!("bind {name} ADDR, then listen {name}")))
    })
}

/// EINVAL at listen.
pub(super) fn cannot_listen(case: &Case) -> Option<Cause> {
    let (socket, name) = case.subject()?;
    if let Some(Ends { peer, .. }) = Ends::of(socket) {
        return Some(Cause::new(format!("{name} is connected to {peer}: it cannot listen")).advise("a new socket"));
    }
    let cause = || Cause::new(format!("{name} has no name to be found by")).advise(format!("bind {name} ./x.sock"));
    (local(socket).is_none() && socket.family == libc::AF_UNIX).then(cause)
}

/// EOPNOTSUPP at listen and accept: datagram sockets have no connections.
pub(super) fn datagrams(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| s.kind == libc::SOCK_DGRAM)?;
    let (name, sort) = (socket.name(), socket.sort());
    let reason = format!("{name} is {sort}: datagrams come without connections, as soon as it is bound");
    Some(Cause::new(reason).advise(format!("recvfrom {name} 1024")))
}

/// EDESTADDRREQ.
pub(super) fn no_destination(case: &Case) -> Option<Cause> {
    let (socket, name) = case.subject()?;
    let reason = match case.last(socket.serial, |did| *did == Did::Disconnected) {
        Some(fact) => case.dated(format!("{name} gave up its peer"), fact),
        None => format!("{name} has no peer, and the call names none").into(),
    };
    Some(Cause::new(reason).advise(format!("sendto {name} DATA ADDR, or connect {name} ADDR first")))
}

/// EMSGSIZE: how long it was, and how long it may be.
pub(super) fn too_long(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| s.kind == libc::SOCK_DGRAM || s.kind == libc::SOCK_SEQPACKET)?;
    let Tried::Send { bytes: len, .. } = case.failure.tried else { return None };
    let udp =
        |version, most: usize| (most, format!("a UDP datagram over {version} holds {most} at most"), String::new());
    let (limit, what, larger) = match socket.family {
        libc::AF_INET => udp("IPv4", 65507),
        libc::AF_INET6 => udp("IPv6", 65527),
        _ => {
            let (name, room) =
                (socket.name(), usize::try_from(option(socket, libc::SOL_SOCKET, libc::SO_SNDBUF)?).ok()?);
            let what = format!("SO_SNDBUF of {name} is {room}, with the kernel's own part");
            (room.saturating_sub(32), what, format!("setsockopt {name} SO_SNDBUF {}, or ", 2 * len))
        }
    };
    let reason = format!("the message has {len} bytes: {what}");
    (len > limit).then(|| Cause::new(reason).advise(format!("{larger}send it in parts")))
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
    Some(match (family, protocol) {
        (libc::AF_INET, libc::IPPROTO_ICMPV6) => Cause::new("IPPROTO_ICMPV6 is IPv6's").advise("IPPROTO_ICMP"),
        (libc::AF_INET6, libc::IPPROTO_ICMP) => Cause::new("IPPROTO_ICMP is IPv4's").advise("IPPROTO_ICMPV6"),
        (_, 0) if kind == libc::SOCK_RAW => Cause::new("SOCK_RAW is of one protocol, and none is given")
            .advise("SOCK_RAW with IPPROTO_ICMP, for one; over IPv6 IPPROTO_ICMPV6"),
        _ => {
            let (kind, protocol) = (constants::TYPES.name_of(kind)?, constants::PROTOCOLS.name_of(protocol)?);
            Cause::new(format!("{protocol} does not go with {kind}")).advise("leave the protocol out")
        }
    })
}

/// EMFILE: how many there may be, and how many of them are sockets here.
pub(super) fn too_many(case: &Case) -> Option<Cause> {
    let (limit, open) = (fd::file_limit()?, case.world.sockets().len());
    let reason = format!("{limit} descriptors may be open at once, and all are; {open} are sockets of this session");
    Some(Cause::new(reason).advise("close some of them: `sockets` lists those with names"))
}
