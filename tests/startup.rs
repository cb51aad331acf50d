//! How the program begins: its options and what they say together, rc.sock, `-i`, `-n`, `-`.

use std::process::{Command, Stdio};

use crate::common::terminal::Terminal;
use crate::common::{self, Folder, Run, command, lines, piped, run};

tests![
    lines_of_several_c_are_one_program,
    standard_input_is_a_program_with_arguments,
    what_follows_two_dashes_is_no_word_of_ours,
    what_makes_no_sense_together_is_wrong_usage,
    a_check_says_all_that_is_wrong_and_runs_nothing,
    a_transcript_is_no_script,
    after_a_script_the_prompt_has_its_names,
    an_error_of_the_script_does_not_keep_the_prompt_away,
    after_a_script_the_lines_of_a_pipe_run,
    rc_is_run_before_the_first_prompt,
    what_a_file_runs_is_shown_at_its_line,
    what_rc_did_stands_at_the_head_of_the_transcript,
    what_is_wrong_with_rc_is_said_and_the_prompt_comes,
    ctrl_c_gets_out_of_rc,
    rc_is_for_a_prompt_alone,
];

/// A folder for the state and the configuration, with these lines in rc.sock.
fn with_rc(text: &[u8]) -> Folder {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("sockpit")).unwrap();
    folder.file("sockpit/rc.sock", text);
    folder
}

fn prompt(args: &[&str], state: Folder) -> Terminal {
    Terminal::with(40, 100, args, state, |_| {})
}

fn lines_of_several_c_are_one_program() {
    let run = run(&["-q", "-c", "let x = 5", "-c", "repeat 2\nprint $x", "-c", "end\nrecv nobody 1", "a", "b"]);
    assert_eq!((run.status, &*run.out), (1, "5\n5\n"));
    assert!(run.err.contains("at -c:5:6\n  5 | recv nobody 1\n"), "{}", run.err);
    assert_eq!(common::run(&["-qcprint $1", "-c", "print $2", "a", "b"]).out, "a\nb\n");
    assert_eq!(common::run(&["-q", "-c", "print a", "-c", "", "-c", "print b"]).out, "a\nb\n");
    // What follows the first word is the program's.
    assert_eq!(common::run(&["-q", "-c", "print $1 $2", "x", "-c"]).out, "x -c\n");
    let wrong = common::run(&["-c", "print a", "-c", "if 1"]);
    assert!(wrong.status == 1 && wrong.out.is_empty() && wrong.err.starts_with("-c:2:1: "), "{}", wrong.err);
}

fn standard_input_is_a_program_with_arguments() {
    let folder = Folder::new();
    let script = folder.file("x.sock", b"print $1 $2\n");
    let from_file = |args: &[&str]| Run::of(command(args).stdin(std::fs::File::open(&script).unwrap()));
    for args in [&["-q", "-", "a", "-n"][..], &["-q", "run", "-", "a", "-n"], &["-q", "--", "-", "a", "-n"]] {
        assert_eq!(piped(args, b"print $1 $2\n").out, "a -n\n", "{args:?}");
        assert_eq!(from_file(args).out, "a -n\n", "{args:?}");
    }
    let failed = piped(&["-"], b"\nrecv\n");
    assert!(failed.status == 1 && failed.err.contains("stdin:2:6"), "{}", failed.err);
}

fn what_follows_two_dashes_is_no_word_of_ours() {
    let folder = Folder::new();
    for name in ["run", "step", "help", "-x", "--json"] {
        folder.file(name, b"print $1");
        let run = Run::of(command(&["-q", "--", name, "--", "b"]).current_dir(folder.path()));
        assert_eq!((run.status, &*run.out), (0, "--\n"), "{name}: {}", run.err);
    }
    assert_eq!(run(&["-q", "-c", "print $1", "--", "-x"]).out, "-x\n");
}

