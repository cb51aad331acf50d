//! What calls ask of the scheduler: tasks, jobs, and views of the session.

use std::rc::Rc;

use super::exec::Flow;
use super::task::{Frame, Parking, Task, TaskHandle};
use super::{Session, Show, Stop};
use crate::command::views;
use crate::lang::{self, Source};
use crate::os::trace;
use crate::program::Site;
use crate::value::{Failure, Name, Reply, Value};
use crate::world::sync::Pool;
use crate::world::{Process, Request};

impl Session {
    pub(super) fn request(&mut self, task: &mut Task, site: &Rc<Site>, request: Request) -> Flow {
        let done = match request {
            Request::Yield(value) if task.handle.coroutine => {
                let Some(resumer) = task.handle.resumer.take() else { return Flow::Parked };
                *task.handle.passed.borrow_mut() = Some(value.unwrap_or(Value::None));
                self.park(task, site, Parking::Yielded, None);
                self.world.ready.push_front(resumer);
                return Flow::Parked;
            }
            Request::Yield(Some(_)) => Err(Failure::usage("only a coroutine can yield a value").at(0)),
            Request::Yield(None) => {
                let entry = self.popped + self.world.ready.len() as u64 + 1;
                self.park(task, site, Parking::Turn(entry), None);
                self.make_ready(task.id);
                return Flow::Parked;
            }
            Request::Spawn { daemon, name, args } => self
                .spawn(&name, args, false)
                .map(|mut new| {
                    new.daemon = daemon;
                    let handle = new.handle.clone();
                    (new, handle)
                })
                .and_then(|(new, handle)| {
                    let id = self.add_task(new)?;
                    self.make_ready(id);
                    Ok(Reply::One(Value::Handle(handle)))
                }),
            Request::Coroutine { name, args } => self.spawn(&name, args, true).and_then(|new| {
                let handle = new.handle.clone();
                self.add_task(new)?;
                Ok(Reply::One(Value::Handle(handle)))
            }),
            Request::Submit { pool, name, args } => self.submit(&pool, &name, args),
            Request::Resume(coroutine, value) => match self.resume(task, &coroutine, value) {
                Ok(handle) => {
                    self.park(task, site, Parking::Resumed(handle), None);
                    return Flow::Parked;
                }
                Err(failure) => Err(failure),
            },
            Request::Process { daemon, name, args } => self.process(daemon, &name, args),
            Request::WaitJobs(numbers) => return self.wait_jobs(task, site, numbers),
            Request::Join(value, limit) => {
                if let Some(child) = value.downcast_rc::<Process>() {
                    let step = self.world.join(&child, limit);
                    return self.settle(task, site, Ok(step));
                }
                let Some(other) = value.downcast_rc::<TaskHandle>() else {
                    return self.fail(task, site.name.clone(), Some(site), no_task(&value));
                };
                if !other.done.get() {
                    let (id, me) = (other.id.get(), task.id);
                    if id == me {
                        let failure = Failure::with(Name::Deadlock, "a task cannot wait for its own end");
                        return self.fail(task, site.name.clone(), Some(site), failure);
                    }
                    if let Some(other) = self.task_mut(id) {
                        other.joiners.push(me);
                    }
                    self.park(task, site, Parking::Join(other), limit);
                    return Flow::Parked;
                }
                Ok(other.result.borrow().clone().unwrap_or(Reply::Nothing))
            }
            Request::IsAlive(value) => self.is_alive(&value),
            Request::Cancel(value) => self.cancel(task, &value),
            Request::CurrentTask => Ok(Reply::One(Value::Handle(task.handle.clone()))),
            Request::Jobs => self.view(task, site, |s, _| s.jobs_view()),
            Request::Tasks => self.view(task, site, Self::tasks_view),
            Request::Vars => self.view(task, site, Self::vars_view),
            Request::Sockets => {
                let table = trace::aside(|| self.sockets_table(task));
                let value = table.to_value();
                Ok(self.rows(task, site, table, value))
            }
            Request::Rows(table, value) => Ok(self.rows(task, site, table, value)),
            Request::Help(words) => self.help(task, &words),
            Request::Diagram(sockets) => self.draw(task, &sockets),
            Request::Why(socket) => self.explain(task, site, socket.as_ref()),
            Request::History => self.view(task, site, Self::history_view),
            Request::Trace(on) => Ok(self.trace(on)),
            Request::Save(path) => self.save(&path),
            Request::Source(path) => match self.source(&path) {
                Ok(frame) => {
                    task.frames.push(frame);
                    return Flow::On;
                }
                Err(failure) => Err(failure),
            },
            Request::Quit(status) => {
                self.tell_open(Self::at(task));
                self.ask_stop(Stop::Quit(status));
                return Flow::Parked;
            }
        };
        match done {
            // A view has told all there is to tell.
            Ok(Reply::Many(none)) if none.is_empty() => Flow::On,
            Ok(reply) => self.complete(task, site, reply),
            Err(failure) => self.fail(task, site.name.clone(), Some(site), failure),
        }
    }

