//! What came of each task of a lesson, a JSON object a line: `learn --json`, for teachers.

use serde_json::json;

use super::output::{self, Form};

/// What came of a task.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    /// A question, a check, an exercise.
    pub kind: &'static str,
    /// What was asked.
    pub text: &'a str,
    /// What was said to it.
    pub answer: &'a str,
    /// What came of it.
    pub outcome: &'a str,
    /// Whether it is done right; none where it was left out.
    pub right: Option<bool>,
}

impl Task<'_> {
    /// A task of a kind that was left out.
    pub(super) fn of(kind: &'static str) -> Self {
        Self { kind, text: "", answer: "", outcome: "", right: None }
    }
}

/// Writes what came of a lesson's tasks, where that is asked for.
pub(super) struct Report {
    lesson: String,
    writes: bool,
    tasks: usize,
    right: usize,
}

impl Report {
    /// The report of a lesson.
    pub(super) fn new(lesson: &str, form: Form) -> Self {
        Self { lesson: lesson.into(), writes: form != Form::Human, tasks: 0, right: 0 }
    }

    /// Tell of a task.
    pub(super) fn task(&mut self, task: &Task) {
        self.tasks += 1;
        self.right += usize::from(task.right == Some(true));
        let Task { kind, text, answer, outcome, right } = task;
        self.write(&json!({
            "lesson": self.lesson, "task": self.tasks, "kind": kind, "text": text, "answer": answer, "outcome": outcome,
            "right": right,
        }));
    }

    /// The lesson is over.
    pub(super) fn end(&self) {
        self.write(&json!({"lesson": self.lesson, "kind": "end", "tasks": self.tasks, "right": self.right}));
    }

    fn write(&self, line: &serde_json::Value) {
        if self.writes {
            output::say(&line.to_string());
        }
    }
}
