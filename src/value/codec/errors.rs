//! What becomes of bytes that are no text, and of characters that an encoding has not: Python's `errors`.

use crate::value::{Failure, text};

/// Python's `errors`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Errors {
    /// They fail.
    #[default]
    Strict,
    /// They are left out.
    Ignore,
    /// Something stands in their place: U+FFFD, or `?`.
    Replace,
    /// They stand there as an escape: `\xff`.
    Backslash,
    /// A character stands there as XML writes it by its number; bytes fail.
    Xml,
}

const NAMES: [(&str, Errors); 5] = [
    ("strict", Errors::Strict),
    ("ignore", Errors::Ignore),
    ("replace", Errors::Replace),
    ("backslashreplace", Errors::Backslash),
    ("xmlcharrefreplace", Errors::Xml),
];

impl Errors {
    /// The one of that name; `none` is `strict`.
    pub fn parse(name: &str) -> Result<Self, Failure> {
        if let Some((_, errors)) = NAMES.iter().find(|(known, _)| *known == name) {
            return Ok(*errors);
        }
        let note = match name {
            "none" | "None" => return Ok(Self::Strict),
            "surrogateescape" | "surrogatepass" => {
                "text has no surrogates here; backslashreplace shows bytes that are no text, and mode rb gives them as they are".into()
            }
            _ => match text::nearest(name, NAMES.iter().map(|(name, _)| *name)) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("one of: {}", NAMES.map(|(name, _)| name).join(" ")),
            },
        };
        Err(Failure::usage(format!("unknown error handler name '{name}'")).note(note))
    }

    /// Put what stands for bytes that are no text, unless they fail.
    pub(super) fn put(self, wrong: &[u8], out: &mut String) -> bool {
        match self {
            Self::Strict | Self::Xml => return false,
            Self::Ignore => {}
            Self::Replace => out.push(char::REPLACEMENT_CHARACTER),
            Self::Backslash => wrong.iter().for_each(|byte| out.push_str(&format!("\\x{byte:02x}"))),
        }
        true
    }

    /// What is written for a character that the encoding has not, unless it fails.
    pub(super) fn instead_of(self, c: char) -> Option<String> {
        let number = u32::from(c);
        match self {
            Self::Strict => None,
            Self::Ignore => Some(String::new()),
            Self::Replace => Some("?".into()),
            Self::Backslash if number < 0x100 => Some(format!("\\x{number:02x}")),
            Self::Backslash if number < 0x10000 => Some(format!("\\u{number:04x}")),
            Self::Backslash => Some(format!("\\U{number:08x}")),
            Self::Xml => Some(format!("&#{number};")),
        }
    }
}
