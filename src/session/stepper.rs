//! Which task stands before a statement while a program is stepped through, and whether it may go on.
//!
//! It stands in the middle of its turn, and nothing else of the program runs until it goes on: what a stepped program does,
//! it does in the order in which it runs. Several stand only where one runs within the turn of another, as a background call
//! that is tried does: they go on from the innermost outwards.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

use crate::lang::Source;
use crate::world::TaskId;

/// How many steps can be taken back.
const TRAIL_MAX: usize = 10_000;

/// Where a statement stands: how deep in its task's frames, and at which op.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Spot {
    pub depth: usize,
    pub pc: usize,
}

/// A program that is stepped through, if one is.
#[derive(Default)]
pub struct Stepper {
    /// Its text: breakpoints are lines of it.
    source: Option<Rc<Source>>,
    /// The lines of it that a statement begins on.
    lines: BTreeSet<u32>,
    /// The tasks that stand before a statement, the one that runs next first.
    stopped: VecDeque<TaskId>,
    /// How many of those came to stand since one went on: each in the turn of the one after it.
    fresh: usize,
    /// Those that go on, the next one first.
    resuming: VecDeque<TaskId>,
    /// The task that may run the statement it stands before.
    granted: Option<TaskId>,
    /// The task that runs has not waited since it was let go: it is the next again.
    going: bool,
    /// Nothing stops but at a breakpoint.
    free: bool,
    breaks: BTreeSet<u32>,
    until: Option<u32>,
    /// The statement each task is in.
    at: HashMap<TaskId, Spot>,
    /// The statements that ran, the last one last.
    trail: Vec<(TaskId, Spot)>,
    /// The task that was let go last.
    last: TaskId,
    /// The task that runs lines typed in between.
    evaluating: Option<TaskId>,
    /// The statement that was let go last failed, and is still the next.
    failed: bool,
}

impl Stepper {
    /// Step through a program with statements on these lines.
    pub(super) fn begin(&mut self, source: &Rc<Source>, lines: BTreeSet<u32>) {
        *self = Self { source: Some(source.clone()), lines, ..Self::default() };
    }

    /// The program is over. Gives the tasks that still stand before a statement.
    pub(super) fn end(&mut self) -> VecDeque<TaskId> {
        let Self { mut resuming, stopped, .. } = std::mem::take(self);
        resuming.extend(stopped);
        resuming
    }

    /// Whether the program stands still: its task stands before a statement, and nobody has let it go on.
    #[inline]
    pub(super) fn holds(&self) -> bool {
        self.is_on() && !self.stopped.is_empty() && self.resuming.is_empty()
    }

    /// Whether a task was let go that has not gone on yet.
    pub(super) fn resumes(&self) -> bool {
        !self.resuming.is_empty()
    }

    /// The task that goes on with its turn now, if one was let go.
    pub(super) fn resume(&mut self) -> Option<TaskId> {
        self.fresh = 0;
        self.resuming.pop_front()
    }

