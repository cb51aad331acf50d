//! The programs of `scripts/services` against real ones: redis-server, curl, the modules of Python.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{Folder, Killed, Run, command, has};

tests![
    a_websocket_client_gets_its_messages_back,
    a_name_is_asked_for_and_the_answer_taken_apart,
    a_pipeline_of_redis_is_answered_in_order,
    a_page_is_got_whichever_way_its_length_is_told,
    curl_gets_pages_and_posts,
    who_chats_hears_the_others_and_who_leaves_is_missed,
    a_letter_is_taken_by_a_mail_server,
    a_service_that_nobody_offers_is_said_to_be_missing,
];

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/services").join(name)
}

/// Run a client of a service to its end.
fn client(name: &str, args: &[&str]) -> Run {
    Run::of(command(&["-q", "--timeout", "30", script(name).to_str().unwrap()]).args(args))
}

/// A server, and the lines it prints.
struct Server {
    child: Killed,
    lines: std::sync::mpsc::Receiver<String>,
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut child = Killed(command.stdout(Stdio::piped()).spawn().unwrap());
        let out = BufReader::new(child.0.stdout.take().unwrap());
        let (give, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| give.send(line)));
        Self { child, lines }
    }

    /// A service of ours, on a port that the kernel chooses.
    fn of(name: &str) -> Self {
        Self::start(command(&["-q", "--timeout", "60", script(name).to_str().unwrap(), "0"]).stderr(Stdio::inherit()))
    }

    /// A server in Python, which prints its port first.
    fn python(program: &str) -> Self {
        Self::start(Command::new("python3").args(["-u", "-c", program]))
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(30)).expect("it prints a line")
    }

    fn port(&self) -> String {
        self.line().trim_start_matches("port ").to_string()
    }

    fn lives(&mut self) -> bool {
        self.child.0.try_wait().unwrap().is_none()
    }
}

/// Run a program in Python to its end; it is to end well.
fn python(program: &str, args: &[&str]) -> String {
    let run = Run::of(Command::new("python3").args(["-c", program]).args(args));
    assert!(run.status == 0, "{}{}", run.out, run.err);
    run.out
}

const WEBSOCKET: &str = r#"
import base64, hashlib, os, socket, struct, sys

