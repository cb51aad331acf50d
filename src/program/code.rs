//! Compiled code: what a task steps through. Names are slots, words are values, blocks are jumps.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::command::{Arg, Command, Kind};
use crate::lang::{Operator, Source, Span};
use crate::value::{Name, Value};

/// Compiled statements.
pub(crate) struct Code {
    /// What is done, in order.
    pub ops: Vec<Op>,
    /// The statement each op belongs to.
    pub places: Vec<StatementPlace>,
    /// Where errors go, the innermost last.
    pub guards: Vec<Guard>,
    /// How many hidden values (loop counters) it needs.
    pub temps: usize,
    /// The program's text.
    pub source: Rc<Source>,
}

impl Code {
    /// The lines that statements begin on, those of defs too.
    pub(crate) fn statements(&self, lines: &mut BTreeSet<u32>) {
        lines.extend(self.places.iter().filter(|p| p.end != 0).map(|p| p.span.line));
        for op in &self.ops {
            if let Op::Define(_, function) = op {
                function.code.statements(lines);
            }
        }
    }

    /// The last line of the statement that begins with that op.
    pub(crate) fn last_line(&self, pc: usize) -> u32 {
        match pc.checked_sub(1).and_then(|before| self.ops.get(before)) {
            Some(Op::Line(_, last)) => *last,
            _ => {
                let statement = self.places.get(pc..self.places[pc].end as usize).unwrap_or_default();
                statement.iter().map(|p| p.span.line).max().unwrap_or(0)
            }
        }
    }
}

/// The statement an op belongs to.
#[derive(Clone, Copy)]
pub(crate) struct StatementPlace {
    /// Its first line.
    pub span: Span,
    /// It stands inside a block or a def.
    pub nested: bool,
    /// The op after the statement, for the statement's first op; 0 for its others.
    pub end: u32,
}

/// A stretch of ops whose errors go somewhere.
pub(crate) struct Guard {
    /// The first op of it.
    pub from: usize,
    /// The op after it.
    pub to: usize,
    /// Where errors go.
    pub target: usize,
    /// The names that each `except` takes, all of them when it has none; no `except` when there is only a `finally`.
    pub takes: Vec<Vec<Name>>,
    /// How many `finally` are being run where it stands.
    pub afters: usize,
}

/// Whether an `except` with these names takes an error. One without names leaves alone what asks a task to end.
pub(crate) fn takes(names: &[Name], error: Name) -> bool {
    if names.is_empty() { !matches!(error, Name::Interrupted | Name::Cancelled) } else { names.contains(&error) }
}

/// Where a value lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Slot {
    /// In the frame's own scope.
    Local(u32),
    /// In the scope that all share.
    Global(u32),
}

/// A word, ready to give its value.
pub(crate) enum Operand {
    /// A constant.
    Const(Value),
    /// A name's value.
    Slot(Slot, Rc<str>),
    /// A name's value, or this where it has none.
    Default(Box<(Slot, Value)>),
    /// Parts of a name's value, one taken of the other.
    Picked(Box<(Slot, Rc<str>, Vec<PickCode>)>),
    /// Pieces put together; bytes when a piece is.
    Join(Vec<Operand>, bool),
}

impl From<(Slot, Rc<str>)> for Operand {
    fn from((slot, name): (Slot, Rc<str>)) -> Self {
        Self::Slot(slot, name)
    }
}

/// What takes a part of a value.
pub(crate) enum PickCode {
    /// What stands at a place, or what an object has by that key.
    At(Operand),
    /// What stands between two places.
    Slice(Option<Operand>, Option<Operand>),
    /// What an object has by that key.
    Key(Rc<str>),
}

/// An argument, ready to be made.
pub(crate) enum ArgCode {
    /// Known when the program was read.
    Const(Arg),
    /// A word to be fitted when it has a value.
    Fit(Kind, Operand),
    /// A bare name of a live thing.
    Live(Slot, Rc<str>),
    /// A host and a port.
    HostPort(Box<(Operand, Operand)>),
    /// A word that is a socket option, or the level of the one in the next word.
    Leveled(Box<(Operand, Operand)>),
    /// `KEY=VALUE`.
    Pair(Box<(Rc<str>, Operand)>),
    /// Live things by their names: `fds=a,b`.
    Lives(Vec<(Slot, Rc<str>, Option<Value>)>),
}

