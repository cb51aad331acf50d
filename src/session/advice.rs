//! A call that failed for its words: what the session's names and jobs tell of it, and the line to write where it is certain.

use std::rc::Rc;

use super::Session;
use super::event::At;
use super::globals::GENERIC;
use super::task::Task;
use crate::command::standing::Subject;
use crate::command::{self, Kind, Need, Param, Stands, kinds};
use crate::lang::{Span, Word};
use crate::os::trace;
use crate::program::{Callee, Site, Written};
use crate::value::{Failure, Holds, Name, Value, text};

/// The most names that are told to choose from.
const NAMES_MAX: usize = 6;
/// The longest a value is in advice.
const BRIEF: usize = 60;

impl Session {
    /// The failure with what its user can do about it, and the word it is about.
    pub(super) fn advised(&self, task: &Task, site: &Site, failure: Failure) -> (Failure, Option<Span>) {
        let word = failure.arg().and_then(|i| site.word(i));
        let is_command = matches!(site.callee, Callee::Command(_));
        if !is_command || !matches!(failure.name, Name::Usage | Name::Unbound) {
            return (failure, word);
        }
        let At { source, span, .. } = Self::at(task);
        let Some(written) = source.and_then(|source| Written::on(&source, span.line)) else { return (failure, word) };
        trace::aside(|| {
            let is_bound = |name: &str| self.value_of(task, name).is_some();
            match written.subject().filter(|_| written.lacks_subject(is_bound)) {
                Some(param) => {
                    let first = written.words().first().map(|first| first.span);
                    (self.subject_missing(&written, param, failure.name), first.or(word))
                }
                None => (self.about_word(task, &written, failure, word), word),
            }
        })
    }

    /// What there is to say of the word that a failure is about.
    fn about_word(&self, task: &Task, written: &Written, failure: Failure, span: Option<Span>) -> Failure {
        let at = span.and_then(|span| written.words().iter().position(|w| w.span == span));
        let Some((word, param)) = at.and_then(|at| Some((&written.words()[at], written.param(at)?))) else {
            return mended(written, failure, span);
        };
        let value = name_in(word).and_then(|name| Some((name, self.value_of(task, name)?)));
        match value {
            _ if failure.name == Name::Unbound => self.unbound(written, param, word, failure),
            Some((name, value)) if param.kind.is_live() => {
                let failure = failure.note(format!("{name} is {}", value.brief(BRIEF)));
                self.fitting(param).into_iter().fold(failure, Failure::note)
            }
            Some((name, value)) if word.bare().is_some() => misread(written, param, word.span, (name, &value), failure),
            _ => mended(written, failure, span),
        }
    }

    /// What a name holds where a task stands.
    fn value_of(&self, task: &Task, name: &str) -> Option<Value> {
        let local = task.frames.last().and_then(|frame| {
            let (_, function) = frame.called.as_ref()?;
            let slot = function.names.iter().position(|n| &**n == name)?;
            frame.scope.get(slot)
        });
        local.or_else(|| self.globals.bound().find(|(n, _)| &***n == name).map(|(_, value)| value))
    }

    /// The names of what fits a parameter as it stands now.
    fn names_for(&self, param: &Param) -> Vec<Rc<str>> {
        let fitting = self.globals.bound().filter(|(_, value)| Subject::of(value).fits(param));
        fitting.map(|(name, _)| name.clone()).collect()
    }

    fn fitting(&self, param: &Param) -> Option<String> {
        let names = self.names_for(param);
        (!names.is_empty()).then(|| format!("it could be: {}", several(&names)))
    }

