//! Addresses of the families that are neither IP nor AF_UNIX, as they are written and shown: the family's word, then the
//! parts of Python's tuple, with colons between.

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use super::Value;
use crate::linux::constants;

/// What a vsock address has in place of a number that is left open: `VMADDR_CID_ANY`, `VMADDR_PORT_ANY`.
pub const VSOCK_ANY: u32 = u32::MAX;

/// An address of a family that is neither IP nor AF_UNIX.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Special {
    /// AF_NETLINK: netlink(7).
    Netlink {
        /// The port, mostly the process's id; 0 is the kernel.
        pid: u32,
        /// The multicast groups, one bit each.
        groups: u32,
    },
    /// AF_PACKET: packet(7).
    Packet(Packet),
    /// AF_VSOCK: vsock(7).
    Vsock {
        /// Which machine.
        cid: u32,
        /// The port there.
        port: u32,
    },
    /// AF_ALG: which of the kernel's algorithms.
    Alg {
        /// `hash`, `skcipher`, `aead`, `rng`.
        kind: Rc<str>,
        /// `sha256`, `cbc(aes)`.
        name: Rc<str>,
        /// Which features it must have, and which of them count.
        feature: u32,
        /// Their mask.
        mask: u32,
    },
}

/// A `struct sockaddr_ll`, with the interface by its name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Packet {
    /// The interface; empty for all of them.
    pub interface: Rc<str>,
    /// The protocol of the frames, in the host's order: ETH_P_IP; 0 for none.
    pub protocol: u16,
    /// Whose they are: PACKET_HOST, ..., PACKET_OUTGOING.
    pub pkttype: u8,
    /// The sort of hardware: ARPHRD_ETHER is 1, ARPHRD_LOOPBACK is 772.
    pub hatype: u16,
    /// The hardware address.
    pub addr: Rc<[u8]>,
}

/// The sorts of the kernel's algorithms: the first part of such an address, where it is written in two words.
pub(crate) const ALGORITHMS: [&str; 4] = ["hash", "skcipher", "aead", "rng"];

/// How an address of a family begins.
const NETLINK: &str = "netlink";
const PACKET: &str = "packet";
const VSOCK: &str = "vsock";
const ALG: &str = "alg";

/// The words that addresses begin with, and how these are written.
pub(crate) const FAMILIES: &[(&str, &str)] = &[
    (NETLINK, "netlink:PID:GROUPS, each a number"),
    (PACKET, "packet:INTERFACE:PROTOCOL[:PKTTYPE:HATYPE:ADDRESS], as packet:lo:0x0800"),
    (VSOCK, "vsock:CID:PORT, each a number or any"),
    (ALG, "alg:TYPE:NAME, as alg:hash:sha256"),
    (RAW, "family:NUMBER:HEX, two digits for each byte behind the family"),
];

impl Special {
    /// The address of an algorithm.
    pub(crate) fn algorithm(kind: &str, name: &str) -> Self {
        Self::Alg { kind: kind.into(), name: name.into(), feature: 0, mask: 0 }
    }

    /// The address that a list is, which has Python's tuple for an AF_PACKET or an AF_ALG socket; `None` where it is none. Two
    /// parts with a number are whatever the socket's family makes of them.
    pub(crate) fn of_tuple(items: &[Value]) -> Option<Self> {
        match items {
            [Value::Text(kind), Value::Text(name)] if name.parse::<u32>().is_err() => Some(Self::algorithm(kind, name)),
            [Value::Text(interface), Value::Int(protocol), rest @ ..] if !rest.is_empty() && rest.len() <= 3 => {
                let small = |at: usize| match rest.get(at) {
                    None => Some(0),
                    Some(Value::Int(n)) => Some(*n),
                    Some(_) => None,
                };
                let addr = match rest.get(2) {
                    None => Rc::from([]),
                    Some(Value::Bytes(bytes)) => Rc::from(&**bytes),
                    Some(_) => return None,
                };
                Some(Self::Packet(Packet {
                    interface: Rc::from(&**interface),
                    protocol: u16::try_from(*protocol).ok()?,
                    pkttype: u8::try_from(small(0)?).ok()?,
                    hatype: u16::try_from(small(1)?).ok()?,
                    addr,
                }))
            }
            _ => None,
        }
    }

