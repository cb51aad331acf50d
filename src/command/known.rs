//! The errors that a call is known for: the usual cause of each, and what to try.

use super::find;
use crate::linux::errno;
use crate::value::Name;

/// An error that a call is known for.
pub struct KnownError {
    /// Its name.
    pub name: &'static str,
    /// Its usual cause.
    pub cause: &'static str,
    /// What to try; empty where that is plain, or nothing helps.
    pub cure: &'static str,
}

impl KnownError {
    /// The same error, with what to try.
    #[must_use]
    pub const fn cure(self, cure: &'static str) -> Self {
        Self { cure, ..self }
    }

    /// What is known of it, in lines.
    pub fn lines(&self) -> Vec<String> {
        let cure = (!self.cure.is_empty()).then(|| format!("try: {}", self.cure));
        std::iter::once(self.cause.to_string()).chain(cure).collect()
    }
}

/// Shorthand for an error and its cause.
pub const fn err(name: &'static str, cause: &'static str) -> KnownError {
    KnownError { name, cause, cure: "" }
}

/// What the kernel's error of a call usually means, and what to try, which may be nothing; where the call has nothing to
/// say of it, what it means by any call.
pub fn usual(call: &str, name: Name) -> Option<(&'static str, &'static str)> {
    let Name::Errno(number) = name else { return None };
    if let Some(error) = find(call).and_then(|c| c.error(name.as_str())) {
        return Some((error.cause, error.cure));
    }
    errno::by_number(number).map(|e| (e.advice, "")).filter(|(advice, _)| !advice.is_empty())
}

/// The error of most calls for a socket that is closed.
pub(super) const CLOSED: KnownError = err("EBADF", "the socket is closed").cure("a new socket");
/// The error of what makes a descriptor.
pub(super) const MANY_OPEN: KnownError =
    err("EMFILE", "this process has as many descriptors open as it may (ulimit -n)")
        .cure("close sockets that are not needed: sockets lists them");
