//! What a session tells of what it does: plain data, in order, for whoever shows it.

use std::io;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::explain::Snapshot;
use crate::help::lessons::Lesson;
use crate::lang::{Source, Span};
pub use crate::os::trace::Syscall;
use crate::value::page::Page;
use crate::value::{Diagram, Failure, Reason, Table, Value};
use crate::wire::WireFrame;

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// Counts up from 1.
    pub seq: u64,
    /// When the session began.
    pub begun: Instant,
    /// Where.
    pub at: At,
    /// What.
    pub what: What,
    /// The sockets after it, where the session follows them.
    pub after: Option<Box<Snapshot>>,
}

/// Which task, and where it stood.
#[derive(Clone, Debug, Default)]
pub struct At {
    /// The child process it is in; none for the first one.
    pub process: Option<Rc<str>>,
    /// The task's name; none for the main one.
    pub task: Option<Rc<str>>,
    /// The program.
    pub source: Option<Rc<Source>>,
    /// The statement.
    pub span: Span,
    /// The statement stands inside a block or a def.
    pub nested: bool,
    /// It is part of what `every` repeats: no part of a transcript.
    pub repeats: bool,
}

impl At {
    /// Who speaks, for people: `f-1`, `task-2`, `f-1 task-2`; nobody where it is the main task of the first process.
    pub fn who(&self) -> Option<Rc<str>> {
        match (&self.process, &self.task) {
            (Some(process), Some(task)) => Some(format!("{process} {task}").into()),
            (one, other) => one.clone().or_else(|| other.clone()),
        }
    }
}

/// What can happen.
#[derive(Clone, Debug)]
pub enum What {
    /// A statement of the top level is about to run: its lines.
    Line(String),
    /// A call gave its result.
    Reply {
        /// The call's name.
        call: Rc<str>,
        /// The names its results went to.
        names: Vec<Rc<str>>,
        /// The results.
        values: Vec<Value>,
    },
    /// A call failed.
    Failed {
        /// The call's name.
        call: Rc<str>,
        /// How.
        failure: Failure,
        /// The word it is about.
        word: Option<Span>,
        /// `expect` asked for it.
        expected: bool,
        /// A `try` takes it.
        taken: bool,
    },
    /// `print` printed: the text, and the values that it was made of.
    Printed(String, Vec<Value>),
    /// Something worth knowing.
    Noted(String),
    /// Something came to a socket that no call waits on: worth knowing now, and no part of the session's record.
    Announced(String),
    /// What became of a frame on that wire, for who asked for frames. No part of the session's record.
    Frame(Rc<str>, Box<WireFrame>),
    /// How long a call took: `timing on`. No part of the session's record.
    Timed(Duration),
    /// Text that a view shows as it is.
    View(String),
    /// A page of help.
    Page(Rc<Page>),
    /// Who did what to whom.
    Drawn(Diagram),
    /// An explanation, line by line.
    Explained(Vec<Reason>),
    /// Rows that a view shows.
    Rows {
        /// The call's name.
        call: Rc<str>,
        /// The rows.
        table: Table,
    },
    /// `trace on`: a system call that was made, or what the engine does between two of them.
    Traced(Syscall),
    /// A background call began to wait.
    JobStarted(u64, String),
    /// A background call is done.
    JobDone {
        /// Its number.
        job: u64,
        /// Its line.
        line: String,
        /// The call it makes.
        call: Rc<str>,
        /// The names its results went to.
        names: Vec<Rc<str>>,
        /// How it ended.
        outcome: Result<Vec<Value>, Failure>,
    },
}

/// Who is told.
pub trait Sink {
    /// Take an event. False when nothing can be told any more: the output is closed.
    fn event(&mut self, event: &Event) -> bool;

    /// The session is about to wait: what was held back should be seen now.
    fn flush(&mut self) -> bool;

    /// Whether it takes frames.
    fn takes_frames(&self) -> bool {
        false
    }

    /// Clear the screen, where it is one that a person looks at.
    fn clear_screen(&mut self) {}

    /// Write what is shown to that file as well from now on, or no more. Where nothing is shown there is nothing to write.
    fn tee(&mut self, _: Option<&Path>) -> io::Result<()> {
        Ok(())
    }

    /// Show more of what was too long to be shown at once. False where nothing is left, or nothing is ever cut.
    fn more(&mut self) -> bool {
        false
    }

    /// What is done of a lesson, where that is kept.
    fn done_of(&self, _: &Lesson) -> String {
        String::new()
    }

    /// Go through the lesson that these words name, where a person is there to do it. False where nobody is.
    fn learn(&mut self, _: &[String]) -> bool {
        false
    }

    /// The session so far as a transcript, where one is kept.
    fn transcript(&self) -> Option<String> {
        None
    }
}
