//! Files: of the disk, and those that `makefile` makes of a socket, with the buffers and the text layer of Python's.
//!
//! A file of a socket waits as the socket's own calls do. What was taken from the socket and not yet asked for is in
//! the file's buffer, where the socket's own calls do not see it. Nothing here knows words or how results are shown.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::rc::Rc;
use std::time::Duration;

use super::{Mode, On, SHARED_BUFFER, Side, Socket, Step, Wait, Waiting, World, chain, retry};
use crate::os::{addr, fd};
use crate::value::codec::{self, Decoder};
use crate::value::{Failure, Handle, Name, Reply, Tried, Value, text};

/// The size of a file's buffers, unless `buffering` says otherwise: Python's `io.DEFAULT_BUFFER_SIZE`.
pub const BUFFER: usize = 8192;
/// What a file keeps at most of what was read and not yet given: 1 GiB.
pub const READ_MAX: usize = 1 << 30;
/// How often a FIFO that had nothing to read or no room is tried again.
const FIFO_AGAIN: Duration = Duration::from_millis(20);

/// What ends a line, and what becomes of it: Python's `newline`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Newline {
    /// `none`: any of the three, read as `\n`.
    Universal,
    /// `""`: any of the three, as it is.
    Untranslated,
    /// `\n` alone.
    Lf,
    /// `\r` alone; a `\n` is written as this.
    Cr,
    /// `\r\n` alone; likewise.
    CrLf,
}

impl Newline {
    /// The one that `newline=` names.
    pub fn parse(value: &str) -> Result<Self, Failure> {
        Ok(match value {
            "none" => Self::Universal,
            "" => Self::Untranslated,
            "\n" => Self::Lf,
            "\r" => Self::Cr,
            "\r\n" => Self::CrLf,
            other => {
                let failure = Failure::usage(format!("illegal newline value: {}", text::quote_text(other)));
                return Err(failure.note(r#"newline is none, "", "\n", "\r" or "\r\n""#));
            }
        })
    }

    /// Where the first line of some bytes ends, when nothing before `from` ends it.
    fn end(self, bytes: &[u8], from: usize) -> Option<usize> {
        let find = |wanted: &dyn Fn(u8) -> bool| bytes[from..].iter().position(|b| wanted(*b)).map(|i| from + i);
        match self {
            Self::Universal | Self::Lf => find(&|b| b == b'\n').map(|i| i + 1),
            Self::Cr => find(&|b| b == b'\r').map(|i| i + 1),
            Self::CrLf => {
                let from = from.saturating_sub(1);
                bytes[from..].windows(2).position(|pair| pair == b"\r\n").map(|i| from + i + 2)
            }
            Self::Untranslated => {
                let i = find(&|b| b == b'\r' || b == b'\n')?;
                Some(if bytes[i..].starts_with(b"\r\n") { i + 2 } else { i + 1 })
            }
        }
    }
}

/// How a file is read and written.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The mode as it was given.
    pub mode: Rc<str>,
    /// It can be read.
    pub read: bool,
    /// It can be written.
    pub write: bool,
    /// The size of its buffers; 0 for none.
    pub buffer: usize,
    /// What ends with a line end is written at once.
    pub by_line: bool,
    /// Encoding and line ends; none for a binary file.
    pub text: Option<(Rc<str>, Newline)>,
}

impl Settings {
    /// Those of a mode in which the letters of `access` are allowed, with everything else at its default.
    pub fn parse(mode: &str, access: &str) -> Result<Self, Failure> {
        let twice = mode.char_indices().any(|(i, c)| mode[..i].contains(c));
        if twice || !mode.chars().all(|c| access.contains(c)) {
            let allowed: Vec<_> = access.chars().map(String::from).collect();
            return Err(Failure::usage(format!("invalid mode: `{mode}`"))
                .note(format!("a mode is made of {}", allowed.join(" "))));
        }
        let plus = mode.contains('+');
        let write = mode.contains(['w', 'a', 'x']);
        Ok(Self {
            mode: mode.into(),
            read: plus || mode.contains('r') || !write,
            write: plus || write,
            buffer: BUFFER,
            by_line: false,
            text: (!mode.contains('b')).then(|| ("utf-8".into(), Newline::Universal)),
        })
    }

    fn newline(&self) -> Newline {
        self.text.as_ref().map_or(Newline::Lf, |(_, newline)| *newline)
    }

    /// From how many bytes on what is written goes out: text has one more layer of Python's default size.
    fn write_buffer(&self) -> usize {
        if self.text.is_some() { self.buffer.max(BUFFER) } else { self.buffer }
    }
}

/// What is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// A line, or that many characters or bytes of it at most.
    Line(Option<usize>),
    /// That many characters or bytes.
    Units(usize),
    /// Everything, until end of file.
    All,
    /// The same, as a list of lines.
    Lines,
}

/// Bytes, put in at one end and taken out at the other.
#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    start: usize,
    /// How many were ever taken out.
    taken: u64,
}

impl Queue {
    fn get(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// How many were ever put in and kept.
    fn end(&self) -> u64 {
        self.taken + self.len() as u64
    }

    fn skip(&mut self, count: usize) {
        self.start += count;
        self.taken += count as u64;
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.bytes.shrink_to(SHARED_BUFFER);
            self.start = 0;
        } else if self.start > BUFFER && self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
    }
}

enum Source {
    Disk(fs::File),
    Socket(Rc<Socket>),
}

