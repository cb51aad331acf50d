//! How a call waits: it is tried, and tried again from the top when what it waits for may have come.

use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use super::{Mode, On, Socket, Step, Wait, Wake, World};
use crate::os::{fd, sockopt, trace};
use crate::value::{Failure, Name, Reply, Tried};

/// What a call that sends waits for.
pub const ROOM: &str = "room to send";

/// How often is tried again what ends without the kernel's signalling it: a full `AF_UNIX` queue that has room.
pub const UNIX_AGAIN: Duration = Duration::from_millis(5);

/// Which half of a socket a call waits for: it decides between SO_RCVTIMEO and SO_SNDTIMEO.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Something to take: data, a connection.
    In,
    /// Room to put something; a connection to be made.
    Out,
}

impl Side {
    /// The event of poll(2) that ends the wait.
    fn events(self) -> i16 {
        match self {
            Self::In => libc::POLLIN,
            Self::Out => libc::POLLOUT,
        }
    }
}

/// How a call on a socket may wait.
pub struct Waiting {
    /// The socket.
    pub socket: Rc<Socket>,
    /// How its calls wait.
    pub mode: Mode,
    /// Which half.
    pub side: Side,
    /// The call itself was asked not to wait (MSG_DONTWAIT).
    pub never: bool,
    /// What the kernel does not signal is tried again at this interval.
    pub again: Option<Duration>,
    /// What would end the wait, for people.
    pub what: &'static str,
    /// What is tried.
    pub tried: Tried,
}

impl Waiting {
    /// A call that waits as its socket's calls do.
    pub fn new(socket: &Rc<Socket>, side: Side, what: &'static str, tried: Tried) -> Self {
        Self { socket: socket.clone(), mode: socket.waits(), side, never: false, again: None, what, tried }
    }

    /// A call that sends, with what it is asked to do.
    pub fn to_send(world: &World, socket: &Rc<Socket>, tried: Tried) -> Self {
        let waiting = Self::new(socket, Side::Out, ROOM, tried);
        // Of the other end of a pair the world tells, unless another process may have it.
        let told = socket.shared.pair.get().is_some() && !world.shares;
        let again = match socket.kind {
            _ if socket.family != libc::AF_UNIX => None,
            // Room at the peer of an AF_UNIX datagram is not signalled unless the sockets are connected.
            libc::SOCK_DGRAM => Some(UNIX_AGAIN),
            // Room for a stream is, but not that its peer was shut down for reading, which ends only a send that blocks.
            _ if waiting.mode == Mode::Blocking && !told => Some(10 * UNIX_AGAIN),
            _ => None,
        };
        Self { again, ..waiting }
    }

    /// Whether the call waits when it cannot be made at once. With a timeout it is a poll(2) before the call that waits, as
    /// in Python, and to that the call's flags are nothing.
    pub fn waits(&self) -> bool {
        match self.mode {
            Mode::Blocking => !self.never,
            Mode::NonBlocking => false,
            Mode::Timeout(_) => true,
        }
    }

    /// How long, and with which error that ends.
    fn limit(&self) -> (Option<Duration>, Name) {
        let waits = self.socket.shared.waits.get();
        match (self.mode, self.side) {
            (Mode::Timeout(s), _) => (Some(fd::seconds(s)), Name::Timeout),
            (Mode::NonBlocking, _) => (Some(Duration::ZERO), Name::Errno(libc::EAGAIN)),
            (Mode::Blocking, Side::In) => (waits.receive, Name::Errno(libc::EAGAIN)),
            (Mode::Blocking, Side::Out) => (waits.send, Name::Errno(libc::EAGAIN)),
        }
    }
}

/// The time a call had is over, or a reset ended its wait: the error to give, unless some of its work is done.
pub type Expired = Option<Failure>;

/// Whether a call that says so has come to the end of its wait, or has to wait. After a reset every send says EPIPE.
pub fn is_over(failure: &Failure, expired: &Expired) -> bool {
    let reset = || expired.as_ref().is_some_and(|f| f.is(libc::ECONNRESET));
    failure.is(libc::EAGAIN) || failure.is(libc::EPIPE) && reset()
}

/// The reset that ended the wait of a send which blocks on an `AF_UNIX` stream: there the kernel looks at the socket's error
/// first and takes it, where a new call meets EPIPE and leaves it to the next receive.
fn reset(socket: &Socket, mode: Mode, side: Side) -> Expired {
    let looks = socket.family == libc::AF_UNIX && socket.is_stream() && mode == Mode::Blocking && side == Side::Out;
    let asks = || trace::aside(|| socket.ask(|fd| sockopt::get_int(fd, libc::SOL_SOCKET, libc::SO_ERROR)));
    let error = looks.then(asks).flatten()?;
    (error != 0).then(|| Failure::os(error))
}

