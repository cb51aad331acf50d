//! The wire itself: a frame comes from an end, and goes on, waits, or is lost.

use std::collections::{BinaryHeap, HashSet, VecDeque};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

use super::flow::Flows;
use super::said::destination;
use super::traveller::{Traveller, Waiting};
use super::{Fate, Filter, Log, Netem, Said, WireFrame};

/// How many frames wait at most, held or under way: as in netem, and as the queue of an interface does, what comes then
/// is dropped.
const QUEUE_MAX: usize = 1000;

/// An end of a wire.
#[derive(Clone, PartialEq, Eq, Debug)]
struct WireEnd {
    name: Rc<str>,
    /// Its hardware address; none once it is taken off.
    mac: Option<[u8; 6]>,
}

/// A frame that goes out at an end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Out {
    /// Which end.
    pub end: usize,
    /// Its bytes.
    pub bytes: Rc<[u8]>,
}

/// A wire.
pub struct Wire {
    ends: Vec<WireEnd>,
    /// When it was made, by both clocks.
    begun: (Instant, SystemTime),
    flows: Flows,
    log: Log,
    /// Which frames it stops, if any.
    hold: Option<Filter>,
    held: VecDeque<Waiting>,
    /// Frames to drop that are still to come: how many, and which.
    rules: Vec<(u64, Filter)>,
    netem: Netem,
    under_way: BinaryHeap<Traveller>,
    order: u64,
    cut: bool,
    /// How many went on, how many were lost, and how many of those for want of room.
    passed: u64,
    lost: u64,
    overflowed: u64,
    /// What goes out now.
    out: Vec<Out>,
    /// The frames that something became of, where somebody wants to know.
    news: Option<Vec<u64>>,
}

impl Wire {
    /// A wire with no ends.
    pub fn new(now: Instant, wall: SystemTime) -> Self {
        Self {
            ends: Vec::new(),
            begun: (now, wall),
            flows: Flows::default(),
            log: Log::default(),
            hold: None,
            held: VecDeque::new(),
            rules: Vec::new(),
            netem: Netem::default(),
            under_way: BinaryHeap::new(),
            order: 0,
            cut: false,
            passed: 0,
            lost: 0,
            overflowed: 0,
            out: Vec::new(),
            news: None,
        }
    }

    /// Another end. Gives its number.
    pub fn add_end(&mut self, name: Rc<str>, mac: [u8; 6]) -> usize {
        self.ends.push(WireEnd { name, mac: Some(mac) });
        self.ends.len() - 1
    }

    /// An end has a name now.
    pub fn rename_end(&mut self, end: usize, name: Rc<str>) {
        self.ends[end].name = name;
    }

    /// An end is taken off: nothing goes out there any more.
    pub fn remove_end(&mut self, end: usize) {
        self.ends[end].mac = None;
    }

    /// The names of its ends.
    pub fn ends(&self) -> Vec<Rc<str>> {
        self.ends.iter().map(|end| end.name.clone()).collect()
    }

    /// A frame comes from an end. `after` is how many facts the record had. Gives its number; none where it was sent again
    /// only because the wire holds it, or its answer: who looks at what is held takes their time, and TCP does not wait.
    pub fn come(&mut self, now: Instant, from: usize, bytes: &[u8], after: u64) -> Option<u64> {
        let at = now.saturating_duration_since(self.begun.0);
        let said = Said::read(bytes);
        if self.held().any(|held| said.is_again_for(&held.said)) {
            return None;
        }
        let place = self.flows.see(at, &said);
        let to = self.end_of(bytes).filter(|to| *to != from);
        let frame = WireFrame {
            number: 0,
            at,
            from: self.ends[from].name.clone(),
            to: to.map(|to| self.ends[to].name.clone()),
            bytes: bytes.into(),
            said,
            place,
            fate: Fate::Passed,
            twice: false,
            corrupted: false,
            overtook: false,
            after,
        };
        let bytes = frame.bytes.clone();
        let frame = self.log.add(frame);
        let number = frame.number;
        if let Some(news) = &mut self.news {
            news.push(number);
        }
        let is_ruled = !self.cut && self.rules.iter_mut().any(|rule| takes(rule, frame));
        self.rules.retain(|(left, _)| *left > 0);
        let is_held = self.hold.as_ref().is_some_and(|which| which.fits(frame));
        let waiting = Waiting { number, from, bytes };
        match () {
            () if self.cut => self.end(number, Fate::Cut),
            () if is_ruled => self.end(number, Fate::ByRule),
            () if is_held && self.held.len() >= QUEUE_MAX => self.end(number, Fate::NoRoom),
            () if is_held => {
                self.mark(number, Fate::Held);
                self.held.push_back(waiting);
            }
            () if self.netem.is_still() => self.deliver(&waiting),
            () => self.travel(now, waiting),
        }
        Some(number)
    }

