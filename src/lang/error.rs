//! Where something stands in a program, and errors that point there.

use std::cell::OnceCell;
use std::rc::Rc;

use unicode_width::UnicodeWidthStr;

use crate::value::text;

/// Columns of a source line shown around a caret.
const WINDOW: usize = 100;
/// However narrow the terminal is, so many are.
const WINDOW_MIN: usize = 8;

/// A program's text and what it is called.
#[derive(Debug)]
pub struct Source {
    /// A file's path, `stdin`, `-c`, or nothing at the prompt.
    pub name: String,
    /// The text, with its line ends.
    pub text: String,
    /// The number of its first line: 1, or more for a part of a longer program.
    pub first: u32,
    /// Where each line begins, found when a line is first asked for.
    starts: OnceCell<Vec<usize>>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.text) == (&other.name, &other.text)
    }
}

impl Eq for Source {}

impl Source {
    /// A program from a file's bytes, which must be UTF-8 without NUL. A byte-order mark is dropped.
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Rc<Self>, Error> {
        let bad = match std::str::from_utf8(&bytes) {
            Err(e) => {
                Some((e.valid_up_to(), "this is not UTF-8 text", "bytes are written as escapes in a word: \\xNN"))
            }
            Ok(s) => s.find('\0').map(|at| (at, "a NUL byte", "write it as the escape \\0 inside a word")),
        };
        let lossy = || String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}");
        if let Some((at, what, note)) = bad {
            let before = &bytes[..at];
            let line = String::from_utf8_lossy(before).matches('\n').count();
            let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
            let column = String::from_utf8_lossy(&before[start..]).chars().count();
            let source = Self::new(name, &lossy());
            let span = Span { line: line as u32 + 1, column: column as u32 + 1, length: 1 };
            return Err(Error::new(&source, span, what).note(note));
        }
        let text = String::from_utf8(bytes).unwrap_or_default();
        Ok(Self::new(name, text.strip_prefix('\u{feff}').unwrap_or(&text)))
    }

    /// A program from text.
    pub fn new(name: &str, text: &str) -> Rc<Self> {
        Self::part(name, text, 1)
    }

    /// A part of a longer program: its lines count from `first`.
    pub fn part(name: &str, text: &str, first: u32) -> Rc<Self> {
        Rc::new(Self { name: name.into(), text: text.into(), first, starts: OnceCell::new() })
    }

    /// What stands there, as it was written.
    pub fn at(&self, span: Span) -> String {
        stretch(self.line(span.line), span).to_string()
    }

    /// A line with something else in a place of it, as it could be typed.
    pub fn with(&self, span: Span, instead: &str) -> String {
        let mut line = self.line(span.line).chars();
        let before: String = line.by_ref().take((span.column as usize).saturating_sub(1)).collect();
        let after: String = line.skip(span.length as usize).collect();
        format!("{before}{instead}{after}").trim().to_string()
    }

    /// A line of it, by its number.
    pub fn line(&self, number: u32) -> &str {
        let starts = self
            .starts
            .get_or_init(|| std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).collect());
        let rest =
            starts.get((number as usize).wrapping_sub(self.first as usize)).map_or("", |start| &self.text[*start..]);
        rest.lines().next().unwrap_or("")
    }
}

/// A stretch of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Span {
    /// Counted from 1.
    pub line: u32,
    /// In characters, counted from 1.
    pub column: u32,
    /// In characters.
    pub length: u32,
}

impl Span {
    /// From the start of this one to the end of another on the same line.
    #[must_use]
    pub fn to(self, end: Span) -> Self {
        Self { length: (end.column + end.length).saturating_sub(self.column), ..self }
    }
}

/// The text of a line that stands there.
pub(super) fn stretch(line: &str, span: Span) -> &str {
    let start = span.column.saturating_sub(1) as usize;
    let place = |n: usize, from: usize| line[from..].char_indices().nth(n).map_or(line.len(), |(at, _)| from + at);
    let from = place(start, 0);
    &line[from..place(span.length as usize, from)]
}

/// An error of the language, at a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub notes: Vec<String>,
    /// The statements to write instead.
    pub write: Vec<String>,
    /// Where.
    pub span: Span,
    /// In which program.
    pub source: Rc<Source>,
    /// More lines would mend it: a block that is not closed yet.
    pub incomplete: bool,
}

