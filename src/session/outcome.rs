//! How a call ends: its results go to their names, its error goes to whoever takes it.

use std::rc::Rc;
use std::time::Duration;

use super::event::{At, What};
use super::exec::Flow;
use super::repeat::{repeated, repeats};
use super::task::{Parked, Parking, Task};
use super::tasks::MAIN;
use super::{Main, Session, Stop};
use crate::explain;
use crate::os::{memory, poller, trace};
use crate::program::{Site, takes};
use crate::value::{Addr, Failure, Name, Reply, Value};
use crate::world::{Host, On, Socket, Step};

impl Session {
    /// What a call came to.
    pub(super) fn settle(&mut self, task: &mut Task, site: &Rc<Site>, result: Result<Step, Failure>) -> Flow {
        match result {
            Ok(Step::Done(reply)) => self.complete(task, site, reply).unwrap_or(Flow::On),
            Ok(Step::Park(mut wait, resume)) => {
                let limit = wait.limit;
                if let On::Line(line, ticket) = &mut wait.on {
                    *ticket = line.join(task.id);
                }
                let watched = match &wait.on {
                    On::Socket(socket) => self.world.watch(socket, task.id, wait.is_signalled(socket)),
                    On::Sockets(sockets) => sockets.iter().try_for_each(|s| self.world.watch(s, task.id, true)),
                    On::Thread => {
                        self.world.watch_threads(task.id);
                        Ok(())
                    }
                    On::Wire => {
                        self.world.wires.watch(task.id);
                        Ok(())
                    }
                    On::Line(..) | On::Time => Ok(()),
                };
                if let Err(failure) = watched {
                    self.world.unwatch(&wait, task.id);
                    return self.fail(task, site.name.clone(), Some(site), failure);
                }
                if trace::is_on() {
                    self.tell_engine(task, format!("... waits for {}", wait.place()));
                }
                self.park(task, site, Parking::Call(wait, resume), limit);
                Flow::Parked
            }
            Ok(Step::Ask(request)) => self.request(task, site, request),
            Err(failure) => self.fail(task, site.name.clone(), Some(site), failure),
        }
    }

    pub(super) fn park(&mut self, task: &mut Task, site: &Rc<Site>, on: Parking, limit: Option<Duration>) {
        task.epoch += 1;
        task.expired = false;
        if self.timers.are_many() {
            let tasks = &self.tasks;
            self.timers.retain(|timer| tasks.has_timer(timer));
        }
        let again = if let Parking::Call(wait, _) = &on { wait.again } else { None };
        let until = self.timers.wait(limit, again, task);
        task.parked = Some(Parked { on, site: site.clone(), until });
    }

    /// A call went well: its results go to their names and are told. Gives how the task goes on, unless it is with the
    /// next op of the same frame.
    #[inline]
    pub(super) fn complete(&mut self, task: &mut Task, site: &Rc<Site>, reply: Reply) -> Option<Flow> {
        if let Some(expected) = site.expect {
            let got = match reply {
                Reply::Nothing => String::new(),
                other => format!(": {}", super::expr::brief(&other.into_value())),
            };
            let wrong = unexpected(expected, &format!("succeeded{got}"));
            return Some(self.fail(task, site.name.clone(), None, wrong));
        }
        let Some(frame) = task.frames.last() else { return Some(Flow::Ended) };
        let scope = &frame.scope;
        let is_quiet = !self.reporter.shows_all() && task.job.is_none();
        match (&*site.targets, reply) {
            ([], Reply::Nothing) if is_quiet => {}
            ([], Reply::One(value)) if is_quiet && !matches!(value, Value::Handle(_)) => {}
            ([(slot, name)], Reply::One(value)) if is_quiet => {
                name_live(&value, name);
                self.globals.store(scope, *slot, value);
            }
            ([(s1, n1), (s2, n2)], Reply::Two(a, b)) if is_quiet => {
                name_live(&a, n1);
                name_live(&b, n2);
                self.globals.store(scope, *s1, a);
                self.globals.store(scope, *s2, b);
            }
            (_, reply) => return self.complete_slowly(task, site, reply),
        }
        self.close_orphans_if_any(task);
        None
    }

