//! docs/events.md is the schema of `--json`: its tables are read here, and what the program writes is held against them.
//! With BLESS=1 its samples are written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use crate::common::terminal::Terminal;
use crate::common::{Folder, Run, command, run};
use crate::files::needs_hosts;

tests![
    the_samples_are_what_the_program_writes,
    every_kind_and_every_fact_is_written_as_documented,
    what_fits_no_table_is_found,
    no_value_passes_for_another,
    bytes_and_text_come_back_as_they_were,
    errors_tell_what_people_see,
    a_background_error_tells_the_same,
    a_quiet_stream_has_the_same_schema,
    processes_share_a_clock_and_have_numbers_of_their_own,
    what_came_and_went_names_both_ends,
    no_control_character_is_written,
    at_a_prompt_what_comes_is_an_event,
    frames_are_events,
];

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/events.md");

/// An object's fields: whether each must be there, and what it holds.
type Fields = BTreeMap<String, (bool, String)>;

/// What the tables say.
#[derive(Default)]
struct Schema {
    /// Objects, each by the name in its heading.
    objects: BTreeMap<String, Fields>,
    /// Events, by their kind.
    kinds: BTreeMap<String, Fields>,
    /// Facts, by what happened.
    facts: BTreeMap<String, Fields>,
    /// The forms of values, by their first key.
    values: BTreeMap<String, Fields>,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::read(&std::fs::read_to_string(DOCUMENT).unwrap()));

/// A name in backticks, its mark of what may be left out taken off.
fn name(cell: &str) -> (String, bool) {
    let name = cell.trim().strip_prefix('`').and_then(|c| c.strip_suffix('`')).unwrap_or_else(|| panic!("{cell}"));
    (name.trim_end_matches('?').to_string(), !name.ends_with('?'))
}

impl Schema {
    fn read(text: &str) -> Self {
        let mut schema = Self::default();
        let (mut section, mut heading, mut table) = (String::new(), String::new(), String::new());
        for line in text.lines() {
            if let Some((level, title)) = line.split_once("# ").filter(|(level, _)| level.chars().all(|c| c == '#')) {
                heading = title.trim_matches('`').to_string();
                if level == "#" {
                    section.clone_from(&heading);
                }
            }
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            match (line.starts_with('|'), &*cells) {
                (false, _) => table.clear(),
                (true, [first, ..]) if table.is_empty() => table = (*first).to_string(),
                (true, [rule, ..]) if rule.starts_with("---") => {}
                (true, [first, holds, meaning]) => {
                    assert!(!meaning.is_empty(), "{line}");
                    schema.take(&section, &heading, &table, (first, holds));
                }
                _ => panic!("a row has three cells: {line}"),
            }
        }
        schema
    }

    /// Take a row.
    fn take(&mut self, section: &str, heading: &str, table: &str, (first, holds): (&str, &str)) {
        let (key, required) = name(first);
        let common = |object: &str| self.objects[object].clone();
        let with = |mut fields: Fields| {
            for field in holds.split(';').map(str::trim).filter(|f| !f.is_empty()) {
                let (field, holds) = field.split_once(' ').unwrap();
                let (key, required) = name(field);
                fields.insert(key, (required, holds.to_string()));
            }
            fields
        };
        let is_new = match table {
            "field" => {
                let fields = if section == "Kinds" {
                    let common = common("Every event");
                    self.kinds.entry(heading.to_string()).or_insert(common)
                } else {
                    self.objects.entry(heading.to_string()).or_default()
                };
                fields.insert(key, (required, holds.to_string())).is_none()
            }
            "did" => self.facts.insert(key, with(common("fact"))).is_none(),
            "first key" => self.values.insert(key, with(Fields::new())).is_none(),
            other => panic!("what is a table of `{other}`?"),
        };
        assert!(is_new, "{first} stands twice");
    }

    fn event(&self, event: &Json) -> Result<(), String> {
        let kind = event["event"].as_str().ok_or("an event has a kind")?;
        self.fields(event, self.kinds.get(kind).ok_or_else(|| format!("`{kind}` is no kind"))?)
    }

