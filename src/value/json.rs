//! JSON: what `dumps` writes, what `loads` reads, and values as `--json` shows them.

use std::fmt::Write;
use std::rc::Rc;

use serde_json::error::Category;

use super::{Failure, Name, Value, text};

/// How deep lists and objects may stand in each other; the reader has the same limit.
pub const MAX_DEPTH: usize = 127;

/// An object of these keys and values, as Python's `json.dumps` writes it: `{"a": 1, "b": "x"}`, what is not
/// ASCII as `\uXXXX`. An address is written as its text. Bytes and live things have no JSON form.
pub fn dumps(pairs: &[(Rc<str>, Value)]) -> Result<String, Failure> {
    let mut out = String::new();
    object(&mut out, pairs, 1)?;
    Ok(out)
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
            for (i, item) in items.iter().enumerate() {
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

/// A value as `--json` shows it. Nothing is lost but the type: bytes are text when they are UTF-8, else
/// `{"bytes": "00ff"}` in hexadecimal; addresses and live things are their text; a whole number that 64 bits do
/// not hold, and a float that is not finite, are text; below [`MAX_DEPTH`] stands `"..."`.
pub fn to_json(value: &Value) -> serde_json::Value {
    json_at(value, 0)
}

fn json_at(value: &Value, depth: usize) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Value::List(_) | Value::Object(_) if depth >= MAX_DEPTH => "...".into(),
        Value::None => Json::Null,
        Value::Bool(b) => (*b).into(),
        Value::Int(n) => serde_json::Number::from_i128(*n).map_or_else(|| n.to_string().into(), Json::Number),
        Value::Float(x) => serde_json::Number::from_f64(*x).map_or_else(|| text::float(*x).into(), Json::Number),
        Value::Text(s) => (&**s).into(),
        Value::Bytes(b) => match std::str::from_utf8(b) {
            Ok(s) => s.into(),
            Err(_) => serde_json::json!({ "bytes": hex(b) }),
        },
        Value::List(items) => items.iter().map(|v| json_at(v, depth + 1)).collect(),
        Value::Object(pairs) => pairs.iter().map(|(k, v)| (k.to_string(), json_at(v, depth + 1))).collect(),
        Value::Addr(_) | Value::Handle(_) => value.to_string().into(),
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The value that a JSON document says. Whole numbers beyond 64 bits become floats.
pub fn loads(document: &str) -> Result<Value, Failure> {
    serde_json::from_str(document).map(from_json).map_err(|error| not_json(document, &error))
}

fn from_json(json: serde_json::Value) -> Value {
    use serde_json::Value as Json;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_values_are_json() {
        let list = Value::list(vec![
            Value::bytes("黑".as_bytes()),
            Value::bytes(b"\x00\xff"),
            Value::Int(1 << 70),
            Value::Float(f64::NAN),
        ]);
        assert_eq!(to_json(&list).to_string(), r#"["黑",{"bytes":"00ff"},"1180591620717411303424","nan"]"#);
        assert_eq!(to_json(&Value::Addr("127.0.0.1:80".parse().unwrap())), "127.0.0.1:80");
        let deep = (0..200).fold(Value::None, |v, _| Value::list(vec![v]));
        assert!(to_json(&deep).to_string().contains("..."));
    }
}
