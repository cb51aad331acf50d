//! An exercise of a lesson: a script to mend at the prompt, which is then run as a program of its own, and with it the lines
//! that must hold. The script's exit status is the verdict: nothing of what was typed is looked at.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;
use std::{fs, io};

use super::editor::Ask;
use super::line::Read;
use super::prompt::Prompt;
use super::report::{Report, Task};
use super::script;
use crate::help::marks::Exercise;
use crate::help::tongue::{self, told};
use crate::value::text::printable;

/// How long a mended script may run, in seconds.
const BOUND: &str = "20";
/// How long one may that waits for a person at another terminal.
const BOUND_TWO: &str = "600";

const HOW: &str = "mend it: `5 LINE` puts LINE in the place of line 5, `5+ LINE` behind it, `5-` takes it away; `edit` opens an \
                   editor. Enter runs it. hint, list, solution, skip, quit";
const HOW_TWO: &str = "Enter runs it, and it waits for your program in another terminal; Ctrl-C gives it up. hint, solution, \
                       skip, quit";

const NO_HINT: &str = "there is no other hint; `solution` shows how it is done";

/// What came of an exercise.
pub(super) enum Mended {
    /// It was solved.
    Solved,
    /// It was left out.
    Skipped,
    /// The lesson was left.
    Left,
}

/// Have somebody mend a script: the exercise of that number, of so many.
pub(super) fn mend(p: &mut Prompt, place: (usize, usize), exercise: &Exercise, report: &mut Report) -> Mended {
    let (number, all) = place;
    let place = if all == 1 { String::new() } else { format!(" {number}/{all}") };
    p.screen.prose(&format!("\n{}{place}: {}", told("Exercise"), printable(&exercise.title)));
    p.screen.prose(&printable(&exercise.text));
    let mut lines: Vec<String> = exercise.script.trim_end().lines().map(str::to_string).collect();
    list(p, &lines);
    let how = if exercise.takes_two() { HOW_TWO } else { HOW };
    p.screen.remark(&format!("# {how}"));
    let (mut hints, mut tries) = (exercise.hints.iter(), 0);
    let mut tell = |outcome: &str, tries: usize, right: Option<bool>| {
        let task = Task { text: &exercise.title, outcome, right, answer: &tries.to_string(), ..Task::of("exercise") };
        report.task(&task);
    };
    loop {
        let line = match p.read(Ask::question("mend> ")) {
            Some(Read::Lines(line) | Read::Instead(line) | Read::Pasted(line)) => line,
            Some(Read::Interrupted) => continue,
            _ => return Mended::Left,
        };
        match line.trim() {
            "" | "run" => {
                tries += 1;
                if run(p, exercise, &lines) {
                    p.screen.say("Solved.");
                    tell("solved", tries, Some(true));
                    return Mended::Solved;
                }
                p.screen.say("Not yet. `hint` helps, `list` shows the script.");
                tell("not yet", tries, Some(false));
            }
            "list" => list(p, &lines),
            "hint" => match hints.next() {
                Some(hint) => p.screen.prose(&printable(hint)),
                None => p.screen.remark(&format!("# {NO_HINT}")),
            },
            "solution" => list(p, &solution(exercise).lines().map(str::to_string).collect::<Vec<_>>()),
            "edit" => match edit(p, &lines) {
                Ok(text) => {
                    lines = text.lines().map(str::to_string).collect();
                    list(p, &lines);
                }
                Err(e) => p.screen.remark(&format!("# no editor: {e}; VISUAL or EDITOR names one")),
            },
            "skip" => {
                tell("skipped", tries, None);
                return Mended::Skipped;
            }
            "quit" => return Mended::Left,
            change => match changed(&mut lines, change) {
                Some(()) => list(p, &lines),
                None => p.screen.remark(&format!("# {how}")),
            },
        }
    }
}

