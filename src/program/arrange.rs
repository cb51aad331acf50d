//! Which of a call's words is which parameter: for running it, for saying it in Python, and while it is typed.

use crate::command::{Command, Kind, Need, Param, kinds};
use crate::lang::{Part, Span, Typed, Word};
use crate::linux::options;
use crate::value::special::{self, ALGORITHMS};
use crate::value::{Failure, Value, text};

/// What stands in a parameter's place.
#[derive(Clone, Debug)]
pub(crate) enum Placed {
    /// Nothing: it was left out.
    Absent,
    /// One word.
    One(Word),
    /// Two words that belong together: a host and a port, a level and an option.
    Two(Word, Word),
}

impl Placed {
    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Absent => Span::default(),
            Self::One(word) => word.span,
            Self::Two(first, last) => first.span.to(last.span),
        }
    }
}

/// The words of a call in the order of its parameters; a parameter that takes all that is left comes several times.
/// A failure's place is that of the word it is about.
pub(crate) fn arrange(command: &'static Command, words: &[Word]) -> Result<Vec<(&'static Param, Placed)>, Failure> {
    given_by_name(command, words)?;
    let mut arranger = Arranger::new(command, words.iter(), true);
    for i in 0..command.params.len() {
        arranger.fill(i)?;
    }
    let Some(extra) = arranger.left().first() else { return Ok(arranger.placed) };
    let index = words.iter().position(|w| w.span == extra.span).unwrap_or(0);
    let failure = Failure::usage("this word is one too many").at(index);
    let twice = arranger.named.iter().map(|(given, _)| &command.params[*given]).find(|p| p.need == Need::Optional);
    Err(match twice {
        Some(param) => failure.note(format!("{} is given by name", param.label())),
        None => failure,
    })
}

/// Each `NAME=VALUE` names a parameter that may be given so, once, and is not taken for data where it looks like one.
fn given_by_name(command: &'static Command, words: &[Word]) -> Result<(), Failure> {
    let params = command.params;
    let may = |p: &&Param| matches!(p.need, Need::Optional | Need::Named);
    let pairs = |p: &Param| matches!(p.kind, Kind::Pair | Kind::Filter | Kind::Def | Kind::Wire | Kind::Frames);
    let mut given = Vec::new();
    let mut before = 0;
    for (i, word) in words.iter().enumerate() {
        let Some(key) = word.key() else {
            before += 1;
            continue;
        };
        let in_place = params.get(before).is_some_and(pairs) || params.last().is_some_and(pairs);
        let failed = |failure: Failure| Err(failure.at(i));
        match params.iter().position(|p| p.name.eq_ignore_ascii_case(key)) {
            _ if in_place => before += 1,
            Some(at) if may(&&params[at]) => {
                if let Some(missing) = lacking(params, before).filter(|_| params[at].need == Need::Optional) {
                    return failed(Failure::usage(format!("{} is missing before {key}=", missing.label())));
                }
                if given.contains(&at) {
                    return failed(Failure::usage(format!("{} is given twice", params[at].label())));
                }
                given.push(at);
            }
            Some(at) if params[at].need == Need::Required => {
                let failure = Failure::usage(format!("{} is given by its place, not by its name", params[at].label()));
                let value = word.bare().and_then(|text| text.split_once('=')).map(|(_, value)| value);
                return failed(match value.filter(|_| at == before) {
                    Some(value) => failure.instead(value),
                    None => failure,
                });
            }
            _ if params.iter().any(|p| may(&p)) && lacking(params, before).is_none() => {
                let failure = Failure::usage(format!("`{}` has no parameter `{key}`", command.name));
                let names = params.iter().filter(may).map(|p| p.name);
                let failure = match text::nearest(key, names) {
                    Some(near) => failure.note(format!("did you mean {}=?", near.to_lowercase())),
                    None => failure,
                };
                return failed(failure.note("as data, the word needs quotes"));
            }
            _ => before += 1,
        }
    }
    Ok(())
}

/// The first parameter that must be there and is not, where so many words stand.
fn lacking(params: &'static [Param], words: usize) -> Option<&'static Param> {
    params.iter().filter(|p| matches!(p.need, Need::Required | Need::Some)).nth(words)
}

/// What the next word of a call can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Next {
    /// The first parameter it can fill; their number when none is left.
    pub param: usize,
    /// The level that stands before the option.
    pub level: Option<i32>,
    /// All that must be there is there, so the others may be given by name.
    pub full: bool,
    /// That parameter takes any number of words and has one.
    pub begun: bool,
}

