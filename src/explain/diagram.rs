//! The session so far as a sequence diagram: made of the record.

use std::collections::VecDeque;
use std::os::fd::AsFd;
use std::rc::Rc;

use super::datagrams::{Places, Went, is_group, reached};
use super::frames::{self, Owner, Owners};
use super::story::{error, is_over, part, times};
use super::{bytes, covers, fin, local, option_name};
use crate::linux::constants::HOWS;
use crate::linux::state::State;
use crate::os::errqueue::Queued;
use crate::os::tcp;
use crate::value::diagram::{Diagram, DiagramStep, Lane};
use crate::value::{Addr, Failure};
use crate::wire::WireFrame;
use crate::world::record::{Did, Ends, Fact, Last};
use crate::world::{Record, Socket, World};

/// Whose lane it is.
#[derive(Clone, PartialEq, Eq)]
enum Who {
    Ours(u64),
    /// No socket of ours: known by its address.
    Other(Addr),
    /// A host, where no socket of it is known.
    Host(Rc<str>),
}

/// A diagram in the making.
struct Drawing<'a> {
    world: &'a World,
    record: &'a Record,
    facts: Vec<&'a Fact>,
    who: Vec<Who>,
    /// The datagram sockets, as they stood before the fact that is drawn.
    places: Places,
    /// Whose facts are drawn; all when it is empty.
    chosen: Vec<u64>,
    /// What happened, and how many times in a row.
    folded: Vec<(DiagramStep, usize)>,
    diagram: Diagram,
}

/// What happened to these sockets, or to all.
pub(crate) fn draw(world: &World, chosen: &[Rc<Socket>]) -> Result<Diagram, Failure> {
    let Some(record) = &world.record else {
        return Err(Failure::usage("with -q nothing is written down of what happens to sockets"));
    };
    // What the kernel made of a number is said with the call.
    let facts = record.facts().filter(|fact| !matches!(fact.did, Did::Taken { .. } | Did::Stands(_))).collect();
    let stands =
        record.facts().filter_map(|fact| if let Did::Stands(state) = fact.did { Some((fact, state)) } else { None });
    let mut drawing = Drawing {
        world,
        record,
        facts,
        who: Vec::new(),
        places: Places::default(),
        chosen: chosen.iter().map(|socket| socket.serial).collect(),
        folded: Vec::new(),
        diagram: Diagram::default(),
    };
    let owners = Owners::of(world, record, &drawing.facts);
    let mut meanwhile = Meanwhile { frames: frames::all(world).into(), stands: stands.collect() };
    for i in 0..drawing.facts.len() {
        let fact = drawing.facts[i];
        drawing.meanwhile(&owners, &mut meanwhile, fact.number);
        drawing.places.see(world, fact);
        if drawing.is_chosen(fact.socket) {
            drawing.step(i);
        }
    }
    drawing.meanwhile(&owners, &mut meanwhile, u64::MAX);
    drawing.finish();
    Ok(drawing.diagram)
}

/// What was no call's doing: frames, and states that they changed.
struct Meanwhile<'a> {
    frames: VecDeque<&'a WireFrame>,
    stands: VecDeque<(&'a Fact, State)>,
}

/// What went from one to another.
struct Arrow {
    to: Who,
    text: String,
    /// Why it did not come there.
    lost: Option<&'static str>,
}

