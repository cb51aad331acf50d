//! What goes over the wire: streams and datagrams, handshakes, segments.

use super::{BASE, Topic};

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        names: &["TCP", "面向连接", "connection-oriented", "可靠传输", "reliable", "传输控制协议"],
        usage: "TCP: SOCK_STREAM",
        summary: "a connection that carries bytes both ways, in order, none lost, until a side says that it ends",
        notes: &[
            "It begins with a handshake (connect), acknowledges and repeats what is lost, and slows down for a peer that \
             does not read. It keeps no messages apart. A lost peer is an error of a later call: ECONNRESET, EPIPE, \
             ETIMEDOUT.",
        ],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\nstate cli",
        related: &[
            "SOCK_STREAM",
            "UDP",
            "three-way handshake",
            "four-way close",
            "sticky packets",
            "state",
            "IPPROTO_TCP",
        ],
        ..BASE
    },
    Topic {
        names: &[
            "UDP",
            "无连接",
            "connectionless",
            "datagram",
            "datagrams",
            "数据报",
            "数据包",
            "数据报包",
            "报文",
            "packet",
            "用户数据报协议",
        ],
        usage: "UDP: SOCK_DGRAM, datagrams (数据报)",
        summary: "single messages without a connection: each arrives whole or not at all, perhaps twice or out of order",
        notes: &[
            "No listen and no accept: sendto says where each goes, recvfrom from where it came. 65507 bytes are the most \
             over IPv4, else EMSGSIZE. With connect send and recv do; then a port where nobody listens is ECONNREFUSED, \
             on a later call.",
        ],
        example: "a = socket udp\nbind a 127.0.0.1:0\nto = getsockname a\nb = socket udp\nsendto b hello $to\n\
                  data, addr = recvfrom a 1024",
        related: &["SOCK_DGRAM", "sendto", "recvfrom", "TCP", "broadcast", "multicast", "MTU", "EMSGSIZE"],
        ..BASE
    },
    Topic {
        names: &[
            "sticky packets",
            "粘包",
            "流",
            "字节流",
            "byte stream",
            "TCP stream",
            "拆包",
            "半包",
            "message boundary",
            "消息边界",
            "framing",
            "length header",
            "长度头",
            "报头",
            "定长报头",
            "delimiter",
            "分隔符",
            "short read",
        ],
        usage: "sticky packets (粘包): TCP is a stream of bytes",
        summary: "two sends may arrive in one recv, one send in several: TCP keeps no messages apart",
        notes: &[
            "It is no fault, and not Nagle's: TCP_NODELAY does not mend it. The receiver must know where a message ends: \
             a length in front (pack, and recv with MSG_WAITALL), a separator (makefile and readline), or the end of the \
             stream. Datagrams and SOCK_SEQPACKET keep messages apart.",
        ],
        example: "left, right = socketpair\nsend left one\nsend left two\nrecv right 1024\nhead = pack !I 5\n\
                  sendall left $head\nsendall left hello\nhead = recv right 4 MSG_WAITALL\nsize = unpack !I $head\n\
                  recv right $size MSG_WAITALL",
        related: &["recv", "pack", "MSG_WAITALL", "makefile", "readline", "SOCK_SEQPACKET", "Nagle"],
        ..BASE
    },
    Topic {
        names: &[
            "Nagle",
            "Nagle's algorithm",
            "Nagle算法",
            "纳格算法",
            "delayed ack",
            "延迟确认",
            "small packets",
            "nodelay",
        ],
        usage: "Nagle's algorithm (Nagle算法): TCP_NODELAY",
        summary: "TCP holds a small segment back while an earlier one is not acknowledged, so that fewer are sent",
        notes: &[
            "With a peer that delays its acknowledgements (40 ms on Linux) two small sends before an answer is awaited cost \
             that time. TCP_NODELAY switches it off; one send of the whole request is better still. TCP_CORK and MSG_MORE \
             hold back on purpose. None of them makes messages of a stream.",
        ],
        example: "s = socket\ngetsockopt s TCP_NODELAY\nsetsockopt s TCP_NODELAY 1",
        related: &["TCP_NODELAY", "TCP_CORK", "MSG_MORE", "TCP_QUICKACK", "sticky packets"],
        ..BASE
    },
    Topic {
        names: &[
            "three-way handshake",
            "三次握手",
            "握手",
            "3-way handshake",
            "handshake",
            "三路握手",
            "SYN",
            "SYN-ACK",
        ],
        usage: "three-way handshake (三次握手): SYN, SYN and ACK, ACK",
        summary: "how connect makes a connection: ask, answer, acknowledge; the kernels do it, accept has no part in it",
        notes: &[
            "The client's SYN makes it SYN_SENT, the server's answer ESTABLISHED; its acknowledgement makes the server's \
             end ESTABLISHED, too, which then waits for accept. So connect returns before accept is called. A port where \
             nobody listens answers with RST: ECONNREFUSED.",
        ],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = socket\nconnect cli $where\n\
                  state srv\nstate cli\nconn, addr = accept srv\nstate conn\ndiagram",
        related: &["connect", "listen", "backlog", "SYN_SENT", "ESTABLISHED", "four-way close", "RST", "diagram"],
        ..BASE
    },
    Topic {
        names: &[
            "four-way close",
            "四次挥手",
            "挥手",
            "four-way handshake",
            "four-way wave",
            "4-way close",
            "FIN",
            "teardown",
            "关闭连接",
            "断开连接",
            "关闭套接字",
            "closing",
        ],
        usage: "four-way close (四次挥手): FIN, ACK, FIN, ACK",
        summary: "each side ends its own half of a TCP connection with a FIN, which the other acknowledges",
        notes: &[
            "Whoever closes first goes through FIN_WAIT1 and FIN_WAIT2 to TIME_WAIT, where it stays for a minute; the other \
             is in CLOSE_WAIT until it closes, then in LAST_ACK. recv gives empty bytes at the peer's FIN. close with data \
             unread sends RST instead.",
        ],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
                  conn, addr = accept srv\nshutdown cli wr\nstate cli FIN_WAIT2 2\nstate conn CLOSE_WAIT 2\n\
                  recv conn 100\nclose conn\nclose cli",
        related: &["close", "shutdown", "half-close", "TIME_WAIT", "CLOSE_WAIT", "FIN_WAIT2", "port reuse", "state"],
        ..BASE
    },
    Topic {
        names: &[
            "half-close",
            "半关闭",
            "EOF",
            "end of stream",
            "end of file",
            "文件结束",
            "b''",
            "empty bytes",
            "half-closed",
        ],
        usage: "half-close (半关闭): shutdown S wr",
        summary: "end one's own sending and go on receiving: the peer's recv gives empty bytes, its answers still come",
        notes: &[
            "That is how a client says that its request is whole while it waits for the answer: an upload server that reads \
             until the end would otherwise wait for ever. close ends both halves, once no other descriptor has the \
             connection.",
        ],
        example: "cli, srv = socketpair\nsend cli request\nshutdown cli wr\nrecv srv 100\nrecv srv 100\nsend srv answer\n\
                  recv cli 100",
        related: &["shutdown", "close", "recv", "SHUT_WR", "RDHUP", "four-way close", "file transfer"],
        ..BASE
    },
    Topic {
        names: &["RST", "reset", "复位", "连接重置", "connection reset", "connection reset by peer"],
        usage: "RST, reset (复位)",
        summary: "a TCP segment that ends a connection at once, or refuses one: whatever is on its way is lost",
        notes: &[
            "It comes when nobody listens (ECONNREFUSED), when the peer closed with data unread, after SO_LINGER 1 0, or \
             when one sends to a peer that is gone. The next call fails with ECONNRESET, a further send with EPIPE.",
        ],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
                  conn, addr = accept srv\nsetsockopt conn SO_LINGER 1 0\nclose conn\npoll cli IN 2\n\
                  expect ECONNRESET recv cli 100",
        related: &["ECONNRESET", "EPIPE", "ECONNREFUSED", "SO_LINGER", "close", "why"],
        ..BASE
    },
    Topic {
        names: &[
            "ACK",
            "acknowledgement",
            "acknowledgment",
            "确认",
            "应答",
            "retransmission",
            "重传",
            "超时重传",
            "sequence number",
            "序列号",
            "congestion control",
            "拥塞控制",
            "拥塞",
        ],
        usage: "ACK, acknowledgement (确认)",
        summary: "the receiver tells how far the bytes have come; what is not acknowledged in time is sent again (重传)",
        notes: &[
            "It is the kernels' talk: that a byte is acknowledged means that the peer's kernel has it, not its program. outq \
             counts what is not acknowledged yet, info shows round trips and repeats. Without any answer the connection \
             ends with ETIMEDOUT.",
        ],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\nsend cli hello\n\
                  outq cli\ninfo cli",
        related: &["outq", "info", "TCP_INFO", "TCP_USER_TIMEOUT", "TCP_QUICKACK", "TCP_CONGESTION", "Nagle"],
        ..BASE
    },
    Topic {
        names: &["heartbeat", "心跳", "心跳包", "长连接", "短连接", "long connection", "persistent connection", "保活"],
        usage: "long connections (长连接), heartbeat (心跳)",
        summary: "a connection that is kept for many requests; a peer that vanishes without a word is noticed only by asking",
        notes: &[
            "SO_KEEPALIVE has the kernel ask after TCP_KEEPIDLE seconds of silence, which are two hours by default; many \
                  programs send a message of their own now and then, and settimeout bounds the wait for its answer.",
        ],
        example: "s = socket\nsetsockopt s SO_KEEPALIVE 1\nsetsockopt s TCP_KEEPIDLE 60\nsettimeout s 30",
        related: &["SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT", "settimeout"],
        ..BASE
    },
    Topic {
        names: &["broadcast", "广播", "broadcasting", "单播", "unicast"],
        usage: "broadcast (广播)",
        summary: "a UDP datagram to every machine of a network, at its broadcast address, as 192.168.1.255",
        notes: &[
            "The sender needs SO_BROADCAST, else sendto fails with EACCES; receivers bind to the port. IPv6 has none: \
                  multicast takes its place.",
        ],
        example: "s = socket udp\nsetsockopt s SO_BROADCAST 1\nr = socket udp\nbind r :0\naddr = getsockname r",
        related: &["SO_BROADCAST", "sendto", "EACCES", "multicast", "UDP", "BROADCAST"],
        ..BASE
    },
    Topic {
        names: &[
            "multicast",
            "多播",
            "组播",
            "multicasting",
            "multicast group",
            "INADDR_ALLHOSTS_GROUP",
            "INADDR_UNSPEC_GROUP",
            "INADDR_MAX_LOCAL_GROUP",
            "IP_MAX_MEMBERSHIPS",
            "IP_DEFAULT_MULTICAST_*",
        ],
        usage: "multicast (多播, 组播)",
        summary: "a UDP datagram to all who joined a group: 224.0.0.0 to 239.255.255.255, ff00:: in IPv6",
        notes: &[
            "A receiver binds to the group's port and joins with IP_ADD_MEMBERSHIP; a sender just sends to the group. \
                  IP_MULTICAST_TTL says how far it goes, IP_MULTICAST_LOOP whether this machine hears itself.",
        ],
        example: "r = socket udp\nbind r 0.0.0.0:0\nsetsockopt r IP_ADD_MEMBERSHIP 224.0.2.1 127.0.0.1\ns = socket udp\n\
                  setsockopt s IP_MULTICAST_IF 127.0.0.1\nsetsockopt s IP_MULTICAST_TTL 1",
        related: &[
            "IP_ADD_MEMBERSHIP",
            "IP_MULTICAST_IF",
            "IP_MULTICAST_TTL",
            "IPV6_ADD_MEMBERSHIP",
            "broadcast",
            "MULTICAST",
        ],
        ..BASE
    },
    Topic {
        names: &["MTU", "fragmentation", "分片", "MSS", "path MTU", "最大传输单元", "最大报文段"],
        usage: "MTU (最大传输单元)",
        summary: "the longest packet a link carries: 1500 bytes on Ethernet, 65536 on the loopback",
        notes: &[
            "IP cuts a longer datagram into fragments, of which none may be lost. TCP never sends more than the MSS in a \
                  segment. With IP_PMTUDISC_DO a datagram that is too long fails with EMSGSIZE.",
        ],
        example: "s = socket udp\nconnect s 127.0.0.1:9\ngetsockopt s IP_MTU\ncli = socket\ngetsockopt cli TCP_MAXSEG",
        related: &["IP_MTU", "IP_MTU_DISCOVER", "TCP_MAXSEG", "EMSGSIZE", "ifconfig", "UDP"],
        ..BASE
    },
    Topic {
        names: &["out-of-band", "OOB", "urgent data", "带外数据", "紧急数据", "urgent"],
        usage: "out-of-band, urgent data (带外数据)",
        summary: "one byte of a TCP stream that is marked as urgent, and may be read before what came earlier",
        notes: &[
            "send with MSG_OOB marks its last byte; recv with MSG_OOB takes it, poll says PRI. With SO_OOBINLINE it stays \
                  in its place, and atmark tells where.",
        ],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
                  conn, addr = accept srv\nsend cli abc MSG_OOB\npoll conn PRI 2\nrecv conn 1 MSG_OOB\nrecv conn 100",
        related: &["MSG_OOB", "SO_OOBINLINE", "atmark", "PRI", "TCP"],
        ..BASE
    },
    Topic {
        names: &["TCP states", "TCP state", "状态", "状态转换", "状态机", "state machine", "states"],
        usage: "TCP states (状态): state S",
        summary: "where each end of a connection stands: CLOSE, LISTEN, SYN_SENT, ESTABLISHED, ..., TIME_WAIT",
        notes: &[
            "state tells it of one socket, or waits for a state; netstat and sockets show all, diagram draws how they came. Each \
                  has a page: help CLOSE_WAIT.",
        ],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\nstate srv\nstate cli\n\
                  shutdown cli wr\nstate cli FIN_WAIT2 2\nsockets",
        related: &[
            "state",
            "ESTABLISHED",
            "TIME_WAIT",
            "CLOSE_WAIT",
            "three-way handshake",
            "four-way close",
            "netstat",
        ],
        ..BASE
    },
    Topic {
        names: &["ancillary data", "ancillary", "cmsg", "control message", "control data", "辅助数据", "控制消息"],
        usage: "ancillary data (辅助数据): sendmsg S DATA anc=..., recvmsg S N ANCBUFSIZE",
        summary: "what goes beside the data of a message: descriptors, credentials, addresses, hops, time stamps, errors",
        notes: &[
            "recvmsg gives a list of entries: level, type, data (the bytes, as Python gives them), and what they mean in named fields: \
             ${anc[0].ttl}. `help ancillary fields` lists them. It is asked for with an option: IP_RECVTTL, IP_PKTINFO, SO_TIMESTAMP. \
             ANCBUFSIZE is the room for it; MSG_CTRUNC says that it was too little.",
            "sendmsg takes as anc= what recvmsg gave, one entry of it, `list LEVEL TYPE DATA`, a list of any of these, or words: `help anc`.",
        ],
        example: "r = socket udp\nbind r 127.0.0.1:0\nsetsockopt r IP_RECVTTL 1\nwhere = getsockname r\ns = socket udp\n\
                  sendmsg s hello anc=\"IP_TTL 5\" to=$where\ndata, anc, flags, addr = recvmsg r 100 256\nprint ${anc[0].ttl}\n\
                  sendmsg s hello anc=$anc to=$where",
        related: &[
            "anc",
            "ancillary fields",
            "sendmsg",
            "recvmsg",
            "send_fds",
            "SCM_RIGHTS",
            "SCM_CREDENTIALS",
            "MSG_CTRUNC",
        ],
        ..BASE
    },
    Topic {
        names: &["ancillary fields", "in_pktinfo", "in6_pktinfo", "sock_extended_err", "scm_timestamping", "ucred"],
        usage: "ancillary fields: ${anc[0].ttl}",
        summary: "the fields of what recvmsg gives beside the data, under the kernel's names",
        notes: &[
            "SCM_RIGHTS: sockets. SCM_CREDENTIALS: pid uid gid. IP_PKTINFO: ipi_ifindex ipi_spec_dst ipi_addr. IPV6_PKTINFO: ipi6_addr \
             ipi6_ifindex. IP_TTL: ttl. IP_TOS: tos. IPV6_HOPLIMIT: hoplimit. IPV6_TCLASS: tclass. SO_RXQ_OVFL: drops. UDP_GRO: gso_size. \
             TCP_CM_INQ: inq. IP_ORIGDSTADDR: address. SCM_TIMESTAMP: tv_sec tv_usec (NS: tv_nsec). SCM_TIMESTAMPING: ts, the kernel's \
             stamp first, the card's third.",
            "IP_RECVERR, IPV6_RECVERR: ee_errno ee_origin ee_type ee_code ee_info ee_data offender; means says it. What was cut has none.",
        ],
        example: "left, right = socketpair\nsetsockopt right SO_PASSCRED 1\nsend left x\n\
                  data, anc, flags, addr = recvmsg right 100 256\nprint ${anc[0].uid}",
        related: &[
            "ancillary data",
            "recvmsg",
            "IP_RECVERR",
            "IP_PKTINFO",
            "SO_TIMESTAMPING",
            "SO_PASSCRED",
            "TCP_INQ",
            "UDP_GRO",
        ],
        ..BASE
    },
    Topic {
        names: &["anc", "anc="],
        usage: "sendmsg S DATA anc=\"IP_TTL 5, IP_TOS 16\"",
        summary: "ancillary data for one message, in words with commas between, as lists, or as it came",
        notes: &[
            "IP_TTL N; IP_TOS N; IP_PKTINFO [INTERFACE] [SOURCE]; IPV6_PKTINFO [SOURCE] [INTERFACE]; IPV6_HOPLIMIT N; IPV6_TCLASS N; \
             SCM_CREDENTIALS PID UID GID; SCM_RIGHTS FD...; UDP_SEGMENT BYTES; SO_MARK N; SO_PRIORITY N; SO_TIMESTAMPING FLAGS; \
             SCM_TXTIME NANOSECONDS; LEVEL TYPE N, each by name or number.",
            "`list LEVEL TYPE DATA` is Python's tuple: DATA is bytes, or a number, sockets, a structure that getsockopt gave.",
        ],
        example: "a, b = socketpair\nsetsockopt b SO_PASSCRED 1\nme = getsockopt a SO_PEERCRED\n\
                  entry = list SOL_SOCKET SCM_CREDENTIALS $me\nsendmsg a x anc=$entry\n\
                  sendmsg a x anc=\"SCM_CREDENTIALS ${me.pid} ${me.uid} ${me.gid}\"",
        related: &["ancillary data", "sendmsg", "IP_PKTINFO", "UDP_SEGMENT", "SCM_CREDENTIALS", "SO_TIMESTAMPING"],
        ..BASE
    },
];
