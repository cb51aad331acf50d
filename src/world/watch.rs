//! Which tasks wait on what.

use std::rc::Rc;

use super::socket::Waiter;
use super::{On, Socket, TaskId, Wait, World};
use crate::value::Failure;

impl World {
    /// A task waits on a socket from now on: for what the kernel signals, or only for its being closed or shut down.
    pub fn watch(&mut self, socket: &Rc<Socket>, task: TaskId, signalled: bool) -> Result<(), Failure> {
        if signalled {
            self.register(socket)?;
        }
        let mut waiters = socket.waiters.borrow_mut();
        // Most sockets are waited on by one.
        if waiters.is_empty() {
            waiters.reserve_exact(1);
        }
        waiters.push(Waiter { task, signalled });
        Ok(())
    }

    /// A task waits for a helper thread from now on.
    pub fn watch_threads(&mut self, task: TaskId) {
        self.thread_waiters.push(task);
    }

    /// A task waits no more.
    pub fn unwatch(&mut self, wait: &Wait, task: TaskId) {
        let mut leave = |socket: &Rc<Socket>| {
            socket.waiters.borrow_mut().retain(|w| w.task != task);
            if let Some(held) = socket.let_go() {
                self.let_go(held);
            }
        };
        match &wait.on {
            On::Socket(socket) => leave(socket),
            On::Sockets(sockets) => sockets.iter().for_each(leave),
            On::Line(line, ticket) => {
                line.leave(*ticket);
            }
            On::Thread => self.thread_waiters.retain(|t| *t != task),
            On::Wire => self.wires.unwatch(task),
            On::Time => {}
        }
    }
}
