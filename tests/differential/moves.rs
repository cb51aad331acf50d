//! Single calls at random, on any socket of a program.

use super::calls::{self, Word, address, bytes, host, int, long, netlink, on, own, plain, seconds, text};
use super::generate::{Maker, Socket, TCP};
use super::options::{self, FLAGS_IN, FLAGS_OUT};
use super::program::{BRIEF, Call};

/// Where there is nobody, and what is no address for a socket of its family.
const HOSTS4: [&str; 5] = ["127.0.0.1", "127.0.0.1", "0.0.0.0", "255.255.255.255", "::1"];
const HOSTS6: [&str; 5] = ["::1", "::1", "::", "::ffff:127.0.0.1", "127.0.0.1"];
const PORTS: [&str; 5] = ["1", "1", "0", "65536", "-1"];

impl Maker {
    /// Any call on any socket.
    pub fn any(&mut self) {
        let s = self.socket();
        if s.peer.is_some() && self.dice.one_in(4) {
            return self.talk(&s);
        }
        // An epoll shows little unless it is asked again and again.
        if !self.epolls.is_empty() && self.dice.one_in(3) {
            return self.ready(&s);
        }
        match self.dice.below(100) {
            0..24 => self.sending(&s),
            24..46 => self.receiving(&s),
            46..53 => self.ending(&s),
            53..60 => self.mode(&s),
            60..69 => self.option(&s),
            69..75 => self.look(&s),
            75..80 => self.ready(&s),
            80..86 => self.another(&s),
            86..92 => self.file(&s),
            92..95 => self.connection(&s),
            95 => self.server(),
            96 | 97 => self.resolve(),
            98 => self.wrong(&s),
            _ => self.begin(),
        }
    }

