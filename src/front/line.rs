//! The threads that read lines: one owns the line editor, one prints above the line being edited.
//!
//! Neither knows sockets or the session. The main thread asks for a line and hears of it through a channel and the
//! poller's waker.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, BufRead, IsTerminal, Write};
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use mio::Waker;
use rustyline::ExternalPrinter;
use rustyline::error::ReadlineError;

use super::block;
use super::editor::{Ask, Entered, LineEditor};
use super::names::NameCache;
use super::offers::Offers;
use super::paste::Paste;
use super::{output, tee};
use crate::lang;
use crate::os::{fd, poller};
use crate::render::CONTINUATION;

/// What came of asking for a line.
#[derive(Debug)]
pub(super) enum Read {
    /// A statement: one line, or a whole block.
    Lines(String),
    /// A statement that was typed instead of the given line, which was put aside.
    Instead(String),
    /// A program of another language that was pasted.
    Pasted(String),
    /// Ctrl-C: the line is given up.
    Interrupted,
    /// Ctrl-D, or the end of the file.
    End,
    /// Reading failed.
    Failed(String),
}

/// Reads lines on its own thread.
pub(super) struct Reader {
    ask: Option<Sender<Ask>>,
    thread: Option<JoinHandle<()>>,
    /// A line was asked for and has not come yet.
    asked: Cell<bool>,
    heard: Receiver<Read>,
    /// The terminal edits lines, and a person types them.
    plain: bool,
    /// What is asked for instead of the line that was given up.
    anew: Arc<Mutex<Option<Ask>>>,
    /// What is to be printed above the line.
    pub above: Arc<Above>,
    /// Where the editor asks for the names in scope.
    pub cache: Arc<NameCache>,
    /// What was pasted and is still to be run.
    pub paste: Paste,
    /// A line editor rather than plain lines.
    pub edits: bool,
}

impl Reader {
    /// Start reading standard input; the waker rings when a line is there.
    pub(super) fn start(waker: Arc<Waker>, above: Arc<Above>, offers: Offers) -> io::Result<Self> {
        let (ask, asked) = mpsc::channel();
        let (tell, heard) = mpsc::channel();
        let terminal = io::stdin().is_terminal();
        let edits = terminal && io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|t| t != "dumb");
        let cache = Arc::new(NameCache::new(waker.clone()));
        let paste = Paste::default();
        let (tell_apart, is_apart) = mpsc::channel();
        let anew = Arc::new(Mutex::default());
        let for_thread = (above.clone(), cache.clone(), paste.clone(), anew.clone());
        poller::block_editors(true);
        let thread = thread::Builder::new().name("line".into()).spawn(move || {
            poller::block_editors(false);
            fd::keep_apart();
            let _ = tell_apart.send(());
            let tell = |read: Read| {
                let told = tell.send(read).is_ok();
                // The main thread is there as long as the receiver is.
                let _ = waker.wake();
                told
            };
            let (above, cache, paste, anew) = for_thread;
            if edits {
                edit(&asked, tell, &above, cache, (paste, offers));
            } else {
                plain(&asked, tell, terminal, &anew);
            }
        })?;
        // What the program opens from here on is not in the thread's table. One that has died says so later.
        let _ = is_apart.recv();
        let (asked, plain) = (Cell::default(), terminal && !edits);
        Ok(Self { ask: Some(ask), thread: Some(thread), asked, heard, plain, anew, above, cache, paste, edits })
    }

    /// Ask for a line.
    pub(super) fn ask(&self, ask: Ask) {
        if self.asked.replace(true) {
            // The thread reads still: what comes next answers this.
            show_prompt(&format!("\n{}{}", ask.prompt, ask.initial));
            *self.anew.lock().unwrap_or_else(PoisonError::into_inner) = Some(ask);
            return;
        }
        // A dead thread has told why before it ended.
        let _ = self.ask.as_ref().map(|thread| thread.send(ask));
    }

    /// Whether Ctrl-C gives up the line that is typed: the terminal edits it, and it has not come yet.
    pub(super) fn gives_up(&self) -> bool {
        self.plain && self.asked.get()
    }

    /// The line, if it is there.
    pub(super) fn heard(&self) -> Option<Read> {
        let read = match self.heard.try_recv() {
            Ok(read) => read,
            Err(mpsc::TryRecvError::Empty) => return None,
            Err(mpsc::TryRecvError::Disconnected) => Read::End,
        };
        self.asked.set(false);
        Some(read)
    }
}

