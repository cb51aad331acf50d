//! Words that look like values: numbers, `none`, `on`, the names of constants.

use crate::linux::constants;
use crate::value::Value;

/// The value of a word of the program where nothing more is known about it: a number, `none`, `on`, `off`,
/// `true`, `false`, or the word itself.
pub(crate) fn word_value(word: &str) -> Value {
    match word {
        "none" | "None" => return Value::None,
        "on" | "true" | "True" => return Value::Bool(true),
        "off" | "false" | "False" => return Value::Bool(false),
        _ => {}
    }
    number(word).unwrap_or_else(|| Value::text(word))
}

/// The number a word looks like: `5`, `-5`, `0x10`, `2.5`, `1e3`.
pub(crate) fn number(word: &str) -> Option<Value> {
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let sign = if word.starts_with('-') { -1 } else { 1 };
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return i128::from_str_radix(hex, 16)
            .ok()
            .filter(|_| !hex.starts_with(['-', '+']))
            .map(|n| Value::Int(sign * n));
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        return digits.parse::<i128>().ok().map(|n| Value::Int(sign * n));
    }
    let float = digits.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
    word.parse().ok().filter(|_| float).map(Value::Float)
}

/// The number that one word is, or is the name of in any of the sets.
pub(crate) fn number_or_name(word: &str) -> Option<i128> {
    match number(word) {
        Some(Value::Int(n)) => Some(n),
        _ => constants::find_any(word).map(i128::from),
    }
}
