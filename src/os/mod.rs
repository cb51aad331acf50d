//! The one door to the operating system: system calls, the poller, signals, the clock.
//!
//! All `unsafe` code of the program is in this folder, behind functions that are safe to call. It knows addresses
//! and nothing of sockets' names, modes or tasks.

pub(crate) mod addr;
pub(crate) mod diag;
pub(crate) mod errqueue;
pub mod fd;
pub(crate) mod interfaces;
pub(crate) mod msg;
pub(crate) mod netstat;
pub(crate) mod poller;
pub(crate) mod process;
pub(crate) mod resolve;
pub(crate) mod settings;
pub mod sockopt;
pub(crate) mod tcp;
pub(crate) mod terminal;
pub(crate) mod trace;
