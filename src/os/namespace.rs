//! Namespaces for this process, which has one thread: of the hosts' agent, of a stranger's program.
#![allow(unsafe_code)]

use std::fs;

use super::fd;

/// Who somebody is: a user and a group.
#[derive(Clone, Copy)]
pub(super) struct Ids {
    pub uid: u32,
    pub gid: u32,
}

impl Ids {
    /// Who runs this process. In a new user namespace that is nobody, until [`map`] says otherwise.
    pub(super) fn own() -> Self {
        // SAFETY: these give numbers.
        unsafe { Self { uid: libc::geteuid(), gid: libc::getegid() } }
    }
}

/// Leave the namespaces of these kinds for new ones.
pub(super) fn unshare(kinds: i32) -> Result<(), i32> {
    // SAFETY: unshare(2) takes a plain number; this process has one thread.
    if unsafe { libc::unshare(kinds) } == 0 { Ok(()) } else { Err(fd::last()) }
}

/// Be `inside` in the user namespace that was just made, who were `outside` before.
pub(super) fn map(inside: Ids, outside: Ids) -> Result<(), i32> {
    let write = |file: &str, text: String| fs::write(format!("/proc/self/{file}"), text).map_err(|e| fd::number(&e));
    write("setgroups", "deny".into())?;
    write("uid_map", format!("{} {} 1", inside.uid, outside.uid))?;
    write("gid_map", format!("{} {} 1", inside.gid, outside.gid))
}
