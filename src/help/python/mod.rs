//! A call in Python: the form that help shows, and lines of sockpit as lines of Python.
//!
//! Both are made of the command's template ([`Command::python`]), so that what help shows is what a test runs. What
//! Python has no form for gives none, never something false.

pub(super) mod template;
mod words;

use std::collections::HashSet;

use crate::command::{self, Command, Group, Kind, Param};
use crate::lang::{self, Call, Error, Source};
use crate::linux::options::OptRef;
use crate::program::arrange::{Placed, arrange};
use crate::value::Holds;
use template::{Form, Piece, forms, pieces, tidy};
use words::{
    argument, data, descriptors, expression, family, option, option_name, option_value, read_option, text_of, value,
};

/// The Python of a statement.
#[derive(Debug, PartialEq, Eq)]
pub struct PythonLine {
    /// The line of the source it stands for.
    pub number: u32,
    /// The call's name; none for `let` and `assert`.
    pub call: Option<&'static str>,
    /// Statements that go before.
    pub before: Vec<String>,
    /// The expression or the statement itself.
    pub value: String,
    /// The names its results go to.
    pub names: Vec<String>,
    /// The error it must fail with.
    pub expect: Option<String>,
}

impl PythonLine {
    /// The line as people write it.
    pub fn text(&self) -> String {
        let names = if self.names.is_empty() { String::new() } else { format!("{} = ", self.names.join(", ")) };
        let expect = self.expect.as_ref().map_or(String::new(), |name| format!("  # fails: {name}"));
        let before: String = self.before.iter().map(|s| format!("{s}; ")).collect();
        format!("{before}{names}{}{expect}", self.value)
    }
}

/// A command's Python form as help shows it: parameters by name, what may be left out in brackets.
pub fn form(command: &Command) -> String {
    let shown = forms(command.python).map(|form| {
        let mut shown = String::new();
        for piece in pieces(form.template) {
            show(&piece, command, &mut shown);
        }
        tidy(&shown)
    });
    let shown = shown.collect::<Vec<_>>().join(" or ");
    let is_whole = !command.python.contains('{') && shown.contains(" = ");
    let results = match command.result_names() {
        names if shown.is_empty() || is_whole || names.trim_matches('.').is_empty() => return shown,
        // A name of the module itself is taken.
        names if shown.starts_with(&format!("{names}.")) => names[..1].to_string(),
        names => names.replace("value...", "values"),
    };
    match shown.rsplit_once("; ") {
        Some((before, last)) => format!("{before}; {results} = {last}"),
        None => format!("{results} = {shown}"),
    }
}

/// The statements of a program, each in Python where it has a form there. Blocks have none.
pub fn lines(program: &str) -> Result<Vec<(u32, Option<PythonLine>)>, Error> {
    let block = lang::parse(&Source::new("example", program))?;
    let mut translator = Translator::default();
    Ok(block.iter().map(|statement| (statement.span.line, translator.statement(statement))).collect())
}

fn show(piece: &Piece, command: &Command, out: &mut String) {
    match piece {
        Piece::Literal(text) => out.push_str(text),
        Piece::Param(name) | Piece::Listed(name) => {
            let param = command.params.iter().find(|p| p.label() == *name);
            out.push_str(if param.is_some_and(|p| p.kind == Kind::Option) { "LEVEL, OPT" } else { name });
        }
        Piece::Optional(inner, otherwise) => {
            let brackets = otherwise.is_empty();
            out.push_str(if brackets { "[" } else { "" });
            for piece in inner {
                show(piece, command, out);
            }
            out.push_str(if brackets { "]" } else { "" });
        }
    }
}

/// The arguments of a call in Python, by parameter.
struct Filled<'a> {
    given: Vec<(String, String)>,
    used: HashSet<&'a str>,
    /// Names of what is no list.
    alone: &'a HashSet<String>,
}

/// Fill a template in; none when something it needs was left out.
fn fill<'a>(pieces: &'a [Piece], filled: &mut Filled<'a>) -> Option<String> {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Param(name) | Piece::Listed(name) => {
                let words: Vec<_> = filled.given.iter().filter(|(n, _)| n == name).map(|(_, w)| w.as_str()).collect();
                match *words {
                    [] => return None,
                    [one] if matches!(piece, Piece::Listed(_)) && filled.alone.contains(one) => {
                        out.push_str(&format!("[{one}]"));
                    }
                    _ => out.push_str(&words.join(", ")),
                }
                filled.used.insert(name);
            }
            Piece::Optional(inner, otherwise) => match fill(inner, filled) {
                Some(text) => out.push_str(&text),
                None => out.push_str(otherwise),
            },
        }
    }
    Some(out)
}

