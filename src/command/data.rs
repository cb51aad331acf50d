//! Text, bytes, numbers: the calls of Python's `str`, `bytes`, `struct` and `json` that socket programs use.
//!
//! None of them touches the world. What is done to text is done to bytes too, and gives bytes again, with the
//! ASCII rules of Python's `bytes`.

use std::borrow::Cow;
use std::rc::Rc;

use super::args::{Arg, Args, expected};
use super::{Command, Group, Kind, base, err, opt, req, rest};
use crate::value::{Failure, Holds, Name, Reply, Value, codec, json, pack, text};
use crate::world::Step;

/// The calls of this group.
pub const COMMANDS: &[Command] = &[
    ENCODE, DECODE, PACK, UNPACK, CALCSIZE, DUMPS, LOADS, FIELD, UPPER, LOWER, STRIP, SPLIT, SLICE, LIST, ITEM, LEN,
    INT, FLOAT, STR, REPR,
];

/// What the calls below have in common.
const DATA: Command = base(Group::Data);

const ENCODE: Command = Command {
    name: "encode",
    summary: "turn text into the bytes of an encoding",
    params: &[
        req("text", Kind::Text).is("text; a number is taken as text, too"),
        opt("encoding", Kind::Encoding).is("utf-8 (the default), gbk, gb18030, big5, latin-1, ascii, utf-16, ..."),
    ],
    results: &[("data", Holds::Bytes)],
    returns: "bytes",
    python: "{TEXT}.encode(<{ENCODING}>)",
    c: "iconv(cd, &in, &inleft, &out, &outleft);",
    man: "iconv(3)",
    errors: &[
        err("Decode", "the encoding has no such character"),
        err("Usage", "there is no such encoding, or it is bytes already"),
    ],
    example: "data = encode \"黑马 aB1!\" gbk\nlen $data",
    related: &["decode", "send", "len"],
    run: |_, args| encode(args).map(Step::from),
    ..DATA
};

fn encode(args: &Args) -> Result<Value, Failure> {
    if let Value::Bytes(_) = args.value(0) {
        return Err(Failure::usage("these are bytes already: decode makes text of them").at(0));
    }
    codec::encode(&args.text(0)?, &encoding(args)?).map(Value::bytes).map_err(at_its_argument)
}

const DECODE: Command = Command {
    name: "decode",
    summary: "turn bytes into the text they are in an encoding",
    params: &[req("bytes", Kind::Data), opt("encoding", Kind::Encoding).is("utf-8 if left out")],
    results: &[("text", Holds::Plain)],
    returns: "text",
    python: "{BYTES}.decode(<{ENCODING}>)",
    c: "iconv(cd, &in, &inleft, &out, &outleft);",
    man: "iconv(3)",
    errors: &[
        err("Decode", "the bytes are not text of that encoding, or end within a character"),
        err("Usage", "there is no such encoding"),
    ],
    example: r#"text = decode "\xba\xda\xc2\xed" gbk
expect Decode decode "\xba\xda\xc2\xed" utf-8"#,
    related: &["encode", "recv", "Decode"],
    run: |_, args| decode(args).map(Step::from),
    ..DATA
};

fn decode(args: &Args) -> Result<Value, Failure> {
    codec::decode(&args.data(0), &encoding(args)?).map(Value::text).map_err(at_its_argument)
}

/// The encoding in the second place, utf-8 when it is left out.
fn encoding(args: &Args) -> Result<Cow<'_, str>, Failure> {
    if args.has(1) { args.text(1) } else { Ok("utf-8".into()) }
}

fn at_its_argument(failure: Failure) -> Failure {
    let place = usize::from(failure.name == Name::Usage);
    failure.at(place)
}

