//! The machine's sockets as the kernel lists them in /proc/net, and the processes that hold them.
//!
//! What is read is that of our own network namespace, or of a host's. The kernel lists a table in parts while it changes, and loses its
//! place now and then: a socket may be missed or come twice. So a table is read twice, and what stands in either counts
//! once. Names that other processes chose (paths, command names)
//! are bytes here, to be escaped by who shows them.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::time::Duration;

pub(crate) use super::holders::{Holder, holders};
use super::hosts::Inside;
use super::{diag, fd, special};
use crate::linux::state::State;
use crate::value::Addr;

/// What times in /proc count in: USER_HZ, 100 on every Linux.
const TICKS: u64 = 100;

/// A table of the kernel's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Protocol {
    /// TCP over IPv4.
    Tcp,
    /// TCP over IPv6.
    Tcp6,
    /// UDP over IPv4.
    Udp,
    /// UDP over IPv6.
    Udp6,
    /// UDP-Lite over IPv4.
    UdpLite,
    /// UDP-Lite over IPv6.
    UdpLite6,
    /// AF_UNIX.
    Unix,
    /// AF_NETLINK.
    Netlink,
    /// AF_PACKET.
    Packet,
}

impl Protocol {
    /// Every one, in the order they are shown.
    pub(crate) const ALL: [Self; 9] = [
        Self::Tcp,
        Self::Tcp6,
        Self::Udp,
        Self::Udp6,
        Self::UdpLite,
        Self::UdpLite6,
        Self::Unix,
        Self::Netlink,
        Self::Packet,
    ];

    /// Whether its sockets speak with the kernel and the machine's interfaces, and with no other program.
    pub(crate) fn is_inner(self) -> bool {
        matches!(self, Self::Netlink | Self::Packet)
    }

    /// Its name, which is that of its file too.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Tcp6 => "tcp6",
            Self::Udp => "udp",
            Self::Udp6 => "udp6",
            Self::UdpLite => "udplite",
            Self::UdpLite6 => "udplite6",
            Self::Unix => "unix",
            Self::Netlink => "netlink",
            Self::Packet => "packet",
        }
    }
}

/// What the kernel's timer of a TCP socket is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TimerKind {
    /// To send again what was not acknowledged.
    Retransmit,
    /// To see whether the peer is still there.
    Keepalive,
    /// To forget a connection that is over.
    TimeWait,
    /// To ask whether the peer has room again.
    Probe,
}

/// A timer that runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Timer {
    /// What for.
    pub kind: TimerKind,
    /// How long it still runs.
    pub left: Duration,
}

/// A socket, or what the kernel keeps of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct KernelSocket {
    /// Whose table it is in.
    pub protocol: Protocol,
    /// SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET.
    pub kind: i32,
    /// Its own address.
    pub local: Addr,
    /// Its peer's. /proc has none of AF_UNIX.
    pub peer: Option<Addr>,
    /// How it stands.
    pub state: State,
    /// Bytes that wait to be read (UDP: with their overhead); of a TCP listener, connections to be accepted.
    pub received: u64,
    /// Bytes that wait to be sent or acknowledged.
    pub unsent: u64,
    /// Datagrams thrown away, most for want of room; known of UDP alone.
    pub drops: u64,
    /// The timer that runs, if one does.
    pub timer: Option<Timer>,
    /// The user whose socket it is; not known of AF_UNIX, nor of a connection in TIME_WAIT.
    pub uid: Option<u32>,
    /// Its number; none when no process holds it: TIME_WAIT, a connection nobody accepted yet.
    pub inode: Option<u64>,
}

/// The sockets of a table, here or in a host. None where the kernel has no such protocol; the errno when /proc cannot be read.
pub(crate) fn sockets(protocol: Protocol, at: Option<Inside<'_>>) -> Result<Vec<KernelSocket>, i32> {
    let read = |path: &str| {
        let mut text = Vec::with_capacity(64 * 1024);
        at.map_or_else(|| fs::File::open(path), |inside| inside.open(path))
            .and_then(|mut f| f.read_to_end(&mut text))
            .map(|_| text)
    };
    let mut listing = Listing::default();
    // What has no number cannot be told apart from its like in the second reading.
    let once = protocol == Protocol::Unix || protocol.is_inner();
    let looks = if once { 1 } else { 2 };
    for _ in 0..looks {
        match read(&format!("/proc/net/{}", protocol.name())) {
            Ok(text) => listing.add(protocol, &text, at),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && Path::new("/proc/net/").exists() => {}
            Err(e) => return Err(fd::number(&e)),
        }
    }
    Ok(listing.found)
}

