//! What the kernel, the manual pages and Python's socket module promise, as scripts: every `tests/facts/*.sock` holds.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many run at once: most of them only wait.
const AT_ONCE: usize = 2;

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/facts");
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|e| e == "sock"));
    found.sort();
    found
}

/// Run a script with an empty folder of its own, whose path is short enough for unix sockets. What went wrong, if
/// anything did.
fn run(number: usize, script: &Path) -> Option<String> {
    let folder = std::env::temp_dir().join(format!("f{}-{number}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sockpit"))
        .args(["-q", "--timeout", "20"])
        .args([script, &folder])
        .stdin(Stdio::null())
        .output();
    fs::remove_dir_all(&folder).unwrap();
    let output = output.unwrap();
    let name = script.file_stem().unwrap().to_string_lossy();
    let said = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| format!("{name}: {}\n{said}", output.status))
}

#[test]
fn every_fact_holds() {
    let scripts = scripts();
    assert!(!scripts.is_empty());
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((number, script)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, scripts.get(i)?)))
                {
                    failures.lock().unwrap().extend(run(number, script));
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} of {} facts do not hold:\n\n{}",
        failures.len(),
        scripts.len(),
        failures.join("\n")
    );
}

#[test]
fn every_fact_says_what_it_is() {
    for script in scripts() {
        let text = fs::read_to_string(&script).unwrap();
        let name = script.file_stem().unwrap().to_string_lossy();
        assert!(text.starts_with(&format!("# {name}: ")), "the first line of {} names it", script.display());
    }
}
