//! What is in text, bytes and lists, and where; other text in its place.

use std::rc::Rc;

use super::args::{Args, expected};
use super::data::{DATA, int_value};
use super::lists::absent;
use super::strings::{Str, string};
use super::{Command, Kind, Param, err, opt, req};
use crate::value::bounds::{self, Patience};
use crate::value::text::place;
use crate::value::{Failure, Holds, List, Value};
use crate::world::Step;

/// The calls.
pub(super) const COMMANDS: &[Command] = &[FIND, INDEX, CONTAINS, STARTSWITH, ENDSWITH, REPLACE];

const SUB: Param = req("sub", Kind::Data).is("what to look for");
const NO_BYTES: super::KnownError = err("Usage", "text is looked for in bytes that no text holds, or it has no parts");

const FIND: Command = Command {
    name: "find",
    summary: "say where a part of text or bytes begins, counted from 0; -1 when it is not there",
    params: &[
        req("value", Kind::Data).is("text or bytes"),
        SUB,
        opt("start", Kind::Int).is("look from there on; negative from the end"),
        opt("stop", Kind::Int).is("only before that place"),
    ],
    results: &[("at", Holds::Plain)],
    returns: "a number; -1 when it is nowhere",
    python: "{VALUE}.find({SUB}<, {START}<, {STOP}>>)",
    c: "memmem(value, len, sub, sublen);",
    man: "memmem(3)",
    errors: &[NO_BYTES],
    example: "at = find \"GET / HTTP/1.1\" HTTP\nslice \"GET / HTTP/1.1\" $at\nfind hello z",
    related: &["index", "contains", "replace", "slice", "split", "recvuntil"],
    run: |_, args| find(args).map(|at| at.map_or(Value::Int(-1), int_value).into()),
    ..DATA
};

const INDEX: Command = Command {
    name: "index",
    summary: "say where a value is in a list, or a part in text or bytes; an error when it is not there",
    params: &[
        req("value", Kind::ThingOrText).or(&["a list"]).is("a list, or text or bytes in quotes"),
        req("sub", Kind::Any).is("what to look for"),
        opt("start", Kind::Int).is("look from there on; negative from the end"),
        opt("stop", Kind::Int).is("only before that place"),
    ],
    results: &[("at", Holds::Plain)],
    returns: "a number, from 0",
    python: "{VALUE}.index({SUB}<, {START}<, {STOP}>>)",
    man: "Python's list",
    errors: &[err("Usage", "it is not there")],
    example: "l = list a b c\nindex $l b\nexpect Usage index $l z",
    related: &["find", "contains", "item", "remove"],
    run: |_, args| {
        let found = match args.value(0) {
            Value::List(list) => index(args, list)?,
            _ => find(args)?,
        };
        found.map(|at| int_value(at).into()).ok_or_else(|| absent(args.value(1)))
    },
    ..DATA
};

const CONTAINS: Command = Command {
    name: "contains",
    summary: "whether a value is in a list, a part in text or bytes; a key in an object",
    params: &[
        req("value", Kind::ThingOrText)
            .or(&["a list", "an object"])
            .is("a list or an object, or text or bytes in quotes"),
        req("sub", Kind::Any).is("what to look for"),
    ],
    results: &[("found", Holds::Plain)],
    returns: "true or false",
    python: "{SUB} in {VALUE}",
    c: "strstr(value, sub) != NULL;",
    man: "strstr(3)",
    errors: &[NO_BYTES],
    example: "yes = contains \"GET / HTTP/1.1\" HTTP\nl = list 1 2 3\ncontains $l 5",
    related: &["find", "index", "startswith", "field"],
    run: |_, args| {
        let found = match args.value(0) {
            Value::List(list) => index(args, list)?.is_some(),
            Value::Object(pairs) => {
                let key = args.text(1)?;
                pairs.iter().any(|(k, _)| **k == *key)
            }
            _ => find(args)?.is_some(),
        };
        Ok(Value::Bool(found).into())
    },
    ..DATA
};

