//! What a line that was refused was meant to be: the line to write, where that is certain.
//!
//! A note that begins with `write: ` holds a line that can be typed as it stands. Each rule below knows one habit of
//! other languages; what it comes to is given only if it is a line that would be taken.

use std::rc::Rc;

use super::compile::compile;
use super::misfit::{Written, fits};
use super::scope::Symbols;
use crate::command::socket::SHORT_FORMS;
use crate::command::{self, Command, Kind, address, kinds};
use crate::lang::{self, Error, KEYWORDS, Operator, Source, Word, is_name};
use crate::value::{Value, text};

/// Programs of a shell, whose names people type.
const SHELL: &[&str] = &[
    "ls", "cd", "pwd", "cat", "rm", "cp", "mv", "top", "vi", "vim", "nano", "python", "python3", "nc", "netcat",
    "telnet", "curl", "wget", "ping", "ssh", "ss", "lsof", "strace", "tcpdump", "which", "touch", "less", "bash", "sh",
    "sudo", "grep",
];

/// What stands before a name that gets a value.
const DECLARES: &[&str] = &["let ", "var ", "const ", "export ", "local ", "auto ", "int ", "set "];

/// Of a longer line, in bytes, nobody is told how to write it.
const LINE_MAX: usize = 2000;

/// The error with the line to write.
pub(crate) fn meant(table: &Symbols, error: Error) -> Error {
    let written = error.instead();
    if error.incomplete || !written.is_empty() && written.iter().all(|line| is_taken(table, line)) {
        return error;
    }
    let (source, number) = (error.source.clone(), error.span.line);
    let line = source.line(number).trim();
    if line.len() > LINE_MAX {
        return error;
    }
    // A line whose words cannot be read is known by its text alone.
    let words = lang::words(&source, number, line).unwrap_or_default();
    let first = words.first().and_then(Word::bare).unwrap_or("");
    let reader = Reader { table, line, words: &words };
    match reader.meant(first) {
        Some(meant) => {
            let lets = line.starts_with("let ") && !meant.starts_with("let ");
            let message = if lets { "a call stands without `let`".into() } else { error.message.clone() };
            Error { message, notes: vec![format!("write: {meant}")], write: Vec::new(), ..error }
        }
        None if SHELL.contains(&first) => {
            let message = format!("`{first}` is a program of the shell, and sockpit runs none");
            Error { message, notes: vec!["`help` lists the calls".into()], ..error }
        }
        None => error,
    }
}

/// Whether a line would be taken.
fn is_taken(table: &Symbols, line: &str) -> bool {
    let source = Source::new("", line);
    let call = || Written::on(&source, 1).is_none_or(|_| fits(line));
    compile(&mut table.clone(), &source).is_ok() && call()
}

/// The call that takes a short form such as `tcp` as its first word.
fn maker() -> Option<&'static Command> {
    command::all().find(|c| c.params.first().is_some_and(|p| p.kind == Kind::Sort))
}

fn is_sort(word: &str) -> bool {
    SHORT_FORMS.iter().any(|(form, ..)| *form == word)
        || Kind::Sort.constants().is_some_and(|set| set.find(word).is_some())
}

struct Reader<'a> {
    table: &'a Symbols,
    line: &'a str,
    words: &'a [Word],
}

