//! Causes at the other end: nobody listens there, it closed first, it was never accepted.

use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;

use super::address::{connect_to, only_v6};
use super::datagrams::{self, Places, Went, reached};
use super::{Case, Cause, bytes, covers, idle, is_at, listens, local};
use crate::linux::constants::TYPES;
use crate::os::{addr, fd};
use crate::value::{Addr, Reason, Tried};
use crate::world::Socket;
use crate::world::record::{Did, Ends, Fact};

/// ECONNREFUSED at connect: nobody listens at that address.
pub(super) fn refused(case: &Case) -> Option<Cause> {
    let named = case.failure.addr()?;
    if matches!(named, Addr::Path(_) | Addr::Abstract(_)) {
        return unix_refused(case, named);
    }
    let to = reached(named, case.socket.as_ref().and_then(|socket| local(socket)).as_ref());
    let cause = refused_at(case, &to)?;
    Some(if to == *named { cause } else { cause.and(format!("{named} names no host: it is {to} that is reached")) })
}

fn refused_at(case: &Case, to: &Addr) -> Option<Cause> {
    let former = former_listener(case, to);
    let was = |s: &Socket| former.is_some_and(|(former, _)| s.serial == former);
    let deaf = |s: &Socket| s.is_stream() && !listens(s) && reaches(s, to) && Ends::of(s).is_none();
    if let Some(deaf) = case.ours(|s| deaf(s) && !was(s)) {
        return Some(idle(&deaf)?.about(deaf.serial));
    }
    let on_port = |s: &Socket| local(s).is_some_and(|at| at.port() == to.port());
    if let Some(server) = case.ours(|s| listens(s) && on_port(s) && !reaches(s, to)) {
        let at = local(&server)?;
        let v6 = if covers(&at, to) { " (IPV6_V6ONLY)" } else { "" };
        let reason = format!("nobody listens on {to}: {} listens on {at} only{v6}", server.name());
        return Some(Cause::new(reason).advise(connect_to(case, &at)).about(server.serial));
    }
    if let Some(cause) = former.and_then(|(former, ended)| listens_no_more(case, to, former, ended)) {
        return Some(cause);
    }
    if let Some(udp) = case.ours(|s| s.kind == libc::SOCK_DGRAM && reaches(s, to)) {
        let reason = format!("nobody listens on {to} for TCP: {}, bound there, is UDP", udp.name());
        return Some(Cause::new(reason).advise("a socket of udp on this side, too").about(udp.serial));
    }
    to.host().filter(std::net::IpAddr::is_loopback)?;
    let nobody = format!("nobody listens on {to}");
    Some(match super::elsewhere::listens_near(case, to) {
        Some((near, at)) => Cause::new(format!("{nobody}: {near}"))
            .advise(format!("{}; or start the server first, and check its port", connect_to(case, &at))),
        None => Cause::new(nobody).advise("start the server first (bind, listen), and check its port"),
    })
}

fn reaches(socket: &Socket, to: &Addr) -> bool {
    let v4 = matches!(to, Addr::V4(_)) && socket.family == libc::AF_INET6;
    local(socket).is_some_and(|at| covers(&at, to)) && !(v4 && only_v6(socket))
}

/// Whether that shut a socket down for receiving.
fn deafens(did: &Did) -> bool {
    matches!(did, Did::Shut(libc::SHUT_RD | libc::SHUT_RDWR))
}

/// The last socket of ours that listened there, and what ended that: it was closed, shut down, or disconnected.
fn former_listener<'a>(case: &Case<'a>, to: &Addr) -> Option<(u64, &'a Fact)> {
    let listened = |fact: &&Fact| match &fact.did {
        Did::Listens(at) => covers(at, to),
        Did::Closed(last) => last.listened && last.local.as_ref().is_some_and(|at| covers(at, to)),
        _ => false,
    };
    let socket = case.facts().find(listened)?.socket;
    let ends = |did: &Did| deafens(did) || matches!(did, Did::Closed(_) | Did::Disconnected);
    Some((socket, case.last(socket, ends)?))
}

