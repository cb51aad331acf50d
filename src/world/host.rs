//! Hosts: network stacks of their own, each with a name, addresses and links to wires.
//!
//! A host is a network namespace. Its sockets are the session's own: only that they are made there is the agent's work
//! ([`crate::os::hosts`]). All links end at one cable, and what comes there is carried on by us ([`super::carry`]).

use std::cell::{Cell, RefCell};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsRawFd, OwnedFd};
use std::rc::{Rc, Weak};

use super::World;
use super::ground::Ground;
use super::refusal::refused;
use crate::os::alarm::Alarm;
use crate::os::hosts::{AGENT, Address, Cable, Inside, Keeper, Link, Net, Space, Stage, Trouble};
use crate::os::trace;
use crate::value::{Addr, Failure, Handle, Value};

/// How many hosts there can be at once.
pub(crate) const HOSTS_MAX: usize = 32;
/// How many wires there can be.
pub(crate) const WIRES_MAX: usize = 32;
/// The last number that the address of a host ends in.
const NUMBER_MAX: u8 = 254;
/// The name of the wire that nobody named.
pub(crate) const WIRE: &str = "wire";

/// What a host is to be like.
#[derive(Default)]
pub(crate) struct Plan {
    /// Its name, unless it is given one.
    pub name: Option<Rc<str>>,
    /// Its IPv4 and IPv6 addresses, in the order of its wires; those that are missing are chosen.
    pub v4: Vec<Address>,
    pub v6: Vec<Address>,
    /// The wires that it is on.
    pub wires: Vec<Rc<str>>,
    /// It hands on what is meant for others.
    pub router: bool,
    /// It asks for hardware addresses, on the wire.
    pub arp: bool,
}

/// A host's place on a wire.
pub(crate) struct Port {
    /// The interface there, and the number of the cable's end of it.
    pub(crate) link: Link,
    /// Which wire: its place among [`Hosts::wires`].
    pub(crate) wire: usize,
    /// Its addresses there.
    pub(crate) addresses: Vec<Address>,
}

/// A host as a value.
pub struct Host {
    name: RefCell<Option<Rc<str>>>,
    /// The number that its addresses end in, unless it was given others.
    pub(super) number: u8,
    pub(super) net: Net,
    pub(super) ports: Vec<Port>,
    /// It hands on what is meant for others.
    pub(super) router: bool,
    /// It asks for hardware addresses.
    pub(super) arp: bool,
    closed: Cell<bool>,
    ground: Rc<Ground>,
}

/// The hosts, and the wires between them.
#[derive(Default)]
pub struct Hosts {
    pub(super) ground: Option<Rc<Ground>>,
    all: Vec<Weak<Host>>,
    /// The wires by name, in the order they were first spoken of.
    pub(super) wires: Vec<Rc<str>>,
    /// The number of the newest link.
    pub(super) links: u32,
    /// How many were made.
    made: u64,
    /// Why not one could be made.
    pub missing: Option<String>,
    /// More frames came than were looked at.
    pub(super) more: bool,
    /// Room for one.
    pub(super) frame: Vec<u8>,
}

impl Host {
    /// Its links.
    pub(crate) fn ports(&self) -> &[Port] {
        &self.ports
    }

    /// Whether its user closed it.
    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// The first name it was given, or a word for it.
    pub fn name(&self) -> Rc<str> {
        self.name.borrow().clone().unwrap_or_else(|| Rc::from(format!("host#{}", self.number)))
    }

    /// Whether it has a name.
    pub fn is_named(&self) -> bool {
        self.name.borrow().is_some()
    }

