//! Programs at random: sockets of some kind to begin with, then calls on any of them.
//!
//! A program always ends. Its sockets have a timeout, or where they block the kernel's SO_RCVTIMEO and SO_SNDTIMEO, all of
//! a few milliseconds; what is to be waited for in a task of its own has a longer one.

use super::calls::{self, Word, address, bytes, host, int, long, on, own, plain, seconds, unnamed};
use super::options::{self, FLAGS_IN, FLAGS_OUT};
use super::program::{Call, LIMIT, Program, Step};

/// Numbers at random, the same for the same seed.
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
struct Socket {
    name: String,
    family: &'static str,
    kind: &'static str,
    /// It was made to listen.
    listens: bool,
    /// The other end, if it was made with one.
    peer: Option<String>,
}

/// Makes a program.
pub struct Maker {
    dice: Dice,
    program: Program,
    count: usize,
    sockets: Vec<Socket>,
    files: Vec<String>,
    addresses: Vec<String>,
    entries: Vec<String>,
    /// Tasks that were not joined, and the socket that each may wait on.
    tasks: Vec<(String, String)>,
}

/// The program of a seed.
pub fn program(seed: u64) -> Program {
    let dice = Dice::new(seed);
    let mut maker = Maker {
        dice,
        program: Vec::new(),
        count: 0,
        sockets: Vec::new(),
        files: Vec::new(),
        addresses: Vec::new(),
        entries: Vec::new(),
        tasks: Vec::new(),
    };
    for _ in 0..=maker.dice.below(2) {
        maker.begin();
    }
    let with_tasks = maker.dice.one_in(3);
    for _ in 0..4 + maker.dice.below(14) {
        if with_tasks && maker.dice.one_in(3) { maker.in_a_task() } else { maker.any() }
    }
    maker.program
}

const TCP: &str = "SOCK_STREAM";
const UDP: &str = "SOCK_DGRAM";
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

/// Where there is nobody, and what is no address for a socket of its family.
const HOSTS4: [&str; 5] = ["127.0.0.1", "127.0.0.1", "0.0.0.0", "255.255.255.255", "::1"];
const HOSTS6: [&str; 5] = ["::1", "::1", "::", "::ffff:127.0.0.1", "127.0.0.1"];
const PORTS: [&str; 5] = ["1", "1", "0", "65536", "-1"];

impl Maker {
    fn name(&mut self, letter: char) -> String {
        self.count += 1;
        format!("{letter}{}", self.count)
    }

    fn push(&mut self, calls: impl Into<Vec<Call>>) {
        self.program.push(Step { calls: calls.into(), task: None });
    }

    fn add(&mut self, name: &str, (family, kind): (&'static str, &'static str)) {
        self.sockets.push(Socket { name: name.to_string(), family, kind, listens: false, peer: None });
    }

    /// The last two are the ends of a connection.
    fn connected(&mut self) {
        if let [.., a, b] = self.sockets.as_mut_slice() {
            (a.peer, b.peer) = (Some(b.name.clone()), Some(a.name.clone()));
        }
    }

    fn socket(&mut self) -> Socket {
        let at = self.dice.below(self.sockets.len());
        self.sockets[at].clone()
    }

    /// Where a socket of that kind can be bound.
    fn place(&mut self, family: &str) -> Word {
        match family {
            "AF_INET" => host("127.0.0.1", "0"),
            "AF_INET6" => host("::1", "0"),
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

    /// Sockets to begin with.
    fn begin(&mut self) {
        let kind = self.dice.pick(&KINDS);
        match self.dice.below(10) {
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
                if let Some(listener) = self.sockets.last_mut() {
                    listener.listens = true;
                }
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

    /// Any call on any socket.
    fn any(&mut self) {
        let s = self.socket();
        if s.peer.is_some() && self.dice.one_in(4) {
            return self.talk(&s);
        }
        match self.dice.below(100) {
            0..24 => self.sending(&s),
            24..46 => self.receiving(&s),
            46..53 => self.ending(&s),
            53..60 => self.mode(&s),
            60..69 => self.option(&s),
            69..79 => self.look(&s),
            79..86 => self.another(&s),
            86..92 => self.file(&s),
            92..98 => self.connection(&s),
            _ => self.begin(),
        }
    }

    fn flags(&mut self, from: &[&'static str]) -> String {
        match self.dice.below(8) {
            0..5 => "0".into(),
            5 | 6 => self.dice.pick(from).into(),
            _ => format!("{}|{}", self.dice.pick(from), self.dice.pick(from)),
        }
    }

    /// Something to send: what fills the buffers only where it counts the same each time.
    fn data(&mut self, s: &Socket) -> Word {
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

    fn to(&mut self, s: &Socket) -> Word {
        if self.addresses.is_empty() || self.dice.one_in(8) {
            return match s.family {
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
        let call = match self.dice.below(10) {
            0..4 => calls::send(&r, &s.name, &data, &flags),
            4 | 5 => calls::sendall(&s.name, &data, &flags),
            6 | 7 => {
                let to = self.to(s);
                calls::sendto(&r, &s.name, &data, &flags, &to)
            }
            8 => {
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

    fn receive(&mut self, s: &Socket, flags: &str) -> Call {
        let (r, room) = (self.name('r'), self.room());
        match self.dice.below(8) {
            0..5 => calls::recv(&r, &s.name, room, flags),
            5 | 6 => {
                let a = self.name('a');
                self.addresses.push(a.clone());
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
        if let (Some(e), true) = (self.entries.last().cloned(), self.dice.one_in(6)) {
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
                let blocks = self.blocking(&s.name, "0.005");
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
    fn blocking(&mut self, s: &str, limit: &str) -> Vec<Call> {
        let last =
            if self.dice.one_in(2) { calls::setblocking(s, &on(true)) } else { calls::settimeout(s, &seconds(None)) };
        vec![calls::kernel_limit(s, "SO_RCVTIMEO", limit), calls::kernel_limit(s, "SO_SNDTIMEO", limit), last]
    }

    fn option(&mut self, s: &Socket) {
        let r = self.name('r');
        let ip = s.family != "AF_UNIX";
        let option = options::any(&mut self.dice, ip);
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

    fn look(&mut self, s: &Socket) {
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
            let mode = self.dice.pick(&["rb", "wb", "rwb", "rwb", "xb"]);
            let buffering = self.dice.pick(&[None, None, None, Some(0), Some(1), Some(4), Some(100)]);
            self.push([calls::makefile(&f, &s.name, mode, buffering)]);
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

    fn connection(&mut self, s: &Socket) {
        let (r, a) = (self.name('s'), self.name('a'));
        let to = self.to(s);
        let call = match self.dice.below(8) {
            0 | 1 => calls::connect(&s.name, &to),
            2 => calls::connect_ex(&self.name('r'), &s.name, &to),
            3 => {
                self.sockets.iter_mut().filter(|t| t.name == s.name).for_each(|t| t.listens = true);
                calls::listen(&s.name, &plain(self.dice.pick(&[-1, 0, 1, 4_294_967_296_i64])))
            }
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
    fn is_waited_on(&self, s: &Socket) -> bool {
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
