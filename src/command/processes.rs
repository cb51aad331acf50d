//! Processes: real ones, each with its own copy of the data, and a queue between them.

use std::rc::Rc;

use super::args::expected;
use super::tasks::start_of_def;
use super::{Args, Command, Group, Kind, KnownError, Param, base, err, opt, req, some};
use crate::os::process::{self as os, Prints};
use crate::value::table::{Column, holds, plain};
use crate::value::{Failure, Holds, Reply, Table, Value};
use crate::world::{Process, Request, Step, World, process as world};

fn start(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    start_of_def(args).map(|(daemon, call)| Step::Ask(Request::Process(daemon, call)))
}

fn process(args: &Args, i: usize) -> Result<Rc<Process>, Failure> {
    let value = args.value(i);
    value.downcast_rc().ok_or_else(|| expected(i, "a process", value))
}

/// The id of a process that is given by its handle or by that id.
fn process_id(args: &Args, i: usize) -> Result<i32, Failure> {
    if let Value::Int(n) = args.value(i) {
        return i32::try_from(*n).map_err(|_| Failure::usage(format!("{n} is no process id")).at(i));
    }
    process(args, i).map(|p| p.pid)
}

fn number(n: i32) -> Step {
    Value::Int(n.into()).into()
}

fn getppid(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    if !args.has(0) {
        return Ok(number(os::parent()));
    }
    let asked = process_id(args, 0)?;
    match os::look(asked) {
        Some((_, parent)) => Ok(number(parent)),
        None => Err(Failure::os(libc::ESRCH).at(0)),
    }
}

/// The child that is given by its handle or by its id.
fn child(world: &World, args: &Args) -> Result<Rc<Process>, Failure> {
    let Value::Int(pid) = args.value(0) else { return process(args, 0) };
    world.family.child(*pid).ok_or_else(|| {
        Failure::usage(format!("no child of this process has the id {pid}"))
            .note("`ps` lists those that there are")
            .at(0)
    })
}

fn signal(world: &World, args: &Args, number: i32) -> Result<Step, Failure> {
    child(world, args)?.signal(number)?;
    Ok(Step::Done(Reply::Nothing))
}

const CHILDREN: &[Column] =
    &[holds("pid", Holds::Pid), holds("parent", Holds::Pid), plain("name"), plain("state"), plain("daemon")];

/// The children as rows.
fn list(world: &mut World, _: &mut Args) -> Result<Step, Failure> {
    let row = |child: &Rc<Process>| {
        let parent = os::look(child.pid).map_or(Value::None, |(_, parent)| Value::Int(parent.into()));
        let daemon = if child.daemon { Value::Bool(true) } else { Value::None };
        vec![Value::Int(child.pid.into()), parent, Value::text(&*child.name), Value::text(child.state()), daemon]
    };
    let rows = world.family.children().filter(|child| !child.is_gone()).map(row).collect();
    let table = Table { columns: CHILDREN, rows, empty: "no child processes".into() };
    let value = table.to_value();
    Ok(Step::Ask(Request::Rows(table, value)))
}

fn procstate(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let state = match args.value(0).downcast::<Process>() {
        Some(child) => child.state(),
        None => world::state(process_id(args, 0)?),
    };
    Ok(Value::text(state).into())
}

/// The words for what SIGPIPE does; Python's names for them are understood.
const DEFAULT: &str = "default";
const IGNORE: &str = "ignore";

fn disposition(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let number = args.value(0) == &Value::Int(libc::SIGPIPE.into());
    if args.text(0)? != "SIGPIPE" && !number {
        return Err(Failure::usage("SIGPIPE is the only signal whose effect can be chosen")
            .note("SIGINT gives up the call that waits, SIGTERM ends sockpit: help signals")
            .at(0));
    }
    let dies = match &*args.text(1)? {
        DEFAULT | "SIG_DFL" => true,
        IGNORE | "SIG_IGN" => false,
        other => return Err(Failure::usage(format!("{DEFAULT} or {IGNORE} is needed here, not `{other}`")).at(1)),
    };
    // What a person types at is no program that a broken connection may end.
    if dies && !matches!(world.children_print, Prints::Here) {
        return Err(Failure::usage("the prompt would die of it")
            .note("in a script it holds, and in a child: a def that says so itself, run by process")
            .at(1));
    }
    let died = os::die_of_sigpipe(dies).map_err(Failure::os)?;
    Ok(Value::text(if died { DEFAULT } else { IGNORE }).into())
}

fn make_queue(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let max = if args.has(0) { args.size(0)? } else { 0 };
    let max =
        u32::try_from(max).map_err(|_| Failure::usage(format!("a queue takes up to {} values", u32::MAX)).at(0))?;
    Ok(Value::Handle(world.mpqueue(max)?).into())
}

const BASE: Command = Command { params: &[req("P", Kind::Process)], ..base(Group::Processes) };

