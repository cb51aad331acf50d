//! Every lesson has a transcript, and every transcript holds.

use std::path::Path;

use sockpit::render::canon::Piece;
use sockpit::render::rules::{Chosen, RULES};
use sockpit::render::transcript::{Entry, LinePart, looks_special, parts, read, written};

use crate::common::{self, Folder, Run, command, run};
use crate::files::lessons;

tests![
    each_kind_has_its_place_in_the_table,
    every_script_has_a_transcript,
    every_transcript_has_the_lines_of_its_script,
    many_are_verified_side_by_side_and_counted,
    what_the_kernel_chooses_is_bound_and_what_the_script_wrote_is_not,
    swapped_ports_are_found_and_the_binding_is_named,
    any_changed_character_of_what_was_shown_is_found,
    a_change_is_shown_with_three_lines_around_it,
    bless_keeps_wildcards_and_names_what_turned_into_an_error,
    odd_transcripts_give_a_clear_word_and_no_panic,
    a_transcript_of_a_prompt_waits_as_its_person_did,
    a_recording_that_is_cut_short_says_so_and_leaves_the_file_alone,
    ctrl_c_ends_verify_with_130_and_writes_nothing,
    placeholders_count_from_one_and_stand_for_one_value_each,
    bless_changes_what_differs_and_no_other_line,
    text_reads_back,
    what_looks_like_a_placeholder_and_is_text_is_marked,
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Verify a transcript in a folder of its own.
fn verify(path: &Path, folder: &Folder) -> Run {
    let mut command = command(&["verify", "--timeout", "30", path.to_str().unwrap()]);
    command.current_dir(folder.path()).output().unwrap().into()
}

fn every_script_has_a_transcript() {
    for (name, script) in lessons() {
        let transcript = root().join(format!("tests/transcripts/{name}.transcript"));
        assert!(
            transcript.exists(),
            "no transcript: sockpit record {} 0 . -o tests/transcripts/{name}.transcript",
            script.display()
        );
    }
}

fn every_transcript_has_the_lines_of_its_script() {
    for (name, script) in lessons() {
        let transcript = std::fs::read_to_string(root().join(format!("tests/transcripts/{name}.transcript"))).unwrap();
        let typed =
            |l: &str| ["sockpit>", "    ...>"].iter().find_map(|p| l.strip_prefix(p)).map(|l| l.trim().to_string());
        let in_transcript: Vec<String> = transcript.lines().filter_map(typed).collect();
        let in_script: Vec<String> =
            std::fs::read_to_string(&script).unwrap().lines().map(|l| l.trim().to_string()).collect();
        assert!(in_transcript == in_script, "{name}: the script has changed: record it again");
    }
}

fn many_are_verified_side_by_side_and_counted() {
    let folder = Folder::new();
    let good = folder.file("good.transcript", b"sockpit> print hi\nhi\n");
    let bad = folder.file("bad.transcript", b"sockpit> print hi\nho\n");
    let missing = folder.path().join("missing.transcript");
    let run = run(&["verify", &good, &bad, missing.to_str().unwrap(), &good]);
    assert_eq!(run.status, 1);
    let ends: Vec<&str> = run.out.lines().filter(|l| !l.starts_with([' ', '-', '+', '@'])).collect();
    assert!(ends[0].starts_with("ok ") && ends[1].starts_with("FAIL "), "{}", run.out);
    assert!(run.out.contains("-ho\n+hi\n") && run.out.contains("ENOENT"), "{}", run.out);
    assert!(run.out.ends_with("2 passed, 2 failed\n"), "{}", run.out);
}

const SESSION: &str = "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
    conn, peer = accept srv\nmine = getsockname cli\nn = send cli hello\nd = recv conn 100\nclose cli\nprint \"$peer $where\"\n";

/// A session recorded, its script's path and its transcript's.
fn recorded(folder: &Folder, script: &str) -> (String, String) {
    let script = folder.file("x.sock", script.as_bytes());
    let out = folder.path().join("x.transcript").to_str().unwrap().to_string();
    let run = run(&["record", &script, "-o", &out]);
    assert_eq!(run.status, 0, "{}", run.err);
    (std::fs::read_to_string(&out).unwrap(), out)
}

fn what_the_kernel_chooses_is_bound_and_what_the_script_wrote_is_not() {
    let folder = Folder::new();
    let (text, _) = recorded(&folder, &format!("let n = 9998\n{SESSION}h = gethostname\n"));
    assert!(text.contains("n = 9998"), "{text}");
    assert!(text.contains("where = 127.0.0.1:{port:1}\n"), "{text}");
    assert!(text.contains("\n127.0.0.1:{port:2} 127.0.0.1:{port:1}\n"), "{text}");
    assert!(text.contains("h = \"{host}\""), "{text}");
}

fn swapped_ports_are_found_and_the_binding_is_named() {
    let folder = Folder::new();
    let (text, path) = recorded(&folder, SESSION);
    let swapped =
        text.replace("\n127.0.0.1:{port:2} 127.0.0.1:{port:1}\n", "\n127.0.0.1:{port:1} 127.0.0.1:{port:2}\n");
    assert_ne!(text, swapped);
    std::fs::write(&path, swapped).unwrap();
    let run = verify(Path::new(&path), &folder);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("{port:1} was ") && run.out.contains(" at line "), "{}", run.out);
}

