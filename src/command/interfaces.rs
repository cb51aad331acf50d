//! The network interfaces of this machine by name and by number.

use super::{Args, Command, Group, Kind, base, err, req};
use crate::os::{interfaces, sockopt};
use crate::value::{Failure, Holds, Value};
use crate::world::{Step, World};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[IF_NAMEINDEX, IF_NAMETOINDEX, IF_INDEXTONAME];

const NAMES: Command = base(Group::Names);

const IF_NAMEINDEX: Command = Command {
    name: "if_nameindex",
    summary: "this machine's network interfaces, by number and name",
    results: &[("interfaces", Holds::Measured)],
    returns: "a list: an entry of number and name for each interface",
    python: "socket.if_nameindex()",
    c: "struct if_nameindex *all = if_nameindex();",
    man: "if_nameindex(3)",
    example: "interfaces = if_nameindex\nlo = item $interfaces 0",
    related: &["if_nametoindex", "if_indextoname", "ifconfig", "SO_BINDTODEVICE"],
    run: |_, _| {
        let all = interfaces::names().map_err(Failure::os)?.into_iter();
        let entry = |(index, name): (u32, _)| Value::list(vec![Value::Int(index.into()), Value::text_or_bytes(name)]);
        Ok(Value::list(all.map(entry).collect()).into())
    },
    ..NAMES
};

const IF_NAMETOINDEX: Command = Command {
    name: "if_nametoindex",
    summary: "the number of a network interface",
    params: &[req("NAME", Kind::Text).is("its name, such as lo")],
    results: &[("index", Holds::Measured)],
    returns: "the number, from 1",
    python: "socket.if_nametoindex({NAME})",
    c: "if_nametoindex(\"lo\");",
    man: "if_nametoindex(3)",
    errors: &[err("ENODEV", "no interface has that name").cure("ifconfig lists them")],
    example: "index = if_nametoindex lo",
    related: &["if_indextoname", "if_nameindex", "IP_MULTICAST_IF", "IPV6_MULTICAST_IF"],
    run: |_, args| {
        let name = args.c_text(0)?;
        let none = || Failure::with(crate::value::Name::Errno(libc::ENODEV), "no interface with this name").at(0);
        Ok(Value::Int(sockopt::interface_index(None, &name).ok_or_else(none)?.into()).into())
    },
    ..NAMES
};

const IF_INDEXTONAME: Command = Command {
    name: "if_indextoname",
    summary: "the name of the network interface of that number",
    params: &[req("INDEX", Kind::Int).is("its number, from 1")],
    results: &[("name", Holds::Measured)],
    returns: "the name, such as lo",
    python: "socket.if_indextoname({INDEX})",
    c: "char name[IF_NAMESIZE]; if_indextoname(1, name);",
    man: "if_indextoname(3)",
    errors: &[
        err("ENXIO", "no interface has that number").cure("if_nameindex lists them"),
        err("Usage", "the number is below 0, or too large for a C long"),
    ],
    example: "name = if_indextoname 1",
    related: &["if_nametoindex", "if_nameindex", "ifconfig"],
    run: if_indextoname,
    ..NAMES
};

fn if_indextoname(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let n = args.int(0)?;
    let long = u64::try_from(n).map_err(|_| Failure::usage(format!("{n} does not fit a C unsigned long")).at(0))?;
    // What no interface can have none has.
    let index = u32::try_from(long).unwrap_or(0);
    Ok(Value::text_or_bytes(interfaces::name_of(index).map_err(|e| Failure::os(e).at(0))?).into())
}
