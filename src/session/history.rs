//! What was entered, for `history` and `save`.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::lang::Source;

/// How much text is kept: what a person types in a year. Lines that come from a program may be more.
const KEPT_MAX: usize = 1 << 20;

/// The programs that were run, the last ones of them.
#[derive(Default)]
pub(super) struct History {
    sources: VecDeque<Rc<Source>>,
    /// How much text they are.
    size: usize,
    /// How many lines came before them.
    gone: usize,
}

impl History {
    pub(super) fn push(&mut self, source: Rc<Source>) {
        self.size += weight(&source);
        self.sources.push_back(source);
        while self.size > KEPT_MAX && self.sources.len() > 1 {
            if let Some(first) = self.sources.pop_front() {
                self.size -= weight(&first);
                self.gone += lines(&first).count();
            }
        }
    }

    /// How many lines are not kept any more.
    pub(super) fn gone(&self) -> usize {
        self.gone
    }

    /// The lines that are kept.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().flat_map(lines)
    }
}

fn lines(source: &Rc<Source>) -> impl Iterator<Item = &str> {
    source.text.trim_matches('\n').lines()
}

/// How much memory a source takes, about: where its lines begin, too.
fn weight(source: &Source) -> usize {
    source.text.len() + size_of::<Source>() + 64
}
