//! The arguments of a call, as its effect reads them.
//!
//! Words were fitted to the parameters before the call ([`kinds`](super::kinds)); what is left to check here is
//! what only a value can tell: that a name holds a socket, that a number is in range.

use std::borrow::Cow;
use std::rc::Rc;

use crate::linux::options::OptRef;
use crate::value::{Addr, Failure, Value};
use crate::world::{File, Given, Host, Socket};

/// One argument.
#[derive(Clone, Debug)]
pub enum Arg {
    /// The optional parameter was left out.
    Absent,
    /// A value.
    Value(Value),
    /// A socket option by level and number.
    Opt(OptRef),
    /// The level of the option in the next place, where a name's value told that.
    Level(Box<Value>),
    /// A host still to be looked up, and a port.
    Host(Rc<str>, u16),
    /// Two numbers, of which the second is no port: only some families have such an address.
    Numbers(u32, u32),
    /// The wildcard address of whatever family the socket has, and a port.
    Wildcard(u16),
    /// `KEY=VALUE`.
    Pair(Box<(Rc<str>, Value)>),
    /// A word that does not fit its parameter; the call fails with it when it is made.
    Bad(Box<Failure>),
}

impl Arg {
    /// The value it is; none when it is something else.
    #[inline]
    pub fn value(&self) -> &Value {
        match self {
            Self::Value(value) => value,
            _ => &Value::None,
        }
    }
}

impl From<Arg> for Given {
    fn from(arg: Arg) -> Self {
        match arg {
            Arg::Pair(pair) => Self { key: Some(pair.0), value: pair.1 },
            Arg::Value(value) => Self { key: None, value },
            _ => Self { key: None, value: Value::None },
        }
    }
}

/// The arguments of one call, in the order of its parameters, the rest words last.
#[derive(Debug, Default)]
pub struct Args(pub Vec<Arg>);

impl Args {
    /// Whether that parameter was given.
    #[inline]
    pub fn has(&self, i: usize) -> bool {
        !matches!(self.arg(i), Arg::Absent)
    }

    /// The argument in that place.
    #[inline]
    pub fn arg(&self, i: usize) -> &Arg {
        self.0.get(i).unwrap_or(&Arg::Absent)
    }

    /// The value in that place; none when it was left out.
    #[inline]
    pub fn value(&self, i: usize) -> &Value {
        self.arg(i).value()
    }

    /// The same, taken out.
    #[inline]
    pub fn take(&mut self, i: usize) -> Value {
        match self.0.get_mut(i).map(|a| std::mem::replace(a, Arg::Absent)) {
            Some(Arg::Value(v)) => v,
            _ => Value::None,
        }
    }

    /// The arguments from that place on.
    #[inline]
    pub fn rest(&self, i: usize) -> &[Arg] {
        self.0.get(i..).unwrap_or_default()
    }

    /// The values from that place on.
    pub fn rest_values(&self, i: usize) -> Vec<Value> {
        self.rest(i).iter().filter_map(|a| if let Arg::Value(v) = a { Some(v.clone()) } else { None }).collect()
    }

    /// The socket in that place, to be looked at.
    #[inline]
    pub fn socket_ref(&self, i: usize) -> Result<&Socket, Failure> {
        let value = self.value(i);
        value.downcast().ok_or_else(|| expected(i, "a socket", value))
    }

    /// The socket in that place, to be kept.
    #[inline]
    pub fn socket(&self, i: usize) -> Result<Rc<Socket>, Failure> {
        let value = self.value(i);
        value.downcast_rc().ok_or_else(|| expected(i, "a socket", value))
    }

    /// The host in that place, if one was given.
    pub fn host(&self, i: usize) -> Result<Option<Rc<Host>>, Failure> {
        let value = self.value(i);
        let wrong = || expected(i, "a host", value);
        if self.has(i) { value.downcast_rc().map(Some).ok_or_else(wrong) } else { Ok(None) }
    }

    /// The file in that place.
    pub fn file(&self, i: usize) -> Result<Rc<File>, Failure> {
        let value = self.value(i);
        value.downcast_rc().ok_or_else(|| expected(i, "a file", value))
    }

    /// The whole number in that place.
    #[inline]
    pub fn int(&self, i: usize) -> Result<i128, Failure> {
        match self.value(i) {
            Value::Int(n) => Ok(*n),
            Value::Bool(b) => Ok(i128::from(*b)),
            other => Err(expected(i, "a whole number", other)),
        }
    }

    /// A whole number of C's `int`, or the default when it was left out.
    #[inline]
    pub fn int32_or(&self, i: usize, default: i32) -> Result<i32, Failure> {
        if self.has(i) { self.int32(i) } else { Ok(default) }
    }

    fn int32(&self, i: usize) -> Result<i32, Failure> {
        let n = self.int(i)?;
        i32::try_from(n)
            .map_err(|_| Failure::usage(format!("{n} does not fit a C int (-2147483648 to 2147483647)")).at(i))
    }

    /// A size: a whole number from 0.
    #[inline]
    pub fn size(&self, i: usize) -> Result<usize, Failure> {
        let n = self.int(i)?;
        usize::try_from(n).map_err(|_| Failure::usage(format!("a size is 0 or more, not {n}")).at(i))
    }

    /// Flags, 0 when left out.
    #[inline]
    pub fn flags(&self, i: usize) -> Result<i32, Failure> {
        self.int32_or(i, 0)
    }

    /// The bytes to send of the argument in that place.
    pub fn data(&self, i: usize) -> Cow<'_, [u8]> {
        self.value(i).wire()
    }

    /// The text in that place, for what C takes: without a zero in it.
    pub fn c_text(&self, i: usize) -> Result<Cow<'_, str>, Failure> {
        let text = self.text(i)?;
        if text.contains('\0') { Err(Failure::usage("a name has no zero byte").at(i)) } else { Ok(text) }
    }

    /// The text in that place: numbers as they are shown; bytes and the names in addresses must be UTF-8.
    pub fn text(&self, i: usize) -> Result<Cow<'_, str>, Failure> {
        let value = self.value(i);
        if let Value::Text(text) = value {
            return Ok(Cow::Borrowed(text));
        }
        let text = match value.wire() {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        };
        text.ok_or_else(|| {
            Failure::usage("text is needed here, and these bytes are not UTF-8: decode them first").at(i)
        })
    }

    /// Seconds; `None` for `none`.
    pub fn seconds(&self, i: usize) -> Result<Option<f64>, Failure> {
        let value = self.value(i);
        match value {
            Value::None => Ok(None),
            _ => value.number().map(Some).ok_or_else(|| expected(i, "seconds", value)),
        }
    }

    /// A switch.
    pub fn on(&self, i: usize) -> bool {
        self.value(i).truth()
    }

    /// The socket option in that place.
    pub fn option(&self, i: usize) -> Result<OptRef, Failure> {
        match self.0.get(i) {
            Some(Arg::Opt(o)) => Ok(*o),
            _ => Err(expected(i, "a socket option", self.value(i))),
        }
    }

    /// The address in that place, when it needs no look-up.
    #[inline]
    pub fn addr(&self, i: usize) -> Option<&Addr> {
        match self.arg(i) {
            Arg::Value(Value::Addr(a)) => Some(a),
            _ => None,
        }
    }
}

/// The failure of an argument that is the wrong kind of value.
#[cold]
pub(crate) fn expected(i: usize, what: &str, got: &Value) -> Failure {
    Failure::usage(format!("{what} is needed here, and this is {}", got.kind())).at(i)
}
