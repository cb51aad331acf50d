//! What programs have now and then: sockets of rare kinds, two descriptors of one open file, servers made in one call, what
//! the resolver says of numbers, and values that are wrong.
// Names are as short as in the programs that are made.
#![allow(clippy::many_single_char_names)]

use super::calls::{self, Word, address, bytes, frames, host, netlink, on, plain, port_of, seconds, text};
use super::generate::{Maker, Socket, TCP, UDP};
use super::options;
use super::program::{BRIEF, LIMIT, PROTOCOL, Step};

/// Addresses of numbers, and what is none: nobody is asked for a name.
const HOSTS: [&str; 14] = [
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
    "::1",
    "::ffff:127.0.0.1",
    "::",
    "0.0.0.0",
    "256.0.0.1",
    "1.2.3.4.5",
    "12345::",
    ":::",
    "x y",
];
const SERVICES: [&str; 8] = ["80", "0", "65535", "65536", "-1", "http", "no-such-service", "none"];
const FAMILIES: [&str; 5] = ["0", "AF_INET", "AF_INET6", "AF_UNIX", "99"];

impl Maker {
    /// Sockets of a kind that programs seldom have.
    pub fn rare(&mut self) {
        match self.dice.below(4) {
            0 => self.lite(),
            1 => self.one_of("AF_NETLINK", "NETLINK_ROUTE", netlink("0", "0")),
            2 => self.one_of("AF_PACKET", "0", frames("lo", PROTOCOL)),
            _ => self.mapped(),
        }
    }

    /// UDP-Lite, both ends.
    fn lite(&mut self) {
        let family = self.dice.pick(&["AF_INET", "AF_INET6"]);
        let ends = ["s", "s"].map(|_| (self.name('s'), self.name('a')));
        for (s, a) in &ends {
            let at = self.place(family);
            self.push([calls::socket_of(s, family, UDP, "IPPROTO_UDPLITE")]);
            self.push([calls::bind(s, &at)]);
            self.push([calls::name(a, "getsockname", s)]);
            self.add(s, (family, UDP));
            self.addresses.push(a.clone());
        }
        let [(s, _), (t, b)] = &ends;
        self.push([calls::connect(s, &address(b))]);
        let (r, data) = (self.name('r'), self.name('r'));
        let option = self.dice.pick(&["UDPLITE_SEND_CSCOV", "UDPLITE_RECV_CSCOV"]);
        let number = plain(self.dice.pick(&[0, 1, 7, 8, 9, 20, -1, 65536]));
        let end = self.dice.pick(&[s, t]).clone();
        let asked = calls::getsockopt(&self.name('r'), &end, "IPPROTO_UDPLITE", option, None);
        self.push([calls::setsockopt(&end, "IPPROTO_UDPLITE", option, &number), asked]);
        self.push([calls::send(&r, s, &bytes("hello"), "0"), calls::recv(&data, t, 100, "0")]);
    }

    /// A socket that is bound and asked for its name.
    fn one_of(&mut self, family: &'static str, protocol: &str, at: Word) {
        let kind = self.dice.pick(&["SOCK_RAW", UDP]);
        let (s, a) = (self.name('s'), self.name('r'));
        self.push([calls::socket_of(&s, family, kind, protocol)]);
        let at = if self.dice.one_in(3) { self.place(family) } else { at };
        self.push([calls::bind(&s, &at)]);
        self.push([calls::name(&a, "getsockname", &s)]);
        self.add(&s, (family, kind));
        let option = options::any(&mut self.dice, family);
        let (number, r) = (options::number(&mut self.dice, option.usual), self.name('r'));
        let asked = calls::getsockopt(&r, &s, option.level, option.name, None);
        self.push([calls::setsockopt(&s, option.level, option.name, &calls::int(number)), asked]);
    }

