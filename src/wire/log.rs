//! The frames that came to a wire, as many as are kept.

use std::collections::VecDeque;

use super::WireFrame;

/// How many frames are kept.
const FRAMES_MAX: usize = 16384;

/// How many bytes of them are.
const BYTES_MAX: usize = 32 * 1024 * 1024;

/// The frames that came.
#[derive(Default)]
pub struct Log {
    frames: VecDeque<WireFrame>,
    bytes: usize,
    count: u64,
}

impl Log {
    /// Another one came: it gets its number.
    pub(super) fn add(&mut self, mut frame: WireFrame) -> &mut WireFrame {
        self.count += 1;
        frame.number = self.count;
        self.bytes += frame.bytes.len();
        while self.frames.len() >= FRAMES_MAX || self.bytes > BYTES_MAX {
            let Some(old) = self.frames.pop_front() else { break };
            self.bytes -= old.bytes.len();
        }
        self.frames.push_back(frame);
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// The frame of that number, if it is kept.
    pub fn get(&self, number: u64) -> Option<&WireFrame> {
        self.frames.get(self.place(number)?)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut WireFrame> {
        let place = self.place(number)?;
        self.frames.get_mut(place)
    }

    fn place(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.frames.front()?.number)?).ok()
    }

    /// Those that are kept, in the order they came.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &WireFrame> {
        self.frames.iter()
    }

    /// How many came.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many are not kept any more.
    pub fn gone(&self) -> u64 {
        self.count - self.frames.len() as u64
    }
}
