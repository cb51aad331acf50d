//! What is in a host's network namespace: links, addresses, neighbours, routes; said by rtnetlink(7).
#![allow(unsafe_code)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::{Duration, Instant};

use super::super::fd;
use super::super::netlink::{self, DO, MAKE, NlMessage, REPLACE};
use super::space::Net;

/// The types of the requests.
const NEW_LINK: u16 = 16;
const DEL_LINK: u16 = 17;
const NEW_ADDRESS: u16 = 20;
const NEW_ROUTE: u16 = 24;
const GET_ROUTE: u16 = 26;
const NEW_NEIGHBOUR: u16 = 28;

/// Attributes of a link: `IFLA_`.
const LINK_ADDRESS: u16 = 1;
const LINK_NAME: u16 = 3;
const LINK_MTU: u16 = 4;
const LINK_INFO: u16 = 18;
const LINK_NAMESPACE: u16 = 28;
const INFO_KIND: u16 = 1;
const INFO_DATA: u16 = 2;
const PEER: u16 = 1;

/// `RT_TABLE_MAIN`, `RTPROT_STATIC`, `RTN_UNICAST`, `RTN_LOCAL`, `NUD_PERMANENT`, `IFA_F_NODAD`.
const MAIN: u8 = 254;
const STATIC: u8 = 4;
const UNICAST: u8 = 1;
const LOCAL: u8 = 2;
const PERMANENT: u16 = 0x80;
const NO_DAD: u32 = 2;

/// The first link of a host, besides `lo`.
const FIRST: u32 = 2;

/// What network cards do for the kernel, which would make frames that no cable carries: too long, without checksums. The
/// commands of ethtool that set it: checksums of what is sent and received, gathering, segmenting, merging.
const OFFLOADS: [u32; 6] = [0x17, 0x15, 0x19, 0x1f, 0x24, 0x2c];
/// The command of ethtool that asks whether a link is up, and has the kernel look first.
const GET_LINK: u32 = 0x0a;

/// How long the kernel may take for an address, and how often it is asked.
const PATIENCE: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_micros(50);

/// An address with the length of its network's prefix.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Address {
    /// The address.
    pub ip: IpAddr,
    /// How many of its bits are the network's.
    pub prefix: u8,
}

impl Address {
    /// The network that it is of.
    pub(crate) fn network(self) -> Self {
        let bits = u32::from(self.prefix);
        let ip = match self.ip {
            IpAddr::V4(ip) => Ipv4Addr::from_bits(ip.to_bits() & !u32::MAX.checked_shr(bits).unwrap_or(0)).into(),
            IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::MAX.checked_shr(bits).unwrap_or(0)).into(),
        };
        Self { ip, ..self }
    }
}

/// A link of a host: an interface there, whose other end is the cable's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Link {
    /// The number of the cable's end.
    pub end: u32,
    /// Which link of the host it is, from 0.
    pub place: u32,
    /// The hardware address of the host's end.
    pub mac: [u8; 6],
}

impl Link {
    /// The number of the interface in the host.
    pub(crate) fn index(&self) -> u32 {
        FIRST + self.place
    }

    /// The name of the interface in the host.
    pub(crate) fn name(&self) -> String {
        format!("eth{}", self.place)
    }
}

/// Take a link away, both its ends; with a netlink socket of the namespace where the cable is.
pub(super) fn cut(route: BorrowedFd<'_>, end: u32) -> Result<(), i32> {
    netlink::ask(route, NlMessage::new(DEL_LINK, DO, &interface(end, 0, 0)), |_, _| {})
}

/// struct ifinfomsg: which interface, and which of its flags to set how.
fn interface(index: u32, flags: i32, change: i32) -> [u8; 16] {
    let mut body = [0; 16];
    body[4..8].copy_from_slice(&index.to_ne_bytes());
    body[8..12].copy_from_slice(&flags.to_ne_bytes());
    body[12..].copy_from_slice(&change.to_ne_bytes());
    body
}

