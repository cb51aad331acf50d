//! Python's tokens, line by line: brackets, backslashes and triple quotes make one line of several.

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Number(String),
    Text(String),
    Bytes(Vec<u8>),
    /// An f-string, its escapes decoded.
    Format(String),
    Op(&'static str),
}

/// A line as Python counts it.
#[derive(Debug)]
pub(super) struct Logical {
    /// The first line of the text that it stands on, from 0.
    pub(super) first: usize,
    /// How far it is indented.
    pub(super) indent: usize,
    pub(super) tokens: Vec<Token>,
}

/// Where the text stops being Python.
#[derive(Debug)]
pub(super) struct Unread {
    /// The line, from 0.
    pub(super) line: usize,
    /// More lines would mend it: a bracket or a triple quote is open, a backslash ends the line.
    pub(super) open: bool,
}

/// The longest first.
const OPS: &[&str] = &[
    "**=", "//=", ">>=", "<<=", "...", "!=", "==", "<=", ">=", "->", ":=", "+=", "-=", "*=", "/=", "%=", "&=", "|=",
    "^=", "**", "//", "<<", ">>", "(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "=", "+", "-", "*", "/", "%", "&",
    "|", "^", "~", "<", ">", "@",
];

/// The lines of a text. Blank lines and comments are none.
pub(super) fn lines(text: &str) -> Result<Vec<Logical>, Unread> {
    let mut scanner = Scanner { rest: text, line: 0, depth: 0 };
    let mut found = Vec::new();
    loop {
        let indent = scanner.indent();
        let (first, mut tokens) = (scanner.line, Vec::new());
        let more = scanner.line_of(&mut tokens)?;
        if !tokens.is_empty() {
            found.push(Logical { first, indent, tokens });
        }
        if !more {
            return Ok(found);
        }
    }
}

/// The tokens of one line.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut scanner = Scanner { rest: text.trim(), line: 0, depth: 0 };
    matches!(scanner.line_of(&mut tokens), Ok(false)).then_some(tokens)
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
    /// How many brackets are open.
    depth: usize,
}

impl Scanner<'_> {
    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    /// Pass over the blanks a line begins with. A tab goes to the next eighth column.
    fn indent(&mut self) -> usize {
        let mut columns = 0;
        while let Some(c) = self.rest.chars().next().filter(|c| matches!(c, ' ' | '\t' | '\u{a0}' | '\r')) {
            columns = if c == '\t' { columns / 8 * 8 + 8 } else { columns + 1 };
            self.skip(c.len_utf8());
        }
        columns
    }

    fn bad(&self, open: bool) -> Unread {
        Unread { line: self.line, open }
    }

    /// The tokens up to the end of the line. Says whether another line follows.
    fn line_of(&mut self, out: &mut Vec<Token>) -> Result<bool, Unread> {
        let first = self.line;
        loop {
            let Some(c) = self.rest.chars().next() else {
                return if self.depth > 0 { Err(Unread { line: first, open: true }) } else { Ok(false) };
            };
            match c {
                '\n' => {
                    self.skip(1);
                    self.line += 1;
                    if self.depth == 0 {
                        return Ok(true);
                    }
                }
                ' ' | '\t' | '\r' | '\u{a0}' => self.skip(c.len_utf8()),
                '#' => self.skip(self.rest.find('\n').unwrap_or(self.rest.len())),
                '\\' => {
                    self.skip(1);
                    let after = self.rest.trim_start_matches('\r');
                    if after.is_empty() {
                        return Err(Unread { line: first, open: true });
                    }
                    if !after.starts_with('\n') {
                        return Err(self.bad(false));
                    }
                    self.rest = &after[1..];
                    self.line += 1;
                }
                _ => {
                    let token = self.token(c).map_err(|open| Unread { line: first, open })?;
                    match token {
                        Token::Op("(" | "[" | "{") => self.depth += 1,
                        Token::Op(")" | "]" | "}") => {
                            self.depth = self.depth.checked_sub(1).ok_or_else(|| self.bad(false))?;
                        }
                        _ => {}
                    }
                    out.push(token);
                }
            }
        }
    }

    /// The token that begins here; the error says whether it is still open.
    fn token(&mut self, c: char) -> Result<Token, bool> {
        let prefix = self.rest.chars().take_while(|c| "rRbBuUfF".contains(*c)).count();
        if prefix <= 2 && self.rest[prefix..].starts_with(['"', '\'']) {
            let prefix = self.rest[..prefix].to_ascii_lowercase();
            self.skip(prefix.len());
            return self.quoted(&prefix);
        }
        if c.is_alphabetic() || c == '_' {
            let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
            let name = self.rest[..end].to_string();
            self.skip(end);
            return Ok(Token::Name(name));
        }
        let digit = |c: char| c.is_ascii_digit();
        if digit(c) || (c == '.' && self.rest[1..].starts_with(digit)) {
            let mut last = ' ';
            let goes_on = |c: char| {
                let on = c.is_ascii_alphanumeric() || matches!(c, '.' | '_') || (matches!(c, '+' | '-') && last == 'e');
                last = c;
                on
            };
            let end = self.rest.find(negate(goes_on)).unwrap_or(self.rest.len());
            let number = number(&self.rest[..end]).ok_or(false)?;
            self.skip(end);
            return Ok(Token::Number(number));
        }
        let op = OPS.iter().find(|op| self.rest.starts_with(**op)).ok_or(false)?;
        self.skip(op.len());
        Ok(Token::Op(op))
    }

    fn quoted(&mut self, prefix: &str) -> Result<Token, bool> {
        let quote = &self.rest[..1];
        let triple = quote.repeat(3);
        let end = if self.rest.starts_with(&triple) { triple } else { quote.to_string() };
        self.skip(end.len());
        let (raw, bytes) = (prefix.contains('r'), prefix.contains('b'));
        let mut out = Vec::new();
        loop {
            if self.rest.starts_with(&end) {
                self.skip(end.len());
                break;
            }
            let Some(c) = self.rest.chars().next() else { return Err(end.len() == 3) };
            if c == '\n' {
                if end.len() == 1 {
                    return Err(false);
                }
                self.line += 1;
            }
            if c == '\\' {
                self.escape(raw, bytes, &mut out);
                continue;
            }
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            self.skip(c.len_utf8());
        }
        if bytes {
            return Ok(Token::Bytes(out));
        }
        let text = String::from_utf8(out).map_err(|_| false)?;
        Ok(if prefix.contains('f') { Token::Format(text) } else { Token::Text(text) })
    }

    /// Decode the escape that begins here; one that Python does not know stays as it is.
    fn escape(&mut self, raw: bool, bytes: bool, out: &mut Vec<u8>) {
        let mut chars = self.rest.chars();
        chars.next();
        let Some(next) = chars.next() else {
            self.skip(1);
            return out.push(b'\\');
        };
        let digits = |from: usize, most: usize, radix: u32| {
            let digits: String = self.rest[from..].chars().take(most).take_while(|c| c.is_digit(radix)).collect();
            u32::from_str_radix(&digits, radix).ok().map(|n| (n, from + digits.len()))
        };
        let coded = match next {
            _ if raw => None,
            'x' => digits(2, 2, 16),
            'u' if !bytes => digits(2, 4, 16),
            'U' if !bytes => digits(2, 8, 16),
            '0'..='7' => digits(1, 3, 8),
            _ => None,
        };
        if let Some((code, length)) = coded {
            match (bytes, char::from_u32(code)) {
                (true, _) => out.push(code as u8),
                (false, c) => out.extend_from_slice(c.unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]).as_bytes()),
            }
            return self.skip(length);
        }
        if next == '\n' {
            self.line += 1;
        }
        let plain = match next {
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            'a' => "\x07",
            'b' => "\x08",
            'f' => "\x0c",
            'v' => "\x0b",
            '\\' => "\\",
            '\'' => "'",
            '"' => "\"",
            '\n' => "",
            _ => "\\",
        };
        if raw || (plain == "\\" && next != '\\') {
            out.push(b'\\');
            out.extend_from_slice(next.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            out.extend_from_slice(plain.as_bytes());
        }
        self.skip(1 + next.len_utf8());
    }
}

