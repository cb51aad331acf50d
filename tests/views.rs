//! What the kernel sees, as it is shown: tables on terminals of any width, in pipes, in transcripts, as objects.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::common::terminal::Terminal;
use crate::common::{Folder, Killed, has, run};
use unicode_width::UnicodeWidthStr;

tests![
    tables_fit_the_window_and_columns_stand_in_line,
    a_narrow_window_is_readable,
    a_window_that_changes_counts,
    a_pipe_and_a_transcript_know_no_window,
    measured_views_do_not_depend_on_the_run,
    numbers_have_units,
    rows_are_objects_in_json,
    netstat_names_the_process_of_a_foreign_socket,
    netstat_lists_the_whole_machine,
    leaving_says_what_it_closes,
    what_has_no_meaning_is_a_dash,
    a_closed_socket_that_still_sends_is_found_by_its_name,
];

/// Type a line and see it run.
fn line(t: &mut Terminal, line: &str) {
    t.ready();
    t.keys(&format!("{line}\r"));
    // A narrow window breaks it.
    t.until(line, |s| s.replace('\n', "").contains(line) && s.trim_end().ends_with("sockpit>"));
}

/// A prompt of that width with two sockets, one of them bound to a path in Chinese. Its lines after that.
fn sockets_at(columns: u16) -> Vec<String> {
    let folder = Folder::new();
    let mut t = Terminal::with(60, columns, &[], Folder::new(), |c| {
        c.current_dir(folder.path());
    });
    t.see("sockpit>");
    for text in
        ["srv = create_server 127.0.0.1:0", "u = socket unix", "bind u ./服务器.sock", "settimeout u 2.5", "sockets"]
    {
        line(&mut t, text);
    }
    let text = t.text();
    text[text.find("sockpit> sockets").unwrap()..].lines().skip(1).map(str::to_string).collect()
}

fn tables_fit_the_window_and_columns_stand_in_line() {
    for columns in [80, 200] {
        let lines = sockets_at(columns);
        let header = &lines[0];
        assert!(header.starts_with("name") && header.ends_with("out"), "{lines:#?}");
        let at = |line: &str, word: &str| line[..line.find(word).unwrap()].width();
        let mode = at(header, "mode");
        assert_eq!((at(&lines[1], "blocking"), at(&lines[2], "timeout 2.5 s")), (mode, mode), "{lines:#?}");
        assert!(
            lines[1].starts_with("srv") && lines[1].contains("0/128") && lines[2].contains("服务器.sock"),
            "{lines:#?}"
        );
        assert!(lines.iter().all(|l| l.width() <= columns.into()), "{lines:#?}");
    }
}

fn a_narrow_window_is_readable() {
    let lines = sockets_at(20);
    let has = |line: &str| lines.iter().any(|l| l == line);
    assert!(has("name: srv") && has("  state: LISTEN") && has("  in: 0/128") && has("name: u"), "{lines:#?}");
    assert!(has("  mode: timeout 2.5") && has("    s"), "{lines:#?}");
    assert!(lines.iter().all(|l| l.width() <= 20), "{lines:#?}");
}

fn a_window_that_changes_counts() {
    let mut t = Terminal::new(60, 200, &[]);
    t.see("sockpit>");
    line(&mut t, "srv = create_server 127.0.0.1:0");
    line(&mut t, "sockets");
    t.see("name  fd  type");
    t.resize(60, 20);
    t.ready();
    t.keys("sockets\r");
    t.see("\nname: srv");
}

