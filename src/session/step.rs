//! Stepping: each statement of each task stops before it runs, until somebody lets it go.
//!
//! Tasks that stand before a statement wait in a queue of their own, in the order in which they would run; what they
//! have let go runs on the scheduler as ever. A line typed in between is a task that never stops. What a person is shown
//! and types is none of this file's business.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Session;
use super::event::{At, What};
use super::stepper::Spot;
use super::task::Task;
use super::tasks::MAIN;
use crate::lang::{self, Source};
use crate::value::{Failure, Name, text};
use crate::world::TaskId;

/// A statement that a task stands before.
pub struct NextStatement {
    /// The task; none for the main one.
    pub task: Option<Rc<str>>,
    /// The program.
    pub source: Rc<Source>,
    /// The line it stands on.
    pub line: u32,
    /// It ends on that line.
    pub last_line: u32,
}

impl NextStatement {
    /// The line as it stands in the program, fit for a terminal.
    pub fn text(&self) -> String {
        text::printable(self.source.line(self.line).trim())
    }
}

impl Session {
    /// Read a program and step through it: its first statement is the next.
    pub fn step_through(&mut self, source: &Rc<Source>) -> Result<(), lang::Error> {
        self.start(source)?;
        let mut lines = BTreeSet::new();
        if let Some(frame) = self.tasks.get(MAIN).and_then(|main| main.frames.last()) {
            frame.code.statements(&mut lines);
        }
        self.stepper.begin(source, lines);
        Ok(())
    }

    /// The program is over: what is typed from here on runs as ever, and so do tasks that are left.
    pub fn stop_stepping(&mut self) {
        self.world.ready.extend(self.stepper.end());
    }

    /// The statement that runs next.
    pub fn next_stop(&self) -> Option<NextStatement> {
        let task = self.tasks.get(self.stepper.first()?)?;
        let frame = task.frames.last()?;
        let place = frame.code.places.get(frame.pc)?;
        Some(NextStatement {
            task: (task.id != MAIN).then(|| task.name.clone()),
            source: frame.code.source.clone(),
            line: place.span.line,
            last_line: frame.code.last_line(frame.pc),
        })
    }

    /// Whether something can run now that nobody has to let go.
    pub fn can_run(&self) -> bool {
        !self.world.ready.is_empty() || self.world.has_news()
    }

    /// Let the next statement run.
    pub fn let_go(&mut self) {
        self.let_go_on(true);
    }

    /// Let the next task run: the statement that it stands before, or what runs in its place and stops nowhere.
    pub(super) fn let_go_on(&mut self, granted: bool) {
        if let Some(id) = self.stepper.let_go(granted) {
            self.world.ready.push_front(id);
        }
        self.status.meet_interrupt();
    }

    /// Pass over the next statement, a block with all that is in it. Gives its first and last line.
    pub fn pass_over(&mut self) -> Option<(u32, u32)> {
        let stop = self.next_stop()?;
        let task = self.tasks.get_mut(self.stepper.first()?)?;
        let depth = task.frames.len();
        let frame = task.frames.last_mut()?;
        let spot = Spot { depth, pc: frame.pc };
        frame.pc = frame.code.places.get(frame.pc)?.end as usize;
        self.stepper.walked(task.id, spot);
        if let Some(id) = self.stepper.let_go(false) {
            self.world.ready.push_front(id);
        }
        Some((stop.line, stop.last_line))
    }

    /// Go back to the statement that ran last, which undoes nothing. Only within a call of a def that still runs.
    pub fn step_back(&mut self) -> Result<(), &'static str> {
        const GONE: &str = "what ran before has ended: a place can be gone back to only within a def that still runs";

        let (id, spot) = self.stepper.last_walked().ok_or("nothing has run yet")?;
        if !self.stepper.has(id) {
            return Err("that task waits or has ended: `where` tells");
        }
        let Some(task) = self.tasks.get_mut(id).filter(|task| task.frames.len() >= spot.depth) else {
            return Err(GONE);
        };
        // The place stands in the def that the later one was called from, or in the same one.
        if task.frames.len() > spot.depth {
            return Err("a def was entered since: `skip` to its end first");
        }
        let Some(frame) = task.frames.last_mut().filter(|f| spot.pc < f.code.ops.len() && f.afters.is_empty()) else {
            return Err(GONE);
        };
        frame.pc = spot.pc;
        self.stepper.walk_back();
        Ok(())
    }

    /// Let all run, to a line or to a breakpoint. False when no statement begins on that line or after it.
    pub fn run_free(&mut self, until: Option<u32>) -> bool {
        let stopped = self.stepper.run_free(until);
        let runs = stopped.is_some();
        self.world.ready.extend(stopped.into_iter().flatten());
        self.status.meet_interrupt();
        runs
    }

    /// The task whose call a person waits for.
    pub(super) fn foreground(&self) -> TaskId {
        let last = self.tasks.get(self.stepper.last()).filter(|task| task.parked.is_some());
        self.stepper.evaluating().or(last.map(|task| task.id)).unwrap_or(MAIN)
    }

    /// Ctrl-C: what was let go last stops at its next statement; what it waits for is given up.
    pub fn interrupt_steps(&mut self) {
        self.stepper.halt();
        let id = self.foreground();
        if self.tasks.get(id).is_some_and(|t| t.parked.is_some()) {
            self.raise_in(id, Failure::new(Name::Interrupted));
        } else {
            self.status.keep_interrupt();
        }
    }

    /// Whether a task stops before its next op.
    #[cold]
    pub(super) fn halts(&mut self, task: &Task) -> bool {
        let Some(frame) = task.frames.last() else { return false };
        let place = frame.code.places.get(frame.pc).filter(|place| place.end != 0 && !task.evaluates);
        let spot = Spot { depth: task.frames.len(), pc: frame.pc };
        place.is_some_and(|place| self.stepper.halts(task.id, spot, &frame.code.source, place.span.line))
    }

    /// A statement failed and nothing takes the error: the task stands before it again. False when the call it was in
    /// has gone.
    pub(super) fn stands_again(&mut self, task: &mut Task) -> bool {
        let Some(spot) = self.stepper.stands_again(task.id, task.frames.len()) else { return false };
        task.frames.truncate(spot.depth);
        if let Some(frame) = task.frames.last_mut() {
            frame.pc = spot.pc;
        }
        let line = self.standing(task).span.line;
        self.tell_at(task, What::Noted(format!("line {line} is still next: change it, or `skip`")));
        true
    }

    /// Where a task stands: at the statement it is in, or before the one it stops at.
    pub(super) fn standing(&self, task: &Task) -> At {
        let mut at = Self::at(task);
        let next = task.frames.last().and_then(|f| f.code.places.get(f.pc)).filter(|_| self.stepper.has(task.id));
        if let Some(place) = next {
            at.span = place.span;
        }
        at
    }
}
