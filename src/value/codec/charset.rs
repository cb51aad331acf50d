//! Encodings by table. The tables are `encoding_rs`'s, which are the browsers' and take more than the standards allow, so
//! a `Shape` and a `Rule` cut them down to Python's.
//!
//! Every character of every table was compared with Python 3.11. What still differs: gb18030 has its 2022 edition's
//! places for 19 rare signs, Big5's kana (C6A1 to C7FC) are refused, cp932 refuses the bytes 80, A0 and FD to FF and
//! writes IBM's code where a character has two, euc-kr makes no syllable of its parts, and ¥ and ‾ are not bent to \
//! and ~ in Japanese codes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use encoding_rs as rs;

/// Why decoding stops before the end.
pub(super) enum Stop {
    /// The bytes end within a character.
    Cut(&'static str),
    /// So many bytes are not text.
    Bad(usize, &'static str),
}

/// A table with what Python allows of it.
#[derive(Clone, Copy)]
pub(super) struct Charset {
    pub table: &'static rs::Encoding,
    pub shape: Shape,
    pub rule: Rule,
}

/// How many bytes a character of a table has.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Shape {
    One,
    Two,
    Gb18030,
    ShiftJis,
    EucJp,
}

/// What a table may hold: which codes, and the characters that differ from the browsers'.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    allows: fn(u32, char) -> bool,
    differs: &'static [(u32, char)],
}

pub(super) const ANY: Rule = Rule { allows: |_, _| true, differs: &[] };
/// The browsers fill the holes of Microsoft's tables with control characters.
pub(super) const WINDOWS: Rule = Rule { allows: |_, c| !matches!(c, '\u{80}'..='\u{9f}' | '\u{5ba}'), differs: &[] };
pub(super) const KOI8_U: Rule = Rule { allows: |_, _| true, differs: &[(0xae, '╝'), (0xbe, '╬')] };
pub(super) const GBK: Rule = Rule {
    allows: |n, c| {
        !is_private(c)
            && !matches!(n, 0xa2e3 | 0xa3a0 | 0xa6d9..=0xa6df | 0xa6ec | 0xa6ed | 0xa6f3 | 0xa8bc | 0xa8bf | 0xa989..=0xa995)
            && !(0xfe50..=0xfea0).contains(&n)
    },
    differs: &[],
};
pub(super) const GB2312: Rule = Rule {
    allows: |n, c| {
        !is_private(c)
            && matches!(n >> 8, 0xa1..=0xf7)
            && n & 0xff >= 0xa1
            && !matches!(n, 0xa2a1..=0xa2aa | 0xa2e3 | 0xa6d9..=0xa6f5 | 0xa8bb..=0xa8c0)
    },
    differs: &[(0xa1a4, '・'), (0xa1aa, '―')],
};
pub(super) const SHIFT_JIS: Rule = Rule {
    allows: |n, c| !is_private(c) && !matches!(n >> 8, 0x87 | 0xed | 0xee | 0xfa..),
    differs: &[(0x8160, '〜'), (0x8161, '‖'), (0x817c, '−'), (0x8191, '¢'), (0x8192, '£'), (0x81ca, '¬')],
};
pub(super) const EUC_JP: Rule = Rule {
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
pub(super) const EUC_KR: Rule =
    Rule { allows: |n, c| !is_private(c) && n >= 0xa1a1 && n & 0xff >= 0xa1 && n != 0xa4d4, differs: &[] };
pub(super) const BIG5: Rule = Rule {
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

impl Charset {
    /// A character's code in a table: one of those that differ, else the browsers' if Python's table reads it back as
    /// the same character, else (EUC-JP) one of the three-byte codes, which browsers read and do not write.
    pub(super) fn put(self, out: &mut Vec<u8>, c: char) -> Option<&'static str> {
        let Self { table, shape, rule } = self;
        if let Some((n, _)) = rule.differs.iter().find(|(_, d)| *d == c) {
            out.extend(n.to_be_bytes().into_iter().skip_while(|b| *b == 0));
            return None;
        }
        let (mut utf8, mut code, mut back) = ([0; 4], [0; 8], String::new());
        let mut reads_back = |code: &[u8]| {
            back.clear();
            self.step(code, &mut back).is_ok() && back.chars().eq([c])
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

    /// One character of a table, which is not ASCII.
    pub(super) fn step(self, rest: &[u8], out: &mut String) -> Result<usize, Stop> {
        let Self { table, shape, rule } = self;
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
}

/// EUC-JP's characters of three bytes.
fn three_bytes() -> &'static BTreeMap<char, [u8; 3]> {
    static CODES: OnceLock<BTreeMap<char, [u8; 3]>> = OnceLock::new();
    CODES.get_or_init(|| {
        let codes = (0xa1..=0xfe).flat_map(|a| (0xa1..=0xfe).map(move |b| [0x8f, a, b]));
        let euc_jp = Charset { table: &rs::EUC_JP_INIT, shape: Shape::EucJp, rule: EUC_JP };
        let mut text = String::new();
        let mut read = |code: &[u8]| {
            text.clear();
            euc_jp.step(code, &mut text).ok().and_then(|_| text.chars().next())
        };
        codes.filter_map(|code| Some((read(&code)?, code))).collect()
    })
}
