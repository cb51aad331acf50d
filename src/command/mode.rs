//! How calls wait: `settimeout`, `setblocking` and their kin, as Python documents them.

use super::{Args, CLOSED, Command, Group, Kind, base, req};
use crate::value::{Failure, Holds, Reply, Value};
use crate::world::record::Did;
use crate::world::{Mode, Socket, Step, World};

/// The calls about blocking and timeouts.
pub(super) const COMMANDS: &[Command] =
    &[SETTIMEOUT, GETTIMEOUT, SETBLOCKING, GETBLOCKING, SETDEFAULTTIMEOUT, GETDEFAULTTIMEOUT];

const SETTIMEOUT: Command = Command {
    name: "settimeout",
    summary: "limit how long the socket's calls wait, in seconds; then they fail with `timeout`. none: for ever; 0: \
              not",
    notes: &[
        "The error is `timeout`, which is the socket's own and not ETIMEDOUT. The time is for one call; sendall's is \
         for all its bytes.",
    ],
    params: &[
        req("S", Kind::Socket),
        req("SECONDS", Kind::Seconds).is("2.5, say; 0 is non-blocking, none waits for ever"),
    ],
    python: "{S}.settimeout({SECONDS})",
    man: "socket(7)",
    errors: &[CLOSED],
    example: "left, right = socketpair\nsettimeout left 0.1\nexpect timeout recv left 100",
    related: &["gettimeout", "setblocking", "SO_RCVTIMEO", "timeout"],
    run: |world, args| set(world, &*args.socket(0)?, Mode::from_seconds(args.seconds(1)?)),
    ..base(Group::Mode)
};

const GETTIMEOUT: Command = Command {
    name: "gettimeout",
    summary: "how long the socket's calls wait at most, in seconds; none: for ever",
    params: &[req("S", Kind::Socket)],
    results: &[("seconds", Holds::Plain)],
    returns: "seconds; none when it blocks, 0.0 when it is non-blocking",
    python: "{S}.gettimeout()",
    man: "socket(7)",
    errors: &[CLOSED],
    example: "s = socket\ngettimeout s\nsettimeout s 2.5\ngettimeout s",
    related: &["settimeout", "getblocking"],
    run: |_, args| Ok(seconds(get(args)?.seconds())),
    ..base(Group::Mode)
};

const SETBLOCKING: Command = Command {
    name: "setblocking",
    summary: "choose whether the socket's calls wait (on), or are made once and fail with EAGAIN when they would (off)",
    notes: &[
        "Off is the same as `settimeout S 0`: EAGAIN then means \"not now, ask again when poll says so\", and is no \
         failure. The sockets it accepts begin blocking. O_NONBLOCK belongs to the open file, which a duplicate \
         shares: it does not wait either then, unless it has a timeout.",
    ],
    params: &[req("S", Kind::Socket), req("SWITCH", Kind::Switch)],
    python: "{S}.setblocking({SWITCH})",
    c: "fcntl(s, F_SETFL, fcntl(s, F_GETFL) | O_NONBLOCK);",
    man: "fcntl(2)",
    errors: &[CLOSED],
    example: "left, right = socketpair\nsetblocking left off\nexpect EAGAIN recv left 100",
    related: &["settimeout", "getblocking", "poll", "EAGAIN", "EINPROGRESS"],
    run: setblocking,
    ..base(Group::Mode)
};

const GETBLOCKING: Command = Command {
    name: "getblocking",
    summary: "whether the socket's calls wait, with a limit or without",
    params: &[req("S", Kind::Socket)],
    results: &[("blocking", Holds::Plain)],
    returns: "false when it is non-blocking, true with a timeout or without",
    python: "{S}.getblocking()",
    c: "!(fcntl(s, F_GETFL) & O_NONBLOCK)",
    man: "fcntl(2)",
    errors: &[CLOSED],
    example: "s = socket\ngetblocking s\nsettimeout s 0\ngetblocking s",
    related: &["setblocking", "gettimeout"],
    run: |_, args| Ok(Value::Bool(get(args)? != Mode::NonBlocking).into()),
    ..base(Group::Mode)
};

const SETDEFAULTTIMEOUT: Command = Command {
    name: "setdefaulttimeout",
    summary: "the timeout of sockets to come, accepted ones too; none: they block",
    params: &[req("SECONDS", Kind::Seconds).is("none blocks")],
    python: "socket.setdefaulttimeout({SECONDS})",
    man: "socket(7)",
    example: "setdefaulttimeout 20\ns = socket\ngettimeout s\nsetdefaulttimeout none",
    related: &["getdefaulttimeout", "settimeout"],
    run: setdefaulttimeout,
    ..base(Group::Mode)
};

const GETDEFAULTTIMEOUT: Command = Command {
    name: "getdefaulttimeout",
    summary: "the timeout of sockets to come, in seconds; none: they block",
    results: &[("seconds", Holds::Plain)],
    returns: "seconds, or none",
    python: "socket.getdefaulttimeout()",
    man: "socket(7)",
    example: "getdefaulttimeout",
    related: &["setdefaulttimeout", "gettimeout"],
    run: |world, _| Ok(seconds(world.default_mode)),
    ..base(Group::Mode)
};

/// Set an open socket's mode.
fn set(world: &mut World, socket: &Socket, mode: Mode) -> Result<Step, Failure> {
    drop(socket.fd()?);
    socket.set_mode(mode);
    world.note(socket, || Did::ModeSet(mode));
    Ok(Step::Done(Reply::Nothing))
}

/// An open socket's mode.
fn get(args: &Args) -> Result<Mode, Failure> {
    let socket = args.socket(0)?;
    drop(socket.fd()?);
    Ok(socket.mode())
}

fn seconds(seconds: Option<f64>) -> Step {
    seconds.map_or(Value::None, Value::Float).into()
}

fn setblocking(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let mode = if args.on(1) { Mode::Blocking } else { Mode::NonBlocking };
    set(world, &*args.socket(0)?, mode)
}

fn setdefaulttimeout(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    world.default_mode = args.seconds(0)?;
    Ok(Step::Done(Reply::Nothing))
}
