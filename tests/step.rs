//! Stepping through a script: what a person sees and types.

use crate::common::terminal::Terminal;
use crate::common::{Folder, piped};

tests![
    enter_runs_the_line_that_stands_there_in_each_task,
    a_changed_line_runs_in_its_place_and_another_beside_it,
    a_line_is_known_by_its_names_and_its_call,
    the_first_key_puts_the_line_aside_and_enter_alone_brings_it_back,
    a_key_that_moves_or_deletes_changes_the_line,
    a_paste_takes_the_place_of_the_line,
    with_keys_of_vi_the_line_is_put_aside_and_changed_too,
    an_error_leaves_the_place_where_it_is,
    breakpoints_back_list_and_where,
    when_all_waits_a_call_typed_beside_ends_the_wait,
    ctrl_c_stops_what_runs_free_at_its_next_line,
    a_blocked_call_says_what_it_waits_for_until_it_returns,
    what_comes_to_sockets_that_nobody_waits_on_is_announced,
    where_no_line_can_be_edited_an_empty_one_runs_it,
    a_script_that_cannot_be_read_is_not_begun,
    nothing_else_runs_while_a_line_is_looked_at,
    a_pause_takes_none_of_the_programs_time,
    what_is_typed_beside_has_its_own_time,
    a_background_call_of_a_def_is_stepped_through_within_its_line,
    after_the_end_its_words_say_that_it_has_ended,
];

const SCRIPT: &str = "\
# The first comment.
srv = create_server 127.0.0.1:0
addr = getsockname srv
def talk what
  c = socket
  connect c $addr
  sendall c $what
  shutdown c wr
  got = recv c 100
  return $got
end
# A task for the client.
t = spawn talk hello
conn, peer = accept srv
data = recv conn 100
for i in 1 2
  print \"round $i\"
end
if $data == nothing
  print never
end
sendall conn $data
close conn
back = join t
assert $back == hello
print \"the end\"
";

/// The script on a terminal.
fn step(script: &str) -> (Terminal, Folder) {
    let folder = Folder::new();
    let path = folder.file("lesson.sock", script.as_bytes());
    let mut t = Terminal::new(50, 100, &["step", &path]);
    t.see("Enter runs the line");
    (t, folder)
}

/// Wait for a prompt with a line already typed, at the end of the screen.
fn next(t: &mut Terminal, prompt: &str) {
    t.until(prompt, |s| s.trim_end().ends_with(prompt.trim_end()));
    t.wait_for("the editor", |t| !t.is_cooked());
}

fn enter_runs_the_line_that_stands_there_in_each_task() {
    let (mut t, _folder) = step(SCRIPT);
    next(&mut t, "2 sockpit> srv = create_server 127.0.0.1:0");
    assert!(t.text().contains("# The first comment."));
    for (line, seen) in [
        ("3 sockpit> addr = getsockname srv", "srv = <TCP"),
        ("4 sockpit> def talk what", "addr = 127.0.0.1:"),
        ("13 sockpit> t = spawn talk hello", "  shutdown c wr"),
        ("14 sockpit> conn, peer = accept srv", "# A task for the client."),
        // The main task waits, so that the other one is next.
        ("5 [talk-1] sockpit> c = socket", "t = <task talk-1, running>"),
        ("6 [talk-1] sockpit> connect c $addr", "[talk-1] c = <TCP"),
        ("7 [talk-1] sockpit> sendall c $what", "[talk-1] ok"),
        ("8 [talk-1] sockpit> shutdown c wr", ""),
        ("9 [talk-1] sockpit> got = recv c 100", ""),
        // As it runs: the other one waits now, and the connection is taken.
        ("15 sockpit> data = recv conn 100", "conn = <TCP"),
        ("16 sockpit> for i in 1 2", "data = b\"hello\""),
        ("17 sockpit> print \"round $i\"", ""),
        ("17 sockpit> print \"round $i\"", "round 1"),
        ("19 sockpit> if $data == nothing", "round 2"),
        ("22 sockpit> sendall conn $data", ""),
        ("23 sockpit> close conn", ""),
    ] {
        let count = t.text().matches(line).count();
        t.keys("\r");
        t.until(line, |s| s.matches(line).count() > count && s.trim_end().ends_with(line));
        t.wait_for("the editor", |t| !t.is_cooked());
        assert!(t.text().contains(seen), "{seen}\n{}", t.text());
    }
    t.keys("\x15continue\r");
    t.see("the end");
    t.see("# the program has ended");
    t.ready();
    t.keys("print $data\r");
    t.see("\nhello");
    t.ready();
    t.keys("\x04");
    assert!(t.end().success());
}

