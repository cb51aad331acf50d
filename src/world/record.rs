//! The record of what happened to each socket: typed facts, in order, written by whoever does the deed.
//!
//! An effect notes what it did where it did it ([`World::note`]); causes, stories, pictures and JSON read it. It is kept
//! where every call is shown, never for a quiet script, which pays one branch. It is bounded: old facts go. It knows no program.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::time::Instant;

pub(crate) use super::ends::{Ends, Last, ended, peer_is_own};
use super::{Mode, Socket, World};
use crate::os::errqueue::Queued;
use crate::os::trace;
use crate::value::{Addr, Failure, Name, Tried};

/// How many facts are kept.
const KEPT_MAX: usize = 4096;

/// What happened, in order.
#[derive(Default)]
pub struct Record {
    facts: VecDeque<Fact>,
    /// How many facts there ever were.
    count: u64,
    /// The first names of the sockets that the facts are of.
    names: HashMap<u64, Rc<str>>,
    /// The addresses of the connection each socket had last.
    ends: HashMap<u64, Ends>,
    /// The other ends of connections, seen from each.
    others: HashMap<u64, u64>,
    /// What runs.
    pub place: Place,
}

/// Where something happened: which call, on which line, in which task.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Which call of the session: they count up.
    pub call: u64,
    /// Its name.
    pub name: Rc<str>,
    /// Its line; 0 where it is not known.
    pub line: u32,
    /// Its task; none for the main one.
    pub task: Option<Rc<str>>,
}

/// One thing that happened to a socket.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Which fact of the session: they count up from 1.
    pub number: u64,
    /// When.
    pub at: Instant,
    /// In which call.
    pub place: Place,
    /// To which socket.
    pub socket: u64,
    /// What.
    pub did: Did,
}

/// What can happen to a socket.
#[derive(Clone, PartialEq, Debug)]
pub enum Did {
    /// It was made: its family, type and protocol.
    Made([i32; 3]),
    /// It was made as an end of a pair, whose other end is that socket.
    Paired(u64),
    /// It was made as another descriptor of that socket.
    Duplicated(u64),
    /// It was made of a descriptor that came from elsewhere.
    Adopted,
    /// It was bound.
    Bound(Addr),
    /// It listens.
    Listens(Addr),
    /// A connection was asked for and is under way.
    Connecting(Addr),
    /// It was connected.
    Connected(Ends),
    /// It was accepted from that listening socket.
    Accepted(u64, Ends),
    /// It gave up its peer: connect AF_UNSPEC.
    Disconnected,
    /// It sent.
    Sent {
        /// How many bytes the kernel took.
        bytes: usize,
        /// How many there were.
        of: usize,
        /// To where, if the call named an address.
        to: Option<Addr>,
    },
    /// It received.
    Received {
        /// How many bytes.
        bytes: usize,
        /// From where, if the call told.
        from: Option<Addr>,
        /// How many the call had room for.
        room: usize,
        /// How long the datagram was.
        whole: usize,
        /// They were left in place: MSG_PEEK.
        peeked: bool,
        /// There was nothing, and will be nothing: the peer's end of the stream.
        end: bool,
    },
    /// It threw away a datagram that came.
    Lost {
        /// How long it was.
        bytes: usize,
        /// The socket of ours that sent it.
        from: u64,
    },
    /// It took an entry of its error queue: what that says, if the call had room for it, and where the datagram that it
    /// is about was to go.
    TookError(Option<Queued>, Option<Addr>),
    /// It was shut down: `rd`, `wr` or `rdwr`.
    Shut(i32),
    /// An option was set: its level and number.
    OptionSet(i32, i32),
    /// The kernel made another number of one that was asked for: an option's, by level and number, or else how many
    /// connections may wait.
    Taken {
        /// Which option.
        option: Option<(i32, i32)>,
        /// What was asked for.
        asked: i32,
        /// What it is now.
        taken: i32,
    },
    /// A file was made of it.
    Filed,
    /// The way its calls wait was set.
    ModeSet(Mode),
    /// Its user closed it; the kernel's end of it may live on in files and duplicates.
    Dropped,
    /// Its user closed it while calls waited on it: they have it open until they end.
    Held,
    /// Its descriptor was taken out of it.
    Detached,
    /// The kernel's socket was closed.
    Closed(Box<Last>),
    /// A call failed: what it tried, and with what.
    Failed(Tried, Name),
    /// SO_ERROR told that something failed: what had been tried, and with what.
    Learned(Tried, Name),
}

