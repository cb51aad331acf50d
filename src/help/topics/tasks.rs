//! Doing several things at once: threads, locks, queues, pools, as Python's documents name them.

use super::{BASE, Topic};

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        names: &[
            "threads",
            "threading",
            "thread",
            "_thread",
            "start_new_thread",
            "_thread.start_new_thread",
            "线程",
            "多线程",
            "主线程",
            "子线程",
            "main thread",
            "main_thread",
            "active_count",
            "get_ident",
            "get_native_id",
            "ident",
            "native_id",
            "Thread.run",
            "run",
            "stack_size",
            "excepthook",
            "ThreadError",
            "exit_thread",
        ],
        usage: "threads (线程): spawn",
        summary: "sockpit's threads are tasks: `spawn NAME ARGS` makes and starts one that runs a def",
        notes: &[
            "A task has no object to make first and no start: spawn does both; what a subclass's run does stands in the def. \
             Tasks share names and sockets, and take turns only where a call waits, so nothing changes between two lines \
             that do not wait. How many there are (activeCount): as many as `tasks` lists.",
        ],
        example: "def work who seconds\n  sleep $seconds\n  print \"$who is done\"\nend\na = spawn work Thread-1 0.02\n\
                  b = spawn work Thread-2 0.01\ntasks\njoin a\njoin b",
        related: &["spawn", "join", "is_alive", "tasks", "current_task", "thread name", "daemon", "lock", "process"],
        ..BASE
    },
    Topic {
        names: &["thread name", "getName", "setName", "Thread.name", "name", "process name", "线程名", "进程名"],
        usage: "the name of a task or a process (线程名): str T",
        summary: "it is made of the def's name and a number, as worker-1; str and print give it",
        notes: &[
            "It cannot be changed (no setName): give a def that takes a name, or a def of its own, as in the example. \
                  Python's are called Thread-1 and Process-1.",
        ],
        example: "def worker\n  me = current_task\n  print \"I am $me\"\nend\nt = spawn worker\nname = str $t\njoin t",
        related: &["current_task", "str", "spawn", "tasks", "process"],
        ..BASE
    },
    Topic {
        names: &["daemon", "setDaemon", "isDaemon", "daemonic", "守护线程", "守护进程", "后台线程", "daemon=True"],
        usage: "daemon (守护线程, 守护进程): spawn -d, process -d",
        summary: "a task or a process that ends when the main task does, whatever it is at",
        notes: &[
            "Others are waited for. It is said at the start, and not inherited by tasks it spawns. A daemon process may \
                  have no children (Assert).",
        ],
        example: "def forever\n  loop\n    sleep 60\n  end\nend\nt = spawn -d forever\np = process -d forever\nis_alive t",
        related: &["spawn", "process", "join", "threads", "Assert"],
        ..BASE
    },
    Topic {
        names: &[
            "mutex",
            "锁",
            "互斥锁",
            "临界区",
            "critical section",
            "race condition",
            "race",
            "竞态",
            "竞争条件",
            "数据错乱",
            "线程安全",
            "thread safety",
            "可重入锁",
            "线程同步",
            "上锁",
            "解锁",
            "共享数据",
            "allocate_lock",
            "LockType",
        ],
        usage: "mutual exclusion (互斥锁): lock, acquire, release",
        summary: "what one task alone may do at a time: it takes a lock first and gives it back afterwards",
        notes: &[
            "Needed when a task reads, waits and writes: at the wait another runs. Without a wait between them, lines of a \
                  task are never interrupted. An rlock its holder may take again; a semaphore N may hold.",
        ],
        example: "num = int 2\nm = lock\ndef sub\n  global num\n  acquire m\n  let temp = $num\n  sleep 0.01\n  let num = $temp - 1\n\
                  \x20 release m\nend\na = spawn sub\nb = spawn sub\njoin a\njoin b\nassert $num == 0",
        related: &["lock", "rlock", "semaphore", "acquire", "release", "Deadlock", "threads"],
        ..BASE
    },
    Topic {
        names: &["deadlock", "死锁"],
        usage: "deadlock (死锁)",
        summary: "two tasks each hold what the other waits for, so that neither can ever go on",
        notes: &[
            "When no task can run any more sockpit says so, with who holds what and who waits for it, and ends with the \
                  error Deadlock. Locks taken in one order everywhere prevent it. Two sockets' ends that both wait in recv \
                  are one, too, which nobody but a timeout notices.",
        ],
        example: "m = lock\nacquire m\nexpect Deadlock acquire m",
        related: &["Deadlock", "mutex", "lock", "rlock", "settimeout"],
        ..BASE
    },
    Topic {
        names: &[
            "GIL",
            "全局解释器锁",
            "global interpreter lock",
            "GIL锁",
            "IO密集型",
            "计算密集型",
            "CPU密集型",
            "IO-bound",
            "CPU-bound",
            "时间片",
            "单核",
            "多核",
        ],
        usage: "GIL (全局解释器锁)",
        summary: "Python's own lock: of a process's threads one at a time runs Python code, so they are concurrent, not parallel",
        notes: &[
            "A thread that waits for a socket or a file lets others run, so threads suit waiting (IO) and processes suit \
                  computing. sockpit's tasks are alike: one runs at a time, and gives way where it waits. For several \
                  processors: process.",
        ],
        example: "def wait_a_little\n  sleep 0.02\nend\nbegin = now\na = spawn wait_a_little\nb = spawn wait_a_little\njoin a\njoin b\n\
                  end_ = now\nlet took = $end_ - $begin",
        related: &["threads", "process", "tasks", "concurrent server"],
        ..BASE
    },
    Topic {
        names: &[
            "Condition",
            "条件变量",
            "notify",
            "notify_all",
            "wait_for",
            "Barrier",
            "Timer",
            "BoundedSemaphore",
            "thread-local",
            "threading.local",
            "local",
            "condition variable",
            "事件",
            "信号量",
            "定时器",
            "通知",
        ],
        usage: "Condition, Barrier, Timer: what to use instead",
        summary: "sockpit has lock, rlock, semaphore, event and the queues; the rest is made of them",
        notes: &[
            "Condition (条件变量): a queue, whose get waits for a put; or an event: set where Python says notify_all, wait, \
                  then clear. Timer(5, f): a def that sleeps first, spawned. Barrier: put an entry in a \
                  queue for each task; each says task_done, and join Q waits for all. Locals of a def are each task's own.",
        ],
        example: "def after seconds\n  sleep $seconds\n  print \"time is up\"\nend\nt = spawn after 0.01\njoin t\ne = event\n\
                  def waiter\n  wait e\n  print \"go\"\nend\nw = spawn waiter\nset e\njoin w",
        related: &["event", "queue", "semaphore", "sleep", "spawn", "wait"],
        ..BASE
    },
    Topic {
        names: &[
            "producer-consumer",
            "生产者消费者",
            "生产者",
            "消费者",
            "生产者消费者模型",
            "生产者消费者模式",
            "producer",
            "consumer",
            "队列",
            "优先级队列",
            "消息队列",
            "阻塞队列",
            "FIFO",
            "LIFO",
            "先进先出",
            "SimpleQueue",
            "deque",
            "maxsize",
            "JoinableQueue",
            "先入先出",
            "后入先出",
        ],
        usage: "producer and consumer (生产者消费者): a queue (队列) between them",
        summary: "one task puts, another gets; a full queue makes the first wait, an empty one the second",
        notes: &[
            "queue is first in first out, lifoqueue the other way round, priorityqueue gives the least first; mpqueue is for \
                  processes. task_done and join Q tell when all is dealt with.",
        ],
        example: "q = queue 2\ndef producer\n  for n in 1 2 3\n    put q $n\n  end\nend\ndef consumer\n  repeat 3\n    n = get q\n    print \
                  \"got $n\"\n    task_done q\n  end\nend\nspawn producer\nspawn consumer\njoin q",
        related: &["queue", "put", "get", "task_done", "lifoqueue", "priorityqueue", "mpqueue", "join"],
        ..BASE
    },
    Topic {
        names: &[
            "thread pool",
            "线程池",
            "concurrent.futures",
            "executor",
            "Executor",
            "Future",
            "future",
            "ProcessPoolExecutor",
            "进程池",
            "Pool",
            "multiprocessing.Pool",
            "apply_async",
            "as_completed",
            "result",
            "done",
            "add_done_callback",
            "map",
            "FIRST_COMPLETED",
            "FIRST_EXCEPTION",
            "ALL_COMPLETED",
        ],
        usage: "pool (线程池, 进程池): pool N, submit P NAME ARGS",
        summary: "N workers that take up any number of jobs, never more than N at once",
        notes: &[
            "submit gives a task, and join its result, as Future.result does. The workers are tasks: of processes there is no \
                  pool (ProcessPoolExecutor, multiprocessing.Pool); start N processes that take their work from an mpqueue.",
        ],
        example: "def square n\n  let n2 = $n * $n\n  return $n2\nend\np = pool 2\na = submit p square 3\nb = submit p square 4\n\
                  join a\njoin b\nshutdown p",
        related: &["pool", "submit", "join", "process", "mpqueue", "semaphore"],
        ..BASE
    },
];
