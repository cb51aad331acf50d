//! What a word is made of, and what stands after a `$`: a name, parts of its value, a default.

use std::ops::Deref;
use std::rc::Rc;

use super::name::{dollar_length, is_name, length};

/// A piece of a word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// As written; bytes when the word is.
    Literal(Literal),
    /// The value of a name.
    Name(Rc<str>),
    /// `${name:-default}`: the value of a name, or the default where it has none.
    Default(Rc<str>, Rc<str>),
    /// `${name[0].key}`: a part of a name's value.
    Picked(Rc<str>, Rc<[Pick]>),
}

/// Bytes as written, known for text where they are UTF-8.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Literal {
    /// Text.
    Text(Rc<str>),
    /// What is none.
    Bytes(Rc<[u8]>),
}

impl From<&[u8]> for Literal {
    fn from(bytes: &[u8]) -> Self {
        std::str::from_utf8(bytes).map_or_else(|_| Self::Bytes(bytes.into()), |text| Self::Text(text.into()))
    }
}

impl Deref for Literal {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// The pieces of a word. Nearly every word is one.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub enum Parts {
    /// None, as of `""`.
    #[default]
    None,
    /// One.
    One(Part),
    /// More.
    More(Vec<Part>),
}

impl Parts {
    /// Put a piece behind those that are there.
    pub(super) fn push(&mut self, part: Part) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(part),
            Self::One(first) => Self::More(vec![first, part]),
            Self::More(mut parts) => {
                parts.push(part);
                Self::More(parts)
            }
        };
    }
}

impl FromIterator<Part> for Parts {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Self {
        let mut all = Self::None;
        parts.into_iter().for_each(|part| all.push(part));
        all
    }
}

impl Deref for Parts {
    type Target = [Part];

    fn deref(&self) -> &[Part] {
        match self {
            Self::None => &[],
            Self::One(part) => std::slice::from_ref(part),
            Self::More(parts) => parts,
        }
    }
}

/// What takes a part of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pick {
    /// `[0]`, `[i]`: what stands there.
    At(Index),
    /// `[0:4]`: what stands from there up to there.
    Slice(Option<Index>, Option<Index>),
    /// `.key`, `['key']`: what the object has by that key.
    Key(Rc<str>),
}

/// A place in a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Index {
    /// Counted from 0; from the end when it is negative.
    Number(i64),
    /// That which a name holds.
    Name(Rc<str>),
}

/// What is wrong with a stretch of a word, and what to do about it.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Bad {
    /// Where it stands.
    pub at: usize,
    pub length: usize,
    pub message: String,
    pub note: String,
    /// A dollar sign that inserts nothing.
    pub dollar: bool,
    /// A `;` that was meant to part two lines.
    pub parts: bool,
    /// What mends it: so much of the text, and what stands in its place.
    pub fix: Option<(usize, String)>,
}

impl Bad {
    pub(super) fn new(length: usize, message: impl Into<String>, note: impl Into<String>) -> Self {
        Self { length, message: message.into(), note: note.into(), ..Self::default() }
    }

    /// The same with what mends it.
    pub(super) fn with(self, length: usize, text: impl Into<String>) -> Self {
        Self { fix: Some((length, text.into())), ..self }
    }
}

const DOLLAR: &str = "$$ is a dollar sign; ${name} where letters follow";
const BRACES: &str = "in braces stand a name and its parts, or a default: ${name} ${list[0]} ${data[0:4]} ${row.key} \
                      ${1:-8080}";

/// What is inserted where a `$` stands, and how long it is written. `closed` gives the place of a `}` within the text.
pub(super) fn inserted(text: &str, closed: impl Fn(&str) -> Option<usize>) -> Result<(Part, usize), Bad> {
    let Some(inner) = text.strip_prefix("${") else {
        let length = dollar_length(&text[1..]);
        return match length {
            0 => Err(Bad { dollar: true, ..Bad::new(1, "a lone $ names nothing", DOLLAR) }),
            _ => Ok((Part::Name(text[1..=length].into()), length + 1)),
        };
    };
    let Some(end) = closed(inner) else {
        let length = 2 + length(inner);
        return Err(Bad { dollar: length == 2, ..Bad::new(length, "${ needs a name and a }", BRACES) });
    };
    let part = braced(&inner[..end]).map_err(|(message, note)| Bad::new(end + 3, message, note))?;
    Ok((part, end + 3))
}

type Why = (String, String);

fn why(message: impl Into<String>, note: impl Into<String>) -> Why {
    (message.into(), note.into())
}

