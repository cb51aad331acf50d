//! Child processes: what a name holds of one, and the family that this process is part of.
//!
//! A child is waited for through its pidfd, as a socket is: nothing polls in a spin. It stays a zombie, as the kernel
//! has it, until somebody here asks how it ended. All descendants of the first process hold the reading end of one
//! pipe, whose writing end only the first holds: when that ends, however it does, so do they.

use std::cell::{Cell, RefCell};
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use super::mpqueue::Feeder;
use super::{Mode, On, Socket, Step, Wait, Wake, World};
use crate::os::process;
use crate::value::{Failure, Handle, Name, Reply, Value};

/// How many children there can be at once.
pub(crate) const CHILDREN_MAX: usize = 1000;
/// How many generations a family can have.
pub(crate) const GENERATIONS_MAX: u32 = 16;

/// A child process as a value.
pub struct Process {
    /// Its name.
    pub name: Rc<str>,
    /// Its process id.
    pub pid: i32,
    /// It ends with the main task.
    pub daemon: bool,
    /// Its pidfd.
    pub(super) watch: Rc<Socket>,
    /// How it ended, once it was reaped.
    code: Cell<Option<i32>>,
    /// Somebody asked how it ended.
    seen: Cell<bool>,
}

impl Process {
    /// How it ended, if it has: this reaps it.
    pub fn ended(&self) -> Option<i32> {
        self.reap(false)
    }

    fn reap(&self, wait: bool) -> Option<i32> {
        if self.code.get().is_none()
            && let Ok(fd) = self.watch.fd()
        {
            // ECHILD: something else has reaped it, and nobody can know how it ended.
            self.code.set(process::reap(fd.as_fd(), wait).unwrap_or(Some(0)));
        }
        self.code.get()
    }

    /// The same, for who looks at the code: from now on its failure has been seen.
    pub fn exit_code(&self) -> Option<i32> {
        self.seen.set(true);
        self.ended()
    }

    /// Send it a signal; one that has ended takes none.
    pub fn signal(&self, signal: i32) -> Result<(), Failure> {
        if self.code.get().is_some() {
            return Ok(());
        }
        match process::signal(self.watch.fd()?.as_fd(), signal) {
            Ok(()) | Err(libc::ESRCH) => Ok(()),
            Err(e) => Err(Failure::os(e)),
        }
    }

    /// Whether it has ended, and somebody knows how.
    pub fn is_gone(&self) -> bool {
        self.code.get().is_some()
    }

    /// How it stands, in a word.
    pub fn state(&self) -> &'static str {
        if self.code.get().is_some() { "gone" } else { state(self.pid) }
    }
}

impl Handle for Process {
    fn kind(&self) -> &'static str {
        "a process"
    }

    fn label(&self) -> String {
        self.name.to_string()
    }

    fn summary(&self) -> String {
        let daemon = if self.daemon { " daemon" } else { "" };
        let state = match self.code.get() {
            Some(code) => format!("ended with exit code {code}"),
            None => "running".to_string(),
        };
        format!("<process {},{daemon} pid {}, {state}>", self.name, self.pid)
    }

    fn parts(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("name", Value::text(&*self.name)),
            ("pid", Value::Int(self.pid.into())),
            ("daemon", Value::Bool(self.daemon)),
        ]
    }
}

/// The state of a process as the kernel shows it, in a word.
pub(crate) fn state(pid: i32) -> &'static str {
    match process::look(pid).map(|(letter, _)| letter) {
        Some('R') => "running",
        Some('S' | 'D' | 'I') => "sleeping",
        Some('Z') => "zombie",
        Some('T' | 't') => "stopped",
        _ => "gone",
    }
}

/// What this process knows of its family.
#[derive(Default)]
pub struct Family {
    /// Its name; none in the first process.
    pub name: Option<Rc<str>>,
    /// It is a daemon, which may have no children.
    pub daemon: bool,
    /// How many ancestors it has.
    pub generation: u32,
    /// What a child's command line has besides: how things are shown.
    pub flags: Vec<&'static str>,
    children: Vec<Rc<Process>>,
    /// The pipe that all descendants hold; its writing end is there in the first process alone.
    lifeline: Option<(OwnedFd, Option<OwnedFd>)>,
    /// Daemons were asked to end.
    ending: bool,
    /// The children that failed and were reaped by nobody's wish.
    failed: Vec<String>,
    /// What still has to go out of this process into queues.
    pub(super) feeders: RefCell<Vec<Feeder>>,
}

impl Family {
    /// This process is a child, and has the reading end of the family's pipe.
    pub fn be_born(&mut self, name: &str, lifeline: OwnedFd) -> Result<(), Failure> {
        let copy = crate::os::fd::dup(lifeline.as_fd()).map_err(Failure::os)?;
        process::live_while(copy).map_err(Failure::os)?;
        self.name = Some(name.into());
        self.lifeline = Some((lifeline, None));
        Ok(())
    }

