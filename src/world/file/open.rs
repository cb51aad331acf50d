//! A file: what it is of, how it is opened, and how it stands.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::rc::Rc;

use super::super::{Side, Socket};
use super::buffer::Buffer;
use super::settings::Settings;
use crate::os::fd;
use crate::value::codec::Decoder;
use crate::value::{Failure, Handle, text};

/// What a file is of.
pub(super) enum Backing {
    Disk(fs::File),
    /// A socket, or an end of a pipe.
    Socket(Rc<Socket>),
}

/// How far a file is read and written.
#[derive(Default)]
pub(super) struct Progress {
    /// None once it is closed.
    pub(super) source: Option<Backing>,
    /// What was read and not yet given: bytes, or UTF-8 with line ends translated.
    pub(super) unread: Buffer,
    /// How many characters or bytes that is.
    pub(super) units: usize,
    /// How much of it is known to hold no line end.
    pub(super) searched: usize,
    pub(super) decoder: Option<Decoder>,
    /// A `\r` that may have its `\n` still to come.
    pub(super) held_cr: bool,
    pub(super) unwritten: Buffer,
    /// Something was written: no byte order mark any more.
    pub(super) started: bool,
    pub(super) timed_out: bool,
}

/// A file.
pub struct File {
    pub(super) label: String,
    pub(super) of_socket: bool,
    pub(super) settings: Settings,
    pub(super) state: RefCell<Progress>,
}

pub(super) fn closed() -> Failure {
    Failure::usage("I/O operation on closed file")
}

/// The failure of a call on a path.
pub(crate) fn path_failure(error: &io::Error, path: &[u8]) -> Failure {
    match error.raw_os_error() {
        Some(number) => Failure::os(number).note(format!("the path is {}", text::escape_bytes(path))),
        None => Failure::usage(format!("not a path: {}", text::quote_bytes(path))).note("a path holds no zero byte"),
    }
}

/// Open a path of the disk as Python's `open` does with that mode, or as one that may wait would: without waiting.
pub(crate) fn open(path: &[u8], settings: &Settings) -> Result<fs::File, Failure> {
    let mode = &*settings.mode;
    let file = fs::OpenOptions::new()
        .read(settings.read)
        .write(settings.write && !mode.contains('a'))
        .append(mode.contains('a'))
        .truncate(mode.contains('w'))
        .create(mode.contains(['w', 'a']))
        .create_new(mode.contains('x'))
        // A FIFO without its other end must not stop every other task.
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(OsStr::from_bytes(path))
        .map_err(|e| path_failure(&e, path))?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(path_failure(&io::Error::from_raw_os_error(libc::EISDIR), path));
    }
    Ok(file)
}

/// What makes text of what such a file reads.
fn decoder(settings: &Settings) -> Result<Option<Decoder>, Failure> {
    settings.text.as_ref().map(|(encoding, _)| Decoder::new(encoding, settings.errors)).transpose()
}

impl File {
    pub(super) fn new(label: String, settings: Settings, source: Backing) -> Result<Rc<Self>, Failure> {
        let decoder = decoder(&settings)?;
        Ok(Self::made(label, settings, source, decoder))
    }

    fn made(label: String, settings: Settings, source: Backing, decoder: Option<Decoder>) -> Rc<Self> {
        if let Backing::Socket(socket) = &source {
            socket.files.set(socket.files.get() + 1);
        }
        let of_socket = matches!(&source, Backing::Socket(socket) if !socket.is_pipe());
        let state = Progress { source: Some(source), decoder, ..Progress::default() };
        Rc::new(Self { label, of_socket, settings, state: RefCell::new(state) })
    }

    /// A file of the disk that was opened with that mode.
    pub fn of_disk(path: &[u8], mut settings: Settings, file: fs::File) -> Result<Rc<Self>, Failure> {
        settings.by_line = file.is_terminal();
        Self::new(text::escape_bytes(path), settings, Backing::Disk(file))
    }

    /// A file of a descriptor that came from elsewhere, in the binary mode it was opened with; what cannot be read or
    /// written as a file comes back.
    pub fn of_descriptor(fd: OwnedFd) -> Result<Rc<Self>, OwnedFd> {
        let file = fs::File::from(fd);
        let sort = file.metadata().map(|m| m.file_type());
        let usable = sort.is_ok_and(|t| t.is_file() || t.is_fifo() || t.is_char_device());
        let mode = match fd::access(file.as_fd()) {
            Ok(libc::O_RDONLY) => "rb",
            Ok(libc::O_WRONLY) => "wb",
            _ => "r+b",
        };
        if !usable || fd::unblock(file.as_fd()).is_err() {
            return Err(file.into());
        }
        let label = format!("file of descriptor {}", file.as_raw_fd());
        Ok(Self::made(label, Settings::of(mode), Backing::Disk(file), None))
    }

