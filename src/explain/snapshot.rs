//! The sockets after an event, as data: what happened to them since the one before, and how each stands now.
//!
//! What is told of facts and of sockets here is public: `docs/events.md` has every name, and a test holds it to that.

use std::os::fd::{AsFd, AsRawFd};
use std::rc::Rc;
use std::time::Instant;

use super::datagrams::{self, Went};
use super::{covers, local, option_name};
use crate::linux::constants::{FAMILIES, HOWS, TYPES};
use crate::linux::state::State;
use crate::os::errqueue::Queued;
use crate::os::tcp::{self, Info};
use crate::os::trace;
use crate::value::{Addr, Name, Tried, Value};
use crate::world::record::{Did, Fact, Last};
use crate::world::{Record, Socket, World};

/// What an event left behind.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What happened to sockets since the event before: an object each.
    pub facts: Vec<Value>,
    /// How each open socket stands: an object each.
    pub sockets: Vec<Value>,
}

type Pairs = Vec<(&'static str, Value)>;

/// The sockets now, and the facts after that number, which becomes the last one's. None where no record is kept.
pub(crate) fn after(world: &World, told: &mut u64, begun: Instant) -> Option<Snapshot> {
    let record = world.record.as_ref()?;
    let mut facts: Vec<&Fact> = record.facts().rev().take_while(|fact| fact.number > *told).collect();
    facts.reverse();
    *told = facts.last().map_or(*told, |fact| fact.number);
    Some(trace::aside(|| Snapshot {
        facts: facts.into_iter().map(|fact| object(tell(world, record, fact, begun))).collect(),
        sockets: world.sockets().iter().filter_map(|socket| Some(object(standing(socket)?))).collect(),
    }))
}

fn object(pairs: Pairs) -> Value {
    Value::Object(Rc::new(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect()))
}

fn int(n: impl TryInto<i128>) -> Value {
    n.try_into().map_or(Value::None, Value::Int)
}

fn or_none<T>(value: Option<T>, wrap: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::None, wrap)
}

fn named(name: Option<&str>) -> Value {
    or_none(name, Value::text)
}

fn tell(world: &World, record: &Record, fact: &Fact, begun: Instant) -> Pairs {
    let Fact { number, at, place, socket, .. } = fact;
    let (kind, more) = words(world, record, fact);
    let head = vec![
        ("fact", int(*number)),
        ("t", Value::Float(at.saturating_duration_since(begun).as_secs_f64())),
        ("line", or_none((place.line > 0).then_some(place.line), int)),
        ("task", named(place.task.as_deref())),
        ("call", Value::text(&place.name)),
        ("socket", Value::text(record.name(*socket))),
        ("id", int(*socket)),
        ("did", Value::text(kind)),
    ];
    [head, more].concat()
}

/// The name of what happened, and what is known of it.
fn words(world: &World, record: &Record, fact: &Fact) -> (&'static str, Pairs) {
    let socket = |key, id, which: Option<u64>| {
        vec![(key, or_none(which, |which| Value::text(record.name(which)))), (id, or_none(which, int))]
    };
    let other = |which| socket("other", "other_id", which);
    let local = |at: &Addr| vec![("local", Value::Addr(at.clone()))];
    let peer = |at: Option<&Addr>| vec![("peer", or_none(at.cloned(), Value::Addr))];
    let whom = |named: Option<&Addr>| {
        let (at, found) = whom(world, record, fact, named);
        [peer(at.as_ref()), other(found)].concat()
    };
    match &fact.did {
        Did::Made([family, kind, protocol]) => (
            "made",
            vec![
                ("family", named(FAMILIES.name_of(*family))),
                ("type", named(TYPES.name_of(*kind))),
                ("protocol", int(*protocol)),
            ],
        ),
        Did::Paired(with) => ("paired", other(Some(*with))),
        Did::Duplicated(of) => ("duplicated", other(Some(*of))),
        Did::Adopted => ("adopted", vec![]),
        Did::Bound(at) => ("bound", local(at)),
        Did::Listens(at) => ("listens", local(at)),
        Did::Connecting(to) => ("connecting", peer(Some(to))),
        Did::Connected(ends) => ("connected", [local(&ends.local), whom(None)].concat()),
        Did::Accepted(from, ends) => {
            let listener = socket("listener", "listener_id", Some(*from));
            let other = other(record.other_end(fact.socket));
            ("accepted", [listener, local(&ends.local), peer(Some(&ends.peer)), other].concat())
        }
        Did::Disconnected => ("disconnected", vec![]),
        Did::Sent { bytes, of, to } => {
            ("sent", [vec![("bytes", int(*bytes)), ("of", int(*of))], whom(to.as_ref())].concat())
        }
        Did::Received { bytes, from, room, whole, peeked, end } => {
            let numbers = vec![("bytes", int(*bytes)), ("room", int(*room)), ("whole", int(*whole))];
            let flags = vec![("peeked", Value::Bool(*peeked)), ("end", Value::Bool(*end))];
            ("received", [numbers, flags, whom(from.as_ref())].concat())
        }
        Did::Lost { bytes, from } => ("lost", [vec![("bytes", int(*bytes))], other(Some(*from))].concat()),
        Did::TookError(entry, to) => ("took-error", [queued(entry.as_ref()), peer(to.as_ref())].concat()),
        Did::Shut(how) => ("shut", vec![("how", named(HOWS.name_of(*how)))]),
        Did::OptionSet(level, number) => ("option-set", option(Some((*level, *number)))),
        Did::Taken { option: which, asked, taken } => {
            ("taken", [option(*which), vec![("asked", int(*asked)), ("taken", int(*taken))]].concat())
        }
        Did::Filed => ("filed", vec![]),
        Did::Stands(state) => ("stands", vec![("state", Value::text(state.name()))]),
        Did::ModeSet(mode) => ("mode-set", vec![("timeout", or_none(mode.seconds(), Value::Float))]),
        Did::Dropped => ("dropped", vec![]),
        Did::Held => ("held", vec![]),
        Did::Detached => ("detached", vec![]),
        Did::Closed(last) => ("closed", closed(last)),
        Did::Learned(tried, name) => {
            ("learned", vec![("tried", Value::text(attempt(*tried))), ("error", error(*name))])
        }
        Did::Failed(tried, name) => ("failed", vec![("tried", Value::text(attempt(*tried))), ("error", error(*name))]),
    }
}

