//! The keys that do more here than in rustyline: those of a paste, and those on a line that was given.
//!
//! A given line stands there typed. Enter enters it. The first key that types something puts it aside, so that any other
//! line can be typed; Enter on an empty line brings it back. A key that edits or moves makes it the line's own text.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, InputMode, KeyCode, KeyEvent, Modifiers};

use super::paste::Paste;

/// What a line begins with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Begins<'a> {
    /// A text that was only begun.
    With(&'a str),
    /// A line that can be entered as it is.
    Given(&'a str),
    /// Nothing: it answers a question of the program, so that an empty one is an answer, too.
    Answer,
}

impl<'a> Begins<'a> {
    /// What is typed already.
    pub(super) fn text(self) -> &'a str {
        match self {
            Self::With(text) | Self::Given(text) => text,
            Self::Answer => "",
        }
    }
}

/// The line that is edited, as far as the keys must know it.
#[derive(Clone, Default)]
pub(super) struct LineKeys {
    /// What was pasted.
    pub paste: Paste,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// What it began with.
    begun: String,
    /// That was given whole.
    given: bool,
    /// How it stands with what was given.
    stands: Stood,
    /// How many bytes, of those that came before the line was asked for, are still to be read.
    ahead: usize,
    /// The key came before the line was asked for.
    was_ahead: bool,
    /// Ctrl-D left.
    leaves: bool,
    /// What takes the place of all that is typed before the cursor. The editor has no command that leaves the cursor
    /// behind it: it is asked for as a completion.
    instead: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stood {
    #[default]
    Untouched,
    Changed,
    Aside,
}

impl LineKeys {
    pub(super) fn new(paste: Paste) -> Self {
        Self { paste, state: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line begins; so many bytes were typed before.
    pub(super) fn begin(&self, begins: Begins, ahead: usize) {
        let given = matches!(begins, Begins::Given(_));
        let mut state = self.lock();
        // The editor may have read more of them than the last line.
        let ahead = if begins == Begins::Answer { 0 } else { ahead.max(state.ahead) };
        *state = State { begun: begins.text().into(), given, ahead, ..State::default() };
    }

    /// A pasted line is taken in the place of the next one that would be typed.
    pub(super) fn take_pasted(&self) -> Option<String> {
        let line = self.paste.next()?;
        self.lock().stands = Stood::Aside;
        Some(line)
    }

    /// Whether nobody has changed the line that was given.
    pub(super) fn is_given(&self, line: &str) -> bool {
        let state = self.lock();
        !line.is_empty() && state.begun == line
    }

    /// Whether another line was begun in the place of the one that was given.
    pub(super) fn is_aside(&self) -> bool {
        self.lock().stands == Stood::Aside
    }

    /// What takes the place of the line up to the cursor, where a key wants that.
    pub(super) fn instead(&self) -> Option<String> {
        self.lock().instead.take()
    }

    /// Whether Ctrl-D ended the line.
    pub(super) fn leaves(&self) -> bool {
        self.lock().leaves
    }
}

impl ConditionalEventHandler for LineKeys {
    fn handle(&self, event: &Event, n: u16, _: bool, context: &EventContext) -> Option<Cmd> {
        let key = *event.get(0)?;
        let commands = context.input_mode() == InputMode::Command;
        let of_paste = self.paste.key(key, commands);
        let mut state = self.lock();
        state.count(key, of_paste.is_some());
        match of_paste {
            Some(Cmd::Insert(_, text)) if state.is_untouched(context.line()) => Some(state.put_aside(text)),
            Some(cmd) => Some(cmd),
            None => state.key(key, n, commands, context),
        }
    }
}

impl State {
    fn is_untouched(&self, line: &str) -> bool {
        self.given && self.stands == Stood::Untouched && self.begun == line
    }

    /// Another line takes the place of the given one.
    fn put_aside(&mut self, text: String) -> Cmd {
        self.stands = Stood::Aside;
        self.instead = Some(text);
        Cmd::Complete
    }

    /// Note whether a key came before the line was asked for, as long as it is known how many bytes it was.
    fn count(&mut self, key: KeyEvent, of_paste: bool) {
        self.was_ahead = self.ahead > 0;
        self.ahead = match key.0 {
            KeyCode::Char(c) if !of_paste && key.1 != Modifiers::ALT => self.ahead.saturating_sub(c.len_utf8()),
            KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace => self.ahead.saturating_sub(1),
            _ => 0,
        };
    }

    fn key(&mut self, key: KeyEvent, n: u16, commands: bool, context: &EventContext) -> Option<Cmd> {
        let line = context.line();
        let KeyEvent(code, modifiers) = key;
        match code {
            KeyCode::Enter => self.enter(line, context.pos()),
            KeyCode::Char('J' | 'M') if modifiers == Modifiers::CTRL => self.enter(line, context.pos()),
            KeyCode::Char('D') if modifiers == Modifiers::CTRL => {
                self.leaves = !line.is_empty() && self.begun == line;
                self.leaves.then_some(Cmd::AcceptLine)
            }
            // To draw the line again, to stop the program, or nothing at all: the line is what it was.
            KeyCode::Char('L' | 'Z' | 'C') if modifiers == Modifiers::CTRL => None,
            KeyCode::UnknownEscSeq | KeyCode::BracketedPasteEnd => None,
            KeyCode::Char(c) if !commands && modifiers == Modifiers::NONE && self.is_untouched(line) => {
                Some(self.put_aside(c.to_string().repeat(usize::from(n.max(1)))))
            }
            _ => {
                if self.stands == Stood::Untouched {
                    self.stands = Stood::Changed;
                }
                None
            }
        }
    }

    fn enter(&mut self, line: &str, at: usize) -> Option<Cmd> {
        if !line.trim().is_empty() || at < line.len() {
            return None;
        }
        if self.given {
            self.stands = Stood::Untouched;
            self.instead = Some(self.begun.clone());
            return Some(Cmd::Complete);
        }
        // Enter that was pressed while a call waited is no line.
        (self.was_ahead && line.is_empty() && self.begun.is_empty()).then_some(Cmd::Noop)
    }
}
