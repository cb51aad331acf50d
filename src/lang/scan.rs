//! A word as it is written: its quotes, escapes and `$names` taken apart, each stretch under its own quote's rule.
//!
//! A pass over the line's bytes; what is wrong is kept and the pass goes on, so that half a line can be read, too.

use std::borrow::Cow;
use std::ops::Range;

use super::part::{Bad, Part, Parts, inserted};
use super::wide;

/// The rule of a stretch of a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Rule {
    /// The quote it stands in.
    quote: Option<char>,
    escapes: bool,
    names: bool,
    bytes: bool,
}

impl Rule {
    const BARE: Self = Self { quote: None, escapes: true, names: true, bytes: false };

    fn quoted(quote: char) -> Self {
        Self { quote: Some(quote), names: quote == '"', ..Self::BARE }
    }
}

/// What a stretch of a word is, for those who colour it or need its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MarkKind {
    /// A quote, its prefix, or the backslash before a character that stands for itself: no text.
    Quote,
    /// An escape.
    Escape,
    /// What is inserted.
    Name,
    /// What cannot stand there.
    Wrong,
}

/// A stretch of a word that is more than text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Where it stands within the word.
    pub range: Range<usize>,
    /// What it is.
    pub kind: MarkKind,
}

/// A word taken apart.
#[derive(Default)]
pub(super) struct Scan {
    /// Where it ends.
    pub end: usize,
    pub parts: Parts,
    pub bytes: bool,
    pub quoted: bool,
    /// A bracket stands in it without quotes.
    pub brackets: bool,
    /// Full-width punctuation stands in it without quotes.
    pub wide: bool,
    /// How long the `NAME` of a word `NAME=...` is.
    pub key: usize,
    /// The quote that is not closed, and where it stands.
    pub open: Option<(usize, char)>,
    /// Names are inserted where it ends.
    pub inserts: bool,
    /// The first thing that is wrong in it.
    pub bad: Option<Box<Bad>>,
    /// Its stretches, when they are asked for.
    pub marks: Vec<Mark>,
}

/// The word that a text begins with.
pub(super) fn scan(text: &str, marked: bool) -> Scan {
    let mut scanner = Scanner {
        word: text,
        at: 0,
        start: 0,
        text: Cow::default(),
        marked,
        scan: Scan { inserts: true, ..Scan::default() },
    };
    scanner.word();
    let mut scan = scanner.scan;
    scan.end = scanner.at;
    scan
}

struct Scanner<'a> {
    word: &'a str,
    at: usize,
    /// Where the plain text begins that is not taken yet.
    start: usize,
    /// The text of the literal that is being read.
    text: Cow<'a, [u8]>,
    marked: bool,
    scan: Scan,
}

