//! Background calls: the jobs that were made, and how each ended.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
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
    /// The tasks that wait for it, each with how many jobs it waits for.
    waiters: Vec<(TaskId, Rc<Cell<usize>>)>,
    /// Somebody waited for it when it ended, and has not been told.
    awaited: bool,
    /// How it ended; none while it runs. Values that have names are left out.
    outcome: Option<Result<Reply, Failure>>,
    /// Somebody asked how it ended.
    seen: bool,
}

impl Job {
    pub(super) fn new(line: String, site: Rc<Site>, scope: Rc<Scope>, task: TaskId) -> Self {
        Self { line, site, scope, task, waiters: Vec::new(), awaited: false, outcome: None, seen: false }
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

    /// The error it ended with, if nobody asked about that.
    fn fails_unseen(&self) -> Option<&Failure> {
        self.failure().filter(|failure| !self.seen && failure.name != Name::Cancelled)
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

/// How many jobs that have ended are kept.
const KEPT_MAX: usize = 1000;

/// The jobs by their numbers, the first of which is 1. Of those that have ended the last ones are kept.
#[derive(Default)]
pub(super) struct Jobs {
    kept: BTreeMap<u64, Job>,
    /// How many were made.
    made: u64,
    /// Those that have ended, in that order.
    ended: VecDeque<u64>,
    /// How many failed, and were not kept until somebody asked.
    lost: u64,
}

impl Jobs {
    /// The number of the next job.
    pub(super) fn next(&self) -> u64 {
        self.made + 1
    }

    pub(super) fn add(&mut self, job: Job) {
        self.made += 1;
        self.kept.insert(self.made, job);
    }

    /// Every job that is kept, with its number.
    pub(super) fn all(&self) -> impl Iterator<Item = (u64, &Job)> {
        self.kept.iter().map(|(number, job)| (*number, job))
    }

    /// The job that is to give a name its value.
    pub(super) fn of(&self, name: &str) -> Option<u64> {
        let gives = |job: &Job| job.outcome.is_none() && job.site.targets.iter().any(|(_, target)| &**target == name);
        self.all().find(|(_, job)| gives(job)).map(|(number, _)| number)
    }

    /// The job of that number, or the failure that there is none.
    pub(super) fn find(&self, number: i128) -> Result<&Job, Failure> {
        u64::try_from(number).ok().and_then(|number| self.kept.get(&number)).ok_or_else(|| {
            if (1..=i128::from(self.made)).contains(&number) {
                let failure = Failure::usage(format!("job {number} ended long ago, and what it gave is not kept"));
                return failure.note(format!("the last {KEPT_MAX} that have ended are kept: wait for each in time"));
            }
            Failure::usage(format!("there is no job {number}")).note(if self.made == 0 {
                "a call with & at its end runs in the background, as a job"
            } else {
                "`jobs` lists them"
            })
        })
    }

    /// A job's call is done. Gives the tasks that waited for no other job any more.
    pub(super) fn end(&mut self, number: u64, outcome: Result<Reply, Failure>) -> Vec<TaskId> {
        let Some(job) = self.kept.get_mut(&number) else { return Vec::new() };
        job.outcome = Some(outcome);
        let waiters = std::mem::take(&mut job.waiters);
        job.awaited = !waiters.is_empty();
        if !job.awaited {
            self.retire(number);
        }
        let is_last = |(_, left): &(TaskId, Rc<Cell<usize>>)| {
            left.set(left.get() - 1);
            left.get() == 0
        };
        waiters.into_iter().filter(is_last).map(|(task, _)| task).collect()
    }

    /// A job has ended, and nobody is still to be told: it is kept until too many came after it.
    fn retire(&mut self, number: u64) {
        self.ended.push_back(number);
        if self.ended.len() > KEPT_MAX {
            let oldest = self.ended.pop_front().and_then(|number| self.kept.remove(&number));
            self.lost += u64::from(oldest.is_some_and(|job| job.fails_unseen().is_some()));
        }
    }

    /// What waiting for jobs gives, once all are done: the last one's result, or the first error.
    pub(super) fn result(&mut self, numbers: &[u64], globals: &Globals) -> Option<Result<Reply, Failure>> {
        if numbers.iter().any(|number| self.find((*number).into()).is_ok_and(|job| job.outcome.is_none())) {
            return None;
        }
        let mut last = Ok(Vec::new());
        for number in numbers {
            let Some(job) = self.kept.get_mut(number) else { continue };
            job.seen = true;
            last = job.outcome(globals)?;
            if last.is_err() {
                break;
            }
        }
        for number in numbers {
            if self.kept.get_mut(number).is_some_and(|job| std::mem::take(&mut job.awaited)) {
                self.retire(*number);
            }
        }
        Some(last.map(Reply::from))
    }

    /// A task waits for those of the jobs that run.
    pub(super) fn wait(&mut self, numbers: &[u64], task: TaskId) {
        let left = Rc::new(Cell::new(0));
        for number in numbers {
            if let Some(job) = self.kept.get_mut(number).filter(|job| job.outcome.is_none()) {
                left.set(left.get() + 1);
                job.waiters.push((task, left.clone()));
            }
        }
    }

    /// Those that run, or that nobody asked about since they ended.
    pub(super) fn open(&self) -> impl Iterator<Item = u64> {
        self.all().filter(|(_, job)| job.outcome.is_none() || !job.seen).map(|(number, _)| number)
    }

    /// The errors that nobody took.
    pub(super) fn unseen(&self) -> impl Iterator<Item = String> {
        let lost = (self.lost > 0).then(|| format!("{} background calls more failed before", self.lost));
        lost.into_iter().chain(self.all().filter_map(|(number, job)| {
            let failure = job.fails_unseen()?;
            Some(format!("[{number}] {}: {failure}, and nothing waited for it", job.line))
        }))
    }
}
