//! Full-width punctuation, as an input method writes it: named where it stands in the place of syntax, text elsewhere.

use super::part::Bad;
use super::{Span, is_name};

/// Full-width punctuation and the ASCII that is meant.
const PUNCTUATION: &[(char, char)] = &[
    ('，', ','),
    ('：', ':'),
    ('；', ';'),
    ('（', '('),
    ('）', ')'),
    ('＝', '='),
    ('！', '!'),
    ('？', '?'),
    ('。', '.'),
    ('．', '.'),
    ('＄', '$'),
    ('￥', '$'),
    ('＃', '#'),
    ('＆', '&'),
    ('＋', '+'),
    ('－', '-'),
    ('＊', '*'),
    ('／', '/'),
    ('％', '%'),
    ('＜', '<'),
    ('＞', '>'),
    ('《', '<'),
    ('》', '>'),
    ('｜', '|'),
    ('＾', '^'),
    ('～', '~'),
    ('＠', '@'),
    ('＿', '_'),
    ('［', '['),
    ('］', ']'),
    ('【', '['),
    ('】', ']'),
    ('｛', '{'),
    ('｝', '}'),
    ('＼', '\\'),
];

/// Quotes that are none here, each with the one that closes it.
const QUOTES: &[(char, char)] = &[
    ('“', '”'),
    ('”', '”'),
    ('‘', '’'),
    ('’', '’'),
    ('„', '“'),
    ('‟', '”'),
    ('‚', '‘'),
    ('‛', '’'),
    ('＂', '＂'),
    ('＇', '＇'),
    ('「', '」'),
    ('」', '」'),
    ('『', '』'),
    ('』', '』'),
    ('«', '»'),
    ('»', '»'),
    ('〝', '〞'),
    ('〞', '〞'),
];

/// Whether it is the full-width form of a character that may be meant as ASCII.
pub(super) fn is_punctuation(c: char) -> bool {
    narrow(c) != c
}

/// The ASCII character that is meant.
fn narrow(c: char) -> char {
    match c {
        // Digits and letters, too.
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => PUNCTUATION.iter().find(|(wide, _)| *wide == c).map_or(c, |(_, narrow)| *narrow),
    }
}

/// What cannot stand without quotes in any word: a quote of an input method, a full-width space, a `$` that is none.
pub(super) fn refused(rest: &str, c: char) -> Option<Bad> {
    let length = c.len_utf8();
    if c == '\u{3000}' {
        let message = "a full-width space stands here; words are parted by plain ones";
        return Some(Bad::new(length, message, "").with(length, " "));
    }
    let behind = &rest[length..];
    // ￥100 is a price.
    let inserts =
        |next: char| next.is_alphabetic() || matches!(next, '_' | '{') || (c == '＄' && next.is_ascii_digit());
    if narrow(c) == '$' && behind.starts_with(inserts) {
        return Some(Bad::new(length, format!("`{c}` is not $"), "").with(length, "$"));
    }
    let (_, close) = QUOTES.iter().find(|(open, _)| *open == c)?;
    let message = format!("`{c}` is a quote of an input method, and none here");
    let closed = behind.find(*close).filter(|end| *end > 0 && !behind[..*end].contains(['"', '\\', '$']));
    Some(match closed {
        Some(end) => {
            Bad::new(length, message, "").with(length + end + close.len_utf8(), format!("\"{}\"", &behind[..end]))
        }
        None => Bad::new(length, message, format!("quotes are \" and '; as text it stands within them: \"{c}\"")),
    })
}

/// Full-width punctuation in the place of syntax.
pub(super) struct Misplaced {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub message: String,
    /// The line in ASCII, where that is one of sockpit.
    pub line: Option<String>,
}

