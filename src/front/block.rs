//! The lines of a block that is being typed.

use crate::lang;

/// How many blocks these lines leave open.
pub(super) fn depth(lines: &str) -> usize {
    usize::try_from(lines.lines().map(lang::depth_change).sum::<isize>()).unwrap_or(0)
}

pub(super) fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

/// Statements as they stand that deep in blocks.
pub(super) fn indented(statements: &[String], depth: usize) -> impl Iterator<Item = String> {
    let before = indent(depth);
    statements
        .iter()
        .map(move |statement| statement.lines().map(|line| format!("{before}{line}")).collect::<Vec<_>>().join("\n"))
}

/// A block that was begun with an offered line: how far the lines are indented that it was typed with.
pub(super) struct ForeignBlock {
    /// Whether a line of it was offered.
    pub(super) begun: bool,
    heads: Vec<usize>,
}

impl ForeignBlock {
    pub(super) fn of(begun: bool) -> Self {
        Self { begun, heads: if begun { vec![0] } else { Vec::new() } }
    }

    /// How many blocks end before a line that is indented so.
    pub(super) fn ends(&mut self, line: &str) -> usize {
        let own = line.len() - line.trim_start().len();
        let goes_on = matches!(first_word(line).trim_end_matches(':'), "else" | "elif" | "except" | "finally");
        let before = self.heads.len();
        while self.heads.last().is_some_and(|head| own < *head || (own == *head && !goes_on)) {
            self.heads.pop();
        }
        before - self.heads.len()
    }

    /// What is offered for the line may open a block.
    pub(super) fn open(&mut self, line: &str, offered: &[String]) {
        if offered.last().is_some_and(|last| depth(last) > 0) {
            self.begun = true;
            self.heads.push(line.len() - line.trim_start().len());
        }
    }
}

pub(super) fn first_word(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or("")
}

/// A block with one more line; what ends a block or parts it stands where the block began.
pub(super) fn joined(block: &str, line: &str) -> String {
    let outwards = matches!(first_word(line), "end" | "else" | "elif" | "except" | "finally");
    if outwards {
        format!("{block}\n{}{}", indent(depth(block).saturating_sub(1)), line.trim())
    } else if line.trim().is_empty() {
        format!("{block}\n")
    } else {
        format!("{block}\n{line}")
    }
}