    /// Its family.
    pub fn family(&self) -> i32 {
        match self {
            Self::Netlink { .. } => libc::AF_NETLINK,
            Self::Packet(_) => libc::AF_PACKET,
            Self::Vsock { .. } => libc::AF_VSOCK,
            Self::Alg { .. } => libc::AF_ALG,
        }
    }

    /// Whether it is the address of a socket that has none yet.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Netlink { pid, groups } => *pid == 0 && *groups == 0,
            Self::Packet(packet) => packet.interface.is_empty() && packet.protocol == 0,
            Self::Vsock { port, .. } => *port == VSOCK_ANY,
            Self::Alg { .. } => false,
        }
    }

    /// Its parts by the names that Python's documentation has for them.
    pub fn parts(&self) -> Vec<(&'static str, Value)> {
        let number = |n: u32| Value::Int(n.into());
        match self {
            Self::Netlink { pid, groups } => vec![("pid", number(*pid)), ("groups", number(*groups))],
            Self::Packet(packet) => vec![
                ("ifname", Value::text(&packet.interface)),
                ("proto", number(packet.protocol.into())),
                ("pkttype", number(packet.pkttype.into())),
                ("hatype", number(packet.hatype.into())),
                ("addr", Value::bytes(&packet.addr)),
            ],
            Self::Vsock { cid, port } => vec![("cid", number(*cid)), ("port", number(*port))],
            Self::Alg { kind, name, feature: 0, mask: 0 } => {
                vec![("type", Value::text(kind)), ("name", Value::text(name))]
            }
            Self::Alg { kind, name, feature, mask } => vec![
                ("type", Value::text(kind)),
                ("name", Value::text(name)),
                ("feat", number(*feature)),
                ("mask", number(*mask)),
            ],
        }
    }

    /// An address of that family from two parts of Python's tuple; `None` where they are none.
    pub fn pair(family: i32, first: &str, second: &str) -> Option<Self> {
        let word = match family {
            libc::AF_NETLINK => NETLINK,
            libc::AF_PACKET => PACKET,
            libc::AF_VSOCK => VSOCK,
            libc::AF_ALG => ALG,
            _ => return None,
        };
        format!("{word}:{first}:{second}").parse().ok()
    }
}

impl fmt::Display for Special {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Netlink { pid, groups } => write!(f, "{NETLINK}:{pid}:{groups}"),
            Self::Packet(packet) => {
                write!(f, "{PACKET}:{}:{:#06x}", packet.interface, packet.protocol)?;
                if (packet.pkttype, packet.hatype, packet.addr.is_empty()) == (0, 0, true) {
                    return Ok(());
                }
                write!(f, ":{}:{}", packet.pkttype, packet.hatype)?;
                packet.addr.iter().try_for_each(|byte| write!(f, ":{byte:02x}"))
            }
            Self::Vsock { cid, port } => write!(f, "{VSOCK}:{}:{}", OrAny(*cid), OrAny(*port)),
            Self::Alg { kind, name, feature: 0, mask: 0 } => write!(f, "{ALG}:{kind}:{name}"),
            Self::Alg { kind, name, feature, mask } => write!(f, "{ALG}:{kind}:{name}:{feature}:{mask}"),
        }
    }
}

/// A number, or `any` where it is left open.
struct OrAny(u32);

impl fmt::Display for OrAny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == VSOCK_ANY { f.write_str("any") } else { write!(f, "{}", self.0) }
    }
}

impl FromStr for Special {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (family, rest) = text.split_once(':').ok_or(())?;
        let parts: Vec<&str> = rest.split(':').collect();
        let small = |word: &str| u8::try_from(number(word)?).map_err(|_| ());
        let short = |word: &str| u16::try_from(number(word)?).map_err(|_| ());
        Ok(match (family, parts.as_slice()) {
            (NETLINK, [pid, groups]) => Self::Netlink { pid: number(pid)?, groups: number(groups)? },
            (VSOCK, [cid, port]) => Self::Vsock { cid: or_any(cid)?, port: or_any(port)? },
            (ALG, [kind, name]) => Self::algorithm(kind, name),
            (ALG, [kind, name, feature, mask]) => {
                Self::Alg { kind: (*kind).into(), name: (*name).into(), feature: number(feature)?, mask: number(mask)? }
            }
            (PACKET, [interface, rest @ ..]) if !interface.contains('/') => {
                let mut packet = Packet { interface: (*interface).into(), ..Packet::default() };
                if let [protocol, rest @ ..] = rest {
                    packet.protocol = short(protocol)?;
                    if let [pkttype, rest @ ..] = rest {
                        packet.pkttype = small(pkttype)?;
                        if let [hatype, rest @ ..] = rest {
                            packet.hatype = short(hatype)?;
                            let octets: Result<Vec<u8>, ()> = rest.iter().map(|word| octet(word)).collect();
                            packet.addr = octets?.into();
                        }
                    }
                }
                Self::Packet(packet)
            }
            _ => return Err(()),
        })
    }
}

