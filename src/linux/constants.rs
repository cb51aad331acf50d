//! The named numbers of the socket API as data, in sets: address families, types, flags, events.
//!
//! It knows no call that takes them.

pub use super::events::{EPOLL_EVENTS, EPOLL_OPS, POLL_EVENTS};
use super::flags::{CA_STATES, FILTER_MODES, ORIGINS, TCP_OPTIONS, TIMESTAMPING};
use super::set::named;
pub use super::set::{Constants, Row};
use super::{errno, options};

mod lookup;
mod rest;

pub use lookup::{AI_FLAGS, NI_FLAGS};
pub use rest::REST;

/// Address families.
pub static FAMILIES: Constants = Constants {
    noun: "address family",
    man: "address_families(7)",
    documented: named![
        AF_INET, "IPv4: an address is host:port";
        AF_INET6, "IPv6: an address is [host]:port; with IPV6_V6ONLY off it reaches IPv4 too";
        AF_UNIX, "sockets of this machine alone: an address is a path, or @name";
        AF_UNSPEC, "any family, in getaddrinfo; no peer, in connect";
        AF_LOCAL, "the same as AF_UNIX, by its POSIX name";
        AF_NETLINK, "messages to and from the kernel: routes, interfaces, other sockets; an address is netlink:PID:GROUPS";
        AF_PACKET, "whole frames of a network interface, for root: an address is packet:INTERFACE:PROTOCOL";
        AF_VSOCK, "between a virtual machine and its host: an address is vsock:CID:PORT";
        AF_ALG, "the kernel's hashes and ciphers, where it has that: an address is alg:TYPE:NAME";
    ],
    also: rest::FAMILIES,
    choice: -1,
};

/// Socket types, and the two flags that `socket` takes with them.
pub static TYPES: Constants = Constants {
    noun: "socket type",
    man: "socket(2)",
    documented: named![
        SOCK_STREAM, "a connection that carries bytes both ways, in order, none lost, without message bounds: TCP";
        SOCK_DGRAM, "datagrams: each send is one message; over a network they may be lost, doubled, reordered: UDP";
        SOCK_SEQPACKET, "a connection that keeps messages apart: AF_UNIX has it, TCP and UDP do not";
        SOCK_RAW, "packets with their headers, for root: ICMP, say";
        SOCK_RDM, "datagrams that are not lost but may be reordered: no common protocol has it";
        SOCK_NONBLOCK, "a flag beside the type: the socket begins non-blocking";
        SOCK_CLOEXEC, "a flag beside the type: the descriptor is closed at exec. sockpit always sets it";
    ],
    also: named![
        stream = libc::SOCK_STREAM, ""; dgram = libc::SOCK_DGRAM, ""; seqpacket = libc::SOCK_SEQPACKET, "";
        raw = libc::SOCK_RAW, "";
    ],
    choice: 0xf,
};

/// What accept4(2) takes.
pub static ACCEPT_FLAGS: Constants = Constants {
    noun: "flag of accept4",
    man: "accept(2)",
    documented: named![SOCK_NONBLOCK, "do not block"; SOCK_CLOEXEC, "close at exec";],
    also: &[],
    choice: 0,
};

