//! Lines of C: the calls that are here, by the form that help shows of each, and what to use for the others.

use super::Foreign;
use super::call::constant;
use super::text::quote;
use super::token::{self, Token};
use super::tree::Tree;
use crate::command::{self, Command, Kind, Need, Param};

/// What C has and sockpit has not under that name, and what to use.
const NAMES: &[(&[&str], &str)] = &[
    (&["fcntl"], "fcntl of O_NONBLOCK is `setblocking S off` here, of F_DUPFD `dup S`"),
    (&["ioctl"], "ioctl of FIONREAD is `inq S` here, of TIOCOUTQ `outq S`, of SIOCATMARK `atmark S`"),
    (
        &["read"],
        "from a socket: `data = recv S 1024`; `read F [N]` is for files, and `makefile S` makes one of a socket",
    ),
    (&["write"], "to a socket: `send S DATA`; `write F DATA` is for files, and `makefile S w` makes one of a socket"),
    (
        &["perror", "strerror", "errno"],
        "a call that fails shows its errno, its text and why by itself, and `why` tells it again; `except as e` and \
         `connect_ex` give it to the program",
    ),
    (
        &["recv_into", "recvfrom_into", "recvmsg_into", "readinto"],
        "there are no buffers to fill: `data = recv S 1024` gives new bytes, as recvfrom and recvmsg do",
    ),
    (
        &["recvmmsg", "sendmmsg"],
        "several messages are a loop here: `data, anc, flags, addr = recvmsg S 1024 256`, `sendmsg S DATA`",
    ),
    (&["readv", "writev"], "`sendmsg S DATA DATA...` sends several pieces as one; `data = recv S 1024` receives"),
    (
        &["share", "fromshare"],
        "Windows alone has that; a socket is passed with `process NAME $s`, or `sendmsg S DATA fds=A`",
    ),
    (&["send_fds"], "descriptors are passed with `sendmsg S DATA fds=A,B`"),
    (&["recv_fds"], "descriptors come with `data, anc, flags, addr = recvmsg S 1024 100`: the sockets are in anc"),
    (
        &["inet_addr", "inet_network", "sockaddr", "sockaddr_in", "sockaddr_un", "sockaddr_in6"],
        "an address is written as it is: `bind S 127.0.0.1:9999`; `inet_aton` gives its bytes",
    ),
    (
        &["malloc", "calloc", "free", "memset", "bzero", "memcpy", "strcpy", "char"],
        "memory is not asked for here: `data = recv S 1024` holds what came",
    ),
    (&["printf", "fprintf", "puts", "sprintf", "cout"], "`print \"the port is $port\"` prints, names and all"),
    (
        &["fork", "vfork", "clone"],
        "nothing is forked: `t = spawn NAME ARGS` starts a def as a task, `process` as a process",
    ),
    (
        &["execve", "execvp", "execl", "system", "popen"],
        "programs are run in a shell; `process` starts a def of this program",
    ),
    (&["signal", "sigaction"], "signals are sockpit's own: Ctrl-C gives up the call that waits"),
    (&["main"], "a program is its lines here, from the first on: there is no main"),
    (&["closesocket"], "`close S`"),
    (&["WSAStartup", "WSACleanup"], "nothing has to be begun or ended here: s = socket"),
    (&["alarm", "usleep", "nanosleep"], "`sleep 0.1` waits; `settimeout S 2.5` bounds a call"),
];

/// The words that a declaration begins with.
const TYPES: &[&str] = &[
    "int",
    "ssize_t",
    "size_t",
    "char",
    "const",
    "unsigned",
    "signed",
    "long",
    "short",
    "struct",
    "socklen_t",
    "pid_t",
    "FILE",
    "void",
    "bool",
    "static",
    "uint16_t",
    "uint32_t",
    "in_addr_t",
    "pthread_t",
];

