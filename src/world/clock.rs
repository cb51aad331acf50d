//! The program's clock: that of the machine, which stands while a person looks at a line before it runs.

use std::time::{Duration, Instant};

/// How long the program has run.
pub struct Clock {
    begun: Instant,
    /// How long it stood still before.
    stood: Duration,
    /// Since when it stands.
    since: Option<Instant>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { begun: Instant::now(), stood: Duration::ZERO, since: None }
    }
}

impl Clock {
    /// The time by it.
    pub fn time(&self) -> Duration {
        let now = self.since.unwrap_or_else(Instant::now);
        now.saturating_duration_since(self.begun).saturating_sub(self.stood)
    }

    /// The program stands still, if it does not already.
    pub fn hold(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// It goes on.
    pub fn go_on(&mut self) {
        self.stood += self.since.take().map_or(Duration::ZERO, |since| since.elapsed());
    }
}