fn a_changed_line_runs_in_its_place_and_another_beside_it() {
    let (mut t, _folder) = step("let n = 1\nprint \"n is $n\"\nwhile $n < 3\n  let n = $n + 1\nend\nprint over\n");
    next(&mut t, "1 sockpit> let n = 1");
    t.keys("\x7f2\r");
    next(&mut t, "2 sockpit> print \"n is $n\"");
    assert!(t.text().contains("n = 2"));
    t.keys("\x15a, b = socketpair\r");
    t.see("b = <");
    t.until("the line again", |s| s.matches("2 sockpit> ").count() == 2);
    t.wait_for("the editor", |t| !t.is_cooked());
    t.keys("\r");
    t.see("\nn is 2");
    next(&mut t, "3 sockpit> while $n < 3");
    // The head of a block is changed for this once; its block stays the script's.
    t.keys("\x7f2\r");
    next(&mut t, "6 sockpit> print over");
    // A line of a block that is not next, and a whole block beside it.
    t.keys("\x15repeat 2\rprint beside\rend\r");
    t.until("two lines", |s| s.matches("\nbeside").count() == 2);
    next(&mut t, "6 sockpit> print over");
    // Enter alone brings the line back.
    t.keys("\x15\r");
    next(&mut t, "6 sockpit> print over");
    t.keys("skip\r");
    t.see("# line 6 passed over");
    t.see("# the program has ended");
}

fn a_line_is_known_by_its_names_and_its_call() {
    let script =
        "let x = 1\na, b = socketpair\nwhile 1\n  break\nend\nexpect EPIPE recv a 1 MSG_DONTWAIT\nprint over\n";
    let (mut t, _folder) = step(script);
    let (first, second, fourth) = ("1 sockpit> let x = 1", "2 sockpit> a, b = socketpair", "4 sockpit> break");
    for (at, typed, shows, then) in [
        (first, "\x15let y = 1", "y = 1", first),
        (first, "", "x = 1", second),
        (second, "\x15c, d = socketpair", "d = <", second),
        (second, "\x15a, b = socketpair AF_UNIX SOCK_DGRAM", "b = <", "3 sockpit> while 1"),
        ("3 sockpit> while 1", "", "", fourth),
        (fourth, "\x15break 6", "# breakpoint at line 6", fourth),
        (fourth, "\x15continue 0", "# continue [LINE]: the number of a line", fourth),
        (fourth, "\x15l = list 1 2", "l = [1, 2]", fourth),
        (fourth, "\x05 ", "", "6 sockpit> expect EPIPE recv a 1 MSG_DONTWAIT"),
        ("6 sockpit>", "\x15expect EAGAIN recv a 1 MSG_DONTWAIT", "as expected", "7 sockpit> print over"),
        ("7 sockpit>", "\x15break", "# breakpoints: 6", "7 sockpit> print over"),
    ] {
        t.until(at, |s| s.lines().last().is_some_and(|l| l.trim_start().starts_with(at)));
        t.wait_for("the editor", |t| !t.is_cooked());
        t.keys(&format!("{typed}\r"));
        t.see(shows);
        next(&mut t, then);
    }
}

/// A script of one line that is next, and a name that is known.
fn stands() -> (Terminal, Folder) {
    let (mut t, folder) = step("let n = 1\nprint \"n is $n\"\nprint last\n");
    next(&mut t, "1 sockpit> let n = 1");
    t.keys("\r");
    next(&mut t, NEXT);
    (t, folder)
}

const NEXT: &str = "2 sockpit> print \"n is $n\"";

