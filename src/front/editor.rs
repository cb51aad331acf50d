//! The line editor: rustyline with what sockpit adds to it.
//!
//! It asks for one statement at a time: a line, or a block to its end with a prompt of its own for each further line.
//! Completion, hints and colours are made elsewhere; here they are only handed to rustyline.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::{ColorMode, CompletionType, Config, Editor, Event, EventHandler, ExternalPrinter};

use super::assistant::{Assistant, columns, write};
use super::block::{ForeignBlock, depth, first_word, indent, indented, joined};
use super::history::{Past, Store};
use super::keys::{Begins, LineKeys};
use super::names::{Depth, NameCache};
use super::offers::Offers;
use super::paste::Paste;
use super::reflow::{self, Drawn};
use super::{inputrc, output};
use crate::help::foreign::{self, Foreign};
use crate::os::terminal;
use crate::render::{self, CONTINUATION, Style};
use crate::value::text::printable;

/// How long the editor waits for the rest of a key's sequence, in milliseconds: a lone Esc holds announcements up.
const KEY_TIMEOUT: u16 = 50;
/// A list of more candidates than this is shown only when the user says yes.
const CANDIDATES_MAX: usize = 200;

/// What a line is asked for with.
pub(super) struct Ask {
    /// What stands before it.
    pub prompt: String,
    /// What is typed already. Where nothing can be edited, an empty line stands for it.
    pub initial: String,
    /// What is typed answers a question of the program: it is no line of the language, and one line alone.
    pub question: bool,
}

impl Ask {
    /// Nothing is typed yet.
    pub(super) fn plain(prompt: &str) -> Self {
        Self { prompt: prompt.into(), initial: String::new(), question: false }
    }

    /// A question of the program.
    pub(super) fn question(prompt: &str) -> Self {
        Self { question: true, ..Self::plain(&printable(prompt).replace('\n', " ")) }
    }
}

/// What was entered.
pub(super) enum Entered {
    /// A statement: one line, or a whole block.
    Lines(String),
    /// The same, instead of the given line.
    Instead(String),
    /// A program of another language, which was pasted.
    Program(String),
}

/// Reads statements from a terminal.
pub(super) struct LineEditor {
    editor: Editor<Assistant, Past>,
    store: Option<Store>,
    /// What is wrong with the history, until there is a place to say it.
    unsaid: Option<String>,
    keys: LineKeys,
    offers: Offers,
    style: Style,
}

impl LineEditor {
    /// An editor on standard input and output. `begin` is called when it has taken the terminal, and again.
    pub(super) fn new(
        begin: Box<dyn Fn()>,
        cache: Arc<NameCache>,
        (paste, offers): (Paste, Offers),
        style: Style,
    ) -> rustyline::Result<Self> {
        let keys = inputrc::keys();
        let config = Config::builder()
            .auto_add_history(false)
            .bell_style(keys.bell)
            // Without colours the highlighter paints nothing; rustyline need not know.
            .color_mode(ColorMode::Forced)
            .completion_prompt_limit(CANDIDATES_MAX)
            // To wait for a second Tab would hold announcements up.
            .completion_show_all_if_ambiguous(true)
            .completion_type(CompletionType::List)
            .edit_mode(keys.mode)
            .keyseq_timeout(Some(KEY_TIMEOUT))
            .build();
        let mut editor = Editor::with_history(config, Past::default())?;
        let keys = LineKeys::new(paste);
        editor.set_helper(Some(Assistant {
            begin,
            cache,
            style,
            in_block: false.into(),
            drawn: RefCell::default(),
            is_mended: false.into(),
            reflows: reflow::reflows(),
            in_question: false.into(),
            painted: RefCell::default(),
            keys: keys.clone(),
        }));
        editor.bind_sequence(Event::Any, EventHandler::Conditional(Box::new(keys.clone())));
        Ok(Self { editor, store: None, unsaid: None, keys, offers, style })
    }

    /// What prints above the line being edited.
    pub(super) fn printer(&mut self) -> rustyline::Result<impl ExternalPrinter + Send + use<>> {
        self.editor.create_external_printer()
    }

    /// Read the history of earlier sessions. What does not work is said once, before the first prompt.
    pub(super) fn remember(&mut self) {
        (self.store, self.unsaid) = Store::open(self.editor.history_mut());
    }

    /// Ask for a statement: a line, or a block to its end.
    pub(super) fn statement(&mut self, ask: &Ask) -> rustyline::Result<Entered> {
        if let Some(note) = self.unsaid.take() {
            self.note(&note);
        }
        self.assist(|a| a.in_question.set(ask.question));
        let begins = match &*ask.initial {
            _ if ask.question => Begins::Answer,
            "" => Begins::With(""),
            given => Begins::Given(given),
        };
        if ask.question {
            return self.line(&ask.prompt, begins).map(Entered::Lines);
        }
        let offered = self.offers.next();
        let mut text = self.whole(&ask.prompt, begins)?;
        // An offered line is none of the program's.
        let instead = self.keys.is_aside() || offered.is_some();
        if let Some((program, _)) = self.pasted_program(&text) {
            return Ok(Entered::Program(program));
        }
        let mut block = ForeignBlock::of(offered.as_deref() == Some(&text));
        // The block that a given line opens is the program's.
        let given = !instead && !ask.initial.is_empty() && first_word(&text) == first_word(&ask.initial);
        while depth(&text) > 0 && !given {
            self.assist(|a| a.in_block.set(true));
            let line = self.whole(CONTINUATION, Begins::With(&indent(depth(&text))));
            self.assist(|a| a.in_block.set(false));
            match line {
                Ok(line) if self.refuses(&line, depth(&text), &mut block) => {}
                Ok(line) => text = joined(&text, &line),
                // There is nothing to leave but the block.
                Err(ReadlineError::Eof) => return Err(ReadlineError::Interrupted),
                Err(e) => return Err(e),
            }
        }
        Ok(if instead { Entered::Instead(text) } else { Entered::Lines(text) })
    }

