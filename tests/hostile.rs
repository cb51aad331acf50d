//! What somebody else chose never reaches a terminal raw: data, names of peers, paths, hosts, keys, tasks, files in lists,
//! wherever it is shown. One walk through all views, with every byte and what terminals and readers obey.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;

use crate::common::terminal::Terminal;
use crate::common::{Folder, run};

tests![every_view_is_safe, a_script_prints_nothing_raw];

/// What the escape sequences of the editor and of colours end in.
const OURS: &str = "mABCDGKJHfPLMhl";

/// Names and data that want to be more: a title, colours in one byte, text that runs backwards, hidden characters, a line that
/// looks like the prompt's, the end of a placeholder.
const HOSTILE: &[&str] = &[
    r"\u{1b}]0;pwned\u{7}",
    r"\u{9b}31m\u{9d}0;x\u{9c}",
    r"\u{202e}evil\u{2066}\u{200b}\u{feff}\u{ad}\u{2028}",
    r"\nsockpit> forged\r\nok\n",
    r"{port:1}{*}\u{7f}\u{8}\u{c}\u{1b}c",
];

/// What of that is a control, or hides or reorders what stands around it.
fn foreign(raw: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(raw);
    let mut found = BTreeSet::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\x1b' => match rest.next() {
                Some('[') => match rest.find(|c| ('@'..='~').contains(c)) {
                    Some(end) if OURS.contains(end) => {}
                    end => drop(found.insert(format!("CSI {end:?}"))),
                },
                other => drop(found.insert(format!("ESC {other:?}"))),
            },
            '\r' | '\n' | '\t' => {}
            c if c.is_control()
                || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                    | '\u{feff}' | '\u{fffd}') =>
            {
                found.insert(c.escape_unicode().to_string());
            }
            _ => {}
        }
    }
    found
}

/// Lines that put all that where it can be shown.
fn lines(folder: &Folder) -> Vec<String> {
    let every: String = (0..256).map(|byte| format!("\\x{byte:02x}")).collect();
    let at = folder.path().display();
    let mut lines = vec![
        format!("all = loads \"[0]\"\nlet bytes = \"{every}\""),
        "print \"$bytes\"\nprint $bytes\nlet l = $bytes\nleft, right = socketpair\nsend left $bytes\nrecv right 300"
            .into(),
        "encode \"x\" utf-16\nhexdump $bytes\nrepr $bytes\nstr $bytes".into(),
    ];
    for (i, evil) in HOSTILE.iter().enumerate() {
        lines.extend([
            format!("let e{i} = \"{evil}\"\nprint \"$e{i}\"\nprint $e{i}\nlet k{i} = \"x${{e{i}}}y\""),
            format!("let n{i} = \"@{evil}{i}\"\nu{i} = socket AF_UNIX SOCK_STREAM\nbind u{i} $n{i}\nlisten u{i}"),
            format!("v{i} = socket AF_UNIX SOCK_STREAM\nconnect v{i} $n{i}\nw{i}, peer{i} = accept u{i}\ngetpeername v{i}"),
            format!("let p{i} = \"{at}/{i}{evil}\"\nf{i} = open $p{i} w\nopen \"$p{i}/none\"\nsource \"$p{i}.none\""),
            format!("d{i} = dumps \"a\"=$e{i}\no{i} = loads $d{i}\nprint $o{i}\nfield $o{i} \"$e{i}\""),
            format!("getaddrinfo \"$e{i}\" 80 flags=AI_NUMERICHOST\nconnect v{i} \"$e{i}\"\nsetsockopt v{i} \"$e{i}\" 1\nint \"$e{i}\"\nhelp \"$e{i}\""),
            format!("assert \"$e{i}\" == 1\nexpect EPERM send w{i} \"$e{i}\"\nrecv v{i} 100\nlist \"$e{i}\" $o{i}"),
            format!("def task{i} x\n  y = recv w{i} 1\nend\nt{i} = spawn -n \"$e{i}\" task{i} $e{i}\nyield"),
            format!("decode \"$e{i}\\xff\"\nencode \"$e{i}\" ascii\nlet \"$e{i}\" = 1\n$e{i}"),
        ]);
    }
    lines
}

/// The views, each of what is there.
const VIEWS: &[&str] =
    &["vars", "sockets", "tasks", "jobs", "netstat", "history", "diagram", "why", "why v0", "info u1", "ps"];

fn every_view_is_safe() {
    let folder = Folder::new();
    for (i, name) in ["\x1b]0;t\x07", "\u{202e}gnp", "\u{9b}31m", "plain"].iter().enumerate() {
        std::fs::write(folder.path().join(format!("zz{i}{name}")), b"").unwrap();
    }
    std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"zz\xff\xfe")), b"").unwrap();
    let place = folder.path().to_path_buf();
    let mut t = Terminal::with(60, 160, &["--norc"], Folder::new(), |command| {
        command.current_dir(place);
    });
    t.see("sockpit> ");
    let mut count = 0;
    let mut go = |t: &mut Terminal, line: &str| {
        count += 1;
        t.keys(&format!("{line}\r"));
        // What is typed is not what is printed.
        t.keys(&format!("print \"don\\u{{65}}-{count}\"\r"));
        t.see(&format!("done-{count}"));
    };
    go(&mut t, "trace on");
    for lines in lines(&folder) {
        for line in blocks(&lines) {
            go(&mut t, &line.replace('\n', "\r"));
        }
    }
    go(&mut t, "trace off");
    for view in VIEWS {
        go(&mut t, view);
    }
    for typed in ["open zz", "print $", "getpeername ", "source "] {
        t.keys(&format!("{typed}\t\t"));
        t.keys("\x15");
        go(&mut t, "print after");
    }
    // The editor's own bell tells that there is nothing to complete.
    let raw = String::from_utf8_lossy(&t.raw).replace("\x1b[?2026l\x07", "\x1b[?2026l");
    let lines =
        raw.lines().filter(|line| !foreign(line.as_bytes()).is_empty()).map(|line| line.escape_debug().to_string());
    assert_eq!(lines.collect::<Vec<_>>(), Vec::<String>::new());
}

/// The lines of a text, a block as one.
fn blocks(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match found.last_mut().filter(|_| inside) {
            Some(block) => *block += &format!("\n{line}"),
            None => found.push(line.into()),
        }
        inside = (inside || line.starts_with("def ")) && line != "end";
    }
    found
}

fn a_script_prints_nothing_raw() {
    let folder = Folder::new();
    for text in lines(&folder) {
        for view in ["netstat", "vars", "diagram"] {
            let lines: String = blocks(&text).iter().map(|line| line.clone() + "\n").collect();
            let taken =
                run(&["--timeout", "20", "-c", &format!("try\n{}except\nend\n{view}", lines.replace("def ", "# "))]);
            let all = taken.out + &taken.err;
            assert_eq!(foreign(all.as_bytes()), BTreeSet::new(), "{text}");
        }
    }
}
