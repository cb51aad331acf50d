//! Tables as lines: columns aligned by display width, fitted into a given width.
//!
//! It knows cells of text and no colours; what is a header is told apart from what is not.

use unicode_width::UnicodeWidthStr;

use crate::value::table::{Column, Holds, Table};
use crate::value::{Value, text};

/// Shown in a cell that has nothing to say.
const NOTHING: &str = "-";
/// A column is cut to no less than that; narrower than this all of it falls into blocks.
const COLUMN_MIN: usize = 8;

/// A line of a table, in two parts: what names something, and what it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    /// Column names.
    pub label: String,
    /// Values.
    pub text: String,
}

/// A table whose cells are text.
pub struct Grid {
    columns: Vec<Shape>,
    rows: Vec<Vec<String>>,
    empty: String,
}

struct Shape {
    title: &'static str,
    /// Numbers stand at the right.
    right: bool,
    /// Its cells' ends tell most: ports, file names.
    keep_end: bool,
}

impl Grid {
    /// The table with its cells written by that function. Columns in which no row has anything are left out.
    pub fn of(table: &Table, mut write: impl FnMut(&Column, &Value) -> String) -> Self {
        let used: Vec<usize> =
            (0..table.columns.len()).filter(|i| table.rows.iter().any(|r| r[*i] != Value::None)).collect();
        let all = |i: usize, test: fn(&Value) -> bool| table.rows.iter().all(|r| r[i] == Value::None || test(&r[i]));
        let shape = |i: &usize| Shape {
            title: table.columns[*i].title,
            right: all(*i, |v| matches!(v, Value::Int(_) | Value::Float(_))),
            keep_end: all(*i, |v| matches!(v, Value::Addr(_))),
        };
        let columns = used.iter().map(shape).collect();
        let mut cell = |row: &[Value], i: usize| match &row[i] {
            Value::None => NOTHING.to_string(),
            value => write(&table.columns[i], value),
        };
        let rows = table.rows.iter().map(|row| used.iter().map(|i| cell(row, *i)).collect()).collect();
        Self { columns, rows, empty: table.empty.clone() }
    }

    /// Its lines, none wider than `width` where one is given.
    pub fn lines(&self, width: Option<usize>) -> Vec<Line> {
        if self.rows.is_empty() {
            return vec![Line { text: self.empty.clone(), ..Line::default() }];
        }
        let natural: Vec<usize> = (0..self.columns.len()).map(|i| self.natural(i)).collect();
        let Some(width) = width else { return self.aligned(&natural, 2) };
        if total(&natural, 2) <= width {
            return self.aligned(&natural, 2);
        }
        match self.fitted(natural, width) {
            Some(widths) => self.aligned(&widths, 1),
            None => self.blocks(width),
        }
    }

    /// The columns' widths when all must fit: words give way before addresses, the widest first.
    fn fitted(&self, mut widths: Vec<usize>, width: usize) -> Option<Vec<usize>> {
        while total(&widths, 1) > width {
            let wide = (0..widths.len()).filter(|i| widths[*i] > COLUMN_MIN);
            let next = wide.max_by_key(|i| (!self.columns[*i].keep_end, widths[*i]))?;
            widths[next] -= 1;
        }
        Some(widths)
    }

    fn natural(&self, i: usize) -> usize {
        self.rows.iter().map(|row| row[i].width()).fold(self.columns[i].title.width(), usize::max)
    }

    fn aligned(&self, widths: &[usize], gap: usize) -> Vec<Line> {
        let join = |cells: &mut dyn Iterator<Item = &str>| {
            let parts: Vec<String> =
                cells.zip(&self.columns).zip(widths).map(|((cell, shape), w)| shape.fit(cell, *w)).collect();
            parts.join(&" ".repeat(gap)).trim_end().to_string()
        };
        let header = join(&mut self.columns.iter().map(|c| c.title));
        let rows =
            self.rows.iter().map(|row| Line { text: join(&mut row.iter().map(String::as_str)), ..Line::default() });
        std::iter::once(Line { label: header, ..Line::default() }).chain(rows).collect()
    }

