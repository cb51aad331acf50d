//! From statements to code: blocks become jumps, names become slots, words become values.

use std::collections::HashSet;
use std::rc::Rc;

use super::code::{After, Code, ExprCode, Function, Op, Operand, PickCode, Site, Slot, StatementPlace};
use super::locals::{assigned, declared};
use super::scope::{Slots, Symbols};
use crate::command::{self, kinds};
use crate::lang::{
    self, Block, Call, Error, Expr, Index, Literal, Part, Pick, Source, Span, Statement, StatementKind, Word,
};
use crate::value::{Name, Value};

/// The code of a program, made statement by statement as they are read. Names that are new get slots in the table.
pub(crate) fn compile(table: &mut Symbols, source: &Rc<Source>) -> Result<Rc<Code>, Error> {
    // A def may be called by one that stands before it.
    table.declare(source.text.lines());
    let mut compiler = Compiler::new(table, source, None);
    lang::statements(source).try_for_each(|statement| compiler.statement(&statement?))?;
    Ok(Rc::new(compiler.code))
}

/// The code of statements that run once where a program stands, where these names are local. Nothing in it is a place to
/// stop at.
pub(crate) fn snippet(table: &mut Symbols, source: &Rc<Source>, names: Vec<Rc<str>>) -> Result<Rc<Code>, Error> {
    let block = lang::parse(source)?;
    let mut compiler = Compiler::new(table, source, Some(Locals { names: names.into(), globals: HashSet::new() }));
    compiler.block(&block)?;
    compiler.code.places.iter_mut().for_each(|place| place.end = 0);
    Ok(Rc::new(compiler.code))
}

fn empty(source: &Rc<Source>) -> Code {
    Code { ops: Vec::new(), places: Vec::new(), guards: Vec::new(), temps: 0, source: source.clone() }
}

/// The names of a def.
struct Locals {
    names: Slots,
    globals: HashSet<String>,
}

/// A loop being compiled: where `continue` goes, the jumps of its `break`s, how many `finally` surround it.
pub(super) struct Loop {
    pub(super) next: usize,
    pub(super) breaks: Vec<usize>,
    pub(super) finals: usize,
}

/// A `finally` being guarded: the jumps into it, to be mended when it is placed.
#[derive(Default)]
pub(super) struct Final {
    pub(super) entries: Vec<usize>,
}

/// Statements being made into code.
pub(super) struct Compiler<'a> {
    pub(super) table: &'a mut Symbols,
    pub(super) source: &'a Rc<Source>,
    locals: Option<Locals>,
    pub(super) code: Code,
    pub(super) loops: Vec<Loop>,
    pub(super) finals: Vec<Final>,
    nested: usize,
    /// It is a def's code.
    in_def: bool,
    /// How many `finally` blocks the code stands inside.
    pub(super) afters: usize,
}

impl<'a> Compiler<'a> {
    fn new(table: &'a mut Symbols, source: &'a Rc<Source>, locals: Option<Locals>) -> Self {
        let code = empty(source);
        let (loops, finals) = (Vec::new(), Vec::new());
        Self { table, source, locals, code, loops, finals, nested: 0, in_def: false, afters: 0 }
    }
}

