//! The program from outside: what it prints, its exit status, and what becomes of bad input.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use crate::common::{Folder, Killed, SOCKPIT, command, lines, piped, run};

tests![
    answers_come_from_a_pipe_line_by_line,
    where_the_program_is_standard_input_nobody_answers,
    exit_statuses_are_as_documented,
    what_follows_the_program_is_its_own,
    a_missing_file_is_named,
    signals_end_a_run_with_their_status,
    a_session_is_shown_as_it_looks_at_the_prompt,
    an_error_stands_at_its_file_line_and_word,
    a_file_that_is_no_program_is_refused_with_its_place,
    lines_come_from_a_pipe_or_a_file_too,
    a_line_of_a_pipe_runs_before_the_next_one_comes,
    piped_runs_always_end,
    a_closed_output_is_an_error_and_no_panic,
    too_many_descriptors_are_an_errno,
    a_huge_size_allocates_nothing,
    bytes_of_the_network_never_reach_the_output_raw,
    json_has_an_object_a_call,
    a_background_error_that_nobody_takes_counts,
];

fn exit_statuses_are_as_documented() {
    assert_eq!(lines("print hi").status, 0);
    assert_eq!(lines("assert 1 == 2").status, 1);
    assert_eq!(lines("expect EAGAIN now").status, 1);
    // A task's error is the run's, and a failure of the main task is one although others still run.
    assert_eq!(lines("def bad\n  assert 1 == 2\nend\nt = spawn bad\njoin t").status, 1);
    assert_eq!(lines("def bad\n  assert 1 == 2\nend\np = pool 1\nt = submit p bad\njoin t").status, 1);
    assert_eq!(lines("def late\n  sleep 0.01\nend\nspawn late\nassert 1 == 2").status, 1);
    for wrong in [
        &["--frob"][..],
        &["--json=x"],
        &["-q", "--json=full"],
        &["--json", "record", "x.sock"],
        &["--timeout", "x"],
        &["--timeout", "-1"],
        &["--timeout"],
        &["-c"],
        &["run"],
    ] {
        assert_eq!(run(wrong).status, 2, "{wrong:?}");
    }
    assert_eq!(run(&["/nowhere/x.sock"]).status, 2);
    assert_eq!(run(&["help", "nonsense"]).status, 2);
    assert_eq!(run(&["--timeout", "0.1", "-c", "sleep 20"]).status, 124);
    assert_eq!(run(&["--timeout", "0.1", "-c", "loop\nend"]).status, 124);
    for (args, word) in [(["--help", ""], "usage:"), (["--version", ""], "sockpit "), (["help", "accept"], "accept(2)")]
    {
        let args: Vec<_> = args.into_iter().filter(|a| !a.is_empty()).collect();
        let run = run(&args);
        assert!(run.status == 0 && run.out.contains(word), "{args:?}: {}", run.out);
    }
}

fn what_follows_the_program_is_its_own() {
    let folder = Folder::new();
    let file = folder.file("run", b"print $1 $2");
    assert_eq!(run(&["-q", "--timeout", "20.5", &file, "-q", "5"]).out, "-q 5\n");
    assert_eq!(run(&["-q", "run", &file, "a", "b"]).out, "a b\n");
    assert_eq!(run(&["-q", "-c", "print $1 $2", "a", "b"]).out, "a b\n");
}

fn a_missing_file_is_named() {
    let run = run(&["no-such.sock"]);
    assert_eq!(run.err, "sockpit: no-such.sock: ENOENT: No such file or directory (2)\n");
}

fn signals_end_a_run_with_their_status() {
    for (signal, status) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        for text in ["print ready\nsleep 30", "print ready\nloop\nend"] {
            let mut child = command(&["-q", "--timeout", "20", "-c", text]).spawn().unwrap();
            if text.contains("sleep") {
                // Output is flushed before a wait, so the signal comes while it waits.
                let mut first = String::new();
                BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
                assert_eq!(first, "ready\n");
            } else {
                wait_until_busy(child.id());
            }
            Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(status), "{signal} {text}");
        }
    }
}

/// Wait until a process has used some processor time, so that its loop runs.
fn wait_until_busy(pid: u32) {
    for _ in 0..1000 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let user = stat.rsplit(')').next().and_then(|s| s.split_whitespace().nth(11)?.parse::<u64>().ok());
        if user.is_some_and(|ticks| ticks >= 3) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the program never ran");
}

fn a_session_is_shown_as_it_looks_at_the_prompt() {
    let run = run(&["-c", "let x = 2 * 21\nrepeat 2\n  y = upper abc\nend\nprint $x \"a b\"\nexpect Usage upper"]);
    assert_eq!(
        run.out,
        "sockpit> let x = 2 * 21\nx = 42\n\
         sockpit> repeat 2\n    ...>   y = upper abc\n    ...> end\n  y = upper abc -> \"ABC\"\n  y = upper abc -> \"ABC\"\n\
         sockpit> print $x \"a b\"\n42 a b\n\
         sockpit> expect Usage upper\nupper: Usage: TEXT is missing, as expected\n"
    );
    assert_eq!((run.status, &*run.err), (0, ""));
}

