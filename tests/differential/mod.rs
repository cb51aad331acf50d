//! Random sequences of calls do in sockpit what they do in Python.
//!
//! A program is made of a seed, written as a script and in Python, and both are run at the same time. Where a call comes to
//! something else, the program is shrunk and shown in both languages. DIFFERENTIAL=20000 tries that many instead of 500,
//! DIFFERENTIAL_SEED=7 starts with that seed, and with it alone when DIFFERENTIAL is not set.

mod calls;
mod generate;
mod known;
mod moves;
mod options;
mod outcome;
mod program;
mod rare;
mod ready;
mod runs;
mod shrink;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::common::has;
use outcome::{Compared, Outcome, compare};
use program::{LONGER, Limits, Program, Step, USUAL, calls as all_calls, shown};
use runs::{Python, both};

tests![random_sequences_do_what_they_do_in_python, a_planted_fault_is_found, each_known_difference_is_written_down,];

/// Seeds that CI tries.
const FEW: u64 = 500;
/// Differences shown at most.
const SHOWN: usize = 8;
/// Most of a run is waiting.
const WORKERS: usize = 8;
/// What is different only by the machine being late is the same in one of so many runs.
const AGAIN: usize = 4;

/// A difference: which call, and what all came to in sockpit and in Python.
struct Differs {
    call: usize,
    outcomes: [Vec<Outcome>; 2],
}

impl Differs {
    /// What the call came to.
    fn outcomes(&self) -> [&Outcome; 2] {
        self.outcomes.each_ref().map(|all| &all[self.call])
    }
}

/// The first difference between both runs of a program.
fn differs(program: &[Step], python: &mut Python, limits: &Limits) -> Option<Differs> {
    let outcomes = both(program, python, limits);
    let call = compare(program, &outcomes[0], &outcomes[1]).differs?;
    Some(Differs { call, outcomes })
}

/// The same, if it is there in every run.
fn always_differs(program: &[Step], python: &mut Python) -> Option<Differs> {
    let first = differs(program, python, &LONGER)?;
    let same = |d: &Differs| d.call == first.call && d.outcomes()[0] == first.outcomes()[0];
    (1..AGAIN).all(|_| differs(program, python, &LONGER).is_some_and(|d| same(&d))).then_some(first)
}

/// A difference for people: the program that shows it, in both languages.
fn report(seed: u64, program: &Program, differs: &Differs) -> String {
    let call = all_calls(program).nth(differs.call).unwrap();
    let [here, there] = differs.outcomes();
    let script = shown(program, &differs.outcomes[1]).replace('\n', "\n        ");
    format!("seed {seed}: {}\n    sockpit: {here}\n    python:  {there}\n        {script}", call.sockpit)
}

/// What is told of a run.
#[derive(Default)]
struct Figures {
    programs: u64,
    calls: usize,
    known: BTreeMap<&'static str, usize>,
    reports: Vec<String>,
}

impl Figures {
    fn add(&mut self, compared: &Compared, report: Option<String>) {
        self.programs += 1;
        self.calls += compared.calls;
        for heading in &compared.known {
            *self.known.entry(heading).or_default() += 1;
        }
        self.reports.extend(report);
    }

    fn say(&self) {
        eprintln!("{} programs, {} calls, {} differ; known:", self.programs, self.calls, self.reports.len());
        for (heading, count) in &self.known {
            eprintln!("    {count:6} {heading}");
        }
    }
}

/// Compare the runs of that seed's program. One that shows a difference is made as small as it goes, and told of.
fn look(seed: u64, python: &mut Python) -> (Compared, Option<String>) {
    let program = generate::program(seed);
    let [here, there] = both(&program, python, &USUAL);
    let compared = compare(&program, &here, &there);
    let again = compared.differs.and_then(|_| always_differs(&program, python));
    let Some(first) = again else { return (compared, None) };
    // It may come to show at another call.
    let mut shows = |less: &Program| always_differs(less, python).is_some();
    let small = shrink::shrink(program.clone(), &mut shows);
    let report = match always_differs(&small, python) {
        Some(differs) => report(seed, &small, &differs),
        None => report(seed, &program, &first),
    };
    (compared, Some(report))
}