/// Try a call; while it says EAGAIN and its socket's mode lets it wait, wait and try again from the top. Spurious
/// wakes are harmless and no edge is lost, since every try asks the kernel.
pub fn retry<F>(world: &mut World, waiting: Waiting, mut attempt: F) -> Result<Step, Failure>
where
    F: FnMut(&mut World, Expired) -> Result<Step, Failure> + 'static,
{
    match attempt(world, None) {
        Ok(step) => Ok(step),
        Err(failure) => again(failure, waiting, attempt),
    }
}

/// The same for a call that was tried once, and failed so: what it takes to try it again is made only now.
#[cold]
pub fn again<F>(failure: Failure, waiting: Waiting, mut attempt: F) -> Result<Step, Failure>
where
    F: FnMut(&mut World, Expired) -> Result<Step, Failure> + 'static,
{
    let (tried, serial) = (waiting.tried, waiting.socket.serial);
    // Of a pipe, which is no socket, nothing else is known.
    let pipe = waiting.socket.is_pipe();
    let about = move |failure: Failure| if pipe { failure } else { failure.trying(tried).on(serial) };
    let comes = || waiting.side == Side::In || !waiting.socket.lacks_port();
    if !(failure.is(libc::EAGAIN) && waiting.waits() && comes()) {
        return Err(about(failure));
    }
    let (limit, over) = waiting.limit();
    let (socket, mode, side) = (waiting.socket.clone(), waiting.mode, waiting.side);
    let wait = Wait { on: On::Socket(waiting.socket), limit, again: waiting.again, what: waiting.what };
    let going = socket.clone();
    let mut go_on = move |world: &mut World, wake| match wake {
        Wake::Expired => Some(attempt(world, Some(Failure::new(over))).map_err(about)),
        Wake::Ready => match attempt(world, reset(&going, mode, side)) {
            Err(f) if f.is(libc::EAGAIN) => None,
            done => Some(done.map_err(about)),
        },
    };
    let resume = move |world: &mut World, wake| match mode {
        _ if !socket.is_held() => go_on(world, wake),
        // With a timeout it is a poll(2) that waits, and the call that comes after finds no descriptor. As its time ends it
        // looks once more, and a number that is free is an event.
        Mode::Timeout(_) if wake == Wake::Ready && !socket.is_ready(side.events()) => None,
        Mode::Timeout(_) if socket.at_its_number(side.events()) != 0 => Some(Err(about(Failure::os(libc::EBADF)))),
        Mode::Timeout(_) => (wake == Wake::Expired).then(|| Err(about(Failure::new(over)))),
        _ => socket.lend(|| go_on(world, wake)),
    };
    Ok(Step::Park(wait, Box::new(resume)))
}

/// Run `then` with what a step comes to, now or when it is done.
pub fn chain<F>(world: &mut World, step: Step, then: F) -> Result<Step, Failure>
where
    F: FnOnce(&mut World, Reply) -> Result<Step, Failure> + 'static,
{
    match step {
        Step::Done(reply) => then(world, reply),
        Step::Park(wait, mut resume) => {
            let mut then = Some(then);
            let resume = move |world: &mut World, wake| match resume(world, wake)? {
                Ok(step) => then.take().map(|then| chain(world, step, then)),
                failed => Some(failed),
            };
            Ok(Step::Park(wait, Box::new(resume)))
        }
        ask @ Step::Ask(_) => Ok(ask),
    }
}

/// Do something that blocks on a thread of its own, while the call waits for it.
pub fn offload<T, W, F>(world: &mut World, what: &'static str, work: W, finish: F) -> Step
where
    T: Send + 'static,
    W: FnOnce() -> T + Send + 'static,
    F: FnOnce(&mut World, T) -> Result<Reply, Failure> + 'static,
{
    let (give, take) = mpsc::channel();
    let waker = world.poller().map(|p| p.waker());
    let spawned = waker.and_then(|waker| {
        std::thread::Builder::new().name("helper".into()).spawn(move || {
            // The receiver is gone when the call was cancelled; then nobody minds.
            let _ = give.send(work());
            let _ = waker.wake();
        })
    });
    let failed = spawned.err().map(|e| Failure::os(e.raw_os_error().unwrap_or(libc::EAGAIN)));
    let limit = failed.is_some().then_some(Duration::ZERO);
    let mut finish = Some(finish);
    let resume = move |world: &mut World, _| {
        if let Some(failure) = &failed {
            return Some(Err(failure.clone()));
        }
        match take.try_recv() {
            Ok(result) => finish.take().map(|finish| finish(world, result).map(Step::Done)),
            Err(mpsc::TryRecvError::Empty) => None,
            Err(mpsc::TryRecvError::Disconnected) => Some(Err(Failure::os(libc::ECANCELED))),
        }
    };
    Step::Park(Wait { on: On::Thread, limit, again: None, what }, Box::new(resume))
}
