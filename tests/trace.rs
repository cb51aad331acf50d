//! `trace on` shows the system calls that strace sees, in their order.

use std::process::Command;

use crate::common::{self, Folder, SOCKPIT, lines, run};

tests![it_shows_what_strace_sees, what_is_shown_and_what_came_from_outside_is_apart,];

/// The calls that both are asked for. What sockpit asks to show a value, and what is about its loop, is not among them.
const CALLS: &str = "socket,socketpair,bind,listen,accept4,connect,sendto,recvfrom,sendmsg,recvmsg,shutdown,setsockopt,\
    getsockopt,ppoll,sendfile";

const PROGRAM: &str = "\
trace on
srv = socket
setsockopt srv SO_REUSEADDR 1
bind srv 127.0.0.1:0
listen srv 5
where = getsockname srv
conn, peer = accept srv &
cli = socket
connect cli $where
wait 1
send cli \"hello\\r\\n\"
recv conn 1024
setblocking conn off
expect EAGAIN recv conn 10 MSG_PEEK
poll conn IN|OUT
sendmsg cli one two
recvmsg conn 100
getsockopt cli SO_ERROR
expect ENOPROTOOPT setsockopt cli SO_TYPE 1
shutdown cli wr
recv conn 10
left, right = socketpair unix dgram
settimeout right 0.01
expect timeout recvfrom right 10
send left x
recvfrom right 10
u = socket udp
sendto u hi 127.0.0.1:9
f = open data w
write f \"from a file\"
close f
sendfile cli data
";

/// A line of either: the call's name, its first argument and its result.
fn essence(line: &str) -> Option<(String, String, String)> {
    let (call, result) = line.rsplit_once(" = ")?;
    let (name, args) = call.split_once('(')?;
    let first = args.split([',', ')']).next()?;
    // strace's own note on what poll(2) found, and its spelling of the descriptor there.
    let result = result.split(" ([").next()?.trim();
    let first = first.trim_start_matches("[{fd=");
    CALLS.split(',').any(|c| c == name).then(|| (name.into(), first.into(), result.into()))
}

fn it_shows_what_strace_sees() {
    if !common::has_strace() {
        return;
    }
    let folder = Folder::new();
    // A send that a shutdown forbids is the last line on purpose: an error is told as well.
    let script =
        folder.file("x.sock", PROGRAM.replace("sendfile cli data", "expect EPIPE sendfile cli data").as_bytes());
    let seen = folder.path().join("seen");
    let out = Command::new("strace")
        .args(["-qq", "-o", seen.to_str().unwrap(), "-e"])
        .arg(format!("trace={CALLS}"))
        .args([SOCKPIT, &script])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{told}\n{}", String::from_utf8_lossy(&out.stderr));
    let told: Vec<_> = told.lines().filter_map(|l| essence(l.strip_prefix("  | ")?)).collect();
    let seen = std::fs::read_to_string(seen).unwrap();
    let seen: Vec<_> = seen.lines().filter_map(essence).collect();
    // The loop's own pipe for signals.
    let own = |(name, first, _): &&(String, String, String)| name == "socketpair" && first == "AF_UNIX";
    assert_eq!(seen.iter().filter(own).count(), 2);
    let seen: Vec<_> = {
        let mut pairs = 0;
        seen.into_iter()
            .filter(|call| {
                pairs += usize::from(own(&call));
                !(own(&call) && pairs == 1)
            })
            .collect()
    };
    assert!(told.len() > 25, "{told:?}");
    assert_eq!(told, seen);
}

fn what_is_shown_and_what_came_from_outside_is_apart() {
    // Bytes are escaped; a value's own looks at its socket are left out; with -q there is nothing to show.
    let text = "trace on\na, b = socketpair\nprint $a\nsend a \"\\x1b[31m\\r\"";
    let shown = run(&["-c", text]).out;
    assert!(shown.contains("\"\\x1b[31m\\r\", 6, 0") && !shown.contains('\u{1b}'), "{shown}");
    assert_eq!(shown.matches("getpeername").count(), 0, "{shown}");
    assert_eq!(lines(&format!("{text}\nprint end")).out.lines().last(), Some("end"));
    assert!(!lines(text).out.contains("sendto"));
    let json = run(&["--json", "-c", text]).out;
    assert!(json.contains(r#""event":"traced""#), "{json}");
    assert_eq!(run(&["-q", "-c", "expect Usage trace perhaps"]).status, 0);
}
