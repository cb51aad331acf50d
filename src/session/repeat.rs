//! `every SECONDS CALL`: a call that is made again and again, until it fails or somebody gives it up.
//!
//! Its rounds begin so many seconds apart. A round that takes longer passes over those that it takes the time of.

use std::rc::Rc;

use super::Session;
use super::exec::Flow;
use super::task::{Frame, Parked, Parking, Task, Temp};
use crate::os::fd;
use crate::program::{Op, Site};
use crate::value::{Failure, Value};

impl Session {
    /// The first round begins.
    pub(super) fn every(&mut self, task: &mut Task, temp: usize, seconds: &Value) -> Result<(), Failure> {
        let period = seconds.number().map(fd::seconds).filter(|period| !period.is_zero());
        let Some(period) = period else {
            let failure = Failure::usage(format!("seconds, more than 0, are needed here, not {seconds}"));
            return Err(failure.note("every SECONDS CALL: every 1 getsockopt s SO_ERROR"));
        };
        begin(task);
        if let Some(frame) = task.frames.last_mut() {
            frame.temps[temp] = Temp::Beat(self.timers.beat(period));
        }
        Ok(())
    }

    /// A round is over: wait for the next.
    pub(super) fn wait_round(&mut self, task: &mut Task, temp: usize, site: &Rc<Site>) -> Flow {
        let Some(Temp::Beat(beat)) = task.frames.last_mut().map(|f| &mut f.temps[temp]) else { return Flow::On };
        task.epoch += 1;
        task.expired = false;
        let until = self.timers.wait_beat(beat, task.id, task.epoch);
        begin(task);
        task.parked = Some(Parked { on: Parking::Beat, site: site.clone(), until });
        Flow::Parked
    }
}

/// Rounds begin in the frame that a task is in, unless they are inside of others.
fn begin(task: &mut Task) {
    if !repeats(task) {
        task.repeats = u32::try_from(task.frames.len()).unwrap_or(0);
    }
}

/// Whether what a task does is part of a round.
pub(super) fn repeats(task: &Task) -> bool {
    let frame = task.repeats.checked_sub(1).and_then(|depth| task.frames.get(depth as usize));
    // It makes the call, or waits to make it again.
    frame.is_some_and(|f| beat(f, f.pc).or_else(|| beat(f, f.pc.checked_sub(1)?)).is_some())
}

/// The call that a task repeats, wherever in a round it is.
pub(super) fn repeated(task: &Task) -> Option<Rc<Site>> {
    let frame = task.frames.last()?;
    let around = [Some(frame.pc + 1), Some(frame.pc), frame.pc.checked_sub(1)];
    around.into_iter().flatten().find_map(|at| beat(frame, at)).cloned()
}

/// The call whose rounds an op of a frame parts.
fn beat(frame: &Frame, at: usize) -> Option<&Rc<Site>> {
    match frame.code.ops.get(at) {
        Some(Op::Beat(_, site)) => Some(site),
        _ => None,
    }
}
