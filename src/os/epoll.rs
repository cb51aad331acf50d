//! epoll(7): instances of the program's own, beside the poller that the session waits with.
#![allow(unsafe_code)]

use std::fs;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::OnceLock;

use super::fd::last;
use super::trace::{Arg, traced};
use crate::linux::constants::{EPOLL_EVENTS, EPOLL_OPS};

/// The most events that epoll_wait(2) takes: more do not fit its arithmetic.
const EVENTS_MAX: i32 = i32::MAX / size_of::<libc::epoll_event>() as i32;
/// The most that are fetched at once.
const FETCHED_MAX: i32 = 1 << 20;
/// How many bits of an entry's number tell its descriptor.
const FD_BITS: u32 = 24;
/// How many tell whose it is. The others tell which process added it: an epoll may be passed on.
const SERIAL_BITS: u32 = 32;

/// What an epoll says of a descriptor, or is asked to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Watching {
    /// Whose it is: the number that it was added with; 0 where another process did that.
    pub serial: u64,
    /// The descriptor by whose number it was added, which may be closed or another's now.
    pub fd: RawFd,
    /// Events, and flags where it is what was asked for.
    pub events: i32,
}

impl Watching {
    /// Whether it tells of anything: after an event of EPOLLONESHOT it does not.
    pub fn is_armed(&self) -> bool {
        self.events & !(libc::EPOLLET | libc::EPOLLONESHOT | libc::EPOLLEXCLUSIVE | libc::EPOLLWAKEUP) != 0
    }

    /// Whether it tells of what comes, not of what is there.
    pub fn is_edge(&self) -> bool {
        self.events & libc::EPOLLET != 0
    }

    fn packed(self) -> u64 {
        let serial = self.serial & ((1 << SERIAL_BITS) - 1);
        adder() << (SERIAL_BITS + FD_BITS) | serial << FD_BITS | self.fd as u64 & ((1 << FD_BITS) - 1)
    }

    fn unpacked(events: u32, packed: u64) -> Self {
        let fd = (packed & ((1 << FD_BITS) - 1)) as RawFd;
        let own = packed >> (SERIAL_BITS + FD_BITS) == adder();
        let serial = if own { packed >> FD_BITS & ((1 << SERIAL_BITS) - 1) } else { 0 };
        Self { serial, fd, events: events as i32 }
    }
}

/// What stands in an entry's number for this process.
fn adder() -> u64 {
    static ADDER: OnceLock<u64> = OnceLock::new();
    *ADDER.get_or_init(|| u64::from(std::process::id()) % (1 << (u64::BITS - SERIAL_BITS - FD_BITS)))
}

/// Whether a descriptor is one of an epoll.
pub fn is_one(fd: BorrowedFd<'_>) -> bool {
    fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd()))
        .is_ok_and(|of| of.as_os_str() == "anon_inode:[eventpoll]")
}

/// epoll_create1(2): closed on exec.
pub fn create() -> Result<OwnedFd, i32> {
    // SAFETY: epoll_create1(2) takes a plain number; what it gives is ours alone.
    let made = unsafe {
        match libc::epoll_create1(libc::EPOLL_CLOEXEC) {
            -1 => Err(last()),
            fd => Ok(OwnedFd::from_raw_fd(fd)),
        }
    };
    traced!("epoll_create1", result = made; Arg::Word("EPOLL_CLOEXEC"))
}

/// epoll_ctl(2); the kernel judges the operation and the events.
pub fn ctl(epoll: BorrowedFd<'_>, op: i32, entry: Watching) -> Result<(), i32> {
    let mut event = libc::epoll_event { events: entry.events as u32, u64: entry.packed() };
    // SAFETY: the event is read during the call alone, and all else are plain numbers.
    let done = match unsafe { libc::epoll_ctl(epoll.as_raw_fd(), op, entry.fd, &raw mut event) } {
        -1 => Err(last()),
        _ => Ok(()),
    };
    let events = if op == libc::EPOLL_CTL_DEL { Arg::Word("NULL") } else { Arg::Flags(&EPOLL_EVENTS, entry.events) };
    let name = EPOLL_OPS.name_of(op).map(|name| format!("EPOLL_CTL_{name}"));
    traced!("epoll_ctl", result = done;
        Arg::Fd(epoll.as_raw_fd()), name.as_ref().map_or(Arg::Int(op.into()), |name| Arg::Word(name)), Arg::Fd(entry.fd),
        events)
}

/// epoll_wait(2) without waiting: at most that many events, which the kernel judges.
pub fn ready(epoll: BorrowedFd<'_>, max: i32) -> Result<Vec<Watching>, i32> {
    let room = if (1..=EVENTS_MAX).contains(&max) { max.min(FETCHED_MAX) } else { max };
    let mut events: Vec<libc::epoll_event> = Vec::with_capacity(room.clamp(0, FETCHED_MAX) as usize);
    let count = loop {
        // SAFETY: there is room for as many as are asked for; any other number the kernel refuses before it writes.
        match unsafe { libc::epoll_wait(epoll.as_raw_fd(), events.as_mut_ptr(), room, 0) } {
            -1 if last() == libc::EINTR => {}
            -1 => break Err(last()),
            count => break Ok(count as usize),
        }
    };
    // SAFETY: the kernel wrote that many.
    unsafe { events.set_len(*count.as_ref().unwrap_or(&0)) };
    let found: Vec<Watching> = events.iter().map(|event| Watching::unpacked(event.events, event.u64)).collect();
    let told = traced!("epoll_wait", result = count;
        Arg::Fd(epoll.as_raw_fd()), Arg::Ready(&found.iter().map(|e| (e.events, e.fd)).collect::<Vec<_>>()),
        Arg::Int(max.into()), Arg::Int(0));
    told.map(|_| found)
}

/// What is registered with an epoll, as the kernel has it, by descriptor: of one that is closed, too, while its open file is
/// not.
pub fn registered(epoll: BorrowedFd<'_>) -> Vec<Watching> {
    let Ok(text) = fs::read_to_string(format!("/proc/self/fdinfo/{}", epoll.as_raw_fd())) else { return Vec::new() };
    let entry = |line: &str| {
        let mut words = line.strip_prefix("tfd:")?.split_whitespace();
        let fd = words.next()?.parse().ok()?;
        let mut number =
            |name: &str| u64::from_str_radix(words.find(|w| *w == name).and_then(|_| words.next())?, 16).ok();
        let (events, data) = (number("events:")?, number("data:")?);
        Some(Watching { fd, ..Watching::unpacked(events as u32, data) })
    };
    let mut all: Vec<Watching> = text.lines().filter_map(entry).collect();
    all.sort_by_key(|one| (one.fd, one.serial));
    all
}
