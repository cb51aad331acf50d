//! The terminal's own settings, kept so that it is left as it was found.

use std::io::{self, Write};
use std::os::fd::AsFd;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

/// How wide a terminal is that does not say.
pub(crate) const USUAL: usize = 80;

/// How many rows and columns the terminal behind that stream has now; none when it is no terminal. One that does not
/// say its height has no end.
pub(crate) fn size(stream: impl AsFd) -> Option<(usize, usize)> {
    let size = tcgetwinsize(stream).ok()?;
    let rows = if size.ws_row == 0 { usize::MAX } else { usize::from(size.ws_row) };
    Some((rows, if size.ws_col == 0 { USUAL } else { usize::from(size.ws_col) }))
}

/// How many columns the terminal behind that stream has now; none when it is no terminal.
pub(crate) fn width(stream: impl AsFd) -> Option<usize> {
    Some(size(stream)?.1)
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

/// How many bytes of whole lines wait to be read that were typed while no line was edited.
pub(crate) fn typed_ahead() -> usize {
    rustix::io::ioctl_fionread(io::stdin()).map_or(0, |n| usize::try_from(n).unwrap_or(0))
}

/// While no line is edited nothing that is typed is shown: it would stand in the middle of the output, and once more
/// when it is edited. It is read by the next line.
pub(crate) fn silence() {
    if let Ok(mut settings) = tcgetattr(io::stdin())
        && settings.local_modes.contains(LocalModes::ECHO)
    {
        settings.local_modes -= LocalModes::ECHO;
        // The terminal may be gone.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &settings);
    }
}