const CHILD: Param = req("P", Kind::ProcessOrPid).is("a child process, or its id");
const NO_CHILD: KnownError = err("Usage", "it is no child of this process: others are none of sockpit's business");

/// The calls of this group.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "process",
        summary: "start a def in a process of its own, with its own copy of the data; with -d it ends with the main \
                  task",
        params: &[some("[-d] [-n TITLE] NAME ARGS", Kind::Def)
            .is("a def's name, and what it is called with, by place or as PARAM=VALUE: values, sockets, pipes' ends; TITLE is what the process is called, else it is the def's name and a number")],
        results: &[("process", Holds::Live)],
        returns: "the process",
        python: "p = multiprocessing.Process(target=NAME, args=(ARGS, ...)); p.start()",
        notes: &[
            "It is not fork: this program is started anew (posix_spawn, which is clone and execve), with the defs, the names' \
             values and the arguments in a file in memory, and calls the def; no other line is run again. The child's own \
             changes stay there. A pidfd tells when it ends. `help fork` says more.",
            "A socket or a pipe's end among the arguments, by its value ($srv) or in a list, is passed with SCM_RIGHTS and is the child's from \
             the start: both have the same connection or listener open, so it ends only when both have closed it, and several \
             children can accept from one listener. O_NONBLOCK comes along, a timeout does not: as with Python's start method \
             spawn.",
        ],
        c: "posix_spawn(&pid, \"/proc/self/exe\", NULL, NULL, argv, environ); int fd = pidfd_open(pid, 0);",
        man: "posix_spawn(3)",
        errors: &[
            err("Unbound", "nothing is defined by that name"),
            err("Usage", "too few or too many arguments, or one that is alive and stays: a file, a task, a lock"),
            err("EBADF", "a socket among the arguments is closed"),
            err("Assert", "a daemon process may have no children"),
            err("EAGAIN", "the system has no room for one more process"),
        ],
        example: "def task name\n  print \"task is running $name\"\nend\np = process task jason\njoin p\nexitcode p",
        related: &["join", "exitcode", "terminate", "mpqueue", "spawn"],
        run: start,
        ..BASE
    },
    Command {
        name: "pid",
        summary: "the id of a child process",
        results: &[("pid", Holds::Pid)],
        returns: "a number",
        python: "P.pid",
        c: "pid_t pid; posix_spawn(&pid, path, NULL, NULL, argv, environ);",
        man: "posix_spawn(3)",
        example: "def task\nend\np = process task\nn = pid p\njoin p",
        related: &["getpid", "getppid", "process"],
        run: |_, args| Ok(number(process(args, 0)?.pid)),
        ..BASE
    },
    Command {
        name: "getpid",
        summary: "the id of this process",
        params: &[],
        results: &[("pid", Holds::Pid)],
        returns: "a number",
        python: "os.getpid()",
        also: &["multiprocessing.current_process().pid"],
        c: "getpid();",
        man: "getpid(2)",
        example: "me = getpid",
        related: &["getppid", "pid"],
        run: |_, _| Ok(number(os::id())),
        ..BASE
    },
    Command {
        name: "getppid",
        summary: "the id of this process's parent (or of another's, as the kernel shows it now)",
        params: &[opt("P", Kind::ProcessOrPid).is("a process or the id of one; this one when left out")],
        results: &[("pid", Holds::Pid)],
        returns: "a number",
        python: "os.getppid()",
        c: "getppid();",
        man: "getppid(2)",
        errors: &[err("ESRCH", "there is no such process any more")],
        example: "parent = getppid\nme = getpid\ndef task\nend\np = process task\nmine = getppid p\n\
                  assert $mine == $me\njoin p",
        related: &["getpid", "pid", "procstate"],
        run: getppid,
        ..BASE
    },
    Command {
        name: "terminate",
        summary: "ask a child process to end with SIGTERM; its exit code is then -15",
        python: "P.terminate()",
        c: "kill(pid, SIGTERM);",
        man: "kill(2)",
        example: "def nap\n  sleep 60\nend\np = process nap\nterminate p\njoin p\nexitcode p",
        related: &["kill", "exitcode", "join", "process"],
        params: &[CHILD],
        errors: &[NO_CHILD],
        run: |world, args| signal(world, args, libc::SIGTERM),
        ..BASE
    },
    Command {
        name: "kill",
        summary: "end a child process at once with SIGKILL; its exit code is then -9",
        python: "P.kill()",
        c: "kill(pid, SIGKILL);",
        man: "kill(2)",
        example: "def busy\n  loop\n  end\nend\np = process busy\nkill p\njoin p\nexitcode p",
        related: &["terminate", "exitcode", "join"],
        params: &[CHILD],
        errors: &[NO_CHILD],
        elsewhere: &["taskkill"],
        run: |world, args| signal(world, args, libc::SIGKILL),
        ..BASE
    },
    Command {
        name: "ps",
        elsewhere: &["tasklist"],
        summary: "list the child processes of this one, with their ids and states",
        params: &[],
        results: &[("rows", Holds::Plain)],
        returns: "a list of the rows, when it is given a name; else they are shown",
        notes: &["One that has ended stays as a zombie until somebody asks how it ended: join, exitcode, is_alive."],
        also: &["multiprocessing.active_children()"],
        man: "ps(1)",
        example: "def nap\n  sleep 60\nend\np = process nap\nps\nkill p\njoin p\nps",
        related: &["process", "procstate", "kill", "pid"],
        run: list,
        ..BASE
    },
    Command {
        name: "exitcode",
        summary: "how a child process ended (none while it runs, 0, 1 after an error, -15 after SIGTERM)",
        results: &[("code", Holds::Plain)],
        returns: "a number; none while it runs",
        python: "P.exitcode",
        c: "waitpid(pid, &status, WNOHANG); code = WEXITSTATUS(status);",
        man: "waitpid(2)",
        example: "def fail\n  quit 3\nend\np = process fail\njoin p\ncode = exitcode p\nassert $code == 3",
        related: &["join", "terminate", "process"],
        run: |_, args| Ok(process(args, 0)?.exit_code().map_or(Value::None, |n| Value::Int(n.into())).into()),
        ..BASE
    },
    Command {
        name: "procstate",
        summary: "a process's state as the kernel shows it (running sleeping zombie stopped gone)",
        params: &[req("P", Kind::ProcessOrPid)],
        results: &[("state", Holds::Plain)],
        returns: "text",
        man: "proc_pid_stat(5)",
        example: "def task\nend\np = process task\njoin p\nstate = procstate p\nassert $state == gone",
        related: &["process", "join", "exitcode"],
        run: procstate,
        ..BASE
    },
    Command {
        name: "signal",
        summary: "choose whether SIGPIPE ends this process (default, ignore)",
        notes: &[
            "Every process of sockpit begins with SIGPIPE ignored, as in Python: send then fails with EPIPE. A program in C \
             begins with the default, and dies of the first send after the peer is gone, unless that says MSG_NOSIGNAL. The \
             parent sees the exit code -13.",
            "At a prompt the default is refused, for the prompt would die of it.",
        ],
        params: &[
            req("SIGNAL", Kind::Text).is("SIGPIPE"),
            req("EFFECT", Kind::Text).is("default or ignore; SIG_DFL and SIG_IGN are understood"),
        ],
        results: &[("before", Holds::Plain)],
        returns: "what it was before: default or ignore",
        python: "signal.signal(signal.SIGPIPE, signal.SIG_DFL)",
        also: &["signal.signal(signal.SIGPIPE, signal.SIG_IGN)"],
        c: "signal(SIGPIPE, SIG_DFL);",
        man: "signal(7)",
        errors: &[err("Usage", "another signal, another effect, or the default at a prompt")],
        example: "def writer\n  signal SIGPIPE default\n  a, b = socketpair\n  close b\n  send a x\nend\n\
                  p = process writer\njoin p\ncode = exitcode p\nassert $code == -13",
        related: &["EPIPE", "MSG_NOSIGNAL", "exitcode", "process", "signals"],
        run: disposition,
        ..BASE
    },
    Command {
        name: "mplock",
        summary: "make a lock between processes; one of all that know it holds it at a time",
        params: &[],
        results: &[("lock", Holds::Live)],
        returns: "the lock",
        notes: &["Who waits for it gets it in an order that is the system's affair. Any process may release it; one that dies \
                  while it holds it leaves it taken, and all that wait for it wait for ever: release stands in a finally."],
        python: "multiprocessing.Lock()",
        c: "sem_init(sem, 1, 1);",
        man: "sem_overview(7)",
        errors: &[err("EMFILE", "too many open files")],
        example: "m = mplock\ndef task m\n  acquire m\n  print mine\n  release m\nend\np = process task $m\nq = process task $m\n\
                  join p\njoin q",
        related: &["acquire", "release", "lock", "process", "mpqueue"],
        run: |world, _| Ok(Value::Handle(world.mplock()?).into()),
        ..BASE
    },
    Command {
        name: "mpqueue",
        summary: "a queue between processes; for any number of values, or for at most MAX",
        params: &[opt("MAX", Kind::Size).is("how many values it takes; no limit when left out")],
        results: &[("queue", Holds::Live)],
        returns: "the queue",
        python: "multiprocessing.Queue(MAX)",
        man: "unix(7)",
        example: "q = mpqueue 3\ndef product q\n  put q 111\nend\np = process product $q\nv = get q\njoin p",
        related: &["put", "get", "process", "queue"],
        run: make_queue,
        ..BASE
    },
];
