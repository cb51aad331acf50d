//! Python's loops and `with` as blocks of sockpit.

use super::statement::{Kind, Node};
use super::tree::{Given, Tree, method_of};
use super::writer::{Told, Writer, each, named};

/// So long a range is written out.
const RANGE_MAX: i64 = 10;

impl Writer<'_> {
    /// `while`: a condition that needs lines before it is asked for within the loop.
    pub(super) fn repeated(&mut self, condition: &Tree, node: &Node) -> Told<()> {
        if matches!(condition, Tree::Name(name) if name == "True") || matches!(condition, Tree::Number(n) if n == "1") {
            self.line("loop");
        } else {
            let from = self.lines().len();
            let text = self.expression(condition, 0)?;
            let before = self.take_from(from);
            if before.is_empty() {
                self.line(&format!("while {text}"));
            } else {
                let text = Self::negated(condition, &text);
                self.line("loop");
                self.inside(|w| {
                    for line in &before {
                        w.line(line);
                    }
                    w.line(&format!("if {text}"));
                    w.line("  break");
                    w.put("end")
                })?;
            }
        }
        self.body(node)?;
        self.end(node);
        Ok(())
    }

    fn negated(condition: &Tree, text: &str) -> String {
        match (condition, text.strip_prefix("not ")) {
            (Tree::Unary("not", _), Some(inner)) => inner.into(),
            (Tree::Binary("and" | "or", ..), _) => format!("not ( {text} )"),
            _ => format!("not {text}"),
        }
    }

    pub(super) fn each_of(&mut self, target: &Tree, all: &Tree, node: &Node) -> Told<()> {
        let Tree::Name(name) = target else { return self.each_of_several(target, all, node) };
        let mut used = node.body.is_empty() && name != "_";
        each(&node.body, &mut |tree| used |= tree.name() == Some(name));
        let words = match (all.function(), all) {
            (Some(("range", [count])), _) if !used => {
                let count = self.operand(&count.value)?;
                self.line(&format!("repeat {count}"));
                self.body(node)?;
                self.end(node);
                return Ok(());
            }
            (Some(("range", given)), _) if written_out(given).is_some() => written_out(given).unwrap_or_default(),
            (_, Tree::Text(_) | Tree::Bytes(_)) => return Err("a `for` over the characters of a text".into()),
            (_, Tree::List(items) | Tree::Tuple(items)) => {
                items.iter().map(|item| self.operand(item)).collect::<Told<Vec<_>>>()?
            }
            // The lines of a file.
            (_, Tree::Name(file)) if self.is_file(file) => vec![self.operand(&method_of(file, "readlines"))?],
            _ => vec![self.operand(all)?],
        };
        self.line(&format!("for {} in {}", named(name), words.join(" ")));
        self.body(node)?;
        self.end(node);
        Ok(())
    }

    /// A `for` with several names: counted, or with the parts of each.
    fn each_of_several(&mut self, target: &Tree, all: &Tree, node: &Node) -> Told<()> {
        let Tree::Tuple(names) = target else { return Err("a `for` with several names".into()) };
        let names: Vec<&str> = names.iter().filter_map(Tree::name).collect();
        if let (Some(("enumerate", [of, from @ ..])), [count, name]) = (all.function(), &names[..]) {
            let from = match from {
                [] => 0,
                [Given { value: Tree::Number(n), .. }] => n.parse().map_err(|_| "that count")?,
                _ => return Err("a count that begins where a name says".into()),
            };
            let of = self.operand(&of.value)?;
            let count = named(count);
            self.line(&format!("let {count} = {}", from - 1_i64));
            self.line(&format!("for {} in {of}", named(name)));
            self.inside(|w| w.put(&format!("let {count} = ${count} + 1")))?;
            self.body(node)?;
            self.end(node);
            return Ok(());
        }
        let of = self.operand(all)?;
        // What waits for several gives the socket and its events.
        let calls = all.method().is_some_and(|(_, method, _)| method == "poll");
        let one = self.fresh("one");
        self.line(&format!("for {one} in {of}"));
        for (place, name) in names.iter().enumerate().filter(|(_, name)| **name != "_") {
            let part = match (calls, place) {
                (true, 0) => format!("${{{one}.socket}}"),
                (true, 1) => format!("${{{one}.events}}"),
                _ => format!("${{{one}[{place}]}}"),
            };
            self.inside(|w| w.put(&format!("let {} = {part}", named(name))))?;
        }
        self.body(node)?;
        self.end(node);
        Ok(())
    }

    fn is_file(&self, name: &str) -> bool {
        self.holds.get(name).is_some_and(|c| c.results.first().is_some_and(|(what, _)| *what == "file"))
    }

    pub(super) fn with(&mut self, all: &[(Tree, Option<String>)], node: &Node) -> Told<()> {
        let mut ends = Vec::new();
        for (value, name) in all {
            let held = match (value, name) {
                (_, Some(name)) => {
                    self.give(name, value)?;
                    name.clone()
                }
                (Tree::Name(name), None) => name.clone(),
                _ => return Err("a `with` without a name".into()),
            };
            let result = self.holds.get(&held).and_then(|c| c.results.first()).map_or("", |(name, _)| name);
            // Nothing tells what a name holds that was given its value before.
            let is_lock = ["lock", "mutex", "sem"].iter().any(|word| held.to_lowercase().contains(word));
            let (begin, end) = match result {
                "" if is_lock => (Some("acquire"), "release"),
                "lock" | "semaphore" => (Some("acquire"), "release"),
                "pool" => (None, "shutdown"),
                _ => (None, "close"),
            };
            if let Some(begin) = begin {
                self.value(&method_of(&held, begin))?;
            }
            ends.push(method_of(&held, end));
        }
        if node.body.is_empty() && !self.whole {
            self.says = Some("a `with` has no block here: `close` (or `release`, of a lock) stands where it ends");
            return Ok(());
        }
        let leaves = leaves(&node.body);
        if leaves {
            self.line("try");
            self.body(node)?;
            self.line("finally");
            self.inside(|w| ends.iter().rev().try_for_each(|end| w.value(end)))?;
            self.line("end");
            return Ok(());
        }
        self.block(&node.body)?;
        ends.iter().rev().try_for_each(|end| self.value(end))
    }
}

/// Whether a block may be left before its end.
fn leaves(nodes: &[Node]) -> bool {
    nodes.iter().any(|n| matches!(n.kind, Kind::Break | Kind::Continue | Kind::Return(_)) || leaves(&n.body))
}

/// The numbers of a short range.
fn written_out(given: &[Given]) -> Option<Vec<String>> {
    let number = |g: &Given| if let Tree::Number(n) = &g.value { n.parse::<i64>().ok() } else { None };
    let numbers: Vec<i64> = given.iter().map(number).collect::<Option<_>>()?;
    let (from, to) = match *numbers {
        [to] => (0, to),
        [from, to] => (from, to),
        _ => return None,
    };
    (from < to && to - from <= RANGE_MAX).then(|| (from..to).map(|n| n.to_string()).collect())
}
