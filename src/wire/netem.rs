//! How a wire treats frames by itself, in the terms of tc-netem(8): delay, loss, duplicates, corruption, order, rate.

use std::time::{Duration, Instant};

use super::chance::Random;

/// What happens by chance: how often, and with which choices.
#[derive(Clone, Debug)]
struct Chance {
    percent: f64,
    seed: u64,
    /// Each end's frames have choices of their own, so that those of one do not depend on what another sends.
    random: Vec<Random>,
}

impl Chance {
    fn new(percent: f64, seed: u64) -> Self {
        Self { percent, seed, random: Vec::new() }
    }

    fn random(&mut self, end: usize, kind: u64) -> &mut Random {
        while self.random.len() <= end {
            self.random.push(Random::new(self.seed, kind * 1000 + self.random.len() as u64));
        }
        &mut self.random[end]
    }

    fn shown(&self, what: &str) -> String {
        let seed = if self.seed == 0 { String::new() } else { format!(" seed={}", self.seed) };
        format!("{what} {}%{seed}", self.percent)
    }
}

/// What can be set.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Setting {
    /// So long each frame takes, give or take as much.
    Delay(Duration, Duration),
    /// So many of a hundred are lost.
    Loss(f64),
    /// So many are sent twice.
    Duplicate(f64),
    /// Of so many a bit is turned.
    Corrupt(f64),
    /// So many go at once, before those that wait.
    Reorder(f64),
    /// So many bits a second pass.
    Rate(Option<u64>),
}

/// What is chosen for a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Choice {
    pub lost: bool,
    pub twice: bool,
    /// Which bit is turned.
    pub bit: Option<usize>,
    pub overtakes: bool,
    /// When it comes out at the other end; none: at once.
    pub at: Option<Instant>,
}

/// How a wire treats frames.
#[derive(Clone, Debug, Default)]
pub struct Netem {
    delay: Duration,
    jitter: Option<(Duration, Chance)>,
    loss: Option<Chance>,
    duplicate: Option<Chance>,
    corrupt: Option<Chance>,
    reorder: Option<Chance>,
    rate: Option<u64>,
    /// Until when what each end sent before fills the wire.
    busy: Vec<Instant>,
}

impl Netem {
    /// Set one of them; choices begin anew.
    pub fn set(&mut self, setting: Setting, seed: u64) {
        let chance = |percent: f64| (percent > 0.0).then(|| Chance::new(percent, seed));
        match setting {
            Setting::Delay(delay, jitter) => {
                self.delay = delay;
                self.jitter = (!jitter.is_zero()).then(|| (jitter, Chance::new(100.0, seed)));
            }
            Setting::Loss(percent) => self.loss = chance(percent),
            Setting::Duplicate(percent) => self.duplicate = chance(percent),
            Setting::Corrupt(percent) => self.corrupt = chance(percent),
            Setting::Reorder(percent) => self.reorder = chance(percent),
            Setting::Rate(rate) => {
                self.rate = rate;
                self.busy.clear();
            }
        }
    }

    /// Whether it lets frames take their time, so that some can overtake others.
    pub fn delays(&self) -> bool {
        !self.delay.is_zero()
    }

    /// Whether it does nothing to any frame.
    pub(super) fn is_still(&self) -> bool {
        let chances = [&self.loss, &self.duplicate, &self.corrupt];
        self.delay.is_zero() && self.jitter.is_none() && self.rate.is_none() && chances.iter().all(|c| c.is_none())
    }

    /// Choose for a frame of so many bytes that comes now from that end.
    pub(super) fn choose(&mut self, now: Instant, end: usize, len: usize) -> Choice {
        let draw = |chance: &mut Option<Chance>, kind: u64| {
            let Some(chance) = chance else { return false };
            let percent = chance.percent;
            chance.random(end, kind).happens(percent)
        };
        let lost = draw(&mut self.loss, 1);
        let twice = draw(&mut self.duplicate, 2);
        let turned = draw(&mut self.corrupt, 3);
        let overtakes = draw(&mut self.reorder, 4);
        // A bit of what stands behind the addresses of Ethernet.
        let bits = len.saturating_sub(14) * 8;
        let bit = self.corrupt.as_mut().filter(|_| turned && bits > 0).map(|c| 14 * 8 + c.random(end, 3).below(bits));
        let spread = self
            .jitter
            .as_mut()
            .map_or(0.0, |(most, chance)| most.as_secs_f64() * (chance.random(end, 5).fraction() * 2.0 - 1.0));
        let mut at = None;
        if !lost && !overtakes {
            let delay = Duration::try_from_secs_f64(self.delay.as_secs_f64() + spread).unwrap_or_default();
            let sent = self.fill(now, end, len);
            at = Some(sent + delay).filter(|at| *at > now);
        }
        Choice { lost, twice, bit, overtakes, at }
    }

    /// When the last bit of a frame is on the wire.
    fn fill(&mut self, now: Instant, end: usize, len: usize) -> Instant {
        let Some(rate) = self.rate else { return now };
        if self.busy.len() <= end {
            self.busy.resize(end + 1, now);
        }
        let takes = Duration::from_secs_f64(len as f64 * 8.0 / rate as f64);
        self.busy[end] = self.busy[end].max(now) + takes;
        self.busy[end]
    }

    /// How it is set: nothing where it does nothing.
    pub fn shown(&self) -> Vec<String> {
        let mut all = Vec::new();
        let ms = |time: Duration| format!("{}ms", time.as_secs_f64() * 1000.0);
        if self.delay > Duration::ZERO || self.jitter.is_some() {
            let jitter = self.jitter.as_ref().map_or(String::new(), |(most, _)| format!(" give or take {}", ms(*most)));
            all.push(format!("delay {}{jitter}", ms(self.delay)));
        }
        let chances = [
            ("loss", &self.loss),
            ("duplicate", &self.duplicate),
            ("corrupt", &self.corrupt),
            ("reorder", &self.reorder),
        ];
        all.extend(chances.iter().filter_map(|(what, chance)| chance.as_ref().map(|chance| chance.shown(what))));
        all.extend(self.rate.map(|rate| format!("rate {rate} bits a second")));
        all
    }
}