impl Scanner<'_> {
    fn word(&mut self) {
        self.prefix();
        let mut key = true;
        while let Some(byte) = self.word.as_bytes().get(self.at) {
            match byte {
                b' ' | b'\t' => break,
                b'"' | b'\'' => self.quoted(self.at, Rule::quoted(char::from(*byte))),
                b'\\' => self.escape(Rule::BARE),
                b'$' => self.dollar(Rule::BARE),
                b'=' if key => {
                    key = false;
                    self.at += 1;
                    // The value of `KEY=VALUE` has a quote of its own.
                    if super::is_name(&self.word[..self.at - 1]) {
                        self.scan.key = self.at - 1;
                        self.prefix();
                    }
                }
                b'(' | b')' | b'[' | b']' | b'{' | b'}' => {
                    self.scan.brackets = true;
                    self.at += 1;
                }
                b';' => self.semicolon(),
                0x80.. => self.wide(),
                _ => self.at += 1,
            }
        }
        self.take();
        self.literal();
    }

    /// The plain text up to here is text of the word.
    fn take(&mut self) {
        let plain = &self.word.as_bytes()[self.start..self.at];
        self.start = self.at;
        // Most text is one stretch of the line.
        if self.text.is_empty() {
            self.text = Cow::Borrowed(plain);
        } else if !plain.is_empty() {
            self.text.to_mut().extend_from_slice(plain);
        }
    }

    /// The literal that was being read is whole.
    fn literal(&mut self) {
        if !self.text.is_empty() {
            self.scan.parts.push(Part::Literal((&*std::mem::take(&mut self.text)).into()));
        }
    }

    /// Go over a stretch that is not text as it is written.
    fn skip(&mut self, length: usize, kind: MarkKind) {
        self.take();
        if self.marked {
            self.scan.marks.push(Mark { range: self.at..self.at + length, kind });
        }
        self.at += length;
        self.start = self.at;
    }

    /// Go over what cannot stand there: as far as anybody reads on, it is text.
    fn wrong(&mut self, bad: Bad) {
        let length = bad.length;
        if self.marked {
            self.scan.marks.push(Mark { range: self.at..self.at + length, kind: MarkKind::Wrong });
        }
        if self.scan.bad.is_none() {
            self.scan.bad = Some(Box::new(Bad { at: self.at, ..bad }));
        }
        self.at += length;
    }

    fn char(&self) -> char {
        self.word[self.at..].chars().next().unwrap_or_default()
    }

    /// A quote with letters before it, first in a word: `b"..."`, `r'...'`.
    fn prefix(&mut self) {
        let bytes = self.word.as_bytes();
        let letters = bytes[self.at..].iter().take(3).take_while(|b| b.is_ascii_alphabetic()).count();
        let Some(quote @ (b'"' | b'\'')) = bytes.get(self.at + letters).filter(|_| letters == 1 || letters == 2) else {
            return;
        };
        let prefix = &self.word[self.at..self.at + letters];
        let mut rule = Rule::quoted(char::from(*quote));
        match &*prefix.to_ascii_lowercase() {
            "b" => (rule.bytes, rule.names) = (true, false),
            "r" => (rule.escapes, rule.names) = (false, false),
            "rb" | "br" => rule = Rule { quote: rule.quote, escapes: false, names: false, bytes: true },
            lower @ ("f" | "rf" | "fr" | "u" | "t" | "rt" | "tr") => return self.foreign(lower, letters),
            _ => return,
        }
        self.quoted(self.at, rule);
    }

    /// A prefix that Python has and sockpit has not.
    fn foreign(&mut self, prefix: &str, letters: usize) {
        let quote = char::from(self.word.as_bytes()[self.at + letters]);
        let rest = &self.word[self.at + letters + 1..];
        let inner = &rest[..rest.find(quote).unwrap_or(rest.len())];
        let message = match prefix {
            "u" => "text needs no u: it is Unicode already",
            "t" | "rt" | "tr" => "there are no templates here: \"...\" inserts $names",
            _ => "text needs no f: \"...\" inserts $names already",
        };
        let better = if prefix == "u" { inner.to_string() } else { with_dollars(inner) };
        let better = if better == inner { format!("{quote}{inner}{quote}") } else { format!("\"{better}\"") };
        let bad =
            Bad::new(letters + 1, message, "").with((letters + inner.len() + 2).min(self.word.len() - self.at), better);
        self.wrong(bad);
        // Read on as if it was not there.
        self.at -= letters + 1;
        self.skip(letters, MarkKind::Wrong);
        self.quoted(self.at, Rule::quoted(quote));
    }

    /// A stretch in quotes: `at` is where its quote stands, or its prefix.
    fn quoted(&mut self, begins: usize, rule: Rule) {
        let quote = rule.quote.unwrap_or('"');
        let opened = begins + self.word[begins..].find(quote).unwrap_or(0);
        self.scan.quoted = true;
        self.scan.bytes |= rule.bytes;
        self.at = begins;
        self.skip(opened + 1 - begins, MarkKind::Quote);
        while let Some(byte) = self.word.as_bytes().get(self.at) {
            match byte {
                b if char::from(*b) == quote => return self.skip(1, MarkKind::Quote),
                b'\\' if rule.escapes => self.escape(rule),
                // As in Python, a raw backslash keeps a quote from closing, and stays.
                b'\\' => {
                    let next = self.word.as_bytes().get(self.at + 1);
                    self.at += 1 + usize::from(next.is_some_and(u8::is_ascii));
                }
                b'$' if rule.names => self.dollar(rule),
                0x80.. if rule.bytes => {
                    let c = self.char();
                    let bytes = c.to_string().bytes().map(|b| format!("\\x{b:02x}")).collect::<String>();
                    let note = format!("write {bytes}, or make bytes of text: encode \"{c}\"");
                    let message = format!("`{c}` is no byte: in b\"...\" stands ASCII");
                    let bad = Bad::new(c.len_utf8(), message, note);
                    self.wrong(if rule.escapes { bad.with(c.len_utf8(), bytes) } else { bad });
                }
                _ => self.at += 1,
            }
        }
        self.scan.open = Some((opened, quote));
        self.scan.inserts = rule.names;
    }

    /// What a `$` inserts.
    fn dollar(&mut self, rule: Rule) {
        let rest = &self.word[self.at..];
        if rest.starts_with("$$") {
            self.skip(2, MarkKind::Escape);
            self.text.to_mut().push(b'$');
            return;
        }
        match inserted(rest, |inner| closed(inner, rule.quote)) {
            Ok((part, length)) => {
                self.skip(length, MarkKind::Name);
                self.literal();
                self.scan.parts.push(part);
            }
            Err(bad) => self.wrong(bad),
        }
    }

    /// A backslash and what it stands for.
    fn escape(&mut self, rule: Rule) {
        let rest = &self.word[self.at + 1..];
        let Some(next) = rest.chars().next() else {
            let message = "a backslash ends the line: there is nothing for it to escape";
            return self.wrong(Bad::new(1, message, String::new()));
        };
        let itself = match rule.quote {
            Some(_) => matches!(next, '"' | '\''),
            None => !next.is_ascii_alphanumeric() && next != '\\' && next != '$',
        };
        if itself {
            self.skip(1, MarkKind::Quote);
            self.at += next.len_utf8();
            return;
        }
        match decode(rest, next, rule.bytes) {
            Ok((decoded, length)) => {
                self.skip(1 + length, MarkKind::Escape);
                self.scan.bytes |= next == 'x';
                match decoded {
                    Decoded::Byte(byte) => self.text.to_mut().push(byte),
                    Decoded::Char(c) => self.text.to_mut().extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                }
            }
            Err((message, note)) => {
                let braces = rest.starts_with("u{").then(|| rest.find('}')).flatten();
                let bad = Bad::new(1 + braces.map_or(next.len_utf8(), |end| end + 1), message, note);
                self.wrong(if next == '$' { bad.with(2, "$$") } else { bad });
            }
        }
    }

    /// A `;` without quotes: it parts no calls, so that it is text only where it cannot be meant to.
    fn semicolon(&mut self) {
        let rest = &self.word[self.at + 1..];
        let behind = rest.find([' ', '\t']).unwrap_or(rest.len());
        let ends = rest[..behind].trim_start_matches(';').is_empty() || super::is_name(&rest[..behind]);
        if !ends && self.at > 0 {
            self.at += 1;
            return;
        }
        let bad = Bad::new(1, "one line is one call: a ; parts nothing", "as text, a ; needs quotes");
        self.wrong(Bad { parts: true, ..bad });
    }

    /// A character outside ASCII that stands without quotes.
    fn wide(&mut self) {
        let c = self.char();
        self.scan.wide |= wide::is_punctuation(c);
        match wide::refused(&self.word[self.at..], c) {
            Some(bad) => self.wrong(bad),
            None => self.at += c.len_utf8(),
        }
    }
}

