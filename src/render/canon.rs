//! What the kernel chose, found in the lines that a session shows: ports, descriptors, process ids, names, times.
//!
//! A shown line is cut into [`Piece`]s: text, and values that may differ in another run. What makes a value one of those
//! is where it came from: the call that gave it, the name that is inserted in the line, its place in an address or in
//! sockpit's own words. The table [`RULES`] says so for each kind; this file knows nothing of placeholders' numbers.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use super::given::{counts, is_inserted, is_value, reckoned, unsigned};
use super::rules::{Chosen, LONG, RULES, is_autobound, is_chosen_port, placeholder};
use super::scan::{ends_in_host, lasts, numbers, stands_alone, step, within};
use super::table::{self, Cell, Grid};
use crate::command;
use crate::session::{Event, Syscall, What};
use crate::value::table::Column;
use crate::value::{Addr, Holds, Table, Value};

/// A part of a shown line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// What it may be besides text; none for most.
    pub kinds: Vec<Chosen>,
    /// It is written as its placeholder, not as its text.
    pub chosen: bool,
}

impl Piece {
    /// Text that is nothing else.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), kinds: Vec::new(), chosen: false }
    }

    /// What a transcript has of its text; of a value that differs from run to run it has none.
    pub(super) fn written(&self) -> &str {
        if self.chosen { "" } else { &self.text }
    }

    /// A value that differs from run to run, whatever it looks like.
    pub fn chosen(text: impl Into<String>, kind: Chosen) -> Self {
        Self { text: text.into(), kinds: vec![kind], chosen: true }
    }
}

impl Cell for Vec<Piece> {
    fn text(text: &str) -> Self {
        vec![Piece::text(text)]
    }

    /// A value is as wide as what is written for it.
    fn width(&self) -> usize {
        let one = |p: &Piece| if p.chosen { placeholder(p.kinds[0], 1).width() } else { p.text.width() };
        self.iter().map(one).sum()
    }

    fn push(&mut self, other: &Self) {
        self.extend(other.iter().cloned());
    }
}

/// What is known of where a shown line comes from.
#[derive(Clone, Default, Debug)]
pub struct Origin {
    /// Values that were not written in the program may stand in it.
    open: bool,
    /// Values of which its call or the names in it tell the kind.
    local: Rc<[(String, Chosen)]>,
    /// It is a traced call: descriptors stand where that says, by their places counted from its end, and nowhere else.
    fds: Option<Rc<[Range<usize>]>>,
}

/// Learns from a session's events which values differ from run to run, and finds them in its lines.
#[derive(Clone, Default)]
pub struct Canon {
    /// Words and numbers that the lines themselves contain.
    written: HashSet<String>,
    known: HashMap<String, Vec<Chosen>>,
    /// This machine's name, as it was seen: in more than one spelling, perhaps.
    hosts: Vec<String>,
    /// What was made by chance, as it was seen.
    random: Vec<String>,
    /// Names of the session that hold such values.
    held: HashMap<Rc<str>, Rc<[(String, Chosen)]>>,
}

