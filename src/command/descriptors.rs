//! Descriptors: a socket of a duplicate of one, and whether one outlives exec.

use std::os::fd::AsFd;

use super::{Args, CLOSED, Command, Group, Kind, MANY_OPEN, base, err, opt, req};
use crate::os::fd;
use crate::value::{Failure, Holds, Reply, Value};
use crate::world::{Step, World, socket_value};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[FROMFD, GET_INHERITABLE, SET_INHERITABLE];

const SOCKETS: Command = base(Group::Sockets);

const FROMFD: Command = Command {
    name: "fromfd",
    summary: "a socket of a duplicate of a descriptor, which stays as it is",
    notes: &[
        "`socket fileno=FD` takes the descriptor itself. The kernel knows what the socket is: FAMILY, TYPE and PROTO \
              say it again, and must be right.",
    ],
    params: &[
        req("FD", Kind::Int)
            .is("an open descriptor of a socket: of this session, of detach, or one that sockpit was started with"),
        opt("FAMILY", Kind::Family).is("what it is; asked of the kernel when left out"),
        opt("TYPE", Kind::Type).is("likewise"),
        opt("PROTO", Kind::Protocol).is("likewise; 0 does as well"),
    ],
    results: &[("socket", Holds::Live)],
    returns: "a second socket of the same connection, as dup gives it, with the default timeout",
    python: "socket.fromfd({FD}, {FAMILY}, {TYPE}<, {PROTO}>)",
    c: "int s = dup(fd);",
    man: "dup(2)",
    errors: &[
        err("EBADF", "the descriptor is not open"),
        err("ENOTSOCK", "it is one of something else"),
        err("Usage", "the socket is of another family, type or protocol"),
        MANY_OPEN,
    ],
    example: "left, right = socketpair\nfd = fileno left\nagain = fromfd $fd AF_UNIX SOCK_STREAM\nsend again hello\n\
              recv right 100",
    related: &["dup", "detach", "fileno", "socket"],
    run: fromfd,
    ..SOCKETS
};

const GET_INHERITABLE: Command = Command {
    name: "get_inheritable",
    summary: "whether programs started from here get the descriptor, too",
    params: &[req("S", Kind::Socket)],
    results: &[("inheritable", Holds::Plain)],
    returns: "false for every new socket, true after set_inheritable",
    python: "{S}.get_inheritable()",
    c: "!(fcntl(s, F_GETFD) & FD_CLOEXEC)",
    man: "fcntl(2)",
    errors: &[CLOSED],
    example: "s = socket\nget_inheritable s\nset_inheritable s on\nget_inheritable s",
    related: &["set_inheritable", "process", "SOCK_CLOEXEC"],
    run: |_, args| {
        let socket = args.socket(0)?;
        Ok(Value::Bool(fd::outlives_exec(socket.fd()?.as_fd()).map_err(Failure::os)?).into())
    },
    ..SOCKETS
};

const SET_INHERITABLE: Command = Command {
    name: "set_inheritable",
    summary: "choose whether programs started from here get the descriptor",
    notes: &["A child that `process` starts is such a program: the descriptor has the same number there, and `socket \
              fileno=FD` takes it up. While it has it, the connection stays open."],
    params: &[req("S", Kind::Socket), req("SWITCH", Kind::Switch)],
    python: "{S}.set_inheritable({SWITCH})",
    c: "fcntl(s, F_SETFD, 0);",
    man: "fcntl(2)",
    errors: &[CLOSED],
    example: "s = socket\nset_inheritable s on\nget_inheritable s\nset_inheritable s off",
    related: &["get_inheritable", "process", "dup"],
    run: |_, args| {
        let socket = args.socket(0)?;
        fd::outlive_exec(socket.fd()?.as_fd(), args.on(1)).map_err(Failure::os)?;
        Ok(Reply::Nothing.into())
    },
    ..SOCKETS
};

fn fromfd(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let number = args.int32_or(0, -1)?;
    let made = fd::dup_socket(number).map_err(|e| Failure::os(e).at(0))?;
    let socket = world.adopt_dup(number, made)?;
    let sort = [socket.family, socket.kind, socket.protocol];
    for (i, is) in sort.into_iter().enumerate() {
        let said = args.int32_or(i + 1, is)?;
        let right = said == is || (i == 2 && said == 0);
        if !right {
            world.undo(&socket);
            return Err(Failure::usage(format!("descriptor {number} is of another sort: {}", socket.sort())).at(i + 1));
        }
    }
    Ok(socket_value(socket).into())
}
