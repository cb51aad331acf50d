//! Running a task: one op after the other, until it must wait or is done.

use std::rc::Rc;

use super::event::What;
use super::task::{Frame, Parked, Parking, Pending, Task, Temp};
use super::{Session, expr};
use crate::os::{poller, trace};
use crate::program::{After, Code, Op, SHOW, Site, takes};
use crate::value::{Failure, Name, Reply, Value};
use crate::world::{Step, Wake};

/// How a task goes on after an op.
pub(super) enum Flow {
    /// With its next op.
    On,
    /// Not now: it waits.
    Parked,
    /// Never: its last frame is gone.
    Ended,
}

/// What comes of a request.
pub(super) enum Answer {
    /// The call is done.
    Reply(Reply),
    /// The task goes on as the flow says, and its call has told all there is to tell.
    Flow(Flow),
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

impl Session {
    /// Run a task until it waits or ends.
    pub(super) fn run(&mut self, mut task: Box<Task>) {
        let before = std::mem::replace(&mut self.world.current, task.id);
        let stepped = self.stepper.runs(task.id, task.parked.is_some());
        let mut flow = match task.parked.take() {
            Some(parked) => self.wake_up(&mut task, parked),
            None if task.frames.is_empty() => Flow::Ended,
            None => Flow::On,
        };
        while matches!(flow, Flow::On) {
            flow = self.steps(&mut task);
        }
        self.close_orphans_if_any(&task);
        if trace::is_on() {
            // What nothing was told of is this task's still.
            self.tell_calls(&Self::at(&task));
        }
        match flow {
            Flow::Ended => {
                if task.handle.failure.borrow().as_ref().is_some_and(|f| f.name == Name::Cancelled) {
                    self.world.release_all(task.id);
                }
                self.end(task);
            }
            _ => self.tasks.put_back(task),
        }
        // A background call is tried while the task that made it runs.
        self.world.current = before;
        self.stepper.ran(stepped);
    }

    /// A parked task may be able to go on.
    fn wake_up(&mut self, task: &mut Task, mut parked: Parked) -> Flow {
        let expired = std::mem::take(&mut task.expired);
        if let (Parking::Beat, true) = (&parked.on, expired) {
            return Flow::On;
        }
        self.keep_place(task, &parked.site);
        let Some(result) = self.come_of(task, &mut parked.on, expired) else {
            task.parked = Some(parked);
            return Flow::Parked;
        };
        let Site { targets, expect, .. } = &*parked.site;
        let is_told = matches!(parked.on, Parking::Jobs(_)) && self.reporter.shows_all();
        if is_told && result.is_ok() && targets.is_empty() && expect.is_none() {
            // The announcement has just shown what it gave.
            let took = task.took();
            self.tell_time(task, took);
            return Flow::On;
        }
        self.settle(task, &parked.site, result)
    }

    /// What has come of a wait; none while it lasts.
    fn come_of(&mut self, task: &Task, on: &mut Parking, expired: bool) -> Option<Result<Step, Failure>> {
        let done = |reply| Some(Ok(Step::Done(reply)));
        match on {
            Parking::Call(wait, resume) => {
                let wake = if expired { Wake::Expired } else { Wake::Ready };
                if trace::is_on() {
                    self.tell_engine(task, if expired { "... its time is up" } else { "... woken" }.into());
                }
                let result = resume(&mut self.world, wake)?;
                self.world.unwatch(wait, task.id);
                Some(result)
            }
            Parking::Jobs(jobs) => Some(self.jobs.result(jobs, &self.globals)?.map(Step::Done)),
            Parking::Join(other) if other.done.get() || expired => done(other.result()),
            // Beside a program that stands nobody else has a turn.
            Parking::Turn(entry) if self.fairness.entries() >= *entry || task.evaluates => done(Reply::Nothing),
            // An entry of the run queue from before is not its turn.
            Parking::Join(_) | Parking::Turn(_) | Parking::Beat => None,
            Parking::Resumed(coroutine) => match (coroutine.passed.borrow_mut().take(), coroutine.done.get()) {
                (Some(value), _) => done(Reply::One(value)),
                (None, true) => {
                    let failure = coroutine.failure.borrow_mut().take().filter(|f| f.name != Name::Cancelled);
                    Some(Err(failure.map_or_else(ended, |failure| *failure)))
                }
                (None, false) => None,
            },
            Parking::Yielded => done(Reply::One(task.handle.passed.borrow_mut().take()?)),
        }
    }

