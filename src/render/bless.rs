//! A transcript written anew where a run of it differs, as little of it as can be. It runs nothing and writes no file.

use super::bind::{Bindings, Line, line_matches};
use super::compare::{Comparison, Exchange};
use super::differ::Difference;
use super::rules::{Chosen, placeholder};
use super::transcript::{self, ANY_LINES, Entry, LinePart, parts};

impl Comparison {
    /// The transcript written anew where it differs, and the statements that turned from a success into an error or
    /// from an error into a success.
    pub fn blessed(&self) -> (Vec<Entry>, Vec<String>) {
        let mut entries = Vec::new();
        let mut turned = Vec::new();
        let mut pen = Pen { old: &self.names, new: Bindings::default(), hidden: false };
        let mut differing = self.differing.iter().peekable();
        for (i, (want, got)) in self.wanted.iter().zip(&self.got).enumerate() {
            entries.extend(want.typed.iter().cloned());
            let Some(d) = differing.next_if(|d| d.group == i) else {
                entries.extend(want.shown.iter().map(|line| Entry::Shown(pen.keep(line))));
                continue;
            };
            let plain: Vec<String> = got.iter().map(|l| l.iter().map(|p| &*p.text).collect()).collect();
            turned.extend(turn(want, &plain));
            entries.extend(pen.rewrite(want, got, d).into_iter().map(Entry::Shown));
        }
        (entries, turned)
    }
}

/// A statement that turned from a success into an error, or the other way round.
fn turn(want: &Exchange<String>, got: &[String]) -> Option<String> {
    let change = match (transcript::fails(&want.shown), transcript::fails(got)) {
        (false, true) => "succeeded before and FAILS now",
        (true, false) => "failed before and SUCCEEDS now",
        _ => return None,
    };
    let statement = want.typed.first().map_or(String::new(), ToString::to_string);
    Some(format!("  line {}: {statement}: {change}", want.line))
}

/// Writes a transcript's lines with numbers that count as they appear.
struct Pen<'a> {
    old: &'a Bindings,
    new: Bindings,
    /// A wildcard stood somewhere before: there may be gaps, and they stay.
    hidden: bool,
}

impl Pen<'_> {
    fn number(&mut self, kind: Chosen, value: &str) -> usize {
        let gap = self.old.number_of(kind, value).filter(|old| self.hidden && *old > self.new.last(kind));
        if let (Some(old), None) = (gap, self.new.number_of(kind, value)) {
            self.new.bind(kind, old, value, 0);
        }
        self.new.number(kind, value)
    }

    /// A line of the transcript that stays.
    fn keep(&mut self, line: &str) -> String {
        self.hidden |= line == ANY_LINES;
        let mut out = String::new();
        let mut from = 0;
        for (part, place) in parts(line) {
            match part {
                LinePart::Hole(kind, number) => {
                    let value = self.old.by_name.get(&(kind, number)).map(|b| b.value.clone());
                    let number = value.map_or(number, |value| self.number(kind, &value));
                    out.push_str(&line[from..place.start]);
                    out.push_str(&placeholder(kind, number));
                    from = place.end;
                }
                LinePart::Rest => self.hidden = true,
                LinePart::Text(_) | LinePart::Unknown(_) => {}
            }
        }
        out + &line[from..]
    }

    /// A statement's lines written anew, its wildcards kept where they still match.
    fn rewrite(&mut self, want: &Exchange<String>, got: &[Line], d: &Difference) -> Vec<String> {
        let mut any = want.shown.iter().enumerate().filter(|(_, line)| *line == ANY_LINES).map(|(at, _)| at);
        let (only, more) = (any.next(), any.next());
        // Of one `...` it is known which lines stand before and after it.
        let (before, after) = match (only, more) {
            (Some(at), None) if got.len() + 1 >= want.shown.len() => (at, want.shown.len() - at - 1),
            _ => (got.len(), 0),
        };
        let mut out = Vec::new();
        for (at, line) in got.iter().enumerate() {
            if at >= before && at + after < got.len() {
                if at == before {
                    out.push(self.keep(ANY_LINES));
                }
                continue;
            }
            let from_end = got.len() - at;
            let old = if from_end <= after.max(d.tail()) { want.shown.len().checked_sub(from_end) } else { Some(at) };
            let old = old.and_then(|old| want.shown.get(old)).filter(|old| old.contains("{*}"));
            let kept = old.filter(|old| line_matches(old, line, &mut self.old.clone(), 0));
            out.push(match kept {
                Some(old) => self.keep(old),
                None => transcript::written(line, |kind, value| self.number(kind, value)),
            });
        }
        if before + after == got.len() && only.is_some() && more.is_none() {
            out.insert(before, self.keep(ANY_LINES));
        }
        out
    }
}
