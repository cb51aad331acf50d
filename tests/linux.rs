//! The tables of the kernel's names and numbers are the system's, and each name is found.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::fd::AsFd;

use sockpit::linux::ancillary;
use sockpit::linux::constants::{FAMILIES, HOWS, MSG_FLAGS, POLL_EVENTS, PROTOCOLS, TYPES, find_any, receives, sends};
use sockpit::linux::errno;
use sockpit::linux::options::{self, OptKind};
use sockpit::linux::state::State;
use sockpit::os::{fd, sockopt};

use crate::house::{root, sources};

tests![
    texts_are_the_systems_and_none_is_missing,
    numbers_are_in_order_and_names_are_unique,
    flags_join_in_order_and_nothing_is_lost,
    every_flag_goes_one_way_or_both,
    one_of_several_joins_with_flags,
    names_and_short_forms_are_found,
    any_name_is_found,
    numbers_are_the_kernels,
    names_are_unique_and_rows_are_whole,
    names_numbers_and_levels_are_found,
    states_have_the_kernels_numbers,
    defaults_are_the_kernels,
    ranges_are_the_kernels,
    ancillary_data_is_told_apart_and_helped_with,
];

fn texts_are_the_systems_and_none_is_missing() {
    if !cfg!(target_env = "gnu") {
        return;
    }
    for number in 1..1024 {
        let system = std::io::Error::from_raw_os_error(number).to_string();
        match errno::by_number(number) {
            Some(entry) => assert_eq!(system, format!("{} (os error {number})", entry.text)),
            None => assert!(system.starts_with("Unknown error"), "{number} is missing: {system}"),
        }
    }
}

fn numbers_are_in_order_and_names_are_unique() {
    // The kernel's, then those of getaddrinfo, which count down from -1.
    let order = |e: &errno::Errno| (e.number < 0, e.number.abs());
    assert!(errno::all().is_sorted_by(|a, b| order(a) < order(b)));
    let mut names = HashSet::new();
    for name in errno::all().map(|e| e.name).chain(errno::ALIASES.iter().map(|(alias, _)| *alias)) {
        assert!(names.insert(name), "{name} twice");
    }
    for (alias, number) in
        [("EWOULDBLOCK", libc::EWOULDBLOCK), ("ENOTSUP", libc::ENOTSUP), ("EDEADLOCK", libc::EDEADLOCK)]
    {
        assert_eq!(errno::by_name(alias).map(|e| e.number), Some(number));
    }
    assert!(errno::by_number(0).is_none() && errno::by_number(41).is_none());
}

fn flags_join_in_order_and_nothing_is_lost() {
    assert_eq!(MSG_FLAGS.join(0), "");
    assert_eq!(MSG_FLAGS.join(libc::MSG_EOR | libc::MSG_TRUNC), "MSG_TRUNC|MSG_EOR");
    assert_eq!(MSG_FLAGS.join(libc::MSG_PEEK | 0x80_0000), "MSG_PEEK|0x800000");
    assert_eq!(POLL_EVENTS.join(0x203f), "IN|PRI|OUT|ERR|HUP|NVAL|RDHUP");
    assert_eq!(MSG_FLAGS.join(i32::MIN), "0x80000000");
}

fn every_flag_goes_one_way_or_both() {
    for (name, _, about) in MSG_FLAGS.rows().filter(|(.., about)| !about.is_empty()) {
        assert!(sends(about) || receives(about), "{name}: {about}");
    }
}

fn one_of_several_joins_with_flags() {
    assert_eq!(TYPES.join(libc::SOCK_STREAM | libc::SOCK_NONBLOCK), "SOCK_STREAM|SOCK_NONBLOCK");
    assert_eq!(TYPES.join(libc::SOCK_RAW), "SOCK_RAW");
    assert_eq!(FAMILIES.join(libc::AF_UNSPEC), "AF_UNSPEC");
    assert_eq!(FAMILIES.join(libc::AF_INET6), "AF_INET6");
    assert_eq!(FAMILIES.join(999), "999");
    assert_eq!(PROTOCOLS.join(0), "IPPROTO_IP");
}

fn names_and_short_forms_are_found() {
    assert_eq!(FAMILIES.find("inet6"), Some(10));
    assert_eq!(FAMILIES.find("af_inet"), None);
    assert_eq!(FAMILIES.name_of(1), Some("AF_UNIX"));
    assert_eq!(FAMILIES.find("AF_LOCAL"), Some(1));
    assert_eq!(HOWS.find("SHUT_RDWR"), HOWS.find("rdwr"));
    assert_eq!(POLL_EVENTS.find("POLLRDHUP"), POLL_EVENTS.find("RDHUP"));
    assert_eq!(TYPES.find("seqpacket"), Some(5));
    assert!(FAMILIES.names().all(|name| name.starts_with("AF_")));
}

