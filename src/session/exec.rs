//! Running a task: one op after the other, until it must wait or is done.

use std::rc::Rc;
use std::time::Instant;

use super::code::{self, After, Callee, Code, Op, Operand, Site, Slot};
use super::event::{At, What};
use super::scope::Scope;
use super::task::{Frame, Parked, Parking, Pending, Task, Temp};
use super::{FRAMES_MAX, Main, Session, Show, Stop};
use crate::lang::Span;
use crate::os::poller;
use crate::value::{Addr, Failure, Name, Reply, Value, text};
use crate::world::{On, Socket, Step, Wake, after};

/// Ops between two looks at the clock, when the whole run is bounded.
const CLOCK_EVERY: u32 = 1024;

/// How a task goes on after an op.
pub(super) enum Flow {
    /// With its next op.
    On,
    /// Not now: it waits.
    Parked,
    /// Never: its last frame is gone.
    Ended,
}

impl Session {
    /// Run a task until it waits or ends.
    pub(super) fn run(&mut self, mut task: Box<Task>) {
        let flow = match task.parked.take() {
            Some(parked) => self.wake_up(&mut task, parked),
            None if task.frames.is_empty() => Flow::Ended,
            None => Flow::On,
        };
        let flow = match flow {
            Flow::On => self.steps(&mut task),
            other => other,
        };
        if self.world.has_dead() {
            self.bury(&task);
        }
        match flow {
            Flow::Ended => self.end(task, Ok(())),
            _ => self.put_back(task),
        }
    }

    fn put_back(&mut self, task: Box<Task>) {
        let index = task.id.index as usize;
        self.tasks[index] = Some(task);
    }

    /// A parked task may be able to go on.
    fn wake_up(&mut self, task: &mut Task, mut parked: Parked) -> Flow {
        let expired = std::mem::take(&mut task.expired);
        let result = match &mut parked.on {
            Parking::Call(wait, resume) => {
                let wake = if expired { Wake::Expired } else { Wake::Ready };
                let Some(result) = resume(&mut self.world, wake) else {
                    task.parked = Some(parked);
                    return Flow::Parked;
                };
                self.world.unwatch(wait, task.id);
                result
            }
            Parking::Jobs(jobs) => match self.jobs_result(jobs) {
                Some(result) => result.map(Step::Done),
                None => {
                    task.parked = Some(parked);
                    return Flow::Parked;
                }
            },
            Parking::Join(other) => {
                if !other.done.get() && !expired {
                    task.parked = Some(parked);
                    return Flow::Parked;
                }
                Ok(Step::Done(Reply::Nothing))
            }
            Parking::Turn => Ok(Step::Done(Reply::Nothing)),
        };
        self.settle(task, &parked.site, result)
    }

