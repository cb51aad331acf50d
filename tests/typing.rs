//! What is offered, hinted and coloured while a line is typed.

use proptest::prelude::*;
use sockpit::command::standing::{Standing, Subject};
use sockpit::command::{Kind, Stands, find, req};
use sockpit::front::complete::complete;
use sockpit::front::names::Names;
use sockpit::front::{highlight, hint};

use crate::common::Folder;

tests![
    sockets_fit_by_how_they_stand,
    other_things_fit_by_what_they_are,
    only_what_suits_the_parameter_is_offered,
    a_choice_takes_the_place_of_the_word,
    paths_are_read_and_quoted,
    a_path_is_an_address_of_a_unix_socket,
    no_protocol_is_offered_that_does_not_fit,
    the_rest_of_the_usage_follows_what_is_typed,
    each_piece_has_its_colour,
    no_line_is_too_odd,
];

fn socket(standing: Standing) -> Subject {
    Subject { kind: "a socket", socket: Some(standing) }
}

fn sockets_fit_by_how_they_stand() {
    let fresh = socket(Standing { stream: true, ..Standing::default() });
    let listener = socket(Standing { stream: true, listening: true, ..Standing::default() });
    let connected = socket(Standing { stream: true, connected: true, ..Standing::default() });
    let datagram = socket(Standing::default());
    let closed = socket(Standing { closed: true, ..Standing::default() });
    let fitting = |stands| {
        let param = req("S", Kind::Socket).that(stands);
        [&fresh, &listener, &connected, &datagram, &closed].map(|s| u8::from(s.fits(&param)))
    };
    assert_eq!(fitting(Stands::Listening), [0, 1, 0, 0, 0]);
    assert_eq!(fitting(Stands::Idle), [1, 0, 0, 0, 0]);
    assert_eq!(fitting(Stands::Connected), [0, 0, 1, 0, 0]);
    assert_eq!(fitting(Stands::Reachable), [0, 0, 1, 1, 0]);
    assert_eq!(fitting(Stands::Unconnected), [1, 0, 0, 1, 0]);
    assert_eq!(fitting(Stands::Open), [1, 1, 1, 1, 0]);
}

fn other_things_fit_by_what_they_are() {
    let thing = |kind| Subject { kind, socket: None };
    let fits = |call: &str, kind| thing(kind).fits(&find(call).unwrap().params[0]);
    assert!(fits("acquire", "a lock") && !fits("acquire", "a queue"));
    assert!(fits("put", "a queue") && fits("join", "a queue") && !fits("join", "a coroutine"));
    assert!(fits("wait", "an event") && !fits("cancel", "an event"));
    assert!(fits("close", "a file") && !fits("close", "text"));
    assert!(fits("shutdown", "a pool") && fits("resume", "a coroutine") && !fits("resume", "a task"));
}

/// What is in scope where a line is completed.
fn names() -> Names {
    let socket = |standing: Standing| {
        let kind = if standing.stream { libc::SOCK_STREAM } else { libc::SOCK_DGRAM };
        Subject { kind: "a socket", socket: Some(Standing { family: libc::AF_INET, kind, ..standing }) }
    };
    let listener =
        Standing { stream: true, listening: true, local: Some("0.0.0.0:9998".into()), ..Standing::default() };
    let things = [
        ("srv", socket(listener)),
        ("conn", socket(Standing { stream: true, connected: true, ..Standing::default() })),
        ("fresh", socket(Standing { stream: true, ..Standing::default() })),
        ("u", socket(Standing::default())),
        ("f", Subject { kind: "a file", socket: None }),
        ("m", Subject { kind: "a lock", socket: None }),
        ("q", Subject { kind: "a queue", socket: None }),
        ("t", Subject { kind: "a task", socket: None }),
        ("name", Subject { kind: "text", socket: None }),
        ("port", Subject { kind: "a number", socket: None }),
    ];
    Names {
        things: things.into_iter().map(|(name, subject)| (name.to_string(), subject)).collect(),
        jobs: vec![1, 3],
        defs: vec![("greet".into(), vec!["who".into()])],
        wires: vec!["left".into(), "right".into()],
        stepping: false,
    }
}

/// What is offered at the end of a line, as the list shows it.
fn offered(line: &str) -> String {
    let (_, found) = complete(line, line.len(), &names());
    found.iter().map(|c| &*c.shown).collect::<Vec<_>>().join(" ")
}

/// The line once its only candidate is taken.
fn completed(line: &str) -> String {
    let (start, found) = complete(line, line.len(), &names());
    assert_eq!(found.len(), 1, "{line}: {found:?}");
    format!("{}{}", &line[..start], found[0].text)
}

