//! Numbers that mean something within one family alone: its protocols, the parts of its addresses, its requests.

use super::{Constants, FAMILIES, Row};

/// Rows of numbers that mean something of one kind, the same for each.
macro_rules! of {
    ($($about:literal { $($name:ident = $number:literal)* })*) => {
        &[$($((stringify!($name), $number, $about),)*)*]
    };
}

/// The numbers.
pub static WITHIN: Constants =
    Constants { noun: "number within a family", man: "socket(2)", documented: &[], also: NAMES, choice: -1 };

/// The name of a family, whether sockpit knows more of it or not.
pub fn family_name(number: i32) -> Option<&'static str> {
    FAMILIES.rows().find(|(name, n, _)| *n == number && name.starts_with("AF_")).map(|(name, ..)| *name)
}

const NAMES: &[Row] = of![
    "a protocol of AF_NETLINK: which part of the kernel is spoken to (netlink(7))" {
        NETLINK_ROUTE = 0 NETLINK_USERSOCK = 2 NETLINK_FIREWALL = 3 NETLINK_SOCK_DIAG = 4 NETLINK_NFLOG = 5
        NETLINK_XFRM = 6 NETLINK_SELINUX = 7 NETLINK_ISCSI = 8 NETLINK_AUDIT = 9 NETLINK_FIB_LOOKUP = 10
        NETLINK_CONNECTOR = 11 NETLINK_NETFILTER = 12 NETLINK_IP6_FW = 13 NETLINK_DNRTMSG = 14
        NETLINK_KOBJECT_UEVENT = 15 NETLINK_GENERIC = 16 NETLINK_CRYPTO = 21
    }
    "a multicast group of NETLINK_ROUTE, one bit of an address's groups (rtnetlink(7))" {
        RTMGRP_LINK = 1 RTMGRP_NOTIFY = 2 RTMGRP_NEIGH = 4 RTMGRP_IPV4_IFADDR = 16 RTMGRP_IPV4_ROUTE = 64
        RTMGRP_IPV6_IFADDR = 256 RTMGRP_IPV6_ROUTE = 1024
    }
    "a protocol of AF_PACKET, in the host's order: htons makes PROTO of it (packet(7))" {
        ETH_P_ALL = 3 ETH_P_IP = 0x0800 ETH_P_ARP = 0x0806 ETH_P_8021Q = 0x8100 ETH_P_IPV6 = 0x86dd
        ETH_P_LOOP = 0x0060
    }
    "whose a frame is, in an address of AF_PACKET (packet(7))" {
        PACKET_HOST = 0 PACKET_BROADCAST = 1 PACKET_MULTICAST = 2 PACKET_OTHERHOST = 3 PACKET_OUTGOING = 4
        PACKET_LOOPBACK = 5 PACKET_FASTROUTE = 6
    }
    "a machine's number in an address of AF_VSOCK (vsock(7))" {
        VMADDR_CID_HYPERVISOR = 0 VMADDR_CID_LOCAL = 1 VMADDR_CID_HOST = 2
    }
    "what a request to AF_ALG has the kernel do (linux/if_alg.h)" {
        ALG_OP_DECRYPT = 0 ALG_OP_ENCRYPT = 1 ALG_OP_SIGN = 2 ALG_OP_VERIFY = 3
    }
];
