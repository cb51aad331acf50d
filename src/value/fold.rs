//! Where a line may be broken or cut: between words, or else between units, of which none is cut in two. A unit is an
//! escape as people see it, `$$`, a character with what combines with it, or a code that sets a colour.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How far apart the stops of a tab are.
const TAB: usize = 8;
/// What goes on below hangs only where so much room is left beside it.
const ROOM_MIN: usize = 8;
/// What no row begins with, where it stands beside a wide character.
const CLOSES: &str = "，。、；：！？）】》」”’…,.;:!?)]}\"'`%\x1b";
/// What no row ends with.
const OPENS: &str = "（【《「“‘([{\"'`\x1b";
/// What sets colours back.
const RESET: &str = "\x1b[0m";

/// The units of a text, each with how many columns it takes.
pub(crate) fn units(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (unit, after) = rest.split_at(length(rest)?);
        rest = after;
        Some((unit, if is_code(unit) { 0 } else { unit.width() }))
    })
}

/// How many columns a text takes that may have codes in it.
pub(crate) fn width(text: &str) -> usize {
    units(text).map(|(_, width)| width).sum()
}

fn is_code(unit: &str) -> bool {
    unit.starts_with("\x1b[")
}

/// How many bytes the first unit has.
fn length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let rest = &text[first.len_utf8()..];
    let hex = |s: &str| s.bytes().take_while(u8::is_ascii_hexdigit).count();
    let more = match first {
        '\x1b' if rest.starts_with('[') => rest.find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |at| at + 1),
        '\\' if rest.starts_with('x') && hex(&rest[1..]) >= 2 => 3,
        '\\' if rest.starts_with("u{") && rest[2 + hex(&rest[2..])..].starts_with('}') => 3 + hex(&rest[2..]),
        '\\' => rest.chars().next().map_or(0, char::len_utf8),
        '$' if rest.starts_with('$') => 1,
        _ => rest.chars().take_while(|c| c.width() == Some(0) && *c != '\x1b').map(char::len_utf8).sum(),
    };
    Some(first.len_utf8() + more)
}

/// Text cut to that many columns, with `…` where it is cut.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_string();
    }
    let mut out = String::new();
    let mut left = columns.saturating_sub(1);
    for (unit, width) in units(text) {
        if width > left {
            break;
        }
        left -= width;
        out.push_str(unit);
    }
    if columns > 0 {
        out.push('…');
    }
    out
}

/// The end of a text that has room in that many columns, with `…` where it is cut.
pub(crate) fn fit_end(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_string();
    }
    let mut left = columns.saturating_sub(1);
    let mut start = text.len();
    for (unit, width) in units(text).collect::<Vec<_>>().into_iter().rev() {
        if width > left {
            break;
        }
        left -= width;
        start -= unit.len();
    }
    if columns > 0 { format!("…{}", &text[start..]) } else { String::new() }
}

/// Text whose lines a terminal breaks at its edge, as it does with every other; only what the edge would cut in two is
/// begun on a line of its own.
pub(crate) fn mend(text: &str, columns: usize) -> Cow<'_, str> {
    if text.len() <= columns || !(text.contains('\\') || text.contains("$$")) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + text.len() / columns.max(1));
    let mut at = 0;
    for (unit, width) in units(text) {
        if unit == "\n" {
            at = 0;
        } else {
            let end = after(at, unit, width, columns);
            // A wide character goes on to the next row by itself.
            if end < at + width && at < columns && unit.len() > 1 && unit.is_ascii() {
                out.push('\n');
            }
            at = end;
        }
        out.push_str(unit);
    }
    Cow::Owned(out)
}

/// The column a unit ends at, in rows that are so wide.
fn after(at: usize, unit: &str, width: usize, columns: usize) -> usize {
    match unit {
        "\t" => ((at / TAB + 1) * TAB).min(columns),
        _ if at + width > columns => width,
        _ => at + width,
    }
}

/// How many rows of a terminal a line takes.
pub(crate) fn rows(line: &str, columns: usize) -> usize {
    let (mut rows, mut at) = (1, 0);
    for (unit, width) in units(line) {
        let end = after(at, unit, width, columns);
        rows += usize::from(end < at + width);
        at = end;
    }
    rows
}

/// Lines of prose in rows that are no wider than that. What goes on of a line stands below it, two columns further in;
/// of a comment, behind its mark.
pub(crate) fn wrap_lines(text: &str, columns: usize) -> String {
    if text.len() <= columns && !text.contains('\n') {
        return text.to_string();
    }
    let rows = text.split('\n').flat_map(|line| wrap(line, columns, &hang(line)));
    rows.collect::<Vec<_>>().join("\n")
}

/// What stands before the rows that a line goes on in.
fn hang(line: &str) -> String {
    let plain: String = units(line).filter(|(unit, _)| !is_code(unit)).map(|(unit, _)| unit).take(40).collect();
    let inner = plain.trim_start_matches(' ');
    let indent = " ".repeat(plain.len() - inner.len());
    match inner.get(..2) {
        Some(mark @ ("# " | "| ")) => format!("{indent}{mark}"),
        _ => indent + "  ",
    }
}

/// A line in rows, broken at spaces; what is too wide for any row is broken between units. Each row but the first begins
/// with `hang`, where there is room for it.
pub(crate) fn wrap(line: &str, columns: usize, hang: &str) -> Vec<String> {
    let columns = columns.max(1);
    let hang = if hang.width() + ROOM_MIN > columns { "" } else { hang };
    let mut rows = Rows::new(columns, hang);
    let mut rest = line;
    while !rest.is_empty() {
        let (gap, after) = rest.split_at(rest.len() - rest.trim_start_matches(' ').len());
        let (word, after) = after.split_at(word_end(after));
        rows.word(gap, word);
        rest = after;
    }
    rows.end()
}

