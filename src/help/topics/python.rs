//! Words of Python and C that are no calls here: what stands in their place.

use super::{BASE, Topic};

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        names: &["differences", "difference", "CPython", "区别"],
        usage: "where a call differs from Python's",
        summary: "what a call does is the kernel's answer in the mode that Python gives a socket; what remains is in docs/differences.md",
        notes: &[
            "With a timeout Python polls and then calls; here the call is tried first, and waits when it says EAGAIN: an error comes \
             at once rather than as `timeout`, and a send queues what fits. A closed socket says EBADF to everything.",
            "docs/differences.md has them all, each with its reason: random programs are run here and in Python.",
        ],
        example: "s = socket udp\nsettimeout s 0.05\nexpect EOPNOTSUPP accept s",
        related: &["python", "settimeout", "timeout", "EBADF", "EAI_ADDRFAMILY"],
        ..BASE
    },
    Topic {
        names: &[
            "python",
            "Python",
            "import",
            "from",
            "class",
            "self",
            "super",
            "__init__",
            "__name__",
            "__main__",
            "lambda",
            "with",
            "pass",
            "del",
            "tuple",
            "元组",
            "method",
            "object",
            "对象",
            "面向对象",
            "类",
            "args",
            "kwargs",
            "列表",
        ],
        usage: "lines of Python, and what stands for them",
        summary: "sockpit has Python's names for the calls, and one call a line without brackets and commas",
        notes: &[
            "import: nothing, all is there. s.bind((h, p)): bind s h:p. x = f(a): x = f a. A function: def. A class: defs, and values \
             given to them. with: a def closes its sockets at return. A tuple of results: several names. pass: an empty block. \
             f'...{x}': \"...$x\". == and the like: in let, if, while and assert. `if __name__`: not needed.",
        ],
        example: "def greet who\n  return \"Hello, $who!\"\nend\ntext = greet 黑马\nprint $text",
        related: &["language", "words", "values", "def", "let", "for"],
        ..BASE
    },
    Topic {
        names: &[
            "exception",
            "exceptions",
            "异常",
            "raise",
            "OSError",
            "socket.error",
            "IOError",
            "EnvironmentError",
            "Exception",
            "BaseException",
            "RuntimeError",
            "gaierror",
            "herror",
            "socket.gaierror",
            "ConnectionError",
            "select.error",
            "错误",
        ],
        usage: "exceptions (异常): errors by name",
        summary: "where Python raises an exception, a call fails with an error that has a name; try and except take it",
        notes: &[
            "except OSError: except without names. socket.error is OSError; socket.gaierror has the names EAI_NONAME and so on; \
                  ConnectionError is ECONNRESET, ECONNREFUSED, ECONNABORTED and EPIPE. There is no raise: assert fails.",
        ],
        example: "s = socket\ntry\n  connect s 127.0.0.1:1\nexcept ECONNREFUSED ETIMEDOUT as e\n  print \"$e\"\nend",
        related: &["errors", "try", "expect", "assert", "why", "timeout"],
        ..BASE
    },
    Topic {
        names: &["errno", "perror", "strerror", "h_errno", "gai_strerror", "错误码", "返回值"],
        usage: "errno, perror, strerror",
        summary: "a failed call shows the errno's name, its text and its number by itself",
        notes: &[
            "C's perror and strerror are not needed: `help ECONNREFUSED` or `help -k refused` tells more. `except ... as e` keeps name and \
                  text. connect_ex and SO_ERROR give the number.",
        ],
        example: "s = socket\ntry\n  recv s 1\nexcept as e\n  print \"$e\"\nend\ngetsockopt s SO_ERROR",
        related: &["errors", "try", "connect_ex", "SO_ERROR", "why"],
        ..BASE
    },
    Topic {
        names: &[
            "fcntl",
            "ioctl",
            "O_NONBLOCK",
            "FIONBIO",
            "FIONREAD",
            "TIOCOUTQ",
            "SIOCATMARK",
            "F_SETFL",
            "F_GETFL",
            "FD_CLOEXEC",
            "dup2",
            "socket.ioctl",
            "SIO_RCVALL",
        ],
        usage: "fcntl, ioctl",
        summary: "what C does with them has calls of its own here",
        notes: &[
            "O_NONBLOCK, FIONBIO: setblocking. F_DUPFD: dup. FIONREAD: inq. SIOCOUTQ: outq. SIOCATMARK: atmark. Interfaces: ifconfig. \
                  FD_CLOEXEC is set on every new descriptor: set_inheritable S on takes it away.",
        ],
        example: "left, right = socketpair\nsetblocking left off\ngetblocking left\nsend right hello\ninq left",
        related: &["setblocking", "inq", "outq", "atmark", "dup", "ifconfig", "blocking"],
        ..BASE
    },
    Topic {
        names: &[
            "file descriptor",
            "descriptor",
            "文件描述符",
            "fd",
            "句柄",
            "一切皆文件",
            "ulimit",
            "fdopen",
            "os.dup",
            "os.close",
            "fromshare",
            "SocketIO",
        ],
        usage: "file descriptor (文件描述符): fileno S",
        summary: "the number by which a process names an open socket or file to the kernel",
        notes: &[
            "A name in sockpit stands for the socket, not for the number. dup makes a second descriptor of the same connection, detach \
                  leaves the number alone, and socket fileno=N makes a socket of it again; fromfd N makes one of a duplicate. EMFILE: too many are open.",
        ],
        example: "s = socket\nfileno s\nt = dup s\nn = detach t\nu = socket fileno=$n",
        related: &["fileno", "dup", "detach", "socket", "EMFILE", "EBADF", "SCM_RIGHTS"],
        ..BASE
    },
    Topic {
        names: &["send_fds", "recv_fds", "descriptor passing", "描述符传递", "CMSG_*", "cmsghdr", "msghdr", "array"],
        usage: "send_fds, recv_fds: sendmsg S DATA fds=A,B",
        summary: "open descriptors sent over an AF_UNIX socket, as ancillary data SCM_RIGHTS",
        notes: &[
            "recvmsg gives a list of what came beside the data; an entry of SCM_RIGHTS has the sockets. ANCBUFSIZE is the room for it: \
                  CMSG_SPACE tells, 256 is plenty.",
        ],
        example: "left, right = socketpair\na, b = socketpair\nsendmsg left x fds=a\ndata, anc, flags, addr = recvmsg right 100 256\n\
                  entry = item $anc 0\nseveral = field $entry sockets\nmoved = item $several 0\nsend moved hello\nrecv b 100",
        related: &["sendmsg", "recvmsg", "SCM_RIGHTS", "SCM_CREDENTIALS", "AF_UNIX"],
        ..BASE
    },
    Topic {
        names: &["recv_into", "recvfrom_into", "recvmsg_into", "readinto", "recvmmsg", "sendmmsg", "readv", "writev"],
        usage: "recv_into, recvfrom_into: recv, recvfrom",
        summary: "there are no buffers to fill in sockpit: recv gives new bytes each time",
        notes: &[
            "C's readv and writev are recvmsg, and sendmsg with several pieces; recvmmsg and sendmmsg are a loop.",
        ],
        example: "left, right = socketpair\nsendmsg left one two\nrecv right 100",
        related: &["recv", "recvfrom", "recvmsg", "sendmsg", "slice"],
        ..BASE
    },
    Topic {
        names: &[
            "sockaddr",
            "sockaddr_in",
            "sockaddr_in6",
            "sockaddr_storage",
            "struct sockaddr",
            "in_addr",
            "inet_addr",
            "inet_network",
            "地址结构",
            "sin_port",
            "sin_addr",
            "地址族",
            "AddressInfo",
        ],
        usage: "sockaddr_in, inet_addr: an address is HOST:PORT",
        summary: "C's address structures and Python's tuples are written 127.0.0.1:9999, [::1]:9999, ./path or @name",
        notes: &[
            "inet_addr is inet_aton, or inet_pton for both families. An address that a call gave is $addr; its text is str $addr.",
        ],
        example: "s = socket\nbind s 127.0.0.1:0\naddr = getsockname s\ntext = str $addr\ninet_aton 127.0.0.1",
        related: &["addresses", "bind", "inet_aton", "inet_pton", "getsockname", "port", "IP address"],
        ..BASE
    },
    Topic {
        names: &[
            "family",
            "type",
            "proto",
            "SocketKind",
            "s.family",
            "s.type",
            "s.proto",
            "socket attributes",
            "MsgFlag",
        ],
        usage: "family, type and proto of a socket",
        summary: "sockets lists them; SO_DOMAIN, SO_TYPE and SO_PROTOCOL are their numbers",
        notes: &["Its timeout: gettimeout. Its descriptor: fileno. Its addresses: getsockname, getpeername."],
        example: "s = socket udp\ngetsockopt s SO_DOMAIN\ngetsockopt s SO_TYPE\ngetsockopt s SO_PROTOCOL\nsockets",
        related: &["socket", "sockets", "SO_DOMAIN", "SO_TYPE", "SO_PROTOCOL", "gettimeout", "info"],
        ..BASE
    },
    Topic {
        names: &[
            "arguments",
            "argv",
            "sys.argv",
            "sys.stdin",
            "sys.stdout",
            "命令行参数",
            "command line",
            "argparse",
            "命令行",
        ],
        usage: "arguments of a script: $1, $2, ...",
        summary: "what stands behind the script's name on the command line; ${1:-9999} gives one that is left out a value",
        notes: &[
            "`sockpit FILE.sock 127.0.0.1 9999`: $1 and $2. Without one that a script uses it fails with Unbound.",
        ],
        example: "srv = create_server 127.0.0.1:${1:-0}\ngetsockname srv",
        related: &["words", "def", "source", "Unbound"],
        ..BASE
    },
    Topic {
        names: &[
            "C",
            "memset",
            "bzero",
            "malloc",
            "htobe16",
            "IPV6_RTHDR_TYPE_0",
            "NI_MAXHOST",
            "NI_MAXSERV",
            "PIPE_BUF",
        ],
        usage: "lines of C, and what stands for them",
        summary: "the calls have C's names and order of parameters; structures and lengths are left out",
        notes: &[
            "`help CALL` shows each call in C. bind(s, (struct sockaddr *)&a, sizeof a): bind s 127.0.0.1:9999. read, write on a socket: recv, \
                  send; on a file: read, write. A return of -1 is an error with its errno's name.",
        ],
        example: "s = socket AF_INET SOCK_STREAM\nsetsockopt s SOL_SOCKET SO_REUSEADDR 1\nbind s 127.0.0.1:0\nlisten s 5",
        related: &["language", "fcntl", "sockaddr", "errno", "fork", "addresses"],
        ..BASE
    },
    Topic {
        names: &["environment", "os.environ", "environ", "环境变量"],
        usage: "environment (环境变量): getenv NAME [DEFAULT]",
        summary: "what the shell hands to the programs it starts, by name",
        notes: &[],
        example: "home = getenv HOME /\nnone = getenv SOCKPIT_EXAMPLE nothing\nprint $none",
        related: &["getenv", "arguments"],
        ..BASE
    },
    Topic {
        names: &[
            "paths",
            "os.path.isfile",
            "isfile",
            "os.path.join",
            "os.path.basename",
            "basename",
            "os.path.normpath",
            "normpath",
            "os.path.abspath",
            "路径",
            "文件路径",
            "文件",
        ],
        usage: "paths of files (路径)",
        summary: "exists says whether there is something at a path, filesize how large, realpath where it really is",
        notes: &[
            "os.path.join is text in one word: \"$folder/$name\". os.path.basename: split at / and pop the last part. A path that a client \
                  sends must be checked: realpath of it begins with the folder's realpath.",
        ],
        example: "mkdir db\nf = open db/a.txt w\nclose f\nexists db/a.txt\nfolder = realpath db\nfile = realpath db/../db/a.txt\n\
                  startswith $file $folder\nparts = split $file /\npop $parts\nunlink db/a.txt",
        related: &["exists", "filesize", "realpath", "open", "unlink", "file transfer"],
        ..BASE
    },
    Topic {
        names: &[
            "random numbers",
            "randint",
            "random.randint",
            "random.random",
            "random.choice",
            "choice",
            "shuffle",
            "随机数",
        ],
        usage: "random numbers (随机数): random N",
        summary: "random gives bytes by chance; unpack makes a number of them, and % brings it into bounds",
        notes: &["random.randint(1, 6) is the example's last two lines. Nothing seeds it: each run has other numbers."],
        example: "bytes = random 4\nn = unpack !I $bytes\nlet die = $n % 6 + 1",
        related: &["random", "unpack", "let"],
        ..BASE
    },
    Topic {
        names: &["dates", "ctime", "time.ctime", "datetime", "strftime", "time.localtime", "localtime", "日期", "时间"],
        usage: "time and dates (时间): time, now",
        summary: "time gives the seconds since 1970, now those of a clock that only goes forward; of a calendar there is nothing",
        notes: &[
            "How long something took: now before and after, and let. time.ctime and datetime have no counterpart.",
        ],
        example: "begin = now\nsleep 0.01\nend_ = now\nlet took = $end_ - $begin\ntime",
        related: &["time", "now", "sleep"],
        ..BASE
    },
    Topic {
        names: &["hexadecimal", "十六进制", "hexlify", "unhexlify", "binascii", "fromhex", "bytes.fromhex"],
        usage: "hexadecimal (十六进制): hex, unhex, hexdump",
        summary: "bytes as digits: hex writes two for each, unhex reads them, hexdump shows a table as hexdump -C",
        notes: &["A number in hexadecimal is 0x1f in any line."],
        example: "h = hex b\"\\x01\\xff\"\nb = unhex $h\nhexdump $b\nlet n = 0x1f",
        related: &["hex", "unhex", "hexdump", "pack", "int"],
        ..BASE
    },
];
