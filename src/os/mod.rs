//! The one door to the operating system: system calls, the poller, signals, the clock.
//!
//! All `unsafe` code of the program is in this folder, behind functions that are safe to call. It knows addresses
//! and nothing of sockets' names, modes or tasks.

pub(crate) mod addr;
pub(crate) mod alarm;
pub(crate) mod diag;
pub mod epoll;
pub(crate) mod errqueue;
pub mod fd;
pub(crate) mod fence;
pub(crate) mod files;
mod holders;
pub(crate) mod hosts;
pub(crate) mod interfaces;
pub(crate) mod memory;
pub(crate) mod msg;
mod namespace;
pub(crate) mod netlink;
pub(crate) mod netstat;
pub(crate) mod poller;
pub(crate) mod process;
pub mod readiness;
pub(crate) mod resolve;
pub(crate) mod routes;
pub(crate) mod settings;
pub mod sockopt;
mod special;
pub(crate) mod tcp;
pub(crate) mod terminal;
pub(crate) mod trace;

/// That many bytes by chance: getrandom(2).
pub(crate) fn random(size: usize) -> Result<Vec<u8>, i32> {
    let mut bytes = vec![0; size];
    let mut at = 0;
    while at < size {
        // What is taken in one piece is not cut short by a signal.
        let end = size.min(at + 256);
        match rustix::rand::getrandom(&mut bytes[at..end], rustix::rand::GetRandomFlags::empty()) {
            Ok(count) => at += count,
            Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.raw_os_error()),
        }
    }
    Ok(bytes)
}
