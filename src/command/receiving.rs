//! Receiving under way, in any of its forms: what is there, what was gathered, how it waits.
//!
//! What a kernel-blocking descriptor does by itself is made here of calls that never block: `MSG_WAITALL` and
//! `SO_RCVLOWAT` gather, and a datagram socket shut down for reading gives empty data.

use std::os::fd::{AsFd, BorrowedFd};

use super::Args;
use super::entries::entry;
use crate::linux::constants;
use crate::os::errqueue::Queued;
use crate::os::msg::{self, Ancillary};
use crate::os::{addr, fd, trace};
use crate::value::{Addr, Bytes, Failure, Reply, Tried, Value};
use crate::world::record::{Did, ended};
use crate::world::{BUFFER_MAX, Expired, Mode, SHARED_BUFFER, Side, Socket, Step, Waiting, World, again};

/// What of a receive its caller wants.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// The data: recv(2).
    Data,
    /// The sender too: recvfrom(2).
    From,
    /// Everything, with that much room for ancillary data: recvmsg(2).
    Message(usize),
}

/// What came beside the data, which is in the world's buffer.
#[derive(Default)]
struct Came {
    /// What the kernel returned: with `MSG_TRUNC` it may be more than there was room for, but not in a message.
    len: usize,
    from: Option<Addr>,
    ancillary: Vec<Ancillary>,
    flags: i32,
}

/// A receive under way.
struct Receiver {
    size: usize,
    flags: i32,
    form: Form,
    /// Whether it takes from the queue of errors.
    queue: bool,
    /// How many bytes a kernel-blocking call waits for.
    target: usize,
    /// Whether a kernel-blocking call would go on waiting where the kernel tells us EAGAIN.
    blocking: bool,
    /// Whether the kernel's recv(2) would sleep: its socket has no O_NONBLOCK, whatever the timeout is.
    sleeps: bool,
    /// Whether poll(2) is asked first, which heeds `SO_RCVLOWAT` where recv(2) does not.
    ask_first: bool,
    /// Whether what ends the wait ends the call without a failure.
    waited: bool,
    /// What has been gathered before.
    got: Vec<u8>,
    beside: Option<Box<Came>>,
    /// How long the datagram is that comes, as far as it was looked at.
    coming: usize,
}

/// One receive in any of its forms.
pub(super) fn receive(world: &mut World, args: &Args, form: Form, flags: i32) -> Result<Step, Failure> {
    let socket = args.socket_ref(0)?;
    let size = args.size(1)?;
    if size == 0 && form == Form::Data {
        // Python asks the kernel nothing.
        drop(socket.fd()?);
        return Ok(Value::bytes([]).into());
    }
    let first = if flags == 0 { at_once(world, socket, size, form) } else { None };
    let first = match first {
        Some(Ok(reply)) => return Ok(Step::Done(reply)),
        Some(Err(failure)) => Some(failure),
        None => None,
    };
    let (stream, unix) = (socket.is_stream(), socket.family == libc::AF_UNIX);
    // AF_UNIX has no queue of errors, and takes the flag for nothing.
    let queue = !unix && flags & libc::MSG_ERRQUEUE != 0;
    let apart = queue || (stream && flags & libc::MSG_OOB != 0);
    if apart {
        socket.has_more();
    }
    let never = apart || flags & libc::MSG_DONTWAIT != 0;
    let mode = socket.waits();
    let blocking = mode == Mode::Blocking && !never;
    let low_water = socket.shared.waits.get().low_water;
    let target = if !(blocking && stream) || (unix && flags & libc::MSG_PEEK != 0) {
        // AF_UNIX peeks at what is there, little as it may be.
        1
    } else if flags & libc::MSG_WAITALL != 0 {
        size.clamp(1, BUFFER_MAX)
    } else {
        low_water.clamp(1, size.max(1))
    };
    // TCP neither wakes nor says readable below SO_RCVLOWAT, so there nothing may be taken before it is reached;
    // AF_UNIX does both at every byte, and gathers.
    let gathers = flags & libc::MSG_WAITALL != 0 || unix;
    let polls = matches!(mode, Mode::Timeout(_)) && !apart;
    let ask_first = stream && low_water > 1 && (polls || (blocking && !gathers));
    let mut receiver = Receiver {
        size,
        flags,
        form,
        queue,
        target,
        blocking,
        sleeps: !never && !socket.shared.nonblocking.get(),
        ask_first,
        waited: false,
        got: Vec::new(),
        beside: None,
        coming: 0,
    };
    let tried = match first {
        Some(failure) => receiver.without(world, socket, failure, None),
        None => receiver.attempt(world, socket, None),
    };
    match tried {
        Ok(step) => Ok(step),
        Err(failure) => {
            let socket = world.share(socket)?;
            let tried = Tried::Receive { room: size, flags };
            let waiting = Waiting { mode, never, ..Waiting::new(&socket, Side::In, "data", tried) };
            again(failure, waiting, move |world, expired| receiver.attempt(world, &socket, expired))
        }
    }
}

