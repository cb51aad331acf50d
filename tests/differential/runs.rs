//! The two runs of a program: sockpit's and Python's.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::outcome::Outcome;
use super::program::{Limits, Own, Step, calls, python, script};
use crate::common::{Killed, SOCKPIT, command};

/// Who may nothing.
const NOBODY: u32 = 65534;

/// Whether a run can be nobody's: by root, of a program that all may run.
pub fn may_be_nobody() -> bool {
    command(&["-c", "quit"]).uid(NOBODY).output().is_ok_and(|output| output.status.success())
}

/// What Python is told to run.
const WORKER: &str = include_str!("worker.py");

/// A process of Python that runs one program after the other.
pub struct Python {
    /// A fault that was planted in what it is given: a word, and what stands for it.
    fault: Option<(&'static str, &'static str)>,
    /// Both runs are nobody's, who has no privilege.
    nobody: bool,
    child: Killed,
    to: ChildStdin,
    from: BufReader<std::process::ChildStdout>,
}

impl Python {
    pub fn new(fault: Option<(&'static str, &'static str)>, nobody: bool) -> Self {
        let mut python = Command::new("python3");
        if nobody {
            python.uid(NOBODY);
        }
        let mut child: Child = python
            .args(["-B", "-c", WORKER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("python3 runs");
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { fault, nobody, child: Killed(child), to, from }
    }

    /// Give it a program.
    fn start(&mut self, program: &[Step], limits: &Limits) {
        let mut text = python(program, &own(), limits);
        if let Some((word, other)) = self.fault {
            text = text.replace(word, other);
        }
        // When it is gone its outcomes are missing.
        let _ = writeln!(self.to, "{}", Value::from(text));
    }

    /// What the program's calls came to.
    fn outcomes(&mut self, of: usize) -> Vec<Outcome> {
        let mut all = vec![Outcome::Missing; of];
        let mut line = String::new();
        if self.from.read_line(&mut line).unwrap_or(0) == 0 {
            let _ = self.child.0.wait();
            *self = Self::new(self.fault, self.nobody);
            return all;
        }
        let told: Value = serde_json::from_str(&line).expect("the worker writes JSON");
        for pair in told.as_array().unwrap() {
            let came = match &pair[1] {
                Value::Object(o) if o.contains_key("gave") => Outcome::Gave(o["gave"].as_array().unwrap().clone()),
                other => Outcome::Failed(other["failed"].as_str().unwrap().to_string()),
            };
            let late = pair[1]["late"] == true;
            all[pair[0].as_u64().unwrap() as usize] = if late { Outcome::Late(Box::new(came)) } else { came };
        }
        all
    }
}

/// What one run has of its own.
fn own() -> Own {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let tag = format!("D{:07}x{:07}", process % 10_000_000, count % 10_000_000);
    Own { tag, protocol: 34_000 + (process * 1000 + count) % 31_000 }
}

/// Run a program in both, at once; its calls wait so long at most.
pub fn both(program: &[Step], python: &mut Python, limits: &Limits) -> [Vec<Outcome>; 2] {
    let (text, lines) = script(program, &own(), limits);
    python.start(program, limits);
    let sockpit = sockpit(&text, &lines, python.nobody);
    [sockpit, python.outcomes(calls(program).count())]
}

fn sockpit(text: &str, lines: &[usize], nobody: bool) -> Vec<Outcome> {
    let mut command = command(&["--json", "--timeout", "60", "-c", text]);
    if nobody {
        command.uid(NOBODY);
    }
    let output = command.output().expect("sockpit runs");
    let mut all = vec![Outcome::Missing; lines.len()];
    for line in output.stdout.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let event: Value = serde_json::from_slice(line).expect("sockpit writes JSON");
        let Some(call) = event["line"].as_u64().and_then(|n| lines.binary_search(&(n as usize)).ok()) else { continue };
        match event["event"].as_str() {
            Some("reply") => all[call] = Outcome::Gave(event["values"].as_array().unwrap().clone()),
            Some("failed") => all[call] = Outcome::Failed(event["error"]["name"].as_str().unwrap().to_string()),
            _ => {}
        }
    }
    if !output.stderr.is_empty() && !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(124), "{SOCKPIT} does not take its script: {said}\n{text}");
    }
    all
}
