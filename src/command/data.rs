//! Data in the forms that go over the wire: encodings, Python's `struct` and `json`. None of these calls touches the world.

use std::borrow::Cow;

use super::args::{Arg, Args, expected};
use super::{Command, Group, Kind, base, err, opt, req, rest};
use crate::value::codec::{self, Errors};
use crate::value::{Failure, Holds, Name, Reply, Value, json, pack};
use crate::world::Step;

/// The calls of this group.
pub(super) const COMMANDS: &[Command] = &[ENCODE, DECODE, PACK, UNPACK, CALCSIZE, DUMPS, LOADS, FIELD];

/// What the calls of the group have in common.
pub(super) const DATA: Command = base(Group::Data);

/// What `errors` says of itself.
pub(super) const ERRORS: &str = "what becomes of what is no text of the encoding: strict (the default), ignore, replace, \
                                 backslashreplace, xmlcharrefreplace";

const ENCODE: Command = Command {
    name: "encode",
    summary: "turn text into the bytes of an encoding",
    params: &[
        req("text", Kind::Text).is("text; a number is taken as text, too"),
        opt("encoding", Kind::Encoding).is("utf-8 (the default), gbk, gb18030, big5, latin-1, ascii, utf-16, ..."),
        opt("errors", Kind::Text).is(ERRORS),
    ],
    results: &[("data", Holds::Bytes)],
    returns: "bytes",
    python: "{TEXT}.encode(<{ENCODING}<, {ERRORS}>>)",
    also: &["bytes({TEXT}<, {ENCODING}<, {ERRORS}>>)"],
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
    codec::encode(&args.text(0)?, &encoding(args)?, errors(args, 2)?).map(Value::bytes).map_err(at_its_argument)
}

const DECODE: Command = Command {
    name: "decode",
    summary: "turn bytes into the text they are in an encoding",
    params: &[
        req("bytes", Kind::Data),
        opt("encoding", Kind::Encoding).is("utf-8 if left out"),
        opt("errors", Kind::Text).is(ERRORS),
    ],
    results: &[("text", Holds::Plain)],
    returns: "text",
    python: "{BYTES}.decode(<{ENCODING}<, {ERRORS}>>)",
    also: &["str({BYTES}, {ENCODING}<, {ERRORS}>)"],
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
    codec::decode(&args.data(0), &encoding(args)?, errors(args, 2)?).map(Value::text).map_err(at_its_argument)
}

/// The encoding in the second place, utf-8 when it is left out.
fn encoding(args: &Args) -> Result<Cow<'_, str>, Failure> {
    if args.has(1) { args.text(1) } else { Ok("utf-8".into()) }
}

/// What becomes of what is no text.
pub(super) fn errors(args: &Args, at: usize) -> Result<Errors, Failure> {
    if args.has(at) { Errors::parse(&args.text(at)?).map_err(|failure| failure.at(at)) } else { Ok(Errors::Strict) }
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
        rest("value", Kind::Any).is("one for each letter; a list stands for what is in it"),
    ],
    results: &[("data", Holds::Bytes)],
    returns: "bytes",
    python: "struct.pack({FORMAT}<, {VALUE}>)",
    c: "struct { uint16_t a; uint32_t b; } data = { htons(9999), htonl(7) };",
    man: "Python's struct module",
    errors: &[err("Usage", "a bad format, a value that does not fit its code, or too few or too many values")],
    example: "data = pack !HI 9999 7\nlinger = pack ii 1 5",
    related: &["unpack", "calcsize", "htons"],
    run: |_, args| {
        let format = args.text(0)?;
        let given = args.rest(1);
        let data = if given.iter().any(|arg| matches!(arg, Arg::Value(Value::List(_)))) {
            let flat = |value: Value| if let Value::List(list) = value { list.to_vec() } else { vec![value] };
            let values: Vec<Value> = args.rest_values(1).into_iter().flat_map(flat).collect();
            pack::pack(&format, &values)
        } else {
            pack::pack(&format, given.iter().map(Arg::value))
        };
        data.map(|data| Value::bytes(data).into())
    },
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

pub(super) fn int_value(n: usize) -> Value {
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
            Arg::Pair(pair) => pairs.push((**pair).clone()),
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
    let bytes = args.data(0);
    let document = codec::decode(&bytes, "utf-8", Errors::Strict).map_err(|f| f.at(0))?;
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
    match args.value(0) {
        value @ (Value::Object(_) | Value::Addr(_)) => value.key(&args.text(1)?).map_err(|failure| failure.at(1)),
        other => {
            let failure = expected(0, "an object", other);
            Err(match other {
                Value::List(_) => failure.note("item takes a value of a list by its number"),
                Value::Text(_) | Value::Bytes(_) => failure.note("loads reads an object from JSON text"),
                _ => failure,
            })
        }
    }
}