fn an_error_stands_at_its_file_line_and_word() {
    let folder = Folder::new();
    let file = folder.file("x.sock", b"s = socket\n\nbind s 127.0.0.1:70000\nprint never\n");
    let run = run(&["-q", &file]);
    assert_eq!((run.status, &*run.out), (1, ""));
    let expected = format!(
        "bind: Usage: a port is 0 to 65535, not 70000\n  at {file}:3:8\n  3 | bind s 127.0.0.1:70000\n    |        ^^^^^^^^^^^^^^^\n"
    );
    assert_eq!(run.err, expected);
}

fn a_file_that_is_no_program_is_refused_with_its_place() {
    let folder = Folder::new();
    let refused = |name: &str, content: &[u8]| {
        let file = folder.file(name, content);
        let run = run(&["-q", &file]);
        assert_eq!(run.status, 1, "{name}: {}", run.err);
        run.err.replace(&file, name)
    };
    assert!(refused("nul.sock", b"print a\nprint b\0c\n").starts_with("nul.sock:2:8: a NUL byte"));
    assert!(refused("latin.sock", b"print caf\xe9\n").starts_with("latin.sock:1:10: this is not UTF-8"));
    let long = [b"print ".as_slice(), &vec![b'x'; 10_000_000]].concat();
    let said = refused("long.sock", &long);
    assert!(said.contains("this line has 10000006 bytes") && said.len() < 1000, "{}", &said[..200]);
    assert_eq!(
        run(&[
            "-q",
            &folder.file("ok.sock", "\u{feff}print ok\r\nprint \"a\r\n\"".replace("\"a\r\n\"", "a").as_bytes())
        ])
        .out,
        "ok\na\n"
    );
}

fn lines_come_from_a_pipe_or_a_file_too() {
    let input = b"let x = 1\nwhile $x < 3\n  print $x\n  let x = $x + 1\nend\nprint done";
    let run = piped(&["-q"], input);
    assert_eq!((run.status, &*run.out), (0, "1\n2\ndone\n"), "{}", run.err);
    let folder = Folder::new();
    let file = std::fs::File::open(folder.file("x.sock", input)).unwrap();
    let output = command(&["-q"]).stdin(file).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "1\n2\ndone\n");
    // The first error ends it, at its line.
    let run = piped(&["-q"], b"print a\n\nlisten x\nprint b\n");
    assert_eq!((run.status, &*run.out), (1, "a\n"));
    assert!(run.err.contains("stdin:3:8"), "{}", run.err);
    for (input, said) in
        [(b"print \xff\n".as_slice(), "not UTF-8"), (b"if 1\nprint x\n", "has no `end`"), (b"print a\0\n", "NUL")]
    {
        let run = piped(&[], input);
        assert!(run.status == 1 && run.err.contains(said), "{}", run.err);
    }
    let run = piped(&[], &vec![b'x'; 10_000_000]);
    assert!(run.status == 1 && run.err.contains("the limit is") && run.err.len() < 1000, "{}", run.err.len());
}

fn a_line_of_a_pipe_runs_before_the_next_one_comes() {
    let mut child = Killed(command(&["-q"]).stdin(Stdio::piped()).spawn().unwrap());
    let mut stdin = child.0.stdin.take().unwrap();
    let mut out = BufReader::new(child.0.stdout.take().unwrap());
    for i in 0..50 {
        writeln!(stdin, "print line {i}").unwrap();
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert_eq!(line, format!("line {i}\n"));
    }
    drop(stdin);
    assert!(child.0.wait().unwrap().success());
}

fn piped_runs_always_end() {
    for _ in 0..50 {
        let run = piped(&["-q", "--timeout", "20"], b"a, b = socketpair\nd = recv a 1 &\nsend b x\nwait 1\nprint $d\n");
        assert_eq!((run.status, &*run.out), (0, "x\n"), "{}", run.err);
    }
}

fn a_closed_output_is_an_error_and_no_panic() {
    let mut child = command(&["-c", "repeat 100000\nprint line\nend"]).spawn().unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(err.contains("EPIPE") && !err.contains("panicked"), "{err}");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&["-c", "print x"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("ENOSPC"));
}

fn too_many_descriptors_are_an_errno() {
    let text = "repeat 100\nsocket tcp\nend";
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -n 40; exec {SOCKPIT} -q -c \"$1\""), "sh", text])
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(err.starts_with("socket: EMFILE: Too many open files (24)"), "{err}");
    let caught = "try\nrepeat 100\nsocket tcp\nend\nexcept EMFILE\nclose s1\nclose s2\nclose s3\nclose s4\nclose s5\nclose s6\nclose s7\nclose s8\nclose s9\nend\na, b = socketpair\nd = recv a 1 &\nsend b x\nwait 1\nprint $d";
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -n 40; exec {SOCKPIT} -q -c \"$1\""), "sh", caught])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "x\n", "{}", String::from_utf8_lossy(&output.stderr));
}

