//! The scheduler: one turn runs the next task that can run, or polls when none can.

use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::deadlock::{QUIET, Stuck};
use super::event::{At, What};
use super::exec::Flow;
use super::task::{Frame, Job, Parking, Task};
use super::timers::Timer;
use super::{Main, Session, Show, Stop, TASKS_MAX};
use crate::os::poller;
use crate::program::{Code, Op, Site, Slot};
use crate::value::{Failure, Name, Reply};
use crate::world::{On, TaskId};

/// While tasks can always run, one poll in that many turns and some for each task keeps sockets and timers going.
const POLL_EVERY: u32 = 64;

/// So much news in a row is taken for what the last wait set off, and comes before the next that is over; no more, for it
/// may never end.
const NEWS_FIRST: u32 = 1000;

impl Session {
    /// One turn: run the task that is first in the queue; with an empty queue, wait for what comes, until that time at
    /// most. Says whether another thread rang.
    pub fn turn(&mut self, until: Option<Instant>) -> io::Result<bool> {
        if let Some(id) = self.world.ready.pop_front() {
            self.popped += 1;
            self.quiet = false;
            self.fresh = false;
            if let Some(task) = self.take(id) {
                self.run(task);
            }
            self.busy += 1;
            if self.world.ready.is_empty() {
                self.busy = 0;
                return Ok(false);
            }
            // Every task has had several turns by then: what a poll brings does not fall among their first ones.
            let patience = POLL_EVERY + 4 * self.tasks.len() as u32;
            if self.busy < patience {
                return Ok(false);
            }
            // Tasks that can always run do not keep the others from what has come.
            let rang = self.look(Some(Duration::ZERO), false)?;
            while self.world.wake_next() {}
            // What a wait sets off has several turns before the next one is over.
            let several = 4 * self.world.ready.len() as u32;
            self.busy = if self.release() { patience.saturating_sub(several) } else { 0 };
            return Ok(rang);
        }
        if self.release() {
            return Ok(false);
        }
        if !self.sink.flush() {
            self.ask_stop(Stop::Output);
            return Ok(false);
        }
        // What comes at once was set off by what ran just now.
        if !self.fresh && self.timers.first().is_some() {
            return self.look(Some(Duration::ZERO), true);
        }
        let mut most = None;
        if self.timers.first().is_none() {
            match self.stuck() {
                Stuck::No => {}
                Stuck::Yes => {
                    self.report_deadlock();
                    return Ok(false);
                }
                // Only after a while without news is it worth looking at both ends of every connection.
                Stuck::Perhaps if self.quiet => {
                    self.quiet = false;
                    if self.closed_circle() {
                        self.report_deadlock();
                        return Ok(false);
                    }
                }
                Stuck::Perhaps => {
                    self.quiet = true;
                    most = Some(QUIET);
                }
            }
        }
        let end = [self.timers.end(), until, self.deadline].into_iter().flatten().min();
        let left = end.map(|at| at.saturating_duration_since(self.timers.read()));
        self.look(left.into_iter().chain(most).min(), false)
    }

    /// Poll once and see what time it is. What only was set off takes none of the program's time.
    fn look(&mut self, timeout: Option<Duration>, set_off: bool) -> io::Result<bool> {
        // A signal that came before there was a poller to wake is in its flag alone.
        self.world.poller()?;
        let timeout = if poller::has_signal() { Some(Duration::ZERO) } else { timeout };
        let rang = self.world.poll(timeout)?;
        let now = self.timers.read();
        let signal = poller::take_signal();
        self.ahead = if set_off { self.ahead } else { 0 };
        let news = self.world.has_news() && (!set_off || self.ahead == NEWS_FIRST);
        if news || rang || signal.is_some() {
            self.timers.pass();
        }
        if let Some(signal) = signal {
            self.interrupt(signal);
        }
        if self.deadline.is_some_and(|d| now >= d) {
            self.ask_stop(Stop::TimedOut);
        }
        self.fresh = true;
        Ok(rang)
    }

    /// Let one thing that has happened take effect: the news of a socket, or else a wait that is over. All that it sets
    /// off, on sockets too, runs before the next wait is over, so that it does not matter how many of them one poll
    /// brought, nor how long the machine took.
    fn release(&mut self) -> bool {
        while self.timers.first().is_some_and(|timer| !self.is_current(timer)) {
            self.timers.drop_first();
        }
        if (self.ahead < NEWS_FIRST || !self.timers.is_due()) && self.world.wake_next() {
            self.ahead = NEWS_FIRST.min(self.ahead + 1);
            return true;
        }
        let Some(timer) = self.fresh.then(|| self.timers.take_due()).flatten() else { return false };
        self.ahead = 0;
        match timer.again {
            None => {
                if let Some(task) = self.task_mut(timer.task) {
                    task.expired = true;
                }
            }
            Some(interval) => {
                self.timers.add(interval, timer.again, timer.task, timer.epoch);
            }
        }
        self.world.ready.push_back(timer.task);
        true
    }