/// Where the first word of a text ends: at a blank, or beside a character that is as wide as two. Chinese is written
/// without blanks, and may be broken anywhere but before what closes and behind what opens.
fn word_end(text: &str) -> usize {
    let mut last: Option<char> = None;
    for (at, c) in text.char_indices() {
        let is_wide = |c: char| c.width() == Some(2);
        if c == ' '
            || last.is_some_and(|last| (is_wide(last) || is_wide(c)) && !CLOSES.contains(c) && !OPENS.contains(last))
        {
            return at;
        }
        last = Some(c);
    }
    text.len()
}

/// A line in rows as a terminal breaks it, but for what it would cut in two.
pub(crate) fn broken(line: &str, columns: usize) -> Vec<String> {
    let mut rows = Rows::new(columns, "");
    rows.units(line);
    rows.end()
}

/// Rows that are being filled.
struct Rows<'a> {
    columns: usize,
    hang: &'a str,
    done: Vec<String>,
    row: String,
    at: usize,
    /// No word stands on the row yet.
    fresh: bool,
    /// The codes that hold.
    open: String,
}

impl<'a> Rows<'a> {
    fn new(columns: usize, hang: &'a str) -> Self {
        Self { columns, hang, done: Vec::new(), row: String::new(), at: 0, fresh: true, open: String::new() }
    }

    fn end(mut self) -> Vec<String> {
        self.done.push(self.row);
        self.done
    }

    fn word(&mut self, gap: &str, word: &str) {
        let (gap_width, width) = (gap.len(), width(word));
        // A word is not broken for the sake of what it is indented by.
        let indented = self.done.is_empty() && gap_width > self.hang.width();
        if (!self.fresh || indented) && self.at + gap_width + width > self.columns {
            self.next();
        } else if self.done.is_empty() || !self.fresh {
            self.put(gap, gap_width);
        }
        self.units(word);
    }

    fn units(&mut self, text: &str) {
        for (unit, width) in units(text) {
            if self.at + width > self.columns && self.at > 0 {
                self.next();
            }
            match unit {
                RESET => self.open.clear(),
                code if is_code(code) => self.open.push_str(code),
                _ => self.fresh = false,
            }
            self.put(unit, width);
        }
    }

    fn put(&mut self, text: &str, width: usize) {
        self.row.push_str(text);
        self.at += width;
    }

    fn next(&mut self) {
        if !self.open.is_empty() {
            self.row.push_str(RESET);
        }
        let next = format!("{}{}", self.open, self.hang);
        self.done.push(std::mem::replace(&mut self.row, next));
        self.at = self.hang.width();
        self.fresh = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_unit_is_cut_in_two() {
        let text = r"ab\x1b\u{202e}c$$黑\\\n";
        let all: Vec<&str> = units(text).map(|(unit, _)| unit).collect();
        assert_eq!(all, ["a", "b", r"\x1b", r"\u{202e}", "c", "$$", "黑", r"\\", r"\n"]);
        assert_eq!(fit(r"ab\x1bcd", 5), "ab…");
        assert_eq!(fit(r"ab\x1bcd", 7), r"ab\x1b…");
        assert_eq!(fit_end(r"ab\x1bcd", 6), "…cd");
        assert_eq!(fit_end(r"ab\x1bcd", 7), r"…\x1bcd");
        assert_eq!(mend(r"abc\x1bdefgh", 5), "abc\n\\x1bdefgh");
        assert_eq!(mend("ab黑马c\\nx", 5), "ab黑马c\\nx");
        assert_eq!(broken(r"ab黑马cd\nx", 5), ["ab黑", "马cd", r"\nx"]);
        assert_eq!(mend("ab黑马cd$$x", 5), "ab黑马cd\n$$x");
        assert_eq!(rows("ab黑马cd", 5), 2);
        assert_eq!(rows("abcde", 5), 1);
        assert_eq!(rows("", 5), 1);
    }

    #[test]
    fn chinese_is_broken_anywhere_but_at_its_marks() {
        let text = "套接字已经绑定，但还没有 listen（监听）。";
        assert_eq!(wrap(text, 15, ""), ["套接字已经绑", "定，但还没有", "listen（监", "听）。"]);
        assert_eq!(wrap(text, 14, ""), ["套接字已经绑", "定，但还没有", "listen（监", "听）。"]);
        for columns in 8..60 {
            let rows = wrap(text, columns, "");
            assert!(rows.iter().all(|row| row.width() <= columns), "{rows:?}");
            assert!(rows.iter().all(|row| !row.starts_with(['，', '。', '）']) && !row.ends_with('（')), "{rows:?}");
            assert_eq!(rows.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        let text = "send: EPIPE: the peer has closed\n  # a note that is long\n  try: accept srv";
        assert_eq!(
            wrap_lines(text, 16),
            "send: EPIPE: the\n  peer has\n  closed\n  # a note that\n  # is long\n  try: accept\n    srv"
        );
        assert_eq!(wrap("a/very/long/path/that/ends x", 10, "  "), ["a/very/lon", "  g/path/t", "  hat/ends", "  x"]);
        assert_eq!(wrap(r"x aaaa\x1b\x1b\x1b", 10, "  "), ["x", r"  aaaa\x1b", r"  \x1b\x1b"]);
        assert_eq!(wrap("a  b   c", 80, ""), ["a  b   c"]);
        // A colour ends with its row and begins again on the next.
        let red = wrap("x: \x1b[31mone two three four\x1b[0m", 10, "  ");
        assert_eq!(
            red,
            ["x: \x1b[31mone two\x1b[0m", "\x1b[31m  three\x1b[0m", "\x1b[31m  four\x1b[0m"].map(str::to_string)
        );
    }
}
