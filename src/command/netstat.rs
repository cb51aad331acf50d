//! `netstat`: the kernel's lists of sockets, with the names of ours and the processes of others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::rc::Rc;

use super::{Args, kinds};
use crate::linux::state::State;
use crate::os::netstat::{self, Holder, KernelSocket, Protocol, TimerKind};
use crate::os::trace;
use crate::value::table::{Column, holds, plain};
use crate::value::{Addr, Failure, Holds, Table, Value, text};
use crate::world::{Epoll, Request, Socket, Step, World};

const SOCKETS: &[Column] = &[
    plain("proto"),
    plain("local"),
    plain("peer"),
    plain("state"),
    plain("in"),
    plain("out"),
    plain("drops"),
    Column { title: "left", key: "time_left", ..holds("left", Holds::Seconds) },
    plain("name"),
    holds("process", Holds::Process),
];

/// The column with the name.
const NAME: usize = 8;

/// What a row must have: all of the ports and addresses, of which it has two, and one of the other words of each kind.
#[derive(Default)]
struct Filter {
    ports: Vec<u16>,
    addresses: Vec<String>,
    protocols: Vec<Protocol>,
    states: Vec<State>,
    /// Names of our sockets and of processes.
    names: Vec<String>,
}

/// Which socket of ours a row is about.
#[derive(Clone)]
struct Ours {
    serial: u64,
    name: Rc<str>,
    /// Not the socket itself, but a connection that waits to be accepted from it.
    queued: bool,
}

/// A socket of the machine with all that is known of it.
struct Seen {
    entry: KernelSocket,
    ours: Option<Ours>,
    /// The name of the closed socket of ours that the kernel keeps this of, as in TIME_WAIT.
    was: Option<Rc<str>>,
    holders: Vec<Holder>,
}

/// The effect of `netstat`.
pub(super) fn netstat(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let (mut filter, host) = (Filter::read(args)?, args.host(0)?);
    let watched: Vec<String> = filter
        .names
        .iter()
        .filter_map(|name| world.epoll_named(name))
        .flat_map(|epoll| watched(world, &epoll))
        .collect();
    filter.names.extend(watched);
    let mut entries = Vec::new();
    for protocol in Protocol::ALL.into_iter().filter(|p| filter.wants(*p)) {
        entries.extend(
            netstat::sockets(protocol, host.as_ref().map(|host| host.inside()))
                .map_err(|e| Failure::os(e).note("the files are in /proc/net"))?,
        );
    }
    let ours = ours(world);
    let listeners: Vec<KernelSocket> = entries.iter().filter(|e| e.state == State::Listen).cloned().collect();
    // Of those that speak with no other program only ours are of interest, unless they are asked for.
    let own = |e: &KernelSocket| e.inode.is_some_and(|number| ours.contains_key(&number));
    entries.retain(|e| filter.fits(e) && (!e.protocol.is_inner() || !filter.protocols.is_empty() || own(e)));
    // Who holds a socket is asked only of those that are left: it takes a walk through all processes.
    let mut held = if entries.iter().any(|e| e.inode.is_some()) { netstat::holders() } else { HashMap::new() };
    let see = |entry: KernelSocket| {
        let ours = match entry.inode {
            Some(number) => ours.get(&number).cloned(),
            None => queue_of(&entry, &listeners, &ours),
        };
        let was = world.record.as_ref().filter(|_| entry.inode.is_none() && ours.is_none());
        let was = was.and_then(|record| record.had(&entry.local, entry.peer.as_ref()?));
        let holders = entry.inode.and_then(|n| held.remove(&n)).unwrap_or_default();
        Seen { entry, ours, was, holders }
    };
    let mut seen: Vec<Seen> = entries.into_iter().map(see).filter(|s| filter.names(s)).collect();
    // Ours first, in the order they were made; the kernel's order is that of a hash table. Of a connection's two ends,
    // the one at the address that was named first.
    seen.sort_by_cached_key(|s| (filter.side(&s.entry), s.place()));
    let mut table =
        Table { columns: SOCKETS, rows: seen.iter().map(Seen::row).collect(), empty: filter.nothing(args, &ours) };
    // A script gets the same whether its calls are shown or not; the record is kept only where they are.
    let value = table.to_value();
    for (row, seen) in table.rows.iter_mut().zip(&seen).filter(|(row, _)| row[NAME] == Value::None) {
        row[NAME] = seen.was.as_deref().map_or(Value::None, Value::text);
    }
    for (row, seen) in
        table.rows.iter_mut().zip(&seen).filter(|(_, seen)| seen.entry.peer.as_ref() == Some(&seen.entry.local))
    {
        let own = seen.ours.as_ref().map_or("", |ours| &ours.name);
        row[NAME] = Value::text(format!("{own} (to itself)").trim_start());
    }
    Ok(Step::Ask(Request::Rows(table, value)))
}

