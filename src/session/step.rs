//! Stepping: each statement of each task stops before it runs, until somebody lets it go.
//!
//! A task stops in the middle of its turn, and the whole program stands still with it: no other task has a turn, no wait
//! ends, no news is told, and its clock stands. When it is let go the turn goes on as if it had not stopped, so that a stepped
//! program does what it does when it runs, in that order, however long a person looks at a line. A line typed in between is a
//! task beside the program, which stops nowhere; it alone runs while the program stands. What a person is shown and types is
//! none of this file's business.

use std::collections::BTreeSet;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::event::{At, What};
use super::stepper::Spot;
use super::task::Task;
use super::tasks::MAIN;
use super::{Session, Stop};
use crate::lang::{self, Source};
use crate::os::poller;
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
        if self.stepper.holds() {
            return self.world.ready.iter().any(|id| self.tasks.is_beside(*id));
        }
        self.stepper.resumes() || !self.world.ready.is_empty() || self.world.has_news()
    }

    /// Whether the task that was let go last waits in its call.
    pub fn last_waits(&self) -> bool {
        self.tasks.get(self.stepper.last()).is_some_and(|task| task.parked.is_some())
    }

    /// Whether the program that is stepped through stands still.
    pub fn stands(&self) -> bool {
        self.stepper.holds()
    }

    /// Let the next statement run.
    pub fn let_go(&mut self) {
        self.let_go_on(true);
    }

    /// Let the next task run: the statement that it stands before, or what runs in its place and stops nowhere.
    pub(super) fn let_go_on(&mut self, granted: bool) {
        self.stepper.let_go(granted);
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
        self.stepper.let_go(false);
        Some((stop.line, stop.last_line))
    }

    /// Go back to the statement that ran last, which undoes nothing. Only within a call of a def that still runs.
    pub fn step_back(&mut self) -> Result<(), &'static str> {
        const GONE: &str = "what ran before has ended: a place can be gone back to only within a def that still runs";

        let (id, spot) = self.stepper.last_walked().ok_or("nothing has run yet")?;
        if self.stepper.first() != Some(id) {
            return Err("that task waits or has ended, and another is next: `where` tells");
        }
        let Some(task) = self.tasks.get_mut(id).filter(|task| task.frames.len() >= spot.depth) else {
            return Err(GONE);
        };
        // The place stands in the def that the later one was called from, or in the same one.
        if task.frames.len() > spot.depth {
            return Err("a def was entered since: `skip` to its end first");
        }
        let Some(frame) = task
            .frames
            .last_mut()
            .filter(|f| spot.pc < f.code.ops.len() && f.tries.as_ref().is_none_or(|tries| tries.afters.is_empty()))
        else {
            return Err(GONE);
        };
        frame.pc = spot.pc;
        self.stepper.walk_back();
        Ok(())
    }

    /// Let all run, to a line or to a breakpoint. False when no statement begins on that line or after it.
    pub fn run_free(&mut self, until: Option<u32>) -> bool {
        let runs = self.stepper.run_free(until);
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

    /// A turn while the program stands still: what a person typed beside it runs, until that time at most. Says whether
    /// another thread rang.
    pub(super) fn turn_beside(&mut self, until: Option<Instant>) -> io::Result<bool> {
        self.timers.hold();
        self.world.clock.hold();
        let next = self.world.ready.iter().position(|id| self.tasks.is_beside(*id));
        let next = next.and_then(|at| self.world.ready.remove(at));
        if let Some(id) = next.or_else(|| self.wait_over_beside()) {
            if let Some(task) = self.tasks.take(id) {
                self.run(task);
            }
            return Ok(false);
        }
        if !self.reporter.flush() {
            self.status.ask_stop(Stop::Output);
            return Ok(false);
        }
        let tasks = &self.tasks;
        let end = self.timers.end_of(|timer| tasks.is_beside(timer.task));
        let end = [end, until, self.status.deadline()].into_iter().flatten().min();
        let left = end.map(|at| at.saturating_duration_since(self.timers.read()));
        self.world.poller()?;
        let left = if poller::has_signal() { Some(Duration::ZERO) } else { left };
        let rang = self.world.poll_aside(left, |id| tasks.is_beside(id))?;
        let now = self.timers.read();
        if let Some(signal) = poller::take_signal() {
            self.interrupt(signal);
        }
        self.status.is_at(now);
        Ok(rang)
    }

    /// The task of the next wait that is over of what was typed beside the program.
    fn wait_over_beside(&mut self) -> Option<TaskId> {
        let tasks = &self.tasks;
        let timer = self.timers.take_due_of(|timer| tasks.is_beside(timer.task))?;
        let current = self.tasks.has_timer(&timer);
        current.then(|| self.wait_is_over(&timer))
    }

    /// A task that stood goes on with its turn. That took none of the program's time.
    pub(super) fn go_on(&mut self, id: TaskId) -> io::Result<bool> {
        let tasks = &self.tasks;
        let stood = self.timers.go_on(|task| !tasks.is_beside(task));
        self.world.clock.go_on();
        for task in self.tasks.iter_mut().filter(|task| !task.evaluates) {
            if let Some(until) = task.parked.as_mut().and_then(|parked| parked.until.as_mut()) {
                *until += stood;
            }
        }
        self.give_turn(id)
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
