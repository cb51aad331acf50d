//! The long form: what happened, in order, what the kernel says now, what to do, and where it is documented.

use std::os::fd::AsFd;
use std::rc::Rc;
use std::time::Instant;

use super::{Told, bytes, listens};
use crate::command;
use crate::os::constants::HOWS;
use crate::os::tcp::{self, State};
use crate::os::{fd, options};
use crate::session::Session;
use crate::value::{Addr, Clue, Failure, Handle, Name, text};
use crate::world::journal::{Act, Did};
use crate::world::{Journal, Mode, Socket};

/// The most entries that a story tells.
const TOLD_MAX: usize = 20;

/// Where more is written about an error.
const FURTHER: &[(Name, &str)] = &[
    (Name::Errno(libc::EADDRINUSE), "socket(7), SO_REUSEADDR; RFC 9293, 3.6.1 (TIME-WAIT)"),
    (Name::Errno(libc::ECONNREFUSED), "RFC 9293, 3.5.2 (reset generation); udp(7)"),
    (Name::Errno(libc::ECONNRESET), "RFC 9293, 3.6.1 (closing with data unread)"),
    (Name::Errno(libc::EPIPE), "RFC 9293, 3.6 (closing a connection)"),
    (Name::Errno(libc::EMSGSIZE), "udp(7); RFC 768"),
    (Name::Errno(libc::EACCES), "ip(7); socket(7), SO_BROADCAST"),
    (Name::Errno(libc::EINPROGRESS), "poll(2)"),
    (Name::Timeout, "Python: socket.settimeout"),
];

impl Session {
    /// The last error, explained.
    pub(in crate::session) fn why(&self) -> Vec<Clue> {
        let Some(told) = &self.last_error else {
            let nothing = match self.world.journal {
                Some(_) => "no call of this session has failed yet",
                None => "with -q nothing is written down that could explain an error",
            };
            return vec![nothing.into()];
        };
        let mut out = vec![headline(told)];
        let indented = |clue: &Clue| Clue::new("  ").join(clue.clone());
        out.extend(told.cause.clues.iter().map(indented));
        out.extend(usual(told).map(|line| Clue::new(format!("  {line}"))));
        let sockets: Vec<u64> = told.socket.into_iter().chain(told.cause.about.iter().copied()).collect();
        if let Some(journal) = &self.world.journal {
            out.extend(titled("what happened", history(journal, &sockets, told.when)));
        }
        out.extend(titled("now", self.sockets_now(&sockets)));
        if let Some(advice) = &told.cause.advice {
            out.push(format!("try: {advice}").into());
        }
        out.push(format!("read: {}", further(told)).into());
        out
    }

    /// All that happened to one socket, and how it stands.
    pub(in crate::session) fn story(&self, socket: &Rc<Socket>) -> Result<Vec<Clue>, Failure> {
        let Some(journal) = &self.world.journal else {
            return Err(Failure::usage("with -q nothing is written down of what happens to a socket"));
        };
        let other = journal.other_end(socket.serial);
        let sockets: Vec<u64> = std::iter::once(socket.serial).chain(other).collect();
        let mut out = titled("what happened", history(journal, &sockets, Instant::now()));
        out.extend(titled("now", self.sockets_now(&sockets)));
        Ok(out)
    }

    /// How sockets stand: what the kernel says of those that are open.
    fn sockets_now(&self, sockets: &[u64]) -> Vec<Clue> {
        let open = self.world.sockets();
        let standing = |serial: &u64| {
            let Some(socket) = open.iter().find(|s| s.serial == *serial) else {
                let name = self.world.journal.as_ref().map(|j| j.name(*serial))?;
                return Some(Clue::new(format!("{name}: closed")));
            };
            let fd = socket.open_fd().ok()?;
            let mut clue = Clue::new(format!("{} = {}", socket.name(), socket.summary()));
            clue = clue.and(format!(", {}", tcp::stands(fd.as_fd()).name()));
            if let (Ok(unread @ 1..), false) = (fd::inq(fd.as_fd()), listens(socket)) {
                clue = clue.and(format!(", {} unread", bytes(unread)));
            }
            Some(clue)
        };
        sockets.iter().filter_map(standing).collect()
    }
}

fn titled(title: &str, lines: Vec<Clue>) -> Vec<Clue> {
    if lines.is_empty() {
        return lines;
    }
    let indented = lines.into_iter().map(|line| Clue::new("  ").join(line));
    std::iter::once(Clue::new(format!("{title}:"))).chain(indented).collect()
}

fn headline(told: &Told) -> Clue {
    let statement = told.at.source.as_ref().map_or("", |s| s.line(told.at.span.line)).trim();
    let statement = text::printable(statement);
    let failure = &told.failure;
    let place =
        if told.at.span.line > 0 { format!("line {}, {statement}: ", told.at.span.line) } else { String::new() };
    Clue::new(format!("{place}{}: {failure}", told.call)).ago(told.when.elapsed())
}

