//! Why a call failed here: every cause that is told, in the situation that it is told of; and `why`, `diagram`.

tests![
    an_address_held_by_an_open_socket,
    an_advice_that_is_followed_helps,
    one_side_spreads_its_port_and_the_other_does_not,
    an_address_held_by_a_connection_that_is_over,
    an_address_held_by_another_process,
    a_unix_address_that_is_taken,
    an_address_that_cannot_be_had,
    a_port_that_belongs_to_root,
    nobody_listens_there,
    a_datagram_that_found_nobody,
    a_connection_that_was_ended,
    a_peer_in_another_process_that_closed,
    a_socket_without_a_peer,
    a_socket_that_is_connected_or_listens,
    what_a_socket_of_that_sort_cannot_do,
    a_connection_that_is_being_made,
    what_a_call_waited_for,
    what_is_not_known_is_not_said,
    a_socket_that_was_closed,
    too_many_descriptors,
    a_quiet_script_tells_what_the_kernel_knows,
    a_datagram_cut_short_is_said,
    without_an_error_why_says_so_and_a_socket_has_its_story,
    the_clock_is_shown_where_somebody_looks,
    bytes_of_others_come_escaped,
    a_session_is_drawn,
    datagrams_and_strangers_are_drawn,
    causes_stand_in_transcripts_without_the_clock,
];

use std::process::{Command, Stdio};

use crate::common::{self, Folder, Killed, has, run};

/// The text with `PORT` for each port that the kernel chose.
fn normalised(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(':') {
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits >= 4
            && out.ends_with([':'])
            && out.trim_end_matches(':').ends_with(|c: char| c.is_ascii_digit() || c == ']')
        {
            out.push_str("PORT");
            rest = &rest[digits..];
        }
    }
    out + rest
}

/// What the error of the last of these lines shows below its place, without its indent.
fn shown(lines: &str) -> Vec<String> {
    let run = run(&["--timeout", "20", "-c", lines]);
    assert_eq!(run.status, 1, "{lines}\n{}\n{}", run.out, run.err);
    let err = normalised(&run.err);
    let after = err.lines().skip_while(|l| !l.contains(" | ")).skip_while(|l| l.contains(" | "));
    after.map(|l| l.trim().to_string()).collect()
}

/// What `why` says when the last of these lines has failed.
fn explained(lines: &str) -> String {
    let (before, last) = lines.trim_end().rsplit_once('\n').unwrap_or(("", lines));
    let program = format!("{before}\ntry\n  {last}\nexcept\n  let taken = 1\nend\nwhy\n");
    let run = run(&["--timeout", "20", "-c", &program]);
    assert_eq!(run.status, 0, "{program}\n{}\n{}", run.out, run.err);
    let out = normalised(&run.out);
    let (_, told) = out.split_once("sockpit> why\n").unwrap();
    told.split("\n  # closed").next().unwrap().trim_end().to_string()
}

/// The lines fail at their end, and the error shows these lines by itself; `why` shows the causes among others.
fn check(lines: &str, expected: &[&str]) {
    assert_eq!(shown(lines), expected, "{lines}");
    explains(lines, expected);
}

fn explains(lines: &str, expected: &[&str]) {
    let told = explained(lines);
    for line in expected {
        assert!(told.contains(line), "{lines}\nwhy does not say: {line}\n{told}");
    }
    assert!(told.contains("\nread: "), "{told}");
}

/// The same of lines that need a port to be free that nobody holds: another program may take it meanwhile.
fn check_free_port(lines: &str, expected: &[&str]) {
    let fits = || {
        let run = run(&["--timeout", "20", "-c", lines]);
        let err = normalised(&run.err);
        run.status == 1 && err.lines().map(str::trim).collect::<Vec<_>>().ends_with(expected)
    };
    assert!((0..5).any(|_| fits()), "{lines}\n{:?}", shown(lines));
}

/// A server, a client, and the connection between them.
const CONNECTED: &str =
    "srv = create_server 127.0.0.1:0\nat = getsockname srv\ncli = create_connection $at\nconn, peer = accept srv\n";
/// The same, not accepted yet.
const QUEUED: &str = "srv = create_server 127.0.0.1:0\nat = getsockname srv\ncli = create_connection $at\n";

fn connected(more: &str) -> String {
    format!("{CONNECTED}{more}")
}

fn queued(more: &str) -> String {
    format!("{QUEUED}{more}")
}

/// A server whose sockets have no SO_REUSEADDR, and a connection that was accepted from it.
const STRICT: &str = "srv = socket\nbind srv 127.0.0.1:0\nlisten srv\nat = getsockname srv\ncli = create_connection $at\nconn, peer = accept srv\n";
/// The advice that goes with EAGAIN.
const AGAIN: &str = "again when poll";

