//! Processes: starting one of our own kind, waiting for it, asking the kernel how it stands.
#![allow(unsafe_code)]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, WaitId, WaitIdOptions};

use super::{fd, fence, msg};

/// Descriptors in one message; the kernel takes 253.
const RIGHTS_AT_ONCE: usize = 250;
/// The room for them, with the header.
const RIGHTS_ROOM: usize = 2048;

/// How long this thread has computed.
pub(crate) fn computed() -> Duration {
    let mut used = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes to this alone. rustix would look for the vDSO first, which costs more, and crashes under valgrind.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut used) };
    Duration::new(used.tv_sec as u64, used.tv_nsec as u32)
}

/// A file without a name that holds these bytes, its position at their start.
pub(crate) fn memory(bytes: &[u8]) -> Result<OwnedFd, i32> {
    let fd = rustix::fs::memfd_create("sockpit", rustix::fs::MemfdFlags::CLOEXEC).map_err(Errno::raw_os_error)?;
    let mut file = File::from(fd);
    file.write_all(bytes).and_then(|()| file.rewind()).map_err(|e| fd::number(&e))?;
    Ok(file.into())
}

/// What such a file holds.
pub(crate) fn recall(fd: OwnedFd) -> Result<Vec<u8>, i32> {
    let mut bytes = Vec::new();
    File::from(fd).read_to_end(&mut bytes).map_err(|e| fd::number(&e))?;
    Ok(bytes)
}

/// A counter of free places: a read takes one and says EAGAIN when there is none, a write gives one back.
pub(crate) fn places(count: u32) -> Result<OwnedFd, i32> {
    use rustix::event::{EventfdFlags, eventfd};
    eventfd(count, EventfdFlags::SEMAPHORE | EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)
        .map_err(Errno::raw_os_error)
}

/// Take a free place.
pub(crate) fn take_place(fd: BorrowedFd<'_>) -> Result<(), i32> {
    rustix::io::read(fd, &mut [0; 8]).map(drop).map_err(Errno::raw_os_error)
}

/// How many places are free.
pub(crate) fn places_left(fd: BorrowedFd<'_>) -> Result<u64, i32> {
    let about = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", fd.as_raw_fd())).map_err(|e| fd::number(&e))?;
    let count = about.lines().find_map(|line| line.strip_prefix("eventfd-count:"));
    count.and_then(|count| u64::from_str_radix(count.trim(), 16).ok()).ok_or(libc::ENOSYS)
}

/// Give a place back.
pub(crate) fn give_place(fd: BorrowedFd<'_>) -> Result<(), i32> {
    rustix::io::write(fd, &1u64.to_ne_bytes()).map(drop).map_err(Errno::raw_os_error)
}

/// Where a child process prints.
#[derive(Clone, Default)]
pub enum Prints {
    /// Where this process does.
    #[default]
    Here,
    /// Nowhere; its errors come here.
    Nowhere,
    /// It is read, and each line is given to this, on a thread of its own.
    To(Arc<dyn Fn(String) + Send + Sync>),
}

/// A pipe whose lines are given to somebody until nobody writes to it any more.
fn read_lines(give: Arc<dyn Fn(String) + Send + Sync>) -> std::io::Result<std::io::PipeWriter> {
    let (reader, writer) = std::io::pipe()?;
    let read = move || {
        for line in BufReader::new(reader).split(b'\n') {
            match line {
                Ok(line) => give(String::from_utf8_lossy(&line).into_owned()),
                Err(_) => return,
            }
        }
    };
    std::thread::Builder::new().name("child".into()).spawn(read)?;
    Ok(writer)
}

/// Start this very program with these arguments. The descriptors wait for it on its standard input; it finds them
/// with [`inherited`]. Gives its process id.
pub(crate) fn spawn(arguments: &[&str], fds: &[BorrowedFd<'_>], prints: &Prints) -> Result<i32, i32> {
    let (ours, theirs) = fd::socketpair(libc::AF_UNIX, libc::SOCK_SEQPACKET, 0)?;
    for some in fds.chunks(RIGHTS_AT_ONCE) {
        let rights = some.iter().flat_map(|fd| fd.as_raw_fd().to_ne_bytes()).collect();
        msg::send(ours.as_fd(), &[b"x"], &[(libc::SOL_SOCKET, libc::SCM_RIGHTS, rights)], 0, None)?;
    }
    let (out, err) = match prints {
        Prints::Here => (Stdio::inherit(), Stdio::inherit()),
        Prints::Nowhere => (Stdio::null(), Stdio::inherit()),
        Prints::To(line) => {
            let writer = read_lines(line.clone()).map_err(|e| fd::number(&e))?;
            (Stdio::from(writer.try_clone().map_err(|e| fd::number(&e))?), Stdio::from(writer))
        }
    };
    run(program(theirs).args(arguments).stdout(out).stderr(err))
}

/// Start this very program with that argument, where it hears and says nothing but what comes and goes on its standard
/// input. Gives the other end of that, and its process id.
pub(crate) fn spawn_aside(argument: &str) -> Result<(OwnedFd, i32), i32> {
    let (ours, theirs) = fd::socketpair(libc::AF_UNIX, libc::SOCK_SEQPACKET, 0)?;
    // What is typed to stop or to end the program is not meant for it.
    let aside = run(program(theirs).arg(argument).process_group(0).stdout(Stdio::null()).stderr(Stdio::null()));
    aside.map(|pid| (ours, pid))
}

/// This very program: the file itself, not its name, which may have been replaced since we began.
fn program(stdin: OwnedFd) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg0("sockpit").stdin(Stdio::from(stdin));
    command
}

