//! A line as far as it is typed: its words, which of them is the call, which parameter comes next.
//!
//! The language refuses what is not finished; here a quote may still be open and the last word half typed. It knows
//! the table of calls and nothing of the editor.

use std::ops::Range;

use crate::command::{self, Command, Kind, Need, kinds};
use crate::lang::is_name;
use crate::program::arrange::{by_name, needed};

/// A word of a line that is being typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// Where it stands, quotes and all.
    pub range: Range<usize>,
    /// Its text without the quotes; escapes and `$names` are left as written.
    pub text: String,
    /// It has quotes.
    pub quoted: bool,
    /// The quote that is not closed yet, and where it stands.
    pub open: Option<(usize, char)>,
}

impl Word {
    /// Whether it is exactly that, without quotes.
    pub fn is(&self, what: &str) -> bool {
        !self.quoted && self.text == what
    }
}

/// The words of a line, and where its comment begins.
pub fn split(line: &str) -> (Vec<Word>, usize) {
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        at += line[at..].len() - line[at..].trim_start_matches([' ', '\t', '\r', '\n']).len();
        if at >= line.len() || line[at..].starts_with('#') {
            return (words, at);
        }
        let word = one(line, at);
        at = word.range.end;
        words.push(word);
    }
}

fn one(line: &str, start: usize) -> Word {
    let mut word = Word { range: start..line.len(), text: String::new(), quoted: false, open: None };
    let mut chars = line[start..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (c, word.open) {
            (' ' | '\t' | '\r' | '\n', None) => {
                word.range.end = start + at;
                return word;
            }
            ('\'' | '"', None) => {
                word.open = Some((start + at, c));
                word.quoted = true;
            }
            (_, Some((_, quote))) if c == quote => word.open = None,
            ('\\', within) if within.is_none_or(|(_, quote)| quote == '"') => {
                word.text.push(c);
                word.text.extend(chars.next().map(|(_, c)| c));
            }
            _ => word.text.push(c),
        }
    }
    word
}

/// The place of the word that says what the line does: behind `a, b =` and `expect ERRNO`.
pub fn head(words: &[Word]) -> usize {
    let targets = |words: &[Word]| {
        let text = words.iter().map(|w| &*w.text).collect::<Vec<_>>().join(" ");
        text.split(',').all(|name| is_name(name.trim()))
    };
    let after = words.iter().position(|w| w.is("=")).filter(|at| targets(&words[..*at]));
    let start = after.map_or(0, |at| at + 1);
    if words.get(start).is_some_and(|w| w.is("expect")) { start + 2 } else { start }
}

/// What the next word of a call can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Next {
    /// The first parameter it can fill; their number when none is left.
    pub param: usize,
    /// The level that stands before the option.
    pub level: Option<i32>,
    /// All that must be there is there, so the others may be given by name.
    pub full: bool,
    /// That parameter takes any number of words and has one.
    pub begun: bool,
}

/// What comes after these words of a call.
pub fn next(command: &Command, words: &[Word]) -> Next {
    let params = command.params;
    let required = needed(params);
    let (mut at, mut count, mut level, mut begun) = (skip_named(params, 0), 0, None, false);
    for word in words {
        let by_name = named(command, word);
        if by_name.is_some_and(|i| count >= required || params[i].need == Need::Named) {
            continue;
        }
        let Some(param) = params.get(at) else { break };
        let is_level = param.kind == Kind::Option && level.is_none() && kinds::is_level(&kinds::word_value(&word.text));
        if is_level {
            level = crate::os::options::level(&word.text).or_else(|| word.text.parse().ok());
            continue;
        }
        count += 1;
        // An optional parameter before required ones is left out when the word is no constant of its set.
        let constants = param.kind.constants().filter(|_| param.need == Need::Optional && needed(&params[at..]) > 0);
        if constants.is_some_and(|set| word.text.split('|').any(|w| set.find(w).is_none())) {
            at = skip_named(params, at + 1);
        }
        begun = matches!(params.get(at).map(|p| p.need), Some(Need::Rest | Need::Some));
        if !begun {
            at = skip_named(params, at + 1);
        }
    }
    Next { param: at, level, full: count >= required, begun }
}

fn skip_named(params: &[command::Param], mut at: usize) -> usize {
    while params.get(at).is_some_and(|p| p.need == Need::Named) {
        at += 1;
    }
    at
}

/// The parameter that a word gives by name, as in `flags=`.
pub fn named(command: &Command, word: &Word) -> Option<usize> {
    by_name(command, word.text.split_once('=')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        split(line).0.into_iter().map(|w| w.text).collect()
    }

    #[test]
    fn words_may_be_unfinished() {
        assert_eq!(texts("send s \"a b\" 'c d"), ["send", "s", "a b", "c d"]);
        assert_eq!(texts(r#"print "a\"b" # no"#), ["print", r#"a\"b"#]);
        let (words, end) = split("print 'open  # in it");
        assert_eq!(words[1].open, Some((6, '\'')));
        assert_eq!(end, 20);
        assert_eq!(split("a  # rest").1, 3);
    }

    #[test]
    fn the_call_is_found_behind_its_names() {
        for (line, at) in [
            ("accept s", 0),
            ("a, b = accept s", 3),
            ("expect EAGAIN recv s 1", 2),
            ("let x = 1", 0),
            ("send s a = b", 0),
        ] {
            assert_eq!(head(&split(line).0), at, "{line}");
        }
    }

    #[test]
    fn the_next_parameter_is_known() {
        let after = |line: &str| {
            let words = split(line).0;
            next(command::find(&words[0].text).unwrap(), &words[1..])
        };
        assert_eq!(after("recv s").param, 1);
        assert!(after("recv s 10").full);
        assert_eq!(after("recv s 10 flags=MSG_PEEK").param, 2);
        assert_eq!(after("sendto s x").param, 2);
        assert_eq!(after("sendto s x MSG_OOB").param, 3);
        assert_eq!(after("sendto s x 127.0.0.1:1").param, 4);
        assert_eq!(after("setsockopt s IPPROTO_TCP"), Next { param: 1, level: Some(6), full: false, begun: false });
        assert_eq!(after("setsockopt s TCP_NODELAY").param, 2);
        assert!(after("select a").begun);
        assert_eq!(after("sendmsg s").param, 4);
    }
}
