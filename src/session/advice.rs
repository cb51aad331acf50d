//! A call that failed for its words: what the session's names and jobs tell of it.

use std::rc::Rc;

use super::Session;
use super::event::At;
use super::task::Task;
use crate::command::standing::Subject;
use crate::command::{Kind, Param, Stands};
use crate::lang::Span;
use crate::os::trace;
use crate::program::{Callee, Site, Written};
use crate::value::{Failure, Name, Value};

/// The most names that are told to choose from.
const NAMES_MAX: usize = 6;

impl Session {
    /// The failure with what to write instead, and the word it is about.
    pub(super) fn advised(
        &self,
        task: &Task,
        site: &Site,
        failure: Failure,
        word: Option<Span>,
    ) -> (Failure, Option<Span>) {
        let At { source, span, .. } = Self::at(task);
        let is_command = matches!(site.callee, Callee::Command(_));
        let written = source.as_ref().filter(|_| is_command && matches!(failure.name, Name::Usage | Name::Unbound));
        let Some(written) = written.and_then(|source| Written::on(source, span.line)) else { return (failure, word) };
        trace::aside(|| self.advise(task, &written, failure, word))
    }

    fn advise(&self, task: &Task, written: &Written, failure: Failure, word: Option<Span>) -> (Failure, Option<Span>) {
        let value = |name: &str| self.value_of(task, name);
        if let Some(param) = written.subject()
            && written.lacks_subject(|name| value(name).is_some())
        {
            let place = written.words().first().map_or(word, |first| Some(first.span));
            return (self.subject_missing(written, param, failure.name), place);
        }
        let at = word.and_then(|span| written.words().iter().position(|w| w.span == span));
        let param = at.and_then(|at| written.param(at));
        let stands = at.map(|at| &written.words()[at]);
        if let (Some(param), Some(stands), true) = (param, stands, failure.name == Name::Unbound) {
            return (self.unbound(written, param, stands.span, failure), word);
        }
        // A name where its value was meant.
        if let Some((name, value)) = stands.and_then(|w| Some((w.bare()?, value(w.bare()?)?)))
            && param.is_some_and(|p| !p.kind.is_live())
        {
            let live = matches!(value, Value::Handle(_));
            let failure = failure.note(format!("{name} is {} here: its value is ${name}", value.kind()));
            let line = word.filter(|_| !live).map(|span| written.with(span, &format!("${name}")));
            return (line.into_iter().fold(failure, |f, line| f.note(format!("write: {line}"))), word);
        }
        if let (Some(param), Some(stands)) = (param.filter(|p| p.kind.is_live()), stands)
            && let Some(name) = stands.single_name().map(|name| &**name).or(stands.bare())
            && let Some(value) = value(name)
        {
            let what = failure.note(format!("{name} is {}", value.brief(40)));
            return (self.fitting(param).into_iter().fold(what, |f, names| f.note(names)), word);
        }
        let Some(line) = written.mended(&failure, word) else { return (failure, word) };
        let certain = !line.contains("PORT");
        (failure.note(format!("{}{line}", if certain { "write: " } else { "as in: " })), word)
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

    /// The call lacks its socket.
    fn subject_missing(&self, written: &Written, param: &Param, name: Name) -> Failure {
        let noun = param.noun();
        let failure = Failure::with(name, format!("the {} is missing", noun.strip_prefix("a ").unwrap_or(&noun)));
        let open = || self.names_for(&Param { stands: Stands::Open, ..*param });
        match (&*self.names_for(param), param.kind) {
            ([only], _) => failure.note(format!("write: {}", written.with_first(only))),
            ([first, others @ ..], _) => {
                failure.note(format!("as in: {}, or with {}", written.with_first(first), several(others)))
            }
            ([], _) if !open().is_empty() => failure.note(format!("as in: {}", written.with_first(&open()[0]))),
            ([], Kind::File) => failure.note(format!("as in: {}", written.with_first("f"))),
            ([], _) => failure
                .note(format!("as in: {}", written.with_first("s")))
                .note("no socket is open yet: s = socket makes one"),
        }
    }

    /// A name that stands for nothing.
    fn unbound(&self, written: &Written, param: &Param, span: Span, failure: Failure) -> Failure {
        let near = failure.notes().iter().any(|note| note.starts_with("did you mean"));
        if near {
            return failure;
        }
        let fresh = || Failure::with(Name::Unbound, failure.message().to_string());
        if matches!(param.kind, Kind::JobOrTask) {
            let word = written.words().iter().find(|w| w.span == span);
            let name = word.and_then(|w| w.single_name().map(|name| &**name).or(w.bare())).unwrap_or("");
            return match self.jobs.of(name) {
                Some(job) => fresh()
                    .note(format!("it gets its value when job {job} is done"))
                    .note(format!("write: {}", written.with(span, &job.to_string()))),
                None => fresh().note("a background call goes by its number; `jobs` lists them"),
            };
        }
        match self.fitting(param) {
            Some(names) => fresh().note(names),
            None => failure,
        }
    }
}

/// Names to choose from.
fn several(names: &[Rc<str>]) -> String {
    let shown = names.iter().take(NAMES_MAX).map(|name| &**name).collect::<Vec<_>>().join(", ");
    if names.len() > NAMES_MAX { format!("{shown}, ...") } else { shown }
}
