//! Files: `makefile`, `open`, and what is done with them. `close` stands with the sockets, and takes both.

use std::rc::Rc;

use super::data::{ERRORS, errors};
use super::{Args, CLOSED, Command, Group, Kind, KnownError, Stands, base, err, named, opt, req};
use crate::value::{Failure, Holds, Value};
use crate::world::file::{self, BUFFER, File, Newline, Settings, Wanted};
use crate::world::record::Did;
use crate::world::{Step, World};

/// The commands of this group.
pub(super) const COMMANDS: &[Command] = &[MAKEFILE, OPEN, READLINE, READLINES, READ, WRITE, FLUSH];

const NOT_OPEN: KnownError = err("Usage", "the file is closed, or was not opened for this");
const TIMEOUT: KnownError = err("timeout", "the socket's own timeout ran out; the file cannot be read any more");
const AGAIN: KnownError =
    err("EAGAIN", "not a failure: the socket is non-blocking, and nothing has come to a file without buffer");
const ALL_AGAIN: KnownError =
    err("EAGAIN", "not a failure: all text was asked for of a non-blocking socket, and none has come");
const ROOM: KnownError = err("EAGAIN", "not a failure: the socket is non-blocking, and its send buffer is full");
const DECODE: KnownError = err("Decode", "what came is not text of the file's encoding: use mode rb, or encoding=");
const RESET: KnownError = err("ECONNRESET", "the other end broke the connection").cure("close the file and the socket");
const PIPE: KnownError = err("EPIPE", "the other end is closed, or this one was shut down for writing")
    .cure("close the file and the socket");
pub(super) const NOENT: KnownError = err("ENOENT", "no such file, or a folder of the path is missing");
pub(super) const ACCES: KnownError = err("EACCES", "the permissions of the file or of a folder on the way forbid it");
pub(super) const NOTDIR: KnownError = err("ENOTDIR", "a part of the path that should be a folder is a file");
const TOO_BIG: KnownError = err("EFBIG", "more than 64 MiB at once: read it in pieces");

const MAKEFILE: Command = Command {
    name: "makefile",
    summary: "make a file of a socket, to read lines from it and write to it; the socket stays open until both are \
              closed",
    notes: &["Reading may take more from the socket than it gives: do not mix it with recv. What is written goes out \
              at flush or close."],
    params: &[
        req("S", Kind::Socket).that(Stands::Connected),
        opt("mode", Kind::Text).is("r (the default), w, rw, each with b for bytes"),
        opt("buffering", Kind::Int).is("bytes of buffer, 1 line by line, 0 none (with b); -1, the default, is 8192"),
        named("encoding", Kind::Encoding).is("utf-8 unless given"),
        named("errors", Kind::Text).is(ERRORS),
        named("newline", Kind::Text).is("which line ends are known and written, as in Python"),
    ],
    results: &[("file", Holds::Live)],
    returns: "the file",
    python: "{S}.makefile(<{MODE}><, {BUFFERING}><, encoding={ENCODING}><, errors={ERRORS}><, newline={NEWLINE}>)",
    c: "FILE *file = fdopen(dup(fd), mode);",
    man: "fdopen(3)",
    errors: &[
        CLOSED,
        err(
            "Usage",
            "a mode but r, w, b and their mixtures; buffering=0 without b; an unknown encoding, error handler or newline",
        ),
    ],
    example: "a, b = socketpair\nf = makefile b\nsendall a \"one\\ntwo\\n\"\nreadline f\nreadline f",
    related: &["readline", "write", "flush", "close", "open"],
    run: makefile,
    ..base(Group::Files)
};

