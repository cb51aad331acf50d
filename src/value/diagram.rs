//! A sequence diagram as data: who did what, to whom, in which order. It knows nothing of how it is drawn.

/// Who did what to whom.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Diagram {
    /// Those who take part, side by side.
    pub lanes: Vec<Lane>,
    /// What happened, downwards.
    pub steps: Vec<DiagramStep>,
}

/// One who takes part.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lane {
    /// The name at its top.
    pub name: String,
    /// How it stands in the end.
    pub stands: String,
    /// It was there before the first step.
    pub always: bool,
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DiagramStep {
    /// On which line.
    pub line: u32,
    /// What was done.
    pub what: String,
    /// Whose lane it happened in.
    pub lane: usize,
    /// Where something went to, and what.
    pub arrow: Option<(usize, String)>,
    /// It did not come there.
    pub lost: bool,
    /// The lanes that begin here.
    pub begins: Vec<usize>,
    /// The lane that ends here.
    pub ends: Option<usize>,
    /// The TCP states that lanes have from here on, with nothing else in this row.
    pub states: Vec<(usize, String)>,
}
