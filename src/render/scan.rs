//! Where values begin and end in a shown line: numbers, escapes, what stands beside them.

use super::rules::{Chosen, LONG};

/// The numbers that a text begins with: with its exponent, with its fraction, or whole.
pub(super) fn numbers(text: &str) -> impl Iterator<Item = usize> {
    let digits = |s: &str| s.find(|c: char| !c.is_ascii_digit()).unwrap_or(s.len());
    let mut length = digits(text);
    // A dot at the end of a sentence is no part of a number.
    let fraction = text[length..].strip_prefix('.').map_or(0, digits);
    length += if fraction > 0 { fraction + 1 } else { 0 };
    let exponent = text[length..].strip_prefix("e-").map_or(0, digits);
    let long = (exponent > 0).then_some(length + 2 + exponent);
    long.into_iter().chain([length])
}

/// How far to go on over a word that is no such value: to its end, or to a long value that was inserted in the middle of it,
/// after other digits.
pub(super) fn within(line: &str, at: usize, length: usize, inserted: &[(String, Chosen)]) -> usize {
    let rest = line.get(at + 1..).unwrap_or("");
    let long = inserted.iter().filter(|(text, _)| text.len() > LONG);
    let begins = long.filter_map(|(text, _)| rest.find(&**text)).map(|from| from + 1);
    begins.chain([length]).min().unwrap_or(length)
}

/// How far to go on where no word begins: over a whole escape, whose digits are none.
pub(super) fn step(text: &str) -> usize {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), Some('x')) if text.len() >= 4 && text.is_char_boundary(4) => 4,
        (Some('\\'), Some('\\' | '0')) => 2,
        (Some(c), _) => c.len_utf8(),
        (None, _) => 1,
    }
}

/// Whether a word is one of its own there, and no part of a longer number or name.
pub(super) fn stands_alone(before: &str, word: &str, after: &str) -> bool {
    let (mut left, mut right) = (before.chars().rev(), after.chars());
    let (l, r) = (left.next(), right.next());
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let dotted = l == Some('.') && digit(left.next()) || r == Some('.') && digit(right.next());
    let number = word.starts_with(|c: char| c.is_ascii_digit());
    let touches = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-' && number);
    !dotted && (number && word.len() >= LONG || !touches(l) && !touches(r))
}

/// Whether what stands before this text is how long something lasts: it is another time in every run.
pub(super) fn lasts(after: &str) -> bool {
    [" s more", " s ago"].iter().any(|unit| after.starts_with(unit))
}

/// Whether a text ends in an address, before the colon and the port.
pub(super) fn ends_in_host(text: &str) -> bool {
    let ipv4 = text.rsplit(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or("");
    text.ends_with(']') || ipv4.parse::<std::net::Ipv4Addr>().is_ok()
}
