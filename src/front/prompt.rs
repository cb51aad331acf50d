//! The prompt: each line is run as it comes, and the loop goes on while the next one is typed.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::editor::Ask;
use super::line::{Read, Reader};
use super::offers::Offers;
use super::output::{self, Form, Output};
use super::pipe::{next, pipe};
use super::screen::{Runs, Screen};
use super::step::{self, Busy};
use super::{FAILED, Options, rc, script, tee};
use crate::help::foreign;
use crate::lang::Source;
use crate::os::process::Prints;
use crate::os::terminal::Terminal;
use crate::render::{CONTINUATION, PROMPT};
use crate::session::{Main, Session, Sink, Stop};
use crate::value::{Failure, Name, Value, text};
use crate::world::input;

/// What is said first.
const GREETING: &str = "sockpit: type a socket call; `help` lists them, `learn` begins the course, Ctrl-D leaves";
/// How long a call may wait before the prompt says what it waits for.
const MOMENT: Duration = Duration::from_millis(400);
/// How often it says how long.
const TICK: Duration = Duration::from_secs(1);

/// The prompt, or what comes on standard input when it is no terminal.
pub(super) fn run(options: &Options) -> u8 {
    if io::stdin().is_terminal() {
        interact(options, &First::Nothing)
    } else if is_file() {
        script::stdin().map_or_else(|status| status, |source| script::source(&source, options))
    } else {
        pipe(options, None)
    }
}

/// `sockpit -i`: a program, and what is typed after it.
pub(super) fn stay(source: &Rc<Source>, options: &Options) -> u8 {
    if io::stdin().is_terminal() { interact(options, &First::Run(source)) } else { pipe(options, Some(source)) }
}

fn is_file() -> bool {
    rustix::fs::fstat(io::stdin()).is_ok_and(|s| rustix::fs::FileType::from_raw_mode(s.st_mode).is_file())
}

/// `sockpit step FILE.sock [ARG...]`: the prompt with the script's next line already typed.
pub(super) fn step(path: &Path, options: &Options) -> u8 {
    match script::read(path).and_then(|source| script::part(source, options.role.as_deref())) {
        Ok(source) => interact(options, &First::Step(&source)),
        Err(status) => status,
    }
}

/// What comes before the first prompt.
enum First<'a> {
    Nothing,
    /// A program is run.
    Run(&'a Rc<Source>),
    /// A program is stepped through.
    Step(&'a Rc<Source>),
}

fn interact(options: &Options, first: &First) -> u8 {
    with(options, |prompt| prompt.converse(first)).unwrap_or(FAILED)
}

/// Have a prompt do something. None, and said why, where there can be none.
pub(super) fn with<T>(options: &Options, work: impl FnOnce(&mut Prompt) -> T) -> Option<T> {
    let terminal = Rc::new(Terminal::remember());
    let done = match Prompt::new(options, &terminal) {
        Ok(mut prompt) => Some(work(&mut prompt)),
        Err(e) => {
            output::complain(&format!("sockpit: the prompt cannot start: {e}"));
            None
        }
    };
    terminal.restore();
    done
}

/// A person's session.
pub(super) struct Prompt<'a> {
    /// What runs.
    pub session: Session,
    /// What is shown.
    pub screen: Rc<Screen>,
    /// What is typed.
    pub reader: Reader,
    options: &'a Options,
    /// A question of the program is being answered.
    answering: Option<u64>,
    /// The call that asked was given up, which was said.
    unasked: bool,
}

impl<'a> Prompt<'a> {
    fn new(options: &'a Options, terminal: &Rc<Terminal>) -> io::Result<Self> {
        let above = Arc::default();
        let style = output::style(&io::stdout(), false);
        let screen = Rc::new(Screen::new(Arc::clone(&above), Offers::default(), style, options.quiet));
        let sink: Box<dyn Sink> = match options.form {
            Form::Human => Box::new(screen.clone()),
            form => Box::new(Output::new(form)),
        };
        let mut session = Session::new(sink, options.form.show(false), &options.arguments);
        session.interactive = true;
        session.world.input.open = true;
        session.world.family.flags = script::flags(options);
        session.world.announce(true);
        session.status.end_after(options.timeout);
        let waker = session.world.poller()?.waker();
        let reader = Reader::start(waker.clone(), above, screen.offers.clone())?;
        if reader.edits {
            screen.show_in_parts(waker.clone(), terminal.clone());
            // A line of a child's goes above the one being typed, as all else does.
            let above = reader.above.clone();
            session.world.children_print = Prints::To(Arc::new(move |line| {
                above.push(format!("{}\n", text::printable(&line)));
                let _ = waker.wake();
            }));
        }
        Ok(Self { session, screen, reader, options, answering: None, unasked: false })
    }

