//! Python's statements and blocks as lines of sockpit.

use super::errors::except;
use super::pattern;
use super::statement::{Kind, Node};
use super::text::{has_stringed, is_textual, word};
use super::tree::{Given, Tree};
use super::writer::{Told, Writer, named};

/// How many statements may register what one call watches.
const REGISTERED_MAX: usize = 20;

impl Writer<'_> {
    /// Write these statements.
    pub(super) fn block(&mut self, nodes: &[Node]) -> Told<()> {
        let mut rest = nodes;
        while let Some(node) = rest.first() {
            self.at = node.first;
            self.spent.take();
            let used = match &node.kind {
                Kind::If(condition) if is_main(condition) => {
                    self.says = Some("a program begins with its first line here: `if __name__ == ...` is not needed");
                    self.block(&node.body)?;
                    1
                }
                Kind::If(_) => self.conditional(rest)?,
                Kind::Try => self.attempt(rest)?,
                _ => match self.sequence(rest)? {
                    0 => self.statement(node).map(|()| 1)?,
                    several => several,
                },
            };
            rest = &rest[used..];
        }
        Ok(())
    }

    /// Several statements that are one call here. Says how many they are.
    fn sequence(&mut self, nodes: &[Node]) -> Told<usize> {
        let parts = |node: &Node| match &node.kind {
            Kind::Value(tree) => Some((None, tree.clone())),
            Kind::Assign(targets, tree) => match &targets[..] {
                [Tree::Name(name)] => Some((Some(name.clone()), tree.clone())),
                _ => None,
            },
            _ => None,
        };
        let all: Vec<_> = nodes.iter().take(REGISTERED_MAX + 2).map_while(parts).collect();
        let all: Vec<(Option<&str>, &Tree)> = all.iter().map(|(name, tree)| (name.as_deref(), tree)).collect();
        let Some((found, count)) = pattern::sequence(&all, &self.imports) else { return Ok(0) };
        let line = self.written(&found)?;
        let target = all[count - 1].0.map_or(String::new(), |name| format!("{} = ", named(name)));
        self.line(&format!("{target}{line}"));
        Ok(count)
    }

    /// The block of a statement, and its end, where it is there.
    pub(super) fn body(&mut self, node: &Node) -> Told<()> {
        self.inside(|w| w.block(&node.body))
    }

    pub(super) fn end(&mut self, node: &Node) {
        if self.whole || !node.body.is_empty() {
            self.line("end");
        }
    }

    fn statement(&mut self, node: &Node) -> Told<()> {
        match &node.kind {
            Kind::Value(tree) => self.value(tree),
            Kind::Assign(targets, value) => self.assign(targets, value),
            Kind::Augment(target, op, value) => {
                let Tree::Name(name) = target else { return Err(format!("`{op}=` of a part of a value")) };
                let whole = Tree::Binary(op, Box::new(target.clone()), Box::new(value.clone()));
                let text = self.expression(&whole, 0)?;
                self.line(&format!("let {} = {text}", named(name)));
                Ok(())
            }
            Kind::While(condition) => self.repeated(condition, node),
            Kind::For(target, all) => self.each_of(target, all, node),
            Kind::Def(name, params) => self.def(name, params, node),
            Kind::With(all) => self.with(all, node),
            Kind::Return(value) => self.returned(value.as_ref()),
            Kind::Break => self.put("break"),
            Kind::Continue => self.put("continue"),
            Kind::Pass => self.say("nothing stands where nothing is done: `pass` is not needed"),
            Kind::Import(names) => self.import(names),
            Kind::Global(names) => {
                let names: Vec<String> = names.iter().map(|name| named(name)).collect();
                self.put(&format!("global {}", names.join(" ")))
            }
            Kind::Assert(condition) => {
                let text = self.expression(condition, 0)?;
                self.put(&format!("assert {text}"))
            }
            // What goes on with a block that stands elsewhere.
            Kind::Elif(condition) if !self.whole => {
                let before = self.lines().len();
                let text = self.expression(condition, 0)?;
                if self.lines().len() > before {
                    return Err("a call in the condition of an `elif`".into());
                }
                self.line(&format!("elif {text}"));
                self.body(node)
            }
            Kind::Else if !self.whole => {
                self.line("else");
                self.body(node)
            }
            Kind::Finally if !self.whole => {
                self.line("finally");
                self.body(node)
            }
            Kind::Except(errors, name) if !self.whole => {
                let head = except(errors.as_ref(), name.as_deref())?;
                self.line(&head);
                self.body(node)
            }
            Kind::Other(what) => Err((*what).into()),
            _ => Err("this line".into()),
        }
    }

    /// Nothing is imported; but of a module that is not here the program has no use.
    fn import(&mut self, names: &[(String, String)]) -> Told<()> {
        let of = names.first().filter(|(_, alias)| alias.is_empty());
        let mut modules = names.iter().filter(|_| of.is_none()).chain(of).map(|(module, _)| module);
        match modules.find(|module| !pattern::has_module(module)) {
            Some(module) if module == "socketserver" => {
                Err("socketserver (its classes are a loop of `accept` with `spawn NAME CONN` for each client)".into())
            }
            Some(module) => Err(format!("the module {module}")),
            None => self.say("all calls are here already: nothing is imported"),
        }
    }

    pub(super) fn value(&mut self, tree: &Tree) -> Told<()> {
        match tree {
            Tree::Text(_) | Tree::Format(_) => return self.say("a comment begins with #"),
            Tree::Name(name) if name == "..." => return Ok(()),
            _ => {}
        }
        if let Some(("print", given)) = tree.function() {
            return self.print(given);
        }
        match tree.method() {
            Some((task, "start", [])) if matches!(task, Tree::Call(..)) => return self.value(task),
            Some((_, "start", [])) => {
                return self.say("a task runs from its `spawn` on: it is not started again");
            }
            Some((of, "close", [])) if of.name().is_some_and(|name| self.is_coroutine(name)) => return Ok(()),
            Some((_, "setDaemon" | "setName", [_])) => {
                return self.say("spawn -d and process -d start a daemon: t = spawn -d NAME");
            }
            _ => {}
        }
        let (line, _) = self.call(tree)?;
        self.line(&line);
        Ok(())
    }

    fn is_coroutine(&self, name: &str) -> bool {
        let result = self.holds.get(name).and_then(|c| c.results.first());
        self.coroutines.contains(name) || result.is_some_and(|(what, _)| *what == "coroutine")
    }

    fn print(&mut self, given: &[Given]) -> Told<()> {
        let mut words = vec!["print".to_string()];
        for one in given {
            match (one.name.as_deref(), &one.value) {
                (None, tree) => {
                    let tree = super::text::stringed(tree).unwrap_or(tree);
                    words.push(self.operand(tree)?);
                }
                (Some("flush"), _) => {}
                (Some(name), _) => return Err(format!("print's `{name}=`")),
            }
        }
        if words.len() == 1 {
            words.push("\"\"".into());
        }
        self.line(&words.join(" "));
        Ok(())
    }

    fn assign(&mut self, targets: &[Tree], value: &Tree) -> Told<()> {
        for target in targets {
            match target {
                Tree::Name(name) => self.give(name, value)?,
                Tree::Tuple(names) | Tree::List(names) => self.take_apart(names, value)?,
                Tree::Attr(_, attr) if attr == "daemon" || attr == "name" => {
                    self.says = Some("spawn -d and process -d start a daemon: t = spawn -d NAME");
                }
                _ => return Err("giving a value to a part of another".into()),
            }
        }
        Ok(())
    }

    pub(super) fn give(&mut self, name: &str, value: &Tree) -> Told<()> {
        let target = named(name);
        let is_text = is_textual(value) && !matches!(value, Tree::Binary("+", ..));
        match value {
            Tree::Text(_) | Tree::Bytes(_) | Tree::Number(_) | Tree::Name(_) => {}
            Tree::Unary(..) => {}
            Tree::Binary("not in", ..) => {}
            Tree::Binary("+", ..) if is_textual(value) && has_stringed(value) => {
                let pieces = self.pieces(value)?;
                self.line(&format!("let {target} = {}", word(&pieces)));
                return Ok(());
            }
            Tree::Binary(op, ..) if *op != "in" => {}
            _ if is_text || super::call::constant(value).is_some() => {}
            _ => {
                let (mut line, _) = self.giving(name, value)?;
                if self.daemons.contains(name) && Self::starts_def(value) && !line.contains(" -d ") {
                    line = line.replacen(' ', " -d ", 1);
                }
                self.line(&format!("{target} = {line}"));
                if let Some(found) = self.matched(value) {
                    self.holds.insert(name.into(), found.command);
                }
                return Ok(());
            }
        }
        let text = self.expression(value, 0)?;
        self.line(&format!("let {target} = {text}"));
        Ok(())
    }

    fn starts_def(tree: &Tree) -> bool {
        matches!(tree.function(), Some((_, given)) if given.iter().any(|g| g.name.as_deref() == Some("target")))
    }

    fn take_apart(&mut self, names: &[Tree], value: &Tree) -> Told<()> {
        let names: Option<Vec<String>> = names.iter().map(|n| n.name().map(named)).collect();
        let Some(names) = names else { return Err("giving a value to a part of another".into()) };
        if let Tree::Tuple(values) | Tree::List(values) = value {
            let mut uses = false;
            for one in values {
                one.walk(&mut |t| uses |= t.name().is_some_and(|n| names.iter().any(|m| m == n)));
            }
            if uses || values.len() != names.len() {
                return Err("an exchange of values".into());
            }
            return names.iter().zip(values).try_for_each(|(name, value)| self.give(name, value));
        }
        // Python's select gives three lists; where the first is all that is wanted, that is the short form.
        let first = Tree::Index(Box::new(value.clone()), Box::new(Tree::Number("0".into())));
        let whole = self.matched(value);
        let whole = whole.filter(|_| names.len() < 2 || !names[1..].iter().all(|name| name == "_"));
        if let (None, Some(found), [ready, rest @ ..]) = (&whole, self.matched(&first), &names[..])
            && found.command.results.len() == 1
            && matches!(value, Tree::Call(..))
        {
            let line = self.written(&found)?;
            self.line(&format!("{ready} = {line}"));
            return rest
                .iter()
                .filter(|name| *name != "_")
                .try_for_each(|name| self.give(name, &Tree::List(Vec::new())));
        }
        let (line, _) = self.call(value)?;
        self.line(&format!("{} = {line}", names.join(", ")));
        Ok(())
    }

    /// A call whose result goes to that name, which calls within it may use before.
    fn giving(&mut self, name: &str, value: &Tree) -> Told<(String, Option<&'static str>)> {
        let mut used = false;
        value.walk(&mut |tree| used |= tree.name() == Some(name));
        let free = !used && self.taken.remove(name);
        let done = self.call(value);
        if free {
            self.taken.insert(name.into());
        }
        done
    }

    fn conditional(&mut self, nodes: &[Node]) -> Told<usize> {
        let Some((Node { kind: Kind::If(condition), .. }, _)) = nodes.split_first() else { return Ok(1) };
        let text = self.expression(condition, 0)?;
        self.line(&format!("if {text}"));
        self.body(&nodes[0])?;
        // An `elif` that needs lines before it stands in an `else`.
        let (mut used, mut nested) = (1, 0);
        for node in nodes[1..].iter().take_while(|n| matches!(n.kind, Kind::Elif(_) | Kind::Else)) {
            used += 1;
            self.at = node.first;
            match &node.kind {
                Kind::Elif(condition) => {
                    let from = self.lines().len();
                    let text = self.expression(condition, 0)?;
                    let before = self.take_from(from);
                    if before.is_empty() {
                        self.line(&format!("elif {text}"));
                    } else {
                        self.line("else");
                        nested += 1;
                        self.inside(|w| {
                            for line in &before {
                                w.line(line);
                            }
                            w.line(&format!("if {text}"));
                            w.body(node)
                        })?;
                        continue;
                    }
                }
                _ if nested > 0 => {
                    self.inside(|w| {
                        w.line("else");
                        w.body(node)
                    })?;
                    continue;
                }
                _ => self.line("else"),
            }
            self.body(node)?;
        }
        if nested > 1 {
            return Err("calls in the conditions of several `elif`s".into());
        }
        if nested == 1 {
            self.inside(|w| w.put("end"))?;
        }
        self.end(&nodes[used - 1]);
        Ok(used)
    }

    fn attempt(&mut self, nodes: &[Node]) -> Told<usize> {
        self.line("try");
        self.body(&nodes[0])?;
        let mut used = 1;
        for node in nodes[1..].iter().take_while(|n| n.kind.goes_on()) {
            used += 1;
            self.at = node.first;
            let head = match &node.kind {
                Kind::Except(errors, name) => except(errors.as_ref(), name.as_deref())?,
                Kind::Finally => "finally".into(),
                _ => return Err("the `else` of a `try`".into()),
            };
            self.line(&head);
            self.body(node)?;
        }
        self.end(&nodes[used - 1]);
        Ok(used)
    }

    fn def(&mut self, name: &str, params: &[String], node: &Node) -> Told<()> {
        if self.depth() > 0 {
            return Err("a def inside a block".into());
        }
        let words: Vec<String> = std::iter::once(name).chain(params.iter().map(String::as_str)).map(named).collect();
        self.line(&format!("def {}", words.join(" ")));
        self.body(node)?;
        self.end(node);
        Ok(())
    }

    fn returned(&mut self, value: Option<&Tree>) -> Told<()> {
        let words = match value {
            None => Vec::new(),
            Some(Tree::Tuple(all)) => all.iter().map(|tree| self.operand(tree)).collect::<Told<Vec<_>>>()?,
            Some(tree) => vec![self.operand(tree)?],
        };
        self.line(format!("return {}", words.join(" ")).trim_end());
        Ok(())
    }
}

/// `__name__ == '__main__'`.
fn is_main(condition: &Tree) -> bool {
    matches!(condition, Tree::Binary("==", a, _) if a.name() == Some("__name__"))
}
