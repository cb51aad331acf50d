//! Options of IPv4: ip(7).

use super::{Opt, OptKind};

pub(super) const ROWS: &[Opt] = options! {
    IPPROTO_IP "ip(7)" {
        IP_ADD_MEMBERSHIP, Membership, wo, "join a multicast group"
            => "", "bind to the group's port first; without INTERFACE the route to the group decides.";
        IP_ADD_SOURCE_MEMBERSHIP, SourceMembership, wo, "join a multicast group, for what one source sends";
        IP_BIND_ADDRESS_NO_PORT, Flag, rw, "let bind leave the choice of a port to connect";
        IP_BLOCK_SOURCE, SourceMembership, wo, "hear one source of a multicast group no more";
        IP_CHECKSUM, Flag, rw, "receive the checksum of each datagram";
        IP_DROP_MEMBERSHIP, Membership, wo, "leave a multicast group";
        IP_DROP_SOURCE_MEMBERSHIP, SourceMembership, wo, "leave a multicast group of one source";
        IP_FREEBIND, Flag, rw, "allow binding to an address that this machine does not have yet" => "0", "";
        IP_HDRINCL, Flag, rw, "the program writes the IP header itself (raw sockets)";
        IP_IPSEC_POLICY, Struct(1024), wo, "IPsec policy of the socket";
        IP_LOCAL_PORT_RANGE = 51, Number, rw, "ports the kernel may choose from: lowest + 65536 * highest";
        IP_MINTTL, Number, rw, "drop packets whose TTL is lower";
        IP_MSFILTER, Struct(1024), rw, "the whole source filter of a multicast group";
        IP_MTU, Number, ro, "the path MTU of a connected socket"
            => "", "Connected sockets only; others fail with ENOTCONN.";
        IP_MTU_DISCOVER, Number, rw, "path MTU discovery: 0 don't, 1 want, 2 do, 3 probe (IP_PMTUDISC_...)";
        IP_MULTICAST_ALL, Flag, rw,
            "hear all groups joined by anyone on this machine; off: those joined on this socket only";
        IP_MULTICAST_IF, InterfaceV4, rw, "the interface that multicast datagrams leave by";
        IP_MULTICAST_LOOP, Flag, rw, "hear one's own multicast datagrams on this machine"
            => "1", "The sending socket's setting decides, for IPv4.";
        IP_MULTICAST_TTL, Number, rw, "how many routers multicast datagrams may pass; 1 stays in this network"
            => "1", "";
        IP_NODEFRAG, Flag, rw, "leave fragments in pieces (raw sockets)";
        IP_OPTIONS, Struct(40), rw, "the IP options of each packet";
        IP_PASSSEC, Flag, rw, "receive the sender's security label";
        IP_PKTINFO, Flag, rw, "receive the address and interface each datagram came to"
            => "0", "It comes with recvmsg as ancillary data: interface, local address, destination.";
        IP_PKTOPTIONS, Struct(1024), ro, "control messages of a TCP socket's first packets";
        IP_PROTOCOL = 52, Number, ro, "the protocol of a raw socket";
        IP_RECVERR, Flag, rw, "keep the errors that ICMP reports for MSG_ERRQUEUE"
            => "0", "recvmsg with MSG_ERRQUEUE takes the errors.";
        IP_RECVERR_RFC4884 = 26, Flag, rw, "keep the data that follows an ICMP error, too";
        IP_RECVFRAGSIZE, Flag, rw, "receive the size of the largest fragment";
        IP_RECVOPTS, Flag, rw, "receive the IP options of each datagram";
        IP_RECVORIGDSTADDR, Flag, rw, "receive the address a datagram was meant for before it was redirected";
        IP_ORIGDSTADDR, Flag, rw, "the same as IP_RECVORIGDSTADDR";
        IP_RECVTOS, Flag, rw, "receive the TOS byte of each datagram";
        IP_RECVTTL, Flag, rw, "receive the TTL of each datagram";
        IP_RETOPTS, Flag, rw, "receive the IP options of each datagram as they came";
        IP_RECVRETOPTS = 7, Flag, rw, "the same as IP_RETOPTS";
        IP_ROUTER_ALERT, Flag, rw, "get the packets with the router alert option that are to be forwarded";
        IP_TOS, Number, rw, "the type-of-service byte (DSCP) of each packet" => "0", "";
        IP_TRANSPARENT, Flag, rw, "act for addresses that are not this machine's, for root";
        IP_TTL, Number, rw, "how many routers a packet may pass: 1 to 255, -1 for the default"
            => "64", "It is lowered at every router, and the packet dropped at 0: this is how traceroute works.";
        IP_UNBLOCK_SOURCE, SourceMembership, wo, "hear a blocked source again";
        IP_UNICAST_IF, Number, rw, "the interface that datagrams leave by, its number in network byte order";
        IP_XFRM_POLICY, Struct(1024), wo, "IPsec policy of the socket";
        MCAST_BLOCK_SOURCE, Struct(264), wo, "hear one source of a group no more (struct group_source_req)";
        MCAST_JOIN_GROUP, Struct(136), wo, "join a multicast group (struct group_req)";
        MCAST_JOIN_SOURCE_GROUP, Struct(264), wo, "join a group, for one source (struct group_source_req)";
        MCAST_LEAVE_GROUP, Struct(136), wo, "leave a multicast group (struct group_req)";
        MCAST_LEAVE_SOURCE_GROUP, Struct(264), wo, "leave a group of one source (struct group_source_req)";
        MCAST_MSFILTER, Struct(1024), rw, "the whole source filter of a group (struct group_filter)";
        MCAST_UNBLOCK_SOURCE, Struct(264), wo, "hear a blocked source again (struct group_source_req)";
    }
};
