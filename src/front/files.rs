//! The files that a word can name: read from the folder it stands in, and quoted as a word must be.

use std::fs;
use std::os::unix::fs::FileTypeExt;

use crate::value::text::is_plain;

/// How many files are offered at most: rustyline's list has room for 65535.
const FILES_MAX: usize = 10_000;

/// What is asked for, and stands first in the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum First {
    /// Any file.
    Files,
    /// A script, of any name.
    Scripts,
    /// A socket: the word is an address, which has a slash in it.
    Sockets,
}

/// The files whose paths begin so: each as a list shows it, and as the word that names it.
pub(super) fn beginning(typed: &str, quote: Option<char>, first: First) -> Vec<(String, String)> {
    let (folder, base) = typed.rsplit_once('/').map_or(("", typed), |(folder, base)| (folder, base));
    let prefix = match (typed.contains('/'), first) {
        (true, _) => format!("{folder}/"),
        (false, First::Sockets) => "./".into(),
        (false, _) => String::new(),
    };
    let Ok(entries) = fs::read_dir(if prefix.is_empty() { "." } else { &prefix }) else { return Vec::new() };
    let mut files: Vec<(u8, String)> = Vec::new();
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let hidden = name.starts_with('.') && !base.starts_with('.');
        if !name.starts_with(base) || hidden || !name.chars().all(is_plain) {
            continue;
        }
        let sort = fs::metadata(entry.path()).map(|m| m.file_type());
        let is_folder = sort.as_ref().is_ok_and(fs::FileType::is_dir);
        let wanted = match first {
            First::Files => true,
            First::Scripts => entry.path().extension().is_some_and(|e| e == "sock") && !is_folder,
            First::Sockets => sort.as_ref().is_ok_and(FileTypeExt::is_socket),
        };
        let rank = if wanted { 0 } else { 2 - u8::from(is_folder) };
        files.push((rank, format!("{name}{}", if is_folder { "/" } else { "" })));
    }
    files.sort();
    files.truncate(FILES_MAX);
    let word = |(_, name): (u8, String)| {
        let word = quoted(&format!("{prefix}{name}"), quote);
        (name, word)
    };
    files.into_iter().map(word).collect()
}

/// A path as a word, with a space behind it; a folder's stays open.
fn quoted(path: &str, quote: Option<char>) -> String {
    let bare = |c: char| c.is_alphanumeric() || "/._-+,:@%=".contains(c);
    let folder = path.ends_with('/');
    let quote = quote.filter(|q| !path.contains(*q));
    let Some(quote) = quote.or_else(|| (!path.chars().all(bare)).then_some('"')) else {
        return if folder { path.to_string() } else { format!("{path} ") };
    };
    let inner = path.replace('\\', "\\\\");
    let inner = if quote == '"' { inner.replace('$', "$$").replace('"', "\\\"") } else { inner };
    if folder { format!("{quote}{inner}") } else { format!("{quote}{inner}{quote} ") }
}
