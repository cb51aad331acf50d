//! Where a line being edited stands once the window has got another width.
//!
//! Most terminals then break the rows of a line anew, and the editor, which counts the rows as it drew them, would clear
//! too few of them, or too many. What is said here makes its count right again.

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

/// How far apart the stops of a tab are.
const TAB: usize = 8;
/// Terminals that leave the rows as they are.
const STIFF: &[&str] = &["linux", "rxvt", "screen", "vt"];

/// Whether the terminal breaks long lines anew when its width changes. It cannot be asked; what it calls itself tells.
pub(super) fn reflows() -> bool {
    let is_set = |name| std::env::var_os(name).is_some();
    let term = std::env::var("TERM").unwrap_or_default();
    is_set("TMUX") || !(is_set("XTERM_VERSION") || STIFF.iter().any(|stiff| term.starts_with(stiff)))
}

/// A row and a column, from where the prompt begins.
type Place = (usize, usize);

/// Where a text ends that begins there, as the editor counts it.
fn end(text: &str, (mut row, mut column): Place, columns: usize) -> Place {
    for c in text.chars() {
        if c == '\n' {
            (row, column) = (row + 1, 0);
            continue;
        }
        let width = if c == '\t' { TAB - column % TAB } else { c.width().unwrap_or(0) };
        column += width;
        if column > columns {
            (row, column) = (row + 1, width);
        }
    }
    if column == columns { (row + 1, 0) } else { (row, column) }
}

/// What was drawn last, as the editor knows it.
#[derive(Clone, Default, Debug)]
pub(super) struct Drawn {
    prompt: String,
    line: String,
    /// Where the cursor stands in the line.
    at: usize,
    hint: String,
    /// How wide the editor takes the window to be.
    columns: usize,
}

impl Drawn {
    /// A line begins.
    pub(super) fn begin(prompt: &str, columns: usize) -> Self {
        Self { prompt: prompt.into(), columns, ..Self::default() }
    }

    /// What stands before the line.
    pub(super) fn prompt(&self) -> &str {
        &self.prompt
    }

    /// The line is drawn next with that hint.
    pub(super) fn set(&mut self, line: &str, at: usize, hint: &str) {
        line.clone_into(&mut self.line);
        hint.clone_into(&mut self.hint);
        self.at = at;
    }

    fn cursor(&self, columns: usize) -> Place {
        end(&self.line[..self.at], end(&self.prompt, (0, 0), columns), columns)
    }

    fn end(&self, columns: usize) -> Place {
        end(&self.hint, end(&self.line[self.at..], self.cursor(columns), columns), columns)
    }

    /// This line is about to be drawn in a window that is so wide: because the editor has heard of a new width, or for the
    /// sake of a key that changed it, and then it may not have heard yet. What puts the cursor where the editor takes it
    /// to be, with nothing of the line left on the screen; nothing where it is there already.
    pub(super) fn mended(&mut self, line: &str, at: usize, columns: usize) -> Option<String> {
        let changed = line != self.line;
        if !changed {
            // The cursor may have gone elsewhere in it since.
            self.at = at;
        }
        let mended = (columns != self.columns).then(|| self.moved(columns)).flatten();
        if mended.is_none() || !changed {
            self.columns = columns;
        }
        mended
    }

    fn moved(&self, columns: usize) -> Option<String> {
        let (cursor, last) = (self.cursor(self.columns), self.end(self.columns));
        if last.0 == 0 && self.end(columns).0 == 0 {
            return None;
        }
        let mut row = self.cursor(columns);
        // A line that ended at the edge was given a row of its own to go on in, and has it still.
        if cursor == last && last.1 == 0 && row.1 > 0 && !self.line.ends_with('\n') {
            row.0 += 1;
        }
        let mut out = String::from("\r");
        if row.0 > 0 {
            let _ = write!(out, "\x1b[{}A", row.0);
        }
        out.push_str("\x1b[J");
        out.push_str(&"\n".repeat(last.0));
        if last.0 > cursor.0 {
            let _ = write!(out, "\x1b[{}A", last.0 - cursor.0);
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_as_the_terminal_breaks_them() {
        let mended = |line: &str, at: usize, old: usize, new: usize| {
            let mut drawn = Drawn::begin("> ", old);
            drawn.set(line, at, "");
            drawn.mended(line, at, new)
        };
        let line = "x".repeat(30);
        assert_eq!(mended(&line, 30, 80, 40), None);
        assert_eq!(mended(&line, 30, 80, 20).unwrap(), "\r\x1b[1A\x1b[J");
        assert_eq!(mended(&line, 30, 10, 80).unwrap(), "\r\x1b[J\n\n\n");
        assert_eq!(mended(&line, 2, 10, 20).unwrap(), "\r\x1b[J\n\n\n\x1b[3A");
        // It ended at the edge, so there is a row below it.
        assert_eq!(mended("xxxxxxxx", 8, 10, 7).unwrap(), "\r\x1b[2A\x1b[J\n");
        assert_eq!(mended("xxxxxxxx", 8, 10, 5).unwrap(), "\r\x1b[2A\x1b[J\n");
    }
}
