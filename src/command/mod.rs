//! The calls: one constant each, with everything that is known about it, beside its effect.
//!
//! From a [`Command`] come parsing, usage lines, help, completion, JSON names, advice, transcripts' placeholders and the
//! reference. Adding a call touches its own file and its `COMMANDS`. A command knows the world
//! (sockets, files) and no task: what only the scheduler can do it asks for with a [`Request`](crate::world::Request).

pub(crate) mod address;
mod alg;
mod ancillary;
pub(crate) mod args;
mod bpf;
pub(crate) mod kinds;
mod known;
pub mod standing;

mod connection;
mod create;
mod data;
mod descriptors;
mod entries;
mod epoll;
mod fields;
mod files;
mod forms;
mod frames;
mod gather;
mod group;
mod hosts;
mod inet;
mod interfaces;
mod kernel;
mod lengths;
mod lists;
mod lookup;
mod mode;
mod msg;
mod multiplex;
mod names;
mod netstat;
mod numbers;
mod numerals;
mod octets;
mod options;
mod outside;
mod paths;
mod processes;
mod readiness;
mod receive;
mod receiving;
mod search;
mod sendfile;
mod sending;
pub(crate) mod socket;
mod splice;
mod stack;
mod strings;
mod sync;
mod tasks;
mod transfer;
pub(crate) mod views;
pub(crate) mod wire;

pub(crate) use ancillary::said_beside;
pub use args::{Arg, Args};
pub use group::Group;
pub use kinds::Kind;
pub use known::{KnownError, err, usual};
pub use standing::Stands;

use known::{CLOSED, MANY_OPEN};

use crate::value::{Failure, Holds, Reply};
use crate::world::{Step, World};

/// A call's effect: try it once.
pub type Run = fn(&mut World, &mut Args) -> Result<Step, Failure>;

