//! Why a call failed here: the cause from the record's evidence, and what to do about it; the story of a socket; the
//! session as a picture.
//!
//! A cause is found by small functions that [`finders`] lists for what was tried and what it failed with. They may look
//! at the failure, at what the record has of the sockets, and at what the kernel says now; they say only what they know,
//! or nothing: then the usual meaning of the error is all that is shown. This room reads the world and knows nothing of
//! tasks and of programs.

mod address;
mod connection;
mod datagrams;
mod diagram;
mod elsewhere;
mod epoll;
mod family;
mod fin;
mod frames;
mod local_port;
mod option_value;
mod permission;
mod place;
mod snapshot;
mod source;
mod state;
mod story;
mod waiting;

use std::rc::Rc;
use std::time::Instant;

pub(crate) use diagram::draw;
pub(crate) use snapshot::{Snapshot, after};
pub(crate) use story::{remark, story, why};

use crate::command;
use crate::lang::Source;
use crate::linux::options;
use crate::os::{sockopt, trace};
use crate::value::{Addr, Failure, Name, Reason, Tried};
use crate::world::record::{Did, Ends, Fact, Last};
use crate::world::{Record, Socket, World};

/// Why a call failed here.
#[derive(Default)]
struct Cause {
    /// What is known, the most telling first.
    reasons: Vec<Reason>,
    /// What to do about it: a line, or words that one can be made of.
    advice: Option<String>,
    /// The other sockets it is about.
    about: Vec<u64>,
    /// How much of what was to be sent had gone before.
    part: Option<Reason>,
}

impl Cause {
    fn new(reason: impl Into<Reason>) -> Self {
        Self { reasons: vec![reason.into()], ..Self::default() }
    }

    fn and(mut self, reason: impl Into<Reason>) -> Self {
        self.reasons.push(reason.into());
        self
    }

    fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    fn about(mut self, socket: u64) -> Self {
        self.about.push(socket);
        self
    }
}

/// Finds the cause of a failure, if there is evidence.
type Find = fn(&Case) -> Option<Cause>;

