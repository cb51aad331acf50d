//! What a program is made of, once it is read.

use super::{Expr, Span, Word};

/// Statements in order.
pub type Block = Vec<Statement>;

/// One statement, with the lines it stands on.
#[derive(Clone, PartialEq, Debug)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// Its first line.
    pub span: Span,
    /// Its last line: `end`'s, for a block.
    pub last_line: u32,
}

/// A call with what is around it.
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    /// The names its results go to.
    pub targets: Vec<Word>,
    /// The error it must fail with.
    pub expect: Option<Word>,
    /// How many seconds after it began it is made again, and so on.
    pub every: Option<Word>,
    /// What is called.
    pub name: Word,
    /// Its words.
    pub args: Vec<Word>,
    /// It runs in the background.
    pub background: bool,
}

/// An `except` with its block.
#[derive(Clone, PartialEq, Debug)]
pub struct Handler {
    /// The errors it takes; all when empty.
    pub names: Vec<Word>,
    /// The name that holds the error.
    pub bind: Option<Word>,
    /// What it does.
    pub body: Block,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum StatementKind {
    Call(Call),
    Let(Word, Expr),
    Assert(Expr),
    Print(Vec<Word>),
    Show(Expr),
    If(Vec<(Expr, Block)>, Option<Block>),
    While(Expr, Block),
    Loop(Block),
    For(Word, Vec<Word>, Block),
    Repeat(Word, Block),
    Break,
    Continue,
    Try(Block, Vec<Handler>, Option<Block>),
    Def(Word, Vec<Word>, Block),
    Return(Vec<Word>),
    Global(Vec<Word>),
}
