//! What a word stands for, and what has words in it.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::forms::{self, FormName};
use super::{HelpSubject, pages, subjects};
use crate::command::Command;
use crate::value::page::{Page, PagePart};
use crate::value::{Failure, text};

/// The most subjects that are shown whole under one name; more are listed.
const WHOLE_MAX: usize = 3;
/// The most names that are offered for one that nothing has.
const NEAR_MAX: usize = 5;

/// All subjects and their names, found once.
static SUBJECTS: LazyLock<Vec<(&str, HelpSubject)>> = LazyLock::new(|| subjects().collect());
/// The names in the calls' Python forms.
static FORMS: LazyLock<Vec<(FormName, &Command)>> = LazyLock::new(|| forms::python().collect());

/// What is known of a word or of several that are one name.
pub(super) fn about(words: &[&str]) -> Result<Page, Failure> {
    let whole = words.join(" ");
    let found = match (named(&whole), called(&whole)) {
        (found, name) if !found.is_empty() || name.contains(' ') => found,
        (_, name) => of_owner(name),
    };
    match &*found {
        [] => {}
        subjects if subjects.len() <= WHOLE_MAX => {
            let mut page = Page::default();
            for subject in subjects {
                page.join(subject.page());
            }
            return Ok(page);
        }
        many => {
            let mut page = Page::titled(whole);
            for subject in many {
                page.entry(subject.name(), subject.summary());
            }
            return Ok(page);
        }
    }
    if let Some(page) = module(&whole) {
        return Ok(page);
    }
    if let [_, extra, ..] = words {
        let each = words.iter().filter(|word| !named(word).is_empty()).map(|word| format!("help {word}"));
        let each = each.collect::<Vec<_>>().join("; ");
        let failure =
            Failure::usage(format!("help explains one word at a time, and `{}` is another", text::printable(extra)));
        let failure = if each.is_empty() { failure } else { failure.note(format!("one after the other: {each}")) };
        return Err(failure.note("help -k WORD... searches for several").at(1));
    }
    let failure = Failure::usage(format!("nothing is named `{}`", text::printable(&whole))).at(0);
    let failure = match near(&whole) {
        near if near.is_empty() => failure,
        near => failure.note(format!("did you mean {}?", or(&near))),
    };
    Err(failure.note("`help` lists the calls; `help -k WORD` searches in all pages"))
}

fn or(names: &[&str]) -> String {
    match names {
        [names @ .., last] if !names.is_empty() => format!("{} or {last}", names.join(", ")),
        names => names.join(""),
    }
}

/// The name in a line of Python that calls it: `s.accept` of `conn, addr = s.accept()`.
fn called(line: &str) -> &str {
    let name = line.split_once('(').map_or(line, |(name, _)| name);
    name.rsplit_once(" = ").map_or(name, |(_, call)| call).trim_end_matches(':')
}