/// What a call site calls.
pub(crate) enum Callee {
    /// A documented call.
    Command(&'static Command),
    /// A defined name, by its slot among them.
    Defined(usize),
}

/// A call with all that is known about it.
pub(crate) struct Site {
    /// What is called.
    pub callee: Callee,
    /// The name as it was written.
    pub name: Rc<str>,
    /// Its arguments in the order of the parameters, and the word each of them stands in.
    pub args: Box<[(ArgCode, Span)]>,
    /// Where its results go.
    pub targets: Box<[(Slot, Rc<str>)]>,
    /// The error it must fail with.
    pub expect: Option<Name>,
}

/// An expression.
pub(crate) enum ExprCode {
    /// A word's value.
    Word(Operand),
    /// An operator before its operand.
    Unary(Operator, Box<ExprCode>),
    /// An operator between two.
    Binary(Operator, Box<ExprCode>, Box<ExprCode>),
}

/// A defined name.
pub(crate) struct Function {
    /// Its name.
    pub name: Rc<str>,
    /// Its parameters' names; they have the first slots.
    pub params: Vec<Rc<str>>,
    /// What it does.
    pub code: Rc<Code>,
    /// How many slots its scope has.
    pub slots: usize,
    /// The names of its slots.
    pub names: Vec<Rc<str>>,
    /// The call that starts it as a task.
    pub spawned: OnceCell<Rc<Site>>,
}

impl Site {
    /// The word of a call that stands for that argument.
    pub(crate) fn word(&self, arg: usize) -> Option<Span> {
        self.args.get(arg).map(|(_, span)| *span).filter(|span| *span != Span::default())
    }
}

impl Function {
    /// The call that nobody wrote: the def in that slot is started rather than called.
    pub(crate) fn start(&self, slot: usize) -> Rc<Site> {
        let (args, targets, callee) = (Box::default(), Box::default(), Callee::Defined(slot));
        let site = || Site { callee, name: self.name.clone(), args, targets, expect: None };
        self.spawned.get_or_init(|| Rc::new(site())).clone()
    }
}

/// What a line is called that shows a value, as it has no word for it.
pub(crate) const SHOW: &str = "value";

/// A step.
pub(crate) enum Op {
    /// Tell that a statement of the top level begins: its lines.
    Line(u32, u32),
    /// Make a call.
    Call(Rc<Site>),
    /// Begin to repeat a call, so many seconds apart.
    Every(usize, Operand),
    /// Wait until it is time to make the call again.
    Beat(usize, Rc<Site>),
    /// Make a call in the background: a job that runs this code in the same scope.
    Background(Rc<Code>),
    /// Give a name a value.
    Let(Slot, Rc<str>, ExprCode),
    /// Fail unless it is true.
    Assert(ExprCode),
    /// Print words.
    Print(Vec<Operand>),
    /// Show a value.
    Show(ExprCode),
    /// Go on elsewhere.
    Jump(usize),
    /// Go on elsewhere unless it is true.
    Unless(ExprCode, usize),
    /// Set a counter.
    Count(usize, Operand),
    /// Take one off a counter; go on elsewhere when it is at its end.
    Down(usize, usize),
    /// The same at the end of a loop's body: go on there unless the counter is at its end.
    Again(usize, usize),
    /// Set up a walk over values.
    Each(usize, Vec<Operand>),
    /// Give the next value of a walk to a name; go on elsewhere at its end.
    Next(usize, Slot, usize),
    /// Define a name.
    Define(usize, Rc<Function>),
    /// Bind the error that was taken to a name.
    Caught(Slot),
    /// The error is dealt with.
    Handled,
    /// Go on elsewhere unless these names take the error.
    Unmatched(Vec<Name>, usize),
    /// No `except` took the error: it goes on its way.
    Raise,
    /// What to do when the `finally` that follows is through.
    After(After),
    /// A `finally` is through.
    Finished,
    /// Return what these come to.
    Give(Vec<Operand>),
    /// Evaluate what a def returns once the `finally` around are through.
    Value(Vec<Operand>),
    /// Return it.
    Return,
}

impl Op {
    /// Whether it makes up a statement without blocks.
    pub(crate) fn is_line(&self) -> bool {
        matches!(
            self,
            Self::Call(_)
                | Self::Every(..)
                | Self::Background(_)
                | Self::Let(..)
                | Self::Assert(_)
                | Self::Print(_)
                | Self::Show(_)
        )
    }

    /// The word for it where it fails.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Let(..) => "let",
            Self::Assert(_) => "assert",
            Self::Print(_) => "print",
            Self::Show(_) => SHOW,
            Self::Unless(..) => "condition",
            Self::Count(..) => "repeat",
            Self::Each(..) => "for",
            Self::Give(_) | Self::Value(_) => "return",
            Self::Background(_) => "&",
            Self::Every(..) => "every",
            _ => "line",
        }
    }
}

/// What follows a `finally`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum After {
    /// Go on there.
    Jump(usize),
    /// Fail with the error that came.
    Raise,
}
