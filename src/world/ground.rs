//! What hosts stand on: the process that makes them, the cable that their links end at.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::Write as _;
use std::rc::Rc;

use super::refusal::refused;
use crate::os::alarm::Alarm;
use crate::os::fd;
use crate::os::hosts::{Cable, Keeper, Net, Stage, Trouble};
use crate::value::Failure;

/// What all hosts stand on.
pub(super) struct Ground {
    /// The process that makes them.
    pub keeper: Keeper,
    /// The names of hosts.
    pub names: RefCell<HashSet<Rc<str>>>,
    /// The namespace where all links end.
    pub net: Net,
    /// The cable.
    pub cable: Cable,
    /// It goes off when the next frame comes out of a wire.
    pub alarm: Alarm,
}

impl Ground {
    /// A name for a host: that one, or where another host has it, that one with a number.
    pub(super) fn name(&self, wanted: &Rc<str>) -> Rc<str> {
        let mut names = self.names.borrow_mut();
        let others = (2..).map(|number| Rc::from(format!("{wanted}-{number}")));
        let name = std::iter::once(wanted.clone()).chain(others).find(|name: &Rc<str>| !names.contains(name));
        let name = name.unwrap_or_else(|| wanted.clone());
        names.insert(name.clone());
        name
    }

    /// Write to a file in /proc/sys/net, as it is seen from there.
    pub(super) fn set(&self, net: &Net, path: &str, text: &str) -> Result<(), Trouble> {
        let file = self.keeper.open(net.space, &format!("/proc/sys/net/{path}"), libc::O_WRONLY)?;
        let written = std::fs::File::from(file).write_all(text.as_bytes());
        Ok(written.map_err(|e| fd::number(&e))?)
    }

    /// What is wrong where a host could be made, and not be given what it needs.
    pub(super) fn unfit(&self, trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Os(errno @ (libc::EOPNOTSUPP | libc::EROFS | libc::EPERM)) => refused(errno, Stage::Inside),
            trouble => self.told(trouble),
        }
    }

    /// What an agent's trouble is to the user.
    pub(super) fn told(&self, trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Os(errno) => Failure::os(errno),
            Trouble::Gone => Failure::os(libc::ESRCH).note(format!(
                "process {}, in which the hosts are kept, was killed: what they have open goes on, and they can make no more",
                self.keeper.pid()
            )),
        }
    }
}
