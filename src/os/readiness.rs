//! select(2) and poll(2) of many descriptors, without waiting.
#![allow(unsafe_code)]

use std::os::fd::RawFd;

use super::fd::last;
use super::trace::{Arg, traced};

/// The first descriptor that a `fd_set` has no room for.
pub const SELECT_MAX: RawFd = libc::FD_SETSIZE as RawFd;

/// poll(2): the events that are there, each beside those that are asked for.
pub fn poll(asked: &[(RawFd, i16)]) -> Result<Vec<i16>, i32> {
    let mut all: Vec<_> =
        asked.iter().map(|(fd, events)| libc::pollfd { fd: *fd, events: *events, revents: 0 }).collect();
    let count = loop {
        // SAFETY: the entries live through the call, and there are as many as it is told.
        match unsafe { libc::poll(all.as_mut_ptr(), all.len() as libc::nfds_t, 0) } {
            -1 if last() == libc::EINTR => {}
            -1 => break Err(last()),
            count => break Ok(count),
        }
    };
    let told = || all.iter().map(|one| (one.fd, one.events, one.revents));
    traced!("poll", result = count; Arg::Polled(&told().collect::<Vec<_>>()), Arg::Int(0))?;
    Ok(all.iter().map(|one| one.revents).collect())
}

/// select(2): of each of the three sets those that are ready. No descriptor may be [`SELECT_MAX`] or more.
pub fn select(numbers: [&[RawFd]; 3]) -> Result<[Vec<RawFd>; 3], i32> {
    let end = numbers.into_iter().flatten().max().map_or(0, |most| most + 1);
    if end > SELECT_MAX {
        return Err(libc::EINVAL);
    }
    let made = || {
        let mut sets = [empty(), empty(), empty()];
        for (set, numbers) in sets.iter_mut().zip(numbers) {
            // SAFETY: every number is below FD_SETSIZE.
            numbers.iter().for_each(|fd| unsafe { libc::FD_SET(*fd, set) });
        }
        sets
    };
    let (count, sets) = loop {
        let [mut r, mut w, mut x] = made();
        let mut now = libc::timeval { tv_sec: 0, tv_usec: 0 };
        // SAFETY: the sets and the time live through the call.
        match unsafe { libc::select(end, &raw mut r, &raw mut w, &raw mut x, &raw mut now) } {
            -1 if last() == libc::EINTR => {}
            -1 => break (Err(last()), [empty(), empty(), empty()]),
            count => break (Ok(count), [r, w, x]),
        }
    };
    let mut ready = [const { Vec::new() }; 3];
    for ((ready, set), numbers) in ready.iter_mut().zip(&sets).zip(numbers) {
        // SAFETY: as above; the set is one that the kernel filled in.
        ready.extend(numbers.iter().filter(|fd| unsafe { libc::FD_ISSET(**fd, set) }));
    }
    traced!("select", result = count;
        Arg::Int(end.into()), Arg::Fds(numbers[0]), Arg::Fds(numbers[1]), Arg::Fds(numbers[2]))?;
    Ok(ready)
}

fn empty() -> libc::fd_set {
    let mut set = std::mem::MaybeUninit::uninit();
    // SAFETY: FD_ZERO fills the set in before anything reads it.
    unsafe {
        libc::FD_ZERO(set.as_mut_ptr());
        set.assume_init()
    }
}
