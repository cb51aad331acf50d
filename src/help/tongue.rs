//! What the program says, in the language of who reads it: a table keyed by the English text, with English where one is missing.
//!
//! The table is made by `build.rs` of the files in `translations/zh`. Names of calls, errors and options are the same in every
//! language, and so are transcripts and all that a program may read.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::packed;

/// The table as the program carries it, packed: a line in English, a line in Chinese, and so on.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/zh.bin"));

/// The Chinese of English texts, in the order of the English ones. It is unpacked when the first text is looked up, and kept.
static CHINESE: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let mut lines = packed::text(PACKED).lines();
    std::iter::from_fn(|| Some((lines.next()?, lines.next()?))).collect()
});

static SPEAKS_CHINESE: AtomicBool = AtomicBool::new(false);

/// Whether that is the name of a language that is spoken: `zh`, `zh_CN.UTF-8`, `en`, `C`. None where it is not.
pub fn is_chinese(name: &str) -> Option<bool> {
    match name.split(['_', '.', '-', '@']).next() {
        Some("zh") => Some(true),
        Some("en" | "C" | "POSIX") => Some(false),
        _ => None,
    }
}

/// Speak Chinese from now on, or English.
pub fn speak_chinese(on: bool) {
    SPEAKS_CHINESE.store(on, Ordering::Relaxed);
}

/// Whether Chinese is spoken.
pub fn speaks_chinese() -> bool {
    SPEAKS_CHINESE.load(Ordering::Relaxed)
}

/// The Chinese of a text, if there is one.
pub fn chinese(text: &str) -> Option<&'static str> {
    CHINESE.binary_search_by_key(&text, |(english, _)| *english).ok().map(|at| CHINESE[at].1)
}

/// The English texts that have a Chinese one, each with it.
pub fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
    CHINESE.iter().copied()
}

/// A whole text in the language that is spoken.
pub fn told(text: &str) -> &str {
    if speaks_chinese() { chinese(text).unwrap_or(text) } else { text }
}
