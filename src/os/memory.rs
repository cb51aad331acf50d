//! Memory: what is done when there is no more.
//!
//! A reserve is kept. When it has to be given up the program is told by the same flag that tells it of signals
//! ([`poller::NO_MEMORY`](super::poller::NO_MEMORY)), so that the call which runs fails with ENOMEM and what it held is given
//! back. Without a reserve nothing can go on: it is said, and the process ends with an error, as in any other case.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::poller;

/// How large the reserve is: what is not touched takes no memory, only addresses.
const RESERVE: usize = 4 << 20;
/// The exit status of an error.
const FAILED: i32 = 1;

static KEPT: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());

const fn reserve() -> Layout {
    match Layout::from_size_align(RESERVE, 16) {
        Ok(layout) => layout,
        Err(_) => Layout::new::<u128>(),
    }
}

/// The system's memory, with a reserve.
struct Reserved;

#[global_allocator]
static MEMORY: Reserved = Reserved;

// SAFETY: each is the system's own; what it gives is given on.
unsafe impl GlobalAlloc for Reserved {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps to the contract of `alloc`.
        let found = unsafe { System.alloc(layout) };
        // SAFETY: the same.
        if found.is_null() { short(layout.size(), || unsafe { System.alloc(layout) }) } else { found }
    }

    #[inline]
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { System.dealloc(at, layout) };
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps to the contract of `alloc_zeroed`.
        let found = unsafe { System.alloc_zeroed(layout) };
        // SAFETY: the same.
        if found.is_null() { short(layout.size(), || unsafe { System.alloc_zeroed(layout) }) } else { found }
    }

    #[inline]
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps to the contract of `realloc`.
        let found = unsafe { System.realloc(at, layout, size) };
        // SAFETY: the same: a realloc that failed left all as it was.
        if found.is_null() { short(size, || unsafe { System.realloc(at, layout, size) }) } else { found }
    }
}

/// There is no memory: give the reserve up and try again, or end.
#[cold]
fn short(size: usize, again: impl Fn() -> *mut u8) -> *mut u8 {
    let kept = KEPT.swap(ptr::null_mut(), Ordering::Relaxed);
    if !kept.is_null() {
        // SAFETY: it came from the system with this layout, and nobody else has it.
        unsafe { System.dealloc(kept, reserve()) };
        poller::tell_no_memory();
        let found = again();
        if !found.is_null() {
            return found;
        }
    }
    end(size)
}

/// Say so, without any memory, and end.
fn end(size: usize) -> ! {
    let mut digits = [0; 20];
    let (mut at, mut left) = (digits.len(), size);
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 || at == 0 {
            break;
        }
    }
    for part in [b"sockpit: there is no memory left for " as &[u8], &digits[at..], b" bytes more\n"] {
        // SAFETY: the bytes are there. Where even that cannot be said there is nobody to tell.
        unsafe { libc::write(libc::STDERR_FILENO, part.as_ptr().cast(), part.len()) };
    }
    // SAFETY: it does not come back.
    unsafe { libc::_exit(FAILED) }
}

/// Keep a reserve, if there is none and there is memory for one.
pub(crate) fn keep_reserve() {
    if KEPT.load(Ordering::Relaxed).is_null() {
        // SAFETY: the layout has a size.
        let kept = unsafe { System.alloc(reserve()) };
        let before = KEPT.swap(kept, Ordering::Relaxed);
        if !before.is_null() {
            // SAFETY: it came from the system with this layout, and nobody else has it.
            unsafe { System.dealloc(before, reserve()) };
        }
    }
}

/// Whether there is memory for so many bytes.
pub(crate) fn has_room(bytes: usize) -> bool {
    let Ok(layout) = Layout::from_size_align(bytes.max(1), 1) else { return false };
    // SAFETY: the layout has a size; what is given is given back with the same.
    unsafe {
        let found = System.alloc(layout);
        if found.is_null() {
            return false;
        }
        System.dealloc(found, layout);
    }
    true
}
