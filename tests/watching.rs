//! What only concerns the person who watches: `every`, `timing`, `tee`. No transcript has any of it.

use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::terminal::Terminal;
use crate::common::{Folder, command, lines, run};

tests![
    every_shows_each_round_until_ctrl_c,
    every_in_the_background_shows_its_number,
    every_ends_in_a_script_by_a_bound_a_signal_or_an_error,
    rounds_do_not_drift,
    every_line_that_is_wrong_says_what_to_write,
    timing_stands_below_each_call,
    timing_is_in_no_transcript,
    tee_writes_what_the_prompt_shows,
    tee_writes_what_a_script_shows,
    a_tee_that_cannot_be_written_ends,
];

/// The text of a file, once it has this.
fn read(t: &Terminal, path: &std::path::Path, what: &str) -> String {
    let text = || std::fs::read_to_string(path).unwrap_or_default();
    t.wait_for(what, |_| text().contains(what));
    text()
}

fn save(t: &mut Terminal) -> String {
    let path = t.state.path().join("s.transcript");
    t.ready();
    t.keys(&format!("save {}\r", path.display()));
    t.wait_for("the file", |_| path.exists());
    t.ready();
    let verified = run(&["verify", path.to_str().unwrap()]);
    assert_eq!(verified.status, 0, "{}", verified.out);
    std::fs::read_to_string(path).unwrap()
}

fn every_shows_each_round_until_ctrl_c() {
    let mut t = Terminal::new(40, 100, &[]);
    t.ready();
    t.keys("left, right = socketpair\rsend left hello\r");
    t.see("\n5\n");
    t.ready();
    t.keys("every 0.01 inq right\r");
    t.until("rounds", |s| s.matches("\n5\n").count() > 5);
    t.keys("\x03");
    t.see("inq: Interrupted: interrupted with Ctrl-C");
    t.ready();
    let text = save(&mut t);
    assert!(
        !text.contains("every") && !text.contains("Interrupted") && text.ends_with("send left hello\n5\n"),
        "{text}"
    );
    // One that waits within its round, a view, and one that fails.
    t.keys("every 0.01 recv right 100\r");
    t.see("b\"hello\"");
    t.keys("\x03");
    t.until("given up", |s| s.matches("Interrupted").count() == 2);
    t.ready();
    t.keys("every 0.01 netstat left\r");
    t.until("tables", |s| s.matches("CONNECTED").count() > 3);
    t.keys("\x03");
    t.until("given up", |s| s.matches("Interrupted").count() == 3);
    t.ready();
    t.keys("close left\r");
    t.ready();
    t.keys("every 0.01 send left x\r");
    t.see("send: EBADF");
    t.ready();
    t.keys("why left\r");
    t.see("left: closed");
}

fn every_in_the_background_shows_its_number() {
    let mut t = Terminal::new(40, 100, &[]);
    t.ready();
    t.keys("left, right = socketpair\rsend left hello\r");
    t.ready();
    t.keys("every 0.01 inq right &\r");
    t.see("[1] in the background: every 0.01 inq right\n");
    t.until("rounds", |s| s.matches("[job 1] 5\n").count() > 3);
    t.keys("jobs\r");
    t.see("[1] every 0.01 inq right: waits for the next round");
    t.keys("cancel 1\r");
    t.see("[1] every 0.01 inq right: Cancelled");
    t.keys("jobs\r");
    t.see("[1] every 0.01 inq right: Cancelled\n");
    let text = save(&mut t);
    assert!(
        text.contains("sockpit> every 0.01 inq right &\n[1] in the background") && !text.contains("[job 1]"),
        "{text}"
    );
}

