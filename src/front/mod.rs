//! What people and programs meet: the command line, scripts, the prompt. The only place that prints.

mod asker;
mod assistant;
mod block;
mod child;
pub mod complete;
mod course;
mod editor;
mod exercise;
mod files;
pub mod highlight;
pub mod hint;
mod history;
mod inputrc;
mod junit;
mod keys;
mod learn;
mod line;
pub mod names;
mod offers;
mod options;
mod output;
mod pager;
mod paste;
mod pipe;
mod progress;
mod prompt;
mod rc;
mod recorder;
mod reflow;
pub mod replay;
mod report;
mod rest;
mod screen;
mod script;
mod state;
mod step;
mod tee;
pub mod transcript;
mod verdict;
mod verify;
mod watch;

use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

pub use options::{Options, Program, Reach, Syllabus, Verification};

use crate::help::{program, tongue};
use crate::lang::Source;
use crate::os::{fd, fence, hosts, memory, poller};
use crate::value::Failure;
use crate::value::bounds::{self, Machine};

/// Exit status: an error of the script.
pub const FAILED: u8 = 1;
/// Exit status: the command line is wrong.
pub const WRONG_USAGE: u8 = 2;
/// Exit status: the bound on the whole run ran out.
pub const TIMED_OUT: u8 = 124;
/// Exit status: Ctrl-C.
pub const INTERRUPTED: u8 = 130;

/// The whole program: from its arguments to its exit status.
pub fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == hosts::AGENT) {
        hosts::serve();
        return ExitCode::SUCCESS;
    }
    if let Some(name) = child::asked_for() {
        return ExitCode::from(child::run(&name));
    }
    tongue::speak_chinese(wants_chinese());
    let options = match options::parse(std::env::args_os()) {
        Ok(options) => options,
        Err(message) => {
            output::complain(&format!("sockpit: {message}\n{}", program::usage()));
            return ExitCode::from(WRONG_USAGE);
        }
    };
    std::panic::set_hook(Box::new(|panic| {
        output::complain(&format!("sockpit: a bug: {panic}"));
    }));
    prepare();
    bounds::end_at(options.timeout.and_then(|timeout| Instant::now().checked_add(timeout)));
    // What is recorded and compared is the same in every language.
    let compared = matches!(options.program, Program::Record(..) | Program::Verify(..));
    tongue::speak_chinese(!compared && options.chinese.unwrap_or_else(tongue::speaks_chinese));
    if !options.check
        && matches!(options.program, Program::File(_) | Program::Step(_) | Program::Lines(_) | Program::Stdin)
    {
        options.form.begin();
    }
    ExitCode::from(match &options.program {
        _ if options.check => script::check(&options),
        Program::Usage => output::say(&program::usage()),
        Program::Say(text) => output::say(text),
        Program::Help(words) => script::help(words),
        Program::File(path) => script::read(path)
            .and_then(|source| script::part(source, options.role.as_deref()))
            .and_then(|source| reach(&options).map(|()| source))
            .map_or_else(|status| status, |source| run(&source, &options)),
        Program::Verify(what) => verify::verify(what, &options),
        Program::Lessons(what) => course::lessons(what, &options),
        Program::Learn(words) => learn::learn(words, &options),
        Program::Step(path) => prompt::step(path, &options),
        Program::Record(path, out) => transcript::record(path, out.as_deref(), &options),
        _ if reach(&options).is_err() => FAILED,
        Program::Lines(text) => run(&script::lines(text), &options),
        Program::Stdin => prompt::run(&options),
    })
}

/// From now on the program reaches no more than the options say. That it cannot be kept from more is said: then it does not
/// run.
fn reach(options: &Options) -> Result<(), u8> {
    let (option, done, instead) = match options.reach {
        Reach::All => return Ok(()),
        Reach::Loopback => ("--loopback-only", fence::fence(), "this kernel has no Landlock: --isolated may do"),
        Reach::Isolated => {
            ("--isolated", fence::isolate(), "no namespaces can be had here: --loopback-only keeps it from most")
        }
    };
    done.map_err(|e| {
        output::complain(&format!("sockpit: {option}: {}\n  {instead}", Failure::os(e)));
        FAILED
    })
}

/// Whether the environment asks for Chinese.
fn wants_chinese() -> bool {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    said.is_some_and(|name| tongue::is_chinese(&name) == Some(true))
}

/// Run a program, to its end or to the prompt that follows it.
fn run(source: &Rc<Source>, options: &Options) -> u8 {
    if options.stay { prompt::stay(source, options) } else { script::source(source, options) }
}

/// What every process does before it runs anything.
fn prepare() {
    memory::keep_reserve();
    bounds::ask(Machine { is_interrupted: poller::has_signal, has_room: memory::has_room });
    fd::raise_file_limit();
    if let Err(e) = poller::catch_signals() {
        output::complain(&format!("sockpit: signals cannot be caught: {e}"));
    }
}