/// What comes after these words of a call.
pub(crate) fn next(command: &'static Command, words: &[Typed]) -> Next {
    let mut arranger = Arranger::new(command, words.iter().map(|w| &w.word), false);
    let mut next = Next { param: 0, level: None, full: false, begun: false };
    while let Some(param) = command.params.get(next.param) {
        let passed = param.need == Need::Named || arranger.named.iter().any(|(p, _)| *p == next.param);
        if !passed && (arranger.left().is_empty() || arranger.fill(next.param).is_err()) {
            break;
        }
        next.begun = matches!(param.need, Need::Rest | Need::Some);
        next.level = arranger.open_level();
        if next.begun || next.level.is_some() {
            break;
        }
        next.param += 1;
    }
    next.full = needed(&command.params[next.param + usize::from(next.begun)..]) == 0;
    next
}

/// The parameter that `name=...` names, and the word behind the `=`.
pub(crate) fn named(command: &Command, word: &Word) -> Option<(usize, Word)> {
    let at = by_name(command, word.key()?)?;
    Some((at, split_pair(word)?.1))
}

/// The parameter of that name, if it may be given by name.
fn by_name(command: &Command, name: &str) -> Option<usize> {
    let optional = |p: &&Param| matches!(p.need, Need::Optional | Need::Named);
    command.params.iter().position(|p| optional(&p) && p.name.eq_ignore_ascii_case(name))
}

/// A word `KEY=VALUE` in its two parts.
pub(crate) fn split_pair(word: &Word) -> Option<(String, Word)> {
    let Some(Part::Literal(first)) = word.parts.first() else { return None };
    let at = first.iter().position(|b| *b == b'=')?;
    let key = std::str::from_utf8(&first[..at]).ok()?.to_string();
    let own = Some(&first[at + 1..]).filter(|own| !own.is_empty()).map(|own| Part::Literal(own.into()));
    let parts = own.into_iter().chain(word.parts[1..].iter().cloned()).collect();
    Some((key, Word { parts, ..word.clone() }))
}

/// How many words these parameters must have.
fn needed(params: &[Param]) -> usize {
    params.iter().filter(|p| matches!(p.need, Need::Required | Need::Some)).count()
}

/// Whether a word is written as a port is, or as what stands in its place in an address of another family.
fn is_port(word: &Word) -> bool {
    word.bare().is_some_and(|t| match t.strip_prefix("0x") {
        Some(hex) => !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()),
        None => !t.is_empty() && (t.bytes().all(|b| b.is_ascii_digit()) || special::named(t).is_some()),
    })
}

/// Whether a word can be the host of a two-word address: it is not an address by itself.
fn is_host(word: &Word) -> bool {
    let alone = |t: &str| !t.contains(['/', '@', ':']) || (t.matches(':').count() > 1 && !t.contains("]:"));
    word.literal().is_none_or(alone) && !is_port(word)
}

/// Whether the first of two words is the level of the option in the second.
fn is_level(word: &Word, next: &Word) -> bool {
    match word.bare() {
        Some(text) => kinds::is_level(&kinds::word_value(text)),
        // `$SOL_SOCKET` is that level's number.
        None => {
            word.single_name().is_some_and(|name| kinds::is_level(&Value::text(name)))
                || next.bare().is_some_and(|t| options::by_name(t).is_some())
        }
    }
}

/// Words being given to parameters, one parameter after the other.
struct Arranger<'a> {
    params: &'static [Param],
    /// The words given by name, each with its parameter.
    named: Vec<(usize, Word)>,
    /// The others.
    words: Vec<&'a Word>,
    at: usize,
    /// No more words follow.
    whole: bool,
    placed: Vec<(&'static Param, Placed)>,
}

impl<'a> Arranger<'a> {
    fn new(command: &'static Command, all: impl Iterator<Item = &'a Word>, whole: bool) -> Self {
        let params = command.params;
        let required = needed(params);
        let (mut by_name, mut words) = (Vec::new(), Vec::new());
        for word in all {
            match named(command, word) {
                Some(given) if words.len() >= required || params[given.0].need == Need::Named => by_name.push(given),
                _ => words.push(word),
            }
        }
        Self { params, named: by_name, words, at: 0, whole, placed: Vec::with_capacity(params.len()) }
    }

    /// The words that no parameter has yet.
    fn left(&self) -> &[&'a Word] {
        &self.words[self.at..]
    }

