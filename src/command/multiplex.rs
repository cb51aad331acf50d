//! Which of several sockets are ready: `poll` and `select`.

use std::os::fd::AsFd;
use std::rc::Rc;
use std::time::Duration;

use super::args::expected;
use super::readiness::limit;
use super::{Arg, Args, CLOSED, Command, Group, Kind, Param, base, err, named, opt, req, rest};
use crate::linux::constants;
use crate::os::{fd, readiness};
use crate::value::{Failure, Holds, Reply, Value};
use crate::world::{On, Socket, Step, Target, Wait, Wake, World, pair};

/// The calls of this file.
pub(super) const COMMANDS: &[Command] = &[POLL, SELECT];

const POLL: Command = Command {
    name: "poll",
    summary: "the events that are there: IN, PRI, OUT, ERR, HUP, RDHUP; waits up to SECONDS for one (0 if left out)",
    notes: &[
        "IN: recv or accept will not wait (also at the end of the stream). OUT: send has room, or a connect is \
         decided. RDHUP: the peer sends no more. HUP: both directions are over. ERR: SO_ERROR or MSG_ERRQUEUE \
         holds an error.",
        "Several at once: `poll a:IN,b:IN|OUT 1`, each with events of its own, or `poll $clients IN 1` with a list of \
         sockets, or of pairs (`list $s IN`). Of several it gives a list: `for one in $ready`, and each has \
         `${one.socket}` and `${one.events}`; `if ${one.events} & HUP` asks for one of them.",
    ],
    params: &[
        req("S", Kind::Watched).or(&OTHERS).is(
            "a socket, an epoll, a file, an end of a pipe, a process (IN: it has ended), a descriptor's number; or several: \
             with commas between, a:IN with events of its own, or a list of sockets or of pairs of a socket and events",
        ),
        opt("EVENTS", Kind::PollEvents).is(
            "which to ask for, joined with |: IN, OUT, PRI, RDHUP; IN|PRI|OUT when left out. ERR, HUP and NVAL are \
             always told",
        ),
        opt("SECONDS", Kind::Limit).is("how long to wait for one; 0 when left out, none or less than 0 for ever"),
    ],
    results: &[("events", Holds::Plain)],
    returns: "the events that are there, as in IN|HUP, and empty text when the time is over; of several a list of those \
              that have some",
    python: "p = select.poll(); p.register({S}<, {EVENTS}>); p.poll(<1000 * {SECONDS}|0>)",
    c: "struct pollfd p[] = { { a, POLLIN }, { b, POLLOUT } }; poll(p, 2, 1000);",
    man: "poll(2)",
    errors: &[CLOSED],
    example: "left, right = socketpair\npoll left\nsend right hello\npoll left IN 1\npoll left:IN,right:IN|OUT\n\
              close right\npoll left IN|RDHUP 1",
    related: &["select", "epoll", "setblocking", "recv", "connect", "RDHUP", "HUP"],
    run: poll,
    ..base(Group::Readiness)
};

/// What can be watched besides sockets.
const OTHERS: [&str; 3] = ["an epoll", "a file", "a process"];

/// One of the sets of `select`.
const fn set(name: &'static str) -> Param {
    opt(name, Kind::Watched).or(&OTHERS)
}

