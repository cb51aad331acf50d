//! Values: what a name holds, what a call takes and gives back.
//!
//! This layer is pure. It knows text, bytes, numbers, addresses and lists; of the live things (sockets, files,
//! tasks) it knows only that they have a kind and a label ([`Handle`]).

pub(crate) mod addr;
pub mod bounds;
pub mod bpf;
pub mod codec;
pub mod diagram;
pub(crate) mod digits;
pub(crate) mod ending;
pub(crate) mod failure;
pub(crate) mod fold;
mod holds;
pub mod json;
pub(crate) mod list;
pub mod pack;
pub mod page;
mod pick;
pub mod reason;
pub(crate) mod reply;
mod run;
pub mod special;
pub mod table;
pub(crate) mod text;
pub mod wire;

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use crate::linux::constants::Constants;

pub use addr::Addr;
pub use diagram::Diagram;
pub use failure::{Failure, Name, Tried};
pub use holds::Holds;
pub use list::List;
pub use reason::Reason;
pub use reply::Reply;
pub use run::{Bytes, Text};
pub use table::Table;

/// Something alive that a name can hold: a socket, a file, a task, a queue.
pub trait Handle: Any {
    /// What it is, in one word: `socket`, `file`.
    fn kind(&self) -> &'static str;
    /// The name it goes by in messages.
    fn label(&self) -> String;
    /// What is shown of it when a call gives it back.
    fn summary(&self) -> String;
    /// What is shown of it in a list.
    fn short(&self) -> String {
        self.summary()
    }
    /// What else `--json` tells of it.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }
    /// What can be taken of it by a key: `${s.family}`.
    fn parts(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }
    /// A name was given to it: the first is what it goes by.
    fn name_it(&self, _name: &Rc<str>) {}

    /// What tells in data that it is such a thing: of `a queue between processes` the second word.
    fn key(&self) -> &'static str {
        self.kind().split(' ').nth(1).unwrap_or("thing")
    }
}

/// What a name can hold.
#[derive(Clone)]
pub enum Value {
    /// No value, Python's `None`.
    None,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A number with a fraction.
    Float(f64),
    /// Text; UTF-8 on the wire.
    Text(Text),
    /// Bytes, as they came from the network or from `\xNN`.
    Bytes(Bytes),
    /// A socket address.
    Addr(Addr),
    /// Several values in order; whoever holds it holds the same one.
    List(Rc<List>),
    /// A JSON object: keys in the order they were given.
    Object(Rc<Vec<(Rc<str>, Value)>>),
    /// A live thing.
    Handle(Rc<dyn Handle>),
}

impl Value {
    /// A share in it: a clone, without a call for what arguments are most of the time.
    #[inline]
    #[must_use]
    pub fn share(&self) -> Self {
        match self {
            Self::Int(n) => Self::Int(*n),
            Self::Handle(handle) => Self::Handle(handle.clone()),
            Self::Text(text) => Self::Text(text.clone()),
            Self::Bytes(bytes) => Self::Bytes(bytes.clone()),
            other => other.clone(),
        }
    }

    /// A text value.
    pub fn text(s: impl AsRef<str>) -> Self {
        Self::Text(s.as_ref().into())
    }

    /// A bytes value.
    pub fn bytes(b: impl AsRef<[u8]>) -> Self {
        Self::Bytes(b.as_ref().into())
    }

    /// A number of that set by its name, where it has one.
    pub fn constant(set: &Constants, number: i32) -> Self {
        set.name_of(number).map_or(Self::Int(number.into()), Self::text)
    }

