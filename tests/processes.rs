//! Child processes: what crosses to them, how they end, and that nothing of them is left behind.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{self, Killed, SOCKPIT, command, lines, run};

tests![
    an_error_of_a_child_has_its_name_before_it,
    a_failure_that_nobody_looked_at_fails_the_script,
    quit_gives_the_exit_status,
    what_is_alive_does_not_cross,
    a_def_that_has_not_run_is_no_process,
    nobody_but_a_sockpit_starts_a_child,
    states_are_the_kernels,
    nothing_is_left_when_the_first_process_is_signalled,
    nothing_is_left_when_the_program_ends,
    the_script_waits_for_children_but_not_for_daemons,
    the_latest_def_runs_and_how_things_are_shown_is_kept,
    what_the_children_of_a_lesson_print_is_shown,
];

/// Run lines that must succeed and print this.
fn prints(text: &str, out: &str) {
    let run = lines(text);
    assert_eq!((run.status, &*run.out, &*run.err), (0, out, ""), "{text}");
}

/// The processes whose command line holds a word; a zombie has none.
fn with_word(word: &str) -> Vec<u32> {
    let pids = fs::read_dir("/proc").unwrap().filter_map(|e| e.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let has = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        // The word stands in the name of a child; the first process has it in its program text.
        let mut words = line.split(|b| *b == 0);
        words.nth(1) == Some(b"--child")
            && words.next().is_some_and(|w| w.windows(word.len()).any(|part| part == word.as_bytes()))
    };
    pids.filter(has).collect()
}

/// Wait for something, a generous time at most.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn kill(signal: &str, pid: u32) {
    assert!(Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status().unwrap().success());
}

/// A name that no other test's processes have.
fn marker(name: &str) -> String {
    format!("{name}_{}", std::process::id())
}

fn an_error_of_a_child_has_its_name_before_it() {
    let run = lines("def bad\n  assert 1 == 2\nend\np = process bad\njoin p\nc = exitcode p\nprint $c");
    assert_eq!((run.status, &*run.out), (0, "1\n"));
    assert!(run.err.starts_with("[bad-1] assert: Assert: 1 == 2 does not hold\n[bad-1]   at -c:2:3\n"), "{}", run.err);
}

fn a_failure_that_nobody_looked_at_fails_the_script() {
    let run = lines("def bad\n  quit 4\nend\np = process bad\njoin p\nprint done");
    assert_eq!((run.status, &*run.out, &*run.err), (1, "done\n", "process bad-1 ended with exit code 4\n"));
}

fn quit_gives_the_exit_status() {
    assert_eq!((lines("quit 7").status, lines("quit").status, lines("exit 0").status), (7, 0, 0));
    assert_eq!((lines("quit 256").status, lines("quit -1").status), (1, 1));
}

fn what_is_alive_does_not_cross() {
    let run = lines(
        "s = socket\nl = list $s\nt = current_task\ndef use_it\n  expect Unbound item $l 0\n  expect Unbound join t\n  close s\nend\n\
         p = process use_it\njoin p\nc = exitcode p\nassert $c == 1",
    );
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(
        run.err.contains(
            "in the process that started this one it is a socket, which crosses only as an argument of process"
        ),
        "{}",
        run.err
    );
}

fn a_def_that_has_not_run_is_no_process() {
    let run = lines("process f\ndef f\nend");
    assert!(run.status == 1 && run.err.contains("its def has not run"), "{}", run.err);
}

fn nobody_but_a_sockpit_starts_a_child() {
    for input in [Stdio::null(), Stdio::piped()] {
        let output = command(&["--child", "x"]).stdin(input).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
    }
    assert_eq!(run(&["--child"]).status, 2);
}

fn states_are_the_kernels() {
    let text = "def nap\n  sleep 60\nend\ndef brief\nend\np = process nap\nn = pid p\nprint $n\n\
        loop\n  s = procstate p\n  if $s == stopped\n    break\n  end\n  sleep 0.005\nend\nkill p\n\
        loop\n  s = procstate $n\n  if $s == zombie\n    break\n  end\n  sleep 0.005\nend\n\
        me = getpid\nparent = getppid p\nassert $parent == $me\n\
        alive = is_alive p\nassert not $alive\ns = procstate p\nprint $s\ns = procstate $me\nprint $s";
    let mut child = command(&["-q", "--timeout", "20", "-c", text]).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    kill("STOP", line.trim().parse().unwrap());
    let rest: Vec<_> = out.lines().map(Result::unwrap).collect();
    assert_eq!(rest, ["gone", "running"]);
    assert!(child.wait().unwrap().success());
}

