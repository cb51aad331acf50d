//! A clock that makes a descriptor readable: the poller's own timeouts are in milliseconds.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};

use super::fd;

/// An alarm: timerfd_create(2).
pub(crate) struct Alarm(OwnedFd);

impl Alarm {
    /// An alarm that is not set.
    pub(crate) fn new() -> Result<Self, i32> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let made = rustix::time::timerfd_create(TimerfdClockId::Monotonic, flags).map_err(Errno::raw_os_error)?;
        Ok(Self(fd::dup_aside(made.as_fd()).unwrap_or(made)))
    }

    /// Its descriptor.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Have it go off then; never, where no time is given.
    pub(crate) fn set(&self, at: Option<Instant>) {
        // Zero would switch it off.
        let left = |at: Instant| at.saturating_duration_since(Instant::now()).max(Duration::from_nanos(1));
        let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
        let value = at.and_then(|at| Timespec::try_from(left(at)).ok()).unwrap_or(zero);
        let time = Itimerspec { it_interval: zero, it_value: value };
        // A descriptor of ours and a time that is one: it takes it.
        let _ = rustix::time::timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &time);
    }
}