impl Record {
    pub(super) fn add(&mut self, socket: u64, did: Did) {
        if self.goes_on(socket, &did) {
            return;
        }
        if let Some(ends) = did.ends() {
            self.forget();
            self.ends.insert(socket, ends);
        }
        if self.facts.len() == KEPT_MAX {
            self.facts.pop_front();
        }
        self.count += 1;
        let (number, at, place) = (self.count, Instant::now(), self.place.clone());
        self.facts.push_back(Fact { number, at, place, socket, did });
    }

    /// What a call sends in several goes stands once.
    fn goes_on(&mut self, socket: u64, did: &Did) -> bool {
        let (Did::Sent { bytes: more, of: left, .. }, call) = (did, self.place.call) else { return false };
        let since = self.facts.iter_mut().rev().take_while(|fact| fact.place.call >= call && call > 0);
        let mut of_it = since.filter(|fact| fact.socket == socket && fact.place.call == call);
        let Some(Did::Sent { bytes, of, .. }) = of_it.next().map(|fact| &mut fact.did) else { return false };
        (*bytes, *of) = (*bytes + more, *bytes + left);
        true
    }

    /// A socket got its first name.
    pub fn name_it(&mut self, socket: u64, name: &Rc<str>) {
        self.forget();
        self.names.entry(socket).or_insert_with(|| name.clone());
    }

    /// Names and connections are kept of sockets that are told of.
    fn forget(&mut self) {
        if self.names.len().max(self.others.len()).max(self.ends.len()) >= 2 * KEPT_MAX {
            let told: HashSet<u64> = self.facts.iter().map(|fact| fact.socket).collect();
            self.names.retain(|socket, _| told.contains(socket));
            self.others.retain(|socket, _| told.contains(socket));
            self.ends.retain(|socket, _| told.contains(socket));
        }
    }

    /// The name a socket had first, if it had one.
    pub fn named(&self, socket: u64) -> Option<Rc<str>> {
        self.names.get(&socket).cloned()
    }

    /// The name a socket had first, or a word for it.
    pub fn name(&self, socket: u64) -> Rc<str> {
        self.named(socket).unwrap_or_else(|| format!("socket#{socket}").into())
    }

    /// All that is known, in order.
    pub fn facts(&self) -> impl DoubleEndedIterator<Item = &Fact> {
        self.facts.iter()
    }

