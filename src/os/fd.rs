//! Descriptors: making, duplicating, asking and shutting them.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

use super::sockopt;
use super::trace::{self, Arg, traced};
use crate::linux::constants::{FAMILIES, TYPES};

/// Where a program's first descriptor is when it is taken down: in every run the same.
const FIRST_OF_RUN: RawFd = 64;
/// Where sockpit keeps the descriptors that are its own and not the program's.
const OWN: RawFd = 250;
/// How many those are: the poller's.
const OWN_MANY: RawFd = 4;

fn check(result: libc::c_int) -> Result<libc::c_int, i32> {
    if result < 0 { Err(last()) } else { Ok(result) }
}

/// The errno of the last system call.
pub fn last() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// The errno of an error; EIO for one that is none of the system's.
pub(crate) fn number(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}

/// socket(2): always non-blocking and closed on exec.
pub fn socket(family: i32, kind: i32, protocol: i32) -> Result<OwnedFd, i32> {
    let kind = kind | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: socket(2) takes plain numbers; what it gives is ours alone.
    let made = unsafe { check(libc::socket(family, kind, protocol)).map(|fd| OwnedFd::from_raw_fd(fd)) };
    traced!("socket", result = made;
        Arg::Flags(&FAMILIES, family), Arg::Flags(&TYPES, kind), Arg::Int(protocol.into()))
}

/// socketpair(2), likewise.
pub fn socketpair(family: i32, kind: i32, protocol: i32) -> Result<(OwnedFd, OwnedFd), i32> {
    let mut pair = [0; 2];
    let kind = kind | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: `pair` has room for the two descriptors, which are ours alone.
    let made = unsafe {
        check(libc::socketpair(family, kind, protocol, pair.as_mut_ptr()))
            .map(|_| (OwnedFd::from_raw_fd(pair[0]), OwnedFd::from_raw_fd(pair[1])))
    };
    traced!("socketpair", result = made;
        Arg::Flags(&FAMILIES, family), Arg::Flags(&TYPES, kind), Arg::Int(protocol.into()), Arg::Fds(&pair))
}

/// Take over a socket's descriptor that the process was given, or gave out with [`give_out`]; `None` for one that is ours
/// already. What is no socket stays as it is.
pub fn adopt(fd: RawFd) -> Result<Option<OwnedFd>, i32> {
    let mut kind: libc::c_int = 0;
    let mut size = size_of_val(&kind) as libc::socklen_t;
    // SAFETY: getsockopt(2) writes one int, or fails with EBADF unless the descriptor is open.
    let asked = unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_TYPE, (&raw mut kind).cast(), &raw mut size) };
    check(asked)?;
    let taken = take(fd)?;
    if let Some(fd) = &taken {
        unblock(fd.as_fd())?;
    }
    Ok(taken)
}

/// Take over any descriptor that is nobody's here. Everything we open is closed on exec, so what is so already is ours, and
/// `None` is the answer; but for a pidfd that the kernel made for the program.
pub fn take(fd: RawFd) -> Result<Option<OwnedFd>, i32> {
    // SAFETY: plain numbers; both fail with EBADF unless the descriptor is open.
    let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFD) })?;
    if flags & libc::FD_CLOEXEC != 0 && !is_pidfd(fd) {
        return Ok(None);
    }
    check(unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) })?;
    // SAFETY: it is open, and what is not closed on exec has no owner here.
    Ok(Some(unsafe { OwnedFd::from_raw_fd(fd) }))
}

fn is_pidfd(fd: RawFd) -> bool {
    std::fs::read_link(format!("/proc/self/fd/{fd}"))
        .is_ok_and(|of| of.as_os_str().to_string_lossy().contains("[pidfd]"))
}

/// Make a descriptor non-blocking, for all who have it.
pub fn unblock(fd: BorrowedFd<'_>) -> Result<(), i32> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let flags = fcntl_getfl(fd).map_err(Errno::raw_os_error)?;
    fcntl_setfl(fd, flags | OFlags::NONBLOCK).map_err(Errno::raw_os_error)
}

