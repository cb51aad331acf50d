//! The names that Python and C have for what the calls do, read out of the calls' forms in those languages.
//!
//! There is no second list: `socket.gethostname`, `Thread`, `recv`, `fcntl` lead to the calls in whose forms they stand.

use crate::command::{self, Command};

/// A name in a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct FormName {
    /// The module that has it, as in `os.path`; none for a method, and for what every program has.
    pub module: Option<&'static str>,
    /// The name itself.
    pub name: &'static str,
    /// Module and name, as they are written.
    pub whole: &'static str,
}

/// The names in the calls' Python forms.
pub(super) fn python() -> impl Iterator<Item = (FormName, &'static Command)> {
    command::all().flat_map(|command| names(command.python).map(move |name| (name, command)))
}

/// The functions and constants in the calls' C forms, their own names and those of variables aside.
pub(super) fn c() -> impl Iterator<Item = (&'static str, &'static Command)> {
    let known = |chain: &Chain| chain.is_called || chain.text.contains(|c: char| c.is_ascii_uppercase());
    command::all().flat_map(move |command| {
        chains(command.c).filter(known).map(move |chain| (chain.text, command)).filter(|(name, _)| name.len() > 3)
    })
}

/// The modules of Python that the forms use, each once.
pub(super) fn modules() -> Vec<&'static str> {
    let mut found: Vec<_> = python().filter_map(|(name, _)| name.module).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Python's exceptions, and the errors they are here.
const EXCEPTIONS: &[(&str, &[&str])] = &[
    ("BlockingIOError", &["EAGAIN", "EALREADY", "EINPROGRESS"]),
    ("BrokenPipeError", &["EPIPE", "ESHUTDOWN"]),
    ("ChildProcessError", &["ECHILD"]),
    ("ConnectionAbortedError", &["ECONNABORTED"]),
    ("ConnectionRefusedError", &["ECONNREFUSED"]),
    ("ConnectionResetError", &["ECONNRESET"]),
    ("FileExistsError", &["EEXIST"]),
    ("FileNotFoundError", &["ENOENT"]),
    ("InterruptedError", &["EINTR"]),
    ("IsADirectoryError", &["EISDIR"]),
    ("NotADirectoryError", &["ENOTDIR"]),
    ("PermissionError", &["EACCES", "EPERM"]),
    ("ProcessLookupError", &["ESRCH"]),
    ("TimeoutError", &["timeout", "ETIMEDOUT"]),
    ("AssertionError", &["Assert"]),
    ("CancelledError", &["Cancelled"]),
    ("KeyboardInterrupt", &["Interrupted"]),
    ("NameError", &["Unbound"]),
    ("StopIteration", &["Empty"]),
    ("TypeError", &["Usage"]),
    ("UnicodeDecodeError", &["Decode"]),
    ("UnicodeEncodeError", &["Decode"]),
    ("ValueError", &["Usage"]),
    ("json.JSONDecodeError", &["Decode"]),
    ("socket.gaierror", &["EAI_NONAME", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_ADDRFAMILY", "EAI_FAMILY"]),
    ("socket.gaierror", &["EAI_SERVICE", "EAI_SOCKTYPE", "EAI_BADFLAGS", "EAI_MEMORY", "EAI_SYSTEM", "EAI_OVERFLOW"]),
    ("socket.herror", &["herror"]),
    ("queue.Empty", &["Empty"]),
    ("queue.Full", &["Full"]),
    ("struct.error", &["Usage"]),
];

/// Python's exceptions that an error has there, joined.
pub(super) fn exceptions(error: &str) -> String {
    let of_it = EXCEPTIONS.iter().filter(|(_, errors)| errors.contains(&error)).map(|(exception, _)| *exception);
    of_it.collect::<Vec<_>>().join(", ")
}

/// Python's exceptions, each with an error it is here.
pub(super) fn raised() -> impl Iterator<Item = (&'static str, &'static str)> {
    EXCEPTIONS.iter().flat_map(|(exception, errors)| errors.iter().map(move |error| (*exception, *error)))
}

/// Names joined by dots.
struct Chain {
    text: &'static str,
    /// A value stands before it, whose method or field it is.
    is_field: bool,
    is_called: bool,
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '.'
}

/// The chains of names in a form. What stands in quotes or braces is none.
fn chains(form: &'static str) -> impl Iterator<Item = Chain> {
    let mut rest = form;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(|c: char| !is_of_a_name(c) && !"{'\"".contains(c));
            let first = rest.chars().next()?;
            if let Some(close) = match first {
                '{' => Some('}'),
                '\'' | '"' => Some(first),
                _ => None,
            } {
                // The close of a brace is followed by the field of what stands in it.
                rest = rest[1..].split_once(close).map_or("", |(_, after)| after);
                continue;
            }
            let end = rest.find(|c| !is_of_a_name(c)).unwrap_or(rest.len());
            let (text, after) = rest.split_at(end);
            rest = after;
            let (text, is_field) = match text.split_once('.') {
                // A variable of one letter, a parameter or a value in brackets.
                Some((owner, field)) if owner.len() < 2 => (field, true),
                _ => (text, false),
            };
            if text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
                return Some(Chain { text, is_field, is_called: after.starts_with('(') });
            }
        }
    })
}

fn names(form: &'static str) -> impl Iterator<Item = FormName> {
    let split = |chain: Chain| {
        let (module, name) = match chain.text.rsplit_once('.') {
            Some((module, name)) => (Some(module), name),
            None => (None, chain.text),
        };
        // A constant is no name of the call.
        let is_constant = !chain.is_called && !name.contains(|c: char| c.is_ascii_lowercase());
        let is_name = chain.is_field || chain.is_called || module.is_some();
        (is_name && !is_constant).then_some(FormName { module, name, whole: chain.text })
    };
    chains(form).filter_map(split)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_out_of_a_form() {
        let found = |form| names(form).map(|n| n.whole).collect::<Vec<_>>();
        assert_eq!(found("{S}.recv({N}<, {FLAGS}>)"), ["recv"]);
        assert_eq!(
            found("t = threading.Thread(target=NAME, args=(ARGS, ...)); t.start()"),
            ["threading.Thread", "start"]
        );
        assert_eq!(found("os.path.exists({PATH})"), ["os.path.exists"]);
        assert_eq!(found("{S}.sendfile(open({PATH}, 'rb')<, {OFFSET}>)"), ["sendfile", "open"]);
        assert_eq!(found("{VALUE}[{START}:<{STOP}>]"), [""; 0]);
        assert_eq!(found("P.exitcode"), ["exitcode"]);
    }
}
