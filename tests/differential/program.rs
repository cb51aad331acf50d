//! A program of calls, as sockpit's script and as Python's text.
//!
//! What a call needs and an earlier one failed to give has no name in either language, so any step may be left out.

use std::fmt::Write as _;

use super::outcome::Outcome;

/// What stands in a program where a run of it has a word of its own: both runs are of one kernel, and names in it differ.
pub const TAG: &str = "TAG";

/// Likewise, a protocol of frames that nobody else sends.
pub const PROTOCOL: &str = "~PROTOCOL~";

/// Likewise, how long a task waits at most, and how long a call for what does not come.
pub const LIMIT: &str = "~LIMIT~";
pub const BRIEF: &str = "~BRIEF~";

/// How long calls wait at most, in seconds.
pub struct Limits {
    pub task: &'static str,
    pub brief: &'static str,
}

/// Usually.
pub const USUAL: Limits = Limits { task: "0.12", brief: "0.005" };
/// So long that a machine that is late makes no difference.
pub const LONGER: Limits = Limits { task: "1.5", brief: "0.1" };

impl Limits {
    fn put(&self, text: &str) -> String {
        text.replace(LIMIT, self.task).replace(BRIEF, self.brief)
    }
}

/// What a run has of its own.
pub struct Own {
    /// A word for names, as long as any other.
    pub tag: String,
    /// A number that no protocol has.
    pub protocol: u32,
}

impl Own {
    fn put(&self, text: &str, limits: &Limits) -> String {
        limits.put(text).replace(TAG, &self.tag).replace(PROTOCOL, &self.protocol.to_string())
    }
}

/// A call as both languages write it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The names its results get.
    pub gives: Vec<String>,
    pub sockpit: String,
    pub python: String,
    /// What it gives is chosen by the kernel: a descriptor.
    pub chosen: bool,
}

impl Call {
    /// Whether it is one of these calls.
    pub fn is(&self, names: &[&str]) -> bool {
        self.sockpit.split(' ').next().is_some_and(|name| names.contains(&name))
    }

    /// Its line of a script.
    pub fn line(&self) -> String {
        // `let` is a statement and names its result itself.
        let names = if self.sockpit.starts_with("let ") { String::new() } else { self.gives.join(", ") };
        if names.is_empty() { self.sockpit.clone() } else { format!("{names} = {}", self.sockpit) }
    }
}

/// Calls that belong together: they are left out together when a program is shrunk.
#[derive(Clone, Debug)]
pub struct Step {
    pub calls: Vec<Call>,
    /// The name of the task that makes them while the main one goes on.
    pub task: Option<String>,
}

/// A whole program.
pub type Program = Vec<Step>;

/// Every call of a program, in the order in which they are numbered.
pub fn calls(program: &[Step]) -> impl Iterator<Item = &Call> {
    program.iter().flat_map(|step| &step.calls)
}

/// Long data, by the names that both languages have for it.
pub const LONG: [usize; 4] = [1000, 9000, 65507, 65508];

/// Those that a program needs.
fn longs(program: &[Step]) -> impl Iterator<Item = usize> {
    let used = |n: &usize| calls(program).any(|call| call.sockpit.contains(&format!("$d{n} ")));
    LONG.into_iter().filter(used)
}

/// A script, and for each of its calls the line it is on.
pub fn script(program: &[Step], own: &Own, limits: &Limits) -> (String, Vec<usize>) {
    let mut out = format!("setdefaulttimeout {BRIEF}\n");
    for n in longs(program) {
        let _ = writeln!(out, "let d{n} = \"x\" * {n}");
    }
    let mut lines = Vec::new();
    let mut tasks = false;
    for step in program {
        let indent = if step.task.is_some() { "  " } else { "" };
        if let Some(task) = &step.task {
            let _ = writeln!(out, "def {task}_calls{}", global(step, "\n  global ", " "));
        }
        for call in &step.calls {
            lines.push(out.lines().count() + 2);
            let _ = writeln!(out, "{indent}try\n{indent}  {}\n{indent}except\n{indent}end", call.line());
        }
        if let Some(task) = &step.task {
            let _ = writeln!(out, "end\n{task} = spawn {task}_calls");
            tasks = true;
        }
        if tasks {
            // Every task goes on as far as it can.
            out.push_str("sleep 0.002\n");
        }
    }
    (own.put(&out, limits), lines)
}

/// The same for people: short, and it fails where Python did something else, if that was an error.
pub fn shown(program: &[Step], python: &[Outcome]) -> String {
    let mut out = format!("setdefaulttimeout {BRIEF}\n");
    for n in longs(program) {
        let _ = writeln!(out, "let d{n} = \"x\" * {n}");
    }
    let mut outcomes = python.iter();
    for step in program {
        let indent = if step.task.is_some() { "  " } else { "" };
        if let Some(task) = &step.task {
            let _ = writeln!(out, "def {task}_calls{}", global(step, "\n  global ", " "));
        }
        for call in &step.calls {
            let line = match outcomes.next() {
                Some(Outcome::Failed(name)) => format!("expect {name} {}", call.sockpit),
                _ => call.line(),
            };
            let _ = writeln!(out, "{indent}{line:70} # {}", call.python);
        }
        if let Some(task) = &step.task {
            let _ = writeln!(out, "end\n{task} = spawn {task}_calls\nsleep 0.002");
        }
    }
    LONGER.put(&out).replace(PROTOCOL, "34997")
}

/// The names that a task gives to all.
fn global(step: &Step, before: &str, between: &str) -> String {
    let names: Vec<&str> = step.calls.iter().flat_map(|c| &c.gives).map(String::as_str).collect();
    if names.is_empty() { String::new() } else { format!("{before}{}", names.join(between)) }
}

/// The same in Python.
pub fn python(program: &[Step], own: &Own, limits: &Limits) -> String {
    let mut out = format!("setdefaulttimeout({BRIEF})\n");
    for n in longs(program) {
        let _ = writeln!(out, "d{n} = b\"x\" * {n}");
    }
    let mut number = 0;
    for step in program {
        let indent = if step.task.is_some() { "    " } else { "" };
        if let Some(task) = &step.task {
            let _ = writeln!(out, "def {task}_calls():{}", global(step, "\n    global ", ", "));
        }
        for call in &step.calls {
            let (gives, results) = if call.gives.is_empty() {
                (String::new(), String::new())
            } else {
                let names = call.gives.join(", ");
                (format!("{names} = "), format!(", {names}"))
            };
            let _ = writeln!(
                out,
                "{indent}try: {gives}{}; gave({number}{results})\n{indent}except Exception as e: failed({number}, e)",
                call.python
            );
            number += 1;
        }
        if let Some(task) = &step.task {
            let _ = writeln!(out, "{task} = spawn({task}_calls)");
        }
    }
    own.put(&out, limits)
}
