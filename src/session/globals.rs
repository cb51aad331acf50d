//! The names that all tasks share: the slots that programs find them by, what each holds, and the defs.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::task::Frame;
use crate::command::kinds;
use crate::lang::{self, Source};
use crate::linux::constants;
use crate::program::{self, Code, Function, Scope, Slot, Symbols};
use crate::value::{Failure, Name, Value, text};
use crate::world::DefCall;

/// What can be said of any name that stands for nothing.
pub(super) const GENERIC: &str = "a call gives a name its value";

/// How many scopes are kept to be used again, and how many slots each of them has at most.
const SPARE_MAX: usize = 16;
const SPARE_SLOTS_MAX: usize = 64;

/// What programs have named so far.
#[derive(Default)]
pub(super) struct Globals {
    symbols: Symbols,
    values: Rc<Scope>,
    defs: Vec<Option<Rc<Function>>>,
    /// How many tasks and processes were made of each def.
    started: HashMap<Rc<str>, u64>,
    /// How many names nameless sockets were given, by their first letter.
    given: BTreeMap<char, u64>,
    /// Scopes of defs that are through, to be used again.
    spare: Vec<Rc<Scope>>,
    /// The names of the parent process whose values did not cross, and what those are.
    left: HashMap<Rc<str>, Rc<str>>,
}

impl Globals {
    /// With a program's arguments as `$1`, `$2`, ...
    pub(super) fn new(arguments: &[String]) -> Self {
        let mut globals = Self::default();
        for (argument, i) in arguments.iter().zip(1..) {
            // An argument that looks like a number is one, as a word of the program would be.
            let number = kinds::number(argument).filter(|n| n.to_string() == *argument);
            globals.set(&i.to_string(), number.unwrap_or_else(|| Value::text(argument)));
        }
        globals
    }