/// The place behind the blanks that stand there.
pub(super) fn blanks(line: &str, at: usize) -> usize {
    line.len() - line[at..].trim_start_matches([' ', '\t']).len()
}

/// Whether no word begins there: the line ends, or a comment begins.
pub(super) fn is_end(line: &str, at: usize) -> bool {
    at >= line.len() || line[at..].starts_with('#')
}

/// Where the `}` stands that closes `${`, before the quote that it stands in ends.
fn closed(inner: &str, quote: Option<char>) -> Option<usize> {
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '}' => return Some(at),
            '\\' => drop(chars.next()),
            c if Some(c) == quote => return None,
            _ => {}
        }
    }
    None
}

enum Decoded {
    Byte(u8),
    Char(char),
}

/// What an escape stands for, and how much it takes behind its backslash.
fn decode(rest: &str, next: char, bytes: bool) -> Result<(Decoded, usize), (String, String)> {
    const NOTE: &str = "escapes are \\r \\n \\t \\0 \\\\ \\xNN \\u{...}; $$ is a dollar sign";
    let plain = match next {
        'r' => b'\r',
        'n' => b'\n',
        't' => b'\t',
        '0' => 0,
        '\\' => b'\\',
        'x' => {
            let digits = rest.get(1..3).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let byte = byte.ok_or_else(|| ("\\x needs two hexadecimal digits: \\x0a".into(), NOTE.into()))?;
            return Ok((Decoded::Byte(byte), 3));
        }
        'u' if bytes => {
            let message = "\\u is a character, and b\"...\" is bytes";
            return Err((message.into(), "a byte is \\xNN; encode makes bytes of text".into()));
        }
        'u' => {
            let code = rest[1..].strip_prefix('{').and_then(|w| w.split_once('}')).map(|(code, _)| code);
            let c = code.and_then(|c| u32::from_str_radix(c, 16).ok()).and_then(char::from_u32);
            let (Some(code), Some(c)) = (code, c) else {
                return Err(("\\u needs a character's code in braces: \\u{9ed1}".into(), NOTE.into()));
            };
            return Ok((Decoded::Char(c), code.len() + 3));
        }
        '$' => return Err(("`\\$` is no escape".into(), "a dollar sign is $$, or stands in single quotes".into())),
        c => return Err((format!("`\\{c}` is no escape"), format!("{NOTE}; r'...' decodes none"))),
    };
    Ok((Decoded::Byte(plain), 1))
}

/// Python's `{name}` as `${name}`, unless it is written so.
fn with_dollars(text: &str) -> String {
    if text.contains("${") {
        return text.to_string();
    }
    let text = text.replace('$', "$$").replace("{{", "\0").replace("}}", "\u{1}");
    text.replace('{', "${").replace('\0', "{").replace('\u{1}', "}")
}
