//! What std has no call for: a whole file that is read within bounds, or written at once or not at all; a FIFO.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::fd;
use crate::value::bounds;

/// So many links are followed, as the kernel does.
const LINKS_MAX: usize = 40;
/// What is read in one go.
const PIECE: usize = 64 * 1024;

/// The bytes of a file, no more than that many: EFBIG. A pipe without a writer and a terminal are waited for; who gives up
/// while it waits gets EINTR, and ETIMEDOUT when the time of the run is over.
pub(crate) fn read(path: &Path, max: usize) -> io::Result<Vec<u8>> {
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let mut file = fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let about = file.metadata()?;
    let waits = !about.is_file();
    // A regular file that is small is read in one go, and its end is found in the next.
    let size = if waits { PIECE } else { (about.len() as usize + 1).clamp(512, PIECE) };
    let (mut bytes, mut piece) = (Vec::new(), vec![0; size]);
    loop {
        if bounds::is_hurried() {
            return Err(io::Error::from_raw_os_error(if bounds::is_late() { libc::ETIMEDOUT } else { libc::EINTR }));
        }
        // Of a pipe that nobody has opened to write, nothing is no end.
        if waits && !fd::is_readable_soon(file.as_fd()) {
            continue;
        }
        match file.read(&mut piece) {
            Ok(0) => return Ok(bytes),
            Ok(count) if bytes.len() + count > max => return Err(io::Error::from_raw_os_error(libc::EFBIG)),
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(e) => return Err(e),
        }
    }
}

/// Write a file so that it is there whole or as it was before, with the permissions that it had. Only a regular file is
/// replaced: a link is followed to what it stands for, and a device or a pipe is written to as it is.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let there = fs::metadata(path);
    match &there {
        Ok(there) if there.is_dir() => return Err(io::Error::from_raw_os_error(libc::EISDIR)),
        Ok(there) if !there.is_file() => return write_through(path, bytes),
        _ => {}
    }
    let path = &real(path)?;
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = fs::File::create_new(&part).and_then(|mut file| {
        if let Ok(there) = there {
            file.set_permissions(there.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()
    });
    let replaced = written.and_then(|()| fs::rename(&part, path));
    if replaced.is_err() {
        // What is half written is of no use; the first failure is the one to tell.
        let _ = fs::remove_file(&part);
    }
    replaced
}

/// mkfifo(3), for whom the process's umask lets.
pub(crate) fn make_fifo(path: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o666), 0).map_err(io::Error::from)
}

/// The path of what a link stands for, be it there or not; of any other path itself.
fn real(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS_MAX {
        if !fs::symlink_metadata(&path).is_ok_and(|there| there.is_symlink()) {
            return Ok(path);
        }
        let to = fs::read_link(&path)?;
        path = path.parent().map_or_else(|| to.clone(), |folder| folder.join(&to));
    }
    Err(io::Error::from_raw_os_error(libc::ELOOP))
}

/// Write to what is there, whatever it is; a pipe that nobody reads is not waited for: ENXIO.
fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let mut file = fs::OpenOptions::new().write(true).custom_flags(flags).open(path)?;
    let mut left = bytes;
    while !left.is_empty() {
        match file.write(left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => left = &left[count..],
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
                bounds::look().map_err(|_| io::Error::from_raw_os_error(libc::EINTR))?;
                fd::is_writable_soon(file.as_fd());
            }
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
