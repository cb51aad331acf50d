//! The lines to write in the place of one whose words are wrong, where that is certain.

use super::part::Bad;
use super::scan::{blanks, is_end, scan};
use super::{Span, dollar, wide};

/// The most that is mended in a line.
const TRIES: usize = 100;

/// What a line comes to once what is wrong in its words is mended; none where something is left that nobody can know.
pub(super) fn mended(line: &str) -> Vec<String> {
    let mut line = line.trim().to_string();
    for _ in 0..TRIES {
        match step(&line) {
            Step::Whole if line.is_empty() || line.starts_with('#') => return Vec::new(),
            Step::Whole => return vec![line],
            Step::Mended(better) => line = better,
            Step::Parted(at) => {
                let (first, rest) = (line[..at].trim().to_string(), mended(line[at..].trim_start_matches(';')));
                return if first.is_empty() { rest } else { std::iter::once(first).chain(rest).collect() };
            }
            Step::Unknown => return Vec::new(),
        }
    }
    Vec::new()
}

enum Step {
    Whole,
    Mended(String),
    /// It is two lines.
    Parted(usize),
    Unknown,
}

/// Mend what is wrong first.
fn step(line: &str) -> Step {
    let (mut raw, mut wide) = (Vec::new(), Vec::new());
    let mut at = blanks(line, 0);
    while !is_end(line, at) {
        let scan = scan(&line[at..], false);
        let end = at + scan.end;
        if let Some((opened, _)) = scan.open
            && scan.bad.as_ref().is_none_or(|bad| opened < bad.at)
        {
            return Step::Unknown;
        }
        if let Some(bad) = scan.bad {
            return mend(line, at, end, &bad);
        }
        if scan.wide {
            wide.push(raw.len());
        }
        raw.push(&line[at..end]);
        at = blanks(line, end);
    }
    if wide.is_empty() {
        return Step::Whole;
    }
    match wide::misplaced(&vec![Span::default(); raw.len()], &raw, &wide) {
        None => Step::Whole,
        Some(found) => {
            found.line.map_or(Step::Unknown, |text| Step::Mended(format!("{text} {}", &line[at..]).trim().into()))
        }
    }
}

/// Mend a word that stands there.
fn mend(line: &str, from: usize, to: usize, bad: &Bad) -> Step {
    let at = from + bad.at;
    let text = |range: std::ops::Range<usize>, text: &str| {
        Step::Mended(format!("{}{text}{}", &line[..range.start], &line[range.end..]))
    };
    if bad.parts {
        return Step::Parted(at);
    }
    if bad.dollar
        && let Some(word) = dollar::as_text(&line[from..to], &|_| true)
    {
        return text(from..to, &word);
    }
    match &bad.fix {
        Some((length, better)) => text(at..at + length, better),
        None => Step::Unknown,
    }
}