const PACK: Command = Command {
    name: "pack",
    summary: "lay values out in bytes as a format says",
    notes: &["The cure for a stream without messages: send the length first, `pack !I N`, then as many bytes."],
    params: &[
        req("format", Kind::Text).is("! network order, < little, > big, @ this machine's; then a letter a value: B H \
                                      I Q and b h i q by size, 4s for bytes, f d for fractions"),
        rest("value", Kind::Any).is("one for each letter"),
    ],
    results: &[("data", Holds::Bytes)],
    returns: "bytes",
    python: "struct.pack({FORMAT}<, {VALUE}>)",
    c: "struct { uint16_t a; uint32_t b; } data = { htons(9999), htonl(7) };",
    man: "Python's struct module",
    errors: &[err("Usage", "a bad format, a value that does not fit its code, or too few or too many values")],
    example: "data = pack !HI 9999 7\nlinger = pack ii 1 5",
    related: &["unpack", "calcsize", "htons"],
    run: |_, args| pack::pack(&args.text(0)?, &args.rest_values(1)).map(|data| Value::bytes(data).into()),
    ..DATA
};

const UNPACK: Command = Command {
    name: "unpack",
    summary: "take apart bytes that are laid out as a format says",
    params: &[
        req("format", Kind::Text).is("as in pack"),
        req("bytes", Kind::Data).is("exactly as many as the format describes"),
    ],
    results: &[("value...", Holds::Plain)],
    returns: "the values; a single one stands alone",
    python: "struct.unpack({FORMAT}, {BYTES})",
    c: "memcpy(&it, data, sizeof it); a = ntohs(it.a); b = ntohl(it.b);",
    man: "Python's struct module",
    errors: &[err("Usage", "a bad format, or not as many bytes as it describes")],
    example: "data = pack !HI 9999 7\na, b = unpack !HI $data",
    related: &["pack", "calcsize", "recv", "MSG_WAITALL"],
    run: |_, args| unpack(args).map(Step::from),
    ..DATA
};

/// One value comes alone, not in a list.
fn unpack(args: &Args) -> Result<Reply, Failure> {
    let mut values = pack::unpack(&args.text(0)?, &args.data(1))?;
    Ok(match values.len() {
        1 => Reply::One(values.remove(0)),
        _ => Reply::Many(values),
    })
}

const CALCSIZE: Command = Command {
    name: "calcsize",
    summary: "say how many bytes a format describes",
    params: &[req("format", Kind::Text).is("as in pack")],
    results: &[("size", Holds::Count)],
    returns: "bytes",
    python: "struct.calcsize({FORMAT})",
    c: "sizeof(struct it);",
    man: "Python's struct module",
    errors: &[err("Usage", "a bad format")],
    example: "calcsize !HI\ncalcsize @HI",
    related: &["pack", "unpack"],
    run: |_, args| pack::size(&args.text(0)?).map(|n| int_value(n).into()).map_err(|f| f.at(0)),
    ..DATA
};

fn int_value(n: usize) -> Value {
    Value::Int(n as i128)
}

const DUMPS: Command = Command {
    name: "dumps",
    summary: "write an object, made of KEY=VALUE and other objects, as JSON",
    params: &[rest("pair", Kind::Pair).is("KEY=VALUE, or an object whose fields are taken")],
    results: &[("text", Holds::Plain)],
    returns: "JSON text",
    python: "json.dumps(dict({PAIR}))",
    man: "Python's json module",
    errors: &[err("Usage", "a value that JSON has no form for, such as bytes or a socket")],
    example: "text = dumps user=ann age=5",
    related: &["loads", "field"],
    run: |_, args| dumps(args).map(Step::from),
    ..DATA
};

fn dumps(args: &Args) -> Result<Value, Failure> {
    let mut pairs = Vec::new();
    for (i, arg) in args.rest(0).iter().enumerate() {
        match arg {
            Arg::Pair(key, value) => pairs.push((Rc::clone(key), value.clone())),
            Arg::Value(Value::Object(object)) => pairs.extend(object.iter().cloned()),
            _ => return Err(Failure::usage("KEY=VALUE or an object is needed here").at(i)),
        }
    }
    json::dumps(&pairs).map(Value::text)
}

