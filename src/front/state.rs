//! Where sockpit keeps what it remembers from one session to the next: the state folder of the XDG base directories.

use std::path::PathBuf;

/// A file of that name there; none where neither XDG_STATE_HOME nor HOME is set.
pub(super) fn file(name: &str) -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    Some(state.or_else(|| std::env::home_dir().map(|h| h.join(".local/state")))?.join("sockpit").join(name))
}