fn any_name_is_found() {
    for (name, number) in [
        ("AF_INET", 2),
        ("MSG_PEEK", 2),
        ("INADDR_ANY", 0),
        ("SOMAXCONN", 4096),
        ("SO_REUSEADDR", 2),
        ("SOL_TCP", 6),
        ("TCP_NODELAY", 1),
        ("IP_PMTUDISC_DO", 2),
        ("SOCK_DGRAM", 2),
        ("IPPROTO_UDP", 17),
        ("SHUT_WR", 1),
        ("INADDR_NONE", 4_294_967_295),
        ("TIPC_WAIT_FOREVER", -1),
        ("ECONNREFUSED", 111),
    ] {
        assert_eq!(find_any(name), Some(number), "{name}");
    }
    assert_eq!(find_any("SO_NOTHING"), None);
}

/// The numbers that the installed headers define, by name.
fn headers() -> Option<HashMap<String, i32>> {
    let kernel = "asm-generic/socket.h linux/in.h linux/in6.h linux/tcp.h linux/udp.h linux/icmp.h linux/icmpv6.h linux/vm_sockets.h";
    // The C library's own, where `IPV6_JOIN_GROUP` is.
    let library = "x86_64-linux-gnu/bits/in.h aarch64-linux-gnu/bits/in.h bits/in.h";
    let read = |file: &str| fs::read_to_string(format!("/usr/include/{file}")).ok();
    let mut text: String = kernel.split(' ').map(read).collect::<Option<_>>()?;
    text.extend(library.split(' ').filter_map(read));
    let text = text.replace("# define", "#define");
    let mut words = HashMap::new();
    for line in text.lines() {
        let mut parts = line.split_whitespace();
        if let (Some("#define"), Some(name), Some(value)) = (parts.next(), parts.next(), parts.next()) {
            words.entry(name).or_insert(value);
        }
    }
    // A name may stand for another one, and some stand for themselves.
    let number = |value: &str| {
        let value = words.get(value).unwrap_or(&value);
        words.get(value).unwrap_or(value).parse().ok()
    };
    Some(words.iter().filter_map(|(name, value)| Some(((*name).to_owned(), number(value)?))).collect())
}

fn numbers_are_the_kernels() {
    let same = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
    let Some(headers) = headers().filter(|_| same) else {
        eprintln!("SKIPPED: the kernel's headers are not installed");
        return;
    };
    assert!(headers.len() > 300, "only {} numbers found", headers.len());
    for option in options::all() {
        // Older headers lack the newest options, whose numbers are libc's.
        if let Some(number) = headers.get(option.name) {
            assert_eq!(option.number, *number, "{}", option.name);
        }
    }
    for path in sources(&root().join("src/linux/options")) {
        for line in fs::read_to_string(&path).unwrap().lines() {
            // NAME = NUMBER, of the table: libc lacks it.
            let Some((name, rest)) = line.trim().split_once(" = ") else { continue };
            let Some(Ok(number)) = rest.split_once(',').map(|(number, _)| number.parse::<i32>()) else { continue };
            // Only the kernel's own source and udplite(7) have these.
            let told = headers.get(name).or_else(|| name.starts_with("UDPLITE_").then_some(&number));
            assert_eq!(told, Some(&number), "{name} is neither in libc nor in the headers");
        }
    }
    for name in headers.keys() {
        let option = ["TCP_", "UDP_", "MCAST_"].iter().any(|start| name.starts_with(start));
        let none = NOT_OPTIONS.split(' ').any(|start| name.starts_with(start));
        assert!(!option || none || options::by_name(name).is_some(), "{name} is in the headers and not in the table");
    }
}

/// What stands among the options in the headers and is none.
const NOT_OPTIONS: &str = "TCP_MSS_ TCP_CM_ TCP_REPAIR_O TCP_MD5SIG_ TCP_RECEIVE_ZEROCOPY_ TCP_ENCAP_ TCP_AO_ \
     TCP_IS_MPTCP TCP_RTO_ TCP_DELACK_ UDP_ENCAP_ MCAST_EXCLUDE MCAST_INCLUDE TCPF_ TCP_FLAG";

fn names_are_unique_and_rows_are_whole() {
    let mut names = HashSet::new();
    for option in options::all() {
        assert!(names.insert(option.name), "{} twice", option.name);
        assert!(option.readable || option.writable, "{}", option.name);
        assert!(!option.summary.is_empty() && !option.summary.ends_with('.'), "{}", option.name);
        assert!(option.man.ends_with("(7)"), "{}", option.name);
        assert!(options::level_name(option.level).is_some(), "{}", option.name);
        if let OptKind::Struct(size) = option.kind {
            assert!((1..=1024).contains(&size), "{}", option.name);
        }
    }
}

