//! Words: where they stand, and what they are made of once quotes, escapes and `$names` are taken apart.
//!
//! shlex takes the quotes off (POSIX). Escapes are decoded after that, in each word as written, and names to insert
//! are only marked: their values come later and are never read as anything but values.

use std::rc::Rc;

use super::{Error, LINE_MAX, Source, Span};

/// A piece of a word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// As written; bytes when the word has a `\xNN`.
    Literal(Rc<[u8]>),
    /// The value of a name.
    Name(Rc<str>),
}

/// A word of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// Its pieces in order; none for `""`.
    pub parts: Vec<Part>,
    /// It has a `\xNN`, so it is bytes.
    pub bytes: bool,
    /// It has quotes, so it is no keyword, operator or number.
    pub quoted: bool,
    /// How many bytes of it stand before its first quote.
    pub open: usize,
    /// Where it stands.
    pub span: Span,
}

impl Word {
    /// The text of a word without `$names` and `\xNN`.
    pub fn literal(&self) -> Option<&str> {
        match &*self.parts {
            [] => Some(""),
            [Part::Literal(text)] if !self.bytes => std::str::from_utf8(text).ok(),
            _ => None,
        }
    }

    /// The same, when it was written without quotes.
    pub fn bare(&self) -> Option<&str> {
        if self.quoted { None } else { self.literal() }
    }

    /// Whether it is exactly that, without quotes.
    pub fn is(&self, what: &str) -> bool {
        self.bare() == Some(what)
    }

    /// Where its `=` stands, when it is `NAME=...` up to there without quotes: what is written so is given by name.
    pub fn key(&self) -> Option<&str> {
        let Some(Part::Literal(first)) = self.parts.first() else { return None };
        let at = first.iter().position(|b| *b == b'=').filter(|at| *at < self.open)?;
        std::str::from_utf8(&first[..at]).ok().filter(|key| is_name(key) && first.get(at + 1) != Some(&b'='))
    }

    /// The name, when the word is one `$name` and nothing else.
    pub fn single_name(&self) -> Option<&Rc<str>> {
        match &*self.parts {
            [Part::Name(name)] => Some(name),
            _ => None,
        }
    }
}

/// Whether it can be a name: a letter or `_`, then letters, digits and `_`.
pub fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Split a line into words.
pub fn words(source: &Rc<Source>, number: u32, line: &str) -> Result<Vec<Word>, Error> {
    let span = |from: usize, to: usize| Span {
        line: number,
        column: line[..from].chars().count() as u32 + 1,
        length: line[from..to].chars().count() as u32,
    };
    if line.len() > LINE_MAX {
        return Err(Error::new(
            source,
            Span { line: number, column: 1, length: 1 },
            format!("this line has {} bytes; the limit is {LINE_MAX}", line.len()),
        )
        .note("send a large file with `sendfile`, or repeat text: let big = \"x\" * 1000000"));
    }
    let mut found = Vec::new();
    let mut at = blanks(line, 0);
    while !is_end(line, at) {
        let scan = scan(&line[at..]);
        if let Some((offset, message)) = scan.bad.or_else(|| Some((scan.open?.0, "this quote is never closed"))) {
            let bad = at + offset;
            let end = bad + line[bad..].chars().next().map_or(0, char::len_utf8);
            return Err(Error::new(source, span(bad, end), message));
        }
        let place = span(at, at + scan.end);
        let (parts, bytes) =
            take_apart(&scan.plain()).map_err(|(message, note)| Error::new(source, place, message).note(note))?;
        found.push(Word { parts, bytes, quoted: scan.quoted, open: scan.bare, span: place });
        at = blanks(line, at + scan.end);
    }
    Ok(found)
}

/// The place behind the blanks that stand there.
pub(super) fn blanks(line: &str, at: usize) -> usize {
    line.len() - line[at..].trim_start_matches([' ', '\t']).len()
}

/// Whether no word begins there: the line ends, or a comment begins.
pub(super) fn is_end(line: &str, at: usize) -> bool {
    at >= line.len() || line[at..].starts_with('#')
}

