//! Statements and blocks.

use std::collections::HashSet;
use std::rc::Rc;

use super::ast::{Block, Handler, Statement, StatementKind};
use super::expr::expression;
use super::{DEPTH_MAX, Error, Expr, KEYWORDS, Operator, Source, Span, Word, is_name, words};

/// The statements of a program.
pub fn parse(source: &Rc<Source>) -> Result<Block, Error> {
    statements(source).collect()
}

/// The same one after the other, each read when it is asked for.
pub fn statements(source: &Rc<Source>) -> impl Iterator<Item = Result<Statement, Error>> {
    let lines = source.text.lines().zip(source.first..);
    let mut parser = Parser { source, lines, here: None, depth: 1, loops: 0, defs: 0 };
    std::iter::from_fn(move || match parser.next(&[], None) {
        Ok(Next::Statement(line)) => Some(parser.statement(line)),
        Ok(Next::End(line)) => Some(Err(parser.stray(&line[0]))),
        Ok(Next::Over) => None,
        Err(error) => Some(Err(error)),
    })
}

/// The names that a program's defs give, as far as their lines tell.
pub fn defined<'a>(lines: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    lines.filter_map(|line| {
        let rest = line.trim_start().strip_prefix("def")?;
        let name = rest.strip_prefix([' ', '\t'])?.split_whitespace().next()?;
        is_name(name).then_some(name)
    })
}

/// The words of a line, and what it begins.
enum Next {
    Statement(Vec<Word>),
    /// No statement: its first word ends the block.
    End(Vec<Word>),
    /// There is no line.
    Over,
}

type Lines<'a> = std::iter::Zip<std::str::Lines<'a>, std::ops::RangeFrom<u32>>;

/// Lines being read.
pub(super) struct Parser<'a> {
    pub(super) source: &'a Rc<Source>,
    lines: Lines<'a>,
    /// The line being read.
    here: Option<u32>,
    depth: usize,
    loops: usize,
    defs: usize,
}

