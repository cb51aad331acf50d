//! Causes of a wait that was not allowed or ended: how the socket waits, what did not come, what TCP did not wait for any
//! longer.

use std::rc::Rc;

use super::{Case, Cause, bytes, datagrams, elsewhere, is_at, is_set, listens, local, option, serves};
use crate::linux::state::State;
use crate::os::fd;
use crate::os::tcp::{self, Info};
use crate::value::{Addr, Name, Reason, Tried, text};
use crate::world::record::{Did, Ends};
use crate::world::{Mode, Socket, dropped};

/// The flags that the call was given.
fn flags(case: &Case) -> i32 {
    match case.failure.tried {
        Tried::Send { flags, .. } | Tried::Receive { flags, .. } => flags,
        _ => 0,
    }
}

/// Why the call did not wait, or no longer; and what makes it wait.
fn limit(case: &Case, socket: &Socket) -> Option<(Reason, String)> {
    if flags(case) & libc::MSG_DONTWAIT != 0 {
        return Some(("MSG_DONTWAIT was given".into(), "leave MSG_DONTWAIT out".into()));
    }
    let (name, waits) = (socket.name(), socket.shared.waits.get());
    let mut setter = socket.serial;
    let (reason, option) = match (socket.waits(), case.failure.tried) {
        (Mode::NonBlocking, _) if socket.mode() == Mode::Blocking => {
            let sets = |s: &Socket| Rc::ptr_eq(&s.shared, &socket.shared) && s.mode() != Mode::Blocking;
            let by = case.ours(sets).map_or("a duplicate".into(), |s| {
                setter = s.serial;
                s.name()
            });
            (format!("{by} made the open file non-blocking that {name} shares with it"), None)
        }
        (Mode::NonBlocking, _) => (format!("{name} is non-blocking"), None),
        (Mode::Timeout(_), _) if case.failure.name != Name::Timeout => return None,
        (Mode::Timeout(s), _) => (format!("the timeout of {name} is {} s", text::float(s)), None),
        (Mode::Blocking, Tried::Send { .. }) => {
            (format!("SO_SNDTIMEO of {name} is {} s", text::float(waits.send?.as_secs_f64())), Some(libc::SO_SNDTIMEO))
        }
        (Mode::Blocking, _) => (
            format!("SO_RCVTIMEO of {name} is {} s", text::float(waits.receive?.as_secs_f64())),
            Some(libc::SO_RCVTIMEO),
        ),
    };
    let sets = |did: &Did| match did {
        Did::ModeSet(_) => option.is_none(),
        Did::OptionSet(libc::SOL_SOCKET, number) => option == Some(*number),
        _ => false,
    };
    let set = case.last(setter, sets).map(|fact| case.dated(": set", fact));
    let instead = match option {
        Some(libc::SO_SNDTIMEO) => format!("setsockopt {name} SO_SNDTIMEO 0"),
        Some(_) => format!("setsockopt {name} SO_RCVTIMEO 0"),
        None => format!("setblocking {name} on"),
    };
    Some((Reason::new(reason).join(set.unwrap_or_default()), instead))
}

/// What is missing, why the call did not wait for it, and how to wait.
fn missing(case: &Case, socket: &Socket, mut cause: Cause, ready: &str) -> Cause {
    let name = socket.name();
    let (limit, instead) = limit(case, socket).unzip();
    cause.reasons.extend(limit);
    if case.failure.name == Name::Timeout {
        return cause;
    }
    // What has gone would go twice.
    let part = matches!(case.failure.tried, Tried::Send { sent: 1.., .. });
    let call = case.call;
    let again = if part { format!("{call} the rest alone") } else { format!("{call} again") };
    let instead = instead.unwrap_or_else(|| format!("setblocking {name} on"));
    cause.advise(format!("{again} when poll {name} {ready} says {ready}, or {instead} to wait"))
}

/// accept: no connection.
pub(super) fn nobody_came(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| listens(s))?;
    let at = local(socket)?;
    Some(missing(case, socket, Cause::new(format!("no connection waits on {at}")), "IN"))
}