fn a_pipe_and_a_transcript_know_no_window() {
    let folder = Folder::new();
    let lines = "srv = create_server 127.0.0.1:0\nc = socket\nsockets\nnetstat srv\nnetstat srv CLOSE\n";
    let script = folder.file("x.sock", lines.as_bytes());
    let piped = run(&["run", &script]);
    assert!(piped.out.contains("name  fd  type      local"), "{}", piped.out);
    let out = folder.path().join("x.transcript");
    let out = out.to_str().unwrap();
    assert_eq!(run(&["record", &script, "-o", out]).status, 0);
    let text = std::fs::read_to_string(out).unwrap();
    let expected = "\
name      fd  type      local               state   mode      in     out
srv   {fd:1}  TCP/IPv4  127.0.0.1:{port:1}  LISTEN  blocking  0/128    -
c     {fd:2}  TCP/IPv4  -                   CLOSE   blocking  -        -
sockpit> netstat srv
proto  local               state   in  out  name  process
tcp    127.0.0.1:{port:1}  LISTEN   0    0  srv   {pid:1}/sockpit
sockpit> netstat srv CLOSE
no socket is like that
";
    assert!(text.contains(expected), "{text}");
    // The same session at a prompt, in a narrow window, saved.
    let mut t = Terminal::new(60, 20, &[]);
    t.see("sockpit>");
    for text in lines.lines() {
        line(&mut t, text);
    }
    let saved = t.state.path().join("s.transcript");
    t.ready();
    t.keys(&format!("save {}\r", saved.display()));
    t.wait_for("the file", |_| saved.exists());
    t.ready();
    let at_the_prompt = std::fs::read_to_string(&saved).unwrap();
    assert_eq!(at_the_prompt.strip_prefix("# at the prompt\n"), Some(&*text));
    assert_eq!(run(&["verify", out]).status, 0);
}

fn measured_views_do_not_depend_on_the_run() {
    let folder = Folder::new();
    let script = folder.file(
        "x.sock",
        b"srv = create_server 127.0.0.1:0\ninfo srv\ni = info srv\nifconfig\nn = field $i backlog\nspawn show\ndef show\n  info srv\nend\n",
    );
    let text = run(&["record", &script]).out;
    assert!(
        text.contains("sockpit> info srv\n{any}\nsockpit> i = info srv\ni = {any}\nsockpit> ifconfig\n{any}\n"),
        "{text}"
    );
    assert!(text.contains("\nn = 128\n"), "{text}");
}

fn numbers_have_units() {
    let lines = "srv = create_server 127.0.0.1:0\nat = getsockname srv\na = create_connection $at\ninfo a\ni = info a\n\
                 for key in rtt snd_mss\n  n = field $i $key\n  print $n\nend";
    let shown = run(&["-q", "-c", lines]).out;
    let value = |name: &str| {
        let line = shown.lines().find(|l| l.starts_with(name)).unwrap_or_else(|| panic!("{shown}"));
        line.split("  ").map(str::trim).filter(|part| !part.is_empty()).nth(1).unwrap_or_default().to_string()
    };
    let numbers: Vec<u32> = shown.lines().rev().take(2).map(|n| n.parse().unwrap()).collect();
    assert_eq!(value("snd_mss "), format!("{} bytes", numbers[0]), "{shown}");
    assert_eq!(value("rtt "), format!("{} ms", f64::from(numbers[1]) / 1000.0), "{shown}");
    assert_eq!(value("snd_ssthresh "), "no limit", "{shown}");
}

fn rows_are_objects_in_json() {
    let run = run(&["--json", "-c", "srv = create_server 127.0.0.1:0\nsockets\nnetstat srv\nrows = netstat srv"]);
    let objects: Vec<serde_json::Value> = run.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let rows = |call: &str| objects.iter().find(|o| o["event"] == "rows" && o["call"] == call).unwrap()["rows"].clone();
    assert_eq!(rows("sockets")[0]["name"], "srv");
    assert_eq!(rows("sockets")[0]["mode"], "blocking");
    assert_eq!(rows("netstat")[0]["state"], "LISTEN");
    assert_eq!(rows("netstat")[0]["peer"], serde_json::Value::Null);
    assert_eq!(objects.last().unwrap()["values"][0][0]["object"], rows("netstat")[0]);
}

