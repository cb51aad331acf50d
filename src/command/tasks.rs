//! Tasks: starting, joining, taking turns.

use super::{Arg, Args, Command, Group, Kind, opt, req, some};
use crate::os::fd;
use crate::value::{Failure, Value};
use crate::world::{Request, Step, World};

fn spawn(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let mut values = args.0.drain(..).filter_map(|a| if let Arg::Value(v) = a { Some(v) } else { None }).peekable();
    let daemon = values.next_if(|v| *v == Value::text("-d")).is_some();
    let name = values.next().ok_or_else(|| Failure::usage("the name of a def is missing"))?;
    Ok(Step::Ask(Request::Spawn { daemon, name: name.to_string().into(), args: values.collect() }))
}

fn join(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let limit = args.seconds(1)?.map(fd::seconds);
    Ok(Step::Ask(Request::Join(args.take(0), limit)))
}

fn turn(_: &mut World, _: &mut Args) -> Result<Step, Failure> {
    Ok(Step::Ask(Request::Yield))
}

fn tasks(_: &mut World, _: &mut Args) -> Result<Step, Failure> {
    Ok(Step::Ask(Request::Tasks))
}

fn current_task(_: &mut World, _: &mut Args) -> Result<Step, Failure> {
    Ok(Step::Ask(Request::CurrentTask))
}

/// The calls of this group.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "spawn",
        aliases: &[],
        group: Group::Tasks,
        summary: "start a def as a task of its own; with -d it ends with the main task",
        params: &[some("[-d] NAME ARGS", Kind::Any)],
        results: &["task"],
        python: "t = threading.Thread(target=name, args=(...)); t.start()",
        c: "pthread_create(&t, NULL, name, arg)",
        man: "pthread_create(3)",
        errors: &[("Unbound", "nothing is defined by that name"), ("Usage", "too few or too many arguments")],
        example: "def hello who\n  print \"hello $who\"\nend\nt = spawn hello world\njoin t",
        run: spawn,
    },
    Command {
        name: "join",
        aliases: &[],
        group: Group::Tasks,
        summary: "wait until a task or a process has ended, at most that many seconds",
        params: &[req("T", Kind::Task), opt("SECONDS", Kind::Seconds)],
        results: &[],
        python: "t.join(seconds)",
        c: "pthread_join(t, NULL)",
        man: "pthread_join(3)",
        errors: &[("Usage", "it is neither a task nor a process"), ("Deadlock", "a task cannot wait for its own end")],
        example: "def nap\n  sleep 0.01\nend\nt = spawn nap\njoin t",
        run: join,
    },
    Command {
        name: "yield",
        aliases: &[],
        group: Group::Tasks,
        summary: "let every other task that can run go first",
        params: &[],
        results: &[],
        python: "await asyncio.sleep(0)",
        c: "sched_yield()",
        man: "sched_yield(2)",
        errors: &[],
        example: "yield",
        run: turn,
    },
    Command {
        name: "tasks",
        aliases: &[],
        group: Group::Tasks,
        summary: "list the tasks: where each stands and what it waits for",
        params: &[],
        results: &[],
        python: "threading.enumerate()",
        c: "",
        man: "",
        errors: &[],
        example: "tasks",
        run: tasks,
    },
    Command {
        name: "current_task",
        aliases: &[],
        group: Group::Tasks,
        summary: "the task that runs this line",
        params: &[],
        results: &["task"],
        python: "threading.current_thread()",
        c: "pthread_self()",
        man: "pthread_self(3)",
        errors: &[],
        example: "me = current_task",
        run: current_task,
    },
];
