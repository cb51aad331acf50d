//! Causes outside this session's open sockets: what the kernel keeps of closed ones, and other processes.

use std::os::fd::AsFd;
use std::time::Duration;

use super::ports::{allows, overlap, share};
use super::{Case, Cause, covers};
use crate::linux::state::State;
use crate::os::netstat::{self, Holder, KernelSocket, Protocol};
use crate::value::clue::span;
use crate::value::{Addr, Clue, Tried, text};
use crate::world::record::{Did, Ends, Fact, Last};

/// The kernel's tables of a type of socket.
fn entries(kind: i32) -> impl Iterator<Item = KernelSocket> {
    let tables = match kind {
        libc::SOCK_STREAM => [Protocol::Tcp, Protocol::Tcp6],
        _ => [Protocol::Udp, Protocol::Udp6],
    };
    tables.into_iter().filter_map(|p| netstat::sockets(p).ok()).flatten()
}

/// What has such an address and is no open socket of this session.
fn foreign(case: &Case, at: &Addr, kind: i32) -> Vec<KernelSocket> {
    let ours: Vec<u64> =
        case.world.sockets().iter().filter_map(|s| netstat::inode(s.open_fd().ok()?.as_fd())).collect();
    entries(kind).filter(|e| overlap(&e.local, at) && e.inode.is_none_or(|n| !ours.contains(&n))).collect()
}

/// A datagram socket of another process that shares an address with one of ours.
pub(super) fn shares(case: &Case, at: &Addr) -> Option<String> {
    let theirs = foreign(case, at, libc::SOCK_DGRAM).into_iter().find(|e| e.inode.is_some() && e.peer.is_none())?;
    Some(format!(
        "{} has {}, too: the last one that was bound is given what is sent there",
        owner(&theirs),
        theirs.local
    ))
}

/// EADDRINUSE: the address is held by what is no open socket of this session.
pub(super) fn taken(case: &Case, wanted: &Addr, kind: i32) -> Option<Cause> {
    let all = foreign(case, wanted, kind);
    let held =
        |e: &&KernelSocket| e.inode.is_some() && (case.failure.tried != Tried::Listen || e.state == State::Listen);
    if let Some(entry) = all.iter().filter(held).min_by_key(|e| e.state != State::Listen) {
        return Some(other_process(wanted, entry));
    }
    let mine = allows(case, libc::SO_REUSEADDR);
    let in_the_way = |e: &&KernelSocket| !(mine && former(case, e).is_some_and(|(_, last)| last.reuse));
    let left = |e: &&KernelSocket| e.timer.map(|t| t.left);
    all.iter().filter(|e| e.inode.is_none()).filter(in_the_way).max_by_key(left).map(|e| lingers(case, wanted, e))
}

/// The socket of ours that a connection was of, and how it stood when it was closed.
fn former<'a>(case: &Case<'a>, entry: &KernelSocket) -> Option<(&'a Fact, &'a Last)> {
    let ends = Ends { local: entry.local.clone(), peer: entry.peer.clone()? };
    case.record()?.facts().rev().find_map(|fact| match &fact.did {
        Did::Closed(last) if last.local.as_ref() == Some(&ends.local) => {
            // The peer is gone from a socket that was reset, but that one holds no port either.
            (last.peer.as_ref() == Some(&ends.peer)).then_some((fact, &**last))
        }
        _ => None,
    })
}

/// No process has it any more, but the kernel does.
fn lingers(case: &Case, wanted: &Addr, entry: &KernelSocket) -> Cause {
    let peer = entry.peer.as_ref().map_or_else(String::new, |p| format!(" with {p}"));
    let former = former(case, entry);
    let who = match former {
        Some((fact, _)) => {
            Clue::new(format!("{wanted} is held by {}, closed", case.called(fact.socket))).join(case.when(fact))
        }
        None => Clue::new(format!("{wanted} is held by a connection{peer} that is closed")),
    };
    let left = entry.timer.map_or(Duration::ZERO, |t| t.left);
    let clue = match entry.state {
        State::TimeWait => who.and(" and in TIME_WAIT").clock(format!(" for {} more", span(left))),
        State::FinWait1 | State::FinWait2 => who.and(", while its peer has not closed"),
        _ => who.and(", which is not over yet"),
    };
    let otherwise = "wait until it is over, or port 0 for a free one";
    match former {
        Some((fact, last)) => share(case, Cause::new(clue), fact.socket, last.reuse, otherwise),
        None => {
            Cause::new(clue).advise("wait, or port 0 for a free one; with SO_REUSEADDR on both sides there is no wait")
        }
    }
}