    fn steps(&mut self, task: &mut Task) -> Flow {
        'frame: loop {
            let Some(frame) = task.frames.last_mut() else { return Flow::Ended };
            let code = frame.code.clone();
            loop {
                if let Some(signal) = poller::take_signal() {
                    match self.signal(task, signal) {
                        Flow::On => continue 'frame,
                        other => return other,
                    }
                }
                if self.deadline.is_some() {
                    self.turns = self.turns.wrapping_add(1);
                    if self.turns.is_multiple_of(CLOCK_EVERY) && self.deadline.is_some_and(|d| Instant::now() >= d) {
                        self.ask_stop(Stop::TimedOut);
                    }
                }
                if self.stop.is_some() {
                    return Flow::Parked;
                }
                let Some(frame) = task.frames.last_mut() else { return Flow::Ended };
                let Some(op) = code.ops.get(frame.pc) else {
                    match self.leave(task) {
                        Flow::On => continue 'frame,
                        other => return other,
                    }
                };
                frame.pc += 1;
                match self.op(task, &code, op) {
                    Ok(Next::Op) => {}
                    Ok(Next::Frame) => continue 'frame,
                    Ok(Next::Flow(Flow::On)) => continue 'frame,
                    Ok(Next::Flow(other)) => return other,
                    Err(failure) => {
                        let call: Rc<str> = op_name(op).into();
                        match self.fail(task, call, None, failure) {
                            Flow::On => continue 'frame,
                            other => return other,
                        }
                    }
                }
            }
        }
    }

    fn op(&mut self, task: &mut Task, code: &Rc<Code>, op: &Op) -> Result<Next, Failure> {
        let Some(frame) = task.frames.last_mut() else { return Ok(Next::Flow(Flow::Ended)) };
        match op {
            Op::Call(site) => return Ok(self.call(task, site)),
            Op::Line(first, last) => {
                if self.show == Show::All {
                    let lines: Vec<_> = (*first..=*last).map(|n| code.source.line(n).trim_end()).collect();
                    let what = What::Line(lines.join("\n"));
                    self.tell_at(task, what);
                }
            }
            Op::Let(slot, name, expr) => {
                let value = self.eval(&frame.scope, expr)?;
                let nested = code.places[frame.pc - 1].nested;
                self.store(&frame.scope.clone(), *slot, value.clone());
                if self.show == Show::All && !nested {
                    let what = What::Reply { call: "let".into(), names: vec![name.clone()], values: vec![value] };
                    self.tell_at(task, what);
                }
                self.bury_if_dead(task);
            }
            Op::Assert(expr) => self.assert(&frame.scope, expr)?,
            Op::Print(words) => {
                let text = self.printed(&frame.scope.clone(), words)?;
                self.tell_at(task, What::Printed(text));
            }
            Op::Jump(to) => frame.pc = *to,
            Op::Unless(expr, to) => {
                if !self.eval(&frame.scope, expr)?.truth() {
                    frame.pc = *to;
                }
            }
            Op::Count(temp, operand) => {
                let value = self.operand(&frame.scope, operand)?;
                frame.temps[*temp] = Temp::Count(count(&value)?);
            }
            Op::Down(temp, exit) => match &mut frame.temps[*temp] {
                Temp::Count(n) if *n > 0 => *n -= 1,
                _ => frame.pc = *exit,
            },
            Op::Each(temp, operands) => {
                let values = self.walk(&frame.scope, operands)?;
                frame.temps[*temp] = Temp::Each(values, 0);
            }
            Op::Next(temp, slot, exit) => {
                let next = match &mut frame.temps[*temp] {
                    Temp::Each(values, at) => {
                        *at += 1;
                        values.get(*at - 1).cloned()
                    }
                    _ => None,
                };
                match next {
                    Some(value) => {
                        let scope = frame.scope.clone();
                        self.store(&scope, *slot, value);
                        self.bury_if_dead(task);
                    }
                    None => {
                        frame.temps[*temp] = Temp::None;
                        frame.pc = *exit;
                    }
                }
            }
            Op::Background(job) => {
                let job = job.clone();
                self.background(task, &job)?;
            }
            Op::Define(slot, function) => {
                self.functions.resize(self.table.functions.len(), None);
                self.functions[*slot] = Some(function.clone());
            }
            Op::Caught(slot) => {
                let value = frame.error.as_ref().map_or(Value::None, |f| Value::text(f.to_string()));
                let scope = frame.scope.clone();
                self.store(&scope, *slot, value);
            }
            Op::Handled => frame.error = None,
            Op::Unmatched(names, to) => {
                if !frame.error.as_ref().is_some_and(|f| code::takes(names, f.name)) {
                    frame.pc = *to;
                }
            }
            Op::Raise => {
                let failure = frame.error.take().unwrap_or(Failure::new(Name::Cancelled));
                return Ok(Next::Flow(self.unwind(task, failure)));
            }
            Op::After(After::Jump(to)) => frame.afters.push(Pending::Jump(*to)),
            Op::After(After::Raise) => {
                let failure = frame.error.take().unwrap_or(Failure::new(Name::Cancelled));
                frame.afters.push(Pending::Raise(failure));
            }
            Op::Finished => match frame.afters.pop() {
                Some(Pending::Jump(to)) => frame.pc = to,
                Some(Pending::Raise(failure)) => return Ok(Next::Flow(self.unwind(task, failure))),
                None => {}
            },
            Op::Value(operands) => {
                let scope = frame.scope.clone();
                let mut values = operands.iter().map(|o| self.operand(&scope, o)).collect::<Result<Vec<_>, _>>()?;
                frame.returns = match values.len() {
                    0 => Reply::Nothing,
                    1 => Reply::One(values.remove(0)),
                    _ => Reply::Many(values),
                };
            }
            Op::Return => return Ok(Next::Flow(self.leave(task))),
        }
        Ok(Next::Op)
    }

    /// The innermost frame is through: give the caller what it returns.
    fn leave(&mut self, task: &mut Task) -> Flow {
        let Some(frame) = task.frames.pop() else { return Flow::Ended };
        let Frame { called, returns, scope, .. } = frame;
        drop(scope);
        self.bury_if_dead(task);
        match called {
            Some((site, _)) if !task.frames.is_empty() => self.complete(task, &site, returns),
            _ => {
                task.result = returns;
                if task.frames.is_empty() { Flow::Ended } else { Flow::On }
            }
        }
    }

    fn call(&mut self, task: &mut Task, site: &Rc<Site>) -> Next {
        let Some(frame) = task.frames.last() else { return Next::Flow(Flow::Ended) };
        let mut args = std::mem::take(&mut self.args);
        let mut failed = None;
        for (i, code) in site.args.iter().enumerate() {
            match self.arg(&frame.scope, code) {
                Ok(arg) => args.0.push(arg),
                Err(failure) => {
                    failed = Some(failure.at(i));
                    break;
                }
            }
        }
        let result = match (failed, &site.callee) {
            (Some(failure), _) => Err(failure),
            (None, Callee::Command(command)) => (command.run)(&mut self.world, &mut args),
            (None, Callee::Defined(slot)) => {
                let values = args
                    .0
                    .drain(..)
                    .map(|a| if let crate::command::Arg::Value(v) = a { v } else { Value::None })
                    .collect();
                self.args = args;
                return match self.enter(task, site, *slot, values) {
                    Ok(()) => Next::Frame,
                    Err(failure) => Next::Flow(self.fail(task, site.name.clone(), Some(site), failure)),
                };
            }
        };
        args.0.clear();
        self.args = args;
        if let Ok(Step::Done(reply)) = result {
            // The common case, kept short.
            return match self.complete(task, site, reply) {
                Flow::On => Next::Op,
                other => Next::Flow(other),
            };
        }
        Next::Flow(self.settle(task, site, result))
    }

    /// Call a defined name: a frame of its own.
    fn enter(&mut self, task: &mut Task, site: &Rc<Site>, slot: usize, values: Vec<Value>) -> Result<(), Failure> {
        if task.frames.len() >= FRAMES_MAX {
            return Err(Failure::usage(format!("more than {FRAMES_MAX} calls inside each other")));
        }
        let (function, scope) = self.prepare(slot, &site.name, values)?;
        let mut frame = Frame::new(function.code.clone(), scope);
        frame.called = Some((site.clone(), function));
        task.frames.push(frame);
        Ok(())
    }

    /// A defined name with its arguments in the slots of its parameters.
    pub(super) fn prepare(
        &self,
        slot: usize,
        name: &str,
        values: Vec<Value>,
    ) -> Result<(Rc<code::Function>, Rc<Scope>), Failure> {
        let function = self.functions.get(slot).cloned().flatten();
        let function = function
            .ok_or_else(|| Failure::with(Name::Unbound, format!("`{name}` is not defined yet: its def has not run")))?;
        if function.params.len() != values.len() {
            return Err(Failure::usage(format!(
                "`{}` takes {} arguments ({}), and here are {}",
                function.name,
                function.params.len(),
                function.params.join(" "),
                values.len()
            )));
        }
        let scope = Scope::with(function.slots);
        for (i, value) in values.into_iter().enumerate() {
            scope.set(i, value);
        }
        Ok((function, Rc::new(scope)))
    }

    /// What a call came to.
    pub(super) fn settle(&mut self, task: &mut Task, site: &Rc<Site>, result: Result<Step, Failure>) -> Flow {
        match result {
            Ok(Step::Done(reply)) => self.complete(task, site, reply),
            Ok(Step::Park(wait, resume)) => {
                let until = wait.until;
                let watched = match &wait.on {
                    On::Socket(socket) => self.world.watch(socket, task.id),
                    On::Sockets(sockets) => sockets.iter().try_for_each(|s| self.world.watch(s, task.id)),
                    On::Thread => {
                        self.world.watch_threads(task.id);
                        Ok(())
                    }
                    On::Time => Ok(()),
                };
                if let Err(failure) = watched {
                    self.world.unwatch(&wait, task.id);
                    return self.fail(task, site.name.clone(), Some(site), failure);
                }
                let again = wait.again;
                self.park(task, site, Parking::Call(wait, resume), until);
                if let Some(interval) = again {
                    self.timers.again(after(interval), interval, task);
                }
                Flow::Parked
            }
            Ok(Step::Ask(request)) => self.request(task, site, request),
            Err(failure) => self.fail(task, site.name.clone(), Some(site), failure),
        }
    }

    pub(super) fn park(&mut self, task: &mut Task, site: &Rc<Site>, on: Parking, until: Option<Instant>) {
        task.epoch += 1;
        task.expired = false;
        self.timers.expire(until, task);
        task.parked = Some(Parked { on, site: site.clone() });
    }

    /// A call went well: its results go to their names and are told.
    #[inline]
    pub(super) fn complete(&mut self, task: &mut Task, site: &Rc<Site>, reply: Reply) -> Flow {
        if let Some(expected) = site.expect {
            let got = match reply {
                Reply::Nothing => String::new(),
                other => format!(": {}", super::expr::brief(&other.into_value())),
            };
            let failure =
                Failure::with(Name::Assert, format!("expected {}, but the call succeeded{got}", expected.as_str()));
            return self.fail(task, site.name.clone(), None, failure);
        }
        let Some(frame) = task.frames.last() else { return Flow::Ended };
        let scope = &frame.scope;
        match (&*site.targets, reply) {
            ([], Reply::Nothing) if self.show == Show::Prints => {}
            ([(slot, name)], Reply::One(value)) if self.show == Show::Prints && task.job.is_none() => {
                name_socket(&value, name);
                self.store(scope, *slot, value);
            }
            ([(s1, n1), (s2, n2)], Reply::Two(a, b)) if self.show == Show::Prints && task.job.is_none() => {
                name_socket(&a, n1);
                name_socket(&b, n2);
                self.store(scope, *s1, a);
                self.store(scope, *s2, b);
            }
            (_, reply) => return self.complete_slowly(task, site, reply),
        }
        if self.world.has_dead() {
            self.bury(task);
        }
        Flow::On
    }

    fn complete_slowly(&mut self, task: &mut Task, site: &Rc<Site>, reply: Reply) -> Flow {
        let values = match (site.targets.len(), reply) {
            (0, reply) => reply.into_values(),
            (1, reply) => vec![reply.into_value()],
            (n, reply) => match take_apart(n, reply) {
                Ok(values) => values,
                Err(failure) => return self.fail(task, site.name.clone(), None, failure),
            },
        };
        let Some(frame) = task.frames.last() else { return Flow::Ended };
        let scope = frame.scope.clone();
        let mut names: Vec<Rc<str>> = Vec::new();
        for ((slot, name), value) in site.targets.iter().zip(&values) {
            name_socket(value, name);
            self.store(&scope, *slot, value.clone());
            names.push(name.clone());
        }
        if site.targets.is_empty() {
            for value in &values {
                self.name_nameless(task, value);
            }
        }
        if task.job.is_some() && task.frames.len() == 1 {
            task.result = if site.targets.is_empty() { Reply::Many(values) } else { Reply::Nothing };
        } else if self.show == Show::All {
            self.tell_at(task, What::Reply { call: site.name.clone(), names, values });
        }
        self.bury_if_dead(task);
        Flow::On
    }

    /// A socket that nobody named gets a name, and sockpit says which.
    fn name_nameless(&mut self, task: &Task, value: &Value) {
        let Some(socket) = value.downcast_rc::<Socket>() else { return };
        if socket.is_named() {
            return;
        }
        let accepted = crate::os::addr::getpeername(match &socket.fd() {
            Ok(fd) => std::os::fd::AsFd::as_fd(&**fd),
            Err(_) => return,
        });
        let letter = if accepted.is_ok_and(|a| a != Addr::Unnamed) { 'c' } else { 's' };
        let name: Rc<str> = loop {
            let count = self.auto.entry(letter).or_insert(0);
            *count += 1;
            let name = format!("{letter}{count}");
            if self.table.globals.find(&name).is_none_or(|slot| self.globals.get(slot).is_none()) {
                break name.into();
            }
        };
        socket.name_it(&name);
        let slot = self.table.globals.slot(&name);
        self.globals.set(slot, value.clone());
        if self.show == Show::All {
            self.tell_at(task, What::Noted(format!("it is named {name}")));
        }
    }

    /// A call failed: `expect` may have asked for it, a `try` may take it, or it ends the task.
    pub(super) fn fail(&mut self, task: &mut Task, call: Rc<str>, site: Option<&Rc<Site>>, failure: Failure) -> Flow {
        if let Some(expected) = site.and_then(|s| s.expect) {
            if failure.name == expected {
                if self.show == Show::All {
                    self.tell_at(task, What::Failed { call, failure, word: None, expected: true, taken: true });
                }
                return Flow::On;
            }
            let wrong = Failure::with(
                Name::Assert,
                format!("expected {}, but the call failed with {failure}", expected.as_str()),
            );
            let wrong = failure.notes().iter().fold(wrong, |f, note| f.note(note.clone()));
            return self.fail(task, call, None, wrong);
        }
        let word = match (site, failure.arg()) {
            (Some(site), Some(i)) => site.spans.get(i).copied().filter(|s| *s != Span::default()),
            _ => None,
        };
        let taken = self.is_taken(task, failure.name);
        let is_job = task.job.is_some();
        if !is_job && (!taken || self.show == Show::All) {
            self.last_failure = Some((failure.clone(), call.to_string()));
            self.tell_at(task, What::Failed { call, failure: failure.clone(), word, expected: false, taken });
        }
        self.unwind(task, failure)
    }

    /// Whether an `except` or an `expect` around here takes an error of that name.
    fn is_taken(&self, task: &Task, name: Name) -> bool {
        task.frames.iter().rev().any(|frame| {
            let pc = frame.pc.saturating_sub(1);
            let guarded = frame
                .code
                .guards
                .iter()
                .any(|g| g.from <= pc && pc < g.to && g.takes.iter().any(|names| code::takes(names, name)));
            guarded || frame.called.as_ref().is_some_and(|(site, _)| site.expect == Some(name))
        })
    }

    /// Find where an error goes: to the innermost `try` around, frame by frame; with none left the task ends.
    pub(super) fn unwind(&mut self, task: &mut Task, failure: Failure) -> Flow {
        while let Some(frame) = task.frames.last_mut() {
            let pc = frame.pc.saturating_sub(1);
            if let Some(guard) = frame.code.guards.iter().find(|g| g.from <= pc && pc < g.to) {
                frame.afters.truncate(guard.afters);
                frame.pc = guard.target;
                frame.error = Some(failure);
                return Flow::On;
            }
            let Some(frame) = task.frames.pop() else { break };
            if let Some((site, _)) = &frame.called
                && let Some(expected) = site.expect
            {
                if expected == failure.name {
                    return Flow::On;
                }
                let wrong = Failure::with(
                    Name::Assert,
                    format!("expected {}, but the call failed with {failure}", expected.as_str()),
                );
                return self.fail(task, site.name.clone(), None, wrong);
            }
        }
        if task.id.index == 0 {
            self.main = Main::Failed(failure);
        } else {
            *task.handle.failure.borrow_mut() = Some(failure);
        }
        Flow::Ended
    }

    /// A signal came while a task runs: Ctrl-C fails the call it is in.
    fn signal(&mut self, task: &mut Task, signal: i32) -> Flow {
        if signal != libc::SIGINT {
            self.ask_stop(Stop::Signal(signal));
            return Flow::Parked;
        }
        self.fail(task, "interrupt".into(), None, Failure::new(Name::Interrupted))
    }

    pub(super) fn store(&self, scope: &Scope, slot: Slot, value: Value) {
        match slot {
            Slot::Local(i) => scope.set(i, value),
            Slot::Global(i) => self.globals.set(i, value),
        }
    }

    fn bury_if_dead(&mut self, task: &Task) {
        if self.world.has_dead() {
            self.bury(task);
        }
    }

    /// Close the sockets that lost their last name, and say so.
    #[cold]
    fn bury(&mut self, task: &Task) {
        for name in self.world.bury() {
            if self.show == Show::All {
                self.tell_at(task, What::Noted(format!("{name} was still open when its last name went: closed")));
            }
        }
    }

    fn printed(&self, scope: &Scope, words: &[Operand]) -> Result<String, Failure> {
        let mut out = String::new();
        for (i, word) in words.iter().enumerate() {
            if i > 0 {
                out.push(' ');
            }
            // Bytes come out escaped; text keeps its line ends, and nothing a terminal could obey.
            match self.operand(scope, word)? {
                Value::Text(s) => out.push_str(&text::printable(&s)),
                other => out.push_str(&other.to_string()),
            }
        }
        Ok(out)
    }

    fn walk(&self, scope: &Scope, operands: &[Operand]) -> Result<Rc<Vec<Value>>, Failure> {
        if let [only] = operands
            && let Value::List(list) = self.operand(scope, only)?
        {
            return Ok(list);
        }
        operands.iter().map(|o| self.operand(scope, o)).collect::<Result<Vec<_>, _>>().map(Rc::new)
    }

    pub(super) fn at(&self, task: &Task) -> At {
        let place = task.frames.last().map(|f| (f, f.code.places.get(f.pc.saturating_sub(1))));
        At {
            task: (task.id.index != 0 && task.job.is_none()).then(|| task.name.clone()),
            source: place.map(|(f, _)| f.code.source.clone()),
            span: place.and_then(|(_, p)| p).map_or(Span::default(), |p| p.span),
            nested: place.and_then(|(_, p)| p).is_some_and(|p| p.nested),
        }
    }

    pub(super) fn tell_at(&mut self, task: &Task, what: What) {
        let at = self.at(task);
        self.tell(what, at);
    }
}

