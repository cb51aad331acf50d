//! What a lesson's comments hold for who goes through it with `learn`: questions, checks, exercises.
//!
//! | comment | what it is |
//! | --- | --- |
//! | `#? TEXT` | a question on the statement below: what will come of it? It is asked before the statement runs |
//! | `#! LINE` | a check: a line of sockpit that holds when the lesson has come to this place |
//! | `#> TEXT` | an exercise, at the end of the lesson: a broken script to mend |
//! | `#@ NAME` | whose lines the following are, in a lesson of two programs (`parts`) |
//!
//! An exercise is the `#>` lines from `exercise: TITLE` on. After the text, which says what is to be done, each part has a
//! line of its own with its name, and its lines below it, two blanks further in: `script:`, which is to be mended; `hint:
//! TEXT`, as often as there are steps; `solution:`; `check:`, lines that are run after the script and must hold. With
//! `other:` it is an exercise for two terminals: the script is whole and waits, and these lines are what another program
//! does, who is told the port as `$1`.
//!
//! All of these are comments to whoever runs, steps through, records or verifies the lesson.

/// A broken script to mend, or one that waits for another program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exercise {
    /// What it is called.
    pub title: String,
    /// What is to be done: a paragraph.
    pub text: String,
    /// The script.
    pub script: String,
    /// What helps, the least first.
    pub hints: Vec<String>,
    /// The script mended.
    pub solution: String,
    /// Lines that must hold after it.
    pub check: String,
    /// What another program does, where it takes two.
    pub other: String,
}

/// A comment, by what it is to `learn`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LessonMark<'a> {
    /// A question on the statement below.
    Question(&'a str),
    /// A line that must hold here.
    Check(&'a str),
    /// A line of an exercise.
    Exercise(&'a str),
    /// Whose lines the following are.
    Part(&'a str),
    /// Text.
    Text(&'a str),
}

/// What a comment is; none where the line is no comment.
pub fn mark(line: &str) -> Option<LessonMark<'_>> {
    let line = line.trim();
    let rest = line.strip_prefix('#')?;
    let after = |c: char| rest.strip_prefix(c).map(|text| text.strip_prefix(' ').unwrap_or(text));
    Some(match (after('?'), after('!'), after('>'), after('@')) {
        (Some(text), ..) => LessonMark::Question(text),
        (_, Some(line), ..) => LessonMark::Check(line),
        (_, _, Some(text), _) => LessonMark::Exercise(text),
        (.., Some(names)) => LessonMark::Part(names),
        _ => LessonMark::Text(rest.strip_prefix(' ').unwrap_or(rest)),
    })
}

/// The part of an exercise that a line belongs to.
enum Part {
    Text,
    Script,
    Hint,
    Solution,
    Check,
    Other,
}

/// The exercises of a lesson, in their order.
pub fn exercises(text: &str) -> Vec<Exercise> {
    let mut all: Vec<Exercise> = Vec::new();
    let mut part = Part::Text;
    for line in text
        .lines()
        .filter_map(|line| if let Some(LessonMark::Exercise(line)) = mark(line) { Some(line) } else { None })
    {
        if let Some(title) = line.strip_prefix("exercise:") {
            all.push(Exercise { title: title.trim().into(), ..Exercise::default() });
            part = Part::Text;
            continue;
        }
        let Some(exercise) = all.last_mut() else { continue };
        let begun = match line.trim_end() {
            "script:" => Some(Part::Script),
            "solution:" => Some(Part::Solution),
            "check:" => Some(Part::Check),
            "other:" => Some(Part::Other),
            _ => None,
        };
        if let Some(begun) = begun {
            part = begun;
        } else if let Some(hint) = line.strip_prefix("hint:") {
            exercise.hints.push(hint.trim().into());
            part = Part::Hint;
        } else {
            exercise.add(&part, line);
        }
    }
    all
}

impl Exercise {
    fn add(&mut self, part: &Part, line: &str) {
        let prose = match part {
            Part::Text => Some(&mut self.text),
            Part::Hint => self.hints.last_mut(),
            _ => None,
        };
        if let Some(prose) = prose {
            if !prose.is_empty() && !line.trim().is_empty() {
                prose.push(' ');
            }
            prose.push_str(line.trim());
            return;
        }
        let code = match part {
            Part::Solution => &mut self.solution,
            Part::Check => &mut self.check,
            Part::Other => &mut self.other,
            _ => &mut self.script,
        };
        code.push_str(line.strip_prefix("  ").unwrap_or(line));
        code.push('\n');
    }

    /// Whether it takes another program, in another terminal.
    pub fn takes_two(&self) -> bool {
        !self.other.is_empty()
    }

    /// What is wrong with how it is written.
    pub fn faults(&self) -> Vec<&'static str> {
        let wrong = [
            (self.title.is_empty(), "it has no title"),
            (self.text.is_empty(), "it does not say what is to be done"),
            (self.script.trim().is_empty(), "it has no `script:`"),
            (self.hints.is_empty(), "it has no `hint:`"),
            (self.check.trim().is_empty(), "it has no `check:`"),
            (self.solution.is_empty() != self.takes_two(), "it has either a `solution:` or an `other:`"),
        ];
        wrong.into_iter().filter_map(|(is_wrong, why)| is_wrong.then_some(why)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exercise_is_read_part_by_part() {
        let text = "# T\nprint 1\n#> exercise: Mend\n#> Do this\n#> and that.\n#> script:\n#>   a\n#>     b\n#>\n#> hint: one\n\
                    #> more\n#> hint: two\n#> solution:\n#>   c\n#> check:\n#>   assert 1\n";
        let all = exercises(text);
        assert_eq!(all.len(), 1);
        let one = &all[0];
        assert_eq!((&*one.title, &*one.text), ("Mend", "Do this and that."));
        assert_eq!((&*one.script, &*one.solution, &*one.check), ("a\n  b\n\n", "c\n", "assert 1\n"));
        assert_eq!(one.hints, ["one more", "two"]);
        assert!(one.faults().is_empty() && !one.takes_two());
    }
}