fn what_makes_no_sense_together_is_wrong_usage() {
    for (args, said) in [
        (&["-n"][..], "-n needs what it is to check"),
        (&["-n", "step", "x"], "-n checks a script"),
        (&["-n", "record", "x"], "-n checks a script"),
        (&["-n", "verify", "x"], "-n checks a script"),
        (&["-n", "help"], "-n checks a script"),
        (&["-n", "--json", "-c", "x"], "--json"),
        (&["-in", "-c", "x"], "give -n or -i"),
        (&["-i", "-"], "standard input"),
        (&["-i", "step", "x"], "-i goes with a script"),
        (&["-i", "verify", "x"], "-i goes with a script"),
        (&["step", "-"], "`step` needs a file"),
        (&["step"], "`step` needs a file"),
        (&["step", "-c", "print x"], "`step` needs a file"),
        (&["-c"], "missing argument"),
        (&["-q", "-x"], "invalid option '-x'"),
        (&["--norc=1"], "--norc"),
        (&["--nor"], "invalid option '--nor'"),
    ] {
        let run = run(args);
        assert_eq!((run.status, &*run.out), (2, ""), "{args:?}");
        let first = run.err.lines().next().unwrap();
        assert!(first.starts_with("sockpit: ") && first.contains(said), "{args:?}: {first}");
    }
    // Help is help whatever stands beside it.
    for args in [&["-c", "print x", "-h"][..], &["-q", "--help", "x.sock"], &["-i", "-h"]] {
        let run = run(args);
        assert!(run.status == 0 && run.out.starts_with("usage: sockpit"), "{args:?}");
    }
}

const WRONG: &str = "\
print never
recv
expect Usage upper
try
  upper
except Usage
end
def f a
  htons
  upper $a
end
repeat 2
  recv &
end
every 1 recv
s = socket AF_INET SOCK_NOTHING
f
f 1 2
f 1
expect Usage f
";

fn a_check_says_all_that_is_wrong_and_runs_nothing() {
    let folder = Folder::new();
    let (bad, good) = (folder.file("bad.sock", WRONG.as_bytes()), folder.file("good.sock", b"touch\ndef touch\nend"));
    let open = folder.file("open.sock", b"print a\nif 1\n");
    let run = run(&["-n", &bad]);
    assert_eq!((run.status, &*run.out), (1, ""));
    let places: Vec<&str> = run.err.lines().filter_map(|l| l.strip_prefix(&format!("  at {bad}:"))).collect();
    assert_eq!(places, ["2:6", "9:9", "13:8", "15:14", "16:20", "17:1", "18:5"], "{}", run.err);
    // An error looks as it does when it comes.
    let ran = lines("recv");
    assert_eq!(common::run(&["-n", "-c", "recv"]).err, ran.err);
    let ran = lines("print a\nnosuch 5");
    assert_eq!(common::run(&["-n", "-c", "print a\nnosuch 5"]).err, ran.err);
    assert_eq!(common::run(&["-n", &good]).status, 0);
    let both = common::run(&["-n", &good, &open, &bad]);
    assert!(both.status == 1 && both.err.contains("open.sock:2:1") && both.err.contains("bad.sock:2:6"));
    assert_eq!(common::run(&["-n", "/nowhere/x.sock", &good]).status, 2);
    let piped = piped(&["-n", "-"], b"print a\nrecv");
    assert!(piped.status == 1 && piped.out.is_empty() && piped.err.contains("stdin:2:6"), "{}", piped.err);
    assert_eq!(common::run(&["-n", "-c", "print a", "-c", "quit 7"]).status, 0);
}

fn a_transcript_is_no_script() {
    let folder = Folder::new();
    for text in
        ["sockpit> print a\na\n", "# at the prompt\nsockpit> print a\n", "# arguments: 1\n\nsockpit> print $1\n"]
    {
        let file = folder.file("x.transcript", text.as_bytes());
        for args in [&[&*file][..], &["-n", &file], &["-i", &file], &["run", &file], &["step", &file]] {
            let run = run(args);
            let said = format!("sockpit: {file} is a transcript: sockpit verify {file}\n");
            assert_eq!((run.status, &*run.err), (2, &*said), "{args:?}");
        }
    }
}

fn after_a_script_the_prompt_has_its_names() {
    let state = with_rc(b"def greet who\n  print \"hello $who\"\nend\nprompt \"rc> \"\n");
    let script = state.file("x.sock", b"# A pair.\na, b = socketpair\n\nsend a $1\nprompt\n");
    let mut t = prompt(&["-i", &script, "word"], state);
    t.see("sockpit> send a $1\n4\n");
    // The script gives what it gives: rc.sock comes after it.
    t.see("rc> ");
    t.keys("recv b 100\r");
    t.see("b\"word\"");
    t.keys("greet you\r");
    t.see("\nhello you");
    t.keys("why a\r");
    t.see("line 4   a: sent 4 bytes");
    let saved = t.state.path().join("s.transcript");
    t.keys(&format!("save {}\r", saved.display()));
    t.wait_for("the file", |_| saved.exists());
    t.see("save");
    t.keys("quit 3\r");
    assert_eq!(t.end().code(), Some(3));
    let text = std::fs::read_to_string(&saved).unwrap();
    assert!(text.contains("sockpit> # A pair.\n") && !text.contains("rc>") && !text.contains("prompt \""), "{text}");
    // An argument is not known when it is run again; the rest is.
    let run = run(&["verify", saved.to_str().unwrap()]);
    assert!(run.out.contains("$1 has no value"), "{}", run.out);
}

