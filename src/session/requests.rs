//! What calls ask of the scheduler: tasks, jobs, and views of the session.

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use super::exec::{Answer, Flow};
use super::saving::file_failure;
use super::task::{Frame, Parking, Task, TaskHandle};
use super::{Session, Stop};
use crate::help::lessons;
use crate::lang::{self, Source};
use crate::os::{files, trace};
use crate::program::Site;
use crate::value::{Failure, Name, Reply, Value};
use crate::world::sync::Pool;
use crate::world::{DefCall, Process, Request, Step, Write};

impl Session {
    pub(super) fn request(&mut self, task: &mut Task, site: &Rc<Site>, request: Request) -> Flow {
        match self.answer(task, site, request) {
            Ok(Answer::Reply(reply)) => self.complete(task, site, reply).unwrap_or(Flow::On),
            Ok(Answer::Flow(flow)) => flow,
            Err(failure) => self.fail(task, site.name.clone(), Some(site), failure),
        }
    }

    fn answer(&mut self, task: &mut Task, site: &Rc<Site>, request: Request) -> Result<Answer, Failure> {
        Ok(match request {
            Request::Yield(value) => Answer::Flow(self.give_way(task, site, value)?),
            Request::Spawn(daemon, call) => self.spawn(call, daemon)?.into(),
            Request::Coroutine(call) => self.coroutine(call)?.into(),
            Request::Submit(pool, call) => self.submit(&pool, call)?.into(),
            Request::Resume(coroutine, value) => Answer::Flow(self.resume(task, site, &coroutine, value)?),
            Request::Process(daemon, call) => self.process(daemon, call)?.into(),
            Request::WaitJobs(numbers) => Answer::Flow(self.wait_jobs(task, site, numbers)),
            Request::Join(value, limit) => self.join(task, site, &value, limit)?,
            Request::IsAlive(value) => self.is_alive(&value)?.into(),
            Request::Cancel(value) => self.cancel(task, &value)?.into(),
            Request::CurrentTask => Reply::One(Value::Handle(task.handle.clone())).into(),
            Request::Jobs => self.view(task, site, Self::jobs_view),
            Request::Tasks => self.view(task, site, Self::tasks_view),
            Request::View(text) => self.view(task, site, |_, _| text),
            Request::Vars => self.view(task, site, Self::vars_view),
            Request::History => self.view(task, site, Self::history_view),
            Request::Sockets => {
                let table = trace::aside(|| self.sockets_table(task));
                let value = table.to_value();
                self.rows(task, site, table, value)
            }
            Request::Rows(table, value) => self.rows(task, site, table, value),
            Request::Help(words) => self.help(task, &words)?,
            Request::Diagram(sockets) => self.draw(task, &sockets)?,
            Request::Why(socket) => self.explain(task, site, socket.as_ref())?,
            Request::More => self.more(task),
            Request::Trace(on) => self.trace(on).into(),
            Request::Timing(on) => self.timing(task, on).into(),
            Request::Tee(Some(path)) => self.write_to(task, site, Write::Tee, path)?,
            Request::Tee(None) => self.tee(None)?.into(),
            Request::Save(path) => self.write_to(task, site, Write::Save, path)?,
            Request::Write(what, path) => self.written(what, &path)?.into(),
            Request::Source(path) => {
                task.frames.push(self.source(&path)?);
                Answer::Flow(Flow::On)
            }
            Request::Lessons => {
                let table = self.reporter.lessons();
                let value = table.to_value();
                self.rows(task, site, table, value)
            }
            Request::Learn(words) => self.learn(&words)?,
            Request::ClearScreen => {
                self.reporter.clear_screen();
                Answer::Flow(Flow::On)
            }
            Request::Quit(status) => {
                self.tell_open(Self::at(task));
                self.status.ask_stop(Stop::Quit(status));
                Answer::Flow(Flow::Parked)
            }
        })
    }

