//! From a call's words to its arguments: which word is which parameter, and what it stands for.

use super::arrange::{Placed, arrange, split_pair};
use super::code::{ArgCode, Callee, Operand, Site};
use super::compile::Compiler;
use crate::command::{Arg, Command, Kind, Param, address, kinds};
use crate::lang::{Call, Error, Part, Span, Word, is_name};
use crate::value::{Failure, Value};

impl Compiler<'_> {
    /// A call with its arguments.
    pub(super) fn site(&mut self, call: &Call) -> Result<Site, Error> {
        let text = call.name.bare().unwrap_or("");
        let expect = call.expect.as_ref().map(|w| self.error_name(w)).transpose()?;
        let (callee, args, name) = if let Some((command, name)) = self.table.call(text) {
            self.arity(command, call)?;
            self.no_declaration(command, call)?;
            (Callee::Command(command), self.bind(command, call.name.span, &call.args), name)
        } else if let Some(slot) = self.table.functions.find(text) {
            let args = match in_order(&call.args) {
                None => call.args.iter().map(|w| (self.given(w), w.span)).collect(),
                Some((span, failure)) => bad(failure, span),
            };
            (Callee::Defined(slot), args, self.table.functions.name(slot).clone())
        } else {
            return Err(self.no_call(call, text));
        };
        let targets = call.targets.iter().map(|w| self.target(w)).collect();
        Ok(Site { callee, name, args, targets, expect })
    }

    fn no_call(&self, call: &Call, text: &str) -> Error {
        let alone = call.args.is_empty() && call.targets.is_empty();
        let what = match call.args.first().and_then(Word::bare) {
            Some(word) if word.starts_with('=') && word.len() > 1 && word != "==" => {
                return self.error(call.args[0].span, "= is a word of its own, with a space on either side");
            }
            _ if alone => format!("no call and no value is named `{text}`"),
            _ => format!("no call is named `{text}`"),
        };
        let values = self.table.globals.all().map(|(name, _)| &**name).filter(|_| alone);
        self.error(call.name.span, what)
            .suggest(text, self.table.callable().chain(values))
            .note("`help` lists the calls; `def` makes one")
    }

    /// An argument of a def: `PARAM=VALUE` goes to that parameter.
    fn given(&mut self, word: &Word) -> ArgCode {
        match (word.key(), split_pair(word)) {
            (Some(_), Some((key, value))) => ArgCode::Pair(Box::new((key.into(), self.plain(&value)))),
            _ => ArgCode::Fit(Kind::Any, self.plain(word)),
        }
    }

    /// More names than a call can have results is an error before it is made. One result may be a list or an
    /// address to take apart, which only its value tells.
    fn arity(&self, command: &Command, call: &Call) -> Result<(), Error> {
        let (names, results) = (call.targets.len(), command.results.len());
        let open = results == 1 || command.gives_any_number();
        if names <= 1 || open || (results > 1 && names == results) {
            return Ok(());
        }
        let what = match results {
            0 => format!("`{}` gives no result", command.name),
            _ => format!("`{}` gives {results} results: {}", command.name, command.result_names()),
        };
        Err(self
            .error(call.targets[0].span.to(call.targets[names - 1].span), what)
            .note(format!("usage: {}", command.usage())))
    }

    /// `int fd = ...`: a call that cannot take these words, and a name is given a value.
    fn no_declaration(&self, command: &'static Command, call: &Call) -> Result<(), Error> {
        let [name, equals, ..] = &call.args[..] else { return Ok(()) };
        if equals.is("{") && name.bare().is_some_and(|text| text.ends_with(')')) {
            return Err(self.error(name.span.to(equals.span), "a program is its lines, and a block ends with `end`"));
        }
        let declares = equals.is("=") && name.bare().is_some_and(|text| is_name(text.trim_start_matches('*')));
        if !declares || arrange(command, &call.args).is_ok() {
            return Ok(());
        }
        Err(self
            .error(name.span.to(equals.span), format!("`{}` is a call, and no kind of name", command.name))
            .note("a name is given a call's result without more: s = socket; another value with let: let x = 5"))
    }

    fn bind(&mut self, command: &'static Command, name: Span, words: &[Word]) -> Box<[(ArgCode, Span)]> {
        match arrange(command, words) {
            Ok(placed) => {
                let def = command.params.iter().position(|p| p.kind == Kind::Def);
                if let Some((span, failure)) = def.and_then(|at| in_order(&words[at.min(words.len())..])) {
                    return bad(failure, span);
                }
                // What is left out at the end needs no code.
                let given = placed.iter().rposition(|(_, at)| !matches!(at, Placed::Absent)).map_or(0, |last| last + 1);
                placed[..given].iter().map(|(param, at)| (self.place(param, at), at.span())).collect()
            }
            Err(failure) => {
                // What is missing is missing at the end.
                let end = words.last().map_or(name, |w| w.span);
                let end = Span { column: end.column + end.length + 1, length: 1, ..end };
                let span = failure.arg().and_then(|i| words.get(i)).map_or(end, |w| w.span);
                let told = failure.notes().len() > 1 || failure.replacement().is_some();
                let failure = if told { failure } else { failure.note(format!("usage: {}", command.usage())) };
                let failure = match command.params.first() {
                    Some(param) if param.kind == Kind::Watched => {
                        failure.note("several are one word: a,b or, each with its events, a:IN,b:OUT")
                    }
                    _ => failure,
                };
                bad(failure, span)
            }
        }
    }

    fn place(&mut self, param: &Param, placed: &Placed) -> ArgCode {
        match placed {
            Placed::Absent => ArgCode::Const(Arg::Absent),
            Placed::One(word) if param.kind == Kind::Sockets => lives(self, word),
            Placed::One(word) if matches!(param.kind, Kind::Watched | Kind::WatchedOrSeconds) => {
                self.watched(param, word)
            }
            Placed::One(word) => self.fit(param, word),
            Placed::Two(first, last) => match (param.kind, self.plain(first), self.plain(last)) {
                (Kind::Option, Operand::Const(level), Operand::Const(option)) => {
                    ArgCode::Const(kinds::fit_leveled(&level, &option).unwrap_or_else(|f| Arg::Bad(Box::new(f))))
                }
                (Kind::Option, level, option) => ArgCode::Leveled(Box::new((level, option))),
                (_, Operand::Const(host), Operand::Const(port)) => {
                    ArgCode::Const(address::host_port(&host, &port).unwrap_or_else(|f| Arg::Bad(Box::new(f))))
                }
                (_, host, port) => ArgCode::HostPort(Box::new((host, port))),
            },
        }
    }

    fn fit(&mut self, param: &Param, word: &Word) -> ArgCode {
        let kind = param.kind;
        match kind {
            Kind::Pair => return self.pair(word),
            Kind::Def => return self.given(word),
            _ => {}
        }
        match (known(param, word), word.bare()) {
            (Some(arg), _) => ArgCode::Const(arg.unwrap_or_else(|failure| Arg::Bad(Box::new(failure)))),
            (None, Some(name)) if kind.is_live() => self.live(name),
            _ => ArgCode::Fit(kind, self.operand(word)),
        }
    }

    /// The live thing that a name holds.
    fn live(&mut self, name: &str) -> ArgCode {
        let (slot, name) = self.variable(name);
        ArgCode::Live(slot, name)
    }

    /// Sockets to watch: one by its name, several with commas between, each with its events if it has any of its own, or
    /// a list.
    fn watched(&mut self, param: &Param, word: &Word) -> ArgCode {
        let Some(text) = word.bare() else { return ArgCode::Fit(param.kind, self.operand(word)) };
        if is_name(text) && !matches!(kinds::word_value(text), Value::None) {
            return self.live(text);
        }
        if matches!(text, "none" | "None") || (text == "[]" && param.kind == Kind::Watched) {
            return ArgCode::Const(Arg::Value(Value::None));
        }
        if let Some(numbers) = descriptors(text).filter(|_| param.kind == Kind::Watched) {
            return ArgCode::Const(Arg::Value(numbers));
        }
        let several = text.split(',').filter(|one| !one.is_empty()).map(|one| {
            let (name, events) = one.split_once(':').map_or((one, None), |(name, events)| (name, Some(events)));
            let events = events.map(|events| kinds::fit(Kind::PollEvents, Value::text(events))).transpose();
            let events = match events {
                _ if !is_name(name) => return Err(None),
                Ok(Some(Arg::Value(events))) => Some(events),
                Ok(_) => None,
                Err(failure) => return Err(Some(failure)),
            };
            let (slot, name) = self.variable(name);
            Ok((slot, name, events))
        });
        let bad = |failure| ArgCode::Const(Arg::Bad(Box::new(failure)));
        match several.collect::<Result<Vec<_>, _>>() {
            Ok(several) if !several.is_empty() => ArgCode::Lives(several),
            Err(Some(failure)) => bad(failure),
            _ if param.kind == Kind::WatchedOrSeconds => match kinds::fit(param.kind, Value::text(text)) {
                Ok(arg) => ArgCode::Const(arg),
                Err(failure) => bad(failure),
            },
            _ => bad(Failure::usage(format!("{} is needed here, not `{text}`", param.noun()))),
        }
    }

    /// `KEY=VALUE`: the value keeps its type.
    fn pair(&mut self, word: &Word) -> ArgCode {
        if let Some((key, value)) = split_pair(word) {
            return ArgCode::Pair(Box::new((key.as_str().into(), self.plain(&value))));
        }
        if word.is_inserted() {
            ArgCode::Fit(Kind::Any, self.operand(word))
        } else {
            ArgCode::Const(Arg::Bad(Box::new(Failure::usage("KEY=VALUE is needed here"))))
        }
    }
}

