//! What other languages end a block's first line with, and put around what is printed: it is refused, and taken for no
//! word.

use super::parse::Parser;
use super::{Error, Span, Word, typed};

/// How a line changes the depth of blocks: what a reader of lines needs to know when to stop asking for more.
pub fn depth_change(line: &str) -> isize {
    let mut words = line.split_whitespace();
    match (words.next(), words.next()) {
        (_, Some("=")) => 0,
        // What is refused opens nothing.
        (Some("if" | "while" | "loop" | "for" | "repeat" | "try" | "def"), _) => isize::from(!is_foreign(line)),
        (Some("end"), _) => -1,
        _ => 0,
    }
}

/// Whether a block's first line is another language's: it has a colon behind a word, or ends in a brace.
fn is_foreign(line: &str) -> bool {
    line.contains([':', '{'])
        && typed(line)
            .0
            .iter()
            .any(|typed| ends_in_colon(&typed.word) || (typed.word.is("{") && line.trim_end().ends_with('{')))
}

/// Whether a word has a colon behind it. One that has others is an address, or what is written like one.
fn ends_in_colon(word: &Word) -> bool {
    let before = word.bare().and_then(|text| text.strip_suffix(':'));
    before.is_some_and(|before| word.brackets || !before.contains(':'))
}

/// The words that a line of a block's begins with.
const HEADS: &[&str] = &["if", "elif", "else", "while", "loop", "for", "repeat", "try", "except", "finally", "def"];

impl Parser<'_> {
    /// A block's lines end without a colon, which would be taken for a part of the word before it.
    pub(super) fn no_colon(&self, line: &[Word]) -> Result<(), Error> {
        let first = line[0].bare().unwrap_or("").trim_end_matches(':');
        let colon = line.iter().find(|word| ends_in_colon(word));
        let (Some(word), true) = (colon, HEADS.contains(&first) && !line.get(1).is_some_and(|w| w.is("="))) else {
            return Ok(());
        };
        let span = Span { column: word.span.column + word.span.length - 1, length: 1, ..word.span };
        Err(self
            .error(span, "a block's first line has no colon here; its end is `end`")
            .note("as a part of a word, a colon at its end needs quotes"))
    }

    /// `print (x)` is another language's: what it would print stands in one pair of parentheses.
    pub(super) fn no_parentheses(&self, line: &[Word]) -> Result<(), Error> {
        let (Some(first), Some(last)) = (line.get(1), line.last()) else { return Ok(()) };
        let text = self.source.line(first.span.line).chars().skip(first.span.column as usize - 1);
        let text: Vec<char> = text.take(first.span.to(last.span).length as usize).collect();
        let (mut depth, mut quote) = (0, None);
        let end = text.iter().position(|c| {
            match (c, quote) {
                (c, Some(open)) if *c == open => quote = None,
                (_, Some(_)) => {}
                ('"' | '\'', None) => quote = Some(*c),
                ('(', None) => depth += 1,
                (')', None) => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        if text.first() != Some(&'(') || end.map(|at| at + 1) != Some(text.len()) {
            return Ok(());
        }
        Err(self
            .error(first.span.to(last.span), "`print` takes words, not parentheses")
            .note("as text, they need quotes"))
    }
}
