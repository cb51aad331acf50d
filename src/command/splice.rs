//! Bytes that move within the kernel: `pipe`, `splice`, and what `sendfile` does between two open descriptors.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;

use super::args::expected;
use super::{Args, Command, Group, Kind, MANY_OPEN, base, err, opt, req};
use crate::os::fd;
use crate::value::{Failure, Holds, Reply, Value};
use crate::world::record::{Did, ended};
use crate::world::{File, Mode, On, ROOM, Socket, Step, Wait, World};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[PIPE, SPLICE];

const PIPE: Command = Command {
    name: "pipe",
    summary: "make a pipe: what is written to one end is read from the other",
    notes: &[
        "Both ends are files without a buffer: read gives what is there, up to so many bytes, and waits while there is \
         nothing; write waits while the pipe is full, and fails with EPIPE when nobody can read any more. Empty data is the \
         end: the writing end is closed. Python's os.pipe gives two numbers, of which open(r, 'rb', 0) makes a file. splice moves bytes between a pipe and a socket.",
    ],
    results: &[("reader", Holds::Live), ("writer", Holds::Live)],
    returns: "the end to read from and the end to write to",
    python: "os.pipe()",
    c: "int ends[2]; pipe(ends);",
    man: "pipe(2)",
    errors: &[MANY_OPEN, err("ENFILE", "the system has too many pipes or files open")],
    example: "r, w = pipe\nwrite w hello\nread r 100\nclose w\nread r 100",
    related: &["splice", "read", "write", "close", "socketpair"],
    run: |world, _| {
        let [reader, writer] = world.pipe()?;
        Ok(Step::Done(Reply::Two(Value::Handle(reader), Value::Handle(writer))))
    },
    ..base(Group::Files)
};

const SPLICE: Command = Command {
    name: "splice",
    summary: "move bytes from SRC to DST within the kernel; one of them is a pipe",
    notes: &[
        "It moves what is there, COUNT bytes at most, and waits while there is nothing, or no room. 0 bytes are the end of \
         SRC. Between two sockets it takes a pipe and two calls: no copy goes through the program, which is how a proxy \
         moves its data.",
    ],
    params: &[
        req("SRC", Kind::SocketOrFile).is("a socket, a file, or a pipe's reading end"),
        req("DST", Kind::SocketOrFile).is("a socket, a file, or a pipe's writing end"),
        req("COUNT", Kind::Size).is("how many bytes at most"),
        opt("OFFSET_SRC", Kind::Size)
            .is("where a file is read, which then does not move on; none of a socket or a pipe"),
        opt("OFFSET_DST", Kind::Size).is("where a file is written, likewise"),
        opt("FLAGS", Kind::Int).is("SPLICE_F_NONBLOCK (2): fail with EAGAIN rather than wait for a pipe"),
    ],
    results: &[("count", Holds::Count)],
    returns: "how many bytes were moved; 0 at the end of SRC",
    python: "os.splice({SRC}.fileno(), {DST}.fileno(), {COUNT}<, {OFFSET_SRC}<, {OFFSET_DST}<, {FLAGS}>>>)",
    c: "splice(src, NULL, dst, NULL, count, 0);",
    man: "splice(2)",
    errors: &[
        err(
            "EINVAL",
            "neither of them is a pipe, both are ends of one, a socket has an offset, or a file was opened to append",
        )
        .cure("r, w = pipe, then splice SRC w COUNT and splice r DST COUNT"),
        err("ESPIPE", "an offset of what has no places: a pipe").cure("leave the offset out"),
        err(
            "EAGAIN",
            "not a failure: there is nothing to read or no room, and the socket is non-blocking, or FLAGS says so",
        ),
        err("EPIPE", "nobody can read what is moved: the other end is closed, or the socket is not connected"),
        err("ENOTCONN", "SRC is a stream socket that is not connected"),
        err("EBADF", "SRC is no end to read from, DST none to write to, or one of them is closed"),
        err("ECONNRESET", "the other end broke the connection"),
        err("Usage", "the file is closed, or an offset is below 0"),
    ],
    example: "left, right = socketpair\nr, w = pipe\nsend left \"past the program\"\nsplice right w 100\nread r 100",
    related: &["pipe", "sendfile", "recv", "send"],
    run: splice,
    ..base(Group::Files)
};

/// What bytes are moved from or to.
pub(super) struct End {
    /// A socket or an end of a pipe: it may have to be waited for.
    live: Option<Rc<Socket>>,
    /// A file of the disk.
    disk: Option<OwnedFd>,
}

impl End {
    pub(super) fn of(args: &Args, at: usize) -> Result<Self, Failure> {
        let value = args.value(at);
        if let Some(socket) = value.downcast_rc::<Socket>() {
            return Ok(Self { live: Some(socket), disk: None });
        }
        let file: Rc<File> = value.downcast_rc().ok_or_else(|| expected(at, "a socket or a file", value))?;
        Ok(match file.end()? {
            Ok(socket) => Self { live: Some(socket), disk: None },
            Err(fd) => Self { live: None, disk: Some(fd) },
        })
    }

