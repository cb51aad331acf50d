//! The command line as data: for `--help`, the manual page and REFERENCE.md.

use std::fmt::Write;

use super::tongue::told;

/// The ways to call the program: its words, and what that does.
pub const FORMS: &[(&str, &str)] = &[
    ("sockpit [OPTIONS]", "the prompt, or lines from a pipe"),
    ("sockpit [OPTIONS] [run] FILE.sock [ARG...]", "run a script; its arguments are $1, $2, ..."),
    ("sockpit [OPTIONS] -c 'LINES' [ARG...]", "run these lines; each further -c adds to them"),
    ("sockpit [OPTIONS] - [ARG...]", "run the lines of standard input"),
    ("sockpit -n FILE.sock...", "check scripts and run nothing; also -n -c 'LINES', -n -"),
    ("sockpit [OPTIONS] step FILE.sock [ARG...]", "the prompt, with the script's next line already typed"),
    ("sockpit record FILE.sock [ARG...] [-o OUT]", "write the session as a transcript"),
    (
        "sockpit verify FILE... [--bless] [--junit OUT] [-j N] [--isolated]",
        "run transcripts again, show what differs, or write it anew",
    ),
    (
        "sockpit lessons [--write DIR | --check]",
        "list the lessons of the course, write them as files, or prove its exercises",
    ),
    (
        "sockpit learn [TOPIC | NUMBER | FILE] [ARG...]",
        "go through a lesson: the next, or that one; 07 is a script's name, too",
    ),
    ("sockpit help [WORD]", "explain the calls, or a call, an option, an error, a word"),
    ("sockpit help -k WORD...", "search in all of help"),
    ("sockpit help --completions SHELL", "write what bash, zsh or fish completes of this command line"),
    ("sockpit help --man", "write the manual page: sockpit help --man | man -l -"),
];

/// The options, and what each does.
pub const OPTIONS: &[(&str, &str)] = &[
    ("-i, --interactive", "stay at the prompt after a script or -c, with its names and sockets"),
    ("-n, --check", "only say what is wrong with it, and run nothing"),
    ("--norc", "leave out the lines of rc.sock, which are run before the first prompt"),
    (
        "--isolated",
        "run it in namespaces of its own: no network but lo, no file changed but in a folder of its own; of verify, each \
         transcript with a network of its own",
    ),
    ("--loopback-only", "run it here, with no address but this machine's, no file outside of the folder, no process"),
    ("-q, --quiet", "show only what `print` prints, and errors"),
    ("--json[=full]", "write what happens as JSON, a line an event; full: with each socket's state and traffic"),
    (
        "--timeout SECONDS",
        "bound the whole run; of verify, the run of each file, which is bound to 60 unless it is given",
    ),
    (
        "--as server|client",
        "of a lesson of two programs play that one, against another program; behind the lesson, too",
    ),
    ("--lang zh|en", "the language of the course and of help: zh is Chinese; else that of LC_ALL, LC_MESSAGES or LANG"),
    ("-h, --help", "show this"),
    ("-V, --version", "show the version"),
];

/// The words of `sockpit step`, and what each does.
pub const STEPS: &[(&str, &str)] = &[
    ("continue [LINE]", "run to that line, to a breakpoint, or to the end; Ctrl-C stops it"),
    ("break [LINE]", "stop before that line whenever it comes, or no more; alone, list such lines"),
    ("skip", "pass over the line, a block with all that is in it"),
    ("back", "make the line before the next one again; what it did stays done"),
    ("where", "each task with its place and what it waits for"),
    ("list [LINE]", "the program around its place, or around that line"),
];

/// The words of `sockpit learn`, and what each does.
pub const LEARNS: &[(&str, &str)] = &[
    ("hint", "help with the question or the exercise that stands there"),
    ("skip", "leave out the question or the exercise; else run on to the next one"),
    ("play", "have the prompt to yourself, with the lesson's sockets"),
    ("nxt", "go on with the lesson"),
    ("quit", "leave; what is done is remembered"),
];

/// The exit statuses, and what each means.
pub const STATUSES: &[(&str, &str)] = &[
    ("0", "all well"),
    ("1", "an error in a script or a transcript that differs"),
    ("2", "wrong usage"),
    ("124", "the bound ran out"),
    ("130", "interrupted"),
];

/// The files it uses.
pub const FILES: &[(&str, &str)] = &[
    (
        "$XDG_CONFIG_HOME/sockpit/rc.sock",
        "lines that are run before the first prompt; ~/.config where XDG_CONFIG_HOME is not set",
    ),
    (
        "$XDG_STATE_HOME/sockpit/history",
        "the lines typed at the prompt; ~/.local/state where XDG_STATE_HOME is not set",
    ),
    (
        "$XDG_STATE_HOME/sockpit/progress",
        "what is done of the course, a line for each thing: plain text, to be removed at will",
    ),
];

/// The environment it looks at.
pub const ENVIRONMENT: &[(&str, &str)] = &[
    ("NO_COLOR", "not empty: no colours"),
    ("TERM", "dumb: no colours and no line editing"),
    ("PAGER", "at the prompt: what is longer than the screen goes through it; LESS is FRX then, if it is not set"),
    ("XDG_CONFIG_HOME", "where rc.sock is looked for"),
    ("XDG_STATE_HOME", "where the history and the progress in the course are kept"),
    ("VISUAL, EDITOR", "what `edit` mends an exercise with"),
    ("TMPDIR", "where mkdtemp makes its folders; /tmp where it is not set"),
];

/// What `--help` says.
pub fn usage() -> String {
    let mut out = String::new();
    for (i, (form, about)) in FORMS.iter().enumerate() {
        let _ = writeln!(out, "{} {form:43} {}", if i == 0 { told("usage:") } else { "      " }, told(about));
    }
    out.push('\n');
    for (option, about) in OPTIONS {
        let indent = if option.starts_with("--") { "    " } else { "" };
        let _ = writeln!(out, "  {:22} {}", format!("{indent}{option}"), told(about));
    }
    let statuses: Vec<_> = STATUSES.iter().map(|(number, about)| format!("{number} {}", told(about))).collect();
    let _ = write!(out, "\n{} {}", told("exit status:"), statuses.join("; "));
    out
}
