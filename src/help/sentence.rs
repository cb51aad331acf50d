//! The Chinese of what the program says: of a whole text, of one that was made with values in it, and of one that was put
//! together.
//!
//! The keys of the table are texts as they stand in the program, `{name} is bound to {at}` among them. One with
//! placeholders is a template: what was made by it is found again, and its values take their places in the Chinese. A value
//! that is a text of several words, as `try: listen srv` is, is looked up itself; one word is a name and stays, except where
//! the Chinese says `{verb~}`; what stays in any case is `{line=}`. A key that begins with a blank or a mark, as `, set` does,
//! is what other texts end with. It all happens when something is shown, and only in Chinese.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::tongue;

/// How deep texts stand in each other.
const DEPTH_MAX: usize = 8;

/// A template that has so many letters of its own may have any text for a value.
const TELLING: usize = 9;

/// How much a template says of a text that fits it. The first are tried first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    /// `try: {advice}`: what follows may be anything.
    Label,
    /// It has much of its own.
    Telling,
    /// Much might fit it: what it takes for a value is known, or one word.
    Short,
}

/// What may stand behind the name of a value's place in Chinese.
const MODES: [char; 2] = ['~', '='];

/// The marks between parts that may be put together, in English and in Chinese.
const MARKS: &[(&str, &str)] = &[("; ", "；"), (". ", "。"), (": ", "：")];

/// A text with places for values.
#[derive(Debug)]
struct Template {
    /// What stands between the values, from before the first one on.
    between: Vec<String>,
    /// How long that is.
    length: usize,
    /// The names of the values' places.
    names: Vec<&'static str>,
    /// It is what other texts end with: the first value is all that stands before it.
    is_tail: bool,
    chinese: &'static str,
}

/// The templates, those with the most of their own first.
static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let mut all: Vec<Template> = tongue::table().filter_map(|(english, chinese)| template(english, chinese)).collect();
    all.sort_by_key(|template| std::cmp::Reverse(template.length));
    all
});

/// A text in the language that is spoken.
pub fn told(text: &str) -> Cow<'_, str> {
    if tongue::speaks_chinese() { chinese(text) } else { text.into() }
}

/// The Chinese of a text, or the text where there is none.
pub fn chinese(text: &str) -> Cow<'_, str> {
    if text.contains('\n') {
        return text.split('\n').map(chinese).collect::<Vec<_>>().join("\n").into();
    }
    let inner = text.trim_start_matches([' ', '#']);
    let inner = inner.strip_prefix("sockpit: ").unwrap_or(inner);
    let (before, inner) = text.split_at(text.len() - inner.len());
    match found(inner, DEPTH_MAX) {
        Some(chinese) => format!("{before}{chinese}").into(),
        None => text.into(),
    }
}

fn found(text: &str, depth: usize) -> Option<String> {
    if let Some(chinese) = tongue::chinese(text) {
        return Some(chinese.into());
    }
    // What has no word of English is a value.
    let depth = depth.checked_sub(1).filter(|_| text.contains(|c: char| c.is_ascii_lowercase()))?;
    if let Some(chinese) = text.strip_suffix(':').and_then(|text| found(text, depth)) {
        return Some(format!("{chinese}："));
    }
    let fill = |rank: Rank| {
        TEMPLATES.iter().filter(|template| template.rank() == rank).find_map(|template| template.fill(text, depth))
    };
    fill(Rank::Label)
        .or_else(|| parts(text, depth, true))
        .or_else(|| fill(Rank::Telling))
        .or_else(|| fill(Rank::Short))
        .or_else(|| parts(text, depth, false))
}

/// The Chinese of what was put together: where each part has one, or where the first has.
fn parts(text: &str, depth: usize, whole: bool) -> Option<String> {
    MARKS.iter().find_map(|(mark, full)| {
        text.match_indices(mark).find_map(|(at, _)| {
            let (first, rest) = (&text[..at], &text[at + mark.len()..]);
            match (found(first, depth), found(rest, depth)) {
                (Some(first), Some(rest)) => Some(format!("{first}{full}{rest}")),
                (Some(first), None) if !whole => Some(format!("{first}{full}{rest}")),
                // What is told of a name.
                (None, Some(rest)) if *mark == ": " && !first.contains(' ') => Some(format!("{first}: {rest}")),
                _ => None,
            }
        })
    })
}

/// A placeholder at the start of a text: its name, and what follows.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let (inner, rest) = text.strip_prefix('{')?.split_once('}')?;
    let name = inner.split_once(':').map_or(inner, |(name, _)| name);
    let is_name = name.trim_end_matches(MODES).bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then_some((name, rest))
}