    /// Run ops of the same frame, until the task goes on in another one or not at all.
    fn steps(&mut self, task: &mut Task) -> Flow {
        let Some(frame) = task.frames.last_mut() else { return Flow::Ended };
        let code = frame.code.clone();
        loop {
            if let Some(signal) = poller::take_signal() {
                return self.signal(task, signal);
            }
            if self.status.counts_op() {
                self.status.is_at(self.timers.read());
            }
            if self.status.stop().is_some() || (self.stepper.is_on() && self.halts(task)) {
                return Flow::Parked;
            }
            let Some(frame) = task.frames.last_mut() else { return Flow::Ended };
            let Some(op) = code.ops.get(frame.pc) else { return self.leave(task, Reply::Nothing) };
            frame.pc += 1;
            // What loops are made of is done here.
            let failure = match op {
                Op::Call(site) => match self.call(task, site) {
                    None => continue,
                    Some(flow) => return flow,
                },
                Op::Let(slot, name, expr) => match self.globals.assign(&frame.scope, *slot, expr) {
                    Ok(()) => {
                        if self.reporter.shows_all()
                            && let Some(value) = self.globals.get(&frame.scope, *slot)
                        {
                            self.tell_let(task, name.clone(), value);
                        }
                        self.close_orphans_if_any(task);
                        continue;
                    }
                    Err(failure) => failure,
                },
                Op::Jump(to) => {
                    frame.pc = *to;
                    continue;
                }
                Op::Unless(expr, to) => match self.globals.holds(&frame.scope, expr) {
                    Ok(true) => continue,
                    Ok(false) => {
                        frame.pc = *to;
                        continue;
                    }
                    Err(failure) => failure,
                },
                Op::Down(temp, exit) => {
                    if !frame.count_down(*temp) {
                        frame.pc = *exit;
                    }
                    continue;
                }
                Op::Again(temp, body) => {
                    if frame.count_down(*temp) {
                        frame.pc = *body;
                    }
                    continue;
                }
                Op::Give(operands) => match self.globals.returned(&frame.scope, operands) {
                    Ok(returns) => return self.leave(task, returns),
                    Err(failure) => failure,
                },
                other => match self.op(task, &code, other) {
                    Ok(None) => continue,
                    Ok(Some(flow)) => return flow,
                    Err(failure) => failure,
                },
            };
            return self.fail(task, op.name().into(), None, failure);
        }
    }

    /// A name was given a value: say so, unless it stands inside a block.
    #[cold]
    fn tell_let(&mut self, task: &Task, name: Rc<str>, value: Value) {
        let nested = task.frames.last().is_some_and(|frame| frame.code.places[frame.pc - 1].nested);
        if !nested || self.stepper.is_typed(task.id) {
            self.tell_at(task, What::Reply { call: "let".into(), names: vec![name], values: vec![value] });
        }
    }