fn an_address_held_by_an_open_socket() {
    let held = "srv = socket\nbind srv 127.0.0.1:0\nat = getsockname srv\n";
    let bound = "127.0.0.1:PORT is held by srv, which is bound there since line 2";
    let close = "try: close srv first, or port 0 for a free one";
    check(
        "srv = create_server 127.0.0.1:0\nat = getsockname srv\ns = socket\nsetsockopt s SO_REUSEADDR 1\nbind s $at",
        &["127.0.0.1:PORT is held by srv, which listens there since line 1", close],
    );
    check(
        &format!("{held}s = socket\nbind s $at"),
        &[bound, "neither has SO_REUSEADDR: both need it, before bind", close],
    );
    check(
        &format!("{held}s = socket\nsetsockopt s SO_REUSEADDR 1\nbind s $at"),
        &[bound, "s has SO_REUSEADDR and srv has not: both need it", close],
    );
    check(
        "srv = socket\nsetsockopt srv SO_REUSEADDR 1\nbind srv 127.0.0.1:0\nat = getsockname srv\ns = socket\nbind s $at",
        &[&bound.replace("line 2", "line 3"), "try: setsockopt s SO_REUSEADDR 1 before bind"],
    );
    check(
        &connected("close srv\ns = socket\nbind s $at"),
        &[
            "127.0.0.1:PORT is held by conn, a connection with 127.0.0.1:PORT",
            "try: setsockopt s SO_REUSEADDR 1 before bind",
        ],
    );
    check(
        "a = socket\nsetsockopt a SO_REUSEADDR 1\nbind a 127.0.0.1:0\nat = getsockname a\nb = socket\nsetsockopt b SO_REUSEADDR 1\nbind b $at\nlisten a\nlisten b",
        &[
            "127.0.0.1:PORT is held by a, which listens there since line 8",
            "try: close a first, or port 0 for a free one",
        ],
    );
}

fn an_advice_that_is_followed_helps() {
    let run = common::lines(&connected(
        "close srv\ns = socket\nexpect EADDRINUSE bind s $at\nsetsockopt s SO_REUSEADDR 1\nbind s $at\nlisten s\nprint done",
    ));
    assert_eq!((run.status, &*run.out), (0, "done\n"), "{}", run.err);
    let run = common::lines(&connected(
        "close conn\nclose cli\nclose srv\ns = socket\nexpect EADDRINUSE bind s $at\nsetsockopt s SO_REUSEADDR 1\nbind s $at\nprint done",
    ));
    assert_eq!((run.status, &*run.out), (0, "done\n"), "{}", run.err);
}

fn one_side_spreads_its_port_and_the_other_does_not() {
    let u = "u = socket udp\nsetsockopt u SO_REUSEPORT 1\nbind u 127.0.0.1:0\nat = getsockname u\ns = socket udp\nbind s $at";
    check(
        u,
        &[
            "127.0.0.1:PORT is held by u, which is bound there since line 3",
            "u has SO_REUSEPORT and s has not: both need it, before bind",
            "try: port 0 for a free one",
        ],
    );
}

/// The clock's part of a line taken out: `for 59 s more`.
fn without_clock(line: &str) -> String {
    let Some((before, rest)) = line.split_once(" for ") else { return line.to_string() };
    let (seconds, after) = rest.split_once(" s more").unwrap();
    assert!((50..=60).contains(&seconds.parse::<u32>().unwrap()), "{line}");
    format!("{before}{after}")
}

fn an_address_held_by_a_connection_that_is_over() {
    let all = "close conn\nclose cli\nclose srv\ns = socket\n";
    let lines = [
        (connected(&format!("{all}bind s $at")), "try: setsockopt s SO_REUSEADDR 1 before bind", 5),
        (
            format!("{STRICT}{all}setsockopt s SO_REUSEADDR 1\nbind s $at"),
            "s has SO_REUSEADDR and conn has not: both need it",
            7,
        ),
        (
            format!("{STRICT}setsockopt srv SO_REUSEADDR 1\n{all}setsockopt s SO_REUSEADDR 1\nbind s $at"),
            "srv got SO_REUSEADDR on line 7, too late for conn",
            8,
        ),
    ];
    for (lines, second, line) in lines {
        let shown = shown(&lines);
        assert_eq!(
            without_clock(&shown[0]),
            format!("127.0.0.1:PORT is held by conn, closed on line {line} and in TIME_WAIT"),
            "{lines}"
        );
        assert_eq!(shown[1], second);
        assert!(explained(&lines).contains("and in TIME_WAIT for "), "{lines}");
    }
    check(
        &connected("close conn\nclose srv\ns = socket\nbind s $at"),
        &[
            "127.0.0.1:PORT is held by conn, closed on line 5, while its peer has not closed",
            "try: setsockopt s SO_REUSEADDR 1 before bind",
        ],
    );
}

