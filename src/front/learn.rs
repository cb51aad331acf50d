//! `sockpit learn`: a lesson at the prompt, line by line as with `step`, with its text, its questions and its checks.
//!
//! Before a line with a question (`#?`) somebody says what will come of it; then it runs, and what came of it is the answer:
//! none is written down anywhere. A check (`#!`) is a line that is run beside the lesson and must hold: it looks at how
//! things stand, never at what was typed. Exercises come at the end.

use std::collections::VecDeque;
use std::path::Path;
use std::rc::Rc;

use super::editor::Ask;
use super::exercise::{self, Mended};
use super::line::Read;
use super::output::Form;
use super::progress::{Deed, Progress};
use super::prompt::{self, Prompt};
use super::report::{Report, Task};
use super::watch::{self, Watch};
use super::{FAILED, Options, WRONG_USAGE, output, script, step};
use crate::help::lessons::{self, Lesson};
use crate::help::marks::{self, LessonMark};
use crate::help::program::LEARNS;
use crate::help::tongue::told;
use crate::help::{sentence, translate};
use crate::lang::Source;
use crate::render::PROMPT;
use crate::session::NextStatement;
use crate::value::Name;
use crate::value::text::printable;

/// What is said of a question that has no answer yet.
const HOW: &str = "say what you expect: a value, an error's name (EAGAIN), a TCP state, ok where nothing comes of it, or that \
                   it waits; skip leaves the question out";

/// What is said of how it goes.
const BEGINS: &str =
    "Enter runs the line that stands there, any other call can be typed instead; hint, skip, play, quit";
/// What is said of the time that is theirs.
const PLAYS: &str = "the prompt is yours, with all that the lesson has made; nxt goes on with it";

/// `sockpit learn [TOPIC | NUMBER | FILE [ARG...]]`.
pub(super) fn learn(words: &[String], options: &Options) -> u8 {
    let mut progress = Progress::read();
    let mut role = options.role.clone();
    let mut next = match chosen(words, &progress).and_then(|source| script::part(source, role.as_deref())) {
        Ok(source) => source,
        Err(status) => return status,
    };
    let mut arguments = words.get(1..).unwrap_or_default().to_vec();
    loop {
        // What runs is told to the person; the report is for whoever reads it.
        let told = Options { form: Form::Human, timeout: options.timeout, arguments, ..Options::default() };
        let done = prompt::with(&told, |prompt| {
            prompt.screen.beside.set(options.form != Form::Human);
            Learner::new(&next, options.form, &mut progress, role.take()).go(prompt, &next)
        });
        match done {
            Some(Ended::Goes(lesson)) => next = carried(lesson),
            Some(Ended::Left(status)) => return status,
            None => return FAILED,
        }
        arguments = Vec::new();
    }
}

/// The lesson that the words choose.
fn chosen(words: &[String], progress: &Progress) -> Result<Rc<Source>, u8> {
    if let Some(file) = words.first().map(Path::new).filter(|file| file.is_file()) {
        return script::read(file);
    }
    let choice = lessons::choose(words).map_err(|why| {
        output::complain(&format!("sockpit: {why}"));
        WRONG_USAGE
    })?;
    progress.choose(choice).map(carried).ok_or(FAILED)
}

fn carried(lesson: &Lesson) -> Rc<Source> {
    Source::new(&format!("{}.sock", lesson.name), &translate::told(lesson.text))
}

/// How somebody's way through a lesson ended.
enum Ended {
    /// With this exit status.
    Left(u8),
    /// They go on to that one.
    Goes(&'static Lesson),
}

/// A way through a lesson.
struct Learner<'a> {
    /// The lesson's name.
    name: String,
    /// The part of the lesson that is played, where it is not all of it.
    role: Option<String>,
    progress: &'a mut Progress,
    report: Report,
    /// What is asked of the line that stands there.
    question: Option<String>,
    /// It stands on the screen.
    asked: bool,
    /// The question whose line runs, and what was said of it.
    foretold: Option<(String, String)>,
    /// Lines that must hold here, and the one that is looked at.
    checks: VecDeque<String>,
    checking: Option<String>,
    /// The prompt is theirs.
    plays: bool,
    /// All runs until the next question.
    runs_on: bool,
}

