//! What the calls of a program came to, and whether it is the same in both runs.

use std::collections::BTreeMap;

use serde_json::Value;

use super::known::{TRIED_FIRST, known, length};
use super::program::{Call, Step};

/// What a call came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Its results.
    Gave(Vec<Value>),
    /// The error's name.
    Failed(String),
    /// Python's poll had nothing to say, and this is what the call itself came to.
    Late(Box<Outcome>),
    /// It was not made, or did not end.
    Missing,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gave(values) => {
                let values: Vec<String> = values.iter().map(short).collect();
                f.write_str(if values.is_empty() { "done" } else { "" })?;
                f.write_str(&values.join(", "))
            }
            Self::Failed(name) => f.write_str(name),
            Self::Late(came) => write!(f, "timeout, and when tried {came}"),
            Self::Missing => f.write_str("nothing"),
        }
    }
}

/// A value as JSON, cut where it is long.
fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 90 {
        let head: String = text.chars().take(80).collect();
        return format!("{head}... ({} characters)", text.chars().count());
    }
    text
}

/// What the kernel chose: bound at first sight in both runs, and the same ever after.
#[derive(Default)]
struct Bound {
    ports: BTreeMap<i64, i64>,
    numbers: BTreeMap<i64, i64>,
    names: BTreeMap<String, String>,
}

fn bound<T: Ord + Clone>(map: &mut BTreeMap<T, T>, here: T, there: &T) -> bool {
    *map.entry(here).or_insert_with(|| there.clone()) == *there
}

/// Ports that the kernel chooses from.
const CHOSEN: std::ops::RangeInclusive<i64> = 1024..=65535;

impl Bound {
    fn same(&mut self, call: &Call, here: &Value, there: &Value) -> bool {
        let get = |value: &Value, key: &str| value.get(key).cloned();
        if let (Some(a), Some(b)) = (here.as_f64(), there.as_f64()) {
            if call.chosen && a >= 0.0 && b >= 0.0 {
                return bound(&mut self.numbers, a as i64, &(b as i64));
            }
            return a.to_bits() == b.to_bits() || (a - b).abs() < f64::EPSILON;
        }
        if get(here, "host").is_some() {
            let rest = |key| get(here, key).unwrap_or(0.into()) == get(there, key).unwrap_or(0.into());
            let port = |v: &Value| get(v, "port").and_then(|p| p.as_i64()).unwrap_or(-1);
            let (a, b) = (port(here), port(there));
            let ports = a == b || (CHOSEN.contains(&a) && CHOSEN.contains(&b) && bound(&mut self.ports, a, &b));
            return get(here, "host") == get(there, "host") && ports && rest("flowinfo") && rest("scope_id");
        }
        if get(here, "family").is_some() {
            // Of netlink or of frames: which number a socket or a protocol has differs.
            let rest = ["family", "ifname", "pkttype", "hatype", "groups"];
            let number = |v: &Value, key| get(v, key).and_then(|n| n.as_i64()).unwrap_or(0);
            let own = ["pid", "proto"].map(|key| (number(here, key), number(there, key)));
            let is_same = |(a, b): (i64, i64)| a == b || a != 0 && b != 0 && bound(&mut self.numbers, a, &b);
            return own.into_iter().all(is_same)
                && rest.into_iter().all(|key| get(here, key) == get(there, key))
                && get(here, "addr").map(|a| length(&a)) == get(there, "addr").map(|a| length(&a));
        }
        if let (Some(Value::String(a)), Some(Value::String(b))) = (get(here, "abstract"), get(there, "abstract")) {
            return a == b || (a.len() == 5 && b.len() == 5 && bound(&mut self.names, a, &b));
        }
        // Who has no name is nobody.
        if get(here, "unnamed").is_some() || here.is_null() {
            return there.is_null() || there == "";
        }
        for kind in ["socket", "file", "epoll"] {
            if let Some(name) = get(here, kind) {
                // One that came with a message is known by another name, if by any.
                let nameless = name.as_str().is_some_and(|name| name.starts_with("socket#"));
                return get(there, kind).is_some() || *there == name || (nameless && there.is_string());
            }
        }
        if let Some(object) = get(here, "object") {
            // What came with a message: sockets, or a number by its type.
            if let Some(sockets) = get(&object, "sockets") {
                return self.same(call, &sockets, there);
            }
            let Some(other) = get(there, "object") else { return false };
            if let Some(socket) = get(&object, "socket") {
                // What an epoll knows and the program no more has a number.
                let is_it = socket.is_number() || self.same(call, &socket, &other["socket"]);
                return is_it && events(&object["events"]) == events(&other["events"]);
            }
            return object["type"] == other["type"] && object["data"] == other["data"];
        }
        if let (Some(a), Some(b)) = (here.as_array(), there.as_array()) {
            return a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.same(call, a, b));
        }
        if call.is(&["poll"]) {
            return events(here) == events(there);
        }
        here == there
    }
}

/// The events of a poll, whatever their order.
fn events(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_str().unwrap_or_default().split('|').collect();
    names.sort_unstable();
    names
}

/// What comparing both runs of a program came to.
#[derive(Default)]
pub struct Compared {
    /// The first call that came to something else in Python, but for what is known to differ.
    pub differs: Option<usize>,
    /// The headings of what is known to differ and did.
    pub known: Vec<&'static str>,
    /// How many calls were compared.
    pub calls: usize,
}

/// Compare both runs.
pub fn compare(program: &[Step], sockpit: &[Outcome], python: &[Outcome]) -> Compared {
    let mut bound = Bound::default();
    let mut compared = Compared::default();
    let calls = program.iter().flat_map(|step| step.calls.iter().map(|call| (call, step.task.is_some())));
    let all: Vec<_> = calls.zip(sockpit.iter().zip(python)).map(|((c, t), (a, b))| (c, t, a, b)).collect();
    for (i, &(call, in_task, here, there)) in all.iter().enumerate() {
        compared.calls = i + 1;
        let there = match there {
            Outcome::Late(came) => {
                compared.known.push(TRIED_FIRST);
                &**came
            }
            there => there,
        };
        let same = match (here, there) {
            (Outcome::Gave(a), Outcome::Gave(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| bound.same(call, a, b))
            }
            // A `let` within a block is no call, and no event tells of it.
            (Outcome::Missing, _) => call.is(&["let"]),
            // Both are wrong before the kernel is asked.
            (Outcome::Failed(a), Outcome::Failed(b)) => a == b || (a == "Usage" && b == "Unbound"),
            (a, b) => a == b,
        };
        if same {
            continue;
        }
        let stops = |call, here, there| known(call, here, there).is_some_and(|known| !known.goes_on);
        match known(call, here, there) {
            Some(known) => {
                compared.known.push(known.heading);
                if !known.goes_on {
                    break;
                }
            }
            // What is known to differ may have come before it, though it stands below.
            None if in_task && all[i..].iter().any(|&(call, _, a, b)| stops(call, a, b)) => break,
            None => {
                compared.differs = Some(i);
                break;
            }
        }
    }
    compared
}
