//! All tests of the program, in one binary: the files under `tests/facts`, `tests/sessions`, `tests/transcripts` and
//! `scripts`, each a test of its own, and what needs Rust: a terminal, a signal, a peer program, a property.
//!
//! `cargo test why::` runs those of one topic. A new file is a new test: a fact is a script whose first line is
//! `# NAME: what it shows`; a transcript is recorded (`sockpit record`), or typed with `# at the prompt` above it and written by
//! `sockpit verify --bless`, and then read. Who writes a test in Rust puts its name in the list at the top of its file: one
//! that stands in none does not compile.
#![deny(dead_code)]
// Nothing of a binary can be reached from elsewhere.
#![allow(unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use libtest_mimic::{Arguments, run};

#[macro_use]
mod trial;
mod common;
mod files;

mod chinese;
mod cli;
mod course;
mod differential;
mod drained;
mod editor;
mod events;
mod examples;
mod fence;
mod foreign;
mod gates;
mod grammar;
mod growth;
mod hostile;
mod hosts;
mod house;
mod interop;
mod language;
mod layout;
mod limits;
mod linux;
mod manual;
mod module;
mod newcomer;
mod paced;
mod processes;
mod prompt;
mod python;
mod random;
mod readme;
mod roundtrip;
mod servers;
mod services;
mod startup;
mod step;
mod tasks;
mod tidy;
mod trace;
mod transcripts;
mod typing;
mod values;
mod verify;
mod views;
mod watching;
mod why;
mod wire;
mod words;

fn main() {
    let mut args = Arguments::from_args();
    // Most of them wait most of the time.
    args.test_threads.get_or_insert(2 * std::thread::available_parallelism().map_or(1, usize::from));
    trial::keep_panics();
    // What takes longest comes first.
    let rust = [
        paced::trials(),
        gates::trials(),
        growth::trials(),
        limits::trials(),
        hostile::trials(),
        fence::trials(),
        differential::trials(),
        random::trials(),
        roundtrip::trials(),
        python::trials(),
        drained::trials(),
        editor::trials(),
        newcomer::trials(),
        chinese::trials(),
        course::trials(),
        step::trials(),
        transcripts::trials(),
        tasks::trials(),
        why::trials(),
        wire::trials(),
        processes::trials(),
        prompt::trials(),
        startup::trials(),
        watching::trials(),
        readme::trials(),
        verify::trials(),
        views::trials(),
        manual::trials(),
        module::trials(),
        interop::trials(),
        servers::trials(),
        services::trials(),
        cli::trials(),
        trace::trials(),
        typing::trials(),
        examples::trials(),
        foreign::trials(),
        events::trials(),
        grammar::trials(),
        language::trials(),
        layout::trials(),
        values::trials(),
        linux::trials(),
        tidy::trials(),
        words::trials(),
        hosts::trials(),
        house::trials(),
    ];
    let all = rust.into_iter().flatten().chain(files::trials()).collect();
    run(&args, all).exit();
}
