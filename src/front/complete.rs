//! What the word at the cursor can be: calls, the names that suit them, constants, options, errors, files.
//!
//! It knows the table of calls and the names in scope, and nothing of the editor. [`complete`] reads no session; for a
//! path it reads the folder.

use super::files::{self, First};
use super::names::Names;
use crate::command::standing::{Standing, Subject};
use crate::command::{self, Command, Kind, Need, Param, Stands, socket, wire};
use crate::help;
use crate::lang::{KEYWORDS, Typed, head, is_name, needs_braces, typed};
use crate::linux::constants::{self, Constants};
use crate::linux::options::{self, OptKind};
use crate::linux::state::State;
use crate::program::arrange::{Next, named, next};
use crate::value::{Name, codec};
use crate::wire::Filter;

/// Something the word can be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// How the list shows it.
    pub shown: String,
    /// What stands in the word's place when it is chosen, with the space that follows it.
    pub text: String,
}

/// The words that only go on within a line.
const INNER: &[&str] = &["in", "as", "and", "or", "not"];

/// What can stand at this place of a line, and where what it replaces begins.
pub fn complete(text: &str, at: usize, names: &Names) -> (usize, Vec<Candidate>) {
    let first = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let line = &text[first..at];
    let (mut words, comment) = typed(line);
    if comment < line.len() {
        return (at, Vec::new());
    }
    let word = words.pop_if(|w| w.range.end == line.len());
    let word = word.unwrap_or_else(|| Typed::at(line, line.len()));
    let mut found = Found { start: word.range.start, typed: word.text.clone(), list: Vec::new() };
    if let Some(dollar) = variable_at(&line[word.range.clone()]).filter(|_| word.inserts) {
        found.start = word.range.start + dollar;
        found.variables(&line[found.start..], word.open.is_some(), names);
    } else if word.open.is_none() || path_wanted(&words, names) {
        found.word(&words, &word, names);
    }
    (first + found.start, found.list)
}

/// Where the `$name` begins that the end of this word is part of.
fn variable_at(word: &str) -> Option<usize> {
    let at = word.rfind('$')?;
    let dollars = word[..=at].len() - word[..=at].trim_end_matches('$').len();
    let rest = word[at + 1..].strip_prefix('{').unwrap_or(&word[at + 1..]);
    (dollars % 2 == 1 && (rest.is_empty() || is_name(rest))).then_some(at)
}

fn path_wanted(before: &[Typed], names: &Names) -> bool {
    let head = head(before);
    let Some(command) = before.get(head).and_then(|w| command::find(&w.text)) else { return false };
    let args = &before[head + 1..];
    let next = next(command, args);
    command.params.get(next.param).is_some_and(|p| match p.kind {
        Kind::Path | Kind::Program => true,
        Kind::Addr => socket_of(args, names).is_some_and(|s| s.family == libc::AF_UNIX),
        _ => false,
    })
}

/// The socket that a call is made on.
fn socket_of<'a>(args: &[Typed], names: &'a Names) -> Option<&'a Standing> {
    args.first().and_then(|w| names.get(&w.text)).and_then(|s| s.socket.as_ref())
}

/// A word of a call: where in the call it stands.
struct Place<'a> {
    command: &'static Command,
    /// The words before it.
    args: &'a [Typed],
    word: &'a Typed,
    next: Next,
    names: &'a Names,
}

/// The candidates found so far for a word.
struct Found {
    start: usize,
    typed: String,
    list: Vec<Candidate>,
}

impl Found {
    /// A whole word, if it begins as typed.
    fn add(&mut self, word: &str) {
        self.offer(word, &format!("{word} "));
    }

    /// A word that goes on.
    fn open(&mut self, word: &str) {
        self.offer(word, word);
    }

    fn offer(&mut self, word: &str, text: &str) {
        if word.starts_with(&self.typed) && !self.list.iter().any(|c| c.shown == word) {
            self.list.push(Candidate { shown: word.into(), text: text.into() });
        }
    }

