//! What calls show of the session: pages, tables, pictures, and text about tasks, jobs and names.

use std::rc::Rc;
use std::time::Instant;

use super::Session;
use super::event::What;
use super::exec::{Answer, Flow};
use super::expr::brief;
use super::jobs::Job;
use super::task::Task;
use crate::os::trace;
use crate::program::Site;
use crate::value::{Failure, Handle, Reason, Table, Value};
use crate::world::Socket;
use crate::{explain, help};

impl Session {
    pub(super) fn help(&mut self, task: &Task, words: &[String]) -> Result<Answer, Failure> {
        let page = help::answer(words)?;
        Ok(self.show_it(task, What::Page(Rc::new(page))))
    }

    /// A view is told, and gives nothing.
    fn show_it(&mut self, task: &Task, what: What) -> Answer {
        let took = task.took();
        self.tell_at(task, what);
        self.tell_time(task, took);
        Answer::Flow(Flow::On)
    }

    /// Show more of what did not fit on the screen.
    pub(super) fn more(&mut self, task: &Task) -> Answer {
        if self.reporter.more() {
            Answer::Flow(Flow::On)
        } else {
            self.show_it(task, What::Noted("there is no more".into()))
        }
    }

    /// Text: names take it, or it is told.
    pub(super) fn view(&mut self, task: &Task, site: &Site, text: impl FnOnce(&Self, &Task) -> String) -> Answer {
        let text = text(self, task);
        if site.targets.is_empty() {
            self.show_it(task, What::View(text))
        } else {
            Answer::Reply(Value::text(text).into())
        }
    }

    /// Draw what happened to these sockets, or to all.
    pub(super) fn draw(&mut self, task: &Task, sockets: &[Rc<Socket>]) -> Result<Answer, Failure> {
        let diagram = trace::aside(|| explain::draw(&self.world, sockets))?;
        Ok(self.show_it(task, What::Drawn(diagram)))
    }

    /// Tell why the last error came, or what happened to a socket.
    pub(super) fn explain(&mut self, task: &Task, site: &Site, socket: Option<&Rc<Socket>>) -> Result<Answer, Failure> {
        let reasons = trace::aside(|| match socket {
            Some(socket) => explain::story(&self.world, socket),
            None => Ok(explain::why(&self.world, self.last_error.as_deref())),
        })?;
        if site.targets.is_empty() {
            return Ok(self.show_it(task, What::Explained(reasons)));
        }
        let lines: Vec<String> = reasons.iter().map(Reason::steady).collect();
        Ok(Answer::Reply(Value::text(lines.join("\n")).into()))
    }

    pub(super) fn rows(&mut self, task: &Task, site: &Site, table: Table, value: Value) -> Answer {
        if site.targets.is_empty() {
            return self.show_it(task, What::Rows { call: site.name.clone(), table });
        }
        Answer::Reply(value.into())
    }

    pub(super) fn history_view(&self, _: &Task) -> String {
        let numbered = self.history.lines().zip(self.history.gone() + 1..);
        numbered.map(|(line, i)| format!("{i:5}  {line}")).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn jobs_view(&self, _: &Task) -> String {
        let row = |(number, job): (u64, &Job)| {
            let state = match (job.task(), job.failure()) {
                (Some(id), _) => match self.tasks.get(id).and_then(|t| t.parked.as_ref()) {
                    Some(parked) => format!("waits for {}", self.waits_for(&parked.on)),
                    None => "runs".into(),
                },
                (None, None) => "done".into(),
                (None, Some(failure)) => failure.name.as_str().to_string(),
            };
            format!("[{number}] {}: {state}", job.line())
        };
        let rows: Vec<_> = self.jobs.all().map(row).collect();
        if rows.is_empty() { "no background calls".into() } else { rows.join("\n") }
    }

    pub(super) fn tasks_view(&self, me: &Task) -> String {
        let all = self.tasks.iter().chain(std::iter::once(me));
        let mut all: Vec<&Task> = all.filter(|t| t.job.is_none()).collect();
        all.sort_by_key(|t| t.id);
        all.into_iter()
            .map(|t| if t.id == me.id { format!("{:12} runs", t.name) } else { self.whereabout(t) })
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// A task's name, the line it stands on, what it waits for and until when, and what it holds.
    pub(super) fn whereabout(&self, task: &Task) -> String {
        let at = self.standing(task);
        let line = at.source.as_ref().map_or("", |s| s.line(at.span.line)).trim();
        let mut state = match &task.parked {
            Some(parked) => {
                let left = parked.until.map(|at| at.saturating_duration_since(Instant::now()));
                let left = left.map_or(String::new(), |left| format!(", {:.1} s more at most", left.as_secs_f64()));
                format!("waits for {}{left}", self.waits_for(&parked.on))
            }
            None if task.frames.is_empty() => "has nothing to do".into(),
            None if self.stepper.has(task.id) => "stands before it".into(),
            None if task.pool.as_ref().is_some_and(|(pool, ticket)| pool.queued.has(*ticket)) => {
                "waits for a worker".into()
            }
            None if task.handle.coroutine => "has not begun".into(),
            None => "can run".into(),
        };
        let held: Vec<String> = self.world.held_by(task.id).iter().map(|l| l.label()).collect();
        if !held.is_empty() {
            state += &format!("; holds {}", held.join(", "));
        }
        format!("{:12} line {:<4} {line}: {state}", task.name, at.span.line)
    }

    pub(super) fn vars_view(&self, task: &Task) -> String {
        let mut rows = Vec::new();
        if let Some(frame) = task.frames.last()
            && let Some((_, function)) = &frame.called
        {
            let locals = function.names.iter().zip(0..).filter_map(|(n, i)| frame.scope.get(i).map(|v| (n, v)));
            rows.extend(locals.map(|(name, value)| format!("{name} = {}  (local)", brief(&value))));
        }
        rows.extend(self.globals.bound().map(|(name, value)| format!("{name} = {}", brief(&value))));
        if rows.is_empty() { "no names yet".into() } else { rows.join("\n") }
    }
}
