//! Bytes as they are written: in hexadecimal digits, in base64, as `hexdump -C` lays them out.

use std::fmt::Write;

use super::{Failure, Name};

/// Two digits a byte, with that between bytes.
pub(crate) fn hex(bytes: &[u8], between: &str) -> String {
    let mut out = String::with_capacity((2 + between.len()) * bytes.len());
    for (i, byte) in bytes.iter().enumerate() {
        out.push_str(if i > 0 { between } else { "" });
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The bytes of digits, two for each: as tools write them, with blanks, line ends, colons or commas between bytes, and `0x`
/// before one.
pub(crate) fn unhex(digits: &[u8]) -> Result<Vec<u8>, Failure> {
    let is_between = |b: u8| b.is_ascii_whitespace() || b == b'\x0b' || b == b':' || b == b',';
    let digit = |b: u8| char::from(b).to_digit(16).map(|n| n as u8);
    let mut out = Vec::with_capacity(digits.len() / 2);
    let mut at = 0;
    while at < digits.len() {
        match &digits[at..] {
            [between, ..] if is_between(*between) => at += 1,
            [b'0', b'x' | b'X', first, second, ..] if digit(*first).is_some() && digit(*second).is_some() => at += 2,
            [first, second, ..] if let (Some(high), Some(low)) = (digit(*first), digit(*second)) => {
                out.push(high << 4 | low);
                at += 2;
            }
            [first, rest @ ..] => {
                let is_alone = digit(*first).is_some();
                let place = at + usize::from(is_alone && rest.first().is_some_and(|b| !is_between(*b)));
                let failure = if place == at && is_alone {
                    format!("a byte is two digits, and the {} at {at} is alone", char::from(*first))
                } else {
                    format!("{} at {place} is no hexadecimal digit", super::text::quote_bytes(&digits[place..=place]))
                };
                return Err(Failure::with(Name::Decode, failure));
            }
            [] => {}
        }
    }
    Ok(out)
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648, with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let quantum = |three: &[u8]| {
        let bits = (0..3).fold(0, |bits, i| bits << 8 | u32::from(three.get(i).copied().unwrap_or(0)));
        let digit = move |i: usize| BASE64[(bits >> (18 - 6 * i) & 63) as usize] as char;
        let digits = three.len() + 1;
        (0..4).map(move |i| if i < digits { digit(i) } else { '=' })
    };
    bytes.chunks(3).flat_map(quantum).collect()
}

/// The bytes of base64 by the rules of Python's `binascii`: what is none of its characters is passed over, and what follows
/// the padding is not looked at.
pub(crate) fn unbase64(text: &[u8]) -> Result<Vec<u8>, Failure> {
    let value = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held, mut pads) = (0u32, 0usize, 0);
    for byte in text {
        if *byte == b'=' {
            pads += 1;
            if held >= 2 && held + pads >= 4 {
                return Ok(out);
            }
        } else if let Some(six) = value(*byte) {
            pads = 0;
            bits = bits << 6 | u32::from(six);
            held = (held + 1) % 4;
            if held != 1 {
                // Of the bits before these, 6, 4 or 2 had no byte yet.
                out.push((bits >> [0, 0, 4, 2][held]) as u8);
            }
        }
    }
    let wrong = |text: String| Err(Failure::with(Name::Decode, text));
    match held {
        0 => Ok(out),
        1 => wrong(format!("{} characters of base64: one more than a multiple of 4 is none", out.len() / 3 * 4 + 1)),
        _ => wrong("the padding is missing: base64 ends in = or == where bytes are left over".into()),
    }
}

/// How many bytes a line of a dump has.
const ROW: usize = 16;

/// Offset, bytes in hexadecimal digits, and as text, as `hexdump -C` has them: lines like the one before are a `*`.
pub(crate) fn dump(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut before: Option<&[u8]> = None;
    let mut starred = false;
    for (i, row) in bytes.chunks(ROW).enumerate() {
        if before == Some(row) {
            out.push_str(if starred { "" } else { "*\n" });
            starred = true;
            continue;
        }
        (before, starred) = (Some(row), false);
        let _ = write!(out, "{:08x}  ", i * ROW);
        for place in 0..ROW {
            match row.get(place) {
                Some(byte) => {
                    let _ = write!(out, "{byte:02x} ");
                }
                None => out.push_str("   "),
            }
            out.push_str(if place == ROW / 2 - 1 { " " } else { "" });
        }
        out.push_str(" |");
        out.extend(row.iter().map(|b| if matches!(b, b' '..=b'~') { char::from(*b) } else { '.' }));
        out.push_str("|\n");
    }
    if !bytes.is_empty() {
        let _ = write!(out, "{:08x}", bytes.len());
    }
    out
}