const OPEN: Command = Command {
    name: "open",
    summary: "open a file of the disk: r read, w write anew, a append, x create; with b bytes instead of text, with \
              + both ways",
    notes: &[
        "A FIFO (mkfifo) is opened when its other end is: for reading it waits until somebody opens it for writing, and \
              the other way round; with r+ it waits for nobody.",
    ],
    params: &[req("PATH", Kind::Path), opt("mode", Kind::Text).is("r if left out")],
    results: &[("file", Holds::Live)],
    returns: "the file",
    python: "open({PATH}<, {MODE}>)",
    also: &["open({PATH}<, {MODE}>, encoding='utf-8')", "open({PATH}<, {MODE}>, encoding='utf8')"],
    c: "FILE *file = fopen(path, mode);",
    man: "fopen(3)",
    errors: &[
        NOENT,
        ACCES,
        NOTDIR,
        err("EISDIR", "the path is a folder"),
        err("EEXIST", "mode x, and the file is there already"),
        err("ENXIO", "the path is of an AF_UNIX socket, or of a device that is not there"),
        err("EMFILE", "too many open files: close some"),
        err("Usage", "not exactly one of r, w, a and x in the mode, or b and t together"),
    ],
    example: "f = open /proc/sys/net/core/somaxconn\nread f\nclose f",
    related: &["read", "readline", "write", "close", "sendfile", "mkfifo"],
    run: open,
    ..base(Group::Files)
};

const READLINE: Command = Command {
    name: "readline",
    summary: "read a line with its line end, or at most that much of it; empty at end of file",
    params: &[req("F", Kind::File), opt("size", Kind::Int).is("at most so much of it")],
    results: &[("line", Holds::Plain)],
    returns: "the line, with its line end; empty at end of file, and when nothing has come to a non-blocking socket",
    python: "{F}.readline(<{SIZE}>)",
    c: "ssize_t n = getline(&line, &size, file);",
    man: "getline(3)",
    errors: &[NOT_OPEN, TIMEOUT, AGAIN, RESET, DECODE, TOO_BIG],
    like: Some(&super::receive::RECV),
    example: "a, b = socketpair\nf = makefile b rb\nsendall a \"HELO me\\r\\nQUIT\\r\\n\"\nreadline f\nreadline f",
    related: &["readlines", "read", "makefile"],
    run: |world, args| file::read(world, &args.file(0)?, Wanted::Line(limit(args, 1)?)),
    ..base(Group::Files)
};

const READLINES: Command = Command {
    name: "readlines",
    summary: "read all lines until end of file, as a list",
    params: &[req("F", Kind::File)],
    results: &[("lines", Holds::Plain)],
    returns: "a list of lines",
    python: "{F}.readlines()",
    c: "while (getline(&line, &size, file) != -1) { ... }",
    man: "getline(3)",
    errors: &[NOT_OPEN, TIMEOUT, AGAIN, RESET, DECODE, TOO_BIG],
    like: Some(&super::receive::RECV),
    example: "a, b = socketpair\nf = makefile b\nsendall a \"one\\ntwo\\n\"\nclose a\nreadlines f",
    related: &["readline", "read"],
    run: |world, args| file::read(world, &args.file(0)?, Wanted::Lines),
    ..base(Group::Files)
};

const READ: Command = Command {
    name: "read",
    summary: "read that many characters (bytes with mode b), less only at end of file; everything when no number is \
              given",
    params: &[req("F", Kind::File), opt("size", Kind::Int).is("how much; everything until end of file when left out")],
    results: &[("data", Holds::Plain)],
    returns: "text, or bytes with mode b; of a non-blocking socket what is there: none, or empty text, if nothing is",
    python: "{F}.read(<{SIZE}>)",
    c: "size_t n = fread(buffer, 1, size, file);",
    man: "fread(3)",
    errors: &[NOT_OPEN, TIMEOUT, ALL_AGAIN, RESET, DECODE, TOO_BIG],
    like: Some(&super::receive::RECV),
    example: "a, b = socketpair\nf = makefile b rb\nsendall a \"Offer me something\"\nread f 5",
    related: &["readline", "recv", "makefile"],
    run: |world, args| file::read(world, &args.file(0)?, limit(args, 1)?.map_or(Wanted::All, Wanted::Units)),
    ..base(Group::Files)
};

