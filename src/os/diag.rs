//! TCP's listening sockets, asked of the kernel by netlink: sock_diag(7).
//!
//! /proc/net/tcp has them too, but the kernel writes out all that it has of TCP there, which takes milliseconds; this
//! looks through the listening ones alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::AsFd;

use super::hosts::Inside;
use super::netlink::{self, NlMessage, word};
use super::{fd, trace};
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

/// A request for sockets of a family: struct inet_diag_req_v2.
const REQUEST: usize = 56;
/// One socket: struct inet_diag_msg.
const SOCKET: usize = 72;
/// The type of the request and of its answers.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// TCP_LISTEN.
const LISTEN: u32 = 10;

/// All of this network namespace, or of a host; the errno where the kernel does not say.
pub(crate) fn listeners(at: Option<Inside<'_>>) -> Result<Vec<Listener>, i32> {
    let mut found = Vec::new();
    for family in [libc::AF_INET, libc::AF_INET6] {
        let [domain, kind, protocol] = [libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_SOCK_DIAG];
        let here = || trace::aside(|| fd::socket(domain, kind, protocol));
        let socket = at.map_or_else(here, |inside| inside.socket([domain, kind, protocol]))?;
        netlink::ask(socket.as_fd(), request(family as u8), |_, body| found.extend(listener(body)))?;
    }
    Ok(found)
}

fn request(family: u8) -> NlMessage {
    let mut body = [0; REQUEST];
    body[0] = family;
    body[1] = libc::IPPROTO_TCP as u8;
    body[4..8].copy_from_slice(&(1u32 << LISTEN).to_ne_bytes());
    NlMessage::new(SOCK_DIAG_BY_FAMILY, netlink::DUMP, &body)
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
