//! From a call's words to its arguments: which word is which parameter, and what it stands for.

use std::rc::Rc;

use super::arrange::{Placed, arrange, split_pair};
use super::code::{ArgCode, Callee, Operand, Site};
use super::compile::{Compiler, callable};
use crate::command::{self, Arg, Command, Kind, Param, kinds};
use crate::lang::{Call, Error, Span, Word, is_name};
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

    fn bind(&mut self, command: &'static Command, words: &[Word]) -> (Vec<ArgCode>, Vec<Span>) {
        match arrange(command, words) {
            Ok(placed) => placed.iter().map(|(param, at)| (self.place(param, at), at.span())).unzip(),
            Err(failure) => {
                let arg = failure.arg();
                let span = arg.and_then(|i| words.get(i)).map_or(Span::default(), |w| w.span);
                let failure = failure.note(format!("usage: {}", command.usage())).at(0);
                (vec![ArgCode::Const(Arg::Bad(Box::new(failure)))], vec![span])
            }
        }
    }

    fn place(&mut self, param: &Param, placed: &Placed) -> ArgCode {
        match placed {
            Placed::Absent => ArgCode::Const(Arg::Absent),
            Placed::One(word) if param.kind == Kind::Sockets => lives(self, word),
            Placed::One(word) => self.fit(param, word),
            Placed::Two(first, last) => match (param.kind, self.plain(first), self.plain(last)) {
                (Kind::Option, Operand::Const(level), Operand::Const(option)) => {
                    ArgCode::Const(kinds::fit_leveled(&level, &option).unwrap_or_else(|f| Arg::Bad(Box::new(f))))
                }
                (Kind::Option, level, option) => ArgCode::Leveled(level, option),
                (_, Operand::Const(host), Operand::Const(port)) => {
                    ArgCode::Const(kinds::fit_host_port(&host, &port).unwrap_or_else(|f| Arg::Bad(Box::new(f))))
                }
                (_, host, port) => ArgCode::HostPort(host, port),
            },
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
            kind if kind.is_any() && !word.quoted => kinds::word_value(text),
            kind if kind.is_live_or_number() && !word.quoted => kinds::word_value(text),
            _ => Value::text(text),
        };
        let is_value = matches!(value, Value::Int(_) | Value::Float(_) | Value::None);
        if kind.is_live()
            && !(kind == Kind::TaskOrText && (word.quoted || kinds::number(text).is_none()))
            && !(kind.is_live_or_number() && is_value)
        {
            let failure = Failure::usage(format!("{} is needed here, not `{text}`", param.noun()));
            return ArgCode::Const(Arg::Bad(Box::new(failure)));
        }
        constant(kind, value)
    }

    /// `KEY=VALUE`: the value keeps its type.
    fn pair(&mut self, word: &Word) -> ArgCode {
        if let Some((key, value)) = split_pair(word) {
            return ArgCode::Pair(key.as_str().into(), self.plain(&value));
        }
        if word.is_inserted() {
            ArgCode::Fit(Kind::Any, self.operand(word))
        } else {
            ArgCode::Const(Arg::Bad(Box::new(Failure::usage("KEY=VALUE is needed here"))))
        }
    }
}

fn constant(kind: Kind, value: Value) -> ArgCode {
    ArgCode::Const(kinds::fit(kind, value).unwrap_or_else(|failure| Arg::Bad(Box::new(failure))))
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
