//! Making a call: its arguments become values, its effect is tried once, or its def gets a frame.

use std::rc::Rc;

use super::Session;
use super::event::At;
use super::exec::Flow;
use super::task::{Frame, Task};
use crate::command::Args;
use crate::program::{Callee, Site};
use crate::value::Failure;
use crate::world::record::Place;
use crate::world::{File, Socket, Step};

/// How many calls deep a defined name may call itself.
const FRAMES_MAX: usize = 10_000;

impl Session {
    /// Make a call. Gives how the task goes on, unless it is with the next op of the same frame.
    pub(super) fn call(&mut self, task: &mut Task, site: &Rc<Site>) -> Option<Flow> {
        let Some(frame) = task.frames.last() else { return Some(Flow::Ended) };
        let made = match site.callee {
            Callee::Command(_) => self.globals.args(&frame.scope, &site.args, &mut self.args.0),
            Callee::Defined(_) => Ok(()),
        };
        self.world.drained.begin();
        if self.world.record.is_some() {
            self.calls += 1;
            task.call = self.calls;
            self.keep_place(task, site);
        }
        if self.times {
            task.begins();
        }
        let result = match (made, &site.callee) {
            (Ok(()), Callee::Command(command)) => (command.run)(&mut self.world, &mut self.args),
            (Ok(()), Callee::Defined(slot)) => match self.enter(task, site, *slot) {
                Ok(()) => return Some(Flow::On),
                Err(failure) => Err(failure),
            },
            (Err(failure), _) => Err(failure),
        };
        self.world.carry_after_call();
        if !matches!(result, Ok(Step::Done(_))) {
            task.about = subject(&self.args);
        }
        self.args.0.clear();
        match result {
            // The common case, kept short.
            Ok(Step::Done(reply)) => self.complete(task, site, reply),
            other => Some(self.settle(task, site, other)),
        }
    }

    /// Call a defined name: a frame of its own.
    fn enter(&mut self, task: &mut Task, site: &Rc<Site>, slot: usize) -> Result<(), Failure> {
        let Some(caller) = task.frames.last() else { return Ok(()) };
        if task.frames.len() >= FRAMES_MAX {
            return Err(Failure::usage(format!("more than {FRAMES_MAX} calls inside each other")));
        }
        let scope = self.globals.spare();
        let args = site.args.iter().map(|(code, _)| self.globals.given(&caller.scope, code));
        let frame = Frame::of(self.globals.def(slot, &site.name)?, site.clone(), args, scope)?;
        task.frames.push(frame);
        Ok(())
    }

    /// What happens next happens in a call of the task.
    pub(super) fn keep_place(&mut self, task: &Task, site: &Site) {
        self.stand_at(task, task.call, &site.name);
    }

    /// What happens next happens where the task stands, in no call of it.
    pub(super) fn leave_call(&mut self, task: &Task) {
        self.stand_at(task, 0, &Rc::from(""));
    }

    fn stand_at(&mut self, task: &Task, call: u64, name: &Rc<str>) {
        if let Some(record) = &mut self.world.record {
            let At { task, span, .. } = Self::at(task);
            record.place = Place { call, name: name.clone(), line: span.line, task };
        }
    }
}

/// The socket that a call with these arguments is about, 0 for none.
fn subject(args: &Args) -> u64 {
    let first = args.value(0);
    match first.downcast::<Socket>() {
        Some(socket) => socket.serial,
        None => first.downcast::<File>().and_then(File::socket).map_or(0, |socket| socket.serial),
    }
}
