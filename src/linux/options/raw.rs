//! Options of raw sockets: raw(7), icmp(7).

use super::{Opt, OptKind};

pub(super) const ROWS: &[Opt] = options! {
    SOL_RAW "raw(7)" {
        ICMP_FILTER = 1, Number, rw, "which ICMP types a raw socket does not get, one bit each" as root;
    }
    IPPROTO_ICMPV6 "icmp(7)" {
        ICMPV6_FILTER = 1, Struct(32), rw, "which ICMPv6 types a raw socket does not get, one bit each" as root
            eg "s = socket AF_INET6 SOCK_RAW IPPROTO_ICMPV6\nnone = pack 32x\n\
                setsockopt s ICMPV6_FILTER $none\ngetsockopt s ICMPV6_FILTER";
    }
};
