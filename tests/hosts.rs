//! Hosts: what is left of them when a session ends, what happens without the process that keeps them, and where there can
//! be none.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{Folder, Killed, Run, SOCKPIT, command, has};
use crate::trial::lacks;

tests![
    nothing_is_left_however_the_session_ends,
    without_the_agent_what_is_open_goes_on,
    where_there_can_be_none_the_cause_is_told_and_transcripts_are_skipped,
];

/// Run a program where no more network namespaces are made.
const NONE: &str = "echo 0 > /proc/sys/user/max_net_namespaces && exec \"$0\" \"$@\"";

/// Start a session that says when it is so far; none where there can be no hosts.
fn begun(text: &str) -> Option<(Killed, BufReader<std::process::ChildStdout>)> {
    let mut session: Child =
        command(&["-q", "-c", text]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(session.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    if line == "ready\n" {
        return Some((Killed(session), out));
    }
    let said = session.wait_with_output().unwrap().stderr;
    lacks(String::from_utf8_lossy(&said).trim());
    None
}

/// The agent of a session.
fn agent(session: &Killed) -> u32 {
    let pids = fs::read_dir("/proc").unwrap().filter_map(|e| e.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let is = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let parent = format!("PPid:\t{}\n", session.0.id());
        line.split(|b| *b == 0).nth(1) == Some(b"--agent") && status.contains(&parent)
    };
    let mut found = pids.filter(is);
    found.next().expect("an agent")
}

fn kill(signal: &str, pid: u32) {
    assert!(Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status().unwrap().success());
}

/// Whether any process is in that network namespace, or has it open.
fn is_held(namespace: &str) -> bool {
    let own = |path: std::path::PathBuf| fs::read_link(path).is_ok_and(|to| to.to_str() == Some(namespace));
    fs::read_dir("/proc").unwrap().flatten().any(|process| {
        let fds = fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten();
        own(process.path().join("ns/net")) || fds.map(|fd| fd.path()).any(own)
    })
}

fn nothing_is_left_however_the_session_ends() {
    for (signal, stopped) in [("KILL", false), ("TERM", false), ("KILL", true)] {
        let Some((mut session, _out)) = begun("a = host\nb = host\ns = socket host=a\nprint ready\nsleep 60") else {
            return;
        };
        let agent = agent(&session);
        let namespace = fs::read_link(format!("/proc/{agent}/ns/net")).unwrap();
        assert!(is_held(namespace.to_str().unwrap()));
        if stopped {
            kill("STOP", agent);
        }
        kill(signal, session.0.id());
        session.0.wait().unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        while is_held(namespace.to_str().unwrap()) {
            assert!(Instant::now() < end, "{signal}: the namespace is still held");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn without_the_agent_what_is_open_goes_on() {
    let text = "a = host\nb = host\nsrv = create_server 10.0.0.2:80 host=b\nprint ready\nwhile true\n  try\n    \
                s = socket host=a\n    sleep 0.01\n  except ESRCH as e\n    break\n  end\nend\nu = socket udp\n\
                expect ESRCH socket host=b\nstate srv LISTEN 5\nprint on";
    let Some((mut session, mut out)) = begun(text) else { return };
    kill("KILL", agent(&session));
    let mut rest = String::new();
    out.read_line(&mut rest).unwrap();
    assert_eq!((&*rest, session.0.wait().unwrap().code()), ("on\n", Some(0)));
}

fn where_there_can_be_none_the_cause_is_told_and_transcripts_are_skipped() {
    let inside = |text: &str, args: &[&str]| {
        let mut all = vec!["--user", "--map-root-user", "sh", "-c", text, SOCKPIT];
        all.extend(args);
        Run::of(Command::new("unshare").args(all))
    };
    if !has("unshare") || inside("true", &[]).status != 0 {
        return lacks("user namespaces, to take them away in");
    }
    let run = inside(NONE, &["-c", "a = host"]);
    let cause = "there can be no hosts here: user.max_net_namespaces is 0 here\n";
    assert!(run.status == 1 && run.err.contains("ENOSPC") && run.err.contains(cause), "{}", run.err);
    assert!(run.err.contains("try: as root: sysctl -w user.max_net_namespaces="), "{}", run.err);
    let folder = Folder::new();
    let file = folder.file("a.transcript", b"sockpit> a = host\na = <host a, 10.0.0.1, fd00::1>\n");
    let run = inside(NONE, &["verify", &file]);
    assert_eq!(run.status, 0, "{}", run.out);
    assert!(run.out.starts_with("skip ") && run.out.contains("no hosts here: user.max_net_namespaces"), "{}", run.out);
    assert!(run.out.ends_with("0 passed, 0 failed, 1 skipped\n"), "{}", run.out);
    // So are lessons, by name.
    let run = inside(NONE, &["run", "53"]);
    let said = format!("53-three-segments: skipped: ENOSPC: No space left on device (28): {}", cause.trim());
    assert!(run.status == 0 && run.err.contains(&said), "{}", run.err);
    let run = inside(&format!("yes '' | head -20 | ({NONE})"), &["learn", "53"]);
    assert!(run.status == 0 && run.err.contains(&said), "{}{}", run.out, run.err);
}
