//! The end of a stream on its way: TCP sends a FIN after all that was to be sent before it, so it waits where the peer has
//! no room for that.

use super::bytes;
use crate::linux::state::State;
use crate::os::netstat::KernelSocket;
use crate::os::tcp;
use crate::os::{fd, trace};
use crate::world::World;
use crate::world::record::{Did, Ends, Fact, Last};

/// A FIN that the other end never saw, up to now.
pub(super) struct Fin {
    /// The bytes before it that have not arrived.
    behind: usize,
    /// What the kernel keeps of the connection does not send any more.
    given_up: bool,
}

impl Fin {
    /// It, in words: `FIN waits behind 70000 bytes`.
    pub(super) fn says(&self) -> String {
        let behind = bytes(self.behind);
        if self.given_up {
            return format!("FIN waited behind {behind} and never came");
        }
        format!("FIN waits behind {behind}")
    }
}

/// What that act, the end of a stream, is still to bring to the other end. The first such act counts.
pub(super) fn of(world: &World, fact: &Fact) -> Option<Fin> {
    let ends = |did: &Did| match did {
        Did::Shut(how) => *how != libc::SHUT_RD,
        Did::Closed(last) => !last.held,
        _ => false,
    };
    let first = world.record.as_ref().filter(|_| ends(&fact.did))?.of(fact.socket).find(|fact| ends(&fact.did))?;
    (first.number == fact.number).then(|| waiting(world, fact.socket)).flatten()
}

/// Whether a socket ended its stream in a way that is still to come to the other end.
fn waiting(world: &World, socket: u64) -> Option<Fin> {
    let record = world.record.as_ref()?;
    let ends = record.ends(socket).filter(|ends| ends.peer.port().is_some())?;
    let open = world.find(socket).filter(|socket| socket.fd().is_ok());
    // What closed it threw away what was still to be sent.
    let reset = last(world, socket).is_some_and(Last::resets);
    let (state, unsent) = match (&open, last(world, socket)) {
        (Some(socket), _) => (socket.ask(tcp::state)??, socket.ask(fd::outq)?),
        (None, last) => {
            let last = last.filter(|last| !last.held)?;
            (last.state.filter(|state| said(*state) || !reset)?, last.unsent)
        }
    };
    // A FIN in the queue counts as a byte.
    let behind = unsent.saturating_sub(usize::from(said(state)));
    if behind == 0 {
        return None;
    }
    let mine = kept(world, &ends);
    let theirs = match record.other_end(socket) {
        Some(other) => stood(world, other),
        None => kept(world, &ends.turned()).map(|entry| entry.state),
    };
    // Where nobody knows the other end, this end's queue tells: the FIN is the last in it.
    let here = !reset && theirs.map_or_else(|| mine.as_ref().is_none_or(|entry| entry.unsent <= 1), State::is_ended);
    let given_up = if open.is_some() { state == State::Close } else { mine.is_none() };
    (!here).then(|| Fin { behind: mine.as_ref().map_or(behind, unsent_of), given_up })
}

/// What a closed socket's kernel still has to send, in words.
pub(super) fn goes_on(world: &World, socket: u64) -> Option<String> {
    let last = last(world, socket).filter(|last| last.unsent > 0)?;
    let entry = kept(world, &last.ends()?)?;
    let unsent = unsent_of(&entry);
    (unsent > 0).then(|| format!("the kernel has {} of it to send, {}", bytes(unsent), entry.state.name()))
}

/// Whether a FIN is in the queue or was sent.
fn said(state: State) -> bool {
    !matches!(state, State::Established | State::CloseWait)
}

/// The bytes in a queue whose last one may be the FIN.
fn unsent_of(entry: &KernelSocket) -> usize {
    usize::try_from(entry.unsent).unwrap_or(0).saturating_sub(usize::from(said(entry.state)))
}

/// What the kernel has of a connection, by this end's addresses.
fn kept(world: &World, ends: &Ends) -> Option<KernelSocket> {
    trace::aside(|| world.connection(ends))
}

/// How a socket was when it was closed, if it is.
fn last(world: &World, socket: u64) -> Option<&Last> {
    world.record.as_ref()?.closed(socket).map(|(_, last)| last)
}

/// How a socket stands, or stood when it was closed.
fn stood(world: &World, socket: u64) -> Option<State> {
    match last(world, socket) {
        Some(last) => last.state,
        None => world.find(socket)?.ask(tcp::state)?,
    }
}
