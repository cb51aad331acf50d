//! The socket options as data: name, level, number, the form of the value, what it is for. Everything that
//! socket(7), ip(7), ipv6(7), tcp(7), udp(7), unix(7) and raw(7) document, and what the kernel has added since.
//!
//! The numbers are libc's own; the few it lacks stand here, and a test compares them with the kernel's headers.

/// Rows by level. A row is NAME [= NUMBER, when libc lacks it] KIND ACCESS SUMMARY
/// [PAGE, when it is not the level's] [in [the ranges of numbers that it takes, where it does not take all]] [=> DEFAULT, NOTE]
/// [as root, when only root may use it] [eg EXAMPLE].
macro_rules! options {
    (@number $name:ident) => { libc::$name };
    (@number $name:ident $number:literal) => { $number };
    (@man $man:literal) => { $man };
    (@man $man:literal $own:literal) => { $own };
    (@read wo) => { false };
    (@read $access:ident) => { true };
    (@root root) => { true };
    (@root) => { false };
    (@write ro) => { false };
    (@write $access:ident) => { true };
    ($($level:ident $man:literal {
        $($name:ident $(= $number:literal)?, $kind:ident $(($inside:expr))?, $access:ident, $summary:literal
            $(, $own:literal)? $(in [$($range:expr),*])? $(=> $default:literal, $note:literal)? $(as $root:ident)?
            $(eg $example:literal)?;)*
    })*) => {
        &[$($(Opt {
            name: stringify!($name),
            level: libc::$level,
            number: options!(@number $name $($number)?),
            kind: OptKind::$kind $(($inside))?,
            readable: options!(@read $access),
            writable: options!(@write $access),
            summary: $summary,
            ranges: &[$($($range),*)?],
            man: options!(@man $man $($own)?),
            default: concat!("" $(, $default)?),
            note: concat!("" $(, $note)?),
            root: options!(@root $($root)?),
            example: concat!("" $(, $example)?),
        },)*)*]
    };
}

use std::ops::RangeInclusive;

use super::layout::Layout;
use super::set::Constants;

mod ip;
mod ipv6;
mod others;
mod raw;
mod socket;
mod tcp;
mod udp;

/// The form of an option's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptKind {
    /// A C `int` that is 0 or 1.
    Flag,
    /// A C `int`.
    Number,
    /// A number of 64 bits.
    Wide,
    /// The number of a network interface in a C `int`; its name is understood.
    Interface,
    /// Seconds in a `struct timeval`.
    Seconds,
    /// A C `int` of these flags, by their names.
    Flags(&'static Constants),
    /// A structure whose fields have names.
    Fields(&'static Layout),
    /// Any number of numbers of 32 bits.
    Numbers,
    /// `struct ip_mreqn`: a group, and an interface by address, name or number.
    Membership,
    /// `struct ip_mreq_source`: a group, a source, an interface by address.
    SourceMembership,
    /// `struct ipv6_mreq`: a group, and an interface by number or name.
    Membership6,
    /// An interface for IPv4 multicast: by address, name or number.
    InterfaceV4,
    /// Text.
    Text,
    /// A number, which the kernel takes from how long the value is.
    Length,
    /// A classic BPF program: so many instructions of 8 bytes.
    Program,
    /// A structure that is left as bytes, at most so many.
    Struct(usize),
}

impl OptKind {
    /// How a value of it is written.
    pub fn form(self) -> &'static str {
        match self {
            Self::Flag => "1 or 0",
            Self::Number | Self::Wide => "a whole number",
            Self::Interface => "an interface's name or number",
            Self::Seconds => "seconds",
            Self::Flags(_) => "flags by name, joined with |",
            Self::Fields(layout) if !layout.form.is_empty() => layout.form,
            Self::Fields(_) => "the fields of a structure",
            Self::Numbers => "numbers of 32 bits",
            Self::SourceMembership => "GROUP SOURCE [INTERFACE]",
            Self::Membership | Self::Membership6 => "GROUP [INTERFACE]",
            Self::InterfaceV4 => "an interface's address, name or number",
            Self::Text => "text",
            Self::Length => "a whole number from 0 to 4096",
            Self::Program => "a BPF program, as bpf makes one",
            Self::Struct(_) => "packed bytes",
        }
    }
}

