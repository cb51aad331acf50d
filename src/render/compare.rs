//! Comparing a transcript with a run of its lines: placeholders bound and checked, and what differs.
//!
//! A placeholder is bound to a value where it first stands and must be that value wherever it stands again. Two of a kind
//! are two values, but the kernel may choose one port twice: [`Twin`]s, which differ in another run. What is text must
//! be there as it is.

use std::collections::{BTreeMap, HashMap};

use super::canon::Piece;
use super::rules::{Chosen, placeholder};
use super::transcript::{self, ANY_LINES, Entry, LinePart, parts};

/// A shown line of a run.
pub type Line = Vec<Piece>;

/// A value with the line where it was first seen.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub value: String,
    line: usize,
}

/// Which placeholder stands for which value.
#[derive(Clone, Default, Debug)]
pub struct Bindings {
    pub(super) by_name: BTreeMap<(Chosen, usize), Bound>,
    by_value: HashMap<(Chosen, String), usize>,
    twins: Vec<Twin>,
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

/// Whether shown lines are as the transcript has them; a line `...` stands for any lines. What they bind stays bound
/// only if so.
fn lines_match(want: &[String], got: &[Line], names: &mut Bindings, first: usize) -> bool {
    let (mut w, mut g) = (0, 0);
    // Where to go on when what comes after the last `...` does not fit: one line later.
    let mut again: Option<(usize, usize, Bindings)> = None;
    let before = want.iter().any(|l| l == ANY_LINES).then(|| names.clone());
    loop {
        if want.get(w).is_some_and(|l| l == ANY_LINES) {
            w += 1;
            again = Some((w, g, names.clone()));
            continue;
        }
        let fits = match (want.get(w), got.get(g)) {
            (None, None) => return true,
            (Some(want), Some(got)) => line_matches(want, got, names, first + w),
            _ => false,
        };
        if fits {
            (w, g) = (w + 1, g + 1);
            continue;
        }
        match &mut again {
            Some((after, at, saved)) if *at < got.len() => {
                *at += 1;
                (w, g) = (*after, *at);
                names.clone_from(saved);
            }
            _ => {
                if let Some(before) = before {
                    *names = before;
                }
                return false;
            }
        }
    }
}

/// A statement with what it showed: lines typed together, and the lines after them.
#[derive(Clone, Debug)]
pub struct Exchange<S> {
    pub(super) typed: Vec<Entry<S>>,
    pub(super) shown: Vec<S>,
    /// The line of the transcript where it begins.
    pub(super) line: usize,
}

/// The statements of a transcript, whose first line has that number.
pub fn groups(entries: Vec<Entry>, first: usize) -> Vec<Exchange<String>> {
    let mut all: Vec<Exchange<String>> = Vec::new();
    for (line, entry) in (first..).zip(entries) {
        match (entry, all.last_mut()) {
            (Entry::Shown(text), Some(group)) => group.shown.push(text),
            (Entry::Shown(text), None) => all.push(Exchange { typed: Vec::new(), shown: vec![text], line }),
            (more @ Entry::More(_), Some(group)) if group.shown.is_empty() => group.typed.push(more),
            (typed, _) => all.push(Exchange { typed: vec![typed], shown: Vec::new(), line }),
        }
    }
    all
}

/// The lines that a transcript's statements were typed as.
pub fn typed_lines(groups: &[Exchange<String>]) -> Vec<String> {
    let text = |entry: &Entry| match entry {
        Entry::Typed(line) | Entry::More(line) | Entry::Shown(line) => line.clone(),
    };
    groups.iter().flat_map(|g| &g.typed).map(text).collect()
}

/// What a person at the prompt saw of a statement before typing the next one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pace {
    /// The number of the statement's last line among those that were typed.
    pub last: usize,
    /// How many lines it showed, at least.
    pub shown: usize,
    /// How many of them had come when Ctrl-C was pressed.
    pub interrupted: Option<usize>,
}

