//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::{Long, Short, Value};

use super::output::Form;
use crate::help::{completions, manual, tongue};

/// The option that names a part of a lesson.
const AS: &str = "as";

/// What is run, and how it is shown.
#[derive(Debug, Default)]
pub struct Options {
    /// What is run.
    pub program: Program,
    /// Its `$1`, `$2`, ...
    pub arguments: Vec<String>,
    /// Show only what `print` prints.
    pub quiet: bool,
    /// Stay at the prompt after the program.
    pub stay: bool,
    /// Run nothing: say what is wrong with it.
    pub check: bool,
    /// Leave out the lines that are run before the first prompt.
    pub norc: bool,
    /// How events are written.
    pub form: Form,
    /// What it may reach.
    pub reach: Reach,
    /// The bound on the whole run.
    pub timeout: Option<Duration>,
    /// Of a lesson of two programs, the one that is played.
    pub role: Option<String>,
    /// What sockpit says is in Chinese; none where nobody said so.
    pub chinese: Option<bool>,
}

/// What a program may reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Reach {
    /// Whatever its user may.
    #[default]
    All,
    /// This machine's addresses, and the files of the working folder.
    Loopback,
    /// What is in namespaces of its own.
    Isolated,
}

/// What is run.
#[derive(Debug, Default)]
pub enum Program {
    /// Say how the program is called.
    Usage,
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
    /// Do something with the lessons.
    Lessons(Syllabus),
    /// Go through a lesson: the one that these words name, or the next.
    Learn(Vec<String>),
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
    /// How many run at once; as many as there are cores, where nobody says.
    pub jobs: Option<usize>,
    /// Where to write what came of them as JUnit XML.
    pub junit: Option<PathBuf>,
}

/// What is done with the lessons.
#[derive(Debug)]
pub enum Syllabus {
    /// List them.
    List,
    /// Write them all below that folder.
    Write(PathBuf),
    /// Prove that their exercises can be solved and are not yet: of these files, or of all that are carried.
    Check(Vec<PathBuf>),
}

/// Read the command line, whose first word is the program's name.
pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Options, String> {
    let mut parser = lexopt::Parser::from_iter(args);
    let mut options = Options::default();
    let mut given = Given::default();
    loop {
        given.literal |= parser.try_raw_args().is_some_and(|rest| rest.peek().is_some_and(|word| word == "--"));
        let Some(arg) = parser.next().map_err(|e| wrong(&e))? else { break };
        match arg {
            Short('q') | Long("quiet") => options.quiet = true,
            Short('i') | Long("interactive") => options.stay = true,
            Short('n') | Long("check") => options.check = true,
            Long("norc") => options.norc = true,
            Long("isolated") => options.reach = Reach::Isolated,
            Long("loopback-only") => options.reach = Reach::Loopback,
            Long("json") => {
                options.form = match parser.optional_value() {
                    None => Form::Json,
                    Some(word) if word == "full" => Form::Full,
                    Some(word) => return Err(format!("--json takes no `{}`: --json or --json=full", word.display())),
                };
            }
            Long("timeout") => options.timeout = seconds(&mut parser)?,
            Long("lang") => options.chinese = Some(lang(&mut parser)?),
            Long(AS) => options.role = Some(text(parser.value().map_err(|e| wrong(&e))?)?),
            Short('c') => given.lines.push(text(parser.value().map_err(|e| wrong(&e))?)?),
            Short('h') | Long("help") => return Ok(Options { program: Program::Usage, ..options }),
            Short('V') | Long("version") => return Ok(say(concat!("sockpit ", env!("CARGO_PKG_VERSION")).into())),
            Value(first) => word(first, &mut parser, &mut options, &mut given)?,
            other => return Err(other.unexpected().to_string()),
        }
    }
    if let Some(verb) = given.verb {
        return Err(format!("`{verb}` needs a file"));
    }
    if !given.lines.is_empty() {
        options.program = Program::Lines(given.lines.join("\n"));
    }
    contradictions(&options, &given).map_or(Ok(options), |message| Err(message.into()))
}

