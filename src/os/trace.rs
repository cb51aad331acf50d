//! The system calls of this thread, told as strace writes them: for `trace on`.
//!
//! Every door of [`super`] that is about a socket reports through `traced!`, after the call and in its own words. Off,
//! that is one branch. Lengths of addresses are left out, and `...` stands for what the kernel did not fill in.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use crate::linux::constants::{Constants, EPOLL_EVENTS, FAMILIES, POLL_EVENTS};
use crate::linux::errno;
use crate::value::{Addr, text};

/// The most bytes of data that are shown of one call, as strace has it.
const DATA_MAX: usize = 32;

/// A call that was made.
#[derive(Clone, Default, Debug)]
pub struct Syscall {
    /// Its line: `listen(3, 5) = 0`.
    pub text: String,
    /// Where in the line descriptors stand.
    pub fds: Vec<Range<usize>>,
}

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
    static MADE: RefCell<Vec<Syscall>> = const { RefCell::new(Vec::new()) };
}

/// Whether calls are told.
#[inline]
pub(crate) fn is_on() -> bool {
    ON.get()
}

/// Tell calls from now on, or no more.
pub(crate) fn set(on: bool) {
    ON.set(on);
    if !on {
        MADE.take();
    }
}

/// The calls made since the last time.
pub(crate) fn take() -> Vec<Syscall> {
    MADE.take()
}

/// Do something whose calls are not told.
pub(crate) fn aside<T>(work: impl FnOnce() -> T) -> T {
    let on = ON.replace(false);
    let result = work();
    ON.set(on);
    result
}

/// Make a call, named `$result` in what follows, and report it: its name and its arguments.
macro_rules! traced {
    ($name:literal, $result:ident = $call:expr; $($arg:expr),+ $(,)?) => {{
        let $result = $call;
        if $crate::os::trace::is_on() {
            $crate::os::trace::report($name, &[$($arg),+], &$result);
        }
        $result
    }};
}
pub(super) use traced;

/// An argument.
pub(super) enum Arg<'a> {
    Fd(RawFd),
    Fds(&'a [RawFd]),
    Int(i64),
    Word(&'a str),
    /// Flags of a set by their names, or one of several.
    Flags(&'a Constants, i32),
    /// Events of poll(2).
    Events(i16),
    /// Descriptors, each with the events that were asked for and those that were there.
    Polled(&'a [(RawFd, i16, i16)]),
    /// What epoll gave.
    Ready(&'a [(i32, RawFd)]),
    /// Bytes that go out or came in; none where the kernel filled in nothing.
    Data(Option<&'a [u8]>),
    Parts(&'a [&'a [u8]]),
    Addr(Option<&'a Addr>),
    /// An option's value.
    Value(Option<&'a [u8]>),
}

/// What a call gives when it does not fail.
pub(super) trait Given {
    /// As the call's own result: 0 where what it gives stands among its arguments.
    fn given(&self) -> Arg<'_> {
        Arg::Int(0)
    }
}

impl Given for () {}
impl Given for Addr {}
impl Given for (OwnedFd, OwnedFd) {}

impl Given for i32 {
    fn given(&self) -> Arg<'_> {
        Arg::Int(i64::from(*self))
    }
}

impl Given for usize {
    fn given(&self) -> Arg<'_> {
        Arg::Int(*self as i64)
    }
}

impl Given for OwnedFd {
    fn given(&self) -> Arg<'_> {
        Arg::Fd(self.as_raw_fd())
    }
}

impl Given for (OwnedFd, Addr) {
    fn given(&self) -> Arg<'_> {
        self.0.given()
    }
}

impl Given for (usize, Option<Addr>) {
    fn given(&self) -> Arg<'_> {
        self.0.given()
    }
}

