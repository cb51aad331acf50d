//! What a stranger's program reaches: nothing but its own with `--isolated`, nothing but this machine with
//! `--loopback-only`; what is written over is asked for; what shells complete.

use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::process::Command;

use crate::common::terminal::Terminal;
use crate::common::{Folder, Run, command, run};
use crate::trial::lacks;

tests![
    isolated_there_is_nothing_else,
    fenced_there_is_this_machine,
    transcripts_of_one_port_side_by_side,
    only_regular_files_are_replaced,
    what_is_there_is_asked_for,
    the_history_is_ones_own,
    shells_complete_all_options,
];

/// Run lines in a folder; none where the system cannot keep a program so.
fn kept(option: &str, folder: &Folder, lines: &str) -> Option<Run> {
    let run = Run::of(command(&["-q", "--timeout", "20", option, "-c", lines]).current_dir(folder.path()));
    if run.err.contains(&format!("sockpit: {option}: ")) {
        lacks(&run.err);
        return None;
    }
    Some(run)
}

/// What must go well in both.
const WELL: &str = "s = create_server 127.0.0.1:0\nat = getsockname s\nc = create_connection $at\nf = open mine w\n\
                    write f x\nclose f\nx = socket AF_UNIX\nbind x ./sock\nlisten x\ny = socket AF_UNIX\nconnect y ./sock\n\
                    getaddrinfo localhost 80\nu = socket AF_INET SOCK_DGRAM\nz = socket AF_UNIX\n";

