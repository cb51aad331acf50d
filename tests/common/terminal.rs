//! A real terminal for the prompt: a pty, and a model of the screen behind it.

use std::fs::File;
use std::io::{PipeWriter, Read, Write};
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::{Folder, Killed, SOCKPIT};

/// How long a screen may take to show what is awaited.
const PATIENCE: Duration = Duration::from_secs(20);

/// The prompt on a terminal.
pub struct Terminal {
    child: Killed,
    keys: File,
    written: Receiver<Vec<u8>>,
    /// The thread that reads the terminal until the pipe is closed.
    reading: (JoinHandle<()>, PipeWriter),
    screen: vt100::Parser,
    /// Everything the program wrote.
    pub raw: Vec<u8>,
    /// Where its history goes.
    pub state: Folder,
}

impl Terminal {
    /// Start the prompt on a terminal of that size.
    pub fn new(rows: u16, columns: u16, args: &[&str]) -> Self {
        Self::with(rows, columns, args, Folder::new(), |_| {})
    }

    /// The same with changes to how it is started, and an earlier session's state.
    pub fn with(rows: u16, columns: u16, args: &[&str], state: Folder, change: impl FnOnce(&mut Command)) -> Self {
        Self::of(rows, columns, &[&[SOCKPIT], args].concat(), state, change)
    }

    /// The same of any program.
    pub fn of(rows: u16, columns: u16, line: &[&str], state: Folder, change: impl FnOnce(&mut Command)) -> Self {
        let master: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = || {
            let file = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
            Stdio::from(file)
        };
        // setsid gives the program a session with this terminal.
        let mut command = Command::new("setsid");
        command.args(["-c", "-w"]).args(line).stdin(slave()).stdout(slave()).stderr(slave());
        command
            .env("XDG_STATE_HOME", state.path())
            .env("XDG_CONFIG_HOME", state.path())
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR")
            .env_remove("PAGER");
        change(&mut command);
        let child = Killed(command.spawn().expect("setsid runs"));
        drop(command);
        let keys = File::from(master);
        let mut reader = keys.try_clone().unwrap();
        let (give, written) = mpsc::channel();
        let (hung_up, hang_up) = std::io::pipe().unwrap();
        let reading = std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            loop {
                let mut both = [PollFd::new(&reader, PollFlags::IN), PollFd::new(&hung_up, PollFlags::IN)];
                poll(&mut both, None).unwrap();
                let closed = !both[1].revents().is_empty();
                // A closed terminal reads as an error.
                if closed {
                    return;
                }
                match reader.read(&mut buffer) {
                    Ok(n @ 1..) if give.send(buffer[..n].to_vec()).is_ok() => {}
                    _ => return,
                }
            }
        });
        Self {
            child,
            keys,
            written,
            reading: (reading, hang_up),
            screen: vt100::Parser::new(cells(rows), cells(columns), 10_000),
            raw: Vec::new(),
            state,
        }
    }

    /// Type.
    pub fn keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Send bytes that are no text.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.keys.write_all(bytes).unwrap();
    }

    /// What the screen shows.
    pub fn text(&mut self) -> String {
        while let Ok(bytes) = self.written.try_recv() {
            self.take(&bytes);
        }
        self.shown()
    }

    fn shown(&self) -> String {
        self.screen.screen().contents()
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.screen.process(bytes);
    }

    /// The looks of the last place where the screen shows this: its colour, bold, dim.
    pub fn looks(&mut self, what: &str) -> (vt100::Color, bool, bool) {
        let text = self.text();
        let screen = self.screen.screen();
        let (_, columns) = screen.size();
        let rows: Vec<String> = screen.rows(0, columns.get()).collect();
        let (row, column) = rows
            .iter()
            .enumerate()
            .rev()
            .find_map(|(row, line)| Some((row, line.rfind(what)?)))
            .unwrap_or_else(|| panic!("not there: {what}\n{text}"));
        let cell = screen.cell(row as u16, column as u16).unwrap();
        (cell.fgcolor(), cell.bold(), cell.dim())
    }

    /// Wait until the screen shows this.
    pub fn see(&mut self, what: &str) {
        self.until(what, |s| s.contains(what));
    }

    /// Wait until the screen is as it should be.
    pub fn until(&mut self, what: &str, shown: impl Fn(&str) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            let text = self.text();
            if shown(&text) {
                return;
            }
            match self.written.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(e) => panic!("never seen ({e}): {what}\n--- the screen\n{}", self.shown()),
            }
        }
    }

    /// Wait until the program has written this: cheaper than looking at the screen where much is written.
    pub fn hear(&mut self, what: &str) {
        self.hear_after(0, what);
    }

    /// Wait until the program has written this after so many bytes of its output.
    pub fn hear_after(&mut self, mut from: usize, what: &str) {
        loop {
            if self.raw[from..].windows(what.len()).any(|w| w == what.as_bytes()) {
                return;
            }
            from = self.raw.len().saturating_sub(what.len()).max(from);
            match self.written.recv_timeout(PATIENCE) {
                Ok(bytes) => self.take(&bytes),
                Err(e) => panic!("never written ({e}): {what}\n--- the screen\n{}", self.shown()),
            }
        }
    }

    /// Wait until what the program has written is as it should be.
    pub fn until_written(&mut self, what: &str, so: impl Fn(&[u8]) -> bool) {
        while !so(&self.raw) {
            match self.written.recv_timeout(PATIENCE) {
                Ok(bytes) => self.take(&bytes),
                Err(e) => panic!("never written ({e}): {what}\n--- the screen\n{}", self.shown()),
            }
        }
    }

    /// Change the terminal's size.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        self.screen.screen_mut().set_size(cells(rows), cells(columns));
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&self.keys, size).unwrap();
    }

    /// Whether lines are edited by the terminal itself: no editor has it.
    pub fn is_cooked(&self) -> bool {
        rustix::termios::tcgetattr(&self.keys).unwrap().local_modes.contains(rustix::termios::LocalModes::ICANON)
    }

    /// Wait until the editor has the terminal and asks for a line.
    pub fn ready(&mut self) {
        self.until("an empty prompt", |s| s.trim_end().ends_with("sockpit>"));
        self.wait_for("the editor", |t| !t.is_cooked());
    }

    /// Wait until something that the screen does not show is so.
    pub fn wait_for(&self, what: &str, so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !so(self) {
            assert!(Instant::now() < end, "never so: {what}\n--- the screen\n{}", self.shown());
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Close the terminal, as a window is closed. The program is given back.
    pub fn hang_up(self) -> (Killed, Folder) {
        let Self { child, keys, state, reading: (reading, hang_up), .. } = self;
        drop((keys, hang_up));
        reading.join().unwrap();
        (child, state)
    }

    /// The program's process, the child of setsid.
    pub fn pid(&self) -> u32 {
        let own = self.child.0.id();
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let children = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
            match children.split_whitespace().next() {
                Some(child) => return child.parse().unwrap(),
                // setsid runs the program itself when it need not fork.
                None if std::fs::read_to_string(format!("/proc/{own}/comm")).is_ok_and(|c| c.trim() == "sockpit") => {
                    return own;
                }
                None => std::thread::yield_now(),
            }
        }
        panic!("sockpit never started");
    }

    /// Wait for the program's end.
    pub fn end(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.0.try_wait().unwrap() {
                while let Ok(bytes) = self.written.recv_timeout(Duration::from_millis(50)) {
                    self.take(&bytes);
                }
                return status;
            }
            let _ = self.written.recv_timeout(Duration::from_millis(10)).map(|b| self.take(&b));
        }
        panic!("the program never ended\n{}", self.shown());
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}
