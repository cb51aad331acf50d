//! Socket addresses as the kernel takes and gives them, and the calls that take or give one.
//!
//! Nothing here allocates for IPv4. The process ignores SIGPIPE, as every program in Rust and Python does: the error EPIPE
//! says the same. A program may have it otherwise, so no send says MSG_NOSIGNAL by itself.
#![allow(unsafe_code)]

use std::mem::{MaybeUninit, size_of};
use std::net::{Ipv6Addr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use libc::{sa_family_t, sockaddr, sockaddr_in, sockaddr_in6, sockaddr_storage, socklen_t};

use super::fd::last;
use super::fence;
use super::sockopt::NetFd;
use super::special;
use super::trace::{self, Arg, traced};
use crate::linux::constants::{ACCEPT_FLAGS, MSG_FLAGS};
use crate::value::Addr;
use crate::value::addr::UNIX_PATH_MAX;

/// The size of the family, which starts every address.
const FAMILY_SIZE: usize = size_of::<sa_family_t>();

/// The longest name of a unix socket: its path ends, or its abstract name starts, with a zero byte.
pub(crate) const UNIX_NAME_MAX: usize = UNIX_PATH_MAX - 1;

/// Write an address as the kernel takes it. Gives the length it has there; ENAMETOOLONG for a unix name that does
/// not fit.
pub(crate) fn to_sockaddr(addr: &Addr, at: NetFd<'_>, out: &mut sockaddr_storage) -> Result<socklen_t, i32> {
    let out: *mut [u8; size_of::<sockaddr_storage>()] = (&raw mut *out).cast();
    // SAFETY: the storage is whole numbers, without padding, for which any bytes will do; `out` takes over its borrow.
    encode(addr, at, unsafe { &mut *out }).map(|len| len as socklen_t)
}

pub(crate) fn encode(addr: &Addr, at: NetFd<'_>, out: &mut [u8; size_of::<sockaddr_storage>()]) -> Result<usize, i32> {
    let mut len = 0;
    let mut put = |bytes: &[u8]| {
        out[len..len + bytes.len()].copy_from_slice(bytes);
        len += bytes.len();
    };
    let family = |number: i32| (number as sa_family_t).to_ne_bytes();
    match addr {
        Addr::V4(a) => {
            put(&family(libc::AF_INET));
            put(&a.port().to_be_bytes());
            put(&a.ip().octets());
            put(&[0; 8]);
        }
        Addr::V6(a) => {
            put(&family(libc::AF_INET6));
            put(&a.port().to_be_bytes());
            put(&a.flowinfo().to_be_bytes());
            put(&a.ip().octets());
            put(&a.scope_id().to_ne_bytes());
        }
        Addr::Path(name) | Addr::Abstract(name) if name.len() > UNIX_NAME_MAX => return Err(libc::ENAMETOOLONG),
        Addr::Path(path) if !path.is_empty() => {
            put(&family(libc::AF_UNIX));
            put(path);
            put(&[0]);
        }
        Addr::Abstract(name) => {
            put(&family(libc::AF_UNIX));
            put(&[0]);
            put(name);
        }
        // No name at all, which an empty path is too: bind(2) makes one up, unix(7), "Autobind feature".
        Addr::Unnamed | Addr::Path(_) => put(&family(libc::AF_UNIX)),
        Addr::Other(_, rest) if rest.len() > size_of::<sockaddr_storage>() - FAMILY_SIZE => return Err(libc::EINVAL),
        Addr::Special(special) => {
            let rest = special::encode(special, at)?;
            if rest.len() > size_of::<sockaddr_storage>() - FAMILY_SIZE {
                return Err(libc::EINVAL);
            }
            put(&family(special.family()));
            put(&rest);
        }
        Addr::Other(number, rest) => {
            put(&number.to_ne_bytes());
            put(rest);
        }
    }
    Ok(len)
}

/// The address in the bytes that the kernel wrote.
pub(crate) fn decode(bytes: &[u8], at: NetFd<'_>) -> Addr {
    let Some((family, rest)) = bytes.split_first_chunk::<FAMILY_SIZE>() else { return Addr::Unnamed };
    let family = sa_family_t::from_ne_bytes(*family);
    match i32::from(family) {
        libc::AF_INET if bytes.len() >= size_of::<sockaddr_in>() => {
            let [p, q, ip @ ..] = rest else { return Addr::Unnamed };
            let ip: [u8; 4] = ip.first_chunk().copied().unwrap_or_default();
            Addr::V4(SocketAddrV4::new(ip.into(), u16::from_be_bytes([*p, *q])))
        }
        libc::AF_INET6 if bytes.len() >= size_of::<sockaddr_in6>() => decode_v6(rest),
        libc::AF_UNIX => match rest {
            [] => Addr::Unnamed,
            [0, name @ ..] => Addr::Abstract(name.into()),
            path => Addr::Path(path.split(|b| *b == 0).next().unwrap_or_default().into()),
        },
        other => special::decode(other, rest, at).unwrap_or_else(|| Addr::Other(family, rest.into())),
    }
}

fn decode_v6(rest: &[u8]) -> Addr {
    let four = |at: usize| rest[at..].first_chunk::<4>().copied().unwrap_or_default();
    let [p, q, ..] = *rest else { return Addr::Unnamed };
    let ip = Ipv6Addr::from(rest[6..].first_chunk::<16>().copied().unwrap_or_default());
    let (flow, scope) = (u32::from_be_bytes(four(2)), u32::from_ne_bytes(four(22)));
    Addr::V6(Box::new(SocketAddrV6::new(ip, u16::from_be_bytes([p, q]), flow, scope)))
}

/// An address ready to be given to the kernel.
pub(super) fn encoded(addr: &Addr, at: NetFd<'_>) -> Result<(sockaddr_storage, socklen_t), i32> {
    fence::lets(addr)?;
    // SAFETY: the storage is whole numbers, for which zero will do.
    let mut storage = unsafe { std::mem::zeroed() };
    let len = to_sockaddr(addr, at, &mut storage)?;
    Ok((storage, len))
}

/// Room for an address that the kernel writes. It is not cleared first.
pub(super) struct Room {
    pub storage: MaybeUninit<sockaddr_storage>,
    pub len: socklen_t,
}

impl Room {
    pub(super) fn new() -> Self {
        Self { storage: MaybeUninit::uninit(), len: size_of::<sockaddr_storage>() as socklen_t }
    }

    fn parts(&mut self) -> (*mut sockaddr, *mut socklen_t) {
        (self.storage.as_mut_ptr().cast(), &raw mut self.len)
    }

    /// The address written.
    ///
    /// # Safety
    /// The kernel was given the storage with its size, and `len` is the length it gave back.
    pub(super) unsafe fn addr(&self, at: BorrowedFd<'_>) -> Addr {
        let len = (self.len as usize).min(size_of::<sockaddr_storage>());
        // SAFETY: the kernel writes as many bytes as it says, or as there is room.
        decode(unsafe { std::slice::from_raw_parts(self.storage.as_ptr().cast(), len) }, Some(at))
    }
}

/// The count that a call gave, or its errno.
#[inline]
pub(super) fn count(n: isize) -> Result<usize, i32> {
    usize::try_from(n).map_err(|_| last())
}

/// Nothing, or the errno.
fn zero(result: libc::c_int) -> Result<(), i32> {
    if result < 0 { Err(last()) } else { Ok(()) }
}

/// An address that the kernel filled in, if it did.
fn filled(addr: Option<&Addr>) -> Arg<'_> {
    addr.map_or(Arg::Data(None), |addr| Arg::Addr(Some(addr)))
}

