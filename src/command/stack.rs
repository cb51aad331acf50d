//! `host`: a network stack of its own, on a wire to others.

use std::net::IpAddr;

use super::{Arg, Args, Command, Group, Kind, MANY_OPEN, base, err, named, opt, rest};
use crate::os::hosts::Address;
use crate::os::interfaces;
use crate::os::routes::{self, Way};
use crate::value::table::{Column, plain};
use crate::value::{Failure, Holds, Table, Value, text};
use crate::world::host::{Plan, WIRE};
use crate::world::{Request, Step, World};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[HOST, ROUTE];

const ROUTE: Command = Command {
    name: "route",
    summary: "the ways that packets take: to where, by which router",
    notes: &[
        "Of several ways that fit an address the one with the longest prefix is taken. default is the way to everywhere.",
    ],
    params: &[named("host", Kind::Host).is("that host's ways; this machine's when left out")],
    results: &[("rows", Holds::Measured)],
    returns: "a list of the rows, when it is given a name; else they are shown",
    man: "ip-route(8)",
    example: "ways = route",
    related: &["host", "ifconfig", "netstat", "ENETUNREACH"],
    run: route,
    ..base(Group::Views)
};

const WAYS: &[Column] = &[plain("to"), plain("gateway"), plain("interface"), plain("metric")];

fn route(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let host = args.host(0)?;
    let at = host.as_ref().map(|host| host.inside());
    let (ways, interfaces) = (routes::all(at).map_err(Failure::os)?, interfaces::all(at).map_err(Failure::os)?);
    let row = |way: &Way| {
        let to = if way.to.prefix == 0 { "default".into() } else { format!("{}/{}", way.to.ip, way.to.prefix) };
        let out = interfaces.iter().find(|interface| interface.index == way.interface);
        vec![
            Value::text(to),
            way.gateway.map_or(Value::None, |ip| Value::text(ip.to_string())),
            out.map_or(Value::None, |interface| Value::text(text::escape_bytes(&interface.name))),
            Value::Int(way.metric.into()),
        ]
    };
    let table = Table { columns: WAYS, rows: ways.iter().map(row).collect(), empty: "no ways".into() };
    let value = table.to_value();
    Ok(Step::Ask(Request::Rows(table, value)))
}

const HOST: Command = Command {
    name: "host",
    summary: "make a host: a network stack of its own, on a wire to others",
    params: &[
        opt("NAME", Kind::Text).is("what it is called, unless its result is given a name; or its first address"),
        named("wire", Kind::Text).is("the wire that it is on; a router's wires with commas between"),
        named("router", Kind::Switch).is("on: it hands on what is meant for others; needs several wires"),
        named("arp", Kind::Switch).is("on: it asks for the hardware addresses of IPv4, where that can be seen"),
        rest("ADDRESS", Kind::Text)
            .is("its addresses, such as 10.0.0.9 or fd00::9/64; 10.0.0.N and fd00::N when left out"),
    ],
    notes: &[
        "A socket made with host=HOST (socket, create_server, create_connection) is in that host, and so is what it accepts; \
         otherwise it is a socket like any other. A host sees no network but its wires. Its ports, low ones too, raw and packet \
         sockets, multicast and routes are its own and need no root. netstat, ifconfig and route look into it with host=HOST.",
        "It is a network namespace of Linux: nothing is simulated, and nothing is left of it when sockpit ends. Nothing goes over \
         a wire before the program sends something: each host knows the others' hardware addresses, unless arp=on has it ask.",
        "A router joins wires: `r = host router=on wire=left,right`. The hosts of each wire then know the way to the others. \
         The first wire that is named has the networks 10.0.0.0/24 and fd00::/64, the next 10.0.1.0/24 and fd00:0:0:1::/64. \
         close HOST takes it off its wires.",
        "Neither Python nor C has a call for it: a program there is put into a network namespace, as by `ip netns exec`, and its \
         sockets are made where it is.",
    ],
    results: &[("host", Holds::Live)],
    returns: "the host: ${h.name}, ${h.ip} and ${h.ip6} are its name and its first addresses",
    man: "network_namespaces(7)",
    errors: &[
        err("Usage", "a host has that name or that address already, an address can be none's, or there are 32 hosts")
            .cure("close HOST ends one"),
        err(
            "EPERM",
            "only root may have network namespaces here; what stands in the way is said, where the system shows it",
        ),
        err("ENOSPC", "there are as many namespaces as the system allows, or none are allowed"),
        err("EOPNOTSUPP", "the kernel has no veth, which links are made of"),
        err("ESRCH", "the process that keeps the hosts was killed").cure("a new session"),
        MANY_OPEN,
    ],
    example: "alice = host\nbob = host\nsrv = create_server 10.0.0.2:80 host=bob\ncli = create_connection 10.0.0.2:80 host=alice",
    related: &["hosts", "wire", "frames", "socket", "create_server", "route", "close"],
    run: host,
    ..base(Group::Hosts)
};