/// Another process has it.
fn other_process(wanted: &Addr, entry: &KernelSocket) -> Cause {
    let verb = if entry.state == State::Listen { "listens" } else { "is bound" };
    let place = if entry.local == *wanted { "there".to_string() } else { format!("on {}", entry.local) };
    let who = owner(entry);
    Cause::new(format!("{wanted} is held by {who}, which {verb} {place}"))
        .advise("end that process, or port 0 for a free one")
}

/// Who holds a socket, as far as we may know.
fn owner(entry: &KernelSocket) -> String {
    let holders = entry.inode.and_then(|inode| netstat::holders().remove(&inode)).unwrap_or_default();
    match (holders.as_slice(), entry.uid) {
        ([Holder { pid, name }, ..], _) => {
            format!("process {}, pid {pid}", text::escape_bytes(name))
        }
        ([], Some(uid)) => format!("another process, of user {uid}"),
        ([], None) => "another process".into(),
    }
}

/// A connect that nobody answers: another process listens there and does not accept. How many its queue takes is not
/// told to others.
pub(super) fn queue(to: &Addr) -> Option<String> {
    if matches!(to, Addr::Path(_) | Addr::Abstract(_)) {
        let table = netstat::sockets(Protocol::Unix).ok()?;
        let entry = table.iter().find(|e| e.local == *to && e.state == State::Listen)?;
        return Some(format!("the queue of {} is full: its connections wait to be accepted", owner(entry)));
    }
    let waits = |e: &KernelSocket| e.state == State::Listen && covers(&e.local, to) && e.received > 0;
    let entry = entries(libc::SOCK_STREAM).find(waits)?;
    let (verb, who) = (if entry.received == 1 { "connection waits" } else { "connections wait" }, owner(&entry));
    Some(format!("{} {verb} to be accepted by {who}: its queue is full", entry.received))
}

/// ECONNREFUSED: another process listens on that port, on another address.
pub(super) fn listens_near(to: &Addr) -> Option<(String, Addr)> {
    let near = |e: &KernelSocket| e.state == State::Listen && e.local.port() == to.port();
    let entry = entries(libc::SOCK_STREAM).find(near)?;
    Some((format!("{} listens on {} only", owner(&entry), entry.local), entry.local))
}

/// EADDRINUSE of AF_UNIX: another process has the path, or nobody any more.
pub(super) fn unix_taken(case: &Case, wanted: &Addr, path: &[u8]) -> Option<Cause> {
    let table = netstat::sockets(Protocol::Unix).ok()?;
    if let Some(entry) = table.iter().find(|e| e.local == *wanted && e.inode.is_some()) {
        return Some(Cause::new(format!("{wanted} is held by {}", owner(entry))).advise("another path"));
    }
    let was_there = |fact: &&Fact| matches!(&fact.did, Did::Closed(last) if last.local.as_ref() == Some(wanted));
    if let Some(fact) = case.record().and_then(|j| j.facts().rev().find(was_there)) {
        let clue = Clue::new(format!("{wanted} was left behind by {}, closed", case.called(fact.socket)))
            .join(case.when(fact));
        return Some(
            Cause::new(clue.and(": closing does not remove the file"))
                .advise(format!("unlink {wanted}"))
                .about(fact.socket),
        );
    }
    // The kernel lists a path as it was given: from another folder it may be another name of this one.
    let last = |p: &[u8]| p.rsplit(|b| *b == b'/').next().map(<[u8]>::to_vec);
    let alike = |e: &KernelSocket| matches!(&e.local, Addr::Path(p) if last(p) == last(path));
    (!table.iter().any(alike)).then(|| {
        Cause::new(format!("{wanted} is there, but no socket has it: a program that is gone left it behind"))
            .advise(format!("unlink {wanted}"))
    })
}