const LOADS: Command = Command {
    name: "loads",
    summary: "read a JSON document",
    params: &[req("text", Kind::Data)],
    results: &[("object", Holds::Plain)],
    returns: "the value: an object, a list, a number, text, ...",
    python: "json.loads({TEXT})",
    man: "Python's json module",
    errors: &[err("Decode", "not JSON, or cut: a stream has no message boundaries")],
    example: "obj = loads '{\"user\": \"ann\", \"age\": 5}'\nfield $obj age",
    related: &["dumps", "field", "item"],
    run: |_, args| loads(args).map(Step::from),
    ..DATA
};

fn loads(args: &Args) -> Result<Value, Failure> {
    let document = codec::decode(&args.data(0), "utf-8").map_err(|f| f.at(0))?;
    json::loads(&document).map_err(|f| f.at(0))
}

const FIELD: Command = Command {
    name: "field",
    summary: "take a field of an object by its key",
    params: &[
        req("object", Kind::Any).is("an object that loads gave"),
        req("key", Kind::Text).is("the name of a field"),
    ],
    results: &[("value", Holds::Plain)],
    returns: "the field's value",
    python: "{OBJECT}[{KEY}]",
    man: "Python's dict",
    errors: &[err("Usage", "the object has no such key")],
    example: "obj = loads '{\"user\": \"ann\", \"age\": 5}'\nage = field $obj age",
    related: &["loads", "item", "dumps"],
    run: |_, args| field(args).map(Step::from),
    ..DATA
};

fn field(args: &Args) -> Result<Value, Failure> {
    let Value::Object(pairs) = args.value(0) else {
        let failure = expected(0, "an object", args.value(0));
        return Err(match args.value(0) {
            Value::List(_) => failure.note("item takes a value of a list by its number"),
            Value::Text(_) | Value::Bytes(_) => failure.note("loads reads an object from JSON text"),
            _ => failure,
        });
    };
    let key = args.text(1)?;
    if let Some((_, value)) = pairs.iter().find(|(k, _)| **k == *key) {
        return Ok(value.clone());
    }
    let failure = Failure::usage(format!("the object has no field {}", text::quote_text(&key))).at(1);
    Err(match text::nearest(&key, pairs.iter().map(|(k, _)| &**k)) {
        Some(near) => failure.note(format!("did you mean {}?", text::quote_text(near))),
        None if pairs.is_empty() => failure.note("it is empty"),
        None => {
            let keys: Vec<_> = pairs.iter().take(20).map(|(k, _)| text::quote_text(k)).collect();
            failure.note(format!("it has: {}", keys.join(" ")))
        }
    })
}

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
    run: |_, args| string(args, 0).map(|s| s.map(str::to_uppercase, <[u8]>::to_ascii_uppercase).into()),
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
    run: |_, args| string(args, 0).map(|s| s.map(str::to_lowercase, <[u8]>::to_ascii_lowercase).into()),
    ..DATA
};

/// What a call for text works on.
enum Str<'a> {
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
}

impl Str<'_> {
    fn map(&self, text: impl Fn(&str) -> String, bytes: impl Fn(&[u8]) -> Vec<u8>) -> Value {
        match self {
            Self::Text(t) => Value::text(text(t)),
            Self::Bytes(b) => Value::bytes(bytes(b)),
        }
    }
}

