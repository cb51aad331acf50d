//! What goes beside the data of a message: descriptors, and ancillary data of any kind, in words or as it came.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::rc::Rc;

use super::args::expected;
use super::entries::SOCKETS;
use super::{fields, kinds};
use crate::linux::ancillary;
use crate::linux::layout::{self, Layout};
use crate::linux::options::{self, OptKind, OptRef};
use crate::os::msg;
use crate::value::{Addr, Failure, Value, text};
use crate::world::{File, Socket, Target};

/// Data on its way: as bytes, however the word was written. Text and bytes are not copied.
pub(super) fn data(value: Value) -> Value {
    if is_bytes(&value) { value } else { Value::bytes(value.wire()) }
}

/// Whether it is sent as it is.
#[inline]
pub(super) fn is_bytes(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Bytes(_))
}

/// The bytes of such data.
#[inline]
pub(super) fn bytes(data: &Value) -> &[u8] {
    match data {
        Value::Text(text) => text.as_bytes(),
        Value::Bytes(bytes) => bytes,
        _ => &[],
    }
}

/// A message on its way.
pub(super) struct Message {
    pub pieces: Vec<Value>,
    pub beside: Vec<Beside>,
    pub to: Option<Addr>,
}

/// A piece of ancillary data on its way.
pub(super) struct Beside {
    level: i32,
    kind: i32,
    carried: Carried,
}

/// What is in it.
enum Carried {
    Bytes(Vec<u8>),
    /// Descriptors: `SCM_RIGHTS`.
    Rights(Vec<Passed>),
}

impl Beside {
    /// Descriptors, if there are any.
    pub(super) fn rights(passed: Vec<Passed>) -> Option<Self> {
        let is_empty = passed.is_empty();
        let carried = Carried::Rights(passed);
        (!is_empty).then_some(Self { level: libc::SOL_SOCKET, kind: libc::SCM_RIGHTS, carried })
    }

    /// How many descriptors it has.
    pub(super) fn fds(&self) -> usize {
        match &self.carried {
            Carried::Rights(passed) => passed.len(),
            Carried::Bytes(bytes) if is_rights(self.level, self.kind) => bytes.len() / size_of::<i32>(),
            Carried::Bytes(_) => 0,
        }
    }

    /// It as the kernel takes it.
    fn raw(&self) -> (i32, i32, Vec<u8>) {
        let bytes = match &self.carried {
            Carried::Bytes(bytes) => bytes.clone(),
            Carried::Rights(passed) => passed.iter().flat_map(|one| one.number().to_ne_bytes()).collect(),
        };
        (self.level, self.kind, bytes)
    }
}

fn is_rights(level: i32, kind: i32) -> bool {
    (level, kind) == (libc::SOL_SOCKET, libc::SCM_RIGHTS)
}

/// A descriptor to pass on.
pub(super) enum Passed {
    /// That of a socket or an epoll, which stays open until it is sent.
    Socket(Rc<Socket>),
    /// A duplicate of a file's.
    File(OwnedFd),
    /// A number, as Python takes it.
    Number(i32),
}

impl Passed {
    fn number(&self) -> i32 {
        match self {
            Self::Socket(socket) => socket.fileno(),
            Self::File(fd) => fd.as_raw_fd(),
            Self::Number(number) => *number,
        }
    }
}

impl Message {
    /// How many bytes of data it has.
    pub(super) fn len(&self) -> usize {
        self.pieces.iter().map(|piece| bytes(piece).len()).sum()
    }

    /// How many descriptors go with it.
    pub(super) fn fds(&self) -> u16 {
        let fds = self.beside.iter().map(Beside::fds).sum::<usize>();
        u16::try_from(fds).unwrap_or(u16::MAX)
    }

