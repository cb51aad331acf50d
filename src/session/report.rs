//! Telling what happens, with the place that the task stands at.

use std::time::Duration;

use super::Session;
use super::event::{At, What};
use super::repeat::repeats;
use super::status::Stop;
use super::task::Task;
use super::tasks::MAIN;
use crate::lang::Span;
use crate::os::trace::{self, Syscall};

impl Session {
    /// Show what was held back. False when nothing can be shown any more.
    pub fn flush(&mut self) -> bool {
        self.tell_frames();
        self.status.stop() == Some(Stop::Output) || self.reporter.flush()
    }

    /// Tell what happened, after the system calls that it took.
    pub(super) fn tell(&mut self, what: What, at: At) {
        self.tell_frames();
        if !trace::is_on() {
            return self.tell_alone(what, at);
        }
        self.tell_calls(&at);
        // What is asked in order to show a value is no part of a call.
        trace::aside(|| self.tell_alone(what, at));
    }

    /// Tell the system calls that were made since the last time.
    pub(super) fn tell_calls(&mut self, at: &At) {
        for call in trace::take() {
            self.tell_alone(What::Traced(call), at.clone());
        }
    }

    /// Tell what became of frames since the last time.
    fn tell_frames(&mut self) {
        if self.world.wires.follows {
            for (wire, frame) in self.world.wires.take_news() {
                self.tell_alone(What::Frame(wire, frame.into()), At::default());
            }
        }
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

    /// `timing on`: tell it, below what the call showed.
    pub(super) fn tell_time(&mut self, task: &Task, took: Option<Duration>) {
        if let Some(took) = took.filter(|_| self.times && self.reporter.shows_all()) {
            self.tell_at(task, What::Timed(took));
        }
    }

    /// `trace on`: what the engine does between system calls.
    pub(super) fn tell_engine(&mut self, task: &Task, text: String) {
        self.tell_at(task, What::Traced(Syscall { text, fds: Vec::new() }));
    }

    /// Where a task stands.
    pub(super) fn at(task: &Task) -> At {
        let repeats = repeats(task);
        let place = task.frames.last().map(|f| (f, f.code.places.get(f.pc.saturating_sub(1))));
        At {
            process: None,
            // A coroutine speaks for the task that resumed it.
            task: (task.id != MAIN && (task.job.is_none() || repeats) && !task.evaluates && !task.handle.coroutine)
                .then(|| task.name.clone()),
            source: place.map(|(f, _)| f.code.source.clone()),
            span: place.and_then(|(_, p)| p).map_or(Span::default(), |p| p.span),
            // A background call has a line of its own.
            nested: place.and_then(|(_, p)| p).is_some_and(|p| p.nested)
                && (task.job.is_none() || task.frames.len() > 1),
            repeats,
        }
    }
}
