//! Writing to a file: bytes stay in its buffer while there is room.

use std::borrow::Cow;
use std::io::{Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::rc::Rc;

use super::super::{Mode, ROOM, Side, Socket, Step, World, chain};
use super::attempt::{Attempt, drive};
use super::open::{Backing, File, closed, uninterrupted};
use super::settings::Newline;
use crate::os::{addr, fd};
use crate::value::{Failure, Reply, Value, codec};
use crate::world::record::Did;

/// Write bytes, which count as `count`. They stay in the buffer while there is room.
pub(crate) fn write(world: &mut World, file: &Rc<File>, data: &[u8], count: usize) -> Result<Step, Failure> {
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
    if size == 0 && data.is_empty() {
        // Without a buffer it is a send of nothing, which may fail, and is a message where there are such.
        let this = file.clone();
        let job = move |_: &mut World, _: &mut Attempt| this.drain(0).map(|_| reply(0));
        return drive(world, file.clone(), Side::Out, ROOM, Box::new(job));
    }
    if held <= size && !now {
        return Ok(Step::Done(reply(count)));
    }
    // What fits the buffer waits there, after what it takes the place of is out.
    let until = if now || data.len() > size { end } else { start };
    let length = data.len();
    let this = file.clone();
    let job = move |world: &mut World, turn: &mut Attempt| {
        let failed = match this.drain_to(world, until, turn) {
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
            taken if size == 0 && taken > 0 => {
                this.keep(&failed);
                Ok(reply(taken))
            }
            taken if again => Err(failed.note(format!("{taken} of {length} bytes were taken"))),
            _ => Err(failed),
        }
    };
    drive(world, file.clone(), Side::Out, ROOM, Box::new(job))
}

/// Write out what the buffer holds.
pub(crate) fn flush(world: &mut World, file: &Rc<File>) -> Result<Step, Failure> {
    if file.state.borrow().source.is_none() {
        return Err(closed());
    }
    let until = file.state.borrow().unwritten.end();
    let this = file.clone();
    let job = move |world: &mut World, turn: &mut Attempt| this.drain_to(world, until, turn).map(|()| Reply::Nothing);
    drive(world, file.clone(), Side::Out, ROOM, Box::new(job))
}

/// Write out what the buffer holds and close the file; closed it is in any case. A socket whose user closed it before
/// ends with its last file.
pub(crate) fn close(world: &mut World, file: &Rc<File>) -> Result<Step, Failure> {
    if file.state.borrow().unwritten.len() == 0 {
        return end(world, file);
    }
    let this = file.clone();
    let job = move |world: &mut World, turn: &mut Attempt| {
        if this.state.borrow().source.is_none() {
            return Ok(Reply::Nothing);
        }
        let until = this.state.borrow().unwritten.end();
        let failed = match this.drain_to(world, until, turn) {
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
    let step = drive(world, file.clone(), Side::Out, ROOM, Box::new(job))?;
    let this = file.clone();
    chain(world, step, move |world, _| end(world, &this))
}

fn end(world: &mut World, file: &Rc<File>) -> Result<Step, Failure> {
    let Some(socket) = file.let_go() else { return Ok(Step::Done(Reply::Nothing)) };
    // Whoever still reads from the file finds it closed.
    world.wake(&socket);
    world.release(&socket)
}

impl File {
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
        codec::encode(&text, encoding, self.settings.errors).map(Cow::into_owned)
    }

    /// Write once to the source, `most` bytes at most of what waits for that.
    fn drain(&self, most: usize) -> Result<usize, Failure> {
        let state = &mut *self.state.borrow_mut();
        let bytes = state.unwritten.get();
        let bytes = &bytes[..most.min(bytes.len())];
        let count = match state.source.as_mut().ok_or_else(closed)? {
            Backing::Socket(socket) => send(socket, bytes)?,
            Backing::Disk(file) => uninterrupted(|| file.write(bytes)).map_err(|e| self.failure(&e))?,
        };
        if count == 0 && !bytes.is_empty() {
            return Err(Failure::os(libc::EIO));
        }
        state.unwritten.skip(count);
        Ok(count)
    }

    /// Write until everything up to that byte, counted from the first ever, is out.
    pub(super) fn drain_to(&self, world: &mut World, until: u64, turn: &mut Attempt) -> Result<(), Failure> {
        let left = || usize::try_from(until.saturating_sub(self.state.borrow().unwritten.taken)).unwrap_or(usize::MAX);
        let of = left();
        let mut done = Ok(());
        while left() > 0 && done.is_ok() {
            done = self.drain(left()).map(|_| turn.moved = true);
        }
        let bytes = of - left();
        if let (true, Some(Backing::Socket(socket))) = (bytes > 0 && self.of_socket, &self.state.borrow().source) {
            world.note(socket, || Did::Sent { bytes, of, to: None });
        }
        done
    }

    /// Whether one send that takes a part of the data is all of a write without buffer.
    fn gives_parts(&self) -> bool {
        matches!(&self.state.borrow().source, Some(Backing::Socket(s)) if s.waits() != Mode::Blocking)
    }

    /// Keep an error for the next call on its socket.
    fn keep(&self, failure: &Failure) {
        if let Some(Backing::Socket(socket)) = &self.state.borrow().source
            && !failure.is(libc::EAGAIN)
        {
            socket.keep(failure);
        }
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
        let Some(Backing::Disk(file)) = &mut state.source else { return Ok(()) };
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

/// send(2), once; to a pipe, write(2).
pub(super) fn send(socket: &Socket, bytes: &[u8]) -> Result<usize, Failure> {
    if socket.is_pipe() {
        return fd::write(socket.fd()?.as_fd(), bytes).map_err(Failure::os);
    }
    if let Some(number) = socket.shared.stash.take() {
        return Err(Failure::os(number));
    }
    addr::send_bytes(socket.fd()?.as_fd(), bytes, 0).map_err(Failure::os)
}