fn an_address_held_by_another_process() {
    if !has("python3") {
        return;
    }
    let code = "import socket,sys\ns=socket.socket()\ns.bind(('127.0.0.1',0))\ns.listen()\nprint(s.getsockname()[1],flush=True)\nsys.stdin.read()";
    let child =
        Command::new("python3").args(["-c", code]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut child = Killed(child);
    let mut port = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.0.stdout.take().unwrap()), &mut port).unwrap();
    let port = port.trim();
    let shown = shown(&format!("s = socket\nsetsockopt s SO_REUSEADDR 1\nbind s 127.0.0.1:{port}"));
    let told = format!("127.0.0.1:PORT is held by process python3, pid {}, which listens there", child.0.id());
    assert_eq!(shown, [&*told, "try: end that process, or port 0 for a free one"]);
    let near = self::shown(&format!("c = socket inet6\nconnect c [::1]:{port}"));
    let told =
        format!("nobody listens on [::1]:PORT: process python3, pid {} listens on 127.0.0.1:PORT only", child.0.id());
    assert_eq!(near[0], told);
}

fn a_unix_address_that_is_taken() {
    let folder = Folder::new();
    let path = folder.path().join("w.sock");
    let path = path.to_str().unwrap();
    check(
        "srv = socket unix stream\nbind srv @sockpit-why-1\nlisten srv\ns = socket unix stream\nbind s @sockpit-why-1",
        &["@sockpit-why-1 is held by srv, which listens there", "try: close srv first, or another name"],
    );
    let held =
        shown(&format!("srv = socket unix stream\nbind srv {path}\nlisten srv\ns = socket unix stream\nbind s {path}"));
    assert_eq!(
        held,
        [
            format!("{path} is held by srv, which listens there"),
            format!("try: close srv, then unlink {path}; or another path")
        ]
    );
    // The first run is over: nobody has it any more.
    let stale = shown(&format!("s = socket unix stream\nbind s {path}"));
    assert_eq!(stale[0], format!("{path} is there, but no socket has it: a program that is gone left it behind"));
    assert_eq!(stale[1], format!("try: unlink {path}"));
    let own = shown(&format!(
        "unlink {path}\nsrv = socket unix stream\nbind srv {path}\nclose srv\ns = socket unix stream\nbind s {path}"
    ));
    assert_eq!(own[0], format!("{path} was left behind by srv, closed on line 4: closing does not remove the file"));
    let refused = shown(&format!("c = socket unix stream\nconnect c {path}"));
    assert_eq!(refused[0], format!("the file {path} is there, but no socket listens on it"));
    let file = folder.file("plain", b"");
    assert_eq!(shown(&format!("s = socket unix stream\nbind s {file}"))[0], format!("{file} exists and is no socket"));
    if has("python3") {
        let code = "import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\ns.listen()\nprint(flush=True)\nsys.stdin.read()";
        let other = folder.path().join("o.sock");
        let other = other.to_str().unwrap();
        let child =
            Command::new("python3").args(["-c", code, other]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = Killed(child.unwrap());
        std::io::Read::read_exact(child.0.stdout.as_mut().unwrap(), &mut [0]).unwrap();
        let taken = shown(&format!("s = socket unix stream\nbind s {other}"));
        assert_eq!(taken[0], format!("{other} is held by process python3, pid {}", child.0.id()));
    }
}

fn an_address_that_cannot_be_had() {
    check(
        "s = socket\nbind s 8.8.8.8:0",
        &[
            "no interface of this machine has 8.8.8.8",
            "try: 127.0.0.1, or :PORT for every interface; ifconfig lists them",
        ],
    );
    check(
        "srv = create_server 127.0.0.1:0\nat = getsockname srv\na = socket\nsetsockopt a SO_REUSEADDR 1\nbind a 127.0.0.1:0\nmine = getsockname a\nconnect a $at\nd = socket\nsetsockopt d SO_REUSEADDR 1\nbind d $mine\nconnect d $at",
        &[
            "a is connected from 127.0.0.1:PORT to 127.0.0.1:PORT, and there can be one such connection",
            "try: leave out bind, or bind to port 0",
        ],
    );
    // A socket whose range is one port, which the kernel may find taken by somebody else.
    let one = "srv = create_server 127.0.0.1:0\nat = getsockname srv\na = socket\nlet one = 51234 * 65536 + 51234\nsetsockopt a IPPROTO_IP 51 $one\n\
        connect a $at\nb = socket\nsetsockopt b IPPROTO_IP 51 $one\nconnect b $at";
    let run = run(&["--timeout", "20", "-c", one]);
    if run.err.contains("EADDRNOTAVAIL") {
        assert!(
            run.err.contains("\n  every local port from 51234 to 51234 has a connection to 127.0.0.1:"),
            "{}",
            run.err
        );
    }
    check(
        "s = socket\nbind s 127.0.0.1:0\nbind s 127.0.0.1:0",
        &["s is bound to 127.0.0.1:PORT already since line 2", "try: a new socket for another address"],
    );
    check(
        &queued("bind cli 127.0.0.1:0"),
        &[
            "cli is bound to 127.0.0.1:PORT already since line 3 (connect chose the port)",
            "try: a new socket for another address",
        ],
    );
    check(
        "c = socket\nconnect c nosuch.invalid:80",
        &[
            "no host is named \"nosuch.invalid\", says the resolver",
            "try: 127.0.0.1 for this machine; names stand in /etc/hosts or in DNS",
        ],
    );
    check(
        "u = socket udp\nsendto u x 255.255.255.255:9",
        &["255.255.255.255 is a broadcast address, and SO_BROADCAST is off on u", "try: setsockopt u SO_BROADCAST 1"],
    );
}

fn a_port_that_belongs_to_root() {
    use std::os::unix::process::CommandExt;
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap();
    let first: u16 = first.trim().parse().unwrap();
    if first < 2 {
        return;
    }
    let folder = Folder::new();
    let program = folder.path().join("sockpit");
    std::fs::copy(common::SOCKPIT, &program).unwrap();
    let mut command = Command::new(&program);
    command.args(["-c", "s = socket\nbind s 127.0.0.1:1"]);
    if rustix::process::geteuid().is_root() {
        command.uid(65534).gid(65534);
    }
    let Ok(output) = command.output() else { return };
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(
        err.contains(&format!("\n  port 1 is below {first}: those are for root (CAP_NET_BIND_SERVICE)\n")),
        "{err}"
    );
}

fn nobody_listens_there() {
    let start = "try: start the server first (bind, listen), and check its port";
    check("c = socket\nconnect c 127.0.0.1:1", &["nobody listens on 127.0.0.1:1", start]);
    check_free_port(
        "s = create_server 127.0.0.1:0\nat = getsockname s\nclose s\nc = socket\nconnect c $at",
        &["nobody listens on 127.0.0.1:PORT: s, which did, was closed on line 3"],
    );
    check_free_port(
        "s = socket\nbind s 127.0.0.1:0\nat = getsockname s\nc = socket\nconnect c $at",
        &["s is bound to 127.0.0.1:PORT, but does not listen", "try: listen s"],
    );
    check_free_port(
        "s = create_server [::1]:0 family=AF_INET6\nat = getsockname s\nh, p = getnameinfo $at NI_NUMERICHOST|NI_NUMERICSERV\nc = socket\nconnect c 127.0.0.1 $p",
        &["nobody listens on 127.0.0.1:PORT: s listens on [::1]:PORT only", "try: connect c [::1]:PORT"],
    );
    check_free_port(
        "u = socket udp\nbind u 127.0.0.1:0\nat = getsockname u\nc = socket\nconnect c $at",
        &["nobody listens on 127.0.0.1:PORT for TCP: u, bound there, is UDP", "try: a socket of udp on this side, too"],
    );
    check(
        "srv = socket unix stream\nbind srv @sockpit-why-2\nc = socket unix stream\nconnect c @sockpit-why-2",
        &["srv is bound to @sockpit-why-2, but does not listen", "try: listen srv"],
    );
    check(
        "c = socket unix stream\nconnect c @sockpit-why-3",
        &["no socket that listens has the name @sockpit-why-3", "try: start the server first (bind, listen)"],
    );
    check(
        "srv = socket unix dgram\nbind srv @sockpit-why-4\nc = socket unix stream\nconnect c @sockpit-why-4",
        &["srv, bound to @sockpit-why-4, is SOCK_DGRAM, and c is SOCK_STREAM", "try: the same type on both sides"],
    );
}

fn a_datagram_that_found_nobody() {
    let again = "try: bind the peer first; u can be used again";
    let start = "u = socket udp\nconnect u 127.0.0.1:1\nsend u x\n";
    let found = "the datagram sent on line 3 found no socket at 127.0.0.1:1: ICMP said so";
    check(&format!("{start}recv u 10"), &[found, again]);
    check(&format!("{start}send u y"), &[&format!("{found}; this call sent nothing"), again]);
}

fn a_connection_that_was_ended() {
    let anew = "try: close cli, and connect a new socket";
    check(
        &connected("send cli hello\nclose conn\nrecv cli 10"),
        &["conn, the other end, was closed on line 6 with 5 bytes unread: that sends RST instead of FIN", anew],
    );
    check(
        &connected("setsockopt conn SO_LINGER 1 0\nclose conn\nrecv cli 10"),
        &["conn, the other end, was closed on line 6 with SO_LINGER 1 0: that sends RST instead of FIN", anew],
    );
    check(
        &queued("close srv\nrecv cli 10"),
        &["srv was closed on line 4 before it accepted this connection", "try: accept before close"],
    );
    check(
        &connected("close conn\nsend cli a\npoll cli PRI 1\nsend cli b"),
        &["conn, the other end, was closed on line 5; what was sent on line 6 was answered with RST", anew],
    );
    check(
        &connected("shutdown cli wr\nsend cli a"),
        &["cli was shut down for sending on line 5", "try: send first, shut down when all is sent"],
    );
    check(
        "a, b = socketpair\nclose b\nsend a x",
        &[
            "b, the other end, was closed on line 2: nobody can read what is sent",
            "try: close a, and connect a new socket",
        ],
    );
    check(
        "a, b = socketpair\nsend a x\nclose b\nrecv a 10",
        &["b, the other end, was closed on line 3 with 1 byte unread", "try: close a, and connect a new socket"],
    );
    check("a, b = socketpair\nshutdown b rd\nsend a x", &["b, the other end, was shut down for receiving on line 2"]);
    check(
        &connected("send cli hello\nclose conn\nexpect ECONNRESET recv cli 10\ngetpeername cli"),
        &["conn, the other end, was closed on line 6 with 5 bytes unread: that sends RST instead of FIN", anew],
    );
}

fn a_peer_in_another_process_that_closed() {
    if !has("python3") {
        return;
    }
    let code = "import socket\ns=socket.socket()\ns.bind(('127.0.0.1',0))\ns.listen()\nprint(s.getsockname()[1],flush=True)\ns.accept()[0].close()";
    let child = Command::new("python3").args(["-c", code]).stdout(Stdio::piped()).spawn().unwrap();
    let mut child = Killed(child);
    let mut port = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.0.stdout.take().unwrap()), &mut port).unwrap();
    let lines = format!("c = create_connection 127.0.0.1:{}\nrecv c 10\nsend c a\npoll c PRI 1\nsend c b", port.trim());
    assert_eq!(
        shown(&lines),
        [
            "the peer 127.0.0.1:PORT had closed, as the receive on line 2 told; then the connection was reset",
            "try: close c, and connect a new socket",
        ]
    );
}

