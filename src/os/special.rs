//! The structures of addresses that are neither IP nor AF_UNIX: `sockaddr_nl`, `sockaddr_ll`, `sockaddr_vm`,
//! `sockaddr_alg`.

use super::sockopt::{self, NetFd};
use crate::value::Addr;
use crate::value::special::{Packet, Special};

/// The room for a hardware address in a `sockaddr_ll`; longer ones go past its end.
const HARDWARE: usize = 8;
/// The room for names in a `sockaddr_alg`.
const ALG_TYPE: usize = 14;
const ALG_NAME: usize = 64;

/// What stands behind the family. ENODEV for an interface that is not there, as Python has it; EINVAL for what does not fit.
pub(super) fn encode(special: &Special, at: NetFd<'_>) -> Result<Vec<u8>, i32> {
    Ok(match special {
        Special::Netlink { pid, groups } => [[0; 2].as_slice(), &pid.to_ne_bytes(), &groups.to_ne_bytes()].concat(),
        Special::Packet(packet) => {
            let index = match &*packet.interface {
                "" => 0,
                name => sockopt::interface_index(at, name).ok_or(libc::ENODEV)?,
            };
            let length = u8::try_from(packet.addr.len()).map_err(|_| libc::EINVAL)?;
            let mut addr = packet.addr.to_vec();
            addr.resize(addr.len().max(HARDWARE), 0);
            let (protocol, hatype) = (packet.protocol.to_be_bytes(), packet.hatype.to_ne_bytes());
            [&protocol, index.to_ne_bytes().as_slice(), &hatype, &[packet.pkttype, length], &addr].concat()
        }
        Special::Vsock { cid, port } => [[0; 2].as_slice(), &port.to_ne_bytes(), &cid.to_ne_bytes(), &[0; 4]].concat(),
        Special::Alg { kind, name, feature, mask } => {
            // As in the kernel the names end with a zero byte.
            if kind.len() >= ALG_TYPE || name.len() >= ALG_NAME {
                return Err(libc::EINVAL);
            }
            let padded = |text: &str, room: usize| {
                let mut bytes = text.as_bytes().to_vec();
                bytes.resize(room, 0);
                bytes
            };
            let numbers = [feature.to_ne_bytes(), mask.to_ne_bytes()].concat();
            [padded(kind, ALG_TYPE), numbers, padded(name, ALG_NAME)].concat()
        }
    })
}

/// The address of a family in what stands behind it, if it has that family's form.
pub(super) fn decode(family: i32, rest: &[u8], at: NetFd<'_>) -> Option<Addr> {
    let two = |at: usize| rest.get(at..at + 2)?.first_chunk::<2>().copied();
    let four = |at: usize| Some(u32::from_ne_bytes(*rest.get(at..at + 4)?.first_chunk::<4>()?));
    let text = |from: usize, to: usize| {
        let name = rest.get(from..to)?.split(|b| *b == 0).next()?;
        Some(String::from_utf8_lossy(name).into())
    };
    let special = match family {
        libc::AF_NETLINK => Special::Netlink { pid: four(2)?, groups: four(6)? },
        libc::AF_VSOCK => Special::Vsock { port: four(2)?, cid: four(6)? },
        libc::AF_PACKET => {
            let length = usize::from(*rest.get(9)?);
            Special::Packet(Packet {
                interface: sockopt::interface_name(at, four(2)?).into(),
                protocol: u16::from_be_bytes(two(0)?),
                hatype: u16::from_ne_bytes(two(6)?),
                pkttype: *rest.get(8)?,
                addr: rest.get(10..(10 + length).min(rest.len()))?.into(),
            })
        }
        libc::AF_ALG => {
            let names = ALG_TYPE + 8;
            Special::Alg {
                kind: text(0, ALG_TYPE)?,
                feature: four(ALG_TYPE)?,
                mask: four(ALG_TYPE + 4)?,
                name: text(names, names + ALG_NAME)?,
            }
        }
        _ => return None,
    };
    Some(Addr::Special(special.into()))
}

/// A socket as the kernel lists it in /proc/net/netlink or /proc/net/packet.
pub(super) struct Listed {
    /// Where it is bound.
    pub local: Special,
    /// Bytes that wait to be read, with their overhead.
    pub received: u64,
    /// Bytes on their way out.
    pub unsent: u64,
    /// What was thrown away for want of room.
    pub drops: u64,
    /// Its number.
    pub inode: Option<u64>,
}

/// The words of a line, as numbers in decimal or in hexadecimal.
struct Words<'a>(Vec<&'a str>);

impl Words<'_> {
    fn decimal(&self, at: usize) -> Option<u64> {
        self.0.get(at)?.parse().ok()
    }

    fn hex(&self, at: usize) -> Option<u32> {
        u32::from_str_radix(self.0.get(at)?, 16).ok()
    }

    fn inode(&self) -> Option<u64> {
        self.0.last()?.parse().ok().filter(|n| *n != 0)
    }
}

/// `sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode`. The kernel's own sockets have port 0 and are nobody's.
pub(super) fn netlink(line: &str) -> Option<Listed> {
    let words = Words(line.split_ascii_whitespace().collect());
    let pid = u32::try_from(words.decimal(2)?).ok().filter(|pid| *pid != 0)?;
    Some(Listed {
        local: Special::Netlink { pid, groups: words.hex(3)? },
        received: words.decimal(4)?,
        unsent: words.decimal(5)?,
        drops: words.decimal(8)?,
        inode: words.inode(),
    })
}

/// `sk RefCnt Type Proto Iface R Rmem User Inode`.
pub(super) fn packet(line: &str, at: NetFd<'_>) -> Option<Listed> {
    let words = Words(line.split_ascii_whitespace().collect());
    let interface = sockopt::interface_name(at, u32::try_from(words.decimal(4)?).ok()?).into();
    let packet = Packet { interface, protocol: u16::try_from(words.hex(3)?).ok()?, ..Packet::default() };
    let received = words.decimal(6)?;
    Some(Listed { local: Special::Packet(packet), received, unsent: 0, drops: 0, inode: words.inode() })
}
