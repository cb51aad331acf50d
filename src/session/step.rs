//! Stepping: each statement of each task stops before it runs, until somebody lets it go.
//!
//! Tasks that stand before a statement wait in a queue of their own, in the order in which they would run; what they
//! have let go runs on the scheduler as ever. A line typed in between is a task that never stops. What a person
//! is shown and types is none of this file's business.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

use super::Session;
use super::event::{At, What};
use super::task::Task;
use super::tasks::MAIN;
use crate::lang::{self, Source};
use crate::value::{Failure, Name, text};
use crate::world::TaskId;

/// How many steps can be taken back.
const TRAIL_MAX: usize = 10_000;

/// Where a statement stands: how deep in its task's frames, and at which op.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Spot {
    pub depth: usize,
    pub pc: usize,
}

/// A program that is stepped through.
pub(super) struct Stepper {
    /// Its text: breakpoints are lines of it.
    source: Rc<Source>,
    /// The lines of it that a statement begins on.
    lines: BTreeSet<u32>,
    /// The tasks that stand before a statement, the one that runs next first.
    stopped: VecDeque<TaskId>,
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
}

impl Stepper {
    /// The first line from that one on that a statement begins on.
    fn statement(&self, line: u32) -> Option<u32> {
        self.lines.range(line..).next().copied()
    }

    /// What runs stops at its next statement.
    fn halt(&mut self) {
        (self.free, self.until) = (false, None);
    }

