//! The names of the session as the line editor sees them: what each holds, asked for when a key first needs them.
//!
//! The session belongs to the main thread. The editor's thread asks it for a [`Names`] through a [`NameCache`] and waits a
//! moment; so nothing is gathered for a line that is typed without completion, and a socket that began to listen is
//! known to listen.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mio::Waker;

use crate::command::Stands;
use crate::command::standing::{Standing, Subject};
use crate::help::program::STEPS;
use crate::os::trace;
use crate::session::Session;
use crate::wire::Filter;

/// How long the editor waits for the main thread, which may be busy with a task, before it takes what it knew.
const PATIENCE: Duration = Duration::from_millis(100);

/// What is in scope at the prompt.
#[derive(Clone, Default, Debug)]
pub struct Names {
    /// Every name and what it holds.
    pub things: Vec<(String, Subject)>,
    /// The numbers of the background calls nobody waited for yet.
    pub jobs: Vec<u64>,
    /// Every defined name with its parameters.
    pub defs: Vec<(String, Vec<String>)>,
    /// The names of the wires.
    pub wires: Vec<String>,
    /// A program is stepped through: its own names are not all known here, and the words that move its place are.
    pub stepping: bool,
}

impl Names {
    /// What a session has. That sockpit asks is no call of the session's.
    fn of(session: &Session, depth: Depth) -> Self {
        let subject = if depth == Depth::Standing { Subject::of } else { Subject::kind_of };
        let text = |names: &[std::rc::Rc<str>]| names.iter().map(ToString::to_string).collect();
        Self {
            things: trace::aside(|| session.bound().map(|(n, value)| (n.to_string(), subject(&value))).collect()),
            jobs: session.open_jobs().collect(),
            defs: session.defined().map(|(name, params)| (name.to_string(), text(params))).collect(),
            wires: text(&session.wires()),
            stepping: session.stepper.is_on(),
        }
    }

    /// What can stand behind a key in a filter of frames.
    pub fn in_filter(&self, key: &str) -> Vec<&str> {
        match &*format!("{key}=") {
            "wire=" => self.wires.iter().map(String::as_str).collect(),
            "from=" | "to=" => {
                let hosts = self.things.iter().filter(|(_, subject)| subject.kind == "a host");
                hosts.map(|(name, _)| &**name).collect()
            }
            _ => Filter::values(key),
        }
    }

    /// What a name holds.
    pub fn get(&self, name: &str) -> Option<&Subject> {
        self.things.iter().find(|(n, _)| n == name).map(|(_, subject)| subject)
    }

    /// The parameters of a defined name.
    pub fn def(&self, name: &str) -> Option<&[String]> {
        self.defs.iter().find(|(n, _)| n == name).map(|(_, params)| &**params)
    }

    /// The words that move the place in a program, with what follows each.
    pub fn steps(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let words = if self.stepping { STEPS } else { &[] };
        words.iter().map(|(usage, _)| usage.split_once(' ').unwrap_or((usage, "")))
    }

    /// The sockets that stand so.
    pub fn sockets(&self, stands: Stands) -> impl Iterator<Item = (&str, &Standing)> {
        let sockets = self.things.iter().filter_map(|(name, s)| s.socket.as_ref().map(|s| (name.as_str(), s)));
        sockets.filter(move |(_, socket)| socket.is(stands))
    }
}

/// How much a question asks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
pub enum Depth {
    /// The names and what sort of thing each holds: for the colours.
    Names,
    /// How each socket stands, too, which the kernel must be asked: for completion.
    Standing,
}

/// The names as the editor's thread has them: it asks, and the main thread answers.
pub struct NameCache {
    waker: Arc<Waker>,
    state: Mutex<State>,
    answered: Condvar,
}

#[derive(Default)]
struct State {
    names: Arc<Names>,
    /// The names are those of the line being typed, and nothing has happened since.
    fresh: bool,
    asked: Option<Depth>,
}

impl NameCache {
    /// An empty one, whose questions ring the main thread's waker.
    pub fn new(waker: Arc<Waker>) -> Self {
        Self { waker, state: Mutex::default(), answered: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something may have changed: the next key that needs names asks again.
    pub fn forget(&self) {
        self.lock().fresh = false;
    }

    /// The names in scope. How sockets stand is asked each time: it changes by itself.
    pub fn ask(&self, depth: Depth) -> Arc<Names> {
        let mut state = self.lock();
        if depth == Depth::Standing || !state.fresh {
            state.asked = Some(depth);
            // Without the main thread there is nobody to complete for.
            let _ = self.waker.wake();
            let waited = self.answered.wait_timeout_while(state, PATIENCE, |s| s.asked.is_some());
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            // What comes too late is not asked for again at every key.
            state.fresh = true;
        }
        state.names.clone()
    }

    /// Answer, if there is a question.
    pub fn serve(&self, session: &Session) {
        let mut state = self.lock();
        if let Some(depth) = state.asked.take() {
            state.names = Arc::new(Names::of(session, depth));
            state.fresh = true;
            self.answered.notify_one();
        }
    }
}