fn names_numbers_and_levels_are_found() {
    let found = options::by_name("SO_LINGER").unwrap();
    assert_eq!((found.level, found.number), (libc::SOL_SOCKET, libc::SO_LINGER));
    assert_eq!(options::by_number(1, 13).spec.unwrap().name, "SO_LINGER");
    assert_eq!(options::by_number(0, 51).spec.unwrap().name, "IP_LOCAL_PORT_RANGE");
    assert_eq!(options::by_number(41, 20).spec.unwrap().name, "IPV6_ADD_MEMBERSHIP");
    assert!(options::by_number(500, 10).spec.is_none());
    assert!(options::by_name("SO_NOTHING").is_none());
    assert_eq!(
        (options::level("SOL_TCP"), options::level("IPPROTO_TCP"), options::level("SOL_NOTHING")),
        (Some(6), Some(6), None)
    );
    for (number, name) in [(1, "SOL_SOCKET"), (0, "IPPROTO_IP"), (6, "IPPROTO_TCP"), (255, "SOL_RAW")] {
        assert_eq!(options::level_name(number), Some(name));
    }
}

fn states_have_the_kernels_numbers() {
    for (number, (state, name)) in (1..).zip(State::ALL) {
        assert_eq!((*state as usize, state.name()), (number, *name));
    }
    assert_eq!(State::tcp(10), Some(State::Listen));
    assert_eq!((State::tcp(0), State::tcp(13)), (None, None));
}

/// Options whose defaults are numbers have them on a fresh socket of this kernel.
fn defaults_are_the_kernels() {
    let mut compared = 0;
    for option in options::all() {
        let Ok(default) = option.default.parse::<i32>() else { continue };
        if !option.readable || !matches!(option.kind, OptKind::Flag | OptKind::Number) {
            continue;
        }
        let (family, kind) = match option.level {
            libc::IPPROTO_IPV6 => (libc::AF_INET6, libc::SOCK_STREAM),
            libc::IPPROTO_UDP => (libc::AF_INET, libc::SOCK_DGRAM),
            _ if option.man == "unix(7)" || option.name == "SO_PEEK_OFF" => (libc::AF_UNIX, libc::SOCK_STREAM),
            _ => (libc::AF_INET, libc::SOCK_STREAM),
        };
        let (kind, protocol) = match option.level {
            libc::IPPROTO_UDPLITE => (libc::SOCK_DGRAM, libc::IPPROTO_UDPLITE),
            _ => (kind, 0),
        };
        let socket = fd::socket(family, kind, protocol).unwrap();
        let value = sockopt::get_int(socket.as_fd(), option.level, option.number);
        assert_eq!(value, Ok(default), "{}", option.name);
        compared += 1;
    }
    assert!(compared > 25, "{compared}");
}

/// A socket that has the options of a level.
fn socket_of(option: &options::Opt) -> std::os::fd::OwnedFd {
    let (family, kind) = match option.level {
        libc::IPPROTO_TCP | libc::SOL_SOCKET => (libc::AF_INET, libc::SOCK_STREAM),
        libc::IPPROTO_IPV6 => (libc::AF_INET6, libc::SOCK_DGRAM),
        _ => (libc::AF_INET, libc::SOCK_DGRAM),
    };
    fd::socket(family, kind, 0).unwrap()
}

fn ranges_are_the_kernels() {
    let mut seen = 0;
    for option in options::all().filter(|option| !option.ranges.is_empty() && !option.root) {
        assert!(option.ranges.is_sorted_by_key(|range| *range.start()), "{}", option.name);
        let socket = socket_of(option);
        let said = |n: i32| sockopt::set(socket.as_fd(), option.level, option.number, &n.to_ne_bytes());
        // Some kernels are too old for an option, or leave it to root.
        if matches!(said(*option.ranges[0].start()), Err(libc::ENOPROTOOPT | libc::EPERM)) {
            continue;
        }
        let edges = option.ranges.iter().flat_map(|range| [*range.start(), *range.end()]);
        for edge in edges.flat_map(|edge| [edge.saturating_sub(1), edge, edge.saturating_add(1)]) {
            let expected =
                if option.ranges.iter().any(|range| range.contains(&edge)) { Ok(()) } else { Err(libc::EINVAL) };
            assert_eq!(said(edge), expected, "{} {edge}", option.name);
        }
        seen += 1;
    }
    assert!(seen > 15, "only {seen} options have a range");
}

fn ancillary_data_is_told_apart_and_helped_with() {
    let help = crate::common::run(&["help", "ancillary fields"]).out;
    let words: HashSet<&str> = help.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let mut names = HashSet::new();
    for kind in ancillary::KINDS {
        assert!(names.insert(kind.name), "{} twice", kind.name);
        let found = ancillary::by_number(kind.level, kind.number).map(|kind| kind.name);
        assert_eq!(found, Some(kind.name));
        assert_eq!(ancillary::by_name(kind.name).map(|kind| kind.number), Some(kind.number));
    }
    for name in
        ["SCM_CREDENTIALS", "SCM_TIMESTAMPING", "IP_PKTINFO", "IPV6_PKTINFO", "IP_RECVERR", "UDP_GRO", "SO_RXQ_OVFL"]
    {
        assert!(words.contains(name), "help has no {name}");
        for field in ancillary::by_name(name).unwrap().layout.unwrap().names() {
            assert!(words.contains(field), "help has no {field} of {name}");
        }
    }
}
