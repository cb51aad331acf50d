//! What Python's modules have is here, or stands in a list with its reason: `socket`, its `socket` class, `select` and
//! `selectors`, name by name, as the python3 of this machine has them.

use std::collections::BTreeSet;
use std::process::Command;

use crate::common::has;
use sockpit::command;
use sockpit::linux::constants;
use sockpit::value::Name;

tests![every_name_of_pythons_modules_is_here_or_has_its_reason, the_reasons_are_of_names_that_are_not_here,];

/// What stands in place of a name that is left out.
type Left = (&'static str, &'static [&'static str]);

/// What the module `socket` has and sockpit has not under that name, and why.
const OF_SOCKET: &[Left] = &[
    ("a class of Python: constants are numbers here", &["AddressFamily", "AddressInfo", "MsgFlag", "SocketKind"]),
    ("a class of Python: `socket` makes one, `makefile` the other", &["SocketType", "SocketIO", "CAPI"]),
    ("Python's name for OSError: `except` without a name takes every error", &["error"]),
    ("Python's class of errors that are EAI_NONAME and its kin here", &["gaierror"]),
    ("a descriptor's duplicate as a number: `fromfd FD` makes a socket of it, `dup S` one of a socket", &["dup"]),
    (
        "sendmsg S DATA fds=A,B and recvmsg are all of it, and are what Python writes them with",
        &["send_fds", "recv_fds"],
    ),
    ("whether Python was built with IPv6; whether the kernel has it, has_dualstack_ipv6 says", &["has_ipv6"]),
    ("modules that Python's module uses", &["array", "errno", "io", "os", "selectors", "sys", "IntEnum", "IntFlag"]),
];

/// Likewise of a socket's methods.
const OF_A_SOCKET: &[Left] = &[
    (
        "it fills a buffer of the program, and values here do not change: recv, recvfrom and recvmsg give the data",
        &["recv_into", "recvfrom_into", "recvmsg_into"],
    ),
    ("parts of a socket: ${s.family} ${s.type} ${s.proto} ${s.timeout}", &["family", "type", "proto"]),
];

/// Likewise of `select`.
const OF_SELECT: &[Left] = &[
    ("Python's name for OSError", &["error"]),
    ("a flag of making an epoll, which is closed at exec in any case", &["EPOLL_CLOEXEC"]),
    ("an event of STREAMS, which Linux never gives", &["POLLMSG"]),
];

/// Likewise of `selectors`.
const OF_SELECTORS: &[Left] = &[
    (
        "select, poll and epoll behind one class of Python's: the calls themselves are here",
        &[
            "BaseSelector",
            "DefaultSelector",
            "EpollSelector",
            "PollSelector",
            "SelectSelector",
            "SelectorKey",
            "EVENT_READ",
            "EVENT_WRITE",
        ],
    ),
    ("what Python's module uses", &["ABCMeta", "Mapping", "abstractmethod", "math", "namedtuple", "sys"]),
];

const MODULES: &[(&str, &[Left])] =
    &[("socket", OF_SOCKET), ("socket.socket", OF_A_SOCKET), ("select", OF_SELECT), ("selectors", OF_SELECTORS)];

/// Every name, with its number where it is one: `socket AF_INET 2`, `socket htons -`.
const PROGRAM: &str = "
import select, selectors, socket
for of, what in (('socket', socket), ('socket.socket', socket.socket), ('select', select), ('selectors', selectors)):
    for name in dir(what):
        value = getattr(what, name)
        if not name.startswith('_'):
            print(of, name, int(value) if isinstance(value, int) else '-')
";

/// Whether a name is a call, an error, or a part of a socket.
fn is_here(name: &str) -> bool {
    command::find(name).is_some() || Name::parse(name).is_some()
}

fn every_name_of_pythons_modules_is_here_or_has_its_reason() {
    if !has("python3") {
        eprintln!("SKIPPED: there is no python3 to ask what its modules have");
        return;
    }
    let run = Command::new("python3").args(["-c", PROGRAM]).output().unwrap();
    let text = String::from_utf8(run.stdout).unwrap();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let [of, name, number] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let left = MODULES.iter().filter(|(module, _)| *module == of).flat_map(|(_, left)| left.iter());
        if left.flat_map(|(_, names)| names.iter()).any(|left| *left == name) {
            continue;
        }
        match number.parse::<i64>() {
            Ok(number) => match constants::value(name) {
                Some(ours) if ours == number => {}
                ours => wrong.push(format!("{of}.{name} is {number} in python3, and here {ours:?}")),
            },
            Err(_) if is_here(name) => {}
            Err(_) => wrong.push(format!("{of}.{name} is no call here, and no reason is given")),
        }
    }
    assert!(text.lines().count() > 300, "python3 told of {} names: {text}", text.lines().count());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn the_reasons_are_of_names_that_are_not_here() {
    for (module, left) in MODULES {
        let mut seen = BTreeSet::new();
        for (reason, names) in *left {
            assert!(!reason.is_empty(), "{names:?}");
            for name in *names {
                assert!(seen.insert(name), "{module}.{name} twice");
                let only_python = matches!(*name, "dup" | "errno");
                assert!(only_python || (!is_here(name) && constants::value(name).is_none()), "{module}.{name} is here");
            }
        }
    }
}