/// What the error usually means, where there is no evidence for more.
fn usual(told: &Told) -> impl Iterator<Item = String> {
    let told_cause = !told.cause.clues.is_empty();
    let advice = if told_cause { Vec::new() } else { command::advice(&told.call, told.failure.name) };
    told.failure.notes().iter().cloned().chain(advice)
}

fn further(told: &Told) -> String {
    let manual = command::find(&told.call).map_or("", |c| c.man);
    let more = FURTHER.iter().find(|(name, _)| *name == told.failure.name).map_or("", |(_, text)| text);
    match (manual, more) {
        ("", "") => format!("help {}", told.failure.name.as_str()),
        (one, "") | ("", one) => one.to_string(),
        (manual, more) => format!("{manual}; {more}"),
    }
}

/// The entries about these sockets, the latest of them.
fn history(journal: &Journal, sockets: &[u64], until: Instant) -> Vec<Clue> {
    let news = |act: &&Act| {
        // What close did stands in the entry of the kernel's close.
        let repeats = act.did == Did::Dropped && journal.is_closed(act.socket);
        sockets.contains(&act.socket) && !repeats
    };
    let mut acts: Vec<&Act> = journal.acts().rev().filter(news).take(TOLD_MAX + 1).collect();
    let more = acts.len() > TOLD_MAX;
    acts.truncate(TOLD_MAX);
    acts.reverse();
    let mut lines: Vec<Clue> = if more { vec!["...".into()] } else { Vec::new() };
    lines.extend(acts.into_iter().map(|act| told(journal, act, until)));
    lines
}

/// One entry: `line 7  srv: bound to 127.0.0.1:9998`.
fn told(journal: &Journal, act: &Act, until: Instant) -> Clue {
    let line = if act.line > 0 { format!("line {:<3} ", act.line) } else { " ".repeat(9) };
    Clue::new(format!("{line}{}: {}", act.name, words(journal, &act.did))).ago(until.saturating_duration_since(act.at))
}

/// What happened, in words.
fn words(journal: &Journal, did: &Did) -> String {
    let at = |addr: &Option<Addr>, word: &str| addr.as_ref().map_or(String::new(), |a| format!(" {word} {a}"));
    match did {
        Did::Made(sort) => format!("made, {sort}"),
        Did::Paired(other) => format!("made, a pair with {}", journal.name(*other)),
        Did::Duplicated(of) => format!("made, a duplicate of {}", journal.name(*of)),
        Did::Bound(at) => format!("bound to {at}"),
        Did::Listens(at) => format!("listens on {at}"),
        Did::Connecting(to) => format!("begins to connect to {to}"),
        Did::Connected(ends) => format!("connected to {} from {}", ends.peer, ends.local),
        Did::Accepted(from, ends) => format!("accepted from {}, peer {}", journal.name(*from), ends.peer),
        Did::Disconnected => "gave up its peer".into(),
        Did::Sent(count, to) => format!("sent {}{}", bytes(*count), at(to, "to")),
        Did::Received { end: true, .. } => "received the end of the stream".into(),
        Did::Received { bytes: count, from, room, whole, peeked, .. } => {
            let verb = if *peeked { "looked at" } else { "received" };
            let cut = if whole > room { format!(" of a datagram of {whole}") } else { String::new() };
            format!("{verb} {}{}{cut}", bytes(*count), at(from, "from"))
        }
        Did::Shut(how) => format!("shut down, {}", HOWS.name_of(*how).unwrap_or("?")),
        Did::OptionSet(level, number) => {
            let name =
                options::by_number(*level, *number).spec.map_or_else(|| format!("{level} {number}"), |s| s.name.into());
            format!("{name} set")
        }
        Did::ModeSet(Mode::Blocking) => "made blocking".into(),
        Did::ModeSet(Mode::NonBlocking) => "made non-blocking".into(),
        Did::ModeSet(Mode::Timeout(s)) => format!("timeout set to {s} s"),
        Did::Filed => "a file was made of it".into(),
        Did::Dropped => "closed by its user".into(),
        Did::Detached => "gave up its descriptor".into(),
        Did::Closed(last) => {
            let first = if last.state == Some(State::CloseWait) { ", after its peer" } else { "" };
            let unread = if last.unread > 0 && !last.listened {
                format!(", {} unread", bytes(last.unread))
            } else {
                String::new()
            };
            let aborts = if last.aborts { ", with SO_LINGER 1 0" } else { "" };
            let held = if last.held { "; another descriptor of it may be open" } else { "" };
            format!("closed{first}{unread}{aborts}{held}")
        }
        Did::Failed(call, name) => format!("{call} failed with {}", name.as_str()),
    }
}
