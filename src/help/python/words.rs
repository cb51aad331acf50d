//! A word of sockpit as Python writes it: names, numbers, text, bytes, addresses, constants, options.

use crate::command::{self, Arg, Kind, kinds};
use crate::lang::{self, Expr, Part, Word};
use crate::linux::constants;
use crate::linux::layout::{Layout, Member};
use crate::linux::options::{self, OptKind, OptRef};
use crate::program::arrange::{Placed, split_pair};
use crate::value::{Addr, Value, text};

/// A word in the place of a parameter of that kind.
pub(super) fn argument(kind: Kind, word: &Word) -> Option<String> {
    if let Some(name) = word.single_name() {
        return Some(name.to_string());
    }
    if kind == Kind::ThingOrText && word.bare().is_none_or(|text| !lang::is_name(text)) {
        return text_of(word);
    }
    if matches!(kind, Kind::Watched | Kind::WatchedOrSeconds) {
        return watched(word);
    }
    if kind.is_live() {
        return word.bare().filter(|text| lang::is_name(text)).map(str::to_string);
    }
    match kind {
        Kind::Data => data(word),
        Kind::Ancillary => ancillary(word.literal()?),
        Kind::Text | Kind::Encoding | Kind::Path | Kind::Program | Kind::Name | Kind::State
            if !word.is("none") && !word.is("None") =>
        {
            text_of(word)
        }
        Kind::Switch => match kinds::fit(kind, Value::text(word.literal()?)).ok()? {
            Arg::Value(Value::Bool(on)) => Some(literal(&Value::Bool(on))),
            _ => None,
        },
        Kind::Addr => match kinds::fit(kind, Value::text(word.literal()?)).ok()? {
            Arg::Value(Value::Addr(addr)) => address(&addr),
            Arg::Wildcard(port) => Some(format!("('', {port})")),
            Arg::Host(host, port) => Some(format!("({}, {port})", quote(&host))),
            _ => None,
        },
        Kind::Pair => split_pair(word).and_then(|(key, word)| Some(format!("{key}={}", value(&word)?))),
        _ => match kind.constants() {
            Some(_) => constant(kind, word.bare()?),
            None => value(word),
        },
    }
}

/// What words say that goes beside a message, as Python's tuples.
fn ancillary(words: &str) -> Option<String> {
    let one = |(level, kind, data): (i32, i32, Vec<u8>)| {
        let level = options::level_name(level).map_or_else(|| level.to_string(), |name| format!("socket.{name}"));
        format!("({level}, {kind}, {})", quote_bytes(&data))
    };
    let all: Vec<String> = command::said_beside(words)?.into_iter().map(one).collect();
    Some(format!("[{}]", all.join(", ")))
}

/// A constant, or several joined with `|`.
fn constant(kind: Kind, word: &str) -> Option<String> {
    let set = kind.constants()?;
    let part = |part: &str| -> Option<String> {
        let Some(number) = set.find(part) else {
            return matches!(kinds::number(part), Some(Value::Int(_))).then(|| part.to_string());
        };
        let documented = set.name_of(number).unwrap_or(part);
        Some(match kind {
            Kind::How => format!("socket.SHUT_{}", documented.to_uppercase()),
            Kind::PollEvents => format!("select.POLL{documented}"),
            Kind::EpollEvents => format!("select.{documented}"),
            Kind::EpollOp => documented.to_string(),
            _ if part.starts_with(|c: char| c.is_ascii_uppercase()) => format!("socket.{part}"),
            _ => format!("socket.{documented}"),
        })
    };
    word.split('|').map(part).collect::<Option<Vec<_>>>().map(|parts| parts.join(" | "))
}

/// The first word of `socket`, which may say the type, too.
pub(super) fn family(word: &Word) -> Option<String> {
    let short = match word.bare()? {
        "tcp" => "socket.AF_INET, socket.SOCK_STREAM",
        "udp" => "socket.AF_INET, socket.SOCK_DGRAM",
        "tcp6" => "socket.AF_INET6, socket.SOCK_STREAM",
        "udp6" => "socket.AF_INET6, socket.SOCK_DGRAM",
        "mptcp" => "socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP",
        "mptcp6" => "socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_MPTCP",
        "udplite" => "socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDPLITE",
        "udplite6" => "socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_UDPLITE",
        family => return constant(Kind::Family, family),
    };
    Some(short.into())
}

