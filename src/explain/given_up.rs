//! Causes in TCP's own patience: a connection that it gave up, because nothing was acknowledged for too long.

use super::{Case, Cause, bytes, option};
use crate::linux::state::State;
use crate::os::netstat;
use crate::os::{fd, tcp};
use crate::value::{Clue, Name};
use crate::world::Socket;
use crate::world::record::Did;

/// How long a socket's option has it wait for an acknowledgement, in ms.
fn limit(socket: &Socket) -> Option<i32> {
    option(socket, libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT).filter(|limit| *limit > 0)
}

/// ETIMEDOUT of a connection: what was not acknowledged, and who set for how long.
pub(super) fn timed_out(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    let (name, limit) = (socket.name(), limit(socket)?);
    let set = case.last(socket.serial, |did| *did == Did::OptionSet(libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT));
    let at = set.map_or_else(Clue::default, |fact| Clue::new(", set").join(case.when(fact)));
    let clue = Clue::new(format!(
        "{name} gave the connection up: nothing of what it had to send was acknowledged for {limit} ms, its "
    ));
    let mut cause = Cause::new(clue.and("TCP_USER_TIMEOUT").join(at));
    let unsent = socket.ask(fd::outq).unwrap_or(0);
    if let Some((who, unread)) = unread(case) {
        // How much that is depends on the machine.
        let clue = Clue::new(format!("{who}, so what came is not read")).clock(format!(" ({})", bytes(unread)));
        cause = cause.and(clue.and(format!(", and the rest waited at {name}")).clock(format!(" ({})", bytes(unsent))));
    }
    Some(match case.other_end() {
        Some(other) => cause
            .advise(format!(
                "recv {} in time, or setsockopt TCP_USER_TIMEOUT 0 for the system's own",
                case.called(other)
            ))
            .about(other),
        None => cause,
    })
}

/// Why what came to the peer is not read, and how much that is.
pub(super) fn unread(case: &Case) -> Option<(String, usize)> {
    let ends = case.ends()?;
    let entry = netstat::connection(&ends.peer, &ends.local).filter(|entry| entry.received > 0)?;
    let who = match (case.other_end(), case.queued_at()) {
        _ if ends.is_self() => format!("{} is connected to itself and does not receive", case.me()),
        (Some(other), _) => format!("{}, the other end, does not receive", case.called(other)),
        (None, Some(server)) => format!("{} has not accepted this connection", server.name()),
        (None, None) => format!("the other end, {}, does not receive", ends.peer),
    };
    Some((who, usize::try_from(entry.received).ok()?))
}

/// EPIPE, ENOTCONN: the connection was given up before.
pub(super) fn before(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    if socket.ask(tcp::state) != Some(Some(State::Close)) {
        return None;
    }
    let ended = |did: &Did| matches!(did, Did::Failed(_, Name::Errno(libc::ETIMEDOUT)));
    if let Some(fact) = case.last(socket.serial, ended) {
        let clue = format!("the connection of {} is over: {} failed with ETIMEDOUT", socket.name(), fact.place.name);
        return Some(Cause::new(Clue::new(clue).join(case.when(fact))).advise("a new socket for another connection"));
    }
    // The error was taken by SO_ERROR; the other end knows of nothing.
    unread(case).and_then(|_| timed_out(case))
}