fn the_first_key_puts_the_line_aside_and_enter_alone_brings_it_back() {
    let (mut t, _folder) = stands();
    t.keys("l");
    t.until("the line that is typed", |s| s.trim_end().ends_with("2 sockpit> l"));
    t.keys("et m = 黑\r");
    t.see("m = \"黑\"");
    next(&mut t, NEXT);
    // However like the program's line it is, it is another.
    t.keys("print beside\r");
    t.see("\nbeside");
    next(&mut t, NEXT);
    // Given up, emptied, or never more than a space.
    for keys in ["print never\x03", "x\x7f\r", "abc\x15\r", " \r", "\x15\r", "\x17\x17\x17\x17\r"] {
        t.keys(keys);
        next(&mut t, NEXT);
    }
    // What moves the place is typed in its place as well; so is a block.
    t.keys("where\r");
    t.see("stands before it");
    next(&mut t, NEXT);
    t.keys("for i in 1 2\rprint \"<$i>\"\rend\r");
    t.see("<1>\n<2>");
    next(&mut t, NEXT);
    // Typed once more as it is, it is the program's line.
    t.keys("print \"n is $n\"\r");
    t.see("\nn is 1");
    next(&mut t, "3 sockpit> print last");
    assert!(!t.text().contains("never\nnever"), "{}", t.text());
    t.keys("s\x04\x7f\r");
    next(&mut t, "3 sockpit> print last");
    t.keys("\x04");
    assert!(t.end().success());
}

fn a_key_that_moves_or_deletes_changes_the_line() {
    for (keys, shown) in [
        ("\x05!", "print \"n is $n\"!"),
        ("\x1b[F!", "print \"n is $n\"!"),
        ("\x1b[C!", "print \"n is $n\"!"),
        ("\x1b[D!", "print \"n is $n!\""),
        ("\x7f!", "print \"n is $n!"),
        ("\x01#", "#print \"n is $n\""),
        ("\x1b[H#", "#print \"n is $n\""),
        ("\x1bb0", "print \"n is $0n\""),
    ] {
        let (mut t, _folder) = stands();
        t.keys(keys);
        t.until(shown, |s| s.trim_end().ends_with(&format!("2 sockpit> {shown}")));
        t.keys("\x03");
        next(&mut t, NEXT);
    }
    // A line that was drawn anew is untouched.
    let (mut t, _folder) = stands();
    t.keys("\x0c");
    t.until("a clear screen", |s| s.trim() == NEXT);
    t.keys("vars\r");
    t.see("\nn = 1");
    next(&mut t, NEXT);
}

fn a_paste_takes_the_place_of_the_line() {
    let (mut t, _folder) = stands();
    t.keys("\x1b[200~print pasted\x1b[201~");
    t.until("the paste", |s| s.trim_end().ends_with("2 sockpit> print pasted"));
    t.keys("\r");
    t.see("\npasted");
    next(&mut t, NEXT);
    t.keys("\x1b[200~let x = 5\nprint \"x $x\"\n\x1b[201~");
    t.see("\nx 5");
    next(&mut t, NEXT);
}

fn with_keys_of_vi_the_line_is_put_aside_and_changed_too() {
    let folder = Folder::new();
    let path = folder.file("x.sock", b"print \"n is 1\"\nprint last\n");
    let inputrc = folder.file("inputrc", b"set editing-mode vi\n");
    let mut t = Terminal::with(24, 100, &["step", &path], Folder::new(), |c| {
        c.env("INPUTRC", inputrc);
    });
    let first = "1 sockpit> print \"n is 1\"";
    next(&mut t, first);
    t.keys("print beside\r");
    t.see("\nbeside");
    next(&mut t, first);
    // A command of vi changes it.
    t.keys("\x1b0f1r2\r");
    t.see("\nn is 2");
    next(&mut t, "2 sockpit> print last");
    t.keys("x\x7f\r");
    next(&mut t, "2 sockpit> print last");
}

fn an_error_leaves_the_place_where_it_is() {
    let (mut t, _folder) = step("def f\n  s = socket udp\n  send s x\n  print sent\nend\nf\nprint after\n");
    next(&mut t, "1 sockpit> def f");
    t.keys("\r");
    next(&mut t, "6 sockpit> f");
    t.keys("\r");
    next(&mut t, "2 sockpit> s = socket udp");
    t.keys("\r");
    next(&mut t, "3 sockpit> send s x");
    t.keys("\r");
    t.see("EDESTADDRREQ");
    t.see("line 3 is still next");
    next(&mut t, "3 sockpit> send s x");
    // What is typed beside it knows the def's own names. The send has bound the socket.
    t.keys("\x15where = getsockname s\r");
    t.see("where = 0.0.0.0:");
    next(&mut t, "3 sockpit> send s x");
    t.keys("\x15connect s $where\r");
    t.see("\nok");
    next(&mut t, "3 sockpit> send s x");
    t.keys("\r");
    next(&mut t, "4 sockpit> print sent");
    t.keys("\x15skip\r");
    next(&mut t, "7 sockpit> print after");
    t.keys("\x15binde x\r");
    t.see("did you mean `bind`?");
    next(&mut t, "7 sockpit> print after");
    t.keys("\r");
    t.see("\nafter");
    t.see("# the program has ended");
}