/// What stands between braces.
fn braced(inner: &str) -> Result<Part, Why> {
    let trimmed = inner.trim();
    let (name, rest) = inner.split_at(length(inner));
    let behind = rest.trim_start();
    if trimmed != inner && is_name(trimmed) || rest.len() > behind.len() && behind.starts_with([':', '[', '.']) {
        let text = if name.is_empty() { trimmed.to_string() } else { format!("{name}{}", behind.trim_end()) };
        return Err(why("a blank stands within the braces", format!("write ${{{text}}}")));
    }
    if name.is_empty() {
        return Err(match inner {
            "" => why("${ needs a name and a }", BRACES),
            _ => why(format!("`{inner}` is no name"), BRACES),
        });
    }
    match rest.chars().next() {
        None => Ok(Part::Name(name.into())),
        Some('[' | '.') => {
            let picks = picks(name, rest)?;
            Ok(Part::Picked(name.into(), picks.into()))
        }
        _ if rest.starts_with(":-") => Ok(Part::Default(name.into(), default(name, &rest[2..])?.into())),
        Some(':' | '-' | '=' | '?' | '+') if !rest.contains(' ') => {
            let text = rest.trim_start_matches([':', '-', '=', '?', '+']);
            Err(why(format!("`{rest}` is no default"), format!("a default is written ${{{name}:-{text}}}")))
        }
        Some('(') => {
            Err(why("nothing is called within braces", "make the call on a line before, and insert its result"))
        }
        _ if rest.contains(['+', '-', '*', '/', '%']) => {
            Err(why("nothing is reckoned within braces", "reckon on a line before, with let, and insert the result"))
        }
        _ => Err(why(format!("`{inner}` is no name"), BRACES)),
    }
}

/// The parts of a value that are taken, one after the other.
fn picks(name: &str, mut rest: &str) -> Result<Vec<Pick>, Why> {
    let mut picks = Vec::new();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let Some(end) = closing(inner) else { return Err(why("this [ is never closed", BRACES)) };
            picks.push(bracketed(name, &inner[..end])?);
            rest = &inner[end + 1..];
        } else if let Some(inner) = rest.strip_prefix('.') {
            let end = inner.find(['.', '[', ':']).unwrap_or(inner.len());
            let key = &inner[..end];
            if key.contains('(') {
                return Err(why(
                    "nothing is called within braces",
                    "make the call on a line before, and insert its result",
                ));
            }
            if key.is_empty() || !key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
                let note =
                    format!("a key is letters, digits, _ and -; any other stands in quotes: ${{{name}['a key']}}");
                return Err(why(format!("`.{key}` is no key"), note));
            }
            picks.push(Pick::Key(key.into()));
            rest = &inner[end..];
        } else if rest.starts_with(":-") {
            return Err(why("a default goes with a name alone, not with parts of its value", BRACES));
        } else {
            return Err(why(format!("`{rest}` is no part of a value"), BRACES));
        }
    }
    Ok(picks)
}

/// Where the bracket that was opened closes; a key in quotes may hold another.
fn closing(inner: &str) -> Option<usize> {
    match inner.trim_start().chars().next() {
        Some(quote @ ('\'' | '"')) => {
            let first = inner.find(quote)? + 1;
            let last = first + inner[first..].find(quote)?;
            Some(last + inner[last..].find(']')?)
        }
        _ => inner.find(']'),
    }
}

/// What stands in brackets.
fn bracketed(name: &str, inner: &str) -> Result<Pick, Why> {
    let inner = inner.trim();
    for quote in ['\'', '"'] {
        if let Some(key) = inner.strip_prefix(quote).and_then(|k| k.strip_suffix(quote)) {
            if key.contains(['\'', '"', '\\']) {
                return Err(why("a key in quotes holds neither quotes nor backslashes", "field OBJ KEY takes any"));
            }
            return Ok(Pick::Key(key.into()));
        }
    }
    let index = |text: &str| index(name, text.trim());
    let side = |text: &str| if text.trim().is_empty() { Ok(None) } else { index(text).map(Some) };
    match *inner.split(':').collect::<Vec<_>>() {
        [at] => index(at).map(Pick::At),
        [from, to] => Ok(Pick::Slice(side(from)?, side(to)?)),
        _ => Err(why("a slice has no step here", format!("it is written with two places: ${{{name}[0:4]}}"))),
    }
}

fn index(name: &str, text: &str) -> Result<Index, Why> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        let number = text.parse().map_err(|_| why(format!("{text} is too large for a place"), BRACES))?;
        return Ok(Index::Number(number));
    }
    if is_name(text) {
        return Ok(Index::Name(text.into()));
    }
    Err(match text.strip_prefix('$').filter(|n| is_name(n)) {
        Some(plain) => why("within brackets a name is written without $", format!("write: ${{{name}[{plain}]}}")),
        None if text.is_empty() => {
            why("a place is missing within the brackets", format!("the first is ${{{name}[0]}}"))
        }
        None => why(
            format!("`{text}` is no place"),
            format!(
                "a place is a number or a name: ${{{name}[0]}} ${{{name}[-1]}} ${{{name}[i]}}; reckon with let before"
            ),
        ),
    })
}

/// The text of a default.
fn default(name: &str, written: &str) -> Result<String, Why> {
    let mut text = String::new();
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        match c {
            '$' if chars.as_str().starts_with('$') => {
                chars.next();
                text.push('$');
            }
            '$' => {
                return Err(why("a default holds no $names", "$$ is a dollar sign; another name's value needs an if"));
            }
            '\'' | '"' => {
                let inner = written.trim_matches(['\'', '"']);
                let note =
                    format!("it goes on to the }}, spaces and all: ${{{name}:-{inner}}}; \\{c} is the character");
                return Err(why("a default stands without quotes", note));
            }
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('0') => text.push('\0'),
                Some(c) if !c.is_ascii_alphanumeric() => text.push(c),
                Some(c) => {
                    return Err(why(format!("`\\{c}` is no escape of a default"), "they are \\r \\n \\t \\0 \\\\ \\}"));
                }
                None => return Err(why("a backslash ends the default", "\\\\ is a backslash")),
            },
            c => text.push(c),
        }
    }
    Ok(text)
}