    fn with<T>(&self, call: impl FnOnce(BorrowedFd<'_>) -> Result<T, i32>) -> Result<T, Failure> {
        match (&self.live, &self.disk) {
            (Some(socket), _) => call(socket.fd()?.as_fd()).map_err(Failure::os),
            (_, Some(fd)) => call(fd.as_fd()).map_err(Failure::os),
            _ => Err(Failure::os(libc::EBADF)),
        }
    }

    /// Whether poll(2) has one of these events of it.
    fn is_ready(&self, events: i16) -> bool {
        self.with(|fd| fd::poll(fd, events)).is_ok_and(|there| there != 0)
    }

    /// Whether a call that this end holds up must not wait.
    fn never_waits(&self, told: bool) -> bool {
        let ip = |s: &Socket| matches!(s.family, libc::AF_INET | libc::AF_INET6);
        // The flag is for pipes, and AF_UNIX heeds it too.
        self.live.as_ref().is_none_or(|s| s.waits() != Mode::Blocking || told && !ip(s))
    }

    fn socket(&self) -> Option<&Rc<Socket>> {
        self.live.as_ref().filter(|s| !s.is_pipe())
    }
}

/// A move of bytes under way.
pub(super) struct Move {
    pub from: End,
    pub to: End,
    pub count: usize,
    /// It was told not to wait.
    pub never: bool,
}

impl Move {
    /// Move once, and while that says EAGAIN wait for whichever end holds it up.
    pub(super) fn run<F>(self, world: &mut World, mut call: F) -> Result<Step, Failure>
    where
        F: FnMut(BorrowedFd<'_>, BorrowedFd<'_>) -> Result<usize, i32> + 'static,
    {
        let what = if self.from.is_ready(libc::POLLIN) { ROOM } else { "data" };
        let ends = self.from.live.iter().chain(&self.to.live).cloned().collect();
        let mut attempt = move |world: &mut World| {
            let moved = self.from.with(|from| Ok(self.to.with(|to| call(from, to))));
            match moved.and_then(|moved| moved) {
                Ok(count) => {
                    self.note(world, count);
                    Some(Ok(Value::Int(count as i128).into()))
                }
                Err(failure) if failure.is(libc::EAGAIN) => {
                    let held_up = if self.from.is_ready(libc::POLLIN) { &self.to } else { &self.from };
                    held_up.never_waits(self.never).then_some(Err(failure))
                }
                Err(failure) => Some(Err(failure)),
            }
        };
        if let Some(done) = attempt(world) {
            return done;
        }
        let wait = Wait { on: On::Sockets(ends), limit: None, again: None, what };
        Ok(Step::Park(wait, Box::new(move |world, _| attempt(world))))
    }

    fn note(&self, world: &mut World, count: usize) {
        if world.record.is_none() {
            return;
        }
        if let Some(socket) = self.from.socket() {
            let end = count == 0 && ended(socket);
            let room = self.count;
            world.note(socket, || Did::Received { bytes: count, from: None, room, whole: 0, peeked: false, end });
        }
        if let Some(socket) = self.to.socket().filter(|_| count > 0) {
            world.note(socket, || Did::Sent { bytes: count, of: count, to: None });
        }
    }
}

fn splice(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    /// SPLICE_F_NONBLOCK.
    const NONBLOCK: u32 = 2;
    let offset = |i: usize| match args.value(i) {
        Value::None => Ok(None),
        _ => args.size(i).map(|n| Some(n as u64)),
    };
    let (mut from_at, mut to_at) = (offset(3)?, offset(4)?);
    let flags = args.flags(5)? as u32;
    let moving =
        Move { from: End::of(args, 0)?, to: End::of(args, 1)?, count: args.size(2)?, never: flags & NONBLOCK != 0 };
    let count = moving.count;
    moving.run(world, move |from, to| fd::splice((from, from_at.as_mut()), (to, to_at.as_mut()), count, flags))
}

/// sendfile(2) between two descriptors, once: Python's `os.sendfile`.
pub(super) fn between(world: &mut World, args: &Args) -> Result<Step, Failure> {
    /// What Linux moves at most in one call.
    const MOST: usize = 0x7fff_f000;
    let mut at = match args.value(2) {
        Value::None => None,
        _ => Some(args.size(2)? as u64),
    };
    let count = match args.value(3) {
        Value::None => MOST,
        _ => args.size(3)?,
    };
    let moving = Move { from: End::of(args, 1)?, to: End::of(args, 0)?, count, never: false };
    moving.run(world, move |from, to| match &mut at {
        Some(at) => fd::sendfile(to, from, at, count),
        None => fd::sendfile_on(to, from, count),
    })
}
