//! How a file is read and written: its mode, its buffers, what ends its lines.

use std::rc::Rc;

use super::BUFFER;
use crate::value::codec::Errors;
use crate::value::{Failure, text};

/// What ends a line, and what becomes of it: Python's `newline`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Newline {
    /// `none`: any of the three, read as `\n`.
    Universal,
    /// `""`: any of the three, as it is.
    Untranslated,
    /// `\n` alone.
    Lf,
    /// `\r` alone; a `\n` is written as this.
    Cr,
    /// `\r\n` alone; likewise.
    CrLf,
}

impl Newline {
    /// The one that `newline=` names.
    pub fn parse(value: &str) -> Result<Self, Failure> {
        Ok(match value {
            "none" | "None" => Self::Universal,
            "" => Self::Untranslated,
            "\n" => Self::Lf,
            "\r" => Self::Cr,
            "\r\n" => Self::CrLf,
            other => {
                let failure = Failure::usage(format!("illegal newline value: {}", text::quote_text(other)));
                return Err(failure.note(r#"newline is none, "", "\n", "\r" or "\r\n""#));
            }
        })
    }

    /// Where the first line of some bytes ends, when nothing before `from` ends it.
    pub(super) fn end(self, bytes: &[u8], from: usize) -> Option<usize> {
        let find = |wanted: &dyn Fn(u8) -> bool| bytes[from..].iter().position(|b| wanted(*b)).map(|i| from + i);
        match self {
            Self::Universal | Self::Lf => find(&|b| b == b'\n').map(|i| i + 1),
            Self::Cr => find(&|b| b == b'\r').map(|i| i + 1),
            Self::CrLf => {
                let from = from.saturating_sub(1);
                bytes[from..].windows(2).position(|pair| pair == b"\r\n").map(|i| from + i + 2)
            }
            Self::Untranslated => {
                let i = find(&|b| b == b'\r' || b == b'\n')?;
                Some(if bytes[i..].starts_with(b"\r\n") { i + 2 } else { i + 1 })
            }
        }
    }
}

/// How a file is read and written.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The mode as it was given.
    pub mode: Rc<str>,
    /// It can be read.
    pub read: bool,
    /// It can be written.
    pub write: bool,
    /// The size of its buffers; 0 for none.
    pub buffer: usize,
    /// What ends with a line end is written at once.
    pub by_line: bool,
    /// Encoding and line ends; none for a binary file.
    pub text: Option<(Rc<str>, Newline)>,
    /// What becomes of what is no text of the encoding.
    pub errors: Errors,
}

impl Settings {
    /// Those of a mode in which the letters of `access` are allowed, with everything else at its default.
    pub fn parse(mode: &str, access: &str) -> Result<Self, Failure> {
        let twice = mode.char_indices().any(|(i, c)| mode[..i].contains(c));
        if twice || !mode.chars().all(|c| access.contains(c)) {
            let allowed: Vec<_> = access.chars().map(String::from).collect();
            return Err(Failure::usage(format!("invalid mode: `{mode}`"))
                .note(format!("a mode is made of {}", allowed.join(" "))));
        }
        Ok(Self::of(mode))
    }

    /// Those of a mode that a file of the disk is opened with.
    pub fn to_open(mode: &str) -> Result<Self, Failure> {
        let settings = Self::parse(mode, "rwaxbt+")?;
        if mode.contains('b') && mode.contains('t') {
            return Err(Failure::usage("can't have text and binary mode at once"));
        }
        if mode.chars().filter(|c| "rwax".contains(*c)).count() != 1 {
            return Err(Failure::usage("must have exactly one of create/read/write/append mode").note(
                "one of r (read), w (write), a (append), x (create); with b (bytes) and + (both ways) as wanted",
            ));
        }
        Ok(settings)
    }

    /// Those of a mode that is known to be one.
    pub(super) fn of(mode: &str) -> Self {
        let plus = mode.contains('+');
        let write = mode.contains(['w', 'a', 'x']);
        Self {
            mode: mode.into(),
            read: plus || mode.contains('r') || !write,
            write: plus || write,
            buffer: BUFFER,
            by_line: false,
            text: (!mode.contains('b')).then(|| ("utf-8".into(), Newline::Universal)),
            errors: Errors::Strict,
        }
    }

    pub(super) fn newline(&self) -> Newline {
        self.text.as_ref().map_or(Newline::Lf, |(_, newline)| *newline)
    }

    /// From how many bytes on what is written goes out: text has one more layer of Python's default size.
    pub(super) fn write_buffer(&self) -> usize {
        if self.text.is_some() { self.buffer.max(BUFFER) } else { self.buffer }
    }
}
