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

/// What is wrong with the arguments that a def is called with.
pub(crate) type Fits<'a> = &'a dyn Fn(&Rc<Function>, &Rc<Site>) -> Option<Failure>;

/// The calls of a program that can only fail, those of defs too, in the order in which they stand. One whose error is
/// expected or taken is as it should be.
pub(crate) fn faults(code: &Code, fits: Fits) -> Vec<Fault> {
    let mut defs = HashMap::new();
    for op in &code.ops {
        if let Op::Define(slot, function) = op {
            // Of two, which is called is seen when it runs.
            defs.entry(*slot).and_modify(|before| *before = None).or_insert(Some(function));
        }
    }
    let mut finder = Finder { defs, fits, found: Vec::new() };
    finder.gather(code);
    finder.found.sort_by_key(|fault| (fault.span.line, fault.span.column));
    finder.found
}

struct Finder<'a> {
    /// The defs of the program by their slots.
    defs: HashMap<usize, Option<&'a Rc<Function>>>,
    fits: Fits<'a>,
    found: Vec<Fault>,
}

impl Finder<'_> {
    fn gather(&mut self, code: &Code) {
        for (pc, op) in code.ops.iter().enumerate() {
            match op {
                Op::Call(site) => {
                    let fault = self.fault(code, pc, site);
                    self.found.extend(fault);
                }
                Op::Background(job) => self.gather(job),
                Op::Define(_, function) => self.gather(&function.code),
                _ => {}
            }
        }
    }

    fn fault(&self, code: &Code, pc: usize, site: &Rc<Site>) -> Option<Fault> {
        let (at, failure) = self.wrong(site)?;
        let guarded = code.guards.iter().filter(|guard| guard.from <= pc && pc < guard.to);
        let taken = guarded.flat_map(|guard| &guard.takes).any(|names| takes(names, failure.name));
        if taken || site.expect == Some(failure.name) {
            return None;
        }
        let word = at.and_then(|at| site.word(at));
        Some(Fault { call: site.name.clone(), failure, word, span: code.places[pc].span })
    }

    /// What is wrong with a call, and with which of its arguments.
    fn wrong(&self, site: &Rc<Site>) -> Option<(Option<usize>, Failure)> {
        let bad =
            |arg: &ArgCode| if let ArgCode::Const(Arg::Bad(failure)) = arg { Some((**failure).clone()) } else { None };
        if let Some((at, failure)) = site.args.iter().enumerate().find_map(|(i, (arg, _))| Some((i, bad(arg)?))) {
            return Some((Some(at), failure));
        }
        let Callee::Defined(slot) = site.callee else { return None };
        let failure = (self.fits)(self.defs.get(&slot).copied().flatten()?, site)?;
        Some((failure.arg(), failure))
    }
}
