//! What sockets are called by their family, type and protocol.

use super::constants;

/// A family, type and protocol for people: `TCP/IPv4`, `UDP/IPv6`, `AF_UNIX stream`.
pub fn sort([family, kind, protocol]: [i32; 3]) -> String {
    let ip = match family {
        libc::AF_INET => "IPv4",
        libc::AF_INET6 => "IPv6",
        libc::AF_UNIX => "AF_UNIX",
        other => constants::family_name(other).unwrap_or("?"),
    };
    let name = constants::TYPES.name_of(kind).unwrap_or("?");
    let inet = matches!(family, libc::AF_INET | libc::AF_INET6);
    match kind {
        libc::SOCK_STREAM if inet && matches!(protocol, 0 | libc::IPPROTO_TCP) => format!("TCP/{ip}"),
        libc::SOCK_DGRAM if inet && matches!(protocol, 0 | libc::IPPROTO_UDP) => format!("UDP/{ip}"),
        libc::SOCK_STREAM if inet && protocol == libc::IPPROTO_MPTCP => format!("MPTCP/{ip}"),
        libc::SOCK_DGRAM if inet && protocol == libc::IPPROTO_UDPLITE => format!("UDP-Lite/{ip}"),
        _ => format!("{ip} {name}"),
    }
}