/// From or to whom something went: a call that names no address means the connection's other end. Which socket of ours
/// that is, if it is one.
fn whom(world: &World, record: &Record, fact: &Fact, named: Option<&Addr>) -> (Option<Addr>, Option<u64>) {
    let peer = named.cloned().or_else(|| record.ends(fact.socket).map(|ends| ends.peer));
    let has = |s: &Rc<Socket>| {
        s.serial != fact.socket && local(s).zip(peer.as_ref()).is_some_and(|(local, peer)| covers(&local, peer))
    };
    let found = match datagrams::went(world, fact) {
        Some(Went::To(given)) => Some(given),
        Some(_) => None,
        None => {
            let connection = record.other_end(fact.socket).filter(|_| named.is_none());
            connection.or_else(|| world.sockets().into_iter().find(has).map(|s| s.serial))
        }
    };
    (peer, found)
}

fn option(which: Option<(i32, i32)>) -> Pairs {
    vec![
        ("option", named(which.and_then(|(level, number)| option_name(level, number)))),
        ("level", or_none(which, |(level, _)| int(level))),
        ("number", or_none(which, |(_, number)| int(number))),
    ]
}

fn queued(entry: Option<&Queued>) -> Pairs {
    let errno = entry.map(|entry| entry.errno).filter(|errno| *errno != 0);
    vec![
        ("error", or_none(errno, |errno| error(Name::Errno(errno)))),
        ("origin", named(entry.map(|entry| entry.origin.name()))),
        ("means", or_none(entry, |entry| Value::text(entry.means()))),
    ]
}

fn closed(last: &Last) -> Pairs {
    let Last { local, peer, unread, unsent, aborts, reuse, reuse_port, listened, state, held, .. } = last;
    vec![
        ("local", or_none(local.clone(), Value::Addr)),
        ("peer", or_none(peer.clone(), Value::Addr)),
        ("state", named(state.map(State::name))),
        ("unread", int(*unread)),
        ("unsent", int(*unsent)),
        ("aborts", Value::Bool(*aborts)),
        ("reuse_addr", Value::Bool(*reuse)),
        ("reuse_port", Value::Bool(*reuse_port)),
        ("listened", Value::Bool(*listened)),
        ("held", Value::Bool(*held)),
    ]
}

fn error(name: Name) -> Value {
    Value::text(name.as_str())
}

fn attempt(tried: Tried) -> &'static str {
    match tried {
        Tried::Other => "something else",
        Tried::Make(_) => "to make",
        Tried::LookUp(_) => "to look up",
        Tried::Bind => "to bind",
        Tried::Listen => "to listen",
        Tried::Accept => "to accept",
        Tried::Connect => "to connect",
        Tried::Send { .. } => "to send",
        Tried::Receive { .. } => "to receive",
        Tried::SetOption(..) => "to set an option",
        Tried::GetOption(..) => "to read an option",
    }
}

/// How an open socket stands.
fn standing(socket: &Socket) -> Option<Pairs> {
    let fd = socket.fd().ok()?;
    let fd = fd.as_fd();
    let (local, peer) = socket.addresses();
    let state = tcp::stands(fd);
    let backlog = if state == State::Listen { Info::of(fd).ok().and_then(|info| info.backlog()) } else { None };
    let (inward, outward) = tcp::queues(fd, state, socket.kind);
    Some(vec![
        ("socket", Value::text(socket.name())),
        ("id", int(socket.serial)),
        ("fd", int(fd.as_raw_fd())),
        ("type", Value::text(socket.sort())),
        ("local", or_none(local, Value::Addr)),
        ("peer", or_none(peer, Value::Addr)),
        ("state", Value::text(state.name())),
        ("in", or_none(inward, int)),
        ("out", or_none(outward, int)),
        ("waiting", or_none(backlog, |(now, _)| int(now))),
        ("backlog", or_none(backlog, |(_, most)| int(most))),
    ])
}