/// What is there, where nothing is asked for but that and nothing goes on record: what most receives are.
fn at_once(world: &mut World, socket: &Socket, size: usize, form: Form) -> Option<Result<Reply, Failure>> {
    let known = match form {
        Form::Data => true,
        // A sender without a name has one there.
        Form::From => socket.family != libc::AF_UNIX,
        Form::Message(_) => false,
    };
    if !known || world.record.is_some() || size > SHARED_BUFFER || !socket.is_plain() {
        return None;
    }
    if form == Form::Data && world.drained.waits(socket) {
        return Some(Err(Failure::os(libc::EAGAIN)));
    }
    let buffer = &mut world.buffer(size)[..size];
    let came = socket.fd().and_then(|fd| {
        let came = match form {
            Form::From => addr::recvfrom(fd.as_fd(), buffer, 0),
            _ => addr::recv_bytes(fd.as_fd(), buffer, 0).map(|len| (len, None)),
        };
        came.map_err(Failure::os)
    });
    let (len, from) = match came {
        Ok(came) => came,
        Err(failure) => return Some(Err(failure)),
    };
    let data = Value::Bytes(buffer[..len].into());
    Some(Ok(if form == Form::From {
        Reply::Two(data, sender(from))
    } else {
        world.drained.took(socket, len, size);
        Reply::One(data)
    }))
}

/// Who sent it, as a value.
fn sender(from: Option<Addr>) -> Value {
    from.map_or(Value::None, Value::Addr)
}

impl Receiver {
    fn attempt(&mut self, world: &mut World, socket: &Socket, expired: Expired) -> Result<Step, Failure> {
        match self.take(world, socket, expired.is_some()) {
            Err(failure) => self.without(world, socket, failure, expired),
            done => done,
        }
    }

    /// What it comes to when nothing is there.
    fn without(
        &mut self,
        world: &mut World,
        socket: &Socket,
        failure: Failure,
        expired: Expired,
    ) -> Result<Step, Failure> {
        if !failure.is(libc::EAGAIN) {
            return Err(failure);
        }
        let shut = || Self::polled(socket, libc::POLLIN | libc::POLLRDHUP).map(|is| is & libc::POLLRDHUP != 0);
        if self.sleeps && !socket.is_stream() && shut()? {
            // Shut down for reading: there poll(2) says readable for ever, and recv(2) EAGAIN.
            return Ok(self.finish(world, socket, Value::bytes([]), Came::default(), 0));
        }
        // TCP waits once for 0 bytes, and asks no more: not whether its time is over, nor for an error.
        self.waited = self.blocking && self.size == 0 && socket.is_stream() && socket.family != libc::AF_UNIX;
        match expired {
            Some(_) if self.waited || !self.got.is_empty() => Ok(self.gathered(world, socket)),
            Some(expired) => Err(expired),
            None => Err(failure),
        }
    }

    /// Whether a kernel-blocking call has as much to take as it waits for, though less than `SO_RCVLOWAT`.
    fn holds_target(&self, socket: &Socket) -> Result<bool, Failure> {
        // What has no bytes to count fails, and the call tells with which error.
        Ok(self.blocking && fd::inq(socket.fd()?.as_fd()).map_or(true, |there| there >= self.target))
    }

    fn polled(socket: &Socket, events: i16) -> Result<i16, Failure> {
        fd::poll(socket.fd()?.as_fd(), events).map_err(Failure::os)
    }

