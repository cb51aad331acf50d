//! Taking a session down: what was typed and what it showed, to be made a transcript of.

use std::cell::RefCell;
use std::rc::Rc;

use crate::command::views;
use crate::lang::Source;
use crate::render::canon::{Canon, Origin, Piece};
use crate::render::compare::{self, Bindings, Line};
use crate::render::rules::Chosen;
use crate::render::transcript::{self, Entry};
use crate::session::{Event, Sink, What};
use crate::value::Table;

/// How much is kept of a session at the prompt: what a person types in weeks, with what it shows. A loop may show more.
const KEPT_MAX: usize = 2 << 20;

/// The last line of a transcript of a longer session.
const CUT: &str = "# the session went on: no more of it is kept";

/// The first line of a transcript that was saved at a prompt: a person waited between its lines.
pub(super) const AT_PROMPT: &str = "# at the prompt";

/// Something that was shown.
enum Shown {
    /// A line, and where it comes from.
    Line(String, Origin),
    /// Rows, and what stands before each.
    Rows(String, Table),
    /// What is measured, and what stands before it.
    Measured(String),
}

impl Shown {
    fn line(line: &str, origin: Origin) -> Self {
        Self::Line(line.trim_end().to_string(), origin)
    }

    /// How many lines it is.
    fn count(&self) -> usize {
        match self {
            Self::Line(..) | Self::Measured(_) => 1,
            Self::Rows(_, table) => table.rows.len() + 1,
        }
    }

    /// How much text it is, about.
    fn size(&self) -> usize {
        match self {
            Self::Line(line, _) | Self::Measured(line) => line.len(),
            Self::Rows(before, table) => before.len() + 64 * table.rows.iter().map(Vec::len).sum::<usize>(),
        }
    }

    fn lines(&self, canon: &Canon) -> Vec<Line> {
        match self {
            Self::Line(line, origin) => vec![canon.pieces(line, origin)],
            Self::Rows(before, table) => {
                let after = |line: Line| std::iter::once(Piece::text(before)).chain(line).collect();
                canon.rows(table).into_iter().map(after).collect()
            }
            Self::Measured(before) => vec![vec![Piece::text(before), Piece::chosen("?", Chosen::Any)]],
        }
    }
}

/// Takes a session down.
#[derive(Default)]
pub struct Recorder {
    /// The program's lines, where they are known beforehand.
    pub lines: Vec<String>,
    /// The file that they are of, if they are of one.
    file: String,
    /// The next of them to be taken down.
    next: usize,
    entries: Vec<Entry<Shown>>,
    /// How much memory they take, about.
    size: usize,
    /// No more are kept.
    full: bool,
    /// How many lines were typed so far.
    typed: usize,
    /// How many were shown.
    shown: usize,
    learned: Canon,
}

impl Recorder {
    /// A recorder of a program with these lines.
    pub fn new(lines: Vec<String>) -> Self {
        Self { lines, ..Self::default() }
    }

    /// A file's lines run from here on.
    pub fn begin_file(&mut self, source: &Source) {
        (self.lines, self.next) = (source.text.lines().map(str::to_string).collect(), 0);
        self.file.clone_from(&source.name);
    }

    /// They have run, to their end or to an error.
    pub fn end_file(&mut self, whole: bool) {
        if whole {
            self.typed(self.lines.len(), 0);
        }
        self.lines.clear();
        self.file.clear();
    }

    /// Take down the program's lines up to that one, as typed; the last `more` of them continue a block.
    pub fn typed(&mut self, up_to: usize, more: usize) {
        while self.next < up_to.min(self.lines.len()) {
            let line = self.lines[self.next].trim_end().to_string();
            let continues = self.next >= up_to - more;
            self.type_line(line, continues);
            self.next += 1;
        }
    }

    /// Take down a statement of the program that is about to run, with what stands above it.
    pub fn line(&mut self, event: &Event, text: &str) {
        // Those of a file that a line runs are none of the program's.
        if event.at.source.as_ref().is_none_or(|source| source.name != self.file) {
            return;
        }
        let more = text.lines().count().saturating_sub(1);
        self.typed(event.at.span.line as usize + more, more);
    }

    /// Take down lines that were typed just now.
    pub fn type_now(&mut self, text: &str) {
        for (i, line) in text.lines().enumerate() {
            let line = line.trim_end().to_string();
            self.type_line(line, i > 0);
        }
    }

    fn type_line(&mut self, line: String, continues: bool) {
        self.typed += 1;
        let size = line.len();
        self.keep(if continues { Entry::More(line) } else { Entry::Typed(line) }, size);
    }

