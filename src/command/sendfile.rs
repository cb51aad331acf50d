//! Sending a file: `sendfile`. Its bytes go from the file to the socket within the kernel.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::rc::Rc;

use super::sending::{kept, waiting};
use super::splice::between;
use super::transfer::{OVER, SEND};
use super::{Args, Command, Group, Kind, Stands, base, err, opt, req};
use crate::os::fd;
use crate::value::{Failure, Holds, Tried, Value};
use crate::world::record::Did;
use crate::world::{Mode, Socket, Step, Waiting, World, retry};

/// The call that sends a file.
pub(super) const COMMANDS: &[Command] = &[SENDFILE];

const SENDFILE: Command = Command {
    name: "sendfile",
    summary: "send a file; from OFFSET on, COUNT bytes or all, without copying them through the program",
    params: &[
        req("S", Kind::Socket).that(Stands::Connected).or(&["a file"]),
        req("PATH", Kind::Path).is("a regular file; or an open file or socket by its value: $f"),
        opt("OFFSET", Kind::Size).is("where to start, 0 if left out; of what is open, where it stands"),
        opt("COUNT", Kind::Int).is("how many bytes, 1 or more"),
    ],
    results: &[("count", Holds::Count)],
    notes: &[
        "Of a path it is Python's socket.sendfile: it goes on until all is sent. Of an open file, a socket or a pipe's end \
         ($f) it is the kernel's sendfile, once: Python's os.sendfile. What is read must be a file that can be mapped: of a \
         socket or a pipe it fails with EINVAL, unless S is a pipe, where Linux splices since 5.12.",
    ],
    returns: "how many bytes were sent",
    python: "{S}.sendfile(open({PATH}, 'rb')<, {OFFSET}<, {COUNT}>>)",
    c: "sendfile(s, file, &offset, count);",
    man: "sendfile(2)",
    errors: &[
        OVER,
        err("EINVAL", "what is read is a socket or a pipe, and S is no pipe: sendfile takes no data from those")
            .cure("r, w = pipe, then splice $from w COUNT and splice r S COUNT"),
        err("ESPIPE", "OFFSET of a socket or a pipe, which have no places").cure("none, or leave it out"),
        err("EBADF", "the socket is closed, or the file was not opened for that"),
        err("ENOENT", "there is no such file"),
        err("EISDIR", "it is a directory"),
        err("Usage", "the socket is no stream or is non-blocking, COUNT is not 1 or more, or it is no regular file"),
        err("timeout", "no room came within the socket's timeout"),
    ],
    like: Some(&SEND),
    example: "left, right = socketpair\nsendfile left /etc/passwd 0 4\nrecv right 100",
    related: &["sendall", "open", "makefile"],
    run: sendfile,
    ..base(Group::Transfer)
};

fn sendfile(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    if let Value::Handle(_) = args.value(1) {
        return between(world, args);
    }
    let socket = args.socket(0)?;
    if !socket.is_stream() {
        return Err(Failure::usage("sendfile needs a stream socket").at(0));
    }
    if socket.mode() == Mode::NonBlocking {
        return Err(Failure::usage("sendfile does not work with a non-blocking socket").at(0));
    }
    let offset = if args.has(2) { args.size(2)? as u64 } else { 0 };
    let left = match args.value(3) {
        Value::None => u64::MAX,
        _ => match u64::try_from(args.int(3)?) {
            Ok(0) | Err(_) => return Err(Failure::usage(format!("a count is 1 or more, not {}", args.value(3))).at(3)),
            Ok(count) => count,
        },
    };
    let file = open(Path::new(OsStr::from_bytes(&args.data(1)))).map_err(|f| f.at(1))?;
    kept(&socket)?;
    sendfile_from(world, FileLoad { socket, file: Rc::new(file), offset, left, sent: 0 })
}

/// A regular file, opened: nothing else opens without waiting.
fn open(path: &Path) -> Result<File, Failure> {
    let failed = |e: std::io::Error| match e.raw_os_error() {
        Some(error) => Failure::os(error),
        None => Failure::usage(e.to_string()),
    };
    let about = fs::metadata(path).map_err(failed)?;
    if about.is_dir() {
        return Err(Failure::os(libc::EISDIR));
    }
    if !about.is_file() {
        return Err(Failure::usage(format!("{} is no regular file", path.display())));
    }
    File::open(path).map_err(failed)
}

/// A file on its way.
#[derive(Clone)]
struct FileLoad {
    socket: Rc<Socket>,
    file: Rc<File>,
    offset: u64,
    left: u64,
    sent: u64,
}

impl FileLoad {
    /// How much the kernel has is known to nobody else when the call fails.
    fn failed(&self, failure: Failure) -> Failure {
        let sent = self.sent as usize;
        failure.trying(Tried::Send { bytes: sent + self.rest(), fds: 0, sent, flags: 0 })
    }

    /// How much there is still to send.
    fn rest(&self) -> usize {
        let size = self.file.metadata().map_or(0, |about| about.len());
        self.left.min(size.saturating_sub(self.offset)) as usize
    }
}

/// Send what is left of a file. As in Python the socket's timeout is for each wait, so it starts again after
/// progress; `SO_SNDTIMEO`, at whose end Python waits on, never ends it.
fn sendfile_from(world: &mut World, mut load: FileLoad) -> Result<Step, Failure> {
    /// What one sendfile(2) is asked for at most: Python's choice.
    const AT_ONCE: u64 = 1 << 30;
    let blocking = load.socket.mode() == Mode::Blocking;
    // Where O_NONBLOCK is a duplicate's, Python waits for room all the same.
    let waiting = Waiting { mode: load.socket.mode(), ..waiting(world, &load.socket, 0, 0, 0) };
    let mut waited = false;
    retry(world, waiting, move |world, expired| {
        let before = load.sent;
        while load.left > 0 {
            let count = load.left.min(AT_ONCE) as usize;
            let said = fd::sendfile(load.socket.fd()?.as_fd(), load.file.as_fd(), &mut load.offset, count);
            match said {
                Ok(0) => break,
                Ok(n) => {
                    load.sent += n as u64;
                    load.left -= n as u64;
                    world.note(&load.socket, || Did::Sent { bytes: n, of: n + load.rest(), to: None });
                }
                Err(libc::EAGAIN) if waited && (load.sent > before || (blocking && expired.is_some())) => {
                    return sendfile_from(world, load.clone());
                }
                Err(libc::EAGAIN) => {
                    waited = true;
                    return Err(match expired {
                        Some(expired) => load.failed(expired),
                        None => Failure::os(libc::EAGAIN),
                    });
                }
                Err(error) => return Err(load.failed(Failure::os(error))),
            }
        }
        Ok(Value::Int(i128::from(load.sent)).into())
    })
}