/// Protocols.
pub static PROTOCOLS: Constants = Constants {
    noun: "protocol",
    man: "ip(7)",
    documented: named![
        IPPROTO_IP, "0: the protocol that belongs to the family and type; as a level, the options of IPv4";
        IPPROTO_TCP, "TCP, the protocol of SOCK_STREAM; as a level, its options";
        IPPROTO_UDP, "UDP, the protocol of SOCK_DGRAM; as a level, its options";
        IPPROTO_ICMP, "ICMP: echo (ping) and error reports; SOCK_DGRAM for a ping, SOCK_RAW for root";
        IPPROTO_ICMPV6, "ICMP of IPv6";
        IPPROTO_IPV6, "IPv6 within IPv4; as a level, the options of IPv6";
        IPPROTO_RAW, "any protocol: the program writes the IP header itself, for root";
        IPPROTO_UDPLITE, "UDP whose checksum may cover a part only";
        IPPROTO_SCTP, "SCTP: messages over several streams in one connection";
        IPPROTO_MPTCP, "TCP over several paths at once";
        IPPROTO_DCCP, "datagrams with congestion control";
        IPPROTO_IGMP, "membership of multicast groups";
        IPPROTO_IPIP, "IPv4 within IPv4";
        IPPROTO_EGP, "an early routing protocol";
        IPPROTO_PUP, "a protocol before IP, from Xerox";
        IPPROTO_IDP, "a protocol before IP, from Xerox";
        IPPROTO_TP, "the transport protocol of OSI";
        IPPROTO_RSVP, "reserving bandwidth";
        IPPROTO_GRE, "tunnels";
        IPPROTO_ESP, "IPsec: encrypted packets";
        IPPROTO_AH, "IPsec: authenticated packets";
        IPPROTO_MTP, "an early multicast transport";
        IPPROTO_BEETPH, "IPsec: tunnels with fixed addresses";
        IPPROTO_ENCAP, "packets within packets, RFC 1241";
        IPPROTO_PIM, "routing of multicast";
        IPPROTO_COMP, "compressed packets";
        IPPROTO_MPLS, "MPLS labels within IP";
        IPPROTO_ROUTING, "IPv6's routing header";
        IPPROTO_FRAGMENT, "IPv6's fragment header";
        IPPROTO_DSTOPTS, "IPv6's header of options for the destination";
        IPPROTO_NONE, "IPv6: nothing follows";
    ],
    also: named![tcp = libc::IPPROTO_TCP, ""; udp = libc::IPPROTO_UDP, ""; icmp = libc::IPPROTO_ICMP, "";
                 IPPROTO_HOPOPTS, "0, as IPPROTO_IP: IPv6's header of options for every router";],
    choice: -1,
};

/// Flags of send(2) and recv(2). What each means begins with where it goes: see [`sends`] and [`receives`].
pub static MSG_FLAGS: Constants = Constants {
    noun: "flag of sending and receiving",
    man: "recv(2)",
    documented: named![
        MSG_OOB, "sending, receiving: the urgent byte of TCP, one beside the stream";
        MSG_PEEK, "receiving: look at the data and leave it for the next call";
        MSG_DONTROUTE, "sending: to directly connected hosts only, past the gateways";
        MSG_CTRUNC, "receiving, in the flags that come back: ancillary data was cut, ANCBUFSIZE was too small";
        MSG_TRUNC, "receiving: give a datagram's real length, and throw TCP's bytes away; in the flags that come \
                    back: it was cut";
        MSG_DONTWAIT, "sending, receiving: fail with EAGAIN rather than wait, for this one call";
        MSG_EOR, "sending, receiving: the end of a record, where the protocol has records";
        MSG_WAITALL, "receiving: wait until all N bytes have come, or the stream ends";
        MSG_CONFIRM, "sending: the peer answers, so its link address need not be asked for again";
        MSG_ERRQUEUE, "receiving: take an error from the queue that IP_RECVERR fills; never waits";
        MSG_NOSIGNAL, "sending: no SIGPIPE on a broken connection, only EPIPE; SIGPIPE is ignored unless `signal` says otherwise";
        MSG_MORE, "sending: more is to come, so hold this back: a fuller packet, or one datagram of several sends";
        MSG_WAITFORONE, "receiving, in recvmmsg: return once one message has come";
        MSG_ZEROCOPY, "sending: do not copy the data, tell through the error queue when it may be reused; needs \
                       SO_ZEROCOPY";
        MSG_FASTOPEN, "sending: connect and send in one, with the data in the SYN where that is allowed";
        MSG_CMSG_CLOEXEC, "receiving: descriptors that come with SCM_RIGHTS are closed at exec";
    ],
    also: named![
        MSG_TRYHARD = libc::MSG_DONTROUTE, "";
        MSG_PROXY = 0x10, "sending: a name from before Linux; does nothing";
        MSG_FIN, "sending: a name from inside the kernel; does nothing";
        MSG_SYN, "sending: a name from inside the kernel; does nothing";
        MSG_RST, "sending: a name from inside the kernel; does nothing";
        MSG_BATCH = 0x4_0000, "sending, in sendmmsg: more messages follow";
    ],
    choice: 0,
};

/// Whether a flag of [`MSG_FLAGS`] with this meaning is one for sending.
pub fn sends(about: &str) -> bool {
    about.starts_with("sending")
}

