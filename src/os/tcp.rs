//! How a socket stands, and what TCP_INFO tells of a connection.
//!
//! `struct tcp_info` only ever grew at its end, so a field is an offset and a size; an older kernel gives fewer bytes,
//! and a field that is not there is `None`. Nothing here is formatted.

use std::os::fd::BorrowedFd;

use super::{addr, fd, sockopt};
use crate::linux::state::State;
use crate::value::Addr;

/// The TCP state of a socket; the errno where it has none.
pub(crate) fn state(fd: BorrowedFd<'_>) -> Result<Option<State>, i32> {
    // The state is the first byte of struct tcp_info.
    let mut first = [0_u8];
    sockopt::get(fd, libc::IPPROTO_TCP, libc::TCP_INFO, &mut first)?;
    Ok(State::tcp(first[0]))
}

/// How a socket of any kind stands: one without TCP has a peer or not, or listens.
pub(crate) fn stands(fd: BorrowedFd<'_>) -> State {
    match state(fd) {
        Ok(Some(state)) => state,
        _ if sockopt::get_int(fd, libc::SOL_SOCKET, libc::SO_ACCEPTCONN) == Ok(1) => State::Listen,
        // Every netlink socket has the kernel for its peer until it gets another.
        _ if addr::getpeername(fd).is_ok_and(|peer| !is_kernel(&peer)) => State::Connected,
        _ => State::Unconnected,
    }
}

fn is_kernel(peer: &Addr) -> bool {
    matches!(peer, Addr::Special(special) if special.is_open())
}

/// What waits in a socket to be read, and to be acknowledged or delivered, each where that says something: a listener has
/// connections, and what only a connection moves has nothing before there is one.
pub(crate) fn queues(fd: BorrowedFd<'_>, state: State, kind: i32) -> (Option<usize>, Option<usize>) {
    match state {
        State::Listen | State::SynSent => (None, None),
        State::Unconnected if matches!(kind, libc::SOCK_STREAM | libc::SOCK_SEQPACKET) => (None, None),
        // What came before the end can still be read. What was to be sent is gone, though it still counts.
        State::Close => (fd::inq(fd).ok().filter(|n| *n > 0), None),
        _ => (fd::inq(fd).ok(), fd::outq(fd).ok()),
    }
}

/// What a field of TCP_INFO counts in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unit {
    /// Microseconds.
    Micros,
    /// Milliseconds.
    Millis,
    /// Bytes.
    Bytes,
    /// Bytes a second.
    BytesPerSecond,
    /// TCP segments.
    Segments,
    /// Plain number.
    Count,
}

/// When a field says something. Else it holds what a socket is made with, what it was when there was nothing yet, or
/// what nobody clears at the end.
#[derive(Clone, Copy, Debug)]
enum When {
    /// From the first SYN on.
    Begun,
    /// From the first SYN to the end.
    Alive,
    /// From the handshake on.
    Met,
    /// From the handshake to the end.
    Open,
    /// From when the round trip time was first measured.
    Timed,
    /// From when the first data was sent: a FIN is none.
    Sent,
    /// From when the first data came.
    Got,
    /// From when data was first seen to arrive.
    Delivered,
}

/// A number in `struct tcp_info`.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name: the kernel's, without `tcpi_`.
    pub name: &'static str,
    at: usize,
    size: usize,
    when: When,
    /// What it counts in.
    pub unit: Unit,
    /// What it is, in a line.
    pub meaning: &'static str,
}

macro_rules! fields {
    ($($name:ident $at:literal $size:literal $when:ident $unit:ident $meaning:literal;)*) => {
        &[$(Field {
            name: stringify!($name),
            at: $at,
            size: $size,
            when: When::$when,
            unit: Unit::$unit,
            meaning: $meaning,
        }),*]
    };
}

/// The numbers worth knowing, what is looked at first on top.
pub(crate) const FIELDS: &[Field] = fields! {
    rtt 68 4 Timed Micros "round trip time, smoothed";
    rttvar 72 4 Timed Micros "how much the round trip time varies";
    min_rtt 148 4 Timed Micros "the shortest round trip time seen";
    rto 8 4 Alive Micros "how long it waits for an acknowledgement before it sends again";
    ato 12 4 Open Micros "how long it may hold back an acknowledgement";
    snd_cwnd 80 4 Begun Segments "congestion window: how much may be under way at once";
    snd_ssthresh 76 4 Met Segments "where slow start ends";
    snd_mss 16 4 Met Bytes "the largest segment it sends";
    rcv_mss 20 4 Met Bytes "the largest segment it expects, a guess";
    advmss 84 4 Begun Bytes "the largest segment it told the peer it takes";
    pmtu 60 4 Begun Bytes "the largest packet on the path";
    snd_wnd 228 4 Open Bytes "the peer's window: what it has room for";
    rcv_wnd 232 4 Open Bytes "our window, as the peer was told";
    rcv_space 96 4 Met Bytes "what is read in a round trip, to which the buffer grows";
    unacked 24 4 Alive Segments "sent and not acknowledged yet";
    sacked 28 4 Alive Segments "acknowledged out of order";
    lost 32 4 Alive Segments "taken for lost";
    retrans 36 4 Alive Segments "sent again and not acknowledged yet";
    retransmits 2 1 Alive Count "timeouts in a row without an acknowledgement";
    backoff 4 1 Alive Count "how many times in a row it doubled the time it waits";
    probes 3 1 Alive Count "questions in a row that got no answer: is there room, is anybody there";
    total_retrans 100 4 Begun Segments "sent again since the connection began";
    reordering 88 4 Met Segments "how far segments come out of order";
    notsent_bytes 144 4 Alive Bytes "in the send queue, not sent once yet";
    rwnd_limited 176 8 Met Micros "how long it could not send for want of the peer's window";
    bytes_sent 200 8 Begun Bytes "sent, what was sent again counts again";
    bytes_acked 120 8 Met Bytes "acknowledged by the peer, SYN and FIN count one each";
    bytes_received 128 8 Met Bytes "received in order, the peer's FIN counts one";
    bytes_retrans 208 8 Met Bytes "sent again";
    segs_out 136 4 Begun Segments "sent, those without data too";
    segs_in 140 4 Begun Segments "received, those without data too";
    last_data_sent 44 4 Sent Millis "since it last sent data";
    last_data_recv 52 4 Got Millis "since data last came";
    last_ack_recv 56 4 Met Millis "since an acknowledgement last came";
    delivery_rate 160 8 Delivered BytesPerSecond "how fast data was delivered lately";
    pacing_rate 104 8 Met BytesPerSecond "how fast it sends at most";
};

