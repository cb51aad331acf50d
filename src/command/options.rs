//! Socket options: `setsockopt` and `getsockopt`. Words become bytes by the option's form ([`super::forms`]), and bytes
//! become values of the same form. The kernel is always asked; which options exist is its to say.

use std::net::Ipv4Addr;
use std::os::fd::AsFd;
use std::rc::Rc;

use super::forms::encode;
use super::{Arg, Args, CLOSED, Command, Group, Kind, base, err, fields, kinds, named, opt, req, some};
use crate::linux::options::{OptKind, OptRef};
use crate::os::{sockopt, trace};
use crate::value::{Failure, Holds, Reply, Tried, Value};
use crate::world::record::Did;
use crate::world::{Socket, Step, World};

/// Where the option stands.
const OPT: usize = 1;
/// Where getsockopt is told of what.
const OF: usize = 3;
/// The longest answer that getsockopt gives, as in Python.
const LONGEST: usize = 1024;

/// The calls of this file.
pub(super) const COMMANDS: &[Command] = &[
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
                     (IP_ADD_MEMBERSHIP), flags (SO_TIMESTAMPING), text, what getsockopt gave, or packed bytes as in Python: `help \
                     OPTION` says which"),
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
            opt("BUFLEN", Kind::SizeOrOption).is("give the raw bytes, at most so many: unpack takes them apart"),
            named("of", Kind::Any).is("of which group and interface a source filter is: of=\"224.0.2.1 lo\", or a list of both"),
        ],
        results: &[("value", Holds::Plain)],
        returns: "a number, flags by name, or a structure with its fields: ${value.pid}; with BUFLEN the bytes",
        python: "{S}.getsockopt({OPT}<, {BUFLEN}>)",
        also: &[
            "struct.unpack('ii', {S}.getsockopt({OPT}, 8))",
            "struct.unpack('iII', {S}.getsockopt({OPT}, 12))",
            "struct.unpack('3i', {S}.getsockopt({OPT}, 12))",
        ],
        c: "int value; socklen_t len = sizeof value; getsockopt(s, SOL_SOCKET, SO_RCVBUF, &value, &len);",
        man: "getsockopt(2)",
        errors: &[
            err("ENOPROTOOPT", "the socket's protocol does not have that option, or it can only be set"),
            err("EOPNOTSUPP", "the socket's protocol has no options at that level"),
            err("EINVAL", "the buffer has not the size that the option needs").cure("its size as BUFLEN"),
            err("ERANGE", "BUFLEN is too small for the option"),
            err("EADDRNOTAVAIL", "of=: the socket is not a member of that group on that interface")
                .cure("setsockopt S IP_ADD_MEMBERSHIP GROUP INTERFACE first"),
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

/// The option in its place, and how many places earlier than usual stands what is behind it.
#[inline]
fn option(args: &mut Args) -> Result<(OptRef, usize), Failure> {
    match args.0.get(OPT) {
        Some(Arg::Opt(option)) => Ok((*option, 0)),
        _ => joined(args),
    }
}

/// An option with its level before it in a word of its own: the two are joined here, and what stands behind
/// comes a place earlier.
#[cold]
fn joined(args: &mut Args) -> Result<(OptRef, usize), Failure> {
    let Some(Arg::Level(level)) = args.0.get(OPT) else { return Ok((args.option(OPT)?, 0)) };
    if !args.has(OPT + 1) {
        return Err(kinds::no_option(level).at(OPT));
    }
    let joined = kinds::fit_leveled(level, args.value(OPT + 1)).map_err(|failure| failure.at(OPT + 1))?;
    args.0.splice(OPT..=OPT + 1, [joined]);
    Ok((args.option(OPT)?, 1))
}

fn set(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let (option, before) = option(args)?;
    let value = encode(option, args).map_err(|failure| failure.after(before))?;
    let asked = <[u8; 4]>::try_from(value.bytes()).ok().map(i32::from_ne_bytes);
    let outcome = sockopt::set(socket.fd()?.as_fd(), option.level, option.number, value.bytes());
    outcome.map_err(|e| Failure::os(e).trying(Tried::SetOption(option.level, option.number, asked)))?;
    socket.note_option(option.level, option.number, value.bytes());
    world.note(&socket, || Did::OptionSet(option.level, option.number));
    if let (Some(asked), true) = (asked, world.record.is_some()) {
        note_taken(world, &socket, option, asked)?;
    }
    Ok(Reply::Nothing.into())
}

/// Write down which number the kernel made of the one that was asked for, if it made another.
fn note_taken(world: &mut World, socket: &Socket, option: OptRef, asked: i32) -> Result<(), Failure> {
    let fd = socket.fd()?;
    let number = option.spec.is_some_and(|spec| spec.kind == OptKind::Number && spec.readable);
    let taken = || sockopt::get_int(fd.as_fd(), option.level, option.number).ok();
    let Some(taken) = number.then(|| trace::aside(taken)).flatten() else { return Ok(()) };
    let doubles = option.level == libc::SOL_SOCKET && matches!(option.number, libc::SO_RCVBUF | libc::SO_SNDBUF);
    if taken != if doubles { asked.saturating_mul(2) } else { asked } {
        world.note(socket, || Did::Taken { option: Some((option.level, option.number)), asked, taken });
    }
    Ok(())
}

/// SO_ERROR told what had failed meanwhile: the connection that was being made, or else what came of sending.
fn give_error(world: &mut World, socket: &Socket, error: i32) {
    let Some(record) = world.record.as_ref().filter(|_| error != 0) else { return };
    let carried = |did: &Did| matches!(did, Did::Sent { .. } | Did::Received { .. });
    let asked = |did: &Did| carried(did) || matches!(did, Did::Connecting(_) | Did::Connected(_));
    let failure = Failure::os(error).on(socket.serial);
    let failure = match record.last(socket.serial, asked).map(|fact| &fact.did) {
        Some(Did::Connecting(to)) => failure.trying(Tried::Connect).to(to),
        _ => failure.trying(Tried::Receive { room: 0, flags: 0 }),
    };
    world.note(socket, || Did::Learned(failure.tried, failure.name));
    world.give(failure);
}

fn get(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let (option, before) = option(args)?;
    let length = if before == 0 && args.has(2) { Some(args.size(2)?) } else { None };
    if length.is_some_and(|n| n > LONGEST) {
        return Err(Failure::usage(format!("getsockopt buflen out of range: 0 to {LONGEST} bytes")).at(2));
    }
    let kind = match length {
        None => option.spec.map_or(OptKind::Number, |spec| spec.kind),
        Some(0) => OptKind::Number,
        Some(n) => OptKind::Struct(n),
    };
    let is_error = (option.level, option.number) == (libc::SOL_SOCKET, libc::SO_ERROR);
    if let Some(error) = is_error.then(|| socket.shared.stash.take()).flatten() {
        give_error(world, &socket, error);
        return Ok(decode(kind, &error.to_ne_bytes(), size_of_val(&error)).into());
    }
    let mut buffer = [0; LONGEST];
    let room = &mut buffer[..room(kind)];
    let of = OF - before;
    let filled = if args.has(of) {
        ask_of(option, args.value(of), room).map_err(|failure| failure.at(OF))?;
        sockopt::get_of(socket.fd()?.as_fd(), option.level, option.number, room)
    } else {
        sockopt::get(socket.fd()?.as_fd(), option.level, option.number, room)
    };
    let filled = filled.map_err(|e| Failure::os(e).trying(Tried::GetOption(option.level, option.number)))?;
    if is_error {
        give_error(world, &socket, number(room, 4) as i32);
    }
    Ok(decode(kind, room, filled).into())
}

/// Write down what a source filter is to be told of.
fn ask_of(option: OptRef, of: &Value, room: &mut [u8]) -> Result<(), Failure> {
    let kind = option.spec.map(|spec| spec.kind);
    let Some((layout, each)) = kind.and_then(|kind| match kind {
        OptKind::Fields(layout) => layout.listed().map(|each| (layout, each)),
        _ => None,
    }) else {
        return Err(Failure::usage(
            "this option tells of the whole socket: of= goes with IP_MSFILTER and MCAST_MSFILTER",
        ));
    };
    let mut values = match of {
        Value::Text(words) => words.split_whitespace().map(Value::text).collect(),
        other => fields::parts(layout, vec![other.clone()]),
    };
    values.push(Value::text("MCAST_INCLUDE"));
    let header = fields::encode(layout, &values).map_err(|(_, failure)| failure)?;
    // The number of sources, at the header's end, is how many there is room for.
    let head = header.len();
    let count = u32::try_from(room.len().saturating_sub(head) / each).unwrap_or(0);
    room[..head].copy_from_slice(&header);
    room[head - size_of_val(&count)..head].copy_from_slice(&count.to_ne_bytes());
    Ok(())
}

/// How much room the answer gets.
fn room(kind: OptKind) -> usize {
    match kind {
        OptKind::Wide => 8,
        OptKind::Seconds => size_of::<libc::timeval>(),
        OptKind::Fields(layout) if layout.listed().is_some() => LONGEST,
        OptKind::Fields(layout) => layout.size().min(LONGEST),
        OptKind::Text | OptKind::Numbers => LONGEST,
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
        OptKind::Fields(layout) => Value::Object(Rc::new(fields::decode(layout, answer))),
        OptKind::Numbers => {
            let numbers = answer.as_chunks::<4>().0.iter().map(|n| Value::Int(u32::from_ne_bytes(*n).into()));
            Value::list(numbers.collect())
        }
        OptKind::Flags(set) => match number(room, 4) as i32 {
            0 => Value::Int(0),
            flags => Value::text(set.join(flags)),
        },
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