/// TCP's listening sockets.
pub(crate) fn listeners(at: Option<Inside<'_>>) -> Vec<KernelSocket> {
    let told = |l: diag::Listener| KernelSocket {
        protocol: if l.local.host().is_some_and(|host| host.is_ipv6()) { Protocol::Tcp6 } else { Protocol::Tcp },
        kind: libc::SOCK_STREAM,
        local: l.local,
        peer: None,
        state: State::Listen,
        received: l.waiting,
        unsent: 0,
        drops: 0,
        timer: None,
        uid: Some(l.uid),
        inode: Some(l.inode),
    };
    match diag::listeners(at) {
        Ok(found) => found.into_iter().map(told).collect(),
        // A kernel may be without it, or a sandbox forbid it.
        Err(_) => {
            let tables = [Protocol::Tcp, Protocol::Tcp6].into_iter().filter_map(|table| sockets(table, at).ok());
            tables.flatten().filter(|e| e.state == State::Listen).collect()
        }
    }
}

/// What the kernel has of a TCP connection, by the addresses of that end.
pub(crate) fn connection(local: &Addr, peer: &Addr, at: Option<Inside<'_>>) -> Option<KernelSocket> {
    let is_it = |e: &KernelSocket| e.local.is_at(local) && e.peer.as_ref().is_some_and(|p| p.is_at(peer));
    [Protocol::Tcp, Protocol::Tcp6].into_iter().find_map(|table| sockets(table, at).ok()?.into_iter().find(is_it))
}

/// The sockets of a table's readings, each once, as it was seen last.
#[derive(Default)]
struct Listing {
    found: Vec<KernelSocket>,
    places: HashMap<String, usize>,
}

impl Listing {
    /// Take a table's text. Lines that are no sockets are passed over: the first, and what a path with a line end in it
    /// leaves.
    fn add(&mut self, protocol: Protocol, text: &[u8], at: Option<Inside<'_>>) {
        let lines = text.split(|b| *b == b'\n').skip(1);
        if protocol == Protocol::Unix {
            self.found.extend(lines.filter_map(unix));
            return;
        }
        for line in lines.filter_map(|line| std::str::from_utf8(line).ok()) {
            if protocol.is_inner() {
                self.found.extend(inner(protocol, line, at));
                continue;
            }
            let Some((entry, key)) = internet(protocol, line) else { continue };
            let next = self.found.len();
            match *self.places.entry(key).or_insert(next) {
                place if place == next => self.found.push(entry),
                place => self.found[place] = entry,
            }
        }
    }
}

/// `sl local rem st tx:rx tr:when retrnsmt uid timeout inode ...`, of UDP `ref pointer drops`, numbers in hexadecimal up to `retrnsmt`. With it what
/// tells it from all others: the two addresses of a TCP connection; of others the number, too.
fn internet(protocol: Protocol, line: &str) -> Option<(KernelSocket, String)> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let [_, local, peer, state, queues, timer, _, uid, _, inode, ..] = *words.as_slice() else { return None };
    let ends = format!("{local} {peer}");
    let hex = |s: &str| u64::from_str_radix(s, 16).ok();
    let (unsent, received) = queues.split_once(':')?;
    let tcp = matches!(protocol, Protocol::Tcp | Protocol::Tcp6);
    let state = State::tcp(u8::try_from(hex(state)?).ok()?)?;
    let peer = address(peer).filter(|a| a.port() != Some(0));
    let key = if tcp && peer.is_some() { ends } else { format!("{ends} {inode}") };
    let state = match (state, &peer) {
        (State::NewSynRecv, _) if tcp => State::SynRecv,
        (state, _) if tcp => state,
        (_, Some(_)) => State::Connected,
        (_, None) => State::Unconnected,
    };
    let inode = inode.parse().ok().filter(|n| *n != 0);
    let entry = KernelSocket {
        protocol,
        kind: if tcp { libc::SOCK_STREAM } else { libc::SOCK_DGRAM },
        local: address(local)?,
        peer,
        state,
        received: hex(received)?,
        unsent: hex(unsent)?,
        drops: words.get(12).filter(|_| !tcp).and_then(|n| n.parse().ok()).unwrap_or(0),
        timer: timer.split_once(':').and_then(|(kind, left)| read_timer(kind, hex(left)?)),
        uid: uid.parse().ok().filter(|_| inode.is_some()),
        inode,
    };
    Some((entry, key))
}

