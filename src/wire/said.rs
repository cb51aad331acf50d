//! What a frame says: Ethernet and what it carries, as far as it can be read. Garbage says little, and harms nobody.

use std::borrow::Cow;
use std::net::IpAddr;

use etherparse::{LaxNetSlice, LaxSlicedPacket, TcpOptionElement, TcpSlice, TransportSlice};

use super::Flags;

/// What a frame carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proto {
    /// A segment of TCP.
    Tcp,
    /// A datagram of UDP.
    Udp,
    /// A message of ICMP.
    Icmp,
    /// A message of ICMPv6.
    Icmp6,
    /// ARP.
    Arp,
    /// Another protocol of IP, or a fragment.
    Ip(u8),
    /// Something else, by its EtherType.
    Ether(u16),
}

/// The protocols that have names of their own.
const PROTOS: [(&str, Proto); 5] =
    [("tcp", Proto::Tcp), ("udp", Proto::Udp), ("icmp", Proto::Icmp), ("icmp6", Proto::Icmp6), ("arp", Proto::Arp)];

impl Proto {
    /// The protocol of that name.
    pub fn named(name: &str) -> Option<Self> {
        PROTOS.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, proto)| *proto)
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        PROTOS.iter().map(|(name, _)| *name)
    }

    /// Its name: `tcp`, `ip 47`, `0x88cc`.
    pub fn shown(self) -> Cow<'static, str> {
        match (PROTOS.iter().find(|(_, proto)| *proto == self), self) {
            (Some((name, _)), _) => Cow::Borrowed(name),
            (None, Self::Ip(number)) => format!("ip {number}").into(),
            (None, Self::Ether(number)) => format!("0x{number:04x}").into(),
            (None, _) => Cow::Borrowed("?"),
        }
    }
}

/// What the header of a TCP segment says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Segment {
    /// Its sequence number.
    pub seq: u32,
    /// Its acknowledgment number.
    pub ack: u32,
    /// Its flags.
    pub flags: Flags,
    /// Its window as it stands there.
    pub window: u16,
    /// By how much windows are shifted.
    pub scale: Option<u8>,
    /// The longest segment that its sender takes.
    pub mss: Option<u16>,
    /// How many blocks it has that came out of order.
    pub sacks: u8,
}

impl Segment {
    /// The sequence number behind it, with so many bytes of data.
    fn behind(&self, len: usize) -> u32 {
        let more = u32::from(self.flags.has(Flags::SYN)) + u32::from(self.flags.has(Flags::FIN));
        self.seq.wrapping_add(len as u32).wrapping_add(more)
    }
}

/// What a frame says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// What it carries.
    pub proto: Proto,
    /// From which address to which.
    pub ips: Option<(IpAddr, IpAddr)>,
    /// From which port to which.
    pub ports: Option<(u16, u16)>,
    /// The header, if it is TCP.
    pub tcp: Option<Segment>,
    /// How many bytes it carries for the program.
    pub len: usize,
    /// What it is, where that is not in the rest: `echo request`.
    pub what: Cow<'static, str>,
}

/// The address that an Ethernet frame is for.
pub(super) fn destination(bytes: &[u8]) -> Option<[u8; 6]> {
    bytes.first_chunk().copied()
}

impl Said {
    /// Read a frame.
    pub fn read(bytes: &[u8]) -> Self {
        let kind = bytes.get(12..14).map_or(0, |two| u16::from_be_bytes([two[0], two[1]]));
        let mut said =
            Self { proto: Proto::Ether(kind), ips: None, ports: None, tcp: None, len: 0, what: Cow::default() };
        let Ok(packet) = LaxSlicedPacket::from_ethernet(bytes) else { return said };
        match &packet.net {
            Some(LaxNetSlice::Ipv4(ip)) => {
                let (header, payload) = (ip.header(), ip.payload());
                said.ips = Some((header.source_addr().into(), header.destination_addr().into()));
                said.proto = Proto::Ip(payload.ip_number.0);
                said.len = payload.payload.len();
                said.what = if payload.fragmented { "fragment".into() } else { Cow::default() };
            }
            Some(LaxNetSlice::Ipv6(ip)) => {
                let (header, payload) = (ip.header(), ip.payload());
                said.ips = Some((header.source_addr().into(), header.destination_addr().into()));
                said.proto = Proto::Ip(payload.ip_number.0);
                said.len = payload.payload.len();
                said.what = if payload.fragmented { "fragment".into() } else { Cow::default() };
            }
            Some(LaxNetSlice::Arp(arp)) => {
                said.proto = Proto::Arp;
                said.arp(arp.operation().0, arp.sender_protocol_addr(), arp.target_protocol_addr());
            }
            None => said.len = bytes.len().saturating_sub(14),
        }
        match packet.transport {
            Some(TransportSlice::Tcp(tcp)) => said.tcp(&tcp),
            Some(TransportSlice::Udp(udp)) => {
                said.proto = Proto::Udp;
                said.ports = Some((udp.source_port(), udp.destination_port()));
                said.len = udp.payload().len();
            }
            Some(TransportSlice::Icmpv4(icmp)) => {
                said.proto = Proto::Icmp;
                said.len = icmp.payload().len();
                said.what = icmp4(icmp.type_u8(), icmp.code_u8(), icmp.bytes5to8());
            }
            Some(TransportSlice::Icmpv6(icmp)) => {
                said.proto = Proto::Icmp6;
                said.len = icmp.payload().len();
                said.what = icmp6(icmp.type_u8(), icmp.code_u8(), icmp.bytes5to8());
            }
            _ => {}
        }
        said
    }

