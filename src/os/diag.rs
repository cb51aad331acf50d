//! TCP's listening sockets, asked of the kernel by netlink: sock_diag(7).
//!
//! /proc/net/tcp has them too, but the kernel writes out all that it has of TCP there, which takes milliseconds; this
//! looks through the listening ones alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink};

use crate::value::Addr;

/// A socket that listens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Listener {
    /// Where.
    pub local: Addr,
    /// How many connections wait to be accepted.
    pub waiting: u64,
    /// The user whose socket it is.
    pub uid: u32,
    /// Its number.
    pub inode: u64,
}

/// How a netlink message begins: its length, type and flags, a number, the port it comes from.
const HEADER: usize = 16;
/// A request for sockets of a family: struct inet_diag_req_v2.
const REQUEST: usize = 56;
/// One socket: struct inet_diag_msg.
const SOCKET: usize = 72;
/// What the kernel writes at once, at most.
const BUFFER: usize = 32 * 1024;
/// The type of the request and of its answers.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// NLM_F_REQUEST | NLM_F_DUMP.
const DUMP: u16 = 0x301;
/// The end of a dump, and an error.
const DONE: u16 = 3;
const ERROR: u16 = 2;
/// TCP_LISTEN.
const LISTEN: u32 = 10;

/// All of the machine's, as far as this network namespace has them; the errno where the kernel does not say.
pub(crate) fn listeners() -> Result<Vec<Listener>, i32> {
    let mut found = Vec::new();
    for family in [libc::AF_INET, libc::AF_INET6] {
        of_family(family as u8, &mut found).map_err(Errno::raw_os_error)?;
    }
    Ok(found)
}

fn of_family(family: u8, found: &mut Vec<Listener>) -> Result<(), Errno> {
    let socket = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        Some(netlink::SOCK_DIAG),
    )?;
    rustix::net::send(&socket, &request(family), SendFlags::empty())?;
    let mut buffer = vec![0; BUFFER];
    loop {
        let (_, count) = rustix::net::recv(&socket, &mut *buffer, RecvFlags::empty())?;
        let mut rest = &buffer[..count];
        if rest.is_empty() {
            return Ok(());
        }
        while let Some((kind, body, after)) = message(rest) {
            match kind {
                DONE => return Ok(()),
                ERROR => return Err(Errno::from_raw_os_error(word(body, 0).map_or(libc::EIO, |n| -(n as i32)))),
                _ => found.extend(listener(body)),
            }
            rest = after;
        }
    }
}

fn request(family: u8) -> [u8; HEADER + REQUEST] {
    let mut out = [0; HEADER + REQUEST];
    out[..4].copy_from_slice(&((HEADER + REQUEST) as u32).to_ne_bytes());
    out[4..6].copy_from_slice(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    out[6..8].copy_from_slice(&DUMP.to_ne_bytes());
    out[HEADER] = family;
    out[HEADER + 1] = libc::IPPROTO_TCP as u8;
    out[HEADER + 4..HEADER + 8].copy_from_slice(&(1u32 << LISTEN).to_ne_bytes());
    out
}

/// The first message: its type, what is in it, and what follows it.
fn message(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let length = word(bytes, 0)? as usize;
    let body = bytes.get(HEADER..length)?;
    let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
    // The next one begins at a multiple of four.
    Some((kind, body, bytes.get(length.next_multiple_of(4)..).unwrap_or(&[])))
}

/// struct inet_diag_msg: family, state, timer, retransmissions; ports and addresses; queues, user, number.
fn listener(body: &[u8]) -> Option<Listener> {
    let body: &[u8; SOCKET] = body.get(..SOCKET)?.try_into().ok()?;
    let port = u16::from_be_bytes([body[4], body[5]]);
    let octets: [u8; 16] = body[8..24].try_into().ok()?;
    let host = match i32::from(body[0]) {
        libc::AF_INET => IpAddr::V4(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3])),
        _ => IpAddr::V6(Ipv6Addr::from(octets)),
    };
    let (waiting, uid, inode) = (word(body, 56)?, word(body, 64)?, word(body, 68)?);
    Some(Listener { local: Addr::ip(host, port), waiting: waiting.into(), uid, inode: inode.into() })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
