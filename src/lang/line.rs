//! A line as its words.

use std::rc::Rc;

use super::error::stretch;
use super::mend::mended;
use super::part::Bad;
use super::scan::{Scan, blanks, is_end, scan};
use super::{Error, LINE_MAX, Source, Span, Word, wide};

/// Split a line into words.
pub fn words(source: &Rc<Source>, number: u32, line: &str) -> Result<Vec<Word>, Error> {
    if line.len() > LINE_MAX {
        return Err(Error::new(
            source,
            Span { line: number, column: 1, length: 1 },
            format!("this line has {} bytes; the limit is {LINE_MAX}", line.len()),
        )
        .note("send a large file with `sendfile`, or repeat text: let big = \"x\" * 1000000"));
    }
    let mut found = Vec::new();
    let mut wide = Vec::new();
    // Columns are counted on from the word before, so that a long line is gone through once.
    let (mut column, mut counted) = (1, 0);
    let mut at = blanks(line, 0);
    while !is_end(line, at) {
        let scan = scan(&line[at..], false);
        let end = at + scan.end;
        column += line[counted..at].chars().count() as u32;
        let span = Span { line: number, column, length: line[at..end].chars().count() as u32 };
        (column, counted) = (column + span.length, end);
        if scan.bad.is_some() || scan.open.is_some() {
            return Err(refused(source, span, line, &line[at..end], scan));
        }
        if scan.wide {
            wide.push(found.len());
        }
        found.push(Word::of(scan, span));
        at = blanks(line, end);
    }
    if wide.is_empty() { Ok(found) } else { in_ascii(source, line, found, &wide) }
}

/// The words of a line with full-width punctuation, unless it stands in the place of syntax.
#[cold]
fn in_ascii(source: &Rc<Source>, line: &str, words: Vec<Word>, wide: &[usize]) -> Result<Vec<Word>, Error> {
    let raw: Vec<&str> = words.iter().map(|word| stretch(line, word.span)).collect();
    let spans: Vec<Span> = words.iter().map(|word| word.span).collect();
    match wide::misplaced(&spans, &raw, wide) {
        Some(found) => {
            let error = Error::new(source, found.span, found.message);
            Err(instead(error.note("as text, it needs quotes"), line))
        }
        None => Ok(words),
    }
}

/// An error with the lines to write instead, where they are certain.
fn instead(error: Error, line: &str) -> Error {
    mended(line).into_iter().fold(error, |error, line| error.note(format!("write: {line}")))
}

/// What is wrong with a word.
#[cold]
fn refused(source: &Rc<Source>, span: Span, line: &str, word: &str, scan: Scan) -> Error {
    let open = scan.open.map(|(at, quote)| Bad { at, ..Bad::new(quote.len_utf8(), "this quote is never closed", "") });
    let bad = scan.bad.map(|bad| *bad);
    let first = match (open, bad) {
        (Some(open), Some(bad)) => {
            if open.at < bad.at {
                open
            } else {
                bad
            }
        }
        (open, bad) => open.or(bad).unwrap_or_else(|| Bad::new(1, "", "")),
    };
    let part = |from: usize, to: usize| word.get(from..to.min(word.len())).unwrap_or("").chars().count() as u32;
    let place =
        Span { column: span.column + part(0, first.at), length: part(first.at, first.at + first.length), ..span };
    let error = Error::new(source, place, first.message);
    let error = if first.note.is_empty() { error } else { error.note(first.note) };
    instead(error, line)
}
