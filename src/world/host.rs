//! Hosts: network stacks of their own, each with a name, addresses and links to wires.
//!
//! A host is a network namespace. Its sockets are the session's own: only that they are made there is the agent's work
//! ([`crate::os::hosts`]). All links end at one cable, and what comes there is carried on by us ([`super::carry`]).

use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsRawFd, OwnedFd};
use std::rc::{Rc, Weak};

use super::World;
use crate::os::alarm::Alarm;
use crate::os::hosts::{AGENT, Address, Cable, Keeper, Link, Net, Stage, Trouble};
use crate::os::trace;
use crate::value::{Failure, Handle, Value};

/// How many hosts there can be at once.
pub(crate) const HOSTS_MAX: usize = 32;
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
    number: u8,
    net: Net,
    ports: Vec<Port>,
    router: bool,
    arp: bool,
    closed: Cell<bool>,
    ground: Rc<Ground>,
}

/// What all hosts stand on.
pub(super) struct Ground {
    keeper: Keeper,
    /// The namespace where all links end.
    net: Net,
    pub(super) cable: Cable,
    /// It goes off when the next frame comes out of a wire.
    pub(super) alarm: Alarm,
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

    /// socket(2) there.
    pub(super) fn socket(&self, sort: [i32; 3]) -> Result<OwnedFd, Failure> {
        self.alive()?;
        let made = self.ground.keeper.socket(self.net.space, sort);
        made.map_err(|trouble| self.ground.told(trouble))
    }

    fn alive(&self) -> Result<(), Failure> {
        if self.closed.get() {
            return Err(Failure::os(libc::EBADF).note(format!("{} is closed", self.name())));
        }
        Ok(())
    }

    /// Write to a file of the host's in /proc/sys/net.
    fn set(&self, path: &str, text: &str) -> Result<(), Trouble> {
        self.ground.set(&self.net, path, text)
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
        self.name.borrow_mut().get_or_insert_with(|| name.clone());
    }

    fn parts(&self) -> Vec<(&'static str, Value)> {
        let ip = |v4: bool| {
            let found = self.ports.iter().flat_map(|port| &port.addresses).find(|a| a.ip.is_ipv4() == v4);
            found.map_or(Value::None, |a| Value::text(a.ip.to_string()))
        };
        vec![("name", Value::text(self.name())), ("ip", ip(true)), ("ip6", ip(false))]
    }
}

impl Ground {
    fn set(&self, net: &Net, path: &str, text: &str) -> Result<(), Trouble> {
        let file = self.keeper.open(net.space, &format!("/proc/sys/net/{path}"), libc::O_WRONLY)?;
        let written = std::fs::File::from(file).write_all(text.as_bytes());
        Ok(written.map_err(|e| e.raw_os_error().unwrap_or(libc::EIO))?)
    }

    /// What an agent's trouble is to the user.
    fn told(&self, trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Os(errno) => Failure::os(errno),
            Trouble::Gone => Failure::os(libc::EPIPE).note(format!(
                "process {}, in which the hosts are kept, was killed: what they have open goes on, and they can make no more",
                self.keeper.pid()
            )),
        }
    }
}