    #[cold]
    fn complete_slowly(&mut self, task: &mut Task, site: &Rc<Site>, reply: Reply) -> Option<Flow> {
        let is_job = task.job.is_some() && task.frames.len() == 1 && !repeats(task);
        // A job's time is told when the job is.
        let took = if is_job { None } else { task.took() };
        let values = match (site.targets.len(), reply) {
            (0, reply) => reply.into_values(),
            (1, reply) => vec![reply.into_value()],
            (n, reply) => match take_apart(n, reply) {
                Ok(values) => values,
                Err(failure) => return Some(self.fail(task, site.name.clone(), None, failure)),
            },
        };
        let Some(frame) = task.frames.last() else { return Some(Flow::Ended) };
        let scope = frame.scope.clone();
        let mut names: Vec<Rc<str>> = Vec::new();
        for ((slot, name), value) in site.targets.iter().zip(&values) {
            self.name_live(value, name);
            self.globals.store(&scope, *slot, value.clone());
            names.push(name.clone());
        }
        if site.targets.is_empty() {
            for value in &values {
                self.name_nameless(task, value);
            }
        }
        let remark = self.remark(task, site);
        if is_job {
            task.result = if site.targets.is_empty() { Reply::Many(values).kept() } else { None };
        } else if self.reporter.shows_all() {
            self.tell_at(task, What::Reply { call: site.name.clone(), names, values });
        }
        if let Some(remark) = remark {
            self.tell_at(task, What::Noted(remark));
        }
        self.tell_time(task, took);
        self.close_orphans_if_any(task);
        None
    }

    /// What surprises those who see the call's result alone. An errno that is a result is explained like an error.
    fn remark(&mut self, task: &Task, site: &Site) -> Option<String> {
        let Some(failure) = self.world.given.take() else {
            return self.world.record.as_ref().and_then(explain::remark);
        };
        let failure = self.look_into(task, site, *failure);
        let number = failure.name.number().unwrap_or(libc::EAGAIN);
        let cause = failure.reasons().first().map_or_else(String::new, |reason| format!(": {}", reason.steady()));
        Some(format!("{number} is {}{cause}", Name::Errno(number).as_str()))
    }

    /// A live thing goes by its first name in all that is told of it.
    fn name_live(&mut self, value: &Value, name: &Rc<str>) {
        name_live(value, name);
        if let (Some(record), Some(socket)) = (&mut self.world.record, value.downcast::<Socket>()) {
            record.name_it(socket.serial, &socket.name());
        }
    }

    /// A socket that nobody named gets a name, and sockpit says which.
    fn name_nameless(&mut self, task: &Task, value: &Value) {
        if let Some(host) = value.downcast::<Host>() {
            let name = if host.is_named() { host.name() } else { self.globals.new_name('h') };
            return self.name_it(task, value, &name);
        }
        let Some(socket) = value.downcast_rc::<Socket>() else { return };
        if socket.is_named() {
            return;
        }
        let accepted = crate::os::addr::getpeername(match &socket.fd() {
            Ok(fd) => std::os::fd::AsFd::as_fd(&**fd),
            Err(_) => return,
        });
        let has_peer =
            |a: Addr| !matches!(a, Addr::Unnamed) && !matches!(&a, Addr::Special(special) if special.is_open());
        let letter = if accepted.is_ok_and(has_peer) { 'c' } else { 's' };
        let name = self.globals.new_name(letter);
        self.name_it(task, value, &name);
    }

    fn name_it(&mut self, task: &Task, value: &Value, name: &Rc<str>) {
        self.name_live(value, name);
        self.globals.set(name, value.clone());
        if self.reporter.shows_all() {
            self.tell_at(task, What::Noted(format!("it is named {name}")));
        }
    }

