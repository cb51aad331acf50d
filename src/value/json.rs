//! JSON: what `dumps` writes, what `loads` reads, and values as `--json` shows them.

use std::fmt::Write;
use std::rc::Rc;

use serde_json::error::Category;
use serde_json::{Value as Json, json as make};

use super::digits::base64;
use super::{Addr, Failure, Name, Value, bounds, text};

/// How deep lists and objects may stand in each other; the reader has the same limit.
pub const MAX_DEPTH: usize = 127;
/// How deep a value is shown: with the event around it, readers of JSON take no more.
const TYPED_DEPTH: usize = 110;

/// An object of these keys and values, as Python's `json.dumps` writes it: `{"a": 1, "b": "x"}`, what is not
/// ASCII as `\uXXXX`. An address is written as its text. Bytes and live things have no JSON form.
pub fn dumps(pairs: &[(Rc<str>, Value)]) -> Result<String, Failure> {
    let mut out = String::new();
    object(&mut out, pairs, 1)?;
    bounds::text(out.len()).map(|()| out)
}

fn object(out: &mut String, pairs: &[(Rc<str>, Value)], depth: usize) -> Result<(), Failure> {
    out.push('{');
    // A key that comes twice keeps its first place and its last value, as in a Python dict.
    let first = |i: usize| !pairs[..i].iter().any(|(k, _)| *k == pairs[i].0);
    for i in (0..pairs.len()).filter(|&i| first(i)) {
        let key = &pairs[i].0;
        let value = pairs.iter().rev().find(|(k, _)| k == key).map_or(&Value::None, |(_, v)| v);
        if i > 0 {
            out.push_str(", ");
        }
        quote(out, key);
        out.push_str(": ");
        write_value(out, value, depth)?;
    }
    out.push('}');
    Ok(())
}

fn write_value(out: &mut String, value: &Value, depth: usize) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err(Failure::usage(format!("JSON nests at most {MAX_DEPTH} deep")));
    }
    match value {
        Value::None => out.push_str("null"),
        Value::Float(x) if x.is_nan() => out.push_str("NaN"),
        Value::Float(x) if x.is_infinite() => out.push_str(if *x > 0.0 { "Infinity" } else { "-Infinity" }),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => out.push_str(&value.to_string()),
        Value::Text(s) => quote(out, s),
        Value::Addr(a) => quote(out, &a.to_string()),
        Value::List(items) => {
            out.push('[');
            for (i, item) in items.items().iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_value(out, item, depth + 1)?;
            }
            out.push(']');
        }
        Value::Object(pairs) => object(out, pairs, depth + 1)?,
        Value::Bytes(_) => {
            return Err(Failure::usage("bytes have no JSON form").note("decode makes text of them"));
        }
        Value::Handle(h) => return Err(Failure::usage(format!("{} has no JSON form", h.kind()))),
    }
    Ok(())
}

