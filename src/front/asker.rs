//! Lines of the user for a script: standard input is read by a thread of its own, a line when one is asked for.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::output::Form;
use crate::session::Session;
use crate::value::text::printable;
use crate::value::{Failure, Name, Value};
use crate::world::input;

/// The longest line that is read; what is left of it is the next one.
const LINE_MAX: u64 = 1 << 26;

/// A line with its end, none at the end of the input.
type Line = io::Result<Vec<u8>>;

/// Puts a script's questions to standard input.
#[derive(Default)]
pub(super) struct Asker {
    thread: Option<(Sender<()>, Receiver<Line>)>,
    /// A line was asked for and has not come yet.
    asked: bool,
    /// For which question.
    question: u64,
    /// A line whose question is gone: the next question's.
    held: Option<Line>,
}

impl Asker {
    /// Put the question that stands, if it is new, and give it the answer that has come.
    pub(super) fn serve(&mut self, session: &mut Session, form: Form) {
        if !self.asked {
            let Some((id, prompt)) = session.world.input.question() else { return };
            self.question = id;
            if let Some(line) = self.held.take() {
                return session.world.answer(id, answer(line));
            }
            session.world.input.has_come();
            session.flush();
            show(&prompt, form);
            self.asked = self.ask(session).is_some();
        }
        let Some((_, lines)) = &self.thread else { return };
        match lines.try_recv() {
            Ok(line) => {
                self.asked = false;
                if session.world.input.stands(self.question) {
                    session.world.answer(self.question, answer(line));
                } else {
                    self.held = Some(line);
                }
            }
            Err(mpsc::TryRecvError::Empty) => {}
            Err(mpsc::TryRecvError::Disconnected) => {
                self.asked = false;
                session.world.answer(self.question, Err(Failure::new(Name::Eof)));
            }
        }
    }

    /// Have the thread read a line; it rings when it has one.
    fn ask(&mut self, session: &mut Session) -> Option<()> {
        if self.thread.is_none() {
            let waker = session.world.poller().ok()?.waker();
            let (ask, asked) = mpsc::channel();
            let (tell, told) = mpsc::channel();
            let read = move || {
                let mut input = io::stdin().lock();
                while asked.recv().is_ok() {
                    let mut line = Vec::new();
                    let read = input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line);
                    if tell.send(read.map(|_| line)).is_err() {
                        break;
                    }
                    // The session may be over.
                    let _ = waker.wake();
                }
            };
            thread::Builder::new().name("questions".into()).spawn(read).ok()?;
            self.thread = Some((ask, told));
        }
        self.thread.as_ref()?.0.send(()).ok()
    }
}

/// Show what is asked where somebody sees it: not where answers come from a pipe.
fn show(prompt: &str, form: Form) {
    if prompt.is_empty() || !io::stdin().is_terminal() {
        return;
    }
    let text = printable(prompt);
    // A terminal that is gone asks nobody.
    let _ = match form {
        Form::Human if io::stdout().is_terminal() => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        }
        // What is written there is for a file, or events for a program.
        _ => io::stderr().lock().write_all(text.as_bytes()),
    };
}

/// A line without its end.
fn answer(line: Line) -> Result<Value, Failure> {
    let mut line = line.map_err(|e| Failure::from(&e))?;
    if line.is_empty() {
        return Err(input::ended("standard input has no more lines"));
    }
    if line.ends_with(b"\n") {
        line.pop();
        if line.ends_with(b"\r") {
            line.pop();
        }
    }
    Ok(Value::text_or_bytes(line))
}
