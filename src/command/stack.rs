//! `host`: a network stack of its own, on a wire to others.

use std::net::IpAddr;
use std::rc::Rc;

use super::{Args, Command, Group, Kind, base, err, named, opt, rest};
use crate::os::hosts::Address;
use crate::value::{Failure, Holds, Value};
use crate::world::host::{Plan, WIRE};
use crate::world::{Step, World};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[HOST];

const HOST: Command = Command {
    name: "host",
    summary: "make a host: a network stack of its own, with an address of IPv4 and one of IPv6, on a wire to other hosts",
    params: &[
        opt("NAME", Kind::Text).is("what it is called, unless its result is given a name; or its first address"),
        rest("ADDRESS", Kind::Text)
            .is("its addresses, such as 10.0.0.9 or fd00::9/64; 10.0.0.N and fd00::N when left out"),
        named("wire", Kind::Text).is("the wire that it is on; a router's wires with commas between"),
        named("router", Kind::Switch).is("on: it hands on what is meant for others; needs several wires"),
        named("arp", Kind::Switch).is("on: it asks for the hardware addresses of IPv4, where that can be seen"),
    ],
    results: &[("host", Holds::Live)],
    returns: "the host",
    man: "network_namespaces(7)",
    errors: &[err("Usage", "a host has that name or that address already, or there are 32")],
    example: "alice = host\nbob = host\nsrv = create_server 10.0.0.2:80 host=bob\ncli = create_connection 10.0.0.2:80 host=alice",
    related: &["socket", "create_server", "create_connection"],
    run: host,
    ..base(Group::Hosts)
};

fn host(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let mut plan = Plan { router: args.on(3), arp: args.on(4), ..Plan::default() };
    let wires = if args.has(2) { args.text(2)?.into_owned() } else { WIRE.to_string() };
    plan.wires = wires.split(',').map(Rc::from).collect();
    let words = std::iter::once((0, args.value(0).clone())).filter(|(i, _)| args.has(*i));
    for (i, word) in words.chain(args.rest_values(5).into_iter().enumerate().map(|(i, v)| (5 + i, v))) {
        let word = word.to_string();
        match address(&word) {
            Some(address) if address.ip.is_ipv4() => plan.v4.push(address),
            Some(address) => plan.v6.push(address),
            None if i == 0 => plan.name = Some(word.into()),
            None => return Err(Failure::usage(format!("`{word}` is no address")).at(i)),
        }
    }
    world.host(&plan).map(|host| Value::Handle(host).into())
}

/// An address, with the length of its network's prefix or without.
fn address(word: &str) -> Option<Address> {
    let (ip, prefix) = word.split_once('/').map_or((word, None), |(ip, prefix)| (ip, Some(prefix)));
    let ip: IpAddr = ip.parse().ok()?;
    let usual = if ip.is_ipv4() { 24 } else { 64 };
    let prefix = prefix.map_or(Some(usual), |prefix| prefix.parse().ok())?;
    Some(Address { ip, prefix })
}
