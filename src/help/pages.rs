//! The page of each kind of subject.

use super::program::{LEARNS, STEPS};
use super::words::Topic;
use super::{examples, forms, python};
use crate::command::{self, Command, Kind, KnownError, Need, Param};
use crate::linux::constants::{self, Constants, MSG_FLAGS, Row};
use crate::linux::errno;
use crate::linux::options::{self, Opt, OptKind};
use crate::linux::state::State;
use crate::value::page::Page;
use crate::value::{Holds, Name};

/// The term under which a page tells what sort of thing it is about.
pub(super) const IS_A: &str = "is a";

/// The term under which a page names what else to read.
pub(super) const SEE: &str = "see also";

/// The most other names that a topic's page shows.
const ALSO_MAX: usize = 8;

pub(super) fn call(command: &Command) -> Page {
    let mut page = Page::titled(command.usage());
    page.text(command.summary);
    for note in command.notes {
        page.text(*note);
    }
    for param in command.params {
        page.entry(param.label(), meaning_of(param));
    }
    let returns = match command.results {
        [] | [_] => command.returns.to_string(),
        [(first, _), ..] if command.returns.starts_with(&format!("{first}: ")) => command.returns.to_string(),
        _ => format!("{}: {}", command.result_names(), command.returns),
    };
    page.entry("returns", if returns.is_empty() { "nothing".into() } else { returns });
    page.entry("short", command.aliases.join(", "));
    page.entry("Python", python::form(command));
    page.entry("C", command.c);
    page.entry("manual", command.man);
    page.entry(SEE, command.related.join(", "));
    if !command.errors.is_empty() {
        page.head("Errors");
    }
    for error in command.errors {
        page.entry(error.name, error.lines().join("; "));
    }
    page.entry("others", command.like.map_or(String::new(), |twin| format!("as of {}", twin.name)));
    example(&mut page, command.example);
    page
}

fn meaning_of(param: &Param) -> String {
    let what = if param.about.is_empty() { param.noun() } else { param.about.into() };
    let need = match param.need {
        Need::Required => "",
        Need::Optional => " (may be left out)",
        Need::Named => " (by name only)",
        Need::Rest => " (none or more)",
        Need::Some => " (one or more)",
    };
    format!("{what}{need}")
}

/// An example, and the same in Python when every line of it has a form there.
fn example(page: &mut Page, lines: &str) {
    page.under("Example", lines);
    let python = python::lines(lines).unwrap_or_default().into_iter().map(|(_, line)| line.map(|line| line.text()));
    page.under("The same in Python", python.collect::<Option<Vec<_>>>().unwrap_or_default().join("\n"));
}

pub(super) fn topic(topic: &Topic) -> Page {
    let mut usage = topic.usage.lines();
    let mut page = Page::titled(usage.next().unwrap_or_default());
    for line in usage {
        page.join(Page::titled(line));
    }
    page.text(topic.summary);
    for note in topic.notes {
        page.text(*note);
    }
    let words = match topic.names[0] {
        "step" => STEPS,
        "course" => LEARNS,
        _ => &[],
    };
    for (word, about) in words {
        page.entry(*word, *about);
    }
    for name in forms::modules().into_iter().filter(|module| topic.names.contains(module)) {
        members(&mut page, name);
    }
    page.entry(IS_A, topic.noun);
    let others: Vec<_> = topic.names[1..].iter().filter(|name| !topic.usage.contains(**name)).copied().collect();
    let most = others.len().min(ALSO_MAX);
    page.entry("also", others[..most].join(", "));
    page.entry("Python", forms::exceptions(topic.names[0]));
    page.entry(SEE, topic.related.join(", "));
    page.under("Example", topic.example);
    if let Some(name) = Name::parse(topic.names[0]) {
        causes(&mut page, name);
    }
    page
}

