//! What is written down of each call, where every call is shown: to whom it happened and what.
//!
//! The arguments are made again from the call's words when the call is over, before its results get their names: so a
//! call that nobody looks at carries nothing with it.

use std::os::fd::AsFd;
use std::rc::Rc;

use super::task::Task;
use super::{Session, Show};
use crate::command::Args;
use crate::os::addr;
use crate::program::{Callee, Site};
use crate::value::{Addr, Failure, Name, Value};
use crate::world::journal::{Did, Ends};
use crate::world::{Journal, Socket};

impl Session {
    /// Write down from now on what happens to sockets, if all is shown.
    pub(super) fn keep_journal(&mut self) {
        self.world.journal = (self.show == Show::All).then(Journal::default);
    }

    /// A call begins.
    #[inline]
    pub(super) fn begin_notes(&mut self, task: &mut Task) {
        if self.world.journal.is_some() {
            task.asked = None;
            self.keep_place(task);
        }
    }

    /// What happens next happens on the task's line.
    #[inline]
    pub(super) fn keep_place(&mut self, task: &Task) {
        if let Some(journal) = &mut self.world.journal {
            journal.line = Self::at(task).span.line;
        }
    }

    /// The arguments of a call, made again.
    pub(super) fn asked(&self, task: &Task, site: &Site) -> Args {
        let (Some(frame), Callee::Command(_)) = (task.frames.last(), &site.callee) else { return Args::default() };
        Args(site.args.iter().map_while(|code| self.arg(&frame.scope, code).ok()).collect())
    }

    /// Keep the arguments of a call that waits: when it is over, its names may stand for something else.
    pub(super) fn keep_asked(&mut self, task: &mut Task, site: &Site) {
        if self.world.journal.is_some() && task.asked.is_none() {
            task.asked = Some(Box::new(self.asked(task, site)));
        }
    }

    /// The arguments of a call that is over.
    pub(super) fn take_asked(&self, task: &mut Task, site: &Site) -> Args {
        task.asked.take().map_or_else(|| self.asked(task, site), |args| *args)
    }

    /// Write down what a call did that went well. Gives what is worth saying of it.
    pub(super) fn note(&mut self, site: &Site, args: &Args, values: &[Value]) -> Option<String> {
        let journal = self.world.journal.as_mut()?;
        let values = if let [Value::List(all)] = values { all.as_slice() } else { values };
        let first = |values: &[Value]| values.first().and_then(Value::downcast_rc::<Socket>);
        match (first(values), args.value(0).downcast_rc::<Socket>()) {
            (Some(new), from) => born(journal, &site.name, &new, from.as_deref(), values),
            (None, Some(socket)) => {
                let did = did(&site.name, &socket, args, values, std::mem::take(&mut journal.coming))?;
                let remark = remark(&did);
                journal.note(&socket, did);
                return remark;
            }
            (None, None) => {}
        }
        None
    }

    /// Write down that a call on a socket failed.
    pub(super) fn note_failure(&mut self, site: &Site, args: &Args, failure: &Failure) {
        let Some(journal) = &mut self.world.journal else { return };
        let Some(socket) = args.value(0).downcast_rc::<Socket>() else { return };
        if !matches!(failure.name, Name::Errno(_) | Name::Timeout) {
            // The call was never made.
            return;
        }
        journal.note(&socket, failed(&site.name, args, failure.name));
    }
}

fn failed(call: &Rc<str>, args: &Args, name: Name) -> Did {
    match (args.addr(1), name) {
        (Some(to), Name::Errno(libc::EINPROGRESS)) => Did::Connecting(to.clone()),
        _ => Did::Failed(call.clone(), name),
    }
}

/// A call made a socket.
fn born(journal: &mut Journal, call: &str, new: &Socket, from: Option<&Socket>, values: &[Value]) {
    let bound = || new.fd().ok().and_then(|fd| addr::getsockname(fd.as_fd()).ok());
    match (call, from, values.get(1).and_then(Value::downcast_rc::<Socket>)) {
        ("socketpair", _, Some(other)) => {
            journal.note(new, Did::Paired(other.serial));
            journal.note(&other, Did::Paired(new.serial));
        }
        ("accept", Some(listener), _) => {
            let ends = Ends::of(new).unwrap_or_else(|| Ends {
                // A peer that has reset the connection meanwhile is known to accept alone.
                local: bound().unwrap_or(Addr::Unnamed),
                peer: if let Some(Value::Addr(peer)) = values.get(1) { peer.clone() } else { Addr::Unnamed },
            });
            journal.note(new, Did::Accepted(listener.serial, ends));
        }
        ("dup", Some(of), _) => journal.note(new, Did::Duplicated(of.serial)),
        ("create_server", ..) => {
            journal.note(new, Did::Made(new.sort()));
            journal.note(new, Did::Listens(bound().unwrap_or(Addr::Unnamed)));
        }
        ("create_connection", ..) => {
            journal.note(new, Did::Made(new.sort()));
            if let Some(ends) = Ends::of(new) {
                journal.note(new, Did::Connected(ends));
            }
        }
        ("socket", ..) => journal.note(new, Did::Made(new.sort())),
        _ => {}
    }
}

/// What of it surprises those who see the result alone.
fn remark(did: &Did) -> Option<String> {
    match did {
        Did::Received { room, whole, peeked: false, .. } if whole > room => {
            Some(format!("the datagram was {whole} bytes, the buffer {room}: the rest is lost"))
        }
        _ => None,
    }
}

/// What a call on a socket did to it; a datagram that came was that long.
fn did(call: &Rc<str>, socket: &Socket, args: &Args, values: &[Value], whole: usize) -> Option<Did> {
    let local = || addr::getsockname(socket.open_fd().ok()?.as_fd()).ok();
    let count = || if let Some(Value::Int(n)) = values.first() { usize::try_from(*n).ok() } else { None };
    Some(match &**call {
        "bind" => Did::Bound(local()?),
        "listen" => Did::Listens(local()?),
        "connect" => Ends::of(socket).map_or(Did::Disconnected, Did::Connected),
        "connect_ex" => match count()? {
            0 => Did::Connected(Ends::of(socket)?),
            number => failed(call, args, Name::Errno(number as i32)),
        },
        "send" | "sendfile" => Did::Sent(count()?, None),
        "sendto" | "sendmsg" => Did::Sent(count()?, args.addr(3).cloned()),
        "sendall" => Did::Sent(args.data(1).len(), None),
        "recv" | "recvfrom" | "recvmsg" => {
            let flags = args.flags(if &**call == "recvmsg" { 3 } else { 2 }).unwrap_or(0);
            let from = values.last().and_then(|v| if let Value::Addr(a) = v { Some(a.clone()) } else { None });
            let bytes = values.first().map_or(0, |v| v.wire().len());
            let (room, peeked) = (args.size(1).ok()?, flags & libc::MSG_PEEK != 0);
            let end = bytes == 0 && room > 0 && socket.kind != libc::SOCK_DGRAM;
            Did::Received { bytes, from, room, whole, peeked, end }
        }
        "shutdown" => Did::Shut(args.int32_or(1, libc::SHUT_RDWR).ok()?),
        "close" => Did::Dropped,
        "detach" => Did::Detached,
        "setsockopt" => {
            let option = args.option(1).ok()?;
            Did::OptionSet(option.level, option.number)
        }
        "settimeout" | "setblocking" => Did::ModeSet(socket.mode.get()),
        "makefile" => Did::Filed,
        _ => return None,
    })
}
