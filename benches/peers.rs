//! What the same work costs here and elsewhere: each workload of `benches/peers` in sockpit, C, Python, asyncio, Perl and Tcl,
//! one after the other in each round of one run, so that what else the machine does falls on all alike.
//!
//! `cargo bench --bench peers` prints the tables; `-- --write` puts them into docs/performance.md; other words are the
//! names of workloads. Peers that are missing are named and left out; so are counts where there is no strace or Valgrind.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

const ROUNDS: usize = 5;
const CLIENTS: usize = 100;
const PEERS: [&str; 6] = ["sockpit", "C", "Python", "asyncio", "Perl", "Tcl"];
/// Those whose instructions are counted too.
const COUNTED: [&str; 3] = ["sockpit", "C", "Python"];
/// A peer that does not have a workload ends with it.
const NOT_THERE: i32 = 3;

/// What is measured of a workload.
enum Kind {
    /// From its start to its end, by the clock.
    Start,
    /// The CPU's time for so many turns, less that for one; and the turns that are counted, none where that would say little.
    Turns(usize, usize),
    /// So many lines of a program of its own.
    Lines(usize),
    /// The CPU's time of a server for so many requests of each client.
    Server(usize),
}

struct Workload {
    name: &'static str,
    what: &'static str,
    kind: Kind,
    /// What it is made of.
    bound: &'static str,
}

const fn turns(name: &'static str, what: &'static str, turns: usize, counted: usize, bound: &'static str) -> Workload {
    Workload { name, what, kind: Kind::Turns(turns, counted), bound }
}

const WORKLOADS: &[Workload] = &[
    Workload {
        name: "start",
        what: "start, one socket, end",
        kind: Kind::Start,
        bound: "exec, the dynamic loader's relocations and page faults",
    },
    turns("pingpong", "round trip of 64 bytes, TCP", 30_000, 500, "4 system calls of the kernel's TCP"),
    turns(
        "calls",
        "socket, setsockopt, getsockname, close",
        40_000,
        500,
        "4 system calls; making the socket's own record",
    ),
    turns("churn", "connect, accept, close both", 8000, 500, "6 system calls, of which connect does the handshake"),
    turns("udp", "datagram of 64 bytes", 60_000, 500, "2 system calls; the sender's address as a value"),
    turns("getsockname", "getsockname", 300_000, 500, "1 system call; the address as a value"),
    turns("echo", "recv and sendall of 64 bytes, AF_UNIX", 100_000, 500, "2 system calls"),
    turns("bulk", "64 KiB, both ends in one process", 4000, 0, "the kernel's copies, and one into the value"),
    turns("waitall", "MSG_WAITALL of 1 MiB", 256, 0, "the kernel's copies, and one into the value"),
    turns("sendall", "1 MiB of a sendall of 256 MiB", 256, 0, "the kernel's copies; making the 256 MiB of text"),
    turns("linesock", "100 lines of 32 bytes, of a socket", 2000, 100, "the interpreter: a call a line, decoding"),
    turns("linefile", "100 lines of 32 bytes, of a file", 2000, 100, "the interpreter: a call a line, decoding"),
    turns("add", "n = n + 1", 1_000_000, 1000, "the interpreter: two ops a turn"),
    turns("branch", "while, if, two sums", 500_000, 1000, "the interpreter: five ops a turn"),
    turns("def", "call of a def", 500_000, 1000, "the interpreter: a frame a call"),
    turns("coroutine", "value of a coroutine", 500_000, 1000, "the scheduler: two switches a value"),
    turns("pack", "pack of 3 numbers", 500_000, 1000, "the interpreter: a call, its format read each time"),
    turns("encode", "encode of 11 characters", 500_000, 1000, "the interpreter: a call, a value made"),
    Workload {
        name: "script",
        what: "line of a program of 100,000",
        kind: Kind::Lines(100_000),
        bound: "reading a line: its words, its statement, its code",
    },
    Workload {
        name: "server",
        what: "request, 100 clients",
        kind: Kind::Server(100),
        bound: "2 system calls a request, and the poll for all that are ready; a task's wait and its end",
    },
];

/// A command, with what it needs in the folder of the workloads.
fn command(peer: &str, workload: &str, turns: usize) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    let file = |name: &str| folder.join(name).to_str().unwrap().to_string();
    let n = turns.to_string();
    let words: Vec<String> = match peer {
        "sockpit" => vec![env!("CARGO_BIN_EXE_sockpit").into(), "-q".into(), file(&format!("{workload}.sock")), n],
        "C" => vec![compiled().to_str().unwrap().into(), workload.into(), n],
        "Python" => vec![python(), file("peers.py"), workload.into(), n],
        "asyncio" => vec![python(), file("peers_asyncio.py"), workload.into(), n],
        "Perl" => vec!["perl".into(), file("peers.pl"), workload.into(), n],
        _ => vec!["tclsh".into(), file("peers.tcl"), workload.into(), n],
    };
    words
}

