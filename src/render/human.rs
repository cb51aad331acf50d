//! Events for people.

use std::borrow::Cow;
use std::time::Duration;

use owo_colors::{OwoColorize, Style as Paint};
use unicode_width::UnicodeWidthStr;

use super::table::{self, Grid};
use super::{CONTINUATION, PROMPT, diagram};
use crate::explain;
use crate::help::{sentence, tongue};
use crate::lang::{self, Span};
use crate::session::{Event, What, event::At};
use crate::value::table::Column;
use crate::value::{Failure, Reason, Table, Value, fold};

/// A value longer than this is cut when it is shown as a result.
const SHOWN_MAX: usize = 400;

/// What stands before a system call, so that it is never taken for a result.
const TRACED: &str = "  | ";

/// Whether colours are used, and what is shown of the place of an error.
#[derive(Clone, Copy, Default, Debug)]
pub struct Style {
    /// Use colours: only on a terminal, never with NO_COLOR.
    pub colour: bool,
    /// Say in which line of which file an error is: not at a prompt, where it is the line above.
    pub places: bool,
    /// What colours a line of a program, if anything does; colours are all that it adds.
    pub code: Option<fn(&str) -> String>,
    /// Show what depends on the clock: never in a transcript.
    pub clock: bool,
    /// Say in Chinese what has a Chinese text: never in a transcript.
    pub chinese: bool,
    /// How wide the window is; where there is none, nothing is wrapped, and pages are laid out for 80 columns.
    pub width: Option<usize>,
}

impl Style {
    pub(super) fn paint(self, text: &str, paint: Paint) -> String {
        if self.colour && !text.is_empty() { text.style(paint).to_string() } else { text.to_string() }
    }

    /// Text that stays in the background.
    pub fn dim(self, text: &str) -> String {
        self.paint(text, Paint::new().dimmed())
    }

    /// Prose as wide as the window.
    pub fn prose(self, text: &str) -> String {
        self.width.map_or_else(|| text.to_string(), |width| fold::wrap_lines(text, width))
    }

    /// What the program says, in the language of who reads it.
    pub fn told(self, text: &str) -> Cow<'_, str> {
        if self.chinese { sentence::chinese(text) } else { text.into() }
    }

    /// Whether what a column says is told in Chinese.
    fn says(self, column: &Column) -> bool {
        self.chinese && column.is_said
    }

    fn bad(self, text: &str) -> String {
        self.paint(text, Paint::new().red())
    }

    fn reason(self, reason: &Reason) -> String {
        let text = if self.clock { reason.to_string() } else { reason.steady() };
        self.told(&text).into_owned()
    }

    fn name(self, text: &str) -> String {
        self.paint(text, Paint::new().cyan())
    }
}

/// An event as lines of text, without a line end at their end; empty when there is nothing to show.
pub fn event(event: &Event, style: Style) -> String {
    let text = laid(&event.what, shown_text(event, style), room(&event.at, style));
    match &event.at.who() {
        Some(task) if !text.is_empty() => {
            let prefix = style.dim(&format!("[{task}] "));
            text.lines().map(|l| format!("{prefix}{l}")).collect::<Vec<_>>().join("\n")
        }
        _ => text,
    }
}

/// Text as it is laid out in a window: prose is wrapped, of values no escape is cut in two.
fn laid(what: &What, text: String, room: Option<usize>) -> String {
    let Some(room) = room else { return text };
    match what {
        What::Page(_) | What::Drawn(_) | What::Rows { .. } => text,
        What::Reply { values, .. } | What::JobDone { outcome: Ok(values), .. } if values.iter().all(has_words) => {
            fold::wrap_lines(&text, room)
        }
        What::Line(_) | What::Reply { .. } | What::Printed(..) | What::JobDone { outcome: Ok(_), .. } => {
            fold::mend(&text, room).into_owned()
        }
        _ => fold::wrap_lines(&text, room),
    }
}

/// Whether a value is shown in words of ours: text and bytes are another's, and each of their spaces counts.
fn has_words(value: &Value) -> bool {
    !matches!(value, Value::Text(_) | Value::Bytes(_) | Value::List(_) | Value::Object(_))
}

fn shown_text(event: &Event, style: Style) -> String {
    match &event.what {
        What::Line(text) => line(text, style),
        What::Reply { names, values, .. } => reply(&event.at, names, values, style),
        What::Failed { call, failure: f, word, expected, taken } => {
            let nested = if event.at.nested { "  " } else { "" };
            match (expected, taken) {
                (true, _) => format!("{nested}{}{}", headline(call, f, style), style.told(", as expected")),
                (_, true) => format!("{nested}{}", headline(call, f, style)),
                _ => failure(&event.at, call, f, *word, style),
            }
        }
        What::Printed(text, _) => text.clone(),
        What::View(text) => style.told(text).into_owned(),
        What::Page(page) => super::page(page, style),
        What::Drawn(drawn) => diagram::lines(drawn, room(&event.at, style)).join("\n"),
        What::Explained(reasons) => reasons.iter().map(|c| style.reason(c)).collect::<Vec<_>>().join("\n"),
        What::Rows { table, .. } => rows(&event.at, table, style),
        What::Traced(call) => style.dim(&format!("{TRACED}{}", crate::value::text::printable(&call.text))),
        What::Announced(text) => style.dim(&format!("# {}", style.told(text))),
        What::Timed(took) => style.dim(&format!("  # {}", duration(*took))),
        What::Frame(..) => String::new(),
        What::Noted(text) => style.dim(&format!("  # {}", style.told(text))),
        What::JobStarted(job, line) => style.dim(&format!("[{job}] {}: {line}", style.told("in the background"))),
        What::JobDone { job, line, call, names, outcome } => {
            let head = style.dim(&format!("[{job}]"));
            match outcome {
                Ok(values) if names.is_empty() => format!("{head} {line} -> {}", shown(values)),
                Ok(values) => format!("{head} {}", bound(names, values, style).join(", ")),
                Err(f) => format!("{head} {line}: {}{}", style.bad(&named(f, style)), advice(call, f, style)),
            }
        }
    }
}