fn only_what_suits_the_parameter_is_offered() {
    for (line, expected) in [
        ("accept ", "srv"),
        ("wire show ", "on off"),
        ("wire pass wire=", "left right"),
        ("frames is=zero", "zero-window"),
        ("c, a = accept ", "srv"),
        ("send ", "conn"),
        ("recvfrom ", "conn u"),
        ("listen ", "fresh"),
        ("connect ", "fresh u"),
        ("close ", "srv conn fresh u f"),
        ("write ", "f"),
        ("acquire ", "m"),
        ("put ", "q"),
        ("join ", "q t"),
        ("wait ", "t 1 3"),
        ("cancel ", "t 1 3"),
        ("accept srv ", ""),
        ("shutdown conn ", "rd wr rdwr SHUT_RD SHUT_WR SHUT_RDWR"),
        ("setblocking srv ", "on off"),
        ("setsockopt conn IPPROTO_TCP TCP_NODE", "TCP_NODELAY"),
        ("setsockopt conn SO_KEEPALIVE ", "on off"),
        ("getsockopt conn TCP_INF", "TCP_INFO"),
        ("setsockopt conn TCP_INF", ""),
        ("setsockopt u TCP_", ""),
        ("setsockopt u UDP_C", "UDP_CORK"),
        ("socket ud", "udp udp6 udplite udplite6"),
        ("socket AF_INET SOCK_ST", "SOCK_STREAM"),
        ("recv conn 10 fl", "flags="),
        ("expect EADDR", "EADDRINUSE EADDRNOTAVAIL"),
        ("expect tim", "timeout"),
        ("expect EAGAIN acc", "accept"),
        ("connect fresh ", "127.0.0.1:9998 127.0.0.1:"),
        ("create_connection 127", "127.0.0.1:9998 127.0.0.1:"),
        ("spawn gr", "greet"),
        ("spawn -", "-d"),
        ("spawn -d ", "greet"),
        ("gre", "greet"),
        ("help accep", "accept"),
        ("help EADDRI", "EADDRINUSE"),
        ("whi", "while"),
        ("s = whi", ""),
        ("s = clos", ""),
        ("encode x gb", "gbk gb2312 gb18030"),
        ("print # acc", ""),
        ("print \"acc", ""),
        ("repeat 3\n  acc", "accept"),
        ("sendmsg conn x fds=sr", "srv"),
        ("state conn CLOS", "CLOSE CLOSE_WAIT CLOSING"),
        ("netstat ud", "udp"),
        ("netstat tcp sr", "srv"),
    ] {
        assert_eq!(offered(line), expected, "{line}");
    }
    assert!(offered("setsockopt conn ").starts_with("SOL_SOCKET IPPROTO_IP IPPROTO_TCP"));
    assert!(offered("").contains("while") && offered("").contains("socket"));
    assert!(!offered("x = ").contains("while"));
    assert!(offered("sendto u x ").contains("MSG_OOB") && !offered("sendto u x ").contains("MSG_SYN"));
    assert!(offered("sendto u x ").contains("127.0.0.1:9998"));
    assert!(offered("send conn ").contains("$name"));
}

fn a_choice_takes_the_place_of_the_word() {
    for (line, expected) in [
        ("acc", "accept "),
        ("  c = acc", "  c = accept "),
        ("accept s", "accept srv "),
        ("print $na", "print $name "),
        ("print \"hello $na", "print \"hello $name"),
        ("print x${na", "print x${name}"),
        ("recv conn 10 MSG_OOB|MSG_PE", "recv conn 10 MSG_OOB|MSG_PEEK "),
        ("recv conn 10 flags=MSG_PE", "recv conn 10 flags=MSG_PEEK "),
        ("recv conn 10 flags=MSG_OOB|MSG_PE", "recv conn 10 flags=MSG_OOB|MSG_PEEK "),
        ("connect fresh 127.0.0.1:9", "connect fresh 127.0.0.1:9998 "),
    ] {
        assert_eq!(completed(line), expected, "{line}");
    }
}

fn paths_are_read_and_quoted() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("deep")).unwrap();
    for name in ["my file", "a.sock", "a.txt", ".hidden"] {
        folder.file(name, b"");
    }
    let at = folder.path().display();
    assert_eq!(completed(&format!("open {at}/my")), format!("open \"{at}/my file\" "));
    assert_eq!(completed(&format!("open \"{at}/my")), format!("open \"{at}/my file\" "));
    assert_eq!(completed(&format!("open {at}/de")), format!("open {at}/deep/"));
    assert_eq!(offered(&format!("source {at}/")), "a.sock deep/ a.txt my file");
    assert_eq!(offered(&format!("open {at}/")), "a.sock a.txt deep/ my file");
    assert_eq!(offered(&format!("open {at}/none/")), "");
}

