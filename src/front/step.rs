//! `sockpit step FILE.sock`: what is typed while a program is stepped through, and what is shown of its place.
//!
//! The prompt has the next line already typed. As it stands, or changed, it is run in its place; the words of [`STEPS`]
//! move the place; anything else is run beside the program, and the line stays the next.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::editor::Ask;
use super::screen::Screen;
use crate::help::marks::{self, LessonMark};
use crate::help::program::STEPS;
use crate::lang::{self, Source};
use crate::render::PROMPT;
use crate::session::{Change, Main, NextStatement, Session};
use crate::value::text::printable;

/// What is said first.
pub(super) const GREETING: &str = "sockpit: Enter runs the line. Any other call can be typed instead; the line comes back after it, or with Enter alone\n\
                            sockpit: End, an arrow or Backspace lets you change it; skip, back, continue [LINE], break [LINE], where, list; Ctrl-D leaves";

/// A wait that ends by then is waited for; during a longer one a line is asked for.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many lines `list` shows before and after.
const AROUND: u32 = 5;

/// Whether a line can be asked for.
pub(super) enum Busy {
    /// It can.
    No,
    /// All waits: after a moment it can, for what is typed may end the wait.
    Waits,
    /// A line runs.
    Yes,
}

/// Whether something is to be run before a line is asked for.
pub(super) fn busy(session: &Session) -> Busy {
    if session.stepper.evaluating().is_some() {
        Busy::Yes
    } else if session.stands() || is_over(session) {
        Busy::No
    } else if session.can_run() {
        Busy::Yes
    } else {
        let end = session.waits_until();
        // What ends by itself soon is worth waiting for.
        if end.is_some_and(|at| at <= Instant::now() + PATIENCE) { Busy::Yes } else { Busy::Waits }
    }
}

/// Whether the program has ended.
pub(super) fn is_over(session: &Session) -> bool {
    !session.stands() && *session.status.main() != Main::Running && !session.has_tasks()
}

/// The statement that is next, told with what stands above it. Says so when all waits, or when the program is over.
pub(super) fn standing(session: &mut Session, screen: &Screen) -> Option<NextStatement> {
    if !session.stepper.is_on() {
        return None;
    }
    let standing = session.next_stop();
    match &standing {
        Some(standing) => above(session, screen, standing),
        None if is_over(session) => {
            ends(session, screen);
            screen.remark("# the program has ended; what it made is still here, and Ctrl-D leaves");
        }
        None => waits(session, screen),
    }
    standing
}

/// The program has ended: what is typed from here on runs as ever.
pub(super) fn ends(session: &mut Session, screen: &Screen) {
    session.stop_stepping();
    session.flush();
    screen.echoes.set(false);
}

/// Say what all waits for.
pub(super) fn waits(session: &Session, screen: &Screen) {
    let waits = session.waiting().map_or_else(|| "every task waits".to_string(), |w| w.text);
    screen.remark(&format!("# {waits}; type what would end it, or Ctrl-C gives it up"));
}

/// Show, once, what stands above a line of the program and is no statement: comments, `try`, `else`.
fn above(session: &Session, screen: &Screen, standing: &NextStatement) {
    for text in lines_above(session, screen, standing) {
        let is_mark = matches!(marks::mark(text), Some(LessonMark::Part(_)));
        if !is_mark && !matches!(text.trim(), "" | "end") {
            screen.quote(&printable(text));
        }
    }
}

/// The lines above a statement of the program that have not been shown yet, and are from now on.
pub(super) fn lines_above<'a>(session: &Session, screen: &Screen, standing: &'a NextStatement) -> Vec<&'a str> {
    let NextStatement { source, line, .. } = standing;
    if session.stepper.source().is_none_or(|program| !Rc::ptr_eq(program, source)) {
        return Vec::new();
    }
    let seen = screen.shows_down_to(*line);
    session.stepper.lines_above(*line).filter(|n| *n > seen).map(|n| source.line(n).trim_end()).collect()
}

