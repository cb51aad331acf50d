//! Socket options: `setsockopt` and `getsockopt`. Words become the bytes that the option's form asks for, and
//! bytes become values of the same form. The kernel is always asked; which options exist is its to say.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::AsFd;

use super::{Args, CLOSED, Command, Group, Kind, base, err, kinds, opt, req, some};
use crate::linux::constants;
use crate::linux::options::{OptKind, OptRef};
use crate::os::sockopt;
use crate::value::{Addr, Failure, Holds, Reply, Tried, Value};
use crate::world::record::Did;
use crate::world::{Step, World};

/// The longest answer that getsockopt gives, as in Python.
const LONGEST: usize = 1024;

/// Where the words of the value begin.
const VALUE: usize = 2;

/// The calls of this file.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "setsockopt",
        aliases: &["setopt"],
        summary: "set a socket option, by name or by level and number",
        notes: &[
            "The level says whose option it is: SOL_SOCKET is every socket's, IPPROTO_TCP that of TCP, and so on. \
             With a name alone sockpit knows it. Some options must be set before bind (SO_REUSEADDR, SO_REUSEPORT, \
             IPV6_V6ONLY) or before connect and listen (SO_RCVBUF).",
            "`help -k TCP_` lists the options of TCP, `help SOL_SOCKET` those of a level.",
        ],
        params: &[
            req("S", Kind::Socket),
            req("OPT", Kind::Option)
                .is("an option's name, as SO_REUSEADDR; or a level and an option, each by name or number"),
            some("VALUE", Kind::OptionValue)
                .is("1 or 0 (on, off), a number, seconds (SO_RCVTIMEO), ONOFF SECONDS (SO_LINGER), GROUP [INTERFACE] \
                     (IP_ADD_MEMBERSHIP), text, or packed bytes as in Python: `help OPTION` says which"),
        ],
        python: "{S}.setsockopt({OPT}, {VALUE})",
        c: "int on = 1; setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);",
        man: "setsockopt(2)",
        errors: &[
            err("ENOPROTOOPT", "the socket's protocol does not have that option, or it can only be read")
                .cure("help SOL_SOCKET, help IPPROTO_TCP and so on, which list the options of a level"),
            err("EOPNOTSUPP", "the socket's protocol has no options at that level"),
            err("EINVAL", "the value is out of range or of the wrong size, or comes too late: some come before bind")
                .cure("all parts of a struct option: setsockopt S SO_LINGER 1 5; help OPTION says what it takes"),
            err("EPERM", "the option is for root: SO_MARK, SO_SNDBUFFORCE, SO_PRIORITY above 6, SO_DEBUG are"),
            err("EDOM", "a timeout whose microseconds are not 0 to 999999"),
            err("ENODEV", "no network interface has that name, number or address").cure("one that ifconfig lists"),
            err("ENOENT", "the kernel has nothing of that name, such as a congestion control algorithm")
                .cure("one that /proc/sys/net/ipv4/tcp_available_congestion_control lists"),
            err("EADDRINUSE", "the socket is a member of that multicast group already"),
            err("EADDRNOTAVAIL", "the socket is not a member of that group, or no interface has that address"),
            err("EISCONN", "too late for this option: the socket is connected")
                .cure("a new socket, and the option before connect"),
            CLOSED,
        ],
        example: "s = socket AF_INET SOCK_STREAM\nsetsockopt s SO_REUSEADDR 1\n\
                  setsockopt s IPPROTO_TCP TCP_NODELAY on\nsetsockopt s SO_LINGER 1 5\nsetsockopt s SO_RCVTIMEO 2.5",
        related: &["getsockopt", "SO_REUSEADDR", "SO_LINGER", "TCP_NODELAY", "SO_RCVTIMEO", "SOL_SOCKET"],
        run: set,
        ..base(Group::Options)
    },
    Command {
        name: "getsockopt",
        aliases: &["getopt"],
        summary: "read a socket option; with a length, as bytes",
        notes: &["What is read may differ from what was set: the kernel doubles SO_RCVBUF and SO_SNDBUF for its own \
                  needs. Reading SO_ERROR clears it."],
        params: &[
            req("S", Kind::Socket),
            req("OPT", Kind::Option).is("an option's name; or a level and an option, each by name or number"),
            opt("BUFLEN", Kind::Size).is("give the raw bytes, at most so many: unpack takes them apart"),
        ],
        results: &[("value", Holds::Plain)],
        returns: "a number, or the parts of a structure; with BUFLEN the bytes",
        python: "{S}.getsockopt({OPT}<, {BUFLEN}>)",
        c: "int value; socklen_t len = sizeof value; getsockopt(s, SOL_SOCKET, SO_RCVBUF, &value, &len);",
        man: "getsockopt(2)",
        errors: &[
            err("ENOPROTOOPT", "the socket's protocol does not have that option, or it can only be set"),
            err("EOPNOTSUPP", "the socket's protocol has no options at that level"),
            err("EINVAL", "the buffer has not the size that the option needs").cure("its size as BUFLEN"),
            err("ERANGE", "BUFLEN is too small for the option"),
            err("ENOTCONN", "the option tells of a connection, and there is none").cure("connect S first"),
            CLOSED,
        ],
        example: "s = socket AF_INET SOCK_STREAM\ngetsockopt s SO_RCVBUF\ngetsockopt s IPPROTO_TCP TCP_NODELAY\n\
                  getsockopt s SO_LINGER\ngetsockopt s SO_LINGER 8",
        related: &["setsockopt", "SO_ERROR", "SO_RCVBUF", "TCP_INFO", "SOL_SOCKET"],
        run: get,
        ..base(Group::Options)
    },
];