fn any_changed_character_of_what_was_shown_is_found() {
    let folder = Folder::new();
    let (text, path) = recorded(&folder, SESSION);
    let mut checked = 0;
    let mut at = 0;
    for line in text.lines() {
        if !line.starts_with("sockpit>") {
            // Every third character keeps the test short.
            for (i, _) in line.char_indices().skip(checked % 3).step_by(3) {
                let mut changed = text.clone().into_bytes();
                changed[at + i] = if changed[at + i] == b'7' { b'8' } else { b'7' };
                std::fs::write(&path, changed).unwrap();
                let run = verify(Path::new(&path), &folder);
                assert_eq!(run.status, 1, "character {i} of: {line}");
                checked += 1;
            }
        }
        at += line.len() + 1;
    }
    assert!(checked > 50);
}

fn a_change_is_shown_with_three_lines_around_it() {
    let text: String = (0..15)
        .map(|n| match n {
            5 => "sockpit> print 5\nold\n".to_string(),
            8 => "sockpit> print 8\ngone\n8\n".to_string(),
            14 => "sockpit> print 14\nold\n".to_string(),
            n => format!("sockpit> print {n}\n{n}\n"),
        })
        .collect();
    let folder = Folder::new();
    let path = folder.file("d.transcript", text.as_bytes());
    let shown = verify(Path::new(&path), &folder).out;
    let around = |n: u32| format!(" sockpit> print {n}\n {n}\n");
    let first = [
        "@@ -9,13 +9,12 @@\n",
        &around(4),
        " sockpit> print 5\n-old\n+5\n",
        &around(6),
        &around(7),
        " sockpit> print 8\n-gone\n 8\n sockpit> print 9\n 9\n",
    ];
    let last = ["@@ -28,4 +27,4 @@\n", &around(13), " sockpit> print 14\n-old\n+14\n"];
    assert!(shown.contains(&(first.concat() + &last.concat())), "{shown}");
}