impl Parser<'_> {
    pub(super) fn error(&self, span: Span, message: impl Into<String>) -> Error {
        Error::new(self.source, span, message)
    }

    fn next_line(&mut self) -> Result<Option<Vec<Word>>, Error> {
        for (line, number) in self.lines.by_ref() {
            self.here = Some(number);
            let words = words(self.source, number, line)?;
            if !words.is_empty() {
                return Ok(Some(words));
            }
        }
        Ok(None)
    }

    fn stray(&self, word: &Word) -> Error {
        let name = word.bare().unwrap_or("");
        let error = self.error(word.span, format!("this `{name}` belongs to no block"));
        match name {
            "end" => error.note("a block before it may have an `end` too many"),
            "elif" | "else" => error.note("it stands between `if` and `end`"),
            _ => error.note("it stands between `try` and `end`"),
        }
    }

    /// Statements up to one of the words that end them, with the line that it begins.
    fn block(&mut self, ends: &[&str], opened: &Word) -> Result<(Block, Vec<Word>), Error> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.error(opened.span, format!("more than {DEPTH_MAX} blocks inside each other")));
        }
        let mut block = Block::new();
        let end = loop {
            match self.next(ends, Some(opened))? {
                Next::Statement(line) => block.push(self.statement(line)?),
                Next::End(line) => break line,
                Next::Over => {
                    let name = opened.bare().unwrap_or("");
                    let mut error = self.error(opened.span, format!("this `{name}` has no `end`"));
                    error.incomplete = true;
                    return Err(error);
                }
            }
        };
        self.depth -= 1;
        Ok((block, end))
    }

    /// The next line of a block.
    fn next(&mut self, ends: &[&str], opened: Option<&Word>) -> Result<Next, Error> {
        let Some(line) = self.next_line()? else { return Ok(Next::Over) };
        self.no_colon(&line)?;
        let first = line[0].bare().unwrap_or("");
        if matches!(first, "end" | "elif" | "else" | "except" | "finally") && !line.get(1).is_some_and(|w| w.is("=")) {
            if let Some(opened) = opened.filter(|_| !ends.contains(&first)) {
                return Err(self.misplaced(&line[0], opened));
            }
            return Ok(Next::End(line));
        }
        Ok(Next::Statement(line))
    }

    fn misplaced(&self, word: &Word, opened: &Word) -> Error {
        let name = word.bare().unwrap_or("");
        let opener = opened.bare().unwrap_or("");
        let line = opened.span.line;
        self.error(word.span, format!("`{name}` does not belong to the `{opener}` of line {line}"))
            .note("is an `end` missing before it?")
    }

    /// A block that ends with `end` and nothing else.
    fn body(&mut self, opened: &Word) -> Result<Block, Error> {
        let (block, end) = self.block(&["end"], opened)?;
        self.alone(&end)?;
        Ok(block)
    }

    fn alone(&self, line: &[Word]) -> Result<(), Error> {
        match line.get(1) {
            None => Ok(()),
            Some(word) => {
                Err(self.error(word.span, format!("`{}` stands alone on its line", line[0].bare().unwrap_or(""))))
            }
        }
    }

    fn after(line: &[Word]) -> Span {
        line[line.len() - 1].span
    }

    /// The word behind a name.
    fn needs(&self, line: &[Word], word: &str, message: &str) -> Result<(), Error> {
        match line.get(2) {
            Some(w) if w.is(word) => Ok(()),
            other => Err(self.error(other.map_or(Self::after(line), |w| w.span), message)),
        }
    }

    fn expr(&self, line: &[Word], from: usize) -> Result<Expr, Error> {
        expression(self.source, &line[from..], Self::after(line))
    }

    pub(super) fn name<'w>(&self, line: &'w [Word], at: usize, what: &str) -> Result<&'w Word, Error> {
        let Some(word) = line.get(at) else {
            let end = Self::after(line);
            let end = Span { column: end.column + end.length, length: 1, ..end };
            return Err(self.error(end, format!("{what} is missing here")));
        };
        match word.bare() {
            Some(name) if is_name(name) && !KEYWORDS.contains(&name) => Ok(word),
            Some(name) if KEYWORDS.contains(&name) => {
                Err(self.error(word.span, format!("`{name}` is a word of the language and cannot be a name")))
            }
            _ if word.is("=") => Err(self.error(word.span, format!("{what} is missing before the ="))),
            _ if word.bare().is_some_and(|text| text.contains('=')) => {
                Err(self.error(word.span, "= is a word of its own, with a space on either side"))
            }
            _ if word.single_name().is_some() => {
                Err(self.error(word.span, format!("{what} is written without $ here")))
            }
            _ => Err(self.error(word.span, format!("{what} is letters, digits and _, not beginning with a digit"))),
        }
    }

    fn names(&self, line: &[Word], from: usize, what: &str) -> Result<Vec<Word>, Error> {
        (from..line.len()).map(|i| self.name(line, i, what).cloned()).collect()
    }

    fn looped(&mut self, opened: &Word) -> Result<Block, Error> {
        self.loops += 1;
        let body = self.body(opened);
        self.loops -= 1;
        body
    }

    fn statement(&mut self, line: Vec<Word>) -> Result<Statement, Error> {
        let span = line[0].span.to(line[line.len() - 1].span);
        let kind = self.kind(line)?;
        Ok(Statement { kind, span, last_line: self.here.unwrap_or(span.line) })
    }

    fn kind(&mut self, line: Vec<Word>) -> Result<StatementKind, Error> {
        if let Some(kind) = self.assignment(&line)? {
            return Ok(kind);
        }
        match line[0].bare().unwrap_or("") {
            "let" => {
                let name = self.name(&line, 1, "a name")?.clone();
                self.needs(&line, "=", "`let NAME = VALUE` needs the = here")?;
                Ok(StatementKind::Let(name, self.expr(&line, 3)?))
            }
            "assert" => Ok(StatementKind::Assert(self.expr(&line, 1)?)),
            "print" => {
                self.no_parentheses(&line)?;
                self.parted_by_blanks(&line[1..], false)?;
                Ok(StatementKind::Print(line[1..].to_vec()))
            }
            "if" => self.conditional(&line),
            "while" => {
                let condition = self.expr(&line, 1)?;
                Ok(StatementKind::While(condition, self.looped(&line[0])?))
            }
            "loop" => {
                self.alone(&line)?;
                Ok(StatementKind::Loop(self.looped(&line[0])?))
            }
            "for" => {
                let name = self.name(&line, 1, "a name")?.clone();
                self.needs(&line, "in", "`for NAME in WORDS` needs `in` here")?;
                Ok(StatementKind::For(name, line[3..].to_vec(), self.looped(&line[0])?))
            }
            "repeat" => match &line[1..] {
                [count] => Ok(StatementKind::Repeat(count.clone(), self.looped(&line[0])?)),
                _ => Err(self.error(line[0].span, "`repeat` takes one word: how often")),
            },
            word @ ("break" | "continue") => {
                self.alone(&line)?;
                if self.loops == 0 {
                    return Err(self.error(line[0].span, format!("`{word}` stands inside a loop")));
                }
                Ok(if word == "break" { StatementKind::Break } else { StatementKind::Continue })
            }
            "try" => self.attempt(&line),
            "def" => self.define(&line),
            "return" => {
                if self.defs == 0 {
                    return Err(self.error(line[0].span, "`return` stands inside a def"));
                }
                Ok(StatementKind::Return(line[1..].to_vec()))
            }
            "global" => {
                if self.defs == 0 {
                    return Err(self.error(line[0].span, "`global` stands inside a def; outside every name is global"));
                }
                self.name(&line, 1, "a name")?;
                Ok(StatementKind::Global(self.names(&line, 1, "a name")?))
            }
            word if KEYWORDS.contains(&word) && !matches!(word, "expect" | "not" | "every") => {
                Err(self.error(line[0].span, format!("`{word}` cannot begin a line")))
            }
            _ if is_value(&line) => Ok(StatementKind::Show(self.expr(&line, 0)?)),
            _ => self.call(Vec::new(), line),
        }
    }

    fn conditional(&mut self, line: &[Word]) -> Result<StatementKind, Error> {
        let mut arms = Vec::new();
        let mut condition = self.expr(line, 1)?;
        loop {
            let (block, end) = self.block(&["elif", "else", "end"], &line[0])?;
            arms.push((condition, block));
            match end[0].bare() {
                Some("elif") => condition = self.expr(&end, 1)?,
                Some("else") => {
                    self.alone(&end)?;
                    return Ok(StatementKind::If(arms, Some(self.body(&line[0])?)));
                }
                _ => {
                    self.alone(&end)?;
                    return Ok(StatementKind::If(arms, None));
                }
            }
        }
    }

    fn attempt(&mut self, line: &[Word]) -> Result<StatementKind, Error> {
        self.alone(line)?;
        let (body, mut ended) = self.block(&["except", "finally", "end"], &line[0])?;
        let mut handlers = Vec::new();
        loop {
            match ended[0].bare() {
                Some("except") => {
                    let mut names = ended[1..].to_vec();
                    let mut bind = None;
                    if let Some(at) = names.iter().position(|w| w.is("as")) {
                        bind = Some(self.name(&ended, at + 2, "a name for the error")?.clone());
                        if let Some(extra) = ended.get(at + 3) {
                            return Err(self.error(extra.span, "nothing follows the name of the error"));
                        }
                        names.truncate(at);
                    }
                    let span = ended[0].span;
                    let (block, next) = self.block(&["except", "finally", "end"], &line[0])?;
                    handlers.push(Handler { names, bind, body: block, span });
                    ended = next;
                }
                Some("finally") => {
                    self.alone(&ended)?;
                    return Ok(StatementKind::Try(body, handlers, Some(self.body(&line[0])?)));
                }
                _ => {
                    self.alone(&ended)?;
                    if handlers.is_empty() {
                        return Err(self.error(line[0].span, "this `try` has neither `except` nor `finally`"));
                    }
                    return Ok(StatementKind::Try(body, handlers, None));
                }
            }
        }
    }

    fn define(&mut self, line: &[Word]) -> Result<StatementKind, Error> {
        if self.depth > 1 {
            return Err(self.error(line[0].span, "a `def` stands outside all blocks"));
        }
        let name = self.name(line, 1, "a name")?.clone();
        let params = self.names(line, 2, "a parameter")?;
        let mut known = HashSet::new();
        if let Some(param) = params.iter().find(|param| !known.insert(param.literal())) {
            return Err(self.error(param.span, "two parameters have this name"));
        }
        let loops = std::mem::take(&mut self.loops);
        self.defs += 1;
        let body = self.body(&line[0]);
        self.defs -= 1;
        self.loops = loops;
        Ok(StatementKind::Def(name, params, body?))
    }
}

/// Whether a line gives a value and calls nothing: it begins with a number, quotes, `$`, a parenthesis or a sign.
fn is_value(line: &[Word]) -> bool {
    let number = |text: &str| {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
    };
    let operator = |word: &Word| word.bare().is_some_and(Operator::is_binary);
    match line[0].bare() {
        Some("(") => line[0].brackets,
        Some(text) if Operator::is_unary(text) => true,
        first => !line[0].brackets && first.is_none_or(number) && line.get(1).is_none_or(operator),
    }
}
