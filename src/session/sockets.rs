//! The session's sockets as a table: by which names they go, how they stand, what waits in them.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::rc::Rc;

use super::Session;
use super::event::{At, What};
use super::task::Task;
use super::tasks::MAIN;
use crate::linux::state::State;
use crate::os::tcp::{Info, queues, stands};
use crate::os::trace;
use crate::value::table::{Column, holds, plain};
use crate::value::{Holds, Table, Value};
use crate::world::Socket;

const COLUMNS: &[Column] = &[
    plain("name"),
    holds("fd", Holds::Fd),
    plain("type"),
    plain("local"),
    plain("peer"),
    plain("state"),
    plain("mode"),
    holds("in", Holds::Waiting),
    holds("out", Holds::Waiting),
];

/// The most sockets that are named when a session ends.
const LISTED_MAX: usize = 12;

/// The sockets that have names or are open, by their number, each with its names.
type Named = BTreeMap<u64, (Rc<Socket>, Vec<String>)>;

impl Session {
    /// Every open socket, and those closed ones that a name still holds, in the order they were made.
    pub(super) fn sockets_table(&self, me: &Task) -> Table {
        let mut named = self.globally_named();
        for task in self.tasks.iter().chain(std::iter::once(me)) {
            add_locals(&mut named, task);
        }
        for socket in self.world.sockets() {
            named.entry(socket.serial).or_insert_with(|| (socket, Vec::new()));
        }
        let row = |(socket, names): &(Rc<Socket>, Vec<String>)| {
            // Held by no name, but in a list, in a queue, by a waiting call: the name it had.
            let name = if names.is_empty() { format!("({})", socket.name()) } else { names.join(", ") };
            row(name, socket)
        };
        Table { columns: COLUMNS, rows: named.values().map(row).collect(), empty: "no sockets yet: s = socket".into() }
    }

    fn globally_named(&self) -> Named {
        let mut named = Named::new();
        for (name, value) in self.globals.bound() {
            if let Some(socket) = value.downcast_rc() {
                add(&mut named, socket, name.to_string());
            }
        }
        named
    }

    /// Say which sockets are closed by the end of the session.
    pub(super) fn tell_open(&mut self, at: At) {
        // A child process has shares in its parent's sockets; they end when the last share does.
        if !self.reporter.shows_all() || self.world.family.name.is_some() {
            return;
        }
        let open = self.world.sockets();
        if open.is_empty() {
            return;
        }
        let mut parts: Vec<String> = trace::aside(|| open.iter().take(LISTED_MAX).map(introduce).collect());
        if open.len() > LISTED_MAX {
            parts.push(format!("and {} more", open.len() - LISTED_MAX));
        }
        self.tell(What::Noted(format!("closed: {}", parts.join(", "))), at);
    }

    /// The person at the prompt leaves.
    pub fn leave_prompt(&mut self) {
        self.tell_open(At::default());
    }
}

fn add(named: &mut Named, socket: Rc<Socket>, name: String) {
    named.entry(socket.serial).or_insert_with(|| (socket, Vec::new())).1.push(name);
}

/// The sockets that the defs in progress of a task hold, each with the def's or the task's name.
fn add_locals(named: &mut Named, task: &Task) {
    for frame in &task.frames {
        let Some((_, function)) = &frame.called else { continue };
        let place = if task.id == MAIN { &function.name } else { &task.name };
        for (name, slot) in function.names.iter().zip(0..) {
            if let Some(socket) = frame.scope.get(slot).and_then(|v| v.downcast_rc()) {
                add(named, socket, format!("{name} ({place})"));
            }
        }
    }
}

fn row(name: String, socket: &Socket) -> Vec<Value> {
    let text = |s: &str| Value::text(s);
    let mut row = vec![
        Value::text(name),
        Value::None,
        Value::text(socket.sort().replace("AF_UNIX SOCK_", "UNIX/").replace("SOCK_", "")),
    ];
    let Ok(fd) = socket.fd() else {
        row.extend([Value::None, Value::None, text("closed"), Value::None, Value::None, Value::None]);
        return row;
    };
    row[1] = Value::Int(i128::from(fd.as_raw_fd()));
    let (local, peer) = socket.addresses();
    let state = stands(fd.as_fd());
    let shown = if socket.is_closed() { text("closed, its file is open") } else { text(state.name()) };
    let (inward, outward) = waiting(fd.as_fd(), state, socket.kind);
    let addr = |a: Option<_>| a.map_or(Value::None, Value::Addr);
    row.extend([addr(local), addr(peer), shown, Value::text(socket.mode().to_string()), inward, outward]);
    row
}

/// Bytes that wait to be read, and to be acknowledged; of a listener, connections that wait and how many may.
fn waiting(fd: BorrowedFd<'_>, state: State, kind: i32) -> (Value, Value) {
    if state == State::Listen {
        let backlog = Info::of(fd).ok().and_then(|i| i.backlog());
        return (backlog.map_or(Value::None, |(now, most)| Value::text(format!("{now}/{most}"))), Value::None);
    }
    let count = |n: Option<usize>| n.map_or(Value::None, |n| Value::Int(n as i128));
    let (inward, outward) = queues(fd, state, kind);
    (count(inward), count(outward))
}

/// `srv (127.0.0.1:9998)`, `cli (-> 127.0.0.1:9998)`.
fn introduce(socket: &Rc<Socket>) -> String {
    match socket.addresses() {
        (_, Some(peer)) if peer != crate::value::Addr::Unnamed => format!("{} (-> {peer})", socket.name()),
        (Some(local), _) => format!("{} ({local})", socket.name()),
        _ => socket.name().to_string(),
    }
}
