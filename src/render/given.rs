//! What a shown value is, told by the line that gave it: by its call, and by what the line inserts.

use super::rules::Chosen;
use crate::command;
use crate::lang::is_name;
use crate::program::SHOW;
use crate::value::{Holds, Value, text};

/// Whether a call's result is a number that nobody chose.
pub(super) fn counts(call: &str) -> bool {
    command::find(call).is_some_and(|c| c.gives(Holds::Count) || c.gives(Holds::Errno))
}

/// Whether it is no call that gave a result: the line has the value in it.
pub(super) fn is_value(call: &str) -> bool {
    call == "let" || call == SHOW
}

/// Whether a line that gives a value takes it from a name.
pub(super) fn is_inserted(statement: &str) -> bool {
    statement.contains('$') || is_name(statement.trim())
}

/// A value's text; a number's without its sign, and that of bytes without its quotes, which are no part of what is looked
/// for.
pub(super) fn unsigned(value: &Value) -> String {
    if let Value::Bytes(bytes) = value {
        let quoted = text::quote_bytes(bytes);
        return quoted.get(2..quoted.len() - 1).unwrap_or_default().to_string();
    }
    let text = value.to_string();
    if value.number().is_some() { text.trim_start_matches('-').to_string() } else { text }
}

/// What a number reckoned from an inserted one is: a time from a time, a port from a port, and so on; and what is made of
/// bytes by chance is by chance.
pub(super) fn reckoned(
    call: &str,
    holds: Option<Holds>,
    value: &Value,
    text: &str,
    inserted: &[(String, Chosen)],
) -> Option<Chosen> {
    let has = |kind| inserted.iter().any(|(_, k)| *k == kind);
    let same = inserted.iter().find(|(t, _)| t == text).map(|(_, kind)| *kind);
    match value {
        _ if same.is_some() => same,
        Value::Text(_) | Value::Bytes(_) if has(Chosen::Random) => Some(Chosen::Random),
        Value::Float(_) if is_value(call) && has(Chosen::Time) => Some(Chosen::Time),
        Value::Int(_) if holds == Some(Holds::Reckoned) && has(Chosen::Time) => Some(Chosen::Time),
        Value::Int(_) if is_value(call) || holds == Some(Holds::Reckoned) => {
            inserted.iter().map(|(_, kind)| *kind).find(|kind| *kind != Chosen::Time && *kind != Chosen::Host)
        }
        _ => None,
    }
}
