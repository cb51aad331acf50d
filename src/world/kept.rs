//! Bytes that were taken from the kernel for a call which waits for more of them. They are as unread as those in the
//! kernel's buffer: whoever receives next gets them first.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::os::fd::AsFd;

use super::Socket;
use crate::os::addr;

/// Bytes of a stream on their way.
#[derive(Default)]
pub struct Kept {
    bytes: RefCell<VecDeque<u8>>,
    /// Counts how often some were given away.
    given: Cell<u64>,
}

impl Kept {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.bytes.borrow().len()
    }

    /// Whether there are none, as nearly always.
    pub fn is_empty(&self) -> bool {
        self.bytes.borrow().is_empty()
    }

    /// Put bytes behind those that are there.
    pub fn push(&self, more: &[u8]) {
        self.bytes.borrow_mut().extend(more);
    }

    /// Let the last ones go, down to that many.
    pub fn truncate(&self, len: usize) {
        self.bytes.borrow_mut().truncate(len);
    }

    /// Look at all of them.
    pub fn look<T>(&self, look: impl FnOnce(&[u8]) -> T) -> T {
        look(self.bytes.borrow_mut().make_contiguous())
    }

    /// Fill a buffer with the first of them, which stay when it is only a peek. Gives how many it took.
    pub fn fill(&self, buffer: &mut [u8], peek: bool) -> usize {
        let mut bytes = self.bytes.borrow_mut();
        let count = bytes.len().min(buffer.len());
        let (first, second) = bytes.as_slices();
        let split = count.min(first.len());
        buffer[..split].copy_from_slice(&first[..split]);
        buffer[split..count].copy_from_slice(&second[..count - split]);
        if !peek && count > 0 {
            bytes.drain(..count);
            self.given.set(self.given.get() + 1);
        }
        count
    }

    /// Take that many of them.
    pub fn take(&self, count: usize) -> Vec<u8> {
        self.given.set(self.given.get() + 1);
        self.bytes.borrow_mut().drain(..count).collect()
    }

    /// Which it is of the stretches between two times that some were given away: a place in them is good within one.
    pub fn stretch(&self) -> u64 {
        self.given.get()
    }
}

impl Socket {
    /// Whether what comes next is what the kernel has: nothing was kept, no error waits to be told, and any byte is enough.
    #[inline]
    pub fn is_plain(&self) -> bool {
        let shared = &*self.shared;
        shared.kept.is_empty() && shared.stash.get().is_none() && shared.waits.get().low_water <= 1
    }

    /// Take what is kept for want of more, which comes before what the kernel has; gives how much of the buffer it filled.
    /// As with bytes that are all in the kernel, what is behind them there comes along, unless it may have more than bytes.
    pub fn give_kept(&self, buffer: &mut [u8], flags: i32, bytes_alone: bool) -> usize {
        let kept = &self.shared.kept;
        if kept.is_empty() || flags & (libc::MSG_OOB | libc::MSG_ERRQUEUE) != 0 {
            return 0;
        }
        let count = kept.fill(buffer, flags & libc::MSG_PEEK != 0);
        let rest = &mut buffer[count..];
        if rest.is_empty() || !bytes_alone {
            return count;
        }
        let more = self.fd().map(|fd| addr::recv_bytes(fd.as_fd(), rest, flags | libc::MSG_DONTWAIT));
        match more {
            Ok(Ok(more)) => count + more.min(rest.len()),
            Ok(Err(error)) => {
                if error != libc::EAGAIN {
                    // It comes after the data that came before it.
                    self.shared.stash.set(Some(error));
                }
                count
            }
            Err(_) => count,
        }
    }
}
