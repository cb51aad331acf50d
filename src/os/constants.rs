//! The named numbers of the socket API as data, in sets: address families, types, flags, events.
//!
//! A set gives numbers for names, and names for numbers. It knows no call that takes them.

use super::options;

/// A set of named numbers.
#[derive(Debug)]
pub struct Constants {
    /// The documented names, in the order they are shown.
    documented: &'static [(&'static str, i32)],
    /// Other names that are understood: short forms, second names.
    also: &'static [(&'static str, i32)],
    /// The bits that hold one value out of several; the others are flags of their own.
    choice: i32,
}

impl Constants {
    /// The number of that name, documented or short.
    pub fn find(&self, name: &str) -> Option<i32> {
        self.documented.iter().chain(self.also).find(|(n, _)| *n == name).map(|(_, number)| *number)
    }

    /// The documented names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.documented.iter().map(|(name, _)| *name)
    }

    /// The documented names, then the other ones.
    pub fn all_names(&self) -> impl Iterator<Item = &'static str> {
        self.documented.iter().chain(self.also).map(|(name, _)| *name)
    }

    /// The documented name of exactly that number.
    pub fn name_of(&self, value: i32) -> Option<&'static str> {
        self.documented.iter().find(|(_, number)| *number == value).map(|(name, _)| *name)
    }

    /// The documented names of the flags in a number, joined as they could be typed: `MSG_TRUNC|MSG_EOR`. What
    /// has no name is shown in hexadecimal; no flags are empty text.
    pub fn join(&self, bits: i32) -> String {
        let mut parts = Vec::new();
        if self.choice != 0 {
            let chosen = bits & self.choice;
            parts.push(self.name_of(chosen).map_or_else(|| chosen.to_string(), str::to_owned));
        }
        let mut left = bits & !self.choice;
        for (name, bit) in self.documented {
            if *bit != 0 && bit & self.choice == 0 && left & bit == *bit {
                parts.push((*name).to_owned());
                left &= !bit;
            }
        }
        if left != 0 {
            parts.push(format!("{left:#x}"));
        }
        parts.join("|")
    }
}

/// A set of libc's numbers, each under its own name.
macro_rules! named {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name)),*] };
}

/// Address families.
pub static FAMILIES: Constants = Constants {
    documented: named![AF_INET AF_INET6 AF_UNIX AF_UNSPEC AF_LOCAL AF_NETLINK AF_PACKET AF_VSOCK],
    also: &[("inet", libc::AF_INET), ("inet6", libc::AF_INET6), ("unix", libc::AF_UNIX)],
    choice: -1,
};

/// Socket types, and the two flags that `socket` takes with them.
pub static TYPES: Constants = Constants {
    documented: named![SOCK_STREAM SOCK_DGRAM SOCK_SEQPACKET SOCK_RAW SOCK_RDM SOCK_NONBLOCK SOCK_CLOEXEC],
    also: &[
        ("stream", libc::SOCK_STREAM),
        ("dgram", libc::SOCK_DGRAM),
        ("seqpacket", libc::SOCK_SEQPACKET),
        ("raw", libc::SOCK_RAW),
    ],
    choice: 0xf,
};

/// What accept4(2) takes.
pub static ACCEPT_FLAGS: Constants = Constants { documented: named![SOCK_NONBLOCK SOCK_CLOEXEC], also: &[], choice: 0 };

/// Protocols.
pub static PROTOCOLS: Constants = Constants {
    documented: named![
        IPPROTO_IP IPPROTO_TCP IPPROTO_UDP IPPROTO_ICMP IPPROTO_ICMPV6 IPPROTO_IPV6 IPPROTO_RAW IPPROTO_UDPLITE
        IPPROTO_SCTP IPPROTO_MPTCP IPPROTO_DCCP IPPROTO_IGMP IPPROTO_IPIP IPPROTO_EGP IPPROTO_PUP IPPROTO_IDP
        IPPROTO_TP IPPROTO_RSVP IPPROTO_GRE IPPROTO_ESP IPPROTO_AH IPPROTO_MTP IPPROTO_BEETPH IPPROTO_ENCAP
        IPPROTO_PIM IPPROTO_COMP IPPROTO_MPLS
    ],
    also: &[("tcp", libc::IPPROTO_TCP), ("udp", libc::IPPROTO_UDP), ("icmp", libc::IPPROTO_ICMP)],
    choice: -1,
};

/// Flags of send(2) and recv(2).
pub static MSG_FLAGS: Constants = Constants {
    documented: named![
        MSG_OOB MSG_PEEK MSG_DONTROUTE MSG_CTRUNC MSG_TRUNC MSG_DONTWAIT MSG_EOR MSG_WAITALL MSG_CONFIRM
        MSG_ERRQUEUE MSG_NOSIGNAL MSG_MORE MSG_WAITFORONE MSG_ZEROCOPY MSG_FASTOPEN MSG_CMSG_CLOEXEC
    ],
    also: &[
        ("MSG_TRYHARD", libc::MSG_DONTROUTE),
        ("MSG_PROXY", 0x10),
        ("MSG_FIN", libc::MSG_FIN),
        ("MSG_SYN", libc::MSG_SYN),
        ("MSG_RST", libc::MSG_RST),
        ("MSG_BATCH", 0x4_0000),
    ],
    choice: 0,
};

