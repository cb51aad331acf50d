//! Which processes hold which sockets, as /proc shows it. Names that other processes chose are bytes here.

use std::collections::HashMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

/// A process that holds a socket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Holder {
    /// Its id.
    pub pid: i32,
    /// Its command's name: any bytes.
    pub name: Vec<u8>,
}

/// Which processes hold sockets, by the sockets' numbers: as far as we may look, which is at our own user's processes,
/// and at all as root.
pub(crate) fn holders() -> HashMap<u64, Vec<Holder>> {
    let mut found: HashMap<u64, Vec<Holder>> = HashMap::new();
    let Ok(processes) = fs::read_dir("/proc") else { return found };
    let mut pids: Vec<i32> = processes.flatten().filter_map(|p| p.file_name().to_str()?.parse().ok()).collect();
    pids.sort_unstable();
    for pid in pids {
        let Ok(fds) = fs::read_dir(format!("/proc/{pid}/fd")) else { continue };
        let mut holder = None;
        for inode in fds.flatten().filter_map(|fd| socket_number(fs::read_link(fd.path()).ok()?.as_os_str().as_bytes()))
        {
            let holder = holder.get_or_insert_with(|| Holder { pid, name: command_name(pid) });
            let all = found.entry(inode).or_default();
            if all.last() != Some(holder) {
                all.push(holder.clone());
            }
        }
    }
    found
}

/// The number in `socket:[12345]`.
fn socket_number(link: &[u8]) -> Option<u64> {
    let number = link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?;
    std::str::from_utf8(number).ok()?.parse().ok()
}

fn command_name(pid: i32) -> Vec<u8> {
    let mut name = fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
    if name.last() == Some(&b'\n') {
        name.pop();
    }
    name
}
