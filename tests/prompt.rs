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
    many_calls_leave_nothing_behind,
    what_a_child_process_prints_stands_above_the_half_typed_line,
    a_question_is_answered_while_all_else_goes_on,
    a_question_of_a_task_waits_for_the_half_typed_line,
    a_script_asks_on_its_terminal,
    who_prints_bytes_is_told_of_decode_once,
    what_is_longer_than_the_screen_stops_at_a_screenful,
    what_is_long_goes_through_the_pager_and_the_loop_goes_on,
    what_is_told_is_wrapped_at_words_at_any_width,
    descriptors_are_numbered_as_in_a_script_and_in_python,
    thousands_of_sockets_leave_the_editor_alone,
    the_prompt_lives_when_no_descriptor_is_left,
    clear_leaves_nothing_but_the_prompt,
    a_line_to_write_is_typed_already_whatever_refused_the_other,
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
    t.keys("ep = epoll\r");
    t.see("0 registered");
    t.keys("epoll_ctl ep ADD srv\r");
    t.ready();
    for call in [
        "accept srv",
        "recv a 10",
        "sleep 1000",
        "sendall a $big",
        "poll a PRI 1000",
        "select a srv",
        "epoll_wait ep",
        "wait 1",
    ] {
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
        ("for i in 1 2\r", "for i in 1 2\n    ...>"),
        ("print never\r", "print never\n    ...>"),
        ("pri", "    ...> pri"),
        ("\x03", "    ...> pri^C\nsockpit>"),
        ("print three\r", "print three\nthree\nsockpit>"),
    ] {
        t.keys(keys);
        t.until(shown, |s| s.trim_end().ends_with(shown));
    }
    // Whether it has begun is all the same.
    t.keys("sleep 1000\r");
    t.see("sleep 1000");
    t.keys("\x03");
    t.until("the prompt", |s| s.matches("^C").count() == 5 && s.trim_end().ends_with("sockpit>"));
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

fn many_calls_leave_nothing_behind() {
    let mut t = Terminal::new(24, 100, &[]);
    t.see("sockpit>");
    t.keys("a, b = socketpair\rlet i = 0\r");
    t.see("i = 0");
    let mut taken = |round: usize| {
        t.keys("repeat 15000\r  send a x\r  d = recv b 9\rend\rlet i = $i + 1\rprint round $i\r");
        t.see(&format!("round {round}"));
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", t.pid())).unwrap();
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4
    };
    // What is kept of a session is full after the first: 2 MiB.
    let (before, after) = (taken(1), taken(2));
    // 5 MiB for a million.
    assert!(after < before + 150, "30,000 calls take {} KiB", after - before);
    let folder = Folder::new();
    let file = folder.path().join("long.transcript");
    t.keys(&format!("save {}\rprint saved $i\r", file.display()));
    t.see("saved 2");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.ends_with("# the session went on: no more of it is kept\n"), "{}", &text[text.len() - 200..]);
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

fn a_question_is_answered_while_all_else_goes_on() {
    let mut t = Terminal::new(40, 100, &[]);
    t.see("sockpit>");
    t.keys("def tick\r  sleep 0.3\r  print ticked\rend\r");
    t.ready();
    t.keys("t = spawn tick\r");
    t.see("t = <task");
    t.ready();
    t.keys("name = input \"Your name? \"\r");
    t.see("Your name? ");
    // What would be a call is none here, and Tab offers nothing.
    t.keys("sock\t");
    t.see("[tick-1] ticked");
    t.until("the answer below what the task says", |s| s.trim_end().ends_with("Your name? sock"));
    t.keys("et x\r");
    t.see("name = \"socket x\"");
    t.ready();
    t.keys("x = input \"More? \"\r");
    t.until("the question", |s| s.lines().any(|line| line.trim_end() == "More?"));
    t.wait_for("the editor", |t| !t.is_cooked());
    t.keys("\x03");
    t.see("input: Interrupted");
    t.ready();
    t.keys("x = input\r");
    t.until("an empty line", |s| s.trim_end().ends_with("x = input"));
    t.wait_for("the editor", |t| !t.is_cooked());
    t.keys("\x04");
    t.see("Ctrl-D ended the input");
    t.ready();
    // An answer is no line of the history.
    t.keys("\x1b[A");
    t.until("the last line", |s| s.trim_end().lines().last().is_some_and(|l| l.contains("x = input")));
    t.keys("\x03");
    t.ready();
    t.keys("\x04");
    assert!(t.end().success());
}