    /// Whether a program is stepped through, and has not ended.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.source.is_some()
    }

    /// The program that is stepped through.
    pub fn source(&self) -> Option<&Rc<Source>> {
        self.source.as_ref()
    }

    /// The first line from that one on that a statement begins on.
    fn statement(&self, line: u32) -> Option<u32> {
        self.lines.range(line..).next().copied()
    }

    /// The lines of the program between a statement and the one before it.
    pub fn lines_above(&self, line: u32) -> std::ops::Range<u32> {
        self.lines.range(..line).next_back().map_or(1, |before| before + 1)..line
    }

    /// Set a breakpoint, or take it away. Gives the line it is on, which has a statement, and whether it is set.
    pub fn toggle_break(&mut self, line: u32) -> Option<(u32, bool)> {
        let line = self.statement(line)?;
        let set = !self.breaks.remove(&line) && self.breaks.insert(line);
        Some((line, set))
    }

    /// The lines with a breakpoint.
    pub fn breaks(&self) -> Vec<u32> {
        self.breaks.iter().copied().collect()
    }

    /// The task that runs next.
    pub(super) fn first(&self) -> Option<TaskId> {
        self.stopped.front().copied()
    }

    /// Whether a task stands before a statement.
    pub(super) fn has(&self, id: TaskId) -> bool {
        self.stopped.contains(&id)
    }

    /// The task that was let go last.
    pub(super) fn last(&self) -> TaskId {
        self.last
    }

    /// Whether the statement that was let go last failed, and is still the next.
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// The task that runs lines typed in between.
    pub fn evaluating(&self) -> Option<TaskId> {
        self.evaluating
    }

    pub(super) fn set_evaluating(&mut self, task: Option<TaskId>) {
        self.evaluating = task;
    }

    /// Let the first task go on, which may run the statement that it stands before, or is past it.
    pub(super) fn let_go(&mut self, granted: bool) {
        let Some(id) = self.stopped.pop_front() else { return };
        self.failed = false;
        self.granted = granted.then_some(id);
        self.last = id;
        self.resuming.push_back(id);
    }

    /// Let all run, to a line or to a breakpoint. False when no statement begins on that line or after it.
    pub(super) fn run_free(&mut self, until: Option<u32>) -> bool {
        self.until = match until.map(|line| self.statement(line)) {
            Some(None) => return false,
            found => found.flatten(),
        };
        self.free = true;
        // The place it stands at is no place to stop at.
        self.granted = self.first();
        self.resuming.extend(self.stopped.drain(..));
        true
    }

    /// Whether all runs until a breakpoint.
    pub(super) fn runs_free(&self) -> bool {
        self.free
    }

    /// What runs stops at its next statement.
    pub(super) fn halt(&mut self) {
        (self.free, self.until) = (false, None);
    }

    /// Whether a task stops before the statement at that spot. It then stands in the queue.
    pub(super) fn halts(&mut self, id: TaskId, spot: Spot, source: &Rc<Source>, line: u32) -> bool {
        let is_ours = self.source.as_ref().is_some_and(|ours| Rc::ptr_eq(ours, source));
        let reached = is_ours && (self.until == Some(line) || self.breaks.contains(&line));
        if self.granted == Some(id) {
            self.granted = None;
            self.walked(id, spot);
            return false;
        }
        if self.free && !reached {
            self.walked(id, spot);
            return false;
        }
        self.stop(id);
        self.halt();
        true
    }

    /// A task stands before a statement, in the turn that it has.
    fn stop(&mut self, id: TaskId) {
        self.stopped.insert(self.fresh, id);
        self.fresh += 1;
        // Others that were to go on stand where they did, behind it.
        self.stopped.extend(self.resuming.drain(..));
    }

    /// A task runs the statement at that spot.
    pub(super) fn walked(&mut self, id: TaskId, spot: Spot) {
        self.at.insert(id, spot);
        if self.trail.len() >= TRAIL_MAX {
            self.trail.drain(..TRAIL_MAX / 2);
        }
        self.trail.push((id, spot));
    }

    /// The statement that ran last.
    pub(super) fn last_walked(&self) -> Option<(TaskId, Spot)> {
        self.trail.last().copied()
    }

    /// It is the next again.
    pub(super) fn walk_back(&mut self) {
        self.trail.pop();
    }

    /// The statement that a task is in failed: it is the next again. Gives where it stands, not deeper than that.
    pub(super) fn stands_again(&mut self, id: TaskId, depth: usize) -> Option<Spot> {
        self.failed = true;
        let spot = self.at.get(&id).copied().filter(|spot| spot.depth <= depth)?;
        self.halt();
        self.leave(id);
        self.stop(id);
        self.trail.pop_if(|walked| *walked == (id, spot));
        Some(spot)
    }

    /// A task goes another way: it stands before nothing.
    pub(super) fn leave(&mut self, id: TaskId) {
        if let Some(at) = self.stopped.iter().position(|t| *t == id) {
            self.stopped.remove(at);
            self.fresh -= usize::from(at < self.fresh);
        }
        self.resuming.retain(|t| *t != id);
    }

    /// Whether a line of the top level is shown when it begins: nobody has typed it, nor will.
    pub(super) fn tells_line(&self, line: u32) -> bool {
        !self.is_on() || (self.free && self.until != Some(line) && !self.breaks.contains(&line))
    }

    /// Whether a task's results show as at the prompt: its line was typed there just now.
    pub(super) fn is_typed(&self, id: TaskId) -> bool {
        !self.free && self.going && self.last == id
    }

    /// A task begins to run: it is the next again when it was let go just now. Gives how that was before.
    pub(super) fn runs(&mut self, id: TaskId, waited: bool) -> bool {
        let going = self.is_on() && !waited && self.last == id;
        std::mem::replace(&mut self.going, going)
    }

    /// It has run: all is as before.
    pub(super) fn ran(&mut self, before: bool) {
        self.going = before;
    }
}
