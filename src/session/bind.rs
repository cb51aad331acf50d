//! From a call's words to its arguments: which word is which parameter, and what it stands for.

use std::rc::Rc;

use super::code::{ArgCode, Callee, Operand, Site};
use super::compile::{Compiler, callable};
use crate::command::{self, Arg, Command, Kind, Need, Param, kinds};
use crate::lang::{Call, Error, Part, Span, Word, is_name};
use crate::value::{Failure, Value};

impl Compiler<'_> {
    /// A call with its arguments.
    pub(super) fn site(&mut self, call: &Call) -> Result<Site, Error> {
        let text = call.name.bare().unwrap_or("");
        let expect = call.expect.as_ref().map(|w| self.error_name(w)).transpose()?;
        let (callee, args, spans, name) = if let Some(command) = command::find(text) {
            self.arity(command, call)?;
            let (args, spans) = self.bind(command, &call.args);
            (Callee::Command(command), args, spans, command.name.into())
        } else if let Some(slot) = self.table.functions.find(text) {
            let args = call.args.iter().map(|w| ArgCode::Fit(Kind::Any, self.plain(w))).collect();
            (Callee::Defined(slot), args, call.args.iter().map(|w| w.span).collect(), text.into())
        } else {
            return Err(self
                .error(call.name.span, format!("no call is named `{text}`"))
                .suggest(text, callable(self.table))
                .note("`help` lists the calls; `def` makes one"));
        };
        let targets = call.targets.iter().map(|w| self.target(w)).collect();
        Ok(Site { callee, name, args, spans, targets, expect })
    }

    /// More names than a call can have results is an error before it is made. One result may be a list or an
    /// address to take apart, which only its value tells.
    fn arity(&self, command: &Command, call: &Call) -> Result<(), Error> {
        let (names, results) = (call.targets.len(), command.results.len());
        let open = results == 1 || command.results.iter().any(|r| r.ends_with("..."));
        let fits = names <= 1 || open || (results > 1 && names == results);
        // A call whose results the scheduler gives (wait, resume) cannot be known here.
        if fits || (results == 0 && command.results_vary()) {
            return Ok(());
        }
        let what = match results {
            0 => format!("`{}` gives no result", command.name),
            _ => format!("`{}` gives {results} results: {}", command.name, command.results.join(", ")),
        };
        Err(self
            .error(call.targets[0].span.to(call.targets[names - 1].span), what)
            .note(format!("usage: {}", command.usage())))
    }

    fn bind(&mut self, command: &'static Command, words: &[Word]) -> (Vec<ArgCode>, Vec<Span>) {
        let mut binder = Binder { command, words, at: 0, slots: Vec::new(), spans: Vec::new() };
        match binder.run(self) {
            Ok(()) => (binder.slots, binder.spans),
            Err(failure) => {
                let arg = failure.arg();
                let span = arg.and_then(|i| words.get(i)).map_or(Span::default(), |w| w.span);
                let failure = failure.note(format!("usage: {}", command.usage())).at(0);
                (vec![ArgCode::Const(Arg::Bad(Box::new(failure)))], vec![span])
            }
        }
    }

    fn fit(&mut self, param: &Param, word: &Word) -> ArgCode {
        let kind = param.kind;
        if kind == Kind::Pair {
            return self.pair(word);
        }
        let Some(text) = word.literal() else {
            return match (word.bytes, self.operand(word)) {
                (true, Operand::Const(value)) => constant(kind, value),
                (_, operand) => ArgCode::Fit(kind, operand),
            };
        };
        if kind.is_live() && !word.quoted && is_name(text) {
            return ArgCode::Live(self.slot(text), text.into());
        }
        let value = match kind {
            Kind::Any if !word.quoted => kinds::word_value(text),
            kind if kind.is_live_or_number() && !word.quoted => kinds::word_value(text),
            _ => Value::text(text),
        };
        let is_value = matches!(value, Value::Int(_) | Value::Float(_) | Value::None);
        if kind.is_live() && !(kind.is_live_or_number() && is_value) {
            let failure = Failure::usage(format!("{} is needed here, not `{text}`", kind.noun()));
            return ArgCode::Const(Arg::Bad(Box::new(failure)));
        }
        constant(kind, value)
    }

    /// `KEY=VALUE`: the value keeps its type.
    fn pair(&mut self, word: &Word) -> ArgCode {
        if let Some(Part::Literal(first)) = word.parts.first()
            && let Some(at) = first.iter().position(|b| *b == b'=')
            && let Ok(key) = std::str::from_utf8(&first[..at])
        {
            let mut value = word.clone();
            value.parts[0] = Part::Literal(first[at + 1..].into());
            if at + 1 == first.len() {
                value.parts.remove(0);
            }
            return ArgCode::Pair(key.into(), self.plain(&value));
        }
        match word.single_name() {
            Some(_) => ArgCode::Fit(Kind::Any, self.operand(word)),
            None => ArgCode::Const(Arg::Bad(Box::new(Failure::usage("KEY=VALUE is needed here")))),
        }
    }
}

