//! The agent: a process of its own, in which hosts' network namespaces are made, and sockets in them.
//!
//! Who has no privilege gets a user namespace, in which this process is root, and a process may change that only for all
//! of its threads: so it is a small one beside the session. It knows numbered namespaces and nothing else. What links,
//! addresses and routes they have the session says itself, through netlink sockets that were made there: the kernel lets
//! who made a user namespace do all in it.
//!
//! A request is one message, an answer another: an errno, and descriptors beside it. It ends with the session.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

use super::super::namespace::{Ids, map, unshare};
use super::super::{fd, msg, netlink, process};
use super::link;

/// What is asked for: the first byte of a request.
pub(super) const NEW: u8 = 0;
pub(super) const DROP: u8 = 1;
pub(super) const SOCKET: u8 = 2;
pub(super) const OPEN: u8 = 3;
pub(super) const CABLE: u8 = 4;
/// After how many nanoseconds without a request links are taken away.
const IDLE: i64 = 10_000_000;
/// How many may be left lying about until then.
const LOOSE_MAX: usize = 64;
/// The longest request: a path and what stands before it.
pub(super) const REQUEST_MAX: usize = 4200;

/// What became of the beginning: the second number of the first answer.
pub(super) const UNSHARED: u32 = 1;
pub(super) const MAPPED: u32 = 2;

/// Serve the session at the other end of standard input, until there is none any more.
pub(crate) fn serve() {
    let stdin = std::io::stdin();
    let line = stdin.as_fd();
    let mut spaces = Spaces::default();
    let begun = begin();
    // Set late: a change of credentials takes it away.
    process::die_with_parent();
    let told = match begun {
        Ok(()) => spaces.add(),
        Err(refused) => Err(refused),
    };
    if answer(line, told).is_err() {
        return;
    }
    let mut request = [0; REQUEST_MAX];
    loop {
        let patience = spaces.patience();
        let mut one = [PollFd::from_borrowed_fd(line, PollFlags::IN)];
        match rustix::io::retry_on_intr(|| rustix::event::poll(&mut one, patience.as_ref())) {
            Ok(0) => {
                spaces.cut();
                continue;
            }
            Ok(_) => {}
            Err(_) => return,
        }
        let count = match msg::recv(line, &mut request, 0, 0) {
            Ok(got) if got.len > 0 => got.len,
            Err(libc::EAGAIN) => continue,
            _ => return,
        };
        let request = &request[..count];
        if request[0] == DROP {
            spaces.forget(&request[1..]);
        } else if answer(line, spaces.obey(request).map_err(|e| (e, 0))).is_err() {
            return;
        }
    }
}

/// What an answer holds: a number and descriptors, or an errno and a number.
type Told = Result<(u32, Vec<OwnedFd>), (i32, u32)>;

fn answer(line: BorrowedFd<'_>, told: Told) -> Result<(), i32> {
    let (errno, number, fds) = match told {
        Ok((number, fds)) => (0, number, fds),
        Err((errno, number)) => (errno, number, Vec::new()),
    };
    let bytes = [errno.to_ne_bytes(), number.to_ne_bytes()].concat();
    let rights: Vec<u8> = fds.iter().flat_map(|fd| fd.as_raw_fd().to_ne_bytes()).collect();
    let rights = (libc::SOL_SOCKET, libc::SCM_RIGHTS, rights);
    let beside = if fds.is_empty() { Vec::new() } else { vec![rights] };
    msg::send(line, &[&bytes], &beside, libc::MSG_NOSIGNAL, None).map(drop)
}

/// Be where namespaces can be made: as root here, or as the root of a user namespace of our own. The errno, and how far it came.
fn begin() -> Result<(), (i32, u32)> {
    let own = Ids::own();
    if own.uid == 0 && unshare(libc::CLONE_NEWNET).is_ok() {
        return Ok(());
    }
    unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET).map_err(|e| (e, 0))?;
    map(Ids { uid: 0, gid: 0 }, own).map_err(|e| (e, UNSHARED))
}

