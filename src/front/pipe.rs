//! Lines from a pipe, and how the loop goes on while the next line is waited for, from wherever it comes.

use std::rc::Rc;
use std::sync::Arc;

use super::editor::Ask;
use super::line::{Read, Reader};
use super::offers::Offers;
use super::rest::Rest;
use super::{FAILED, Options, output, script};
use crate::lang::Source;
use crate::render::PROMPT;
use crate::session::{Main, Session};

/// Lines of a pipe: each runs as it comes, the first error ends it, as in a script. An error of the program that they
/// follow does not.
pub(super) fn pipe(options: &Options, program: Option<&Rc<Source>>) -> u8 {
    let mut session = script::session(options);
    if let Some(source) = program {
        match session.start(source) {
            Ok(()) => run_main(&mut session),
            Err(error) => drop(script::refuse(&error)),
        }
        if session.status.stop().is_some() {
            return script::status(&mut session, options);
        }
        session.status.take_failure();
    }
    let reader = match session.world.poller().and_then(|p| Reader::start(p.waker(), Arc::default(), Offers::default()))
    {
        Ok(reader) => reader,
        Err(e) => {
            output::complain(&format!("sockpit: {e}"));
            return FAILED;
        }
    };
    let mut line = 1;
    loop {
        reader.ask(Ask::plain(PROMPT));
        let Some(read) = next(&mut session, &reader) else { return script::status(&mut session, options) };
        match read {
            Read::Lines(text) | Read::Instead(text) | Read::Pasted(text) => {
                let source = Source::part("stdin", &text, line);
                line += text.lines().count() as u32;
                if let Err(error) = session.start(&source) {
                    return script::refuse(&error);
                }
                run_main(&mut session);
                if session.status.stop().is_some() || matches!(session.status.main(), Main::Failed(_)) {
                    return script::status(&mut session, options);
                }
            }
            Read::Interrupted => {}
            Read::End => return script::finish(&mut session, options),
            Read::Failed(message) => {
                output::complain(&message);
                return FAILED;
            }
        }
    }
}

/// Turn until all is at rest and a line is there. None when the session ends before.
pub(super) fn next(session: &mut Session, reader: &Reader) -> Option<Read> {
    let mut rest = Rest::begin();
    loop {
        if rest.over
            && let Some(read) = reader.heard()
        {
            return Some(read);
        }
        reader.cache.serve(session);
        if session.status.stop().is_some() {
            return None;
        }
        let until = rest.before_turn(session);
        script::turn(session, until);
        rest.after_turn(session);
        // Where the terminal edits lines, it throws away what was typed and says so by a signal.
        if session.status.was_interrupted() {
            if let Some(read) = reader.heard() {
                return Some(read);
            }
            if reader.gives_up() {
                session.status.forget_interrupt();
                return Some(Read::Interrupted);
            }
        }
        reader.cache.forget();
        session.announce();
        session.announce_question();
    }
}

/// Run the main task until it has nothing to do.
fn run_main(session: &mut Session) {
    while session.status.stop().is_none() && *session.status.main() == Main::Running {
        script::turn(session, None);
    }
}