impl Reader<'_> {
    fn meant(&self, first: &str) -> Option<String> {
        let rules = [
            self.without_semicolon(),
            self.without_commas(),
            self.assignment(),
            self.increment(),
            self.parenthesized(self.line),
            self.elsewhere(first),
            ["//", "/*", "--"].iter().find_map(|sign| self.line.strip_prefix(sign)).map(|text| format!("#{text}")),
            self.line.strip_prefix("echo ").map(|words| format!("print {words}")),
            self.small_letters(first),
            self.made(first),
            self.expression(),
            self.is_part(self.line).then(|| format!("${{{}}}", self.line)),
        ];
        let certain =
            |line: &String| line != self.line && line.chars().all(text::is_plain) && is_taken(self.table, line);
        rules.into_iter().flatten().find(certain)
    }

    /// `close s;`
    fn without_semicolon(&self) -> Option<String> {
        self.line.strip_suffix(';').map(|line| line.trim_end_matches([';', ' ']).to_string())
    }

    /// `print "a", "b"`, `recv s, 1024`.
    fn without_commas(&self) -> Option<String> {
        let source = Source::new("", self.line);
        let raw = |word: &Word| {
            let raw = source.at(lang::Span { line: 1, ..word.span });
            raw.strip_suffix(',').map(str::to_string).unwrap_or(raw)
        };
        let cut = |word: &Word| raw(word).chars().count() < word.span.length as usize;
        if !self.words.iter().any(cut) {
            return None;
        }
        let line = self.words.iter().map(raw).collect::<Vec<_>>().join(" ");
        let address = || Written::on(&Source::new("", &line), 1)?.address();
        if fits(&line) { Some(line) } else { address().or(Some(line)) }
    }

    /// `s=socket`, `let x=5`, `x = 5`, `let s = socket`, `s = tcp`.
    fn assignment(&self) -> Option<String> {
        let body = DECLARES.iter().find_map(|word| self.line.strip_prefix(word)).unwrap_or(self.line);
        let (names, value) = body.split_once('=')?;
        let value = value.trim();
        let names = names.trim_end_matches([' ', ':']).trim_matches(['(', ')', '[', ']']);
        let parts = if names.contains(',') { names.split(',') } else { names.split(' ') };
        let names: Vec<&str> = parts.map(|name| name.trim().trim_start_matches('$')).collect();
        if value.is_empty() || value.starts_with('=') || !names.iter().all(|name| is_name(name)) {
            return None;
        }
        let targets = names.join(", ");
        let source = Source::new("", value);
        let words = lang::words(&source, 1, value).unwrap_or_default();
        let first = words.first().and_then(Word::bare).unwrap_or("");
        let call = format!("{targets} = {}", value.trim_end_matches(','));
        if self.table.is_call(first.trim_end_matches(',')) && (words.len() > 1 || is_taken(self.table, &call)) {
            return Some(call);
        }
        if is_sort(first) && names.len() == 1 {
            return Some(format!("{targets} = {} {value}", maker()?.name));
        }
        if let Some(call) = self.parenthesized(value) {
            return Some(format!("{targets} = {call}"));
        }
        if names.len() > 1 { None } else { self.let_value(&targets, &source, &words) }
    }

    /// The `let` of a value, where it is one.
    fn let_value(&self, name: &str, source: &Rc<Source>, words: &[Word]) -> Option<String> {
        let first = words.first().and_then(Word::bare).unwrap_or("");
        let text = words.len() == 1 && is_name(first) && !self.is_variable(first);
        if text && !self.table.is_call(first) && text::nearest(first, self.table.callable()).is_some() {
            return None;
        }
        let value = match kinds::word_value(first) {
            Value::Text(_) if text => format!("\"{first}\""),
            _ => self.inserted(source, words),
        };
        let line = format!("let {name} = {value}");
        let minus = first.strip_prefix('-').is_some_and(is_name);
        match lang::parse(&Source::new("", &line)) {
            // What is said of the value says what to write, perhaps.
            Err(error) => error.notes.iter().find_map(|note| note.strip_prefix("write: ")).map(str::to_string),
            Ok(_) => (!minus).then_some(line),
        }
    }

    /// `bind(s, :9999)`.
    fn parenthesized(&self, line: &str) -> Option<String> {
        let mut words = parenthesized(line)?;
        let params = command::find(&words[0]).map_or(&[][..], |c| c.params);
        for (i, word) in words.iter_mut().enumerate().skip(1) {
            if self.is_variable(word) && !params.get(i - 1).is_some_and(|p| p.kind.is_live()) {
                word.insert(0, '$');
            }
        }
        Some(words.join(" "))
    }

    /// `x += 1`, `x++`.
    fn increment(&self) -> Option<String> {
        let one = |sign: &str, operator| {
            let name = self.line.strip_suffix(sign).or_else(|| self.line.strip_prefix(sign))?.trim();
            is_name(name).then(|| format!("let {name} = ${name} {operator} 1"))
        };
        if let Some(line) = one("++", '+').or_else(|| one("--", '-')) {
            return Some(line);
        }
        let [name, sign, value @ ..] = self.words else { return None };
        let (name, sign) = (name.bare().filter(|name| is_name(name))?, sign.bare()?.strip_suffix('=')?);
        let source = Source::new("", self.line);
        Operator::is_binary(sign).then(|| format!("let {name} = ${name} {sign} {}", self.inserted(&source, value)))
    }

    /// What people type for a call who come from elsewhere.
    fn elsewhere(&self, first: &str) -> Option<String> {
        let command = command::all().find(|c| !first.is_empty() && c.elsewhere.contains(&first))?;
        Some(format!("{}{}", command.name, &self.line[first.len()..]))
    }

    /// `BIND s :80`.
    fn small_letters(&self, first: &str) -> Option<String> {
        let small = first.to_lowercase();
        self.table.is_call(&small).then(|| format!("{small}{}", &self.line[first.len()..]))
    }

    /// `tcp`.
    fn made(&self, first: &str) -> Option<String> {
        let free = |name: &&str| self.table.globals.find(name).is_none();
        let name = ["s", "sock", "s2", "s3"].into_iter().find(free)?;
        is_sort(first).then(|| maker().map(|maker| format!("{name} = {} {}", maker.name, self.line)))?
    }

    /// `x + 1`.
    fn expression(&self) -> Option<String> {
        let sign = self.words.get(1)?.bare()?;
        let source = Source::new("", self.line);
        Operator::is_binary(sign).then(|| self.inserted(&source, self.words))
    }

    fn is_variable(&self, word: &str) -> bool {
        self.table.globals.find(word).is_some() && !KEYWORDS.contains(&word)
    }

    /// `s.family`, of a name that has a value.
    fn is_part(&self, word: &str) -> bool {
        let (name, parts) = word.split_once('.').unwrap_or((word, ""));
        self.is_variable(name) && parts.split('.').all(is_name)
    }

    /// Words as they were written, but names of values with a `$`, and parts of them in braces.
    fn inserted(&self, source: &Rc<Source>, words: &[Word]) -> String {
        let one = |word: &Word| {
            let raw = source.at(lang::Span { line: 1, ..word.span });
            match word.bare() {
                Some(text) if self.is_variable(text) => format!("${raw}"),
                Some(text) if self.is_part(text) => format!("${{{raw}}}"),
                _ => raw,
            }
        };
        words.iter().map(one).collect::<Vec<_>>().join(" ")
    }
}

