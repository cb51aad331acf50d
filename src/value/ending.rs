//! How values end that hold others: a list of lists, a queue in a queue, a task's result that is a task.
//!
//! What a value held when it went is not dropped by a call within its own, but put in a row whose first is next: so a
//! million of them in each other take no more of the stack than one. Each ends in the order in which it stood.

use std::cell::{Cell, RefCell};

use super::Value;

thread_local! {
    /// What is to end, the next last.
    static ROW: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
    /// Somebody is at it already.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// Who takes one after the other, until none is left or one panics.
struct Turn;

impl Drop for Turn {
    fn drop(&mut self) {
        BUSY.set(false);
    }
}

/// Whether its end may be that of others.
pub(crate) fn holds_others(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Object(_) | Value::Handle(_))
}

/// Let these go, the first of them first.
pub(crate) fn end(values: impl DoubleEndedIterator<Item = Value>) {
    let mut values = values.rev().peekable();
    if values.peek().is_none() {
        return;
    }
    ROW.with_borrow_mut(|row| row.extend(values));
    if BUSY.replace(true) {
        return;
    }
    let _turn = Turn;
    while let Some(value) = ROW.with_borrow_mut(Vec::pop) {
        drop(value);
    }
}
