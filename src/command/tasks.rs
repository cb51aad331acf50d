//! Tasks: starting, joining, taking turns.

use super::args::{Arg, expected};
use super::{Args, Command, Group, Kind, Param, base, err, kinds, opt, req, search, some};
use crate::os::fd;
use crate::value::{Failure, Holds, Value, text};
use crate::world::sync::{self, Pool};
use crate::world::{DefCall, Given, Request, Step, World};

/// The longest name of a task or process, in characters.
const TITLE_MAX: usize = 60;

/// Whether `-d` stands before the name of a def, `-n` with what it is to be called, the name, and its arguments.
pub(super) fn start_of_def(args: &mut Args) -> Result<(bool, DefCall), Failure> {
    let (mut at, mut daemon, mut title) = (0, false, None);
    while args.has(at) {
        match args.value(at) {
            Value::Text(word) if **word == *"-d" => daemon = true,
            Value::Text(word) if **word == *"-n" && args.has(at + 1) => {
                at += 1;
                let name = args.value(at).to_string();
                let fits = (1..=TITLE_MAX).contains(&name.chars().count()) && name.chars().all(text::is_plain);
                if !fits {
                    return Err(Failure::usage(format!("a name is one line of 1 to {TITLE_MAX} characters")).at(at));
                }
                title = Some(name.into());
            }
            _ => break,
        }
        at += 1;
    }
    let call = def_call(args, at)?;
    Ok((daemon, DefCall { title, ..call }))
}

fn spawn(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    start_of_def(args).map(|(daemon, call)| Step::Ask(Request::Spawn(daemon, call)))
}

fn join(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    if let Value::Text(_) | Value::Bytes(_) = args.value(0) {
        return search::joined(args).map(Step::from);
    }
    let limit = match kinds::fit(Kind::Seconds, args.take(1)).map_err(|f| f.at(1))? {
        Arg::Value(seconds) => seconds.number().map(fd::seconds),
        _ => None,
    };
    if let Some(queue) = args.value(0).downcast_rc() {
        return sync::join_queue(world, &queue, limit);
    }
    Ok(Step::Ask(Request::Join(args.take(0), limit)))
}

/// The name of a def and its arguments, from those words on.
fn def_call(args: &mut Args, from: usize) -> Result<DefCall, Failure> {
    let mut given = args.0.drain(from.min(args.0.len())..).map(Given::from);
    let name = given.next().ok_or_else(|| Failure::usage("the name of a def is missing"))?;
    Ok(DefCall { name: name.value.to_string().into(), title: None, args: given.collect(), before: from + 1 })
}

fn submit(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let pool = args.value(0).downcast_rc::<Pool>().ok_or_else(|| expected(0, "a pool", args.value(0)))?;
    Ok(Step::Ask(Request::Submit(pool, def_call(args, 1)?)))
}

const DEF: Param =
    some("NAME ARGS", Kind::Def).is("a def's name, and what it is called with, by place or as PARAM=VALUE");

/// What is waited for.
const JOINED: &[&str] = &["a task", "a process", "a queue", "a queue between processes"];