    /// Give a parameter its words.
    fn fill(&mut self, index: usize) -> Result<(), Failure> {
        let (param, after) = (&self.params[index], &self.params[index + 1..]);
        if let Some((_, word)) = self.named.iter().find(|(p, _)| *p == index) {
            self.placed.push((param, Placed::One(word.clone())));
            return Ok(());
        }
        let missing = matches!(param.need, Need::Required | Need::Some) && self.left().is_empty();
        if missing {
            return Err(Failure::usage(format!("{} is missing", param.label())));
        }
        let placed = match param.need {
            Need::Required => self.take(param, after),
            Need::Optional if self.has_word_for(param, after) => self.take(param, after),
            Need::Optional | Need::Named => Placed::Absent,
            Need::Rest | Need::Some => {
                let left = self.words[self.at..].iter();
                self.placed.extend(left.map(|word| (param, Placed::One((*word).clone()))));
                self.at = self.words.len();
                return Ok(());
            }
        };
        self.placed.push((param, placed));
        Ok(())
    }

    /// Whether one of the words that are left is for a parameter that may be left out. As long as more may follow, it is
    /// left out before required ones when the word is no constant of its set.
    fn has_word_for(&self, param: &Param, after: &[Param]) -> bool {
        match (self.left().first(), param.kind.constants()) {
            _ if self.whole => self.units(after) > needed(after) && !self.has_events(param),
            (Some(word), Some(set)) if needed(after) > 0 => {
                word.literal().is_some_and(|text| text.split('|').all(|part| set.find(part).is_some()))
            }
            (first, _) => first.is_some(),
        }
    }

    /// Whether what is watched was given with events of its own, `a:IN,b:OUT`: a lone word behind it is no others then.
    fn has_events(&self, param: &Param) -> bool {
        let (Kind::PollEvents, [word]) = (param.kind, self.left()) else { return false };
        let own = |word: &Word| word.bare().is_some_and(|text| text.contains(':'));
        let number = |text: &str| !matches!(kinds::word_value(text), Value::Text(_));
        matches!(self.placed.last(), Some((_, Placed::One(watched))) if own(watched))
            && word.literal().is_none_or(number)
    }

    /// Whether every parameter of the call must be there.
    fn required(&self) -> bool {
        self.params.iter().all(|p| p.need == Need::Required)
    }

    /// The level in the last word, where its option does not stand behind it yet.
    fn open_level(&self) -> Option<i32> {
        let Some((Param { kind: Kind::Option, .. }, Placed::One(word))) = self.placed.last() else { return None };
        let text = word.bare().filter(|_| self.left().is_empty())?;
        options::level(text).or_else(|| text.parse().ok())
    }

    /// How many parameters the words that are left could fill: an address in two words is one.
    fn units(&self, after: &[Param]) -> usize {
        let left = self.left();
        let two = match left {
            [.., host, port] => after.last().is_some_and(|p| p.kind == Kind::Addr) && is_port(port) && is_host(host),
            _ => false,
        };
        left.len() - usize::from(two)
    }

    /// The next word, or two where they belong together.
    fn take(&mut self, param: &Param, after: &[Param]) -> Placed {
        let word = self.words[self.at];
        let next = self.words.get(self.at + 1).copied();
        self.at += 1;
        let spare = next.is_some() && self.words.len() - self.at > needed(after);
        let two = match (param.kind, next) {
            // Two numbers are an address of AF_NETLINK or AF_VSOCK, where they can be nothing else.
            (Kind::Addr, Some(next)) if is_port(next) && is_port(word) => after.is_empty() && spare && self.required(),
            (Kind::Addr, Some(next)) if is_port(next) => is_host(word),
            (Kind::Addr, Some(_)) if word.bare().is_some_and(|text| ALGORITHMS.contains(&text)) => spare,
            (Kind::Addr, Some(next)) => {
                let first = is_host(word) || is_port(word) && self.required();
                spare && first && next.is_inserted() && !after.iter().any(|p| p.need == Need::Optional)
            }
            (Kind::Option, Some(next)) => {
                // Whether a name's value is a level or an option it alone tells, unless there is a word too many for that.
                let all = self.whole && !after.iter().any(|p| matches!(p.need, Need::Rest | Need::Some));
                let places = after.iter().filter(|p| p.need != Need::Named).count();
                let many = all && self.words.len() - self.at > places;
                is_level(word, next) || many && word.is_inserted()
            }
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
