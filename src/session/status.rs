//! How a session stands: what its main task is at, and why all ends before its program does.

use std::time::{Duration, Instant};

use crate::os::poller;
use crate::value::{Failure, bounds};

/// Ops between two looks at the clock, when the whole run is bounded.
const CLOCK_EVERY: u32 = 1024;

/// How the main task stands.
#[derive(Clone, PartialEq, Default, Debug)]
pub enum Main {
    /// It has nothing to do.
    #[default]
    Idle,
    /// It has lines to run.
    Running,
    /// Its lines ended with an error.
    Failed(Failure),
}

/// Why a session ends before its program does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// `quit`, with its exit status.
    Quit(u8),
    /// The output cannot be written any more.
    Output,
    /// The bound on the whole run ran out.
    TimedOut,
    /// A signal asks for it.
    Signal(i32),
}

/// How a session stands.
#[derive(Default)]
pub struct Status {
    main: Main,
    stop: Option<Stop>,
    /// When the whole run must be over.
    deadline: Option<Instant>,
    /// Counts ops, where the clock is looked at.
    ops: u32,
    /// Ctrl-C came before the line it was meant for.
    early_interrupt: bool,
    /// Ctrl-C came since a line was asked for.
    interrupted: bool,
    /// Ctrl-C is meant for another program, which has the terminal.
    deaf: bool,
}

impl Status {
    /// How the main task stands.
    pub fn main(&self) -> &Main {
        &self.main
    }

    pub(super) fn set_main(&mut self, main: Main) {
        self.main = main;
    }

    /// Take the main task's error, if its lines ended with one.
    pub fn take_failure(&mut self) -> Option<Failure> {
        match std::mem::replace(&mut self.main, Main::Idle) {
            Main::Failed(failure) => Some(failure),
            other => {
                self.main = other;
                None
            }
        }
    }

    /// Why it ends before its program does, if it does.
    pub fn stop(&self) -> Option<Stop> {
        self.stop
    }

    /// Ask it to end.
    pub fn ask_stop(&mut self, stop: Stop) {
        self.stop.get_or_insert(stop);
    }

    /// Bound the whole run from now on.
    pub fn end_after(&mut self, timeout: Option<Duration>) {
        self.deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        bounds::end_at(self.deadline);
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// So late is it.
    pub(super) fn is_at(&mut self, now: Instant) {
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            self.ask_stop(Stop::TimedOut);
        }
    }

    /// An op runs: whether it is time to look at the clock.
    #[inline]
    pub(super) fn counts_op(&mut self) -> bool {
        self.deadline.is_some() && {
            self.ops = self.ops.wrapping_add(1);
            self.ops.is_multiple_of(CLOCK_EVERY)
        }
    }

    /// Whether Ctrl-C is meant for another program, which has the terminal.
    pub fn be_deaf(&mut self, deaf: bool) {
        self.deaf = deaf;
    }

    pub(super) fn is_deaf(&self) -> bool {
        self.deaf
    }

    pub(super) fn note_interrupt(&mut self) {
        self.interrupted = true;
    }

    /// Whether Ctrl-C came since a line was asked for, or since this was asked.
    pub fn was_interrupted(&mut self) -> bool {
        std::mem::take(&mut self.interrupted)
    }

    /// A Ctrl-C may be meant for a line that is on its way from the editor.
    pub(super) fn keep_interrupt(&mut self) {
        self.early_interrupt = true;
    }

    /// The line has come.
    pub(super) fn meet_interrupt(&mut self) {
        if std::mem::take(&mut self.early_interrupt) {
            poller::put_back_signal(libc::SIGINT);
        }
    }

    /// A new line is asked for: a Ctrl-C from before is not meant for it.
    pub fn forget_interrupt(&mut self) {
        self.early_interrupt = false;
        self.interrupted = false;
    }
}