/// The names of what an epoll watches, which is in none of the lists itself.
fn watched(world: &World, epoll: &Epoll) -> Vec<String> {
    let watched = trace::aside(|| epoll.registered());
    watched.iter().filter_map(|one| world.find(one.serial)).map(|socket| socket.name().to_string()).collect()
}

/// Our sockets by the numbers that the kernel's lists have them by; a duplicate has its original's.
fn ours(world: &World) -> HashMap<u64, Ours> {
    let one = |s: &Rc<Socket>| {
        let number = netstat::inode(s.fd().ok()?.as_fd())?;
        Some((number, Ours { serial: s.serial, name: s.name(), queued: false }))
    };
    world.sockets().iter().rev().filter_map(one).collect()
}

/// The listener of ours in whose queue a connection waits that no process holds: the only one at its address.
fn queue_of(entry: &KernelSocket, listeners: &[KernelSocket], ours: &HashMap<u64, Ours>) -> Option<Ours> {
    // What was closed is in none of these states any more.
    if !matches!(entry.state, State::Established | State::CloseWait | State::SynRecv | State::Connecting) {
        return None;
    }
    let is_at = |l: &&KernelSocket| {
        let everywhere = l.local.host().is_some_and(|h| h.is_unspecified());
        l.protocol == entry.protocol && (l.local == entry.local || everywhere && l.local.port() == entry.local.port())
    };
    let mut at = listeners.iter().filter(is_at);
    let (Some(listener), None) = (at.next(), at.next()) else { return None };
    ours.get(&listener.inode?).map(|o| Ours { queued: true, ..o.clone() })
}

impl Filter {
    fn read(args: &Args) -> Result<Self, Failure> {
        let mut filter = Self::default();
        for (i, value) in args.rest_values(1).iter().enumerate() {
            let word = value.to_string();
            if let Some(Value::Int(n)) = kinds::number(&word) {
                let port = u16::try_from(n);
                filter
                    .ports
                    .push(port.map_err(|_| Failure::usage(format!("a port is 0 to 65535, not {n}")).at(1 + i))?);
                continue;
            }
            if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                filter.flags(letters).map_err(|failure| failure.at(i))?;
                continue;
            }
            let protocols = protocols(&word);
            if !protocols.is_empty() {
                filter.protocols.extend(protocols);
            } else if let Some((state, _)) = State::ALL.iter().find(|(_, name)| name.eq_ignore_ascii_case(&word)) {
                filter.states.push(*state);
            } else if word.parse::<Addr>().is_ok() || word.parse::<IpAddr>().is_ok() {
                filter.addresses.push(word);
            } else if let Some(near) = nearly(&word) {
                return Err(Failure::usage(format!("`{word}` is no state"))
                    .note(format!("did you mean {near}?"))
                    .at(1 + i));
            } else {
                filter.names.push(word);
            }
        }
        Ok(filter)
    }

    /// The letters of a shell's netstat and ss. Some ask for what is shown anyway: all sockets, numbers, timers, processes.
    fn flags(&mut self, letters: &str) -> Result<(), Failure> {
        for letter in letters.chars() {
            match letter {
                'a' | 'n' | 'o' | 'p' | 'e' => {}
                't' => self.protocols.extend(protocols("tcp")),
                'u' => self.protocols.extend(protocols("udp")),
                'x' => self.protocols.extend(protocols("unix")),
                'l' => self.states.push(State::Listen),
                other => {
                    let known = "known are a n o p e, which change nothing, and t u x l: tcp, udp, unix, LISTEN";
                    return Err(Failure::usage(format!("netstat has no `-{other}` here")).note(known));
                }
            }
        }
        Ok(())
    }

    fn wants(&self, protocol: Protocol) -> bool {
        self.protocols.is_empty() || self.protocols.contains(&protocol)
    }

    fn fits(&self, entry: &KernelSocket) -> bool {
        let both = || std::iter::once(&entry.local).chain(&entry.peer);
        self.ports.iter().all(|port| both().any(|a| a.port() == Some(*port)))
            && self.addresses.iter().all(|word| both().any(|a| is_at(a, word)))
            && (self.states.is_empty() || self.states.contains(&entry.state))
    }

    /// Which of the addresses that were named is the socket's own.
    fn side(&self, entry: &KernelSocket) -> Option<usize> {
        let several = self.addresses.len() > 1;
        self.addresses.iter().position(|word| is_at(&entry.local, word)).filter(|_| several)
    }

    fn names(&self, seen: &Seen) -> bool {
        let called = |name: &String| {
            seen.ours.as_ref().map(|o| &o.name).or(seen.was.as_ref()).is_some_and(|own| **own == **name)
                || seen.holders.iter().any(|h| text::escape_bytes(&h.name) == *name)
        };
        self.names.is_empty() || self.names.iter().any(called)
    }

    /// What is said when no row is left.
    fn nothing(&self, args: &Args, ours: &HashMap<u64, Ours>) -> String {
        let open = |name: &String| ours.values().any(|own| *own.name == **name);
        match self.names.as_slice() {
            _ if args.rest(1).is_empty() => "no sockets".into(),
            names if names.len() < args.rest(1).len() => "no socket is like that".into(),
            [name] if open(name) => {
                format!("{name} is open, but in none of the lists: it is not bound, or its connection is over")
            }
            names => format!(
                "nothing of {}: no open socket, none that the kernel keeps after its close, no process",
                names.join(" or ")
            ),
        }
    }
}

