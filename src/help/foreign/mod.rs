//! Lines of other languages in sockpit: what somebody who knows Python or C types, and the line to write instead.
//!
//! Python's calls are recognised by the templates that help shows them with ([`Command::python`]), read backwards. A line
//! is never run for another: what comes of it is offered, where the language has refused the line.
//!
//! [`Command::python`]: crate::command::Command::python

mod block;
mod c;
mod call;
mod cursor;
mod errors;
mod loops;
mod option;
mod parse;
mod pattern;
mod statement;
mod text;
mod token;
mod tree;
mod value;
mod writer;

use crate::lang::{self, Source};
use statement::{Kind, Node};
use tree::Tree;
use writer::Writer;

/// What a line is in sockpit.
#[derive(Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The statements to write; a block is one of several lines. None where there is nothing to write.
    pub write: Vec<String>,
    /// What there is to say of it.
    pub says: Option<String>,
    /// The line that has no form, from 0, where one has none.
    pub without: Option<usize>,
    /// More lines would make it whole: a bracket is open.
    pub open: bool,
}

impl Foreign {
    fn says(text: impl Into<String>) -> Self {
        Self { write: Vec::new(), says: Some(text.into()), without: None, open: false }
    }
}

/// What lines are in sockpit, if they are Python, C, or of a session that was copied with its prompts. Whether a def
/// of a name is there is asked of `known`.
pub fn read(text: &str, known: &dyn Fn(&str) -> bool) -> Option<Foreign> {
    let (text, prompts) = without_prompts(text);
    let of_c = || c::line(&text);
    let first = if text.trim_end().ends_with([';', '{']) { of_c() } else { None };
    if let Some(found) = first.or_else(|| python(&text, known)) {
        // Of C is what Python would have no form for.
        let named = || if found.without.is_some() { c::called(&text) } else { None };
        return Some(named().unwrap_or(found));
    }
    if let Some(found) = of_c() {
        return Some(found);
    }
    let lines: Vec<String> = text.lines().filter(|l| !l.trim().is_empty()).map(str::to_string).collect();
    let stands = prompts && !lines.is_empty() && lang::parse(&Source::new("", &text)).is_ok();
    stands.then(|| Foreign { write: grouped(&lines), says: None, without: None, open: false })
}

/// Prompts that lines are copied with. Beside them what was shown is no line.
const PROMPTS: &[&str] = &[">>> ", "... ", "sockpit> ", "...> "];

fn without_prompts(text: &str) -> (String, bool) {
    let line = |line: &str| {
        let line = line.trim_start();
        let bare = PROMPTS.iter().find(|p| line == p.trim_end()).map(|_| "");
        let after = || PROMPTS.iter().find_map(|p| line.strip_prefix(p)).or_else(|| line.strip_prefix(">>>"));
        bare.or_else(after).map(str::to_string)
    };
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    if line(first).is_none() || first.trim_start().starts_with("...") && !first.contains("...>") {
        return (text.to_string(), false);
    }
    let lines: Vec<String> = text.lines().filter_map(line).collect();
    (lines.join("\n"), true)
}

/// The statements of lines: a block is one.
fn grouped(lines: &[String]) -> Vec<String> {
    let (mut all, mut depth): (Vec<String>, isize) = (Vec::new(), 0);
    for line in lines {
        match all.last_mut().filter(|_| depth > 0) {
            Some(block) => {
                block.push('\n');
                block.push_str(line);
            }
            None => all.push(line.clone()),
        }
        depth += lang::depth_change(line);
    }
    all
}

fn python(text: &str, known: &dyn Fn(&str) -> bool) -> Option<Foreign> {
    let nodes = match statement::program(text) {
        Ok(nodes) => nodes,
        Err(unread) if unread.open && begins(text, unread.line) => {
            return Some(Foreign {
                open: true,
                ..Foreign::says("this line of Python goes on: a bracket or a quote is open")
            });
        }
        Err(_) => return None,
    };
    let single = nodes.len() == 1 && (nodes[0].body.is_empty() || nodes[0].kind.goes_on());
    if nodes.is_empty() || !nodes.iter().all(is_whole) || (single && !is_telling(&nodes[0].kind)) {
        return None;
    }
    let mut writer = Writer::new(&nodes, !single, known);
    let done = writer.block(&nodes).and_then(|()| stands(writer.lines(), single));
    let write = grouped(writer.lines());
    Some(match done {
        Err(what) => {
            let without = Some(writer.at);
            Foreign { without, ..Foreign::says(formless(&what)) }
        }
        Ok(()) if write.iter().map(|w| w.trim()).eq([text.trim()]) => return None,
        Ok(()) if write.is_empty() => Foreign::says(writer.says.unwrap_or("there is nothing to write for it")),
        Ok(()) => Foreign { write, says: None, without: None, open: false },
    })
}