    fn fields(&self, object: &Json, fields: &Fields) -> Result<(), String> {
        let Json::Object(object) = object else { return Err(format!("{object} is no object")) };
        if let Some(key) = object.keys().find(|key| !fields.contains_key(*key)) {
            return Err(format!("`{key}` is not documented"));
        }
        for (key, (required, holds)) in fields {
            match object.get(key) {
                None if *required => return Err(format!("`{key}` is missing")),
                None => {}
                Some(value) => self.holds(value, holds).map_err(|e| format!("{key}: {e}"))?,
            }
        }
        Ok(())
    }

    fn holds(&self, value: &Json, holds: &str) -> Result<(), String> {
        if let Some(holds) = holds.strip_suffix(" or null") {
            return if value.is_null() { Ok(()) } else { self.holds(value, holds) };
        }
        if let Some(item) = holds.strip_prefix("list of ") {
            let Json::Array(items) = value else { return Err(format!("{value} is no list")) };
            return items.iter().try_for_each(|value| self.holds(value, item));
        }
        if let Some(item) = holds.strip_prefix("map of ") {
            let Json::Object(object) = value else { return Err(format!("{value} is no object")) };
            return object.values().try_for_each(|value| self.holds(value, item));
        }
        let fits = match holds {
            "text" => value.is_string(),
            "number" => value.is_number(),
            "whole number" => value.is_i64(),
            "true or false" => value.is_boolean(),
            "value" => return self.value(value),
            "address" => {
                let first = value.as_object().and_then(|o| o.keys().next()).map_or("", String::as_str);
                let is = ["host", "path", "abstract", "unnamed", "family"].contains(&first);
                return if is { self.value(value) } else { Err(format!("{value} is no address")) };
            }
            "`fact`" => return self.fact(value),
            object => {
                let (key, _) = name(object);
                let fields = self.objects.get(&key).ok_or_else(|| format!("`{key}` is nowhere documented"))?;
                return self.fields(value, fields);
            }
        };
        if fits { Ok(()) } else { Err(format!("{value} is no {holds}")) }
    }

    fn value(&self, value: &Json) -> Result<(), String> {
        match value {
            Json::Object(object) => {
                let first = object.keys().next().ok_or("a value says what it is")?;
                let fields = self.values.get(first).ok_or_else(|| format!("no value begins with `{first}`"))?;
                self.fields(value, fields)
            }
            Json::Array(items) => items.iter().try_for_each(|value| self.value(value)),
            _ => Ok(()),
        }
    }

    fn fact(&self, fact: &Json) -> Result<(), String> {
        let did = fact["did"].as_str().ok_or("a fact says what happened")?;
        self.fields(fact, self.facts.get(did).ok_or_else(|| format!("`{did}` is not documented"))?)
    }
}

/// The events of a stream, each held against the schema.
fn events(out: &str) -> Vec<Json> {
    let read = |line: &str| {
        let event = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        SCHEMA.event(&event).unwrap_or_else(|e| panic!("{e}\n{line}"));
        event
    };
    let events: Vec<Json> = out.lines().map(read).collect();
    assert_eq!(events[0]["event"], "session");
    assert_eq!(events[0]["schema"], "sockpit-events/1");
    events
}

fn stream(args: &[&str]) -> Vec<Json> {
    events(&run(&[&["--timeout", "20"], args].concat()).out)
}

/// The events of a kind.
fn of<'a>(events: &'a [Json], kind: &str) -> Vec<&'a Json> {
    events.iter().filter(|event| event["event"] == kind).collect()
}

fn facts(events: &[Json]) -> Vec<&Json> {
    events.iter().filter_map(|event| event.get("facts")?.as_array()).flatten().collect()
}