/// A family: a sleeper, a busy child, one that is stopped, and an orphan whose parent was killed.
fn family(word: &str, last: &str) -> (Killed, Vec<u32>) {
    let text = format!(
        "def busy_{word}\n  loop\n  end\nend\ndef nap_{word}\n  sleep 600\nend\n\
         def parent_{word} q\n  p = process busy_{word}\n  p = process nap_{word}\n  put q 1\n  sleep 600\nend\n\
         q = mpqueue\nd = process -d busy_{word}\np = process nap_{word}\ns = process busy_{word}\n\
         o = process parent_{word} $q\nget q\nkill o\njoin o\nn = pid s\nprint $n\n{last}"
    );
    let mut root = Killed(command(&["-q", "--timeout", "30", "-c", &text]).spawn().unwrap());
    let mut first = String::new();
    BufReader::new(root.0.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    kill("STOP", first.trim().parse().unwrap());
    let mut pids = Vec::new();
    until("all five are there", || {
        pids = with_word(word);
        pids.len() == 5
    });
    (root, pids)
}

fn nothing_is_left_when_the_first_process_is_signalled() {
    for (signal, status) in [("KILL", None), ("TERM", Some(143)), ("INT", Some(130)), ("HUP", Some(129))] {
        let word = marker(&format!("sig{signal}"));
        let (mut root, _) = family(&word, "sleep 600");
        kill(signal, root.0.id());
        assert_eq!(root.0.wait().unwrap().code(), status, "{signal}");
        until("none is left", || with_word(&word).is_empty());
    }
}

fn nothing_is_left_when_the_program_ends() {
    for (last, status) in [("sleep 0.3\nquit 5", 5), ("sleep 0.3\nassert 1 == 2", 1), ("sleep 0.3\nkill p\nkill s", 0)]
    {
        let word = marker(&format!("end{status}"));
        let (mut root, _) = family(&word, last);
        assert_eq!(root.0.wait().unwrap().code(), Some(status), "{last}");
        until("none is left", || with_word(&word).is_empty());
    }
    let word = marker("bound");
    let text = format!("def busy_{word}\n  loop\n  end\nend\np = process busy_{word}\njoin p");
    assert_eq!(run(&["-q", "--timeout", "0.3", "-c", &text]).status, 124);
    until("none is left", || with_word(&word).is_empty());
}

fn the_script_waits_for_children_but_not_for_daemons() {
    prints(
        "def late\n  sleep 0.1\n  print late\nend\ndef forever\n  sleep 600\nend\np = process late\nd = process -d forever\nprint main",
        "main\n[late-1] late\n",
    );
    // A child waits for its own.
    prints(
        "def inner\n  sleep 0.05\n  print inner\nend\ndef outer\n  p = process inner\nend\np = process outer\njoin p\nprint joined",
        "[outer-1:inner-1] inner\njoined\n",
    );
}

fn the_latest_def_runs_and_how_things_are_shown_is_kept() {
    let input = "def f\n  print old\nend\ndef f\n  print new\nend\np = process f\njoin p\n";
    let mut child = Command::new(SOCKPIT)
        .args(["-q", "--timeout", "20"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "[f-1] new\n");
    let run = run(&["--json", "--timeout", "20", "-q", "-c", "def f\n  print hi\nend\np = process f\njoin p"]);
    assert!(run.out.contains("\"process\":\"f-1\"") && run.out.contains("\"text\":\"hi\""), "{}", run.out);
    let shown = common::run(&["--timeout", "20", "-c", "def f\n  n = len abc\nend\np = process f\njoin p"]);
    assert!(shown.out.contains("[f-1]   n = len abc -> 3\n"), "{}", shown.out);
}

/// What lessons print whose processes take turns.
const LESSONS: [(&str, &str); 5] = [
    (
        "23-processes",
        "\
task is running zzh
task is over zzh
主
主
[task_later-1] task is running jason123
[task_later-1] task is over jason123
[run-1] run is running jason 123
[run-1] run is over jason 123
p1:coding-1
p2:music-1
[coding-1] 小明正在敲第1行代码-
[music-1] 小明正在听第1首音乐********
[coding-1] 小明正在敲第2行代码-
[music-1] 小明正在听第2首音乐********
[nap-1] jason1 is running
[nap-1] jason1 is over
[nap-2] jason2 is running
[nap-2] jason2 is over
[nap-3] jason3 is running
[nap-3] jason3 is over
",
    ),
    (
        "33-own-copy",
        "\
[change_money-1] 子进程的task函数查看money 666
1000
客户端收到: 问题1 的回答
客户端收到: 问题2 的回答
SIGPIPE: -13
",
    ),
    ("34-process-queue", "111\n222\n333\n主\n[consumer-1] 子进程获取队列中的数据 子进程p添加的数据\n客人吃了6个包子\n"),
    ("35-how-a-process-ends", "terminate: -15\nkill: -9\n"),
    (
        "36-daemons-and-orphans",
        "\
[steward-1] 德邦总管:大张红
僵尸进程: zombie
join之后: gone
孤儿进程: 被收养
恕瑞玛皇帝:小吴勇嗝屁了
",
    ),
];

fn what_the_children_of_a_lesson_print_is_shown() {
    for (name, expected) in LESSONS {
        let script = crate::files::lesson(name);
        let run = run(&["-q", "--timeout", "20", script.to_str().unwrap(), "0"]);
        // The table of the processes has their numbers.
        let table = |line: &str| {
            line.trim_start().starts_with("pid ")
                || line.trim_start().starts_with(|c: char| c.is_ascii_digit()) && line.ends_with(" running")
        };
        let out: String = run.out.lines().filter(|line| !table(line)).map(|line| format!("{line}\n")).collect();
        assert_eq!((run.status, &*out, &*run.err), (0, expected, ""), "{name}");
    }
}