    /// Let the names that these lines define be known before their defs are read.
    pub(super) fn declare<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        self.symbols.declare(lines);
    }

    /// The code of a program.
    pub(super) fn compile(&mut self, source: &Rc<Source>) -> Result<Rc<Code>, lang::Error> {
        self.read(|symbols| program::compile(symbols, source))
    }

    /// Code to be run in the scope of a def with these names. It stops nowhere.
    pub(super) fn snippet(&mut self, source: &Rc<Source>, names: Vec<Rc<str>>) -> Result<Rc<Code>, lang::Error> {
        self.read(|symbols| program::snippet(symbols, source, names))
    }

    fn read(
        &mut self,
        make: impl FnOnce(&mut Symbols) -> Result<Rc<Code>, lang::Error>,
    ) -> Result<Rc<Code>, lang::Error> {
        let code = make(&mut self.symbols).map_err(|error| program::meant(&self.symbols, error))?;
        self.make_room();
        Ok(code)
    }

    /// Whether a def of that name is known.
    pub(super) fn is_defined(&self, name: &str) -> bool {
        self.symbols.functions.find(name).is_some()
    }

    fn make_room(&mut self) {
        self.values.grow(self.symbols.globals.count());
        self.defs.resize(self.symbols.functions.count(), None);
    }

    /// The scope of what stands in no def.
    pub(super) fn scope(&self) -> Rc<Scope> {
        self.values.clone()
    }

    /// Every name that holds something.
    pub(super) fn bound(&self) -> impl Iterator<Item = (&Rc<str>, Value)> {
        self.symbols.globals.all().filter_map(|(name, slot)| Some((name, self.values.get(slot)?)))
    }

    /// Give a name a value.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        let slot = self.symbols.globals.slot(name);
        self.values.set(slot, value);
    }

    /// A name for a nameless thing, which nothing has.
    pub(super) fn new_name(&mut self, letter: char) -> Rc<str> {
        let count = self.given.entry(letter).or_insert(0);
        loop {
            *count += 1;
            let name = format!("{letter}{count}");
            if self.symbols.globals.find(&name).is_none_or(|slot| self.values.get(slot).is_none()) {
                return name.into();
            }
        }
    }

    /// A name's value stays in the parent process: what it is.
    pub(super) fn leave(&mut self, name: &Rc<str>, kind: &Rc<str>) {
        self.left.insert(name.clone(), kind.clone());
    }

    /// What a slot holds, in that scope or in the shared one.
    #[inline]
    pub(super) fn get(&self, scope: &Scope, slot: Slot) -> Option<Value> {
        self.look(scope, slot, Value::share)
    }

    /// Look at what a slot holds, in that scope or in the shared one.
    #[inline]
    pub(super) fn look<T>(&self, scope: &Scope, slot: Slot, look: impl FnOnce(&Value) -> T) -> Option<T> {
        match slot {
            Slot::Local(i) => scope.look(i as usize, look),
            Slot::Global(i) => self.values.look(i as usize, look),
        }
    }

    /// Change what a slot holds where it is, in that scope or in the shared one.
    pub(super) fn change<T>(&self, scope: &Scope, slot: Slot, change: impl FnOnce(&mut Value) -> T) -> Option<T> {
        match slot {
            Slot::Local(i) => scope.change(i as usize, change),
            Slot::Global(i) => self.values.change(i as usize, change),
        }
    }

    /// Whether a name holds something where that frame stands.
    pub(super) fn is_set(&self, frame: &Frame, name: &str) -> bool {
        let local = frame.called.as_ref().and_then(|(_, f)| f.names.iter().position(|n| &**n == name));
        match local {
            Some(slot) => frame.scope.get(slot).is_some(),
            None => self.symbols.globals.find(name).is_some_and(|slot| self.values.get(slot).is_some()),
        }
    }

    /// What a slot holds, or the failure that it is nothing.
    #[inline]
    pub(super) fn load(&self, scope: &Scope, slot: Slot, name: &Rc<str>) -> Result<Value, Failure> {
        match self.get(scope, slot) {
            Some(value) => Ok(value),
            None => self.unnamed(name),
        }
    }

    /// What a name stands for that nobody gave: a constant's for its number.
    #[cold]
    fn unnamed(&self, name: &str) -> Result<Value, Failure> {
        constants::value(name).map(|number| Value::Int(number.into())).ok_or_else(|| self.unbound(name))
    }

    /// Put a value in a slot of that scope or of the shared one.
    #[inline]
    pub(super) fn store(&self, scope: &Scope, slot: Slot, value: Value) {
        match slot {
            Slot::Local(i) => scope.set(i as usize, value),
            Slot::Global(i) => self.values.set(i as usize, value),
        }
    }

    #[cold]
    fn unbound(&self, name: &str) -> Failure {
        if name.bytes().all(|b| b.is_ascii_digit()) {
            return Failure::with(
                Name::Unbound,
                format!("${name} has no value: the program was given too few arguments"),
            )
            .note("arguments stand after the file: sockpit FILE.sock ARG...");
        }
        let failure = Failure::with(Name::Unbound, format!("nothing is named `{name}` here"));
        if let Some(kind) = self.left.get(name) {
            let how = match &**kind {
                "a socket" => "which crosses only as an argument of process",
                _ => "which does not cross",
            };
            return failure.note(format!("in the process that started this one it is {kind}, {how}"));
        }
        match text::nearest(name, self.bound().map(|(n, _)| &**n)) {
            Some(near) => failure.note(format!("did you mean `{near}`?")),
            None => failure.note(format!("{GENERIC}: {name} = socket, or: let {name} = 5")),
        }
    }

    /// Every def that was made.
    pub(super) fn defs(&self) -> impl Iterator<Item = &Rc<Function>> {
        self.defs.iter().flatten()
    }

    /// An empty scope.
    pub(super) fn spare(&mut self) -> Rc<Scope> {
        self.spare.pop().unwrap_or_default()
    }

    /// A frame is through: its scope, if nobody else has it, is another's.
    pub(super) fn give_back(&mut self, mut scope: Rc<Scope>) {
        if self.spare.len() < SPARE_MAX
            && let Some(own) = Rc::get_mut(&mut scope)
            && own.clear() <= SPARE_SLOTS_MAX
        {
            self.spare.push(scope);
        }
    }

    /// Make a def.
    pub(super) fn define(&mut self, slot: usize, function: &Rc<Function>) {
        self.defs.resize(self.symbols.functions.count(), None);
        self.defs[slot] = Some(function.clone());
    }

    /// The def in a slot, or the failure that it was not made yet.
    #[inline]
    pub(super) fn def(&self, slot: usize, name: &str) -> Result<&Rc<Function>, Failure> {
        self.defs
            .get(slot)
            .and_then(Option::as_ref)
            .ok_or_else(|| Failure::with(Name::Unbound, format!("`{name}` is not defined yet: its def has not run")))
    }

    /// A frame for a def that is started rather than called.
    pub(super) fn start(&self, call: DefCall) -> Result<Frame, Failure> {
        let DefCall { name, args, before, .. } = call;
        let Some(slot) = self.symbols.functions.find(&name) else {
            let failure = Failure::with(Name::Unbound, format!("nothing is defined as `{name}`"));
            let near = text::nearest(&name, self.symbols.functions.all().map(|(name, _)| &**name));
            let defs: Vec<&str> = self.defs().map(|def| &*def.name).take(6).collect();
            let note = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if defs.is_empty() => "a name made with def is needed here".into(),
                None => format!("defined are: {}", defs.join(", ")),
            };
            return Err(failure.note(note).at(before.saturating_sub(1)));
        };
        let function = self.def(slot, &name)?;
        let args = args.into_iter().map(Ok);
        Frame::of(function, function.start(slot), args, Rc::default()).map_err(|failure| failure.after(before))
    }

    /// The name of the next task or process that a def is started as.
    pub(super) fn next_of(&mut self, name: &Rc<str>) -> String {
        let count = self.started.entry(name.clone()).or_insert(0);
        *count += 1;
        format!("{name}-{count}")
    }
}