/// Whether an address is the one written so, with its port or without.
fn is_at(addr: &Addr, word: &str) -> bool {
    addr.to_string() == text::escape_bytes(word.as_bytes()) || addr.host().is_some_and(|h| h.to_string() == word)
}

fn protocols(word: &str) -> Vec<Protocol> {
    // `tcp` and `udp` are both versions.
    let same = |p: &Protocol| p.name() == word || (p.name().strip_suffix('6') == Some(word));
    Protocol::ALL.into_iter().filter(same).collect()
}

/// The state that a word in capitals is nearly the name of: names of sockets are seldom so.
fn nearly(word: &str) -> Option<&'static str> {
    let capitals = word.len() > 3 && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    text::nearest(word, State::ALL.iter().map(|(_, name)| *name)).filter(|_| capitals)
}

impl Seen {
    fn place(&self) -> impl Ord + use<> {
        let entry = &self.entry;
        let family = match entry.protocol {
            Protocol::Tcp6 => Protocol::Tcp,
            Protocol::Udp6 => Protocol::Udp,
            Protocol::UdpLite6 => Protocol::UdpLite,
            other => other,
        };
        let ours = self.ours.as_ref().map_or((u64::MAX, false), |o| (o.serial, o.queued));
        let peer = entry.peer.as_ref().map(ToString::to_string);
        (family, ours, entry.local.port(), entry.local.to_string(), peer)
    }

    fn row(&self) -> Vec<Value> {
        let entry = &self.entry;
        let addr = |a: &Addr| match a {
            Addr::Unnamed => Value::None,
            named => Value::Addr(named.clone()),
        };
        let known = entry.protocol != Protocol::Unix;
        let count = |n: u64, says: bool| if says { Value::Int(n.into()) } else { Value::None };
        let over = entry.timer.filter(|t| t.kind == TimerKind::TimeWait);
        vec![
            Value::text(entry.protocol.name()),
            addr(&entry.local),
            entry.peer.as_ref().map_or(Value::None, addr),
            Value::text(entry.state.name()),
            count(entry.received, known),
            count(entry.unsent, known),
            count(entry.drops, entry.drops > 0),
            over.map_or(Value::None, |t| Value::Int(t.left.as_secs_f64().ceil() as i128)),
            self.ours.as_ref().map_or(Value::None, Ours::shown),
            process(&self.holders),
        ]
    }
}

impl Ours {
    /// Its name; in parentheses for what waits to be accepted from it.
    fn shown(&self) -> Value {
        if self.queued { Value::text(format!("({})", self.name)) } else { Value::text(&self.name) }
    }
}

/// `1234/nginx, 1235/nginx`.
fn process(holders: &[Holder]) -> Value {
    let all: Vec<String> = holders.iter().map(|h| format!("{}/{}", h.pid, text::escape_bytes(&h.name))).collect();
    if all.is_empty() { Value::None } else { Value::text(all.join(", ")) }
}
