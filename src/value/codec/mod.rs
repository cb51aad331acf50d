//! Text to bytes and back in the encodings Python names, as strictly as Python: nothing is replaced unless [`Errors`] says so.
//!
//! The Unicode encodings, ASCII and Latin-1 are here, the others in `charset`.

mod charset;
mod errors;
mod list;

use std::borrow::Cow;

pub use errors::Errors;
pub use list::names;

use super::bounds::{self, Patience};
use super::{Failure, Name, text};
use charset::Stop;
use list::{BIG, Codec, LITTLE, NATIVE, Scheme, find};

/// Text as bytes of an encoding; those of utf-8 it has already.
pub fn encode<'a>(text: &'a str, encoding: &str, errors: Errors) -> Result<Cow<'a, [u8]>, Failure> {
    let codec = find(encoding)?;
    if let Scheme::Utf8 { signed: false } = codec.scheme {
        return Ok(text.as_bytes().into());
    }
    let about = match codec.scheme {
        Scheme::Utf16(_) => 2 * text.chars().count(),
        Scheme::Utf32(_) => 4 * text.chars().count(),
        _ => text.len(),
    };
    bounds::text(about)?;
    let mut out = Vec::with_capacity(about + 4);
    let mut patience = Patience::new();
    match codec.scheme {
        Scheme::Utf8 { signed: true } => out.extend(b"\xef\xbb\xbf"),
        Scheme::Utf16(None) => put16(&mut out, 0xfeff, NATIVE),
        Scheme::Utf32(None) => put32(&mut out, 0xfeff, NATIVE),
        _ => {}
    }
    for (position, c) in text.chars().enumerate() {
        patience.spend(1)?;
        let reason = match codec.scheme {
            Scheme::Utf8 { .. } => {
                out.extend(c.encode_utf8(&mut [0; 4]).bytes());
                None
            }
            Scheme::Utf16(order) => {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| put16(&mut out, *unit, order.unwrap_or(NATIVE)));
                None
            }
            Scheme::Utf32(order) => {
                put32(&mut out, c.into(), order.unwrap_or(NATIVE));
                None
            }
            Scheme::Ascii => put_byte(&mut out, c, 0x80, "ordinal not in range(128)"),
            Scheme::Latin1 => put_byte(&mut out, c, 0x100, "ordinal not in range(256)"),
            Scheme::Table(..) if c.is_ascii() => put_byte(&mut out, c, 0x80, ""),
            Scheme::Table(charset) => charset.put(&mut out, c),
        };
        if let Some(reason) = reason {
            if let Some(instead) = errors.instead_of(c) {
                out.extend(instead.bytes());
                bounds::text(out.len())?;
                continue;
            }
            let shown = if text::is_plain(c) {
                format!("'{c}' (U+{:04X})", u32::from(c))
            } else {
                format!("U+{:04X}", u32::from(c))
            };
            let message =
                format!("'{}' codec can't encode character {shown} in position {position}: {reason}", codec.name);
            return Err(Failure::with(Name::Decode, message).note("utf-8 has every character"));
        }
    }
    bounds::text(out.len()).map(|()| out.into())
}

fn put16(out: &mut Vec<u8>, unit: u16, big: bool) {
    out.extend(if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
}

fn put32(out: &mut Vec<u8>, unit: u32, big: bool) {
    out.extend(if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
}

fn put_byte(out: &mut Vec<u8>, c: char, limit: u32, reason: &'static str) -> Option<&'static str> {
    if u32::from(c) >= limit {
        return Some(reason);
    }
    out.push(c as u8);
    None
}

/// Bytes as the text they are in an encoding; in utf-8 they may be that already.
pub fn decode<'a>(bytes: &'a [u8], encoding: &str, errors: Errors) -> Result<Cow<'a, str>, Failure> {
    let mut decoder = Decoder::new(encoding, errors)?;
    match (&decoder.codec.scheme, std::str::from_utf8(bytes)) {
        (Scheme::Utf8 { signed: false }, Ok(text)) => Ok(text.into()),
        _ => {
            bounds::text(bytes.len())?;
            let text = decoder.decode(bytes, true)?;
            bounds::text(text.len()).map(|()| Cow::Owned(text))
        }
    }
}

/// Byte order marks, with the order that each stands for.
type Marks = &'static [(&'static [u8], bool)];

const MARKS16: Marks = &[(b"\xff\xfe", LITTLE), (b"\xfe\xff", BIG)];
const MARKS32: Marks = &[(b"\xff\xfe\0\0", LITTLE), (b"\0\0\xfe\xff", BIG)];

