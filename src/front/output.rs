//! Writing: buffered where nobody watches, never a panic, never death by a closed pipe.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::Path;

use super::{FAILED, highlight, tee};
use crate::help::{sentence, tongue};
use crate::os::terminal;
use crate::render::{self, Style};
use crate::session::{Event, Show, Sink, What};
use crate::value::{Failure, bounds, fold};

/// What is written in one go, in bytes.
const PIECE: usize = 64 * 1024;

/// Say on standard error, in the language of who reads it.
pub(super) fn complain(text: &str) {
    show_error(&sentence::told(text));
}

/// Write to standard error; when even that is closed there is nobody to tell.
pub(super) fn show_error(text: &str) {
    tee::log(text);
    let stream = io::stderr();
    let text = terminal::width(&stream).map_or_else(|| text.to_string(), |width| fold::wrap_lines(text, width));
    let _ = writeln!(stream.lock(), "{text}");
}

/// Write a line. Of a long one no more comes when somebody asks the program to stop.
pub(super) fn line(out: &mut impl Write, text: &str) -> io::Result<()> {
    let mut pieces = text.as_bytes().chunks(PIECE);
    pieces.next().map_or(Ok(()), |first| out.write_all(first))?;
    for piece in pieces.take_while(|_| !bounds::is_hurried()) {
        out.write_all(piece)?;
    }
    out.write_all(b"\n")
}

/// Write to standard output and say how that went.
pub(super) fn say(text: &str) -> u8 {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => 0,
        Err(e) => {
            complain_closed(&e);
            FAILED
        }
    }
}

fn complain_closed(e: &io::Error) {
    complain(&format!("sockpit: the output cannot be written: {}", Failure::from(e)));
}

/// Whether a stream wants colours: a terminal, without NO_COLOR.
fn wants_colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
        && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
}

/// How events are shown on a stream.
pub(super) fn style(stream: &impl IsTerminal, places: bool) -> Style {
    let colour = wants_colour(stream);
    let code = colour.then_some(highlight::code as _);
    Style { colour, places, clock: true, chinese: tongue::speaks_chinese(), width: None, code }
}

/// The style for what is shown now on a stream: laid out for its window as that is.
pub(super) fn fitted(style: Style, stream: impl AsFd) -> Style {
    Style { width: terminal::width(stream), ..style }
}

/// How a script's events are written.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Form {
    /// For people.
    #[default]
    Human,
    /// A JSON object a line.
    Json,
    /// The same, with the sockets after each event.
    Full,
}

impl Form {
    /// The option that asks for it.
    pub fn flag(self) -> Option<&'static str> {
        match self {
            Self::Human => None,
            Self::Json => Some("--json"),
            Self::Full => Some("--json=full"),
        }
    }

    /// What a session is to tell for it.
    pub fn show(self, quiet: bool) -> Show {
        match self {
            _ if quiet => Show::Prints,
            Self::Full => Show::Full,
            Self::Human | Self::Json => Show::All,
        }
    }

    /// Begin a stream of it.
    pub fn begin(self) {
        if self != Self::Human {
            say(&render::json_head(self == Self::Full));
        }
    }
}

/// Where a script's events go: results to standard output, the error that ends it to standard error.
pub(super) struct Output {
    out: BufWriter<io::Stdout>,
    form: Form,
    style: Style,
    error_style: Style,
    /// A person watches: nothing is held back.
    watched: bool,
}

impl Output {
    /// The process's own output.
    pub(super) fn new(form: Form) -> Self {
        let stdout = io::stdout();
        let style = style(&stdout, true);
        let error_style = self::style(&io::stderr(), true);
        let watched = stdout.is_terminal();
        Self { out: BufWriter::with_capacity(64 * 1024, stdout), form, style, error_style, watched }
    }

    fn write(&mut self, text: &str) -> bool {
        tee::log(text);
        let done = line(&mut self.out, text).and_then(|()| if self.watched { self.out.flush() } else { Ok(()) });
        check(&done)
    }
}

fn check(done: &io::Result<()>) -> bool {
    if let Err(e) = done {
        complain_closed(e);
    }
    done.is_ok()
}

impl Sink for Output {
    fn event(&mut self, event: &Event) -> bool {
        let fatal = matches!(event.what, What::Failed { taken: false, .. });
        if self.form != Form::Human {
            return self.write(&render::json(event, event.begun.elapsed()));
        }
        if fatal {
            // What came before stands before it.
            let flushed = self.flush();
            show_error(&render::event(event, fitted(self.error_style, io::stderr())));
            return flushed;
        }
        let style = if self.watched { fitted(self.style, io::stdout()) } else { self.style };
        let text = render::event(event, style);
        let silent = text.is_empty() && !matches!(event.what, What::Printed(..));
        silent || self.write(&text)
    }

    fn flush(&mut self) -> bool {
        let done = self.out.flush();
        check(&done)
    }

    fn takes_frames(&self) -> bool {
        self.form != Form::Human
    }

    fn tee(&mut self, path: Option<&Path>) -> io::Result<()> {
        tee::to(path)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // An error was told when the session ended.
        let _ = self.out.flush();
    }
}
