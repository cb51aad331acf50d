//! Pipes: files of their two ends, which are waited for as sockets are.

use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileTypeExt;
use std::rc::Rc;

use super::{File, Mode, World};
use crate::os::fd;
use crate::value::Failure;

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

    /// A file of a descriptor that came from elsewhere; what is none comes back.
    pub fn adopt_file(&mut self, fd: OwnedFd) -> Result<Rc<File>, OwnedFd> {
        let file = fs::File::from(fd);
        let is_pipe = file.metadata().is_ok_and(|about| about.file_type().is_fifo());
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