/// How long something took, in three digits or so.
fn duration(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    let digits = |value: f64| if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    match seconds * 1e3 {
        ms if ms < 0.9995 => format!("{ms:.3} ms"),
        ms if ms < 999.5 => format!("{ms:.0$} ms", digits(ms)),
        _ => format!("{seconds:.0$} s", digits(seconds)),
    }
}

fn line(text: &str, style: Style) -> String {
    let mut out = String::new();
    for (i, line) in text.lines().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        out.push_str(&style.dim(if i == 0 { PROMPT } else { CONTINUATION }));
        let line = crate::value::text::printable(line);
        out.push_str(&style.code.map_or_else(|| line.clone(), |paint| paint(&line)));
    }
    out
}

fn reply(at: &At, names: &[std::rc::Rc<str>], values: &[Value], style: Style) -> String {
    if at.nested {
        let statement = at.source.as_ref().map_or("", |s| s.line(at.span.line)).trim();
        return format!(
            "{} {}",
            style.dim(&format!("  {} ->", crate::value::text::printable(statement))),
            shown(values)
        );
    }
    if names.is_empty() { shown(values) } else { bound(names, values, style).join("\n") }
}

fn bound(names: &[std::rc::Rc<str>], values: &[Value], style: Style) -> Vec<String> {
    names.iter().zip(values).map(|(n, v)| format!("{} = {}", style.name(n), brief(v))).collect()
}

fn shown(values: &[Value]) -> String {
    if values.is_empty() { "ok".into() } else { values.iter().map(brief).collect::<Vec<_>>().join(", ") }
}

/// The room for a line; what stands before each line of a task's takes some.
fn room(at: &At, style: Style) -> Option<usize> {
    style.width.map(|w| at.who().map_or(w, |who| w.saturating_sub(who.width() + 3)))
}

fn rows(at: &At, table: &Table, style: Style) -> String {
    let line = |line: table::TableLine| format!("{}{}", style.dim(&line.label), line.text);
    let title = |column: &Column| if style.says(column) { tongue::told(column.title) } else { column.title };
    let cell = |column: &Column, value: &Value| {
        let cell = table::cell(column, value);
        if style.says(column) { style.told(&cell).into_owned() } else { cell }
    };
    if table.rows.is_empty() {
        return style.told(&table.empty).into_owned();
    }
    Grid::of(table, title, cell).lines(room(at, style)).into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A value as a result is shown.
pub(super) fn brief(value: &Value) -> String {
    value.brief(SHOWN_MAX)
}

fn headline(call: &str, failure: &Failure, style: Style) -> String {
    format!("{call}: {}", style.bad(&named(failure, style)))
}

/// A failure by its name, with what that says.
fn named(failure: &Failure, style: Style) -> String {
    if !style.chinese {
        return failure.to_string();
    }
    let number = failure.name.number().map_or_else(String::new, |number| format!(" ({number})"));
    format!("{}: {}{number}", failure.name.as_str(), style.told(failure.message()))
}

/// A failure with its place and all that is known to help.
pub fn failure(at: &At, call: &str, failure: &Failure, word: Option<Span>, style: Style) -> String {
    let mut out = headline(call, failure, style);
    let span = word.unwrap_or(at.span);
    if let (Some(source), true) = (&at.source, style.places || word.is_some()) {
        if style.places {
            out.push_str(&format!("\n  {} {}", style.told("at"), style.told(&lang::place(source, span))));
        }
        out.push_str(&format!("\n{}", lang::excerpt(source, span, room(at, style))));
    }
    out.push_str(&advice(call, failure, style));
    out
}

/// What is known to help: the failure's own notes, then why it happened here; or else what it usually means.
fn advice(call: &str, failure: &Failure, style: Style) -> String {
    let known = explain::known(call, failure);
    let usual = |line: String| if known.usual { style.dim(&line) } else { line };
    let lines = known.lines().map(|line| usual(style.reason(&line)));
    let notes = failure.notes().iter().map(|note| style.told(note).into_owned());
    notes.chain(lines).map(|line| format!("\n  {line}")).collect()
}

/// An error of the language.
pub fn program_error(error: &lang::Error, style: Style) -> String {
    let place = lang::place(&error.source, error.span);
    let mut out = format!("{}: {}", style.told(&place), style.bad(&style.told(&error.message)));
    let excerpt = lang::excerpt(&error.source, error.span, style.width);
    out.push_str(&format!("\n{excerpt}"));
    for line in error.advice() {
        out.push_str(&format!("\n  {}", style.told(&line)));
    }
    style.prose(&out)
}
