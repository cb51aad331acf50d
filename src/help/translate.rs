//! A lesson in the language of who reads it: its comments are looked up, paragraph by paragraph, and its lines stay what they are.

use std::borrow::Cow;

use super::marks::{LessonMark, mark};
use super::tongue;

/// A part of a lesson: a paragraph of text, or a line that is the same in every language.
#[derive(Debug)]
struct Piece<'a> {
    lines: Vec<&'a str>,
    /// What stands before the text where it is written in one line, and behind it.
    head: String,
    text: String,
    tail: &'static str,
}

/// The lines of an exercise that are no text.
const PARTS: &[&str] = &["script:", "solution:", "check:", "other:"];

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut all: Vec<Piece> = Vec::new();
    for line in text.lines() {
        let indent = &line[..line.len() - line.trim_start().len()];
        let (head, text, tail) = match mark(line) {
            Some(LessonMark::Question(text)) => (format!("{indent}#? "), text, ""),
            Some(LessonMark::Check(check)) => match check.rsplit_once(" # ") {
                Some((code, about)) => (format!("{indent}#! {code} # "), about, ""),
                None => (String::new(), "", ""),
            },
            Some(LessonMark::Exercise(line)) => {
                let part = ["exercise: ", "hint: "].iter().find(|part| line.starts_with(**part));
                match part {
                    Some(part) => (format!("{indent}#> {part}"), &line[part.len()..], ""),
                    None if line.starts_with("  ") || PARTS.contains(&line.trim()) => (String::new(), "", ""),
                    None => (format!("{indent}#> "), line, ""),
                }
            }
            Some(LessonMark::Text(text)) if text.starts_with("---") => {
                (format!("{indent}# --- "), text.trim_matches(['-', ' ']), " ---")
            }
            Some(LessonMark::Text(text)) if !text.starts_with(' ') => (format!("{indent}# "), text, ""),
            _ => (String::new(), "", ""),
        };
        let last = all.last_mut().filter(|last| {
            let goes_on = last.head == head || (head.ends_with("#> ") && last.head.ends_with("#> hint: "));
            goes_on && !last.text.is_empty() && !text.is_empty() && tail.is_empty() && !head.ends_with("hint: ")
        });
        match last {
            Some(last) => {
                last.lines.push(line);
                last.text = format!("{} {text}", last.text);
            }
            None => all.push(Piece { lines: vec![line], head, text: text.into(), tail }),
        }
    }
    all
}

/// The paragraphs of a lesson's text, each in one line.
pub fn paragraphs(text: &str) -> Vec<String> {
    pieces(text).into_iter().map(|piece| piece.text).filter(|text| !text.is_empty()).collect()
}

/// A lesson in Chinese, where its paragraphs have one.
pub fn chinese(text: &str) -> String {
    let mut out = String::new();
    for piece in pieces(text) {
        match tongue::chinese(&piece.text).filter(|_| !piece.text.is_empty()) {
            Some(chinese) => out.push_str(&format!("{}{chinese}{}\n", piece.head, piece.tail)),
            None => out.extend(piece.lines.iter().map(|line| format!("{line}\n"))),
        }
    }
    out
}

/// A lesson in the language that is spoken.
pub fn told(text: &str) -> Cow<'_, str> {
    if tongue::speaks_chinese() { chinese(text).into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_falls_into_paragraphs() {
        let text = "# Title\n#\n# One\n# paragraph.\n\nlet a = 1\n# --- a head ---\n#? What\n#? now?\nprint 1\n#! assert 1 # so\n\
                    #> exercise: E\n#> Do\n#> it.\n#> script:\n#>   a\n#> hint: h\n#> more\n#> hint: two\n#> check:\n#>   b\n";
        let all = paragraphs(text);
        assert_eq!(all, ["Title", "One paragraph.", "a head", "What now?", "so", "E", "Do it.", "h more", "two"]);
        assert_eq!(chinese(text).lines().count(), text.lines().count());
    }
}
