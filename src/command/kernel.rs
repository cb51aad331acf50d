//! What the kernel sees: the machine's sockets, its interfaces, and all that is known of one socket.

use std::collections::HashMap;
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;

use super::{Args, Command, Group, Kind, bare, kinds, req, rest};
use crate::os::interfaces::{self, Interface};
use crate::os::netstat::{self, Entry, Holder, Protocol, TimerKind};
use crate::os::tcp::{FIELDS, Info, State, Unit, stands};
use crate::os::{constants, fd, sockopt};
use crate::value::table::{Column, Holds, holds, plain};
use crate::value::{Addr, Failure, Table, Value, text};
use crate::world::{Request, Socket, Step, World};

/// The calls of this file.
pub const COMMANDS: &[Command] = &[
    Command {
        notes: &["A socket without a process and a name is in TIME_WAIT, or waits to be accepted: (srv). It reads \
                  what ss and netstat read, /proc/net/tcp and its kin."],
        params: &[rest("FILTER", Kind::Any)
            .is("a port, a state, an address, tcp, udp, unix, the name of a socket or of a process: rows that have \
                 them all")],
        results: &["rows"],
        returns: "a list of the rows, when it is given a name; else they are shown",
        man: "netstat(8)",
        errors: &[
            ("Usage", "a port is out of range, or a word is nearly the name of a state or protocol"),
            ("ENOENT", "/proc is not there"),
        ],
        example: "srv = create_server 127.0.0.1:0\nnetstat srv\nrows = netstat tcp LISTEN srv\nfor row in $rows\n  where = field $row local\n  print $where\nend",
        related: &["sockets", "ifconfig", "state", "TIME_WAIT", "EADDRINUSE"],
        ..bare(
            Group::Views,
            "netstat",
            "the machine's TCP, UDP and AF_UNIX sockets, ours by name; words narrow it down",
            netstat,
        )
    },
    Command {
        params: &[rest("FILTER", Kind::Any).is("an interface's name, an address")],
        results: &["rows"],
        returns: "a list of the rows, when it is given a name; else they are shown",
        c: "getifaddrs(&list);",
        man: "getifaddrs(3)",
        errors: &[("ENODEV", "no interface has that name or address")],
        example: "ifconfig lo\nrows = ifconfig lo 127.0.0.1\nfor row in $rows\n  netmask = field $row netmask\n  assert $netmask == 255.0.0.0\nend",
        related: &["netstat", "bind", "EADDRNOTAVAIL", "SO_BINDTODEVICE", "LOOPBACK"],
        ..bare(
            Group::Views,
            "ifconfig",
            "the machine's network interfaces; addresses, netmasks, classes, scopes, MTU",
            ifconfig,
        )
    },
    Command {
        params: &[req("S", Kind::Socket)],
        results: &["info"],
        returns: "an object, when it is given a name; else it is shown",
        python: "{S}.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)",
        c: "struct tcp_info i; getsockopt(s, IPPROTO_TCP, TCP_INFO, &i, &len);",
        man: "tcp(7)",
        errors: &[("EBADF", "the socket is closed")],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
                  info cli\ni = info cli\nmss = field $i snd_mss",
        related: &["state", "inq", "outq", "TCP_INFO", "netstat"],
        ..bare(
            Group::Views,
            "info",
            "all that the kernel tells of a socket; queues, buffers, and of TCP rtt, cwnd, retransmits, mss, options",
            info,
        )
    },
];

fn rows(table: Table) -> Result<Step, Failure> {
    let value = table.to_value();
    Ok(Step::Ask(Request::Rows(table, value)))
}

// --- netstat ---

const SOCKETS: &[Column] = &[
    plain("proto"),
    plain("local"),
    plain("peer"),
    plain("state"),
    plain("in"),
    plain("out"),
    Column { title: "left", key: "time_left", holds: Holds::Seconds },
    plain("name"),
    holds("process", Holds::Process),
];

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
    entry: Entry,
    ours: Option<Ours>,
    holders: Vec<Holder>,
}

