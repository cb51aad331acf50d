//! The kernel's names and numbers, and what they mean: errors, flags, families, types, options, states.
//!
//! Pure data: it asks no kernel and knows no call that takes them.

pub mod ancillary;
pub mod constants;
pub mod errno;
mod events;
pub mod flags;
pub mod layout;
pub mod options;
mod set;
pub mod sort;
pub mod state;