/// Report a call.
#[cold]
pub(super) fn report<T: Given>(name: &str, args: &[Arg<'_>], result: &Result<T, i32>) {
    if !is_on() {
        return;
    }
    let mut call = Syscall { text: format!("{name}("), fds: Vec::new() };
    for (i, arg) in args.iter().enumerate() {
        call.text.push_str(if i > 0 { ", " } else { "" });
        call.put(arg);
    }
    call.text.push_str(") = ");
    match result {
        Ok(given) => call.put(&given.given()),
        Err(number) => match errno::by_number(*number) {
            Some(e) => call.text.push_str(&format!("-1 {} ({})", e.name, e.text)),
            None => call.text.push_str(&format!("-1 errno {number}")),
        },
    }
    MADE.with_borrow_mut(|made| made.push(call));
}

impl Syscall {
    fn put(&mut self, arg: &Arg<'_>) {
        match arg {
            Arg::Fd(fd) => {
                let from = self.text.len();
                self.text.push_str(&fd.to_string());
                self.fds.push(from..self.text.len());
            }
            Arg::Fds(fds) => self.list(fds.iter().map(|fd| Arg::Fd(*fd))),
            Arg::Int(n) => self.text.push_str(&n.to_string()),
            Arg::Word(word) => self.text.push_str(word),
            Arg::Flags(set, bits) => {
                let names = set.join(*bits);
                self.text.push_str(if names.is_empty() { "0" } else { &names });
            }
            Arg::Events(0) => self.text.push('0'),
            Arg::Events(bits) => {
                let names = POLL_EVENTS.join(i32::from(*bits));
                self.text.push_str(&format!("POLL{}", names.replace('|', "|POLL")));
            }
            Arg::Polled(all) => self.rows(all, |call, (fd, asked, there)| {
                call.put(&Arg::Fd(*fd));
                call.text.push_str(", ");
                call.put(&Arg::Events(*asked));
                call.text.push_str(", ");
                call.put(&Arg::Events(*there));
            }),
            Arg::Ready(all) => self.rows(all, |call, (events, fd)| {
                call.put(&Arg::Flags(&EPOLL_EVENTS, *events));
                call.text.push_str(", ");
                call.put(&Arg::Fd(*fd));
            }),
            Arg::Data(None) | Arg::Value(None) => self.text.push_str("..."),
            Arg::Data(Some(data)) => {
                let shown = text::quote_bytes(&data[..data.len().min(DATA_MAX)]);
                self.text.push_str(&shown[1..]);
                self.text.push_str(if data.len() > DATA_MAX { "..." } else { "" });
            }
            Arg::Parts(parts) => self.list(parts.iter().map(|part| Arg::Data(Some(part)))),
            Arg::Addr(None) => self.text.push_str("NULL"),
            Arg::Addr(Some(addr)) => self.text.push_str(&address(addr)),
            Arg::Value(Some(value)) => match <[u8; 4]>::try_from(*value) {
                Ok(int) => self.text.push_str(&format!("[{}]", i32::from_ne_bytes(int))),
                Err(_) => self.put(&Arg::Data(Some(value))),
            },
        }
    }

    /// A list of structures.
    fn rows<T>(&mut self, all: &[T], put: impl Fn(&mut Self, &T)) {
        self.text.push('[');
        for (i, one) in all.iter().enumerate() {
            self.text.push_str(if i > 0 { ", {" } else { "{" });
            put(self, one);
            self.text.push('}');
        }
        self.text.push(']');
    }

    fn list<'a>(&mut self, args: impl Iterator<Item = Arg<'a>>) {
        self.text.push('[');
        for (i, arg) in args.enumerate() {
            self.text.push_str(if i > 0 { ", " } else { "" });
            self.put(&arg);
        }
        self.text.push(']');
    }
}

fn address(addr: &Addr) -> String {
    let family = |number: i32| FAMILIES.name_of(number).map_or_else(|| number.to_string(), str::to_string);
    match addr {
        Addr::V4(_) => format!("{{AF_INET, {addr}}}"),
        Addr::V6(_) => format!("{{AF_INET6, {addr}}}"),
        Addr::Unnamed => "{AF_UNIX}".into(),
        Addr::Path(_) | Addr::Abstract(_) => format!("{{AF_UNIX, {addr}}}"),
        Addr::Special(special) => format!("{{{}, {addr}}}", family(special.family())),
        Addr::Other(number, _) => format!("{{{}}}", family(i32::from(*number))),
    }
}
