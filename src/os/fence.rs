//! What a stranger's program may reach: `--isolated`, `--loopback-only`.
//!
//! Isolated it runs in namespaces of its own, where there is no other machine, and where no file can be changed but those of
//! a folder in memory. Fenced it runs here, with Landlock (landlock(7)) around its files, and with addresses looked at before
//! the kernel sees them. Both are done while there is one thread, and nothing undoes them.
#![allow(unsafe_code)]

use std::ffi::{CStr, OsStr};
use std::fs;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::fd;
use super::namespace::{Ids, map, unshare};
use crate::value::Addr;

/// What an address may be.
struct Fence {
    /// The only folder whose sockets may be reached.
    folder: PathBuf,
    /// Only this machine may be reached.
    loopback: bool,
}

static FENCE: OnceLock<Fence> = OnceLock::new();

/// Where the folder in memory is put: there is one of these everywhere.
const PRIVATE: &[&CStr] = &[c"/tmp", c"/run", c"/mnt"];
/// What is read by libraries, and what any program may write to.
const READ: &[&str] = &["/usr", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev"];
const WRITTEN: &[&str] = &["/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/random", "/dev/urandom"];

/// Landlock's rights of ABI 1: what is done to files. Executing, reading a file, reading a folder; writing.
const ALL: u64 = (1 << 13) - 1;
const READING: u64 = 1 | 1 << 2 | 1 << 3;
const WRITING: u64 = 1 << 1;
/// Scopes of ABI 6: no abstract socket and no signal goes to who is outside.
const SCOPES: u64 = 3;

fn enclose(folder: PathBuf, loopback: bool) {
    // Once is enough: who is in does not come out.
    let _ = FENCE.set(Fence { folder, loopback });
}

/// Whether an address may be reached, or be taken as one's own.
pub(super) fn lets(addr: &Addr) -> Result<(), i32> {
    let Some(fence) = FENCE.get() else { return Ok(()) };
    let lets = match addr {
        Addr::Path(path) => is_below(Path::new(OsStr::from_bytes(path)), &fence.folder),
        _ if !fence.loopback => true,
        Addr::V4(at) => at.ip().is_loopback(),
        Addr::V6(at) => at.ip().to_canonical().is_loopback(),
        Addr::Abstract(_) | Addr::Unnamed => true,
        _ => false,
    };
    if lets { Ok(()) } else { Err(libc::EACCES) }
}

/// Whether a path leads to a place below a folder, however it is written.
fn is_below(path: &Path, folder: &Path) -> bool {
    let whole = folder.join(path);
    let there = fs::canonicalize(&whole).or_else(|e| match (whole.parent(), whole.file_name()) {
        (Some(parent), Some(name)) => fs::canonicalize(parent).map(|parent| parent.join(name)),
        _ => Err(e),
    });
    there.is_ok_and(|there| there.starts_with(folder))
}

/// Whether only this machine may be reached.
pub(crate) fn is_loopback_only() -> bool {
    FENCE.get().is_some_and(|fence| fence.loopback)
}

/// Whether an address is refused by `--loopback-only` or `--isolated`, and not by the kernel.
pub(crate) fn refuses(addr: &Addr) -> bool {
    lets(addr).is_err()
}

/// Be in a network of one's own, which leads nowhere: nothing but `lo`.
pub(crate) fn own_network() -> Result<(), i32> {
    namespaces(libc::CLONE_NEWNET | libc::CLONE_NEWIPC)?;
    loopback_up()
}

/// Be in namespaces of one's own: no network but `lo`, no file that can be changed, but for those of a working folder which
/// is in memory and gone with the process.
pub(crate) fn isolate() -> Result<(), i32> {
    namespaces(libc::CLONE_NEWNET | libc::CLONE_NEWIPC | libc::CLONE_NEWNS)?;
    loopback_up()?;
    let flags = libc::MS_REC | libc::MS_PRIVATE;
    mount(c"none", c"/", None, flags)?;
    let attributes = libc::mount_attr { attr_set: libc::MOUNT_ATTR_RDONLY, attr_clr: 0, propagation: 0, userns_fd: 0 };
    // SAFETY: the path ends in zero, and the attributes are there with their size.
    let done = unsafe {
        let size = size_of_val(&attributes);
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            c"/".as_ptr(),
            libc::AT_RECURSIVE,
            &raw const attributes,
            size,
        )
    };
    if done != 0 {
        return Err(fd::last());
    }
    let folder = PRIVATE.iter().find(|folder| mount(c"tmpfs", folder, Some(c"tmpfs"), 0).is_ok());
    let folder = Path::new(folder.and_then(|folder| folder.to_str().ok()).ok_or(libc::EROFS)?);
    std::env::set_current_dir(folder).map_err(|e| fd::number(&e))?;
    enclose(folder.to_path_buf(), false);
    Ok(())
}

