//! The scheduler: one turn runs the next task that can run, or polls when none can.

use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::deadlock::{QUIET, Stuck};
use super::event::{At, What};
use super::exec::Flow;
use super::jobs::Job;
use super::task::{Frame, Parking, Task};
use super::tasks::MAIN;
use super::timers::Timer;
use super::{Main, Session, Stop};
use crate::os::{poller, trace};
use crate::program::{Code, Op};
use crate::value::{Failure, Name, Reply};
use crate::world::{On, TaskId};

impl Session {
    /// One turn: run the task that is first in the queue; with an empty queue, wait for what comes, until that time at
    /// most. Says whether another thread rang.
    pub fn turn(&mut self, until: Option<Instant>) -> io::Result<bool> {
        if self.stepper.is_on() {
            if let Some(id) = self.stepper.resume() {
                return self.go_on(id);
            }
            if self.stepper.holds() {
                return self.turn_beside(until);
            }
        }
        if let Some(id) = self.world.ready.pop_front() {
            self.fairness.count_entry();
            return self.give_turn(id);
        }
        if self.release() {
            return Ok(false);
        }
        if !self.reporter.flush() {
            self.status.ask_stop(Stop::Output);
            return Ok(false);
        }
        // What comes at once was set off by what ran just now.
        if !self.fairness.is_fresh() && self.timers.first().is_some() {
            return self.look(Some(Duration::ZERO), true);
        }
        let mut most = None;
        if self.timers.first().is_none() {
            let is_dead = match self.stuck() {
                Stuck::No => false,
                Stuck::Yes => true,
                // Only after a while without news is it worth looking at both ends of every connection.
                Stuck::Perhaps if self.fairness.falls_quiet() => {
                    most = Some(QUIET);
                    false
                }
                Stuck::Perhaps => trace::aside(|| self.closed_circle()),
            };
            if is_dead {
                self.report_deadlock();
                return Ok(false);
            }
        }
        let end = [self.timers.end(), until, self.status.deadline()].into_iter().flatten().min();
        let left = end.map(|at| at.saturating_duration_since(self.timers.read()));
        self.look(left.into_iter().chain(most).min(), false)
    }

    /// Give a task its turn, or let it go on with the one it has.
    pub(super) fn give_turn(&mut self, id: TaskId) -> io::Result<bool> {
        if let Some(task) = self.tasks.take(id) {
            self.run(task);
        }
        let goes_on = self.stepper.holds() || self.stepper.resumes();
        if goes_on || !self.fairness.polls_between(self.world.ready.len(), self.tasks.most()) {
            return Ok(false);
        }
        // Tasks that can always run do not keep the others from what has come.
        let rang = self.look(Some(Duration::ZERO), false)?;
        while self.world.wake_next() {}
        let entries = self.world.ready.len() as u32;
        let wait_over = self.release();
        self.fairness.polled_between(entries, self.tasks.most(), wait_over);
        Ok(rang)
    }

    /// Poll once and see what time it is. What only was set off takes none of the program's time.
    fn look(&mut self, timeout: Option<Duration>, set_off: bool) -> io::Result<bool> {
        // A signal that came before there was a poller to wake is in its flag alone.
        self.world.poller()?;
        let timeout = if poller::has_signal() { Some(Duration::ZERO) } else { timeout };
        let rang = self.world.poll(timeout)?;
        let now = self.timers.read();
        let signal = poller::take_signal();
        let news = self.fairness.polled(set_off) && self.world.has_news();
        if news || rang || signal.is_some() {
            self.timers.pass();
        }
        if let Some(signal) = signal {
            self.interrupt(signal);
        }
        self.status.is_at(now);
        Ok(rang)
    }

    /// Let one thing that has happened take effect: the news of a socket, or else a wait that is over. All that it sets
    /// off, on sockets too, runs before the next wait is over, so that it does not matter how many of them one poll
    /// brought, nor how long the machine took.
    fn release(&mut self) -> bool {
        while self.timers.first().is_some_and(|timer| !self.tasks.has_timer(timer)) {
            self.timers.drop_first();
        }
        if (self.fairness.news_is_first() || !self.timers.is_due()) && self.world.wake_next() {
            self.fairness.count_news();
            return true;
        }
        let Some(timer) = self.fairness.is_fresh().then(|| self.timers.take_due()).flatten() else { return false };
        self.fairness.end_wait();
        let id = self.wait_is_over(&timer);
        self.world.ready.push_back(id);
        true
    }

    /// A wait is over, or only has its call tried again. Gives its task.
    pub(super) fn wait_is_over(&mut self, timer: &Timer) -> TaskId {
        match timer.again {
            None => {
                if let Some(task) = self.tasks.get_mut(timer.task) {
                    task.expired = true;
                }
            }
            Some(interval) => {
                self.timers.add(interval, timer.again, timer.task, timer.epoch);
            }
        }
        timer.task
    }