/// Whether a flag of [`MSG_FLAGS`] with this meaning is one for receiving.
pub fn receives(about: &str) -> bool {
    about.starts_with("receiving") || about.starts_with("sending, receiving")
}

/// Flags of a network interface: netdevice(7).
pub static INTERFACE_FLAGS: Constants = Constants {
    noun: "flag of a network interface, as ifconfig shows it",
    man: "netdevice(7)",
    documented: named![
        UP = libc::IFF_UP, "the interface is switched on";
        BROADCAST = libc::IFF_BROADCAST, "it has a broadcast address";
        LOOPBACK = libc::IFF_LOOPBACK, "what is sent comes back to this machine";
        POINTOPOINT = libc::IFF_POINTOPOINT, "there is one machine at its other end";
        RUNNING = libc::IFF_RUNNING, "it is ready to carry packets";
        NOARP = libc::IFF_NOARP, "addresses are not asked for with ARP";
        PROMISC = libc::IFF_PROMISC, "it takes all packets, those for others too";
        ALLMULTI = libc::IFF_ALLMULTI, "it takes all multicast packets";
        MASTER = libc::IFF_MASTER, "it bundles others";
        SLAVE = libc::IFF_SLAVE, "it is one of a bundle";
        MULTICAST = libc::IFF_MULTICAST, "it can carry multicast";
        LOWER_UP = 1 << 16, "the cable, or what stands for it, is plugged in";
        DORMANT = 1 << 17, "the driver waits for something from outside";
        ECHO = 1 << 18, "what is sent is also received here";
    ],
    also: &[],
    choice: 0,
};

/// Halves of a connection, for shutdown(2).
pub static HOWS: Constants = Constants {
    noun: "half of a connection",
    man: "shutdown(2)",
    documented: named![
        rd = libc::SHUT_RD, "receiving ends: recv gives empty data. TCP tells the peer nothing and takes what still \
                             comes";
        wr = libc::SHUT_WR, "sending ends: the peer reads what is left, then the end of the stream (FIN); this side \
                             still receives";
        rdwr = libc::SHUT_RDWR, "both end";
    ],
    also: named![SHUT_RD, ""; SHUT_WR, ""; SHUT_RDWR, "";],
    choice: -1,
};

/// Numbers that belong to no parameter of a call, but are values of options and the like.
pub static OTHERS: Constants = Constants {
    noun: "number by name",
    man: "",
    documented: named![
        INADDR_ANY = 0, "the wildcard 0.0.0.0 as a number: every address of this machine";
        INADDR_LOOPBACK = 0x7f00_0001, "127.0.0.1 as a number: this machine alone";
        SOMAXCONN, "the longest queue that listen takes, by default: net.core.somaxconn";
        SCM_RIGHTS, "ancillary data of AF_UNIX: open descriptors. sendmsg S DATA fds=A,B sends them";
        SCM_CREDENTIALS, "ancillary data of AF_UNIX: the sender's process, user and group, with SO_PASSCRED";
        IP_PMTUDISC_DONT, "IP_MTU_DISCOVER: never set the don't-fragment flag";
        IP_PMTUDISC_WANT, "IP_MTU_DISCOVER: as the route says, fragment here when needed";
        IP_PMTUDISC_DO, "IP_MTU_DISCOVER: always don't fragment; what is too long fails with EMSGSIZE";
        IP_PMTUDISC_PROBE, "IP_MTU_DISCOVER: don't fragment, and ignore the path MTU";
        IP_PMTUDISC_INTERFACE, "IP_MTU_DISCOVER: the interface's MTU, and refuse what is longer";
        IP_PMTUDISC_OMIT, "IP_MTU_DISCOVER: the interface's MTU, and fragment what is longer";
        IPV6_PMTUDISC_DONT, "IPV6_MTU_DISCOVER: fragment to the smallest MTU of IPv6";
        IPV6_PMTUDISC_WANT, "IPV6_MTU_DISCOVER: as the route says, fragment here when needed";
        IPV6_PMTUDISC_DO, "IPV6_MTU_DISCOVER: never fragment; what is too long fails with EMSGSIZE";
        IPV6_PMTUDISC_PROBE, "IPV6_MTU_DISCOVER: never fragment, and ignore the path MTU";
        IPV6_PMTUDISC_INTERFACE, "IPV6_MTU_DISCOVER: the interface's MTU, and refuse what is longer";
        IPV6_PMTUDISC_OMIT, "IPV6_MTU_DISCOVER: the interface's MTU, and fragment what is longer";
        IPTOS_LOWDELAY, "IP_TOS: answers should come soon";
        IPTOS_THROUGHPUT, "IP_TOS: much data";
        IPTOS_RELIABILITY, "IP_TOS: loss is worse than delay";
        IPTOS_MINCOST, "IP_TOS: it may wait";
        UDP_ENCAP_ESPINUDP_NON_IKE = 1, "UDP_ENCAP: IPsec in UDP, an early form";
        UDP_ENCAP_ESPINUDP = 2, "UDP_ENCAP: IPsec in UDP, RFC 3948";
        UDP_ENCAP_L2TPINUDP = 3, "UDP_ENCAP: L2TP in UDP, RFC 2661";
    ],
    also: &[],
    choice: -1,
};

