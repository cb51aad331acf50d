//! The mio poller: which descriptors have news, which signals came, whether another thread has something for us.
//!
//! mio is edge-triggered. An event says only "try again": readiness is never remembered, never shown.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook_mio::v1_0::Signals;

use super::fd;
use super::trace::{self, Arg};

const WAKER: Token = Token(0);
const SIGNALS: Token = Token(1);
const CABLE: Token = Token(2);
/// The first token that stands for a descriptor.
pub(crate) const FIRST: usize = 3;
/// Events taken in one poll; more come in the next.
const EVENTS: usize = 1024;
/// What is heard of a descriptor.
const ALL: Interest = Interest::READABLE.add(Interest::WRITABLE).add(Interest::PRIORITY);
/// The same in the words of epoll(7).
const EVERY: &str = "EPOLLIN|EPOLLPRI|EPOLLOUT|EPOLLRDHUP|EPOLLET";
/// The signals that ask us to stop.
const STOPPING: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

static PENDING: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// The last stopping signal that came, 0 for none: set by the handler, so that a loop that never waits sees it too.
fn pending() -> &'static Arc<AtomicUsize> {
    PENDING.get_or_init(Arc::default)
}

/// Catch SIGINT, SIGTERM and SIGHUP from now on: each is remembered until [`take_signal`].
pub(crate) fn catch_signals() -> io::Result<()> {
    for signal in STOPPING {
        signal_hook::flag::register_usize(signal, pending().clone(), signal as usize)?;
    }
    Ok(())
}

/// What stands for no signal, but for the end of the memory: nothing goes on as it was, either.
pub(crate) const NO_MEMORY: i32 = -1;

/// Have the next look find that there is no more memory, unless a signal is there.
pub(super) fn tell_no_memory() {
    if let Some(pending) = PENDING.get() {
        let _ = pending.compare_exchange(0, NO_MEMORY as usize, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Whether a stopping signal came since the last look.
pub(crate) fn has_signal() -> bool {
    pending().load(Ordering::Relaxed) != 0
}

/// The stopping signal that came since the last look, if one did.
#[inline]
pub(crate) fn take_signal() -> Option<i32> {
    let flag = pending();
    if flag.load(Ordering::Relaxed) == 0 {
        return None;
    }
    Some(flag.swap(0, Ordering::Relaxed) as i32)
}

/// Keep the signals of the line editor from this thread and those it starts, or let them in again. Only the thread that
/// edits the line may be stopped by Ctrl-Z, or the prompt does not come back with `fg`; and what the editor does when the
/// terminal has a new size is done with that thread's descriptors.
pub(crate) fn block_editors(block: bool) {
    let how = if block { libc::SIG_BLOCK } else { libc::SIG_UNBLOCK };
    let mut set = std::mem::MaybeUninit::uninit();
    // SAFETY: sigemptyset fills the set in before anything reads it.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), libc::SIGTSTP);
        libc::sigaddset(set.as_mut_ptr(), libc::SIGWINCH);
        libc::pthread_sigmask(how, set.as_ptr(), std::ptr::null_mut());
    }
}

/// Have a stopping signal be found by the next look.
pub(crate) fn put_back_signal(signal: i32) {
    pending().store(signal as usize, Ordering::Relaxed);
}

/// What one poll brought.
#[derive(Default)]
pub struct News {
    /// Tokens of descriptors something happened to, and whether that is more than data or room: an end, an error, an
    /// urgent byte.
    pub tokens: Vec<(usize, bool)>,
    /// Another thread has something for us.
    pub woken: bool,
    /// Frames have come from hosts.
    pub frames: bool,
}

impl News {
    /// Forget what came, for what comes next.
    pub fn clear(&mut self) {
        self.tokens.clear();
        self.woken = false;
        self.frames = false;
    }
}

/// The poller with its waker.
pub struct Poller {
    poll: Poll,
    events: Events,
    waker: Arc<Waker>,
    signals: Signals,
}

impl Poller {
    /// A poller that stopping signals interrupt.
    pub fn new() -> io::Result<Self> {
        fd::out_of_the_way(Self::open)
    }

    fn open() -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
        let mut signals = Signals::new(STOPPING)?;
        poll.registry().register(&mut signals, SIGNALS, Interest::READABLE)?;
        Ok(Self { poll, events: Events::with_capacity(EVENTS), waker, signals })
    }

    /// What another thread wakes us with.
    pub fn waker(&self) -> Arc<Waker> {
        self.waker.clone()
    }

    /// Hear of anything that happens to a descriptor, from now on and of what is there already.
    pub fn register(&self, fd: RawFd, token: usize) -> io::Result<()> {
        let added = self.poll.registry().register(&mut SourceFd(&fd), Token(token), ALL);
        self.tell("EPOLL_CTL_ADD", fd, EVERY, &added);
        added
    }

    /// Hear of the frames that come to where hosts' links end.
    pub(crate) fn hear_cable(&self, fd: RawFd) -> io::Result<()> {
        self.poll.registry().register(&mut SourceFd(&fd), CABLE, Interest::READABLE)
    }

    /// Hear of it as if it were new: the program knows nothing of its being registered.
    pub fn renew(&self, fd: RawFd, token: usize) -> io::Result<()> {
        let renewed = self.poll.registry().reregister(&mut SourceFd(&fd), Token(token), ALL);
        self.tell("EPOLL_CTL_ADD", fd, EVERY, &renewed);
        renewed
    }

    /// Hear no more of it. To be called before it is closed.
    pub fn deregister(&self, fd: RawFd) {
        // It may be gone from the poller already when its last duplicate was closed elsewhere.
        let removed = self.poll.registry().deregister(&mut SourceFd(&fd));
        self.tell("EPOLL_CTL_DEL", fd, "NULL", &removed);
    }

    /// Report what was asked of epoll.
    fn tell(&self, what: &str, fd: RawFd, events: &str, done: &io::Result<()>) {
        let done = done.as_ref().copied().map_err(|e| e.raw_os_error().unwrap_or(0));
        let args = [Arg::Fd(self.poll.as_raw_fd()), Arg::Word(what), Arg::Fd(fd), Arg::Word(events)];
        trace::report("epoll_ctl", &args, &done);
    }

    /// Wait for more news, at most that long; `None` waits for ever. A signal ends the wait with what is there.
    pub fn wait(&mut self, timeout: Option<Duration>, news: &mut News) -> io::Result<()> {
        match self.poll.poll(&mut self.events, timeout) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        for event in &self.events {
            match event.token() {
                WAKER => news.woken = true,
                CABLE => news.frames = true,
                SIGNALS => self.signals.pending().for_each(drop),
                Token(token) => {
                    let ends = event.is_read_closed() || event.is_write_closed() || event.is_error();
                    news.tokens.push((token, ends || event.is_priority()));
                }
            }
        }
        Ok(())
    }
}
