//! An epoll as it stands: what it watches, what is there of it, and whether it would tell.

use std::os::fd::BorrowedFd;

use crate::linux::constants::EPOLL_EVENTS;
use crate::os::epoll::Watching;
use crate::os::fd;
use crate::value::{Handle, Reason, Value};
use crate::world::{Epoll, World};

/// What an epoll watches, and what epoll_wait would do now.
pub(super) fn stands(world: &World, epoll: &Epoll) -> Vec<Reason> {
    let mut out = vec![Reason::new(format!("{} = {}", epoll.label(), epoll.summary()))];
    let Some(tells) = epoll.end.ask(|fd| fd::poll(fd, libc::POLLIN)).map(|there| there != 0) else { return out };
    let watched = epoll.registered();
    out.extend(watched.iter().map(|one| Reason::new(format!("  {}", entry(world, one, tells)))));
    out.push(Reason::new(match (tells, watched.is_empty()) {
        (true, _) => "epoll_wait gives what is there at once",
        (false, false) => "epoll_wait waits: there is nothing to tell",
        (false, true) => "epoll_wait waits for ever: epoll_ctl ADD comes first",
    }));
    out
}

/// One that is watched: what for, and what of that is there.
fn entry(world: &World, watched: &Watching, tells: bool) -> String {
    let name = match world.owner(watched) {
        Value::Handle(live) => live.short(),
        // No name is left of it, or it was added elsewhere.
        _ => format!("descriptor {}", watched.fd),
    };
    // Two of them are always told.
    let asked = EPOLL_EVENTS.join(watched.events & !(libc::EPOLLERR | libc::EPOLLHUP));
    if !watched.is_armed() {
        return format!("{name}: {asked}: its one event was told; MOD arms it again");
    }
    let there = |fd: BorrowedFd<'_>| fd::poll(fd, watched.events as i16);
    let there = world.find(watched.serial).and_then(|socket| socket.ask(there)).unwrap_or(0);
    let found = EPOLL_EVENTS.join(i32::from(there as u16));
    match there {
        0 => format!("{name}: {asked}; nothing of that is there"),
        _ if watched.is_edge() && !tells => {
            format!("{name}: {asked}; {found} is there and was told: with EPOLLET it is told again when more comes")
        }
        _ => format!("{name}: {asked}; {found} is there"),
    }
}
