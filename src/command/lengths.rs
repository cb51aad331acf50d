//! How much room ancillary data takes: cmsg(3).

use super::{Args, Command, Group, Kind, base, err, req};
use crate::value::{Failure, Holds, Value};
use crate::world::Step;

/// The calls.
pub(super) const COMMANDS: &[Command] = &[CMSG_LEN, CMSG_SPACE];

const TRANSFER: Command = base(Group::Transfer);
/// The most that fits a `socklen_t` of Python's.
const LIMIT: usize = i32::MAX as usize;

const CMSG_LEN: Command = Command {
    name: "CMSG_LEN",
    summary: "how long an item of N bytes of ancillary data is; with its head",
    params: &[req("N", Kind::Int).is("bytes")],
    results: &[("length", Holds::Plain)],
    returns: "bytes: what ANCBUFSIZE must be for the last item",
    python: "socket.CMSG_LEN({N})",
    c: "CMSG_LEN(sizeof(int))",
    man: "cmsg(3)",
    errors: &[err("Usage", "N is below 0, or the length does not fit an int")],
    example: "room = CMSG_LEN 4",
    related: &["CMSG_SPACE", "recvmsg", "sendmsg", "SCM_RIGHTS"],
    run: |_, args| room(args, length(0), length).map(Step::from),
    ..TRANSFER
};

const CMSG_SPACE: Command = Command {
    name: "CMSG_SPACE",
    summary: "how much room an item of N bytes of ancillary data takes; with its head, and filled up",
    params: &[req("N", Kind::Int).is("bytes")],
    results: &[("space", Holds::Plain)],
    returns: "bytes: what each of several items adds to ANCBUFSIZE",
    python: "socket.CMSG_SPACE({N})",
    c: "CMSG_SPACE(sizeof(int))",
    man: "cmsg(3)",
    errors: &[err("Usage", "N is below 0, or the room does not fit an int")],
    example: "room = CMSG_SPACE 4",
    related: &["CMSG_LEN", "recvmsg", "sendmsg", "SCM_RIGHTS"],
    run: |_, args| room(args, space(1), space).map(Step::from),
    ..TRANSFER
};

/// The head and what is between it and the data.
const HEAD: usize = size_of::<libc::cmsghdr>().next_multiple_of(size_of::<usize>());

fn length(data: usize) -> usize {
    HEAD + data
}

fn space(data: usize) -> usize {
    HEAD + data.next_multiple_of(size_of::<usize>())
}

/// As in Python, `beside` must fit together with N.
fn room(args: &Args, beside: usize, of: fn(usize) -> usize) -> Result<Value, Failure> {
    let most = LIMIT - beside;
    let n = args.int(0)?;
    let fitting = usize::try_from(n).ok().filter(|n| *n <= most);
    let n = fitting.ok_or_else(|| Failure::usage(format!("ancillary data has 0 to {most} bytes, not {n}")).at(0))?;
    Ok(Value::Int(of(n) as i128))
}