/// What is known of the words so far.
#[derive(Default)]
struct Given {
    /// The lines of each `-c`.
    lines: Vec<String>,
    /// `run` or `step`, whose file has not come yet.
    verb: Option<&'static str>,
    /// `--` came: what follows is no option, and no word of ours.
    literal: bool,
    /// `-`: the program comes on standard input.
    dash: bool,
}

fn wrong(e: &lexopt::Error) -> String {
    e.to_string()
}

fn say(text: String) -> Options {
    Options { program: Program::Say(text), ..Options::default() }
}

/// A word that is no option: what is run, or the first of its arguments.
fn word(first: OsString, parser: &mut lexopt::Parser, options: &mut Options, given: &mut Given) -> Result<(), String> {
    let ours = given.lines.is_empty() && given.verb.is_none() && !given.literal;
    match first.to_str().filter(|_| ours) {
        Some("run") => given.verb = Some("run"),
        Some("step") => given.verb = Some("step"),
        Some("record") => options.program = record(parser, options)?,
        Some("verify") => options.program = verify(parser, options)?,
        Some("help") => options.program = help(parser)?,
        Some("lessons") => options.program = Program::Lessons(lessons(parser, options)?),
        Some("learn") => options.program = Program::Learn(learn(parser, options)?),
        _ => {
            let verb = given.verb.take();
            if !given.lines.is_empty() {
                options.arguments.push(text(first)?);
            } else if first == "-" {
                if verb == Some("step") {
                    return Err("`step` needs a file: standard input is where its lines are typed".into());
                }
                given.dash = true;
            } else {
                options.program =
                    if verb == Some("step") { Program::Step(first.into()) } else { Program::File(first.into()) };
            }
            for rest in parser.raw_args().map_err(|e| wrong(&e))? {
                options.arguments.push(text(rest)?);
            }
            if given.lines.is_empty() && !given.literal {
                take_role(options)?;
            }
        }
    }
    Ok(())
}

/// `--as ROLE` stands behind a lesson's name, too. Who wants it to be the script's own writes `--` before the file.
fn take_role(options: &mut Options) -> Result<(), String> {
    let Some(at) = options.arguments.iter().position(|word| word.strip_prefix("--") == Some(AS)) else { return Ok(()) };
    let two = at..options.arguments.len().min(at + 2);
    let role = options.arguments.drain(two).nth(1);
    options.role = Some(role.ok_or_else(|| format!("--{AS} needs the name of a part: server or client"))?);
    Ok(())
}

/// What cannot be asked for together.
fn contradictions(options: &Options, given: &Given) -> Option<&'static str> {
    let transcripts = matches!(options.program, Program::Record(..) | Program::Verify(..));
    let runs = matches!(options.program, Program::File(_) | Program::Lines(_)) || given.dash;
    let is_prompt = matches!(options.program, Program::Stdin) && !given.dash;
    if options.role.is_some() && !matches!(options.program, Program::File(_) | Program::Step(_) | Program::Learn(_)) {
        return Some("--as goes with a lesson of two programs: sockpit 01 --as server");
    }
    match options.form {
        Form::Full if options.quiet => return Some("--json=full tells what -q leaves out: give one of them"),
        Form::Json | Form::Full if transcripts => {
            return Some("record and verify have transcripts: they take no --json");
        }
        Form::Json | Form::Full if options.check => return Some("-n runs nothing that --json could tell of"),
        _ => {}
    }
    let is_verify = matches!(options.program, Program::Verify(_));
    if options.reach != Reach::All && !(runs || is_prompt || is_verify && options.reach == Reach::Isolated) {
        return Some(
            "--isolated and --loopback-only go with a script, -c, - and the prompt; --isolated with verify, too",
        );
    }
    match (options.check, options.stay) {
        (true, true) => Some("-n runs nothing, so there is nothing to stay at the prompt with: give -n or -i"),
        (true, _) if is_prompt => Some("-n needs what it is to check: a file, -c LINES or -"),
        (true, _) if !runs => Some("-n checks a script, and goes with no other word: sockpit -n FILE.sock"),
        (_, true) if given.dash => Some("-i needs standard input for its prompt: the program cannot come from there"),
        (_, true) if !runs && !is_prompt => Some("-i goes with a script or -c: sockpit -i FILE.sock"),
        _ => None,
    }
}

