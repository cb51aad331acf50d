//! A line as far as it is typed: a quote may still be open and the last word be unfinished.

use std::ops::Range;

use super::scan::{blanks, is_end, scan};
use super::{Mark, MarkKind, Span, Word, is_name};

/// A word of a line that is being typed.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The word, as far as it goes; what is no escape yet is text. Its span is not known.
    pub word: Word,
    /// Where it stands, quotes and all.
    pub range: Range<usize>,
    /// Its text without the quotes; escapes and `$names` are left as written.
    pub text: String,
    /// The quote that is not closed yet, and where it stands.
    pub open: Option<(usize, char)>,
    /// Names are inserted at its end.
    pub inserts: bool,
    /// What in it is more than text, by its place in the line.
    pub marks: Vec<Mark>,
}

impl Typed {
    /// The word that begins there.
    pub fn at(line: &str, start: usize) -> Self {
        let rest = &line[start..];
        let mut scan = scan(rest, true);
        let mut text = String::new();
        let mut at = 0;
        for quote in scan.marks.iter().filter(|mark| mark.kind == MarkKind::Quote) {
            text.push_str(&rest[at..quote.range.start]);
            at = quote.range.end;
        }
        text.push_str(&rest[at..scan.end]);
        let place = |mark: Mark| Mark { range: start + mark.range.start..start + mark.range.end, kind: mark.kind };
        let open = scan.open.map(|(at, quote)| (start + at, quote));
        let (range, inserts) = (start..start + scan.end, scan.inserts);
        let marks = std::mem::take(&mut scan.marks).into_iter().map(place).collect();
        Self { word: Word::of(scan, Span::default()), range, text, open, inserts, marks }
    }
}

/// The words of a line, and where its comment begins.
pub fn typed(line: &str) -> (Vec<Typed>, usize) {
    let mut words = Vec::new();
    let mut at = blanks(line, 0);
    while !is_end(line, at) {
        let word = Typed::at(line, at);
        at = blanks(line, word.range.end);
        words.push(word);
    }
    (words, at)
}

/// The place of the word that says what the line does: behind `a, b =`, `expect ERRNO` and `every SECONDS`.
pub fn head(words: &[Typed]) -> usize {
    let targets = |words: &[Typed]| {
        let text = words.iter().map(|w| &*w.text).collect::<Vec<_>>().join(" ");
        text.split(',').all(|name| is_name(name.trim()))
    };
    let after = words.iter().position(|w| w.word.is("=")).filter(|at| targets(&words[..*at]));
    let start = after.map_or(0, |at| at + 1);
    let prefix = words.get(start).is_some_and(|w| w.word.is("expect") || w.word.is("every"));
    if prefix { start + 2 } else { start }
}