fn a_question_of_a_task_waits_for_the_half_typed_line() {
    let mut t = Terminal::new(40, 100, &[]);
    t.see("sockpit>");
    t.keys("e = event\r");
    t.ready();
    t.keys("def ask\r  wait e\r  n = input \"in the task? \"\r  print \"got $n\"\rend\r");
    t.ready();
    t.keys("t = spawn ask\r");
    t.see("t = <task");
    t.ready();
    t.keys("def later\r  sleep 0.5\r  set e\rend\r");
    t.ready();
    t.keys("u = spawn later\r");
    t.ready();
    t.keys("print half");
    t.see("# a line is asked for: Enter, then it can be typed");
    t.until("the half line below it", |s| s.trim_end().ends_with("sockpit> print half"));
    t.keys(" done\r");
    t.see("\nhalf done");
    t.see("in the task? ");
    t.keys("yes\r");
    t.see("got yes");
    t.ready();
    t.keys("\x04");
    assert!(t.end().success());
}

fn a_script_asks_on_its_terminal() {
    let folder = Folder::new();
    let script =
        "name = input \"Your \\x1bname? \"\nprint \"hello $$name\"\ntry\n  x = input\nexcept EOF\n  print over\nend\n";
    let script = folder.file("ask.sock", script.replace("$$", "$").replace("\\x1b", "\\u{1b}").as_bytes());
    let mut t = Terminal::new(24, 80, &["-q", &script]);
    t.see("Your \\x1bname? ");
    t.keys("Ann\r");
    t.see("hello Ann");
    t.keys("\x04");
    t.see("over");
    assert!(t.end().success());
    let mut t = Terminal::new(24, 80, &["-q", &script]);
    t.see("name? ");
    t.keys("\x03");
    assert_eq!(t.end().code(), Some(130));
}

fn who_prints_bytes_is_told_of_decode_once() {
    let mut t = Terminal::new(40, 100, &[]);
    t.see("sockpit>");
    t.keys("bad = unhex ff\r");
    t.ready();
    t.keys("print $bad\r");
    t.ready();
    assert!(!t.text().contains("decode"), "what is no text is not decoded");
    t.keys("d = encode \"grüße\\r\\n\"\r");
    t.ready();
    t.keys("print $d\r");
    t.see("# d holds bytes, printed as they came; `text = decode $d` makes text of them");
    t.ready();
    t.keys("print $d\r");
    t.ready();
    assert_eq!(t.text().matches("holds bytes").count(), 1, "once a session");
    let folder = Folder::new();
    let path = folder.path().join("s.transcript");
    t.keys(&format!("save {}\r", path.display()));
    t.until("it is saved", |_| path.exists());
    t.ready();
    assert!(!std::fs::read_to_string(&path).unwrap().contains("holds bytes"), "it is in no transcript");
    t.keys("\x04");
    assert!(t.end().success());
}

/// Answer a line at the prompt with what it shows.
fn answer(t: &mut Terminal, line: &str) -> String {
    let before = t.raw.len();
    t.keys(&format!("{line}\r"));
    t.hear_after(before, "\x1b[?2004h");
    t.ready();
    let text = t.text();
    let from = text.rfind(line).map_or(0, |at| at + line.len());
    text[from..].trim_end().trim_end_matches("sockpit>").trim().to_string()
}

