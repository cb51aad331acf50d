//! Python's values as words and expressions of sockpit. What is a call there gets a line of its own here, and a name.

use super::call::constant;
use super::text::{has_stringed, is_textual, quote, quote_bytes, without, word};
use super::tree::Tree;
use super::writer::{Told, Writer, named};

/// How tightly sockpit's operators bind, as far as both languages have them.
const STRENGTHS: &[(&str, u8)] = &[
    ("or", 1),
    ("and", 2),
    ("==", 4),
    ("!=", 4),
    ("<=", 4),
    (">=", 4),
    ("<", 4),
    (">", 4),
    ("|", 5),
    ("^", 6),
    ("&", 7),
    ("<<", 8),
    (">>", 8),
    ("+", 9),
    ("-", 9),
    ("*", 10),
    ("/", 10),
    ("//", 10),
    ("%", 10),
];
/// The attributes of a socket, which are parts of it here.
const PARTS: &[&str] = &["family", "type", "proto", "timeout"];
const NOT: u8 = 3;
const NEGATE: u8 = 11;
const COMPARES: u8 = 4;

fn strength(op: &str) -> Option<u8> {
    STRENGTHS.iter().find(|(name, _)| *name == op).map(|(_, strength)| *strength)
}

impl Writer<'_> {
    /// A value as one word. What needs a line of its own is written before.
    pub(super) fn operand(&mut self, tree: &Tree) -> Told<String> {
        match tree {
            Tree::Name(name) => Ok(match name.as_str() {
                "True" => "true".into(),
                "False" => "false".into(),
                "None" => "none".into(),
                _ if constant(tree).is_some() => name.clone(),
                _ => format!("${}", named(name)),
            }),
            Tree::Number(number) => Ok(number.clone()),
            Tree::Text(text) => Ok(quote(text)),
            Tree::Bytes(bytes) => Ok(quote_bytes(bytes)),
            Tree::Attr(..) if constant(tree).is_some() => Ok(constant(tree).unwrap_or_default()),
            // What a socket says of itself.
            Tree::Attr(of, part) if PARTS.contains(&part.as_str()) && of.name().is_some_and(|name| name != "self") => {
                Ok(format!("${{{}.{part}}}", self.held(of)?))
            }
            Tree::Other(what) => Err((*what).into()),
            _ if is_textual(tree) => {
                let pieces = self.pieces(tree)?;
                Ok(word(&pieces))
            }
            Tree::Unary(..) | Tree::Binary(..) => {
                let text = self.expression(tree, 0)?;
                let name = self.fresh("value");
                self.line(&format!("let {name} = {text}"));
                Ok(format!("${name}"))
            }
            _ => self.held(tree).map(|name| format!("${name}")),
        }
    }

    /// What goes beside a message: tuples of level, type and data become lists.
    pub(super) fn ancillary(&mut self, entries: &[Tree]) -> Told<String> {
        let mut names = Vec::new();
        for one in entries {
            let Tree::Tuple(parts) = one else {
                names.push(self.operand(one)?);
                continue;
            };
            let [level, kind, data] = &parts[..] else { return Err("this ancillary data".into()) };
            let data = match data.function() {
                Some(("array", [_, values])) => match &values.value {
                    Tree::List(fds) => {
                        let one = |fd: &Tree| match fd {
                            Tree::Number(number) => Ok(number.clone()),
                            other => self.descriptor(other).map(|name| format!("${name}")),
                        };
                        let all = fds.iter().map(one).collect::<Told<Vec<_>>>()?;
                        let name = self.fresh("several");
                        self.line(&format!("{name} = list {}", all.join(" ")));
                        format!("${name}")
                    }
                    other => self.operand(other)?,
                },
                _ => self.operand(data)?,
            };
            let words = format!("{} {} {data}", self.constant(level)?, self.constant(kind)?);
            let name = self.fresh("entry");
            self.line(&format!("{name} = list {words}"));
            names.push(format!("${name}"));
        }
        if let [one] = &names[..] {
            return Ok(one.clone());
        }
        let name = self.fresh("anc");
        self.line(&format!("{name} = list {}", names.join(" ")));
        Ok(format!("${name}"))
    }

    /// The name of what a call gives: the name itself, or a new one.
    pub(super) fn held(&mut self, tree: &Tree) -> Told<String> {
        if let Tree::Name(name) = tree {
            return Ok(named(name));
        }
        let (line, result) = self.call(tree)?;
        let Some(result) = result else { return Err("a call that gives nothing, within another,".into()) };
        let name = self.fresh(result);
        self.line(&format!("{name} = {line}"));
        Ok(name)
    }

    /// A value as an expression of `let`, `if` and `while`.
    pub(super) fn expression(&mut self, tree: &Tree, least: u8) -> Told<String> {
        let (text, strength) = match tree {
            Tree::Unary("not", of) => (format!("not {}", self.expression(of, NOT)?), NOT),
            Tree::Unary(op, of) => (format!("{op} {}", self.expression(of, NEGATE)?), NEGATE),
            // Text that is put together with a number stands in one word.
            Tree::Binary("+", ..) if is_textual(tree) && has_stringed(tree) => (self.operand(tree)?, u8::MAX),
            Tree::Binary("%", ..) if is_textual(tree) => (self.operand(tree)?, u8::MAX),
            Tree::Binary(op, a, b) => {
                let Some(strength) = strength(op) else {
                    return match *op {
                        "in" => self.held(tree).map(|name| format!("${name}")),
                        "not in" => {
                            let inner = Tree::Binary("in", a.clone(), b.clone());
                            self.held(&inner).map(|name| format!("not ${name}"))
                        }
                        _ => Err(format!("`{op}`")),
                    };
                };
                let compares = strength == COMPARES;
                let left = self.side(op, a, strength + u8::from(compares))?;
                (format!("{left} {op} {}", self.side(op, b, strength + 1)?), strength)
            }
            _ => (self.operand(tree)?, u8::MAX),
        };
        Ok(if strength < least { format!("( {text} )") } else { text })
    }
}

impl Writer<'_> {
    /// A side of an operator. A constant's name is text: those of bits and `==` know what it stands for, the others reckon
    /// with its number.
    fn side(&mut self, op: &str, tree: &Tree, least: u8) -> Told<String> {
        match constant(tree) {
            Some(name) if is_arithmetic(op) => Ok(format!("${name}")),
            _ if strength(op) == Some(COMPARES) => self.expression(&compared(tree), least),
            _ => self.expression(tree, least),
        }
    }
}

fn is_arithmetic(op: &str) -> bool {
    matches!(op, "+" | "-" | "*" | "/" | "//" | "%" | "<" | ">" | "<=" | ">=")
}

/// A side of a comparison: bytes and text compare by their bytes.
fn compared(tree: &Tree) -> Tree {
    match without(without(tree, "decode"), "encode") {
        Tree::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Tree::Text(text.into()),
            Err(_) => tree.clone(),
        },
        other => other.clone(),
    }
}
