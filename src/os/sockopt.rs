//! getsockopt(2) and setsockopt(2) as they are: bytes in, bytes out. What the bytes mean is not known here.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

use super::trace::{Arg, traced};
use crate::linux::options;

/// What the kernel counts in when it gives back a filter: `struct sock_filter`, not bytes.
const FILTER_SIZE: usize = 8;

/// Ask for an option. Gives how many bytes of the buffer were filled, or the errno.
///
/// The buffer goes in as zeros, whatever was in it: some options read a request from it, and that of zeros asks for
/// nothing.
pub fn get(fd: BorrowedFd<'_>, level: i32, number: i32, buffer: &mut [u8]) -> Result<usize, i32> {
    buffer.fill(0);
    ask(fd, level, number, buffer)
}

/// The same of an option whose buffer says of what it is to tell: of a source filter, the group and the interface.
pub fn get_of(fd: BorrowedFd<'_>, level: i32, number: i32, buffer: &mut [u8]) -> Result<usize, i32> {
    match (level, number) {
        (libc::IPPROTO_IP, libc::IP_MSFILTER) | (libc::IPPROTO_IP | libc::IPPROTO_IPV6, libc::MCAST_MSFILTER) => {
            ask(fd, level, number, buffer)
        }
        _ => Err(libc::EINVAL),
    }
}

fn ask(fd: BorrowedFd<'_>, level: i32, number: i32, buffer: &mut [u8]) -> Result<usize, i32> {
    // SO_GET_FILTER takes the buffer's length in instructions: given bytes, it would write past the end.
    let unit = if level == libc::SOL_SOCKET && number == libc::SO_GET_FILTER { FILTER_SIZE } else { 1 };
    let mut length = libc::socklen_t::try_from(buffer.len() / unit).map_err(|_| libc::EINVAL)?;
    // SAFETY: the buffer has `length` units of that option's size to write to and is alive and ours alone for the
    // call. It holds zeros, so that no option finds another address or length in it; those that tell of what stands in
    // it find a group and how much room there is.
    let result =
        unsafe { libc::getsockopt(fd.as_raw_fd(), level, number, buffer.as_mut_ptr().cast(), &raw mut length) };
    let filled = zero(result);
    let length = (length as usize).saturating_mul(unit).min(buffer.len());
    traced!("getsockopt", result = filled;
        Arg::Fd(fd.as_raw_fd()), Arg::Word(&level_name(level)), Arg::Word(&name(level, number)),
        Arg::Value(result.is_ok().then_some(&buffer[..length])))?;
    Ok(length)
}

/// Set an option to these bytes. Gives the errno when that fails.
pub fn set(fd: BorrowedFd<'_>, level: i32, number: i32, value: &[u8]) -> Result<(), i32> {
    if writes_back(level, number) {
        return Err(libc::EPERM);
    }
    // Of a program the kernel wants to know where it is.
    let program = program(level, number, value)?;
    let (at, length) = match &program {
        Some(program) => ((&raw const *program).cast(), size_of_val(program)),
        None => (value.as_ptr().cast(), value.len()),
    };
    let length = libc::socklen_t::try_from(length).map_err(|_| libc::EINVAL)?;
    // SAFETY: the kernel reads `length` bytes of `value`, or of a structure that tells where `value` is and how long;
    // both live as long as the call. Where other bytes are addresses the kernel reads there too, and says EFAULT if it
    // cannot; the options that would have it write there are kept out above.
    let result = unsafe { libc::setsockopt(fd.as_raw_fd(), level, number, at, length) };
    traced!("setsockopt", result = zero(result);
        Arg::Fd(fd.as_raw_fd()), Arg::Word(&level_name(level)), Arg::Word(&name(level, number)),
        Arg::Value(Some(value)))
}

/// Where a classic BPF program is, for an option that takes one. EINVAL where it is no whole number of instructions.
fn program(level: i32, number: i32, value: &[u8]) -> Result<Option<libc::sock_fprog>, i32> {
    let takes = matches!(number, libc::SO_ATTACH_FILTER | libc::SO_ATTACH_REUSEPORT_CBPF);
    if level != libc::SOL_SOCKET || !takes {
        return Ok(None);
    }
    let len = u16::try_from(value.len() / FILTER_SIZE).map_err(|_| libc::EINVAL)?;
    let whole = value.len().is_multiple_of(FILTER_SIZE);
    let filter = value.as_ptr().cast_mut().cast();
    if whole { Ok(Some(libc::sock_fprog { len, filter })) } else { Err(libc::EINVAL) }
}

/// Whether an option's value holds an address that the kernel writes to: those that replace the tables of iptables,
/// ip6tables, arptables and ebtables, which are no options of a socket, and the memory of an `AF_XDP` socket.
fn writes_back(level: i32, number: i32) -> bool {
    level == libc::SOL_XDP || matches!(level, libc::SOL_IP | libc::SOL_IPV6) && matches!(number, 64 | 96 | 128)
}