fn breakpoints_back_list_and_where() {
    let script = "let a = 1\nlet b = 2\n\nlet c = 3\nlet d = 4\nprint \"$a $b $c $d\"\n";
    let (mut t, _folder) = step(script);
    next(&mut t, "1 sockpit> let a = 1");
    t.keys("\x15break 3\r");
    t.see("# breakpoint at line 4");
    next(&mut t, "1 sockpit> let a = 1");
    t.keys("\x15continue\r");
    next(&mut t, "4 sockpit> let c = 3");
    assert!(t.text().contains("sockpit> let b = 2\nb = 2"), "what runs by itself is shown\n{}", t.text());
    t.keys("\x15list\r");
    t.see("->*   4  let c = 3");
    next(&mut t, "4 sockpit> let c = 3");
    t.keys("\r");
    next(&mut t, "5 sockpit> let d = 4");
    t.keys("\x15back\r");
    t.see("only the place goes back");
    next(&mut t, "4 sockpit> let c = 3");
    t.keys("\x7f30\r");
    t.see("c = 30");
    next(&mut t, "5 sockpit> let d = 4");
    t.keys("\x15break 4\r");
    t.see("# no breakpoint at line 4 any more");
    next(&mut t, "5 sockpit> let d = 4");
    t.keys("\x15break\r");
    t.see("# no breakpoints");
    next(&mut t, "5 sockpit> let d = 4");
    t.keys("\x15where\r");
    t.see("line 5    let d = 4: stands before it");
    next(&mut t, "5 sockpit> let d = 4");
    t.keys("\x15continue x\r");
    t.see("# continue [LINE]: the number of a line");
    next(&mut t, "5 sockpit> let d = 4");
    t.keys("\x15continue 99\r");
    t.see("no statement at line 99");
    next(&mut t, "5 sockpit> let d = 4");
    t.keys("\x15continue 6\r");
    next(&mut t, "6 sockpit> print \"$a $b $c $d\"");
    t.keys("\r");
    t.see("\n1 2 30 4");
}

fn when_all_waits_a_call_typed_beside_ends_the_wait() {
    let (mut t, _folder) = step("srv = create_server 127.0.0.1:0\nconn, peer = accept srv\nprint connected\n");
    next(&mut t, "1 sockpit> srv = create_server 127.0.0.1:0");
    t.keys("\r");
    next(&mut t, "2 sockpit> conn, peer = accept srv");
    t.keys("\r");
    t.see("# accept(srv) waits for a connection to 127.0.0.1:");
    t.ready();
    // Ctrl-C gives the call up, and it is the next again.
    t.keys("\x03");
    t.see("Interrupted");
    next(&mut t, "2 sockpit> conn, peer = accept srv");
    t.keys("\r");
    t.until("it waits again", |s| s.matches("# accept(srv) waits").count() == 2);
    t.ready();
    t.keys("where\r");
    t.see("waits for a connection on srv");
    t.ready();
    t.keys("addr = getsockname srv\r");
    t.see("addr = 127");
    t.ready();
    t.keys("cli = create_connection $addr\r");
    t.see("conn = <TCP");
    next(&mut t, "3 sockpit> print connected");
    t.keys("\r");
    t.see("\nconnected");
    t.see("# the program has ended");
}

fn ctrl_c_stops_what_runs_free_at_its_next_line() {
    let (mut t, _folder) = step("let n = 0\nloop\n  let n = $n + 1\nend\n");
    next(&mut t, "1 sockpit> let n = 0");
    t.keys("\x15continue\r");
    t.wait_for("it runs", Terminal::is_cooked);
    t.keys("\x03");
    next(&mut t, "3 sockpit> let n = $n + 1");
    t.keys("\x04");
    assert!(t.end().success());
}

