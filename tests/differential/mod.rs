//! Random sequences of calls do in sockpit what they do in Python.
//!
//! A program is made of a seed, written as a script and in Python, and both are run at the same time. Where a call comes to
//! something else, the program is shrunk and shown in both languages. DIFFERENTIAL=20000 tries that many instead of 500,
//! DIFFERENTIAL_SEED=7 starts with that seed, and with it alone when DIFFERENTIAL is not set.

mod calls;
mod generate;
mod known;
mod options;
mod outcome;
mod program;
mod runs;
mod shrink;

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::common::has;
use outcome::{Outcome, difference};
use program::{Program, Step, calls as all_calls};
use runs::{Python, both};

tests![random_sequences_do_what_they_do_in_python, each_known_difference_is_written_down,];

/// Seeds that CI tries.
const FEW: u64 = 500;
/// Differences shown at most.
const SHOWN: usize = 8;
/// Most of a run is waiting.
const WORKERS: usize = 8;
/// What is different only by the machine being late is the same in one of so many runs.
const AGAIN: usize = 4;

/// A difference: which call, and what both came to.
struct Differs {
    call: usize,
    outcomes: [Outcome; 2],
}

/// The first difference between both runs of a program.
fn differs(program: &[Step], python: &mut Python) -> Option<Differs> {
    let [here, there] = both(program, python);
    let call = difference(all_calls(program), &here, &there)?;
    Some(Differs { call, outcomes: [here[call].clone(), there[call].clone()] })
}

/// The same, if it is there in every run.
fn always_differs(program: &[Step], python: &mut Python) -> Option<Differs> {
    let first = differs(program, python)?;
    let same = |d: &Differs| d.call == first.call && d.outcomes[0] == first.outcomes[0];
    (1..AGAIN).all(|_| differs(program, python).is_some_and(|d| same(&d))).then_some(first)
}

/// A difference for people: the program that shows it, in both languages.
fn report(seed: u64, program: &Program, differs: &Differs) -> String {
    let mut out = format!("seed {seed}: ");
    let call = all_calls(program).nth(differs.call).unwrap();
    let [here, there] = &differs.outcomes;
    let _ = writeln!(out, "{}\n    sockpit: {here}\n    python:  {there}", call.sockpit);
    for call in all_calls(program) {
        let gives = if call.gives.is_empty() { String::new() } else { call.gives.join(", ") + " = " };
        let _ = writeln!(out, "        {:60} # {gives}{}", call.line(), call.python);
    }
    out
}

/// A program of that seed that shows a difference, made as small as it goes.
fn found(seed: u64, python: &mut Python) -> Option<String> {
    let program = generate::program(seed);
    differs(&program, python)?;
    let first = always_differs(&program, python)?;
    let kind = |program: &[Step], d: &Differs| {
        let call = all_calls(program).nth(d.call).unwrap().sockpit.clone();
        (call, d.outcomes.clone().map(|o| matches!(o, Outcome::Failed(_))))
    };
    let wanted = kind(&program, &first);
    let small = shrink::shrink(program, &mut |less| differs(less, python).is_some_and(|d| kind(less, &d) == wanted));
    let differs = always_differs(&small, python).unwrap_or(first);
    Some(report(seed, &small, &differs))
}

fn each_known_difference_is_written_down() {
    let text = std::fs::read_to_string("docs/differences.md").unwrap();
    for known in known::KNOWN {
        let heading = format!("## {}", known.heading);
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
    let first = number("DIFFERENTIAL_SEED");
    let count = number("DIFFERENTIAL").unwrap_or(if first.is_some() { 1 } else { FEW });
    let first = first.unwrap_or(1);
    let next = AtomicU64::new(first);
    let reports = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let mut python = Python::new();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count || reports.lock().unwrap().len() >= SHOWN {
                        return;
                    }
                    if let Some(report) = found(seed, &mut python) {
                        reports.lock().unwrap().push(report);
                    }
                }
            });
        }
    });
    let reports = reports.into_inner().unwrap();
    assert!(reports.is_empty(), "{} of {count} programs differ:\n{}", reports.len(), reports.join("\n"));
}
