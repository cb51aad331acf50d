//! Python's statements: from a text to a tree of blocks.

use super::parse::Parser;
use super::token::{self, Logical, Unread};
use super::tree::Tree;

/// A statement with the block it opens.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Its first line, from 0.
    pub(super) first: usize,
    pub(super) kind: Kind,
    pub(super) body: Vec<Node>,
}

/// What a statement is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Value(Tree),
    /// The values of several targets; each target may be several names.
    Assign(Vec<Tree>, Tree),
    Augment(Tree, &'static str, Tree),
    If(Tree),
    Elif(Tree),
    Else,
    While(Tree),
    For(Tree, Tree),
    Try,
    /// The errors it takes, and the name of the error.
    Except(Option<Tree>, Option<String>),
    Finally,
    Def(String, Vec<String>),
    With(Vec<(Tree, Option<String>)>),
    Return(Option<Tree>),
    Break,
    Continue,
    Pass,
    /// Modules, and the names that they or what is in them go by: (what, as).
    Import(Vec<(String, String)>),
    Global(Vec<String>),
    Assert(Tree),
    /// Python that has no counterpart: what it is.
    Other(&'static str),
    /// No Python.
    None,
}

impl Kind {
    /// Whether a block follows it.
    fn opens(&self) -> bool {
        matches!(
            self,
            Self::If(_)
                | Self::Elif(_)
                | Self::Else
                | Self::While(_)
                | Self::For(..)
                | Self::Try
                | Self::Except(..)
                | Self::Finally
                | Self::Def(..)
                | Self::With(_)
        )
    }

    /// Whether it goes on with the statement before it.
    pub(super) fn goes_on(&self) -> bool {
        matches!(self, Self::Elif(_) | Self::Else | Self::Except(..) | Self::Finally)
    }
}

/// The statements of a text.
pub(super) fn program(text: &str) -> Result<Vec<Node>, Unread> {
    let lines = token::lines(text)?;
    let mut at = 0;
    let mut nodes = Vec::new();
    while at < lines.len() {
        block(&lines, &mut at, 0, &mut nodes);
    }
    Ok(nodes)
}

/// The statements from there on that are indented as far as the first of them, or farther.
fn block(lines: &[Logical], at: &mut usize, least: usize, out: &mut Vec<Node>) {
    let Some(indent) = lines.get(*at).map(|line| line.indent).filter(|indent| *indent >= least) else { return };
    while let Some(line) = lines.get(*at).filter(|line| line.indent >= indent) {
        *at += 1;
        statements(line, out);
        let opens = out.last().is_some_and(|node| node.first == line.first && node.body.is_empty());
        if let Some(last) = out.last_mut().filter(|node| opens && (node.kind.opens() || is_class(&node.kind))) {
            let mut body = Vec::new();
            block(lines, at, indent + 1, &mut body);
            last.body = body;
        }
    }
}

fn is_class(kind: &Kind) -> bool {
    matches!(kind, Kind::Other(what) if *what == CLASS)
}

const CLASS: &str = "a class";

/// The statements of one line; those behind a colon are the block of what stands before it.
fn statements(line: &Logical, out: &mut Vec<Node>) {
    let mut parser = Parser::new(&line.tokens);
    let node = |kind| Node { first: line.first, kind, body: Vec::new() };
    while !parser.at_end() {
        let Some(kind) = statement(&mut parser) else {
            out.push(node(Kind::None));
            return;
        };
        let opens = kind.opens();
        let mut statement = node(kind);
        if opens {
            if !parser.op(":") {
                statement.kind = Kind::None;
            }
            while statement.kind.opens() && !parser.at_end() {
                let inner = self::statement(&mut parser).filter(|kind| !kind.opens()).unwrap_or(Kind::None);
                statement.body.push(node(inner));
                if !parser.op(";") {
                    break;
                }
            }
        } else if !parser.op(";") && !parser.at_end() {
            statement.kind = Kind::None;
            parser.rest();
        }
        out.push(statement);
        if opens && !parser.at_end() {
            out.push(node(Kind::None));
            return;
        }
    }
}

fn statement(parser: &mut Parser) -> Option<Kind> {
    for (word, read) in HEADS {
        if parser.word(word) {
            return read(parser);
        }
    }
    if parser.op("@") {
        parser.rest();
        return Some(Kind::Other("a decorator"));
    }
    let first = parser.list()?;
    if let Some(op) = parser.augment() {
        return Some(Kind::Augment(first, op, parser.list()?));
    }
    if parser.op(":") {
        // `name: type = value`.
        parser.expr()?;
        return if parser.op("=") { Some(Kind::Assign(vec![first], parser.list()?)) } else { Some(Kind::Pass) };
    }
    let mut all = vec![first];
    while parser.op("=") {
        all.push(parser.list()?);
    }
    let value = all.pop()?;
    Some(if all.is_empty() { Kind::Value(value) } else { Kind::Assign(all, value) })
}

type ReadHead = fn(&mut Parser) -> Option<Kind>;

/// The words that begin a statement, and what follows each.
const HEADS: &[(&str, ReadHead)] = &[
    ("if", |p| p.expr().map(Kind::If)),
    ("elif", |p| p.expr().map(Kind::Elif)),
    ("else", |_| Some(Kind::Else)),
    ("while", |p| p.expr().map(Kind::While)),
    ("for", |p| {
        let target = targets(p)?;
        if p.word("in") { p.list().map(|all| Kind::For(target, all)) } else { None }
    }),
    ("try", |_| Some(Kind::Try)),
    ("except", except),
    ("finally", |_| Some(Kind::Finally)),
    ("def", def),
    ("with", with),
    ("class", |p| other(p, CLASS)),
    ("async", |p| other(p, "`async`")),
    ("return", |p| Some(Kind::Return(if ends(p) { None } else { Some(p.list()?) }))),
    ("break", |_| Some(Kind::Break)),
    ("continue", |_| Some(Kind::Continue)),
    ("pass", |_| Some(Kind::Pass)),
    ("import", import),
    ("from", from_import),
    ("global", names),
    ("nonlocal", |p| other(p, "`nonlocal`")),
    ("assert", |p| {
        let condition = p.expr()?;
        if p.op(",") {
            p.expr()?;
        }
        Some(Kind::Assert(condition))
    }),
    ("raise", |p| other(p, "`raise`")),
    ("del", |p| other(p, "`del`")),
];

fn other(parser: &mut Parser, what: &'static str) -> Option<Kind> {
    parser.rest();
    Some(Kind::Other(what))
}

fn ends(parser: &mut Parser) -> bool {
    parser.at_end() || matches!(parser.peek(), Some(token::Token::Op(";")))
}

/// The names a `for` gives values to: an expression would take the `in`.
fn targets(parser: &mut Parser) -> Option<Tree> {
    let open = parser.op("(");
    let mut all = vec![Tree::Name(parser.name()?)];
    while parser.op(",") {
        all.push(Tree::Name(parser.name()?));
    }
    if open && !parser.op(")") {
        return None;
    }
    if all.len() == 1 { all.pop() } else { Some(Tree::Tuple(all)) }
}

fn except(parser: &mut Parser) -> Option<Kind> {
    if matches!(parser.peek(), Some(token::Token::Op(":"))) {
        return Some(Kind::Except(None, None));
    }
    let errors = parser.expr()?;
    // Python 2 has a comma.
    let name = if parser.word("as") || parser.op(",") { Some(parser.name()?) } else { None };
    Some(Kind::Except(Some(errors), name))
}

fn def(parser: &mut Parser) -> Option<Kind> {
    let name = parser.name()?;
    if !parser.op("(") {
        return None;
    }
    let mut params = Vec::new();
    while !parser.op(")") {
        if parser.op("*") || parser.op("**") {
            parser.rest();
            return Some(Kind::Other("a def with `*`"));
        }
        params.push(parser.name()?);
        if parser.op(":") {
            parser.expr()?;
        }
        if parser.op("=") {
            parser.rest();
            return Some(Kind::Other("a parameter with a default"));
        }
        if !parser.op(",") && !matches!(parser.peek(), Some(token::Token::Op(")"))) {
            return None;
        }
    }
    if parser.op("->") {
        parser.expr()?;
    }
    Some(Kind::Def(name, params))
}

fn with(parser: &mut Parser) -> Option<Kind> {
    let mut all = Vec::new();
    loop {
        let value = parser.expr()?;
        let name = if parser.word("as") { Some(parser.name()?) } else { None };
        all.push((value, name));
        if !parser.op(",") {
            return Some(Kind::With(all));
        }
    }
}

fn dotted(parser: &mut Parser) -> Option<String> {
    let mut name = parser.name()?;
    while parser.op(".") {
        name = parser.name()?;
    }
    Some(name)
}

fn import(parser: &mut Parser) -> Option<Kind> {
    let mut all = Vec::new();
    loop {
        let name = dotted(parser)?;
        let alias = if parser.word("as") { parser.name()? } else { name.clone() };
        all.push((name, alias));
        if !parser.op(",") {
            return Some(Kind::Import(all));
        }
    }
}

fn from_import(parser: &mut Parser) -> Option<Kind> {
    let module = dotted(parser)?;
    if !parser.word("import") {
        return None;
    }
    let mut all = vec![(module, String::new())];
    if parser.op("*") {
        return Some(Kind::Import(all));
    }
    let open = parser.op("(");
    loop {
        let name = parser.name()?;
        let alias = if parser.word("as") { parser.name()? } else { name.clone() };
        all.push((name, alias));
        if !parser.op(",") || matches!(parser.peek(), Some(token::Token::Op(")"))) {
            break;
        }
    }
    if open && !parser.op(")") {
        return None;
    }
    Some(Kind::Import(all))
}

fn names(parser: &mut Parser) -> Option<Kind> {
    let mut all = vec![parser.name()?];
    while parser.op(",") {
        all.push(parser.name()?);
    }
    Some(Kind::Global(all))
}