/// The number of a name that stands for a part of an address: `ETH_P_IP`, `VMADDR_CID_ANY`.
pub(crate) fn named(word: &str) -> Option<u32> {
    let is = ["ETH_P_", "VMADDR_"].iter().any(|of| word.starts_with(of));
    constants::REST.find(word).filter(|_| is).map(|n| n as u32)
}

/// A number in decimal or, after 0x, in hexadecimal, or by its name in the headers.
fn number(word: &str) -> Result<u32, ()> {
    let told = match word.strip_prefix("0x") {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16),
        _ if word.bytes().all(|b| b.is_ascii_digit()) => word.parse(),
        _ => return constants::REST.find(word).map(|n| n as u32).ok_or(()),
    };
    told.map_err(|_| ())
}

fn or_any(word: &str) -> Result<u32, ()> {
    if word == "any" { Ok(VSOCK_ANY) } else { number(word) }
}

fn octet(word: &str) -> Result<u8, ()> {
    let digits = (1..=2).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_hexdigit());
    if digits { u8::from_str_radix(word, 16).map_err(|_| ()) } else { Err(()) }
}

/// The word that an address of any other family begins with.
const RAW: &str = "family";

/// Show an address of a family that has no form of its own: its number, and the bytes behind it in hexadecimal.
pub(crate) fn write_raw(f: &mut fmt::Formatter<'_>, family: u16, bytes: &[u8]) -> fmt::Result {
    match constants::family_name(family.into()) {
        Some(name) => write!(f, "{RAW}:{name}:")?,
        None => write!(f, "{RAW}:{family}:")?,
    }
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Such an address as it is written; `None` where it is none.
pub(crate) fn parse_raw(text: &str) -> Option<(u16, Rc<[u8]>)> {
    let (family, hex) = text.strip_prefix(RAW)?.strip_prefix(':')?.split_once(':')?;
    let family = match constants::FAMILIES.find(family) {
        Some(number) => u16::try_from(number).ok()?,
        None => family.parse().ok()?,
    };
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().filter(|p| p.len() == 2));
    let bytes: Option<Vec<u8>> = pairs.map(|pair| octet(pair?).ok()).collect();
    Some((family, bytes?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Addr;

    #[test]
    fn what_is_shown_is_taken_back() {
        for text in [
            "netlink:0:0",
            "netlink:4294967295:1",
            "packet:lo:0x0800",
            "packet::0x0000",
            "packet:lo:0x0003:4:772:00:00:00:00:00:00",
            "packet:eth0:0x0806:0:1:aa:bb:cc:dd:ee:ff",
            "vsock:1:5000",
            "vsock:any:any",
            "alg:hash:sha256",
            "alg:skcipher:cbc(aes)",
            "alg:aead:gcm(aes):1:2",
            "family:45:0102ff",
            "family:AF_PACKET:",
        ] {
            let addr: Addr = text.parse().unwrap();
            assert_eq!(addr.to_string(), text);
        }
    }

    #[test]
    fn what_is_none_is_none() {
        for text in [
            "netlink:0",
            "netlink:0:0:0",
            "netlink:-1:0",
            "netlink:4294967296:0",
            "netlink:+1:0",
            "packet:lo:0x10000",
            "packet:lo:0:256",
            "packet:lo:0:0:0:zz",
            "vsock:1:",
            "alg:hash",
            "family:45:0",
            "family:45:0g",
            "family:70000:00",
        ] {
            assert!(text.parse::<Special>().is_err() && parse_raw(text).is_none(), "{text}");
        }
    }
}
