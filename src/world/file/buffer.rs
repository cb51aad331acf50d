//! Bytes on their way between a file and its program.

use super::super::SHARED_BUFFER;
use super::BUFFER;

/// Bytes, put in at one end and taken out at the other.
#[derive(Default)]
pub(super) struct Buffer {
    pub(super) bytes: Vec<u8>,
    pub(super) start: usize,
    /// How many were ever taken out.
    pub(super) taken: u64,
}

impl Buffer {
    pub(super) fn get(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// How many were ever put in and kept.
    pub(super) fn end(&self) -> u64 {
        self.taken + self.len() as u64
    }

    pub(super) fn skip(&mut self, count: usize) {
        self.start += count;
        self.taken += count as u64;
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.bytes.shrink_to(SHARED_BUFFER);
            self.start = 0;
        } else if self.start > BUFFER && self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
    }
}
