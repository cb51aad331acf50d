//! A word of the language, a topic, or an error without a number, as help explains it.

/// A word or a topic.
#[derive(Debug)]
pub struct Topic {
    /// The words it explains; the first is its name.
    pub names: &'static [&'static str],
    /// What it is: a word of the language, a topic, an error.
    pub noun: &'static str,
    /// Its form, or its title.
    pub usage: &'static str,
    /// One line on it.
    pub summary: &'static str,
    /// What there is to know: paragraphs.
    pub notes: &'static [&'static str],
    /// Lines that can be pasted at the prompt.
    pub example: &'static str,
    /// What else to read about.
    pub related: &'static [&'static str],
}
