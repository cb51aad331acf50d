//! Bytes as they are written: in digits, in base64, laid out to be looked at; and what is reckoned of them.

use super::args::{Args, expected};
use super::{Command, Group, Kind, Param, base, err, opt, req};
use crate::os;
use crate::value::bounds;
use crate::value::{Failure, Holds, Reply, Value, digits};
use crate::world::{Request, Step};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[HEXDUMP, HEX, UNHEX, B64ENCODE, B64DECODE, SHA1, RANDOM];

const OCTETS: Command = base(Group::Octets);

/// How long a line of a dump is, with its end.
const LINE: usize = 79;

const DATA: Param = req("data", Kind::Data).is("bytes; text is its UTF-8");

/// The bytes in the first place. A list or a live thing has none.
fn bytes(args: &Args) -> Result<std::borrow::Cow<'_, [u8]>, Failure> {
    match args.value(0) {
        other @ (Value::None | Value::List(_) | Value::Object(_) | Value::Handle(_)) => {
            Err(expected(0, "bytes", other))
        }
        _ => Ok(args.data(0)),
    }
}

const HEXDUMP: Command = Command {
    name: "hexdump",
    elsewhere: &["xxd"],
    summary: "show bytes with offsets, in digits and as text; as `hexdump -C` does",
    notes: &["A line like the one before is left out, and a * stands for all of them. The last line is the offset of \
              the end."],
    params: &[DATA],
    results: &[("text", Holds::Plain)],
    returns: "the lines as text, which a name gets and which else are shown",
    c: "for (i = 0; i < n; i++) printf(\"%02x \", data[i]);",
    man: "hexdump(1)",
    errors: &[err("Usage", "it is no text and no bytes, or too long")],
    example: "left, right = socketpair\nsend left \"GET / HTTP/1.1\\r\\n\\r\\n\"\ndata = recv right 100\nhexdump $data",
    related: &["hex", "unhex", "recv", "unpack"],
    run: |_, args| {
        let bytes = bytes(args)?;
        // Each line stands for sixteen bytes.
        bounds::text(bytes.len().div_ceil(16) * LINE).map_err(|f| f.at(0).note("slice takes a part"))?;
        Ok(Step::Ask(Request::View(digits::dump(&bytes))))
    },
    ..OCTETS
};

const HEX: Command = Command {
    name: "hex",
    elsewhere: &["hexlify"],
    summary: "write bytes in hexadecimal digits, two for each",
    params: &[DATA, opt("sep", Kind::Text).is("what stands between bytes; nothing if left out")],
    results: &[("text", Holds::Plain)],
    returns: "text; of a number that a name holds, its digits behind 0x, as Python's hex(n)",
    python: "{DATA}.hex(<{SEP}>)",
    c: "printf(\"%02x\", data[i]);",
    man: "Python's bytes.hex",
    errors: &[err("Usage", "it is no text, no bytes and no number")],
    example: "data = pack !H 258\nhex $data\nhex $data :\nhex abc",
    related: &["unhex", "hexdump", "pack", "int"],
    run: |_, args| {
        if let (Value::Int(n), false) = (args.value(0), args.has(1)) {
            let sign = if *n < 0 { "-" } else { "" };
            return Ok(Value::text(format!("{sign}{:#x}", n.unsigned_abs())).into());
        }
        let bytes = bytes(args)?;
        let between = if args.has(1) { args.text(1)? } else { "".into() };
        bounds::text(bytes.len() * (2 + between.len()))?;
        Ok(Value::text(digits::hex(&bytes, &between)).into())
    },
    ..OCTETS
};

