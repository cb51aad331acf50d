//! Lists: as in Python a list is one thing that several names can hold, and what one of them appends all of them see.
//!
//! A list never holds itself, however far inside: so it ends when its last name goes, and what walks through it ends.
//!
//! The values lie in a piece of memory of which a list has a stretch. Most of a list, cut off at its ends, shares it with
//! the list until one of them changes, and what is taken from the front only moves the stretch: so neither `slice $l 1` nor
//! `pop $l 0` costs what is left.

use std::cell::{Ref, RefCell};
use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use super::{Failure, Value, bounds, ending};

/// Several values in order, which may be changed in place.
#[derive(Default)]
pub struct List {
    items: RefCell<Stretch>,
}

/// A list's own of values that other lists may have, too.
#[derive(Default)]
struct Stretch {
    all: Rc<Vec<Value>>,
    own: Range<usize>,
}

impl Stretch {
    fn new(items: Vec<Value>) -> Self {
        Self { own: 0..items.len(), all: Rc::new(items) }
    }

    fn values(&self) -> &[Value] {
        &self.all[self.own.clone()]
    }

    /// Change the values, which no other list has. They end with the list's own.
    fn change<T>(&mut self, change: impl FnOnce(&mut Vec<Value>, &mut usize) -> T) -> T {
        if Rc::strong_count(&self.all) > 1 {
            *self = Self::new(self.values().to_vec());
        }
        let all = Rc::make_mut(&mut self.all);
        all.truncate(self.own.end);
        let done = change(all, &mut self.own.start);
        self.own.end = all.len();
        done
    }

    /// Put values where these are, and give what was there.
    fn splice(&mut self, places: Range<usize>, values: Vec<Value>) -> Vec<Value> {
        self.change(|all, start| {
            let Range { start: from, end: to } = places;
            if from > 0 || !values.is_empty() {
                return all.splice(*start + from..*start + to, values).collect();
            }
            let taken =
                all[*start..*start + to].iter_mut().map(|value| std::mem::replace(value, Value::None)).collect();
            *start += to;
            // There is never more room before it than it takes.
            if 2 * *start > all.len() {
                all.drain(..*start);
                *start = 0;
            }
            taken
        })
    }

    /// A part of it, in the same memory if that is most of it, and what it leaves out need not go before the memory does.
    fn part(&self, places: Range<usize>) -> Self {
        let (before, after) = (&self.values()[..places.start], &self.values()[places.end..]);
        let stays = |value: &Value| is_nested(value) || matches!(value, Value::Handle(_));
        if 2 * places.len() < self.all.len() || before.iter().chain(after).any(stays) {
            return Self::new(self.values()[places].to_vec());
        }
        Self { all: self.all.clone(), own: self.own.start + places.start..self.own.start + places.end }
    }
}

impl List {
    /// A list of these.
    pub fn new(items: Vec<Value>) -> Self {
        Self { items: RefCell::new(Stretch::new(items)) }
    }

    /// What it holds, to be looked at.
    pub fn items(&self) -> Ref<'_, [Value]> {
        Ref::map(self.items.borrow(), Stretch::values)
    }

    /// Another list of what stands in those places.
    pub(super) fn part(&self, places: Range<usize>) -> Self {
        Self { items: RefCell::new(self.items.borrow().part(places)) }
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
        self.items().to_vec()
    }

    /// Put values where these are; what is taken out is given. None of them may have the list in it.
    pub fn splice(self: &Rc<Self>, places: Range<usize>, values: Vec<Value>) -> Result<Vec<Value>, Failure> {
        if values.iter().any(|value| holds(value, self)) {
            return Err(Failure::usage("a list cannot hold itself").note("slice makes a copy: `copy = slice $list 0`"));
        }
        Ok(self.items.borrow_mut().splice(places, values))
    }

    /// Put a value at its end.
    pub fn push(self: &Rc<Self>, value: Value) -> Result<(), Failure> {
        if is_nested(&value) {
            let end = self.len();
            return self.splice(end..end, vec![value]).map(drop);
        }
        self.items.borrow_mut().change(|all, _| bounds::push(all, value))
    }

    /// Put what another list holds at its end: of one that nothing else has, so that the other cannot have it in it.
    pub fn extend(&self, more: &Self) {
        self.items.borrow_mut().change(|all, _| all.extend_from_slice(&more.items()));
    }

    /// What goes with it: the values that no other list has.
    fn alone(&mut self) -> Option<&mut Vec<Value>> {
        Rc::get_mut(&mut self.items.get_mut().all)
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
        if let Some(items) = self.alone().filter(|items| items.iter().any(ending::holds_others)) {
            ending::end(items.drain(..));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(range: Range<i128>) -> Vec<Value> {
        range.map(Value::Int).collect()
    }

    #[test]
    fn lists_that_share_their_memory_change_alone() {
        let all = Rc::new(List::new(numbers(0..10)));
        let part = Rc::new(all.part(1..9));
        assert!(Rc::ptr_eq(&all.items.borrow().all, &part.items.borrow().all));
        assert_eq!(part.to_vec(), numbers(1..9));
        part.push(Value::Int(9)).unwrap();
        assert_eq!((part.to_vec(), all.to_vec()), (numbers(1..10), numbers(0..10)));
        let part = all.part(2..9);
        assert_eq!(all.splice(0..1, Vec::new()).unwrap(), numbers(0..1));
        assert_eq!((part.to_vec(), all.to_vec()), (numbers(2..9), numbers(1..10)));
    }

    #[test]
    fn a_list_taken_from_the_front_has_room_for_no_more_than_twice_of_it() {
        let list = Rc::new(List::new(numbers(0..100)));
        for n in 0..100 {
            assert_eq!(list.splice(0..1, Vec::new()).unwrap(), numbers(n..n + 1));
            assert_eq!(list.to_vec(), numbers(n + 1..100));
            assert!(list.items.borrow().all.len() <= 2 * list.len());
        }
        list.push(Value::None).unwrap();
        assert_eq!(list.to_vec(), [Value::None]);
    }

    #[test]
    fn what_a_part_leaves_out_goes_when_the_list_does() {
        let inner = Rc::new(List::default());
        let list = List::new([vec![Value::List(inner.clone())], numbers(0..9)].concat());
        let part = list.part(1..10);
        drop(list);
        assert_eq!(Rc::strong_count(&inner), 1);
        assert_eq!(part.to_vec(), numbers(0..9));
    }
}