    /// Let a frame go its way, with all that may happen on it.
    fn travel(&mut self, now: Instant, mut waiting: Waiting) {
        let Waiting { number, from, .. } = waiting;
        let choice = self.netem.choose(now, from, waiting.bytes.len());
        if choice.lost {
            return self.end(number, Fate::Lost);
        }
        if let Some(bit) = choice.bit {
            let mut bytes = waiting.bytes.to_vec();
            if let Some(byte) = bytes.get_mut(bit / 8) {
                *byte ^= 1 << (bit % 8);
            }
            waiting.bytes = bytes.into();
        }
        let overtakes = choice.overtakes && self.netem.delays();
        if let Some(frame) = self.log.get_mut(number) {
            (frame.twice, frame.corrupted, frame.overtook) = (choice.twice, choice.bit.is_some(), overtakes);
        }
        for _ in 0..=usize::from(choice.twice) {
            match choice.at {
                None => self.deliver(&waiting),
                Some(_) if self.under_way.len() >= QUEUE_MAX => self.end(number, Fate::NoRoom),
                Some(at) => {
                    self.order += 1;
                    self.under_way.push(Traveller { at, order: self.order, frame: waiting.clone() });
                    self.mark(number, Fate::UnderWay);
                }
            }
        }
    }

    /// It comes out at the other end, or at all others.
    fn deliver(&mut self, waiting: &Waiting) {
        self.passed += 1;
        let to = self.end_of(&waiting.bytes);
        let there = |end: &usize| *end != waiting.from && self.ends[*end].mac.is_some();
        let ends = (0..self.ends.len()).filter(there).filter(|end| to.is_none_or(|to| to == *end));
        self.out.extend(ends.map(|end| Out { end, bytes: waiting.bytes.clone() }));
    }

    /// The end that a frame is for; none where it is for all.
    fn end_of(&self, bytes: &[u8]) -> Option<usize> {
        let mac = destination(bytes)?;
        self.ends.iter().position(|end| end.mac == Some(mac))
    }

    fn mark(&mut self, number: u64, fate: Fate) {
        if let Some(frame) = self.log.get_mut(number) {
            frame.fate = fate;
            if let Some(news) = self.news.as_mut().filter(|news| news.last() != Some(&number)) {
                news.push(number);
            }
        }
    }

    /// A frame is lost.
    fn end(&mut self, number: u64, fate: Fate) {
        self.lost += 1;
        self.overflowed += u64::from(fate == Fate::NoRoom);
        self.mark(number, fate);
    }

    /// When the next frame comes out that is under way.
    pub fn due(&self) -> Option<Instant> {
        self.under_way.peek().map(|first| first.at)
    }

    /// Let those come out whose time has come.
    pub fn arrive(&mut self, now: Instant) {
        while self.due().is_some_and(|at| at <= now) {
            let Some(first) = self.under_way.pop() else { return };
            self.mark(first.frame.number, Fate::Passed);
            self.deliver(&first.frame);
        }
    }

    /// What goes out now: the frames, each with the end it goes out at.
    pub fn take_out(&mut self) -> Vec<Out> {
        std::mem::take(&mut self.out)
    }

    /// Stop frames from now on, those that are meant; or no more, and let all go that wait.
    pub fn hold(&mut self, which: Option<Filter>) {
        let releases = which.is_none();
        self.hold = which;
        if releases {
            self.pass(usize::MAX);
        }
    }

