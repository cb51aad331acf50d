//! The prompt on a real terminal: what a person sees.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use crate::common::terminal::Terminal;
use crate::common::{self, Folder};

tests![
    an_announcement_stands_above_the_half_typed_line,
    ctrl_c_gives_up_the_call_and_nothing_else,
    errors_keep_the_session_and_its_sockets,
    a_block_is_asked_for_to_its_end_and_a_paste_runs_in_order,
    history_is_kept_for_the_next_session,
    a_terminal_that_cannot_be_edited_on_still_works,
    where_the_terminal_edits_ctrl_c_gives_up_what_was_typed_and_no_more,
    a_signal_leaves_the_terminal_as_it_was,
    bytes_of_the_network_reach_no_terminal_raw,
    a_session_is_saved_as_a_transcript_that_holds,
    what_a_child_process_prints_stands_above_the_half_typed_line,
];

/// A listener `srv` at the prompt; gives its port.
fn listener(t: &mut Terminal) -> u16 {
    t.see("sockpit>");
    t.keys("srv = create_server 127.0.0.1:0\r");
    t.see("srv = <");
    t.keys("host, port = getsockname srv\r");
    t.until("the port", |s| s.lines().any(|l| l.starts_with("port = ")));
    t.ready();
    let text = t.text();
    let line = text.lines().find(|l| l.starts_with("port = ")).unwrap();
    line["port = ".len()..].trim().parse().unwrap()
}

fn an_announcement_stands_above_the_half_typed_line() {
    let mut t = Terminal::new(24, 100, &[]);
    let port = listener(&mut t);
    t.keys("accept srv &\r");
    t.see("[1] in the background: accept srv");
    t.keys("print \"half a");
    t.see("sockpit> print \"half a");
    let mut peer = TcpStream::connect(("127.0.0.1", port)).unwrap();
    t.see("[1] accept srv -> <TCP/IPv4 socket");
    t.until("the half line below it", |s| s.trim_end().ends_with("sockpit> print \"half a"));
    t.keys(" line\"\r");
    t.see("\nhalf a line");
    peer.write_all(b"\x1b[2Jboo").unwrap();
    t.keys("d = recv c1 100\r");
    t.see("d = b\"\\x1b[2Jboo\"");
    assert!(t.text().contains("srv = <"), "the screen was not cleared");
    t.keys("send c1 answer\r");
    let mut answer = [0; 6];
    peer.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"answer");
    t.ready();
    t.keys("\x04");
    assert!(t.end().success());
}

fn ctrl_c_gives_up_the_call_and_nothing_else() {
    let mut t = Terminal::new(40, 100, &[]);
    let port = listener(&mut t);
    // A peer outside the session: what waits for one inside alone would be a deadlock.
    let _peer = TcpStream::connect(("127.0.0.1", port)).unwrap();
    t.keys("a, from = accept srv\r");
    t.see("from = ");
    t.keys("let big = \"x\" * 9000000\r");
    t.see("(9000000 characters)");
    for call in ["accept srv", "recv a 10", "sleep 1000", "sendall a $big", "poll a PRI 1000", "select a srv", "wait 1"]
    {
        if call == "wait 1" {
            t.ready();
            t.keys("accept srv &\r");
            t.see("[1] in the background");
        }
        t.ready();
        let count = t.text().matches("Interrupted").count();
        t.keys(&format!("{call}\r"));
        t.until("the call on its line", |s| s.contains(&format!("sockpit> {call}\n")) || s.trim_end().ends_with(call));
        wait_for_cooked(&t);
        t.keys("\x03");
        t.until(&format!("Interrupted after {call}"), |s| s.matches("Interrupted").count() > count);
    }
    t.ready();
    t.keys("while 1\rend\r");
    wait_for_cooked(&t);
    let count = t.text().matches("Interrupted").count();
    t.keys("\x03");
    t.until("Interrupted after while", |s| s.matches("Interrupted").count() > count);
    // What was there is there still.
    let _another = TcpStream::connect(("127.0.0.1", port)).unwrap();
    t.see("[1] accept srv -> <");
    t.ready();
    t.keys("half\x03");
    // As everywhere, Ctrl-C throws away what was typed with it.
    t.see("sockpit> half\nsockpit>");
    t.ready();
    t.keys("print still here\r");
    t.see("\nstill here");
}

/// Wait until the editor has let go of the terminal, so that Ctrl-C is a signal.
fn wait_for_cooked(t: &Terminal) {
    t.wait_for("the call runs", Terminal::is_cooked);
}

fn errors_keep_the_session_and_its_sockets() {
    let mut t = Terminal::new(60, 100, &[]);
    t.see("sockpit>");
    t.keys("s = socket udp\r");
    t.see("s = <UDP");
    for (line, said) in [
        ("binde s :1", "did you mean `bind`?"),
        ("bind s :70000", "a port is 0 to 65535"),
        ("print \"open", "this quote is never closed"),
        ("encode x utf-99", "utf-99"),
        ("end", "belongs to no block"),
        ("send s x", "EDESTADDRREQ"),
    ] {
        t.keys(&format!("{line}\r"));
        t.see(said);
    }
    t.keys("getsockname s\r");
    t.see("\n0.0.0.0:");
}

fn a_block_is_asked_for_to_its_end_and_a_paste_runs_in_order() {
    let mut t = Terminal::new(40, 100, &[]);
    t.see("sockpit>");
    t.keys("repeat 3\rprint again\rend\r");
    t.until("three lines", |s| s.matches("\nagain").count() == 3);
    t.keys("\x1b[200~let x = 1\nlet y = 2\nprint \"sum $x $y\"\n\x1b[201~\r");
    t.see("sum 1 2");
}

