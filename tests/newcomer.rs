//! The first hour of somebody who knows Python, on a real terminal: a tutorial's lines are pasted, and what sockpit offers
//! is entered with Enter alone.

use std::net::{TcpListener, ToSocketAddrs};

use crate::common::Folder;
use crate::common::terminal::Terminal;

tests![
    the_line_to_write_stands_typed_and_waits_for_enter,
    a_tutorials_server_and_client_talk_line_by_line,
    a_pasted_program_is_offered_as_a_whole,
    a_program_without_a_form_swallows_nothing,
    blocks_of_python_are_typed_line_by_line,
    what_is_offered_is_dropped_or_put_aside,
];

fn prompt(rows: u16, columns: u16) -> Terminal {
    let mut t = Terminal::with(rows, columns, &[], Folder::new(), |c| {
        c.env("NO_COLOR", "1");
    });
    t.ready();
    t
}

fn pasted(text: &str) -> String {
    format!("\x1b[200~{text}\x1b[201~")
}

/// How many prompts the screen shows.
fn prompts(text: &str) -> usize {
    text.matches("sockpit>").count() + text.matches("...>").count()
}

/// Enter what is typed, and wait for the prompt after it. Gives what stands typed there.
fn enter(t: &mut Terminal) -> String {
    let before = prompts(&t.text());
    t.keys("\r");
    t.until("another prompt", |s| prompts(s) > before);
    t.wait_for("the editor", |t| !t.is_cooked());
    let text = t.text();
    text.rsplit("> ").next().filter(|_| !text.trim_end().ends_with('>')).unwrap_or("").trim_end().to_string()
}

/// Wait until the line that is edited is this one.
fn stands(t: &mut Terminal, line: &str) {
    t.until(&format!("typed already: {line}"), |s| {
        s.trim_end().ends_with(&format!("> {line}")) || (line.is_empty() && s.trim_end().ends_with('>'))
    });
    t.wait_for("the editor", |t| !t.is_cooked());
}

/// Paste a line, enter it, and enter what is offered for it: these lines.
fn follow(t: &mut Terminal, line: &str, offered: &[&str]) {
    t.keys(&pasted(line));
    t.see(line.trim());
    let mut next = enter(t);
    for line in offered {
        assert_eq!(next.trim(), line.trim(), "{}", t.text());
        next = enter(t);
    }
    assert_eq!(next.trim(), "", "{}", t.text());
}

fn the_line_to_write_stands_typed_and_waits_for_enter() {
    let mut t = prompt(40, 100);
    t.keys("s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)\r");
    t.see("write: s = socket AF_INET SOCK_STREAM");
    stands(&mut t, "s = socket AF_INET SOCK_STREAM");
    assert!(!t.text().contains("<TCP"), "nothing runs by itself");
    t.keys("\r");
    t.see("s = <TCP/IPv4 socket");
    t.ready();
    t.keys("s.bind(('127.0.0.1', 0))\r");
    stands(&mut t, "bind s 127.0.0.1:0");
    // It can be changed.
    t.keys("\x1b[D\x1b[C\x7f0\r");
    t.see("\nok");
    t.ready();
    t.keys("print(s.getsockname())\r");
    stands(&mut t, "addr = getsockname s");
    t.keys("\r");
    stands(&mut t, "print $addr");
    t.keys("\r");
    t.until("the address", |s| s.lines().any(|l| l.starts_with("127.0.0.1:")));
    t.ready();
    for line in ["import socket", "pass", "import socketserver", "fcntl(s, F_SETFL, O_NONBLOCK);", "class A:"] {
        t.keys(&format!("{line}\r"));
        t.ready();
    }
    t.keys("print still here\r");
    t.see("\nstill here");
}

/// A free port; that of the document is fixed.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// The document's program with that port. Where the machine's own name leads nowhere, as the document wants it, the
/// loopback address stands in its place.
fn document(text: &str, port: u16) -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let leads = (name.trim(), 0).to_socket_addrs().is_ok_and(|mut all| all.any(|a| TcpListener::bind(a).is_ok()));
    let text = text.replace("9999", &port.to_string());
    if leads { text } else { text.replace("socket.gethostname()", "'127.0.0.1'") }
}

/// Paste a program line by line, and enter what is offered, until nothing is.
fn type_program(t: &mut Terminal, program: &str) {
    for line in program.lines().filter(|line| !line.trim().is_empty()) {
        t.keys(&pasted(line));
        t.see(line.trim());
        while !enter(t).is_empty() {}
    }
}