fn descriptors_are_numbered_as_in_a_script_and_in_python() {
    // Something is waited for in between: the poller's are none of the program's.
    let lines = ["a, b = socketpair", "recv b 1 &", "send a x", "wait 1", "s = socket", "fileno s", "close a"];
    let more = ["t = socket", "fileno t", "d = dup s", "fileno d", "why s", "u = socket udp", "fileno u"];
    let lines = [&lines[..], &more].concat();
    // What has come of the call in the background may be told below.
    let number = |shown: &String| shown.lines().next()?.parse().ok();
    let numbers = |shown: &[String]| -> Vec<i32> { shown.iter().filter_map(number).collect() };
    let mut t = Terminal::new(50, 100, &[]);
    t.ready();
    let at_prompt: Vec<String> = lines
        .iter()
        .map(|l| answer(&mut t, l))
        .zip(&lines)
        .filter(|(_, l)| l.starts_with("fileno"))
        .map(|(s, _)| s)
        .collect();
    let script = common::run(&["-c", &lines.join("\n")]);
    let in_script: Vec<String> = script.out.lines().skip_while(|l| !l.contains("fileno")).map(str::to_string).collect();
    assert_eq!(numbers(&at_prompt), [5, 3, 6, 7], "{at_prompt:?}");
    assert_eq!(numbers(&in_script), [5, 3, 6, 7], "{}", script.out);
    let python = "import socket\na, b = socket.socketpair()\ns = socket.socket()\nprint(s.fileno())\na.close()\n\
        t = socket.socket()\nprint(t.fileno())\nd = s.dup()\nprint(d.fileno())\nu = socket.socket()\nprint(u.fileno())";
    if common::has("python3") {
        let python = common::Run::of(Command::new("python3").args(["-c", python]));
        assert_eq!(python.out, "5\n3\n6\n7\n");
    }
}

fn thousands_of_sockets_leave_the_editor_alone() {
    let mut t = Terminal::new(30, 100, &["-q"]);
    t.ready();
    answer(&mut t, "q = queue");
    t.keys("repeat 1000\ra, b = socketpair\rput q $a\rput q $b\rend\rprint \"all \" made\r");
    t.until("the prompt again", |s| s.contains("\nall  made") && s.trim_end().ends_with("sockpit>"));
    t.ready();
    // The program may be given descriptors of its own by who started it: the number is at least theirs.
    let number = answer(&mut t, "fileno b");
    let number = number.split_whitespace().find_map(|w| w.parse::<u32>().ok());
    assert!(number.is_some_and(|n| n >= 2002), "{number:?}\n{}", t.text());
    let number = number.unwrap().to_string();
    // What the editor does on the terminal's new size goes to none of them.
    t.resize(20, 60);
    for (line, shown) in [("fileno b", number.as_str()), ("recv b 1 MSG_DONTWAIT", "EAGAIN"), ("print alive", "alive")]
    {
        let answer = answer(&mut t, line);
        assert!(answer.contains(shown), "{line}: {answer}\n{}", t.text());
    }
    t.keys("\x04");
    assert!(t.end().success());
}

fn the_prompt_lives_when_no_descriptor_is_left() {
    let line = format!("ulimit -n 24; exec {} -q", common::SOCKPIT);
    let mut t = Terminal::of(40, 100, &["sh", "-c", &line], Folder::new(), |_| {});
    t.ready();
    answer(&mut t, "q = queue");
    t.keys("repeat 30\rs = socket\rput q $s\rend\r");
    t.see("socket: EMFILE");
    t.ready();
    for (line, shown) in
        [("print alive", "alive"), ("a = socket", "EMFILE"), ("help fileno", "descriptor"), ("print on", "on")]
    {
        let answer = answer(&mut t, line);
        assert!(answer.contains(shown), "{line}: {answer}\n{}", t.text());
    }
    // Completion and history work as ever.
    t.keys("print al");
    t.keys("\x1b[A\x1b[A");
    let last = |s: &str| s.trim_end().lines().last().unwrap_or("").to_string();
    t.until("an earlier line", |s| last(s).starts_with("sockpit> help fileno"));
    // What is typed with Ctrl-C in one go is given up with the line.
    let before = t.raw.len();
    t.keys("\x03");
    t.hear_after(before, "\x1b[?2004h");
    t.ready();
    answer(&mut t, "q = queue");
    assert!(answer(&mut t, "x = socket").contains("fd "), "{}", t.text());
    t.keys("\x04");
    assert!(t.end().success());
}

