//! Nothing grows faster than its work: each of these programs is run at three sizes, its instructions are counted (which no
//! other load of the machine changes), and an exponent is fitted to how they grow.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{Folder, SOCKPIT};
use crate::trial::lacks;

/// What linear growth comes to at most, with the lists that grow by doubling and the like.
const LINEAR: f64 = 1.15;

tests![
    appending_to_a_list,
    taking_from_the_front_of_a_list,
    the_rest_of_a_list,
    appending_to_text,
    appending_to_bytes_in_words,
    the_characters_of_long_text,
    a_priority_queue,
    many_who_wait_for_an_event,
    many_who_are_cancelled_in_turn,
    many_locks,
    a_pool_with_many_tasks,
    background_calls_one_after_the_other,
    timers_of_waits_that_are_over,
    daemons_beside_those_who_run,
    the_proof_of_a_deadlock,
    a_server_beside_connections_that_are_idle,
    sockets_that_are_closed_while_shown,
    errors_that_are_shown,
    tasks_that_are_over_at_once,
    the_locals_of_a_def,
    the_words_of_a_line,
    lines_from_the_standard_input,
];

/// How many instructions a build takes for a program, as Valgrind counts them; none where there is no Valgrind.
pub fn instructions(sockpit: &Path, options: &[&str], program: &str, args: &[&str]) -> Option<f64> {
    let folder = Folder::new();
    let file = folder.file("growth.sock", program.as_bytes());
    let mut valgrind = Command::new("valgrind");
    // The loader reads the environment: it is the same everywhere.
    valgrind.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
    valgrind
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(sockpit)
        .args(options);
    valgrind.arg(if options.contains(&"-") { "--norc" } else { &file }).args(args);
    let stdin = File::open(&file).ok()?;
    let output = valgrind.stdin(stdin).stdout(Stdio::null()).stderr(Stdio::piped()).output().ok()?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    let count = told.lines().find_map(|line| line.split_once("I refs:").or(line.split_once("I   refs:")));
    let digits: String = count.unwrap_or_else(|| panic!("{told}")).1.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Hold the growth of a program, made for a size, against the most it may be. What it takes besides does not count.
fn grows(size: usize, most: f64, options: &[&str], program: impl Fn(usize) -> String) {
    let counts = [size, 2 * size, 4 * size].map(|size| instructions(Path::new(SOCKPIT), options, &program(size), &[]));
    let [Some(one), Some(two), Some(four)] = counts else {
        return lacks("cannot run: there is no valgrind to count instructions");
    };
    let exponent = ((four - two) / (two - one)).log2();
    assert!(exponent <= most, "it grows with the power {exponent:.2}: {one} {two} {four} instructions");
    assert!(exponent > 0.5, "it does nothing of its size: {one} {two} {four} instructions");
}

fn appending_to_a_list() {
    grows(500, LINEAR, &["-q"], |n| format!("l = list\none = list x\nrepeat {n}\n  let l = $l + $one\nend\n"));
}

fn taking_from_the_front_of_a_list() {
    grows(2000, LINEAR, &["-q"], |n| {
        format!("l = range {n}\nwhile $l\n  x = pop $l 0\n  append l y\n  x = pop $l\nend\n")
    });
}

fn the_rest_of_a_list() {
    grows(2000, LINEAR, &["-q"], |n| {
        format!("l = range {n}\nwhile $l\n  l = slice $l 1\nend\nl = range {n}\nwhile $l\n  let l = ${{l[:-1]}}\nend\n")
    });
}

fn appending_to_text() {
    grows(2000, LINEAR, &["-q"], |n| format!("let t = \"\"\nrepeat {n}\n  let t = $t + \"0123456789\" + \"é\"\nend\n"));
}

fn appending_to_bytes_in_words() {
    grows(2000, LINEAR, &["-q"], |n| {
        format!("let b = b\"\\xff\"\nlet m = b\"0123456789\"\nrepeat {n}\n  let b = \"${{b}}$m\"\nend\n")
    });
}

fn the_characters_of_long_text() {
    grows(500, LINEAR, &["-q"], |n| {
        format!(
            "let t = \"黑马0\" * {n}\nn = len $t\nlet i = 0\nwhile $i < $n\n  let c = ${{t[i]}}\n  let to = $i + 4\n  part = slice $t $i $to\n  \
             n = len $t\n  let i = $i + 2\nend\n"
        )
    });
}

fn a_priority_queue() {
    // A heap: n log n.
    grows(500, 1.25, &["-q"], |n| {
        format!(
            "q = priorityqueue\nlet i = 0\nrepeat {n}\n  let k = $i * 7919 % 100003\n  put q $k\n  let i = $i + 1\nend\n\
             repeat {n}\n  k = get q\nend\n"
        )
    });
}

fn many_who_wait_for_an_event() {
    grows(500, LINEAR, &["-q"], |n| {
        format!("e = event\ndef one\n  wait e\nend\nrepeat {n}\n  t = spawn one\nend\nyield\nset e\n")
    });
}

fn many_who_are_cancelled_in_turn() {
    grows(500, LINEAR, &["-q"], |n| {
        format!(
            "e = event\ndef one\n  wait e\nend\nq = lifoqueue\nrepeat {n}\n  t = spawn one\n  put q $t\nend\nyield\n\
             repeat {n}\n  t = get q\n  cancel t\nend\n"
        )
    });
}

fn many_locks() {
    grows(300, LINEAR, &["-q"], |n| {
        format!(
            "def hold l\n  acquire $l\n  yield\n  release $l\nend\nrepeat {n}\n  l = lock\n  t = spawn hold $l\nend\n"
        )
    });
}

fn a_pool_with_many_tasks() {
    grows(300, LINEAR, &["-q"], |n| {
        format!("def work\n  yield\nend\np = pool 4\nrepeat {n}\n  submit p work\nend\nshutdown p\n")
    });
}

fn background_calls_one_after_the_other() {
    grows(500, LINEAR, &["-q"], |n| {
        format!(
            "a, b = socketpair\nlet i = 0\nrepeat {n}\n  d = recv b 10 &\n  send a x\n  let i = $i + 1\n  wait $i\nend\n"
        )
    });
}

fn timers_of_waits_that_are_over() {
    grows(600, LINEAR, &["-q"], |n| {
        format!(
            "a, b = socketpair\nsettimeout b 3600\ndef echo\n  loop\n    d = recv b 9\n    send b $d\n  end\nend\n\
             t = spawn -d echo\nrepeat {n}\n  send a x\n  d = recv a 9\nend\n"
        )
    });
}

fn daemons_beside_those_who_run() {
    grows(300, LINEAR, &["-q"], |n| {
        format!(
            "e = event\ndef idle\n  wait e\nend\ndef work\n  repeat 3000\n    yield\n  end\nend\nrepeat {n}\n  \
             t = spawn -d idle\nend\nt = spawn work\nu = spawn work\n"
        )
    });
}

fn the_proof_of_a_deadlock() {
    grows(60, LINEAR, &["-q"], |n| {
        format!(
            "srv = create_server 127.0.0.1:0 backlog=1024\nat = getsockname srv\ndef hold a b\n  d = recv a 64\nend\n\
             repeat {n}\n  a = create_connection $at\n  b, peer = accept srv\n  t = spawn -d hold $a $b\nend\n\
             expect Deadlock recv b 10\n"
        )
    });
}

/// How many instructions a server takes with so many connections from outside that are idle, and one on which a byte goes
/// and comes for each turn.
fn served(idle: usize, turns: usize) -> Option<f64> {
    let folder = Folder::new();
    let at = folder.file("at", b"");
    let program = format!(
        "srv = create_server 127.0.0.1:0 backlog=1024\nat = getsockname srv\nf = open {at} w\nwrite f \"$at\\n\"\nclose f\n\
         def hold c\n  d = recv c 10\nend\nrepeat {idle}\n  c, peer = accept srv\n  t = spawn -d hold $c\nend\n\
         c, peer = accept srv\nrepeat {turns}\n  send c x\n  d = recv c 1\nend\n"
    );
    let client = std::thread::spawn(move || {
        let begun = Instant::now();
        let mut addr = String::new();
        while !addr.ends_with('\n') && begun.elapsed() < Duration::from_mins(1) {
            addr = std::fs::read_to_string(&at).unwrap_or_default();
        }
        let mut all: Vec<_> = (0..=idle).map(|_| TcpStream::connect(addr.trim()).unwrap()).collect();
        let mut byte = [0];
        for _ in 0..turns {
            all[idle].read_exact(&mut byte).unwrap();
            // Long enough for the server to find that nothing can be done, which is what is counted.
            std::thread::sleep(Duration::from_millis(15));
            all[idle].write_all(&byte).unwrap();
        }
        all[idle].read(&mut byte).ok()
    });
    let count = instructions(Path::new(SOCKPIT), &["-q"], &program, &[])?;
    client.join().unwrap();
    Some(count)
}

fn a_server_beside_connections_that_are_idle() {
    if instructions(Path::new(SOCKPIT), &["-q"], "", &[]).is_none() {
        return lacks("cannot run: there is no valgrind to count instructions");
    }
    let turn = |idle| Some((served(idle, 24)? - served(idle, 4)?) / 20.0);
    let [few, many] = [30, 240].map(|idle| turn(idle).unwrap());
    assert!(many < 1.5 * few, "a turn takes {few} instructions beside 30 that are idle, {many} beside 240");
}

fn sockets_that_are_closed_while_shown() {
    grows(100, LINEAR, &[], |n| {
        format!("q = queue\nrepeat {n}\n  s = socket\n  put q $s\nend\nrepeat {n}\n  s = get q\n  close s\nend\n")
    });
}

fn errors_that_are_shown() {
    grows(500, LINEAR, &[], |n| {
        format!("s = socket udp\nsetblocking s off\nrepeat {n}\n  expect EAGAIN recv s 10\nend\n")
    });
}

fn tasks_that_are_over_at_once() {
    grows(500, LINEAR, &["-q"], |n| format!("def one\n  yield\nend\nrepeat {n}\n  t = spawn one\nend\n"));
}

fn the_locals_of_a_def() {
    grows(400, LINEAR, &["-q"], |n| {
        let lines: String = (0..n).map(|i| format!("  let v{i} = {i}\n")).collect();
        format!("def f\n{lines}end\nf\n")
    });
}

fn the_words_of_a_line() {
    grows(2000, LINEAR, &["-q"], |n| {
        let words: Vec<String> = (0..n).map(|i| format!("w{i}")).collect();
        format!("print {}\n", words.join(" "))
    });
}

fn lines_from_the_standard_input() {
    grows(500, LINEAR, &["-q", "-"], |n| (0..n).map(|i| format!("let n = {i}\n")).collect());
}
