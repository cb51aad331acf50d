//! How what a statement shows differs from what a transcript has: line by line, with the placeholders that broke.

pub(super) use super::align::Edit;
use super::align::align;
use super::bind::{Bindings, Line, line_matches, line_may_match, write_line};
use super::canon::Piece;
use super::rules::placeholder;
use super::transcript::{ANY_LINES, LinePart, parts};

/// How one statement differs.
pub(super) struct Difference {
    pub group: usize,
    /// The lines of both side by side.
    pub edits: Vec<Edit>,
    /// The run's lines that the transcript has not, with the names they have so far, each after the edit of its number.
    pub lines: Vec<String>,
    /// Why lines differ, each with the number of the edit that it stands after.
    pub notes: Vec<(usize, String)>,
}

impl Difference {
    /// So many lines fit at its end.
    pub(super) fn tail(&self) -> usize {
        self.edits.iter().rev().take_while(|edit| matches!(edit, Edit::Same(..))).count()
    }
}

/// How a statement's lines differ; the first of them has that number. What of them fits stays bound.
pub(super) fn difference(
    group: usize,
    first: usize,
    want: &[String],
    got: &[Line],
    names: &mut Bindings,
) -> Difference {
    let plain: Vec<String> = got.iter().map(|line| line.iter().map(|p| &*p.text).collect()).collect();
    let known = &*names;
    let is_any = |w: usize| want[w] == ANY_LINES;
    let fits = |w: usize, g: usize| line_may_match(&want[w], &got[g], &plain[g], known);
    let room = want.len().min(got.len());
    let head = (0..room).take_while(|i| !is_any(*i) && fits(*i, *i)).count();
    let (w, g) = (want.len(), got.len());
    let tail = (1..=room - head).take_while(|i| !is_any(w - i) && fits(w - i, g - i)).count();
    let between = align(w - head - tail, g - head - tail, |w| is_any(head + w), |w, g| fits(head + w, head + g));
    let between = between.into_iter().map(|edit| edit.moved(head));
    let same = (0..head).map(|i| Edit::Same(i, i));
    let aligned: Vec<Edit> = same.chain(between).chain((1..=tail).rev().map(|i| Edit::Same(w - i, g - i))).collect();
    let mut edits = Vec::new();
    for edit in aligned {
        match edit {
            // What came before may have bound its placeholders to other values.
            Edit::Same(w, g) if !line_matches(&want[w], &got[g], names, first + w) => {
                edits.extend([Edit::Gone(w), Edit::New(g)]);
            }
            other => edits.push(other),
        }
    }
    let notes = notes(&edits, |w, g| broken(&want[w], &got[g], names, first + w));
    // Numbers that it gives are the next ones, until the transcript says so itself.
    let mut named = names.clone();
    let lines = edits.iter().filter_map(|edit| if let Edit::New(g) = edit { Some(*g) } else { None });
    let lines = lines.map(|g| write_line(&got[g], &mut named)).collect();
    Difference { group, edits, lines, notes }
}

/// What there is to say of lines that stand for each other: the first that is gone in a place, and the first that is new.
fn notes(edits: &[Edit], mut broken: impl FnMut(usize, usize) -> Vec<String>) -> Vec<(usize, String)> {
    let mut notes: Vec<(usize, String)> = Vec::new();
    let mut end = 0;
    for place in edits.chunk_by(|a, b| a.is_change() == b.is_change()) {
        end += place.len();
        let gone = place.iter().filter_map(|edit| if let Edit::Gone(w) = edit { Some(*w) } else { None });
        let new = place.iter().filter_map(|edit| if let Edit::New(g) = edit { Some(*g) } else { None });
        for note in gone.zip(new).flat_map(|(w, g)| broken(w, g)) {
            if notes.last().is_none_or(|(_, last)| *last != note) {
                notes.push((end - 1, note));
            }
        }
    }
    notes
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
