//! Expressions of `let`, `assert`, `if` and `while`: each operator is a word of its own.

use std::rc::Rc;

use super::{DEPTH_MAX, Error, Part, Source, Span, Word};

/// An operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Operator {
    Or,
    And,
    Not,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Negate,
}

impl Operator {
    /// The operators between two operands: how each is written and how tightly it binds.
    const BINARY: &[(&str, Operator, u8)] = &[
        ("or", Self::Or, 1),
        ("and", Self::And, 2),
        ("==", Self::Equal, 4),
        ("!=", Self::NotEqual, 4),
        ("<=", Self::LessEqual, 4),
        (">=", Self::GreaterEqual, 4),
        ("<", Self::Less, 4),
        (">", Self::Greater, 4),
        ("+", Self::Add, 5),
        ("-", Self::Subtract, 5),
        ("*", Self::Multiply, 6),
        ("//", Self::FloorDivide, 6),
        ("/", Self::Divide, 6),
        ("%", Self::Modulo, 6),
    ];

    /// How it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Not => "not",
            Self::Negate => "-",
            binary => Self::BINARY.iter().find(|(_, op, _)| *op == binary).map_or("?", |(s, ..)| s),
        }
    }

    /// How tightly it binds.
    pub(super) fn strength(self) -> u8 {
        match self {
            Self::Not => 3,
            Self::Negate => 7,
            binary => Self::BINARY.iter().find(|(_, op, _)| *op == binary).map_or(0, |(.., s)| *s),
        }
    }

    /// Whether it compares.
    pub fn compares(self) -> bool {
        self.strength() == 4
    }

    /// Whether an operator between two operands is written so.
    pub fn is_binary(text: &str) -> bool {
        Self::BINARY.iter().any(|(s, ..)| *s == text)
    }

    fn binary(word: &Word) -> Option<Self> {
        let bare = word.bare()?;
        Self::BINARY.iter().find(|(s, ..)| *s == bare).map(|(_, op, _)| *op)
    }
}

/// An expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expr {
    /// A word: a value as written, or names to insert.
    Word(Word),
    /// `not X`, `- X`.
    Unary(Operator, Box<Expr>),
    /// `X op Y`.
    Binary(Operator, Box<Expr>, Box<Expr>),
}

/// The expression that these words make. `after` is where it should begin, for the error when there are none.
pub(super) fn expression(source: &Rc<Source>, words: &[Word], after: Span) -> Result<Expr, Error> {
    let mut parser = Parser { source, words, at: 0, after, depth: 0 };
    let expr = parser.binary(0)?;
    match parser.words.get(parser.at) {
        None => Ok(expr),
        Some(word) => Err(parser.unexpected(word)),
    }
}

struct Parser<'a> {
    source: &'a Rc<Source>,
    words: &'a [Word],
    at: usize,
    after: Span,
    depth: usize,
}

impl Parser<'_> {
    fn unexpected(&self, word: &Word) -> Error {
        let error = Error::new(self.source, word.span, "an operator is missing before this word");
        match word.bare() {
            Some(")") => Error::new(self.source, word.span, "this `)` closes nothing"),
            Some("=") => error.note("to compare, write =="),
            Some(w) if w.starts_with('-') => error.note("operators are words of their own: $a - 1"),
            _ => {
                error.note("text of several words needs quotes; operators are + - * / // % == != < <= > >= and or not")
            }
        }
    }

    fn missing(&self) -> Error {
        let span = self.words.last().map_or(self.after, |w| w.span);
        let end = Span { column: span.column + span.length, length: 1, ..span };
        Error::new(self.source, end, "a value is missing here")
    }

    fn binary(&mut self, min: u8) -> Result<Expr, Error> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let span = self.words.get(self.at).map_or(self.after, |w| w.span);
            return Err(Error::new(self.source, span, format!("more than {DEPTH_MAX} levels of parentheses")));
        }
        let mut left = self.unary()?;
        while let Some(word) = self.words.get(self.at) {
            let Some(op) = Operator::binary(word) else { break };
            let strength = op.strength();
            if strength < min {
                break;
            }
            if op.compares() && matches!(&left, Expr::Binary(first, ..) if first.compares()) && !self.closed() {
                return Err(Error::new(self.source, word.span, "comparisons do not chain")
                    .note("compare two at a time: 0 < $n and $n < 5"));
            }
            self.at += 1;
            let right = self.binary(strength + 1)?;
            left = Expr::Binary(op, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Whether the operand just read ended with a parenthesis.
    fn closed(&self) -> bool {
        self.at > 0 && self.words[self.at - 1].is(")")
    }

    fn unary(&mut self) -> Result<Expr, Error> {
        let Some(word) = self.words.get(self.at) else { return Err(self.missing()) };
        self.at += 1;
        match word.bare() {
            Some("not") => Ok(Expr::Unary(Operator::Not, Box::new(self.binary(Operator::Not.strength())?))),
            Some("-") => Ok(Expr::Unary(Operator::Negate, Box::new(self.binary(Operator::Negate.strength())?))),
            Some("(") => {
                let inner = self.binary(0)?;
                match self.words.get(self.at) {
                    Some(close) if close.is(")") => {
                        self.at += 1;
                        Ok(inner)
                    }
                    _ => Err(Error::new(self.source, word.span, "this `(` is never closed")
                        .note("parentheses are words of their own: ( $a + 1 ) * 2")),
                }
            }
            Some(_) if Operator::binary(word).is_some() || word.is(")") || word.is("=") => {
                Err(Error::new(self.source, word.span, "a value is missing before this word")
                    .note("as text, an operator needs quotes"))
            }
            _ if is_glued(word) => Err(Error::new(self.source, word.span, "a parenthesis is stuck to this word")
                .note("parentheses are words of their own: ( $a + 1 ) * 2; as text, they need quotes")),
            _ => Ok(Expr::Word(word.clone())),
        }
    }
}

/// Whether a parenthesis is stuck to a word that has no quotes.
fn is_glued(word: &Word) -> bool {
    let edge = |part: Option<&Part>, of: fn(&[u8]) -> Option<&u8>, paren: u8| matches!(part, Some(Part::Literal(text)) if of(text) == Some(&paren));
    !word.quoted && (edge(word.parts.first(), <[u8]>::first, b'(') || edge(word.parts.last(), <[u8]>::last, b')'))
}