fn a_socket_without_a_peer() {
    let listens = "srv listens, so it has no peer: a connection is what accept gives";
    check("s = socket\nrecv s 10", &["s was never connected", "try: connect s ADDR"]);
    check("s = socket\nsend s x", &["s was never connected", "try: connect s ADDR"]);
    check("s = socket\ngetpeername s", &["s was never connected", "try: connect s ADDR"]);
    check(&connected("recv srv 10"), &[listens, "try: recv conn ..."]);
    check(&queued("send srv x"), &[listens, "try: conn, addr = accept srv, then send conn ..."]);
    check(
        "s = socket\nexpect ECONNREFUSED connect s 127.0.0.1:1\nrecv s 10",
        &["s was never connected: connect failed with ECONNREFUSED on line 2", "try: connect s ADDR"],
    );
    let send = "try: sendto u DATA ADDR, or connect u ADDR first";
    check("u = socket udp\nsend u x", &["u has no peer, and the call names none", send]);
    check(
        "u = socket udp\nconnect u 127.0.0.1:9\nconnect u AF_UNSPEC\nsend u x",
        &["u gave up its peer on line 3", send],
    );
}

fn a_socket_that_is_connected_or_listens() {
    check(
        &connected("connect cli $at"),
        &["cli is connected to 127.0.0.1:PORT already since line 3", "try: a new socket for another connection"],
    );
    check(
        "s = create_server 127.0.0.1:0\nat = getsockname s\nconnect s $at",
        &["s listens: it takes connections and makes none", "try: c = socket, then connect c ADDR"],
    );
    check(
        "s = socket\nbind s 127.0.0.1:0\naccept s",
        &["s is bound to 127.0.0.1:PORT, but does not listen", "try: listen s"],
    );
    check("s = socket\naccept s", &["s is not bound and does not listen", "try: bind s ADDR, then listen s"]);
    check(&connected("accept conn"), &["conn is a connection, with 127.0.0.1:PORT: only a listening socket accepts"]);
    check(
        "s = create_server 127.0.0.1:0\nshutdown s rdwr\naccept s",
        &["s was shut down on line 2, which ended its listening", "try: listen s"],
    );
    check(&connected("listen cli"), &["cli is connected to 127.0.0.1:PORT: it cannot listen", "try: a new socket"]);
    check("s = socket unix\nlisten s", &["s has no name to be found by", "try: bind s ./x.sock"]);
    let udp = "u is UDP/IPv4: datagrams come without connections, as soon as it is bound";
    check("u = socket udp\nlisten u", &[udp, "try: recvfrom u 1024"]);
    check("u = socket udp\naccept u", &[udp, "try: recvfrom u 1024"]);
}

