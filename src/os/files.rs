//! What std has no call for: a file that is written at once or not at all, a FIFO.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

/// Write a file so that it is there whole or as it was before. What is there and is no regular file is left alone.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Ok(there) = fs::symlink_metadata(path)
        && !there.is_file()
    {
        let errno = if there.is_dir() { libc::EISDIR } else { libc::EEXIST };
        return Err(io::Error::from_raw_os_error(errno));
    }
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = fs::File::create_new(&part).and_then(|mut file| file.write_all(bytes));
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