    /// Let the first frames through that wait. Gives their numbers.
    pub fn pass(&mut self, count: usize) -> Vec<u64> {
        let first: Vec<Waiting> = self.held.drain(..count.min(self.held.len())).collect();
        for waiting in &first {
            self.mark(waiting.number, Fate::LetThrough);
            self.deliver(waiting);
        }
        first.iter().map(|waiting| waiting.number).collect()
    }

    /// Lose the first frames that wait. Gives their numbers.
    pub fn drop_held(&mut self, count: usize) -> Vec<u64> {
        let first: Vec<u64> = self.held.drain(..count.min(self.held.len())).map(|waiting| waiting.number).collect();
        for number in &first {
            self.end(*number, Fate::Dropped);
        }
        first
    }

    /// Drop the next frames that are meant.
    pub fn rule(&mut self, count: u64, which: Filter) {
        self.rules.push((count, which));
    }

    /// Drop nothing of what comes any more.
    pub fn forget_rules(&mut self) {
        self.rules.clear();
    }

    /// Pull the cable, or put it back: what is on the wire is lost with it.
    pub fn cut(&mut self, cut: bool) {
        self.cut = cut;
        if cut {
            self.drop_held(usize::MAX).into_iter().for_each(|number| self.mark(number, Fate::Cut));
            for traveller in std::mem::take(&mut self.under_way) {
                self.end(traveller.frame.number, Fate::Cut);
            }
        }
    }

    /// Remember from now on what becomes of frames.
    pub fn follow(&mut self) {
        self.news.get_or_insert_default();
    }

    /// The frames that came, or that something became of, since this was asked last: each once, as it is now.
    pub fn take_news(&mut self) -> Vec<WireFrame> {
        let mut numbers = self.news.as_mut().map(std::mem::take).unwrap_or_default();
        let mut known = HashSet::new();
        numbers.retain(|number| known.insert(*number));
        numbers.into_iter().filter_map(|number| self.log.get(number)).cloned().collect()
    }

    /// How it treats frames.
    pub fn netem(&mut self) -> &mut Netem {
        &mut self.netem
    }

    /// Whether it stops any frames.
    pub fn is_holding(&self) -> bool {
        self.hold.is_some()
    }

    /// Whether it stops all frames, so that nothing passes unless somebody lets it.
    pub fn holds_all(&self) -> bool {
        self.hold.as_ref().is_some_and(Filter::is_empty)
    }