/// What a lesson gives is as documented, with the sockets after each event and without.
pub fn of_a_lesson(script: &Path) {
    for option in ["--json", "--json=full"] {
        let folder = Folder::new();
        let run = Run::of(command(&[option, "--timeout", "60"]).args([script, Path::new("0"), folder.path()]));
        if needs_hosts(&run) {
            return;
        }
        assert_eq!((run.status, &*run.err), (0, ""));
        let events = events(&run.out);
        let first = |e: &&Json| e["process"].is_null();
        let numbers: Vec<u64> = events.iter().filter(first).map(|e| e["seq"].as_u64().unwrap()).collect();
        assert!(numbers.iter().copied().eq(0..numbers.len() as u64), "they count up");
        let times: Vec<f64> = events.iter().filter(first).map(|e| e["t"].as_f64().unwrap()).collect();
        assert!(times.is_sorted(), "time goes on");
        let full = option == "--json=full";
        assert!(events[1..].iter().all(|e| e.get("facts").is_some() == full && e.get("sockets").is_some() == full));
    }
}

// --- the document ---

/// The block after that fence.
fn block<'a>(document: &'a str, fence: &str) -> &'a str {
    document.split_once(&format!("\n```{fence}\n")).unwrap().1.split_once("\n```").unwrap().0
}

/// Its lines, with every number alike: the kernel chooses ports, descriptors, moments.
fn alike(json: &Json) -> String {
    let digits = json.to_string();
    let mut out = String::new();
    for c in digits.chars() {
        match c {
            '0'..='9' if out.ends_with('0') => {}
            '0'..='9' => out.push('0'),
            '.' if out.ends_with('0') => {}
            c => out.push(c),
        }
    }
    // A very small number has an exponent.
    out.replace("0e-0", "0")
}

fn the_samples_are_what_the_program_writes() {
    let document = std::fs::read_to_string(DOCUMENT).unwrap();
    let program = block(&document, "sockpit");
    let bless = std::env::var_os("BLESS").is_some();
    let [brief, full] = ["--json", "--json=full"].map(|form| stream(&[form, "-c", program]));
    let mut new = String::new();
    let mut rest = &*document;
    let mut kinds: BTreeSet<&str> = SCHEMA.kinds.keys().map(String::as_str).collect();
    while let Some((before, sample)) = rest.split_once("```json") {
        let (form, sample) = sample.split_once('\n').unwrap();
        let (sample, after) = sample.split_once("\n```").unwrap();
        let shown: Json = serde_json::from_str(sample).unwrap();
        let written = if form == " full" { &full } else { &brief };
        let at = shown["seq"].as_u64().unwrap() as usize;
        // These need a prompt, and hosts.
        let elsewhere = ["announced", "frame"].contains(&shown["event"].as_str().unwrap());
        let event = if elsewhere { &shown } else { &written[at] };
        if !bless {
            assert_eq!(alike(event), alike(&shown), "BLESS=1 cargo test events writes the samples anew");
            SCHEMA.event(&shown).unwrap();
        }
        kinds.remove(event["event"].as_str().unwrap());
        new.push_str(&format!("{before}```json{form}\n{event}\n```"));
        rest = after;
    }
    assert!(kinds.is_empty(), "no sample of {kinds:?}");
    if bless {
        std::fs::write(DOCUMENT, new + rest).unwrap();
    }
}

const ALL: &str = "\
srv = create_server 127.0.0.1:0
at = getsockname srv
conn, peer = accept srv &
cli = socket
setblocking cli off
setsockopt cli SO_KEEPALIVE 1
expect EINPROGRESS connect cli $at
wait 1
poll cli OUT 5
f = makefile conn
twin = dup cli
sent = send cli hi
shutdown cli wr
fd = detach twin
back = socket fileno=$fd
left, right = socketpair
u = socket AF_INET SOCK_DGRAM
bind u 127.0.0.1:0
there = getsockname u
connect u $there
connect u AF_UNSPEC
close left
expect EBADF send left x
r = socket AF_INET SOCK_DGRAM
setsockopt r SO_RCVBUF 1
bind r 127.0.0.1:0
small = getsockname r
s = socket AF_INET SOCK_DGRAM
repeat 20
  sendto s datagram $small
