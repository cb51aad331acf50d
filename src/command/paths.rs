//! Paths: `unlink`, `mkdir`, `mkfifo`, `mkdtemp`, `exists`, `filesize`, `symlink`, `realpath`.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::files::{ACCES, NOENT, NOTDIR};
use super::{Args, Command, Group, Kind, base, err, req};
use crate::os;
use crate::value::{Failure, Holds, Reply, Value};
use crate::world::{Step, World, file};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[UNLINK, MKDIR, MKFIFO, MKDTEMP, EXISTS, FILESIZE, SYMLINK, REALPATH];

const UNLINK: Command = Command {
    name: "unlink",
    summary: "remove a file; also the path of an AF_UNIX socket, which stays when the socket is closed",
    params: &[req("PATH", Kind::Path)],
    python: "os.unlink({PATH})",
    also: &["os.remove({PATH})"],
    c: "unlink(path);",
    man: "unlink(2)",
    errors: &[
        NOENT,
        ACCES,
        NOTDIR,
        err("EPERM", "the folder's sticky bit forbids it: the file is another user's"),
        err("EISDIR", "the path is a folder"),
    ],
    example: "f = open sockpit-unlink w\nclose f\nunlink sockpit-unlink\nexists sockpit-unlink",
    related: &["bind", "exists", "AF_UNIX"],
    run: |_, args| on_path(args, |path| fs::remove_file(path)).map(|()| Step::Done(Reply::Nothing)),
    ..base(Group::Files)
};

const MKDIR: Command = Command {
    name: "mkdir",
    summary: "make a folder, for the paths of AF_UNIX sockets",
    params: &[req("PATH", Kind::Path)],
    python: "os.mkdir({PATH})",
    also: &["os.makedirs({PATH})"],
    c: "mkdir(path, 0777);",
    man: "mkdir(2)",
    errors: &[
        err("EEXIST", "something of that name is there already"),
        NOENT,
        ACCES,
        NOTDIR,
        err("EROFS", "the file system cannot be written"),
    ],
    example: "mkdir sockpit-folder\nexists sockpit-folder\nexpect EEXIST mkdir sockpit-folder",
    related: &["mkdtemp", "exists", "open"],
    run: |_, args| on_path(args, |path| fs::create_dir(path)).map(|()| Step::Done(Reply::Nothing)),
    ..base(Group::Files)
};

const MKFIFO: Command = Command {
    name: "mkfifo",
    summary: "make a FIFO: a pipe with a path, whose ends any process may open",
    notes: &[
        "What is written to it is read from it, and nothing of it is on the disk. `open PATH r` waits until somebody \
              opens it for writing, `open PATH w` until somebody opens it for reading.",
    ],
    params: &[req("PATH", Kind::Path)],
    python: "os.mkfifo({PATH})",
    c: "mkfifo(path, 0666);",
    man: "mkfifo(3)",
    errors: &[
        err("EEXIST", "something has that path already"),
        NOENT,
        ACCES,
        NOTDIR,
        err("EROFS", "the file system cannot be written"),
    ],
    example: "mkfifo sockpit-fifo\nexists sockpit-fifo\nexpect EEXIST mkfifo sockpit-fifo\nunlink sockpit-fifo",
    related: &["open", "pipe", "unlink", "poll"],
    run: |_, args| on_path(args, os::files::make_fifo).map(|()| Step::Done(Reply::Nothing)),
    ..base(Group::Files)
};

const MKDTEMP: Command = Command {
    name: "mkdtemp",
    elsewhere: &["mktemp", "TemporaryDirectory", "NamedTemporaryFile"],
    summary: "make a folder of a name that nothing else has; it is removed, with what is in it, when the session ends",
    notes: &[
        "It is in $TMPDIR, or in /tmp, and nobody else may look into it. Two runs of a script at the same time have \
              one each. Python's mkdtemp leaves it to the program to remove the folder; its TemporaryDirectory does as this.",
    ],
    results: &[("path", Holds::Random)],
    returns: "its path",
    python: "tempfile.mkdtemp()",
    c: "char name[] = \"/tmp/sockpit-XXXXXX\"; char *path = mkdtemp(name);",
    man: "mkdtemp(3)",
    errors: &[
        err("ENOENT", "the folder that $TMPDIR names does not exist"),
        ACCES,
        NOTDIR,
        err("EROFS", "the file system cannot be written"),
        err("ENOSPC", "the disk is full"),
    ],
    example: "folder = mkdtemp\nf = open \"$folder/data.txt\" w\nwrite f hello\nclose f\nexists \"$folder/data.txt\"",
    related: &["mkdir", "open", "exists"],
    run: |world, _| Ok(Value::text(world.temporary.make()?.to_string_lossy()).into()),
    ..base(Group::Files)
};