/// How a descriptor was opened: `O_RDONLY`, `O_WRONLY` or `O_RDWR`.
pub fn access(fd: BorrowedFd<'_>) -> Result<i32, i32> {
    let flags = rustix::fs::fcntl_getfl(fd).map_err(Errno::raw_os_error)?;
    Ok(flags.bits() as i32 & libc::O_ACCMODE)
}

/// Mark a descriptor as nobody's here: it outlives exec, and [`adopt`] takes it.
pub fn give_out(fd: BorrowedFd<'_>) -> Result<(), i32> {
    rustix::io::fcntl_setfd(fd, rustix::io::FdFlags::empty()).map_err(Errno::raw_os_error)
}

/// Whether a descriptor outlives exec.
pub fn outlives_exec(fd: BorrowedFd<'_>) -> Result<bool, i32> {
    let flags = rustix::io::fcntl_getfd(fd).map(|flags| flags.bits() as usize).map_err(Errno::raw_os_error);
    let flags = traced!("fcntl", result = flags; Arg::Fd(fd.as_raw_fd()), Arg::Word("F_GETFD"))?;
    Ok(flags & libc::FD_CLOEXEC as usize == 0)
}

/// Say whether a descriptor outlives exec.
pub fn outlive_exec(fd: BorrowedFd<'_>, on: bool) -> Result<(), i32> {
    use rustix::io::FdFlags;
    let (flags, word) = if on { (FdFlags::empty(), "0") } else { (FdFlags::CLOEXEC, "FD_CLOEXEC") };
    let done = rustix::io::fcntl_setfd(fd, flags).map_err(Errno::raw_os_error);
    traced!("fcntl", result = done; Arg::Fd(fd.as_raw_fd()), Arg::Word("F_SETFD"), Arg::Word(word))
}

/// A duplicate of a descriptor that the process was given or gave out, closed on exec, if it is a socket's.
pub fn dup_socket(fd: RawFd) -> Result<OwnedFd, i32> {
    // SAFETY: fcntl(2) takes any number, and gives a descriptor that is ours alone.
    let made = unsafe { check(libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0)).map(|fd| OwnedFd::from_raw_fd(fd)) };
    let made = traced!("fcntl", result = made; Arg::Fd(fd), Arg::Word("F_DUPFD_CLOEXEC"), Arg::Int(0))?;
    sockopt::get_int(made.as_fd(), libc::SOL_SOCKET, libc::SO_TYPE)?;
    unblock(made.as_fd())?;
    Ok(made)
}

/// A duplicate, closed on exec.
pub fn dup(fd: BorrowedFd<'_>) -> Result<OwnedFd, i32> {
    traced!("fcntl", result = dup_from(fd, 0);
        Arg::Fd(fd.as_raw_fd()), Arg::Word("F_DUPFD_CLOEXEC"), Arg::Int(0))
}

/// A duplicate among the descriptors that are sockpit's own, which the program knows nothing of.
pub fn dup_aside(fd: BorrowedFd<'_>) -> Result<OwnedFd, i32> {
    dup_from(fd, OWN)
}

/// The same of a descriptor that is known by its number alone, if there is one.
pub fn dup_number(fd: RawFd) -> Result<OwnedFd, i32> {
    // SAFETY: it is a descriptor of this process for the time of the call, or the kernel says that it is none.
    dup_aside(unsafe { BorrowedFd::borrow_raw(fd) })
}

fn dup_from(fd: BorrowedFd<'_>, lowest: RawFd) -> Result<OwnedFd, i32> {
    rustix::io::fcntl_dupfd_cloexec(fd, lowest).map_err(Errno::raw_os_error)
}

/// close(2). What it says does not matter: the descriptor is gone.
pub fn close(fd: OwnedFd) {
    let number = fd.as_raw_fd();
    drop(fd);
    trace::report("close", &[Arg::Fd(number)], &Ok(()));
}