fn a_path_is_an_address_of_a_unix_socket() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("deep")).unwrap();
    folder.file("a plain file", b"");
    let _listens = std::os::unix::net::UnixListener::bind(folder.path().join("z.sock")).unwrap();
    let at = folder.path().display().to_string();
    let standing = Standing { family: libc::AF_UNIX, kind: libc::SOCK_STREAM, stream: true, ..Standing::default() };
    let dgram = Standing { kind: libc::SOCK_DGRAM, stream: false, ..standing.clone() };
    let mut names = names();
    names.things.push(("un".into(), socket(standing)));
    names.things.push(("ud".into(), socket(dgram)));
    let offered = |line: &str| {
        let (_, found) = complete(line, line.len(), &names);
        found.iter().map(|c| c.shown.clone()).collect::<Vec<_>>().join(" ")
    };
    let taken = |line: &str| {
        let (start, found) = complete(line, line.len(), &names);
        assert_eq!(found.len(), 1, "{line}: {found:?}");
        format!("{}{}", &line[..start], found[0].text)
    };
    // Sockets stand first.
    assert_eq!(offered(&format!("connect un {at}/")), "z.sock deep/ a plain file");
    for call in ["connect un", "bind un", "connect_ex un", "sendto ud hi", "sendmsg ud hi to="] {
        let gap = if call.ends_with('=') { "" } else { " " };
        assert_eq!(taken(&format!("{call}{gap}{at}/z")), format!("{call}{gap}{at}/z.sock "), "{call}");
        assert_eq!(taken(&format!("{call}{gap}{at}/de")), format!("{call}{gap}{at}/deep/"), "{call}");
    }
    assert_eq!(taken(&format!("connect un {at}/a")), format!("connect un \"{at}/a plain file\" "));
    assert_eq!(taken(&format!("connect un \"{at}/a p")), format!("connect un \"{at}/a plain file\" "));
    // Of this folder with what makes it a path; of no use to other families.
    assert_eq!(taken("connect un Cargo.to"), "connect un ./Cargo.toml ");
    assert_eq!(taken("bind un ./Cargo.to"), "bind un ./Cargo.toml ");
    assert_eq!(offered("connect fresh Cargo.to"), "");
    assert_eq!(offered(&format!("connect fresh {at}/z")), "");
    assert!(!offered("connect un ").contains("127.0.0.1"), "{}", offered("connect un "));
}

fn no_protocol_is_offered_that_does_not_fit() {
    for (line, expected) in [
        ("socket AF_UNIX SOCK_STREAM ", ""),
        ("socketpair AF_UNIX SOCK_STREAM ", ""),
        ("socket AF_INET SOCK_STREAM ", "IPPROTO_IP IPPROTO_TCP IPPROTO_SCTP IPPROTO_MPTCP tcp"),
        ("socket AF_INET SOCK_NONBLOCK|SOCK_STREAM I", "IPPROTO_IP IPPROTO_TCP IPPROTO_SCTP IPPROTO_MPTCP"),
        ("socket AF_INET SOCK_DGRAM ", "IPPROTO_IP IPPROTO_UDP IPPROTO_ICMP IPPROTO_UDPLITE udp icmp"),
        ("socket AF_INET6 SOCK_DGRAM I", "IPPROTO_IP IPPROTO_UDP IPPROTO_ICMPV6 IPPROTO_UDPLITE"),
        ("s = socket inet SOCK_STREAM IPPROTO_U", ""),
        ("socket AF_INET SOCK_RAW IPPROTO_IC", "IPPROTO_ICMP IPPROTO_ICMPV6"),
        ("getaddrinfo localhost 80 family=AF_INET type=SOCK_DGRAM proto=IPPROTO_T", ""),
        ("getaddrinfo localhost 80 AF_INET SOCK_STREAM IPPROTO_T", "IPPROTO_TCP"),
    ] {
        assert_eq!(offered(line).trim_end_matches("fileno= host=").trim_end(), expected, "{line}");
    }
}

/// What is hinted behind a line.
fn after(line: &str) -> String {
    let names = Names { defs: vec![("greet".into(), vec!["who".into(), "how".into()])], ..Names::default() };
    hint::hint(line, &names).unwrap_or_default()
}

