//! What is different on purpose: each has its heading in `docs/differences.md`, with its reason.

use serde_json::Value;

use super::outcome::Outcome;
use super::program::Call;

/// A difference that is known.
pub struct Known {
    /// Its heading in the document.
    pub heading: &'static str,
    /// All is the same after it.
    pub goes_on: bool,
    /// Whether it is this one: the call, and what it came to in sockpit and in Python.
    is: fn(&Call, &Outcome, &Outcome) -> bool,
}

/// What the worker sees for itself: it makes the call that Python's poll kept from being made.
pub const TRIED_FIRST: &str = "With a timeout the call is tried first";

/// All others.
pub const KNOWN: &[Known] = &[
    Known { heading: "A datagram whose receiver was shut down", goes_on: false, is: shut_receiver },
    Known { heading: "What is closed says EBADF", goes_on: true, is: closed },
    Known { heading: "An address is of a family", goes_on: true, is: other_family },
    Known { heading: "A wrong number is told of first", goes_on: true, is: port_first },
    Known { heading: "inet_ntop of another family", goes_on: true, is: no_family },
    Known { heading: "readline of what has not come", goes_on: true, is: readline_of_nothing },
    Known { heading: "MSG_TRUNC gives zeros", goes_on: true, is: cut },
];

/// Which of them it is, if it is one.
pub fn known(call: &Call, here: &Outcome, there: &Outcome) -> Option<&'static Known> {
    KNOWN.iter().find(|known| (known.is)(call, here, there))
}

fn failed(outcome: &Outcome, with: &[&str]) -> bool {
    matches!(outcome, Outcome::Failed(name) if with.contains(&name.as_str()))
}

fn shut_receiver(call: &Call, here: &Outcome, there: &Outcome) -> bool {
    let puts = call.is(&["send", "sendall", "sendto", "sendmsg", "write", "flush"]);
    puts && failed(here, &["EPIPE"]) && failed(there, &["EAGAIN"])
}

fn closed(call: &Call, here: &Outcome, there: &Outcome) -> bool {
    call.is(&["close", "recv", "gettimeout", "getblocking"])
        && failed(here, &["EBADF"])
        && matches!(there, Outcome::Gave(_))
}

fn other_family(call: &Call, here: &Outcome, there: &Outcome) -> bool {
    let both = matches!((here, there), (Outcome::Failed(_), Outcome::Failed(_)));
    call.sockpit.contains("$a") && (failed(here, &["Usage"]) || both && failed(there, &["Usage"]))
}

fn port_first(call: &Call, here: &Outcome, there: &Outcome) -> bool {
    let other =
        failed(there, &["EAI_ADDRFAMILY"]) || call.is(&["create_server"]) && matches!(there, Outcome::Failed(_));
    failed(here, &["Usage"]) && (other || call.is(&["getnameinfo"]))
}

fn no_family(call: &Call, here: &Outcome, there: &Outcome) -> bool {
    call.is(&["inet_ntop"]) && failed(here, &["EAFNOSUPPORT"]) && failed(there, &["Usage"])
}

fn readline_of_nothing(call: &Call, here: &Outcome, there: &Outcome) -> bool {
    let nothing = matches!(here, Outcome::Gave(_)) || failed(here, &["EAGAIN"]);
    call.is(&["readline"]) && nothing && failed(there, &["Usage"])
}

fn cut(call: &Call, here: &Outcome, there: &Outcome) -> bool {
    let (Outcome::Gave(here), Outcome::Gave(there)) = (here, there) else { return false };
    let no_room = call.sockpit.contains(" 0 ") && call.sockpit.contains("MSG_OOB");
    (no_room || call.sockpit.contains("MSG_TRUNC"))
        && length(&here[0]).is_some()
        && length(&here[0]) == length(&there[0])
}

/// How many bytes a value has.
pub fn length(value: &Value) -> Option<usize> {
    let text = value["bytes"].as_str()?;
    let coded = value["encoding"] == "base64";
    Some(if coded { text.trim_end_matches('=').len() * 3 / 4 } else { text.len() })
}
