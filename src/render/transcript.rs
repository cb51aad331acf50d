//! Sessions as transcripts: what the prompt shows, with what the kernel chose written as placeholders.
//!
//! A transcript is a list of [`Entry`]s: lines that were typed and lines that were shown. What differs from run to run
//! is written `{port:1}`, `{fd:1}`, `{pid:1}`, `{time:1}`, `{host}`, numbered by first appearance, so that two runs of the
//! same lines give the same text, and a value that stands in two places must be the same in both. What a table's column
//! measures (seconds left, round trip times) is `{any}`, which nothing compares. A number that the lines themselves
//! contain stays as it is. The rules are [`Canon`]'s; nothing here runs anything.

use std::collections::{BTreeMap, HashSet};

use super::table::{self, Grid};
use super::{CONTINUATION, PROMPT, Style};
use crate::session::{Event, What};
use crate::value::table::{Column, Holds, Table};
use crate::value::{Value, text};

/// A line of a transcript.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// A line that was typed: the first of a statement, or one between statements.
    Typed(String),
    /// A further line of a block.
    More(String),
    /// A line that was shown.
    Shown(String),
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Typed(line) => f.write_str(format!("{PROMPT}{line}").trim_end()),
            Self::More(line) => f.write_str(format!("{CONTINUATION}{line}").trim_end()),
            Self::Shown(line) => f.write_str(line),
        }
    }
}

impl Entry {
    /// A line that was shown. One that looks like a typed line, or like a wildcard, is marked with a backslash.
    pub fn shown(line: &str) -> Self {
        Self::Shown(if looks_special(line) { format!("\\{line}") } else { line.to_string() })
    }
}

fn looks_special(line: &str) -> bool {
    typed(line, PROMPT).is_some() || typed(line, CONTINUATION).is_some() || line.starts_with('\\') || line == "..."
}

fn typed<'a>(line: &'a str, prompt: &str) -> Option<&'a str> {
    line.strip_prefix(prompt).or_else(|| (line == prompt.trim_end()).then_some(""))
}

/// The entries of a transcript's text.
pub fn read(text: &str) -> Vec<Entry> {
    let entry = |line: &str| match (typed(line, PROMPT), typed(line, CONTINUATION)) {
        (Some(line), _) => Entry::Typed(line.to_string()),
        (_, Some(line)) => Entry::More(line.to_string()),
        _ => Entry::Shown(line.to_string()),
    };
    text.lines().map(|line| entry(line.trim_end_matches('\r'))).collect()
}

/// A kind of value that differs from run to run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Chosen {
    Port,
    Fd,
    Pid,
    Time,
    Host,
}

impl Chosen {
    fn word(self) -> &'static str {
        match self {
            Self::Port => "port",
            Self::Fd => "fd",
            Self::Pid => "pid",
            Self::Time => "time",
            Self::Host => "host",
        }
    }
}

/// Calls whose result is a chosen value, whatever it looks like.
const BY_CALL: &[(&str, Chosen)] = &[
    ("fileno", Chosen::Fd),
    ("detach", Chosen::Fd),
    ("getpid", Chosen::Pid),
    ("getppid", Chosen::Pid),
    ("pid", Chosen::Pid),
    ("now", Chosen::Time),
    ("gethostname", Chosen::Host),
];

/// Stands for what is measured, and is another every time.
const MEASURED: &str = "{any}";
/// What stands before a number of a row that is measured.
const BEFORE_MEASURED: &str = "\"time_left\": ";
/// The calls that give nothing but what is measured, or what the machine has.
const MEASURES: &[&str] = &["info", "ifconfig"];

/// Ports below this one are nobody's choice but the script's.
const FIRST_CHOSEN_PORT: u32 = 1024;

/// Where a placeholder was bound.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bound {
    /// The value.
    pub value: String,
    /// The line of the transcript where it first stood.
    pub line: usize,
}

/// Makes the lines of a session canonical, in the order they come.
#[derive(Clone, Default)]
pub struct Canon {
    /// Numbers that the lines themselves contain.
    written: HashSet<String>,
    known: BTreeMap<String, Chosen>,
    numbers: BTreeMap<(Chosen, String), usize>,
    /// Names that hold a time, or something made of one.
    timed: HashSet<String>,
    /// Each placeholder with its value.
    pub bound: BTreeMap<String, Bound>,
}