    /// A duplicate of the descriptor it has, to be passed on: of a socket's file, the socket's.
    pub fn descriptor(&self) -> Result<OwnedFd, Failure> {
        match &self.state.borrow().source {
            None => Err(Failure::os(libc::EBADF)),
            Some(Backing::Disk(file)) => fd::dup(file.as_fd()).map_err(Failure::os),
            Some(Backing::Socket(socket)) => fd::dup(socket.fd()?.as_fd()).map_err(Failure::os),
        }
    }

    /// The number of its descriptor.
    pub fn number(&self) -> Result<RawFd, Failure> {
        match &self.state.borrow().source {
            None => Err(Failure::os(libc::EBADF)),
            Some(Backing::Disk(file)) => Ok(file.as_raw_fd()),
            Some(Backing::Socket(socket)) => Ok(socket.fd()?.as_raw_fd()),
        }
    }

    /// The socket or the end of a pipe it is a file of, if it is one and open.
    pub fn source(&self) -> Option<Rc<Socket>> {
        match &self.state.try_borrow().ok()?.source {
            Some(Backing::Socket(socket)) => Some(socket.clone()),
            _ => None,
        }
    }

    /// The socket it is a file of, if it is one and open.
    pub fn socket(&self) -> Option<Rc<Socket>> {
        self.source().filter(|source| !source.is_pipe())
    }

    /// Make a file of a socket.
    pub fn of_socket(socket: &Rc<Socket>, settings: Settings) -> Result<Rc<Self>, Failure> {
        // What is asked for is looked at first, as in Python.
        let decoder = decoder(&settings)?;
        drop(socket.fd()?);
        Ok(Self::made(format!("file of {}", socket.name()), settings, Backing::Socket(socket.clone()), decoder))
    }

    /// Make a file of a FIFO that was opened with that mode, of which nobody else has the end.
    pub fn of_fifo(end: &Rc<Socket>, path: &[u8], settings: Settings) -> Result<Rc<Self>, Failure> {
        end.set_closed();
        let label = text::escape_bytes(path);
        end.name_it(&Rc::from(&*label));
        Self::new(label, settings, Backing::Socket(end.clone()))
    }

    /// Make a file of an end of a pipe, which nobody else has. It has no buffer: what is read is what is there, and what is
    /// written goes out at once.
    pub fn of_pipe(end: &Rc<Socket>, mode: &str) -> Rc<Self> {
        end.set_closed();
        end.name_it(&Rc::from("a pipe"));
        let settings = Settings { buffer: 0, ..Settings::of(mode) };
        Self::made("file of a pipe".into(), settings, Backing::Socket(end.clone()), None)
    }

    /// Whether it is an end of a pipe or a FIFO, and open.
    pub fn is_pipe(&self) -> bool {
        self.source().is_some_and(|source| source.is_pipe())
    }

    /// The mode it was opened with.
    pub fn mode(&self) -> &str {
        &self.settings.mode
    }

    /// What a call that moves bytes within the kernel takes of it: its socket or end of a pipe, which may have to be waited
    /// for, or a duplicate of its descriptor.
    pub fn end(&self) -> Result<Result<Rc<Socket>, OwnedFd>, Failure> {
        match &self.state.borrow().source {
            None => Err(closed()),
            Some(Backing::Socket(socket)) => Ok(Ok(socket.clone())),
            Some(Backing::Disk(file)) => fd::dup(file.as_fd()).map(Err).map_err(Failure::os),
        }
    }

    /// Whether it takes and gives text rather than bytes.
    pub fn is_text(&self) -> bool {
        self.settings.text.is_some()
    }

    /// What must hold before it is read or written: open, and of a mode that allows it.
    pub(super) fn check(&self, side: Side) -> Result<(), Failure> {
        if self.state.borrow().source.is_none() {
            return Err(closed());
        }
        let (allowed, text) = match side {
            Side::In => (self.settings.read, "not readable"),
            Side::Out => (self.settings.write, "not writable"),
        };
        let note = || format!("{} was opened with mode {}", self.label, self.settings.mode);
        if allowed { Ok(()) } else { Err(Failure::usage(text).note(note())) }
    }

    pub(super) fn failure(&self, error: &io::Error) -> Failure {
        path_failure(error, self.label.as_bytes())
    }

    /// End it: give the socket's share back and drop what was not read or written.
    pub(super) fn let_go(&self) -> Option<Rc<Socket>> {
        let Some(Backing::Socket(socket)) = std::mem::take(&mut *self.state.borrow_mut()).source else { return None };
        socket.files.set(socket.files.get().saturating_sub(1));
        Some(socket)
    }
}

/// A call again where a signal came between.
pub(super) fn uninterrupted(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

impl Handle for File {
    fn kind(&self) -> &'static str {
        "a file"
    }

    fn label(&self) -> String {
        self.label.clone()
    }

    fn summary(&self) -> String {
        let closed = if self.state.borrow().source.is_none() { ", closed" } else { "" };
        let title = if self.label.starts_with("file of ") { "" } else { "file " };
        format!("<{title}{} mode {}{closed}>", self.label, self.settings.mode)
    }
}