impl<'a> Learner<'a> {
    fn new(source: &Source, form: Form, progress: &'a mut Progress, role: Option<String>) -> Self {
        let file = Path::new(&source.name).file_stem().unwrap_or_default();
        let name = file.to_string_lossy().into_owned();
        let report = Report::new(&name, form);
        let (question, asked, foretold, checks, checking, plays, runs_on) = Default::default();
        Self { name, role, progress, report, question, asked, foretold, checks, checking, plays, runs_on }
    }

    /// All of it: the lines, the exercises, and whether they go on.
    fn go(&mut self, p: &mut Prompt, source: &Rc<Source>) -> Ended {
        let exercises = marks::exercises(&source.text);
        self.greet(p, &source.text, exercises.len());
        if let Err(error) = p.session.step_through(source) {
            return Ended::Left(script::refuse(&error));
        }
        p.screen.echoes.set(true);
        if let Err(status) = self.walk(p, source) {
            return Ended::Left(status);
        }
        self.did(p, Deed::Walked);
        for (i, exercise) in exercises.iter().enumerate() {
            match exercise::mend(p, (i + 1, exercises.len()), exercise, &mut self.report) {
                Mended::Solved => self.did(p, Deed::Solved(i + 1)),
                Mended::Skipped => {}
                Mended::Left => return Ended::Left(p.leave()),
            }
        }
        self.report.end();
        let next = Progress::after(&self.name).filter(|_| p.reader.edits);
        let Some(next) = next else {
            p.screen.say("This lesson is over.");
            return Ended::Left(0);
        };
        let over = told("This lesson is over. The next is {}. Enter goes on, quit leaves.");
        p.screen.prose(&over.replace("{}", &named(next)));
        match p.read(Ask::question("> ")) {
            Some(Read::Lines(line) | Read::Instead(line)) if line.trim() != "quit" => Ended::Goes(next),
            _ => Ended::Left(0),
        }
    }

    fn greet(&self, p: &Prompt, text: &str, exercises: usize) {
        let number = self.name.split('-').next().unwrap_or_default();
        // It takes as long in every language.
        let minutes = lessons::minutes(lessons::find(&self.name).map_or(text, |lesson| lesson.text)).to_string();
        let about = match exercises {
            0 => told("about {} minutes"),
            1 => told("about {} minutes, an exercise at its end"),
            _ => told("about {} minutes, exercises at its end"),
        };
        let role = self.role.as_ref().map_or(String::new(), |role| format!(": {role}"));
        p.screen.prose(&format!("{number}  {}{role}   ({})", lessons::title(text), about.replace("{}", &minutes)));
        p.screen.remark(&format!("# {BEGINS}"));
        p.screen.shows_down_to(1);
    }

    /// Take down what was done.
    fn did(&mut self, p: &Prompt, deed: Deed) {
        // A part of a lesson is not all of it.
        if self.role.is_none()
            && let Err(e) = self.progress.add(&self.name, deed)
        {
            p.screen.remark(&format!("# what is done is not remembered: {e}"));
        }
    }

    /// Line by line, to the end. An exit status where they leave before.
    fn walk(&mut self, p: &mut Prompt, source: &Source) -> Result<(), u8> {
        loop {
            p.rest();
            if p.session.status.stop().is_some() {
                return Err(p.leave());
            }
            if p.session.stepper.has_failed()
                && let Some(status) = script::skipped(&p.session, &self.name)
            {
                return Err(status);
            }
            self.judge(p);
            let standing = p.session.next_stop();
            let over = standing.is_none() && step::is_over(&p.session);
            match &standing {
                Some(standing) => {
                    let lines = step::lines_above(&p.session, &p.screen, standing);
                    self.text(p, &lines);
                }
                None if over => {
                    let seen = p.screen.shows_down_to(u32::MAX) as usize;
                    let lines: Vec<&str> = source.text.lines().skip(seen.saturating_sub(1)).collect();
                    let rest: Vec<&str> = lines.into_iter().filter(|l| l.starts_with('#')).collect();
                    self.text(p, &rest);
                }
                None if !self.plays => step::waits(&p.session, &p.screen),
                None => {}
            }
            if let Some(check) = self.checks.pop_front() {
                self.look(p, check);
                continue;
            }
            if over && !self.plays {
                step::ends(&mut p.session, &p.screen);
                return Ok(());
            }
            self.turn(p, standing.as_ref())?;
        }
    }