    /// Let others run; a coroutine gives a value to who resumed it.
    fn give_way(&mut self, task: &mut Task, site: &Rc<Site>, value: Option<Value>) -> Result<Flow, Failure> {
        if task.handle.coroutine {
            let Some(resumer) = task.handle.resumer.take() else { return Ok(Flow::Parked) };
            *task.handle.passed.borrow_mut() = Some(value.unwrap_or(Value::None));
            self.park(task, site, Parking::Yielded, None);
            self.world.ready.push_front(resumer);
            return Ok(Flow::Parked);
        }
        if value.is_some() {
            return Err(Failure::usage("only a coroutine can yield a value").at(0));
        }
        let entry = self.fairness.entries() + self.world.ready.len() as u64 + 1;
        self.park(task, site, Parking::Turn(entry), None);
        self.world.ready.push_back(task.id);
        Ok(Flow::Parked)
    }

    /// A task that runs a defined name; it has no place yet.
    fn begin(&mut self, call: DefCall, coroutine: bool) -> Result<(Task, Reply), Failure> {
        let (name, title) = (call.name.clone(), call.title.clone());
        let frame = self.globals.start(call)?;
        let title = title.unwrap_or_else(|| self.globals.next_of(&name).into());
        let mut task = Task::new(title, coroutine);
        // Most tasks never call a def: room for one frame is enough.
        task.frames = vec![frame];
        let handle = Reply::One(Value::Handle(task.handle.clone()));
        Ok((task, handle))
    }

    fn spawn(&mut self, call: DefCall, daemon: bool) -> Result<Reply, Failure> {
        let (mut task, handle) = self.begin(call, false)?;
        task.daemon = daemon;
        let id = self.tasks.add(task)?;
        self.world.ready.push_back(id);
        Ok(handle)
    }

    fn coroutine(&mut self, call: DefCall) -> Result<Reply, Failure> {
        let (task, handle) = self.begin(call, true)?;
        self.tasks.add(task)?;
        Ok(handle)
    }

    /// Run a defined name when a worker of the pool is free.
    fn submit(&mut self, pool: &Rc<Pool>, call: DefCall) -> Result<Reply, Failure> {
        if pool.closed.get() {
            return Err(Failure::usage("the pool was shut down and takes no more").at(0));
        }
        let (mut task, handle) = self.begin(call, false)?;
        task.pool = Some((pool.clone(), 0));
        let id = self.tasks.add(task)?;
        if pool.running.get() < pool.size {
            pool.running.set(pool.running.get() + 1);
            self.world.ready.push_back(id);
        } else if let Some(task) = self.tasks.get_mut(id) {
            task.pool = Some((pool.clone(), pool.queued.join(id)));
        }
        Ok(handle)
    }

    /// Have a coroutine run next, with this value for the `yield` it stands at.
    fn resume(&mut self, me: &mut Task, site: &Rc<Site>, coroutine: &Value, value: Value) -> Result<Flow, Failure> {
        let handle = coroutine.downcast_rc::<TaskHandle>().filter(|h| h.coroutine).ok_or_else(|| {
            Failure::usage(format!("a coroutine is needed here, and this is {}", coroutine.kind())).at(0)
        })?;
        if handle.done.get() {
            return Err(super::exec::ended());
        }
        let id = handle.id.get();
        let target = self.tasks.get(id).filter(|_| id != me.id && handle.resumer.get().is_none());
        let Some(target) = target else { return Err(Failure::usage("the coroutine is running already").at(0)) };
        if target.parked.is_some() {
            *handle.passed.borrow_mut() = Some(value);
        } else if value != Value::None {
            return Err(Failure::usage("a coroutine that has not begun has no yield to take a value").at(1));
        }
        handle.resumer.set(Some(me.id));
        if let Some(target) = self.tasks.get_mut(id) {
            target.evaluates = me.evaluates;
        }
        self.world.ready.push_front(id);
        self.park(me, site, Parking::Resumed(handle), None);
        Ok(Flow::Parked)
    }

