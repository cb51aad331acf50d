//! The terminal of a session at the prompt: events below the line that ran, above the one being typed, and in the place
//! of the grey line that says what a call waits for.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use mio::Waker;
use unicode_width::UnicodeWidthStr;

use super::line::Above;
use super::offers::Offers;
use super::pager::{self, Pager, Rest};
use super::progress::Progress;
use super::recorder::Recorder;
use super::watch::Watch;
use super::{output, reflow, tee};
use crate::help::lessons::Lesson;
use crate::help::tongue;
use crate::lang;
use crate::os::terminal::{self, Terminal};
use crate::render::{self, Style};
use crate::session::{Event, Sink, What};
use crate::value::fold;

/// How the lines of a file are shown that run at the prompt. They are taken down as if they had been typed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Runs {
    /// None run.
    #[default]
    No,
    /// With their results, as a script's are.
    Shown,
    /// What they print, and errors.
    Quietly,
}

/// Where a prompt's events go.
pub struct Screen {
    above: Arc<Above>,
    style: Style,
    quiet: bool,
    /// A line is being typed.
    pub editing: Cell<bool>,
    /// The lines of the program are shown as they run: nobody typed them.
    pub echoes: Cell<bool>,
    /// How far down the program was shown.
    seen: Cell<u32>,
    /// The lines of a file run before a line is asked for.
    pub runs: Cell<Runs>,
    /// A line that says what is waited for stands where the next output goes: how wide it is.
    waits: Cell<Option<usize>>,
    /// The session so far, for `save FILE.transcript`.
    pub recorder: RefCell<Recorder>,
    /// What is offered in the place of a line that was refused.
    pub offers: Offers,
    /// What is longer than the screen, where a person reads it there.
    long: RefCell<Option<Long>>,
    /// What is taken down for who asked what would come.
    pub watch: RefCell<Option<Watch>>,
    /// All goes to standard error: the output is for a program.
    pub beside: Cell<bool>,
}

/// Output that is longer than the screen.
struct Long {
    waker: Arc<Waker>,
    terminal: Rc<Terminal>,
    /// What is left of it.
    rest: Rest,
    /// It is read in a pager.
    pager: Option<Pager>,
    /// What came meanwhile.
    held: Vec<String>,
}

impl Screen {
    /// The terminal, with what prints above the line.
    pub fn new(above: Arc<Above>, offers: Offers, style: Style, quiet: bool) -> Self {
        let (editing, echoes, runs, waits, seen, long) = Default::default();
        let (recorder, watch, beside) = Default::default();
        Self { above, style, quiet, editing, echoes, seen, runs, waits, recorder, offers, long, watch, beside }
    }

    /// The program is shown down to that line. Gives how far it was before.
    pub fn shows_down_to(&self, line: u32) -> u32 {
        let before = self.seen.get();
        self.seen.set(before.max(line));
        before
    }

    /// What is longer than the screen is shown in parts from now on; the terminal is set so for a pager.
    pub(super) fn show_in_parts(&self, waker: Arc<Waker>, terminal: Rc<Terminal>) {
        let (rest, pager, held) = Default::default();
        *self.long.borrow_mut() = Some(Long { waker, terminal, rest, pager, held });
    }

    /// Show text. False when it cannot be.
    pub fn show(&self, text: &str) -> bool {
        tee::log(text);
        self.put(text)
    }

    /// Show text that is written down already, where what is shown is.
    pub fn put(&self, text: &str) -> bool {
        if let Some(long) = self.long.borrow_mut().as_mut().filter(|long| long.pager.is_some()) {
            long.held.push(text.into());
            return true;
        }
        self.clear_status();
        if self.beside.get() {
            return output::line(&mut io::stderr().lock(), text).is_ok();
        }
        let mut out = io::stdout().lock();
        output::line(&mut out, text).and_then(|()| out.flush()).is_ok()
    }