/// recv: nothing came.
pub(super) fn nothing_came(case: &Case) -> Option<Cause> {
    let (socket, name) = case.subject()?;
    let none = |reason: String| missing(case, socket, Cause::new(reason), "IN");
    if flags(case) & libc::MSG_ERRQUEUE != 0 && socket.family != libc::AF_UNIX {
        let cause = Cause::new(format!("the error queue of {name} is empty; a receive from it never waits"));
        return Some(cause.advise(format!("{} again when poll {name} ERR says ERR", case.call)));
    }
    if flags(case) & libc::MSG_OOB != 0 {
        return None;
    }
    let waits = socket.ask(fd::inq).unwrap_or(0);
    if waits > 0 {
        let enough = socket.shared.waits.get().low_water;
        let reason = format!("{} wait, and SO_RCVLOWAT of {name} is {enough}", bytes(waits));
        return (socket.is_stream() && waits < enough).then(|| none(reason));
    }
    if let Some(server) = case.queued_at() {
        return Some(none(format!("{} has not accepted this connection yet", server.name())).about(server.serial));
    }
    if Ends::of(socket).is_some_and(|ends| ends.is_self()) {
        return Some(none(format!("{name} is connected to itself, and has sent nothing that was not read")));
    }
    let Some(other) = case.other_end() else {
        let at = local(socket).filter(|_| socket.kind == libc::SOCK_DGRAM)?;
        return Some(no_datagram(case, socket, &at));
    };
    let ours = case.ours(|s| s.serial == other && s.is_stream());
    let held = ours.as_ref().and_then(|s| s.ask(fd::not_sent));
    // Between hosts what was sent need not come.
    let unanswered = ours.filter(|s| s.shared.host().is_some()).and_then(|s| s.ask(fd::outq));
    let silent = case.record().is_some_and(|j| {
        j.knows_all(other) && !case.world.shares && j.last(other, |did| matches!(did, Did::Sent { .. })).is_none()
    });
    let what = match held {
        Some(held @ 1..) => format!("holds {} back: TCP_CORK, MSG_MORE or a full window", bytes(held)),
        _ if let Some(sent @ 1..) = unanswered => {
            format!("has sent {}, of which no acknowledgement came: on the way, or lost", bytes(sent))
        }
        _ if silent => "has sent nothing yet".into(),
        _ => "has sent nothing that was not read".into(),
    };
    Some(none(format!("{}, the other end of {name}, {what}", case.called(other))).about(other))
}

/// recv of a datagram socket: what came was not for it, or found no room.
fn no_datagram(case: &Case, socket: &Socket, at: &Addr) -> Cause {
    let may_share = || is_set(socket, libc::SO_REUSEADDR) || is_set(socket, libc::SO_REUSEPORT);
    let missed = datagrams::missed(case.world, socket);
    let own = missed.as_ref().map(|missed| {
        let instead = || Some(format!("{} {} ...", case.call, case.called(*missed.about.first()?)));
        missed.advice.clone().or_else(instead)
    });
    let elsewhere = || may_share().then(|| elsewhere::shares(case, at)).flatten().map(Cause::new);
    let none = || Cause::new(format!("no datagram waits on {at}"));
    let mut cause = missing(case, socket, missed.or_else(elsewhere).unwrap_or_else(none), "IN");
    cause.advice = own.unwrap_or(cause.advice);
    if let drops @ 1.. = dropped(socket) {
        let room = option(socket, libc::SOL_SOCKET, libc::SO_RCVBUF).unwrap_or(0);
        let filtered = case.record().is_some_and(|record| datagrams::has_filter(record, socket.serial));
        let or = if filtered { "its filter refused or what " } else { "" };
        let reason = Reason::new(format!("{} threw away what {or}found no room in its SO_RCVBUF", socket.name()));
        // How much fits depends on the machine.
        cause.reasons.insert(1, reason.clock(format!(" of {room}: {drops} until now")));
    }
    cause
}

