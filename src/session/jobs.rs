//! Background calls: the jobs that were made, and how each ended.

use std::rc::Rc;

use super::globals::Globals;
use crate::program::{Scope, Site};
use crate::value::{Failure, Name, Reply, Value};
use crate::world::TaskId;

/// A background call.
pub(super) struct Job {
    /// Its line, without the `&`.
    line: String,
    site: Rc<Site>,
    /// Where its names are.
    scope: Rc<Scope>,
    task: TaskId,
    waiters: Vec<TaskId>,
    /// How it ended; none while it runs. Values that have names are left out.
    outcome: Option<Result<Reply, Failure>>,
    /// Somebody asked how it ended.
    seen: bool,
}

impl Job {
    pub(super) fn new(line: String, site: Rc<Site>, scope: Rc<Scope>, task: TaskId) -> Self {
        Self { line, site, scope, task, waiters: Vec::new(), outcome: None, seen: false }
    }

    pub(super) fn line(&self) -> &str {
        &self.line
    }

    /// The call it makes.
    pub(super) fn site(&self) -> &Site {
        &self.site
    }

    /// The task that makes the call, until that is done.
    pub(super) fn task(&self) -> Option<TaskId> {
        self.outcome.is_none().then_some(self.task)
    }

    /// The error it ended with.
    pub(super) fn failure(&self) -> Option<&Failure> {
        self.outcome.as_ref()?.as_ref().err()
    }

    /// What it gave, once it is done: of names, what they hold now.
    pub(super) fn outcome(&self, globals: &Globals) -> Option<Result<Vec<Value>, Failure>> {
        let names = &self.site.targets;
        Some(self.outcome.clone()?.map(|reply| {
            if names.is_empty() {
                reply.into_values()
            } else {
                names.iter().map(|(slot, _)| globals.get(&self.scope, *slot).unwrap_or(Value::None)).collect()
            }
        }))
    }
}

/// The jobs, the first of which has number 1.
#[derive(Default)]
pub(super) struct Jobs(Vec<Job>);

impl Jobs {
    /// The number of the next job.
    pub(super) fn next(&self) -> u64 {
        self.0.len() as u64 + 1
    }

    pub(super) fn add(&mut self, job: Job) {
        self.0.push(job);
    }

    /// Every job with its number.
    pub(super) fn all(&self) -> impl Iterator<Item = (u64, &Job)> {
        (1..).zip(&self.0)
    }

    /// The job that is to give a name its value.
    pub(super) fn of(&self, name: &str) -> Option<u64> {
        let gives = |job: &Job| job.outcome.is_none() && job.site.targets.iter().any(|(_, target)| &**target == name);
        self.all().find(|(_, job)| gives(job)).map(|(number, _)| number)
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Job> {
        self.0.get_mut(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// The job of that number, or the failure that there is none.
    pub(super) fn find(&self, number: i128) -> Result<&Job, Failure> {
        let index = usize::try_from(number - 1).ok();
        index.and_then(|index| self.0.get(index)).ok_or_else(|| {
            Failure::usage(format!("there is no job {number}")).note(if self.0.is_empty() {
                "a call with & at its end runs in the background, as a job"
            } else {
                "`jobs` lists them"
            })
        })
    }

    /// A job's call is done. Gives the tasks that wait for it.
    pub(super) fn end(&mut self, number: u64, outcome: Result<Reply, Failure>) -> Vec<TaskId> {
        let Some(job) = self.get_mut(number) else { return Vec::new() };
        job.outcome = Some(outcome);
        std::mem::take(&mut job.waiters)
    }

    /// What waiting for jobs gives, once all are done: the last one's result, or the first error.
    pub(super) fn result(&mut self, numbers: &[u64], globals: &Globals) -> Option<Result<Reply, Failure>> {
        if numbers.iter().any(|number| self.find((*number).into()).is_ok_and(|job| job.outcome.is_none())) {
            return None;
        }
        let mut last = Vec::new();
        for number in numbers {
            let Some(job) = self.get_mut(*number) else { continue };
            job.seen = true;
            match job.outcome(globals)? {
                Ok(values) => last = values,
                Err(failure) => return Some(Err(failure)),
            }
        }
        Some(Ok(last.into()))
    }

    /// A task waits for those of the jobs that run.
    pub(super) fn wait(&mut self, numbers: &[u64], task: TaskId) {
        for number in numbers {
            if let Some(job) = self.get_mut(*number).filter(|job| job.outcome.is_none()) {
                job.waiters.push(task);
            }
        }
    }

    /// Those that run, or that nobody asked about since they ended.
    pub(super) fn open(&self) -> impl Iterator<Item = u64> {
        self.all().filter(|(_, job)| job.outcome.is_none() || !job.seen).map(|(number, _)| number)
    }

    /// The errors that nobody took.
    pub(super) fn unseen(&self) -> impl Iterator<Item = String> {
        self.all().filter(|(_, job)| !job.seen).filter_map(|(number, job)| {
            let failure = job.failure().filter(|failure| failure.name != Name::Cancelled)?;
            Some(format!("[{number}] {}: {failure}, and nothing waited for it", job.line))
        })
    }
}
