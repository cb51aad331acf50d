//! Which names of a def are its own: those it gives values to, unless it declares them global.

use std::collections::HashSet;

use crate::lang::{Block, StatementKind, Word};

/// The blocks inside a statement.
fn blocks(kind: &StatementKind) -> Vec<&Block> {
    match kind {
        StatementKind::If(arms, otherwise) => arms.iter().map(|(_, b)| b).chain(otherwise).collect(),
        StatementKind::While(_, b)
        | StatementKind::Loop(b)
        | StatementKind::For(_, _, b)
        | StatementKind::Repeat(_, b) => vec![b],
        StatementKind::Try(b, handlers, finally) => {
            std::iter::once(b).chain(handlers.iter().map(|h| &h.body)).chain(finally).collect()
        }
        _ => Vec::new(),
    }
}

/// The names that a def declares global.
pub(super) fn declared(block: &Block, out: &mut HashSet<String>) {
    for statement in block {
        if let StatementKind::Global(names) = &statement.kind {
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
            StatementKind::Call(call) => call.targets.iter().for_each(&mut add),
            StatementKind::Let(name, _) | StatementKind::For(name, ..) => add(name),
            StatementKind::Try(_, handlers, _) => handlers.iter().filter_map(|h| h.bind.as_ref()).for_each(&mut add),
            _ => {}
        }
        for inner in blocks(&statement.kind) {
            assigned(inner, out);
        }
    }
}
