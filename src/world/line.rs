//! Tasks in line for something: the first who came is the first who is served.
//!
//! Whoever joins gets a ticket, and leaves with that from wherever it stands, in no more time than it takes to find it.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::{TaskId, World};

/// Tasks in line for something.
#[derive(Default)]
pub struct WaitLine(RefCell<Places>);

#[derive(Default)]
struct Places {
    /// The places by their tickets, which grow. Who left before its turn leaves an empty one, but neither at the front nor
    /// at the back.
    row: VecDeque<(u64, Option<TaskId>)>,
    /// How many are empty.
    empty: usize,
    /// The last ticket that was given.
    last: u64,
}

impl Places {
    fn tasks(&self) -> impl Iterator<Item = TaskId> {
        self.row.iter().filter_map(|(_, task)| *task)
    }

    fn leave(&mut self, ticket: u64) -> Option<TaskId> {
        let place = self.row.binary_search_by_key(&ticket, |(ticket, _)| *ticket).ok()?;
        let task = self.row[place].1.take()?;
        self.empty += 1;
        while self.row.front().is_some_and(|(_, task)| task.is_none()) {
            self.row.pop_front();
            self.empty -= 1;
        }
        while self.row.back().is_some_and(|(_, task)| task.is_none()) {
            self.row.pop_back();
            self.empty -= 1;
        }
        if self.empty > self.row.len() / 2 {
            self.row.retain(|(_, task)| task.is_some());
            self.empty = 0;
        }
        Some(task)
    }
}

impl WaitLine {
    /// Whether a task may take what the line is for: nobody came before it.
    pub(super) fn serves(&self, me: TaskId) -> bool {
        self.0.borrow().tasks().next().is_none_or(|first| first == me)
    }

    /// A task stands in it from now on. Gives its ticket.
    pub fn join(&self, task: TaskId) -> u64 {
        let mut line = self.0.borrow_mut();
        line.last += 1;
        let ticket = line.last;
        line.row.push_back((ticket, Some(task)));
        ticket
    }

    /// Who has that ticket leaves it; none if it had left already.
    pub(super) fn leave(&self, ticket: u64) -> Option<TaskId> {
        self.0.borrow_mut().leave(ticket)
    }

    /// The first in line leaves it.
    pub(super) fn take_first(&self) -> Option<TaskId> {
        let mut line = self.0.borrow_mut();
        let (ticket, _) = *line.row.front()?;
        line.leave(ticket)
    }

    /// Whether who has that ticket stands in it still.
    pub fn has(&self, ticket: u64) -> bool {
        let line = self.0.borrow();
        let place = line.row.binary_search_by_key(&ticket, |(ticket, _)| *ticket);
        place.is_ok_and(|place| line.row[place].1.is_some())
    }

    /// How many stand in it.
    pub(super) fn len(&self) -> usize {
        let line = self.0.borrow();
        line.row.len() - line.empty
    }

    /// Whether nobody stands in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().row.is_empty()
    }

    /// The first in line other than a task that is about to leave it.
    fn next(&self, leaving: Option<TaskId>) -> Option<TaskId> {
        self.0.borrow().tasks().find(|t| Some(*t) != leaving)
    }
}

impl World {
    /// Let the first in line try.
    pub fn serve(&mut self, line: &WaitLine) {
        self.ready.extend(line.next(None));
    }

    /// Let the next in line try: the current task has taken its part, and more is left.
    pub(super) fn serve_next(&mut self, line: &WaitLine) {
        self.ready.extend(line.next(Some(self.current)));
    }

    /// Let everyone in line try.
    pub fn serve_all(&mut self, line: &WaitLine) {
        self.ready.extend(line.0.borrow().tasks());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_leaves_from_the_middle_keeps_the_order_of_the_others() {
        let line = WaitLine::default();
        let task = |index| TaskId { index, generation: 0 };
        let tickets: Vec<u64> = (0..100).map(|i| line.join(task(i))).collect();
        for i in (0..100).filter(|i| i % 3 != 1) {
            assert_eq!(line.leave(tickets[i]), Some(task(i as u32)));
            assert_eq!(line.leave(tickets[i]), None);
        }
        assert_eq!(line.next(Some(task(1))), Some(task(4)));
        let left: Vec<u32> = std::iter::from_fn(|| line.take_first()).map(|t| t.index).collect();
        assert_eq!(left, (0..100).filter(|i| i % 3 == 1).collect::<Vec<_>>());
        assert!(line.is_empty() && line.next(None).is_none());
    }

    #[test]
    fn one_who_stays_does_not_make_it_grow() {
        let line = WaitLine::default();
        line.join(TaskId::default());
        let mut before = line.join(TaskId::default());
        for _ in 0..1000 {
            let ticket = line.join(TaskId::default());
            line.leave(before);
            before = ticket;
        }
        assert!(line.0.borrow().row.len() < 8);
    }
}
