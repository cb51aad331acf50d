//! Pipes: files of their two ends, which are waited for as sockets are; and those with a name in the file system, which
//! `open` meets: FIFOs.

use std::ffi::OsStr;
use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::rc::Rc;
use std::time::Duration;

use super::file::{self, File, Settings};
use super::{Mode, On, Step, Wait, World};
use crate::os::fd;
use crate::value::{Failure, Value};

/// How often is looked whether somebody has opened the other end of a FIFO, which the kernel tells only to who waits inside
/// open(2).
const FIFO_AGAIN: Duration = Duration::from_millis(5);

impl World {
    /// A pipe: the file to read from and the one to write to.
    pub fn pipe(&mut self) -> Result<[Rc<File>; 2], Failure> {
        let (reader, writer) = fd::pipe().map_err(Failure::os)?;
        Ok([self.adopt_pipe(reader, "rb"), self.adopt_pipe(writer, "wb")])
    }

    /// An end of a pipe, which may come from another process; with mode `rb` the one to read from.
    pub fn adopt_pipe(&mut self, fd: OwnedFd, mode: &str) -> Rc<File> {
        let end = self.wrap(fd, [libc::AF_UNSPEC; 3], Mode::Blocking);
        let file = File::of_pipe(&end, mode);
        self.pipes.add(end.serial, &file);
        file
    }

    /// Open a file of the disk, as Python's `open` does with that mode. One end of a FIFO waits until the other is opened.
    pub fn open(&mut self, path: &[u8], mode: &str) -> Result<Step, Failure> {
        let settings = Settings::to_open(mode)?;
        let path: Rc<[u8]> = path.into();
        let mut opened = None;
        let mut attempt = move |world: &mut Self| {
            let file = match opened.take().map_or_else(|| file::open(&path, &settings), Ok) {
                Err(failure) if failure.is(libc::ENXIO) && is_fifo(fs::metadata(OsStr::from_bytes(&path))) => {
                    return None;
                }
                other => other,
            };
            match file {
                Ok(file) if !settings.write && is_fifo(file.metadata()) && !fd::has_writer(file.as_fd()) => {
                    opened = Some(file);
                    None
                }
                file => Some(file.and_then(|file| world.file_of_disk(&path, settings.clone(), file))),
            }
        };
        if let Some(done) = attempt(self) {
            return done;
        }
        let wait = Wait { on: On::Time, limit: None, again: Some(FIFO_AGAIN), what: "the other end of the FIFO" };
        Ok(Step::Park(wait, Box::new(move |world, _| attempt(world))))
    }

    fn file_of_disk(&mut self, path: &[u8], settings: Settings, file: fs::File) -> Result<Step, Failure> {
        let file = if is_fifo(file.metadata()) {
            let end = self.wrap(file.into(), [libc::AF_UNSPEC; 3], Mode::Blocking);
            let file = File::of_fifo(&end, path, settings)?;
            self.pipes.add(end.serial, &file);
            file
        } else {
            File::of_disk(path, settings, file)?
        };
        Ok(Value::Handle(file).into())
    }

    /// A file of a descriptor that came from elsewhere; what is none comes back.
    pub fn adopt_file(&mut self, fd: OwnedFd) -> Result<Rc<File>, OwnedFd> {
        let file = fs::File::from(fd);
        let is_pipe = is_fifo(file.metadata());
        let fd = OwnedFd::from(file);
        let mode = match fd::access(fd.as_fd()) {
            Ok(libc::O_RDONLY) => "rb",
            Ok(libc::O_WRONLY) => "wb",
            _ => return File::of_descriptor(fd),
        };
        if !is_pipe || fd::unblock(fd.as_fd()).is_err() {
            return File::of_descriptor(fd);
        }
        Ok(self.adopt_pipe(fd, mode))
    }
}

/// Whether what was looked at is a FIFO, as an end of a pipe is too.
fn is_fifo(about: std::io::Result<fs::Metadata>) -> bool {
    about.is_ok_and(|about| about.file_type().is_fifo())
}