/// How that ended a socket's listening.
fn ending(fact: &Fact) -> &'static str {
    match fact.did {
        Did::Closed(_) => "closed",
        Did::Disconnected => "disconnected",
        _ => "shut down",
    }
}

/// Who listened there does so no more, or on another port: one that the kernel had chosen is given up with listening.
fn listens_no_more(case: &Case, to: &Addr, former: u64, ended: &Fact) -> Option<Cause> {
    let name = case.called(former);
    let open = case.world.find(former).filter(|_| !matches!(ended.did, Did::Closed(_)));
    let verb = if open.is_some() { ending(ended) } else { "closed" };
    let reason = case.dated(format!("nobody listens on {to}: {name}, which did, was {verb}"), ended);
    let cause = |reason: Reason| Cause::new(reason).about(former);
    let Some(socket) = open else { return Some(cause(reason)) };
    let at = local(&socket)?;
    if listens(&socket) {
        if at.port() == to.port() {
            return None;
        }
        let again = case.last(former, |did| matches!(did, Did::Listens(_)));
        let reason = reason.and(format!(", and has a new port: it listens on {at}")).join(case.since(again));
        let kept = "a port that the kernel chose (bind to port 0) is given up when listening ends";
        return Some(cause(reason).and(kept).advise(connect_to(case, &at)));
    }
    if !covers(&at, to) {
        return Some(cause(reason));
    }
    let free = fd::socket(socket.family, socket.kind, socket.protocol).and_then(|trial| addr::bind(trial.as_fd(), &at));
    Some(if free.is_ok() {
        cause(reason.and(", and has given up that port, which the kernel had chosen"))
            .advise(format!("listen {name}, then connect to its new address: getsockname {name}"))
    } else {
        cause(reason).advise(format!("listen {name}"))
    })
}

fn unix_refused(case: &Case, to: &Addr) -> Option<Cause> {
    if let Some(other) = other_type(case) {
        return Some(other);
    }
    if let Some(server) = case.ours(|s| is_at(s, to) && Ends::of(s).is_none()) {
        if !listens(&server) {
            return Some(idle(&server)?.about(server.serial));
        }
        if let Some(shut) = case.last(server.serial, deafens) {
            let reason = case.dated(format!("{}, which listens on {to}, was shut down", server.name()), shut);
            let cause = Cause::new(reason.and(": it takes no connections any more"));
            return Some(cause.advise("a new socket, for another address").about(server.serial));
        }
    }
    let datagrams = case.socket.as_ref().is_some_and(|s| s.kind == libc::SOCK_DGRAM);
    let (nobody, first) =
        if datagrams { ("no socket", "(bind)") } else { ("no socket that listens", "(bind, listen)") };
    let Addr::Path(path) = to else {
        let reason = format!("{nobody} has the name {to}");
        return Some(Cause::new(reason).advise(format!("start the server first {first}")));
    };
    if std::fs::metadata(OsStr::from_bytes(path)).is_ok_and(|about| !about.file_type().is_socket()) {
        return Some(Cause::new(format!("{to} is there and is no socket")).advise("the path that the server has"));
    }
    let cause = match case.left_by(to) {
        Some(fact) => {
            let reason = format!("{to} is there, but {}, which was bound to it, was closed", case.called(fact.socket));
            Cause::new(case.dated(reason, fact)).about(fact.socket)
        }
        None if datagrams => Cause::new(format!("the file {to} is there, but no socket has it")),
        None => Cause::new(format!("the file {to} is there, but no socket listens on it")),
    };
    let anew = if datagrams { "bind anew" } else { "bind and listen anew" };
    Some(cause.advise(format!("unlink {to}, then {anew}")))
}