    /// A signal came while nothing ran: Ctrl-C fails the call that the main task waits in.
    pub(super) fn interrupt(&mut self, signal: i32) {
        if signal != libc::SIGINT {
            return self.status.ask_stop(Stop::Signal(signal));
        }
        if self.status.is_deaf() {
            return;
        }
        self.status.note_interrupt();
        if self.stepper.is_on() {
            self.interrupt_steps();
        } else if self.tasks.get(MAIN).is_some_and(|t| !t.frames.is_empty()) {
            self.raise_in(MAIN, Failure::new(Name::Interrupted));
        } else if self.interactive {
            self.status.keep_interrupt();
        } else {
            self.status.set_main(Main::Failed(Failure::new(Name::Interrupted)));
            self.status.ask_stop(Stop::Signal(signal));
        }
    }

    /// Fail the call that a task waits in. What the task holds is released on its way out.
    pub(super) fn raise_in(&mut self, id: TaskId, failure: Failure) {
        let Some(mut task) = self.tasks.take(id) else { return };
        self.stepper.leave(id);
        let site = task.parked.take().map(|parked| {
            if let Parking::Call(wait, _) = &parked.on {
                self.world.unwatch(wait, id);
                if let On::Line(line, _) = &wait.on {
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
                self.tasks.put_back(task);
                if !self.stepper.has(id) {
                    self.world.ready.push_back(id);
                }
            }
        }
        self.world.current = before;
    }

    /// A task has no frames left.
    pub(super) fn end(&mut self, mut task: Box<Task>) {
        let id = task.id;
        if id == MAIN {
            if *self.status.main() == Main::Running {
                self.status.set_main(Main::Idle);
            }
            self.tasks.put_back(task);
            return;
        }
        self.tasks.end(&task);
        task.handle.done.set(true);
        self.world.ready.extend(task.joiners.drain(..));
        if let Some((pool, ticket)) = task.pool.take() {
            pool.ended(&mut self.world, ticket);
        }
        if let Some(resumer) = task.handle.resumer.take() {
            self.world.ready.push_front(resumer);
        }
        let failure = task.handle.failure.borrow().clone();
        match task.job {
            Some(number) => {
                let result = task.result.take().map_or(Reply::Nothing, |result| *result);
                let took = task.took_at(1);
                drop(task);
                self.end_job(number, failure.map_or(Ok(result), |failure| Err(*failure)), took);
            }
            None if task.evaluates && !task.handle.coroutine => self.stepper.set_evaluating(None),
            None if failure.is_some_and(|f| f.name != Name::Cancelled) && !task.handle.coroutine => {
                self.tasks.count_failed();
            }
            None => *task.handle.result.borrow_mut() = task.result.take(),
        }
    }

    /// Start a background call: a job that runs it in the scope of the task that made it. It is tried at once.
    pub(super) fn background(&mut self, task: &mut Task, code: &Rc<Code>) -> Result<(), Failure> {
        let Some(frame) = task.frames.last() else { return Ok(()) };
        let scope = frame.scope.clone();
        let place = code.places.first().map_or(0, |p| p.span.line);
        let line =
            code.source.line(place).split('#').next().unwrap_or("").trim().trim_end_matches('&').trim_end().to_string();
        let site = code.ops.iter().find_map(|op| if let Op::Call(site) = op { Some(site) } else { None });
        let Some(site) = site else { return Ok(()) };
        let number = self.jobs.next();
        let mut job = Task::new(format!("job {number}").into(), false);
        job.daemon = true;
        job.job = Some(number);
        job.evaluates = task.evaluates;
        job.frames = vec![Frame::new(code.clone(), scope.clone())];
        let id = self.tasks.add(job)?;
        self.jobs.add(Job::new(line.clone(), site.clone(), scope, id));
        // What it shows in each round stands below.
        let repeats = matches!(code.ops.first(), Some(Op::Every(..)));
        if repeats && self.reporter.shows_all() {
            self.tell_at(task, What::JobStarted(number, line.clone()));
        }
        if let Some(job) = self.tasks.take(id) {
            self.run(job);
        }
        if !repeats && self.reporter.shows_all() && self.tasks.get(id).is_some() {
            self.tell_at(task, What::JobStarted(number, line));
        }
        Ok(())
    }

    fn end_job(&mut self, number: u64, outcome: Result<Reply, Failure>, took: Option<Duration>) {
        self.world.ready.extend(self.jobs.end(number, outcome));
        if !self.reporter.shows_all() {
            return;
        }
        let Ok(job) = self.jobs.find(number.into()) else { return };
        if let Some(outcome) = job.outcome(&self.globals) {
            let (call, targets) = (job.site().name.clone(), &job.site().targets);
            let names = targets.iter().map(|(_, name)| name.clone()).collect();
            let what = What::JobDone { job: number, line: job.line().to_string(), call, names, outcome };
            self.tell(what, At::default());
            if let Some(took) = took.filter(|_| self.times) {
                self.tell(What::Timed(took), At::default());
            }
        }
    }
}
