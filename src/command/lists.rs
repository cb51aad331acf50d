//! Lists as they are changed and made: Python's `list`, `range` and `sorted`.
//!
//! A list is one thing that several names can hold: what one of them appends all of them see, in every task.

use std::cmp::Ordering;
use std::rc::Rc;

use super::args::{Args, expected};
use super::strings::{Str, string};
use super::{Command, Group, Kind, Param, base, err, opt, req, rest};
use crate::value::bounds::{self, ENTRIES_MAX};
use crate::value::{Failure, Holds, List, Reply, Value};
use crate::world::Step;

/// The calls.
pub(super) const COMMANDS: &[Command] = &[LIST, RANGE, ITEM, APPEND, EXTEND, INSERT, POP, REMOVE, SORTED, REVERSED];

/// What the calls of the group have in common.
const LISTS: Command = base(Group::Lists);

const L: Param = req("L", Kind::Thing).or(&["a list"]);
const V: Param = req("V", Kind::Any).is("any value");

const LIST: Command = Command {
    name: "list",
    summary: "make a list of values",
    notes: &[
        "As in Python a list is one thing that names share: after `let b = $a` or a call of a def with it, what is \
              appended to one is there for all. `slice $a 0` makes another list of the same values; a process gets a \
              copy.",
    ],
    params: &[rest("value", Kind::Any).is("of any kind")],
    results: &[("list", Holds::Plain)],
    returns: "a list",
    python: "[<{VALUE}>]",
    man: "Python's list",
    example: "ports = list 9001 9002 9003\nlen $ports",
    related: &["append", "item", "len", "slice", "for", "range"],
    run: |_, args| Ok(Value::list(args.rest_values(0)).into()),
    ..LISTS
};

const RANGE: Command = Command {
    name: "range",
    summary: "make a list of whole numbers; from START, 0 if left out, up to, not including, STOP",
    params: &[
        req("start", Kind::Int).is("the first; alone it is STOP, and 0 is the first"),
        opt("stop", Kind::Int).is("the first that is not in it"),
        opt("step", Kind::Int).is("from one to the next; 1 if left out, negative to go down"),
    ],
    results: &[("list", Holds::Plain)],
    returns: "a list",
    python: "list(range({START}<, {STOP}<, {STEP}>>))",
    also: &["range({START}<, {STOP}<, {STEP}>>)"],
    c: "for (int i = start; i < stop; i += step)",
    man: "Python's range",
    errors: &[err("Usage", "a step of 0, or too many numbers")],
    example: "r = range 3\nrange 1 10 3\nrange 3 0 -1",
    related: &["list", "for", "repeat"],
    run: |_, args| range(args).map(Step::from),
    ..LISTS
};

fn range(args: &Args) -> Result<Value, Failure> {
    let (start, stop) = if args.has(1) { (args.int(0)?, args.int(1)?) } else { (0, args.int(0)?) };
    let step = if args.has(2) { args.int(2)? } else { 1 };
    if step == 0 {
        return Err(Failure::usage("the step must not be 0").at(2));
    }
    let span = if step > 0 { stop.checked_sub(start) } else { start.checked_sub(stop) };
    let count = span.map(|span| if span <= 0 { 0 } else { (span as u128).div_ceil(step.unsigned_abs()) });
    let Some(count) = count.and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= ENTRIES_MAX) else {
        return Err(Failure::usage(format!("a list of more than {ENTRIES_MAX} numbers"))
            .at(usize::from(args.has(1)))
            .note("a `while` counts without a list"));
    };
    bounds::list(count)?;
    Ok(Value::list((0..count as i128).map(|i| Value::Int(start + i * step)).collect()))
}

const ITEM: Command = Command {
    name: "item",
    summary: "take a value of a list by its number (from 0, or from the end with -1); of text a character, of bytes a number",
    params: &[
        req("list", Kind::ThingOrText).or(&["a list"]).is("a list, or text or bytes in quotes"),
        req("n", Kind::Int).is("from 0; -1 is the last"),
    ],
    results: &[("value", Holds::Plain)],
    returns: "the value",
    python: "{LIST}[{N}]",
    c: "it[0];",
    man: "Python's list",
    errors: &[err("Usage", "nothing stands there, or it is no list, text or bytes")],
    example: "ports = list 9001 9002\nitem $ports 0\nitem $ports -1\nitem \"hello\" 1",
    related: &["list", "pop", "index", "len", "field"],
    run: |_, args| {
        let value = args.value(0);
        let value = if let Value::Object(_) = value {
            Err(expected(0, "a list", value).note("field takes a value of an object by its key"))
        } else {
            value
                .at(args.int(1)?)
                .map_err(|f| f.at(usize::from(matches!(value, Value::List(_) | Value::Text(_) | Value::Bytes(_)))))
        };
        value.map(Step::from)
    },
    ..LISTS
};

