//! A session that was typed at the prompt and saved holds when it is run again, with `trace on` from some line on or not.
//!
//! The lines are those of tests/sessions, whole sessions one after the other. SESSIONS=200 types that many instead of a few.

use std::cell::Cell;
use std::fs;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use sockpit::render::transcript::{Entry, is_interrupt, read};

use crate::common::terminal::Terminal;
use crate::common::{Folder, Run, command};
use crate::files;

tests![; alone
    what_was_typed_and_saved_holds,
];

/// A statement: its lines, and whether Ctrl-C ends it.
type Statement = (Vec<String>, bool);

/// The statements of a session, if a second run of them can show the same: a file that is left behind, what others on the
/// machine have, and how many of very many bytes the kernel takes at once are another thing.
fn statements(text: &str) -> Option<Vec<Statement>> {
    let mut found: Vec<Statement> = Vec::new();
    for entry in read(text.strip_prefix("# at the prompt\n").unwrap_or(text)) {
        match (entry, found.last_mut()) {
            (Entry::Typed(line), _) => found.push((vec![line], false)),
            (Entry::More(line), Some((lines, _))) => lines.push(line.trim().to_string()),
            (Entry::Shown(line), Some((_, interrupted))) => *interrupted |= is_interrupt(&line),
            _ => return None,
        }
    }
    let is_odd = |line: &String| {
        let many = line.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 5);
        let words = ["./", ".sock", "\t", "PORT_RANGE", "netstat"];
        many || words.iter().any(|w| line.contains(w)) || ["quit", "save", "exit"].iter().any(|w| line.starts_with(w))
    };
    (!found.iter().flat_map(|(lines, _)| lines).any(is_odd)).then_some(found)
}

/// Type statements at a prompt, save the session and run it again.
fn verified(session: &[Statement]) -> Run {
    let state = Folder::new();
    let place = Folder::new();
    let saved = place.path().join("saved");
    let mut t = Terminal::with(50, 400, &["-q"], state, |c| {
        c.current_dir(place.path());
    });
    t.ready();
    for (lines, interrupted) in session {
        for line in lines {
            let before = t.raw.len();
            t.keys(&format!("{line}\r"));
            if *interrupted {
                t.hear_after(before, "Ctrl-C gives up");
                t.keys("\x03");
            }
            // The editor asks for the next line.
            t.hear_after(before, "\x1b[?2004h");
        }
    }
    t.ready();
    let path = saved.with_extension("transcript");
    t.keys(&format!("save {}\r", path.display()));
    t.wait_for("the file", |_| path.exists());
    t.ready();
    t.keys("\x04");
    t.end();
    let elsewhere = Folder::new();
    Run::of(command(&["verify", path.to_str().unwrap()]).current_dir(elsewhere.path()))
}

fn what_was_typed_and_saved_holds() {
    let asked = std::env::var("SESSIONS").ok().and_then(|n| n.parse().ok());
    let sessions: Vec<Vec<Statement>> = files::under("tests/sessions", "transcript")
        .iter()
        .filter_map(|(_, path)| statements(&fs::read_to_string(path).unwrap()))
        .collect();
    assert!(sessions.len() > 100, "{} sessions", sessions.len());
    let config = ProptestConfig {
        cases: asked.unwrap_or(12),
        failure_persistence: None,
        max_shrink_iters: 0,
        ..ProptestConfig::default()
    };
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let traced = Cell::new(0);
    let done = runner.run(&(any::<[Index; 2]>(), any::<Index>(), any::<[bool; 2]>()), |(which, at, traces)| {
        let mut session: Vec<Statement> = which.iter().flat_map(|i| i.get(&sessions).clone()).collect();
        if traces != [false, false] {
            session.insert(at.index(session.len()), (vec!["trace on".into()], false));
            traced.set(traced.get() + 1);
        }
        let run = verified(&session);
        prop_assert!(run.status == 0, "{}{}", run.out, run.err);
        Ok(())
    });
    if let Err(e) = done {
        panic!("{e}");
    }
    assert!(traced.get() > 0);
}