fn clear_leaves_nothing_but_the_prompt() {
    let mut t = Terminal::new(24, 100, &[]);
    t.see("sockpit>");
    t.keys("let x = 5\r");
    t.see("x = 5");
    t.ready();
    t.keys("clear\r");
    t.until("an empty screen", |s| s.trim() == "sockpit>");
    // The session goes on, and the name of a value shows it.
    t.keys("x\r");
    t.see("\n5");
    t.ready();
    t.keys("\x0c");
    t.until("an empty screen", |s| s.trim() == "sockpit>");
}

/// A line that cannot be read, one whose call is none, and one whose call fails.
fn a_line_to_write_is_typed_already_whatever_refused_the_other() {
    let mut t = Terminal::new(24, 100, &[]);
    t.see("sockpit>");
    for (typed, offered, shown) in [
        ("let n=5", "let n = 5", "n = 5"),
        ("s = tcp", "s = socket tcp", "s = <TCP/IPv4 socket"),
        ("bind 127.0.0.1:0", "bind s 127.0.0.1:0", "ok"),
        ("n", "", "5"),
    ] {
        t.keys(&format!("{typed}\r"));
        if !offered.is_empty() {
            t.until(offered, |s| s.trim_end().ends_with(&format!("sockpit> {offered}")));
            t.keys("\r");
        }
        t.see(&format!("\n{shown}"));
        t.ready();
    }
}

fn what_is_longer_than_the_screen_stops_at_a_screenful() {
    let mut t = Terminal::new(20, 60, &[]);
    t.ready();
    t.keys("help\r");
    t.see(" more lines: `more`\nsockpit>");
    // The line that was typed is still there.
    assert!(t.text().starts_with("sockpit> help\n"), "{}", t.text());
    assert!(t.looks("more lines").2, "it is grey");
    let left = |t: &mut Terminal| -> usize {
        let text = t.text();
        text.rsplit("... ").next().unwrap().split(' ').next().unwrap().parse().unwrap()
    };
    let first = left(&mut t);
    t.ready();
    t.keys("more\r");
    t.until("the next part", |s| s.starts_with("sockpit> more\n") && s.contains(" more lines: `more`\nsockpit>"));
    assert_eq!(left(&mut t), first - 17, "{}", t.text());
    // One line that is too long, of which no escape is cut in two.
    t.ready();
    t.keys("let x = \"a\\x1b\" * 700\rprint $x\r");
    t.see("... 42 more lines: `more`");
    let text = t.text();
    let rows: Vec<&str> =
        text.lines().take_while(|row| !row.starts_with("...")).filter(|r| r.starts_with('a')).collect();
    assert!(rows.len() > 12 && rows.iter().all(|r| r.len() == 60 && r.ends_with("\\x1b")), "{rows:#?}");
    for more in ["25", "8"] {
        t.ready();
        t.keys("more\r");
        t.see(&format!("... {more} more lines"));
    }
    t.ready();
    t.keys("more\r");
    t.until("the end of it", |s| s.trim_end().ends_with("\\x1b\nsockpit>"));
    t.ready();
    t.keys("more\r");
    t.see("# there is no more");
    // What has room is shown whole, and a transcript has all of it and no `more`.
    t.ready();
    t.keys("print \"1\\n2\\n3\"\r");
    t.see("\n1\n2\n3\nsockpit>");
    let path = t.state.path().join("s.transcript");
    t.keys(&format!("save {}\r", path.display()));
    t.wait_for("the file", |_| path.exists());
    t.ready();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.lines().count() > 150 && !text.contains("sockpit> more") && !text.contains("more lines"), "{text}");
    // Where nothing can be drawn over, nothing is cut.
    let mut t = Terminal::with(20, 60, &[], Folder::new(), |c| {
        c.env("TERM", "dumb");
    });
    t.see("sockpit>");
    t.keys("help\r");
    t.hear("Listening and connecting");
    t.until("the prompt again", |s| !s.contains("sockpit> help") && s.trim_end().ends_with("\nsockpit>"));
    t.keys("print the-end\r");
    t.see("\nthe-end");
    assert!(!String::from_utf8_lossy(&t.raw).contains("more lines"));
    assert!(!common::run(&["-c", "help"]).out.contains("more lines"));
}