/// What solves it.
fn solution(exercise: &Exercise) -> &str {
    if exercise.takes_two() { &exercise.other } else { &exercise.solution }
}

fn list(p: &Prompt, lines: &[String]) {
    for (i, line) in lines.iter().enumerate() {
        p.screen.show(&format!("{:4}  {}", i + 1, printable(line)));
    }
}

/// Change the script as that says: `5 LINE`, `5+ LINE`, `5-`. None when it says something else.
fn changed(lines: &mut Vec<String>, change: &str) -> Option<()> {
    let (place, line) = change.split_once(' ').unwrap_or((change, ""));
    let digits = place.trim_end_matches(['+', '-']);
    let number: usize = digits.parse().ok().filter(|n| *n <= lines.len())?;
    match &place[digits.len()..] {
        "+" if !line.is_empty() => lines.insert(number, line.into()),
        "-" if line.is_empty() && number > 0 => drop(lines.remove(number - 1)),
        "" if !line.is_empty() && number > 0 => line.clone_into(&mut lines[number - 1]),
        _ => return None,
    }
    Some(())
}

/// Run the script, and what must hold after it. Says whether it does.
fn run(p: &mut Prompt, exercise: &Exercise, lines: &[String]) -> bool {
    let bound = if exercise.takes_two() { BOUND_TWO } else { BOUND };
    let text = format!("{}\n{}", lines.join("\n"), exercise.check);
    let beside = p.screen.beside.get();
    let done = apart(p, |folder| {
        let mut program = program(&folder.join("exercise.sock"), &text, bound)?;
        if beside {
            program.stdout(Stdio::from(io::stderr()));
        }
        program.status()
    });
    match done {
        Ok(status) => status.success(),
        Err(e) => {
            p.screen.remark(&format!("# it cannot be run: {e}"));
            false
        }
    }
}

/// This program with a script, which is written to that file, and may run so many seconds.
pub(super) fn program(file: &Path, text: &str, bound: &str) -> io::Result<Command> {
    fs::write(file, text)?;
    let mut program = Command::new(std::env::current_exe()?);
    program.args(tongue::speaks_chinese().then_some(script::IN_CHINESE)).args(["--timeout", bound, "run"]).arg(file);
    Ok(program)
}

/// The script as an editor leaves it.
fn edit(p: &mut Prompt, lines: &[String]) -> io::Result<String> {
    let named = |name| std::env::var(name).ok().filter(|command| !command.trim().is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| "vi".into());
    apart(p, |folder| {
        let file = folder.join("exercise.sock");
        fs::write(&file, lines.join("\n") + "\n")?;
        let status: ExitStatus =
            Command::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(&file).status()?;
        if !status.success() {
            return Err(io::Error::other(format!("`{editor}` ended with {status}")));
        }
        fs::read_to_string(&file)
    })
}

/// Do something with another program that has the terminal, in a folder for it. Ctrl-C is that program's.
fn apart<T>(p: &mut Prompt, work: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let folder =
        p.session.world.temporary.make().map_err(|failure| io::Error::other(failure.to_string()))?.to_path_buf();
    p.session.status.be_deaf(true);
    let done = p.screen.apart(|| work(&folder));
    // A signal that came meanwhile is heard now.
    script::turn(&mut p.session, Some(Instant::now()));
    p.session.status.be_deaf(false);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_changed_line_by_line() {
        let mut lines: Vec<String> = ["a", "b"].map(String::from).to_vec();
        for (change, after) in [("1 x", "x b"), ("2+   y", "x b   y"), ("0+ z", "z x b   y"), ("2-", "z b   y")] {
            assert_eq!(changed(&mut lines, change), Some(()), "{change}");
            assert_eq!(lines.join(" "), after);
        }
        for wrong in ["9 x", "0 x", "0-", "1", "1+", "x", "+ x", "1- x"] {
            assert_eq!(changed(&mut lines, wrong), None, "{wrong}");
        }
    }
}