/// A line of C: a declaration, or what ends in `;`.
pub(super) fn line(text: &str) -> Option<Foreign> {
    let text = text.trim();
    let first = text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
    let typed = TYPES.contains(&first) && (text.contains(['(', '=', '*', '[', ';']) || text.contains("struct "));
    let braces = text == "}" || (text.ends_with('{') && text.contains('('));
    if text.contains('\n') || !(typed || braces || text.ends_with(';')) {
        return None;
    }
    let functions = functions(text);
    for (name, given) in &functions {
        let found = commands(name).next().filter(|_| says(name).is_none());
        if let Some(line) = found.and_then(|(command, example)| written(command, &example, text, given)) {
            return Some(Foreign { write: vec![line], says: None, without: None, open: false });
        }
        if let Some(found) = self::name(name) {
            return Some(found);
        }
    }
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
    let said = words.find_map(says);
    if let Some(text) = said {
        return Some(Foreign::says(text));
    }
    if text.ends_with(['{', '}']) {
        let ends = "a block has no braces: it begins with its first line, as in `if $x == 1`, and ends with `end`";
        return Some(Foreign::says(ends));
    }
    None.or_else(|| typed.then(|| Foreign::says("a name is given a value with let: let x = 5")))
}

/// What is to be used for a function of C that a line calls.
pub(super) fn called(text: &str) -> Option<Foreign> {
    let module = |function: &str| {
        let before = text.split(function).next().unwrap_or("").trim_end();
        !before.ends_with('.') || ["socket.", "os.", "fcntl.", "errno.", "signal."].iter().any(|m| before.ends_with(m))
    };
    functions(text).iter().filter(|(function, _)| module(function)).find_map(|(function, _)| name(function))
}

/// What is to be used for a name of C.
pub(super) fn name(name: &str) -> Option<Foreign> {
    let name = name.split('(').next().unwrap_or("").trim_end_matches(';');
    if let Some(text) = says(name) {
        return Some(Foreign::says(text));
    }
    if command::find(name).is_some() {
        return None;
    }
    let (command, _) = commands(name).next()?;
    Some(Foreign::says(format!("`{name}` is `{}` here: {}", command.name, command.usage())))
}

fn says(name: &str) -> Option<&'static str> {
    NAMES.iter().find(|(names, _)| names.contains(&name)).map(|(_, text)| *text)
}

/// The functions that a text of C calls, with what each is given.
fn functions(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('(') {
        let before = text[..at].trim_end();
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |i| i + 1);
        let name = &before[start..];
        let no_call = ["if", "while", "for", "switch", "return", "sizeof", ""];
        if no_call.contains(&name) || name.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        if let Some(given) = arguments(&text[at..]) {
            found.push((name.to_string(), given));
        }
    }
    found
}

/// What stands between a bracket and the one that closes it, apart at the commas.
fn arguments(text: &str) -> Option<Vec<String>> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    let mut all = vec![String::new()];
    for c in text.chars() {
        let inside = depth > 0;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 1 => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            let all: Vec<String> = all.iter().map(|word| plain(word.trim()).to_string()).collect();
            return Some(if all == [""] { Vec::new() } else { all });
        }
        if inside && let Some(last) = all.last_mut() {
            last.push(c);
        }
    }
    None
}

/// What an argument is in this machine's byte order, in which all numbers are written here.
fn plain(argument: &str) -> &str {
    let turned = ["htons(", "htonl("].iter().find_map(|turn| argument.strip_prefix(turn));
    turned.and_then(|rest| rest.strip_suffix(')')).map_or(argument, str::trim)
}

/// The calls whose form in C has that function, with what it is given there; the call of that name comes first.
fn commands(function: &str) -> impl Iterator<Item = (&'static Command, Vec<String>)> {
    let of = move |command: &'static Command| {
        let given = functions(command.c).into_iter().find(|(name, _)| name == function)?.1;
        Some((command, given))
    };
    let mut all: Vec<_> = command::all().filter_map(of).collect();
    all.sort_by_key(|(command, _)| command.name != function);
    all.into_iter()
}

/// What an argument of a form in C is.
enum Role {
    Param(usize),
    /// What the call fills in.
    Result,
    Nothing,
}