impl Drop for Reader {
    /// The last line is in the history before the program ends. A thread that still reads is left to itself.
    fn drop(&mut self) {
        self.ask = None;
        if !self.asked.get()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

/// Text on its way above the line being edited.
#[derive(Default)]
pub struct Above {
    state: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    texts: VecDeque<String>,
    /// Nothing is printed while a line is edited: it waits for the line's end.
    held: bool,
    editing: bool,
}

impl Above {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Print this above the line, or after it if it ends first.
    pub fn push(&self, text: String) {
        tee::log(text.trim_end_matches('\n'));
        self.lock().texts.push_back(text);
        self.changed.notify_one();
    }

    /// Keep what comes until the line has ended, or no more.
    pub fn hold(&self, held: bool) {
        self.lock().held = held;
    }

    /// A line is being edited.
    pub fn begin(&self) {
        let mut state = self.lock();
        state.editing = true;
        if !state.texts.is_empty() {
            self.changed.notify_one();
        }
    }

    /// No line is being edited any more: what is still to be printed.
    pub fn end(&self) -> Vec<String> {
        let mut state = self.lock();
        state.editing = false;
        state.texts.drain(..).collect()
    }

    fn print_with(&self, printer: &mut impl ExternalPrinter) {
        loop {
            let mut state = self.lock();
            let text = loop {
                match state.texts.pop_front() {
                    Some(text) if state.editing && !state.held => break text,
                    Some(text) => state.texts.push_front(text),
                    None => {}
                }
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            drop(state);
            // This blocks until the editor takes it, which is why it has a thread of its own.
            if printer.print(text).is_err() {
                return;
            }
        }
    }
}

fn edit(
    asked: &Receiver<Ask>,
    tell: impl Fn(Read) -> bool,
    above: &Arc<Above>,
    cache: Arc<NameCache>,
    pasted: (Paste, Offers),
) {
    let style = output::style(&io::stdout(), false);
    let begin = Box::new({
        let above = above.clone();
        move || above.begin()
    });
    let mut editor = match LineEditor::new(begin, cache, pasted, style) {
        Ok(editor) => editor,
        Err(e) => {
            tell(Read::Failed(e.to_string()));
            return;
        }
    };
    if let Ok(mut printer) = editor.printer() {
        let above = above.clone();
        // Without it announcements come after the line.
        let _ = thread::Builder::new().name("printer".into()).spawn(move || above.print_with(&mut printer));
    }
    editor.remember();
    while let Ok(ask) = asked.recv() {
        // A bug costs the line, not the session.
        let statement = panic::catch_unwind(AssertUnwindSafe(|| editor.statement(&ask)));
        let read = match statement {
            Ok(Ok(Entered::Lines(lines))) => Read::Lines(lines),
            Ok(Ok(Entered::Instead(lines))) => Read::Instead(lines),
            Ok(Ok(Entered::Program(lines))) => Read::Pasted(lines),
            Ok(Err(ReadlineError::Interrupted)) | Err(_) => Read::Interrupted,
            Ok(Err(ReadlineError::Eof)) => Read::End,
            Ok(Err(e)) => Read::Failed(e.to_string()),
        };
        // What nobody typed is no history.
        let typed = match &read {
            Read::Lines(lines) | Read::Instead(lines) if *lines != ask.initial && !ask.question => lines.clone(),
            _ => String::new(),
        };
        if !tell(read) {
            return;
        }
        // While the line runs.
        editor.keep(&typed);
    }
}

/// Lines as they come, from a pipe or a terminal that cannot be edited on. A line too long for the language is cut
/// short; the language then says what is wrong with it.
fn plain(asked: &Receiver<Ask>, tell: impl Fn(Read) -> bool, prompts: bool, anew: &Mutex<Option<Ask>>) {
    let mut input = io::stdin().lock();
    'asked: while let Ok(Ask { prompt, mut initial, question }) = asked.recv() {
        let mut lines = String::new();
        loop {
            if prompts {
                show_prompt(&if lines.is_empty() { format!("{prompt}{initial}") } else { CONTINUATION.into() });
            }
            let mut line = Vec::new();
            let read = read_line(&mut input, &mut line);
            if let Some(ask) = anew.lock().unwrap_or_else(PoisonError::into_inner).take() {
                lines.clear();
                initial = ask.initial;
            }
            match read {
                Ok(0) if lines.is_empty() => {
                    tell(Read::End);
                    if question {
                        continue 'asked;
                    }
                    return;
                }
                Ok(0) => break,
                Ok(_) => {}
                Err(e) => {
                    tell(Read::Failed(e.to_string()));
                    return;
                }
            }
            match lang::Source::from_bytes("stdin", line) {
                Ok(source) => lines.push_str(&source.text),
                Err(error) => {
                    if !tell(Read::Failed(error.to_string())) {
                        return;
                    }
                    continue 'asked;
                }
            }
            if question || !initial.is_empty() || block::depth(&lines) == 0 {
                break;
            }
        }
        if lines.trim().is_empty() && !initial.is_empty() {
            lines = initial;
        }
        if !tell(Read::Lines(lines)) {
            return;
        }
    }
}

/// Show what is asked where a person sees it: what the output is written to may be a file.
fn show_prompt(text: &str) {
    // A terminal that is gone is noticed when it is read.
    let _ = if io::stdout().is_terminal() {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    } else {
        io::stderr().lock().write_all(text.as_bytes())
    };
}

/// One line with its end; beyond the limit the rest of it is thrown away.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    let mut taken = 0;
    loop {
        let buffer = match input.fill_buf() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if buffer.is_empty() {
            return Ok(taken);
        }
        let end = buffer.iter().position(|b| *b == b'\n').map_or(buffer.len(), |at| at + 1);
        let room = (lang::LINE_MAX + 2).saturating_sub(line.len());
        line.extend_from_slice(&buffer[..end.min(room)]);
        let done = buffer[end - 1] == b'\n';
        taken += end;
        input.consume(end);
        if done {
            return Ok(taken);
        }
    }
}