/// The calls of this group.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "spawn",
        summary: "start a def as a task of its own; with -d it ends with the main task",
        notes: &[
            "Tasks give way only where a call waits, at sleep and at yield: between those a task runs alone, and the \
             order is the same in every run.",
        ],
        params: &[some("[-d] [-n TITLE] NAME ARGS", Kind::Def)
            .is("a def's name, and what it is called with, by place or as PARAM=VALUE; TITLE is what the task is called, else it is the def's name and a number")],
        results: &[("task", Holds::Live)],
        returns: "the task",
        python: "t = threading.Thread(target=NAME, args=(ARGS, ...)); t.start()",
        c: "pthread_create(&t, NULL, name, arg);",
        man: "pthread_create(3)",
        errors: &[err("Unbound", "nothing is defined by that name"), err("Usage", "too few or too many arguments")],
        example: "def hello who\n  print \"hello $who\"\nend\nt = spawn hello world\njoin t",
        related: &["join", "tasks", "yield", "cancel", "process", "lock"],
        run: spawn,
        ..base(Group::Tasks)
    },
    Command {
        name: "join",
        summary: "wait until a task or a process has ended; until every entry of a queue is done; or join texts with SEP",
        notes: &[
            "`join SEP LIST` is Python's SEP.join(LIST): the texts of a list in one, with SEP between them. SEP is in \
             quotes, or a name that holds text: `join \", \" $parts`.",
        ],
        params: &[
            req("T", Kind::ThingOrText).or(JOINED).is("a task, a process or a queue, or SEP in quotes"),
            opt("SECONDS", Kind::Any).is("at most so long, without a limit when left out; of SEP, the list"),
        ],
        results: &[("...", Holds::Another)],
        returns: "what the task returned, or the text",
        python: "{T}.join(<{SECONDS}>)",
        also: &["T.join(timeout=SECONDS)"],
        c: "pthread_join(t, NULL);",
        man: "pthread_join(3)",
        errors: &[
            err("Usage", "it is neither a task nor a process"),
            err("Deadlock", "a task cannot wait for its own end"),
        ],
        example: "def nap\n  sleep 0.01\nend\nt = spawn nap\njoin t\nwords = list GET / HTTP/1.1\njoin \" \" $words",
        related: &["spawn", "is_alive", "task_done", "process", "split"],
        run: join,
        ..base(Group::Tasks)
    },
    Command {
        name: "yield",
        summary: "let every other task that can run go first; in a coroutine, give VALUE to who resumed it",
        params: &[opt("VALUE", Kind::Any).is("what who resumed the coroutine gets")],
        results: &[("sent", Holds::Another)],
        returns: "in a coroutine: what it was resumed with",
        python: "x = yield VALUE",
        c: "sched_yield();",
        man: "sched_yield(2)",
        errors: &[err("Usage", "only a coroutine can yield a value")],
        example: "yield",
        related: &["resume", "coroutine", "spawn"],
        run: |_, args| Ok(Step::Ask(Request::Yield(args.has(0).then(|| args.take(0))))),
        ..base(Group::Tasks)
    },
    Command {
        name: "coroutine",
        summary: "make a coroutine of a def; it runs only when it is resumed, to its next yield",
        notes: &["It is Python's generator: `resume C` is c.send(None), or next(c)."],
        params: &[DEF],
        results: &[("coroutine", Holds::Live)],
        returns: "the coroutine",
        python: "c = NAME(ARGS, ...)",
        errors: &[err("Unbound", "nothing is defined by that name"), err("Usage", "too few or too many arguments")],
        example: "def count\n  yield 1\n  yield 2\nend\nc = coroutine count\nresume c\nresume c",
        related: &["resume", "yield", "spawn"],
        run: |_, args| def_call(args, 0).map(|call| Step::Ask(Request::Coroutine(call))),
        ..base(Group::Tasks)
    },
    Command {
        name: "resume",
        summary: "run a coroutine to its next yield, whose value it gives; VALUE is what its last yield gives inside",
        params: &[
            req("C", Kind::Thing).or(&["a coroutine"]),
            opt("VALUE", Kind::Any).is("what its yield gives; none when left out"),
        ],
        results: &[("value", Holds::Another)],
        returns: "what it yielded",
        python: "C.send(VALUE)",
        also: &["next(C)"],
        errors: &[err("Empty", "the coroutine has ended"), err("Usage", "it is no coroutine, or runs already")],
        example: "def echo\n  x = yield ready\n  yield $x\nend\nc = coroutine echo\nresume c\nresume c hello",
        related: &["coroutine", "yield"],
        run: |_, args| Ok(Step::Ask(Request::Resume(args.take(0), args.take(1)))),
        ..base(Group::Tasks)
    },
    Command {
        name: "submit",
        summary: "have a pool run a def as soon as a worker is free",
        params: &[req("P", Kind::Thing).or(&["a pool"]), DEF],
        results: &[("task", Holds::Live)],
        returns: "the task",
        python: "P.submit(NAME, ARGS, ...)",
        also: &["P.apply_async(NAME, (ARGS, ...))"],
        errors: &[err("Unbound", "nothing is defined by that name"), err("Usage", "the pool was shut down")],
        example: "def work n\n  print \"job $n\"\nend\np = pool 1\nsubmit p work 1\nsubmit p work 2\nshutdown p",
        related: &["pool", "join", "shutdown"],
        run: submit,
        ..base(Group::Tasks)
    },
    Command {
        name: "tasks",
        summary: "list the tasks: where each stands and what it waits for",
        python: "threading.enumerate()",
        example: "tasks",
        related: &["spawn", "current_task", "jobs"],
        run: |_, _| Ok(Step::Ask(Request::Tasks)),
        ..base(Group::Tasks)
    },
    Command {
        name: "current_task",
        summary: "the task that runs this line",
        results: &[("task", Holds::Live)],
        returns: "the task",
        python: "threading.current_thread()",
        also: &["threading.currentThread()"],
        c: "pthread_self();",
        man: "pthread_self(3)",
        example: "me = current_task",
        related: &["tasks", "spawn"],
        run: |_, _| Ok(Step::Ask(Request::CurrentTask)),
        ..base(Group::Tasks)
    },
];
