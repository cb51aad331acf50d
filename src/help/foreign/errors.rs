//! Python's exceptions as the names of errors.

use super::tree::Tree;
use super::writer::{Told, named};

/// The errors of Python, and those of sockpit that they are.
const ERRORS: &[(&str, &str)] = &[
    ("OSError", ""),
    ("IOError", ""),
    ("EnvironmentError", ""),
    ("Exception", ""),
    ("BaseException", ""),
    ("error", ""),
    ("timeout", "timeout"),
    ("TimeoutError", "timeout"),
    ("ConnectionError", "ECONNREFUSED ECONNRESET ECONNABORTED EPIPE"),
    ("ConnectionRefusedError", "ECONNREFUSED"),
    ("ConnectionResetError", "ECONNRESET"),
    ("ConnectionAbortedError", "ECONNABORTED"),
    ("BrokenPipeError", "EPIPE"),
    ("BlockingIOError", "EAGAIN EINPROGRESS"),
    ("InterruptedError", "EINTR"),
    ("KeyboardInterrupt", "Interrupted"),
    ("FileNotFoundError", "ENOENT"),
    ("FileExistsError", "EEXIST"),
    ("IsADirectoryError", "EISDIR"),
    ("PermissionError", "EACCES EPERM"),
    (
        "gaierror",
        "EAI_NONAME EAI_AGAIN EAI_FAIL EAI_NODATA EAI_ADDRFAMILY EAI_FAMILY EAI_SERVICE EAI_SOCKTYPE EAI_BADFLAGS",
    ),
    ("herror", "herror"),
    ("Empty", "Empty"),
    ("Full", "Full"),
    ("UnicodeError", "Decode"),
    ("UnicodeDecodeError", "Decode"),
    ("UnicodeEncodeError", "Decode"),
    ("JSONDecodeError", "Decode"),
    ("AssertionError", "Assert"),
    ("NameError", "Unbound"),
    ("ValueError", "Usage"),
    ("TypeError", "Usage"),
    ("IndexError", "Usage"),
    ("KeyError", "Usage"),
    ("ZeroDivisionError", "Usage"),
];

/// The line of an `except`.
pub(super) fn except(errors: Option<&Tree>, name: Option<&str>) -> Told<String> {
    let all = match errors {
        None => Vec::new(),
        Some(Tree::Tuple(all)) => all.iter().collect(),
        Some(one) => vec![one],
    };
    let mut head = String::from("except");
    let mut any = all.is_empty();
    for error in all {
        let found = error.last_name().and_then(|name| ERRORS.iter().find(|(python, _)| *python == name));
        let Some((_, ours)) = found else { return Err("this error".into()) };
        any |= ours.is_empty();
        head.push_str(&format!(" {ours}"));
    }
    if any {
        head = "except".into();
    }
    if let Some(name) = name {
        head.push_str(&format!(" as {}", named(name)));
    }
    Ok(head)
}
