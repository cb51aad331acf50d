//! Ancillary data as data: which kinds there are, and what is in them.

use super::layout::{self, Layout};

/// A kind of ancillary data.
#[derive(Debug)]
pub struct Cmsg {
    /// Its level, as of an option.
    pub level: i32,
    /// Its type within the level.
    pub number: i32,
    /// Its name.
    pub name: &'static str,
    /// What is in it; none where that is bytes, or descriptors.
    pub layout: Option<&'static Layout>,
}

macro_rules! kinds {
    (@number $name:ident) => { libc::$name };
    (@number $name:ident $number:literal) => { $number };
    (@layout) => { None };
    (@layout $layout:ident) => { Some(&layout::$layout) };
    ($($level:ident { $($name:ident $(= $number:literal)? $(, $layout:ident)?;)* })*) => {
        &[$($(Cmsg {
            level: libc::$level,
            number: kinds!(@number $name $($number)?),
            name: stringify!($name),
            layout: kinds!(@layout $($layout)?),
        },)*)*]
    };
}

/// The kinds that the kernel gives or takes.
pub static KINDS: &[Cmsg] = kinds! {
    SOL_SOCKET {
        SCM_RIGHTS;
        SCM_CREDENTIALS, UCRED;
        SCM_SECURITY = 3;
        SCM_PIDFD = 4;
        SCM_TIMESTAMP, TIMEVAL;
        SCM_TIMESTAMPNS, TIMESPEC;
        SCM_TIMESTAMPING, TIMESTAMPING;
        SO_TIMESTAMP_NEW = 63, TIMEVAL;
        SO_TIMESTAMPNS_NEW = 64, TIMESPEC;
        SO_TIMESTAMPING_NEW = 65, TIMESTAMPING;
        SCM_TIMESTAMPING_OPT_STATS = 54;
        SCM_TIMESTAMPING_PKTINFO = 58, TS_PKTINFO;
        SCM_TXTIME = 61, LEAVE_AT;
        SCM_TS_OPT_ID = 81, OPT_ID;
        SO_RXQ_OVFL, DROPS;
        SO_MARK, MARK;
        SO_PRIORITY, PRIORITY;
        SO_WIFI_STATUS, WIFI_STATUS;
    }
    IPPROTO_IP {
        IP_TOS, TOS;
        IP_TTL, TTL;
        IP_PKTINFO, PKTINFO;
        IP_RECVERR, EXTENDED_ERR;
        IP_ORIGDSTADDR, SOCKADDR_IN;
        IP_CHECKSUM, CHECKSUM;
        IP_RECVFRAGSIZE, FRAG_SIZE;
        IP_PROTOCOL = 52, PROTOCOL;
        IP_RECVOPTS;
        IP_RETOPTS;
        IP_PASSSEC;
    }
    IPPROTO_IPV6 {
        IPV6_PKTINFO, PKTINFO6;
        IPV6_HOPLIMIT, HOPLIMIT;
        IPV6_TCLASS, TCLASS;
        IPV6_RECVERR, EXTENDED_ERR;
        IPV6_ORIGDSTADDR, SOCKADDR_IN6;
        IPV6_FLOWINFO, FLOWINFO;
        IPV6_PATHMTU, MTUINFO6;
        IPV6_RECVFRAGSIZE, FRAG_SIZE;
        IPV6_DONTFRAG, DONTFRAG;
        IPV6_HOPOPTS;
        IPV6_DSTOPTS;
        IPV6_RTHDR;
        IPV6_RTHDRDSTOPTS;
        IPV6_2292PKTINFO, PKTINFO6;
        IPV6_2292HOPLIMIT, HOPLIMIT;
    }
    IPPROTO_UDP {
        UDP_SEGMENT, SEGMENT;
        UDP_GRO, GRO;
    }
    IPPROTO_TCP {
        TCP_CM_INQ = 36, INQ;
    }
};

/// The kind of that level and type, if it is known.
pub fn by_number(level: i32, number: i32) -> Option<&'static Cmsg> {
    KINDS.iter().find(|kind| (kind.level, kind.number) == (level, number))
}

/// The kind of that name.
pub fn by_name(name: &str) -> Option<&'static Cmsg> {
    KINDS.iter().find(|kind| kind.name == name)
}
