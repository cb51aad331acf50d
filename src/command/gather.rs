//! Receiving what one waits for: up to a delimiter, or so many bytes.
//!
//! What comes after it is left to the kernel: a peek finds where it ends, and no more is taken. What came before it, when
//! it has not come whole, is taken and kept with the socket, as unread as before ([`Kept`](crate::world::Kept)): so it can be more than
//! the kernel has room for, nothing is lost when the call fails, and other calls see it.

use std::os::fd::AsFd;
use std::rc::Rc;

use super::receive::RECV;
use super::{Args, Command, Group, Kind, KnownError, Param, Stands, base, err, opt, req};
use crate::os::addr;
use crate::value::bounds::TEXT_MAX;
use crate::value::text::place;
use crate::value::{Failure, Holds, Name, Tried, Value};
use crate::world::record::{Did, ended};
use crate::world::{Expired, SHARED_BUFFER, Side, Socket, Step, Waiting, World, retry};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[RECVUNTIL, RECVEXACTLY];

/// What `recvuntil` gives at most, unless it is told otherwise.
const MAX: usize = 64 * 1024;

const S: Param = req("S", Kind::Socket).that(Stands::Connected);
const TIMEOUT: KnownError =
    err("timeout", "it has not come whole within the socket's timeout; what came is still there");
const NO_STREAM: KnownError = err("EOPNOTSUPP", "S has messages, which come whole").cure("recv S 65535");

const RECVUNTIL: Command = Command {
    name: "recvuntil",
    elsewhere: &["readuntil", "recv_until", "recvline"],
    summary: "receive up to and with a delimiter; what comes after it is left for the next call",
    notes: &[
        "A line, a header, an answer of a protocol that ends so. The socket's timeout holds for the whole call. Whenever it \
         fails, what had come is not lost: recv gives it, and so does another recvuntil.",
        "Python's sockets have no such call: there it is a loop, or makefile and readline; asyncio's streams have \
         reader.readuntil(DELIM).",
    ],
    params: &[
        S,
        req("DELIM", Kind::Data).is("text or bytes, such as \"\\r\\n\""),
        opt("MAX", Kind::Size).is("how many bytes at most, with DELIM; 65536 if left out"),
    ],
    results: &[("data", Holds::Bytes)],
    returns: "the bytes, which end with DELIM",
    c: "getdelim(&line, &size, '\\n', fdopen(s, \"r\"));",
    man: "recv(2)",
    errors: &[
        err("EOF", "the peer ended its side before DELIM came; what came is still there").cure("recv S 65536"),
        err("EMSGSIZE", "DELIM is not within MAX bytes, which are still there").cure("a larger MAX, or recv S 65536"),
        TIMEOUT,
        NO_STREAM,
        err("Usage", "DELIM is empty or longer than MAX"),
    ],
    like: Some(&RECV),
    example: "left, right = socketpair\nsend left \"HELO me\\r\\nQUIT\\r\\n\"\nrecvuntil right \"\\r\\n\"\n\
              recvuntil right \"\\r\\n\"",
    related: &["recvexactly", "recv", "readline", "makefile", "find", "EOF"],
    run: |world, args| {
        let delimiter = args.data(1).into_owned();
        let max = if args.has(2) { args.size(2)?.min(TEXT_MAX) } else { MAX.max(delimiter.len()) };
        if delimiter.is_empty() {
            return Err(Failure::usage("a delimiter of no bytes ends nothing").at(1).note("recv takes what has come"));
        }
        if delimiter.len() > max {
            return Err(Failure::usage(format!("DELIM alone is longer than {max} bytes")).at(2));
        }
        gather(world, args, Goal::Until(delimiter), max)
    },
    ..base(Group::Transfer)
};

const RECVEXACTLY: Command = Command {
    name: "recvexactly",
    elsewhere: &["readexactly", "recvall", "recv_all", "recv_exact"],
    summary: "receive N bytes, no less; what comes after them is left for the next call",
    notes: &[
        "A header of a known length, a body whose length was sent before it. The socket's timeout holds for the whole call. \
         Whenever it fails, what had come is not lost: recv gives it.",
        "It is recv with MSG_WAITALL, but for the end: that gives less without a word. asyncio's streams have \
         reader.readexactly(N).",
    ],
    params: &[S, req("N", Kind::Size).is("how many bytes")],
    results: &[("data", Holds::Bytes)],
    returns: "N bytes",
    python: "{S}.recv({N}, socket.MSG_WAITALL)",
    c: "ssize_t n = recv(s, buffer, sizeof buffer, MSG_WAITALL);",
    man: "recv(2)",
    errors: &[
        err("EOF", "the peer ended its side before N bytes came; what came is still there").cure("recv S N"),
        TIMEOUT,
        NO_STREAM,
    ],
    like: Some(&RECV),
    example: "left, right = socketpair\nlength = pack !I 5\nsend left $length\nsend left helloworld\n\
              head = recvexactly right 4\nn = unpack !I $head\nrecvexactly right $n",
    related: &["recvuntil", "recv", "MSG_WAITALL", "unpack", "EOF"],
    run: |world, args| {
        let count = args.size(1)?;
        if count > TEXT_MAX {
            return Err(Failure::usage(format!("more than {TEXT_MAX} bytes at once"))
                .at(1)
                .note("take them in pieces"));
        }
        gather(world, args, Goal::Exactly(count), count)
    },
    ..base(Group::Transfer)
};

/// Where what is waited for ends.
enum Goal {
    /// Behind these bytes.
    Until(Vec<u8>),
    /// After so many.
    Exactly(usize),
}