/// The text or the bytes in that place; of anything else but lists and live things, its text.
fn string(args: &Args, i: usize) -> Result<Str<'_>, Failure> {
    match args.value(i) {
        Value::Bytes(b) => Ok(Str::Bytes(b)),
        Value::Text(s) => Ok(Str::Text(Cow::Borrowed(s))),
        other @ (Value::Addr(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_)) => {
            Ok(Str::Text(other.to_string().into()))
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
fn is_space(c: char) -> bool {
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
    errors: &[err("Usage", "an empty separator")],
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
        (Str::Text(t), Value::None) => split_at_space(&t, is_space, most).into_iter().map(Value::text).collect(),
        (Str::Bytes(b), Value::None) => {
            // Bytes as characters of the same number: all of Latin-1, of which only ASCII's spaces count.
            let latin: String = b.iter().map(|byte| char::from(*byte)).collect();
            let space = |c: char| u8::try_from(c).is_ok_and(is_space_byte);
            let bytes = |part: &str| Value::bytes(part.chars().map(|c| c as u8).collect::<Vec<_>>());
            split_at_space(&latin, space, most).into_iter().map(bytes).collect()
        }
        (string, _) => {
            let sep = args.data(1);
            if sep.is_empty() {
                return Err(Failure::usage("empty separator").at(1).note("without one, split cuts at white space"));
            }
            match string {
                Str::Text(t) => t.splitn(most.saturating_add(1), &*args.text(1)?).map(Value::text).collect(),
                Str::Bytes(b) => split_bytes(b, &sep, most).into_iter().map(Value::bytes).collect(),
            }
        }
    };
    Ok(Value::list(parts))
}

fn split_at_space(text: &str, space: impl Fn(char) -> bool + Copy, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start_matches(space);
    while !rest.is_empty() {
        let end = if parts.len() == most { rest.len() } else { rest.find(space).unwrap_or(rest.len()) };
        parts.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(space);
    }
    parts
}

fn split_bytes<'a>(bytes: &'a [u8], sep: &[u8], most: usize) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut rest = bytes;
    while parts.len() < most
        && let Some(at) = rest.windows(sep.len()).position(|window| window == sep)
    {
        parts.push(&rest[..at]);
        rest = &rest[at + sep.len()..];
    }
    parts.push(rest);
    parts
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
    let range = |len: usize| -> Result<std::ops::Range<usize>, Failure> {
        let start = place(args, 1, len)?.unwrap_or(0);
        Ok(start..place(args, 2, len)?.unwrap_or(len).max(start))
    };
    if let Value::List(items) = args.value(0) {
        return Ok(Value::list(items[range(items.len())?].to_vec()));
    }
    match string(args, 0).map_err(|_| expected(0, "text, bytes or a list", args.value(0)))? {
        Str::Bytes(b) => Ok(Value::bytes(&b[range(b.len())?])),
        Str::Text(t) => {
            let range = range(t.chars().count())?;
            let part: String = t.chars().skip(range.start).take(range.len()).collect();
            Ok(Value::text(part))
        }
    }
}

/// An end of a slice in Python's manner: negative from the end, cut to the length; none when it is left out.
fn place(args: &Args, i: usize, len: usize) -> Result<Option<usize>, Failure> {
    match args.value(i) {
        Value::None => Ok(None),
        Value::Int(n) => {
            let n = if *n < 0 { n.saturating_add(len as i128) } else { *n };
            Ok(Some(n.clamp(0, len as i128) as usize))
        }
        other => Err(expected(i, "a whole number or none", other)),
    }
}

const LIST: Command = Command {
    name: "list",
    summary: "make a list of values",
    params: &[rest("value", Kind::Any).is("of any kind")],
    results: &[("list", Holds::Plain)],
    returns: "a list",
    python: "[{VALUE}]",
    man: "Python's list",
    example: "ports = list 9001 9002 9003\nlen $ports",
    related: &["item", "len", "slice"],
    run: |_, args| Ok(Value::list(args.rest_values(0)).into()),
    ..DATA
};

const ITEM: Command = Command {
    name: "item",
    summary: "take a value of a list by its number (from 0, or from the end with -1)",
    params: &[req("list", Kind::Any).is("a list"), req("n", Kind::Int).is("from 0; -1 is the last")],
    results: &[("value", Holds::Plain)],
    returns: "the value",
    python: "{LIST}[{N}]",
    c: "it[0];",
    man: "Python's list",
    errors: &[err("Usage", "the list has no such item")],
    example: "ports = list 9001 9002\nitem $ports 0\nitem $ports -1",
    related: &["list", "len", "field"],
    run: |_, args| item(args).map(Step::from),
    ..DATA
};

