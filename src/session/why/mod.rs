//! Why a call failed here: the cause from this session's own evidence, and what to do about it.
//!
//! A cause is found by one function for each kind of failure, listed in [`TABLE`]. It may look at the call's arguments,
//! at what the journal has of the sockets, and at what the kernel says now; it says only what it knows, or nothing:
//! then the usual meaning of the error is all that is shown.

mod address;
mod connection;
mod elsewhere;
mod state;
mod story;
mod waiting;

use std::os::fd::AsFd;
use std::rc::Rc;
use std::time::Instant;

use super::Session;
use super::task::Task;
use crate::command::{Arg, Args};
use crate::os::{sockopt, trace};
use crate::program::Site;
use crate::value::{Addr, Clue, Failure, Name, Value};
use crate::world::journal::{Act, Did, Ends, Last};
use crate::world::{File, Journal, Socket, World};

/// Why a call failed here.
#[derive(Default)]
struct Cause {
    /// What is known, the most telling first.
    clues: Vec<Clue>,
    /// What to do about it: a line, or words that one can be made of.
    advice: Option<String>,
    /// The other sockets it is about.
    about: Vec<u64>,
}

impl Cause {
    fn new(clue: impl Into<Clue>) -> Self {
        Self { clues: vec![clue.into()], ..Self::default() }
    }

    fn and(mut self, clue: impl Into<Clue>) -> Self {
        self.clues.push(clue.into());
        self
    }

    fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    fn about(mut self, socket: u64) -> Self {
        self.about.push(socket);
        self
    }

    /// The lines that an error shows by itself.
    fn short(&self) -> Vec<Clue> {
        let advice = self.advice.as_ref().map(|advice| Clue::new(format!("try: {advice}")));
        self.clues.iter().take(2).cloned().chain(advice).collect()
    }
}

/// Finds the cause of a failure, if there is evidence.
type Find = fn(&Case) -> Option<Cause>;

const BIND: &[&str] = &["bind", "create_server", "create_connection"];
const CONNECT: &[&str] = &["connect", "connect_ex", "create_connection"];
const SEND: &[&str] = &["send", "sendall", "sendto", "sendmsg", "sendfile", "write", "flush"];
const RECEIVE: &[&str] = &["recv", "recvfrom", "recvmsg", "read", "readline", "readlines"];
const OPTION: &[&str] = &["setsockopt", "getsockopt"];
const ANY: &[&str] = &[];

/// Which calls and errors each finder is for: no calls are all calls. The first that finds something is heard.
const TABLE: &[(&[&str], Name, Find)] = &[
    (ANY, errno(libc::EBADF), state::closed),
    (BIND, errno(libc::EADDRINUSE), address::taken),
    (&["listen"], errno(libc::EADDRINUSE), address::taken),
    (BIND, errno(libc::EADDRNOTAVAIL), address::not_here),
    (CONNECT, errno(libc::EADDRNOTAVAIL), address::no_port_left),
    (BIND, errno(libc::EACCES), address::privileged),
    (CONNECT, errno(libc::EACCES), address::broadcast),
    (SEND, errno(libc::EACCES), address::broadcast),
    (&["bind"], errno(libc::EINVAL), address::bound_already),
    (ANY, Name::Gai(libc::EAI_NONAME), address::no_such_host),
    (CONNECT, errno(libc::ECONNREFUSED), connection::refused),
    (SEND, errno(libc::ECONNREFUSED), connection::unreachable_port),
    (RECEIVE, errno(libc::ECONNREFUSED), connection::unreachable_port),
    (CONNECT, errno(libc::EPROTOTYPE), connection::other_type),
    (SEND, errno(libc::EPIPE), connection::over),
    (SEND, errno(libc::EPIPE), state::not_connected),
    (SEND, errno(libc::ECONNRESET), connection::over),
    (RECEIVE, errno(libc::ECONNRESET), connection::over),
    (ANY, errno(libc::ENOTCONN), state::not_connected),
    (ANY, errno(libc::EISCONN), state::connected),
    (&["accept"], errno(libc::EINVAL), state::not_listening),
    (&["listen"], errno(libc::EINVAL), state::cannot_listen),
    (&["listen", "accept"], errno(libc::EOPNOTSUPP), state::datagrams),
    (SEND, errno(libc::EDESTADDRREQ), state::no_destination),
    (SEND, errno(libc::EMSGSIZE), state::too_long),
    (OPTION, errno(libc::ENOPROTOOPT), state::other_level),
    (OPTION, errno(libc::EOPNOTSUPP), state::other_level),
    (&["socket"], errno(libc::EPROTONOSUPPORT), state::other_protocol),
    (ANY, errno(libc::EMFILE), state::too_many),
    (CONNECT, errno(libc::EINPROGRESS), waiting::under_way),
    (CONNECT, errno(libc::EALREADY), waiting::under_way),
    (CONNECT, errno(libc::EAGAIN), waiting::queue_full),
    (CONNECT, Name::Timeout, waiting::queue_full),
    (&["accept"], errno(libc::EAGAIN), waiting::nobody_came),
    (&["accept"], Name::Timeout, waiting::nobody_came),
    (RECEIVE, errno(libc::EAGAIN), waiting::nothing_came),
    (RECEIVE, Name::Timeout, waiting::nothing_came),
    (SEND, errno(libc::EAGAIN), waiting::no_room),
    (SEND, Name::Timeout, waiting::no_room),
];

