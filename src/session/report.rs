//! Telling what happens: events in their order, with the place that the task stands at.

use std::time::Instant;

use super::Session;
use super::event::{At, Event, Sink, What};
use super::status::Stop;
use super::task::Task;
use super::tasks::MAIN;
use crate::explain;
use crate::lang::Span;
use crate::os::trace::{self, Syscall};
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
    pub(super) begun: Instant,
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

    /// The session so far as a transcript, where one is kept.
    pub(super) fn transcript(&self) -> Option<String> {
        self.sink.transcript()
    }

    fn send(&mut self, world: &World, what: What, at: At) -> bool {
        self.seq += 1;
        let Self { seq, begun, .. } = *self;
        let after = if self.show == Show::Full { explain::after(world, &mut self.fact, begun) } else { None };
        self.sink.event(&Event { seq, begun, at, what, after: after.map(Box::new) })
    }
}

impl Session {
    /// Show what was held back. False when nothing can be shown any more.
    pub fn flush(&mut self) -> bool {
        self.status.stop() == Some(Stop::Output) || self.reporter.flush()
    }

    /// Tell what happened, after the system calls that it took.
    pub(super) fn tell(&mut self, what: What, at: At) {
        if !trace::is_on() {
            return self.tell_alone(what, at);
        }
        for call in trace::take() {
            self.tell_alone(What::Traced(call), at.clone());
        }
        // What is asked in order to show a value is no part of a call.
        trace::aside(|| self.tell_alone(what, at));
    }

    fn tell_alone(&mut self, what: What, mut at: At) {
        at.process.clone_from(&self.world.family.name);
        // With others on the same output, what was said first must stand first.
        if !self.reporter.send(&self.world, what, at) || (self.world.family.is_shared() && !self.reporter.flush()) {
            self.status.ask_stop(Stop::Output);
        }
    }

    /// Tell what a task did.
    pub(super) fn tell_at(&mut self, task: &Task, what: What) {
        let mut at = Self::at(task);
        at.nested = at.nested && !self.stepper.is_typed(task.id);
        self.tell(what, at);
    }

    /// `trace on`: what the engine does between system calls.
    pub(super) fn tell_engine(&mut self, task: &Task, text: String) {
        self.tell_at(task, What::Traced(Syscall { text, fds: Vec::new() }));
    }

    /// Where a task stands.
    pub(super) fn at(task: &Task) -> At {
        let place = task.frames.last().map(|f| (f, f.code.places.get(f.pc.saturating_sub(1))));
        At {
            process: None,
            // A coroutine speaks for the task that resumed it.
            task: (task.id != MAIN && task.job.is_none() && !task.evaluates && !task.handle.coroutine)
                .then(|| task.name.clone()),
            source: place.map(|(f, _)| f.code.source.clone()),
            span: place.and_then(|(_, p)| p).map_or(Span::default(), |p| p.span),
            nested: place.and_then(|(_, p)| p).is_some_and(|p| p.nested),
        }
    }
}
