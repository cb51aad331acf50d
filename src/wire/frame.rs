//! A frame that came to a wire, and what became of it.

use std::rc::Rc;
use std::time::Duration;

use super::flow::SegmentPlace;
use super::{Flags, Said};

/// What became of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It went on.
    Passed,
    /// It waits on the wire for who lets it through.
    Held,
    /// It is under way for as long as the wire takes.
    UnderWay,
    /// It was held, and was let through.
    LetThrough,
    /// It was held, and was dropped.
    Dropped,
    /// A rule dropped it.
    ByRule,
    /// It was lost by chance.
    Lost,
    /// The wire is cut.
    Cut,
    /// The queue was full.
    NoRoom,
}

impl Fate {
    /// Whether it never comes to the other end.
    pub fn is_loss(self) -> bool {
        matches!(self, Self::Dropped | Self::ByRule | Self::Lost | Self::Cut | Self::NoRoom)
    }

    /// Its name, as data has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Held => "held",
            Self::UnderWay => "under-way",
            Self::LetThrough => "let-through",
            Self::Dropped => "dropped",
            Self::ByRule => "rule",
            Self::Lost => "lost",
            Self::Cut => "cut",
            Self::NoRoom => "no-room",
        }
    }

    /// What is said of it; nothing where it just passed.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Passed | Self::UnderWay => "",
            Self::Held => "held",
            Self::LetThrough => "held, then passed",
            Self::Dropped => "held, then dropped",
            Self::ByRule => "dropped: a rule",
            Self::Lost => "lost",
            Self::Cut => "lost: the wire is cut",
            Self::NoRoom => "lost: the queue is full",
        }
    }
}

/// A frame that came.
#[derive(Clone, Debug)]
pub struct WireFrame {
    /// Which frame of its wire: they count up from 1.
    pub number: u64,
    /// When it came, since the wire was made.
    pub at: Duration,
    /// From which end.
    pub from: Rc<str>,
    /// To which; none where it was for all.
    pub to: Option<Rc<str>>,
    /// Its bytes.
    pub bytes: Rc<[u8]>,
    /// What it says.
    pub said: Said,
    /// Its place in its conversation.
    pub place: Option<SegmentPlace>,
    /// What became of it.
    pub fate: Fate,
    /// It was sent twice.
    pub twice: bool,
    /// A bit of it was turned.
    pub corrupted: bool,
    /// It went before those that waited.
    pub overtook: bool,
    /// How many facts the record had when it came.
    pub after: u64,
}

impl WireFrame {
    /// What the wire did to it, for people; nothing where it just passed.
    pub fn deed(&self) -> String {
        let more = [(self.twice, "sent twice"), (self.corrupted, "corrupted"), (self.overtook, "sent at once")];
        let more = more.into_iter().filter(|(is, _)| *is).map(|(_, what)| what);
        Some(self.fate.shown()).filter(|fate| !fate.is_empty()).into_iter().chain(more).collect::<Vec<_>>().join(", ")
    }

    /// What it is: the flags of a segment, or what a message says.
    pub fn kind(&self) -> String {
        match &self.said.tcp {
            Some(tcp) => tcp.flags.shown(),
            None if self.said.what.is_empty() => String::new(),
            None => self.said.what.to_string(),
        }
    }

    /// Its headline without who sent it: `SYN,ACK seq=0 ack=1`, `udp len=5`.
    pub fn headline(&self) -> String {
        let marks = self.place.map(|place| place.marks.shown()).filter(|marks| !marks.is_empty());
        let marks = marks.map_or(String::new(), |marks| format!(" ({marks})"));
        match (&self.said.tcp, self.place) {
            (Some(tcp), Some(place)) => {
                let ack = if tcp.flags.has(Flags::ACK) { format!(" ack={}", place.ack) } else { String::new() };
                let len = if self.said.len > 0 { format!(" len={}", self.said.len) } else { String::new() };
                format!("{} seq={}{ack}{len}{marks}", tcp.flags.shown(), place.seq)
            }
            _ => {
                let what = if self.said.what.is_empty() { String::new() } else { format!(" {}", self.said.what) };
                format!("{}{what} len={}", self.said.proto.shown(), self.said.len)
            }
        }
    }

    /// The same with who sent it, and to whom.
    pub fn line(&self) -> String {
        format!("{} -> {}  {}", self.from, self.to.as_deref().unwrap_or("all"), self.headline())
    }
}
