//! The parts of a lesson of two programs: which of its lines a server is, and which a client, so that each can be played
//! alone, against somebody else's program.
//!
//! | comment | what it is |
//! | --- | --- |
//! | `#@ server` | the lines from here on are the server's, down to the next such mark; with two names, of both |
//! | `#@` | the lines from here on belong to the lesson as a whole alone |
//! | `#@ server: LINE` | a line that this part has, or these parts have, when it is played alone |
//!
//! What stands above the first mark every part has. A part keeps its lines where they stand, so that their numbers are the
//! lesson's; exercises are the lesson's. To whoever runs the lesson as a whole all of these are comments.

use super::marks::{LessonMark, mark};

/// What the marks of one line say.
enum Says<'a> {
    /// From here on the lines are of these parts.
    From(Vec<&'a str>),
    /// One line of these parts.
    Line(Vec<&'a str>, &'a str),
}

fn says(mark: &str) -> Says<'_> {
    match mark.split_once(": ") {
        Some((names, line)) => Says::Line(names.split_whitespace().collect(), line),
        None => Says::From(mark.split_whitespace().collect()),
    }
}

/// The names of a lesson's parts, in the order in which they first come.
pub fn names(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    for line in text.lines() {
        let Some(LessonMark::Part(mark)) = mark(line) else { continue };
        let (Says::From(named) | Says::Line(named, _)) = says(mark);
        for name in named {
            if !all.contains(&name) {
                all.push(name);
            }
        }
    }
    all
}

/// The lines of that part, and empty ones where the others stand; none where the lesson has no such part.
pub fn part(text: &str, name: &str) -> Option<String> {
    names(text).contains(&name).then(|| {
        let mut ours = true;
        let mut out = String::with_capacity(text.len());
        for line in text.lines() {
            match mark(line) {
                Some(LessonMark::Part(mark)) => match says(mark) {
                    Says::From(names) => ours = names.contains(&name),
                    Says::Line(of, code) if of.contains(&name) => {
                        out.push_str(&line[..line.len() - line.trim_start().len()]);
                        out.push_str(code);
                    }
                    Says::Line(..) => {}
                },
                Some(LessonMark::Exercise(_)) => {}
                _ if ours => out.push_str(line),
                _ => {}
            }
            out.push('\n');
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# T\nlet port = 1\n#@ server\nsrv = socket\n  #@ client: let addr = :$port\n#@ client\ncli = socket\n\
                        #@ server client\nprint both\n#@\nprint whole\n#> exercise: E\n#@ client server: print alone\n";

    #[test]
    fn a_part_has_its_lines_where_they_stand() {
        assert_eq!(names(TEXT), ["server", "client"]);
        let server = part(TEXT, "server").unwrap();
        assert_eq!(server, "# T\nlet port = 1\n\nsrv = socket\n\n\n\n\nprint both\n\n\n\nprint alone\n");
        let client = part(TEXT, "client").unwrap();
        assert_eq!(
            client,
            "# T\nlet port = 1\n\n\n  let addr = :$port\n\ncli = socket\n\nprint both\n\n\n\nprint alone\n"
        );
        assert!(part(TEXT, "ser").is_none() && names("# T\nprint 1\n").is_empty());
    }
}