    /// What happened to one socket, in order.
    pub fn of(&self, socket: u64) -> impl DoubleEndedIterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.socket == socket)
    }

    /// Which socket of ours threw away the datagram that was sent by that: it is written down next.
    pub fn lost_at(&self, sent: &Fact) -> Option<u64> {
        let place = sent.number + 1 - self.facts.front()?.number;
        let next = self.facts.get(usize::try_from(place).ok()?)?;
        let lost = matches!(next.did, Did::Lost { from, .. } if from == sent.socket);
        (lost && next.place.call == sent.place.call).then_some(next.socket)
    }

    /// The last thing of a kind that happened to a socket.
    pub fn last(&self, socket: u64, is: impl Fn(&Did) -> bool) -> Option<&Fact> {
        self.of(socket).rev().find(|fact| is(&fact.did))
    }

    /// How a socket stood when the kernel's was closed, if it is.
    pub fn closed(&self, socket: u64) -> Option<(&Fact, &Last)> {
        self.of(socket).rev().find_map(|fact| match &fact.did {
            Did::Closed(last) => Some((fact, &**last)),
            _ => None,
        })
    }

    /// The addresses of the connection a socket had last, also when it is over.
    pub fn ends(&self, socket: u64) -> Option<Ends> {
        self.ends.get(&socket).cloned()
    }

    /// Which socket is at the other end of one that has just come to be.
    fn meet(&mut self, socket: u64, other: u64) {
        self.forget();
        self.others.insert(socket, other);
        self.others.entry(other).or_insert(socket);
    }

    /// The socket at the other end of a connection, if it is one of ours; it may be gone.
    pub fn other_end(&self, socket: u64) -> Option<u64> {
        self.other_end_until(socket, u64::MAX)
    }

    /// The same before that fact. A connection lives on in another descriptor of it when one was given up.
    pub fn other_end_until(&self, socket: u64, number: u64) -> Option<u64> {
        if let Some(other) = self.others.get(&socket) {
            let left = |fact: &Fact| match &fact.did {
                _ if fact.number > number => false,
                Did::Closed(last) => last.held,
                did => *did == Did::Detached,
            };
            let there = |heir: u64| self.of(heir).next().is_none_or(|first| first.number < number);
            let heirs = self.others.iter().filter(|(heir, end)| **end == socket && *heir != other && there(**heir));
            let heir = heirs.map(|(heir, _)| *heir).max();
            return heir.filter(|_| self.of(*other).any(left)).or(Some(*other));
        }
        let ends = self.ends(socket).filter(|ends| !ends.is_self())?;
        self.met(&ends, |other| other != socket && !self.others.contains_key(&other))
    }

    /// The latest socket whose connection had these addresses, seen from its other end.
    fn met(&self, ends: &Ends, is: impl Fn(u64) -> bool) -> Option<u64> {
        let meets = |fact: &&Fact| is(fact.socket) && fact.did.ends().is_some_and(|theirs| theirs.meets(ends));
        self.facts.iter().rev().find(meets).map(|fact| fact.socket)
    }

    /// The first socket that connected to an AF_UNIX listener and was not accepted yet: its queue is one of first come,
    /// first served. Known only when all of the listener's time is.
    fn first_waiting(&self, listener: u64) -> Option<u64> {
        // Who waits goes on waiting when it listens anew.
        let mut listens = self.of(listener).filter(|fact| matches!(fact.did, Did::Listens(_)));
        let at = listens.next().filter(|_| self.knows_all(listener))?;
        let Did::Listens(name) = &at.did else { return None };
        let waits = |fact: &&Fact| {
            let came = matches!(&fact.did, Did::Connected(ends) if ends.peer == *name);
            came && fact.number > at.number && !self.others.contains_key(&fact.socket)
        };
        self.facts.iter().find(waits).map(|fact| fact.socket)
    }

    /// The name of the latest socket of ours whose connection had these addresses.
    pub fn had(&self, local: &Addr, peer: &Addr) -> Option<Rc<str>> {
        let is = |ends: Ends| ends.local == *local && ends.peer == *peer;
        self.facts.iter().rev().find(|fact| fact.did.ends().is_some_and(is)).map(|fact| self.name(fact.socket))
    }

    /// Whether the first that happened to a socket is not kept any more.
    pub fn forgot(&self, socket: u64) -> bool {
        let began = self.of(socket).next().is_some_and(|fact| fact.did.begins());
        self.count > self.facts.len() as u64 && !began
    }

    /// Whether all that ever went through a socket is written down: nothing was dropped, and no file or duplicate was
    /// made of it.
    pub fn knows_all(&self, socket: u64) -> bool {
        self.of(socket).next().is_some_and(|fact| fact.did.begins())
            && !self.of(socket).any(|fact| fact.did == Did::Filed)
            && !self.facts.iter().any(|fact| fact.did == Did::Duplicated(socket))
    }
}

impl World {
    /// Write down what has just happened to a socket, where that is kept.
    #[inline]
    pub fn note(&mut self, socket: &Socket, did: impl FnOnce() -> Did) {
        if self.record.is_some() {
            self.write_down(socket, did);
        }
    }