const SELECT: Command = Command {
    name: "select",
    summary: "wait until one of several sockets is ready: gives three lists",
    notes: &[
        "Ready to be read: recv or accept would not wait: data, a connection, the end of the stream, or an error. To be \
         written: send has room, or a connect is decided.",
        "With W the result is three lists, as documented: `r, w, x = select $readers $writers none 1`. In the short form, of \
         single sockets or one list, it is the list of those that can be read: `ready = select a b timeout=1`.",
        "As in C and Python a descriptor from FD_SETSIZE (1024) on does not fit; poll and epoll take any. A list may have \
         processes, too, which can be read when they have ended, and descriptors by their numbers.",
    ],
    params: &[
        Param { need: super::Need::Required, ..set("R") }
            .is("those that are to be read: a list, several with commas between, one socket, or none"),
        set("W").is("those that are to be written, likewise"),
        set("X").is("those that may have urgent data, likewise"),
        opt("SECONDS", Kind::WatchedOrSeconds).is("how long to wait; 0 only looks, for ever when left out or none"),
        named("timeout", Kind::Seconds).is("seconds, in the short form; for ever when left out"),
        rest("S", Kind::Watched).is("more sockets, in the short form"),
    ],
    results: &[("ready", Holds::Plain)],
    returns: "three lists: what can be read, written, has urgent data; empty ones at the end of the time. In the short form \
              the first alone",
    python: "select.select({R[]}, {W[]}, {X[]}<, {SECONDS}>) || select.select({R[]}, [], []<, {TIMEOUT}>)[0] || \
             select.select([{R}, {W}<, {X}<, {SECONDS}<, {S}>>>], [], []<, {TIMEOUT}>)[0]",
    c: "FD_ZERO(&r); FD_SET(a, &r); FD_SET(b, &r); select(b + 1, &r, &w, NULL, &tv);",
    man: "select(2)",
    errors: &[
        err("EBADF", "one of the sockets is closed"),
        err("Usage", "a descriptor is 1024 or more: filedescriptor out of range in select()").cure("poll or epoll"),
    ],
    example: "left, right = socketpair\nselect left right timeout=0\nsend right hello\n\
              r, w, x = select left,right right none 1\nselect left right timeout=1",
    related: &["poll", "epoll", "recv", "accept"],
    run: select,
    ..base(Group::Readiness)
};

/// One that is watched: as it was given, what it is, and the events that are asked for.
type Watched = (Value, Target, i16);

/// The events in a number, if they are some.
fn events(number: i32, at: usize) -> Result<i16, Failure> {
    let bad = |_| Failure::usage(format!("{number} has bits that are no events")).at(at);
    u16::try_from(number).map(|events| events as i16).map_err(bad)
}

/// What a value says is to be watched.
fn one(world: &mut World, value: &Value, asked: i16, at: usize) -> Result<Watched, Failure> {
    match world.target(value).map_err(|failure| failure.at(at))? {
        Some(target) => {
            // A call that waits may hold it open still: to one that begins it is closed.
            target.fd()?;
            Ok((value.clone(), target, asked))
        }
        None => Err(expected(at, "a socket", value)),
    }
}

/// The same of an entry of a list, which may be a pair: a socket and events of its own.
fn entry(world: &mut World, value: &Value, asked: i16, at: usize) -> Result<Watched, Failure> {
    let (socket, own) = match value {
        Value::List(pair) if pair.len() == 2 => (pair.items()[0].clone(), pair.items()[1].clone()),
        Value::Object(fields) if fields.len() == 2 => (fields[0].1.clone(), fields[1].1.clone()),
        alone => return one(world, alone, asked, at),
    };
    match super::kinds::fit(Kind::PollEvents, own).map_err(|failure| failure.at(at))? {
        Arg::Value(Value::Int(n)) => one(world, &socket, events(i32::try_from(n).unwrap_or(-1), at)?, at),
        _ => one(world, &socket, asked, at),
    }
}

/// What the argument in a place says is to be watched. A number in another place than the first is rather meant as a time.
fn watched(world: &mut World, args: &Args, at: usize, asked: i16) -> Result<Vec<Watched>, Failure> {
    match args.value(at) {
        Value::None => Ok(Vec::new()),
        Value::List(list) => list.items().iter().map(|value| entry(world, value, asked, at)).collect(),
        number @ Value::Int(_) if at > 0 => Err(expected(at, Kind::Watched.noun(), number)),
        alone => Ok(vec![one(world, alone, asked, at)?]),
    }
}

