//! Why a call failed, where a transcript cannot show it: with another process, a limit, a clock. Every other cause
//! that is told stands in `tests/sessions/why`, in the situation that it is told of.

use std::process::{Command, Stdio};

use sockpit::command::usual;
use sockpit::linux::errno;
use sockpit::value::Name;

use crate::common::{self, Folder, Killed, has, run};

tests![
    an_error_is_told_by_its_call_or_the_one_it_is_like_or_by_any,
    an_address_held_by_another_process,
    a_full_queue_of_another_process,
    a_unix_address_that_others_have,
    a_range_of_ports_that_is_used_up,
    a_port_that_belongs_to_root,
    sockets_that_are_not_for_everybody,
    more_descriptors_than_a_message_takes,
    numbers_of_which_the_kernel_makes_others,
    a_peer_in_another_process_that_closed,
    a_peer_in_another_process_that_reads_nothing,
    a_datagram_that_another_process_is_given,
    how_much_is_unread_is_shown_where_somebody_looks,
    too_many_descriptors,
    a_quiet_script_tells_what_the_kernel_knows,
    the_clock_is_shown_where_somebody_looks,
    bytes_of_others_come_escaped,
    what_is_not_kept_any_more_is_not_made_up,
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

/// A Python program that says its port first, and has a pipe to read from as long as it is wanted.
fn python(code: &str) -> (Killed, String) {
    let child = Command::new("python3").args(["-c", code]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = Killed(child.unwrap());
    let mut port = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.0.stdout.take().unwrap()), &mut port).unwrap();
    (child, port)
}

fn an_address_held_by_another_process() {
    if !has("python3") {
        return;
    }
    let code = "import socket,sys\ns=socket.socket()\ns.bind(('127.0.0.1',0))\ns.listen()\nprint(s.getsockname()[1],flush=True)\nsys.stdin.read()";
    let (child, port) = python(code);
    let port = port.trim();
    let shown = shown(&format!("s = socket\nsetsockopt s SO_REUSEADDR 1\nbind s 127.0.0.1:{port}"));
    let told = format!("127.0.0.1:PORT is held by process python3, pid {}, which listens there", child.0.id());
    assert_eq!(shown, [&*told, "try: end that process, or port 0 for a free one"]);
    let near = self::shown(&format!("c = socket inet6\nconnect c [::1]:{port}"));
    let told =
        format!("nobody listens on [::1]:PORT: process python3, pid {} listens on 127.0.0.1:PORT only", child.0.id());
    assert_eq!(near[0], told);
}

fn a_full_queue_of_another_process() {
    if !has("python3") {
        return;
    }
    let code = "import socket,sys,os\nfilled=[]\nfor family,at in (socket.AF_INET,('127.0.0.1',0)),(socket.AF_UNIX,'\\0full%d'%os.getpid()):\n s=socket.socket(family)\n s.bind(at)\n s.listen(0)\n c=socket.socket(family)\n c.connect(s.getsockname())\n filled+=[s,c]\nprint(filled[0].getsockname()[1],flush=True)\nsys.stdin.read()";
    let child =
        Command::new("python3").args(["-c", code]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut child = Killed(child);
    let mut port = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.0.stdout.take().unwrap()), &mut port).unwrap();
    let (port, pid) = (port.trim(), child.0.id());
    let told = shown(&format!("c = socket\nsettimeout c 0.05\nconnect c 127.0.0.1:{port}"));
    assert_eq!(told[0], format!("1 connection waits to be accepted by process python3, pid {pid}: its queue is full"));
    let told = shown(&format!("c = socket unix\nsetblocking c off\nconnect c @full{pid}"));
    assert_eq!(
        told[0],
        format!("the queue of process python3, pid {pid} is full: its connections wait to be accepted")
    );
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
            run.err.contains("\n  every port from 51234 to 51234 (IP_LOCAL_PORT_RANGE of b) is bound, or has a connection to 127.0.0.1:"),
            "{}",
            run.err
        );
    }
}

/// What these lines' error shows a user who has no privilege, where such a one can run the program.
fn by_nobody(lines: &str) -> Option<String> {
    use std::os::unix::process::CommandExt;
    let folder = Folder::new();
    let program = folder.path().join("sockpit");
    std::fs::copy(common::SOCKPIT, &program).unwrap();
    let mut command = Command::new(&program);
    command.args(["-c", lines]);
    if rustix::process::geteuid().is_root() {
        command.uid(65534).gid(65534);
    }
    String::from_utf8(command.output().ok()?.stderr).ok()
}

