//! Causes in the family of a socket: what this kernel does not have, and what belongs to one family alone.

use super::{Case, Cause};
use crate::linux::constants;
use crate::value::special::Special;
use crate::value::{Addr, Tried};

/// The families that a kernel may lack: what it is built with to have them, the modules that bring them, what else helps.
const PARTS: &[(i32, &str, &str)] = &[
    (libc::AF_ALG, "CONFIG_CRYPTO_USER_API_HASH, _SKCIPHER", "algif_hash algif_skcipher"),
    (libc::AF_VSOCK, "CONFIG_VSOCKETS", "vsock_loopback"),
    (libc::AF_PACKET, "CONFIG_PACKET", "af_packet"),
    (libc::AF_CAN, "CONFIG_CAN", "can_raw vcan"),
    (libc::AF_BLUETOOTH, "CONFIG_BT", "bluetooth"),
    (libc::AF_TIPC, "CONFIG_TIPC", "tipc"),
    (AF_QIPCRTR, "CONFIG_QRTR", "qrtr"),
    (libc::AF_RDS, "CONFIG_RDS", "rds"),
    (libc::AF_KEY, "CONFIG_NET_KEY", "af_key"),
];

const AF_QIPCRTR: i32 = 42;

/// EAFNOSUPPORT at socket: the kernel has no such family.
pub(super) fn absent(case: &Case) -> Option<Cause> {
    let Tried::Make([family, ..]) = case.failure.tried else { return None };
    // IPv6 can be switched off, which is the usual cause.
    let name = constants::family_name(family).filter(|_| !matches!(family, libc::AF_INET | libc::AF_INET6))?;
    Some(match PARTS.iter().find(|(f, ..)| *f == family) {
        Some((_, config, modules)) => {
            Cause::new(format!("this kernel has no {name}: it is built without {config}, or the module is not loaded"))
                .advise(format!("modprobe {modules} as root, where the kernel has that; no program can bring it else"))
        }
        None => Cause::new(format!("this kernel has no {name}")).advise("another family: help AF_INET"),
    })
}

/// ESOCKTNOSUPPORT and ENODEV at socket: the types that a family has.
pub(super) fn other_type(case: &Case) -> Option<Cause> {
    let Tried::Make([family, ..]) = case.failure.tried else { return None };
    let (has, advice) = match family {
        libc::AF_NETLINK => ("SOCK_RAW and SOCK_DGRAM, which are the same", "SOCK_RAW"),
        libc::AF_PACKET => ("SOCK_RAW, with the link header, and SOCK_DGRAM, without", "SOCK_RAW"),
        libc::AF_VSOCK => {
            ("SOCK_STREAM and SOCK_SEQPACKET; SOCK_DGRAM only where the machine's hypervisor carries it", "SOCK_STREAM")
        }
        libc::AF_ALG => ("SOCK_SEQPACKET alone", "SOCK_SEQPACKET"),
        _ => return None,
    };
    Some(Cause::new(format!("{} has {has}", constants::family_name(family)?)).advise(advice))
}

/// EPROTONOSUPPORT and ENOPROTOOPT at socket: a protocol that a kernel may lack.
pub(super) fn no_protocol(case: &Case) -> Option<Cause> {
    let Tried::Make([family, kind, protocol]) = case.failure.tried else { return None };
    let ip = matches!(family, libc::AF_INET | libc::AF_INET6);
    match protocol {
        libc::IPPROTO_MPTCP if ip && case.failure.is(libc::ENOPROTOOPT) => Some(
            Cause::new("MPTCP is switched off: net.mptcp.enabled is 0")
                .advise("sysctl -w net.mptcp.enabled=1 as root, or plain TCP: the protocol left out"),
        ),
        libc::IPPROTO_MPTCP if ip && kind == libc::SOCK_STREAM => {
            Some(Cause::new("this kernel has no MPTCP (CONFIG_MPTCP)").advise("plain TCP: the protocol left out"))
        }
        libc::IPPROTO_UDPLITE if ip && kind == libc::SOCK_DGRAM => {
            Some(Cause::new("this kernel has no UDP-Lite").advise("plain UDP: the protocol left out"))
        }
        _ if family == libc::AF_NETLINK => Some(
            Cause::new(format!("no part of this kernel is reached by the netlink protocol {protocol}"))
                .advise("NETLINK_ROUTE, for interfaces, addresses and routes"),
        ),
        _ => None,
    }
}

/// What bind fails with on an address of one family alone.
pub(super) fn nowhere(case: &Case) -> Option<Cause> {
    let Some(Addr::Special(wanted)) = case.failure.addr() else { return None };
    Some(match (&**wanted, case.failure.name.number()?) {
        (Special::Packet(packet), libc::ENODEV) => {
            Cause::new(format!("no network interface is called {}", packet.interface)).advise("one that ifconfig lists")
        }
        (Special::Alg { kind, name, .. }, libc::ENOENT) => {
            Cause::new(format!("the kernel has no {kind} called {name}, or not for programs"))
                .advise("one that /proc/crypto lists: alg:hash:sha256, alg:skcipher:cbc(aes)")
        }
        (Special::Vsock { cid: 1, .. }, libc::EADDRNOTAVAIL) => Cause::new(
            "CID 1 is the loopback of AF_VSOCK, and the kernel has it not: the module vsock_loopback is not loaded",
        )
        .advise("modprobe vsock_loopback as root, or vsock:any:PORT"),
        (Special::Vsock { cid, .. }, libc::EADDRNOTAVAIL) => {
            Cause::new(format!("{cid} is not this machine's CID")).advise("vsock:any:PORT")
        }
        (Special::Netlink { pid, .. }, libc::EADDRINUSE) => {
            Cause::new(format!("another socket of this protocol has the port {pid}"))
                .advise("0 0, and the kernel chooses one: getsockname tells it")
        }
        (Special::Netlink { .. }, libc::EINVAL) => {
            Cause::new("the socket has a port already, and keeps it; only the groups can be set anew")
                .advise("a new socket; getsockname S tells what this one has")
        }
        (Special::Netlink { .. }, libc::EPERM) => {
            Cause::new("the multicast groups of this protocol are for root (CAP_NET_ADMIN)")
                .advise("groups 0, or run as root")
        }
        _ => return None,
    })
}

/// ENXIO when sending on AF_PACKET: no interface is named.
pub(super) fn no_interface(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref().filter(|s| s.family == libc::AF_PACKET)?;
    let reason = format!("{} is bound to no interface, and the call names none", socket.name());
    Some(
        Cause::new(reason).advise(format!("bind {} packet:lo:PROTOCOL, or sendto with such an address", socket.name())),
    )
}
