//! Text and bytes of Python as words of sockpit: literals, and what is put together of several pieces.

use std::fmt::Write;

use super::tree::{Bit, Given, Tree};
use super::writer::{Told, Writer, named};
use crate::command::kinds;
use crate::lang::{KEYWORDS, is_name, needs_braces};
use crate::value::{Value, text};

/// A piece of a word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bead {
    Text(String),
    Raw(Vec<u8>),
    Name(String),
}

/// Text as a word in quotes.
pub(super) fn quote(text: &str) -> String {
    text::quote_text(text)
}

/// Text without quotes, where it can stand so.
pub(super) fn bare(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/+".contains(c);
    let simple = !text.is_empty() && text.chars().all(plain) && !KEYWORDS.contains(&text);
    let is_text = matches!(kinds::word_value(text), Value::Text(_));
    if simple && is_text { text.into() } else { quote(text) }
}

/// Bytes as a word.
pub(super) fn quote_bytes(bytes: &[u8]) -> String {
    format!("b{}", word(&[Bead::Raw(bytes.into())]))
}

/// Pieces as one word. A name alone keeps its value's type.
pub(super) fn word(pieces: &[Bead]) -> String {
    if let [Bead::Name(name)] = pieces {
        return format!("${name}");
    }
    let mut out = String::from("\"");
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Bead::Text(piece) => piece.chars().for_each(|c| text::push_quoted(&mut out, c)),
            Bead::Raw(bytes) => {
                for chunk in bytes.utf8_chunks() {
                    chunk.valid().chars().for_each(|c| text::push_quoted(&mut out, c));
                    chunk.invalid().iter().for_each(|byte| {
                        let _ = write!(out, "\\x{byte:02x}");
                    });
                }
            }
            Bead::Name(name) => {
                let next = pieces.get(at + 1);
                let first = match next {
                    Some(Bead::Text(text)) => text.chars().next(),
                    Some(Bead::Raw(bytes)) => bytes.first().map(|byte| char::from(*byte)),
                    _ => None,
                };
                // What follows would be taken for a part of the name.
                let longer = format!("{name}{}", first.unwrap_or(' '));
                let braced = name.starts_with('{');
                let glued = !braced && (needs_braces(name) || (is_name(&longer) && !needs_braces(&longer)));
                out.push_str(&if glued { format!("${{{name}}}") } else { format!("${name}") });
            }
        }
    }
    out.push('"');
    out
}

/// Whether it is the encoding that text goes in anyway.
fn is_utf8(given: &[Given]) -> bool {
    let name =
        |tree: &Tree| matches!(tree, Tree::Text(name) if ["utf-8", "utf8", "UTF-8", "UTF8"].contains(&name.as_str()));
    match given {
        [] => true,
        [one] => one.name.as_deref().is_none_or(|n| n == "encoding") && name(&one.value),
        _ => false,
    }
}

/// What is encoded, or decoded, as UTF-8; else the thing itself.
pub(super) fn without<'a>(tree: &'a Tree, method: &str) -> &'a Tree {
    match tree.method() {
        Some((of, name, given)) if name == method && is_utf8(given) => of,
        _ => tree,
    }
}

/// What `str` makes text of.
pub(super) fn stringed(tree: &Tree) -> Option<&Tree> {
    match tree.function() {
        Some(("str", [one])) if one.name.is_none() => Some(&one.value),
        _ => None,
    }
}

/// Whether it is text put together, of which one word can be made.
pub(super) fn is_textual(tree: &Tree) -> bool {
    match tree {
        Tree::Text(_) | Tree::Format(_) => true,
        Tree::Binary("%", format, _) => matches!(**format, Tree::Text(_) | Tree::Bytes(_)),
        Tree::Binary("+", a, b) => {
            [a, b].into_iter().any(|t| is_textual(t) || matches!(**t, Tree::Bytes(_)) || stringed(t).is_some())
        }
        _ => matches!(tree.method(), Some((Tree::Text(_), "format", _))),
    }
}

/// Whether a text put together with `+` has a number made text of.
pub(super) fn has_stringed(tree: &Tree) -> bool {
    match tree {
        Tree::Binary("+", a, b) => has_stringed(a) || has_stringed(b),
        _ => stringed(tree).is_some(),
    }
}

