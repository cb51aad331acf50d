//! Output that is longer than the screen: a screenful at a time, or what `$PAGER` names.
//!
//! The pager has the terminal while it runs; the session's loop goes on meanwhile, and what it shows is held back.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use mio::Waker;

use crate::value::fold;

/// The rows of a screen that a screenful leaves to the line that was typed, to the one that says how much is left, and
/// to the prompt.
const AROUND: usize = 3;
/// A screenful has no fewer rows.
const ROWS_MIN: usize = 3;
/// A shell says so when it cannot run a program.
const CANNOT_RUN: [i32; 2] = [126, 127];

/// What is still to be shown.
#[derive(Default)]
pub(super) struct Rest(VecDeque<String>);

impl Rest {
    /// A text that is too long for a screen of that size; none when it is not.
    pub(super) fn of(text: &str, (rows, columns): (usize, usize)) -> Option<Self> {
        let screenful = screenful(rows);
        // At the most it takes so many rows: it need not be looked at more closely.
        let lines = text.lines().count();
        if lines + text.len() / columns <= screenful + 1
            || text.lines().map(|line| fold::rows(line, columns)).sum::<usize>() <= screenful + 1
        {
            return None;
        }
        let broken = |line: &str| {
            let whole = fold::rows(line, columns) <= screenful / 2;
            if whole { vec![line.to_string()] } else { fold::broken(line, columns) }
        };
        Some(Self(text.lines().flat_map(broken).collect()))
    }

    /// The next screenful, and how many rows are left after it. None when there is no more.
    pub(super) fn next(&mut self, (rows, columns): (usize, usize)) -> Option<(String, usize)> {
        let mut room = screenful(rows);
        let mut shown: Vec<String> = Vec::new();
        while let Some(line) = self.0.front() {
            let takes = fold::rows(line, columns);
            if takes > room && !shown.is_empty() {
                break;
            }
            room = room.saturating_sub(takes);
            shown.extend(self.0.pop_front());
        }
        let left = self.0.iter().map(|line| fold::rows(line, columns)).sum();
        (!shown.is_empty()).then(|| (shown.join("\n"), left))
    }
}

fn screenful(rows: usize) -> usize {
    rows.saturating_sub(AROUND).max(ROWS_MIN)
}

/// The command that shows what is long, where one is set.
pub(super) fn command() -> Option<String> {
    std::env::var("PAGER").ok().filter(|command| !command.trim().is_empty())
}

/// A pager that runs, or another program that has the terminal.
pub(super) struct Pager {
    command: String,
    ended: Arc<AtomicBool>,
    /// Gives how it went.
    thread: JoinHandle<io::Result<Option<i32>>>,
}

impl Pager {
    /// Give a text to a pager. The waker rings at its end.
    pub(super) fn start(command: &str, text: String, waker: Arc<Waker>) -> io::Result<Self> {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).stdin(Stdio::piped());
        if std::env::var_os("LESS").is_none() {
            // As git has it: colours, and no more than needed is done to the screen.
            shell.env("LESS", "FRX");
        }
        Self::run(command, shell, text, waker)
    }

    /// Lend the terminal to a program. The waker rings at its end.
    pub(super) fn lend(name: &str, program: Command, waker: Arc<Waker>) -> io::Result<Self> {
        Self::run(name, program, String::new(), waker)
    }

    fn run(command: &str, mut program: Command, text: String, waker: Arc<Waker>) -> io::Result<Self> {
        let mut child = program.spawn()?;
        let ended = Arc::new(AtomicBool::new(false));
        let told = ended.clone();
        let thread = thread::Builder::new().name("pager".into()).spawn(move || {
            if let Some(mut stdin) = child.stdin.take() {
                // Who leaves a pager early reads no more.
                let _ = stdin.write_all(text.as_bytes()).and_then(|()| stdin.write_all(b"\n"));
            }
            let status = child.wait();
            told.store(true, Ordering::Release);
            // The main thread is there as long as the session is.
            let _ = waker.wake();
            Ok(status?.code())
        })?;
        Ok(Self { command: command.into(), ended, thread })
    }

    /// Whether it has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Wait for its end. When it could not run and nobody has seen the text: why not.
    pub(super) fn end(self) -> Option<String> {
        let cannot = match self.thread.join() {
            Ok(Ok(Some(status))) if CANNOT_RUN.contains(&status) => "does not run".to_string(),
            Ok(Err(e)) => e.to_string(),
            _ => return None,
        };
        Some(format!("PAGER is `{}`: {cannot}", self.command))
    }
}
