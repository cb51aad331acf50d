//! A call's Python forms read backwards: the templates that help shows are patterns here, and what stands in a
//! parameter's place is that parameter.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::parse;
use super::tree::{Given, Tree};
use crate::command::{self, Command, Kind, Need, Param};
use crate::help::python::template::{Form, forms, variants};

/// One way a call is written in Python.
pub(super) struct Pattern {
    pub(super) command: &'static Command,
    /// The expression that gives its results.
    tree: Tree,
    /// What stands before it, each in a statement of its own: `p = select.poll()`.
    before: Vec<(Option<String>, Tree)>,
    /// The parameter that this form says by itself, and its value.
    when: Option<(usize, Tree)>,
    /// Its parameters stand without braces: what may be left out may be left out here.
    loose: bool,
}

/// What stands in a parameter's place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    One(Tree),
    /// The level and the name of an option.
    Two(Tree, Tree),
    /// `KEY=VALUE`.
    Pair(String, Tree),
}

/// A call that was recognised.
pub(super) struct Match {
    pub(super) command: &'static Command,
    /// What was given, by the index of the parameter.
    pub(super) given: Vec<(usize, Place)>,
    /// It calls a def by its name, as any function is called.
    pub(super) of_def: bool,
}

/// Where names come from, as far as a program's imports say.
#[derive(Default)]
pub(super) struct Imports {
    /// The module that a name is of, or that goes by the name.
    modules: HashMap<String, String>,
}

impl Imports {
    pub(super) fn learn(&mut self, names: &[(String, String)]) {
        // The first of `from M import a, b` is the module, without a name.
        let module = names.first().filter(|(_, alias)| alias.is_empty()).map(|(module, _)| module.clone());
        for (what, alias) in names.iter().filter(|(_, alias)| !alias.is_empty()) {
            self.modules.insert(alias.clone(), module.clone().unwrap_or_else(|| what.clone()));
        }
    }

    /// Whether a name in a program is what a pattern says of that module.
    fn is(&self, name: &str, module: &str) -> bool {
        self.modules.get(name).is_none_or(|from| from == module)
    }

    fn module<'a>(&'a self, name: &'a str) -> &'a str {
        self.modules.get(name).map_or(name, String::as_str)
    }
}

/// Whether anything of a module is here.
pub(super) fn has_module(name: &str) -> bool {
    let forms = command::all().flat_map(|c| std::iter::once(&c.python).chain(c.also));
    let dotted = format!("{name}.");
    let mut of = forms
        .filter(|form| form.match_indices(&dotted).any(|(at, _)| !form[..at].ends_with(|c: char| c.is_alphanumeric())));
    of.next().is_some() || ["errno", "signal", "traceback", "logging", "typing"].contains(&name)
}

/// All forms of all calls.
fn patterns() -> &'static [Pattern] {
    static ALL: OnceLock<Vec<Pattern>> = OnceLock::new();
    ALL.get_or_init(|| {
        let all = command::all().flat_map(|c| std::iter::once(&c.python).chain(c.also).map(move |form| (c, *form)));
        let all = all.filter(|(_, form)| !form.is_empty());
        all.flat_map(|(command, all)| forms(all).flat_map(move |form| of(command, &form))).collect()
    })
}

fn of(command: &'static Command, form: &Form) -> Vec<Pattern> {
    let loose = !form.template.contains('{');
    let when = form.when.and_then(|(name, value)| {
        let index = command.params.iter().position(|p| p.label() == name)?;
        Some((index, Tree::Name(value.into())))
    });
    let read = |variant: &String| {
        let statement = |text: &str| match text.split_once(" = ") {
            Some((name, value)) => Some((Some(name.to_string()), parse::expression(value)?)),
            None => Some((None, parse::expression(text)?)),
        };
        let mut all = variant.split("; ").map(statement).collect::<Option<Vec<_>>>()?;
        // A def is started by the statement that makes the task: `t.start()` has no line of its own.
        if command.params.iter().any(|p| p.kind == Kind::Def) {
            all.truncate(1);
        }
        let (_, tree) = all.pop()?;
        Some(Pattern { command, tree, before: all, when: when.clone(), loose })
    };
    variants(form.template).iter().filter_map(read).collect()
}