impl Compiler<'_> {
    pub(super) fn error(&self, span: Span, message: impl Into<String>) -> Error {
        Error::new(self.source, span, message)
    }

    pub(super) fn here(&self) -> usize {
        self.code.ops.len()
    }

    pub(super) fn emit(&mut self, op: Op, span: Span) -> usize {
        let nested = self.nested > 0 || self.in_def;
        self.code.ops.push(op);
        self.code.places.push(StatementPlace { span, nested, end: 0 });
        self.code.ops.len() - 1
    }

    /// Mend a jump that was made before its target was known.
    pub(super) fn land(&mut self, jump: usize) {
        let here = self.here();
        match &mut self.code.ops[jump] {
            Op::Jump(to)
            | Op::Unless(_, to)
            | Op::Down(_, to)
            | Op::Next(_, _, to)
            | Op::Unmatched(_, to)
            | Op::After(After::Jump(to)) => *to = here,
            _ => {}
        }
    }

    fn temp(&mut self) -> usize {
        self.code.temps += 1;
        self.code.temps - 1
    }

    /// The slot of a name: local to a def when the def gives it a value, unless declared global. The name is one for all.
    pub(super) fn variable(&mut self, name: &str) -> (Slot, Rc<str>) {
        if let Some(locals) = &self.locals
            && let Some(i) = locals.names.find(name)
            && !locals.globals.contains(name)
        {
            return (Slot::Local(i as u32), locals.names.name(i).clone());
        }
        let slot = self.table.globals.slot(name);
        (Slot::Global(slot as u32), self.table.globals.name(slot).clone())
    }

    pub(super) fn target(&mut self, word: &Word) -> (Slot, Rc<str>) {
        self.variable(word.literal().unwrap_or(""))
    }

    fn block(&mut self, block: &Block) -> Result<(), Error> {
        block.iter().try_for_each(|s| self.statement(s))
    }

    pub(super) fn inner(&mut self, block: &Block) -> Result<(), Error> {
        self.nested += 1;
        let done = self.block(block);
        self.nested -= 1;
        done
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Error> {
        let span = statement.span;
        if self.nested == 0 && !self.in_def {
            self.emit(Op::Line(span.line, statement.last_line), span);
        }
        let first = self.here();
        self.kind(statement)?;
        // The first op of a `try` or a `loop` is its first statement's.
        let end = self.here() as u32;
        if let Some(place) = self.code.places.get_mut(first).filter(|p| p.end == 0) {
            place.end = end;
        }
        Ok(())
    }

    fn kind(&mut self, statement: &Statement) -> Result<(), Error> {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Call(call) => self.call(call, span)?,
            StatementKind::Let(name, value) => {
                self.is_no_call(value)?;
                let value = self.expr(value);
                let (slot, name) = self.target(name);
                self.emit(Op::Let(slot, name, value), span);
            }
            StatementKind::Assert(condition) => {
                let condition = self.expr(condition);
                self.emit(Op::Assert(condition), span);
            }
            StatementKind::Show(value) => {
                let value = self.expr(value);
                self.emit(Op::Show(value), span);
            }
            StatementKind::Print(words) => {
                let words = words.iter().map(|w| self.operand(w)).collect();
                self.emit(Op::Print(words), span);
            }
            StatementKind::If(arms, otherwise) => self.conditional(arms, otherwise.as_ref(), span)?,
            StatementKind::While(condition, body) => {
                let condition = self.expr(condition);
                let next = self.here();
                let exit = self.emit(Op::Unless(condition, 0), span);
                self.looped(next, Op::Jump(next), Some(exit), body, span)?;
            }
            StatementKind::Loop(body) => {
                let next = self.here();
                self.looped(next, Op::Jump(next), None, body, span)?;
            }
            StatementKind::Repeat(count, body) => {
                let temp = self.temp();
                let count = self.plain(count);
                self.emit(Op::Count(temp, count), span);
                let next = self.here();
                let exit = self.emit(Op::Down(temp, 0), span);
                self.looped(next, Op::Again(temp, next + 1), Some(exit), body, span)?;
            }
            StatementKind::For(name, words, body) => {
                let temp = self.temp();
                let words = words.iter().map(|w| self.plain(w)).collect();
                self.emit(Op::Each(temp, words), span);
                let next = self.here();
                let (slot, _) = self.target(name);
                let exit = self.emit(Op::Next(temp, slot, 0), span);
                self.looped(next, Op::Jump(next), Some(exit), body, span)?;
            }
            StatementKind::Break | StatementKind::Continue => {
                self.leave_loop(matches!(statement.kind, StatementKind::Break), span);
            }
            StatementKind::Try(body, handlers, finally) => self.attempt(body, handlers, finally.as_ref(), span)?,
            StatementKind::Def(name, params, body) => self.define(name, params, body, span)?,
            StatementKind::Return(words) => {
                let words = words.iter().map(|w| self.plain(w)).collect();
                if self.finals.is_empty() {
                    self.emit(Op::Give(words), span);
                } else {
                    self.emit(Op::Value(words), span);
                    self.through_finals(0, span);
                    self.emit(Op::Return, span);
                }
            }
            StatementKind::Global(_) => {}
        }
        Ok(())
    }

    fn call(&mut self, call: &Call, span: Span) -> Result<(), Error> {
        if self.names_value(call) {
            let name = call.name.bare().unwrap_or("");
            let value = self.variable(name).into();
            self.emit(Op::Show(ExprCode::Word(value)), span);
            return Ok(());
        }
        let site = Rc::new(self.site(call)?);
        if call.background {
            let outer = std::mem::replace(&mut self.code, empty(self.source));
            self.nested += 1;
            self.make(call, site, span);
            self.nested -= 1;
            let job = std::mem::replace(&mut self.code, outer);
            self.emit(Op::Background(Rc::new(job)), span);
        } else {
            self.make(call, site, span);
        }
        Ok(())
    }

    /// Make a call, once or again and again.
    fn make(&mut self, call: &Call, site: Rc<Site>, span: Span) {
        let Some(seconds) = &call.every else {
            self.emit(Op::Call(site), span);
            return;
        };
        let temp = self.temp();
        let seconds = self.plain(seconds);
        self.emit(Op::Every(temp, seconds), span);
        let again = self.emit(Op::Call(site.clone()), span);
        self.emit(Op::Beat(temp, site), span);
        self.emit(Op::Jump(again), span);
    }

    /// Whether a line that looks like a call is no more than the name of a value, which it shows.
    fn names_value(&self, call: &Call) -> bool {
        let name = call.name.bare().unwrap_or("");
        let alone = call.args.is_empty() && call.targets.is_empty() && call.expect.is_none() && !call.background;
        alone && !self.table.is_call(name) && (self.is_local(name) || self.table.globals.find(name).is_some())
    }

    fn is_local(&self, name: &str) -> bool {
        self.locals.as_ref().is_some_and(|locals| locals.names.find(name).is_some())
    }

    /// `let` takes a value: the name of a call would be no more than text.
    fn is_no_call(&self, value: &Expr) -> Result<(), Error> {
        let Expr::Word(word) = value else { return Ok(()) };
        match word.bare().filter(|text| self.table.is_call(text)) {
            None => Ok(()),
            Some(text) => Err(self.error(word.span, format!("`{text}` is a call: as text, it needs quotes"))),
        }
    }

    fn define(&mut self, name: &Word, params: &[Word], body: &Block, span: Span) -> Result<(), Error> {
        let text = name.literal().unwrap_or("");
        if command::find(text).is_some() {
            return Err(self.error(name.span, format!("`{text}` is a documented call and cannot be defined again")));
        }
        let mut locals = Locals { names: Slots::default(), globals: HashSet::new() };
        declared(body, &mut locals.globals);
        for param in params {
            let param = param.literal().unwrap_or("");
            if locals.globals.contains(param) {
                return Err(self.error(span, format!("`{param}` is a parameter of `{text}` and cannot be global too")));
            }
            locals.names.slot(param);
        }
        assigned(body, &mut |name| {
            if !locals.globals.contains(name) {
                locals.names.slot(name);
            }
        });
        let mut inner = Compiler::new(self.table, self.source, Some(locals));
        inner.in_def = true;
        inner.block(body)?;
        let names = inner.locals.take().map_or(Vec::new(), |l| l.names.into_names());
        let code = Rc::new(inner.code);
        let function = Function {
            name: text.into(),
            params: params.iter().map(|p| p.literal().unwrap_or("").into()).collect(),
            code,
            slots: names.len(),
            names,
            spawned: std::cell::OnceCell::new(),
        };
        let slot = self.table.functions.slot(text);
        self.emit(Op::Define(slot, Rc::new(function)), span);
        Ok(())
    }

    pub(super) fn error_name(&self, word: &Word) -> Result<Name, Error> {
        let text = word.bare().unwrap_or("");
        Name::parse(text).ok_or_else(|| {
            let error = self.error(word.span, format!("`{text}` is not the name of an error"));
            let error = error.suggest(text, Name::all());
            match error.notes.len() {
                0 => error.note("an errno (ECONNREFUSED), timeout, EAI_NONAME, Usage, Unbound, Assert, ..."),
                _ => error,
            }
        })
    }

    /// A word that gives a value where nothing more is known: numbers, none, on and off have their meaning.
    pub(super) fn plain(&mut self, word: &Word) -> Operand {
        match word.bare() {
            Some(text) => Operand::Const(kinds::word_value(text)),
            None => self.operand(word),
        }
    }

    /// A word as text, bytes, or what its names hold.
    pub(super) fn operand(&mut self, word: &Word) -> Operand {
        match &*word.parts {
            [] if word.bytes => Operand::Const(Value::bytes([])),
            [] => Operand::Const(Value::text("")),
            [part @ Part::Literal(_)] => self.part(part, word.bytes),
            [part] if !word.bytes => self.part(part, false),
            parts => Operand::Join(parts.iter().map(|part| self.part(part, word.bytes)).collect(), word.bytes),
        }
    }

    fn part(&mut self, part: &Part, as_bytes: bool) -> Operand {
        match part {
            Part::Literal(written) => Operand::Const(literal(written, as_bytes)),
            Part::Name(name) => self.variable(name).into(),
            Part::Default(name, text) => Operand::Default(Box::new((self.variable(name).0, kinds::word_value(text)))),
            Part::Picked(name, picks) => {
                let picks = picks.iter().map(|pick| self.pick(pick)).collect();
                let (slot, name) = self.variable(name);
                Operand::Picked(Box::new((slot, name, picks)))
            }
        }
    }

    fn pick(&mut self, pick: &Pick) -> PickCode {
        let mut index = |index: &Index| match index {
            Index::Number(n) => Operand::Const(Value::Int((*n).into())),
            Index::Name(name) => self.variable(name).into(),
        };
        match pick {
            Pick::At(at) => PickCode::At(index(at)),
            Pick::Slice(from, to) => PickCode::Slice(from.as_ref().map(&mut index), to.as_ref().map(&mut index)),
            Pick::Key(key) => PickCode::Key(key.clone()),
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> ExprCode {
        match expr {
            Expr::Word(word) => ExprCode::Word(self.plain(word)),
            Expr::Unary(op, inner) => ExprCode::Unary(*op, Box::new(self.expr(inner))),
            Expr::Binary(op, a, b) => ExprCode::Binary(*op, Box::new(self.expr(a)), Box::new(self.expr(b))),
        }
    }
}

/// What a piece of a word as written is.
fn literal(written: &Literal, as_bytes: bool) -> Value {
    match written {
        Literal::Text(text) if !as_bytes => Value::text(text),
        other => Value::bytes(&**other),
    }
}
