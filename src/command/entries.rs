//! Ancillary data that came, as entries: level, type, the bytes as Python gives them, and what they mean in named fields.

use std::os::fd::{AsFd, AsRawFd, IntoRawFd, OwnedFd};
use std::rc::Rc;

use super::fields;
use crate::linux::{ancillary, options};
use crate::os::errqueue::Queued;
use crate::os::msg::{Ancillary, SCM_PIDFD};
use crate::os::{epoll, fd, sockopt};
use crate::value::Value;
use crate::world::{World, socket_value};

/// A piece of ancillary data as a value.
pub(super) fn entry(world: &mut World, one: Ancillary) -> Value {
    match one {
        Ancillary::Rights(fds) => {
            let (mut data, mut sockets) = (Vec::new(), Vec::new());
            for fd in fds {
                let (number, value) = owned(world, fd);
                data.extend(number.to_ne_bytes());
                sockets.push(value);
            }
            let sockets = (Rc::from(SOCKETS), Value::list(sockets));
            made(libc::SOL_SOCKET, libc::SCM_RIGHTS, data, vec![sockets])
        }
        Ancillary::Pidfd(fd) => {
            let number = fd.into_raw_fd();
            let fd = (Rc::from("fd"), Value::Int(i128::from(number)));
            made(libc::SOL_SOCKET, SCM_PIDFD, number.to_ne_bytes().to_vec(), vec![fd])
        }
        Ancillary::Other { level, kind, data } => {
            let layout = ancillary::by_number(level, kind).and_then(|known| known.layout);
            // Of what was cut short there are only the bytes.
            let whole = layout.filter(|layout| data.len() >= layout.size());
            let mut meaning = whole.map_or_else(Vec::new, |layout| fields::decode(layout, &data));
            if let Some(queued) = Queued::read(level, kind, &data) {
                meaning.push((Rc::from("means"), Value::text(queued.means())));
            }
            made(level, kind, data, meaning)
        }
    }
}

/// The field of an entry that has the sockets and files of `SCM_RIGHTS`.
pub(super) const SOCKETS: &str = "sockets";

/// A received descriptor as a value with its number: a socket, an epoll, a file, or only the number when it is none.
fn owned(world: &mut World, fd: OwnedFd) -> (i32, Value) {
    let number = fd.as_raw_fd();
    if sockopt::get_int(fd.as_fd(), libc::SOL_SOCKET, libc::SO_TYPE).is_ok() && fd::unblock(fd.as_fd()).is_ok() {
        return match world.adopt(fd) {
            Ok(socket) => (socket.fileno(), socket_value(socket)),
            Err(_) => (-1, Value::None),
        };
    }
    if epoll::is_one(fd.as_fd()) {
        return (number, Value::Handle(world.adopt_epoll(fd)));
    }
    match world.adopt_file(fd) {
        Ok(file) => (number, Value::Handle(file)),
        Err(fd) => (number, Value::Int(i128::from(fd.into_raw_fd()))),
    }
}

fn made(level: i32, kind: i32, data: Vec<u8>, meaning: Vec<(Rc<str>, Value)>) -> Value {
    let named = |name: Option<&str>, n: i32| name.map_or_else(|| Value::Int(i128::from(n)), Value::text);
    let kind_name = ancillary::by_number(level, kind).map(|known| known.name);
    let mut pairs = vec![
        (Rc::from("level"), named(options::level_name(level), level)),
        (Rc::from("type"), named(kind_name, kind)),
        (Rc::from("data"), Value::bytes(data)),
    ];
    pairs.extend(meaning);
    Value::Object(Rc::new(pairs))
}
