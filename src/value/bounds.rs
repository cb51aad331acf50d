//! What one call may make, and that it does not go on when nobody waits for it any more.
//!
//! The machine is not known here: whoever runs the program says how it is asked ([`ask`]).

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use super::{Failure, Name, Value};

/// The longest text or bytes that one call makes, in bytes.
pub const TEXT_MAX: usize = 1 << 30;
/// The most entries of a list that one call makes.
pub const ENTRIES_MAX: usize = 1 << 22;
/// So many characters or bytes are worked on between two looks whether somebody wants it to end: what is shorter is whole.
pub const PIECE: usize = 1 << 12;
/// What is smaller is made without asking whether there is memory for it.
const SMALL: usize = 1 << 20;
/// What an entry of a list takes, in bytes: the value, and text of its own.
const ENTRY: usize = 64;

/// How the machine is asked.
pub struct Machine {
    /// Whether a signal came that asks the program to stop what it does.
    pub is_interrupted: fn() -> bool,
    /// Whether there is memory for so many bytes.
    pub has_room: fn(usize) -> bool,
}

static MACHINE: OnceLock<Machine> = OnceLock::new();
/// When the whole run must be over.
static END: Mutex<Option<Instant>> = Mutex::new(None);

/// Ask that machine from now on.
pub fn ask(machine: Machine) {
    // The first who says so is right: there is one machine.
    let _ = MACHINE.set(machine);
}

/// Bound the run from now on.
pub fn end_at(end: Option<Instant>) {
    *END.lock().unwrap_or_else(PoisonError::into_inner) = end;
}

/// Whether the time of the run is over.
pub fn is_late() -> bool {
    END.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|end| Instant::now() >= end)
}

/// Whether what is done now is to end: a signal came, or the time of the run is over.
pub fn is_hurried() -> bool {
    MACHINE.get().is_some_and(|machine| (machine.is_interrupted)()) || is_late()
}

/// Go on, unless what is done now is to end.
pub fn look() -> Result<(), Failure> {
    if is_hurried() { Err(Failure::new(Name::Interrupted)) } else { Ok(()) }
}

/// Whether text or bytes of that length may be made.
pub fn text(bytes: usize) -> Result<(), Failure> {
    if bytes > TEXT_MAX {
        return Err(Failure::usage(format!("the result would be longer than {TEXT_MAX} bytes")));
    }
    room(bytes)
}

/// Whether a list of so many entries may be made.
pub fn list(entries: usize) -> Result<(), Failure> {
    if entries > ENTRIES_MAX {
        return Err(Failure::usage(format!("a list of more than {ENTRIES_MAX} entries")));
    }
    room(entries * ENTRY)
}

/// Put more bytes at the end of those that one call makes.
pub(crate) fn extend(made: &mut Vec<u8>, more: &[u8]) -> Result<(), Failure> {
    let length = made.len() + more.len();
    if length > made.capacity() {
        text(length)?;
        let size = length.max((2 * made.capacity()).min(TEXT_MAX));
        room(size)?;
        made.reserve_exact(size - made.len());
    }
    made.extend_from_slice(more);
    Ok(())
}

/// Put a value at the end of a list, which may hold as many as there is memory for.
pub(crate) fn push(list: &mut Vec<Value>, value: Value) -> Result<(), Failure> {
    if list.len() == list.capacity() {
        room(2 * list.capacity() * size_of::<Value>())?;
    }
    list.push(value);
    Ok(())
}

fn room(bytes: usize) -> Result<(), Failure> {
    if bytes < SMALL || MACHINE.get().is_none_or(|machine| (machine.has_room)(bytes)) {
        return Ok(());
    }
    Err(Failure::os(libc::ENOMEM).note(format!("there is no memory for {bytes} bytes more")))
}

/// How a loop over text or bytes that may be long looks up now and then.
pub(crate) struct Patience(usize);

impl Patience {
    /// For a loop that begins.
    pub(crate) fn new() -> Self {
        Self(PIECE)
    }

    /// So many characters or bytes were worked on: whether to go on.
    #[inline]
    pub(crate) fn lasts(&mut self, units: usize) -> bool {
        match self.0.checked_sub(units) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => {
                self.0 = PIECE;
                !is_hurried()
            }
        }
    }

    /// The same, for a loop that can fail.
    #[inline]
    pub(crate) fn spend(&mut self, units: usize) -> Result<(), Failure> {
        if self.lasts(units) { Ok(()) } else { Err(Failure::new(Name::Interrupted)) }
    }
}