/// Bytes to text piece by piece: a character that a piece cuts is kept until its rest comes.
pub struct Decoder {
    codec: &'static Codec,
    errors: Errors,
    order: bool,
    /// Whether the mark at the beginning, if there is to be one, has been read.
    begun: bool,
    kept: Vec<u8>,
    /// How many bytes of the stream came before those kept.
    before: usize,
}

impl Decoder {
    /// A decoder at the beginning of a text.
    pub fn new(encoding: &str, errors: Errors) -> Result<Self, Failure> {
        let codec = find(encoding)?;
        let (order, begun) = match codec.scheme {
            Scheme::Utf16(order) | Scheme::Utf32(order) => (order.unwrap_or(NATIVE), order.is_some()),
            Scheme::Utf8 { signed } => (NATIVE, !signed),
            _ => (NATIVE, true),
        };
        Ok(Self { codec, errors, order, begun, kept: Vec::new(), before: 0 })
    }

    /// The text of the next bytes; `last` when no more will come. A failure's position counts from the beginning
    /// of the text, and the bytes given with it are dropped.
    pub fn decode(&mut self, bytes: &[u8], last: bool) -> Result<String, Failure> {
        let mut all = std::mem::take(&mut self.kept);
        let bytes = if all.is_empty() {
            Cow::Borrowed(bytes)
        } else {
            all.extend(bytes);
            Cow::Owned(all)
        };
        let mut out = String::with_capacity(bytes.len());
        let mut at = 0;
        let mut stop = if self.begin(&bytes, &mut at, last) {
            self.run(&bytes, &mut at, &mut out).err()
        } else {
            Some(Stop::Cut(""))
        };
        let mut patience = Patience::new();
        while let Some(why) = stop {
            patience.spend(1)?;
            let wrong = match why {
                Stop::Cut(_) if !last => {
                    self.kept = bytes[at..].to_vec();
                    break;
                }
                Stop::Cut(_) => &bytes[at..],
                Stop::Bad(n, _) => &bytes[at..at + n],
            };
            if !self.errors.put(wrong, &mut out) {
                let failure = self.failure(&bytes, at, &why);
                self.before += bytes.len();
                return Err(failure);
            }
            at += wrong.len();
            stop = self.run(&bytes, &mut at, &mut out).err();
        }
        self.before += bytes.len() - self.kept.len();
        Ok(out)
    }

    /// The same, of a file: there Python wants the mark that says how UTF-16 and UTF-32 are ordered, and drops what has none.
    pub fn decode_marked(&mut self, bytes: &[u8], last: bool) -> Result<String, Failure> {
        let (unit, marks) = match self.codec.scheme {
            Scheme::Utf16(_) => (2, MARKS16),
            Scheme::Utf32(_) => (4, MARKS32),
            _ => return self.decode(bytes, last),
        };
        let start: Vec<u8> = self.kept.iter().chain(bytes).take(unit).copied().collect();
        if self.begun || start.len() < unit || marks.iter().any(|(mark, _)| *mark == start) {
            return self.decode(bytes, last);
        }
        self.kept.clear();
        let name = self.codec.name.to_uppercase();
        Err(Failure::with(Name::Decode, format!("{name} stream does not start with BOM"))
            .note(format!("makefile and open with encoding={0}-le or encoding={0}-be need none", self.codec.name)))
    }

    /// Skip the byte order mark and heed it; false while it may be cut.
    fn begin(&mut self, bytes: &[u8], at: &mut usize, last: bool) -> bool {
        if self.begun {
            return true;
        }
        let marks: Marks = match self.codec.scheme {
            Scheme::Utf16(_) => MARKS16,
            Scheme::Utf32(_) => MARKS32,
            _ => &[(b"\xef\xbb\xbf", LITTLE)],
        };
        if !last && marks.iter().any(|(mark, _)| bytes.len() < mark.len() && mark.starts_with(bytes)) {
            return false;
        }
        if let Some((mark, order)) = marks.iter().find(|(mark, _)| bytes.starts_with(mark)) {
            (*at, self.order) = (mark.len(), *order);
        }
        self.begun = true;
        true
    }

    /// Decode from `at` on as far as it goes.
    fn run(&self, bytes: &[u8], at: &mut usize, out: &mut String) -> Result<(), Stop> {
        if let Scheme::Utf8 { .. } = self.codec.scheme {
            return run_utf8(bytes, at, out);
        }
        while *at < bytes.len() {
            let rest = &bytes[*at..];
            *at += match self.codec.scheme {
                Scheme::Utf16(_) => step16(rest, out, self.order)?,
                Scheme::Utf32(_) => step32(rest, out, self.order)?,
                _ if rest[0].is_ascii() => {
                    let n = rest.iter().position(|b| !b.is_ascii()).unwrap_or(rest.len());
                    out.extend(rest[..n].iter().map(|b| char::from(*b)));
                    n
                }
                Scheme::Latin1 => {
                    out.push(char::from(rest[0]));
                    1
                }
                Scheme::Table(charset) => charset.step(rest, out)?,
                Scheme::Utf8 { .. } | Scheme::Ascii => return Err(Stop::Bad(1, "ordinal not in range(128)")),
            };
        }
        Ok(())
    }

