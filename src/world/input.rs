//! Lines of the user, for calls that ask for one: who asks first gets the next line. Where they come from is the front's
//! business, which looks whether a question stands and gives the answer.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use super::{On, Step, Wait, World};
use crate::value::{Failure, Name, Reply, Value};

/// What the user is asked, and what became of it.
struct Question {
    id: u64,
    prompt: Rc<str>,
    answer: RefCell<Option<Result<Value, Failure>>>,
}

/// The questions that stand.
#[derive(Default)]
pub struct Input {
    /// What stands before the lines that the user types, where that is not the usual.
    pub prompt: Option<String>,
    /// There is somebody who can be asked.
    pub open: bool,
    /// In the order they came; one whose call was given up is gone.
    asked: VecDeque<Weak<Question>>,
    /// A question came of which nobody was told yet.
    fresh: bool,
    /// How many there were.
    count: u64,
}

impl Input {
    /// The question that is to be answered next: its number and its text.
    pub fn question(&mut self) -> Option<(u64, Rc<str>)> {
        while self.asked.front().is_some_and(|question| question.strong_count() == 0) {
            self.asked.pop_front();
        }
        self.fresh &= !self.asked.is_empty();
        self.asked.front().and_then(Weak::upgrade).map(|question| (question.id, question.prompt.clone()))
    }

    /// Whether the call that asked that still waits.
    pub fn stands(&self, id: u64) -> bool {
        self.asked.iter().filter_map(Weak::upgrade).any(|question| question.id == id)
    }

    /// Whether a question came since the last look.
    pub fn has_come(&mut self) -> bool {
        std::mem::take(&mut self.fresh)
    }
}

/// The end of the input, and why there is no more.
pub(crate) fn ended(why: &str) -> Failure {
    Failure::new(Name::Eof).note(why)
}

/// Ask the user for a line.
pub(crate) fn ask(world: &mut World, prompt: &str) -> Result<Step, Failure> {
    if !world.input.open {
        return Err(ended(
            "nobody can type here: the program itself is standard input, a transcript, or in a process of its own",
        ));
    }
    world.input.count += 1;
    let question = Rc::new(Question { id: world.input.count, prompt: prompt.into(), answer: RefCell::default() });
    world.input.asked.push_back(Rc::downgrade(&question));
    world.input.fresh = true;
    let wait = Wait { on: On::Thread, limit: None, again: None, what: "a line of the user" };
    // Who asks for it is woken by the answer; a thread that is done with something else wakes it, too.
    let resume = move |_: &mut World, _| {
        let answer = question.answer.borrow_mut().take()?;
        Some(answer.map(|line| Step::Done(Reply::One(line))))
    };
    Ok(Step::Park(wait, Box::new(resume)))
}

impl World {
    /// The answer to that question. Where its call was given up meanwhile, nobody gets it.
    pub fn answer(&mut self, id: u64, answer: Result<Value, Failure>) {
        if let Some(question) = self.input.asked.iter().filter_map(Weak::upgrade).find(|question| question.id == id) {
            self.input.asked.retain(|asked| asked.upgrade().is_some_and(|asked| asked.id != id));
            *question.answer.borrow_mut() = Some(answer);
            self.ready.extend(self.thread_waiters.iter().copied());
        }
    }
}