/// One documented call.
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Short forms.
    pub aliases: &'static [&'static str],
    /// What people type for it who come from elsewhere; never a call's own name.
    pub elsewhere: &'static [&'static str],
    /// Where it stands in the overview.
    pub group: Group,
    /// One line on what it does.
    pub summary: &'static str,
    /// Its parameters in the documented order.
    pub params: &'static [Param],
    /// Its results, each with its name and what it holds; empty when it gives nothing. `...` after a name: any number.
    pub results: &'static [(&'static str, Holds)],
    /// What its results are.
    pub returns: &'static str,
    /// What one should know beside: paragraphs.
    pub notes: &'static [&'static str],
    /// The same call in Python, as a template: `{NAME}` is a parameter, `<...>` is left out when the parameters in it
    /// are, `<...|...>` says what stands there instead. Statements before the last, which gives the results, end in
    /// `; `. Empty where Python has no such call.
    pub python: &'static str,
    /// Other forms in Python that come to the same, as templates: they are understood, and not shown.
    pub also: &'static [&'static str],
    /// The same call in C.
    pub c: &'static str,
    /// The page of the manual that documents it.
    pub man: &'static str,
    /// The errors it is known for.
    pub errors: &'static [KnownError],
    /// The call whose errors are its own, too.
    pub like: Option<&'static Command>,
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
    /// How the socket stands that the call is for; of an address, the socket that has it.
    pub stands: Stands,
    /// What else does, by its kind; what does at all, where the parameter's kind is [`Kind::Thing`] or [`Kind::ThingOrNumber`].
    pub or: &'static [&'static str],
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

    /// The same parameter, of a socket that stands so.
    #[must_use]
    pub const fn that(self, stands: Stands) -> Self {
        Self { stands, ..self }
    }

    /// The same parameter, in whose place these do as well.
    #[must_use]
    pub const fn or(self, or: &'static [&'static str]) -> Self {
        Self { or, ..self }
    }

    /// The name of what fits, for messages.
    pub fn noun(&self) -> String {
        match self.kind {
            Kind::Thing if self.about.is_empty() => self.or.join(" or "),
            // What it says behind a semicolon is of those that do not fit.
            Kind::Thing | Kind::ThingOrText | Kind::ThingOrNumber => {
                self.about.split_once(';').map_or(self.about, |(fits, _)| fits).into()
            }
            kind => kind.noun().into(),
        }
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

/// A call of which no more is known yet: what most calls of a group leave empty.
const fn bare(group: Group, name: &'static str, summary: &'static str, run: Run) -> Command {
    Command {
        name,
        aliases: &[],
        elsewhere: &[],
        group,
        summary,
        notes: &[],
        params: &[],
        results: &[],
        returns: "",
        python: "",
        also: &[],
        c: "",
        man: "",
        errors: &[],
        like: None,
        example: "",
        related: &[],
        run,
    }
}

/// What the calls of a group leave empty; each has its name, its summary and its effect.
const fn base(group: Group) -> Command {
    bare(group, "", "", |_, _| Ok(Step::Done(Reply::Nothing)))
}

const fn param(name: &'static str, kind: Kind, need: Need) -> Param {
    Param { name, kind, need, about: "", stands: Stands::Open, or: &[] }
}

/// Shorthand for a required parameter.
pub const fn req(name: &'static str, kind: Kind) -> Param {
    param(name, kind, Need::Required)
}

/// Shorthand for an optional parameter.
pub const fn opt(name: &'static str, kind: Kind) -> Param {
    param(name, kind, Need::Optional)
}

/// Shorthand for a parameter given by name only.
pub const fn named(name: &'static str, kind: Kind) -> Param {
    param(name, kind, Need::Named)
}

/// Shorthand for all the words that are left.
pub const fn rest(name: &'static str, kind: Kind) -> Param {
    param(name, kind, Need::Rest)
}

/// Shorthand for all the words that are left, at least one.
pub const fn some(name: &'static str, kind: Kind) -> Param {
    param(name, kind, Need::Some)
}

/// The groups' tables, in the overview's order.
pub static ALL: &[&[Command]] = &[
    socket::COMMANDS,
    descriptors::COMMANDS,
    names::COMMANDS,
    lookup::COMMANDS,
    hosts::COMMANDS,
    interfaces::COMMANDS,
    inet::COMMANDS,
    connection::COMMANDS,
    create::COMMANDS,
    transfer::COMMANDS,
    receive::COMMANDS,
    gather::COMMANDS,
    msg::COMMANDS,
    lengths::COMMANDS,
    sendfile::COMMANDS,
    splice::COMMANDS,
    alg::COMMANDS,
    options::COMMANDS,
    bpf::COMMANDS,
    mode::COMMANDS,
    files::COMMANDS,
    paths::COMMANDS,
    multiplex::COMMANDS,
    epoll::COMMANDS,
    readiness::COMMANDS,
    data::COMMANDS,
    strings::COMMANDS,
    search::COMMANDS,
    numbers::COMMANDS,
    lists::COMMANDS,
    octets::COMMANDS,
    outside::COMMANDS,
    tasks::COMMANDS,
    sync::COMMANDS,
    processes::COMMANDS,
    stack::COMMANDS,
    wire::COMMANDS,
    frames::COMMANDS,
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

    /// The names of its results, with commas between.
    pub fn result_names(&self) -> String {
        self.results.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// Whether any of its results holds that.
    pub fn gives(&self, what: Holds) -> bool {
        self.results.iter().any(|(_, holds)| *holds == what)
    }

    /// Whether it may give any number of results.
    pub fn gives_any_number(&self) -> bool {
        self.results.iter().any(|(name, _)| name.ends_with("..."))
    }

    /// What is known of an error of it: its own row, or that of the call it is like.
    pub fn error(&self, name: &str) -> Option<&'static KnownError> {
        self.errors.iter().find(|t| t.name == name).or_else(|| self.like?.error(name))
    }
}