fn netstat(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let filter = Filter::read(args)?;
    let mut entries = Vec::new();
    for protocol in Protocol::ALL.into_iter().filter(|p| filter.wants(*p)) {
        entries.extend(netstat::sockets(protocol).map_err(|e| Failure::os(e).note("the files are in /proc/net"))?);
    }
    let ours = ours(world);
    let listeners: Vec<Entry> = entries.iter().filter(|e| e.state == State::Listen).cloned().collect();
    entries.retain(|e| filter.fits(e));
    // Who holds a socket is asked only of those that are left: it takes a walk through all processes.
    let mut held = if entries.iter().any(|e| e.inode.is_some()) { netstat::holders() } else { HashMap::new() };
    let see = |entry: Entry| {
        let ours = match entry.inode {
            Some(number) => ours.get(&number).cloned(),
            None => queue_of(&entry, &listeners, &ours),
        };
        let holders = entry.inode.and_then(|n| held.remove(&n)).unwrap_or_default();
        Seen { entry, ours, holders }
    };
    let mut seen: Vec<Seen> = entries.into_iter().map(see).filter(|s| filter.names(s)).collect();
    // Ours first, in the order they were made; the kernel's order is that of a hash table. Of a connection's two ends,
    // the one at the address that was named first.
    seen.sort_by_cached_key(|s| (filter.side(&s.entry), s.place()));
    let empty = if args.0.is_empty() { "no sockets" } else { "no socket is like that" };
    rows(Table { columns: SOCKETS, rows: seen.iter().map(Seen::row).collect(), empty: empty.into() })
}

/// Our sockets by the numbers that the kernel's lists have them by; a duplicate has its original's.
fn ours(world: &World) -> HashMap<u64, Ours> {
    let one = |s: &Rc<Socket>| {
        let number = netstat::inode(s.open_fd().ok()?.as_fd())?;
        Some((number, Ours { serial: s.serial, name: s.name(), queued: false }))
    };
    world.sockets().iter().rev().filter_map(one).collect()
}

/// The listener of ours in whose queue a connection waits that no process holds: the only one at its address.
fn queue_of(entry: &Entry, listeners: &[Entry], ours: &HashMap<u64, Ours>) -> Option<Ours> {
    // What was closed is in none of these states any more.
    if !matches!(entry.state, State::Established | State::CloseWait | State::SynRecv | State::Connecting) {
        return None;
    }
    let is_at = |l: &&Entry| {
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
        for (i, value) in args.rest_values(0).iter().enumerate() {
            let word = value.to_string();
            if let Some(Value::Int(n)) = kinds::number(&word) {
                let port = u16::try_from(n);
                filter.ports.push(port.map_err(|_| Failure::usage(format!("a port is 0 to 65535, not {n}")).at(i))?);
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
                    .at(i));
            } else {
                filter.names.push(word);
            }
        }
        Ok(filter)
    }

    fn wants(&self, protocol: Protocol) -> bool {
        self.protocols.is_empty() || self.protocols.contains(&protocol)
    }

    fn fits(&self, entry: &Entry) -> bool {
        let both = || std::iter::once(&entry.local).chain(&entry.peer);
        self.ports.iter().all(|port| both().any(|a| a.port() == Some(*port)))
            && self.addresses.iter().all(|word| both().any(|a| is_at(a, word)))
            && (self.states.is_empty() || self.states.contains(&entry.state))
    }

    /// Which of the addresses that were named is the socket's own.
    fn side(&self, entry: &Entry) -> Option<usize> {
        let several = self.addresses.len() > 1;
        self.addresses.iter().position(|word| is_at(&entry.local, word)).filter(|_| several)
    }

    fn names(&self, seen: &Seen) -> bool {
        let called = |name: &String| {
            seen.ours.as_ref().is_some_and(|o| *o.name == **name)
                || seen.holders.iter().any(|h| text::escape_bytes(&h.name) == *name)
        };
        self.names.is_empty() || self.names.iter().any(called)
    }
}