    /// A row as a block: a line a column, the first of them at the margin.
    fn blocks(&self, width: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        for row in &self.rows {
            for (i, (shape, cell)) in self.columns.iter().zip(row).enumerate().filter(|(_, (_, c))| *c != NOTHING) {
                let label = format!("{}{}: ", if i == 0 { "" } else { "  " }, shape.title);
                let room = width.saturating_sub(label.width()).max(1);
                lines.push(Line { label, text: shape.cut(cell, room) });
            }
        }
        lines
    }
}

impl Shape {
    fn fit(&self, cell: &str, width: usize) -> String {
        let cell = self.cut(cell, width);
        let pad = " ".repeat(width.saturating_sub(cell.width()));
        if self.right { format!("{pad}{cell}") } else { format!("{cell}{pad}") }
    }

    fn cut(&self, cell: &str, width: usize) -> String {
        let backwards = |s: &str| s.chars().rev().collect::<String>();
        if self.keep_end { backwards(&text::fit(&backwards(cell), width)) } else { text::fit(cell, width) }
    }
}

/// How wide columns are together, so far apart.
fn total(widths: &[usize], gap: usize) -> usize {
    widths.iter().sum::<usize>() + gap * widths.len().saturating_sub(1)
}

/// A cell's text for people.
pub fn cell(column: &Column, value: &Value) -> String {
    let shown = text::escape_bytes(value.to_string().as_bytes());
    if column.holds == Holds::Seconds { format!("{shown} s") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::table::{holds, plain};

    const COLUMNS: &[Column] =
        &[plain("name"), plain("note"), plain("local"), plain("in"), plain("unused"), holds("left", Holds::Seconds)];

    fn table() -> Table {
        let row = |name: &str, note: &str, addr: &str, n, left| {
            let addr = Value::Addr(addr.parse().unwrap());
            vec![Value::text(name), Value::text(note), addr, Value::Int(n), Value::None, left]
        };
        let rows = vec![
            row("服务器", "监听中, 等待客户端连接", "127.0.0.1:9998", 5, Value::None),
            row("cli", "x\n\x1b[2J", "127.0.0.1:40001", 12345, Value::Int(57)),
        ];
        Table { columns: COLUMNS, rows, empty: "nothing".into() }
    }

    fn lines(width: Option<usize>) -> Vec<String> {
        let lines = Grid::of(&table(), cell).lines(width);
        lines.into_iter().map(|l| l.label + &l.text).collect()
    }

    #[test]
    fn columns_stand_in_line_under_wide_characters() {
        assert_eq!(
            lines(None),
            [
                "name    note                    local               in  left",
                "服务器  监听中, 等待客户端连接  127.0.0.1:9998       5     -",
                "cli     x\\n\\x1b[2J              127.0.0.1:40001  12345  57 s",
            ]
        );
        assert_eq!(lines(Some(200)), lines(None));
        assert_eq!(lines(Some(80)), lines(None));
    }

    #[test]
    fn what_does_not_fit_is_cut_and_never_wraps() {
        assert_eq!(
            lines(Some(44)),
            [
                "name   note       local              in left",
                "服务器 监听中, …  127.0.0.1:9998      5    -",
                "cli    x\\n\\x1b[2J 127.0.0.1:40001 12345 57 s",
            ]
        );
        for width in 1..100 {
            for line in lines(Some(width)) {
                assert!(line.width() <= width.max(10), "{width}: {line}");
            }
        }
    }

    #[test]
    fn a_narrow_window_gets_blocks() {
        assert_eq!(
            lines(Some(20)),
            [
                "name: 服务器",
                "  note: 监听中, 等…",
                "  local: …0.0.1:9998",
                "  in: 5",
                "name: cli",
                "  note: x\\n\\x1b[2J",
                "  local: ….0.1:40001",
                "  in: 12345",
                "  left: 57 s",
            ]
        );
    }

    #[test]
    fn no_rows_are_said_in_words() {
        let empty = Table { rows: Vec::new(), ..table() };
        assert_eq!(Grid::of(&empty, cell).lines(Some(20)), [Line { text: "nothing".into(), ..Line::default() }]);
    }
}
