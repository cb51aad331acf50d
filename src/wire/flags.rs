//! Flags of a TCP segment, and what it is called: sets of named bits.

/// The flags of TCP, by their bits, as Wireshark names them.
const FLAGS: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

/// The flags of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Flags(pub u8);

impl Flags {
    /// No more data comes.
    pub const FIN: Self = Self(1);
    /// The sequence number is the first.
    pub const SYN: Self = Self(2);
    /// The connection is broken off.
    pub const RST: Self = Self(4);
    /// The acknowledgment number says something.
    pub const ACK: Self = Self(16);

    /// Whether it has all of these.
    pub fn has(self, all: Self) -> bool {
        self.0 & all.0 == all.0
    }

    /// Whether it has any of these.
    pub fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    /// These and those.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The flag of that name.
    pub fn named(name: &str) -> Option<Self> {
        FLAGS.iter().position(|flag| flag.eq_ignore_ascii_case(name)).map(|bit| Self(1 << bit))
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FLAGS.into_iter()
    }

    /// Their names: `SYN,ACK`.
    pub fn shown(self) -> String {
        self.each().join(",")
    }

    /// The same one by one.
    pub fn each(self) -> Vec<&'static str> {
        let set = FLAGS.iter().enumerate().filter(|(bit, _)| self.0 & (1 << bit) != 0);
        set.map(|(_, name)| *name).collect()
    }
}

/// What a segment can be called.
const MARKS: [&str; 14] = [
    "retransmission",
    "fast-retransmission",
    "spurious-retransmission",
    "out-of-order",
    "duplicate-ack",
    "zero-window",
    "window-probe",
    "window-update",
    "window-full",
    "keepalive",
    "keepalive-ack",
    "reset",
    "gap",
    "ack-of-unseen",
];

/// What a segment is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks(pub u16);

impl Marks {
    /// It was sent before, and its time ran out.
    pub const RETRANSMISSION: Self = Self(1);
    /// It was sent before, and duplicate ACKs asked for it.
    pub const FAST: Self = Self(1 << 1);
    /// It was sent before, and was acknowledged.
    pub const SPURIOUS: Self = Self(1 << 2);
    /// It comes after one that should have come later.
    pub const OUT_OF_ORDER: Self = Self(1 << 3);
    /// It says again what the last one said.
    pub const DUPLICATE_ACK: Self = Self(1 << 4);
    /// Its sender has no room.
    pub const ZERO_WINDOW: Self = Self(1 << 5);
    /// It asks whether there is room again.
    pub const PROBE: Self = Self(1 << 6);
    /// Its sender has another window, and nothing else is new.
    pub const UPDATE: Self = Self(1 << 7);
    /// It fills the window of the other side.
    pub const FULL: Self = Self(1 << 8);
    /// It asks whether the other side is there.
    pub const KEEPALIVE: Self = Self(1 << 9);
    /// It answers that.
    pub const KEEPALIVE_ACK: Self = Self(1 << 10);
    /// It breaks the connection off.
    pub const RESET: Self = Self(1 << 11);
    /// One before it was not seen.
    pub const GAP: Self = Self(1 << 12);
    /// It acknowledges what was not seen.
    pub const UNSEEN: Self = Self(1 << 13);
    /// Any way of being sent again.
    pub const AGAIN: Self = Self(0b111);

    /// Whether it is called any of these.
    pub fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    /// It is called that too.
    pub fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// The mark of that name.
    pub fn named(name: &str) -> Option<Self> {
        MARKS.iter().position(|mark| *mark == name).map(|bit| Self(1 << bit))
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        MARKS.into_iter()
    }

    /// Their names.
    pub fn shown(self) -> String {
        self.each().join(", ")
    }

    /// The same one by one.
    pub fn each(self) -> Vec<&'static str> {
        let set = MARKS.iter().enumerate().filter(|(bit, _)| self.0 & (1 << bit) != 0);
        set.map(|(_, name)| *name).collect()
    }
}