    /// What is typed at a place, or what runs by itself.
    fn turn(&mut self, p: &mut Prompt, standing: Option<&NextStatement>) -> Result<(), u8> {
        let asks = self.question.is_some() && !self.plays;
        if let Some(standing) = standing.filter(|_| asks || (self.runs_on && !self.plays)) {
            if !self.asked {
                p.screen.show(&format!("{} {PROMPT}{}", standing.line, unexpected(&standing.text())));
            }
            if !asks {
                p.session.let_go();
                return Ok(());
            }
        }
        let ask = match standing {
            _ if self.plays => Ask::plain(PROMPT),
            Some(_) if asks => {
                if !std::mem::replace(&mut self.asked, true) {
                    p.screen.prose(&format!("? {}", self.question.as_deref().unwrap_or_default()));
                }
                Ask::question("answer> ")
            }
            Some(standing) => step::ask(standing),
            None => Ask::plain(PROMPT),
        };
        match p.read(ask) {
            Some(Read::Lines(text)) => self.line(p, &text, standing, false),
            Some(Read::Instead(text) | Read::Pasted(text)) => self.line(p, &text, standing, true),
            Some(Read::Interrupted) => {
                self.runs_on = false;
                if p.reader.edits && standing.is_none() {
                    p.session.interrupt_steps();
                }
                Ok(())
            }
            Some(Read::Failed(message)) => {
                output::complain(&format!("sockpit: {message}"));
                Err(FAILED)
            }
            Some(Read::End) => {
                p.session.leave_prompt();
                Err(p.leave())
            }
            None => Err(p.leave()),
        }
    }

    /// Do what was typed; `instead` of the line that stood there, which was put aside.
    fn line(&mut self, p: &mut Prompt, text: &str, standing: Option<&NextStatement>, instead: bool) -> Result<(), u8> {
        match text.trim() {
            "quit" => return Err(p.leave()),
            "hint" if self.question.is_some() => p.screen.remark(&format!("# {HOW}")),
            "hint" => {
                for (word, about) in LEARNS {
                    p.screen.remark(&format!("# {word}: {}", told(about)));
                }
            }
            "play" => {
                self.plays = true;
                p.screen.remark(&format!("# {PLAYS}"));
            }
            "nxt" if self.plays => self.plays = false,
            _ if self.plays => p.guarded(|p| step::other(&mut p.session, &p.screen, text, None)),
            "skip" => match self.question.take() {
                Some(question) => self.report.task(&Task { text: &question, ..Task::of("question") }),
                None => self.runs_on = true,
            },
            answer if self.question.is_some() => self.foretell(p, answer, standing),
            "nxt" => p.session.let_go(),
            _ if instead => p.guarded(|p| step::other(&mut p.session, &p.screen, text, standing)),
            _ => p.guarded(|p| step::line(&mut p.session, &p.screen, text, standing)),
        }
        Ok(())
    }

    /// An answer was given: now the line runs.
    fn foretell(&mut self, p: &mut Prompt, answer: &str, standing: Option<&NextStatement>) {
        let Some(standing) = standing.filter(|_| !answer.is_empty()) else {
            return p.screen.remark(&format!("# {HOW}"));
        };
        let Some(question) = self.question.take() else { return };
        self.foretold = Some((question, answer.into()));
        *p.screen.watch.borrow_mut() = Some(Watch::line(standing.task.clone(), standing.line));
        p.session.let_go();
    }