    /// A task that runs a defined name; it has no place yet.
    fn spawn(&mut self, name: &str, args: Vec<Value>, coroutine: bool) -> Result<Task, Failure> {
        let Some(slot) = self.table.functions.find(name) else {
            return Err(Failure::with(Name::Unbound, format!("nothing is defined as `{name}`"))
                .note("a task runs a name made with def")
                .at(0));
        };
        let (function, scope) = self.prepare(slot, name, args)?;
        let count = self.spawned.entry(function.name.clone()).or_insert(0);
        *count += 1;
        let mut task = Task::new(Rc::from(format!("{name}-{count}")), coroutine);
        let mut frame = Frame::new(function.code.clone(), scope);
        let site = function.spawned.get_or_init(|| Rc::new(Site::of_def(slot, function.name.clone())));
        frame.called = Some((site.clone(), function));
        // Most tasks never call a def: room for one frame is enough.
        task.frames = vec![frame];
        Ok(task)
    }

    /// Run a defined name when a worker of the pool is free.
    fn submit(&mut self, pool: &Rc<Pool>, name: &str, args: Vec<Value>) -> Result<Reply, Failure> {
        if pool.closed.get() {
            return Err(Failure::usage("the pool was shut down and takes no more").at(0));
        }
        let mut task = self.spawn(name, args, false)?;
        task.pool = Some(pool.clone());
        let handle = task.handle.clone();
        let id = self.add_task(task)?;
        if pool.running.get() < pool.size {
            pool.running.set(pool.running.get() + 1);
            self.make_ready(id);
        } else {
            pool.queued.borrow_mut().push_back(id);
        }
        Ok(Reply::One(Value::Handle(handle)))
    }

    /// Have a coroutine run next, with this value for the `yield` it stands at.
    fn resume(&mut self, me: &Task, coroutine: &Value, value: Value) -> Result<Rc<TaskHandle>, Failure> {
        let handle = coroutine.downcast_rc::<TaskHandle>().filter(|h| h.coroutine).ok_or_else(|| {
            Failure::usage(format!("a coroutine is needed here, and this is {}", coroutine.kind())).at(0)
        })?;
        if handle.done.get() {
            return Err(super::exec::ended());
        }
        let id = handle.id.get();
        let target = self.task(id).filter(|_| id != me.id && handle.resumer.get().is_none());
        let Some(target) = target else { return Err(Failure::usage("the coroutine is running already").at(0)) };
        if target.parked.is_some() {
            *handle.passed.borrow_mut() = Some(value);
        } else if value != Value::None {
            return Err(Failure::usage("a coroutine that has not begun has no yield to take a value").at(1));
        }
        handle.resumer.set(Some(me.id));
        self.world.ready.push_front(id);
        Ok(handle)
    }

