//! What must be told and tested: a `//!` on every file, help for every call, every call in a test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sockpit::command::{Command, Kind};
use sockpit::help::{topics, words};
use sockpit::value::Holds;

use crate::files::under;
use crate::house::{root, sources};

tests![
    unsafe_code_is_in_os_alone,
    every_file_says_what_it_is,
    no_test_is_left_out,
    no_two_commands_are_alike_and_each_is_complete,
    help_says_all_there_is_to_say_of_a_call,
    what_is_related_exists,
    a_call_is_named_in_its_own_file_alone,
    every_call_occurs_in_a_transcript_or_a_fact,
    every_error_that_a_fact_expects_of_a_call_is_told_by_its_help,
];

fn unsafe_code_is_in_os_alone() {
    for path in sources(&root().join("src")) {
        if path.starts_with(root().join("src/os")) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("allow(unsafe_code)"), "{}", path.display());
    }
}

/// A test is named in the list of its file, and `#[test]` would not be heard of.
fn no_test_is_left_out() {
    for path in sources(&root().join("tests")) {
        let marked = fs::read_to_string(&path).unwrap().lines().any(|line| line.trim() == "#[test]");
        assert!(!marked, "{}: a test stands in the list `tests!` of its file, without `#[test]`", path.display());
    }
}

fn every_file_says_what_it_is() {
    for path in sources(&root().join("src")).into_iter().chain(sources(&root().join("tests"))) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} has no //!", path.display());
    }
}

fn no_two_commands_are_alike_and_each_is_complete() {
    let mut names = BTreeMap::new();
    for command in sockpit::command::all() {
        for name in std::iter::once(&command.name).chain(command.aliases) {
            assert!(names.insert(*name, command.name).is_none(), "two commands are called {name}");
            assert!(sockpit::lang::is_name(name), "{name} is not a name");
            assert!(!sockpit::lang::KEYWORDS.contains(name), "{name} is a word of the language");
        }
        assert!(
            !command.summary.is_empty() && !command.example.is_empty(),
            "{} lacks its summary or example",
            command.name
        );
        let mut seen = BTreeSet::new();
        for error in command.errors {
            let what = format!("{}: {}", command.name, error.name);
            assert_eq!(
                sockpit::value::Name::parse(error.name).map(sockpit::value::Name::as_str),
                Some(error.name),
                "{what}"
            );
            assert!(seen.insert(error.name) || error.name == "Usage", "{what} twice");
            assert!(!error.cause.is_empty(), "{what} has no cause");
            assert!(error.lines().iter().all(|l| !l.ends_with('.') && !l.contains('\n')), "{what}: one line each");
        }
    }
    assert!(names.len() > 80);
}

fn help_says_all_there_is_to_say_of_a_call() {
    for command in sockpit::command::all() {
        let name = command.name;
        assert!(!command.related.is_empty(), "{name} has nothing related");
        let gives = !command.results.is_empty();
        assert_eq!(gives, !command.returns.is_empty(), "{name}: what does it return?");
        assert!(command.summary.len() < 140 && !command.summary.ends_with('.'), "{name}: its summary is one line");
        for param in command.params {
            let told =
                !param.about.is_empty() || !(param.kind.is_any() || matches!(param.kind, Kind::Text | Kind::Int));
            assert!(param.kind != Kind::Thing || !param.or.is_empty(), "{name}: what is {}?", param.name);
            assert!(told, "{name}: what does {} mean?", param.name);
        }
    }
}

fn what_is_related_exists() {
    let known: BTreeSet<&str> = sockpit::help::subjects().map(|(name, _)| name).collect();
    let calls = sockpit::command::all().map(|c| (c.name, c.related));
    for (name, related) in calls.chain(topics().map(|t| (t.names[0], t.related))) {
        let wrong = related.iter().find(|r| !known.contains(*r) || **r == name);
        assert_eq!(wrong, None, "{name}");
    }
    for word in sockpit::lang::KEYWORDS {
        assert!(words::LANGUAGE.iter().any(|t| t.names.contains(word)), "{word} has no page");
    }
}

