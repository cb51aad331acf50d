//! Expressions of `let`, `assert`, `if` and `while`: each operator is a word of its own.

use std::rc::Rc;

use super::error::stretch;
use super::{DEPTH_MAX, Error, Part, Source, Span, Word, foreign};

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
    BitOr,
    BitXor,
    BitAnd,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Negate,
    Invert,
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
        ("|", Self::BitOr, 5),
        ("^", Self::BitXor, 6),
        ("&", Self::BitAnd, 7),
        ("<<", Self::ShiftLeft, 8),
        (">>", Self::ShiftRight, 8),
        ("+", Self::Add, 9),
        ("-", Self::Subtract, 9),
        ("*", Self::Multiply, 10),
        ("//", Self::FloorDivide, 10),
        ("/", Self::Divide, 10),
        ("%", Self::Modulo, 10),
    ];
    /// The operators before an operand, likewise.
    const UNARY: &[(&str, Operator, u8)] = &[("not", Self::Not, 3), ("-", Self::Negate, 11), ("~", Self::Invert, 11)];

    fn row(self) -> Option<&'static (&'static str, Self, u8)> {
        Self::BINARY.iter().chain(Self::UNARY).find(|(_, op, _)| *op == self)
    }

    /// Every operator as it is written, and how tightly it binds; those before an operand last.
    pub fn all() -> impl Iterator<Item = (&'static str, u8)> {
        Self::BINARY.iter().chain(Self::UNARY).map(|(text, _, strength)| (*text, *strength))
    }

    /// How it is written.
    pub fn as_str(self) -> &'static str {
        self.row().map_or("?", |(text, ..)| text)
    }

    /// How tightly it binds.
    pub(super) fn strength(self) -> u8 {
        self.row().map_or(0, |(.., strength)| *strength)
    }

    /// Whether it compares.
    #[inline]
    pub fn compares(self) -> bool {
        use Operator::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
        matches!(self, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
    }

    /// Whether an operator between two operands is written so.
    pub fn is_binary(text: &str) -> bool {
        Self::BINARY.iter().any(|(s, ..)| *s == text)
    }

    /// Whether an operator before its operand is written so.
    pub(super) fn is_unary(text: &str) -> bool {
        Self::unary(text).is_some()
    }

    fn unary(bare: &str) -> Option<Self> {
        Self::UNARY.iter().find(|(s, ..)| *s == bare).map(|(_, op, _)| *op)
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

/// The most operators of one expression: each may stand one deeper than the one before it.
const OPERATORS_MAX: usize = 1000;

/// The expression that these words make. `after` is where it should begin, for the error when there are none.
pub(super) fn expression(source: &Rc<Source>, words: &[Word], after: Span) -> Result<Expr, Error> {
    let mut parser = Parser { source, words, at: 0, after, depth: 0, operators: 0 };
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
    operators: usize,
}

impl Parser<'_> {
    fn unexpected(&self, word: &Word) -> Error {
        let error = Error::new(self.source, word.span, "an operator is missing before this word");
        match word.bare() {
            Some(")") if word.brackets => Error::new(self.source, word.span, "this `)` closes nothing"),
            Some("=") => error.note("to compare, write =="),
            Some(w) if w.starts_with('-') => error.note("operators are words of their own: $a - 1"),
            _ => {
                error.note("text of several words needs quotes; operators are + - * / // % == != < <= > >= and or not")
            }
        }
    }

    /// What Python writes with brackets: a call, a list, a part of a value.
    #[cold]
    fn foreign(&self, word: &Word) -> Error {
        let line = self.source.line(word.span.line);
        let rest = self.words.last().map_or(word.span, |last| word.span.to(last.span));
        let before = Span { column: 1, length: word.span.column - 1, ..word.span };
        let (message, note) = foreign::refused(stretch(line, before), stretch(line, rest));
        Error::new(self.source, word.span, message).note(note)
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
            self.operators += 1;
            if self.operators > OPERATORS_MAX {
                let message = format!("more than {OPERATORS_MAX} operators in one expression");
                return Err(
                    Error::new(self.source, word.span, message).note("give a part of it a name: let part = ...")
                );
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
        self.at > 0 && is_close(&self.words[self.at - 1])
    }

    fn unary(&mut self) -> Result<Expr, Error> {
        let Some(word) = self.words.get(self.at) else { return Err(self.missing()) };
        self.at += 1;
        match word.bare() {
            Some(text) if let Some(op) = Operator::unary(text) => {
                Ok(Expr::Unary(op, Box::new(self.binary(op.strength())?)))
            }
            Some("(") if word.brackets => {
                let inner = self.binary(0)?;
                match self.words.get(self.at) {
                    Some(close) if is_close(close) => {
                        self.at += 1;
                        Ok(inner)
                    }
                    _ => Err(Error::new(self.source, word.span, "this `(` is never closed")
                        .note("parentheses are words of their own: ( $a + 1 ) * 2")),
                }
            }
            Some(_) if Operator::binary(word).is_some() || is_close(word) || word.is("=") => {
                Err(Error::new(self.source, word.span, "a value is missing before this word")
                    .note("as text, an operator needs quotes"))
            }
            _ if word.brackets && !is_address(word) => Err(self.foreign(word)),
            _ => Ok(Expr::Word(word.clone())),
        }
    }
}

/// Whether it is a parenthesis that closes, and no text.
fn is_close(word: &Word) -> bool {
    word.brackets && word.is(")")
}

/// Whether it is an IPv6 address with a port.
fn is_address(word: &Word) -> bool {
    let bare = |part: &Part| !matches!(part, Part::Literal(text) if text.iter().any(|b| b"(){},\"".contains(b)));
    let first = matches!(word.parts.first(), Some(Part::Literal(text)) if text.first() == Some(&b'['));
    let port = word.parts.iter().any(|p| matches!(p, Part::Literal(text) if text.windows(2).any(|pair| pair == b"]:")));
    first && port && !word.quoted && word.parts.iter().all(bare)
}
