//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::{Long, Short, Value};

use super::output::Form;
use crate::help::{manual, program};

/// What is run, and how it is shown.
#[derive(Debug, Default)]
pub struct Options {
    /// What is run.
    pub program: Program,
    /// Its `$1`, `$2`, ...
    pub arguments: Vec<String>,
    /// Show only what `print` prints.
    pub quiet: bool,
    /// How events are written.
    pub form: Form,
    /// The bound on the whole run.
    pub timeout: Option<Duration>,
}

/// What is run.
#[derive(Debug, Default)]
pub enum Program {
    /// Print a text and leave.
    Say(String),
    /// Explain the calls, or what these words name.
    Help(Vec<String>),
    /// A script.
    File(PathBuf),
    /// A script, a line at a time.
    Step(PathBuf),
    /// The lines of `-c`.
    Lines(String),
    /// Record a script as a transcript, in that file or on the standard output.
    Record(PathBuf, Option<PathBuf>),
    /// Run transcripts again.
    Verify(Verification),
    /// The prompt, or the lines of a pipe.
    #[default]
    Stdin,
}

/// Which transcripts are run again, and what comes of it.
#[derive(Debug, Default)]
pub struct Verification {
    /// Transcripts, and folders of them.
    pub paths: Vec<PathBuf>,
    /// Write anew what differs.
    pub bless: bool,
    /// Where to write what came of them as JUnit XML.
    pub junit: Option<PathBuf>,
}

/// Read the command line, whose first word is the program's name.
pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Options, String> {
    let mut options = Options::default();
    let mut parser = lexopt::Parser::from_iter(args);
    let wrong = |e: lexopt::Error| e.to_string();
    let mut lines = None;
    let (mut explicit, mut steps) = (false, false);
    while let Some(arg) = parser.next().map_err(wrong)? {
        match arg {
            Short('q') | Long("quiet") => options.quiet = true,
            Long("json") => {
                options.form = match parser.optional_value() {
                    None => Form::Json,
                    Some(word) if word == "full" => Form::Full,
                    Some(word) => return Err(format!("--json takes no `{}`: --json or --json=full", word.display())),
                };
            }
            Long("timeout") => options.timeout = seconds(&mut parser)?,
            Short('c') => lines = Some(text(parser.value().map_err(wrong)?)?),
            Short('h') | Long("help") => options.program = Program::Say(program::usage()),
            Short('V') | Long("version") => {
                options.program = Program::Say(concat!("sockpit ", env!("CARGO_PKG_VERSION")).into());
            }
            Value(first) => match first.to_str().filter(|_| lines.is_none() && !explicit) {
                Some("run") => explicit = true,
                Some("step") => (explicit, steps) = (true, true),
                Some("record") => options.program = record(&mut parser, &mut options)?,
                Some("verify") => options.program = verify(&mut parser, &mut options)?,
                Some("help") => options.program = help(&mut parser)?,
                _ => {
                    if lines.is_none() {
                        options.program = if steps { Program::Step(first.into()) } else { Program::File(first.into()) };
                    } else {
                        options.arguments.push(text(first)?);
                    }
                    for rest in parser.raw_args().map_err(wrong)? {
                        options.arguments.push(text(rest)?);
                    }
                    explicit = false;
                }
            },
            other => return Err(other.unexpected().to_string()),
        }
    }
    if explicit {
        return Err(format!("`{}` needs a file", if steps { "step" } else { "run" }));
    }
    if let Some(lines) = lines {
        options.program = Program::Lines(lines);
    }
    if options.quiet && options.form == Form::Full {
        return Err("--json=full tells what -q leaves out: give one of them".into());
    }
    if matches!(options.program, Program::Record(..) | Program::Verify(..)) && options.form != Form::Human {
        return Err("record and verify have transcripts: they take no --json".into());
    }
    Ok(options)
}

fn seconds(parser: &mut lexopt::Parser) -> Result<Option<Duration>, String> {
    let text = parser.value().map_err(|e| e.to_string())?.to_string_lossy().into_owned();
    let seconds = text.parse::<f64>().ok().filter(|s| *s >= 0.0);
    let limit = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
    limit.map(Some).ok_or_else(|| format!("--timeout takes seconds, not `{text}`"))
}

/// The words after `help`.
fn help(parser: &mut lexopt::Parser) -> Result<Program, String> {
    let words: Vec<String> = parser.raw_args().map_err(|e| e.to_string())?.map(text).collect::<Result<_, _>>()?;
    match words.first().map(String::as_str) {
        Some("--man") if words.len() == 1 => Ok(Program::Say(manual::manual().trim_end().into())),
        Some(flag) if flag.starts_with('-') && flag != "-k" => Err(format!("`help` has no option `{flag}`")),
        _ => Ok(Program::Help(words)),
    }
}

/// The words after `record`.
fn record(parser: &mut lexopt::Parser, options: &mut Options) -> Result<Program, String> {
    let wrong = |e: lexopt::Error| e.to_string();
    let (mut file, mut out) = (None, None);
    while let Some(arg) = parser.next().map_err(wrong)? {
        match arg {
            Short('o') => out = Some(parser.value().map_err(wrong)?.into()),
            Long("timeout") => options.timeout = seconds(parser)?,
            Value(word) if file.is_none() => file = Some(PathBuf::from(word)),
            Value(word) => options.arguments.push(text(word)?),
            other => return Err(other.unexpected().to_string()),
        }
    }
    file.map(|file| Program::Record(file, out)).ok_or_else(|| "`record` needs a script".into())
}

/// The words after `verify`.
fn verify(parser: &mut lexopt::Parser, options: &mut Options) -> Result<Program, String> {
    let mut what = Verification::default();
    while let Some(arg) = parser.next().map_err(|e| e.to_string())? {
        match arg {
            Long("bless") => what.bless = true,
            Long("junit") => what.junit = Some(parser.value().map_err(|e| e.to_string())?.into()),
            Long("timeout") => options.timeout = seconds(parser)?,
            Value(word) => what.paths.push(PathBuf::from(word)),
            other => return Err(other.unexpected().to_string()),
        }
    }
    if what.paths.is_empty() {
        return Err("`verify` needs a transcript, or a folder of them".into());
    }
    Ok(Program::Verify(what))
}

fn text(word: OsString) -> Result<String, String> {
    word.into_string().map_err(|w| format!("`{}` is not UTF-8 text", w.to_string_lossy()))
}
