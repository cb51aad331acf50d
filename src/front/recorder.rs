//! Taking a session down: what was typed and what it showed, to be made a transcript of.

use std::cell::RefCell;
use std::rc::Rc;

use crate::render::transcript::{self, Canon, Entry};
use crate::session::{Event, Sink, What};
use crate::value::Table;

/// The most lines that are kept of a session at the prompt.
const KEPT_MAX: usize = 200_000;

/// What was taken down.
enum Taken {
    Line(Entry),
    /// Rows, with what stands before each: laid out when it is known which of their values the kernel chose.
    Rows(String, Table),
}

/// Takes a session down.
#[derive(Default)]
pub struct Recorder {
    /// The program's lines, where they are known beforehand.
    pub lines: Vec<String>,
    /// The next of them to be taken down.
    next: usize,
    entries: Vec<Taken>,
    learned: Canon,
}

impl Recorder {
    /// A recorder of a program with these lines.
    pub fn new(lines: Vec<String>) -> Self {
        Self { lines, ..Self::default() }
    }

    /// Take down the program's lines up to that one, as typed; the last `more` of them continue a block.
    pub fn typed(&mut self, up_to: usize, more: usize) {
        while self.next < up_to.min(self.lines.len()) {
            let line = self.lines[self.next].trim_end().to_string();
            let continues = self.next >= up_to - more;
            self.push(if continues { Entry::More(line) } else { Entry::Typed(line) });
            self.next += 1;
        }
    }

    /// Take down lines that were typed just now.
    pub fn type_now(&mut self, text: &str) {
        for (i, line) in text.lines().enumerate() {
            let line = line.trim_end().to_string();
            self.push(if i == 0 { Entry::Typed(line) } else { Entry::More(line) });
        }
    }

    fn push(&mut self, entry: Entry) {
        self.entries.push(Taken::Line(entry));
    }

    fn has_room(&self) -> bool {
        self.entries.len() < KEPT_MAX || !self.lines.is_empty()
    }

    /// Take down lines that were shown.
    pub fn show(&mut self, lines: impl IntoIterator<Item = String>) {
        if self.has_room() {
            let shown = |line: String| Taken::Line(Entry::Shown(line.trim_end().to_string()));
            self.entries.extend(lines.into_iter().map(shown));
        }
    }

    /// Take down an event.
    pub fn event(&mut self, event: &Event) {
        self.learned.learn(event);
        match &event.what {
            What::Rows { call, table } if !transcript::measures(call) => {
                if self.has_room() {
                    self.entries.push(Taken::Rows(transcript::before(event), table.clone()));
                }
            }
            _ => self.show(transcript::shown(event)),
        }
    }

    fn typed_entries(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|e| match e {
            Taken::Line(Entry::Typed(line) | Entry::More(line)) => Some(line.as_str()),
            _ => None,
        })
    }

    /// The transcript, with what makes its values canonical. Nothing is lost: more can be taken down.
    pub fn finish(&self, arguments: &[String]) -> (Vec<Entry>, Canon) {
        let mut canon = self.learned.clone();
        canon.own_pid(std::process::id());
        canon.keep_written(self.typed_entries().chain(arguments.iter().map(String::as_str)));
        let mut entries = Vec::new();
        for taken in &self.entries {
            let number = entries.len() + 1;
            match taken {
                Taken::Line(Entry::Shown(line)) => entries.push(Entry::shown(&canon.line(line, number))),
                Taken::Line(typed) => entries.push(typed.clone()),
                Taken::Rows(prefix, table) => {
                    let lines = canon.rows(table, number).into_iter();
                    entries.extend(lines.map(|line| Entry::shown(&format!("{prefix}{line}"))));
                }
            }
        }
        (entries, canon)
    }

    /// The text of the transcript, without the lines that save it: a second run has nothing to save.
    pub fn text(&self) -> String {
        let mut saving = false;
        let mut out = String::new();
        for entry in self.finish(&[]).0 {
            if let Entry::Typed(line) = &entry {
                saving = line.trim_start().starts_with("save ");
            }
            if !saving {
                out.push_str(&format!("{entry}\n"));
            }
        }
        out
    }

    /// How many lines were typed so far.
    pub fn typed_lines(&self) -> usize {
        self.typed_entries().count()
    }
}

/// A recorder as a session's sink.
pub struct Shared(pub Rc<RefCell<Recorder>>);

impl Sink for Shared {
    fn event(&mut self, event: &Event) -> bool {
        let mut recorder = self.0.borrow_mut();
        if let What::Line(text) = &event.what {
            let more = text.lines().count().saturating_sub(1);
            recorder.typed(event.at.span.line as usize + more, more);
        } else {
            recorder.event(event);
        }
        true
    }

    fn flush(&mut self) -> bool {
        true
    }
}