impl Hosts {
    /// Those that are not closed, in the order they were made.
    pub(crate) fn open(&self) -> impl Iterator<Item = Rc<Host>> {
        self.all.iter().filter_map(Weak::upgrade).filter(|host| !host.is_closed())
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
        let taken =
            |ip: IpAddr| self.open().any(|host| host.ports.iter().flat_map(|port| &port.addresses).any(|a| a.ip == ip));
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
fn local(number: u8) -> Address {
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
        let ground = Rc::new(Ground { keeper, net, cable, alarm });
        // The ends of links have no addresses, and want none.
        match ground.set(&ground.net, "ipv6/conf/default/disable_ipv6", "1") {
            Ok(()) | Err(Trouble::Os(libc::ENOENT)) => {}
            Err(trouble) => return Err(refuse(trouble)),
        }
        for fd in [ground.cable.fd().as_raw_fd(), ground.alarm.fd().as_raw_fd()] {
            let heard = self.poller().and_then(|p| p.hear_cable(fd));
            heard.map_err(|e| Failure::os(e.raw_os_error().unwrap_or(libc::EIO)))?;
        }
        self.hosts.ground = Some(ground.clone());
        Ok(ground)
    }

    /// Make a host.
    pub(crate) fn host(&mut self, plan: &Plan) -> Result<Rc<Host>, Failure> {
        self.hosts.all.retain(|host| host.upgrade().is_some_and(|host| !host.is_closed()));
        if let Some(name) = &plan.name
            && self.hosts.open().any(|host| host.name() == *name)
        {
            return Err(Failure::usage(format!("there is a host {name} already")));
        }
        if self.hosts.open().count() >= HOSTS_MAX {
            return Err(Failure::usage(format!("there are {HOSTS_MAX} hosts already")).note("close HOST makes room"));
        }
        let ground = self.ground()?;
        trace::aside(|| self.raise(&ground, plan))
    }

    fn raise(&mut self, ground: &Rc<Ground>, plan: &Plan) -> Result<Rc<Host>, Failure> {
        let wires: Vec<usize> = plan.wires.iter().map(|name| self.hosts.wire(name)).collect();
        let number = self.hosts.number(&wires).ok_or_else(|| Failure::usage("no address is left on that wire"))?;
        let net = ground.keeper.make().map_err(|trouble| ground.told(trouble))?;
        let mut host = Host {
            name: RefCell::new(plan.name.clone()),
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
        host.furnish().map_err(|trouble| ground.told(trouble))?;
        let host = Rc::new(host);
        self.introduce(&host).map_err(|errno| ground.told(Trouble::Os(errno)))?;
        self.hosts.all.push(Rc::downgrade(&host));
        Ok(host)
    }

    /// Have a host and all others on its wires know each other's hardware addresses.
    fn introduce(&self, new: &Rc<Host>) -> Result<(), i32> {
        for other in self.hosts.open() {
            for own in &new.ports {
                for theirs in other.ports.iter().filter(|port| port.wire == own.wire) {
                    new.knows(own, theirs, other.number)?;
                    other.knows(theirs, own, new.number)?;
                }
            }
        }
        Ok(())
    }
}

impl Host {
    /// Give it its links and addresses. It stays quiet: nothing is sent of its own accord.
    fn furnish(&self) -> Result<(), Trouble> {
        const LOOPBACK: u32 = 1;
        let quiet = libc::IFF_NOARP | libc::IFF_MULTICAST;
        let v6 = match self.set("ipv6/conf/default/accept_ra", "0") {
            Ok(()) => true,
            Err(Trouble::Os(libc::ENOENT)) => false,
            Err(trouble) => return Err(trouble),
        };
        if v6 {
            self.set("ipv6/conf/default/router_solicitations", "0")?;
            // No addresses of its own choice.
            self.set("ipv6/conf/default/addr_gen_mode", "1")?;
        }
        self.set("ipv4/ping_group_range", "0 2147483647")?;
        for which in ["all", "default"] {
            self.set(&format!("ipv4/conf/{which}/rp_filter"), "0")?;
        }
        self.net.flags(LOOPBACK, libc::IFF_UP, libc::IFF_UP)?;
        for port in &self.ports {
            let (link, index) = (&port.link, port.link.index());
            self.ground.net.lay(link, &self.net)?;
            self.ground.net.flags(link.end, libc::IFF_UP | libc::IFF_NOARP, libc::IFF_UP | libc::IFF_NOARP)?;
            self.net.no_offloads(&link.name())?;
            // Without these flags the kernel joins no groups, and tells nobody of it.
            self.net.flags(index, libc::IFF_NOARP, quiet)?;
            for address in port.addresses.iter().copied().chain([local(self.number)]).filter(|a| v6 || a.ip.is_ipv4()) {
                self.net.address(index, address)?;
            }
            self.net.flags(index, libc::IFF_UP, libc::IFF_UP)?;
        }
        if self.router {
            self.set("ipv4/ip_forward", "1")?;
            if v6 {
                self.set("ipv6/conf/all/forwarding", "1")?;
            }
        }
        for port in &self.ports {
            self.net.flags(port.link.index(), libc::IFF_MULTICAST, quiet)?;
            self.ground.net.settle(port.link.end)?;
        }
        Ok(())
    }

    /// Tell it the hardware address of another one on the same wire.
    fn knows(&self, own: &Port, theirs: &Port, number: u8) -> Result<(), i32> {
        let v6 = |address: &Address| !address.ip.is_ipv4();
        let known = theirs.addresses.iter().copied().chain([local(number)]);
        for address in known.filter(|address| v6(address) || !self.arp) {
            match self.net.neighbour(own.link.index(), address.ip, theirs.link.mac) {
                // This kernel has no IPv6.
                Err(libc::EAFNOSUPPORT | libc::EOPNOTSUPP) if v6(&address) => {}
                done => done?,
            }
        }
        Ok(())
    }
}

/// Why there can be no hosts here.
fn refused(errno: i32, _stage: Stage) -> Failure {
    Failure::os(errno)
}
