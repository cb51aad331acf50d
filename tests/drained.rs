//! Streams from outside that are read until nothing is left: a server does not ask for more before more has come, and
//! misses nothing of what comes beside data.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::net::{SendFlags, send};

use crate::common::{Folder, Killed, SOCKPIT, has_strace};

tests![a_request_is_one_receive_and_one_send, the_end_that_comes_with_data, what_stands_behind_an_urgent_byte];

/// Echoes to so many clients until each has ended its side, says `end`, and lets the last end the server.
const SERVER: &str = "srv = create_server 127.0.0.1:0\nat = getsockname srv\nprint $at\n\
                      def serve c\n  loop\n    d = recv c 64\n    if not $d\n      break\n    end\n    sendall c $d\n  end\n  \
                      sendall c end\n  close c\nend\n\
                      repeat $1\n  c, peer = accept srv\n  t = spawn serve $c\nend\n";

/// A server under that command for so many clients, and they.
fn serve(mut command: Command, count: usize) -> (Killed, Vec<TcpStream>) {
    let folder = Folder::new();
    command.args(["-q", &folder.file("server.sock", SERVER.as_bytes()), &count.to_string()]);
    let mut server = Killed(command.process_group(0).stdout(Stdio::piped()).spawn().unwrap());
    let mut at = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut at).unwrap();
    let client = |_| {
        let client = TcpStream::connect(at.trim()).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        client.set_nodelay(true).unwrap();
        client
    };
    (server, (0..count).map(client).collect())
}

fn asked(mut client: &TcpStream) {
    client.write_all(b"x").unwrap();
    client.read_exact(&mut [0]).unwrap();
}

fn a_request_is_one_receive_and_one_send() {
    if !has_strace() {
        return;
    }
    let folder = Folder::new();
    let told = folder.file("told", b"");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-o", &told, "-e", "trace=recvfrom,sendto", SOCKPIT]);
    let (mut server, clients) = serve(strace, 10);
    for _ in 0..20 {
        clients.iter().for_each(asked);
    }
    for client in &clients {
        client.shutdown(Shutdown::Write).unwrap();
    }
    assert!(server.0.wait().unwrap().success());
    let told = std::fs::read_to_string(&told).unwrap();
    let count = |call: &str| told.lines().filter(|line| line.contains(call)).count();
    // Each has an end of its own, and perhaps two receives too early: the first, and that when the poller knows the socket,
    // which has room to send.
    assert_eq!(count("sendto("), 10 * 20 + 10);
    assert!((10 * 20 + 10..=10 * 20 + 30).contains(&count("recvfrom(")), "{} receives", count("recvfrom("));
}

fn the_end_that_comes_with_data() {
    let (mut server, clients) = serve(Command::new(SOCKPIT), 50);
    for mut client in &clients {
        asked(client);
        // Kept back, it goes with the end in one segment.
        send(client, b"last", SendFlags::MORE).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut rest = String::new();
        client.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "lastend");
    }
    assert!(server.0.wait().unwrap().success());
}

fn what_stands_behind_an_urgent_byte() {
    let (mut server, clients) = serve(Command::new(SOCKPIT), 50);
    for mut client in &clients {
        asked(client);
        send(client, b"ab", SendFlags::MORE).unwrap();
        send(client, b"c", SendFlags::OOB | SendFlags::MORE).unwrap();
        send(client, b"de", SendFlags::empty()).unwrap();
        let mut rest = [0; 4];
        client.read_exact(&mut rest).unwrap();
        assert_eq!(&rest, b"abde");
        client.shutdown(Shutdown::Write).unwrap();
        let mut rest = String::new();
        client.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "end");
    }
    assert!(server.0.wait().unwrap().success());
}