/// A word with its quotes and escapes still in it.
#[derive(Default)]
pub(super) struct Scan {
    /// Where it ends.
    pub end: usize,
    /// It has quotes.
    pub quoted: bool,
    /// How many bytes of it stand before its first quote.
    pub bare: usize,
    /// The quote that is not closed, and where it stands.
    pub open: Option<(usize, char)>,
    /// What cannot stand in a word, and where.
    bad: Option<(usize, &'static str)>,
    /// Its text with the backslashes of our escapes doubled, so that shlex leaves them to us.
    protected: String,
}

impl Scan {
    /// Its text without its quotes; our escapes and `$names` are left as written.
    pub(super) fn plain(&self) -> String {
        shlex::split(&self.protected).and_then(|mut w| w.pop()).unwrap_or_default()
    }
}

/// The word that begins here.
pub(super) fn scan(line: &str) -> Scan {
    let mut scan = Scan { end: line.len(), bare: line.len(), ..Scan::default() };
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (c, scan.open.map(|(_, q)| q)) {
            (' ' | '\t', None) => {
                scan.end = at;
                scan.bare = scan.bare.min(at);
                return scan;
            }
            ('\u{3000}', None) => {
                scan.bad.get_or_insert((at, "a full-width space stands here; words are parted by plain ones"));
            }
            ('\'' | '"', None) => {
                scan.open = Some((at, c));
                scan.quoted = true;
                scan.bare = scan.bare.min(at);
            }
            (_, Some(q)) if c == q => scan.open = None,
            ('\\', within) if within != Some('\'') => {
                scan.bare = scan.bare.min(at);
                let Some((_, next)) = chars.next() else {
                    let message = "a backslash ends the line: there is nothing for it to escape";
                    scan.bad.get_or_insert((at, message));
                    break;
                };
                let ours = match within {
                    Some(_) => next != '"',
                    None => next.is_ascii_alphanumeric() || next == '\\' || next == '$',
                };
                // Of a pair of backslashes each is doubled.
                let more = usize::from(ours) + usize::from(ours && next == '\\');
                scan.protected.extend(std::iter::repeat_n('\\', 1 + more));
                scan.protected.push(next);
                continue;
            }
            _ => {}
        }
        scan.protected.push(c);
    }
    scan.protected.extend(scan.open.map(|(_, quote)| quote));
    scan
}

pub(super) type Bad = (String, &'static str);

/// Decode the escapes of a word and mark its names.
pub(super) fn take_apart(word: &str) -> Result<(Vec<Part>, bool), Bad> {
    let mut parts = Vec::new();
    let mut text: Vec<u8> = Vec::new();
    let mut bytes = false;
    let mut rest = word;
    while let Some(at) = rest.find(['\\', '$']) {
        text.extend_from_slice(&rest.as_bytes()[..at]);
        let special = &rest[at..];
        if special.starts_with('\\') {
            let used = escape(special, &mut text, &mut bytes)?;
            rest = &special[used..];
        } else if let Some(after) = special.strip_prefix("$$") {
            text.push(b'$');
            rest = after;
        } else {
            let (name, used) = name_at(special)?;
            if !text.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut text).into()));
            }
            parts.push(Part::Name(name.into()));
            rest = &special[used..];
        }
    }
    text.extend_from_slice(rest.as_bytes());
    if !text.is_empty() {
        parts.push(Part::Literal(text.into()));
    }
    Ok((parts, bytes))
}

/// Decode the escape that begins here; gives the length it had.
fn escape(word: &str, out: &mut Vec<u8>, bytes: &mut bool) -> Result<usize, Bad> {
    const NOTE: &str = "escapes are \\r \\n \\t \\0 \\\\ \\xNN \\u{...}; $$ is a dollar sign";
    let mut chars = word.chars();
    chars.next();
    let plain = match chars.next() {
        Some('r') => b'\r',
        Some('n') => b'\n',
        Some('t') => b'\t',
        Some('0') => 0,
        Some('\\') => b'\\',
        Some('x') => {
            let digits = word.get(2..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
            let digits = digits.ok_or(("\\x needs two hexadecimal digits: \\x0a".to_string(), NOTE))?;
            out.push(u8::from_str_radix(digits, 16).unwrap_or(0));
            *bytes = true;
            return Ok(4);
        }
        Some('u') => {
            let code = word[2..].strip_prefix('{').and_then(|w| w.split_once('}')).map(|(code, _)| code);
            let c = code.and_then(|c| u32::from_str_radix(c, 16).ok()).and_then(char::from_u32);
            let (Some(code), Some(c)) = (code, c) else {
                return Err(("\\u needs a character's code in braces: \\u{9ed1}".into(), NOTE));
            };
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return Ok(code.len() + 4);
        }
        Some(c) => return Err((format!("`\\{c}` is no escape"), NOTE)),
        None => return Err(("a backslash ends the word".into(), NOTE)),
    };
    out.push(plain);
    Ok(2)
}

/// The name after a `$`, and how much of the word it took.
fn name_at(word: &str) -> Result<(&str, usize), Bad> {
    const NOTE: &str = "$$ is a dollar sign; ${name} where letters follow";
    if let Some(inner) = word.strip_prefix("${") {
        let name = inner.split_once('}').map(|(name, _)| name);
        return match name {
            Some(name) if is_name(name) || is_number(name) => Ok((name, name.len() + 3)),
            _ => Err(("${ needs a name and a }".into(), NOTE)),
        };
    }
    let rest = &word[1..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let length =
        if digits > 0 { digits } else { rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count() };
    if length == 0 {
        return Err(("a lone $ names nothing".into(), NOTE));
    }
    Ok((&rest[..length], length + 1))
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit())
}
