//! The session's end of the line to the agent.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};

use super::super::{fd, msg, process, trace};
use super::agent::{self, MAPPED, UNSHARED};
use super::space::{Net, Space};

/// How long an answer may take: one that takes longer will not come.
const PATIENCE: Duration = Duration::from_secs(10);
/// Room for the descriptors of an answer.
const RIGHTS: usize = 64;

/// Why something was not had of the agent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// The kernel refused.
    Os(i32),
    /// There is no agent any more.
    Gone,
}

impl From<i32> for Trouble {
    fn from(errno: i32) -> Self {
        Self::Os(errno)
    }
}

/// How far an agent came that could not begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    /// The process could not be started.
    Spawn,
    /// unshare(2) refused.
    Unshare,
    /// The user namespace was made, but this process is not its root.
    Map,
    /// The namespace is there, and something in it could not be made.
    Inside,
}

/// The agent, which ends when this is dropped.
pub(crate) struct Keeper {
    line: OwnedFd,
    pid: i32,
}

impl Keeper {
    /// Start an agent with that word of the command line. Gives the namespace that it begins with.
    pub(crate) fn start(word: &str) -> Result<(Self, Net), (i32, Stage)> {
        let (line, pid) = trace::aside(|| process::spawn_aside(word)).map_err(|e| (e, Stage::Spawn))?;
        let keeper = Self { line: aside(line), pid };
        match keeper.answer() {
            Ok((0, number, fds)) => keeper.net(number, fds).map(|net| (keeper, net)).map_err(|e| (e, Stage::Inside)),
            Ok((errno, far, _)) => Err((
                errno,
                match far {
                    UNSHARED => Stage::Map,
                    MAPPED => Stage::Inside,
                    _ => Stage::Unshare,
                },
            )),
            Err(Trouble::Os(e)) => Err((e, Stage::Spawn)),
            Err(Trouble::Gone) => Err((libc::EPIPE, Stage::Spawn)),
        }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> i32 {
        self.pid
    }

    /// A new network namespace.
    pub(crate) fn make(&self) -> Result<Net, Trouble> {
        let (number, fds) = self.ask(agent::NEW, &[], &[])?;
        Ok(self.net(number, fds)?)
    }

    /// Have the agent forget a network namespace, which ends with the last socket in it, and take the links away that lead
    /// there.
    pub(crate) fn forget(&self, space: Space, ends: &[u32]) {
        // An agent that is gone has forgotten it.
        let _ = self.send(agent::DROP, &[&[space.0], ends].concat(), &[]);
    }

    /// The cable's socket, there where the links end.
    pub(super) fn cable(&self, space: Space) -> Result<OwnedFd, Trouble> {
        let (_, fds) = self.ask(agent::CABLE, &[space.0], &[])?;
        only(fds)
    }

    /// socket(2) there.
    pub(crate) fn socket(&self, space: Space, sort: [i32; 3]) -> Result<OwnedFd, Trouble> {
        let (_, fds) = self.ask(agent::SOCKET, &[space.0, sort[0] as u32, sort[1] as u32, sort[2] as u32], &[])?;
        only(fds)
    }

    /// open(2) there, of what depends on the network namespace: files in /proc/net and /proc/sys/net.
    pub(crate) fn open(&self, space: Space, path: &str, flags: i32) -> Result<OwnedFd, Trouble> {
        let (_, fds) = self.ask(agent::OPEN, &[space.0, flags as u32], path.as_bytes())?;
        only(fds)
    }

    fn net(&self, number: u32, fds: Vec<OwnedFd>) -> Result<Net, i32> {
        let mut fds = fds.into_iter().map(aside);
        match (fds.next(), fds.next()) {
            (Some(namespace), Some(route)) => Ok(Net { space: Space(number), namespace, route }),
            _ => {
                self.forget(Space(number), &[]);
                Err(libc::EMFILE)
            }
        }
    }

    fn ask(&self, what: u8, numbers: &[u32], rest: &[u8]) -> Result<(u32, Vec<OwnedFd>), Trouble> {
        self.send(what, numbers, rest)?;
        match self.answer()? {
            (0, number, fds) => Ok((number, fds)),
            (errno, ..) => Err(Trouble::Os(errno)),
        }
    }

    fn send(&self, what: u8, numbers: &[u32], rest: &[u8]) -> Result<(), Trouble> {
        let numbers: Vec<u8> = numbers.iter().flat_map(|n| n.to_ne_bytes()).collect();
        loop {
            let parts: [&[u8]; 3] = [&[what], &numbers, rest];
            match trace::aside(|| msg::send(self.line.as_fd(), &parts, &[], libc::MSG_NOSIGNAL, None)) {
                Ok(_) => return Ok(()),
                // It is busy, and many hosts were given up.
                Err(libc::EAGAIN) => fd::wait_writable(self.line.as_fd()),
                Err(libc::EPIPE | libc::ECONNRESET) => return Err(Trouble::Gone),
                Err(errno) => return Err(Trouble::Os(errno)),
            }
        }
    }

    fn answer(&self) -> Result<(i32, u32, Vec<OwnedFd>), Trouble> {
        let patience = Timespec::try_from(PATIENCE).map_err(|_| libc::EINVAL)?;
        let mut one = [PollFd::new(&self.line, PollFlags::IN)];
        match rustix::io::retry_on_intr(|| rustix::event::poll(&mut one, Some(&patience))) {
            Ok(0) => return Err(Trouble::Os(libc::ETIMEDOUT)),
            Ok(_) => {}
            Err(e) => return Err(Trouble::Os(e.raw_os_error())),
        }
        let mut bytes = [0; 8];
        let got = trace::aside(|| msg::recv(self.line.as_fd(), &mut bytes, RIGHTS, 0));
        let got = match got {
            Ok(got) if got.len == bytes.len() => got,
            Err(e) if e != libc::ECONNRESET => return Err(Trouble::Os(e)),
            _ => return Err(Trouble::Gone),
        };
        let fds = got.ancillary.into_iter().flat_map(|piece| match piece {
            msg::Ancillary::Rights(fds) => fds,
            _ => Vec::new(),
        });
        let half = |at: usize| u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Ok((half(0) as i32, half(4), fds.collect()))
    }
}

/// A descriptor that had no room here did not come.
fn only(fds: Vec<OwnedFd>) -> Result<OwnedFd, Trouble> {
    fds.into_iter().next().ok_or(Trouble::Os(libc::EMFILE))
}

/// A descriptor among those that are sockpit's own, where there is room.
fn aside(fd: OwnedFd) -> OwnedFd {
    fd::dup_aside(fd.as_fd()).unwrap_or(fd)
}