end
setsockopt s IP_RECVERR 1
close r
sendto s x $small
poll s ERR 5
recvmsg s 100 200 MSG_ERRQUEUE
deaf = socket
bind deaf 127.0.0.1:0
nobody = getsockname deaf
asks = socket
setblocking asks off
connect_ex asks $nobody
poll asks OUT 5
getsockopt asks SO_ERROR
one, other = socketpair
recv one 10 &
yield
close one
";

fn every_kind_and_every_fact_is_written_as_documented() {
    let program = block(&std::fs::read_to_string(DOCUMENT).unwrap(), "sockpit").to_string();
    let all = stream(&["--json=full", "-c", &format!("{ALL}{program}")]);
    let kinds: BTreeSet<&str> = all.iter().map(|e| e["event"].as_str().unwrap()).collect();
    let missing: Vec<&String> = SCHEMA.kinds.keys().filter(|kind| !kinds.contains(&***kind)).collect();
    assert_eq!(missing, ["announced", "frame"]);
    let done: BTreeSet<&str> = facts(&all).iter().map(|f| f["did"].as_str().unwrap()).collect();
    // In hosts alone.
    let documented: BTreeSet<&str> = SCHEMA.facts.keys().map(String::as_str).filter(|did| *did != "stands").collect();
    assert_eq!(done, documented);
}

fn what_fits_no_table_is_found() {
    let event: Json = serde_json::from_str(run(&["--json", "-c", "print x"]).out.lines().nth(2).unwrap()).unwrap();
    let changed = |change: fn(&mut Map<String, Json>)| {
        let mut event = event.clone();
        change(event.as_object_mut().unwrap());
        SCHEMA.event(&event)
    };
    assert_eq!(changed(|_| ()), Ok(()));
    for change in [
        (|e| drop(e.insert("more".into(), Json::Null))) as fn(&mut Map<String, Json>),
        |e| drop(e.remove("text")),
        |e| drop(e.insert("text".into(), 5.into())),
        |e| drop(e.insert("event".into(), "shown".into())),
        |e| drop(e.insert("line".into(), 1.5.into())),
        |e| drop(e.insert("facts".into(), serde_json::json!([{ "did": "dreamt" }]))),
    ] {
        assert!(changed(change).is_err());
    }
}

// --- what it says ---