/// Who finds the cause of what was tried and failed so: the first that finds something is heard.
fn finders(tried: Tried, name: Name) -> &'static [Find] {
    use Tried::{Accept, Bind, Connect, GetOption, Listen, Make, Receive, Send, SetOption};
    let number = match name {
        Name::Errno(number) => number,
        // A socket's own timeout and EAGAIN tell the same: what did not come.
        Name::Timeout => libc::EAGAIN,
        Name::Gai(_) => return &[address::no_such_host],
        _ => return &[],
    };
    match (tried, number) {
        (_, libc::EBADF) => &[state::closed],
        (_, libc::ENOTCONN) => &[state::not_connected],
        (_, libc::EISCONN) => &[state::connected],
        (_, libc::EMFILE) => &[state::too_many],
        (Bind | Listen, libc::EADDRINUSE) => &[family::nowhere, local_port::none_free, address::taken],
        (Bind, libc::EADDRNOTAVAIL) => &[family::nowhere, address::not_here],
        (Bind, libc::ENODEV | libc::ENOENT | libc::EPERM) => &[family::nowhere],
        (Bind, libc::EACCES) => &[permission::fenced, permission::privileged],
        (Listen, libc::EACCES) => &[permission::fenced],
        (Bind, libc::EINVAL) => &[family::nowhere, address::bound_already, address::v6_alone, address::no_interface],
        (Connect, libc::EADDRNOTAVAIL) => &[local_port::none_for_connect],
        (Connect | Send { .. }, libc::EACCES) => &[permission::fenced, address::broadcast],
        (Connect, libc::ECONNREFUSED) => &[connection::refused],
        (Send { .. } | Receive { .. }, libc::ECONNREFUSED) => &[connection::unreachable_port],
        (Connect, libc::EPROTOTYPE) => &[connection::other_type],
        (Send { .. }, libc::EPIPE) => &[connection::over, state::not_connected],
        (Send { .. } | Receive { .. }, libc::ECONNRESET) => &[connection::over],
        (Send { .. } | Receive { .. }, libc::ETIMEDOUT) => &[waiting::queue_full, waiting::timed_out],
        (Accept, libc::EINVAL) => &[state::not_listening],
        (Listen, libc::EINVAL) => &[state::cannot_listen],
        (Listen | Accept, libc::EOPNOTSUPP) => &[state::datagrams],
        (Connect | Send { .. }, libc::EPERM) => &[connection::not_taken],
        (Send { .. }, libc::EDESTADDRREQ) => &[state::no_destination],
        (Connect | Send { .. }, libc::ENETUNREACH) => {
            &[address::several_hosts, source::leads_nowhere, address::v6_alone, source::no_route]
        }
        (Connect | Send { .. }, libc::EAFNOSUPPORT) => &[source::leads_nowhere],
        (Connect | Send { .. }, libc::EINVAL) => {
            &[permission::too_many_passed, source::leads_nowhere, address::no_interface]
        }
        (Send { .. }, libc::ETOOMANYREFS) => &[permission::too_many_passed],
        (Send { .. }, libc::EMSGSIZE) => &[state::too_long],
        (SetOption(..) | GetOption(..), libc::ENOPROTOOPT | libc::EOPNOTSUPP) => &[state::other_level],
        (SetOption(..), libc::EINVAL) => &[option_value::refused],
        (Make(_), libc::EPROTONOSUPPORT | libc::ENOPROTOOPT) => &[family::no_protocol, state::other_protocol],
        (Make(_), libc::EAFNOSUPPORT) => &[family::absent],
        (Make(_), libc::ESOCKTNOSUPPORT | libc::ENODEV) => &[family::other_type],
        (Send { .. }, libc::ENXIO) => &[family::no_interface],
        (Make(_), libc::EACCES) => &[permission::no_ping],
        (Make(_), libc::EPERM) => &[permission::no_raw],
        (Connect, libc::ECONNABORTED) => &[state::aborted],
        (Connect, libc::EINPROGRESS | libc::EALREADY) => &[waiting::under_way],
        (Connect, libc::ETIMEDOUT) => &[source::is_elsewhere, waiting::queue_full],
        (Connect, libc::EAGAIN) => &[local_port::no_datagrams, source::is_elsewhere, waiting::queue_full],
        (Accept, libc::EAGAIN) => &[waiting::nobody_came],
        (Receive { .. }, libc::EAGAIN) => &[state::connecting, waiting::nothing_came],
        (Send { .. }, libc::EAGAIN) => &[local_port::no_datagrams, state::connecting, waiting::no_room],
        _ => &[],
    }
}

/// A failed call with the evidence there is.
struct Case<'a> {
    world: &'a World,
    call: &'a str,
    failure: &'a Failure,
    /// The socket it is about; closed again if the call had made it.
    socket: Option<Rc<Socket>>,
    /// How that one stood.
    undone: Option<&'a Last>,
    now: Instant,
}

impl<'a> Case<'a> {
    fn new(world: &'a World, call: &'a str, failure: &'a Failure) -> Self {
        let serial = failure.socket();
        let undone = world.undone.as_deref().filter(|(socket, _)| Some(socket.serial) == serial);
        let socket = undone.map(|(socket, _)| socket.clone()).or_else(|| world.find(serial?));
        Self { world, call, failure, socket, undone: undone.map(|(_, last)| last), now: Instant::now() }
    }

    fn cause(&self) -> Cause {
        let found = finders(self.failure.tried, self.failure.name).iter().find_map(|find| find(self));
        let mut cause = found.unwrap_or_default();
        let part = match self.failure.tried {
            Tried::Send { bytes: of, sent: sent @ 1.., .. } => Some((of, sent)),
            Tried::Send { .. } => self.sent(),
            _ => None,
        };
        if let Some((of, sent)) = part {
            // How much fits depends on the machine.
            let part = Reason::new(format!("part of the {} had been queued", bytes(of)));
            cause.part = Some(part.clock(format!(": {sent}")));
        }
        cause.reasons.splice(..0, frames::evidence(self));
        cause
    }

    /// Of how much the call that failed had sent how much.
    fn sent(&self) -> Option<(usize, usize)> {
        let here = |fact: &Fact| self.record().is_some_and(|record| record.place.call == fact.place.call);
        let fact =
            self.last(self.failure.socket()?, |did| matches!(did, Did::Sent { .. })).filter(|fact| here(fact))?;
        if let Did::Sent { bytes, of, .. } = fact.did { Some((of, bytes)) } else { None }
    }

