//! Pages laid out as text: wrapped at words, terms beside their meanings where there is room for both.

use owo_colors::Style as Paint;
use unicode_width::UnicodeWidthStr;

use super::Style;
use crate::help::{self, tongue};
use crate::value::fold;
use crate::value::page::{Page, PagePart};

/// The width where no terminal has one, so that what is written to a file is always the same.
pub const WIDTH: usize = 80;
/// Wider than this no line is easy to read.
const WIDTH_MAX: usize = 100;
/// Below this width a meaning stands under its term.
const BESIDE_MIN: usize = 44;
/// The widest term that has its meaning beside it.
const TERM_MAX: usize = 18;

/// A page as text, without a line end at its end.
pub fn page(page: &Page, style: Style) -> String {
    if style.chinese { laid_out(&told(page, style), style) } else { laid_out(page, style) }
}

/// A page in the language of who reads it. What has a page is called by its name in every language.
fn told(page: &Page, style: Style) -> Page {
    let told = |text: &String| style.told(text).into_owned();
    let label = |term: &String| if help::is_name(term) { term.clone() } else { told(term) };
    let part = |part: &PagePart| match part {
        PagePart::Head(text) => PagePart::Head(told(text)),
        PagePart::Text(text) => PagePart::Text(told(text)),
        PagePart::Entry(term, text) => {
            let brief = help::brief_in_chinese(term, text).map(String::from);
            PagePart::Entry(label(term), brief.unwrap_or_else(|| label(text)))
        }
        PagePart::Title(text) => PagePart::Title(tongue::chinese(text).unwrap_or(text).into()),
        PagePart::Code(_) => part.clone(),
    };
    Page(page.0.iter().map(part).collect())
}

fn laid_out(page: &Page, style: Style) -> String {
    let width = style.width.map_or(WIDTH, |width| width.min(WIDTH_MAX));
    let columns = style.width.unwrap_or(usize::MAX);
    let mut out = Vec::new();
    let mut layout = Layout { style, width, columns, out: &mut out };
    for (i, part) in page.0.iter().enumerate() {
        match part {
            PagePart::Title(text) => {
                layout.gap();
                layout.wrapped(text, "", "    ", Paint::new().bold());
            }
            PagePart::Head(text) => {
                layout.gap();
                layout.wrapped(text, "", "  ", Paint::new().bold());
            }
            PagePart::Text(text) => {
                if i > 0 && matches!(page.0[i - 1], PagePart::Text(_) | PagePart::Entry(..) | PagePart::Code(_)) {
                    layout.gap();
                }
                layout.wrapped(text, "  ", "  ", Paint::new());
            }
            PagePart::Entry(term, text) => {
                if i > 0 && matches!(page.0[i - 1], PagePart::Text(_)) {
                    layout.gap();
                }
                layout.entry(term, text, column(&page.0, i));
            }
            PagePart::Code(lines) => {
                if i > 0 && !matches!(page.0[i - 1], PagePart::Title(_) | PagePart::Head(_)) {
                    layout.gap();
                }
                let code = |line: &str| fold::mend(format!("  {line}").trim_end(), layout.columns).into_owned();
                layout.out.extend(lines.lines().map(code));
            }
        }
    }
    out.join("\n")
}

/// How wide the terms are among which this one stands.
fn column(parts: &[PagePart], at: usize) -> usize {
    let term = |part: &PagePart| match part {
        PagePart::Entry(term, _) => Some(term.width()),
        _ => None,
    };
    let before = parts[..at].iter().rev().map_while(term);
    let widths = before.chain(parts[at..].iter().map_while(term));
    widths.filter(|w| *w <= TERM_MAX).max().unwrap_or(0)
}

struct Layout<'a> {
    style: Style,
    /// How wide prose is.
    width: usize,
    /// How wide the window is.
    columns: usize,
    out: &'a mut Vec<String>,
}

impl Layout<'_> {
    /// An empty line, except at the start.
    fn gap(&mut self) {
        if self.out.last().is_some_and(|line| !line.is_empty()) {
            self.out.push(String::new());
        }
    }

    /// Prose in lines that have room beside an indent; spaces in a row are one.
    fn lines(&self, text: &str, indent: usize) -> Vec<String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        fold::wrap(&words.join(" "), self.width.saturating_sub(indent), "")
    }

    fn wrapped(&mut self, text: &str, first: &str, next: &str, paint: Paint) {
        for (i, line) in self.lines(text, next.len()).iter().enumerate() {
            self.out.push(format!("{}{}", if i == 0 { first } else { next }, self.style.paint(line, paint)));
        }
    }

    fn entry(&mut self, term: &str, text: &str, column: usize) {
        let paint = Paint::new().cyan();
        let beside = self.width >= BESIDE_MIN && column > 0;
        let indent = if beside { column + 4 } else { 4 };
        let mut lines = self.lines(text, indent).into_iter();
        if beside && term.width() <= column {
            let first = lines.next().unwrap_or_default();
            let space = " ".repeat(column - term.width());
            self.out.push(format!("  {}{space}  {first}", self.style.paint(term, paint)));
        } else {
            self.wrapped(term, "  ", "  ", paint);
        }
        self.out.extend(lines.map(|line| format!("{:indent$}{line}", "")));
    }
}
