//! What an operation takes, in figures that no other load of the machine moves: system calls, instructions, memory, page
//! faults, relocations. The programs are those of `benches/peers`.
//!
//! What the release build took is kept in `tests/gates.txt`. After a change that makes it faster, or that is worth what it
//! costs: `cargo build --release && BLESS=1 cargo test --test tests gates` keeps the new figures.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::common::{Folder, Killed, SOCKPIT, has, has_strace};
use crate::growth::instructions;
use crate::house::{root, sources};
use crate::trial::lacks;

tests![what_the_release_build_takes, system_calls_of_an_operation, memory_of_a_long_session];

/// How many system calls one turn of each program makes.
const CALLS: &[(&str, usize)] = &[
    ("pingpong", 4),
    ("calls", 4),
    ("churn", 6),
    ("udp", 2),
    ("echo", 2),
    ("getsockname", 1),
    ("add", 0),
    ("branch", 0),
    ("def", 0),
    ("pack", 0),
    ("encode", 0),
];

/// Programs whose tasks wait for each other: now and then the poller is asked in between.
const SWITCHES: &[&str] = &["coroutine"];

/// The most bytes that the program has without what only a debugger reads.
const STRIPPED_MAX: u64 = 5 << 20;

fn program(name: &str) -> String {
    root().join(format!("benches/peers/{name}.sock")).to_str().unwrap().to_string()
}

fn system_calls_of_an_operation() {
    // The library of a debug build asks the kernel whether a descriptor that it closes is open.
    let Some(sockpit) = release().filter(|_| has_strace()) else { return };
    let folder = Folder::new();
    let told = folder.file("told", b"");
    for (name, each) in CALLS {
        let calls = |turns: usize| {
            let mut strace = Command::new("strace");
            strace.args(["-f", "-o", &told]).arg(&sockpit).args(["-q", &program(name), &turns.to_string()]);
            assert!(strace.status().unwrap().success(), "{name}");
            let is_call = |line: &&str| !["resumed>", "+++", "---"].iter().any(|mark| line.contains(mark));
            fs::read_to_string(&told).unwrap().lines().filter(is_call).count()
        };
        let (few, many) = (calls(100), calls(300));
        assert_eq!(many - few, 200 * each, "{name}: system calls of 200 turns");
    }
}

/// The release build, where there is one of these very sources. In CI there must be.
fn release() -> Option<PathBuf> {
    let path = Path::new(SOCKPIT).parent()?.with_file_name("release").join("sockpit");
    let changed = |path: &Path| fs::metadata(path).and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut parts = sources(&root().join("src"));
    parts.extend(["Cargo.toml", "Cargo.lock"].map(|name| root().join(name)));
    let fresh = parts.iter().all(|part| changed(part) <= changed(&path));
    assert!(fresh || std::env::var_os("CI").is_none(), "CI has a release build of these sources");
    if !fresh {
        lacks("there is no release build of these sources: cargo build --release");
    }
    fresh.then_some(path)
}

/// What a program has taken when it has printed `ready`: page faults, and memory in KiB at its peak.
fn taken(sockpit: &Path, args: &[&str], input: String) -> [f64; 2] {
    let mut command = Command::new(sockpit);
    // Where the environment lies moves what the stack takes: it is the same everywhere.
    command.env_clear();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = Killed(command.spawn().unwrap());
    let mut stdin = child.0.stdin.take().unwrap();
    // The pipe stays open until the figures are there.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).map(|()| stdin));
    let mut line = String::new();
    let mut output = BufReader::new(child.0.stdout.take().unwrap());
    while line != "ready\n" {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "it ends before it is ready");
    }
    let proc = PathBuf::from(format!("/proc/{}", child.0.id()));
    let stat = fs::read_to_string(proc.join("stat")).unwrap();
    let faults = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(7).unwrap().parse().unwrap();
    let status = fs::read_to_string(proc.join("status")).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    drop(child);
    let _ = writer.join().unwrap();
    [faults, peak.split_whitespace().next().unwrap().parse().unwrap()]
}