    /// IPv4 on a socket of IPv6, and what IPv4 has to do with it.
    fn mapped(&mut self) {
        let kind = self.dice.pick(&[TCP, UDP]);
        let (s, a, c) = (self.name('s'), self.name('a'), self.name('s'));
        self.push([calls::socket(&s, "AF_INET6", kind)]);
        if self.dice.one_in(4) {
            self.push([calls::setsockopt(&s, "IPPROTO_IPV6", "IPV6_V6ONLY", &plain(1))]);
        }
        self.push([calls::bind(&s, &host("::ffff:127.0.0.1", "0"))]);
        self.push([calls::name(&a, "getsockname", &s)]);
        self.add(&s, ("AF_INET6", kind));
        self.addresses.push(a.clone());
        let family = self.dice.pick(&["AF_INET", "AF_INET6"]);
        let to = if family == "AF_INET" { port_of("127.0.0.1", &a) } else { address(&a) };
        if kind == TCP {
            self.push([calls::listen(&s, &plain(5))]);
        }
        self.push([calls::socket(&c, family, kind)]);
        self.push([calls::connect(&c, &to)]);
        self.add(&c, (family, kind));
        let (conn, from, r) = (self.name('s'), self.name('a'), self.name('r'));
        if kind == TCP {
            self.push([calls::accept(&conn, &from, &s), calls::name(&r, "getpeername", &conn)]);
            self.add(&conn, ("AF_INET6", kind));
        } else {
            self.push([calls::send(&conn, &c, &bytes("hello"), "0"), calls::recvfrom(&r, &from, &s, 100, "0")]);
        }
        self.addresses.push(from);
    }

    /// Two descriptors of one open file, by dup or with a message: they share O_NONBLOCK, each has its own timeout.
    pub fn twice(&mut self) {
        let kind = self.dice.pick(&[TCP, UDP, "SOCK_SEQPACKET"]);
        let names = ['s', 's', 's', 'e', 'r', 'r', 'r', 'r'].map(|letter| self.name(letter));
        let [s, t, d, e, f, a, r, q] = names.each_ref().map(String::as_str);
        self.push([calls::pair(s, t, "AF_UNIX", kind)]);
        if self.dice.one_in(2) {
            self.push([calls::dup(d, s)]);
        } else {
            self.push([
                calls::sendfds(r, s, &bytes("x"), "0", &[s]),
                calls::recvmsg([q, e, f, a], t, 10, 100, "0"),
                calls::passed(d, e),
            ]);
        }
        for name in [s, t, d] {
            self.add(name, ("AF_UNIX", kind));
        }
        let blocks = self.blocking(d, LIMIT);
        self.push(blocks);
        let mode = match self.dice.below(4) {
            0 => calls::settimeout(s, &seconds(Some(self.dice.pick(&[0.0, 0.002])))),
            1 => calls::setblocking(s, &on(true)),
            _ => calls::setblocking(s, &on(false)),
        };
        self.push([mode]);
        let [task, got, sent, mode] = ['t', 'r', 'r', 'r'].map(|letter| self.name(letter));
        let waits = vec![calls::recv(&got, d, 10, "0")];
        self.program.push(Step { calls: waits, task: Some(task.clone()) });
        self.push([calls::send(&sent, t, &bytes("x"), "0")]);
        self.push([calls::join(&task), calls::ask(&mode, "getblocking", d)]);
        let short = self.blocking(d, BRIEF);
        self.push(short);
    }

    /// Files of text at both ends.
    pub fn texts(&mut self) {
        let names = ['s', 's', 'f', 'f'].map(|letter| self.name(letter));
        let [s, t, f, g] = names.each_ref().map(String::as_str);
        self.push([calls::pair(s, t, "AF_UNIX", TCP)]);
        let named = [self.file_named("w"), self.file_named("r")];
        self.push([calls::makefile(f, s, "w", &named[0])]);
        self.push([calls::makefile(g, t, "r", &named[1])]);
        for name in [s, t] {
            self.add(name, ("AF_UNIX", TCP));
        }
        let lines = ["one\\r\\ntwo\\rthree\\n", "caf\\xc3\\xa9\\n", "x\\xe2\\x82\\xac\\n", "\\n", "half"];
        let (a, b) = (bytes(self.dice.pick(&lines)), bytes(self.dice.pick(&lines)));
        let (first, second) = (self.name('r'), self.name('r'));
        self.push([calls::write(&first, f, &a), calls::write(&second, f, &b)]);
        self.push([calls::flush(f)]);
        if self.dice.one_in(2) {
            self.push([calls::shutdown(s, &plain(1))]);
        }
        for _ in 0..=self.dice.below(3) {
            let r = self.name('r');
            let call = match self.dice.below(3) {
                0 => calls::read(&r, g, self.dice.pick(&[1, 3, 100])),
                _ => calls::readline(&r, g),
            };
            self.push([call]);
        }
        self.files.extend([f.to_string(), g.to_string()]);
    }

