//! What operators make of values: Python's arithmetic, comparison and bits.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::lang::Operator;
use crate::linux::constants;
use crate::value::bounds::{self, ENTRIES_MAX, TEXT_MAX};
use crate::value::{Failure, Value};

/// Whether a comparison holds.
pub(super) fn compare(op: Operator, a: &Value, b: &Value) -> Result<bool, Failure> {
    match op {
        Operator::Equal => return Ok(a == b || is_constant(a, b)),
        Operator::NotEqual => return Ok(a != b && !is_constant(a, b)),
        _ => {}
    }
    let order = a.order(b);
    if order.is_none() && (a.number().is_none() || b.number().is_none()) {
        return Err(Failure::usage(format!("`{}` cannot compare {} with {}", op.as_str(), a.kind(), b.kind()))
            .note("int $x makes a number of text"));
    }
    Ok(is_order(op, order))
}

/// Whether that is the order that a comparison asks for.
#[inline]
pub(super) fn is_order(op: Operator, order: Option<Ordering>) -> bool {
    match op {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => order == Some(Ordering::Greater),
        _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// A sum or a product of whole numbers, unless it is too large; of usual ones what is divided, too.
#[inline]
pub(super) fn sum(op: Operator, x: i128, y: i128) -> Option<i128> {
    match op {
        Operator::Add => x.checked_add(y),
        Operator::Subtract => x.checked_sub(y),
        Operator::Multiply => x.checked_mul(y),
        Operator::FloorDivide | Operator::Modulo => {
            let (x, y) = (i64::try_from(x).ok()?, i64::try_from(y).ok().filter(|y| *y > 0)?);
            Some(if op == Operator::Modulo { x.rem_euclid(y) } else { x.div_euclid(y) }.into())
        }
        _ => None,
    }
}

/// Whether one is the other's name: of a constant and its number.
fn is_constant(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(name), Value::Int(n)) | (Value::Int(n), Value::Text(name)) => named(name) == Some(*n),
        (Value::Text(name), Value::Float(x)) | (Value::Float(x), Value::Text(name)) => {
            named(name).is_some_and(|n| Value::Int(n) == Value::Float(*x))
        }
        _ => false,
    }
}

/// The number of a constant.
fn named(name: &str) -> Option<i128> {
    constants::value(name).map(i128::from)
}

pub(super) fn arithmetic(op: Operator, a: &Value, b: &Value) -> Result<Value, Failure> {
    let whole = |v: &Value| match v {
        Value::Int(n) => Some(*n),
        Value::Bool(t) => Some(i128::from(*t)),
        // Events and flags come by their names.
        Value::Text(words) if is_bits(op) => constants::bits(words).map(i128::from),
        _ => None,
    };
    match (op, a, b) {
        (Operator::Multiply, text @ (Value::Text(_) | Value::Bytes(_)), Value::Int(n))
        | (Operator::Multiply, Value::Int(n), text @ (Value::Text(_) | Value::Bytes(_))) => return repeat(text, *n),
        (Operator::Add, Value::Text(_) | Value::Bytes(_), Value::Text(_) | Value::Bytes(_)) => return concat(a, b),
        (Operator::Add, Value::List(x), Value::List(y)) => {
            bounds::list(x.len() + y.len())?;
            return Ok(Value::list(x.items().iter().chain(y.items().iter()).cloned().collect()));
        }
        _ => {}
    }
    if let (Some(x), Some(y)) = (whole(a), whole(b))
        && op != Operator::Divide
    {
        let result = match op {
            op if is_bits(op) => {
                return bits(op, x, y, matches!((a, b), (Value::Bool(_), Value::Bool(_))));
            }
            Operator::Add | Operator::Subtract | Operator::Multiply => sum(op, x, y),
            _ if y == 0 => return Err(Failure::usage("division by zero")),
            // As in Python, towards minus infinity; the remainder has the divisor's sign.
            Operator::FloorDivide => x.checked_div(y).map(|q| q - i128::from(x % y != 0 && (x < 0) != (y < 0))),
            _ => x.checked_rem(y).map(|r| if r != 0 && (r < 0) != (y < 0) { r + y } else { r }),
        };
        return result.map(Value::Int).ok_or_else(|| Failure::usage("the number is too large"));
    }
    let (Some(x), Some(y)) = (a.number().filter(|_| !is_bits(op)), b.number()) else {
        if is_bits(op) {
            let kinds = [a, b].map(|v| if matches!(v, Value::Float(_)) { "a fraction" } else { v.kind() });
            return Err(Failure::usage(format!("`{}` does not go with {} and {}", op.as_str(), kinds[0], kinds[1]))
                .note("it takes whole numbers; int $x makes one of text"));
        }
        let constant = [a, b].into_iter().find(|v| matches!(v, Value::Text(name) if named(name).is_some()));
        let failure = Failure::usage(format!("`{}` does not go with {} and {}", op.as_str(), a.kind(), b.kind()));
        return Err(match constant {
            Some(name) => failure.note(format!("with a $ the name is the constant's number: ${name}")),
            None => failure.note("int $x makes a number of text; text is put together in one word: \"$a$b\""),
        });
    };
    if y == 0.0 && matches!(op, Operator::Divide | Operator::FloorDivide | Operator::Modulo) {
        return Err(Failure::usage("division by zero"));
    }
    Ok(Value::Float(match op {
        Operator::Add => x + y,
        Operator::Subtract => x - y,
        Operator::Multiply => x * y,
        Operator::Divide => x / y,
        Operator::FloorDivide => (x / y).floor(),
        _ => x - y * (x / y).floor(),
    }))
}