impl Canon {
    /// The words in these lines stay as they are.
    pub fn keep_written<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        for line in lines {
            let words = line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
            self.written.extend(words.map(str::to_string));
        }
    }

    /// The number of the process that runs the lines.
    pub fn own_pid(&mut self, pid: u32) {
        self.know(&pid.to_string(), Chosen::Pid);
    }

    fn know(&mut self, value: &str, kind: Chosen) {
        let kinds = self.known.entry(value.to_string()).or_default();
        if !kinds.contains(&kind) {
            kinds.push(kind);
            match kind {
                Chosen::Host => self.hosts.push(value.to_string()),
                Chosen::Random => self.random.push(value.to_string()),
                _ => {}
            }
        }
    }

    /// Learn what an event says of values that differ from run to run, and where the lines that show it come from.
    pub fn learn(&mut self, event: &Event) -> Origin {
        let statement = event.at.source.as_ref().map_or("", |s| s.line(event.at.span.line));
        let mut local = self.inserted(statement);
        let open = match &event.what {
            What::Reply { call, names, values } => {
                // The name of a value alone shows it, as `$name` would.
                local.extend(
                    self.held.get(statement.trim()).filter(|_| is_value(call)).iter().flat_map(|h| h.iter().cloned()),
                );
                local.extend(self.results(call, names, values, &local));
                if is_value(call) { is_inserted(statement) } else { !counts(call) }
            }
            What::JobDone { line, call, names, outcome, .. } => {
                local = self.inserted(line);
                if let Ok(values) = outcome {
                    local.extend(self.results(call, names, values, &local));
                }
                !counts(call)
            }
            What::Printed(..) => statement.contains('$'),
            What::View(text) => {
                if local.iter().any(|(_, kind)| *kind == Chosen::Random) {
                    text.lines().for_each(|line| self.know(line, Chosen::Random));
                }
                true
            }
            What::Rows { table, .. } => {
                table.rows.iter().flatten().for_each(|v| self.addresses(v));
                true
            }
            What::Failed { .. } | What::Noted(_) | What::Announced(_) | What::Traced(_) => true,
            What::Explained(_) | What::Drawn(_) => true,
            What::Line(_) | What::JobStarted(..) | What::Page(_) | What::Timed(_) | What::Frame(..) => false,
        };
        let fds = if let What::Traced(call) = &event.what { Some(from_end(call)) } else { None };
        Origin { open, local: local.into(), fds }
    }

    /// Where a line of a view comes from: it may say what a name holds.
    pub fn of_view(&self, line: &str) -> Origin {
        let held = line.split_once(" = ").and_then(|(name, _)| self.held.get(name));
        Origin { open: true, local: held.cloned().unwrap_or_default(), ..Origin::default() }
    }

    /// What the names that a statement inserts hold.
    fn inserted(&self, statement: &str) -> Vec<(String, Chosen)> {
        let names = statement.split('$').skip(1).map(|after| {
            let after = after.strip_prefix('{').unwrap_or(after);
            after.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("")
        });
        names.filter_map(|name| self.held.get(name)).flat_map(|held| held.iter().cloned()).collect()
    }

    /// Learn from a call's results and from what its statement inserts. What its results are is given back.
    fn results(
        &mut self,
        call: &str,
        names: &[Rc<str>],
        values: &[Value],
        inserted: &[(String, Chosen)],
    ) -> Vec<(String, Chosen)> {
        let mut found = Vec::new();
        let results = command::find(call).map_or(&[][..], |c| c.results);
        for (i, value) in values.iter().enumerate() {
            self.addresses(value);
            let text = unsigned(value);
            let holds = results.get(i).or(results.last()).map(|(_, holds)| *holds);
            let kind = holds.and_then(Chosen::held).or_else(|| reckoned(call, holds, value, &text, inserted));
            let Some(kind) = kind.filter(|kind| (kind.rule().fits)(&text)) else { continue };
            // Bytes are printed in another form than they are shown in.
            let printed = Some(printed(value)).filter(|printed| matches!(value, Value::Bytes(_)) && *printed != text);
            for text in std::iter::once(text).chain(printed) {
                // A few bytes may stand anywhere by chance.
                if kind.rule().everywhere && (kind != Chosen::Random || value.wire().len() >= LONG) {
                    self.know(&text, kind);
                }
                found.push((text, kind));
            }
        }
        for (i, name) in names.iter().enumerate() {
            // Of several results each name has its own.
            let own = values.get(i).map_or(String::new(), unsigned);
            let other = values.get(i).map_or(String::new(), printed);
            let same = |(text, _): &&(String, Chosen)| *text == own || *text == other;
            let held: Rc<[_]> = found.iter().chain(inserted).filter(same).cloned().collect();
            if held.is_empty() {
                self.held.remove(name);
            } else {
                self.held.insert(name.clone(), held);
            }
        }
        found
    }

    fn addresses(&mut self, value: &Value) {
        match value {
            Value::Addr(addr) => {
                if let Some(port) = addr.port().map(|p| p.to_string()).filter(|p| is_chosen_port(p)) {
                    self.know(&port, Chosen::Port);
                }
                if let Addr::Abstract(name) = addr
                    && let Ok(name) = std::str::from_utf8(name)
                    && is_autobound(name)
                {
                    self.know(name, Chosen::Name);
                }
            }
            Value::List(list) => list.items().iter().for_each(|v| self.addresses(v)),
            Value::Object(object) => object.iter().for_each(|(_, v)| self.addresses(v)),
            _ => {}
        }
    }

    /// A shown line in pieces.
    pub fn pieces(&self, line: &str, origin: &Origin) -> Vec<Piece> {
        if !origin.open {
            return vec![Piece::text(line)];
        }
        let mut pieces = Vec::new();
        let (mut plain, mut at) = (0, 0);
        while at < line.len() {
            let lengths = self.words(line, at, &origin.local);
            let Some(piece) = lengths.iter().find_map(|length| self.value(line, at, *length, origin)) else {
                at += match lengths.first() {
                    Some(length) => within(line, at, *length, &origin.local),
                    None => step(&line[at..]),
                };
                continue;
            };
            if plain < at {
                pieces.push(Piece::text(&line[plain..at]));
            }
            at += piece.text.len();
            plain = at;
            pieces.push(piece);
        }
        if plain < line.len() {
            pieces.push(Piece::text(&line[plain..]));
        }
        pieces
    }

    /// Rows in pieces. They are laid out by what is written for their values, which is as long in every run.
    pub fn rows(&self, table: &Table) -> Vec<Vec<Piece>> {
        Grid::of(table, |column| column.title, |column, value| self.cell(column, value)).whole()
    }

    fn cell(&self, column: &Column, value: &Value) -> Vec<Piece> {
        let shown = table::cell(column, value);
        let origin = Origin { open: true, ..Origin::default() };
        match column.holds {
            _ if *value == Value::None => vec![Piece::text(shown)],
            Holds::Process => {
                let mut pieces = Vec::new();
                for (i, one) in shown.split(", ").enumerate() {
                    let (pid, name) = one.split_once('/').unwrap_or((one, ""));
                    pieces.push(Piece::text(if i > 0 { ", " } else { "" }));
                    pieces.push(Piece::chosen(pid, Chosen::Pid));
                    pieces.push(Piece::text(format!("/{name}")));
                }
                pieces
            }
            holds => match Chosen::held(holds) {
                Some(kind) => vec![Piece::chosen(shown, kind)],
                None if value.number().is_some() => vec![Piece::text(shown)],
                None => self.pieces(&shown, &origin),
            },
        }
    }

    /// The value that may differ from run to run at a place of a line, if there is one.
    fn value(&self, line: &str, at: usize, length: usize, origin: &Origin) -> Option<Piece> {
        let (before, word, after) = (&line[..at], &line[at..at + length], &line[at + length..]);
        let written = self.written.contains(word);
        let (mut kinds, mut chosen) = (Vec::new(), false);
        for rule in RULES.iter().filter(|rule| (rule.fits)(word)) {
            let traced = origin.fds.as_ref().filter(|_| rule.kind == Chosen::Fd);
            let is_there = traced.map(|fds| fds.contains(&(line.len() - at..line.len() - at - length)));
            if is_there == Some(false) {
                continue;
            }
            let placed = is_there.is_some()
                || rule.after.iter().any(|after| before.ends_with(after))
                || rule.kind == Chosen::Port && before.strip_suffix(':').is_some_and(ends_in_host);
            let told = origin.local.iter().any(|(text, kind)| text == word && *kind == rule.kind);
            let known = rule.everywhere && self.known.get(word).is_some_and(|kinds| kinds.contains(&rule.kind));
            let placed = placed || rule.kind == Chosen::Any && lasts(after);
            if placed || told && self.is_inserted(before, word, after) || known && stands_alone(before, word, after) {
                kinds.push(rule.kind);
                chosen |= !written || rule.always && (placed || told);
            }
        }
        (!kinds.is_empty()).then(|| Piece { text: word.into(), kinds, chosen })
    }

    /// Whether a word may have been inserted there: on its own, or where what it makes with its neighbours is nowhere written.
    fn is_inserted(&self, before: &str, word: &str, after: &str) -> bool {
        let outside = |c: char| !c.is_ascii_alphanumeric();
        let left = &before[before.len() - before.bytes().rev().take_while(u8::is_ascii_alphanumeric).count()..];
        let right = &after[..after.find(outside).unwrap_or(after.len())];
        stands_alone(before, word, after)
            || left.len() + right.len() > 0 && !self.written.contains(&format!("{left}{word}{right}"))
    }

    /// The words that begin at a place of a line and could be chosen values, the longest first.
    fn words(&self, line: &str, at: usize, local: &[(String, Chosen)]) -> Vec<usize> {
        let (before, rest) = (line[..at].chars().next_back(), &line[at..]);
        let inside = before.is_some_and(char::is_alphanumeric);
        let whole = |end: usize| rest[end..].chars().next().is_none_or(|c| !c.is_alphanumeric());
        let mut found = Vec::new();
        if !inside {
            found.extend(self.hosts.iter().filter(|h| rest.starts_with(&***h) && whole(h.len())).map(String::len));
        }
        if before == Some('@')
            && rest.is_char_boundary(5)
            && is_autobound(&rest[..5])
            && (whole(5) || self.known.contains_key(&rest[..5]))
        {
            found.push(5);
        }
        let told = local.iter().filter(|(_, kind)| *kind == Chosen::Random).map(|(text, _)| text);
        found.extend(self.random.iter().chain(told).filter(|r| rest.starts_with(&***r)).map(String::len).max());
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            found.extend(numbers(rest));
            // Digits may follow a port that was inserted.
            let known =
                |length: &usize| before == Some(':') && self.known.contains_key(rest.get(..*length).unwrap_or(""));
            found.extend([5, 4].into_iter().filter(known));
        }
        found
    }
}

