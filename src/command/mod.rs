//! The calls: one constant each, with everything that is known about it, beside its effect.
//!
//! From a [`Command`] come parsing, usage lines, help, completion, JSON names and the reference. Adding a call
//! touches its own file and one word in [`ALL`]. A command knows the world (sockets, files) and no task: what only
//! the scheduler can do it asks for with a [`Request`](crate::world::Request).

pub mod args;
pub mod kinds;
pub mod suits;

mod connection;
mod data;
mod files;
mod kernel;
pub mod life;
mod mode;
mod msg;
mod names;
mod netstat;
mod options;
mod processes;
mod readiness;
mod receive;
mod sync;
mod tasks;
mod transfer;
pub mod views;

pub use args::{Arg, Args};
pub use kinds::Kind;

use crate::value::Failure;
use crate::world::{Step, World};

/// A call's effect: try it once.
pub type Run = fn(&mut World, &mut Args) -> Result<Step, Failure>;

/// One documented call.
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Short forms.
    pub aliases: &'static [&'static str],
    /// Where it stands in the overview.
    pub group: Group,
    /// One line on what it does.
    pub summary: &'static str,
    /// Its parameters in the documented order.
    pub params: &'static [Param],
    /// The names of its results; empty when it gives nothing.
    pub results: &'static [&'static str],
    /// What its results are.
    pub returns: &'static str,
    /// What one should know beside: paragraphs.
    pub notes: &'static [&'static str],
    /// The same call in Python, as a template: `{NAME}` is a parameter, `<...>` is left out when the parameters in it
    /// are, `<...|...>` says what stands there instead. Statements before the last, which gives the results, end in
    /// `; `. Empty where Python has no such call.
    pub python: &'static str,
    /// The same call in C.
    pub c: &'static str,
    /// The page of the manual that documents it.
    pub man: &'static str,
    /// The errors it is known for, each with its usual cause.
    pub errors: &'static [(&'static str, &'static str)],
    /// Lines that can be pasted at the prompt.
    pub example: &'static str,
    /// What else to read about: calls, options, errors, topics.
    pub related: &'static [&'static str],
    /// The effect.
    pub run: Run,
}

/// A parameter of a call.
pub struct Param {
    /// Its documented name.
    pub name: &'static str,
    /// What fits it.
    pub kind: Kind,
    /// Whether it must be there.
    pub need: Need,
    /// What it means; empty where its kind tells.
    pub about: &'static str,
}

impl Param {
    /// Its name as usage lines and messages show it.
    pub fn label(&self) -> String {
        self.name.to_uppercase().replace("[-D]", "[-d]").replace("[-K]", "[-k]")
    }

    /// The same parameter, with what it means.
    #[must_use]
    pub const fn is(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// Its place in a usage line: `[FLAGS]`.
    pub fn usage(&self) -> String {
        let name = self.label();
        match self.need {
            Need::Required => name,
            Need::Optional => format!("[{name}]"),
            Need::Named => format!("[{}={name}]", name.to_lowercase()),
            Need::Rest => format!("[{name}...]"),
            Need::Some => format!("{name}..."),
        }
    }
}

/// Whether a parameter must be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// It must.
    Required,
    /// It may be left out, and may be given by name.
    Optional,
    /// It is given by name only.
    Named,
    /// All words that are left, none or more.
    Rest,
    /// All words that are left, one at least.
    Some,
}

/// Where a command stands in the overview.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Group {
    /// Making and ending sockets.
    Life,
    /// Names and addresses.
    Names,
    /// Listening and connecting.
    Connection,
    /// Moving data.
    Transfer,
    /// Socket options.
    Options,
    /// Blocking, timeouts.
    Mode,
    /// Files.
    Files,
    /// What is ready, what is running.
    Readiness,
    /// Text, bytes, numbers.
    Data,
    /// Cooperative tasks.
    Tasks,
    /// Processes of their own.
    Processes,
    /// Looking at the session.
    Views,
}

impl Group {
    /// All groups, with the title each has in the overview.
    pub const ALL: &[(Group, &str)] = &[
        (Group::Life, "Making and ending sockets"),
        (Group::Names, "Names and addresses"),
        (Group::Connection, "Listening and connecting"),
        (Group::Transfer, "Moving data"),
        (Group::Options, "Socket options"),
        (Group::Mode, "Blocking and timeouts"),
        (Group::Files, "Files"),
        (Group::Readiness, "What is ready, what is running"),
        (Group::Data, "Text, bytes, numbers"),
        (Group::Tasks, "Tasks"),
        (Group::Processes, "Processes"),
        (Group::Views, "Looking at the session"),
    ];
}

/// A call of which no more is known yet: what most calls of a group leave empty.
const fn bare(group: Group, name: &'static str, summary: &'static str, run: Run) -> Command {
    Command {
        name,
        aliases: &[],
        group,
        summary,
        notes: &[],
        params: &[],
        results: &[],
        returns: "",
        python: "",
        c: "",
        man: "",
        errors: &[],
        example: "",
        related: &[],
        run,
    }
}

/// Shorthand for a required parameter.
pub const fn req(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, need: Need::Required, about: "" }
}

/// Shorthand for an optional parameter.
pub const fn opt(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, need: Need::Optional, about: "" }
}

/// Shorthand for a parameter given by name only.
pub const fn named(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, need: Need::Named, about: "" }
}

/// Shorthand for all the words that are left.
pub const fn rest(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, need: Need::Rest, about: "" }
}

/// Shorthand for all the words that are left, at least one.
pub const fn some(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, need: Need::Some, about: "" }
}

/// The groups' tables, in the overview's order.
pub static ALL: &[&[Command]] = &[
    life::COMMANDS,
    names::COMMANDS,
    connection::COMMANDS,
    transfer::COMMANDS,
    options::COMMANDS,
    mode::COMMANDS,
    files::COMMANDS,
    readiness::COMMANDS,
    data::COMMANDS,
    tasks::COMMANDS,
    sync::COMMANDS,
    processes::COMMANDS,
    views::COMMANDS,
    kernel::COMMANDS,
];

/// Every command.
pub fn all() -> impl Iterator<Item = &'static Command> {
    ALL.iter().flat_map(|group| group.iter())
}

/// The command of that name or short form.
pub fn find(name: &str) -> Option<&'static Command> {
    all().find(|c| c.name == name || c.aliases.contains(&name))
}

impl Command {
    /// The line that shows how it is called: `recv S N [FLAGS]`.
    pub fn usage(&self) -> String {
        let mut out = self.name.to_string();
        for param in self.params {
            out.push_str(if param.kind == Kind::Option { " [LEVEL] " } else { " " });
            out.push_str(&param.usage());
        }
        out
    }

    /// Whether its results are somebody else's: another call's, a task's.
    pub fn results_vary(&self) -> bool {
        matches!(self.name, "wait" | "join" | "resume" | "yield")
    }
}