    /// Whether it is cut.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether frames are under way.
    pub fn carries(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// The frames that wait, in the order they came.
    pub fn held(&self) -> impl Iterator<Item = &WireFrame> {
        self.held.iter().filter_map(|waiting| self.log.get(waiting.number))
    }

    /// How many wait.
    pub fn held_count(&self) -> usize {
        self.held.len()
    }

    /// How many are under way.
    pub fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// How many went on, were lost, and of those for want of room.
    pub fn counts(&self) -> (u64, u64, u64) {
        (self.passed, self.lost, self.overflowed)
    }

    /// The frames that came.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// When it was made, by the wall's clock.
    pub fn begun(&self) -> Duration {
        self.begun.1.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }

    /// What it is set to do: nothing where it lets all pass.
    pub fn settings(&self) -> Vec<String> {
        let mut all = Vec::new();
        if self.cut {
            all.push("cut".into());
        }
        all.extend(self.hold.as_ref().map(|which| format!("hold {}", which.shown()).trim_end().to_string()));
        all.extend(self.rules.iter().map(|(left, which)| format!("drop {left} {}", which.shown())));
        all.extend(self.netem.shown());
        all
    }
}

/// Whether a rule takes a frame.
fn takes((left, which): &mut (u64, Filter), frame: &WireFrame) -> bool {
    let takes = *left > 0 && which.fits(frame);
    *left -= u64::from(takes);
    takes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::{Setting, pcapng};

    const MS: Duration = Duration::from_millis(1);
    const ALICE: [u8; 6] = [2, 0, 0, 0, 0, 1];
    const BOB: [u8; 6] = [2, 0, 0, 0, 0, 2];

    /// A wire between alice and bob, and when it was made.
    fn wire() -> (Wire, Instant) {
        let now = Instant::now();
        let mut wire = Wire::new(now, SystemTime::UNIX_EPOCH);
        wire.add_end("alice".into(), ALICE);
        wire.add_end("bob".into(), BOB);
        (wire, now)
    }

    /// A datagram of alice's to bob, or of bob's to alice.
    fn datagram(from: usize, data: &[u8]) -> Vec<u8> {
        let (own, other) = if from == 0 { (ALICE, BOB) } else { (BOB, ALICE) };
        let builder = etherparse::PacketBuilder::ethernet2(own, other)
            .ipv4([10, 0, 0, 1 + from as u8], [10, 0, 0, 2 - from as u8], 64)
            .udp(1000, 2000);
        let mut bytes = Vec::new();
        builder.write(&mut bytes, data).unwrap();
        bytes
    }

    /// The first bytes of data that come out, each with its end.
    fn out(wire: &mut Wire) -> Vec<(usize, u8)> {
        wire.take_out().iter().map(|out| (out.end, out.bytes[42])).collect()
    }

    fn filter(words: &[&str]) -> Filter {
        let words: Vec<String> = words.iter().map(|word| (*word).to_string()).collect();
        Filter::read(&words, &["alice".into(), "bob".into()]).unwrap()
    }

    fn fates(wire: &Wire) -> Vec<Fate> {
        wire.log().iter().map(|frame| frame.fate).collect()
    }

    #[test]
    fn frames_pass_are_held_let_through_and_dropped() {
        let (mut wire, now) = wire();
        wire.come(now, 0, &datagram(0, &[1]), 0);
        assert_eq!(out(&mut wire), [(1, 1)]);
        wire.hold(Some(Filter::default()));
        (2..6).for_each(|i| _ = wire.come(now, 0, &datagram(0, &[i]), 0));
        assert_eq!((out(&mut wire), wire.held_count()), (vec![], 4));
        assert_eq!((wire.pass(1), wire.drop_held(1), out(&mut wire)), (vec![2], vec![3], vec![(1, 2)]));
        wire.hold(None);
        assert_eq!(out(&mut wire), [(1, 4), (1, 5)]);
        let through = Fate::LetThrough;
        assert_eq!(fates(&wire), [Fate::Passed, through, Fate::Dropped, through, through]);
        assert_eq!(wire.counts(), (4, 1, 0));
    }

    /// A segment of TCP.
    fn segment(from: usize, seq: u32, ack: u32, flags: u8, len: usize) -> Vec<u8> {
        let (own, other) = if from == 0 { (ALICE, BOB) } else { (BOB, ALICE) };
        let builder = etherparse::PacketBuilder::ethernet2(own, other)
            .ipv4([10, 0, 0, 1 + from as u8], [10, 0, 0, 2 - from as u8], 64)
            .tcp(1000 + from as u16, 1001 - from as u16, seq, 500);
        let builder = if flags & 2 != 0 { builder.syn() } else { builder };
        let builder = if flags & 16 != 0 { builder.ack(ack) } else { builder };
        let mut bytes = Vec::new();
        builder.write(&mut bytes, &vec![0; len]).unwrap();
        bytes
    }

    #[test]
    fn what_is_sent_again_because_the_wire_holds_waits_only_once() {
        let (mut wire, now) = wire();
        wire.hold(Some(Filter::default()));
        let mut again = |from, seq, ack, flags, len| {
            let before = wire.log().count();
            (0..2).for_each(|_| _ = wire.come(now, from, &segment(from, seq, ack, flags, len), 0));
            (wire.log().count() - before, wire.pass(1).len())
        };
        // The SYN, and what it asks for; the ACK that is held then answers the SYN,ACK, which comes no more.
        assert_eq!(again(0, 100, 0, 2, 0), (1, 1));
        assert_eq!(again(1, 500, 101, 18, 0), (1, 1));
        wire.come(now, 0, &segment(0, 101, 501, 16, 0), 0);
        wire.come(now, 1, &segment(1, 500, 101, 18, 0), 0);
        assert_eq!(wire.held_count(), 1);
        // Once that is lost, it comes. An ACK without data is never the same as another, and data is.
        wire.drop_held(1);
        wire.come(now, 1, &segment(1, 500, 101, 18, 0), 0);
        assert_eq!(wire.pass(2).len(), 1);
        for (len, held) in [(0, 2), (10, 3)] {
            (0..2).for_each(|_| _ = wire.come(now, 0, &segment(0, 101, 501, 16, len), 0));
            assert_eq!(wire.held_count(), held);
        }
    }

    #[test]
    fn what_is_for_nobody_here_goes_to_all_others() {
        let (mut wire, now) = wire();
        wire.add_end("carol".into(), [2, 0, 0, 0, 0, 3]);
        let mut frame = datagram(0, &[7]);
        frame[..6].fill(0xff);
        wire.come(now, 0, &frame, 0);
        assert_eq!(out(&mut wire), [(1, 7), (2, 7)]);
        assert_eq!(wire.log().get(1).unwrap().line(), "alice -> all  udp len=1");
    }

    #[test]
    fn a_rule_drops_as_many_as_it_says_of_those_that_are_meant() {
        let (mut wire, now) = wire();
        wire.rule(2, filter(&["from=bob", "len=2.."]));
        for data in [&[1][..], &[2, 0], &[3, 0], &[4, 0]] {
            wire.come(now, 1, &datagram(1, data), 0);
            wire.come(now, 0, &datagram(0, data), 0);
        }
        wire.rule(9, filter(&["from=bob"]));
        wire.forget_rules();
        wire.come(now, 1, &datagram(1, &[5]), 0);
        let passed: Vec<u8> = out(&mut wire).into_iter().filter(|(end, _)| *end == 0).map(|(_, data)| data).collect();
        assert_eq!(passed, [1, 4, 5]);
        assert_eq!(wire.settings(), Vec::<String>::new());
    }

    #[test]
    fn a_delayed_frame_comes_when_its_time_has_and_a_slow_wire_spreads_them() {
        let (mut wire, now) = wire();
        wire.netem().set(Setting::Delay(50 * MS, Duration::ZERO), 0);
        wire.come(now, 0, &datagram(0, &[1]), 0);
        wire.arrive(now + 49 * MS);
        assert_eq!((out(&mut wire), wire.due()), (vec![], Some(now + 50 * MS)));
        wire.arrive(now + 50 * MS);
        assert_eq!((out(&mut wire), wire.due()), (vec![(1, 1)], None));
        wire.netem().set(Setting::Delay(Duration::ZERO, Duration::ZERO), 0);
        wire.netem().set(Setting::Rate(Some(8000)), 0);
        // 43 bytes at 1000 bytes a second.
        (1..4).for_each(|i| _ = wire.come(now, 0, &datagram(0, &[i]), 0));
        wire.arrive(now + 86 * MS);
        assert_eq!((out(&mut wire), wire.due()), (vec![(1, 1), (1, 2)], Some(now + 129 * MS)));
    }

    #[test]
    fn the_same_seed_loses_the_same_frames() {
        let lost = |seed: u64, others: bool| {
            let (mut wire, now) = wire();
            wire.netem().set(Setting::Loss(10.0), seed);
            for i in 0..1000u64 {
                if others && i % 3 == 0 {
                    wire.come(now, 1, &datagram(1, &[0]), 0);
                }
                wire.come(now, 0, &datagram(0, &i.to_be_bytes()), 0);
            }
            wire.log().iter().filter(|f| &*f.from == "alice").map(|f| f.fate == Fate::Lost).collect::<Vec<_>>()
        };
        assert_eq!(lost(7, false), lost(7, true));
        assert_ne!(lost(7, false), lost(8, false));
        let count = lost(7, false).iter().filter(|lost| **lost).count();
        assert!((70..130).contains(&count), "{count}");
    }

    #[test]
    fn frames_are_doubled_corrupted_and_overtaken() {
        let (mut wire, now) = wire();
        wire.netem().set(Setting::Duplicate(100.0), 0);
        wire.come(now, 0, &datagram(0, &[1]), 0);
        assert_eq!(out(&mut wire), [(1, 1), (1, 1)]);
        wire.netem().set(Setting::Duplicate(0.0), 0);
        wire.netem().set(Setting::Corrupt(100.0), 0);
        let sent = datagram(0, &[0; 100]);
        wire.come(now, 0, &sent, 0);
        let came = &wire.take_out()[0].bytes;
        let bits: u32 = came.iter().zip(&sent).map(|(one, other)| (one ^ other).count_ones()).sum();
        assert_eq!(bits, 1);
        wire.netem().set(Setting::Corrupt(0.0), 0);
        wire.netem().set(Setting::Delay(50 * MS, Duration::ZERO), 0);
        wire.come(now, 0, &datagram(0, &[1]), 0);
        wire.netem().set(Setting::Reorder(100.0), 0);
        wire.come(now, 0, &datagram(0, &[2]), 0);
        wire.arrive(now + 50 * MS);
        assert_eq!(out(&mut wire), [(1, 2), (1, 1)]);
        assert_eq!(wire.log().get(4).unwrap().deed(), "sent at once");
    }

    #[test]
    fn a_flood_is_bounded_and_its_tail_dropped_and_counted() {
        let (mut wire, now) = wire();
        wire.netem().set(Setting::Delay(50 * MS, Duration::ZERO), 0);
        (0..QUEUE_MAX as u64 + 500).for_each(|_| _ = wire.come(now, 0, &datagram(0, &[1; 1000]), 0));
        assert_eq!((wire.under_way(), wire.counts()), (QUEUE_MAX, (0, 500, 500)));
        for _ in 0..60_000 {
            wire.come(now, 0, &datagram(0, &[1; 1000]), 0);
        }
        let kept: usize = wire.log().iter().map(|frame| frame.bytes.len()).sum();
        assert!(kept <= 32 << 20 && wire.log().gone() > 0, "{kept}");
    }

    #[test]
    fn what_is_on_a_wire_that_is_cut_is_lost() {
        let (mut wire, now) = wire();
        wire.netem().set(Setting::Delay(50 * MS, Duration::ZERO), 0);
        wire.come(now, 0, &datagram(0, &[1]), 0);
        wire.hold(Some(filter(&["proto=udp"])));
        wire.come(now, 0, &datagram(0, &[2]), 0);
        wire.cut(true);
        wire.come(now, 0, &datagram(0, &[3]), 0);
        wire.cut(false);
        wire.hold(None);
        wire.arrive(now + 50 * MS);
        assert_eq!((out(&mut wire), fates(&wire)), (vec![], vec![Fate::Cut; 3]));
    }

    proptest! {
        #[test]
        fn garbage_harms_nobody(frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..20)) {
            let (mut wire, now) = wire();
            wire.netem().set(Setting::Corrupt(50.0), 1);
            for frame in &frames {
                wire.come(now, 0, frame, 0);
            }
            let lines: Vec<String> = wire.log().iter().map(WireFrame::line).collect();
            prop_assert_eq!(lines.len(), frames.len());
            let saved = pcapng::capture(Duration::ZERO, &wire.ends(), wire.log().iter());
            prop_assert_eq!(saved.len() % 4, 0);
        }

        #[test]
        fn a_frame_that_is_turned_here_and_there_harms_nobody(at in 0usize..60, byte in any::<u8>(), cut in 0usize..64) {
            let (mut wire, now) = wire();
            let builder = etherparse::PacketBuilder::ethernet2(ALICE, BOB)
                .ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
                .tcp(1, 2, 3, 4)
                .syn()
                .options(&[etherparse::TcpOptionElement::MaximumSegmentSize(1460)])
                .unwrap();
            let mut frame = Vec::new();
            builder.write(&mut frame, &[1, 2, 3, 4]).unwrap();
            frame[at.min(57)] = byte;
            frame.truncate(frame.len() - cut.min(frame.len()));
            wire.come(now, 0, &frame, 0);
            wire.come(now, 0, &frame, 0);
            prop_assert!(wire.log().iter().all(|frame| !frame.line().is_empty()));
        }
    }
}