    /// Text where the bytes are UTF-8, else bytes.
    pub fn text_or_bytes(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|e| Self::Bytes(e.into_bytes().into()), |text| Self::Text(text.into()))
    }

    /// A list value.
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(List::new(items)))
    }

    /// The word for the kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bool(_) => "a truth value",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Addr(_) => "an address",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::Handle(h) => h.kind(),
        }
    }

    /// Whether a condition holds for it: empty, 0, none and off are false.
    pub fn truth(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(b) => *b,
            Self::Int(n) => *n != 0,
            Self::Float(x) => *x != 0.0,
            Self::Text(s) => !s.is_empty(),
            Self::Bytes(b) => !b.is_empty(),
            Self::Addr(a) => !matches!(a, Addr::Unnamed),
            Self::List(l) => !l.is_empty(),
            Self::Object(o) => !o.is_empty(),
            Self::Handle(_) => true,
        }
    }

    /// The bytes this value stands for on the wire and inside other words.
    pub fn wire(&self) -> std::borrow::Cow<'_, [u8]> {
        match self {
            Self::Text(s) => s.as_bytes().into(),
            Self::Bytes(b) => (&**b).into(),
            Self::Addr(Addr::Path(path)) => (&**path).into(),
            Self::Addr(Addr::Abstract(name)) => [b"@", &**name].concat().into(),
            other => other.to_string().into_bytes().into(),
        }
    }

    /// The live thing of type `T` it holds, if it holds one.
    pub fn downcast<T: Handle>(&self) -> Option<&T> {
        let Self::Handle(handle) = self else { return None };
        let any: &dyn Any = &**handle;
        any.downcast_ref()
    }

    /// The same, with a share in it.
    pub fn downcast_rc<T: Handle>(&self) -> Option<Rc<T>> {
        let Self::Handle(handle) = self else { return None };
        let any: Rc<dyn Any> = handle.clone();
        any.downcast().ok()
    }

    /// The number it is, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::Float(x) => Some(*x),
            Self::Bool(b) => Some(f64::from(u8::from(*b))),
            _ => None,
        }
    }

    /// Which of two comes first: numbers by size, text and bytes by their bytes, lists by their entries.
    pub fn order(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Int(x), Self::Int(y)) => Some(x.cmp(y)),
            (Self::Text(_) | Self::Bytes(_), Self::Text(_) | Self::Bytes(_)) => Some(self.wire().cmp(&other.wire())),
            (Self::List(_), Self::List(_)) => {
                let (mut x, mut y) = (self.clone(), other.clone());
                while let (Self::List(a), Self::List(b)) = (&x, &y) {
                    let (a, b) = (a.clone(), b.clone());
                    let (a, b) = (a.items(), b.items());
                    let Some((a, b)) = a.iter().zip(&*b).find(|(a, b)| a != b) else {
                        return Some(a.len().cmp(&b.len()));
                    };
                    (x, y) = (a.clone(), b.clone());
                }
                x.order(&y)
            }
            _ => self.number()?.partial_cmp(&other.number()?),
        }
    }

    /// How it is shown as a result: text and bytes in quotes, with everything unprintable escaped.
    pub fn show(&self) -> String {
        let mut out = String::new();
        // Of what is longer the rest is not shown: lists in lists may be more than there are atoms.
        self.show_in(&mut out, bounds::TEXT_MAX, 0);
        out
    }

    /// Put how it is shown at the end of that; of a list no more than makes it longer than `max` bytes.
    fn show_in(&self, out: &mut String, max: usize, depth: usize) {
        match self {
            Self::Text(s) => out.push_str(&text::quote_text(s)),
            Self::Bytes(b) => out.push_str(&text::quote_bytes(b)),
            Self::List(_) if depth > SHOWN_DEPTH => out.push_str("[...]"),
            Self::List(l) => {
                out.push('[');
                for (i, value) in l.items().iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    if out.len() > max {
                        return;
                    }
                    value.show_in(out, max, depth + 1);
                }
                out.push(']');
            }
            Self::Object(_) if depth > SHOWN_DEPTH => out.push_str("{...}"),
            Self::Object(o) => {
                out.push('{');
                for (i, (key, value)) in o.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    if out.len() > max {
                        return;
                    }
                    out.push_str(&text::quote_text(key));
                    out.push_str(": ");
                    value.show_in(out, max, depth + 1);
                }
                out.push('}');
            }
            Self::Handle(h) if depth > 0 => out.push_str(&h.short()),
            Self::Handle(h) => out.push_str(&h.summary()),
            other => out.push_str(&other.to_string()),
        }
    }

    /// The same, cut after that many characters; then it says how long it is.
    pub fn brief(&self, max: usize) -> String {
        // What is far too long is cut before it is escaped.
        let cut = |len: usize| len > 4 * max;
        let shown = match self {
            Self::Text(s) if cut(s.len()) => text::quote_text(&s.chars().take(max + 1).collect::<String>()),
            Self::Bytes(b) if cut(b.len()) => text::quote_bytes(&b[..=max]),
            other => {
                let mut out = String::new();
                other.show_in(&mut out, 4 * max, 0);
                out
            }
        };
        if shown.chars().count() <= max {
            return shown;
        }
        let size = match self {
            Self::Text(s) => format!(" ({} characters)", s.count()),
            Self::Bytes(b) => format!(" ({} bytes)", b.len()),
            Self::List(l) => format!(" ({} entries)", l.len()),
            _ => String::new(),
        };
        let mut left = max;
        let whole = fold::units(&shown).map_while(|(unit, _)| {
            left = left.checked_sub(unit.chars().count())?;
            Some(unit)
        });
        format!("{}...{size}", whole.collect::<String>())
    }
}

