//! A call whose words do not fit: the line to write instead, where that is certain.
//!
//! It is looked for when the call has failed, so a line that is right pays nothing for it. A line is certain when its words
//! fit, and each differs from what was written as little as what was meant.

use std::rc::Rc;

use super::arrange::{Placed, arrange};
use super::bind::known;
use crate::command::{self, Command, Kind, Need, Param, address, kinds};
use crate::lang::{self, Call, Source, Span, StatementKind, Word, is_name};
use crate::value::{Failure, Value};

/// The call that failed, as it is written.
pub(crate) struct Written {
    source: Rc<Source>,
    call: Call,
    /// What is called.
    pub command: &'static Command,
}

impl Written {
    /// The call on a line of a program.
    pub(crate) fn on(source: &Source, number: u32) -> Option<Self> {
        let line = Source::part(&source.name, source.line(number), number);
        let block = lang::parse(&line).ok()?;
        let [statement] = &*block else { return None };
        let StatementKind::Call(call) = &statement.kind else { return None };
        let command = command::find(call.name.bare()?)?;
        Some(Self { call: call.clone(), source: line, command })
    }

    /// The words it is called with.
    pub(crate) fn words(&self) -> &[Word] {
        &self.call.args
    }

    /// The parameter that the word in that place is for, as far as places tell.
    pub(crate) fn param(&self, at: usize) -> Option<&'static Param> {
        let params = self.command.params;
        params.get(at).or_else(|| params.last().filter(|p| matches!(p.need, Need::Rest | Need::Some)))
    }

    /// Its line with something else in a place.
    pub(crate) fn with(&self, span: Span, instead: &str) -> String {
        self.source.with(span, instead)
    }

    /// The line with that word before all others.
    pub(crate) fn with_first(&self, word: &str) -> String {
        let name = self.call.name.span;
        self.with(Span { column: name.column + name.length, length: 0, ..name }, &format!(" {word}"))
    }

    /// The parameter whose place the first word has, where only something alive fits it.
    pub(crate) fn subject(&self) -> Option<&'static Param> {
        let first = self.command.params.first()?;
        (first.need == Need::Required
            && matches!(first.kind, Kind::Socket | Kind::SocketOrFile | Kind::Closable | Kind::File))
        .then_some(first)
    }

    /// Whether the call lacks no more than its first word: none of its words can be it, but all others are there.
    pub(crate) fn lacks_subject(&self, is_bound: impl Fn(&str) -> bool) -> bool {
        let Some(param) = self.subject() else { return false };
        let stands =
            self.words().first().is_some_and(|word| known(param, word).is_none() && word.bare().is_none_or(is_bound));
        !stands && fits(&self.with_first("s"))
    }

    /// The line with the word in that place mended as its failure says, or with what other languages have between words
    /// taken out. Capitals in it stand for what only its user knows.
    pub(crate) fn mended(&self, failure: &Failure, span: Option<Span>) -> Option<String> {
        let key = |span| self.words().iter().find(|w| w.span == span).and_then(Word::key);
        let replaced = failure.replacement().zip(span).map(|(instead, span)| match key(span) {
            Some(key) if self.by_name(key) => self.with(span, &format!("{key}={instead}")),
            _ => self.with(span, instead),
        });
        replaced.or_else(|| self.job(span?)).or_else(|| self.address()).or_else(|| self.without_commas())
    }

    /// Whether a parameter may be given by that name.
    fn by_name(&self, key: &str) -> bool {
        let params = self.command.params.iter();
        params.filter(|p| matches!(p.need, Need::Optional | Need::Named)).any(|p| p.name.eq_ignore_ascii_case(key))
    }

    /// `cancel %1`, `wait [1]`.
    fn job(&self, span: Span) -> Option<String> {
        let word = self.source.at(span);
        let digits = word.trim_matches(['%', '#', '[', ']', '"', '\'']);
        let is_job = self.command.params.first().is_some_and(|p| matches!(p.kind, Kind::JobOrTask | Kind::Job));
        (is_job && digits != word && digits.parse::<u64>().is_ok()).then(|| self.with(span, digits))
    }

    /// `recv s, 1024`, `recv (s, 1024)`.
    fn without_commas(&self) -> Option<String> {
        let mut line = self.source.line(self.call.name.span.line).trim().to_string();
        for word in self.words().iter().rev() {
            let raw = self.source.at(word.span);
            let before = raw.trim_start_matches('(').trim_end_matches([',', ')']);
            let before = match before.split_once('(') {
                Some((name, rest)) if is_name(name) => format!("{name} {rest}"),
                _ => before.to_string(),
            };
            if before != raw && !before.is_empty() {
                let offset = self.source.line(word.span.line).chars().take_while(|c| c.is_whitespace()).count() as u32;
                let span = Span { column: word.span.column - offset, ..word.span };
                line = Source::part("", &line, span.line).with(span, &before);
            }
        }
        (line != self.source.line(self.call.name.span.line).trim() && fits(&line)).then_some(line)
    }

    /// `bind s ("127.0.0.1", 9999)`, `bind s 127.0.0.1 "9999"`.
    pub(super) fn address(&self) -> Option<String> {
        if !self.command.params.iter().any(|p| p.kind == Kind::Addr) {
            return None;
        }
        let words = self.words();
        let stretches = |at| [(at, at + 2), (at, at + 1), (at, at)];
        let places = (0..words.len()).flat_map(stretches).filter(|(_, end)| *end < words.len());
        let mended = places.filter_map(|(from, to)| {
            let span = words[from].span.to(words[to].span);
            Some(self.with(span, &address::mended(&self.source.at(span))?))
        });
        mended.into_iter().find(|line| fits(line))
    }
}

/// Whether a line is a call whose words fit, as far as they tell.
pub(super) fn fits(line: &str) -> bool {
    let Some(written) = Written::on(&Source::new("", line), 1) else { return false };
    arrange(written.command, written.words()).is_ok_and(|placed| placed.iter().all(|(param, at)| suits(param, at)))
}

fn suits(param: &Param, placed: &Placed) -> bool {
    match placed {
        Placed::Absent => true,
        Placed::One(word) => known(param, word).is_none_or(|arg| arg.is_ok()),
        Placed::Two(first, last) => match (param.kind, first.literal(), last.literal()) {
            (Kind::Option, Some(level), Some(option)) => {
                kinds::fit_leveled(&Value::text(level), &Value::text(option)).is_ok()
            }
            (_, Some(host), Some(port)) => address::host_port(&Value::text(host), &Value::text(port)).is_ok(),
            _ => true,
        },
    }
}