    fn converse(&mut self, first: &First) -> u8 {
        let greets = self.reader.edits && !self.options.quiet;
        match first {
            First::Step(source) => {
                if let Err(error) = self.session.step_through(source) {
                    return script::refuse(&error);
                }
                self.screen.echoes.set(true);
                if greets {
                    self.screen.say(step::GREETING);
                }
            }
            First::Run(source) => self.run(source, if self.options.quiet { Runs::Quietly } else { Runs::Shown }),
            First::Nothing if greets => self.screen.say(GREETING),
            First::Nothing => {}
        }
        // A program that is stepped through gives what it gives when it is run.
        if !self.options.norc && !matches!(first, First::Step(_)) && self.session.status.stop().is_none() {
            match rc::lines() {
                Ok(lines) => lines.iter().for_each(|lines| self.run(lines, Runs::Quietly)),
                Err(message) => self.screen.say(&message),
            }
        }
        loop {
            self.rest();
            if self.session.status.stop().is_some() {
                return self.leave();
            }
            let standing = step::standing(&mut self.session, &self.screen);
            let ask = standing
                .as_ref()
                .map_or_else(|| Ask::plain(self.session.world.input.prompt.as_deref().unwrap_or(PROMPT)), step::ask);
            match self.read(ask) {
                Some(Read::Lines(text)) if self.session.stepper.is_on() => {
                    self.guarded(|p| step::line(&mut p.session, &p.screen, &text, standing.as_ref()));
                }
                Some(Read::Instead(text)) if self.session.stepper.is_on() => {
                    self.guarded(|p| step::other(&mut p.session, &p.screen, &text, standing.as_ref()));
                }
                Some(Read::Lines(text) | Read::Instead(text)) => {
                    let stepped = matches!(first, First::Step(_));
                    match stepped.then(|| step::of_the_ended(&text)).flatten() {
                        Some(said) => self.screen.remark(&said),
                        None => self.line(&text),
                    }
                }
                Some(Read::Pasted(text)) => self.pasted(&text),
                Some(Read::Interrupted) if self.reader.edits && self.session.stepper.is_on() && standing.is_none() => {
                    self.session.interrupt_steps();
                }
                Some(Read::Interrupted) => {}
                Some(Read::Failed(message)) => {
                    output::complain(&format!("sockpit: {message}"));
                    return FAILED;
                }
                Some(Read::End) => {
                    self.session.leave_prompt();
                    return self.leave();
                }
                None => return self.leave(),
            }
        }
    }

    /// Run until a line can be asked for: what the program asks is answered.
    pub(super) fn rest(&mut self) {
        self.settle();
        while self.answer() && self.session.status.stop().is_none() {
            script::turn(&mut self.session, None);
        }
    }

    /// Ask for a line. The loop goes on while it is typed.
    pub(super) fn read(&mut self, ask: Ask) -> Option<Read> {
        self.session.announce();
        self.screen.editing.set(self.reader.edits);
        self.reader.above.hold(!self.session.world.announces());
        self.session.status.forget_interrupt();
        // What was told stands before the question.
        self.session.flush();
        let prompt = ask.prompt.clone();
        self.reader.ask(ask);
        let read = next(&mut self.session, &self.reader);
        self.screen.editing.set(false);
        if let Some(Read::Lines(text) | Read::Instead(text) | Read::Pasted(text)) = &read {
            tee::log(&format!("{prompt}{}", text.trim_end().replace('\n', &format!("\n{CONTINUATION}"))));
        }
        self.show_above();
        read
    }

    /// Ask the user what the program asks, and give it the answer that has come. Says whether one is still to come.
    fn answer(&mut self) -> bool {
        // Where the terminal edits nothing, Ctrl-C is the call's, and the answer is still to be typed.
        let stands = |id: &u64| self.session.world.input.stands(*id);
        self.answering = self.answering.filter(|id| self.reader.edits || stands(id));
        let Some(id) = self.answering else {
            let Some((id, prompt)) = self.session.world.input.question() else { return false };
            self.session.world.input.has_come();
            self.screen.clear_status();
            self.screen.editing.set(self.reader.edits);
            self.reader.ask(Ask::question(&prompt));
            self.answering = Some(id);
            return true;
        };
        if !self.session.world.input.stands(id) && !self.unasked {
            self.unasked = true;
            self.reader
                .above
                .push(format!("{}\n", self.screen.dim("# nobody asks that any more: Enter ends the line")));
        }
        let Some(read) = self.reader.heard() else { return true };
        (self.answering, self.unasked) = (None, false);
        self.screen.editing.set(false);
        if let (Read::Lines(line) | Read::Instead(line) | Read::Pasted(line), Some((_, prompt))) =
            (&read, self.session.world.input.question())
        {
            tee::log(&format!("{prompt}{}", line.trim_end()));
        }
        self.show_above();
        let answer = match read {
            Read::Lines(line) | Read::Instead(line) | Read::Pasted(line) => {
                Ok(Value::text(line.trim_end_matches(['\n', '\r'])))
            }
            Read::Interrupted => Err(Failure::new(Name::Interrupted)),
            Read::End => Err(input::ended("Ctrl-D ended the input")),
            Read::Failed(why) => Err(input::ended(&why)),
        };
        self.session.world.answer(id, answer);
        self.session.world.input.question().is_some()
    }