fn no_value_passes_for_another() {
    let text = r#"a, b = socketpair
send a "{\"host\": \"127.0.0.1\", \"port\": 80, \"big\": 18446744073709551615}"
d = recv b 100
o = loads $d
n = int 9007199254740993
x = float nan
l = list $n 0.5 none
q = queue"#;
    let events = stream(&["--json", "-c", text]);
    let value = |name: &str| {
        let gave = |e: &&Json| e["names"] == serde_json::json!([name]);
        events.iter().find(gave).unwrap_or_else(|| panic!("{name}"))["values"][0].to_string()
    };
    assert!(value("d").starts_with(r#"{"bytes":"{\"host\""#) && value("d").ends_with(r#","encoding":"utf-8"}"#));
    assert_eq!(value("o"), r#"{"object":{"host":"127.0.0.1","port":80,"big":{"int":"18446744073709551615"}}}"#);
    assert_eq!(value("n"), r#"{"int":"9007199254740993"}"#);
    assert_eq!(value("x"), r#"{"float":"nan"}"#);
    assert_eq!(value("l"), r#"[{"int":"9007199254740993"},0.5,null]"#);
    assert_eq!(value("q"), r#"{"queue":"q"}"#);
}

/// The value that a documented form stands for, bytes and text alone: whether it is bytes, and which.
fn back(value: &Json) -> (bool, Vec<u8>) {
    if let Some(text) = value.as_str() {
        return (false, text.as_bytes().to_vec());
    }
    let object = value.as_object().unwrap_or_else(|| panic!("{value}"));
    assert_eq!(object.len(), 2, "{value}");
    let said = object["bytes"].as_str().unwrap();
    let bytes = match object["encoding"].as_str() {
        Some("utf-8") => said.as_bytes().to_vec(),
        Some("base64") => unbase64(said),
        other => panic!("{other:?}"),
    };
    (true, bytes)
}

/// RFC 4648, written anew, so that it is not the program's own.
fn unbase64(text: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for c in text.trim_end_matches('=').chars() {
        bits = bits << 6 | u32::try_from(letters.find(c).unwrap()).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    assert_eq!(text.len() % 4, 0, "padded");
    out
}

/// Whatever came, and whatever text looks like an encoding of it, is read back from the stream as it was.
fn bytes_and_text_come_back_as_they_were() {
    let mut all: Vec<Vec<u8>> = [
        "",
        "aGVsbG//",
        "/w==",
        "\\xff",
        "b\"\\xff\"",
        "{\"bytes\":\"/w==\",\"encoding\":\"base64\"}",
        "\u{ff}",
        "\u{fffd}",
        "utf-8",
        "\u{7f}\u{9f}\u{1b}[31m",
        "\0\r\n\t\\",
        "none",
        "$x",
        "\u{202e}",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    all.extend([vec![0xff], vec![0xc3], vec![0xed, 0xa0, 0x80], (0..=255).collect(), vec![0xf0, 0x9f, 0x98]]);
    // The same in every run.
    let mut seed = 7_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as u8
    };
    for round in 0..60 {
        // Of some all bytes are ASCII, of others most.
        let mask = [0xff, 0x7f, 0x3f][round % 3];
        let length = next() % 40;
        all.push((0..length).map(|_| next() & mask).collect());
    }
    let mut text = String::from("a, b = socketpair AF_UNIX SOCK_DGRAM\n");
    for bytes in &all {
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        text.push_str(&format!(
            "raw = unhex \"{hex}\"\nsend a $raw\ncame = recv b 1000\nprint $came\nl = list $came\n"
        ));
        if std::str::from_utf8(bytes).is_ok() {
            text.push_str("word = decode $came\nprint $word $came\n");
        }
    }
    let events = stream(&["--json", "-c", &text]);
    let mut came = events.iter().filter(|e| e["names"] == serde_json::json!(["came"]));
    let mut lists = events.iter().filter(|e| e["names"] == serde_json::json!(["l"]));
    let mut words = events.iter().filter(|e| e["names"] == serde_json::json!(["word"]));
    let mut printed = events.iter().filter(|e| e["event"] == "printed");
    for bytes in &all {
        let expected = (true, bytes.clone());
        assert_eq!(back(&came.next().unwrap()["values"][0]), expected);
        assert_eq!(back(&lists.next().unwrap()["values"][0][0]), expected);
        assert_eq!(back(&printed.next().unwrap()["values"][0]), expected);
        if std::str::from_utf8(bytes).is_ok() {
            let both = printed.next().unwrap();
            assert_eq!(back(&words.next().unwrap()["values"][0]), (false, bytes.clone()));
            assert_eq!(back(&both["values"][0]), (false, bytes.clone()));
            assert_eq!(back(&both["values"][1]), expected);
        }
    }
}

/// The lines below an error, as people see them, are its notes, its cause and its advice.
fn errors_tell_what_people_see() {
    for text in [
        "s = socket\nsend s x",
        "s = socket\nclose s\nsend s x",
        "setsockopt",
        "s = socket\nbind s 1.2.3.4:80",
        "s = socket AF_UNIX SOCK_STREAM\nconnect s ./nothing",
        "s = socket\nlisten s 1 2 3",
        "let x = 1 / 0",
        "loads \"{\"",
        "s = socket AF_INET SOCK_DGRAM\nsetsockopt s TCP_NODELAY 1",
    ] {
        let events = stream(&["--json", "-c", text]);
        let [failed] = of(&events, "failed")[..] else { panic!("{text} fails once") };
        let error = &failed["error"];
        let lines = ["notes", "cause"].iter().flat_map(|key| error[key].as_array().unwrap());
        let told: Vec<&str> = lines.filter_map(Json::as_str).chain(error["advice"].as_str()).collect();
        let run = run(&["-c", text]);
        let shown: Vec<&str> = run
            .err
            .lines()
            .skip(1)
            .filter(|line| !line.starts_with("  at ") && !line.contains(" | "))
            .map(str::trim)
            .collect();
        assert_eq!(told, shown, "{text}");
        let number = error["number"].as_i64().map_or(String::new(), |n| format!(" ({n})"));
        let (call, name, message) = (&failed["call"], &error["name"], &error["message"]);
        let head = [call, name, message].map(|part| part.as_str().unwrap()).join(": ");
        assert_eq!(run.err.lines().next(), Some(&*format!("{head}{number}")));
    }
}

fn a_background_error_tells_the_same() {
    let text = "s = socket\nrecv s 1 &\nexpect ENOTCONN wait 1";
    let events = stream(&["--json", "-c", text]);
    let error = &of(&events, "job-done")[0]["error"];
    let shown = run(&["-c", text]).out;
    let (_, shown) = shown.split_once("[1] recv s 1: ENOTCONN: Transport endpoint is not connected (107)\n").unwrap();
    let told = error["cause"].as_array().unwrap().iter().chain([&error["advice"]]).map(|line| line.as_str().unwrap());
    assert!(told.zip(shown.lines()).all(|(told, shown)| told == shown.trim()), "{error}\n{shown}");
}

fn a_quiet_stream_has_the_same_schema() {
    let events = stream(&["--json", "-q", "-c", "s = socket\nprint hi\nsend s x"]);
    let kinds: Vec<&Json> = events.iter().map(|e| &e["event"]).collect();
    assert_eq!(kinds, ["session", "printed", "failed"]);
    let refused = run(&["-q", "--json=full", "-c", "now"]);
    assert_eq!((refused.status, &*refused.out), (2, ""));
    assert!(refused.err.contains("--json=full tells what -q leaves out"), "{}", refused.err);
}

fn processes_share_a_clock_and_have_numbers_of_their_own() {
    let text =
        "def f\n  print hi\n  t = spawn g\n  join t\nend\ndef g\n  print there\nend\np = process f\njoin p\nprint over";
    let events = stream(&["--json", "-q", "-c", text]);
    let told: Vec<_> = events[1..].iter().map(|e| (e["text"].as_str(), e["process"].as_str(), &e["task"])).collect();
    assert_eq!(told[0], (Some("hi"), Some("f-1"), &Json::Null));
    assert_eq!((told[1].0, told[1].1, told[1].2.as_str()), (Some("there"), Some("f-1"), Some("g-1")));
    assert_eq!(told[2], (Some("over"), None, &Json::Null));
    assert_eq!(events.iter().map(|e| e["seq"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2, 1]);
}

fn what_came_and_went_names_both_ends() {
    let text = "\
srv = create_server 127.0.0.1:0
at = getsockname srv
cli = create_connection $at
conn, peer = accept srv
send cli hello
recv conn 3
a = socket AF_INET SOCK_DGRAM
b = socket AF_INET SOCK_DGRAM
bind b 127.0.0.1:0
there = getsockname b
sendto a datagram $there
recvfrom b 4";
    let events = stream(&["--json=full", "-c", text]);
    let last = |did: &str, socket: &str| {
        let is = |f: &&&Json| f["did"] == did && f["socket"] == socket;
        (*facts(&events).iter().rfind(is).unwrap_or_else(|| panic!("{socket} {did}"))).clone()
    };
    let server = &of(&events, "reply")[1]["results"]["addr"];
    let sent = last("sent", "cli");
    assert_eq!((&sent["bytes"], &sent["peer"], &sent["other"]), (&5.into(), server, &"conn".into()));
    let came = last("received", "conn");
    assert_eq!((&came["bytes"], &came["other"], &came["room"]), (&3.into(), &"cli".into(), &3.into()));
    assert_eq!(came["peer"], last("connected", "cli")["local"]);
    let sent = last("sent", "a");
    assert_eq!((&sent["bytes"], &sent["other"]), (&8.into(), &"b".into()));
    let came = last("received", "b");
    assert_eq!((&came["bytes"], &came["whole"], &came["other"]), (&4.into(), &8.into(), &"a".into()));
    let conn = events.last().unwrap()["sockets"].as_array().unwrap().iter().find(|s| s["socket"] == "conn").unwrap();
    assert_eq!((&conn["state"], &conn["in"]), (&"ESTABLISHED".into(), &2.into()));
}

fn no_control_character_is_written() {
    let text = "a, b = socketpair\nsend a \"\\x1b[2J\\x07\\x7f\\xc2\\x9b\"\nd = recv b 100\nprint $d \"$d\"\nt = decode $d\nprint $t";
    let run = run(&["--json=full", "-c", text]);
    assert!(run.out.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", run.out);
    let events = events(&run.out);
    let decoded = of(&events, "reply").into_iter().find(|e| e["call"] == "decode").unwrap();
    assert_eq!(decoded["values"][0], "\u{1b}[2J\u{7}\u{7f}\u{9b}");
}

fn at_a_prompt_what_comes_is_an_event() {
    let mut terminal = Terminal::new(24, 80, &["--json"]);
    for line in ["srv = create_server 127.0.0.1:0", "at = getsockname srv", "cli = create_connection $at"] {
        terminal.see("sockpit> ");
        terminal.keys(&format!("{line}\r"));
    }
    terminal.hear("\"event\":\"announced\"");
    terminal.hear("accept srv\"}");
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    let line = raw.lines().find(|line| line.contains("announced")).unwrap();
    let (_, object) = line.split_once('{').unwrap();
    SCHEMA.event(&serde_json::from_str(&format!("{{{object}")).unwrap()).unwrap();
}

fn frames_are_events() {
    let text = "alice = host\nbob = host\nsrv = create_server 10.0.0.2:80 host=bob\nwire drop 1 flags=SYN from=alice\n\
                cli = create_connection 10.0.0.2:80 host=alice\nconn, peer = accept srv\nwire hold\nsend cli hi\n\
                wire pass\nwire release\nu = socket udp host=alice\nsendto u x 10.0.0.9:9\n";
    let run = run(&["--json", "-c", text]);
    if run.out.contains("there can be no hosts here") {
        return crate::trial::lacks("hosts");
    }
    let full = self::run(&["--json=full", "-c", text]);
    let full = events(&full.out);
    for event in &full {
        SCHEMA.event(event).unwrap();
    }
    let stood = facts(&full).into_iter().filter(|fact| fact["did"] == "stands");
    let stood: Vec<String> = stood.map(|fact| format!("{} {}", fact["socket"], fact["state"])).collect();
    assert!(stood.iter().any(|one| one.ends_with("\"ESTABLISHED\"")), "{stood:?}");
    let events = events(&run.out);
    for event in &events {
        SCHEMA.event(event).unwrap();
    }
    let frames = of(&events, "frame");
    let told = |frame: u64| {
        let of_it = frames.iter().filter(|event| event["frame"] == frame);
        of_it.map(|event| event["fate"].as_str().unwrap()).collect::<Vec<_>>()
    };
    // The SYN that a rule dropped, the one that was sent again, and the data, held first.
    assert_eq!((told(1), told(2), told(5)), (vec!["rule"], vec!["passed"], vec!["held", "let-through"]));
    assert_eq!(frames[1]["segment"]["is"][0], "retransmission");
    // A call's frames stand before its reply, and a quiet stream has none.
    let place = |what: &str, key: &str| events.iter().position(|event| event[key] == what).unwrap();
    assert!(place("create_connection", "call") > place("frame", "event"));
    let quiet = self::run(&["-q", "--json", "-c", text]);
    assert!(!quiet.out.contains("\"frame\""), "{}", quiet.out);
}