    #[cold]
    fn write_down(&mut self, socket: &Socket, did: impl FnOnce() -> Did) {
        let Some(record) = &mut self.record else { return };
        if socket.is_named() {
            record.name_it(socket.serial, &socket.name());
        }
        // What is asked of the kernel in order to tell is no part of the call.
        record.add(socket.serial, trace::aside(did));
        if let Some(other) = trace::aside(|| self.comes_to(socket))
            && let Some(record) = &mut self.record
        {
            record.meet(socket.serial, other);
        }
    }

    /// Whose other end a socket is that has just come to be.
    fn comes_to(&mut self, socket: &Socket) -> Option<u64> {
        let record = self.record.as_ref()?;
        match &record.facts.back().filter(|fact| fact.socket == socket.serial)?.did {
            Did::Paired(other) => Some(*other),
            Did::Duplicated(of) => record.others.get(of).copied(),
            Did::Adopted => record.met(&Ends::of(socket)?, |other| other != socket.serial),
            Did::Accepted(from, _) if socket.family == libc::AF_UNIX => {
                record.first_waiting(*from).filter(|_| peer_is_own(socket) && !self.shares)
            }
            Did::Accepted(..) => record.other_end(socket.serial).or_else(|| {
                self.look_where_sockets_are();
                self.other_ends(socket).next().map(|other| other.serial)
            }),
            _ => None,
        }
    }

    /// Write down that a call failed, if it was made.
    pub fn note_failure(&mut self, failure: &Failure) {
        let (Some(record), Some(socket)) = (&mut self.record, failure.socket()) else { return };
        // A connection under way is written down by who began it.
        if matches!(failure.name, Name::Errno(_) | Name::Timeout) && !failure.is(libc::EINPROGRESS) {
            record.add(socket, Did::Failed(failure.tried, failure.name));
        }
    }

    /// The call that runs gives this error as a number.
    pub fn give(&mut self, failure: Failure) {
        self.given = self.record.is_some().then(|| Box::new(failure));
    }
}

impl Did {
    fn ends(&self) -> Option<Ends> {
        match self {
            Self::Connected(ends) | Self::Accepted(_, ends) => Some(ends.clone()),
            Self::Closed(last) => last.ends(),
            _ => None,
        }
    }

    /// What failed, and with what.
    pub fn failure(&self) -> Option<(Tried, Name)> {
        match self {
            Self::Failed(tried, name) | Self::Learned(tried, name) => Some((*tried, *name)),
            _ => None,
        }
    }

    /// Where a connection under way is to go.
    pub fn asked(&self) -> Option<&Addr> {
        if let Self::Connecting(to) = self { Some(to) } else { None }
    }

    /// Whether the socket came to be so, with nothing that went through it before.
    pub fn begins(&self) -> bool {
        matches!(self, Self::Made(_) | Self::Paired(_) | Self::Accepted(..))
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;
    use crate::os::addr;

    fn recorded() -> World {
        World { record: Some(Record::default()), ..World::default() }
    }

    #[test]
    fn old_facts_go_and_then_not_all_is_known() {
        let mut world = recorded();
        let socket = world.socket(None, [libc::AF_INET, libc::SOCK_DGRAM, 0]).unwrap();
        assert!(world.record.as_ref().unwrap().knows_all(socket.serial));
        for _ in 0..KEPT_MAX {
            world.note(&socket, || Did::Sent { bytes: 1, of: 1, to: None });
        }
        let record = world.record.unwrap();
        assert_eq!(record.facts().count(), KEPT_MAX);
        assert!(!record.knows_all(socket.serial));
    }

    #[test]
    fn what_is_closed_is_asked_before() {
        let mut world = recorded();
        let server = world.socket(None, [libc::AF_INET, libc::SOCK_STREAM, 0]).unwrap();
        addr::bind(server.fd().unwrap().as_fd(), &"127.0.0.1:0".parse().unwrap()).unwrap();
        addr::listen(server.fd().unwrap().as_fd(), 1).unwrap();
        let at = server.addresses().0;
        world.close(&server).unwrap();
        let record = world.record.unwrap();
        let Did::Closed(last) = &record.facts().next_back().unwrap().did else { panic!("it is closed") };
        assert!(last.listened && last.local == at && last.peer.is_none() && !last.held && last.unread == 0);
    }
}
