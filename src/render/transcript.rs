//! Sessions as transcripts: what the prompt shows, line by line, and how that is written in a file.
//!
//! A transcript is a list of [`Entry`]s: lines that were typed and lines that were shown. Of a file they are text; of a
//! run they are [`Piece`]s, whose chosen values get their placeholders when they are written or compared
//! ([`super::compare`]). Nothing here runs anything.

use std::ops::Range;

use super::canon::Piece;
use super::rules::{Chosen, placeholder};
use super::{CONTINUATION, PROMPT, Style};
use crate::command;
use crate::session::{Event, What};
use crate::value::{Holds, text};

/// A line of a transcript.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry<S = String> {
    /// A line that was typed: the first of a statement, or one between statements.
    Typed(String),
    /// A further line of a block.
    More(String),
    /// A line that was shown.
    Shown(S),
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Typed(line) => f.write_str(format!("{PROMPT}{line}").trim_end()),
            Self::More(line) => f.write_str(format!("{CONTINUATION}{line}").trim_end()),
            Self::Shown(line) => f.write_str(line),
        }
    }
}

impl Entry {
    /// The line alone.
    pub fn line(&self) -> &str {
        match self {
            Self::Typed(line) | Self::More(line) | Self::Shown(line) => line,
        }
    }
}

/// Whether a line that was shown would be read as something else: as a typed line, or as a wildcard. It is written with
/// a backslash before it.
pub fn looks_special(line: &str) -> bool {
    typed(line, PROMPT).is_some() || typed(line, CONTINUATION).is_some() || line.starts_with('\\') || line == ANY_LINES
}

fn typed<'a>(line: &'a str, prompt: &str) -> Option<&'a str> {
    line.strip_prefix(prompt).or_else(|| (line == prompt.trim_end()).then_some(""))
}

/// A line that stands for any lines.
pub const ANY_LINES: &str = "...";

/// The entries of a transcript's text.
pub fn read(text: &str) -> Vec<Entry> {
    let entry = |line: &str| match (typed(line, PROMPT), typed(line, CONTINUATION)) {
        (Some(line), _) => Entry::Typed(line.to_string()),
        (_, Some(line)) => Entry::More(line.to_string()),
        _ => Entry::Shown(line.to_string()),
    };
    text.lines().map(|line| entry(line.trim_end_matches('\r'))).collect()
}

/// A part of a line of a transcript's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinePart<'a> {
    /// Text.
    Text(&'a str),
    /// A placeholder: `{port:1}`, `{host}`.
    Hole(Chosen, usize),
    /// `{*}`: whatever stands in the rest of the line.
    Rest,
    /// What looks like a placeholder and is none.
    Unknown(&'a str),
}

/// A line of a transcript's text in parts, each with the place where it stands. A placeholder's likeness that is text has
/// a backslash before it, and backslashes right before one are doubled.
pub fn parts(line: &str) -> Vec<(LinePart<'_>, Range<usize>)> {
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some((at, length)) = likeness(&line[from..]) {
        let (start, end) = (from + at, from + at + length);
        let slashes = line[from..start].bytes().rev().take_while(|b| *b == b'\\').count();
        let text = from..start - slashes.div_ceil(2);
        let word = &line[start..end];
        parts.push((LinePart::Text(&line[text.clone()]), text));
        parts.push((if slashes % 2 == 1 { LinePart::Text(word) } else { hole(word) }, start..end));
        from = end;
    }
    parts.push((LinePart::Text(&line[from..]), from..line.len()));
    parts.retain(|(part, _)| *part != LinePart::Text(""));
    parts
}

fn hole(word: &str) -> LinePart<'_> {
    let name = &word[1..word.len() - 1];
    match name.split_once(':') {
        None if name == "*" => LinePart::Rest,
        None => Chosen::of(name).map_or(LinePart::Unknown(word), |kind| LinePart::Hole(kind, 0)),
        Some((kind, number)) => match (Chosen::of(kind), number.parse()) {
            (Some(kind), Ok(number)) if number > 0 && kind.is_numbered() => LinePart::Hole(kind, number),
            _ => LinePart::Unknown(word),
        },
    }
}

/// Where the first thing stands that looks like a placeholder, and how long it is: `{*}`, `{host}`, `{any}`, `{word:1}`.
fn likeness(text: &str) -> Option<(usize, usize)> {
    text.match_indices('{').find_map(|(at, _)| {
        let end = text[at..].find('}')?;
        let name = &text[at + 1..at + end];
        let numbered = name.split_once(':').is_some_and(|(word, number)| {
            !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_lowercase())
                && !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit())
        });
        (numbered || matches!(name, "*" | "host" | "any" | "random")).then_some((at, end + 1))
    })
}

/// A shown line as it is written in a transcript; `name` gives the number of a chosen value.
pub fn written(pieces: &[Piece], mut name: impl FnMut(Chosen, &str) -> usize) -> String {
    let whole: String = pieces.iter().map(Piece::written).collect();
    let mut out = String::new();
    let mut plain = String::from(if looks_special(&whole) { "\\" } else { "" });
    for piece in pieces {
        match piece.kinds.first() {
            Some(kind) if piece.chosen => {
                out.push_str(&escaped(&plain));
                let slashes = plain.bytes().rev().take_while(|b| *b == b'\\').count();
                out.push_str(&"\\".repeat(slashes));
                out.push_str(&placeholder(*kind, name(*kind, &piece.text)));
                plain.clear();
            }
            _ => plain.push_str(&piece.text),
        }
    }
    out + &escaped(&plain)
}

/// Text with a backslash before what looks like a placeholder, and those right before it doubled.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((at, length)) = likeness(rest) {
        let slashes = rest[..at].bytes().rev().take_while(|b| *b == b'\\').count();
        out.push_str(&rest[..at]);
        out.push_str(&"\\".repeat(slashes + 1));
        out.push_str(&rest[at..at + length]);
        rest = &rest[at + length..];
    }
    out + rest
}

/// What stands before the lines of an event.
pub fn before(event: &Event) -> String {
    event.at.who().map_or(String::new(), |who| format!("[{who}] "))
}

/// What stands before that which an event shows, when all of it is measured.
pub fn before_measured(event: &Event) -> Option<String> {
    match &event.what {
        What::Rows { call, .. } if measures(call) => Some(before(event)),
        What::Reply { call, values, .. } if measures(call) => {
            let text = super::event(event, Style::default());
            let value = values.first().map(super::human::brief)?;
            text.strip_suffix(&value).map(text::printable)
        }
        _ => None,
    }
}

/// Whether a call gives nothing but what is measured, or what this machine has.
fn measures(call: &str) -> bool {
    command::find(call).is_some_and(|c| c.gives(Holds::Measured))
}

/// The lines that an event shows in a transcript.
pub fn shown(event: &Event) -> Vec<String> {
    let text = super::event(event, Style::default());
    if text.is_empty() && !matches!(event.what, What::Printed(..)) {
        return Vec::new();
    }
    text.split('\n').map(text::printable).collect()
}

/// Whether a shown line says that Ctrl-C gave up a call.
pub fn is_interrupt(line: &str) -> bool {
    line.ends_with(": Interrupted: interrupted with Ctrl-C")
}

/// Whether shown lines say that a call failed: `NAME: ERROR: text`.
pub fn fails(lines: &[String]) -> bool {
    lines.iter().any(|line| {
        let mut parts = line.trim_start().splitn(3, ": ");
        let (call, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        !call.contains(' ') && crate::value::Name::parse(name).is_some() && !line.ends_with(", as expected")
    })
}