/// send: the buffers are full.
pub(super) fn no_room(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    if let Some(server) = case.queued_at() {
        let reason =
            format!("the buffers are full: {} has not accepted this connection yet, so nobody reads", server.name());
        return Some(missing(case, socket, Cause::new(reason), "OUT").about(server.serial));
    }
    if !socket.is_stream() {
        return not_received(case, socket);
    }
    let Some(other) = case.other_end() else {
        let (who, unread) = unread(case)?;
        let reason = Reason::new(format!("the buffers are full: {who}, so what came is not read"));
        return Some(missing(case, socket, Cause::new(reason.clock(format!(" ({})", bytes(unread)))), "OUT"));
    };
    let open = case.ours(|s| s.serial == other)?;
    let unread = open.ask(fd::inq).filter(|n| *n > 0)?;
    // How much fits depends on the machine.
    let reason = Reason::new(format!("the buffers are full: {}, the other end, has", open.name()));
    let reason = reason.clock(format!(" {unread} bytes")).and(" not read");
    Some(missing(case, socket, Cause::new(reason), "OUT").about(other))
}

/// send over AF_UNIX, whole messages: the receiver's queue is full, or what it has not received fills the sender's buffer.
fn not_received(case: &Case, socket: &Socket) -> Option<Cause> {
    let named = case.failure.addr();
    let to = named.cloned().or_else(|| Some(Ends::of(socket)?.peer)).filter(|_| socket.family == libc::AF_UNIX)?;
    let there = || case.ours(|s| is_at(s, &to)).map(|s| s.serial);
    let other = case.other_end().filter(|_| named.is_none()).or_else(there);
    let who = other.map_or_else(|| to.to_string(), |other| case.called(other).to_string());
    let room = usize::try_from(option(socket, libc::SOL_SOCKET, libc::SO_SNDBUF)?).ok()?;
    let reason = if socket.ask(fd::outq)? < room {
        format!("the queue of {who} is full: it has not received what was sent before")
    } else {
        format!("SO_SNDBUF of {} is full of what {who} has not received", socket.name())
    };
    let mut cause = missing(case, socket, Cause::new(reason), "OUT");
    // poll looks at the queue of a peer alone.
    if cause.advice.is_some() && named.is_some() {
        cause.advice = Some(format!("{} again when {who} has received", case.call));
    }
    cause.about.extend(other);
    Some(cause)
}

/// EINPROGRESS, EALREADY.
pub(super) fn under_way(case: &Case) -> Option<Cause> {
    let (socket, name) = case.subject()?;
    let asked = case.last(socket.serial, |did| matches!(did, Did::Connecting(_)));
    // What this very call began is no news.
    let earlier = asked.filter(|fact| case.record().is_some_and(|record| fact.place.call != record.place.call));
    let to = case.asked().or_else(|| case.to())?;
    let reason = Reason::new(format!("not a failure: the connection to {to} is being made")).join(case.since(earlier));
    let mut cause = queue_full(case).unwrap_or_default();
    cause.reasons.insert(0, reason);
    Some(cause.advise(format!("poll {name} OUT 1; then getsockopt {name} SO_ERROR gives 0 or the errno")))
}

/// connect: the queue of the listening socket is full.
pub(super) fn queue_full(case: &Case) -> Option<Cause> {
    let to = case.to()?;
    let carried = |did: &Did| matches!(did, Did::Sent { .. } | Did::Received { .. });
    if case.last(case.socket.as_ref()?.serial, carried).is_some() {
        return None;
    }
    let Some(server) = case.ours(|s| serves(s, &to)) else {
        let cause = elsewhere::queue(case, &to).map(Cause::new)?;
        return Some(gave_up(case, cause).advise("accept there, or listen with a larger backlog"));
    };
    let name = server.name();
    let over = || server.ask(Info::of).and_then(|i| i.backlog()).is_some_and(|(waiting, room)| waiting > room);
    (matches!(to, Addr::Path(_) | Addr::Abstract(_)) || over()).then(|| {
        let cause = Cause::new(format!("the queue of {name} is full: its connections wait to be accepted"));
        let advice = format!("accept {name}, or a larger backlog: listen {name} 128");
        gave_up(case, cause).advise(advice).about(server.serial)
    })
}

