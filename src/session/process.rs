//! A def in a process of its own: what the parent packs for it, and how the child unpacks that.
//!
//! The child gets the texts of the programs that the defs stand in, the values of all names that can cross, and the
//! arguments, sockets among them. It reads the programs again, runs none of their lines, and calls the def.

use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Session;
use crate::lang::{self, Source};
use crate::os::{fd, process};
use crate::program::{Code, Function, Op};
use crate::value::{Failure, Handle, Reply, Value, wire};
use crate::world::{DefCall, Epoll, File, Given, Mode, MpLock, MpQueue, Socket, mpqueue, socket_value};

/// The word of the command line that starts a child.
pub const CHILD: &str = "--child";

/// What is alive and crosses, in the order of the numbers that stand for it.
#[derive(Default)]
struct Crossing {
    things: Vec<Thing>,
    /// Sockets, epolls and pipes' ends cross too: among the def's arguments, as with Python's start method `spawn`, and nowhere else.
    sockets: bool,
}

/// A live thing that crosses.
enum Thing {
    Queue(Rc<MpQueue>),
    /// A lock between processes.
    Lock(Rc<MpLock>),
    Socket(Rc<Socket>),
    /// An end of a pipe.
    Pipe(Rc<File>),
    Epoll(Rc<Epoll>),
}

impl Crossing {
    fn number(&mut self, handle: &Rc<dyn Handle>) -> Option<u32> {
        let value = Value::Handle(handle.clone());
        let crosses = |thing: &Thing| self.sockets || matches!(thing, Thing::Queue(_) | Thing::Lock(_));
        let thing = Thing::of(&value).filter(crosses)?;
        let at = self.things.iter().position(|known| known.place() == thing.place()).unwrap_or_else(|| {
            self.things.push(thing);
            self.things.len() - 1
        });
        u32::try_from(at).ok()
    }

    fn refuses(&mut self, value: &Value) -> Option<wire::Refusal> {
        // A look at it costs an encoding; whoever has large values pays for them once more.
        wire::encode(value, &mut Vec::new(), &mut |h| self.number(h)).err()
    }
}

impl Thing {
    /// What a value is, if it can cross.
    fn of(value: &Value) -> Option<Self> {
        let file = || value.downcast_rc::<File>().filter(|file| file.is_pipe());
        (value.downcast_rc().map(Self::Queue))
            .or_else(|| value.downcast_rc().map(Self::Lock))
            .or_else(|| value.downcast_rc().map(Self::Socket))
            .or_else(|| value.downcast_rc().map(Self::Epoll))
            .or_else(|| file().map(Self::Pipe))
    }

    /// Where it stands in memory: the same thing crosses once.
    fn place(&self) -> *const () {
        match self {
            Self::Queue(queue) => Rc::as_ptr(queue).cast(),
            Self::Lock(lock) => Rc::as_ptr(lock).cast(),
            Self::Socket(socket) => Rc::as_ptr(socket).cast(),
            Self::Pipe(file) => Rc::as_ptr(file).cast(),
            Self::Epoll(epoll) => Rc::as_ptr(epoll).cast(),
        }
    }

    /// What the child must know of it beside its descriptors: how many values a queue takes; whether a socket's open file
    /// is non-blocking; which end of a pipe it is. Of an epoll, nothing.
    fn about(&self) -> Value {
        match self {
            Self::Queue(queue) => Value::Int(queue.max.into()),
            // Nothing of it either, in another form.
            Self::Lock(_) => Value::list(Vec::new()),
            Self::Socket(socket) => Value::Bool(socket.waits() != Mode::Blocking),
            Self::Pipe(file) => Value::text(file.mode()),
            Self::Epoll(_) => Value::None,
        }
    }

    /// Duplicates of its descriptors.
    fn fds(&self) -> Result<Vec<OwnedFd>, Failure> {
        match self {
            Self::Queue(queue) => queue.fds(),
            Self::Lock(lock) => Ok(vec![lock.descriptor()?]),
            Self::Socket(socket) => Ok(vec![fd::dup(socket.fd()?.as_fd()).map_err(Failure::os)?]),
            Self::Epoll(epoll) => Ok(vec![fd::dup(epoll.end.fd()?.as_fd()).map_err(Failure::os)?]),
            Self::Pipe(file) => Ok(vec![file.descriptor()?]),
        }
    }
}