fn bless_keeps_wildcards_and_names_what_turned_into_an_error() {
    let folder = Folder::new();
    let before = "sockpit> let x = 1\nx = {*}\nsockpit> print a\n...\nsockpit> a, b = socketpair\n...\nsockpit> recv a 1 MSG_DONTWAIT\nb\"x\"\nsockpit> print new\nold\n";
    let path = folder.file("b.transcript", before.as_bytes());
    let run = run(&["verify", "--bless", &path]);
    assert_eq!(run.status, 0, "{}", run.out);
    assert!(run.out.contains("recv a 1 MSG_DONTWAIT: succeeded before and FAILS now"), "{}", run.out);
    let after = std::fs::read_to_string(&path).unwrap();
    assert!(
        after.starts_with("sockpit> let x = 1\nx = {*}\nsockpit> print a\n...\nsockpit> a, b = socketpair\n...\n"),
        "{after}"
    );
    assert!(after.ends_with("sockpit> print new\nnew\n") && after.contains("recv: EAGAIN"), "{after}");
    assert_eq!(verify(Path::new(&path), &folder).status, 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

fn odd_transcripts_give_a_clear_word_and_no_panic() {
    let folder = Folder::new();
    for (name, text, status, said) in [
        ("crlf", "sockpit> print a\r\na\r\n".to_string(), 0, "ok"),
        ("no-end", "sockpit> print a\na".to_string(), 0, "ok"),
        ("placeholder", "sockpit> print a\n{prot:1}\n".to_string(), 1, "`{prot:1}` is no placeholder"),
        ("cut", "sockpit> while 1\n    ...> print a\n".to_string(), 1, "has no `end`"),
        ("empty", String::new(), 1, "no lines to run"),
        ("binary", "sockpit> print a\n\0".to_string(), 1, "NUL"),
        ("looks", "sockpit> print \"sockpit> x\"\n\\sockpit> x\n".to_string(), 0, "ok"),
        (
            "misspelt",
            "sockpit> binde s\ncolumn 1: no call is named `binde`\n...\nsockpit> print on\non\n".to_string(),
            0,
            "ok",
        ),
    ] {
        let path = folder.file(name, text.as_bytes());
        let run = verify(Path::new(&path), &folder);
        assert!(
            run.status == status && run.out.contains(said) && !run.err.contains("bug"),
            "{name}: {} {}",
            run.out,
            run.err
        );
    }
    let long = "sockpit> print a\na\n".repeat(50_000);
    assert_eq!(verify(Path::new(&folder.file("long", long.as_bytes())), &folder).status, 0);
}

fn a_transcript_of_a_prompt_waits_as_its_person_did() {
    let folder = Folder::new();
    let text = "# at the prompt\nsockpit> a, b = socketpair\n...\nsockpit> d = recv a 10 &\n\
        [1] in the background: d = recv a 10\nsockpit> send b x\n1\n[1] d = b\"x\"\nsockpit> print after\nafter\n\
        sockpit> def late\n    ...>   sleep 0.02\n    ...>   print late\n    ...> end\nsockpit> spawn late\n\
        <task late-1, running>\n[late-1]   sleep 0.02 -> ok\n[late-1] late\nsockpit> recv a 5 &\n\
        [2] in the background: recv a 5\nsockpit> sleep 60\nsleep: Interrupted: interrupted with Ctrl-C\n";
    let path = folder.file("p.transcript", text.as_bytes());
    let run = verify(Path::new(&path), &folder);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    // Without that line it is a script: nobody waits, and Ctrl-C never comes.
    let path = folder.file("s.transcript", text.split_once('\n').unwrap().1.replace("sleep 60", "sleep 0").as_bytes());
    let run = verify(Path::new(&path), &folder);
    assert!(run.status == 1 && run.out.contains("-[1] d = b\"x\""), "{}{}", run.out, run.err);
}

fn a_recording_that_is_cut_short_says_so_and_leaves_the_file_alone() {
    let folder = Folder::new();
    let out = folder.file("x.transcript", b"good");
    for (script, status, said, kept) in [
        ("loop\n  sleep 0.01\nend", 124, "bound to 0.2 seconds", "good"),
        ("x = socket\nrecv x 5\nprint unreached", 1, "ended with an error", "sockpit> x = socket"),
        ("p = spawn nothing\n", 1, "ended with an error", "sockpit> p = spawn nothing"),
        ("print \"$1\"", 0, "", "# arguments: 'a b'\nsockpit> print \"$1\"\na b\n"),
    ] {
        let file = folder.file("x.sock", script.as_bytes());
        let run = run(&["record", &file, "a b", "-o", &out, "--timeout", "0.2"]);
        assert!(run.status == status && run.err.contains(said), "{script}: {} {}", run.status, run.err);
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(text.contains(kept) && !text.contains("unreached"), "{text}");
    }
    assert_eq!(verify(Path::new(&out), &folder).status, 0);
    let missing = folder.path().join("no/x.transcript");
    let file = folder.file("x.sock", b"print a");
    let run = run(&["record", &file, "-o", missing.to_str().unwrap()]);
    assert!(run.status == 1 && run.err.contains("ENOENT"), "{}", run.err);
}

fn ctrl_c_ends_verify_with_130_and_writes_nothing() {
    let folder = Folder::new();
    let text = "sockpit> print a\nb\nsockpit> sleep 60\nok\n";
    let path = folder.file("x.transcript", text.as_bytes());
    let mut child = common::Killed(command(&["verify", "--bless", &path]).spawn().unwrap());
    let pid = rustix::process::Pid::from_child(&child.0);
    // It takes its time to catch signals; until it does, one would end it in another way.
    let caught = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.0.id())).unwrap();
        let mask = status.lines().find_map(|l| l.strip_prefix("SigCgt:")).unwrap().trim();
        u64::from_str_radix(mask, 16).unwrap() & 2 != 0
    };
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !caught() {
        assert!(std::time::Instant::now() < end);
        std::thread::yield_now();
    }
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.0.wait().unwrap().code(), Some(130));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

