//! Text to bytes and back in the encodings Python names, as strictly as Python: nothing is ever replaced.
//!
//! The Unicode encodings, ASCII and Latin-1 are here; the tables of the others are `encoding_rs`'s. Those are the
//! browsers' tables, which take more than the standards allow, so a `Shape` and a `Rule` cut them down to
//! Python's. Every character of every table was compared with Python 3.11. What still differs: gb18030 has its 2022
//! edition's places for 19 rare signs, Big5's kana (C6A1 to C7FC) are refused, cp932 refuses the bytes 80, A0 and FD
//! to FF and writes IBM's code where a character has two, euc-kr makes no syllable of its parts, and ¥ and ‾ are not
//! bent to \ and ~ in Japanese codes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use encoding_rs as rs;

use super::{Failure, Name, text};

const BIG: bool = true;
const LITTLE: bool = false;
const NATIVE: bool = cfg!(target_endian = "big");

/// An encoding.
struct Codec {
    name: &'static str,
    aliases: &'static [&'static str],
    scheme: Scheme,
}

enum Scheme {
    Utf8 {
        signed: bool,
    },
    Ascii,
    Latin1,
    /// In that byte order, or in the one its mark says.
    Utf16(Option<bool>),
    Utf32(Option<bool>),
    Table(&'static rs::Encoding, Shape, Rule),
}

/// How many bytes a character of a table has.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    One,
    Two,
    Gb18030,
    ShiftJis,
    EucJp,
}

/// What a table may hold: which codes, and the characters that differ from the browsers'.
#[derive(Clone, Copy)]
struct Rule {
    allows: fn(u32, char) -> bool,
    differs: &'static [(u32, char)],
}

const ANY: Rule = Rule { allows: |_, _| true, differs: &[] };
/// The browsers fill the holes of Microsoft's tables with control characters.
const WINDOWS: Rule = Rule { allows: |_, c| !matches!(c, '\u{80}'..='\u{9f}' | '\u{5ba}'), differs: &[] };
const KOI8_U: Rule = Rule { allows: |_, _| true, differs: &[(0xae, '╝'), (0xbe, '╬')] };
const GBK: Rule = Rule {
    allows: |n, c| {
        !is_private(c)
            && !matches!(n, 0xa2e3 | 0xa3a0 | 0xa6d9..=0xa6df | 0xa6ec | 0xa6ed | 0xa6f3 | 0xa8bc | 0xa8bf | 0xa989..=0xa995)
            && !(0xfe50..=0xfea0).contains(&n)
    },
    differs: &[],
};
const GB2312: Rule = Rule {
    allows: |n, c| {
        !is_private(c)
            && matches!(n >> 8, 0xa1..=0xf7)
            && n & 0xff >= 0xa1
            && !matches!(n, 0xa2a1..=0xa2aa | 0xa2e3 | 0xa6d9..=0xa6f5 | 0xa8bb..=0xa8c0)
    },
    differs: &[(0xa1a4, '・'), (0xa1aa, '―')],
};
const SHIFT_JIS: Rule = Rule {
    allows: |n, c| !is_private(c) && !matches!(n >> 8, 0x87 | 0xed | 0xee | 0xfa..),
    differs: &[(0x8160, '〜'), (0x8161, '‖'), (0x817c, '−'), (0x8191, '¢'), (0x8192, '£'), (0x81ca, '¬')],
};
const EUC_JP: Rule = Rule {
    allows: |n, c| !is_private(c) && !matches!(n >> 8, 0xad | 0xf9..=0xff),
    differs: &[
        (0xa1c1, '〜'),
        (0xa1c2, '‖'),
        (0xa1dd, '−'),
        (0xa1f1, '¢'),
        (0xa1f2, '£'),
        (0xa2cc, '¬'),
        (0x8f_a2b7, '~'),
    ],
};
const EUC_KR: Rule =
    Rule { allows: |n, c| !is_private(c) && n >= 0xa1a1 && n & 0xff >= 0xa1 && n != 0xa4d4, differs: &[] };
