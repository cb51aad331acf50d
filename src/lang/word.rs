//! Words: what each is made of, and where it stands.

use std::rc::Rc;

use super::scan::Scan;
use super::{Literal, Part, Parts, Span};

/// A word of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// Its pieces in order; none for `""`.
    pub parts: Parts,
    /// It has a `\xNN` or a `b"..."`, so it is bytes.
    pub bytes: bool,
    /// It has quotes, so it is no keyword, operator or number.
    pub quoted: bool,
    /// A bracket stands in it without quotes.
    pub brackets: bool,
    /// How long its `NAME` is when it is written `NAME=...`.
    pub key: usize,
    /// Where it stands.
    pub span: Span,
}

impl Word {
    /// A word that is that text, without quotes.
    pub fn plain(text: &str, span: Span) -> Self {
        let parts = Parts::One(Part::Literal(Literal::Text(text.into())));
        Self { parts, bytes: false, quoted: false, brackets: false, key: 0, span }
    }

    /// A word that was taken apart.
    pub(super) fn of(scan: Scan, span: Span) -> Self {
        let Scan { parts, bytes, quoted, brackets, key, .. } = scan;
        Self { parts, bytes, quoted, brackets, key, span }
    }

    /// The name that stands before its first `=` without quotes: what is written so is given by name.
    pub fn key(&self) -> Option<&str> {
        match self.parts.first() {
            Some(Part::Literal(first)) if self.key > 0 && first.get(self.key + 1) != Some(&b'=') => {
                std::str::from_utf8(&first[..self.key]).ok()
            }
            _ => None,
        }
    }

    /// The text of a word that inserts nothing and is no bytes.
    pub fn literal(&self) -> Option<&str> {
        match &*self.parts {
            [] if !self.bytes => Some(""),
            [Part::Literal(Literal::Text(text))] if !self.bytes => Some(text),
            _ => None,
        }
    }

    /// The same, when it was written without quotes.
    pub fn bare(&self) -> Option<&str> {
        if self.quoted { None } else { self.literal() }
    }

    /// Whether it is exactly that, without quotes.
    #[inline]
    pub fn is(&self, what: &str) -> bool {
        self.bare() == Some(what)
    }

    /// The name, when the word is one `$name` and nothing else.
    pub fn single_name(&self) -> Option<&Rc<str>> {
        match &*self.parts {
            [Part::Name(name)] if !self.bytes => Some(name),
            _ => None,
        }
    }

    /// Whether the word is what one name gives and nothing else: it has a type of its own.
    pub fn is_inserted(&self) -> bool {
        matches!(&*self.parts, [Part::Name(_) | Part::Default(..) | Part::Picked(..)]) && !self.bytes
    }
}