fn a_port_that_belongs_to_root() {
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap();
    let first: u16 = first.trim().parse().unwrap();
    if first < 2 {
        return;
    }
    let Some(err) = by_nobody("s = socket\nbind s 127.0.0.1:1") else { return };
    assert!(
        err.contains(&format!("\n  port 1 is below {first}: those are for root (CAP_NET_BIND_SERVICE)\n")),
        "{err}"
    );
}

fn sockets_that_are_not_for_everybody() {
    let raw = "SOCK_RAW needs the capability CAP_NET_RAW, as root has it: this process has it not";
    for (family, protocol) in [("AF_INET", "IPPROTO_ICMP"), ("AF_INET6", "IPPROTO_ICMPV6")] {
        let err = by_nobody(&format!("socket {family} SOCK_RAW {protocol}")).unwrap_or_else(|| raw.to_string());
        assert!(err.contains(raw), "{err}");
        let range = std::fs::read_to_string("/proc/sys/net/ipv4/ping_group_range").unwrap();
        let range: Vec<&str> = range.split_whitespace().collect();
        let ping = run(&["-c", &format!("socket {family} SOCK_DGRAM {protocol}")]);
        let why = format!(
            "\n  {protocol} with SOCK_DGRAM is for the groups of net.ipv4.ping_group_range, {}: ",
            range.join(" to ")
        );
        assert!(ping.status == 0 || ping.err.contains(&why), "{}", ping.err);
    }
    let packets = "AF_PACKET needs the capability CAP_NET_RAW";
    let err = by_nobody("socket AF_PACKET SOCK_DGRAM 768").unwrap_or_else(|| packets.to_string());
    assert!(err.contains(packets), "{err}");
}

fn more_descriptors_than_a_message_takes() {
    let fds = ["f"; 254].join(",");
    let cause = ["the message has 254 descriptors, and one takes 253 at most (SCM_MAX_FD)", "try: several messages"];
    for pair in ["socketpair", "socketpair AF_UNIX SOCK_DGRAM"] {
        assert_eq!(shown(&format!("a, b = {pair}\nf = open /dev/null\nsendmsg a x fds={fds}")), cause);
    }
}

fn numbers_of_which_the_kernel_makes_others() {
    let setting = |name: &str| {
        let text = std::fs::read_to_string(format!("/proc/sys/net/core/{name}")).unwrap();
        text.trim().parse::<i32>().unwrap()
    };
    let says = |lines: &str, remark: &str| {
        let run = run(&["--timeout", "20", "-c", lines]);
        assert!(run.out.contains(&format!("\n  # {remark}")), "{lines}: not {remark}\n{}{}", run.out, run.err);
    };
    for (option, name) in [("SO_RCVBUF", "rmem_max"), ("SO_SNDBUF", "wmem_max")] {
        let most = setting(name);
        let told = format!("{option} is {}, not twice 1000000000: net.core.{name} is {most}, ", 2 * most);
        for made in ["s = socket", "s = socket udp6", "s, t = socketpair"] {
            says(&format!("{made}\nsetsockopt s {option} 1000000000"), &told);
        }
        let least = run(&["-c", &format!("s = socket\nsetsockopt s {option} 1")]).out;
        assert!(
            least.contains(&format!("# {option} is ")) && least.contains(", not twice 1: the kernel takes no less")
        );
        let kept = run(&["-c", &format!("s = socket\nsetsockopt s {option} 10000")]).out;
        assert!(!kept.contains('#'), "{kept}");
    }
    let told = format!("the backlog is {}, not 1000000: net.core.somaxconn allows no more", setting("somaxconn"));
    says("s = create_server 127.0.0.1:0 backlog=1000000", &told);
    says("s = socket AF_INET6\nlisten s 1000000\nwhy s", &told);
    says("s = socket\nsetsockopt s TCP_DEFER_ACCEPT 5", "TCP_DEFER_ACCEPT is 7 now, not 5");
}

fn a_peer_in_another_process_that_closed() {
    if !has("python3") {
        return;
    }
    let code = "import socket\ns=socket.socket()\ns.bind(('127.0.0.1',0))\ns.listen()\nprint(s.getsockname()[1],flush=True)\ns.accept()[0].close()";
    let (_child, port) = python(code);
    let lines = format!("c = create_connection 127.0.0.1:{}\nrecv c 10\nsend c a\npoll c PRI 1\nsend c b", port.trim());
    assert_eq!(
        shown(&lines),
        [
            "the peer 127.0.0.1:PORT had closed, as the receive on line 2 told; then the connection was reset",
            "try: close c, and connect a new socket",
        ]
    );
}

