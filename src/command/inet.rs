//! Addresses and numbers in other forms: `inet_aton` and its kin, byte orders.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Args, Command, Group, Kind, base, err, req};
use crate::value::{Failure, Holds, Value};
use crate::world::{Step, World};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "inet_aton",
        summary: "the four bytes of an IPv4 address; it may be written in one to four numbers",
        params: &[req("TEXT", Kind::Text).is("127.0.0.1, and the old short forms: 127.1 means the same")],
        results: &[("bytes", Holds::Bytes)],
        returns: "four bytes, in network byte order",
        python: "socket.inet_aton({TEXT})",
        c: "inet_aton(\"127.0.0.1\", &addr);",
        man: "inet(3)",
        errors: &[err("Usage", "the text is not an IPv4 address")],
        example: "packed = inet_aton 127.0.0.1",
        related: &["inet_ntoa", "inet_pton"],
        run: |_, args| {
            let text = args.text(0)?;
            let ip = aton(&text).ok_or_else(|| {
                Failure::usage(format!("`{text}` is not an IPv4 address"))
                    .note("one to four numbers with dots between, each decimal, 0x hexadecimal or 0 octal")
                    .at(0)
            })?;
            Ok(Value::bytes(ip.octets()).into())
        },
        ..base(Group::Names)
    },
    Command {
        name: "inet_ntoa",
        summary: "the text of an IPv4 address's four bytes",
        params: &[req("BYTES", Kind::Data).is("four of them")],
        results: &[("ip", Holds::Plain)],
        returns: "text such as 127.0.0.1",
        python: "socket.inet_ntoa({BYTES})",
        c: "inet_ntoa(addr);",
        man: "inet(3)",
        errors: &[err("Usage", "not four bytes")],
        example: "ip = inet_ntoa \\x7f\\x00\\x00\\x01",
        related: &["inet_aton", "inet_ntop"],
        run: |_, args| Ok(Value::text(Ipv4Addr::from(octets(args, 0)?).to_string()).into()),
        ..base(Group::Names)
    },
    Command {
        name: "inet_pton",
        summary: "the bytes of an address of that family (4 for AF_INET, 16 for AF_INET6)",
        params: &[
            req("FAMILY", Kind::Family).is("AF_INET or AF_INET6"),
            req("TEXT", Kind::Text).is("an address in the one full form: inet_aton takes short ones"),
        ],
        results: &[("bytes", Holds::Bytes)],
        returns: "4 or 16 bytes, in network byte order",
        python: "socket.inet_pton({FAMILY}, {TEXT})",
        c: "inet_pton(AF_INET6, \"::1\", &addr);",
        man: "inet_pton(3)",
        errors: &[
            err("EAFNOSUPPORT", "neither AF_INET nor AF_INET6"),
            err("Usage", "the text is not an address of that family"),
        ],
        example: "packed = inet_pton AF_INET6 ::1",
        related: &["inet_ntop", "inet_aton", "AF_INET6"],
        run: inet_pton,
        ..base(Group::Names)
    },
    Command {
        name: "inet_ntop",
        summary: "the text of an address's bytes: 4 of AF_INET, 16 of AF_INET6",
        params: &[
            req("FAMILY", Kind::Family).is("AF_INET or AF_INET6"),
            req("BYTES", Kind::Data).is("4 or 16 of them"),
        ],
        results: &[("ip", Holds::Plain)],
        returns: "text such as 127.0.0.1 or ::1",
        python: "socket.inet_ntop({FAMILY}, {BYTES})",
        c: "inet_ntop(AF_INET, &addr, text, sizeof text);",
        man: "inet_ntop(3)",
        errors: &[
            err("EAFNOSUPPORT", "neither AF_INET nor AF_INET6"),
            err("Usage", "not as many bytes as the family has"),
        ],
        example: "ip = inet_ntop AF_INET \\x7f\\x00\\x00\\x01",
        related: &["inet_pton", "inet_ntoa"],
        run: |_, args| {
            let text = match args.int32_or(0, 0)? {
                libc::AF_INET => Ipv4Addr::from(octets(args, 1)?).to_string(),
                libc::AF_INET6 => ntop6(Ipv6Addr::from(octets(args, 1)?)),
                _ => return Err(Failure::os(libc::EAFNOSUPPORT).at(0)),
            };
            Ok(Value::text(text).into())
        },
        ..base(Group::Names)
    },
    Command {
        name: "htons",
        summary: "a 16-bit number put in the network's byte order; it was in this machine's",
        params: &[req("N", Kind::Int).is("0 to 65535: a port")],
        results: &[("n", Holds::Reckoned)],
        returns: "the number with its two bytes in network order",
        python: "socket.htons({N})",
        c: "htons(80);",
        man: "byteorder(3)",
        errors: &[err("Usage", "the number is not 0 to 65535")],
        example: "n = htons 80",
        related: &["ntohs", "htonl", "pack"],
        run: |_, args| Ok(Value::Int(short(args)?.to_be().into()).into()),
        ..base(Group::Names)
    },
    Command {
        name: "ntohs",
        summary: "a 16-bit number put in this machine's byte order; it was in the network's",
        params: &[req("N", Kind::Int).is("0 to 65535: a port")],
        results: &[("n", Holds::Reckoned)],
        returns: "the number with its two bytes in this machine's order",
        python: "socket.ntohs({N})",
        c: "ntohs(20480);",
        man: "byteorder(3)",
        errors: &[err("Usage", "the number is not 0 to 65535")],
        example: "n = ntohs 20480",
        related: &["htons", "ntohl", "unpack"],
        run: |_, args| Ok(Value::Int(u16::from_be(short(args)?).into()).into()),
        ..base(Group::Names)
    },
    Command {
        name: "htonl",
        summary: "a 32-bit number put in the network's byte order; it was in this machine's",
        params: &[req("N", Kind::Int).is("0 to 4294967295")],
        results: &[("n", Holds::Plain)],
        returns: "the number with its four bytes in network order",
        python: "socket.htonl({N})",
        c: "htonl(1);",
        man: "byteorder(3)",
        errors: &[err("Usage", "the number is not 0 to 4294967295")],
        example: "n = htonl 1",
        related: &["ntohl", "htons", "pack"],
        run: |_, args| Ok(Value::Int(long(args)?.to_be().into()).into()),
        ..base(Group::Names)
    },
    Command {
        name: "ntohl",
        summary: "a 32-bit number put in this machine's byte order; it was in the network's",
        params: &[req("N", Kind::Int).is("0 to 4294967295")],
        results: &[("n", Holds::Plain)],
        returns: "the number with its four bytes in this machine's order",
        python: "socket.ntohl({N})",
        c: "ntohl(16777216);",
        man: "byteorder(3)",
        errors: &[err("Usage", "the number is not 0 to 4294967295")],
        example: "n = ntohl 16777216",
        related: &["htonl", "ntohs", "unpack"],
        run: |_, args| Ok(Value::Int(u32::from_be(long(args)?).into()).into()),
        ..base(Group::Names)
    },
];

