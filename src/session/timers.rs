//! When waits end: in the order of the program's own time.
//!
//! Nothing but waiting takes any of that time. It stands where the wait that was over last ended by it, and a wait that
//! begins then ends as much later as it is long. So the lengths of waits alone decide which of them is over first,
//! however long the machine took to get from one task to the next. By the clock no wait is shorter than was asked for:
//! the wait whose turn it is holds up those after it until it is over by the clock too. It is the machine's being late
//! while one waits that adds to a wait, and no more.
//!
//! Two things bring in the clock. News (of a socket, from another thread, a line of a person's) came when it came: the
//! program's time goes on by what the clock did since it was last set, but not past the end of a wait. And a program
//! that computes ([`HEAVY`]; the processor's time counts, not what the machine gave to others) while its time is as far
//! behind has its order decided by more than its waits: its time is set by the clock.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use super::task::Task;
use crate::os::process;
use crate::world::TaskId;

/// Computing takes no time until it comes to this much.
const HEAVY: Duration = Duration::from_millis(200);

/// The clock, and the waits that end by it.
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<Timer>>,
    seq: u64,
    /// The clock as it was read last.
    now: Instant,
    /// The program's time.
    time: Instant,
    /// The clock when that was set.
    since: Instant,
    /// What the program had computed when a line of it began, or its time was set by the clock.
    computed: Duration,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Timer {
    /// When the wait ends by the program's time.
    turn: Instant,
    /// Timers of one moment end in the order they were set.
    seq: u64,
    /// When it is over by the clock.
    at: Instant,
    pub task: TaskId,
    pub epoch: u64,
    /// It only has the call tried again, and is set again at this interval.
    pub again: Option<Duration>,
}

impl Timers {
    pub fn new() -> Self {
        let now = Instant::now();
        Self { heap: BinaryHeap::new(), seq: 0, now, time: now, since: now, computed: Duration::ZERO }
    }

    /// Read the clock: once a turn, where a task begins to wait or after a poll; before one too that may not last for ever.
    pub fn read(&mut self) -> Instant {
        self.now = Instant::now();
        self.now
    }

    /// A line begins to run.
    pub fn begin(&mut self) {
        self.read();
        self.pass();
        self.computed = process::computed();
    }

    /// Something came that is no end of a wait.
    pub fn pass(&mut self) {
        let passed = self.time + self.now.saturating_duration_since(self.since);
        self.set(self.first().map_or(self.now, |first| passed.min(first.turn)));
    }

    fn set(&mut self, time: Instant) {
        (self.time, self.since) = (self.time.max(time), self.now);
    }

    /// A task begins to wait: so long at most, its call tried again at that interval. Gives when it ends by the clock.
    pub fn wait(&mut self, limit: Option<Duration>, again: Option<Duration>, task: &Task) -> Option<Instant> {
        if limit.is_none() && again.is_none() {
            return None;
        }
        let behind = self.read().saturating_duration_since(self.time);
        // The clock costs less than to ask how much was computed.
        if behind >= HEAVY && process::computed() >= self.computed + HEAVY {
            self.computed = process::computed();
            self.set(self.now);
        }
        if let Some(interval) = again {
            self.add(interval, again, task.id, task.epoch);
        }
        limit.and_then(|limit| self.add(limit, None, task.id, task.epoch))
    }

    /// Set a timer, unless it would never end.
    pub fn add(&mut self, lasts: Duration, again: Option<Duration>, task: TaskId, epoch: u64) -> Option<Instant> {
        let (turn, at) = (self.time.checked_add(lasts)?, self.now.checked_add(lasts)?);
        self.seq += 1;
        self.heap.push(Reverse(Timer { turn, seq: self.seq, at, task, epoch, again }));
        Some(at)
    }

    /// The timer whose turn is next.
    pub fn first(&self) -> Option<&Timer> {
        self.heap.peek().map(|Reverse(timer)| timer)
    }

    /// When that is over by the clock.
    pub fn end(&self) -> Option<Instant> {
        self.first().map(|timer| timer.at)
    }

    /// Whether that was so when the clock was read last.
    pub fn is_due(&self) -> bool {
        self.end().is_some_and(|at| at <= self.now)
    }

    /// Take the first timer away.
    pub fn drop_first(&mut self) -> Option<Timer> {
        self.heap.pop().map(|Reverse(timer)| timer)
    }

    /// Take the first timer if it is due: its end is the program's time.
    pub fn take_due(&mut self) -> Option<Timer> {
        let timer = if self.is_due() { self.drop_first() } else { None }?;
        self.set(timer.turn);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// The clock as it would be read then.
    fn passes(timers: &mut Timers, time: Duration) {
        timers.now += time;
    }

    fn begin(timers: &mut Timers, index: u32, lasts: Duration) {
        let task = TaskId { index, generation: 0 };
        timers.add(lasts, None, task, 0);
    }

    /// The next wait is over, by the clock too.
    fn next(timers: &mut Timers) -> u32 {
        timers.now = timers.now.max(timers.end().unwrap());
        timers.take_due().unwrap().task.index
    }

    #[test]
    fn lengths_alone_decide_the_order_however_late_the_machine_is() {
        let lengths = [101 * MS, 30 * MS, 173 * MS, 59 * MS];
        let mut timers = Timers::new();
        (0..).zip(lengths).for_each(|(index, length)| begin(&mut timers, index, length));
        let mut ends: Vec<(Duration, u32)> =
            (0..).zip(lengths).flat_map(|(index, length)| (1..40).map(move |times| (length * times, index))).collect();
        ends.sort_unstable();
        for (step, (_, index)) in (1u32..).zip(ends.into_iter().take_while(|(end, _)| *end < 1170 * MS)) {
            passes(&mut timers, MS * (step * step * 7919 % 1000));
            assert_eq!(next(&mut timers), index, "step {step}");
            passes(&mut timers, MS * (step * 104_729 % 500));
            begin(&mut timers, index, lengths[index as usize]);
        }
    }

    #[test]
    fn no_wait_is_shorter_by_the_clock_than_asked_for() {
        let mut timers = Timers::new();
        begin(&mut timers, 0, MS);
        begin(&mut timers, 1, 20 * MS);
        passes(&mut timers, 15 * MS);
        assert_eq!(timers.take_due().unwrap().task.index, 0);
        begin(&mut timers, 0, 10 * MS);
        passes(&mut timers, 9 * MS);
        // The other is over by the clock, but comes after this one.
        assert!(timers.take_due().is_none());
        passes(&mut timers, MS);
        assert_eq!((next(&mut timers), next(&mut timers)), (0, 1));
    }

    #[test]
    fn news_comes_when_it_came_but_ends_no_wait() {
        let mut timers = Timers::new();
        begin(&mut timers, 0, 100 * MS);
        passes(&mut timers, 50 * MS);
        timers.pass();
        begin(&mut timers, 1, 60 * MS);
        passes(&mut timers, 70 * MS);
        timers.pass();
        begin(&mut timers, 2, MS);
        assert_eq!([(); 3].map(|()| next(&mut timers)), [0, 2, 1]);
    }
}
