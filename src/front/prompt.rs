//! The prompt, and lines from a pipe: each is run as it comes, and the loop goes on while the next one is typed.

use std::cell::{Cell, RefCell};
use std::io::{self, IsTerminal, Read as _, Write};
use std::rc::Rc;
use std::sync::Arc;

use super::line::{Above, Read, Reader};
use super::output::{self, Form, Output};
use super::recorder::Recorder;
use super::{FAILED, Options, script};
use crate::lang::Source;
use crate::os::terminal::Terminal;
use crate::render::{self, Style};
use crate::session::{Event, Main, Session, Show, Sink, Stop, What};
use crate::value::Name;

/// The prompt, or what comes on standard input when it is no terminal.
pub fn run(options: &Options) -> u8 {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return interact(options);
    }
    if is_file() {
        let mut bytes = Vec::new();
        return match stdin.lock().read_to_end(&mut bytes) {
            Ok(_) => match Source::from_bytes("stdin", bytes) {
                Ok(source) => script::source(&source, options),
                Err(error) => script::refuse(&error),
            },
            Err(e) => {
                output::complain(&format!("sockpit: standard input cannot be read: {e}"));
                FAILED
            }
        };
    }
    pipe(options)
}

fn is_file() -> bool {
    rustix::fs::fstat(io::stdin()).is_ok_and(|s| rustix::fs::FileType::from_raw_mode(s.st_mode).is_file())
}

/// Lines of a pipe: each runs as it comes, the first error ends it, as in a script.
fn pipe(options: &Options) -> u8 {
    let mut session = script::session(options);
    let reader = match session.world.poller().and_then(|p| Reader::start(p.waker(), Arc::default())) {
        Ok(reader) => reader,
        Err(e) => {
            output::complain(&format!("sockpit: {e}"));
            return FAILED;
        }
    };
    let mut line = 1;
    loop {
        reader.ask();
        let Some(read) = next(&mut session, &reader) else { return script::status(&mut session, options) };
        match read {
            Read::Lines(text) => {
                let source = Source::part("stdin", &text, line);
                line += text.lines().count() as u32;
                if let Err(error) = session.start(&source) {
                    return script::refuse(&error);
                }
                run_main(&mut session);
                if session.stop().is_some() || matches!(session.main(), Main::Failed(_)) {
                    return script::status(&mut session, options);
                }
            }
            Read::Interrupted => {}
            Read::End => return script::finish(&mut session, options),
            Read::Failed(message) => {
                output::complain(&message);
                return FAILED;
            }
        }
    }
}

/// Turn until a line is there. None when the session ends before.
fn next(session: &mut Session, reader: &Reader) -> Option<Read> {
    loop {
        if let Some(read) = reader.heard() {
            return Some(read);
        }
        reader.desk.serve(session);
        if session.stop().is_some() {
            return None;
        }
        if let Err(e) = session.turn(None) {
            return Some(Read::Failed(format!("the event loop failed: {e}")));
        }
        reader.desk.forget();
    }
}

/// Run the main task until it has nothing to do.
fn run_main(session: &mut Session) {
    while session.stop().is_none() && *session.main() == Main::Running {
        if let Err(e) = session.turn(None) {
            output::complain(&format!("sockpit: the event loop failed: {e}"));
            session.ask_stop(Stop::Quit(FAILED));
        }
    }
}

/// Where a prompt's events go: to the screen, or above the line that is being typed.
struct Screen {
    above: Arc<Above>,
    editing: Rc<Cell<bool>>,
    style: Style,
    quiet: bool,
    /// The session so far, for `save FILE.transcript`.
    recorder: Rc<RefCell<Recorder>>,
}