impl Session {
    /// Run a def in a process of its own.
    pub(super) fn process(&mut self, daemon: bool, call: DefCall) -> Result<Reply, Failure> {
        let mut crossing = Crossing::default();
        let (globals, left) = self.crossing(&mut crossing);
        crossing.sockets = true;
        let refused = call.args.iter().enumerate().find_map(|(i, arg)| Some((i, crossing.refuses(&arg.value)?)));
        let (name, before, title) = (&call.name.clone(), call.before, call.title.clone());
        let args = self.globals.start(call)?.arguments();
        self.world.family.may_grow()?;
        if let Some((i, refusal)) = refused {
            return Err(mpqueue::refused(refusal).at(before + i));
        }
        let (sources, functions) = self.definitions();
        let world = &self.world;
        let state = vec![
            Value::list(sources),
            Value::list(functions),
            Value::list(globals),
            Value::list(left),
            Value::text(name),
            Value::list(args),
            world.default_mode.map_or(Value::None, Value::Float),
            Value::Bool(daemon),
            Value::Int(i128::from(world.family.generation) + 1),
            Value::list(crossing.things.iter().map(Thing::about).collect()),
            Value::Int(since_epoch() - self.reporter.elapsed().as_nanos() as i128),
        ];
        let mut bytes = Vec::new();
        wire::encode(&Value::list(state), &mut bytes, &mut |h| crossing.number(h)).map_err(mpqueue::refused)?;
        let memory = process::memory(&bytes).map_err(Failure::os)?;
        let ends = crossing.things.iter().map(Thing::fds).collect::<Result<Vec<_>, _>>()?;
        // What was printed so far stands before what the child prints.
        self.flush();
        let family = &mut self.world.family;
        let name = match title {
            Some(title) => title.to_string(),
            None => self.globals.next_of(name),
        };
        let label = family.name.as_ref().map_or_else(|| name.clone(), |parent| format!("{parent}:{name}"));
        let mut line = vec![CHILD, &*label];
        line.extend(family.flags.iter().copied());
        let mut fds = vec![memory.as_fd(), family.lifeline()?.as_fd()];
        fds.extend(ends.iter().flatten().map(AsFd::as_fd));
        let pid = process::spawn(&line, &fds, &self.world.children_print).map_err(Failure::os)?;
        let child = self.world.adopt_child(label.into(), pid, daemon)?;
        Ok(Reply::One(Value::Handle(child)))
    }

    /// The names with values that cross, and those whose values stay.
    fn crossing(&self, crossing: &mut Crossing) -> (Vec<Value>, Vec<Value>) {
        let (mut globals, mut left) = (Vec::new(), Vec::new());
        for (name, value) in self.globals.bound() {
            match crossing.refuses(&value) {
                None => globals.push(Value::list(vec![Value::text(name), value])),
                Some(refusal) => {
                    let kind = match refusal {
                        wire::Refusal::Live(inner) if inner != value.kind() => {
                            format!("{} with {inner} in it", value.kind())
                        }
                        _ => value.kind().to_string(),
                    };
                    left.push(Value::list(vec![Value::text(name), Value::text(kind)]));
                }
            }
        }
        (globals, left)
    }

    /// The programs that the defs stand in, and each def with the number of its program and its first line there.
    fn definitions(&self) -> (Vec<Value>, Vec<Value>) {
        let mut sources: Vec<Rc<Source>> = Vec::new();
        let mut functions = Vec::new();
        for function in self.globals.defs() {
            let source = &function.code.source;
            let at = sources.iter().position(|s| Rc::ptr_eq(s, source)).unwrap_or_else(|| {
                sources.push(source.clone());
                sources.len() - 1
            });
            functions.push(Value::list(vec![
                Value::text(&function.name),
                Value::Int(at as i128),
                Value::Int(first_line(function)),
            ]));
        }
        let text = |s: &Rc<Source>| {
            Value::list(vec![Value::text(&*s.name), Value::text(&*s.text), Value::Int(s.first.into())])
        };
        (sources.iter().map(text).collect(), functions)
    }

    /// Become the child that `process` packed this for: the call of its def is what runs next.
    pub fn become_child(&mut self, name: &str, mut fds: Vec<OwnedFd>) -> Result<(), String> {
        let broken = || "it was not started by a sockpit".to_string();
        if fds.len() < 2 {
            return Err(broken());
        }
        let ends = fds.split_off(2);
        let (Some(lifeline), Some(memory)) = (fds.pop(), fds.pop()) else { return Err(broken()) };
        let told = |f: Failure| f.to_string();
        self.world.family.be_born(name, lifeline).map_err(told)?;
        let bytes = process::recall(memory).map_err(|e| told(Failure::os(e)))?;
        // What is alive stands at the end, so a first look says what there is.
        let look = wire::decode(&bytes, &mut |_| Some(Value::None)).ok_or_else(broken)?;
        let things = self.adopt_things(&look, ends)?;
        let number = |n: u32| things.get(n as usize).cloned();
        let state = wire::decode(&bytes, &mut |n| number(n)).ok_or_else(broken)?;
        drop(bytes);
        self.unpack(&state).ok_or_else(broken)?
    }

