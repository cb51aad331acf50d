//! The session so far as a sequence diagram: made of the journal.

use std::os::fd::AsFd;
use std::rc::Rc;

use super::Session;
use super::why::bytes;
use crate::linux::constants::HOWS;
use crate::linux::options;
use crate::linux::state::State;
use crate::os::tcp;
use crate::value::diagram::{Diagram, Lane, Step};
use crate::value::{Addr, Failure};
use crate::world::journal::{Act, Did, Last};
use crate::world::{Journal, Socket};

/// Whose lane it is.
#[derive(Clone, PartialEq, Eq)]
enum Who {
    Ours(u64),
    /// No socket of ours: known by its address.
    Other(Addr),
}

/// A diagram in the making.
struct Drawing<'a> {
    journal: &'a Journal,
    acts: Vec<&'a Act>,
    open: Vec<Rc<Socket>>,
    who: Vec<Who>,
    diagram: Diagram,
}

impl Session {
    /// What happened to these sockets, or to all.
    pub(super) fn diagram(&self, chosen: &[Rc<Socket>]) -> Result<Diagram, Failure> {
        let Some(journal) = &self.world.journal else {
            return Err(Failure::usage("with -q nothing is written down of what happens to sockets"));
        };
        let acts = journal.acts().collect();
        let (open, who, diagram) = (self.world.sockets(), Vec::new(), Diagram::default());
        let mut drawing = Drawing { journal, acts, open, who, diagram };
        let is_chosen = |socket| chosen.is_empty() || chosen.iter().any(|s| s.serial == socket);
        for i in 0..drawing.acts.len() {
            if is_chosen(drawing.acts[i].socket) {
                drawing.step(i);
            }
        }
        for (who, lane) in drawing.who.iter().zip(&mut drawing.diagram.lanes) {
            // What is not told of begins nowhere.
            lane.always = !matches!(who, Who::Ours(socket) if is_chosen(*socket));
        }
        drawing.finish();
        Ok(drawing.diagram)
    }
}

impl Drawing<'_> {
    fn lane(&mut self, who: Who) -> usize {
        if let Some(lane) = self.who.iter().position(|w| *w == who) {
            return lane;
        }
        let name = match &who {
            Who::Ours(socket) => self.journal.name(*socket).to_string(),
            Who::Other(addr) => addr.to_string(),
        };
        self.who.push(who);
        self.diagram.lanes.push(Lane { name, ..Lane::default() });
        self.who.len() - 1
    }

    fn step(&mut self, i: usize) {
        let act = self.acts[i];
        let begins: Vec<Who> = match &act.did {
            // What closed it has told.
            Did::Dropped if self.journal.is_closed(act.socket) => return,
            Did::Made(_) if self.acts.get(i + 1).is_some_and(|next| goes_on(act, next)) => return,
            Did::Paired(other) if *other < act.socket => return,
            Did::Paired(other) => vec![Who::Ours(act.socket), Who::Ours(*other)],
            _ if self.who.contains(&Who::Ours(act.socket)) => Vec::new(),
            _ => vec![Who::Ours(act.socket)],
        };
        let made = i > 0 && goes_on(self.acts[i - 1], act);
        let target = self.arrow(i);
        let me = self.lane(Who::Ours(act.socket));
        let mut step = Step { line: act.line, what: what(&act.did, made), lane: me, ..Step::default() };
        step.begins = begins.into_iter().map(|who| self.lane(who)).collect();
        step.ends = matches!(act.did, Did::Closed(_)).then_some(me);
        if let Did::Accepted(listener, _) = act.did {
            // The connection comes out of the listening socket.
            step.lane = self.lane(Who::Ours(listener));
            step.arrow = Some((me, String::new()));
        } else if let Some((who, text)) = target {
            let to = self.lane(who);
            step.arrow = (to != me).then_some((to, text));
        }
        self.diagram.steps.push(step);
    }

    /// What went on its way with that entry, and where to.
    fn arrow(&self, i: usize) -> Option<(Who, String)> {
        let act = self.acts[i];
        let tcp = |s: &str, other: &str| if self.is_ip(act.socket) { s.to_string() } else { other.to_string() };
        match &act.did {
            Did::Connected(_) if !self.is_stream(i) => None,
            Did::Connected(_) => Some((self.peer(i)?, tcp("handshake", "connect"))),
            Did::Connecting(to) => Some((self.at(i, to), "SYN".into())),
            Did::Sent(count, to) => {
                let to = to.as_ref().filter(|_| !self.is_stream(i));
                Some((to.map_or_else(|| self.peer(i), |to| Some(self.at(i, to)))?, bytes(*count)))
            }
            Did::Shut(libc::SHUT_WR | libc::SHUT_RDWR) if self.is_stream(i) => Some((self.peer(i)?, tcp("FIN", "end"))),
            Did::Closed(last) if self.is_stream(i) => Some((self.peer(i)?, parting(last, tcp("FIN", "end"))?)),
            _ => None,
        }
    }

    fn made(&self, socket: u64) -> Option<&Did> {
        self.journal.of(socket).next().map(|act| &act.did)
    }

    fn is_ip(&self, socket: u64) -> bool {
        self.journal.ends(socket).is_some_and(|ends| ends.peer.port().is_some())
    }

    /// Whether the socket has a peer for good: a connection.
    fn is_stream(&self, i: usize) -> bool {
        match self.made(self.acts[i].socket) {
            Some(Did::Made(sort)) => !sort.starts_with("UDP") && !sort.contains("DGRAM"),
            _ => true,
        }
    }

    /// The other end of the socket's connection. Until it is accepted, that is the listening socket.
    fn peer(&self, i: usize) -> Option<Who> {
        let socket = self.acts[i].socket;
        if let Some(other) = self.journal.other_end(socket) {
            let accepted = |act: &Act| act.socket == other && matches!(act.did, Did::Accepted(..));
            let later = self.acts[i..].iter().find(|act| accepted(act));
            return Some(Who::Ours(match later.map(|act| &act.did) {
                Some(Did::Accepted(listener, _)) => *listener,
                _ => other,
            }));
        }
        self.journal.ends(socket).map(|ends| self.at(i, &ends.peer))
    }

    /// Who has an address at that time: the last of ours that was bound to it, or somebody else.
    fn at(&self, i: usize, addr: &Addr) -> Who {
        let covers = |bound: &Addr| {
            let any = bound.host().is_some_and(|h| h.is_unspecified()) && bound.port() == addr.port();
            bound == addr || any
        };
        let has = |act: &&&Act| match &act.did {
            Did::Bound(at) | Did::Listens(at) => covers(at),
            Did::Closed(last) => last.local.as_ref().is_some_and(covers) && last.peer.is_none(),
            _ => false,
        };
        let before = self.acts[..i].iter().rev().find(has);
        let unbound = || self.open.iter().find(|s| s.addresses().0.as_ref().is_some_and(covers)).map(|s| s.serial);
        match before {
            Some(act) if !matches!(act.did, Did::Closed(_)) => Who::Ours(act.socket),
            _ => unbound().map_or_else(|| Who::Other(addr.clone()), Who::Ours),
        }
    }

    /// How all stand in the end.
    fn finish(&mut self) {
        for (who, lane) in self.who.iter().zip(&mut self.diagram.lanes) {
            let Who::Ours(serial) = who else { continue };
            let open = self.open.iter().find(|s| s.serial == *serial);
            let state = open.and_then(|s| s.open_fd().ok().map(|fd| tcp::stands(fd.as_fd())));
            lane.stands = match state {
                // Which of the two depends on when the peer's kernel answers.
                Some(State::FinWait1 | State::FinWait2) => "FIN_WAIT".into(),
                Some(State::Unconnected | State::Connected) => "open".into(),
                Some(state) => state.name().into(),
                None => "closed".into(),
            };
        }
    }
}