/// A form with these arguments, all of them; and the parameters that stand in it.
fn filled(
    command: &Command,
    form: &Form,
    given: &[(String, String)],
    alone: &HashSet<String>,
) -> Option<(String, HashSet<String>)> {
    let is_it = |word: &str| {
        let set =
            command.params.iter().find(|p| form.when.is_some_and(|(name, _)| p.label() == name))?.kind.constants()?;
        let number = set.find(word.rsplit('.').next().unwrap_or(word))?;
        Some(set.find(form.when?.1) == Some(number))
    };
    let (told, given): (Vec<_>, Vec<_>) =
        given.iter().cloned().partition(|(name, _)| form.when.is_some_and(|(when, _)| when == name));
    if form.when.is_some() && !told.iter().any(|(_, word)| is_it(word) == Some(true)) {
        return None;
    }
    let pieces = pieces(form.template);
    let mut filled = Filled { given, used: HashSet::new(), alone };
    let text = tidy(&fill(&pieces, &mut filled)?);
    let whole = filled.given.iter().all(|(name, _)| filled.used.contains(&**name));
    whole.then(|| (text, filled.used.iter().map(|name| (*name).to_string()).collect()))
}

#[derive(Default)]
struct Translator {
    /// Files that give and take bytes.
    binary: HashSet<String>,
    /// Sockets and other live things.
    alive: HashSet<String>,
}

impl Translator {
    fn statement(&mut self, statement: &lang::Statement) -> Option<PythonLine> {
        let number = statement.span.line;
        let plain = |value, names| PythonLine { number, call: None, before: Vec::new(), value, names, expect: None };
        match &statement.kind {
            lang::StatementKind::Call(call) => self.call(call, number),
            lang::StatementKind::Let(name, expr) => Some(plain(expression(expr)?, vec![name.bare()?.to_string()])),
            lang::StatementKind::Assert(expr) => Some(plain(format!("assert {}", expression(expr)?), Vec::new())),
            _ => None,
        }
    }

    fn call(&mut self, call: &Call, number: u32) -> Option<PythonLine> {
        let command = command::find(call.name.bare()?)?;
        if command.python.is_empty() || call.background || call.every.is_some() {
            return None;
        }
        let placed = arrange(command, &call.args).ok()?;
        let option = placed.iter().find(|(param, _)| param.kind == Kind::Option).and_then(|(_, at)| option(at));
        let given = self.arguments(command, &placed, option)?;
        let (text, used) = forms(command.python).find_map(|form| filled(command, &form, &given, &self.alive))?;
        let mut before: Vec<String> = text.split("; ").map(str::to_string).collect();
        let mut value = before.pop()?;
        let names: Vec<String> = call.targets.iter().filter_map(|w| w.bare().map(str::to_string)).collect();
        if let Some(option) = option
            && !command.results.is_empty()
            && !used.contains("BUFLEN")
        {
            value = read_option(option, &value)?;
        }
        if command.gives_any_number() && names.len() == 1 {
            value.push_str("[0]");
        }
        let mode = given.iter().find(|(name, _)| name == "MODE");
        if mode.is_some_and(|(_, mode)| mode.contains('b')) {
            self.binary.extend(names.iter().cloned());
        }
        let results = command.results.iter().zip(&names).filter(|((_, holds), _)| *holds == Holds::Live);
        self.alive.extend(results.map(|(_, name)| name.clone()));
        let expect = call.expect.as_ref().and_then(|w| w.bare().map(str::to_string));
        Some(PythonLine { number, call: Some(command.name), before, value, names, expect })
    }

    /// The arguments that were given, each with its parameter's name.
    fn arguments(
        &self,
        command: &Command,
        placed: &[(&'static Param, Placed)],
        option: Option<OptRef>,
    ) -> Option<Vec<(String, String)>> {
        let mut given: Vec<(String, String)> = Vec::new();
        let mut values = Vec::new();
        for (param, placed) in placed {
            let word = match (param.kind, placed) {
                (_, Placed::Absent) => continue,
                (Kind::Option, placed) => option_name(placed)?,
                (Kind::Addr, Placed::Two(host, port)) => format!("({}, {})", text_of(host)?, value(port)?),
                (_, Placed::Two(..)) => return None,
                (Kind::OptionValue, Placed::One(word)) => {
                    values.push(word);
                    continue;
                }
                (Kind::Data, Placed::One(word)) if command.params[0].kind == Kind::File => {
                    let binary = given.iter().any(|(name, file)| name == "F" && self.binary.contains(file));
                    if binary { data(word)? } else { text_of(word)? }
                }
                (Kind::Data, Placed::One(word)) if command.group == Group::Data => text_of(word)?,
                (Kind::Sort, Placed::One(word)) => family(word)?,
                (Kind::Sockets, Placed::One(word)) => descriptors(word)?,
                (kind, Placed::One(word)) => argument(kind, word)?,
            };
            given.push((param.label(), word));
        }
        if let (Some(option), false) = (option, values.is_empty()) {
            given.push(("VALUE".into(), option_value(option, &values)?));
        }
        Some(given)
    }
}
