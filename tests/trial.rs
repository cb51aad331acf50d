//! A test as `cargo test` runs it: named, caught when it panics, said to be ignored when what it needs is not there.

use std::cell::RefCell;
use std::panic::{catch_unwind, set_hook, take_hook};
use std::process::Command;

use libtest_mimic::{Completion, Failed, Trial};

/// The tests of a module. Those behind `alone` have a process of their own: they change what a process has one of.
macro_rules! tests {
    ($($name:ident),* $(,)? $(; alone $($own:ident),* $(,)?)?) => {
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            vec![
                $(crate::trial::trial(concat!(module_path!(), "::", stringify!($name)), $name),)*
                $($(crate::trial::alone(concat!(module_path!(), "::", stringify!($own)), $own),)*)?
            ]
        }
    };
}

/// What the test of a thread has come to so far.
#[derive(Default)]
struct Now {
    /// What it panicked with, and where.
    panic: String,
    /// What it needs and does not have.
    missing: Option<String>,
}

thread_local! {
    static NOW: RefCell<Option<Now>> = const { RefCell::new(None) };
}

/// Keep what a test panics with for its report.
pub fn keep_panics() {
    let show = take_hook();
    set_hook(Box::new(move |info| {
        NOW.with_borrow_mut(|now| match now {
            Some(now) => now.panic = info.to_string(),
            None => show(info),
        });
    }));
}

/// The test that runs goes no further for want of something: it is ignored, and this is said.
pub fn lacks(what: &str) {
    NOW.with_borrow_mut(|now| now.get_or_insert_default().missing = Some(what.to_string()));
}

/// A test of that name; a module's path has the crate's name before it.
pub fn trial(name: &str, test: impl FnOnce() + Send + 'static) -> Trial {
    let name = name.strip_prefix(concat!(env!("CARGO_CRATE_NAME"), "::")).unwrap_or(name);
    Trial::ignorable_test(name, move || {
        NOW.set(Some(Now::default()));
        let outcome = catch_unwind(std::panic::AssertUnwindSafe(test));
        let now = NOW.take().unwrap_or_default();
        match (outcome, now.missing) {
            (Err(_), _) => Err(Failed::from(now.panic)),
            (Ok(()), Some(missing)) => Ok(Completion::ignored_with(missing)),
            (Ok(()), None) => Ok(Completion::Completed),
        }
    })
}

/// The same in a process of its own, which is asked for this test by its name.
pub fn alone(name: &str, test: fn()) -> Trial {
    let whole = trial(name, test);
    if std::env::args().any(|arg| arg == "--exact") {
        return whole;
    }
    let name = whole.name().to_string();
    trial(&name.clone(), move || {
        let output = Command::new(std::env::current_exe().unwrap()).args([&*name, "--exact"]).output().unwrap();
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{out}{}", String::from_utf8_lossy(&output.stderr));
        if let Some((_, why)) = out.split_once(" ... ignored (") {
            lacks(why.split_once(")\n").map_or(why, |(why, _)| why));
        }
    })
}