/// What a receive filled in. With MSG_TRUNC it may say more than there is room for.
pub(super) fn received(buffer: &[u8], len: Option<usize>) -> Option<&[u8]> {
    len.map(|len| &buffer[..len.min(buffer.len())])
}

/// bind(2).
pub(crate) fn bind(fd: BorrowedFd<'_>, addr: &Addr) -> Result<(), i32> {
    let (storage, len) = encoded(addr, Some(fd))?;
    // SAFETY: the storage holds an address of that length.
    let done = unsafe { libc::bind(fd.as_raw_fd(), (&raw const storage).cast(), len) };
    traced!("bind", result = zero(done); Arg::Fd(fd.as_raw_fd()), Arg::Addr(Some(addr)))
}

/// listen(2), where the address may be reached.
pub(crate) fn listen(fd: BorrowedFd<'_>, backlog: i32) -> Result<(), i32> {
    if fence::is_loopback_only() {
        // One that has no address is given the wildcard.
        fence::lets(&trace::aside(|| getsockname(fd))?)?;
    }
    super::fd::listen(fd, backlog)
}

/// connect(2).
pub(crate) fn connect(fd: BorrowedFd<'_>, addr: &Addr) -> Result<(), i32> {
    let (storage, len) = encoded(addr, Some(fd))?;
    // SAFETY: the storage holds an address of that length.
    let done = unsafe { libc::connect(fd.as_raw_fd(), (&raw const storage).cast(), len) };
    traced!("connect", result = zero(done); Arg::Fd(fd.as_raw_fd()), Arg::Addr(Some(addr)))
}

