//! The long form: what happened, in order, what the kernel says now, what to do, and where it is documented.

use std::os::fd::AsFd;
use std::time::Instant;

use super::{Told, bytes, datagrams, epoll, fin, known, listens, option_name, option_value};
use crate::command;
use crate::linux::constants::{HOWS, REST};
use crate::linux::sort::sort;
use crate::linux::state::State;
use crate::os::errqueue::Queued;
use crate::os::fd;
use crate::os::tcp;
use crate::value::special::Special;
use crate::value::{Addr, Failure, Handle, Name, Reason, text};
use crate::world::record::{Did, Fact};
use crate::world::{Mode, Record, Socket, World, dropped};

/// The most entries that a story tells.
const TOLD_MAX: usize = 20;

/// Where more is written about an error of a TCP or UDP socket.
const FURTHER: &[(i32, i32, &str)] = &[
    (libc::EADDRINUSE, libc::SOCK_STREAM, "socket(7), SO_REUSEADDR; RFC 9293, 3.6.1 (TIME-WAIT)"),
    (libc::EADDRINUSE, libc::SOCK_DGRAM, "socket(7), SO_REUSEADDR"),
    (libc::ECONNREFUSED, libc::SOCK_STREAM, "RFC 9293, 3.5.2 (reset generation)"),
    (libc::ECONNREFUSED, libc::SOCK_DGRAM, "udp(7)"),
    (libc::ECONNRESET, libc::SOCK_STREAM, "RFC 9293, 3.6.1 (closing with data unread)"),
    (libc::EPIPE, libc::SOCK_STREAM, "RFC 9293, 3.6 (closing a connection)"),
    (libc::EMSGSIZE, libc::SOCK_DGRAM, "udp(7); RFC 768"),
    (libc::EACCES, libc::SOCK_DGRAM, "ip(7)"),
    (libc::EINPROGRESS, libc::SOCK_STREAM, "poll(2)"),
];

/// What of the last thing that happened surprises those who see the call's result alone.
pub(crate) fn remark(record: &Record) -> Option<String> {
    let last = record.facts().rev().find(|fact| !matches!(fact.did, Did::Stands(_)))?;
    let last = Some(last).filter(|fact| fact.place.call == record.place.call)?;
    match last.did {
        Did::Received { room, whole, peeked: false, .. } if whole > room => {
            Some(format!("the datagram was {whole} bytes, the buffer {room}: the rest is lost"))
        }
        Did::Taken { option, asked, taken } => Some(option_value::taken(option, asked, taken)),
        Did::Lost { .. } => Some(format!("{} threw it away: the datagram is lost", record.name(last.socket))),
        Did::Held => {
            let name = record.name(last.socket);
            if record.last(last.socket, |did| *did != Did::Held).is_none() {
                // An epoll, of which nothing else is written down.
                return Some(format!("a call still waits on {name} and holds it open: it goes on until it ends"));
            }
            let listens = record.last(last.socket, |did| matches!(did, Did::Listens(_))).is_some();
            let so =
                if listens { "it takes one connection more" } else { "its peer sees no end before that call ends" };
            Some(format!(
                "a call still waits on {name} and holds it open: {so}; shutdown {name} rdwr, before close, would wake it"
            ))
        }
        _ => None,
    }
}

/// The last error, explained.
pub(crate) fn why(world: &World, told: Option<&Told>) -> Vec<Reason> {
    let Some(told) = told else {
        return vec![match world.record {
            Some(_) => "no call of this session has failed yet".into(),
            None => "with -q nothing is written down that could explain an error".into(),
        }];
    };
    let mut out = vec![headline(told)];
    let indented = |reason: &Reason| Reason::new("  ").join(reason.clone());
    out.extend(told.cause.reasons.iter().chain(&told.cause.part).map(indented));
    out.extend(told.failure.notes().iter().map(|note| Reason::new(format!("  {note}"))));
    let known = known(&told.call, &told.failure);
    out.extend(known.lines().filter(|_| known.usual).map(|line| indented(&line)));
    let sockets: Vec<u64> = told.failure.socket().into_iter().chain(told.cause.about.iter().copied()).collect();
    out.extend(titled("what happened", history(world, &sockets, told.when)));
    out.extend(titled("now", sockets_now(world, &sockets)));
    if let Some(advice) = &told.cause.advice {
        out.push(format!("try: {advice}").into());
    }
    out.push(format!("read: {}", further(told)).into());
    out
}

