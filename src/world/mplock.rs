//! A lock between processes: a counter with one free place, which every process of the family that knows the lock has open.
//!
//! The kernel keeps no queue of who waits, and no name of who holds it: as with Python's, whichever process may release it, and
//! one that dies while it holds it leaves it taken for ever.

use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use super::mpqueue::persist;
use super::{Mode, Socket, Step, World};
use crate::os::{fd, process};
use crate::value::{Failure, Handle, Reply, Value};

/// A lock between processes as a value.
pub struct MpLock {
    place: Rc<Socket>,
}

impl Handle for MpLock {
    fn kind(&self) -> &'static str {
        "a lock between processes"
    }

    fn label(&self) -> String {
        "mplock".into()
    }

    fn summary(&self) -> String {
        let state = if self.is_locked().unwrap_or(false) { "held" } else { "free" };
        format!("<lock between processes, {state}>")
    }
}

impl MpLock {
    /// Whether somebody holds it.
    pub fn is_locked(&self) -> Result<bool, Failure> {
        process::places_left(self.place.fd()?.as_fd()).map(|left| left == 0).map_err(Failure::os)
    }

    /// Its descriptor, for another process.
    pub fn descriptor(&self) -> Result<OwnedFd, Failure> {
        fd::dup(self.place.fd()?.as_fd()).map_err(Failure::os)
    }

    /// Give it back. As in Python any process may.
    pub fn release(&self) -> Result<Step, Failure> {
        if !self.is_locked()? {
            return Err(Failure::usage("release of a lock that nobody holds"));
        }
        process::give_place(self.place.fd()?.as_fd()).map_err(Failure::os)?;
        Ok(Step::Done(Reply::Nothing))
    }
}

impl World {
    /// A new lock between processes, which nobody holds.
    pub fn mplock(&mut self) -> Result<Rc<MpLock>, Failure> {
        let place = process::places(1).map_err(Failure::os)?;
        Ok(self.adopt_mplock(place))
    }

    /// A lock whose descriptor came from another process.
    pub fn adopt_mplock(&mut self, place: OwnedFd) -> Rc<MpLock> {
        Rc::new(MpLock { place: self.wrap(place, [0; 3], Mode::Blocking) })
    }
}

/// Take a lock: true, or false when the time is over.
pub(crate) fn acquire(world: &mut World, lock: &Rc<MpLock>, limit: Option<Duration>) -> Result<Step, Failure> {
    let attempt = |_: &mut World, place: &Socket| {
        process::take_place(place.fd()?.as_fd()).map_err(Failure::os)?;
        Ok(Reply::One(Value::Bool(true)))
    };
    let late = Ok(Reply::One(Value::Bool(false)));
    let wait = limit != Some(Duration::ZERO);
    persist(world, lock.place.clone(), "a lock between processes", late, (limit, wait), attempt)
}
