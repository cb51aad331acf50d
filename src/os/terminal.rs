//! The terminal's own settings, kept so that it is left as it was found.

use std::io::{self, Write};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

/// How wide a terminal is that does not say.
pub(crate) const USUAL: usize = 80;

/// How many columns the terminal on standard output has now; none when it is no terminal.
pub(crate) fn width() -> Option<usize> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    Some(if size.ws_col == 0 { USUAL } else { usize::from(size.ws_col) })
}

/// What the terminal was set to.
pub(crate) struct Terminal(Option<Termios>);

impl Terminal {
    /// Remember how the terminal on standard input is set.
    pub(crate) fn remember() -> Self {
        Self(tcgetattr(io::stdin()).ok())
    }

    /// Set it so again: the editor may have been stopped in the middle of a line.
    pub(crate) fn restore(&self) {
        let Some(settings) = &self.0 else { return };
        let mut out = io::stdout().lock();
        // The terminal may be gone.
        let _ = out.write_all(b"\x1b[?2004l").and_then(|()| out.flush());
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, settings);
    }
}