/// The question for the next line: its number and its task before the prompt, and the line itself.
pub(super) fn ask(standing: &NextStatement) -> Ask {
    let task = standing.task.as_ref().map_or(String::new(), |task| format!("[{task}] "));
    Ask { initial: standing.text(), ..Ask::plain(&format!("{} {task}{PROMPT}", standing.line)) }
}

/// What was typed.
#[derive(Debug, PartialEq)]
enum Meant<'a> {
    /// Nothing was.
    Nothing,
    Run,
    Skip,
    Back,
    Where,
    List(Option<u32>),
    Break(Option<u32>),
    Continue(Option<u32>),
    Changed,
    Evaluate,
    Wrong(&'a str),
}

fn meaning<'a>(text: &'a str, line: Option<&str>) -> Meant<'a> {
    let text = text.trim();
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or("");
    if line.is_some_and(|line| line == text) {
        return Meant::Run;
    }
    let rest: Vec<&str> = words.collect();
    let number = || match rest.as_slice() {
        [] => Some(None),
        [n] => n.parse().ok().filter(|n| *n > 0).map(Some),
        _ => None,
    };
    match (first, rest.is_empty()) {
        ("", _) => Meant::Nothing,
        ("skip", true) => Meant::Skip,
        ("back", true) => Meant::Back,
        ("where", true) => Meant::Where,
        ("list", _) if rest.iter().all(|w| w.bytes().all(|b| b.is_ascii_digit())) => {
            number().map_or(Meant::Wrong("list"), Meant::List)
        }
        ("break", _) => number().map_or(Meant::Wrong("break"), Meant::Break),
        ("continue", _) => number().map_or(Meant::Wrong("continue"), Meant::Continue),
        _ if line.is_some_and(|line| head(line) == head(text)) => Meant::Changed,
        _ => Meant::Evaluate,
    }
}

/// What to say of a line after the end of the program that it would have been about; none where it is a line of its own.
pub(super) fn of_the_ended(text: &str) -> Option<String> {
    let is_ours = !matches!(meaning(text, None), Meant::Evaluate | Meant::Wrong(_) | Meant::Run | Meant::Changed);
    let word = text.split_whitespace().next().filter(|_| is_ours)?;
    Some(format!(
        "# the program has ended: `{word}` is for one that is stepped through; `sockpit step FILE` begins it anew"
    ))
}

/// The names a line gives its results to, and the call that it makes: what it is still known by when it was changed.
fn head(line: &str) -> (String, String) {
    let (words, _) = lang::typed(line.lines().next().unwrap_or(""));
    let at = lang::head(&words);
    let text = |words: &[lang::Typed]| words.iter().map(|w| &*w.text).collect::<String>();
    let call = text(words.get(at..=at).unwrap_or_default());
    let names = match words[..at.min(words.len())].iter().position(|w| w.word.is("=")) {
        Some(equals) => text(&words[..equals]),
        None if call == "let" => text(words.get(at + 1..at + 2).unwrap_or_default()),
        None => String::new(),
    };
    (names, call)
}

/// Do what was typed.
pub(super) fn line(session: &mut Session, screen: &Screen, text: &str, standing: Option<&NextStatement>) {
    let next = standing.map(NextStatement::text);
    follow(session, screen, text, standing, meaning(text, next.as_deref()));
}

/// Do what was typed when the program's line had been put aside: it is another one, however like it is.
pub(super) fn other(session: &mut Session, screen: &Screen, text: &str, standing: Option<&NextStatement>) {
    let next = standing.map(NextStatement::text).filter(|line| line == text.trim());
    follow(session, screen, text, standing, meaning(text, next.as_deref()));
}