    /// Show a call's output, or as much of it as the screen has room for.
    fn show_output(&self, text: &str) -> bool {
        tee::log(text);
        let mut long = self.long.borrow_mut();
        let size = terminal::size(io::stdout());
        let parts = long.as_mut().filter(|long| long.pager.is_none()).zip(size);
        let Some((parts, rest)) = parts.and_then(|(long, size)| Some((long, Rest::of(text, size)?))) else {
            drop(long);
            return self.put(text);
        };
        parts.rest = rest;
        if let Some(command) = pager::command() {
            self.clear_status();
            parts.terminal.restore();
            match Pager::start(&command, text.into(), parts.waker.clone()) {
                Ok(pager) => {
                    parts.pager = Some(pager);
                    return true;
                }
                Err(e) => {
                    terminal::silence();
                    drop(long);
                    self.remark(&format!("# PAGER is `{command}`: {e}"));
                    return self.show_more();
                }
            }
        }
        drop(long);
        self.show_more()
    }

    /// Let another program have the terminal until it has ended.
    pub(super) fn apart<T>(&self, run: impl FnOnce() -> T) -> T {
        self.clear_status();
        if let Some(long) = &*self.long.borrow() {
            long.terminal.restore();
        }
        let done = run();
        terminal::silence();
        done
    }

    /// Lend the terminal to this program itself, with these words. False where no person is there.
    fn lend(&self, verb: &str, words: &[String]) -> bool {
        let mut long = self.long.borrow_mut();
        let Some(parts) = long.as_mut().filter(|long| long.pager.is_none() && io::stdout().is_terminal()) else {
            return false;
        };
        let Ok(own) = std::env::current_exe() else { return false };
        let mut program = Command::new(own);
        program.args(tongue::speaks_chinese().then_some(super::script::IN_CHINESE)).arg(verb).args(words);
        self.clear_status();
        parts.terminal.restore();
        match Pager::lend(verb, program, parts.waker.clone()) {
            Ok(pager) => {
                parts.pager = Some(pager);
                true
            }
            Err(_) => {
                terminal::silence();
                false
            }
        }
    }

    /// Show the next screenful of what was too long for one. False when there is no more.
    fn show_more(&self) -> bool {
        let size = terminal::size(io::stdout());
        let next = self.long.borrow_mut().as_mut().zip(size).and_then(|(long, size)| long.rest.next(size));
        let Some((text, left)) = next else { return false };
        let lines = if left == 1 { "line" } else { "lines" };
        let more = self.dim(&format!("... {left} more {lines}: `more`"));
        self.put(&if left == 0 { text } else { format!("{text}\n{more}") })
    }

    /// Whether a pager has the terminal. What came while it had is shown once it has ended.
    pub(super) fn is_paged(&self) -> bool {
        let mut long = self.long.borrow_mut();
        let Some(parts) = long.as_mut() else { return false };
        if parts.pager.as_ref().is_some_and(|pager| !pager.has_ended()) {
            return true;
        }
        let Some(pager) = parts.pager.take() else { return false };
        let held = std::mem::take(&mut parts.held);
        terminal::silence();
        drop(long);
        if let Some(why) = pager.end() {
            self.remark(&format!("# {why}"));
            self.show_more();
        }
        for text in held {
            self.put(&text);
        }
        false
    }

