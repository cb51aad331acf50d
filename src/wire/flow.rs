//! Conversations of TCP: sequence numbers counted from their beginning, and what a segment is called in the light of
//! those before it. The rules and the names are Wireshark's, so that the same capture says the same there; only a probe
//! of a zero window that looks like a keepalive, as Linux sends it, is called a probe.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use super::said::{Said, Segment};
use super::{Flags, Marks};

/// How many conversations are followed: the oldest goes.
const FLOWS_MAX: usize = 4096;

/// A segment so soon after the one with the highest number is out of order, where no round trip was measured.
const SOON: Duration = Duration::from_millis(3);

/// A segment that duplicate ACKs ask for comes as soon as that.
const FAST: Duration = Duration::from_millis(20);

/// What is known of a segment in its conversation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SegmentPlace {
    /// Its sequence number, counted from the conversation's beginning.
    pub seq: u32,
    /// Its acknowledgment number, likewise.
    pub ack: u32,
    /// Its window in bytes.
    pub window: u32,
    /// What it is called.
    pub marks: Marks,
}

/// One direction of a conversation.
#[derive(Clone, Debug, Default)]
struct Way {
    /// The number that is counted from.
    base: Option<u32>,
    /// The next number that is expected, and when that was last so.
    next: Option<(u32, Duration)>,
    /// The last acknowledgment number, and when it came.
    ack: Option<(u32, Duration)>,
    /// The last window, as it stood there.
    window: Option<u16>,
    /// By how much windows are shifted; none where the beginning was not seen.
    scale: Option<u8>,
    /// How many times in a row the same was acknowledged again.
    duplicates: u32,
    /// What the last segment was called.
    last: Marks,
}

#[derive(Clone, Debug, Default)]
struct Conversation {
    ways: [Way; 2],
    /// When it was asked for last.
    asked: Option<Duration>,
    /// The first round trip.
    trip: Option<Duration>,
}

type Ends = [(IpAddr, u16); 2];

/// All conversations that go over a wire.
#[derive(Default)]
pub(super) struct Flows {
    known: HashMap<Ends, Conversation>,
    order: VecDeque<Ends>,
}

/// Whether a number comes before another, as they count round.
fn before(one: u32, other: u32) -> bool {
    (one.wrapping_sub(other) as i32) < 0
}

impl Flows {
    /// A frame passes by: its place, if it is a segment of TCP.
    pub(super) fn see(&mut self, at: Duration, said: &Said) -> Option<SegmentPlace> {
        let (segment, ends) = (said.tcp.as_ref()?, said.ends()?);
        let turned = ends[0] > ends[1];
        let key = if turned { [ends[1], ends[0]] } else { ends };
        let conversation = match self.known.get_mut(&key) {
            Some(known) => known,
            None => {
                if self.order.len() == FLOWS_MAX
                    && let Some(oldest) = self.order.pop_front()
                {
                    self.known.remove(&oldest);
                }
                self.order.push_back(key);
                self.known.entry(key).or_default()
            }
        };
        Some(conversation.see(at, usize::from(turned), segment, said.len as u32))
    }
}

impl Conversation {
    fn see(&mut self, at: Duration, side: usize, segment: &Segment, len: u32) -> SegmentPlace {
        let flags = segment.flags;
        let asks = flags.has(Flags::SYN) && !flags.has(Flags::ACK);
        // The same ports again: another conversation.
        if asks && self.ways[side].base.is_some_and(|base| base != segment.seq) {
            *self = Self::default();
        }
        if asks {
            self.asked = Some(at);
        } else if self.trip.is_none() && flags.has(Flags::ACK) && !flags.has(Flags::SYN) {
            self.trip = self.asked.map(|asked| at.saturating_sub(asked));
        }
        self.begin(side, segment);
        let marks = self.call(at, side, segment, len);
        self.remember(at, side, segment, len, marks);
        let base = |way: &Way| way.base.unwrap_or(0);
        let (own, other) = (&self.ways[side], &self.ways[1 - side]);
        let shift = if flags.has(Flags::SYN) { 0 } else { self.shift(side) };
        SegmentPlace {
            seq: segment.seq.wrapping_sub(base(own)),
            ack: if flags.has(Flags::ACK) { segment.ack.wrapping_sub(base(other)) } else { 0 },
            window: u32::from(segment.window) << shift,
            marks,
        }
    }

    /// Windows are shifted when both sides said so.
    fn shift(&self, side: usize) -> u8 {
        let both = self.ways[0].scale.zip(self.ways[1].scale);
        both.map_or(0, |(one, other)| if side == 0 { one } else { other })
    }

