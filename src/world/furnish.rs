//! A host gets its links, its addresses, its neighbours and the ways to other wires. It stays quiet: nothing is sent of its
//! own accord, so that the first frame on a wire is the user's own.

use std::collections::HashSet;
use std::net::IpAddr;
use std::rc::Rc;

use super::World;
use super::host::{Host, Port, local};
use crate::os::hosts::{Address, Trouble};

/// The way to everywhere.
const V4_ALL: Address = Address { ip: IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), prefix: 0 };
const V6_ALL: Address = Address { ip: IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED), prefix: 0 };

impl Host {
    /// Give it its links and addresses.
    pub(super) fn furnish(&self) -> Result<(), Trouble> {
        const LOOPBACK: u32 = 1;
        let quiet = libc::IFF_NOARP | libc::IFF_MULTICAST;
        let v6 = match self.set("ipv6/conf/default/accept_ra", "0") {
            Ok(()) => true,
            Err(Trouble::Os(libc::ENOENT)) => false,
            Err(trouble) => return Err(trouble),
        };
        if v6 {
            self.set("ipv6/conf/default/router_solicitations", "0")?;
            // Else an address is taken into use up to a second late, by chance.
            self.set("ipv6/conf/default/router_solicitation_delay", "0")?;
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
            self.lay(link)?;
            self.net.no_offloads(&link.name())?;
            // Without these flags the kernel joins no groups: what of that it does later all the same, the cable leaves out.
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
            self.settle(port.link.end)?;
        }
        // The links' own addresses are all the same: each is looked for on its link.
        for port in self.ports.iter().filter(|_| v6) {
            let all = port.addresses.iter().copied().chain([local(self.number)]);
            for address in all.filter(|address| !address.ip.is_ipv4()) {
                self.net.settle_address(address.ip, port.link.index())?;
            }
        }
        Ok(())
    }

    /// Tell it the hardware address of another one on the same wire.
    fn knows(&self, own: &Port, theirs: &Port, number: u8) -> Result<(), i32> {
        let v6 = |address: &Address| !address.ip.is_ipv4();
        let known = theirs.addresses.iter().copied().chain([local(number)]);
        for address in known.filter(|address| v6(address) || !self.arp) {
            let told = self.net.neighbour(own.link.index(), address.ip, theirs.link.mac);
            where_there_is(v6(&address), told)?;
        }
        Ok(())
    }

    /// Lead it to a network through a router on a wire of its own.
    fn leads(&self, to: Address, own: &Port, gateway: &Port) -> Result<(), i32> {
        let Some(by) = gateway.addresses.iter().find(|a| a.ip.is_ipv4() == to.ip.is_ipv4()) else { return Ok(()) };
        where_there_is(!to.ip.is_ipv4(), self.net.route(to, by.ip, own.link.index()))
    }

    fn port_on(&self, wire: usize) -> Option<&Port> {
        self.ports.iter().find(|port| port.wire == wire)
    }
}

/// What is done for IPv6 is done where the kernel has it.
fn where_there_is(v6: bool, done: Result<(), i32>) -> Result<(), i32> {
    match done {
        Err(libc::EAFNOSUPPORT | libc::EOPNOTSUPP) if v6 => Ok(()),
        done => done,
    }
}

impl World {
    /// Have a host and all others on its wires know each other's hardware addresses.
    pub(super) fn introduce(&self, new: &Host) -> Result<(), i32> {
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

    /// Have every host know the ways to the wires that it is not on, through the routers there are.
    pub(super) fn lead(&self) -> Result<(), i32> {
        let hosts: Vec<Rc<Host>> = self.hosts.open().collect();
        let routers: Vec<&Rc<Host>> = hosts.iter().filter(|host| host.router).collect();
        for host in &hosts {
            for (to, own, gateway) in ways(host, &routers, &hosts) {
                host.leads(to, own, gateway)?;
            }
        }
        Ok(())
    }
}

/// The ways of a host: to which network, by which of its ports, through which of a router's. Everywhere, for one that is no
/// router itself: by the first router next to it.
fn ways<'a>(host: &'a Rc<Host>, routers: &[&'a Rc<Host>], hosts: &[Rc<Host>]) -> Vec<(Address, &'a Port, &'a Port)> {
    let mut found = Vec::new();
    let mut known: HashSet<usize> = host.ports.iter().map(|port| port.wire).collect();
    // Wires that can be reached, each with the first step there; those that are nearest come first.
    let mut reached: Vec<(usize, Option<(&Port, &Port)>)> = host.ports.iter().map(|port| (port.wire, None)).collect();
    let mut next = 0;
    while let Some((wire, step)) = reached.get(next).copied() {
        next += 1;
        for router in routers.iter().filter(|router| !Rc::ptr_eq(router, host)) {
            let Some(there) = router.port_on(wire) else { continue };
            let Some(step) = step.or_else(|| host.port_on(wire).map(|own| (own, there))) else { continue };
            for beyond in router.ports.iter().filter(|port| known.insert(port.wire)) {
                reached.push((beyond.wire, Some(step)));
                if host.router {
                    let on = hosts.iter().filter_map(|host| host.port_on(beyond.wire)).flat_map(|port| &port.addresses);
                    let networks: HashSet<Address> = on.map(|address| address.network()).collect();
                    found.extend(networks.into_iter().map(|network| (network, step.0, step.1)));
                } else if found.is_empty() {
                    found.extend([V4_ALL, V6_ALL].map(|all| (all, step.0, step.1)));
                }
            }
        }
    }
    found
}