/// The calls that an expression can be, the likeliest first.
pub(super) fn matches(tree: &Tree, imports: &Imports) -> Vec<Match> {
    patterns().iter().filter(|p| p.before.is_empty()).filter_map(|p| p.read(&[], tree, imports)).collect()
}

/// A call of this program, by its own name, written as a function: `send(s, data)`.
pub(super) fn by_name(tree: &Tree) -> Option<Match> {
    let Tree::Call(callee, given) = tree else { return None };
    let command = command::find(callee.name()?)?;
    let (mut found, mut next) = (Vec::new(), 0);
    let mut plain = given.iter().filter(|g| g.name.is_none()).map(|g| g.value.clone());
    while let Some(value) = plain.next() {
        let param = command.params.get(next)?;
        let place = match param.kind {
            Kind::Option => Place::Two(value, plain.next()?),
            _ => Place::One(value),
        };
        found.push((next, place));
        next += usize::from(!takes_rest(param));
    }
    for one in given.iter().filter(|g| g.name.is_some()) {
        let name = one.name.as_deref()?;
        let index = command.params.iter().position(|p| p.name.eq_ignore_ascii_case(name))?;
        found.push((index, Place::One(one.value.clone())));
    }
    let missing = command
        .params
        .iter()
        .enumerate()
        .any(|(i, p)| matches!(p.need, Need::Required | Need::Some) && !found.iter().any(|(index, _)| *index == i));
    (!missing).then_some(Match { command, given: found, of_def: false })
}

/// The call that several statements are: what each gives its value to, and the value. Says how many they are. Of a call that
/// watches several there may be a statement for each.
pub(super) fn sequence(statements: &[(Option<&str>, &Tree)], imports: &Imports) -> Option<(Match, usize)> {
    let of = |pattern: &Pattern, count: usize| {
        let (last, before) = statements.get(..=count)?.split_last()?;
        pattern.read(before, last.1, imports).map(|found| (found, count + 1))
    };
    let all = patterns().iter().filter(|p| !p.before.is_empty()).filter_map(|pattern| {
        let several = pattern.command.params.first().is_some_and(|p| p.kind == Kind::Watched);
        let (least, most) = (pattern.before.len(), if several { statements.len() } else { pattern.before.len() });
        (least..=most).find_map(|count| of(pattern, count))
    });
    all.min_by_key(|(found, _)| found.params())
}

impl Match {
    /// How many parameters were given: the form that is said to be more has fewer.
    pub(super) fn params(&self) -> usize {
        self.given.iter().map(|(index, _)| index).collect::<std::collections::BTreeSet<_>>().len()
    }
}

impl Pattern {
    fn read(&self, before: &[(Option<&str>, &Tree)], tree: &Tree, imports: &Imports) -> Option<Match> {
        let given = self.when.iter().map(|(index, value)| (*index, Place::One(value.clone()))).collect();
        let mut reader = Reader { pattern: self, imports, given, locals: Vec::new() };
        let again = std::iter::repeat_n(self.before.last(), before.len() - self.before.len()).flatten();
        for ((name, pattern), (target, value)) in self.before.iter().chain(again).zip(before) {
            let had = reader.given.len();
            if !reader.unify(pattern, value) {
                reader.given.truncate(had);
                if !reader.unify_shorter(pattern, value) {
                    return None;
                }
            }
            match (name, target) {
                (Some(name), Some(target)) => reader.locals.push((name.clone(), (*target).to_string())),
                (None, None) => {}
                _ => return None,
            }
        }
        let of_def = matches!(&self.tree, Tree::Call(callee, _) if reader.param(callee).is_some());
        reader.unify(&self.tree, tree).then_some(Match { command: self.command, given: reader.given, of_def })
    }
}

struct Reader<'a> {
    pattern: &'a Pattern,
    imports: &'a Imports,
    given: Vec<(usize, Place)>,
    /// What the names of the pattern's own statements are called.
    locals: Vec<(String, String)>,
}