/// A word of Python with one that is wrong in its place, and what is shown of it.
const FAULTS: [((&str, &str), &str); 15] = [
    ((".shutdown(1)", ".shutdown(0)"), "shutdown"),
    (("MSG_PEEK", "0"), "MSG_PEEK"),
    (("\"EPOLLIN|EPOLLOUT|EPOLLRDHUP\"", "\"EPOLLIN\""), "epoll_wait"),
    (("\"IN|OUT\"", "\"IN\""), "poll"),
    (("{\"s1\": s1}, ", "{}, "), "select"),
    (("encoding=\"latin-1\"", "encoding=\"utf-8\""), "makefile"),
    (("reuse_port=True", "reuse_port=False"), "create_server"),
    (("\"::ffff:127.0.0.1\", 0", "\"::1\", 0"), "::ffff:127.0.0.1"),
    (("NI_NUMERICHOST|NI_NUMERICSERV", "NI_NUMERICHOST"), "getnameinfo"),
    (("inet_aton(", "inet_pton(AF_INET, "), "inet_aton"),
    ((", IPPROTO_UDPLITE)", ", 0)"), "UDPLITE"),
    (("socket(AF_NETLINK, ", "socket(AF_UNIX, "), "AF_NETLINK"),
    (("(\"lo\", ", "(\"nosuch0\", "), "packet:lo"),
    ((".setblocking(False)", ".gettimeout()"), "setblocking"),
    (("IP_TTL, struct.pack(", "IP_TOS, struct.pack("), "anc="),
];

/// Whether that seed's program has the word.
fn spoils((word, _): (&str, &str), seed: u64) -> bool {
    all_calls(&generate::program(seed)).any(|call| call.python.contains(word))
}

fn a_planted_fault_is_found() {
    if !has("python3") {
        return;
    }
    std::thread::scope(|scope| {
        for (fault, shows) in FAULTS {
            scope.spawn(move || {
                let mut python = Python::new(Some(fault), false);
                let report = (1..FEW).filter(|seed| spoils(fault, *seed)).find_map(|seed| look(seed, &mut python).1);
                let report = report.unwrap_or_else(|| panic!("{fault:?} is not found"));
                // The sockets, what is sent, the fault, and where it shows.
                let lines = report.lines().skip(3).filter(|line| line.contains(" # ")).count();
                let is_small = report.contains(shows) && lines <= 13;
                assert!(is_small, "{fault:?} was found, and not shrunk to what it needs:\n{report}");
            });
        }
    });
}

fn each_known_difference_is_written_down() {
    let text = std::fs::read_to_string("docs/differences.md").unwrap();
    for heading in known::KNOWN.iter().map(|known| known.heading).chain([known::TRIED_FIRST]) {
        let heading = format!("## {heading}");
        assert!(text.lines().any(|line| line == heading), "docs/differences.md has no {heading}");
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn random_sequences_do_what_they_do_in_python() {
    if !has("python3") {
        return;
    }
    let (first, asked) = (number("DIFFERENTIAL_SEED"), number("DIFFERENTIAL"));
    let count = asked.unwrap_or(if first.is_some() { 1 } else { FEW });
    let first = first.unwrap_or(1);
    // A long run goes on.
    let shown = if asked.is_some() { usize::MAX } else { SHOWN };
    let next = AtomicU64::new(first);
    let may = runs::may_be_nobody();
    let figures = Mutex::new(Figures::default());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                // What asks for a privilege is tried without it, too.
                let mut pythons = [false, may].map(|nobody| Python::new(None, nobody));
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count || figures.lock().unwrap().reports.len() >= shown {
                        return;
                    }
                    let (compared, report) = look(seed, &mut pythons[usize::from(seed.is_multiple_of(8))]);
                    if let (Some(report), Some(_)) = (&report, asked) {
                        eprintln!("{report}");
                    }
                    let mut figures = figures.lock().unwrap();
                    figures.add(&compared, report);
                    if asked.is_some() && figures.programs % 1000 == 0 {
                        figures.say();
                    }
                }
            });
        }
    });
    let figures = figures.into_inner().unwrap();
    if asked.is_some() {
        figures.say();
    }
    let reports = figures.reports;
    assert!(reports.is_empty(), "{} of {} programs differ:\n{}", reports.len(), figures.programs, reports.join("\n"));
}
