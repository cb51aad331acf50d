//! Rows of values under named columns: what a view has to show, before anybody lays it out.

use std::rc::Rc;

use super::{Holds, Value};

/// A column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// What stands above it.
    pub title: &'static str,
    /// The key in a row's object.
    pub key: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Its title and its cells are what the program says, in the language of who reads it.
    pub is_said: bool,
}

/// A column that holds what it says.
pub const fn plain(name: &'static str) -> Column {
    holds(name, Holds::Plain)
}

/// A column of another kind.
pub const fn holds(name: &'static str, holds: Holds) -> Column {
    Column { title: name, key: name, holds, is_said: false }
}

/// A column of what the program says.
pub const fn said(name: &'static str) -> Column {
    Column { is_said: true, ..plain(name) }
}

/// Rows under columns.
#[derive(Clone, Debug)]
pub struct Table {
    /// The columns.
    pub columns: &'static [Column],
    /// The rows, each with a value for every column; none where there is nothing to say.
    pub rows: Vec<Vec<Value>>,
    /// What is shown in place of no rows.
    pub empty: String,
}

impl Table {
    /// The rows as a program takes them: a list of objects with the columns' keys.
    pub fn to_value(&self) -> Value {
        let object = |row: &Vec<Value>| {
            let pairs = self.columns.iter().zip(row).map(|(c, v)| (Rc::from(c.key), v.clone()));
            Value::Object(Rc::new(pairs.collect()))
        };
        Value::list(self.rows.iter().map(object).collect())
    }
}
