//! Text and bytes as values hold them: whoever has a value shares them. Short ones are one piece of memory. Long ones can
//! grow at their end while nobody else has them, and long text knows where its characters are once somebody asked.

use std::cell::RefCell;
use std::fmt;
use std::ops::{Deref, Range};
use std::rc::Rc;

/// What is longer is long: what shorter text is asked costs no more than that.
const SHORT_MAX: usize = 256;
/// So many characters lie between two places that are kept.
const STRIDE: usize = 64;

/// Text that values share.
#[derive(Clone)]
pub struct Text(Of<str, LongText>);

/// Bytes that values share.
#[derive(Clone)]
pub struct Bytes(Of<[u8], Vec<u8>>);

enum Of<S: ?Sized, L> {
    Short(Rc<S>),
    Long(Rc<L>),
}

impl<S: ?Sized, L> Clone for Of<S, L> {
    #[inline]
    fn clone(&self) -> Self {
        match self {
            Self::Short(short) => Self::Short(short.clone()),
            Self::Long(long) => Self::Long(long.clone()),
        }
    }
}

impl<S: ?Sized, L> Of<S, L> {
    fn is_alone(&self) -> bool {
        match self {
            Self::Short(short) => Rc::strong_count(short) == 1,
            Self::Long(long) => Rc::strong_count(long) == 1,
        }
    }
}

struct LongText {
    text: String,
    places: RefCell<Places>,
}

/// Where the characters of a text are, as far as it was looked through.
#[derive(Default)]
struct Places {
    /// How many bytes were looked through.
    bytes: usize,
    /// How many characters those are.
    chars: usize,
    /// Where each 64th of them begins; none while each is one byte.
    every: Vec<usize>,
}

impl Text {
    /// How many characters it has.
    pub fn count(&self) -> usize {
        match &self.0 {
            Of::Short(text) => text.chars().count(),
            Of::Long(long) => long.look(|places| places.chars),
        }
    }

    /// The text from one character up to another; both are there.
    pub fn part(&self, chars: Range<usize>) -> &str {
        let at = |n: usize| match &self.0 {
            Of::Short(text) => nth(text, n),
            Of::Long(long) => long.look(|places| places.find(&long.text, n)),
        };
        &self[at(chars.start)..at(chars.end)]
    }

    /// Whether nobody else has it.
    pub(crate) fn is_alone(&self) -> bool {
        self.0.is_alone()
    }

    /// Put more at its end, where nobody else has it. Says whether it did.
    pub(crate) fn grow(&mut self, more: &str) -> bool {
        match &mut self.0 {
            Of::Short(text) if Rc::strong_count(text) == 1 => *self = [&**text, more].concat().into(),
            Of::Short(_) => return false,
            Of::Long(long) => match Rc::get_mut(long) {
                Some(long) => long.text.push_str(more),
                None => return false,
            },
        }
        true
    }
}

impl LongText {
    /// Look at where its characters are.
    fn look<T>(&self, look: impl FnOnce(&Places) -> T) -> T {
        let mut places = self.places.borrow_mut();
        places.extend(&self.text);
        look(&places)
    }
}

impl Places {
    /// Look through what was put at the end since.
    fn extend(&mut self, text: &str) {
        let more = &text[self.bytes..];
        if self.every.is_empty() && more.is_ascii() {
            self.chars += more.len();
        } else {
            if self.every.is_empty() {
                self.every = (0..self.chars.div_ceil(STRIDE)).map(|i| i * STRIDE).collect();
            }
            for (at, _) in more.char_indices() {
                if self.chars.is_multiple_of(STRIDE) {
                    self.every.push(self.bytes + at);
                }
                self.chars += 1;
            }
        }
        self.bytes = text.len();
    }

    /// Where a character begins.
    fn find(&self, text: &str, n: usize) -> usize {
        match self.every.get(n / STRIDE) {
            Some(at) => at + nth(&text[*at..], n % STRIDE),
            None if n == self.chars => text.len(),
            None => n,
        }
    }
}

/// Where a character of a text begins.
fn nth(text: &str, n: usize) -> usize {
    text.char_indices().nth(n).map_or(text.len(), |(at, _)| at)
}

impl Bytes {
    /// Whether nobody else has them.
    pub(crate) fn is_alone(&self) -> bool {
        self.0.is_alone()
    }

    /// Put more at their end, where nobody else has them. Says whether it did.
    pub(crate) fn grow(&mut self, more: &[u8]) -> bool {
        match &mut self.0 {
            Of::Short(bytes) if Rc::strong_count(bytes) == 1 => *self = [&**bytes, more].concat().into(),
            Of::Short(_) => return false,
            Of::Long(long) => match Rc::get_mut(long) {
                Some(long) => long.extend_from_slice(more),
                None => return false,
            },
        }
        true
    }
}

impl Deref for Text {
    type Target = str;
    #[inline]
    fn deref(&self) -> &str {
        match &self.0 {
            Of::Short(text) => text,
            Of::Long(long) => &long.text,
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.0 {
            Of::Short(bytes) => bytes,
            Of::Long(long) => long,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(match text.len() {
            ..=SHORT_MAX => Of::Short(text.into()),
            _ => Of::Long(Rc::new(LongText { text, places: RefCell::default() })),
        })
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        if text.len() <= SHORT_MAX { Self(Of::Short(text.into())) } else { text.to_string().into() }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        if bytes.len() <= SHORT_MAX { Self(Of::Short(bytes.into())) } else { Self(Of::Long(bytes.into())) }
    }
}

impl From<&[u8]> for Bytes {
    #[inline]
    fn from(bytes: &[u8]) -> Self {
        if bytes.len() <= SHORT_MAX { Self(Of::Short(bytes.into())) } else { bytes.to_vec().into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_characters_of_long_text_are_found() {
        for unit in ["x", "xé", "黑马é"] {
            let mut text = Text::from("");
            let mut all = Vec::new();
            for _ in 0..700 {
                assert!(text.grow(unit));
                all.extend(unit.chars());
                assert_eq!(text.count(), all.len());
                let from = all.len() / 3;
                assert_eq!(text.part(from..all.len()), all[from..].iter().collect::<String>());
                assert_eq!(text.part(0..from), all[..from].iter().collect::<String>());
            }
        }
        let mut mixed = Text::from("x".repeat(1000));
        assert_eq!(mixed.count(), 1000);
        assert!(mixed.grow("é") && mixed.grow("yz"));
        assert_eq!((mixed.count(), mixed.part(999..1002), mixed.part(1003..1003)), (1003, "xéy", ""));
    }

    #[test]
    fn what_another_has_does_not_grow() {
        for size in [1, 1000] {
            let mut text = Text::from("x".repeat(size));
            let other = text.clone();
            assert!(!text.grow("y"));
            drop(other);
            assert!(text.grow("y"));
            assert_eq!(text.len(), size + 1);
            let mut bytes = Bytes::from(vec![1; size]);
            let other = bytes.clone();
            assert!(!bytes.grow(&[2]));
            drop(other);
            assert!(bytes.grow(&[2]));
            assert_eq!(bytes.len(), size + 1);
        }
    }
}
