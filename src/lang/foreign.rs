//! Python's calls, lists and parts of values in an expression, and what is written for them here.

use super::is_name;

/// Modules of Python whose functions are calls here.
const MODULES: &[&str] =
    &["socket", "os", "time", "struct", "json", "select", "threading", "random", "base64", "hashlib", "binascii"];

/// What is wrong with text that begins with a bracket or has one glued to it, and what to write. `before` is what stands
/// before it on its line.
pub(super) fn refused(before: &str, text: &str) -> (String, String) {
    let name = before.trim().strip_prefix("let ").and_then(|rest| rest.strip_suffix('=')).map(str::trim);
    let open = text.find(['(', '[', '{']).unwrap_or(text.len());
    let head = &text[..open];
    let Some(length) = closing(&text[open..]) else {
        return ("a bracket is stuck to this word".into(), QUOTES.into());
    };
    let (inner, rest) = (&text[open + 1..open + length - 1], text[open + length..].trim());
    let line = |call: String| match (name, rest.is_empty()) {
        (Some(name), true) => format!("write: {name} = {call}"),
        (_, true) => format!("on a line before: result = {call}, and here $result"),
        (_, false) => format!("on a line before: result = {call}, and here $result {rest}"),
    };
    match &text[open..=open] {
        "[" if head.is_empty() => {
            let items = items(inner).filter(|_| !inner.contains(" for "));
            let call = items.map(|items| format!("list {}", items.join(" ")).trim_end().to_string());
            ("a list is made by a call".into(), call.map_or_else(|| "as in: l = list 1 2 3".into(), line))
        }
        "{" if head.is_empty() && !inner.trim().is_empty() && !inner.contains(':') => {
            ("there are no sets here".into(), "a list is made by a call, as in: l = list 1 2 3".into())
        }
        "{" if head.is_empty() => {
            let json = text[..length].replace('\'', "\"");
            ("an object is read from JSON by a call".into(), line(format!("loads '{json}'")))
        }
        "(" if head.is_empty() || matches!(head, "-" | "~" | "not" | "and" | "or") => match items(inner)
            .filter(|_| head.is_empty() && inner.contains(','))
        {
            Some(items) => {
                ("several values are a list, made by a call".into(), line(format!("list {}", items.join(" "))))
            }
            None => ("a parenthesis is a word of its own".into(), format!("write: {} {}", before.trim(), parted(text))),
        },
        "(" => match call(head, inner) {
            Some(call) => ("a call stands on a line of its own".into(), line(call)),
            None => (
                "a call stands on a line of its own".into(),
                "its arguments follow it, with spaces: n = len $data".into(),
            ),
        },
        "[" if is_part(head) && !inner.contains(['(', '[', '{', '+', '*', '$', ' ']) => {
            let mut end = open + length;
            while text[end..].starts_with('[')
                && let Some(more) = closing(&text[end..])
            {
                end += more;
            }
            let part = format!("${{{}}}", text[..end].trim_start_matches('$'));
            let whole = [before.trim(), &part, text[end..].trim()].join(" ");
            ("a part of a value stands in braces".into(), format!("write: {}", whole.trim_end()))
        }
        _ => ("a bracket is stuck to this word".into(), QUOTES.into()),
    }
}

const QUOTES: &str = "as text, it needs quotes";

fn is_part(head: &str) -> bool {
    head.trim_start_matches('$').split('.').all(is_name)
}

/// Parentheses as words of their own.
fn parted(text: &str) -> String {
    let mut quote = None;
    let mut out = String::new();
    for c in text.chars() {
        let paren = quote.is_none() && matches!(c, '(' | ')');
        if (paren || c == ' ') && quote.is_none() && !out.ends_with(' ') {
            out.push(' ');
        }
        if c != ' ' || quote.is_some() {
            out.push(c);
        }
        if paren {
            out.push(' ');
        }
        match (c, quote) {
            (c, Some(q)) => quote = (c != q).then_some(q),
            ('"' | '\'', None) => quote = Some(c),
            _ => {}
        }
    }
    out.trim().to_string()
}

/// How long the text is up to the bracket that closes the first.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (c, quote) {
            (c, Some(q)) => quote = (c != q).then_some(q),
            ('"' | '\'', None) => quote = Some(c),
            ('(' | '[' | '{', None) => depth += 1,
            (')' | ']' | '}', None) => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// What stands between commas, each as a word; none where one is more than a word.
fn items(inner: &str) -> Option<Vec<String>> {
    let (mut items, mut quote) = (vec![String::new()], None);
    for c in inner.chars() {
        match (c, quote) {
            (',', None) => {
                items.push(String::new());
                continue;
            }
            (c, Some(q)) => quote = (c != q).then_some(q),
            ('"' | '\'', None) => quote = Some(c),
            _ => {}
        }
        if let Some(item) = items.last_mut() {
            item.push(c);
        }
    }
    if items.last().is_some_and(|item| item.trim().is_empty()) {
        items.pop();
    }
    items.iter().map(|item| argument(item.trim())).collect()
}

/// An argument of Python's as a word: a name's value is inserted, a constant stands bare.
fn argument(text: &str) -> Option<String> {
    if let Some((key, value)) = text.split_once('=').filter(|(key, _)| is_name(key.trim())) {
        return argument(value.trim()).map(|value| format!("{}={value}", key.trim()));
    }
    let last = text.rsplit('.').next().unwrap_or(text);
    let constant = |name: &str| name.contains('_') && !name.contains(char::is_lowercase);
    let word = |name: &str| matches!(name, "None" | "True" | "False" | "none" | "on" | "off" | "true" | "false");
    match text {
        _ if text.split('.').all(is_name) && constant(last) => Some(last.into()),
        _ if word(text) => Some(text.into()),
        _ if is_name(text) => Some(format!("${text}")),
        _ if text.split('.').all(is_name) => Some(format!("${{{text}}}")),
        _ if is_quoted(text) => Some(text.into()),
        _ if text.is_empty() || text.contains([' ', '(', '[', '{', '+', '*', '"', '\'']) => None,
        _ => Some(text.into()),
    }
}

/// Whether text is one stretch in quotes, with the letters that may stand before it.
fn is_quoted(text: &str) -> bool {
    let quoted = text.trim_start_matches(['r', 'b', 'R', 'B']);
    let Some(quote) = quoted.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return false };
    quoted.len() > 1 && quoted[1..].find(quote) == Some(quoted.len() - 2)
}

/// A call of Python's: `len(x)`, `x.upper()`, `socket.socket()`.
fn call(head: &str, inner: &str) -> Option<String> {
    let head = head.trim_start_matches('$');
    let (of, name) = head.rsplit_once('.').map_or((None, head), |(of, name)| (Some(of), name));
    let of = of.filter(|of| !MODULES.contains(of));
    if !is_name(name) || !of.is_none_or(|of| of.split('.').all(is_name)) {
        return None;
    }
    let of = of.map(|of| if of.contains('.') { format!("${{{of}}}") } else { format!("${of}") });
    let words: Vec<String> = std::iter::once(name.to_string()).chain(of).chain(items(inner)?).collect();
    Some(words.join(" "))
}