fn a_tutorials_server_and_client_talk_line_by_line() {
    let port = free_port();
    let server_text = document(include_str!("foreign/welcome-server.py"), port);
    let client_text = document(include_str!("foreign/welcome-client.py"), port);
    let mut server = prompt(120, 100);
    type_program(&mut server, &server_text);
    // The loop's end: an empty line offers it.
    server.keys("\r");
    stands(&mut server, "end");
    server.keys("\r");
    server.see("waits for a connection");
    let mut client = prompt(120, 100);
    type_program(&mut client, &client_text);
    client.see("\n欢迎访问菜鸟教程!");
    server.see("连接地址: ");
    server.keys("\x03");
    server.ready();
}

fn a_pasted_program_is_offered_as_a_whole() {
    let port = free_port();
    let text = document(include_str!("foreign/welcome-server.py"), port);
    let mut server = prompt(120, 100);
    server.keys(&pasted(&text));
    server.see("no call is named `import`");
    server.see("6 statements");
    stands(&mut server, "serversocket = socket AF_INET SOCK_STREAM");
    assert!(!server.text().contains("<TCP"), "nothing runs by itself");
    for _ in 0..5 {
        enter(&mut server);
    }
    server.see("sockpit> loop\n  clientsocket, addr = accept serversocket\n");
    server.keys("\r");
    server.see("waits for a connection");
    let mut client = prompt(120, 100);
    client.keys(&pasted(&document(include_str!("foreign/welcome-client.py"), port)));
    client.see("statements");
    stands(&mut client, "s = socket AF_INET SOCK_STREAM");
    for _ in 0..6 {
        enter(&mut client);
    }
    stands(&mut client, "text = decode $msg utf-8");
    client.keys("\r");
    stands(&mut client, "print $text");
    client.keys("\r");
    client.see("\n欢迎访问菜鸟教程!");
    client.ready();
    server.keys("\x03");
    server.ready();
}

fn a_program_without_a_form_swallows_nothing() {
    let mut t = prompt(60, 100);
    let text = "class Handler(Base):\n    def handle(self):\n        print('never')\n\nHandler().run()\n";
    t.keys(&pasted(text));
    t.see("line 1 of what was pasted: a class has no form in sockpit; nothing of it is run");
    t.ready();
    t.keys("print after\r");
    t.see("\nafter");
    assert!(!t.text().contains("\nnever"), "{}", t.text());
    // Lines of both kinds are taken one by one.
    t.ready();
    t.keys(&pasted("print one\nport = 80\nprint two\nx x (\nprint three\n"));
    t.see("\nthree");
    stands(&mut t, "let port = 80");
    t.keys("\x03");
    t.ready();
}

fn blocks_of_python_are_typed_line_by_line() {
    let mut t = prompt(80, 100);
    for (line, offered) in [
        ("n = 3", &["let n = 3"][..]),
        ("while n:", &["while $n"]),
        ("    if n == 2:", &["if $n == 2"]),
        ("        print('two')", &["print \"two\""]),
        ("    else:", &["else"]),
        ("        print(f'not two: {n}')", &["print \"not two: $n\""]),
        // The block before ends first.
        ("    n -= 1", &["end", "let n = $n - 1"]),
    ] {
        follow(&mut t, line, offered);
    }
    // A line that stands before the loop's ends it, and comes after it has run.
    t.keys(&pasted("print('done')"));
    t.see("print('done')");
    t.keys("\r");
    stands(&mut t, "end");
    t.keys("\r");
    t.see("not two: 3\ntwo\nnot two: 1");
    stands(&mut t, "print \"done\"");
    t.keys("\r");
    t.see("\ndone");
}

fn what_is_offered_is_dropped_or_put_aside() {
    let mut t = prompt(60, 100);
    // Ctrl-C drops what is offered.
    t.keys("x = len('abc') + len('de')\r");
    t.see("let x = $count + $count2");
    stands(&mut t, "count = len \"abc\"");
    t.keys("\x03");
    t.ready();
    t.keys("print nothing\r");
    t.see("\nnothing");
    t.ready();
    // Another line may be typed first; one of several offered lines stands again after it.
    t.keys("print(len('abc'))\r");
    stands(&mut t, "count = len \"abc\"");
    t.keys("print between\r");
    t.see("\nbetween");
    stands(&mut t, "count = len \"abc\"");
    t.keys("\r");
    stands(&mut t, "print $count");
    // The last one is gone when another was entered instead.
    t.keys("print instead\r");
    t.see("\ninstead");
    t.ready();
    // What a terminal could obey is shown, and never sent to it.
    t.keys(&pasted("print('\u{9b}2J')\r\nprint('\u{85}')\r\n"));
    stands(&mut t, "print \"2J\"");
    t.keys("\x03");
    t.ready();
    assert!(t.text().contains("nothing"), "the screen was not cleared");
}
