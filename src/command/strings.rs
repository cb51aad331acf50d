//! Text, bytes and lists in parts: the calls of Python's `str` and `bytes`.
//!
//! What is done to text is done to bytes too, and gives bytes again, with the ASCII rules of Python's `bytes`.

use std::borrow::Cow;

use super::args::{Args, expected};
use super::data::{DATA, int_value};
use super::{Command, Kind, KnownError, err, opt, req};
use crate::value::bounds::{self, Patience};
use crate::value::text::place;
use crate::value::{Failure, Holds, Value};
use crate::world::Step;

/// The calls.
pub(super) const COMMANDS: &[Command] = &[UPPER, LOWER, STRIP, SPLIT, SLICE, LEN];

const TOO_LONG: KnownError = err("Usage", "the result would be too long");

const UPPER: Command = Command {
    name: "upper",
    summary: "turn letters into capitals",
    params: &[req("text", Kind::Data).is("text or bytes")],
    results: &[("text", Holds::Plain)],
    returns: "text for text, bytes for bytes",
    python: "{TEXT}.upper()",
    c: "toupper(c);",
    man: "toupper(3)",
    example: "upper \"hello, Straße\"",
    related: &["lower"],
    errors: &[TOO_LONG],
    run: |_, args| string(args, 0)?.map(str::to_uppercase, <[u8]>::to_ascii_uppercase).map(Step::from),
    ..DATA
};

const LOWER: Command = Command {
    name: "lower",
    summary: "turn capitals into small letters",
    params: &[req("text", Kind::Data).is("text or bytes")],
    results: &[("text", Holds::Plain)],
    returns: "text for text, bytes for bytes",
    python: "{TEXT}.lower()",
    c: "tolower(c);",
    man: "tolower(3)",
    example: "lower \"HELLO\"",
    related: &["upper"],
    errors: &[TOO_LONG],
    run: |_, args| string(args, 0)?.map(str::to_lowercase, <[u8]>::to_ascii_lowercase).map(Step::from),
    ..DATA
};

/// What a call for text works on.
pub(super) enum Str<'a> {
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
}

impl Str<'_> {
    fn map(&self, text: impl Fn(&str) -> String, bytes: impl Fn(&[u8]) -> Vec<u8>) -> Result<Value, Failure> {
        match self {
            Self::Text(t) => {
                bounds::text(t.len())?;
                let made = text(t);
                bounds::text(made.len())?;
                Ok(Value::Text(made.into()))
            }
            Self::Bytes(b) => {
                bounds::text(b.len())?;
                Ok(Value::Bytes(bytes(b).into()))
            }
        }
    }
}

/// The text or the bytes in that place; of anything else but lists and live things, its text.
pub(super) fn string(args: &Args, i: usize) -> Result<Str<'_>, Failure> {
    match args.value(i) {
        Value::Bytes(b) => Ok(Str::Bytes(b)),
        Value::Text(_) | Value::Addr(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) => {
            args.text(i).map(Str::Text)
        }
        other => Err(expected(i, "text", other)),
    }
}

const STRIP: Command = Command {
    name: "strip",
    summary: "take white space, or the given characters, off both ends",
    params: &[req("text", Kind::Data).is("text or bytes"), opt("chars", Kind::Data).is("which to take off")],
    results: &[("text", Holds::Plain)],
    returns: "text for text, bytes for bytes",
    python: "{TEXT}.strip(<{CHARS}>)",
    man: "Python's str.strip",
    errors: &[err("Usage", "the characters are bytes that no text holds")],
    example: "strip \"  GET / \\r\\n\"\nstrip ..a.b.. .",
    related: &["split", "readline"],
    run: |_, args| strip(args).map(Step::from),
    ..DATA
};

fn strip(args: &Args) -> Result<Value, Failure> {
    let given = (args.has(1) && *args.value(1) != Value::None).then_some(1);
    match string(args, 0)? {
        Str::Text(t) => {
            let chars = given.map(|i| args.text(i)).transpose()?;
            Ok(Value::text(t.trim_matches(|c| chars.as_ref().map_or_else(|| is_space(c), |chars| chars.contains(c)))))
        }
        Str::Bytes(b) => {
            let chars = given.map(|i| args.data(i));
            let off = |byte: &u8| chars.as_ref().map_or_else(|| is_space_byte(*byte), |chars| chars.contains(byte));
            let start = b.iter().position(|byte| !off(byte)).unwrap_or(b.len());
            let end = b.iter().rposition(|byte| !off(byte)).map_or(start, |last| last + 1);
            Ok(Value::bytes(&b[start..end]))
        }
    }
}

/// White space as Python's `str` has it.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// White space as Python's `bytes` has it.
fn is_space_byte(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'\x0b'
}

const SPLIT: Command = Command {
    name: "split",
    summary: "split text at a separator, or at white space",
    params: &[
        req("text", Kind::Data).is("text or bytes"),
        opt("sep", Kind::Any).is("white space of any length when left out"),
        opt("maxsplit", Kind::Int).is("cut at most so often"),
    ],
    results: &[("list", Holds::Plain)],
    returns: "a list of the parts",
    python: "{TEXT}.split(<{SEP}<, {MAXSPLIT}>>)",
    c: "strtok_r(text, \" \", &save);",
    man: "strtok(3)",
    errors: &[err("Usage", "an empty separator, or too many parts")],
    example: "parts = split \"GET /index.html HTTP/1.1\"\nsplit a,b,c , 1",
    related: &["strip", "item", "readline"],
    run: |_, args| split(args).map(Step::from),
    ..DATA
};