fn family(ip: IpAddr) -> u8 {
    if ip.is_ipv4() { libc::AF_INET as u8 } else { libc::AF_INET6 as u8 }
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

fn named(name: &str) -> Vec<u8> {
    [name.as_bytes(), &[0]].concat()
}

impl Net {
    fn tell(&self, request: NlMessage) -> Result<(), i32> {
        netlink::ask(self.route.as_fd(), request, |_, _| {})
    }

    /// Lay a link from here, where the cable is, to a host.
    pub(crate) fn lay(&self, link: &Link, host: &Net) -> Result<(), i32> {
        let space = host.namespace.as_raw_fd() as u32;
        let request = NlMessage::new(NEW_LINK, MAKE, &interface(link.end, 0, 0))
            .with(LINK_NAME, &named(&format!("end{}", link.end)))
            // A frame that a host may send must fit.
            .with(LINK_MTU, &65_535u32.to_ne_bytes())
            .within(LINK_INFO, &[], |info| {
                info.with(INFO_KIND, b"veth").within(INFO_DATA, &[], |data| {
                    data.within(PEER, &interface(link.index(), 0, 0), |peer| {
                        peer.with(LINK_NAME, &named(&link.name()))
                            .with(LINK_ADDRESS, &link.mac)
                            .with(LINK_MTU, &1500u32.to_ne_bytes())
                            .with(LINK_NAMESPACE, &space.to_ne_bytes())
                    })
                })
            });
        self.tell(request)
    }

    /// Set flags of an interface, of those that are to change.
    pub(crate) fn flags(&self, index: u32, flags: i32, change: i32) -> Result<(), i32> {
        self.tell(NlMessage::new(NEW_LINK, DO, &interface(index, flags, change)))
    }

    /// Set the MTU of an interface.
    pub(crate) fn mtu(&self, index: u32, mtu: u32) -> Result<(), i32> {
        self.tell(NlMessage::new(NEW_LINK, DO, &interface(index, 0, 0)).with(LINK_MTU, &mtu.to_ne_bytes()))
    }

    /// Give an interface an address, without asking whether anybody else has it.
    pub(crate) fn address(&self, index: u32, address: Address) -> Result<(), i32> {
        const ADDRESS: u16 = 1;
        const LOCAL: u16 = 2;
        const BROADCAST: u16 = 4;
        const FLAGS: u16 = 8;
        let scope = if matches!(address.ip, IpAddr::V6(ip) if ip.is_unicast_link_local()) { 253 } else { 0 };
        let mut body = vec![family(address.ip), address.prefix, 0, scope];
        body.extend(index.to_ne_bytes());
        let own = octets(address.ip);
        let mut request = NlMessage::new(NEW_ADDRESS, MAKE, &body).with(LOCAL, &own).with(ADDRESS, &own);
        match address.ip {
            IpAddr::V4(ip) if address.prefix < 31 => {
                let all = ip.to_bits() | u32::MAX >> address.prefix;
                request = request.with(BROADCAST, &all.to_be_bytes());
            }
            IpAddr::V4(_) => {}
            IpAddr::V6(_) => request = request.with(FLAGS, &NO_DAD.to_ne_bytes()),
        }
        self.tell(request)
    }

    /// Say once for all which hardware address belongs to an address.
    pub(crate) fn neighbour(&self, index: u32, ip: IpAddr, mac: [u8; 6]) -> Result<(), i32> {
        const DESTINATION: u16 = 1;
        const HARDWARE: u16 = 2;
        let mut body = vec![family(ip), 0, 0, 0];
        body.extend(index.to_ne_bytes());
        body.extend(PERMANENT.to_ne_bytes());
        body.extend([0, 0]);
        let request = NlMessage::new(NEW_NEIGHBOUR, REPLACE, &body);
        self.tell(request.with(DESTINATION, &octets(ip)).with(HARDWARE, &mac))
    }

    /// Lead to a network through a gateway, whatever led there before.
    pub(crate) fn route(&self, to: Address, gateway: IpAddr, index: u32) -> Result<(), i32> {
        const DESTINATION: u16 = 1;
        const OUT: u16 = 4;
        const GATEWAY: u16 = 5;
        let mut body = vec![family(to.ip), to.prefix, 0, 0, MAIN, STATIC, 0, UNICAST];
        body.extend([0; 4]);
        let mut request = NlMessage::new(NEW_ROUTE, REPLACE, &body).with(OUT, &index.to_ne_bytes());
        if to.prefix > 0 {
            request = request.with(DESTINATION, &octets(to.ip));
        }
        self.tell(request.with(GATEWAY, &octets(gateway)))
    }

    /// Have the kernel make each frame as it goes over a cable: whole, and no longer than that.
    pub(crate) fn no_offloads(&self, interface: &str) -> Result<(), i32> {
        // What the driver does not have anyway cannot be switched off.
        OFFLOADS.into_iter().try_for_each(|command| match self.ethtool(interface, command) {
            Err(libc::EOPNOTSUPP) => Ok(()),
            done => done,
        })
    }

    /// Have the kernel look now whether the cable's end of a link is up, which else it does by and by.
    pub(crate) fn settle(&self, end: u32) -> Result<(), i32> {
        self.ethtool(&format!("end{end}"), GET_LINK)
    }

    /// Wait until the kernel takes what comes to an address of the host for its own, which of IPv6 it does by and by: what
    /// came before that would be lost.
    pub(crate) fn settle_address(&self, ip: IpAddr, index: u32) -> Result<(), i32> {
        let end = Instant::now() + PATIENCE;
        while !self.takes(ip, index)? {
            if Instant::now() > end {
                return Err(libc::ETIMEDOUT);
            }
            std::thread::sleep(STEP);
        }
        Ok(())
    }

    /// Whether the way to an address ends in the host.
    fn takes(&self, ip: IpAddr, index: u32) -> Result<bool, i32> {
        const DESTINATION: u16 = 1;
        const OUT: u16 = 4;
        let bits = if ip.is_ipv4() { 32 } else { 128 };
        let body = [family(ip), bits, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let mut takes = false;
        let request = NlMessage::new(GET_ROUTE, DO, &body).with(DESTINATION, &octets(ip));
        let request = request.with(OUT, &index.to_ne_bytes());
        match netlink::ask(self.route.as_fd(), request, |_, body| takes |= body.get(7) == Some(&LOCAL)) {
            // There is no way there at all yet.
            Err(libc::ENETUNREACH | libc::EHOSTUNREACH) => Ok(false),
            asked => asked.map(|()| takes),
        }
    }

    fn ethtool(&self, interface: &str, command: u32) -> Result<(), i32> {
        const SIOCETHTOOL: libc::c_ulong = 0x8946;
        let mut value = [command, 0];
        // SAFETY: an ifreq is plain numbers, for which zero will do.
        let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
        // The last byte stays zero.
        let room = request.ifr_name.len() - 1;
        for (to, from) in request.ifr_name[..room].iter_mut().zip(interface.as_bytes()) {
            *to = *from as libc::c_char;
        }
        request.ifr_ifru.ifru_data = value.as_mut_ptr().cast();
        // SAFETY: these commands read and write the two numbers that the request points to.
        let done = unsafe { libc::ioctl(self.route.as_raw_fd(), SIOCETHTOOL, &raw mut request) };
        if done < 0 { Err(fd::last()) } else { Ok(()) }
    }
}