/// Each figure of that build by its name, and by how much of it may be off: the counts by 3 %, what depends on how memory
/// lies by 5 %.
fn figures(sockpit: &Path) -> Vec<(String, f64, f64)> {
    let folder = Folder::new();
    let mut found = Vec::new();
    let mut instructed = |name: &str, turns: f64, run: &dyn Fn(usize) -> Option<f64>| {
        if let (Some(few), Some(many)) = (run(1), run(3)) {
            found.push((format!("instructions {name}"), (many - few) / (2.0 * turns), 0.03));
        }
    };
    for name in CALLS.iter().map(|(name, _)| name).chain(SWITCHES) {
        let text = fs::read_to_string(program(name)).unwrap();
        instructed(name, 500.0, &|n| instructions(sockpit, &["-q"], &text, &[&(500 * n).to_string()]));
    }
    instructed("script line", 1000.0, &|n| instructions(sockpit, &["-q"], &"let n = 5\n".repeat(1000 * n), &[]));
    if let Some(start) = instructions(sockpit, &["-q"], "s = socket tcp\n", &[]) {
        found.push(("instructions start".into(), start, 0.03));
    }
    let ready = "print ready\ne = event\nwait $e 60\n";
    let [faults, peak] = taken(sockpit, &["-q", &folder.file("start.sock", ready.as_bytes())], String::new());
    let script = folder.file("long.sock", ("let n = 5\n".repeat(100_000) + ready).as_bytes());
    let [_, long] = taken(sockpit, &["-q", &script], String::new());
    found.push(("page faults start".into(), faults, 0.05));
    found.push(("peak KiB start".into(), peak, 0.05));
    found.push(("peak KiB script of 100,000 lines".into(), long, 0.05));
    let readelf = Command::new("readelf").args(["-rW"]).arg(sockpit).output();
    if let Ok(told) = readelf.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()) {
        found.push(("relocations".into(), told.lines().filter(|line| line.contains(" R_")).count() as f64, 0.03));
    }
    found
}

fn what_the_release_build_takes() {
    let Some(sockpit) = release() else { return };
    if !has("valgrind") {
        return;
    }
    let folder = Folder::new();
    let stripped = folder.file("stripped", b"");
    if Command::new("strip").args(["-o", &stripped]).arg(&sockpit).status().is_ok_and(|status| status.success()) {
        let size = fs::metadata(&stripped).unwrap().len();
        assert!(size < STRIPPED_MAX, "the stripped program has {size} bytes");
    }
    let file = root().join("tests/gates.txt");
    let figures = figures(&sockpit);
    if std::env::var_os("BLESS").is_some() {
        let mut text = String::from("# What the release build took, as tests/gates.rs measures it with BLESS=1.\n");
        for (name, figure, _) in &figures {
            writeln!(text, "{name}: {figure:.0}").unwrap();
        }
        fs::write(&file, text).unwrap();
    }
    let text = fs::read_to_string(&file).unwrap();
    let mut wrong = Vec::new();
    for (name, figure, more) in figures {
        let kept = text.lines().find_map(|line| line.strip_prefix(&*name)?.strip_prefix(": "));
        let kept: f64 = kept.unwrap_or_else(|| panic!("tests/gates.txt has no {name}")).parse().unwrap();
        let change = figure / kept - 1.0;
        if change.abs() > more {
            wrong.push(format!("{name}: {figure:.0}, and {kept} are kept: {:+.1} %", 100.0 * change));
        }
    }
    assert!(
        wrong.is_empty(),
        "it does not take what tests/gates.txt keeps: {wrong:#?}\nwhere it takes less, or more that is worth it, keep the new \
         figures: cargo build --release && BLESS=1 cargo test --test tests gates"
    );
}

/// What is done so often: its name, the arguments, and the program.
type Kind<'a> = (&'a str, &'a [&'a str], &'a dyn Fn(usize) -> String);

fn memory_of_a_long_session() {
    let Some(sockpit) = release() else { return };
    let ready = "print ready\ne = event\nwait $e 60\n";
    let jobs = |n| {
        format!(
            "a, b = socketpair\nlet i = 0\nrepeat {n}\n  d = recv b 10 &\n  send a x\n  let i = $i + 1\n  wait $i\nend\n"
        )
    };
    let timers = |n| format!("repeat {n}\n  sleep 0\nend\n");
    let tasks = |n| format!("def one\n  yield\nend\nrepeat {n}\n  t = spawn one\n  join t\nend\n");
    let lines = |n| "let n = 5\n".repeat(n);
    let calls = |n: usize| "a, b = socketpair\n".to_string() + &"send a x\nd = recv b 9\n".repeat(n / 2);
    let errors = |n| "s = socket udp\nsetblocking s off\n".to_string() + &"expect EAGAIN recv s 9\n".repeat(n);
    let kinds: [Kind<'_>; 8] = [
        ("jobs", &["-q", "-"], &jobs),
        ("timers", &["-q", "-"], &timers),
        ("tasks", &["-q", "-"], &tasks),
        ("lines of a pipe", &["-q", "-"], &lines),
        ("jobs that are shown", &["-"], &jobs),
        ("lines that are shown", &["-"], &lines),
        ("calls that are shown", &["-"], &calls),
        ("errors that are shown", &["-"], &errors),
    ];
    for (name, args, program) in kinds {
        let peak = |n: usize| taken(&sockpit, args, program(n) + ready)[1];
        let (few, many) = (peak(20_000), peak(120_000));
        // 5 MiB for a million.
        assert!(many - few < 512.0, "{name}: 100,000 more take {} KiB more", many - few);
    }
}