/// `bind(s, :9999)`: a call as other languages write it, in its words; an address may be a pair.
fn parenthesized(line: &str) -> Option<Vec<String>> {
    let (name, rest) = line.split_once('(')?;
    let inner = rest.trim_end_matches(';').strip_suffix(')')?;
    let (mut pieces, mut quote, mut pair) = (vec![String::new()], None, None);
    for c in inner.chars() {
        let count = pieces.len();
        let piece = pieces.last_mut()?;
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            (',', None) => {
                pieces.push(String::new());
                continue;
            }
            ('(', None) if piece.trim().is_empty() => {
                pair = Some(count - 1);
                continue;
            }
            (')', None) => {
                let parts = pieces.split_off(pair.take()?);
                pieces.push(address::mended(&parts.join(","))?);
                continue;
            }
            ('(' | '[' | '{' | '&', None) => return None,
            _ => {}
        }
        piece.push(c);
    }
    let pieces = pieces.iter().map(|piece| piece.trim()).filter(|piece| !piece.is_empty());
    let words: Vec<String> = std::iter::once(name.trim()).chain(pieces).map(str::to_string).collect();
    let whole = |word: &String| !word.contains(' ') || word.starts_with(['"', '\'']);
    (is_name(name.trim()) && words.iter().all(whole)).then_some(words)
}
