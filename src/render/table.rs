//! Tables as lines: columns aligned by display width, fitted into a given width.
//!
//! It knows cells of text and no colours; what is a header is told apart from what is not.

use unicode_width::UnicodeWidthStr;

use crate::value::table::{Column, Table};
use crate::value::{Holds, Value, fold, text};

/// Shown in a cell that has nothing to say.
const NOTHING: &str = "-";
/// How far apart columns stand where there is room.
const GAP: usize = 2;
/// A column is cut to no less than that; narrower than this all of it falls into blocks.
const COLUMN_MIN: usize = 8;
/// Prose is wrapped in its column where the column can be so wide.
const PROSE_MIN: usize = 16;

/// A line of a table, in two parts: what names something, and what it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct TableLine {
    /// Column names.
    pub label: String,
    /// Values.
    pub text: String,
}

/// What a cell is written as.
pub(super) trait Cell: Clone {
    /// Plain text.
    fn text(text: &str) -> Self;
    /// How many columns of the screen it takes.
    fn width(&self) -> usize;
    /// Put another after it.
    fn push(&mut self, other: &Self);
}

impl Cell for String {
    fn text(text: &str) -> Self {
        text.to_string()
    }

    fn width(&self) -> usize {
        UnicodeWidthStr::width(self.as_str())
    }

    fn push(&mut self, other: &Self) {
        self.push_str(other);
    }
}

/// A table whose cells are written.
pub(super) struct Grid<C> {
    columns: Vec<Shape>,
    rows: Vec<Vec<C>>,
    empty: C,
}

#[derive(Clone)]
struct Shape {
    title: &'static str,
    /// Numbers stand at the right.
    right: bool,
    /// Its cells' ends tell most: ports, file names.
    keep_end: bool,
    /// Its cells are prose, to be read to the end; the last column alone can be that.
    prose: bool,
}

impl<C: Cell> Grid<C> {
    /// The table with its cells written by that function. Most columns in which no row has anything are left out.
    pub(super) fn of(
        table: &Table,
        title: impl Fn(&Column) -> &'static str,
        write: impl Fn(&Column, &Value) -> C,
    ) -> Self {
        let stands =
            |i: usize| table.columns[i].holds == Holds::Waiting || table.rows.iter().any(|r| r[i] != Value::None);
        let used: Vec<usize> = (0..table.columns.len()).filter(|i| stands(*i)).collect();
        let all = |i: usize, test: fn(&Value) -> bool| table.rows.iter().all(|r| r[i] == Value::None || test(&r[i]));
        let words = |i: usize| table.rows.iter().any(|r| matches!(&r[i], Value::Text(t) if t.contains(' ')));
        let shape = |i: &usize| Shape {
            title: title(&table.columns[*i]),
            right: all(*i, |v| matches!(v, Value::Int(_) | Value::Float(_))),
            keep_end: all(*i, |v| matches!(v, Value::Addr(_))),
            prose: Some(i) == used.last() && words(*i),
        };
        let columns = used.iter().map(shape).collect();
        let row = |row: &Vec<Value>| used.iter().map(|i| write(&table.columns[*i], &row[*i])).collect();
        Self { columns, rows: table.rows.iter().map(row).collect(), empty: C::text(&table.empty) }
    }

    /// Its lines, the header first, as wide as they are.
    pub(super) fn whole(&self) -> Vec<C> {
        if self.rows.is_empty() { vec![self.empty.clone()] } else { self.aligned(&self.natural(), GAP) }
    }

    fn natural(&self) -> Vec<usize> {
        let widest = |i: usize| self.rows.iter().map(|row| row[i].width()).max().unwrap_or(0);
        (0..).zip(&self.columns).map(|(i, shape)| widest(i).max(shape.title.width())).collect()
    }

    fn aligned(&self, widths: &[usize], gap: usize) -> Vec<C> {
        let header: Vec<C> = self.columns.iter().map(|c| C::text(c.title)).collect();
        std::iter::once(&header).chain(&self.rows).map(|row| self.line(row, widths, gap)).collect()
    }

    fn line(&self, row: &[C], widths: &[usize], gap: usize) -> C {
        let mut line = C::text("");
        let mut owed = 0;
        for ((cell, shape), width) in row.iter().zip(&self.columns).zip(widths) {
            let pad = width.saturating_sub(cell.width());
            let (left, right) = if shape.right { (pad, 0) } else { (0, pad) };
            line.push(&C::text(&" ".repeat(owed + left)));
            line.push(cell);
            // What would stand at the end of the line is left out.
            owed = right + gap;
        }
        line
    }
}

