//! Options of IPv4: ip(7).

use super::{Opt, OptKind};
use crate::linux::layout;

pub(super) const ROWS: &[Opt] = options! {
    IPPROTO_IP "ip(7)" {
        IP_ADD_MEMBERSHIP, Membership, wo, "join a multicast group"
            => "", "bind to the group's port first; without INTERFACE the route to the group decides.";
        IP_ADD_SOURCE_MEMBERSHIP, SourceMembership, wo, "join a multicast group, for what one source sends"
            eg "s = socket udp\nsetsockopt s IP_ADD_SOURCE_MEMBERSHIP 232.0.0.1 127.0.0.1 127.0.0.1";
        IP_BIND_ADDRESS_NO_PORT, Flag, rw, "let bind leave the choice of a port to connect";
        IP_BLOCK_SOURCE, SourceMembership, wo, "hear one source of a multicast group no more"
            eg "s = socket udp\nsetsockopt s IP_ADD_MEMBERSHIP 224.0.2.1 127.0.0.1\n\
                setsockopt s IP_BLOCK_SOURCE 224.0.2.1 127.0.0.1 127.0.0.1";
        IP_CHECKSUM, Flag, rw, "receive the checksum of each datagram";
        IP_DROP_MEMBERSHIP, Membership, wo, "leave a multicast group"
            eg "s = socket udp\nsetsockopt s IP_ADD_MEMBERSHIP 224.0.2.1 127.0.0.1\n\
                setsockopt s IP_DROP_MEMBERSHIP 224.0.2.1 127.0.0.1";
        IP_DROP_SOURCE_MEMBERSHIP, SourceMembership, wo, "leave a multicast group of one source"
            eg "s = socket udp\nsetsockopt s IP_ADD_SOURCE_MEMBERSHIP 232.0.0.1 127.0.0.1 127.0.0.1\n\
                setsockopt s IP_DROP_SOURCE_MEMBERSHIP 232.0.0.1 127.0.0.1 127.0.0.1";
        IP_FREEBIND, Flag, rw, "allow binding to an address that this machine does not have yet" => "0", "";
        IP_HDRINCL, Flag, rw, "the program writes the IP header itself (raw sockets)" as root
            eg "s = socket AF_INET SOCK_RAW IPPROTO_ICMP\nsetsockopt s IP_HDRINCL 1\ngetsockopt s IP_HDRINCL";
        IP_IPSEC_POLICY, Struct(1024), wo, "IPsec policy of the socket"
            eg "s = socket\npolicy = pack 64x\ntry\n  setsockopt s IP_IPSEC_POLICY $policy\n\
                except EPERM EOPNOTSUPP EINVAL ENOPROTOOPT as e\n  print \"an empty policy: $e\"\nend";
        IP_LOCAL_PORT_RANGE = 51, Number, rw, "ports the kernel may choose from: lowest + 65536 * highest"
            eg "s = socket\nlet ports = 20000 + 65536 * 20100\nsetsockopt s IP_LOCAL_PORT_RANGE $ports\n\
                bind s 127.0.0.1:0\ngetsockname s";
        IP_MINTTL, Number, rw, "drop packets whose TTL is lower" in [0..=255] eg "64";
        IP_MSFILTER, Fields(&layout::MSFILTER), rw, "the whole source filter of a multicast group"
            => "", "The interface is one of its addresses. `of=` tells getsockopt which group and interface."
            eg "s = socket udp\nsetsockopt s IP_ADD_MEMBERSHIP 224.0.2.1 127.0.0.1\n\
                setsockopt s IP_MSFILTER 224.0.2.1 127.0.0.1 MCAST_EXCLUDE 10.0.0.1\n\
                getsockopt s IP_MSFILTER of=\"224.0.2.1 127.0.0.1\"";
        IP_MTU, Number, ro, "the path MTU of a connected socket"
            => "", "Connected sockets only; others fail with ENOTCONN."
            eg "s = socket udp\nconnect s 127.0.0.1:9\ngetsockopt s IP_MTU";
        IP_MTU_DISCOVER, Number, rw, "path MTU discovery: 0 don't, 1 want, 2 do, 3 probe (IP_PMTUDISC_...)" in [0..=5] eg "IP_PMTUDISC_DO";
        IP_MULTICAST_ALL, Flag, rw,
            "hear all groups joined by anyone on this machine; off: those joined on this socket only";
        IP_MULTICAST_IF, InterfaceV4, rw, "the interface that multicast datagrams leave by";
        IP_MULTICAST_LOOP, Flag, rw, "hear one's own multicast datagrams on this machine"
            => "1", "The sending socket's setting decides, for IPv4.";
        IP_MULTICAST_TTL, Number, rw, "how many routers multicast datagrams may pass; 1 stays in this network" in [-1..=255]
            => "1", "" eg "4";
        IP_NODEFRAG, Flag, rw, "leave fragments in pieces (raw sockets)" as root
            eg "s = socket AF_INET SOCK_RAW IPPROTO_ICMP\nsetsockopt s IP_NODEFRAG 1\n\
                getsockopt s IP_NODEFRAG";
        IP_OPTIONS, Struct(40), rw, "the IP options of each packet"
            eg "s = socket\nsetsockopt s IP_OPTIONS \\x01\\x01\\x01\\x01\ngetsockopt s IP_OPTIONS";
        IP_PASSSEC, Flag, rw, "receive the sender's security label";
        IP_PKTINFO, Flag, rw, "receive the address and interface each datagram came to"
            => "0", "It comes with recvmsg as ancillary data: interface, local address, destination.";
        IP_PKTOPTIONS, Struct(1024), ro, "control messages of a TCP socket's first packets";
        IP_PROTOCOL = 52, Number, ro, "the protocol of a raw socket" as root
            eg "s = socket AF_INET SOCK_RAW IPPROTO_ICMP\ngetsockopt s IP_PROTOCOL";
        IP_RECVERR, Flag, rw, "keep the errors that ICMP reports for MSG_ERRQUEUE"
            => "0", "recvmsg with MSG_ERRQUEUE takes the errors.";
        IP_RECVERR_RFC4884 = 26, Flag, rw, "keep the data that follows an ICMP error, too";
        IP_RECVFRAGSIZE, Flag, rw, "receive the size of the largest fragment"
            eg "s = socket udp\nsetsockopt s IP_RECVFRAGSIZE 1\ngetsockopt s IP_RECVFRAGSIZE";
        IP_RECVOPTS, Flag, rw, "receive the IP options of each datagram";
        IP_RECVORIGDSTADDR, Flag, rw, "receive the address a datagram was meant for before it was redirected";
        IP_ORIGDSTADDR, Flag, rw, "the same as IP_RECVORIGDSTADDR";
        IP_RECVTOS, Flag, rw, "receive the TOS byte of each datagram";
        IP_RECVTTL, Flag, rw, "receive the TTL of each datagram";
        IP_RETOPTS, Flag, rw, "receive the IP options of each datagram as they came";
        IP_RECVRETOPTS = 7, Flag, rw, "the same as IP_RETOPTS";
        IP_ROUTER_ALERT, Flag, rw, "get the packets with the router alert option that are to be forwarded" as root
            eg "s = socket AF_INET SOCK_RAW IPPROTO_ICMP\nsetsockopt s IP_ROUTER_ALERT 1";
        IP_TOS, Number, rw, "the type-of-service byte (DSCP) of each packet" => "0", "" eg "IPTOS_LOWDELAY";
        IP_TRANSPARENT, Flag, rw, "act for addresses that are not this machine's, for root" as root;
        IP_TTL, Number, rw, "how many routers a packet may pass; -1 for the default" in [-1..=-1, 1..=255]
            => "64", "It is lowered at every router, and the packet dropped at 0: this is how traceroute works." eg "32";
        IP_UNBLOCK_SOURCE, SourceMembership, wo, "hear a blocked source again"
            eg "s = socket udp\nsetsockopt s IP_ADD_MEMBERSHIP 224.0.2.1 127.0.0.1\n\
                setsockopt s IP_BLOCK_SOURCE 224.0.2.1 127.0.0.1 127.0.0.1\n\
                setsockopt s IP_UNBLOCK_SOURCE 224.0.2.1 127.0.0.1 127.0.0.1";
        IP_UNICAST_IF, Number, rw, "the interface that datagrams leave by, its number in network byte order"
            eg "s = socket udp\nindex = htonl 1\nsetsockopt s IP_UNICAST_IF $index\n\
                getsockopt s IP_UNICAST_IF";
        IP_XFRM_POLICY, Struct(1024), wo, "IPsec policy of the socket"
            eg "s = socket\npolicy = pack 64x\ntry\n  setsockopt s IP_XFRM_POLICY $policy\n\
                except EPERM EOPNOTSUPP EINVAL ENOPROTOOPT as e\n  print \"an empty policy: $e\"\nend";
        MCAST_BLOCK_SOURCE, Fields(&layout::GROUP_SOURCE_REQ), wo, "hear one source of a group no more (struct group_source_req)"
            eg "s = socket udp\nsetsockopt s MCAST_JOIN_GROUP 224.0.2.1 lo\n\
                setsockopt s MCAST_BLOCK_SOURCE 224.0.2.1 10.0.0.1 lo";
        MCAST_JOIN_GROUP, Fields(&layout::GROUP_REQ), wo, "join a multicast group, of IPv4 or IPv6 (struct group_req)"
            => "", "Of IPv6 it is the same option with IPPROTO_IPV6 before it."
            eg "s = socket udp\nsetsockopt s MCAST_JOIN_GROUP 224.0.2.1 lo\ns6 = socket udp6\n\
                setsockopt s6 IPPROTO_IPV6 MCAST_JOIN_GROUP ff02::123 lo";
        MCAST_JOIN_SOURCE_GROUP, Fields(&layout::GROUP_SOURCE_REQ), wo, "join a group, for one source (struct group_source_req)"
            eg "s = socket udp\nsetsockopt s MCAST_JOIN_SOURCE_GROUP 232.0.0.1 127.0.0.1 lo";
        MCAST_LEAVE_GROUP, Fields(&layout::GROUP_REQ), wo, "leave a multicast group (struct group_req)"
            eg "s = socket udp\nsetsockopt s MCAST_JOIN_GROUP 224.0.2.1 lo\nsetsockopt s MCAST_LEAVE_GROUP 224.0.2.1 lo";
        MCAST_LEAVE_SOURCE_GROUP, Fields(&layout::GROUP_SOURCE_REQ), wo, "leave a group of one source (struct group_source_req)"
            eg "s = socket udp\nsetsockopt s MCAST_JOIN_SOURCE_GROUP 232.0.0.1 127.0.0.1 lo\n\
                setsockopt s MCAST_LEAVE_SOURCE_GROUP 232.0.0.1 127.0.0.1 lo";
        MCAST_MSFILTER, Fields(&layout::GROUP_FILTER), rw, "the whole source filter of a group (struct group_filter)"
            => "", "`of=` tells getsockopt which group and interface."
            eg "s = socket udp\nsetsockopt s MCAST_JOIN_GROUP 224.0.2.1 lo\n\
                setsockopt s MCAST_MSFILTER 224.0.2.1 lo MCAST_EXCLUDE 10.0.0.1 10.0.0.2\n\
                getsockopt s MCAST_MSFILTER of=\"224.0.2.1 lo\"";
        MCAST_UNBLOCK_SOURCE, Fields(&layout::GROUP_SOURCE_REQ), wo, "hear a blocked source again (struct group_source_req)"
            eg "s = socket udp\nsetsockopt s MCAST_JOIN_GROUP 224.0.2.1 lo\n\
                setsockopt s MCAST_BLOCK_SOURCE 224.0.2.1 10.0.0.1 lo\nsetsockopt s MCAST_UNBLOCK_SOURCE 224.0.2.1 10.0.0.1 lo";
    }
};