    /// Where the numbers of both sides are counted from.
    fn begin(&mut self, side: usize, segment: &Segment) {
        let syn = segment.flags.has(Flags::SYN);
        let own = &mut self.ways[side];
        own.base.get_or_insert(if syn { segment.seq } else { segment.seq.wrapping_sub(1) });
        if syn {
            own.scale = segment.scale;
        }
        if segment.flags.has(Flags::ACK) {
            self.ways[1 - side].base.get_or_insert(segment.ack.wrapping_sub(1));
        }
    }

    /// What a segment is called.
    fn call(&self, at: Duration, side: usize, segment: &Segment, len: u32) -> Marks {
        let (own, other) = (&self.ways[side], &self.ways[1 - side]);
        let Segment { seq, ack, flags, window, .. } = *segment;
        let mut marks = Marks::default();
        if flags.has(Flags::RST) {
            marks.add(Marks::RESET);
        }
        let plain = !flags.any(Flags::SYN.and(Flags::FIN).and(Flags::RST));
        let next = own.next.map(|(next, _)| next);
        if len == 1 && next == Some(seq) && other.window == Some(0) {
            marks.add(Marks::PROBE);
            return marks;
        }
        if window == 0 && plain {
            marks.add(Marks::ZERO_WINDOW);
        }
        if next.is_some_and(|next| before(next, seq)) && !flags.has(Flags::RST) {
            marks.add(Marks::GAP);
        }
        if plain && len <= 1 && next == Some(seq.wrapping_add(1)) {
            marks.add(if other.window == Some(0) { Marks::PROBE } else { Marks::KEEPALIVE });
            return marks;
        }
        let repeats = plain && len == 0 && next == Some(seq) && own.ack.is_some_and(|(last, _)| last == ack);
        if repeats && window > 0 {
            if own.window != Some(window) {
                marks.add(Marks::UPDATE);
            } else if other.last.any(Marks::KEEPALIVE) {
                marks.add(Marks::KEEPALIVE_ACK);
            } else {
                marks.add(Marks::DUPLICATE_ACK);
            }
        }
        let full = || {
            let (last, _) = other.ack?;
            let room = u32::from(other.window?) << self.shift(1 - side);
            Some(seq.wrapping_add(len) == last.wrapping_add(room))
        };
        if plain && len > 0 && own.scale.is_some() && other.scale.is_some() && full() == Some(true) {
            marks.add(Marks::FULL);
        }
        if flags.has(Flags::ACK) && other.next.is_some_and(|(next, _)| before(next, ack)) {
            marks.add(Marks::UNSEEN);
        }
        marks.add(self.again(at, side, segment, len));
        marks
    }

    /// Whether it was sent before, and why it is sent again.
    fn again(&self, at: Duration, side: usize, segment: &Segment, len: u32) -> Marks {
        let (own, other) = (&self.ways[side], &self.ways[1 - side]);
        let ends = u32::from(segment.flags.any(Flags::SYN.and(Flags::FIN)));
        let Some((next, since)) = own.next.filter(|(next, _)| len + ends > 0 && before(segment.seq, *next)) else {
            return Marks::default();
        };
        // What goes on where a probe of one byte began says something new.
        let old = !(len > 1 && next.wrapping_sub(1) == segment.seq);
        let end = segment.seq.wrapping_add(len);
        let soon = |since: Duration, limit: Duration| at.saturating_sub(since) < limit;
        let asked = |(ack, since): (u32, Duration)| ack == segment.seq && soon(since, FAST);
        if old && other.duplicates >= 2 && other.ack.is_some_and(asked) {
            return Marks::FAST;
        }
        if old && soon(since, self.trip.unwrap_or(SOON)) && next != end.wrapping_add(ends) {
            return Marks::OUT_OF_ORDER;
        }
        if len > 0 && other.ack.is_some_and(|(ack, _)| !before(ack, end)) {
            return Marks::SPURIOUS;
        }
        if old { Marks::RETRANSMISSION } else { Marks::default() }
    }