/// What a line has of full-width punctuation in the place of syntax. `wide` are the words that have some without quotes,
/// `raw` all as they are written.
pub(super) fn misplaced(spans: &[Span], raw: &[&str], wide: &[usize]) -> Option<Misplaced> {
    let narrowed: Vec<String> = raw.iter().map(|word| replaced(word, |c| narrow(c).to_string())).collect();
    let line = Line::of(&narrowed);
    let at = *wide.iter().find(|at| line.is_syntax(**at, raw[**at]))?;
    let (place, c) = bare(raw[at]).find(|(_, c)| narrow(*c) != *c)?;
    let column = spans[at].column + raw[at][..place].chars().count() as u32;
    let span = Span { column, length: 1, ..spans[at] };
    let ascii: Vec<String> = (0..raw.len()).map(|at| line.ascii(at, raw[at])).collect();
    let ascii = ascii.join(" ").replace("  ", " ").replace(" ,", ",");
    // Calls have no parentheses.
    let certain = line.expression || !bare(&ascii).any(|(_, c)| "()[]{}".contains(c));
    let message = format!("`{c}` is a full-width {}", narrow(c));
    Some(Misplaced { span, message, line: certain.then(|| ascii.trim().to_string()) })
}

/// What a line is, by its words in ASCII.
struct Line<'a> {
    words: &'a [String],
    /// Its words up to there are names that get values, and what stands between them.
    names: usize,
    takes_names: bool,
    text: bool,
    expression: bool,
    block: bool,
}

impl<'a> Line<'a> {
    fn of(words: &'a [String]) -> Self {
        let first = words.first().map_or("", |word| word.trim_end_matches(':'));
        let given = |at: &usize| words[..*at].join(" ").split(',').all(|name| is_name(name.trim()));
        Self {
            words,
            names: words.iter().position(|word| word == "=").filter(given).unwrap_or(0),
            takes_names: matches!(first, "def" | "global" | "for" | "let"),
            text: matches!(first, "print" | "return"),
            expression: matches!(first, "let" | "assert" | "if" | "elif" | "while"),
            block: matches!(
                first,
                "if" | "elif" | "else" | "while" | "loop" | "for" | "repeat" | "try" | "except" | "finally" | "def"
            ),
        }
    }

    /// Whether full-width punctuation in that word stands for ASCII.
    fn is_syntax(&self, at: usize, raw: &str) -> bool {
        let word = &*self.words[at];
        let ascii = word.is_ascii();
        at <= self.names
            || (self.takes_names && at <= 2)
            || is_operator(word)
            || word.starts_with('#')
            || (ascii && raw.contains('；'))
            || self.is_colon(at)
            || (!self.text && ascii)
    }

    /// Whether a word ends with the colon that Python has there.
    fn is_colon(&self, at: usize) -> bool {
        self.block && at + 1 == self.words.len() && self.words[at].ends_with(':')
    }

    /// A word of the line as it is written in ASCII.
    fn ascii(&self, at: usize, raw: &str) -> String {
        if !self.is_syntax(at, raw) {
            return raw.to_string();
        }
        let alone = is_operator(&self.words[at]);
        let text = replaced(raw, |c| match c {
            '，' if at <= self.names => ", ".into(),
            '，' if at > 0 && !self.text => " ".into(),
            '＝' if !alone => " = ".into(),
            '（' if self.expression => "( ".into(),
            '）' if self.expression => " )".into(),
            c => narrow(c).to_string(),
        });
        if self.is_colon(at) { text.trim_end_matches(':').to_string() } else { text.trim().to_string() }
    }
}

/// The characters of a word that stand without quotes.
fn bare(word: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    word.char_indices().filter(move |(_, c)| {
        let within = quote.is_some();
        if quote == Some(*c) {
            quote = None;
        } else if !within && matches!(c, '"' | '\'') {
            quote = Some(*c);
        }
        !within
    })
}

/// A word with something else for what it has of full-width characters without quotes.
fn replaced(word: &str, with: impl Fn(char) -> String) -> String {
    let mut out = word.to_string();
    for (at, c) in bare(word).filter(|(_, c)| narrow(*c) != *c).collect::<Vec<_>>().into_iter().rev() {
        out.replace_range(at..at + c.len_utf8(), &with(c));
    }
    out
}

fn is_operator(word: &str) -> bool {
    matches!(
        word,
        "=" | "=="
            | "!="
            | "<"
            | ">"
            | "<="
            | ">="
            | "+"
            | "-"
            | "*"
            | "/"
            | "//"
            | "%"
            | "("
            | ")"
            | "&"
            | "|"
            | "^"
            | "~"
            | "<<"
            | ">>"
            | ";"
    )
}
