//! Pipes: files of their two ends, which are waited for as sockets are.

use std::os::fd::OwnedFd;
use std::rc::Rc;

use super::{File, Mode, World};
use crate::os::fd;
use crate::value::Failure;

impl World {
    /// A pipe: the file to read from and the one to write to.
    pub fn pipe(&mut self) -> Result<[Rc<File>; 2], Failure> {
        let (reader, writer) = fd::pipe().map_err(Failure::os)?;
        let reader = self.wrap(reader, [libc::AF_UNSPEC; 3], Mode::Blocking);
        let writer = self.wrap(writer, [libc::AF_UNSPEC; 3], Mode::Blocking);
        Ok([File::of_pipe(&reader, "rb")?, File::of_pipe(&writer, "wb")?])
    }

    /// An end of a pipe that comes from another process.
    pub fn adopt_pipe(&mut self, fd: OwnedFd, mode: &str) -> Result<Rc<File>, Failure> {
        File::of_pipe(&self.wrap(fd, [libc::AF_UNSPEC; 3], Mode::Blocking), mode)
    }
}
