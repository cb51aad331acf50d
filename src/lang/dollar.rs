//! Dollar signs that were meant as text.

use super::error::stretch;
use super::name::{dollar_length, length};
use super::scan::{Mark, MarkKind, scan};
use super::{Source, Span};

/// A word with those dollar signs as text that insert nothing, or a name that is not set: in single quotes where no
/// other inserts anything, else doubled. None where there are none, or where only a name stands in the quotes.
pub(super) fn as_text(word: &str, is_set: &dyn Fn(&str) -> bool) -> Option<String> {
    let marks = scan(word, true).marks;
    let mut doubled = word.to_string();
    let mut kept = false;
    for (i, mark) in marks.iter().enumerate().rev() {
        let text = &word[mark.range.clone()];
        if !text.starts_with('$') || text == "$$" {
            continue;
        }
        let lone = mark.kind == MarkKind::Wrong;
        if lone || (!is_set(name(text)) && in_text(word, &marks, i)) {
            doubled.insert(mark.range.start, '$');
        } else {
            kept = true;
        }
    }
    let inner = word.strip_prefix('"').and_then(|w| w.strip_suffix('"')).filter(|w| !kept && !w.contains(['\'', '"']));
    (doubled != word).then(|| inner.map_or(doubled, |inner| format!("'{}'", inner.replace("$$", "$"))))
}

/// The name that a `$name` or a `${name...}` inserts.
fn name(text: &str) -> &str {
    match text.strip_prefix("${") {
        Some(braced) => &braced[..length(braced)],
        None => &text[1..=dollar_length(&text[1..])],
    }
}

/// Whether what is inserted there stands in double quotes, and with other text unless it is a number.
fn in_text(word: &str, marks: &[Mark], i: usize) -> bool {
    let quote = |mark: &&Mark| mark.kind == MarkKind::Quote && word[mark.range.clone()].ends_with(['"', '\'']);
    let opened = marks[..i].iter().filter(quote).count() % 2 == 1;
    let before = marks[..i].iter().rev().find(quote).map_or(0, |m| m.range.end);
    let after = marks[i..].iter().find(quote).map_or(word.len(), |m| m.range.start);
    let range = &marks[i].range;
    let number = word[range.start + 1..].starts_with(|c: char| c.is_ascii_digit());
    opened && (number || before < range.start || range.end < after)
}

/// The words of a stretch of a program, as [`as_text`] has them: those where a name that is not set stands in text.
pub fn dollars_as_text(source: &Source, span: Span, is_set: &dyn Fn(&str) -> bool) -> Vec<String> {
    let line = source.line(span.line);
    let (words, _) = super::typed(stretch(line, span));
    let line = stretch(line, span);
    words.iter().filter_map(|word| as_text(&line[word.range.clone()], is_set)).collect()
}