const EXISTS: Command = Command {
    name: "exists",
    summary: "whether there is something at a path: true or false",
    params: &[req("PATH", Kind::Path)],
    results: &[("exists", Holds::Plain)],
    returns: "true or false",
    python: "os.path.exists({PATH})",
    also: &["os.path.isfile({PATH})"],
    c: "int exists = access(path, F_OK) == 0;",
    man: "access(2)",
    example: "exists /proc/net/tcp",
    related: &["filesize", "unlink", "realpath"],
    run: |_, args| on_path(args, |path| Ok(Value::Bool(path.exists()).into())),
    ..base(Group::Files)
};

const FILESIZE: Command = Command {
    name: "filesize",
    summary: "the size of a file in bytes",
    params: &[req("PATH", Kind::Path)],
    results: &[("size", Holds::Count)],
    returns: "bytes",
    python: "os.path.getsize({PATH})",
    c: "struct stat about; stat(path, &about); off_t size = about.st_size;",
    man: "stat(2)",
    errors: &[NOENT, ACCES, NOTDIR],
    example: "f = open sockpit-filesize w\nwrite f hello\nclose f\nfilesize sockpit-filesize\nunlink sockpit-filesize",
    related: &["exists", "open", "sendfile"],
    run: |_, args| on_path(args, |path| fs::metadata(path)).map(|about| Value::Int(i128::from(about.len())).into()),
    ..base(Group::Files)
};

const SYMLINK: Command = Command {
    name: "symlink",
    summary: "make PATH a symbolic link to TARGET, which need not exist",
    params: &[req("TARGET", Kind::Path), req("PATH", Kind::Path)],
    python: "os.symlink({TARGET}, {PATH})",
    c: "symlink(target, path);",
    man: "symlink(2)",
    errors: &[NOENT, ACCES, NOTDIR, err("EEXIST", "something has that path already")],
    example: "symlink /proc sockpit-symlink\nrealpath sockpit-symlink\nunlink sockpit-symlink",
    related: &["realpath", "unlink"],
    run: symlink,
    ..base(Group::Files)
};

const REALPATH: Command = Command {
    name: "realpath",
    summary: "a file's path from the root, without `..` and symbolic links; the file must exist",
    params: &[req("PATH", Kind::Path)],
    results: &[("path", Holds::Plain)],
    returns: "the path from the root",
    python: "os.path.realpath({PATH}, strict=True)",
    c: "char *path = realpath(name, NULL);",
    man: "realpath(3)",
    errors: &[NOENT, ACCES, NOTDIR],
    example: "realpath /proc/../proc/self/root",
    related: &["exists", "symlink"],
    run: realpath,
    ..base(Group::Files)
};

/// Do something with the path in the first place.
fn on_path<T>(args: &Args, call: impl FnOnce(&Path) -> io::Result<T>) -> Result<T, Failure> {
    let path = args.data(0);
    call(Path::new(OsStr::from_bytes(&path))).map_err(|e| file::path_failure(&e, &path))
}

fn symlink(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let target = args.data(0).into_owned();
    let path = args.data(1).into_owned();
    std::os::unix::fs::symlink(OsStr::from_bytes(&target), OsStr::from_bytes(&path))
        .map(|()| Step::Done(Reply::Nothing))
        .map_err(|e| Failure::from(&e).at(1))
}

fn realpath(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let path = on_path(args, |path| fs::canonicalize(path))?.into_os_string();
    Ok(match path.into_string() {
        Ok(text) => Value::text(text).into(),
        Err(bytes) => Value::bytes(bytes.as_encoded_bytes()).into(),
    })
}
