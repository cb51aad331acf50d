//! Each kind of call, in sockpit's words and in Python's.

use std::fmt::Display;

use super::program::{Call, TAG};

/// A call without results.
fn nothing(sockpit: String, python: String) -> Call {
    Call { gives: Vec::new(), sockpit, python, chosen: false }
}

/// A call whose results get these names.
fn gives(names: &[&str], sockpit: String, python: String) -> Call {
    Call { gives: names.iter().map(ToString::to_string).collect(), sockpit, python, chosen: false }
}

/// A word in both languages.
#[derive(Clone, Debug)]
pub struct Word {
    sockpit: String,
    python: String,
}

/// The same in both: a number, a constant's name, a socket's.
pub fn plain(word: impl Display) -> Word {
    let word = word.to_string();
    Word { sockpit: word.clone(), python: word }
}

/// A number for an int of C: one that has more bits is, in Python, the one that has these.
pub fn int(n: i64) -> Word {
    let bits = u32::try_from(n).map_or(n, |n| i64::from(n as i32));
    Word { sockpit: n.to_string(), python: bits.to_string() }
}

/// Bytes as they are written.
pub fn bytes(text: &str) -> Word {
    Word { sockpit: format!("\"{text}\""), python: format!("b\"{text}\"") }
}

/// One of the long data.
pub fn long(n: usize) -> Word {
    Word { sockpit: format!("$d{n}"), python: format!("d{n}") }
}

/// A service by its name or number, or none.
pub fn service(service: &str) -> Word {
    let python = match service {
        "none" => "None".into(),
        name if name.parse::<i64>().is_err() => format!("\"{name}\""),
        number => number.into(),
    };
    Word { sockpit: service.into(), python }
}

/// An address that a call gave.
pub fn address(name: &str) -> Word {
    Word { sockpit: format!("${name}"), python: format!("plain({name})") }
}

/// An abstract AF_UNIX name of this program's own.
pub fn own(name: &str) -> Word {
    Word { sockpit: format!("@{TAG}{name}"), python: format!("b\"\\0{TAG}{name}\"") }
}

/// No name: to bind to it is to let the kernel choose one.
pub fn unnamed() -> Word {
    Word { sockpit: "@".into(), python: "\"\"".into() }
}

/// An address of IP with a port.
pub fn host(host: &str, port: &str) -> Word {
    let sockpit = match port.parse::<u16>() {
        Ok(_) if host.contains(':') => format!("[{host}]:{port}"),
        Ok(_) => format!("{host}:{port}"),
        Err(_) => format!("{host} {port}"),
    };
    Word { sockpit, python: format!("(\"{host}\", {port})") }
}

/// An address of IP with the port of one that a call gave.
pub fn port_of(host: &str, name: &str) -> Word {
    Word { sockpit: format!("{host} ${{{name}.port}}"), python: format!("(\"{host}\", {name}.given[1])") }
}

/// An address of netlink: the kernel, or one that it chooses.
pub fn netlink(pid: &str, groups: &str) -> Word {
    Word { sockpit: format!("{pid}:{groups}"), python: format!("({pid}, {groups})") }
}

/// Frames of that protocol on an interface.
pub fn frames(interface: &str, protocol: &str) -> Word {
    let sockpit = format!("packet:{interface}:{protocol}");
    Word { sockpit, python: format!("(\"{interface}\", {protocol})") }
}

/// A text that may be empty.
pub fn text(text: &str) -> Word {
    plain(format!("\"{text}\""))
}

/// A limit in seconds, or none.
pub fn seconds(seconds: Option<f64>) -> Word {
    let sockpit = seconds.map_or("none".into(), |s| s.to_string());
    Word { sockpit, python: seconds.map_or("None".into(), |s| s.to_string()) }
}

pub fn on(on: bool) -> Word {
    let (sockpit, python) = if on { ("on", "True") } else { ("off", "False") };
    Word { sockpit: sockpit.into(), python: python.into() }
}

pub fn socket(s: &str, family: &str, kind: &str) -> Call {
    gives(&[s], format!("socket {family} {kind}"), format!("socket({family}, {kind})"))
}

