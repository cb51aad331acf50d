//! When waits end: in the order of the program's own time.
//!
//! Nothing but waiting takes any of that time: it stands where the wait that was over last ended, and a wait that begins
//! then ends as much later as it is long. So the lengths of the waits alone decide which is over first, however late the
//! machine is. By the clock no wait is shorter than was asked for, and so the one that is next holds up those after it.
//! What the machine is late by while a wait lasts may be added to it, and what it was late by before is not.
//!
//! The clock comes in twice. News (of a socket, from another thread, a line of a person's) that had to be waited for came
//! when it came: the program's time goes on as the clock did since it was set, but not past the end of a wait. What came
//! at once was set off by what ran just now, and takes no time. And a program that computes (as the processor has it, so
//! the machine's being busy with others does not count) [`HEAVY`] and is as far behind the clock has its time set by that:
//! then its order is not its waits' alone, and neither they nor the timeouts of its sockets are to be late by more.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use super::beat::Beat;
use super::task::Task;
use crate::os::process;
use crate::world::{Sweep, TaskId};

/// Computing takes no time until it comes to this much.
const HEAVY: Duration = Duration::from_millis(200);

/// The clock, and the waits that end by it.
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<Timer>>,
    sweep: Sweep,
    seq: u64,
    /// The clock as it was read last.
    now: Instant,
    /// The program's time.
    time: Instant,
    /// The clock when that was set.
    since: Instant,
    /// How much the program had computed when a line of it began, or its time was set by the clock.
    computed: Duration,
    /// Since when the program stands still, and how much had been computed then.
    held: Option<(Instant, Duration)>,
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
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            heap: BinaryHeap::new(),
            sweep: Sweep::default(),
            seq: 0,
            now,
            time: now,
            since: now,
            computed: Duration::ZERO,
            held: None,
        }
    }

    /// Read the clock: once a turn, when a task begins to wait or a poll is over; before a poll too that must end in time.
    pub(super) fn read(&mut self) -> Instant {
        self.now = Instant::now();
        self.now
    }

    /// A line begins to run.
    pub(super) fn begin(&mut self) {
        self.read();
        self.pass();
        self.computed = process::computed();
    }

    /// Something came that was waited for, and is no end of a wait.
    pub(super) fn pass(&mut self) {
        let passed = self.time + self.now.saturating_duration_since(self.since);
        self.set(self.first().map_or(self.now, |first| passed.min(first.turn)));
    }

    fn set(&mut self, time: Instant) {
        (self.time, self.since) = (self.time.max(time), self.now);
    }

    /// A task begins to wait: so long at most, its call tried again at that interval. Gives when it ends by the clock.
    pub(super) fn wait(&mut self, limit: Option<Duration>, again: Option<Duration>, task: &Task) -> Option<Instant> {
        if limit.is_none() && again.is_none() {
            return None;
        }
        self.catch_up();
        if let Some(interval) = again {
            self.add(interval, again, task.id, task.epoch);
        }
        limit.and_then(|limit| self.add(limit, None, task.id, task.epoch))
    }

    /// A wait begins: heavy computing that came before it took its time.
    fn catch_up(&mut self) {
        let behind = self.read().saturating_duration_since(self.time);
        // To ask how much was computed costs more than the clock.
        let computed = if behind >= HEAVY && self.held.is_none() { process::computed() } else { self.computed };
        if computed >= self.computed + HEAVY {
            self.computed = computed;
            self.set(self.now);
        }
    }

    /// A beat whose first time is now.
    pub(super) fn beat(&mut self, period: Duration) -> Beat {
        Beat { turn: self.time, at: self.read(), period }
    }

    /// A task waits for the next time of a beat: what the machine was late by is not added. Gives when that is by the
    /// clock.
    pub(super) fn wait_beat(&mut self, beat: &mut Beat, task: TaskId, epoch: u64) -> Option<Instant> {
        self.catch_up();
        *beat = beat.next(self.time)?;
        self.push(beat.turn, beat.at, None, task, epoch);
        Some(beat.at)
    }

    /// Set a timer, unless it would never end.
    pub(super) fn add(
        &mut self,
        lasts: Duration,
        again: Option<Duration>,
        task: TaskId,
        epoch: u64,
    ) -> Option<Instant> {
        let (turn, at) = (self.time.checked_add(lasts)?, self.now.checked_add(lasts)?);
        self.push(turn, at, again, task, epoch);
        Some(at)
    }

    /// Whether so many timers are set that it is time to sweep out those of waits that are over.
    pub(super) fn are_many(&self) -> bool {
        self.sweep.is_due(self.heap.len())
    }

    /// Only these are left.
    pub(super) fn retain(&mut self, is: impl Fn(&Timer) -> bool) {
        self.heap.retain(|Reverse(timer)| is(timer));
        self.heap.shrink_to(2 * self.heap.len());
        self.sweep.done(self.heap.len());
    }

    fn push(&mut self, turn: Instant, at: Instant, again: Option<Duration>, task: TaskId, epoch: u64) {
        self.seq += 1;
        self.heap.push(Reverse(Timer { turn, seq: self.seq, at, task, epoch, again }));
    }

    /// The timer whose turn is next.
    pub(super) fn first(&self) -> Option<&Timer> {
        self.heap.peek().map(|Reverse(timer)| timer)
    }

    /// When that is over by the clock.
    pub(super) fn end(&self) -> Option<Instant> {
        self.first().map(|timer| timer.at)
    }

    /// Whether that was so when the clock was read last.
    pub(super) fn is_due(&self) -> bool {
        self.end().is_some_and(|at| at <= self.now)
    }

    /// Take the first timer away.
    pub(super) fn drop_first(&mut self) -> Option<Timer> {
        self.heap.pop().map(|Reverse(timer)| timer)
    }

    /// Take the first timer if it is due: its end is the program's time.
    pub(super) fn take_due(&mut self) -> Option<Timer> {
        let timer = if self.is_due() { self.drop_first() } else { None }?;
        self.set(timer.turn);
        Some(timer)
    }
}

