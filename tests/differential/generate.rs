//! Programs at random: sockets of some kind to begin with, then calls on any of them.
//!
//! A program always ends. Its sockets have a timeout, or where they block the kernel's SO_RCVTIMEO and SO_SNDTIMEO, all of
//! a few milliseconds; what is to be waited for in a task of its own has a longer one.

use super::calls::{self, Word, address, bytes, frames, host, long, netlink, own, plain, unnamed};
use super::options::{self, FLAGS_IN};
use super::program::{Call, LIMIT, PROTOCOL, Program, Step};

/// Numbers at random, the same for the same seed.
#[derive(Default)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below that one.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    /// One time in so many.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A socket of the program, as far as it matters for what to try next.
#[derive(Clone)]
pub struct Socket {
    pub name: String,
    pub family: &'static str,
    pub kind: &'static str,
    /// The other end, if it was made with one.
    pub peer: Option<String>,
}

/// Makes a program.
#[derive(Default)]
pub struct Maker {
    pub dice: Dice,
    pub program: Program,
    count: usize,
    pub sockets: Vec<Socket>,
    pub files: Vec<String>,
    pub epolls: Vec<String>,
    pub addresses: Vec<String>,
    pub entries: Vec<String>,
    /// Tasks that were not joined, and the socket that each may wait on.
    tasks: Vec<(String, String)>,
}

/// The program of a seed.
pub fn program(seed: u64) -> Program {
    let mut maker = Maker { dice: Dice::new(seed), ..Maker::default() };
    for _ in 0..=maker.dice.below(2) {
        maker.begin();
    }
    let with_tasks = maker.dice.one_in(3);
    for _ in 0..4 + maker.dice.below(14) {
        if with_tasks && maker.dice.one_in(3) { maker.in_a_task() } else { maker.any() }
    }
    maker.program
}

pub const TCP: &str = "SOCK_STREAM";
pub const UDP: &str = "SOCK_DGRAM";
const PACKETS: &str = "SOCK_SEQPACKET";
/// What a socket may be; the first are the usual ones.
const KINDS: [(&str, &str); 7] = [
    ("AF_INET", TCP),
    ("AF_INET6", TCP),
    ("AF_UNIX", TCP),
    ("AF_UNIX", PACKETS),
    ("AF_INET", UDP),
    ("AF_INET6", UDP),
    ("AF_UNIX", UDP),
];

/// What is no kind of socket, or a rare one.
const ODD: [(&str, &str); 8] = [
    ("AF_UNIX", "SOCK_RAW"),
    ("AF_UNIX", "SOCK_RDM"),
    ("AF_INET", PACKETS),
    ("AF_INET6", "SOCK_RDM"),
    ("AF_INET", "0"),
    ("AF_INET", "SOCK_STREAM|SOCK_NONBLOCK"),
    ("AF_UNIX", "SOCK_DGRAM|SOCK_NONBLOCK|SOCK_CLOEXEC"),
    ("AF_INET6", "SOCK_STREAM|4096"),
];

impl Maker {
    pub fn name(&mut self, letter: char) -> String {
        self.count += 1;
        format!("{letter}{}", self.count)
    }

    pub fn push(&mut self, calls: impl Into<Vec<Call>>) {
        self.program.push(Step { calls: calls.into(), task: None });
    }

    pub fn add(&mut self, name: &str, (family, kind): (&'static str, &'static str)) {
        self.sockets.push(Socket { name: name.to_string(), family, kind, peer: None });
    }

    /// The last two are the ends of a connection.
    fn connected(&mut self) {
        if let [.., a, b] = self.sockets.as_mut_slice() {
            (a.peer, b.peer) = (Some(b.name.clone()), Some(a.name.clone()));
        }
    }

    pub fn socket(&mut self) -> Socket {
        let at = self.dice.below(self.sockets.len());
        self.sockets[at].clone()
    }

    /// Where a socket of that kind can be bound.
    pub fn place(&mut self, family: &str) -> Word {
        match family {
            "AF_INET" => host("127.0.0.1", "0"),
            // The second is IPv4's, mapped: it never leaves the machine either.
            "AF_INET6" => host(self.dice.pick(&["::1", "::1", "::1", "::ffff:127.0.0.1"]), "0"),
            "AF_NETLINK" => netlink("0", "0"),
            "AF_PACKET" => frames(self.dice.pick(&["lo", "lo", "lo", "nosuch0"]), PROTOCOL),
            _ if self.dice.one_in(4) => unnamed(),
            _ => {
                let name = self.name('n');
                own(&name)
            }
        }
    }

    /// Make a socket. One of TCP sends at once: how long it waits for acknowledgements is a matter of time.
    fn open(&mut self, s: &str, kind: (&str, &str)) {
        let mut calls = vec![calls::socket(s, kind.0, kind.1)];
        if kind.0 != "AF_UNIX" && kind.1 == TCP {
            calls.push(calls::setsockopt(s, "IPPROTO_TCP", "TCP_NODELAY", &plain(1)));
        }
        self.push(calls);
    }

    fn bound(&mut self, kind: (&'static str, &'static str)) -> (String, String) {
        let (s, a) = (self.name('s'), self.name('a'));
        let at = self.place(kind.0);
        self.open(&s, kind);
        self.push([calls::bind(&s, &at)]);
        self.push([calls::name(&a, "getsockname", &s)]);
        self.add(&s, kind);
        self.addresses.push(a.clone());
        (s, a)
    }

