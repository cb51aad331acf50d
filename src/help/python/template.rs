//! The templates that a call's Python form is written as: [`Command::python`](crate::command::Command::python).

/// A piece of a template.
pub(super) enum Piece {
    Literal(String),
    Param(String),
    /// A parameter as a list, also where it is one alone: `{R[]}`.
    Listed(String),
    /// What is left out when its parameters are, and what stands there then.
    Optional(Vec<Piece>, String),
}

/// One of the forms of a template: `{EP}.modify({S}) || ...`, and which parameter has which value where it is the one:
/// `OP=MOD: ...`.
pub(in crate::help) struct Form {
    pub(in crate::help) when: Option<(&'static str, &'static str)>,
    pub(in crate::help) template: &'static str,
}

/// The forms of a template, the first that fits being the one.
pub(in crate::help) fn forms(template: &'static str) -> impl Iterator<Item = Form> {
    template.split(" || ").map(|form| {
        let split = form.split_once(": ").and_then(|(when, rest)| Some((when.split_once('=')?, rest)));
        match split {
            Some((when, template)) if when.0.bytes().all(|b| b.is_ascii_uppercase()) => {
                Form { when: Some(when), template }
            }
            _ => Form { when: None, template: form },
        }
    })
}

pub(super) fn pieces(template: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '<']) {
        out.push(Piece::Literal(rest[..at].into()));
        let (open, close) = if rest[at..].starts_with('{') { ('{', '}') } else { ('<', '>') };
        let Some(end) = closing(&rest[at..], open, close) else { break };
        let inner = &rest[at + 1..at + end];
        out.push(if open == '{' {
            inner.strip_suffix("[]").map_or_else(|| Piece::Param(inner.into()), |name| Piece::Listed(name.into()))
        } else {
            match inner.rsplit_once('|').filter(|(_, otherwise)| !otherwise.contains(['{', '>'])) {
                Some((given, otherwise)) => Piece::Optional(pieces(given), otherwise.into()),
                None => Piece::Optional(pieces(inner), String::new()),
            }
        });
        rest = &rest[at + end + 1..];
    }
    out.push(Piece::Literal(rest.into()));
    out
}

/// Where the bracket that opens the text closes.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().find_map(|(at, c)| {
        depth += i32::from(c == open) - i32::from(c == close);
        (depth == 0).then_some(at)
    })
}

/// A list whose first entry was left out begins with its second.
pub(super) fn tidy(text: &str) -> String {
    text.replace("(, ", "(").replace("([, ", "([")
}

/// Everything that a form can come to, its parameters by name.
pub(in crate::help) fn variants(template: &str) -> Vec<String> {
    all(&pieces(template)).iter().map(|text| tidy(text)).collect()
}

fn all(pieces: &[Piece]) -> Vec<String> {
    pieces.iter().fold(vec![String::new()], |before, piece| {
        let ends = match piece {
            Piece::Literal(text) | Piece::Param(text) | Piece::Listed(text) => vec![text.clone()],
            Piece::Optional(inner, otherwise) => {
                let mut ends = all(inner);
                ends.push(otherwise.clone());
                ends
            }
        };
        before.iter().flat_map(|start| ends.iter().map(move |end| format!("{start}{end}"))).collect()
    })
}
