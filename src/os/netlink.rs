//! netlink(7): requests as the kernel reads them, and its answers.

use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};

/// How a message begins: its length, type and flags, a number, the port it comes from.
const HEADER: usize = 16;
/// How an attribute begins: its length and type.
const ATTRIBUTE: usize = 4;
/// What the kernel writes at once, at most.
const BUFFER: usize = 32 * 1024;
/// `NLMSG_ERROR`, which is no error when its number is 0, and `NLMSG_DONE`.
const ERROR: u16 = 2;
const DONE: u16 = 3;
/// `NLM_F_REQUEST`: every request has it.
const REQUEST: u16 = 1;

/// What a request asks for beside its type: `NLM_F_DUMP`, everything there is of it.
pub(crate) const DUMP: u16 = 0x300;
/// `NLM_F_ACK`, `NLM_F_EXCL` and `NLM_F_CREATE`: make something that was not there, and say that it was made.
pub(crate) const MAKE: u16 = 0x604;
/// `NLM_F_ACK`, `NLM_F_REPLACE` and `NLM_F_CREATE`: make something, in the place of what was there.
pub(crate) const REPLACE: u16 = 0x504;
/// `NLM_F_ACK`: say that it was done.
pub(crate) const DO: u16 = 4;

/// A message, or a part of one that attributes are added to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct NlMessage(Vec<u8>);

impl NlMessage {
    /// A request of that type, with the structure that stands first in it.
    pub(crate) fn new(kind: u16, flags: u16, body: &[u8]) -> Self {
        let mut bytes = vec![0; HEADER];
        bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
        bytes[6..8].copy_from_slice(&(flags | REQUEST).to_ne_bytes());
        bytes.extend_from_slice(body);
        Self(bytes)
    }

    /// The same with one more attribute.
    pub(crate) fn with(mut self, kind: u16, data: &[u8]) -> Self {
        let start = self.open(kind, data);
        self.close(start);
        self
    }

    /// The same with an attribute that has attributes in it, behind what stands first there.
    pub(crate) fn within(mut self, kind: u16, first: &[u8], inner: impl FnOnce(Self) -> Self) -> Self {
        let start = self.open(kind, first);
        self = inner(self);
        self.close(start);
        self
    }

    fn open(&mut self, kind: u16, data: &[u8]) -> usize {
        let start = self.0.len();
        self.0.extend_from_slice(&[0, 0]);
        self.0.extend_from_slice(&kind.to_ne_bytes());
        self.0.extend_from_slice(data);
        start
    }

    fn close(&mut self, start: usize) {
        let length = (self.0.len() - start) as u16;
        self.0[start..start + 2].copy_from_slice(&length.to_ne_bytes());
        // The next one begins at a multiple of four.
        self.0.resize(self.0.len().next_multiple_of(4), 0);
    }

    fn finished(mut self) -> Vec<u8> {
        let length = self.0.len() as u32;
        self.0[..4].copy_from_slice(&length.to_ne_bytes());
        self.0
    }
}

/// Ask something of the kernel, and take its answers: the type and the body of each.
pub(crate) fn ask(socket: BorrowedFd<'_>, request: NlMessage, mut take: impl FnMut(u16, &[u8])) -> Result<(), i32> {
    rustix::net::send(socket, &request.finished(), SendFlags::empty()).map_err(Errno::raw_os_error)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        let (_, count) = rustix::io::retry_on_intr(|| rustix::net::recv(socket, &mut *buffer, RecvFlags::empty()))
            .map_err(Errno::raw_os_error)?;
        let mut rest = &buffer[..count];
        if rest.is_empty() {
            return Ok(());
        }
        while let Some((kind, body, after)) = message(rest) {
            match kind {
                DONE => return Ok(()),
                ERROR => {
                    return word(body, 0).map_or(Err(libc::EIO), |n| if n == 0 { Ok(()) } else { Err(-(n as i32)) });
                }
                _ => take(kind, body),
            }
            rest = after;
        }
    }
}

/// The first message: its type, what is in it, and what follows it.
fn message(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let length = word(bytes, 0)? as usize;
    let body = bytes.get(HEADER..length)?;
    Some((half(bytes, 4)?, body, bytes.get(length.next_multiple_of(4)..).unwrap_or(&[])))
}

/// The attributes that stand there: the type and the data of each.
pub(crate) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(half(bytes, 0)?);
        let (kind, data) = (half(bytes, 2)?, bytes.get(ATTRIBUTE..length)?);
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or(&[]);
        Some((kind, data))
    })
}

/// The number of 32 bits that begins there.
pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The number of 16 bits that begins there.
pub(crate) fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let request = NlMessage::new(16, MAKE, &[7; 4])
            .with(3, b"lo\0")
            .within(18, &[1; 4], |inner| inner.with(1, &[5]))
            .with(4, &1500u32.to_ne_bytes());
        let bytes = request.finished();
        let (kind, body, rest) = message(&bytes).unwrap();
        assert_eq!((kind, rest, &body[..4]), (16, [].as_slice(), [7; 4].as_slice()));
        let found: Vec<_> = attributes(&body[4..]).collect();
        assert_eq!(found[0], (3, b"lo\0".as_slice()));
        assert_eq!(attributes(&found[1].1[4..]).collect::<Vec<_>>(), [(1, [5].as_slice())]);
        assert_eq!(word(found[2].1, 0), Some(1500));
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn what_is_cut_short_is_no_message() {
        assert_eq!(message(&[20, 0, 0, 0, 1, 0]), None);
        assert_eq!(attributes(&[9, 0, 1, 0, 1]).count(), 0);
        assert_eq!(attributes(&[0, 0, 1, 0]).count(), 0);
    }
}
