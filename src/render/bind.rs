//! Placeholders of a transcript bound to the values of a run: which stands for which, and whether a line is as it is written.

use std::collections::{BTreeMap, HashMap};

use super::canon::Piece;
use super::rules::{Chosen, placeholder};
use super::transcript::{self, LinePart, parts};

/// A shown line of a run.
pub type Line = Vec<Piece>;

/// A value with the line where it was first seen.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub value: String,
    pub line: usize,
}

/// Which placeholder stands for which value.
#[derive(Clone, Default, Debug)]
pub struct Bindings {
    pub(super) by_name: BTreeMap<(Chosen, usize), Bound>,
    by_value: HashMap<(Chosen, String), usize>,
    pub(super) twins: Vec<Twin>,
}

/// Two placeholders that stood for one value in a run: the later one with its line, and the earlier one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Twin {
    line: usize,
    kind: Chosen,
    numbers: (usize, usize),
}

impl std::fmt::Display for Twin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (this, that) = (placeholder(self.kind, self.numbers.0), placeholder(self.kind, self.numbers.1));
        write!(f, "line {}: {this} is the same value as {that}, in every run", self.line)
    }
}

impl Bindings {
    /// The number of a value: its own, or a new one.
    pub fn number(&mut self, kind: Chosen, value: &str) -> usize {
        if let Some(number) = self.number_of(kind, value) {
            return number;
        }
        let number = if kind.is_numbered() { self.last(kind) + 1 } else { 0 };
        self.bind(kind, number, value, 0);
        number
    }

    pub(super) fn number_of(&self, kind: Chosen, value: &str) -> Option<usize> {
        if !kind.is_numbered() {
            return Some(0);
        }
        self.by_value.get(&(kind, value.to_string())).copied()
    }

    pub(super) fn last(&self, kind: Chosen) -> usize {
        self.by_name.range((kind, 0)..=(kind, usize::MAX)).next_back().map_or(0, |((_, n), _)| *n)
    }

    pub(super) fn bind(&mut self, kind: Chosen, number: usize, value: &str, line: usize) {
        self.by_name.insert((kind, number), Bound { value: value.into(), line });
        let first = *self.by_value.entry((kind, value.into())).or_insert(number);
        if first != number {
            self.twins.push(Twin { line, kind, numbers: (number, first) });
        }
    }
}

/// A run's line as a transcript has it, named as they come.
pub fn write_line(line: &[Piece], names: &mut Bindings) -> String {
    transcript::written(line, |kind, value| names.number(kind, value))
}

/// Whether a shown line is as the transcript has it at that line. What it binds stays bound only if so.
pub(super) fn line_matches(want: &str, got: &[Piece], names: &mut Bindings, line: usize) -> bool {
    let mut new: BTreeMap<(Chosen, usize), &str> = BTreeMap::new();
    let matches = walk(want, got, |kind, number, value| {
        let bound = names.by_name.get(&(kind, number)).map(|bound| &*bound.value);
        !kind.is_compared() || bound.unwrap_or_else(|| new.entry((kind, number)).or_insert(value)) == value
    });
    if matches {
        for ((kind, number), value) in new {
            names.bind(kind, number, value, line);
        }
    }
    matches
}

/// Whether a shown line may be as the transcript has it, as far as its placeholders are bound; `plain` is its text.
pub(super) fn line_may_match(want: &str, got: &[Piece], plain: &str, names: &Bindings) -> bool {
    // Most lines differ from their first letters on.
    let literal = want.find(['{', '\\']).map_or(want, |at| &want[..at]);
    let begins = plain.get(..literal.len()).is_some_and(|start| start == literal);
    begins
        && walk(want, got, |kind, number, value| {
            !kind.is_compared() || names.by_name.get(&(kind, number)).is_none_or(|bound| &*bound.value == value)
        })
}

/// Go through a transcript's line and a run's side by side; `bind` judges a placeholder and the value at its place.
fn walk<'g>(want: &str, got: &'g [Piece], mut bind: impl FnMut(Chosen, usize, &'g str) -> bool) -> bool {
    let whole: String = got.iter().map(Piece::written).collect();
    let mark = Piece::text(if transcript::looks_special(&whole) { "\\" } else { "" });
    let mut parts = parts(want).into_iter().map(|(part, _)| part);
    let mut part = parts.next();
    // The mark is text of the run's line, too.
    let mut text = mark.text.as_str();
    let mut pieces = got.iter();
    loop {
        match part {
            Some(LinePart::Rest) => return true,
            Some(LinePart::Text("")) => part = parts.next(),
            Some(LinePart::Text(wanted)) if !text.is_empty() => {
                let length = wanted.len().min(text.len());
                if wanted.as_bytes()[..length] != text.as_bytes()[..length] {
                    return false;
                }
                let (Some(left), Some(rest)) = (wanted.get(length..), text.get(length..)) else { return false };
                (part, text) = (Some(LinePart::Text(left)), rest);
            }
            _ if !text.is_empty() => return false,
            _ => match (part, pieces.next()) {
                (None, None) => return true,
                (Some(LinePart::Hole(kind, number)), Some(piece)) if piece.kinds.contains(&kind) => {
                    if !bind(kind, number, &piece.text) {
                        return false;
                    }
                    part = parts.next();
                }
                (Some(LinePart::Text(_)), Some(piece)) => text = &piece.text,
                (Some(LinePart::Hole(..)) | None, Some(piece)) if piece.text.is_empty() => {}
                _ => return false,
            },
        }
    }
}
