//! Two lists of lines side by side with as few lines as can be in one of them alone.
//!
//! What is wanted may say `any lines` in its place, which costs nothing whatever stands there. The shortest way through the
//! grid of both is looked for, the cheapest places first (Myers' idea: lists that are alike take no more than their length).

use std::collections::{HashMap, VecDeque};

/// So many places of the grid are looked at; lists that are still apart then have nothing in common worth showing.
const PLACES_MAX: usize = 500_000;

/// A line, or none, of each side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Edit {
    /// The wanted line of that number, and the other's.
    Same(usize, usize),
    /// A line that stands for any lines.
    Any(usize),
    /// A line of the other side that such a line stands for.
    Hidden(usize),
    /// A wanted line alone.
    Gone(usize),
    /// A line of the other side alone.
    New(usize),
}

impl Edit {
    /// How many lines of each side it is.
    fn step(self) -> (usize, usize) {
        match self {
            Self::Same(..) => (1, 1),
            Self::Any(_) | Self::Gone(_) => (1, 0),
            Self::Hidden(_) | Self::New(_) => (0, 1),
        }
    }

    /// The same of lists that have so many lines more before.
    pub(super) fn moved(self, by: usize) -> Self {
        match self {
            Self::Same(wanted, other) => Self::Same(wanted + by, other + by),
            Self::Any(wanted) => Self::Any(wanted + by),
            Self::Hidden(other) => Self::Hidden(other + by),
            Self::Gone(wanted) => Self::Gone(wanted + by),
            Self::New(other) => Self::New(other + by),
        }
    }

    /// Whether it is a line of one side alone.
    pub(super) fn is_change(self) -> bool {
        matches!(self, Self::Gone(_) | Self::New(_))
    }
}

/// Lay so many wanted lines beside so many others.
pub(super) fn align(
    wanted: usize,
    others: usize,
    is_any: impl Fn(usize) -> bool,
    fits: impl Fn(usize, usize) -> bool,
) -> Vec<Edit> {
    let mut came: HashMap<(usize, usize), Edit> = HashMap::new();
    let mut places = VecDeque::from([((0, 0), None)]);
    while let Some((place, by)) = places.pop_front() {
        if place != (0, 0) || by.is_some() {
            let Some(by) = by else { continue };
            if came.contains_key(&place) || place == (0, 0) {
                continue;
            }
            came.insert(place, by);
        }
        if place == (wanted, others) {
            return way(&came, place);
        }
        if came.len() > PLACES_MAX {
            break;
        }
        let (w, o) = place;
        let mut steps = Vec::with_capacity(3);
        if w < wanted && is_any(w) {
            steps.push(Edit::Any(w));
            if o < others {
                steps.push(Edit::Hidden(o));
            }
        } else if w < wanted && o < others && fits(w, o) {
            steps.push(Edit::Same(w, o));
        }
        // A wanted line is given up before another is put in.
        if w < wanted && !is_any(w) {
            steps.push(Edit::Gone(w));
        }
        if o < others {
            steps.push(Edit::New(o));
        }
        for edit in steps {
            let (dw, dother) = edit.step();
            let next = ((w + dw, o + dother), Some(edit));
            if edit.is_change() { places.push_back(next) } else { places.push_front(next) }
        }
    }
    (0..wanted).map(Edit::Gone).chain((0..others).map(Edit::New)).collect()
}

/// The way to a place, from the beginning.
fn way(came: &HashMap<(usize, usize), Edit>, mut place: (usize, usize)) -> Vec<Edit> {
    let mut edits = Vec::new();
    while let Some(edit) = came.get(&place) {
        edits.push(*edit);
        let (w, o) = edit.step();
        place = (place.0 - w, place.1 - o);
    }
    edits.reverse();
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines by their letters; `*` stands for any lines.
    fn aligned(wanted: &str, others: &str) -> (usize, Vec<Edit>) {
        let (w, o) = (wanted.as_bytes(), others.as_bytes());
        let edits = align(w.len(), o.len(), |i| w[i] == b'*', |i, j| w[i] == o[j]);
        (edits.iter().filter(|e| e.is_change()).count(), edits)
    }

    /// The least cost by the book: every place of the grid.
    fn least(wanted: &[u8], others: &[u8]) -> usize {
        match (wanted, others) {
            ([], rest) => rest.len(),
            ([b'*', after @ ..], []) => least(after, others),
            (rest, []) => rest.iter().filter(|c| **c != b'*').count(),
            ([b'*', after @ ..], [_, later @ ..]) => least(after, others).min(least(wanted, later)),
            ([w, after @ ..], [o, later @ ..]) => {
                let same = if w == o { least(after, later) } else { usize::MAX };
                same.min(1 + least(after, others)).min(1 + least(wanted, later))
            }
        }
    }

    #[test]
    fn no_line_too_many_differs() {
        for (wanted, others, cost) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abcabcabc", "abcabbc", 2),
            ("aaaa", "aaa", 1),
            ("ab", "ba", 2),
            ("abc", "xyz", 6),
            ("*", "abc", 0),
            ("*", "", 0),
            ("a*c", "abbbc", 0),
            ("a*c", "abbb", 1),
            ("x*b", "abab", 1),
            ("a*b*c", "axxbyycz", 1),
        ] {
            assert_eq!(aligned(wanted, others).0, cost, "{wanted} {others}");
        }
    }

    #[test]
    fn every_line_has_its_place_and_the_cost_is_the_least() {
        let mut seed = 7_u64;
        let mut line = |letters: &[u8]| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            letters[(seed >> 33) as usize % letters.len()]
        };
        for round in 0..300 {
            let wanted: Vec<u8> = (0..round % 8).map(|_| line(b"aabbc*")).collect();
            let others: Vec<u8> = (0..round % 7).map(|_| line(b"aabbc")).collect();
            let (wanted, others) = (String::from_utf8(wanted).unwrap(), String::from_utf8(others).unwrap());
            let (cost, edits) = aligned(&wanted, &others);
            assert_eq!(cost, least(wanted.as_bytes(), others.as_bytes()), "{wanted} {others}");
            let steps = edits.iter().map(|e| e.step());
            let sum = steps.fold((0, 0), |(a, b), (w, o)| (a + w, b + o));
            assert_eq!(sum, (wanted.len(), others.len()));
        }
    }

    #[test]
    fn long_lists_that_are_alike_take_no_time() {
        let wanted: Vec<usize> = (0..100_000).map(|i| i % 7).collect();
        let mut others = wanted.clone();
        others.remove(50_000);
        let edits = align(wanted.len(), others.len(), |_| false, |i, j| wanted[i] == others[j]);
        assert_eq!(edits.iter().filter(|e| e.is_change()).count(), 1);
    }
}
