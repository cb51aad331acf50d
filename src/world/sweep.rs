//! When what is gone is swept out of a collection: each time that has doubled, so that no entry is looked at often.

/// With fewer entries it does not matter that some of them are gone.
const FEW: usize = 64;

/// How many entries a collection may have before it is swept.
#[derive(Default)]
pub struct Sweep(usize);

impl Sweep {
    /// Whether it is time, with so many entries.
    #[inline]
    pub fn is_due(&self, entries: usize) -> bool {
        entries >= self.0.max(FEW)
    }

    /// It was swept, and so many entries are left.
    pub fn done(&mut self, left: usize) {
        self.0 = 2 * left;
    }
}
