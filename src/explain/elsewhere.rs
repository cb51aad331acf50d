//! Causes outside this session's open sockets: what the kernel keeps of closed ones, and other processes; and how two
//! sockets can have one address, SO_REUSEADDR and its kin.

use std::os::fd::AsFd;
use std::time::Duration;

use super::{Case, Cause, covers, is_set};
use crate::linux::state::State;
use crate::os::netstat::{self, Holder, KernelSocket, Protocol};
use crate::value::reason::span;
use crate::value::{Addr, Reason, Tried, text};
use crate::world::record::{Did, Fact, Last};

/// The kernel's tables of a type of socket.
fn entries(case: &Case, kind: i32) -> impl Iterator<Item = KernelSocket> {
    let place = case.place();
    let tables = match kind {
        libc::SOCK_STREAM => [Protocol::Tcp, Protocol::Tcp6],
        _ => [Protocol::Udp, Protocol::Udp6],
    };
    let read = |p| netstat::sockets(p, place.as_ref().map(|host| host.inside())).ok();
    tables.map(read).into_iter().flatten().flatten()
}

/// The kernel's numbers of this session's open sockets.
fn ours(case: &Case) -> Vec<u64> {
    case.world.sockets().iter().filter_map(|s| netstat::inode(s.fd().ok()?.as_fd())).collect()
}

/// What has such an address and is no open socket of this session.
fn foreign(case: &Case, at: &Addr, kind: i32) -> Vec<KernelSocket> {
    let ours = ours(case);
    entries(case, kind).filter(|e| overlap(&e.local, at) && e.inode.is_none_or(|n| !ours.contains(&n))).collect()
}

/// A datagram socket of another process that shares an address with one of ours.
pub(super) fn shares(case: &Case, at: &Addr) -> Option<String> {
    let theirs = foreign(case, at, libc::SOCK_DGRAM).into_iter().find(|e| e.inode.is_some() && e.peer.is_none())?;
    let (who, local) = (owner(&theirs), &theirs.local);
    Some(format!("{who} has {local}, too: the last one that was bound is given what is sent there"))
}

/// Whether two addresses cannot be had by two sockets.
pub(super) fn overlap(a: &Addr, b: &Addr) -> bool {
    covers(a, b) || covers(b, a)
}

/// What the calling socket has set, or had if it is closed again.
pub(super) fn allows(case: &Case, number: i32) -> bool {
    match (case.undone, &case.socket) {
        (Some(last), _) if number == libc::SO_REUSEADDR => last.reuse,
        (Some(last), _) => last.reuse_port,
        (None, Some(socket)) => is_set(socket, number),
        (None, None) => false,
    }
}

/// What SO_REUSEADDR can do about a holder that does not listen: both sides need it. Else there is the other advice.
pub(super) fn share(case: &Case, cause: Cause, holder: u64, theirs: bool, otherwise: &str) -> Cause {
    let (me, name) = (case.me(), case.called(holder));
    match (allows(case, libc::SO_REUSEADDR), theirs) {
        (false, true) => cause.advise(format!("setsockopt {me} SO_REUSEADDR 1 before bind")),
        (true, false) => {
            let lacks = || format!("{me} has SO_REUSEADDR and {name} has not: both need it").into();
            cause.and(set_too_late(case, holder).unwrap_or_else(lacks)).advise(otherwise)
        }
        _ => cause.and("neither has SO_REUSEADDR: both need it, before bind").advise(otherwise),
    }
}

/// The listening socket got SO_REUSEADDR when the connection that holds the port had been accepted without.
fn set_too_late(case: &Case, holder: u64) -> Option<Reason> {
    let accepted = case.last(holder, |did| matches!(did, Did::Accepted(..)))?;
    let Did::Accepted(from, _) = accepted.did else { return None };
    let set = case.last(from, |did| *did == Did::OptionSet(libc::SOL_SOCKET, libc::SO_REUSEADDR))?;
    let reason = case.dated(format!("{} got SO_REUSEADDR", case.called(from)), set);
    (set.at > accepted.at).then(|| reason.and(format!(", too late for {}", case.called(holder))))
}

/// EADDRINUSE: the address is held by what is no open socket of this session.
pub(super) fn taken(case: &Case, wanted: &Addr, kind: i32) -> Option<Cause> {
    let all = foreign(case, wanted, kind);
    let has =
        |e: &&KernelSocket| e.inode.is_some() && (case.failure.tried != Tried::Listen || e.state == State::Listen);
    if let Some(entry) = all.iter().filter(has).min_by_key(|e| e.state != State::Listen) {
        let reason = held(wanted, &owner(entry), &entry.local, entry.state == State::Listen);
        return Some(Cause::new(reason).advise("end that process, or port 0 for a free one"));
    }
    let mine = allows(case, libc::SO_REUSEADDR);
    let in_the_way = |e: &&KernelSocket| !(mine && former(case, e).is_some_and(|(_, last)| last.reuse));
    let left = |e: &&KernelSocket| e.timer.map(|t| t.left);
    all.iter().filter(|e| e.inode.is_none()).filter(in_the_way).max_by_key(left).map(|e| lingers(case, wanted, e))
}

/// The socket of ours that a connection was of, and how it stood when it was closed.
fn former<'a>(case: &Case<'a>, entry: &KernelSocket) -> Option<(&'a Fact, &'a Last)> {
    // The peer is gone from a socket that was reset, but that one holds no port either.
    let was = |last: &Last| last.peer.is_some() && last.peer == entry.peer && last.local.as_ref() == Some(&entry.local);
    case.facts().find_map(|fact| match &fact.did {
        Did::Closed(last) if was(last) => Some((fact, &**last)),
        _ => None,
    })
}