/// What the calls have in a module of Python, each name with its calls.
pub(super) fn members(page: &mut Page, module: &str) {
    let of_it = || forms::python().filter(|(name, _)| name.module == Some(module));
    let mut names: Vec<_> = of_it().map(|(name, _)| name.whole).collect();
    names.sort_unstable();
    names.dedup();
    for whole in names {
        let mut calls: Vec<_> = of_it().filter(|(name, _)| name.whole == whole).map(|(_, call)| call.usage()).collect();
        calls.dedup();
        page.entry(whole, calls.join("; "));
    }
}

pub(super) fn option(option: &Opt) -> Page {
    let mut page = Page::titled(option.name);
    page.text(option.summary);
    let (default, note) = (option.default, option.note);
    page.text(note);
    let access = match (option.readable, option.writable) {
        (true, true) => "setsockopt and getsockopt",
        (true, false) => "getsockopt: it can only be read",
        _ => "setsockopt: it can only be set",
    };
    page.entry("is an", format!("option of level {}, number {}", level_of(option), option.number));
    page.entry("fits", access);
    page.entry("value", value_of(option));
    page.entry("default", default);
    let root = "root, or a process that has the capability for it: CAP_NET_ADMIN or CAP_NET_RAW";
    page.entry("for", if option.root { root } else { "" });
    page.entry("manual", option.man);
    page.under("Example", examples::option(option));
    page
}

fn level_of(option: &Opt) -> String {
    options::level_name(option.level).map_or_else(|| option.level.to_string(), str::to_string)
}

/// Of a structure that has more fields the first are named.
const FIELDS_SHOWN: usize = 9;

fn value_of(option: &Opt) -> String {
    match option.kind {
        OptKind::Flag => "1 or 0; on and off do as well".into(),
        OptKind::Seconds => "seconds, with a fraction; 0 for no limit".into(),
        OptKind::Fields(layout) => {
            let fields: Vec<_> = layout.names().take(FIELDS_SHOWN).collect();
            let more = if layout.names().count() > FIELDS_SHOWN { " ..." } else { "" };
            let words =
                if option.writable && !layout.form.is_empty() { format!("{}; ", layout.form) } else { String::new() };
            format!("{words}{}, read as fields: {}{more}", layout.name, fields.join(" "))
        }
        OptKind::Number if !option.ranges.is_empty() => format!("a whole number: {}", options::in_words(option.ranges)),
        OptKind::Struct(size) => format!("bytes of a structure, at most {size}: pack and unpack"),
        kind => kind.form().into(),
    }
}

/// What a constant means; a second name means what the documented one does.
pub(super) fn meaning(set: &Constants, row: &Row) -> String {
    match (row, set.name_of(row.1 as i32)) {
        ((_, _, ""), Some(documented)) => {
            let about = set.rows().find(|(name, ..)| *name == documented).map_or("", |(.., about)| about);
            format!("the same as {documented}: {about}")
        }
        ((.., about), _) => (*about).into(),
    }
}

pub(super) fn constant(set: &Constants, row: &Row) -> Page {
    let (name, number, about) = row;
    let mut page = Page::titled(*name);
    page.text(meaning(set, row));
    page.entry(IS_A, format!("{}, {number} ({number:#x})", set.noun));
    let same = set.rows().filter(|(other, n, _)| n == number && other != name).map(|(other, ..)| *other);
    page.entry("also", same.collect::<Vec<_>>().join(", "));
    page.entry("fits", takers(set, about).join(", "));
    page.entry("manual", set.man);
    page.under("Example", examples::constant(set, name, about));
    page
}

/// The calls that take a constant.
fn takers(set: &Constants, about: &str) -> Vec<&'static str> {
    let is_set = |kind: Kind| kind.constants().is_some_and(|other| std::ptr::eq(other, set));
    let takes = |c: &&Command| c.params.iter().any(|p| is_set(p.kind));
    let fits = |c: &&Command| {
        let way = if c.gives(Holds::Bytes) { constants::receives(about) } else { constants::sends(about) };
        !std::ptr::eq(set, &raw const MSG_FLAGS) || way
    };
    command::all().filter(takes).filter(fits).map(|c| c.name).collect()
}

