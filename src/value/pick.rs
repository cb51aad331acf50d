//! Parts of a value, as Python takes them: what stands at a place, from one place to another, by a key.

use std::rc::Rc;

use super::special::Special;
use super::{Addr, Failure, Value, text};

impl Value {
    /// What stands at a place: of a list a value, of text a character, of bytes a number.
    pub(crate) fn at(&self, place: i128) -> Result<Self, Failure> {
        let of = |len: usize| {
            let from_start = if place < 0 { place.saturating_add(len as i128) } else { place };
            let found = usize::try_from(from_start).ok().filter(|at| *at < len);
            found.ok_or_else(|| {
                let there = match len {
                    0 => "it is empty".to_string(),
                    1 => "it has one, at 0".to_string(),
                    _ => format!("it has {len}, from 0 to {}", len - 1),
                };
                Failure::usage(format!("nothing stands at {place} of {}", self.kind())).note(there)
            })
        };
        match self {
            Self::List(list) => Ok(list.items()[of(list.len())?].clone()),
            Self::Bytes(bytes) => Ok(Self::Int(bytes[of(bytes.len())?].into())),
            Self::Text(text) => {
                let at = of(text.count())?;
                Ok(Self::text(text.part(at..at + 1)))
            }
            Self::Addr(Addr::Special(special)) => Self::list(tuple(special)).at(place),
            Self::Addr(addr) if addr.port().is_some() => Self::list(pair(addr)).at(place),
            _ => Err(self.has_no("places").note(self.has())),
        }
    }

    /// What stands from one place up to another. As in Python places that are not there give less, and no error.
    pub(crate) fn slice(&self, from: Option<i128>, to: Option<i128>) -> Result<Self, Failure> {
        let range = |len: usize| {
            let place = |n: i128| if n < 0 { n.saturating_add(len as i128) } else { n }.clamp(0, len as i128) as usize;
            let from = from.map_or(0, place);
            from..to.map_or(len, place).max(from)
        };
        match self {
            Self::List(list) => Ok(Self::List(Rc::new(list.part(range(list.len()))))),
            Self::Bytes(bytes) => Ok(Self::bytes(&bytes[range(bytes.len())])),
            Self::Text(text) => Ok(Self::text(text.part(range(text.count())))),
            Self::Addr(Addr::Special(special)) => Self::list(tuple(special)).slice(from, to),
            Self::Addr(addr) if addr.port().is_some() => Self::list(pair(addr)).slice(from, to),
            _ => Err(self.has_no("places").note(self.has())),
        }
    }

    /// What an object has by a key; an address: its host, its port, its path; a socket: its family.
    pub(crate) fn key(&self, key: &str) -> Result<Self, Failure> {
        let fields: Vec<(&str, Self)> = match self {
            Self::Object(fields) => match fields.iter().find(|(name, _)| **name == *key) {
                Some((_, value)) => return Ok(value.clone()),
                None => fields.iter().map(|(name, _)| (&**name, Self::None)).collect(),
            },
            Self::Addr(Addr::Path(path)) => vec![("path", path_value(path))],
            Self::Addr(Addr::Abstract(name)) => vec![("name", path_value(name))],
            Self::Addr(Addr::Special(special)) => special.parts(),
            Self::Addr(addr) if addr.port().is_some() => ["host", "port"].into_iter().zip(pair(addr)).collect(),
            Self::Handle(handle) => match handle.parts() {
                none if none.is_empty() => return Err(self.has_no("fields").note(self.has())),
                parts => parts,
            },
            _ => return Err(self.has_no("fields").note(self.has())),
        };
        if let Some((_, value)) = fields.iter().find(|(name, _)| *name == key && !matches!(self, Self::Object(_))) {
            return Ok(value.clone());
        }
        let names = || fields.iter().map(|(name, _)| *name);
        let what = match self {
            Self::Object(_) => "the object",
            Self::Addr(_) => "the address",
            other => other.kind(),
        };
        let failure = Failure::usage(format!("{what} has no field {}", text::quote_text(key)));
        Err(match text::nearest(key, names()) {
            Some(near) => failure.note(format!("did you mean {}?", text::quote_text(near))),
            None if fields.is_empty() => failure.note("it is empty"),
            None => {
                let names: Vec<_> = names().take(20).map(text::quote_text).collect();
                failure.note(format!("it has: {}", names.join(" ")))
            }
        })
    }

    /// What there is to take of a value, for those who asked for something else.
    fn has(&self) -> String {
        match self {
            Self::List(list) => format!("it has {} values, each by its place: ${{name[0]}}", list.len()),
            Self::Text(_) | Self::Bytes(_) => "parts of it stand at places: ${name[0]} ${name[0:4]}".into(),
            Self::Object(fields) => {
                let names: Vec<_> = fields.iter().take(20).map(|(name, _)| text::quote_text(name)).collect();
                format!("it has fields, each by its key: {}", names.join(" "))
            }
            Self::Addr(Addr::Special(special)) => {
                let names: Vec<_> = special.parts().iter().map(|(name, _)| format!("${{name.{name}}}")).collect();
                format!("of this address there are {}", names.join(" "))
            }
            Self::Addr(_) => "of an address there are ${name.host} and ${name.port}".into(),
            _ => "lists, text and bytes have places, objects and addresses fields".into(),
        }
    }

    #[cold]
    fn has_no(&self, what: &str) -> Failure {
        Failure::usage(format!("{} has no {what}", self.kind()))
    }
}

/// The parts of an address in the order of Python's tuple.
fn tuple(special: &Special) -> Vec<Value> {
    special.parts().into_iter().map(|(_, value)| value).collect()
}

/// A host and a port.
fn pair(addr: &Addr) -> Vec<Value> {
    let host = addr.host().map_or(Value::None, |host| Value::text(host.to_string()));
    vec![host, addr.port().map_or(Value::None, |port| Value::Int(port.into()))]
}

fn path_value(path: &[u8]) -> Value {
    std::str::from_utf8(path).map_or_else(|_| Value::bytes(path), Value::text)
}
