//! The tasks that have not ended, each in a place of its own.

use super::task::Task;
use super::timers::Timer;
use crate::value::Failure;
use crate::world::TaskId;

/// The task that runs the lines of a script or of the prompt. It never ends.
pub(super) const MAIN: TaskId = TaskId { index: 0, generation: 0 };

/// How many tasks there can be at once.
const TASKS_MAX: usize = 1_000_000;

/// The tasks by their place. A place is empty while its task runs.
pub(super) struct Tasks {
    places: Vec<Option<Box<Task>>>,
    /// How many tasks each place had before: a task that is gone is not taken for one that came after it.
    generations: Vec<u32>,
    free: Vec<u32>,
    /// How many must end before the script does.
    needed: usize,
    /// How many ended with an error.
    failed: u32,
}

impl Tasks {
    /// The main task alone.
    pub(super) fn new() -> Self {
        let main = Box::new(Task::new("main".into(), false));
        Self { places: vec![Some(main)], generations: vec![0], free: Vec::new(), needed: 0, failed: 0 }
    }

    /// Give a task a place.
    pub(super) fn add(&mut self, mut task: Task) -> Result<TaskId, Failure> {
        let index = match self.free.pop() {
            Some(index) => index,
            None if self.places.len() >= TASKS_MAX => {
                return Err(Failure::usage(format!("there are {TASKS_MAX} tasks already")));
            }
            None => {
                self.places.push(None);
                self.generations.push(0);
                self.places.len() as u32 - 1
            }
        };
        let id = TaskId { index, generation: self.generations[index as usize] };
        task.id = id;
        task.handle.id.set(id);
        self.needed += usize::from(!task.daemon);
        self.places[index as usize] = Some(Box::new(task));
        Ok(id)
    }

    /// A task that does not run.
    pub(super) fn get(&self, id: TaskId) -> Option<&Task> {
        let task = self.places.get(id.index as usize)?.as_deref()?;
        (task.id == id).then_some(task)
    }

    /// A task that does not run.
    pub(super) fn get_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        let task = self.places.get_mut(id.index as usize)?.as_deref_mut()?;
        (task.id == id).then_some(task)
    }

    /// Whether a task runs beside the program that is stepped through.
    pub(super) fn is_beside(&self, id: TaskId) -> bool {
        self.get(id).is_some_and(|task| task.evaluates)
    }

    /// Whether a timer is of a wait that lasts.
    pub(super) fn has_timer(&self, timer: &Timer) -> bool {
        self.get(timer.task).is_some_and(|t| t.parked.is_some() && t.epoch == timer.epoch)
    }

    /// Take a task, to run it.
    pub(super) fn take(&mut self, id: TaskId) -> Option<Box<Task>> {
        let place = self.places.get_mut(id.index as usize)?;
        if place.as_ref().is_some_and(|t| t.id == id) { place.take() } else { None }
    }

    /// It has run, and goes on later.
    pub(super) fn put_back(&mut self, task: Box<Task>) {
        let place = task.id.index as usize;
        self.places[place] = Some(task);
    }

    /// It has ended: its place is free.
    pub(super) fn end(&mut self, task: &Task) {
        self.generations[task.id.index as usize] += 1;
        self.free.push(task.id.index);
        self.needed -= usize::from(!task.daemon);
    }

    /// All but those that run, in the order of their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Task> {
        self.places.iter().flatten().map(|task| &**task)
    }

    /// The same, to be changed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Task> {
        self.places.iter_mut().flatten().map(|task| &mut **task)
    }

    /// The most tasks that there were at once.
    pub(super) fn most(&self) -> u32 {
        self.places.len() as u32
    }

    /// Whether a task other than the main one must end before the script does.
    pub(super) fn are_needed(&self) -> bool {
        self.needed > 0
    }

    /// One ended with an error that nobody took.
    pub(super) fn count_failed(&mut self) {
        self.failed += 1;
    }

    /// How many did.
    pub(super) fn failed(&self) -> u32 {
        self.failed
    }

    /// After a bug: what ran is lost, and the main task has nothing to do.
    pub(super) fn recover(&mut self) {
        self.places[0] = Some(Box::new(Task::new("main".into(), false)));
        self.needed = self.iter().skip(1).filter(|task| !task.daemon).count();
    }
}
