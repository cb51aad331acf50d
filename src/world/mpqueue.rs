//! A queue between processes.
//!
//! It is a pair of AF_UNIX sockets that keep messages apart; every process of the family that knows the queue holds
//! both ends. A value is one message, a large one a message with a file in memory beside it, so that no two mix.
//! A counter of free places stands beside them; one without a bound has as many as nobody needs. As in Python, `put` waits for a free place and for nothing
//! else: what the kernel has no room for goes out on a thread, in order.

use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Mode, On, Socket, Step, Wait, Wake, World};
use crate::os::{fd, msg, process, readiness};
use crate::value::wire::{self, Refusal};
use crate::value::{Failure, Handle, Name, Reply, Value};

/// Values up to that size stand in the message itself.
const INLINE_MAX: usize = 32 * 1024;

/// A queue between processes as a value.
pub struct MpQueue {
    reader: Rc<Socket>,
    writer: Rc<Socket>,
    /// The free places.
    places: Rc<Socket>,
    /// How many values it takes; 0 for as many as there are.
    pub max: u32,
    backlog: Arc<Backlog>,
}

impl Handle for MpQueue {
    fn kind(&self) -> &'static str {
        "a queue between processes"
    }

    fn label(&self) -> String {
        "mpqueue".into()
    }

    fn summary(&self) -> String {
        match self.max {
            0 => "<queue between processes>".into(),
            n => format!("<queue between processes, at most {n}>"),
        }
    }
}

/// How many places a queue has that takes so many values; one without a bound has more than anybody needs, as in Python.
fn bound(max: u32) -> u32 {
    if max == 0 { i32::MAX as u32 } else { max }
}

/// A message on its way.
struct Message {
    bytes: Vec<u8>,
    file: Option<OwnedFd>,
}

impl Message {
    fn new(value: &Value) -> Result<Self, Failure> {
        let mut bytes = Vec::new();
        wire::encode(value, &mut bytes, &mut |_| None).map_err(|refusal| refused(refusal).at(1))?;
        if bytes.len() <= INLINE_MAX {
            return Ok(Self { bytes, file: None });
        }
        let file = process::memory(&bytes).map_err(Failure::os)?;
        Ok(Self { bytes: b"h".to_vec(), file: Some(file) })
    }

    fn send(&self, to: BorrowedFd<'_>) -> Result<(), i32> {
        let rights =
            self.file.iter().map(|f| (libc::SOL_SOCKET, libc::SCM_RIGHTS, f.as_raw_fd().to_ne_bytes().to_vec()));
        msg::send(to, &[&self.bytes], &rights.collect::<Vec<_>>(), 0, None).map(drop)
    }
}

/// The failure of a value that stays in its process.
pub(crate) fn refused(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Live(kind) => Failure::usage(format!("{kind} does not cross to another process"))
            .note("values cross: numbers, text, bytes, addresses, lists; what is alive stays where it was made"),
        Refusal::Deep => Failure::usage("lists stand too deep in each other to cross to another process"),
    }
}

/// What the kernel had no room for.
#[derive(Default)]
struct Backlog {
    state: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    messages: VecDeque<Message>,
    /// A thread sends them.
    fed: bool,
}

/// The thread that sends a backlog.
pub(crate) struct Feeder(JoinHandle<()>);

impl Feeder {
    /// Wait until all is sent.
    pub(crate) fn finish(self) {
        // It does not panic; if it did there is nothing left to wait for.
        let _ = self.0.join();
    }
}

fn is_full(errno: i32) -> bool {
    matches!(errno, libc::EAGAIN | libc::ENOBUFS | libc::ENOMEM | libc::ETOOMANYREFS | libc::EINTR)
}

fn feed(to: &OwnedFd, backlog: &Backlog) {
    let lock = || backlog.state.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let Some(message) = lock().messages.pop_front() else {
            let mut state = lock();
            if state.messages.is_empty() {
                state.fed = false;
                return;
            }
            continue;
        };
        while let Err(errno) = message.send(to.as_fd()) {
            match errno {
                libc::EAGAIN => fd::wait_writable(to.as_fd()),
                e if is_full(e) => std::thread::sleep(Duration::from_millis(1)),
                _ => break,
            }
        }
    }
}

impl World {
    /// A new queue between processes.
    pub fn mpqueue(&mut self, max: u32) -> Result<Rc<MpQueue>, Failure> {
        let (reader, writer) = fd::socketpair(libc::AF_UNIX, libc::SOCK_SEQPACKET, 0).map_err(Failure::os)?;
        let places = process::places(bound(max)).map_err(Failure::os)?;
        self.adopt_mpqueue(max, vec![reader, writer, places])
    }

    /// A queue whose descriptors came from another process.
    pub fn adopt_mpqueue(&mut self, max: u32, fds: Vec<OwnedFd>) -> Result<Rc<MpQueue>, Failure> {
        let mut ends: Vec<_> = fds.into_iter().map(|fd| self.wrap(fd, [0; 3], Mode::Blocking)).collect();
        let (Some(places), Some(writer), Some(reader)) = (ends.pop(), ends.pop(), ends.pop()) else {
            return Err(Failure::os(libc::EBADF));
        };
        Ok(Rc::new(MpQueue { reader, writer, places, max, backlog: Arc::default() }))
    }

