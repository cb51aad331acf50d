//! A call on a file, tried until it is done: it waits as the file's socket does.

use std::rc::Rc;
use std::time::Duration;

use super::super::{Mode, On, Side, Step, Wait, Waiting, World, is_over, retry};
use super::open::{Backing, File, closed};
use crate::value::{Failure, Name, Reply, Tried};

/// How often a device that had nothing to read or no room is tried again.
const DEVICE_AGAIN: Duration = Duration::from_millis(20);

/// One try of a call.
pub(super) struct Attempt {
    pub(super) expired: Option<Failure>,
    pub(super) never: bool,
    /// Some bytes went through: the time allowed for waiting starts anew, as at each of Python's recv and send.
    pub(super) moved: bool,
}

impl Attempt {
    pub(super) fn is_last(&self) -> bool {
        self.never || self.expired.is_some() && !self.moved
    }

    /// Whether it ends as a call on a non-blocking socket does, rather than with `timeout`.
    pub(super) fn would_block(&self) -> bool {
        self.is_last() && self.expired.as_ref().is_none_or(|f| f.is(libc::EAGAIN))
    }
}

pub(super) type Work = Box<dyn FnMut(&mut World, &mut Attempt) -> Result<Reply, Failure>>;

/// Try a job; while it says EAGAIN, wait as the file's socket does. The time allowed starts anew whenever bytes moved.
pub(super) fn drive(
    world: &mut World,
    file: Rc<File>,
    side: Side,
    what: &'static str,
    job: Work,
) -> Result<Step, Failure> {
    let socket = match &file.state.borrow().source {
        None => return Err(closed()),
        Some(Backing::Socket(socket)) => Some(socket.clone()),
        Some(Backing::Disk(_)) => None,
    };
    let Some(socket) = socket else { return drive_disk(world, what, job) };
    let waiting = match side {
        Side::In => Waiting::new(&socket, side, what, Tried::Receive { room: 0, flags: 0 }),
        Side::Out => Waiting::to_send(world, &socket, Tried::Send { bytes: 0, fds: 0, sent: 0, flags: 0 }),
    };
    let mut job = Some(job);
    let (mut parked, mut moved) = (false, false);
    retry(world, waiting, move |world, expired| {
        // A mode set while it waits is for the calls to come.
        let never = !parked && socket.waits() == Mode::NonBlocking;
        let mut turn = Attempt { expired, never, moved: false };
        let Some(work) = &mut job else { return Err(Failure::os(libc::ECANCELED)) };
        let done = work(world, &mut turn);
        moved |= turn.moved;
        match done {
            Ok(reply) => Ok(Step::Done(reply)),
            Err(f) if !f.is(libc::EAGAIN) && !moved && is_over(&f, &turn.expired) => Err(turn.expired.unwrap_or(f)),
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

/// The same for a file of the disk: only a device ever waits, and it is asked now and then.
fn drive_disk(world: &mut World, what: &'static str, mut job: Work) -> Result<Step, Failure> {
    let mut attempt = move |world: &mut World| {
        let mut turn = Attempt { expired: None, never: false, moved: false };
        match job(world, &mut turn) {
            Err(f) if f.is(libc::EAGAIN) => None,
            done => Some(done.map(Step::Done)),
        }
    };
    if let Some(done) = attempt(world) {
        return done;
    }
    let wait = Wait { on: On::Time, limit: None, again: Some(DEVICE_AGAIN), what };
    Ok(Step::Park(wait, Box::new(move |world, _| attempt(world))))
}
