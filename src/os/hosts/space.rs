//! A network namespace as its user knows it.

use std::os::fd::OwnedFd;

/// Which of the agent's namespaces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Space(pub(super) u32);

/// A network namespace of the agent's.
pub(crate) struct Net {
    /// What the agent knows it by.
    pub space: Space,
    /// The namespace itself, for links that lead there.
    pub(super) namespace: OwnedFd,
    /// A netlink socket there: what is asked with it is asked of this namespace.
    pub(super) route: OwnedFd,
}
