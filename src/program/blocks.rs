//! Blocks become jumps: `if`, loops, `try`.

use super::code::{After, Guard, Op};
use super::compile::{Compiler, Final, Loop};
use crate::lang::{Block, Error, Expr, Handler, Span};

impl Compiler<'_> {
    pub(super) fn conditional(
        &mut self,
        arms: &[(Expr, Block)],
        otherwise: Option<&Block>,
        span: Span,
    ) -> Result<(), Error> {
        let mut ends = Vec::new();
        for (i, (condition, body)) in arms.iter().enumerate() {
            let condition = self.expr(condition);
            let skip = self.emit(Op::Unless(condition, 0), span);
            self.inner(body)?;
            if i + 1 < arms.len() || otherwise.is_some() {
                ends.push(self.emit(Op::Jump(0), span));
            }
            self.land(skip);
        }
        if let Some(body) = otherwise {
            self.inner(body)?;
        }
        for jump in ends {
            self.land(jump);
        }
        Ok(())
    }

    /// A loop's body, which goes on at `next`, and from its end with `again`; at `exit` the loop may end by itself.
    pub(super) fn looped(
        &mut self,
        next: usize,
        again: Op,
        exit: Option<usize>,
        body: &Block,
        span: Span,
    ) -> Result<(), Error> {
        self.loops.push(Loop { next, breaks: Vec::new(), finals: self.finals.len() });
        self.inner(body)?;
        self.emit(again, span);
        let breaks = self.loops.pop().map_or(Vec::new(), |ended| ended.breaks);
        exit.into_iter().chain(breaks).for_each(|jump| self.land(jump));
        Ok(())
    }

    pub(super) fn leave_loop(&mut self, is_break: bool, span: Span) {
        let Some(innermost) = self.loops.last() else { return };
        let (finals, next) = (innermost.finals, innermost.next);
        self.through_finals(finals, span);
        let jump = self.emit(Op::Jump(next), span);
        if let (true, Some(innermost)) = (is_break, self.loops.last_mut()) {
            innermost.breaks.push(jump);
        }
    }

    /// Run the `finally` blocks that stand around here, innermost first, down to that many.
    pub(super) fn through_finals(&mut self, down_to: usize, span: Span) {
        for i in (down_to..self.finals.len()).rev() {
            let after = self.emit(Op::After(After::Jump(0)), span);
            let jump = self.emit(Op::Jump(0), span);
            self.finals[i].entries.push(jump);
            self.land(after);
        }
    }

    pub(super) fn attempt(
        &mut self,
        body: &Block,
        handlers: &[Handler],
        finally: Option<&Block>,
        span: Span,
    ) -> Result<(), Error> {
        if finally.is_some() {
            self.finals.push(Final::default());
        }
        let afters = self.afters;
        let from = self.here();
        self.inner(body)?;
        let to = self.here();
        let mut ends = vec![self.emit(Op::Jump(0), span)];
        let mut takes = Vec::new();
        if !handlers.is_empty() {
            let target = self.here();
            for handler in handlers {
                let names = handler.names.iter().map(|w| self.error_name(w)).collect::<Result<Vec<_>, _>>()?;
                takes.push(names.clone());
                let skip = self.emit(Op::Unmatched(names, 0), handler.span);
                if let Some(bind) = &handler.bind {
                    let (slot, _) = self.target(bind);
                    self.emit(Op::Caught(slot), handler.span);
                }
                self.emit(Op::Handled, handler.span);
                self.inner(&handler.body)?;
                ends.push(self.emit(Op::Jump(0), span));
                self.land(skip);
            }
            self.emit(Op::Raise, span);
            self.code.guards.push(Guard { from, to, target, takes, afters });
        }
        let all = self.here();
        for jump in ends {
            self.land(jump);
        }
        let Some(finally) = finally else { return Ok(()) };
        // Three ways in: through its end, with an error, and by break, continue or return.
        let normal = self.emit(Op::After(After::Jump(0)), span);
        let into = self.emit(Op::Jump(0), span);
        let target = self.here();
        self.code.guards.push(Guard { from, to: all, target, takes: Vec::new(), afters });
        self.emit(Op::After(After::Raise), span);
        self.land(into);
        let entered = self.finals.pop().unwrap_or_default();
        entered.entries.into_iter().for_each(|jump| self.land(jump));
        self.afters += 1;
        let done = self.inner(finally);
        self.afters -= 1;
        done?;
        self.emit(Op::Finished, span);
        self.land(normal);
        Ok(())
    }
}