/// Where the workloads in C are, compiled.
fn compiled() -> PathBuf {
    std::env::temp_dir().join(format!("sockpit-peers-{}", std::process::id()))
}

/// Python itself: its name may be that of a script that looks for it.
fn python() -> String {
    static FOUND: OnceLock<String> = OnceLock::new();
    let ask = || {
        let words = ["python3", "-c", "import sys; print(sys.executable)"].map(String::from);
        output(&words).map_or("python3".into(), |o| String::from_utf8_lossy(&o.stdout).trim().to_string())
    };
    FOUND.get_or_init(ask).clone()
}

fn output(words: &[String]) -> Option<Output> {
    Command::new(&words[0]).args(&words[1..]).stdin(Stdio::null()).output().ok()
}

/// The peers that are there. The others are named.
fn present() -> Vec<&'static str> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/peers.c");
    let cc = Command::new("cc").arg("-O2").arg("-o").arg(compiled()).arg(source).status();
    let has = |peer: &str| match peer {
        "C" => cc.as_ref().is_ok_and(std::process::ExitStatus::success),
        peer => output(&command(peer, "start", 1)).is_some_and(|o| o.status.success()),
    };
    let (there, missing): (Vec<&str>, Vec<&str>) = PEERS.into_iter().partition(|peer| has(peer));
    if !missing.is_empty() {
        println!("not here: {}", missing.join(", "));
    }
    there
}

/// The seconds of CPU that a run takes, its children's and its kernel's included; none where the peer has no such workload.
fn cpu(words: &[String]) -> Option<f64> {
    let mut bash = Command::new("bash");
    bash.args(["-c", "TIMEFORMAT='%3U %3S'; time \"$@\" >/dev/null 2>&1", "bash"]).args(words);
    let output = bash.output().unwrap();
    match output.status.code() {
        Some(0) => {}
        Some(NOT_THERE) => return None,
        other => panic!("{words:?} ends with {other:?}"),
    }
    let told = String::from_utf8(output.stderr).unwrap();
    Some(told.split_whitespace().map(|part| part.parse::<f64>().unwrap()).sum())
}

/// The seconds from a start to the end, as the least of some.
fn started(words: &[String]) -> f64 {
    let once = || {
        let begun = Instant::now();
        assert!(output(words).unwrap().status.success(), "{words:?}");
        begun.elapsed().as_secs_f64()
    };
    let mut times: Vec<f64> = (0..40).map(|_| once()).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 4]
}

/// The seconds of CPU a line of a program; none of C, which is no program that is read.
fn lines(peer: &str, count: usize) -> Option<f64> {
    let (mut words, line) = match peer {
        "sockpit" => (vec![env!("CARGO_BIN_EXE_sockpit").to_string(), "-q".into()], "let n = 5\n"),
        "Python" => (vec![python()], "n = 5\n"),
        "Perl" => (vec!["perl".into()], "$n = 5;\n"),
        "Tcl" => (vec!["tclsh".into()], "set n 5\n"),
        _ => return None,
    };
    let file = std::env::temp_dir().join(format!("sockpit-peers-{}.program", std::process::id()));
    words.push(file.to_str().unwrap().into());
    let run = |lines: usize| {
        fs::write(&file, line.repeat(lines)).unwrap();
        cpu(&words)
    };
    let each = (run(count)? - run(1)?) / count as f64;
    fs::remove_file(&file).unwrap();
    Some(each)
}

/// A server that runs, and ends with this.
struct Server {
    child: Child,
    clients: Vec<TcpStream>,
}

