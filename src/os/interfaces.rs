//! The machine's network interfaces, or a host's, asked of the kernel by rtnetlink(7).
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::AsFd;

use super::hosts::Inside;
use super::netlink::{self, NlMessage};
use super::{fd, trace};

/// An interface with its addresses.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Interface {
    /// Its name, as bytes: whoever made it chose them.
    pub name: Vec<u8>,
    /// Its number.
    pub index: u32,
    /// IFF_UP, IFF_LOOPBACK, ...: netdevice(7).
    pub flags: i32,
    /// The largest packet it carries, in bytes.
    pub mtu: Option<u32>,
    /// Its hardware address.
    pub hardware: Option<Vec<u8>>,
    /// Its IPv4 addresses.
    pub v4: Vec<V4>,
    /// Its IPv6 addresses.
    pub v6: Vec<V6>,
}

/// An IPv4 address of an interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct V4 {
    /// The address.
    pub address: Ipv4Addr,
    /// Which of its bits are the network's.
    pub netmask: Ipv4Addr,
    /// The address of all on that network.
    pub broadcast: Option<Ipv4Addr>,
}

/// An IPv6 address of an interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct V6 {
    /// The address.
    pub address: Ipv6Addr,
    /// How many of its bits are the network's.
    pub prefix: u32,
}

/// The class of an IPv4 address by its first bits, A to E: what networks were made of before netmasks.
pub(crate) fn class(address: Ipv4Addr) -> char {
    match address.octets()[0] {
        0..=127 => 'A',
        128..=191 => 'B',
        192..=223 => 'C',
        224..=239 => 'D',
        _ => 'E',
    }
}

/// How far an IPv6 address reaches: `host`, `link`, `site` or `global`.
pub(crate) fn scope(address: Ipv6Addr) -> &'static str {
    match address.segments()[0] {
        _ if address.is_loopback() => "host",
        0xfe80..=0xfebf => "link",
        0xfec0..=0xfeff => "site",
        _ => "global",
    }
}

/// The types of requests for links and addresses, and `IFLA_` and `IFA_` attributes of what comes.
const GET_LINK: u16 = 18;
const GET_ADDRESS: u16 = 22;
const LINK_ADDRESS: u16 = 1;
const LINK_NAME: u16 = 3;
const LINK_MTU: u16 = 4;
const ADDRESS: u16 = 1;
const LOCAL: u16 = 2;
const BROADCAST: u16 = 4;

/// Every interface, here or in a host, in the kernel's order; the errno when it cannot say.
pub(crate) fn all(at: Option<Inside<'_>>) -> Result<Vec<Interface>, i32> {
    let own;
    let socket = match at {
        Some(inside) => inside.route(),
        None => {
            own = trace::aside(|| fd::socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE))?;
            own.as_fd()
        }
    };
    let mut found: Vec<Interface> = Vec::new();
    let links = NlMessage::new(GET_LINK, netlink::DUMP, &[0; 16]);
    netlink::ask(socket, links, |_, body| found.extend(link(body)))?;
    let addresses = NlMessage::new(GET_ADDRESS, netlink::DUMP, &[0; 8]);
    netlink::ask(socket, addresses, |_, body| {
        let index = netlink::word(body, 4);
        if let Some(interface) = found.iter_mut().find(|interface| Some(interface.index) == index) {
            take(interface, body);
        }
    })?;
    Ok(found)
}

/// struct ifinfomsg: its number and its flags; then attributes.
fn link(body: &[u8]) -> Option<Interface> {
    let (index, flags) = (netlink::word(body, 4)?, netlink::word(body, 8)? as i32);
    let mut found = Interface { index, flags, ..Interface::default() };
    for (kind, data) in netlink::attributes(body.get(16..)?) {
        match kind {
            LINK_NAME => found.name = data.strip_suffix(&[0]).unwrap_or(data).to_vec(),
            LINK_ADDRESS => found.hardware = Some(data.to_vec()),
            LINK_MTU => found.mtu = netlink::word(data, 0),
            _ => {}
        }
    }
    Some(found)
}

