//! Pasted text: gathered while the terminal marks it as pasted, then run line by line as if it had been typed.
//!
//! A paste of one line goes into the line being edited. Of a paste of many lines the first goes there and is entered;
//! the others wait here for the prompts to come, and what follows the last line end is left to be edited.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustyline::{Cmd, KeyCode, KeyEvent, Modifiers};

use crate::lang::LINE_MAX;

/// Lines that were pasted and are still to be run.
#[derive(Clone, Default)]
pub(super) struct Paste(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The text so far of a paste that has not ended.
    coming: Option<String>,
    /// The first line of it went into the editor.
    begun: bool,
    /// It was one line, or a part of one.
    single: bool,
    lines: VecDeque<String>,
    rest: String,
}

impl Paste {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next line.
    pub(super) fn next(&self) -> Option<String> {
        self.lock().lines.pop_front()
    }

    /// What followed the last line end, once no line is left.
    pub(super) fn rest(&self) -> String {
        mem::take(&mut self.lock().rest)
    }

    /// All that is still to come, if it is more than what is left to be edited.
    pub(super) fn all(&self) -> Option<String> {
        let state = self.lock();
        let lines = state.lines.iter().chain([&state.rest]).map(String::as_str);
        (!state.lines.is_empty()).then(|| lines.collect::<Vec<_>>().join("\n"))
    }

    /// Whether the line that is being edited was pasted as a whole; from here on it was not.
    pub(super) fn was_single(&self) -> bool {
        mem::take(&mut self.lock().single)
    }

    /// Ctrl-C: what was pasted is not run any more.
    pub(super) fn clear(&self) {
        *self.lock() = State::default();
    }

    /// What a key comes to if it is part of a paste. In vi's command mode the editor inserts a paste as a whole.
    pub(super) fn key(&self, key: KeyEvent, commands: bool) -> Option<Cmd> {
        let mut state = self.lock();
        match key {
            KeyEvent(KeyCode::Char('C'), Modifiers::CTRL) => {
                *state = State::default();
                None
            }
            KeyEvent(KeyCode::BracketedPasteStart, _) if !commands => {
                state.coming = Some(String::new());
                Some(Cmd::Noop)
            }
            _ if state.coming.is_some() => Some(state.key(key)),
            _ => None,
        }
    }
}

impl State {
    /// A key within a paste.
    fn key(&mut self, key: KeyEvent) -> Cmd {
        let Some(text) = &mut self.coming else { return Cmd::Noop };
        match key {
            KeyEvent(KeyCode::BracketedPasteEnd, _) => return self.end(),
            KeyEvent(KeyCode::Char(c), Modifiers::NONE) if !c.is_control() => text.push(c),
            KeyEvent(KeyCode::Tab, _) | KeyEvent(KeyCode::Char('I'), Modifiers::CTRL) => text.push('\t'),
            KeyEvent(KeyCode::Enter, _) => text.push('\r'),
            KeyEvent(KeyCode::Char('M'), Modifiers::CTRL) => text.push('\r'),
            KeyEvent(KeyCode::Char('J'), Modifiers::CTRL) if text.ends_with('\r') => text.push('\n'),
            KeyEvent(KeyCode::Char('J'), Modifiers::CTRL) => text.push_str("\r\n"),
            _ => return Cmd::Noop,
        }
        if self.begun || !text.ends_with(['\r', '\n']) {
            return Cmd::Noop;
        }
        self.begun = true;
        insert(text.trim_end_matches(['\r', '\n']))
    }

    fn end(&mut self) -> Cmd {
        let text = self.coming.take().unwrap_or_default();
        if !mem::take(&mut self.begun) {
            self.single = true;
            return insert(&text);
        }
        let mut lines: VecDeque<String> = text.replace("\r\n", "\r").split('\r').map(str::to_string).collect();
        lines.pop_front();
        self.rest = lines.pop_back().unwrap_or_default();
        self.lines = lines;
        Cmd::AcceptLine
    }
}

/// Insert a line. One that the language will refuse for its length need not be there in full.
fn insert(line: &str) -> Cmd {
    Cmd::Insert(1, line[..line.floor_char_boundary(LINE_MAX + 8)].to_string())
}