    /// Run a line that must hold, beside the lesson.
    fn look(&mut self, p: &mut Prompt, check: String) {
        *p.screen.watch.borrow_mut() = Some(Watch::aside());
        match p.session.evaluate(&Source::new("", &check)) {
            Ok(()) => self.checking = Some(check),
            Err(error) => {
                p.screen.watch.take();
                p.screen.refuse(&error);
            }
        }
    }

    /// Say how what was foretold compares with what came, and whether what must hold does.
    fn judge(&mut self, p: &Prompt) {
        if let Some((question, answer)) = self.foretold.take() {
            let came_to = p.screen.watch.take().map(|watch| watch.came_to).unwrap_or_default();
            let waits = p.session.last_waits();
            let outcome = if waits { "it waits" } else { came_to.first().map_or("ok", String::as_str) };
            let right = if watch::says_waits(&answer) { waits } else { !waits && watch::is_one_of(&answer, &came_to) };
            let said = told(if right { "right: {}" } else { "not so; it came to: {}" });
            let said = format!("# {}", said.replace("{}", told(outcome)));
            p.screen.quote(&printable(&said));
            self.report.task(&Task {
                text: &question,
                answer: &answer,
                outcome,
                right: Some(right),
                ..Task::of("question")
            });
        }
        if let Some(check) = self.checking.take() {
            let failed = p.screen.watch.take().and_then(|watch| watch.failed);
            let (line, about) = check.split_once(" # ").unwrap_or((&check, &check));
            p.screen.quote(&printable(&match &failed {
                None => format!("# {}", told("so it is: {}").replace("{}", about.trim())),
                Some(why) => {
                    format!("# {}: {}", told("not so: {}").replace("{}", line.trim()), sentence::told(why))
                }
            }));
            let outcome = failed.as_deref().unwrap_or("holds");
            self.report.task(&Task { text: &check, outcome, right: Some(failed.is_none()), ..Task::of("check") });
        }
    }

    /// Show the lesson's text: its lines as paragraphs. Questions and checks are taken out of it.
    fn text(&mut self, p: &Prompt, lines: &[&str]) {
        let mut paragraph = String::new();
        let say = |paragraph: &mut String| {
            if !paragraph.is_empty() {
                p.screen.prose(&printable(paragraph));
                paragraph.clear();
            }
        };
        let mut question = String::new();
        for line in lines {
            match marks::mark(line) {
                Some(LessonMark::Question(text)) => question = format!("{question} {text}"),
                Some(LessonMark::Check(line)) => self.checks.push_back(line.into()),
                Some(LessonMark::Exercise(_) | LessonMark::Part(_)) => {}
                // A drawing, or a heading, keeps its line.
                Some(LessonMark::Text(text)) if text.starts_with(['-', ' ']) => {
                    say(&mut paragraph);
                    p.screen.show(&printable(text));
                }
                Some(LessonMark::Text("")) => say(&mut paragraph),
                Some(LessonMark::Text(text)) => {
                    if !paragraph.is_empty() {
                        paragraph.push(' ');
                    }
                    paragraph.push_str(text);
                }
                None => {
                    say(&mut paragraph);
                    if !matches!(line.trim(), "" | "end") {
                        p.screen.quote(&printable(line));
                    }
                }
            }
        }
        say(&mut paragraph);
        if !question.is_empty() {
            self.question = Some(question.trim().into());
            (self.asked, self.runs_on) = (false, false);
        }
    }
}

fn named(lesson: &Lesson) -> String {
    format!("{}, {}", lesson.number().unwrap_or_default(), told(lesson.title()))
}

/// A line without the error that it expects: that would be the answer.
fn unexpected(line: &str) -> String {
    let Some(rest) = line.strip_prefix("expect ") else { return line.into() };
    rest.split(' ').skip_while(|word| Name::parse(word).is_some()).collect::<Vec<_>>().join(" ")
}
