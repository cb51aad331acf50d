//! What is running and what a socket's queues hold: jobs, time, `inq`, `outq`, `atmark`, `state`.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use super::data::int_value;
use super::{Args, CLOSED, Command, Group, Kind, base, err, opt, req, some};
use crate::linux::state::State;
use crate::os::{fd, tcp};
use crate::value::{Failure, Holds, Reply, Value, text};
use crate::world::{On, Request, Step, Wait, Wake, World, sync};

/// How often it is looked whether a TCP state has come.
const STATE_AGAIN: Duration = Duration::from_millis(1);

/// The calls about what is ready and what is running.
pub(super) const COMMANDS: &[Command] = &[WAIT, JOBS, IS_ALIVE, CANCEL, SLEEP, NOW, INQ, OUTQ, ATMARK, STATE];

const WAIT: Command = Command {
    name: "wait",
    summary: "wait for background calls: gives the last one's result; or for an event: wait E [SECONDS]",
    notes: &["The error of a background call is wait's error: `expect ECONNREFUSED wait 1`."],
    params: &[some("JOB", Kind::JobOrTask)
        .or(super::sync::EVENT)
        .is("jobs' numbers; or an event and, if it has a limit, seconds")],
    results: &[("result", Holds::Another)],
    returns: "what the last of the calls gave",
    also: &["{JOB}.wait()", "{JOB}.wait({JOB})"],
    errors: &[err("Usage", "no job has that number"), err("Cancelled", "the call was cancelled")],
    example: "left, right = socketpair\ndata = recv left 100 &\nsend right hello\nwait 1",
    related: &["jobs", "cancel", "tasks", "event", "join"],
    run: wait,
    ..base(Group::Readiness)
};

const JOBS: Command = Command {
    name: "jobs",
    summary: "the background calls that are not done, and what each waits for",
    results: &[("jobs", Holds::Plain)],
    returns: "text, a line for each, when it is given a name; else they are shown",
    example: "left, right = socketpair\ndata = recv left 100 &\njobs\ncancel 1",
    related: &["wait", "cancel", "tasks"],
    run: |_, _| Ok(Step::Ask(Request::Jobs)),
    ..base(Group::Readiness)
};

const IS_ALIVE: Command = Command {
    name: "is_alive",
    summary: "whether a background call, a task or a process still runs",
    params: &[req("JOB", Kind::JobOrTask)],
    results: &[("alive", Holds::Plain)],
    returns: "true or false",
    also: &["{JOB}.is_alive()", "{JOB}.isAlive()"],
    errors: &[err("Usage", "it is no job's number, no task and no process")],
    example: "left, right = socketpair\ndata = recv left 100 &\nis_alive 1\nsend right hello\nwait 1\nis_alive 1",
    related: &["wait", "join", "jobs"],
    run: |_, args| Ok(Step::Ask(Request::IsAlive(args.take(0)))),
    ..base(Group::Readiness)
};

const CANCEL: Command = Command {
    name: "cancel",
    summary: "end a background call or a task where it waits; it fails with `Cancelled`",
    params: &[req("JOB", Kind::JobOrTask)],
    errors: &[err("Usage", "no background call, task or process that could be cancelled")],
    example: "left, right = socketpair\ndata = recv left 100 &\ncancel 1\nis_alive 1",
    related: &["wait", "jobs", "tasks", "Cancelled"],
    run: |_, args| Ok(Step::Ask(Request::Cancel(args.take(0)))),
    ..base(Group::Readiness)
};

const SLEEP: Command = Command {
    name: "sleep",
    summary: "wait that many seconds; everything else goes on meanwhile",
    params: &[req("SECONDS", Kind::Seconds).is("0 lets the others have a turn")],
    python: "time.sleep({SECONDS})",
    c: "usleep(100000);",
    man: "nanosleep(2)",
    errors: &[err("Usage", "none: a sleep has an end")],
    example: "sleep 0.1",
    related: &["now", "yield", "poll"],
    run: sleep,
    ..base(Group::Readiness)
};

