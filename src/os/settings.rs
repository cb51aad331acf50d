//! What the system is set to, where that decides what a socket may do: the ports that the kernel chooses from, and who
//! may have an ICMP socket.

use std::fs;
use std::os::fd::BorrowedFd;
use std::str::FromStr;

use super::sockopt;

/// ip(7): the lower half is the lowest port, the upper half the highest.
const IP_LOCAL_PORT_RANGE: i32 = 51;

/// The numbers of a setting under /proc/sys/net.
fn numbers<T: FromStr, const N: usize>(name: &str) -> Option<[T; N]> {
    let text = fs::read_to_string(format!("/proc/sys/net/{name}")).ok()?;
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<T>>().try_into().ok()
}

/// The ports that the kernel chooses from for a socket that has none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct LocalPorts {
    /// The lowest.
    pub low: u16,
    /// The highest.
    pub high: u16,
    /// Whether it is the socket's own range, `IP_LOCAL_PORT_RANGE`, and not the system's alone.
    pub own: bool,
    /// `IP_BIND_ADDRESS_NO_PORT`: a bind to port 0 leaves the choice to connect, which may take a port that has other
    /// connections.
    pub at_connect: bool,
}

impl LocalPorts {
    /// Of that socket; none where it has no ports, or /proc cannot be read.
    pub(crate) fn of(fd: BorrowedFd<'_>) -> Option<Self> {
        let [low, high] = numbers("ipv4/ip_local_port_range")?;
        let at_connect = sockopt::get_int(fd, libc::IPPROTO_IP, libc::IP_BIND_ADDRESS_NO_PORT).ok()? != 0;
        // A kernel before 6.3 has no range of the socket's own.
        let own = sockopt::get_int(fd, libc::IPPROTO_IP, IP_LOCAL_PORT_RANGE).unwrap_or(0) as u32;
        Some(Self { at_connect, ..Self::narrowed((low, high), own) })
    }

    /// The system's range with a socket's: either end of that counts only inside the system's.
    fn narrowed((low, high): (u16, u16), own: u32) -> Self {
        let or = |own: u32, system: u16| u16::try_from(own).ok().filter(|n| (low..=high).contains(n)).unwrap_or(system);
        Self { low: or(own & 0xffff, low), high: or(own >> 16, high), own: own != 0, at_connect: false }
    }
}

/// The first port that needs no privilege: `net.ipv4.ip_unprivileged_port_start`.
pub(crate) fn first_free_port() -> Option<u16> {
    numbers("ipv4/ip_unprivileged_port_start").map(|[first]| first)
}

/// A number under `net.core`: `rmem_max`, `somaxconn`, ...; none where /proc cannot be read.
pub(crate) fn core(name: &str) -> Option<i32> {
    numbers(&format!("core/{name}")).map(|[number]| number)
}

/// Who may have an ICMP socket (`SOCK_DGRAM`, `IPPROTO_ICMP`): `net.ipv4.ping_group_range`, which counts for root too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PingGroups {
    /// The lowest group. Above the highest, nobody may.
    pub low: u32,
    /// The highest group.
    pub high: u32,
    /// Whether this process is in one of them.
    pub ours: bool,
}

/// The groups that may have an ICMP socket; none where /proc cannot be read.
pub(crate) fn ping_groups() -> Option<PingGroups> {
    let [low, high] = numbers("ipv4/ping_group_range")?;
    let mut ours = rustix::process::getgroups().unwrap_or_default();
    ours.push(rustix::process::getegid());
    Some(PingGroups { low, high, ours: ours.iter().any(|group| (low..=high).contains(&group.as_raw())) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sockets_range_counts_inside_the_systems() {
        let range = |low: u32, high: u32| {
            let ports = LocalPorts::narrowed((32768, 60999), (high << 16) + low);
            (ports.low, ports.high, ports.own)
        };
        assert_eq!(range(0, 0), (32768, 60999, false));
        assert_eq!(range(40000, 40001), (40000, 40001, true));
        assert_eq!(range(40000, 0), (40000, 60999, true));
        assert_eq!(range(0, 40000), (32768, 40000, true));
        assert_eq!(range(1000, 61000), (32768, 60999, true));
    }

    #[test]
    fn who_may_ping_is_who_can() {
        let opened = super::super::fd::socket(libc::AF_INET, libc::SOCK_DGRAM, libc::IPPROTO_ICMP);
        assert_eq!(opened.is_ok(), ping_groups().unwrap().ours, "{opened:?}");
    }
}
