//! How a socket can stand: the TCP states, and those of other sockets.

/// The states, told once: VARIANT [= NUMBER], NAME, MEANING.
macro_rules! states {
    ($($state:ident $(= $number:literal)?, $name:literal, $about:literal;)*) => {
        /// How a socket stands. The TCP states have the kernel's own numbers, from 1 on.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum State {
            $(#[doc = $about] $state $(= $number)?),*
        }

        impl State {
            /// Every state with its name, TCP's in the kernel's order and words.
            pub const ALL: &[(Self, &str)] = &[$((Self::$state, $name)),*];

            /// What it means.
            pub fn about(self) -> &'static str {
                match self { $(Self::$state => $about),* }
            }
        }
    };
}

states! {
    Established = 1, "ESTABLISHED", "connected: data can go both ways";
    SynSent, "SYN_SENT", "connect has sent its SYN and waits for the answer";
    SynRecv, "SYN_RECV", "a SYN has come and was answered; the handshake's last part is missing";
    FinWait1, "FIN_WAIT1",
        "this side has closed, or shut down its writing half, and its FIN is not acknowledged yet";
    FinWait2, "FIN_WAIT2",
        "this side's FIN is acknowledged; the other side may still send, and has not closed yet";
    TimeWait, "TIME_WAIT",
        "both sides have closed, this one first: for a minute the address is kept, so that late segments harm no \
         new connection. It is why bind says EADDRINUSE without SO_REUSEADDR";
    Close, "CLOSE", "no connection: a fresh socket, or one whose connection is over";
    CloseWait, "CLOSE_WAIT",
        "the other side has closed (recv gives empty data), and this one has not: many of these mean that a \
         program forgets to close";
    LastAck, "LAST_ACK", "both have closed, the other first; this side's FIN is not acknowledged yet";
    Listen, "LISTEN", "a server's socket that takes connections";
    Closing, "CLOSING", "both sides closed at the same time, and their FINs crossed";
    NewSynRecv, "NEW_SYN_RECV", "a handshake within the kernel; no socket of a program is in this state";
    Unconnected, "UNCONNECTED", "not TCP: the socket has no peer";
    Connecting, "CONNECTING", "AF_UNIX: the connection waits in a listener's queue";
    Connected, "CONNECTED", "not TCP: the socket has a peer";
    Disconnecting, "DISCONNECTING", "AF_UNIX: the socket is on its way to being gone";
}

impl State {
    /// The TCP state of that number.
    pub fn tcp(number: u8) -> Option<Self> {
        let known = usize::from(number).checked_sub(1).and_then(|i| Self::ALL.get(i))?;
        (known.0 <= Self::NewSynRecv).then_some(known.0)
    }

    /// Whether the peer's FIN has come, or the connection is over without.
    pub fn is_ended(self) -> bool {
        use State::{Close, CloseWait, Closing, LastAck, TimeWait};
        matches!(self, CloseWait | Closing | LastAck | TimeWait | Close)
    }

    /// Its name, as the kernel has it.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize - 1].1
    }
}