    /// A task stands before a statement again, and runs next.
    fn stop_first(&mut self, id: TaskId) {
        self.stopped.retain(|t| *t != id);
        self.stopped.push_front(id);
    }
}

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
        self.stepper = Some(Box::new(Stepper {
            source: source.clone(),
            lines,
            stopped: VecDeque::new(),
            granted: None,
            going: false,
            free: false,
            breaks: BTreeSet::new(),
            until: None,
            at: HashMap::new(),
            trail: Vec::new(),
            last: MAIN,
            evaluating: None,
        }));
        Ok(())
    }

    /// Whether a program is stepped through, and has not ended.
    pub fn is_stepping(&self) -> bool {
        self.stepper.is_some()
    }

    /// The program is over: what is typed from here on runs as ever, and so do tasks that are left.
    pub fn stop_stepping(&mut self) {
        if let Some(stepper) = self.stepper.take() {
            self.world.ready.extend(stepper.stopped);
        }
    }

    /// The statement that runs next.
    pub fn next_stop(&self) -> Option<NextStatement> {
        let id = self.first_stopped()?;
        let task = self.tasks.get(id)?;
        let frame = task.frames.last()?;
        let place = frame.code.places.get(frame.pc)?;
        Some(NextStatement {
            task: (id.index != 0).then(|| task.name.clone()),
            source: frame.code.source.clone(),
            line: place.span.line,
            last_line: frame.code.last_line(frame.pc),
        })
    }

    /// Whether something can run now that nobody has to let go.
    pub fn can_run(&self) -> bool {
        !self.world.ready.is_empty() || self.world.has_news()
    }

    /// The lines of the program between a statement and the one before it.
    pub fn lines_above(&self, line: u32) -> std::ops::Range<u32> {
        let before = self.stepper.as_ref().and_then(|s| s.lines.range(..line).next_back());
        before.map_or(1, |before| before + 1)..line
    }

    /// Let the next statement run.
    pub fn let_go(&mut self) {
        let Some(stepper) = &mut self.stepper else { return };
        if let Some(id) = stepper.stopped.pop_front() {
            stepper.granted = Some(id);
            stepper.last = id;
            self.world.ready.push_front(id);
        }
        self.status.meet_interrupt();
    }

    /// Let the next task run although its statement is done with: what runs in its place stops nowhere.
    pub(super) fn let_go_past(&mut self) {
        self.let_go();
        if let Some(stepper) = &mut self.stepper {
            stepper.granted = None;
        }
    }

    /// The task that runs next.
    pub(super) fn first_stopped(&self) -> Option<TaskId> {
        self.stepper.as_ref()?.stopped.front().copied()
    }

    /// Pass over the next statement, a block with all that is in it. Gives its first and last line.
    pub fn pass_over(&mut self) -> Option<(u32, u32)> {
        let stop = self.next_stop()?;
        let id = self.stepper.as_mut()?.stopped.pop_front()?;
        let task = self.tasks.get_mut(id)?;
        let depth = task.frames.len();
        let frame = task.frames.last_mut()?;
        let spot = Spot { depth, pc: frame.pc };
        frame.pc = frame.code.places.get(frame.pc)?.end as usize;
        self.walked(id, spot);
        if let Some(stepper) = &mut self.stepper {
            stepper.last = id;
        }
        self.world.ready.push_front(id);
        Some((stop.line, stop.last_line))
    }

    /// Go back to the statement that ran last, which undoes nothing. Only within a call of a def that still runs.
    pub fn step_back(&mut self) -> Result<(), &'static str> {
        const GONE: &str = "what ran before has ended: a place can be gone back to only within a def that still runs";

        let Some(stepper) = &mut self.stepper else { return Err(GONE) };
        let Some(&(id, spot)) = stepper.trail.last() else { return Err("nothing has run yet") };
        if !stepper.stopped.contains(&id) {
            return Err("that task waits or has ended: `where` tells");
        }
        let Some(task) = self.tasks.get_mut(id) else { return Err(GONE) };
        if task.frames.len() < spot.depth {
            return Err(GONE);
        }
        // The place stands in the def that the later one was called from, or in the same one.
        if task.frames.len() > spot.depth {
            return Err("a def was entered since: `skip` to its end first");
        }
        let Some(frame) = task.frames.last_mut().filter(|f| spot.pc < f.code.ops.len() && f.afters.is_empty()) else {
            return Err(GONE);
        };
        frame.pc = spot.pc;
        if let Some(stepper) = &mut self.stepper {
            stepper.trail.pop();
            stepper.stop_first(id);
        }
        Ok(())
    }

    /// Let all run, to a line or to a breakpoint. False when no statement begins on that line or after it.
    pub fn run_free(&mut self, until: Option<u32>) -> bool {
        let Some(stepper) = &mut self.stepper else { return false };
        let line = until.and_then(|line| stepper.statement(line));
        let runs = until.is_none() || line.is_some();
        if runs {
            stepper.free = true;
            stepper.until = line;
            // The place it stands at is no place to stop at.
            stepper.granted = stepper.stopped.front().copied();
            let stopped = std::mem::take(&mut stepper.stopped);
            self.world.ready.extend(stopped);
        }
        self.status.meet_interrupt();
        runs
    }

    /// Whether all runs until a breakpoint.
    pub fn runs_free(&self) -> bool {
        self.stepper.as_ref().is_some_and(|s| s.free)
    }

    /// Set a breakpoint, or take it away. Gives the line it is on, which has a statement, and whether it is set.
    pub fn toggle_break(&mut self, line: u32) -> Option<(u32, bool)> {
        let stepper = self.stepper.as_mut()?;
        let line = stepper.statement(line)?;
        let set = !stepper.breaks.remove(&line) && stepper.breaks.insert(line);
        Some((line, set))
    }

    /// The lines with a breakpoint.
    pub fn breaks(&self) -> Vec<u32> {
        self.stepper.as_ref().map_or(Vec::new(), |s| s.breaks.iter().copied().collect())
    }

    /// The program that is stepped through.
    pub fn stepped(&self) -> Option<&Rc<Source>> {
        self.stepper.as_ref().map(|s| &s.source)
    }

    /// The task whose call a person waits for.
    pub(super) fn foreground(&self) -> TaskId {
        let Some(stepper) = &self.stepper else { return MAIN };
        let last = self.tasks.get(stepper.last).filter(|t| t.parked.is_some());
        stepper.evaluating.or(last.map(|t| t.id)).unwrap_or(MAIN)
    }

    /// Whether lines that were typed in between still run.
    pub fn is_evaluating(&self) -> bool {
        self.stepper.as_ref().is_some_and(|s| s.evaluating.is_some())
    }

    pub(super) fn set_evaluating(&mut self, task: Option<TaskId>) {
        if let Some(stepper) = &mut self.stepper {
            stepper.evaluating = task;
        }
    }

    /// Ctrl-C: what was let go last stops at its next statement; what it waits for is given up.
    pub fn interrupt_steps(&mut self) {
        if let Some(stepper) = &mut self.stepper {
            stepper.halt();
        }
        let id = self.foreground();
        if self.tasks.get(id).is_some_and(|t| t.parked.is_some()) {
            self.raise_in(id, Failure::new(Name::Interrupted));
        } else {
            self.status.keep_interrupt();
        }
    }

    /// Whether a task stops before its next op. It then stands in the queue.
    #[cold]
    pub(super) fn halts(&mut self, task: &Task) -> bool {
        let (Some(stepper), Some(frame)) = (&mut self.stepper, task.frames.last()) else { return false };
        let Some(place) = frame.code.places.get(frame.pc).filter(|p| p.end != 0 && !task.evaluates) else {
            return false;
        };
        let spot = Spot { depth: task.frames.len(), pc: frame.pc };
        if stepper.granted == Some(task.id) {
            stepper.granted = None;
            self.walked(task.id, spot);
            return false;
        }
        let line = place.span.line;
        let reached = stepper.until == Some(line) || stepper.breaks.contains(&line);
        if stepper.free && !(reached && Rc::ptr_eq(&stepper.source, &frame.code.source)) {
            self.walked(task.id, spot);
            return false;
        }
        // It may have been woken more than once.
        if stepper.stopped.contains(&task.id) {
            return true;
        }
        if stepper.free || stepper.going {
            stepper.stopped.push_front(task.id);
        } else {
            stepper.stopped.push_back(task.id);
        }
        stepper.halt();
        true
    }

    /// A task runs the statement at that spot.
    pub(super) fn walked(&mut self, id: TaskId, spot: Spot) {
        let Some(stepper) = &mut self.stepper else { return };
        stepper.at.insert(id, spot);
        if stepper.trail.len() >= TRAIL_MAX {
            stepper.trail.drain(..TRAIL_MAX / 2);
        }
        stepper.trail.push((id, spot));
    }

    /// A statement failed and nothing takes the error: the task stands before it again. False when the call it was in
    /// has gone.
    pub(super) fn stands_again(&mut self, task: &mut Task) -> bool {
        let Some(stepper) = &mut self.stepper else { return false };
        let Some(spot) = stepper.at.get(&task.id).copied().filter(|s| s.depth <= task.frames.len()) else {
            return false;
        };
        task.frames.truncate(spot.depth);
        let Some(frame) = task.frames.last_mut() else { return false };
        frame.pc = spot.pc;
        stepper.halt();
        stepper.stop_first(task.id);
        stepper.trail.pop_if(|(id, at)| *id == task.id && *at == spot);
        let line = self.standing(task).span.line;
        self.tell_at(task, What::Noted(format!("line {line} is still next: change it, or `skip`")));
        true
    }

    /// Whether a line of the top level is shown when it begins: nobody has typed it, nor will.
    pub(super) fn tells_line(&self, line: u32) -> bool {
        self.stepper.as_ref().is_none_or(|s| s.free && s.until != Some(line) && !s.breaks.contains(&line))
    }

    /// Whether a task's results show as at the prompt: its line was typed there just now.
    pub(super) fn is_typed(&self, task: &Task) -> bool {
        self.stepper.as_ref().is_some_and(|s| !s.free && s.going && s.last == task.id)
    }

    /// A task begins to run: it is the next again when it was let go just now. Gives how that was before.
    pub(super) fn stepper_runs(&mut self, task: &Task) -> bool {
        let Some(stepper) = &mut self.stepper else { return false };
        let going = task.parked.is_none() && stepper.last == task.id;
        std::mem::replace(&mut stepper.going, going)
    }

    /// It has run: all is as before.
    pub(super) fn stepper_ran(&mut self, before: bool) {
        if let Some(stepper) = &mut self.stepper {
            stepper.going = before;
        }
    }

    /// Where a task stands: at the statement it is in, or before the one it stops at.
    pub(super) fn standing(&self, task: &Task) -> At {
        let mut at = Self::at(task);
        let next = task.frames.last().and_then(|f| f.code.places.get(f.pc)).filter(|_| self.is_stopped(task.id));
        if let Some(place) = next {
            at.span = place.span;
        }
        at
    }

    /// A task goes another way: it stands before nothing.
    pub(super) fn leaves_stop(&mut self, id: TaskId) {
        if let Some(stepper) = &mut self.stepper {
            stepper.stopped.retain(|t| *t != id);
        }
    }

    /// Whether tasks stand before a statement: then nothing is stuck.
    pub(super) fn has_stopped(&self) -> bool {
        self.stepper.as_ref().is_some_and(|s| !s.stopped.is_empty())
    }

    /// Whether that task stands before a statement, to be let go.
    pub(super) fn is_stopped(&self, id: TaskId) -> bool {
        self.stepper.as_ref().is_some_and(|s| s.stopped.contains(&id))
    }
}