fn history_is_kept_for_the_next_session() {
    let mut t = Terminal::new(24, 100, &[]);
    t.see("sockpit>");
    t.keys("print remember me\r");
    t.see("\nremember me");
    t.keys("quit\r");
    assert!(t.end().success());
    let Terminal { state, .. } = t;
    let mut t = Terminal::with(24, 100, &[], state, |_| {});
    t.see("sockpit>");
    t.keys("\x1b[A\x1b[A\r");
    t.see("\nremember me");
}

fn a_terminal_that_cannot_be_edited_on_still_works() {
    let mut t = Terminal::with(24, 20, &[], Folder::new(), |c| {
        c.env("TERM", "dumb");
    });
    t.see("sockpit>");
    t.keys("print plain\r");
    t.see("\nplain\nsockpit>");
    t.keys("\x04");
    assert!(t.end().success());
}

fn where_the_terminal_edits_ctrl_c_gives_up_what_was_typed_and_no_more() {
    let dumb = |args: &[&str]| {
        Terminal::with(40, 60, args, Folder::new(), |c| {
            c.env("TERM", "dumb");
        })
    };
    let mut t = dumb(&[]);
    t.see("sockpit>");
    for (keys, shown) in [
        ("print half", "sockpit> print half"),
        ("\x03", "sockpit> print half^C\nsockpit>"),
        ("print one\r", "print one\none\nsockpit>"),
        ("\x03", "sockpit> ^C\nsockpit>"),
        ("\x03", "sockpit> ^C\nsockpit> ^C\nsockpit>"),
        ("print two\r", "print two\ntwo\nsockpit>"),
        ("for i in 1 2\r", "    ...>"),
        ("print never\r", "    ...>"),
        ("pri", "    ...> pri"),
        ("\x03", "    ...> pri^C\nsockpit>"),
        ("print three\r", "print three\nthree\nsockpit>"),
    ] {
        t.keys(keys);
        t.until(shown, |s| s.trim_end().ends_with(shown));
    }
    // Whether it has begun is all the same.
    t.keys("sleep 1000\r");
    t.see("sleep 1000\n");
    t.keys("\x03");
    t.until("the prompt", |s| s.contains("Interrupted") && s.trim_end().ends_with("sockpit>"));
    t.keys("print four\r");
    t.see("print four\nfour");
    t.keys("\x04");
    assert!(t.end().success());
    // The line of a program that is next is asked for again.
    let folder = Folder::new();
    let path = folder.file("x.sock", b"let x = 1\nprint \"x is $x\"\n");
    let mut t = dumb(&["step", &path]);
    t.see("1 sockpit> let x = 1");
    t.keys("print");
    t.see("1print");
    t.keys("\x03");
    t.see("print^C\n1 sockpit> let x = 1");
    t.keys("\r");
    t.see("x = 1\n2 sockpit> print \"x is $x\"");
}

fn a_signal_leaves_the_terminal_as_it_was() {
    for (signal, status) in [("TERM", 143), ("HUP", 129)] {
        let mut t = Terminal::new(24, 100, &[]);
        t.see("sockpit>");
        t.keys("half");
        t.see("half");
        assert!(!t.is_cooked());
        Command::new("kill").args([&format!("-{signal}"), &t.pid().to_string()]).status().unwrap();
        assert_eq!(t.end().code(), Some(status));
        assert!(t.is_cooked(), "{signal}");
    }
}

fn bytes_of_the_network_reach_no_terminal_raw() {
    let mut t = Terminal::new(24, 100, &[]);
    t.see("sockpit>");
    t.keys("a, b = socketpair\r");
    t.see("b = <");
    t.keys("d = recv a 100 &\r");
    t.see("[1] in the background");
    t.keys("send b \"\\x1b]0;evil\\x07\\x9b2J\"\r");
    t.see("[1] d = b\"\\x1b]0;evil\\x07\\x9b2J\"");
    assert!(!t.raw.windows(6).any(|w| w == b"\x1b]0;ev"));
}

fn a_session_is_saved_as_a_transcript_that_holds() {
    let mut t = Terminal::new(40, 100, &[]);
    listener(&mut t);
    for line in [
        "cli = create_connection 127.0.0.1 $port",
        "conn, peer = accept srv",
        "m = lock",
        "acquire m",
        "acquire m",
        "binde x",
    ] {
        t.ready();
        t.keys(&format!("{line}\r"));
        t.until(line, |s| s.contains(line) && s.trim_end().ends_with("sockpit>"));
    }
    let path = t.state.path().join("s.transcript");
    t.ready();
    t.keys(&format!("save {}\r", path.display()));
    t.wait_for("the file", |_| path.exists());
    t.ready();
    let run = common::run(&["verify", path.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}", run.out);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("{port:1}") && text.contains("Deadlock") && !text.contains("save"), "{text}");
}

fn what_a_child_process_prints_stands_above_the_half_typed_line() {
    let mut t = Terminal::new(60, 100, &[]);
    t.see("sockpit>");
    t.keys("def work\rgo = get q\rprint \"from the child\"\rprint \"$missing\"\rend\r");
    t.ready();
    for (line, said) in [("q = mpqueue", "q = "), ("p = process work", "p = "), ("put q go", "from the child")] {
        t.keys(&format!("{line}\r"));
        t.see(said);
        t.ready();
    }
    t.see("[work-1] print: Unbound: nothing is named `missing`");
    t.keys("p2 = process work\r");
    t.see("p2 = ");
    t.ready();
    t.keys("put q go &\r");
    t.see("[1] put q go -> ok");
    t.keys("print \"half a");
    t.until("the child's line above the half one", |s| {
        s.contains("[work-2] from the child\n") && s.trim_end().ends_with("sockpit> print \"half a")
    });
}