const fn errno(number: i32) -> Name {
    Name::Errno(number)
}

/// A failed call with the evidence there is.
struct Case<'a> {
    world: &'a World,
    call: &'a str,
    args: &'a Args,
    name: Name,
    /// The socket it was made on.
    socket: Option<Rc<Socket>>,
    now: Instant,
}

impl<'a> Case<'a> {
    fn new(world: &'a World, call: &'a str, args: &'a Args, name: Name) -> Self {
        let first = args.value(0);
        let socket = first.downcast_rc().or_else(|| first.downcast::<File>().and_then(File::socket));
        Self { world, call, args, name, socket, now: Instant::now() }
    }

    fn cause(&self) -> Option<Cause> {
        let fits = |(calls, name, _): &&(&[&str], Name, Find)| {
            *name == self.name && (calls.is_empty() || calls.contains(&self.call))
        };
        TABLE.iter().filter(fits).find_map(|(.., find)| find(self))
    }

    fn journal(&self) -> Option<&'a Journal> {
        self.world.journal.as_ref()
    }

    /// The last thing of a kind that happened to a socket.
    fn last(&self, socket: u64, is: impl Fn(&Did) -> bool) -> Option<&'a Act> {
        self.journal()?.last(socket, is)
    }

    /// ` on line 7 (3 s ago)`.
    fn when(&self, act: &Act) -> Clue {
        let line = if act.line > 0 { format!(" on line {}", act.line) } else { String::new() };
        Clue::new(line).ago(self.now.saturating_duration_since(act.at))
    }

    /// ` since line 7 (3 s ago)`; nothing where it was not seen.
    fn since(&self, act: Option<&Act>) -> Clue {
        let Some(act) = act.filter(|act| act.line > 0) else { return Clue::default() };
        Clue::new(format!(" since line {}", act.line)).ago(self.now.saturating_duration_since(act.at))
    }

    /// What a socket that may be gone was called.
    fn called(&self, socket: u64) -> Rc<str> {
        let open = self.world.sockets().into_iter().find(|s| s.serial == socket).map(|s| s.name());
        open.or_else(|| self.journal().map(|j| j.name(socket))).unwrap_or_else(|| format!("socket#{socket}").into())
    }

    /// The other open sockets.
    fn others(&self) -> Vec<Rc<Socket>> {
        let me = self.socket.as_ref().map(|s| s.serial);
        self.world.sockets().into_iter().filter(|s| Some(s.serial) != me).collect()
    }

    /// The addresses of the connection the call was made on, also when it is over.
    fn ends(&self) -> Option<Ends> {
        let socket = self.socket.as_ref()?;
        Ends::of(socket).or_else(|| self.journal()?.ends(socket.serial))
    }

    /// The socket at the other end, if it is ours; it may be closed by now.
    fn other_end(&self) -> Option<u64> {
        let me = self.socket.as_ref()?;
        if let Some((pair, left)) = me.shared.pair.get() {
            let is_other = |s: &Rc<Socket>| s.shared.pair.get() == Some((pair, !left));
            if let Some(other) = self.others().into_iter().find(is_other) {
                return Some(other.serial);
            }
        }
        if let Some(other) = self.journal().and_then(|j| j.other_end(me.serial)) {
            return Some(other);
        }
        let ends = self.ends()?;
        self.others().into_iter().find(|s| Ends::of(s).is_some_and(|theirs| theirs.meets(&ends))).map(|s| s.serial)
    }

    /// How a socket stood when it was closed, if it is.
    fn closed(&self, socket: u64) -> Option<(&'a Act, &'a Last)> {
        self.journal()?.of(socket).rev().find_map(|act| match &act.did {
            Did::Closed(last) => Some((act, &**last)),
            _ => None,
        })
    }

    /// The listening socket of ours in whose queue this end's connection still is. It is said only when every accept
    /// of it was seen.
    fn queued_at(&self) -> Option<Rc<Socket>> {
        let ends = self.ends()?;
        let journal = self.journal().filter(|_| !self.world.shares && self.other_end().is_none())?;
        let serves = |s: &Rc<Socket>| {
            // Of several that share a port the kernel chooses one.
            let alone = !is_set(s, libc::SO_REUSEPORT) && journal.knows_all(s.serial);
            listens(s) && local(s).is_some_and(|at| covers(&at, &ends.peer)) && alone
        };
        self.others().into_iter().find(serves)
    }

    /// The address that the call was given in that place; the wildcard as the socket's family has it.
    fn addr(&self, i: usize) -> Option<Addr> {
        let family = self.socket.as_ref().map_or(libc::AF_INET, |s| s.family);
        let any = |port| if family == libc::AF_INET6 { format!("[::]:{port}") } else { format!("0.0.0.0:{port}") };
        match self.args.0.get(i)? {
            Arg::Value(Value::Addr(addr)) => Some(addr.clone()),
            Arg::Wildcard(port) => any(*port).parse().ok(),
            Arg::Host(host, port) if &**host == "localhost" && family == libc::AF_INET => {
                format!("127.0.0.1:{port}").parse().ok()
            }
            _ => None,
        }
    }

    /// The address the call is about.
    fn target(&self) -> Option<Addr> {
        match self.call {
            "create_server" | "create_connection" => self.addr(0),
            "sendto" | "sendmsg" => self.addr(3),
            _ => self.addr(1),
        }
    }
}