    /// What the program says, in the language of who reads it.
    pub fn told<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.style.told(text)
    }

    /// Say something, in the language of who reads it.
    pub fn say(&self, text: &str) {
        self.prose(&self.style.told(text));
    }

    /// Show prose as wide as the window.
    pub fn prose(&self, text: &str) {
        self.show(&self.fitted().prose(text));
    }

    /// Text that stays in the background, for above the line.
    pub fn dim(&self, text: &str) -> String {
        self.style.dim(&self.style.told(text))
    }

    /// Say something that is not the session's.
    pub fn remark(&self, text: &str) {
        self.quote(&self.style.told(text));
    }

    /// Show what stands in a program and is not the session's.
    pub fn quote(&self, text: &str) {
        let style = self.fitted();
        self.show(&style.dim(&style.prose(text)));
    }

    fn fitted(&self) -> Style {
        output::fitted(self.style, io::stdout())
    }

    /// Show what is wrong with a program's file.
    pub fn refuse_file(&self, error: &lang::Error) {
        self.show(&render::program_error(error, Style { places: true, ..self.fitted() }));
    }

    /// Show what is wrong with a line, and take it down. What to write instead is offered.
    pub fn refuse(&self, error: &lang::Error) {
        let plain = render::program_error(error, Style::default());
        self.recorder.borrow_mut().say(&plain);
        self.show(&render::program_error(error, self.fitted()));
        self.offers.put(&error.instead());
    }

    /// Say in one grey line, which goes away again, what is waited for and how long by now.
    ///
    /// Of the texts the first that has room is shown, or the last cut short.
    pub fn status(&self, texts: &[String], seconds: u64, until: Option<Instant>) {
        let columns = terminal::width(io::stdout()).unwrap_or(terminal::USUAL).saturating_sub(1);
        let left = until.map_or(String::new(), |at| {
            let seconds = at.saturating_duration_since(Instant::now()).as_secs_f64().ceil();
            format!(", {seconds:.0} {}", self.style.told("s left"))
        });
        let whole = format!(" ({seconds} s{left})");
        let time = if whole.width() > columns / 2 { format!(" ({seconds} s)") } else { whole };
        let room = columns.saturating_sub(time.width());
        let texts: Vec<_> = texts.iter().map(|text| self.style.told(text)).collect();
        let text = texts.iter().find(|t| t.width() <= room).or(texts.last());
        let line = format!("{}{time}", fold::fit(text.map_or("", |t| t), room));
        let clear = self.waits.replace(Some(line.width())).map(cleared).unwrap_or_default();
        let mut out = io::stdout().lock();
        // A terminal that is gone shows nothing.
        let _ = write!(out, "{clear}{}", self.style.dim(&line)).and_then(|()| out.flush());
    }

    /// The wait is over.
    pub fn clear_status(&self) {
        if let Some(width) = self.waits.take() {
            let mut out = io::stdout().lock();
            let _ = out.write_all(cleared(width).as_bytes()).and_then(|()| out.flush());
        }
    }
}

/// What clears a line that is so wide and was drawn in a window that may be narrower now.
fn cleared(width: usize) -> String {
    let columns = terminal::width(io::stdout()).unwrap_or(terminal::USUAL);
    match width.saturating_sub(1) / columns {
        up @ 1.. if reflow::reflows() => format!("\r\x1b[{up}A\x1b[J"),
        _ => "\r\x1b[K".into(),
    }
}

impl Sink for Rc<Screen> {
    fn event(&mut self, event: &Event) -> bool {
        if self.watch.borrow_mut().as_mut().is_some_and(|watch| watch.takes(event)) {
            return true;
        }
        let runs = self.runs.get();
        match &event.what {
            // A line that was typed stands on the screen already.
            What::Line(_) if runs == Runs::No && !self.echoes.get() => return true,
            What::Line(text) if runs != Runs::No => self.recorder.borrow_mut().line(event, text),
            _ => self.recorder.borrow_mut().event(event),
        }
        let said = matches!(event.what, What::Printed(..) | What::Failed { taken: false, .. });
        if runs == Runs::Quietly && !said {
            return true;
        }
        // Where no file is named, the place is the line above.
        let named = event.at.source.as_ref().is_some_and(|source| !source.name.is_empty());
        let style = Style { places: named && !self.echoes.get(), ..self.fitted() };
        let text = render::event(event, style);
        if text.is_empty() && !matches!(event.what, What::Printed(..)) {
            return true;
        }
        if self.quiet && matches!(event.what, What::Noted(_)) {
            return true;
        }
        if self.editing.get() {
            self.above.push(format!("{text}\n"));
            return true;
        }
        // A file's lines, and rounds, do not stop at a screenful: nobody is asked to go on.
        if runs == Runs::No && !event.at.repeats { self.show_output(&text) } else { self.show(&text) }
    }

    fn more(&mut self) -> bool {
        self.show_more()
    }

    fn flush(&mut self) -> bool {
        true
    }

    /// The line that is being typed stays where it is.
    fn clear_screen(&mut self) {
        let mut out = io::stdout();
        if !self.editing.get() && out.is_terminal() {
            let _ = out.write_all(b"\x1b[H\x1b[2J").and_then(|()| out.flush());
        }
    }

    fn tee(&mut self, path: Option<&Path>) -> io::Result<()> {
        tee::to(path)
    }

    fn done_of(&self, lesson: &Lesson) -> String {
        Progress::read().of(lesson)
    }

    fn learn(&mut self, words: &[String]) -> bool {
        self.lend("learn", words)
    }

    fn transcript(&self) -> Option<String> {
        // The lines of a program that is stepped through are not those that were typed.
        (!self.echoes.get()).then(|| self.recorder.borrow().text())
    }
}
