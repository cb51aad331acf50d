//! README.md, REFERENCE.md and docs/ are true: their sessions and commands are run, their names exist, and the reference
//! is what help says. With BLESS=1 the sessions and the reference are written anew.
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::common::terminal::Terminal;
use crate::common::{Folder, SOCKPIT, has, lines, run};
use sockpit::command::{self, Group};
use sockpit::help::{self, HelpSubject, program, python, subjects, topics, words};
use sockpit::value::page::PagePart;

tests![
    the_sessions_are_what_a_terminal_shows,
    the_lines_of_the_language_are_lines_of_the_language,
    its_commands_do,
    both_columns_of_the_python_table_run,
    what_it_names_exists,
    every_link_leads_somewhere,
    the_readme_is_short,
    the_reference_is_what_help_says,
];

const STALE: &str = "is not what the program shows: BLESS=1 cargo test readme writes it anew";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

/// Write a file anew, at once for whoever reads it meanwhile.
fn write(name: &str, text: &str) {
    let new = root().join(format!("{name}.new"));
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, root().join(name)).unwrap();
}

fn readme() -> String {
    read("README.md")
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
    // How long ago something was, and how long it lasts still, depends on the typist.
    for seconds in 1..=60 {
        let ago = [format!(", {seconds} s ago"), format!(" ({seconds} s ago)")];
        out = out.replace(&ago[0], "").replace(&ago[1], "").replace(&format!("for {seconds} s more"), "for a while");
    }
    out
}

