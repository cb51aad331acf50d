//! The socket options as data: name, level, number, the form of the value, what it is for. Everything that
//! socket(7), ip(7), ipv6(7), tcp(7), udp(7), unix(7) and raw(7) document, and what the kernel has added since.
//!
//! The numbers are libc's own; the few it lacks stand here, and a test compares them with the kernel's headers.

/// The form of an option's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptKind {
    /// A C `int` that is 0 or 1.
    Flag,
    /// A C `int`.
    Number,
    /// A number of 64 bits.
    Wide,
    /// The number of a network interface in a C `int`; its name is understood.
    Interface,
    /// Seconds in a `struct timeval`.
    Seconds,
    /// `struct linger`: on or off, and seconds.
    Linger,
    /// `struct ucred`: process, user and group.
    Credentials,
    /// `struct ip_mreqn`: a group, and an interface by address, name or number.
    Membership,
    /// `struct ip_mreq_source`: a group, a source, an interface by address.
    SourceMembership,
    /// `struct ipv6_mreq`: a group, and an interface by number or name.
    Membership6,
    /// An interface for IPv4 multicast: by address, name or number.
    InterfaceV4,
    /// Text.
    Text,
    /// A structure that is left as bytes, at most so many.
    Struct(usize),
}

impl OptKind {
    /// How a value of it is written.
    pub fn form(self) -> &'static str {
        match self {
            Self::Flag => "1 or 0",
            Self::Number | Self::Wide => "a whole number",
            Self::Interface => "an interface's name or number",
            Self::Seconds => "seconds",
            Self::Linger => "ONOFF SECONDS",
            Self::Credentials => "PID UID GID",
            Self::SourceMembership => "GROUP SOURCE [INTERFACE]",
            Self::Membership | Self::Membership6 => "GROUP [INTERFACE]",
            Self::InterfaceV4 => "an interface's address, name or number",
            Self::Text => "text",
            Self::Struct(_) => "packed bytes",
        }
    }
}

/// One option.
#[derive(Debug)]
pub struct Opt {
    /// Its name.
    pub name: &'static str,
    /// The level it belongs to.
    pub level: i32,
    /// Its number at that level.
    pub number: i32,
    /// The form of its value.
    pub kind: OptKind,
    /// Whether getsockopt takes it.
    pub readable: bool,
    /// Whether setsockopt takes it.
    pub writable: bool,
    /// What it is for.
    pub summary: &'static str,
    /// The page of the manual it belongs to.
    pub man: &'static str,
}

/// An option as a call names it: any level and number, known or not.
#[derive(Clone, Copy, Debug)]
pub struct OptRef {
    /// The level.
    pub level: i32,
    /// The number at that level.
    pub number: i32,
    /// What is known about it.
    pub spec: Option<&'static Opt>,
}

/// The option of that name.
pub fn by_name(name: &str) -> Option<OptRef> {
    let spec = OPTIONS.iter().find(|o| o.name == name)?;
    Some(OptRef { level: spec.level, number: spec.number, spec: Some(spec) })
}

/// The option of that number, whether it is known or not. Where several names share a number it is the first.
pub fn by_number(level: i32, number: i32) -> OptRef {
    OptRef { level, number, spec: OPTIONS.iter().find(|o| o.level == level && o.number == number) }
}

/// The names of all options.
pub fn names() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|o| o.name)
}

/// The levels by name, the best known name of a number first.
pub fn levels() -> impl Iterator<Item = &'static (&'static str, i32)> {
    LEVELS.iter()
}

/// What more is known about the option of that name: its default on Linux, and what one should know; either may be
/// empty.
pub fn more(name: &str) -> (&'static str, &'static str) {
    MORE.iter().find(|(n, ..)| *n == name).map_or(("", ""), |(_, default, note)| (default, note))
}

/// The level of that name.
pub fn level(name: &str) -> Option<i32> {
    LEVELS.iter().find(|(n, _)| *n == name).map(|(_, number)| *number)
}

/// The name a level is best known by.
pub fn level_name(level: i32) -> Option<&'static str> {
    LEVELS.iter().find(|(_, number)| *number == level).map(|(name, _)| *name)
}

macro_rules! levels {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name)),*] };
}

/// The levels; where several share a number, the best known name first.
static LEVELS: &[(&str, i32)] = levels![
    SOL_SOCKET IPPROTO_IP IPPROTO_TCP IPPROTO_UDP IPPROTO_IPV6 IPPROTO_ICMPV6 SOL_RAW IPPROTO_ICMP IPPROTO_RAW SOL_IP
    SOL_TCP SOL_UDP SOL_IPV6 SOL_ICMPV6 IPPROTO_UDPLITE IPPROTO_SCTP IPPROTO_DCCP SOL_DCCP IPPROTO_MPTCP
    SOL_PACKET SOL_NETLINK SOL_TLS SOL_TIPC SOL_BLUETOOTH SOL_ALG SOL_LLC SOL_ATM SOL_RDS SOL_RXRPC SOL_XDP
];