/// The events of poll(2) that are there on one that is watched, beside what the kernel said. One that was closed while the
/// call waits is looked for by its number, and so found to be gone (POLLNVAL), when something happens to it or the time is over.
fn beside((_, target, asked): &Watched, wake: Wake) -> i16 {
    let Some(socket) = target.end() else { return 0 };
    if socket.is_held() {
        let looks = wake == Wake::Expired || socket.is_ready(*asked);
        return if looks { socket.at_its_number(*asked) } else { 0 };
    }
    // What a call took and keeps is as good as what the kernel has.
    if socket.shared.kept.is_empty() { 0 } else { asked & (libc::POLLIN | libc::POLLRDNORM) }
}

/// Whether its user gave it up, and only calls that wait have it.
fn is_held((_, target, _): &Watched) -> bool {
    target.end().is_some_and(|socket| socket.is_held())
}

/// The events of poll(2) that are there on each.
fn look(all: &[Watched], wake: Wake) -> Result<Vec<i16>, Failure> {
    if let [one @ (_, Target::End(socket), asked)] = all
        && !is_held(one)
    {
        let found = fd::poll(socket.fd()?.as_fd(), *asked).map_err(Failure::os)?;
        return Ok(vec![found | beside(one, wake)]);
    }
    let open = all.iter().filter(|one| !is_held(one));
    let asked = open.map(|(_, target, asked)| Ok((target.fd()?, *asked))).collect::<Result<Vec<_>, Failure>>()?;
    let mut found = readiness::poll(&asked).map_err(Failure::os)?.into_iter();
    let kernel = |one: &Watched| if is_held(one) { 0 } else { found.next().unwrap_or(0) };
    let kernel: Vec<i16> = all.iter().map(kernel).collect();
    Ok(all.iter().zip(kernel).map(|(one, found)| found | beside(one, wake)).collect())
}

/// Look, and look again at every wake until there is something to tell or the time is over, whatever the sockets'
/// modes are. `look` gives `None` when there is nothing yet, which `nothing` stands for at the end.
fn watch<F>(
    on: On,
    limit: Option<Duration>,
    what: &'static str,
    nothing: fn() -> Reply,
    mut look: F,
) -> Result<Step, Failure>
where
    F: FnMut(Wake) -> Result<Option<Reply>, Failure> + 'static,
{
    if let Some(found) = look(Wake::Ready)? {
        return Ok(Step::Done(found));
    }
    if limit == Some(Duration::ZERO) {
        return Ok(Step::Done(nothing()));
    }
    let resume = move |_: &mut World, wake| match look(wake) {
        Ok(Some(found)) => Some(Ok(Step::Done(found))),
        Ok(None) if wake == Wake::Ready => None,
        Ok(None) => Some(Ok(Step::Done(nothing()))),
        Err(failure) => Some(Err(failure)),
    };
    Ok(Step::Park(Wait { on, limit, again: None, what }, Box::new(resume)))
}

/// Where the news of these come from: each once.
fn places<'a>(all: impl Iterator<Item = &'a Watched>) -> On {
    let mut sockets: Vec<Rc<Socket>> = all.filter_map(|(_, target, _)| target.end().cloned()).collect();
    sockets.sort_by_key(|socket| socket.serial);
    sockets.dedup_by_key(|socket| socket.serial);
    match sockets.pop() {
        None => On::Time,
        Some(alone) if sockets.is_empty() => On::Socket(alone),
        Some(last) => {
            sockets.push(last);
            On::Sockets(sockets)
        }
    }
}

fn poll(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let asked = events(args.int32_or(1, i32::from(libc::POLLIN | libc::POLLPRI | libc::POLLOUT))?, 1)?;
    let limit = limit(args, 2, Some(0.0))?;
    let all = watched(world, args, 0, asked)?;
    let named = |found: i16| constants::POLL_EVENTS.join(i32::from(found as u16));
    let on = places(all.iter());
    if !matches!(args.value(0), Value::List(_) | Value::None) {
        let look = move |wake| {
            let found = look(&all, wake)?[0];
            Ok((found != 0).then(|| Value::text(named(found)).into()))
        };
        return watch(on, limit, "an event", || Value::text("").into(), look);
    }
    let look = move |wake| {
        let found = look(&all, wake)?;
        let there = all.iter().zip(found).filter(|(_, found)| *found != 0);
        let pairs: Vec<Value> = there.map(|((value, ..), found)| pair(value.clone(), named(found))).collect();
        Ok((!pairs.is_empty()).then(|| Value::list(pairs).into()))
    };
    watch(on, limit, "an event", || Value::list(Vec::new()).into(), look)
}