const WRITE: Command = Command {
    name: "write",
    summary: "write to a file; it stays in the file's buffer until that is full, or flush or close sends it",
    params: &[req("F", Kind::File), req("DATA", Kind::Data).is("text, or bytes with mode b")],
    results: &[("count", Holds::Count)],
    returns: "how many characters, or bytes with mode b",
    python: "{F}.write({DATA})",
    c: "size_t n = fwrite(data, 1, size, file);",
    man: "fwrite(3)",
    errors: &[
        NOT_OPEN,
        err("timeout", "the socket's own timeout ran out before there was room"),
        ROOM,
        PIPE,
        RESET,
        err("ENOSPC", "the disk is full"),
        err("Decode", "a character that the file's encoding does not have"),
    ],
    like: Some(&super::transfer::SEND),
    example: "a, b = socketpair\nf = makefile a w\nwrite f \"hello\\n\"\nflush f\nrecv b 100",
    related: &["flush", "close", "makefile", "open"],
    run: write,
    ..base(Group::Files)
};

const FLUSH: Command = Command {
    name: "flush",
    summary: "send what was written to a file and is still in its buffer",
    params: &[req("F", Kind::File)],
    python: "{F}.flush()",
    c: "fflush(file);",
    man: "fflush(3)",
    errors: &[
        err("Usage", "the file is closed"),
        err("timeout", "the socket's own timeout ran out before there was room"),
        ROOM,
        PIPE,
        RESET,
        err("ENOSPC", "the disk is full"),
    ],
    like: Some(&super::transfer::SEND),
    example: "a, b = socketpair\nf = makefile a wb\nwrite f hello\nexpect EAGAIN recv b 100 MSG_DONTWAIT\nflush f\n\
              recv b 100",
    related: &["write", "close"],
    run: |world, args| file::flush(world, &args.file(0)?),
    ..base(Group::Files)
};

fn makefile(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    let mode = if args.has(1) { args.text(1)? } else { "r".into() };
    let mut settings = Settings::parse(&mode, "rwb").map_err(|f| f.at(1))?;
    match args.value(2) {
        Value::None => {}
        _ => match args.int(2)? {
            0 if settings.text.is_some() => {
                return Err(Failure::usage("unbuffered streams must be binary")
                    .note("add b to the mode: rb, wb, rwb")
                    .at(2));
            }
            1 if settings.text.is_some() => settings.by_line = true,
            n if n < 0 => settings.buffer = BUFFER,
            n => {
                settings.buffer =
                    usize::try_from(n).map_err(|_| Failure::usage(format!("{n} is no buffer size")).at(2))?;
            }
        },
    }
    if let Some((encoding, newline)) = &mut settings.text {
        match args.text(3)? {
            name if matches!(&*name, "none" | "None") => {}
            name => *encoding = name.into(),
        }
        settings.errors = errors(args, 4)?;
        *newline = Newline::parse(&args.text(5)?).map_err(|f| f.at(5))?;
    }
    let file = File::of_socket(&socket, settings)?;
    world.note(&socket, || Did::Filed);
    Ok(handle(file))
}

fn open(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let mode = if args.has(1) { args.text(1)? } else { "r".into() };
    world.open(&args.data(0), &mode)
}

fn handle(file: Rc<File>) -> Step {
    Value::Handle(file).into()
}

/// The size in that place; none when it was left out or is negative, which in Python is no limit.
fn limit(args: &Args, i: usize) -> Result<Option<usize>, Failure> {
    if matches!(args.value(i), Value::None) {
        return Ok(None);
    }
    let n = args.int(i)?;
    Ok(if n < 0 { None } else { Some(usize::try_from(n).unwrap_or(usize::MAX)) })
}

fn write(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let file = args.file(0)?;
    if file.is_text() {
        let text = args.text(1)?;
        return file::write(world, &file, &file.encode(&text)?, text.chars().count());
    }
    let data = args.data(1);
    file::write(world, &file, &data, data.len())
}
