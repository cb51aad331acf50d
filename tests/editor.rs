//! The line editor on a real terminal: completion, hints, colours, paste, history.

use std::process::Command;

use crate::common::terminal::Terminal;
use crate::common::{self, Folder};
use vt100::Color;

tests![
    only_what_suits_is_completed,
    the_usage_is_shown_and_never_typed,
    a_line_has_colours_as_it_is_typed,
    no_color_is_kept_and_hints_stay,
    a_block_has_a_prompt_of_its_own_and_comes_back_whole,
    pasted_lines_run_one_by_one,
    a_paste_of_one_line_waits_for_enter,
    a_thousand_pasted_lines_all_run_in_order,
    ctrl_c_ends_a_paste_that_waits,
    what_is_typed_while_a_call_waits_is_not_lost,
    history_has_no_duplicates_and_is_searched,
    two_sessions_at_once_lose_nothing,
    a_history_that_cannot_be_used_is_said_once,
    a_long_history_is_cut_to_its_newest_entries,
    a_killed_session_keeps_its_history,
    a_closed_terminal_ends_the_session,
    twenty_columns_are_enough,
    a_resize_redraws_the_line,
    a_window_that_changes_its_width_leaves_no_copy_of_the_line,
    what_comes_meanwhile_leaves_the_line_whole_wherever_it_ends,
    enter_during_a_wait_leaves_nothing_behind,
    keys_are_those_of_the_inputrc,
    a_long_line_is_taken_or_refused_clearly,
    a_history_that_may_not_be_written_is_read_all_the_same,
    bytes_that_are_no_text_cost_the_line_alone,
    control_characters_of_a_paste_reach_no_terminal,
    a_shell_stops_it_and_brings_it_back,
    a_script_on_a_terminal_has_the_same_colours,
];

const RED: Color = Color::Idx(1);
const GREEN: Color = Color::Idx(2);
const CYAN: Color = Color::Idx(6);

/// A prompt that asks for a line.
fn prompt(rows: u16, columns: u16) -> Terminal {
    let mut t = Terminal::new(rows, columns, &[]);
    t.ready();
    t
}

/// Type a line and wait for what it shows.
fn run(t: &mut Terminal, line: &str, shows: &str) {
    t.ready();
    t.keys(&format!("{line}\r"));
    t.see(shows);
}

/// The line being edited, without its prompt.
fn edited(t: &mut Terminal) -> String {
    let text = t.text();
    text.rsplit("sockpit> ").next().unwrap().trim_end().to_string()
}

/// Wait until the line being edited is that.
fn wait_line(t: &mut Terminal, line: &str) {
    let want = line.trim_end();
    t.until(&format!("the line {want}"), |s| s.rsplit("sockpit> ").next().is_some_and(|l| l.trim_end() == want));
}

fn only_what_suits_is_completed() {
    let mut t = prompt(40, 100);
    run(&mut t, "srv = create_server 127.0.0.1:0", "srv = <");
    run(&mut t, "fresh = socket", "fresh = <");
    run(&mut t, "mutex = lock", "mutex = <");
    t.ready();
    t.keys("acc\t");
    wait_line(&mut t, "accept S");
    t.keys("\t");
    wait_line(&mut t, "accept srv");
    t.keys("\x15listen \t");
    wait_line(&mut t, "listen fresh [BACKLOG]");
    t.keys("\x15close \t");
    t.see("srv    fresh");
    t.until("the line below the list", |s| s.trim_end().ends_with("sockpit> close X"));
    t.keys("\x15acq\t");
    wait_line(&mut t, "acquire M [SECONDS]");
    t.keys("\t");
    wait_line(&mut t, "acquire mutex [SECONDS]");
    // What happens meanwhile is announced below the list.
    t.keys("\x15d = accept srv &\r");
    t.ready();
    t.keys("close \t");
    t.until("the line below the list", |s| s.trim_end().ends_with("sockpit> close X"));
    let text = t.text();
    let port = text.split(", 127.0.0.1:").nth(1).unwrap().split(|c: char| !c.is_ascii_digit()).next().unwrap();
    let _peer = std::net::TcpStream::connect(("127.0.0.1", port.parse().unwrap())).unwrap();
    t.see("[1] d = ");
    t.until("the line below it", |s| s.trim_end().ends_with("sockpit> close X"));
    t.keys("\x15setsockopt fresh IPPROTO_TCP TCP_NODE\ton\r");
    t.until("it ran", |s| s.contains("setsockopt fresh IPPROTO_TCP TCP_NODELAY on\nok"));
    t.ready();
    t.keys("getsockn\t fresh\r");
    t.see("\n0.0.0.0:0");
}