/// Letters alone: `half-close`, `half close` and `halfClose` are one name.
fn letters(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// The ways in which a word may be a name, the best first.
const WAYS: [fn(&str) -> Vec<HelpSubject>; 11] = [
    as_written,
    in_python,
    as_exception,
    in_any_case,
    as_prefix,
    by_letters,
    in_c,
    as_message,
    in_part,
    as_beginning,
    within,
];

/// What goes by a name.
fn named(word: &str) -> Vec<HelpSubject> {
    WAYS.iter().map(|way| way(word)).find(|found| !found.is_empty()).unwrap_or_default()
}

fn called_so(fits: impl Fn(&str) -> bool) -> Vec<HelpSubject> {
    unique(SUBJECTS.iter().filter(|(name, _)| fits(name)).map(|(_, subject)| *subject))
}

/// The calls in whose Python form a name stands. What is a call's own name is that call's, though other forms use it, too.
fn of_form(fits: impl Fn(&str) -> bool) -> Vec<HelpSubject> {
    let calls = || FORMS.iter().filter(|(name, _)| fits(name.whole) || fits(name.name));
    let own = |(name, call): &(FormName, &Command)| letters(name.name) == letters(call.name);
    let any = calls().any(own);
    unique(calls().filter(|found| !any || own(found)).map(|(_, call)| HelpSubject::Call(call)))
}

fn as_written(word: &str) -> Vec<HelpSubject> {
    called_so(|name| name == word)
}

fn in_python(word: &str) -> Vec<HelpSubject> {
    of_form(|name| name == word)
}

fn as_exception(word: &str) -> Vec<HelpSubject> {
    let is = |name: &str| name == word || name.rsplit_once('.').is_some_and(|(_, name)| name == word);
    let errors: Vec<_> = forms::raised().filter(|(name, _)| is(name)).map(|(_, error)| error).collect();
    called_so(|name| errors.contains(&name))
}

fn in_any_case(word: &str) -> Vec<HelpSubject> {
    called_so(|name| name.eq_ignore_ascii_case(word))
}

/// `TCP_`: all that begin so.
fn as_prefix(word: &str) -> Vec<HelpSubject> {
    if word.len() > 1 && word.ends_with('_') {
        called_so(|name| name.starts_with(word) && !name.ends_with('*'))
    } else {
        Vec::new()
    }
}

/// `ECONN`: all that begin so, of what has capitals.
fn as_beginning(word: &str) -> Vec<HelpSubject> {
    let is_one = word.len() > 2 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    if is_one { called_so(|name| name.starts_with(word) && !name.ends_with('*')) } else { Vec::new() }
}

fn by_letters(word: &str) -> Vec<HelpSubject> {
    let alike = letters(word);
    if alike.is_empty() {
        return Vec::new();
    }
    match called_so(|name| letters(name) == alike) {
        none if none.is_empty() => of_form(|name| letters(name) == alike),
        found => found,
    }
}

fn in_c(word: &str) -> Vec<HelpSubject> {
    unique(forms::c().filter(|(name, _)| *name == word).map(|(_, call)| HelpSubject::Call(call)))
}

/// An error by its number or the text that programs show of it.
fn as_message(word: &str) -> Vec<HelpSubject> {
    let (number, text) = match word.strip_prefix("[Errno ").and_then(|rest| rest.split_once(']')) {
        Some((number, _)) => (number, ""),
        None => (word, word),
    };
    let (number, text) = (number.parse().ok(), letters(text));
    let is = |subject: &HelpSubject| match subject {
        HelpSubject::Error(name) => (number.is_some() && name.number() == number) || letters(name.text()) == text,
        _ => false,
    };
    unique(SUBJECTS.iter().map(|(_, subject)| *subject).filter(is))
}

/// `CAN_RAW` of `CAN_*`; TCP_NODELAY by `nodelay`.
fn in_part(word: &str) -> Vec<HelpSubject> {
    let upper = word.to_uppercase();
    let begins = |name: &str| name.strip_suffix('*').is_some_and(|start| !start.is_empty() && upper.starts_with(start));
    let ends = |name: &str| name.split_once('_').is_some_and(|(_, rest)| rest == upper);
    match called_so(begins) {
        none if none.is_empty() && upper.len() > 2 => called_so(ends),
        found => found,
    }
}

/// Chinese writes words without gaps: the longest name in it is what a longer one is about. One character is a name only where
/// it is the last.
fn within(word: &str) -> Vec<HelpSubject> {
    let long_enough = |name: &str| name.chars().nth(1).is_some() || word.ends_with(name);
    let is_in = |name: &str| !name.is_ascii() && word.contains(name) && long_enough(name);
    let found = SUBJECTS.iter().map(|(name, _)| *name).filter(|name| is_in(name));
    found.max_by_key(|name| name.chars().count()).map_or_else(Vec::new, as_written)
}

/// What stands behind the dot in `conn.recv` or `threading.Thread`: of a module that the calls' forms or a topic know, what
/// the module has; of anything else, which may be any value, whatever goes by that name.
fn of_owner(word: &str) -> Vec<HelpSubject> {
    let Some((owner, name)) = word.rsplit_once('.').filter(|(_, name)| !name.is_empty()) else {
        return named(word);
    };
    match named(word) {
        found if found.is_empty() => {}
        found => return found,
    }
    let is_module = forms::modules().contains(&owner);
    let topic = named(owner).into_iter().find(|s| matches!(s, HelpSubject::Topic(t) if t.names.contains(&owner)));
    let has = |call: &Command| {
        let of_it = |(form, of): &(FormName, &'static Command)| std::ptr::eq(*of, call) && form.module.is_none();
        (!is_module && topic.is_none()) || FORMS.iter().any(of_it)
    };
    let found: Vec<_> =
        named(name).into_iter().filter(|s| !matches!(s, HelpSubject::Call(call) if !has(call))).collect();
    if found.is_empty() { topic.into_iter().collect() } else { found }
}

/// Each subject once.
fn unique(subjects: impl Iterator<Item = HelpSubject>) -> Vec<HelpSubject> {
    let mut seen = HashSet::new();
    subjects.filter(|subject| seen.insert(subject.identity())).collect()
}

/// What of a module of Python has a call here.
fn module(word: &str) -> Option<Page> {
    if !forms::modules().contains(&word) {
        return None;
    }
    let mut page = Page::titled(word);
    page.text("A module of Python. These of its names stand for calls here:");
    pages::members(&mut page, word);
    Some(page)
}

/// Names that are spelled almost like a word, or have it in them.
fn near(word: &str) -> Vec<&'static str> {
    let word = called(word);
    let word = word.rsplit_once('.').map_or(word, |(_, name)| name);
    let names = || SUBJECTS.iter().map(|(name, _)| *name).chain(FORMS.iter().map(|(form, _)| form.name));
    let mut found = text::near(word, names());
    let long_enough = word.chars().count() >= if word.is_ascii() { 4 } else { 1 };
    if found.is_empty() && long_enough {
        let word = letters(word);
        found = names().filter(|name| letters(name).contains(&word)).collect();
    }
    let mut seen = HashSet::new();
    found.retain(|name| seen.insert(*name));
    found.sort_by_key(|name| name.chars().count());
    found.truncate(NEAR_MAX);
    found
}

/// How well a subject answers a search, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Name,
    NameBegins,
    NameHas,
    SummaryHasWord,
    SummaryHas,
    PageHasWord,
    PageHas,
}