/// Take all low descriptors until what is given is dropped: what is opened meanwhile has the same number in every run,
/// whatever the process was started with.
pub fn take_low() -> Vec<OwnedFd> {
    take_below(FIRST_OF_RUN)
}

/// Open what is sockpit's own, and leave the low descriptors to the program: it gets the lowest that is free, as it would
/// without us. Where there is no room above, it is opened where there is some.
pub(super) fn out_of_the_way<T>(open: impl Fn() -> io::Result<T>) -> io::Result<T> {
    let most = file_limit().map_or(OWN, |most| RawFd::try_from(most).unwrap_or(RawFd::MAX) - OWN_MANY);
    let low = trace::aside(|| take_below(OWN.min(most)));
    let opened = open();
    drop(low);
    if opened.is_ok() { opened } else { open() }
}

fn take_below(first: RawFd) -> Vec<OwnedFd> {
    let mut taken = Vec::new();
    // Where there is nothing to take them with, numbers may differ.
    let Ok(null) = std::fs::File::open("/dev/null") else { return taken };
    let mut next: OwnedFd = null.into();
    while next.as_raw_fd() < first {
        let Ok(another) = dup(next.as_fd()) else { break };
        taken.push(std::mem::replace(&mut next, another));
    }
    taken
}

/// Give this thread, and those that it starts, a table of descriptors of their own: what they open takes no number and no
/// room from the program. Of what the process has open only that is kept there which is closed on exec: the rest is not
/// ours, and its end is seen when the program closes it. Where the kernel cannot do it all stay together.
pub(crate) fn keep_apart() {
    // SAFETY: the range has no descriptor; the call only makes the table this thread's own.
    let apart = unsafe { libc::syscall(libc::SYS_close_range, u32::MAX, u32::MAX, libc::CLOSE_RANGE_UNSHARE) } == 0;
    if !apart {
        return;
    }
    let Ok(listed) = std::fs::read_dir("/proc/thread-self/fd") else { return };
    let open: Vec<RawFd> = listed.filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok()).collect();
    for fd in open.into_iter().filter(|fd| *fd > libc::STDERR_FILENO) {
        // SAFETY: what outlives exec has no owner in this program; in this table nobody but us closes it.
        unsafe {
            if check(libc::fcntl(fd, libc::F_GETFD)).is_ok_and(|flags| flags & libc::FD_CLOEXEC == 0) {
                libc::close(fd);
            }
        }
    }
}

/// listen(2).
pub fn listen(fd: BorrowedFd<'_>, backlog: i32) -> Result<(), i32> {
    traced!("listen", result = rustix::net::listen(fd, backlog).map_err(Errno::raw_os_error);
        Arg::Fd(fd.as_raw_fd()), Arg::Int(backlog.into()))
}

/// shutdown(2) with 0, 1 or 2; the kernel judges any other number.
pub fn shutdown(fd: BorrowedFd<'_>, how: i32) -> Result<(), i32> {
    // SAFETY: shutdown(2) takes plain numbers.
    let done = check(unsafe { libc::shutdown(fd.as_raw_fd(), how) }).map(drop);
    let name = ["SHUT_RD", "SHUT_WR", "SHUT_RDWR"].get(how as usize);
    traced!("shutdown", result = done;
        Arg::Fd(fd.as_raw_fd()), name.map_or(Arg::Int(how.into()), |name| Arg::Word(name)))
}

/// poll(2) on one descriptor: the events that are there now.
pub fn poll(fd: BorrowedFd<'_>, events: i16) -> Result<i16, i32> {
    let mut one = [PollFd::from_borrowed_fd(fd, PollFlags::from_bits_retain(events as u16))];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    // A signal that has just come is EINTR even where nothing is waited for.
    let ready = rustix::io::retry_on_intr(|| rustix::event::poll(&mut one, Some(&now))).map_err(Errno::raw_os_error);
    let there = one[0].revents().bits() as i16;
    traced!("ppoll", result = ready;
        Arg::Fd(fd.as_raw_fd()), Arg::Events(events), Arg::Events(there))?;
    Ok(there)
}