fn the_usage_is_shown_and_never_typed() {
    let mut t = prompt(24, 100);
    run(&mut t, "s = socket udp", "s = <");
    t.ready();
    t.keys("bind s");
    wait_line(&mut t, "bind s ADDR");
    let (_, _, dim) = t.looks("ADDR");
    assert!(dim);
    // Neither an arrow nor End takes it into the line.
    t.keys("\x1b[C\x05\x1b[F");
    t.keys("\r");
    t.see("ADDR is missing");
    assert!(t.text().contains("sockpit> bind s\n"), "{}", t.text());
}

fn a_line_has_colours_as_it_is_typed() {
    let mut t = prompt(24, 100);
    run(&mut t, "s = socket udp", "s = <");
    t.ready();
    t.keys("sendto s \"hi\" $nope # why");
    t.see("# why");
    assert!(t.looks("sendto").1, "the call is bold");
    assert_eq!(t.looks("\"hi\"").0, GREEN);
    assert_eq!(t.looks("$nope").0, RED);
    assert!(t.looks("# why").2, "a comment is dim");
    t.keys("\x15sendt s");
    t.see("sendt s");
    assert_eq!(t.looks("sendt s").0, RED);
    t.keys("\x15close s");
    t.see("close s");
    assert_eq!(t.looks(" s").0, Color::Default);
    t.keys("\x15print $s \"open");
    t.see("open");
    assert_eq!(t.looks("$s").0, CYAN);
    assert_eq!(t.looks("\"open").0, RED);
}