/// A value by its place behind one by its name: which, and the failure.
fn in_order(words: &[Word]) -> Option<(Span, Failure)> {
    let named = words.iter().position(|w| w.key().is_some())?;
    let late = words[named..].iter().find(|w| w.key().is_none())?;
    let text = "a value by its place stands before those by name";
    Some((late.span, Failure::usage(text)))
}

fn bad(failure: Failure, span: Span) -> Box<[(ArgCode, Span)]> {
    Box::new([(ArgCode::Const(Arg::Bad(Box::new(failure.first()))), span)])
}

/// What a word is in a parameter's place, where no name's value decides that.
pub(super) fn known(param: &Param, word: &Word) -> Option<Result<Arg, Failure>> {
    let kind = param.kind;
    let value = match (word.literal(), &*word.parts) {
        (Some(text), _) if kind.is_live() && !word.quoted && is_name(text) => return None,
        (Some(text), _) if (kind.is_any() || kind.is_live_or_number()) && !word.quoted => kinds::word_value(text),
        (Some(text), _) => Value::text(text),
        (None, [Part::Literal(bytes)]) => return Some(kinds::fit(kind, Value::bytes(&**bytes))),
        (None, _) => return None,
    };
    let is_value = matches!(value, Value::Int(_) | Value::Float(_) | Value::None);
    let is_text =
        kind == Kind::ThingOrText && (word.quoted || word.literal().is_none_or(|text| kinds::number(text).is_none()));
    if kind.is_live() && !is_text && !(kind.is_live_or_number() && is_value) {
        return Some(Err(Failure::usage(format!("{} is needed here, not `{value}`", param.noun()))));
    }
    Some(kinds::fit(kind, value))
}

/// Descriptors by their numbers: one, or several with commas between.
fn descriptors(text: &str) -> Option<Value> {
    let numbers: Vec<Value> =
        text.split(',').filter(|one| !one.is_empty()).map(kinds::number).collect::<Option<_>>()?;
    match &numbers[..] {
        [] => None,
        [one] if !text.contains(',') => Some(one.clone()),
        _ => Some(Value::list(numbers)),
    }
}

fn lives(compiler: &mut Compiler, word: &Word) -> ArgCode {
    let numbers = |names: &str| names.split(',').map(kinds::number).collect::<Option<Vec<_>>>();
    match word.bare() {
        Some(names) if numbers(names).is_some() => {
            ArgCode::Const(Arg::Value(Value::list(numbers(names).unwrap_or_default())))
        }
        Some(names) => ArgCode::Lives(
            names
                .split(',')
                .filter(|n| !n.is_empty())
                .map(|n| compiler.variable(n))
                .map(|(s, n)| (s, n, None))
                .collect(),
        ),
        None => ArgCode::Fit(Kind::Any, compiler.operand(word)),
    }
}
