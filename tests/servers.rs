//! The server lessons against clients from outside: real `python3` sockets, well-behaved and not.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::common::{Killed, command, has};

tests![clients_from_outside_do_not_hurt_each_other,];

/// What the clients have in common: they know the port, nothing takes them longer than 20 seconds, and they end by
/// saying that they were served.
const PRELUDE: &str = r#"
import socket, struct, sys, time
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
def take(n):
    data = b""
    while len(data) < n:
        piece = s.recv(n - len(data))
        assert piece, f"the stream ends after {data!r}"
        data += piece
    return data
def ask(name):
    s.sendall(name)
    answer = take(len(name) + 8)
    assert answer == b"Hello, " + name + b"!", answer
assert take(8) == b"Welcome!"
"#;

/// The document's client.
const POLITE: &str = r#"
for name in (b"Michael", b"Tracy", b"Sarah"):
    ask(name)
s.sendall(b"exit")
assert s.recv(1) == b""
print("served")
"#;

/// Byte by byte, with pauses, the last of them until its standard input ends. What comes together is greeted together, so
/// only the letters are compared.
const SLOW: &str = r#"
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
for byte in b"Michael":
    s.sendall(bytes([byte]))
    time.sleep(0.03)
sys.stdin.read()
answer = b""
while answer.replace(b"Hello, ", b"").replace(b"!", b"") != b"Michael":
    piece = s.recv(1024)
    assert piece, answer
    answer += piece
s.sendall(b"exit")
assert s.recv(1) == b""
print("served")
"#;

/// Goes with a reset.
const RESETS: &str = r#"
ask(b"Tracy")
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
s.close()
print("served")
"#;

/// Goes without `exit`, and leaves answers unread.
const VANISHES: &str = r#"
s.sendall(b"Sarah")
import os
os.write(1, b"served\n")
os._exit(0)
"#;

/// Sends what is no text: its connection ends, and no other.
const NO_TEXT: &str = r#"
ask(b"Tracy")
s.sendall(b"\xff\xfe")
assert s.recv(1) == b""
print("served")
"#;

/// A running server: the port it printed, and the lines that it prints from then on.
fn server(script: &str) -> (Killed, String, Receiver<String>) {
    let path = crate::files::lesson(script);
    let mut child = Killed(
        command(&["-q", "--timeout", "60", path.to_str().unwrap(), "0", "--as", "server"])
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap(),
    );
    let out = BufReader::new(child.0.stdout.take().unwrap());
    let (give, lines) = channel();
    std::thread::spawn(move || {
        for line in out.lines() {
            if give.send(line.unwrap()).is_err() {
                return;
            }
        }
    });
    let first = lines.recv_timeout(Duration::from_secs(20)).unwrap();
    let port = first.strip_prefix("port ").unwrap().to_string();
    (child, port, lines)
}

fn client(port: &str, program: &str) -> Killed {
    let program = format!("{PRELUDE}{program}");
    let mut python = Command::new("python3");
    python.args(["-c", &program, port]).stdin(Stdio::piped()).stdout(Stdio::piped());
    Killed(python.spawn().unwrap())
}

fn served(who: &str, mut client: Killed) {
    drop(client.0.stdin.take());
    let mut line = String::new();
    BufReader::new(client.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "served\n", "{who}");
    assert!(client.0.wait().unwrap().success(), "{who}");
}

fn clients_from_outside_do_not_hurt_each_other() {
    if !has("python3") {
        return;
    }
    let (mut server, port, lines) = server("10-concurrent-server");
    let programs = [
        ("slow", SLOW),
        ("polite 1", POLITE),
        ("resets", RESETS),
        ("polite 2", POLITE),
        ("vanishes", VANISHES),
        ("polite 3", POLITE),
        ("no text", NO_TEXT),
        ("polite 4", POLITE),
        ("polite 5", POLITE),
        ("polite 6", POLITE),
    ];
    // All ten at once, but the first is there before the others.
    let mut clients = Vec::new();
    for (who, program) in programs {
        clients.push((who, client(&port, program)));
        if clients.len() == 1 {
            while !lines.recv_timeout(Duration::from_secs(20)).unwrap().contains("Accept new connection from") {}
        }
    }
    // The slow one came first and stays until the others have gone.
    for (who, client) in clients.into_iter().rev() {
        served(who, client);
    }
    // Each of the ten has come to its end at the server, too: no handler hangs.
    let (mut begun, mut ended) = (1, 0);
    while ended < programs.len() {
        let line = lines.recv_timeout(Duration::from_secs(20)).unwrap();
        begun += usize::from(line.contains("Accept new connection from"));
        ended += usize::from(line.ends_with(" closed."));
    }
    assert_eq!(begun, programs.len());
    // The server lives, and serves an eleventh.
    assert!(server.0.try_wait().unwrap().is_none());
    served("the eleventh", client(&port, POLITE));
    assert!(server.0.try_wait().unwrap().is_none());
}
