//! Full-width punctuation, as an input method writes it: named where it stands in the place of syntax, text elsewhere.

use super::{Span, Word, is_name};

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
pub(super) fn refused(rest: &str, c: char) -> Option<(String, String)> {
    if c == '\u{3000}' {
        return Some(("a full-width space stands here; words are parted by plain ones".into(), String::new()));
    }
    let behind = &rest[c.len_utf8()..];
    // ￥100 is a price.
    let inserts =
        |next: char| next.is_alphabetic() || matches!(next, '_' | '{') || (c == '＄' && next.is_ascii_digit());
    if narrow(c) == '$' && behind.starts_with(inserts) {
        let name = behind.split([' ', '\t']).next().unwrap_or(behind);
        return Some((format!("`{c}` is not $"), format!("write: ${name}")));
    }
    let (_, close) = QUOTES.iter().find(|(open, _)| *open == c)?;
    let text = &behind[..behind.find([*close, '"']).unwrap_or(0)];
    let note = match text {
        "" => "quotes are \" and '; as text it stands within them: \"“\"".to_string(),
        text => format!("write: \"{text}\""),
    };
    Some((format!("`{c}` is a quote of an input method, and none here"), note))
}

/// What a line has of full-width punctuation in the place of syntax: where it stands, and what it means. `wide` are the
/// words that have some without quotes, `raw` all as they are written.
pub(super) fn misplaced(words: &[Word], raw: &[&str], wide: &[usize]) -> Option<(Span, String, String)> {
    let narrowed: Vec<String> = raw.iter().map(|word| narrow_bare(word)).collect();
    let first = narrowed.first()?.trim_end_matches(':');
    let takes_names = matches!(first, "def" | "global" | "for" | "let");
    let is_text = matches!(first, "print" | "return");
    // Names that get values, and what stands between them.
    let given = |at: &usize| narrowed[..*at].join(" ").split(',').all(|name| is_name(name.trim()));
    let names = narrowed.iter().position(|word| word == "=").filter(given).unwrap_or(0);
    let in_syntax = |at: usize| {
        let word = &*narrowed[at];
        let is_ascii = word.is_ascii();
        at <= names
            || (takes_names && at <= 2)
            || is_operator(word)
            || word.starts_with('#')
            || (is_ascii && raw[at].contains('；'))
            || (at + 1 == words.len() && is_block(first) && word.ends_with(':'))
            || (!is_text && is_ascii)
    };
    let at = *wide.iter().find(|at| in_syntax(**at))?;
    let (place, c) = bare(raw[at]).find(|(_, c)| narrow(*c) != *c)?;
    let column = words[at].span.column + raw[at][..place].chars().count() as u32;
    let span = Span { column, length: 1, ..words[at].span };
    let note = if narrowed[at].contains(['(', '[', '#']) {
        "as text, it needs quotes".to_string()
    } else {
        format!("write: {}; as text, it needs quotes", narrowed[at])
    };
    Some((span, format!("`{c}` is a full-width {}", narrow(c)), note))
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

/// A word with what it has of full-width characters without quotes in ASCII.
fn narrow_bare(word: &str) -> String {
    let mut out = word.to_string();
    for (at, c) in bare(word).filter(|(_, c)| narrow(*c) != *c).collect::<Vec<_>>().into_iter().rev() {
        out.replace_range(at..at + c.len_utf8(), narrow(c).encode_utf8(&mut [0; 4]));
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

fn is_block(first: &str) -> bool {
    matches!(first, "if" | "elif" | "else" | "while" | "loop" | "for" | "repeat" | "try" | "except" | "finally" | "def")
}