fn split(args: &Args) -> Result<Value, Failure> {
    let most = match args.value(2) {
        Value::None => usize::MAX,
        _ => usize::try_from(args.int(2)?).unwrap_or(usize::MAX),
    };
    let parts = match (string(args, 0)?, args.value(1)) {
        (Str::Text(t), Value::None) => all(split_at_space(&t, is_space, most), Value::text),
        (Str::Bytes(b), Value::None) => {
            // Bytes as characters of the same number: all of Latin-1, of which only ASCII's spaces count.
            let latin: String = b.iter().map(|byte| char::from(*byte)).collect();
            let space = |c: char| u8::try_from(c).is_ok_and(is_space_byte);
            let bytes = |part: &str| Value::bytes(part.chars().map(|c| c as u8).collect::<Vec<_>>());
            all(split_at_space(&latin, space, most), bytes)
        }
        (string, _) => {
            let sep = args.data(1);
            if sep.is_empty() {
                return Err(Failure::usage("empty separator").at(1).note("without one, split cuts at white space"));
            }
            match string {
                Str::Text(t) => all(t.splitn(most.saturating_add(1), &*args.text(1)?), Value::text),
                Str::Bytes(b) => all(split_bytes(b, &sep, most), Value::bytes),
            }
        }
    };
    parts.map(Value::list)
}

/// The value of each part, if there are not too many.
fn all<'a, P: ?Sized + 'a>(
    parts: impl Iterator<Item = &'a P>,
    value: impl Fn(&'a P) -> Value,
) -> Result<Vec<Value>, Failure> {
    let mut patience = Patience::new();
    let mut values = Vec::new();
    for part in parts {
        patience.spend(1)?;
        if values.len() == values.capacity() {
            bounds::list(2 * values.len())?;
        }
        values.push(value(part));
    }
    Ok(values)
}

fn split_at_space(text: &str, space: impl Fn(char) -> bool + Copy, most: usize) -> impl Iterator<Item = &str> {
    let mut rest = text.trim_start_matches(space);
    let mut left = most;
    std::iter::from_fn(move || {
        let end = if rest.is_empty() {
            return None;
        } else if left == 0 {
            rest.len()
        } else {
            rest.find(space).unwrap_or(rest.len())
        };
        left = left.saturating_sub(1);
        let (part, after) = rest.split_at(end);
        rest = after.trim_start_matches(space);
        Some(part)
    })
}

fn split_bytes<'a>(bytes: &'a [u8], sep: &[u8], most: usize) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(bytes);
    let mut left = most;
    std::iter::from_fn(move || {
        let whole = rest?;
        let at = if left == 0 { None } else { place(whole, sep) };
        left = left.saturating_sub(1);
        let (part, after) = at.map_or((whole, None), |at| (&whole[..at], Some(&whole[at + sep.len()..])));
        rest = after;
        Some(part)
    })
}

const SLICE: Command = Command {
    name: "slice",
    summary: "take a part: from START up to, not including, STOP",
    params: &[
        req("value", Kind::Data).is("text, bytes or a list"),
        req("start", Kind::Any).is("from 0; negative from the end; none is the start"),
        opt("stop", Kind::Any).is("the first that is not taken; the end when left out"),
    ],
    results: &[("part", Holds::Plain)],
    returns: "a part of the same kind",
    python: "{VALUE}[{START}:<{STOP}>]",
    c: "memcpy(part, value + 0, 4);",
    man: "Python's slices",
    errors: &[err("Usage", "a place is not a whole number or none, or the value has no parts")],
    example: "slice hello 1 3\nslice hello -3\nslice hello none -1",
    related: &["len", "item", "split"],
    run: |_, args| slice(args).map(Step::from),
    ..DATA
};

fn slice(args: &Args) -> Result<Value, Failure> {
    let end = |i: usize| match args.value(i) {
        Value::None => Ok(None),
        Value::Int(n) => Ok(Some(*n)),
        other => Err(expected(i, "a whole number or none", other)),
    };
    let (from, to) = (end(1)?, end(2)?);
    match args.value(0) {
        value @ (Value::List(_) | Value::Text(_) | Value::Bytes(_)) => value.slice(from, to),
        other => match string(args, 0).map_err(|_| expected(0, "text, bytes or a list", other))? {
            Str::Bytes(b) => Value::bytes(b).slice(from, to),
            Str::Text(t) => Value::text(t).slice(from, to),
        },
    }
}

const LEN: Command = Command {
    name: "len",
    summary: "count characters of text, bytes, or items of a list",
    params: &[req("value", Kind::Data).is("text (characters), bytes, a list or an object")],
    results: &[("count", Holds::Count)],
    returns: "a number",
    python: "len({VALUE})",
    c: "strlen(value);",
    man: "strlen(3)",
    errors: &[err("Usage", "the value has no length, as a number has none")],
    example: "len \"黑马\"\ndata = encode \"黑马\"\nlen $data",
    related: &["encode", "slice"],
    run: |_, args| len(args).map(Step::from),
    ..DATA
};

fn len(args: &Args) -> Result<Value, Failure> {
    Ok(int_value(match args.value(0) {
        Value::Text(text) => text.count(),
        Value::Addr(_) => args.text(0)?.chars().count(),
        Value::Bytes(b) => b.len(),
        Value::List(l) => l.len(),
        Value::Object(o) => o.len(),
        other => return Err(Failure::usage(format!("{} has no length", other.kind())).at(0)),
    }))
}
