//! Which stream a receive took all from that there was: a call that would wait for more need not ask the kernel first.
//!
//! That is known of TCP, which gives what there is up to the size asked for, and whose news comes with the next poll once
//! it was heard of. It stops short of an urgent byte, and of its end it tells once: of a socket of which such news came,
//! nothing is known. Nor is it once anything else was done than to send on the same socket, for that may have sent it
//! something.

use super::{Mode, Socket};

/// The stream that the last calls left empty.
#[derive(Default)]
pub struct Drained {
    /// Its socket, 0 for none.
    serial: u64,
    /// The last call that left it so.
    call: u64,
    /// How many calls there were.
    calls: u64,
}

impl Drained {
    /// A call begins.
    #[inline]
    pub fn begin(&mut self) {
        self.calls += 1;
    }

    /// A receive with that much room took so much.
    #[inline]
    pub fn took(&mut self, socket: &Socket, len: usize, room: usize) {
        let short = 0 < len && len < room && socket.is_tcp() && !socket.more.get();
        (self.serial, self.call) = (if short { socket.serial } else { 0 }, self.calls);
    }

    /// The call that runs sent on a socket, and that is all.
    #[inline]
    pub fn sent(&mut self, socket: &Socket) {
        if self.is(socket) {
            self.call = self.calls;
        }
    }

    /// Whether a receive is to wait for more before it asks for it.
    #[inline]
    pub fn waits(&self, socket: &Socket) -> bool {
        self.is(socket) && socket.waits() != Mode::NonBlocking
    }

    fn is(&self, socket: &Socket) -> bool {
        self.serial == socket.serial && self.call + 1 == self.calls
    }

    /// Something may have come.
    pub(super) fn forget(&mut self) {
        self.serial = 0;
    }
}
