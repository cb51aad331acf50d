//! What one call may make, and how long it may take: an error that says so, with little memory too, never an abort; and
//! whatever is made or read, Ctrl-C and `--timeout` end it.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{Folder, Killed, Run, SOCKPIT, command};

tests![little_memory, what_takes_long_is_broken_off, what_is_never_written_is_not_waited_for, a_program_too_large];

/// A program with 200 MB of addresses.
fn small(text: &str) -> Run {
    let limited = format!("ulimit -v 200000; exec {SOCKPIT} -q --timeout 60 -c \"$0\"");
    Run::of(Command::new("bash").args(["-c", &limited, text]).stdin(Stdio::null()))
}

fn little_memory() {
    let x = "let s = \"x\" * 60000000\n";
    for (text, told) in [
        ("let s = \"ab\" * 300000000", "ENOMEM"),
        (&format!("{x}let t = $s + $s + $s"), "ENOMEM"),
        (&format!("{x}let t = \"$s$s\""), "there is no memory"),
        (&format!("{x}l = list $s $s $s\njoin , $l"), "ENOMEM"),
        (&format!("{x}hexdump $s"), "ENOMEM"),
        (&format!("{x}b64encode $s"), "there is no memory"),
        (&format!("{x}replace $s x xx"), "ENOMEM"),
        (&format!("{x}encode $s utf-32"), "ENOMEM"),
        ("let s = \"\\u{149}\" * 30000000\nupper $s", "ENOMEM"),
        ("let s = \",\" * 10000000\nsplit $s ,", "ENOMEM"),
        ("let s = \",1\" * 10000000\nloads \"[1$s]\"", "a list of more than"),
        ("let s = \"a\" * 16000000\nunpack 16000000B $s", "a list of more than"),
        ("range 60000000", "a list of more than"),
        ("l = list\nextend l \"abc\"\nloop\n  let l = $l + $l\nend", "ENOMEM"),
        ("l = list\nloop\n  append l abcdefgh\nend", "ENOMEM"),
        ("loop\n  sleep 100 &\nend", "ENOMEM"),
        ("f = open /dev/zero rb\nread f", "EFBIG"),
        ("f = open /dev/zero\nreadline f", "EFBIG"),
        ("source /dev/zero", "EFBIG"),
    ] {
        let run = small(text);
        assert!(run.status == 1 && run.err.contains(told), "{text}: {} {}", run.status, run.err);
    }
    let taken = "l = list\ntry\n  loop\n    append l abcdefgh\n  end\nexcept ENOMEM\n  let l = none\nend\nprint alive";
    assert_eq!(small(taken).out, "alive\n");
}

/// Interrupt a program once it is at what takes long; gives its exit status and how long it went on.
fn interrupted(text: &str) -> (i32, Duration) {
    let folder = Folder::new();
    let begun = folder.path().join("begun");
    let text = text.replace("BEGUN", &format!("f = open {} w\nclose f\n", begun.display()));
    let mut child = Killed(command(&["-q", "-c", &text]).spawn().unwrap());
    let bound = Instant::now() + Duration::from_mins(1);
    while !begun.exists() && Instant::now() < bound {
        std::thread::sleep(Duration::from_millis(2));
    }
    let since = Instant::now();
    rustix::process::kill_process(rustix::process::Pid::from_child(&child.0), rustix::process::Signal::INT).unwrap();
    let status = child.0.wait().unwrap().code().unwrap_or(-1);
    (status, since.elapsed())
}

fn what_takes_long_is_broken_off() {
    // Each goes on for many seconds in a debug build.
    for text in [
        "let s = \"\\u{9ed1}\" * 20000000\nBEGUNencode $s gbk",
        "let s = \"ab\" * 30000000\nBEGUNreplace $s a b",
        "let s = \"\\x01\" * 60000000\nBEGUNx = repr $s",
        "let s = \"a b \" * 1000000\nBEGUNloop\n  x = split $s\nend",
        "BEGUNloop\n  let x = 1\nend",
    ] {
        let (status, took) = interrupted(text);
        assert_eq!(status, 130, "{text}");
        assert!(took < Duration::from_secs(3), "{text}: {took:?}");
    }
    let late =
        command(&["--timeout", "1", "-q", "-c", "let s = \"\\u{9ed1}\" * 20000000\nloop\n  x = encode $s gbk\nend"]);
    let since = Instant::now();
    let run = Run::of(&mut { late });
    assert_eq!(run.status, 124, "{}", run.err);
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
}

fn what_is_never_written_is_not_waited_for() {
    let folder = Folder::new();
    let fifo = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let fifo = fifo.to_str().unwrap();
    for (args, status) in [
        (&["--timeout", "0.2", fifo] as &[&str], 124),
        (&["step", "--timeout", "0.2", fifo], 124),
        (&["record", "--timeout", "0.2", fifo], 124),
        (&["verify", "--timeout", "0.2", fifo], 1),
        (&["--timeout", "0.2", "-c", &format!("source {fifo}")], 124),
    ] {
        assert_eq!(Run::of(&mut command(args)).status, status, "{args:?}");
    }
    // What somebody writes late is read all the same.
    let reader = command(&["-q", fifo]).spawn().unwrap();
    std::fs::write(fifo, "print came\n").unwrap();
    assert_eq!(Run::from(reader.wait_with_output().unwrap()).out, "came\n");
}

fn a_program_too_large() {
    let folder = Folder::new();
    let large = folder.file("large.sock", &b"print x\n".repeat(3_000_000));
    let run = Run::of(&mut command(&["-q", &large]));
    assert!(run.status == 2 && run.err.contains("EFBIG"), "{}", run.err);
}