/// A line for everything whose names, summary or page have all these words, names first.
pub(super) fn search(words: &[&str]) -> Result<Page, Failure> {
    let words: Vec<String> = words.iter().map(|w| w.to_lowercase()).filter(|w| !w.is_empty()).collect();
    if words.is_empty() {
        return Err(Failure::usage("help -k needs a word to search for"));
    }
    let mut hits: Vec<(Rank, HelpSubject)> = Vec::new();
    let mut seen = HashSet::new();
    for (_, subject) in SUBJECTS.iter().copied().filter(|(_, subject)| seen.insert(subject.identity())) {
        let names: Vec<String> = subject.names().iter().map(|name| name.to_lowercase()).collect();
        let summary = subject.summary().to_lowercase();
        let page = plain(&subject.page()).to_lowercase();
        if let Some(worst) = words.iter().map(|w| rank(w, &names, &summary, &page)).collect::<Option<Vec<_>>>() {
            hits.extend(worst.into_iter().max().map(|rank| (rank, subject)));
        }
    }
    hits.sort_by_key(|(rank, _)| *rank);
    if hits.is_empty() {
        let words = text::printable(&words.join(" "));
        return Err(Failure::usage(format!("nothing has `{words}` in it")).note("fewer letters find more").at(1));
    }
    let mut page = Page::default();
    for (_, subject) in hits {
        page.entry(subject.name(), format!("{}: {}", subject.noun(), subject.summary()));
    }
    Ok(page)
}

fn rank(word: &str, names: &[String], summary: &str, page: &str) -> Option<Rank> {
    let has_word = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|other| other == word);
    let in_names = names.iter().filter_map(|name| match name.find(word)? {
        0 if name == word => Some(Rank::Name),
        0 => Some(Rank::NameBegins),
        _ => Some(Rank::NameHas),
    });
    in_names.min().or_else(|| match summary {
        text if has_word(text) => Some(Rank::SummaryHasWord),
        text if text.contains(word) => Some(Rank::SummaryHas),
        _ if has_word(page) => Some(Rank::PageHasWord),
        _ => page.contains(word).then_some(Rank::PageHas),
    })
}

/// All the words of a page, but those that lead to others.
fn plain(page: &Page) -> String {
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
