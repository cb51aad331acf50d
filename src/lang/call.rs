//! A line that is a call: `NAMES = expect ERRNO CALL WORDS &`, `every SECONDS CALL WORDS &`.

use super::ast::{Call, StatementKind};
use super::parse::Parser;
use super::{Error, KEYWORDS, Part, Span, Word, is_name};

impl Parser<'_> {
    /// `NAME[, NAME...] = CALL`, if the line is one.
    pub(super) fn assignment(&self, line: &[Word]) -> Result<Option<StatementKind>, Error> {
        let Some(at) = line.iter().position(|w| w.is("=")) else { return Ok(None) };
        if at == 0 {
            return Err(self.error(line[0].span, "a name is missing before the ="));
        }
        // Only `a = ...`, `a, b = ...`, `a,b = ...` and `a , b = ...` assign; elsewhere = is a word.
        let mut targets: Vec<Word> = Vec::new();
        let mut comma = true;
        for word in &line[..at] {
            let Some(text) = word.bare() else {
                return match word.single_name() {
                    Some(_) if at == 1 => Err(self.error(word.span, "a name is written without $ before the =")),
                    _ => Ok(None),
                };
            };
            let mut column = word.span.column;
            for (i, piece) in text.split(',').enumerate() {
                if i > 0 {
                    if comma {
                        return Err(self.error(word.span, "a name is missing at this comma"));
                    }
                    comma = true;
                }
                let length = piece.chars().count() as u32;
                if !piece.is_empty() {
                    if !comma {
                        return Ok(None);
                    }
                    comma = false;
                    let span = Span { column, length, ..word.span };
                    targets.push(Word::plain(piece, span));
                }
                column += length + 1;
            }
        }
        if comma {
            return Err(self.error(line[at].span, "a name is missing after the comma"));
        }
        if targets.len() == 1 && (targets[0].is("let") || targets[0].is("print")) {
            return Ok(None);
        }
        for i in 0..targets.len() {
            self.name(&targets, i, "a name")?;
        }
        let Some(call) = line.get(at + 1) else {
            return Err(self.error(line[at].span, "a call is missing after the =").note("a value: let x = 5"));
        };
        let call_name = call.bare().unwrap_or("");
        if call_name == "every" {
            return Err(self.error(call.span, "what is repeated has no one result to name"));
        }
        if !is_name(call_name) || KEYWORDS.contains(&call_name) {
            return Err(self
                .error(call.span, "what follows the = is no call, and a value is given with let")
                .note(format!("as in: let {} = ...", targets[0].literal().unwrap_or("x"))));
        }
        self.call(targets, line[at + 1..].to_vec()).map(Some)
    }

    /// A call, with what stands before and behind it.
    pub(super) fn call(&self, targets: Vec<Word>, mut line: Vec<Word>) -> Result<StatementKind, Error> {
        let mut expect = None;
        if line[0].is("expect") {
            let start = line[0].span;
            line.remove(0);
            if line.is_empty() {
                return Err(self.error(start, "`expect` needs the error's name and a call: expect EAGAIN recv s 10"));
            }
            expect = Some(line.remove(0));
            if line.is_empty() {
                return Err(self.error(start, "the call that must fail is missing"));
            }
            if line.iter().any(|w| w.is("=")) && self.assignment(&line)?.is_some() {
                return Err(self.error(line[0].span, "a call that must fail has no result to name"));
            }
        }
        let every = self.every(&mut line, expect.as_ref())?;
        let background = line.len() > 1 && line[line.len() - 1].is("&");
        if background {
            let amp = line.pop();
            if expect.is_some() {
                let span = amp.map_or(line[0].span, |w| w.span);
                return Err(self.error(span, "a background call fails later; write: expect ERRNO wait JOB"));
            }
        }
        let name = line.remove(0);
        match name.bare() {
            Some(word) if is_name(word) && !KEYWORDS.contains(&word) => {}
            Some(word) => {
                if every.is_some() {
                    return Err(self
                        .error(name.span, format!("`{word}` is no call"))
                        .note("every repeats a call; give other lines a name with def, and repeat that"));
                }
                let glued = word.split_once('=').is_some_and(|(left, _)| left.split(',').all(is_name));
                return Err(if glued {
                    self.error(name.span, "= is a word of its own, with a space on either side")
                } else {
                    self.error(name.span, format!("`{word}` is no call")).note("`help` lists the calls")
                });
            }
            None => return Err(self.error(name.span, "a line begins with the name of a call")),
        }
        self.parted_by_blanks(&line, true)?;
        Ok(StatementKind::Call(Call { targets, expect, every, name, args: line, background }))
    }

    /// Take `every SECONDS` off a line that begins with it.
    fn every(&self, line: &mut Vec<Word>, expect: Option<&Word>) -> Result<Option<Word>, Error> {
        const FORM: &str = "every SECONDS CALL: every 1 getsockopt s SO_ERROR";
        if !line[0].is("every") {
            return Ok(None);
        }
        let start = line.remove(0).span;
        if expect.is_some() {
            return Err(self.error(start, "a call that must fail is made once: it cannot be repeated"));
        }
        let Some(seconds) = line.first().cloned() else {
            return Err(self.error(start, "the seconds and the call to repeat are missing").note(FORM));
        };
        let number = seconds.bare().is_none_or(|text| text.parse().is_ok_and(|s: f64| s.is_finite() && s > 0.0));
        if !number || seconds.literal().is_some_and(|_| seconds.quoted) {
            return Err(self.error(seconds.span, "seconds, more than 0, are needed here").note(FORM));
        }
        line.remove(0);
        match &line[..] {
            [] => Err(self.error(seconds.span, "the call to repeat is missing").note(FORM)),
            [first, ..] if first.is("every") || first.is("expect") => {
                Err(self.error(first.span, "every repeats a call alone").note(FORM))
            }
            _ if line.iter().any(|w| w.is("=")) && self.assignment(line)?.is_some() => {
                Err(self.error(line[0].span, "what is repeated has no one result to name"))
            }
            _ => Ok(Some(seconds)),
        }
    }

    /// A comma parts no words: behind quotes it is not meant to be part of one, nor, in a call, before another word.
    pub(super) fn parted_by_blanks(&self, words: &[Word], call: bool) -> Result<(), Error> {
        // Brackets have more to be said of.
        if words.iter().any(|word| word.brackets) {
            return Ok(());
        }
        for (i, word) in words.iter().enumerate() {
            let Some(Part::Literal(text)) = word.parts.last() else { continue };
            let Some(before) = text.strip_suffix(b",") else { continue };
            // `.,` is text, and `a,` hardly.
            let plain = before.first().is_some_and(u8::is_ascii_alphanumeric)
                && before.iter().all(|b| b.is_ascii_alphanumeric() || b"_-.:".contains(b));
            let meant = word.quoted || word.key().is_some() || call && plain && i + 1 < words.len();
            if meant && self.source.at(word.span).ends_with(',') && word.span.length > 1 {
                let span = Span { column: word.span.column + word.span.length - 1, length: 1, ..word.span };
                let error = self.error(span, "words are parted by blanks, without commas");
                return Err(error.note("as text, a comma stands inside the quotes"));
            }
        }
        Ok(())
    }
}