fn constant(kind: Kind, value: Value) -> ArgCode {
    ArgCode::Const(kinds::fit(kind, value).unwrap_or_else(|failure| Arg::Bad(Box::new(failure))))
}

/// Whether a word is written as a port is.
fn is_port(word: &Word) -> bool {
    word.bare().is_some_and(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a word can be the host of a two-word address: it is not an address by itself.
fn is_host(word: &Word) -> bool {
    word.literal().is_none_or(|t| !t.contains(['/', '@', ':']) || t.matches(':').count() > 1) && !is_port(word)
}

struct Binder<'a> {
    command: &'static Command,
    words: &'a [Word],
    at: usize,
    slots: Vec<ArgCode>,
    spans: Vec<Span>,
}

impl Binder<'_> {
    fn run(&mut self, compiler: &mut Compiler) -> Result<(), Failure> {
        let params = self.command.params;
        let (named, positional) = self.split();
        for (i, param) in params.iter().enumerate() {
            let by_name = named.iter().find(|(p, _)| *p == i).map(|(_, w)| w);
            if let Some(word) = by_name {
                let code = if param.name.eq_ignore_ascii_case("fds") {
                    lives(compiler, word)
                } else {
                    compiler.fit(param, word)
                };
                self.push(code, word.span);
                continue;
            }
            match param.need {
                Need::Named => self.push(ArgCode::Const(Arg::Absent), Span::default()),
                Need::Required => {
                    if self.at >= positional.len() {
                        return Err(Failure::usage(format!("{} is missing", param.label())));
                    }
                    self.take(compiler, param, &positional, &params[i + 1..]);
                }
                Need::Optional => {
                    if self.units(&positional, &params[i + 1..]) > needed(&params[i + 1..]) {
                        self.take(compiler, param, &positional, &params[i + 1..]);
                    } else {
                        self.push(ArgCode::Const(Arg::Absent), Span::default());
                    }
                }
                Need::Rest | Need::Some => {
                    if param.need == Need::Some && self.at >= positional.len() {
                        return Err(Failure::usage(format!("{} is missing", param.label())));
                    }
                    for word in &positional[self.at..] {
                        let code = compiler.fit(param, word);
                        self.push(code, word.span);
                    }
                    self.at = positional.len();
                }
            }
        }
        match positional.get(self.at) {
            None => Ok(()),
            Some(extra) => {
                let index = self.words.iter().position(|w| w.span == extra.span).unwrap_or(0);
                let failure = Failure::usage("this word is one too many").at(index);
                let name = extra.bare().and_then(|t| t.split_once('=')).map(|(n, _)| n).filter(|n| is_name(n));
                Err(match name {
                    Some(name) => failure.note(format!("`{}` has no parameter named {name}", self.command.name)),
                    None => failure,
                })
            }
        }
    }

    fn push(&mut self, code: ArgCode, span: Span) {
        self.slots.push(code);
        self.spans.push(span);
    }

    /// The words given by name, each with its parameter, and the others.
    fn split(&self) -> (Vec<(usize, Word)>, Vec<Word>) {
        let required = needed(self.command.params);
        let (mut named, mut positional) = (Vec::new(), Vec::new());
        for word in self.words {
            match self.named(word) {
                Some((i, value)) if positional.len() >= required || self.command.params[i].need == Need::Named => {
                    named.push((i, value));
                }
                _ => positional.push(word.clone()),
            }
        }
        (named, positional)
    }

    /// The parameter that `name=...` names, and the word behind the `=`.
    fn named(&self, word: &Word) -> Option<(usize, Word)> {
        let Some(Part::Literal(first)) = word.parts.first() else { return None };
        let at = first.iter().position(|b| *b == b'=')?;
        let name = std::str::from_utf8(&first[..at]).ok()?;
        let optional = |p: &&Param| matches!(p.need, Need::Optional | Need::Named);
        let i = self.command.params.iter().position(|p| optional(&p) && p.name.eq_ignore_ascii_case(name))?;
        let mut value = word.clone();
        value.parts[0] = Part::Literal(first[at + 1..].into());
        if at + 1 == first.len() {
            value.parts.remove(0);
        }
        Some((i, value))
    }

    /// How many parameters the words that are left could fill: an address in two words is one.
    fn units(&self, words: &[Word], after: &[Param]) -> usize {
        let left = &words[self.at..];
        let two = match left {
            [.., host, port] => after.last().is_some_and(|p| p.kind == Kind::Addr) && is_port(port) && is_host(host),
            _ => false,
        };
        left.len() - usize::from(two)
    }

    /// Fill a parameter with the next word, or with two where they belong together.
    fn take(&mut self, compiler: &mut Compiler, param: &Param, words: &[Word], after: &[Param]) {
        let word = &words[self.at];
        let next = words.get(self.at + 1);
        self.at += 1;
        let spare = next.is_some() && words.len() - self.at > needed(after);
        let two = match (param.kind, next) {
            (Kind::Addr, Some(next)) if is_port(next) => is_host(word),
            (Kind::Addr, Some(next)) => {
                spare
                    && is_host(word)
                    && next.single_name().is_some()
                    && !after.iter().any(|p| p.need == Need::Optional)
            }
            (Kind::Option, Some(next)) => spare_level(word, next),
            _ => false,
        };
        if let (true, Some(next)) = (two, next) {
            self.at += 1;
            let (a, b) = (compiler.plain(word), compiler.plain(next));
            let code = match (param.kind, a, b) {
                (Kind::Option, Operand::Const(level), Operand::Const(option)) => {
                    ArgCode::Const(kinds::fit_leveled(&level, &option).unwrap_or_else(|f| Arg::Bad(Box::new(f))))
                }
                (Kind::Option, a, b) => ArgCode::Leveled(a, b),
                (_, Operand::Const(host), Operand::Const(port)) => {
                    ArgCode::Const(kinds::fit_host_port(&host, &port).unwrap_or_else(|f| Arg::Bad(Box::new(f))))
                }
                (_, a, b) => ArgCode::HostPort(a, b),
            };
            return self.push(code, word.span.to(next.span));
        }
        let code = compiler.fit(param, word);
        self.push(code, word.span);
    }
}

/// Whether the first of two words is the level of the option in the second.
fn spare_level(word: &Word, next: &Word) -> bool {
    match word.bare() {
        Some(text) => kinds::is_level(&kinds::word_value(text)),
        None => next.bare().is_some_and(|t| crate::os::options::by_name(t).is_some()),
    }
}

/// How many words these parameters must have.
fn needed(params: &[Param]) -> usize {
    params.iter().filter(|p| matches!(p.need, Need::Required | Need::Some)).count()
}

fn lives(compiler: &mut Compiler, word: &Word) -> ArgCode {
    let numbers = |names: &str| names.split(',').map(kinds::number).collect::<Option<Vec<_>>>();
    match word.bare() {
        Some(names) if numbers(names).is_some() => {
            ArgCode::Const(Arg::Value(Value::list(numbers(names).unwrap_or_default())))
        }
        Some(names) => ArgCode::Lives(
            names.split(',').filter(|n| !n.is_empty()).map(|n| (compiler.slot(n), Rc::from(n))).collect(),
        ),
        None => ArgCode::Fit(Kind::Any, compiler.operand(word)),
    }
}
