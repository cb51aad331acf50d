//! What is wrong with a program beyond its grammar: calls whose words can fit in no run.

use std::collections::HashMap;
use std::rc::Rc;

use super::code::{ArgCode, Callee, Code, Function, Op, Site, takes};
use crate::command::Arg;
use crate::lang::Span;
use crate::value::Failure;

/// A call that can only fail.
pub(crate) struct Fault {
    /// The call's name.
    pub call: Rc<str>,
    /// How it fails.
    pub failure: Failure,
    /// The word it is about.
    pub word: Option<Span>,
    /// The statement.
    pub span: Span,
}

/// The calls of a program that can only fail, those of defs too, in the order in which they stand. One whose error is
/// expected or taken is as it should be.
pub(crate) fn faults(code: &Code) -> Vec<Fault> {
    let (mut found, mut defs) = (Vec::new(), Defs::new());
    for op in &code.ops {
        if let Op::Define(slot, function) = op {
            // Of two, which is called is seen when it runs.
            defs.entry(*slot).and_modify(|before| *before = None).or_insert(Some(function));
        }
    }
    gather(code, &defs, &mut found);
    found.sort_by_key(|fault| (fault.span.line, fault.span.column));
    found
}

/// The defs of a program by their slots.
type Defs<'a> = HashMap<usize, Option<&'a Rc<Function>>>;

fn gather(code: &Code, defs: &Defs, found: &mut Vec<Fault>) {
    for (pc, op) in code.ops.iter().enumerate() {
        match op {
            Op::Call(site) => found.extend(fault(code, pc, site, defs)),
            Op::Background(job) => gather(job, defs, found),
            Op::Define(_, function) => gather(&function.code, defs, found),
            _ => {}
        }
    }
}

/// What is wrong with a call, and with which of its arguments.
fn wrong(site: &Site, defs: &Defs) -> Option<(usize, Failure)> {
    let bad =
        |arg: &ArgCode| if let ArgCode::Const(Arg::Bad(failure)) = arg { Some((**failure).clone()) } else { None };
    if let Some(found) = site.args.iter().enumerate().find_map(|(i, arg)| Some((i, bad(arg)?))) {
        return Some(found);
    }
    let Callee::Defined(slot) = site.callee else { return None };
    let function = defs.get(&slot).copied().flatten()?;
    let (given, named) = (site.args.len(), site.args.iter().any(|arg| matches!(arg, ArgCode::Pair(..))));
    (given != function.params.len() && !named).then(|| (usize::MAX, function.miscounted(given)))
}

fn fault(code: &Code, pc: usize, site: &Site, defs: &Defs) -> Option<Fault> {
    let (at, failure) = wrong(site, defs)?;
    let guarded = code.guards.iter().filter(|guard| guard.from <= pc && pc < guard.to);
    let taken = guarded.flat_map(|guard| &guard.takes).any(|names| takes(names, failure.name));
    if taken || site.expect == Some(failure.name) {
        return None;
    }
    let word = site.spans.get(at).copied().filter(|span| *span != Span::default());
    Some(Fault { call: site.name.clone(), failure, word, span: code.places[pc].span })
}
