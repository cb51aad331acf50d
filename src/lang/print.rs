//! The inverse of parsing: a program's text from its statements, in one canonical form.

use std::fmt::Write;

use super::ast::{Block, Call, StatementKind};
use super::{Expr, Index, KEYWORDS, Part, Pick, Word, needs_braces};
use crate::value::text;

/// The canonical text of statements: parsing it gives them back.
pub fn print(block: &Block) -> String {
    let mut out = String::new();
    write_block(&mut out, block, 0);
    out
}

fn write_block(out: &mut String, block: &Block, depth: usize) {
    for statement in block {
        let line = |out: &mut String, text: &str| {
            let _ = writeln!(out, "{}{text}", "  ".repeat(depth));
        };
        let end = |out: &mut String| line(out, "end");
        let part = |out: &mut String, head: &str, body: &Block| {
            line(out, head);
            write_block(out, body, depth + 1);
        };
        let whole = |out: &mut String, head: &str, body: &Block| {
            part(out, head, body);
            end(out);
        };
        match &statement.kind {
            StatementKind::Call(c) => line(out, &call(c)),
            StatementKind::Let(name, e) => line(out, &format!("let {} = {}", word(name), expr(e, 0))),
            StatementKind::Assert(e) => line(out, &format!("assert {}", expr(e, 0))),
            StatementKind::Show(e) => line(out, &shown(e)),
            StatementKind::Print(w) => line(out, &joined("print", w)),
            StatementKind::If(arms, otherwise) => {
                for (i, (condition, body)) in arms.iter().enumerate() {
                    let word = if i == 0 { "if" } else { "elif" };
                    part(out, &format!("{word} {}", expr(condition, 0)), body);
                }
                if let Some(body) = otherwise {
                    part(out, "else", body);
                }
                end(out);
            }
            StatementKind::While(e, body) => whole(out, &format!("while {}", expr(e, 0)), body),
            StatementKind::Loop(body) => whole(out, "loop", body),
            StatementKind::For(name, words, body) => {
                whole(out, &joined(&format!("for {} in", word(name)), words), body);
            }
            StatementKind::Repeat(count, body) => whole(out, &format!("repeat {}", word(count)), body),
            StatementKind::Break => line(out, "break"),
            StatementKind::Continue => line(out, "continue"),
            StatementKind::Try(body, handlers, finally) => {
                part(out, "try", body);
                for handler in handlers {
                    let bind = handler.bind.as_ref().map_or(String::new(), |b| format!(" as {}", word(b)));
                    part(out, &format!("{}{bind}", joined("except", &handler.names)), &handler.body);
                }
                if let Some(body) = finally {
                    part(out, "finally", body);
                }
                end(out);
            }
            StatementKind::Def(name, params, body) => whole(out, &joined(&format!("def {}", word(name)), params), body),
            StatementKind::Return(words) => line(out, &joined("return", words)),
            StatementKind::Global(names) => line(out, &joined("global", names)),
        }
    }
}

fn joined(first: &str, words: &[Word]) -> String {
    std::iter::once(first.to_string()).chain(words.iter().map(word)).collect::<Vec<_>>().join(" ")
}

fn call(call: &Call) -> String {
    let mut out = String::new();
    if !call.targets.is_empty() {
        let names: Vec<_> = call.targets.iter().map(word).collect();
        let _ = write!(out, "{} = ", names.join(", "));
    }
    if let Some(name) = &call.expect {
        let _ = write!(out, "expect {} ", word(name));
    }
    if let Some(seconds) = &call.every {
        let _ = write!(out, "every {} ", word(seconds));
    }
    out.push_str(&joined(&word(&call.name), &call.args));
    if call.background {
        out.push_str(" &");
    }
    out
}

/// An expression that stands alone: a name at its beginning would be a call's.
fn shown(e: &Expr) -> String {
    let text = expr(e, 0);
    let given = text.starts_with(['(', '"', '$']) || ["not ", "- ", "~ "].iter().any(|op| text.starts_with(op));
    if given { text } else { format!("( {text} )") }
}

fn expr(e: &Expr, min: u8) -> String {
    let (text, strength) = match e {
        Expr::Word(w) => (word(w), u8::MAX),
        Expr::Unary(op, inner) => (format!("{} {}", op.as_str(), expr(inner, op.strength())), op.strength()),
        Expr::Binary(op, left, right) => {
            // Comparisons do not chain, so a comparison inside one stands in parentheses on either side.
            let left_min = op.strength() + u8::from(op.compares());
            let text = format!("{} {} {}", expr(left, left_min), op.as_str(), expr(right, op.strength() + 1));
            (text, op.strength())
        }
    };
    if strength < min { format!("( {text} )") } else { text }
}