fn a_huge_size_allocates_nothing() {
    let text =
        "a, b = socketpair\nsend a hi\nd = recv b 99999999999\nprint $d\nexpect EAGAIN recv b 99999999999 MSG_DONTWAIT";
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -v 1000000; exec {SOCKPIT} -q -c \"$1\""), "sh", text])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hi\n", "{}", String::from_utf8_lossy(&output.stderr));
}

fn bytes_of_the_network_never_reach_the_output_raw() {
    let text = "a, b = socketpair\nsend a \"\\x1b[2J\\x07\\x9b\"\nd = recv b 100\nprint $d \"$d\"\nrepr $d\nt = decode $d latin-1\nprint $t\nmyst";
    let run = run(&["-c", &text.replace("\nmyst", "")]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", run.out);
}

fn json_has_an_object_a_call() {
    let run = run(&[
        "--json",
        "-c",
        "a, b = socketpair\nn = send a hi\nd = recv b 9\nexpect EAGAIN recv b 9 MSG_DONTWAIT\nprint hi",
    ]);
    assert_eq!(run.status, 0, "{}", run.err);
    let objects: Vec<serde_json::Value> = run.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    // The header, then each line and what it gave.
    assert_eq!(objects.len(), 11, "{}", run.out);
    assert_eq!(objects[4]["call"], "send");
    assert_eq!(objects[4]["results"]["count"], 2);
    assert_eq!(objects[6]["names"][0], "d");
    assert_eq!(objects[6]["values"][0]["bytes"], "hi");
    assert_eq!(objects[8]["error"]["name"], "EAGAIN");
    assert_eq!(objects[8]["error"]["number"], 11);
    assert_eq!(objects[10]["text"], "hi");
}

fn a_background_error_that_nobody_takes_counts() {
    let run = lines("s = socket\nrecv s 1 &");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("[1] recv s 1: ENOTCONN"), "{}", run.err);
    assert_eq!(lines("s = socket\nrecv s 1 &\nexpect ENOTCONN wait 1").status, 0);
    assert_eq!(lines("s = create_server 127.0.0.1:0\naccept s &\ncancel 1\nexpect Cancelled wait 1").status, 0);
}

fn answers_come_from_a_pipe_line_by_line() {
    let script = "a = input \"first? \"\nb = input\nc = input\nr = repr $a\nprint $r\nr = repr $b\nprint $r\nr = repr $c\n\
                  print $r\nexpect EOF input\n";
    let run = piped(&["-q", "--timeout", "20", "-c", script], b"one\r\n\xff two \n\xe9\xbb\x91");
    assert_eq!(
        (run.status, &*run.out, &*run.err),
        (0, "\"one\"\nb\"\\xff two \"\n\"黑\"\n", ""),
        "no prompt in a pipe"
    );
    // Another task goes on while one waits; the bound on the run holds.
    let script = "def tick\n  sleep 0.05\n  print tick\n  quit 7\nend\nt = spawn tick\nx = input";
    let mut child = command(&["-q", "--timeout", "20", "-c", script]).stdin(Stdio::piped()).spawn().unwrap();
    let held = child.stdin.take();
    let run = crate::common::Run::from(child.wait_with_output().unwrap());
    drop(held);
    assert_eq!((run.status, &*run.out), (7, "[tick-1] tick\n"));
    let mut child = command(&["-q", "--timeout", "0.2", "-c", "x = input"]).stdin(Stdio::piped()).spawn().unwrap();
    let held = child.stdin.take();
    let run = crate::common::Run::from(child.wait_with_output().unwrap());
    drop(held);
    assert!(run.status == 124 && run.err.contains("waits for a line of the user"), "{}", run.err);
    // Who gave up asking loses no line.
    let script = "x = input &\ncancel 1\nsleep 0.05\ny = input\nz = input\nprint $y $z";
    let run = piped(&["-q", "--timeout", "20", "-c", script], b"one\ntwo\n");
    assert_eq!((run.status, &*run.out, &*run.err), (0, "one two\n", ""));
    // With --json the answer is an event, and the question none.
    let run = piped(&["--json", "-c", "x = input \"name? \""], b"ann\n");
    assert!(run.status == 0 && run.out.contains("\"values\":[\"ann\"]"), "{}", run.out);
    assert!(run.out.lines().all(|line| line.starts_with('{')), "{}", run.out);
}

fn where_the_program_is_standard_input_nobody_answers() {
    let run = piped(&["-q"], b"try\n  x = input\nexcept EOF\n  print nobody\nend\nprint next\n");
    assert_eq!((run.status, &*run.out), (0, "nobody\nnext\n"), "{}", run.err);
    let folder = Folder::new();
    let script = folder.file("program.sock", b"expect EOF input\nprint next\n");
    let run = crate::common::Run::of(command(&["-q"]).stdin(std::fs::File::open(script).unwrap()));
    assert_eq!((run.status, &*run.out), (0, "next\n"), "{}", run.err);
}
