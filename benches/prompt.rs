//! How long the prompt takes: from start to the first prompt, and from Enter to the next one, each against a bare
//! rustyline loop on a terminal of the same kind, in one run.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

const PROMPT: &str = "sockpit> ";
const LINE: &str = "print x";
const STARTS: usize = 100;
const LINES: usize = 3000;

fn main() {
    if std::env::args().any(|a| a == "--bare") {
        return bare();
    }
    let own = std::env::current_exe().unwrap();
    let programs: [&[&str]; 2] = [&[env!("CARGO_BIN_EXE_sockpit"), "-q"], &[own.to_str().unwrap(), "--bare"]];
    let mut starts = [Vec::new(), Vec::new()];
    for _ in 0..STARTS {
        for (program, times) in programs.iter().zip(&mut starts) {
            times.push(Terminal::start(program).1);
        }
    }
    let mut lines = [Vec::new(), Vec::new()];
    let mut terminals = programs.map(|p| Terminal::start(p).0);
    for _ in 0..LINES {
        for (terminal, times) in terminals.iter_mut().zip(&mut lines) {
            times.push(terminal.line());
        }
    }
    let [start, bare_start] = starts.map(median);
    let [line, bare_line] = lines.map(median);
    println!("start to first prompt: {start:?}, bare {bare_start:?} (setsid and exec are in both)");
    println!("Enter to next prompt:  {line:?}, bare {bare_line:?}, over it {:?}", line.saturating_sub(bare_line));
}

/// The least that answers a line.
fn bare() {
    let config = rustyline::Config::builder().keyseq_timeout(Some(50)).build();
    let mut editor = rustyline::Editor::<(), _>::with_config(config).unwrap();
    while let Ok(line) = editor.readline(PROMPT) {
        println!("{}", line.trim_start_matches("print "));
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

struct Terminal {
    master: File,
    child: Child,
    seen: Vec<u8>,
}

impl Terminal {
    /// Start a program and wait for its prompt; gives how long that took.
    fn start(program: &[&str]) -> (Self, Duration) {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        tcsetwinsize(&master, Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = || Stdio::from(File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap());
        let mut command = Command::new("setsid");
        command.args(["-c", "-w"]).args(program).stdin(slave()).stdout(slave()).stderr(slave());
        command.env("TERM", "xterm-256color").env("XDG_STATE_HOME", std::env::temp_dir().join("sockpit-bench"));
        let begun = Instant::now();
        let child = command.spawn().unwrap();
        let mut terminal = Self { master: File::from(master), child, seen: Vec::new() };
        terminal.until(&[PROMPT]);
        let took = begun.elapsed();
        // What it does once it asks is not part of the next measurement.
        std::thread::sleep(Duration::from_millis(5));
        (terminal, took)
    }

    /// Type a line, press Enter, wait for its answer and the next prompt; gives how long that took.
    fn line(&mut self) -> Duration {
        for key in LINE.chars() {
            self.seen.clear();
            self.master.write_all(key.encode_utf8(&mut [0; 4]).as_bytes()).unwrap();
            self.until(&[&key.to_string()]);
        }
        std::thread::sleep(Duration::from_micros(300));
        let _ = rustix::io::ioctl_fionread(&self.master).map(|n| self.drain(n));
        self.seen.clear();
        let begun = Instant::now();
        self.master.write_all(b"\r").unwrap();
        self.until(&["\nx\r\n", PROMPT]);
        begun.elapsed()
    }

    fn drain(&mut self, bytes: u64) {
        let mut buffer = vec![0; usize::try_from(bytes).unwrap()];
        self.master.read_exact(&mut buffer).unwrap();
    }

    /// Read until these have come in this order.
    fn until(&mut self, wanted: &[&str]) {
        let mut buffer = [0; 4096];
        loop {
            let seen = String::from_utf8_lossy(&self.seen);
            let mut rest = &*seen;
            let all = wanted.iter().all(|w| {
                rest.split_once(w).is_some_and(|(_, after)| {
                    rest = after;
                    true
                })
            });
            if all {
                return;
            }
            let n = self.master.read(&mut buffer).unwrap();
            self.seen.extend_from_slice(&buffer[..n]);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.master.write_all(b"\x15\x04");
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
