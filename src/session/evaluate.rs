//! Lines evaluated where a stepped program stands: one that takes the place of the next statement, for this once, and
//! those that the program has not.
//!
//! Both see the names of the place that the program stands at, and stop nowhere.

use std::rc::Rc;

use super::event::What;
use super::stepper::Spot;
use super::task::{Frame, Task, Temp};
use super::{Session, expr};
use crate::lang::{self, Source, Span};
use crate::program::{Code, Op};
use crate::value::Failure;
use crate::world::TaskId;

/// What came of a changed line.
pub enum Change {
    /// It runs in the statement's place.
    Made,
    /// It could not be made, and that was told.
    Failed,
    /// It cannot stand there: why.
    Refused(&'static str),
}

impl Session {
    /// Run this in the place of the next statement, once.
    pub fn let_go_changed(&mut self, source: &Rc<Source>) -> Result<Change, lang::Error> {
        let Some(id) = self.stepper.first() else {
            return Ok(Change::Refused("nothing is next"));
        };
        let first = source.text.split_whitespace().next().unwrap_or("");
        if matches!(first, "return" | "break" | "continue" | "def") {
            return Ok(Change::Refused("this line can be passed over, not changed: it shapes the blocks around it"));
        }
        let opens = lang::depth_change(&source.text) > 0;
        // The head of a block is read with an end of its own; the block stays the program's.
        let whole =
            if opens { Source::part("", &format!("{}\nend", source.text), source.first) } else { source.clone() };
        let code = self.snippet(id, &whole)?;
        let Some(mut task) = self.tasks.take(id) else { return Ok(Change::Refused("the task has ended")) };
        let change = self.change(&mut task, &code).unwrap_or_else(|failure| {
            let what = What::Failed { call: "line".into(), failure, word: None, expected: false, taken: false };
            self.tell_at(&task, what);
            Change::Failed
        });
        self.tasks.put_back(task);
        if matches!(change, Change::Made) {
            self.history.push(source.clone());
            self.let_go_on(false);
        }
        Ok(change)
    }

    /// Put changed code in the place of the statement that a task stands before.
    fn change(&mut self, task: &mut Task, code: &Rc<Code>) -> Result<Change, Failure> {
        let depth = task.frames.len();
        let Some(frame) = task.frames.last_mut() else { return Ok(Change::Refused("the task has ended")) };
        let before = frame.code.clone();
        let spot = Spot { depth, pc: frame.pc };
        let scope = frame.scope.clone();
        let new = code.ops.iter().find(|op| !matches!(op, Op::Line(..)));
        match (&before.ops[frame.pc], new) {
            (Op::Unless(_, exit), Some(Op::Unless(expr, _))) => {
                let goes = self.globals.eval(&scope, expr)?.truth();
                frame.pc = if goes { frame.pc + 1 } else { *exit };
            }
            (Op::Count(temp, _), Some(Op::Count(_, operand))) => {
                let count = expr::count(&self.globals.operand(&scope, operand)?)?;
                frame.temps[*temp] = Temp::Count(count);
                frame.pc += 1;
            }
            (Op::Each(temp, _), Some(Op::Each(_, operands))) => {
                frame.temps[*temp] = Temp::Each(self.globals.walk(&scope, operands)?, 0);
                frame.pc += 1;
            }
            (old, Some(new)) if old.is_line() && new.is_line() => {
                frame.pc = before.places[frame.pc].end as usize;
                task.frames.push(Frame::new(code.clone(), scope));
            }
            _ => {
                return Ok(Change::Refused(
                    "the program has another kind of line here: type it as a line beside, or `skip`",
                ));
            }
        }
        self.stepper.walked(task.id, spot);
        Ok(Change::Made)
    }

    /// Code to be run where a task stands, with the names of its def. It stops nowhere.
    fn snippet(&mut self, id: TaskId, source: &Rc<Source>) -> Result<Rc<Code>, lang::Error> {
        let function = self.tasks.get(id).and_then(|t| t.frames.iter().rev().find_map(|f| f.called.as_ref()));
        let names = function.map_or(Vec::new(), |(_, function)| function.names.clone());
        self.globals.snippet(source, names).map_err(|error| self.mended(error))
    }

    /// Run lines that the program has not, with the names of the place that is next.
    pub fn evaluate(&mut self, source: &Rc<Source>) -> Result<(), lang::Error> {
        let front = self.stepper.first();
        let code = self.snippet(front.unwrap_or_default(), source)?;
        let scope =
            front.and_then(|id| self.tasks.get(id)?.frames.last()).map_or(self.globals.scope(), |f| f.scope.clone());
        self.history.push(source.clone());
        let mut task = Task::new(Rc::from("prompt"), false);
        task.daemon = true;
        task.evaluates = true;
        task.frames = vec![Frame::new(code, scope)];
        let id = self.tasks.add(task).map_err(|f| lang::Error::new(source, Span::default(), f.to_string()))?;
        self.stepper.set_evaluating(Some(id));
        self.world.ready.push_front(id);
        Ok(())
    }
}