    /// What the socket that the call is about is called.
    fn me(&self) -> Rc<str> {
        self.socket.as_ref().filter(|s| s.is_named()).map_or_else(|| "the new socket".into(), |s| s.name())
    }

    fn record(&self) -> Option<&'a Record> {
        self.world.record.as_ref()
    }

    /// Where the call was to go, or the connection that was being made before it.
    fn to(&self) -> Option<Addr> {
        self.failure.addr().cloned().or_else(|| self.asked())
    }

    /// Where a connection was begun to.
    fn asked(&self) -> Option<Addr> {
        self.record()?.of(self.socket.as_ref()?.serial).rev().find_map(|fact| fact.did.asked().cloned())
    }

    /// The last thing of a kind that happened to a socket.
    fn last(&self, socket: u64, is: impl Fn(&Did) -> bool) -> Option<&'a Fact> {
        self.record()?.last(socket, is)
    }

    /// All that happened, from the latest on.
    fn facts(&self) -> impl Iterator<Item = &'a Fact> {
        self.record().into_iter().flat_map(|record| record.facts().rev())
    }

    /// The closing of the last socket of ours that was bound there.
    fn left_by(&self, at: &Addr) -> Option<&'a Fact> {
        self.facts().find(|fact| matches!(&fact.did, Did::Closed(last) if last.local.as_ref() == Some(at)))
    }

    /// What was done, and when that was: `srv was closed on line 7 (3 s ago)`.
    fn dated(&self, what: impl Into<String>, fact: &Fact) -> Reason {
        let line = if fact.place.line > 0 { format!(" on line {}", fact.place.line) } else { String::new() };
        Reason::new(what).and(line).ago(self.now.saturating_duration_since(fact.at))
    }

    /// ` since line 7 (3 s ago)`; nothing where it was not seen.
    fn since(&self, fact: Option<&Fact>) -> Reason {
        let Some(fact) = fact.filter(|fact| fact.place.line > 0) else { return Reason::default() };
        Reason::new(format!(" since line {}", fact.place.line)).ago(self.now.saturating_duration_since(fact.at))
    }

    /// What a socket that may be gone was called.
    fn called(&self, socket: u64) -> Rc<str> {
        let known = self.record().and_then(|record| record.named(socket));
        known.or_else(|| Some(self.world.find(socket)?.name())).unwrap_or_else(|| format!("socket#{socket}").into())
    }

    /// The first of the other open sockets that is so.
    fn ours(&self, is: impl Fn(&Socket) -> bool) -> Option<Rc<Socket>> {
        self.others().into_iter().find(|s| is(s))
    }

    /// The socket that the call is about, and what it is called.
    fn subject(&self) -> Option<(&Rc<Socket>, Rc<str>)> {
        self.socket.as_ref().map(|s| (s, s.name()))
    }

    /// The addresses of the connection the call was made on, also when it is over.
    fn ends(&self) -> Option<Ends> {
        let socket = self.socket.as_ref()?;
        Ends::of(socket).or_else(|| self.record()?.ends(socket.serial))
    }

    /// The socket at the other end, if it is ours; it may be closed by now.
    fn other_end(&self) -> Option<u64> {
        self.record()?.other_end(self.socket.as_ref()?.serial)
    }

    /// How a socket stood when it was closed, if it is.
    fn closed(&self, socket: u64) -> Option<(&'a Fact, &'a Last)> {
        self.record()?.closed(socket)
    }

    /// The listening socket of ours in whose queue this end's connection still is. It is said only when every accept
    /// of it was seen.
    fn queued_at(&self) -> Option<Rc<Socket>> {
        let ends = self.ends()?;
        let record = self.record().filter(|_| !self.world.shares && self.other_end().is_none())?;
        // Of several that share a port the kernel chooses one.
        let alone = |s: &Socket| !is_set(s, libc::SO_REUSEPORT) && record.knows_all(s.serial);
        self.ours(|s| serves(s, &ends.peer) && alone(s))
    }
}