/// No process has it any more, but the kernel does.
fn lingers(case: &Case, wanted: &Addr, entry: &KernelSocket) -> Cause {
    let former = former(case, entry);
    let who = match (former, &entry.peer) {
        (Some((fact, _)), _) => case.dated(format!("{wanted} is held by {}, closed", case.called(fact.socket)), fact),
        (None, Some(peer)) => format!("{wanted} is held by a connection with {peer} that is closed").into(),
        (None, None) => format!("{wanted} is held by a connection that is closed").into(),
    };
    let left = entry.timer.map_or(Duration::ZERO, |t| t.left);
    let reason = match entry.state {
        State::TimeWait => who.and(" and in TIME_WAIT").clock(format!(" for {} more", span(left))),
        State::FinWait1 | State::FinWait2 => who.and(", while its peer has not closed"),
        _ => who.and(", which is not over yet"),
    };
    let (cause, otherwise) = (Cause::new(reason), "wait until it is over, or port 0 for a free one");
    match former {
        Some((fact, last)) => share(case, cause.about(fact.socket), fact.socket, last.reuse, otherwise),
        None => cause.advise("wait, or port 0 for a free one; with SO_REUSEADDR on both sides there is no wait"),
    }
}

/// Who has an address: `127.0.0.1:80 is held by srv, which listens on 0.0.0.0:80`.
pub(super) fn held(wanted: &Addr, by: &str, at: &Addr, listens: bool) -> String {
    let verb = if listens { "listens" } else { "is bound" };
    let place = if at == wanted { "there".to_string() } else { format!("on {at}") };
    format!("{wanted} is held by {by}, which {verb} {place}")
}

/// Who holds a socket, as far as we may know.
fn owner(entry: &KernelSocket) -> String {
    let holders = entry.inode.and_then(|inode| netstat::holders().remove(&inode)).unwrap_or_default();
    match (holders.as_slice(), entry.uid) {
        ([Holder { pid, name }, ..], _) => format!("process {}, pid {pid}", text::escape_bytes(name)),
        ([], Some(uid)) => format!("another process, of user {uid}"),
        ([], None) => "another process".into(),
    }
}

/// A connect that nobody answers: another process listens there and does not accept. How many its queue takes is not
/// told to others.
pub(super) fn queue(case: &Case, to: &Addr) -> Option<String> {
    let place = case.place();
    let at = place.as_ref().map(|host| host.inside());
    if matches!(to, Addr::Path(_) | Addr::Abstract(_)) {
        let table = netstat::sockets(Protocol::Unix, at).ok()?;
        let entry = table.iter().find(|e| e.local == *to && e.state == State::Listen)?;
        return Some(format!("the queue of {} is full: its connections wait to be accepted", owner(entry)));
    }
    let waits = |e: &KernelSocket| covers(&e.local, to) && e.received > 0;
    let entry = netstat::listeners(at).into_iter().find(waits)?;
    let (verb, who) = (if entry.received == 1 { "connection waits" } else { "connections wait" }, owner(&entry));
    Some(format!("{} {verb} to be accepted by {who}: its queue is full", entry.received))
}

/// ECONNREFUSED: another process listens on that port, on another address.
pub(super) fn listens_near(case: &Case, to: &Addr) -> Option<(String, Addr)> {
    let place = case.place();
    let at = place.as_ref().map(|host| host.inside());
    let entry = netstat::listeners(at).into_iter().find(|e| e.local.port() == to.port())?;
    Some((format!("{} listens on {} only", owner(&entry), entry.local), entry.local))
}

/// EADDRINUSE of AF_UNIX: the path is there, but nobody has it any more.
pub(super) fn unix_taken(case: &Case, wanted: &Addr, path: &[u8]) -> Option<Cause> {
    let table = netstat::sockets(Protocol::Unix, case.place().as_ref().map(|host| host.inside())).ok()?;
    let unlink = format!("unlink {wanted}");
    if let Some(fact) = case.left_by(wanted) {
        let reason = case.dated(format!("{wanted} was left behind by {}, closed", case.called(fact.socket)), fact);
        return Some(Cause::new(reason.and(": closing does not remove the file")).advise(unlink).about(fact.socket));
    }
    // The kernel lists a path as it was given: from another folder it may be another name of this one.
    let last = |p: &[u8]| p.rsplit(|b| *b == b'/').next().map(<[u8]>::to_vec);
    let alike = |e: &KernelSocket| matches!(&e.local, Addr::Path(p) if last(p) == last(path));
    let reason = format!("{wanted} is there, but no socket has it: a program that is gone left it behind");
    (!table.iter().any(alike)).then(|| Cause::new(reason).advise(unlink))
}

/// EADDRINUSE of AF_UNIX: another process has the address.
pub(super) fn unix_held(case: &Case, wanted: &Addr) -> Option<Cause> {
    let otherwise = if matches!(wanted, Addr::Path(_)) { "another path" } else { "another name" };
    let table = netstat::sockets(Protocol::Unix, case.place().as_ref().map(|host| host.inside())).ok()?;
    // What a listener of ours accepted has its address, too, and holds nothing.
    let ours = ours(case);
    let entry = table.iter().find(|e| e.local == *wanted && e.inode.is_some_and(|n| !ours.contains(&n)))?;
    Some(Cause::new(format!("{wanted} is held by {}", owner(entry))).advise(otherwise))
}