    fn tcp(&mut self, tcp: &TcpSlice) {
        let mut segment = Segment {
            seq: tcp.sequence_number(),
            ack: tcp.acknowledgment_number(),
            flags: Flags(tcp.slice().get(13).copied().unwrap_or(0)),
            window: tcp.window_size(),
            ..Segment::default()
        };
        for option in tcp.options_iterator().map_while(Result::ok) {
            match option {
                TcpOptionElement::MaximumSegmentSize(most) => segment.mss = Some(most),
                TcpOptionElement::WindowScale(scale) => segment.scale = Some(scale.min(14)),
                TcpOptionElement::SelectiveAcknowledgement(_, more) => {
                    segment.sacks = 1 + more.iter().flatten().count() as u8;
                }
                _ => {}
            }
        }
        self.proto = Proto::Tcp;
        self.ports = Some((tcp.source_port(), tcp.destination_port()));
        self.len = tcp.payload().len();
        self.tcp = Some(segment);
    }

    fn arp(&mut self, operation: u16, sender: &[u8], target: &[u8]) {
        let ip = |bytes: &[u8]| <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from);
        let (Some(sender), Some(target)) = (ip(sender), ip(target)) else { return };
        self.ips = Some((sender, target));
        self.what = match operation {
            1 => format!("who has {target}?").into(),
            2 => format!("{sender} is here").into(),
            other => format!("operation {other}").into(),
        };
    }

    /// Whether it is a segment that is sent again because that one waits: it is the same once more, or what that one
    /// acknowledges.
    pub(super) fn is_again_for(&self, held: &Self) -> bool {
        let (Some(tcp), Some(other)) = (&self.tcp, &held.tcp) else { return false };
        let (Some([from, to]), Some(ends)) = (self.ends(), held.ends()) else { return false };
        let (behind, behind_other) = (tcp.behind(self.len), other.behind(held.len));
        let is_within = |one: u32, least: u32| one.wrapping_sub(least) as i32 >= 0;
        if behind == tcp.seq {
            false
        } else if ends == [from, to] {
            is_within(tcp.seq, other.seq) && is_within(behind_other, behind)
        } else {
            ends == [to, from] && other.flags.has(Flags::ACK) && is_within(other.ack, behind)
        }
    }

    /// Both ends of what it belongs to, its sender's first.
    pub fn ends(&self) -> Option<[(IpAddr, u16); 2]> {
        let ((from, to), (source, destination)) = (self.ips?, self.ports?);
        Some([(from, source), (to, destination)])
    }
}

/// What a message of ICMP says.
fn icmp4(kind: u8, code: u8, rest: [u8; 4]) -> Cow<'static, str> {
    match (kind, code) {
        (0, _) => "echo reply".into(),
        (3, 0) => "network unreachable".into(),
        (3, 1) => "host unreachable".into(),
        (3, 2) => "protocol unreachable".into(),
        (3, 3) => "port unreachable".into(),
        (3, 4) => format!("fragmentation needed, mtu {}", u16::from_be_bytes([rest[2], rest[3]])).into(),
        (3, 13) => "prohibited".into(),
        (3, code) => format!("unreachable, code {code}").into(),
        (5, _) => "redirect".into(),
        (8, _) => "echo request".into(),
        (11, _) => "time exceeded".into(),
        (12, _) => "parameter problem".into(),
        (kind, code) => format!("type {kind}, code {code}").into(),
    }
}

/// The same of ICMPv6.
fn icmp6(kind: u8, code: u8, rest: [u8; 4]) -> Cow<'static, str> {
    match (kind, code) {
        (1, 0) => "no route".into(),
        (1, 1) => "prohibited".into(),
        (1, 3) => "host unreachable".into(),
        (1, 4) => "port unreachable".into(),
        (1, code) => format!("unreachable, code {code}").into(),
        (2, _) => format!("packet too big, mtu {}", u32::from_be_bytes(rest)).into(),
        (3, _) => "time exceeded".into(),
        (4, _) => "parameter problem".into(),
        (128, _) => "echo request".into(),
        (129, _) => "echo reply".into(),
        (130..=132 | 143, _) => "multicast listeners".into(),
        (133, _) => "router solicitation".into(),
        (134, _) => "router advertisement".into(),
        (135, _) => "neighbour solicitation".into(),
        (136, _) => "neighbour advertisement".into(),
        (kind, code) => format!("type {kind}, code {code}").into(),
    }
}