/// What a close says to the peer, if it has not been said before.
fn parting(last: &Last, end: String) -> Option<String> {
    let resets = last.aborts || last.unread > 0;
    let unsaid = matches!(last.state, None | Some(State::Established | State::CloseWait));
    (last.peer.is_some() && !last.held && unsaid)
        .then(|| if resets && last.state.is_some() { "RST".into() } else { end })
}

/// Whether a socket was made and more by one call: create_server, create_connection.
fn goes_on(made: &Act, next: &Act) -> bool {
    let more = matches!(next.did, Did::Listens(_) | Did::Connected(_));
    more && matches!(made.did, Did::Made(_)) && made.socket == next.socket && made.line == next.line
}

/// What was done, as it was called; whether the call made the socket, too.
fn what(did: &Did, made: bool) -> String {
    match did {
        Did::Listens(_) if made => "create_server".into(),
        Did::Connected(_) if made => "create_connection".into(),
        Did::Made(_) => "socket".into(),
        Did::Paired(_) => "socketpair".into(),
        Did::Duplicated(_) => "dup".into(),
        Did::Bound(_) => "bind".into(),
        Did::Listens(_) => "listen".into(),
        Did::Connecting(_) | Did::Connected(_) => "connect".into(),
        Did::Accepted(..) => "accept".into(),
        Did::Disconnected => "connect AF_UNSPEC".into(),
        Did::Sent(..) => "send".into(),
        Did::Received { end: true, .. } => "recv: the end".into(),
        Did::Received { bytes: count, .. } => format!("recv: {}", bytes(*count)),
        Did::Shut(how) => format!("shutdown {}", HOWS.name_of(*how).unwrap_or("?")),
        Did::OptionSet(level, number) => {
            options::by_number(*level, *number).spec.map_or_else(|| "setsockopt".into(), |spec| spec.name.into())
        }
        Did::ModeSet(mode) => mode.to_string(),
        Did::Filed => "makefile".into(),
        Did::Dropped | Did::Closed(_) => "close".into(),
        Did::Detached => "detach".into(),
        Did::Failed(call, name) => format!("{call}: {}", name.as_str()),
    }
}