    /// Where its tables are looked at.
    pub(crate) fn inside(&self) -> Inside<'_> {
        Inside::of(&self.ground.keeper, &self.net)
    }

    /// Its addresses.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.ports.iter().flat_map(|port| &port.addresses).map(|address| address.ip)
    }

    /// Where an address of a socket in it is: on the wires, or on its own loopback.
    pub(super) fn net_of(&self, local: &Addr) -> Space {
        let own = local.host().is_some_and(|ip| ip.to_canonical().is_loopback());
        if own { self.net.space } else { self.ground.net.space }
    }

    /// Whether it has that address.
    pub(crate) fn has(&self, ip: IpAddr) -> bool {
        self.ports.iter().flat_map(|port| &port.addresses).any(|address| address.ip == ip)
    }

    /// socket(2) there.
    pub(super) fn socket(&self, sort: [i32; 3]) -> Result<OwnedFd, Failure> {
        self.alive()?;
        let made = self.ground.keeper.socket(self.net.space, sort);
        made.map_err(|trouble| self.ground.told(trouble))
    }

    fn alive(&self) -> Result<(), Failure> {
        if self.closed.get() {
            return Err(Failure::usage(format!("{} is closed", self.name())));
        }
        Ok(())
    }

    /// Write to a file of the host's in /proc/sys/net.
    pub(super) fn set(&self, path: &str, text: &str) -> Result<(), Trouble> {
        self.ground.set(&self.net, path, text)
    }

    /// Lay a link to it from where the cable is.
    pub(super) fn lay(&self, link: &Link) -> Result<(), i32> {
        let up = libc::IFF_UP | libc::IFF_NOARP;
        self.ground.net.lay(link, &self.net)?;
        self.ground.net.flags(link.end, up, up)
    }

    /// Wait until the cable's end of a link takes frames.
    pub(super) fn settle(&self, end: u32) -> Result<(), i32> {
        self.ground.net.settle(end)
    }

    /// Close it for its user.
    pub(crate) fn end(&self) -> Result<(), Failure> {
        self.alive()?;
        self.close();
        Ok(())
    }

    /// Have its link to a wire take packets of that length at most.
    pub(super) fn set_mtu(&self, wire: usize, mtu: u32) -> Result<(), i32> {
        let mut ports = self.ports.iter().filter(|port| port.wire == wire);
        ports.try_for_each(|port| self.net.mtu(port.link.index(), mtu))
    }

    /// Take it off its wires, and let its namespace end with its last socket.
    pub(super) fn close(&self) {
        if !self.closed.replace(true) {
            let ends: Vec<u32> = self.ports.iter().map(|port| port.link.end).collect();
            self.ground.keeper.forget(self.net.space, &ends);
            self.name.borrow().as_ref().map(|name| self.ground.names.borrow_mut().remove(name));
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.close();
    }
}

impl Handle for Host {
    fn kind(&self) -> &'static str {
        "a host"
    }

    fn key(&self) -> &'static str {
        // That is how an address begins.
        "stack"
    }

    fn label(&self) -> String {
        self.name().to_string()
    }

    fn summary(&self) -> String {
        if self.is_closed() {
            return format!("<host {}, closed>", self.name());
        }
        let addresses = self.ports.iter().flat_map(|port| &port.addresses);
        let shown = addresses.map(|address| format!(", {}", address.ip)).collect::<String>();
        format!("<{} {}{shown}>", if self.router { "router" } else { "host" }, self.name())
    }

    fn short(&self) -> String {
        format!("<host {}>", self.name())
    }

    fn name_it(&self, name: &Rc<str>) {
        let mut own = self.name.borrow_mut();
        own.get_or_insert_with(|| self.ground.name(name));
    }

    fn parts(&self) -> Vec<(&'static str, Value)> {
        let ip = |v4: bool| {
            let found = self.ports.iter().flat_map(|port| &port.addresses).find(|a| a.ip.is_ipv4() == v4);
            found.map_or(Value::None, |a| Value::text(a.ip.to_string()))
        };
        vec![("name", Value::text(self.name())), ("ip", ip(true)), ("ip6", ip(false))]
    }
}

impl Hosts {
    /// Those that are not closed, in the order they were made.
    pub(crate) fn open(&self) -> impl Iterator<Item = Rc<Host>> {
        self.all.iter().filter_map(Weak::upgrade).filter(|host| !host.is_closed())
    }

    /// The host that has that address.
    pub(crate) fn with(&self, ip: IpAddr) -> Option<Rc<Host>> {
        self.open().find(|host| host.has(ip))
    }

    /// Whether a host may be made like that.
    fn allow(&self, plan: &Plan) -> Result<(), Failure> {
        if let Some(name) = &plan.name
            && self.open().any(|host| host.name() == *name)
        {
            return Err(Failure::usage(format!("there is a host {name} already")).note(format!("close {name} ends it")));
        }
        if self.open().count() >= HOSTS_MAX {
            return Err(Failure::usage(format!("there are {HOSTS_MAX} hosts already")).note("close HOST ends one"));
        }
        let new = plan.wires.iter().filter(|name| !self.wires.contains(name)).count();
        if self.wires.len() + new > WIRES_MAX {
            return Err(Failure::usage(format!("there are {WIRES_MAX} wires already")));
        }
        for address in plan.v4.iter().chain(&plan.v6) {
            if let Some(host) = self.with(address.ip) {
                return Err(Failure::usage(format!("{} is the address of {} already", address.ip, host.name())));
            }
        }
        Ok(())
    }

    /// The place of a wire among the others, which it gets when it is first spoken of.
    fn wire(&mut self, name: &Rc<str>) -> usize {
        self.wires.iter().position(|wire| wire == name).unwrap_or_else(|| {
            self.wires.push(name.clone());
            self.wires.len() - 1
        })
    }

