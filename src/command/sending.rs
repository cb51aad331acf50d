//! Sending under way, in any of its forms: what is left, what an earlier call kept, how it waits.

use std::os::fd::AsFd;
use std::rc::Rc;

use super::ancillary::{Message, bytes, is_bytes};
use crate::os::addr;
use crate::value::{Addr, Failure, Tried, Value};
use crate::world::record::{Did, Ends};
use crate::world::{Expired, Mode, Socket, Step, Waiting, World, again, is_over};

/// What is sent, and with which call.
pub(super) enum Load {
    /// send(2).
    Plain(Value),
    /// sendto(2).
    To(Value, Addr),
    /// sendmsg(2).
    Message(Box<Message>),
}

impl Load {
    /// Where it is to go, if the call says.
    fn to(&self) -> Option<&Addr> {
        match self {
            Self::Plain(_) => None,
            Self::To(_, to) => Some(to),
            Self::Message(message) => message.to.as_ref(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Plain(data) | Self::To(data, _) => bytes(data).len(),
            Self::Message(message) => message.len(),
        }
    }

    /// How many descriptors go with it.
    fn fds(&self) -> u16 {
        if let Self::Message(message) = self { message.fds() } else { 0 }
    }

    /// Send what is left from that byte on. The address and what else goes with it is for the first part.
    fn put(&self, socket: &Socket, from: usize, flags: i32) -> Result<usize, Failure> {
        let fd = socket.fd()?;
        match self {
            Self::To(data, to) if from == 0 => addr::sendto(fd.as_fd(), bytes(data), flags, to),
            Self::Plain(data) | Self::To(data, _) => addr::send_bytes(fd.as_fd(), &bytes(data)[from..], flags),
            Self::Message(message) => message.put(fd.as_fd(), from, flags),
        }
        .map_err(Failure::os)
    }
}

/// An error that an earlier call kept for the next, which is this one.
pub(super) fn kept(socket: &Socket) -> Result<(), Failure> {
    drop(socket.fd()?);
    socket.shared.stash.take().map_or(Ok(()), |error| Err(Failure::os(error)))
}

pub(super) fn waiting(world: &World, socket: &Rc<Socket>, flags: i32, bytes: usize, fds: u16) -> Waiting {
    let never = flags & libc::MSG_DONTWAIT != 0;
    Waiting { never, ..Waiting::to_send(world, socket, Tried::Send { bytes, fds, sent: 0, flags }) }
}

/// What a send(2) said, or a sendto(2), of data that is there to be looked at; none where more is to be done than that.
pub(super) fn at_once(
    world: &mut World,
    socket: &Socket,
    data: &Value,
    flags: i32,
    to: Option<&Addr>,
) -> Option<Result<usize, i32>> {
    if world.record.is_some() || socket.shared.stash.get().is_some() || !is_bytes(data) {
        return None;
    }
    world.drained.sent(socket);
    let fd = socket.fd().ok()?;
    Some(match to {
        Some(to) => addr::sendto(fd.as_fd(), bytes(data), flags, to),
        None => addr::send_bytes(fd.as_fd(), bytes(data), flags),
    })
}

/// One send in any of its forms, of which a first part may have been tried: it gives the count.
pub(super) fn put(
    world: &mut World,
    socket: &Socket,
    load: Load,
    flags: i32,
    said: Option<Result<usize, i32>>,
) -> Result<Step, Failure> {
    if socket.shared.stash.get().is_some() {
        kept(socket)?;
    }
    let whole = socket.is_stream() && socket.waits() == Mode::Blocking && flags & libc::MSG_DONTWAIT == 0;
    let mut sending = Sending { load, flags, whole, sent: 0, said };
    match sending.attempt(world, socket, None) {
        Ok(step) => Ok(step),
        Err(failure) => {
            let socket = world.share(socket)?;
            let waiting = waiting(world, &socket, flags, sending.load.len(), sending.load.fds());
            again(failure, waiting, move |world, expired| sending.attempt(world, &socket, expired))
        }
    }
}

/// The count that a send gives.
#[inline]
pub(super) fn count(sent: usize) -> Step {
    Value::Int(sent as i128).into()
}

/// A send under way.
struct Sending {
    load: Load,
    flags: i32,
    /// Whether it is done only when every byte is queued.
    whole: bool,
    sent: usize,
    /// What the call said that was made already.
    said: Option<Result<usize, i32>>,
}

impl Sending {
    /// MSG_FASTOPEN: the send began the connection, too.
    #[inline]
    fn opened(&self, world: &mut World, socket: &Socket) {
        if let (true, Some(to)) = (self.flags & libc::MSG_FASTOPEN != 0, self.load.to()) {
            let ends = || Ends::of(socket).map_or_else(|| Did::Connecting(to.clone()), Did::Connected);
            world.note(socket, ends);
        }
    }

    #[cold]
    fn failed(&self, failure: Failure) -> Failure {
        match self.load.to() {
            Some(to) => failure.to(to),
            None => failure,
        }
    }

    fn attempt(&mut self, world: &mut World, socket: &Socket, expired: Expired) -> Result<Step, Failure> {
        loop {
            let before = world.before_send(socket, self.load.to());
            let said = self.said.take().map(|said| said.map_err(Failure::os));
            let failure = match said.unwrap_or_else(|| self.load.put(socket, self.sent, self.flags)) {
                Ok(n) => {
                    self.opened(world, socket);
                    let of = self.load.len() - self.sent;
                    world.note_sent(socket, before, [n, of], self.load.to());
                    self.sent += n;
                    if !self.whole || n == 0 || self.sent >= self.load.len() {
                        return Ok(count(self.sent));
                    }
                    self.flags &= !libc::MSG_FASTOPEN;
                    continue;
                }
                Err(failure) => failure,
            };
            if failure.is(libc::EINPROGRESS) {
                self.opened(world, socket);
            }
            if is_over(&failure, &expired) {
                return match expired {
                    None => Err(self.failed(failure)),
                    Some(_) if self.sent > 0 => Ok(count(self.sent)),
                    Some(expired) => Err(self.failed(expired)),
                };
            }
            if self.whole && failure.is(libc::EINPROGRESS) && self.flags & libc::MSG_FASTOPEN != 0 {
                // The connection is being made without data: what blocks waits for it, then sends.
                self.flags &= !libc::MSG_FASTOPEN;
                continue;
            }
            if self.sent == 0 {
                return Err(self.failed(failure));
            }
            socket.keep(&failure);
            return Ok(count(self.sent));
        }
    }
}
