//! What help says: a page for every call, option, constant, error, state, word and topic; the search over them; the
//! manual page; and lines of sockpit in Python. REFERENCE.md is made of it, too (`tests/readme.rs`).
//!
//! All of it is made from the tables that the program itself works with. It knows no session and no terminal.

mod errors;
pub(crate) mod manual;
mod pages;
pub mod program;
pub mod python;
mod topic;
pub mod words;

use crate::command::{self, Command, Group};
use crate::linux::constants::{Constants, INTERFACE_FLAGS, Row, SETS};
use crate::linux::options::{self, Opt};
use crate::linux::state::State;
use crate::value::page::Page;
use crate::value::{Failure, Name, text};
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

/// Everything that has a page, by each name it goes by.
pub fn subjects() -> impl Iterator<Item = (&'static str, HelpSubject)> {
    let calls = command::all().flat_map(|c| {
        std::iter::once(c.name).chain(c.aliases.iter().copied()).map(move |name| (name, HelpSubject::Call(c)))
    });
    let topics = words::all().flat_map(|t| t.names.iter().map(move |name| (*name, HelpSubject::Topic(t))));
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

impl HelpSubject {
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
    match words {
        [] => Ok(overview()),
        [flag, words @ ..] if flag.as_ref() == "-k" => search(words),
        [word] => about(word.as_ref()),
        [_, extra, ..] => {
            Err(Failure::usage(format!("help explains one word at a time, and `{}` is another", extra.as_ref()))
                .note("help -k WORD... searches for several")
                .at(1))
        }
    }
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
         words of the language as well; help -k WORD searches.",
    );
    let topics = words::LANGUAGE.iter().filter(|t| t.noun == "topic").map(|t| t.names[0]);
    page.text(format!("Topics: {}.", topics.collect::<Vec<_>>().join(", ")));
    page
}

/// A summary without what is said in brackets or after the first clause.
fn brief(summary: &str) -> &str {
    let end = [";", " (", ". "].iter().filter_map(|mark| summary.find(mark)).min();
    &summary[..end.unwrap_or(summary.len())]
}

/// What is known of a word: all that goes by it as it is written, else by its letters.
pub fn about(word: &str) -> Result<Page, Failure> {
    let mut found: Vec<HelpSubject> = subjects().filter(|(name, _)| *name == word).map(|(_, s)| s).collect();
    if found.is_empty() {
        found = subjects().filter(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, s)| s).collect();
    }
    let mut page = Page::default();
    for subject in &found {
        page.join(subject.page());
    }
    if !found.is_empty() {
        return Ok(page);
    }
    let failure = Failure::usage(format!("nothing is named `{}`", text::printable(word))).at(0);
    Err(match text::nearest(word, subjects().map(|(name, _)| name)) {
        Some(near) => failure.note(format!("did you mean {near}?")),
        None => failure.note("`help` lists the calls; `help -k WORD` searches"),
    })
}

/// A line for everything whose name, summary or page has all these words, names first.
fn search<S: AsRef<str>>(words: &[S]) -> Result<Page, Failure> {
    let words: Vec<String> = words.iter().map(|w| w.as_ref().to_lowercase()).filter(|w| !w.is_empty()).collect();
    if words.is_empty() {
        return Err(Failure::usage("help -k needs a word to search for"));
    }
    let mut hits: Vec<(usize, &str, HelpSubject)> = subjects()
        .filter_map(|(name, subject)| {
            let places = [name.to_string(), subject.summary(), plain(&subject.page())];
            let places = places.map(|text| text.to_lowercase());
            let rank = |word: &String| places.iter().position(|text| text.contains(&**word));
            let worst = words.iter().map(rank).collect::<Option<Vec<_>>>()?.into_iter().max()?;
            Some((worst, name, subject))
        })
        .collect();
    hits.sort_by_key(|(rank, ..)| *rank);
    if hits.is_empty() {
        let words = text::printable(&words.join(" "));
        return Err(Failure::usage(format!("nothing has `{words}` in it")).note("fewer letters find more").at(1));
    }
    let mut page = Page::default();
    for (_, name, subject) in hits {
        page.entry(name, format!("{}: {}", subject.noun(), subject.summary()));
    }
    Ok(page)
}

/// All the words of a page, but those that lead to others.
fn plain(page: &Page) -> String {
    use crate::value::page::PagePart;
    let mut out = String::new();
    for part in &page.0 {
        let (term, text) = match part {
            PagePart::Entry(term, _) if term == pages::SEE => continue,
            PagePart::Entry(term, text) => (term.as_str(), text),
            PagePart::Title(text) | PagePart::Head(text) | PagePart::Text(text) | PagePart::Code(text) => ("", text),
        };
        out.push_str(&format!("{term} {text}\n"));
    }
    out
}
