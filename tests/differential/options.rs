//! Options and flags to try, with values that are valid, at the edge and beyond.

use super::generate::Dice;

/// An option of getsockopt and setsockopt that is a number.
#[derive(Clone, Copy)]
pub struct Opt {
    pub level: &'static str,
    pub name: &'static str,
    /// A value that it usually has.
    pub usual: i64,
}

const fn opt(level: &'static str, name: &'static str, usual: i64) -> Opt {
    Opt { level, name, usual }
}

const SOCKET: &[Opt] = &[
    opt("SOL_SOCKET", "SO_RCVBUF", 5000),
    opt("SOL_SOCKET", "SO_SNDBUF", 5000),
    opt("SOL_SOCKET", "SO_KEEPALIVE", 1),
    opt("SOL_SOCKET", "SO_REUSEADDR", 1),
    opt("SOL_SOCKET", "SO_REUSEPORT", 1),
    opt("SOL_SOCKET", "SO_BROADCAST", 1),
    opt("SOL_SOCKET", "SO_OOBINLINE", 1),
    opt("SOL_SOCKET", "SO_PRIORITY", 3),
    opt("SOL_SOCKET", "SO_DONTROUTE", 1),
    opt("SOL_SOCKET", "SO_TYPE", 1),
    opt("SOL_SOCKET", "SO_ERROR", 1),
    opt("SOL_SOCKET", "SO_ACCEPTCONN", 1),
    opt("SOL_SOCKET", "SO_DOMAIN", 2),
    opt("SOL_SOCKET", "SO_PROTOCOL", 6),
    opt("SOL_SOCKET", "SO_PEEK_OFF", 1),
];

const IP: &[Opt] = &[
    opt("IPPROTO_TCP", "TCP_NODELAY", 1),
    opt("IPPROTO_TCP", "TCP_MAXSEG", 1000),
    opt("IPPROTO_TCP", "TCP_KEEPIDLE", 60),
    opt("IPPROTO_TCP", "TCP_KEEPINTVL", 60),
    opt("IPPROTO_TCP", "TCP_KEEPCNT", 5),
    opt("IPPROTO_TCP", "TCP_SYNCNT", 5),
    opt("IPPROTO_TCP", "TCP_LINGER2", 5),
    opt("IPPROTO_TCP", "TCP_USER_TIMEOUT", 5000),
    opt("IPPROTO_IP", "IP_TTL", 64),
    opt("IPPROTO_IP", "IP_TOS", 16),
    opt("IPPROTO_IP", "IP_MULTICAST_TTL", 1),
    opt("IPPROTO_IP", "IP_MULTICAST_LOOP", 1),
    opt("IPPROTO_IP", "IP_RECVTOS", 1),
    opt("IPPROTO_IP", "IP_RECVTTL", 1),
    opt("IPPROTO_IP", "IP_PKTINFO", 1),
    opt("IPPROTO_IPV6", "IPV6_V6ONLY", 1),
    opt("IPPROTO_IPV6", "IPV6_UNICAST_HOPS", 64),
    opt("IPPROTO_IPV6", "IPV6_MULTICAST_HOPS", 1),
    opt("IPPROTO_IPV6", "IPV6_MULTICAST_LOOP", 1),
    opt("IPPROTO_IPV6", "IPV6_TCLASS", 16),
    opt("IPPROTO_IPV6", "IPV6_RECVTCLASS", 1),
    opt("IPPROTO_IPV6", "IPV6_RECVHOPLIMIT", 1),
    opt("IPPROTO_IPV6", "IPV6_RECVPKTINFO", 1),
];

const UDPLITE: &[Opt] =
    &[opt("IPPROTO_UDPLITE", "UDPLITE_SEND_CSCOV", 8), opt("IPPROTO_UDPLITE", "UDPLITE_RECV_CSCOV", 8)];

const NETLINK: &[Opt] = &[
    opt("SOL_NETLINK", "NETLINK_PKTINFO", 1),
    opt("SOL_NETLINK", "NETLINK_BROADCAST_ERROR", 1),
    opt("SOL_NETLINK", "NETLINK_NO_ENOBUFS", 1),
    opt("SOL_NETLINK", "NETLINK_CAP_ACK", 1),
    opt("SOL_NETLINK", "NETLINK_EXT_ACK", 1),
];

const PACKET: &[Opt] = &[
    opt("SOL_PACKET", "PACKET_AUXDATA", 1),
    opt("SOL_PACKET", "PACKET_ORIGDEV", 1),
    opt("SOL_PACKET", "PACKET_IGNORE_OUTGOING", 1),
    opt("SOL_PACKET", "PACKET_QDISC_BYPASS", 1),
];

/// What tells a receiver of each message.
pub fn told(family: &str) -> [&'static str; 3] {
    match family {
        "AF_INET" => ["IP_RECVTTL", "IP_RECVTOS", "IP_PKTINFO"],
        _ => ["IPV6_RECVHOPLIMIT", "IPV6_RECVTCLASS", "IPV6_RECVPKTINFO"],
    }
}

/// What goes beside the data of a message, of that family for the most part: level, type, number.
pub fn beside(dice: &mut Dice, family: &str) -> [(&'static str, &'static str, i32); 2] {
    let four = [("IPPROTO_IP", "IP_TTL"), ("IPPROTO_IP", "IP_TOS")];
    let six = [("IPPROTO_IPV6", "IPV6_HOPLIMIT"), ("IPPROTO_IPV6", "IPV6_TCLASS")];
    [(), ()].map(|()| {
        let other = dice.one_in(12);
        let (level, kind) = dice.pick(if (family == "AF_INET6") == other { &four } else { &six });
        (level, kind, dice.pick(&[1, 2, 7, 16, 64, 184, 255, -1, 0, 256]))
    })
}

/// Numbers at the edges of what fits.
const EDGES: [i64; 14] =
    [-2_147_483_648, -2, -1, 0, 1, 2, 7, 255, 256, 32767, 32768, 65536, 2_147_483_647, 2_147_483_648];

/// Any option, of the socket's own family for the most part.
pub fn any(dice: &mut Dice, family: &str) -> Opt {
    match family {
        _ if dice.one_in(2) => dice.pick(SOCKET),
        _ if dice.one_in(8) => {
            let from = dice.pick(&[UDPLITE, NETLINK, PACKET, IP]);
            dice.pick(from)
        }
        "AF_NETLINK" => dice.pick(NETLINK),
        "AF_PACKET" => dice.pick(PACKET),
        "AF_UNIX" => dice.pick(SOCKET),
        _ => dice.pick(IP),
    }
}

/// A value for an option.
pub fn number(dice: &mut Dice, usual: i64) -> i64 {
    if dice.one_in(2) { usual } else { dice.pick(&EDGES) }
}

/// Flags of what receives.
pub const FLAGS_IN: &[&str] =
    &["MSG_PEEK", "MSG_WAITALL", "MSG_DONTWAIT", "MSG_TRUNC", "MSG_OOB", "MSG_NOSIGNAL", "MSG_ERRQUEUE"];

/// Flags of what sends.
pub const FLAGS_OUT: &[&str] = &["MSG_DONTWAIT", "MSG_NOSIGNAL", "MSG_MORE", "MSG_OOB", "MSG_EOR"];
