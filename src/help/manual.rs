//! The manual page sockpit(1), in the man macros of roff.

use std::collections::BTreeSet;

use super::{program, python, topics, words};
use crate::command::{self, Command, Group};
use crate::linux::options;
use crate::value::Name;
use crate::value::page::PagePart;

const DESCRIPTION: &[&str] = &[
    "sockpit is a playground for the socket API. One line is one documented call (socket, bind, listen, accept, \
     send, recvfrom, setsockopt, ...), made against real kernel sockets; what it returned is shown, or why it failed \
     and what to try. The same lines make scripts, and scripts make transcripts that can be checked.",
    "At the prompt a call that waits can be given up with Ctrl-C, or be made in the background with & at its end. An \
     error never ends the session. Ctrl-D leaves.",
];

const EXAMPLES: &[(&str, &str)] = &[
    (
        "A server and a client at one prompt:",
        "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\nconn, addr = \
         accept srv\nsend conn \"Welcome!\"\nrecv cli 1024",
    ),
    ("The same from the shell, showing only what is printed:", "sockpit -q -c 'name = gethostname\nprint $name'"),
    (
        "A transcript, written and checked:",
        "sockpit record lesson.sock -o lesson.transcript\nsockpit verify lesson.transcript",
    ),
];

const SEE_ALSO: &[&str] =
    &["socket(2)", "socket(7)", "ip(7)", "ipv6(7)", "tcp(7)", "udp(7)", "unix(7)", "errno(3)", "ss(8)", "strace(1)"];

/// The whole page.
pub(crate) fn manual() -> String {
    let mut roff = Roff(String::new());
    roff.line(&format!(".TH SOCKPIT 1 \"\" \"sockpit {}\" \"User Commands\"", env!("CARGO_PKG_VERSION")));
    roff.section("NAME");
    roff.line("sockpit \\- try the socket API one call at a time, against real kernel sockets");
    roff.section("SYNOPSIS");
    roff.code(&program::FORMS.iter().map(|(form, _)| *form).collect::<Vec<_>>().join("\n"));
    roff.section("DESCRIPTION");
    roff.paragraph(DESCRIPTION[0]);
    roff.paragraph(DESCRIPTION[1]);
    roff.entries(program::FORMS);
    roff.section("OPTIONS");
    roff.entries(program::OPTIONS);
    roff.section("THE LANGUAGE");
    for topic in words::LANGUAGE {
        roff.subsection(&topic.names.join(", "));
        for part in super::pages::topic(topic).0.iter().filter(|part| !is_said(part)) {
            roff.part(part);
        }
    }
    roff.section("TOPICS");
    roff.paragraph("Words of networks, of Python and of C, each with a page: sockpit help WORD.");
    for (about, topics) in topics::ALL {
        roff.subsection(about);
        for topic in *topics {
            roff.entry(topic.names[0], topic.summary);
        }
    }
    roff.section("CALLS");
    for (group, title) in Group::ALL {
        roff.subsection(title);
        for command in command::all().filter(|c| c.group == *group) {
            roff.call(command);
        }
    }
    roff.section("SOCKET OPTIONS");
    roff.paragraph("For setsockopt and getsockopt, by level.");
    let mut level = None;
    for option in options::all() {
        if level.replace(option.level) != Some(option.level) {
            roff.subsection(options::level_name(option.level).unwrap_or("other levels"));
        }
        roff.entry(option.name, option.summary);
    }
    roff.section("ERRORS");
    roff.paragraph(
        "The errors that the calls name, as expect and except take them. Every other errno has its name, too.",
    );
    let known: BTreeSet<&str> = command::all().flat_map(|c| c.errors.iter().map(|t| t.name)).collect();
    for (name, error) in known.into_iter().filter_map(|name| Name::parse(name).map(|error| (name, error))) {
        let number = error.number().map_or(String::new(), |n| format!(" ({n})"));
        roff.entry(name, &format!("{}{number}", error.text()));
    }
    for (title, rows) in
        [("EXIT STATUS", program::STATUSES), ("FILES", program::FILES), ("ENVIRONMENT", program::ENVIRONMENT)]
    {
        roff.section(title);
        roff.entries(rows);
    }
    roff.section("EXAMPLES");
    for (about, lines) in EXAMPLES {
        roff.paragraph(about);
        roff.code(lines);
    }
    roff.section("SEE ALSO");
    roff.paragraph(&SEE_ALSO.join(", "));
    roff.0
}

/// What a page says that the manual's own order says already.
fn is_said(part: &PagePart) -> bool {
    matches!(part, PagePart::Entry(term, _) if term == super::pages::SEE || term == super::pages::IS_A)
}

/// Text in roff's own form.
struct Roff(String);

impl Roff {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// A line of text, which is no request whatever it begins with.
    fn text(&mut self, text: &str) {
        self.line(&format!("\\&{}", escaped(text)));
    }

    fn section(&mut self, title: &str) {
        self.line(&format!(".SH {title}"));
    }

    fn subsection(&mut self, title: &str) {
        self.line(".SS");
        self.text(title);
    }

    fn paragraph(&mut self, text: &str) {
        self.line(".PP");
        self.text(text);
    }

    fn entry(&mut self, term: &str, text: &str) {
        self.line(".TP");
        self.line(&format!("\\fB{}\\fR", escaped(term)));
        self.text(text);
    }

    fn entries(&mut self, rows: &[(&str, &str)]) {
        for (term, text) in rows {
            self.entry(term, text);
        }
    }

    fn code(&mut self, lines: &str) {
        self.line(".PP");
        self.line(".RS 4");
        self.line(".nf");
        for line in lines.lines() {
            self.text(line);
        }
        self.line(".fi");
        self.line(".RE");
    }

    fn part(&mut self, part: &PagePart) {
        match part {
            PagePart::Title(text) | PagePart::Head(text) => {
                self.line(".PP");
                self.line(&format!("\\fB{}\\fR", escaped(text)));
            }
            PagePart::Text(text) => self.paragraph(text),
            PagePart::Entry(term, text) => self.entry(term, text),
            PagePart::Code(lines) => self.code(lines),
        }
    }

    fn call(&mut self, command: &Command) {
        self.entry(&command.usage(), command.summary);
        let errors: Vec<_> = command.errors.iter().map(|t| t.name).collect();
        for (label, text) in [
            ("Returns: ", command.returns.to_string()),
            ("Short: ", command.aliases.join(", ")),
            ("Python: ", python::form(command)),
            ("Errors: ", errors.join(", ")),
            ("Manual: ", command.man.to_string()),
        ] {
            if !text.is_empty() {
                self.line(".br");
                self.text(&format!("{label}{text}"));
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq")
        .replace('`', "\\(ga")
        .replace('^', "\\(ha")
        .replace('~', "\\(ti")
}
