//! Reading from a file: what was taken from its source and not yet asked for is in its buffer.

use std::io::{Read, Seek};
use std::os::fd::AsFd;
use std::rc::Rc;

use super::super::{Mode, SHARED_BUFFER, Side, Socket, Step, World};
use super::attempt::{Attempt, drive};
use super::open::{Backing, File, Progress, closed, uninterrupted};
use super::settings::Newline;
use super::{BUFFER, READ_MAX};
use crate::os::{addr, fd};
use crate::value::codec::Decoder;
use crate::value::{Failure, Reply, Value, bounds};
use crate::world::record::{Did, ended};

/// What is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    /// A line, or that many characters or bytes of it at most.
    Line(Option<usize>),
    /// That many characters or bytes.
    Units(usize),
    /// Everything, until end of file.
    All,
    /// The same, as a list of lines.
    Lines,
}

/// Read what is wanted; what is left at end of file, and nothing after it.
pub(crate) fn read(world: &mut World, file: &Rc<File>, wanted: Wanted) -> Result<Step, Failure> {
    file.check(Side::In)?;
    let (disk, until) = {
        let state = file.state.borrow();
        // Nothing is there without asking the socket.
        let asks = wanted != Wanted::Units(0) || file.settings.buffer == 0;
        if state.timed_out && asks {
            return Err(Failure::usage("cannot read from timed out object")
                .note("as in Python, a file cannot be read any more after a timeout: make another, or use recv"));
        }
        (matches!(state.source, Some(Backing::Disk(_))), state.unwritten.end())
    };
    if disk {
        // Reading goes on behind what was written.
        file.drain_to(world, until, &mut Attempt { expired: None, never: true, moved: false })?;
    }
    if let Some(reply) = file.serve(wanted) {
        return Ok(Step::Done(reply));
    }
    let what = if matches!(wanted, Wanted::Line(_)) { "a line" } else { "data" };
    let this = file.clone();
    let job = move |world: &mut World, turn: &mut Attempt| loop {
        if let Some(reply) = this.serve(wanted) {
            return Ok(reply);
        }
        match this.fill(world, wanted, turn) {
            Ok(0) => return this.serve_end(wanted),
            Ok(_) => turn.moved = true,
            Err(f) if f.is(libc::EAGAIN) && turn.would_block() => return this.serve_rest(wanted, f),
            Err(f) => return Err(f),
        }
    };
    drive(world, file.clone(), Side::In, what, Box::new(job))
}

impl File {
    /// How many bytes of what is there answer that, if they do.
    fn enough(&self, state: &mut Progress, wanted: Wanted) -> Option<usize> {
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
    fn take(&self, state: &mut Progress, count: usize, wanted: Wanted) -> Value {
        let (text, newline) = (self.is_text(), self.settings.newline());
        let value = |b: &[u8]| match std::str::from_utf8(b) {
            Ok(line) if text => Value::text(line),
            _ if text => Value::text(String::from_utf8_lossy(b)),
            _ => Value::bytes(b),
        };
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

    /// Everything that is there, for a call that would have to wait and must not. If nothing is, Python gives none for
    /// bytes, empty text or no line; and where it fails without an errno, this does with that of recv.
    fn serve_rest(&self, wanted: Wanted, failure: Failure) -> Result<Reply, Failure> {
        let state = &mut *self.state.borrow_mut();
        let count = state.unread.len();
        let lines = matches!(wanted, Wanted::Line(_) | Wanted::Lines);
        match (count, self.is_text()) {
            (0, false) if !lines => Ok(Reply::One(Value::None)),
            (0, false) if self.settings.buffer == 0 => Err(failure),
            (0, true) if wanted == Wanted::All => Err(failure),
            _ => Ok(Reply::One(self.take(state, count, wanted))),
        }
    }

    /// What there is at end of file. The next call asks again: a file of the disk may have grown.
    fn serve_end(&self, wanted: Wanted) -> Result<Reply, Failure> {
        {
            let state = &mut *self.state.borrow_mut();
            let ended = self.put(state, &[], true);
            if let Some((encoding, _)) = &self.settings.text {
                state.decoder = Some(Decoder::new(encoding, self.settings.errors)?);
            }
            ended?;
        }
        if let Some(reply) = self.serve(wanted) {
            return Ok(reply);
        }
        let state = &mut *self.state.borrow_mut();
        if wanted == Wanted::Lines {
            bounds::list(state.unread.get().split(|b| *b == b'\n').count())?;
        }
        let count = state.unread.len();
        Ok(Reply::One(self.take(state, count, wanted)))
    }

    /// Put bytes that were read to what is there.
    fn put(&self, state: &mut Progress, bytes: &[u8], last: bool) -> Result<(), Failure> {
        let Some(decoder) = &mut state.decoder else {
            state.units += bytes.len();
            state.unread.bytes.extend_from_slice(bytes);
            return Ok(());
        };
        let newline = self.settings.newline();
        let mut text = decoder.decode_marked(bytes, last)?;
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
    fn fill(&self, world: &mut World, wanted: Wanted, turn: &Attempt) -> Result<usize, Failure> {
        let state = &mut *self.state.borrow_mut();
        if state.unread.len() > READ_MAX {
            return Err(self.too_much());
        }
        bounds::look()?;
        let room = self.request(wanted, state.units);
        let buffer = world.buffer(room);
        let count = match state.source.as_mut().ok_or_else(closed)? {
            Backing::Socket(socket) => receive(socket, buffer, turn.expired.is_some())?,
            Backing::Disk(file) => {
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
        if let (true, Some(Backing::Socket(socket))) = (world.record.is_some() && self.of_socket, &state.source) {
            let end = count == 0 && ended(socket);
            world.note(socket, || Did::Received { bytes: count, from: None, room, whole: 0, peeked: false, end });
        }
        Ok(count)
    }

    fn too_much(&self) -> Failure {
        Failure::os(libc::EFBIG)
            .note(format!("{} holds more than {READ_MAX} bytes (64 MiB), the most that is read at once", self.label))
            .note("read it in pieces: read F N")
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

/// recv(2), once, or of a pipe read(2); EAGAIN while there is less than the low-water mark asks for, unless the time is up
/// of one that blocks.
pub(super) fn receive(socket: &Socket, buffer: &mut [u8], now: bool) -> Result<usize, Failure> {
    if socket.is_pipe() {
        return fd::read(socket.fd()?.as_fd(), buffer).map_err(Failure::os);
    }
    if !buffer.is_empty() && !socket.shared.kept.is_empty() {
        return Ok(socket.shared.kept.fill(buffer, false));
    }
    if let Some(number) = socket.shared.stash.take() {
        return Err(Failure::os(number));
    }
    let fd = socket.fd()?;
    let low = socket.shared.waits.get().low_water.min(buffer.len());
    let timed = matches!(socket.waits(), Mode::Timeout(_));
    if low > 1 && (timed || !now) && socket.is_stream() && socket.waits() != Mode::NonBlocking {
        let events = fd::poll(fd.as_fd(), libc::POLLIN | libc::POLLRDHUP).map_err(Failure::os)?;
        let ended = events & (libc::POLLRDHUP | libc::POLLHUP | libc::POLLERR) != 0;
        // A listener has no such count: with a timeout it is the poll that has nothing.
        if !ended && fd::inq(fd.as_fd()).map_or(timed, |n| n < low) {
            return Err(Failure::os(libc::EAGAIN));
        }
    }
    addr::recv_bytes(fd.as_fd(), buffer, 0).map_err(Failure::os)
}