fn what_a_socket_of_that_sort_cannot_do() {
    check(
        "u = socket udp\nlet d = \"x\" * 65508\nsendto u $d 127.0.0.1:9",
        &["the message has 65508 bytes: a UDP datagram over IPv4 holds 65507 at most", "try: send it in parts"],
    );
    check(
        "a, b = socketpair AF_UNIX SOCK_DGRAM\nsetsockopt a SO_SNDBUF 4608\nlet d = \"x\" * 20000\nsend a $d",
        &[
            "the message has 20000 bytes: SO_SNDBUF of a is 9216, with the kernel's own part",
            "try: setsockopt a SO_SNDBUF 40000, or send it in parts",
        ],
    );
    check("u = socket udp\nsetsockopt u TCP_NODELAY 1", &["TCP_NODELAY belongs to IPPROTO_TCP, and u is UDP/IPv4"]);
    check(
        "a, b = socketpair\ngetsockopt a TCP_NODELAY",
        &["TCP_NODELAY belongs to IPPROTO_TCP, and a is AF_UNIX SOCK_STREAM"],
    );
    check("s = socket\nsetsockopt s SO_TYPE 1", &["SO_TYPE can only be read"]);
    check(
        "socket AF_INET SOCK_STREAM IPPROTO_UDP",
        &["IPPROTO_UDP does not go with SOCK_STREAM", "try: leave the protocol out"],
    );
}

