//! Processes: what they share, how they begin and end.

use super::{BASE, Topic};

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        names: &[
            "multiprocessing",
            "进程",
            "多进程",
            "子进程",
            "父进程",
            "主进程",
            "processes",
            "child process",
            "IPC",
            "进程间通信",
            "IPC机制",
            "进程隔离",
            "数据隔离",
            "Manager",
            "共享内存",
            "shared memory",
            "Pipe",
            "subprocess",
            "active_children",
            "current_process",
            "parent_process",
            "cpu_count",
            "PID",
            "进程号",
            "Value",
            "Array",
            "RawValue",
            "RawArray",
            "authkey",
            "sentinel",
        ],
        usage: "processes (进程): process, mpqueue",
        summary: "`process NAME ARGS` runs a def in a process of its own, with its own copy of the data",
        notes: &[
            "What it changes stays there; a result comes back through an mpqueue, which is Python's multiprocessing.Queue. \
             A socket among the def's arguments is passed; files, tasks and their locks do not cross; an mplock does. There is no Manager, Pipe, Value or Array: what several \
             processes are to share, one of them keeps and serves, which is what a Manager is.",
        ],
        example: "q = mpqueue\ndef product q\n  put q \"made by the child\"\nend\np = process product $q\nget q\njoin p\nexitcode p",
        related: &["process", "mpqueue", "join", "terminate", "exitcode", "getpid", "zombie", "threads"],
        ..BASE
    },
    Topic {
        names: &[
            "fork",
            "os.fork",
            "vfork",
            "exec",
            "execve",
            "posix_spawn",
            "_exit",
            "get_start_method",
            "set_start_method",
            "get_context",
            "freeze_support",
        ],
        usage: "fork: process",
        summary: "C's fork copies the running process; sockpit starts its own program anew and hands it what it needs",
        notes: &[
            "process does posix_spawn of /proc/self/exe, with the programs' texts, the names' values and the def's arguments in a \
             file in memory; the child reads them and calls the def. So no memory is shared, and no socket but those among the \
             arguments, as with Python's start method `spawn`, and no line outside the def is run again. pidfd_open and waitid \
             watch it.",
        ],
        example: "money = int 1000\ndef task\n  global money\n  money = int 666\n  print \"the child has $money\"\nend\n\
                  p = process task\njoin p\nprint \"the parent has $money\"",
        related: &["process", "exitcode", "processes", "zombie", "trace"],
        ..BASE
    },
    Topic {
        names: &["pre-fork", "prefork", "pre-fork server", "多进程服务器", "SCM_RIGHTS to a child", "inherit"],
        usage: "pre-fork (多进程服务器): process serve $srv",
        summary: "a server whose children all accept from one listener, each in a process of its own",
        notes: &[
            "The listener is made once and passed to every child as an argument. All of them wait in accept; the kernel gives each \
             connection to one of them. It goes on listening until the last has closed it.",
        ],
        example: "srv = create_server 127.0.0.1:0\nwhere = getsockname srv\ndef serve srv\n  conn, addr = accept srv\n  \
                  sendall conn hello\nend\na = process serve $srv\nb = process serve $srv\nclose srv\n\
                  c = create_connection $where\nrecv c 100\nd = create_connection $where\nrecv d 100\njoin a\njoin b",
        related: &["process", "accept", "listen", "fork", "SO_REUSEPORT"],
        ..BASE
    },
    Topic {
        names: &["zombie", "僵尸进程", "orphan", "孤儿进程", "收养", "wait(2)"],
        usage: "zombie (僵尸进程), orphan (孤儿进程)",
        summary: "a process that has ended while its parent has not asked how; a process whose parent has ended",
        notes: &[
            "A zombie holds no memory, only its number and exit code, until join or exitcode asks. An orphan gets a new parent, \
                  mostly process 1. sockpit's children end with the first process of their family.",
        ],
        example: "def brief\nend\np = process brief\nn = pid p\nstate = procstate $n\nwhile $state != zombie\n  sleep 0.01\n  \
                  state = procstate $n\nend\nprint $state\njoin p\nprocstate p",
        related: &["procstate", "exitcode", "join", "getppid", "process"],
        ..BASE
    },
    Topic {
        names: &["signals", "信号", "SIGINT", "SIGTERM", "SIGPIPE", "SIGCHLD", "SIGKILL", "SIGHUP", "SIG*"],
        usage: "signals (信号)",
        summary: "Ctrl-C (SIGINT) gives up the call that waits, with the error Interrupted; SIGTERM ends sockpit",
        notes: &[
            "At the prompt the session goes on; a script ends with exit status 130. SIGPIPE is ignored, as in Python: EPIPE is all, \
                  unless `signal SIGPIPE default` is said in a child or a script, which then dies of it. A child process gets SIGTERM from terminate and SIGKILL from kill, and its exit code is minus the signal's number.",
        ],
        example: "def forever\n  sleep 60\nend\np = process forever\nterminate p\njoin p\nexitcode p",
        related: &["Interrupted", "terminate", "kill", "exitcode", "SIGPIPE", "EPIPE", "MSG_NOSIGNAL"],
        ..BASE
    },
];
