//! Events as JSON: an object a line, as docs/events.md has it. It is the schema, and a test reads it as such.

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Map, Value as Json, json as make};

use crate::command;
use crate::explain::{self, Snapshot};
use crate::session::event::{At, Event, What};
use crate::value::json::{row, typed};
use crate::value::{Diagram, Failure, Reason, Value};
use crate::wire::{Flags, WireFrame};

/// The name and the version of the schema: a kind or a field more is none, a change to one is.
const SCHEMA: &str = "sockpit-events/1";

/// The line that a stream begins with.
pub fn json_head(full: bool) -> String {
    let fields = make!({ "schema": SCHEMA, "version": env!("CARGO_PKG_VERSION"), "full": full });
    Json::Object(event_of(0, Duration::ZERO, &At::default(), ("session", fields))).to_string()
}

/// An event that came so long after the session began.
pub fn json(event: &Event, t: Duration) -> String {
    let mut out = event_of(event.seq, t, &event.at, what(&event.what));
    if let Some(Snapshot { facts, sockets }) = event.after.as_deref() {
        out.insert("facts".into(), facts.iter().map(row).collect());
        out.insert("sockets".into(), sockets.iter().map(row).collect());
    }
    uncontrolled(Json::Object(out).to_string())
}

fn event_of(seq: u64, t: Duration, at: &At, (kind, fields): (&str, Json)) -> Map<String, Json> {
    let file = at.source.as_ref().map(|source| &*source.name).filter(|name| !name.is_empty());
    let mut out = object(make!({
        "seq": seq,
        "t": t.as_secs_f64(),
        "event": kind,
        "process": at.process.as_deref(),
        "task": at.task.as_deref(),
        "file": file,
        "line": (at.span.line > 0).then_some(at.span.line),
    }));
    out.extend(object(fields));
    out
}

fn object(json: Json) -> Map<String, Json> {
    if let Json::Object(fields) = json { fields } else { Map::new() }
}