/// A place in a list in Python's manner, negative from the end.
fn place(args: &Args, i: usize, len: usize) -> Result<usize, Failure> {
    let n = args.int(i)?;
    let from_start = if n < 0 { n.saturating_add(len as i128) } else { n };
    usize::try_from(from_start).ok().filter(|at| *at < len).ok_or_else(|| out_of_range(args, i, len))
}

fn out_of_range(args: &Args, i: usize, len: usize) -> Failure {
    Failure::usage(format!("list index out of range: {} of {len} items", args.value(i))).at(i)
}

/// The list in the first place, which is to be changed.
fn list(args: &Args) -> Result<Rc<List>, Failure> {
    match args.value(0) {
        Value::List(list) => Ok(list.clone()),
        other => Err(expected(0, "a list", other).note("`clients = list` makes an empty one")),
    }
}

fn nothing(_: impl Sized) -> Step {
    Step::Done(Reply::Nothing)
}

const APPEND: Command = Command {
    name: "append",
    elsewhere: &["push"],
    summary: "put a value at the end of a list; whoever has the list sees it",
    params: &[L, V],
    python: "{L}.append({V})",
    man: "Python's list",
    errors: &[err("Usage", "it is no list, or the value has the list in it")],
    example: "clients = list\nappend clients ann\nappend clients bob\nlen $clients",
    related: &["list", "extend", "insert", "pop", "remove"],
    run: |_, args| {
        let list = list(args)?;
        list.push(args.take(1)).map(nothing).map_err(|f| f.at(1))
    },
    ..LISTS
};

const EXTEND: Command = Command {
    name: "extend",
    summary: "put all values of another list at the end of a list",
    params: &[
        L,
        req("L2", Kind::ThingOrText).or(&["a list"]).is("a list; of text its characters, of bytes their numbers"),
    ],
    python: "{L}.extend({L2})",
    man: "Python's list",
    errors: &[err("Usage", "one of them is no list, or a value has the list in it")],
    example: "a = list 1 2\nb = list 3\nextend a $b\nlen $a\nitem $a -1",
    related: &["append", "list", "insert"],
    run: |_, args| {
        let list = list(args)?;
        let values = entries(args, 1)?;
        bounds::list(list.len().saturating_add(values.len())).map_err(|f| f.at(1))?;
        let end = list.len();
        list.splice(end..end, values).map(nothing).map_err(|f| f.at(1))
    },
    ..LISTS
};

/// The values that Python would walk over: a list's, text's characters, bytes' numbers.
fn entries(args: &Args, i: usize) -> Result<Vec<Value>, Failure> {
    let count = match args.value(i) {
        Value::List(list) => list.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Text(text) => text.count(),
        _ => 0,
    };
    bounds::list(count).map_err(|f| f.at(i))?;
    match args.value(i) {
        Value::List(list) => Ok(list.to_vec()),
        Value::Bytes(bytes) => Ok(bytes.iter().map(|b| Value::Int((*b).into())).collect()),
        Value::Text(text) => Ok(text.chars().map(|c| Value::text(c.encode_utf8(&mut [0; 4]))).collect()),
        other => Err(expected(i, "a list", other)),
    }
}

const INSERT: Command = Command {
    name: "insert",
    summary: "put a value into a list before that place",
    params: &[L, req("n", Kind::Int).is("the place it gets, from 0; negative from the end"), V],
    python: "{L}.insert({N}, {V})",
    man: "Python's list",
    errors: &[err("Usage", "it is no list, or the value has the list in it")],
    example: "l = list b c\ninsert l 0 a\ninsert l 9 d\nitem $l 0\nitem $l -1",
    related: &["append", "list", "pop"],
    run: |_, args| {
        let list = list(args)?;
        let (n, len) = (args.int(1)?, list.len() as i128);
        // As in Python, what is beyond an end is the end.
        let at = if n < 0 { n.saturating_add(len) } else { n }.clamp(0, len) as usize;
        list.splice(at..at, vec![args.take(2)]).map(nothing).map_err(|f| f.at(2))
    },
    ..LISTS
};

const POP: Command = Command {
    name: "pop",
    summary: "take the last value out of a list, or the one in that place",
    params: &[L, opt("n", Kind::Int).is("from 0; -1, the last, if left out")],
    results: &[("value", Holds::Plain)],
    returns: "the value",
    python: "{L}.pop(<{N}>)",
    man: "Python's list",
    errors: &[err("Usage", "it is no list, or has no such item: an empty one has none")],
    example: "l = list 1 2 3\npop l\npop l 0\nlen $l",
    related: &["remove", "append", "item", "list"],
    run: |_, args| pop(args).map(Step::from),
    ..LISTS
};

