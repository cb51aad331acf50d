//! What came of running a transcript again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{FAILED, INTERRUPTED};

/// What came of a transcript.
pub(super) struct Verdict {
    /// The transcript.
    pub path: PathBuf,
    /// How it ended.
    pub outcome: Outcome,
    /// What is said of it.
    pub report: String,
    /// How long it took.
    pub lasted: Duration,
    /// What it makes of the exit status.
    pub status: u8,
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// It holds.
    Passed,
    /// It shows something else.
    Differs,
    /// It is no transcript that could be run.
    Unreadable,
    /// It was not run, or not to its end: Ctrl-C, or it needs what this system does not have.
    Skipped,
}

impl Outcome {
    /// What stands before the report.
    pub(super) fn mark(self) -> &'static str {
        match self {
            Self::Passed => "ok   ",
            Self::Differs | Self::Unreadable => "FAIL ",
            Self::Skipped => "skip ",
        }
    }
}

impl Verdict {
    /// A verdict that took no time.
    pub(super) fn of(path: &Path, outcome: Outcome, report: String) -> Self {
        let status = match outcome {
            Outcome::Passed => 0,
            Outcome::Differs | Outcome::Unreadable => FAILED,
            Outcome::Skipped => INTERRUPTED,
        };
        Self { path: path.into(), outcome, report, lasted: Duration::ZERO, status }
    }
}
