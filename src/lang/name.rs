//! Names: what can be one, and where one ends that stands after a `$`.

/// Whether it can be a name: as in Python, a letter of any script or `_`, then letters, digits and `_`. Names are the
/// same when their characters are; full-width forms of ASCII characters, which look like others, stand in none.
pub fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(begins) && chars.all(goes_on)
}

/// Whether `$name` must be written as `${name}` whatever follows.
pub fn needs_braces(name: &str) -> bool {
    dollar_length(name) != name.len()
}

/// How much of the text after a `$` is its name. One that begins with a Latin letter goes on with those alone: in
/// `$name你好` the name is `name`.
pub(super) fn dollar_length(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let Some(first) = text.chars().next().filter(|c| digits == 0 && begins(*c)) else { return digits };
    let taken = |c: char| goes_on(c) && (is_latin(c) || !is_latin(first));
    text.find(|c| !taken(c)).unwrap_or(text.len())
}

/// How much of a text that begins with a name is its name, or the number of an argument.
pub(super) fn length(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text.chars().next() {
        Some(first) if digits == 0 && begins(first) => text.find(|c| !goes_on(c)).unwrap_or(text.len()),
        _ => digits,
    }
}

fn begins(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() || c == '_' } else { unicode_ident::is_xid_start(c) && !is_full_width(c) }
}

fn goes_on(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || c == '_'
    } else {
        unicode_ident::is_xid_continue(c) && !is_full_width(c)
    }
}

/// Letters of languages that part their words with spaces, as ASCII does.
fn is_latin(c: char) -> bool {
    c.is_ascii() || matches!(c, '\u{c0}'..='\u{24f}')
}

fn is_full_width(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}')
}
