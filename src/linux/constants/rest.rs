//! The numbers of Python's module that belong to families, protocols and headers of which sockpit knows no more than
//! their names: so that a program that uses them can be written down, and what the kernel says be seen.

use super::{Constants, Row};

/// Rows of numbers that mean something of one kind.
macro_rules! of {
    ($($about:literal { $($name:ident = $number:literal)* })*) => {
        &[$($((stringify!($name), $number, $about),)*)*]
    };
}

/// The families that sockpit has no addresses of, and the short forms of those it has.
pub(super) const FAMILIES: &[Row] = &[
    ("inet", 2, ""),
    ("inet6", 10, ""),
    ("unix", 1, ""),
    ("netlink", 16, ""),
    ("packet", 17, ""),
    ("vsock", 40, ""),
    ("alg", 38, ""),
    ("AF_BLUETOOTH", 31, "radio: an address is family:AF_BLUETOOTH:HEX"),
    ("AF_APPLETALK", 5, "AppleTalk"),
    ("AF_ASH", 18, "Ash, which no kernel has any more"),
    ("AF_ATMPVC", 8, "ATM, permanent circuits"),
    ("AF_ATMSVC", 20, "ATM, switched circuits"),
    ("AF_AX25", 3, "amateur radio"),
    ("AF_BRIDGE", 7, "bridges of networks, an old interface"),
    ("AF_CAN", 29, "controller area networks, as in cars: an address is family:AF_CAN:HEX"),
    ("AF_DECnet", 12, "DECnet, which Linux has no more since 6.1"),
    ("AF_ECONET", 19, "Acorn's Econet, which Linux has no more"),
    ("AF_IPX", 4, "Novell's IPX, which Linux has no more"),
    ("AF_IRDA", 23, "infrared, which Linux has no more"),
    ("AF_KEY", 15, "keys of IPsec"),
    ("AF_LLC", 26, "logical link control, IEEE 802.2"),
    ("AF_NETBEUI", 13, "NetBEUI, for which nothing was ever written"),
    ("AF_NETROM", 6, "amateur radio, NET/ROM"),
    ("AF_PPPOX", 24, "PPP over another network"),
    ("AF_QIPCRTR", 42, "Qualcomm's processors among each other: an address is family:AF_QIPCRTR:HEX"),
    ("AF_RDS", 21, "datagrams that are not lost: an address is family:AF_RDS:HEX"),
    ("AF_ROSE", 11, "amateur radio, X.25 PLP"),
    ("AF_ROUTE", 16, ""),
    ("AF_SECURITY", 14, "a name without sockets"),
    ("AF_SNA", 22, "a name of Linux without sockets"),
    ("AF_TIPC", 30, "messages between the processes of a cluster: an address is family:AF_TIPC:HEX"),
    ("AF_WANPIPE", 25, "Sangoma's cards, which Linux has no more"),
    ("AF_X25", 9, "X.25 packets"),
];

/// The rest of the numbers.
pub static REST: Constants =
    Constants { noun: "number by name", man: "", documented: SINGLE, also: GROUPS, choice: -1 };

/// Those that mean something each.
const SINGLE: &[Row] = &[
    ("INADDR_ALLHOSTS_GROUP", 0xe000_0001, "224.0.0.1 as a number: every host that does multicast"),
    ("INADDR_BROADCAST", 0xffff_ffff, "255.255.255.255 as a number: every host of this network"),
    ("INADDR_MAX_LOCAL_GROUP", 0xe000_00ff, "224.0.0.255 as a number: the last group that no router passes on"),
    ("INADDR_NONE", 0xffff_ffff, "the same number, as inet_addr's answer to what is no address"),
    ("INADDR_UNSPEC_GROUP", 0xe000_0000, "224.0.0.0 as a number: the first of the groups"),
    ("IPPORT_RESERVED", 1024, "ports below are root's"),
    ("IPPORT_USERRESERVED", 5000, "ports below were once those that the kernel chose from"),
    ("IPV6_RTHDR_TYPE_0", 0, "IPV6_RTHDR: the source route that RFC 5095 forbids"),
    ("IP_DEFAULT_MULTICAST_LOOP", 1, "what IP_MULTICAST_LOOP is at first"),
    ("IP_DEFAULT_MULTICAST_TTL", 1, "what IP_MULTICAST_TTL is at first"),
    ("IP_MAX_MEMBERSHIPS", 20, "how many groups a socket may join: /proc/sys/net/ipv4/igmp_max_memberships"),
    ("NI_MAXHOST", 1025, "the room that a host's name needs, in bytes"),
    ("NI_MAXSERV", 32, "the room that a service's name needs, in bytes"),
    ("PIPE_BUF", 4096, "how many bytes go into a pipe in one piece, whoever else writes"),
    ("PF_PACKET", 17, "AF_PACKET, by its old name"),
    ("PF_RDS", 21, "AF_RDS, by its old name"),
];