pub(super) fn level_summary(name: &str, number: i32) -> String {
    let whose = match number {
        libc::SOL_SOCKET => "options that every socket has",
        libc::IPPROTO_IP => "options of IPv4",
        libc::IPPROTO_IPV6 => "options of IPv6",
        libc::IPPROTO_TCP => "options of TCP",
        libc::IPPROTO_UDP => "options of UDP",
        libc::SOL_RAW => "options of raw sockets",
        libc::IPPROTO_ICMPV6 => "options of raw ICMPv6 sockets",
        _ => "options that sockpit knows by number only",
    };
    match options::level_name(number) {
        Some(best) if best != name => format!("as a level the same as {best}: {whose}"),
        _ => whose.into(),
    }
}

pub(super) fn level(name: &str, number: i32) -> Page {
    let mut page = Page::titled(name);
    page.text(level_summary(name, number));
    page.entry(IS_A, format!("level of setsockopt and getsockopt, {number}"));
    let names: Vec<_> = options::all().filter(|o| o.level == number).map(|o| o.name).collect();
    page.entry("options", names.join(" "));
    if let Some(option) = names.iter().find(|name| name.ends_with("NODELAY") || name.ends_with("REUSEADDR")) {
        page.under("Example", format!("s = socket\nsetsockopt s {name} {option} 1"));
    }
    page
}

pub(super) fn error(name: Name) -> Page {
    let number = name.number().unwrap_or_default();
    let mut page = Page::titled(name.as_str());
    page.text(format!("{} ({number})", name.text()));
    page.text(name.known().map_or("", |e| e.advice));
    page.entry("is an", if matches!(name, Name::Gai(_)) { "error of name resolution" } else { "errno" });
    let second = errno::ALIASES.iter().filter(|(_, real)| *real == name.as_str()).map(|(alias, _)| *alias);
    page.entry("also", second.collect::<Vec<_>>().join(", "));
    let gai = if matches!(name, Name::Gai(_)) { "socket.gaierror".into() } else { String::new() };
    page.entry("Python", if gai.is_empty() { forms::exceptions(name.as_str()) } else { gai });
    page.entry("manual", if matches!(name, Name::Gai(_)) { "getaddrinfo(3)" } else { "errno(3)" });
    causes(&mut page, name);
    page
}

/// Which calls fail with an error, why, and what to try: each text with the calls that share it.
fn causes(page: &mut Page, name: Name) {
    shared(page, name, "Which calls give it, and why", |error| error.cause);
    shared(page, name, "What to try", |error| error.cure);
}

fn shared(page: &mut Page, name: Name, head: &str, of: fn(&KnownError) -> &'static str) {
    let mut texts: Vec<(&str, Vec<&str>)> = Vec::new();
    for command in command::all() {
        for error in command.errors.iter().filter(|t| t.name == name.as_str() && !of(t).is_empty()) {
            match texts.iter_mut().find(|(known, _)| *known == of(error)) {
                Some((_, calls)) => calls.push(command.name),
                None => texts.push((of(error), vec![command.name])),
            }
        }
    }
    if !texts.is_empty() {
        page.head(head);
    }
    for (text, calls) in texts {
        page.entry(calls.join(", "), text);
    }
}

pub(super) fn state(state: State) -> Page {
    let mut page = Page::titled(state.name());
    page.text(state.about());
    let (of_tcp, others): (Vec<_>, Vec<_>) = State::ALL.iter().partition(|(state, _)| *state <= State::NewSynRecv);
    let names =
        |states: Vec<&(State, &'static str)>| states.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(" ");
    if state <= State::NewSynRecv {
        page.entry(IS_A, "TCP state: `state S` tells a socket's, in the kernel's words");
        page.entry("manual", "tcp(7)");
        page.entry("number", format!("{}, the first byte of TCP_INFO", state as u8));
        page.entry("all states", names(of_tcp));
    } else {
        page.entry(IS_A, "state of a socket that is not TCP, as netstat and sockets show it");
        page.entry("all states", names(others));
    }
    page.entry(SEE, "state, netstat, close, shutdown, SO_REUSEADDR");
    page
}