/// Where descriptors stand in a traced call's line, which may have something before it.
fn from_end(call: &Syscall) -> Rc<[Range<usize>]> {
    let length = call.text.len();
    call.fds.iter().map(|place| length - place.start..length - place.end).collect()
}

/// A value as it ends a printed line, which has no blanks at its end.
fn printed(value: &Value) -> String {
    value.to_string().trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(canon: &Canon, line: &str) -> Vec<(Chosen, String)> {
        let origin = Origin { open: true, ..Origin::default() };
        let pieces = canon.pieces(line, &origin);
        assert_eq!(pieces.iter().map(|p| &*p.text).collect::<String>(), line);
        pieces.into_iter().filter(|p| p.chosen).map(|p| (p.kinds[0], p.text)).collect()
    }

    #[test]
    fn a_long_value_is_found_after_the_digits_of_a_neighbour() {
        let mut canon = Canon::default();
        canon.know("53.618266459", Chosen::Time);
        let local: Rc<[_]> = Rc::from([("53.618266459".to_string(), Chosen::Time)]);
        let origin = Origin { open: true, local, ..Origin::default() };
        let pieces = canon.pieces("[::1]:9000053.618266459[::1]:80", &origin);
        let found: Vec<&str> = pieces.iter().filter(|p| p.chosen).map(|p| &*p.text).collect();
        assert_eq!(found, ["53.618266459"]);
    }

    #[test]
    fn a_value_is_known_by_its_place_or_by_having_been_seen() {
        let mut canon = Canon::default();
        canon.keep_written(["bind srv 127.0.0.1:9998", "send a 40000"].into_iter());
        let shown = "a = <TCP/IPv4 socket, fd 7, 127.0.0.1:40112 -> 127.0.0.1:9998>";
        assert_eq!(chosen(&canon, shown), [(Chosen::Fd, "7".into()), (Chosen::Port, "40112".into())]);
        assert_eq!(chosen(&canon, "b = [::1]:50000"), [(Chosen::Port, "50000".into())]);
        assert_eq!(chosen(&canon, "n = 40000 and 7 and 40112"), []);
        canon.know("40112", Chosen::Port);
        canon.know("12", Chosen::Pid);
        canon.know("vm", Chosen::Host);
        canon.know("5.2e-05", Chosen::Time);
        for (line, values) in [
            ("x40112y \"\\n40112\" \\x0040112", vec!["40112", "40112", "40112"]),
            ("401123 1.40112 127.40112.0.1", vec![]),
            ("task-12 12a 12.5 127.0.0.12 12.", vec!["12"]),
            ("vm vmstat http://vm/ vm.example x-vm", vec!["vm", "vm", "vm", "vm"]),
            ("took 5.2e-05 s", vec!["5.2e-05"]),
            ("@0a1b2 @0a1b23 @name", vec!["0a1b2"]),
        ] {
            let found: Vec<String> = chosen(&canon, line).into_iter().map(|(_, text)| text).collect();
            assert_eq!(found, values, "{line}");
        }
    }
}