/// The rows by level, and the numbers that stand here. A row is NAME [= NUMBER, when libc lacks it] KIND ACCESS SUMMARY [PAGE, when it is not the
/// level's].
macro_rules! options {
    (@number $name:ident) => { libc::$name };
    (@number $name:ident $number:literal) => { $number };
    (@man $man:literal) => { $man };
    (@man $man:literal $own:literal) => { $own };
    (@read wo) => { false };
    (@read $access:ident) => { true };
    (@write ro) => { false };
    (@write $access:ident) => { true };
    ($($level:ident $man:literal {
        $($name:ident $(= $number:literal)?, $kind:ident $(($size:literal))?, $access:ident, $summary:literal
            $(, $own:literal)?;)*
    })*) => {
        (&[$($(Opt {
            name: stringify!($name),
            level: libc::$level,
            number: options!(@number $name $($number)?),
            kind: OptKind::$kind $(($size))?,
            readable: options!(@read $access),
            writable: options!(@write $access),
            summary: $summary,
            man: options!(@man $man $($own)?),
        },)*)*], &[$($($((stringify!($name), $number),)?)*)*])
    };
}

/// Every option, by level.
pub static OPTIONS: &[Opt] = TABLE.0;

const TABLE: (&[Opt], &[(&str, i32)]) = options! {
    SOL_SOCKET "socket(7)" {
        SO_ACCEPTCONN, Flag, ro, "whether the socket listens";
        SO_ATTACH_BPF, Number, wo, "attach an eBPF program, given by its descriptor, as a filter of what comes in";
        SO_ATTACH_FILTER, Struct(16), wo, "attach a classic BPF program as a filter of what comes in";
        SO_ATTACH_REUSEPORT_CBPF, Struct(16), wo, "choose among SO_REUSEPORT sockets with a classic BPF program";
        SO_ATTACH_REUSEPORT_EBPF, Number, wo, "choose among SO_REUSEPORT sockets with an eBPF program";
        SO_BINDTODEVICE, Text, rw, "use one network interface only, by its name";
        SO_BINDTOIFINDEX, Interface, rw, "use one network interface only, by its number";
        SO_BPF_EXTENSIONS, Number, ro, "which BPF extensions the kernel has";
        SO_BROADCAST, Flag, rw, "allow datagrams to be sent to a broadcast address";
        SO_BSDCOMPAT, Flag, rw, "obsolete; does nothing";
        SO_BUF_LOCK, Number, rw,
            "keep the kernel from resizing the buffers: 1 the send buffer, 2 the receive buffer, 3 both";
        SO_BUSY_POLL, Number, rw, "microseconds to poll the device busily when there is nothing to receive";
        SO_BUSY_POLL_BUDGET, Number, wo, "how many packets one busy poll takes at most";
        SO_CNX_ADVICE, Number, wo, "1 tells the kernel that the connection is bad and another way should be tried";
        SO_COOKIE, Wide, ro, "a number that no other socket has while the system runs";
        SO_DEBUG, Flag, rw, "debugging in the protocol, for root";
        SO_DETACH_BPF, Number, wo, "take an eBPF filter off again";
        SO_DETACH_FILTER, Number, wo, "take a filter off again";
        SO_DETACH_REUSEPORT_BPF, Number, wo, "take the program off again that chooses among SO_REUSEPORT sockets";
        SO_DOMAIN, Number, ro, "the address family the socket was made with";
        SO_DONTROUTE, Flag, rw, "send to directly connected hosts only, past the gateways";
        SO_ERROR, Number, ro, "the error that is pending on the socket, and clear it; 0 for none";
        SO_GET_FILTER, Struct(1024), ro, "the classic BPF filter that is attached";
        SO_INCOMING_CPU, Number, rw, "the CPU that handles what comes in";
        SO_INCOMING_NAPI_ID, Number, ro, "the device queue the last packet came by";
        SO_KEEPALIVE, Flag, rw, "send probes on an idle connection to see whether the peer is still there";
        SO_LINGER, Linger, rw,
            "how close treats unsent data: 0 0 send it in the background, 1 N wait up to N seconds, 1 0 reset";
        SO_LOCK_FILTER, Flag, rw, "forbid that the filter is taken off or replaced";
        SO_MARK, Number, rw, "mark each packet for routing and filtering, for root";
        SO_MAX_PACING_RATE, Wide, rw, "the most bytes a second that are sent";
        SO_MEMINFO, Struct(36), ro, "how much memory the socket uses, nine numbers of 32 bits";
        SO_NETNS_COOKIE, Wide, ro, "a number of the network namespace the socket is in";
        SO_NOFCS, Flag, rw, "let the caller give the frame's checksum (packet sockets)";
        SO_NO_CHECK, Flag, rw, "send UDP datagrams without a checksum";
        SO_OOBINLINE, Flag, rw, "leave urgent data in its place among the other data";
        SO_PASSCRED, Flag, rw, "receive the sender's process, user and group with each message", "unix(7)";
        SO_PASSPIDFD, Flag, rw, "receive a descriptor of the sender's process with each message", "unix(7)";
        SO_PASSSEC, Flag, rw, "receive the sender's security label with each message", "unix(7)";
        SO_PEEK_OFF, Number, rw, "where MSG_PEEK starts to look, and let it advance; -1 switches that off";
        SO_PEERCRED, Credentials, ro, "process, user and group of the peer when it connected", "unix(7)";
        SO_PEERGROUPS, Struct(1024), ro, "the peer's supplementary groups, numbers of 32 bits", "unix(7)";
        SO_PEERNAME, Struct(128), ro, "the peer's address, as getpeername gives it";
        SO_PEERPIDFD, Number, ro, "a new descriptor of the peer's process", "unix(7)";
        SO_PEERSEC, Text, ro, "the peer's security label", "unix(7)";
        SO_PREFER_BUSY_POLL, Flag, rw, "prefer busy polling to interrupts";
        SO_PRIORITY, Number, rw, "the priority of each packet: 0 to 6, above that for root";
        SO_PROTOCOL, Number, ro, "the protocol the socket was made with";
        SO_RCVBUF, Number, rw, "size of the receive buffer in bytes; the kernel doubles what it is given";
        SO_RCVBUFFORCE, Number, wo, "the same past the system's limit, for root";
        SO_RCVLOWAT, Number, rw, "how many bytes must be there before a receiving call returns";
        SO_RCVMARK, Flag, rw, "receive each packet's mark";
        SO_RCVTIMEO, Seconds, rw, "how long a receiving call waits before it fails with EAGAIN; 0 for ever";
        SO_RESERVE_MEM, Number, rw, "bytes of memory set aside for the socket";
        SO_REUSEADDR, Flag, rw, "let bind take an address whose last connections are still in TIME_WAIT";
        SO_REUSEPORT, Flag, rw, "let several sockets share one port; connections and datagrams are spread among them";
        SO_RXQ_OVFL, Flag, rw, "receive the number of datagrams dropped so far";
        SO_SELECT_ERR_QUEUE, Flag, rw, "select reports the error queue as an exceptional condition";
        SO_SNDBUF, Number, rw, "size of the send buffer in bytes; the kernel doubles what it is given";
        SO_SNDBUFFORCE, Number, wo, "the same past the system's limit, for root";
        SO_SNDLOWAT, Number, ro, "always 1 on Linux";
        SO_SNDTIMEO, Seconds, rw, "how long a sending call or connect waits before it fails; 0 for ever";
        SO_TIMESTAMP, Flag, rw, "receive the time each datagram came, in microseconds";
        SO_TIMESTAMPING, Number, rw, "time stamps of the network card and the kernel, by flags";
        SO_TIMESTAMPNS, Flag, rw, "receive the time each datagram came, in nanoseconds";
        SO_TXREHASH, Flag, rw, "choose another way through the network after lost packets";
        SO_TXTIME, Struct(8), rw, "let each packet carry the time at which to send it";
        SO_TYPE, Number, ro, "the type of the socket: 1 SOCK_STREAM, 2 SOCK_DGRAM";
        SO_WIFI_STATUS, Flag, rw, "receive whether the other side acknowledged a frame";
        SO_ZEROCOPY, Flag, rw, "allow MSG_ZEROCOPY";
    }
    IPPROTO_IP "ip(7)" {
        IP_ADD_MEMBERSHIP, Membership, wo, "join a multicast group";
        IP_ADD_SOURCE_MEMBERSHIP, SourceMembership, wo, "join a multicast group, for what one source sends";
        IP_BIND_ADDRESS_NO_PORT, Flag, rw, "let bind leave the choice of a port to connect";
        IP_BLOCK_SOURCE, SourceMembership, wo, "hear one source of a multicast group no more";
        IP_CHECKSUM, Flag, rw, "receive the checksum of each datagram";
        IP_DROP_MEMBERSHIP, Membership, wo, "leave a multicast group";
        IP_DROP_SOURCE_MEMBERSHIP, SourceMembership, wo, "leave a multicast group of one source";
        IP_FREEBIND, Flag, rw, "allow binding to an address that this machine does not have yet";
        IP_HDRINCL, Flag, rw, "the program writes the IP header itself (raw sockets)";
        IP_IPSEC_POLICY, Struct(1024), wo, "IPsec policy of the socket";
        IP_LOCAL_PORT_RANGE = 51, Number, rw, "ports the kernel may choose from: lowest + 65536 * highest";
        IP_MINTTL, Number, rw, "drop packets whose TTL is lower";
        IP_MSFILTER, Struct(1024), rw, "the whole source filter of a multicast group";
        IP_MTU, Number, ro, "the path MTU of a connected socket";
        IP_MTU_DISCOVER, Number, rw, "path MTU discovery: 0 don't, 1 want, 2 do, 3 probe (IP_PMTUDISC_...)";
        IP_MULTICAST_ALL, Flag, rw,
            "hear all groups joined by anyone on this machine; off: those joined on this socket only";
        IP_MULTICAST_IF, InterfaceV4, rw, "the interface that multicast datagrams leave by";
        IP_MULTICAST_LOOP, Flag, rw, "hear one's own multicast datagrams on this machine";
        IP_MULTICAST_TTL, Number, rw, "how many routers multicast datagrams may pass; 1 stays in this network";
        IP_NODEFRAG, Flag, rw, "leave fragments in pieces (raw sockets)";
        IP_OPTIONS, Struct(40), rw, "the IP options of each packet";
        IP_PASSSEC, Flag, rw, "receive the sender's security label";
        IP_PKTINFO, Flag, rw, "receive the address and interface each datagram came to";
        IP_PKTOPTIONS, Struct(1024), ro, "control messages of a TCP socket's first packets";
        IP_PROTOCOL = 52, Number, ro, "the protocol of a raw socket";
        IP_RECVERR, Flag, rw, "keep the errors that ICMP reports for MSG_ERRQUEUE";
        IP_RECVERR_RFC4884 = 26, Flag, rw, "keep the data that follows an ICMP error, too";
        IP_RECVFRAGSIZE, Flag, rw, "receive the size of the largest fragment";
        IP_RECVOPTS, Flag, rw, "receive the IP options of each datagram";
        IP_RECVORIGDSTADDR, Flag, rw, "receive the address a datagram was meant for before it was redirected";
        IP_ORIGDSTADDR, Flag, rw, "the same as IP_RECVORIGDSTADDR";
        IP_RECVTOS, Flag, rw, "receive the TOS byte of each datagram";
        IP_RECVTTL, Flag, rw, "receive the TTL of each datagram";
        IP_RETOPTS, Flag, rw, "receive the IP options of each datagram as they came";
        IP_RECVRETOPTS = 7, Flag, rw, "the same as IP_RETOPTS";
        IP_ROUTER_ALERT, Flag, rw, "get the packets with the router alert option that are to be forwarded";
        IP_TOS, Number, rw, "the type-of-service byte (DSCP) of each packet";
        IP_TRANSPARENT, Flag, rw, "act for addresses that are not this machine's, for root";
        IP_TTL, Number, rw, "how many routers a packet may pass: 1 to 255, -1 for the default";
        IP_UNBLOCK_SOURCE, SourceMembership, wo, "hear a blocked source again";
        IP_UNICAST_IF, Number, rw, "the interface that datagrams leave by, its number in network byte order";
        IP_XFRM_POLICY, Struct(1024), wo, "IPsec policy of the socket";
        MCAST_BLOCK_SOURCE, Struct(264), wo, "hear one source of a group no more (struct group_source_req)";
        MCAST_JOIN_GROUP, Struct(136), wo, "join a multicast group (struct group_req)";
        MCAST_JOIN_SOURCE_GROUP, Struct(264), wo, "join a group, for one source (struct group_source_req)";
        MCAST_LEAVE_GROUP, Struct(136), wo, "leave a multicast group (struct group_req)";
        MCAST_LEAVE_SOURCE_GROUP, Struct(264), wo, "leave a group of one source (struct group_source_req)";
        MCAST_MSFILTER, Struct(1024), rw, "the whole source filter of a group (struct group_filter)";
        MCAST_UNBLOCK_SOURCE, Struct(264), wo, "hear a blocked source again (struct group_source_req)";
    }
    IPPROTO_IPV6 "ipv6(7)" {
        IPV6_ADDRFORM, Number, wo, "turn a socket connected to an IPv4 address into one of AF_INET";
        IPV6_ADDR_PREFERENCES, Number, rw, "which kind of source address is preferred";
        IPV6_ADD_MEMBERSHIP, Membership6, wo, "join a multicast group";
        IPV6_JOIN_GROUP = 20, Membership6, wo, "the same as IPV6_ADD_MEMBERSHIP";
        IPV6_AUTHHDR, Flag, rw, "receive the authentication header; obsolete";
        IPV6_AUTOFLOWLABEL, Flag, rw, "let the kernel choose flow labels";
        IPV6_CHECKSUM, Number, rw, "where the checksum stands in a raw socket's packets; -1 for none";
        IPV6_DONTFRAG, Flag, rw, "never fragment datagrams";
        IPV6_DROP_MEMBERSHIP, Membership6, wo, "leave a multicast group";
        IPV6_LEAVE_GROUP = 21, Membership6, wo, "the same as IPV6_DROP_MEMBERSHIP";
        IPV6_DSTOPTS, Struct(1024), rw, "the destination options of each packet";
        IPV6_FLOWINFO, Flag, rw, "receive the flow label of each datagram";
        IPV6_FLOWINFO_SEND, Flag, rw, "send the flow label that the address holds";
        IPV6_FLOWLABEL_MGR, Struct(32), rw, "ask for flow labels and give them back";
        IPV6_FREEBIND, Flag, rw, "allow binding to an address that this machine does not have yet";
        IPV6_HDRINCL, Flag, rw, "the program writes the IPv6 header itself (raw sockets)";
        IPV6_HOPLIMIT, Flag, rw, "the hop limit of one datagram; a control message rather than an option";
        IPV6_HOPOPTS, Struct(1024), rw, "the hop-by-hop options of each packet";
        IPV6_IPSEC_POLICY, Struct(1024), wo, "IPsec policy of the socket";
        IPV6_JOIN_ANYCAST, Membership6, wo, "join an anycast group";
        IPV6_LEAVE_ANYCAST, Membership6, wo, "leave an anycast group";
        IPV6_MINHOPCOUNT, Number, rw, "drop packets whose hop limit is lower";
        IPV6_MTU, Number, rw, "the path MTU of a connected socket; set, the MTU to use";
        IPV6_MTU_DISCOVER, Number, rw, "path MTU discovery: 0 don't, 1 want, 2 do, 3 probe (IPV6_PMTUDISC_...)";
        IPV6_MULTICAST_ALL, Flag, rw, "hear all groups joined by anyone on this machine";
        IPV6_MULTICAST_HOPS, Number, rw, "how many routers multicast datagrams may pass; -1 for the default, 1";
        IPV6_MULTICAST_IF, Interface, rw, "the interface that multicast datagrams leave by";
        IPV6_MULTICAST_LOOP, Flag, rw, "hear one's own multicast datagrams on this machine";
        IPV6_NEXTHOP, Struct(28), rw, "the address of the next router";
        IPV6_ORIGDSTADDR, Flag, rw, "the same as IPV6_RECVORIGDSTADDR";
        IPV6_RECVORIGDSTADDR, Flag, rw, "receive the address a datagram was meant for before it was redirected";
        IPV6_PATHMTU, Struct(32), ro, "the path MTU of a connected socket (struct ip6_mtuinfo)";
        IPV6_PKTINFO, Struct(20), rw, "source address and interface of each datagram (struct in6_pktinfo)";
        IPV6_RECVDSTOPTS, Flag, rw, "receive the destination options";
        IPV6_RECVERR, Flag, rw, "keep the errors that ICMPv6 reports for MSG_ERRQUEUE";
        IPV6_RECVERR_RFC4884 = 31, Flag, rw, "keep the data that follows an ICMPv6 error, too";
        IPV6_RECVFRAGSIZE, Flag, rw, "receive the size of the largest fragment";
        IPV6_RECVHOPLIMIT, Flag, rw, "receive the hop limit of each datagram";
        IPV6_RECVHOPOPTS, Flag, rw, "receive the hop-by-hop options";
        IPV6_RECVPATHMTU, Flag, rw, "receive the path MTU when it changes";
        IPV6_RECVPKTINFO, Flag, rw, "receive the address and interface each datagram came to";
        IPV6_RECVRTHDR, Flag, rw, "receive the routing header";
        IPV6_RECVTCLASS, Flag, rw, "receive the traffic class of each datagram";
        IPV6_ROUTER_ALERT, Number, rw, "get the packets with this router alert value that are to be forwarded";
        IPV6_ROUTER_ALERT_ISOLATE, Flag, rw, "get the router alerts of this network namespace only";
        IPV6_RTHDR, Struct(1024), rw, "the routing header of each packet";
        IPV6_RTHDRDSTOPTS, Struct(1024), rw, "the destination options before the routing header";
        IPV6_TCLASS, Number, rw, "the traffic class of each packet";
        IPV6_TRANSPARENT, Flag, rw, "act for addresses that are not this machine's, for root";
        IPV6_UNICAST_HOPS, Number, rw, "how many routers a packet may pass: 0 to 255, -1 for the default";
        IPV6_UNICAST_IF, Number, rw, "the interface that datagrams leave by, its number in network byte order";
        IPV6_V6ONLY, Flag, rw, "IPv6 only: leave the port free for an IPv4 socket. Set it before bind";
        IPV6_XFRM_POLICY, Struct(1024), wo, "IPsec policy of the socket";
        IPV6_2292PKTINFO, Flag, rw, "old form of IPV6_RECVPKTINFO";
        IPV6_2292HOPOPTS, Flag, rw, "old form of IPV6_RECVHOPOPTS";
        IPV6_2292DSTOPTS, Flag, rw, "old form of IPV6_RECVDSTOPTS";
        IPV6_2292RTHDR, Flag, rw, "old form of IPV6_RECVRTHDR";
        IPV6_2292PKTOPTIONS, Struct(1024), rw, "old form of the sticky options";
        IPV6_2292HOPLIMIT, Flag, rw, "old form of IPV6_RECVHOPLIMIT";
    }
    IPPROTO_TCP "tcp(7)" {
        TCP_CC_INFO, Struct(20), ro, "numbers of the congestion control algorithm";
        TCP_CONGESTION, Text, rw, "the congestion control algorithm, by name: reno, cubic";
        TCP_COOKIE_TRANSACTIONS, Struct(20), rw, "cookie transactions, gone from Linux since 3.10";
        TCP_CORK, Flag, rw, "hold back partial segments until it is switched off, 200 ms at most";
        TCP_DEFER_ACCEPT, Number, rw, "let accept wait for data, so many seconds";
        TCP_FASTOPEN, Number, rw, "accept data in the SYN of up to so many pending connections (listening sockets)";
        TCP_FASTOPEN_CONNECT, Flag, rw, "let connect wait for the first send, to send its data in the SYN";
        TCP_FASTOPEN_KEY, Struct(32), rw, "the key of Fast Open cookies, 16 or 32 bytes";
        TCP_FASTOPEN_NO_COOKIE, Flag, rw, "Fast Open without a cookie";
        TCP_INFO, Struct(320), ro, "the connection's numbers (struct tcp_info); the state call shows the first of them";
        TCP_INQ, Flag, rw, "receive the number of bytes that are left with each recvmsg";
        TCP_KEEPCNT, Number, rw, "how many keepalive probes without answer end the connection: 1 to 127";
        TCP_KEEPIDLE, Number, rw, "seconds of silence before the first keepalive probe";
        TCP_KEEPINTVL, Number, rw, "seconds between keepalive probes";
        TCP_LINGER2, Number, rw, "seconds a closed connection stays in FIN_WAIT2";
        TCP_MAXSEG, Number, rw, "the largest segment";
        TCP_MD5SIG, Struct(216), wo, "sign the segments of one peer with MD5";
        TCP_MD5SIG_EXT, Struct(216), wo, "the same for a network or an interface";
        TCP_NODELAY, Flag, rw, "send small segments at once (no Nagle's algorithm)";
        TCP_NOTSENT_LOWAT, Number, rw, "report the socket writable only when fewer bytes are unsent";
        TCP_QUEUE_SEQ, Number, rw, "the sequence number of the queue under repair";
        TCP_QUICKACK, Flag, rw, "acknowledge at once; the kernel switches back by itself";
        TCP_REPAIR, Number, rw, "repair mode, in which the state of a connection can be taken and given, for root";
        TCP_REPAIR_OPTIONS, Struct(64), wo, "the options of the connection under repair";
        TCP_REPAIR_QUEUE, Number, rw, "which queue is under repair: 0 none, 1 receive, 2 send";
        TCP_REPAIR_WINDOW, Struct(20), rw, "the windows of the connection under repair";
        TCP_SAVED_SYN, Struct(1024), ro, "the SYN of an accepted connection, once";
        TCP_SAVE_SYN, Number, rw, "keep the SYN of each connection for TCP_SAVED_SYN";
        TCP_SYNCNT, Number, rw, "how often connect sends its SYN again: 1 to 255";
        TCP_THIN_DUPACK, Flag, rw, "send again after one duplicate acknowledgement; obsolete";
        TCP_THIN_LINEAR_TIMEOUTS, Flag, rw, "do not double the timeout of thin streams";
        TCP_TIMESTAMP, Number, rw, "the clock of the time stamps, for repair";
        TCP_TX_DELAY = 37, Number, rw, "microseconds to hold each packet back, for tests";
        TCP_ULP, Text, rw, "a protocol on top of TCP, by name: tls";
        TCP_USER_TIMEOUT, Number, rw,
            "milliseconds that sent data may stay unacknowledged before the connection ends; 0 by retries";
        TCP_WINDOW_CLAMP, Number, rw, "the largest window that is advertised";
        TCP_ZEROCOPY_RECEIVE, Struct(64), ro, "receive into mapped pages";
    }
    IPPROTO_UDP "udp(7)" {
        UDP_CORK, Flag, rw, "gather what is sent into one datagram until it is switched off";
        UDP_ENCAP, Number, rw, "receive encapsulated packets: 2 for ESP in UDP";
        UDP_GRO, Flag, rw, "receive several datagrams of one size in one call";
        UDP_NO_CHECK6_RX, Flag, rw, "accept IPv6 datagrams without a checksum";
        UDP_NO_CHECK6_TX, Flag, rw, "send IPv6 datagrams without a checksum";
        UDP_SEGMENT, Number, rw, "split what is sent into datagrams of this size";
    }
    SOL_RAW "raw(7)" {
        ICMP_FILTER = 1, Number, rw, "which ICMP types a raw socket does not get, one bit each";
    }
    IPPROTO_ICMPV6 "icmp(7)" {
        ICMPV6_FILTER = 1, Struct(32), rw, "which ICMPv6 types a raw socket does not get, one bit each";
    }
};

