//! Who is told what happens, and how much of it: events in their order.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::event::{At, Event, Sink, What};
use crate::explain;
use crate::help::lessons;
use crate::value::Table;
use crate::world::World;

/// What a session tells of what it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Show {
    /// Every call with its result.
    All,
    /// The same, and after each event what happened to sockets and how they stand.
    Full,
    /// What `print` prints, and errors.
    Prints,
}

/// Who is told, and what.
pub(super) struct Reporter {
    sink: Box<dyn Sink>,
    show: Show,
    seq: u64,
    /// When the session began.
    begun: Instant,
    /// The number of the last fact of the record that was told.
    fact: u64,
}

impl Reporter {
    pub(super) fn new(sink: Box<dyn Sink>, show: Show) -> Self {
        Self { sink, show, seq: 0, begun: Instant::now(), fact: 0 }
    }

    /// Whether every call is told.
    #[inline]
    pub(super) fn shows_all(&self) -> bool {
        self.show != Show::Prints
    }

    /// Show what was held back. False when nothing can be shown any more.
    pub(super) fn flush(&mut self) -> bool {
        self.sink.flush()
    }

    /// Whether frames are told.
    pub(super) fn tells_frames(&self) -> bool {
        self.shows_all() && self.sink.takes_frames()
    }

    /// Clear the screen, where there is one.
    pub(super) fn clear_screen(&mut self) {
        self.sink.clear_screen();
    }

    /// Write what is shown to that file as well, or no more.
    pub(super) fn tee(&mut self, path: Option<&Path>) -> io::Result<()> {
        self.sink.tee(path)
    }

    /// Show more of what was too long to be shown at once. False when there is no more.
    pub(super) fn more(&mut self) -> bool {
        self.sink.more()
    }

    /// The course, with what is done of it where that is kept.
    pub(super) fn lessons(&self) -> Table {
        lessons::table(|lesson| self.sink.done_of(lesson))
    }

    /// Go through a lesson. False where nobody is there to do it.
    pub(super) fn learn(&mut self, words: &[String]) -> bool {
        self.sink.learn(words)
    }

    /// The session so far as a transcript, where one is kept.
    pub(super) fn transcript(&self) -> Option<String> {
        self.sink.transcript()
    }

    /// How long ago the session began.
    pub(super) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// It is part of one that began so long ago.
    pub(super) fn began_before(&mut self, elapsed: Duration) {
        self.begun = Instant::now().checked_sub(elapsed).unwrap_or(self.begun);
    }

    /// Tell the next event. False when nothing can be told any more.
    pub(super) fn send(&mut self, world: &World, what: What, at: At) -> bool {
        self.seq += 1;
        let Self { seq, begun, .. } = *self;
        let after = if self.show == Show::Full { explain::after(world, &mut self.fact, begun) } else { None };
        self.sink.event(&Event { seq, begun, at, what, after: after.map(Box::new) })
    }
}
