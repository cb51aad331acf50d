//! What help says: a page for every call, option, constant, error, state, word and topic; the search over them; the
//! manual page; and lines of sockpit in Python. REFERENCE.md is made of it, too (`tests/readme.rs`).
//!
//! All of it is made from the tables that the program itself works with. It knows no session and no terminal.

pub mod completions;
mod errors;
mod examples;
mod find;
pub mod foreign;
mod forms;
pub mod lessons;
pub(crate) mod manual;
pub mod marks;
mod packed;
mod pages;
pub mod parts;
pub mod program;
pub mod python;
pub mod sentence;
pub mod tongue;
mod topic;
pub mod topics;
pub mod translate;
pub mod words;

use crate::command::{self, Command, Group};
use crate::linux::constants::{Constants, INTERFACE_FLAGS, Row, SETS};
use crate::linux::options::{self, Opt};
use crate::linux::state::State;
use crate::value::page::Page;
use crate::value::{Failure, Name};
use words::Topic;

/// Something that has a page.
#[derive(Clone, Copy)]
pub enum HelpSubject {
    /// A call.
    Call(&'static Command),
    /// A word of the language, a topic, an error without a number.
    Topic(&'static Topic),
    /// A socket option.
    Option(&'static Opt),
    /// A constant of a set.
    Constant(&'static Constants, &'static Row),
    /// A level of options.
    Level(&'static str, i32),
    /// An errno or an error of getaddrinfo.
    Error(Name),
    /// How a socket can stand.
    State(State),
}

/// Every word of the language, topic and error without a number.
pub fn topics() -> impl Iterator<Item = &'static Topic> {
    words::LANGUAGE.iter().chain(words::ERRORS).chain(topics::ALL.iter().flat_map(|(_, topics)| *topics))
}

/// Everything that has a page, by each name it goes by.
pub fn subjects() -> impl Iterator<Item = (&'static str, HelpSubject)> {
    let calls = command::all().flat_map(|c| {
        std::iter::once(c.name).chain(c.aliases.iter().copied()).map(move |name| (name, HelpSubject::Call(c)))
    });
    let topics = topics().flat_map(|t| t.names.iter().map(move |name| (*name, HelpSubject::Topic(t))));
    let options = options::all().map(|o| (o.name, HelpSubject::Option(o)));
    let sets = SETS.into_iter().chain([&INTERFACE_FLAGS]);
    let constants = sets.flat_map(|set| set.rows().map(move |row| (row.0, HelpSubject::Constant(set, row))));
    let levels = options::levels().map(|(name, number)| (*name, HelpSubject::Level(name, *number)));
    let errors = Name::all().filter_map(|name| Name::parse(name).map(|e| (name, e)));
    let numbered = errors.filter(|(_, e)| e.number().is_some()).map(|(name, e)| (name, HelpSubject::Error(e)));
    let second = crate::linux::errno::ALIASES.iter().filter_map(|(name, _)| Name::parse(name).map(|e| (*name, e)));
    let second = second.map(|(name, e)| (name, HelpSubject::Error(e)));
    let states = State::ALL.iter().map(|(state, name)| (*name, HelpSubject::State(*state)));
    calls.chain(topics).chain(options).chain(constants).chain(levels).chain(numbered).chain(second).chain(states)
}

/// Whether something goes by that name.
pub fn is_name(word: &str) -> bool {
    subjects().any(|(name, _)| name == word)
}

impl HelpSubject {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Call(command) => command.name,
            Self::Topic(topic) => topic.names[0],
            Self::Option(option) => option.name,
            Self::Constant(_, row) => row.0,
            Self::Level(name, _) => name,
            Self::Error(name) => name.as_str(),
            Self::State(state) => state.name(),
        }
    }

    /// Every name it goes by.
    fn names(&self) -> Vec<&'static str> {
        match self {
            Self::Call(command) => std::iter::once(command.name).chain(command.aliases.iter().copied()).collect(),
            Self::Topic(topic) => topic.names.to_vec(),
            other => vec![other.name()],
        }
    }

    /// What tells it from every other.
    fn identity(&self) -> (&'static str, &'static str) {
        (self.noun(), self.name())
    }

    /// What it is.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Call(_) => "call",
            Self::Topic(topic) => topic.noun,
            Self::Option(_) => "option",
            Self::Constant(set, _) => set.noun,
            Self::Level(..) => "level of options",
            Self::Error(_) => "error",
            Self::State(_) => "state",
        }
    }

    /// One line on it.
    pub fn summary(&self) -> String {
        match self {
            Self::Call(command) => command.summary.into(),
            Self::Topic(topic) => topic.summary.into(),
            Self::Option(option) => option.summary.into(),
            Self::Constant(set, row) => pages::meaning(set, row),
            Self::Level(name, number) => pages::level_summary(name, *number),
            Self::Error(name) => name.text().into(),
            Self::State(state) => state.about().into(),
        }
    }

    /// Its page.
    pub fn page(&self) -> Page {
        match self {
            Self::Call(command) => pages::call(command),
            Self::Topic(topic) => pages::topic(topic),
            Self::Option(option) => pages::option(option),
            Self::Constant(set, row) => pages::constant(set, row),
            Self::Level(name, number) => pages::level(name, *number),
            Self::Error(name) => pages::error(*name),
            Self::State(state) => pages::state(*state),
        }
    }
}

/// What `help WORDS...` says: of nothing, all calls; after `-k`, what has the words in it.
pub fn answer<S: AsRef<str>>(words: &[S]) -> Result<Page, Failure> {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match &*words {
        [] => Ok(overview()),
        ["-k", words @ ..] => find::search(words),
        words => find::about(words),
    }
}

/// What is known of a word.
pub fn about(word: &str) -> Result<Page, Failure> {
    find::about(&[word])
}

/// All calls, by group, a line each.
pub fn overview() -> Page {
    let mut page = Page::default();
    for (group, title) in Group::ALL {
        page.head(*title);
        for command in command::all().filter(|c| c.group == *group) {
            page.entry(command.name, brief(command.summary));
        }
    }
    page.head("More");
    page.text(
        "help CALL explains one: its parameters, what it returns, the same in Python and C, its errors, an example. \
         help explains options (SO_REUSEADDR), errors (ECONNRESET), flags (MSG_PEEK), families, TCP states and the \
         words of the language as well; help -k WORD searches. `learn` goes through a course of lessons, line by line: \
         `lessons` lists them.",
    );
    let of = |topics: &[Topic]| {
        let names = topics.iter().filter(|t| t.noun == words::TOPIC).map(|t| t.names[0]);
        names.collect::<Vec<_>>().join(", ")
    };
    page.entry("the language", of(words::LANGUAGE));
    for (about, topics) in topics::ALL {
        page.entry(*about, of(topics));
    }
    page
}

/// The first clause of a call's summary in Chinese, where that text is the first one of the English summary.
pub(crate) fn brief_in_chinese(name: &str, text: &str) -> Option<&'static str> {
    let command = command::find(name).filter(|command| brief(command.summary) == text)?;
    tongue::chinese(command.summary).map(brief)
}

/// A summary without what is said in brackets or after the first clause.
fn brief(summary: &str) -> &str {
    let end = [";", " (", ". ", "；", "（", "。"].iter().filter_map(|mark| summary.find(mark)).min();
    &summary[..end.unwrap_or(summary.len())]
}
