//! The lines of earlier sessions: kept in memory without duplicates, and in a file that sessions share.
//!
//! Each entry is a line of the file, a block's line ends written as `\n`. Sessions append under a lock, so two at once
//! lose nothing; a file that grew too long is cut to its newest entries when it is read.

use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::rc::Rc;

use rustix::fs::{FlockOperation, flock};
use rustyline::history::{History, SearchDirection, SearchResult};

use super::state;
use crate::value::Failure;
use crate::value::text::printable;

/// Who may read and write the file.
const PRIVATE: u32 = 0o600;
/// How many entries are kept.
const ENTRIES_MAX: usize = 10_000;
/// The longest entry that is kept, in bytes: what was pasted as data need not come back.
const ENTRY_MAX: usize = 64 * 1024;
/// The longest file that is read, in bytes.
const FILE_MAX: u64 = 32 * 1024 * 1024;

/// The entries, the oldest first, each once.
#[derive(Default)]
pub(super) struct Past {
    entries: VecDeque<Rc<str>>,
    known: HashSet<Rc<str>>,
}

impl Past {
    /// Whether that is the newest entry: then there is nothing to keep.
    pub(super) fn ends_with(&self, line: &str) -> bool {
        self.entries.back().is_some_and(|last| **last == *line)
    }

    fn push(&mut self, line: &str) -> bool {
        if !is_kept(line) {
            return false;
        }
        let line: Rc<str> = line.into();
        if !self.known.insert(line.clone()) {
            self.entries.retain(|entry| *entry != line);
        }
        self.entries.push_back(line);
        if self.entries.len() > ENTRIES_MAX
            && let Some(oldest) = self.entries.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    /// The nearest entry from a place on that has the term where it is wanted.
    fn seek(
        &self,
        start: usize,
        direction: SearchDirection,
        find: impl Fn(&str) -> Option<usize>,
    ) -> Option<SearchResult<'_>> {
        let at = |idx: usize| {
            let entry = self.entries.get(idx)?;
            find(entry).map(|pos| SearchResult { entry: Cow::Borrowed(&**entry), idx, pos })
        };
        match direction {
            SearchDirection::Reverse => (0..=start).rev().find_map(at),
            SearchDirection::Forward => (start..self.entries.len()).find_map(at),
        }
    }
}

impl History for Past {
    fn get(&self, index: usize, _: SearchDirection) -> rustyline::Result<Option<SearchResult<'_>>> {
        Ok(self.entries.get(index).map(|entry| SearchResult { entry: Cow::Borrowed(&**entry), idx: index, pos: 0 }))
    }

    fn add(&mut self, line: &str) -> rustyline::Result<bool> {
        Ok(self.push(line))
    }

    fn add_owned(&mut self, line: String) -> rustyline::Result<bool> {
        Ok(self.push(&line))
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn set_max_len(&mut self, _: usize) -> rustyline::Result<()> {
        Ok(())
    }

    fn ignore_dups(&mut self, _: bool) -> rustyline::Result<()> {
        Ok(())
    }

    fn ignore_space(&mut self, _: bool) {}

    // The file is this module's own affair: see `Store`.
    fn save(&mut self, _: &Path) -> rustyline::Result<()> {
        Ok(())
    }

    fn append(&mut self, _: &Path) -> rustyline::Result<()> {
        Ok(())
    }

    fn load(&mut self, _: &Path) -> rustyline::Result<()> {
        Ok(())
    }

    fn clear(&mut self) -> rustyline::Result<()> {
        *self = Self::default();
        Ok(())
    }

    fn search(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> rustyline::Result<Option<SearchResult<'_>>> {
        Ok(self.seek(start, direction, |entry| if term.is_empty() { None } else { entry.find(term) }))
    }

    fn starts_with(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> rustyline::Result<Option<SearchResult<'_>>> {
        Ok(self.seek(start, direction, |entry| entry.starts_with(term).then_some(term.len())))
    }
}

/// Whether a line is kept: as in a shell, none that begins with a space.
fn is_kept(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with(' ') && line.len() <= ENTRY_MAX
}

/// The file that the entries are kept in.
pub(super) struct Store {
    file: File,
}