/// A netlink or packet socket.
fn inner(protocol: Protocol, line: &str, at: Option<Inside<'_>>) -> Option<KernelSocket> {
    let found = if protocol == Protocol::Netlink {
        special::netlink(line)
    } else {
        special::packet(line, at.map(Inside::route))
    }?;
    Some(KernelSocket {
        protocol,
        kind: libc::SOCK_RAW,
        local: Addr::Special(found.local.into()),
        peer: None,
        state: State::Unconnected,
        received: found.received,
        unsent: found.unsent,
        drops: found.drops,
        timer: None,
        uid: None,
        inode: found.inode,
    })
}

fn read_timer(kind: &str, left: u64) -> Option<Timer> {
    let kind = match kind {
        "01" => TimerKind::Retransmit,
        "02" => TimerKind::Keepalive,
        "03" => TimerKind::TimeWait,
        "04" => TimerKind::Probe,
        _ => return None,
    };
    // One that ran out a moment ago is written as a number below zero.
    let left = if left > u64::from(u32::MAX) { 0 } else { left };
    Some(Timer { kind, left: Duration::from_millis(left * 1000 / TICKS) })
}

/// An address as the kernel writes it there: its bytes as whole numbers of the machine's order, then the port.
fn address(text: &str) -> Option<Addr> {
    let (host, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| u32::from_str_radix(host.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    match host.len() {
        8 => Some(Addr::ip(Ipv4Addr::from(word(0)?).into(), port)),
        32 => {
            let mut octets = [0; 16];
            for (i, part) in octets.chunks_mut(4).enumerate() {
                part.copy_from_slice(&word(8 * i)?);
            }
            Some(Addr::ip(Ipv6Addr::from(octets).into(), port))
        }
        _ => None,
    }
}

/// `Num RefCount Protocol Flags Type St Inode [Path]`.
fn unix(line: &[u8]) -> Option<KernelSocket> {
    const LISTENS: u32 = 0x10000;
    let mut rest = line;
    let mut word = || {
        let start = rest.iter().position(|b| *b != b' ')?;
        let end = rest[start..].iter().position(|b| *b == b' ').map_or(rest.len(), |n| start + n);
        let word = std::str::from_utf8(&rest[start..end]).ok()?;
        rest = &rest[end..];
        Some(word)
    };
    let (num, _, _) = (word()?, word()?, word()?);
    u64::from_str_radix(num.strip_suffix(':')?, 16).ok()?;
    let flags = u32::from_str_radix(word()?, 16).ok()?;
    let kind = i32::from_str_radix(word()?, 16).ok()?;
    let state = match word()? {
        _ if flags & LISTENS != 0 => State::Listen,
        "02" => State::Connecting,
        "03" => State::Connected,
        "04" => State::Disconnecting,
        _ => State::Unconnected,
    };
    let inode = word()?.parse().ok().filter(|n| *n != 0);
    let local = match rest.strip_prefix(b" ") {
        None | Some([]) => Addr::Unnamed,
        Some([b'@', name @ ..]) => Addr::Abstract(name.into()),
        Some(path) => Addr::Path(path.into()),
    };
    Some(KernelSocket {
        protocol: Protocol::Unix,
        kind,
        local,
        peer: None,
        state,
        received: 0,
        unsent: 0,
        drops: 0,
        timer: None,
        uid: None,
        inode,
    })
}

/// The number by which the kernel's lists have a socket.
pub(crate) fn inode(fd: BorrowedFd<'_>) -> Option<u64> {
    rustix::fs::fstat(fd).ok().map(|s| s.st_ino)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TCP: &[u8] = b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:270E 00000000:0000 0A 00000000:00000002 00:00000000 00000000  1000        0 1619 1 00000000abd26b32 100 0 0 10 0
   1: 0100007F:BABF 0100007F:84AC 06 00000000:00000000 03:00000D9D 00000000     0        0 0 3 00000000840b711c
   2: 0100007F:BAC0 0100007F:270E 01 0000000A:00000005 01:00000014 00000000     0        0 77 2 0000000000000000 20 4 30 10 -1
   3: 0100007F:270E 0100007F:BAC1 0C 00000000:00000000 01:FFFFFFFFFFFFFFFE 00000000     0        0 0 1 0000000000000000
  short line
";
    const UDP6: &[u8] = b"  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  12: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07 00000000:00000300 00:00000000 00000000     0        0 88 2 0000000000000000 17
  13: B80D0120000000000000000002000000:0035 00000000000000000000000001000000:1F90 01 00000000:00000000 00:00000000 00000000     0        0 89 2 0000000000000000 0
";
    const UNIX: &[u8] = b"Num       RefCount Protocol Flags    Type St Inode Path
00000000351b81ca: 00000003 00000000 00000000 0001 03  1616
000000000a8b5048: 00000002 00000000 00010000 0001 01  1615 /run/a b.sock
000000000a8b5049: 00000002 00000000 00000000 0002 01 11615 @\x1b[2J@x
a path with a line end
00000000351b81cb: 00000003 00000000 00000000 0005 02     0
";

    fn parse(protocol: Protocol, text: &[u8]) -> Vec<KernelSocket> {
        let mut listing = Listing::default();
        listing.add(protocol, text, None);
        listing.found
    }

    #[test]
    fn what_comes_twice_counts_once_and_as_it_was_last() {
        let mut listing = Listing::default();
        listing.add(Protocol::Tcp, TCP, None);
        let once = listing.found.clone();
        listing.add(Protocol::Tcp, TCP, None);
        assert_eq!(listing.found, once);
        let text = String::from_utf8(TCP.to_vec()).unwrap();
        // The connection is over by now, and another socket listens at the same address.
        let later = text.replace("0100007F:270E 01 ", "0100007F:270E 06 ").replace(" 1619 1 ", " 1620 1 ");
        listing.add(Protocol::Tcp, later.as_bytes(), None);
        assert_eq!(listing.found.len(), once.len() + 1);
        assert_eq!(listing.found[2].state, State::TimeWait);
    }

    #[test]
    fn tables_are_read() {
        let tcp = parse(Protocol::Tcp, TCP);
        assert_eq!(tcp.len(), 4);
        let listener = &tcp[0];
        assert_eq!(
            (listener.state, listener.local.to_string(), &listener.peer),
            (State::Listen, "127.0.0.1:9998".into(), &None)
        );
        assert_eq!((listener.received, listener.uid, listener.inode), (2, Some(1000), Some(1619)));
        let over = &tcp[1];
        assert_eq!((over.state, over.uid, over.inode), (State::TimeWait, None, None));
        let timer = Timer { kind: TimerKind::TimeWait, left: Duration::from_millis(34_850) };
        assert_eq!((over.timer, over.peer.clone().unwrap().port()), (Some(timer), Some(0x84ac)));
        assert_eq!((tcp[2].unsent, tcp[2].received, tcp[2].timer.unwrap().kind), (10, 5, TimerKind::Retransmit));
        assert_eq!((tcp[3].state, tcp[3].timer.unwrap().left), (State::SynRecv, Duration::ZERO));

        let udp = parse(Protocol::Udp6, UDP6);
        assert_eq!(
            (udp[0].local.to_string(), udp[0].state, udp[0].received),
            ("[::1]:53".into(), State::Unconnected, 768)
        );
        assert_eq!((udp[0].drops, udp[1].drops, tcp[2].drops), (17, 0, 0));
        assert_eq!((udp[1].local.to_string(), udp[1].state), ("[2001:db8::2]:53".into(), State::Connected));

        let unix = parse(Protocol::Unix, UNIX);
        let rows: Vec<_> = unix.iter().map(|e| (e.local.to_string(), e.kind, e.state, e.inode)).collect();
        assert_eq!(
            rows,
            [
                ("(unnamed)".into(), libc::SOCK_STREAM, State::Connected, Some(1616)),
                ("/run/a b.sock".into(), libc::SOCK_STREAM, State::Listen, Some(1615)),
                ("@\\x1b[2J@x".into(), libc::SOCK_DGRAM, State::Unconnected, Some(11615)),
                ("(unnamed)".into(), libc::SOCK_SEQPACKET, State::Connecting, None),
            ]
        );
    }
}
