//! When a session at the prompt has come to rest: all that can run now has run.
//!
//! A person types a line when what went before has settled. A line that was pasted or typed ahead waits for that as well,
//! and so does one that is run again from a transcript: what comes of it is the same.

use std::time::{Duration, Instant};

use crate::session::Session;

/// What never comes to rest is not waited for longer than that.
const MOST: Duration = Duration::from_millis(50);

/// The time between two lines.
pub(super) struct Rest {
    /// When it began.
    pub since: Instant,
    idle: bool,
    /// All is at rest.
    pub over: bool,
}

impl Rest {
    /// A line is over.
    pub(super) fn begin() -> Self {
        Self { since: Instant::now(), idle: false, over: false }
    }

    /// A turn comes: until when it may wait.
    pub(super) fn before_turn(&mut self, session: &Session) -> Option<Instant> {
        self.idle = !session.can_run();
        (!self.over).then_some(self.since)
    }

    /// A turn has been: nothing could run before it, and nothing has come.
    pub(super) fn after_turn(&mut self, session: &Session) {
        self.over |= self.idle && !session.can_run() || self.since.elapsed() >= MOST;
    }
}