/// Flags of getaddrinfo(3).
pub static AI_FLAGS: Constants = Constants {
    documented: &[
        ("AI_PASSIVE", libc::AI_PASSIVE),
        ("AI_CANONNAME", libc::AI_CANONNAME),
        ("AI_NUMERICHOST", libc::AI_NUMERICHOST),
        ("AI_V4MAPPED", libc::AI_V4MAPPED),
        ("AI_ALL", libc::AI_ALL),
        ("AI_ADDRCONFIG", libc::AI_ADDRCONFIG),
        ("AI_IDN", 0x40),
        ("AI_CANONIDN", 0x80),
        ("AI_NUMERICSERV", libc::AI_NUMERICSERV),
    ],
    also: &[("AI_IDN_ALLOW_UNASSIGNED", 0x100), ("AI_IDN_USE_STD3_ASCII_RULES", 0x200)],
    choice: 0,
};

/// Flags of getnameinfo(3).
pub static NI_FLAGS: Constants = Constants {
    documented: named![NI_NUMERICHOST NI_NUMERICSERV NI_NOFQDN NI_NAMEREQD NI_DGRAM NI_IDN],
    also: &[("NI_IDN_ALLOW_UNASSIGNED", 64), ("NI_IDN_USE_STD3_ASCII_RULES", 128)],
    choice: 0,
};

/// Flags of a network interface: netdevice(7).
pub static INTERFACE_FLAGS: Constants = Constants {
    documented: &[
        ("UP", libc::IFF_UP),
        ("BROADCAST", libc::IFF_BROADCAST),
        ("LOOPBACK", libc::IFF_LOOPBACK),
        ("POINTOPOINT", libc::IFF_POINTOPOINT),
        ("RUNNING", libc::IFF_RUNNING),
        ("NOARP", libc::IFF_NOARP),
        ("PROMISC", libc::IFF_PROMISC),
        ("ALLMULTI", libc::IFF_ALLMULTI),
        ("MASTER", libc::IFF_MASTER),
        ("SLAVE", libc::IFF_SLAVE),
        ("MULTICAST", libc::IFF_MULTICAST),
        ("LOWER_UP", 1 << 16),
        ("DORMANT", 1 << 17),
        ("ECHO", 1 << 18),
    ],
    also: &[],
    choice: 0,
};

/// Events of poll(2).
pub static POLL_EVENTS: Constants = Constants {
    documented: &[
        ("IN", libc::POLLIN as i32),
        ("PRI", libc::POLLPRI as i32),
        ("OUT", libc::POLLOUT as i32),
        ("ERR", libc::POLLERR as i32),
        ("HUP", libc::POLLHUP as i32),
        ("NVAL", libc::POLLNVAL as i32),
        ("RDHUP", libc::POLLRDHUP as i32),
    ],
    also: &[
        ("POLLIN", libc::POLLIN as i32),
        ("POLLPRI", libc::POLLPRI as i32),
        ("POLLOUT", libc::POLLOUT as i32),
        ("POLLERR", libc::POLLERR as i32),
        ("POLLHUP", libc::POLLHUP as i32),
        ("POLLNVAL", libc::POLLNVAL as i32),
        ("POLLRDHUP", libc::POLLRDHUP as i32),
        ("POLLRDNORM", libc::POLLRDNORM as i32),
        ("POLLRDBAND", libc::POLLRDBAND as i32),
        ("POLLWRNORM", libc::POLLWRNORM as i32),
        ("POLLWRBAND", libc::POLLWRBAND as i32),
    ],
    choice: 0,
};

/// Halves of a connection, for shutdown(2).
pub static HOWS: Constants = Constants {
    documented: &[("rd", libc::SHUT_RD), ("wr", libc::SHUT_WR), ("rdwr", libc::SHUT_RDWR)],
    also: named![SHUT_RD SHUT_WR SHUT_RDWR],
    choice: -1,
};

