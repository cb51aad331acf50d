//! A transcript of any session holds in a second run of it, and any change of what it shows is found.
//!
//! Sessions are made at random from lines that people type. SESSIONS=5000 tries that many instead of a few.

use std::fmt::Write as _;
use std::time::Duration;

use crate::common::Folder;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use sockpit::front::{
    replay::{How, take_down},
    transcript::written,
};
use sockpit::render::compare::{Comparison, Line, groups, misnamed, typed_lines};
use sockpit::render::transcript::{Entry, LinePart, parts, read};

tests![; alone
    a_session_holds_in_a_second_run_and_any_change_is_found,
];

/// Makes a session's lines from bytes: each choice takes one; with none left it ends.
struct Maker<'a> {
    bytes: std::slice::Iter<'a, u8>,
    out: String,
    /// Names in use: sockets that are connected, in pairs; numbers and texts; everything with an address.
    pairs: Vec<(String, String)>,
    values: Vec<String>,
    /// Names of times, which are shown but never sent: how long they are when written differs from run to run.
    times: Vec<String>,
    count: usize,
    folder: &'a str,
}

const ODD: &[&str] = &[
    "hello",
    "中文 欢迎",
    "{port:1}",
    "{fd:2}",
    "{*}",
    "{host}",
    "\\\\{port:1}",
    "...",
    "sockpit> x",
    "    ...> y",
    "\\\\",
    "\\x1b[31m",
    "a\\r\\n",
    "\\0\\x01",
    "# no comment",
    "b\\\"q",
    "fd 7",
    ", fd 3>",
    "x pid 12",
    "127.0.0.1:40112",
    "[::1]:50000",
    "@0a1b2",
    " 40112 ",
    "accept: EAGAIN: no",
    " ",
    "a ",
    "\\u{200b}\\u{202e}",
    "{prot:1}",
    "\\n...\\n",
    "12 s ago",
    "ok",
    "task-3",
];

