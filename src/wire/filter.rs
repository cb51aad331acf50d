//! Which frames are meant: `from=bob flags=SYN len=1.. port=80 proto=tcp is=retransmission`.

use std::rc::Rc;

use super::{Flags, Marks, Proto, WireFrame};
use crate::value::{Failure, text};

/// The keys.
const KEYS: [&str; 7] = ["from=", "to=", "flags=", "len=", "port=", "proto=", "is="];

/// What a frame must have. What is not asked for does not matter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    from: Option<Rc<str>>,
    to: Option<Rc<str>>,
    /// The flags that it has.
    flags: Flags,
    /// Those that it has not.
    lacks: Flags,
    /// The least and the most bytes it carries.
    len: Option<(usize, usize)>,
    port: Option<u16>,
    proto: Option<Proto>,
    /// What it is called, one of these.
    marks: Option<Marks>,
    /// As it was written.
    words: Vec<String>,
}

impl Filter {
    /// The keys that may stand in a filter, with that of the wire that is meant.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        KEYS.into_iter().chain(["wire="])
    }

    /// What may stand behind one of them, as far as that is known beforehand.
    pub fn values(key: &str) -> Vec<&'static str> {
        match key {
            "flags" => Flags::names().collect(),
            "proto" => Proto::names().collect(),
            "is" => Marks::names().collect(),
            _ => Vec::new(),
        }
    }

    /// Read one, with the names that the wire's ends have. A failure's place is that of the word it is about.
    pub fn read(words: &[String], ends: &[Rc<str>]) -> Result<Self, Failure> {
        let mut filter = Self { words: words.to_vec(), ..Self::default() };
        for (i, word) in words.iter().enumerate() {
            filter.take(word, ends).map_err(|failure| failure.at(i))?;
        }
        Ok(filter)
    }

    fn take(&mut self, word: &str, ends: &[Rc<str>]) -> Result<(), Failure> {
        let Some((key, value)) = word.split_once('=') else {
            let failure = Failure::usage(format!("`{word}` is no part of a filter"));
            return Err(failure.note(format!("a filter has {}", KEYS.join(" "))));
        };
        match key {
            "from" => self.from = Some(end(value, ends)?),
            "to" => self.to = Some(end(value, ends)?),
            "flags" => return self.take_flags(value),
            "len" => {
                let range = read_range(value);
                self.len = Some(range.ok_or_else(|| {
                    Failure::usage(format!("`{value}` is no length")).note("as in len=0, len=1.. or len=1..100")
                })?);
            }
            "port" => {
                let port = value.parse().ok();
                self.port = Some(port.ok_or_else(|| Failure::usage(format!("a port is 0 to 65535, not `{value}`")))?);
            }
            "proto" => {
                self.proto = Some(Proto::named(value).ok_or_else(|| unknown("protocol", value, Proto::names()))?);
            }
            "is" => {
                let mut marks = self.marks.unwrap_or_default();
                for name in value.split(['|', ',']) {
                    marks.add(Marks::named(name).ok_or_else(|| unknown("segment's name", name, Marks::names()))?);
                }
                self.marks = Some(marks);
            }
            _ => {
                let failure = Failure::usage(format!("a filter has no `{key}=`"));
                return Err(match text::nearest(&format!("{key}="), KEYS.into_iter()) {
                    Some(near) => failure.note(format!("did you mean {near}?")),
                    None => failure.note(format!("it has {}", KEYS.join(" "))),
                });
            }
        }
        Ok(())
    }

    fn take_flags(&mut self, value: &str) -> Result<(), Failure> {
        for name in value.split(['|', ',']) {
            let (lacks, name) = name.strip_prefix('!').map_or((false, name), |name| (true, name));
            let flag = Flags::named(name).ok_or_else(|| unknown("flag of TCP", name, Flags::names()))?;
            let set = if lacks { &mut self.lacks } else { &mut self.flags };
            *set = set.and(flag);
        }
        Ok(())
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a frame is meant.
    pub fn fits(&self, frame: &WireFrame) -> bool {
        let flags = frame.said.tcp.as_ref().map(|tcp| tcp.flags);
        let named = self.flags.and(self.lacks) != Flags::default();
        let is_end = |asked: &Option<Rc<str>>, end: Option<&Rc<str>>| asked.as_ref().is_none_or(|a| end == Some(a));
        is_end(&self.from, Some(&frame.from))
            && is_end(&self.to, frame.to.as_ref())
            && (!named || flags.is_some_and(|flags| flags.has(self.flags) && !flags.any(self.lacks)))
            && self.len.is_none_or(|(least, most)| (least..=most).contains(&frame.said.len))
            && self.port.is_none_or(|port| frame.said.ports.is_some_and(|(from, to)| from == port || to == port))
            && self.proto.is_none_or(|proto| frame.said.proto == proto)
            && self.marks.is_none_or(|marks| frame.place.is_some_and(|place| place.marks.any(marks)))
    }

    /// As it was written.
    pub fn shown(&self) -> String {
        self.words.join(" ")
    }
}

fn end(name: &str, ends: &[Rc<str>]) -> Result<Rc<str>, Failure> {
    let found = ends.iter().find(|end| &***end == name).cloned();
    found.ok_or_else(|| unknown("host on this wire", name, ends.iter().map(|end| &**end)))
}

fn unknown<'a>(what: &str, word: &str, all: impl Iterator<Item = &'a str>) -> Failure {
    let all: Vec<&str> = all.collect();
    let failure = Failure::usage(format!("`{word}` is no {what}"));
    match text::nearest(word, all.iter().copied()) {
        Some(near) => failure.note(format!("did you mean {near}?")),
        None => failure.note(format!("one of: {}", all.join(" "))),
    }
}

/// `5`, `1..`, `1..100`.
fn read_range(word: &str) -> Option<(usize, usize)> {
    let Some((least, most)) = word.split_once("..") else {
        let exact = word.parse().ok()?;
        return Some((exact, exact));
    };
    let most = if most.is_empty() { usize::MAX } else { most.parse().ok()? };
    Some((if least.is_empty() { 0 } else { least.parse().ok()? }, most))
}
