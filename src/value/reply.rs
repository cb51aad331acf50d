//! What a call gives back: nothing, one value, or several in the documented order.

use super::Value;

/// The result of a call that went well.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Reply {
    /// Nothing, as `bind` does.
    #[default]
    Nothing,
    /// One value.
    One(Value),
    /// Two values, as `accept` and `recvfrom` give: kept apart from the rest since they are the common case.
    Two(Value, Value),
    /// More.
    Many(Vec<Value>),
}

impl Reply {
    /// The values in order.
    pub fn into_values(self) -> Vec<Value> {
        match self {
            Self::Nothing => Vec::new(),
            Self::One(a) => vec![a],
            Self::Two(a, b) => vec![a, b],
            Self::Many(all) => all,
        }
    }

    /// The reply to be kept, unless it is nothing.
    pub fn kept(self) -> Option<Box<Self>> {
        (self != Self::Nothing).then(|| Box::new(self))
    }

    /// The reply as a single value, as one name takes it: none, the value, or a list of them.
    pub fn into_value(self) -> Value {
        match self {
            Self::Nothing => Value::None,
            Self::One(a) => a,
            more => Value::list(more.into_values()),
        }
    }
}

impl From<Vec<Value>> for Reply {
    fn from(mut values: Vec<Value>) -> Self {
        match values.len() {
            0 => Self::Nothing,
            1 => Self::One(values.remove(0)),
            _ => Self::Many(values),
        }
    }
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self::One(value)
    }
}