    fn show(&mut self, shown: impl IntoIterator<Item = Shown>) {
        for shown in shown {
            self.shown += shown.count();
            let size = shown.size();
            self.keep(Entry::Shown(shown), size);
        }
    }

    /// Keep an entry with that much text. A transcript is whole, or it ends where the first that is not kept would stand.
    fn keep(&mut self, entry: Entry<Shown>, size: usize) {
        self.full |= self.size > KEPT_MAX && self.lines.is_empty();
        if !self.full {
            self.size += size_of_val(&entry) + size;
            self.entries.push(entry);
        }
    }

    /// Take down what the program says of itself: no values of its own stand in that.
    pub fn say(&mut self, text: &str) {
        self.show(text.lines().map(|line| Shown::line(line, Origin::default())));
    }

    /// Take down an event.
    pub fn event(&mut self, event: &Event) {
        if is_aside(event) {
            return;
        }
        if self.full {
            self.shown += transcript::shown(event).len();
            return;
        }
        let origin = self.learned.learn(event);
        if let Some(before) = transcript::before_measured(event) {
            return self.show([Shown::Measured(before)]);
        }
        if let What::Rows { table, .. } = &event.what {
            return self.show([Shown::Rows(transcript::before(event), table.clone())]);
        }
        for line in transcript::shown(event) {
            let of_view = matches!(event.what, What::View(_)).then(|| self.learned.of_view(&line));
            let origin = of_view.unwrap_or_else(|| origin.clone());
            self.show([Shown::line(&line, origin)]);
        }
    }

    /// The session so far, its shown lines in pieces. Nothing is lost: more can be taken down.
    pub fn entries(&self, arguments: &[String]) -> Vec<Entry<Line>> {
        let typed = self.entries.iter().filter_map(|e| match e {
            Entry::Typed(line) | Entry::More(line) => Some(line.as_str()),
            Entry::Shown(_) => None,
        });
        let mut canon = self.learned.clone();
        canon.own_pid(std::process::id());
        canon.keep_written(typed.chain(arguments.iter().map(String::as_str)));
        let mut entries = Vec::new();
        for entry in &self.entries {
            match entry {
                Entry::Shown(shown) => entries.extend(shown.lines(&canon).into_iter().map(Entry::Shown)),
                Entry::Typed(line) => entries.push(Entry::Typed(line.clone())),
                Entry::More(line) => entries.push(Entry::More(line.clone())),
            }
        }
        entries
    }

    /// The text of the transcript, without the lines that save it or turn a page: a second run has none of that to do. An
    /// empty line stands for each, so that the lines after it keep their numbers.
    pub fn text(&self) -> String {
        let mut entries = self.entries(&[]);
        let mut saving = false;
        entries.retain_mut(|entry| {
            if let Entry::Typed(line) = entry {
                saving = views::is_aside(line);
                if saving {
                    line.clear();
                }
                return true;
            }
            !saving
        });
        while matches!(entries.last(), Some(Entry::Typed(line)) if line.is_empty()) {
            entries.pop();
        }
        if self.full {
            entries.push(Entry::Typed(CUT.into()));
        }
        format!("{AT_PROMPT}\n{}", write(entries.into_iter()))
    }

    /// How many lines were shown so far.
    pub fn shown_lines(&self) -> usize {
        self.shown
    }

    /// How many lines were typed so far.
    pub fn typed_lines(&self) -> usize {
        self.typed
    }
}

/// Whether an event is no part of a transcript: what came meanwhile, how long a call took, what `every` repeats. The
/// error that ends the rounds is one.
fn is_aside(event: &Event) -> bool {
    let ends = matches!(event.what, What::Failed { .. } | What::JobDone { .. });
    matches!(event.what, What::Announced(_) | What::Timed(_) | What::Frame(..)) || (event.at.repeats && !ends)
}

/// A run's entries as the text of a transcript.
pub(super) fn write(entries: impl Iterator<Item = Entry<Line>>) -> String {
    let mut names = Bindings::default();
    let mut out = String::new();
    for entry in entries {
        let entry = match entry {
            Entry::Shown(line) => Entry::Shown(compare::write_line(&line, &mut names)),
            Entry::Typed(line) => Entry::Typed(line),
            Entry::More(line) => Entry::More(line),
        };
        out.push_str(&format!("{entry}\n"));
    }
    out
}

/// A recorder as a session's sink.
pub(super) struct SharedRecorder(pub Rc<RefCell<Recorder>>);

impl Sink for SharedRecorder {
    fn event(&mut self, event: &Event) -> bool {
        let mut recorder = self.0.borrow_mut();
        if let What::Line(text) = &event.what {
            recorder.line(event, text);
        } else {
            recorder.event(event);
        }
        true
    }

    fn flush(&mut self) -> bool {
        true
    }
}