/// getsockname(2).
pub(crate) fn getsockname(fd: BorrowedFd<'_>) -> Result<Addr, i32> {
    let mut room = Room::new();
    let (addr, len) = room.parts();
    // SAFETY: there is room for an address of that length, and only what the kernel wrote is read.
    let found = unsafe { zero(libc::getsockname(fd.as_raw_fd(), addr, len)).map(|()| room.addr(fd)) };
    traced!("getsockname", result = found; Arg::Fd(fd.as_raw_fd()), filled(result.as_ref().ok()))
}

/// getpeername(2).
pub(crate) fn getpeername(fd: BorrowedFd<'_>) -> Result<Addr, i32> {
    let mut room = Room::new();
    let (addr, len) = room.parts();
    // SAFETY: there is room for an address of that length, and only what the kernel wrote is read.
    let found = unsafe { zero(libc::getpeername(fd.as_raw_fd(), addr, len)).map(|()| room.addr(fd)) };
    traced!("getpeername", result = found; Arg::Fd(fd.as_raw_fd()), filled(result.as_ref().ok()))
}

/// accept4(2), with `SOCK_NONBLOCK`, `SOCK_CLOEXEC` or both.
pub(crate) fn accept(fd: BorrowedFd<'_>, flags: i32) -> Result<(OwnedFd, Addr), i32> {
    let mut room = Room::new();
    let (addr, len) = room.parts();
    // SAFETY: there is room for an address of that length, only what the kernel wrote is read, and the new descriptor
    // is ours alone.
    let new = unsafe {
        let new = libc::accept4(fd.as_raw_fd(), addr, len, flags);
        if new < 0 { Err(last()) } else { Ok((OwnedFd::from_raw_fd(new), room.addr(fd))) }
    };
    traced!("accept4", result = new;
        Arg::Fd(fd.as_raw_fd()), filled(result.as_ref().ok().map(|(_, addr)| addr)), Arg::Flags(&ACCEPT_FLAGS, flags))
}

/// The same without asking for an address, of which AF_ALG has none: asked for one, accept would fail with ECONNABORTED.
pub(crate) fn accept_nameless(fd: BorrowedFd<'_>, flags: i32) -> Result<(OwnedFd, Addr), i32> {
    // SAFETY: without room for an address none is written, and the new descriptor is ours alone.
    let new = unsafe {
        let new = libc::accept4(fd.as_raw_fd(), std::ptr::null_mut(), std::ptr::null_mut(), flags);
        if new < 0 { Err(last()) } else { Ok((OwnedFd::from_raw_fd(new), Addr::Unnamed)) }
    };
    traced!("accept4", result = new;
        Arg::Fd(fd.as_raw_fd()), Arg::Addr(None), Arg::Flags(&ACCEPT_FLAGS, flags))
}

/// send(2).
pub(crate) fn send_bytes(fd: BorrowedFd<'_>, data: &[u8], flags: i32) -> Result<usize, i32> {
    // SAFETY: the pointer and length are those of `data`.
    let sent = count(unsafe { libc::send(fd.as_raw_fd(), data.as_ptr().cast(), data.len(), flags) });
    // send(2) is sendto(2) without an address, to the kernel as well.
    traced!("sendto", result = sent;
        Arg::Fd(fd.as_raw_fd()), Arg::Data(Some(data)), Arg::Int(data.len() as i64), Arg::Flags(&MSG_FLAGS, flags),
        Arg::Addr(None))
}

/// recv(2).
pub(crate) fn recv_bytes(fd: BorrowedFd<'_>, buffer: &mut [u8], flags: i32) -> Result<usize, i32> {
    // SAFETY: the pointer and length are those of `buffer`.
    let got = count(unsafe { libc::recv(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), flags) });
    traced!("recvfrom", result = got;
        Arg::Fd(fd.as_raw_fd()), Arg::Data(received(buffer, result.ok())), Arg::Int(buffer.len() as i64),
        Arg::Flags(&MSG_FLAGS, flags), Arg::Addr(None))
}

/// recv(2) of up to that much, behind the bytes that are there.
pub(crate) fn recv_more(fd: BorrowedFd<'_>, bytes: &mut Vec<u8>, room: usize, flags: i32) -> Result<usize, i32> {
    bytes.reserve(room);
    let (len, free) = (bytes.len(), bytes.spare_capacity_mut());
    // SAFETY: there is room for so many bytes, and as many as the kernel says are written, without MSG_TRUNC.
    let got = unsafe {
        let got = count(libc::recv(fd.as_raw_fd(), free.as_mut_ptr().cast(), room, flags & !libc::MSG_TRUNC));
        bytes.set_len(len + got.unwrap_or(0));
        got
    };
    traced!("recvfrom", result = got;
        Arg::Fd(fd.as_raw_fd()), Arg::Data(result.ok().map(|_| &bytes[len..])), Arg::Int(room as i64),
        Arg::Flags(&MSG_FLAGS, flags), Arg::Addr(None))
}

