//! Why a call failed, where a transcript cannot show it: with another process, a limit, a clock. Every other cause
//! that is told stands in `tests/sessions/why`, in the situation that it is told of.

use std::process::{Command, Stdio};

use crate::common::{self, Folder, Killed, has, run};

tests![
    an_address_held_by_another_process,
    a_unix_address_that_others_have,
    a_range_of_ports_that_is_used_up,
    a_port_that_belongs_to_root,
    a_peer_in_another_process_that_closed,
    how_much_is_unread_is_shown_where_somebody_looks,
    too_many_descriptors,
    a_quiet_script_tells_what_the_kernel_knows,
    the_clock_is_shown_where_somebody_looks,
    bytes_of_others_come_escaped,
];

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

fn a_unix_address_that_others_have() {
    let folder = Folder::new();
    let path = folder.path().join("w.sock");
    let path = path.to_str().unwrap();
    run(&["-c", &format!("srv = socket unix stream\nbind srv {path}")]);
    let stale = shown(&format!("s = socket unix stream\nbind s {path}"));
    assert_eq!(stale[0], format!("{path} is there, but no socket has it: a program that is gone left it behind"));
    assert_eq!(stale[1], format!("try: unlink {path}"));
    let refused = shown(&format!("c = socket unix stream\nconnect c {path}"));
    assert_eq!(refused[0], format!("the file {path} is there, but no socket listens on it"));
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

fn a_range_of_ports_that_is_used_up() {
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

fn how_much_is_unread_is_shown_where_somebody_looks() {
    let full = shown("a, b = socketpair\nsetblocking a off\nlet d = \"x\" * 1000000\nloop\n  send a $d\nend");
    assert!(
        full[0].starts_with("the buffers are full: b, the other end, has ") && full[0].ends_with(" bytes not read"),
        "{full:?}"
    );
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

fn the_clock_is_shown_where_somebody_looks() {
    let lines = "s = socket\nclose s\nsleep 1.1\nsend s x";
    assert_eq!(shown(lines)[0], "s was closed on line 2 (1 s ago)");
    let over = "srv = create_server 127.0.0.1:0\nat = getsockname srv\ncli = create_connection $at\n\
        conn, peer = accept srv\nclose conn\nclose cli\nclose srv\ns = socket\nbind s $at";
    let line = &shown(over)[0];
    let seconds = line.split_once("and in TIME_WAIT for ").unwrap().1.strip_suffix(" s more").unwrap();
    assert!((50..=60).contains(&seconds.parse::<u32>().unwrap()), "{line}");
}

fn bytes_of_others_come_escaped() {
    let run = run(&["-c", "c = socket\nconnect c \"no\\x1b[2Jhost\":80"]);
    assert!(!run.err.contains('\x1b') && !run.out.contains('\x1b'), "{:?}", run.err);
}