fn an_error_of_the_script_does_not_keep_the_prompt_away() {
    let state = Folder::new();
    let script = state.file("x.sock", b"let x = 42\nrecv nobody 1\nlet x = 43\n");
    let mut t = prompt(&["-i", &script], state);
    t.see("x.sock:2:6");
    t.ready();
    t.keys("print \"x is $x\"\r");
    t.see("\nx is 42");
    t.ready();
    t.keys("\x04");
    assert!(t.end().success());
    let mut t = prompt(&["-q", "-i", "-c", "print first", "-c", "if 1"], Folder::new());
    t.see("-c:2:1: this `if` has no `end`");
    t.ready();
    assert!(!t.text().contains("first"));
    // It ends as it would without -i.
    let t = prompt(&["-i", "-c", "quit 9"], Folder::new()).end();
    assert_eq!(t.code(), Some(9));
    assert_eq!(run(&["-i", "/nowhere/x.sock"]).status, 2);
}

fn after_a_script_the_lines_of_a_pipe_run() {
    let run = piped(&["-q", "-i", "-c", "let x = 5\nrecv"], b"print $x\nprint more\n");
    assert_eq!((run.status, &*run.out), (0, "5\nmore\n"), "{}", run.err);
    assert!(run.err.contains("recv: Usage") && run.err.contains("-c:2:6"), "{}", run.err);
    let run = piped(&["-q", "-i", "-c", "def f\nprint from f\nend"], b"f\nrecv\nf\n");
    assert_eq!((run.status, &*run.out), (1, "from f\n"));
    assert_eq!(piped(&["-i", "-c", "quit 4"], b"print x\n").status, 4);
    assert_eq!(piped(&["-q", "-i"], b"print x\n").out, "x\n");
}

fn rc_is_run_before_the_first_prompt() {
    let state = with_rc(
        b"# Mine.\ndef greet who\n  print \"hello $who\"\nend\nannounce off\nlet x = 5\nprompt \"me> \"\nprint welcome\n",
    );
    let mut t = prompt(&[], state);
    t.see("me> ");
    let text = t.text();
    assert!(text.contains("\nwelcome\nme>") && !text.contains("ok") && !text.contains("x = 5"), "{text}");
    t.keys("announce\r");
    t.see("\nfalse\nme>");
    t.keys("greet $x\r");
    t.see("\nhello 5\nok\nme>");
    // It was not typed.
    t.keys("\x1b[A\x1b[A\x1b[A\r");
    t.until("the oldest line again", |s| s.matches("\nfalse").count() == 2);
    t.keys("prompt\r");
    t.ready();
    t.keys("\x04");
    assert!(t.end().success());
    let Terminal { state, .. } = t;
    let mut t = prompt(&["--norc"], state);
    t.ready();
    assert!(!t.text().contains("welcome"));
    t.keys("greet you\r");
    t.see("no call is named `greet`");
}

fn what_a_file_runs_is_shown_at_its_line() {
    let state = with_rc(b"");
    let inner = state.file("inner.sock", b"\n\n\n\nlet deep = 7\nprint deep\n");
    let outer = state.file("outer.sock", format!("print one\nsource {inner}\nprint two\n").as_bytes());
    let shown = format!("sockpit> print one\none\nsockpit> source {inner}\ndeep = 7\ndeep\nsockpit> print two\ntwo\n");
    assert_eq!(run(&["record", &outer]).out, shown);
    state.file("sockpit/rc.sock", &std::fs::read(&outer).unwrap());
    let mut t = prompt(&[], state);
    t.see("\ntwo\nsockpit>");
    let saved = t.state.path().join("s.transcript");
    t.ready();
    t.keys(&format!("save {}\r", saved.display()));
    t.wait_for("the file", |_| saved.exists());
    t.ready();
    assert_eq!(std::fs::read_to_string(&saved).unwrap(), format!("# at the prompt\n{shown}"));
}

