//! The machine's network interfaces: getifaddrs(3), and the MTU by ioctl(2).
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::AsRawFd;
use std::{ptr, slice};

use libc::{c_int, ifaddrs, sockaddr, sockaddr_in, sockaddr_in6, sockaddr_ll};

use super::{addr, fd};

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

/// Every interface, in the kernel's order; the errno when it cannot say.
pub(crate) fn all() -> Result<Vec<Interface>, i32> {
    let mut first: *mut ifaddrs = ptr::null_mut();
    // SAFETY: getifaddrs(3) writes the head of a list that is ours until it is freed below.
    if unsafe { libc::getifaddrs(&raw mut first) } != 0 {
        return Err(fd::last());
    }
    let mut found: Vec<Interface> = Vec::new();
    let mut next = first;
    // SAFETY: each node is valid until the list is freed, and `next` is one of them or null.
    while let Some(node) = unsafe { next.as_ref() } {
        // SAFETY: the name ends with a zero byte and lives as long as its node.
        let name = unsafe { CStr::from_ptr(node.ifa_name) };
        let at = found.iter().position(|i| i.name == name.to_bytes()).unwrap_or_else(|| {
            found.push(Interface { name: name.to_bytes().to_vec(), mtu: mtu(name), ..Interface::default() });
            found.len() - 1
        });
        found[at].flags = node.ifa_flags as c_int;
        // SAFETY: the node's addresses are null or valid, each of the size of its family.
        unsafe { take(&mut found[at], node) };
        next = node.ifa_next;
    }
    // SAFETY: the list is the one that getifaddrs gave, and nothing of it is kept.
    unsafe { libc::freeifaddrs(first) };
    Ok(found)
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

/// Take an address over.
///
/// # Safety
/// The addresses of the node are null or of the size that their family has.
unsafe fn take(interface: &mut Interface, node: &ifaddrs) {
    // SAFETY: as above, and the broadcast address stands where IFF_BROADCAST says so.
    let [address, netmask, broadcast] = unsafe { [node.ifa_addr, node.ifa_netmask, node.ifa_ifu].map(|a| host(a)) };
    match (address, netmask) {
        (Some(IpAddr::V4(address)), netmask) => {
            let v4 = |ip| if let IpAddr::V4(ip) = ip { Some(ip) } else { None };
            let netmask = netmask.and_then(v4).unwrap_or(Ipv4Addr::BROADCAST);
            let broadcast = broadcast.and_then(v4).filter(|_| interface.flags & libc::IFF_BROADCAST != 0);
            interface.v4.push(V4 { address, netmask, broadcast });
        }
        (Some(IpAddr::V6(address)), netmask) => {
            let prefix = if let Some(IpAddr::V6(mask)) = netmask { u128::from(mask).leading_ones() } else { 128 };
            interface.v6.push(V6 { address, prefix });
        }
        // SAFETY: the family stands first in every address, and one of AF_PACKET is a sockaddr_ll.
        (None, _) => unsafe {
            if family(node.ifa_addr) == libc::AF_PACKET {
                let link = ptr::read_unaligned(node.ifa_addr.cast::<sockaddr_ll>());
                interface.index = link.sll_ifindex as u32;
                interface.hardware = link.sll_addr.get(..usize::from(link.sll_halen)).map(<[u8]>::to_vec);
            }
        },
    }
}

/// # Safety
/// The address is null or valid.
unsafe fn family(address: *const sockaddr) -> c_int {
    // SAFETY: as the caller says.
    unsafe { address.as_ref() }.map_or(libc::AF_UNSPEC, |a| a.sa_family.into())
}

/// # Safety
/// The address is null or of the size that its family has.
unsafe fn host(address: *const sockaddr) -> Option<IpAddr> {
    // SAFETY: as the caller says.
    let size = match unsafe { family(address) } {
        libc::AF_INET => size_of::<sockaddr_in>(),
        libc::AF_INET6 => size_of::<sockaddr_in6>(),
        _ => return None,
    };
    // SAFETY: so many bytes are there.
    addr::decode(unsafe { slice::from_raw_parts(address.cast(), size) }).host()
}

fn mtu(name: &CStr) -> Option<u32> {
    let any =
        fd::socket(libc::AF_INET, libc::SOCK_DGRAM, 0).or_else(|_| fd::socket(libc::AF_UNIX, libc::SOCK_DGRAM, 0));
    let any = any.ok()?;
    // SAFETY: an ifreq is plain numbers, for which zero will do.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    // The last byte stays zero.
    let room = request.ifr_name.len() - 1;
    for (to, from) in request.ifr_name[..room].iter_mut().zip(name.to_bytes()) {
        *to = *from as libc::c_char;
    }
    // SAFETY: SIOCGIFMTU reads the name and writes one int of the union.
    unsafe {
        let done = libc::ioctl(any.as_raw_fd(), libc::SIOCGIFMTU as _, &raw mut request);
        (done == 0).then_some(request.ifr_ifru.ifru_mtu as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_interface_is_there() {
        let all = all().unwrap();
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