impl Grid<String> {
    /// Its lines, none wider than `width` where one is given.
    pub(super) fn lines(&self, width: Option<usize>) -> Vec<TableLine> {
        let natural = self.natural();
        let lines = match width {
            Some(width) if !self.rows.is_empty() && total(&natural, GAP) > width => {
                match self.prose(&natural, width).or_else(|| self.fitted(natural, width)) {
                    Some(widths) => self.cut(&widths).aligned(&widths, gap(&widths, width)),
                    None => return self.blocks(width),
                }
            }
            _ => self.whole(),
        };
        let titled = !self.rows.is_empty();
        let line = |(i, text): (usize, String)| {
            let (label, text) = if i == 0 && titled { (text, String::new()) } else { (String::new(), text) };
            TableLine { label, text }
        };
        lines.into_iter().enumerate().map(line).collect()
    }

    /// The columns' widths when the last one, which is prose, gives way alone.
    fn prose(&self, natural: &[usize], width: usize) -> Option<Vec<usize>> {
        let (last, others) = natural.split_last().filter(|_| self.columns.last().is_some_and(|c| c.prose))?;
        let room = width.checked_sub(total(others, GAP) + GAP).filter(|room| *room >= PROSE_MIN)?;
        Some(others.iter().copied().chain([room.min(*last)]).collect())
    }

    /// The columns' widths when all must fit: words give way before addresses, the widest first.
    fn fitted(&self, mut widths: Vec<usize>, width: usize) -> Option<Vec<usize>> {
        while total(&widths, 1) > width {
            let wide = (0..widths.len()).filter(|i| widths[*i] > COLUMN_MIN);
            let next = wide.max_by_key(|i| (!self.columns[*i].keep_end, widths[*i]))?;
            widths[next] -= 1;
        }
        self.columns.last().is_none_or(|c| !c.prose).then_some(widths)
    }

    /// The same with cells that are no wider than that. Prose goes on in rows that have nothing else.
    fn cut(&self, widths: &[usize]) -> Self {
        let mut rows = Vec::new();
        for row in &self.rows {
            let cell = |((cell, shape), width): ((&String, &Shape), &usize)| {
                if shape.prose { fold::wrap(cell, *width, "") } else { vec![shape.cut(cell, *width)] }
            };
            let cells: Vec<Vec<String>> = row.iter().zip(&self.columns).zip(widths).map(cell).collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(0);
            rows.extend((0..height).map(|i| cells.iter().map(|c| c.get(i).cloned().unwrap_or_default()).collect()));
        }
        Self { columns: self.columns.clone(), rows, empty: self.empty.clone() }
    }

    /// A row as a block: a line a column, the first of them at the margin.
    fn blocks(&self, width: usize) -> Vec<TableLine> {
        let mut lines = Vec::new();
        for row in &self.rows {
            for (i, (shape, cell)) in self.columns.iter().zip(row).enumerate().filter(|(_, (_, c))| *c != NOTHING) {
                let label = format!("{}{}: ", if i == 0 { "" } else { "  " }, shape.title);
                let hang = if i == 0 { "  " } else { "    " };
                // The rows that a cell goes on in stand where its name does, so the first has as much less room.
                let indent = " ".repeat(label.width());
                let mut rows = fold::wrap(&format!("{indent}{cell}"), width, hang).into_iter();
                let first = rows.next().unwrap_or_default();
                let text = first.strip_prefix(&indent).unwrap_or("").to_string();
                let label = if text.is_empty() { label.trim_end().to_string() } else { label };
                lines.push(TableLine { label, text });
                lines.extend(rows.map(|text| TableLine { label: String::new(), text }));
            }
        }
        lines
    }
}

impl Shape {
    fn cut(&self, cell: &str, width: usize) -> String {
        if self.keep_end { fold::fit_end(cell, width) } else { fold::fit(cell, width) }
    }
}

/// How far apart columns of these widths stand in a window.
fn gap(widths: &[usize], width: usize) -> usize {
    if total(widths, GAP) <= width { GAP } else { 1 }
}

/// How wide columns are together, so far apart.
fn total(widths: &[usize], gap: usize) -> usize {
    widths.iter().sum::<usize>() + gap * widths.len().saturating_sub(1)
}

/// A cell's text for people.
pub(super) fn cell(column: &Column, value: &Value) -> String {
    if *value == Value::None {
        return NOTHING.to_string();
    }
    let shown = text::escape_bytes(value.to_string().as_bytes());
    if column.holds == Holds::Seconds { format!("{shown} s") } else { shown }
}
