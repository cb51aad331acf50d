//! The flags of looking up names: those of getaddrinfo(3) and of getnameinfo(3).

use super::Constants;
use crate::linux::set::named;

/// Flags of getaddrinfo(3).
pub static AI_FLAGS: Constants = Constants {
    noun: "flag of getaddrinfo",
    man: "getaddrinfo(3)",
    documented: named![
        AI_PASSIVE, "the addresses are for bind: without a host, the wildcard rather than the loopback address";
        AI_CANONNAME, "tell the host's official name, in the first entry";
        AI_NUMERICHOST, "the host is an address in numbers: ask no name server";
        AI_V4MAPPED, "with AF_INET6: IPv4 addresses as ::ffff:1.2.3.4 when there is none of IPv6";
        AI_ALL, "with AI_V4MAPPED: those beside the IPv6 addresses";
        AI_ADDRCONFIG, "only families that this machine has an address of";
        AI_IDN = 0x40, "the host's name may have letters beyond ASCII";
        AI_CANONIDN = 0x80, "the official name may have letters beyond ASCII";
        AI_NUMERICSERV, "the port is a number: ask no table of services";
    ],
    also: named![
        AI_IDN_ALLOW_UNASSIGNED = 0x100, "with AI_IDN: allow characters that Unicode has not assigned; does nothing \
                                          any more";
        AI_IDN_USE_STD3_ASCII_RULES = 0x200, "with AI_IDN: only what host names may have; does nothing any more";
    ],
    choice: 0,
};

/// Flags of getnameinfo(3).
pub static NI_FLAGS: Constants = Constants {
    noun: "flag of getnameinfo",
    man: "getnameinfo(3)",
    documented: named![
        NI_NUMERICHOST, "the host as an address in numbers: ask no name server";
        NI_NUMERICSERV, "the port as a number: ask no table of services";
        NI_NOFQDN, "of hosts of this domain the first part of the name only";
        NI_NAMEREQD, "fail with EAI_NONAME when the host has no name, rather than give its address";
        NI_DGRAM, "the service's name over UDP, where it differs from TCP's";
        NI_IDN, "the name may come with letters beyond ASCII";
    ],
    also: named![
        NI_IDN_ALLOW_UNASSIGNED = 64, "with NI_IDN: allow characters that Unicode has not assigned; does nothing any \
                                       more";
        NI_IDN_USE_STD3_ASCII_RULES = 128, "with NI_IDN: only what host names may have; does nothing any more";
    ],
    choice: 0,
};