fn set(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let option = args.option(1)?;
    let value = encode(option, args)?;
    let outcome = sockopt::set(socket.fd()?.as_fd(), option.level, option.number, value.bytes());
    outcome.map_err(|e| Failure::os(e).trying(Tried::SetOption(option.level, option.number)))?;
    socket.note_option(option.level, option.number, value.bytes());
    world.note(&socket, || Did::OptionSet(option.level, option.number));
    Ok(Reply::Nothing.into())
}

fn get(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let option = args.option(1)?;
    let length = if args.has(2) { Some(args.size(2)?) } else { None };
    if length.is_some_and(|n| n > LONGEST) {
        return Err(Failure::usage(format!("getsockopt buflen out of range: 0 to {LONGEST} bytes")).at(2));
    }
    let kind = match length {
        None => option.spec.map_or(OptKind::Number, |spec| spec.kind),
        Some(0) => OptKind::Number,
        Some(n) => OptKind::Struct(n),
    };
    if (option.level, option.number) == (libc::SOL_SOCKET, libc::SO_ERROR)
        && let Some(error) = socket.shared.stash.take()
    {
        return Ok(decode(kind, &error.to_ne_bytes(), size_of_val(&error)).into());
    }
    let mut buffer = [0; LONGEST];
    let room = &mut buffer[..room(kind)];
    let filled = sockopt::get(socket.fd()?.as_fd(), option.level, option.number, room)
        .map_err(|e| Failure::os(e).trying(Tried::GetOption(option.level, option.number)))?;
    Ok(decode(kind, room, filled).into())
}

/// How much room the answer gets.
fn room(kind: OptKind) -> usize {
    match kind {
        OptKind::Wide | OptKind::Linger => 8,
        OptKind::Seconds => size_of::<libc::timeval>(),
        OptKind::Credentials => 12,
        OptKind::Text => LONGEST,
        OptKind::Struct(size) => size.min(LONGEST),
        // Those that cannot be read are asked for as a number, and the kernel says so.
        _ => size_of::<libc::c_int>(),
    }
}

/// The value in an answer, of which the kernel filled so many bytes; the rest is zeros.
fn decode(kind: OptKind, room: &[u8], filled: usize) -> Value {
    let answer = &room[..filled.min(room.len())];
    let int = |at: usize| Value::Int(room.get(at..).map_or(0, |from| number(from, 4)));
    match kind {
        OptKind::Seconds => {
            let (seconds, micros) = room.split_at(size_of::<libc::time_t>());
            Value::Float(number(seconds, seconds.len()) as f64 + number(micros, micros.len()) as f64 / 1e6)
        }
        OptKind::Linger => Value::list(vec![int(0), int(4)]),
        OptKind::Credentials => Value::list(vec![int(0), int(4), int(8)]),
        OptKind::Text => {
            let text = answer.split(|b| *b == 0).next().unwrap_or_default();
            std::str::from_utf8(text).map_or_else(|_| Value::bytes(text), Value::text)
        }
        OptKind::InterfaceV4 => match room.first_chunk::<4>() {
            Some(octets) => Value::text(Ipv4Addr::from(*octets).to_string()),
            None => Value::bytes(answer),
        },
        OptKind::Struct(_) => Value::bytes(answer),
        OptKind::Wide if filled == 8 => {
            Value::Int(room.first_chunk().map_or(0, |bytes| i128::from(u64::from_ne_bytes(*bytes))))
        }
        _ if filled == 1 => Value::Int(i128::from(room[0])),
        _ => int(0),
    }
}