/// What is watched: a name, or a list of several; none of those with events of their own.
fn watched(word: &Word) -> Option<String> {
    let text = word.bare()?;
    match text.split(',').collect::<Vec<_>>()[..] {
        _ if matches!(text, "none" | "[]") => Some("[]".into()),
        _ if text.contains(':') => None,
        [one] if lang::is_name(one) => Some(one.into()),
        [_] => value(word),
        _ => Some(format!("[{}]", text.trim_end_matches(',').replace(',', ", "))),
    }
}

/// The descriptors of the sockets that `a,b` names.
pub(super) fn descriptors(word: &Word) -> Option<String> {
    let names: Vec<_> = word.bare()?.split(',').map(|name| format!("{name}.fileno()")).collect();
    Some(names.join(", "))
}

fn address(addr: &Addr) -> Option<String> {
    Some(match addr {
        Addr::V4(a) => format!("('{}', {})", a.ip(), a.port()),
        Addr::V6(a) if a.scope_id() == 0 => format!("('{}', {})", a.ip(), a.port()),
        Addr::Path(path) => quote(std::str::from_utf8(path).ok()?),
        Addr::Abstract(name) => quote(&format!("\0{}", std::str::from_utf8(name).ok()?)),
        Addr::Unnamed => "''".into(),
        Addr::Special(special) => {
            let parts: Vec<_> = special.parts().iter().map(|(_, value)| literal(value)).collect();
            format!("({})", parts.join(", "))
        }
        _ => return None,
    })
}

/// The option that the words name.
pub(super) fn option(placed: &Placed) -> Option<OptRef> {
    let fitted = match placed {
        Placed::One(word) => kinds::fit(Kind::Option, Value::text(word.bare()?)),
        Placed::Two(level, option) => {
            kinds::fit_leveled(&kinds::word_value(level.bare()?), &kinds::word_value(option.bare()?))
        }
        Placed::Absent => return None,
    };
    match fitted.ok()? {
        Arg::Opt(found) => Some(found),
        _ => None,
    }
}

/// Its level and its name, as far as they have names.
pub(super) fn option_name(placed: &Placed) -> Option<String> {
    let found = option(placed)?;
    let level = options::level_name(found.level).map_or(found.level.to_string(), |name| format!("socket.{name}"));
    let number = found.spec.map_or(found.number.to_string(), |spec| format!("socket.{}", spec.name));
    Some(format!("{level}, {number}"))
}

/// An option's value: a number, or the bytes of its structure.
pub(super) fn option_value(option: OptRef, words: &[&Word]) -> Option<String> {
    let first = words.first()?;
    if first.single_name().is_some() || first.bytes {
        return value(first);
    }
    let kind = option.spec.map_or(OptKind::Number, |spec| spec.kind);
    let int = |word: &Word| match kinds::word_value(word.bare()?) {
        Value::Bool(on) => Some(i128::from(on).to_string()),
        Value::Int(n) => Some(n.to_string()),
        Value::Text(name) => constants::find_any(&name).map(|_| format!("socket.{name}")),
        _ => None,
    };
    let flag = |part: &str| kinds::number_or_name(part).map(|n| n.to_string());
    match (kind, words) {
        (OptKind::Flag | OptKind::Number, [one]) => int(one),
        (OptKind::Flags(_), [one]) => Some(one.bare()?.split('|').map(flag).collect::<Option<Vec<_>>>()?.join(" | ")),
        (OptKind::Interface, [one]) => int(one).or_else(|| Some(format!("socket.if_nametoindex({})", text_of(one)?))),
        (OptKind::Text, [one]) => data(one),
        (OptKind::Fields(layout), words) if words.len() == layout.names().count() => {
            let values = words.iter().map(|word| int(word)).collect::<Option<Vec<_>>>()?;
            Some(format!("struct.pack('{}', {})", format_of(layout)?, values.join(", ")))
        }
        (OptKind::Seconds, [one]) => {
            let seconds = kinds::number(one.bare()?)?.number()?;
            Some(format!("struct.pack('ll', {}, {})", seconds.trunc(), (seconds.fract() * 1e6).round()))
        }
        (OptKind::Membership, [group, interface]) => Some(format!(
            "struct.pack('4s4si', socket.inet_aton({}), socket.inet_aton({}), 0)",
            text_of(group)?,
            text_of(interface)?
        )),
        _ => None,
    }
}