fn pop(args: &Args) -> Result<Value, Failure> {
    let list = list(args)?;
    let len = list.len();
    if len == 0 {
        return Err(Failure::usage("pop from an empty list").at(0));
    }
    let at = if *args.value(1) == Value::None { len - 1 } else { place(args, 1, len)? };
    let mut taken = list.splice(at..at + 1, Vec::new())?;
    taken.pop().ok_or_else(|| out_of_range(args, 1, len))
}

const REMOVE: Command = Command {
    name: "remove",
    summary: "take the first entry that equals a value out of a list",
    params: &[L, V],
    python: "{L}.remove({V})",
    man: "Python's list",
    errors: &[err("Usage", "it is no list, or the value is not in it")],
    example: "l = list a b a\nremove l a\nlen $l\nexpect Usage remove l z",
    related: &["pop", "index", "contains", "append"],
    run: |_, args| {
        let list = list(args)?;
        let at = list.items().iter().position(|v| v == args.value(1));
        let at = at.ok_or_else(|| absent(args.value(1)))?;
        list.splice(at..at + 1, Vec::new()).map(nothing)
    },
    ..LISTS
};

/// The failure of a value that is not there.
pub(super) fn absent(value: &Value) -> Failure {
    Failure::usage(format!("{} is not in it", value.brief(60))).at(1).note("contains says beforehand")
}

const SORTED: Command = Command {
    name: "sorted",
    elsewhere: &["sort"],
    summary: "make a list of the same values in order; numbers by size, text by its characters",
    params: &[
        req("L", Kind::ThingOrText).or(&["a list"]).is("a list, or text or bytes in quotes"),
        opt("reverse", Kind::Switch).is("on: the greatest first"),
    ],
    results: &[("list", Holds::Plain)],
    returns: "another list; L stays as it is",
    python: "sorted({L}<, reverse={REVERSE}>)",
    c: "qsort(list, n, sizeof *list, compare);",
    man: "Python's sorted",
    errors: &[err("Usage", "values that cannot be compared, such as a number and text")],
    example: "l = list 3 1 2\nsorted $l\nsorted $l reverse=on\nwords = list b C a\nsorted $words",
    related: &["reversed", "list", "range"],
    run: |_, args| sorted(args).map(Step::from),
    ..LISTS
};

fn sorted(args: &Args) -> Result<Value, Failure> {
    let mut values = entries(args, 0)?;
    let mut odd = None;
    let down = args.on(1);
    // As in Python, entries that are equal keep their order, whichever way.
    values.sort_by(|a, b| {
        let order = match (a, b) {
            _ if comparable(a, b) => a.order(b),
            _ => None,
        };
        if order.is_none() && !is_not_a_number(a) && !is_not_a_number(b) {
            odd.get_or_insert_with(|| (a.kind(), b.kind()));
        }
        let order = order.unwrap_or(Ordering::Equal);
        if down { order.reverse() } else { order }
    });
    match odd {
        None => Ok(Value::list(values)),
        Some((a, b)) if a == b => Err(Failure::usage(format!("{a} has no order")).at(0)),
        Some((a, b)) => Err(Failure::usage(format!("{a} and {b} have no order")).at(0)),
    }
}

/// Text and bytes are equal by their bytes here, but as in Python no order is made of a mixture.
fn comparable(a: &Value, b: &Value) -> bool {
    !matches!((a, b), (Value::Text(_), Value::Bytes(_)) | (Value::Bytes(_), Value::Text(_)))
}

fn is_not_a_number(value: &Value) -> bool {
    value.number().is_some_and(f64::is_nan)
}

const REVERSED: Command = Command {
    name: "reversed",
    elsewhere: &["reverse"],
    summary: "make a list of the same values, the last first; text and bytes likewise",
    params: &[req("L", Kind::ThingOrText).or(&["a list"]).is("a list, or text or bytes in quotes")],
    results: &[("list", Holds::Plain)],
    returns: "another of the same kind; L stays as it is",
    python: "{L}[::-1]",
    man: "Python's reversed",
    errors: &[err("Usage", "it is no list, text or bytes")],
    example: "l = list 1 2 3\nreversed $l\nreversed \"abc\"",
    related: &["sorted", "list", "slice"],
    run: |_, args| reversed(args).map(Step::from),
    ..LISTS
};

fn reversed(args: &Args) -> Result<Value, Failure> {
    if let Value::List(list) = args.value(0) {
        return Ok(Value::list(list.items().iter().rev().cloned().collect()));
    }
    match string(args, 0).map_err(|_| expected(0, "a list, text or bytes", args.value(0)))? {
        Str::Text(t) => Ok(Value::text(t.chars().rev().collect::<String>())),
        Str::Bytes(b) => Ok(Value::bytes(b.iter().rev().copied().collect::<Vec<_>>())),
    }
}
