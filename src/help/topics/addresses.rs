//! Where a socket is: ports, addresses, names, interfaces, families.

use super::{BASE, Topic};

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        names: &[
            "port",
            "端口",
            "端口号",
            "ports",
            "ephemeral port",
            "临时端口",
            "well-known port",
            "知名端口",
            "port number",
            "IPPORT_RESERVED",
            "IPPORT_USERRESERVED",
        ],
        usage: "port (端口): 0 to 65535",
        summary: "the number that says which socket of a machine is meant; TCP and UDP have their own",
        notes: &[
            "Below 1024 only root may bind. Port 0 lets the kernel choose a free one, as it does for every client that \
             does not bind: an ephemeral port, of net.ipv4.ip_local_port_range. A connection is known by both ends' \
             addresses and ports, so many can share a server's port.",
        ],
        example: "s = socket\nbind s 127.0.0.1:0\ngetsockname s\ngetservbyname http",
        related: &["bind", "getsockname", "getservbyname", "port reuse", "EADDRINUSE", "EACCES", "netstat"],
        ..BASE
    },
    Topic {
        names: &[
            "port reuse",
            "端口复用",
            "端口重用",
            "地址复用",
            "端口占用",
            "端口被占用",
            "address already in use",
            "2MSL",
            "MSL",
            "rebind",
        ],
        usage: "port reuse (端口复用): SO_REUSEADDR",
        summary: "a server that starts again finds its port taken by old connections in TIME_WAIT, unless it says so",
        notes: &[
            "Whoever closes first keeps the pair of addresses for a minute, in TIME_WAIT. Without SO_REUSEADDR, bind then \
             fails with EADDRINUSE. Set it before bind: after bind it is too late. It does not let two sockets listen \
             on one port; SO_REUSEPORT does.",
        ],
        example: "srv = socket\nsetsockopt srv SO_REUSEADDR 1\nbind srv 127.0.0.1:0\nlisten srv",
        related: &["SO_REUSEADDR", "SO_REUSEPORT", "TIME_WAIT", "EADDRINUSE", "create_server", "four-way close"],
        ..BASE
    },
    Topic {
        names: &[
            "IP address",
            "IP",
            "IP地址",
            "IPv4",
            "IPv6",
            "loopback",
            "回环",
            "回环地址",
            "本地回路",
            "本机",
            "localhost",
            "127.0.0.1",
            "::1",
            "wildcard",
            "通配地址",
            "0.0.0.0",
            "::",
            "netmask",
            "子网掩码",
            "subnet",
            "局域网",
            "广域网",
            "网络地址",
            "主机地址",
            "INADDR_NONE",
            "INADDR_BROADCAST",
            "城域网",
            "环回",
        ],
        usage: "IP address (IP地址)",
        summary: "which interface of which machine: 4 bytes in IPv4, as 127.0.0.1; 16 bytes in IPv6, as ::1",
        notes: &[
            "127.0.0.1, ::1 and localhost are this machine (loopback): nobody else reaches a server bound there. 0.0.0.0 \
             and :: (the wildcard, Python's '') are all its addresses, for bind. The netmask, which ifconfig shows, says \
             how many leading bits the network's machines share.",
        ],
        example: "ifconfig lo\ninet_aton 127.0.0.1\ninet_pton AF_INET6 ::1\ngethostbyname localhost\ns = socket\n\
                  bind s :0\ngetsockname s",
        related: &[
            "addresses",
            "AF_INET",
            "AF_INET6",
            "inet_pton",
            "ifconfig",
            "getaddrinfo",
            "INADDR_ANY",
            "dual stack",
        ],
        ..BASE
    },
    Topic {
        names: &["dual stack", "双栈", "IPv4-mapped", "dualstack_ipv6", "has_ipv6"],
        usage: "dual stack (双栈)",
        summary: "an IPv6 socket bound to :: that takes IPv4 clients as well",
        notes: &[
            "With IPV6_V6ONLY off, such a client's address looks like ::ffff:1.2.3.4. create_server does it all with \
             dualstack_ipv6=on. A wildcard server of IPv4 cannot have the same port then.",
        ],
        example: "s = socket tcp6\nsetsockopt s IPV6_V6ONLY 0\nbind s [::]:0\nlisten s\ngetsockname s",
        related: &["IPV6_V6ONLY", "AF_INET6", "create_server", "IP address"],
        ..BASE
    },
    Topic {
        names: &["DNS", "name resolution", "域名", "域名解析", "主机名", "hostname", "resolver"],
        usage: "names of hosts and services (域名解析)",
        summary: "a host's name becomes an address by /etc/hosts or a name server, a service's a port by /etc/services",
        notes: &[
            "getaddrinfo gives all addresses of a name, and getnameinfo the names of an address and a port, of IPv4 and of \
             IPv6. The calls that begin with gethostby are older; getfqdn gives a name with a dot. What a look-up fails with is \
             EAI_NONAME and its kin, or herror of the older ones.",
        ],
        example: "gethostname\ninfos = getaddrinfo localhost 80\nhost, port = getnameinfo 127.0.0.1:80\n\
                  getservbyname http",
        related: &[
            "getaddrinfo",
            "getnameinfo",
            "gethostbyname",
            "gethostbyaddr",
            "gethostname",
            "getfqdn",
            "getservbyname",
            "getservbyport",
            "getprotobyname",
            "EAI_NONAME",
            "herror",
        ],
        ..BASE
    },
    Topic {
        names: &["interface", "interfaces", "网卡", "网络接口", "ip addr"],
        usage: "network interfaces (网卡): ifconfig",
        summary: "where packets enter and leave a machine: lo is the loopback, eth0 or the like a card",
        notes: &[
            "ifconfig lists them with their numbers, flags, MTU and addresses, if_nameindex with numbers and names alone. \
             Options take a name or a number: SO_BINDTODEVICE lo.",
        ],
        example: "ifconfig\nifconfig lo",
        related: &[
            "ifconfig",
            "if_nameindex",
            "if_nametoindex",
            "SO_BINDTODEVICE",
            "IP_MULTICAST_IF",
            "MTU",
            "LOOPBACK",
        ],
        ..BASE
    },
    Topic {
        names: &[
            "Unix domain socket",
            "unix socket",
            "本地套接字",
            "domain socket",
            "sockaddr_un",
            "named pipe",
            "命名管道",
            "管道",
        ],
        usage: "Unix domain sockets (本地套接字): socket unix",
        summary: "sockets between processes of one machine; their addresses are paths, or @names",
        notes: &[
            "They have no ports and no network under them, and can pass descriptors and credentials. The path's file stays \
             after close: unlink it before the next bind. socketpair makes two that are connected.",
        ],
        example: "srv = socket unix\nbind srv ./chat.sock\nlisten srv\ncli = socket unix\nconnect cli ./chat.sock\n\
                  conn, addr = accept srv\nsend cli hello\nrecv conn 100\nunlink chat.sock",
        related: &["AF_UNIX", "socketpair", "SCM_RIGHTS", "SO_PEERCRED", "unlink", "addresses"],
        ..BASE
    },
    Topic {
        names: &[
            "routing",
            "路由",
            "路由器",
            "router",
            "gateway",
            "网关",
            "firewall",
            "防火墙",
            "NAT",
            "proxy",
            "代理",
            "丢包",
            "packet loss",
            "unreachable",
            "refused",
        ],
        usage: "the way between two machines: routers (路由器), firewalls (防火墙)",
        summary: "packets go from router to router, each of which may drop them, send an error back, or write other addresses in",
        notes: &[
            "ECONNREFUSED at once: the machine is there, and nobody listens. ENETUNREACH, EHOSTUNREACH: no way, or nobody at its \
                  end. No answer at all, until ETIMEDOUT: the machine is off, or a firewall drops without a word. NAT gives \
                  machines behind it one address: from outside none of them can be connected to.",
        ],
        example: "s = socket\nsettimeout s 5\nexpect ECONNREFUSED connect s 127.0.0.1:1\nwhy",
        related: &["ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "IP_TTL", "connect", "why"],
        ..BASE
    },
];