    fn wait_jobs(&mut self, task: &mut Task, site: &Rc<Site>, numbers: Vec<u64>) -> Flow {
        let result = match numbers.iter().find_map(|number| self.jobs.find((*number).into()).err()) {
            Some(failure) => Some(Err(failure)),
            None => self.jobs.result(&numbers, &self.globals),
        };
        if let Some(result) = result {
            return self.settle(task, site, result.map(Step::Done));
        }
        self.jobs.wait(&numbers, task.id);
        self.park(task, site, Parking::Jobs(numbers), None);
        Flow::Parked
    }

    /// Wait for the end of a task or a process.
    fn join(
        &mut self,
        task: &mut Task,
        site: &Rc<Site>,
        value: &Value,
        limit: Option<Duration>,
    ) -> Result<Answer, Failure> {
        if let Some(child) = value.downcast_rc::<Process>() {
            let step = self.world.join(&child, limit);
            return Ok(Answer::Flow(self.settle(task, site, Ok(step))));
        }
        let other = value.downcast_rc::<TaskHandle>().ok_or_else(|| no_task(value))?;
        if other.done.get() {
            return Ok(other.result().into());
        }
        if other.id.get() == task.id {
            return Err(Failure::with(Name::Deadlock, "a task cannot wait for its own end"));
        }
        if let Some(other) = self.tasks.get_mut(other.id.get()) {
            other.joiners.push(task.id);
        }
        self.park(task, site, Parking::Join(other), limit);
        Ok(Answer::Flow(Flow::Parked))
    }

    fn is_alive(&self, value: &Value) -> Result<Reply, Failure> {
        let runs = match (value, value.downcast::<Process>()) {
            (Value::Int(number), _) => self.jobs.find(*number)?.task().is_some(),
            (_, Some(child)) => child.ended().is_none(),
            _ => !value.downcast::<TaskHandle>().ok_or_else(|| no_task(value))?.done.get(),
        };
        Ok(Value::Bool(runs).into())
    }

    fn cancel(&mut self, task: &Task, value: &Value) -> Result<Reply, Failure> {
        let id = match value {
            Value::Int(number) => self.jobs.find(*number)?.task(),
            other => {
                let handle = other.downcast::<TaskHandle>().ok_or_else(|| no_task(other))?;
                (!handle.done.get()).then(|| handle.id.get())
            }
        };
        if id == Some(task.id) {
            return Err(Failure::new(Name::Cancelled));
        }
        if let Some(id) = id {
            self.raise_in(id, Failure::new(Name::Cancelled));
        }
        Ok(Reply::Nothing)
    }

    /// Tell each system call, or no more. Where calls are not shown, neither is what they do.
    fn trace(&self, on: bool) -> Reply {
        trace::set(on && self.reporter.shows_all());
        Reply::Nothing
    }

    /// Tell how long each call takes from the next one on, or no more.
    fn timing(&mut self, task: &Task, on: bool) -> Reply {
        self.times = on;
        task.took();
        Reply::Nothing
    }

    /// Go through a lesson, at a prompt.
    fn learn(&mut self, words: &[String]) -> Result<Answer, Failure> {
        lessons::choose(words).map_err(|why| Failure::usage(why).at(0))?;
        if !self.reporter.learn(words) {
            return Err(Failure::usage("a lesson is for a person at a prompt").note("from the shell: sockpit learn"));
        }
        Ok(Answer::Flow(Flow::On))
    }

    fn source(&mut self, path: &str) -> Result<Frame, Failure> {
        let read = files::read(Path::new(path), lang::FILE_MAX);
        let bytes = read.map_err(|e| match e.raw_os_error() {
            Some(libc::EINTR | libc::ETIMEDOUT) => Failure::new(Name::Interrupted),
            _ => file_failure(path, &e),
        })?;
        let told = |e: lang::Error| Failure::usage(e.to_string());
        let source = Source::from_bytes(path, bytes).map_err(told)?;
        let code = self.globals.compile(&source).map_err(told)?;
        Ok(Frame::new(code, self.globals.scope()))
    }
}

fn no_task(value: &Value) -> Failure {
    Failure::usage(format!("a task or a process is needed here, and this is {}", value.kind())).at(0)
}
