//! What is wrong with a program beyond its grammar: calls whose words can fit in no run.

use std::rc::Rc;

use super::code::{ArgCode, Code, Op, Site, takes};
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
    let mut found = Vec::new();
    gather(code, &mut found);
    found.sort_by_key(|fault| (fault.span.line, fault.span.column));
    found
}

fn gather(code: &Code, found: &mut Vec<Fault>) {
    for (pc, op) in code.ops.iter().enumerate() {
        match op {
            Op::Call(site) => found.extend(fault(code, pc, site)),
            Op::Background(job) => gather(job, found),
            Op::Define(_, function) => gather(&function.code, found),
            _ => {}
        }
    }
}

fn fault(code: &Code, pc: usize, site: &Site) -> Option<Fault> {
    let bad =
        |arg: &ArgCode| if let ArgCode::Const(Arg::Bad(failure)) = arg { Some((**failure).clone()) } else { None };
    let (at, failure) = site.args.iter().enumerate().find_map(|(i, arg)| Some((i, bad(arg)?)))?;
    let guarded = code.guards.iter().filter(|guard| guard.from <= pc && pc < guard.to);
    let taken = guarded.flat_map(|guard| &guard.takes).any(|names| takes(names, failure.name));
    if taken || site.expect == Some(failure.name) {
        return None;
    }
    let word = site.spans.get(at).copied().filter(|span| *span != Span::default());
    Some(Fault { call: site.name.clone(), failure, word, span: code.places[pc].span })
}