/// The events that a descriptor is asked for which stands in each of the sets.
const SETS: [i16; 3] = [libc::POLLIN, libc::POLLOUT, libc::POLLPRI];

fn select(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    const SECONDS: usize = 3;
    const TIMEOUT: usize = 4;
    let words = || (0..args.0.len()).filter(|at| *at != TIMEOUT && args.has(*at));
    let is_one = |at: usize| matches!(args.value(at), Value::Handle(_));
    let timed = args.has(SECONDS) && !is_one(SECONDS) && !matches!(args.value(SECONDS), Value::List(_));
    if timed || (!args.has(TIMEOUT) && args.has(1) && !words().all(is_one)) {
        if args.has(TIMEOUT) {
            return Err(Failure::usage("SECONDS is given twice").at(TIMEOUT));
        }
        if args.0.len() > TIMEOUT + 1 {
            return Err(Failure::usage("this word is one too many").at(TIMEOUT + 1));
        }
        let [r, w, x] = [0, 1, 2].map(|at| watched(world, args, at, SETS[at]));
        return three([r?, w?, x?], limit(args, SECONDS, None)?, || lists(Default::default()), lists);
    }
    let all = words()
        .map(|at| watched(world, args, at, SETS[0]))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect();
    let first = |[ready, ..]: [Vec<Value>; 3]| Value::list(ready).into();
    three([all, Vec::new(), Vec::new()], limit(args, TIMEOUT, None)?, || Value::list(Vec::new()).into(), first)
}

fn lists(found: [Vec<Value>; 3]) -> Reply {
    Reply::Many(found.map(Value::list).into())
}

/// select(2).
fn three(
    sets: [Vec<Watched>; 3],
    limit: Option<Duration>,
    nothing: fn() -> Reply,
    reply: fn([Vec<Value>; 3]) -> Reply,
) -> Result<Step, Failure> {
    let on = places(sets.iter().flatten());
    watch(on, limit, "one to be ready", nothing, move |wake| {
        let found = sort(&sets, wake)?;
        Ok(found.iter().any(|set| !set.is_empty()).then(|| reply(found)))
    })
}

/// Of each set those that are ready.
fn sort(sets: &[Vec<Watched>; 3], wake: Wake) -> Result<[Vec<Value>; 3], Failure> {
    let mut open = [const { Vec::new() }; 3];
    for (open, set) in open.iter_mut().zip(sets) {
        for (value, target, _) in set.iter().filter(|one| !is_held(one)) {
            let fd = target.fd()?;
            // The kernel passes over numbers that its table of descriptors has not grown to.
            if matches!(target, Target::Number(_, None)) && readiness::poll(&[(fd, 0)]) == Ok(vec![libc::POLLNVAL]) {
                return Err(Failure::os(libc::EBADF).because(vec![format!("no descriptor {fd} is open").into()], None));
            }
            if fd >= readiness::SELECT_MAX {
                let failure = Failure::usage("filedescriptor out of range in select()");
                let label = if let Value::Handle(handle) = value { handle.label() } else { value.show() };
                return Err(failure.note(format!("{label} has descriptor {fd}")));
            }
            open.push(fd);
        }
    }
    let ready = readiness::select([&open[0], &open[1], &open[2]]).map_err(Failure::os)?;
    let mut found = [const { Vec::new() }; 3];
    for ((found, ready), set) in found.iter_mut().zip(&ready).zip(sets) {
        let is_ready = |one: &Watched| !is_held(one) && one.1.fd().is_ok_and(|fd| ready.contains(&fd));
        let is = |one: &&Watched| beside(one, wake) != 0 || is_ready(one);
        found.extend(set.iter().filter(is).map(|(value, ..)| value.clone()));
    }
    Ok(found)
}