    /// A call failed: `expect` may have asked for it, a `try` may take it, or it ends the task.
    pub(super) fn fail(&mut self, task: &mut Task, call: Rc<str>, site: Option<&Rc<Site>>, failure: Failure) -> Flow {
        if failure.name == Name::Interrupted
            && let Some(flow) = self.hurried(task)
        {
            return flow;
        }
        let (failure, word) = match site {
            Some(site) => {
                let (failure, word) = self.advised(task, site, failure);
                (self.explained(task, site, failure), word)
            }
            None => (failure, None),
        };
        if let Some(expected) = site.and_then(|s| s.expect) {
            if failure.name == expected {
                if self.reporter.shows_all() {
                    let took = task.took();
                    self.tell_at(task, What::Failed { call, failure, word: None, expected: true, taken: true });
                    self.tell_time(task, took);
                }
                return Flow::On;
            }
            let wrong = unexpected(expected, &format!("failed with {failure}"));
            let wrong = failure.notes().iter().fold(wrong, |f, note| f.note(note.clone()));
            let wrong = wrong.because(failure.reasons().to_vec(), failure.advice().map(str::to_string));
            return self.fail(task, call, None, wrong);
        }
        let taken = task.handle.coroutine || Self::is_taken(task, failure.name);
        let failure = if failure.name == Name::Unbound && !taken { self.dollars(task, failure) } else { failure };
        // A cancelled task is no news: somebody asked for it.
        let is_job = task.job.is_some() || (failure.name == Name::Cancelled && task.id != MAIN && !taken);
        // What a `try` takes is worth seeing when a call gave it: EAGAIN is a result.
        if !is_job && (!taken || (self.reporter.shows_all() && site.is_some())) {
            let took = task.took();
            self.tell_at(task, What::Failed { call, failure: failure.clone(), word, expected: false, taken });
            self.tell_time(task, took);
        }
        if !taken && !is_job && !task.evaluates && self.stands_again(task) {
            return Flow::Parked;
        }
        self.unwind(task, failure)
    }

    /// A failure for want of a name, with the words whose dollar signs may have been meant as text.
    #[cold]
    fn dollars(&self, task: &Task, failure: Failure) -> Failure {
        let At { source: Some(source), span, .. } = Self::at(task) else { return failure };
        let frame = task.frames.iter().rev().find(|f| f.called.is_some()).or(task.frames.last());
        let is_set = |name: &str| frame.is_some_and(|frame| self.globals.is_set(frame, name));
        let words = crate::lang::dollars_as_text(&source, span, &is_set);
        words.iter().fold(failure, |failure, word| {
            failure.note(format!("as text, a dollar sign is $$, or stands in single quotes: {word}"))
        })
    }

    /// A failure with its cause, as far as there is evidence. What a quiet script expects or takes is not looked into.
    fn explained(&mut self, task: &Task, site: &Site, failure: Failure) -> Failure {
        // It is about the socket that the call was given, unless the effect says of another.
        let failure = failure.on(task.about);
        let taken = || site.expect == Some(failure.name) || Self::is_taken(task, failure.name);
        if (self.world.record.is_none() && taken()) || !failure.reasons().is_empty() || failure.name == Name::Cancelled
        {
            return failure;
        }
        let failure = self.look_into(task, site, failure);
        self.keep_place(task, site);
        self.world.note_failure(&failure);
        failure
    }

    /// The failure with its cause; `why` tells of it from now on.
    fn look_into(&mut self, task: &Task, site: &Site, failure: Failure) -> Failure {
        let At { source, span, .. } = Self::at(task);
        let (failure, told) = explain::explain(&self.world, &site.name, (source, span.line), failure);
        self.last_error = Some(Box::new(told));
        failure
    }

    /// Whether an `except` or an `expect` around here takes an error of that name.
    pub(super) fn is_taken(task: &Task, name: Name) -> bool {
        task.frames.iter().rev().any(|frame| {
            let pc = frame.pc.saturating_sub(1);
            let guarded = frame
                .code
                .guards
                .iter()
                .any(|g| g.from <= pc && pc < g.to && g.takes.iter().any(|names| takes(names, name)));
            guarded || frame.called.as_ref().is_some_and(|(site, _)| site.expect == Some(name))
        })
    }

