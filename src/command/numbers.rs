//! Numbers and text of values: Python's `int`, `float`, `str` and `repr`.

use super::args::{Args, expected};
use super::data::DATA;
use super::strings::is_space;
use super::{Command, Kind, err, opt, req};
use crate::value::codec::{self, Errors};
use crate::value::{Failure, Holds, Value, text};
use crate::world::Step;

/// The calls.
pub(super) const COMMANDS: &[Command] = &[INT, FLOAT, STR, REPR];

const INT: Command = Command {
    name: "int",
    summary: "make a whole number of text, bytes of digits, or another number",
    params: &[req("value", Kind::Data), opt("base", Kind::Int).is("2 to 36; 0 goes by 0x, 0o, 0b; 10 if left out")],
    results: &[("n", Holds::Reckoned)],
    returns: "a whole number",
    python: "int({VALUE}<, {BASE}>)",
    c: "n = strtol(text, &end, 10);",
    man: "strtol(3)",
    errors: &[err("Usage", "it is no whole number of that base")],
    example: "int \" 42 \"\nint ff 16\nint 0x1f 0",
    related: &["float", "str"],
    run: |_, args| int(args).map(Step::from),
    ..DATA
};

fn int(args: &Args) -> Result<Value, Failure> {
    let based = *args.value(1) != Value::None;
    let base = if based { args.int(1)? } else { 10 };
    let written = match args.value(0) {
        Value::Text(s) => s.as_bytes(),
        Value::Bytes(b) => b,
        _ if based => return Err(Failure::usage("only text and bytes have a base").at(1)),
        Value::Int(n) => return Ok(Value::Int(*n)),
        Value::Bool(b) => return Ok(Value::Int((*b).into())),
        Value::Float(x) if x.abs() < 2f64.powi(127) => return Ok(Value::Int(x.trunc() as i128)),
        Value::Float(x) => {
            return Err(Failure::usage(format!("invalid number: {} is too large", text::float(*x))).at(0));
        }
        other => return Err(expected(0, "text or a number", other)),
    };
    if base != 0 && !(2..=36).contains(&base) {
        return Err(Failure::usage("the base is 0 or 2 to 36").at(1));
    }
    parse_int(written, base as u32).map(Value::Int).ok_or_else(|| {
        let failure = Failure::usage(format!("invalid number: {} (base {base})", args.value(0).show())).at(0);
        if written.is_empty() {
            failure.note("it is empty")
        } else if !based && parse_int(written, 0).is_some() {
            failure.note("base 0 goes by the prefix: 0x, 0o, 0b")
        } else if !based && std::str::from_utf8(written).is_ok_and(|s| s.trim_matches(is_space).parse::<f64>().is_ok())
        {
            failure.note("float reads numbers with a fraction")
        } else {
            failure
        }
    })
}

/// A whole number as Python's `int` reads it: white space around it, a sign, the prefix of its base.
fn parse_int(written: &[u8], base: u32) -> Option<i128> {
    let trimmed = std::str::from_utf8(written).ok()?.trim_matches(is_space);
    let (minus, digits) = match trimmed.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let prefixed = [(16, "0x", "0X"), (8, "0o", "0O"), (2, "0b", "0B")]
        .into_iter()
        .filter(|(of, ..)| base == 0 || base == *of)
        .find_map(|(of, small, large)| Some((of, digits.strip_prefix(small).or_else(|| digits.strip_prefix(large))?)));
    let (base, digits) = match prefixed {
        Some(found) => found,
        // As in Python, 010 is no number where the prefix says the base.
        None if base == 0 && digits.starts_with('0') && digits.contains(|c| c != '0') => return None,
        None => (if base == 0 { 10 } else { base }, digits),
    };
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    // The sign is read with the digits, or the least number would not fit.
    i128::from_str_radix(&format!("{}{digits}", if minus { "-" } else { "" }), base).ok().filter(|_| !digits.is_empty())
}

const FLOAT: Command = Command {
    name: "float",
    summary: "make a number with a fraction of text, bytes or another number",
    params: &[req("value", Kind::Data)],
    results: &[("x", Holds::Plain)],
    returns: "a number with a fraction",
    python: "float({VALUE})",
    c: "x = strtod(text, &end);",
    man: "strtod(3)",
    errors: &[err("Usage", "it is no number")],
    example: "float \" 2.5 \"\nfloat 1e3",
    related: &["int", "str"],
    run: |_, args| float(args).map(Step::from),
    ..DATA
};

fn float(args: &Args) -> Result<Value, Failure> {
    let written = match args.value(0) {
        Value::Text(s) => s.as_bytes(),
        Value::Bytes(b) => b,
        other => return other.number().map(Value::Float).ok_or_else(|| expected(0, "text or a number", other)),
    };
    let parsed = std::str::from_utf8(written).ok().and_then(|s| s.trim_matches(is_space).parse().ok());
    parsed.map(Value::Float).ok_or_else(|| Failure::usage(format!("invalid number: {}", args.value(0).show())).at(0))
}

const STR: Command = Command {
    name: "str",
    summary: "make text of a value; bytes are read as UTF-8",
    params: &[req("value", Kind::Any).is("of any kind")],
    results: &[("text", Holds::Plain)],
    returns: "text",
    python: "str({VALUE})",
    c: "snprintf(text, sizeof text, \"%d\", value);",
    man: "snprintf(3)",
    errors: &[err("Decode", "the bytes, or the name of an AF_UNIX address, are not UTF-8")],
    example: "str 9999",
    related: &["repr", "decode", "int"],
    run: |_, args| str(args).map(Step::from),
    ..DATA
};

fn str(args: &Args) -> Result<Value, Failure> {
    match args.value(0) {
        Value::Text(s) => Ok(Value::Text(s.clone())),
        other => codec::decode(&other.wire(), "utf-8", Errors::Strict).map(Value::text).map_err(|f| f.at(0)),
    }
}

const REPR: Command = Command {
    name: "repr",
    summary: "make text of a value as results are shown (in quotes and with escapes)",
    params: &[req("value", Kind::Any).is("of any kind")],
    results: &[("text", Holds::Plain)],
    returns: "text",
    example: "text = repr \"a\\tb\"\nprint $text",
    related: &["str", "print"],
    run: |_, args| Ok(Value::text(args.value(0).show()).into()),
    ..DATA
};