    fn all<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) {
        words.into_iter().for_each(|w| self.add(w));
    }

    /// Only what follows that mark of the word is completed from here on.
    fn after(&mut self, mark: char, raw: &Typed) {
        if let Some((_, rest)) = self.typed.rsplit_once(mark).filter(|_| raw.range.len() == raw.text.len()) {
            self.typed = rest.to_string();
            self.start = raw.range.end - self.typed.len();
        }
    }

    /// `$name`, as much of it as is typed.
    fn variables(&mut self, typed: &str, quoted: bool, names: &Names) {
        let braces = typed.starts_with("${");
        let begun = typed.trim_start_matches(['$', '{']);
        for (name, _) in names.things.iter().filter(|(name, _)| name.starts_with(begun)) {
            let shown = if braces || needs_braces(name) { format!("${{{name}}}") } else { format!("${name}") };
            let end = if quoted || shown.ends_with('}') { "" } else { " " };
            self.list.push(Candidate { text: format!("{shown}{end}"), shown });
        }
    }

    /// The values in scope, by `$name`, that are of one of these kinds.
    fn values(&mut self, names: &Names, fits: impl Fn(&str) -> bool) {
        for (name, _) in names.things.iter().filter(|(_, subject)| fits(subject.kind)) {
            self.add(&format!("${name}"));
        }
    }

    fn word(&mut self, before: &[Typed], word: &Typed, names: &Names) {
        let head = head(before);
        if before.len() < head {
            if before.last().is_some_and(|w| w.word.is("every")) {
                return self.values(names, |k| k == "a number");
            }
            return self.all(Name::all());
        }
        let Some(name) = before.get(head).map(|w| &*w.text) else { return self.calls(before, names) };
        let args = &before[head + 1..];
        match (name, command::find(name)) {
            ("except", _) => {
                self.all(Name::all());
                self.add("as");
            }
            ("global", _) => self.all(names.things.iter().map(|(name, _)| &**name)),
            ("let", _) if args.len() < 2 => {}
            ("for", _) if args.len() < 2 => self.all((args.len() == 1).then_some("in")),
            ("def", _) => {}
            (_, Some(command)) => {
                let next = next(command, args);
                self.argument(&Place { command, args, word, next, names });
            }
            _ => self.values(names, |_| true),
        }
    }

    /// What a line can begin with, or what a result can come from.
    fn calls(&mut self, before: &[Typed], names: &Names) {
        let mut all: Vec<&str> = Vec::new();
        if before.is_empty() {
            all.extend(KEYWORDS.iter().copied().filter(|w| !INNER.contains(w)));
            all.extend(names.steps().map(|(word, _)| word));
        }
        // What has a name must give something; what must fail may be any call.
        let result = before.last().is_some_and(|w| w.word.is("="));
        let fits = |c: &&Command| !result || !c.results.is_empty();
        all.extend(command::all().filter(fits).map(|c| c.name));
        all.extend(names.defs.iter().map(|(name, _)| &**name));
        if !self.typed.is_empty() {
            all.extend(command::all().filter(fits).flat_map(|c| c.aliases));
        }
        all.sort_unstable();
        self.all(all);
    }

    fn argument(&mut self, place: &Place) {
        let Place { command, args, word, next, .. } = *place;
        let params = command.params;
        if let Some(i) = named(command, &word.word).map(|(i, _)| i).filter(|_| next.full || next.param >= params.len())
        {
            self.after('=', word);
            return self.param(&params[i], place);
        }
        // An optional parameter before a required one may be passed over, so the word can be either.
        let either = params.get(next.param).is_some_and(|p| p.need == Need::Optional) && !next.full;
        let count = if either { params.len() } else { 1 };
        for param in params.iter().skip(next.param).take(count) {
            self.param(param, place);
        }
        if self.start != word.range.start {
            return;
        }
        for (i, param) in params.iter().enumerate() {
            // With nothing typed, the next parameter's own values are enough.
            let may = match param.need {
                Need::Named => true,
                Need::Optional => next.full && i >= next.param && !self.typed.is_empty(),
                _ => false,
            };
            if may && !args.iter().any(|w| named(command, &w.word).is_some_and(|(given, _)| given == i)) {
                self.open(&format!("{}=", param.name.to_lowercase()));
            }
        }
    }

    fn param(&mut self, param: &Param, place: &Place) {
        let Place { command, args, word, next, names } = *place;
        let kind = param.kind;
        match kind {
            Kind::Sockets => {
                self.after(',', word);
                names.sockets(Stands::Open).for_each(|(name, _)| self.open(name));
            }
            Kind::Watched | Kind::WatchedOrSeconds => {
                self.after(',', word);
                self.things(param, names);
                self.values(names, |k| k == "a list");
            }
            _ if kind.is_live() => self.things(param, names),
            Kind::Option => self.options(command, next.level, args.first().and_then(|w| names.get(&w.text))),
            Kind::Path => self.files(word, First::Files),
            Kind::Program => self.files(word, First::Scripts),
            Kind::Protocol => self.protocols(args),
            Kind::State => self.states(),
            Kind::Name => self.subjects(),
            Kind::Switch => self.all(["on", "off"]),
            Kind::Addr => self.addresses(place, param),
            Kind::Def => self.def(param, place),
            Kind::Any | Kind::Ancillary => self.values(names, is_told),
            Kind::Sort => {
                self.all(socket::SHORT_FORMS.iter().map(|(name, ..)| *name));
                self.constants(Kind::Family, &constants::FAMILIES);
            }
            Kind::Filter => {
                self.all(["tcp", "udp", "unix"]);
                self.states();
                names.sockets(Stands::Open).for_each(|(name, _)| self.add(name));
            }
            Kind::Wire if args.is_empty() => self.all(wire::acts()),
            Kind::Wire if args.first().is_some_and(|first| first.text == "show") => self.all(["on", "off"]),
            Kind::Wire | Kind::Frames => self.filter(word, names),
            Kind::OptionValue => {
                let option = args.last().and_then(|w| options::by_name(&w.text)).and_then(|o| o.spec);
                match option.map(|o| o.kind) {
                    Some(OptKind::Flag) => self.all(["on", "off"]),
                    Some(OptKind::Flags(set)) => {
                        self.after('|', word);
                        self.all(set.names());
                    }
                    _ => self.values(names, is_told),
                }
            }
            Kind::Encoding => self.all(codec::names()),
            Kind::Seconds | Kind::Limit => {
                self.all(["none"]);
                self.values(names, |k| k == "a number");
            }
            Kind::Int | Kind::IntOrNone | Kind::Size | Kind::SizeOrOption => self.values(names, |k| k == "a number"),
            Kind::Text | Kind::Data => self.values(names, |k| matches!(k, "text" | "bytes" | "a number")),
            _ => {
                if let Some(set) = kind.constants() {
                    self.after('|', word);
                    self.constants(kind, set);
                }
            }
        }
    }

    /// A part of a filter of frames, or its value.
    fn filter(&mut self, word: &Typed, names: &Names) {
        let Some((key, _)) = word.text.split_once('=') else { return Filter::keys().for_each(|key| self.open(key)) };
        self.after(if word.text.contains(',') { ',' } else { '=' }, word);
        names.in_filter(key).into_iter().for_each(|value| self.open(value));
    }

    fn constants(&mut self, kind: Kind, set: &'static Constants) {
        // Of flags the second names are many; of the rest they are the short forms.
        let short = matches!(kind, Kind::Family | Kind::Type | Kind::Protocol | Kind::How);
        if short || !self.typed.is_empty() { self.all(set.rows().map(|row| row.0)) } else { self.all(set.names()) }
    }

    /// The live things that fit, and the jobs where their numbers do.
    fn things(&mut self, param: &Param, names: &Names) {
        for (name, _) in names.things.iter().filter(|(_, subject)| subject.fits(param)) {
            self.add(name);
        }
        if param.kind == Kind::JobOrTask {
            names.jobs.iter().for_each(|job| self.add(&job.to_string()));
        }
    }

    /// The levels and options that the socket has, of which the call takes only some.
    fn options(&mut self, command: &Command, level: Option<i32>, of: Option<&Subject>) {
        let writes = command.params.iter().any(|p| p.kind == Kind::OptionValue);
        let has = |level: i32| of.and_then(|s| s.socket.as_ref()).is_none_or(|s| s.has_level(level));
        let fits = |o: &&options::Opt| if writes { o.writable } else { o.readable };
        if level.is_none() {
            // Of the names of a level the best known, where it has options here.
            let known = |name: &str, level: i32| {
                options::level_name(level) == Some(name) && options::all().any(|o| o.level == level)
            };
            let levels = options::levels().filter(|(name, level)| has(*level) && known(name, *level));
            self.all(levels.map(|(name, _)| *name));
        }
        let wanted = |o: &&options::Opt| level.map_or_else(|| has(o.level), |level| o.level == level);
        self.all(options::all().filter(fits).filter(wanted).map(|o| o.name));
    }

    /// The protocols that the family and the type have which stand before.
    fn protocols(&mut self, args: &[Typed]) {
        let (mut family, mut kind) = (None, None);
        for text in args.iter().map(|w| w.text.rsplit('=').next().unwrap_or("")) {
            let short = socket::SHORT_FORMS.iter().find(|(name, ..)| *name == text).copied();
            family = family.or(short.map(|(_, family, ..)| family)).or(constants::FAMILIES.find(text));
            // Of what is joined the type is the small number; the others are flags.
            let types = text.split('|').filter_map(|part| constants::TYPES.find(part));
            kind = kind.or(short.map(|(_, _, kind, _)| kind)).or(types.min());
        }
        // 0 has a second name, of IPv6's headers.
        let is_zero = |row: &constants::Row| row.1 == 0 && row.0 != "IPPROTO_IP";
        let fits = |row: &&constants::Row| constants::is_spoken(family, kind, row.1 as i32) && !is_zero(row);
        self.all(constants::PROTOCOLS.rows().filter(fits).map(|row| row.0));
    }

    /// The files of the folder that the word names.
    fn files(&mut self, word: &Typed, first: First) {
        let found = files::beginning(&self.typed, word.open.map(|(_, quote)| quote), first).into_iter();
        self.list.extend(found.map(|(shown, text)| Candidate { shown, text }));
    }

    /// Addresses of the family that the call's socket has.
    fn addresses(&mut self, place: &Place, param: &Param) {
        let Place { args, names, .. } = *place;
        let socket = socket_of(args, names);
        let fits = |family: i32| socket.is_none_or(|s| s.family == family);
        if socket.is_some_and(|s| s.family == libc::AF_UNIX) {
            self.files(place.word, First::Sockets);
        }
        if place.word.open.is_some() {
            return;
        }
        if param.stands == Stands::Listening {
            let there = names.sockets(param.stands).filter(|(_, s)| fits(s.family));
            there.filter_map(|(_, s)| s.local.as_deref()).for_each(|addr| self.add(&reachable(addr)));
        }
        if fits(libc::AF_INET) {
            self.open("127.0.0.1:");
        }
        if fits(libc::AF_INET6) {
            self.open("[::1]:");
        }
        self.values(names, |k| k == "an address");
    }

    /// The name of a def, and what it is called with.
    fn def(&mut self, param: &Param, place: &Place) {
        let Place { command, args, names, .. } = *place;
        let before = command.params.iter().position(|p| p.kind == Kind::Def).unwrap_or(0);
        if args.iter().skip(before).any(|w| !w.word.is("-d")) {
            return self.values(names, is_told);
        }
        self.all(names.defs.iter().map(|(name, _)| &**name));
        self.all((args.is_empty() && param.name.starts_with("[-d]")).then_some("-d"));
    }

    fn states(&mut self) {
        self.all(State::ALL.iter().map(|(_, name)| *name));
    }

    /// What `help` knows.
    fn subjects(&mut self) {
        let calls = |subject: &help::HelpSubject| matches!(subject, help::HelpSubject::Call(_));
        let all = self.typed.is_empty();
        let names = help::subjects().filter(|(_, subject)| !all || calls(subject)).map(|(name, _)| name);
        // One word is completed at a time.
        self.all(names.filter(|name| !name.contains([' ', '*', '\''])));
    }
}

/// Whether a value of that kind says something as an argument of any kind.
fn is_told(kind: &str) -> bool {
    !matches!(kind, "a socket" | "a file")
}

/// How a listening socket is reached from this machine.
fn reachable(addr: &str) -> String {
    let wildcards = [("0.0.0.0:", "127.0.0.1:"), ("[::]:", "[::1]:")];
    let found = wildcards.iter().find_map(|(any, own)| Some(format!("{own}{}", addr.strip_prefix(any)?)));
    found.unwrap_or_else(|| addr.to_string())
}
