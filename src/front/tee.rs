//! `tee FILE`: what is shown is written to a file as well, as plain text, until `tee off`.
//!
//! Text is shown by several threads, so the file is the process's.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::os::fd;
use crate::value::Failure;

static FILE: Mutex<Option<File>> = Mutex::new(None);
/// Whether there is one: where there is none, showing costs no more.
static ON: AtomicBool = AtomicBool::new(false);

/// Write to that file from now on, or to none. One that cannot be opened leaves all as it was.
pub(super) fn to(path: Option<&Path>) -> io::Result<()> {
    let file = path.map(open).transpose()?;
    ON.store(file.is_some(), Ordering::Relaxed);
    *FILE.lock().unwrap_or_else(PoisonError::into_inner) = file;
    Ok(())
}

fn open(path: &Path) -> io::Result<File> {
    // A pipe that nobody reads must not hold the session up.
    let file = OpenOptions::new().write(true).create(true).truncate(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    // The numbers of the program's own descriptors stay what they are.
    Ok(fd::dup_aside(file.as_fd()).map_err(io::Error::from_raw_os_error)?.into())
}

/// Write lines that were shown.
pub(super) fn log(text: &str) {
    if !ON.load(Ordering::Relaxed) {
        return;
    }
    let mut file = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    let written = file.as_mut().map_or(Ok(()), |file| file.write_all(format!("{}\n", plain(text)).as_bytes()));
    if let Err(e) = written {
        *file = None;
        ON.store(false, Ordering::Relaxed);
        drop(file);
        // Where even that cannot be said there is nobody to tell.
        let _ = writeln!(io::stderr().lock(), "sockpit: tee has ended: {}", Failure::from(&e));
    }
}

/// Text without colours and other controls.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' if chars.as_str().starts_with('[') => {
                chars.next();
                // A sequence goes on to its final letter.
                chars.find(|c| ('@'..='~').contains(c));
            }
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_has_no_controls() {
        for (shown, written) in [
            ("\x1b[2m[1]\x1b[0m d = \x1b[38;5;3m5\x1b[39m", "[1] d = 5"),
            ("a\tb\r\nc", "a\tb\nc"),
            ("\x07half \x1b[", "half "),
            ("黑\x1bx", "黑x"),
        ] {
            assert_eq!(plain(shown), written);
        }
    }
}
