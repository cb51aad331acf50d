//! The lines that are run before the first prompt: `rc.sock` in the configuration folder of the XDG base directories.

use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use super::{output, script};
use crate::lang::{Error, Source};
use crate::render;
use crate::value::Failure;
use crate::value::text::printable;

/// The lines, if there are any; or what is wrong with the file.
pub(super) fn lines() -> Result<Option<Rc<Source>>, String> {
    let Some(path) = path() else { return Ok(None) };
    let name = printable(&path.display().to_string());
    // A device or a pipe in its place is never opened: that could wait for ever.
    let read = std::fs::metadata(&path).and_then(|found| match found.file_type() {
        kind if kind.is_dir() => Err(io::Error::from_raw_os_error(libc::EISDIR)),
        kind if !kind.is_file() => Err(io::Error::from_raw_os_error(libc::EINVAL)),
        _ => script::bytes(&path),
    });
    match read {
        Ok(bytes) => Source::from_bytes(&name, bytes).map(Some).map_err(|error| told(&error)),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(format!("{name}: {}", Failure::from(&e))),
    }
}

fn told(error: &Error) -> String {
    render::program_error(error, output::style(&io::stdout(), true))
}

fn path() -> Option<PathBuf> {
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    Some(config.or_else(|| std::env::home_dir().map(|h| h.join(".config")))?.join("sockpit/rc.sock"))
}