/// How the steps of a task go on.
enum Next {
    /// With the next op of the same frame.
    Op,
    /// With another frame.
    Frame,
    /// As the flow says.
    Flow(Flow),
}

fn op_name(op: &Op) -> &'static str {
    match op {
        Op::Let(..) => "let",
        Op::Assert(_) => "assert",
        Op::Print(_) => "print",
        Op::Unless(..) => "condition",
        Op::Count(..) => "repeat",
        Op::Each(..) => "for",
        Op::Value(_) => "return",
        Op::Background(_) => "&",
        _ => "line",
    }
}

fn count(value: &Value) -> Result<u64, Failure> {
    let whole = match value {
        Value::Int(n) => Some(*n),
        Value::Text(s) => match crate::command::kinds::number(s) {
            Some(Value::Int(n)) => Some(n),
            _ => None,
        },
        _ => None,
    };
    let n =
        whole.ok_or_else(|| Failure::usage(format!("repeat takes a whole number, and this is {}", value.show())))?;
    u64::try_from(n.max(0)).map_err(|_| Failure::usage("the number is too large"))
}

fn name_socket(value: &Value, name: &Rc<str>) {
    if let Value::Handle(_) = value
        && let Some(socket) = value.downcast::<Socket>()
    {
        socket.name_it(name);
    }
}

/// The values for several names: a call's results, or the parts of a single list or address.
fn take_apart(names: usize, reply: Reply) -> Result<Vec<Value>, Failure> {
    let values = match reply {
        Reply::One(Value::List(list)) => list.to_vec(),
        Reply::One(Value::Addr(addr)) if addr.port().is_some() => {
            let host = addr.host().map_or(Value::None, |h| Value::text(h.to_string()));
            vec![host, addr.port().map_or(Value::None, |p| Value::Int(i128::from(p)))]
        }
        other => other.into_values(),
    };
    if values.len() == names {
        return Ok(values);
    }
    Err(Failure::usage(format!("there are {names} names for {} values", values.len())))
}
