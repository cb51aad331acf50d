//! What is alive, by its number.

use std::rc::{Rc, Weak};

use super::Sweep;

/// Things by their numbers, in the order in which they were made. It keeps none of them alive.
pub(super) struct Registry<T> {
    all: Vec<(u64, Weak<T>)>,
    sweep: Sweep,
}

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self { all: Vec::new(), sweep: Sweep::default() }
    }
}

impl<T> Registry<T> {
    /// A new one, whose number is above all others.
    #[inline]
    pub(super) fn add(&mut self, number: u64, new: &Rc<T>) {
        if self.sweep.is_due(self.all.len()) {
            self.all.retain(|(_, one)| one.strong_count() > 0);
            self.sweep.done(self.all.len());
        }
        self.all.push((number, Rc::downgrade(new)));
    }

    /// The one of that number, if anything still holds it.
    pub(super) fn find(&self, number: u64) -> Option<Rc<T>> {
        let found = self.all.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.all[found].1.upgrade()
    }

    /// Those that are newer than that number, 0 for all, the oldest first.
    pub(super) fn since(&self, number: u64) -> impl DoubleEndedIterator<Item = Rc<T>> {
        let from = if number == 0 { 0 } else { self.all.partition_point(|(one, _)| *one <= number) };
        self.all[from..].iter().filter_map(|(_, one)| one.upgrade())
    }
}
