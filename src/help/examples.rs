//! Examples of options and constants: lines that run as they stand, whoever runs them.

use crate::linux::constants::{self, Constants, MSG_FLAGS};
use crate::linux::layout::LINGER;
use crate::linux::options::{Opt, OptKind};

/// Lines that only root may run, so that they run for anybody.
fn for_root(lines: &str) -> String {
    let inside: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    format!("try\n{inside}except EPERM as e\n  print \"$e\"\nend")
}

/// Lines that use an option, on a socket that has it.
pub(super) fn option(option: &Opt) -> String {
    let lines = if option.example.contains('\n') { option.example.into() } else { usual(option) };
    if option.root { for_root(&lines) } else { lines }
}

/// A socket is made, the option is set to its example's value or the usual one of its kind, and read.
fn usual(option: &Opt) -> String {
    let socket = match option.level {
        libc::IPPROTO_UDP => "socket udp",
        libc::IPPROTO_IPV6 if option.name.contains("MULTICAST") || option.kind == OptKind::Membership6 => "socket udp6",
        libc::IPPROTO_IPV6 => "socket tcp6",
        libc::SOL_RAW => "socket AF_INET SOCK_RAW IPPROTO_ICMP",
        libc::IPPROTO_ICMPV6 => "socket AF_INET6 SOCK_RAW IPPROTO_ICMPV6",
        _ if option.man == "unix(7)" => "socket unix",
        libc::IPPROTO_IP if option.name.contains("MULTICAST") || option.kind == OptKind::Membership => "socket udp",
        _ => "socket",
    };
    let value = match option.kind {
        _ if !option.example.is_empty() => option.example,
        OptKind::Wide => "1000000",
        OptKind::Interface => "lo",
        OptKind::Seconds => "2.5",
        OptKind::Fields(layout) if *layout == LINGER => "1 5",
        OptKind::Membership => "224.0.2.1 127.0.0.1",
        OptKind::Membership6 => "ff02::123 lo",
        OptKind::InterfaceV4 => "127.0.0.1",
        _ => "1",
    };
    let mut out = format!("s = {socket}\n");
    if option.writable {
        out.push_str(&format!("setsockopt s {} {value}\n", option.name));
    }
    if option.readable {
        out.push_str(&format!("getsockopt s {}\n", option.name));
    }
    out
}

pub(super) fn constant(set: &Constants, name: &str, about: &str) -> String {
    let is = |other: &Constants| std::ptr::eq(set, other);
    match name {
        "AF_UNSPEC" => "infos = getaddrinfo localhost 80 family=AF_UNSPEC".into(),
        "AF_INET" | "AF_INET6" | "AF_UNIX" | "AF_LOCAL" | "inet" | "inet6" | "unix" => format!("s = socket {name}"),
        "SOCK_STREAM" | "SOCK_DGRAM" | "stream" | "dgram" => format!("s = socket AF_INET {name}"),
        "SOCK_SEQPACKET" | "seqpacket" => format!("left, right = socketpair AF_UNIX {name}"),
        "SOCK_NONBLOCK" | "SOCK_CLOEXEC" => format!("s = socket AF_INET SOCK_STREAM|{name}"),
        "SOCK_RAW" | "raw" => for_root(&format!("s = socket AF_INET {name} IPPROTO_ICMP")),
        "IPPROTO_TCP" | "tcp" => format!("s = socket AF_INET SOCK_STREAM {name}"),
        "IPPROTO_UDP" | "udp" => format!("s = socket AF_INET SOCK_DGRAM {name}"),
        "SCM_RIGHTS" => "left, right = socketpair\na, b = socketpair\nsendmsg left x fds=a\n\
                         data, anc, flags, addr = recvmsg right 100 256\nentry = item $anc 0\n\
                         several = field $entry sockets\nmoved = item $several 0\nsend moved hello\nrecv b 100"
            .into(),
        "MSG_OOB" => format!("left, right = socketpair\nsend left abc {name}\nrecv right 1 {name}"),
        "MSG_ERRQUEUE" => {
            format!("s = socket udp\nsetsockopt s IP_RECVERR 1\nexpect EAGAIN recvmsg s 100 512 {name}")
        }
        "MSG_ZEROCOPY" => "s = socket\nsetsockopt s SO_ZEROCOPY 1".into(),
        "MSG_FASTOPEN" => "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ns = socket\n\
                           sendto s hello MSG_FASTOPEN $where"
            .into(),
        _ if name.starts_with("IPV6_PMTUDISC_") => {
            format!("s = socket udp6\nsetsockopt s {} {name}", first_word(about))
        }
        _ if name.contains("_PMTUDISC_") => format!("s = socket udp\nsetsockopt s {} {name}", first_word(about)),
        _ if name.starts_with("IPTOS_") => format!("s = socket\nsetsockopt s IP_TOS {name}"),
        _ if is(&MSG_FLAGS) && constants::receives(about) => {
            format!("left, right = socketpair\nsend left hello\nrecv right 5 {name}")
        }
        _ if is(&MSG_FLAGS) => format!("left, right = socketpair\nsend left hello {name}"),
        _ if is(&constants::AI_FLAGS) => format!("infos = getaddrinfo 127.0.0.1 80 flags={name}"),
        _ if is(&constants::NI_FLAGS) => format!("host, port = getnameinfo 127.0.0.1:80 {name}"),
        _ if is(&constants::POLL_EVENTS) => format!("left, right = socketpair\npoll left {name}"),
        "rd" | "SHUT_RD" => format!("left, right = socketpair\nshutdown left {name}\nrecv left 100"),
        _ if is(&constants::HOWS) => format!("left, right = socketpair\nshutdown left {name}\nrecv right 100"),
        _ if is(&constants::REST) => format!("print ${name}"),
        _ => String::new(),
    }
}

fn first_word(text: &str) -> &str {
    text.split([':', ' ']).next().unwrap_or("")
}