const BIG5: Rule = Rule {
    allows: |n, c| !is_private(c) && matches!(n, 0xa140..=0xa3bf | 0xa440..=0xc67e | 0xc940..=0xf9d5),
    differs: &[
        (0xa145, '•'),
        (0xa14e, '､'),
        (0xa1c2, '‾'),
        (0xa1e3, '∼'),
        (0xa1f2, '♁'),
        (0xa1f3, '☉'),
        (0xa241, '／'),
        (0xa242, '＼'),
        (0xa244, '¥'),
        (0xa246, '¢'),
        (0xa247, '£'),
        // The same in both, but the browsers write another code for them.
        (0xa2a4, '═'),
        (0xa2a5, '╞'),
        (0xa2a6, '╪'),
        (0xa2a7, '╡'),
        (0xc969, '仝'),
    ],
};

fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}')
}

const fn codec(name: &'static str, aliases: &'static [&'static str], scheme: Scheme) -> Codec {
    Codec { name, aliases, scheme }
}

const fn one(name: &'static str, aliases: &'static [&'static str], table: &'static rs::Encoding) -> Codec {
    codec(name, aliases, Scheme::Table(table, Shape::One, ANY))
}

const fn windows(name: &'static str, aliases: &'static [&'static str], table: &'static rs::Encoding) -> Codec {
    codec(name, aliases, Scheme::Table(table, Shape::One, WINDOWS))
}

const fn many(
    name: &'static str,
    aliases: &'static [&'static str],
    table: &'static rs::Encoding,
    shape: Shape,
    rule: Rule,
) -> Codec {
    codec(name, aliases, Scheme::Table(table, shape, rule))
}

/// Every encoding, by Python's names; letters' case, `-` and `_` make no difference.
static CODECS: &[Codec] = &[
    codec("utf-8", &["u8", "utf", "cp65001"], Scheme::Utf8 { signed: false }),
    codec("utf-8-sig", &[], Scheme::Utf8 { signed: true }),
    codec("ascii", &["us-ascii", "646", "iso646-us"], Scheme::Ascii),
    codec("latin-1", &["iso-8859-1", "iso8859", "8859", "cp819", "latin", "l1"], Scheme::Latin1),
    codec("utf-16", &["u16"], Scheme::Utf16(None)),
    codec("utf-16-le", &[], Scheme::Utf16(Some(LITTLE))),
    codec("utf-16-be", &[], Scheme::Utf16(Some(BIG))),
    codec("utf-32", &["u32"], Scheme::Utf32(None)),
    codec("utf-32-le", &[], Scheme::Utf32(Some(LITTLE))),
    codec("utf-32-be", &[], Scheme::Utf32(Some(BIG))),
    many("gbk", &["cp936", "936", "ms936"], &rs::GBK_INIT, Shape::Two, GBK),
    many("gb2312", &["euc-cn", "chinese"], &rs::GBK_INIT, Shape::Two, GB2312),
    many("gb18030", &["gb18030-2000"], &rs::GB18030_INIT, Shape::Gb18030, ANY),
    many("big5", &["big5-tw"], &rs::BIG5_INIT, Shape::Two, BIG5),
    many("shift_jis", &["sjis"], &rs::SHIFT_JIS_INIT, Shape::ShiftJis, SHIFT_JIS),
    many("cp932", &["932", "ms932", "mskanji", "windows-31j"], &rs::SHIFT_JIS_INIT, Shape::ShiftJis, ANY),
    many("euc-jp", &["ujis"], &rs::EUC_JP_INIT, Shape::EucJp, EUC_JP),
    many("euc-kr", &["korean", "ksc5601"], &rs::EUC_KR_INIT, Shape::Two, EUC_KR),
    many("cp949", &["949", "ms949", "uhc"], &rs::EUC_KR_INIT, Shape::Two, ANY),
    windows("cp1250", &["windows-1250", "1250"], &rs::WINDOWS_1250_INIT),
    windows("cp1251", &["windows-1251", "1251"], &rs::WINDOWS_1251_INIT),
    windows("cp1252", &["windows-1252", "1252"], &rs::WINDOWS_1252_INIT),
    windows("cp1253", &["windows-1253", "1253"], &rs::WINDOWS_1253_INIT),
    windows("cp1254", &["windows-1254", "1254"], &rs::WINDOWS_1254_INIT),
    windows("cp1255", &["windows-1255", "1255"], &rs::WINDOWS_1255_INIT),
    windows("cp1256", &["windows-1256", "1256"], &rs::WINDOWS_1256_INIT),
    windows("cp1257", &["windows-1257", "1257"], &rs::WINDOWS_1257_INIT),
    windows("cp1258", &["windows-1258", "1258"], &rs::WINDOWS_1258_INIT),
    windows("cp874", &[], &rs::WINDOWS_874_INIT),
    one("cp866", &["866", "ibm866"], &rs::IBM866_INIT),
    one("koi8-r", &[], &rs::KOI8_R_INIT),
    many("koi8-u", &[], &rs::KOI8_U_INIT, Shape::One, KOI8_U),
    one("mac-roman", &["macintosh"], &rs::MACINTOSH_INIT),
    one("mac-cyrillic", &[], &rs::X_MAC_CYRILLIC_INIT),
    one("iso-8859-2", &["latin2", "l2"], &rs::ISO_8859_2_INIT),
    one("iso-8859-3", &["latin3", "l3"], &rs::ISO_8859_3_INIT),
    one("iso-8859-4", &["latin4", "l4"], &rs::ISO_8859_4_INIT),
    one("iso-8859-5", &["cyrillic"], &rs::ISO_8859_5_INIT),
    one("iso-8859-6", &["arabic"], &rs::ISO_8859_6_INIT),
    one("iso-8859-7", &["greek"], &rs::ISO_8859_7_INIT),
    one("iso-8859-8", &["hebrew"], &rs::ISO_8859_8_INIT),
    one("iso-8859-10", &["latin6", "l6"], &rs::ISO_8859_10_INIT),
    one("iso-8859-13", &["latin7", "l7"], &rs::ISO_8859_13_INIT),
    one("iso-8859-14", &["latin8", "l8"], &rs::ISO_8859_14_INIT),
    one("iso-8859-15", &["latin9", "l9"], &rs::ISO_8859_15_INIT),
    one("iso-8859-16", &["latin10", "l10"], &rs::ISO_8859_16_INIT),
];

/// The encodings' names, for completion.
pub fn names() -> impl Iterator<Item = &'static str> {
    CODECS.iter().map(|c| c.name)
}

fn find(encoding: &str) -> Result<&'static Codec, Failure> {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let wanted = plain(encoding);
    let every = |c: &'static Codec| std::iter::once(c.name).chain(c.aliases.iter().copied());
    CODECS.iter().find(|c| every(c).any(|name| plain(name) == wanted)).ok_or_else(|| {
        let failure = Failure::usage(format!("unknown encoding: {encoding}"));
        let long = CODECS.iter().flat_map(every).filter(|name| name.len() > 3);
        match text::nearest(encoding, long) {
            Some(near) => failure.note(format!("did you mean {near}?")),
            None => failure
                .note("such as utf-8, ascii, latin-1, utf-16, gbk, gb18030, big5, shift_jis, euc-kr, cp1252, koi8-r"),
        }
    })
}

