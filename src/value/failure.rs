//! What a call fails with: an errno or one of the names for errors that have none.

use std::num::NonZeroU64;
use std::rc::Rc;

use super::text::printable;
use super::{Addr, Reason};
use crate::linux::errno::{self, Errno};

/// The name of an error, as `expect` and `except` take it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Name {
    /// An error number of the kernel: errno(3).
    Errno(i32),
    /// An error number of getaddrinfo(3), `EAI_NONAME` and its kin.
    Gai(i32),
    /// A host that gethostbyaddr(3) and its kin do not know.
    Herror,
    /// The socket's own timeout ran out; not ETIMEDOUT, which is TCP's.
    Timeout,
    /// `get_nowait` on an empty queue.
    Empty,
    /// `put_nowait` on a full queue.
    Full,
    /// No task can ever run again.
    Deadlock,
    /// The task or background call was cancelled.
    Cancelled,
    /// Ctrl-C.
    Interrupted,
    /// A name that stands for nothing.
    Unbound,
    /// Arguments that do not fit the call.
    Usage,
    /// Bytes that are not text of that encoding, or the other way round.
    Decode,
    /// The input or the stream has ended before all that was asked for had come.
    Eof,
    /// An `assert` that does not hold.
    Assert,
}

/// The names without a number, in the order people meet them.
const NAMED: &[(&str, Name, &str)] = &[
    ("timeout", Name::Timeout, "timed out"),
    ("herror", Name::Herror, "Unknown host"),
    ("Usage", Name::Usage, "wrong arguments"),
    ("Unbound", Name::Unbound, "no such name"),
    ("Assert", Name::Assert, "assertion failed"),
    ("Decode", Name::Decode, "not text of that encoding"),
    ("EOF", Name::Eof, "the end has come first"),
    ("Interrupted", Name::Interrupted, "interrupted with Ctrl-C"),
    ("Cancelled", Name::Cancelled, "cancelled"),
    ("Empty", Name::Empty, "the queue is empty"),
    ("Full", Name::Full, "the queue is full"),
    ("Deadlock", Name::Deadlock, "no task can ever run again"),
];

impl Name {
    /// The error of that name: an errno, an `EAI_` code or a named one.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some((_, found, _)) = NAMED.iter().find(|(n, ..)| *n == name) {
            return Some(*found);
        }
        errno::by_name(name).map(|e| if e.number < 0 { Self::Gai(e.number) } else { Self::Errno(e.number) })
    }

    /// Every name there is, for suggestions and completion.
    pub fn all() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(n, ..)| *n).chain(errno::all().map(|e| e.name))
    }

    /// What is known of its number, if it has one.
    pub fn known(self) -> Option<&'static Errno> {
        self.number().and_then(errno::by_number)
    }

    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Errno(_) => self.known().map_or("E?", |e| e.name),
            Self::Gai(_) => self.known().map_or("EAI_?", |e| e.name),
            named => NAMED.iter().find(|(_, n, _)| *n == named).map_or("?", |(n, ..)| n),
        }
    }

    /// The system's text for it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Errno(_) | Self::Gai(_) => self.known().map_or("unknown error", |e| e.text),
            named => NAMED.iter().find(|(_, n, _)| *n == named).map_or("", |(.., t)| t),
        }
    }

    /// Its number, if it has one.
    pub fn number(self) -> Option<i32> {
        match self {
            Self::Errno(n) | Self::Gai(n) => Some(n),
            _ => None,
        }
    }
}

/// What a call tried when it failed: what was asked of the kernel, with as much of it as tells why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tried {
    /// Something of which nothing more is known.
    #[default]
    Other,
    /// To make a socket of that family, type and protocol.
    Make([i32; 3]),
    /// To look up a host's addresses of that family; 0 for any.
    LookUp(i32),
    /// To give an address.
    Bind,
    /// To take connections.
    Listen,
    /// To take one of them.
    Accept,
    /// To connect.
    Connect,
    /// To send that many bytes with these flags, of which some had gone.
    Send {
        /// How many.
        bytes: usize,
        /// How many descriptors went with them.
        fds: u16,
        /// How many of them the kernel had taken.
        sent: usize,
        /// MSG_DONTWAIT, ...
        flags: i32,
    },
    /// To receive that many at most with these flags.
    Receive {
        /// How many.
        room: usize,
        /// MSG_PEEK, ...
        flags: i32,
    },
    /// To set an option, by level and number, to that number, if it is one.
    SetOption(i32, i32, Option<i32>),
    /// To read an option.
    GetOption(i32, i32),
}

/// What more is known about a failure than its name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Detail {
    text: Option<String>,
    notes: Vec<String>,
    reasons: Vec<Reason>,
    advice: Option<String>,
    arg: Option<usize>,
    instead: Option<String>,
    to: Option<Addr>,
    host: Option<Rc<str>>,
}

/// A failed call. Small, since EAGAIN is made often and shown rarely.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Which error.
    pub name: Name,
    /// What was tried.
    pub tried: Tried,
    socket: Option<NonZeroU64>,
    detail: Option<Box<Detail>>,
}