class WebSocket:
    def __init__(self, port):
        self.s = socket.create_connection(("127.0.0.1", port), 20)
        key = base64.b64encode(os.urandom(16))
        self.s.sendall(b"GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       b"SEC-WebSocket-key:  " + key + b"\r\nSec-WebSocket-Version: 13\r\n\r\n")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.take(1)
        assert head.startswith(b"HTTP/1.1 101 "), head
        proof = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        assert b"Sec-WebSocket-Accept: " + proof + b"\r\n" in head, head
    def take(self, n):
        data = b""
        while len(data) < n:
            piece = self.s.recv(n - len(data))
            assert piece, data
            data += piece
        return data
    def send(self, kind, data, last=True, split=False):
        n = len(data)
        size = bytes([0x80 | n]) if n < 126 else struct.pack("!BH", 0xfe, n) if n < 65536 else struct.pack("!BQ", 0xff, n)
        mask = os.urandom(4)
        frame = bytes([(0x80 if last else 0) | kind]) + size + mask + bytes(b ^ mask[i & 3] for i, b in enumerate(data))
        for piece in ([frame[i:i+1] for i in range(len(frame))] if split else [frame]):
            self.s.sendall(piece)
    def receive(self):
        first, second = self.take(2)
        n = second & 0x7f
        assert second < 128, "a server does not mask"
        if n == 126: n, = struct.unpack("!H", self.take(2))
        elif n == 127: n, = struct.unpack("!Q", self.take(8))
        return first, self.take(n)

port = int(sys.argv[1])
w = WebSocket(port)
other = WebSocket(port)
for size in (0, 1, 3, 125, 126, 127, 65535, 65536, 70000):
    data = bytes(os.urandom(size))
    w.send(2, data)
    assert w.receive() == (0x82, data), size
w.send(1, "héllo".encode(), split=True)
assert w.receive() == (0x81, "héllo".encode())
w.send(9, b"are you there")
assert w.receive() == (0x8a, b"are you there")
# In pieces, with a ping between them.
w.send(1, b"one ", last=False)
w.send(0, b"two ", last=False)
w.send(9, b"")
w.send(10, b"nobody asked")
w.send(0, b"three")
assert w.receive() == (0x8a, b"")
assert w.receive() == (0x81, b"one two three")
# Two frames in one segment, and the other client meanwhile.
other.send(1, b"me too")
assert other.receive() == (0x81, b"me too")
w.send(8, struct.pack("!H", 1000) + b"bye")
assert w.receive() == (0x88, struct.pack("!H", 1000))
assert w.s.recv(1) == b""
# One goes without a word, one is no client at all, one does not mask, one is too large.
other.s.close()
s = socket.create_connection(("127.0.0.1", port), 20)
s.sendall(b"GET / HTTP/1.1\r\n\r\n")
assert s.recv(100).startswith(b"HTTP/1.1 400 ")
w = WebSocket(port)
w.s.sendall(b"\x81\x03abc")
assert w.receive() == (0x88, struct.pack("!H", 1009))
w = WebSocket(port)
w.s.sendall(b"\x82\xff" + struct.pack("!Q", 1 << 60))
assert w.receive()[0] == 0x88
print("well")
"#;

fn a_websocket_client_gets_its_messages_back() {
    if !has("python3") {
        return;
    }
    let mut server = Server::of("websocket-server.sock");
    let port = server.port();
    assert_eq!(python(WEBSOCKET, &[&port]), "well\n");
    assert_eq!(python(WEBSOCKET, &[&port]), "well\n");
    assert!(server.lives());
}

/// Answers with a message for somebody else first, then with names that are shortened.
const NAMES: &str = r#"
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])
def record(owner, kind, data):
    return owner + struct.pack("!HHIH", kind, 1, 300, len(data)) + data
while True:
    query, client = s.recvfrom(512)
    id, flags, *counts = struct.unpack("!6H", query[:12])
    assert flags == 0x0100 and counts == [1, 0, 0, 0], query
    question, (kind, cls) = query[12:], struct.unpack("!HH", query[-4:])
    asked = b"\xc0\x0c"
    s.sendto(struct.pack("!6H", id ^ 1, 0x8180, 0, 0, 0, 0), client)
    if b"\x07nowhere" in query:
        s.sendto(struct.pack("!6H", id, 0x8183, 1, 0, 0, 0) + question, client)
        continue
    if b"\x04loop" in query:
        s.sendto(struct.pack("!6H", id, 0x8180, 1, 1, 0, 0) + question + record(b"\xc0" + bytes([12 + len(question)]), 1, b"abcd"), client)
        continue
    answers = []
    if kind == 1:
        answers.append(record(asked, 5, b"\x03www\xc0\x0c"))
        place = 12 + len(question) + 12
        answers.append(record(struct.pack("!H", 0xc000 | place), 1, bytes([127, 0, 0, 5])))
    if kind == 28: answers.append(record(asked, 28, socket.inet_pton(socket.AF_INET6, "fe80::5")))
    if kind == 15: answers += [record(asked, 15, b"\0\x0a\x04mail\xc0\x0c"), record(asked, 15, b"\0\x14\x02mx\x05other\x04test\0")]
    if kind == 16: answers.append(record(asked, 16, b"\x05hello\x03a b"))
    if kind == 6: answers.append(record(asked, 99, b"\x01\xff"))
    s.sendto(struct.pack("!6H", id, 0x8580, 1, len(answers), 0, 0) + question + b"".join(answers), client)
"#;

