//! What a session writes to files on its own account: its lines, what it showed, captures.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Session;
use super::exec::Answer;
use super::task::Task;
use crate::command::views;
use crate::help::sentence;
use crate::lang;
use crate::os::files;
use crate::program::Site;
use crate::value::{Failure, Reply, text};
use crate::world::input::ask;
use crate::world::{Request, Step, World, Write};

impl Session {
    /// Write to a file. At the prompt one that is there, and that this session did not make, is written only to who says so.
    pub(super) fn write_to(
        &mut self,
        task: &mut Task,
        site: &Rc<Site>,
        what: Write,
        path: String,
    ) -> Result<Answer, Failure> {
        let there = std::fs::metadata(&path).is_ok_and(|there| there.is_file());
        if !there || !self.interactive || self.made.contains(Path::new(&path)) {
            return self.written(what, &path).map(Answer::Reply);
        }
        let question = format!("{} is there, and not of this session: write over it? [y/n] ", text::printable(&path));
        let Step::Park(wait, mut resume) = ask(&mut self.world, &sentence::told(&question))? else {
            return Err(Failure::os(libc::EEXIST));
        };
        let answered = move |world: &mut World, wake| {
            let Step::Done(Reply::One(line)) = (match resume(world, wake)? {
                Ok(step) => step,
                Err(failure) => return Some(Err(failure)),
            }) else {
                return None;
            };
            let yes = matches!(line.to_string().trim().to_lowercase().as_str(), "y" | "yes");
            let left = || Failure::os(libc::EEXIST).note(format!("{} is left as it was", text::printable(&path)));
            Some(if yes { Ok(Step::Ask(Request::Write(what, path.clone()))) } else { Err(left()) })
        };
        Ok(Answer::Flow(self.settle(task, site, Ok(Step::Park(wait, Box::new(answered))))))
    }

    /// Write to a file, whatever it was.
    pub(super) fn written(&mut self, what: Write, path: &str) -> Result<Reply, Failure> {
        let done = match what {
            Write::Save => self.save(path),
            Write::Tee => self.tee(Some(path)),
        };
        if done.is_ok() {
            self.made.insert(PathBuf::from(path));
        }
        done
    }

    /// Write what is shown to a file as well, or no more.
    pub(super) fn tee(&mut self, path: Option<&str>) -> Result<Reply, Failure> {
        match (self.reporter.tee(path.map(Path::new)), path) {
            (Err(e), Some(path)) => Err(file_failure(path, &e)),
            _ => Ok(Reply::Nothing),
        }
    }

    /// The session's lines as a script, or the session as a transcript.
    fn save(&mut self, path: &str) -> Result<Reply, Failure> {
        match Path::new(path).extension().and_then(|e| e.to_str()) {
            Some("pcapng") => return self.save_frames(path),
            Some("pcap") => {
                let failure = Failure::usage("a capture is written as pcapng, and this file would be read as pcap");
                return Err(failure.note(format!("save {path}ng")).at(0));
            }
            _ => {}
        }
        let text = if Path::new(path).extension().is_some_and(|e| e == "transcript") {
            self.reporter.transcript().ok_or_else(|| {
                Failure::usage("a transcript is kept at the prompt only")
                    .note("for a script: sockpit record FILE.sock -o FILE.transcript")
            })?
        } else {
            let mut depth = 0;
            let kept = |line: &&str| {
                let outermost = depth == 0;
                depth += lang::depth_change(line);
                !(outermost && views::is_aside(line))
            };
            let gone = match self.history.gone() {
                0 => String::new(),
                count => format!("# the first {count} lines are not kept\n"),
            };
            gone + &self.history.lines().filter(kept).map(|l| format!("{l}\n")).collect::<String>()
        };
        files::replace(Path::new(path), text.as_bytes()).map_err(|e| file_failure(path, &e))?;
        Ok(Reply::Nothing)
    }

    /// What went over the wires, as a capture; of several wires, each in a file of its own.
    fn save_frames(&mut self, path: &str) -> Result<Reply, Failure> {
        self.world.carry_now();
        let names = self.world.wires.names();
        if names.is_empty() {
            return Err(Failure::usage("there is no wire yet, so no frames").note("host makes one: alice = host"));
        }
        for (wire, name) in names.iter().enumerate() {
            let own = format!("{}-{name}.pcapng", path.trim_end_matches(".pcapng"));
            let path = if names.len() == 1 { path } else { &*own };
            files::replace(Path::new(path), &self.world.wires.capture(wire)).map_err(|e| file_failure(path, &e))?;
        }
        Ok(Reply::Nothing)
    }
}

/// The failure of a file of that name.
pub(super) fn file_failure(path: &str, e: &std::io::Error) -> Failure {
    Failure::from(e).note(format!("the file is {}", text::escape_bytes(path.as_bytes())))
}
