//! epoll(7): `epoll`, `epoll_ctl`, `epoll_wait`.

use std::rc::Rc;

use super::args::expected;
use super::readiness::limit;
use super::{Args, Command, Group, Kind, KnownError, MANY_OPEN, Param, base, err, opt, req};
use crate::value::{Failure, Holds, Reply, Value};
use crate::world::{Epoll, Step, World};

/// The calls of this file.
pub(super) const COMMANDS: &[Command] = &[EPOLL, EPOLL_CTL, EPOLL_WAIT];

/// What a call takes for an epoll.
pub(super) const EPOLLS: &[&str] = &["an epoll"];

const EP: Param = req("EP", Kind::Thing).or(EPOLLS);
const GONE: KnownError = err("EBADF", "the epoll or the socket is closed");

/// What Python registers a socket for when it is not told: EPOLLIN|EPOLLPRI|EPOLLOUT.
const EVENTS: i32 = libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT;
/// How many events Python takes at most when it is not told.
const MAX: i32 = libc::FD_SETSIZE as i32 - 1;

const EPOLL: Command = Command {
    name: "epoll",
    aliases: &["epoll_create", "epoll_create1"],
    summary: "make an epoll: the kernel keeps the list, and tells of news alone",
    notes: &[
        "select and poll are given all sockets with every call, and look at each. An epoll is told once of each \
         (epoll_ctl ADD); epoll_wait then gives those that are ready, however many there are besides.",
        "Level-triggered, as usual: an event is told as long as it is there. Edge-triggered (EPOLLET): it is told once, when \
         something comes; who does not read until EAGAIN then waits for what is there already.",
        "An epoll has no names: a socket that only it knows is closed when its last name goes, as in Python; keep those that \
         are watched in a list. A closed socket is gone from it, but not while a dup of it is open: then its events still come. An epoll has a \
         descriptor and can be watched itself, by another, by poll and by select.",
    ],
    results: &[("epoll", Holds::Live)],
    returns: "the epoll",
    python: "select.epoll()",
    also: &["selectors.DefaultSelector()", "selectors.EpollSelector()"],
    c: "int ep = epoll_create1(EPOLL_CLOEXEC);",
    man: "epoll(7)",
    errors: &[MANY_OPEN],
    example: "left, right = socketpair\nep = epoll\nepoll_ctl ep ADD left EPOLLIN\nsend right hello\nepoll_wait ep 1\nclose ep",
    related: &["epoll_ctl", "epoll_wait", "poll", "select", "EPOLLET", "multiplexing"],
    run: |world, _| world.epoll().map(|epoll| Value::Handle(epoll).into()),
    ..base(Group::Readiness)
};

const EPOLL_CTL: Command = Command {
    name: "epoll_ctl",
    summary: "have an epoll watch a socket (ADD), watch it for other events (MOD), or watch it no more (DEL)",
    notes: &["EPOLLERR and EPOLLHUP are always told. EPOLLONESHOT: after one event the socket is silent until MOD. \
              EPOLLEXCLUSIVE: of several epolls that wait for one listener not all are woken."],
    params: &[
        EP,
        req("OP", Kind::EpollOp).is("ADD, MOD or DEL; also EPOLL_CTL_ADD and so on"),
        req("S", Kind::ThingOrNumber).or(&["a socket", "an epoll", "a file", "a process"]).is(
            "a socket, a pipe's end, a process, another epoll, or a descriptor's number; a file of the disk cannot be \
                 watched",
        ),
        opt("EVENTS", Kind::EpollEvents).is(
            "joined with |: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLPRI; EPOLLET, EPOLLONESHOT, EPOLLEXCLUSIVE; for ADD \
             EPOLLIN|EPOLLPRI|EPOLLOUT when left out",
        ),
    ],
    python: "OP=ADD: {EP}.register({S}<, {EVENTS}>) || OP=MOD: {EP}.modify({S}, {EVENTS}) || OP=DEL: {EP}.unregister({S})",
    c: "struct epoll_event e = { EPOLLIN, { .fd = s } }; epoll_ctl(ep, EPOLL_CTL_ADD, s, &e);",
    man: "epoll_ctl(2)",
    errors: &[
        err("EEXIST", "ADD: it is watched already").cure("epoll_ctl EP MOD S EVENTS"),
        err("ENOENT", "MOD, DEL: it is not watched").cure("epoll_ctl EP ADD S EVENTS"),
        err("EPERM", "a file of the disk is always ready: there is nothing to wait for"),
        err(
            "EINVAL",
            "an operation there is none of, an epoll that is to watch itself, or EPOLLEXCLUSIVE with what it does not \
                       go with",
        ),
        err("ELOOP", "epolls would watch each other in a circle, or more than 5 stand in a row"),
        err("ENOSPC", "/proc/sys/fs/epoll/max_user_watches is reached"),
        err("Usage", "MOD without EVENTS"),
        GONE,
    ],
    example: "left, right = socketpair\nep = epoll\nepoll_ctl ep ADD left EPOLLIN|EPOLLET\nsend right hello\nepoll_wait ep\n\
              epoll_wait ep 0\nepoll_ctl ep MOD left EPOLLIN\nepoll_wait ep 0\nepoll_ctl ep DEL left",
    related: &["epoll", "epoll_wait", "EPOLLIN", "EPOLLET", "EPOLLONESHOT", "EPOLLEXCLUSIVE", "dup"],
    run: epoll_ctl,
    ..base(Group::Readiness)
};