/// With the number of a protocol.
pub fn socket_of(s: &str, family: &str, kind: &str, protocol: &str) -> Call {
    let python = format!("socket({family}, {kind}, {protocol})");
    gives(&[s], format!("socket {family} {kind} {protocol}"), python)
}

/// `create_server`, with what is named: its name, and its value.
pub fn server(s: &str, at: &Word, named: &[(&str, Word)]) -> Call {
    let words: String = named.iter().map(|(name, value)| format!(" {name}={}", value.sockpit)).collect();
    let items: String = named.iter().map(|(name, value)| format!(", {name}={}", value.python)).collect();
    gives(&[s], format!("create_server {}{words}", at.sockpit), format!("create_server({}{items})", at.python))
}

/// A call of a few words and one result, named alike in both.
pub fn asked(r: &str, call: &str, words: &[Word]) -> Call {
    let sockpit: Vec<&str> = words.iter().map(|word| word.sockpit.as_str()).collect();
    let python: Vec<&str> = words.iter().map(|word| word.python.as_str()).collect();
    gives(&[r], format!("{call} {}", sockpit.join(" ")), format!("{call}({})", python.join(", ")))
}

/// `getnameinfo`.
pub fn names(names: [&str; 2], at: &Word, flags: &str) -> Call {
    gives(&names, format!("getnameinfo \"{}\" {flags}", at.sockpit), format!("getnameinfo({}, {flags})", at.python))
}

pub fn adopted(s: &str, fd: &str) -> Call {
    gives(&[s], format!("socket fileno=${fd}"), format!("socket(fileno={fd})"))
}

pub fn pair(left: &str, right: &str, family: &str, kind: &str) -> Call {
    gives(&[left, right], format!("socketpair {family} {kind}"), format!("socketpair({family}, {kind})"))
}

pub fn bind(s: &str, to: &Word) -> Call {
    nothing(format!("bind {s} {}", to.sockpit), format!("{s}.bind({})", to.python))
}

pub fn connect(s: &str, to: &Word) -> Call {
    nothing(format!("connect {s} {}", to.sockpit), format!("{s}.connect({})", to.python))
}

pub fn connect_ex(r: &str, s: &str, to: &Word) -> Call {
    gives(&[r], format!("connect_ex {s} {}", to.sockpit), format!("{s}.connect_ex({})", to.python))
}

pub fn listen(s: &str, backlog: &Word) -> Call {
    nothing(format!("listen {s} {}", backlog.sockpit), format!("{s}.listen({})", backlog.python))
}

pub fn accept(conn: &str, address: &str, s: &str) -> Call {
    gives(&[conn, address], format!("accept {s}"), format!("accept({s})"))
}

/// `getsockname`, `getpeername`.
pub fn name(a: &str, call: &str, s: &str) -> Call {
    gives(&[a], format!("{call} {s}"), format!("Address({s}.{call}())"))
}

pub fn send(r: &str, s: &str, data: &Word, flags: &str) -> Call {
    gives(&[r], format!("send {s} {} {flags}", data.sockpit), format!("{s}.send({}, {flags})", data.python))
}

pub fn sendall(s: &str, data: &Word, flags: &str) -> Call {
    nothing(format!("sendall {s} {} {flags}", data.sockpit), format!("{s}.sendall({}, {flags})", data.python))
}

pub fn sendto(r: &str, s: &str, data: &Word, flags: &str, to: &Word) -> Call {
    let sockpit = format!("sendto {s} {} {flags} {}", data.sockpit, to.sockpit);
    gives(&[r], sockpit, format!("{s}.sendto({}, {flags}, {})", data.python, to.python))
}

pub fn sendmsg(r: &str, s: &str, parts: &[Word], flags: &str, to: Option<&Word>) -> Call {
    let words: Vec<&str> = parts.iter().map(|p| p.sockpit.as_str()).collect();
    let items: Vec<&str> = parts.iter().map(|p| p.python.as_str()).collect();
    let (to_word, to_item) =
        to.map_or_else(Default::default, |to| (format!(" to={}", to.sockpit), format!(", {}", to.python)));
    let sockpit = format!("sendmsg {s} {} flags={flags}{to_word}", words.join(" "));
    gives(&[r], sockpit, format!("{s}.sendmsg([{}], [], {flags}{to_item})", items.join(", ")))
}

