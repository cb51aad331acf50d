//! What servers and clients are, and what they do.

use super::{BASE, Topic};

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        names: &[
            "endpoint",
            "套接字",
            "socket object",
            "SocketType",
            "socket.socket()",
            "workflow",
            "流程",
            "工作流程",
            "网络编程",
            "socket programming",
        ],
        usage: "a socket (套接字)",
        summary: "one end of a conversation: a descriptor of the kernel, with an address of its own and that of its peer",
        notes: &[
            "A server makes one (socket), gives it an address (bind), lets it take connections (listen) and takes them \
             one by one (accept); each is a further socket. A client makes one and connects. Then both send and recv, \
             and each closes its own.",
        ],
        example: "srv = socket AF_INET SOCK_STREAM\nbind srv 127.0.0.1:0\nlisten srv 5\nwhere = getsockname srv\n\
                  cli = socket\nconnect cli $where\nconn, addr = accept srv\nsend conn Welcome\nrecv cli 1024\n\
                  close conn\nrecv cli 1024",
        related: &["socket", "server", "client", "sockets", "file descriptor", "addresses"],
        ..BASE
    },
    Topic {
        names: &[
            "server",
            "服务器",
            "服务端",
            "服务器端",
            "server socket",
            "listening socket",
            "监听",
            "监听套接字",
            "绑定",
            "绑定端口",
            "tcp server",
            "echo server",
            "回显",
            "回声",
            "echo",
        ],
        usage: "a server (服务器): bind (绑定), listen (监听), accept",
        summary: "whoever waits at a known address for others to connect",
        notes: &[
            "create_server does socket, SO_REUSEADDR, bind and listen in one. accept waits for a client and gives a new \
             socket for it; the listening one only listens. Serving several at once takes a task for each: spawn.",
        ],
        example: "srv = create_server 127.0.0.1:0\ndef serve conn\n  data = recv conn 1024\n  sendall conn $data\nend\n\
                  where = getsockname srv\ncli = create_connection $where\nconn, addr = accept srv\n\
                  spawn serve $conn\nsend cli hello\nrecv cli 1024",
        related: &["create_server", "bind", "listen", "accept", "backlog", "client", "concurrent server", "port reuse"],
        ..BASE
    },
    Topic {
        names: &["client", "客户端", "客户机", "连接", "connection", "connecting", "建立连接", "tcp client"],
        usage: "a client (客户端): connect (连接)",
        summary: "whoever connects to a server, whose address it must know",
        notes: &[
            "It needs no bind: the kernel chooses a port. connect succeeds once the server listens, before it accepts; \
             nobody there is ECONNREFUSED at once, no answer at all ETIMEDOUT after minutes.",
        ],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = socket\nconnect cli $where\n\
                  getsockname cli\ngetpeername cli",
        related: &["connect", "create_connection", "connect_ex", "server", "port", "three-way handshake"],
        ..BASE
    },
    Topic {
        names: &[
            "concurrent server",
            "并发服务器",
            "多客户端",
            "多任务",
            "并发",
            "并行",
            "concurrency",
            "concurrent",
            "parallel",
            "parallelism",
            "C10K",
            "聊天",
            "聊天室",
            "chat",
        ],
        usage: "a concurrent server (并发): several clients at once (多客户端)",
        summary: "a server that takes the next client while it still serves others",
        notes: &[
            "Concurrent (并发) is to have several under way and take turns; parallel (并行) is to run them at one moment, \
             which needs several processors. Tasks are concurrent: while one waits in recv, the others go on. \
             Processes are parallel.",
        ],
        example: "def serve conn\n  data = recv conn 100\n  while $data\n    sendall conn $data\n    data = recv conn 100\n  end\n\
                  end\nsrv = create_server 127.0.0.1:0\nwhere = getsockname srv\na = create_connection $where\n\
                  b = create_connection $where\nx, addr = accept srv\nspawn serve $x\ny, addr = accept srv\n\
                  spawn serve $y\nsend b second\nrecv b 100\nsend a first\nrecv a 100\nclose a\nclose b",
        related: &["spawn", "process", "threads", "accept", "socketserver", "multiplexing", "GIL"],
        ..BASE
    },
    Topic {
        names: &[
            "socketserver",
            "BaseRequestHandler",
            "StreamRequestHandler",
            "DatagramRequestHandler",
            "ThreadingTCPServer",
            "TCPServer",
            "UDPServer",
            "BaseServer",
            "ThreadingMixIn",
            "ForkingMixIn",
            "serve_forever",
            "handle",
            "handle_request",
            "self.request",
            "client_address",
            "server_address",
            "RequestHandlerClass",
            "rfile",
            "wfile",
            "finish",
            "setup",
            "ForkingTCPServer",
            "ForkingUDPServer",
            "ThreadingUDPServer",
            "UnixStreamServer",
            "UnixDatagramServer",
            "ThreadingUnixStreamServer",
            "ThreadingUnixDatagramServer",
            "allow_reuse_address",
            "allow_reuse_port",
            "daemon_threads",
            "process_request",
            "server_close",
            "server_bind",
            "server_activate",
            "get_request",
            "finish_request",
            "request_queue_size",
            "handle_error",
            "handle_timeout",
            "verify_request",
            "shutdown_request",
            "close_request",
        ],
        usage: "socketserver: a loop of accept and spawn",
        summary: "ThreadingTCPServer is a listening socket, a loop of accept, and a task for each client; handle is the def",
        notes: &[
            "self.request is the def's parameter, client_address what accept gives, server_address getsockname of the listener, \
                  rfile and wfile are makefile of the socket. serve_forever is the loop, here in a task of its own (-d).",
        ],
        example: "def handle conn\n  data = recv conn 1024\n  while $data\n    up = upper $data\n    sendall conn $up\n    data = recv conn 1024\n  \
                  end\nend\ndef serve_forever srv\n  loop\n    conn, addr = accept srv\n    spawn handle $conn\n  end\nend\n\
                  srv = create_server 127.0.0.1:0\nspawn -d serve_forever $srv\nwhere = getsockname srv\n\
                  cli = create_connection $where\nsend cli hello\nrecv cli 1024\nclose cli",
        related: &["create_server", "accept", "spawn", "def", "loop", "makefile", "concurrent server"],
        ..BASE
    },
    Topic {
        names: &["backlog", "accept queue", "全连接队列", "半连接队列", "最大连接数", "挂起", "排队", "SYN queue"],
        usage: "backlog (全连接队列): listen S BACKLOG",
        summary: "how many finished connections may wait for accept; it is no limit on clients that are served",
        notes: &[
            "Linux holds one more than was asked for, and at most net.core.somaxconn (SOMAXCONN). When it is full TCP \
             drops the client's SYN, who tries again: its connect hangs. On AF_UNIX connect waits, or fails with EAGAIN.",
        ],
        example: "srv = socket\nbind srv 127.0.0.1:0\nlisten srv 5\nwhere = getsockname srv\n\
                  a = create_connection $where\nb = create_connection $where\npoll srv IN",
        related: &["listen", "accept", "SOMAXCONN", "three-way handshake", "EAGAIN"],
        ..BASE
    },
    Topic {
        names: &["sending", "发送", "发送数据", "partial send", "部分发送", "write(2)", "os.write"],
        usage: "sending (发送): send, sendall, sendto",
        summary: "bytes go into the kernel's send buffer, and from there to the peer when it has room",
        notes: &[
            "send gives how many bytes were taken, which may be fewer than there were; sendall goes on until all are. \
             That a send went well does not mean that anybody has read it. Text goes as UTF-8. sendto sends one \
             datagram to an address.",
        ],
        example: "left, right = socketpair\nsend left hello\nsendall left \" world\"\noutq left\nrecv right 100",
        related: &["send", "sendall", "sendto", "buffers", "encoding", "EPIPE", "outq"],
        ..BASE
    },
    Topic {
        names: &["receiving", "接收", "接收数据", "收发", "bufsize", "buflen", "read(2)", "os.read"],
        usage: "receiving (接收): recv S N, N being Python's bufsize",
        summary: "recv gives what has come, at most N bytes; it waits only while there is nothing",
        notes: &[
            "N is a limit, not a length: recv S 1024 may give one byte. Empty bytes mean that the peer sends no more, \
             for ever. Of a datagram what does not fit is thrown away.",
        ],
        example: "left, right = socketpair\nsend left \"hello world\"\nrecv right 5\nrecv right 1024\nclose left\n\
                  recv right 1024",
        related: &["recv", "recvfrom", "MSG_WAITALL", "sticky packets", "half-close", "inq", "blocking"],
        ..BASE
    },
    Topic {
        names: &["file transfer", "文件传输", "文件上传", "文件下载", "上传", "下载", "upload", "download"],
        usage: "file transfer (文件上传, 文件下载)",
        summary: "read a file piece by piece and send each; the other side writes what comes until the end of the stream",
        notes: &[
            "sendfile does the sending half. When an answer is to come on the same connection, the end must be told \
             otherwise: shut down the sending half (half-close), or send the length first (sticky packets).",
        ],
        example: "f = open note.txt w\nwrite f \"some text\"\nclose f\nleft, right = socketpair\nsendfile left note.txt\n\
                  shutdown left wr\ndata = recv right 1024\nassert $data == \"some text\"\nunlink note.txt",
        related: &["sendfile", "open", "read", "half-close", "sticky packets", "makefile"],
        ..BASE
    },
    Topic {
        names: &[
            "TCP/IP",
            "protocol",
            "protocols",
            "协议",
            "协议栈",
            "协议簇",
            "layers",
            "分层",
            "应用层",
            "运输层",
            "传输层",
            "网络层",
            "网络接口层",
            "OSI",
            "FTP",
            "SMTP",
            "HTTP",
            "请求",
            "响应",
            "request",
            "response",
            "校验和",
            "checksum",
        ],
        usage: "TCP/IP: protocols in layers (协议, 分层)",
        summary: "link, network (IP), transport (TCP, UDP) and application (HTTP, SMTP, FTP, ...), each inside the one below",
        notes: &[
            "The socket API is the door to the transport layer: what a program sends is the application's layer, and the \
             kernel wraps it in TCP or UDP, in IP, and in the link's frames. So sockpit can talk to any server whose \
             protocol is known: a web server wants `GET / HTTP/1.0`, an empty line, and answers.",
        ],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ncli = create_connection $where\n\
                  send cli \"GET / HTTP/1.0\\r\\n\\r\\n\"\nconn, addr = accept srv\nrecv conn 1024",
        related: &["TCP", "UDP", "socket", "IPPROTO_TCP", "IP address", "encoding"],
        ..BASE
    },
    Topic {
        names: &["raw socket", "raw sockets", "原始套接字", "ICMP", "ping", "traceroute"],
        usage: "raw sockets (原始套接字), ping",
        summary: "sockets that carry packets of IP itself, for root; a ping needs none",
        notes: &["`socket AF_INET SOCK_DGRAM IPPROTO_ICMP` sends and receives echoes without root where \
             net.ipv4.ping_group_range allows it. A request is type 8, code 0, a checksum (the kernel's work), a number \
             and a sequence."],
        example: "try\n  s = socket AF_INET SOCK_DGRAM IPPROTO_ICMP\n  echo = pack !BBHHH 8 0 0 1 1\n\
                  \x20 sendto s $echo 127.0.0.1:0\n  data, addr = recvfrom s 100\nexcept EACCES EPERM as e\n  print \"$e\"\nend",
        related: &["SOCK_RAW", "IPPROTO_ICMP", "sendto", "pack", "IP_TTL", "IP_RECVERR", "EPERM"],
        ..BASE
    },
    Topic {
        names: &["hosts", "network namespace", "network namespaces", "netns", "namespaces", "mininet", "虚拟主机"],
        usage: "hosts (虚拟主机) and routers",
        summary: "network stacks of their own on wires between them: a real network within sockpit, without root",
        notes: &[
            "`alice = host` makes one, host=alice puts a socket there. What they send to each other goes over a wire, which shows \
             it (frames) and can hold, lose or delay it (wire). A router joins two wires; route tells the ways.",
            "Where the system allows no network namespaces, host says what stands in the way and how to allow it: AppArmor on \
             Ubuntu, a container's filter of system calls, user.max_user_namespaces. Transcripts that need hosts are skipped there.",
        ],
        example: "alice = host\nbob = host\nu = socket udp host=alice\nv = socket udp host=bob\nbind v 10.0.0.2:53\n\
                  sendto u question 10.0.0.2:53\ndata, addr = recvfrom v 100\nroute host=bob\nnetstat host=bob",
        related: &["host", "wire", "frames", "route", "netstat", "ifconfig"],
        ..BASE
    },
    Topic {
        names: &[
            "tools",
            "netstat -ano",
            "ss",
            "lsof",
            "tasklist",
            "taskkill",
            "wireshark",
            "tcpdump",
            "抓包",
            "telnet",
            "nc",
            "netcat",
            "nslookup",
            "curl",
        ],
        usage: "tools, and what does the same here",
        summary: "netstat, ifconfig and the system calls are calls here; others are programs of their own",
        notes: &[
            "netstat (netstat -ano, ss): netstat; ifconfig, ipconfig, ip: ifconfig, route; strace: trace on; ps, tasklist: \
             ps, of one's own children; kill, taskkill: terminate or kill, a child or its PID; nc, telnet: create_connection, send, recv; nslookup: \
             getaddrinfo. tcpdump and wireshark show the packets themselves: diagram draws what happened here.",
        ],
        example: "s = create_server 127.0.0.1:0\nnetstat LISTEN\nifconfig lo",
        related: &["netstat", "ifconfig", "trace", "diagram", "procstate", "why", "info"],
        ..BASE
    },
    Topic {
        names: &["socket options", "options", "选项", "套接字选项", "level", "optname", "optval"],
        usage: "socket options (套接字选项): setsockopt, getsockopt",
        summary: "how a socket is to behave: whose address it may take, how large its buffers are, how long it waits, ...",
        notes: &[
            "An option belongs to a level: SOL_SOCKET is every socket's, IPPROTO_TCP that of TCP, and so on; sockpit knows it by the \
                  option's name. `help SOL_SOCKET` lists those of a level, `help SO_LINGER` explains one.",
        ],
        example: "s = socket\nsetsockopt s SO_REUSEADDR 1\ngetsockopt s SO_REUSEADDR\nsetsockopt s IPPROTO_TCP TCP_NODELAY 1",
        related: &["setsockopt", "getsockopt", "SOL_SOCKET", "IPPROTO_TCP", "IPPROTO_IP", "info"],
        ..BASE
    },
    Topic {
        names: &["flags", "flag", "标志", "标志位", "MSG_*"],
        usage: "flags (标志): MSG_PEEK, MSG_DONTWAIT|MSG_NOSIGNAL",
        summary: "what is different for one call of sending or receiving, each by its name or number, several joined with |",
        notes: &[
            "They stand behind the data or the number of bytes: recv S N [FLAGS]. recvmsg gives flags back, such as MSG_TRUNC. `help -k \
                  MSG_` lists them.",
        ],
        example: "left, right = socketpair\nsend left hello MSG_DONTWAIT|MSG_NOSIGNAL\nrecv right 5 MSG_PEEK\nrecv right 5",
        related: &["MSG_PEEK", "MSG_WAITALL", "MSG_DONTWAIT", "MSG_OOB", "recv", "send", "recvmsg"],
        ..BASE
    },
];