fn netstat_names_the_process_of_a_foreign_socket() {
    if !has("python3") {
        return;
    }
    // The name is one that a terminal would obey.
    let code = "import socket, sys; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(3); \
                open('/proc/self/comm', 'w').write('evil\\x1b[2J'); print(s.getsockname()[1], flush=True); sys.stdin.read()";
    let child = Command::new("python3").args(["-c", code]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = Killed(child.unwrap());
    let mut port = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let port = port.trim();
    let shown = run(&["-c", &format!("netstat {port} LISTEN")]);
    assert!(shown.out.contains(&format!("127.0.0.1:{port}")), "{}", shown.out);
    assert!(shown.out.contains("/evil\\x1b[2J"), "{}", shown.out);
    assert!(!shown.out.contains('\x1b'), "{}", shown.out);
    let by_name = run(&["-c", "netstat tcp \"evil\\x1b[2J\" LISTEN"]);
    assert!(by_name.out.contains(&format!(":{port} ")), "{}", by_name.out);
}

fn netstat_lists_the_whole_machine() {
    let foreign = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = foreign.local_addr().unwrap().port();
    let shown = run(&["-c", "a, b = socketpair\nnetstat"]).out;
    // A connection that is over may have had the port before.
    let row = |line: &&str| line.contains(&format!("127.0.0.1:{port} ")) && line.contains(" LISTEN ");
    let line = shown.lines().find(row).unwrap_or_else(|| panic!("{shown}"));
    assert!(line.starts_with("tcp") && line.contains(&format!("{}/", std::process::id())), "{line}");
    assert!(shown.lines().any(|l| l.starts_with("unix") && l.contains("  a  ") && l.contains("/sockpit")), "{shown}");
    let only = run(&["-c", "netstat udp"]).out;
    assert!(only.lines().skip(2).all(|l| l.starts_with("udp")), "{only}");
}

fn what_has_no_meaning_is_a_dash() {
    let lines = "b = socket\nbind b 127.0.0.1:0\nat = getsockname b\na = socket\nexpect ECONNREFUSED connect a $at\n\
                 u = socket udp\nv = socket unix\nsockets\ninfo a";
    let shown = run(&["-c", lines]).out;
    let row = |name: &str| {
        let line = shown.lines().rev().find(|l| l.starts_with(name)).unwrap_or_else(|| panic!("{shown}"));
        line.split_whitespace().map(str::to_string).collect::<Vec<_>>()
    };
    for (name, queues) in [("a ", ["-", "-"]), ("b ", ["-", "-"]), ("u ", ["0", "0"]), ("v ", ["-", "-"])] {
        assert!(row(name).ends_with(&queues.map(String::from)), "{shown}");
    }
    for name in ["out ", "last_data_sent ", "last_data_recv ", "min_rtt ", "notsent_bytes ", "options "] {
        assert_eq!(row(name)[1], "-", "{shown}");
    }
}

fn a_closed_socket_that_still_sends_is_found_by_its_name() {
    let lines = "srv = create_server 127.0.0.1:0\naddr = getsockname srv\nc = create_connection $addr\n\
                 conn, peer = accept srv\nsetblocking c off\nlet big = \"x\" * 100000\nloop\n  try\n    n = send c $big\n  except EAGAIN\n    break\n  end\nend\n\
                 close c\nnetstat c\nnetstat conn FIN_WAIT1";
    let shown = run(&["-c", lines]).out;
    let row = shown.lines().find(|l| l.starts_with("tcp ")).unwrap_or_else(|| panic!("{shown}"));
    assert!(row.contains(" FIN_WAIT1 ") && row.ends_with("  c"), "{shown}");
    assert!(shown.ends_with("\nno socket is like that\n"), "{shown}");
}

fn leaving_says_what_it_closes() {
    let lines = "srv = create_server 127.0.0.1:0\ncli = socket\nclose cli\nquit";
    let shown = run(&["-c", lines]).out;
    assert!(shown.lines().last().unwrap().starts_with("  # closed: srv (127.0.0.1:"), "{shown}");
    assert_eq!(run(&["-q", "-c", lines]).out, "");
    assert!(!run(&["-c", "s = socket\nclose s\nquit"]).out.contains("closed:"));
    let many = run(&["-c", "let all = \"\"\nrepeat 20\n  socket\nend\nquit"]).out;
    assert!(many.ends_with(", s12, and 8 more\n"), "{many}");
    let mut t = Terminal::new(24, 100, &[]);
    t.see("sockpit>");
    t.keys("a, b = socketpair\r");
    t.see("b = <");
    t.ready();
    t.keys("\x04");
    t.see("# closed: a, b");
    assert!(t.end().success());
}
