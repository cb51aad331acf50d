//! The errors of getaddrinfo(3) as data, which are numbers of their own.

use super::errno::{Errno, e};

/// The getaddrinfo error of that number.
pub fn by_number(number: i32) -> Option<&'static Errno> {
    GAI.iter().find(|e| e.number == number)
}

/// The getaddrinfo error of that name.
pub fn by_name(name: &str) -> Option<&'static Errno> {
    GAI.iter().find(|e| e.name == name)
}

/// The errors of getaddrinfo(3) and getnameinfo(3) with glibc's numbers, from -1 down.
pub static GAI: &[Errno] = &[
    e(-1, "EAI_BADFLAGS", "Bad value for ai_flags", "flags holds something that getaddrinfo does not know"),
    e(
        -2,
        "EAI_NONAME",
        "Name or service not known",
        "no host or service has that name: is it spelt right? A host alone wants its port too",
    ),
    e(
        -3,
        "EAI_AGAIN",
        "Temporary failure in name resolution",
        "the name server did not answer: is there a network? Try again, or use the address in numbers",
    ),
    e(-4, "EAI_FAIL", "Non-recoverable failure in name resolution", "the name server answered with a lasting failure"),
    e(
        -5,
        "EAI_NODATA",
        "No address associated with hostname",
        "the name exists and has no address of the family asked for",
    ),
    e(
        -6,
        "EAI_FAMILY",
        "ai_family not supported",
        "getaddrinfo does not know that family: AF_INET, AF_INET6 or AF_UNSPEC",
    ),
    e(-7, "EAI_SOCKTYPE", "ai_socktype not supported", "that type does not go with that protocol or family"),
    e(
        -8,
        "EAI_SERVICE",
        "Servname not supported for ai_socktype",
        "no service of that name for that type of socket: give the port as a number",
    ),
    e(
        -9,
        "EAI_ADDRFAMILY",
        "Address family for hostname not supported",
        "the host has no address in that family: try AF_UNSPEC",
    ),
    e(-10, "EAI_MEMORY", "Memory allocation failure", "the look-up ran out of memory"),
    e(-11, "EAI_SYSTEM", "System error", "a system call of the look-up failed: its errno says why"),
    e(-12, "EAI_OVERFLOW", "Result too large for supplied buffer", "the name does not fit the buffer"),
    e(-100, "EAI_INPROGRESS", "Processing request in progress", ""),
    e(-101, "EAI_CANCELED", "Request canceled", ""),
    e(-102, "EAI_NOTCANCELED", "Request not canceled", ""),
    e(-103, "EAI_ALLDONE", "All requests done", ""),
    e(-104, "EAI_INTR", "Interrupted by a signal", "a signal came while the name was looked up: try again"),
    e(
        -105,
        "EAI_IDN_ENCODE",
        "Parameter string not correctly encoded",
        "the host name cannot be written in the form that name servers take",
    ),
];
