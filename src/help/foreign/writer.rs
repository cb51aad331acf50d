//! Lines of sockpit being written from another language, and what is known of its names.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::pattern::Imports;
use super::statement::{Kind, Node};
use super::tree::Tree;
use crate::command::Command;
use crate::lang::KEYWORDS;

/// What came of it; else why it has no form in sockpit.
pub(super) type Told<T> = Result<T, String>;

/// Writes lines.
pub(super) struct Writer<'a> {
    lines: Vec<String>,
    /// The blocks around the next line.
    depth: usize,
    /// The line of the source that is being read, from 0.
    pub(super) at: usize,
    /// The program is there to its end: each block has its lines.
    pub(super) whole: bool,
    /// The names of the source, which what it lacks may not take.
    pub(super) taken: BTreeSet<String>,
    /// The names that the statement being written was given beside.
    pub(super) spent: RefCell<BTreeSet<String>>,
    pub(super) imports: Imports,
    /// The defs of the source, and whether each yields.
    pub(super) defs: HashMap<String, bool>,
    /// The names that coroutines go by.
    pub(super) coroutines: BTreeSet<String>,
    /// The tasks that are to be daemons.
    pub(super) daemons: BTreeSet<String>,
    /// The call that gave a name its value.
    pub(super) holds: HashMap<String, &'static Command>,
    /// Whether a def of that name is there already.
    pub(super) known: &'a dyn Fn(&str) -> bool,
    /// What there is to say where there is nothing to write.
    pub(super) says: Option<&'static str>,
}

impl<'a> Writer<'a> {
    /// A writer for these statements.
    pub(super) fn new(nodes: &[Node], whole: bool, known: &'a dyn Fn(&str) -> bool) -> Self {
        let mut writer = Self {
            lines: Vec::new(),
            depth: 0,
            at: 0,
            whole,
            taken: BTreeSet::new(),
            spent: RefCell::default(),
            imports: Imports::default(),
            defs: HashMap::new(),
            coroutines: BTreeSet::new(),
            daemons: BTreeSet::new(),
            holds: HashMap::new(),
            known,
            says: None,
        };
        writer.learn(nodes);
        writer
    }

    /// What the program says of its names.
    fn learn(&mut self, nodes: &[Node]) {
        for node in nodes {
            match &node.kind {
                Kind::Import(names) => self.imports.learn(names),
                Kind::Def(name, _) => {
                    let mut yields = false;
                    each(&node.body, &mut |tree| yields |= matches!(tree, Tree::Yield(_)));
                    self.defs.insert(name.clone(), yields);
                }
                Kind::Assign(targets, Tree::Name(value)) if value == "True" => {
                    if let [Tree::Attr(of, attr)] = &**targets
                        && attr == "daemon"
                    {
                        self.daemons.extend(of.name().map(str::to_string));
                    }
                }
                Kind::Value(tree) => {
                    if let Some((of, "setDaemon", [given])) = tree.method()
                        && given.value.name() == Some("True")
                    {
                        self.daemons.extend(of.name().map(str::to_string));
                    }
                }
                _ => {}
            }
            for tree in trees(&node.kind) {
                tree.walk(&mut |tree| {
                    self.taken.extend(tree.name().map(str::to_string));
                    // A socket sends no None.
                    if let Some((of, "send", [given])) = tree.method()
                        && given.value.name() == Some("None")
                    {
                        self.coroutines.extend(of.name().map(str::to_string));
                    }
                });
            }
            self.learn(&node.body);
        }
    }

    /// Write a line.
    pub(super) fn line(&mut self, text: &str) {
        self.lines.push(format!("{}{text}", "  ".repeat(self.depth)));
    }

    /// The lines so far.
    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Write what stands within a block.
    pub(super) fn inside(&mut self, write: impl FnOnce(&mut Self) -> Told<()>) -> Told<()> {
        self.depth += 1;
        let done = write(self);
        self.depth -= 1;
        done
    }

    /// How many blocks there are around the next line.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Take back the lines from there on, without what they are indented by.
    pub(super) fn take_from(&mut self, from: usize) -> Vec<String> {
        self.lines.drain(from..).map(|line| line.trim_start().to_string()).collect()
    }

    /// A name that neither the source has nor this statement yet.
    pub(super) fn fresh(&self, like: &str) -> String {
        let like = like.trim_end_matches('.');
        let like = if like.is_empty() { "value" } else { like };
        let numbered = (2..).map(|n| format!("{like}{n}"));
        let mut spent = self.spent.borrow_mut();
        let is_free = |name: &String| !self.taken.contains(name) && !spent.contains(name);
        let name = std::iter::once(like.to_string()).chain(numbered).find(is_free).unwrap_or_default();
        spent.insert(name.clone());
        name
    }
}

/// A name of the source as sockpit has it: words of the language cannot be names.
pub(super) fn named(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.into() }
}

/// The expressions of a statement.
pub(super) fn trees(kind: &Kind) -> Vec<&Tree> {
    match kind {
        Kind::Value(a) | Kind::If(a) | Kind::Elif(a) | Kind::While(a) | Kind::Assert(a) => vec![a],
        Kind::Assign(targets, value) => targets.iter().chain([value]).collect(),
        Kind::Augment(a, _, b) | Kind::For(a, b) => vec![a, b],
        Kind::With(all) => all.iter().map(|(tree, _)| tree).collect(),
        Kind::Return(value) => value.iter().collect(),
        _ => Vec::new(),
    }
}

/// Do something with each expression of these statements.
pub(super) fn each(nodes: &[Node], see: &mut dyn FnMut(&Tree)) {
    for node in nodes {
        for tree in trees(&node.kind) {
            tree.walk(see);
        }
        each(&node.body, see);
    }
}