fn a_connection_that_is_being_made() {
    let later = "try: poll c OUT 1; then getsockopt c SO_ERROR gives 0 or the errno";
    let made = "not a failure: the connection to 127.0.0.1:PORT is being made";
    check(
        "s = create_server 127.0.0.1:0\nat = getsockname s\nc = socket\nsetblocking c off\nconnect c $at",
        &[made, later],
    );
    let full =
        "s = create_server 127.0.0.1:0 backlog=0\nat = getsockname s\nfirst = create_connection $at\nc = socket\n";
    check(
        &format!("{full}setblocking c off\nexpect EINPROGRESS connect c $at\nconnect c $at"),
        &[&format!("{made} since line 6"), later],
    );
    let queue = "the queue of s is full: its connections wait to be accepted";
    let accept = "try: accept s, or a larger backlog: listen s 128";
    check(&format!("{full}settimeout c 0.05\nconnect c $at"), &[queue, accept]);
    check(
        "s = socket unix\nbind s @sockpit-why-5\nlisten s 0\na = socket unix\nconnect a @sockpit-why-5\nc = socket unix\nsetblocking c off\nconnect c @sockpit-why-5",
        &[queue, accept],
    );
}

/// The lines fail for want of something; the advice, where there is one, is to wait for it.
fn missing(lines: &str, what: &str, limit: &str) {
    let shown = shown(lines);
    assert_eq!(shown[..2], [what, limit], "{lines}");
    assert!(shown.len() == 2 || shown[2].contains(AGAIN), "{shown:?}");
}