fn run(command: &mut Command) -> Result<i32, i32> {
    if fence::is_loopback_only() {
        return Err(libc::EPERM);
    }
    command.spawn().map(|child| child.id() as i32).map_err(|e| fd::number(&e))
}

/// The descriptors that wait on standard input for a process that [`spawn`] started.
pub(crate) fn inherited() -> Result<Vec<OwnedFd>, i32> {
    let stdin = std::io::stdin();
    let mut fds = Vec::new();
    loop {
        let got = match msg::recv(stdin.as_fd(), &mut [0; 8], RIGHTS_ROOM, libc::MSG_DONTWAIT) {
            Ok(got) if got.len > 0 => got,
            Ok(_) | Err(libc::EAGAIN) => return Ok(fds),
            Err(e) => return Err(e),
        };
        for piece in got.ancillary {
            if let msg::Ancillary::Rights(more) = piece {
                fds.extend(more);
            }
        }
    }
}

/// A descriptor of a process: readable once it has ended.
pub(crate) fn descriptor(pid: i32) -> Result<OwnedFd, i32> {
    let pid = Pid::from_raw(pid).ok_or(libc::ESRCH)?;
    rustix::process::pidfd_open(pid, PidfdFlags::empty()).map_err(Errno::raw_os_error)
}

/// Send a signal to the process of a descriptor.
pub(crate) fn signal(process: BorrowedFd<'_>, signal: i32) -> Result<(), i32> {
    let signal = Signal::from_named_raw(signal).ok_or(libc::EINVAL)?;
    rustix::process::pidfd_send_signal(process, signal).map_err(Errno::raw_os_error)
}

/// Reap a child if it has ended, or wait until it has: its exit status, or minus the signal that ended it. `None`
/// while it runs.
pub(crate) fn reap(process: BorrowedFd<'_>, wait: bool) -> Result<Option<i32>, i32> {
    let hang = if wait { WaitIdOptions::empty() } else { WaitIdOptions::NOHANG };
    loop {
        return match rustix::process::waitid(WaitId::PidFd(process), WaitIdOptions::EXITED | hang) {
            Ok(Some(status)) => {
                Ok(Some(status.exit_status().or(status.terminating_signal().map(|s| -s)).unwrap_or_default()))
            }
            Ok(None) => Ok(None),
            Err(Errno::INTR) => continue,
            Err(e) => Err(e.raw_os_error()),
        };
    }
}

/// This process's id.
pub(crate) fn id() -> i32 {
    std::process::id() as i32
}

/// The id of this process's parent; 0 when that is outside of its namespace.
pub(crate) fn parent() -> i32 {
    std::os::unix::process::parent_id() as i32
}

/// How the kernel shows a process: the letter of its state, and its parent's id. `None` when there is no such process.
pub(crate) fn look(pid: i32) -> Option<(char, i32)> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    // The name between the parentheses can hold anything.
    let after = stat.iter().rposition(|b| *b == b')')? + 1;
    let text = std::str::from_utf8(&stat[after..]).ok()?;
    let words: Vec<_> = text.split_whitespace().collect();
    let state = words.first()?.chars().next()?;
    // A first thread that is over is no zombie to wait for while others of its process still end.
    let threads: u32 = words.get(17)?.parse().ok()?;
    let state = if state == 'Z' && threads > 1 { 'R' } else { state };
    Some((state, words.get(1)?.parse().ok()?))
}

/// End a child of ours that nothing can watch.
pub(crate) fn abandon(pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = rustix::process::kill_process(pid, Signal::KILL);
        let _ = rustix::process::waitid(WaitId::Pid(pid), WaitIdOptions::EXITED);
    }
}

/// Be called `sockpit` where the kernel lists processes; [`spawn`] starts a file of another name.
pub(crate) fn take_name() {
    let _ = std::fs::write("/proc/self/comm", "sockpit");
}

/// From now on this process ends when the other end of a pipe is closed, whatever it is doing.
pub(crate) fn live_while(lifeline: OwnedFd) -> Result<(), i32> {
    let mut pipe = File::from(lifeline);
    let watch = move || {
        // Nobody ever writes: this returns at the end of the pipe. EINTR is dealt with inside.
        let _ = pipe.read_to_end(&mut Vec::new());
        // SAFETY: _exit(2) takes a number. No destructor runs, so nothing that another thread holds is touched.
        unsafe { libc::_exit(128 + libc::SIGKILL) }
    };
    std::thread::Builder::new()
        .name("lifeline".into())
        .stack_size(64 * 1024)
        .spawn(watch)
        .map(drop)
        .map_err(|e| fd::number(&e))
}

/// The kernel kills this process when its parent ends, even while it is stopped.
pub(crate) fn die_with_parent() {
    // The pipe does the same for all that run.
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
}

/// End as a process does that does not catch that signal.
pub(crate) fn die_of(signal: i32) {
    // It returns only for a signal whose default is to be ignored.
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}

/// Have SIGPIPE end this process, as the kernel does by itself, or be ignored. Says whether it ended it before.
pub(crate) fn die_of_sigpipe(dies: bool) -> Result<bool, i32> {
    let wanted = if dies { libc::SIG_DFL } else { libc::SIG_IGN };
    // SAFETY: neither disposition runs code of ours.
    match unsafe { libc::signal(libc::SIGPIPE, wanted) } {
        libc::SIG_ERR => Err(fd::last()),
        before => Ok(before == libc::SIG_DFL),
    }
}

/// Let stopping signals do what they do to a process that catches none.
pub(crate) fn stop_catching() {
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        // SAFETY: the default disposition runs no code of ours.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
        }
    }
}
