//! How text and bytes are written for people: nothing that a terminal could obey gets through.

use std::fmt::Write;

use super::bounds::Patience;

/// Whether a character may stand in output as it is: not a control, and nothing that reorders, joins or hides text.
pub(crate) fn is_plain(c: char) -> bool {
    !(c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'))
}

fn push_char(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\0' => out.push_str("\\0"),
        c if is_plain(c) => out.push(c),
        c if (c as u32) < 0x80 => push_byte(out, c as u8),
        c => {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        }
    }
}

fn push_byte(out: &mut String, b: u8) {
    let _ = write!(out, "\\x{b:02x}");
}

/// Text in double quotes, as it could be typed back in.
pub(crate) fn quote_text(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    let mut patience = Patience::new();
    s.chars().take_while(|_| patience.lasts(1)).for_each(|c| push_quoted(&mut out, c));
    out.push('"');
    out
}

/// A character of a text in double quotes.
pub(crate) fn push_quoted(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '$' => out.push_str("$$"),
        // What is written with \xNN would be bytes.
        c if c.is_ascii_control() && !matches!(c, '\n' | '\r' | '\t' | '\0') => {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        }
        c => push_char(out, c),
    }
}

/// Bytes as `b"..."`: printable ASCII as it is, everything else escaped.
pub(crate) fn quote_bytes(b: &[u8]) -> String {
    let mut out = String::with_capacity(b.len() + 3);
    out.push_str("b\"");
    let mut patience = Patience::new();
    for &byte in b.iter().take_while(|_| patience.lasts(1)) {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x20..=0x7e => out.push(byte as char),
            b'\n' | b'\r' | b'\t' | 0 => push_char(&mut out, byte as char),
            _ => push_byte(&mut out, byte),
        }
    }
    out.push('"');
    out
}

/// Bytes without quotes: UTF-8 as the characters it stands for, what is not UTF-8 as `\xNN`.
pub(crate) fn escape_bytes(b: &[u8]) -> String {
    let mut out = String::with_capacity(b.len());
    let mut patience = Patience::new();
    for chunk in b.utf8_chunks() {
        if !patience.lasts(1) {
            break;
        }
        chunk.valid().chars().take_while(|_| patience.lasts(1)).for_each(|c| push_char(&mut out, c));
        chunk.invalid().iter().for_each(|&byte| push_byte(&mut out, byte));
    }
    out
}

/// Text for a terminal: line ends and tabs stay, every other control is escaped.
pub(crate) fn printable(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut patience = Patience::new();
    for c in s.chars().take_while(|_| patience.lasts(1)) {
        if matches!(c, '\n' | '\t') { out.push(c) } else { push_char(&mut out, c) }
    }
    out
}

/// Where a part begins in bytes.
pub(crate) fn place(bytes: &[u8], part: &[u8]) -> Option<usize> {
    let Some(first) = part.first() else { return Some(0) };
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|b| b == first) {
        if bytes[from + at..].starts_with(part) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// A number with a fraction, as Python writes it.
pub(crate) fn float(x: f64) -> String {
    if x.is_nan() {
        return "nan".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let plain = format!("{x:?}");
    match plain.split_once('e') {
        Some((mantissa, exponent)) if !exponent.starts_with('-') => {
            format!("{}e+{exponent:0>2}", mantissa.trim_end_matches(".0"))
        }
        Some((mantissa, exponent)) => {
            format!("{}e-{:0>2}", mantissa.trim_end_matches(".0"), &exponent[1..])
        }
        None => plain,
    }
}

/// The name among `names` that is nearest to a mistyped word, if one is near enough to be meant.
///
/// Words of one or two letters are like any other, so none is near to them. Of names as near as each other the first is taken
/// that begins with the same letter.
pub(crate) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length <= 2 {
        return None;
    }
    let limit = length / 3;
    let word = word.to_lowercase();
    let other = |name: &str| name.chars().next() != word.chars().next();
    // Of three letters one must not be another: `foo` is not `for`.
    let letters = |name: &str| {
        let mut letters: Vec<char> = name.chars().collect();
        letters.sort_unstable();
        letters
    };
    let alike =
        |name: &str| length > 3 || !other(name) && (name.chars().count() != 3 || letters(name) == letters(&word));
    names
        .filter(|name| name.chars().count() > 2)
        .map(|name| (name.to_lowercase(), name))
        .filter(|(small, _)| alike(small))
        .map(|(small, name)| (distance(&word, &small), other(&small), name))
        .filter(|(d, ..)| *d <= limit)
        .min_by_key(|(d, other, _)| (*d, *other))
        .map(|(.., name)| name)
}

/// All names that are spelled as much like a word as any of them is.
pub(crate) fn near<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let limit = word.chars().count() / 3;
    let word = word.to_lowercase();
    let measured: Vec<_> = names.map(|name| (distance(&word, &name.to_lowercase()), name)).collect();
    let least = measured.iter().map(|(d, _)| *d).min().filter(|d| *d <= limit);
    measured.into_iter().filter(|(d, _)| Some(*d) == least).map(|(_, name)| name).collect()
}

/// How many letters must be changed, added, dropped or swapped with their neighbour (Damerau, Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