const NOW: Command = Command {
    name: "now",
    summary: "seconds of a clock that only goes forward; to measure how long something took",
    results: &[("seconds", Holds::Moment)],
    returns: "seconds, with a fraction, since some moment before",
    python: "time.monotonic()",
    also: &["time.perf_counter()"],
    c: "clock_gettime(CLOCK_MONOTONIC, &now);",
    man: "clock_gettime(2)",
    example: "began = now\nsleep 0.1\nended = now\nlet took = $ended - $began\nassert $took >= 0.1",
    related: &["sleep"],
    run: now,
    ..base(Group::Readiness)
};

const INQ: Command = Command {
    name: "inq",
    summary: "how many bytes wait to be read (UDP: those of the next datagram)",
    params: &[req("S", Kind::Socket)],
    results: &[("count", Holds::Count)],
    returns: "bytes",
    python: "struct.unpack('i', fcntl.ioctl({S}, termios.FIONREAD, bytes(4)))[0]",
    c: "ioctl(s, SIOCINQ, &count);",
    man: "tcp(7)",
    errors: &[err("EINVAL", "a listening socket has no bytes to read"), CLOSED],
    example: "left, right = socketpair\nsend right hello\ninq left",
    related: &["outq", "recv", "MSG_PEEK"],
    run: |_, args| {
        let kept = args.socket(0)?.shared.kept.len();
        told(args, fd::inq).map(|count| int_value(count + kept).into())
    },
    ..base(Group::Readiness)
};

const OUTQ: Command = Command {
    name: "outq",
    summary: "how many bytes were sent that the peer has not acknowledged (AF_UNIX: memory in use)",
    params: &[req("S", Kind::Socket)],
    results: &[("count", Holds::Count)],
    returns: "bytes; 0 when the peer has acknowledged all",
    python: "struct.unpack('i', fcntl.ioctl({S}, termios.TIOCOUTQ, bytes(4)))[0]",
    c: "ioctl(s, SIOCOUTQ, &count);",
    man: "tcp(7)",
    errors: &[err("EINVAL", "a listening socket sends nothing"), CLOSED],
    example: "left, right = socketpair\noutq left",
    related: &["inq", "send", "TCP_INFO"],
    run: |_, args| told(args, fd::outq).map(|count| int_value(count).into()),
    ..base(Group::Readiness)
};

const ATMARK: Command = Command {
    name: "atmark",
    summary: "whether the urgent byte is the next to be read",
    params: &[req("S", Kind::Socket)],
    results: &[("atmark", Holds::Plain)],
    returns: "true or false",
    python: "struct.unpack('i', fcntl.ioctl({S}, 0x8905, bytes(4)))[0] == 1",
    c: "sockatmark(s)",
    man: "sockatmark(3)",
    errors: &[err("ENOTTY", "the socket has no urgent data: only streams have"), CLOSED],
    example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
              conn, addr = accept srv\nsend cli ab\nsend cli ! MSG_OOB\npoll conn PRI 1\nrecv conn 100\natmark conn",
    related: &["MSG_OOB", "SO_OOBINLINE"],
    run: |_, args| told(args, fd::atmark).map(|there| Value::Bool(there).into()),
    ..base(Group::Readiness)
};

const STATE: Command = Command {
    name: "state",
    summary: "the TCP state of a socket as the kernel calls it; with STATE, waits until it is that, SECONDS at most",
    notes: &["In Python it is a number: ESTABLISHED is 1, and so on in the order of `help ESTABLISHED`."],
    params: &[
        req("S", Kind::Socket),
        opt("STATE", Kind::State).is("wait until it is that: ESTABLISHED, CLOSE_WAIT, ..."),
        opt("SECONDS", Kind::Seconds).is("at most so long; no limit when left out"),
    ],
    results: &[("state", Holds::Plain)],
    returns: "the state's name, as text",
    python: "{S}.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]",
    c: "struct tcp_info i; getsockopt(s, IPPROTO_TCP, TCP_INFO, &i, &len); i.tcpi_state",
    man: "tcp(7)",
    errors: &[
        err("EOPNOTSUPP", "an AF_UNIX or UDP socket has no TCP state"),
        err("ENOPROTOOPT", "a UDP socket over IPv6 has no TCP state"),
        CLOSED,
    ],
    example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
              conn, peer = accept srv\nstate conn\nshutdown cli wr\nstate cli FIN_WAIT2 2\nstate conn CLOSE_WAIT 2",
    related: &["TIME_WAIT", "ESTABLISHED", "getsockopt", "TCP_INFO", "close"],
    run: state,
    ..base(Group::Readiness)
};

