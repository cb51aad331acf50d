//! Python's expressions from tokens.

use super::token::{Token, tokens};
use super::tree::{Bit, Given, Tree};

/// How deep expressions may nest.
const DEPTH_MAX: usize = 60;

/// Tokens being read. What is no expression gives none.
pub(super) struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

/// The expression that a text is.
pub(super) fn expression(text: &str) -> Option<Tree> {
    let tokens = tokens(text)?;
    let mut parser = Parser::new(&tokens);
    parser.list().filter(|_| parser.at_end())
}

/// What `x[::-1]` is of x.
const REVERSED: &str = "[::-1]";

/// The words that begin or part something and so are no names.
const WORDS: &[&str] = &[
    "and", "or", "not", "in", "is", "if", "else", "elif", "for", "while", "def", "class", "return", "import", "from",
    "try", "except", "finally", "with", "as", "pass", "break", "continue", "raise", "del", "global", "nonlocal",
    "assert", "async",
];

/// The operators between two operands, from the loosest; comparisons are one level.
const LEVELS: &[&[&str]] = &[&["|"], &["^"], &["&"], &["<<", ">>"], &["+", "-"], &["*", "/", "//", "%", "@"]];

impl<'a> Parser<'a> {
    pub(super) fn new(tokens: &'a [Token]) -> Self {
        Self { tokens, at: 0, depth: 0 }
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Take that operator if it is next.
    pub(super) fn op(&mut self, op: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Op(o)) if *o == op);
        self.at += usize::from(is);
        is
    }

    /// Take that word if it is next.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Name(name)) if name == word);
        self.at += usize::from(is);
        is
    }

    pub(super) fn name(&mut self) -> Option<String> {
        let Some(Token::Name(name)) = self.peek() else { return None };
        self.at += 1;
        (!WORDS.contains(&name.as_str())).then(|| name.clone())
    }

    /// Pass over all that is left.
    pub(super) fn rest(&mut self) {
        self.at = self.tokens.len();
    }

    /// An operator that gives a value besides: `+=`.
    pub(super) fn augment(&mut self) -> Option<&'static str> {
        let Some(Token::Op(op)) = self.peek() else { return None };
        let before = op.strip_suffix('=').filter(|o| !o.is_empty() && !matches!(*o, "=" | "!" | "<" | ">" | ":"))?;
        self.at += 1;
        Some(before)
    }

    /// Expressions with commas between: a tuple, where there is more than one or a comma at the end.
    pub(super) fn list(&mut self) -> Option<Tree> {
        let first = self.starred()?;
        if !matches!(self.peek(), Some(Token::Op(","))) {
            return Some(first);
        }
        let mut all = vec![first];
        while self.op(",") {
            if self.at_end() || matches!(self.peek(), Some(Token::Op(")" | "]" | "=" | ":"))) {
                break;
            }
            all.push(self.starred()?);
        }
        Some(Tree::Tuple(all))
    }

    fn starred(&mut self) -> Option<Tree> {
        if self.op("*") {
            self.binary(0)?;
            return Some(Tree::Other("`*`"));
        }
        self.expr()
    }

    /// One expression.
    pub(super) fn expr(&mut self) -> Option<Tree> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let tree = self.any();
        self.depth -= 1;
        tree
    }

    fn any(&mut self) -> Option<Tree> {
        if self.word("yield") {
            let nothing = self.at_end() || matches!(self.peek(), Some(Token::Op(")" | "=")));
            return Some(Tree::Yield(if nothing { None } else { Some(Box::new(self.list()?)) }));
        }
        if self.word("lambda") {
            while !self.op(":") {
                self.at += 1;
                self.peek()?;
            }
            self.expr()?;
            return Some(Tree::Other("`lambda`"));
        }
        let value = self.or()?;
        if self.word("if") {
            self.or()?;
            if !self.word("else") {
                return None;
            }
            self.expr()?;
            return Some(Tree::Other("`X if C else Y`"));
        }
        if self.op(":=") {
            self.expr()?;
            return Some(Tree::Other("`:=`"));
        }
        Some(value)
    }

    fn or(&mut self) -> Option<Tree> {
        let mut left = self.and()?;
        while self.word("or") {
            left = Tree::Binary("or", Box::new(left), Box::new(self.and()?));
        }
        Some(left)
    }

    fn and(&mut self) -> Option<Tree> {
        let mut left = self.not()?;
        while self.word("and") {
            left = Tree::Binary("and", Box::new(left), Box::new(self.not()?));
        }
        Some(left)
    }

    fn not(&mut self) -> Option<Tree> {
        let mut times = 0;
        while self.word("not") {
            times += 1;
        }
        let mut tree = self.comparison()?;
        for _ in 0..times {
            tree = Tree::Unary("not", Box::new(tree));
        }
        Some(tree)
    }

    fn comparison(&mut self) -> Option<Tree> {
        let mut left = self.binary(0)?;
        let mut whole: Option<Tree> = None;
        while let Some(op) = self.comparing() {
            let right = self.binary(0)?;
            let pair = Tree::Binary(op, Box::new(left), Box::new(right.clone()));
            // `a < b < c` is two comparisons.
            whole = Some(match whole {
                Some(before) => Tree::Binary("and", Box::new(before), Box::new(pair)),
                None => pair,
            });
            left = right;
        }
        Some(whole.unwrap_or(left))
    }

    fn comparing(&mut self) -> Option<&'static str> {
        for op in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.op(op) {
                return Some(op);
            }
        }
        if self.word("is") {
            return Some(if self.word("not") { "!=" } else { "==" });
        }
        if self.word("in") {
            return Some("in");
        }
        if matches!(self.tokens.get(self.at..self.at + 2), Some([Token::Name(a), Token::Name(b)]) if a == "not" && b == "in")
        {
            self.at += 2;
            return Some("not in");
        }
        None
    }

    fn binary(&mut self, level: usize) -> Option<Tree> {
        let Some(ops) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(op) = ops.iter().find(|op| self.op(op)) {
            left = Tree::Binary(op, Box::new(left), Box::new(self.binary(level + 1)?));
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Tree> {
        self.depth += 1;
        let op = ["-", "+", "~"].into_iter().find(|op| self.op(op)).filter(|_| self.depth <= DEPTH_MAX);
        let tree = match op {
            Some("+") => self.unary(),
            Some(op) => match self.unary()? {
                Tree::Number(n) if op == "-" && !n.starts_with('-') => Some(Tree::Number(format!("-{n}"))),
                other => Some(Tree::Unary(op, Box::new(other))),
            },
            None if self.word("await") => self.primary().map(|_| Tree::Other("`await`")),
            None => self.primary(),
        };
        self.depth -= 1;
        if tree.is_some() && self.op("**") {
            self.unary()?;
            return Some(Tree::Other("`**`"));
        }
        tree
    }

    fn primary(&mut self) -> Option<Tree> {
        let mut tree = self.atom()?;
        loop {
            if self.op(".") {
                tree = Tree::Attr(Box::new(tree), self.name()?);
            } else if self.op("(") {
                tree = Tree::Call(Box::new(tree), self.arguments()?);
            } else if self.op("[") {
                tree = self.subscript(tree)?;
            } else {
                return Some(tree);
            }
        }
    }

    fn arguments(&mut self) -> Option<Vec<Given>> {
        let mut all = Vec::new();
        while !self.op(")") {
            let name = match self.tokens.get(self.at..self.at + 2) {
                Some([Token::Name(name), Token::Op("=")]) => {
                    self.at += 2;
                    Some(name.clone())
                }
                _ => None,
            };
            let value = if self.op("**") { self.expr().map(|_| Tree::Other("`**`"))? } else { self.starred()? };
            let value = self.comprehension(value)?;
            all.push(Given { name, value });
            if !self.op(",") {
                return self.op(")").then_some(all);
            }
        }
        Some(all)
    }

    fn comprehension(&mut self, value: Tree) -> Option<Tree> {
        if !self.word("for") {
            return Some(value);
        }
        while !matches!(self.peek()?, Token::Op(")" | "]" | "}")) {
            let open = ["(", "[", "{"].iter().any(|op| self.op(op));
            if open {
                self.closing()?;
            } else {
                self.at += 1;
            }
        }
        Some(Tree::Other("a comprehension"))
    }

    /// Pass over what stands up to the bracket that closes.
    fn closing(&mut self) -> Option<()> {
        let mut depth = 1;
        while depth > 0 {
            match self.peek()? {
                Token::Op("(" | "[" | "{") => depth += 1,
                Token::Op(")" | "]" | "}") => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        Some(())
    }

    fn subscript(&mut self, of: Tree) -> Option<Tree> {
        let part = |parser: &mut Self| match parser.peek()? {
            Token::Op(":" | "]") => Some(None),
            _ => parser.list().map(|tree| Some(Box::new(tree))),
        };
        let from = part(self)?;
        if !self.op(":") {
            return if self.op("]") { Some(Tree::Index(Box::new(of), from?)) } else { None };
        }
        let to = part(self)?;
        if self.op(":") {
            let step = part(self)?;
            let reverses = from.is_none() && to.is_none() && step.as_deref() == Some(&Tree::Number("-1".into()));
            let slice =
                if reverses { Tree::Attr(Box::new(of), REVERSED.into()) } else { Tree::Other("a slice with a step") };
            return self.op("]").then_some(slice);
        }
        self.op("]").then(|| Tree::Slice(Box::new(of), from, to))
    }

    fn atom(&mut self) -> Option<Tree> {
        let token = self.peek()?;
        self.at += 1;
        match token {
            Token::Name(name) if WORDS.contains(&name.as_str()) => None,
            Token::Name(name) => Some(Tree::Name(name.clone())),
            Token::Number(number) => Some(Tree::Number(number.clone())),
            Token::Op("...") => Some(Tree::Name("...".into())),
            Token::Op("(") => {
                if self.op(")") {
                    return Some(Tree::Tuple(Vec::new()));
                }
                let tree = self.list()?;
                let tree = self.comprehension(tree)?;
                self.op(")").then_some(tree)
            }
            Token::Op("[") => {
                if self.op("]") {
                    return Some(Tree::List(Vec::new()));
                }
                let first = self.starred()?;
                if matches!(self.peek(), Some(Token::Name(word)) if word == "for") {
                    let all = self.comprehension(first)?;
                    return self.op("]").then_some(all);
                }
                let mut all = vec![first];
                while self.op(",") && !matches!(self.peek(), Some(Token::Op("]"))) {
                    all.push(self.starred()?);
                }
                self.op("]").then_some(Tree::List(all))
            }
            Token::Op("{") => self.braces(),
            Token::Text(_) | Token::Bytes(_) | Token::Format(_) => {
                self.at -= 1;
                self.quoted()
            }
            Token::Op(_) => None,
        }
    }

    fn braces(&mut self) -> Option<Tree> {
        let mut pairs = Vec::new();
        while !self.op("}") {
            let key = self.expr()?;
            if !self.op(":") {
                self.closing()?;
                return Some(Tree::Other("a set"));
            }
            let value = self.expr()?;
            let value = self.comprehension(value)?;
            pairs.push((key, value));
            if !self.op(",") {
                return self.op("}").then_some(Tree::Dict(pairs));
            }
        }
        Some(Tree::Dict(pairs))
    }

    /// Strings; several that stand side by side are one.
    fn quoted(&mut self) -> Option<Tree> {
        let mut bits: Vec<Bit> = Vec::new();
        let (mut bytes, mut formats): (Option<Vec<u8>>, bool) = (None, false);
        loop {
            match self.peek() {
                Some(Token::Text(text)) => bits.push(Bit::Text(text.clone())),
                Some(Token::Bytes(more)) => bytes.get_or_insert_default().extend_from_slice(more),
                Some(Token::Format(text)) => {
                    formats = true;
                    format_bits(text, &mut bits)?;
                }
                _ => break,
            }
            self.at += 1;
        }
        if let Some(bytes) = bytes {
            return bits.is_empty().then_some(Tree::Bytes(bytes));
        }
        let text = |bit: &Bit| if let Bit::Text(text) = bit { text.clone() } else { String::new() };
        Some(if formats { Tree::Format(bits) } else { Tree::Text(bits.iter().map(text).collect()) })
    }
}

/// Take an f-string apart. A value with a format of its own has no counterpart.
fn format_bits(text: &str, out: &mut Vec<Bit>) -> Option<()> {
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let doubled = rest[at..].starts_with("{{") || rest[at..].starts_with("}}");
        out.push(Bit::Text(rest[..at + usize::from(doubled)].into()));
        if doubled {
            rest = &rest[at + 2..];
            continue;
        }
        let inner = rest[at..].strip_prefix('{')?;
        let (mut depth, mut quote) = (0, None);
        let end = inner.char_indices().find_map(|(i, c)| {
            match (c, quote) {
                (c, Some(q)) if c == q => quote = None,
                (_, Some(_)) => {}
                ('\'' | '"', None) => quote = Some(c),
                ('(' | '[' | '{', None) => depth += 1,
                ('}', None) if depth == 0 => return Some(i),
                (')' | ']' | '}', None) => depth -= 1,
                _ => {}
            }
            None
        })?;
        let inside = &inner[..end];
        let value = expression(inside).or_else(|| {
            let (value, _) = inside.split_once([':', '!', '='])?;
            expression(value).map(|_| Tree::Other("a format of its own in a text"))
        });
        out.push(Bit::Value(value?));
        rest = &inner[end + 1..];
    }
    out.push(Bit::Text(rest.into()));
    Some(())
}