    /// Take what is there; EAGAIN if it is not enough yet.
    fn take(&mut self, world: &mut World, socket: &Socket, last: bool) -> Result<Step, Failure> {
        if self.ask_first
            && socket.shared.kept.is_empty()
            && !(last && self.blocking)
            && Self::polled(socket, libc::POLLIN)? == 0
            && !self.holds_target(socket)?
        {
            return Err(Failure::os(libc::EAGAIN));
        }
        loop {
            // The urgent byte's place ends what is taken in one piece.
            if !self.got.is_empty() && fd::atmark(socket.fd()?.as_fd()) == Ok(true) {
                return Ok(self.gathered(world, socket));
            }
            let gathered = self.got.len();
            let straight = self.goes_straight(socket);
            let once = if straight { self.more(socket) } else { self.once(world, socket) };
            let (came, room) = match once {
                Ok(found) => found,
                Err(failure) if failure.is(libc::EAGAIN) || (self.got.is_empty() && !self.waited) => {
                    return Err(failure);
                }
                Err(failure) => {
                    socket.keep(&failure);
                    return Ok(self.gathered(world, socket));
                }
            };
            let enough = came.len == 0 || self.ask_first || gathered + came.len >= self.target;
            if self.got.is_empty() && (enough || self.peeked_enough(socket, last)?) {
                let taken = came.len;
                let data = Value::Bytes(data(world, room, taken));
                return Ok(self.finish(world, socket, data, came, taken));
            }
            if self.flags & libc::MSG_PEEK != 0 {
                return Err(Failure::os(libc::EAGAIN));
            }
            if !straight {
                self.got.extend_from_slice(&world.buffer(room)[..came.len.min(room)]);
            }
            // The kernel glues nothing to what descriptors came with.
            let rights = !came.ancillary.is_empty() && came.ancillary.iter().any(|a| matches!(a, Ancillary::Rights(_)));
            let beside = self.beside.get_or_insert_default();
            beside.ancillary.extend(came.ancillary);
            beside.flags |= came.flags;
            beside.from = came.from.or(beside.from.take());
            if enough || rights {
                return Ok(self.gathered(world, socket));
            }
        }
    }

    /// Whether a peek that found less than it wants is to give that: no more can come, or its time is over.
    fn peeked_enough(&self, socket: &Socket, last: bool) -> Result<bool, Failure> {
        const OVER: i16 = libc::POLLRDHUP | libc::POLLHUP | libc::POLLERR;
        Ok(self.flags & libc::MSG_PEEK != 0
            && (last || Self::polled(socket, libc::POLLIN | libc::POLLRDHUP)? & OVER != 0))
    }

    /// Whether what comes goes behind what was gathered, and nowhere else before.
    fn goes_straight(&self, socket: &Socket) -> bool {
        let taken = self.flags & (libc::MSG_PEEK | libc::MSG_TRUNC) == 0;
        taken && self.form == Form::Data && self.target > 1 && socket.shared.kept.is_empty()
    }

    /// One receive of that kind; how much room it was given.
    fn more(&mut self, socket: &Socket) -> Result<(Came, usize), Failure> {
        let room = (self.size.min(BUFFER_MAX) - self.got.len()).min(self.got.len().max(SHARED_BUFFER));
        let came = addr::recv_more(socket.fd()?.as_fd(), &mut self.got, room, self.flags);
        if self.got.is_empty() {
            // Who waits has no room of its own.
            self.got = Vec::new();
        }
        Ok((after_stash(socket, came.map(|len| Came { len, ..Came::default() }), room)?, room))
    }