/// The format of a structure that is nothing but numbers.
fn format_of(layout: &Layout) -> Option<String> {
    let letter = |part: &Member| match part {
        Member::Uint(1) => Some('B'),
        Member::Uint(2) => Some('H'),
        Member::Uint(4) => Some('I'),
        Member::Uint(8) => Some('Q'),
        Member::Int(4) | Member::Interface | Member::Number => Some('i'),
        Member::Int(8) => Some('q'),
        _ => None,
    };
    layout.parts.iter().map(|(_, part)| letter(part)).collect()
}

/// A call that reads an option as a number, so that it gives what the option's structure holds.
pub(super) fn read_option(option: OptRef, call: &str) -> Option<String> {
    let sized = |size: usize| format!("{}, {size})", call.trim_end_matches(')'));
    Some(match option.spec.map_or(OptKind::Number, |spec| spec.kind) {
        OptKind::Flag | OptKind::Number | OptKind::Interface => call.into(),
        OptKind::Fields(layout) => {
            format!("struct.unpack('{}', {})", format_of(layout)?, sized(layout.size()))
        }
        OptKind::Text => format!("{}.rstrip(b'\\0').decode()", sized(1024)),
        OptKind::Struct(size) => sized(size),
        _ => return None,
    })
}

pub(super) fn expression(expr: &Expr) -> Option<String> {
    let inner = |e: &Expr| match e {
        Expr::Word(word) => value(word),
        other => expression(other).map(|text| format!("({text})")),
    };
    Some(match expr {
        Expr::Word(word) => value(word)?,
        Expr::Unary(op, operand) => format!("{} {}", op.as_str(), inner(operand)?),
        Expr::Binary(op, left, right) => format!("{} {} {}", inner(left)?, op.as_str(), inner(right)?),
    })
}

/// A word whose kind nothing more is known about.
pub(super) fn value(word: &Word) -> Option<String> {
    match (word.single_name(), word.literal()) {
        (Some(name), _) => Some(name.to_string()),
        (None, Some(text)) if !word.quoted => Some(literal(&kinds::word_value(text))),
        _ => text_of(word),
    }
}

/// A word as text; as bytes when it is written so.
pub(super) fn text_of(word: &Word) -> Option<String> {
    match (&*word.parts, word.literal()) {
        ([Part::Name(name)], _) => Some(name.to_string()),
        (_, Some(text)) => Some(quote(text)),
        ([Part::Literal(bytes)], None) => Some(quote_bytes(bytes)),
        _ => None,
    }
}

/// A word as bytes.
pub(super) fn data(word: &Word) -> Option<String> {
    match word.literal() {
        Some(text) if text.is_ascii() => Some(quote_bytes(text.as_bytes())),
        Some(text) => Some(format!("{}.encode()", quote(text))),
        None => text_of(word),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::None => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => text::float(*x),
        other => quote(&other.to_string()),
    }
}

fn quote(text: &str) -> String {
    let escaped: String = text.chars().map(escape).collect();
    format!("'{escaped}'")
}

fn quote_bytes(bytes: &[u8]) -> String {
    let one = |b: &u8| if b.is_ascii() { escape(char::from(*b)) } else { format!("\\x{b:02x}") };
    format!("b'{}'", bytes.iter().map(one).collect::<String>())
}

/// A character within quotes.
fn escape(c: char) -> String {
    match c {
        '\\' => "\\\\".into(),
        '\'' => "\\'".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        c if c.is_ascii_control() => format!("\\x{:02x}", c as u32),
        c if text::is_plain(c) => c.to_string(),
        c => format!("\\U{:08x}", c as u32),
    }
}