/// What was seen of each statement.
pub fn paces(groups: &[Exchange<String>]) -> Vec<Pace> {
    let mut last = 0;
    let pace = |group: &Exchange<String>| {
        last += group.typed.len();
        let shown = group.shown.iter().filter(|line| *line != ANY_LINES).count();
        Pace { last, shown, interrupted: group.shown.iter().position(|line| transcript::is_interrupt(line)) }
    };
    groups.iter().map(pace).collect()
}

/// What a run showed, for each statement of the transcript.
fn answers(wanted: &[Exchange<String>], run: Vec<Entry<Line>>) -> Vec<Vec<Line>> {
    let mut answers: Vec<Vec<Line>> = wanted.iter().map(|_| Vec::new()).collect();
    let mut statements = wanted.iter().map(|g| g.typed.len()).enumerate().filter(|(_, typed)| *typed > 0);
    let (mut at, mut left) = (0, 0);
    for entry in run {
        match entry {
            Entry::Shown(line) => answers[at].push(line),
            _ if left > 0 => left -= 1,
            _ => {
                if let Some((next, typed)) = statements.next() {
                    (at, left) = (next, typed - 1);
                }
            }
        }
    }
    answers
}

/// What is wrong with a transcript's placeholders, if something is: with the number of the line.
pub fn misnamed(groups: &[Exchange<String>]) -> Option<(usize, String)> {
    let mut last: BTreeMap<Chosen, usize> = BTreeMap::new();
    let mut hidden = false;
    for group in groups {
        for (line, text) in (group.line + group.typed.len()..).zip(&group.shown) {
            hidden |= text == ANY_LINES;
            for (part, _) in parts(text) {
                match part {
                    LinePart::Rest => hidden = true,
                    LinePart::Unknown(word) => {
                        let words = super::rules::RULES.map(|r| placeholder(r.kind, 1)).join(" ");
                        return Some((line, format!("`{word}` is no placeholder: they are {words} {{*}}")));
                    }
                    LinePart::Hole(kind, number) => {
                        let last = last.entry(kind).or_insert(0);
                        // What a wildcard hides may have had the numbers between.
                        if number > *last + 1 && !hidden {
                            let (this, missing) = (placeholder(kind, number), placeholder(kind, *last + 1));
                            return Some((
                                line,
                                format!("`{this}` stands before `{missing}`: they count from 1 as they first appear"),
                            ));
                        }
                        *last = number.max(*last);
                    }
                    LinePart::Text(_) => {}
                }
            }
        }
    }
    None
}

/// A transcript beside a run of it.
pub struct Comparison {
    pub(super) wanted: Vec<Exchange<String>>,
    pub(super) got: Vec<Vec<Line>>,
    pub(super) names: Bindings,
    pub(super) differing: Vec<Difference>,
}

/// How one statement differs: so many lines fit at its beginning and at its end, and why the others do not.
pub(super) struct Difference {
    pub group: usize,
    head: usize,
    pub tail: usize,
    /// The run's lines between, with the names they have so far.
    lines: Vec<String>,
    notes: Vec<String>,
}

impl Comparison {
    /// Compare a transcript's statements with a run of their lines.
    pub fn new(wanted: Vec<Exchange<String>>, run: Vec<Entry<Line>>) -> Self {
        let got = answers(&wanted, run);
        let mut names = Bindings::default();
        let mut differing = Vec::new();
        for (group, (want, got)) in wanted.iter().zip(&got).enumerate() {
            let first = want.line + want.typed.len();
            if !lines_match(&want.shown, got, &mut names, first) {
                differing.push(difference(group, want, got, &mut names));
            }
        }
        Self { wanted, got, names, differing }
    }

    /// How many statements differ.
    pub fn differing(&self) -> usize {
        self.differing.len()
    }

    /// The placeholders that stood for one value here.
    pub fn twins(&self) -> &[Twin] {
        &self.names.twins
    }

