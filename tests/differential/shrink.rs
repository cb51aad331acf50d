//! What is left of a program that shows a difference when all that it does not need is gone.

use super::program::Program;

/// The smallest program found that still shows it: whole halves are left out first, then single steps.
pub fn shrink(program: Program, shows: &mut dyn FnMut(&Program) -> bool) -> Program {
    let mut best = program;
    let mut size = best.len() / 2;
    while size > 0 {
        let mut at = best.len();
        while at > 0 {
            at = at.saturating_sub(size);
            let mut less = best.clone();
            less.drain(at..best.len().min(at + size));
            if !less.is_empty() && shows(&less) {
                best = less;
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2).min(size - 1) };
    }
    best
}