fn a_name_is_asked_for_and_the_answer_taken_apart() {
    if !has("python3") {
        return;
    }
    let server = Server::python(NAMES);
    let address = format!("127.0.0.1:{}", server.port());
    for (name, kind, answer) in [
        (
            "example.test",
            "A",
            "status NOERROR, flags qr aa rd ra\nexample.test 300 CNAME www.example.test\nwww.example.test 300 A 127.0.0.5\n",
        ),
        ("example.test.", "AAAA", "status NOERROR, flags qr aa rd ra\nexample.test 300 AAAA fe80::5\n"),
        (
            "example.test",
            "MX",
            "status NOERROR, flags qr aa rd ra\nexample.test 300 MX 10 mail.example.test\n\
             example.test 300 MX 20 mx.other.test\n",
        ),
        ("a.b.test", "TXT", "status NOERROR, flags qr aa rd ra\na.b.test 300 TXT b\"hello\" b\"a b\"\n"),
        ("example.test", "SOA", "status NOERROR, flags qr aa rd ra\nexample.test 300 TYPE99 01ff\n"),
        ("example.test", "PTR", "status NOERROR, flags qr aa rd ra\n"),
    ] {
        let run = client("dns-query.sock", &[name, &address, kind]);
        assert_eq!((run.status, &*run.out, &*run.err), (0, answer, ""), "{name} {kind}");
    }
    let run = client("dns-query.sock", &["nowhere.test", &address]);
    assert_eq!((run.status, &*run.out), (1, "status NXDOMAIN, flags qr rd ra\n"));
    // A name whose rest is said to stand where it stands itself has no end.
    let run = client("dns-query.sock", &["loop.test", &address]);
    assert!(run.status == 1 && run.err.contains("does not hold"), "{}{}", run.out, run.err);
}

fn a_pipeline_of_redis_is_answered_in_order() {
    if !has("redis-server") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path().join("redis.s");
    let path = path.to_str().unwrap();
    let server = Server::start(Command::new("redis-server").args([
        "--port",
        "0",
        "--unixsocket",
        path,
        "--save",
        "",
        "--dir",
        folder.path().to_str().unwrap(),
    ]));
    while !server.line().contains("eady to accept connections") {}
    // Twice: it leaves nothing behind.
    for _ in 0..2 {
        let run = client("redis-pipeline.sock", &[path]);
        let wanted = "\"PONG\"\n\"OK\"\nb\"hello\"\n0\n3\n[b\"one\", b\"two\", b\"three\"]\n14\nb\"hello, world\\r\\n\"\n14\n1\n\
                      \"(error) ERR value is not an integer or out of range\"\nnone\n3\n";
        assert_eq!((run.status, &*run.out, &*run.err), (0, wanted, ""));
    }
}

/// Answers in the ways that http.server does not.
const PAGES: &str = r#"
import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1])
while True:
    c, _ = s.accept()
    head = b""
    while b"\r\n\r\n" not in head: head += c.recv(1000)
    if b" /chunked " in head:
        pieces = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n5\r\nhello\r\n",
                  b"A;x=y\r\n, world!\r\n\r\n0", b"\r\n\r\n"]
    else:
        pieces = [b"HTTP/1.0 200 OK\r\n\r\nto the ", b"end \xff"]
    for piece in pieces:
        for byte in piece: c.sendall(bytes([byte]))
    c.close()
"#;

fn a_page_is_got_whichever_way_its_length_is_told() {
    if !has("python3") {
        return;
    }
    let folder = Folder::new();
    folder.file("page.txt", "grüße\nzwei\n".as_bytes());
    let server = Server::start(
        Command::new("python3")
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"])
            .current_dir(folder.path())
            .stderr(Stdio::null()),
    );
    let line = server.line();
    let port = line.split_once(" port ").unwrap().1.split(' ').next().unwrap();
    let address = format!("127.0.0.1:{port}");
    let run = client("http-get.sock", &[&address, "/page.txt"]);
    let wanted = "status 200\ntype text/plain\nlength 13\ngrüße\nzwei\n\n";
    assert_eq!((run.status, &*run.out, &*run.err), (0, wanted, ""));
    let run = client("http-get.sock", &[&address, "/nothing"]);
    assert!(run.status == 0 && run.out.starts_with("status 404\ntype text/html"), "{}{}", run.out, run.err);

    let server = Server::python(PAGES);
    let address = format!("127.0.0.1:{}", server.port());
    let run = client("http-get.sock", &[&address, "/chunked"]);
    assert_eq!(
        (run.status, &*run.out),
        (0, "status 200\ntype text/plain\nlength 15\nhello, world!\\r\n\n"),
        "{}",
        run.err
    );
    let run = client("http-get.sock", &[&address, "/"]);
    let dump = "00000000  74 6f 20 74 68 65 20 65  6e 64 20 ff              |to the end .|\n0000000c\n";
    assert_eq!((run.status, &*run.out), (0, &*format!("status 200\ntype none\nlength 12\n{dump}")), "{}", run.err);
}