#[allow(clippy::many_single_char_names)]
impl Maker<'_> {
    fn pick(&mut self, n: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % n
    }

    fn name(&mut self, letter: char) -> String {
        self.count += 1;
        format!("{letter}{}", self.count)
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}");
    }

    fn odd(&mut self) -> &'static str {
        ODD[self.pick(ODD.len())]
    }

    fn number(&mut self) -> i64 {
        let (a, b) = (self.pick(256) as i64, self.pick(256) as i64);
        // A third are where ports are, a third where descriptors are.
        [a * 256 + b, 32768 + (a * 256 + b) % 28232, a % 20][self.pick(3)]
    }

    fn value(&mut self) -> String {
        if self.values.is_empty() {
            return "nothing".into();
        }
        let n = self.values.len();
        let at = self.pick(n);
        self.values[at].clone()
    }

    fn pair(&mut self) -> (String, String) {
        if self.pairs.is_empty() {
            let (a, b) = (self.name('p'), self.name('p'));
            let kind = ["", " unix dgram", " unix seqpacket"][self.pick(3)];
            self.line(&format!("{a}, {b} = socketpair{kind}"));
            self.pairs.push((a, b));
        }
        let n = self.pairs.len();
        let at = self.pick(n);
        self.pairs[at].clone()
    }

    fn tcp(&mut self) {
        let (l, w, c, k, a) = (self.name('l'), self.name('w'), self.name('c'), self.name('k'), self.name('a'));
        if self.pick(2) == 0 {
            let at = ["127.0.0.1:0", "[::1]:0 AF_INET6", "127.0.0.2:0"][self.pick(3)];
            self.line(&format!("{l} = create_server {at}"));
        } else {
            self.line(&format!("{l} = socket\nbind {l} 127.0.0.1:0\nlisten {l} {}", self.count % 9));
        }
        self.line(&format!("{w} = getsockname {l}"));
        match self.pick(3) {
            0 => self.line(&format!("{c} = create_connection ${w}\n{k}, {a} = accept {l}")),
            1 => self.line(&format!("{k}, {a} = accept {l} &\n{c} = create_connection ${w}\nwait 1\njobs")),
            _ => {
                self.line(&format!(
                    "{c} = socket\n{k}, {a} = accept {l} &\nconnect {c} ${w}\nsleep 0.002\ngetpeername {c}"
                ));
            }
        }
        self.pairs.push((c, k));
        self.values.extend([w, a]);
    }

    fn udp(&mut self) {
        let (u, v, w, d, a) = (self.name('u'), self.name('v'), self.name('w'), self.name('d'), self.name('a'));
        self.line(&format!("{u} = socket udp\nbind {u} 127.0.0.1:0\n{w} = getsockname {u}\n{v} = socket udp"));
        let text = self.odd();
        self.line(&format!(
            "sendto {v} \"{text}\" ${w}\n{d}, {a} = recvfrom {u} 2000\nsettimeout {u} 0.01\nrecv {u} 5"
        ));
        self.values.extend([w, d, a]);
    }

    fn unix(&mut self) {
        let (s, w, t) = (self.name('s'), self.name('w'), self.name('t'));
        let kind = ["dgram", "stream"][self.pick(2)];
        match self.pick(3) {
            0 => self.line(&format!("{s} = socket unix {kind}\nbind {s} @\n{w} = getsockname {s}")),
            1 => self
                .line(&format!("{s} = socket unix {kind}\nbind {s} @sp-{}\n{w} = getsockname {s}", std::process::id())),
            _ => {
                let path = format!("{}/{s}", self.folder);
                self.line(&format!(
                    "{s} = socket unix {kind}\nbind {s} {path}\n{w} = getsockname {s}\nbind {s} {path}"
                ));
            }
        }
        self.line(&format!("{t} = socket unix dgram\nconnect {t} ${w}\nlisten {s}\nsend {t} hi"));
        self.values.extend([w, s]);
    }

    fn traffic(&mut self) {
        let (a, b) = self.pair();
        let (n, d, text, number) = (self.name('n'), self.name('d'), self.odd(), self.number());
        let inserted = self.value();
        match self.pick(8) {
            0 => self.line(&format!("{n} = send {a} \"{text}\"\n{d} = recv {b} 100")),
            1 => self.line(&format!("{n} = send {a} \"x${{{inserted}}}y\"\n{d} = recv {b} 300")),
            2 => {
                let size = self.number() % 60000 + 1;
                self.line(&format!("let {d} = \"z\" * {size}\n{n} = send {a} ${d}\nrecv {b} {size} MSG_WAITALL"));
            }
            3 => self.line(&format!("{d} = fileno {a}\n{n} = fileno {b}\nprint \"${d} and ${{{n}}}x of {number}\"")),
            // The other end's ACK of a FIN may come at once or 40 ms later.
            4 => self.line(&format!("shutdown {a} wr\n{d} = recv {b} 10\nstate {a} FIN_WAIT2 1\nsend {a} more")),
            5 => self.line(&format!("close {b}\nsend {a} {n}\nrecv {b} 1\nlet {d} = 1\n{n} = 5\ngetpeername {a}")),
            6 => self.line(&format!("{n} = dup {a}\nsend {n} \"{text}\"\n{d} = recv {b} 99\nclose {n}")),
            _ => self.line(&format!(
                "setsockopt {a} SO_RCVBUF {}\n{d} = getsockopt {a} SO_RCVBUF\n{n} = getsockopt {b} SO_TYPE",
                self.count
            )),
        }
        self.values.extend([n, d]);
    }

    fn words(&mut self) {
        let (v, n, text, number) = (self.value(), self.name('n'), self.odd(), self.number());
        let v = if self.pick(4) == 0 { self.times.last().cloned().unwrap_or(v) } else { v };
        let kind = self.pick(12);
        match kind {
            0 => self.line(&format!("print \"{text}\"")),
            1 => self.line(&format!("print \"{text}${{{v}}}{text}\" ${v}")),
            2 => self.line(&format!("let {n} = {number} + {}", self.count)),
            3 => self.line(&format!("let {n} = ${v}")),
            4 => self.line(&format!("{n} = str ${v}")),
            5 => self.line(&format!("{n} = list ${v} {number} \"{text}\"")),
            6 => self.line(&format!(
                "{n} = now\nsleep 0.001\nlet d = $then - ${n}\nlet e = ${n} + 0.5\nprint \"at ${n}, $e.\""
            )),
            7 => self.line(&format!("{n} = gethostname\nprint \"${n}.example x$v\"")),
            8 => self.line(&format!("{n} = getpid\nprint \"pid ${n} (${n})\"\nlet x = ${n} == {number}")),
            9 => self.line(&format!("{n} = dumps a=${v} b=\"{text}\"")),
            10 => self.line(&format!("assert ${v} == {number}\nlet {n} = ${v} == \"{text}\"")),
            _ => self.line(&format!("h, {n} = getsockname ${v}\nlet m = ${n} + 1\nprint \"${n}{number}\" ${n}")),
        }
        if kind == 6 || self.times.contains(&v) { self.times.push(n) } else { self.values.push(n) }
    }

    fn block(&mut self) {
        let (v, n, f, text) = (self.value(), self.name('n'), self.name('f'), self.odd());
        let (a, b) = self.pair();
        match self.pick(8) {
            0 => self.line(&format!("repeat 2\n  send {a} \"{text}\"\n  {n} = recv {b} 50\nend")),
            1 => self.line(&format!("try\n  {n} = recv {a} 5 MSG_DONTWAIT\nexcept EAGAIN as e\n  print \"$e {text}\"\nfinally\n  print $nothing\nend")),
            2 => self.line(&format!("def {f} x\n  print \"in $x {text}\"\n  sleep 0.001\n  return $x\nend\n{n} = {f} ${v}\nt{f} = spawn {f} ${v}\nspawn {f} 5\njoin t{f}")),
            3 => self.line(&format!("for i in 1 2 \"{text}\"\n  if $i == 2\n    let {n} = $i\n  else\n    getsockname {a}\n  end\nend")),
            4 => self.line(&format!("q{n} = queue\nput q{n} ${v}\n{n} = get q{n}\nexpect Empty get_nowait q{n}\nm{n} = lock\nacquire m{n}\nlocked m{n}")),
            5 => self.line(&format!("{n} = recv {b} 100 &\nsend {a} \"{text}\"\nwait 1\njobs\ncancel 1")),
            6 => self.line(&format!("{f} = open {}/{f} w\nwrite {f} \"{text}\\n\"\nclose {f}\n{n} = open {}/{f}\nreadline {n}\nclose {n}\nexists {}/{f}", self.folder, self.folder, self.folder)),
            _ => self.line(&format!("def {f}\n  try\n    recv {a} 10\n  except timeout\n    {n} = fileno {b}\n    print \"late $n\"\n  end\nend\nspawn {f}\nsettimeout {a} 0.003\nspawn {f}\nsleep 0.01")),
        }
        self.values.push(n);
    }

    fn mistake(&mut self) {
        let (v, (a, _), text) = (self.value(), self.pair(), self.odd());
        let line = match self.pick(12) {
            0 => format!("binde {a}"),
            1 => format!("recv {a}"),
            2 => format!("connect {a} ${v}"),
            3 => "connect nothing 127.0.0.1:1\nx = socket\nconnect x 127.0.0.1:1\nexpect ECONNREFUSED connect x 127.0.0.1:1".into(),
            4 => format!("expect EAGAIN getsockname {a}"),
            5 => format!("print \"unclosed {v}"),
            6 => format!("setsockopt {a} SO_NOTHING \"{text}\""),
            7 => "end\nelse\nwhile 0\nend".into(),
            8 => "sockets\nvars\ntasks\nhistory".into(),
            9 => format!("listen {a}\naccept {a}\nbind {a} 127.0.0.1:0"),
            10 => format!("sendto {a} \"{text}\" ${v}\nsettimeout {a} 0.001\nrecvfrom {a} 10"),
            _ => format!("socket\nsocketpair\nfileno {a}\nclose s1\ngetsockopt {a} SO_ERROR\nx = detach {a}\nx = socket fileno=$x"),
        };
        self.line(&line);
    }
}