impl Sink for Screen {
    fn event(&mut self, event: &Event) -> bool {
        // The line itself stands on the screen already.
        if matches!(event.what, What::Line(_)) {
            return true;
        }
        self.recorder.borrow_mut().event(event);
        let text = render::event(event, self.style);
        if text.is_empty() && !matches!(event.what, What::Printed(_)) {
            return true;
        }
        if self.quiet && matches!(event.what, What::Noted(_)) {
            return true;
        }
        if self.editing.get() {
            self.above.push(format!("{text}\n"));
            return true;
        }
        show(&text)
    }

    fn flush(&mut self) -> bool {
        true
    }

    fn transcript(&self) -> Option<String> {
        Some(self.recorder.borrow().text())
    }
}

fn show(text: &str) -> bool {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).is_ok()
}

fn interact(options: &Options) -> u8 {
    let terminal = Terminal::remember();
    let status = converse(options);
    terminal.restore();
    status
}

fn converse(options: &Options) -> u8 {
    let editing = Rc::new(Cell::new(false));
    let recorder: Rc<RefCell<Recorder>> = Rc::default();
    let above = Arc::new(Above::default());
    let style = Style { colour: output::wants_colour(&io::stdout()), places: false };
    let mut session = if options.json {
        Session::new(Box::new(Output::new(Form::Json)), Show::All, &options.arguments)
    } else {
        let (above, editing, recorder) = (above.clone(), editing.clone(), recorder.clone());
        let screen = Screen { above, editing, style, quiet: options.quiet, recorder };
        Session::new(Box::new(screen), Show::All, &options.arguments)
    };
    let session = &mut session;
    session.interactive = true;
    session.world.family.flags = script::flags(options);
    session.world.high_descriptors = true;
    session.deadline = options.timeout.and_then(|t| std::time::Instant::now().checked_add(t));
    let reader = match session.world.poller().and_then(|p| Reader::start(p.waker(), above)) {
        Ok(reader) => reader,
        Err(e) => {
            output::complain(&format!("sockpit: the prompt cannot start: {e}"));
            return FAILED;
        }
    };
    if reader.edits && !options.quiet {
        show("sockpit: type a socket call; `help` lists them, Ctrl-D leaves");
    }
    loop {
        editing.set(reader.edits);
        session.forget_interrupt();
        reader.ask();
        let read = next(session, &reader);
        editing.set(false);
        for text in reader.above.end() {
            show(text.trim_end_matches('\n'));
        }
        match read {
            Some(Read::Lines(text)) => {
                line(session, &text, style, &recorder);
                if session.take_failure().is_some_and(|f| f.name == Name::Interrupted) {
                    reader.paste.clear();
                }
            }
            Some(Read::Interrupted) => {}
            Some(Read::End) => return leave(session, options),
            Some(Read::Failed(message)) => {
                output::complain(&format!("sockpit: {message}"));
                return FAILED;
            }
            None => return leave(session, options),
        }
        if session.stop().is_some() {
            return leave(session, options);
        }
    }
}

/// Run what was typed. An error ends nothing but the line.
fn line(session: &mut Session, text: &str, style: Style, recorder: &RefCell<Recorder>) {
    // Lines count through the session, as they will when it is run again from a transcript.
    let first = recorder.borrow().typed_lines() as u32 + 1;
    recorder.borrow_mut().type_now(text);
    // A bug in sockpit costs the line, not the session: what the line was doing is given up.
    let run = std::panic::AssertUnwindSafe(|| match session.start(&Source::part("", text, first)) {
        Ok(()) => run_main(session),
        Err(error) => {
            let plain = render::program_error(&error, Style::default());
            recorder.borrow_mut().show(plain.lines().map(str::to_string));
            show(&render::program_error(&error, style));
        }
    });
    if std::panic::catch_unwind(run).is_err() {
        show("this is a bug in sockpit, not in your line; the session and its sockets go on");
        session.recover();
    }
}

/// At a prompt only what ended it counts, not the errors that were seen on the way.
fn leave(session: &mut Session, options: &Options) -> u8 {
    match session.stop() {
        None => 0,
        Some(Stop::Quit(status)) => status,
        Some(_) => script::status(session, options),
    }
}