/// What is said of what has no form: a topic of help may tell why.
fn formless(what: &str) -> String {
    let name = what.strip_prefix('`').and_then(|rest| rest.split_once('(')).map_or("", |(name, _)| name);
    match super::topics().find(|topic| topic.names.contains(&name)) {
        Some(topic) => format!("{what} has no form in sockpit: {}", topic.summary),
        None => format!("{what} has no form in sockpit"),
    }
}

/// Whether what stands before an open bracket is Python as far as it goes.
fn begins(text: &str, line: usize) -> bool {
    let before: Vec<&str> = text.lines().take(line).collect();
    let open = text.lines().nth(line).unwrap_or("");
    let call = open.trim_end().ends_with(['(', '[', '{', ',', '\\']) || open.contains("'''") || open.contains("\"\"\"");
    call && statement::program(&before.join("\n")).is_ok_and(|nodes| nodes.iter().all(is_whole))
}

fn is_whole(node: &Node) -> bool {
    !matches!(node.kind, Kind::None) && node.body.iter().all(is_whole)
}

/// Whether a statement tells that it is Python: a name alone, or a sum, is not said to be.
fn is_telling(kind: &Kind) -> bool {
    fn tells(tree: &Tree) -> bool {
        let mut found = false;
        tree.walk(&mut |tree| {
            found |= matches!(
                tree,
                Tree::Call(..)
                    | Tree::Format(_)
                    | Tree::Yield(_)
                    | Tree::Index(..)
                    | Tree::Slice(..)
                    | Tree::Binary("in", ..)
            );
        });
        found
    }
    match kind {
        // `s = socket` is a line of sockpit, with or without its spaces, and `x = hello` may be text.
        Kind::Assign(targets, Tree::Name(_)) => !targets.iter().all(|target| target.name().is_some()),
        Kind::Value(Tree::Attr(_, part)) => part.starts_with('['),
        Kind::Value(Tree::Text(_) | Tree::Bytes(_)) => false,
        Kind::Value(tree) => tells(tree),
        _ => true,
    }
}

/// Whether sockpit takes these lines.
fn stands(lines: &[String], single: bool) -> Result<(), String> {
    let text = lines.join("\n");
    let first = text.split_whitespace().next().unwrap_or("");
    let within = ["elif", "else", "except", "finally"];
    if single && within.contains(&first) {
        return Ok(());
    }
    let taken = |text: &str| lang::parse(&Source::new("", text)).map_or_else(|e| single && e.incomplete, |_| true);
    // A line may be of a loop in a def.
    let inside = || taken(&format!("def f\nloop\n{text}\nend\nend"));
    if taken(&text) || inside() { Ok(()) } else { Err("this line".into()) }
}

/// An error of the language with what to write instead, where the line is of another language. Whether a def of a name
/// is there is asked of `known`.
#[must_use]
pub fn mend(mut error: lang::Error, known: &dyn Fn(&str) -> bool) -> lang::Error {
    let source = error.source.clone();
    let at = error.span.line.saturating_sub(source.first) as usize;
    let lines: Vec<&str> = source.text.lines().collect();
    if let Some(earlier) = earlier(&error, &lines[..at.min(lines.len())], known) {
        return earlier;
    }
    let at_prompt = source.name.is_empty() || lines.len() == 1;
    let whole = if at_prompt { read(&source.text, known) } else { None };
    let found = whole.or_else(|| {
        // As many lines as Python counts as one.
        let ends = (at + 1..=lines.len()).take(LINES_MAX);
        let parts = ends.map(|end| read(&lines[at.min(end)..end].join("\n"), known));
        parts.take_while(Option::is_some).flatten().find(|found| !found.open)
    });
    let Some(found) = found.or_else(|| c::name(&word(&error))) else { return error };
    // What is known for certain already is better than nothing.
    let certain = |line: &str| refused(line, known).is_none();
    if found.write.is_empty() && error.notes.iter().any(|note| note.strip_prefix("write: ").is_some_and(certain)) {
        return error;
    }
    error.notes = found.says.into_iter().collect();
    error.write = found.write;
    if error.write.last().is_some_and(|last| last.lines().map(lang::depth_change).sum::<isize>() > 0) {
        error.notes.push("the block's lines follow it, and `end` ends it".into());
    }
    error.incomplete = found.open;
    of_file(&mut error);
    error
}