fn what_rc_did_stands_at_the_head_of_the_transcript() {
    let state = with_rc(
        b"# Mine.\ndef pair\n  global l r\n  l, r = socketpair\nend\n\nprompt \"me> \"\ntiming on\npair\nprint hi\n",
    );
    let mut t = prompt(&[], state);
    t.see("me> ");
    for line in ["send l hello", "recv r 100", "why l", "diagram"] {
        t.keys(&format!("{line}\r"));
        t.until(line, |s| s.contains(line) && s.trim_end().ends_with("me>"));
    }
    t.see("line 11  l: sent 5 bytes");
    let saved = t.state.path().join("s.transcript");
    t.keys(&format!("save {}\r", saved.display()));
    t.wait_for("the file", |_| saved.exists());
    let script = t.state.path().join("s.sock");
    t.keys(&format!("save {}\r", script.display()));
    t.wait_for("the script", |_| script.exists());
    t.keys("quit\r");
    t.end();
    let text = std::fs::read_to_string(&saved).unwrap();
    assert!(text.contains("sockpit> def pair\n") && !text.contains("timing") && !text.contains(" ms"), "{text}");
    let verified = run(&["verify", saved.to_str().unwrap()]);
    assert_eq!(verified.status, 0, "{}", verified.out);
    let ran = run(&[script.to_str().unwrap()]);
    assert_eq!((ran.status, &*ran.err), (0, ""), "{}", std::fs::read_to_string(&script).unwrap());
}

fn what_is_wrong_with_rc_is_said_and_the_prompt_comes() {
    for (text, said) in [
        ("print first\nif 1\n", "rc.sock:2:1: this `if` has no `end`"),
        ("print first\nbinde x\n", "did you mean `bind`?"),
        ("print first\n\nlisten nobody\nprint never\n", "rc.sock:3:8"),
        ("print first\0\n", "a NUL byte"),
        ("def f\n  listen nobody\nend\nf\n", "rc.sock:2:10"),
    ] {
        let mut t = prompt(&[], with_rc(text.as_bytes()));
        t.see(said);
        t.ready();
        let runs = text.contains("nobody") && text.contains("first");
        assert_eq!((t.text().contains("\nfirst"), t.text().contains("\nnever")), (runs, false), "{text}");
        t.keys("print here\r");
        t.see("\nhere");
    }
    // A folder, and a pipe that nobody writes to, in its place.
    for (make, said) in [("mkdir", "EISDIR"), ("mkfifo", "EINVAL")] {
        let state = with_rc(b"");
        let path = state.path().join("sockpit/rc.sock");
        std::fs::remove_file(&path).unwrap();
        assert!(Command::new(make).arg(&path).status().unwrap().success());
        let mut t = prompt(&[], state);
        t.see(&format!("rc.sock: {said}"));
        t.ready();
        assert_eq!(t.text().matches(said).count(), 1);
    }
    // `quit` is obeyed.
    assert_eq!(prompt(&[], with_rc(b"quit 5\n")).end().code(), Some(5));
}

fn ctrl_c_gets_out_of_rc() {
    for text in ["print begun\nsleep 1000\nprint never\n", "print begun\nloop\nend\n"] {
        let mut t = prompt(&[], with_rc(text.as_bytes()));
        t.see("begun");
        t.keys("\x03");
        t.see("Interrupted");
        t.ready();
        assert!(!t.text().contains("never"));
        t.keys("print here\r");
        t.see("\nhere");
    }
}

fn rc_is_for_a_prompt_alone() {
    let state = with_rc(b"print from rc\n");
    let script = state.file("x.sock", b"print script\n");
    let alone = |args: &[&str], input: Stdio| {
        let mut command = command(args);
        command.env("XDG_CONFIG_HOME", state.path()).env("XDG_STATE_HOME", state.path());
        let run = Run::of(command.stdin(input));
        assert!(!run.out.contains("from rc"), "{args:?}");
    };
    let out = state.path().join("x.transcript");
    let out = out.to_str().unwrap();
    alone(&[&script], Stdio::null());
    alone(&["-c", "print x"], Stdio::null());
    alone(&["-i", "-c", "print x"], Stdio::null());
    alone(&[], Stdio::from(std::fs::File::open(&script).unwrap()));
    alone(&["step", &script], Stdio::null());
    alone(&["record", &script, "-o", out], Stdio::null());
    alone(&["verify", out], Stdio::null());
    let mut t = prompt(&["step", &script], state);
    t.see("sockpit> print script");
    assert!(!t.text().contains("from rc"));
}