fn seconds(parser: &mut lexopt::Parser) -> Result<Option<Duration>, String> {
    let text = parser.value().map_err(|e| e.to_string())?.to_string_lossy().into_owned();
    let seconds = text.parse::<f64>().ok().filter(|s| *s >= 0.0);
    let limit = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
    limit.map(Some).ok_or_else(|| format!("--timeout takes seconds, not `{text}`"))
}

fn jobs(parser: &mut lexopt::Parser) -> Result<usize, String> {
    let text = parser.value().map_err(|e| wrong(&e))?.to_string_lossy().into_owned();
    text.parse()
        .ok()
        .filter(|n| *n > 0)
        .ok_or_else(|| format!("-j takes a number of transcripts at once, not `{text}`"))
}

/// The language that is asked for: whether it is Chinese.
fn lang(parser: &mut lexopt::Parser) -> Result<bool, String> {
    let name = text(parser.value().map_err(|e| wrong(&e))?)?;
    tongue::is_chinese(&name).ok_or_else(|| format!("--lang takes zh or en, not `{name}`"))
}

/// The words after `help`.
fn help(parser: &mut lexopt::Parser) -> Result<Program, String> {
    let words: Vec<String> = parser.raw_args().map_err(|e| e.to_string())?.map(text).collect::<Result<_, _>>()?;
    match words.first().map(String::as_str) {
        Some("--completions") => {
            let script = words.get(1).filter(|_| words.len() == 2).and_then(|shell| completions::script(shell));
            script.map(Program::Say).ok_or_else(completions::shells)
        }
        Some("--man") if words.len() == 1 => Ok(Program::Say(manual::manual().trim_end().into())),
        Some(flag) if flag.starts_with('-') && flag != "-k" => Err(format!("`help` has no option `{flag}`")),
        _ => Ok(Program::Help(words)),
    }
}

/// The words after `lessons`.
fn lessons(parser: &mut lexopt::Parser, options: &mut Options) -> Result<Syllabus, String> {
    let mut what = Syllabus::List;
    while let Some(arg) = parser.next().map_err(|e| wrong(&e))? {
        match arg {
            Long("json") => options.form = Form::Json,
            Long("lang") => options.chinese = Some(lang(parser)?),
            Long("write") => what = Syllabus::Write(parser.value().map_err(|e| wrong(&e))?.into()),
            Long("check") => what = Syllabus::Check(Vec::new()),
            Value(word) => match &mut what {
                Syllabus::Check(files) => files.push(word.into()),
                _ => return Err(format!("`lessons` takes no `{}`: to go through one, sockpit learn", word.display())),
            },
            other => return Err(other.unexpected().to_string()),
        }
    }
    Ok(what)
}

/// The words after `learn`.
fn learn(parser: &mut lexopt::Parser, options: &mut Options) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    while let Some(arg) = parser.next().map_err(|e| wrong(&e))? {
        match arg {
            Long("json") => options.form = Form::Json,
            Long("lang") => options.chinese = Some(lang(parser)?),
            Long(AS) => options.role = Some(text(parser.value().map_err(|e| wrong(&e))?)?),
            Value(word) => words.push(text(word)?),
            other => return Err(other.unexpected().to_string()),
        }
    }
    Ok(words)
}

/// The words after `record`.
fn record(parser: &mut lexopt::Parser, options: &mut Options) -> Result<Program, String> {
    let (mut file, mut out) = (None, None);
    while let Some(arg) = parser.next().map_err(|e| wrong(&e))? {
        match arg {
            Short('o') => out = Some(parser.value().map_err(|e| wrong(&e))?.into()),
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
            Long("isolated") => options.reach = Reach::Isolated,
            Short('j') => what.jobs = Some(jobs(parser)?),
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