/// With numbers beside the data: level, type, number.
pub fn sendmsg_beside(
    r: &str,
    s: &str,
    data: &Word,
    beside: &[(&str, &str, i32)],
    flags: &str,
    to: Option<&Word>,
) -> Call {
    let words: Vec<String> = beside.iter().map(|(_, kind, n)| format!("{kind} {n}")).collect();
    let items: Vec<String> =
        beside.iter().map(|(level, kind, n)| format!("({level}, {kind}, struct.pack(\"i\", {n}))")).collect();
    let (to_word, to_item) =
        to.map_or_else(Default::default, |to| (format!(" to={}", to.sockpit), format!(", {}", to.python)));
    let sockpit = format!("sendmsg {s} {} anc=\"{}\" flags={flags}{to_word}", data.sockpit, words.join(", "));
    gives(&[r], sockpit, format!("{s}.sendmsg([{}], [{}], {flags}{to_item})", data.python, items.join(", ")))
}

pub fn sendfds(r: &str, s: &str, data: &Word, flags: &str, sockets: &[&str]) -> Call {
    let sockpit = format!("sendmsg {s} {} fds={} flags={flags}", data.sockpit, sockets.join(","));
    gives(&[r], sockpit, format!("sendfds({s}, {}, {flags}, {})", data.python, sockets.join(", ")))
}

pub fn recv(r: &str, s: &str, n: i64, flags: &str) -> Call {
    gives(&[r], format!("recv {s} {n} {flags}"), format!("{s}.recv({n}, {flags})"))
}

pub fn recvfrom(r: &str, a: &str, s: &str, n: i64, flags: &str) -> Call {
    gives(&[r, a], format!("recvfrom {s} {n} {flags}"), format!("recvfrom({s}, {n}, {flags})"))
}

/// The names are those of the data, of what came with it, of the flags and of the address.
pub fn recvmsg(names: [&str; 4], s: &str, n: i64, room: i64, flags: &str) -> Call {
    gives(&names, format!("recvmsg {s} {n} {room} {flags}"), format!("recvmsg({s}, {n}, {room}, {flags})"))
}

/// The first socket that came with a message.
pub fn passed(s: &str, entries: &str) -> Call {
    gives(&[s], format!("let {s} = ${{{entries}[0].sockets[0]}}"), format!("{entries}[0][0]"))
}

pub fn shutdown(s: &str, how: &Word) -> Call {
    nothing(format!("shutdown {s} {}", how.sockpit), format!("{s}.shutdown({})", how.python))
}

/// Of a socket or a file.
pub fn close(s: &str) -> Call {
    nothing(format!("close {s}"), format!("{s}.close()"))
}

pub fn dup(d: &str, s: &str) -> Call {
    gives(&[d], format!("dup {s}"), format!("{s}.dup()"))
}

/// `fileno`, `detach`.
pub fn number(r: &str, call: &str, s: &str) -> Call {
    let python = if call == "detach" { format!("detach({s})") } else { format!("{s}.{call}()") };
    Call { chosen: true, ..gives(&[r], format!("{call} {s}"), python) }
}

pub fn settimeout(s: &str, limit: &Word) -> Call {
    nothing(format!("settimeout {s} {}", limit.sockpit), format!("{s}.settimeout({})", limit.python))
}

pub fn setblocking(s: &str, on: &Word) -> Call {
    nothing(format!("setblocking {s} {}", on.sockpit), format!("{s}.setblocking({})", on.python))
}

/// `gettimeout`, `getblocking`.
pub fn ask(r: &str, call: &str, s: &str) -> Call {
    gives(&[r], format!("{call} {s}"), format!("{s}.{call}()"))
}

/// `inq`, `atmark`.
pub fn ioctl(r: &str, call: &str, s: &str) -> Call {
    gives(&[r], format!("{call} {s}"), format!("{call}({s})"))
}

pub fn poll(r: &str, s: &str, seconds: f64) -> Call {
    gives(&[r], format!("poll {s} IN|PRI|OUT|RDHUP {seconds}"), format!("poll({s}, {seconds})"))
}

/// Names with what they stand for.
fn named(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\": {name}")).collect::<Vec<_>>().join(", ")
}