fn what_is_long_goes_through_the_pager_and_the_loop_goes_on() {
    let pager = |command: &str| {
        let mut t = Terminal::with(20, 80, &[], Folder::new(), |c| {
            c.env("PAGER", command).env_remove("LESS");
        });
        t.ready();
        t
    };
    // It tells what it was given, and waits for a key.
    let mut t = pager("wc -l | sed \"s/^/lines: /;s/$/ $LESS/\"; read key < /dev/tty; echo key $key");
    t.keys("u = socket udp\rbind u 127.0.0.1:0\rh, p = getsockname u\r");
    t.until("the port", |s| s.contains("p = ") && s.trim_end().ends_with("sockpit>"));
    let text = t.text();
    let port: u16 = text.rsplit("p = ").next().unwrap().lines().next().unwrap().trim().parse().unwrap();
    t.keys("d, from = recvfrom u 9 &\r");
    t.see("in the background");
    t.ready();
    t.keys("help\r");
    t.see("lines: ");
    t.see(" FRX");
    assert!(t.is_cooked(), "the terminal is the pager's");
    // Ctrl-C is not for the session; what comes meanwhile is shown afterwards.
    let peer = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.send_to(b"hello", ("127.0.0.1", port)).unwrap();
    t.keys("x\r");
    t.see("key x");
    t.see("d = b\"hello\"");
    t.ready();
    let text = t.text();
    assert!(text.find("key x").unwrap() < text.find("d = b").unwrap(), "{text}");
    // What is short is just shown.
    t.keys("print short\r");
    t.see("print short\nshort\nsockpit>");
    for command in ["no-such-pager", "exit 126"] {
        let mut t = pager(command);
        t.keys("help\r");
        t.see(&format!("# PAGER is `{command}`: does not run"));
        t.see(" more lines: `more`");
        t.ready();
        t.keys("more\r");
        t.until("more", |s| s.matches(" more lines: `more`").count() == 2 || s.starts_with("sockpit> more"));
    }
    // One that reads nothing costs nothing.
    let mut t = pager("true");
    t.keys("help\r");
    t.see("sockpit> help\nsockpit>");
    t.keys("print on\r");
    t.see("\non\nsockpit>");
}

fn what_is_told_is_wrapped_at_words_at_any_width() {
    let lines = [
        "binde s 127.0.0.1:9999",
        "recv nobody 10",
        "s = socket",
        "recv s 10",
        "why",
        "bind s 127.0.0.1:1 &",
        "open /none/such/folder/with/a/very/long/path/that/has/no/space/in/it.txt",
        "print \"a line that is much too long for any of these \\x1b windows\" and $missing",
        "connect s 127.0.0.1:1",
        "send s \"\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\"",
    ];
    for columns in [120, 80, 40, 20] {
        let mut t = Terminal::new(400, columns, &[]);
        for line in lines {
            t.ready();
            t.keys(&format!("{line}\r"));
            t.until(line, |s| s.contains(&line[..3]) && s.trim_end().ends_with("sockpit>"));
        }
        t.ready();
        let text = t.text();
        let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for whole in ["did you mean `bind`?", "nothing is named `nobody` here", "s was never connected"] {
            assert!(joined.contains(whole), "{columns}: {whole}\n{text}");
        }
        // Whatever the program says, no row of it ends within a word, and each is as wide as the window at most.
        for row in t.text().lines().filter(|r| !r.contains("sockpit>")) {
            let wide = row.chars().count() > columns.into();
            assert!(
                !wide || row.contains("is/very") || row.contains("/none") || row.contains("x1b"),
                "{columns}: {row}"
            );
        }
    }
}