fn a_blocked_call_says_what_it_waits_for_until_it_returns() {
    let mut t = Terminal::new(24, 120, &[]);
    t.see("sockpit>");
    t.keys("srv = create_server 127.0.0.1:0\r");
    t.see("srv = <");
    t.ready();
    t.keys("accept srv\r");
    t.see("accept(srv) waits for a connection to 127.0.0.1:");
    t.see("& would run it in the background (");
    t.keys("\x03");
    t.see("Interrupted");
    t.until("the grey line has gone", |s| !s.contains("waits for"));
    t.ready();
    t.keys("settimeout srv 0.6\r");
    t.see("\nok");
    t.ready();
    t.keys("accept srv\r");
    t.see("s left)");
    t.see("accept: timeout");
    t.until("the grey line has gone", |s| !s.contains("waits for"));
}

fn what_comes_to_sockets_that_nobody_waits_on_is_announced() {
    let mut t = Terminal::new(40, 100, &[]);
    t.see("sockpit>");
    for (line, said) in [
        ("srv = create_server 127.0.0.1:0", "srv = <"),
        ("a = getsockname srv", "a = "),
        ("c = create_connection $a", "# srv has a connection waiting: accept srv"),
        ("conn, peer = accept srv", "peer = "),
        ("close c", "# conn's peer has closed"),
        ("announce off", "ok"),
        ("d = create_connection $a", "d = <"),
    ] {
        t.ready();
        t.keys(&format!("{line}\r"));
        t.see(said);
    }
    t.ready();
    assert_eq!(t.text().matches("# srv has").count(), 1);
    t.keys("announce\r");
    t.see("\nfalse");
}

fn where_no_line_can_be_edited_an_empty_one_runs_it() {
    let folder = Folder::new();
    let path = folder.file("x.sock", b"let x = 1\nprint \"x is $x\"\n");
    let mut t = Terminal::with(24, 60, &["step", &path], Folder::new(), |c| {
        c.env("TERM", "dumb");
    });
    t.see("1 sockpit> let x = 1");
    t.keys("\r");
    t.see("2 sockpit> print \"x is $x\"");
    t.keys("let x = 7\r");
    t.until("the line again", |s| s.matches("2 sockpit> ").count() == 2);
    t.keys("\r");
    t.see("\nx is 7");
    t.see("# the program has ended");
    t.keys("\x04");
    assert!(t.end().success());
}

fn a_script_that_cannot_be_read_is_not_begun() {
    let folder = Folder::new();
    let bad = folder.file("bad.sock", b"print one\nbinde x\n");
    let run = piped(&["step", &bad], b"\n\n");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("bad.sock:2:1") && run.err.contains("did you mean `bind`?") && run.out.is_empty());
    for (args, said) in [(vec!["step"], "`step` needs a file"), (vec!["step", "/none.sock"], "/none.sock: ENOENT")] {
        let run = piped(&args, b"");
        assert_eq!(run.status, 2);
        assert!(run.err.contains(said), "{}", run.err);
    }
}

/// The lines of a program that does several things at once, let go one by one with a pause in between: what it prints.
fn prints(t: &mut Terminal, lines: usize, pause: std::time::Duration) -> String {
    for _ in 0..lines {
        if t.text().contains("# the program has ended") {
            break;
        }
        t.until("a prompt", |s| s.lines().last().is_some_and(|l| l.contains("sockpit> ")));
        t.wait_for("the editor", |t| !t.is_cooked());
        std::thread::sleep(pause);
        let before = t.raw.len();
        t.keys("\r");
        t.hear_after(before, "\x1b[?2004h");
    }
    t.see("# the program has ended");
    t.text()
}

fn nothing_else_runs_while_a_line_is_looked_at() {
    let script = "q = queue\ndef take\n  x = get q\n  print \"took $x\"\nend\nt = spawn take\nyield\nput q 1\n\
        n = qsize q\nprint \"n=$n\"\njoin t\nprint over\n";
    let (mut t, _folder) = step(script);
    let text = prints(&mut t, 20, std::time::Duration::from_millis(20));
    let at = |what: &str| text.rfind(what).unwrap_or_else(|| panic!("{what}\n{text}"));
    assert!(at("\nn=1") < at("] took 1") && at("] took 1") < at("\nover"), "{text}");
}

