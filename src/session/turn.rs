//! The scheduler: one turn runs the next task that can run, or polls when none can.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::deadlock::{QUIET, Stuck};
use super::event::{At, What};
use super::exec::Flow;
use super::task::{Frame, Job, Parking, Task};
use super::{Main, Session, Show, Stop, TASKS_MAX};
use crate::os::poller;
use crate::program::{Code, Op, Site, Slot};
use crate::value::{Failure, Name, Reply};
use crate::world::{On, TaskId, after};

/// While tasks can always run, one poll in that many turns and some for each task keeps sockets and timers going.
const POLL_EVERY: u32 = 64;

/// News of sockets comes before a wait that is over, but not for longer than this: they may never end.
const LATE: Duration = Duration::from_millis(100);

/// Waits are told apart by no less than this: two of the same length that began after the same poll end in order.
const GRAIN: Duration = Duration::from_micros(100);

/// When tasks' waits end.
#[derive(Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<Timer>>,
    seq: u64,
    /// The time of the last poll: waits that ended by then are over.
    seen: Option<Instant>,
    /// The program's time: that of the last poll, or of the wait that was over last. It is behind by LATE at most.
    clock: Option<Instant>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Timer {
    /// When it ends by the program's time: what a program has end first does, however long the machine took to get from
    /// one task to the next.
    turn: Instant,
    /// Timers of one moment end in the order they were set.
    seq: u64,
    at: Instant,
    task: TaskId,
    epoch: u64,
    /// It only has the call tried again, and is set again at this interval.
    again: Option<Duration>,
}

impl Timers {
    /// It was looked what time it is.
    pub fn see(&mut self, now: Instant) {
        (self.seen, self.clock) = (Some(now), Some(now));
    }

    /// A program begins, if nothing has yet.
    pub fn begin(&mut self) {
        self.clock.get_or_insert_with(Instant::now);
    }

    /// The task's wait ends at that time, if ever.
    pub fn expire(&mut self, until: Option<Instant>, task: &Task) {
        self.set(until, None, task.id, task.epoch);
    }

    /// The task's call is tried again at that time.
    pub fn again(&mut self, at: Option<Instant>, interval: Duration, task: &Task) {
        self.set(at, Some(interval), task.id, task.epoch);
    }

    fn set(&mut self, at: Option<Instant>, again: Option<Duration>, task: TaskId, epoch: u64) {
        let Some(at) = at else { return };
        self.seq += 1;
        let turn = self.turn(at);
        self.heap.push(Reverse(Timer { turn, seq: self.seq, at, task, epoch, again }));
    }

    /// The place in the order of a wait that begins now and ends then. It stands before that time by LATE at most, and so
    /// holds up no other for longer.
    fn turn(&self, at: Instant) -> Instant {
        let now = Instant::now();
        let Some(clock) = self.clock.filter(|clock| now.saturating_duration_since(*clock) < LATE) else { return at };
        let lasts = at.saturating_duration_since(now);
        let grains = lasts.as_nanos().div_ceil(GRAIN.as_nanos());
        let lasts = u32::try_from(grains).map_or(lasts, |grains| GRAIN * grains);
        clock.checked_add(lasts).unwrap_or(at)
    }
}

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
            if self.busy < POLL_EVERY + 4 * self.tasks.len() as u32 {
                return Ok(false);
            }
            self.busy = 0;
            // Tasks that can always run do not keep the others from what has come.
            let rang = self.look(Some(Duration::ZERO))?;
            self.fresh = true;
            while self.release() {}
            return Ok(rang);
        }
        if self.release() {
            return Ok(false);
        }
        if !self.sink.flush() {
            self.ask_stop(Stop::Output);
            return Ok(false);
        }
        self.drop_stale_timers();
        let mut until = until;
        if self.timers.heap.is_empty() {
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
                    until = until.into_iter().chain(after(QUIET)).min();
                }
            }
        }
        let next = self.timers.heap.peek().map(|Reverse(t)| t.at);
        let end = [next, until, self.deadline].into_iter().flatten().min();
        let timeout = end.map(|at| at.saturating_duration_since(Instant::now()));
        self.look(timeout)
    }

    /// Poll once and see what time it is.
    fn look(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        // A signal that came before there was a poller to wake is in its flag alone.
        self.world.poller()?;
        let timeout = if poller::has_signal() { Some(Duration::ZERO) } else { timeout };
        let rang = self.world.poll(timeout)?;
        if let Some(signal) = poller::take_signal() {
            self.interrupt(signal);
        }
        let now = Instant::now();
        if self.deadline.is_some_and(|d| now >= d) {
            self.ask_stop(Stop::TimedOut);
        }
        self.timers.see(now);
        self.fresh = true;
        Ok(rang)
    }

    /// Let one thing that has happened take effect: the news of a socket, or else a wait that is over. All that it sets
    /// off, on sockets too, runs before the next wait is over, so that it does not matter how many of them one poll
    /// brought, nor how long the machine took.
    fn release(&mut self) -> bool {
        let due = self.timers.heap.peek().map(|Reverse(t)| t.at);
        let late = due.is_some_and(|at| self.timers.seen.is_some_and(|now| now.saturating_duration_since(at) > LATE));
        if !late && self.world.wake_next() {
            return true;
        }
        let Some(now) = self.timers.seen.filter(|_| self.fresh) else { return false };
        while self.timers.heap.peek().is_some_and(|Reverse(t)| t.at <= now) {
            let Some(Reverse(timer)) = self.timers.heap.pop() else { return false };
            if !self.is_current(&timer) {
                continue;
            }
            self.timers.clock = Some(timer.turn);
            match timer.again {
                None => {
                    if let Some(task) = self.task_mut(timer.task) {
                        task.expired = true;
                    }
                }
                Some(interval) => self.timers.set(now.checked_add(interval), Some(interval), timer.task, timer.epoch),
            }
            self.world.ready.push_back(timer.task);
            return true;
        }
        false
    }

    fn is_current(&self, timer: &Timer) -> bool {
        self.task(timer.task).is_some_and(|t| t.parked.is_some() && t.epoch == timer.epoch)
    }

    fn drop_stale_timers(&mut self) {
        while let Some(Reverse(timer)) = self.timers.heap.peek() {
            if self.is_current(timer) {
                return;
            }
            self.timers.heap.pop();
        }
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
                self.end_job(number, &failure.map_or(Ok(result), Err));
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
