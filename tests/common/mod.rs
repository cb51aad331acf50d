//! What the tests of the program share: running it, and folders that go away.

pub mod terminal;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::trial::lacks;

/// The program under test.
pub const SOCKPIT: &str = env!("CARGO_BIN_EXE_sockpit");

/// What a run came to.
pub struct Run {
    /// The exit status; 128 and the signal's number when a signal ended it.
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// Run it to its end.
    pub fn of(command: &mut Command) -> Self {
        command.output().expect("it runs").into()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt;
        let status = output.status.code().unwrap_or_else(|| 128 + output.status.signal().unwrap_or(0));
        let text = |b: Vec<u8>| String::from_utf8(b).expect("the output is UTF-8");
        Self { status, out: text(output.stdout), err: text(output.stderr) }
    }
}

/// The program with arguments, its streams piped.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(SOCKPIT);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Run the program to its end.
pub fn run(args: &[&str]) -> Run {
    Run::of(&mut command(args))
}

/// Run lines given with -c, quietly, with a bound.
pub fn lines(text: &str) -> Run {
    run(&["-q", "--timeout", "20", "-c", text])
}

/// Run with these bytes on a pipe as standard input.
pub fn piped(args: &[&str], input: &[u8]) -> Run {
    let mut child = command(args).stdin(Stdio::piped()).spawn().expect("sockpit runs");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The program may leave before it has read all.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("sockpit ends");
    writer.join().unwrap();
    output.into()
}

/// A folder that goes away when the test ends.
pub struct Folder(pub PathBuf);

impl Folder {
    /// A new, empty one.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sp{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A file in it with this content.
    pub fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_string()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A child that is killed when the test ends.
pub struct Killed(pub Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether a peer program is there; the test is ignored when it is not. In CI it must be.
pub fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    assert!(there || std::env::var_os("CI").is_none(), "{program} is missing, and CI has it");
    if !there {
        lacks(&format!("{program} is not installed"));
    }
    there
}

/// Whether strace is there and may trace; the test is ignored when not.
pub fn has_strace() -> bool {
    let works = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status().is_ok_and(|s| s.success());
    if !works {
        lacks("strace is not installed, or may not trace here");
    }
    works
}