/// The signed number of so many bytes at the start.
fn number(bytes: &[u8], size: usize) -> i128 {
    match size {
        8 => bytes.first_chunk().map_or(0, |b| i128::from(i64::from_ne_bytes(*b))),
        _ => bytes.first_chunk().map_or(0, |b| i128::from(i32::from_ne_bytes(*b))),
    }
}

/// The bytes of a value: made here and small, or those that were given.
enum Raw<'a> {
    Made([u8; 24], usize),
    Given(Cow<'a, [u8]>),
}

impl Raw<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Made(bytes, length) => &bytes[..*length],
            Self::Given(bytes) => bytes,
        }
    }

    fn made<const N: usize>(parts: [&[u8]; N]) -> Self {
        let (mut bytes, mut length) = ([0; 24], 0);
        for part in parts {
            bytes[length..length + part.len()].copy_from_slice(part);
            length += part.len();
        }
        Self::Made(bytes, length)
    }

    fn int(n: i32) -> Self {
        Self::made([&n.to_ne_bytes()])
    }
}

/// The bytes of the value that the option's form asks for. Packed bytes go as they are, whatever the form.
fn encode(option: OptRef, args: &Args) -> Result<Raw<'_>, Failure> {
    let count = args.rest(VALUE).len();
    let first = args.value(VALUE);
    if let (Value::Bytes(bytes), 1) = (first, count) {
        return Ok(Raw::Given(Cow::Borrowed(bytes)));
    }
    let Some(spec) = option.spec else {
        one(count, "a whole number, text or packed bytes")?;
        return Ok(match first {
            Value::Text(s) => Raw::Given(Cow::Borrowed(s.as_bytes())),
            other => Raw::int(int(other, VALUE)?),
        });
    };
    match spec.kind {
        OptKind::Linger => return linger(args, count),
        OptKind::Membership => return membership(args, count),
        OptKind::SourceMembership => return source_membership(args, count),
        OptKind::Membership6 => return membership6(args, count),
        _ => one(count, spec.kind.form())?,
    }
    Ok(match spec.kind {
        OptKind::Seconds => timeval(first)?,
        OptKind::Text => match first {
            Value::None => Raw::Made([0; 24], 0),
            other => Raw::Given(other.wire()),
        },
        OptKind::Wide => wide(first)?,
        OptKind::Interface => Raw::int(interface(first, VALUE)?),
        OptKind::InterfaceV4 => match interface_v4(first, VALUE)? {
            (address, 0) => Raw::made([&address.octets()]),
            (address, index) => Raw::made([&[0; 4], &address.octets(), &index.to_ne_bytes()]),
        },
        // A number for a structure goes as the int that C would pass, and the kernel says what it thinks of it.
        _ => Raw::int(int(first, VALUE)?),
    })
}

fn one(count: usize, form: &str) -> Result<(), Failure> {
    if count == 1 { Ok(()) } else { Err(takes(form, VALUE + 1)) }
}

fn takes(form: &str, at: usize) -> Failure {
    Failure::usage(format!("this option takes {form}")).at(at)
}

/// The whole number a value is; text may be a number, or names of constants joined with `|`.
fn whole(value: &Value, at: usize) -> Result<i128, Failure> {
    match value {
        Value::Int(n) => Ok(*n),
        Value::Bool(on) => Ok(i128::from(*on)),
        Value::Text(word) => match kinds::word_value(word) {
            Value::Text(names) => {
                let bits = names.split('|').try_fold(0, |bits, name| Some(bits | constants::find_any(name)?));
                bits.map(i128::from).ok_or_else(|| takes(&format!("a whole number, not `{word}`"), at))
            }
            other => whole(&other, at),
        },
        other => Err(takes(&format!("a whole number, not {}", other.show()), at)),
    }
}