/// The namespaces that this process keeps.
#[derive(Default)]
struct Spaces {
    kept: Vec<Option<OwnedFd>>,
    /// A netlink socket in the first, where all links end.
    route: Option<OwnedFd>,
    /// The ends of links whose hosts were given up.
    loose: Vec<u32>,
    /// The cable: the kernel takes its time when the last of it is closed, and that is left to this process.
    cable: Option<OwnedFd>,
}

impl Spaces {
    fn obey(&mut self, request: &[u8]) -> Result<(u32, Vec<OwnedFd>), i32> {
        let (what, rest) = request.split_first().ok_or(libc::EINVAL)?;
        if *what == NEW {
            unshare(libc::CLONE_NEWNET)?;
            return self.add().map_err(|(e, _)| e);
        }
        let number = |at: usize| netlink::word(rest, at).map(|n| n as i32).ok_or(libc::EINVAL);
        let space = number(0)? as usize;
        let namespace = self.kept.get(space).and_then(Option::as_ref).ok_or(libc::EINVAL)?;
        // SAFETY: setns(2) takes a descriptor that is open, and a number.
        if unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) } != 0 {
            return Err(fd::last());
        }
        let made = match *what {
            SOCKET => fd::socket(number(4)?, number(8)?, number(12)?)?,
            CABLE => {
                let cable = fd::socket(libc::AF_PACKET, libc::SOCK_RAW, 0)?;
                self.cable = Some(fd::dup(cable.as_fd())?);
                cable
            }
            OPEN => open(rest.get(8..).unwrap_or_default(), number(4)?)?,
            _ => return Err(libc::EINVAL),
        };
        Ok((0, vec![made]))
    }

    /// The namespace that this process is in becomes the next in number. Gives itself and a netlink socket in it.
    fn add(&mut self) -> Told {
        let made = || {
            let namespace = open(b"/proc/self/ns/net", libc::O_RDONLY)?;
            let route = fd::socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE)?;
            // One of its own: two that ask through one socket would get each other's answers.
            let again = || fd::socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE);
            let again = if self.route.is_none() { Some(again()?) } else { None };
            Ok((fd::dup(namespace.as_fd())?, again, vec![namespace, route]))
        };
        let (own, again, fds) = made().map_err(|e| (e, MAPPED))?;
        self.route = self.route.take().or(again);
        self.kept.push(Some(own));
        Ok((self.kept.len() as u32 - 1, fds))
    }

    /// A namespace is needed no more, nor are these ends of links.
    fn forget(&mut self, what: &[u8]) {
        let mut numbers = (0..what.len()).step_by(4).filter_map(|at| netlink::word(what, at));
        let space = numbers.next().and_then(|space| self.kept.get_mut(space as usize));
        drop(space.and_then(Option::take));
        self.loose.extend(numbers);
        while self.loose.len() > LOOSE_MAX {
            self.cut();
        }
    }

    /// How long a request is waited for before something else is done.
    fn patience(&self) -> Option<Timespec> {
        (!self.loose.is_empty()).then_some(Timespec { tv_sec: 0, tv_nsec: IDLE })
    }

    /// Take a link away that nobody needs any more. The kernel takes its time for that, and nobody waits for it: at the end
    /// of the session all go at once with their namespaces.
    fn cut(&mut self) {
        let end = self.loose.pop();
        // One whose host is gone altogether is gone already.
        let _ = self.route.as_ref().zip(end).map(|(route, end)| link::cut(route.as_fd(), end));
    }
}

fn open(path: &[u8], flags: i32) -> Result<OwnedFd, i32> {
    let path = CString::new(path).map_err(|_| libc::EINVAL)?;
    let flags = rustix::fs::OFlags::from_bits_retain(flags as u32) | rustix::fs::OFlags::CLOEXEC;
    rustix::fs::open(path, flags, rustix::fs::Mode::empty()).map_err(Errno::raw_os_error)
}
