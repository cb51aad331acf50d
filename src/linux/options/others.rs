//! Options of the other protocols and families: UDP-Lite, netlink(7), packet(7), vsock(7), AF_ALG.

use super::{Opt, OptKind};

pub(super) const ROWS: &[Opt] = options! {
    IPPROTO_UDPLITE "udplite(7)" {
        UDPLITE_SEND_CSCOV = 10, Number, rw, "how many bytes of what is sent the checksum covers, the header's 8 among them"
            => "0", "0 is all of it; 1 to 7 are 8, the header alone. What is damaged behind them arrives all the same."
            eg "s = socket udplite\nsetsockopt s UDPLITE_SEND_CSCOV 12\ngetsockopt s UDPLITE_SEND_CSCOV";
        UDPLITE_RECV_CSCOV = 11, Number, rw, "how many bytes of what comes the checksum must cover; what has less is dropped"
            => "0", "0 asks for nothing; 1 to 7 are 8."
            eg "s = socket udplite\nsetsockopt s UDPLITE_RECV_CSCOV 12\ngetsockopt s UDPLITE_RECV_CSCOV";
    }
    SOL_NETLINK "netlink(7)" {
        NETLINK_ADD_MEMBERSHIP, Number, wo, "join a multicast group, by its number; an address has only the first 32, as bits"
            eg "n = socket netlink raw\nsetsockopt n NETLINK_ADD_MEMBERSHIP 1";
        NETLINK_DROP_MEMBERSHIP, Number, wo, "leave a multicast group"
            eg "n = socket netlink raw\nsetsockopt n NETLINK_DROP_MEMBERSHIP 1";
        NETLINK_PKTINFO, Flag, rw, "tell with each message which group it came by"
            eg "n = socket netlink raw\nsetsockopt n NETLINK_PKTINFO 1";
        NETLINK_BROADCAST_ERROR, Flag, rw, "have a multicast fail where one receiver has no room"
            eg "n = socket netlink raw\nsetsockopt n NETLINK_BROADCAST_ERROR 1";
        NETLINK_NO_ENOBUFS, Flag, rw, "say nothing of messages that were lost for want of room"
            eg "n = socket netlink raw\nsetsockopt n NETLINK_NO_ENOBUFS 1";
        NETLINK_CAP_ACK, Flag, rw, "leave the request out of its acknowledgement"
            eg "n = socket netlink raw\nsetsockopt n NETLINK_CAP_ACK 1";
        NETLINK_EXT_ACK, Flag, rw, "have an error's acknowledgement say in words what is wrong"
            eg "n = socket netlink raw\nsetsockopt n NETLINK_EXT_ACK 1";
        NETLINK_GET_STRICT_CHK, Flag, rw, "refuse requests for a list that have what the kernel does not know"
            eg "n = socket netlink raw\nsetsockopt n NETLINK_GET_STRICT_CHK 1";
    }
    SOL_PACKET "packet(7)" {
        PACKET_ADD_MEMBERSHIP, Struct(16), wo, "take more frames of an interface: a struct packet_mreq, as all of them" as root
            eg "p = socket packet raw\npromiscuous = pack =IHH8x 1 1 0\nsetsockopt p PACKET_ADD_MEMBERSHIP $promiscuous";
        PACKET_DROP_MEMBERSHIP, Struct(16), wo, "take back what PACKET_ADD_MEMBERSHIP did" as root
            eg "p = socket packet raw\npromiscuous = pack =IHH8x 1 1 0\nsetsockopt p PACKET_ADD_MEMBERSHIP $promiscuous\n\
                setsockopt p PACKET_DROP_MEMBERSHIP $promiscuous";
        PACKET_STATISTICS, Struct(8), ro, "how many frames came since the last look, and how many of them were dropped" as root
            eg "p = socket packet raw\nseen = getsockopt p PACKET_STATISTICS\nunpack II $seen";
        PACKET_AUXDATA, Flag, rw, "tell more of each frame beside it: a struct tpacket_auxdata" as root
            eg "p = socket packet raw\nsetsockopt p PACKET_AUXDATA 1";
        PACKET_IGNORE_OUTGOING, Flag, rw, "leave out the frames that this machine sends" as root
            eg "p = socket packet raw\nsetsockopt p PACKET_IGNORE_OUTGOING 1";
        PACKET_ORIGDEV, Flag, rw, "name the interface that a frame came by, and not the one it was given to" as root
            eg "p = socket packet raw\nsetsockopt p PACKET_ORIGDEV 1";
        PACKET_QDISC_BYPASS, Flag, rw, "send past the interface's queue" as root
            eg "p = socket packet raw\nsetsockopt p PACKET_QDISC_BYPASS 1";
    }
    AF_VSOCK "vsock(7)" {
        SO_VM_SOCKETS_BUFFER_SIZE = 0, Wide, rw, "how many bytes the peer may send ahead of what is read here"
            => "262144", "It stays between the two options beside it."
            eg "s = socket vsock\nsetsockopt s SO_VM_SOCKETS_BUFFER_SIZE 65536\ngetsockopt s SO_VM_SOCKETS_BUFFER_SIZE";
        SO_VM_SOCKETS_BUFFER_MIN_SIZE = 1, Wide, rw, "the least that SO_VM_SOCKETS_BUFFER_SIZE may be" => "128", ""
            eg "s = socket vsock\ngetsockopt s SO_VM_SOCKETS_BUFFER_MIN_SIZE";
        SO_VM_SOCKETS_BUFFER_MAX_SIZE = 2, Wide, rw, "the most that SO_VM_SOCKETS_BUFFER_SIZE may be" => "262144", ""
            eg "s = socket vsock\ngetsockopt s SO_VM_SOCKETS_BUFFER_MAX_SIZE";
    }
    SOL_ALG "address_families(7)" {
        ALG_SET_KEY, Text, wo, "the key of the algorithm that the socket is bound to, before accept"
            eg "try\n  s = socket alg seqpacket\n  bind s alg:skcipher:cbc(aes)\n  setsockopt s ALG_SET_KEY \"sixteen bytes...\"\n\
                except EAFNOSUPPORT ENOENT as e\n  print \"$e\"\nend";
        ALG_SET_AEAD_AUTHSIZE, Length, wo, "how long the tag is that authenticates the data; the length is the value's own"
            eg "try\n  s = socket alg seqpacket\n  setsockopt s ALG_SET_AEAD_AUTHSIZE 16\nexcept EAFNOSUPPORT ENOPROTOOPT EINVAL as e\n  print \"$e\"\nend";
    }
};
