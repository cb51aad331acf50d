//! Hosts: network namespaces of our own, with a process that keeps them, and the cable that their links end at.

mod agent;
mod cable;
mod inside;
mod keeper;
mod link;
mod refusal;
mod space;

/// The word of the command line that starts an agent.
pub(crate) const AGENT: &str = "--agent";

pub(crate) use agent::serve;
pub(crate) use cable::Cable;
pub(crate) use inside::Inside;
pub(crate) use keeper::{Keeper, Stage, Trouble};
pub(crate) use link::{Address, Link};
pub(crate) use refusal::{Obstacle, obstacle};
pub(crate) use space::{Net, Space};