/// All the sets.
pub static SETS: [&Constants; 17] = [
    &FAMILIES,
    &TYPES,
    &PROTOCOLS,
    &MSG_FLAGS,
    &AI_FLAGS,
    &NI_FLAGS,
    &OTHERS,
    &HOWS,
    &POLL_EVENTS,
    &EPOLL_EVENTS,
    &EPOLL_OPS,
    &TIMESTAMPING,
    &ORIGINS,
    &CA_STATES,
    &TCP_OPTIONS,
    &FILTER_MODES,
    &REST,
];

/// The name of a family, whether sockpit knows more of it or not.
pub fn family_name(number: i32) -> Option<&'static str> {
    let is = |(name, n, _): &&Row| *n == i64::from(number) && name.starts_with("AF_");
    FAMILIES.rows().find(is).map(|(name, ..)| *name)
}

/// Whether sockets of a family and a type can have that protocol; either may be left open. What has no protocols of IP
/// has none of these.
pub fn is_spoken(family: Option<i32>, kind: Option<i32>, protocol: i32) -> bool {
    let v6 = family == Some(libc::AF_INET6);
    family.is_none_or(|family| matches!(family, libc::AF_UNSPEC | libc::AF_INET | libc::AF_INET6))
        && match kind {
            Some(libc::SOCK_STREAM) => {
                matches!(protocol, libc::IPPROTO_IP | libc::IPPROTO_TCP | libc::IPPROTO_SCTP | libc::IPPROTO_MPTCP)
            }
            Some(libc::SOCK_DGRAM) => match protocol {
                libc::IPPROTO_IP | libc::IPPROTO_UDP | libc::IPPROTO_UDPLITE => true,
                libc::IPPROTO_ICMP => !v6,
                libc::IPPROTO_ICMPV6 => v6,
                _ => false,
            },
            Some(libc::SOCK_SEQPACKET) => protocol == libc::IPPROTO_SCTP,
            Some(libc::SOCK_DCCP) => protocol == libc::IPPROTO_DCCP,
            Some(libc::SOCK_RAW) => protocol != libc::IPPROTO_IP,
            _ => true,
        }
}

/// What a full name stands for where a number is meant, several joined with `|`: `AF_INET`, `MSG_PEEK|MSG_OOB`, `EAGAIN`,
/// and none of the short forms, which are words as good as any.
pub fn value(names: &str) -> Option<i64> {
    let full = |name: &str| {
        name.contains('_') || name.contains("POLL") || name == "SOMAXCONN" || errno::by_name(name).is_some()
    };
    if names.split('|').all(full) { bits(names) } else { None }
}

/// The bits that names stand for, full or short, joined with `|`, as [`Constants::join`] writes them; none for no words.
pub fn bits(words: &str) -> Option<i64> {
    let bit = |word: &str| match word.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => find_any(word),
    };
    words.split('|').filter(|_| !words.is_empty()).try_fold(0, |bits, word| Some(bits | bit(word)?))
}

/// The number of a name in any of the sets, of an option, of an option's level, or of an error.
pub fn find_any(name: &str) -> Option<i64> {
    let other = || {
        let option = options::by_name(name).map(|option| option.number);
        option.or_else(|| options::level(name)).or_else(|| errno::by_name(name).map(|error| error.number))
    };
    SETS.iter().find_map(|set| set.number(name)).or_else(|| other().map(i64::from))
}
