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

/// What was drawn: the prompt and the line up to the cursor, the rest of it, and the hint behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawn<'a> {
    pub before: (&'a str, &'a str),
    pub after: &'a str,
    pub hint: &'a str,
}

impl Drawn<'_> {
    fn cursor(&self, columns: usize) -> Place {
        end(self.before.1, end(self.before.0, (0, 0), columns), columns)
    }

    fn end(&self, columns: usize) -> Place {
        end(self.hint, end(self.after, self.cursor(columns), columns), columns)
    }

    /// What puts the cursor where the editor takes it to be, with nothing of the line left on the screen. Nothing where it
    /// is there already.
    pub(super) fn mended(&self, old: usize, new: usize) -> Option<String> {
        let (cursor, last) = (self.cursor(old), self.end(old));
        if last.0 == 0 && self.end(new).0 == 0 {
            return None;
        }
        let mut row = self.cursor(new);
        // A line that ended at the edge was given a row of its own to go on in, and has it still.
        if cursor == last && last.1 == 0 && row.1 > 0 && !self.after.ends_with('\n') {
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
        let line = "x".repeat(30);
        let drawn = Drawn { before: ("> ", &line), after: "", hint: "" };
        assert_eq!(drawn.mended(80, 40), None);
        assert_eq!(drawn.mended(80, 20).unwrap(), "\r\x1b[1A\x1b[J");
        assert_eq!(drawn.mended(10, 80).unwrap(), "\r\x1b[J\n\n\n");
        let drawn = Drawn { before: ("> ", "ab"), after: &line, hint: "" };
        assert_eq!(drawn.mended(10, 20).unwrap(), "\r\x1b[J\n\n\n\x1b[3A");
        // It ended at the edge, so there is a row below it.
        let drawn = Drawn { before: ("> ", "xxxxxxxx"), after: "", hint: "" };
        assert_eq!(drawn.mended(10, 7).unwrap(), "\r\x1b[2A\x1b[J\n");
        assert_eq!(drawn.mended(10, 5).unwrap(), "\r\x1b[2A\x1b[J\n");
    }
}