    fn failure(&self, bytes: &[u8], at: usize, stop: &Stop) -> Failure {
        let (n, reason, cut) = match stop {
            Stop::Cut(reason) => (bytes.len() - at, reason, true),
            Stop::Bad(n, reason) => (*n, reason, false),
        };
        let start = self.before + at;
        let place = match n {
            1 => format!("byte 0x{:02x} in position {start}", bytes[at]),
            n => format!("bytes in position {start}-{}", start + n - 1),
        };
        let failure =
            Failure::with(Name::Decode, format!("'{}' codec can't decode {place}: {reason}", self.codec.name));
        // Advice is about the whole text, or it would be about a piece that begins anywhere.
        let other = if self.before == 0 { other_reading(bytes, self.codec.name) } else { None };
        let failure = match other {
            Some(other) => failure.note(other),
            None if cut || self.codec.name == "latin-1" => failure,
            None => failure.note("latin-1 gives a character for every byte, whatever they mean"),
        };
        if cut {
            failure.note("the last character is cut: of a stream, receive the rest before decoding")
        } else {
            failure
        }
    }
}

/// What the bytes say in the encodings that are most often confused.
fn other_reading(bytes: &[u8], not: &str) -> Option<String> {
    const SHOWN: usize = 24;
    if bytes.len() > 1 << 16 {
        return None;
    }
    ["utf-8", "gbk", "shift_jis"].into_iter().filter(|name| *name != not).find_map(|name| {
        let mut decoder = Decoder::new(name, Errors::Strict).ok()?;
        let (mut at, mut out) = (0, String::new());
        decoder.begin(bytes, &mut at, true);
        decoder.run(bytes, &mut at, &mut out).ok()?;
        if !out.chars().all(|c| text::is_plain(c) || c.is_whitespace()) {
            return None;
        }
        let more = if out.chars().nth(SHOWN).is_some() { "..." } else { "" };
        let shown: String = out.chars().take(SHOWN).collect();
        Some(format!("read as {name} they say {}{more}", text::quote_text(&shown)))
    })
}

fn run_utf8(bytes: &[u8], at: &mut usize, out: &mut String) -> Result<(), Stop> {
    let rest = &bytes[*at..];
    let error = match std::str::from_utf8(rest) {
        Ok(text) => {
            out.push_str(text);
            *at = bytes.len();
            return Ok(());
        }
        Err(error) => error,
    };
    let valid = error.valid_up_to();
    out.push_str(std::str::from_utf8(&rest[..valid]).unwrap_or_default());
    *at += valid;
    Err(match error.error_len() {
        None => Stop::Cut("unexpected end of data"),
        Some(n) if matches!(rest[valid], 0x80..=0xc1 | 0xf5..) => Stop::Bad(n, "invalid start byte"),
        Some(n) => Stop::Bad(n, "invalid continuation byte"),
    })
}

fn step16(rest: &[u8], out: &mut String, big: bool) -> Result<usize, Stop> {
    let unit = |i: usize| {
        let pair = rest.get(i..i + 2)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    let first = unit(0).ok_or(Stop::Cut("truncated data"))?;
    if let Some(c) = char::from_u32(first.into()) {
        out.push(c);
        return Ok(2);
    }
    if first >= 0xdc00 {
        return Err(Stop::Bad(2, "illegal encoding"));
    }
    let second = unit(2).ok_or(Stop::Cut("unexpected end of data"))?;
    let c = char::decode_utf16([first, second]).next().and_then(Result::ok);
    out.push(c.ok_or(Stop::Bad(2, "illegal UTF-16 surrogate"))?);
    Ok(4)
}

fn step32(rest: &[u8], out: &mut String, big: bool) -> Result<usize, Stop> {
    let four = rest.first_chunk::<4>().ok_or(Stop::Cut("truncated data"))?;
    let n = if big { u32::from_be_bytes(*four) } else { u32::from_le_bytes(*four) };
    out.push(char::from_u32(n).ok_or(Stop::Bad(
        4,
        match n {
            0xd800..=0xdfff => "code point in surrogate code point range(0xd800, 0xe000)",
            _ => "code point not in range(0x110000)",
        },
    ))?);
    Ok(4)
}