/// A C `int`; the upper half of an unsigned one is taken as its bits.
fn int(value: &Value, at: usize) -> Result<i32, Failure> {
    let n = whole(value, at)?;
    i32::try_from(n)
        .or_else(|_| u32::try_from(n).map(|n| n as i32))
        .map_err(|_| Failure::usage(format!("{n} does not fit a C int (-2147483648 to 4294967295)")).at(at))
}

/// A number of 64 bits, as an `int` where that is enough: then it means the same to kernels of any age.
fn wide(value: &Value) -> Result<Raw<'static>, Failure> {
    let n = whole(value, VALUE)?;
    if let Ok(small) = i32::try_from(n).or_else(|_| u32::try_from(n).map(|n| n as i32)) {
        return Ok(Raw::int(small));
    }
    let large = u64::try_from(n).map_err(|_| Failure::usage(format!("{n} does not fit 64 bits")).at(VALUE))?;
    Ok(Raw::made([&large.to_ne_bytes()]))
}

/// Seconds as a `struct timeval`; `none` is 0, no timeout.
fn timeval(value: &Value) -> Result<Raw<'static>, Failure> {
    let word;
    let value = match value {
        Value::Text(s) => {
            word = kinds::word_value(s);
            &word
        }
        other => other,
    };
    let (seconds, micros) = match value {
        Value::None => (0, 0),
        Value::Int(n) => (*n, 0),
        Value::Float(x) if x.is_finite() => {
            // Not 0 unless it is 0, for that would be for ever.
            let micros = if *x > 0.0 { (x * 1e6).round().max(1.0) } else { (x * 1e6).round() } as i128;
            (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
        }
        other => return Err(takes(&format!("seconds, not {}", other.show()), VALUE)),
    };
    let seconds = libc::time_t::try_from(seconds)
        .map_err(|_| Failure::usage(format!("{seconds} seconds do not fit a struct timeval")).at(VALUE))?;
    let micros = micros as libc::suseconds_t;
    Ok(Raw::made([&seconds.to_ne_bytes(), &micros.to_ne_bytes()]))
}

/// `ONOFF SECONDS`, in two words or as the list that getsockopt gives. A lone number goes as C would pass it.
fn linger(args: &Args, count: usize) -> Result<Raw<'static>, Failure> {
    let form = "ONOFF SECONDS, such as 1 5; 0 0 is the default, 1 0 makes close reset the connection";
    let (on, seconds) = match (args.value(VALUE), count) {
        (Value::List(pair), 1) if pair.len() == 2 => (int(&pair[0], VALUE)?, int(&pair[1], VALUE)?),
        (Value::Bool(false), 1) => (0, 0),
        (number @ Value::Int(_), 1) => return Ok(Raw::int(int(number, VALUE)?)),
        (on, 2) => (int(on, VALUE)?, int(args.value(VALUE + 1), VALUE + 1)?),
        _ => return Err(takes(form, VALUE)),
    };
    Ok(Raw::made([&on.to_ne_bytes(), &seconds.to_ne_bytes()]))
}

/// `GROUP [INTERFACE]` as a `struct ip_mreqn`.
fn membership(args: &Args, count: usize) -> Result<Raw<'static>, Failure> {
    if !(1..=2).contains(&count) {
        return Err(takes(OptKind::Membership.form(), VALUE + 2));
    }
    let group = group_v4(args.value(VALUE), VALUE)?;
    let (address, index) = match count {
        1 => (Ipv4Addr::UNSPECIFIED, 0),
        _ => interface_v4(args.value(VALUE + 1), VALUE + 1)?,
    };
    Ok(Raw::made([&group.octets(), &address.octets(), &index.to_ne_bytes()]))
}

/// `GROUP SOURCE [INTERFACE]` as a `struct ip_mreq_source`, whose order is another.
fn source_membership(args: &Args, count: usize) -> Result<Raw<'static>, Failure> {
    if !(2..=3).contains(&count) {
        return Err(takes(OptKind::SourceMembership.form(), VALUE));
    }
    let group = group_v4(args.value(VALUE), VALUE)?;
    let source = group_v4(args.value(VALUE + 1), VALUE + 1)?;
    let interface = match count {
        2 => Ipv4Addr::UNSPECIFIED,
        _ => group_v4(args.value(VALUE + 2), VALUE + 2)?,
    };
    Ok(Raw::made([&group.octets(), &interface.octets(), &source.octets()]))
}