/// Numbers that belong to no parameter of a call, but are values of options and the like.
static OTHERS: Constants = Constants {
    documented: &[
        ("INADDR_ANY", 0),
        ("INADDR_LOOPBACK", 0x7f00_0001),
        ("SOMAXCONN", libc::SOMAXCONN),
        ("SCM_RIGHTS", libc::SCM_RIGHTS),
        ("SCM_CREDENTIALS", libc::SCM_CREDENTIALS),
        ("IP_PMTUDISC_DONT", libc::IP_PMTUDISC_DONT),
        ("IP_PMTUDISC_WANT", libc::IP_PMTUDISC_WANT),
        ("IP_PMTUDISC_DO", libc::IP_PMTUDISC_DO),
        ("IP_PMTUDISC_PROBE", libc::IP_PMTUDISC_PROBE),
        ("IP_PMTUDISC_INTERFACE", libc::IP_PMTUDISC_INTERFACE),
        ("IP_PMTUDISC_OMIT", libc::IP_PMTUDISC_OMIT),
        ("IPV6_PMTUDISC_DONT", libc::IPV6_PMTUDISC_DONT),
        ("IPV6_PMTUDISC_WANT", libc::IPV6_PMTUDISC_WANT),
        ("IPV6_PMTUDISC_DO", libc::IPV6_PMTUDISC_DO),
        ("IPV6_PMTUDISC_PROBE", libc::IPV6_PMTUDISC_PROBE),
        ("IPV6_PMTUDISC_INTERFACE", libc::IPV6_PMTUDISC_INTERFACE),
        ("IPV6_PMTUDISC_OMIT", libc::IPV6_PMTUDISC_OMIT),
        ("IPTOS_LOWDELAY", libc::IPTOS_LOWDELAY as i32),
        ("IPTOS_THROUGHPUT", libc::IPTOS_THROUGHPUT as i32),
        ("IPTOS_RELIABILITY", libc::IPTOS_RELIABILITY as i32),
        ("IPTOS_MINCOST", libc::IPTOS_MINCOST as i32),
        ("UDP_ENCAP_ESPINUDP_NON_IKE", 1),
        ("UDP_ENCAP_ESPINUDP", 2),
        ("UDP_ENCAP_L2TPINUDP", 3),
    ],
    also: &[],
    choice: -1,
};

/// The number of a name in any of the sets, of an option, or of an option's level.
pub fn find_any(name: &str) -> Option<i32> {
    let sets = [&FAMILIES, &TYPES, &PROTOCOLS, &MSG_FLAGS, &AI_FLAGS, &NI_FLAGS, &OTHERS, &HOWS, &POLL_EVENTS];
    sets.iter()
        .find_map(|set| set.find(name))
        .or_else(|| options::by_name(name).map(|option| option.number))
        .or_else(|| options::level(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_join_in_order_and_nothing_is_lost() {
        assert_eq!(MSG_FLAGS.join(0), "");
        assert_eq!(MSG_FLAGS.join(libc::MSG_EOR | libc::MSG_TRUNC), "MSG_TRUNC|MSG_EOR");
        assert_eq!(MSG_FLAGS.join(libc::MSG_PEEK | 0x80_0000), "MSG_PEEK|0x800000");
        assert_eq!(POLL_EVENTS.join(0x203f), "IN|PRI|OUT|ERR|HUP|NVAL|RDHUP");
        assert_eq!(MSG_FLAGS.join(i32::MIN), "0x80000000");
    }

    #[test]
    fn one_of_several_joins_with_flags() {
        assert_eq!(TYPES.join(libc::SOCK_STREAM | libc::SOCK_NONBLOCK), "SOCK_STREAM|SOCK_NONBLOCK");
        assert_eq!(TYPES.join(libc::SOCK_RAW), "SOCK_RAW");
        assert_eq!(FAMILIES.join(libc::AF_UNSPEC), "AF_UNSPEC");
        assert_eq!(FAMILIES.join(libc::AF_INET6), "AF_INET6");
        assert_eq!(FAMILIES.join(999), "999");
        assert_eq!(PROTOCOLS.join(0), "IPPROTO_IP");
    }

    #[test]
    fn names_and_short_forms_are_found() {
        assert_eq!(FAMILIES.find("inet6"), Some(10));
        assert_eq!(FAMILIES.find("af_inet"), None);
        assert_eq!(FAMILIES.name_of(1), Some("AF_UNIX"));
        assert_eq!(FAMILIES.find("AF_LOCAL"), Some(1));
        assert_eq!(HOWS.find("SHUT_RDWR"), HOWS.find("rdwr"));
        assert_eq!(POLL_EVENTS.find("POLLRDHUP"), POLL_EVENTS.find("RDHUP"));
        assert_eq!(TYPES.find("seqpacket"), Some(5));
        assert!(FAMILIES.names().all(|name| name.starts_with("AF_")));
    }

    #[test]
    fn any_name_is_found() {
        for (name, number) in [
            ("AF_INET", 2),
            ("MSG_PEEK", 2),
            ("INADDR_ANY", 0),
            ("SOMAXCONN", 4096),
            ("SO_REUSEADDR", 2),
            ("SOL_TCP", 6),
            ("TCP_NODELAY", 1),
            ("IP_PMTUDISC_DO", 2),
            ("SOCK_DGRAM", 2),
            ("IPPROTO_UDP", 17),
            ("SHUT_WR", 1),
        ] {
            assert_eq!(find_any(name), Some(number), "{name}");
        }
        assert_eq!(find_any("SO_NOTHING"), None);
    }
}