fn no_color_is_kept_and_hints_stay() {
    let mut t = Terminal::with(24, 100, &[], Folder::new(), |c| {
        c.env("NO_COLOR", "1");
    });
    t.ready();
    t.keys("accept");
    wait_line(&mut t, "accept  # S");
    t.keys("\x15sendt s \"open\r");
    t.see("this quote is never closed");
    let raw = String::from_utf8_lossy(&t.raw).into_owned();
    let coloured = raw
        .split("\x1b[")
        .skip(1)
        .any(|after| after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'));
    assert!(!coloured, "{raw:?}");
}

fn a_block_has_a_prompt_of_its_own_and_comes_back_whole() {
    let mut t = prompt(40, 100);
    t.keys("for i in 1 2\r");
    t.until("the prompt of a block", |s| s.trim_end().ends_with("...>"));
    t.keys("print \"<$i>\"\rend\r");
    t.see("<1>\n<2>");
    t.ready();
    t.keys("\x1b[A");
    t.until("the block", |s| s.ends_with("sockpit> for i in 1 2\n  print \"<$i>\"\nend"));
    t.keys("\r");
    t.until("it ran again", |s| s.matches("<1>\n<2>").count() == 2);
    // Ctrl-C and Ctrl-D give up the block and nothing else.
    for key in ["\x03", "\x04"] {
        t.ready();
        t.keys("repeat 3\r");
        t.until("the prompt of a block", |s| s.trim_end().ends_with("...>"));
        t.keys(key);
        t.ready();
    }
    run(&mut t, "print \"still here\"", "\nstill here");
}

/// A paste as terminals send it.
fn pasted(text: &str) -> String {
    format!("\x1b[200~{text}\x1b[201~")
}

fn pasted_lines_run_one_by_one() {
    let mut t = prompt(60, 100);
    let text = "# a comment\nlet x = 1\n\nrepeat 2\n\tprint \"x $x\"\nend\nnonsense\nprint done\nprint rest";
    t.keys(&pasted(text));
    t.until("all of it", |s| s.trim_end().ends_with("sockpit> print rest"));
    let shown = t.text();
    let from = shown.find("sockpit> # a comment").unwrap();
    assert!(
        shown[from..].starts_with(
            "sockpit> # a comment\nsockpit> let x = 1\nx = 1\nsockpit> \nsockpit> repeat 2\n    ...>        print \"x $x\"\n    ...> end\nx 1\nx 1\n\
             sockpit> nonsense\n"
        ),
        "{shown}"
    );
    assert!(shown.contains("sockpit> print done\ndone\nsockpit> print rest"), "{shown}");
    t.keys("!\r");
    t.see("\nrest!");
    for end in ["\n", "\r", "\r\n"] {
        t.ready();
        t.keys(&pasted(&["print first", "", "print second", "print 黑马"].join(end)));
        t.until("the rest", |s| s.ends_with("first\nsockpit> \nsockpit> print second\nsecond\nsockpit> print 黑马"));
        t.keys("\x15");
    }
}

fn a_paste_of_one_line_waits_for_enter() {
    let mut t = prompt(24, 100);
    t.keys("pri");
    t.see("pri");
    t.keys(&pasted("nt \"a\tb\" "));
    t.until("the line", |s| s.contains("sockpit> print \"a"));
    assert_eq!(edited(&mut t).lines().count(), 1);
    t.keys("c\r");
    t.until("it ran", |s| s.lines().any(|l| l.starts_with("a ") && l.ends_with("b c")));
}

fn a_thousand_pasted_lines_all_run_in_order() {
    let mut t = prompt(40, 100);
    let lines: String = (0..1000).map(|i| format!("print \"line {i} of them\"\r\n")).collect();
    t.keys(&pasted(&lines));
    t.hear("\nline 999 of them\r\n");
    t.ready();
    let out = String::from_utf8_lossy(&t.raw).replace('\r', "");
    let mut at = 0;
    for i in 0..1000 {
        let found = out[at..].find(&format!("\nline {i} of them\n"));
        at += found.unwrap_or_else(|| panic!("line {i} is missing"));
    }
}

fn ctrl_c_ends_a_paste_that_waits() {
    let mut t = prompt(24, 100);
    t.keys(&pasted("sleep 1000\nprint never\nprint never again\n"));
    t.see("sockpit> sleep 1000");
    t.wait_for("the call runs", Terminal::is_cooked);
    t.keys("\x03");
    t.see("Interrupted");
    run(&mut t, "print after", "\nafter");
    assert!(!t.text().contains("never"), "{}", t.text());
}

fn what_is_typed_while_a_call_waits_is_not_lost() {
    let mut t = prompt(24, 100);
    t.keys("a, b = socketpair\r");
    t.see("b = <");
    t.ready();
    t.keys("send b x &\r");
    t.ready();
    t.keys("sleep 0.3\r");
    t.wait_for("the call runs", Terminal::is_cooked);
    t.keys("print \"typed ahead\"\rprint \"and half");
    t.until("both", |s| s.contains("\ntyped ahead\nsockpit> print \"and half"));
    t.keys(" more\"\r");
    t.see("\nand half more");
}

fn history_has_no_duplicates_and_is_searched() {
    let mut t = prompt(40, 100);
    for line in ["print one", "print two", "print one"] {
        run(&mut t, line, &format!("\n{}", &line[6..]));
    }
    t.ready();
    t.keys("\x1b[A");
    wait_line(&mut t, "print one");
    t.keys("\x1b[A");
    wait_line(&mut t, "print two");
    t.keys("\x1b[A");
    wait_line(&mut t, "print two");
    t.keys("\x15");
    t.keys("quit\r");
    assert!(t.end().success());
    let Terminal { state, .. } = t;
    let mut t = Terminal::with(40, 100, &[], state, |_| {});
    t.ready();
    run(&mut t, "print one", "\none");
    t.ready();
    t.keys("\x12two");
    t.see("(reverse-i-search)`two': print two");
    t.keys("\r");
    t.see("\ntwo");
    t.keys("quit\r");
    assert!(t.end().success());
    let kept = std::fs::read_to_string(t.state.path().join("sockpit/history")).unwrap();
    let mut t = Terminal::with(40, 100, &[], t.state, |_| {});
    t.ready();
    for line in ["quit [STATUS]", "print two", "print one", "print one"] {
        t.keys("\x1b[A");
        wait_line(&mut t, line);
    }
    assert_eq!(kept.lines().last(), Some("quit"));
}

fn two_sessions_at_once_lose_nothing() {
    let mut first = prompt(24, 100);
    let state = Folder(first.state.path().to_path_buf());
    let mut second = Terminal::with(24, 100, &[], state, |_| {});
    second.ready();
    for i in 0..5 {
        run(&mut first, &format!("print first{i}"), &format!("\nfirst{i}"));
        run(&mut second, &format!("print second{i}"), &format!("\nsecond{i}"));
    }
    for t in [&mut first, &mut second] {
        t.ready();
        t.keys("\x04");
        assert!(t.end().success());
    }
    let kept = std::fs::read_to_string(first.state.path().join("sockpit/history")).unwrap();
    for i in 0..5 {
        assert!(kept.contains(&format!("print first{i}\n")) && kept.contains(&format!("print second{i}\n")), "{kept}");
    }
}

fn a_history_that_cannot_be_used_is_said_once() {
    let folder_in_the_way: fn(&Folder) = |f| std::fs::create_dir_all(f.path().join("sockpit/history")).unwrap();
    let file_in_the_way: fn(&Folder) = |f| drop(f.file("sockpit", b"in the way"));
    let rubbish: fn(&Folder) = |f| {
        std::fs::create_dir_all(f.path().join("sockpit")).unwrap();
        std::fs::write(f.path().join("sockpit/history"), b"\xff\xfe\0\x01\nprint kept\n\x80\x81").unwrap();
    };
    let cases = [
        ("the history is not kept", folder_in_the_way),
        ("the history is not kept", file_in_the_way),
        ("is damaged", rubbish),
    ];
    for (said, prepare) in cases {
        let state = Folder::new();
        prepare(&state);
        let mut t = Terminal::with(24, 160, &[], state, |_| {});
        t.see(said);
        t.ready();
        assert!(t.looks(said).2, "it is grey");
        assert!(t.text().lines().nth(1).is_some_and(|line| line.contains(said)), "{}", t.text());
        for word in ["hello", "again"] {
            run(&mut t, &format!("print {word}"), &format!("\n{word}"));
        }
        assert_eq!(t.text().matches(said).count(), 1, "{}", t.text());
        t.ready();
        t.keys("\x1b[A\x1b[A");
        wait_line(&mut t, "print hello");
        t.keys("\x03");
        t.ready();
        t.keys("\x04");
        assert!(t.end().success());
    }
}

fn a_long_history_is_cut_to_its_newest_entries() {
    let state = Folder::new();
    std::fs::create_dir_all(state.path().join("sockpit")).unwrap();
    let path = state.path().join("sockpit/history");
    let entries: String = (0..20_000).map(|i| format!("print {i}\n")).collect();
    std::fs::write(&path, entries + "\x1b[2J\nprint newest\nprint cut-sho").unwrap();
    let mut t = Terminal::with(40, 100, &[], state, |_| {});
    t.see("is damaged");
    // Blocks are indented as they grow; they and backslashes come back as they were.
    run(&mut t, r#"print "a\n\\b""#, "\na\n\\b");
    t.ready();
    t.keys("if 0\rprint x\relse\rprint y\rend\r");
    t.see("\ny");
    t.ready();
    t.keys("\x04");
    assert!(t.end().success());
    let kept = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = kept.lines().collect();
    assert_eq!((lines.len(), lines[0]), (10_002, "print 10002"));
    assert_eq!(lines[9_998..10_000], ["print newest", "print cut-sho"]);
    let mut t = Terminal::with(40, 100, &[], t.state, |_| {});
    t.ready();
    t.keys("\x1b[A");
    t.until("the block", |s| s.ends_with("sockpit> if 0\n  print x\nelse\n  print y\nend"));
    // An arrow would go up within the block.
    t.keys("\x10");
    wait_line(&mut t, r#"print "a\n\\b""#);
}

fn a_killed_session_keeps_its_history() {
    let mut t = prompt(24, 100);
    run(&mut t, "print keep", "\nkeep");
    t.ready();
    t.keys("half");
    t.see("half");
    Command::new("kill").args(["-HUP", &t.pid().to_string()]).status().unwrap();
    assert_eq!(t.end().code(), Some(129));
    let kept = std::fs::read_to_string(t.state.path().join("sockpit/history")).unwrap();
    assert_eq!(kept, "print keep\n");
}

fn a_closed_terminal_ends_the_session() {
    for waiting in [false, true] {
        let mut t = prompt(24, 100);
        run(&mut t, "print here", "\nhere");
        t.ready();
        if waiting {
            t.keys("sleep 1000\r");
            t.wait_for("the call runs", Terminal::is_cooked);
        }
        let (mut child, _state) = t.hang_up();
        let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while child.0.try_wait().unwrap().is_none() {
            assert!(std::time::Instant::now() < end, "it goes on without a terminal");
            std::thread::yield_now();
        }
    }
}

fn twenty_columns_are_enough() {
    let mut t = prompt(24, 20);
    t.keys("s = socket udp\r");
    t.see("s = <UDP");
    t.ready();
    t.keys("print \"a long line that wraps\"");
    t.until("the line", |s| s.contains("sockpit> print \"a long line that wraps\""));
    t.keys("\x01\x05\r");
    t.see("\na long line that wraps\n");
    t.ready();
    t.keys("getsockn\t");
    t.until("the call", |s| s.contains("sockpit> getsockname"));
    t.keys("s\r");
    t.see("\n0.0.0.0:0");
}

fn a_resize_redraws_the_line() {
    let mut t = prompt(24, 100);
    t.keys("print \"something that is longer than twenty columns\"");
    t.see("columns\"");
    t.resize(24, 30);
    t.keys("\r");
    t.until("it ran", |s| s.replace('\n', "").contains("something that is longer than twenty columnssockpit>"));
    t.resize(24, 100);
    run(&mut t, "print wide", "\nwide");
}

/// sockpit in a window of tmux, which breaks lines anew when its width changes.
struct Tmux {
    server: String,
    folder: Folder,
}

impl Tmux {
    fn start(columns: u16) -> Self {
        let folder = Folder::new();
        let tmux = Self { server: folder.path().join("tmux").display().to_string(), folder };
        let state = tmux.folder.path().display();
        let line = format!("env -u PAGER -u XTERM_VERSION XDG_STATE_HOME={state} {}", common::SOCKPIT);
        tmux.run(&["-f", "/dev/null", "new-session", "-d", "-x", &columns.to_string(), "-y", "30", &line]);
        tmux
    }

    fn run(&self, words: &[&str]) -> String {
        let output = Command::new("tmux").args(["-S", &self.server]).args(words).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Wait until the window shows what it should, its empty rows left out.
    fn until(&self, what: &str, shown: impl Fn(&str) -> bool) {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let text = self.run(&["capture-pane", "-p"]);
            if shown(text.trim_end()) {
                return;
            }
            assert!(std::time::Instant::now() < end, "never seen: {what}\n--- the window\n{text}");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    fn keys(&self, keys: &str) {
        self.run(&["send-keys", "-l", keys]);
    }

    fn resize(&self, columns: u16) {
        self.run(&["resize-window", "-x", &columns.to_string()]);
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

fn a_window_that_changes_its_width_leaves_no_copy_of_the_line() {
    if !common::has("tmux") {
        return;
    }
    let tmux = Tmux::start(120);
    tmux.until("the prompt", |s| s.ends_with("sockpit>"));
    for n in 1..=6 {
        tmux.keys(&format!("print before{n}\r"));
        tmux.until("the line", |s| s.contains(&format!("\nbefore{n}\n")) && s.ends_with("sockpit>"));
    }
    let line =
        "print \"one two three 黑马黑马 four five six seven eight nine ten eleven twelve\" \"and a half of another";
    tmux.keys(line);
    let whole = format!("sockpit> {line}");
    tmux.until("the line", |s| s.ends_with("half of another"));
    // A window that is changed again before the editor has heard of it is another matter.
    let written = tmux.folder.path().join("written");
    tmux.run(&["pipe-pane", &format!("cat >> {}", written.display())]);
    let drawn = || std::fs::read_to_string(&written).unwrap_or_default().matches("sockpit> ").count();
    let stands = |columns: u16| {
        let before = drawn();
        tmux.resize(columns);
        tmux.until("it is drawn anew", |_| drawn() > before);
        tmux.until(&format!("one line at {columns} columns"), |s| {
            let joined = s.replace('\n', "");
            // What stands above it is neither lost nor doubled.
            let above = (3..=6).all(|n| s.matches(&format!("\nbefore{n}\n")).count() == 1);
            above && joined.replace(' ', "").ends_with(&whole.replace(' ', "")) && joined.matches("\"one").count() == 1
        });
    };
    for columns in [60, 40, 120, 50, 100, 47, 119] {
        stands(columns);
    }
    // The cursor in the middle.
    tmux.run(&["send-keys", "C-a"]);
    tmux.until("the cursor", |_| tmux.run(&["display-message", "-p", "#{cursor_x}"]).trim() == "9");
    for columns in [60, 90, 45, 120] {
        stands(columns);
    }
    tmux.run(&["send-keys", "C-u", "C-k"]);
    tmux.until("no line", |s| s.ends_with("sockpit>"));
    // What is waited for, too.
    tmux.keys("srv = create_server 127.0.0.1:0\r");
    tmux.until("the server", |s| s.contains("srv = <"));
    tmux.keys("accept srv\r");
    tmux.until("the wait", |s| s.contains("in the background ("));
    tmux.resize(70);
    tmux.until("the wait, once", |s| s.contains("\naccept(srv) waits") && s.matches("accept(srv)").count() == 1);
    tmux.run(&["send-keys", "C-c"]);
    tmux.until("no wait", |s| s.contains("Interrupted") && !s.contains("waits for"));
}

fn what_comes_meanwhile_leaves_the_line_whole_wherever_it_ends() {
    let mut t = prompt(24, 20);
    run(&mut t, "u = socket udp", "u = <");
    run(&mut t, "bind u 127.0.0.1:0", "\nok");
    run(&mut t, "h, p = getsockname u", "p = ");
    t.ready();
    let text = t.text();
    let port: u16 = text.rsplit("p = ").next().unwrap().lines().next().unwrap().trim().parse().unwrap();
    let peer = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for length in (6..34).step_by(2).chain([11, 31]) {
        t.keys("recv u 9 &\r");
        t.see("[");
        t.ready();
        let line: String = "print 黑马".chars().chain(('a'..='z').cycle()).take(length).collect();
        t.keys(&line);
        // A line that ends at the edge goes on in a row of its own.
        let joined = |s: &str| s.replace('\n', "");
        t.until("the line", |s| joined(s).ends_with(&format!("sockpit> {line}")));
        t.keys("\x1b[D\x1b[D");
        peer.send_to(b"hello", ("127.0.0.1", port)).unwrap();
        let ends = format!("-> b\"hello\"sockpit> {line}");
        t.until(&format!("the line of {length} below it"), |s| {
            joined(s).ends_with(&ends) && s.matches("print").count() == 1
        });
        t.keys("\x05\x15");
        t.ready();
        // What is left of it would be seen.
        t.keys("\x0c");
        t.until("a clear screen", |s| s.trim() == "sockpit>");
    }
}

fn enter_during_a_wait_leaves_nothing_behind() {
    let mut t = prompt(24, 80);
    t.keys("sleep 1.5\r");
    t.see("sleep waits for its time");
    t.keys("\r\r\r");
    t.see("(1 s");
    t.until("nothing of it", |s| s.ends_with("sockpit> sleep 1.5\nok\nsockpit> "));
    // Lines of a program would be run by it, as by any Enter; text is the next line.
    t.ready();
    t.keys("sleep 0.6\r");
    t.see("sleep waits for its time");
    t.keys("\rprint \"typed ahead\"\r\rprint half");
    t.until("the lines", |s| {
        s.ends_with("sockpit> sleep 0.6\nok\nsockpit> print \"typed ahead\"\ntyped ahead\nsockpit> print half")
    });
    // An Enter that is pressed at the prompt is seen.
    t.keys("\x15\r");
    t.until("an empty line", |s| s.ends_with("typed ahead\nsockpit> \nsockpit> "));
}

fn keys_are_those_of_the_inputrc() {
    let folder = Folder::new();
    let inputrc = folder.file("inputrc", b"$if python\nset editing-mode emacs\n$endif\n  Set Editing-Mode VI\n$if sockpit\nset bell-style none\n$else\nset editing-mode emacs\n$endif\n\
          # set editing-mode emacs\n");
    let mut t = Terminal::with(24, 100, &[], Folder::new(), |c| {
        c.env("INPUTRC", inputrc);
    });
    t.ready();
    t.keys("print wrong");
    t.see("wrong");
    // Back a word, change it.
    t.keys("\x1bbcwright\r");
    t.see("\nright");
    // Nothing completes that: it would ring, as it does without the setting.
    let rings = |t: &mut Terminal| {
        t.ready();
        t.keys("zzq\t");
        t.see("zzq");
        t.keys("\x03");
        t.ready();
        t.raw.contains(&b'\x07')
    };
    assert!(!rings(&mut t));
    assert!(rings(&mut prompt(24, 100)));
}

fn a_long_line_is_taken_or_refused_clearly() {
    let mut t = prompt(24, 100);
    t.keys(&pasted(&format!("let big = \"{}\"", "x".repeat(60_000))));
    t.until("the end of it", |s| s.trim_end().ends_with("x\""));
    t.keys("\r");
    t.see("(60000 characters)");
    t.ready();
    t.keys(&pasted(&format!("let big = \"{}\"\n", "x".repeat(1_100_000))));
    t.see("the limit is 1048576");
    run(&mut t, "print \"goes on\"", "\ngoes on");
}

fn a_history_that_may_not_be_written_is_read_all_the_same() {
    use std::os::unix::fs::PermissionsExt;
    let state = Folder::new();
    std::fs::create_dir_all(state.path().join("sockpit")).unwrap();
    let path = state.path().join("sockpit/history");
    std::fs::write(&path, "print \"from before\"\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    if std::fs::File::options().write(true).open(&path).is_ok() {
        eprintln!("SKIPPED: root may write every file");
        return;
    }
    let mut t = Terminal::with(24, 160, &[], state, |_| {});
    t.see("the history is not kept");
    t.ready();
    t.keys("\x1b[A\r");
    t.see("\nfrom before");
}

fn bytes_that_are_no_text_cost_the_line_alone() {
    let mut t = prompt(24, 100);
    run(&mut t, "s = socket udp", "s = <");
    t.ready();
    t.keys("half");
    t.see("half");
    t.bytes(b"\xff\xfe");
    t.see("# what was typed is not UTF-8: the line is given up");
    run(&mut t, "getsockname s", "\n0.0.0.0:0");
    // The same within a paste.
    t.ready();
    t.bytes(b"\x1b[200~one\ntwo \xff");
    t.until("the second", |s| s.matches("is not UTF-8").count() == 2);
    run(&mut t, "print \"after that\"", "\nafter that");
}

fn control_characters_of_a_paste_reach_no_terminal() {
    let mut t = prompt(24, 100);
    t.keys(&pasted("print a\u{9b}2Jb\u{7}c"));
    wait_line(&mut t, "print a2Jbc");
    assert!(!t.raw.contains(&7) && !t.raw.windows(2).any(|w| w == [0xc2, 0x9b]));
}

fn a_shell_stops_it_and_brings_it_back() {
    if !common::has("bash") {
        return;
    }
    let mut t = Terminal::of(24, 100, &["bash", "--norc", "--noprofile", "-i"], Folder::new(), |c| {
        c.env("PS1", "shell> ");
    });
    t.see("shell>");
    t.keys(&format!("{}\r", common::SOCKPIT));
    t.ready();
    run(&mut t, "s = socket udp", "s = <");
    // While a line is typed.
    t.ready();
    t.keys("print \"ha");
    t.see("print \"ha");
    t.keys("\x1a");
    t.until("the shell", |s| s.contains("Stopped") && s.trim_end().ends_with("shell>"));
    t.keys("echo shell $((1+1))\r");
    t.until("it echoes what is typed", |s| s.contains("echo shell $((1+1))\nshell 2"));
    t.keys("fg\r");
    t.until("the line", |s| s.trim_end().ends_with("sockpit> print \"ha"));
    t.keys("lf\"\r");
    t.see("\nhalf");
    // While a call waits.
    t.ready();
    t.keys("sleep 1000\r");
    t.wait_for("the call runs", Terminal::is_cooked);
    t.keys("\x1a");
    t.until("the shell", |s| s.matches("Stopped").count() == 2 && s.trim_end().ends_with("shell>"));
    t.keys("fg\r");
    t.until("it goes on", |s| s.rsplit("Stopped").next().is_some_and(|l| l.contains("Ctrl-C gives up")));
    t.keys("\x03");
    t.see("Interrupted");
    run(&mut t, "getsockname s", "\n0.0.0.0:0");
    t.ready();
    t.keys("quit\r");
    t.until("the shell", |s| s.trim_end().ends_with("shell>"));
    t.keys("exit\r");
    t.end();
}

fn a_script_on_a_terminal_has_the_same_colours() {
    let folder = Folder::new();
    let script = folder.file("s.sock", b"# note\nlet x = 5\nprint \"x is $x\"\n");
    let mut t = Terminal::new(24, 100, &[&script]);
    assert!(t.end().success());
    let text = t.text();
    assert!(text.contains("sockpit> let x = 5\nx = 5\nsockpit> print \"x is $x\"\nx is 5"), "{text}");
    assert_eq!(t.looks("\"x is").0, GREEN);
    assert_eq!(t.looks("$x").0, CYAN);
}