fn the_rest_of_the_usage_follows_what_is_typed() {
    for (line, rest) in [
        ("bind", " S ADDR"),
        ("bind srv", " ADDR"),
        ("bind srv ", "ADDR"),
        ("bind srv :99", ""),
        ("recv s 10", " [FLAGS]"),
        ("recv s 10 flags=MSG_PEEK", ""),
        ("data = recv s", " N [FLAGS]"),
        ("expect", " ERRNO CALL ARGS..."),
        ("expect EAGAIN ", "CALL ARGS..."),
        ("expect EAGAIN accept", " S"),
        ("every", " SECONDS CALL ARGS..."),
        ("every 1 ", "CALL ARGS..."),
        ("every 0.5 recv s", " N [FLAGS]"),
        ("timing", " SWITCH"),
        ("sendto s x", " [FLAGS] ADDR"),
        ("sendto s x MSG_OOB", " ADDR"),
        ("sendto s x 127.0.0.1:1", ""),
        ("connect s 127.0.0.1 1", ""),
        ("sendmsg s", " [fds=FDS] [anc=ANC] [flags=FLAGS] [to=TO] DATA..."),
        ("setsockopt s", " [LEVEL] OPT VALUE..."),
        ("setsockopt s IPPROTO_TCP", " OPT VALUE..."),
        ("setsockopt s TCP_NODELAY ", "1 or 0"),
        ("setsockopt s IPPROTO_TCP TCP_NODELAY", " 1 or 0"),
        ("setsockopt s TCP_NODELAY 1", ""),
        ("setsockopt s SO_LINGER", " ONOFF SECONDS"),
        ("select a", " [W] [X] [SECONDS] [timeout=TIMEOUT] [S...]"),
        ("select a timeout=1", " [W] [X] [SECONDS] [S...]"),
        ("epoll_ctl ep ADD s", " [EVENTS]"),
        ("let x", " = EXPR"),
        ("for", " NAME in WORDS..."),
        ("greet", " WHO HOW"),
        ("greet you ", "HOW"),
        ("bin", ""),
        ("send s \"open", ""),
        ("recv s # so", ""),
        ("repeat 3\n  send s", " DATA [FLAGS]"),
    ] {
        assert_eq!(after(line), rest, "{line}");
    }
}

/// A scope with one socket in it.
fn srv() -> Names {
    let subject = Subject { kind: "a socket", socket: Some(Standing::default()) };
    Names { things: vec![("srv".into(), subject)], ..Names::default() }
}

/// The painted line with each colour as a letter in front of its piece.
fn painted(line: &str) -> String {
    let mut out = highlight::paint(line, &srv(), false);
    for (code, letter) in [
        ("\x1b[35;1m", "<K:"),
        ("\x1b[32;1m", "<E:"),
        ("\x1b[1m", "<C:"),
        ("\x1b[36m", "<N:"),
        ("\x1b[32m", "<T:"),
        ("\x1b[35m", "<1:"),
        ("\x1b[2m", "<#:"),
        ("\x1b[31m", "<!:"),
        ("\x1b[0m", ">"),
    ] {
        out = out.replace(code, letter);
    }
    out
}

fn each_piece_has_its_colour() {
    for (line, expected) in [
        ("accept srv", "<C:accept> <N:srv>"),
        ("c, a = accept srv # go", "<N:c,> <N:a> = <C:accept> <N:srv> <#:# go>"),
        (
            "send srv \"a\\n$srv\" MSG_OOB|MSG_PEEK",
            "<C:send> <N:srv> <T:\"a><E:\\n><N:$srv><T:\"> <1:MSG_OOB|MSG_PEEK>",
        ),
        ("binde", "binde"),
        ("binde srv", "<!:binde> <N:srv>"),
        ("print $srv $nope", "<K:print> <N:$srv> <!:$nope>"),
        ("print \"open", "<K:print> <!:\"open>"),
        ("expect EAGAIN recv srv 10", "<K:expect> <1:EAGAIN> <C:recv> <N:srv> <1:10>"),
        ("let x = 1 + 2", "<K:let> x <K:=> <1:1> <K:+> <1:2>"),
    ] {
        assert_eq!(painted(line), expected, "{line}");
    }
}

/// Lines made of what the language and the editor look at.
fn any_line() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ \t\"'\\\\$#{}=,|&\n-]{1,3}",
        "[a-z黑]{1,4}",
        prop::sample::select(vec![
            "accept",
            "recv",
            "setsockopt",
            "sendto",
            "spawn",
            "expect",
            "every",
            "EAGAIN",
            "let",
            "for",
            "in",
            "srv",
            "MSG_PEEK|",
            "flags=",
            "IPPROTO_TCP",
            "fds=",
            "127.0.0.1:",
            "help",
            "$srv",
            "${srv",
            "none/",
        ])
        .prop_map(str::to_string),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.join(""))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    fn no_line_is_too_odd(line in any_line()) {
        let names = srv();
        for at in (0..=line.len()).filter(|at| line.is_char_boundary(*at)) {
            let (start, found) = complete(&line, at, &names);
            prop_assert!(start <= at && line.is_char_boundary(start));
            prop_assert!(found.iter().all(|c| !c.text.contains('\n')));
            hint::hint(&line[..at], &names);
        }
        let painted = highlight::paint(&line, &names, false);
        let mut plain = String::new();
        let mut rest = &*painted;
        while let Some((before, after)) = rest.split_once('\x1b') {
            plain.push_str(before);
            rest = after.split_once('m').map_or("", |(_, rest)| rest);
        }
        prop_assert_eq!(plain + rest, line);
    }
}
