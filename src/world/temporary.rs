//! Folders for what a session writes: made by names of their own, and removed when it ends.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::file::path_failure;
use crate::os;
use crate::value::Failure;

/// The folders.
#[derive(Default)]
pub struct Temporary(Vec<PathBuf>);

impl Temporary {
    /// Make another one, which nobody else may look into.
    pub(crate) fn make(&mut self) -> Result<&Path, Failure> {
        loop {
            let name: String = os::random(4).map_err(Failure::os)?.iter().map(|byte| format!("{byte:02x}")).collect();
            let path = std::env::temp_dir().join(format!("sockpit-{name}"));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {
                    self.0.push(path);
                    return Ok(&self.0[self.0.len() - 1]);
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(path_failure(&e, path.as_os_str().as_encoded_bytes())),
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        for path in &self.0 {
            // What is gone already, or cannot be removed, is nobody's to be told of: the session is over.
            let _ = fs::remove_dir_all(path);
        }
    }
}