    /// sendmsg(2) of what is left from that byte on; what else goes with it goes with the first part.
    pub(super) fn put(&self, fd: BorrowedFd<'_>, from: usize, flags: i32) -> Result<usize, i32> {
        let mut skip = from;
        let mut parts = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            let piece = bytes(piece);
            let skipped = skip.min(piece.len());
            skip -= skipped;
            // Before the first byte empty pieces are as they were given.
            if from == 0 || skipped < piece.len() {
                parts.push(&piece[skipped..]);
            }
        }
        if from > 0 {
            return msg::send(fd, &parts, &[], flags, None);
        }
        let beside: Vec<_> = self.beside.iter().map(Beside::raw).collect();
        msg::send(fd, &parts, &beside, flags, self.to.as_ref())
    }
}

/// The descriptors that a value in that place has: one, or a list.
pub(super) fn passed(value: &Value, at: usize) -> Result<Vec<Passed>, Failure> {
    let one = |value: &Value| match value {
        Value::Int(n) => i32::try_from(*n).map(Passed::Number).map_err(|_| Failure::os(libc::EBADF).at(at)),
        _ => match (Target::of(value), value.downcast::<File>()) {
            (_, Some(file)) => file.descriptor().map(Passed::File).map_err(|f| f.at(at)),
            (Some(Target::End(socket)), _) => Ok(Passed::Socket(socket)),
            _ => Err(expected(at, "a socket, an epoll or a file", value)),
        },
    };
    match value {
        Value::None => Ok(Vec::new()),
        Value::List(several) => several.items().iter().map(one).collect(),
        alone => Ok(vec![one(alone)?]),
    }
}

/// What `anc=` says, in that place of the call: what recvmsg gave, an entry of it, a triple of level, type and data, a list
/// of any of these, or words.
pub(super) fn beside(value: &Value, at: usize) -> Result<Vec<Beside>, Failure> {
    let one = |value: &Value| match value {
        Value::Object(fields) => came(fields),
        Value::List(parts) if is_triple(&parts.items()) => {
            let parts = parts.items();
            triple(&parts[0], &parts[1], &parts[2])
        }
        other => Err(Failure::usage(format!("{FORM}, and this is {}", other.kind()))),
    };
    let all = match value {
        Value::None => Ok(Vec::new()),
        Value::Text(words) => words.split(',').filter(|words| !words.trim().is_empty()).map(in_words).collect(),
        Value::List(parts) if !is_triple(&parts.items()) => {
            let each = |value: &Value| if let Value::Text(words) = value { in_words(words) } else { one(value) };
            parts.items().iter().map(each).collect()
        }
        alone => one(alone).map(|one| vec![one]),
    };
    all.map_err(|failure: Failure| failure.at(at))
}

/// What words say, as the kernel takes it; none where they say nothing.
pub(crate) fn said_beside(words: &str) -> Option<Vec<(i32, i32, Vec<u8>)>> {
    Some(beside(&Value::text(words), 0).ok()?.iter().map(Beside::raw).collect())
}

/// What is beside a message.
const FORM: &str = "ancillary data is what recvmsg gave, a list of level, type and data, or words such as \"IP_TTL 5\"";

fn is_triple(parts: &[Value]) -> bool {
    parts.len() == 3 && matches!(parts[0], Value::Int(_) | Value::Text(_)) && !matches!(parts[1], Value::Object(_))
}

/// An entry that recvmsg gave. The sockets in it are passed as they are now.
fn came(fields: &[(Rc<str>, Value)]) -> Result<Beside, Failure> {
    let field = |name: &str| fields.iter().find(|(key, _)| **key == *name).map(|(_, value)| value);
    let (Some(level), Some(kind), Some(data)) = (field("level"), field("type"), field("data")) else {
        return Err(Failure::usage("an entry of ancillary data has level, type and data"));
    };
    triple(level, kind, field(SOCKETS).unwrap_or(data))
}