/// Lists deeper in lists than that are shown as `[...]`.
const SHOWN_DEPTH: usize = 100;

/// The text of a value: what `print` and `$name` inside other text make of it. Bytes that are not
/// UTF-8 come out as `\xNN`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(n) => write!(f, "{n}"),
            Self::Float(x) => f.write_str(&text::float(*x)),
            Self::Text(s) => f.write_str(s),
            Self::Bytes(b) => f.write_str(&text::escape_bytes(b)),
            Self::Addr(a) => write!(f, "{a}"),
            Self::List(_) | Self::Object(_) => f.write_str(&self.show()),
            Self::Handle(h) => f.write_str(&h.label()),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show())
    }
}

/// Python's `==`, with three widenings that a language of bare words needs: text and bytes compare by
/// their bytes, an address equals the text it is shown as, and so does a number or a truth value.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        use Value::{Addr, Bool, Bytes, Float, Handle, Int, List, None, Object, Text};
        match (self, other) {
            (None, None) => true,
            (Text(a), Text(b)) => a == b,
            (Bytes(a), Bytes(b)) => a == b,
            (Text(a), Bytes(b)) | (Bytes(b), Text(a)) => a.as_bytes() == &**b,
            (Int(a), Int(b)) => a == b,
            (Int(_) | Float(_) | Bool(_), Int(_) | Float(_) | Bool(_)) => self.number() == other.number(),
            (Addr(a), Addr(b)) => a == b,
            // The kernel's mark of an abstract name, and Python's.
            (Addr(self::Addr::Abstract(name)), raw @ (Text(_) | Bytes(_)))
            | (raw @ (Text(_) | Bytes(_)), Addr(self::Addr::Abstract(name)))
                if raw.wire().starts_with(&[0]) =>
            {
                raw.wire()[1..] == **name
            }
            (List(a), List(b)) => a.same(b),
            (Object(_), Object(_)) => list::equal(self.clone(), other.clone()),
            (Handle(a), Handle(b)) => Rc::ptr_eq(a, b),
            (Text(_) | Bytes(_), scalar @ (Addr(_) | Int(_) | Float(_) | Bool(_) | None))
            | (scalar @ (Addr(_) | Int(_) | Float(_) | Bool(_) | None), Text(_) | Bytes(_)) => {
                let text = if matches!(self, Text(_) | Bytes(_)) { self } else { other };
                *text.wire() == *scalar.wire()
            }
            _ => false,
        }
    }
}
