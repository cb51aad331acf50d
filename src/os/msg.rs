//! sendmsg(2) and recvmsg(2): data in several parts, and ancillary data beside it.
//!
//! Descriptors that come in are owned from the moment they are seen, so that none can leak.
#![allow(unsafe_code)]

use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use super::addr::{Room, count, encoded, received};
use super::trace::{Arg, Given, traced};
use crate::linux::constants::MSG_FLAGS;
use crate::value::Addr;

/// The most room for ancillary data, either way.
pub(crate) const ANCILLARY_MAX: usize = 1024 * 1024;

/// The parts of data and the words of ancillary data that find room on the stack.
const FEW_PARTS: usize = 8;
const FEW_WORDS: usize = 64;

/// `SCM_PIDFD` of unix(7): a descriptor for the sender's process, for who asked with `SO_PASSPIDFD`.
pub(crate) const SCM_PIDFD: i32 = 4;

/// What came with one receive.
#[derive(Debug)]
pub(crate) struct Received {
    /// How many bytes of the buffer were filled; with `MSG_TRUNC` asked for, how many the message has.
    pub len: usize,
    /// The ancillary data, in order.
    pub ancillary: Vec<Ancillary>,
    /// The flags that came back.
    pub flags: i32,
    /// Who sent it, where the kernel says so.
    pub from: Option<Addr>,
}

impl Given for Received {
    fn given(&self) -> Arg<'_> {
        self.len.given()
    }
}

/// One piece of ancillary data.
#[derive(Debug)]
pub enum Ancillary {
    /// Descriptors: `SCM_RIGHTS`.
    Rights(Vec<OwnedFd>),
    /// A descriptor for the sender's process: `SCM_PIDFD`.
    Pidfd(OwnedFd),
    /// Anything else.
    Other {
        /// The level, as of an option.
        level: i32,
        /// The kind, within the level.
        kind: i32,
        /// The bytes.
        data: Vec<u8>,
    },
}

/// A control buffer, cleared, aligned as its headers need it.
struct Control {
    few: [u64; FEW_WORDS],
    many: Vec<u64>,
}

impl Control {
    fn new(len: usize) -> Self {
        let words = len.div_ceil(size_of::<u64>());
        Self { few: [0; FEW_WORDS], many: if words > FEW_WORDS { vec![0; words] } else { Vec::new() } }
    }

    fn attach(&mut self, header: &mut libc::msghdr, len: usize) {
        if len > 0 {
            let at = if self.many.is_empty() { self.few.as_mut_ptr() } else { self.many.as_mut_ptr() };
            header.msg_control = at.cast();
            header.msg_controllen = len as _;
        }
    }
}

/// sendmsg(2): the parts of `data` as one message, with pieces of ancillary data (level, kind, bytes) beside it.
pub(crate) fn send(
    fd: BorrowedFd<'_>,
    data: &[&[u8]],
    ancillary: &[(i32, i32, Vec<u8>)],
    flags: i32,
    to: Option<&Addr>,
) -> Result<usize, i32> {
    let size: usize = ancillary.iter().map(|(.., data)| data.len()).sum();
    if size > ANCILLARY_MAX {
        return Err(libc::ENOBUFS);
    }
    let address = to.map(|to| encoded(to, Some(fd))).transpose()?;
    let part = |bytes: &[u8]| libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    let mut few = [part(&[]); FEW_PARTS];
    let mut many = Vec::new();
    let parts = if data.len() <= FEW_PARTS {
        few.iter_mut().zip(data).for_each(|(slot, bytes)| *slot = part(bytes));
        &mut few[..data.len()]
    } else {
        many.extend(data.iter().map(|bytes| part(bytes)));
        &mut many[..]
    };
    // SAFETY: CMSG_SPACE only reckons; the data was bounded above.
    let space = ancillary.iter().map(|(.., data)| unsafe { libc::CMSG_SPACE(data.len() as u32) } as usize).sum();
    let mut control = Control::new(space);
    // SAFETY: the header is numbers and pointers, for which zero will do.
    let mut header: libc::msghdr = unsafe { zeroed() };
    header.msg_iov = parts.as_mut_ptr();
    header.msg_iovlen = parts.len() as _;
    if let Some((storage, len)) = &address {
        header.msg_name = (&raw const *storage).cast_mut().cast();
        header.msg_namelen = *len;
    }
    control.attach(&mut header, space);
    // SAFETY: the control buffer is aligned and has room for each piece with its header, so the macros stay inside it
    // and give a place for every piece. sendmsg(2) only reads what the header points to, all of which lives on.
    let sent = unsafe {
        let mut at = libc::CMSG_FIRSTHDR(&raw const header);
        for (level, kind, data) in ancillary {
            if at.is_null() {
                return Err(libc::EINVAL);
            }
            (*at).cmsg_level = *level;
            (*at).cmsg_type = *kind;
            (*at).cmsg_len = libc::CMSG_LEN(data.len() as u32) as _;
            std::ptr::copy_nonoverlapping(data.as_ptr(), libc::CMSG_DATA(at), data.len());
            at = libc::CMSG_NXTHDR(&raw const header, at);
        }
        count(libc::sendmsg(fd.as_raw_fd(), &raw const header, flags))
    };
    traced!("sendmsg", result = sent;
        Arg::Fd(fd.as_raw_fd()), Arg::Parts(data), Arg::Flags(&MSG_FLAGS, flags), Arg::Addr(to))
}

