//! Differences between texts as `diff -u` writes them. It knows lines, and nothing of what they say.

use owo_colors::Style as Paint;

use super::Style;

/// Lines alike that are shown around a difference.
const CONTEXT: usize = 3;
/// The most lines that are shown of one side of a difference.
const SIDE_MAX: usize = 40;

/// A difference as a terminal shows it: what is gone, what is new, and where.
pub fn painted(diff: &str, style: Style) -> String {
    let line = |line: &str| match line.as_bytes().first() {
        Some(b'-') => style.paint(line, Paint::new().red()),
        Some(b'+') => style.paint(line, Paint::new().green()),
        Some(b'@') => style.paint(line, Paint::new().cyan()),
        _ => line.to_string(),
    };
    diff.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A line of two texts side by side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum DiffLine {
    /// In both.
    Same(String),
    /// In the first alone.
    Gone(String),
    /// In the second alone.
    New(String),
    /// In neither: what there is to say about the lines above.
    Note(String),
}

impl DiffLine {
    fn in_first(&self) -> bool {
        matches!(self, Self::Same(_) | Self::Gone(_))
    }

    fn in_second(&self) -> bool {
        matches!(self, Self::Same(_) | Self::New(_))
    }
}

/// The parts that differ, with some lines around them. So many lines stand before the first row in both texts.
pub(super) fn unified(rows: &[DiffLine], skipped: usize) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(change) = rows[at..].iter().position(|r| !matches!(r, DiffLine::Same(_))).map(|i| at + i) {
        let start = change.saturating_sub(CONTEXT).max(at);
        // It goes on while the next change is no farther away than both contexts.
        let mut end = change;
        while let Some(next) = rows[end..].iter().position(|r| !matches!(r, DiffLine::Same(_))) {
            if next > 2 * CONTEXT {
                break;
            }
            end += next + 1;
        }
        let end_shown = (end + CONTEXT).min(rows.len());
        hunk(&mut out, rows, start..end_shown, skipped);
        at = end_shown;
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}

fn hunk(out: &mut String, rows: &[DiffLine], place: std::ops::Range<usize>, skipped: usize) {
    let (start, end) = (place.start, place.end);
    let count = |rows: &[DiffLine], side: fn(&DiffLine) -> bool| rows.iter().filter(|r| side(r)).count();
    let range = |side: fn(&DiffLine) -> bool| {
        let (before, inside) = (count(&rows[..start], side), count(&rows[start..end], side));
        // An empty side stands after the line that its number names.
        let first = skipped + before + usize::from(inside > 0);
        if inside == 1 { first.to_string() } else { format!("{first},{inside}") }
    };
    out.push_str(&format!("@@ -{} +{} @@\n", range(DiffLine::in_first), range(DiffLine::in_second)));
    let mut run = 0;
    for (i, row) in rows[start..end].iter().enumerate() {
        let (mark, text) = match row {
            DiffLine::Same(text) => (' ', text),
            DiffLine::Gone(text) => ('-', text),
            DiffLine::New(text) => ('+', text),
            DiffLine::Note(text) => {
                out.push_str(&format!("  {text}\n"));
                continue;
            }
        };
        let kind = std::mem::discriminant(row);
        let before = i.checked_sub(1).and_then(|i| rows.get(start + i)).map(std::mem::discriminant);
        run = if before == Some(kind) { run + 1 } else { 1 };
        let last = rows.get(start + i + 1).map(std::mem::discriminant) != Some(kind);
        if run <= SIDE_MAX || matches!(row, DiffLine::Same(_)) {
            out.push_str(&format!("{mark}{text}\n"));
        } else if last {
            out.push_str(&format!("{mark}(and {} lines more)\n", run - SIDE_MAX));
        }
    }
}
