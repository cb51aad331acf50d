//! Reasons: lines that tell why something happened.
//!
//! What depends on the clock (`closed 3 s ago`) stands apart in a reason, so that the same reason has a text that is the
//! same in every run: a transcript leaves the clock out.

use std::fmt;
use std::time::Duration;

/// A line that tells why something happened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reason {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    Clock(String),
}

impl Reason {
    /// A reason of that text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::Text(text.into())] }
    }

    /// The same with more text at its end.
    #[must_use]
    pub fn and(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// The same with words at its end that depend on the clock.
    #[must_use]
    pub fn clock(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Clock(text.into()));
        self
    }

    /// The same with how long ago something was: ` (3 s ago)`; what is just over says nothing.
    #[must_use]
    pub fn ago(self, passed: Duration) -> Self {
        if passed.as_secs() == 0 { self } else { self.clock(format!(" ({} ago)", span(passed))) }
    }

    /// The same with another reason at its end.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// Its text without what depends on the clock.
    pub fn steady(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            if let Part::Text(text) = part {
                out.push_str(text);
            }
        }
        out
    }
}

/// A span of time as people say it: `3 s`, `2 min`.
pub fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// All of it, with what depends on the clock.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) | Part::Clock(text) => f.write_str(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_can_be_left_out() {
        let reason =
            Reason::new("closed on line 7").ago(Duration::from_secs(3)).and(" and in TIME_WAIT").clock(" for 57 s");
        assert_eq!(reason.to_string(), "closed on line 7 (3 s ago) and in TIME_WAIT for 57 s");
        assert_eq!(reason.steady(), "closed on line 7 and in TIME_WAIT");
        assert_eq!(Reason::new("closed").ago(Duration::from_millis(900)).to_string(), "closed");
    }

    #[test]
    fn spans_read_well() {
        let said = |millis| span(Duration::from_millis(millis));
        assert_eq!([said(420), said(3900), said(150_000)], ["0 s", "3 s", "2 min"]);
    }
}
