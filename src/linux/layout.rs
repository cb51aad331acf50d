//! Structures of the kernel as data: their fields in order, under the kernel's names.
//!
//! What is read of a structure, and how its words become one, is made of these ([`crate::command`]).

use super::flags::{CA_STATES, FILTER_MODES, ORIGINS, TCP_OPTIONS};
use super::set::Constants;

/// What a field is.
#[derive(Clone, Copy, Debug)]
pub enum Member {
    /// A number without a sign, of so many bytes.
    Uint(usize),
    /// A number with one.
    Int(usize),
    /// A C `int` that the kernel may give in fewer bytes, or more: as many as there are.
    Number,
    /// An IPv4 address.
    V4,
    /// An IPv6 address.
    V6,
    /// The number of a network interface in a C `int`; its name is understood.
    Interface,
    /// An errno, shown by its name.
    Errno,
    /// So many bits of a byte, from that one on; those of one byte stand together, the lowest first.
    Bits(u32, u32),
    /// One of these in so many bytes, shown by its name.
    Choice(&'static Constants, usize),
    /// Flags in a byte, shown by their names.
    Flags(&'static Constants),
    /// So many structures of a kind.
    Several(&'static Layout, usize),
    /// A socket address of so many bytes.
    Address(usize),
    /// The host of one, without a port.
    HostIn(usize),
    /// How many of the list behind it there are, in 4 bytes.
    Count,
    /// As many of these as there are, behind all the rest.
    List(&'static Member),
    /// The host of a socket address behind all the rest, where there is one.
    Host,
    /// Bytes that say nothing.
    Pad(usize),
}

impl Member {
    /// How many bytes it has at least.
    pub fn size(self) -> usize {
        match self {
            Self::Uint(size) | Self::Int(size) | Self::Choice(_, size) => size,
            Self::Address(size) | Self::HostIn(size) | Self::Pad(size) => size,
            Self::Bits(from, _) => usize::from(from == 0),
            Self::Number | Self::Flags(_) => 1,
            Self::V4 | Self::Interface | Self::Errno | Self::Count => 4,
            Self::V6 => 16,
            Self::Several(layout, count) => layout.size() * count,
            Self::Host | Self::List(_) => 0,
        }
    }
}

/// A structure.
#[derive(Debug)]
pub struct Layout {
    /// Its name in C.
    pub name: &'static str,
    /// How it is written in words; empty where it is not.
    pub form: &'static str,
    /// Its fields.
    pub parts: &'static [(&'static str, Member)],
}

/// Each structure stands here once.
impl PartialEq for Layout {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Layout {}

impl Layout {
    /// How many bytes it has at least.
    pub fn size(&self) -> usize {
        self.parts.iter().map(|(_, part)| part.size()).sum()
    }

    /// The names of the fields that it is made of in words.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.parts.iter().filter(|(_, part)| !matches!(part, Member::Pad(_) | Member::Count)).map(|(name, _)| *name)
    }

    /// How many bytes each of the list at its end has, if it has one. Of such a structure the kernel tells only who says of
    /// which: its first fields.
    pub fn listed(&self) -> Option<usize> {
        if let Some((_, Member::List(each))) = self.parts.last() { Some(each.size()) } else { None }
    }
}

macro_rules! layouts {
    ($($constant:ident $name:literal $($form:literal)? { $($field:ident $part:ident $(($($inside:expr),*))?),* })*) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            pub static $constant: Layout = Layout {
                name: $name,
                form: concat!("" $(, $form)?),
                parts: &[$((stringify!($field), Member::$part $(($($inside),*))?)),*],
            };
        )*
    };
}

