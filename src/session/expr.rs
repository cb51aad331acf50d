//! What words and expressions come to.

use std::cmp::Ordering;
use std::rc::Rc;

use super::globals::Globals;
use crate::command::{Arg, Kind, address, kinds};
use crate::lang::Operator;
use crate::linux::constants;
use crate::program::{ArgCode, ExprCode, Operand, PickCode, Scope};
use crate::value::{Failure, List, Name, Value, text};

/// The longest text or bytes that `*` and `+` make, and words put together.
const TEXT_MAX: usize = 1 << 30;

impl Globals {
    #[inline]
    pub(super) fn operand(&self, scope: &Scope, operand: &Operand) -> Result<Value, Failure> {
        match operand {
            Operand::Const(value) => Ok(value.clone()),
            Operand::Slot(slot, name) => self.load(scope, *slot, name),
            made => self.made(scope, made),
        }
    }

    /// The value of a word that is neither a constant nor a name alone.
    fn made(&self, scope: &Scope, operand: &Operand) -> Result<Value, Failure> {
        match operand {
            Operand::Const(_) | Operand::Slot(..) => self.operand(scope, operand),
            // As in a shell, empty text is no value either.
            Operand::Default(slot, value) => match self.get(scope, *slot) {
                None => Ok(value.clone()),
                Some(Value::Text(text)) if text.is_empty() => Ok(value.clone()),
                Some(value) => Ok(value),
            },
            Operand::Picked(picked) => {
                let (slot, name, picks) = &**picked;
                picks.iter().try_fold(self.load(scope, *slot, name)?, |value, pick| self.pick(scope, &value, pick))
            }
            Operand::Join(pieces, bytes) => {
                let mut out = Vec::new();
                let mut bytes = *bytes;
                for piece in pieces {
                    let value = self.operand(scope, piece)?;
                    bytes |= matches!(value, Value::Bytes(_));
                    out.extend_from_slice(&value.wire());
                    if out.len() > TEXT_MAX {
                        return Err(too_long());
                    }
                }
                match String::from_utf8(out) {
                    Ok(text) if !bytes => Ok(Value::text(text)),
                    Ok(text) => Ok(Value::bytes(text)),
                    Err(e) => Ok(Value::bytes(e.into_bytes())),
                }
            }
        }
    }

    /// A part of a value.
    fn pick(&self, scope: &Scope, value: &Value, pick: &PickCode) -> Result<Value, Failure> {
        let place = |operand: &Operand| match self.operand(scope, operand)? {
            Value::Int(n) => Ok(n),
            other => Err(Failure::usage(format!("a place is a whole number, and this is {}", brief(&other)))),
        };
        match pick {
            PickCode::Key(key) => value.key(key),
            PickCode::Slice(from, to) => {
                value.slice(from.as_ref().map(place).transpose()?, to.as_ref().map(place).transpose()?)
            }
            PickCode::At(at) => match (value, self.operand(scope, at)?) {
                (Value::Object(_), Value::Text(key)) => value.key(&key),
                (_, Value::Int(n)) => value.at(n),
                _ => value.at(place(at)?),
            },
        }
    }

    /// Make a call's arguments. The failure says which word it is about.
    pub(super) fn args(&self, scope: &Scope, codes: &[ArgCode], args: &mut Vec<Arg>) -> Result<(), Failure> {
        for code in codes {
            match self.arg(scope, code) {
                Ok(arg) => args.push(arg),
                Err(failure) => return Err(failure.at(args.len())),
            }
        }
        Ok(())
    }

    #[inline]
    fn arg(&self, scope: &Scope, code: &ArgCode) -> Result<Arg, Failure> {
        match code {
            ArgCode::Const(Arg::Value(value)) => Ok(Arg::Value(value.clone())),
            ArgCode::Live(slot, name) | ArgCode::Fit(Kind::Data | Kind::Any, Operand::Slot(slot, name)) => {
                self.load(scope, *slot, name).map(Arg::Value)
            }
            other => self.fitted(scope, other),
        }
    }