/// The error of a line before, where one is of another language: a call that is not there is found after the whole has
/// been read.
fn earlier(error: &lang::Error, lines: &[&str], known: &dyn Fn(&str) -> bool) -> Option<lang::Error> {
    let (at, mut found) = (0..).zip(lines).find_map(|(at, line)| Some((at, refusal(line, known)?)))?;
    let indent = lines[at].chars().take_while(|c| c.is_whitespace()).count();
    found.span =
        lang::Span { line: error.source.first + at as u32, column: found.span.column + indent as u32, ..found.span };
    found.source = error.source.clone();
    found.incomplete = false;
    of_file(&mut found);
    Some(found)
}

fn of_file(error: &mut lang::Error) {
    let name = &error.source.name;
    if [".py", ".c"].iter().any(|end| name.ends_with(end)) {
        let note = format!("{name} is no program of sockpit, whose programs end in .sock");
        error.notes.push(note);
    }
}

/// The most lines that one line of Python is looked for in.
const LINES_MAX: usize = 50;

/// What an error points at.
fn word(error: &lang::Error) -> String {
    let line = error.source.line(error.span.line);
    line.chars().skip(error.span.column.saturating_sub(1) as usize).take(error.span.length as usize).collect()
}

/// The error of a line within a block that is still being typed, where the line is of another language.
pub fn refusal(line: &str, known: &dyn Fn(&str) -> bool) -> Option<lang::Error> {
    let mended = mend(refused(line, known)?, known);
    (!mended.write.is_empty() || mended.incomplete || !mended.notes.is_empty()).then_some(mended)
}

/// Whether a line of a block is refused by itself.
pub fn is_refused(line: &str, known: &dyn Fn(&str) -> bool) -> bool {
    refused(line, known).is_some()
}

fn refused(line: &str, known: &dyn Fn(&str) -> bool) -> Option<lang::Error> {
    let source = Source::new("", line.trim());
    let words = lang::words(&source, 1, &source.text).unwrap_or_default();
    let first = words.first().and_then(lang::Word::bare).unwrap_or("");
    let plain = ["end", "else", "elif", "except", "finally", "break", "continue", "return", "global"];
    let called = words.iter().position(|w| w.is("=")).map_or(0, |at| at + 1);
    let call = words.get(called).and_then(lang::Word::bare).unwrap_or("");
    match lang::parse(&source) {
        _ if plain.contains(&first) && !line.trim_end().ends_with([':', ')']) => None,
        Err(error) => (!error.incomplete).then_some(error),
        Ok(_) if lang::KEYWORDS.contains(&first) || crate::command::find(call).is_some() || known(call) => None,
        Ok(_) => {
            let word = words.get(called)?;
            Some(lang::Error::new(&source, word.span, format!("no call is named `{}`", word.bare().unwrap_or(""))))
        }
    }
}

/// Whether a line is Python that goes on in the next: a bracket is open.
pub fn is_open(text: &str) -> bool {
    text.contains(['(', '[', '{', '\\', '\'', '"'])
        && lang::parse(&Source::new("", text)).is_err_and(|error| !error.incomplete)
        && read(text, &|_| false).is_some_and(|found| found.open)
}

/// The first line of a program, as Python counts it, on one line.
pub fn first_line(text: &str) -> String {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let mut first = lines.next().unwrap_or("").to_string();
    while is_open(&first) {
        let Some(more) = lines.next() else { break };
        first = format!("{first} {}", more.trim());
    }
    first
}