fn inet_pton(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let text = args.text(1)?;
    let (bytes, of) = match args.int32_or(0, 0)? {
        libc::AF_INET => (text.parse::<Ipv4Addr>().ok().map(|ip| Value::bytes(ip.octets())), "IPv4"),
        libc::AF_INET6 => (text.parse::<Ipv6Addr>().ok().map(|ip| Value::bytes(ip.octets())), "IPv6"),
        _ => return Err(Failure::os(libc::EAFNOSUPPORT).at(0)),
    };
    let bytes = bytes.ok_or_else(|| Failure::usage(format!("`{text}` is not an {of} address")).at(1))?;
    Ok(bytes.into())
}

/// The argument's bytes, which must be that many.
fn octets<const N: usize>(args: &Args, i: usize) -> Result<[u8; N], Failure> {
    let bytes = args.data(i);
    let fitted = <[u8; N]>::try_from(&*bytes).ok();
    fitted.ok_or_else(|| Failure::usage(format!("{N} bytes are needed here, not {}", bytes.len())).at(i))
}

fn short(args: &Args) -> Result<u16, Failure> {
    let n = args.int(0)?;
    u16::try_from(n).map_err(|_| Failure::usage(format!("a 16-bit number is 0 to {}, not {n}", u16::MAX)).at(0))
}

fn long(args: &Args) -> Result<u32, Failure> {
    let n = args.int(0)?;
    u32::try_from(n).map_err(|_| Failure::usage(format!("a 32-bit number is 0 to {}, not {n}", u32::MAX)).at(0))
}

/// The address in the forms of inet(3): `a.b.c.d`, `a.b.c`, `a.b`, `a`, the last number filling what is left; each
/// decimal, hexadecimal after 0x, octal after 0. As in glibc, what follows white space does not count.
fn aton(text: &str) -> Option<Ipv4Addr> {
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '\x0b').unwrap_or(text.len());
    let mut parts = text[..end].split('.').map(part).collect::<Option<Vec<u32>>>()?;
    let last = parts.pop()?;
    if parts.len() > 3 || parts.iter().any(|n| *n > 255) || u64::from(last) >> (32 - 8 * parts.len()) != 0 {
        return None;
    }
    let head = parts.iter().zip([24, 16, 8]).fold(0, |all, (n, shift)| all | n << shift);
    Some(Ipv4Addr::from(head | last))
}

/// A number as C writes it.
fn part(text: &str) -> Option<u32> {
    let (digits, radix) = match text.strip_prefix('0') {
        None | Some("") => (text, 10),
        Some(rest) => rest.strip_prefix(['x', 'X']).map_or((rest, 8), |hex| (hex, 16)),
    };
    u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))
}

/// The text of `inet_ntop(3)`, which writes the old IPv4-compatible addresses (`::1.2.3.4`) with dots, unlike Rust.
fn ntop6(ip: Ipv6Addr) -> String {
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => format!("::{}", Ipv4Addr::from(ip.to_bits() as u32)),
        _ => ip.to_string(),
    }
}