/// Where a call's name stands for something else throughout: system calls as they are traced, topics of help.
const ASIDE: &[&str] = &["os", "help/words.rs"];

/// Words that are a call's name, too, and mean something else in that file.
const WORDS: &[(&str, &[&str])] = &[
    ("command/kernel.rs", &["state"]),
    ("command/entries.rs", &["sockets"]),
    ("explain/diagram.rs", &["close", "connect", "open"]),
    ("explain/snapshot.rs", &["socket", "state"]),
    ("explain/story.rs", &["now"]),
    ("front/course.rs", &["lessons"]),
    ("front/exercise.rs", &["list", "quit"]),
    ("front/history.rs", &["history"]),
    ("front/inputrc.rs", &["set"]),
    ("front/learn.rs", &["quit"]),
    // Names of Python and C.
    ("help/foreign/block.rs", &["close", "coroutine", "flush"]),
    ("help/foreign/c.rs", &["int", "len", "read", "signal", "write"]),
    ("help/foreign/call.rs", &["coroutine", "encode", "fileno", "len", "split"]),
    ("help/foreign/option.rs", &["pack"]),
    (
        "help/foreign/loops.rs",
        &["acquire", "close", "lock", "poll", "pool", "range", "readlines", "release", "semaphore", "shutdown"],
    ),
    ("help/foreign/parse.rs", &["yield"]),
    ("help/foreign/text.rs", &["str"]),
    ("help/foreign/value.rs", &["decode", "encode"]),
    ("help/foreign/writer.rs", &["send"]),
    ("front/options.rs", &["full", "help", "learn", "lessons", "write"]),
    ("front/screen.rs", &["learn"]),
    ("front/step.rs", &["list"]),
    ("front/watch.rs", &["wait"]),
    ("help/mod.rs", &["state"]),
    ("help/lessons.rs", &["wire"]),
    ("help/program.rs", &["quit"]),
    // Python's `errors`.
    ("value/codec/errors.rs", &["replace"]),
    ("help/examples.rs", &["socket"]),
    ("lang/foreign.rs", &["random", "select", "socket", "time"]),
    ("help/foreign/pattern.rs", &["signal"]),
    ("linux/layout.rs", &["int"]),
    ("render/json.rs", &["sockets"]),
    ("render/rules.rs", &["host", "pid", "random", "time"]),
    ("render/transcript.rs", &["host", "random"]),
    ("session/evaluate.rs", &["prompt"]),
    ("session/task.rs", &["coroutine"]),
    // What BPF's assembly and Python's documentation call things.
    ("value/bpf.rs", &["len", "queue"]),
    // A part of an address.
    ("value/pick.rs", &["host"]),
    ("value/special.rs", &["pid"]),
    ("world/epoll.rs", &["socket"]),
    ("world/host.rs", &["host", "wire"]),
    ("world/mplock.rs", &["mplock"]),
    ("world/mpqueue.rs", &["mpqueue"]),
    ("world/process.rs", &["pid"]),
    ("world/queue.rs", &["lifoqueue", "priorityqueue", "queue"]),
    ("world/sync.rs", &["clear", "set"]),
    ("wire/filter.rs", &["len"]),
    ("command/wire.rs", &["release", "time"]),
];

/// What stands before a parameter's or a column's name.
const NAMERS: &[&str] = &["req(", "opt(", "named(", "rest(", "some(", "plain(", "holds("];

/// The calls whose names stand as strings in a file, but where they name a parameter, a result, or what else to read.
fn named_in(text: &str) -> BTreeSet<&'static str> {
    let text = text.split("#[cfg(test)]").next().unwrap();
    let code = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut parts = code.split("related: &[");
    let rest = parts.next().into_iter().map(str::to_string);
    let code: String = rest.chain(parts.map(|part| part.split_once(']').unwrap().1.to_string())).collect();
    let other = |at: usize, word: &str| {
        let after = &code[at + word.len()..];
        // A key of a JSON object ends with a colon.
        NAMERS.iter().any(|namer| code[..at].ends_with(namer))
            || after.starts_with(", Holds::")
            || after.starts_with(':')
    };
    let stands = |name: &str| {
        let word = format!("\"{name}\"");
        code.match_indices(&word).any(|(at, _)| !other(at, &word))
    };
    let names = sockpit::command::all().flat_map(|c| std::iter::once(&c.name).chain(c.aliases));
    names.copied().filter(|name| stands(name)).collect()
}

