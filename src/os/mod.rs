//! The one door to the operating system: system calls, the poller, signals, the clock.
//!
//! All `unsafe` code of the program is in this folder, behind functions that are safe to call. It knows addresses
//! and nothing of sockets' names, modes or tasks.

pub mod addr;
pub mod errqueue;
pub mod fd;
pub mod interfaces;
pub mod msg;
pub mod netstat;
pub mod poller;
pub mod process;
pub mod resolve;
pub mod settings;
pub mod sockopt;
pub mod tcp;
pub mod terminal;
pub mod trace;