    fn is_current(&self, timer: &Timer) -> bool {
        self.task(timer.task).is_some_and(|t| t.parked.is_some() && t.epoch == timer.epoch)
    }

    /// A signal came while nothing ran: Ctrl-C fails the call that the main task waits in.
    fn interrupt(&mut self, signal: i32) {
        if signal != libc::SIGINT {
            return self.ask_stop(Stop::Signal(signal));
        }
        let main = TaskId { index: 0, generation: 0 };
        if self.is_stepping() {
            self.interrupt_steps();
        } else if self.task(main).is_some_and(|t| !t.frames.is_empty()) {
            self.raise_in(main, Failure::new(Name::Interrupted));
        } else if self.interactive {
            // It may be meant for a line that is on its way from the editor.
            self.early_interrupt = true;
        } else {
            self.main = Main::Failed(Failure::new(Name::Interrupted));
            self.ask_stop(Stop::Signal(signal));
        }
    }

    /// Fail the call that a task waits in. What the task holds is released on its way out.
    pub(super) fn raise_in(&mut self, id: TaskId, failure: Failure) {
        let Some(mut task) = self.take(id) else { return };
        self.leaves_stop(id);
        let site = task.parked.take().map(|parked| {
            if let Parking::Call(wait, _) = &parked.on {
                self.world.unwatch(wait, id);
                if let On::Line(line) = &wait.on {
                    // It may have been called to take what the next in line can take now.
                    self.world.serve(line);
                }
            }
            parked.site
        });
        let call = site.as_ref().map_or_else(|| Rc::from("interrupt"), |s| s.name.clone());
        let before = std::mem::replace(&mut self.world.current, id);
        let cancelled = failure.name == Name::Cancelled;
        let flow = if site.is_some() || task.frames.iter().any(|f| f.pc > 0) {
            self.fail(&mut task, call, site.as_ref(), failure)
        } else {
            // It has not begun, so there is no `try` that it could be inside of.
            task.frames.clear();
            self.unwind(&mut task, failure)
        };
        match flow {
            Flow::Ended => {
                if cancelled {
                    self.world.release_all(id);
                }
                self.end(task);
            }
            // As with Python's close(), it is over when the call is.
            _ if task.handle.coroutine => self.run(task),
            _ => {
                self.tasks[id.index as usize] = Some(task);
                if !self.is_stopped(id) {
                    self.world.ready.push_back(id);
                }
            }
        }
        self.world.current = before;
    }

    pub(super) fn task(&self, id: TaskId) -> Option<&Task> {
        let task = self.tasks.get(id.index as usize)?.as_deref()?;
        (task.id == id).then_some(task)
    }

