//! How calls wait: `settimeout`, `setblocking` and their kin, as Python documents them.
// Every effect has the same type, also one that cannot fail.
#![allow(clippy::unnecessary_wraps)]

use super::{Args, Command, Group, Kind, req};
use crate::value::{Failure, Reply, Value};
use crate::world::{Mode, Socket, Step, World};

/// The calls about blocking and timeouts.
pub const COMMANDS: &[Command] =
    &[SETTIMEOUT, GETTIMEOUT, SETBLOCKING, GETBLOCKING, SETDEFAULTTIMEOUT, GETDEFAULTTIMEOUT];

const SETTIMEOUT: Command = Command {
    name: "settimeout",
    aliases: &[],
    group: Group::Mode,
    summary: "let the socket's calls wait so many seconds at most, then fail with `timeout`; none: for ever; 0: not",
    params: &[req("S", Kind::Socket), req("SECONDS", Kind::Seconds)],
    results: &[],
    python: "s.settimeout(2.5)",
    c: "/* poll(2) with a timeout before each call */",
    man: "socket(7)",
    errors: &[("EBADF", "the socket is closed")],
    example: "left, right = socketpair\nsettimeout left 0.1\nexpect timeout recv left 100",
    run: settimeout,
};

const GETTIMEOUT: Command = Command {
    name: "gettimeout",
    aliases: &[],
    group: Group::Mode,
    summary: "how long the socket's calls wait at most, in seconds; none: for ever",
    params: &[req("S", Kind::Socket)],
    results: &["seconds"],
    python: "s.gettimeout()",
    c: "/* the kernel keeps no such number */",
    man: "socket(7)",
    errors: &[("EBADF", "the socket is closed")],
    example: "s = socket\ngettimeout s\nsettimeout s 2.5\ngettimeout s",
    run: gettimeout,
};

const SETBLOCKING: Command = Command {
    name: "setblocking",
    aliases: &[],
    group: Group::Mode,
    summary: "on: the socket's calls wait as long as it takes; off: they are made once, or fail with EAGAIN",
    params: &[req("S", Kind::Socket), req("SWITCH", Kind::Switch)],
    results: &[],
    python: "s.setblocking(False)",
    c: "fcntl(s, F_SETFL, fcntl(s, F_GETFL) | O_NONBLOCK);",
    man: "fcntl(2)",
    errors: &[("EBADF", "the socket is closed")],
    example: "left, right = socketpair\nsetblocking left off\nexpect EAGAIN recv left 100",
    run: setblocking,
};

const GETBLOCKING: Command = Command {
    name: "getblocking",
    aliases: &[],
    group: Group::Mode,
    summary: "whether the socket's calls wait, with a limit or without",
    params: &[req("S", Kind::Socket)],
    results: &["blocking"],
    python: "s.getblocking()",
    c: "!(fcntl(s, F_GETFL) & O_NONBLOCK)",
    man: "fcntl(2)",
    errors: &[("EBADF", "the socket is closed")],
    example: "s = socket\ngetblocking s\nsettimeout s 0\ngetblocking s",
    run: getblocking,
};

const SETDEFAULTTIMEOUT: Command = Command {
    name: "setdefaulttimeout",
    aliases: &[],
    group: Group::Mode,
    summary: "the timeout of sockets to come, accepted ones too; none: they block",
    params: &[req("SECONDS", Kind::Seconds)],
    results: &[],
    python: "socket.setdefaulttimeout(20)",
    c: "/* the kernel keeps no such number */",
    man: "socket(7)",
    errors: &[],
    example: "setdefaulttimeout 20\ns = socket\ngettimeout s\nsetdefaulttimeout none",
    run: setdefaulttimeout,
};

const GETDEFAULTTIMEOUT: Command = Command {
    name: "getdefaulttimeout",
    aliases: &[],
    group: Group::Mode,
    summary: "the timeout of sockets to come, in seconds; none: they block",
    params: &[],
    results: &["seconds"],
    python: "socket.getdefaulttimeout()",
    c: "/* the kernel keeps no such number */",
    man: "socket(7)",
    errors: &[],
    example: "getdefaulttimeout",
    run: getdefaulttimeout,
};

/// Set an open socket's mode.
fn set(socket: &Socket, mode: Mode) -> Result<Step, Failure> {
    drop(socket.fd()?);
    socket.mode.set(mode);
    Ok(Step::Done(Reply::Nothing))
}

/// An open socket's mode.
fn get(args: &Args) -> Result<Mode, Failure> {
    let socket = args.socket(0)?;
    drop(socket.fd()?);
    Ok(socket.mode.get())
}

fn seconds(seconds: Option<f64>) -> Step {
    seconds.map_or(Value::None, Value::Float).into()
}

fn settimeout(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    set(&*args.socket(0)?, Mode::from_seconds(args.seconds(1)?))
}

fn gettimeout(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    Ok(seconds(get(args)?.seconds()))
}

fn setblocking(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let mode = if args.on(1) { Mode::Blocking } else { Mode::NonBlocking };
    set(&*args.socket(0)?, mode)
}

fn getblocking(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    Ok(Value::Bool(get(args)? != Mode::NonBlocking).into())
}

fn setdefaulttimeout(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    world.default_mode = args.seconds(0)?;
    Ok(Step::Done(Reply::Nothing))
}

fn getdefaulttimeout(world: &mut World, _: &mut Args) -> Result<Step, Failure> {
    Ok(seconds(world.default_mode))
}