const UNHEX: Command = Command {
    name: "unhex",
    elsewhere: &["fromhex", "unhexlify"],
    summary: "make bytes of hexadecimal digits, two for each",
    notes: &["Blanks, line ends, colons and commas between bytes are passed over, and 0x before one: what tcpdump, \
              Wireshark and C write can be put in as it is."],
    params: &[req("digits", Kind::Text).is("such as \"01 02:0a0b\"")],
    results: &[("data", Holds::Bytes)],
    returns: "bytes",
    python: "bytes.fromhex({DIGITS})",
    man: "Python's bytes.fromhex",
    errors: &[err("Decode", "what is no digit, or a digit without a second one: it says where, counted from 0")],
    example: "unhex \"01 02 0a0b\"\ndata = unhex 48656c6c6f\ndecode $data",
    related: &["hex", "hexdump", "pack", "decode"],
    run: |_, args| {
        let data = digits::unhex(&args.data(0)).map_err(|f| f.at(0))?;
        Ok(Value::bytes(data).into())
    },
    ..OCTETS
};

const B64ENCODE: Command = Command {
    name: "b64encode",
    summary: "write bytes in base64",
    params: &[DATA],
    results: &[("data", Holds::Bytes)],
    returns: "bytes of ASCII; decode makes text of them",
    python: "base64.b64encode({DATA})",
    man: "Python's base64",
    errors: &[err("Usage", "it is no text and no bytes")],
    example: "b64encode \"user:secret\"",
    related: &["b64decode", "sha1", "hex", "decode"],
    run: |_, args| {
        let bytes = bytes(args)?;
        bounds::text(bytes.len().div_ceil(3) * 4)?;
        Ok(Value::bytes(digits::base64(&bytes)).into())
    },
    ..OCTETS
};

const B64DECODE: Command = Command {
    name: "b64decode",
    summary: "make bytes of base64",
    notes: &["As in Python, what is none of its characters, such as a line end, is passed over, and what follows the \
              padding is not looked at."],
    params: &[req("text", Kind::Data).is("base64 with its padding")],
    results: &[("data", Holds::Bytes)],
    returns: "bytes",
    python: "base64.b64decode({TEXT})",
    man: "Python's base64",
    errors: &[err("Decode", "characters or padding are missing"), err("Usage", "it is no text and no bytes")],
    example: "b64decode dXNlcjpzZWNyZXQ=",
    related: &["b64encode", "unhex", "decode"],
    run: |_, args| {
        let data = digits::unbase64(&bytes(args)?).map_err(|f| f.at(0))?;
        Ok(Value::bytes(data).into())
    },
    ..OCTETS
};

const SHA1: Command = Command {
    name: "sha1",
    summary: "reckon the SHA-1 digest of bytes; a WebSocket's handshake needs it",
    params: &[DATA],
    results: &[("digest", Holds::Bytes)],
    returns: "20 bytes; hex writes them in digits",
    python: "hashlib.sha1({DATA}).digest()",
    man: "sha1sum(1)",
    errors: &[err("Usage", "it is no text and no bytes")],
    example: "digest = sha1 \"dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11\"\nb64encode $digest",
    related: &["b64encode", "hex"],
    run: |_, args| Ok(Value::bytes(sha1_smol::Sha1::from(bytes(args)?).digest().bytes()).into()),
    ..OCTETS
};

const RANDOM: Command = Command {
    name: "random",
    elsewhere: &["urandom", "getrandom"],
    summary: "make N bytes by chance, as the kernel gives them",
    params: &[req("N", Kind::Size).is("how many")],
    results: &[("data", Holds::Random)],
    returns: "bytes",
    python: "os.urandom({N})",
    c: "getrandom(data, n, 0);",
    man: "getrandom(2)",
    errors: &[err("Usage", "N is not a number from 0, or too large")],
    example: "key = random 16\nlen $key",
    related: &["b64encode", "hex", "unpack"],
    run: |_, args| {
        let size = args.size(0)?;
        bounds::text(size).map_err(|f| f.at(0))?;
        let data = os::random(size).map_err(Failure::os)?;
        Ok(Step::Done(Reply::One(Value::bytes(data))))
    },
    ..OCTETS
};