impl Error {
    /// An error at that place.
    pub fn new(source: &Rc<Source>, span: Span, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            notes: Vec::new(),
            write: Vec::new(),
            span,
            source: source.clone(),
            incomplete: false,
        }
    }

    /// The same with a line of advice.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The statements to write instead, whoever found them: a note that begins with `write: ` is one, too.
    pub fn instead(&self) -> Vec<String> {
        if self.write.is_empty() {
            return self.notes.iter().filter_map(|n| n.strip_prefix("write: ")).map(str::to_string).collect();
        }
        self.write.clone()
    }

    /// What to do about it, in lines.
    pub fn advice(&self) -> impl Iterator<Item = String> {
        let lines = self.write.iter().flat_map(|statement| statement.lines());
        let written =
            lines.enumerate().map(|(at, line)| format!("{} {line}", if at == 0 { "write:" } else { "      " }));
        self.notes.iter().cloned().chain(written)
    }

    /// The same with `did you mean` and the nearest of some names, if one is near.
    #[must_use]
    pub fn suggest<'a>(self, word: &str, names: impl Iterator<Item = &'a str>) -> Self {
        match text::nearest(word, names) {
            Some(near) => self.note(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", place(&self.source, self.span), self.message)?;
        write!(f, "\n{}", excerpt(&self.source, self.span, None))?;
        self.advice().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

/// `file:line:column`; at the prompt, where there is only the line just typed, `column N`.
pub fn place(source: &Source, span: Span) -> String {
    if source.name.is_empty() {
        return format!("column {}", span.column);
    }
    format!("{}:{}:{}", source.name, span.line, span.column)
}

/// The source line with carets under the span, in no more than so many columns where they are given.
pub fn excerpt(source: &Source, span: Span, columns: Option<usize>) -> String {
    // At the prompt there is only the line just typed, and its number says nothing.
    let number = if source.name.is_empty() { String::new() } else { format!("{} | ", span.line) };
    let line: Vec<char> = source.line(span.line).trim_end_matches('\r').chars().collect();
    let at = (span.column as usize).saturating_sub(1).min(line.len());
    let (first, last, dots) = match columns.map(|columns| columns.saturating_sub(2 + number.len()).max(WINDOW_MIN)) {
        Some(room) => window(&line, at, room),
        None if line.len() <= WINDOW => (0, line.len(), ""),
        None => {
            let first = at.saturating_sub(WINDOW / 2);
            (first, (first + WINDOW).min(line.len()), "...")
        }
    };
    let dots = |there: bool| if there { dots } else { "" };
    let clean = |chars: &[char]| chars.iter().copied().map(clean).collect::<String>();
    let before = format!("{}{}", dots(first > 0), clean(&line[first..at]));
    let end = (at + span.length as usize).clamp(at, last);
    let marked = clean(&line[at..end]);
    let rest = format!("{}{}", clean(&line[end..last]), dots(last < line.len()));
    let margin = if number.is_empty() { String::new() } else { format!("{} | ", " ".repeat(number.len() - 3)) };
    let space = " ".repeat(before.width());
    format!("  {number}{before}{marked}{rest}\n  {margin}{space}{}", "^".repeat(marked.width().max(1)))
}

/// A character of a line as the excerpt has it.
fn clean(c: char) -> String {
    if c == '\t' { " ".into() } else { text::printable(c.encode_utf8(&mut [0; 4])) }
}

/// The characters that are shown around one where not all have room, and what stands for the others.
fn window(line: &[char], at: usize, room: usize) -> (usize, usize, &'static str) {
    // How many have room, and how much they leave.
    let fit = |chars: &mut dyn Iterator<Item = &char>, room: usize| {
        let mut left = room;
        let count = chars.map_while(|c| clean(*c).width().le(&left).then(|| left -= clean(*c).width())).count();
        (count, left)
    };
    let (whole, left) = fit(&mut line.iter(), room);
    // A caret may stand behind the last one.
    if whole == line.len() && (at < whole || left > 0) {
        return (0, whole, "");
    }
    let room = room - 2;
    let (before, _) = fit(&mut line[..at].iter().rev(), room * 2 / 3);
    let used: usize = line[at - before..at].iter().map(|c| clean(*c).width()).sum();
    let (after, _) = fit(&mut line[at..].iter(), room - used);
    (at - before, at + after, "…")
}