fn curl_gets_pages_and_posts() {
    if !has("curl") {
        return;
    }
    let mut server = Server::of("http-server.sock");
    let port = server.port();
    let curl = |args: &[&str], input: &[u8]| {
        let args: Vec<String> = args.iter().map(|a| a.replace("PORT", &port)).collect();
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--max-time", "20"]).args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = curl.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Run::from(child.wait_with_output().unwrap()).out
    };
    let page = "<!doctype html><title>sockpit</title><p>Hello from a socket.</p>\n";
    assert_eq!(curl(&["http://127.0.0.1:PORT/"], b""), page);
    assert_eq!(curl(&["http://127.0.0.1:PORT/hello?x=y&name=gr%C3%BC%C3%9Fe+%25"], b""), "hello, grüße %\n");
    assert_eq!(curl(&["--data-binary", "@-", "http://127.0.0.1:PORT/echo"], b"some data\n"), "some data\n");
    let large = "x".repeat(300_000);
    assert_eq!(
        curl(
            &["-T", "-", "-X", "POST", "-H", "Content-Length: 300000", "http://127.0.0.1:PORT/echo"],
            large.as_bytes()
        )
        .len(),
        300_000
    );
    assert_eq!(curl(&["-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:PORT/nothing"], b""), "404");
    assert_eq!(curl(&["-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:PORT/echo"], b""), "405");
    assert!(curl(&["-I", "http://127.0.0.1:PORT/"], b"").contains("Content-Length: 65\r\n"));
    // Three requests on one connection.
    let three = ["http://127.0.0.1:PORT/hello", "http://127.0.0.1:PORT/hello?name=b", "http://127.0.0.1:PORT/"];
    let counts = [&["-w", "%{num_connects} "][..], &three].concat();
    let out = curl(&counts, b"");
    assert_eq!(out, format!("hello, world\n1 hello, b\n0 {page}0 "));
    // What is no request, and nothing at all.
    for bytes in [&b"hm\r\n\r\n"[..], b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"", b"GET"] {
        let mut stream = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        stream.write_all(bytes).unwrap();
    }
    assert_eq!(curl(&["http://127.0.0.1:PORT/hello"], b""), "hello, world\n");
    assert!(server.lives());
}

const CHAT: &str = r#"
import socket, sys
port = int(sys.argv[1])
class Client:
    def __init__(self, name, first=None):
        self.s = socket.create_connection(("127.0.0.1", port), 20)
        self.f = self.s.makefile("rw", encoding="utf-8", newline="\n")
        self.hears("Who are you?")
        if first is not None:
            self.says(first)
            self.hears("Another name, please.")
        self.says(name)
        self.hears(f"Welcome, {name}.")
    def says(self, line):
        self.f.write(line + "\n"); self.f.flush()
    def hears(self, line):
        got = self.f.readline()
        assert got == line + "\n", (got, line)
