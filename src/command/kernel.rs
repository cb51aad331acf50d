//! What the kernel sees: the machine's sockets ([`netstat`](super::netstat)), its interfaces, and all that is known of one
//! socket.

use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;

use super::epoll::EPOLLS;
use super::netstat::netstat;
use super::{Args, CLOSED, Command, Group, Kind, bare, err, named, req, rest};
use crate::linux::constants;
use crate::linux::state::State;
use crate::os::epoll::Watching;
use crate::os::interfaces::{self, Interface};
use crate::os::sockopt;
use crate::os::tcp::{self, FIELDS, Info, Unit, stands};
use crate::value::table::{Column, holds, plain, said};
use crate::value::{Failure, Holds, Table, Value, text};
use crate::world::{Epoll, Request, Step, World};

/// The calls of this file.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        notes: &[
            "What waits to be accepted has its listener's name: (srv). What the kernel keeps of a closed socket, in \
             TIME_WAIT or on the way there, has the name it had; but with -q it has none.",
            "It reads what ss and netstat read, /proc/net/tcp and its kin.",
        ],
        params: &[
            named("host", Kind::Host).is("that host's sockets, and no others"),
            rest("FILTER", Kind::Filter).is(
                "a port, a state, an address, tcp, udp, unix, the name of a socket or of a process: rows that have \
                     them all; -ano as on a shell: all is shown in numbers, with timers and processes, anyway",
            ),
        ],
        results: &[("rows", Holds::Plain)],
        returns: "a list of the rows, when it is given a name; else they are shown",
        man: "netstat(8)",
        errors: &[
            err("Usage", "a port is out of range, or a word is nearly the name of a state or protocol"),
            err("ENOENT", "/proc is not there"),
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
        aliases: &["ipconfig"],
        params: &[
            named("host", Kind::Host).is("that host's interfaces"),
            rest("FILTER", Kind::Any).is("an interface's name, an address; /all is all of them"),
        ],
        results: &[("rows", Holds::Measured)],
        returns: "a list of the rows, when it is given a name; else they are shown",
        c: "getifaddrs(&list);",
        man: "getifaddrs(3)",
        errors: &[err("ENODEV", "no interface has that name or address")],
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
        notes: &[
            "Of an epoll it lists what is registered: the socket, its descriptor, the events that are asked for. \
                  EPOLLONESHOT that has told of its event has none until MOD.",
        ],
        params: &[req("S", Kind::Socket).or(EPOLLS)],
        also: &["dir(S)"],
        results: &[("info", Holds::Measured)],
        returns: "an object, when it is given a name; else it is shown",
        python: "{S}.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)",
        c: "struct tcp_info i; getsockopt(s, IPPROTO_TCP, TCP_INFO, &i, &len);",
        man: "tcp(7)",
        errors: &[CLOSED],
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
    let host = args.host(0)?;
    let all = interfaces::all(host.as_ref().map(|host| host.inside())).map_err(Failure::os)?;
    let mut shown: Vec<Vec<Value>> = all.iter().flat_map(interface_rows).collect();
    // What Windows' ipconfig calls all is all there is here.
    let words = args.rest_values(1);
    for (i, word) in words.iter().enumerate().filter(|(_, word)| word.to_string() != "/all") {
        let fits = |row: &Vec<Value>| row[..2].contains(word);
        if !shown.iter().any(fits) {
            let names: Vec<String> = all.iter().map(|i| text::escape_bytes(&i.name)).collect();
            return Err(Failure::os(libc::ENODEV).note(format!("there are: {}", names.join(", "))).at(1 + i));
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

const FACTS: &[Column] = &[plain("field"), plain("value"), said("meaning")];

/// Facts of a socket: each for people and for programs.
#[derive(Default)]
struct Facts {
    rows: Vec<Vec<Value>>,
    object: Vec<(Rc<str>, Value)>,
}

impl Facts {
    /// A fact: for programs, for people, and what it is. What the kernel gives without meaning is none.
    fn add(&mut self, name: &str, value: Option<Value>, shown: impl Into<String>, meaning: &str) {
        let shown = if value.is_some() { Value::text(shown.into()) } else { Value::None };
        self.rows.push(vec![Value::text(name), shown, Value::text(meaning)]);
        self.object.push((name.into(), value.unwrap_or(Value::None)));
    }

    fn number(&mut self, name: &str, n: Option<u64>, unit: Unit, meaning: &str) {
        self.add(name, n.map(|n| Value::Int(n.into())), n.map_or_else(String::new, |n| with_unit(unit, n)), meaning);
    }

    fn word(&mut self, name: &str, word: &str, meaning: &str) {
        self.add(name, Some(Value::text(word)), word, meaning);
    }
}

/// What an epoll watches.
const WATCHED: &[Column] = &[plain("socket"), holds("fd", Holds::Fd), plain("events")];

/// The entries of an epoll, as the kernel has them.
fn watched(world: &World, epoll: &Epoll) -> Result<Step, Failure> {
    drop(epoll.end.fd()?);
    let row = |one: &Watching| {
        let whose = world.owner(one);
        let name = if let Value::Handle(it) = whose { Value::text(it.label()) } else { Value::None };
        vec![name, Value::Int(one.fd.into()), Value::text(constants::EPOLL_EVENTS.join(one.events))]
    };
    let mut shown: Vec<_> = epoll.registered().iter().map(row).collect();
    shown.sort_by(|a, b| a[1].order(&b[1]).unwrap_or(std::cmp::Ordering::Equal));
    rows(Table { columns: WATCHED, rows: shown, empty: "it watches nothing".into() })
}

fn info(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    if let Some(epoll) = args.value(0).downcast_rc::<Epoll>() {
        return watched(world, &epoll);
    }
    let socket = args.socket(0)?;
    let fd = socket.fd()?;
    let fd = fd.as_fd();
    let mut facts = Facts::default();
    let (state, tells) = (stands(fd), Info::of(fd).ok());
    facts.word("state", state.name(), "how it stands");
    queues(&mut facts, fd, state, socket.kind, tells.is_some());
    if let Some(info) = tells {
        tcp(&mut facts, fd, &info);
    }
    let table = Table { columns: FACTS, rows: facts.rows, empty: String::new() };
    Ok(Step::Ask(Request::Rows(table, Value::Object(Rc::new(facts.object)))))
}

/// What every socket has: what waits, and the buffers.
fn queues(facts: &mut Facts, fd: BorrowedFd<'_>, state: State, kind: i32, is_tcp: bool) {
    let (inward, outward) = tcp::queues(fd, state, kind);
    let next = matches!(kind, libc::SOCK_DGRAM | libc::SOCK_RAW);
    let waits = if next { "of the next datagram wait to be read" } else { "wait to be read" };
    let goes =
        if is_tcp { "were sent and are not acknowledged" } else { "of memory hold what was sent and not delivered" };
    facts.number("in", inward.map(|n| n as u64), Unit::Bytes, waits);
    facts.number("out", outward.map(|n| n as u64), Unit::Bytes, goes);
    let Ok(memory) = sockopt::memory(fd) else { return };
    for (name, n, unit, meaning) in [
        (
            "rcvbuf",
            memory.receive_room,
            Unit::Bytes,
            "room for what comes in (SO_RCVBUF; the kernel doubles what is asked for)",
        ),
        (
            "sndbuf",
            memory.send_room,
            Unit::Bytes,
            "room for what goes out (SO_SNDBUF; the kernel doubles what is asked for)",
        ),
        ("drops", memory.drops, Unit::Count, "packets thrown away: there was no room for them"),
    ] {
        facts.number(name, Some(n.into()), unit, meaning);
    }
}

fn tcp(facts: &mut Facts, fd: BorrowedFd<'_>, info: &Info) {
    if let Some((waiting, most)) = info.backlog() {
        facts.number("waiting", Some(waiting), Unit::Count, "connections that wait to be accepted");
        facts.number("backlog", Some(most), Unit::Count, "how many may wait; one more is let in");
        return;
    }
    let mut name = [0; 16];
    if let Ok(n) = sockopt::get(fd, libc::IPPROTO_TCP, libc::TCP_CONGESTION, &mut name) {
        let word = name[..n].split(|b| *b == 0).next().unwrap_or_default();
        facts.word("congestion", &text::escape_bytes(word), "the algorithm that sets the congestion window");
    }
    let options = info.options().join("|");
    let (peer, own) = info.scales();
    let shown = options.replace("WSCALE", &format!("WSCALE({peer},{own})"));
    let options = info.had_peer().then(|| Value::text(options));
    facts.add("options", options, shown, "agreed on in the handshake; windows scaled by 2^(theirs,ours)");
    for field in FIELDS {
        facts.number(field.name, info.told(field), field.unit, field.meaning);
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