/// An error that was told.
pub(crate) struct Told {
    /// The program and its line there; 0 where it is not known.
    line: (Option<Rc<Source>>, u32),
    when: Instant,
    call: Rc<str>,
    failure: Failure,
    cause: Cause,
    /// The type of the socket it is about, of those that IP carries.
    kind: Option<i32>,
}

/// A failure with its cause, as far as there is evidence; and what [`why`] will tell of it.
#[cold]
pub(crate) fn explain(
    world: &World,
    call: &Rc<str>,
    line: (Option<Rc<Source>>, u32),
    failure: Failure,
) -> (Failure, Told) {
    let (cause, kind) = trace::aside(|| {
        let case = Case::new(world, call, &failure);
        let told = |s: &&Rc<Socket>| !matches!(failure.tried, Tried::SetOption(..)) && s.family != libc::AF_UNIX;
        (case.cause(), case.socket.as_ref().filter(told).map(|s| s.kind))
    });
    let short: Vec<Reason> = cause.reasons.iter().take(2).chain(&cause.part).cloned().collect();
    let failure = if short.is_empty() { failure } else { failure.because(short, cause.advice.clone()) };
    let told = Told { line, when: Instant::now(), call: call.clone(), failure: failure.clone(), cause, kind };
    (failure, told)
}

/// What is known to help with a failure: everybody tells this.
pub(crate) struct Known {
    /// Why it happened.
    pub cause: Vec<Reason>,
    /// What to do about it: `try: ...`.
    pub advice: Option<String>,
    /// It is what the error usually means by this call, for want of evidence.
    pub usual: bool,
}

impl Known {
    /// All of it, a line each.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Reason> {
        self.cause.iter().cloned().chain(self.advice.as_deref().map(Reason::from))
    }
}

/// What is known to help with a failure of a call, its own notes aside.
pub(crate) fn known(call: &str, failure: &Failure) -> Known {
    let cause = failure.reasons().to_vec();
    let attempt = |advice: &str| Some(format!("try: {advice}")).filter(|_| !advice.is_empty());
    match command::usual(call, failure.name) {
        Some((usual, cure)) if cause.is_empty() => {
            Known { cause: vec![usual.into()], advice: attempt(cure), usual: true }
        }
        _ => Known { cause, advice: failure.advice().and_then(attempt), usual: false },
    }
}

/// The name of an option, where it is known.
fn option_name(level: i32, number: i32) -> Option<&'static str> {
    options::by_number(level, number).spec.map(|spec| spec.name)
}

/// So many bytes, in words.
fn bytes(count: usize) -> String {
    if count == 1 { "1 byte".into() } else { format!("{count} bytes") }
}

/// An option of a socket that is an int.
fn option(socket: &Socket, level: i32, number: i32) -> Option<i32> {
    socket.ask(|fd| sockopt::get_int(fd, level, number))
}

fn is_set(socket: &Socket, number: i32) -> bool {
    option(socket, libc::SOL_SOCKET, number).is_some_and(|n| n != 0)
}

fn listens(socket: &Socket) -> bool {
    is_set(socket, libc::SO_ACCEPTCONN)
}

/// Whether a socket takes the connections to an address.
fn serves(socket: &Socket, to: &Addr) -> bool {
    listens(socket) && local(socket).is_some_and(|at| covers(&at, to))
}

/// What is bound, but does not listen.
fn idle(socket: &Socket) -> Option<Cause> {
    let (name, at) = (socket.name(), local(socket)?);
    Some(Cause::new(format!("{name} is bound to {at}, but does not listen")).advise(format!("listen {name}")))
}

/// Whether a socket has that very address.
fn is_at(socket: &Socket, addr: &Addr) -> bool {
    local(socket).as_ref() == Some(addr)
}

/// Where a socket is bound, if it is.
fn local(socket: &Socket) -> Option<Addr> {
    socket.addresses().0
}

/// Whether what is bound to one address receives what is sent to another.
fn covers(bound: &Addr, to: &Addr) -> bool {
    let any = bound
        .host()
        .zip(to.host())
        .is_some_and(|(bound, to)| bound.is_unspecified() && (bound.is_ipv6() || to.is_ipv4()));
    bound.is_at(to) || any && bound.port() == to.port()
}
