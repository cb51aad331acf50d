//! The choice of keys that readline's users have made: `set editing-mode vi` in their inputrc.

use std::path::PathBuf;

use rustyline::EditMode;
use rustyline::config::BellStyle;

/// What is heeded of an inputrc.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    /// emacs, unless `editing-mode` says vi.
    pub mode: EditMode,
    /// Audible, unless `bell-style` says none or visible.
    pub bell: BellStyle,
}

/// The user's choice: `$INPUTRC`, or `~/.inputrc`.
pub(super) fn keys() -> Keys {
    let named = std::env::var_os("INPUTRC").filter(|p| !p.is_empty()).map(PathBuf::from);
    let path = named.or_else(|| std::env::home_dir().map(|h| h.join(".inputrc")));
    let text = path.filter(|p| p.is_file()).and_then(|p| std::fs::read(p).ok()).unwrap_or_default();
    read(&String::from_utf8_lossy(&text))
}

/// The settings of an inputrc. What stands in `$if` counts when it asks for sockpit.
fn read(text: &str) -> Keys {
    let mut keys = Keys { mode: EditMode::Emacs, bell: BellStyle::Audible };
    let mut conditions: Vec<bool> = Vec::new();
    for line in text.lines() {
        let line = line.trim().to_ascii_lowercase();
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("$if"), wanted, _) => conditions.push(wanted == Some("sockpit")),
            (Some("$else"), ..) => conditions.iter_mut().last().into_iter().for_each(|c| *c = !*c),
            (Some("$endif"), ..) => drop(conditions.pop()),
            (Some("set"), Some(setting), Some(value)) if conditions.iter().all(|c| *c) => match (setting, value) {
                ("editing-mode", "vi") => keys.mode = EditMode::Vi,
                ("editing-mode", "emacs") => keys.mode = EditMode::Emacs,
                ("bell-style", "none") => keys.bell = BellStyle::None,
                ("bell-style", "visible") => keys.bell = BellStyle::Visible,
                ("bell-style", "audible") => keys.bell = BellStyle::Audible,
                _ => {}
            },
            _ => {}
        }
    }
    keys
}