fn template(english: &'static str, chinese: &'static str) -> Option<Template> {
    let is_tail = english.starts_with([' ', ',', ';', ':']);
    let (mut between, mut names) = (vec![String::new()], Vec::new());
    if is_tail {
        between.push(String::new());
        names.push("");
    }
    let mut rest = english;
    while let Some(c) = rest.chars().next() {
        let literal = between.last_mut()?;
        if rest.starts_with("{{") || rest.starts_with("}}") {
            literal.push(c);
            rest = &rest[2..];
        } else if let Some((name, after)) = placeholder(rest) {
            names.push(name);
            between.push(String::new());
            rest = after;
        } else {
            literal.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    let length = between.iter().map(String::len).sum();
    (!names.is_empty()).then_some(Template { between, length, names, is_tail, chinese })
}

impl Template {
    fn rank(&self) -> Rank {
        match self.between.first() {
            Some(first) if first.ends_with(": ") && self.between.len() == 2 => Rank::Label,
            _ if self.length >= TELLING => Rank::Telling,
            _ => Rank::Short,
        }
    }

    /// The Chinese of a text that was made by it.
    fn fill(&self, text: &str, depth: usize) -> Option<String> {
        let values = self.values(text)?;
        let before = if self.is_tail { found(values[0], depth)? } else { String::new() };
        let before_all = usize::from(self.is_tail);
        let mut unnamed = (before_all..self.names.len()).filter(|at| self.names[*at].is_empty());
        let (mut out, mut rest) = (before, self.chinese);
        while let Some(c) = rest.chars().next() {
            let Some((name, after)) = placeholder(rest) else {
                out.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            };
            let bare = name.trim_end_matches(MODES);
            let at = match (bare, self.names.iter().position(|known| *known == bare && !bare.is_empty())) {
                (_, Some(at)) => at,
                ("", None) => unnamed.next()?,
                (number, None) => before_all + number.parse::<usize>().ok()?,
            };
            let value = *values.get(at)?;
            let quoted = out.ends_with('`') && after.starts_with('`');
            let stays = quoted || name.ends_with('=');
            let is_text = !stays && (value.trim().contains(' ') || bare != name);
            match found(value, depth).filter(|_| is_text) {
                Some(chinese) => out.push_str(&chinese),
                None if self.rank() == Rank::Short && value.trim().contains(' ') && !stays => return None,
                None => out.push_str(value),
            }
            rest = after;
        }
        Some(out)
    }

    /// The values of a text that was made by it.
    fn values<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (first, others) = self.between.split_first()?;
        let (last, inner) = others.split_last()?;
        let mut rest = text.strip_prefix(first.as_str())?.strip_suffix(last.as_str())?;
        let mut values = Vec::with_capacity(self.names.len());
        for literal in inner {
            // The last tail of a text is that of all before it.
            let at = match (values.is_empty() && self.is_tail, literal.as_str()) {
                // Of two in a row the second has all.
                (_, "") => 0,
                (true, literal) => rest.rfind(literal)?,
                (false, literal) => rest.find(literal)?,
            };
            values.push(&rest[..at]);
            rest = &rest[at + literal.len()..];
        }
        values.push(rest);
        let may_be_empty = |at: usize| self.rank() != Rank::Short || others[at].is_empty();
        values.iter().enumerate().all(|(at, value)| !value.is_empty() || may_be_empty(at)).then_some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(english: &'static str, chinese: &'static str, text: &str) -> Option<String> {
        template(english, chinese).and_then(|template| template.fill(text, DEPTH_MAX))
    }

    #[test]
    fn values_take_their_places() {
        let (english, chinese) = ("{name} is bound to {at}, but idle", "{at} 上绑着 {name}");
        let text = "srv is bound to 127.0.0.1:80, but idle";
        assert_eq!(filled(english, chinese, text).unwrap(), "127.0.0.1:80 上绑着 srv");
        assert_eq!(filled(english, chinese, "srv is bound"), None);
        assert_eq!(filled("{} of {:?}", "{1} 的 {0}", "2 of 3").unwrap(), "3 的 2");
        assert_eq!(filled("{{{}}} is a", "{} 是", "{x} is a").unwrap(), "x 是");
        assert!(template("nothing in it", "没有").is_none());
    }

    #[test]
    fn what_is_not_known_stays() {
        assert_eq!(chinese("a text that nobody ever wrote"), "a text that nobody ever wrote");
        assert_eq!(chinese("# 中文"), "# 中文");
    }
}
