//! `sockpit verify` as a person and a build server meet it: its bound, what it says of odd files, its diff, its XML.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::terminal::Terminal;
use crate::common::{Folder, Run, command, has, run};

tests![
    a_transcript_that_is_cut_off_ends_at_once_with_its_place,
    the_bound_strikes_and_says_where,
    the_bound_is_there_unless_another_is_given,
    the_diff_has_no_line_too_many,
    placeholders_and_wildcards_are_laid_beside_what_they_stand_for,
    the_diff_is_coloured_at_a_terminal_alone,
    a_script_is_to_be_recorded_first,
    a_folder_stands_for_the_transcripts_below_it,
    what_cannot_be_read_is_said,
    the_xml_is_well_formed_whatever_the_files_hold,
];

/// Verify what is in a folder, from within.
fn verify(folder: &Folder, args: &[&str]) -> Run {
    Run::of(command(&[&["verify"], args].concat()).current_dir(folder.path()))
}

fn a_transcript_that_is_cut_off_ends_at_once_with_its_place() {
    let folder = Folder::new();
    let pair = "sockpit> a, b = socketpair\na = {*}\nb = {*}\n";
    for (text, line, said) in [
        (format!("{pair}sockpit> recv a 5\n"), 4, "`recv a 5` has no result"),
        (format!("# at the prompt\n{pair}sockpit> d = recv a 5\n"), 5, "`d = recv a 5` has no result"),
        (format!("{pair}sockpit> recv a 5\nsockpit>\nsockpit> # the end\n"), 4, "has no result"),
        ("sockpit> let x = 1".to_string(), 1, "has no result"),
        ("sockpit> print a\na\nsockpit> print b\n".to_string(), 3, "has no result"),
        ("sockpit> expect EAGAIN recv a 5\n".to_string(), 1, "has no result"),
        (format!("{pair}sockpit> loop\n    ...>   print x\n"), 4, "has no `end`"),
        (format!("{pair}sockpit> loop\n    ...>   if 1\n    ...>   end\nsockpit> print x\n"), 4, "has no `end`"),
        ("sockpit> def f\n    ...>   sleep 9\n".to_string(), 1, "has no `end`"),
    ] {
        folder.file("cut.transcript", text.as_bytes());
        let begun = Instant::now();
        let run = verify(&folder, &["cut.transcript"]);
        let place = format!("FAIL cut.transcript:{line}: the transcript is cut off: ");
        assert!(run.status == 1 && run.out.starts_with(&place) && run.out.contains(said), "{text}\n{}", run.out);
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
    // What shows nothing has all its results, and what is to be blessed has none yet.
    for (text, args) in [
        ("sockpit> def f\n    ...>   print x\n    ...> end\n", &[][..]),
        ("sockpit> if 0\n    ...>   print x\n    ...> end\n", &[]),
        ("sockpit> print a\na\nsockpit>\nsockpit> # over\n", &[]),
        ("sockpit> print a\na\nsockpit> quit\n", &[]),
        ("sockpit> loop\n1:1: `loop` has no `end`: nothing of the program was run\n...\n", &["--bless"]),
        ("sockpit> print a\nsockpit> print b\n", &["--bless"]),
    ] {
        folder.file("whole.transcript", text.as_bytes());
        let run = verify(&folder, &[&["whole.transcript"], args].concat());
        assert_eq!(run.status, 0, "{text}\n{}{}", run.out, run.err);
    }
}

fn the_bound_strikes_and_says_where() {
    let folder = Folder::new();
    let text = "# at the prompt\nsockpit> u = socket udp\n...\nsockpit> bind u 127.0.0.1:0\nok\nsockpit> recv u 5\n\
        b\"never\"\nsockpit> print after\nafter\n";
    folder.file("w.transcript", text.as_bytes());
    for path in [&["w.transcript"][..], &["w.transcript", "w.transcript"]] {
        let run = verify(&folder, &[path, &["--timeout", "0.3"]].concat());
        let said = "FAIL w.transcript:6: the run was bound to 0.3 seconds, and they are over here";
        assert!(run.status == 1 && run.out.starts_with(said), "{}", run.out);
        assert!(run.out.contains("-b\"never\"\n"), "{}", run.out);
    }
}

fn the_bound_is_there_unless_another_is_given() {
    let help = run(&["--help"]).out;
    assert!(help.contains("60 unless it is given"), "{help}");
    let file = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/front/verify.rs")).unwrap();
    assert!(file.contains("const BOUND: Duration = Duration::from_mins(1);"));
}

/// How many lines of a diff are of one side alone.
fn changed(diff: &str) -> (usize, usize) {
    let body = diff.lines().skip(3);
    let count = |mark: char| body.clone().filter(|l| l.starts_with(mark)).count();
    (count('-'), count('+'))
}

fn the_diff_has_no_line_too_many() {
    let folder = Folder::new();
    let loops = "sockpit> repeat 4\n    ...>   print a\n    ...>   print b\n    ...>   print c\n    ...> end\n";
    let shown = ["a", "b", "c"].repeat(4);
    let with = |change: &dyn Fn(&mut Vec<&str>)| {
        let mut lines = shown.clone();
        change(&mut lines);
        format!("{loops}{}\n", lines.join("\n"))
    };
    let without = |lines: &[usize]| with(&|l| lines.iter().rev().for_each(|at| _ = l.remove(*at)));
    for (text, gone, new) in [
        (without(&[4]), 0, 1),
        (without(&[0]), 0, 1),
        (without(&[11]), 0, 1),
        (with(&|l| l.insert(7, "a")), 1, 0),
        (with(&|l| l[5] = "x"), 1, 1),
        (with(&|l| l.swap(3, 4)), 1, 1),
        (without(&[1, 9]), 0, 2),
        (with(&|l| l.rotate_left(1)), 1, 1),
        (with(&|l| l.truncate(3)), 0, 9),
        (with(&|l| _ = l.splice(2..5, ["..."]).count()), 0, 0),
        (with(&|l| _ = l.splice(2..5, ["...", "y"]).count()), 1, 0),
        (with(&|l| _ = l.splice(0..12, ["c", "...", "c"]).count()), 1, 0),
    ] {
        folder.file("d.transcript", text.as_bytes());
        let run = verify(&folder, &["d.transcript"]);
        assert_eq!(changed(&run.out), (gone, new), "{text}\n{}", run.out);
        assert_eq!(run.status, i32::from(gone + new > 0));
    }
}

fn placeholders_and_wildcards_are_laid_beside_what_they_stand_for() {
    let folder = Folder::new();
    let script = "sockpit> repeat 3\n    ...>   s = socket\n    ...>   bind s 127.0.0.1:0\n    ...>   at = getsockname s\n    ...>   print \"$at\"\n    ...>   close s\n    ...> end\n";
    let lines = |n: usize| {
        [
            format!("  s = socket -> <TCP/IPv4 socket, fd {{fd:{n}}}>"),
            "  bind s 127.0.0.1:0 -> ok".to_string(),
            format!("  at = getsockname s -> 127.0.0.1:{{port:{n}}}"),
            format!("127.0.0.1:{{port:{n}}}"),
            "  close s -> ok".to_string(),
        ]
    };
    // Descriptors are numbered anew, so that one is the same each time.
    let round = |n: usize| lines(n).map(|l| l.replace(&format!("{{fd:{n}}}"), "{fd:1}"));
    let all: Vec<String> = (1..=3).flat_map(round).collect();
    for (remove, insert, gone, new) in [
        (None, None, 0, 0),
        (Some(7), None, 0, 1),
        (Some(2), None, 0, 1),
        (None, Some(8), 1, 0),
        (Some(0), Some(3), 1, 1),
    ] {
        let mut lines = all.clone();
        let _ = remove.map(|at| lines.remove(at));
        let _ = insert.map(|at: usize| lines.insert(at, "never".into()));
        folder.file("p.transcript", format!("{script}{}\n", lines.join("\n")).as_bytes());
        let run = verify(&folder, &["p.transcript"]);
        assert_eq!(changed(&run.out), (gone, new), "{}", run.out);
    }
}

fn the_diff_is_coloured_at_a_terminal_alone() {
    let folder = Folder::new();
    let path = folder.file("c.transcript", b"sockpit> print a\nb\nsockpit> print x\n\x1b[2Jy\n");
    let piped = run(&["verify", &path]);
    assert!(!piped.out.contains('\x1b') && piped.out.contains("\n-b\n+a\n"), "{}", piped.out);
    for (colour, files) in [(true, &[&*path][..]), (true, &[&*path, &*path]), (false, &[&*path])] {
        let args = [&["verify"], files].concat();
        let mut t = Terminal::with(40, 100, &args, Folder::new(), |c| {
            if !colour {
                c.env("NO_COLOR", "1");
            }
        });
        assert_eq!(t.end().code(), Some(1));
        let raw = String::from_utf8_lossy(&t.raw).into_owned();
        assert_eq!(raw.contains("\x1b[31m-b\x1b[0m") && raw.contains("\x1b[32m+a\x1b[0m"), colour, "{raw}");
        assert_eq!(raw.contains('\x1b'), colour, "{raw}");
        assert!(!raw.contains("\x1b[2J"), "{raw}");
    }
}

fn a_script_is_to_be_recorded_first() {
    let folder = Folder::new();
    folder.file("x.sock", b"print a\n");
    let said = verify(&folder, &["x.sock"]);
    assert!(
        said.status == 1 && said.out.contains("record it first: sockpit record x.sock -o x.transcript"),
        "{}",
        said.out
    );
    let recorded = Run::of(command(&["record", "x.sock", "-o", "x.transcript"]).current_dir(folder.path()));
    assert_eq!(recorded.status, 0);
    assert_eq!(verify(&folder, &["x.transcript"]).status, 0);
}

fn a_folder_stands_for_the_transcripts_below_it() {
    let folder = Folder::new();
    for (name, text) in [
        ("b/two.transcript", "sockpit> print 2\n2\n"),
        ("b/c/deep.transcript", "sockpit> print d\nx\n"),
        ("a.transcript", "sockpit> print a\na\n"),
        ("b/other.txt", "no transcript"),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::os::unix::fs::symlink("..", folder.path().join("b/loop")).unwrap();
    let run = verify(&folder, &["."]);
    let marks: Vec<&str> = run.out.lines().filter(|l| l.starts_with("ok ") || l.starts_with("FAIL ")).collect();
    assert_eq!(marks, ["ok   ./a.transcript", "FAIL ./b/c/deep.transcript", "ok   ./b/two.transcript"], "{}", run.out);
    assert!(run.status == 1 && run.out.ends_with("\n2 passed, 1 failed\n"), "{}", run.out);
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let run = verify(&folder, &["empty"]);
    assert!(run.status == 1 && run.out.starts_with("FAIL empty: there is no *.transcript"), "{}", run.out);
}

fn what_cannot_be_read_is_said() {
    let folder = Folder::new();
    folder.file("nul.transcript", b"sockpit> print a\n\0\n");
    folder.file("bytes.transcript", b"\xff\xfe");
    folder.file("empty.transcript", b"");
    for (name, said) in [
        ("missing", "missing: ENOENT"),
        ("nul.transcript", "nul.transcript:2:1: a NUL byte"),
        ("bytes.transcript", "not UTF-8"),
        ("empty.transcript", "no lines to run"),
    ] {
        for again in [&[name][..], &[name, name]] {
            let run = verify(&folder, again);
            assert!(
                run.status == 1 && run.out.starts_with("FAIL ") && run.out.contains(said),
                "{}{}",
                run.out,
                run.err
            );
        }
    }
    let closed = folder.path().join("closed");
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o0)).unwrap();
    let run = verify(&folder, &["closed"]);
    // Root may read it, and finds nothing.
    let said = if rustix::process::geteuid().is_root() { "there is no *.transcript" } else { "closed: EACCES" };
    assert!(run.status == 1 && run.out.contains(said), "{}", run.out);
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = verify(&folder, &["nul.transcript", "--junit", "no/such/folder.xml"]);
    assert!(run.status == 1 && run.err.contains("no/such/folder.xml: ENOENT"), "{}", run.err);
}