    /// Whether there are, or were, other processes.
    pub fn is_shared(&self) -> bool {
        self.lifeline.is_some()
    }

    /// The reading end of the family's pipe.
    pub fn lifeline(&mut self) -> Result<&OwnedFd, Failure> {
        if self.lifeline.is_none() {
            let (read, write) = std::io::pipe().map_err(|e| Failure::os(e.raw_os_error().unwrap_or(libc::EMFILE)))?;
            self.lifeline = Some((read.into(), Some(write.into())));
        }
        self.lifeline.as_ref().map(|(read, _)| read).ok_or(Failure::os(libc::EBADF))
    }

    /// The children.
    pub fn children(&self) -> impl Iterator<Item = &Rc<Process>> {
        self.children.iter()
    }

    /// The child of that id.
    pub fn child(&self, pid: i128) -> Option<Rc<Process>> {
        self.children.iter().find(|child| i128::from(child.pid) == pid && !child.is_gone()).cloned()
    }

    /// Whether one more child may be started.
    pub fn may_grow(&mut self) -> Result<(), Failure> {
        // Nobody can ask any more how these ended.
        self.forget(|p| Rc::strong_count(p) == 1);
        if self.daemon {
            return Err(Failure::with(Name::Assert, "daemonic processes are not allowed to have children"));
        }
        if self.children.len() >= CHILDREN_MAX {
            return Err(Failure::usage(format!("there are {CHILDREN_MAX} child processes already")));
        }
        if self.generation >= GENERATIONS_MAX {
            return Err(Failure::usage(format!("this process has {GENERATIONS_MAX} ancestors already")));
        }
        Ok(())
    }

    fn forget(&mut self, which: impl Fn(&Rc<Process>) -> bool) {
        let mut failed = std::mem::take(&mut self.failed);
        self.children.retain(|p| match if which(p) { p.ended() } else { None } {
            Some(code) => {
                if code > 0 && !p.seen.get() {
                    failed.push(format!("process {} ended with exit code {code}", p.name));
                }
                false
            }
            None => true,
        });
        self.failed = failed;
    }

    /// The children that failed while nobody asked for their exit code.
    pub fn failures(&self) -> impl Iterator<Item = &String> {
        self.failed.iter()
    }

    /// Have every child die at once, and see it dead.
    pub fn kill(&mut self, which: impl Fn(&Process) -> bool) {
        for child in self.children.extract_if(.., |p| which(p)) {
            if child.ended().is_none() && child.signal(libc::SIGKILL).is_ok() {
                child.reap(true);
            }
        }
    }

    /// Wait until all that was put into queues is on its way, as Python does at the end of a process.
    pub fn drain(&mut self) {
        self.feeders.take().into_iter().for_each(Feeder::finish);
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        // The first process takes all with it. Another takes its daemons; the rest go on as orphans.
        let first = self.name.is_none();
        self.kill(|p| first || p.daemon);
    }
}

impl World {
    /// A child was started.
    pub fn adopt_child(&mut self, name: Rc<str>, pid: i32, daemon: bool) -> Result<Rc<Process>, Failure> {
        self.shares = true;
        let watch = process::descriptor(pid).map_err(Failure::os);
        if watch.is_err() {
            process::abandon(pid);
        }
        let watch = self.wrap(watch?, [0; 3], Mode::Blocking);
        let child = Rc::new(Process { name, pid, daemon, watch, code: Cell::default(), seen: Cell::default() });
        self.family.children.push(child.clone());
        Ok(child)
    }

    /// Whether children must end before this process does; its own work is done. Its daemons are asked to end.
    pub fn has_children(&mut self) -> bool {
        if self.family.children.is_empty() {
            return false;
        }
        if !std::mem::replace(&mut self.family.ending, true) {
            for child in self.family.children.iter().filter(|c| c.daemon) {
                // One that is stopped goes on, and so can end.
                for signal in [libc::SIGTERM, libc::SIGCONT] {
                    let _ = child.signal(signal);
                }
            }
        }
        // In this order: one that ends after the look wakes the poller.
        for child in self.family.children.clone() {
            let _ = self.register(&child.watch);
        }
        self.family.forget(|_| true);
        !self.family.children.is_empty()
    }

    /// Wait for a child's end, at most that long.
    pub fn join(&mut self, child: &Rc<Process>, limit: Option<Duration>) -> Step {
        if child.ended().is_some() {
            return Step::Done(Reply::Nothing);
        }
        let wait = Wait { on: On::Socket(child.watch.clone()), limit, again: None, what: "the process's end" };
        let child = child.clone();
        let resume = move |_: &mut World, wake| {
            (child.ended().is_some() || wake == Wake::Expired).then_some(Ok(Step::Done(Reply::Nothing)))
        };
        Step::Park(wait, Box::new(resume))
    }
}