/// What people are told: what it quotes was chosen by others, and a terminal obeys none of it.
fn plain(told: String) -> String {
    if told.is_ascii() && !told.bytes().any(|b| b.is_ascii_control() && b != b'\n' && b != b'\t') {
        told
    } else {
        printable(&told)
    }
}

impl Failure {
    /// A failure that its name says all about.
    pub const fn new(name: Name) -> Self {
        Self { name, tried: Tried::Other, socket: None, detail: None }
    }

    /// An errno.
    pub const fn os(number: i32) -> Self {
        Self::new(Name::Errno(number))
    }

    /// A failure with its own text.
    pub fn with(name: Name, text: impl Into<String>) -> Self {
        Self::new(name).text(text)
    }

    /// Wrong arguments.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::with(Name::Usage, text)
    }

    fn detail(&mut self) -> &mut Detail {
        self.detail.get_or_insert_with(Box::default)
    }

    /// The same with its own text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.detail().text = Some(plain(text.into()));
        self
    }

    /// The same with a line of advice below it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.detail().notes.push(plain(note.into()));
        self
    }

    /// The same without advice.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.detail().notes.clear();
        self
    }

    /// The same with why it happened here and what to do about it.
    #[must_use]
    pub fn because(mut self, reasons: Vec<Reason>, advice: Option<String>) -> Self {
        (self.detail().reasons, self.detail().advice) = (reasons, advice.map(plain));
        self
    }

    /// The same, pointing at the argument in that place (counted from 0), unless it already points.
    #[must_use]
    pub fn at(mut self, arg: usize) -> Self {
        self.detail().arg.get_or_insert(arg);
        self
    }

    /// The same, where that many arguments stand before those it counts.
    #[must_use]
    pub fn after(mut self, before: usize) -> Self {
        if let Some(arg) = self.detail.as_mut().and_then(|d| d.arg.as_mut()) {
            *arg += before;
        }
        self
    }

    /// The same, pointing at the first argument, whatever it pointed at.
    #[must_use]
    pub fn first(mut self) -> Self {
        self.detail().arg = Some(0);
        self
    }

    /// The same, with what to write instead of the argument it points at.
    #[must_use]
    pub fn instead(mut self, text: impl Into<String>) -> Self {
        self.detail().instead.get_or_insert_with(|| text.into());
        self
    }

    /// The same, of a call that tried this, unless it already tells.
    #[must_use]
    pub fn trying(mut self, tried: Tried) -> Self {
        if self.tried == Tried::Other {
            self.tried = tried;
        }
        self
    }

    /// The same, about that socket of the session, unless it already is about one.
    #[must_use]
    pub fn on(mut self, socket: u64) -> Self {
        self.socket = self.socket.or(NonZeroU64::new(socket));
        self
    }

    /// The same, about that address.
    #[must_use]
    pub fn to(mut self, addr: &Addr) -> Self {
        self.detail().to.get_or_insert_with(|| addr.clone());
        self
    }

    /// The same, about that host.
    #[must_use]
    pub fn host(mut self, name: &Rc<str>) -> Self {
        self.detail().host = Some(name.clone());
        self
    }

    /// Whether it is that errno.
    pub fn is(&self, number: i32) -> bool {
        self.name == Name::Errno(number)
    }

    /// The text that follows the name: the failure's own, or the system's.
    pub fn message(&self) -> &str {
        self.detail.as_ref().and_then(|d| d.text.as_deref()).unwrap_or_else(|| self.name.text())
    }

    /// The lines of advice.
    pub fn notes(&self) -> &[String] {
        self.detail.as_ref().map_or(&[], |d| &d.notes)
    }

    /// Why it happened here, where that is known.
    pub fn reasons(&self) -> &[Reason] {
        self.detail.as_ref().map_or(&[], |d| &d.reasons)
    }

    /// What to do about it here, where that is known.
    pub fn advice(&self) -> Option<&str> {
        self.detail.as_ref().and_then(|d| d.advice.as_deref())
    }

    /// What to write instead of the argument it is about; capitals stand for what the user knows.
    pub fn replacement(&self) -> Option<&str> {
        self.detail.as_ref().and_then(|d| d.instead.as_deref())
    }

    /// The lines to write instead of the one that failed.
    pub fn written(&self) -> Vec<String> {
        self.notes().iter().filter_map(|note| note.strip_prefix("write: ")).map(str::to_string).collect()
    }

    /// The socket it is about.
    pub fn socket(&self) -> Option<u64> {
        self.socket.map(NonZeroU64::get)
    }

    /// The address it is about.
    pub fn addr(&self) -> Option<&Addr> {
        self.detail.as_ref().and_then(|d| d.to.as_ref())
    }

    /// The host it is about.
    pub fn host_name(&self) -> Option<&str> {
        self.detail.as_ref().and_then(|d| d.host.as_deref())
    }

    /// The argument it is about, counted from 0.
    pub fn arg(&self) -> Option<usize> {
        self.detail.as_ref().and_then(|d| d.arg)
    }
}

impl From<&std::io::Error> for Failure {
    fn from(error: &std::io::Error) -> Self {
        Self::os(error.raw_os_error().unwrap_or(libc::EIO))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name.as_str(), self.message())?;
        match self.name.number() {
            Some(n) => write!(f, " ({n})"),
            None => Ok(()),
        }
    }
}