fn the_xml_is_well_formed_whatever_the_files_hold() {
    let folder = Folder::new();
    folder.file("good.transcript", b"sockpit> print a\na\n");
    folder.file("bad & <odd>.transcript", b"sockpit> print \"<&]]>\\x1b\\x01\"\n\x1b\x02 & ]]> \xef\xbf\xbf\n");
    folder.file("nul.transcript", b"sockpit> print a\n\0\n");
    let run = verify(&folder, &[".", "missing", "--junit", "out.xml"]);
    assert_eq!(run.status, 1);
    let xml = std::fs::read_to_string(folder.path().join("out.xml")).unwrap();
    let says = |what: &str| assert!(xml.contains(what), "{what}\n{xml}");
    says("tests=\"4\" failures=\"1\" errors=\"2\" skipped=\"0\"");
    says("name=\"bad &amp; &lt;odd&gt;.transcript\"");
    says("<error message=\"missing: ENOENT");
    if has("python3") {
        let program = "import xml.etree.ElementTree as E; r = E.parse('out.xml').getroot()\n\
            print(r.tag, len(r), *[(c.get('name'), [k.tag for k in c], float(c.get('time')) >= 0) for c in r])";
        let read = Run::of(Command::new("python3").args(["-c", program]).current_dir(folder.path()));
        let cases = "testsuite 4 ('bad & <odd>.transcript', ['failure'], True) ('good.transcript', [], True) \
            ('nul.transcript', ['error'], True) ('missing', ['error'], True)\n";
        assert_eq!(read.out, cases, "{}", read.err);
    }
}