    /// A listener made by one call.
    pub fn server(&mut self) {
        let (s, a) = (self.name('s'), self.name('a'));
        let family = self.dice.pick(&["AF_INET", "AF_INET", "AF_INET6"]);
        let at = match self.dice.below(6) {
            0 if !self.addresses.is_empty() => {
                let of = self.dice.below(self.addresses.len());
                address(&self.addresses[of])
            }
            1 => host("127.0.0.1", self.dice.pick(&["65536", "-1"])),
            _ if family == "AF_INET" => host("127.0.0.1", "0"),
            _ => host(self.dice.pick(&["::1", "::ffff:127.0.0.1"]), "0"),
        };
        let mut named = Vec::new();
        if family == "AF_INET6" || self.dice.one_in(4) {
            named.push(("family", plain(family)));
        }
        if self.dice.one_in(2) {
            named.push(("backlog", calls::service(self.dice.pick(&["-1", "0", "1", "none", "4294967296"]))));
        }
        for (name, likely) in [("reuse_port", 2), ("dualstack_ipv6", if family == "AF_INET6" { 2 } else { 8 })] {
            if self.dice.one_in(likely) {
                named.push((name, on(self.dice.one_in(2))));
            }
        }
        self.push([calls::server(&s, &at, &named)]);
        let asked = [("SOL_SOCKET", "SO_REUSEPORT"), ("SOL_SOCKET", "SO_REUSEADDR"), ("IPPROTO_IPV6", "IPV6_V6ONLY")];
        let calls = asked.map(|(level, option)| calls::getsockopt(&self.name('r'), &s, level, option, None));
        self.push(calls);
        self.push([calls::name(&a, "getsockname", &s)]);
        self.add(&s, (family, TCP));
        let (c, conn, from) = (self.name('s'), self.name('s'), self.name('a'));
        self.push([calls::socket(&c, family, TCP)]);
        self.push([calls::connect(&c, &address(&a))]);
        self.push([calls::accept(&conn, &from, &s)]);
        self.add(&c, (family, TCP));
        self.add(&conn, (family, TCP));
        self.addresses.extend([a, from]);
    }