fn what_a_call_waited_for() {
    let non_blocking = |name: &str, line: u32| format!("{name} is non-blocking: set on line {line}");
    let timeout = |name: &str, line: u32| format!("the timeout of {name} is 0.05 s: set on line {line}");
    let nobody = "no connection waits on 127.0.0.1:PORT";
    missing("s = create_server 127.0.0.1:0\nsetblocking s off\naccept s", nobody, &non_blocking("s", 2));
    missing("s = create_server 127.0.0.1:0\nsettimeout s 0.05\naccept s", nobody, &timeout("s", 2));
    missing(
        "s = create_server 127.0.0.1:0\nsetsockopt s SO_RCVTIMEO 0.05\naccept s",
        nobody,
        "SO_RCVTIMEO of s is 0.05 s: set on line 2",
    );
    let silent = "conn, the other end of cli, has sent nothing yet";
    missing(&connected("setblocking cli off\nrecv cli 10"), silent, &non_blocking("cli", 5));
    missing(&connected("f = makefile cli r\nsettimeout cli 0.05\nreadline f"), silent, &timeout("cli", 6));
    missing(
        &connected("send conn x\nrecv cli 10\nrecv cli 10 MSG_DONTWAIT"),
        "conn, the other end of cli, has sent nothing that was not read",
        "MSG_DONTWAIT was given",
    );
    missing(
        &queued("settimeout cli 0.05\nrecv cli 10"),
        "srv has not accepted this connection yet",
        &timeout("cli", 4),
    );
    missing(
        &connected("send conn x MSG_MORE\nsettimeout cli 0.05\nrecv cli 10"),
        "conn, the other end of cli, holds 1 byte back: TCP_CORK, MSG_MORE or a full window",
        &timeout("cli", 6),
    );
    missing(
        &connected("setsockopt cli SO_RCVLOWAT 10\nsend conn abc\nsettimeout cli 0.05\nrecv cli 10"),
        "3 bytes wait, and SO_RCVLOWAT of cli is 10",
        &timeout("cli", 7),
    );
    missing(
        "u = socket udp\nbind u 127.0.0.1:0\nsettimeout u 0.05\nrecvfrom u 10",
        "no datagram waits on 127.0.0.1:PORT",
        &timeout("u", 3),
    );
    missing(
        &queued("settimeout cli 0.05\nlet d = \"x\" * 10000000\nsendall cli $d"),
        "the buffers are full: srv has not accepted this connection yet, so nobody reads",
        &timeout("cli", 4),
    );
    missing(
        "a, b = socketpair AF_UNIX SOCK_DGRAM\nsetblocking a off\nloop\n  send a x\nend",
        "the queue of b, the other end, is full",
        &non_blocking("a", 2),
    );
    let full = shown("a, b = socketpair\nsetblocking a off\nlet d = \"x\" * 1000000\nloop\n  send a $d\nend");
    assert!(
        full[0].starts_with("the buffers are full: b, the other end, has ") && full[0].ends_with(" bytes not read"),
        "{full:?}"
    );
}

/// What a peer sends through a file is not written down: then nothing is said of how much it sent.
fn what_is_not_known_is_not_said() {
    missing(
        &connected("f = makefile conn w\nsettimeout cli 0.05\nrecv cli 10"),
        "conn, the other end of cli, has sent nothing that was not read",
        "the timeout of cli is 0.05 s: set on line 6",
    );
    let dup = shown(&connected("d = dup conn\nsend cli hello\nclose conn\nsettimeout cli 0.05\nrecv cli 10"));
    assert!(!dup[0].contains("was closed"), "{dup:?}");
}

fn a_socket_that_was_closed() {
    let anew = "try: a new socket: s = socket";
    check("s = socket\nclose s\nsend s x", &["s was closed on line 2", anew]);
    check("s = socket\nfd = detach s\nsend s x", &["s gave up its descriptor on line 2", anew]);
    let job = shown(&queued("r = recv cli 10 &\nclose cli\nwait 1"));
    assert_eq!(job, ["cli was closed on line 5", "try: a new socket: cli = socket"]);
}

fn too_many_descriptors() {
    let limited = format!("ulimit -n 40; exec {} -c 'loop\n  s = socket\n  l = list $s $l\nend'", common::SOCKPIT);
    let program = limited.replace("'loop", "'l = list\nloop");
    let output = Command::new("sh").args(["-c", &program]).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("EMFILE") && err.contains("\n  40 descriptors may be open at once, and all are; "), "{err}");
}

fn a_quiet_script_tells_what_the_kernel_knows() {
    let run = common::lines("srv = create_server 127.0.0.1:0\nat = getsockname srv\ns = socket\nbind s $at");
    assert!(normalised(&run.err).contains("\n  127.0.0.1:PORT is held by srv, which listens there\n"), "{}", run.err);
    let run = common::lines("s = socket\ntry\n  send s x\nexcept EPIPE\n  why\nend");
    assert_eq!(run.out, "with -q nothing is written down that could explain an error\n");
    let run = common::lines("s = socket\nwhy s");
    assert!(run.err.contains("with -q nothing is written down"), "{}", run.err);
}

fn a_datagram_cut_short_is_said() {
    let run = run(&[
        "--timeout",
        "20",
        "-c",
        "u = socket udp\nbind u 127.0.0.1:0\nat = getsockname u\nsendto u 0123456789 $at\n\
        recv u 4 MSG_PEEK\nrecv u 4\nsendto u 0123 $at\nrecv u 4\nwhy u\n",
    ]);
    let note = "b\"0123\"\n  # the datagram was 10 bytes, the buffer 4: the rest is lost\nsockpit> sendto";
    assert!(run.out.contains(note) && run.out.matches("the rest is lost").count() == 1, "{}", run.out);
    assert!(run.out.contains("u: received 4 bytes of a datagram of 10\n"), "{}", run.out);
}