/// Text as bytes of an encoding.
pub fn encode(text: &str, encoding: &str) -> Result<Vec<u8>, Failure> {
    let codec = find(encoding)?;
    let mut out = Vec::with_capacity(text.len() + 4);
    match codec.scheme {
        Scheme::Utf8 { signed: false } => return Ok(text.as_bytes().to_vec()),
        Scheme::Utf8 { signed: true } => out.extend(b"\xef\xbb\xbf"),
        Scheme::Utf16(None) => put16(&mut out, 0xfeff, NATIVE),
        Scheme::Utf32(None) => put32(&mut out, 0xfeff, NATIVE),
        _ => {}
    }
    for (position, c) in text.chars().enumerate() {
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
            Scheme::Table(table, shape, rule) => put_table(&mut out, c, table, shape, rule),
        };
        if let Some(reason) = reason {
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
    Ok(out)
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

/// A character's code in a table: one of those that differ, else the browsers' if Python's table reads it back as
/// the same character, else (EUC-JP) one of the three-byte codes, which browsers read and do not write.
fn put_table(
    out: &mut Vec<u8>,
    c: char,
    table: &'static rs::Encoding,
    shape: Shape,
    rule: Rule,
) -> Option<&'static str> {
    if let Some((n, _)) = rule.differs.iter().find(|(_, d)| *d == c) {
        out.extend(n.to_be_bytes().into_iter().skip_while(|b| *b == 0));
        return None;
    }
    let (mut utf8, mut code, mut back) = ([0; 4], [0; 8], String::new());
    let mut reads_back = |code: &[u8]| {
        back.clear();
        step_table(code, &mut back, table, shape, rule).is_ok() && back.chars().eq([c])
    };
    let (result, _, n) =
        table.new_encoder().encode_from_utf8_without_replacement(c.encode_utf8(&mut utf8), &mut code, true);
    if result == rs::EncoderResult::InputEmpty && reads_back(&code[..n]) {
        out.extend(&code[..n]);
        return None;
    }
    if let (Shape::EucJp, Some(code)) = (shape, three_bytes().get(&c)) {
        out.extend(code);
        return None;
    }
    Some(if shape == Shape::One { "character maps to <undefined>" } else { "illegal multibyte sequence" })
}

/// EUC-JP's characters of three bytes.
fn three_bytes() -> &'static BTreeMap<char, [u8; 3]> {
    static CODES: OnceLock<BTreeMap<char, [u8; 3]>> = OnceLock::new();
    CODES.get_or_init(|| {
        let codes = (0xa1..=0xfe).flat_map(|a| (0xa1..=0xfe).map(move |b| [0x8f, a, b]));
        let mut text = String::new();
        let mut read = |code: &[u8]| {
            text.clear();
            step_table(code, &mut text, &rs::EUC_JP_INIT, Shape::EucJp, EUC_JP).ok().and_then(|_| text.chars().next())
        };
        codes.filter_map(|code| Some((read(&code)?, code))).collect()
    })
}

