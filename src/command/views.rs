//! Looking at the session: names, sockets, history, help.

use super::{Args, Command, Group, Kind, Need, all, bare, find, opt, req, rest};
use crate::os::options;
use crate::value::{Failure, Reply, Value, errno, text};
use crate::world::{Request, Step, World};

fn ask(request: Request) -> Result<Step, Failure> {
    Ok(Step::Ask(request))
}

fn sockets(_: &mut World, _: &mut Args) -> Result<Step, Failure> {
    ask(Request::Sockets)
}

fn vars(_: &mut World, _: &mut Args) -> Result<Step, Failure> {
    ask(Request::Vars)
}

fn why(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = if args.has(0) { Some(args.socket(0)?) } else { None };
    ask(Request::Why(socket))
}

fn diagram(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let chosen = (0..args.0.len()).map(|i| args.socket(i)).collect::<Result<_, _>>()?;
    ask(Request::Diagram(chosen))
}

fn history(_: &mut World, _: &mut Args) -> Result<Step, Failure> {
    ask(Request::History)
}

fn save(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    ask(Request::Save(args.text(0)?.into_owned()))
}

fn source(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    ask(Request::Source(args.text(0)?.into_owned()))
}

fn trace(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    ask(Request::Trace(args.on(0)))
}

fn quit(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let status = if args.has(0) { args.int(0)? } else { 0 };
    let status = u8::try_from(status);
    ask(Request::Quit(status.map_err(|_| Failure::usage("an exit status is a number from 0 to 255").at(0))?))
}

fn announce(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    if args.has(0) {
        world.announce(args.on(0));
        return Ok(Step::Done(Reply::Nothing));
    }
    Ok(Value::Bool(world.announces()).into())
}

fn help(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let text = if args.has(0) { about(&args.text(0)?)? } else { overview() };
    ask(Request::Show(text))
}

/// All calls, by group, a line each.
pub fn overview() -> String {
    let mut out = String::new();
    for (group, title) in Group::ALL {
        out.push_str(&format!("{title}\n"));
        for command in all().filter(|c| c.group == *group) {
            out.push_str(&format!("  {:18} {}\n", command.name, command.summary));
        }
    }
    out.push_str("help CALL tells more: usage, what it returns, errors, an example. An option or an errno works too.");
    out
}

/// What is known about a call, an option or an errno.
pub fn about(word: &str) -> Result<String, Failure> {
    if let Some(command) = find(word) {
        return Ok(about_command(command));
    }
    if let Some(spec) = options::by_name(word).and_then(|o| o.spec) {
        let access = match (spec.readable, spec.writable) {
            (true, true) => "read and set",
            (true, false) => "read only",
            _ => "set only",
        };
        let level = options::level_name(spec.level).unwrap_or("?");
        return Ok(format!(
            "{}: {}\n  level {level}, number {}, {access}; manual: {}",
            spec.name, spec.summary, spec.number, spec.man
        ));
    }
    if let Some(e) = errno::by_name(word) {
        let advice = if e.advice.is_empty() { String::new() } else { format!("\n  {}", e.advice) };
        return Ok(format!("{}: {} ({}){advice}", e.name, e.text, e.number));
    }
    let names = all().map(|c| c.name).chain(options::names()).chain(errno::ERRNOS.iter().map(|e| e.name));
    let failure = Failure::usage(format!("no call, option or errno is named `{word}`")).at(0);
    Err(match text::nearest(word, names) {
        Some(near) => failure.note(format!("did you mean {near}?")),
        None => failure.note("`help` lists the calls"),
    })
}

fn about_command(command: &Command) -> String {
    let mut out = format!("{}\n  {}\n", command.usage(), command.summary);
    let mut line = |label: &str, text: &str| {
        if !text.is_empty() {
            out.push_str(&format!("  {label:9} {text}\n"));
        }
    };
    line("also", &command.aliases.join(", "));
    for param in command.params {
        let need = match param.need {
            Need::Required => "",
            Need::Optional => ", may be left out",
            Need::Named => ", by name only",
            Need::Rest => ", none or more",
            Need::Some => ", one or more",
        };
        line(&param.label(), &format!("{}{need}", param.kind.noun()));
    }
    line("returns", &if command.results.is_empty() { "nothing".to_string() } else { command.results.join(", ") });
    line("Python", command.python);
    line("C", command.c);
    line("manual", command.man);
    for (i, (name, cause)) in command.errors.iter().enumerate() {
        line(if i == 0 { "errors" } else { "" }, &format!("{name}: {cause}"));
    }
    for (i, example) in command.example.lines().enumerate() {
        line(if i == 0 { "example" } else { "" }, example);
    }
    out.truncate(out.trim_end().len());
    out
}

const fn view(name: &'static str, summary: &'static str, run: super::Run) -> Command {
    bare(Group::Views, name, summary, run)
}

/// The calls of this group.
pub const COMMANDS: &[Command] = &[
    Command {
        example: "sockets",
        ..view("sockets", "list the sockets that have names, with their addresses", sockets)
    },
    Command { example: "vars", ..view("vars", "list the names and what they hold", vars) },
    Command {
        params: &[opt("CALL", Kind::Name)],
        example: "help accept",
        errors: &[("Usage", "nothing has that name")],
        ..view("help", "explain the calls, or one of them, an option, an errno", help)
    },
    Command {
        params: &[opt("S", Kind::Socket)],
        example: "s = socket\nexpect ENOTCONN recv s 100\nwhy",
        errors: &[("Usage", "with -q nothing is written down of what happens to a socket")],
        ..view("why", "explain the last error from what happened here; of a socket, tell what happened to it", why)
    },
    Command {
        params: &[rest("S", Kind::Socket)],
        example: "left, right = socketpair\nsend left hello\nrecv right 100\nclose left\nrecv right 100\ndiagram",
        errors: &[("Usage", "with -q nothing is written down of what happens to sockets")],
        ..view("diagram", "draw what happened: a lane for each socket, arrows for what passed between them", diagram)
    },
    Command {
        params: &[req("SWITCH", Kind::Switch)],
        c: "/* strace -e trace=network ./program */",
        man: "strace(1)",
        errors: &[("Usage", "it is on or off")],
        example: "trace on\nleft, right = socketpair\nsend left hello\nrecv right 100\ntrace off",
        ..view("trace", "show each system call that a call makes, as strace does, and how it waits between them", trace)
    },
    Command {
        params: &[opt("SWITCH", Kind::Switch)],
        results: &["on"],
        example: "announce off\nannounce on\nannounce",
        ..view("announce", "whether the prompt tells above the line what comes meanwhile", announce)
    },
    Command { example: "history", ..view("history", "list the lines typed in this session", history) },
    Command {
        params: &[req("FILE", Kind::Path)],
        example: "print hello\nsave session.sock",
        errors: &[("EACCES", "the file may not be written"), ("ENOENT", "its folder does not exist")],
        ..view("save", "write the lines typed in this session to a file, as a script", save)
    },
    Command {
        params: &[req("FILE", Kind::Path)],
        example: "f = open lines.sock w\nwrite f \"print hello\\n\"\nclose f\nsource lines.sock\nunlink lines.sock",
        errors: &[("ENOENT", "there is no such file"), ("Usage", "the file is not a program")],
        ..view("source", "run a file's lines here, with this session's names", source)
    },
    Command {
        aliases: &["exit"],
        params: &[opt("STATUS", Kind::Int)],
        python: "sys.exit(status)",
        c: "exit(status)",
        man: "exit(3)",
        example: "quit 0",
        ..view("quit", "leave with that exit status; every socket is closed", quit)
    },
];
