//! Events as JSON: an object a line.

use serde_json::{Map, Value as Json, json as make};

use crate::session::{Event, What};
use crate::value::{Failure, Value, json::to_json};

/// The object of an event; none for those that only people need.
///
/// Every object has `seq` and `kind` (`reply`, `error`, `print`, `rows`, `note`, `trace`, `job`), and `line` where it comes from a line
/// of the program; `task` when it is not the main one. A reply has `call` and `result` (none, a value, or a list), and
/// `names` when it was given some; an error has `call` and `error` with `name`, `number`, `text`, `notes` and `cause`; a
/// view of several rows has `call` and `rows`, an object each with the columns' names as keys.
pub fn json(event: &Event) -> Option<String> {
    let mut out = Map::new();
    out.insert("seq".into(), make!(event.seq));
    let kind = match &event.what {
        What::Line(_) | What::JobStarted(..) => return None,
        What::Reply { .. } => "reply",
        What::Failed { .. } => "error",
        What::Printed(_) | What::View(_) | What::Page(_) | What::Explained(_) | What::Drawn(_) => "print",
        What::Rows { .. } => "rows",
        What::Noted(_) | What::Announced(_) => "note",
        What::Traced(_) => "trace",
        What::JobDone { .. } => "job",
    };
    out.insert("kind".into(), make!(kind));
    if let Some(task) = &event.at.task {
        out.insert("task".into(), make!(**task));
    }
    if event.at.span.line > 0 {
        out.insert("line".into(), make!(event.at.span.line));
    }
    match &event.what {
        What::Reply { call, names, values } => {
            out.insert("call".into(), make!(**call));
            results(&mut out, names, values);
        }
        What::Failed { call, failure, expected, taken, .. } => {
            out.insert("call".into(), make!(**call));
            out.insert("error".into(), error(failure));
            out.insert("expected".into(), make!(expected));
            out.insert("taken".into(), make!(taken));
        }
        What::Printed(text) | What::View(text) | What::Noted(text) | What::Announced(text) => {
            out.insert("text".into(), make!(text));
        }
        What::Page(page) => {
            out.insert("text".into(), make!(super::page(page, super::Style::default())));
        }
        What::Drawn(drawn) => {
            out.insert("text".into(), make!(super::diagram::lines(drawn, None).join("\n")));
        }
        What::Explained(clues) => {
            let lines: Vec<String> = clues.iter().map(ToString::to_string).collect();
            out.insert("text".into(), make!(lines.join("\n")));
        }
        What::Rows { call, table } => {
            out.insert("call".into(), make!(**call));
            out.insert("rows".into(), to_json(&table.to_value()));
        }
        What::Traced(call) => {
            out.insert("text".into(), make!(call.text));
        }
        What::JobDone { job, line, names, outcome } => {
            out.insert("job".into(), make!(job));
            out.insert("text".into(), make!(line));
            match outcome {
                Ok(values) => results(&mut out, names, values),
                Err(failure) => {
                    out.insert("error".into(), error(failure));
                }
            }
        }
        What::Line(_) | What::JobStarted(..) => {}
    }
    Some(Json::Object(out).to_string())
}

fn results(out: &mut Map<String, Json>, names: &[std::rc::Rc<str>], values: &[Value]) {
    if !names.is_empty() {
        out.insert("names".into(), names.iter().map(|n| make!(**n)).collect());
    }
    let result = match values {
        [] => Json::Null,
        [one] => to_json(one),
        many => many.iter().map(to_json).collect(),
    };
    out.insert("result".into(), result);
}

fn error(failure: &Failure) -> Json {
    make!({
        "name": failure.name.as_str(),
        "number": failure.name.number(),
        "text": failure.message(),
        "notes": failure.notes(),
        "cause": failure.clues().iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