/// The same for a number, be it of no descriptor: POLLNVAL.
pub fn poll_number(number: RawFd, events: i16) -> i16 {
    let mut one = libc::pollfd { fd: number, events, revents: 0 };
    // SAFETY: poll(2) looks at one entry; what the number stands for is its answer.
    unsafe { libc::poll(&raw mut one, 1, 0) };
    one.revents
}

/// Block this thread until a descriptor can be written.
pub fn wait_writable(fd: BorrowedFd<'_>) {
    let mut one = [PollFd::from_borrowed_fd(fd, PollFlags::OUT)];
    // EINTR: whoever asks tries again.
    let _ = rustix::event::poll(&mut one, None);
}

/// Block this thread until a descriptor can be read, for a twentieth of a second at most: whether it can.
pub(crate) fn is_readable_soon(fd: BorrowedFd<'_>) -> bool {
    is_soon(fd, PollFlags::IN)
}

/// The same of writing.
pub(crate) fn is_writable_soon(fd: BorrowedFd<'_>) -> bool {
    is_soon(fd, PollFlags::OUT)
}

fn is_soon(fd: BorrowedFd<'_>, what: PollFlags) -> bool {
    let mut one = [PollFd::from_borrowed_fd(fd, what)];
    let soon = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    // EINTR: whoever asks tries again.
    rustix::event::poll(&mut one, Some(&soon)).is_ok_and(|there| there > 0)
}

/// ioctl(2) FIONREAD: bytes waiting to be read; on a datagram socket, those of the next datagram.
pub fn inq(fd: BorrowedFd<'_>) -> Result<usize, i32> {
    ioctl_int(fd, libc::FIONREAD, "FIONREAD").map(|n| n as usize)
}

/// ioctl(2) SIOCOUTQ: bytes sent that the other end has not acknowledged.
pub fn outq(fd: BorrowedFd<'_>) -> Result<usize, i32> {
    ioctl_int(fd, libc::TIOCOUTQ, "SIOCOUTQ").map(|n| n as usize)
}

/// ioctl(2) SIOCOUTQNSD: bytes of a TCP socket that it has not sent yet.
pub fn not_sent(fd: BorrowedFd<'_>) -> Result<usize, i32> {
    const SIOCOUTQNSD: libc::c_ulong = 0x894b;
    ioctl_int(fd, SIOCOUTQNSD, "SIOCOUTQNSD").map(|n| n as usize)
}

/// ioctl(2) SIOCATMARK: whether the next byte is the urgent one.
pub fn atmark(fd: BorrowedFd<'_>) -> Result<bool, i32> {
    const SIOCATMARK: libc::c_ulong = 0x8905;
    ioctl_int(fd, SIOCATMARK, "SIOCATMARK").map(|n| n != 0)
}

fn ioctl_int(fd: BorrowedFd<'_>, request: libc::c_ulong, name: &str) -> Result<i32, i32> {
    let mut value: libc::c_int = 0;
    // SAFETY: these requests write one int.
    let done = check(unsafe { libc::ioctl(fd.as_raw_fd(), request, &raw mut value) });
    let bytes = value.to_ne_bytes();
    traced!("ioctl", result = done;
        Arg::Fd(fd.as_raw_fd()), Arg::Word(name), Arg::Value(result.is_ok().then_some(&bytes)))?;
    Ok(value)
}

/// sendfile(2) from that offset on, which is moved forward.
pub fn sendfile(to: BorrowedFd<'_>, from: BorrowedFd<'_>, offset: &mut u64, count: usize) -> Result<usize, i32> {
    let start = *offset as i64;
    traced!("sendfile", result = rustix::fs::sendfile(to, from, Some(offset), count).map_err(Errno::raw_os_error);
        Arg::Fd(to.as_raw_fd()), Arg::Fd(from.as_raw_fd()), Arg::Int(start), Arg::Int(count as i64))
}

