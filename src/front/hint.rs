//! The rest of the usage while a line is typed: after `bind srv` that is `ADDR`.

use super::names::Names;
use crate::command::{self, Command, Kind, Need};
use crate::lang::{Typed, head, typed};
use crate::linux::options;
use crate::program::arrange::{named, next};

/// How the words of the language go on.
const KEYWORDS: &[(&str, &str)] = &[
    ("if", "EXPR"),
    ("elif", "EXPR"),
    ("while", "EXPR"),
    ("assert", "EXPR"),
    ("for", "NAME in WORDS..."),
    ("repeat", "N"),
    ("let", "NAME = EXPR"),
    ("def", "NAME [PARAM...]"),
    ("return", "[VALUE...]"),
    ("global", "NAME..."),
    ("except", "[ERRNO...] [as NAME]"),
    ("expect", "ERRNO CALL ARGS..."),
    ("every", "SECONDS CALL ARGS..."),
];

/// What is still to come on a line that ends at the cursor; its first space is part of it.
pub fn hint(line: &str, names: &Names) -> Option<String> {
    let line = line.rsplit('\n').next().unwrap_or(line);
    let (words, comment) = typed(line);
    let last = words.last()?;
    if comment < line.len() || last.open.is_some() {
        return None;
    }
    let head = head(&words);
    let rest = match words.get(head) {
        Some(name) => call(&name.text, &words[head + 1..], names),
        // `expect` alone, or with the errno it expects; `every` likewise.
        None => ["expect", "every"].into_iter().find_map(|prefix| {
            let at = words.iter().position(|w| w.word.is(prefix))?;
            keyword(prefix, words.len() - at - 1)
        }),
    }?;
    let gap = if last.range.end < line.len() { "" } else { " " };
    (!rest.is_empty()).then(|| format!("{gap}{rest}"))
}

fn call(name: &str, args: &[Typed], names: &Names) -> Option<String> {
    if let Some((_, usage)) = names.steps().find(|(word, _)| *word == name && args.is_empty()) {
        return Some(usage.to_string());
    }
    if let Some(command) = command::find(name) {
        return Some(usage(command, args));
    }
    if let Some(rest) = keyword(name, args.len()) {
        return Some(rest);
    }
    let params = names.def(name)?;
    Some(params.iter().skip(args.len()).map(|p| p.to_uppercase()).collect::<Vec<_>>().join(" "))
}

fn keyword(name: &str, given: usize) -> Option<String> {
    let (_, usage) = KEYWORDS.iter().find(|(word, _)| *word == name)?;
    Some(usage.split(' ').skip(given).collect::<Vec<_>>().join(" "))
}

fn usage(command: &'static Command, args: &[Typed]) -> String {
    let next = next(command, args);
    let mut out = Vec::new();
    for (i, param) in command.params.iter().enumerate() {
        let open = param.need == Need::Named || i >= next.param;
        let given = args.iter().any(|w| named(command, &w.word).is_some_and(|(given, _)| given == i));
        let many = next.begun && i == next.param;
        if !open || given || (many && param.kind.is_any()) {
            continue;
        }
        if param.kind == Kind::Option && next.level.is_none() {
            out.push("[LEVEL]".to_string());
        }
        let option = args.last().filter(|_| i > 0).and_then(|w| options::by_name(&w.text)).and_then(|o| o.spec);
        out.push(match option {
            Some(option) if param.kind == Kind::OptionValue => option.kind.form().to_string(),
            _ if many => format!("[{}...]", param.label()),
            _ => param.usage(),
        });
    }
    out.join(" ")
}
