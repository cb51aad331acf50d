//! Sequence diagrams as lines: a lane for each who takes part, time downwards, arrows for what passes between them.

use unicode_width::UnicodeWidthStr;

use crate::value::diagram::{Diagram, DiagramStep, Lane};
use crate::value::fold::fit;

/// A lane is no narrower than that.
const LANE_MIN: usize = 8;
/// More are not drawn, however wide it may be: each row is as wide as all of them.
const LANES_MAX: usize = 100;
/// What was done is cut to no less than that.
const WHAT_MIN: usize = 12;

/// The diagram's lines, none wider than `width` where one is given; or that there is not enough room for it.
pub(super) fn lines(diagram: &Diagram, width: Option<usize>) -> Vec<String> {
    if diagram.steps.is_empty() {
        return vec!["nothing is known to have happened to a socket".into()];
    }
    let lanes = diagram.lanes.len();
    if lanes > LANES_MAX {
        return vec![format!("{lanes} lanes are more than the {LANES_MAX} that are drawn: diagram S... draws some")];
    }
    match Layout::of(diagram, width) {
        Some(layout) => layout.lines(diagram),
        None => {
            let columns = WHAT_MIN + lanes * LANE_MIN;
            vec![format!("{lanes} lanes need {columns} columns: diagram S... draws some")]
        }
    }
}

/// How wide its parts are.
struct Layout {
    number: usize,
    what: usize,
    lane: usize,
}

impl Layout {
    /// As wide as it likes; what is too wide gives way: first the lanes, then the words at the left.
    fn of(diagram: &Diagram, width: Option<usize>) -> Option<Self> {
        let number = diagram.steps.iter().map(|s| s.line.to_string().len()).max().unwrap_or(0);
        let words = diagram.steps.iter().map(|s| s.what.width()).max().unwrap_or(0);
        let mut what = (number + 2 + words + 2).max(WHAT_MIN);
        let states =
            diagram.steps.iter().flat_map(|s| &s.states).map(|(_, state)| state.width() + 2).max().unwrap_or(0);
        let names = diagram.lanes.iter().map(|l| l.name.width().max(l.stands.width()) + 2).max().unwrap_or(0);
        // An arrow between neighbours: its words, a dash on each side and a head.
        let arrow = |s: &DiagramStep| Some(s.arrow.as_ref()?.1.width() + if s.lost { 7 } else { 5 });
        let words = diagram.steps.iter().filter_map(arrow).max();
        let mut lane = names.max(states).max(words.unwrap_or(0)).max(LANE_MIN);
        if let Some(width) = width {
            let lanes = diagram.lanes.len();
            lane = lane.min((width.saturating_sub(what) / lanes).max(LANE_MIN));
            what = what.min(width.saturating_sub(lane * lanes));
        }
        (what >= WHAT_MIN).then_some(Self { number, what, lane })
    }

    fn lines(&self, diagram: &Diagram) -> Vec<String> {
        let mut alive: Vec<bool> = diagram.lanes.iter().map(|l| l.always).collect();
        let mut out = vec![self.heads(diagram, |lane| &lane.name)];
        for step in &diagram.steps {
            out.push(self.step(step, &mut alive));
        }
        out.push(self.heads(diagram, |lane| &lane.stands));
        out
    }

    /// A text over each lane.
    fn heads(&self, diagram: &Diagram, text: impl Fn(&Lane) -> &str) -> String {
        let head = |lane: &Lane| {
            let text = fit(text(lane), self.lane - 1);
            let before = (self.lane - text.width()) / 2;
            format!("{}{text}{}", " ".repeat(before), " ".repeat(self.lane - before - text.width()))
        };
        let heads: String = diagram.lanes.iter().map(head).collect();
        format!("{}{heads}", " ".repeat(self.what)).trim_end().to_string()
    }

    fn step(&self, step: &DiagramStep, alive: &mut [bool]) -> String {
        let centre = |lane: usize| lane * self.lane + self.lane / 2;
        let mut row = vec![' '; alive.len() * self.lane];
        for lane in &step.begins {
            alive[*lane] = true;
        }
        for (lane, _) in alive.iter().enumerate().filter(|(_, alive)| **alive) {
            row[centre(lane)] = '|';
        }
        if let Some((to, text)) = &step.arrow {
            arrow(&mut row, centre(step.lane), centre(*to), text, step.lost);
        }
        if step.states.is_empty() {
            row[centre(step.lane)] = 'o';
        }
        for (lane, state) in &step.states {
            let state = fit(state, self.lane - 1);
            let start = centre(*lane) - state.chars().count() / 2;
            row.splice(start..start + state.chars().count(), state.chars());
        }
        for lane in &step.begins {
            row[centre(*lane)] = '*';
        }
        if let Some(lane) = step.ends {
            alive[lane] = false;
            row[centre(lane)] = 'x';
        }
        let number = if step.line > 0 { step.line.to_string() } else { String::new() };
        let what = fit(&step.what, self.what.saturating_sub(self.number + 3));
        let pad = " ".repeat(self.what.saturating_sub(self.number + 2 + what.width()));
        let lanes: String = row.into_iter().collect();
        format!("{number:>w$}  {what}{pad}{lanes}", w = self.number).trim_end().to_string()
    }
}

/// An arrow with words on it, as far as there is room for them; one that is lost ends before it comes there. Words are
/// ASCII: they are counts and flags.
fn arrow(row: &mut [char], from: usize, to: usize, text: &str, lost: bool) {
    let gap = usize::from(lost);
    let (left, right) = if from < to { (from + 1, to - gap) } else { (to + 1 + gap, from) };
    row[left..right].fill('-');
    if from < to {
        row[right - 1] = if lost { 'x' } else { '>' };
    } else {
        row[left] = if lost { 'x' } else { '<' };
    }
    let text = fit(text, (right - left).saturating_sub(3));
    let start = left + (right - left - text.chars().count()) / 2;
    for (place, c) in row[start..].iter_mut().zip(text.chars()) {
        *place = c;
    }
}
