//! Lists: as in Python a list is one thing that several names can hold, and what one of them appends all of them see.
//!
//! A list never holds itself, however far inside: so it ends when its last name goes, and what walks through it ends.

use std::cell::{Ref, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use super::{Failure, Value, bounds, ending};

/// Several values in order, which may be changed in place.
#[derive(Default)]
pub struct List {
    items: RefCell<Vec<Value>>,
}

impl List {
    /// A list of these.
    pub fn new(items: Vec<Value>) -> Self {
        Self { items: RefCell::new(items) }
    }

    /// What it holds, to be looked at.
    pub fn items(&self) -> Ref<'_, Vec<Value>> {
        self.items.borrow()
    }

    /// The value in that place, if it has one.
    pub fn get(&self, at: usize) -> Option<Value> {
        self.items().get(at).cloned()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items().is_empty()
    }

    /// What it holds now, whatever happens to it.
    pub fn to_vec(&self) -> Vec<Value> {
        self.items().clone()
    }

    /// Put values where these are; what is taken out is given. None of them may have the list in it.
    pub fn splice(
        self: &Rc<Self>,
        places: impl std::ops::RangeBounds<usize>,
        values: Vec<Value>,
    ) -> Result<Vec<Value>, Failure> {
        if values.iter().any(|value| holds(value, self)) {
            return Err(Failure::usage("a list cannot hold itself").note("slice makes a copy: `copy = slice $list 0`"));
        }
        Ok(self.items.borrow_mut().splice(places, values).collect())
    }

    /// Put a value at its end.
    pub fn push(self: &Rc<Self>, value: Value) -> Result<(), Failure> {
        if is_nested(&value) {
            let end = self.len();
            return self.splice(end.., vec![value]).map(drop);
        }
        bounds::push(&mut self.items.borrow_mut(), value)
    }

    /// Put what another list holds at its end: of one that nothing else has, so that the other cannot have it in it.
    pub fn extend(&self, more: &Self) {
        self.items.borrow_mut().extend_from_slice(&more.items());
    }

    /// Whether both hold the same, in depth.
    pub(super) fn same(self: &Rc<Self>, other: &Rc<Self>) -> bool {
        equal(Value::List(self.clone()), Value::List(other.clone()))
    }
}

/// Whether it is a value with others in it.
fn is_nested(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Object(_))
}

/// Whether a value is that list, or has it in it.
fn holds(value: &Value, list: &Rc<List>) -> bool {
    if !is_nested(value) {
        return false;
    }
    let (mut left, mut seen) = (vec![value.clone()], HashSet::new());
    while let Some(value) = left.pop() {
        match &value {
            Value::List(found) if Rc::ptr_eq(found, list) => return true,
            Value::List(found) if seen.insert(Rc::as_ptr(found).cast::<()>()) => {
                left.extend(found.items().iter().filter(|v| is_nested(v)).cloned());
            }
            Value::Object(pairs) if seen.insert(Rc::as_ptr(pairs).cast()) => {
                left.extend(pairs.iter().map(|(_, v)| v).filter(|v| is_nested(v)).cloned());
            }
            _ => {}
        }
    }
    false
}

/// Whether two values are the same, however deep they are. What is one thing is the same as itself, as in Python.
pub(super) fn equal(a: Value, b: Value) -> bool {
    let mut left = vec![(a, b)];
    while let Some(pair) = left.pop() {
        match &pair {
            (Value::List(x), Value::List(y)) if Rc::ptr_eq(x, y) => {}
            (Value::List(x), Value::List(y)) => {
                let (x, y) = (x.items(), y.items());
                if x.len() != y.len() {
                    return false;
                }
                for (x, y) in x.iter().zip(&*y) {
                    if is_nested(x) && is_nested(y) {
                        left.push((x.clone(), y.clone()));
                    } else if x != y {
                        return false;
                    }
                }
            }
            (Value::Object(x), Value::Object(y)) if Rc::ptr_eq(x, y) => {}
            (Value::Object(x), Value::Object(y)) => {
                if x.len() != y.len() {
                    return false;
                }
                for (key, value) in &**x {
                    let Some((_, other)) = y.iter().find(|(k, _)| k == key) else { return false };
                    left.push((value.clone(), other.clone()));
                }
            }
            (x, y) if is_nested(x) || is_nested(y) => return false,
            (x, y) if x != y => return false,
            _ => {}
        }
    }
    true
}

impl Drop for List {
    fn drop(&mut self) {
        let items = self.items.get_mut();
        if items.iter().any(ending::holds_others) {
            ending::end(items.drain(..));
        }
    }
}