/// sendto(2).
pub(crate) fn sendto(fd: BorrowedFd<'_>, data: &[u8], flags: i32, to: &Addr) -> Result<usize, i32> {
    let (storage, len) = encoded(to, Some(fd))?;
    let at = (&raw const storage).cast();
    // SAFETY: the pointer and length are those of `data`, and the storage holds an address of that length.
    let sent = count(unsafe { libc::sendto(fd.as_raw_fd(), data.as_ptr().cast(), data.len(), flags, at, len) });
    traced!("sendto", result = sent;
        Arg::Fd(fd.as_raw_fd()), Arg::Data(Some(data)), Arg::Int(data.len() as i64), Arg::Flags(&MSG_FLAGS, flags),
        Arg::Addr(Some(to)))
}

/// recvfrom(2). There is no address where the kernel gives none: a connected stream, a sender without a name.
pub(crate) fn recvfrom(fd: BorrowedFd<'_>, buffer: &mut [u8], flags: i32) -> Result<(usize, Option<Addr>), i32> {
    let mut room = Room::new();
    let (addr, len) = room.parts();
    // SAFETY: the pointer and length are those of `buffer`, there is room for an address, and only what the kernel
    // wrote is read.
    let got = unsafe {
        let n = libc::recvfrom(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), flags, addr, len);
        count(n).map(|n| (n, (room.len != 0).then(|| room.addr(fd))))
    };
    traced!("recvfrom", result = got;
    Arg::Fd(fd.as_raw_fd()), Arg::Data(received(buffer, result.as_ref().ok().map(|(n, _)| *n))),
    Arg::Int(buffer.len() as i64), Arg::Flags(&MSG_FLAGS, flags),
    match &result {
        Ok((_, from)) => Arg::Addr(from.as_ref()),
        Err(_) => Arg::Data(None),
    })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    fn round(addr: &Addr) -> (Addr, socklen_t) {
        let (storage, len) = encoded(addr, None).unwrap();
        let at = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        // SAFETY: all of the storage is written.
        (unsafe { Room { storage: MaybeUninit::new(storage), len }.addr(at.as_fd()) }, len)
    }

    #[test]
    fn addresses_survive_the_way_to_the_kernel_and_back() {
        for (text, len) in [("1.2.3.4:5", 16), ("[fe80::1%7]:65535", 28), ("/tmp/x", 9), ("@name", 7), ("@", 3)] {
            let addr: Addr = text.parse().unwrap();
            assert_eq!(round(&addr), (addr, len), "{text}");
        }
        let flow = Addr::V6(Box::new(SocketAddrV6::new(Ipv6Addr::LOCALHOST, 1, 2, 3)));
        assert_eq!(round(&flow), (flow, 28));
        assert_eq!(round(&Addr::Unnamed), (Addr::Unnamed, 2));
        assert_eq!(round(&Addr::Path([].into())), (Addr::Unnamed, 2));
        let other = Addr::Other(45, [1, 2, 3].into());
        assert_eq!(round(&other), (other, 5));
        for (text, len) in [
            ("netlink:7:1", 12),
            ("packet:lo:0x0800:4:772:00:01:02:03:04:05", 20),
            ("packet::0x0003", 20),
            ("vsock:1:5000", 16),
            ("alg:skcipher:cbc(aes)", 88),
        ] {
            let addr: Addr = text.parse().unwrap();
            assert_eq!(round(&addr), (addr, len), "{text}");
        }
        let binary = Addr::Abstract([0, 255, 0].into());
        assert_eq!(round(&binary), (binary, 6));
        assert_eq!(decode(&[], None), Addr::Unnamed);
        assert_eq!(decode(&[2, 0, 1], None), Addr::Other(2, [1].into()), "too short for its family");
    }

    #[test]
    fn unix_names_have_a_limit() {
        let mut storage = encoded(&Addr::Unnamed, None).unwrap().0;
        for make in [Addr::Path as fn(std::rc::Rc<[u8]>) -> Addr, Addr::Abstract] {
            assert_eq!(to_sockaddr(&make([b'x'; 107].into()), None, &mut storage), Ok(110));
            assert_eq!(to_sockaddr(&make([b'x'; 108].into()), None, &mut storage), Err(libc::ENAMETOOLONG));
        }
        assert_eq!(to_sockaddr(&Addr::Other(16, [0; 127].into()), None, &mut storage), Err(libc::EINVAL));
        // The kernel itself takes 108 bytes without a zero, and gives them back with one.
        let mut long = vec![1, 0];
        long.extend([b'x'; 108]);
        long.push(0);
        assert_eq!(decode(&long, None), Addr::Path([b'x'; 108].into()));
    }
}