/// A call under way.
struct Gatherer {
    socket: Rc<Socket>,
    goal: Goal,
    max: usize,
    /// How much of what is kept is known not to have the delimiter in it, in which of its stretches.
    searched: (u64, usize),
}

fn gather(world: &mut World, args: &Args, goal: Goal, max: usize) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    drop(socket.fd()?);
    if !socket.is_stream() {
        return Err(Failure::os(libc::EOPNOTSUPP)
            .note("a stream has no ends of its own; a datagram or a record comes whole: recv S 65535"));
    }
    let tried = Tried::Receive { room: max, flags: 0 };
    let waiting = Waiting::new(&socket, Side::In, "data", tried);
    let mut gatherer = Gatherer { socket, goal, max, searched: (0, 0) };
    retry(world, waiting, move |world, expired| gatherer.attempt(world, expired))
}

impl Gatherer {
    fn attempt(&mut self, world: &mut World, expired: Expired) -> Result<Step, Failure> {
        match (self.take(world), expired) {
            (Err(failure), Some(expired)) if failure.is(libc::EAGAIN) => Err(self.so_far(expired)),
            (done, _) => done,
        }
    }

    /// Take what is there until it is whole; EAGAIN while it is not.
    fn take(&mut self, world: &mut World) -> Result<Step, Failure> {
        loop {
            let kept = self.socket.shared.kept.len();
            if let Some(end) = self.end() {
                let data = self.socket.shared.kept.take(end);
                self.note(world, end, false);
                return Ok(Value::bytes(data).into());
            }
            if kept >= self.max {
                return Err(self.too_long());
            }
            match self.more(world, kept) {
                Ok(0) => {
                    if let Some(error) = self.socket.shared.stash.take() {
                        return Err(Failure::os(error));
                    }
                    self.note(world, 0, true);
                    return Err(self.ended());
                }
                Ok(_) => {}
                Err(failure) if failure.is(libc::EAGAIN) => {
                    return Err(self.socket.shared.stash.take().map_or(failure, Failure::os));
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Where in what is kept it ends, if it is whole.
    fn end(&self) -> Option<usize> {
        let kept = &self.socket.shared.kept;
        match &self.goal {
            Goal::Exactly(count) => (kept.len() >= *count).then_some(*count),
            Goal::Until(delimiter) => {
                let from = if self.searched.0 == kept.stretch() { self.searched.1 } else { 0 };
                let found = kept.look(|bytes| place(&bytes[from..bytes.len().min(self.max)], delimiter));
                found.map(|at| from + at + delimiter.len())
            }
        }
    }

    /// Take from the kernel what belongs to it, and give how much that was; 0 at the end of the stream.
    fn more(&mut self, world: &mut World, before: usize) -> Result<usize, Failure> {
        let socket = self.socket.clone();
        let (fd, kept) = (socket.fd()?, &socket.shared.kept);
        let room = (self.max - before).min(SHARED_BUFFER);
        let buffer = &mut world.buffer(room)[..room];
        let Goal::Until(delimiter) = &self.goal else {
            let count = addr::recv_bytes(fd.as_fd(), buffer, 0).map_err(Failure::os)?;
            kept.push(&buffer[..count]);
            return Ok(count);
        };
        let seen = addr::recv_bytes(fd.as_fd(), buffer, libc::MSG_PEEK).map_err(Failure::os)?;
        if seen == 0 {
            return Ok(0);
        }
        kept.push(&buffer[..seen]);
        let count = match self.end() {
            Some(end) => end - before,
            None => {
                // The delimiter's beginning may be there already.
                self.searched = (kept.stretch(), (before + seen + 1).saturating_sub(delimiter.len()));
                seen
            }
        };
        // The kernel gives again what it has shown, or less where the urgent byte is.
        let taken = addr::recv_bytes(fd.as_fd(), &mut buffer[..count], 0).map_err(Failure::os);
        let arrived = taken.as_ref().copied().unwrap_or(0);
        kept.truncate(before + arrived);
        self.searched.1 = self.searched.1.min(before + arrived);
        taken
    }

    fn note(&self, world: &mut World, bytes: usize, end: bool) {
        world.note(&self.socket, || Did::Received {
            bytes,
            from: None,
            room: self.max,
            whole: 0,
            peeked: false,
            end: end && ended(&self.socket),
        });
    }

    /// What is waited for, for people.
    fn goal(&self) -> String {
        match &self.goal {
            Goal::Until(delimiter) => Value::bytes(delimiter).brief(40).trim_start_matches('b').to_string(),
            Goal::Exactly(count) => bytes(*count),
        }
    }

    /// The failure, with how much is there.
    fn so_far(&self, failure: Failure) -> Failure {
        match self.socket.shared.kept.len() {
            0 => failure,
            count => failure.note(format!("{} came, and recv gives what there is", bytes(count))),
        }
    }

    fn ended(&self) -> Failure {
        let came = self.socket.shared.kept.len();
        let text = match &self.goal {
            Goal::Until(_) => format!("the stream ended after {}, before {}", bytes(came), self.goal()),
            Goal::Exactly(count) => format!("the stream ended after {came} of {}", bytes(*count)),
        };
        self.so_far(Failure::with(Name::Eof, text))
    }

    fn too_long(&self) -> Failure {
        let text = format!("{} is not within {}", self.goal(), bytes(self.max));
        Failure::os(libc::EMSGSIZE).text(text).note("they are still there: a larger MAX, or recv, takes them")
    }
}

fn bytes(count: usize) -> String {
    format!("{count} byte{}", if count == 1 { "" } else { "s" })
}