fn every_ends_in_a_script_by_a_bound_a_signal_or_an_error() {
    let run = run(&["--timeout", "0.2", "-c", "every 0.01 htons 80"]);
    assert!(run.status == 124 && run.out.matches("20480").count() > 3, "{}", run.out);
    assert!(run.err.contains("waits for the next round"), "{}", run.err);
    let failed = lines("q = queue\nput q a\nput q b\nevery 0.01 get_nowait q\nprint never");
    assert!(failed.status == 1 && failed.out.is_empty() && failed.err.contains("get_nowait: Empty"), "{}", failed.err);
    let mut child = command(&["--timeout", "20", "-c", "print ready\nevery 0.01 htons 80"]).spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while line != "20480\n" {
        line.clear();
        std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    std::io::copy(&mut out, &mut std::io::sink()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

fn rounds_do_not_drift() {
    // However late each one is, the tenth begins nine periods after the first, or a little later.
    let begun = Instant::now();
    let run = lines(
        "let rounds = 0\ndef round\n  global rounds\n  let rounds = $rounds + 1\n  if $rounds == 1\n    global first\n    \
         first = now\n  end\n  if $rounds == 40\n    t = now\n    let took = $t - $first\n    print $took\n    recv $nobody 1\n  end\nend\n\
         try\n  every 0.01 round\nexcept Unbound\nend",
    );
    let took: f64 = run.out.trim().parse().unwrap_or_else(|_| panic!("{}{}", run.out, run.err));
    assert!(took >= 0.389, "{took}");
    assert!(took < begun.elapsed().as_secs_f64());
}

fn every_line_that_is_wrong_says_what_to_write() {
    for (line, said) in [
        ("every", "the seconds and the call to repeat are missing"),
        ("every 1", "the call to repeat is missing"),
        ("every now", "seconds, more than 0"),
        ("every x now", "seconds, more than 0"),
        ("every 0 now", "seconds, more than 0"),
        ("every -1 now", "seconds, more than 0"),
        ("every inf now", "seconds, more than 0"),
        ("every nan now", "seconds, more than 0"),
        ("every \"1\" now", "seconds, more than 0"),
        ("every 1 every 1 now", "every repeats a call alone"),
        ("every 1 expect EAGAIN now", "every repeats a call alone"),
        ("expect EAGAIN every 1 now", "it cannot be repeated"),
        ("x = every 1 now", "no one result to name"),
        ("every 1 x = now", "no one result to name"),
        ("every 1 x, y = now", "no one result to name"),
        ("every 1 print hi", "give other lines a name with def"),
        ("every 1 repeat 3", "give other lines a name with def"),
        ("every 1 nowt", "did you mean `now`?"),
        ("every 1 recv", "S is missing"),
        ("let every = 5", "a word of the language"),
        ("let x = none\nevery $x now", "not none"),
        ("let x = 0\nevery $x now &\nwait 1", "not 0"),
        ("every 1e-12 now", "seconds, more than 0"),
    ] {
        let run = lines(line);
        assert!(run.status == 1 && run.err.contains(said), "{line}: {}", run.err);
    }
}

fn timing_stands_below_each_call() {
    let shown = run(&[
        "-c",
        "def nap\n  sleep 0.02\nend\ns = socket\ntiming on\nleft, right = socketpair\nsleep 0.05\nnap\nexpect ENOTCONN getpeername s\n\
         try\n  htons 70000\nexcept Usage\nend\nlet x = 5\nprint hi\ninfo left\nrecv right 1 &\nsend left x\nwait 1\ntiming off\nhtons 80",
    ]);
    let out = &shown.out;
    assert_eq!(shown.status, 0, "{}", shown.err);
    let time = |after: &str| {
        let (_, rest) = out.split_once(after).unwrap_or_else(|| panic!("{after}: {out}"));
        let line = rest.lines().find(|l| l.starts_with("  # ")).unwrap();
        let (number, unit) = line[4..].split_once(' ').unwrap();
        number.parse::<f64>().unwrap() * if unit == "s" { 1000.0 } else { 1.0 }
    };
    assert!(time("sockpit> sleep 0.05\nok\n") >= 50.0);
    assert!(time("sockpit> nap\n  sleep 0.02 -> ok\n") >= 20.0, "the inner call");
    assert!(time("sleep 0.02 -> ok\n") >= 20.0);
    assert!(time("as expected\n") < 1000.0);
    let count = out.lines().filter(|l| l.starts_with("  # ")).count();
    // A pair, a sleep, two of nap, an expected and a taken error, a view, a background call, a send, a wait.
    assert_eq!(count, 10, "{out}");
    assert!(out.ends_with("sockpit> timing off\nok\nsockpit> htons 80\n20480\n"), "{out}");
    // Quiet is quiet; JSON has an event.
    assert_eq!(run(&["-q", "-c", "timing on\nhtons 80\nprint hi"]).out, "hi\n");
    assert!(run(&["--json", "-c", "timing on\nhtons 80"]).out.contains("\"event\":\"timed\""));
}

fn timing_is_in_no_transcript() {
    let folder = Folder::new();
    let script = folder.file("x.sock", b"timing on\nhtons 80\nrepeat 2\n  htons 443\nend\nprompt \"x> \"\n");
    let recorded = folder.path().join("x.transcript");
    let recorded = recorded.to_str().unwrap();
    assert_eq!(run(&["record", &script, "-o", recorded]).status, 0);
    let text = std::fs::read_to_string(recorded).unwrap();
    assert!(!text.contains(" ms") && text.contains("20480"), "{text}");
    assert_eq!(run(&["verify", recorded]).status, 0);
    let mut t = Terminal::new(40, 100, &[]);
    t.ready();
    t.keys("timing on\r");
    t.ready();
    t.keys("htons 80\r");
    t.until("its time", |s| s.contains("20480\n  # 0.") && s.contains(" ms\n"));
    let (_, _, dim) = t.looks("# 0.");
    assert!(dim);
    t.keys("repeat 2\rhtons 443\rend\r");
    t.until("two more", |s| s.matches(" ms\n").count() == 3);
    let text = save(&mut t);
    assert!(!text.contains(" ms") && !text.contains("timing") && text.contains("20480"), "{text}");
}

fn tee_writes_what_the_prompt_shows() {
    let mut t = Terminal::new(40, 80, &[]);
    let path = t.state.path().join("log");
    t.ready();
    t.keys("print before\r");
    t.ready();
    t.keys(&format!("tee {}\r", path.display()));
    t.ready();
    t.keys("left, right = socketpair\r");
    t.see("right = <");
    t.ready();
    t.keys("binde x\r");
    t.see("did you mean");
    t.ready();
    t.keys("repeat 2\rprint \"tab\\there\"\rend\r");
    t.until("twice", |s| s.matches("\ntab").count() == 2);
    t.ready();
    t.keys("srv = create_server 127.0.0.1:0\r");
    t.see("srv = <");
    t.ready();
    t.keys("_, port = getsockname srv\r");
    t.until("the port", |s| s.lines().any(|l| l.starts_with("port = ")));
    let port = t.text().lines().find_map(|l| l.strip_prefix("port = ")?.trim().parse::<u16>().ok()).unwrap();
    t.ready();
    let _peer = TcpStream::connect(("127.0.0.1", port)).unwrap();
    t.see("# srv has a connection waiting");
    t.keys("def child\rprint \"from a child\"\rend\r");
    t.ready();
    t.keys("p = process child\r");
    t.see("[child-1] from a child");
    t.ready();
    t.keys("send left \"\\x1b[2Jboo\"\r");
    t.ready();
    t.keys("recv right 100\r");
    t.see("boo");
    t.ready();
    t.keys("tee off\r");
    t.ready();
    t.keys("print after\r");
    t.see("\nafter");
    let text = read(&t, &path, "sockpit> tee off\n");
    for line in [
        "sockpit> left, right = socketpair\nleft = <",
        "sockpit> binde x\n",
        "did you mean `bind`?\n",
        "sockpit> repeat 2\n    ...>   print \"tab\\there\"\n    ...> end\ntab\there\ntab\there\n",
        "# srv has a connection waiting: accept srv\n",
        "[child-1] from a child\n",
        "b\"\\x1b[2Jboo\"\n",
    ] {
        assert_eq!(text.matches(line).count(), 1, "{line:?}\n--- in\n{text}");
    }
    assert!(!text.contains("before") && !text.contains("after"), "{text}");
    assert!(text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()), "{text:?}");
    let text = save(&mut t);
    assert!(!text.contains("tee"), "{text}");
}

fn tee_writes_what_a_script_shows() {
    let folder = Folder::new();
    let text = "tee log\nprint hi\nhtons 80\nsend nobody x";
    let shown = |args: &[&str]| {
        let out = command(args).args(["-c", text]).current_dir(folder.path()).output().unwrap();
        assert_eq!(out.status.code(), Some(1));
        let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
        (String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap(), log)
    };
    let (out, log) = shown(&[]);
    let (_, after) = out.split_once("sockpit> tee log\n").unwrap();
    assert_eq!(log, after);
    let (out, log) = shown(&["-q"]);
    assert_eq!(log, out);
    let (out, log) = shown(&["--json"]);
    assert!(out.ends_with(&log) && log.contains("\"event\":\"printed\""), "{log}");
    // A recording shows nothing, so there is nothing to write.
    std::fs::remove_file(folder.path().join("log")).unwrap();
    let script = folder.file("x.sock", b"tee log\nprint hi\ntee off\n");
    let recorded = command(&["record", &script]).current_dir(folder.path()).output().unwrap();
    assert!(recorded.status.success() && !folder.path().join("log").exists());
}

fn a_tee_that_cannot_be_written_ends() {
    let full = lines("tee /dev/full\nprint a\nprint b");
    assert_eq!((full.status, &*full.out), (0, "a\nb\n"));
    assert_eq!(full.err, "sockpit: tee has ended: ENOSPC: No space left on device (28)\n");
    // A pipe that nobody reads is not waited for.
    let folder = Folder::new();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let begun = Instant::now();
    let run = lines(&format!("expect ENXIO tee {}", pipe.display()));
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(begun.elapsed() < Duration::from_secs(20));
}