    /// An argument that takes more than a look.
    fn fitted(&self, scope: &Scope, code: &ArgCode) -> Result<Arg, Failure> {
        match code {
            ArgCode::Const(Arg::Bad(failure)) => Err((**failure).clone()),
            ArgCode::Const(arg) => Ok(arg.clone()),
            ArgCode::Live(slot, name) => self.load(scope, *slot, name).map(Arg::Value),
            ArgCode::Fit(Kind::Data | Kind::Any | Kind::OptionValue, operand) => {
                self.operand(scope, operand).map(Arg::Value)
            }
            ArgCode::Fit(kind, operand) => kinds::fit(*kind, self.operand(scope, operand)?),
            ArgCode::HostPort(host, port) => {
                address::host_port(&self.operand(scope, host)?, &self.operand(scope, port)?)
            }
            ArgCode::Leveled(level, option) => {
                kinds::fit_leveled(&self.operand(scope, level)?, &self.operand(scope, option)?)
            }
            ArgCode::Pair(key, operand) => Ok(Arg::Pair(key.clone(), self.operand(scope, operand)?)),
            ArgCode::Lives(names) => {
                let values = names.iter().map(|(slot, name, events)| {
                    let value = self.load(scope, *slot, name)?;
                    Ok::<_, Failure>(match events {
                        Some(events) => Value::list(vec![value, events.clone()]),
                        None => value,
                    })
                });
                Ok(Arg::Value(Value::list(values.collect::<Result<_, _>>()?)))
            }
        }
    }

    pub(super) fn eval(&self, scope: &Scope, expr: &ExprCode) -> Result<Value, Failure> {
        match expr {
            ExprCode::Word(operand) => self.operand(scope, operand),
            ExprCode::Unary(Operator::Not, _) => self.holds(scope, expr).map(Value::Bool),
            ExprCode::Unary(Operator::Invert, inner) => invert(&self.eval(scope, inner)?),
            ExprCode::Unary(_, inner) => arithmetic(Operator::Subtract, &Value::Int(0), &self.eval(scope, inner)?),
            ExprCode::Binary(op @ (Operator::And | Operator::Or), a, b) => {
                let a = self.eval(scope, a)?;
                if a.truth() == (*op == Operator::Or) { Ok(a) } else { self.eval(scope, b) }
            }
            ExprCode::Binary(op, ..) if op.compares() => self.holds(scope, expr).map(Value::Bool),
            ExprCode::Binary(op, a, b) => {
                if let (Some(x), Some(y)) = (self.whole(scope, a), self.whole(scope, b))
                    && let Some(sum) = sum(*op, x, y)
                {
                    return Ok(Value::Int(sum));
                }
                arithmetic(*op, &self.eval(scope, a)?, &self.eval(scope, b)?)
            }
        }
    }

    /// Whether a condition holds.
    pub(super) fn holds(&self, scope: &Scope, expr: &ExprCode) -> Result<bool, Failure> {
        match expr {
            ExprCode::Unary(Operator::Not, inner) => Ok(!self.holds(scope, inner)?),
            ExprCode::Binary(op, a, b) if op.compares() => {
                if let (Some(x), Some(y)) = (self.whole(scope, a), self.whole(scope, b)) {
                    return Ok(is_order(*op, Some(x.cmp(&y))));
                }
                compare(*op, &self.eval(scope, a)?, &self.eval(scope, b)?)
            }
            _ => Ok(self.eval(scope, expr)?.truth()),
        }
    }

    /// The whole number that a word is, where no more than a look tells.
    #[inline]
    fn whole(&self, scope: &Scope, expr: &ExprCode) -> Option<i128> {
        let whole = |value: &Value| if let Value::Int(n) = value { Some(*n) } else { None };
        match expr {
            ExprCode::Word(Operand::Const(value)) => whole(value),
            ExprCode::Word(Operand::Slot(slot, _)) => self.look(scope, *slot, whole)?,
            _ => None,
        }
    }