impl Session {
    /// A failure with its cause, as far as there is evidence; and what `why` will tell of it. What a quiet script
    /// expects or takes is not looked into.
    #[cold]
    pub(super) fn explained(&mut self, task: &mut Task, site: &Site, failure: Failure) -> Failure {
        let taken = site.expect == Some(failure.name) || Self::is_taken(task, failure.name);
        if self.world.journal.is_none() && taken {
            return failure;
        }
        let args = self.take_asked(task, site);
        if !failure.clues().is_empty() || failure.name == Name::Cancelled {
            return failure;
        }
        let case = Case::new(&self.world, &site.name, &args, failure.name);
        let cause = trace::aside(|| case.cause()).unwrap_or_default();
        let socket = case.socket.clone();
        let failure = if cause.clues.is_empty() { failure } else { failure.because(cause.short()) };
        self.last_error = Some(Box::new(Told::new(Self::at(task), site.name.clone(), failure.clone(), cause, socket)));
        self.note_failure(site, &args, &failure);
        failure
    }
}

/// An error that was told.
pub(super) struct Told {
    at: super::event::At,
    when: Instant,
    call: Rc<str>,
    failure: Failure,
    cause: Cause,
    socket: Option<u64>,
}

impl Told {
    fn new(at: super::event::At, call: Rc<str>, failure: Failure, cause: Cause, socket: Option<Rc<Socket>>) -> Self {
        Self { at, when: Instant::now(), call, failure, cause, socket: socket.map(|s| s.serial) }
    }
}

/// So many bytes, in words.
pub(super) fn bytes(count: usize) -> String {
    if count == 1 { "1 byte".into() } else { format!("{count} bytes") }
}

/// An option of a socket that is an int.
fn option(socket: &Socket, number: i32) -> Option<i32> {
    sockopt::get_int(socket.open_fd().ok()?.as_fd(), libc::SOL_SOCKET, number).ok()
}

fn is_set(socket: &Socket, number: i32) -> bool {
    option(socket, number).is_some_and(|n| n != 0)
}

fn listens(socket: &Socket) -> bool {
    is_set(socket, libc::SO_ACCEPTCONN)
}

/// Where a socket is bound, if it is.
fn local(socket: &Socket) -> Option<Addr> {
    socket.addresses().0
}

/// Whether what is bound to one address receives what is sent to another.
fn covers(bound: &Addr, to: &Addr) -> bool {
    if bound == to {
        return true;
    }
    let any = bound.host().is_some_and(|h| h.is_unspecified());
    let families = bound.host().is_some_and(|b| to.host().is_some_and(|t| b.is_ipv4() == t.is_ipv4() || b.is_ipv6()));
    any && families && bound.port() == to.port()
}
