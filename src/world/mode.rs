//! How the calls on a socket wait.

/// How the calls on a socket wait.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Mode {
    /// Until the call can be made: the default.
    Blocking,
    /// Not at all.
    NonBlocking,
    /// That many seconds, then `timeout`.
    Timeout(f64),
}

impl Mode {
    /// The mode that `settimeout` gives: none blocks, 0 does not wait, anything else is a limit.
    pub fn from_seconds(seconds: Option<f64>) -> Self {
        match seconds {
            None => Self::Blocking,
            Some(0.0) => Self::NonBlocking,
            Some(s) => Self::Timeout(s),
        }
    }

    /// What `gettimeout` says.
    pub fn seconds(self) -> Option<f64> {
        match self {
            Self::Blocking => None,
            Self::NonBlocking => Some(0.0),
            Self::Timeout(s) => Some(s),
        }
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Blocking => f.write_str("blocking"),
            Self::NonBlocking => f.write_str("non-blocking"),
            Self::Timeout(seconds) => write!(f, "timeout {seconds} s"),
        }
    }
}