fn quote(out: &mut String, s: &str) {
    out.push('"');
    for c in s.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// A value as `--json` shows it. What JSON has no form for is an object whose first key tells what it is; so is an object
/// of the program, `{"object": {...}}`, so that no value can pass for another. docs/events.md has the list.
pub fn typed(value: &Value) -> Json {
    typed_at(value, 0)
}

fn typed_at(value: &Value, depth: usize) -> Json {
    match value {
        Value::List(_) | Value::Object(_) if depth >= TYPED_DEPTH => make!({ "cut": value.kind() }),
        Value::None => Json::Null,
        Value::Bool(b) => (*b).into(),
        // Beyond these a reader that has floats alone would read another number.
        Value::Int(n) if n.unsigned_abs() <= 1 << 53 => (*n as i64).into(),
        Value::Int(n) => make!({ "int": n.to_string() }),
        Value::Float(x) if x.is_finite() => (*x).into(),
        Value::Float(x) => make!({ "float": text::float(*x) }),
        Value::Text(s) => (&**s).into(),
        Value::Bytes(b) => match std::str::from_utf8(b) {
            Ok(s) => make!({ "bytes": s, "encoding": "utf-8" }),
            Err(_) => make!({ "bytes": base64(b), "encoding": "base64" }),
        },
        Value::List(items) => items.items().iter().map(|v| typed_at(v, depth + 1)).collect(),
        Value::Object(pairs) => make!({ "object": fields(pairs, depth + 2) }),
        Value::Addr(a) => address(a),
        Value::Handle(handle) => {
            let label = (handle.key().into(), Value::text(handle.label()));
            let pairs = handle.fields().into_iter().map(|(key, value)| (key.into(), value));
            fields(&std::iter::once(label).chain(pairs).collect::<Vec<_>>(), depth + 1)
        }
    }
}

/// Pairs as an object, each value typed. A row of a table, a fact of the record: what is known to be an object.
pub fn row(value: &Value) -> Json {
    let Value::Object(pairs) = value else { return typed(value) };
    fields(pairs, 1)
}

fn fields(pairs: &[(Rc<str>, Value)], depth: usize) -> Json {
    pairs.iter().map(|(key, value)| (key.to_string(), typed_at(value, depth))).collect()
}

fn address(addr: &Addr) -> Json {
    let name = |bytes: &Rc<[u8]>| match std::str::from_utf8(bytes) {
        Ok(s) => s.into(),
        Err(_) => typed(&Value::bytes(bytes)),
    };
    match addr {
        Addr::V4(a) => make!({ "host": a.ip().to_string(), "port": a.port() }),
        Addr::V6(a) => make!({
            "host": a.ip().to_string(), "port": a.port(), "flowinfo": a.flowinfo(), "scope_id": a.scope_id(),
        }),
        Addr::Path(path) => make!({ "path": name(path) }),
        Addr::Abstract(abstract_name) => make!({ "abstract": name(abstract_name) }),
        Addr::Unnamed => make!({ "unnamed": true }),
        Addr::Special(special) => {
            let family = ("family", Value::Int(special.family().into()));
            let parts = std::iter::once(family).chain(special.parts());
            Json::Object(parts.map(|(key, value)| (key.to_string(), typed(&value))).collect())
        }
        Addr::Other(family, bytes) => make!({ "family": family, "data": typed(&Value::bytes(bytes)) }),
    }
}

/// The value that a JSON document says. Whole numbers beyond 64 bits become floats.
pub fn loads(document: &str) -> Result<Value, Failure> {
    // No document has more values than these stand between.
    bounds::list(document.bytes().filter(|b| matches!(b, b',' | b':' | b'[')).count())?;
    serde_json::from_str(document).map(from_json).map_err(|error| not_json(document, &error))
}

fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(b) => Value::Bool(b),
        Json::Number(n) => match n.as_i128() {
            Some(n) => Value::Int(n),
            None => Value::Float(n.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(s) => Value::text(s),
        Json::Array(items) => Value::list(items.into_iter().map(from_json).collect()),
        Json::Object(pairs) => {
            Value::Object(Rc::new(pairs.into_iter().map(|(k, v)| (k.into(), from_json(v))).collect()))
        }
    }
}

fn not_json(document: &str, error: &serde_json::Error) -> Failure {
    let failure = Failure::with(Name::Decode, format!("not a JSON document: {error}"));
    let at_first =
        || document.lines().nth(error.line().saturating_sub(1)).and_then(|l| l.chars().nth(error.column() - 1));
    if document.trim().is_empty() {
        failure.note("the text is empty")
    } else if error.classify() == Category::Eof {
        failure.note("the document is cut: a stream has no message boundaries, so receive the rest of it first")
    } else if error.to_string().starts_with("trailing characters") {
        failure.note("one document ended before: a stream has no message boundaries, so split the messages first")
    } else if error.column() > 0 && at_first() == Some('\'') {
        failure.note("JSON puts text in double quotes")
    } else {
        failure
    }
}
