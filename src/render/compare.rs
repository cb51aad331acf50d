//! Comparing a transcript with a run of its lines: placeholders bound and checked, and what differs.
//!
//! A placeholder is bound to a value where it first stands and must be that value wherever it stands again. Two of a kind
//! are two values, but the kernel may choose one port twice: [`Twin`]s, which differ in another run. What is text must
//! be there as it is.

use std::collections::BTreeMap;

pub use super::bind::{Bindings, Line, Twin, write_line};

use super::bind::line_matches;
use super::differ::{Difference, Edit, difference};
use super::rules::{Chosen, placeholder};
use super::transcript::{self, ANY_LINES, Entry, LinePart, parts};
use crate::command::{self, views};
use crate::lang;

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
    groups.iter().flat_map(|g| &g.typed).map(|entry| entry.line().to_string()).collect()
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

/// The number of the line that the last of so many typed lines stands on.
pub fn line_of(groups: &[Exchange<String>], typed: usize) -> usize {
    let mut seen = 0;
    let at = groups.iter().find(|group| {
        seen += group.typed.len();
        seen >= typed
    });
    at.or(groups.last()).map_or(1, |group| group.line)
}

/// Where a transcript breaks off, if it does, with the number of the line: a block has no `end`, or, where the results are
/// there, the last command has none.
pub fn cut_off(groups: &[Exchange<String>], has_results: bool) -> Option<(usize, String)> {
    let mut open: Option<(usize, isize)> = None;
    for group in groups {
        let (line, depth) = open.take().unwrap_or((group.line, 0));
        let depth = depth + group.typed.iter().map(|entry| lang::depth_change(entry.line())).sum::<isize>();
        // What is shown of it is that it has no end.
        open = (depth > 0 && group.shown.is_empty()).then_some((line, depth));
    }
    if let Some((line, _)) = open {
        return Some((line, "the transcript is cut off: the block that begins here has no `end`".into()));
    }
    let is_code =
        |group: &&Exchange<String>| !group.shown.is_empty() || !lang::typed(group.typed[0].line()).0.is_empty();
    let last = groups.iter().rev().find(is_code).filter(|group| has_results && group.shown.is_empty())?;
    let [Entry::Typed(line)] = &*last.typed else { return None };
    let (words, _) = lang::typed(line);
    let call = words.get(lang::head(&words)).map_or("", |word| &word.text);
    let shows = matches!(call, "let" | "print") || command::find(call).is_some() && !views::may_show_nothing(call);
    let said = || format!("the transcript is cut off: `{line}` has no result, and a call shows `ok` at least");
    shows.then(|| (last.line, said()))
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

impl Comparison {
    /// Compare a transcript's statements with a run of their lines.
    pub fn new(wanted: Vec<Exchange<String>>, run: Vec<Entry<Line>>) -> Self {
        let got = answers(&wanted, run);
        let mut names = Bindings::default();
        let mut differing = Vec::new();
        for (group, (want, got)) in wanted.iter().zip(&got).enumerate() {
            let first = want.line + want.typed.len();
            if !lines_match(&want.shown, got, &mut names, first) {
                differing.push(difference(group, first, &want.shown, got, &mut names));
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
            let Some(d) = differing.next_if(|d| d.group == i) else {
                rows.extend(want.shown.iter().cloned().map(DiffLine::Same));
                continue;
            };
            let mut lines = d.lines.iter().cloned();
            let mut notes = d.notes.iter().peekable();
            // What is gone stands before what is new.
            let mut new = Vec::new();
            for (at, edit) in d.edits.iter().enumerate() {
                match edit {
                    Edit::Gone(w) => rows.push(DiffLine::Gone(want.shown[*w].clone())),
                    Edit::New(_) => new.extend(lines.next().map(DiffLine::New)),
                    Edit::Same(w, _) | Edit::Any(w) => rows.push(DiffLine::Same(want.shown[*w].clone())),
                    Edit::Hidden(_) => {}
                }
                if d.edits.get(at + 1).is_none_or(|next| !next.is_change()) {
                    rows.append(&mut new);
                }
                while let Some((_, note)) = notes.next_if(|(after, _)| *after == at) {
                    rows.push(DiffLine::Note(note.clone()));
                }
            }
        }
        rows
    }
}