/// recvmsg(2) with that much room for ancillary data, headers included. Descriptors are received closed on exec.
pub(crate) fn recv(fd: BorrowedFd<'_>, buffer: &mut [u8], ancillary_size: usize, flags: i32) -> Result<Received, i32> {
    recv_plain(fd, buffer, ancillary_size, flags | libc::MSG_CMSG_CLOEXEC)
}

/// The same with these flags and no other: a packet socket, where no descriptor can come, refuses to be told what becomes of
/// them. The kernel gives that flag back, and here it is left out.
pub(crate) fn recv_plain(
    fd: BorrowedFd<'_>,
    buffer: &mut [u8],
    ancillary_size: usize,
    flags: i32,
) -> Result<Received, i32> {
    if ancillary_size > ANCILLARY_MAX {
        return Err(libc::EINVAL);
    }
    let mut part = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    let mut room = Room::new();
    let mut control = Control::new(ancillary_size);
    // SAFETY: the header is numbers and pointers, for which zero will do.
    let mut header: libc::msghdr = unsafe { zeroed() };
    header.msg_name = room.storage.as_mut_ptr().cast();
    header.msg_namelen = room.len;
    header.msg_iov = &raw mut part;
    header.msg_iovlen = 1;
    control.attach(&mut header, ancillary_size);
    // SAFETY: every pointer in the header has the room that the header says, and only what the kernel wrote is read.
    let got = unsafe {
        let len = libc::recvmsg(fd.as_raw_fd(), &raw mut header, flags);
        room.len = header.msg_namelen;
        count(len).map(|len| Received {
            len,
            ancillary: unpack(&header),
            flags: header.msg_flags & !libc::MSG_CMSG_CLOEXEC,
            from: (room.len != 0).then(|| room.addr(fd)),
        })
    };
    traced!("recvmsg", result = got;
        Arg::Fd(fd.as_raw_fd()), Arg::Data(received(buffer, result.as_ref().ok().map(|r| r.len))),
        Arg::Int(buffer.len() as i64), Arg::Flags(&MSG_FLAGS, flags))
}

/// Take the ancillary data out of a control buffer, also the part of a piece that was cut short (`MSG_CTRUNC`).
///
/// # Safety
/// The header is one that recvmsg(2) just filled, and no descriptor in it has been taken yet.
unsafe fn unpack(header: &libc::msghdr) -> Vec<Ancillary> {
    let mut out = Vec::new();
    let end = header.msg_control as usize + header.msg_controllen;
    // SAFETY: the kernel wrote whole headers into the buffer, and the macros stay inside what it says it wrote. The
    // data of each is bounded by its length and by the buffer's end. The descriptors are new, and ours alone.
    unsafe {
        let mut at = libc::CMSG_FIRSTHDR(header);
        while !at.is_null() {
            let data = libc::CMSG_DATA(at);
            let len = (*at).cmsg_len.saturating_sub(libc::CMSG_LEN(0) as usize);
            let data = std::slice::from_raw_parts(data.cast_const(), len.min(end.saturating_sub(data as usize)));
            let mut fds = data.as_chunks::<{ size_of::<RawFd>() }>().0.iter().map(|raw| RawFd::from_ne_bytes(*raw));
            match ((*at).cmsg_level, (*at).cmsg_type) {
                (libc::SOL_SOCKET, libc::SCM_RIGHTS) => {
                    out.push(Ancillary::Rights(fds.map(|raw| OwnedFd::from_raw_fd(raw)).collect()));
                }
                // Instead of a descriptor it holds a negative errno when none could be made.
                (libc::SOL_SOCKET, SCM_PIDFD) if fds.clone().any(|raw| raw >= 0) => {
                    out.extend(fds.next().map(|raw| Ancillary::Pidfd(OwnedFd::from_raw_fd(raw))));
                }
                (level, kind) => out.push(Ancillary::Other { level, kind, data: data.to_vec() }),
            }
            at = libc::CMSG_NXTHDR(header, at);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn descriptors_pass_and_close() {
        let (a, b) = super::super::fd::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0).unwrap();
        let (mut read, write) = std::io::pipe().unwrap();
        let rights = (libc::SOL_SOCKET, libc::SCM_RIGHTS, write.as_raw_fd().to_ne_bytes().repeat(2));
        assert_eq!(send(a.as_fd(), &[b"x"], &[rights], 0, None), Ok(1));
        drop(write);
        let mut got = recv(b.as_fd(), &mut [0; 9], 64, 0).unwrap();
        assert_eq!(got.flags, 0, "not the MSG_CMSG_CLOEXEC that we added");
        let Some(Ancillary::Rights(fds)) = got.ancillary.pop() else { panic!("{got:?}") };
        assert_eq!(fds.len(), 2);
        for fd in &fds {
            assert!(rustix::io::fcntl_getfd(fd).unwrap().contains(rustix::io::FdFlags::CLOEXEC));
            rustix::io::write(fd, b"y").unwrap();
        }
        drop(fds);
        let mut all = String::new();
        read.read_to_string(&mut all).unwrap();
        assert_eq!(all, "yy");
    }
}