    /// Show what was to be printed above the line: there is none any more.
    fn show_above(&self) {
        for text in self.reader.above.end() {
            self.screen.put(text.trim_end_matches('\n'));
        }
    }

    /// Run the lines of a file. The first error ends them, and nothing else.
    fn run(&mut self, source: &Rc<Source>, runs: Runs) {
        self.screen.runs.set(runs);
        self.screen.recorder.borrow_mut().begin_file(source);
        self.guarded(|prompt| match prompt.session.start(source) {
            Ok(()) => prompt.settle(),
            Err(error) => prompt.screen.refuse_file(&error),
        });
        self.screen.runs.set(Runs::No);
        let whole = self.session.status.take_failure().is_none() && self.session.status.stop().is_none();
        self.screen.recorder.borrow_mut().end_file(whole);
    }

    /// Run what was typed. An error ends nothing but the line.
    fn line(&mut self, text: &str) {
        // Lines count through the session, as they will when it is run again from a transcript.
        let first = self.screen.recorder.borrow().typed_lines() as u32 + 1;
        self.screen.recorder.borrow_mut().type_now(text);
        self.guarded(|prompt| match prompt.session.start(&Source::part("", text, first)) {
            Ok(()) => prompt.settle(),
            Err(error) => prompt.screen.refuse(&error),
        });
        match self.session.status.take_failure() {
            Some(failure) if failure.name == Name::Interrupted => {
                self.reader.paste.clear();
                self.screen.offers.clear();
            }
            Some(failure) => self.screen.offers.put(&failure.written()),
            None => {}
        }
    }

    /// A program of another language was pasted: say so at its first line, and offer it translated as a whole.
    fn pasted(&mut self, text: &str) {
        let first = foreign::first_line(text);
        if self.session.stepper.is_on() {
            self.guarded(|p| step::other(&mut p.session, &p.screen, &first, None));
        } else {
            self.line(&first);
        }
        self.screen.offers.clear();
        let Some(found) = self.session.foreign(text) else { return };
        if let Some(line) = found.without {
            let what = found.says.unwrap_or_default();
            self.screen.remark(&format!("# line {} of what was pasted: {what}; nothing of it is run", line + 1));
            return;
        }
        let count = found.write.len();
        let said = "Enter enters each as it stands typed, changed or not; Ctrl-C drops them";
        self.screen.remark(&format!("# all of it in sockpit, {count} statements: {said}"));
        for line in found.write.iter().flat_map(|statement| statement.lines()) {
            self.screen.quote(&format!("#   {}", text::printable(line)));
        }
        self.screen.offers.put(&found.write);
    }

    /// A bug in sockpit costs the line, not the session: what the line was doing is given up.
    pub(super) fn guarded(&mut self, run: impl FnOnce(&mut Self)) {
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(self))).is_err() {
            self.screen.say("this is a bug in sockpit, not in your line; the session and its sockets go on");
            self.session.recover();
        }
    }

    /// Run until a line can be asked for. What takes longer than a moment says what it waits for.
    fn settle(&mut self) {
        let begun = Instant::now();
        let mut tick = begun + MOMENT;
        loop {
            let paged = self.screen.is_paged();
            let answering = !paged && self.answer();
            self.session.status.be_deaf(paged);
            let until = match self.busy() {
                _ if self.session.status.stop().is_some() => break,
                _ if paged => None,
                Busy::No => break,
                Busy::Waits if begun.elapsed() >= MOMENT => break,
                Busy::Waits => Some(begun + MOMENT),
                Busy::Yes => Some(tick),
            };
            if script::turn(&mut self.session, until) {
                self.show_above();
            }
            if Instant::now() >= tick && !paged && !answering && self.reader.edits && self.options.form == Form::Human {
                if let Some(waiting) = self.session.waiting() {
                    let short = format!("{}; Ctrl-C gives up", waiting.text);
                    // In a narrow window what it waits for gives way to how it is ended.
                    let call = waiting.text.split(" for ").next().unwrap_or("");
                    let narrow = [format!("{call}; Ctrl-C gives up"), format!("{call}; ^C ends"), "^C gives up".into()];
                    let mut texts: Vec<String> = [short.clone()].into_iter().chain(narrow).collect();
                    if waiting.alone {
                        texts.insert(0, format!("{short}, & would run it in the background"));
                    }
                    self.screen.status(&texts, begun.elapsed().as_secs(), waiting.until);
                }
                tick = Instant::now() + TICK;
            }
        }
        self.screen.clear_status();
    }

    /// Whether the session has something to do before a line is asked for.
    fn busy(&self) -> Busy {
        if !self.session.stepper.is_on() {
            return if *self.session.status.main() == Main::Running { Busy::Yes } else { Busy::No };
        }
        step::busy(&self.session)
    }

    /// At a prompt only what ended it counts, not the errors that were seen on the way.
    pub(super) fn leave(&mut self) -> u8 {
        while self.screen.is_paged() {
            script::turn(&mut self.session, None);
        }
        match self.session.status.stop() {
            None => 0,
            Some(Stop::Quit(status)) => status,
            Some(_) => script::status(&mut self.session, self.options),
        }
    }
}
