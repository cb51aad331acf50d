//! The times at which a call that is repeated is made again.

use std::time::{Duration, Instant};

/// A time that comes again and again, by the program's time and by the clock.
#[derive(Clone, Copy)]
pub(super) struct Beat {
    /// When it is, by the program's time.
    pub turn: Instant,
    /// When it is, by the clock.
    pub at: Instant,
    /// How long it is from one to the next.
    pub period: Duration,
}

impl Beat {
    /// The first one that is not over yet, and is not this one: counted from here, so that nobody's being late adds up.
    /// None when that is further off than the clock goes.
    pub(super) fn next(self, time: Instant) -> Option<Self> {
        let (passed, period) = (time.saturating_duration_since(self.turn).as_nanos(), self.period.as_nanos().max(1));
        let on = Duration::from_nanos(u64::try_from(passed.div_ceil(period).max(1) * period).ok()?);
        Some(Self { turn: self.turn.checked_add(on)?, at: self.at.checked_add(on)?, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passed_meanwhile_is_left_out() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let beat = Beat { turn: start, at: start, period: second };
        for (passed, comes) in [(0, 1000), (1, 1000), (999, 1000), (1000, 1000), (1001, 2000), (3700, 4000)] {
            let next = beat.next(start + Duration::from_millis(passed)).unwrap();
            assert_eq!(next.turn - start, Duration::from_millis(comes), "{passed}");
            assert_eq!(next.at, next.turn);
        }
        assert!(Beat { period: Duration::MAX, ..beat }.next(start).is_none());
    }
}