#[derive(Default)]
struct State {
    /// None once it is closed.
    source: Option<Source>,
    /// What was read and not yet given: bytes, or UTF-8 with line ends translated.
    unread: Queue,
    /// How many characters or bytes that is.
    units: usize,
    /// How much of it is known to hold no line end.
    searched: usize,
    decoder: Option<Decoder>,
    /// A `\r` that may have its `\n` still to come.
    held_cr: bool,
    unwritten: Queue,
    /// Something was written: no byte order mark any more.
    started: bool,
    timed_out: bool,
}

/// A file.
pub struct File {
    label: String,
    of_socket: bool,
    settings: Settings,
    state: RefCell<State>,
}

/// One try of a call.
struct Turn {
    expired: Option<Failure>,
    never: bool,
    /// Some bytes went through: the time allowed for waiting starts anew, as at each of Python's recv and send.
    moved: bool,
}

impl Turn {
    fn is_last(&self) -> bool {
        self.never || self.expired.is_some() && !self.moved
    }

    /// Whether it ends as a call on a non-blocking socket does, rather than with `timeout`.
    fn would_block(&self) -> bool {
        self.is_last() && self.expired.as_ref().is_none_or(|f| f.is(libc::EAGAIN))
    }
}

type Job = Box<dyn FnMut(&mut World, &mut Turn) -> Result<Reply, Failure>>;

fn closed() -> Failure {
    Failure::usage("I/O operation on closed file")
}

/// The failure of a call on a path.
pub fn path_failure(error: &io::Error, path: &[u8]) -> Failure {
    match error.raw_os_error() {
        Some(number) => Failure::os(number).note(format!("the path is {}", text::escape_bytes(path))),
        None => Failure::usage(format!("not a path: {}", text::quote_bytes(path))).note("a path holds no zero byte"),
    }
}

impl File {
    fn new(label: String, settings: Settings, source: Source) -> Result<Rc<Self>, Failure> {
        let mut state = State::default();
        if let Some((encoding, _)) = &settings.text {
            state.decoder = Some(Decoder::new(encoding)?);
        }
        if let Source::Socket(socket) = &source {
            socket.files.set(socket.files.get() + 1);
        }
        let of_socket = matches!(source, Source::Socket(_));
        state.source = Some(source);
        Ok(Rc::new(Self { label, of_socket, settings, state: RefCell::new(state) }))
    }

    /// Open a file of the disk, as Python's `open` does with that mode.
    pub fn open(path: &[u8], mode: &str) -> Result<Rc<Self>, Failure> {
        let mut settings = Settings::parse(mode, "rwaxbt+")?;
        if mode.contains('b') && mode.contains('t') {
            return Err(Failure::usage("can't have text and binary mode at once"));
        }
        if mode.chars().filter(|c| "rwax".contains(*c)).count() != 1 {
            return Err(Failure::usage("must have exactly one of create/read/write/append mode").note(
                "one of r (read), w (write), a (append), x (create); with b (bytes) and + (both ways) as wanted",
            ));
        }
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
        settings.by_line = file.is_terminal();
        Self::new(text::escape_bytes(path), settings, Source::Disk(file))
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
        match Settings::parse(mode, "rwb+") {
            Ok(settings) if usable && fd::unblock(file.as_fd()).is_ok() => {
                let label = format!("file of descriptor {}", file.as_raw_fd());
                let state = State { source: Some(Source::Disk(file)), ..State::default() };
                Ok(Rc::new(Self { label, of_socket: false, settings, state: RefCell::new(state) }))
            }
            _ => Err(file.into()),
        }
    }

    /// A duplicate of the descriptor it has, to be passed on: of a socket's file, the socket's.
    pub fn descriptor(&self) -> Result<OwnedFd, Failure> {
        match &self.state.borrow().source {
            None => Err(Failure::os(libc::EBADF)),
            Some(Source::Disk(file)) => fd::dup(file.as_fd()).map_err(Failure::os),
            Some(Source::Socket(socket)) => fd::dup(socket.open_fd()?.as_fd()).map_err(Failure::os),
        }
    }

    /// The socket it is a file of, if it is one and open.
    pub fn socket(&self) -> Option<Rc<Socket>> {
        match &self.state.try_borrow().ok()?.source {
            Some(Source::Socket(socket)) => Some(socket.clone()),
            _ => None,
        }
    }

    /// Make a file of a socket.
    pub fn of_socket(socket: &Rc<Socket>, settings: Settings) -> Result<Rc<Self>, Failure> {
        drop(socket.fd()?);
        Self::new(format!("file of {}", socket.name()), settings, Source::Socket(socket.clone()))
    }

    /// Whether it takes and gives text rather than bytes.
    pub fn is_text(&self) -> bool {
        self.settings.text.is_some()
    }

    /// Text as it is written to this file: with its line ends, in its encoding.
    pub fn encode(&self, text: &str) -> Result<Vec<u8>, Failure> {
        let Some((encoding, newline)) = &self.settings.text else { return Ok(text.as_bytes().to_vec()) };
        let text = match newline {
            Newline::Cr => Cow::Owned(text.replace('\n', "\r")),
            Newline::CrLf => Cow::Owned(text.replace('\n', "\r\n")),
            _ => Cow::Borrowed(text),
        };
        let name = encoding.to_ascii_lowercase().replace('_', "-");
        // Python writes no byte order mark where it cannot seek, but utf-8-sig has one at the start.
        let encoding = match &*name {
            "utf-16" | "utf16" => "utf-16-le",
            "utf-32" | "utf32" => "utf-32-le",
            "utf-8-sig" if self.state.borrow().started => "utf-8",
            _ => encoding,
        };
        codec::encode(&text, encoding)
    }