fn host(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let mut plan = Plan { router: args.on(2), arp: args.on(3), ..Plan::default() };
    let wires = if args.has(1) { args.text(1)?.into_owned() } else { WIRE.to_string() };
    for wire in wires.split(',') {
        if !is_name(wire) || plan.wires.iter().any(|other| **other == *wire) {
            return Err(Failure::usage(format!("`{wires}` is no list of wires"))
                .note("each has a name of its own: wire=left,right")
                .at(1));
        }
        plan.wires.push(wire.into());
    }
    if plan.router && plan.wires.len() < 2 {
        return Err(Failure::usage("a router is on several wires").note("name them: wire=left,right").at(2));
    }
    for (i, word) in args.0.iter().enumerate().filter(|(i, _)| *i < 1 || *i > 3) {
        let Arg::Value(value) = word else { continue };
        let word = value.to_string();
        match address(&word) {
            Some(address) if !is_one_hosts(address) => {
                let failure = Failure::usage(format!("`{}` can be no host's address", value.show())).at(i);
                return Err(failure.note("one of a network, such as 10.0.0.9 or fd00::9/64, of a host alone"));
            }
            Some(address) if address.ip.is_ipv4() => plan.v4.push(address),
            Some(address) => plan.v6.push(address),
            None if i == 0 && is_name(&word) => plan.name = Some(word.into()),
            None => return Err(Failure::usage(format!("`{}` is neither a name nor an address", value.show())).at(i)),
        }
    }
    for (given, family) in [(&plan.v4, "IPv4"), (&plan.v6, "IPv6")] {
        if given.len() > plan.wires.len() {
            return Err(Failure::usage(format!("one address of {family} for each wire, not {}", given.len())));
        }
    }
    world.host(&plan).map(|host| Value::Handle(host).into())
}

/// Whether a word can be the name of a host or a wire.
fn is_name(word: &str) -> bool {
    let first = word.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    first && word.len() <= 32 && word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// Whether a single host can have it: no group, nobody's, not the loopback's, not that of a network or of all on it.
fn is_one_hosts(Address { ip, prefix }: Address) -> bool {
    let bits = if ip.is_ipv4() { 32 } else { 128 };
    let all = match ip {
        IpAddr::V4(ip) if prefix < 31 => {
            let own = ip.to_bits() & (u32::MAX >> prefix);
            own == 0 || own == u32::MAX >> prefix || ip.octets()[0] >= 240 || ip.octets()[0] == 0
        }
        _ => false,
    };
    (1..=bits).contains(&prefix) && !(ip.is_multicast() || ip.is_unspecified() || ip.is_loopback() || all)
}

/// An address, with the length of its network's prefix or without.
fn address(word: &str) -> Option<Address> {
    let (ip, prefix) = word.split_once('/').map_or((word, None), |(ip, prefix)| (ip, Some(prefix)));
    let ip: IpAddr = ip.parse().ok()?;
    let usual = if ip.is_ipv4() { 24 } else { 64 };
    let prefix = prefix.map_or(Some(usual), |prefix| prefix.parse().ok())?;
    Some(Address { ip, prefix })
}
