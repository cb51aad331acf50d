//! `sockpit lessons`: the course listed, written as files, and its exercises proved.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, io};

use super::output::{self, Form};
use super::progress::Progress;
use super::{FAILED, Options, Syllabus, exercise, script};
use crate::help::lessons;
use crate::help::marks::{self, Exercise};
use crate::help::{sentence, translate};
use crate::render;
use crate::session::{At, Event, What};
use crate::value::Failure;
use crate::world::Temporary;

/// How long a script runs that is not mended, at most: one may wait, or spin, for ever. In seconds.
const UNSOLVED: &str = "3";
/// How long one may take that is, on a busy machine.
const SOLVED: &str = "30";
/// How often it is tried whether a script waits for another program by now.
const AGAIN: Duration = Duration::from_millis(20);

/// Do that with the lessons.
pub(super) fn lessons(what: &Syllabus, options: &Options) -> u8 {
    match what {
        Syllabus::List => list(options),
        Syllabus::Write(folder) => write(folder),
        Syllabus::Check(files) if files.is_empty() => {
            check(lessons::lessons().map(|lesson| (lesson.name.to_string(), lesson.text.to_string())))
        }
        Syllabus::Check(files) => {
            let read: Result<Vec<_>, u8> = files
                .iter()
                .map(|file| script::read(file).map(|source| (file.display().to_string(), source.text.clone())))
                .collect();
            read.map_or_else(|status| status, |lessons| check(lessons.into_iter()))
        }
    }
}

fn list(options: &Options) -> u8 {
    let progress = Progress::read();
    let table = lessons::table(|lesson| progress.of(lesson));
    let what = What::Rows { call: "lessons".into(), table };
    let event = Event { seq: 1, begun: Instant::now(), at: At::default(), what, after: None };
    if options.form == Form::Human {
        let stdout = io::stdout();
        output::say(&render::event(&event, output::fitted(output::style(&stdout, false), &stdout)))
    } else {
        options.form.begin();
        output::say(&render::json(&event, Duration::ZERO))
    }
}

/// Write all scripts, each in the folder of its topic. A file that is there already stays as it is.
fn write(folder: &Path) -> u8 {
    let mut written = 0;
    for script in lessons::scripts() {
        let place = folder.join(script.topic);
        let file = place.join(format!("{}.sock", script.name));
        let made = fs::create_dir_all(&place).and_then(|()| fs::File::create_new(&file));
        match made.and_then(|mut file| io::Write::write_all(&mut file, translate::told(script.text).as_bytes())) {
            Ok(()) => written += 1,
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                output::complain(&format!("sockpit: {}: it is there already, and stays as it is", file.display()));
            }
            Err(e) => {
                output::complain(&format!("sockpit: {}: {}", file.display(), Failure::from(&e)));
                return FAILED;
            }
        }
    }
    output::say(&sentence::told(&format!("{written} scripts written below {}", folder.display())))
}

/// Prove of each exercise that it fails as it is, holds when it is solved, and has hints.
fn check(all: impl Iterator<Item = (String, String)>) -> u8 {
    let (mut good, mut bad) = (0, 0);
    let mut folders = Temporary::default();
    for (name, text) in all {
        for exercise in marks::exercises(&text) {
            let faults = match folders.make() {
                Ok(folder) => faults(&exercise, folder).unwrap_or_else(|e| vec![e.to_string()]),
                Err(failure) => vec![failure.to_string()],
            };
            let (mark, count) = if faults.is_empty() { ("ok  ", &mut good) } else { ("FAIL", &mut bad) };
            *count += 1;
            output::say(&format!("{mark} {name}: {}", exercise.title));
            for fault in faults {
                output::say(&format!("  {}", sentence::told(&fault)));
            }
        }
    }
    output::say(&sentence::told(&format!("{good} exercises hold, {bad} do not")));
    if bad == 0 { 0 } else { FAILED }
}

/// What is wrong with an exercise.
fn faults(exercise: &Exercise, folder: &Path) -> io::Result<Vec<String>> {
    let mut faults: Vec<String> = exercise.faults().into_iter().map(String::from).collect();
    if !faults.is_empty() {
        return Ok(faults);
    }
    let run = |text: &str, bound: &str| -> io::Result<Command> {
        let text = format!("{text}\n{}", exercise.check);
        let mut program = exercise::program(&folder.join("exercise.sock"), &text, bound)?;
        program.arg(free_port()?).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(program)
    };
    if run(&exercise.script, UNSOLVED)?.output()?.status.success() {
        faults.push("its script holds as it is: there is nothing to be mended".into());
    }
    let solved = if exercise.takes_two() {
        let mut script = run(&exercise.script, SOLVED)?;
        let port = script.get_args().last().unwrap_or_default().to_owned();
        let mut other = Command::new(script.get_program());
        other.args(["--timeout", SOLVED, "-c", &exercise.other]).arg(&port);
        other.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        side_by_side(script.spawn()?, other)?
    } else {
        run(&exercise.solution, SOLVED)?.output()?
    };
    if !solved.status.success() {
        let shown = [solved.stdout, solved.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let last: Vec<&str> = shown.lines().rev().take(4).collect();
        faults.push(format!("solved, it fails: {}", last.into_iter().rev().collect::<Vec<_>>().join("\n    ")));
    }
    Ok(faults)
}

/// Run the other program until it is served, or the script has ended.
fn side_by_side(mut script: Child, mut other: Command) -> io::Result<std::process::Output> {
    while script.try_wait()?.is_none() && !other.status()?.success() {
        thread::sleep(AGAIN);
    }
    script.wait_with_output()
}

/// A port that is free now.
fn free_port() -> io::Result<String> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port().to_string())
}