/// Bytes as the text they are in an encoding.
pub fn decode(bytes: &[u8], encoding: &str) -> Result<String, Failure> {
    Decoder::new(encoding)?.decode(bytes, true)
}

/// Bytes to text piece by piece: a character that a piece cuts is kept until its rest comes.
pub struct Decoder {
    codec: &'static Codec,
    order: bool,
    /// Whether the mark at the beginning, if there is to be one, has been read.
    begun: bool,
    kept: Vec<u8>,
    /// How many bytes of the stream came before those kept.
    before: usize,
}

/// Why decoding stops before the end.
enum Stop {
    /// The bytes end within a character.
    Cut(&'static str),
    /// So many bytes are not text.
    Bad(usize, &'static str),
}

impl Decoder {
    /// A decoder at the beginning of a text.
    pub fn new(encoding: &str) -> Result<Self, Failure> {
        let codec = find(encoding)?;
        let (Scheme::Utf16(order) | Scheme::Utf32(order)) = codec.scheme else {
            let begun = !matches!(codec.scheme, Scheme::Utf8 { signed: true });
            return Ok(Self { codec, order: NATIVE, begun, kept: Vec::new(), before: 0 });
        };
        Ok(Self { codec, order: order.unwrap_or(NATIVE), begun: order.is_some(), kept: Vec::new(), before: 0 })
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
        let stop = if self.begin(&bytes, &mut at, last) {
            self.run(&bytes, &mut at, &mut out).err()
        } else {
            Some(Stop::Cut(""))
        };
        match stop {
            None => {}
            Some(Stop::Cut(_)) if !last => self.kept = bytes[at..].to_vec(),
            Some(stop) => {
                let failure = self.failure(&bytes, at, &stop);
                self.before += bytes.len();
                return Err(failure);
            }
        }
        self.before += bytes.len() - self.kept.len();
        Ok(out)
    }

    /// Skip the byte order mark and heed it; false while it may be cut.
    fn begin(&mut self, bytes: &[u8], at: &mut usize, last: bool) -> bool {
        if self.begun {
            return true;
        }
        let marks: &[(&[u8], bool)] = match self.codec.scheme {
            Scheme::Utf16(_) => &[(b"\xff\xfe", LITTLE), (b"\xfe\xff", BIG)],
            Scheme::Utf32(_) => &[(b"\xff\xfe\0\0", LITTLE), (b"\0\0\xfe\xff", BIG)],
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
                Scheme::Table(table, shape, rule) => step_table(rest, out, table, shape, rule)?,
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
        let mut decoder = Decoder::new(name).ok()?;
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

/// One character of a table, which is not ASCII.
fn step_table(
    rest: &[u8],
    out: &mut String,
    table: &'static rs::Encoding,
    shape: Shape,
    rule: Rule,
) -> Result<usize, Stop> {
    if shape != Shape::One && matches!(rest[0], 0x80 | 0xff) {
        return Err(Stop::Bad(1, "illegal multibyte sequence"));
    }
    let n = match shape {
        Shape::One => 1,
        Shape::ShiftJis if matches!(rest[0], 0xa0..=0xdf | 0xfd..) => 1,
        Shape::EucJp if rest[0] == 0x8f => 3,
        Shape::Gb18030 if rest.get(1).is_some_and(u8::is_ascii_digit) => 4,
        _ => 2,
    };
    let code = rest.get(..n).ok_or(Stop::Cut("incomplete multibyte sequence"))?;
    let number = code.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    if let Some((_, c)) = rule.differs.iter().find(|(other, _)| *other == number) {
        out.push(*c);
        return Ok(n);
    }
    let found = table.decode_without_bom_handling_and_without_replacement(code);
    let reason = if shape == Shape::One { "character maps to <undefined>" } else { "illegal multibyte sequence" };
    let allowed = found.filter(|s| s.chars().all(|c| (rule.allows)(number, c)));
    out.push_str(&allowed.ok_or(Stop::Bad(1, reason))?);
    Ok(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "黑马 aB1!";

    /// Each row as Python 3.11 encodes it; each comes back.
    #[test]
    fn encodes_as_python_does() {
        for (text, encoding, bytes) in [
            (TEXT, "utf-8", &b"\xe9\xbb\x91\xe9\xa9\xac aB1!"[..]),
            (TEXT, "GBK", b"\xba\xda\xc2\xed aB1!"),
            ("黑马", "gb2312", b"\xba\xda\xc2\xed"),
            ("黑马", "cp936", b"\xba\xda\xc2\xed"),
            ("€", "gb18030", b"\xa2\xe3"),
            ("😀", "gb18030", b"\x94\x39\xfc\x36"),
            ("黑馬", "big5", b"\xb6\xc2\xb0\xa8"),
            ("日本〜", "shift_jis", b"\x93\xfa\x96{\x81`"),
            ("日本～", "cp932", b"\x93\xfa\x96{\x81`"),
            ("日本丂", "euc_jp", b"\xc6\xfc\xcb\xdc\x8f\xb0\xa1"),
            ("한", "EUC-KR", b"\xc7\xd1"),
            ("Привет", "koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4"),
            ("Привет", "windows-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2"),
            ("€é", "cp1252", b"\x80\xe9"),
            ("é\u{80}", "latin-1", b"\xe9\x80"),
            ("é", "ISO_8859-1", b"\xe9"),
            ("a", "UTF8", b"a"),
            ("a", "utf-8-sig", b"\xef\xbb\xbfa"),
            ("😀", "utf-16-le", b"\x3d\xd8\x00\xde"),
            ("😀", "utf_16_be", b"\xd8\x3d\xde\x00"),
            ("黑", "utf-32-be", b"\0\0\x9e\xd1"),
        ] {
            assert_eq!(encode(text, encoding).unwrap(), bytes, "{text} {encoding}");
            assert_eq!(decode(bytes, encoding).unwrap(), text, "{text} {encoding}");
        }
        if cfg!(target_endian = "little") {
            assert_eq!(encode("黑", "utf-16").unwrap(), b"\xff\xfe\xd1\x9e");
            assert_eq!(encode("黑", "utf-32").unwrap(), b"\xff\xfe\0\0\xd1\x9e\0\0");
            assert_eq!(decode(b"a\0", "utf-16").unwrap(), "a");
        }
        assert_eq!(decode(b"\xfe\xff\0a", "utf-16").unwrap(), "a");
        assert_eq!(decode(b"\xff\xfea\0", "utf-16-le").unwrap(), "\u{feff}a");
        assert_eq!(decode(b"\xff\xfe\0\0a\0\0\0", "utf-32").unwrap(), "a");
        assert_eq!(decode("黑马".as_bytes(), "gbk").unwrap(), "榛戦┈", "mojibake, as in Python");
    }

    /// Each message as Python 3.11 words it, save that tables are named where Python says 'charmap'.
    #[test]
    fn what_is_no_text_fails_as_in_python() {
        for (bytes, encoding, message) in [
            (&b"\xba\xda\xc2\xed"[..], "utf-8", "byte 0xba in position 0: invalid start byte"),
            (b"\xe9\xbb", "utf-8", "bytes in position 0-1: unexpected end of data"),
            (b"\xe9\xbbA", "utf-8", "bytes in position 0-1: invalid continuation byte"),
            (b"\xed\xa0\x80", "utf-8", "byte 0xed in position 0: invalid continuation byte"),
            (b"\xba\xda\xc2", "gbk", "byte 0xc2 in position 2: incomplete multibyte sequence"),
            (b"\xff\xff", "gbk", "byte 0xff in position 0: illegal multibyte sequence"),
            (b"\x80A", "gbk", "byte 0x80 in position 0: illegal multibyte sequence"),
            (b"\x81\x30\x81\x30", "gbk", "byte 0x81 in position 0: illegal multibyte sequence"),
            (b"\x81\x30\x81", "gb18030", "bytes in position 0-2: incomplete multibyte sequence"),
            (b"\x8f\xa2", "euc-jp", "bytes in position 0-1: incomplete multibyte sequence"),
            (b"a\xe9", "ascii", "byte 0xe9 in position 1: ordinal not in range(128)"),
            (b"\x81", "cp1252", "byte 0x81 in position 0: character maps to <undefined>"),
            (b"\x00\xd8a\x00", "utf-16-le", "bytes in position 0-1: illegal UTF-16 surrogate"),
            (b"\x00\xdca\x00", "utf-16-le", "bytes in position 0-1: illegal encoding"),
            (b"\xff\xfe\x00\xd8", "utf-16", "bytes in position 2-3: unexpected end of data"),
            (b"\xff", "utf-16", "byte 0xff in position 0: truncated data"),
            (b"\x00\x00\x11\x00", "utf-32-le", "bytes in position 0-3: code point not in range(0x110000)"),
        ] {
            let failure = decode(bytes, encoding).unwrap_err();
            assert_eq!(failure.name, Name::Decode);
            assert_eq!(failure.message(), format!("'{encoding}' codec can't decode {message}"));
        }
        for (text, encoding, message) in [
            ("a黑", "ascii", "'黑' (U+9ED1) in position 1: ordinal not in range(128)"),
            ("€", "latin-1", "'€' (U+20AC) in position 0: ordinal not in range(256)"),
            ("€", "gbk", "'€' (U+20AC) in position 0: illegal multibyte sequence"),
            ("黑", "cp1252", "'黑' (U+9ED1) in position 0: character maps to <undefined>"),
        ] {
            let failure = encode(text, encoding).unwrap_err();
            assert_eq!(failure.name, Name::Decode);
            assert_eq!(failure.message(), format!("'{encoding}' codec can't encode character {message}"));
        }
    }

    #[test]
    fn failures_say_what_to_try() {
        let note = |bytes: &[u8], encoding| decode(bytes, encoding).unwrap_err().notes().join("; ");
        assert_eq!(note(b"\xba\xda\xc2\xed", "utf-8"), "read as gbk they say \"黑马\"");
        assert_eq!(note("黑马!".as_bytes(), "ascii"), "read as utf-8 they say \"黑马!\"");
        assert!(note(b"\xe9\xbb", "utf-8").ends_with("receive the rest before decoding"));
        for (wrong, near) in [("uft-8", "utf-8"), ("shift_jsi", "shift_jis"), ("utf", "")] {
            match encode("", wrong) {
                Ok(_) => assert_eq!(wrong, "utf", "an alias"),
                Err(failure) => {
                    assert_eq!(failure.message(), format!("unknown encoding: {wrong}"));
                    assert_eq!(failure.notes(), [format!("did you mean {near}?")]);
                }
            }
        }
        assert!(encode("", "foo").unwrap_err().notes()[0].starts_with("such as utf-8"));
    }

    #[test]
    fn a_cut_character_waits_for_its_rest() {
        for encoding in ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-32", "utf-16-be", "euc-jp"] {
            let mut decoder = Decoder::new(encoding).unwrap();
            let mut out = String::new();
            for byte in encode("黒a馬", encoding).unwrap() {
                out += &decoder.decode(&[byte], false).unwrap();
            }
            out += &decoder.decode(b"", true).unwrap();
            assert_eq!(out, "黒a馬", "{encoding}");
        }
        let mut decoder = Decoder::new("utf-8").unwrap();
        assert_eq!(decoder.decode(b"abc\xe9", false).unwrap(), "abc");
        let failure = decoder.decode(b"", true).unwrap_err();
        assert_eq!(failure.message(), "'utf-8' codec can't decode byte 0xe9 in position 3: unexpected end of data");
        assert_eq!(decoder.decode(b"ok", true).unwrap(), "ok");
    }

    #[test]
    fn names_are_found_once() {
        for (i, codec) in CODECS.iter().enumerate() {
            assert!(std::ptr::eq(find(codec.name).unwrap(), codec), "{}", codec.name);
            for alias in codec.aliases {
                assert!(std::ptr::eq(find(alias).unwrap(), &raw const CODECS[i]), "{alias}");
            }
        }
    }
}