/// Whether an address is the one written so, with its port or without.
fn is_at(addr: &Addr, word: &str) -> bool {
    addr.to_string() == word || addr.host().is_some_and(|h| h.to_string() == word)
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
        let count = |n: u64| if known { Value::Int(i128::from(n)) } else { Value::None };
        let over = entry.timer.filter(|t| t.kind == TimerKind::TimeWait);
        vec![
            Value::text(entry.protocol.name()),
            addr(&entry.local),
            entry.peer.as_ref().map_or(Value::None, addr),
            Value::text(entry.state.name()),
            count(entry.received),
            count(entry.unsent),
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

// --- ifconfig ---

const INTERFACES: &[Column] = &[
    plain("name"),
    plain("address"),
    plain("netmask"),
    plain("broadcast"),
    plain("class"),
    plain("scope"),
    plain("mtu"),
    plain("hardware"),
    plain("flags"),
];

fn ifconfig(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let all = interfaces::all().map_err(Failure::os)?;
    let mut shown: Vec<Vec<Value>> = all.iter().flat_map(interface_rows).collect();
    for (i, word) in args.rest_values(0).iter().enumerate() {
        let fits = |row: &Vec<Value>| row[..2].contains(word);
        if !shown.iter().any(fits) {
            let names: Vec<String> = all.iter().map(|i| text::escape_bytes(&i.name)).collect();
            return Err(Failure::os(libc::ENODEV).note(format!("there are: {}", names.join(", "))).at(i));
        }
        shown.retain(fits);
    }
    rows(Table { columns: INTERFACES, rows: shown, empty: "no interfaces".into() })
}

/// A row for each address; one for an interface without.
fn interface_rows(interface: &Interface) -> Vec<Vec<Value>> {
    let v4 = interface.v4.iter().map(|a| {
        let broadcast = a.broadcast.map_or(Value::None, |b| Value::text(b.to_string()));
        let class = Value::text(interfaces::class(a.address).to_string());
        [Value::text(a.address.to_string()), Value::text(a.netmask.to_string()), broadcast, class, Value::None]
    });
    let v6 = interface.v6.iter().map(|a| {
        let (prefix, scope) = (Value::text(format!("/{}", a.prefix)), Value::text(interfaces::scope(a.address)));
        [Value::text(a.address.to_string()), prefix, Value::None, Value::None, scope]
    });
    let mut addresses: Vec<[Value; 5]> = v4.chain(v6).collect();
    if addresses.is_empty() {
        addresses.push([const { Value::None }; 5]);
    }
    let name = Value::text(text::escape_bytes(&interface.name));
    let hardware = interface
        .hardware
        .as_ref()
        .filter(|h| !h.is_empty())
        .map_or(Value::None, |h| Value::text(h.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(":")));
    let mtu = interface.mtu.map_or(Value::None, |n| Value::Int(n.into()));
    let flags = Value::text(constants::INTERFACE_FLAGS.join(interface.flags));
    let row = |address: [Value; 5]| {
        let rest = [mtu.clone(), hardware.clone(), flags.clone()];
        std::iter::once(name.clone()).chain(address).chain(rest).collect()
    };
    addresses.into_iter().map(row).collect()
}

// --- info ---

const FACTS: &[Column] = &[plain("field"), plain("value"), plain("meaning")];

/// Facts of a socket: each for people and for programs.
#[derive(Default)]
struct Facts {
    rows: Vec<Vec<Value>>,
    object: Vec<(Rc<str>, Value)>,
}

impl Facts {
    fn add(&mut self, name: &str, value: Value, shown: impl Into<String>, meaning: &str) {
        self.rows.push(vec![Value::text(name), Value::text(shown.into()), Value::text(meaning)]);
        self.object.push((name.into(), value));
    }

    fn bytes(&mut self, name: &str, n: impl Into<i128>, meaning: &str) {
        let n = n.into();
        self.add(name, Value::Int(n), format!("{n} bytes"), meaning);
    }

    fn word(&mut self, name: &str, word: &str, meaning: &str) {
        self.add(name, Value::text(word), word, meaning);
    }
}

fn info(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let fd = socket.fd()?;
    let fd = fd.as_fd();
    let mut facts = Facts::default();
    facts.word("state", stands(fd).name(), "how it stands");
    queues(&mut facts, fd, socket.is_stream());
    if let Ok(info) = Info::of(fd) {
        tcp(&mut facts, fd, &info);
    }
    let table = Table { columns: FACTS, rows: facts.rows, empty: String::new() };
    Ok(Step::Ask(Request::Rows(table, Value::Object(Rc::new(facts.object)))))
}

/// What every socket has: what waits, and the buffers.
fn queues(facts: &mut Facts, fd: BorrowedFd<'_>, stream: bool) {
    if let Ok(n) = fd::inq(fd) {
        let meaning = if stream { "wait to be read" } else { "of the next datagram wait to be read" };
        facts.bytes("in", n as i128, meaning);
    }
    if let Ok(n) = fd::outq(fd) {
        facts.bytes("out", n as i128, "were sent and are not acknowledged or delivered");
    }
    for (name, number, meaning) in [
        ("rcvbuf", libc::SO_RCVBUF, "room for what comes in (SO_RCVBUF; the kernel doubles what is asked for)"),
        ("sndbuf", libc::SO_SNDBUF, "room for what goes out (SO_SNDBUF; the kernel doubles what is asked for)"),
    ] {
        if let Ok(n) = sockopt::get_int(fd, libc::SOL_SOCKET, number) {
            facts.bytes(name, n, meaning);
        }
    }
    // The last of its nine numbers.
    let mut memory = [0; 36];
    if let Ok(36) = sockopt::get(fd, libc::SOL_SOCKET, libc::SO_MEMINFO, &mut memory)
        && let Some(drops) = memory.last_chunk::<4>()
    {
        let n = u32::from_ne_bytes(*drops);
        facts.add("drops", Value::Int(n.into()), n.to_string(), "packets thrown away: there was no room for them");
    }
}

fn tcp(facts: &mut Facts, fd: BorrowedFd<'_>, info: &Info) {
    if let Some((waiting, most)) = info.backlog() {
        facts.add("waiting", Value::Int(waiting.into()), waiting.to_string(), "connections that wait to be accepted");
        facts.add("backlog", Value::Int(most.into()), most.to_string(), "how many may wait; one more is let in");
        return;
    }
    let mut name = [0; 16];
    if let Ok(n) = sockopt::get(fd, libc::IPPROTO_TCP, libc::TCP_CONGESTION, &mut name) {
        let word = name[..n].split(|b| *b == 0).next().unwrap_or_default();
        facts.word("congestion", &text::escape_bytes(word), "the algorithm that sets the congestion window");
    }
    let options = info.options().join("|");
    let shown = if options.contains("WSCALE") {
        let (peer, own) = info.scales();
        options.replace("WSCALE", &format!("WSCALE({peer},{own})"))
    } else {
        options.clone()
    };
    facts.add("options", Value::text(options), shown, "agreed on in the handshake; windows scaled by 2^(theirs,ours)");
    for field in FIELDS {
        if let Some(n) = info.number(field) {
            facts.add(field.name, Value::Int(n.into()), with_unit(field.unit, n), field.meaning);
        }
    }
}

/// A number with its unit.
fn with_unit(unit: Unit, n: u64) -> String {
    // What the kernel has for "no limit".
    const ENDLESS: [u64; 2] = [u64::MAX, 0x7fff_ffff];
    match unit {
        _ if ENDLESS.contains(&n) => "no limit".into(),
        Unit::Micros => format!("{} ms", n as f64 / 1000.0),
        Unit::Millis => format!("{n} ms"),
        Unit::Bytes => format!("{n} bytes"),
        Unit::BytesPerSecond => format!("{n} bytes/s"),
        Unit::Segments => format!("{n} segments"),
        Unit::Count => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_filter_are_told_apart() {
        let read = |words: &[&str]| {
            Filter::read(&Args(words.iter().map(|w| super::super::Arg::Value(kinds::word_value(w))).collect()))
        };
        let filter = read(&["9998", "tcp", "listen", "TIME_WAIT", "srv", "::1", "127.0.0.1:80"]).unwrap();
        assert_eq!((filter.ports, filter.names), (vec![9998], vec!["srv".to_string()]));
        assert_eq!(filter.addresses, ["::1", "127.0.0.1:80"]);
        assert_eq!(filter.protocols, [Protocol::Tcp, Protocol::Tcp6]);
        assert_eq!(filter.states, [State::Listen, State::TimeWait]);
        assert!(read(&["LISTN"]).err().unwrap().notes()[0].contains("LISTEN"));
        assert!(read(&["65536"]).is_err());
        assert!(read(&["listn"]).is_ok(), "a name can be like that");
        assert_eq!(read(&["udp6"]).unwrap().protocols, [Protocol::Udp6]);
    }

    #[test]
    fn numbers_have_units() {
        assert_eq!(with_unit(Unit::Micros, 45), "0.045 ms");
        assert_eq!(with_unit(Unit::Bytes, 1448), "1448 bytes");
        assert_eq!(with_unit(Unit::Segments, 0x7fff_ffff), "no limit");
    }
}