/// All that happened to one socket, and how it stands.
pub(crate) fn story(world: &World, socket: &Socket) -> Result<Vec<Reason>, Failure> {
    if let Some(epoll) = world.epoll_of(socket) {
        return Ok(titled("now", epoll::stands(world, &epoll)));
    }
    let Some(record) = &world.record else {
        return Err(Failure::usage("with -q nothing is written down of what happens to a socket"));
    };
    let other = record.other_end(socket.serial);
    let sockets: Vec<u64> = std::iter::once(socket.serial).chain(other).collect();
    let mut out = titled("what happened", history(world, &sockets, Instant::now()));
    let missed = datagrams::missed(world, socket).map(|missed| missed.reasons).unwrap_or_default();
    out.extend(titled("now", sockets_now(world, &sockets).into_iter().chain(missed).collect()));
    Ok(out)
}

/// The protocol that a packet socket was meant to have whose number was not brought into network order: a well-known one.
fn swapped(socket: &Socket) -> Option<&'static str> {
    let Some(Addr::Special(local)) = socket.addresses().0 else { return None };
    let Special::Packet(packet) = &*local else { return None };
    let is = |number: u16| REST.rows().find(|(name, n, _)| *n == i64::from(number) && name.starts_with("ETH_P_"));
    let meant = is(packet.protocol.swap_bytes()).filter(|_| is(packet.protocol).is_none());
    meant.map(|(name, ..)| *name)
}

/// How sockets stand: what the kernel says of those that are open.
fn sockets_now(world: &World, sockets: &[u64]) -> Vec<Reason> {
    let standing = |serial: &u64| {
        let open = world.find(*serial).filter(|s| s.fd().is_ok());
        let Some(socket) = open else {
            let name = world.record.as_ref()?.named(*serial)?;
            let goes_on = fin::goes_on(world, *serial).map_or(String::new(), |what| format!("; {what}"));
            return Some(Reason::new(format!("{name}: closed{goes_on}")));
        };
        let (state, when) = match tcp::stands(socket.fd().ok()?.as_fd()) {
            // Which of the two depends on when the peer's kernel answers.
            State::FinWait1 => ("FIN_WAIT", "1"),
            State::FinWait2 => ("FIN_WAIT", "2"),
            other => (other.name(), ""),
        };
        let mut reason = Reason::new(format!("{} = {}, {state}", socket.name(), socket.summary())).clock(when);
        let kept = socket.shared.kept.len();
        if let (Some(unread @ 1..), false) = (socket.ask(fd::inq).map(|unread| unread + kept), listens(&socket)) {
            reason = reason.and(format!(", {} unread", bytes(unread)));
        }
        if let Some(meant) = swapped(&socket) {
            reason =
                reason.and(format!(", which would be {meant} in the other byte order: PROTO takes what htons gives"));
        }
        if let drops @ 1.. = dropped(&socket) {
            reason = reason.and(format!(", {drops} thrown away"));
        }
        Some(reason)
    };
    sockets.iter().filter_map(standing).collect()
}

fn titled(title: &str, lines: Vec<Reason>) -> Vec<Reason> {
    let title = (!lines.is_empty()).then(|| Reason::new(format!("{title}:")));
    title.into_iter().chain(lines.into_iter().map(|line| Reason::new("  ").join(line))).collect()
}

fn headline(told: &Told) -> Reason {
    let (source, line) = &told.line;
    let statement = text::printable(source.as_ref().map_or("", |s| s.line(*line)).trim());
    let failed = format!("{}: {}", told.call, told.failure);
    let failed = if *line > 0 { format!("line {line}, {statement}: {failed}") } else { failed };
    Reason::new(failed).ago(told.when.elapsed())
}

