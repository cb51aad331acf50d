//! A call that was recognised in Python as a line of sockpit: its parameters in the order of the table.

use super::pattern::{self, Match, Place};
use super::text::{bare, is_textual, quote, stringed, without, word};
use super::tree::{Given, Tree, frame};
use super::writer::{Told, Writer, named};
use crate::command::{Command, Kind, Need, Param};
use crate::linux::constants;

/// The constant that a name or `module.NAME` is.
pub(super) fn constant(tree: &Tree) -> Option<String> {
    let name = match tree {
        Tree::Attr(of, name) if of.name().is_some() => name,
        Tree::Name(name) => name,
        _ => return None,
    };
    let known = constants::find_any(name).is_some();
    (known && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).then(|| name.clone())
}

/// The host that Python's '' means every address by.
fn host(text: &str) -> String {
    if text.contains(':') { format!("[{text}]") } else { text.into() }
}

impl Writer<'_> {
    /// The line of a call, and what its result is called; none when it gives nothing.
    pub(super) fn call(&mut self, tree: &Tree) -> Told<(String, Option<&'static str>)> {
        if let Tree::Other(what) = tree {
            return Err((*what).into());
        }
        if let Tree::Call(callee, given) = tree
            && let Some(name) = callee.name()
            && (self.defs.contains_key(name) || (self.known)(name))
            && self.defs.get(name) != Some(&true)
        {
            return Ok((self.def_call(name, given)?, Some("result")));
        }
        // One of the values of a call that gives any number.
        let is_generic =
            |m: &Match| matches!((tree, m.given.first()), (Tree::Index(of, _), Some((_, Place::One(t)))) if **of == *t);
        if let Tree::Index(inner, at) = tree
            && **at == Tree::Number("0".into())
            && self.matched(tree).is_none_or(|m| is_generic(&m))
            && let Some(found) = self.matched(inner).filter(|m| m.command.gives_any_number())
        {
            return Ok((self.written(&found)?, Some("value")));
        }
        if is_count_of_tasks(tree) {
            return self.count_of_tasks();
        }
        let (started, before, after) = Self::started(tree);
        let found = self.matched(&started).ok_or_else(|| unknown(tree))?;
        let command = found.command;
        let mut line = self.written(&found)?;
        if !before.is_empty() {
            line = line.replacen(command.name, &format!("{} {before}", command.name), 1);
        }
        for (key, value) in after {
            line.push_str(&format!(" {key}={}", self.operand(&value)?));
        }
        Ok((line, command.results.first().map(|(name, _)| *name)))
    }

    /// How many tasks there are: the lines of their list.
    fn count_of_tasks(&mut self) -> Told<(String, Option<&'static str>)> {
        let (list, _) = self.call(&call_of("enumerate", Vec::new()))?;
        let name = self.fresh("running");
        self.line(&format!("{name} = {list}"));
        let split = Tree::Attr(Box::new(Tree::Name(name)), "split".into());
        let end = Given { name: None, value: Tree::Text("\n".into()) };
        let lines = Tree::Call(Box::new(split), vec![end]);
        self.call(&call_of("len", vec![Given { name: None, value: lines }]))
    }

    /// The call that a tree is, if it is one.
    pub(super) fn matched(&self, tree: &Tree) -> Option<Match> {
        let mut all = pattern::matches(tree, &self.imports);
        let of_def = |m: &Match| match m.given.first() {
            Some((_, Place::One(Tree::Name(name)))) => self.defs.get(name) == Some(&true),
            _ => false,
        };
        all.retain(|m| !m.of_def || of_def(m));
        // `c.send(x)`: where c is known for what another call gave, that tells which.
        let receiver = tree.method().and_then(|(of, ..)| of.name()).and_then(|name| self.holds.get(name));
        let result = receiver.and_then(|c| c.results.first()).map_or("", |(name, _)| name);
        let suits = |m: &Match| m.command.params.first().is_some_and(|p| p.or.iter().any(|or| or.ends_with(result)));
        let coroutine = tree.method().is_some_and(|(of, ..)| of.name().is_some_and(|n| self.coroutines.contains(n)));
        let result = if coroutine { "coroutine" } else { result };
        // Else the form that says most.
        let group = all.first().map(|m| m.command.group);
        let first = |at: &usize| *at == 0 || Some(all[*at].command.group) != group;
        let most = (0..all.len()).filter(first).min_by_key(|at| all[*at].params()).unwrap_or(0);
        let at = all.iter().position(|m| !result.is_empty() && suits(m)).unwrap_or(most);
        if all.is_empty() { pattern::by_name(tree) } else { Some(all.swap_remove(at)) }
    }

    /// What a thread or a process is started with: without what has a place of its own here, which stands before the
    /// def's name or behind its arguments.
    fn started(tree: &Tree) -> (Tree, &'static str, Vec<(String, Tree)>) {
        let (mut daemon, mut pairs) = (false, Vec::new());
        let Tree::Call(callee, given) = tree else { return (tree.clone(), "", pairs) };
        if !given.iter().any(|g| g.name.as_deref() == Some("target")) {
            return (tree.clone(), "", pairs);
        }
        let mut kept = Vec::new();
        for one in given {
            match (one.name.as_deref(), &one.value) {
                (Some("daemon"), value) => daemon = value.name() == Some("True"),
                (Some("name"), _) => {}
                (Some("kwargs"), Tree::Dict(all)) => {
                    for (key, value) in all {
                        if let Tree::Text(key) = key {
                            pairs.push((key.clone(), value.clone()));
                        }
                    }
                }
                _ => kept.push(one.clone()),
            }
        }
        (Tree::Call(callee.clone(), kept), if daemon { "-d" } else { "" }, pairs)
    }

    fn def_call(&mut self, name: &str, given: &[Given]) -> Told<String> {
        let mut line = named(name);
        for one in given {
            let word = self.operand(&one.value)?;
            let key = one.name.as_ref().map_or(String::new(), |name| format!("{name}="));
            line.push_str(&format!(" {key}{word}"));
        }
        Ok(line)
    }

    /// The line of a call whose parameters are known.
    pub(super) fn written(&mut self, found: &Match) -> Told<String> {
        let command = found.command;
        let mut words = vec![command.name.to_string()];
        let mut skipped = false;
        for (index, param) in command.params.iter().enumerate() {
            // None is what Python takes where nothing is given.
            let none = |place: &Place| matches!(place, Place::One(tree) if tree.name() == Some("None"));
            let left_out = param.need == Need::Named && param.kind != Kind::Seconds;
            let places: Vec<&Place> = found.given.iter().filter(|(i, _)| *i == index).map(|(_, place)| place).collect();
            let places: Vec<&Place> = places.into_iter().filter(|place| !(left_out && none(place))).collect();
            skipped |= places.is_empty() && param.need == Need::Optional;
            if param.kind == Kind::Ancillary
                && places.iter().all(|p| matches!(p, Place::One(Tree::List(l)) if l.is_empty()))
            {
                continue;
            }
            if index == 0 && param.kind == Kind::Watched && places.len() > 1 {
                words.push(self.registered(found)?);
                continue;
            }
            if param.kind == Kind::PollEvents && places.len() > 1 {
                skipped = true;
                continue;
            }
            if param.kind == Kind::OptionValue {
                words.extend(self.option_value(found, &places)?);
                continue;
            }
            if param.kind == Kind::Sockets && param.need == Need::Named && !places.is_empty() {
                let names = places.iter().map(|place| self.place(command, index, place)).collect::<Told<Vec<_>>>()?;
                words.push(format!("{}={}", param.name.to_lowercase(), names.join(",")));
                continue;
            }
            for (at, place) in places.into_iter().enumerate() {
                if let (Kind::Def, 0, Place::One(tree)) = (param.kind, at, place) {
                    let name = tree.name().ok_or("a function that is no def")?;
                    words.push(named(name));
                    continue;
                }
                let word = self.place(command, index, place)?;
                let by_name = param.need == Need::Named || (skipped && param.need == Need::Optional);
                words.push(if by_name { format!("{}={word}", param.name.to_lowercase()) } else { word });
            }
        }
        Ok(words.join(" "))
    }

    /// Several that were registered one by one, each with its events: `a:IN,b:OUT`.
    fn registered(&mut self, found: &Match) -> Told<String> {
        let mut all: Vec<String> = Vec::new();
        for (index, place) in &found.given {
            let word = self.place(found.command, *index, place)?;
            match (index, all.last_mut()) {
                (0, _) => all.push(word),
                (1, Some(last)) => last.push_str(&format!(":{word}")),
                _ => {}
            }
        }
        Ok(all.join(","))
    }

    fn place(&mut self, command: &'static Command, index: usize, place: &Place) -> Told<String> {
        let param = &command.params[index];
        match place {
            Place::Pair(key, value) => Ok(format!("{key}={}", self.operand(value)?)),
            Place::Two(level, option) => Ok(format!("{} {}", self.constant(level)?, self.constant(option)?)),
            Place::One(tree) => {
                let optional_before = command.params[..index].iter().any(|p| p.need == Need::Optional);
                self.argument(param, tree, optional_before)
            }
        }
    }

    /// A constant, several joined with `|`, a number, or the value of a name.
    pub(super) fn constant(&mut self, tree: &Tree) -> Told<String> {
        match tree {
            Tree::Binary("|", a, b) => Ok(format!("{}|{}", self.constant(a)?, self.constant(b)?)),
            Tree::Attr(of, name) if of.name().is_some() && constant(tree).is_none() => {
                Err(format!("the constant {name}"))
            }
            _ => self.operand(tree),
        }
    }

    /// A value in the place of a parameter.
    fn argument(&mut self, param: &Param, tree: &Tree, optional_before: bool) -> Told<String> {
        let kind = param.kind;
        let watched = matches!(kind, Kind::Watched | Kind::WatchedOrSeconds);
        let of_socket = kind == Kind::Sockets || watched || param.or.contains(&"a socket");
        if kind.is_live() || of_socket {
            return match tree {
                Tree::List(all) | Tree::Tuple(all) if watched => {
                    let names = all.iter().map(|one| self.argument(param, one, false)).collect::<Told<Vec<_>>>()?;
                    Ok(match &names[..] {
                        [] => "none".into(),
                        [one] => format!("{one},"),
                        _ => names.join(","),
                    })
                }
                Tree::Number(number) if kind == Kind::WatchedOrSeconds => Ok(number.clone()),
                Tree::Name(name) if watched && name == "None" => Ok("none".into()),
                Tree::Number(number) if kind.is_live_or_number() => Ok(number.clone()),
                Tree::Text(_) => self.operand(tree),
                Tree::Attr(of, _) if of.name() == Some("self") => Err("an attribute of `self`".into()),
                _ if of_socket => self.descriptor(tree),
                _ => self.held(tree),
            };
        }
        match (kind, tree) {
            (Kind::Ancillary, Tree::List(entries)) => self.ancillary(entries),
            (Kind::Addr, tree) => self.address(tree, optional_before),
            (Kind::Data, tree) => self.data(tree),
            (Kind::Switch, Tree::Name(name)) if name == "True" => Ok("on".into()),
            (Kind::Switch, Tree::Name(name)) if name == "False" => Ok("off".into()),
            (Kind::PollEvents, tree) => self.events(tree),
            (Kind::EpollEvents, tree) => self.epoll_events(tree),
            (Kind::Path | Kind::Program | Kind::Encoding | Kind::Name, Tree::Text(text)) => Ok(bare(text)),
            (Kind::Text, Tree::Text(text)) if param.need == Need::Optional => Ok(bare(text)),
            (Kind::Def, Tree::Name(name)) if self.is_def(name) => Ok(named(name)),
            (Kind::Name, Tree::Name(name)) => Ok(named(name)),
            (Kind::Name, Tree::Attr(..)) => tree.last_name().map(named).ok_or_else(|| "this".into()),
            _ if kind.constants().is_some() => self.constant(tree),
            _ => self.operand(tree),
        }
    }

    fn is_def(&self, name: &str) -> bool {
        self.defs.contains_key(name) || (self.known)(name)
    }

    /// A descriptor stands for its socket.
    pub(super) fn descriptor(&mut self, tree: &Tree) -> Told<String> {
        match tree.method() {
            Some((of, "fileno", [])) => self.held(of),
            _ => self.held(tree),
        }
    }

    /// Bytes to send. Text goes as UTF-8.
    pub(super) fn data(&mut self, tree: &Tree) -> Told<String> {
        let tree = without(tree, "encode");
        match tree {
            // A number is made text of; in a longer text it is text anyway.
            _ if stringed(tree).is_some() => self.held(tree).map(|name| format!("${name}")),
            Tree::Text(_) | Tree::Bytes(_) => self.pieces(tree).map(|pieces| word(&pieces)),
            _ if is_textual(tree)
                || matches!(tree, Tree::Binary("+", a, b) if [a, b].iter().any(|t| matches!(***t, Tree::Bytes(_)))) =>
            {
                self.pieces(tree).map(|pieces| word(&pieces))
            }
            _ => self.operand(tree),
        }
    }

    fn events(&mut self, tree: &Tree) -> Told<String> {
        match tree {
            Tree::Binary("|", a, b) => Ok(format!("{}|{}", self.events(a)?, self.events(b)?)),
            _ => match tree.last_name().map(|name| name.trim_start_matches('E').trim_start_matches("POLL")) {
                Some(name) if constants::POLL_EVENTS.find(name).is_some() => Ok(name.into()),
                _ => self.operand(tree),
            },
        }
    }

    /// The events of selectors are two of epoll's.
    fn epoll_events(&mut self, tree: &Tree) -> Told<String> {
        match tree {
            Tree::Binary("|", a, b) => Ok(format!("{}|{}", self.epoll_events(a)?, self.epoll_events(b)?)),
            _ => match tree.last_name() {
                Some("EVENT_READ") => Ok("EPOLLIN".into()),
                Some("EVENT_WRITE") => Ok("EPOLLOUT".into()),
                _ => self.constant(tree),
            },
        }
    }

    fn address(&mut self, tree: &Tree, optional_before: bool) -> Told<String> {
        let (first, port) = match tree {
            Tree::Text(path) => {
                return Ok(match path.strip_prefix('\0') {
                    Some(name) => format!("@{name}"),
                    None if path.contains('/') => bare(path),
                    None if path.is_empty() => quote(path),
                    None => bare(&format!("./{path}")),
                });
            }
            Tree::Tuple(all) => match &all[..] {
                [Tree::Text(kind), Tree::Text(name)] => return Ok(bare(&format!("alg:{kind}:{name}"))),
                [host, port] => (host, port),
                [Tree::Text(interface), rest @ ..] if let Some(frame) = frame(rest) => {
                    return Ok(format!("packet:{interface}{frame}"));
                }
                [host, port, Tree::Number(flow), Tree::Number(scope)] if flow == "0" && scope == "0" => (host, port),
                _ => return Err("this address".into()),
            },
            other => return self.operand(other),
        };
        let port_text = match port {
            Tree::Number(number) => number.clone(),
            other => self.operand(other)?,
        };
        let host_text = match first {
            Tree::Text(text) => host(text),
            other => self.operand(other)?,
        };
        let plain_host = matches!(first, Tree::Text(_)) || optional_before;
        let one_word =
            host_text.is_empty() || optional_before || (plain_host && port_text.bytes().all(|b| b.is_ascii_digit()));
        Ok(if one_word { format!("{host_text}:{port_text}") } else { format!("{host_text} {port_text}") })
    }
}

fn call_of(function: &str, given: Vec<Given>) -> Tree {
    Tree::Call(Box::new(Tree::Name(function.into())), given)
}

/// `threading.active_count()`, or the length of the list of all.
fn is_count_of_tasks(tree: &Tree) -> bool {
    let of_threading =
        |tree: &Tree, names: &[&str]| matches!(tree.function(), Some((name, [])) if names.contains(&name));
    match tree.function() {
        Some(("len", [one])) => of_threading(&one.value, &["enumerate"]),
        _ => of_threading(tree, &["activeCount", "active_count"]),
    }
}

/// What a call that was not recognised is called.
fn unknown(tree: &Tree) -> String {
    match tree {
        Tree::Call(callee, _) => match callee.last_name().or_else(|| tree.method().map(|(_, name, _)| name)) {
            Some(name) => format!("`{name}(...)`, as it is called here,"),
            None => "this call".into(),
        },
        Tree::Attr(_, name) => format!("the attribute `{name}`"),
        Tree::Dict(_) => "a dict".into(),
        Tree::Index(..) => "this index".into(),
        _ => "this".into(),
    }
}
