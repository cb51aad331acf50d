//! Causes in what this process may do: ports and sockets that are not for everybody, descriptors that are too many for a
//! message.

use super::{Case, Cause};
use crate::os::fence;
use crate::os::settings::{self, PingGroups};
use crate::value::Tried;

/// EACCES where the program may not reach all there is: it was started so.
pub(super) fn fenced(case: &Case) -> Option<Cause> {
    let wanted = super::address::wanted(case);
    let refused = wanted.as_ref().is_some_and(fence::refuses) || (wanted.is_none() && fence::is_loopback_only());
    let (option, reach) = if fence::is_loopback_only() {
        ("--loopback-only", "127.0.0.1, ::1 and the sockets of the working folder")
    } else {
        ("--isolated", "the sockets of the working folder")
    };
    refused.then(|| Cause::new(format!("{option} lets the program reach {reach}, and nothing else")))
}

/// EACCES at bind: the port is the system's, or the folder is not ours to write to.
pub(super) fn privileged(case: &Case) -> Option<Cause> {
    let port = super::address::wanted(case)?.port()?;
    let first = settings::first_free_port()?;
    (port != 0 && port < first).then(|| {
        Cause::new(format!("port {port} is below {first}: those are for root (CAP_NET_BIND_SERVICE)"))
            .advise(format!("a port from {first}, or port 0 for a free one"))
    })
}

/// What makes an ICMP socket of the other type, where this family and protocol make one.
fn icmp(family: i32, protocol: i32) -> Option<&'static str> {
    match (family, protocol) {
        (libc::AF_INET, libc::IPPROTO_ICMP) => Some("IPPROTO_ICMP"),
        (libc::AF_INET6, libc::IPPROTO_ICMPV6) => Some("IPPROTO_ICMPV6"),
        _ => None,
    }
}

/// EACCES at socket: an ICMP socket of type SOCK_DGRAM is for the groups of a range, and root's counts like any other.
pub(super) fn no_ping(case: &Case) -> Option<Cause> {
    let Tried::Make([family, libc::SOCK_DGRAM, protocol]) = case.failure.tried else { return None };
    let protocol = icmp(family, protocol)?;
    let PingGroups { low, high, .. } = settings::ping_groups().filter(|groups| !groups.ours)?;
    let who = if low > high {
        "no group may have an ICMP socket, not even root's"
    } else {
        "this process is in none of them"
    };
    let groups = format!("the groups of net.ipv4.ping_group_range, {low} to {high}");
    let sysctl = "sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"";
    Some(
        Cause::new(format!("{protocol} with SOCK_DGRAM is for {groups}: {who}"))
            .advise(format!("as root, SOCK_RAW with {protocol} (CAP_NET_RAW), or {sysctl}")),
    )
}

/// EPERM at socket: it takes or makes whole packets.
pub(super) fn no_raw(case: &Case) -> Option<Cause> {
    let Tried::Make([family, kind, protocol]) = case.failure.tried else { return None };
    let what = match (family, kind) {
        (libc::AF_PACKET, _) => "AF_PACKET",
        (_, libc::SOCK_RAW) => "SOCK_RAW",
        _ => return None,
    };
    let cause = Cause::new(format!("{what} needs the capability CAP_NET_RAW, as root has it: this process has it not"));
    let ping = icmp(family, protocol).filter(|_| settings::ping_groups().is_some_and(|groups| groups.ours));
    let ping = ping.map_or_else(String::new, |protocol| format!("SOCK_DGRAM with {protocol} for a ping, or "));
    Some(cause.advise(format!("{ping}run as root")))
}

/// EINVAL and ETOOMANYREFS when descriptors are sent: how many a message takes, and how many may be on the way.
pub(super) fn too_many_passed(case: &Case) -> Option<Cause> {
    /// unix(7): SCM_MAX_FD.
    const A_MESSAGE: u16 = 253;
    let Tried::Send { fds, .. } = case.failure.tried else { return None };
    if case.failure.is(libc::ETOOMANYREFS) {
        let limit = crate::os::fd::file_limit()?;
        let reason = format!(
            "as many descriptors of this user as a process may have open ({limit}) are in messages that nobody has received yet"
        );
        return Some(Cause::new(reason).advise("recvmsg at the other end first"));
    }
    let unix = case.socket.as_ref()?.family == libc::AF_UNIX;
    (unix && fds > A_MESSAGE).then(|| {
        Cause::new(format!("the message has {fds} descriptors, and one takes {A_MESSAGE} at most (SCM_MAX_FD)"))
            .advise("several messages")
    })
}
