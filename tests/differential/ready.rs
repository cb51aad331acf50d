//! Calls about the readiness of several sockets: select, poll, epoll.

use super::calls;
use super::generate::{Maker, Socket};

const SECONDS: [f64; 3] = [0.0, 0.0, 0.004];
const POLLED: [&str; 4] = ["IN", "OUT", "IN|OUT", "IN|PRI|RDHUP"];
const WATCHED: [&str; 7] = [
    "EPOLLIN",
    "EPOLLOUT",
    "EPOLLIN|EPOLLOUT|EPOLLRDHUP",
    "EPOLLIN|EPOLLET",
    "EPOLLIN|EPOLLOUT|EPOLLPRI|EPOLLET",
    "EPOLLIN|EPOLLONESHOT",
    "EPOLLIN|EPOLLRDHUP|EPOLLET|EPOLLONESHOT",
];

impl Maker {
    /// Ask for several sockets at once, or have them watched.
    pub fn ready(&mut self, s: &Socket) {
        let epolls = self.epolls.len();
        match self.dice.below(8) {
            0 => self.select(),
            1 => self.poll(),
            _ if epolls == 0 => {
                let ep = self.name('p');
                self.push([calls::epoll(&ep)]);
                self.watch(&ep, s);
                self.epolls.push(ep);
            }
            at => {
                let ep = self.epolls[self.dice.below(epolls)].clone();
                match at {
                    2..4 => self.watch(&ep, s),
                    4 if self.dice.one_in(3) => self.push([calls::close(&ep)]),
                    _ => {
                        let (r, seconds) = (self.name('r'), self.dice.pick(&SECONDS));
                        let most = if self.dice.one_in(4) { Some(1) } else { None };
                        self.push([calls::epoll_wait(&r, &ep, seconds, most)]);
                    }
                }
            }
        }
    }

    /// Some of the sockets, each once.
    fn some(&mut self) -> Vec<String> {
        let all: Vec<String> = self.sockets.iter().map(|s| s.name.clone()).collect();
        all.into_iter().filter(|_| self.dice.one_in(2)).collect()
    }

    fn select(&mut self) {
        let sets = [self.some(), self.some(), self.some()];
        let names = ['r', 'r', 'r'].map(|letter| self.name(letter));
        let seconds = self.dice.pick(&SECONDS);
        self.push([calls::select(names.each_ref().map(String::as_str), &sets, seconds)]);
    }

    fn poll(&mut self) {
        let some: Vec<(String, &str)> = self.some().into_iter().map(|name| (name, self.dice.pick(&POLLED))).collect();
        if some.len() > 1 {
            let (r, seconds) = (self.name('r'), self.dice.pick(&SECONDS));
            self.push([calls::poll_many(&r, &some, seconds)]);
        }
    }

    fn watch(&mut self, ep: &str, s: &Socket) {
        let (events, op) = (self.dice.pick(&WATCHED), self.dice.pick(&["ADD", "ADD", "MOD", "DEL"]));
        self.push([calls::epoll_ctl(ep, op, &s.name, events)]);
    }
}