/// ETIMEDOUT: which option of its own made the socket give up.
fn gave_up(case: &Case, mut cause: Cause) -> Cause {
    let set = || {
        let socket = case.socket.as_ref().filter(|_| case.failure.is(libc::ETIMEDOUT))?;
        let own = |number: i32| {
            case.last(socket.serial, |did| *did == Did::OptionSet(libc::IPPROTO_TCP, number))?;
            option(socket, libc::IPPROTO_TCP, number)
        };
        let tries = || own(libc::TCP_SYNCNT).map(|n| format!("TCP_SYNCNT is {n}: so often it asked again"));
        let time = || own(libc::TCP_USER_TIMEOUT).map(|ms| format!("TCP_USER_TIMEOUT is {ms} ms"));
        Some(format!("{} gave up by itself: {}", socket.name(), time().or_else(tries)?))
    };
    cause.reasons.extend(set().map(Reason::from));
    cause
}

/// ETIMEDOUT of a connection: what was not acknowledged, and who set for how long.
pub(super) fn timed_out(case: &Case) -> Option<Cause> {
    let (socket, name) = case.subject()?;
    let limit = option(socket, libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT).filter(|limit| *limit > 0)?;
    let set = case.last(socket.serial, |did| *did == Did::OptionSet(libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT));
    let at = set.map_or_else(Reason::default, |fact| case.dated(", set", fact));
    let reason = format!(
        "{name} gave the connection up: nothing of what it had to send was acknowledged for {limit} ms, its \
         TCP_USER_TIMEOUT"
    );
    let mut cause = Cause::new(Reason::new(reason).join(at));
    let unsent = socket.ask(fd::outq).unwrap_or(0);
    if let Some((who, unread)) = unread(case) {
        // How much that is depends on the machine.
        let reason = Reason::new(format!("{who}, so what came is not read")).clock(format!(" ({})", bytes(unread)));
        cause =
            cause.and(reason.and(format!(", and the rest waited at {name}")).clock(format!(" ({})", bytes(unsent))));
    }
    Some(match case.other_end() {
        Some(other) => {
            let recv = format!("recv {} in time", case.called(other));
            cause.advise(format!("{recv}, or setsockopt TCP_USER_TIMEOUT 0 for the system's own")).about(other)
        }
        None => cause,
    })
}

/// Why what came to the peer is not read, and how much that is.
fn unread(case: &Case) -> Option<(String, usize)> {
    let ends = case.ends()?;
    let entry = case.world.connection(&ends.clone().turned()).filter(|entry| entry.received > 0)?;
    let who = match (case.other_end(), case.queued_at()) {
        _ if ends.is_self() => format!("{} is connected to itself and does not receive", case.me()),
        (Some(other), _) => format!("{}, the other end, does not receive", case.called(other)),
        (None, Some(server)) => format!("{} has not accepted this connection", server.name()),
        (None, None) => format!("the other end, {}, does not receive", ends.peer),
    };
    Some((who, usize::try_from(entry.received).ok()?))
}

/// EPIPE, ENOTCONN: the connection was given up before.
pub(super) fn gave_up_before(case: &Case) -> Option<Cause> {
    let (socket, name) = case.subject()?;
    if socket.ask(tcp::state) != Some(Some(State::Close)) {
        return None;
    }
    let ended = |did: &Did| matches!(did, Did::Failed(_, Name::Errno(libc::ETIMEDOUT)));
    if let Some(fact) = case.last(socket.serial, ended) {
        let reason = format!("the connection of {name} is over: {} failed with ETIMEDOUT", fact.place.name);
        return Some(Cause::new(case.dated(reason, fact)).advise("a new socket for another connection"));
    }
    // The error was taken by SO_ERROR; the other end knows of nothing.
    unread(case).and_then(|_| timed_out(case))
}
