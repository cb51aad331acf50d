//! Colours for a line as it is typed: calls, names, text, numbers, and what cannot be right.
//!
//! The sixteen colours of the terminal alone, none of those that vanish on a light or a dark ground. It changes no
//! character of the line.

use owo_colors::{OwoColorize, Style};

use super::names::Names;
use crate::command::{self, kinds};
use crate::lang::{KEYWORDS, Mark, MarkKind, Operator, Typed, head, typed};
use crate::linux::constants;
use crate::value::Name;

/// What the pieces of a line look like.
mod paints {
    use owo_colors::Style;

    pub(super) const CALL: Style = Style::new().bold();
    pub(super) const KEYWORD: Style = Style::new().magenta().bold();
    pub(super) const NAME: Style = Style::new().cyan();
    pub(super) const TEXT: Style = Style::new().green();
    pub(super) const ESCAPE: Style = Style::new().green().bold();
    pub(super) const NUMBER: Style = Style::new().magenta();
    pub(super) const COMMENT: Style = Style::new().dimmed();
    pub(super) const WRONG: Style = Style::new().red();
}

/// A text of one or more lines in colours. Within a block or a program its own names are not known, so none is called
/// wrong.
pub fn paint(text: &str, names: &Names, in_block: bool) -> String {
    let in_block = in_block || names.stepping || text.contains('\n');
    let lines = text.split('\n').map(|line| Line { text: line, names, in_block, out: String::new() }.paint());
    lines.collect::<Vec<_>>().join("\n")
}

/// A line of a program, whose names are its own.
pub fn code(line: &str) -> String {
    paint(line, &Names::default(), true)
}

/// A line being painted.
struct Line<'a> {
    text: &'a str,
    names: &'a Names,
    in_block: bool,
    out: String,
}

impl Line<'_> {
    fn paint(mut self) -> String {
        let (words, comment) = typed(self.text);
        let head = head(&words);
        let mut at = 0;
        for (i, word) in words.iter().enumerate() {
            self.out.push_str(&self.text[at..word.range.start]);
            self.word(&words, head, i);
            at = word.range.end;
        }
        self.out.push_str(&self.text[at..comment]);
        self.put(comment, self.text.len(), paints::COMMENT);
        self.out
    }

    fn put(&mut self, from: usize, to: usize, style: Style) {
        if from < to {
            let piece = &self.text[from..to];
            self.out.push_str(&piece.style(style).to_string());
        }
    }

    fn word(&mut self, words: &[Typed], head: usize, i: usize) {
        let word = &words[i];
        let whole = |line: &mut Self, style| line.put(word.range.start, word.range.end, style);
        if i < head {
            let error = i > 0 && words[i - 1].word.is("expect");
            return match &*word.text {
                "=" => whole(self, Style::new()),
                "expect" | "every" => whole(self, paints::KEYWORD),
                text if i > 0 && words[i - 1].word.is("every") && kinds::number(text).is_some() => {
                    whole(self, paints::NUMBER);
                }
                text if error && Name::parse(text).is_some() => whole(self, paints::NUMBER),
                _ if error => whole(self, self.doubtful(word)),
                _ => whole(self, paints::NAME),
            };
        }
        if i == head {
            let style = self.call_style(word);
            return whole(self, style);
        }
        self.argument(word, KEYWORDS.contains(&&*words[head].text));
    }

    /// What cannot be right is wrong once the next word begins.
    fn doubtful(&self, word: &Typed) -> Style {
        if word.range.end < self.text.len() { paints::WRONG } else { Style::new() }
    }

    fn call_style(&self, word: &Typed) -> Style {
        let text = &*word.text;
        match text {
            _ if word.word.quoted => self.doubtful(word),
            _ if KEYWORDS.contains(&text) => paints::KEYWORD,
            _ if command::find(text).is_some() || self.names.def(text).is_some() => paints::CALL,
            _ if self.names.steps().any(|(step, _)| step == text) => paints::KEYWORD,
            // The first of several names is no call.
            _ if text.ends_with(',') || self.text[word.range.end..].trim_start().starts_with([',', '=']) => {
                paints::NAME
            }
            _ if self.in_block => Style::new(),
            _ => self.doubtful(word),
        }
    }

    fn argument(&mut self, word: &Typed, of_keyword: bool) {
        let text = &*word.text;
        if let Some((at, _)) = word.open {
            self.pieces(word, at, None);
            return self.put(at, word.range.end, paints::WRONG);
        }
        if word.word.quoted {
            return self.pieces(word, word.range.end, Some(paints::TEXT));
        }
        let style = if of_keyword && is_operator(text) {
            Some(paints::KEYWORD)
        } else if kinds::number(text).is_some() || is_constant(text) {
            Some(paints::NUMBER)
        } else if !of_keyword && self.names.get(text).is_some() {
            Some(paints::NAME)
        } else {
            None
        };
        self.pieces(word, word.range.end, style);
    }

    /// A word up to there, with its escapes and its `$names` set off.
    fn pieces(&mut self, word: &Typed, to: usize, style: Option<Style>) {
        let plain = style.unwrap_or_default();
        let mut at = word.range.start;
        for mark in word.marks.iter().filter(|mark| mark.range.end <= to) {
            let style = match mark.kind {
                MarkKind::Quote => continue,
                MarkKind::Escape => paints::ESCAPE,
                MarkKind::Name if self.is_known(&self.text[mark.range.clone()]) => paints::NAME,
                MarkKind::Name => paints::WRONG,
                MarkKind::Wrong => self.unfinished(word, mark),
            };
            self.put(at, mark.range.start, plain);
            self.put(mark.range.start, mark.range.end, style);
            at = mark.range.end;
        }
        self.put(at, to, plain);
    }

    /// Whether what a `$name` or `${name...}` inserts is there.
    fn is_known(&self, inserted: &str) -> bool {
        let name = inserted.trim_start_matches(['$', '{']);
        let name = &name[..name.find(['}', '[', '.', ':']).unwrap_or(name.len())];
        let given = self.names.get(name).is_some() || constants::value(name).is_some();
        self.in_block || inserted.contains(":-") || given
    }

    /// What is wrong as it stands may only not be whole: an escape, a `${name` at the end of the line.
    fn unfinished(&self, word: &Typed, mark: &Mark) -> Style {
        let text = &self.text[mark.range.clone()];
        let last = word.range.end == self.text.len();
        match text.strip_prefix("${") {
            Some(name) if last && !name.is_empty() && self.is_known(name) => paints::NAME,
            None if text.starts_with('\\') && last => paints::ESCAPE,
            _ => paints::WRONG,
        }
    }
}

/// Whether it is an operator of expressions, or a word that goes on within a line.
fn is_operator(text: &str) -> bool {
    matches!(text, "(" | ")" | "in" | "as" | "=") || Operator::all().any(|(operator, _)| operator == text)
}

fn is_constant(text: &str) -> bool {
    matches!(text, "none" | "None" | "on" | "off" | "true" | "false" | "True" | "False")
        || text.split('|').all(|part| part.contains('_') && constants::find_any(part).is_some())
}