fn item(args: &Args) -> Result<Value, Failure> {
    let Value::List(items) = args.value(0) else {
        let failure = expected(0, "a list", args.value(0));
        return Err(match args.value(0) {
            Value::Text(_) | Value::Bytes(_) => failure.note("slice takes a part of text or bytes"),
            Value::Object(_) => failure.note("field takes a value of an object by its key"),
            _ => failure,
        });
    };
    let (n, len) = (args.int(1)?, items.len() as i128);
    let from_start = if n < 0 { n.saturating_add(len) } else { n };
    let found = usize::try_from(from_start).ok().and_then(|i| items.get(i));
    found.cloned().ok_or_else(|| Failure::usage(format!("list index out of range: {n} of {len} items")).at(1))
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
        Value::Text(s) => s.chars().count(),
        Value::Bytes(b) => b.len(),
        Value::List(l) => l.len(),
        Value::Object(o) => o.len(),
        addr @ Value::Addr(_) => addr.to_string().chars().count(),
        other => return Err(Failure::usage(format!("{} has no length", other.kind())).at(0)),
    }))
}

const INT: Command = Command {
    name: "int",
    summary: "make a whole number of text, bytes of digits, or another number",
    params: &[req("value", Kind::Data), opt("base", Kind::Int).is("2 to 36; 0 goes by 0x, 0o, 0b; 10 if left out")],
    results: &[("n", Holds::Plain)],
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
    errors: &[err("Decode", "the bytes are not UTF-8")],
    example: "str 9999",
    related: &["repr", "decode", "int"],
    run: |_, args| str(args).map(Step::from),
    ..DATA
};

fn str(args: &Args) -> Result<Value, Failure> {
    match args.value(0) {
        Value::Bytes(b) => codec::decode(b, "utf-8").map(Value::text).map_err(|f| f.at(0)),
        Value::Text(s) => Ok(Value::Text(Rc::clone(s))),
        other => Ok(Value::text(other.to_string())),
    }
}

const REPR: Command = Command {
    name: "repr",
    summary: "make text of a value as results are shown (in quotes and with escapes)",
    params: &[req("value", Kind::Any).is("of any kind")],
    results: &[("text", Holds::Plain)],
    returns: "text",
    python: "",
    man: "",
    example: "text = repr \"a\\tb\"\nprint $text",
    related: &["str", "print"],
    run: |_, args| Ok(Value::text(args.value(0).show()).into()),
    ..DATA
};

#[cfg(test)]
mod tests {
    use super::*;
    use Value::{Float, Int};

    type Effect = fn(&Args) -> Result<Value, Failure>;

    fn text(s: &str) -> Value {
        Value::text(s)
    }

    fn call(effect: Effect, values: &[Value]) -> Result<Value, Failure> {
        effect(&Args(values.iter().cloned().map(Arg::Value).collect()))
    }

    /// The shown result, so that text and bytes stay apart.
    fn shown(effect: Effect, values: &[Value]) -> String {
        call(effect, values).map_or_else(|f| f.to_string(), |v| v.show())
    }

    #[test]
    fn every_call_is_complete() {
        for c in COMMANDS {
            assert!(![c.name, c.summary, c.returns, c.example].contains(&""), "{}", c.name);
            assert!(!c.params.is_empty() && !c.results.is_empty(), "{}", c.name);
            assert!(c.example.contains(c.name), "{}", c.name);
        }
    }