/// The controls that JSON allows as they are: a terminal may obey them.
fn uncontrolled(line: String) -> String {
    if !line.contains(char::is_control) {
        return line;
    }
    let escaped = |c: char| if c.is_control() { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    line.chars().map(escaped).collect()
}

/// The name of what happened, and its own fields.
fn what(what: &What) -> (&'static str, Json) {
    match what {
        What::Line(text) => ("line", make!({ "text": text })),
        What::Reply { call, names, values } => ("reply", results(make!({ "call": **call }), call, names, values)),
        What::Failed { call, failure, word, expected, taken } => {
            let word = word.map(|w| make!({ "line": w.line, "column": w.column, "length": w.length }));
            let error = error(call, failure);
            let fields = make!({ "call": **call, "error": error, "word": word, "expected": expected, "taken": taken });
            ("failed", fields)
        }
        What::Printed(text, values) => {
            ("printed", make!({ "text": text, "values": values.iter().map(typed).collect::<Vec<_>>() }))
        }
        What::Noted(text) => ("noted", make!({ "text": text })),
        What::Announced(text) => ("announced", make!({ "text": text })),
        What::Frame(wire, seen) => ("frame", frame(wire, seen)),
        What::Timed(took) => ("timed", make!({ "seconds": took.as_secs_f64() })),
        What::View(text) => ("view", make!({ "text": text })),
        What::Page(page) => ("page", make!({ "text": super::page(page, super::Style::default()) })),
        What::Drawn(diagram) => ("drawn", drawn(diagram)),
        What::Explained(reasons) => ("explained", make!({ "lines": lines(reasons) })),
        What::Rows { call, table } => {
            let Value::List(rows) = table.to_value() else { return ("rows", Json::Null) };
            ("rows", make!({ "call": **call, "rows": rows.items().iter().map(row).collect::<Vec<_>>() }))
        }
        What::Traced(call) => ("traced", make!({ "text": call.text })),
        What::JobStarted(job, line) => ("job-started", make!({ "job": job, "text": line })),
        What::JobDone { job, line, call, names, outcome } => {
            let fields = make!({ "job": job, "text": line, "call": **call });
            (
                "job-done",
                match outcome {
                    Ok(values) => results(fields, call, names, values),
                    Err(failure) => with(fields, "error", error(call, failure)),
                },
            )
        }
    }
}

/// A frame, as `frames` has it.
fn frame(wire: &str, frame: &WireFrame) -> Json {
    let tcp = frame.said.tcp.as_ref();
    let segment = tcp.zip(frame.place).map(|(tcp, place)| {
        make!({
            "flags": tcp.flags.each(),
            "seq": place.seq,
            "ack": tcp.flags.has(Flags::ACK).then_some(place.ack),
            "window": place.window,
            "is": place.marks.each(),
        })
    });
    make!({
        "wire": wire,
        "frame": frame.number,
        "at": frame.at.as_secs_f64(),
        "from": &*frame.from,
        "to": frame.to.as_deref(),
        "proto": &*frame.said.proto.shown(),
        "source": frame.said.ips.map(|(from, _)| from.to_string()),
        "destination": frame.said.ips.map(|(_, to)| to.to_string()),
        "source_port": frame.said.ports.map(|(from, _)| from),
        "destination_port": frame.said.ports.map(|(_, to)| to),
        "says": Some(&*frame.said.what).filter(|what| !what.is_empty()),
        "segment": segment,
        "len": frame.said.len,
        "fate": frame.fate.name(),
        "twice": frame.twice,
        "corrupted": frame.corrupted,
        "overtook": frame.overtook,
    })
}

fn with(mut fields: Json, key: &str, value: Json) -> Json {
    fields[key] = value;
    fields
}

/// The values in order, the names that they went to, and each by the name that the call has for it.
fn results(fields: Json, call: &str, names: &[Rc<str>], values: &[Value]) -> Json {
    let documented = command::find(call).map_or(&[][..], |c| c.results);
    let all = match values {
        // One name took all of them.
        [Value::List(all)] if documented.len() > 1 => all.to_vec(),
        values => values.to_vec(),
    };
    let fields = with(fields, "names", names.iter().map(|name| make!(**name)).collect());
    let fields = with(fields, "values", values.iter().map(typed).collect());
    if documented.len() != all.len() || documented.iter().any(|(name, _)| name.ends_with("...")) {
        return fields;
    }
    let named = documented.iter().zip(&all).map(|((name, _), value)| ((*name).to_string(), typed(value)));
    with(fields, "results", named.collect())
}

fn error(call: &str, failure: &Failure) -> Json {
    let known = explain::known(call, failure);
    make!({
        "name": failure.name.as_str(),
        "number": failure.name.number(),
        "message": failure.message(),
        "notes": failure.notes(),
        "cause": lines(&known.cause),
        "advice": known.advice,
        "usual": known.usual,
        "id": failure.socket(),
        "address": failure.addr().map(|addr| typed(&Value::Addr(addr.clone()))),
    })
}

fn lines(reasons: &[Reason]) -> Vec<String> {
    reasons.iter().map(ToString::to_string).collect()
}

fn drawn(diagram: &Diagram) -> Json {
    let lanes = diagram.lanes.iter().map(|l| make!({ "name": l.name, "stands": l.stands, "always": l.always }));
    let steps = diagram.steps.iter().map(|step| {
        let states = step.states.iter().map(|(lane, state)| make!({ "lane": lane, "state": state }));
        let arrow = step.arrow.as_ref().map(|(to, text)| make!({ "to": to, "text": text }));
        make!({
            "line": step.line, "what": step.what, "lane": step.lane, "arrow": arrow, "lost": step.lost,
            "begins": step.begins, "ends": step.ends, "states": states.collect::<Vec<_>>(),
        })
    });
    make!({ "lanes": lanes.collect::<Vec<_>>(), "steps": steps.collect::<Vec<_>>() })
}