/// ECONNREFUSED of a datagram socket: it tells of a datagram sent before.
pub(super) fn unreachable_port(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| s.kind == libc::SOCK_DGRAM)?;
    if socket.family == libc::AF_UNIX {
        return unix_refused(case, &case.failure.addr().cloned().or_else(|| Some(case.ends()?.peer))?);
    }
    let older = |fact: &&Fact| match &fact.did {
        // The kernel told of what was sent before; and it tells nothing to a socket without a peer.
        Did::Learned(_, name) if case.record().is_some_and(|j| j.place.call != fact.place.call) => {
            *name == case.failure.name
        }
        Did::Failed(_, name) => *name == case.failure.name,
        did => matches!(did, Did::Connected(_) | Did::Disconnected),
    };
    let since = case.record()?.of(socket.serial).rev().take_while(|fact| !older(fact));
    let since: Vec<&Fact> = since.filter(|fact| matches!(fact.did, Did::Sent { .. })).collect();
    let line = since.first()?.place.line;
    let sent = if since.iter().all(|fact| fact.place.line == line) {
        format!("the datagram sent on line {line}")
    } else {
        format!("a datagram sent on line {line} or before")
    };
    let peer = case.ends()?.peer;
    let deaf = since.iter().find_map(|fact| match datagrams::went(case.world, fact) {
        Some(Went::Filtered(deaf)) => Some(case.called(deaf)),
        _ => None,
    });
    let at = match &deaf {
        Some(deaf) => format!("socket that takes it ({deaf} is there, but connected to another peer)"),
        None => format!("socket at {peer}"),
    };
    let late = if matches!(case.failure.tried, Tried::Send { .. }) { "; this call sent nothing" } else { "" };
    let cause = Cause::new(format!("{sent} found no {at}: ICMP said so{late}"));
    let advice = format!("bind the peer first; {} can be used again", socket.name());
    let cause = if deaf.is_some() { cause } else { cause.advise(advice) };
    Some(match moved_away(case, &peer) {
        Some((former, reason)) => cause.and(reason).about(former),
        None => cause,
    })
}

/// The socket of ours that was bound there and gave up that port, which the kernel had chosen, with its peer.
fn moved_away(case: &Case, peer: &Addr) -> Option<(u64, Reason)> {
    let former = case.facts().find(|fact| matches!(&fact.did, Did::Bound(at) if covers(at, peer)))?.socket;
    let gone = case.world.find(former).is_some_and(|s| local(&s).is_none_or(|at| !covers(&at, peer)));
    let fact = case.last(former, |did| *did == Did::Disconnected).filter(|_| gone)?;
    let reason = case.dated(format!("{}, which was bound there, gave up that port", case.called(former)), fact);
    Some((former, reason.and(" with its peer: bind left it to the kernel")))
}

/// EPERM: the datagram socket there takes from its peer alone.
pub(super) fn not_taken(case: &Case) -> Option<Cause> {
    let me = case.socket.as_ref()?;
    let went = Places::after(case.world, u64::MAX).went(case.world, me.serial, case.failure.addr());
    let Some(Went::Filtered(deaf)) = went else { return None };
    let (name, peer) = (case.called(deaf), case.record()?.ends(deaf)?.peer);
    let reason = format!("{name} is connected to {peer}: it takes from there alone");
    Some(Cause::new(reason).advise(format!("{name} without connect takes from anybody")).about(deaf))
}

/// EPROTOTYPE: the socket there is of another type.
pub(super) fn other_type(case: &Case) -> Option<Cause> {
    let (socket, to) = (case.socket.as_ref()?, case.failure.addr()?);
    let there =
        case.ours(|s| is_at(s, to) && s.kind != socket.kind && (s.kind == libc::SOCK_DGRAM || Ends::of(s).is_none()))?;
    let (theirs, mine) = (TYPES.name_of(there.kind)?, TYPES.name_of(socket.kind)?);
    let reason = format!("{}, bound to {to}, is {theirs}, and {} is {mine}", there.name(), socket.name());
    Some(Cause::new(reason).advise("the same type on both sides").about(there.serial))
}

/// EPIPE, ECONNRESET, and ENOTCONN after them: who ended the connection, and how.
pub(super) fn over(case: &Case) -> Option<Cause> {
    let me = case.socket.as_ref().filter(|s| s.kind != libc::SOCK_DGRAM || s.family == libc::AF_UNIX)?;
    let ends_sending = |did: &Did| matches!(did, Did::Shut(libc::SHUT_WR | libc::SHUT_RDWR));
    if let Some(fact) = case.last(me.serial, ends_sending).filter(|_| case.failure.is(libc::EPIPE)) {
        let reason = case.dated(format!("{} was shut down for sending", me.name()), fact);
        return Some(Cause::new(reason).advise("send first, shut down when all is sent"));
    }
    let ended = match case.other_end() {
        Some(other) => ended_by(case, me, other).or_else(|| shut_both(case, me, other)),
        None => never_accepted(case, me).or_else(|| ended_outside(case, me)),
    };
    ended.or_else(|| super::waiting::gave_up_before(case))
}