const STARTSWITH: Command = Command {
    name: "startswith",
    summary: "whether text or bytes begin with a part, or with one of a list",
    params: &[req("value", Kind::Data).is("text or bytes"), req("prefix", Kind::Data).is("a part, or a list of them")],
    results: &[("begins", Holds::Plain)],
    returns: "true or false",
    python: "{VALUE}.startswith({PREFIX})",
    c: "strncmp(value, prefix, strlen(prefix)) == 0;",
    man: "strncmp(3)",
    errors: &[NO_BYTES],
    example: "startswith \"GET / HTTP/1.1\" GET",
    related: &["endswith", "contains", "find"],
    run: |_, args| ends(args, <[u8]>::starts_with),
    ..DATA
};

const ENDSWITH: Command = Command {
    name: "endswith",
    summary: "whether text or bytes end with a part, or with one of a list",
    params: &[req("value", Kind::Data).is("text or bytes"), req("suffix", Kind::Data).is("a part, or a list of them")],
    results: &[("ends", Holds::Plain)],
    returns: "true or false",
    python: "{VALUE}.endswith({SUFFIX})",
    man: "Python's str.endswith",
    errors: &[NO_BYTES],
    example: "endswith index.html .html",
    related: &["startswith", "contains", "find"],
    run: |_, args| ends(args, <[u8]>::ends_with),
    ..DATA
};

/// Whether an end of it is the part, or one of the parts, in the second place.
fn ends(args: &Args, is: fn(&[u8], &[u8]) -> bool) -> Result<Step, Failure> {
    let whole = string(args, 0)?;
    let bytes = match &whole {
        Str::Text(t) => t.as_bytes(),
        Str::Bytes(b) => b,
    };
    let found = match args.value(1) {
        Value::List(parts) => parts.items().iter().any(|part| is(bytes, &part.wire())),
        Value::None | Value::Object(_) | Value::Handle(_) => return Err(expected(1, "text or bytes", args.value(1))),
        part => is(bytes, &part.wire()),
    };
    Ok(Value::Bool(found).into())
}

const REPLACE: Command = Command {
    name: "replace",
    summary: "put other text or bytes in the place of a part; everywhere, or the first N times",
    params: &[
        req("value", Kind::Data).is("text or bytes"),
        req("old", Kind::Data).is("the part; empty, it is before every character and at the end"),
        req("new", Kind::Data).is("what to put there; empty takes it out"),
        opt("count", Kind::Int).is("how many at most, from the left; all if left out"),
    ],
    results: &[("value", Holds::Plain)],
    returns: "text for text, bytes for bytes",
    python: "{VALUE}.replace({OLD}, {NEW}<, {COUNT}>)",
    man: "Python's str.replace",
    errors: &[err("Usage", "bytes that no text holds are to be put into text, or the result is too long")],
    example: "replace \"a-b-c\" - +\nreplace \"a-b-c\" - \"\" 1",
    related: &["find", "split", "join", "strip"],
    run: |_, args| replace(args).map(Step::from),
    ..DATA
};

/// Where the part is, within the bounds: counted in characters of text, in bytes of bytes.
fn find(args: &Args) -> Result<Option<usize>, Failure> {
    match string(args, 0).map_err(|_| expected(0, "text, bytes or a list", args.value(0)))? {
        Str::Text(text) => {
            let sub = part(args)?;
            let sub = std::str::from_utf8(&sub)
                .map_err(|_| Failure::usage("these bytes are no text, so no text has them in it").at(1))?;
            let chars = if text.is_ascii() { text.len() } else { text.chars().count() };
            let Some((from, to)) = bounds(args, chars)? else { return Ok(None) };
            let offset = |n: usize| if chars == text.len() { n } else { char_offset(&text, n) };
            let (start, end) = (offset(from), offset(to));
            let found = text[start..end].find(sub);
            Ok(found
                .map(|at| if chars == text.len() { from + at } else { from + text[start..start + at].chars().count() }))
        }
        Str::Bytes(bytes) => {
            let Some((from, to)) = bounds(args, bytes.len())? else { return Ok(None) };
            Ok(place(&bytes[from..to], &part(args)?).map(|at| from + at))
        }
    }
}