    /// What differs, as `diff -u` writes it, each with the placeholder that broke.
    pub fn diff(&self) -> String {
        super::diff::unified(&self.rows(), self.wanted.first().map_or(0, |g| g.line - 1))
    }

    fn rows(&self) -> Vec<super::diff::DiffLine> {
        use super::diff::DiffLine;
        let mut rows = Vec::new();
        let mut differing = self.differing.iter().peekable();
        for (i, want) in self.wanted.iter().enumerate() {
            rows.extend(want.typed.iter().map(|entry| DiffLine::Same(entry.to_string())));
            let shown =
                |lines: &[String], row: fn(String) -> DiffLine| lines.iter().cloned().map(row).collect::<Vec<_>>();
            let Some(d) = differing.next_if(|d| d.group == i) else {
                rows.extend(shown(&want.shown, DiffLine::Same));
                continue;
            };
            let end = want.shown.len() - d.tail;
            rows.extend(shown(&want.shown[..d.head], DiffLine::Same));
            rows.extend(shown(&want.shown[d.head..end], DiffLine::Gone));
            rows.extend(shown(&d.lines, DiffLine::New));
            rows.extend(d.notes.iter().cloned().map(DiffLine::Note));
            rows.extend(shown(&want.shown[end..], DiffLine::Same));
        }
        rows
    }
}

/// How a statement's lines differ. What of them fits stays bound.
fn difference(group: usize, want: &Exchange<String>, got: &[Line], names: &mut Bindings) -> Difference {
    let first = want.line + want.typed.len();
    let shown = &want.shown;
    let fits = |at: usize, got: &Line, names: &mut Bindings| {
        shown[at] != ANY_LINES && line_matches(&shown[at], got, names, first + at)
    };
    let mut head = 0;
    while head < shown.len().min(got.len()) && fits(head, &got[head], names) {
        head += 1;
    }
    let room = (shown.len() - head).min(got.len() - head);
    let mut tail = 0;
    while tail < room && fits(shown.len() - tail - 1, &got[got.len() - tail - 1], names) {
        tail += 1;
    }
    let (want, got) = (&shown[head..shown.len() - tail], &got[head..got.len() - tail]);
    let pairs = (first + head..).zip(want.iter().zip(got));
    let mut notes: Vec<String> = pairs.flat_map(|(line, (want, got))| broken(want, got, names, line)).collect();
    notes.dedup();
    // Numbers that it gives are the next ones, until the transcript says so itself.
    let mut named = names.clone();
    let lines = got.iter().map(|line| write_line(line, &mut named)).collect();
    Difference { group, head, tail, lines, notes }
}

/// The placeholders of a line that do not stand for what the run has there. Those that are new are bound to it.
fn broken(want: &str, got: &[Piece], names: &mut Bindings, line: usize) -> Vec<String> {
    let hole = |(part, _)| if let LinePart::Hole(kind, number) = part { Some((kind, number)) } else { None };
    let holes: Vec<_> = parts(want).into_iter().filter_map(hole).collect();
    let values: Vec<_> = got.iter().filter(|p| p.chosen).filter_map(|p| Some((*p.kinds.first()?, &*p.text))).collect();
    if !holes.iter().map(|(kind, _)| kind).eq(values.iter().map(|(kind, _)| kind)) {
        return Vec::new();
    }
    let mut notes = Vec::new();
    for ((kind, number), (_, value)) in holes.into_iter().zip(values) {
        let other = names.number_of(kind, value).filter(|n| *n != number);
        match names.by_name.get(&(kind, number)) {
            Some(bound) if bound.value != value => {
                let is = other.map_or(String::new(), |n| format!(", which is {}", placeholder(kind, n)));
                let name = placeholder(kind, number);
                notes.push(format!("{name} was {} at line {}, {value} here{is}", bound.value, bound.line));
            }
            Some(_) => {}
            None => names.bind(kind, number, value, line),
        }
    }
    notes
}