impl Server {
    fn start(words: &[String], clients: usize) -> Option<Self> {
        let mut child = Command::new(&words[0]).args(&words[1..]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut server = Self { child, clients: Vec::new() };
        if line.is_empty() {
            return None;
        }
        for _ in 0..clients {
            let client = TcpStream::connect(line.trim()).unwrap();
            client.set_nodelay(true).unwrap();
            server.clients.push(client);
        }
        // Each has a task or a thread when it was answered.
        server.requests(1);
        Some(server)
    }

    fn requests(&mut self, count: usize) {
        let mut buffer = [0; 64];
        for _ in 0..count {
            self.clients.iter_mut().for_each(|client| client.write_all(&[b'x'; 64]).unwrap());
            self.clients.iter_mut().for_each(|client| client.read_exact(&mut buffer).unwrap());
        }
    }

    fn proc(&self) -> PathBuf {
        format!("/proc/{}", self.child.id()).into()
    }

    /// The seconds of CPU of all its threads.
    fn cpu(&self) -> f64 {
        let threads = fs::read_dir(self.proc().join("task")).unwrap();
        let time = |path: PathBuf| fs::read_to_string(path.join("schedstat")).unwrap_or_default();
        let nanos = |text: String| text.split(' ').next().and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
        threads.map(|thread| nanos(time(thread.unwrap().path()))).sum::<f64>() / 1e9
    }

    /// The bytes of memory that are its own.
    fn memory(&self) -> f64 {
        let rollup = fs::read_to_string(self.proc().join("smaps_rollup")).unwrap();
        let parts = rollup.lines().filter(|line| line.starts_with("Private_"));
        parts.map(|line| line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap()).sum::<f64>() * 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The seconds that an operation takes, measured once.
fn measure(workload: &Workload, peer: &str) -> Option<f64> {
    match workload.kind {
        Kind::Start => {
            let words = command(peer, workload.name, 1);
            (output(&words)?.status.code() != Some(NOT_THERE)).then(|| started(&words))
        }
        Kind::Turns(turns, _) => {
            let run = |n| cpu(&command(peer, workload.name, n));
            Some((run(turns)? - run(1)?) / turns as f64)
        }
        Kind::Lines(count) => lines(peer, count),
        Kind::Server(requests) => {
            let mut server = Server::start(&command(peer, workload.name, 0), CLIENTS)?;
            let before = server.cpu();
            server.requests(requests);
            Some((server.cpu() - before) / (requests * CLIENTS) as f64)
        }
    }
}

/// System calls, or instructions, of an operation.
fn counted(workload: &Workload, peer: &str, count: impl Fn(&[String]) -> Option<f64>) -> Option<f64> {
    let Kind::Turns(_, turns @ 1..) = workload.kind else { return None };
    let of = |n: usize| count(&command(peer, workload.name, n));
    Some((of(3 * turns)? - of(turns)?) / (2 * turns) as f64)
}

fn calls(words: &[String]) -> Option<f64> {
    let file = std::env::temp_dir().join(format!("sockpit-peers-{}.calls", std::process::id()));
    let mut strace = Command::new("strace");
    strace.args(["-f", "-o"]).arg(&file).args(words).stdout(Stdio::null()).stderr(Stdio::null());
    let well = strace.status().ok()?.success();
    let told = fs::read_to_string(&file).ok()?;
    fs::remove_file(&file).ok()?;
    let is_call = |line: &&str| !["resumed>", "+++", "---"].iter().any(|mark| line.contains(mark));
    well.then(|| told.lines().filter(is_call).count() as f64)
}

fn instructions(words: &[String]) -> Option<f64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]).args(words);
    let output = valgrind.stdin(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = told.lines().find(|line| line.contains("refs:"))?;
    line.split_once("refs:")?.1.trim().replace(',', "").parse().ok()
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Seconds as people write them, three figures of them.
fn seconds(time: f64) -> String {
    let (value, unit) = match time {
        1e-3.. => (time * 1e3, "ms"),
        1e-6.. => (time * 1e6, "µs"),
        _ => (time * 1e9, "ns"),
    };
    format!("{value:.*} {unit}", if value < 10.0 { 2 } else { usize::from(value < 100.0) })
}

/// What the rounds of a workload came to, by peer.
type Found = BTreeMap<&'static str, Vec<f64>>;

fn rounds(workload: &Workload, peers: &[&'static str]) -> Found {
    let mut found = Found::new();
    let mut left = peers.to_vec();
    for _ in 0..ROUNDS {
        left.retain(|peer| {
            let time = measure(workload, peer);
            found.entry(peer).or_default().extend(time);
            time.is_some()
        });
    }
    found
}

/// The median of the rounds, and how far they lie apart.
fn cell(times: Option<&Vec<f64>>) -> String {
    let Some(times) = times.filter(|times| !times.is_empty()) else { return "–".into() };
    let (least, most) = times.iter().fold((f64::MAX, 0f64), |(a, b), t| (a.min(*t), b.max(*t)));
    let middle = median(times);
    format!("{} ±{:.0} %", seconds(middle), (most - least) / 2.0 / middle.abs().max(1e-12) * 100.0)
}

/// The median of what sockpit takes to what another takes, round by round.
fn ratio(found: &Found, other: &str) -> String {
    let (Some(own), Some(others)) = (found.get("sockpit"), found.get(other)) else { return "–".into() };
    let ratios: Vec<f64> = own.iter().zip(others).map(|(a, b)| a / b).collect();
    if ratios.is_empty() { "–".into() } else { format!("{:.2}", median(&ratios)) }
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn head(names: &[&str]) -> String {
    format!("| {} |\n| {} |\n", names.join(" | "), vec!["---"; names.len()].join(" | "))
}

/// The table of times.
fn times(chosen: &[&Workload], peers: &[&'static str]) -> String {
    let mut out = head(&[&["operation"], peers, &["to C", "to Python", "what bounds it"]].concat());
    for workload in chosen {
        eprintln!("{}", workload.name);
        let found = rounds(workload, peers);
        let mut cells = vec![format!("{}: {}", workload.name, workload.what)];
        cells.extend(peers.iter().map(|peer| cell(found.get(peer))));
        cells.extend(["C", "Python"].map(|other| ratio(&found, other)));
        cells.push(workload.bound.into());
        out.push_str(&row(&cells));
    }
    out
}

/// The table of what is counted.
fn counts(chosen: &[&Workload], peers: &[&'static str]) -> String {
    let peers: Vec<&str> = COUNTED.into_iter().filter(|peer| peers.contains(peer)).collect();
    let columns = |what: &str| peers.iter().map(|peer| format!("{what}, {peer}")).collect::<Vec<_>>();
    let names = [vec!["operation".to_string()], columns("system calls"), columns("instructions")].concat();
    let mut out = head(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for workload in chosen.iter().filter(|workload| matches!(workload.kind, Kind::Turns(_, 1..))) {
        eprintln!("{}: counts", workload.name);
        let shown = |count: Option<f64>, places| count.map_or("–".into(), |count| format!("{count:.places$}"));
        let mut cells = vec![workload.name.to_string()];
        cells.extend(peers.iter().map(|peer| shown(counted(workload, peer, calls), 2)));
        cells.extend(peers.iter().map(|peer| shown(counted(workload, peer, instructions), 0)));
        out.push_str(&row(&cells));
    }
    out
}

/// The memory of connections that wait.
fn idle(peers: &[&'static str]) -> String {
    const MANY: usize = 1000;
    let mut out = head(&["", "own memory of an idle connection, server"]);
    for peer in peers {
        let memory = |clients| Some(Server::start(&command(peer, "server", 0), clients)?.memory());
        if let (Some(few), Some(many)) = (memory(10), memory(10 + MANY)) {
            out.push_str(&row(&[(*peer).to_string(), format!("{:.2} KiB", (many - few) / MANY as f64 / 1024.0)]));
        }
    }
    out
}

/// What it was measured on.
fn machine() -> String {
    let first = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let told = output(&words).map(|output| [output.stdout, output.stderr].concat()).unwrap_or_default();
        String::from_utf8_lossy(&told).lines().find(|line| !line.is_empty()).unwrap_or("?").trim().to_string()
    };
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(": "));
    format!(
        "{}, {} CPUs, Linux {}; {}; {}; Perl {}; Tcl {}",
        model.map_or("?", |(_, name)| name),
        std::thread::available_parallelism().map_or(1, usize::from),
        first(&["uname", "-r"]),
        first(&["cc", "--version"]),
        first(&["python3", "--version"]),
        first(&["perl", "-e", "print $^V"]),
        first(&["sh", "-c", "echo 'puts [info patchlevel]' | tclsh"]),
    )
}

/// Put the tables where the page has its own.
fn write(tables: &str) {
    const MARKS: [&str; 2] = ["<!-- made by cargo bench --bench peers -- --write -->\n", "<!-- to here -->\n"];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/performance.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(MARKS[0]).unwrap();
    let (_, after) = rest.split_once(MARKS[1]).unwrap();
    fs::write(path, [before, MARKS[0], tables, MARKS[1], after].concat()).unwrap();
}

fn main() {
    let names: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let chosen = |workload: &&Workload| names.is_empty() || names.iter().any(|name| name == workload.name);
    let chosen: Vec<&Workload> = WORKLOADS.iter().filter(chosen).collect();
    let peers = present();
    let mut tables = format!("\n{}\n\n{}\n{}", machine(), times(&chosen, &peers), counts(&chosen, &peers));
    if chosen.iter().any(|workload| workload.name == "server") {
        tables.push_str(&format!("\n{}", idle(&peers)));
    }
    tables.push('\n');
    println!("{tables}");
    if std::env::args().any(|arg| arg == "--write") {
        write(&tables);
    }
    let _ = fs::remove_file(compiled());
}