/// Of a program that is stepped through, and of what was typed beside it.
impl Timers {
    /// The program stands still, if it does not already.
    pub(super) fn hold(&mut self) {
        if self.held.is_none() {
            self.held = Some((self.read(), process::computed()));
        }
    }

    /// It goes on, and all that stood has as long to wait as before. Gives how long it stood.
    pub(super) fn go_on(&mut self, stood: impl Fn(TaskId) -> bool) -> Duration {
        let Some((since, computed)) = self.held.take() else { return Duration::ZERO };
        let lasted = self.read().saturating_duration_since(since);
        self.since += lasted;
        self.computed += process::computed().saturating_sub(computed);
        let mut timers = std::mem::take(&mut self.heap).into_vec();
        for Reverse(timer) in timers.iter_mut().filter(|Reverse(timer)| stood(timer.task)) {
            timer.at += lasted;
        }
        self.heap = timers.into();
        lasted
    }

    /// When the first of these waits is over by the clock.
    pub(super) fn end_of(&self, is: impl Fn(&Timer) -> bool) -> Option<Instant> {
        self.heap.iter().filter(|Reverse(timer)| is(timer)).map(|Reverse(timer)| timer.at).min()
    }

    /// Take the first of these timers that is due by the clock: it is not in the program's time.
    pub(super) fn take_due_of(&mut self, is: impl Fn(&Timer) -> bool) -> Option<Timer> {
        let end = self.end_of(&is)?;
        if end > self.read() {
            return None;
        }
        let (mut found, mut others) = (None, BinaryHeap::new());
        for Reverse(timer) in std::mem::take(&mut self.heap) {
            if found.is_none() && timer.at == end && is(&timer) {
                found = Some(timer);
            } else {
                others.push(Reverse(timer));
            }
        }
        self.heap = others;
        found
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

    #[test]
    fn heavy_computing_takes_its_time() {
        let mut timers = Timers::new();
        timers.begin();
        begin(&mut timers, 0, 50 * MS);
        while process::computed() < timers.computed + HEAVY {
            std::hint::spin_loop();
        }
        let mut task = Task::new("main".into(), false);
        task.id.index = 1;
        timers.wait(Some(10 * MS), None, &task);
        assert_eq!((next(&mut timers), next(&mut timers)), (0, 1));
    }
}