    fn adopt_things(&mut self, state: &Value, ends: Vec<OwnedFd>) -> Result<Vec<Value>, String> {
        let mut ends = ends.into_iter();
        let (default, about) = match list(state).as_deref() {
            Some([.., mode, _, _, about, _]) => (mode.number(), list(about).unwrap_or_default()),
            _ => (None, Vec::new()),
        };
        self.world.default_mode = default;
        let adopt = |about: &Value| {
            let mut next = || ends.next().ok_or(Failure::os(libc::EBADF));
            match about {
                Value::Bool(nonblocking) => {
                    let socket = self.world.adopt(next()?)?;
                    // O_NONBLOCK is the open file's. A timeout is the object's, and does not cross.
                    socket.shared.nonblocking.set(*nonblocking || default.is_some());
                    Ok(socket_value(socket))
                }
                Value::Text(mode) => Ok(Value::Handle(self.world.adopt_pipe(next()?, mode))),
                Value::None => Ok(Value::Handle(self.world.adopt_epoll(next()?))),
                Value::List(_) => Ok(Value::Handle(self.world.adopt_mplock(next()?))),
                max => {
                    let max = int(max).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
                    let fds = ends.by_ref().take(3).collect();
                    let queue = self.world.adopt_mpqueue(max, fds)?;
                    Ok(Value::Handle(queue))
                }
            }
        };
        about.iter().map(adopt).collect::<Result<_, Failure>>().map_err(|failure| failure.to_string())
    }

    /// Set everything up. `None` when this is not what a parent packs.
    fn unpack(&mut self, state: &Value) -> Option<Result<(), String>> {
        let [sources, functions, globals, left, name, args, _, daemon, generation, _, begun] = &list(state)?[..] else {
            return None;
        };
        // Its events count from the moment that the first process began.
        let passed = u64::try_from(since_epoch() - int(begun)?).unwrap_or(0);
        self.reporter.began_before(Duration::from_nanos(passed));
        let family = &mut self.world.family;
        family.daemon = daemon.truth();
        family.generation = u32::try_from(int(generation)?).ok()?;
        if family.generation == 1 {
            process::die_with_parent();
        }
        if let Err(error) = self.define_all(&list(sources)?, &list(functions)?)? {
            return Some(Err(error.to_string()));
        }
        for pair in &list(globals)? {
            let [Value::Text(name), value] = &list(pair)?[..] else { return None };
            self.globals.set(name, value.clone());
        }
        for pair in &list(left)? {
            let [Value::Text(name), Value::Text(kind)] = &list(pair)?[..] else { return None };
            self.globals.leave(&Rc::from(&**name), &Rc::from(&**kind));
        }
        let Value::Text(name) = name else { return None };
        // The call of the def is what the main task runs.
        let args = list(args)?.iter().map(|value| Given { key: None, value: value.clone() }).collect();
        let frame = self.globals.start(DefCall { name: Rc::from(&**name), title: None, args, before: 0 });
        Some(frame.map(|frame| self.run_main(frame)).map_err(|failure| failure.to_string()))
    }

    /// Read the programs, and define what is asked for.
    fn define_all(&mut self, sources: &[Value], functions: &[Value]) -> Option<Result<(), lang::Error>> {
        let mut found: Vec<Vec<(usize, Rc<Function>)>> = Vec::new();
        for pair in sources {
            let [Value::Text(name), Value::Text(text), first] = &list(pair)?[..] else { return None };
            let source = Source::part(name, text, u32::try_from(int(first)?).ok()?);
            match self.globals.compile(&source) {
                Ok(code) => {
                    let mut defs = Vec::new();
                    collect(&code, &mut defs);
                    found.push(defs);
                    self.history.push(source);
                }
                Err(error) => return Some(Err(error)),
            }
        }
        for entry in functions {
            let [Value::Text(name), at, line] = &list(entry)?[..] else { return None };
            let defs = found.get(usize::try_from(int(at)?).ok()?)?;
            let line = int(line)?;
            let same = |f: &Function| *f.name == **name && first_line(f) == line;
            if let Some((slot, function)) = defs.iter().find(|(_, f)| same(f)) {
                self.globals.define(*slot, function);
            }
        }
        Some(Ok(()))
    }
}

/// Where a def's first statement stands: with its name and program it says which def it is.
fn first_line(function: &Function) -> i128 {
    function.code.places.first().map_or(0, |p| p.span.line.into())
}

/// Every def of a program, also those inside others.
fn collect(code: &Code, defs: &mut Vec<(usize, Rc<Function>)>) {
    for op in &code.ops {
        if let Op::Define(slot, function) = op {
            defs.push((*slot, function.clone()));
            collect(&function.code, defs);
        }
    }
}

/// The nanoseconds of the calendar's clock, which all processes see.
fn since_epoch() -> i128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_nanos() as i128)
}

fn list(value: &Value) -> Option<Vec<Value>> {
    if let Value::List(items) = value { Some(items.to_vec()) } else { None }
}

fn int(value: &Value) -> Option<i128> {
    if let Value::Int(n) = value { Some(*n) } else { None }
}
