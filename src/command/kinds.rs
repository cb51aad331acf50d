//! What fits a parameter, and how words and values are fitted to it.
//!
//! The same function serves a word of the program (once, when the line is read) and a value that a name holds
//! (at each call): [`fit`].

use super::address;
use super::args::Arg;
pub(crate) use super::numerals::{number, number_or_name, word_value};
use crate::linux::constants::{self, Constants};
use crate::linux::options;
use crate::value::{Failure, Value, text};

/// What fits a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A socket, by its bare name or as a value.
    Socket,
    /// A file, likewise.
    File,
    /// A socket or a file.
    SocketOrFile,
    /// The same, or the number of a descriptor.
    Closable,
    /// A task or a process, likewise.
    Task,
    /// Anything else alive, likewise, or text in quotes.
    ThingOrText,
    /// A process, likewise.
    Process,
    /// A process, or the id of one.
    ProcessOrPid,
    /// A host, likewise.
    Host,
    /// Anything else alive, likewise: what the parameter says.
    Thing,
    /// The same, or a number.
    ThingOrNumber,
    /// A job's number, a task or a process.
    JobOrTask,
    /// A job's number.
    Job,
    /// A socket address, in one word or two.
    Addr,
    /// An address family.
    Family,
    /// An address family, or one word for family and type.
    Sort,
    /// A socket type.
    Type,
    /// A protocol number.
    Protocol,
    /// A whole number, or the name of a constant.
    Int,
    /// The same, or `none`.
    IntOrNone,
    /// A size in bytes.
    Size,
    /// The same, or the option whose level stands before it, where that is a name's value.
    SizeOrOption,
    /// Seconds, from 0; `none` for no limit.
    Seconds,
    /// Seconds; `none`, or less than 0, for no limit.
    Limit,
    /// A switch: on or off.
    Switch,
    /// Bytes to send; text goes as UTF-8.
    Data,
    /// Text.
    Text,
    /// A path of a file.
    Path,
    /// A path of a program.
    Program,
    /// MSG_ flags of send(2) and recv(2).
    MsgFlags,
    /// AI_ flags of getaddrinfo(3).
    AiFlags,
    /// NI_ flags of getnameinfo(3).
    NiFlags,
    /// Events of poll(2).
    PollEvents,
    /// Events of epoll(7) and flags that go with them.
    EpollEvents,
    /// What epoll_ctl(2) does.
    EpollOp,
    /// What is watched, or seconds.
    WatchedOrSeconds,
    /// Sockets to watch: one, several by their names with commas between (each may have events, as in `a:IN`), a list.
    Watched,
    /// Which half to shut down.
    How,
    /// A socket option, with its level before it or alone.
    Option,
    /// Sockets or files by their names, with commas between.
    Sockets,
    /// What goes beside the data of a message.
    Ancillary,
    /// The name of an encoding.
    Encoding,
    /// The name of a TCP state.
    State,
    /// The name of a def, and what it is called with.
    Def,
    /// A value of the option before it.
    OptionValue,
    /// What a row of a list of sockets must have.
    Filter,
    /// What a wire is to do.
    Wire,
    /// Which frames are meant.
    Frames,
    /// Any value; a word that looks like a number is one.
    Any,
    /// `KEY=VALUE`.
    Pair,
    /// A bare name: of a call, an option, a variable.
    Name,
}

