//! How an address is written: in one word or two; and what is wrong with one that is written otherwise.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

use super::args::Arg;
use crate::value::special::{self, ALGORITHMS, FAMILIES, Special};
use crate::value::text::escape_bytes;
use crate::value::{Addr, Failure, Value, addr};

/// Services by the names that people write instead of their ports.
const SERVICES: &[(&str, u16)] = &[
    ("http", 80),
    ("https", 443),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("domain", 53),
    ("dns", 53),
    ("pop3", 110),
    ("ntp", 123),
    ("imap", 143),
    ("ws", 80),
    ("wss", 443),
    ("mysql", 3306),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("redis", 6379),
];

const FORMS: &str = "an address is host:port, [v6]:port, :port, a path with a / in it, or @name";

fn service(name: &str) -> Option<u16> {
    SERVICES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, port)| *port)
}

/// An address in one word: `host:port`, `[v6]:port`, `:port`, a path, `@name`.
pub(super) fn fit(value: Value) -> Result<Arg, Failure> {
    let text = match value {
        Value::Addr(_) => return Ok(Arg::Value(value)),
        Value::Text(s) => s,
        // A path may be any bytes but zero. The kernel's mark of an abstract name is a zero byte, as in Python.
        Value::Bytes(b) if matches!(b.first(), Some(b'@' | 0)) => {
            return Ok(Arg::Value(Value::Addr(Addr::Abstract(b[1..].into()))));
        }
        Value::Bytes(b) if b.contains(&b'/') => return Ok(Arg::Value(Value::Addr(Addr::Path(Rc::from(&*b))))),
        Value::Bytes(b) => String::from_utf8_lossy(&b).into_owned().into(),
        Value::List(list) => {
            let items = list.items();
            return match (Special::of_tuple(&items), &*items) {
                (Some(special), _) => Ok(Arg::Value(Value::Addr(Addr::Special(special.into())))),
                (_, [host, port]) => host_port(host, port),
                _ => Err(Failure::usage("an address is needed here, and this is a list")),
            };
        }
        Value::Int(port) => return Err(lone_port(&port.to_string())),
        other => return Err(Failure::usage(format!("an address is needed here, and this is {}", other.kind()))),
    };
    if &*text == "AF_UNSPEC" {
        return Ok(Arg::Value(Value::Addr(Addr::Other(0, Rc::from([])))));
    }
    if text.is_empty() {
        return Ok(Arg::Value(Value::Addr(Addr::Unnamed)));
    }
    if let Some(name) = text.strip_prefix('\0') {
        return Ok(Arg::Value(Value::Addr(Addr::Abstract(name.as_bytes().into()))));
    }
    if let Some(failure) = url(&text).or_else(|| parted(&text)) {
        return Err(failure);
    }
    if let Ok(addr) = text.parse() {
        return Ok(Arg::Value(Value::Addr(addr)));
    }
    if let Some(failure) = of_family(&text) {
        return Err(failure);
    }
    let bare = text.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(&text);
    if bare.parse::<Ipv6Addr>().is_ok() {
        return Err(no_port(&format!("[{bare}]")));
    }
    let Some((host, port)) = text.rsplit_once(':') else {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        return Err(match &*text {
            port if digits => lone_port(port),
            host if is_host(host) => no_port(host),
            _ => no_address(&text),
        });
    };
    if port.is_empty() {
        return Err(no_port(host));
    }
    let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    host_port(&Value::text(host), &Value::text(port))
}

/// An address in two words: a host and a port, or the sort and the name of an algorithm.
pub(crate) fn host_port(host: &Value, port: &Value) -> Result<Arg, Failure> {
    let (host, port_text) = (host.to_string(), port.to_string());
    if ALGORITHMS.contains(&&*host) && port_text.parse::<u32>().is_err() {
        return Ok(Arg::Value(Value::Addr(Addr::Special(Special::algorithm(&host, &port_text).into()))));
    }
    let port = match whole(&port_text) {
        Some(n) => match (u16::try_from(n), whole(&host).map(u32::try_from), u32::try_from(n)) {
            (Ok(port), ..) => port,
            (_, Some(Ok(first)), Ok(second)) => return Ok(Arg::Numbers(first, second)),
            _ => return Err(not_port(n)),
        },
        None => {
            let failure = Failure::usage(format!(
                "a port is a number from 0 to 65535, not `{}`",
                escape_bytes(port_text.as_bytes())
            ));
            let known = service(&port_text).filter(|_| is_host(&host) || host.parse::<Ipv6Addr>().is_ok());
            return Err(match known {
                Some(port) => {
                    failure.note(format!("the port of {port_text} is {port}")).instead(format!("{host}:{port}"))
                }
                None => failure.note("getservbyname gives the port of a service"),
            });
        }
    };
    if host.is_empty() || host == "\"\"" {
        return Ok(Arg::Wildcard(port));
    }
    if let Ok(v4) = host.parse::<Ipv4Addr>() {
        return Ok(Arg::Value(Value::Addr(Addr::ip(v4.into(), port))));
    }
    if let Some(v6) = addr::parse_v6(&host, port) {
        return Ok(Arg::Value(Value::Addr(v6)));
    }
    if host == "<broadcast>" {
        return Ok(Arg::Value(Value::Addr(Addr::ip(Ipv4Addr::BROADCAST.into(), port))));
    }
    if host == "*" {
        let failure = Failure::usage("every interface is the host that is left out");
        return Err(failure.instead(format!(":{port}")));
    }
    // A scope by its name is the resolver's to read: fe80::1%lo.
    let scoped = host.split_once('%').is_some_and(|(host, _)| host.parse::<Ipv6Addr>().is_ok());
    if !scoped && host.contains(|c: char| c.is_whitespace() || c.is_control() || "()[]<>,;:'\"/".contains(c)) {
        return Err(no_host(&host));
    }
    Ok(Arg::Host(host.into(), port))
}

