//! How tasks, news of sockets and waits that are over take turns.

/// While tasks can always run, one poll in that many turns and some for each task keeps sockets and timers going.
const POLL_EVERY: u32 = 64;

/// So much news in a row is taken for what the last wait set off, and comes before the next that is over; no more, for it
/// may never end.
const NEWS_FIRST: u32 = 1000;

/// What has had its turn.
#[derive(Default)]
pub(super) struct Fairness {
    /// How many entries the run queue has given so far.
    entries: u64,
    /// Turns since the run queue was last empty, or since it was last polled in spite of it.
    busy: u32,
    /// How much news has come since a wait was over, or since news had to be waited for.
    ahead: u32,
    /// No task has run since the last poll.
    fresh: bool,
    /// Nothing has happened since it was looked whether any task can run again.
    quiet: bool,
}

impl Fairness {
    /// The run queue gives an entry.
    pub(super) fn count_entry(&mut self) {
        self.entries += 1;
        (self.fresh, self.quiet) = (false, false);
    }

    /// How many entries the run queue has given so far.
    pub(super) fn entries(&self) -> u64 {
        self.entries
    }

    /// A task has had its turn, and so many entries are in the run queue: whether it is polled although tasks can run.
    pub(super) fn polls_between(&mut self, entries: usize, tasks: u32) -> bool {
        self.busy = if entries == 0 { 0 } else { self.busy + 1 };
        self.busy >= patience(tasks)
    }

    /// It was, with so many entries in the run queue and perhaps a wait over.
    pub(super) fn polled_between(&mut self, entries: u32, tasks: u32, wait_over: bool) {
        // What a wait sets off has several turns before the next one is over.
        self.busy = if wait_over { patience(tasks).saturating_sub(4 * entries) } else { 0 };
    }

    /// It was polled. What comes of what only was set off takes none of the program's time, unless there is no end of it:
    /// whether it takes any.
    pub(super) fn polled(&mut self, set_off: bool) -> bool {
        self.fresh = true;
        self.ahead = if set_off { self.ahead } else { 0 };
        !set_off || self.ahead == NEWS_FIRST
    }

    /// Whether no task has run since the last poll.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Whether news comes before a wait that is over.
    pub(super) fn news_is_first(&self) -> bool {
        self.ahead < NEWS_FIRST
    }

    /// News takes effect.
    pub(super) fn count_news(&mut self) {
        self.ahead = NEWS_FIRST.min(self.ahead + 1);
    }

    /// A wait is over.
    pub(super) fn end_wait(&mut self) {
        self.ahead = 0;
    }

    /// All tasks wait: whether something has happened since this was asked last.
    pub(super) fn falls_quiet(&mut self) -> bool {
        self.quiet = !self.quiet;
        self.quiet
    }
}

/// Every task has had several turns by then: what a poll brings does not fall among their first ones.
fn patience(tasks: u32) -> u32 {
    POLL_EVERY + 4 * tasks
}
