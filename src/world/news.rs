//! What the poller says of sockets, and who is told of it.

use std::io;
use std::rc::{Rc, Weak};
use std::time::Duration;

use super::carry::ROUNDS;
use super::{Socket, TaskId, World};
use crate::os::poller::{self, News};

impl World {
    /// Poll once, at most that long. What happened to sockets waits for [`wake_next`](Self::wake_next), in the order they
    /// were made. Says whether another thread rang.
    pub fn poll(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        let timeout = if self.later.is_empty() { timeout } else { Some(Duration::ZERO) };
        let (mut sockets, woken) = self.heard(timeout)?;
        sockets.append(&mut self.later);
        sockets.sort_unstable_by_key(|s| s.serial);
        sockets.dedup_by_key(|s| s.serial);
        self.pending.extend(sockets);
        Ok(woken)
    }

    /// Poll once while the program stands still: of those who wait only these tasks are told; the others hear of it with the
    /// next poll, as of what comes at once. Says whether another thread rang.
    pub fn poll_aside(&mut self, timeout: Option<Duration>, tells: impl Fn(TaskId) -> bool) -> io::Result<bool> {
        let (mut sockets, woken) = self.heard(timeout)?;
        sockets.sort_unstable_by_key(|s| s.serial);
        sockets.dedup_by_key(|s| s.serial);
        for socket in sockets {
            let waiters: Vec<TaskId> = socket.waiters.borrow().iter().filter(|w| w.signalled).map(|w| w.task).collect();
            if waiters.is_empty() {
                self.note_arrival(&socket);
            }
            self.ready.extend(waiters.iter().filter(|id| tells(**id)));
            if !waiters.iter().all(|id| tells(*id)) {
                self.later.push(socket);
            }
        }
        Ok(woken)
    }

    /// The sockets that something happened to, and whether another thread rang.
    fn heard(&mut self, timeout: Option<Duration>) -> io::Result<(Vec<Rc<Socket>>, bool)> {
        let mut news = std::mem::take(&mut self.news);
        self.polls += 1;
        news.clear();
        let timeout = if self.hosts.more { Some(Duration::ZERO) } else { timeout };
        self.poller()?.wait(timeout, &mut news)?;
        if news.frames || self.hosts.more {
            self.carry_all(&mut news)?;
        }
        self.drained.forget();
        let mut sockets = Vec::with_capacity(news.tokens.len());
        for (token, more) in &news.tokens {
            let Some(socket) = self.tokens.get(token - poller::FIRST).and_then(Weak::upgrade) else { continue };
            if *more {
                socket.has_more();
            }
            self.hear_of(&socket);
            sockets.push(socket);
        }
        if news.woken {
            self.ready.extend(self.thread_waiters.iter().copied());
        }
        let woken = news.woken;
        self.news = news;
        Ok((sockets, woken))
    }

    /// Carry what hosts send, and what they answer at once: what a socket sends has arrived before anything else happens,
    /// as on one machine.
    #[cold]
    fn carry_all(&mut self, news: &mut News) -> io::Result<()> {
        let mut rounds = 0;
        while self.carry() && rounds < ROUNDS {
            rounds += 1;
            self.poller()?.wait(Some(Duration::ZERO), news)?;
        }
        Ok(())
    }

    /// Whether something happened to a socket that nobody was told of yet.
    pub fn has_news(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Make ready whoever waits on the next socket that something happened to. False when there is none.
    pub fn wake_next(&mut self) -> bool {
        let Some(socket) = self.pending.pop_front() else { return false };
        let waiters = socket.waiters.borrow();
        let before = self.ready.len();
        self.ready.extend(waiters.iter().filter(|w| w.signalled).map(|w| w.task));
        if self.ready.len() == before {
            self.note_arrival(&socket);
        }
        true
    }
}
