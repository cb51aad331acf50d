//! What help says of errors without a number.

use super::topic::Topic;

const ERROR: &str = "error without a number";

const fn error(
    names: &'static [&'static str],
    summary: &'static str,
    notes: &'static [&'static str],
    example: &'static str,
) -> Topic {
    Topic { names, noun: ERROR, usage: names[0], summary, notes, example, related: &["try", "expect"] }
}

/// The errors that have no number.
pub static ERRORS: &[Topic] = &[
    error(
        &["timeout"],
        "the socket's own timeout ran out",
        &["It was set with settimeout or setdefaulttimeout, or given as timeout=. It is Python's TimeoutError, and \
           not ETIMEDOUT, with which TCP gives up a peer that does not answer. The socket is as it was: the call may \
           be made again."],
        "left, right = socketpair\nsettimeout left 0.05\nexpect timeout recv left 100",
    ),
    error(
        &["herror"],
        "the host is not known, to a call that looks it up the old way",
        &["It is Python's socket.herror, with the text of h_errno. getaddrinfo and getnameinfo fail with EAI_NONAME \
           and its kin instead, which are Python's socket.gaierror."],
        "expect herror gethostbyname_ex <broadcast>",
    ),
    error(
        &["Usage"],
        "the arguments do not fit the call",
        &["Nothing was asked of the kernel. Python says TypeError, ValueError or struct.error in its place."],
        "expect Usage htons 65536",
    ),
    error(&["Unbound"], "a name that stands for nothing", &[], "expect Unbound recv nobody 100"),
    error(
        &["Assert"],
        "an assert that does not hold",
        &[],
        "try\n  assert 1 == 2\nexcept Assert as e\n  print $e\nend",
    ),
    error(
        &["Decode"],
        "bytes that are not text of that encoding, or not JSON; or text that the encoding cannot write",
        &["Often a character that was cut in two: a stream gives bytes as they come."],
        "expect Decode decode \\xe9\\xbb",
    ),
    error(&["EOF"], "the end came first: of a stream (recv gives its last bytes), or of what the user types", &[], ""),
    error(&["Interrupted"], "Ctrl-C gave the call up", &["A script ends with exit status 130."], ""),
    error(
        &["Cancelled"],
        "the call or the task was cancelled",
        &[],
        "left, right = socketpair\ndata = recv left 100 &\ncancel 1",
    ),
    error(&["Empty"], "no entry in the queue, or the coroutine has ended", &[], "q = queue\nexpect Empty get_nowait q"),
    error(&["Full"], "no room in the queue", &[], "q = queue 1\nput q a\nexpect Full put_nowait q b"),
    error(
        &["Deadlock"],
        "every task waits for another, so that none can ever run again",
        &["It is told with its cycle: who holds what, and who waits for it. Taking several locks in one order \
           everywhere prevents it."],
        "m = lock\nacquire m\nexpect Deadlock acquire m",
    ),
];
