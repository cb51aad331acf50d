//! Causes of a wait that was not allowed or ended: how the socket waits, and what did not come.

use std::os::fd::AsFd;

use super::datagrams::{self, Missed};
use super::{Case, Cause, bytes, covers, elsewhere, given_up, is_set, listens, local, option};
use crate::os::tcp::Info;
use crate::os::{fd, sockopt};
use crate::value::{Addr, Clue, Name, Tried, text};
use crate::world::record::{Did, Ends, Fact};
use crate::world::{Mode, Socket, dropped};

/// The flags that the call was given.
fn flags(case: &Case) -> i32 {
    match case.failure.tried {
        Tried::Send { flags, .. } | Tried::Receive { flags, .. } => flags,
        _ => 0,
    }
}

/// Why the call did not wait, or no longer.
fn limit(case: &Case, socket: &Socket) -> Option<Clue> {
    let name = socket.name();
    let set = |did: &Did| matches!(did, Did::ModeSet(_));
    let option = |number| move |did: &Did| *did == Did::OptionSet(libc::SOL_SOCKET, number);
    let at = |fact: Option<&Fact>| fact.map_or_else(Clue::default, |fact| Clue::new(": set").join(case.when(fact)));
    let sends = matches!(case.failure.tried, Tried::Send { .. });
    if flags(case) & libc::MSG_DONTWAIT != 0 {
        return Some("MSG_DONTWAIT was given".into());
    }
    match socket.mode.get() {
        Mode::NonBlocking => Some(Clue::new(format!("{name} is non-blocking")).join(at(case.last(socket.serial, set)))),
        Mode::Timeout(s) if case.failure.name == Name::Timeout => {
            let clue = Clue::new(format!("the timeout of {name} is {} s", text::float(s)));
            Some(clue.join(at(case.last(socket.serial, set))))
        }
        Mode::Blocking => {
            let waits = socket.shared.waits.get();
            let (word, number, limit) = if sends {
                ("SO_SNDTIMEO", libc::SO_SNDTIMEO, waits.send)
            } else {
                ("SO_RCVTIMEO", libc::SO_RCVTIMEO, waits.receive)
            };
            let clue = Clue::new(format!("{word} of {name} is {} s", text::float(limit?.as_secs_f64())));
            Some(clue.join(at(case.last(socket.serial, option(number)))))
        }
        Mode::Timeout(_) => None,
    }
}

/// What is missing, why the call did not wait for it, and how to wait.
fn missing(case: &Case, socket: &Socket, clue: Clue, ready: &str) -> Cause {
    let name = socket.name();
    let cause = Cause::new(clue);
    let cause = match limit(case, socket) {
        Some(limit) => cause.and(limit),
        None => cause,
    };
    match case.failure.name {
        Name::Timeout => cause,
        _ => {
            // What has gone would go twice.
            let part = matches!(case.failure.tried, Tried::Send { sent: 1.., .. });
            let again = if part { "the rest alone" } else { "again" };
            cause.advise(format!(
                "{} {again} when poll {name} {ready} says {ready}, or setblocking {name} on to wait",
                case.call
            ))
        }
    }
}

/// accept: no connection.
pub(super) fn nobody_came(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| listens(s))?;
    let at = local(socket)?;
    Some(missing(case, socket, Clue::new(format!("no connection waits on {at}")), "IN"))
}

/// recv: nothing came.
pub(super) fn nothing_came(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    let name = socket.name();
    if flags(case) & libc::MSG_ERRQUEUE != 0 {
        let cause = Cause::new(format!("the error queue of {name} is empty; a receive from it never waits"));
        return Some(cause.advise(format!("{} again when poll {name} ERR says ERR", case.call)));
    }
    if flags(case) & libc::MSG_OOB != 0 {
        return None;
    }
    let waits = socket.open_fd().ok().and_then(|fd| fd::inq(fd.as_fd()).ok()).unwrap_or(0);
    if waits > 0 {
        let enough = socket.shared.waits.get().low_water;
        let clue = format!("{} wait, and SO_RCVLOWAT of {name} is {enough}", bytes(waits));
        return (socket.is_stream() && waits < enough).then(|| missing(case, socket, clue.into(), "IN"));
    }
    if let Some(server) = case.queued_at() {
        let clue = format!("{} has not accepted this connection yet", server.name());
        return Some(missing(case, socket, clue.into(), "IN").about(server.serial));
    }
    if Ends::of(socket).is_some_and(|ends| ends.is_self()) {
        let clue = format!("{name} is connected to itself, and has sent nothing that was not read");
        return Some(missing(case, socket, clue.into(), "IN"));
    }
    let Some(other) = case.other_end() else {
        let at = local(socket).filter(|_| socket.kind == libc::SOCK_DGRAM)?;
        return Some(no_datagram(case, socket, &at));
    };
    let held = case.others().into_iter().find(|s| s.serial == other && s.is_stream());
    let held = held.and_then(|s| fd::outq(s.open_fd().ok()?.as_fd()).ok()).unwrap_or(0);
    if held > 0 {
        let clue = format!(
            "{}, the other end of {name}, holds {} back: TCP_CORK, MSG_MORE or a full window",
            case.called(other),
            bytes(held)
        );
        return Some(missing(case, socket, clue.into(), "IN").about(other));
    }
    let silent = case.record().is_some_and(|j| {
        j.knows_all(other) && !case.world.shares && j.last(other, |did| matches!(did, Did::Sent { .. })).is_none()
    });
    let what = if silent { "has sent nothing yet" } else { "has sent nothing that was not read" };
    let clue = Clue::new(format!("{}, the other end of {name}, {what}", case.called(other)));
    Some(missing(case, socket, clue, "IN").about(other))
}

