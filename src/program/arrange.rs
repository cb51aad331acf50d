//! Which of a call's words is which parameter: for running a call, and for saying it in Python.

use crate::command::{Command, Kind, Need, Param, kinds};
use crate::lang::{Part, Span, Word, is_name};
use crate::value::Failure;

/// What stands in a parameter's place.
#[derive(Clone, Debug)]
pub enum Placed {
    /// Nothing: it was left out.
    Absent,
    /// One word.
    One(Word),
    /// Two words that belong together: a host and a port, a level and an option.
    Two(Word, Word),
}

impl Placed {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Absent => Span::default(),
            Self::One(word) => word.span,
            Self::Two(first, last) => first.span.to(last.span),
        }
    }
}

/// The words of a call in the order of its parameters; a parameter that takes all that is left comes several times.
/// A failure's place is that of the word it is about.
pub fn arrange(command: &'static Command, words: &[Word]) -> Result<Vec<(&'static Param, Placed)>, Failure> {
    let (named, positional) = split(command, words);
    let mut arranger = Arranger { words: &positional, at: 0, placed: Vec::new() };
    for (i, param) in command.params.iter().enumerate() {
        match named.iter().find(|(p, _)| *p == i) {
            Some((_, word)) => arranger.placed.push((param, Placed::One(word.clone()))),
            None => arranger.fill(param, &command.params[i + 1..])?,
        }
    }
    let Some(extra) = positional.get(arranger.at) else { return Ok(arranger.placed) };
    let index = words.iter().position(|w| w.span == extra.span).unwrap_or(0);
    let failure = Failure::usage("this word is one too many").at(index);
    let name = extra.bare().and_then(|t| t.split_once('=')).map(|(n, _)| n).filter(|n| is_name(n));
    Err(match name {
        Some(name) => failure.note(format!("`{}` has no parameter named {name}", command.name)),
        None => failure,
    })
}

/// The words given by name, each with its parameter, and the others.
fn split(command: &Command, words: &[Word]) -> (Vec<(usize, Word)>, Vec<Word>) {
    let required = needed(command.params);
    let (mut named_words, mut positional) = (Vec::new(), Vec::new());
    for word in words {
        match named(command, word) {
            Some((i, value)) if positional.len() >= required || command.params[i].need == Need::Named => {
                named_words.push((i, value));
            }
            _ => positional.push(word.clone()),
        }
    }
    (named_words, positional)
}

/// The parameter that `name=...` names, and the word behind the `=`.
fn named(command: &Command, word: &Word) -> Option<(usize, Word)> {
    let (name, value) = split_pair(word)?;
    Some((by_name(command, &name)?, value))
}

/// The parameter of that name, if it may be given by name.
pub fn by_name(command: &Command, name: &str) -> Option<usize> {
    let optional = |p: &&Param| matches!(p.need, Need::Optional | Need::Named);
    command.params.iter().position(|p| optional(&p) && p.name.eq_ignore_ascii_case(name))
}

/// A word `KEY=VALUE` in its two parts.
pub fn split_pair(word: &Word) -> Option<(String, Word)> {
    let Some(Part::Literal(first)) = word.parts.first() else { return None };
    let at = first.iter().position(|b| *b == b'=')?;
    let key = std::str::from_utf8(&first[..at]).ok()?.to_string();
    let mut value = word.clone();
    value.parts[0] = Part::Literal(first[at + 1..].into());
    if at + 1 == first.len() {
        value.parts.remove(0);
    }
    Some((key, value))
}

/// How many words these parameters must have.
pub fn needed(params: &[Param]) -> usize {
    params.iter().filter(|p| matches!(p.need, Need::Required | Need::Some)).count()
}

/// Whether a word is written as a port is.
fn is_port(word: &Word) -> bool {
    word.bare().is_some_and(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a word can be the host of a two-word address: it is not an address by itself.
fn is_host(word: &Word) -> bool {
    word.literal().is_none_or(|t| !t.contains(['/', '@', ':']) || t.matches(':').count() > 1) && !is_port(word)
}

/// Whether the first of two words is the level of the option in the second.
fn is_level(word: &Word, next: &Word) -> bool {
    match word.bare() {
        Some(text) => kinds::is_level(&kinds::word_value(text)),
        None => next.bare().is_some_and(|t| crate::os::options::by_name(t).is_some()),
    }
}

struct Arranger<'a> {
    words: &'a [Word],
    at: usize,
    placed: Vec<(&'static Param, Placed)>,
}

impl Arranger<'_> {
    fn fill(&mut self, param: &'static Param, after: &[Param]) -> Result<(), Failure> {
        let missing = matches!(param.need, Need::Required | Need::Some) && self.at >= self.words.len();
        if missing {
            return Err(Failure::usage(format!("{} is missing", param.label())));
        }
        let placed = match param.need {
            Need::Required => self.take(param, after),
            Need::Optional if self.units(after) > needed(after) => self.take(param, after),
            Need::Optional | Need::Named => Placed::Absent,
            Need::Rest | Need::Some => {
                self.placed.extend(self.words[self.at..].iter().map(|word| (param, Placed::One(word.clone()))));
                self.at = self.words.len();
                return Ok(());
            }
        };
        self.placed.push((param, placed));
        Ok(())
    }

    /// How many parameters the words that are left could fill: an address in two words is one.
    fn units(&self, after: &[Param]) -> usize {
        let left = &self.words[self.at..];
        let two = match left {
            [.., host, port] => after.last().is_some_and(|p| p.kind == Kind::Addr) && is_port(port) && is_host(host),
            _ => false,
        };
        left.len() - usize::from(two)
    }

    /// The next word, or two where they belong together.
    fn take(&mut self, param: &Param, after: &[Param]) -> Placed {
        let word = &self.words[self.at];
        let next = self.words.get(self.at + 1);
        self.at += 1;
        let spare = next.is_some() && self.words.len() - self.at > needed(after);
        let two = match (param.kind, next) {
            (Kind::Addr, Some(next)) if is_port(next) => is_host(word),
            (Kind::Addr, Some(next)) => {
                spare
                    && is_host(word)
                    && next.single_name().is_some()
                    && !after.iter().any(|p| p.need == Need::Optional)
            }
            (Kind::Option, Some(next)) => is_level(word, next),
            _ => false,
        };
        match next {
            Some(next) if two => {
                self.at += 1;
                Placed::Two(word.clone(), next.clone())
            }
            _ => Placed::One(word.clone()),
        }
    }
}
