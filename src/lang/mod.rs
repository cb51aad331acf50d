//! The language: words, expressions, statements and blocks, each with its place in the source.
//!
//! This layer is pure and knows no call by name: whether `binde` is one is for those who run the program. A line is
//! a statement; blocks end with `end`. [`parse()`] gives a [`Block`] or an [`Error`] that points at a word.

mod ast;
mod call;
mod dollar;
mod error;
mod expr;
mod foreign;
mod heads;
mod line;
mod mend;
mod name;
mod parse;
mod part;
mod print;
mod scan;
mod typed;
mod wide;
mod word;

pub use ast::{Block, Call, Handler, Statement, StatementKind};
pub use dollar::dollars_as_text;
pub use error::{Error, Source, Span, excerpt, place};
pub use expr::{Expr, Operator};
pub use heads::depth_change;
pub use line::words;
pub use name::{is_name, needs_braces};
pub use parse::{defined, parse, statements};
pub use part::{Index, Literal, Part, Parts, Pick};
pub use print::print;
pub use scan::{Mark, MarkKind};
pub use typed::{Typed, head, typed};
pub use word::Word;

/// The longest line, in bytes.
pub const LINE_MAX: usize = 1024 * 1024;
/// The largest program, in bytes.
pub const FILE_MAX: usize = 16 * 1024 * 1024;
/// How deep blocks and parentheses may nest.
pub const DEPTH_MAX: usize = 100;

/// The words that begin or end something and so cannot be names.
pub const KEYWORDS: &[&str] = &[
    "if", "elif", "else", "end", "while", "loop", "for", "in", "repeat", "break", "continue", "try", "except",
    "finally", "def", "return", "global", "expect", "every", "assert", "let", "print", "and", "or", "not", "as",
];
