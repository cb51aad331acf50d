//! The ways that packets take, asked of the kernel by rtnetlink(7).

use std::net::IpAddr;
use std::os::fd::AsFd;

use super::hosts::{Address, Inside};
use super::netlink::{self, NlMessage};
use super::{fd, trace};

/// A way to a network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Way {
    /// The network; everywhere where its prefix is 0.
    pub to: Address,
    /// The router that it leads through.
    pub gateway: Option<IpAddr>,
    /// The number of the interface that it leads out of.
    pub interface: u32,
    /// Of two to the same network the lower is taken.
    pub metric: u32,
}

const GET_ROUTE: u16 = 26;
/// `RT_TABLE_MAIN`, `RTN_UNICAST`.
const MAIN: u8 = 254;
const UNICAST: u8 = 1;
/// `RTA_` attributes.
const DESTINATION: u16 = 1;
const OUT: u16 = 4;
const GATEWAY: u16 = 5;
const PRIORITY: u16 = 6;

/// All of the main table, here or in a host; the errno when the kernel cannot say.
pub(crate) fn all(at: Option<Inside<'_>>) -> Result<Vec<Way>, i32> {
    let own;
    let socket = match at {
        Some(inside) => inside.route(),
        None => {
            own = trace::aside(|| fd::socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE))?;
            own.as_fd()
        }
    };
    let mut found = Vec::new();
    netlink::ask(socket, NlMessage::new(GET_ROUTE, netlink::DUMP, &[0; 12]), |_, body| found.extend(way(body)))?;
    Ok(found)
}

/// struct rtmsg: family, length of the prefix, table and type among other things; then attributes.
fn way(body: &[u8]) -> Option<Way> {
    let [family, prefix, _, _, MAIN, _, _, UNICAST, ..] = *body else { return None };
    let v4 = i32::from(family) == libc::AF_INET;
    let zero = if v4 { IpAddr::from([0; 4]) } else { IpAddr::from([0; 16]) };
    let ip = |data: &[u8]| {
        let v4 = v4.then(|| <[u8; 4]>::try_from(data).ok().map(IpAddr::from));
        v4.unwrap_or_else(|| <[u8; 16]>::try_from(data).ok().map(IpAddr::from))
    };
    let mut found = Way { to: Address { ip: zero, prefix }, gateway: None, interface: 0, metric: 0 };
    for (kind, data) in netlink::attributes(body.get(12..)?) {
        match kind {
            DESTINATION => found.to.ip = ip(data)?,
            OUT => found.interface = netlink::word(data, 0)?,
            GATEWAY => found.gateway = ip(data),
            PRIORITY => found.metric = netlink::word(data, 0)?,
            _ => {}
        }
    }
    Some(found)
}