    /// What must hold before it is read or written: open, and of a mode that allows it.
    fn check(&self, side: Side) -> Result<(), Failure> {
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

    /// How many bytes of what is there answer that, if they do.
    fn enough(&self, state: &mut State, wanted: Wanted) -> Option<usize> {
        let bytes = state.unread.get();
        let upto = |count: usize| {
            if count > state.units {
                return None;
            }
            Some(if self.is_text() { char_offset(bytes, count) } else { count })
        };
        match wanted {
            Wanted::Units(count) if self.settings.buffer == 0 && state.units > 0 => Some(count.min(state.units)),
            Wanted::Units(count) => upto(count),
            Wanted::Line(limit) => {
                let limit = limit.and_then(upto);
                let end = self.settings.newline().end(bytes, state.searched);
                let found = end.into_iter().chain(limit).min();
                state.searched = bytes.len();
                found
            }
            Wanted::All | Wanted::Lines => None,
        }
    }

    /// Take that many of the bytes that are there.
    fn take(&self, state: &mut State, count: usize, wanted: Wanted) -> Value {
        let (text, newline) = (self.is_text(), self.settings.newline());
        let value = |b: &[u8]| if text { Value::text(String::from_utf8_lossy(b)) } else { Value::bytes(b) };
        let mut bytes = &state.unread.get()[..count];
        state.units -= if text { chars(bytes) } else { count };
        let taken = if wanted == Wanted::Lines {
            let mut lines = Vec::new();
            while !bytes.is_empty() {
                let (line, others) = bytes.split_at(newline.end(bytes, 0).unwrap_or(bytes.len()));
                lines.push(value(line));
                bytes = others;
            }
            Value::list(lines)
        } else {
            value(bytes)
        };
        state.unread.skip(count);
        state.searched = 0;
        taken
    }

    fn serve(&self, wanted: Wanted) -> Option<Reply> {
        let state = &mut *self.state.borrow_mut();
        let count = self.enough(state, wanted)?;
        Some(Reply::One(self.take(state, count, wanted)))
    }

    /// Everything that is there, if anything is: for a call that would have to wait and must not.
    fn serve_rest(&self, wanted: Wanted) -> Option<Reply> {
        let state = &mut *self.state.borrow_mut();
        let count = state.unread.len();
        (count > 0).then(|| Reply::One(self.take(state, count, wanted)))
    }

    /// What there is at end of file. The next call asks again: a file of the disk may have grown.
    fn serve_end(&self, wanted: Wanted) -> Result<Reply, Failure> {
        {
            let state = &mut *self.state.borrow_mut();
            let ended = self.put(state, &[], true);
            if let Some((encoding, _)) = &self.settings.text {
                state.decoder = Some(Decoder::new(encoding)?);
            }
            ended?;
        }
        if let Some(reply) = self.serve(wanted) {
            return Ok(reply);
        }
        let state = &mut *self.state.borrow_mut();
        let count = state.unread.len();
        Ok(Reply::One(self.take(state, count, wanted)))
    }

    /// Put bytes that were read to what is there.
    fn put(&self, state: &mut State, bytes: &[u8], last: bool) -> Result<(), Failure> {
        let Some(decoder) = &mut state.decoder else {
            state.units += bytes.len();
            state.unread.bytes.extend_from_slice(bytes);
            return Ok(());
        };
        let newline = self.settings.newline();
        let mut text = decoder.decode(bytes, last)?;
        if matches!(newline, Newline::Universal | Newline::Untranslated) {
            if state.held_cr && (last || !text.is_empty()) {
                text.insert(0, '\r');
                state.held_cr = false;
            }
            if !last && text.ends_with('\r') {
                text.pop();
                state.held_cr = true;
            }
        }
        if newline == Newline::Universal && text.contains('\r') {
            text = text.replace("\r\n", "\n").replace('\r', "\n");
        }
        state.units += chars(text.as_bytes());
        state.unread.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// How much to ask the source for: what Python would.
    fn request(&self, wanted: Wanted, units: usize) -> usize {
        let size = self.settings.buffer;
        let asked = match wanted {
            Wanted::All | Wanted::Lines => SHARED_BUFFER,
            Wanted::Units(count) if self.is_text() => count.saturating_sub(units).max(BUFFER),
            Wanted::Line(_) if self.is_text() => BUFFER,
            Wanted::Line(_) => size,
            Wanted::Units(count) if size == 0 => count,
            // What fills whole buffers goes round the buffer.
            Wanted::Units(count) => (count.saturating_sub(units) / size * size).max(size),
        };
        asked.clamp(1, SHARED_BUFFER)
    }

    /// Read once from the source; 0 at end of file.
    fn fill(&self, world: &mut World, wanted: Wanted, turn: &Turn) -> Result<usize, Failure> {
        let state = &mut *self.state.borrow_mut();
        if state.unread.len() > READ_MAX {
            return Err(self.too_much());
        }
        let buffer = world.buffer(self.request(wanted, state.units));
        let count = match state.source.as_mut().ok_or_else(closed)? {
            Source::Socket(socket) => receive(socket, buffer, turn.expired.is_some())?,
            Source::Disk(file) => {
                if state.unread.len() == 0
                    && let (Wanted::All | Wanted::Lines, Ok(about)) = (wanted, file.metadata())
                    && let Ok(at) = file.stream_position()
                    && about.len().saturating_sub(at) > READ_MAX as u64
                {
                    return Err(self.too_much());
                }
                uninterrupted(|| file.read(buffer)).map_err(|e| self.failure(&e))?
            }
        };
        if count > 0 {
            self.put(state, &buffer[..count], false)?;
        }
        Ok(count)
    }

    fn too_much(&self) -> Failure {
        Failure::os(libc::EFBIG)
            .note(format!("{} holds more than {READ_MAX} bytes (1 GiB), the most that is read at once", self.label))
            .note("read it in pieces: read F N")
    }

    fn failure(&self, error: &io::Error) -> Failure {
        path_failure(error, self.label.as_bytes())
    }

    /// Write once to the source, `most` bytes at most of what waits for that.
    fn drain(&self, most: usize) -> Result<usize, Failure> {
        let state = &mut *self.state.borrow_mut();
        let bytes = state.unwritten.get();
        let bytes = &bytes[..most.min(bytes.len())];
        let count = match state.source.as_mut().ok_or_else(closed)? {
            Source::Socket(socket) => send(socket, bytes)?,
            Source::Disk(file) => uninterrupted(|| file.write(bytes)).map_err(|e| self.failure(&e))?,
        };
        if count == 0 && !bytes.is_empty() {
            return Err(Failure::os(libc::EIO));
        }
        state.unwritten.skip(count);
        Ok(count)
    }

    /// Write until everything up to that byte, counted from the first ever, is out.
    fn drain_to(&self, until: u64, turn: &mut Turn) -> Result<(), Failure> {
        loop {
            let left = until.saturating_sub(self.state.borrow().unwritten.taken);
            if left == 0 {
                return Ok(());
            }
            self.drain(usize::try_from(left).unwrap_or(usize::MAX))?;
            turn.moved = true;
        }
    }

    /// Whether one send that takes a part of the data is all of a write without buffer.
    fn gives_parts(&self) -> bool {
        matches!(&self.state.borrow().source, Some(Source::Socket(s)) if s.mode.get() != Mode::Blocking)
    }

    /// Forget what of the bytes from `start` to `end` is not out and does not fit the buffer. Says how many those are.
    fn forget(&self, start: u64, end: u64, room: usize) -> usize {
        let state = &mut *self.state.borrow_mut();
        let queue = &mut state.unwritten;
        let before = start.saturating_sub(queue.taken) as usize;
        let left = end.saturating_sub(start.max(queue.taken)) as usize;
        let lost = left.saturating_sub(room.saturating_sub(before));
        if queue.end() == end {
            queue.bytes.truncate(queue.bytes.len() - lost);
        }
        lost
    }

    /// Before writing to a file of the disk that is read as well: go back to where reading stands. In text mode the
    /// place is unknown, and as with Python what was read ahead is passed over.
    fn turn_to_writing(&self) -> Result<(), Failure> {
        let state = &mut *self.state.borrow_mut();
        let Some(Source::Disk(file)) = &mut state.source else { return Ok(()) };
        let ahead = state.unread.len();
        if ahead == 0 {
            return Ok(());
        }
        if !self.is_text() {
            file.seek(SeekFrom::Current(-(ahead as i64))).map_err(|e| self.failure(&e))?;
        }
        state.unread.skip(ahead);
        (state.units, state.searched, state.held_cr) = (0, 0, false);
        Ok(())
    }

    /// End it: give the socket's share back and drop what was not read or written.
    fn let_go(&self) -> Option<Rc<Socket>> {
        let Some(Source::Socket(socket)) = std::mem::take(&mut *self.state.borrow_mut()).source else { return None };
        socket.files.set(socket.files.get().saturating_sub(1));
        Some(socket)
    }
}

/// How many characters some UTF-8 is.
fn chars(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xc0 != 0x80).count()
}

/// Where that many characters of some UTF-8 end.
fn char_offset(bytes: &[u8], count: usize) -> usize {
    bytes.iter().enumerate().filter(|(_, b)| **b & 0xc0 != 0x80).nth(count).map_or(bytes.len(), |(i, _)| i)
}

fn uninterrupted(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// recv(2), once; EAGAIN while there is less than the low-water mark asks for, unless the time is up.
fn receive(socket: &Socket, buffer: &mut [u8], now: bool) -> Result<usize, Failure> {
    if let Some(number) = socket.shared.stash.take() {
        return Err(Failure::os(number));
    }
    let fd = socket.open_fd()?;
    let low = socket.shared.waits.get().low_water.min(buffer.len());
    if low > 1 && !now && socket.is_stream() && socket.mode.get() != Mode::NonBlocking {
        let events = fd::poll(fd.as_fd(), libc::POLLIN | libc::POLLRDHUP).map_err(Failure::os)?;
        let ended = events & (libc::POLLRDHUP | libc::POLLHUP | libc::POLLERR) != 0;
        if !ended && fd::inq(fd.as_fd()).is_ok_and(|n| n < low) {
            return Err(Failure::os(libc::EAGAIN));
        }
    }
    addr::recv_bytes(fd.as_fd(), buffer, 0).map_err(Failure::os)
}

/// send(2), once.
fn send(socket: &Socket, bytes: &[u8]) -> Result<usize, Failure> {
    if let Some(number) = socket.shared.stash.take() {
        return Err(Failure::os(number));
    }
    addr::send_bytes(socket.open_fd()?.as_fd(), bytes, libc::MSG_NOSIGNAL).map_err(Failure::os)
}

/// Try a job; while it says EAGAIN, wait as the file's socket does. The time allowed starts anew whenever bytes moved.
fn drive(world: &mut World, file: Rc<File>, side: Side, what: &'static str, job: Job) -> Result<Step, Failure> {
    let socket = match &file.state.borrow().source {
        None => return Err(closed()),
        Some(Source::Socket(socket)) => Some(socket.clone()),
        Some(Source::Disk(_)) => None,
    };
    let Some(socket) = socket else { return drive_disk(world, what, job) };
    let tried = match side {
        Side::In => Tried::Receive { room: 0, flags: 0 },
        Side::Out => Tried::Send { bytes: 0, fds: 0, sent: 0, flags: 0 },
    };
    let waiting = Waiting { socket: socket.clone(), side, never: false, again: None, what, tried };
    let mut job = Some(job);
    let mut parked = false;
    retry(world, waiting, move |world, expired| {
        // A mode set while it waits is for the calls to come.
        let never = !parked && socket.mode.get() == Mode::NonBlocking;
        let mut turn = Turn { expired, never, moved: false };
        let Some(work) = &mut job else { return Err(Failure::os(libc::ECANCELED)) };
        match work(world, &mut turn) {
            Ok(reply) => Ok(Step::Done(reply)),
            Err(f) if !f.is(libc::EAGAIN) => Err(f),
            Err(_) if parked && turn.moved && !never => match job.take() {
                Some(job) => drive(world, file.clone(), side, what, job),
                None => Err(Failure::os(libc::ECANCELED)),
            },
            Err(f) => {
                parked = true;
                Err(timed_out(&file, side, turn.expired.filter(|e| e.name != f.name).unwrap_or(f)))
            }
        }
    })
}

fn timed_out(file: &File, side: Side, failure: Failure) -> Failure {
    if side == Side::In && failure.name == Name::Timeout {
        file.state.borrow_mut().timed_out = true;
    }
    failure
}

/// The same for a file of the disk: only a FIFO or a device ever waits, and it is asked now and then.
fn drive_disk(world: &mut World, what: &'static str, mut job: Job) -> Result<Step, Failure> {
    let mut attempt = move |world: &mut World| {
        let mut turn = Turn { expired: None, never: false, moved: false };
        match job(world, &mut turn) {
            Err(f) if f.is(libc::EAGAIN) => None,
            done => Some(done.map(Step::Done)),
        }
    };
    if let Some(done) = attempt(world) {
        return done;
    }
    let wait = Wait { on: On::Time, until: None, again: Some(FIFO_AGAIN), what };
    Ok(Step::Park(wait, Box::new(move |world, _| attempt(world))))
}

/// Read what is wanted; what is left at end of file, and nothing after it.
pub fn read(world: &mut World, file: &Rc<File>, wanted: Wanted) -> Result<Step, Failure> {
    file.check(Side::In)?;
    let (disk, until) = {
        let state = file.state.borrow();
        if state.timed_out {
            return Err(Failure::usage("cannot read from timed out object")
                .note("as in Python, a file cannot be read any more after a timeout: make another, or use recv"));
        }
        (matches!(state.source, Some(Source::Disk(_))), state.unwritten.end())
    };
    if disk {
        // Reading goes on behind what was written.
        file.drain_to(until, &mut Turn { expired: None, never: true, moved: false })?;
    }
    if let Some(reply) = file.serve(wanted) {
        return Ok(Step::Done(reply));
    }
    let what = if matches!(wanted, Wanted::Line(_)) { "a line" } else { "data" };
    let this = file.clone();
    let job = move |world: &mut World, turn: &mut Turn| loop {
        if let Some(reply) = this.serve(wanted) {
            return Ok(reply);
        }
        match this.fill(world, wanted, turn) {
            Ok(0) => return this.serve_end(wanted),
            Ok(_) => turn.moved = true,
            Err(f) if f.is(libc::EAGAIN) && turn.would_block() => return this.serve_rest(wanted).ok_or(f),
            Err(f) => return Err(f),
        }
    };
    drive(world, file.clone(), Side::In, what, Box::new(job))
}

/// Write bytes, which count as `count`. They stay in the buffer while there is room.
pub fn write(world: &mut World, file: &Rc<File>, data: &[u8], count: usize) -> Result<Step, Failure> {
    file.check(Side::Out)?;
    file.turn_to_writing()?;
    let settings = &file.settings;
    let size = settings.write_buffer();
    let (start, end, held) = {
        let state = &mut *file.state.borrow_mut();
        let start = state.unwritten.end();
        state.unwritten.bytes.extend_from_slice(data);
        state.started |= !data.is_empty();
        (start, state.unwritten.end(), state.unwritten.len())
    };
    let now = settings.by_line && data.iter().any(|b| matches!(b, b'\n' | b'\r'));
    let reply = |count: usize| Reply::One(Value::Int(count as i128));
    if held <= size && !now {
        return Ok(Step::Done(reply(count)));
    }
    // What fits the buffer waits there, after what it takes the place of is out.
    let until = if now || data.len() > size { end } else { start };
    let length = data.len();
    let this = file.clone();
    let job = move |_: &mut World, turn: &mut Turn| {
        let failed = match this.drain_to(until, turn) {
            Ok(()) => return Ok(reply(count)),
            Err(f) => f,
        };
        let again = failed.is(libc::EAGAIN);
        if again && size == 0 && turn.moved && this.gives_parts() {
            return Ok(reply(length - this.forget(start, end, 0)));
        }
        if again && !turn.is_last() {
            return Err(failed);
        }
        let room = if turn.would_block() && again { size } else { 0 };
        let lost = this.forget(start, end, room);
        match length - lost {
            _ if lost == 0 => Ok(reply(count)),
            taken if again && size == 0 && taken > 0 => Ok(reply(taken)),
            taken if again => Err(failed.note(format!("{taken} of {length} bytes were taken"))),
            _ => Err(failed),
        }
    };
    drive(world, file.clone(), Side::Out, "room", Box::new(job))
}

/// Write out what the buffer holds.
pub fn flush(world: &mut World, file: &Rc<File>) -> Result<Step, Failure> {
    if file.state.borrow().source.is_none() {
        return Err(closed());
    }
    let until = file.state.borrow().unwritten.end();
    let this = file.clone();
    let job = move |_: &mut World, turn: &mut Turn| this.drain_to(until, turn).map(|()| Reply::Nothing);
    drive(world, file.clone(), Side::Out, "room", Box::new(job))
}

/// Write out what the buffer holds and close the file; closed it is in any case. A socket whose user closed it before
/// ends with its last file.
pub fn close(world: &mut World, file: &Rc<File>) -> Result<Step, Failure> {
    if file.state.borrow().unwritten.len() == 0 {
        return end(world, file);
    }
    let this = file.clone();
    let job = move |world: &mut World, turn: &mut Turn| {
        if this.state.borrow().source.is_none() {
            return Ok(Reply::Nothing);
        }
        let until = this.state.borrow().unwritten.end();
        let failed = match this.drain_to(until, turn) {
            Ok(()) => return Ok(Reply::Nothing),
            Err(f) => f,
        };
        if failed.is(libc::EAGAIN) && !turn.is_last() {
            return Err(failed);
        }
        let failed = turn.expired.take().unwrap_or(failed);
        let lost = this.state.borrow().unwritten.len();
        // The failure is what there is to tell; a lingering close goes on by itself.
        drop(end(world, &this)?);
        Err(failed.note(format!("the file is closed, and {lost} bytes that were not written are lost")))
    };
    let step = drive(world, file.clone(), Side::Out, "room", Box::new(job))?;
    let this = file.clone();
    chain(world, step, move |world, _| end(world, &this))
}

fn end(world: &mut World, file: &Rc<File>) -> Result<Step, Failure> {
    let Some(socket) = file.let_go() else { return Ok(Step::Done(Reply::Nothing)) };
    // Whoever still reads from the file finds it closed.
    world.wake(&socket);
    world.release(&socket)
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
        let title = if self.of_socket { "" } else { "file " };
        format!("<{title}{} mode {}{closed}>", self.label, self.settings.mode)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // As much as goes out without waiting; nobody is there to be told of a failure.
        if self.state.get_mut().unwritten.len() > 0 {
            let _ = self.drain(usize::MAX);
        }
        if let Some(socket) = self.let_go() {
            socket.abandon();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Wake;

    /// A file of the disk that holds some bytes, read in text mode with that `newline`; its folder goes with the test.
    struct Disk(std::path::PathBuf);

    impl Disk {
        fn new(name: &str, content: &[u8]) -> Self {
            let folder = std::env::temp_dir().join(format!("sockpit-file-{}-{name}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("f"), content).unwrap();
            Self(folder)
        }

        fn path(&self) -> Vec<u8> {
            self.0.join("f").as_os_str().as_bytes().to_vec()
        }

        fn open(&self, mode: &str) -> Rc<File> {
            File::open(&self.path(), mode).unwrap()
        }

        fn with(&self, newline: Newline, encoding: &str) -> Rc<File> {
            let settings = Settings { text: Some((encoding.into(), newline)), ..Settings::parse("r", "r").unwrap() };
            let source = Source::Disk(fs::File::open(self.0.join("f")).unwrap());
            File::new("f".into(), settings, source).unwrap()
        }
    }

    impl Drop for Disk {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn done(step: Result<Step, Failure>) -> Value {
        match step.unwrap() {
            Step::Done(reply) => reply.into_value(),
            _ => panic!("it waits"),
        }
    }

    fn line(world: &mut World, file: &Rc<File>) -> Value {
        done(read(world, file, Wanted::Line(None)))
    }

    /// Two connected sockets of a world.
    fn pair(world: &mut World) -> (Rc<Socket>, Rc<Socket>) {
        let (a, b) = fd::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0).unwrap();
        let sort = [libc::AF_UNIX, libc::SOCK_STREAM, 0];
        (world.wrap(a, sort, Mode::Blocking).unwrap(), world.wrap(b, sort, Mode::Blocking).unwrap())
    }

    fn of(socket: &Rc<Socket>, mode: &str) -> Rc<File> {
        File::of_socket(socket, Settings::parse(mode, "rwb").unwrap()).unwrap()
    }

    fn say(socket: &Socket, bytes: &[u8]) {
        assert_eq!(send(socket, bytes), Ok(bytes.len()));
    }

    /// What a parked call comes to when it is woken.
    fn woken(world: &mut World, step: &mut Step, wake: Wake) -> Option<Result<Value, Failure>> {
        let Step::Park(_, resume) = step else { panic!("it does not wait") };
        match resume(world, wake)? {
            Ok(Step::Done(reply)) => Some(Ok(reply.into_value())),
            Ok(park) => {
                *step = park;
                None
            }
            Err(f) => Some(Err(f)),
        }
    }

    #[test]
    fn newline_modes_are_pythons() {
        let cases: [(Newline, &[&str]); 5] = [
            (Newline::Universal, &["a\n", "b\n", "c\n", "d\n"]),
            (Newline::Untranslated, &["a\r", "b\r\n", "c\n", "d\r"]),
            (Newline::Lf, &["a\rb\r\n", "c\n", "d\r"]),
            (Newline::Cr, &["a\r", "b\r", "\nc\nd\r"]),
            (Newline::CrLf, &["a\rb\r\n", "c\nd\r"]),
        ];
        let disk = Disk::new("newlines", b"a\rb\r\nc\nd\r");
        let world = &mut World::default();
        for (newline, lines) in cases {
            let lines = lines.iter().map(Value::text).collect::<Vec<_>>();
            let whole = done(read(world, &disk.with(newline, "utf-8"), Wanted::Lines));
            assert_eq!(whole, Value::list(lines.clone()), "{newline:?}");
            let file = disk.with(newline, "utf-8");
            for one in lines {
                assert_eq!(line(world, &file), one, "{newline:?}");
            }
            assert_eq!(line(world, &file), Value::text(""));
        }
    }

    #[test]
    fn a_line_end_may_be_cut_by_a_chunk() {
        let world = &mut World::default();
        for (newline, ended) in [(Newline::Universal, "\n"), (Newline::Untranslated, "\r\n"), (Newline::CrLf, "\r\n")] {
            let first = "x".repeat(BUFFER - 1);
            let disk = Disk::new("chunks", format!("{first}\r\nb").as_bytes());
            let file = disk.with(newline, "utf-8");
            assert_eq!(line(world, &file), Value::text(format!("{first}{ended}")));
            assert_eq!(line(world, &file), Value::text("b"));
        }
    }

    #[test]
    fn limits_count_characters_in_text_and_bytes_in_binary() {
        let disk = Disk::new("limits", "é菜x\ny".as_bytes());
        let world = &mut World::default();
        let file = disk.open("r");
        assert_eq!(done(read(world, &file, Wanted::Units(1))), Value::text("é"));
        assert_eq!(done(read(world, &file, Wanted::Line(Some(1)))), Value::text("菜"));
        assert_eq!(done(read(world, &file, Wanted::Line(Some(9)))), Value::text("x\n"));
        assert_eq!(done(read(world, &file, Wanted::Units(99_999_999_999))), Value::text("y"));
        assert_eq!(done(read(world, &disk.open("rb"), Wanted::Units(3))), Value::bytes(b"\xc3\xa9\xe8"));
        assert_eq!(done(read(world, &file, Wanted::Line(Some(0)))), Value::text(""));
    }

    #[test]
    fn a_cut_character_waits_for_its_end_and_is_an_error_at_the_files() {
        let world = &mut World::default();
        let long = format!("{}é!", "x".repeat(BUFFER - 1));
        let disk = Disk::new("cut", long.as_bytes());
        assert_eq!(line(world, &disk.with(Newline::Universal, "utf-8")), Value::text(&long));
        let disk = Disk::new("cut-end", b"abc\xc3");
        let file = disk.open("r");
        let failed = read(world, &file, Wanted::Line(None)).err().map(|f| f.name);
        assert_eq!(failed, Some(Name::Decode));
        assert_eq!(line(world, &file), Value::text("abc"));
    }

    #[test]
    fn files_of_the_disk_are_written_as_python_writes_them() {
        let disk = Disk::new("write", b"0123456789\n");
        let world = &mut World::default();
        let file = disk.open("r+b");
        assert_eq!(done(read(world, &file, Wanted::Units(3))), Value::bytes(b"012"));
        assert_eq!(done(write(world, &file, b"AB", 2)), Value::Int(2));
        assert_eq!(done(read(world, &file, Wanted::Units(2))), Value::bytes(b"56"));
        done(close(world, &file));
        done(close(world, &file));
        assert_eq!(fs::read(disk.0.join("f")).unwrap(), b"012AB56789\n");
        assert_eq!(write(world, &file, b"x", 1).err(), Some(closed()));
        let file = disk.open("a");
        done(write(world, &file, b"end", 3));
        drop(file);
        assert_eq!(fs::read(disk.0.join("f")).unwrap(), b"012AB56789\nend");
        for mode in ["", "rw", "bt", "rbt", "rr", "q", "r+x", "rU", "+", "b"] {
            assert_eq!(File::open(&disk.path(), mode).err().map(|f| f.name), Some(Name::Usage), "{mode}");
        }
        assert!(File::open(disk.0.as_os_str().as_bytes(), "r").is_err_and(|f| f.is(libc::EISDIR)));
        assert!(File::open(&disk.path(), "x").is_err_and(|f| f.is(libc::EEXIST)));
        assert!(File::open(b"a\0b", "r").is_err_and(|f| f.name == Name::Usage));
    }

    #[test]
    fn special_files_are_read_though_their_size_is_0() {
        let world = &mut World::default();
        let file = File::open(b"/proc/sys/kernel/ostype", "r").unwrap();
        assert_eq!(file.summary(), "<file /proc/sys/kernel/ostype mode r>");
        assert_eq!(done(read(world, &file, Wanted::All)), Value::text("Linux\n"));
        assert!(write(world, &file, b"x", 1).is_err_and(|f| f.message() == "not writable"));
    }

    #[test]
    fn written_text_gets_the_line_ends_of_its_file() {
        let world = &mut World::default();
        let (a, _b) = pair(world);
        for (newline, written) in [("none", "a\nb\r\n"), ("\r", "a\rb\r\r"), ("\r\n", "a\r\nb\r\r\n")] {
            let text = Some(("utf-8".into(), Newline::parse(newline).unwrap()));
            let settings = Settings { text, ..Settings::parse("w", "rwb").unwrap() };
            let file = File::of_socket(&a, settings).unwrap();
            assert_eq!(file.encode("a\nb\r\n"), Ok(written.as_bytes().to_vec()), "{newline:?}");
        }
        assert!(Newline::parse("x").is_err());
    }

    #[test]
    fn more_than_the_bound_is_refused_before_it_is_read() {
        let disk = Disk::new("bound", b"");
        fs::File::options().write(true).open(disk.0.join("f")).unwrap().set_len(READ_MAX as u64 + 1).unwrap();
        let world = &mut World::default();
        let file = disk.open("rb");
        assert!(read(world, &file, Wanted::All).is_err_and(|f| f.is(libc::EFBIG)));
        assert_eq!(done(read(world, &file, Wanted::Units(2))), Value::bytes(b"\0\0"));
    }

    #[test]
    fn reading_waits_across_chunks_and_outlives_the_sockets_close() {
        let world = &mut World::default();
        let (a, b) = pair(world);
        let file = of(&a, "r");
        say(&b, b"one\ntwo \xc3");
        assert_eq!(line(world, &file), Value::text("one\n"));
        world.close(&a).map(drop).unwrap();
        let mut step = read(world, &file, Wanted::Line(None)).unwrap();
        assert!(woken(world, &mut step, Wake::Ready).is_none());
        say(&b, b"\xa9\r\nrest");
        assert_eq!(woken(world, &mut step, Wake::Ready), Some(Ok(Value::text("two é\n"))));
        assert!(a.open_fd().is_ok());
        done(close(world, &file));
        assert!(a.open_fd().is_err());
        assert_eq!(file.summary(), format!("<file of {} mode r, closed>", a.name()));
    }

    #[test]
    fn a_dropped_file_flushes_and_lets_a_closed_socket_go() {
        let world = &mut World::default();
        let (a, b) = pair(world);
        let file = of(&a, "wb");
        done(write(world, &file, b"late", 4));
        world.close(&a).map(drop).unwrap();
        drop(file);
        world.bury();
        let mut buffer = [0; 9];
        assert_eq!(receive(&b, &mut buffer, false), Ok(4));
        assert_eq!(receive(&b, &mut buffer, false), Ok(0));
    }

    #[test]
    fn after_a_timeout_a_file_cannot_be_read() {
        let world = &mut World::default();
        let (a, b) = pair(world);
        a.mode.set(Mode::Timeout(5.0));
        let file = of(&a, "rb");
        let mut step = read(world, &file, Wanted::Units(5)).unwrap();
        // Data that came in time gives the call its time anew.
        say(&b, b"abc");
        assert!(woken(world, &mut step, Wake::Expired).is_none());
        let failed = woken(world, &mut step, Wake::Expired);
        assert!(failed.is_some_and(|f| f.is_err_and(|f| f.name == Name::Timeout)));
        assert!(read(world, &file, Wanted::Units(1)).is_err_and(|f| f.message().contains("timed out object")));
    }

    #[test]
    fn without_waiting_a_file_gives_and_takes_what_it_can() {
        let world = &mut World::default();
        let (a, b) = pair(world);
        a.mode.set(Mode::NonBlocking);
        let file = of(&a, "rwb");
        assert!(read(world, &file, Wanted::Units(5)).is_err_and(|f| f.is(libc::EAGAIN)));
        say(&b, b"abc");
        assert_eq!(done(read(world, &file, Wanted::Units(5))), Value::bytes(b"abc"));
        let big = vec![b'x'; 4 << 20];
        assert!(write(world, &file, &big, big.len()).is_err_and(|f| f.is(libc::EAGAIN)));
        assert_eq!(file.state.borrow().unwritten.len(), BUFFER);
        assert!(write(world, &file, b"more", 4).is_err_and(|f| f.is(libc::EAGAIN)));
        assert!(close(world, &file).is_err_and(|f| f.is(libc::EAGAIN)));
        done(close(world, &file));
    }

    #[test]
    fn a_blocking_write_ends_when_all_is_out() {
        let world = &mut World::default();
        let (a, b) = pair(world);
        let settings = Settings { buffer: 0, ..Settings::parse("wb", "rwb").unwrap() };
        let file = File::of_socket(&a, settings).unwrap();
        let big = vec![b'x'; 1 << 20];
        let mut step = write(world, &file, &big, big.len()).unwrap();
        let (mut got, mut buffer) = (0, vec![0; 1 << 16]);
        let count = loop {
            while let Ok(n) = receive(&b, &mut buffer, false) {
                got += n;
            }
            if let Some(count) = woken(world, &mut step, Wake::Ready) {
                break count;
            }
        };
        while let Ok(n) = receive(&b, &mut buffer, false) {
            got += n;
        }
        assert_eq!((count, got), (Ok(Value::Int(1 << 20)), 1 << 20));
    }
}
