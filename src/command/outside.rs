//! What comes from outside of the program: the calendar's clock, the environment, a line of the user.

use std::os::unix::ffi::OsStringExt;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Command, Group, Kind, base, err, opt, req};
use crate::value::{Failure, Holds, Value};
use crate::world::input;

/// The calls.
pub(super) const COMMANDS: &[Command] = &[TIME, INPUT, GETENV];

const OUTSIDE: Command = base(Group::Files);

const TIME: Command = Command {
    name: "time",
    summary: "seconds since 1970 began, UTC, by the calendar's clock",
    notes: &["That clock may be set, and then jumps: `now` measures how long something takes."],
    results: &[("t", Holds::Moment)],
    returns: "seconds, with a fraction",
    python: "time.time()",
    c: "clock_gettime(CLOCK_REALTIME, &now);",
    man: "clock_gettime(2)",
    group: Group::Readiness,
    example: "t = time\nassert $t > 1700000000",
    related: &["now", "sleep"],
    run: |_, _| {
        let passed = SystemTime::now().duration_since(UNIX_EPOCH);
        Ok(Value::Float(passed.map_or_else(|e| -e.duration().as_secs_f64(), |d| d.as_secs_f64())).into())
    },
    ..OUTSIDE
};

const INPUT: Command = Command {
    name: "input",
    summary: "ask the user for a line, while all other tasks go on",
    notes: &[
        "At a terminal PROMPT stands before what is typed, and the line can be edited; Ctrl-D is the end of the input, Ctrl-C \
         interrupts the call. From a pipe or a file it is the next line of standard input, and no prompt is shown.",
        "Where the program itself comes from standard input, there is no other line to read, as in Python: it is at its \
         end. So it is under `record` and `verify`, where nobody types, and in a process.",
    ],
    params: &[opt("prompt", Kind::Text).is("what to ask; nothing if left out")],
    results: &[("line", Holds::Plain)],
    returns: "the line as text, without its line end; bytes where it is no UTF-8",
    python: "input(<{PROMPT}>)",
    c: "getline(&line, &size, stdin);",
    man: "getline(3)",
    errors: &[err("EOF", "the user ended the input, or nobody can type"), err("Interrupted", "Ctrl-C")],
    example: "try\n  name = input \"Your name? \"\nexcept EOF\n  name = str nobody\nend",
    related: &["print", "getenv", "readline", "try"],
    run: |world, args| {
        let prompt = if args.has(0) { args.text(0)? } else { "".into() };
        input::ask(world, &prompt)
    },
    ..OUTSIDE
};

const GETENV: Command = Command {
    name: "getenv",
    elsewhere: &["environ"],
    summary: "what a variable of the environment holds",
    params: &[req("name", Kind::Text).is("such as HOME"), opt("default", Kind::Any).is("none if left out")],
    results: &[("value", Holds::Plain)],
    returns: "text, or the default where it is not set",
    python: "os.getenv({NAME}<, {DEFAULT}>)",
    c: "getenv(\"HOME\");",
    man: "getenv(3)",
    errors: &[err("Usage", "no variable can have that name: it is empty, or has = or a zero byte in it")],
    example: "home = getenv HOME\ngetenv NOBODY_SETS_THIS 80",
    related: &["input", "time"],
    run: |_, args| {
        let name = args.text(0)?;
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(Failure::usage("no variable of the environment has such a name").at(0));
        }
        let found = std::env::var_os(&*name).map(OsStringExt::into_vec).map(Value::text_or_bytes);
        Ok(found.unwrap_or_else(|| args.value(1).clone()).into())
    },
    ..OUTSIDE
};