    /// What `print` prints.
    pub(super) fn printed(&self, scope: &Scope, words: &[Operand]) -> Result<String, Failure> {
        let mut out = String::new();
        for (i, word) in words.iter().enumerate() {
            if i > 0 {
                out.push(' ');
            }
            // Bytes come out escaped; text keeps its line ends, and nothing a terminal could obey.
            match self.operand(scope, word)? {
                Value::Text(s) => out.push_str(&text::printable(&s)),
                other => out.push_str(&other.to_string()),
            }
        }
        Ok(out)
    }

    /// What `for` walks over.
    pub(super) fn walk(&self, scope: &Scope, operands: &[Operand]) -> Result<Rc<List>, Failure> {
        if let [only] = operands
            && let Value::List(list) = self.operand(scope, only)?
        {
            return Ok(list);
        }
        operands
            .iter()
            .map(|o| self.operand(scope, o))
            .collect::<Result<Vec<_>, _>>()
            .map(|all| Rc::new(List::new(all)))
    }

    /// Whether an assertion holds; if not, with both sides' values.
    pub(super) fn assert(&self, scope: &Scope, expr: &ExprCode) -> Result<(), Failure> {
        if let ExprCode::Binary(op, a, b) = expr
            && op.compares()
        {
            let (a, b) = (self.eval(scope, a)?, self.eval(scope, b)?);
            if compare(*op, &a, &b)? {
                return Ok(());
            }
            let failure =
                Failure::with(Name::Assert, format!("{} {} {} does not hold", brief(&a), op.as_str(), brief(&b)));
            let kinds = (a.kind(), b.kind());
            return Err(if kinds.0 == kinds.1 {
                failure
            } else {
                failure.note(format!("left is {}, right is {}", kinds.0, kinds.1))
            });
        }
        let value = self.eval(scope, expr)?;
        if value.truth() { Ok(()) } else { Err(Failure::with(Name::Assert, format!("{} is not true", brief(&value)))) }
    }
}

/// The longest a value is in a message.
const BRIEF: usize = 80;

/// A value for a message, cut when it is long.
pub(super) fn brief(value: &Value) -> String {
    value.brief(BRIEF)
}

fn too_long() -> Failure {
    Failure::usage(format!("the result would be longer than {TEXT_MAX} bytes"))
}

fn compare(op: Operator, a: &Value, b: &Value) -> Result<bool, Failure> {
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
fn is_order(op: Operator, order: Option<Ordering>) -> bool {
    match op {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => order == Some(Ordering::Greater),
        _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// A sum or a product of whole numbers, unless it is too large.
#[inline]
fn sum(op: Operator, x: i128, y: i128) -> Option<i128> {
    match op {
        Operator::Add => x.checked_add(y),
        Operator::Subtract => x.checked_sub(y),
        Operator::Multiply => x.checked_mul(y),
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

fn arithmetic(op: Operator, a: &Value, b: &Value) -> Result<Value, Failure> {
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

fn invert(value: &Value) -> Result<Value, Failure> {
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
    if unit.len().saturating_mul(times) > TEXT_MAX {
        return Err(too_long());
    }
    Ok(match text {
        Value::Text(s) => Value::text(s.repeat(times)),
        _ => Value::bytes(unit.repeat(times)),
    })
}

fn concat(a: &Value, b: &Value) -> Result<Value, Failure> {
    let joined = [a.wire(), b.wire()].concat();
    if joined.len() > TEXT_MAX {
        return Err(too_long());
    }
    match (a, b) {
        (Value::Text(_), Value::Text(_)) => Ok(Value::text(String::from_utf8(joined).unwrap_or_default())),
        _ => Ok(Value::bytes(joined)),
    }
}

/// How often a `repeat` goes round.
pub(super) fn count(value: &Value) -> Result<u64, Failure> {
    let whole = match value {
        Value::Int(n) => Some(*n),
        Value::Text(s) => match kinds::number(s) {
            Some(Value::Int(n)) => Some(n),
            _ => None,
        },
        _ => None,
    };
    let n =
        whole.ok_or_else(|| Failure::usage(format!("repeat takes a whole number, and this is {}", value.show())))?;
    u64::try_from(n.max(0)).map_err(|_| Failure::usage("the number is too large"))
}