fn further(told: &Told) -> String {
    let manual = command::find(&told.call).map_or("", |c| c.man);
    let about = |(number, kind, _): &&(i32, i32, &str)| told.failure.is(*number) && told.kind == Some(*kind);
    let more = match told.failure.name {
        Name::Timeout => "Python: socket.settimeout",
        _ => FURTHER.iter().find(about).map_or("", |(.., text)| text),
    };
    match (manual, more) {
        ("", "") => format!("help {}", told.failure.name.as_str()),
        (one, "") | ("", one) => one.to_string(),
        (manual, more) => format!("{manual}; {more}"),
    }
}

/// The entries about these sockets, the latest of them.
fn history(world: &World, sockets: &[u64], until: Instant) -> Vec<Reason> {
    let Some(record) = &world.record else { return Vec::new() };
    let news = |fact: &&Fact| {
        // What close did stands in the entry of the kernel's close.
        let repeats = fact.did == Did::Dropped && record.closed(fact.socket).is_some();
        sockets.contains(&fact.socket) && !repeats
    };
    // From the latest on; what a loop did alike stands once, with how often.
    let mut entries: Vec<(String, usize, Instant)> = Vec::new();
    for fact in record.facts().rev().filter(news).filter(|fact| !matches!(fact.did, Did::Stands(_))) {
        let text = told(world, record, fact);
        match entries.last_mut() {
            Some((last, count, _)) if *last == text => *count += 1,
            _ => entries.push((text, 1, fact.at)),
        }
        if entries.len() > TOLD_MAX {
            break;
        }
    }
    let more = entries.len() > TOLD_MAX || sockets.iter().any(|socket| record.forgot(*socket));
    entries.truncate(TOLD_MAX);
    let line = |(text, count, at): (String, usize, Instant)| {
        Reason::new(times(text, count)).ago(until.saturating_duration_since(at))
    };
    more.then(|| Reason::new("...")).into_iter().chain(entries.into_iter().rev().map(line)).collect()
}

/// So many bytes of so many.
pub(super) fn part(count: usize, of: usize) -> String {
    if count < of { format!("{count} of {}", bytes(of)) } else { bytes(count) }
}

/// What happened several times in a row.
pub(super) fn times(what: String, count: usize) -> String {
    if count > 1 { format!("{what} x {count}") } else { what }
}

/// One entry: `line 7  srv: bound to 127.0.0.1:9998`.
fn told(world: &World, record: &Record, fact: &Fact) -> String {
    let (line, name, what) = (fact.place.line, record.name(fact.socket), words(world, record, fact));
    if line > 0 { format!("line {line:<3} {name}: {what}") } else { format!("         {name}: {what}") }
}

/// A FIN that is still to come to the other end.
fn late_fin(world: &World, fact: &Fact) -> String {
    fin::of(world, fact).map_or(String::new(), |fin| format!("; its {}", fin.says()))
}

/// Whether a receive that gave nothing was told by an error before that the connection is over: then the peer did not
/// end it.
pub(super) fn is_over(record: &Record, fact: &Fact) -> bool {
    let begins = |did: &Did| matches!(did, Did::Connected(_) | Did::Accepted(..));
    let over = |did: &Did| matches!(did.failure(), Some((_, Name::Errno(libc::ETIMEDOUT | libc::ECONNRESET))));
    let before = record.of(fact.socket).rev().skip_while(|later| later.number >= fact.number);
    before.take_while(|earlier| !begins(&earlier.did)).any(|earlier| over(&earlier.did))
}

/// The error that an entry of the error queue is; a timestamp has ENOMSG.
pub(super) fn error(entry: &Queued) -> Option<&'static str> {
    (!matches!(entry.errno, 0 | libc::ENOMSG)).then(|| Name::Errno(entry.errno).as_str())
}

