//! Captures as pcapng, which Wireshark and tcpdump read: an interface for each host, a comment on what the wire did.

use std::rc::Rc;
use std::time::Duration;

use super::WireFrame;

/// The blocks: their types.
const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const PACKET: u32 = 6;

/// Options of blocks: their codes.
const COMMENT: u16 = 1;
const NAME: u16 = 2;
const APPLICATION: u16 = 4;
const RESOLUTION: u16 = 9;

/// Ethernet, as captures call it.
const ETHERNET: u32 = 1;

/// A block in the making.
struct Block(Vec<u8>);

impl Block {
    fn new(kind: u32) -> Self {
        let mut block = Self(Vec::new());
        block.word(kind);
        // Its length, which is written at the end.
        block.word(0);
        block
    }

    fn word(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    /// Bytes, and zeros up to the next word.
    fn padded(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
    }

    fn option(&mut self, code: u16, value: &[u8]) {
        let value = &value[..value.len().min(usize::from(u16::MAX))];
        self.0.extend(code.to_le_bytes());
        self.0.extend((value.len() as u16).to_le_bytes());
        self.padded(value);
    }

    fn end(mut self, out: &mut Vec<u8>) {
        // The end of the options.
        self.word(0);
        let length = self.0.len() as u32 + 4;
        self.word(length);
        self.0[4..8].copy_from_slice(&length.to_le_bytes());
        out.extend(self.0);
    }
}

/// The capture of these frames, which came to a wire that was made at that time of the clock on the wall.
pub fn capture<'a>(begun: Duration, ends: &[Rc<str>], frames: impl Iterator<Item = &'a WireFrame>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut section = Block::new(SECTION);
    section.word(0x1a2b_3c4d);
    // Version 1.0; how long the section is is not said.
    section.word(1);
    section.word(u32::MAX);
    section.word(u32::MAX);
    section.option(APPLICATION, b"sockpit");
    section.end(&mut out);
    for end in ends {
        let mut interface = Block::new(INTERFACE);
        interface.word(ETHERNET);
        // No frame is cut short.
        interface.word(0);
        interface.option(NAME, end.as_bytes());
        // Times are in nanoseconds.
        interface.option(RESOLUTION, &[9]);
        interface.end(&mut out);
    }
    for frame in frames {
        let at = (begun + frame.at).as_nanos() as u64;
        let mut packet = Block::new(PACKET);
        packet.word(ends.iter().position(|end| *end == frame.from).unwrap_or(0) as u32);
        packet.word((at >> 32) as u32);
        packet.word(at as u32);
        packet.word(frame.bytes.len() as u32);
        packet.word(frame.bytes.len() as u32);
        packet.padded(&frame.bytes);
        let deed = frame.deed();
        if !deed.is_empty() {
            packet.option(COMMENT, deed.as_bytes());
        }
        packet.end(&mut out);
    }
    out
}