impl Canon {
    /// The numbers in these lines stay as they are.
    pub fn keep_written<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        for line in lines {
            tokens(line, |token| {
                if token.bytes().all(|b| b.is_ascii_digit()) {
                    self.written.insert(token.to_string());
                }
            });
        }
    }

    /// The number of the process that runs the lines.
    pub fn own_pid(&mut self, pid: u32) {
        self.know(&pid.to_string(), Chosen::Pid);
    }

    /// Learn what an event says of values that differ from run to run.
    pub fn learn(&mut self, event: &Event) {
        let (call, names, values) = match &event.what {
            What::Reply { call, names, values } => (&**call, names, values),
            What::JobDone { names, outcome: Ok(values), .. } => ("", names, values),
            _ => return,
        };
        if let Some((_, chosen)) = BY_CALL.iter().find(|(name, _)| *name == call) {
            for value in values {
                self.know(&value.to_string(), *chosen);
            }
        }
        if matches!(call, "getsockname" | "getpeername" | "getnameinfo") {
            // Taken apart, the port is a number or its text.
            let port = |v: &Value| v.to_string().parse().is_ok_and(|p| (FIRST_CHOSEN_PORT..=65535).contains(&p));
            for value in values.iter().filter(|v| port(v)) {
                self.know(&value.to_string(), Chosen::Port);
            }
        }
        let line = event.at.source.as_ref().map_or("", |s| s.line(event.at.span.line));
        let made_of_time = call == "now" || (call == "let" && self.timed.iter().any(|n| mentions(line, n)));
        for (name, value) in names.iter().zip(values) {
            let time = made_of_time && matches!(value, Value::Float(_));
            if time {
                self.timed.insert(name.to_string());
                self.know(&value.to_string(), Chosen::Time);
            } else if !made_of_time {
                self.timed.remove(&**name);
            }
        }
        for value in values {
            self.learn_value(value);
        }
    }

    fn learn_value(&mut self, value: &Value) {
        match value {
            Value::Addr(addr) => {
                if let Some(port) = addr.port().filter(|p| u32::from(*p) >= FIRST_CHOSEN_PORT) {
                    self.know(&port.to_string(), Chosen::Port);
                }
            }
            Value::List(list) => list.iter().for_each(|v| self.learn_value(v)),
            _ => {}
        }
    }

    fn know(&mut self, value: &str, chosen: Chosen) {
        if value.is_empty() || (chosen != Chosen::Fd && self.written.contains(value)) {
            return;
        }
        self.known.entry(value.to_string()).or_insert(chosen);
    }

    /// A shown line made canonical. `number` is its place in the transcript, for messages.
    pub fn line(&mut self, line: &str, number: usize) -> String {
        self.after("", line, number)
    }

    fn after(&mut self, before: &str, line: &str, number: usize) -> String {
        let mut out = before.to_string();
        let mut rest = line;
        while !rest.is_empty() {
            let length = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
            if length == 0 {
                let c = rest.chars().next().map_or(1, char::len_utf8);
                out.push_str(&rest[..c]);
                rest = &rest[c..];
                continue;
            }
            let token = &rest[..length];
            // A dot at the end of a sentence is no part of a number.
            let token = token.trim_end_matches('.');
            let token = if token.is_empty() { &rest[..length] } else { token };
            match self.chosen(&out, token) {
                _ if out.ends_with(BEFORE_MEASURED) && token.bytes().all(|b| b.is_ascii_digit()) => {
                    out.push_str(MEASURED);
                }
                Some(chosen) => out.push_str(&self.placeholder(chosen, token, number)),
                None => out.push_str(token),
            }
            rest = &rest[token.len()..];
        }
        out.split_off(before.len())
    }

    /// Which kind of chosen value a token is, by what stands before it or by what was learned.
    fn chosen(&mut self, before: &str, token: &str) -> Option<Chosen> {
        let digits = token.bytes().all(|b| b.is_ascii_digit());
        if digits && before.ends_with("fd ") {
            return Some(Chosen::Fd);
        }
        if digits && before.ends_with(" pid ") {
            return Some(Chosen::Pid);
        }
        if self.written.contains(token) {
            return None;
        }
        let host = before.strip_suffix(':').unwrap_or("");
        let ipv4 = host.rsplit(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or("");
        let after_host = host.ends_with(']') || ipv4.parse::<std::net::Ipv4Addr>().is_ok();
        if digits && after_host && token.parse::<u32>().is_ok_and(|p| (FIRST_CHOSEN_PORT..=65535).contains(&p)) {
            self.know(token, Chosen::Port);
            return Some(Chosen::Port);
        }
        self.known
            .get(token)
            .copied()
            .filter(|c| *c != Chosen::Fd || before.trim_end().ends_with(['=', '>']) || before.is_empty())
    }

    /// Rows made canonical, then laid out as wide as they are: a placeholder is as long in every run.
    pub fn rows(&mut self, table: &Table, number: usize) -> Vec<String> {
        let grid = Grid::of(table, |column, value| self.cell(column, value, number));
        grid.lines(None).into_iter().map(|l| l.label + &l.text).collect()
    }

    fn cell(&mut self, column: &Column, value: &Value, number: usize) -> String {
        let shown = table::cell(column, value);
        match column.holds {
            Holds::Seconds => MEASURED.to_string(),
            Holds::Fd => self.placeholder(Chosen::Fd, &shown, number),
            Holds::Process => {
                for (pid, _) in shown.split(", ").filter_map(|p| p.split_once('/')) {
                    self.know(pid, Chosen::Pid);
                }
                self.after("|", &shown, number)
            }
            Holds::Plain if matches!(value, Value::Int(_)) => shown,
            // It stands between others: a number at its start is no result.
            Holds::Plain => self.after("|", &shown, number),
        }
    }

    fn placeholder(&mut self, chosen: Chosen, value: &str, line: usize) -> String {
        if chosen == Chosen::Host {
            self.bound.entry("{host}".into()).or_insert(Bound { value: value.into(), line });
            return "{host}".into();
        }
        let next = self.numbers.keys().filter(|(c, _)| *c == chosen).count() + 1;
        let number = *self.numbers.entry((chosen, value.to_string())).or_insert(next);
        let name = format!("{{{}:{number}}}", chosen.word());
        self.bound.entry(name.clone()).or_insert(Bound { value: value.into(), line });
        name
    }
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn tokens(line: &str, mut each: impl FnMut(&str)) {
    for token in line.split(|c: char| !c.is_ascii_alphanumeric()) {
        if !token.is_empty() {
            each(token);
        }
    }
}

fn mentions(line: &str, name: &str) -> bool {
    line.split('$').skip(1).any(|after| {
        let after = after.strip_prefix('{').unwrap_or(after);
        after.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    })
}

/// Whether all that a call gives is measured, or what the machine has: no transcript holds it.
pub fn measures(call: &str) -> bool {
    MEASURES.contains(&call)
}

/// What stands before the lines of an event.
pub fn before(event: &Event) -> String {
    event.at.task.as_ref().map_or(String::new(), |task| format!("[{task}] "))
}

/// The lines that an event shows in a transcript; rows only in the form of a call that measures, see [`Canon::rows`].
pub fn shown(event: &Event) -> Vec<String> {
    let text = super::event(event, Style::default());
    if text.is_empty() && !matches!(event.what, What::Printed(_)) {
        return Vec::new();
    }
    let text = match &event.what {
        What::Reply { call, values, .. } if measures(call) => {
            values.iter().fold(text, |text, v| text.replace(&super::human::brief(v), MEASURED))
        }
        What::Rows { .. } => format!("{}{MEASURED}", before(event)),
        _ => text,
    };
    text.split('\n').map(text::printable).collect()
}

/// Whether shown lines say that a call failed: `NAME: ERROR: text`.
pub fn fails(lines: &[String]) -> bool {
    lines.iter().any(|line| {
        let mut parts = line.trim_start().splitn(3, ": ");
        let (call, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        !call.contains(' ') && crate::value::Name::parse(name).is_some() && !line.ends_with(", as expected")
    })
}

/// Whether shown lines are as a transcript has them: `{*}` stands for the rest of a line, a line `...` for any lines.
pub fn matches(expected: &[String], got: &[String]) -> bool {
    match expected.split_first() {
        None => got.is_empty(),
        Some((line, rest)) if line == "..." => (0..=got.len()).any(|skip| matches(rest, &got[skip..])),
        Some((line, rest)) => got.split_first().is_some_and(|(g, more)| line_matches(line, g) && matches(rest, more)),
    }
}

/// Whether a shown line is as a transcript has it.
pub fn line_matches(expected: &str, got: &str) -> bool {
    match expected.split_once("{*}") {
        Some((start, _)) => got.starts_with(start),
        None => expected == got,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_stands_in_two_places_is_the_same_placeholder() {
        let mut canon = Canon::default();
        canon.keep_written(["bind srv 127.0.0.1:9998", "send a 40000"].into_iter());
        assert_eq!(
            canon.line("a = <TCP/IPv4 socket, fd 7, 127.0.0.1:40112 -> 127.0.0.1:9998>", 1),
            "a = <TCP/IPv4 socket, fd {fd:1}, 127.0.0.1:{port:1} -> 127.0.0.1:9998>"
        );
        assert_eq!(canon.line("b = [::1]:50000, 127.0.0.1:40112", 2), "b = [::1]:{port:2}, 127.0.0.1:{port:1}");
        assert_eq!(canon.line("n = 40000 and 7", 3), "n = 40000 and 7");
        assert_eq!(canon.bound["{port:1}"], Bound { value: "40112".into(), line: 1 });
    }

    #[test]
    fn text_reads_back() {
        let entries = vec![
            Entry::Typed("repeat 2".into()),
            Entry::More("  print x".into()),
            Entry::More("end".into()),
            Entry::Shown("x".into()),
            Entry::Shown(String::new()),
            Entry::Typed(String::new()),
        ];
        let text: String = entries.iter().map(|e| format!("{e}\n")).collect();
        assert_eq!(read(&text), entries);
        assert_eq!(read(&text.replace('\n', "\r\n")), entries);
        assert_eq!(Entry::shown("sockpit> x").to_string(), "\\sockpit> x");
    }

    #[test]
    fn wildcards_stand_for_the_rest_of_a_line_and_for_lines() {
        let lines = |s: &[&str]| s.iter().map(ToString::to_string).collect::<Vec<_>>();
        let got = lines(&["a 1", "b 2", "c 3"]);
        assert!(matches(&lines(&["a {*}", "...", "c 3"]), &got));
        assert!(matches(&lines(&["..."]), &got));
        assert!(!matches(&lines(&["a 1", "b {*}"]), &got));
        assert!(!matches(&lines(&["a 1", "...", "b 2"]), &got));
    }
}