impl Reader<'_> {
    fn param(&self, pattern: &Tree) -> Option<(usize, &'static Param)> {
        let name = pattern.name()?;
        let is = |p: &&Param| p.label().split(' ').any(|label| label == name);
        self.pattern.command.params.iter().enumerate().find(|(_, p)| is(p))
    }

    fn unify(&mut self, pattern: &Tree, tree: &Tree) -> bool {
        if let Some((index, param)) = self.param(pattern) {
            if !suits(param, tree) {
                return false;
            }
            self.given.push((index, Place::One(tree.clone())));
            return true;
        }
        match (pattern, tree) {
            (Tree::Name(name), Tree::Name(other)) => {
                self.locals.iter().find(|(n, _)| n == name).map_or(name, |(_, real)| real) == other
            }
            (Tree::Attr(of, name), _) if self.is_module(of) => self.is_of_module(of, name, tree),
            (Tree::Attr(of, name), Tree::Attr(other, other_name)) => name == other_name && self.unify(of, other),
            (Tree::Call(callee, params), Tree::Call(other, given)) => {
                self.unify(callee, other) && self.arguments(params, given)
            }
            (Tree::Index(a, b), Tree::Index(x, y)) => self.unify(a, x) && self.unify(b, y),
            (Tree::Slice(a, from, to), Tree::Slice(x, start, stop)) => {
                self.unify(a, x)
                    && self.end(from.as_deref(), start.as_deref())
                    && self.end(to.as_deref(), stop.as_deref())
            }
            (Tree::Yield(Some(a)), Tree::Yield(Some(x))) => self.unify(a, x),
            (Tree::Yield(Some(_)), Tree::Yield(None)) => self.pattern.loose,
            (Tree::Call(callee, params), Tree::Dict(pairs)) if callee.name() == Some("dict") => {
                let key = |(key, value): &(Tree, Tree)| match key {
                    Tree::Text(name) => Some(Given { name: Some(name.clone()), value: value.clone() }),
                    _ => None,
                };
                let given: Option<Vec<Given>> = pairs.iter().map(key).collect();
                given.is_some_and(|given| self.arguments(params, &given))
            }
            (Tree::List(all) | Tree::Tuple(all), Tree::List(items) | Tree::Tuple(items)) => self.items(all, items),
            (Tree::Binary("*", n, seconds), Tree::Number(millis)) if **n == Tree::Number("1000".into()) => {
                let Ok(millis) = millis.parse::<f64>() else { return false };
                self.unify(seconds, &Tree::Number((millis / 1000.0).to_string()))
            }
            (Tree::Binary(op, a, b), Tree::Binary(other, x, y)) => op == other && self.unify(a, x) && self.unify(b, y),
            (pattern, tree) => pattern == tree,
        }
    }

    /// Whether it is one of several statements alike, where what may be left out is left out.
    fn unify_shorter(&mut self, pattern: &Tree, tree: &Tree) -> bool {
        let (Tree::Call(callee, params), [(0, Place::One(_)), ..]) = (pattern, &self.given[..]) else { return false };
        params.len() > 1 && self.unify(&Tree::Call(callee.clone(), params[..1].to_vec()), tree)
    }

    /// An end of a slice, which may be left out of the slice.
    fn end(&mut self, pattern: Option<&Tree>, tree: Option<&Tree>) -> bool {
        match (pattern, tree) {
            (Some(pattern), Some(tree)) => self.unify(pattern, tree),
            (Some(pattern), None) => {
                let optional = self.param(pattern).is_some_and(|(_, p)| p.need == Need::Required);
                optional && self.unify(pattern, &Tree::Name("None".into()))
            }
            (None, None) => true,
            (None, Some(_)) => false,
        }
    }

    /// Whether names are those of a module: no parameter is among them, and no name of the pattern's own.
    fn is_module(&self, tree: &Tree) -> bool {
        match tree {
            Tree::Name(name) => {
                self.param(tree).is_none() && self.pattern.before.iter().all(|(n, _)| n.as_ref() != Some(name))
            }
            Tree::Attr(of, _) => self.is_module(of),
            _ => false,
        }
    }

    fn is_of_module(&self, module: &Tree, name: &str, tree: &Tree) -> bool {
        let module = module.last_name().unwrap_or("");
        match tree {
            Tree::Name(other) => name == other && self.imports.is(other, module),
            Tree::Attr(of, other) => {
                name == other && of.last_name().is_some_and(|of| self.imports.module(of) == module || of == module)
            }
            _ => false,
        }
    }

    fn items(&mut self, pattern: &[Tree], items: &[Tree]) -> bool {
        let pattern: Vec<&Tree> = pattern.iter().filter(|p| p.name() != Some("...")).collect();
        if let [only] = *pattern
            && let Some((index, param)) = self.param(only).filter(|(_, p)| takes_rest(p) || p.kind == Kind::Sockets)
        {
            self.given.extend(items.iter().map(|item| (index, Place::One(item.clone()))));
            return param.need == Need::Rest || param.kind == Kind::Def || !items.is_empty();
        }
        pattern.len() == items.len() && pattern.iter().zip(items).all(|(p, item)| self.unify(p, item))
    }

    fn arguments(&mut self, params: &[Given], given: &[Given]) -> bool {
        let mut plain = given.iter().filter(|g| g.name.is_none()).map(|g| &g.value);
        let mut named: Vec<(&str, &Tree)> = given.iter().filter_map(|g| Some((g.name.as_deref()?, &g.value))).collect();
        let plain_params = params.iter().filter(|p| p.name.is_none() && p.value.name() != Some("...")).count();
        let mut seen = 0;
        for param in params.iter().filter(|p| p.value.name() != Some("...")) {
            seen += usize::from(param.name.is_none());
            let place = self.param(&param.value);
            let mut take = |name: &str| {
                let at = named.iter().position(|(n, _)| *n == name)?;
                Some(named.remove(at).1)
            };
            let done = match (place, &param.name) {
                (_, Some(name)) => match take(name) {
                    Some(tree) => self.unify(&param.value, tree),
                    None => self.pattern.loose,
                },
                (Some((index, p)), None) if p.kind == Kind::Option => match (plain.next(), plain.next()) {
                    (Some(level), Some(option)) => {
                        self.given.push((index, Place::Two(level.clone(), option.clone())));
                        true
                    }
                    _ => false,
                },
                (Some((index, p)), None) if p.kind == Kind::Pair => {
                    self.given.extend(named.drain(..).map(|(k, v)| (index, Place::Pair(k.into(), v.clone()))));
                    true
                }
                (Some((index, p)), None)
                    if takes_rest(p) && param.value.name() != Some("NAME") && seen == plain_params =>
                {
                    self.given.extend(plain.by_ref().map(|tree| (index, Place::One(tree.clone()))));
                    true
                }
                (Some((_, p)), None) => match plain.next().or_else(|| take(&p.name.to_lowercase())) {
                    Some(tree) => self.unify(&param.value, tree),
                    None => self.pattern.loose && matches!(p.need, Need::Optional | Need::Named),
                },
                (None, None) => plain.next().is_some_and(|tree| self.unify(&param.value, tree)),
            };
            if !done {
                return false;
            }
        }
        plain.next().is_none() && named.is_empty()
    }
}

/// Whether a literal can stand in the place of such a parameter.
fn suits(param: &Param, tree: &Tree) -> bool {
    match (tree, param.kind) {
        (Tree::Number(_), Kind::Encoding | Kind::Path | Kind::Data | Kind::Addr) => false,
        // `x[0]` is an item, `x['key']` a field.
        (Tree::Number(_), _) => !param.name.eq_ignore_ascii_case("key"),
        (Tree::Text(_), Kind::Int | Kind::IntOrNone | Kind::Size | Kind::SizeOrOption | Kind::Seconds) => false,
        _ => true,
    }
}

fn takes_rest(param: &Param) -> bool {
    matches!(param.need, Need::Rest | Need::Some)
}