/// New namespaces, in a user namespace in which we are who we were; as root, where there can be none, without.
fn namespaces(what: i32) -> Result<(), i32> {
    let own = Ids::own();
    match unshare(what | libc::CLONE_NEWUSER) {
        Ok(()) => map(own, own),
        Err(_) if own.uid == 0 => unshare(what),
        refused => refused,
    }
}

fn mount(source: &CStr, target: &CStr, sort: Option<&CStr>, flags: libc::c_ulong) -> Result<(), i32> {
    let sort = sort.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: the names end in zero, or there is none; no data is given.
    let done = unsafe { libc::mount(source.as_ptr(), target.as_ptr(), sort, flags, std::ptr::null()) };
    if done == 0 { Ok(()) } else { Err(fd::last()) }
}

fn loopback_up() -> Result<(), i32> {
    let socket = fd::socket(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    // SAFETY: the request is plain data, for which zero will do; it is filled in before the kernel reads it.
    let done = unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        request.ifr_name[0] = b'l' as libc::c_char;
        request.ifr_name[1] = b'o' as libc::c_char;
        request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
        libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request)
    };
    if done == 0 { Ok(()) } else { Err(fd::last()) }
}

/// Reach no machine but this one, no file but those of the working folder and what every program reads, and start no
/// process. The errno when this kernel cannot keep files apart.
pub(crate) fn fence() -> Result<(), i32> {
    let folder = std::env::current_dir().and_then(fs::canonicalize).map_err(|e| fd::number(&e))?;
    // SAFETY: with no attributes and this flag it gives a number.
    let abi = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, 0_usize, 0_usize, 1_u32) };
    if abi < 1 {
        return Err(fd::last());
    }
    let handled: [u64; 3] = [ALL, 0, if abi >= 6 { SCOPES } else { 0 }];
    let size = match abi {
        ..4 => 8,
        4..6 => 16,
        _ => 24_usize,
    };
    // SAFETY: there are as many bytes as is said; what it gives is a descriptor of ours.
    let rules = unsafe {
        let made = libc::syscall(libc::SYS_landlock_create_ruleset, handled.as_ptr(), size, 0_u32);
        if made < 0 {
            return Err(fd::last());
        }
        OwnedFd::from_raw_fd(made as i32)
    };
    allow(&rules, &folder, ALL)?;
    // What is not there needs no rule.
    for path in READ {
        let _ = allow(&rules, Path::new(path), READING);
    }
    for path in WRITTEN {
        let _ = allow(&rules, Path::new(path), WRITING | 1 << 2);
    }
    // SAFETY: these take numbers.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::syscall(libc::SYS_landlock_restrict_self, rules.as_raw_fd(), 0_u32) == 0
    };
    if !done {
        return Err(fd::last());
    }
    enclose(folder, true);
    Ok(())
}

/// Let that be done to what is below a path.
fn allow(rules: &OwnedFd, path: &Path, rights: u64) -> Result<(), i32> {
    #[repr(C, packed)]
    struct Below {
        rights: u64,
        parent: i32,
    }
    let at = fs::OpenOptions::new().read(true).custom_flags(libc::O_PATH).open(path).map_err(|e| fd::number(&e))?;
    let rule = Below { rights, parent: at.as_raw_fd() };
    // SAFETY: the rule is laid out as the kernel reads it, and the descriptors are open.
    let done = unsafe { libc::syscall(libc::SYS_landlock_add_rule, rules.as_raw_fd(), 1_u32, &raw const rule, 0_u32) };
    if done == 0 { Ok(()) } else { Err(fd::last()) }
}
