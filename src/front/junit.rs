//! What came of transcripts as JUnit XML, which build servers read.

use std::path::Path;
use std::time::Duration;

use super::verify::{Outcome, Verdict};

/// One testsuite, with a testcase for each transcript.
pub(super) fn report(verdicts: &[Verdict], lasted: Duration) -> String {
    let count = |outcome: Outcome| verdicts.iter().filter(|v| v.outcome == outcome).count();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuite name=\"sockpit verify\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\">\n",
        verdicts.len(),
        count(Outcome::Differs),
        count(Outcome::Unreadable),
        count(Outcome::Skipped),
        lasted.as_secs_f64()
    );
    for verdict in verdicts {
        out.push_str(&case(verdict));
    }
    out.push_str("</testsuite>\n");
    out
}

fn case(verdict: &Verdict) -> String {
    let path: &Path = &verdict.path;
    let folder = path.parent().map_or(String::new(), |folder| folder.display().to_string());
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let head = format!(
        "  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
        escaped(if folder.is_empty() { "." } else { &folder }),
        escaped(&name),
        verdict.lasted.as_secs_f64()
    );
    let (message, detail) = verdict.report.split_once('\n').unwrap_or((&verdict.report, ""));
    let message = if *message == *path.to_string_lossy() { "it shows something else now" } else { message };
    let (message, detail) = (escaped(message), escaped(detail));
    let inside = match verdict.outcome {
        Outcome::Passed if detail.is_empty() => return format!("{head}/>\n"),
        Outcome::Passed => format!("<system-out>{message}\n{detail}</system-out>"),
        Outcome::Differs => format!("<failure message=\"{message}\">{detail}</failure>"),
        Outcome::Unreadable => format!("<error message=\"{message}\">{detail}</error>"),
        Outcome::Skipped => format!("<skipped message=\"{message}\"/>"),
    };
    format!("{head}>\n    {inside}\n  </testcase>\n")
}

/// Text for an element or an attribute. XML 1.0 has no place for most control characters: they are shown as escapes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push(c),
            '\t' | '\r' => out.push_str(&format!("&#{};", u32::from(c))),
            '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_is_one_that_xml_has_not() {
        let all: String = ('\0'..=char::MAX).collect();
        let written = escaped(&all);
        let is_char =
            |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(written.chars().all(is_char));
        assert!(!written.contains(['<', '>', '"']));
        assert_eq!(escaped("a<b & \"c\"\x1b[0m\t"), "a&lt;b &amp; &quot;c&quot;\\u{1b}[0m&#9;");
    }
}
