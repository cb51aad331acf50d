//! The families that are neither IP nor AF_UNIX: how their addresses are written, what they are for.

use super::{BASE, Topic};

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        names: &[
            "other families",
            "AF_*",
            "PF_*",
            "CAN_*",
            "TIPC_*",
            "J1939_*",
            "SCM_J1939_*",
            "SO_J1939_*",
            "SOL_CAN_*",
            "BT*",
            "BDADDR_*",
            "HCI_*",
            "CAPI",
            "AddressFamily",
            "family:NUMBER:HEX",
        ],
        usage: "other families: netlink:PID:GROUPS, packet:INTERFACE:PROTOCOL, vsock:CID:PORT, alg:TYPE:NAME, family:NUMBER:HEX",
        summary: "an address begins with its family's word, and then has the parts of Python's tuple",
        notes: &[
            "AF_NETLINK, AF_PACKET, AF_VSOCK and AF_ALG have addresses with parts, each by its name or its place: ${addr.pid}, \
             ${addr[0]}. An address of any other family (AF_CAN, AF_BLUETOOTH, AF_TIPC, AF_QIPCRTR, AF_RDS) is the bytes behind the \
             family, in hexadecimal: family:AF_CAN:0000....",
            "EAFNOSUPPORT: this kernel has no such family. It is built without it, or a module has to be loaded, as root.",
        ],
        example: "s = socket netlink raw NETLINK_ROUTE\nbind s 0 0\nme = getsockname s\nprint ${me.pid} ${me.groups}\n\
                  expect EAFNOSUPPORT socket 45 SOCK_DGRAM",
        related: &[
            "netlink sockets",
            "packet sockets",
            "vsock sockets",
            "AF_ALG",
            "AF_INET",
            "AF_UNIX",
            "addresses",
            "socket",
        ],
        ..BASE
    },
    Topic {
        names: &[
            "netlink sockets",
            "rtnetlink",
            "nlmsghdr",
            "RTM_GETLINK",
            "RTM_*",
            "NLM_F_*",
            "NLMSG_*",
            "NETLINK_*",
            "RTMGRP_*",
        ],
        usage: "netlink: socket netlink raw NETLINK_ROUTE; an address is netlink:PID:GROUPS, or two words: bind S 0 0",
        summary: "messages to and from the kernel: interfaces, addresses, routes, other sockets",
        notes: &[
            "A message is a struct nlmsghdr (length, type, flags, sequence, port: pack \"=IHHII\") and what belongs to the type. \
             Port 0 is the kernel; bind to 0 has it choose a port, mostly the process's id. Groups are a mask of multicast groups, as \
             RTMGRP_LINK, which tell what changes. An error comes as a message of type 2, its errno below zero.",
        ],
        example: "nl = socket netlink raw NETLINK_ROUTE\nbind nl 0 0\n\
                  req = pack \"=IHHII BBHiII\" 32 18 0x301 1 0 0 0 0 0 0 0xffffffff\nsend nl $req\ndata, from = recvfrom nl 65536\n\
                  length, type, flags, seq, pid = unpack \"=IHHII\" ${data[:16]}\nprint type $type of $length bytes",
        related: &["AF_NETLINK", "pack", "unpack", "if_nameindex", "other families"],
        ..BASE
    },
    Topic {
        names: &[
            "packet sockets",
            "packet socket",
            "sniffer",
            "抓包",
            "tcpdump",
            "ETH_P_*",
            "PACKET_*",
            "BPF",
            "packet filter",
        ],
        usage: "packet sockets (抓包): socket packet raw; an address is packet:INTERFACE:PROTOCOL, or two words: bind S lo 0x0800",
        summary: "whole frames of an interface, for root: what a sniffer sees and what a program puts on the wire itself",
        notes: &[
            "SOCK_RAW has the link header, SOCK_DGRAM leaves it to the kernel. Nothing comes before a protocol is named: by bind, or as \
             PROTO of socket, where it is in network order: n = htons ETH_P_ALL. What comes has an address of five parts, as in \
             Python: ifname, proto, pkttype (PACKET_OUTGOING is 4), hatype, addr.",
            "SO_ATTACH_FILTER takes a program that bpf makes, so that only what is wanted comes.",
        ],
        example: "try\n  p = socket packet raw\n  bind p lo 0x88b5\n  only = bpf \"ldb [14]\" \"jne #65, drop\" \"ret #-1\" \"drop: ret #0\"\n  \
                  setsockopt p SO_ATTACH_FILTER $only\n  proto = htons 0x88b5\n  frame = pack \"12xH5s\" $proto \"A few\"\n  send p $frame\n  \
                  data, from = recvfrom p 100\n  print ${from.ifname} ${data[14:]}\nexcept EPERM as e\n  print \"$e\"\nend",
        related: &["AF_PACKET", "bpf", "SO_ATTACH_FILTER", "htons", "other families"],
        ..BASE
    },
    Topic {
        names: &["vsock sockets", "VM_*", "VMADDR_*", "SO_VM_*", "IOCTL_VM_*"],
        usage: "vsock: socket vsock; an address is vsock:CID:PORT, or two words: connect S 1 5000",
        summary: "streams between a virtual machine and its host, without a network",
        notes: &[
            "CID 2 is the host, 1 this machine itself where the module vsock_loopback is loaded, any every CID at bind. Port any lets \
             the kernel choose.",
        ],
        example: "try\n  s = socket vsock\n  bind s vsock:any:any\n  getsockname s\nexcept EAFNOSUPPORT as e\n  print \"$e\"\nend",
        related: &["AF_VSOCK", "other families"],
        ..BASE
    },
    Topic {
        names: &["kernel crypto", "af_alg", "ALG_*", "skcipher"],
        usage: "AF_ALG: socket alg seqpacket; an address is TYPE NAME, or alg:TYPE:NAME",
        summary: "the kernel's hashes and ciphers: bind names the algorithm, accept gives an operation, send and recv feed it",
        notes: &[
            "A key is set with ALG_SET_KEY before accept. sendmsg_afalg says with the data whether to encrypt or decrypt, and the \
             initialization vector. Not every kernel has it: EAFNOSUPPORT.",
        ],
        example: "try\n  alg = socket alg seqpacket\n  bind alg hash sha256\n  op, none = accept alg\n  send op abc\n  recv op 32\n\
                  except EAFNOSUPPORT ENOENT as e\n  print \"$e\"\nend",
        related: &["AF_ALG", "sendmsg_afalg", "ALG_SET_KEY", "sha1", "other families"],
        ..BASE
    },
];
