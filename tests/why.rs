//! Why a call failed here: every cause that is told, in the situation that it is told of; and `why`, `diagram`.
#![allow(clippy::unwrap_used)]

mod common;

use std::process::{Command, Stdio};

use common::{Folder, Killed, has, run};

/// The text with `PORT` for each port that the kernel chose.
fn normalised(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(':') {
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits >= 4
            && out.ends_with([':'])
            && out.trim_end_matches(':').ends_with(|c: char| c.is_ascii_digit() || c == ']')
        {
            out.push_str("PORT");
            rest = &rest[digits..];
        }
    }
    out + rest
}

/// What the error of the last of these lines shows below its place, without its indent.
fn shown(lines: &str) -> Vec<String> {
    let run = run(&["--timeout", "20", "-c", lines]);
    assert_eq!(run.status, 1, "{lines}\n{}\n{}", run.out, run.err);
    let err = normalised(&run.err);
    let after = err.lines().skip_while(|l| !l.contains(" | ")).skip_while(|l| l.contains(" | "));
    after.map(|l| l.trim().to_string()).collect()
}

/// What `why` says when the last of these lines has failed.
fn explained(lines: &str) -> String {
    let (before, last) = lines.trim_end().rsplit_once('\n').unwrap_or(("", lines));
    let program = format!("{before}\ntry\n  {last}\nexcept\n  let taken = 1\nend\nwhy\n");
    let run = run(&["--timeout", "20", "-c", &program]);
    assert_eq!(run.status, 0, "{program}\n{}\n{}", run.out, run.err);
    let out = normalised(&run.out);
    let (_, told) = out.split_once("sockpit> why\n").unwrap();
    told.split("\n  # closed").next().unwrap().trim_end().to_string()
}

/// The lines fail at their end, and the error shows these lines by itself; `why` shows the causes among others.
fn check(lines: &str, expected: &[&str]) {
    let shown = shown(lines);
    assert_eq!(shown, expected, "{lines}");
    let told = explained(lines);
    for line in expected {
        assert!(told.contains(line), "{lines}\nwhy does not say: {line}\n{told}");
    }
    assert!(told.contains("\nread: "), "{told}");
}

/// A server, a client, and the connection between them.
const CONNECTED: &str =
    "srv = create_server 127.0.0.1:0\nat = getsockname srv\ncli = create_connection $at\nconn, peer = accept srv\n";
/// The same, not accepted yet.
const QUEUED: &str = "srv = create_server 127.0.0.1:0\nat = getsockname srv\ncli = create_connection $at\n";

fn connected(more: &str) -> String {
    format!("{CONNECTED}{more}")
}

fn queued(more: &str) -> String {
    format!("{QUEUED}{more}")
}

#[test]
fn an_address_held_by_a_listening_socket() {
    check(
        "srv = create_server 127.0.0.1:0\nat = getsockname srv\ns = socket\nsetsockopt s SO_REUSEADDR 1\nbind s $at",
        &[
            "127.0.0.1:PORT is held by srv, which listens there, since on line 1",
            "try: close srv first, or port 0 for a free one",
        ],
    );
}