fn follow(session: &mut Session, screen: &Screen, text: &str, standing: Option<&NextStatement>, meant: Meant) {
    let nothing = "# nothing is next: every task waits, and `where` tells for what";
    match (meant, standing) {
        (Meant::Nothing, _) | (Meant::Skip, None) => {}
        (Meant::Run, Some(standing)) => {
            body(screen, standing);
            session.let_go();
        }
        (Meant::Skip, Some(_)) => {
            if let Some((first, last)) = session.pass_over() {
                let lines = if first == last { format!("line {first}") } else { format!("lines {first} to {last}") };
                screen.remark(&format!("# {lines} passed over"));
            }
        }
        (Meant::Back, _) => match session.step_back() {
            Ok(()) => screen.remark("# only the place goes back: what ran stays done"),
            Err(why) => screen.remark(&format!("# {why}")),
        },
        (Meant::Where, _) => {
            for line in session.whereabouts() {
                screen.show(&screen.told(&line));
            }
        }
        (Meant::List(at), _) => list(session, screen, at.or(standing.map(|s| s.line)), standing),
        (Meant::Break(None), _) => {
            let lines: Vec<String> = session.stepper.breaks().iter().map(u32::to_string).collect();
            let said = if lines.is_empty() {
                "# no breakpoints: break LINE".into()
            } else {
                format!("# breakpoints: {}", lines.join(", "))
            };
            screen.remark(&said);
        }
        (Meant::Break(Some(line)), _) => match session.stepper.toggle_break(line) {
            Some((line, true)) => screen.remark(&format!("# breakpoint at line {line}")),
            Some((line, false)) => screen.remark(&format!("# no breakpoint at line {line} any more")),
            None => screen.remark(&format!("# the program has no statement at line {line} or after it")),
        },
        (Meant::Continue(to), _) => {
            if !session.run_free(to) {
                let line = to.unwrap_or(0);
                screen.remark(&format!("# the program has no statement at line {line} or after it"));
            }
        }
        (Meant::Wrong(word), _) => {
            let usage = STEPS.iter().find(|(usage, _)| usage.starts_with(word)).map_or("", |(usage, _)| usage);
            screen.remark(&format!("# {usage}: the number of a line"));
        }
        (Meant::Changed, Some(standing)) => change(session, screen, text, standing),
        (Meant::Run | Meant::Changed, None) => screen.remark(nothing),
        (Meant::Evaluate, _) => evaluate(session, screen, text),
    }
}

/// A def is made as a whole: show what its line does not.
fn body(screen: &Screen, standing: &NextStatement) {
    if standing.text().starts_with("def ") {
        for n in standing.line + 1..=standing.last_line {
            screen.quote(&printable(standing.source.line(n).trim_end()));
        }
        screen.shows_down_to(standing.last_line);
    }
}

fn change(session: &mut Session, screen: &Screen, text: &str, standing: &NextStatement) {
    let source = Source::part("", text.trim(), standing.line);
    match session.let_go_changed(&source) {
        Ok(Change::Made | Change::Failed) => {}
        Ok(Change::Refused(why)) => screen.remark(&format!("# {why}")),
        Err(error) => screen.refuse(&error),
    }
}

fn evaluate(session: &mut Session, screen: &Screen, text: &str) {
    if let Err(error) = session.evaluate(&Source::new("", text)) {
        screen.refuse(&error);
    }
}

/// Show the program around a line, with the place and the breakpoints.
fn list(session: &Session, screen: &Screen, at: Option<u32>, standing: Option<&NextStatement>) {
    let Some(program) = session.stepper.source() else { return };
    let source: &Rc<Source> = standing.map_or(program, |s| &s.source);
    let breaks = if Rc::ptr_eq(source, program) { session.stepper.breaks() } else { Vec::new() };
    let lines = source.first + source.text.lines().count() as u32;
    let at = at.unwrap_or(source.first).min(lines.saturating_sub(1));
    for n in at.saturating_sub(AROUND).max(source.first)..(at + AROUND + 1).min(lines) {
        let place = if standing.is_some_and(|s| s.line == n) { "->" } else { "  " };
        let stop = if breaks.contains(&n) { '*' } else { ' ' };
        let line = printable(source.line(n));
        screen.show(format!("{place}{stop}{n:4}  {line}").trim_end());
    }
}
