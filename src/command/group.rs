//! The groups that the calls stand in.

/// Where a command stands in the overview.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Group {
    /// Making and ending sockets.
    Sockets,
    /// Names and addresses.
    Names,
    /// Listening and connecting.
    Connection,
    /// Moving data.
    Transfer,
    /// Socket options.
    Options,
    /// Blocking, timeouts.
    Mode,
    /// Files.
    Files,
    /// What is ready, what is running.
    Readiness,
    /// Text, bytes, numbers.
    Data,
    /// Lists.
    Lists,
    /// Bytes in digits, digests.
    Octets,
    /// Cooperative tasks.
    Tasks,
    /// Processes of their own.
    Processes,
    /// Hosts and the wires between them.
    Hosts,
    /// Looking at the session.
    Views,
}

impl Group {
    /// All groups, with the title each has in the overview.
    pub const ALL: &[(Group, &str)] = &[
        (Group::Sockets, "Making and ending sockets"),
        (Group::Names, "Names and addresses"),
        (Group::Connection, "Listening and connecting"),
        (Group::Transfer, "Moving data"),
        (Group::Options, "Socket options"),
        (Group::Mode, "Blocking and timeouts"),
        (Group::Files, "Files, the user, the environment"),
        (Group::Readiness, "What is ready, what is running"),
        (Group::Data, "Text, bytes, numbers"),
        (Group::Lists, "Lists"),
        (Group::Octets, "Bytes as they are written"),
        (Group::Tasks, "Tasks"),
        (Group::Processes, "Processes"),
        (Group::Hosts, "Hosts and the wire"),
        (Group::Views, "Looking at the session"),
    ];
}
