//! The cable: where the links of all hosts end. One packet socket hears every frame that a host sends, in the order the
//! kernel has them, and sends frames to hosts.
#![allow(unsafe_code)]

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use super::super::{fd, sockopt};
use super::keeper::{Keeper, Trouble};
use super::space::Space;

/// Every frame, whatever is in it.
const ALL: u16 = (libc::ETH_P_ALL as u16).to_be();
/// What the kernel keeps for us until it is read; it takes what net.core.rmem_max allows.
const ROOM: i32 = 8 * 1024 * 1024;

/// The ends of all links.
pub(crate) struct Cable(OwnedFd);

impl Cable {
    /// Lay it in the namespace where the links end.
    pub(crate) fn lay(keeper: &Keeper, space: Space) -> Result<Self, Trouble> {
        // Without a protocol it hears nothing until it is bound.
        let made = keeper.cable(space)?;
        let made = fd::dup_aside(made.as_fd()).unwrap_or(made);
        let set = |level, option, value: i32| sockopt::set(made.as_fd(), level, option, &value.to_ne_bytes());
        set(libc::SOL_PACKET, libc::PACKET_IGNORE_OUTGOING, 1)?;
        set(libc::SOL_SOCKET, libc::SO_RCVBUF, ROOM)?;
        let at = address(0);
        // SAFETY: bind(2) reads the address, which is of that size.
        let bound = unsafe { libc::bind(made.as_raw_fd(), (&raw const at).cast(), size_of_val(&at) as u32) };
        if bound != 0 {
            return Err(Trouble::Os(fd::last()));
        }
        Ok(Self(made))
    }

    /// Its descriptor: readable when a frame is there.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// The next frame: which link it came by, and how many bytes it has, of which so many are in the buffer as fit. `None`
    /// when there is none.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> Result<Option<(u32, usize)>, i32> {
        let mut from = address(0);
        let mut size = size_of_val(&from) as libc::socklen_t;
        // SAFETY: the buffer and the address have the room that is said.
        let got = unsafe {
            let at = (&raw mut from).cast();
            let buffer_at = buffer.as_mut_ptr().cast();
            libc::recvfrom(self.0.as_raw_fd(), buffer_at, buffer.len(), libc::MSG_TRUNC, at, &raw mut size)
        };
        match (usize::try_from(got), fd::last()) {
            (Ok(count), _) => Ok(Some((from.sll_ifindex as u32, count))),
            (_, libc::EAGAIN) => Ok(None),
            (_, errno) => Err(errno),
        }
    }

    /// Send a frame to the host at the other end of a link.
    pub(crate) fn send(&self, link: u32, frame: &[u8]) -> Result<(), i32> {
        let to = address(link);
        // SAFETY: the frame and the address are there, and of that size.
        let sent = unsafe {
            let at = (&raw const to).cast();
            libc::sendto(self.0.as_raw_fd(), frame.as_ptr().cast(), frame.len(), 0, at, size_of_val(&to) as u32)
        };
        if sent < 0 { Err(fd::last()) } else { Ok(()) }
    }
}

fn address(link: u32) -> libc::sockaddr_ll {
    // SAFETY: the address is plain numbers, for which zero will do.
    let mut at: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    at.sll_family = libc::AF_PACKET as u16;
    at.sll_protocol = ALL;
    at.sll_ifindex = link as i32;
    at
}
