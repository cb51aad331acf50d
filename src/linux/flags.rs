//! Named numbers of time stamps and of the error queue.

use super::set::{Constants, named};

/// Flags of `SO_TIMESTAMPING`.
pub static TIMESTAMPING: Constants = Constants {
    noun: "flag of SO_TIMESTAMPING",
    man: "socket(7)",
    documented: named![
        SOF_TIMESTAMPING_TX_HARDWARE, "a stamp when the network card sends, by the card";
        SOF_TIMESTAMPING_TX_SOFTWARE, "a stamp when a packet leaves the kernel";
        SOF_TIMESTAMPING_RX_HARDWARE, "a stamp when a packet comes to the network card, by the card";
        SOF_TIMESTAMPING_RX_SOFTWARE, "a stamp when a packet comes into the kernel";
        SOF_TIMESTAMPING_SOFTWARE, "give the stamps that the kernel made: none come without it";
        SOF_TIMESTAMPING_SYS_HARDWARE, "of old: the card's time made the system's; does nothing any more";
        SOF_TIMESTAMPING_RAW_HARDWARE, "give the stamps that the network card made";
        SOF_TIMESTAMPING_OPT_ID, "number the stamps of sends: ee_data";
        SOF_TIMESTAMPING_TX_SCHED, "a stamp when a packet goes to the scheduler";
        SOF_TIMESTAMPING_TX_ACK, "TCP: a stamp when all of it is acknowledged";
        SOF_TIMESTAMPING_OPT_CMSG, "IP_PKTINFO beside the stamps of sends, too";
        SOF_TIMESTAMPING_OPT_TSONLY, "the stamps of sends come without the data";
        SOF_TIMESTAMPING_OPT_STATS, "TCP's numbers beside the stamps of sends; with OPT_TSONLY alone";
        SOF_TIMESTAMPING_OPT_PKTINFO, "which interface it was, and how long the packet";
        SOF_TIMESTAMPING_OPT_TX_SWHW, "both stamps of a send: the kernel's and the card's";
        SOF_TIMESTAMPING_BIND_PHC, "the clock of the network card that stamps are by";
        SOF_TIMESTAMPING_OPT_ID_TCP, "TCP: number from the first byte after the option was set; with OPT_ID";
        SOF_TIMESTAMPING_OPT_RX_FILTER = 1 << 17, "stamps of what comes only where this socket asked for them";
        SOF_TIMESTAMPING_TX_COMPLETION = 1 << 18, "a stamp when the network card says that it has sent";
    ],
    also: &[],
    choice: 0,
};

/// What a connection of TCP has, as tcp_info tells.
pub static TCP_OPTIONS: Constants = Constants {
    noun: "flag of tcpi_options",
    man: "tcp(7)",
    documented: named![
        TCPI_OPT_TIMESTAMPS = 1, "tcpi_options: segments carry time stamps";
        TCPI_OPT_SACK = 2, "tcpi_options: what came out of order is acknowledged by itself";
        TCPI_OPT_WSCALE = 4, "tcpi_options: windows are scaled, by tcpi_snd_wscale and tcpi_rcv_wscale";
        TCPI_OPT_ECN = 8, "tcpi_options: routers may mark packets rather than drop them";
        TCPI_OPT_ECN_SEEN = 16, "tcpi_options: a packet came that may be marked";
        TCPI_OPT_SYN_DATA = 32, "tcpi_options: data in the SYN was acknowledged (Fast Open)";
        TCPI_OPT_USEC_TS = 64, "tcpi_options: the time stamps are microseconds";
        TCPI_OPT_TFO_CHILD = 128, "tcpi_options: accepted by Fast Open";
    ],
    also: &[],
    choice: 0,
};

/// Which sources of a multicast group a filter names.
pub static FILTER_MODES: Constants = Constants {
    noun: "mode of a multicast source filter",
    man: "ip(7)",
    documented: named![
        MCAST_EXCLUDE = 0, "all sources but those that the filter names";
        MCAST_INCLUDE = 1, "only the sources that the filter names";
    ],
    also: &[],
    choice: -1,
};

/// How a connection stands with what it takes for lost.
pub static CA_STATES: Constants = Constants {
    noun: "congestion state",
    man: "tcp(7)",
    documented: named![
        TCP_CA_Open = 0, "tcpi_ca_state: nothing is amiss";
        TCP_CA_Disorder = 1, "tcpi_ca_state: acknowledgements came twice or with SACK: something was lost or overtaken";
        TCP_CA_CWR = 2, "tcpi_ca_state: the window was made smaller, as a router or this machine said that it is full";
        TCP_CA_Recovery = 3, "tcpi_ca_state: what was lost is sent again, and the window was made smaller";
        TCP_CA_Loss = 4, "tcpi_ca_state: no acknowledgement came in time: all that is not acknowledged is taken for lost";
    ],
    also: &[],
    choice: -1,
};

/// Who put an entry into the error queue.
pub static ORIGINS: Constants = Constants {
    noun: "origin of an entry of the error queue",
    man: "ip(7)",
    documented: named![
        SO_EE_ORIGIN_NONE = 0, "ee_origin: nobody";
        SO_EE_ORIGIN_LOCAL = 1, "ee_origin: this machine";
        SO_EE_ORIGIN_ICMP = 2, "ee_origin: a packet of ICMP that came";
        SO_EE_ORIGIN_ICMP6 = 3, "ee_origin: a packet of ICMPv6 that came";
        SO_EE_ORIGIN_TIMESTAMPING = 4, "ee_origin: the time at which a packet left, was scheduled or was acknowledged";
        SO_EE_ORIGIN_ZEROCOPY = 5, "ee_origin: the kernel, done with the data of sends with MSG_ZEROCOPY";
        SO_EE_ORIGIN_TXTIME = 6, "ee_origin: the scheduler of packets with a time to leave at (SO_TXTIME)";
    ],
    also: &[],
    choice: -1,
};