    /// Have a socket told of what comes with a message, and send it one.
    fn told_beside(&mut self, from: &str, to: &str, at: &str, family: &str) {
        let level = if family == "AF_INET" { "IPPROTO_IP" } else { "IPPROTO_IPV6" };
        self.push(options::told(family).map(|name| calls::setsockopt(to, level, name, &plain(1))));
        let beside = options::beside(&mut self.dice, family);
        let names = ['r', 'r', 'e', 'r', 'a'].map(|letter| self.name(letter));
        let [sent, data, entries, flags, sender] = names.each_ref().map(String::as_str);
        self.push([calls::sendmsg_beside(sent, from, &bytes("x"), &beside, "0", Some(&address(at)))]);
        self.push([calls::recvmsg([data, entries, flags, sender], to, 100, 200, "0")]);
    }

    /// Sockets to begin with.
    pub fn begin(&mut self) {
        let kind = self.dice.pick(&KINDS);
        match self.dice.below(12) {
            10 => self.rare(),
            11 if self.dice.one_in(2) => self.texts(),
            11 => self.twice(),
            0 => {
                let s = self.name('s');
                let kind = if self.dice.one_in(2) { kind } else { self.dice.pick(&ODD) };
                self.push([calls::socket(&s, kind.0, kind.1)]);
                self.add(&s, kind);
            }
            1 | 2 => drop(self.bound(kind)),
            3..6 => {
                let (left, right) = (self.name('s'), self.name('s'));
                let kind = self.dice.pick(&KINDS[2..]);
                let kind = if kind.0 == "AF_UNIX" { kind } else { ("AF_UNIX", UDP) };
                self.push([calls::pair(&left, &right, kind.0, kind.1)]);
                if self.dice.one_in(2) {
                    // So it is soon full.
                    self.push([calls::setsockopt(&left, "SOL_SOCKET", "SO_SNDBUF", &plain(4608))]);
                }
                self.add(&left, kind);
                self.add(&right, kind);
                self.connected();
            }
            _ if kind.1 == UDP => {
                let ((s, a), (t, b)) = (self.bound(kind), self.bound(kind));
                if kind.0 != "AF_UNIX" && self.dice.one_in(3) {
                    self.told_beside(&s, &t, &b, kind.0);
                }
                if self.dice.one_in(2) {
                    self.push([calls::connect(&s, &address(&b))]);
                }
                if self.dice.one_in(2) {
                    self.push([calls::connect(&t, &address(&a))]);
                    self.connected();
                }
            }
            _ => {
                let (s, a) = self.bound(kind);
                let (c, conn, from) = (self.name('s'), self.name('s'), self.name('a'));
                let backlog = self.dice.pick(&[0, 1, 5]);
                self.push([calls::listen(&s, &plain(backlog))]);
                self.open(&c, kind);
                self.push([calls::connect(&c, &address(&a))]);
                self.push([calls::accept(&conn, &from, &s)]);
                self.add(&c, kind);
                self.add(&conn, kind);
                self.connected();
                self.addresses.push(from);
            }
        }
    }

    /// A call that waits in a task of its own, or the end of such a task.
    fn in_a_task(&mut self) {
        let s = self.socket();
        if !self.tasks.is_empty() && self.dice.one_in(2) {
            // All of them: what comes after one was over could come before or after another is.
            let joins: Vec<Call> = self.tasks.drain(..).map(|(task, _)| calls::join(&task)).collect();
            return self.push(joins);
        }
        if self.tasks.len() == 2 || self.is_waited_on(&s) {
            return self.any();
        }
        let blocks = self.dice.one_in(2);
        if blocks {
            let blocks = self.blocking(&s.name, LIMIT);
            self.push(blocks);
        } else {
            self.push([calls::settimeout(&s.name, &plain(LIMIT))]);
        }
        let t = self.name('t');
        let mut calls = vec![self.waits(&s)];
        if self.dice.one_in(4) {
            calls.push(self.waits(&s));
        }
        self.program.push(Step { calls, task: Some(t.clone()) });
        self.tasks.push((t, s.name));
    }

    /// Whether a task may wait on it.
    pub fn is_waited_on(&self, s: &Socket) -> bool {
        self.tasks.iter().any(|(_, name)| *name == s.name)
    }

    /// A call that may wait.
    fn waits(&mut self, s: &Socket) -> Call {
        let (r, a) = (self.name('s'), self.name('a'));
        match self.dice.below(8) {
            0..4 => {
                let flags = self.flags(FLAGS_IN);
                self.receive(s, &flags)
            }
            4 | 5 => {
                let data = if s.family == "AF_UNIX" { long(self.dice.pick(&[9000, 65507])) } else { self.data(s) };
                if self.dice.one_in(2) {
                    calls::send(&r, &s.name, &data, "0")
                } else {
                    calls::sendall(&s.name, &data, "0")
                }
            }
            6 => {
                self.add(&r, (s.family, s.kind));
                calls::accept(&r, &a, &s.name)
            }
            _ => {
                let to = self.to(s);
                calls::connect(&s.name, &to)
            }
        }
    }
}