/// `GROUP [INTERFACE]` as a `struct ipv6_mreq`; the interface may also follow the group, as in `ff02::1%lo`.
fn membership6(args: &Args, count: usize) -> Result<Raw<'static>, Failure> {
    if !(1..=2).contains(&count) {
        return Err(takes(OptKind::Membership6.form(), VALUE + 2));
    }
    let word = args.value(VALUE).to_string();
    let (group, scope) = word.split_once('%').map_or((&*word, None), |(group, scope)| (group, Some(scope)));
    let group: Ipv6Addr = group.parse().map_err(|_| {
        let failure = takes(&format!("an IPv6 address such as ff02::1, not `{group}`"), VALUE);
        match group.parse::<Ipv4Addr>() {
            Ok(_) => failure.note("IP_ADD_MEMBERSHIP is the option for IPv4 groups"),
            Err(_) => failure,
        }
    })?;
    let index = match (scope, count) {
        (_, 2) => interface(args.value(VALUE + 1), VALUE + 1)?,
        (Some(scope), _) => interface(&kinds::word_value(scope), VALUE)?,
        (None, _) => 0,
    };
    Ok(Raw::made([&group.octets(), &index.to_ne_bytes()]))
}

/// An IPv4 address, dotted or packed.
fn address_v4(value: &Value) -> Option<Ipv4Addr> {
    match value {
        Value::Text(word) => word.parse().ok(),
        Value::Bytes(packed) => <[u8; 4]>::try_from(&**packed).ok().map(Ipv4Addr::from),
        Value::Addr(Addr::V4(addr)) => Some(*addr.ip()),
        _ => None,
    }
}

fn group_v4(value: &Value, at: usize) -> Result<Ipv4Addr, Failure> {
    address_v4(value).ok_or_else(|| {
        let failure = takes(&format!("an IPv4 address such as 224.0.2.1, not {}", value.show()), at);
        match value.to_string().parse::<Ipv6Addr>() {
            Ok(_) => failure.note("IPV6_ADD_MEMBERSHIP is the option for IPv6 groups"),
            Err(_) => failure,
        }
    })
}

/// An interface by address, name or number: the address and the number, of which one is 0.
fn interface_v4(value: &Value, at: usize) -> Result<(Ipv4Addr, i32), Failure> {
    match address_v4(value) {
        Some(address) => Ok((address, 0)),
        None => Ok((Ipv4Addr::UNSPECIFIED, interface(value, at)?)),
    }
}

/// An interface's number, by number or name.
fn interface(value: &Value, at: usize) -> Result<i32, Failure> {
    let Value::Text(name) = value else { return int(value, at) };
    if let Some(number @ Value::Int(_)) = kinds::number(name) {
        return int(&number, at);
    }
    sockopt::interface_index(name).map(|index| index as i32).ok_or_else(|| {
        let note = format!("no network interface is called `{name}`: ifconfig lists them");
        Failure::os(libc::ENODEV).note(note).at(at)
    })
}

#[cfg(test)]
mod tests {
    use super::super::Arg;
    use super::*;
    use crate::linux::options;

    fn encoded(option: &str, words: &[&str]) -> Result<Vec<u8>, Failure> {
        let values = words.iter().map(|word| Arg::Value(kinds::word_value(word)));
        let args = Args([Arg::Absent, Arg::Absent].into_iter().chain(values).collect());
        encode(options::by_name(option).unwrap(), &args).map(|raw| raw.bytes().to_vec())
    }

    fn ints(numbers: &[i32]) -> Vec<u8> {
        numbers.iter().flat_map(|n| n.to_ne_bytes()).collect()
    }