/// Level, type and data, as in Python's tuple. What is no bytes is written as the kind has it: descriptors, a number, the
/// fields of a structure.
fn triple(level: &Value, kind: &Value, data: &Value) -> Result<Beside, Failure> {
    let level = match level {
        Value::Text(word) => options::level(word)
            .or_else(|| word.parse().ok())
            .ok_or_else(|| unknown(word, "a level", options::levels().map(|(name, _)| *name)))?,
        other => fields::int(other)?,
    };
    let (kind, layout) = match kind {
        Value::Text(word) => match (word.parse(), named(word)) {
            (Ok(number), _) => (number, layout_of(level, number)),
            (_, Some((own, kind, layout))) => (kind, layout.filter(|_| own == level)),
            _ => return Err(unknown(word, "a kind of ancillary data", ancillary::KINDS.iter().map(|kind| kind.name))),
        },
        other => fields::int(other).map(|number| (number, layout_of(level, number)))?,
    };
    made(level, kind, layout, vec![data.clone()])
}

/// Ancillary data of a kind, of values as the kind has them.
fn made(level: i32, kind: i32, layout: Option<&Layout>, values: Vec<Value>) -> Result<Beside, Failure> {
    let carried = match (&values[..], layout) {
        ([Value::Bytes(bytes)], _) => Carried::Bytes(bytes.to_vec()),
        ([value], _) if is_rights(level, kind) => Carried::Rights(passed(value, 0)?),
        (_, _) if is_rights(level, kind) => Carried::Rights(passed(&Value::list(values), 0)?),
        (_, Some(layout)) => {
            let bytes = fields::encode(layout, &fields::parts(layout, values));
            Carried::Bytes(bytes.map_err(|(_, failure)| failure)?)
        }
        ([text @ Value::Text(word)], None) if fields::whole(text).is_err() => Carried::Bytes(word.as_bytes().to_vec()),
        ([value], None) => Carried::Bytes(fields::int(value)?.to_ne_bytes().to_vec()),
        _ => return Err(Failure::usage("this kind of ancillary data is one value")),
    };
    Ok(Beside { level, kind, carried })
}

fn layout_of(level: i32, kind: i32) -> Option<&'static Layout> {
    ancillary::by_number(level, kind).and_then(|known| known.layout)
}

/// The level, the type and the form of what a name stands for: a kind, or an option that goes with one message, too.
fn named(name: &str) -> Option<(i32, i32, Option<&'static Layout>)> {
    let of_kind = ancillary::by_name(name).map(|kind| (kind.level, kind.number, kind.layout));
    // What is a number as an option is one here.
    let numeric = |option: OptRef| match option.spec.map(|spec| spec.kind) {
        Some(OptKind::Number | OptKind::Flag | OptKind::Flags(_)) => Some(&layout::NUMBER),
        _ => None,
    };
    of_kind.or_else(|| options::by_name(name).map(|option| (option.level, option.number, numeric(option))))
}

fn unknown<'a>(word: &str, what: &str, names: impl Iterator<Item = &'a str>) -> Failure {
    let failure = Failure::usage(format!("`{word}` is not {what}"));
    match text::nearest(word, names) {
        Some(near) => failure.note(format!("did you mean {near}?")),
        None => failure.note("help anc lists the kinds"),
    }
}

/// `KIND VALUE...` or `LEVEL TYPE VALUE...`.
fn in_words(words: &str) -> Result<Beside, Failure> {
    let mut words = words.split_whitespace();
    let first = words.next().unwrap_or_default();
    let given: Vec<Value> = words.map(kinds::word_value).collect();
    if kinds::is_level(&kinds::word_value(first)) {
        let [kind, value] = &given[..] else { return Err(Failure::usage(FORM)) };
        return triple(&kinds::word_value(first), kind, value);
    }
    let kind = named(first);
    let Some((level, kind, layout)) = kind else {
        return Err(unknown(first, "a kind of ancillary data", ancillary::KINDS.iter().map(|kind| kind.name)));
    };
    made(level, kind, layout, given).map_err(|failure| match layout {
        Some(layout) if !layout.form.is_empty() => failure.note(format!("usage: {first} {}", layout.form)),
        _ => failure,
    })
}