fn a_peer_in_another_process_that_reads_nothing() {
    if !has("python3") {
        return;
    }
    let code = "import socket,sys\ns=socket.create_server(('127.0.0.1',0))\nprint(s.getsockname()[1],flush=True)\nc=s.accept()\nd=s.accept()\nsys.stdin.read()";
    let (_child, port) = python(code);
    let lines = format!(
        "c = create_connection 127.0.0.1:{0}\nsettimeout c 0.1\nlet big = \"x\" * 20000000\nexpect timeout sendall c $big\n\
         why\nclose c\nwhy c\ndiagram\nd = create_connection 127.0.0.1:{0}\nsetsockopt d TCP_USER_TIMEOUT 200\n\
         expect ETIMEDOUT sendall d $big\nwhy",
        port.trim()
    );
    let shown = normalised(&run(&["--timeout", "20", "-c", &lines]).out);
    for line in [
        "  the buffers are full: the other end, 127.0.0.1:PORT, does not receive, so what came is not read",
        "  line 6   c: closed; its FIN waits behind ",
        "  c: closed; the kernel has ",
        "6  close: FIN waits behind ",
        "  d gave the connection up: nothing of what it had to send was acknowledged for 200 ms, its TCP_USER_TIMEOUT",
        "  the other end, 127.0.0.1:PORT, does not receive, so what came is not read (",
    ] {
        assert!(shown.lines().any(|shown| shown.starts_with(line)), "{line}\n{shown}");
    }
    assert!(!shown.contains("-FIN-"), "{shown}");
}

fn a_datagram_that_another_process_is_given() {
    let lines = "a = socket udp\nsetsockopt a SO_REUSEADDR 1\nbind a 127.0.0.1:0\nat = getsockname a\nready = mpqueue\n\
                 def rival where ready\n  b = socket udp\n  setsockopt b SO_REUSEADDR 1\n  bind b $where\n  \
                 put $ready bound\n  recv b 100\nend\nspawned = process rival $at $ready\nget ready\nsettimeout a 0.05\n\
                 recv a 100";
    let shown = shown(lines);
    let rest = " has 127.0.0.1:PORT, too: the last one that was bound is given what is sent there";
    assert!(shown[0].starts_with("process sockpit, pid ") && shown[0].ends_with(rest), "{shown:?}");
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

fn what_is_not_kept_any_more_is_not_made_up() {
    let lines = "r = socket udp\nbind r 127.0.0.1:0\nat = getsockname r\nu = socket udp\nconnect u $at\na, b = socketpair\n\
                 repeat 2100\nsend u x\nrecv r 9\nend\nclose u\nwhy u\ndiagram u\nwhy a\ndiagram a b";
    let run = run(&["--timeout", "60", "-c", lines]);
    assert_eq!(run.status, 0, "{}", run.err);
    let told: Vec<&str> = run.out.lines().skip_while(|line| !line.ends_with("> close u")).collect();
    let told = told.join("\n");
    // It is UDP: its close sends nothing. Where its lane begins is not known.
    assert!(!told.contains("FIN") && !told.contains('*'), "{told}");
    assert_eq!(told.matches("what happened:\n  ...\n").count(), 2, "{told}");
    assert!(told.contains("nothing is known to have happened to a socket"), "{told}");
}

fn an_error_is_told_by_its_call_or_the_one_it_is_like_or_by_any() {
    let told = |call, number| usual(call, Name::Errno(number)).unwrap_or_default();
    assert!(told("bind", libc::EADDRINUSE).1.contains("SO_REUSEADDR"));
    assert_eq!(told("sendmsg", libc::ECONNRESET), told("send", libc::ECONNRESET));
    assert_eq!(told("sendmsg", libc::EACCES), told("sendto", libc::EACCES));
    assert_eq!(told("recv", libc::ENXIO), (errno::by_number(libc::ENXIO).unwrap().advice, ""));
    for call in ["accept", "recv", "send", "anything"] {
        assert!(told(call, libc::EAGAIN).0.contains("not a failure"), "{call}");
    }
    assert!(told("connect", libc::EINPROGRESS).0.contains("not a failure"));
    assert!(usual("bind", Name::Errno(libc::EXFULL)).is_none() && usual("bind", Name::Errno(100_000)).is_none());
}
