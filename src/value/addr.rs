//! Socket addresses as values: what `getsockname` gives and `connect $addr` takes.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::rc::Rc;
use std::str::FromStr;

use super::special::{self, Special};
use super::text;

/// The longest path or abstract name `struct sockaddr_un` holds: unix(7).
pub(crate) const UNIX_PATH_MAX: usize = 108;

/// An address of one of the families sockpit speaks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Addr {
    /// AF_INET: ip(7).
    V4(SocketAddrV4),
    /// AF_INET6: ipv6(7). Boxed to keep values small.
    V6(Box<SocketAddrV6>),
    /// AF_UNIX with a path: unix(7).
    Path(Rc<[u8]>),
    /// AF_UNIX in the abstract namespace, without its leading zero byte.
    Abstract(Rc<[u8]>),
    /// AF_UNIX without a name.
    Unnamed,
    /// One of the families that have a form of their own.
    Special(Rc<Special>),
    /// Any other family: its number and the bytes behind it.
    Other(u16, Rc<[u8]>),
}

impl Addr {
    /// An address of either IP family.
    pub fn ip(ip: IpAddr, port: u16) -> Self {
        SocketAddr::new(ip, port).into()
    }

    /// The port, where the family has one.
    pub fn port(&self) -> Option<u16> {
        self.socket_addr().map(|a| a.port())
    }

    /// Whether it is the same place: `[::ffff:127.0.0.1]` is 127.0.0.1.
    pub fn is_at(&self, other: &Self) -> bool {
        let same = |(a, b): (IpAddr, IpAddr)| a.to_canonical() == b.to_canonical();
        self == other || self.port() == other.port() && self.host().zip(other.host()).is_some_and(same)
    }

    /// The host part, where the family has one.
    pub fn host(&self) -> Option<IpAddr> {
        self.socket_addr().map(|a| a.ip())
    }

    /// The IP address it is, if it is one.
    pub fn socket_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::V4(a) => Some((*a).into()),
            Self::V6(a) => Some((**a).into()),
            _ => None,
        }
    }
}

impl From<SocketAddr> for Addr {
    fn from(addr: SocketAddr) -> Self {
        match addr {
            SocketAddr::V4(a) => Self::V4(a),
            SocketAddr::V6(a) => Self::V6(Box::new(a)),
        }
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(a) => write!(f, "{a}"),
            Self::V6(a) => write!(f, "{a}"),
            Self::Path(p) => f.write_str(&text::escape_bytes(p)),
            Self::Abstract(n) => write!(f, "@{}", text::escape_bytes(n)),
            Self::Unnamed => f.write_str("(unnamed)"),
            Self::Special(special) => write!(f, "{special}"),
            Self::Other(family, bytes) => special::write_raw(f, *family, bytes),
        }
    }
}

/// An address whose host is written in numbers, a unix name, or one of another family; host names are for the resolver.
impl FromStr for Addr {
    type Err = ();

    fn from_str(s: &str) -> Result<Self, ()> {
        if let Some(name) = s.strip_prefix('@') {
            return Ok(Self::Abstract(name.as_bytes().into()));
        }
        if let Ok(special) = s.parse::<Special>() {
            return Ok(Self::Special(Rc::new(special)));
        }
        if let Some((family, bytes)) = special::parse_raw(s) {
            return Ok(Self::Other(family, bytes));
        }
        if s.contains('/') {
            return Ok(Self::Path(s.as_bytes().into()));
        }
        let (host, port) = s.rsplit_once(':').ok_or(())?;
        let port = port.parse().map_err(|_| ())?;
        if let Some(v6) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
            return parse_v6(v6, port).ok_or(());
        }
        Ok(Self::V4(SocketAddrV4::new(host.parse::<Ipv4Addr>().map_err(|_| ())?, port)))
    }
}

/// An IPv6 host with an optional numeric scope (`fe80::1%2`) and a port.
pub(crate) fn parse_v6(host: &str, port: u16) -> Option<Addr> {
    let (host, scope) = match host.split_once('%') {
        Some((host, scope)) => (host, scope.parse().ok()?),
        None => (host, 0),
    };
    Some(Addr::V6(Box::new(SocketAddrV6::new(host.parse().ok()?, port, 0, scope))))
}
