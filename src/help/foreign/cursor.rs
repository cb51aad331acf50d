//! Where the reading of Python's tokens stands.

use super::token::Token;

/// Tokens being read. What is no expression gives none.
pub(super) struct Parser<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) at: usize,
    pub(super) depth: usize,
}

/// The words that begin or part something and so are no names.
pub(super) const WORDS: &[&str] = &[
    "and", "or", "not", "in", "is", "if", "else", "elif", "for", "while", "def", "class", "return", "import", "from",
    "try", "except", "finally", "with", "as", "pass", "break", "continue", "raise", "del", "global", "nonlocal",
    "assert", "async",
];

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
}
