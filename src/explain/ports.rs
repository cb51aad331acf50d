//! What two sockets that want one address can do about it: SO_REUSEADDR and its kin.

use super::{Case, Cause, covers, is_set};
use crate::value::{Addr, Clue};
use crate::world::record::Did;

/// Whether two addresses cannot be had by two sockets.
pub(super) fn overlap(a: &Addr, b: &Addr) -> bool {
    covers(a, b) || covers(b, a)
}

/// What the calling socket has set, or had if it is closed again.
pub(super) fn allows(case: &Case, number: i32) -> bool {
    match (case.undone, &case.socket) {
        (Some(last), _) if number == libc::SO_REUSEADDR => last.reuse,
        (Some(last), _) => last.reuse_port,
        (None, Some(socket)) => is_set(socket, number),
        (None, None) => false,
    }
}

/// What SO_REUSEADDR can do about a holder that does not listen: both sides need it. Else there is the other advice.
pub(super) fn share(case: &Case, cause: Cause, holder: u64, theirs: bool, otherwise: &str) -> Cause {
    let me = case.me();
    let name = case.called(holder);
    match (allows(case, libc::SO_REUSEADDR), theirs) {
        (false, true) => cause.advise(format!("setsockopt {me} SO_REUSEADDR 1 before bind")),
        (true, false) => {
            let clue = set_too_late(case, holder)
                .unwrap_or_else(|| format!("{me} has SO_REUSEADDR and {name} has not: both need it").into());
            cause.and(clue).advise(otherwise)
        }
        _ => cause.and("neither has SO_REUSEADDR: both need it, before bind").advise(otherwise),
    }
    .about(holder)
}

/// The listening socket got SO_REUSEADDR when the connection that holds the port had been accepted without.
fn set_too_late(case: &Case, holder: u64) -> Option<Clue> {
    let accepted = case.last(holder, |did| matches!(did, Did::Accepted(..)))?;
    let Did::Accepted(from, _) = accepted.did else { return None };
    let set = case.last(from, |did| *did == Did::OptionSet(libc::SOL_SOCKET, libc::SO_REUSEADDR))?;
    (set.at > accepted.at).then(|| {
        Clue::new(format!("{} got SO_REUSEADDR", case.called(from)))
            .join(case.when(set))
            .and(format!(", too late for {}", case.called(holder)))
    })
}