    fn feed(&mut self, queue: &MpQueue, message: Message) -> Result<(), Failure> {
        let lock = || queue.backlog.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = lock();
        if !state.fed {
            match message.send(queue.writer.fd()?.as_fd()) {
                Ok(()) => return Ok(()),
                Err(e) if is_full(e) => {}
                Err(e) => return Err(Failure::os(e)),
            }
            let to = fd::dup(queue.writer.fd()?.as_fd()).map_err(Failure::os)?;
            let backlog = queue.backlog.clone();
            let feeder = std::thread::Builder::new().name("feeder".into()).spawn(move || feed(&to, &backlog));
            let feeder = feeder.map_err(|e| Failure::os(e.raw_os_error().unwrap_or(libc::EAGAIN)))?;
            state.fed = true;
            let mut feeders = self.family.feeders.borrow_mut();
            feeders.retain(|f| !f.0.is_finished());
            feeders.push(Feeder(feeder));
        }
        state.messages.push_back(message);
        Ok(())
    }
}

impl MpQueue {
    /// How many values it has now: those that were put in, whether they are on their way or there, and not taken out.
    pub fn len(&self) -> Result<u64, Failure> {
        let left = process::places_left(self.places.fd()?.as_fd()).map_err(Failure::os)?;
        Ok(u64::from(bound(self.max)).saturating_sub(left))
    }

    /// Whether there is nothing to be taken out now.
    pub fn is_empty(&self) -> Result<bool, Failure> {
        let events = readiness::poll(&[(self.reader.fd()?.as_raw_fd(), libc::POLLIN)]).map_err(Failure::os)?;
        Ok(events.iter().all(|there| there & libc::POLLIN == 0))
    }

    /// Whether it takes no more now.
    pub fn is_full(&self) -> Result<bool, Failure> {
        Ok(self.len()? >= u64::from(bound(self.max)))
    }

    /// Its descriptors, for another process.
    pub fn fds(&self) -> Result<Vec<OwnedFd>, Failure> {
        let ends = [&self.reader, &self.writer, &self.places];
        ends.into_iter().map(|end| fd::dup(end.fd()?.as_fd()).map_err(Failure::os)).collect()
    }
}

/// Put a value into a queue. In a full one wait for a free place, at most that long, if waiting is asked for.
pub(crate) fn put(
    world: &mut World,
    queue: &Rc<MpQueue>,
    value: &Value,
    limit: Option<Duration>,
    wait: bool,
) -> Result<Step, Failure> {
    let mut message = Some(Message::new(value)?);
    let (queue, places) = (queue.clone(), queue.places.clone());
    let attempt = move |world: &mut World, places: &Socket| {
        process::take_place(places.fd()?.as_fd()).map_err(Failure::os)?;
        message.take().map_or(Ok(()), |m| world.feed(&queue, m)).map(|()| Reply::Nothing)
    };
    persist(world, places, "a free place in the queue", Err(Failure::new(Name::Full)), (limit, wait), attempt)
}

/// Take the first value out of a queue. In an empty one wait for it, at most that long, if waiting is asked for.
pub(crate) fn get(
    world: &mut World,
    queue: &Rc<MpQueue>,
    limit: Option<Duration>,
    wait: bool,
) -> Result<Step, Failure> {
    let places = queue.places.clone();
    let attempt = move |world: &mut World, reader: &Socket| {
        let buffer = world.buffer(INLINE_MAX + 1);
        let got = msg::recv(reader.fd()?.as_fd(), buffer, 64, libc::MSG_DONTWAIT).map_err(Failure::os)?;
        let file = got.ancillary.into_iter().find_map(|piece| match piece {
            msg::Ancillary::Rights(mut fds) => fds.pop(),
            _ => None,
        });
        process::give_place(places.fd()?.as_fd()).map_err(Failure::os)?;
        let value = match file {
            Some(file) => wire::decode_plain(&process::recall(file).map_err(Failure::os)?),
            None => wire::decode_plain(&buffer[..got.len.min(INLINE_MAX)]),
        };
        value.map(Reply::One).ok_or_else(|| Failure::with(Name::Decode, "what came out of the queue is no value"))
    };
    persist(world, queue.reader.clone(), "a value in the queue", Err(Failure::new(Name::Empty)), (limit, wait), attempt)
}

/// Try until it does not say EAGAIN, waiting for that descriptor in between; `late` is what comes of it when the time is over.
pub(super) fn persist<F>(
    world: &mut World,
    on: Rc<Socket>,
    what: &'static str,
    late: Result<Reply, Failure>,
    (limit, wait): (Option<Duration>, bool),
    mut attempt: F,
) -> Result<Step, Failure>
where
    F: FnMut(&mut World, &Socket) -> Result<Reply, Failure> + 'static,
{
    match attempt(world, &on) {
        Err(f) if f.is(libc::EAGAIN) && wait => {}
        Err(f) if f.is(libc::EAGAIN) => return late.map(Step::Done),
        done => return done.map(Step::Done),
    }
    let resume = {
        let on = on.clone();
        move |world: &mut World, wake| match attempt(world, &on) {
            Err(f) if f.is(libc::EAGAIN) && wake == Wake::Ready => None,
            Err(f) if f.is(libc::EAGAIN) => Some(late.clone().map(Step::Done)),
            done => Some(done.map(Step::Done)),
        }
    };
    Ok(Step::Park(Wait { on: On::Socket(on), limit, again: None, what }, Box::new(resume)))
}