impl Kind {
    /// Whether a bare word in its place is the name of a live thing.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Socket | Self::File | Self::SocketOrFile | Self::Task | Self::Process)
            || matches!(self, Self::Host | Self::Thing)
            || self == Self::ThingOrText
            || self.is_live_or_number()
    }

    /// Whether a number may stand in the place of a live thing's name.
    pub fn is_live_or_number(self) -> bool {
        matches!(self, Self::JobOrTask | Self::ProcessOrPid | Self::ThingOrNumber | Self::Closable)
    }

    /// Whether a bare word in its place is the value it looks like.
    pub fn is_any(self) -> bool {
        matches!(self, Self::Any | Self::Sort | Self::Def | Self::OptionValue | Self::Filter | Self::Ancillary)
    }

    /// The name of what fits, for messages.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Socket => "a socket",
            Self::File => "a file",
            Self::SocketOrFile | Self::Closable => "a socket or a file",
            Self::Task => "a task or a process",
            Self::ThingOrText => "something alive, or text in quotes",
            Self::Process => "a process",
            Self::Host => "a host",
            Self::ProcessOrPid => "a process or the id of one",
            Self::Thing | Self::ThingOrNumber => "something alive",
            Self::JobOrTask => "a job's number, a task or a process",
            Self::Job => "a job's number",
            Self::Addr => "an address",
            Self::Family | Self::Sort => "an address family",
            Self::Type => "a socket type",
            Self::Protocol => "a protocol",
            Self::Int => "a whole number",
            Self::IntOrNone => "a whole number or none",
            Self::Size | Self::SizeOrOption => "a size",
            Self::Seconds | Self::Limit => "seconds",
            Self::Watched => "a socket or a list of sockets",
            Self::WatchedOrSeconds => "seconds, or a socket",
            Self::Switch => "on or off",
            Self::Data => "data",
            Self::Text => "text",
            Self::Path | Self::Program => "a path",
            Self::MsgFlags | Self::AiFlags | Self::NiFlags => "flags",
            Self::PollEvents | Self::EpollEvents => "events",
            Self::EpollOp => "ADD, MOD or DEL",
            Self::How => "rd, wr or rdwr",
            Self::Option => "a socket option",
            Self::Sockets => "sockets or files",
            Self::Ancillary => "ancillary data",
            Self::Encoding => "an encoding",
            Self::State => "a state",
            Self::Any | Self::Def | Self::OptionValue | Self::Filter => "a value",
            Self::Wire => "what a wire does",
            Self::Frames => "a filter",
            Self::Pair => "KEY=VALUE",
            Self::Name => "a name",
        }
    }

    /// The named constants that fit it, if any do.
    pub fn constants(self) -> Option<&'static Constants> {
        Some(match self {
            Self::Family | Self::Sort => &constants::FAMILIES,
            Self::Type => &constants::TYPES,
            Self::Protocol => &constants::PROTOCOLS,
            Self::MsgFlags => &constants::MSG_FLAGS,
            Self::AiFlags => &constants::AI_FLAGS,
            Self::NiFlags => &constants::NI_FLAGS,
            Self::PollEvents => &constants::POLL_EVENTS,
            Self::EpollEvents => &constants::EPOLL_EVENTS,
            Self::EpollOp => &constants::EPOLL_OPS,
            Self::How => &constants::HOWS,
            _ => return None,
        })
    }
}

/// Fit a value to a parameter. `Text` values are read as words would be.
pub(crate) fn fit(kind: Kind, value: Value) -> Result<Arg, Failure> {
    let fitted = match kind {
        Kind::Addr => return address::fit(value),
        Kind::Option => return fit_option(&value),
        Kind::Family | Kind::Type | Kind::Protocol | Kind::How => constant(kind, value)?,
        Kind::MsgFlags | Kind::AiFlags | Kind::NiFlags => constant(kind, value)?,
        Kind::PollEvents | Kind::EpollEvents | Kind::EpollOp => constant(kind, value)?,
        Kind::SizeOrOption if matches!(&value, Value::Text(word) if options::by_name(word).is_some()) => value,
        Kind::SizeOrOption => return fit(Kind::Size, value),
        Kind::Int | Kind::IntOrNone | Kind::Size | Kind::Job => match &value {
            Value::Text(s) => match number(s) {
                Some(n @ Value::Int(_)) => n,
                _ if kind == Kind::IntOrNone && matches!(&**s, "none" | "None") => Value::None,
                _ if matches!(kind, Kind::Int | Kind::IntOrNone) => constant(kind, value)?,
                _ => return Err(Failure::usage(format!("{} is needed here, not `{s}`", kind.noun()))),
            },
            _ => value,
        },
        Kind::Seconds => seconds(value)?,
        Kind::Limit => limit(value)?,
        Kind::WatchedOrSeconds if !matches!(value, Value::Handle(_) | Value::List(_)) => seconds(value)?,
        Kind::Switch => switch(&value)?,
        Kind::Pair => return Err(Failure::usage("KEY=VALUE is needed here")),
        _ => value,
    };
    if kind == Kind::Size
        && let Value::Int(n) = fitted
        && n < 0
    {
        return Err(Failure::usage(format!("a size is 0 or more, not {n}")));
    }
    Ok(Arg::Value(fitted))
}

fn seconds(value: Value) -> Result<Value, Failure> {
    let value = match &value {
        Value::Text(s) => word_value(s),
        _ => value,
    };
    match value {
        Value::None => Ok(Value::None),
        Value::Int(_) | Value::Float(_) => {
            let seconds = value.number().unwrap_or(0.0);
            if seconds.is_nan() || seconds < 0.0 {
                return Err(Failure::usage(format!("seconds are 0 or more, not {value}")));
            }
            // Python counts nanoseconds in 64 bits: 292 years.
            if seconds * 1e9 >= i64::MAX as f64 {
                return Err(Failure::usage(format!("{value} seconds are too many: 9223372036 at most")));
            }
            Ok(value)
        }
        other => Err(Failure::usage(format!("seconds are a number or none, not {}", other.show()))),
    }
}

/// Seconds where C and Python take less than 0 for no limit.
fn limit(value: Value) -> Result<Value, Failure> {
    let value = match &value {
        Value::Text(s) => word_value(s),
        _ => value,
    };
    if value.number().is_some_and(|seconds| seconds < 0.0) { Ok(Value::None) } else { seconds(value) }
}

fn switch(value: &Value) -> Result<Value, Failure> {
    let on = match value {
        Value::Text(s) => match &**s {
            "on" | "true" | "1" | "True" => true,
            "off" | "false" | "0" | "False" => false,
            _ => return Err(Failure::usage(format!("on or off is needed here, not `{s}`"))),
        },
        other => other.truth(),
    };
    Ok(Value::Bool(on))
}