fn isolated_there_is_nothing_else() {
    let folder = Folder::new();
    folder.file("here", b"as it was");
    // The folder is below the one that is the program's own there: what is outside of that is the system's.
    let outside = "/etc/hostname";
    let before = fs::read_to_string(outside).ok();
    let text = format!(
        "{WELL}expect ENETUNREACH sendto u x 192.0.2.1:9\nexpect EACCES connect z /run/sock\n\
         expect EROFS open {outside} w\nexpect EROFS unlink {outside}\nexpect ENOENT open here\n\
         def go\n  print child\nend\np = process go\njoin p\n"
    );
    let Some(run) = kept("--isolated", &folder, &text) else { return };
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(fs::read_to_string("/etc/hostname").ok(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left");
}

fn fenced_there_is_this_machine() {
    let (folder, other) = (Folder::new(), Folder::new());
    let outside = other.file("outside", b"as it was");
    let text = format!(
        "{WELL}for to in 192.0.2.1:9 0.0.0.0:9 255.255.255.255:9\n  expect EACCES sendto u x $to\nend\n\
         v = socket AF_INET6\nexpect EACCES connect v [2001:db8::1]:9\nexpect EACCES bind v [::]:0\nw = socket\n\
         expect EACCES listen w\nexpect EACCES connect z {0}/sock\nexpect EACCES connect z ../sock\n\
         expect EACCES open {outside}\nexpect EACCES open {outside} w\nexpect EACCES unlink {outside}\n\
         expect EACCES mkdir {0}/new\nexpect EAI_NONAME getaddrinfo example.invalid 80\n\
         def go\n  print child\nend\nexpect EPERM process go\n",
        other.path().display()
    );
    let Some(run) = kept("--loopback-only", &folder, &text) else { return };
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(fs::read_to_string(outside).unwrap(), "as it was");
    let Some(told) = kept("--loopback-only", &folder, "s = socket\nconnect s 192.0.2.1:9") else { return };
    assert!(told.err.contains("--loopback-only lets the program reach"), "{}", told.err);
}

fn transcripts_of_one_port_side_by_side() {
    let folder = Folder::new();
    let text =
        b"sockpit> s = create_server 127.0.0.1:7711\ns = <TCP/IPv4 socket, fd {fd:1}, listening on 127.0.0.1:7711>\n\
                 sockpit> sleep 0.3\nok\n";
    let first = folder.file("1.transcript", text);
    let one = ["verify", "--bless", "--isolated", &first];
    let blessed = run(&one);
    if blessed.err.contains("share this machine's network") {
        return lacks(&blessed.err);
    }
    assert_eq!(blessed.status, 0, "{} {}", blessed.out, blessed.err);
    for i in 2..5 {
        fs::copy(&first, folder.path().join(format!("{i}.transcript"))).unwrap();
    }
    let all = run(&["verify", "-j", "4", "--isolated", folder.path().to_str().unwrap()]);
    assert!(all.status == 0 && all.out.ends_with("4 passed, 0 failed\n"), "{} {}", all.out, all.err);
}

fn only_regular_files_are_replaced() {
    let folder = Folder::new();
    let script = folder.file("a.sock", b"print hi\n");
    let target = folder.file("target", b"old\n");
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let (link, dangling, fifo) = (place("link"), place("dangling"), place("fifo"));
    std::os::unix::fs::symlink("target", &link).unwrap();
    std::os::unix::fs::symlink("new", &dangling).unwrap();
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let record = |out: &str| run(&["record", &script, "-o", out]);
    assert_eq!(record(&link).status, 0);
    assert_eq!(record(&dangling).status, 0);
    for path in [&link, &dangling] {
        assert!(
            fs::symlink_metadata(path).unwrap().is_symlink() && fs::read_to_string(path).unwrap().ends_with("hi\n")
        );
    }
    assert_eq!(fs::read_to_string(&target).unwrap(), "sockpit> print hi\nhi\n");
    for (out, errno) in [("/dev/full", "ENOSPC"), (folder.path().to_str().unwrap(), "EISDIR"), (&fifo, "ENXIO")] {
        let run = record(out);
        assert!(run.status == 1 && run.err.contains(errno), "{out}: {}", run.err);
    }
    assert_eq!(record("/dev/null").status, 0);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 6, "{left:?}");
    let full = run(&["verify", "--junit", "/dev/full", &target]);
    assert!(full.status == 1 && full.err.contains("ENOSPC"), "{}", full.err);
}

fn what_is_there_is_asked_for() {
    let folder = Folder::new();
    let (old, new) = (folder.file("old.sock", b"mine\n"), folder.path().join("new.sock"));
    let mut t = Terminal::new(24, 100, &[]);
    t.see("sockpit> ");
    t.keys("let x = 1\r");
    t.see("x = 1");
    t.keys(&format!("save {old}\r"));
    t.see("write over it? [y/n]");
    t.keys("n\r");
    t.see("is left as it was");
    assert_eq!(fs::read_to_string(&old).unwrap(), "mine\n");
    t.keys(&format!("save {}\rsave {}\rprint both\r", new.display(), new.display()));
    t.see("both");
    assert!(fs::read_to_string(&new).unwrap().contains("let x = 1"));
    t.keys(&format!("save {old}\r"));
    t.see("write over it? [y/n]");
    t.keys("y\rprint third\r");
    t.see("third");
    assert!(fs::read_to_string(&old).unwrap().contains("let x = 1"));
}

fn the_history_is_ones_own() {
    use std::os::unix::fs::PermissionsExt;
    let state = Folder::new();
    fs::create_dir(state.path().join("sockpit")).unwrap();
    let history = state.path().join("sockpit/history");
    fs::write(&history, "print before\n").unwrap();
    fs::set_permissions(&history, fs::Permissions::from_mode(0o644)).unwrap();
    let mut t = Terminal::with(24, 100, &[], state, |_| {});
    t.see("sockpit> ");
    t.keys(" print secret\rprint kept\rprint last\r");
    t.see("last");
    let kept = fs::read_to_string(&history).unwrap();
    assert!(kept.contains("print kept") && kept.contains("print before") && !kept.contains("secret"), "{kept}");
    assert_eq!(fs::metadata(&history).unwrap().permissions().mode() & 0o777, 0o600);
}

fn shells_complete_all_options() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["help", "--completions", shell]).out;
        for word in ["timeout", "isolated", "loopback-only", "json=full", "verify", "learn"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(run(&["help", "--completions", "tcsh"]).status, 2);
    let folder = Folder::new();
    let script = folder.file("c.bash", run(&["help", "--completions", "bash"]).out.as_bytes());
    let asked = format!(
        "source {script}; COMP_WORDS=(sockpit --iso); COMP_CWORD=1; _sockpit; echo ${{COMPREPLY[@]}}; \
         COMP_WORDS=(sockpit verif); _sockpit; echo ${{COMPREPLY[@]}}"
    );
    let bash = Run::of(Command::new("bash").args(["-c", &asked]));
    assert_eq!(bash.out, "--isolated\nverify\n", "{}", bash.err);
}
