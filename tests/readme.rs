//! The README is true: its session is run again, its commands are those of the project.
#![allow(clippy::unwrap_used)]

mod common;

use common::run;
use sockpit::help::program;

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

/// The blocks between fences of that kind.
fn blocks(kind: &str) -> Vec<String> {
    let text = readme();
    let fence = format!("```{kind}\n");
    text.split(&fence).skip(1).map(|b| b.split("```").next().unwrap().to_string()).collect()
}

/// What the kernel chooses, made alike: descriptors and ports, each by its first appearance.
fn canonical(text: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        let digits: String = rest[at..].chars().take_while(char::is_ascii_digit).collect();
        rest = &rest[at + digits.len()..];
        if out.ends_with("fd ") || (out.ends_with(':') && digits.len() > 3) {
            let number = seen.iter().position(|s| *s == digits).unwrap_or_else(|| {
                seen.push(digits.clone());
                seen.len() - 1
            });
            out.push_str(&format!("{{{number}}}"));
        } else {
            out.push_str(&digits);
        }
    }
    out + rest
}

#[test]
fn the_sessions_shown_are_what_a_run_shows() {
    let sessions: Vec<String> = blocks("text").into_iter().filter(|b| b.starts_with("sockpit> ")).collect();
    assert_eq!(sessions.len(), 2);
    for block in sessions {
        let lines: Vec<&str> = block.lines().filter_map(|l| l.strip_prefix("sockpit> ")).collect();
        let run = run(&["--timeout", "20", "-c", &lines.join("\n")]);
        assert_eq!(run.status, 0, "{}", run.err);
        assert_eq!(canonical(&run.out), canonical(&block));
    }
}

#[test]
fn the_lines_of_the_language_are_lines_of_the_language() {
    let block = blocks("text").into_iter().find(|b| b.starts_with("conn, addr")).unwrap();
    let prelude = "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\nc = create_connection $where\nsend c hello\ns = socket\n";
    let mut program = prelude.to_string();
    for line in block.lines() {
        let code = line.find("   ").map_or(line, |end| &line[..end]);
        // Nobody listens on the port of the example on this machine's side that is free for sure.
        program.push_str(&code.replace(":9  ", ":9").replace("connect s :9", "connect s 127.0.0.1:0"));
        program.push('\n');
        if code.ends_with('&') {
            program.push_str("wait 1\n");
        }
    }
    let run = run(&["-q", "--timeout", "20", "-c", &program]);
    assert_eq!(run.status, 0, "{program}\n{}", run.err);
    assert!(run.out.starts_with("got hello from 127.0.0.1:"), "{}", run.out);
}

#[test]
fn its_commands_and_scripts_exist() {
    let text = readme();
    for command in blocks("sh") {
        assert!(command.starts_with("cargo run --release -- scripts/01") || command == "cargo test\n", "{command}");
    }
    for word in text.split('`').filter(|w| {
        w.contains(".sock") && !w.contains('/') && w.len() < 40 && w.starts_with(|c: char| c.is_ascii_digit())
    }) {
        assert!(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts")).join(word).exists(), "{word}");
    }
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(text.contains(&name), "{name} is not in the README");
    }
}

/// The text between the marks of that name, which the program itself writes.
fn generated(name: &str, made: &str) {
    let text = readme();
    let begin = format!("<!-- {name}: BLESS=1 cargo test --test readme writes this part -->\n");
    let (before, rest) = text.split_once(&begin).unwrap();
    let (there, after) = rest.split_once(&format!("<!-- end of {name} -->")).unwrap();
    if std::env::var_os("BLESS").is_some() {
        let new = format!("{before}{begin}{made}<!-- end of {name} -->{after}");
        // Other tests read it meanwhile.
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
        let beside = format!("{path}.new");
        std::fs::write(&beside, new).unwrap();
        std::fs::rename(beside, path).unwrap();
    } else {
        assert_eq!(there, made, "the {name} in README.md is stale: BLESS=1 cargo test --test readme writes it anew");
    }
}

#[test]
fn its_usage_and_reference_are_the_programs() {
    generated("usage", &format!("```text\n{}\n```\n", program::usage()));
    let steps: String = program::STEPS.iter().map(|(word, about)| format!("{word:19} {about}\n")).collect();
    generated("steps", &format!("```text\n{steps}```\n"));
    generated("reference", &sockpit::help::reference());
}
