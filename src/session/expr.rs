//! What words and expressions come to.

use std::rc::Rc;

use super::globals::Globals;
use super::reckon::{arithmetic, can_grow, compare, grow, invert, is_order, sum};
use crate::command::{Arg, Kind, address, kinds};
use crate::lang::{Operator, Span};
use crate::program::{ArgCode, ExprCode, Operand, PickCode, Scope, Slot};
use crate::value::{Failure, List, Name, Reply, Value, bounds, text};
use crate::world::Given;

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
            Operand::Default(default) => match self.get(scope, default.0) {
                Some(Value::Text(text)) if text.is_empty() => Ok(default.1.clone()),
                found => Ok(found.unwrap_or_else(|| default.1.clone())),
            },
            Operand::Picked(picked) => {
                let (slot, name, picks) = &**picked;
                picks.iter().try_fold(self.load(scope, *slot, name)?, |value, pick| self.pick(scope, &value, pick))
            }
            Operand::Join(pieces, bytes) => self.join(scope, pieces, *bytes),
        }
    }

    /// Pieces put together; bytes when a piece is.
    fn join(&self, scope: &Scope, pieces: &[Operand], mut bytes: bool) -> Result<Value, Failure> {
        let mut out = Vec::new();
        for piece in pieces {
            let value = self.operand(scope, piece)?;
            bytes |= matches!(value, Value::Bytes(_));
            bounds::extend(&mut out, &value.wire())?;
        }
        match String::from_utf8(out) {
            Ok(text) if !bytes => Ok(Value::Text(text.into())),
            Ok(text) => Ok(Value::bytes(text)),
            Err(e) => Ok(Value::Bytes(e.into_bytes().into())),
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
    pub(super) fn args(&self, scope: &Scope, codes: &[(ArgCode, Span)], args: &mut Vec<Arg>) -> Result<(), Failure> {
        for (code, _) in codes {
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
            ArgCode::Const(Arg::Value(value)) => Ok(Arg::Value(value.share())),
            ArgCode::Live(slot, name) | ArgCode::Fit(Kind::Data | Kind::Any, Operand::Slot(slot, name)) => {
                self.load(scope, *slot, name).map(Arg::Value)
            }
            other => self.fitted(scope, other),
        }
    }

    /// An argument of a def.
    #[inline]
    pub(super) fn given(&self, scope: &Scope, code: &ArgCode) -> Result<Given, Failure> {
        match code {
            ArgCode::Fit(_, operand) => self.operand(scope, operand).map(|value| Given { key: None, value }),
            other => self.fitted(scope, other).map(Given::from),
        }
    }

    /// What a def returns.
    #[inline]
    pub(super) fn returned(&self, scope: &Scope, operands: &[Operand]) -> Result<Reply, Failure> {
        match operands {
            [one] => Ok(Reply::One(self.operand(scope, one)?)),
            more => Ok(more.iter().map(|o| self.operand(scope, o)).collect::<Result<Vec<_>, _>>()?.into()),
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
            ArgCode::Fit(Kind::Option, operand) => kinds::fit_option_or_level(self.operand(scope, operand)?),
            ArgCode::Fit(kind, operand) => kinds::fit(*kind, self.operand(scope, operand)?),
            ArgCode::HostPort(two) => address::host_port(&self.operand(scope, &two.0)?, &self.operand(scope, &two.1)?),
            ArgCode::Leveled(two) => kinds::fit_leveled(&self.operand(scope, &two.0)?, &self.operand(scope, &two.1)?),
            ArgCode::Pair(pair) => Ok(Arg::Pair(Box::new((pair.0.clone(), self.operand(scope, &pair.1)?)))),
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

    /// Give a name what an expression comes to.
    #[inline]
    pub(super) fn assign(&self, scope: &Scope, slot: Slot, expr: &ExprCode) -> Result<(), Failure> {
        if let ExprCode::Binary(Operator::Add, ..) | ExprCode::Word(Operand::Join(..)) = expr
            && self.look(scope, slot, can_grow) == Some(true)
            && self.extends(scope, slot, expr)?
        {
            return Ok(());
        }
        self.store(scope, slot, self.eval(scope, expr)?);
        Ok(())
    }

    /// Put more at the end of what a name has, where the expression comes to that. Says whether it did.
    fn extends(&self, scope: &Scope, slot: Slot, expr: &ExprCode) -> Result<bool, Failure> {
        let mut more = Vec::new();
        Ok(self.more(scope, slot, expr, &mut more)?
            && self.change(scope, slot, |value| grow(value, &more)) == Some(true))
    }

    /// What an expression puts at the end of what a name has: `$t + "x"`, `"${t}x"`. Says whether it begins with that name.
    fn more(&self, scope: &Scope, slot: Slot, expr: &ExprCode, found: &mut Vec<Value>) -> Result<bool, Failure> {
        let own = |operand: &Operand| matches!(operand, Operand::Slot(own, _) if *own == slot);
        match expr {
            ExprCode::Word(Operand::Join(pieces, bytes))
                if let [first, rest @ ..] = &**pieces
                    && own(first) =>
            {
                found.push(self.join(scope, rest, *bytes)?);
            }
            ExprCode::Word(word) => return Ok(own(word)),
            ExprCode::Binary(Operator::Add, sum, last) if self.more(scope, slot, sum, found)? => {
                found.push(self.eval(scope, last)?);
            }
            _ => return Ok(false),
        }
        Ok(true)
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

    /// What `print` prints, and the values that it is made of.
    pub(super) fn printed(&self, scope: &Scope, words: &[Operand]) -> Result<(String, Vec<Value>), Failure> {
        let values = words.iter().map(|word| self.operand(scope, word)).collect::<Result<Vec<_>, _>>()?;
        let mut out = String::new();
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                out.push(' ');
            }
            // Bytes come out escaped; text keeps its line ends, and nothing a terminal could obey.
            match value {
                Value::Text(s) => out.push_str(&text::printable(s)),
                other => out.push_str(&other.to_string()),
            }
        }
        // What is longer may have been left off in between.
        if out.len() >= bounds::PIECE {
            bounds::look()?;
        }
        Ok((out, values))
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