/// What more there is to say of the options that people meet first: name, default, note.
pub static MORE: &[(&str, &str, &str)] = &[
    (
        "SO_REUSEADDR",
        "0",
        "Set it before bind, on every server: without it a restart fails with EADDRINUSE while old connections are \
         in TIME_WAIT. It does not let two sockets listen on one port (SO_REUSEPORT does), but lets two UDP sockets \
         share one.",
    ),
    ("SO_REUSEPORT", "0", "Every socket that shares the port must set it before bind, and belong to the same user."),
    (
        "SO_LINGER",
        "0 0",
        "0 0: close returns at once and the rest is sent in the background. 1 5: close waits up to 5 seconds for it. \
         1 0: close throws it away and resets the connection, so that the peer gets ECONNRESET and no TIME_WAIT is \
         left.",
    ),
    (
        "SO_KEEPALIVE",
        "0",
        "After TCP_KEEPIDLE seconds (7200) of silence a probe is sent, then every TCP_KEEPINTVL (75); when \
         TCP_KEEPCNT (9) are not answered the connection ends with ETIMEDOUT.",
    ),
    ("SO_ERROR", "0", "How a non-blocking connect ended is read here, once poll says OUT. Reading clears it."),
    (
        "SO_RCVBUF",
        "net.ipv4.tcp_rmem for TCP, net.core.rmem_default for the rest",
        "Bytes. The kernel doubles what is set, up to twice net.core.rmem_max, and reading shows the double. For TCP \
         set it before connect or listen; setting it ends the kernel's own tuning.",
    ),
    (
        "SO_SNDBUF",
        "net.ipv4.tcp_wmem for TCP, net.core.wmem_default for the rest",
        "Bytes. The kernel doubles what is set, up to twice net.core.wmem_max, and reading shows the double.",
    ),
    ("SO_RCVLOWAT", "1", "Bytes. poll says IN only when so many are there, or the stream has ended."),
    (
        "SO_RCVTIMEO",
        "0.0",
        "It is the kernel's own timeout, for blocking sockets; the error is EAGAIN. settimeout is Python's, and its \
         error is `timeout`.",
    ),
    ("SO_SNDTIMEO", "0.0", "For send the error is EAGAIN, for connect EINPROGRESS. settimeout is Python's way."),
    ("SO_BROADCAST", "0", "Without it, sendto a broadcast address fails with EACCES."),
    (
        "SO_OOBINLINE",
        "0",
        "Off, the urgent byte is read with MSG_OOB alone; on, it stands in the stream, and atmark tells where.",
    ),
    (
        "SO_PEERCRED",
        "",
        "Only AF_UNIX has it. The values are those of the moment when the peer called connect, listen or socketpair.",
    ),
    ("SO_PASSCRED", "0", "The credentials come with recvmsg as SCM_CREDENTIALS."),
    ("SO_PEEK_OFF", "-1", ""),
    ("SO_ACCEPTCONN", "0", "1 after listen."),
    ("SO_DONTROUTE", "0", ""),
    ("SO_PRIORITY", "0", ""),
    ("SO_MARK", "0", ""),
    ("SO_TIMESTAMP", "0", "The time comes with recvmsg as SCM_TIMESTAMP."),
    ("SO_ZEROCOPY", "0", ""),
    ("IP_TTL", "64", "It is lowered at every router, and the packet dropped at 0: this is how traceroute works."),
    ("IP_TOS", "0", ""),
    ("IP_MTU", "", "Connected sockets only; others fail with ENOTCONN."),
    ("IP_MULTICAST_TTL", "1", ""),
    ("IP_MULTICAST_LOOP", "1", "The sending socket's setting decides, for IPv4."),
    ("IP_ADD_MEMBERSHIP", "", "bind to the group's port first; without INTERFACE the route to the group decides."),
    ("IP_PKTINFO", "0", "It comes with recvmsg as ancillary data: interface, local address, destination."),
    ("IP_RECVERR", "0", "recvmsg with MSG_ERRQUEUE takes the errors."),
    ("IP_FREEBIND", "0", ""),
    (
        "IPV6_V6ONLY",
        "0",
        "The default is net.ipv6.bindv6only. Off, a socket bound to [::] also takes IPv4 clients, whose addresses \
         look like ::ffff:1.2.3.4, and the same port of IPv4 is taken.",
    ),
    ("IPV6_UNICAST_HOPS", "64", ""),
    ("IPV6_MULTICAST_HOPS", "1", ""),
    (
        "TCP_NODELAY",
        "0",
        "Off, Nagle's algorithm keeps a small segment back while another is unacknowledged. On, each send goes at \
         once: for small questions that wait for answers. It does not make messages: TCP stays a stream.",
    ),
    (
        "TCP_CORK",
        "0",
        "The opposite of TCP_NODELAY: only full segments go, until it is taken off or 0.2 seconds have passed.",
    ),
    ("TCP_KEEPIDLE", "7200", "Seconds; SO_KEEPALIVE must be on."),
    ("TCP_KEEPINTVL", "75", "Seconds."),
    ("TCP_KEEPCNT", "9", ""),
    ("TCP_SYNCNT", "6", "Six repeats are about two minutes, after which connect fails with ETIMEDOUT."),
    ("TCP_LINGER2", "60", "Seconds in FIN_WAIT2; negative for none."),
    ("TCP_USER_TIMEOUT", "0", "Milliseconds; 0 leaves it to the kernel, about 15 minutes."),
    ("TCP_DEFER_ACCEPT", "0", "Seconds: accept gives a connection only when data has come on it."),
    ("TCP_QUICKACK", "1", "Not lasting: the kernel goes on deciding for itself."),
    (
        "TCP_FASTOPEN",
        "0",
        "How many such connections may be pending on a listening socket; net.ipv4.tcp_fastopen allows it.",
    ),
    ("TCP_CONGESTION", "net.ipv4.tcp_congestion_control", ""),
    ("TCP_MAXSEG", "536", "Bytes; before a connection what is set, afterwards what is in use."),
    (
        "TCP_INFO",
        "",
        "struct tcp_info: the first byte is the state, which `state S` names. `getsockopt S TCP_INFO 104` gives the \
         bytes for unpack.",
    ),
    ("UDP_CORK", "0", "What is sent meanwhile leaves as one datagram when it is taken off."),
];

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};
    use std::fs;
    use std::os::fd::AsFd;

    use super::super::{fd, sockopt};
    use super::*;

    /// The numbers that the installed headers define, by name.
    fn headers() -> Option<HashMap<String, i32>> {
        let kernel = [
            "asm-generic/socket.h",
            "linux/in.h",
            "linux/in6.h",
            "linux/tcp.h",
            "linux/udp.h",
            "linux/icmp.h",
            "linux/icmpv6.h",
        ];
        // The C library's own, where `IPV6_JOIN_GROUP` is.
        let library = ["x86_64-linux-gnu/bits/in.h", "aarch64-linux-gnu/bits/in.h", "bits/in.h"];
        let read = |file: &str| fs::read_to_string(format!("/usr/include/{file}")).ok();
        let mut text: String = kernel.into_iter().map(read).collect::<Option<_>>()?;
        text.extend(library.into_iter().filter_map(read));
        let text = text.replace("# define", "#define");
        let mut words = HashMap::new();
        for line in text.lines() {
            let mut parts = line.split_whitespace();
            if let (Some("#define"), Some(name), Some(value)) = (parts.next(), parts.next(), parts.next()) {
                words.entry(name).or_insert(value);
            }
        }
        // A name may stand for another one, and some stand for themselves.
        let number = |value: &str| {
            let value = words.get(value).unwrap_or(&value);
            words.get(value).unwrap_or(value).parse().ok()
        };
        Some(words.iter().filter_map(|(name, value)| Some(((*name).to_owned(), number(value)?))).collect())
    }

    /// Options whose defaults are numbers have them on a fresh socket of this kernel.
    #[test]
    fn defaults_are_the_kernels() {
        let mut compared = 0;
        for (name, default, note) in MORE {
            let option = by_name(name).and_then(|o| o.spec).unwrap_or_else(|| panic!("{name} is no option"));
            assert!(!default.is_empty() || !note.is_empty(), "{name}: nothing is said");
            let Ok(default) = default.parse::<i32>() else { continue };
            if !option.readable || !matches!(option.kind, OptKind::Flag | OptKind::Number) {
                continue;
            }
            let (family, kind) = match option.level {
                libc::IPPROTO_IPV6 => (libc::AF_INET6, libc::SOCK_STREAM),
                libc::IPPROTO_UDP => (libc::AF_INET, libc::SOCK_DGRAM),
                _ if option.man == "unix(7)" || option.name == "SO_PEEK_OFF" => (libc::AF_UNIX, libc::SOCK_STREAM),
                _ => (libc::AF_INET, libc::SOCK_STREAM),
            };
            let socket = fd::socket(family, kind, 0).unwrap();
            let value = sockopt::get_int(socket.as_fd(), option.level, option.number);
            assert_eq!(value, Ok(default), "{name}");
            compared += 1;
        }
        assert!(compared > 25, "{compared}");
    }

    #[test]
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn numbers_are_the_kernels() {
        let Some(headers) = headers() else {
            println!("the kernel's headers are not installed: nothing to compare with");
            return;
        };
        assert!(headers.len() > 300, "only {} numbers found", headers.len());
        for option in OPTIONS {
            // Older headers lack the newest options, whose numbers are libc's.
            if let Some(number) = headers.get(option.name) {
                assert_eq!(option.number, *number, "{}", option.name);
            }
        }
        for (name, number) in TABLE.1 {
            assert_eq!(headers.get(*name), Some(number), "{name} is neither in libc nor in the headers");
        }
        for name in headers.keys() {
            let option = ["TCP_", "UDP_", "MCAST_"].iter().any(|start| name.starts_with(start));
            let none = NOT_OPTIONS.iter().any(|start| name.starts_with(start));
            assert!(!option || none || by_name(name).is_some(), "{name} is in the headers and not in the table");
        }
    }

    /// What stands among the options in the headers and is none.
    const NOT_OPTIONS: &[&str] = &[
        "TCP_MSS_",
        "TCP_CM_",
        "TCP_REPAIR_O",
        "TCP_MD5SIG_",
        "TCP_RECEIVE_ZEROCOPY_",
        "TCP_ENCAP_",
        "TCP_AO_",
        "TCP_IS_MPTCP",
        "TCP_RTO_",
        "TCP_DELACK_",
        "UDP_ENCAP_",
        "MCAST_EXCLUDE",
        "MCAST_INCLUDE",
        "TCPF_",
        "TCP_FLAG",
    ];

    #[test]
    fn names_are_unique_and_rows_are_whole() {
        let mut names = HashSet::new();
        for option in OPTIONS {
            assert!(names.insert(option.name), "{} twice", option.name);
            assert!(option.readable || option.writable, "{}", option.name);
            assert!(!option.summary.is_empty() && !option.summary.ends_with('.'), "{}", option.name);
            assert!(option.man.ends_with("(7)"), "{}", option.name);
            assert!(level_name(option.level).is_some(), "{}", option.name);
            if let OptKind::Struct(size) = option.kind {
                assert!((1..=1024).contains(&size), "{}", option.name);
            }
        }
    }

    #[test]
    fn names_numbers_and_levels_are_found() {
        let found = by_name("SO_LINGER").unwrap();
        assert_eq!((found.level, found.number), (libc::SOL_SOCKET, libc::SO_LINGER));
        assert_eq!(by_number(1, 13).spec.unwrap().name, "SO_LINGER");
        assert_eq!(by_number(0, 51).spec.unwrap().name, "IP_LOCAL_PORT_RANGE");
        assert_eq!(by_number(41, 20).spec.unwrap().name, "IPV6_ADD_MEMBERSHIP");
        assert!(by_number(500, 10).spec.is_none());
        assert!(by_name("SO_NOTHING").is_none());
        assert_eq!((level("SOL_TCP"), level("IPPROTO_TCP"), level("SOL_NOTHING")), (Some(6), Some(6), None));
        for (number, name) in [(1, "SOL_SOCKET"), (0, "IPPROTO_IP"), (6, "IPPROTO_TCP"), (255, "SOL_RAW")] {
            assert_eq!(level_name(number), Some(name));
        }
    }
}