fn session(bytes: &[u8], folder: &str) -> Vec<String> {
    let mut maker = Maker {
        bytes: bytes.iter(),
        out: String::new(),
        pairs: Vec::new(),
        values: Vec::new(),
        times: Vec::new(),
        count: 0,
        folder,
    };
    // No wait is for ever.
    maker.line("setdefaulttimeout 0.05\nthen = now");
    while maker.bytes.len() > 0 {
        match maker.pick(8) {
            0 => maker.tcp(),
            1 => maker.udp(),
            2 => maker.unix(),
            3 | 4 => maker.traffic(),
            5 => maker.words(),
            6 => maker.block(),
            _ => maker.mistake(),
        }
    }
    maker.out.lines().map(str::to_string).collect()
}

/// Run it in an empty folder.
fn run(lines: &[String], folder: &str) -> Vec<Entry<Line>> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).unwrap();
    take_down(lines, &[], &How::Again, Some(Duration::from_secs(20))).entries
}

/// What is wrong with a transcript, beside a run of it.
fn wrong(text: &str, run: &[Entry<Line>]) -> Option<String> {
    let wanted = groups(read(text), 1);
    if let Some((line, message)) = misnamed(&wanted) {
        return Some(format!("{line}: {message}"));
    }
    let comparison = Comparison::new(wanted, run.to_vec());
    let twins: String = comparison.twins().iter().map(|twin| format!("{twin}\n")).collect();
    (comparison.differing() > 0 || !twins.is_empty()).then(|| comparison.diff() + &twins)
}