/// recv of a datagram socket: what came was not for it, or found no room.
fn no_datagram(case: &Case, socket: &Socket, at: &Addr) -> Cause {
    let name = socket.name();
    let none = |clue: Clue| missing(case, socket, clue, "IN");
    let mut cause = match datagrams::missed(case.world, socket) {
        Some(Missed { why, other, advice }) => {
            let instead = || format!("{} {} ...", case.call, case.called(other));
            none(why.into()).advise(advice.unwrap_or_else(instead)).about(other)
        }
        None => {
            let may_share = is_set(socket, libc::SO_REUSEADDR) || is_set(socket, libc::SO_REUSEPORT);
            let elsewhere = if may_share { elsewhere::shares(case, at) } else { None };
            none(elsewhere.unwrap_or_else(|| format!("no datagram waits on {at}")).into())
        }
    };
    if let drops @ 1.. = dropped(socket) {
        let room = option(socket, libc::SO_RCVBUF).unwrap_or(0);
        let filtered = case.record().is_some_and(|record| datagrams::has_filter(record, socket.serial));
        let or = if filtered { "its filter refused or what " } else { "" };
        let clue = Clue::new(format!("{name} threw away what {or}found no room in its SO_RCVBUF"));
        // How much fits depends on the machine.
        cause.clues.insert(1, clue.clock(format!(" of {room}: {drops} until now")));
    }
    cause
}

/// send: the buffers are full.
pub(super) fn no_room(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    if let Some(server) = case.queued_at() {
        let clue =
            format!("the buffers are full: {} has not accepted this connection yet, so nobody reads", server.name());
        return Some(missing(case, socket, clue.into(), "OUT").about(server.serial));
    }
    let Some(other) = case.other_end() else {
        let (who, unread) = given_up::unread(case)?;
        let clue = Clue::new(format!("the buffers are full: {who}, so what came is not read"));
        return Some(missing(case, socket, clue.clock(format!(" ({})", bytes(unread))), "OUT"));
    };
    let open = case.others().into_iter().find(|s| s.serial == other)?;
    let unread = fd::inq(open.open_fd().ok()?.as_fd()).ok().filter(|n| *n > 0)?;
    let clue = if socket.is_stream() {
        // How much fits depends on the machine.
        Clue::new(format!("the buffers are full: {}, the other end, has", open.name()))
            .clock(format!(" {unread} bytes"))
            .and(" not read")
    } else {
        Clue::new(format!("the queue of {}, the other end, is full", open.name()))
    };
    Some(missing(case, socket, clue, "OUT").about(other))
}

/// EINPROGRESS, EALREADY.
pub(super) fn under_way(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    let name = socket.name();
    let asked = case.last(socket.serial, |did| matches!(did, Did::Connecting(_)));
    // What this very call began is no news.
    let earlier = asked.filter(|fact| case.record().is_some_and(|record| fact.place.call != record.place.call));
    let to = match asked.map(|fact| &fact.did) {
        Some(Did::Connecting(to)) => to.clone(),
        _ => case.to()?,
    };
    let clue = Clue::new(format!("not a failure: the connection to {to} is being made")).join(case.since(earlier));
    Some(Cause::new(clue).advise(format!("poll {name} OUT 1; then getsockopt {name} SO_ERROR gives 0 or the errno")))
}

/// connect: the queue of the listening socket is full.
pub(super) fn queue_full(case: &Case) -> Option<Cause> {
    let to = case.to()?;
    let carried = |did: &Did| matches!(did, Did::Sent { .. } | Did::Received { .. });
    if case.last(case.socket.as_ref()?.serial, carried).is_some() {
        return None;
    }
    let serves = |s: &std::rc::Rc<Socket>| listens(s) && local(s).is_some_and(|at| covers(&at, &to));
    let Some(server) = case.others().into_iter().find(serves) else {
        let cause = elsewhere::queue(&to).map(Cause::new)?;
        return Some(gave_up(case, cause).advise("accept there, or listen with a larger backlog"));
    };
    let name = server.name();
    let full = match to {
        Addr::Path(_) | Addr::Abstract(_) => true,
        _ => {
            let info = server.open_fd().ok().and_then(|fd| Info::of(fd.as_fd()).ok());
            info.and_then(|i| i.backlog()).is_some_and(|(waiting, room)| waiting > room)
        }
    };
    full.then(|| {
        let cause = Cause::new(format!("the queue of {name} is full: its connections wait to be accepted"));
        gave_up(case, cause)
            .advise(format!("accept {name}, or a larger backlog: listen {name} 128"))
            .about(server.serial)
    })
}

/// ETIMEDOUT: which option of its own made the socket give up.
fn gave_up(case: &Case, cause: Cause) -> Cause {
    let set = || {
        let socket = case.socket.as_ref().filter(|_| case.is(libc::ETIMEDOUT))?;
        let own = |number: i32| {
            case.last(socket.serial, |did| *did == Did::OptionSet(libc::IPPROTO_TCP, number))?;
            sockopt::get_int(socket.open_fd().ok()?.as_fd(), libc::IPPROTO_TCP, number).ok()
        };
        let tries = || own(libc::TCP_SYNCNT).map(|n| format!("TCP_SYNCNT is {n}: so often it asked again"));
        let time = || own(libc::TCP_USER_TIMEOUT).map(|ms| format!("TCP_USER_TIMEOUT is {ms} ms"));
        Some(format!("{} gave up by itself: {}", socket.name(), time().or_else(tries)?))
    };
    match set() {
        Some(clue) => cause.and(clue),
        None => cause,
    }
}