    fn wait_jobs(&mut self, task: &mut Task, site: &Rc<Site>, numbers: Vec<u64>) -> Flow {
        for number in &numbers {
            if !self.jobs.contains_key(number) {
                let failure = self.no_job(*number);
                return self.fail(task, site.name.clone(), Some(site), failure);
            }
        }
        if let Some(result) = self.jobs_result(&numbers) {
            return self.settle(task, site, result.map(crate::world::Step::Done));
        }
        for number in &numbers {
            if let Some(job) = self.jobs.get_mut(number).filter(|j| j.outcome.is_none()) {
                job.waiters.push(task.id);
            }
        }
        self.park(task, site, Parking::Jobs(numbers), None);
        Flow::Parked
    }

    fn no_job(&self, number: u64) -> Failure {
        let failure = Failure::usage(format!("there is no job {number}"));
        match self.jobs.len() {
            0 => failure.note("a call with & at its end runs in the background, as a job"),
            _ => failure.note("`jobs` lists them"),
        }
    }

    fn is_alive(&mut self, value: &Value) -> Result<Reply, Failure> {
        if let Value::Int(n) = value {
            let job = u64::try_from(*n).ok().and_then(|n| self.jobs.get(&n));
            return match job {
                Some(job) => Ok(Value::Bool(job.outcome.is_none()).into()),
                None => Err(self.no_job(u64::try_from(*n).unwrap_or(0))),
            };
        }
        if let Some(child) = value.downcast::<Process>() {
            return Ok(Value::Bool(child.ended().is_none()).into());
        }
        let handle = value.downcast::<TaskHandle>().ok_or_else(|| no_task(value))?;
        Ok(Value::Bool(!handle.done.get()).into())
    }

    fn cancel(&mut self, task: &Task, value: &Value) -> Result<Reply, Failure> {
        let id = match value {
            Value::Int(n) => {
                let number = u64::try_from(*n).unwrap_or(0);
                match self.jobs.get(&number) {
                    None => return Err(self.no_job(number)),
                    Some(job) if job.outcome.is_some() => return Ok(Reply::Nothing),
                    Some(job) => job.task,
                }
            }
            other => {
                let handle = other.downcast::<TaskHandle>().ok_or_else(|| no_task(other))?;
                if handle.done.get() {
                    return Ok(Reply::Nothing);
                }
                handle.id.get()
            }
        };
        if id == task.id {
            return Err(Failure::new(Name::Cancelled));
        }
        self.raise_in(id, Failure::new(Name::Cancelled));
        Ok(Reply::Nothing)
    }

    /// Tell each system call, or no more. Where calls are not shown, neither is what they do.
    fn trace(&self, on: bool) -> Reply {
        trace::set(on && self.show == Show::All);
        Reply::Nothing
    }

    /// The session's lines as a script, or the session as a transcript.
    fn save(&self, path: &str) -> Result<Reply, Failure> {
        let text = if std::path::Path::new(path).extension().is_some_and(|e| e == "transcript") {
            self.sink.transcript().ok_or_else(|| {
                Failure::usage("a transcript is kept at the prompt only")
                    .note("for a script: sockpit record FILE.sock -o FILE.transcript")
            })?
        } else {
            let lines = self.history.iter().flat_map(|s| s.text.trim_matches('\n').lines());
            lines.filter(|l| !views::saves(l)).map(|l| format!("{l}\n")).collect()
        };
        std::fs::write(path, text).map_err(|e| file_failure(path, &e))?;
        Ok(Reply::Nothing)
    }

    fn source(&mut self, path: &str) -> Result<Frame, Failure> {
        let bytes = std::fs::read(path).map_err(|e| file_failure(path, &e))?;
        let told = |e: lang::Error| Failure::usage(e.to_string());
        let source = Source::from_bytes(path, bytes).map_err(told)?;
        let code = self.program(&source).map_err(told)?;
        Ok(Frame::new(code, self.globals.clone()))
    }
}

fn no_task(value: &Value) -> Failure {
    Failure::usage(format!("a task or a process is needed here, and this is {}", value.kind())).at(0)
}

fn file_failure(path: &str, e: &std::io::Error) -> Failure {
    Failure::os(e.raw_os_error().unwrap_or(libc::EIO)).note(format!("the file is {path}"))
}