    pub fn flags(&mut self, from: &[&'static str]) -> String {
        match self.dice.below(8) {
            0..5 => "0".into(),
            5 | 6 => self.dice.pick(from).into(),
            _ => format!("{}|{}", self.dice.pick(from), self.dice.pick(from)),
        }
    }

    /// Something to send: what fills the buffers only where it counts the same each time.
    pub fn data(&mut self, s: &Socket) -> Word {
        let lengths = &[1000, 9000, 9000, 9000, 9000, 65507, 65508];
        match self.dice.below(12) {
            0 => bytes(""),
            1..4 => bytes("x"),
            4..6 => bytes("one\\ntwo\\nthree"),
            6 => bytes("a\\r\\nb\\xff\\x00\\n"),
            7..10 => bytes("hello"),
            _ if s.kind == TCP && s.family != "AF_UNIX" => long(self.dice.pick(&lengths[..2])),
            _ => long(self.dice.pick(lengths)),
        }
    }

    pub fn to(&mut self, s: &Socket) -> Word {
        let few = matches!(s.family, "AF_NETLINK" | "AF_PACKET");
        if few || self.addresses.is_empty() || self.dice.one_in(8) {
            return match s.family {
                "AF_NETLINK" => netlink(self.dice.pick(&["0", "0", "4294967295"]), "0"),
                "AF_PACKET" => self.place(s.family),
                "AF_INET" => host(self.dice.pick(&HOSTS4), self.dice.pick(&PORTS)),
                "AF_INET6" => host(self.dice.pick(&HOSTS6), self.dice.pick(&PORTS)),
                _ => own("nobody"),
            };
        }
        let at = self.dice.below(self.addresses.len());
        address(&self.addresses[at])
    }

    fn sending(&mut self, s: &Socket) {
        let (r, data, flags) = (self.name('r'), self.data(s), self.flags(FLAGS_OUT));
        let call = match self.dice.below(11) {
            0..4 => calls::send(&r, &s.name, &data, &flags),
            4 | 5 => calls::sendall(&s.name, &data, &flags),
            6 | 7 => {
                let to = self.to(s);
                calls::sendto(&r, &s.name, &data, &flags, &to)
            }
            8 => {
                let (beside, to) = (options::beside(&mut self.dice, s.family), self.to(s));
                let to = if self.dice.one_in(2) { Some(to) } else { None };
                calls::sendmsg_beside(&r, &s.name, &data, &beside, &flags, to.as_ref())
            }
            9 => {
                let more = self.data(s);
                let to = if self.dice.one_in(4) { Some(self.to(s)) } else { None };
                calls::sendmsg(&r, &s.name, &[data, more], &flags, to.as_ref())
            }
            _ => {
                let (a, b) = (self.socket(), self.socket());
                let both = [a.name.as_str(), b.name.as_str()];
                let sent = if self.dice.one_in(3) { &both[..] } else { &both[..1] };
                calls::sendfds(&r, &s.name, &data, &flags, sent)
            }
        };
        self.push([call]);
    }

    /// One end sends, the other receives.
    fn talk(&mut self, s: &Socket) {
        let peer = self.sockets.iter().find(|t| Some(&t.name) == s.peer.as_ref()).cloned();
        let Some(peer) = peer else { return };
        self.sending(s);
        for _ in 0..=self.dice.below(3) {
            self.receiving(&peer);
        }
    }

    fn room(&mut self) -> i64 {
        self.dice.pick(&[0, 1, 2, 5, 100, 100, 1000, 65536, 70000, -1])
    }

    pub fn receive(&mut self, s: &Socket, flags: &str) -> Call {
        let (r, room) = (self.name('r'), self.room());
        match self.dice.below(8) {
            0..5 => calls::recv(&r, &s.name, room, flags),
            5 | 6 => {
                let a = self.name('a');
                // Others are taken for what they are not: a text for an interface, a pid for a port.
                if matches!(s.family, "AF_INET" | "AF_INET6" | "AF_UNIX") {
                    self.addresses.push(a.clone());
                }
                calls::recvfrom(&r, &a, &s.name, room, flags)
            }
            _ => {
                let names = ['e', 'r', 'a'].map(|letter| self.name(letter));
                let ancillary = self.dice.pick(&[0, 100, 100, 20]);
                self.entries.push(names[0].clone());
                calls::recvmsg([&r, &names[0], &names[1], &names[2]], &s.name, room, ancillary, flags)
            }
        }
    }

    fn receiving(&mut self, s: &Socket) {
        let flags = self.flags(FLAGS_IN);
        let call = self.receive(s, &flags);
        self.push([call]);
        // Each once: two names of one socket are one to Python's select.
        if self.dice.one_in(6)
            && let Some(e) = self.entries.pop()
        {
            let (p, r) = (self.name('s'), self.name('r'));
            self.push([calls::passed(&p, &e), calls::number(&r, "fileno", &p)]);
            self.add(&p, (s.family, s.kind));
        }
    }

    fn ending(&mut self, s: &Socket) {
        let how = self.dice.pick(&["0", "1", "1", "2", "3", "-1"]);
        let call = if self.dice.one_in(2) { calls::close(&s.name) } else { calls::shutdown(&s.name, &plain(how)) };
        self.push([call]);
    }

    fn mode(&mut self, s: &Socket) {
        let r = self.name('r');
        // In Python 3.11 a call that waits meanwhile may go round for ever.
        let from = if self.is_waited_on(s) { 6 } else { 0 };
        match from + self.dice.below(8 - from) {
            0..3 => {
                let blocks = self.blocking(&s.name, BRIEF);
                self.push(blocks);
            }
            3 => self.push([calls::setblocking(&s.name, &on(false))]),
            4 | 5 => {
                let limit = self.dice.pick(&[0.0, 0.001, 0.005, -1.0]);
                self.push([calls::settimeout(&s.name, &seconds(Some(limit)))]);
            }
            6 => self.push([calls::ask(&r, "gettimeout", &s.name)]),
            _ => self.push([calls::ask(&r, "getblocking", &s.name)]),
        }
    }

    /// Have it block, as long as the kernel is told.
    pub fn blocking(&mut self, s: &str, limit: &str) -> Vec<Call> {
        let last =
            if self.dice.one_in(2) { calls::setblocking(s, &on(true)) } else { calls::settimeout(s, &seconds(None)) };
        vec![calls::kernel_limit(s, "SO_RCVTIMEO", limit), calls::kernel_limit(s, "SO_SNDTIMEO", limit), last]
    }

    fn option(&mut self, s: &Socket) {
        let r = self.name('r');
        let option = options::any(&mut self.dice, s.family);
        let calls = match self.dice.below(12) {
            0..6 => {
                let number = options::number(&mut self.dice, option.usual);
                let read = calls::getsockopt(&r, &s.name, option.level, option.name, None);
                vec![calls::setsockopt(&s.name, option.level, option.name, &int(number)), read]
            }
            6..9 => vec![calls::getsockopt(&r, &s.name, option.level, option.name, None)],
            9 => {
                let room = self.dice.pick(&[0, 1, 2, 4, 8, 1024, 1025]);
                vec![calls::getsockopt(&r, &s.name, option.level, option.name, Some(room))]
            }
            10 => vec![calls::linger(&s.name, self.dice.pick(&[0, 1]), 0)],
            _ => vec![calls::setsockopt(&s.name, "SOL_SOCKET", "SO_RCVLOWAT", &plain(self.dice.pick(&[0, 1, 5, 100])))],
        };
        self.push(calls);
    }

    pub fn look(&mut self, s: &Socket) {
        let r = self.name('r');
        let call = match self.dice.below(10) {
            0..4 => calls::poll(&r, &s.name, self.dice.pick(&[0.0, 0.0, 0.004])),
            4 => calls::name(&r, "getsockname", &s.name),
            5 => calls::name(&r, "getpeername", &s.name),
            6 => calls::number(&r, "fileno", &s.name),
            7 => calls::getsockopt(&r, &s.name, "SOL_SOCKET", "SO_ERROR", None),
            8 => calls::ioctl(&r, "inq", &s.name),
            _ => calls::ioctl(&r, "atmark", &s.name),
        };
        self.push([call]);
    }

    /// Another name for the same socket.
    fn another(&mut self, s: &Socket) {
        let d = self.name('s');
        if self.dice.one_in(4) {
            let n = self.name('r');
            self.push([calls::number(&n, "detach", &s.name)]);
            self.push([calls::adopted(&d, &n)]);
        } else {
            self.push([calls::dup(&d, &s.name)]);
        }
        self.add(&d, (s.family, s.kind));
    }

    fn file(&mut self, s: &Socket) {
        let f = self.files.len();
        if f == 0 || self.dice.one_in(4) {
            let f = self.name('f');
            let mode = self.dice.pick(&["rb", "wb", "rwb", "rwb", "xb", "r", "w", "rw"]);
            let named = self.file_named(mode);
            self.push([calls::makefile(&f, &s.name, mode, &named)]);
            self.files.push(f);
            return;
        }
        let f = self.files[self.dice.below(f)].clone();
        let r = self.name('r');
        let call = match self.dice.below(8) {
            0..2 => calls::readline(&r, &f),
            2..4 => calls::read(&r, &f, self.dice.pick(&[0, 1, 5, 100, -1])),
            4..6 => {
                let data = self.data(s);
                calls::write(&r, &f, &data)
            }
            6 => calls::flush(&f),
            _ => calls::close(&f),
        };
        self.push([call]);
    }

    /// How a file is asked for: its buffer, and of text its encoding and its line ends.
    pub fn file_named(&mut self, mode: &str) -> Vec<(&'static str, Word)> {
        let mut named = Vec::new();
        if self.dice.one_in(2) {
            named.push(("buffering", plain(self.dice.pick(&[0, 1, 1, 4, 100, -1]))));
        }
        // With b they are wrong.
        let few = if mode.contains('b') { 12 } else { 2 };
        if self.dice.one_in(few) {
            named.push((
                "encoding",
                text(self.dice.pick(&[
                    "latin-1",
                    "latin-1",
                    "ascii",
                    "utf-8",
                    "utf-16",
                    "utf-16-le",
                    "utf-8-sig",
                    "no-such",
                ])),
            ));
        }
        if self.dice.one_in(few) {
            named.push(("newline", text(self.dice.pick(&["", "\\n", "\\r", "\\r\\n", "x"]))));
        }
        if self.dice.one_in(2 * few) {
            named.push(("errors", text(self.dice.pick(&["replace", "ignore", "backslashreplace", "strict"]))));
        }
        named
    }

    fn connection(&mut self, s: &Socket) {
        let (r, a) = (self.name('s'), self.name('a'));
        let to = self.to(s);
        let call = match self.dice.below(8) {
            0 | 1 => calls::connect(&s.name, &to),
            2 => calls::connect_ex(&self.name('r'), &s.name, &to),
            3 => calls::listen(&s.name, &plain(self.dice.pick(&[-1, 0, 1, 4_294_967_296_i64]))),
            4 => {
                let at = self.place(s.family);
                calls::bind(&s.name, &at)
            }
            _ => {
                self.add(&r, (s.family, s.kind));
                self.addresses.push(a.clone());
                calls::accept(&r, &a, &s.name)
            }
        };
        self.push([call]);
    }
}