impl Writer<'_> {
    /// The pieces of a text that is put together.
    pub(super) fn pieces(&mut self, tree: &Tree) -> Told<Vec<Bead>> {
        match tree {
            Tree::Text(text) => Ok(vec![Bead::Text(text.clone())]),
            Tree::Bytes(bytes) => Ok(vec![Bead::Raw(bytes.clone())]),
            Tree::Format(bits) => self.format(bits),
            Tree::Binary("%", format, values) if is_textual(tree) => match &**format {
                Tree::Text(format) => self.percent(format, values),
                Tree::Bytes(format) => {
                    let format = std::str::from_utf8(format).map_err(|_| "such a format")?;
                    self.percent(format, values)
                }
                _ => Err("`%`".into()),
            },
            Tree::Binary("+", a, b) if is_textual(tree) => {
                let mut all = self.pieces(a)?;
                all.extend(self.pieces(b)?);
                Ok(all)
            }
            _ => match tree.method() {
                Some((Tree::Text(format), "format", given)) => self.braces(format, given),
                _ => self.inserted(tree),
            },
        }
    }

    /// A value within a text.
    fn inserted(&mut self, tree: &Tree) -> Told<Vec<Bead>> {
        let tree = stringed(tree).unwrap_or(tree);
        if let Tree::Name(name) = tree
            && !matches!(name.as_str(), "True" | "False" | "None")
        {
            return Ok(vec![Bead::Name(named(name))]);
        }
        if is_textual(tree) {
            return self.pieces(tree);
        }
        let word = self.operand(tree)?;
        Ok(vec![match word.strip_prefix('$') {
            Some(name) => Bead::Name(name.into()),
            None => Bead::Text(word),
        }])
    }

    fn format(&mut self, bits: &[Bit]) -> Told<Vec<Bead>> {
        // `{addr[0]}:{addr[1]}` is how an address is shown anyway.
        if let Some((at, addr)) = (0..bits.len()).find_map(|at| Some((at, address_bits(bits.get(at..at + 3)?)?))) {
            let mut all = self.format(&bits[..at])?;
            all.push(Bead::Name(named(addr)));
            all.extend(self.format(&bits[at + 3..])?);
            return Ok(all);
        }
        let mut all = Vec::new();
        for bit in bits {
            match bit {
                Bit::Text(text) if text.is_empty() => {}
                Bit::Text(text) => all.push(Bead::Text(text.clone())),
                Bit::Value(tree) => all.extend(self.inserted(tree)?),
            }
        }
        Ok(all)
    }

    /// `FORMAT % VALUES`.
    fn percent(&mut self, format: &str, values: &Tree) -> Told<Vec<Bead>> {
        let mut bits = vec![String::new()];
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            let last = bits.len() - 1;
            match (c, if c == '%' { chars.next() } else { None }) {
                ('%', Some('%')) => bits[last].push('%'),
                ('%', Some('s' | 'd' | 'i')) => bits.push(String::new()),
                ('%', _) => return Err("a format such as `%.2f`".into()),
                _ => bits[last].push(c),
            }
        }
        let values: Vec<&Tree> = match values {
            Tree::Tuple(all) => all.iter().collect(),
            // `%s:%s` of one name: an address.
            Tree::Name(_) if bits.len() == 3 && bits[1] == ":" => {
                bits.remove(1);
                vec![values]
            }
            one => vec![one],
        };
        if values.len() + 1 != bits.len() {
            return Err("`%` of a tuple that is not written out".into());
        }
        self.woven(&bits, &values)
    }

    /// `FORMAT.format(VALUES)`.
    fn braces(&mut self, format: &str, given: &[Given]) -> Told<Vec<Bead>> {
        let (mut bits, mut values) = (vec![String::new()], Vec::new());
        let (mut rest, mut next) = (format, 0);
        while let Some(at) = rest.find(['{', '}']) {
            let last = bits.len() - 1;
            bits[last].push_str(&rest[..at]);
            if rest[at..].starts_with("{{") || rest[at..].starts_with("}}") {
                bits[last].push_str(&rest[at..=at]);
                rest = &rest[at + 2..];
                continue;
            }
            let end = rest[at..].find('}').ok_or("this format")? + at;
            let field = rest.get(at + 1..end).unwrap_or_default();
            let place = if field.is_empty() { next } else { field.parse().unwrap_or(usize::MAX) };
            next += 1;
            let found = given.iter().enumerate().find(|(i, g)| match &g.name {
                None => *i == place,
                Some(name) => name == field,
            });
            let Some((_, found)) = found else { return Err(format!("`{{{field}}}` in a format")) };
            values.push(&found.value);
            bits.push(String::new());
            rest = &rest[end + 1..];
        }
        let last = bits.len() - 1;
        bits[last].push_str(rest);
        self.woven(&bits, &values)
    }

    fn woven(&mut self, texts: &[String], values: &[&Tree]) -> Told<Vec<Bead>> {
        let mut bits = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            bits.push(Bit::Text(text.clone()));
            bits.extend(values.get(at).map(|value| Bit::Value((*value).clone())));
        }
        bits.retain(|bit| !matches!(bit, Bit::Text(text) if text.is_empty()));
        self.format(&bits)
    }
}

/// The name whose items 0 and 1 stand with a colon between.
fn address_bits(bits: &[Bit]) -> Option<&str> {
    let item = |bit: &Bit, number: &str| match bit {
        Bit::Value(Tree::Index(of, at)) if **at == Tree::Number(number.into()) => of.name().map(str::to_string),
        _ => None,
    };
    let [first, Bit::Text(colon), last] = bits else { return None };
    let same = item(first, "0").is_some() && item(first, "0") == item(last, "1") && colon == ":";
    match first {
        Bit::Value(Tree::Index(of, _)) if same => of.name(),
        _ => None,
    }
}
