//! Choices by chance that are the same in every run: a generator with a seed.

/// `SplitMix64`: the same seed gives the same numbers.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// One of its own for each number.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed ^ stream.wrapping_mul(0xd6e8_feb8_6659_fd93));
        // Seeds that lie near each other give numbers that do not.
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to 1, 1 itself never.
    pub(super) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Whether it happens, in so many of a hundred times.
    pub(super) fn happens(&mut self, percent: f64) -> bool {
        self.fraction() * 100.0 < percent
    }

    /// A number below that one.
    pub(super) fn below(&mut self, most: usize) -> usize {
        (self.fraction() * most as f64) as usize
    }
}