/// What TCP_INFO tells of a socket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Info(Vec<u8>);

/// Where the flags of the negotiated options are, and the byte with both window scales.
const OPTIONS: usize = 5;
const SCALES: usize = 6;
/// Segments with data that came; of bytes received the peer's FIN is one.
const DATA_SEGMENTS_IN: std::ops::Range<usize> = 152..156;

impl Info {
    /// Ask the kernel; the errno where the socket has no such thing.
    pub(crate) fn of(fd: BorrowedFd<'_>) -> Result<Self, i32> {
        let mut bytes = vec![0; 512];
        let filled = sockopt::get(fd, libc::IPPROTO_TCP, libc::TCP_INFO, &mut bytes)?;
        bytes.truncate(filled);
        Ok(Self(bytes))
    }

    /// The state.
    pub(crate) fn state(&self) -> Option<State> {
        State::tcp(*self.0.first()?)
    }

    /// The number in a field, where this kernel has it.
    pub(crate) fn number(&self, field: &Field) -> Option<u64> {
        let bytes = self.0.get(field.at..field.at + field.size)?;
        let mut wide = [0; 8];
        let from = if cfg!(target_endian = "little") { 0 } else { 8 - field.size };
        wide[from..from + field.size].copy_from_slice(bytes);
        Some(u64::from_ne_bytes(wide))
    }

    /// The same by the field's name.
    pub(crate) fn get(&self, name: &str) -> Option<u64> {
        self.number(FIELDS.iter().find(|f| f.name == name)?)
    }

    /// The number in a field where it says something as the socket stands; [`Info::number`] gives what the kernel gave.
    pub(crate) fn told(&self, field: &Field) -> Option<u64> {
        let counts = |name: &str| self.get(name) != Some(0);
        let closed = self.state().is_none_or(|state| matches!(state, State::Close | State::Listen));
        let says = match field.when {
            When::Begun => !closed || self.had_peer(),
            When::Alive => !closed,
            When::Met => self.had_peer(),
            When::Open => self.had_peer() && !closed,
            When::Timed => self.had_peer() && counts("rtt"),
            When::Sent => self.had_peer() && counts("bytes_sent"),
            When::Got => self.had_peer() && self.0.get(DATA_SEGMENTS_IN) != Some(&[0; 4]),
            When::Delivered => self.had_peer() && counts("bytes_sent") && counts("delivery_rate"),
        };
        self.number(field).filter(|_| says)
    }

    /// Whether there is a connection, or was one that is over: its end leaves all as it was. The handshake sets up the
    /// room for what is read in a round trip; a connect to AF_UNSPEC, which begins anew, clears the counters alone.
    pub(crate) fn had_peer(&self) -> bool {
        self.get("rcv_space").is_some_and(|n| n > 0) && self.get("segs_in") != Some(0)
    }

    /// The options that both ends agreed on in the handshake.
    pub(crate) fn options(&self) -> Vec<&'static str> {
        const NAMES: [&str; 6] = ["TIMESTAMPS", "SACK", "WSCALE", "ECN", "ECN_SEEN", "SYN_DATA"];
        let flags = self.0.get(OPTIONS).copied().unwrap_or(0);
        (0..).zip(NAMES).filter(|(bit, _)| flags & (1 << bit) != 0).map(|(_, name)| name).collect()
    }

    /// By how many bits windows are scaled: the peer's, ours.
    pub(crate) fn scales(&self) -> (u8, u8) {
        let both = self.0.get(SCALES).copied().unwrap_or(0);
        let (low, high) = (both & 0xf, both >> 4);
        // Bit fields start at the low end on little-endian machines.
        if cfg!(target_endian = "little") { (low, high) } else { (high, low) }
    }

    /// Of a listening socket: connections that wait to be accepted, and how many may.
    pub(crate) fn backlog(&self) -> Option<(u64, u64)> {
        (self.state()? == State::Listen).then(|| Some((self.get("unacked")?, self.get("sacked")?)))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_kernel_tells_less() {
        let mut bytes = vec![0; 104];
        bytes[0] = 1;
        bytes[OPTIONS] = 0b111;
        bytes[68..72].copy_from_slice(&25_000_u32.to_ne_bytes());
        let info = Info(bytes);
        assert_eq!((info.state(), info.get("rtt")), (Some(State::Established), Some(25_000)));
        assert_eq!((info.get("bytes_acked"), info.get("rcv_wnd"), info.get("nonsense")), (None, None, None));
        assert_eq!(info.options(), ["TIMESTAMPS", "SACK", "WSCALE"]);
        let none = Info(Vec::new());
        assert_eq!((none.state(), none.get("rtt"), none.scales()), (None, None, (0, 0)));
    }
}