/// A text with one change of one of its shown lines, and whether it is one that must be found.
fn changed(text: &str, bytes: &[u8]) -> Option<(String, String)> {
    let at = |i: usize, n: usize| (usize::from(bytes[i]) * 256 + usize::from(bytes[i + 1])) % n;
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let shown: Vec<usize> =
        (0..lines.len()).filter(|i| matches!(read(&lines[*i]).first(), Some(Entry::Shown(_)) | None)).collect();
    if shown.is_empty() {
        return None;
    }
    let line = shown[at(0, shown.len())];
    let old = lines[line].clone();
    let mut chars: Vec<char> = old.chars().collect();
    let c = ['7', 'x', ' ', '{', '\\', '中', '1', '}'][at(4, 8)];
    let place = at(2, chars.len() + 1);
    match bytes[6] % 5 {
        0 if place < chars.len() && chars[place] != c => chars[place] = c,
        1 if place < chars.len() => drop(chars.remove(place)),
        2 => chars.insert(place, c),
        3 => lines.insert(line, old.clone()),
        _ => drop(lines.remove(line)),
    }
    let new: String = chars.into_iter().collect();
    if bytes[6] % 5 < 3 {
        // Another program, or a wildcard, is not a change of what it shows.
        let wild = new == "..." || parts(&new).iter().any(|(p, _)| *p == LinePart::Rest);
        if new == old || wild || !matches!(read(&new).first(), Some(Entry::Shown(_)) | None) {
            return None;
        }
        lines[line].clone_from(&new);
    }
    Some((lines.join("\n") + "\n", format!("line {}: {old:?} -> {new:?}", line + 1)))
}

/// A session's transcript and a second run that it holds in. The kernel may choose one port twice in a run, or one that
/// the lines contain; it does not do so three times.
fn twice(lines: &[String], folder: &str) -> Result<(String, Vec<Entry<Line>>), TestCaseError> {
    let mut difference = String::new();
    for _ in 0..3 {
        let text = written(run(lines, folder));
        let again = run(lines, folder);
        match wrong(&text, &again) {
            None => return Ok((text, again)),
            Some(found) if found.contains("{port:") => difference = format!("{text}\n{found}"),
            Some(found) => return Err(TestCaseError::fail(format!("{text}\n{found}"))),
        }
    }
    Err(TestCaseError::fail(difference))
}

fn a_session_holds_in_a_second_run_and_any_change_is_found() {
    // The same sessions each time, or with SESSIONS=N so many others.
    let asked = std::env::var("SESSIONS").ok().and_then(|n| n.parse().ok());
    let cases = asked.unwrap_or(60);
    let folder = Folder::new();
    let folder = folder.path().join("s").to_str().unwrap().to_string();
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::default() };
    let found = std::cell::Cell::new(0);
    let strategy = (prop::collection::vec(any::<u8>(), 5..120), prop::collection::vec(any::<[u8; 7]>(), 40));
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let done = runner.run(&strategy, |(bytes, changes)| {
        let lines = session(&bytes, &folder);
        let (text, again) = twice(&lines, &folder)?;
        prop_assert_eq!(typed_lines(&groups(read(&text), 1)), lines);
        for change in &changes {
            let Some((text, change)) = changed(&text, change) else { continue };
            prop_assert!(wrong(&text, &again).is_some(), "not found: {}\n{}", change, text);
            found.set(found.get() + 1);
        }
        Ok(())
    });
    if let Err(e) = done {
        panic!("{e}");
    }
    assert!(found.get() > cases * 10, "{} changes were found", found.get());
}
