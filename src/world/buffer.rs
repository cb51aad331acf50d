//! The receive buffer that all sockets share.

use super::World;
use crate::value::bounds;

/// What one receive takes at most in the common case: the buffer that all sockets share.
pub const SHARED_BUFFER: usize = 256 * 1024;
/// What one receive takes at most in any case.
pub const BUFFER_MAX: usize = bounds::TEXT_MAX;

impl World {
    /// The shared receive buffer, with at least that much room.
    #[inline]
    pub fn buffer(&mut self, size: usize) -> &mut [u8] {
        let size = size.clamp(1, BUFFER_MAX);
        if self.buffer.len() < size {
            // New memory of the kernel's is zero already, and is there only once it is written to.
            self.buffer = vec![0; size.max(SHARED_BUFFER)];
        }
        &mut self.buffer[..size]
    }

    /// Give back what an unusually large receive made the shared buffer grow to.
    pub fn trim_buffer(&mut self) {
        if self.buffer.len() > 16 * SHARED_BUFFER {
            self.buffer.truncate(SHARED_BUFFER);
            self.buffer.shrink_to_fit();
        }
    }
}