    pub(super) fn task_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        let task = self.tasks.get_mut(id.index as usize)?.as_deref_mut()?;
        (task.id == id).then_some(task)
    }

    pub(super) fn take(&mut self, id: TaskId) -> Option<Box<Task>> {
        let slot = self.tasks.get_mut(id.index as usize)?;
        if slot.as_ref().is_some_and(|t| t.id == id) { slot.take() } else { None }
    }

    pub(super) fn make_ready(&mut self, id: TaskId) {
        self.world.ready.push_back(id);
    }

    /// Give a task a place.
    pub(super) fn add_task(&mut self, mut task: Task) -> Result<TaskId, Failure> {
        let index = match self.free.pop() {
            Some(index) => index,
            None if self.tasks.len() >= TASKS_MAX => {
                return Err(Failure::usage(format!("there are {TASKS_MAX} tasks already")));
            }
            None => {
                self.tasks.push(None);
                self.generations.push(0);
                self.tasks.len() as u32 - 1
            }
        };
        let id = TaskId { index, generation: self.generations[index as usize] };
        task.id = id;
        task.handle.id.set(id);
        self.tasks[index as usize] = Some(Box::new(task));
        Ok(id)
    }

    /// A task has no frames left.
    pub(super) fn end(&mut self, mut task: Box<Task>) {
        let id = task.id;
        if id.index == 0 {
            if self.main == Main::Running {
                self.main = Main::Idle;
            }
            self.tasks[0] = Some(task);
            return;
        }
        self.generations[id.index as usize] += 1;
        self.free.push(id.index);
        task.handle.done.set(true);
        self.world.ready.extend(task.joiners.drain(..));
        if let Some(pool) = task.pool.take() {
            pool.ended(&mut self.world, id);
        }
        if let Some(resumer) = task.handle.resumer.take() {
            self.world.ready.push_front(resumer);
        }
        let failure = task.handle.failure.borrow().clone();
        match task.job {
            Some(number) => {
                let result = std::mem::replace(&mut task.result, Reply::Nothing);
                drop(task);
                self.end_job(number, &failure.map_or(Ok(result), |failure| Err(*failure)));
            }
            None if task.beside => self.beside = None,
            None if failure.is_some_and(|f| f.name != Name::Cancelled) && !task.handle.coroutine => {
                self.failed_tasks += 1;
            }
            None => *task.handle.result.borrow_mut() = Some(std::mem::replace(&mut task.result, Reply::Nothing)),
        }
    }

    /// Start a background call: a job that runs it in the scope of the task that made it. It is tried at once.
    pub(super) fn background(&mut self, task: &mut Task, code: &Rc<Code>) -> Result<(), Failure> {
        let Some(frame) = task.frames.last() else { return Ok(()) };
        let scope = frame.scope.clone();
        let place = code.places.first().map_or(0, |p| p.span.line);
        let line =
            code.source.line(place).split('#').next().unwrap_or("").trim().trim_end_matches('&').trim_end().to_string();
        let Some(Op::Call(site)) = code.ops.first() else { return Ok(()) };
        let number = self.next_job;
        let mut job_task = Task::new(Rc::from(format!("job {number}")), false);
        job_task.daemon = true;
        job_task.job = Some(number);
        job_task.frames = vec![Frame::new(code.clone(), scope.clone())];
        let id = self.add_task(job_task)?;
        self.next_job += 1;
        let Site { targets, .. } = &**site;
        let job = Job {
            line: line.clone(),
            call: site.name.clone(),
            names: targets.iter().map(|(_, n)| n.clone()).collect(),
            outcome: None,
            seen: false,
            task: id,
            targets: targets.iter().map(|(s, _)| *s).collect(),
            scope,
            waiters: Vec::new(),
        };
        self.jobs.insert(number, job);
        if let Some(job_task) = self.take(id) {
            self.run(job_task);
        }
        if self.show == Show::All && self.jobs.get(&number).is_some_and(|j| j.outcome.is_none()) {
            self.tell_at(task, What::JobStarted(number, line));
        }
        Ok(())
    }

    fn end_job(&mut self, number: u64, outcome: &Result<Reply, Failure>) {
        let Some(job) = self.jobs.get_mut(&number) else { return };
        self.world.ready.extend(job.waiters.drain(..));
        job.outcome = Some(outcome.clone());
        if self.show == Show::Prints {
            return;
        }
        let (line, call, names) = (job.line.clone(), job.call.clone(), job.names.clone());
        let values = match (outcome, names.is_empty()) {
            (Ok(_), false) => Ok(self.job_values(number)),
            (Ok(reply), true) => Ok(reply.clone().into_values()),
            (Err(failure), _) => Err(failure.clone()),
        };
        self.tell(What::JobDone { job: number, line, call, names, outcome: values }, At::default());
    }

    /// The values that a job's names hold now.
    pub(super) fn job_values(&self, number: u64) -> Vec<crate::value::Value> {
        let Some(job) = self.jobs.get(&number) else { return Vec::new() };
        let load = |slot: &Slot| match slot {
            Slot::Local(i) => job.scope.get(*i),
            Slot::Global(i) => self.globals.get(*i),
        };
        job.targets.iter().map(|s| load(s).unwrap_or(crate::value::Value::None)).collect()
    }

    /// What waiting for jobs gives, once all are done: the last one's result, or the first error.
    pub(super) fn jobs_result(&mut self, numbers: &[u64]) -> Option<Result<Reply, Failure>> {
        if numbers.iter().any(|n| self.jobs.get(n).is_some_and(|j| j.outcome.is_none())) {
            return None;
        }
        let mut result = Ok(Reply::Nothing);
        for number in numbers {
            let Some(job) = self.jobs.get_mut(number) else { continue };
            job.seen = true;
            let names = !job.names.is_empty();
            match &job.outcome {
                Some(Err(failure)) => return Some(Err(failure.clone())),
                Some(Ok(reply)) => {
                    let reply = reply.clone();
                    result = Ok(if names { Reply::Many(self.job_values(*number)) } else { reply });
                }
                None => {}
            }
        }
        Some(result.map(|reply| match reply {
            Reply::Many(mut values) if values.len() == 1 => Reply::One(values.remove(0)),
            Reply::Many(values) if values.is_empty() => Reply::Nothing,
            other => other,
        }))
    }
}