impl Store {
    /// Open the history of the state folder of the XDG base directories, and read it. What does not work is said in
    /// the second result; the prompt goes on without it.
    pub(super) fn open(past: &mut Past) -> (Option<Self>, Option<String>) {
        let Some(path) = state::file("history") else {
            return (None, Some("the history is not kept: neither XDG_STATE_HOME nor HOME is set".into()));
        };
        let place = printable(&path.display().to_string());
        let not_kept = |e: &io::Error| format!("the history is not kept: {place}: {}", Failure::from(e));
        let mut file = match open(&path) {
            Ok(file) => file,
            Err(e) => {
                // What can only be read still serves.
                let _ = File::open(&path).ok().filter(is_plain).map(|mut file| read(&mut file, past));
                return (None, Some(not_kept(&e)));
            }
        };
        match read(&mut file, past) {
            Ok(0) => (Some(Self { file }), None),
            Ok(bad) => {
                let lines = if bad == 1 { "1 line".to_string() } else { format!("{bad} lines") };
                (Some(Self { file }), Some(format!("the history {place} is damaged: {lines} left out")))
            }
            Err(e) => (None, Some(not_kept(&e))),
        }
    }

    /// Keep an entry.
    pub(super) fn append(&mut self, entry: &str) -> io::Result<()> {
        if !is_kept(entry) {
            return Ok(());
        }
        add(&self.file, written(entry).as_bytes())
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // A device or a pipe in its place is never opened: that could wait for ever.
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(io::Error::from_raw_os_error(libc::EISDIR)),
        Ok(found) if !found.is_file() => return Err(io::Error::from_raw_os_error(libc::EINVAL)),
        _ => {}
    }
    // What was typed is nobody else's: a file from before is made so, too.
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let mut options = OpenOptions::new();
    let file =
        options.read(true).write(true).create(true).truncate(false).mode(PRIVATE).custom_flags(flags).open(path)?;
    let own = file.metadata()?.permissions().mode() & 0o777;
    if own & 0o077 != 0 {
        file.set_permissions(fs::Permissions::from_mode(own & PRIVATE))?;
    }
    Ok(file)
}

fn is_plain(file: &File) -> bool {
    file.metadata().is_ok_and(|m| m.is_file())
}

fn locked<T>(file: &File, work: impl FnOnce(&File) -> io::Result<T>) -> io::Result<T> {
    flock(file, FlockOperation::LockExclusive)?;
    let done = work(file);
    flock(file, FlockOperation::Unlock)?;
    done
}

fn add(file: &File, line: &[u8]) -> io::Result<()> {
    locked(file, |mut file| {
        file.seek(SeekFrom::End(0))?;
        file.write_all(line)
    })
}

/// Read the entries. Gives how many lines were none.
fn read(file: &mut File, past: &mut Past) -> io::Result<usize> {
    let mut bytes = Vec::new();
    let length = file.metadata()?.len();
    if length > FILE_MAX {
        file.seek(SeekFrom::Start(length - FILE_MAX))?;
    }
    file.read_to_end(&mut bytes)?;
    let (mut lines, mut bad) = (0, 0);
    for line in bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
        match std::str::from_utf8(line).ok().filter(|l| !l.contains(|c: char| c.is_control() && c != '\t')) {
            Some(text) => lines += usize::from(past.push(&unwritten(text))),
            None => bad += 1,
        }
    }
    if lines > 2 * ENTRIES_MAX || length > FILE_MAX {
        // That the file is too long is no reason to complain.
        let _ = compact(file, past);
    } else if bytes.last().is_some_and(|b| *b != b'\n') {
        // A line cut short stays a line of its own.
        let _ = add(file, b"\n");
    }
    Ok(bad)
}

/// Write the newest entries only. What another session appended meanwhile is read first, so nothing of it is lost.
fn compact(file: &mut File, past: &mut Past) -> io::Result<()> {
    let entries: String = past.entries.iter().map(|entry| written(entry)).collect();
    let seen = file.stream_position()?;
    locked(file, |mut file| {
        let mut news = Vec::new();
        file.seek(SeekFrom::Start(seen))?;
        file.read_to_end(&mut news)?;
        file.rewind()?;
        file.write_all(entries.as_bytes())?;
        file.write_all(&news)?;
        file.set_len(file.stream_position()?)
    })
}

/// An entry as a line of the file.
fn written(entry: &str) -> String {
    entry.replace('\\', "\\\\").replace('\n', "\\n") + "\n"
}

fn unwritten(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some(other)) => out.push(other),
            _ => out.push(c),
        }
    }
    out
}
