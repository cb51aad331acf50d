//! Which names of a def are its own: those it gives values to, unless it declares them global.

use std::collections::HashSet;

use crate::lang::{Block, Kind, Word};

/// The blocks inside a statement.
fn blocks(kind: &Kind) -> Vec<&Block> {
    match kind {
        Kind::If(arms, otherwise) => arms.iter().map(|(_, b)| b).chain(otherwise).collect(),
        Kind::While(_, b) | Kind::Loop(b) | Kind::For(_, _, b) | Kind::Repeat(_, b) => vec![b],
        Kind::Try(b, handlers, finally) => {
            std::iter::once(b).chain(handlers.iter().map(|h| &h.body)).chain(finally).collect()
        }
        _ => Vec::new(),
    }
}

/// The names that a def declares global.
pub(super) fn declared(block: &Block, out: &mut HashSet<String>) {
    for statement in block {
        if let Kind::Global(names) = &statement.kind {
            out.extend(names.iter().filter_map(Word::literal).map(str::to_string));
        }
        for inner in blocks(&statement.kind) {
            declared(inner, out);
        }
    }
}

/// The names that a block gives values to.
pub(super) fn assigned(block: &Block, out: &mut impl FnMut(&str)) {
    for statement in block {
        let mut add = |word: &Word| out(word.literal().unwrap_or(""));
        match &statement.kind {
            Kind::Call(call) => call.targets.iter().for_each(&mut add),
            Kind::Let(name, _) | Kind::For(name, ..) => add(name),
            Kind::Try(_, handlers, _) => handlers.iter().filter_map(|h| h.bind.as_ref()).for_each(&mut add),
            _ => {}
        }
        for inner in blocks(&statement.kind) {
            assigned(inner, out);
        }
    }
}