pub fn select(names: [&str; 3], sets: &[Vec<String>; 3], seconds: f64) -> Call {
    let words = sets.each_ref().map(|set| if set.is_empty() { "none".into() } else { set.join(",") });
    let items = sets.each_ref().map(|set| format!("{{{}}}", named(set)));
    gives(
        &names,
        format!("select {} {seconds}", words.join(" ")),
        format!("select_of({}, {seconds})", items.join(", ")),
    )
}

/// Of several, each with its events.
pub fn poll_many(r: &str, asked: &[(String, &str)], seconds: f64) -> Call {
    let words: Vec<String> = asked.iter().map(|(s, events)| format!("{s}:{events}")).collect();
    let items: Vec<String> = asked.iter().map(|(s, events)| format!("(\"{s}\", {s}, \"{events}\")")).collect();
    gives(&[r], format!("poll {} {seconds}", words.join(",")), format!("poll_of([{}], {seconds})", items.join(", ")))
}

pub fn epoll(ep: &str) -> Call {
    gives(&[ep], "epoll".into(), "Epoll()".into())
}

pub fn epoll_ctl(ep: &str, op: &str, s: &str, events: &str) -> Call {
    let word = if op == "DEL" { String::new() } else { format!(" {events}") };
    nothing(format!("epoll_ctl {ep} {op} {s}{word}"), format!("{ep}.ctl(\"{op}\", \"{s}\", {s}, \"{events}\")"))
}

pub fn epoll_wait(r: &str, ep: &str, seconds: f64, most: Option<u32>) -> Call {
    let (word, item) = most.map_or_else(Default::default, |n| (format!(" {n}"), format!(", {n}")));
    gives(&[r], format!("epoll_wait {ep} {seconds}{word}"), format!("{ep}.wait({seconds}{item})"))
}

pub fn setsockopt(s: &str, level: &str, option: &str, value: &Word) -> Call {
    let sockpit = format!("setsockopt {s} {level} {option} {}", value.sockpit);
    nothing(sockpit, format!("{s}.setsockopt({level}, {option}, {})", value.python))
}

pub fn getsockopt(r: &str, s: &str, level: &str, option: &str, room: Option<u32>) -> Call {
    let (word, item) = room.map_or_else(Default::default, |n| (format!(" {n}"), format!(", {n}")));
    let sockpit = format!("getsockopt {s} {level} {option}{word}");
    gives(&[r], sockpit, format!("{s}.getsockopt({level}, {option}{item})"))
}

/// `SO_RCVTIMEO`, `SO_SNDTIMEO`.
pub fn kernel_limit(s: &str, option: &str, seconds: &str) -> Call {
    let value = Word { sockpit: seconds.to_string(), python: format!("timeval({seconds})") };
    setsockopt(s, "SOL_SOCKET", option, &value)
}

/// `SO_LINGER`.
pub fn linger(s: &str, on: i32, seconds: i32) -> Call {
    let value = Word { sockpit: format!("{on} {seconds}"), python: format!("struct.pack(\"ii\", {on}, {seconds})") };
    setsockopt(s, "SOL_SOCKET", "SO_LINGER", &value)
}

/// With what is named: its name, and its value.
pub fn makefile(f: &str, s: &str, mode: &str, named: &[(&str, Word)]) -> Call {
    let words: String = named.iter().map(|(name, value)| format!(" {name}={}", value.sockpit)).collect();
    let items: String = named.iter().map(|(name, value)| format!(", {name}={}", value.python)).collect();
    gives(&[f], format!("makefile {s} {mode}{words}"), format!("makefile({s}, \"{mode}\"{items})"))
}

pub fn readline(r: &str, f: &str) -> Call {
    gives(&[r], format!("readline {f}"), format!("{f}.readline()"))
}

pub fn read(r: &str, f: &str, n: i64) -> Call {
    gives(&[r], format!("read {f} {n}"), format!("{f}.read({n})"))
}

pub fn write(r: &str, f: &str, data: &Word) -> Call {
    gives(&[r], format!("write {f} {}", data.sockpit), format!("write({f}, {})", data.python))
}

pub fn flush(f: &str) -> Call {
    nothing(format!("flush {f}"), format!("{f}.flush()"))
}

pub fn join(task: &str) -> Call {
    nothing(format!("join {task}"), format!("join({task})"))
}