/// Those of a family.
const GROUPS: &[Row] = of![
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
    "a flag of splice (splice(2))" {
        SPLICE_F_MOVE = 1 SPLICE_F_NONBLOCK = 2 SPLICE_F_MORE = 4
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
    "a protocol of AF_CAN (linux/can.h)" {
        CAN_RAW = 1 CAN_BCM = 2 CAN_ISOTP = 6 CAN_J1939 = 7
    }
    "a protocol of AF_BLUETOOTH (bluetooth.h)" {
        BTPROTO_L2CAP = 0 BTPROTO_HCI = 1 BTPROTO_SCO = 2 BTPROTO_RFCOMM = 3
    }
    "of AF_ALG: the message that says what to do (linux/if_alg.h)" {
        ALG_SET_AEAD_ASSOCLEN = 4 ALG_SET_IV = 2 ALG_SET_OP = 3
        ALG_SET_PUBKEY = 6
    }
    "of AF_CAN: the broadcast manager (linux/can/bcm.h)" {
        CAN_BCM_CAN_FD_FRAME = 2048 CAN_BCM_RX_ANNOUNCE_RESUME = 256 CAN_BCM_RX_CHANGED = 12
        CAN_BCM_RX_CHECK_DLC = 64 CAN_BCM_RX_DELETE = 6 CAN_BCM_RX_FILTER_ID = 32 CAN_BCM_RX_NO_AUTOTIMER = 128
        CAN_BCM_RX_READ = 7 CAN_BCM_RX_RTR_FRAME = 1024 CAN_BCM_RX_SETUP = 5 CAN_BCM_RX_STATUS = 10
        CAN_BCM_RX_TIMEOUT = 11 CAN_BCM_SETTIMER = 1 CAN_BCM_STARTTIMER = 2 CAN_BCM_TX_ANNOUNCE = 8
        CAN_BCM_TX_COUNTEVT = 4 CAN_BCM_TX_CP_CAN_ID = 16 CAN_BCM_TX_DELETE = 2 CAN_BCM_TX_EXPIRED = 9
        CAN_BCM_TX_READ = 3 CAN_BCM_TX_RESET_MULTI_IDX = 512 CAN_BCM_TX_SEND = 4 CAN_BCM_TX_SETUP = 1
        CAN_BCM_TX_STATUS = 8
    }
    "of AF_CAN: raw frames (linux/can/raw.h)" {
        CAN_RAW_FD_FRAMES = 5 CAN_RAW_FILTER = 1 CAN_RAW_JOIN_FILTERS = 6 CAN_RAW_LOOPBACK = 3
        CAN_RAW_RECV_OWN_MSGS = 4
    }
    "of AF_CAN: protocols, flags and masks of identifiers (linux/can.h)" {
        CAN_EFF_FLAG = 0x8000_0000 CAN_EFF_MASK = 0x1fff_ffff CAN_ERR_FLAG = 0x2000_0000 CAN_ERR_MASK = 0x1fff_ffff
        CAN_RTR_FLAG = 0x4000_0000 CAN_SFF_MASK = 2047 PF_CAN = 29 SOL_CAN_BASE = 100 SOL_CAN_RAW = 101
    }
    "of AF_CAN, SAE J1939 (linux/can/j1939.h)" {
        J1939_EE_INFO_NONE = 0 J1939_EE_INFO_TX_ABORT = 1 J1939_FILTER_MAX = 512 J1939_IDLE_ADDR = 254
        J1939_MAX_UNICAST_ADDR = 253 J1939_NLA_BYTES_ACKED = 1 J1939_NLA_PAD = 0 J1939_NO_ADDR = 255
        J1939_NO_NAME = 0 J1939_NO_PGN = 0x4_0000 J1939_PGN_ADDRESS_CLAIMED = 60928
        J1939_PGN_ADDRESS_COMMANDED = 65240 J1939_PGN_MAX = 0x3_ffff J1939_PGN_PDU1_MAX = 0x3_ff00
        J1939_PGN_REQUEST = 59904 SCM_J1939_DEST_ADDR = 1 SCM_J1939_DEST_NAME = 2 SCM_J1939_ERRQUEUE = 4
        SCM_J1939_PRIO = 3 SO_J1939_ERRQUEUE = 4 SO_J1939_FILTER = 1 SO_J1939_PROMISC = 2 SO_J1939_SEND_PRIO = 3
    }
    "of AF_TIPC (linux/tipc.h)" {
        TIPC_ADDR_ID = 3 TIPC_ADDR_NAME = 2 TIPC_ADDR_NAMESEQ = 1 TIPC_CFG_SRV = 0 TIPC_CLUSTER_SCOPE = 2
        TIPC_CONN_TIMEOUT = 130 TIPC_CRITICAL_IMPORTANCE = 3 TIPC_DEST_DROPPABLE = 129 TIPC_HIGH_IMPORTANCE = 2
        TIPC_IMPORTANCE = 127 TIPC_LOW_IMPORTANCE = 0 TIPC_MEDIUM_IMPORTANCE = 1 TIPC_NODE_SCOPE = 3
        TIPC_PUBLISHED = 1 TIPC_SRC_DROPPABLE = 128 TIPC_SUBSCR_TIMEOUT = 3 TIPC_SUB_CANCEL = 4 TIPC_SUB_PORTS = 1
        TIPC_SUB_SERVICE = 2 TIPC_TOP_SRV = 1 TIPC_WAIT_FOREVER = -1 TIPC_WITHDRAWN = 2 TIPC_ZONE_SCOPE = 1
    }
    "of AF_VSOCK (linux/vm_sockets.h)" {
        IOCTL_VM_SOCKETS_GET_LOCAL_CID = 1977 VMADDR_CID_ANY = 0xffff_ffff VMADDR_PORT_ANY = 0xffff_ffff
        VM_SOCKETS_INVALID_VERSION = 0xffff_ffff
    }
];