/// A constant by name or number, several joined with `|` where they are flags.
fn constant(kind: Kind, value: Value) -> Result<Value, Failure> {
    let Value::Text(word) = &value else {
        return match value {
            Value::Int(_) | Value::None => Ok(value),
            Value::Bool(b) => Ok(Value::Int(i128::from(b))),
            other => Err(Failure::usage(format!("{} is needed here, and this is {}", kind.noun(), other.kind()))),
        };
    };
    let mut bits: i128 = 0;
    for part in word.split('|') {
        bits |= match (number(part), kind.constants()) {
            (Some(Value::Int(n)), _) => n,
            (_, Some(set)) => {
                // The protocols of families that no more is known of.
                let other = || if kind == Kind::Protocol { constants::REST.find(part) } else { None };
                i128::from(set.find(part).or_else(other).ok_or_else(|| unknown_constant(kind, set, part))?)
            }
            (_, None) => number_or_name(part)
                .ok_or_else(|| Failure::usage(format!("{} is needed here, not `{part}`", kind.noun())))?,
        };
    }
    Ok(Value::Int(bits))
}

fn unknown_constant(kind: Kind, set: &Constants, word: &str) -> Failure {
    let failure = Failure::usage(format!("`{word}` is not {}", kind.noun()));
    match text::nearest(word, set.names()) {
        Some(near) => failure.note(format!("did you mean {near}?")),
        None => failure.note(format!("one of: {}", set.names().collect::<Vec<_>>().join(" "))),
    }
}

/// An option by its name alone. A level and an option in two words are fitted by [`fit_leveled`].
fn fit_option(value: &Value) -> Result<Arg, Failure> {
    options::by_name(&value.to_string()).map(Arg::Opt).ok_or_else(|| no_option(value))
}

/// The same of a name's value, which may also be the level of the option in the next word.
pub(crate) fn fit_option_or_level(value: Value) -> Result<Arg, Failure> {
    if is_level(&value) { Ok(Arg::Level(Box::new(value))) } else { fit_option(&value) }
}

/// What is said where an option's name is needed, and this is none.
pub(super) fn no_option(value: &Value) -> Failure {
    let word = value.to_string();
    let names = || options::names().chain(options::levels().map(|(name, _)| *name));
    let note = match text::nearest(&word, names()) {
        _ if constants::REST.number(&word).is_some() => {
            format!("it is known by its number alone, and needs its level before it: SOL_... {word}")
        }
        Some(near) => format!("did you mean {near}?"),
        None if number(&word).is_some() => {
            "by number, an option needs its level before it: setsockopt s IPPROTO_TCP 1 1".into()
        }
        None => "see: help setsockopt".into(),
    };
    Failure::usage(format!("no socket option is called `{}`", text::escape_bytes(word.as_bytes()))).note(note)
}

/// Whether a value names a level rather than an option.
pub(crate) fn is_level(value: &Value) -> bool {
    match value {
        Value::Int(_) => true,
        other => {
            let word = other.to_string();
            options::by_name(&word).is_none() && (level(&word).is_some() || number(&word).is_some())
        }
    }
}

/// The number of a level, also of those that no option is known of.
fn level(word: &str) -> Option<i32> {
    options::level(word).or_else(|| constants::REST.find(word).filter(|_| word.starts_with("SOL_")))
}

fn unknown_level(word: &str) -> Failure {
    let failure = Failure::usage(format!("`{word}` is not an option's level"));
    match text::nearest(word, options::levels().map(|(name, _)| *name)) {
        Some(near) => failure.note(format!("did you mean {near}?")),
        None => failure.note(format!(
            "one of: {}",
            options::levels().take(7).map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
        )),
    }
}

/// An option with the level before it, each by name or number.
pub(crate) fn fit_leveled(level: &Value, option: &Value) -> Result<Arg, Failure> {
    let as_number = |v: &Value| match v {
        Value::Int(n) => Some(*n),
        other => number(&other.to_string()).and_then(|n| if let Value::Int(n) = n { Some(n) } else { None }),
    };
    let bad = |n| Failure::usage(format!("{n} does not fit a C int"));
    let level_number = match as_number(level) {
        Some(n) => i32::try_from(n).map_err(|_| bad(n))?,
        None => self::level(&level.to_string()).ok_or_else(|| unknown_level(&level.to_string()))?,
    };
    if let Some(n) = as_number(option).or_else(|| constants::REST.number(&option.to_string()).map(i128::from)) {
        let n = i32::try_from(n).map_err(|_| bad(n))?;
        return Ok(Arg::Opt(options::by_number(level_number, n)));
    }
    let Arg::Opt(found) = fit_option(option)? else { return Err(bad(0)) };
    // As in C, the name gives the number and the level is taken as written.
    Ok(Arg::Opt(if found.level == level_number { found } else { options::by_number(level_number, found.number) }))
}