    /// The call lacks its socket or its file.
    fn subject_missing(&self, written: &Written, param: &Param, name: Name) -> Failure {
        let what = if param.kind == Kind::Socket { "the socket".to_string() } else { param.noun() };
        let failure = Failure::with(name, format!("{what} is missing"));
        let as_in = |failure: Failure, name: &str| failure.note(format!("as in: {}", written.with_first(name)));
        let names = self.names_for(&Param { or: &[], ..*param });
        match &*names {
            [only] => return failure.note(format!("write: {}", written.with_first(only))),
            [first, others @ ..] => {
                return failure.note(format!("as in: {}, or with {}", written.with_first(first), several(others)));
            }
            [] => {}
        }
        match (self.names_for(&Param { or: &[], stands: Stands::Open, ..*param }).first(), param.kind) {
            (Some(open), _) => as_in(failure, open),
            (None, Kind::File) => as_in(failure, "f"),
            (None, _) => as_in(failure, "s").note("no socket is open yet: s = socket makes one"),
        }
    }

    /// A name that stands for nothing.
    fn unbound(&self, written: &Written, param: &Param, word: &Word, failure: Failure) -> Failure {
        // Better is known where it is near to another name, or stayed in the parent process.
        if !failure.notes().iter().any(|note| note.starts_with(GENERIC)) {
            return mended(written, failure, Some(word.span));
        }
        let name = name_in(word).unwrap_or("");
        let told = Failure::with(Name::Unbound, failure.message().to_string());
        if param.kind == Kind::JobOrTask {
            return match self.jobs.of(name) {
                Some(job) => told
                    .note(format!("it gets its value when job {job} is done"))
                    .note(format!("write: {}", written.with(word.span, &job.to_string()))),
                None => told.note("a background call goes by its number; `jobs` lists them"),
            };
        }
        if let Some(names) = self.fitting(param) {
            return told.note(names);
        }
        match maker(param) {
            Some(maker) => told.note(format!("{GENERIC}: {name} = {maker}")),
            None => failure,
        }
    }
}

/// The call that makes what fits a parameter, as a line may have it.
fn maker(param: &Param) -> Option<String> {
    let noun = match param.kind {
        Kind::Thing | Kind::ThingOrNumber => param.or.first()?.split_once(' ')?.1,
        kind if kind.is_live() => kind.noun().split(' ').nth(1)?,
        _ => return None,
    };
    let makes = |c: &&command::Command| c.results.first() == Some(&(noun, Holds::Live));
    let maker = command::all().find(makes)?;
    let needs = maker.params.iter().any(|p| matches!(p.need, Need::Required | Need::Some));
    Some(if needs { maker.usage() } else { maker.name.into() })
}

/// The name that a word is, with or without `$`.
fn name_in(word: &Word) -> Option<&str> {
    word.single_name().map(|name| &**name).or(word.bare())
}

/// A name stands where its value was meant.
fn misread(written: &Written, param: &Param, span: Span, named: (&str, &Value), failure: Failure) -> Failure {
    let (name, value) = named;
    let handle = matches!(value, Value::Handle(_));
    if handle && param.kind == Kind::Addr {
        return failure.note(format!("{name} is {}: getsockname {name} gives its address", value.kind()));
    }
    if !handle && kinds::fit(param.kind, value.clone()).is_ok() {
        return failure.note(format!("write: {}", written.with(span, &format!("${name}"))));
    }
    failure.note(format!("{name} is {}", value.brief(BRIEF)))
}

/// The failure with the line to write, where its words tell.
fn mended(written: &Written, failure: Failure, span: Option<Span>) -> Failure {
    let line = written.mended(&failure, span).filter(|line| line.chars().all(text::is_plain));
    let Some(line) = line else { return failure };
    // What the call takes is no news where the line to write is there.
    let failure = if failure.replacement().is_some() { failure } else { failure.alone() };
    let certain = !line.contains("PORT");
    failure.note(format!("{}{line}", if certain { "write: " } else { "as in: " }))
}

/// Names to choose from.
fn several(names: &[Rc<str>]) -> String {
    let shown = names.iter().take(NAMES_MAX).map(|name| &**name).collect::<Vec<_>>().join(", ");
    if names.len() > NAMES_MAX { format!("{shown}, ...") } else { shown }
}