/// What stands before the line that is typed at a prompt, and the line.
fn typed(line: &str) -> Option<(&str, &str)> {
    let at = line.find("sockpit> ").filter(|at| *at == 0 || line.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(line.split_at(at + "sockpit> ".len()))
}

/// Each session of the README is typed into a real terminal; the screen must be the README's.
fn the_sessions_are_what_a_terminal_shows() {
    let sessions = blocks("console");
    assert!(sessions.len() >= 4);
    let mut text = readme();
    for session in sessions {
        let (command, shown) = session.split_once('\n').unwrap();
        let args: Vec<&str> = command.strip_prefix("$ sockpit").unwrap().split_whitespace().collect();
        let lines: Vec<&str> = shown.lines().collect();
        let screen = on_a_terminal(&args, &lines);
        if std::env::var_os("BLESS").is_some() {
            text = text.replacen(&format!("{command}\n{shown}"), &format!("{command}\n{screen}\n"), 1);
        } else {
            assert_eq!(canonical(shown.trim_end()), canonical(&screen), "README.md {STALE}");
        }
    }
    if text != readme() {
        write("README.md", &text);
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

/// The commands of the README are run in a folder that has what they name; the tests themselves are running.
fn its_commands_do() {
    let folder = Folder::new();
    folder.file("lesson.sock", b"srv = create_server 127.0.0.1:0\nwhere = getsockname srv\n");
    std::os::unix::fs::symlink(root().join("scripts"), folder.path().join("scripts")).unwrap();
    let commands = blocks("sh").concat();
    for command in commands.lines().filter(|l| *l != "cargo test") {
        // The lesson's own port may be taken here.
        let line = match command.strip_prefix("cargo run --release --") {
            Some(script) => format!("{script} 0"),
            None => command.strip_prefix("sockpit").unwrap().to_string(),
        };
        let line = format!("exec {SOCKPIT}{line}");
        let run: crate::common::Run =
            Command::new("sh").args(["-c", &line]).current_dir(folder.path()).output().unwrap().into();
        assert_eq!(run.status, 0, "{command}\n{}{}", run.out, run.err);
    }
    assert!(commands.starts_with("cargo run --release -- scripts/01-first-connection.sock\ncargo test\n"));
}

/// The lines of the table for those who know Python: each is the other's translation, and both run.
fn both_columns_of_the_python_table_run() {
    let text = readme();
    let (_, table) = text.split_once("| Python | sockpit |\n| --- | --- |\n").unwrap();
    let cell = |text: &str| text.trim_matches(['|', ' ', '`']).to_string();
    let rows: Vec<(String, String)> =
        table.lines().map_while(|row| row.split_once("` | `")).map(|(python, own)| (cell(python), cell(own))).collect();
    assert_eq!(rows.len(), 8);
    let (theirs, own): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let translated: Vec<_> =
        python::lines(&own.join("\n")).unwrap().into_iter().map(|(_, l)| l.unwrap().text()).collect();
    assert_eq!(theirs, translated);
    let run = lines(&format!("{}\nassert $data == \"hello\\r\\n\"", own.join("\n")));
    assert_eq!(run.status, 0, "{}", run.err);
    if has("python3") {
        let program = format!("import socket\n{}\nassert data == b'hello\\r\\n'", theirs.join("\n"));
        assert!(Command::new("python3").args(["-c", &program]).status().unwrap().success());
    }
}

/// What stands in `code`, outside blocks.
fn codes(text: &str) -> Vec<String> {
    let outside: String = text.split("\n```").step_by(2).collect();
    outside.split('`').skip(1).step_by(2).map(str::to_string).collect()
}

fn what_it_names_exists() {
    let lessons = read("docs/lessons.md");
    for (topic, about) in help::lessons::TOPICS {
        assert!(
            lessons.contains(&format!("[{about}](../scripts/{topic}/README.md)")),
            "{topic} is not in docs/lessons.md"
        );
    }
    for code in codes(&readme()).iter().chain(&codes(&lessons)) {
        let words: Vec<&str> = code.split_whitespace().collect();
        match words[..] {
            ["help", ref words @ ..] => assert!(help::answer(words).is_ok(), "{code}"),
            ["sockpit", .., file] if file.starts_with("scripts/") => assert!(root().join(file).exists(), "{code}"),
            _ => {}
        }
    }
}

/// Every link between the files leads to a file, and to a heading or an anchor in it.
fn every_link_leads_somewhere() {
    let topics = help::lessons::TOPICS.iter().map(|(topic, _)| format!("scripts/{topic}/README.md"));
    let others = ["README.md", "REFERENCE.md", "docs/lessons.md", "scripts/README.md"].map(String::from);
    for name in others.into_iter().chain(topics) {
        let name = &*name;
        let text = read(name);
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if link.starts_with("https:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path =
                if file.is_empty() { root().join(name) } else { root().join(name).with_file_name("").join(file) };
            let target = if path.is_file() { std::fs::read_to_string(&path).unwrap() } else { String::new() };
            assert!(path.exists(), "{name}: {link}");
            assert!(anchor.is_empty() || anchors(&target).contains(&anchor.to_string()), "{name}: {link}");
        }
    }
}

/// Where a link may lead to: headings in GitHub's form, and anchors.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|l| l.starts_with('#')).map(|l| l.trim_start_matches('#').trim());
    let slug = |heading: &str| {
        let kept = heading.to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
    };
    let named = text.split("<a id=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_string());
    headings.map(slug).chain(named).collect()
}

fn the_readme_is_short() {
    assert!(readme().lines().count() < 270);
}

fn the_reference_is_what_help_says() {
    let made = reference();
    if std::env::var_os("BLESS").is_some() {
        write("REFERENCE.md", &made);
    } else {
        assert!(read("REFERENCE.md") == made, "REFERENCE.md {STALE}");
    }
}

/// REFERENCE.md, made of what the program knows of itself.
fn reference() -> String {
    let mut out = String::from(REFERENCE);
    out += &format!("\n## The command line\n\n```text\n{}\n```\n", program::usage());
    out += "\n`--json` writes events: [docs/events.md](docs/events.md) is their schema.\n";
    out += &table("file", program::FILES);
    out += &table("environment", program::ENVIRONMENT);
    out += "\n## The language\n";
    for topic in words::LANGUAGE {
        out += &topic_in_markdown(topic);
    }
    out += "\n## Topics\n\nWords of networks, of Python and of C, and what stands for them: `sockpit help WORD` has a page of each.\n";
    for (about, topics) in topics::ALL {
        out += &table(about, &topics.iter().map(|t| (t.names[0], t.summary)).collect::<Vec<_>>());
    }
    out += "\n## Calls\n\nWhat stands in brackets may be left out.\n";
    for (group, title) in Group::ALL {
        let calls = command::all().filter(|c| c.group == *group);
        out += &table(title, &calls.map(|c| (c.usage(), c.summary)).collect::<Vec<_>>());
    }
    out += "\n## Options, flags, states\n";
    for noun in ["option", "flag of sending and receiving", "event of poll", "state"] {
        let rows = subjects().filter(|(_, s)| s.noun() == noun).map(|(name, s)| (name, s.summary()));
        out += &table(noun, &rows.collect::<Vec<_>>());
    }
    out += "\n## Errors\n";
    let named = |name: &str| command::all().any(|c| c.errors.iter().any(|e| e.name == name));
    let errors = subjects().filter_map(|(name, s)| match s {
        HelpSubject::Error(error) if named(name) => Some((name, format!("{} ({})", s.summary(), error.number()?))),
        _ => None,
    });
    out += &table("error that a call names", &errors.collect::<Vec<_>>());
    out += &table("error without a number", &words::ERRORS.iter().map(|t| (t.names[0], t.summary)).collect::<Vec<_>>());
    out
}

const REFERENCE: &str = "\
# Reference

<!-- Made of what help says, by tests/readme.rs with BLESS=1. -->

`sockpit help WORD`, or `help WORD` at the prompt, says more of each: parameters and results, the same in Python and C, which
errors come and why, an example. `help -k WORD` searches. `sockpit help --man | man -l -` shows the manual page; to install it:

```text
mkdir -p ~/.local/share/man/man1
sockpit help --man > ~/.local/share/man/man1/sockpit.1
```

[The command line](#the-command-line) · [The language](#the-language) · [The prompt](#prompt) · [Stepping](#step) ·
[Transcripts](#transcripts) · [Topics](#topics) · [Calls](#calls) · [Options, flags, states](#options-flags-states) · [Errors](#errors)
";

/// A table of two columns, the first of them code.
fn table(title: &str, rows: &[(impl AsRef<str>, impl AsRef<str>)]) -> String {
    let mut out = format!("\n| {title} | |\n| --- | --- |\n");
    for (term, text) in rows {
        let [term, text] = [term.as_ref(), &marked(text.as_ref())].map(|t| t.replace('|', "\\|"));
        let _ = writeln!(out, "| `{term}` | {text} |");
    }
    out
}

/// The page of a word or a topic, in Markdown.
fn topic_in_markdown(topic: &'static words::Topic) -> String {
    let mut out = format!("\n### {}\n", topic.names[0]);
    let mut in_list = false;
    let said = |part: &PagePart| matches!(part, PagePart::Entry(term, _) if term == "is a");
    for part in help::about(topic.names[0]).unwrap().0.into_iter().filter(|part| !said(part)) {
        let entry = matches!(part, PagePart::Entry(..));
        out += if entry && in_list { "" } else { "\n" };
        in_list = entry;
        out += &match part {
            PagePart::Title(text) => format!("`{text}`\n"),
            PagePart::Head(text) | PagePart::Text(text) => format!("{}\n", marked(&text)),
            PagePart::Entry(term, text) if marked(&term) == term => format!("- {term}: {}\n", marked(&text)),
            PagePart::Entry(term, text) => format!("- `{term}`: {}\n", marked(&text)),
            PagePart::Code(text) => format!("```text\n{text}\n```\n"),
        };
    }
    out
}

/// Text in Markdown: a word that has one of its marks becomes `code`, unless it is.
fn marked(text: &str) -> String {
    let mark = |word: &str| {
        let core = word.trim_end_matches(['.', ',', ';', ':', ')']);
        let core = if word.contains('(') { word } else { core };
        let sign = !core.is_empty() && core.chars().all(|c| "+-*/%=!<>".contains(c));
        if sign || core.contains(['$', '\\', '*', '<', '{', '[']) {
            format!("`{core}`{}", &word[core.len()..])
        } else {
            word.to_string()
        }
    };
    let pieces = text.split('`').enumerate().map(|(i, piece)| match i % 2 {
        0 => piece.split(' ').map(mark).collect::<Vec<_>>().join(" "),
        _ => format!("`{piece}`"),
    });
    pieces.collect()
}