fn a_pause_takes_none_of_the_programs_time() {
    // The longer sleep begins first; at each line somebody looks for longer than both.
    let script = "began = now\ndef late seconds\n  sleep $seconds\n  print \"slept $seconds\"\nend\n\
        a = spawn late 0.09\nb = spawn late 0.03\nc, d = socketpair\nsettimeout c 0.06\nexpect timeout recv c 1\n\
        print waited\njoin a b\nended = now\nlet took = $ended - $began\nassert $took < 3\nprint over\n";
    let (mut t, _folder) = step(script);
    let text = prints(&mut t, 30, std::time::Duration::from_millis(200));
    let at = |what: &str| text.rfind(what).unwrap_or_else(|| panic!("{what}\n{text}"));
    assert!(at("] slept 0.03") < at("\nwaited") && at("\nwaited") < at("] slept 0.09"), "{text}");
    assert!(text.contains("\nover"), "{text}");
}

fn what_is_typed_beside_has_its_own_time() {
    let script =
        "def late\n  sleep 0.05\n  print late\nend\nt = spawn late\na, b = socketpair\nyield\nprint here\njoin t\n";
    let (mut t, _folder) = step(script);
    for (at, keys) in [
        ("1 sockpit> def late", ""),
        ("5 sockpit> t = spawn", ""),
        ("6 sockpit> a, b", ""),
        ("7 sockpit> yield", ""),
        ("2 [late-1] sockpit> sleep", ""),
    ] {
        t.until(at, |s| s.lines().last().is_some_and(|l| l.starts_with(at)));
        t.wait_for("the editor", |t| !t.is_cooked());
        t.keys(&format!("{keys}\r"));
    }
    // Its sleep is as long as before, whatever is typed beside the program, which stands.
    for (typed, shown) in [
        ("sleep 0.2", "\nok"),
        ("yield", "\nok"),
        ("settimeout a 0.1", "\nok"),
        ("recv a 1", "recv: timeout"),
        ("recv b 9 &", "[1] in the background"),
        ("send a hello", "[1] recv b 9 -> b\"hello\""),
    ] {
        t.until("the line", |s| s.lines().last().is_some_and(|l| l.starts_with("8 sockpit> print here")));
        t.wait_for("the editor", |t| !t.is_cooked());
        t.keys(&format!("\x15{typed}\r"));
        t.see(shown);
    }
    t.until("the line", |s| s.lines().last().is_some_and(|l| l.starts_with("8 sockpit> print here")));
    assert!(!t.text().contains("] late"), "{}", t.text());
    t.keys("\x15continue\r");
    t.see("# the program has ended");
    let text = t.text();
    assert!(text.rfind("\nhere").unwrap() < text.rfind("] late").unwrap(), "{text}");
}

fn a_background_call_of_a_def_is_stepped_through_within_its_line() {
    let script = "def work n\n  print \"one $n\"\n  sleep 0.01\n  print \"two $n\"\nend\n\
        a, b = socketpair\nrecv a 1 &\nprint between\nsend b x\nwait 1\nwork 3\nprint over\n";
    let (mut t, _folder) = step(script);
    let text = prints(&mut t, 30, std::time::Duration::ZERO);
    let place = |what: &str| text.rfind(what).unwrap_or_else(|| panic!("{what}\n{text}"));
    let order = ["in the background", "\nbetween", "\none 3", "\ntwo 3", "\nover"].map(place);
    assert!(order.is_sorted(), "{text}");
}

fn after_the_end_its_words_say_that_it_has_ended() {
    let (mut t, _folder) = step("let x = 5\n");
    next(&mut t, "1 sockpit> let x = 5");
    t.keys("\r");
    t.see("# the program has ended");
    for word in ["continue", "continue 3", "list", "list 2", "where", "back", "skip", "break", "break 1"] {
        t.ready();
        t.keys(&format!("{word}\r"));
        let said = format!(
            "# the program has ended: `{}` is for one that is stepped through",
            &word.split(' ').next().unwrap()
        );
        t.until(&said, |s| s.contains(&format!("sockpit> {word}\n{said}")));
    }
    t.ready();
    t.keys("l = list 1 2\r");
    t.see("l = [1, 2]");
    t.ready();
    t.keys("print $x\r");
    t.see("\n5");
}