    #[test]
    fn words_become_what_the_option_asks_for() {
        for (option, words, bytes) in [
            ("SO_REUSEADDR", &["1"][..], ints(&[1])),
            ("SO_REUSEADDR", &["on"], ints(&[1])),
            ("SO_MARK", &["0xffffffff"], ints(&[-1])),
            ("IP_MTU_DISCOVER", &["IP_PMTUDISC_DO"], ints(&[2])),
            ("SO_LINGER", &["1", "5"], ints(&[1, 5])),
            ("SO_LINGER", &["1"], ints(&[1])),
            ("SO_LINGER", &["off"], ints(&[0, 0])),
            ("SO_BINDTODEVICE", &["lo"], b"lo".to_vec()),
            ("SO_BINDTODEVICE", &["none"], Vec::new()),
            ("SO_BINDTOIFINDEX", &["lo"], ints(&[1])),
            ("SO_MAX_PACING_RATE", &["5000000000"], 5_000_000_000u64.to_ne_bytes().to_vec()),
            ("IP_MULTICAST_IF", &["127.0.0.1"], vec![127, 0, 0, 1]),
            ("IP_MULTICAST_IF", &["lo"], ints(&[0, 0, 1])),
            ("IP_ADD_MEMBERSHIP", &["224.0.2.1", "127.0.0.1"], vec![224, 0, 2, 1, 127, 0, 0, 1, 0, 0, 0, 0]),
            ("IP_ADD_SOURCE_MEMBERSHIP", &["232.0.0.1", "10.0.0.2"], vec![232, 0, 0, 1, 0, 0, 0, 0, 10, 0, 0, 2]),
            ("IPV6_JOIN_GROUP", &["ff02::1%lo"], [&[0xff, 2][..], &[0; 13], &[1], &ints(&[1])].concat()),
        ] {
            assert_eq!(encoded(option, words), Ok(bytes), "{option} {words:?}");
        }
    }

    #[test]
    fn timeouts_are_rounded_but_never_to_none() {
        for (word, parts) in
            [("2.5", (2, 500_000)), ("1e-9", (0, 1)), ("0", (0, 0)), ("-0.5", (-1, 500_000)), ("none", (0, 0))]
        {
            let (seconds, micros): (libc::time_t, libc::suseconds_t) = parts;
            let bytes = [seconds.to_ne_bytes(), micros.to_ne_bytes()].concat();
            assert_eq!(encoded("SO_RCVTIMEO", &[word]), Ok(bytes), "{word}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (option, words) in [
            ("SO_RCVBUF", &["4294967296"][..]),
            ("SO_RCVBUF", &["much"]),
            ("SO_RCVBUF", &["1", "2"]),
            ("SO_RCVBUF", &["1.5"]),
            ("SO_RCVTIMEO", &["soon"]),
            ("SO_LINGER", &["1", "2", "3"]),
            ("IP_ADD_MEMBERSHIP", &["ff02::1"]),
            ("IPV6_ADD_MEMBERSHIP", &["224.0.0.1"]),
        ] {
            let failure = encoded(option, words).unwrap_err();
            assert_eq!(failure.name, crate::value::Name::Usage, "{option} {words:?}");
        }
        assert!(encoded("IP_ADD_MEMBERSHIP", &["224.0.2.1", "nosuch0"]).unwrap_err().is(libc::ENODEV));
    }

    #[test]
    fn answers_become_values() {
        let seconds = [(2 as libc::time_t).to_ne_bytes(), (500_000 as libc::suseconds_t).to_ne_bytes()].concat();
        for (kind, room, value) in [
            (OptKind::Flag, ints(&[1]), Value::Int(1)),
            (OptKind::Number, ints(&[-1]), Value::Int(-1)),
            (OptKind::Wide, vec![0xff; 8], Value::Int(i128::from(u64::MAX))),
            (OptKind::Seconds, seconds, Value::Float(2.5)),
            (OptKind::Linger, ints(&[1, 5]), Value::list(vec![Value::Int(1), Value::Int(5)])),
            (OptKind::Text, b"reno\0\0\0".to_vec(), Value::text("reno")),
            (OptKind::InterfaceV4, vec![127, 0, 0, 1], Value::text("127.0.0.1")),
            (OptKind::Struct(3), vec![1, 2, 3], Value::bytes([1, 2, 3])),
        ] {
            assert_eq!(decode(kind, &room, room.len()), value, "{kind:?}");
        }
        assert_eq!(decode(OptKind::Number, &[7, 0, 0, 0], 1), Value::Int(7));
    }
}