    /// One receive into the world's buffer; how much of the buffer it was given.
    fn once(&mut self, world: &mut World, socket: &Socket) -> Result<(Came, usize), Failure> {
        let fd = socket.fd()?;
        let wanted = self.size - self.got.len();
        let room = if wanted <= SHARED_BUFFER { wanted } else { large(fd.as_fd(), wanted) };
        if world.record.is_some() && socket.kind == libc::SOCK_DGRAM {
            // Only this look before tells how long a datagram is that is cut short.
            self.coming = trace::aside(|| fd::inq(fd.as_fd())).unwrap_or(0);
        }
        let buffer = &mut world.buffer(room)[..room];
        let stream = socket.is_stream();
        if stream && self.flags & libc::MSG_TRUNC != 0 {
            // TCP throws the bytes away and leaves in the buffer what was there.
            buffer.fill(0);
        }
        let kept = socket.give_kept(buffer, self.flags, !matches!(self.form, Form::Message(_)));
        let came = match self.form {
            _ if kept > 0 => Ok(Came { len: kept, ..Came::default() }),
            Form::Data => addr::recv_bytes(fd.as_fd(), buffer, self.flags).map(|len| Came { len, ..Came::default() }),
            Form::From => {
                addr::recvfrom(fd.as_fd(), buffer, self.flags).map(|(len, from)| Came { len, from, ..Came::default() })
            }
            Form::Message(ancillary) => {
                let recv = if socket.family == libc::AF_PACKET { msg::recv_plain } else { msg::recv };
                recv(fd.as_fd(), buffer, ancillary, self.flags).map(|r| Came {
                    len: r.len.min(room),
                    from: r.from,
                    ancillary: r.ancillary,
                    flags: r.flags,
                })
            }
        };
        let mut came = after_stash(socket, came, wanted)?;
        if kept == 0 && self.form == Form::Data && self.flags == 0 {
            world.drained.took(socket, came.len, room);
        }
        let named = came.from.is_some() || self.form == Form::Data;
        if socket.family == libc::AF_UNIX && !named && !(stream && came.len == 0) {
            came.from = Some(Addr::Unnamed);
        }
        Ok((came, room))
    }

    /// All that was gathered.
    fn gathered(&mut self, world: &mut World, socket: &Socket) -> Step {
        world.trim_buffer();
        let taken = self.got.len();
        let data = Value::Bytes(std::mem::take(&mut self.got).into());
        let beside = self.beside.take().map_or_else(Came::default, |beside| *beside);
        self.finish(world, socket, data, beside, taken)
    }

    fn finish(&self, world: &mut World, socket: &Socket, data: Value, came: Came, bytes: usize) -> Step {
        world.note(socket, || {
            if self.queue {
                return Did::TookError(came.ancillary.iter().find_map(Queued::of), came.from.clone());
            }
            Did::Received {
                bytes,
                from: came.from.clone(),
                room: self.size,
                whole: self.coming,
                peeked: self.flags & libc::MSG_PEEK != 0,
                end: bytes == 0 && self.size > 0 && ended(socket),
            }
        });
        Step::Done(match self.form {
            Form::Data => Reply::One(data),
            Form::From => Reply::Two(data, sender(came.from)),
            Form::Message(_) => {
                let entries = came.ancillary.into_iter().map(|one| entry(world, one)).collect();
                let flags = constants::MSG_FLAGS.join(came.flags);
                Reply::Many(vec![data, Value::list(entries), Value::text(flags), sender(came.from)])
            }
        })
    }
}

/// What came, or the error that an earlier call kept, which comes after the data that came before it.
fn after_stash(socket: &Socket, came: Result<Came, i32>, wanted: usize) -> Result<Came, Failure> {
    match came {
        Ok(came) if came.len > 0 || wanted == 0 => Ok(came),
        other => match socket.shared.stash.take() {
            Some(error) => Err(Failure::os(error)),
            None => other.map_err(Failure::os),
        },
    }
}

/// How much of an unusually large size there is need for.
fn large(fd: BorrowedFd<'_>, wanted: usize) -> usize {
    wanted.min(fd::inq(fd).unwrap_or(0).max(SHARED_BUFFER)).min(BUFFER_MAX)
}

/// What was received, as a value's bytes: as long as the kernel said, though `MSG_TRUNC` says more than was taken.
fn data(world: &mut World, room: usize, len: usize) -> Bytes {
    let taken = &world.buffer(room)[..len.min(room)];
    let rest = len.min(BUFFER_MAX) - taken.len();
    let data = if rest == 0 { taken.into() } else { [taken, &vec![0; rest]].concat().into() };
    if room > SHARED_BUFFER {
        world.trim_buffer();
    }
    data
}