/// What is looked for. A list or a live thing is in no text.
fn part(args: &Args) -> Result<std::borrow::Cow<'_, [u8]>, Failure> {
    match args.value(1) {
        Value::List(_) | Value::Object(_) | Value::Handle(_) | Value::None => {
            Err(expected(1, "text or bytes", args.value(1)))
        }
        part => Ok(part.wire()),
    }
}

fn char_offset(text: &str, chars: usize) -> usize {
    text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
}

/// The bounds in the third and fourth place, in Python's manner; none where nothing can lie between them.
fn bounds(args: &Args, len: usize) -> Result<Option<(usize, usize)>, Failure> {
    let end = |i: usize, otherwise: usize| -> Result<i128, Failure> {
        if *args.value(i) == Value::None {
            return Ok(otherwise as i128);
        }
        let n = args.int(i)?;
        Ok(if n < 0 { n.saturating_add(len as i128).max(0) } else { n })
    };
    let (from, to) = (end(2, 0)?, end(3, len)?.min(len as i128));
    Ok((from <= to).then_some((from as usize, to as usize)))
}

fn index(args: &Args, list: &Rc<List>) -> Result<Option<usize>, Failure> {
    let Some((from, to)) = bounds(args, list.len())? else { return Ok(None) };
    let found = list.items()[from..to].iter().position(|v| v == args.value(1));
    Ok(found.map(|at| from + at))
}

fn replace(args: &Args) -> Result<Value, Failure> {
    let most = match args.value(3) {
        Value::None => usize::MAX,
        _ => usize::try_from(args.int(3)?).unwrap_or(usize::MAX),
    };
    let (whole, old, new) = (string(args, 0)?, args.data(1), args.data(2));
    let bytes = match &whole {
        Str::Text(t) => t.as_bytes(),
        Str::Bytes(b) => b,
    };
    let is_text = matches!(whole, Str::Text(_));
    bounds::text(bytes.len())?;
    let mut out = Vec::with_capacity(bytes.len());
    let (mut at, mut done) = (0, 0);
    let mut patience = Patience::new();
    while done < most {
        let found = if old.is_empty() { Some(0) } else { place(&bytes[at..], &old) };
        let Some(found) = found else { break };
        bounds::extend(&mut out, &bytes[at..at + found])?;
        bounds::extend(&mut out, &new)?;
        patience.spend(1)?;
        at += found + old.len();
        done += 1;
        if old.is_empty() {
            // Before every character and at the end.
            let Some(first) = bytes.get(at) else { break };
            let wide = if is_text { utf8_len(*first) } else { 1 };
            bounds::extend(&mut out, &bytes[at..at + wide])?;
            at += wide;
        }
    }
    bounds::extend(&mut out, &bytes[at..])?;
    if is_text {
        String::from_utf8(out).map(Value::text).map_err(|_| Failure::usage("these bytes are no text").at(2))
    } else {
        Ok(Value::bytes(out))
    }
}

/// How long a character of UTF-8 is that begins so.
fn utf8_len(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

/// The entries of a list put together, with a separator between them: Python's `SEP.join(LIST)`.
pub(super) fn joined(args: &Args) -> Result<Value, Failure> {
    let (separator, list) = (args.value(0), args.value(1));
    let Value::List(list) = list else {
        return Err(expected(1, "a list", list).note("join SEP LIST puts the texts of a list together"));
    };
    let mut is_bytes = matches!(separator, Value::Bytes(_));
    let (mut out, between) = (Vec::new(), separator.wire());
    let mut patience = Patience::new();
    for (i, entry) in list.items().iter().enumerate() {
        match entry {
            Value::Text(_) => {}
            Value::Bytes(_) => is_bytes = true,
            other => {
                return Err(Failure::usage(format!(
                    "entry {i} is {}, and only text and bytes are joined",
                    other.kind()
                ))
                .at(1)
                .note("str makes text of a value"));
            }
        }
        if i > 0 {
            bounds::extend(&mut out, &between)?;
        }
        bounds::extend(&mut out, &entry.wire())?;
        patience.spend(1)?;
    }
    match String::from_utf8(out) {
        Ok(text) if !is_bytes => Ok(Value::text(text)),
        Ok(text) => Ok(Value::bytes(text)),
        Err(e) => Ok(Value::bytes(e.into_bytes())),
    }
}
