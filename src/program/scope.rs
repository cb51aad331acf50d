//! Where values live: slots, found by name once, when the program is read.

use std::cell::{RefCell, RefMut};
use std::collections::HashMap;
use std::rc::Rc;

use crate::command::{self, Command};
use crate::lang::{self, KEYWORDS};
use crate::value::Value;

/// The values of a scope by slot.
#[derive(Default)]
pub(crate) struct Scope {
    slots: RefCell<Vec<Option<Value>>>,
}

impl Scope {
    /// Its slots, to be filled.
    pub(crate) fn slots(&self) -> RefMut<'_, Vec<Option<Value>>> {
        self.slots.borrow_mut()
    }

    /// Let go of all values. Gives for how many there is room.
    pub(crate) fn clear(&mut self) -> usize {
        let slots = self.slots.get_mut();
        slots.clear();
        slots.capacity()
    }

    /// Make room for that many slots.
    pub(crate) fn grow(&self, size: usize) {
        let mut slots = self.slots.borrow_mut();
        if slots.len() < size {
            slots.resize(size, None);
        }
    }

    /// The value in a slot.
    pub(crate) fn get(&self, slot: usize) -> Option<Value> {
        self.look(slot, Value::clone)
    }

    /// Look at the value in a slot.
    #[inline]
    pub(crate) fn look<T>(&self, slot: usize, look: impl FnOnce(&Value) -> T) -> Option<T> {
        self.slots.borrow().get(slot)?.as_ref().map(look)
    }

    /// Change the value in a slot where it is.
    pub(crate) fn change<T>(&self, slot: usize, change: impl FnOnce(&mut Value) -> T) -> Option<T> {
        self.slots.borrow_mut().get_mut(slot)?.as_mut().map(change)
    }

    /// Put a value in a slot. What was there is dropped once the slots can be used again.
    pub(crate) fn set(&self, slot: usize, value: Value) {
        let mut slots = self.slots.borrow_mut();
        if slots.len() <= slot {
            slots.resize(slot + 1, None);
        }
        let before = slots[slot].replace(value);
        drop(slots);
        drop(before);
    }
}

/// The names of a scope and the slot of each.
#[derive(Clone, Default)]
pub(crate) struct Slots {
    slots: HashMap<Rc<str>, usize>,
    order: Vec<Rc<str>>,
}

impl Slots {
    /// The slot of a name, made when it is new.
    pub(crate) fn slot(&mut self, name: &str) -> usize {
        if let Some(slot) = self.slots.get(name) {
            return *slot;
        }
        let name: Rc<str> = name.into();
        let slot = self.order.len();
        self.order.push(name.clone());
        self.slots.insert(name, slot);
        slot
    }

    /// The slot of a name that exists.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.slots.get(name).copied()
    }

    /// The name of a slot: one for all who have it.
    pub(crate) fn name(&self, slot: usize) -> &Rc<str> {
        &self.order[slot]
    }

    /// How many names there are.
    pub(crate) fn count(&self) -> usize {
        self.order.len()
    }

    /// The names in the order they appeared.
    pub(crate) fn into_names(self) -> Vec<Rc<str>> {
        self.order
    }

    /// Every name with its slot, in the order they appeared.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Rc<str>, usize)> {
        self.order.iter().zip(0..)
    }
}

impl From<Vec<Rc<str>>> for Slots {
    fn from(order: Vec<Rc<str>>) -> Self {
        Self { slots: order.iter().cloned().zip(0..).collect(), order }
    }
}

/// The names of the scope that all share, and those of the defs.
#[derive(Clone, Default)]
pub(crate) struct Symbols {
    /// Values' names.
    pub globals: Slots,
    /// Defined names.
    pub functions: Slots,
    /// The calls that programs have made, by the word for each, with its name.
    calls: HashMap<Rc<str>, (&'static Command, Rc<str>)>,
}

impl Symbols {
    /// Let the names that these lines define be known.
    pub(crate) fn declare<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        for name in lang::defined(lines).filter(|name| command::find(name).is_none()) {
            self.functions.slot(name);
        }
    }

    /// The call of that name or short form, with its name.
    pub(crate) fn call(&mut self, word: &str) -> Option<(&'static Command, Rc<str>)> {
        if let Some(call) = self.calls.get(word) {
            return Some(call.clone());
        }
        let command = command::find(word)?;
        self.calls.insert(word.into(), (command, command.name.into()));
        self.calls.get(word).cloned()
    }

    /// Whether a word is the name of a call or of a def.
    pub(crate) fn is_call(&self, word: &str) -> bool {
        command::find(word).is_some() || self.functions.find(word).is_some()
    }

    /// Every word that a call's name could have been meant to be; short forms after names.
    pub(crate) fn callable(&self) -> impl Iterator<Item = &str> {
        let (names, aliases) = (command::all().map(|c| c.name), command::all().flat_map(|c| c.aliases).copied());
        names.chain(aliases).chain(self.functions.all().map(|(n, _)| &**n)).chain(KEYWORDS.iter().copied())
    }
}