    /// The lowest number that no host has whose address would be that of this one.
    fn number(&self, wires: &[usize]) -> Option<u8> {
        let taken = |ip: IpAddr| self.with(ip).is_some();
        (1..=NUMBER_MAX).find(|n| {
            let free = |wire: &usize| !taken(v4(*wire, *n).ip) && !taken(v6(*wire, *n).ip);
            self.open().all(|host| host.number != *n) && wires.iter().all(free)
        })
    }
}

/// The address of that number on a wire.
fn v4(wire: usize, number: u8) -> Address {
    Address { ip: Ipv4Addr::new(10, 0, wire as u8, number).into(), prefix: 24 }
}

fn v6(wire: usize, number: u8) -> Address {
    Address { ip: Ipv6Addr::new(0xfd00, 0, 0, wire as u16, 0, 0, 0, number.into()).into(), prefix: 64 }
}

/// The link-local address of that number.
pub(super) fn local(number: u8) -> Address {
    Address { ip: Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, number.into()).into(), prefix: 64 }
}

impl World {
    /// What hosts stand on, made with the first of them.
    fn ground(&mut self) -> Result<Rc<Ground>, Failure> {
        if let Some(ground) = &self.hosts.ground {
            return Ok(ground.clone());
        }
        let (keeper, net) = Keeper::start(AGENT).map_err(|(errno, stage)| refused(errno, stage))?;
        let refuse = |trouble| match trouble {
            Trouble::Os(errno) => refused(errno, Stage::Inside),
            Trouble::Gone => refused(libc::EPIPE, Stage::Inside),
        };
        let cable = Cable::lay(&keeper, net.space).map_err(refuse)?;
        let alarm = Alarm::new().map_err(Failure::os)?;
        let ground = Rc::new(Ground { keeper, names: RefCell::default(), net, cable, alarm });
        // The ends of links have no addresses, and want none.
        match ground.set(&ground.net, "ipv6/conf/default/disable_ipv6", "1") {
            Ok(()) | Err(Trouble::Os(libc::ENOENT)) => {}
            Err(trouble) => return Err(refuse(trouble)),
        }
        for fd in [ground.cable.fd().as_raw_fd(), ground.alarm.fd().as_raw_fd()] {
            let heard = self.poller().and_then(|p| p.hear_cable(fd));
            heard.map_err(|e| Failure::from(&e))?;
        }
        self.hosts.ground = Some(ground.clone());
        Ok(ground)
    }

    /// Make a host.
    pub(crate) fn host(&mut self, plan: &Plan) -> Result<Rc<Host>, Failure> {
        self.hosts.all.retain(|host| host.upgrade().is_some_and(|host| !host.is_closed()));
        self.hosts.allow(plan)?;
        let made = trace::aside(|| self.ground().and_then(|ground| self.raise(&ground, plan)));
        if let (Err(failure), 0) = (&made, self.hosts.made) {
            let why = failure.reasons().first().map_or_else(String::new, |reason| format!(": {}", reason.steady()));
            self.hosts.missing = Some(format!("{failure}{why}"));
        }
        self.hosts.made += u64::from(made.is_ok());
        made
    }

    fn raise(&mut self, ground: &Rc<Ground>, plan: &Plan) -> Result<Rc<Host>, Failure> {
        let wires: Vec<usize> = plan.wires.iter().map(|name| self.hosts.wire(name)).collect();
        let number = self.hosts.number(&wires).ok_or_else(|| Failure::usage("no address is left on that wire"))?;
        let net = ground.keeper.make().map_err(|trouble| ground.told(trouble))?;
        let mut host = Host {
            name: RefCell::new(plan.name.as_ref().map(|name| ground.name(name))),
            number,
            net,
            ports: Vec::new(),
            router: plan.router,
            arp: plan.arp,
            closed: Cell::new(false),
            ground: ground.clone(),
        };
        for (place, wire) in wires.into_iter().enumerate() {
            self.hosts.links += 1;
            // The cable's end 1 is its namespace's own `lo`.
            let end = self.hosts.links + 1;
            let mac = [2, 0, 10, 0, wire as u8, number];
            let link = Link { end, place: place as u32, mac };
            let given = |all: &[Address], own: Address| all.get(place).copied().unwrap_or(own);
            let addresses = vec![given(&plan.v4, v4(wire, number)), given(&plan.v6, v6(wire, number))];
            host.ports.push(Port { link, wire, addresses });
        }
        let host = Rc::new(host);
        host.furnish().map_err(|trouble| ground.unfit(trouble))?;
        let known = self.introduce(&host);
        self.hosts.all.push(Rc::downgrade(&host));
        known.and_then(|()| self.lead()).map_err(|errno| ground.unfit(Trouble::Os(errno)))?;
        Ok(host)
    }
}