    /// Find where an error goes: to the innermost `try` around, frame by frame; with none left the task ends.
    pub(super) fn unwind(&mut self, task: &mut Task, failure: Failure) -> Flow {
        while let Some(frame) = task.frames.last_mut() {
            let pc = frame.pc.saturating_sub(1);
            if let Some(guard) = frame.code.guards.iter().find(|g| g.from <= pc && pc < g.to) {
                let afters = guard.afters;
                frame.pc = guard.target;
                let tries = frame.tries();
                tries.afters.truncate(afters);
                tries.error = Some(Box::new(failure));
                return Flow::On;
            }
            let Some(frame) = task.frames.pop() else { break };
            if let Some((site, _)) = &frame.called
                && let Some(expected) = site.expect
            {
                if expected == failure.name {
                    return Flow::On;
                }
                let wrong = unexpected(expected, &format!("failed with {failure}"));
                return self.fail(task, site.name.clone(), None, wrong);
            }
        }
        if task.id == MAIN {
            self.status.set_main(Main::Failed(failure));
        } else {
            *task.handle.failure.borrow_mut() = Some(Box::new(failure));
        }
        Flow::Ended
    }

    /// A signal came while a task runs: Ctrl-C fails the call it is in.
    pub(super) fn signal(&mut self, task: &mut Task, signal: i32) -> Flow {
        if signal == poller::NO_MEMORY {
            let failure = Failure::os(libc::ENOMEM).note("there is no more memory: what the task held is given back");
            let flow = self.fail(task, "memory".into(), None, failure);
            memory::keep_reserve();
            if task.job.is_some() {
                // What is short is who makes so many of them.
                poller::put_back_signal(signal);
            }
            return flow;
        }
        if signal != libc::SIGINT {
            self.status.ask_stop(Stop::Signal(signal));
            return Flow::Parked;
        }
        if self.stepper.runs_free() && !task.evaluates {
            self.interrupt_steps();
            return Flow::On;
        }
        let failure = Failure::new(Name::Interrupted);
        match repeated(task) {
            Some(site) => self.fail(task, site.name.clone(), Some(&site), failure),
            None => self.fail(task, "interrupt".into(), None, failure),
        }
    }

    /// A call gave up because it was to end: what comes of that, if it was.
    #[cold]
    fn hurried(&mut self, task: &mut Task) -> Option<Flow> {
        if let Some(signal) = poller::take_signal() {
            return Some(self.signal(task, signal));
        }
        self.status.is_at(self.timers.read());
        self.status.stop().map(|_| Flow::Parked)
    }

    #[inline]
    pub(super) fn close_orphans_if_any(&mut self, task: &Task) {
        if self.world.has_orphans() {
            self.close_orphans(task);
        }
    }

    /// Close the sockets that lost their last name, and say so.
    #[cold]
    fn close_orphans(&mut self, task: &Task) {
        self.leave_call(task);
        for name in self.world.close_orphans() {
            if self.reporter.shows_all() {
                self.tell_at(task, What::Noted(format!("{name} was still open when its last name went: closed")));
            }
        }
    }
}

/// A call did not end as `expect` says.
fn unexpected(expected: Name, did: &str) -> Failure {
    Failure::with(Name::Assert, format!("expected {}, but the call {did}", expected.as_str()))
}

fn name_live(value: &Value, name: &Rc<str>) {
    if let Value::Handle(handle) = value {
        handle.name_it(name);
    }
}

/// The values for several names: a call's results, or the parts of a single list or address.
fn take_apart(names: usize, reply: Reply) -> Result<Vec<Value>, Failure> {
    let values = match reply {
        Reply::One(Value::List(list)) => list.to_vec(),
        Reply::One(Value::Object(fields)) if fields.len() == names => fields.iter().map(|(_, v)| v.clone()).collect(),
        Reply::One(Value::Addr(addr)) if addr.port().is_some() => {
            let host = addr.host().map_or(Value::None, |h| Value::text(h.to_string()));
            vec![host, addr.port().map_or(Value::None, |p| Value::Int(i128::from(p)))]
        }
        other => other.into_values(),
    };
    if values.len() == names {
        return Ok(values);
    }
    Err(Failure::usage(format!("there are {names} names for {} values", values.len())))
}