layouts! {
    UCRED "struct ucred" "PID UID GID" { pid Int(4), uid Uint(4), gid Uint(4) }
    LINGER "struct linger" "ONOFF SECONDS" { l_onoff Int(4), l_linger Int(4) }
    TIMEVAL "struct timeval" { tv_sec Int(8), tv_usec Int(8) }
    TIMESPEC "struct timespec" { tv_sec Int(8), tv_nsec Int(8) }
    TIMESTAMPING "struct scm_timestamping" { ts Several(&TIMESPEC, 3) }
    TS_PKTINFO "struct scm_ts_pktinfo" { if_index Uint(4), pkt_length Uint(4), reserved Pad(8) }
    PKTINFO "struct in_pktinfo" "[INTERFACE] [SOURCE]" { ipi_ifindex Interface, ipi_spec_dst V4, ipi_addr V4 }
    PKTINFO6 "struct in6_pktinfo" "[SOURCE] [INTERFACE]" { ipi6_addr V6, ipi6_ifindex Interface }
    MTUINFO6 "struct ip6_mtuinfo" { ip6m_addr Address(28), ip6m_mtu Uint(4) }
    EXTENDED_ERR "struct sock_extended_err" {
        ee_errno Errno, ee_origin Choice(&ORIGINS, 1), ee_type Uint(1), ee_code Uint(1), ee_pad Pad(1), ee_info Uint(4),
        ee_data Uint(4), offender Host
    }
    SOCKADDR_IN "struct sockaddr_in" { address Address(16) }
    SOCKADDR_IN6 "struct sockaddr_in6" { address Address(28) }
    GROUP_REQ "struct group_req" "GROUP [INTERFACE]" { gr_interface Interface, pad Pad(4), gr_group HostIn(128) }
    GROUP_SOURCE_REQ "struct group_source_req" "GROUP SOURCE [INTERFACE]" {
        gsr_interface Interface, pad Pad(4), gsr_group HostIn(128), gsr_source HostIn(128)
    }
    MSFILTER "struct ip_msfilter" "GROUP [INTERFACE] MODE [SOURCE...]" {
        imsf_multiaddr V4, imsf_interface V4, imsf_fmode Choice(&FILTER_MODES, 4), imsf_numsrc Count,
        imsf_slist List(&Member::V4)
    }
    GROUP_FILTER "struct group_filter" "GROUP [INTERFACE] MODE [SOURCE...]" {
        gf_interface Interface, pad Pad(4), gf_group HostIn(128), gf_fmode Choice(&FILTER_MODES, 4), gf_numsrc Count,
        gf_slist List(&Member::HostIn(128))
    }
    TXTIME "struct sock_txtime" "CLOCKID FLAGS" { clockid Int(4), flags Uint(4) }
    MEMINFO "nine numbers of 32 bits" {
        rmem_alloc Uint(4), rcvbuf Uint(4), wmem_alloc Uint(4), sndbuf Uint(4), fwd_alloc Uint(4), wmem_queued Uint(4),
        optmem Uint(4), backlog Uint(4), drops Uint(4)
    }
    REPAIR_WINDOW "struct tcp_repair_window" "SND_WL1 SND_WND MAX_WINDOW RCV_WND RCV_WUP" {
        snd_wl1 Uint(4), snd_wnd Uint(4), max_window Uint(4), rcv_wnd Uint(4), rcv_wup Uint(4)
    }
    TCP_INFO "struct tcp_info" {
        tcpi_state Uint(1), tcpi_ca_state Choice(&CA_STATES, 1), tcpi_retransmits Uint(1), tcpi_probes Uint(1), tcpi_backoff Uint(1),
        tcpi_options Flags(&TCP_OPTIONS), tcpi_snd_wscale Bits(0, 4), tcpi_rcv_wscale Bits(4, 4),
        tcpi_delivery_rate_app_limited Bits(0, 1), tcpi_fastopen_client_fail Bits(1, 2), tcpi_rto Uint(4),
        tcpi_ato Uint(4), tcpi_snd_mss Uint(4), tcpi_rcv_mss Uint(4), tcpi_unacked Uint(4), tcpi_sacked Uint(4),
        tcpi_lost Uint(4), tcpi_retrans Uint(4), tcpi_fackets Uint(4), tcpi_last_data_sent Uint(4),
        tcpi_last_ack_sent Uint(4), tcpi_last_data_recv Uint(4), tcpi_last_ack_recv Uint(4), tcpi_pmtu Uint(4),
        tcpi_rcv_ssthresh Uint(4), tcpi_rtt Uint(4), tcpi_rttvar Uint(4), tcpi_snd_ssthresh Uint(4),
        tcpi_snd_cwnd Uint(4), tcpi_advmss Uint(4), tcpi_reordering Uint(4), tcpi_rcv_rtt Uint(4),
        tcpi_rcv_space Uint(4), tcpi_total_retrans Uint(4), tcpi_pacing_rate Uint(8), tcpi_max_pacing_rate Uint(8),
        tcpi_bytes_acked Uint(8), tcpi_bytes_received Uint(8), tcpi_segs_out Uint(4), tcpi_segs_in Uint(4),
        tcpi_notsent_bytes Uint(4), tcpi_min_rtt Uint(4), tcpi_data_segs_in Uint(4), tcpi_data_segs_out Uint(4),
        tcpi_delivery_rate Uint(8), tcpi_busy_time Uint(8), tcpi_rwnd_limited Uint(8), tcpi_sndbuf_limited Uint(8),
        tcpi_delivered Uint(4), tcpi_delivered_ce Uint(4), tcpi_bytes_sent Uint(8), tcpi_bytes_retrans Uint(8),
        tcpi_dsack_dups Uint(4), tcpi_reord_seen Uint(4), tcpi_rcv_ooopack Uint(4), tcpi_snd_wnd Uint(4),
        tcpi_rcv_wnd Uint(4), tcpi_rehash Uint(4), tcpi_total_rto Uint(2), tcpi_total_rto_recoveries Uint(2),
        tcpi_total_rto_time Uint(4)
    }
    NUMBER "int" "NUMBER" { number Number }
    TTL "int" "NUMBER" { ttl Number }
    TOS "int" "NUMBER" { tos Number }
    TCLASS "int" "NUMBER" { tclass Number }
    HOPLIMIT "int" "NUMBER" { hoplimit Number }
    FRAG_SIZE "int" { size Number }
    CHECKSUM "unsigned int" { csum Uint(4) }
    PROTOCOL "int" "NUMBER" { protocol Number }
    FLOWINFO "unsigned int, in network byte order" "NUMBER" { flowinfo Uint(4) }
    DONTFRAG "int" "NUMBER" { dontfrag Number }
    INQ "int" "NUMBER" { inq Number }
    GRO "int" "NUMBER" { gso_size Number }
    SEGMENT "unsigned short" "BYTES" { gso_size Uint(2) }
    DROPS "unsigned int" "NUMBER" { drops Uint(4) }
    MARK "unsigned int" "NUMBER" { mark Uint(4) }
    PRIORITY "unsigned int" "NUMBER" { priority Uint(4) }
    WIFI_STATUS "int" { acknowledged Number }
    LEAVE_AT "unsigned long, nanoseconds" "NANOSECONDS" { txtime Uint(8) }
    OPT_ID "unsigned int" "NUMBER" { id Uint(4) }
}