/// The other end is not ours: it closed, as a receive here has told, and then it reset the connection.
fn ended_outside(case: &Case, me: &Socket) -> Option<Cause> {
    let peer = case.ends()?.peer;
    let end = case.last(me.serial, |did| matches!(did, Did::Received { end: true, .. }))?;
    // After its own shutdown a socket receives an end that says nothing of the peer.
    if case.last(me.serial, |did| matches!(did, Did::Shut(_))).is_some() {
        return None;
    }
    let reason = case.dated(format!("the peer {peer} had closed, as the receive"), end);
    Some(Cause::new(reason.and(" told; then the connection was reset")).advise(anew(me)))
}

fn anew(me: &Socket) -> String {
    format!("close {}, and connect a new socket", me.name())
}

/// The other end is ours and was closed, or takes nothing any more.
fn ended_by(case: &Case, me: &Socket, other: u64) -> Option<Cause> {
    let name = case.called(other);
    if let (libc::AF_UNIX, None, Some(fact)) = (me.family, case.closed(other), case.last(other, deafens)) {
        let reason = case.dated(format!("{name}, the other end, was shut down for receiving"), fact);
        return Some(Cause::new(reason).about(other));
    }
    let (fact, last) = case.closed(other).filter(|(_, last)| !last.held)?;
    let tcp = me.family != libc::AF_UNIX;
    let instead = if tcp { ": that sends RST instead of FIN" } else { "" };
    let how = if last.unread > 0 {
        format!(" with {} unread{instead}", bytes(last.unread))
    } else if last.aborts {
        format!(" with SO_LINGER 1 0{instead}")
    } else if tcp {
        let later = |a: &&Fact| a.at > fact.at && matches!(a.did, Did::Sent { .. });
        let sent = case.record()?.of(me.serial).find(later)?;
        format!("; what was sent on line {} was answered with RST", sent.place.line)
    } else {
        ": nobody can read what is sent".into()
    };
    let reason = case.dated(format!("{name}, the other end, was closed"), fact).and(how);
    Some(Cause::new(reason).advise(anew(me)).about(other))
}

/// What comes to a TCP socket after its shutdown for both is answered with RST.
fn shut_both(case: &Case, me: &Socket, other: u64) -> Option<Cause> {
    let shut = |deaf: u64, sender: u64| {
        let shut = case.last(deaf, |did| *did == Did::Shut(libc::SHUT_RDWR))?;
        let later = |fact: &&Fact| fact.number > shut.number && matches!(fact.did, Did::Sent { .. });
        let line = case.record()?.of(sender).find(later)?.place.line;
        let reason = case.dated(format!("{} was shut down both ways", case.called(deaf)), shut);
        Some(Cause::new(reason.and(format!("; what was sent to it on line {line} was answered with RST"))))
    };
    let cause = shut(me.serial, other).or_else(|| shut(other, me.serial)).filter(|_| me.family != libc::AF_UNIX)?;
    Some(cause.advise(anew(me)).about(other))
}

/// The connection was still in the queue of a listening socket of ours that is closed.
fn never_accepted(case: &Case, me: &Socket) -> Option<Cause> {
    let connected = case.last(me.serial, |did| matches!(did, Did::Connected(_)))?;
    let (former, ended) = former_listener(case, &case.ends()?.peer).filter(|(_, ended)| ended.at > connected.at)?;
    let reason = case.dated(format!("{} was {}", case.called(former), ending(ended)), ended);
    let instead = if matches!(ended.did, Did::Closed(_)) { "accept before close" } else { "accept before that" };
    Some(Cause::new(reason.and(" before it accepted this connection")).advise(instead).about(former))
}
