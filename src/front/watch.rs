//! What became of a statement, for who was asked what it would be: by each name that it goes by.

use std::rc::Rc;

use crate::help::tongue;
use crate::session::{Event, What};
use crate::value::Value;

/// What is taken down.
#[derive(Default)]
pub struct Watch {
    /// The task and the line that are looked at; all, where none is named.
    of: Option<(Option<Rc<str>>, u32)>,
    /// Nothing of it is shown.
    hides: bool,
    /// What it came to, by the names that it goes by: what is shown first.
    pub came_to: Vec<String>,
    /// How it failed, if nothing took the error.
    pub failed: Option<String>,
}

impl Watch {
    /// Look at the statement on that line of a task.
    pub(super) fn line(task: Option<Rc<str>>, line: u32) -> Self {
        Self { of: Some((task, line)), ..Self::default() }
    }

    /// Look at lines that nobody is to see.
    pub(super) fn aside() -> Self {
        Self { hides: true, ..Self::default() }
    }

    /// Take an event. Says whether that was all there is to do with it.
    pub(super) fn takes(&mut self, event: &Event) -> bool {
        let (at, what) = (&event.at, &event.what);
        if self.of.as_ref().is_none_or(|(task, line)| *task == at.task && *line == at.span.line) {
            match what {
                What::Reply { values, .. } => self.came_to = names(values),
                What::Printed(text, _) => self.came_to = vec![text.clone()],
                What::Failed { failure, taken, expected, .. } => {
                    let name = failure.name;
                    self.came_to = vec![name.as_str().into(), name.text().into()];
                    self.came_to.extend(tongue::chinese(name.text()).map(String::from));
                    self.came_to.extend(name.number().map(|number| number.to_string()));
                    if !taken && !expected {
                        self.failed = Some(failure.to_string());
                    }
                }
                _ => {}
            }
        }
        self.hides && !matches!(what, What::Announced(_))
    }
}

/// The names that results go by: as they are shown, and as they are.
fn names(values: &[Value]) -> Vec<String> {
    if values.iter().all(|value| *value == Value::None) {
        return ["ok", "nothing", "none"].map(String::from).to_vec();
    }
    values.iter().flat_map(|value| [value.show(), value.to_string()]).collect()
}

/// How people write an answer, and it is the same: without quotes and in any case.
fn plain(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let text = text.strip_prefix(['b', 'B']).filter(|rest| rest.starts_with(['"', '\''])).unwrap_or(text);
    text.trim_matches(['"', '\'', '`']).to_lowercase()
}

/// Whether an answer is one of the names.
pub(super) fn is_one_of(answer: &str, names: &[String]) -> bool {
    names.iter().any(|name| plain(name) == plain(answer))
}

/// Whether an answer says that the call waits.
pub(super) fn says_waits(answer: &str) -> bool {
    let answer = answer.to_lowercase();
    ["wait", "block", "等", "阻塞"].iter().any(|word| answer.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_as_people_write_it() {
        let names = names(&[Value::bytes(b"hello")]);
        for answer in ["hello", "b\"hello\"", "\"Hello\"", " `hello`. "] {
            assert!(is_one_of(answer, &names), "{answer}");
        }
        assert!(!is_one_of("hell", &names) && !is_one_of("", &names));
        assert!(is_one_of("OK", &super::names(&[])) && says_waits("It blocks") && !says_waits("it returns"));
    }
}