    /// Run an op that is no part of most loops. Gives how the task goes on, unless it is with the next op of the same
    /// frame.
    // One arm an op.
    #[allow(clippy::too_many_lines)]
    fn op(&mut self, task: &mut Task, code: &Rc<Code>, op: &Op) -> Result<Option<Flow>, Failure> {
        let Some(frame) = task.frames.last_mut() else { return Ok(Some(Flow::Ended)) };
        match op {
            Op::Call(_) | Op::Let(..) | Op::Jump(_) | Op::Unless(..) | Op::Down(..) | Op::Again(..) | Op::Give(_) => {}
            Op::Line(first, last) => {
                if self.reporter.shows_all() && self.stepper.tells_line(*first) {
                    let lines: Vec<_> = (*first..=*last).map(|n| code.source.line(n).trim_end()).collect();
                    self.tell_at(task, What::Line(lines.join("\n")));
                }
            }
            Op::Assert(expr) => self.globals.assert(&frame.scope, expr)?,
            Op::Print(words) => {
                let (text, values) = self.globals.printed(&frame.scope, words)?;
                let hint = self.hint_at_bytes(&frame.scope, words);
                self.tell_at(task, What::Printed(text, values));
                if let Some(hint) = hint {
                    self.tell_at(task, What::Announced(hint));
                }
            }
            Op::Show(expr) => {
                let value = self.globals.eval(&frame.scope, expr)?;
                if self.reporter.shows_all() {
                    self.tell_at(task, What::Reply { call: SHOW.into(), names: Vec::new(), values: vec![value] });
                }
            }
            Op::Count(temp, operand) => {
                let value = self.globals.operand(&frame.scope, operand)?;
                frame.temps[*temp] = Temp::Count(expr::count(&value)?);
            }
            Op::Each(temp, operands) => {
                let values = self.globals.walk(&frame.scope, operands)?;
                frame.temps[*temp] = Temp::Each(values, 0);
            }
            Op::Next(temp, slot, exit) => {
                if let Temp::Each(values, at) = &mut frame.temps[*temp]
                    && let Some(value) = values.get(*at)
                {
                    *at += 1;
                    self.globals.store(&frame.scope, *slot, value);
                    self.close_orphans_if_any(task);
                } else {
                    frame.temps[*temp] = Temp::None;
                    frame.pc = *exit;
                }
            }
            Op::Every(temp, seconds) => {
                let seconds = self.globals.operand(&frame.scope, seconds)?;
                self.every(task, *temp, &seconds)?;
            }
            Op::Beat(temp, site) => return Ok(Some(self.wait_round(task, *temp, site))),
            Op::Background(job) => self.background(task, job)?,
            Op::Define(slot, function) => self.globals.define(*slot, function),
            Op::Caught(slot) => {
                let value = frame.error().map_or(Value::None, |f| Value::text(f.to_string()));
                self.globals.store(&frame.scope, *slot, value);
            }
            Op::Handled => frame.tries().error = None,
            Op::Unmatched(names, to) => {
                if !frame.error().is_some_and(|f| takes(names, f.name)) {
                    frame.pc = *to;
                }
            }
            Op::Raise => {
                let failure = frame.take_error();
                return Ok(Some(self.unwind(task, failure)));
            }
            Op::After(After::Jump(to)) => frame.tries().afters.push(Pending::Jump(*to)),
            Op::After(After::Raise) => {
                let failure = frame.take_error();
                frame.tries().afters.push(Pending::Raise(failure));
            }
            Op::Finished => match frame.tries().afters.pop() {
                Some(Pending::Jump(to)) => frame.pc = to,
                Some(Pending::Raise(failure)) => return Ok(Some(self.unwind(task, failure))),
                None => {}
            },
            Op::Value(operands) => frame.tries().returns = Some(self.globals.returned(&frame.scope, operands)?),
            Op::Return => {
                let returns = frame.tries().returns.take().unwrap_or_default();
                return Ok(Some(self.leave(task, returns)));
            }
        }
        Ok(None)
    }

    /// The innermost frame is through: give the caller what it returns.
    fn leave(&mut self, task: &mut Task, returns: Reply) -> Flow {
        let Some(Frame { called, scope, .. }) = task.frames.pop() else { return Flow::Ended };
        self.globals.give_back(scope);
        self.close_orphans_if_any(task);
        match called {
            _ if task.frames.is_empty() => {
                if task.job.is_none() {
                    task.result = returns.kept();
                }
                Flow::Ended
            }
            Some((site, _)) => self.complete(task, &site, returns).unwrap_or(Flow::On),
            None => Flow::On,
        }
    }
}

/// A coroutine has no more to give.
pub(super) fn ended() -> Failure {
    Failure::with(Name::Empty, "the coroutine has ended")
}