    /// A line; of Python, which goes on in the next line while a bracket is open, as many as it is.
    fn whole(&mut self, prompt: &str, begins: Begins) -> rustyline::Result<String> {
        let mut text = self.line(prompt, begins)?;
        while foreign::is_open(&text) {
            let more = self.line(CONTINUATION, Begins::With(""))?;
            if more.trim().is_empty() {
                break;
            }
            text = format!("{text} {}", more.trim());
        }
        Ok(text)
    }

    fn is_def(&self, name: &str) -> bool {
        self.editor.helper().is_some_and(|a| a.cache.ask(Depth::Names).def(name).is_some())
    }

    /// All that was pasted, from a line on that was refused, where it is a program of another language; and what it is here.
    fn pasted_program(&self, line: &str) -> Option<(String, Foreign)> {
        let known = |name: &str| self.is_def(name);
        let program = format!("{line}\n{}", self.keys.paste.all()?);
        if !foreign::is_refused(line, &known) {
            return None;
        }
        let found = foreign::read(&program, &known).filter(|found| !found.open)?;
        self.keys.paste.clear();
        Some((program, found))
    }

    /// Whether a line of a block is another language's. That is said at once, and the line to write is offered.
    fn refuses(&self, line: &str, depth: usize, block: &mut ForeignBlock) -> bool {
        let known = |name: &str| self.is_def(name);
        if line.trim().is_empty() && block.begun {
            self.offers.put(&["end".to_string()]);
            return false;
        }
        if let Some((_, found)) = self.pasted_program(line) {
            self.note(found.says.as_deref().unwrap_or("this is offered in sockpit, line by line"));
            self.offers.put(&indented(&found.write, depth).collect::<Vec<_>>());
            return true;
        }
        let Some(error) = foreign::refusal(line, &known) else { return false };
        write(&format!("{}\n", render::program_error(&error, output::fitted(self.style, io::stdout()))));
        // What was pasted stands behind the blanks that the line began with.
        let own = line.strip_prefix(&indent(depth)).unwrap_or(line);
        let ends = if self.keys.paste.was_single() { block.ends(own) } else { 0 };
        let mut instead = vec!["end".to_string(); ends];
        instead.extend(indented(&error.instead(), depth.saturating_sub(ends)));
        block.open(own, &instead);
        self.offers.put(&instead);
        true
    }

    fn assist(&self, change: impl Fn(&Assistant)) {
        self.editor.helper().into_iter().for_each(change);
    }

    /// The next line: one that was pasted, or one that is typed.
    fn line(&mut self, prompt: &str, begins: Begins) -> rustyline::Result<String> {
        if let Some(line) = self.keys.take_pasted() {
            self.echo(prompt, &line);
            return Ok(line);
        }
        loop {
            let rest = self.keys.paste.rest();
            let is_question = self.editor.helper().is_some_and(|a| a.in_question.get());
            let offered = if rest.is_empty() && !is_question { self.offers.next() } else { None };
            let begins = match &offered {
                Some(line) => Begins::Given(line),
                None if rest.is_empty() => begins,
                None => Begins::With(&rest),
            };
            let line = self.typed(prompt, begins);
            // Who gives up what took the place of a given line has that line again.
            if !(matches!(line, Err(ReadlineError::Interrupted)) && self.keys.is_aside()) {
                match &line {
                    Ok(_) if offered.is_some() => self.offers.answered(self.keys.is_aside()),
                    Err(_) if !is_question => self.offers.clear(),
                    _ => {}
                }
                return line;
            }
        }
    }

    fn typed(&mut self, prompt: &str, begins: Begins) -> rustyline::Result<String> {
        terminal::silence();
        self.keys.begin(begins, terminal::typed_ahead());
        self.assist(|a| {
            a.cache.forget();
            a.drawn.replace(Drawn::begin(prompt, columns()));
            a.painted.take();
        });
        let mut line = self.editor.readline_with_initial(prompt, (begins.text(), ""));
        if matches!(&line, Err(ReadlineError::Io(e)) if e.kind() == io::ErrorKind::InvalidData) {
            self.note("what was typed is not UTF-8: the line is given up");
            line = Err(ReadlineError::Interrupted);
        }
        if matches!(line, Err(ReadlineError::Interrupted)) {
            self.keys.paste.clear();
        }
        if self.keys.leaves() { Err(ReadlineError::Eof) } else { line }
    }

    /// Show a pasted line as if it had been typed.
    fn echo(&self, prompt: &str, line: &str) {
        let plain = printable(line);
        let shown = self.editor.helper().map(|a| a.highlight(&plain, 0)).unwrap_or_default();
        write(&format!("{prompt}{shown}\n"));
    }

    /// Keep a statement for other sessions and for this one.
    pub(super) fn keep(&mut self, text: &str) {
        if text.is_empty() || self.editor.history().ends_with(text) {
            return;
        }
        let kept = self.store.as_mut().map_or(Ok(()), |store| store.append(text));
        if let Err(e) = kept {
            self.store = None;
            self.unsaid = Some(format!("the history is not kept any more: {e}"));
        }
        let _ = self.editor.add_history_entry(text);
    }

    fn note(&self, text: &str) {
        write(&format!("{}\n", self.style.dim(&format!("# {text}"))));
    }
}
