//! The course that the program carries: its lessons by topic, and what can be read off their texts.
//!
//! The texts are packed by `build.rs` from the folders of `scripts/`. This room knows no terminal, and not who has done what.

use std::sync::LazyLock;

use super::{marks, packed, parts};
use crate::value::Value;
use crate::value::table::{Column, Table, said};

/// A script that the program carries.
#[derive(Debug)]
pub struct Lesson {
    /// The folder it stands in.
    pub topic: &'static str,
    /// Its file's name, without the ending.
    pub name: &'static str,
    /// Its lines.
    pub text: &'static str,
}

/// The scripts as the program carries them, packed: of each its folder, its name and its text, a zero byte behind each.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lessons.bin"));

/// The scripts, by folder.
static SCRIPTS: LazyLock<Vec<Lesson>> = LazyLock::new(|| {
    let mut parts = packed::text(PACKED).split_terminator('\0');
    std::iter::from_fn(|| Some(Lesson { topic: parts.next()?, name: parts.next()?, text: parts.next()? })).collect()
});

/// The topics in the order of the course: the folder, and what it is about.
pub static TOPICS: &[(&str, &str)] = &[
    ("first-steps", "first steps"),
    ("names", "names and addresses"),
    ("blocking", "blocking"),
    ("boundaries", "data and boundaries"),
    ("closing", "closing"),
    ("many-clients", "many clients"),
    ("concurrency", "concurrency"),
    ("processes", "processes"),
    ("files", "files"),
    ("wire", "the wire"),
    ("services", "services"),
];

/// How many words of prose a minute are read.
const WORDS: usize = 150;
/// How many lines are run and looked at in a minute.
const LINES: usize = 10;
/// How many minutes an exercise takes.
const EXERCISE: usize = 3;

/// All scripts in the order of the course: topic by topic, and in a topic by number.
pub fn scripts() -> impl Iterator<Item = &'static Lesson> {
    TOPICS.iter().flat_map(|(topic, _)| SCRIPTS.iter().filter(move |script| script.topic == *topic))
}

/// The lessons: scripts with a number. What has none is a program, which runs by itself and for ever, or wants a peer.
pub fn lessons() -> impl Iterator<Item = &'static Lesson> {
    scripts().filter(|script| script.number().is_some())
}

/// The script with that number or name.
pub fn find(word: &str) -> Option<&'static Lesson> {
    let name = word.strip_suffix(".sock").unwrap_or(word);
    scripts().find(|s| s.name == name || s.number().is_some_and(|n| n == name || n.trim_start_matches('0') == name))
}

/// What `learn` is to take.
#[derive(Clone, Copy, Debug)]
pub enum Choice {
    /// The next lesson that is not done.
    Next,
    /// The next of a topic.
    Topic(&'static str),
    /// That one.
    One(&'static Lesson),
}

/// What these words choose: a lesson and its arguments, or a topic; or why nothing has that name.
pub fn choose<S: AsRef<str>>(words: &[S]) -> Result<Choice, String> {
    let lesson = |word: &S| find(word.as_ref()).filter(|lesson| lesson.number().is_some());
    let all = words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
    match (topic(&all), words.first().and_then(lesson)) {
        _ if words.is_empty() => Ok(Choice::Next),
        (Some(topic), _) => Ok(Choice::Topic(topic)),
        (None, Some(lesson)) => Ok(Choice::One(lesson)),
        (None, None) => Err(format!("no lesson and no topic is called `{all}`: see `lessons`")),
    }
}

/// The folder of the topic of that name.
pub fn topic(word: &str) -> Option<&'static str> {
    TOPICS.iter().find(|(folder, about)| *folder == word || *about == word).map(|(folder, _)| *folder)
}

impl Lesson {
    /// Its number.
    pub fn number(&self) -> Option<&'static str> {
        self.name.split_once('-').map(|(number, _)| number).filter(|n| n.bytes().all(|b| b.is_ascii_digit()))
    }

    /// Its first line.
    pub fn title(&self) -> &'static str {
        title(self.text)
    }
}

/// The first line of a lesson.
pub fn title(text: &str) -> &str {
    text.lines().next().unwrap_or("").trim_start_matches(['#', ' '])
}

/// How many minutes a lesson takes who reads all of it.
pub fn minutes(text: &str) -> usize {
    let is_prose = |line: &&str| line.trim_start().starts_with('#');
    let words: usize = text.lines().filter(is_prose).map(|line| line.split_whitespace().count() - 1).sum();
    let lines = text.lines().filter(|line| !is_prose(line) && !line.trim().is_empty()).count();
    words / WORDS + lines / LINES + EXERCISE * marks::exercises(text).len() + 1
}

const COLUMNS: &[Column] = &[said("topic"), said("number"), said("title"), said("ends"), said("minutes"), said("done")];

/// The course as a table; `done` says of a lesson's name what is done of it. A lesson with 2 ends can be played as one of
/// them (`parts`).
pub fn table(done: impl Fn(&Lesson) -> String) -> Table {
    let about = |topic: &str| TOPICS.iter().find(|(folder, _)| *folder == topic).map_or("", |(_, about)| about);
    let row = |lesson: &Lesson| {
        let (done, ends) = (done(lesson), parts::names(lesson.text).len());
        vec![
            Value::text(about(lesson.topic)),
            Value::text(lesson.number().unwrap_or_default()),
            Value::text(lesson.title()),
            if ends == 0 { Value::None } else { Value::Int(ends as i128) },
            Value::Int(minutes(lesson.text) as i128),
            Value::text(if done.is_empty() { "no" } else { &done }),
        ]
    };
    Table { columns: COLUMNS, rows: lessons().map(row).collect(), empty: "no lessons".into() }
}