fn without_an_error_why_says_so_and_a_socket_has_its_story() {
    let run = run(&["-c", "why\na, b = socketpair\nsend a hi\nwhy b\nx = why a\nprint $x"]);
    assert!(run.out.contains("sockpit> why\nno call of this session has failed yet\n"), "{}", run.out);
    let story = "sockpit> why b\nwhat happened:\n  line 2   a: made, a pair with b\n  line 2   b: made, a pair with a\n  \
        line 3   a: sent 2 bytes\nnow:\n  b = <AF_UNIX SOCK_STREAM socket, fd ";
    assert!(run.out.contains(story) && run.out.contains("CONNECTED, 2 bytes unread\n"), "{}", run.out);
    assert!(run.out.contains("\nwhat happened:\n  line 2   a: made"), "{}", run.out);
}

fn the_clock_is_shown_where_somebody_looks() {
    let lines = "s = socket\nclose s\nsleep 1.1\nsend s x";
    assert_eq!(shown(lines)[0], "s was closed on line 2 (1 s ago)");
}

fn bytes_of_others_come_escaped() {
    let run = run(&["-c", "c = socket\nconnect c \"no\\x1b[2Jhost\":80"]);
    assert!(!run.err.contains('\x1b') && !run.out.contains('\x1b'), "{:?}", run.err);
}

const DRAWN: &str = "srv = create_server 127.0.0.1:0\nat = getsockname srv\ncli = socket\nconnect cli $at\n\
    conn, peer = accept srv\nsend conn \"Welcome!\"\nrecv cli 100\nsend cli hi\nclose conn\nexpect ECONNRESET recv cli 10\n";

fn a_session_is_drawn() {
    let run = run(&["-c", &format!("{DRAWN}diagram\ndiagram cli\n")]);
    let (_, drawn) = run.out.split_once("sockpit> diagram\n").unwrap();
    let expected = "
                           srv           cli           conn
 1  create_server            *
 3  socket                   |             *
 4  connect                  |<-handshake--o
 5  accept                   o-------------------------->*
 6  send                     |             |<--8 bytes---o
 7  recv: 8 bytes            |             o             |
 8  send                     |             o---2 bytes-->|
 9  close                    |             |<----RST-----x
10  recv: ECONNRESET         |             o
                          LISTEN        CLOSE         closed
sockpit> diagram cli
";
    assert!(format!("\n{drawn}").starts_with(expected), "{drawn}");
    let cli = "                           cli           srv           conn\n 3  socket                   *             |             |\n";
    assert!(drawn.contains(cli), "{drawn}");
}

fn datagrams_and_strangers_are_drawn() {
    let run = run(&[
        "-c",
        "u = socket udp\nbind u 127.0.0.1:0\nat = getsockname u\nv = socket udp\nsendto v one $at\n\
        d, from = recvfrom u 9\nsendto u back $from\nsendto v x 127.0.0.1:9\na, b = socketpair\nshutdown a wr\ndiagram",
    ]);
    let (_, drawn) = run.out.split_once("sockpit> diagram\n").unwrap();
    let arrows: Vec<String> =
        drawn.lines().map(|l| l.chars().skip(24).collect::<String>().trim().to_string()).collect();
    for arrow in ["|<-3 bytes---o", "o--4 bytes-->|", "o---1 byte-->|", "o----end---->|"] {
        assert!(arrows.iter().any(|l| l.contains(arrow)), "{arrow}\n{drawn}");
    }
    assert!(drawn.lines().next().unwrap().contains("127.0.0.1:9"), "{drawn}");
}

/// A transcript of errors, with their causes, explanations and diagrams, is the same in every run.
fn causes_stand_in_transcripts_without_the_clock() {
    let folder = Folder::new();
    let script = folder.file(
        "x.sock",
        format!("{DRAWN}why\ndiagram\nclose cli\nclose srv\n{CONNECTED}close conn\nclose cli\nclose srv\ns = socket\nexpect EADDRINUSE bind s $at\nwhy\nbind s $at\n").as_bytes(),
    );
    let out = folder.path().join("x.transcript").to_str().unwrap().to_string();
    run(&["record", &script, "-o", &out]);
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(
        text.contains(" is held by conn, closed on line 19 and in TIME_WAIT\n") && !text.contains(" s more"),
        "{text}"
    );
    for _ in 0..10 {
        let run = run(&["verify", "--timeout", "20", &out]);
        assert_eq!(run.status, 0, "{}", run.out);
    }
}
