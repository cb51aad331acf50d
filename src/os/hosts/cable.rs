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
        loop {
            let got = self.hear(buffer)?;
            if got.is_none_or(|(_, count)| !is_noise(&buffer[..count.min(buffer.len())])) {
                return Ok(got);
            }
        }
    }

    fn hear(&self, buffer: &mut [u8]) -> Result<Option<(u32, usize)>, i32> {
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

/// Whether a frame tells of nothing but groups that the kernel joins of its own accord, by MLD: those that each address
/// has, and those of routers. Nobody asked for it, and nobody here heeds it.
fn is_noise(frame: &[u8]) -> bool {
    /// How long the headers of Ethernet and IPv6 are, the options between hops, the report's, and what is said of a group.
    const IP: usize = 54;
    const HOPS: usize = 8;
    const REPORT: usize = 8;
    const GROUP: usize = 20;
    const MLD: u8 = 143;
    let at = IP + HOPS;
    let is_report =
        frame.get(12..14) == Some(&[0x86, 0xdd]) && frame.get(20) == Some(&0) && frame.get(at) == Some(&MLD);
    let mut rest = frame.get(at + REPORT..).filter(|_| is_report).unwrap_or_default();
    let mut all = !rest.is_empty();
    while let (true, Some(group)) = (all, rest.get(..GROUP)) {
        let sources = usize::from(u16::from_be_bytes([group[2], group[3]]));
        let router = group[4] == 0xff && group[6..] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
        all = router || group[4..17] == [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff];
        rest = rest.get(GROUP + 16 * sources + 4 * usize::from(group[1])..).unwrap_or_default();
    }
    all
}

fn address(link: u32) -> libc::sockaddr_ll {
    // SAFETY: the address is plain numbers, for which zero will do.
    let mut at: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    at.sll_family = libc::AF_PACKET as u16;
    at.sll_protocol = ALL;
    at.sll_ifindex = link as i32;
    at
}

#[cfg(test)]
mod tests {
    use super::is_noise;

    /// A report of these groups, by the last bytes that tell them apart.
    fn report(groups: &[[u8; 16]]) -> Vec<u8> {
        let mut frame = vec![0; 70];
        frame[12..14].copy_from_slice(&[0x86, 0xdd]);
        (frame[54], frame[62], frame[69]) = (58, 143, groups.len() as u8);
        for group in groups {
            frame.extend([[4, 0, 0, 0].as_slice(), group].concat());
        }
        frame
    }

    #[test]
    fn only_what_the_kernel_joins_of_its_own_accord_is_noise() {
        let own = "ff02::1:ff00:2".parse::<std::net::Ipv6Addr>().unwrap().octets();
        let routers = "ff02::2".parse::<std::net::Ipv6Addr>().unwrap().octets();
        let users = "ff15::1".parse::<std::net::Ipv6Addr>().unwrap().octets();
        assert!(is_noise(&report(&[own])) && is_noise(&report(&[own, routers])));
        assert!(!is_noise(&report(&[users])) && !is_noise(&report(&[own, users])));
        assert!(!is_noise(&report(&[])) && !is_noise(&report(&[own])[..14]) && !is_noise(&[]));
    }
}