fn a_call_is_named_in_its_own_file_alone() {
    let (mut homes, mut wrong) = (BTreeMap::new(), Vec::new());
    let mut aside: BTreeSet<&str> = ASIDE.iter().copied().collect();
    for path in sources(&root().join("src")) {
        let file = path.strip_prefix(root().join("src")).unwrap();
        let named = named_in(&fs::read_to_string(&path).unwrap());
        if let Some(set_aside) = ASIDE.iter().find(|a| file.starts_with(a)) {
            if !named.is_empty() {
                aside.remove(set_aside);
            }
            continue;
        }
        let (_, words) = WORDS.iter().find(|(of, _)| file == Path::new(of)).copied().unwrap_or_default();
        let file = file.display().to_string();
        wrong.extend(words.iter().filter(|w| !named.contains(*w)).map(|w| format!("{file} has no {w} any more")));
        for name in named.iter().filter(|name| !words.contains(name)) {
            match file.starts_with("command/").then(|| homes.insert(*name, file.clone())) {
                None => wrong.push(format!("{file} names {name}")),
                Some(other) => wrong.extend(other.map(|other| format!("{other} and {file} name {name}"))),
            }
        }
    }
    wrong.extend(aside.iter().map(|file| format!("{file} names no call any more")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a call stands at the start of a line, behind what may stand before it.
fn calls(line: &str, name: &str) -> bool {
    let line = line.trim_start().trim_start_matches("sockpit> ").trim_start_matches("...> ").trim_start();
    let call = line.split_once(" = ").map_or(line, |(_, call)| call);
    let call = call.strip_prefix("expect ").and_then(|rest| rest.split_once(' ')).map_or(call, |(_, call)| call);
    call.split_whitespace().next() == Some(name)
}

fn every_call_occurs_in_a_transcript_or_a_fact() {
    let mut lines = Vec::new();
    for (folder, ending) in
        [("tests/transcripts", "transcript"), ("tests/sessions", "transcript"), ("tests/facts", "sock")]
    {
        for (_, path) in under(folder, ending) {
            let text = fs::read_to_string(path).unwrap();
            lines.extend(text.lines().map(str::to_string));
        }
    }
    let named = |c: &Command, line: &str| std::iter::once(&c.name).chain(c.aliases).any(|name| calls(line, name));
    let missing: Vec<_> =
        sockpit::command::all().filter(|c| !lines.iter().any(|line| named(c, line))).map(|c| c.name).collect();
    assert!(missing.is_empty(), "no transcript and no fact has {missing:?}");
}

fn every_error_that_a_fact_expects_of_a_call_is_told_by_its_help() {
    let mut missing = BTreeSet::new();
    for folder in ["tests/facts", "scripts"] {
        for (_, path) in under(folder, "sock") {
            let text = fs::read_to_string(path).unwrap();
            for line in text.lines() {
                let words: Vec<&str> = line.split_whitespace().collect();
                let Some(at) = words.iter().position(|w| *w == "expect") else { continue };
                let [error, call, ..] = words[at + 1..] else { continue };
                let Some(command) = sockpit::command::find(call) else { continue };
                let error = sockpit::value::Name::parse(error).map_or(error, |name| name.as_str());
                // What every call may meet, and what is another call's.
                if command.gives(Holds::Another)
                    || ["Usage", "Unbound"].contains(&error)
                    || text.contains("fails otherwise")
                {
                    continue;
                }
                if command.error(error).is_none() {
                    missing.insert(format!("{} {error}", command.name));
                }
            }
        }
    }
    assert!(missing.is_empty(), "help does not tell: {missing:#?}");
}