/// Which argument of the form is which parameter.
fn roles(command: &Command, example: &[String]) -> Vec<Role> {
    let mut params = command.params.iter().enumerate().filter(|(_, p)| p.need != Need::Named).peekable();
    let mut length = None;
    let mut options = 0;
    let mut roles = Vec::new();
    for text in example {
        let next: Option<&Param> = params.peek().map(|(_, p)| *p);
        let kind = next.map(|p| p.kind);
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        let takes_number = matches!(kind, Some(Kind::Size | Kind::SizeOrOption | Kind::Int | Kind::IntOrNone));
        let is_param = match text {
            _ if text.starts_with("sizeof") || (is_number && length == text.parse().ok()) => false,
            _ if text.starts_with('&') => kind == Some(Kind::OptionValue),
            _ if text.starts_with('(') => kind == Some(Kind::Addr),
            _ if is_number || text.starts_with('"') => kind.is_some(),
            // A buffer stands before its size.
            _ if example.len() == 1 => kind.is_some(),
            _ => kind.is_some() && !takes_number,
        };
        length = text.strip_prefix('"').map(|t| t.len() - 1);
        roles.push(match params.peek() {
            Some((_, Param { kind: Kind::Option, .. })) if is_param && options == 0 => {
                options = 1;
                Role::Param(params.peek().map_or(0, |(i, _)| *i))
            }
            Some((index, _)) if is_param => {
                let index = *index;
                params.next();
                Role::Param(index)
            }
            _ if text.starts_with("sizeof") || is_number || text.contains("len") || text == "&n" => Role::Nothing,
            _ => Role::Result,
        });
    }
    roles
}

/// The line that a call in C is.
fn written(command: &'static Command, example: &[String], text: &str, given: &[String]) -> Option<String> {
    if example.len() != given.len() || command.params.iter().filter(|p| p.need == Need::Required).count() > given.len()
    {
        return None;
    }
    let mut words = vec![command.name.to_string()];
    let mut filled = None;
    for (role, text) in roles(command, example).iter().zip(given) {
        match role {
            Role::Param(index) => {
                let param = &command.params[*index];
                let word = argument(param, text)?;
                let is_default = word == "0" && param.need == Need::Optional;
                if !is_default {
                    words.push(word);
                }
            }
            Role::Result => filled = filled.or_else(|| identifier(text)),
            Role::Nothing => {}
        }
    }
    let left = text.split_once('=').filter(|(left, _)| !left.contains('(') || left.trim_start().starts_with("if"));
    let target =
        left.and_then(|(left, _)| left.rsplit(|c: char| !c.is_alphanumeric() && c != '_').find(|w| !w.is_empty()));
    let names: Vec<String> = match command.results {
        [] => Vec::new(),
        [(_, holds)] if *holds == crate::value::Holds::Count => target.map(str::to_string).into_iter().collect(),
        [_] => filled.or(target.map(str::to_string)).into_iter().collect(),
        [(first, _), rest @ ..] => {
            let first = target.unwrap_or(first).to_string();
            let rest = rest.iter().map(|(name, _)| filled.take().unwrap_or_else(|| (*name).to_string()));
            std::iter::once(first).chain(rest).collect()
        }
    };
    let before = if names.is_empty() { String::new() } else { format!("{} = ", names.join(", ")) };
    Some(format!("{before}{}", words.join(" ")))
}

fn argument(param: &Param, text: &str) -> Option<String> {
    let named = || identifier(text).map(|name| format!("${name}"));
    if param.kind.is_live() {
        return identifier(text);
    }
    match token::tokens(text)?.as_slice() {
        [Token::Text(text)] => Some(quote(text)),
        [Token::Number(number)] => Some(number.clone()),
        [Token::Name(name)] => constant(&Tree::Name(name.clone())).or_else(named),
        [Token::Name(first), ..] if first == "sizeof" => Some("1024".into()),
        _ => named(),
    }
}

/// The name in an argument, behind a cast and a `&`.
fn identifier(text: &str) -> Option<String> {
    let text = text.rsplit(')').next().unwrap_or(text).trim_start_matches(['&', '*', ' ']);
    crate::lang::is_name(text).then(|| text.to_string())
}
