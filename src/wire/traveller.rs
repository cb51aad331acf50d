//! Frames that wait on a wire, and those that are under way.

use std::cmp::Ordering;
use std::rc::Rc;
use std::time::Instant;

/// A frame that waits.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    /// Its number.
    pub number: u64,
    /// The end that it came from.
    pub from: usize,
    /// Its bytes.
    pub bytes: Rc<[u8]>,
}

/// One that is under way. The greatest is the one that comes out next.
pub(super) struct Traveller {
    /// When it comes out.
    pub at: Instant,
    /// Those that come out at the same time do so in the order they set out.
    pub order: u64,
    /// The frame.
    pub frame: Waiting,
}

impl Ord for Traveller {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl PartialOrd for Traveller {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Traveller {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Traveller {}
