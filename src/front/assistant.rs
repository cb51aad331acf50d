//! What rustyline asks while a line is typed: completion, hints and colours, which are made elsewhere.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::sync::Arc;

use rustyline::completion::{self, Completer};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::validate::Validator;
use rustyline::{Context, Helper};
use unicode_width::UnicodeWidthStr;

use super::complete::{self, Candidate};
use super::keys::LineKeys;
use super::names::{Depth, NameCache};
use super::reflow::Drawn;
use super::{highlight, hint};
use crate::os::terminal;
use crate::render::Style;
use crate::value::fold;

/// A hint is not shown where no more columns than that are left on the row.
const HINT_MIN: usize = 3;

/// Write to the terminal; one that is gone is noticed when it is read.
pub(super) fn write(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// How wide the window is.
pub(super) fn columns() -> usize {
    terminal::width(io::stdout()).unwrap_or(terminal::USUAL)
}

/// What rustyline asks while a line is typed.
pub(super) struct Assistant {
    /// Says that the line is being edited.
    pub(super) begin: Box<dyn Fn()>,
    pub(super) cache: Arc<NameCache>,
    pub(super) style: Style,
    /// A block is open above the line.
    pub(super) in_block: Cell<bool>,
    /// What is typed is no line of the language.
    pub(super) in_question: Cell<bool>,
    /// The line as it was last drawn.
    pub(super) painted: RefCell<String>,
    /// What was drawn, and in which window.
    pub(super) drawn: RefCell<Drawn>,
    /// It was taken from the screen, since the window has got another width.
    pub(super) is_mended: Cell<bool>,
    /// The terminal breaks its rows anew when its width changes.
    pub(super) reflows: bool,
    pub(super) keys: LineKeys,
}

impl Helper for Assistant {}

impl Validator for Assistant {}

impl completion::Candidate for Candidate {
    fn display(&self) -> &str {
        &self.shown
    }

    fn replacement(&self) -> &str {
        &self.text
    }
}

impl Completer for Assistant {
    type Candidate = Candidate;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Candidate>)> {
        if let Some(text) = self.keys.instead() {
            return Ok((0, vec![Candidate { shown: text.clone(), text }]));
        }
        if self.in_question.get() {
            return Ok((pos, Vec::new()));
        }
        Ok(complete::complete(line, pos, &self.cache.ask(Depth::Standing)))
    }
}

/// The rest of a usage: shown, and never taken into the line.
pub(super) struct Usage(String);

impl Hint for Usage {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Hinter for Assistant {
    type Hint = Usage;

    /// It is asked before the line is drawn, whatever for.
    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Usage> {
        // Not before: what is printed while the editor has not taken the terminal goes there as it is, and may come after the
        // prompt was drawn.
        (self.begin)();
        let columns = columns();
        let mut drawn = self.drawn.borrow_mut();
        if self.reflows
            && let Some(text) = drawn.mended(line, pos, columns)
        {
            write(&text);
            self.is_mended.set(true);
        }
        let hint = self.usage(drawn.prompt(), line, pos, columns);
        drawn.set(line, pos, hint.as_deref().unwrap_or_default());
        hint.map(Usage)
    }
}

impl Assistant {
    /// The rest of the usage, as much of it as the row has room for.
    fn usage(&self, prompt: &str, line: &str, pos: usize, columns: usize) -> Option<String> {
        // A line given whole needs no help.
        if line.trim().is_empty() || pos < line.len() || self.keys.is_given(line) || self.in_question.get() {
            return None;
        }
        let hint = hint::hint(line, &self.cache.ask(Depth::Names))?;
        // Without grey it must be told apart in another way: as a comment.
        let hint = if self.style.colour { hint } else { format!("  # {}", hint.trim_start()) };
        let last = line.rsplit('\n').next().unwrap_or(line);
        let room = columns.saturating_sub((prompt.width() + last.width()) % columns + 1);
        (room > HINT_MIN).then(|| fold::fit(&hint, room))
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if line.is_empty() || !self.style.colour || self.in_question.get() {
            return Cow::Borrowed(line);
        }
        Cow::Owned(highlight::paint(line, &self.cache.ask(Depth::Names), self.in_block.get()))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(self.style.dim(hint))
    }

    /// Whether the line must be drawn again: not when a key only added a plain character to its end.
    fn highlight_char(&self, line: &str, _: usize, kind: CmdKind) -> bool {
        if self.is_mended.take() {
            return true;
        }
        if !self.style.colour || kind == CmdKind::MoveCursor {
            return false;
        }
        let now = self.highlight(line, line.len());
        let before = self.painted.replace(now.to_string());
        now.strip_prefix(&*before).is_none_or(|added| added.contains('\x1b'))
    }
}
