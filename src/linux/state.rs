//! How a socket can stand: the TCP states, and those of other sockets.

/// How a socket stands. The TCP states have the kernel's own numbers, from 1 on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// Both directions are open.
    Established = 1,
    /// SYN was sent, no answer yet.
    SynSent,
    /// SYN came and was answered; the last acknowledgement of the handshake is not here yet.
    SynRecv,
    /// We closed first; our FIN is not acknowledged yet.
    FinWait1,
    /// Our FIN is acknowledged; the peer has not closed yet.
    FinWait2,
    /// We closed first and all is over; the kernel keeps the addresses for a minute.
    TimeWait,
    /// No connection.
    Close,
    /// The peer closed first; we have not closed yet.
    CloseWait,
    /// The peer closed first, then we did; our FIN is not acknowledged yet.
    LastAck,
    /// Waits for connections.
    Listen,
    /// Both closed at once; our FIN is not acknowledged yet.
    Closing,
    /// The kernel's inner form of `SynRecv`.
    NewSynRecv,
    /// Not TCP: no peer.
    Unconnected,
    /// AF_UNIX: in the queue of a listener.
    Connecting,
    /// Not TCP: there is a peer.
    Connected,
    /// AF_UNIX: on its way to being gone.
    Disconnecting,
}

impl State {
    /// Every state with its name, TCP's in the kernel's order and words.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Established, "ESTABLISHED"),
        (Self::SynSent, "SYN_SENT"),
        (Self::SynRecv, "SYN_RECV"),
        (Self::FinWait1, "FIN_WAIT1"),
        (Self::FinWait2, "FIN_WAIT2"),
        (Self::TimeWait, "TIME_WAIT"),
        (Self::Close, "CLOSE"),
        (Self::CloseWait, "CLOSE_WAIT"),
        (Self::LastAck, "LAST_ACK"),
        (Self::Listen, "LISTEN"),
        (Self::Closing, "CLOSING"),
        (Self::NewSynRecv, "NEW_SYN_RECV"),
        (Self::Unconnected, "UNCONNECTED"),
        (Self::Connecting, "CONNECTING"),
        (Self::Connected, "CONNECTED"),
        (Self::Disconnecting, "DISCONNECTING"),
    ];

    /// The TCP state of that number.
    pub fn tcp(number: u8) -> Option<Self> {
        let known = usize::from(number).checked_sub(1).and_then(|i| Self::ALL.get(i))?;
        (known.0 <= Self::NewSynRecv).then_some(known.0)
    }

    /// Its name, as the kernel has it.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize - 1].1
    }

    /// What it means.
    pub fn about(self) -> &'static str {
        match self {
            Self::Established => "connected: data can go both ways",
            Self::SynSent => "connect has sent its SYN and waits for the answer",
            Self::SynRecv => "a SYN has come and was answered; the handshake's last part is missing",
            Self::FinWait1 => {
                "this side has closed, or shut down its writing half, and its FIN is not acknowledged yet"
            }
            Self::FinWait2 => "this side's FIN is acknowledged; the other side may still send, and has not closed yet",
            Self::TimeWait => {
                "both sides have closed, this one first: for a minute the address is kept, so that late segments harm no \
                 new connection. It is why bind says EADDRINUSE without SO_REUSEADDR"
            }
            Self::Close => "no connection: a fresh socket, or one whose connection is over",
            Self::CloseWait => {
                "the other side has closed (recv gives empty data), and this one has not: many of these mean that a \
                 program forgets to close"
            }
            Self::LastAck => "both have closed, the other first; this side's FIN is not acknowledged yet",
            Self::Listen => "a server's socket that takes connections",
            Self::Closing => "both sides closed at the same time, and their FINs crossed",
            Self::NewSynRecv => "a handshake within the kernel; no socket of a program is in this state",
            Self::Unconnected => "not TCP: the socket has no peer",
            Self::Connecting => "AF_UNIX: the connection waits in a listener's queue",
            Self::Connected => "not TCP: the socket has a peer",
            Self::Disconnecting => "AF_UNIX: the socket is on its way to being gone",
        }
    }
}
