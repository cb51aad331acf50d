//! Options of IPv6: ipv6(7).

use super::{Opt, OptKind};
use crate::linux::layout;

pub(super) const ROWS: &[Opt] = options! {
    IPPROTO_IPV6 "ipv6(7)" {
        IPV6_ADDRFORM, Number, wo, "turn a socket connected to an IPv4 address into one of AF_INET"
            eg "s = socket udp6\nconnect s [::ffff:127.0.0.1]:9\nsetsockopt s IPV6_ADDRFORM AF_INET\n\
                getsockname s";
        IPV6_ADDR_PREFERENCES, Number, rw, "which kind of source address is preferred" eg "2";
        IPV6_ADD_MEMBERSHIP, Membership6, wo, "join a multicast group";
        IPV6_JOIN_GROUP = 20, Membership6, wo, "the same as IPV6_ADD_MEMBERSHIP";
        IPV6_AUTHHDR, Flag, rw, "receive the authentication header; obsolete"
            eg "s = socket tcp6\nexpect ENOPROTOOPT setsockopt s IPV6_AUTHHDR 1";
        IPV6_AUTOFLOWLABEL, Flag, rw, "let the kernel choose flow labels";
        IPV6_CHECKSUM, Number, rw, "where the checksum stands in a raw socket's packets; -1 for none" as root
            eg "s = socket AF_INET6 SOCK_RAW IPPROTO_UDP\nsetsockopt s IPV6_CHECKSUM 6\n\
                getsockopt s IPV6_CHECKSUM";
        IPV6_DONTFRAG, Flag, rw, "never fragment datagrams";
        IPV6_DROP_MEMBERSHIP, Membership6, wo, "leave a multicast group"
            eg "s = socket udp6\nsetsockopt s IPV6_ADD_MEMBERSHIP ff02::123 lo\n\
                setsockopt s IPV6_DROP_MEMBERSHIP ff02::123 lo";
        IPV6_LEAVE_GROUP = 21, Membership6, wo, "the same as IPV6_DROP_MEMBERSHIP"
            eg "s = socket udp6\nsetsockopt s IPV6_JOIN_GROUP ff02::123 lo\n\
                setsockopt s IPV6_LEAVE_GROUP ff02::123 lo";
        IPV6_DSTOPTS, Struct(1024), rw, "the destination options of each packet" as root
            eg "\\x00\\x00\\x01\\x04\\x00\\x00\\x00\\x00";
        IPV6_FLOWINFO, Flag, rw, "receive the flow label of each datagram";
        IPV6_FLOWINFO_SEND, Flag, rw, "send the flow label that the address holds";
        IPV6_FLOWLABEL_MGR, Struct(32), rw, "ask for flow labels and give them back"
            eg "s = socket udp6\nto = inet_pton AF_INET6 ::1\nask = pack 16sIBBHHHI $to 0 0 255 1 0 0 0\n\
                setsockopt s IPV6_FLOWLABEL_MGR $ask";
        IPV6_FREEBIND, Flag, rw, "allow binding to an address that this machine does not have yet";
        IPV6_HDRINCL, Flag, rw, "the program writes the IPv6 header itself (raw sockets)" as root
            eg "s = socket AF_INET6 SOCK_RAW IPPROTO_UDP\nsetsockopt s IPV6_HDRINCL 1\n\
                getsockopt s IPV6_HDRINCL";
        IPV6_HOPLIMIT, Flag, rw, "the hop limit of one datagram; a control message rather than an option"
            eg "s = socket tcp6\nexpect ENOPROTOOPT setsockopt s IPV6_HOPLIMIT 1";
        IPV6_HOPOPTS, Struct(1024), rw, "the hop-by-hop options of each packet" as root
            eg "\\x00\\x00\\x01\\x04\\x00\\x00\\x00\\x00";
        IPV6_IPSEC_POLICY, Struct(1024), wo, "IPsec policy of the socket"
            eg "s = socket tcp6\npolicy = pack 64x\ntry\n  setsockopt s IPV6_IPSEC_POLICY $policy\n\
                except EPERM EOPNOTSUPP EINVAL ENOPROTOOPT as e\n  print \"an empty policy: $e\"\nend";
        IPV6_JOIN_ANYCAST, Membership6, wo, "join an anycast group"
            eg "s = socket udp6\ntry\n  setsockopt s IPV6_JOIN_ANYCAST 2001:db8::1 lo\n\
                except EPERM EADDRNOTAVAIL as e\n  print \"for root, on a router: $e\"\nend";
        IPV6_LEAVE_ANYCAST, Membership6, wo, "leave an anycast group"
            eg "s = socket udp6\nexpect ENOENT setsockopt s IPV6_LEAVE_ANYCAST 2001:db8::1 lo";
        IPV6_MINHOPCOUNT, Number, rw, "drop packets whose hop limit is lower" in [0..=255] eg "64";
        IPV6_MTU, Number, rw, "the path MTU of a connected socket; set, the MTU to use" in [0..=0, 1280..=i32::MAX]
            eg "s = socket udp6\nconnect s [::1]:9\nsetsockopt s IPV6_MTU 1400\ngetsockopt s IPV6_MTU";
        IPV6_MTU_DISCOVER, Number, rw, "path MTU discovery: 0 don't, 1 want, 2 do, 3 probe (IPV6_PMTUDISC_...)" in [0..=5] eg "IPV6_PMTUDISC_DO";
        IPV6_MULTICAST_ALL, Flag, rw, "hear all groups joined by anyone on this machine";
        IPV6_MULTICAST_HOPS, Number, rw, "how many routers multicast datagrams may pass; -1 for the default, 1" in [-1..=255]
            => "1", "" eg "4";
        IPV6_MULTICAST_IF, Interface, rw, "the interface that multicast datagrams leave by";
        IPV6_MULTICAST_LOOP, Flag, rw, "hear one's own multicast datagrams on this machine";
        IPV6_NEXTHOP, Struct(28), rw, "the address of the next router"
            => "", "Linux names it, and does not have it."
            eg "s = socket udp6\nexpect ENOPROTOOPT getsockopt s IPV6_NEXTHOP";
        IPV6_ORIGDSTADDR, Flag, rw, "the same as IPV6_RECVORIGDSTADDR";
        IPV6_RECVORIGDSTADDR, Flag, rw, "receive the address a datagram was meant for before it was redirected";
        IPV6_PATHMTU, Fields(&layout::MTUINFO6), ro, "the path MTU of a connected socket (struct ip6_mtuinfo)"
            eg "s = socket udp6\nconnect s [::1]:9\ngetsockopt s IPV6_PATHMTU";
        IPV6_PKTINFO, Fields(&layout::PKTINFO6), rw, "source address and interface of each datagram (struct in6_pktinfo)"
            eg "s = socket udp6\nsetsockopt s IPV6_PKTINFO ::1 lo";
        IPV6_RECVDSTOPTS, Flag, rw, "receive the destination options";
        IPV6_RECVERR, Flag, rw, "keep the errors that ICMPv6 reports for MSG_ERRQUEUE";
        IPV6_RECVERR_RFC4884 = 31, Flag, rw, "keep the data that follows an ICMPv6 error, too";
        IPV6_RECVFRAGSIZE, Flag, rw, "receive the size of the largest fragment";
        IPV6_RECVHOPLIMIT, Flag, rw, "receive the hop limit of each datagram";
        IPV6_RECVHOPOPTS, Flag, rw, "receive the hop-by-hop options";
        IPV6_RECVPATHMTU, Flag, rw, "receive the path MTU when it changes";
        IPV6_RECVPKTINFO, Flag, rw, "receive the address and interface each datagram came to";
        IPV6_RECVRTHDR, Flag, rw, "receive the routing header";
        IPV6_RECVTCLASS, Flag, rw, "receive the traffic class of each datagram";
        IPV6_ROUTER_ALERT, Number, rw, "get the packets with this router alert value that are to be forwarded" as root
            eg "s = socket AF_INET6 SOCK_RAW IPPROTO_RAW\nsetsockopt s IPV6_ROUTER_ALERT 0";
        IPV6_ROUTER_ALERT_ISOLATE, Flag, rw, "get the router alerts of this network namespace only";
        IPV6_RTHDR, Struct(1024), rw, "the routing header of each packet"
            eg "s = socket tcp6\nnone = encode \"\"\nsetsockopt s IPV6_RTHDR $none\ngetsockopt s IPV6_RTHDR";
        IPV6_RTHDRDSTOPTS, Struct(1024), rw, "the destination options before the routing header" as root
            eg "\\x00\\x00\\x01\\x04\\x00\\x00\\x00\\x00";
        IPV6_TCLASS, Number, rw, "the traffic class of each packet" in [-1..=255] eg "8";
        IPV6_TRANSPARENT, Flag, rw, "act for addresses that are not this machine's, for root" as root;
        IPV6_UNICAST_HOPS, Number, rw, "how many routers a packet may pass; -1 for the default" in [-1..=255] => "64", "" eg "32";
        IPV6_UNICAST_IF, Number, rw, "the interface that datagrams leave by, its number in network byte order"
            eg "s = socket udp6\nindex = htonl 1\nsetsockopt s IPV6_UNICAST_IF $index\n\
                getsockopt s IPV6_UNICAST_IF";
        IPV6_V6ONLY, Flag, rw, "IPv6 only: leave the port free for an IPv4 socket. Set it before bind"
            => "0",
            "The default is net.ipv6.bindv6only. Off, a socket bound to [::] also takes IPv4 clients, whose \
             addresses look like ::ffff:1.2.3.4, and the same port of IPv4 is taken.";
        IPV6_XFRM_POLICY, Struct(1024), wo, "IPsec policy of the socket"
            eg "s = socket tcp6\npolicy = pack 64x\ntry\n  setsockopt s IPV6_XFRM_POLICY $policy\n\
                except EPERM EOPNOTSUPP EINVAL ENOPROTOOPT as e\n  print \"an empty policy: $e\"\nend";
        IPV6_2292PKTINFO, Flag, rw, "old form of IPV6_RECVPKTINFO";
        IPV6_2292HOPOPTS, Flag, rw, "old form of IPV6_RECVHOPOPTS";
        IPV6_2292DSTOPTS, Flag, rw, "old form of IPV6_RECVDSTOPTS";
        IPV6_2292RTHDR, Flag, rw, "old form of IPV6_RECVRTHDR";
        IPV6_2292PKTOPTIONS, Struct(1024), rw, "old form of the sticky options"
            eg "s = socket tcp6\nnone = encode \"\"\nsetsockopt s IPV6_2292PKTOPTIONS $none";
        IPV6_2292HOPLIMIT, Flag, rw, "old form of IPV6_RECVHOPLIMIT";
    }
};