/// A word as it is typed.
fn word(w: &Word) -> String {
    let plain = |c| stands(c) || "_-+*/%=!<>.,:@|&^~".contains(c) || (w.brackets && "()[]{}".contains(c));
    if let Some(text) = w.bare().filter(|text| !text.is_empty() && text.chars().all(plain)) {
        return text.to_string();
    }
    if let (Some(name), false) = (w.single_name().filter(|name| !needs_braces(name)), w.quoted) {
        return format!("${name}");
    }
    let quote = w.quoted || w.parts.is_empty() || w.literal().is_some_and(|t| KEYWORDS.contains(&t));
    // What is given by name keeps its name before the quotes.
    let key = w.key().filter(|_| quote || w.bytes).map_or(String::new(), |key| format!("{key}="));
    let first = |part: &Part| match part {
        Part::Literal(first) => Part::Literal(first[key.len()..].into()),
        other => other.clone(),
    };
    let parts = w.parts.iter().take(1).map(first).chain(w.parts.iter().skip(1).cloned());
    // Bytes begin with a b"", which says so, and go on in stretches.
    let mut out = format!("{key}{}", if w.bytes { "b\"" } else { "" });
    for (i, part) in parts.enumerate() {
        match &part {
            Part::Literal(bytes) if w.bytes => write_bytes(&mut out, bytes, i == 0),
            Part::Literal(bytes) => write_literal(&mut out, bytes, quote),
            inserted if w.bytes && i == 0 => {
                out.push('"');
                write_inserted(&mut out, inserted);
            }
            inserted => write_inserted(&mut out, inserted),
        }
    }
    match w.bytes {
        true if w.parts.is_empty() => out + "\"",
        false if quote => format!("{key}\"{}\"", &out[key.len()..]),
        _ => out,
    }
}

fn write_bytes(out: &mut String, bytes: &[u8], first: bool) {
    // Within b"..." a $ is text, in the stretches behind it is not.
    let text = text::quote_bytes(bytes);
    if first {
        out.push_str(&text[2..]);
    } else {
        out.push_str(&text[1..].replace('$', "$$"));
    }
}

fn write_inserted(out: &mut String, part: &Part) {
    let _ = match part {
        Part::Literal(_) => Ok(()),
        Part::Name(name) => write!(out, "${{{name}}}"),
        Part::Default(name, text) => {
            let _ = write!(out, "${{{name}:-");
            for c in text.chars() {
                match c {
                    '\n' => out.push_str("\\n"),
                    '\r' => out.push_str("\\r"),
                    '\t' => out.push_str("\\t"),
                    '\0' => out.push_str("\\0"),
                    '$' => out.push_str("$$"),
                    '\'' | '"' | '\\' | '}' => {
                        out.push('\\');
                        out.push(c);
                    }
                    c => out.push(c),
                }
            }
            write!(out, "}}")
        }
        Part::Picked(name, picks) => {
            let _ = write!(out, "${{{name}");
            picks.iter().for_each(|pick| write_pick(out, pick));
            write!(out, "}}")
        }
    };
}

fn write_pick(out: &mut String, pick: &Pick) {
    let index = |index: &Index| match index {
        Index::Number(n) => n.to_string(),
        Index::Name(name) => name.to_string(),
    };
    let side = |side: &Option<Index>| side.as_ref().map_or(String::new(), index);
    let _ = match pick {
        Pick::At(at) => write!(out, "[{}]", index(at)),
        Pick::Slice(from, to) => write!(out, "[{}:{}]", side(from), side(to)),
        Pick::Key(key) => write!(out, "['{key}']"),
    };
}

/// Whether a character is text wherever it stands.
fn stands(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c, '\u{ff01}'..='\u{ff5e}')
}

fn write_literal(out: &mut String, bytes: &[u8], quoted: bool) {
    for c in String::from_utf8_lossy(bytes).chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\\' => out.push_str("\\\\"),
            '$' => out.push_str("$$"),
            '"' => out.push_str("\\\""),
            c if c.is_control() || c == '\u{3000}' => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c if !(quoted || stands(c) || c == '_') => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
}