fn negate(mut test: impl FnMut(char) -> bool) -> impl FnMut(char) -> bool {
    move |c| !test(c)
}

/// A number as sockpit writes it.
fn number(text: &str) -> Option<String> {
    let plain = text.replace('_', "").to_ascii_lowercase();
    for (prefix, radix) in [("0o", 8), ("0b", 2)] {
        if let Some(digits) = plain.strip_prefix(prefix) {
            return i128::from_str_radix(digits, radix).ok().map(|n| n.to_string());
        }
    }
    if plain.starts_with("0x") {
        return i128::from_str_radix(&plain[2..], 16).ok().map(|_| plain);
    }
    plain.parse::<f64>().ok().map(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_where_python_joins_them() {
        let text = "s = socket.socket(\n    AF_INET)  # one\n\n  x = 1 + \\\n 2\nd = '''a\nb'''\n";
        let found = lines(text).unwrap();
        let places: Vec<_> = found.iter().map(|l| (l.first, l.indent)).collect();
        assert_eq!(places, [(0, 0), (3, 2), (5, 0)]);
        assert_eq!(found[2].tokens.last(), Some(&Token::Text("a\nb".into())));
        for (text, open) in [("f(1,", true), ("x = 1 \\", true), ("'''a", true), ("'a", false), ("a)", false)] {
            assert_eq!(lines(text).err().map(|e| e.open), Some(open), "{text}");
        }
    }

    #[test]
    fn quotes_are_taken_apart() {
        let of = |text| tokens(text).unwrap().remove(0);
        assert_eq!(of(r"'a\x41\u9ed1\n'"), Token::Text("aA黑\n".into()));
        assert_eq!(of(r"b'\xff\u'"), Token::Bytes(b"\xff\\u".to_vec()));
        assert_eq!(of(r"r'\n'"), Token::Text("\\n".into()));
        assert_eq!(of(r"rb'\n'"), Token::Bytes(b"\\n".to_vec()));
        assert_eq!(of("f'{x}'"), Token::Format("{x}".into()));
        assert_eq!(of("0o17"), Token::Number("15".into()));
        assert_eq!(of("1_000"), Token::Number("1000".into()));
    }
}
