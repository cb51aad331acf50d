//! Every lesson stepped through at a person's pace: it gives what it gives when it runs, in that order.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use sockpit::render::transcript::{Entry, read};

use crate::common::terminal::Terminal;
use crate::common::{Folder, Run, command};
use crate::files::{NO_HOSTS, lessons, shows};

tests![every_lesson_with_enter_at_a_third_of_a_second_a_line,];

/// How long a person looks at a line before Enter: it is what is tried here, and nothing is waited for with it.
const LOOK: Duration = Duration::from_millis(300);

/// Lessons whose processes race.
const RACES: [&str; 3] = ["42-process-lock.sock", "44-process-tickets.sock", "45-process-pool.sock"];

/// More lines than any lesson comes to.
const ENTERS_MAX: usize = 5_000;

/// All lessons side by side: their time is the pauses. A line that is looked at again, in a loop, is let go at once; with
/// STEP_ALL set it is looked at as long each time.
fn every_lesson_with_enter_at_a_third_of_a_second_a_line() {
    let lessons: Vec<PathBuf> = lessons()
        .into_iter()
        .map(|(_, path)| path)
        // Its raw socket hears every ICMP message of the machine, those of other trials among them: what it receives, and how
        // often, is not its own.
        .filter(|path| !path.ends_with("30-ping.sock"))
        // In these, several processes want one thing, and which is first the kernel chooses.
        .filter(|path| !RACES.iter().any(|race| path.ends_with(race)))
        .collect();
    assert!(lessons.len() >= 25, "{}", lessons.len());
    let all: Vec<_> = lessons.into_iter().map(|path| std::thread::spawn(move || compare(&path))).collect();
    let wrong: Vec<String> =
        all.into_iter().filter_map(|one| one.join().unwrap_or(Some("it panicked".into()))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A lesson run, and stepped through. Gives what differs.
fn compare(script: &Path) -> Option<String> {
    let folder = Folder::new();
    let args = ["--json", "--timeout", "100", script.to_str().unwrap(), "0", folder.path().to_str().unwrap()];
    let run = Run::of(&mut command(&args));
    if run.err.contains(NO_HOSTS) {
        return None;
    }
    let stepped = step(script, &folder);
    let (mut run, mut stepped) = (told(&run.out), told(&stepped));
    // Other processes go on while a line is looked at: what they give comes when they are ready, and what is printed of it is
    // the same.
    let many = run.events.len() > 1;
    if many {
        for events in run.events.values_mut().chain(stepped.events.values_mut()) {
            events.retain(|event| event.contains("event: printed"));
            events.sort();
        }
    }
    for (who, events) in &run.events {
        let others = stepped.events.get(who).map_or(&[][..], |others| others);
        let at = events.iter().zip(others).take_while(|(a, b)| a == b).count();
        // Of a process only what it is asked for is sure to have come.
        if at < events.len() && (who.is_empty() || at < others.len()) {
            let other = others.get(at).map_or("nothing", |other| other);
            return Some(format!("{}: {who}: event {at}: {}\nstepped through: {other}", script.display(), events[at]));
        }
    }
    let name = script.file_stem().unwrap().to_str().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/transcripts/{name}.transcript"));
    let all = read(&fs::read_to_string(path).unwrap());
    let mut shown = all.iter();
    let missing = stepped.printed.iter().find(|line| {
        let is_it = |entry: &Entry| matches!(entry, Entry::Shown(written) if shows(written, line));
        if many { !all.iter().any(is_it) } else { !shown.by_ref().any(is_it) }
    });
    missing.map(|line| format!("{}: not in its transcript, there: {line}", script.display()))
}

/// Step through a lesson on a terminal: Enter, a while after each prompt. Gives all that was written.
fn step(script: &Path, folder: &Folder) -> String {
    let lines: Vec<String> = fs::read_to_string(script).unwrap().lines().map(|l| l.trim().to_string()).collect();
    let args = ["--json", "step", script.to_str().unwrap(), "0", folder.path().to_str().unwrap()];
    let mut t = Terminal::with(24, 400, &args, Folder::new(), |c| {
        // The line is written whole, and edited by the terminal itself.
        c.env("TERM", "dumb");
    });
    let always = std::env::var_os("STEP_ALL").is_some();
    let mut seen = HashSet::new();
    let mut from = 0;
    // A line that fails stays the next one.
    for _ in 0..ENTERS_MAX {
        let asks = |raw: &[u8]| {
            let text = String::from_utf8_lossy(&raw[from..]);
            // What comes to sockets is told after the prompt.
            let (before, after) = text.rsplit_once("sockpit> ")?;
            let (before, after) = (before.rsplit('\n').next()?, after.split("{\"seq\"").next()?);
            match before.split(' ').next()?.parse::<usize>() {
                Ok(number) => (lines.get(number - 1)? == after).then_some(number),
                Err(_) => before.is_empty().then_some(0),
            }
        };
        t.until_written("a prompt", |raw| asks(raw).is_some());
        let number = asks(&t.raw).unwrap();
        if t.raw[from..].windows(21).any(|w| w == b"the program has ended") {
            t.keys("\x04");
            t.end();
            return String::from_utf8_lossy(&t.raw).into_owned();
        }
        if always || seen.insert(number) || number == 0 {
            std::thread::sleep(LOOK);
        }
        from = t.raw.len();
        t.keys("\n");
    }
    panic!("{} does not end:\n{}", script.display(), t.text());
}

/// What was told.
#[derive(Default)]
struct Told {
    /// The events of each process, each as a line.
    events: BTreeMap<String, Vec<String>>,
    /// What the first process printed.
    printed: Vec<String>,
}

/// What the events of a stepped program and of one that runs have in common. What the kernel chooses and what time it is are
/// left out, and so are lines and `let`, which only the one or the other shows.
fn told(out: &str) -> Told {
    let mut told = Told::default();
    // What comes while a line is asked for stands behind the prompt.
    let events = out.lines().filter_map(|line| line.find("{\"seq\"").map(|at| line[at..].trim()));
    for event in events.filter_map(|event| serde_json::from_str::<Value>(event).ok()) {
        let of = |key: &str| event[key].as_str().unwrap_or("");
        // Kernels send frames when they like, and again when nobody answers.
        if matches!(of("event"), "line" | "announced" | "frame") || of("call") == "let" {
            continue;
        }
        if of("event") == "printed" && of("process").is_empty() {
            let task = event["task"].as_str().map_or(String::new(), |task| format!("[{task}] "));
            told.printed.extend(of("text").lines().map(|line| format!("{task}{line}")));
        }
        told.events.entry(of("process").to_string()).or_default().push(steady("", &event));
    }
    told
}

/// A cause without the time that has gone by: `(5 s ago)`, `for 55 s more`.
fn undated(text: &str) -> String {
    let mut text = text.to_string();
    for (before, after) in [(" (", " ago)"), (" for ", " more")] {
        while let Some(end) = text.find(after) {
            let Some(start) = text[..end].rfind(before) else { break };
            text.replace_range(start..end + after.len(), "");
        }
    }
    text
}

/// A value without what differs from run to run.
fn steady(key: &str, value: &Value) -> String {
    match value {
        // How soon a lost segment is sent again decides what that is called; how many acknowledgments of others came before it
        // the kernel chooses.
        _ if matches!(key, "seq" | "t" | "time_left" | "pid" | "no" | "is") => String::new(),
        // The identification of a packet.
        Value::Object(map)
            if map.get("encoding").is_some_and(|e| e == "base64")
                || map.get("bytes").and_then(Value::as_str).is_some_and(|bytes| bytes.contains('\0')) =>
        {
            "bytes".into()
        }
        // Which frames were lost until TCP gave up is a matter of time.
        Value::Object(map) if map.get("name").is_some_and(|name| name == "ETIMEDOUT") => "ETIMEDOUT".into(),
        Value::Object(map) => map.iter().map(|(k, v)| format!("{k}: {}, ", steady(k, v))).collect(),
        Value::Array(list) => list.iter().map(|v| format!("{}, ", steady(key, v))).collect(),
        Value::Number(n) if n.is_f64() || n.as_i64().is_none_or(|n| n > 999) => "#".into(),
        // The kernel chooses the number of a process, which may be a small one.
        Value::String(text) if key == "process" && text.contains('/') => {
            format!("#/{}", text.split_once('/').unwrap().1)
        }
        // A folder of the run's own.
        Value::String(text) if text.contains("/sockpit-") => "a folder".into(),
        Value::String(text) => {
            let mut out = String::new();
            let text = if key == "cause" { undated(text) } else { text.clone() };
            let mut rest = text.as_str();
            while let Some(c) = rest.chars().next() {
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                let digits = &rest[..end];
                let varies = digits.len() > 3 || digits.contains('.') && digits.len() > 1;
                out.push_str(if varies { "#" } else { digits });
                rest = &rest[end..];
                if end == 0 {
                    out.push(c);
                    rest = &rest[c.len_utf8()..];
                }
            }
            out
        }
        other => other.to_string(),
    }
}