    fn remember(&mut self, at: Duration, side: usize, segment: &Segment, len: u32, marks: Marks) {
        let own = &mut self.ways[side];
        let ends = u32::from(segment.flags.any(Flags::SYN.and(Flags::FIN)));
        let next = segment.seq.wrapping_add(len).wrapping_add(ends);
        let probes = len == 1 && marks.any(Marks::PROBE);
        if !probes && own.next.is_none_or(|(known, _)| before(known, next)) {
            own.next = Some((next, at));
        }
        if marks.any(Marks::DUPLICATE_ACK) {
            own.duplicates += 1;
        }
        if own.ack.is_none_or(|(last, _)| last != segment.ack) {
            own.duplicates = 0;
        }
        own.window = Some(segment.window);
        own.ack = Some((segment.ack, at));
        own.last = marks;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A conversation after its handshake, from 1000 on one side and 5000 on the other.
    struct Talk(Conversation, Duration);

    impl Talk {
        fn new() -> Self {
            let mut talk = Self(Conversation::default(), Duration::ZERO);
            talk.say(0, 1000, 0, 2, 0, 64240);
            talk.say(1, 5000, 1001, 18, 0, 65160);
            talk.say(0, 1001, 5001, 16, 0, 502);
            talk
        }

        fn say(&mut self, side: usize, seq: u32, ack: u32, flags: u8, len: u32, window: u16) -> SegmentPlace {
            self.1 += MS;
            let scale = (flags & 2 != 0).then_some(7);
            let segment = Segment { seq, ack, flags: Flags(flags), window, scale, ..Segment::default() };
            self.0.see(self.1, side, &segment, len)
        }
    }

    #[test]
    fn numbers_count_from_the_beginning() {
        let mut talk = Talk::new();
        let place = talk.say(0, 1001, 5001, 24, 100, 502);
        assert_eq!((place.seq, place.ack, place.window, place.marks), (1, 1, 502 << 7, Marks::default()));
        let place = talk.say(1, 5001, 1101, 16, 0, 509);
        assert_eq!((place.seq, place.ack, place.marks), (1, 101, Marks::default()));
    }

    #[test]
    fn a_segment_that_nobody_acknowledges_is_sent_again() {
        let mut talk = Talk::new();
        talk.say(0, 1001, 5001, 24, 100, 502);
        talk.1 += 200 * MS;
        assert_eq!(talk.say(0, 1001, 5001, 24, 100, 502).marks, Marks::RETRANSMISSION);
        talk.say(1, 5001, 1101, 16, 0, 509);
        talk.1 += 200 * MS;
        assert_eq!(talk.say(0, 1001, 5001, 24, 100, 502).marks, Marks::SPURIOUS);
    }

    #[test]
    fn duplicate_acks_ask_for_a_segment() {
        let mut talk = Talk::new();
        talk.say(0, 1001, 5001, 16, 100, 502);
        (1..5).for_each(|i| _ = talk.say(0, 1001 + 100 * i, 5001, 16, 100, 502));
        talk.say(1, 5001, 1101, 16, 0, 509);
        let marks = [(); 3].map(|()| talk.say(1, 5001, 1101, 16, 0, 509).marks);
        assert_eq!(marks, [Marks::DUPLICATE_ACK; 3]);
        assert_eq!(talk.say(0, 1101, 5001, 16, 100, 502).marks, Marks::FAST);
    }

    #[test]
    fn a_window_closes_is_probed_and_opens() {
        let mut talk = Talk::new();
        talk.say(0, 1001, 5001, 16, 100, 502);
        assert_eq!(talk.say(1, 5001, 1101, 16, 0, 0).marks, Marks::ZERO_WINDOW);
        assert_eq!(talk.say(0, 1100, 5001, 16, 0, 502).marks, Marks::PROBE);
        assert_eq!(talk.say(1, 5001, 1101, 16, 0, 0).marks, Marks::ZERO_WINDOW);
        assert_eq!(talk.say(1, 5001, 1101, 16, 0, 509).marks, Marks::UPDATE);
        assert_eq!(talk.say(0, 1100, 5001, 16, 0, 502).marks, Marks::KEEPALIVE);
        assert_eq!(talk.say(1, 5001, 1101, 16, 0, 509).marks, Marks::KEEPALIVE_ACK);
    }

    #[test]
    fn lost_syns_and_gaps_and_resets_are_called_so() {
        let mut talk = Talk(Conversation::default(), Duration::ZERO);
        talk.say(0, 1000, 0, 2, 0, 64240);
        talk.1 += 1000 * MS;
        assert_eq!(talk.say(0, 1000, 0, 2, 0, 64240).marks, Marks::RETRANSMISSION);
        // The same ports again begin anew.
        assert_eq!(talk.say(0, 9000, 0, 2, 0, 64240).marks, Marks::default());
        let mut talk = Talk::new();
        assert_eq!(talk.say(0, 1101, 5001, 16, 100, 502).marks, Marks::GAP);
        assert_eq!(talk.say(1, 5001, 1001, 20, 0, 0).marks, Marks::RESET);
    }
}
