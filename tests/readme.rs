//! The README is true: its session is run again, its commands are those of the project.

use std::sync::Mutex;

use crate::common::terminal::Terminal;
use crate::common::{Folder, run};
use sockpit::help::program;

tests![
    the_sessions_shown_are_what_a_run_shows,
    the_first_minutes_are_a_real_session,
    the_lines_of_the_language_are_lines_of_the_language,
    its_commands_and_scripts_exist,
    its_usage_and_reference_are_the_programs,
];

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
    out += rest;
    // How long ago something was depends on the typist.
    for seconds in 1..30 {
        out = out.replace(&format!(", {seconds} s ago"), "");
    }
    out
}

/// Write another text in the place of one in the README.
fn rewrite(old: &str, new: &str) {
    static WRITING: Mutex<()> = Mutex::new(());
    let _alone = WRITING.lock().unwrap();
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"), readme().replacen(old, new, 1)).unwrap();
}

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

/// What stands before the line that is typed at a prompt, and the line.
fn typed(line: &str) -> Option<(&str, &str)> {
    let at = line.find("sockpit> ").filter(|at| *at == 0 || line.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(line.split_at(at + "sockpit> ".len()))
}

/// Each session of the README that begins with `$ sockpit` is typed into a real terminal; the screen must be the README's.
fn the_first_minutes_are_a_real_session() {
    let sessions = blocks("console");
    assert!(sessions.len() >= 2);
    for session in sessions {
        let (command, shown) = session.split_once('\n').unwrap();
        let args: Vec<&str> = command.strip_prefix("$ sockpit").unwrap().split_whitespace().collect();
        let lines: Vec<&str> = shown.lines().collect();
        let screen = on_a_terminal(&args, &lines);
        if std::env::var_os("BLESS").is_some() {
            let new = format!("```console\n{command}\n{screen}\n```");
            rewrite(&format!("```console\n{session}```"), &new);
        } else {
            let message = "the session in README.md is not what a terminal shows: BLESS=1 cargo test readme::";
            assert_eq!(canonical(shown.trim_end()), canonical(&screen), "{message}");
        }
    }
}

/// Type the lines that stand behind a prompt, each when the lines before it are there; gives what the screen shows
/// between the first of the lines and the last prompt.
fn on_a_terminal(args: &[&str], lines: &[&str]) -> String {
    let mut t = Terminal::with(300, 120, args, Folder::new(), |c| {
        c.env("NO_COLOR", "1").current_dir(env!("CARGO_MANIFEST_DIR"));
    });
    let mut count = 0;
    for (i, line) in lines.iter().enumerate() {
        let Some((prompt, wanted)) = typed(line) else { continue };
        // What is announced above the line comes when it comes.
        let announced = i.checked_sub(1).map_or("", |before| lines[before]);
        let announced = if announced.starts_with("# ") { announced } else { "" };
        t.until(line, |s| {
            let (before, last) = s.trim_end().rsplit_once('\n').unwrap_or(("", s.trim_end()));
            last.starts_with(prompt.trim_end()) && prompts(s) > count && before.ends_with(announced)
        });
        count += 1;
        t.wait_for("the editor", |t| !t.is_cooked());
        let text = t.text();
        let given = text.trim_end().lines().last().and_then(|l| l.strip_prefix(prompt)).unwrap_or("");
        if given != wanted {
            // Nothing is there, or another line, which makes room.
            t.keys(if given.is_empty() { "" } else { "\x15" });
            t.keys(wanted);
        }
        t.keys("\r");
    }
    t.until("the last prompt", |s| {
        prompts(s) > count && s.trim_end().lines().last().is_some_and(|l| typed(&format!("{l} ")).is_some())
    });
    t.wait_for("the editor", |t| !t.is_cooked());
    let screen = t.text();
    let from = screen.find(lines[0]).unwrap_or(0);
    let end = screen.trim_end().rfind('\n').unwrap_or(0);
    screen[from..end].lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// How many prompts a screen shows.
fn prompts(screen: &str) -> usize {
    screen.lines().filter(|l| typed(&format!("{l} ")).is_some()).count()
}

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
    let begin = format!("<!-- {name}: BLESS=1 cargo test readme:: writes this part -->\n");
    let (_, rest) = text.split_once(&begin).unwrap();
    let (there, _) = rest.split_once(&format!("<!-- end of {name} -->")).unwrap();
    if std::env::var_os("BLESS").is_some() {
        rewrite(there, made);
    } else {
        assert_eq!(there, made, "the {name} in README.md is stale: BLESS=1 cargo test readme:: writes it anew");
    }
}

fn its_usage_and_reference_are_the_programs() {
    generated("usage", &format!("```text\n{}\n```\n", program::usage()));
    let steps: String = program::STEPS.iter().map(|(word, about)| format!("{word:19} {about}\n")).collect();
    generated("steps", &format!("```text\n{steps}```\n"));
    generated("reference", &sockpit::help::reference());
}