impl Drawing<'_> {
    fn is_chosen(&self, socket: u64) -> bool {
        self.chosen.is_empty() || self.chosen.contains(&socket)
    }

    fn lane(&mut self, who: Who) -> usize {
        if let Some(lane) = self.who.iter().position(|w| *w == who) {
            return lane;
        }
        let name = match &who {
            Who::Ours(socket) => self.record.name(*socket).to_string(),
            Who::Other(addr) => addr.to_string(),
            Who::Host(name) => name.to_string(),
        };
        self.who.push(who);
        self.diagram.lanes.push(Lane { name, ..Lane::default() });
        self.who.len() - 1
    }

    fn step(&mut self, i: usize) {
        let fact = self.facts[i];
        let begins: Vec<Who> = match &fact.did {
            // What closed it has told.
            Did::Dropped if self.record.closed(fact.socket).is_some() => return,
            // It stands in the row of the send.
            Did::Lost { from, .. } if self.is_chosen(*from) => return,
            // One call, one row: what it came to.
            _ if self.facts.get(i + 1).is_some_and(|next| goes_on(fact, next)) => return,
            Did::Paired(other) if *other < fact.socket => return,
            Did::Paired(other) => vec![Who::Ours(fact.socket), Who::Ours(*other)],
            _ if self.who.contains(&Who::Ours(fact.socket)) || self.record.forgot(fact.socket) => Vec::new(),
            _ => vec![Who::Ours(fact.socket)],
        };
        let target = self.arrow(i);
        let me = self.lane(Who::Ours(fact.socket));
        let mut step =
            DiagramStep { line: fact.place.line, what: what(self.record, fact), lane: me, ..DiagramStep::default() };
        step.begins = begins.into_iter().map(|who| self.lane(who)).collect();
        step.ends = matches!(fact.did, Did::Closed(_)).then_some(me);
        if let Some(fin) = fin::of(self.world, fact) {
            step.what.push_str(&format!(": {}", fin.says()));
        }
        if let Did::Accepted(listener, _) = fact.did {
            // The connection comes out of the listening socket.
            step.lane = self.lane(Who::Ours(listener));
            step.arrow = Some((me, String::new()));
        } else if let Some(Arrow { to, text, lost }) = target {
            let to = self.lane(to);
            if to == me {
                step.what.push_str(&format!(": {text} to itself"));
            } else {
                step.arrow = Some((to, text));
            }
            if let Some(why) = lost {
                step.lost = true;
                step.what.push_str(&format!(": {why}"));
            }
        }
        self.fold(step);
    }

    /// What happened before the fact of that number, and was no call's doing.
    fn meanwhile(&mut self, owners: &Owners, all: &mut Meanwhile, number: u64) {
        loop {
            let frame = all.frames.front().map_or(u64::MAX, |frame| frame.after);
            let stands = all.stands.front().map_or(u64::MAX, |(fact, _)| fact.number);
            if frame < stands.min(number) {
                let _ = all.frames.pop_front().map(|frame| self.frame(owners, frame));
            } else if stands < number {
                let _ = all.stands.pop_front().map(|(fact, state)| self.stands(fact, state));
            } else {
                return;
            }
        }
    }

    /// A socket's TCP state is another one.
    fn stands(&mut self, fact: &Fact, state: State) {
        if !self.is_chosen(fact.socket) || self.record.forgot(fact.socket) {
            return;
        }
        let lane = self.lane(Who::Ours(fact.socket));
        let new = (lane, state.name().to_string());
        match self.folded.last_mut() {
            Some((last, _)) if !last.states.is_empty() && last.states.iter().all(|(own, _)| *own != lane) => {
                last.states.push(new);
            }
            _ => self.fold(DiagramStep { lane, states: vec![new], ..DiagramStep::default() }),
        }
    }

    /// A frame that went over a wire.
    fn frame(&mut self, owners: &Owners, frame: &WireFrame) {
        let Some((from, to)) = owners.sides(frame) else { return };
        let who = |owner: Owner| match owner {
            Owner::Socket(socket) => Who::Ours(socket),
            Owner::Host(name) => Who::Host(name),
        };
        let (from, to) = (who(from), who(to));
        let told = |who: &Who| matches!(who, Who::Ours(socket) if self.is_chosen(*socket));
        if !(self.chosen.is_empty() || told(&from) || told(&to)) {
            return;
        }
        let (lane, to) = (self.lane(from), self.lane(to));
        let step = DiagramStep {
            what: frame.deed(),
            lane,
            arrow: Some((to, frames::words(frame))),
            lost: frame.fate.is_loss(),
            ..DiagramStep::default()
        };
        self.fold(step);
    }

    fn fold(&mut self, step: DiagramStep) {
        match self.folded.last_mut() {
            Some((last, count)) if *last == step && step.begins.is_empty() => *count += 1,
            _ => self.folded.push((step, 1)),
        }
    }

    /// What went on its way with that entry, and where to.
    fn arrow(&self, i: usize) -> Option<Arrow> {
        let fact = self.facts[i];
        // What really went has rows of its own.
        if self.goes_by_wire(fact) {
            return None;
        }
        let ip = self.record.ends(fact.socket).is_some_and(|ends| ends.peer.port().is_some());
        let tcp = |word: &str, other: &str| if ip { word.to_string() } else { other.to_string() };
        let (to, text) = match &fact.did {
            Did::Connected(ends) if self.is_stream(i) => (self.there(i, ends), tcp("handshake", "connect")),
            Did::Connecting(to) => (self.at(i, to), "SYN".into()),
            Did::Sent { bytes, of, to } => {
                let text = part(*bytes, *of);
                if let Some(went) = self.places.went(self.world, fact.socket, to.as_ref()) {
                    return Some(self.datagram(i, went, text));
                }
                let to = to.as_ref().filter(|_| !self.is_stream(i));
                (to.map_or_else(|| self.peer(i), |to| Some(self.at(i, to)))?, text)
            }
            Did::Shut(_) | Did::Closed(_) if fin::of(self.world, fact).is_some() => return None,
            Did::Shut(libc::SHUT_WR | libc::SHUT_RDWR) if self.is_stream(i) => (self.peer(i)?, tcp("FIN", "end")),
            Did::Closed(last) if self.is_stream(i) => (self.peer(i)?, parting(last, tcp("FIN", "end"))?),
            _ => return None,
        };
        Some(Arrow { to, text, lost: None })
    }

    /// Whether what that entry sends goes over a wire, and not within its host or this machine.
    fn goes_by_wire(&self, fact: &Fact) -> bool {
        let to = match &fact.did {
            Did::Connecting(to) | Did::Sent { to: Some(to), .. } => Some(to),
            _ => None,
        };
        if let Some(ends) = self.record.ends(fact.socket) {
            return ends.net.is_some() && is_outside(&ends.peer);
        }
        let in_host = |socket: Rc<Socket>| socket.shared.host().is_some();
        self.world.find(fact.socket).is_some_and(in_host) && to.is_none_or(is_outside)
    }

    /// A datagram on its way: it may be thrown away where it comes to.
    fn datagram(&self, i: usize, went: Went, text: String) -> Arrow {
        let (to, lost) = match (self.record.lost_at(self.facts[i]), went) {
            (Some(socket), _) => (Who::Ours(socket), Some("dropped")),
            (None, Went::To(socket)) => (Who::Ours(socket), None),
            (None, Went::Filtered(socket)) => (Who::Ours(socket), Some("filtered")),
            (None, Went::Shared(to)) => (Who::Other(to), None),
            (None, Went::Elsewhere(to)) if is_group(&to) => (Who::Other(to), None),
            (None, Went::Elsewhere(to)) => (self.at(i, &to), None),
        };
        Arrow { to, text, lost }
    }

    /// Whether the socket has a peer for good: a connection.
    fn is_stream(&self, i: usize) -> bool {
        match self.record.of(self.facts[i].socket).next().map(|fact| &fact.did) {
            Some(Did::Made([_, kind, _])) => !matches!(*kind, libc::SOCK_DGRAM | libc::SOCK_RAW),
            Some(did) if did.begins() => true,
            // How it was made is not known any more.
            _ => match self.record.closed(self.facts[i].socket) {
                Some((_, last)) => last.state.is_some(),
                None => self.world.find(self.facts[i].socket).is_some_and(|s| s.kind != libc::SOCK_DGRAM),
            },
        }
    }

    /// The other end of the socket's connection. Until it is accepted, that is the listening socket.
    fn peer(&self, i: usize) -> Option<Who> {
        let socket = self.facts[i].socket;
        if let Some(other) = self.record.other_end_until(socket, self.facts[i].number) {
            let listener = self.facts[i..].iter().find_map(|fact| match fact.did {
                Did::Accepted(listener, _) if fact.socket == other => Some(listener),
                _ => None,
            });
            return Some(Who::Ours(listener.unwrap_or(other)));
        }
        if let Some(ends) = self.record.ends(socket) {
            return Some(self.there(i, &ends));
        }
        let asked = self.record.of(socket).rev().find_map(|fact| fact.did.asked());
        asked.map(|to| self.at(i, to))
    }

    fn there(&self, i: usize, ends: &Ends) -> Who {
        if ends.is_self() { Who::Ours(self.facts[i].socket) } else { self.at(i, &ends.peer) }
    }

    /// Who has an address at that time: the last of ours that was bound to it, or somebody else.
    fn at(&self, i: usize, addr: &Addr) -> Who {
        let bound = |fact: &'_ Fact| if let Did::Bound(own) = &fact.did { Some(own.clone()) } else { None };
        let own = self.record.of(self.facts[i].socket).rev().find_map(bound);
        let addr = &reached(addr, own.as_ref());
        let covers = |bound: &Addr| covers(bound, addr);
        let has = |fact: &&&Fact| match &fact.did {
            Did::Bound(at) | Did::Listens(at) => covers(at),
            Did::Closed(last) => last.local.as_ref().is_some_and(covers) && last.peer.is_none(),
            _ => false,
        };
        let before = self.facts[..i].iter().rev().find(has);
        let unbound = || self.world.sockets().into_iter().find(|s| local(s).as_ref().is_some_and(covers));
        match before {
            Some(fact) if !matches!(fact.did, Did::Closed(_)) => Who::Ours(fact.socket),
            _ => unbound().map_or_else(|| Who::Other(addr.clone()), |s| Who::Ours(s.serial)),
        }
    }

    /// How all stand in the end.
    fn finish(&mut self) {
        let row = |(step, count): (DiagramStep, usize)| DiagramStep { what: times(step.what, count), ..step };
        for (who, lane) in self.who.iter().zip(&mut self.diagram.lanes) {
            // What is not told of begins nowhere.
            let told = |socket: &u64| self.chosen.is_empty() || self.chosen.contains(socket);
            lane.always = !matches!(who, Who::Ours(socket) if told(socket) && !self.record.forgot(*socket));
            let Who::Ours(serial) = who else { continue };
            let state = |s: Rc<Socket>| Some(tcp::stands(s.fd().ok()?.as_fd()));
            lane.stands = match self.world.find(*serial).and_then(state) {
                // Which of the two depends on when the peer's kernel answers.
                Some(State::FinWait1 | State::FinWait2) => "FIN_WAIT".into(),
                Some(State::Unconnected | State::Connected) => "open".into(),
                Some(state) => state.name().into(),
                None => "closed".into(),
            };
        }
        self.diagram.steps = self.folded.drain(..).map(row).collect();
    }
}

