//! Ways to wait, and not to: coroutines, asyncio, callbacks, multiplexing.

use super::{BASE, Topic};

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        names: &[
            "synchronous",
            "asynchronous",
            "同步",
            "异步",
            "sync",
            "同步阻塞",
            "同步非阻塞",
            "异步阻塞",
            "异步非阻塞",
            "callback",
            "回调",
            "回调函数",
        ],
        usage: "synchronous (同步), asynchronous (异步)",
        summary: "whether whoever makes a call waits for its result, or goes on and gets it later",
        notes: &[
            "Synchronous: accept srv. Asynchronous: `accept srv &`, which the prompt announces when it is done, or wait takes. \
                  Blocking is another thing: whether the call itself waits in the kernel (setblocking). So there are four, and \
                  `help blocking` shows them.",
        ],
        example: "left, right = socketpair\ndata = recv right 100 &\nsend left hello\nwait 1\nprint $data",
        related: &["blocking", "&", "wait", "spawn", "poll"],
        ..BASE
    },
    Topic {
        names: &[
            "multiplexing",
            "多路复用",
            "IO多路复用",
            "I/O多路复用",
            "IO multiplexing",
            "selectors",
            "DefaultSelector",
            "EpollSelector",
            "PollSelector",
            "SelectSelector",
            "SelectorKey",
            "EVENT_READ",
            "EVENT_WRITE",
            "kqueue",
            "readiness",
            "事件驱动",
            "IOCP",
            "io_uring",
            "POLLMSG",
            "level-triggered",
            "edge-triggered",
            "水平触发",
            "边缘触发",
            "LT",
            "FD_SETSIZE",
        ],
        usage: "multiplexing (多路复用): select, poll, epoll",
        summary: "wait for several sockets at once, and be told which can be read or written without waiting",
        notes: &[
            "Level-triggered (水平触发: select, poll, epoll): what is there is told with every call. Edge-triggered (边缘触发, \
                  EPOLLET): what comes is told once, so read until EAGAIN.",
            "selectors: DefaultSelector() is epoll; register, modify, unregister are epoll_ctl ADD, MOD, DEL; EVENT_READ is EPOLLIN. \
                  kqueue is BSD's, IOCP Windows's.",
        ],
        example: "a, b = socketpair\nep = epoll\nepoll_ctl ep ADD a EPOLLIN|EPOLLET\nsend b hello\nepoll_wait ep\nepoll_wait ep 0\n\
                  ready = select a b timeout=1\npoll a:IN,b:OUT",
        related: &["select", "poll", "epoll", "epoll_ctl", "epoll_wait", "blocking", "spawn", "EPOLLET"],
        ..BASE
    },
    Topic {
        names: &[
            "generator",
            "协程",
            "生成器",
            "迭代器",
            "微线程",
            "纤程",
            "coroutines",
            "next",
            "yield from",
            "c.send",
        ],
        usage: "generators as coroutines (协程): coroutine, resume, yield",
        summary: "a def that stops at each yield and goes on when it is resumed: next(c) and c.send(v) are `resume C [VALUE]`",
        notes: &[
            "`x = yield VALUE` gives VALUE to whoever resumed it, and x is what the next resume sends. The first resume runs to \
                  the first yield, and after the end it fails with Empty. c.close() is cancel C.",
        ],
        example: "def consumer\n  r = str \"\"\n  loop\n    n = yield $r\n    print \"[CONSUMER] Consuming $n...\"\n    r = str \"200 OK\"\n  \
                  end\nend\nc = coroutine consumer\nresume c\nresume c 1\ncancel c",
        related: &["coroutine", "resume", "yield", "cancel", "Empty", "asyncio"],
        ..BASE
    },
    Topic {
        names: &[
            "asyncio",
            "async",
            "await",
            "async def",
            "gather",
            "asyncio.run",
            "create_task",
            "event loop",
            "事件循环",
            "uvloop",
            "gevent",
            "greenlet",
        ],
        usage: "asyncio: async and await are not needed here",
        summary: "every task is what async def is in Python: where a call waits, the others run",
        notes: &[
            "await f(x): f $x, the call alone; create_task(f(x)): spawn f $x; gather: join each; wait_for: the calls' SECONDS, or \
                  settimeout. Under it is one event loop (事件循环) on epoll, as asyncio has.",
        ],
        example: "left, right = socketpair\ndef reader s\n  data = recv s 100\n  return $data\nend\nt = spawn reader $right\n\
                  send left hello\njoin t",
        related: &["spawn", "join", "tasks", "multiplexing", "&", "synchronous"],
        ..BASE
    },
];
