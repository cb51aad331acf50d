//! The rules of what differs from run to run: one table, which [`super::canon`] applies. It knows kinds of values, and
//! no call by its name.

use crate::value::Holds;

/// A kind of value that differs from run to run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Chosen {
    /// What is measured: it is another every time, and nobody compares it.
    Any,
    /// A port that the kernel gave.
    Port,
    /// A descriptor.
    Fd,
    /// A process.
    Pid,
    /// A time, or a number reckoned from one.
    Time,
    /// An abstract name that the kernel gave: autobind.
    Name,
    /// The name of this machine.
    Host,
    /// Bytes by chance, or what was made of them.
    Random,
}

/// How values of a kind are known.
pub struct Rule {
    /// The kind.
    pub kind: Chosen,
    /// What its placeholders are called.
    pub word: &'static str,
    /// What a call's result or a view's column of such values holds.
    pub holds: &'static [Holds],
    /// What stands before such a number in sockpit's own words.
    pub after: &'static [&'static str],
    /// It is one even when the session's lines contain the same number or word.
    pub always: bool,
    /// Known once, it is found wherever it stands again; else only where its call or its name gives it.
    pub everywhere: bool,
    /// Whether a text can be one.
    pub fits: fn(&str) -> bool,
}

/// The rules, all of them. A number that the lines themselves contain stays as it is, unless the rule says otherwise; so
/// does all that is shown by a line that inserts no value, and by a call that counts: nobody chose the numbers it gives.
pub const RULES: [Rule; 8] = [
    Rule {
        kind: Chosen::Any,
        word: "any",
        // And how long something lasts, `0.3 s more`.
        holds: &[Holds::Measured, Holds::Seconds],
        after: &["\"time_left\": "],
        always: true,
        everywhere: false,
        fits: |text| text.parse::<f64>().is_ok(),
    },
    Rule {
        kind: Chosen::Port,
        word: "port",
        // An address may be taken apart, into its host and its port.
        holds: &[Holds::Port, Holds::Address],
        // And after an address: `127.0.0.1:`, `[::1]:`.
        after: &[],
        always: false,
        everywhere: true,
        fits: is_chosen_port,
    },
    Rule {
        kind: Chosen::Fd,
        word: "fd",
        holds: &[Holds::Fd],
        after: &[", fd "],
        always: true,
        everywhere: false,
        fits: is_number,
    },
    Rule {
        kind: Chosen::Pid,
        word: "pid",
        // A netlink socket's port is mostly that of its process; 0 is the kernel.
        holds: &[Holds::Pid],
        after: &[" pid ", "netlink:"],
        always: true,
        everywhere: true,
        fits: |text| is_number(text) && text != "0",
    },
    Rule {
        kind: Chosen::Time,
        word: "time",
        holds: &[Holds::Moment],
        after: &[],
        always: true,
        everywhere: true,
        fits: |text| text.parse::<f64>().is_ok(),
    },
    Rule {
        kind: Chosen::Name,
        word: "name",
        // Every address that is one: five hexadecimal digits after `@`.
        holds: &[],
        after: &["@"],
        always: false,
        everywhere: true,
        fits: is_autobound,
    },
    Rule {
        kind: Chosen::Host,
        word: "host",
        holds: &[Holds::Host],
        after: &[],
        always: true,
        everywhere: true,
        // What every machine calls itself says nothing of this one.
        fits: |text| !text.is_empty() && text != "localhost",
    },
    Rule {
        kind: Chosen::Random,
        word: "random",
        holds: &[Holds::Random],
        after: &[],
        always: true,
        everywhere: true,
        fits: |text| !text.is_empty(),
    },
];

/// Ports below this one are nobody's choice but the script's.
const FIRST_CHOSEN_PORT: u32 = 1024;
/// A shorter number is found only where no letter or hyphen touches it: `task-3` is no process.
pub const LONG: usize = 4;

impl Chosen {
    /// Whether the value at a second place is to be that at the first.
    pub fn is_compared(self) -> bool {
        !matches!(self, Self::Any | Self::Random)
    }

    /// Its rule.
    pub fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    /// Whether its placeholders are numbered: of the others there is one.
    pub fn is_numbered(self) -> bool {
        !matches!(self, Self::Any | Self::Host | Self::Random)
    }

    /// The kind of what a result or a column holds.
    pub fn held(holds: Holds) -> Option<Self> {
        RULES.iter().find(|r| r.holds.contains(&holds)).map(|r| r.kind)
    }

    /// The kind of that name.
    pub fn of(word: &str) -> Option<Self> {
        RULES.iter().find(|r| r.word == word).map(|r| r.kind)
    }
}

/// How a placeholder is written.
pub fn placeholder(kind: Chosen, number: usize) -> String {
    let word = kind.rule().word;
    if kind.is_numbered() { format!("{{{word}:{number}}}") } else { format!("{{{word}}}") }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text is a port that the kernel may have given.
pub fn is_chosen_port(text: &str) -> bool {
    is_number(text) && text.parse().is_ok_and(|port| (FIRST_CHOSEN_PORT..=65535).contains(&port))
}

/// Whether a text is a name as autobind gives it.
pub fn is_autobound(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