/// A number, in hexadecimal behind 0x, or by the name that it has in an address of another family.
fn whole(word: &str) -> Option<i128> {
    match word.strip_prefix("0x") {
        Some(hex) => i128::from_str_radix(hex, 16).ok(),
        None => word.parse().ok().or_else(|| special::named(word).map(i128::from)),
    }
}

/// What begins as an address of another family does and is none.
fn of_family(text: &str) -> Option<Failure> {
    let (word, rest) = text.split_once(':')?;
    let (_, form) = FAMILIES.iter().find(|(family, _)| *family == word)?;
    // A host may have such a name.
    let is_host = rest.parse::<u16>().is_ok();
    let told = format!("`{}` is not of the form {form}", escape_bytes(text.as_bytes()));
    (!is_host).then(|| Failure::usage(told))
}

/// The failure of a number that is no port.
pub(super) fn not_port(number: impl std::fmt::Display) -> Failure {
    Failure::usage(format!("a port is 0 to 65535, not {number}"))
}

/// An address with its parts in a form of other languages: `("127.0.0.1",` `9999)`, as it is written here.
pub(crate) fn mended(written: &str) -> Option<String> {
    let wildcard = ["''", "\"\""].iter().any(|empty| written.contains(empty));
    let clean = written.replace("host=", " ").replace("port=", " ");
    let clean = clean.replace(['(', ')', '[', ']', '\'', '"', ',', ';'], " ");
    let (host, port) = match *clean.split_whitespace().collect::<Vec<_>>() {
        [port] if wildcard => ("", port),
        [host, port] if host.parse::<Ipv6Addr>().is_ok() => (host, port),
        [host, port] => (host.trim_end_matches(':'), port.trim_start_matches(':')),
        [host, ":", port] => (host, port),
        [whole] if whole.len() < written.len() => whole.rsplit_once(':').or(whole.rsplit_once('/'))?,
        _ => return None,
    };
    let v6 = host.parse::<Ipv6Addr>().is_ok();
    let fits = port.parse::<u16>().is_ok() && (v6 || host.is_empty() || is_host(host));
    fits.then(|| if v6 { format!("[{host}]:{port}") } else { format!("{host}:{port}") })
}

/// Whether a word looks like a host's name or its address.
fn is_host(word: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    word.chars().all(plain) && word.starts_with(|c: char| c.is_alphanumeric())
}

fn no_address(text: &str) -> Failure {
    Failure::usage(format!("`{}` is not an address", escape_bytes(text.as_bytes()))).note(FORMS)
}

fn no_host(host: &str) -> Failure {
    Failure::usage(format!("`{}` is no host", escape_bytes(host.as_bytes()))).note(FORMS)
}

fn lone_port(port: &str) -> Failure {
    if port.parse::<u16>().is_err() {
        return not_port(port);
    }
    Failure::usage(format!("`{port}` is a port, and the host is missing"))
        .note(format!("127.0.0.1:{port} is this machine alone, :{port} its every interface"))
        .instead(format!("127.0.0.1:{port}"))
}

fn no_port(host: &str) -> Failure {
    let v6 = host.starts_with('[') && host.ends_with(']');
    match host {
        "" => Failure::usage("the host and the port are missing").note(FORMS),
        _ if v6 || is_host(host) => Failure::usage("the port is missing").instead(format!("{host}:PORT")),
        _ => no_host(host),
    }
}

/// `http://example/`: a URL names a service, and an address is what its host and its port are.
fn url(text: &str) -> Option<Failure> {
    let (scheme, rest) = text.split_once("://")?;
    let whole = rest.split(['/', '?', '#']).next().unwrap_or("");
    let whole = whole.rsplit_once('@').map_or(whole, |(_, host)| host);
    let has_port = whole.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let instead = match service(scheme) {
        _ if has_port => whole.to_string(),
        Some(port) => format!("{whole}:{port}"),
        None => format!("{whole}:PORT"),
    };
    let failure = Failure::usage("this is a URL, and an address is a host and a port");
    let host = whole.rsplit_once(':').filter(|_| has_port).map_or(whole, |(host, _)| host);
    let v6 =
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).is_some_and(|h| h.parse::<Ipv6Addr>().is_ok());
    // What came from elsewhere makes no other words of a line.
    Some(if v6 || !host.is_empty() && is_host(host) { failure.instead(instead) } else { failure.note(FORMS) })
}

/// `127.0.0.1/9999`, `127.0.0.1.9999`: a slash makes a path, and a path does not begin with an IP address.
fn parted(text: &str) -> Option<Failure> {
    let is_ip = |(host, _): &(&str, &str)| host.parse::<IpAddr>().is_ok();
    let (host, port) = text.split_once('/').or_else(|| text.rsplit_once('.')).filter(is_ip)?;
    let port = Some(port).filter(|port| port.parse::<u16>().is_ok()).unwrap_or("PORT");
    let failure = Failure::usage("a host and its port stand on both sides of a colon");
    Some(failure.instead(if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }))
}