const EPOLL_WAIT: Command = Command {
    name: "epoll_wait",
    aliases: &["epoll_pwait"],
    summary: "wait for events of what an epoll watches: gives a list of them",
    notes: &[
        "`for one in $ready`, and each has `${one.socket}` and `${one.events}`; `if ${one.events} & EPOLLHUP` asks for \
              one of them. What was registered by a name that is gone is its descriptor's number.",
    ],
    params: &[
        EP,
        opt("SECONDS", Kind::Limit).is("at most so long; for ever when left out, none, or less than 0; 0 only looks"),
        opt("MAX", Kind::Int).is("how many events at most, 1 or more; 1023 when left out"),
    ],
    results: &[("ready", Holds::Plain)],
    returns: "a list of those that have events, as the kernel gives it; empty when the time is over",
    python: "{EP}.poll(<{SECONDS}<, {MAX}>>)",
    also: &["{EP}.select(<{SECONDS}>)", "{EP}.poll(timeout={SECONDS})"],
    c: "struct epoll_event ready[64]; int n = epoll_wait(ep, ready, 64, 1000);",
    man: "epoll_wait(2)",
    errors: &[err("EINVAL", "MAX is less than 1, or more than 178956970"), err("EBADF", "the epoll is closed")],
    example: "left, right = socketpair\nep = epoll\nepoll_ctl ep ADD left\nepoll_ctl ep ADD right EPOLLIN\nsend left hello\n\
              epoll_wait ep 1\nepoll_wait ep 0 1\nclose left\nepoll_wait ep",
    related: &["epoll", "epoll_ctl", "poll", "select", "EPOLLIN"],
    run: epoll_wait,
    ..base(Group::Readiness)
};

/// The epoll in the first place.
fn epoll_in(args: &Args) -> Result<Rc<Epoll>, Failure> {
    args.value(0).downcast_rc().ok_or_else(|| expected(0, EPOLLS[0], args.value(0)).note("ep = epoll makes one"))
}

fn epoll_ctl(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let epoll = epoll_in(args)?;
    let op = args.int32_or(1, 0)?;
    let target = world.target(args.value(2)).map_err(|failure| failure.at(2))?;
    let target = target.ok_or_else(|| expected(2, "a socket or an epoll", args.value(2)))?;
    if op == libc::EPOLL_CTL_MOD && !args.has(3) {
        let failure = Failure::usage("MOD sets the events anew, and EVENTS is missing").at(2);
        return Err(failure.note("usage: epoll_ctl EP MOD S EVENTS"));
    }
    world.epoll_ctl(&epoll, op, &target, args.int32_or(3, EVENTS)?).map(|()| Step::Done(Reply::Nothing))
}

fn epoll_wait(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let epoll = epoll_in(args)?;
    let most = args.int32_or(2, MAX)?;
    world.epoll_wait(&epoll, limit(args, 1, None)?, most)
}