/// What happened, in words.
fn words(world: &World, record: &Record, fact: &Fact) -> String {
    let Fact { did, place, .. } = fact;
    let to_whom = |addr: &Option<Addr>| addr.as_ref().map_or(String::new(), |a| format!(" to {a}"));
    match did {
        Did::Made(what) => format!("made, {}", sort(*what)),
        Did::Adopted => "taken over from elsewhere".into(),
        Did::Paired(other) => format!("made, a pair with {}", record.name(*other)),
        Did::Duplicated(of) => format!("made, a duplicate of {}", record.name(*of)),
        Did::Bound(at) => format!("bound to {at}"),
        Did::Listens(at) => format!("listens on {at}"),
        Did::Connecting(to) => format!("begins to connect to {to}"),
        Did::Connected(ends) if ends.is_self() => {
            let stream = |did: &Did| matches!(did, Did::Made([_, libc::SOCK_STREAM, _]));
            let how = if record.last(fact.socket, stream).is_some() {
                ": a simultaneous open, its SYN met itself"
            } else {
                ""
            };
            format!("connected to itself, {}{how}", ends.peer)
        }
        Did::Connected(ends) => format!("connected to {} from {}", ends.peer, ends.local),
        Did::Accepted(from, ends) => format!("accepted from {}, peer {}", record.name(*from), ends.peer),
        Did::Disconnected => "gave up its peer".into(),
        Did::Sent { bytes: count, of, to } => {
            let lost = record.lost_at(fact);
            let lost = lost.map_or(String::new(), |by| format!("; {} threw it away", record.name(by)));
            format!("sent {}{}{lost}", part(*count, *of), to_whom(to))
        }
        Did::Received { end: true, .. } if is_over(record, fact) => "found the connection over".into(),
        Did::Received { end: true, .. } => "received the end of the stream".into(),
        Did::Received { bytes: count, from, room, whole, peeked, .. } => {
            let cut = if whole > room { format!(" of a datagram of {whole}") } else { String::new() };
            let from = from.as_ref().map_or(String::new(), |a| format!(" from {a}"));
            let count = bytes(*count);
            if *peeked { format!("looked at {count}{from}{cut}") } else { format!("received {count}{from}{cut}") }
        }
        Did::Lost { bytes: count, from } => {
            let why = if datagrams::has_filter(record, fact.socket) { "" } else { ": no room" };
            format!("threw away {} from {}{why}", bytes(*count), record.name(*from))
        }
        Did::TookError(entry, to) => {
            // `ECONNREFUSED, 127.0.0.1 says: no socket has that port`.
            let error = |entry: &Queued| error(entry).map_or(String::new(), |error| format!("{error}, "));
            let says = entry.as_ref().map_or(String::new(), |e| format!(": {}{}", error(e), e.means()));
            let about = to.as_ref().map_or(String::new(), |a| format!(" about a datagram to {a}"));
            format!("took an entry of its error queue{about}{says}")
        }
        Did::Shut(how) => format!("shut down, {}{}", HOWS.name_of(*how).unwrap_or("?"), late_fin(world, fact)),
        Did::OptionSet(level, number) => {
            let name = option_name(*level, *number).map_or_else(|| format!("{level} {number}"), String::from);
            format!("{name} set")
        }
        Did::Taken { option, asked, taken } => option_value::taken(*option, *asked, *taken),
        Did::ModeSet(Mode::Timeout(s)) => format!("timeout set to {s} s"),
        Did::ModeSet(mode) => format!("made {mode}"),
        Did::Stands(state) => format!("is {}", state.name()),
        Did::Filed => "a file was made of it".into(),
        Did::Dropped => "closed by its user".into(),
        Did::Held => "closed by its user; a call that waited on it has it open still".into(),
        Did::Detached => "gave up its descriptor".into(),
        Did::Closed(last) => {
            let first = if last.state == Some(State::CloseWait) { ", after its peer" } else { "" };
            let unread = Some(last.unread).filter(|unread| *unread > 0 && !last.listened);
            let unread = unread.map_or(String::new(), |unread| format!(", {} unread", bytes(unread)));
            let aborts = if last.aborts { ", with SO_LINGER 1 0" } else { "" };
            let held = if last.held { "; another descriptor of it may be open" } else { "" };
            format!("closed{first}{unread}{aborts}{held}{}", late_fin(world, fact))
        }
        Did::Failed(_, name) => format!("{} failed with {}", place.name, name.as_str()),
        Did::Learned(_, name) => format!("{} told of {}", place.name, name.as_str()),
    }
}
