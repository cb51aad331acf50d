//! Every call's example stands alone: it runs from a fresh start, in an empty folder, as it can be pasted at a prompt.

use std::collections::BTreeSet;

use crate::common::{self, Folder, command};
use sockpit::command::all;
use sockpit::help::{HelpSubject, subjects};
use sockpit::value::page::{Page, PagePart};

tests![every_example_runs, every_example_of_help_runs, every_example_uses_its_call,];

/// Run an example; what went wrong, if anything did.
fn fails(name: &str, example: &str) -> Option<String> {
    let folder = Folder::new();
    let args = ["--timeout", "10", "-c", example];
    let run = common::Run::from(command(&args).current_dir(folder.path()).output().unwrap());
    (run.status != 0).then(|| format!("{name} ({}):\n{example}\n{}", run.status, run.err))
}

/// The example on a page.
fn example(page: &Page) -> Option<&str> {
    let at = page.0.iter().position(|part| *part == PagePart::Head("Example".into()))?;
    match page.0.get(at + 1) {
        Some(PagePart::Code(lines)) => Some(lines),
        _ => None,
    }
}

fn every_example_runs() {
    let wrong: Vec<_> = all().filter_map(|call| fails(call.name, call.example)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of options, constants, words, topics and errors, whoever runs them: what is for root says so in the example itself.
fn every_example_of_help_runs() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (name, subject) in subjects().filter(|(_, subject)| !matches!(subject, HelpSubject::Call(_))) {
        let page = subject.page();
        let lines = example(&page);
        if let HelpSubject::Option(_) = subject {
            let shown = lines.unwrap_or_default();
            assert!(shown.contains(name), "the example of {name} does not use it: {shown}");
        }
        wrong.extend(lines.filter(|lines| seen.insert((*lines).to_string())).and_then(|lines| fails(name, lines)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn every_example_uses_its_call() {
    for call in all() {
        let named = |word: &str| word == call.name || call.aliases.contains(&word);
        assert!(call.example.split_whitespace().any(named), "the example of {} never calls it", call.name);
    }
}