    /// What the resolver says of numbers and of what is none.
    pub fn resolve(&mut self) {
        let r = self.name('r');
        let given = text(self.dice.pick(&HOSTS));
        let family = plain(self.dice.pick(&FAMILIES));
        let raw = self.dice.pick(&[
            "",
            "\\x7f\\x00\\x00\\x01",
            "1234",
            "12345",
            "1234567890123456",
            "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xff\\xff\\x7f\\x00\\x00\\x01",
        ]);
        let call = match self.dice.below(8) {
            0 => calls::asked(&r, "inet_aton", &[given]),
            1 => calls::asked(&r, "inet_ntoa", &[bytes(raw)]),
            2 => calls::asked(&r, "inet_pton", &[family, given]),
            3 => calls::asked(&r, "inet_ntop", &[family, bytes(raw)]),
            4 => {
                let call = self.dice.pick(&["htons", "ntohs", "htonl", "ntohl"]);
                let number = self.dice.pick(&["0", "1", "255", "65535", "65536", "4294967295", "4294967296", "-1"]);
                calls::asked(&r, call, &[plain(number)])
            }
            5 => {
                let of = ["127.0.0.1", "127.0.0.1", "::1", "::ffff:127.0.0.1"];
                let at = host(self.dice.pick(&of), self.dice.pick(&["80", "80", "80", "0", "65535", "65536", "-1"]));
                let more = self.dice.pick(&[
                    "0",
                    "NI_NUMERICSERV",
                    "NI_NUMERICSERV",
                    "NI_NUMERICSERV",
                    "NI_DGRAM",
                    "NI_NAMEREQD",
                    "1024",
                ]);
                let names = ['r', 'r'].map(|letter| self.name(letter));
                calls::names(names.each_ref().map(String::as_str), &at, &format!("NI_NUMERICHOST|{more}"))
            }
            _ => {
                let service = self.dice.pick(&SERVICES);
                let service = calls::service(service);
                let kind = plain(self.dice.pick(&["0", "SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "99"]));
                let protocol = plain(self.dice.pick(&["0", "0", "IPPROTO_TCP", "IPPROTO_UDP", "99"]));
                let more =
                    self.dice.pick(&["0", "0", "AI_PASSIVE", "AI_CANONNAME", "AI_NUMERICSERV", "AI_V4MAPPED", "65536"]);
                let flags = plain(format!("AI_NUMERICHOST|{more}"));
                calls::asked(&r, "getaddrinfo", &[given, service, family, kind, protocol, flags])
            }
        };
        self.push([call]);
    }

    /// Values that are wrong, or at the edge.
    pub fn wrong(&mut self, s: &Socket) {
        let r = self.name('r');
        // In Python 3.11 a call that waits meanwhile may go round for ever.
        let from = usize::from(self.is_waited_on(s));
        let calls = match from + self.dice.below(6 - from) {
            0 => {
                let limit = self.dice.pick(&["1e300", "1e10", "1e9", "-1e-9", "9223372036.9"]);
                vec![
                    calls::settimeout(&s.name, &plain(limit)),
                    calls::ask(&r, "gettimeout", &s.name),
                    calls::settimeout(&s.name, &plain(BRIEF)),
                ]
            }
            1 => {
                let option = options::any(&mut self.dice, s.family);
                let raw = [
                    "\\x01",
                    "\\x01\\x00",
                    "\\x01\\x00\\x00\\x00",
                    "\\x01\\x00\\x00\\x00\\x00",
                    "\\xff\\xff\\xff\\xff",
                ];
                let raw = bytes(self.dice.pick(&raw));
                let asked = calls::getsockopt(&r, &s.name, option.level, option.name, None);
                vec![calls::setsockopt(&s.name, option.level, option.name, &raw), asked]
            }
            2 => {
                let level = self.dice.pick(&["0", "1", "6", "17", "41", "255", "270", "999", "-1"]);
                let option = self.dice.pick(&["0", "999", "65535", "2147483647", "-1"]);
                let asked = calls::getsockopt(&r, &s.name, level, option, Some(self.dice.pick(&[0, 1, 4])));
                vec![calls::setsockopt(&s.name, level, option, &plain(1)), asked]
            }
            3 => {
                let family = self.dice.pick(&["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "0", "99"]);
                let kind = self.dice.pick(&[TCP, UDP, "SOCK_RAW", "0", "9", "99"]);
                let protocol = self.dice.pick(&["0", "1", "6", "17", "136", "255", "256", "2147483647"]);
                vec![calls::socket_of(&r, family, kind, protocol), calls::close(&r)]
            }
            4 => {
                let (family, kind) =
                    (self.dice.pick(&["AF_INET", "AF_UNIX", "99"]), self.dice.pick(&[TCP, "SOCK_RAW", "99"]));
                let other = self.name('s');
                vec![calls::pair(&r, &other, family, kind), calls::close(&r), calls::close(&other)]
            }
            _ => {
                let flags = self.dice.pick(&["1073741824", "2147483647", "4096", "256", "-1"]);
                let receives = self.dice.one_in(2);
                let call = if receives {
                    calls::recv(&r, &s.name, 5, flags)
                } else {
                    calls::send(&r, &s.name, &bytes("x"), flags)
                };
                vec![call]
            }
        };
        self.push(calls);
    }
}