fn is_bits(op: Operator) -> bool {
    use Operator::{BitAnd, BitOr, BitXor, ShiftLeft, ShiftRight};
    matches!(op, BitAnd | BitOr | BitXor | ShiftLeft | ShiftRight)
}

pub(super) fn invert(value: &Value) -> Result<Value, Failure> {
    match value {
        Value::Int(n) => Ok(Value::Int(!n)),
        Value::Bool(t) => Ok(Value::Int(!i128::from(*t))),
        Value::Text(name) if let Some(n) = named(name) => Ok(Value::Int(!n)),
        other => Err(Failure::usage(format!("`~` does not go with {}", other.kind())).note("it takes whole numbers")),
    }
}

/// Python's operators of bits, for which a negative number has ones without end before it.
fn bits(op: Operator, x: i128, y: i128, truths: bool) -> Result<Value, Failure> {
    let shift = || match u32::try_from(y) {
        Ok(count) => Ok(count),
        Err(_) if y < 0 => Err(Failure::usage(format!("a shift is 0 or more, not {y}"))),
        Err(_) => Ok(u32::MAX),
    };
    let result = match op {
        Operator::BitAnd => x & y,
        Operator::BitOr => x | y,
        Operator::BitXor => x ^ y,
        Operator::ShiftRight => x >> shift()?.min(127),
        _ => {
            let count = shift()?;
            let shifted = x.checked_shl(count).filter(|n| n >> count == x);
            shifted.or((x == 0).then_some(0)).ok_or_else(|| Failure::usage("the number is too large"))?
        }
    };
    Ok(if truths && matches!(op, Operator::BitAnd | Operator::BitOr | Operator::BitXor) {
        Value::Bool(result != 0)
    } else {
        Value::Int(result)
    })
}

fn repeat(text: &Value, times: i128) -> Result<Value, Failure> {
    let unit = text.wire();
    let times = usize::try_from(times.max(0)).unwrap_or(usize::MAX);
    bounds::text(unit.len().saturating_mul(times))?;
    Ok(match text {
        Value::Text(s) => Value::Text(s.repeat(times).into()),
        _ => Value::Bytes(unit.repeat(times).into()),
    })
}

/// Whether `+` can put more at the end of it: nobody else has it, so that it need not be copied.
#[inline]
pub(super) fn can_grow(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.is_alone(),
        Value::Bytes(bytes) => bytes.is_alone(),
        Value::List(list) => Rc::strong_count(list) == 1,
        _ => false,
    }
}

/// Put these at its end, in order, where that is what `+` comes to. Says whether it did.
pub(super) fn grow(value: &mut Value, more: &[Value]) -> bool {
    let fits = |more: &Value| match value {
        Value::Bytes(_) => matches!(more, Value::Text(_) | Value::Bytes(_)),
        _ => std::mem::discriminant(more) == std::mem::discriminant(value),
    };
    let len = |value: &Value| if let Value::List(list) = value { list.len() } else { value.wire().len() };
    let max = if let Value::List(_) = value { ENTRIES_MAX } else { TEXT_MAX };
    if !can_grow(value) || !more.iter().all(fits) || len(value) + more.iter().map(len).sum::<usize>() > max {
        return false;
    }
    more.iter().all(|more| match (&mut *value, more) {
        (Value::Text(text), Value::Text(more)) => text.grow(more),
        (Value::Bytes(bytes), more) => bytes.grow(&more.wire()),
        (Value::List(list), Value::List(more)) => {
            list.extend(more);
            true
        }
        _ => false,
    })
}

fn concat(a: &Value, b: &Value) -> Result<Value, Failure> {
    let (x, y) = (a.wire(), b.wire());
    bounds::text(x.len() + y.len())?;
    let joined = [x, y].concat();
    match (a, b) {
        (Value::Text(_), Value::Text(_)) => Ok(Value::Text(String::from_utf8(joined).unwrap_or_default().into())),
        _ => Ok(Value::bytes(joined)),
    }
}