/// One option.
#[derive(Debug)]
pub struct Opt {
    /// Its name.
    pub name: &'static str,
    /// The level it belongs to.
    pub level: i32,
    /// Its number at that level.
    pub number: i32,
    /// The form of its value.
    pub kind: OptKind,
    /// Whether getsockopt takes it.
    pub readable: bool,
    /// Whether setsockopt takes it.
    pub writable: bool,
    /// What it is for.
    pub summary: &'static str,
    /// The numbers that the kernel takes, where it does not take all; others fail with EINVAL.
    pub ranges: &'static [RangeInclusive<i32>],
    /// The page of the manual it belongs to.
    pub man: &'static str,
    /// Its default on Linux; empty where there is none to tell.
    pub default: &'static str,
    /// What one should know of it; mostly empty.
    pub note: &'static str,
    /// Only root may use it.
    pub root: bool,
    /// An example's value, or whole lines; empty where the usual value of its kind does.
    pub example: &'static str,
}

/// Ranges in words: `-1, or 1 to 255`.
pub fn in_words(ranges: &[RangeInclusive<i32>]) -> String {
    let words = ranges.iter().map(|range| match (*range.start(), *range.end()) {
        (low, high) if low == high => low.to_string(),
        (low, i32::MAX) => format!("{low} or more"),
        (low, high) if low + 1 == high => format!("{low} or {high}"),
        (low, high) => format!("{low} to {high}"),
    });
    words.collect::<Vec<_>>().join(", or ")
}

/// An option as a call names it: any level and number, known or not.
#[derive(Clone, Copy, Debug)]
pub struct OptRef {
    /// The level.
    pub level: i32,
    /// The number at that level.
    pub number: i32,
    /// What is known about it.
    pub spec: Option<&'static Opt>,
}

/// The options by level.
static TABLE: [&[Opt]; 7] = [socket::ROWS, ip::ROWS, ipv6::ROWS, tcp::ROWS, udp::ROWS, raw::ROWS, others::ROWS];

/// Every option, by level.
pub fn all() -> impl Iterator<Item = &'static Opt> {
    TABLE.into_iter().flatten()
}

/// The option of that name.
pub fn by_name(name: &str) -> Option<OptRef> {
    let spec = all().find(|o| o.name == name)?;
    Some(OptRef { level: spec.level, number: spec.number, spec: Some(spec) })
}

/// The option of that number, whether it is known or not. Where several names share a number it is the first.
pub fn by_number(level: i32, number: i32) -> OptRef {
    // Those that are the same for both versions of IP.
    let both = level == libc::IPPROTO_IPV6 && (libc::MCAST_JOIN_GROUP..=libc::MCAST_MSFILTER).contains(&number);
    let home = if both { libc::IPPROTO_IP } else { level };
    OptRef { level, number, spec: all().find(|o| o.level == home && o.number == number) }
}

/// The names of all options.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|o| o.name)
}

/// The levels by name, the best known name of a number first.
pub fn levels() -> impl Iterator<Item = &'static (&'static str, i32)> {
    LEVELS.iter()
}

/// The level of that name.
pub fn level(name: &str) -> Option<i32> {
    LEVELS.iter().find(|(n, _)| *n == name).map(|(_, number)| *number)
}

/// The name a level is best known by.
pub fn level_name(level: i32) -> Option<&'static str> {
    LEVELS.iter().find(|(_, number)| *number == level).map(|(name, _)| *name)
}

macro_rules! levels {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name)),*] };
}

/// The levels; where several share a number, the best known name first.
static LEVELS: &[(&str, i32)] = levels![
    SOL_SOCKET IPPROTO_IP IPPROTO_TCP IPPROTO_UDP IPPROTO_IPV6 IPPROTO_ICMPV6 SOL_RAW IPPROTO_ICMP IPPROTO_RAW SOL_IP
    SOL_TCP SOL_UDP SOL_IPV6 SOL_ICMPV6 IPPROTO_UDPLITE IPPROTO_SCTP IPPROTO_DCCP SOL_DCCP IPPROTO_MPTCP
    SOL_PACKET SOL_NETLINK SOL_TLS SOL_TIPC SOL_BLUETOOTH SOL_ALG SOL_LLC SOL_ATM SOL_RDS SOL_RXRPC SOL_XDP AF_VSOCK
];