/// Whether it is not on the same host.
fn is_outside(addr: &Addr) -> bool {
    addr.host().is_some_and(|ip| !ip.to_canonical().is_loopback())
}

/// What a close says to the peer, if it has not been said before.
fn parting(last: &Last, end: String) -> Option<String> {
    let unsaid = match last.state {
        None | Some(State::Established | State::CloseWait) => true,
        // Its FIN was sent before.
        Some(State::FinWait1 | State::FinWait2) => last.resets(),
        _ => false,
    };
    (last.peer.is_some() && !last.held && unsaid)
        .then(|| if last.resets() && last.state.is_some() { "RST".into() } else { end })
}

/// Whether the same call did more to the socket: create_server, create_connection.
fn goes_on(fact: &Fact, next: &Fact) -> bool {
    let more = matches!(next.did, Did::Bound(_) | Did::Listens(_) | Did::Connected(_));
    more && next.socket == fact.socket && next.place.call == fact.place.call && fact.place.call > 0
}

/// What was done, as it was called.
fn what(record: &Record, fact: &Fact) -> String {
    let call = &fact.place.name;
    match &fact.did {
        Did::Disconnected => format!("{call} AF_UNSPEC"),
        Did::Received { end: true, .. } if is_over(record, fact) => format!("{call}: over"),
        Did::Received { end: true, .. } => format!("{call}: the end"),
        Did::Received { bytes: count, .. } => format!("{call}: {}", bytes(*count)),
        Did::Lost { bytes: count, .. } => format!("{}: dropped", bytes(*count)),
        Did::TookError(entry, _) => {
            let origin = |entry: &Queued| error(entry).unwrap_or_else(|| entry.origin.name());
            format!("{call}: error queue{}", entry.as_ref().map_or(String::new(), |e| format!(", {}", origin(e))))
        }
        Did::Shut(how) => format!("shutdown {}", HOWS.name_of(*how).unwrap_or("?")),
        Did::OptionSet(level, number) => option_name(*level, *number).unwrap_or(call).into(),
        Did::ModeSet(mode) => mode.to_string(),
        Did::Held => "close: a call that waits holds it".into(),
        Did::Closed(_) if record.of(fact.socket).any(|fact| fact.did == Did::Held) => "closed".into(),
        Did::Dropped | Did::Closed(_) => "close".into(),
        Did::Failed(_, name) | Did::Learned(_, name) => format!("{call}: {}", name.as_str()),
        _ => call.to_string(),
    }
}