/// struct ifaddrmsg: family, length of the prefix; then attributes. Of a link to one other host `ADDRESS` is that host's.
fn take(interface: &mut Interface, body: &[u8]) {
    let [family, prefix, ..] = *body else { return };
    let find = |wanted: u16| {
        let mut attributes = netlink::attributes(body.get(8..).unwrap_or_default());
        attributes.find(|(kind, _)| *kind == wanted).map(|(_, data)| data)
    };
    let Some(own) = find(LOCAL).or_else(|| find(ADDRESS)) else { return };
    match i32::from(family) {
        libc::AF_INET => {
            let v4 = |data: &[u8]| <[u8; 4]>::try_from(data).ok().map(Ipv4Addr::from);
            let Some(address) = v4(own) else { return };
            let netmask = Ipv4Addr::from_bits(!u32::MAX.checked_shr(prefix.into()).unwrap_or(0));
            let broadcast = find(BROADCAST).and_then(v4).filter(|_| interface.flags & libc::IFF_BROADCAST != 0);
            interface.v4.push(V4 { address, netmask, broadcast });
        }
        libc::AF_INET6 => {
            let Ok(octets) = <[u8; 16]>::try_from(own) else { return };
            interface.v6.push(V6 { address: Ipv6Addr::from(octets), prefix: prefix.into() });
        }
        _ => {}
    }
}

/// if_nameindex(3): every interface's number and name.
pub(crate) fn names() -> Result<Vec<(u32, Vec<u8>)>, i32> {
    // SAFETY: the list is ours until it is freed below; it ends with an entry of zeros, the names with a zero.
    unsafe {
        let first = libc::if_nameindex();
        if first.is_null() {
            return Err(fd::last());
        }
        let mut found = Vec::new();
        let mut next = first;
        while (*next).if_index != 0 {
            found.push(((*next).if_index, CStr::from_ptr((*next).if_name).to_bytes().to_vec()));
            next = next.add(1);
        }
        libc::if_freenameindex(first);
        Ok(found)
    }
}

/// if_indextoname(3): the name of the interface of that number.
pub(crate) fn name_of(index: u32) -> Result<Vec<u8>, i32> {
    let mut name = [0; libc::IF_NAMESIZE];
    // SAFETY: there is room for the longest name; what is given ends with a zero.
    unsafe {
        match libc::if_indextoname(index, name.as_mut_ptr()).as_ref() {
            Some(name) => Ok(CStr::from_ptr(name).to_bytes().to_vec()),
            None => Err(fd::last()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_interface_is_there() {
        let all = all(None).unwrap();
        let lo = all.iter().find(|i| i.name == b"lo").unwrap();
        assert_eq!(lo.index, 1);
        assert!(lo.flags & libc::IFF_LOOPBACK != 0);
        assert!(lo.mtu.is_some_and(|n| n >= 1280), "{lo:?}");
        assert_eq!(lo.hardware, Some(vec![0; 6]));
        let netmask = Ipv4Addr::new(255, 0, 0, 0);
        assert_eq!(lo.v4[0], V4 { address: Ipv4Addr::LOCALHOST, netmask, broadcast: None });
        for v6 in &lo.v6 {
            assert!(v6.address != Ipv6Addr::LOCALHOST || v6.prefix == 128);
        }
    }

    #[test]
    fn addresses_have_classes_and_scopes() {
        let classes: String = ["10.21.0.0", "127.0.0.1", "128.0.0.1", "192.168.13.157", "224.0.0.1", "255.255.255.255"]
            .map(|a| class(a.parse().unwrap()))
            .iter()
            .collect();
        assert_eq!(classes, "AABCDE");
        let scopes = ["::1", "fe80::1", "fec0::1", "2001:db8::1"].map(|a| scope(a.parse().unwrap()));
        assert_eq!(scopes, ["host", "link", "site", "global"]);
    }
}