fn placeholders_count_from_one_and_stand_for_one_value_each() {
    let folder = Folder::new();
    let (text, path) = recorded(&folder, SESSION);
    for (from, to, said) in [
        ("fd {fd:1}", "fd {fd:2}", "stands before"),
        ("mine = 127.0.0.1:{port:2}", "mine = 127.0.0.1:{port:3}", "{port:3} is the same value as {port:2}"),
        ("mine = 127.0.0.1:{port:2}", "mine = 127.0.0.1:{fd:2}", "FAIL"),
        ("n = 5", "n = {port:1}", "FAIL"),
    ] {
        assert!(text.contains(from), "{text}");
        std::fs::write(&path, text.replace(from, to)).unwrap();
        let run = verify(Path::new(&path), &folder);
        assert!(run.status == 1 && run.out.contains(said), "{}", run.out);
    }
}

fn bless_changes_what_differs_and_no_other_line() {
    let folder = Folder::new();
    let (text, path) = recorded(&folder, SESSION);
    // A wildcard hides a port that later lines name, and another statement is wrong.
    let edited = text.replace("srv = <", "...\nsrv = <").replace("\nn = 5\n", "\nn = 6\n");
    let edited = edited.replace("d = b\"hello\"", "d = b\"h{*}");
    std::fs::write(&path, &edited).unwrap();
    let run = run(&["verify", "--bless", &path]);
    assert!(run.status == 0 && run.out.contains("1 statement differs"), "{}", run.out);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), edited.replace("\nn = 6\n", "\nn = 5\n"));
    // One `...` is kept while the lines around it are not.
    let block = "sockpit> repeat 2\n    ...>   print a\n    ...>   print b\n    ...> end\n";
    let path = folder.file("any.transcript", format!("{block}x\n...\nb\n").as_bytes());
    assert_eq!(common::run(&["verify", "--bless", &path]).status, 0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{block}a\n...\nb\n"));
}

fn text_reads_back() {
    let entries = vec![
        Entry::Typed("repeat 2".into()),
        Entry::More("  print x".into()),
        Entry::More("end".into()),
        Entry::Shown("x".into()),
        Entry::Shown(String::new()),
        Entry::Typed(String::new()),
    ];
    let text: String = entries.iter().map(|e| format!("{e}\n")).collect();
    assert_eq!(read(&text), entries);
    assert_eq!(read(&text.replace('\n', "\r\n")), entries);
}

fn what_looks_like_a_placeholder_and_is_text_is_marked() {
    let port = Piece { text: "40112".into(), kinds: vec![Chosen::Port], chosen: true };
    for (before, after, text) in [
        ("a ", " b", "a {port:1} b"),
        ("{port:1} ", "{*}", "\\{port:1} {port:1}\\{*}"),
        ("\\", "", "\\\\\\\\{port:1}"),
        ("x\\", "\\{host}", "x\\\\{port:1}\\\\\\{host}"),
        ("{port:", "}", "{port:{port:1}}"),
        ("sockpit> ", "", "\\sockpit> {port:1}"),
        ("{ {x:1} {x:} {X:1}", "", "{ \\{x:1} {x:} {X:1}{port:1}"),
    ] {
        let pieces = [Piece::text(before), port.clone(), Piece::text(after)];
        assert_eq!(written(&pieces, |_, _| 1), text);
        let whole = if looks_special(before) { format!("\\{before}") } else { before.to_string() };
        let mut read = String::new();
        for (part, _) in parts(text) {
            match part {
                LinePart::Text(text) => read.push_str(text),
                LinePart::Hole(Chosen::Port, 1) => read.push_str("40112"),
                other => panic!("{other:?} in {text}"),
            }
        }
        assert_eq!(read, format!("{whole}40112{after}"));
    }
    assert_eq!(written(&[Piece::text("...")], |_, _| 1), "\\...");
    assert_eq!(
        parts("{prot:1}{port:0}"),
        [(LinePart::Unknown("{prot:1}"), 0..8), (LinePart::Unknown("{port:0}"), 8..16)]
    );
}

fn each_kind_has_its_place_in_the_table() {
    for (i, rule) in RULES.iter().enumerate() {
        assert_eq!((rule.kind as usize, rule.kind.rule().word), (i, rule.word));
        assert_eq!(Chosen::of(rule.word), Some(rule.kind));
    }
}