/// The same from where the file stands, which moves on; a socket or a pipe has no other place. From an offset it fails with
/// ESPIPE for those.
pub fn sendfile_on(to: BorrowedFd<'_>, from: BorrowedFd<'_>, count: usize) -> Result<usize, i32> {
    traced!("sendfile", result = rustix::fs::sendfile(to, from, None, count).map_err(Errno::raw_os_error);
        Arg::Fd(to.as_raw_fd()), Arg::Fd(from.as_raw_fd()), Arg::Data(None), Arg::Int(count as i64))
}

/// splice(2): move bytes within the kernel, with a pipe at one end or at both; an offset moves on.
pub fn splice(
    from: (BorrowedFd<'_>, Option<&mut u64>),
    to: (BorrowedFd<'_>, Option<&mut u64>),
    count: usize,
    flags: u32,
) -> Result<usize, i32> {
    let ((from, from_at), (to, to_at)) = (from, to);
    let flags = rustix::pipe::SpliceFlags::from_bits_retain(flags);
    let moved = rustix::pipe::splice(from, from_at, to, to_at, count, flags).map_err(Errno::raw_os_error);
    traced!("splice", result = moved;
        Arg::Fd(from.as_raw_fd()), Arg::Fd(to.as_raw_fd()), Arg::Int(count as i64), Arg::Int(flags.bits().into()))
}

/// pipe2(2): the end to read from and the end to write to, non-blocking and closed on exec.
pub fn pipe() -> Result<(OwnedFd, OwnedFd), i32> {
    use rustix::pipe::PipeFlags;
    let made = rustix::pipe::pipe_with(PipeFlags::NONBLOCK | PipeFlags::CLOEXEC).map_err(Errno::raw_os_error);
    let ends = made.as_ref().map(|(r, w)| [r.as_raw_fd(), w.as_raw_fd()]).unwrap_or_default();
    traced!("pipe2", result = made; Arg::Fds(&ends), Arg::Word("O_CLOEXEC|O_NONBLOCK"))
}

/// Whether anybody has a FIFO open for writing, or had since this descriptor was opened. What is in it stays there: tee(2)
/// from an empty one gives 0 where nobody can write, and EAGAIN where somebody may.
pub fn has_writer(reader: BorrowedFd<'_>) -> bool {
    use rustix::pipe::{PipeFlags, SpliceFlags, pipe_with, tee};
    let room = || pipe_with(PipeFlags::CLOEXEC);
    trace::aside(|| {
        let silent = poll(reader, libc::POLLIN) == Ok(0);
        !silent || room().and_then(|(_end, room)| tee(reader, room, 1, SpliceFlags::NONBLOCK)) != Ok(0)
    })
}

/// read(2), once.
pub fn read(fd: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<usize, i32> {
    let size = buffer.len() as i64;
    let got = rustix::io::retry_on_intr(|| rustix::io::read(fd, &mut *buffer)).map_err(Errno::raw_os_error);
    traced!("read", result = got;
        Arg::Fd(fd.as_raw_fd()), Arg::Data(result.ok().map(|n| &buffer[..n])), Arg::Int(size))
}

/// write(2), once.
pub fn write(fd: BorrowedFd<'_>, data: &[u8]) -> Result<usize, i32> {
    let put = rustix::io::retry_on_intr(|| rustix::io::write(fd, data)).map_err(Errno::raw_os_error);
    traced!("write", result = put;
        Arg::Fd(fd.as_raw_fd()), Arg::Data(Some(data)), Arg::Int(data.len() as i64))
}

/// How many descriptors the process may have open: RLIMIT_NOFILE. None when there is no limit.
pub fn file_limit() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

/// Raise the soft limit of open files to the hard one.
pub fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        // Staying at the old limit is no reason not to start.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

/// Seconds as a duration, bounded to what the clock can add.
pub fn seconds(s: f64) -> Duration {
    Duration::try_from_secs_f64(s).unwrap_or(Duration::from_hours(10_000))
}
