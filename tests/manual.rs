//! The manual page and the pages of help, as they are seen: by groff without a warning, on narrow and wide terminals.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::common::terminal::Terminal;
use crate::common::{Folder, SOCKPIT, has, run};
use sockpit::command;
use sockpit::help::{program, subjects};
use sockpit::linux::options;
use sockpit::render::{Style, page};
use unicode_width::UnicodeWidthStr;

tests![
    groff_sets_it_without_a_warning,
    every_option_call_and_word_stands_in_it,
    the_overview_has_a_line_a_call,
    every_page_can_be_read_at_any_width,
    a_pipe_gets_no_colours_and_the_same_width_always,
    the_command_line_searches_and_says_what_was_meant,
    a_terminal_gets_its_own_width_and_light_colours,
];

fn manual() -> String {
    let run = run(&["help", "--man"]);
    assert_eq!((run.status, &*run.err), (0, ""));
    run.out
}

fn groff_sets_it_without_a_warning() {
    if !has("groff") {
        return;
    }
    let mut groff = Command::new("groff")
        .args(["-man", "-ww", "-Kutf8", "-Tutf8", "-rLL=78n"])
        .env("GROFF_NO_SGR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = groff.stdin.take().unwrap();
    let source = manual();
    let writer = std::thread::spawn(move || input.write_all(source.as_bytes()).unwrap());
    let output = groff.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8(output.stdout).unwrap().replace('\u{2010}', "-");
    // A letter, a backspace and the letter again are a bold one.
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '\u{8}' => {
                plain.pop();
            }
            c => plain.push(c),
        }
    }
    for section in
        ["NAME", "SYNOPSIS", "OPTIONS", "THE LANGUAGE", "CALLS", "ERRORS", "EXIT STATUS", "FILES", "SEE ALSO"]
    {
        assert!(plain.lines().any(|line| line == section), "{section}");
    }
    for name in
        command::all().map(|c| c.name).chain(["--timeout SECONDS", "NO_COLOR", "XDG_STATE_HOME", "SO_REUSEADDR"])
    {
        assert!(plain.contains(name), "{name}");
    }
}

fn every_option_call_and_word_stands_in_it() {
    let page = manual();
    let source = include_str!("../src/front/options.rs");
    let reads = |what: &str| {
        let parts: Vec<_> = source.split(what).skip(1).map(|rest| rest.split(['"', '\'']).next().unwrap()).collect();
        parts
    };
    let (long, short) = (reads("Long(\""), reads("Short('"));
    assert!(long.len() >= 5 && short.len() >= 4);
    let told = format!("{:?}{:?}", program::FORMS, program::OPTIONS);
    for option in long.iter().map(|l| format!("--{l}")).chain(short.iter().map(|s| format!("-{s}"))) {
        assert!(told.contains(&option), "{option} is told nowhere");
        assert!(page.contains(&option.replace('-', "\\-")), "{option}");
    }
    let calls = command::all().flat_map(|c| std::iter::once(&c.name).chain(c.aliases)).copied();
    for name in calls.chain(options::all().map(|o| o.name)).chain(sockpit::lang::KEYWORDS.iter().copied()) {
        assert!(page.contains(&name.replace('-', "\\-")), "{name}");
    }
}

fn the_overview_has_a_line_a_call() {
    let overview = run(&["help"]).out;
    for command in command::all() {
        let line = overview.lines().find(|l| l.trim_start().split(' ').next() == Some(command.name)).unwrap();
        assert!(line.width() <= 80 && line.len() > command.name.len() + 10, "{line}");
    }
    let calls = overview.split("\nMore\n").next().unwrap();
    let wrapped = calls.lines().find(|line| line.starts_with("   "));
    assert_eq!(wrapped, None);
}

fn every_page_can_be_read_at_any_width() {
    for (name, subject) in subjects() {
        let made = subject.page();
        assert!(!subject.summary().is_empty() && made.0.len() > 1, "{name} has no page");
        for width in [20, 40, 80, 200] {
            let text = page(&made, Style { width: Some(width), ..Style::default() });
            let long = text.lines().find(|line| {
                // Examples stay as they are; a word that is longer than the line has nowhere to break.
                let broken = line.trim_start().contains(' ') && line.width() > width.min(100);
                broken && !is_code(&made, line.trim())
            });
            assert!(long.is_none(), "{name} at {width}: {long:?}");
        }
    }
}

fn is_code(page: &sockpit::value::page::Page, line: &str) -> bool {
    use sockpit::value::page::PagePart;
    page.0.iter().any(|part| matches!(part, PagePart::Code(lines) if lines.lines().any(|l| l.contains(line))))
}

fn a_pipe_gets_no_colours_and_the_same_width_always() {
    let plain = run(&["help", "recv"]);
    assert!(plain.status == 0 && !plain.out.contains('\x1b'), "{}", plain.out);
    assert!(plain.out.lines().all(|line| line.width() <= 80));
    let wide = Command::new(SOCKPIT).args(["help", "recv"]).env("COLUMNS", "200").output().unwrap();
    assert_eq!(plain.out.as_bytes(), wide.stdout);
    let at_prompt = run(&["-c", "help recv"]);
    assert_eq!(at_prompt.out, format!("sockpit> help recv\n{}", plain.out));
}

fn the_command_line_searches_and_says_what_was_meant() {
    let found = run(&["help", "-k", "keepalive"]);
    assert!(
        found.status == 0 && found.out.starts_with("  SO_KEEPALIVE ") && found.out.contains("TCP_KEEPIDLE"),
        "{}",
        found.out
    );
    assert_eq!((run(&["help", "-k", "peek", "data"]).status, run(&["help", "-k", "zzzz"]).status), (0, 2));
    assert_eq!(run(&["help", "so_reuseaddr"]).out, run(&["help", "SO_REUSEADDR"]).out);
    assert!(run(&["help", "recvform"]).err.contains("did you mean recvfrom?"));
    let wrong = run(&["help", "SO_REUSADDR"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("did you mean SO_REUSEADDR?"), "{}", wrong.err);
    assert_eq!(run(&["help", "--frob"]).status, 2);
    assert_eq!(run(&["help", "-k"]).status, 2);
    assert_eq!(run(&["help", "bind", "listen"]).status, 2);
    let both = run(&["help", "epipe"]);
    assert!(both.out.starts_with("EPIPE\n  Broken pipe (32)\n"), "{}", both.out);
}

fn a_terminal_gets_its_own_width_and_light_colours() {
    let mut t = Terminal::new(50, 30, &["help", "fileno"]);
    t.see("  s.fileno()");
    let text = t.text();
    assert!(text.contains("  the number of a socket's or\n  a file's descriptor; -1 once\n"), "{text}");
    assert!(text.contains("  manual\n    socket(2)"), "a meaning stands under its term: {text}");
    let raw = String::from_utf8_lossy(&t.raw).into_owned();
    assert!(raw.contains("\x1b[1mfileno S\x1b[0m"), "{raw:?}");
    let mut t = Terminal::with(50, 70, &["-c", "help fileno"], Folder::new(), |c| {
        c.env("NO_COLOR", "1");
    });
    t.see("  s.fileno()");
    assert!(t.text().contains("  manual    socket(2)\n"), "{}", t.text());
    assert!(!String::from_utf8_lossy(&t.raw).contains('\x1b'));
}
