//! Every call's example stands alone: it runs from a fresh start, in an empty folder, as it can be pasted at a prompt.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Folder, command};
use sockpit::command::all;

#[test]
fn every_example_runs() {
    let mut wrong = Vec::new();
    for call in all() {
        let folder = Folder::new();
        let args = ["--timeout", "10", "-c", call.example];
        let run = common::Run::from(command(&args).current_dir(folder.path()).output().unwrap());
        if run.status != 0 {
            wrong.push(format!("{} ({}):\n{}\n{}", call.name, run.status, call.example, run.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_uses_its_call() {
    for call in all() {
        let named = |word: &str| word == call.name || call.aliases.contains(&word);
        assert!(call.example.split_whitespace().any(named), "the example of {} never calls it", call.name);
    }
}