ann = Client("ann")
bob = Client("bob", first="ann")
ann.hears("* bob has come")
cy = Client("çy")
ann.hears("* çy has come"); bob.hears("* çy has come")
ann.says("hello all")
bob.hears("ann: hello all"); cy.hears("ann: hello all")
bob.says("")
bob.says("/who")
bob.hears("* here: ann, bob, çy")
bob.says("hi")
ann.hears("bob: hi"); cy.hears("bob: hi")
# One says goodbye, one goes without a word, one sends what is no text.
bob.says("/quit")
assert bob.f.readline() == ""
ann.hears("* bob has gone"); cy.hears("* bob has gone")
cy.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
cy.f.close(); cy.s.close()
ann.hears("* çy has gone")
dee = Client("dee")
ann.hears("* dee has come")
dee.s.sendall(b"\xff\xfe\n")
assert dee.f.readline() == ""
ann.hears("* dee has gone")
ann.says("/who")
ann.hears("* here: ann")
half = socket.create_connection(("127.0.0.1", port), 20)
half.close()
ann.says("/quit")
assert ann.f.readline() == ""
print("well")
"#;

fn who_chats_hears_the_others_and_who_leaves_is_missed() {
    if !has("python3") {
        return;
    }
    let mut server = Server::of("chat-server.sock");
    let port = server.port();
    assert_eq!(python(CHAT, &[&port]), "well\n");
    assert!(server.line().ends_with("ann has come"));
    // The names are free again.
    assert_eq!(python(CHAT, &[&port]), "well\n");
    assert!(server.lives());
}

/// Takes one letter and prints what it was told.
const MAIL: &str = r#"
import socket, sys
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1])
c, _ = s.accept()
f = c.makefile("rw", newline="\r\n")
def answer(text): f.write(text + "\r\n"); f.flush()
answer("220 mail.test ready")
while True:
    line = f.readline().rstrip("\r\n")
    print(line.split(" ")[0] if line.startswith("EHLO ") else line)
    if line.startswith("EHLO "): f.write("250-mail.test\r\n250-SIZE 1000\r\n"); answer("250 8BITMIME")
    elif line.startswith("RCPT TO:<nobody"): answer("550 no such user")
    elif line == "DATA":
        answer("354 go on")
        while (line := f.readline().rstrip("\r\n")) != ".": print("> " + line)
        answer("250 taken")
    elif line == "QUIT": answer("221 bye"); break
    else: answer("250 ok")
print("gone")
"#;

fn a_letter_is_taken_by_a_mail_server() {
    if !has("python3") {
        return;
    }
    let send = |to: &str, letter: &[u8]| {
        let server = Server::python(MAIL);
        let address = format!("127.0.0.1:{}", server.port());
        let script = script("smtp-send.sock");
        let args = ["-q", "--timeout", "30", script.to_str().unwrap(), &address, "me@a.test", to];
        let run = crate::common::piped(&args, letter);
        (run, server.lines.iter().collect::<Vec<_>>())
    };
    let (run, heard) = send("you@b.test", b"Subject: hi\n\nline\n.dotted\n\nend");
    assert_eq!((run.status, &*run.err), (0, ""), "{}", run.out);
    assert!(run.out.starts_with("S: 220 mail.test ready\nC: EHLO "), "{}", run.out);
    let wanted = [
        "EHLO",
        "MAIL FROM:<me@a.test>",
        "RCPT TO:<you@b.test>",
        "DATA",
        "> Subject: hi",
        "> ",
        "> line",
        "> ..dotted",
        "> ",
        "> end",
        "QUIT",
        "gone",
    ];
    assert_eq!(heard, wanted);
    let (run, heard) = send("nobody@b.test", b"x\n");
    assert!(run.status == 1 && run.out.ends_with("S: 550 no such user\nrefused: 550\n"), "{}{}", run.out, run.err);
    assert!(heard.ends_with(&["QUIT".to_string(), "gone".to_string()]), "{heard:?}");
}

fn a_service_that_nobody_offers_is_said_to_be_missing() {
    // Bound, and nobody listens on it.
    use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};
    let bound = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&bound, &std::net::SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let port = std::net::SocketAddr::try_from(getsockname(&bound).unwrap()).unwrap().port();
    let address = format!("127.0.0.1:{port}");
    for name in ["redis-pipeline.sock", "http-get.sock", "smtp-send.sock"] {
        let run = client(name, &[&address]);
        assert!(run.status == 1 && run.err.contains("ECONNREFUSED"), "{name}: {}{}", run.out, run.err);
    }
}
