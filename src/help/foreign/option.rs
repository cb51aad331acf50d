//! An option's value in Python, in the form that the option asks for.

use super::pattern::{Match, Place};
use super::text::bare;
use super::tree::Tree;
use super::writer::{Told, Writer};
use crate::linux::options::{self, OptKind, OptRef};

impl Writer<'_> {
    /// An option's value in the form that the option asks for.
    pub(super) fn option_value(&mut self, found: &Match, places: &[&Place]) -> Told<Vec<String>> {
        let option =
            found.given.iter().find_map(|(_, place)| if let Place::Two(_, o) = place { o.last_name() } else { None });
        let kind = option.and_then(options::by_name).and_then(|found: OptRef| found.spec).map(|spec| spec.kind);
        let mut words = Vec::new();
        for place in places {
            let Place::One(tree) = place else { continue };
            match packed(tree) {
                Some(parts) if kind.is_some_and(|kind| fields(kind) == Some(parts.len())) => {
                    for part in parts {
                        words.push(self.operand(part)?);
                    }
                }
                Some(parts) if kind == Some(OptKind::Seconds) && seconds(&parts).is_some() => {
                    words.extend(seconds(&parts));
                }
                Some(parts) if kind == Some(OptKind::Membership) && parts.len() >= 2 => {
                    for part in &parts[..2] {
                        words.push(self.interface(part)?);
                    }
                }
                _ if kind == Some(OptKind::Text) => words.push(self.data(tree)?),
                _ if matches!(kind, Some(OptKind::Flags(_))) => words.push(self.constant(tree)?),
                _ => words.push(self.operand(tree)?),
            }
        }
        Ok(words)
    }

    /// An IPv4 address that was packed.
    fn interface(&mut self, tree: &Tree) -> Told<String> {
        match tree.function() {
            Some((name, [one])) if name.starts_with("inet_") => match &one.value {
                Tree::Text(text) => Ok(bare(text)),
                other => self.operand(other),
            },
            _ if tree.last_name() == Some("INADDR_ANY") => Ok("0.0.0.0".into()),
            _ => self.operand(tree),
        }
    }
}

/// How many words an option's structure is.
fn fields(kind: OptKind) -> Option<usize> {
    match kind {
        OptKind::Fields(layout) if !layout.form.is_empty() => Some(layout.names().count()),
        _ => None,
    }
}

/// What `struct.pack` packs, behind the format.
fn packed(tree: &Tree) -> Option<Vec<&Tree>> {
    match tree.function() {
        Some(("pack", [_, values @ ..])) => Some(values.iter().map(|g| &g.value).collect()),
        _ => None,
    }
}

/// The seconds of a `struct timeval`.
fn seconds(parts: &[&Tree]) -> Option<String> {
    let [Tree::Number(seconds), Tree::Number(micros)] = parts else { return None };
    let (seconds, micros): (f64, f64) = (seconds.parse().ok()?, micros.parse().ok()?);
    Some((seconds + micros / 1e6).to_string())
}
