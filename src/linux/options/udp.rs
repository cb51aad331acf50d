//! Options of UDP: udp(7).

use super::{Opt, OptKind};

pub(super) const ROWS: &[Opt] = options! {
    IPPROTO_UDP "udp(7)" {
        UDP_CORK, Flag, rw, "gather what is sent into one datagram until it is switched off"
            => "0", "What is sent meanwhile leaves as one datagram when it is taken off.";
        UDP_ENCAP, Number, rw, "receive encapsulated packets: 2 for ESP in UDP" eg "3";
        UDP_GRO, Flag, rw, "receive several datagrams of one size in one call";
        UDP_NO_CHECK6_RX, Flag, rw, "accept IPv6 datagrams without a checksum";
        UDP_NO_CHECK6_TX, Flag, rw, "send IPv6 datagrams without a checksum";
        UDP_SEGMENT, Number, rw, "split what is sent into datagrams of this size" in [0..=65535] eg "1000";
    }
};
