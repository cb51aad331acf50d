//! Lines that are offered where others were refused: each stands typed at a prompt in its turn, and Enter enters it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The lines to be offered; a block is one of them.
#[derive(Clone, Default)]
pub struct Offers(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    lines: Vec<String>,
    /// How many of the first came since a line was last asked for.
    new: usize,
}

impl Offers {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Offer these before what stands already, and after what came since then.
    pub fn put(&self, statements: &[String]) {
        let mut all = self.lock();
        let at = all.new.min(all.lines.len());
        all.lines.splice(at..at, statements.iter().cloned());
        all.new = at + statements.len();
    }

    /// The line that is next.
    pub fn next(&self) -> Option<String> {
        let mut all = self.lock();
        all.new = 0;
        all.lines.first().cloned()
    }

    /// The next one was entered, or another line instead: one of several stands again after that.
    pub fn answered(&self, instead: bool) {
        let mut all = self.lock();
        if (!instead || all.lines.len() == 1) && !all.lines.is_empty() {
            all.lines.remove(0);
        }
    }

    /// Nothing is offered any more.
    pub fn clear(&self) {
        *self.lock() = Waiting::default();
    }
}