    /// The words of the documents: three bytes a character in UTF-8, two in GBK, and what happens if one errs.
    #[test]
    fn text_has_bytes_in_an_encoding() {
        let word = text("黑马 aB1!");
        for (encoding, bytes, count) in
            [("utf-8", r#"b"\xe9\xbb\x91\xe9\xa9\xac aB1!""#, 11), ("gbk", r#"b"\xba\xda\xc2\xed aB1!""#, 9)]
        {
            let data = call(encode, &[word.clone(), text(encoding)]).unwrap();
            assert_eq!(data.show(), bytes);
            assert_eq!(call(len, std::slice::from_ref(&data)).unwrap(), Int(count));
            assert_eq!(call(decode, &[data, text(encoding)]).unwrap(), word);
        }
        assert_eq!(call(len, &[word]).unwrap(), Int(7));
        let gbk = Value::bytes(b"\xba\xda\xc2\xed");
        assert_eq!(call(decode, std::slice::from_ref(&gbk)).unwrap_err().name, Name::Decode);
        assert_eq!(shown(decode, &[text("黑马"), text("gbk")]), "\"榛戦┈\"");
        assert_eq!(call(str, std::slice::from_ref(&gbk)).unwrap_err().arg(), Some(0));
        assert_eq!(call(decode, &[gbk, text("gkb")]).unwrap_err().arg(), Some(1));
        assert_eq!(call(encode, &[Value::bytes(b"x")]).unwrap_err().name, Name::Usage);
    }

    /// Each as Python 3.11 does it.
    #[test]
    fn strings_are_cut_as_in_python() {
        for (effect, values, result) in [
            (strip as Effect, vec![text(" \t黑 \u{3000}\u{1f}\r\n")], "\"黑\""),
            (strip, vec![Value::bytes(b" \x0b\xa0a\x1f\r\n ")], r#"b"\xa0a\x1f""#),
            (strip, vec![text("..a.b.,"), text(".,")], "\"a.b\""),
            (strip, vec![Value::bytes(b"  ")], "b\"\""),
            (split, vec![text(" a  b c ")], r#"["a", "b", "c"]"#),
            (split, vec![text(" a  b c "), Value::None, Int(1)], r#"["a", "b c "]"#),
            (split, vec![text("  ")], "[]"),
            (split, vec![text(" a "), Value::None, Int(0)], r#"["a "]"#),
            (split, vec![text("a,b,c"), text(",")], r#"["a", "b", "c"]"#),
            (split, vec![text("a,b,c"), text(","), Int(1)], r#"["a", "b,c"]"#),
            (split, vec![text("a,b"), text(","), Int(0)], r#"["a,b"]"#),
            (split, vec![text("a,b"), text(","), Int(-1)], r#"["a", "b"]"#),
            (split, vec![text(""), text(",")], "[\"\"]"),
            (split, vec![text("10203"), Int(0)], r#"["1", "2", "3"]"#),
            (split, vec![Value::bytes(b"\xff\r\n\r\nx"), text("\r\n\r\n")], r#"[b"\xff", b"x"]"#),
            (split, vec![Value::bytes(b"\xa0a \x0bb")], r#"[b"\xa0a", b"b"]"#),
            (split, vec![text("a"), text("")], "Usage: empty separator"),
            (slice, vec![text("黑马程序员"), Int(1), Int(3)], "\"马程\""),
            (slice, vec![text("hello"), Int(-3)], "\"llo\""),
            (slice, vec![text("hello"), Value::None, Int(-1)], "\"hell\""),
            (slice, vec![text("hello"), Int(4), Int(2)], "\"\""),
            (slice, vec![text("hello"), Int(-99), Int(99)], "\"hello\""),
            (slice, vec![Value::bytes(b"\x00\x01\x02"), Int(1)], r#"b"\x01\x02""#),
            (slice, vec![Value::list(vec![Int(1), Int(2), Int(3)]), Int(-2)], "[2, 3]"),
            (slice, vec![text("a"), text("x")], "Usage: a whole number or none is needed here, and this is text"),
            (item, vec![Value::list(vec![Int(1), Int(2)]), Int(-1)], "2"),
            (item, vec![Value::list(vec![Int(1)]), Int(1)], "Usage: list index out of range: 1 of 1 items"),
            (item, vec![Value::list(vec![Int(1)]), Int(-2)], "Usage: list index out of range: -2 of 1 items"),
            (len, vec![Int(5)], "Usage: a number has no length"),
            (len, vec![Value::Addr("@ab".parse().unwrap())], "3"),
            (str, vec![Value::Addr("127.0.0.1:80".parse().unwrap())], "\"127.0.0.1:80\""),
        ] {
            assert_eq!(shown(effect, &values), result, "{values:?}");
        }
    }

    #[test]
    fn capitals_of_bytes_are_ascii() {
        let both = |value: Value| {
            let args = Args(vec![Arg::Value(value)]);
            string(&args, 0).unwrap().map(str::to_uppercase, <[u8]>::to_ascii_uppercase).show()
        };
        assert_eq!(both(text("straße é")), "\"STRASSE É\"");
        assert_eq!(both(Value::bytes("aé".as_bytes())), r#"b"A\xc3\xa9""#);
    }

    #[test]
    fn numbers_are_read_as_in_python() {
        let good = [
            (" 42\n", 0, 42),
            ("-0x1F", 16, -31),
            ("0b101", 0, 5),
            ("+7", 10, 7),
            ("z", 36, 35),
            ("00", 0, 0),
            ("010", 10, 10),
        ];
        for (written, base, n) in good {
            let values = [text(written), Int(base)];
            assert_eq!(call(int, &values).unwrap(), Int(n), "{written}");
        }
        assert_eq!(call(int, &[text(&i128::MIN.to_string())]).unwrap(), Int(i128::MIN));
        assert_eq!(call(int, &[Value::bytes(b"212992\n")]).unwrap(), Int(212_992));
        assert_eq!(call(int, &[Float(-2.9)]).unwrap(), Int(-2));
        for written in ["", "-", "--1", "+-1", "0x10", "1.5", "ten", "1 2", "é"] {
            assert!(call(int, &[text(written)]).unwrap_err().message().starts_with("invalid number: "), "{written}");
        }
        for values in [[Int(5), Int(2)], [text("5"), Int(1)], [text("010"), Int(0)], [text("5"), Int(5)]] {
            assert!(call(int, &values).is_err(), "{values:?}");
        }
        assert!(call(int, &[Float(f64::INFINITY)]).is_err());
        assert_eq!(shown(float, &[text(" 2.5 ")]), "2.5");
        assert_eq!(shown(float, &[Int(2)]), "2.0");
        assert_eq!(shown(float, &[text("-inf")]), "-inf");
        assert_eq!(call(float, &[text("x")]).unwrap_err().name, Name::Usage);
    }

    #[test]
    fn json_goes_there_and_back() {
        let args = Args(vec![Arg::Pair("user".into(), text("ann")), Arg::Pair("age".into(), Int(5))]);
        let document = dumps(&args).unwrap();
        assert_eq!(document, text(r#"{"user": "ann", "age": 5}"#));
        let object = call(loads, &[Value::bytes(document.wire())]).unwrap();
        assert_eq!(call(field, &[object.clone(), text("age")]).unwrap(), Int(5));
        let missing = call(field, &[object, text("aeg")]).unwrap_err();
        assert_eq!(missing.notes(), ["did you mean \"age\"?"]);
        assert_eq!(call(loads, &[Value::bytes(b"\xff")]).unwrap_err().name, Name::Decode);
    }

    #[test]
    fn one_unpacked_value_comes_alone() {
        let args = |format: &str, bytes: &[u8]| Args(vec![Arg::Value(text(format)), Arg::Value(Value::bytes(bytes))]);
        assert_eq!(unpack(&args("<H", b"\x01\0")).unwrap(), Reply::One(Int(1)));
        assert_eq!(unpack(&args("<2H", b"\x01\0\x02\0")).unwrap(), Reply::Many(vec![Int(1), Int(2)]));
    }
}
