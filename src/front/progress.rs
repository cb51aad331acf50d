//! What somebody has done of the course: a plain file in the state folder, a line for each thing that was done.
//!
//! `07-port-reuse walked` says that the lesson was gone through to its end, `07-port-reuse exercise 1` that its first exercise
//! was solved. A line is added when it becomes true; to begin anew, remove the file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};

use super::state;
use crate::help::lessons::{self, Choice, Lesson};
use crate::help::marks;

/// The longest file that is read, in bytes.
const FILE_MAX: u64 = 1 << 20;

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Deed {
    /// The lesson was gone through to its end.
    Walked,
    /// That exercise was solved, counted from 1.
    Solved(usize),
}

/// What was done so far.
#[derive(Default)]
pub(super) struct Progress {
    lines: Vec<String>,
}

impl Progress {
    /// Read the file. Without one nothing is done.
    pub(super) fn read() -> Self {
        let path = state::file("progress")
            .filter(|path| fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() <= FILE_MAX));
        let text = path.and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        Self { lines: text.lines().map(|line| line.trim().to_string()).collect() }
    }

    fn has(&self, line: &str) -> bool {
        self.lines.iter().any(|l| l == line)
    }

    /// Take down what was done. Without a place to keep it, it is known for this session alone.
    pub(super) fn add(&mut self, name: &str, deed: Deed) -> io::Result<()> {
        let line = line(name, deed);
        if self.has(&line) {
            return Ok(());
        }
        self.lines.push(line.clone());
        let Some(path) = state::file("progress") else { return Ok(()) };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // One write at the file's end: two sessions at once lose nothing.
        OpenOptions::new().append(true).create(true).open(path)?.write_all(format!("{line}\n").as_bytes())
    }

    /// How much of a lesson is done, in a few words; nothing when none of it is.
    pub(super) fn of(&self, lesson: &Lesson) -> String {
        let all = marks::exercises(lesson.text).len();
        let solved = (1..=all).filter(|n| self.has(&line(lesson.name, Deed::Solved(*n)))).count();
        match (self.has(&line(lesson.name, Deed::Walked)), solved) {
            (false, 0) => String::new(),
            (true, solved) if solved == all => "yes".into(),
            (_, solved) => format!("{solved} of {all} exercises"),
        }
    }

    /// The lesson that these words choose; the first that is not done, or the first of all.
    pub(super) fn choose(&self, choice: Choice) -> Option<&'static Lesson> {
        let within = |lesson: &&Lesson| match choice {
            Choice::One(one) => one.name == lesson.name,
            Choice::Topic(topic) => topic == lesson.topic,
            Choice::Next => true,
        };
        let mut all = lessons::lessons().filter(within).peekable();
        let first = all.peek().copied();
        all.find(|lesson| self.of(lesson) != "yes").or(first)
    }

    /// The lesson after that one, in the order of the course.
    pub(super) fn after(name: &str) -> Option<&'static Lesson> {
        lessons::lessons().skip_while(|lesson| lesson.name != name).nth(1)
    }
}

fn line(name: &str, deed: Deed) -> String {
    match deed {
        Deed::Walked => format!("{name} walked"),
        Deed::Solved(n) => format!("{name} exercise {n}"),
    }
}