/// The seconds in that place, or the default when they were left out; `None` is for ever.
pub(super) fn limit(args: &Args, i: usize, default: Option<f64>) -> Result<Option<Duration>, Failure> {
    let seconds = if args.has(i) { args.seconds(i)? } else { default };
    Ok(seconds.map(fd::seconds))
}

fn wait(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    if let Some(event) = args.value(0).downcast_rc() {
        return sync::wait_event(world, &event, args.seconds(1)?.map(fd::seconds));
    }
    let jobs = (0..args.0.len())
        .map(|i| {
            let n = args.int(i)?;
            u64::try_from(n).map_err(|_| Failure::usage(format!("a job's number counts from 1, this is {n}")).at(i))
        })
        .collect::<Result<_, _>>()?;
    Ok(Step::Ask(Request::WaitJobs(jobs)))
}

fn sleep(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let Some(seconds) = args.seconds(0)? else {
        return Err(Failure::usage("sleep needs a number of seconds").at(0));
    };
    if seconds == 0.0 {
        return Ok(Step::Ask(Request::Yield(None)));
    }
    let wait = Wait { on: On::Time, limit: Some(fd::seconds(seconds)), again: None, what: "its time" };
    let resume = |_: &mut World, wake| (wake == Wake::Expired).then_some(Ok(Step::Done(Reply::Nothing)));
    Ok(Step::Park(wait, Box::new(resume)))
}

fn now(world: &mut World, _: &mut Args) -> Result<Step, Failure> {
    Ok(Value::Float(world.clock.time().as_secs_f64()).into())
}

/// What the kernel tells of the socket in the first place.
fn told<T>(args: &Args, ask: impl FnOnce(BorrowedFd<'_>) -> Result<T, i32>) -> Result<T, Failure> {
    ask(args.socket(0)?.fd()?.as_fd()).map_err(Failure::os)
}

fn state(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let awaited = if args.has(1) { Some(awaited(args)?) } else { None };
    let limit = limit(args, 2, None)?;
    let look = {
        let socket = socket.clone();
        move || tcp::state(socket.fd()?.as_fd()).map_err(Failure::os)
    };
    let name = |state: Option<State>| Value::text(state.map_or("UNKNOWN", State::name));
    let now = look()?;
    if awaited.is_none_or(|a| now == Some(a)) || limit == Some(Duration::ZERO) {
        return Ok(name(now).into());
    }
    let resume = move |_: &mut World, wake| match look() {
        Ok(now) if now == awaited || wake == Wake::Expired => Some(Ok(name(now).into())),
        Ok(_) => None,
        Err(failure) => Some(Err(failure)),
    };
    // The kernel signals no change of state as such.
    let wait = Wait { on: On::Socket(socket), limit, again: Some(STATE_AGAIN), what: "another TCP state" };
    Ok(Step::Park(wait, Box::new(resume)))
}

/// The state that a call waits for.
fn awaited(args: &Args) -> Result<State, Failure> {
    let word = args.text(1)?;
    let tcp = || State::ALL.iter().filter(|(state, _)| *state < State::NewSynRecv);
    if let Some((state, _)) = tcp().find(|(_, name)| *name == word) {
        return Ok(*state);
    }
    let failure = Failure::usage(format!("`{word}` is no TCP state")).at(1);
    Err(match text::nearest(&word, tcp().map(|(_, name)| *name)) {
        Some(near) => failure.note(format!("did you mean {near}?")),
        None => failure.note(format!("one of: {}", tcp().map(|(_, name)| *name).collect::<Vec<_>>().join(" "))),
    })
}
