//! Looking at the session: names, sockets, history, help.

use super::epoll::EPOLLS;
use super::{Arg, Args, Command, Group, Kind, bare, err, opt, req, rest};
use crate::value::{Failure, Holds, Reply, Value};
use crate::world::{Epoll, Request, Step, World};

fn ask(request: Request) -> Result<Step, Failure> {
    Ok(Step::Ask(request))
}

fn why(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    if !args.has(0) {
        return ask(Request::Why(None));
    }
    let epoll = args.value(0).downcast::<Epoll>().map(|epoll| epoll.end.clone());
    ask(Request::Why(Some(epoll.map_or_else(|| args.socket(0), Ok)?)))
}

fn diagram(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let chosen = (0..args.0.len()).map(|i| args.socket(i)).collect::<Result<_, _>>()?;
    ask(Request::Diagram(chosen))
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

/// The longest text of the prompt, in characters.
const PROMPT_MAX: usize = 60;

fn prompt(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    if !args.has(0) {
        world.input.prompt = None;
        return Ok(Step::Done(Reply::Nothing));
    }
    let text = args.text(0)?;
    if text.chars().count() > PROMPT_MAX || text.contains(char::is_control) {
        return Err(Failure::usage(format!("a prompt is one line of at most {PROMPT_MAX} characters")).at(0));
    }
    world.input.prompt = Some(text.into_owned());
    Ok(Step::Done(Reply::Nothing))
}

/// What stands for no file.
const NO_FILE: &str = "off";

fn tee(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let path = args.text(0)?.into_owned();
    ask(Request::Tee((path != NO_FILE).then_some(path)))
}

/// The words that were given.
fn words(args: &Args) -> Vec<String> {
    args.0.iter().filter_map(|arg| if let Arg::Value(v) = arg { Some(v.to_string()) } else { None }).collect()
}

fn learn(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    ask(Request::Learn(words(args)))
}

fn help(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    ask(Request::Help(words(args)))
}

/// The calls whose lines are no part of what is saved: they save it, turn a page, or say how it is shown.
const ASIDE: &[&str] = &["save", "more", "timing", "tee", "prompt", "learn"];

/// Whether a line is no part of what is saved: it saves the session, turns a page, or says how it is shown; or it repeats a call until
/// somebody gives it up, which nobody does when it runs again.
pub(crate) fn is_aside(line: &str) -> bool {
    let mut words = line.split('#').next().unwrap_or("").split_whitespace();
    match words.next() {
        Some("every") => words.next_back() != Some("&"),
        Some(first) => ASIDE.contains(&first) && words.next() != Some("="),
        None => false,
    }
}

/// Whether a call shows nothing where it goes well: others show `ok` at least.
pub(crate) fn may_show_nothing(call: &str) -> bool {
    matches!(call, "quit" | "source" | "learn")
}

const fn view(name: &'static str, summary: &'static str, run: super::Run) -> Command {
    bare(Group::Views, name, summary, run)
}

/// The calls of this group.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        example: "sockets",
        related: &["vars", "state"],
        ..view("sockets", "list the sockets that have names, with their addresses", |_, _| ask(Request::Sockets))
    },
    Command {
        also: &["dir()", "globals()", "locals()", "vars()"],
        example: "vars",
        related: &["sockets", "values"],
        ..view("vars", "list the names and what they hold", |_, _| ask(Request::Vars))
    },
    Command {
        params: &[opt("S", Kind::Socket).or(EPOLLS)],
        errors: &[err("Usage", "with -q nothing is written down of what happens to a socket")],
        notes: &["Of an epoll: what it watches, what of that is there, and whether epoll_wait would tell."],
        example: "s = socket\nexpect ENOTCONN recv s 100\nwhy",
        related: &["help", "diagram", "expect"],
        ..view("why", "explain the last error from what happened here; of a socket, what happened to it", why)
    },
    Command {
        params: &[rest("S", Kind::Socket).is("these sockets; all when left out")],
        errors: &[err("Usage", "with -q nothing is written down of what happens to sockets")],
        notes: &[
            "`x 60`: so many times in a row. An arrow that ends in x did not come there: the datagram was dropped for want of \
             room, or filtered, since the socket there is connected to another peer. A FIN that waits behind bytes has no \
             arrow until it has come. More than 100 lanes are not drawn: name some sockets.",
        ],
        example: "left, right = socketpair\nsend left hello\nrecv right 100\nclose left\nrecv right 100\ndiagram",
        related: &["why", "trace", "state"],
        ..view("diagram", "draw what happened; a lane for each socket, arrows for what passed between them", diagram)
    },
    Command {
        params: &[req("SWITCH", Kind::Switch)],
        man: "strace(1)",
        errors: &[err("Usage", "it is on or off")],
        example: "trace on\nleft, right = socketpair\nsend left hello\nrecv right 100\ntrace off",
        related: &["poll", "setblocking", "announce"],
        ..view(
            "trace",
            "show each system call that a call makes, as strace does; and how it waits between them",
            |_, args| ask(Request::Trace(args.on(0))),
        )
    },
    Command {
        params: &[opt("SWITCH", Kind::Switch).is("left out, it is only told")],
        results: &[("on", Holds::Plain)],
        returns: "true or false, when SWITCH is left out",
        notes: &[
            "On: a connection that waits to be accepted, a peer that closed, a background call that is done, what tasks \
             and child processes print, each as it comes.",
            "Off: sockets that no call waits on are not watched, and what else comes is shown when the line has been \
             entered.",
        ],
        example: "announce off\nannounce on\nannounce",
        related: &["jobs", "&", "trace"],
        ..view("announce", "whether the prompt tells above the line what comes meanwhile", announce)
    },
    Command {
        params: &[req("SWITCH", Kind::Switch)],
        errors: &[err("Usage", "it is on or off")],
        notes: &[
            "The time counts from the call's beginning to its end, with what it waited for. A def's is that of all its \
             lines. It is shown on the screen alone: no transcript has it, nor this line.",
        ],
        example: "timing on\nleft, right = socketpair\nsend left hello\ntiming off",
        related: &["trace", "every", "now"],
        ..view("timing", "show how long each call took", |_, args| ask(Request::Timing(args.on(0))))
    },
    Command {
        params: &[opt("TEXT", Kind::Text).is("left out, it is the usual one again")],
        notes: &[
            "It is what the person sees who types; a transcript has the usual prompt. ~/.config/sockpit/rc.sock is \
                  the place for it.",
        ],
        errors: &[err("Usage", "the text has more than 60 characters, or a line end")],
        example: "prompt \"server> \"\nprompt",
        related: &["announce", "rc"],
        ..view("prompt", "have the prompt say something else", prompt)
    },
    Command {
        params: &[req("FILE", Kind::Path).is("a file, which is written anew; off: no more")],
        man: "tee(1)",
        notes: &[
            "From here on everything that is shown is written, as plain text: lines that were typed, results, errors, \
             what came meanwhile. What the file held is lost. It is no transcript, and no transcript has this line: save \
             writes one. In a script, what child processes print goes to the output alone.",
        ],
        errors: &[
            err("EACCES", "the file may not be written"),
            err("ENOENT", "its folder does not exist"),
            err("EISDIR", "it is a folder"),
        ],
        example: "tee session.log\nprint hello\ntee off\nunlink session.log",
        related: &["save", "history"],
        ..view("tee", "write what is shown to a file as well", tee)
    },
    Command {
        elsewhere: &["man", "?", "apropos"],
        params: &[rest("[-k] WORD", Kind::Name)
            .is("a call, an option, an error, a flag, a word of the language, a topic; after -k, words to search for")],
        errors: &[err("Usage", "nothing has that name")],
        also: &["help(WORD)"],
        example: "help accept\nhelp SO_LINGER\nhelp -k keepalive",
        related: &["words", "values"],
        ..view("help", "explain the calls, or one of them, an option, an errno; -k searches", help)
    },
    Command {
        example: "history",
        related: &["save"],
        ..view("history", "list the lines typed in this session", |_, _| ask(Request::History))
    },
    Command {
        notes: &[
            "At the prompt what is longer than the screen stops at a screenful. Where PAGER is set, it goes through what \
             that names. In a script, a pipe or a transcript nothing is cut.",
        ],
        example: "help\nmore",
        related: &["help", "history"],
        ..view("more", "show the next screenful of what was too long for one", |_, _| ask(Request::More))
    },
    Command {
        params: &[req("FILE", Kind::Path).is(
            "with .transcript at its end: the session with what it showed; with .pcapng: the frames that went over the wire",
        )],
        notes: &[
            "A file is there whole or as it was before; a device, a pipe, what a link stands for are written to as they are. At \
             the prompt you are asked before a file is written over that the session did not make.",
            "Each frame of a capture has the host that sent it \
             as its interface, and a comment on what the wire did to it; of several wires each has a file, as in \
             FILE-NAME.pcapng.",
        ],
        errors: &[
            err("EACCES", "the file may not be written"),
            err("ENOENT", "its folder does not exist"),
            err("EEXIST", "it is there, and you were asked and said no"),
            err("EISDIR", "it is a folder"),
            err("Usage", "there is no wire yet whose frames could be saved"),
        ],
        example: "print hello\nsave session.sock",
        related: &["source", "history", "transcripts", "frames"],
        ..view("save", "write the lines typed in this session to a file, as a script", |_, args| {
            ask(Request::Save(args.text(0)?.into_owned()))
        })
    },
    Command {
        params: &[req("FILE", Kind::Program)],
        errors: &[err("ENOENT", "there is no such file"), err("Usage", "the file is not a program")],
        example: "f = open lines.sock w\nwrite f \"print hello\\n\"\nclose f\nsource lines.sock\nunlink lines.sock",
        related: &["save", "history"],
        ..view("source", "run a file's lines here, with this session's names", |_, args| {
            ask(Request::Source(args.text(0)?.into_owned()))
        })
    },
    Command {
        notes: &[
            "`done` says what you have done of each: what a lesson has been walked through, and how many of its exercises are \
             solved. A lesson can also be run or stepped through by its number: `sockpit step 07`; `sockpit lessons --write \
             DIR` writes them all as files.",
            "`ends` is 2 where a lesson has two programs: `sockpit learn 12 --as server` plays one of them, and `--as client` \
             the other.",
        ],
        example: "lessons",
        related: &["learn", "help"],
        ..view("lessons", "list the lessons of the course, by topic", |_, _| ask(Request::Lessons))
    },
    Command {
        params: &[rest("[TOPIC] [NUMBER]", Kind::Name)
            .is("a topic of `lessons`, or a lesson's number; the next one when left out")],
        notes: &[
            "A lesson goes line by line: Enter runs the line that stands there. Before some lines it asks what will come of \
             them; exercises are scripts to mend. `hint` helps, `skip` goes on, `play` leaves the prompt to you until `nxt`, \
             and `quit` comes back here.",
            "`learn 12 --as server` goes through one of two programs alone; any other program can be its client.",
        ],
        errors: &[err("Usage", "nothing has that name, or no person is there: a script, a pipe")],
        example: "expect Usage learn no-such-lesson",
        related: &["lessons", "help"],
        ..view("learn", "go through a lesson of the course; the next, or the one that is named", learn)
    },
    Command {
        aliases: &["exit"],
        elsewhere: &[":q", ":q!", ":wq", "bye", "logout", "q", "leave", "stop"],
        params: &[opt("STATUS", Kind::Int).is("0 to 255; 0 when left out")],
        python: "sys.exit(STATUS)",
        also: &["exit(STATUS)", "quit(STATUS)", "os._exit(STATUS)"],
        c: "exit(status);",
        man: "exit(3)",
        example: "quit 0",
        related: &["close"],
        ..view("quit", "leave with that exit status; every socket is closed", quit)
    },
];