/// Ask for an option that is a C `int`.
pub fn get_int(fd: BorrowedFd<'_>, level: i32, number: i32) -> Result<i32, i32> {
    let mut buffer = [0; size_of::<i32>()];
    get(fd, level, number, &mut buffer)?;
    Ok(i32::from_ne_bytes(buffer))
}

/// The memory of a socket, of any kind: `SO_MEMINFO`, in bytes with their overhead.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Memory {
    /// Taken by what waits to be read.
    pub received: u32,
    /// How much that may be: `SO_RCVBUF`.
    pub receive_room: u32,
    /// Taken by what is on its way out.
    pub sending: u32,
    /// How much that may be: `SO_SNDBUF`.
    pub send_room: u32,
    /// Taken by TCP's send queue.
    pub queued: u32,
    /// Taken by what came while the socket was in use.
    pub backlog: u32,
    /// Packets thrown away for want of room; of a listener, connections.
    pub drops: u32,
}

/// How much memory a socket takes, and what found no room.
pub fn memory(fd: BorrowedFd<'_>) -> Result<Memory, i32> {
    let mut buffer = [0; 36];
    get(fd, libc::SOL_SOCKET, libc::SO_MEMINFO, &mut buffer)?;
    let mut numbers = [0; 9];
    for (number, bytes) in numbers.iter_mut().zip(buffer.as_chunks().0) {
        *number = u32::from_ne_bytes(*bytes);
    }
    let [received, receive_room, sending, send_room, _, queued, _, backlog, drops] = numbers;
    Ok(Memory { received, receive_room, sending, send_room, queued, backlog, drops })
}

/// A socket of the network namespace whose interfaces are meant; this machine's where there is none.
pub type NetFd<'a> = Option<BorrowedFd<'a>>;

/// The number of the network interface of that name: `if_nametoindex(3)`.
pub fn interface_index(at: NetFd<'_>, name: &str) -> Option<u32> {
    let name = CString::new(name).ok()?;
    let Some(at) = at else {
        // SAFETY: the name ends with a zero byte and lives as long as the call.
        let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
        return (index != 0).then_some(index);
    };
    let mut request = interface();
    if name.as_bytes_with_nul().len() > request.ifr_name.len() {
        return None;
    }
    for (to, from) in request.ifr_name.iter_mut().zip(name.as_bytes()) {
        *to = *from as libc::c_char;
    }
    // SAFETY: the call reads a name that ends with a zero byte, and writes a number, which is read then.
    let index = unsafe {
        let done = libc::ioctl(at.as_raw_fd(), libc::SIOCGIFINDEX, &raw mut request);
        (done == 0).then_some(request.ifr_ifru.ifru_ifindex)
    };
    index.map(|index| index as u32)
}

/// The name of the network interface of that number: `if_indextoname(3)`. Empty for 0, and for one that is gone.
pub(super) fn interface_name(at: NetFd<'_>, index: u32) -> String {
    let mut request = interface();
    let name = &raw mut request.ifr_name;
    // SAFETY: there is room for the longest name with its zero byte, which both calls write; the second reads the number.
    let found = index != 0
        && unsafe {
            match at {
                None => !libc::if_indextoname(index, name.cast()).is_null(),
                Some(at) => {
                    request.ifr_ifru.ifru_ifindex = index as i32;
                    libc::ioctl(at.as_raw_fd(), libc::SIOCGIFNAME, &raw mut request) == 0
                }
            }
        };
    let name = request.ifr_name.iter().take_while(|c| found && **c != 0).map(|c| *c as u8);
    String::from_utf8_lossy(&name.collect::<Vec<_>>()).into_owned()
}

/// An `ifreq` with nothing in it.
fn interface() -> libc::ifreq {
    // SAFETY: it is plain numbers, for which zero will do.
    unsafe { std::mem::zeroed() }
}

/// Nothing, or the errno.
fn zero(result: libc::c_int) -> Result<(), i32> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO)) }
}

fn level_name(level: i32) -> String {
    options::level_name(level).map_or_else(|| level.to_string(), str::to_string)
}

fn name(level: i32, number: i32) -> String {
    options::by_number(level, number).spec.map_or_else(|| number.to_string(), |spec| spec.name.to_string())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_filter_stays_within_its_buffer() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        // Four times "accept the whole packet" (BPF_RET|BPF_K).
        let code: Vec<u8> = [6, 0, 0, 0, 0xff, 0xff, 0, 0].repeat(4);
        assert_eq!(set(socket.as_fd(), libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &code[..31]), Err(libc::EINVAL));
        assert_eq!(set(socket.as_fd(), libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &code), Ok(()));
        let mut room = [0xaa; 64];
        assert_eq!(get(socket.as_fd(), libc::SOL_SOCKET, libc::SO_GET_FILTER, &mut room[..16]), Err(libc::EINVAL));
        assert_eq!(get(socket.as_fd(), libc::SOL_SOCKET, libc::SO_GET_FILTER, &mut room[..40]), Ok(32));
        assert_eq!(room[..32], code);
        assert_eq!(room[40..], [0xaa; 24]);
    }
}
