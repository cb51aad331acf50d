//! The lessons in `scripts/`: each runs to its end, twice, and prints what its document's programs print.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Folder, Run, run};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts")
}

/// Run a script with a port of the kernel's choice and a folder of its own.
fn play(options: &[&str], script: &str) -> Run {
    let path = folder().join(format!("{script}.sock"));
    let temp = Folder::new();
    let mut args = options.to_vec();
    args.extend(["--timeout", "20", path.to_str().unwrap(), "0", temp.path().to_str().unwrap()]);
    let run = run(&args);
    assert_eq!(run.status, 0, "{script} {options:?}\n{}\n{}", run.out, run.err);
    let left: Vec<_> = fs::read_dir(temp.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(left.is_empty(), "{script} leaves files behind: {left:?}");
    run
}

/// The text with `{addr}` for each IPv4 address and its port.
fn normalised(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        let end = rest[at..].find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').map_or(rest.len(), |n| at + n);
        // A colon or dots after an address belong to the sentence.
        let word = rest[at..end].trim_end_matches([':', '.']);
        let end = at + word.len();
        out.push_str(if word.parse::<std::net::SocketAddrV4>().is_ok() { "{addr}" } else { word });
        rest = &rest[end..];
    }
    out + rest
}

/// What may come of a ping: the system may forbid it.
const PINGS: &[&str] = &["来自 127.0.0.1 的回复: 32 字节", "请求超时", "系统不允许 (EPERM)"];

/// The text without what differs from machine to machine and from run to run: tables' widths, processes, seconds left,
/// the interfaces, whether a ping is allowed.
fn settled(text: &str) -> String {
    let mut out = String::new();
    let mut interfaces = false;
    for line in normalised(text).lines() {
        interfaces = (interfaces && line.contains("  ")) || (line.starts_with("name ") && line.contains(" mtu "));
        if interfaces {
            continue;
        }
        if let Some(answer) = line.strip_prefix("ping {addr}: ").or_else(|| line.strip_prefix("ping 127.0.0.1: ")) {
            assert!(PINGS.contains(&answer), "{line}");
            out.push_str("ping 127.0.0.1: {answer}\n");
        } else if ["proto ", "tcp ", "udp "].iter().any(|w| line.starts_with(w)) {
            let word = |w: &str| match w.strip_suffix("/sockpit") {
                Some(pid) if pid.bytes().all(|b| b.is_ascii_digit()) => "{pid}/sockpit".to_string(),
                _ => w.to_string(),
            };
            let words: Vec<String> = line.split_whitespace().map(word).collect();
            let line = words.join(" ");
            let over = line.strip_suffix(" s").and_then(|l| l.rsplit_once(' ')).filter(|_| line.contains("TIME_WAIT"));
            out.push_str(&over.map_or(line.clone(), |(start, _)| format!("{start} {{n}} s")));
            out.push('\n');
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// A script prints exactly these lines, each time; and shows these among others when its calls are shown.
fn check(script: &str, printed: &str, shown: &[&str]) {
    for _ in 0..2 {
        let quiet = play(&["-q"], script);
        assert_eq!(settled(&quiet.out), printed, "{script}");
        assert_eq!(quiet.err, "", "{script}");
    }
    let full = play(&[], script);
    for line in shown {
        assert!(full.out.contains(line), "{script} does not show {line}\n{}", full.out);
    }
    // Whoever opens a socket closes it.
    assert!(!full.out.contains("was still open"), "{script}\n{}", full.out);
    assert_eq!(full.err, "", "{script}");
}

/// The scripts that have a test.
macro_rules! scripts {
    ($($test:ident, $script:literal, $printed:expr, $shown:expr;)*) => {
        const TESTED: &[&str] = &[$($script),*];
        $(
            #[test]
            fn $test() {
                check($script, $printed, &$shown);
            }
        )*
    };
}

scripts! {
    first_connection, "01-first-connection", "\
等待客户端连接中.....
客户端收到: Welcome to study socket!
服务器端收到 {addr} 发送的信息: 有内鬼, 终止交易! Over
", [
        "[1] in the background: accept_socket, client_info = accept server_socket\n",
        "sockpit> send accept_socket \"Welcome to study socket!\"\n24\n",
        "recv_data_bys = b\"Welcome to study socket!\"\n",
        "sockpit> send client_socket \"有内鬼, 终止交易! Over\"\n29\n",
    ];
    api_tour, "02-api-tour", "each of the 20 methods was called\n", [
        "sockpit> raw = getsockopt serversocket SOL_SOCKET SO_REUSEADDR 4\nraw = b\"\\x01\\0\\0\\0\"\n",
        "limit = 2.5\n",
        "code = 106\n",
        "recv: EAGAIN: Resource temporarily unavailable (11), as expected\n",
        "line = \"two\\n\"\n",
        "sockpit> data = recv conn 1024\ndata = b\"\"\n",
        "fd = -1\n",
    ];
    udp, "03-udp", "\
接收端收到: Welcome to study socket!
发送端收到: 有内鬼, 终止交易! Over
一个数据包一次recvfrom: one, two
缓冲区太小: trunc, 其余丢失
最大的数据包: 65507 字节
没有接收端: ECONNREFUSED
", [
        "send: EDESTADDRREQ: ",
        "first = b\"one\"\n",
        "second = b\"two\"\n",
        "flags = \"MSG_TRUNC\"\n",
        "sendto: EMSGSIZE: Message too long (90), as expected\n",
        "recv: ECONNREFUSED: Connection refused (111), as expected\n",
        "data = b\"from the peer\"\n",
    ];
    welcome_server, "04-welcome-server", "连接地址: {addr}\n欢迎访问菜鸟教程!\n", [
        "sockpit> listen serversocket 5\nok\n",
        "text = \"欢迎访问菜鸟教程!\\r\\n\"\n",
        "end_of_stream = b\"\"\n",
    ];
    blocking_modes, "05-blocking-modes", "\
[slow_server-1] 服务端: 处理中.....
1. 同步阻塞: 处理完成
2. 同步非阻塞: EAGAIN, EAGAIN, 连接成功
3. 异步阻塞: 响应一
4. 异步非阻塞: 响应二
超时之后仍可接收
EINPROGRESS, 然后连接成功
EINPROGRESS, 然后连接被拒绝
EINPROGRESS, 仍在等待
", [
        "accept: EAGAIN: ",
        "[1] in the background: reply = recv client 1024\n",
        "recv: timeout: timed out, as expected\n",
        "connect: EINPROGRESS: Operation now in progress (115), as expected\n",
        "events = \"OUT\"\n",
        "error = 111\n",
        "connect: EALREADY: ",
    ];
    encodings, "06-encodings", "\
bys1: b\"\\xe9\\xbb\\x91\\xe9\\xa9\\xac aB1!\"
bys2: b\"\\xba\\xda\\xc2\\xed aB1!\"
bys3: b\"\\xe9\\xbb\\x91\\xe9\\xa9\\xac aB1!\"
7 个字符: utf-8 11 字节, gbk 9 字节
---------------------
s2: 黑马aB1!
s3: 榛戦┈aB1!
---------------------
马 = b\"\\xe9\\xa9\\xac\"
", ["decode: Decode: ", "encode: Decode: ", "utf8 = 11\n", "gbk = 9\n"];
    port_reuse, "07-port-reuse", "\
proto local peer state in out left
tcp {addr} {addr} TIME_WAIT 0 0 {n} s
服务器端已关闭, 端口处于 TIME_WAIT
再次开启服务器端: EADDRINUSE
proto local peer state in out left
tcp {addr} {addr} TIME_WAIT 0 0 {n} s
设置端口号复用: 可以再次绑定并服务
proto local peer state in out left
tcp {addr} {addr} TIME_WAIT 0 0 {n} s
关闭之后才设置: EADDRINUSE
服务器端仍在监听: EADDRINUSE
", [
        "sockpit> expect EADDRINUSE bind second $addr\nbind: EADDRINUSE: Address already in use (98), as expected\n",
        "count = 1\n",
        "sockpit> bind third $addr\nok\n",
    ];
    multi_client, "08-multi-client", "\
[tcp_server-1] {addr}: 第一个客户端
[tcp_server-1] {addr}: 第二个客户端
[tcp_server-1] {addr}: 第三个客户端
[tcp_server-1] 断开连接
[tcp_server-1] {addr}: 最后一个
", [
        "sockpit> listen tss 128\nok\n",
        "data = b\"back_data\"\n",
        "recv: EAGAIN: ",
    ];
    long_connection, "09-long-connection", "\
服务端收到信息: 你好
服务端收到信息: 在吗?
服务端收到信息: 886
服务端收到信息: 再见886
服务端收到信息: 再见
服务端收到信息: 886
", ["sockpit> listen ser_socket 128\nok\n", "rest = b\"\"\n", "recv_data = \"再见886\"\n"];
    concurrent_server, "10-concurrent-server", "\
Waiting for connection...
[tcplink-1] Accept new connection from {addr}...
[tcplink-2] Accept new connection from {addr}...
[tcplink-3] Accept new connection from {addr}...
[client-1] Welcome! Hello, Michael! Hello, Tracy! Hello, Sarah!
[tcplink-1] Connection from {addr} closed.
[client-2] Welcome! Hello, Michael! Hello, Tracy! Hello, Sarah!
[tcplink-2] Connection from {addr} closed.
[client-3] Welcome! Hello, Michael! Hello, Tracy! Hello, Sarah!
[tcplink-3] Connection from {addr} closed.
", [
        "listen s 5\nok\n",
        "spawn client $third $two\n",
    ];
    upper_server, "11-upper-server", "\
[handle-1] b\"a: hello\"
[handle-2] b\"b: hello\"
[handle-3] b\"c: hello\"
[handle-3] b\"c: again\"
[handle-1] b\"a: again\"
[handle-2] b\"b: later\"
[handle-3] b\"c: meanwhile\"
[handle-1] b\"\\xe4\\xbd\\xa0\\xe5\\xa5\\xbd abc\"
你好 abc -> 你好 ABC
[handle-1] b\"\\0\\xffz\"
[handle-3] b\"\\x92a\"
gbk: 抋 -> 扐
[handle-2] b\"bye\"
", [
        "listen obj 5\nok\n",
        "answer = b\"A: AGAIN\"\n",
        "events = \"IN\"\n",
        "text = \"扐\"\n",
    ];
    file_upload, "12-file-upload", "文件上传成功: 2300 字节\n", [
        "write dest_f $res -> 1024\n",
        "write dest_f $res -> 252\n",
        "res = recv accept_socket 1024 -> b\"\"\n",
        "sockpit> assert $received == $sent\n",
        "count = 2300\n",
    ];
    multi_upload, "13-multi-upload", "\
没有半关闭: 双方都在等待
[server-1] 服务器端收到客户端:{addr}的文件, 接收成功
第一个客户端收到: 文件上传成功
[server-1] 服务器端收到客户端:{addr}的文件, 接收成功
第二个客户端收到: 文件上传成功
[server-1] 服务器端收到客户端:{addr}的文件, 接收成功
第三个客户端收到: 文件上传成功
", [
        "recv: timeout: timed out, as expected\n",
        "recv: EAGAIN: ",
        "send: EPIPE: ",
        "text = \"文件上传成功\"\n",
    ];
    file_download, "14-file-download", "\
[serve_forever-1] 客户端访问: {addr}
[handle-1] path_json: sockpit-db.txt
执行命令成功! 正在为您下载文件....
start recv........ sockpit-db.txt
[######################                            ] 44.52%
[############################################      ] 89.04%
[##################################################] 100.00%
end recv........
对不起, 输入错误!
对不起, 下载文件请执行命令get
[handle-1] path_json: missing.txt
对不起, 您的文件路径不存在!
[handle-1] path_json: .
对不起, 您的文件路径不存在!
[handle-1] path_json: /proc/version
对不起, 您的文件路径不存在!
[handle-1] path_json: ../../../../../../../../proc/version
对不起, 您的文件路径不存在!
[handle-1] path_json: a/../sockpit-db.txt
对不起, 您的文件路径不存在!
[handle-1] path_json: ./sockpit-db.txt
执行命令成功! 正在为您下载文件....
start recv........ sockpit-db.txt
[######################                            ] 44.52%
[############################################      ] 89.04%
[##################################################] 100.00%
end recv........
[handle-1] 客户端断开连接
[serve_forever-2] 客户端访问: {addr}
[handle-2] path_json: sockpit-link
对不起, 您的文件路径不存在!
[handle-2] 客户端断开连接
", [
        "{\\\"request\\\": true, \\\"file_name\\\": \\\"sockpit-db.txt\\\", \\\"file_size\\\": 2300, \\\"warn\\\": null, \\\"info\\\": ",
        "file_size = field $dic file_size -> 2300\n",
    ];
    handshake, "15-handshake", "\
客户端                           服务器端
-                                CLOSE        socket: 还没有连接
CLOSE                            LISTEN       listen: 等待连接
ESTABLISHED                      LISTEN       connect: 三次握手已完成, accept 之前
proto local peer state in out name process
tcp {addr} - LISTEN 1 0 srv {pid}/sockpit
tcp {addr} {addr} ESTABLISHED 0 0 (srv) -
tcp {addr} {addr} ESTABLISHED 0 0 client {pid}/sockpit
SYN_SENT     ----- SYN ----->    LISTEN       第一次握手: 队列已满, 没有回应
proto local peer state in out name process
tcp {addr} {addr} SYN_SENT 0 1 second {pid}/sockpit
ESTABLISHED                      ESTABLISHED  accept: 从队列中取出连接
ESTABLISHED  <-- SYN + ACK ---   SYN_RECV     第二次握手: 服务器端还在等数据
ESTABLISHED  ----- ACK ----->    ESTABLISHED  第三次握手: 确认随数据到达
FIN_WAIT2    -- FIN >  < ACK -   CLOSE_WAIT   第一, 二次挥手
半关闭时客户端仍可接收: 还有数据
TIME_WAIT    < FIN --  - ACK >   CLOSE        第三, 四次挥手: 先关闭的一端留在 TIME_WAIT
proto local peer state in out left
tcp {addr} {addr} TIME_WAIT 0 0 {n} s
FIN_WAIT1    -- data, FIN...     ESTABLISHED  FIN_WAIT1: FIN 还排在数据之后
FIN_WAIT2    -- FIN >  < ACK -   CLOSE_WAIT   服务器端读完数据
FIN_WAIT2    ...FIN, data --     LAST_ACK     LAST_ACK: 服务器端的 FIN 还排在数据之后
TIME_WAIT    < FIN --  - ACK >   CLOSE        客户端读完数据
FIN_WAIT1                        FIN_WAIT1    两端同时关闭
CLOSING      < FIN --  - ACK >   FIN_WAIT2    CLOSING: 收到对方的 FIN, 自己的还没有确认
TIME_WAIT    -- FIN >  < ACK -   TIME_WAIT    服务器端读完数据: 两端都留在 TIME_WAIT
", [
        "connect: EINPROGRESS: Operation now in progress (115), as expected\n",
        "sockpit> a = state client FIN_WAIT2 5\na = \"FIN_WAIT2\"\n",
    ];
    threads, "16-threads", "\
[foo-1] foo....0.2
[foo-1] 3
[bar-1] bar......0.5
++++++ 1
ending!
10个线程: 总时间是最长的, 不是总和
[myThread-1] 开始线程:Thread-1
[myThread-2] 开始线程:Thread-2
[myThread-1] Thread-1: 2
[myThread-2] Thread-2: 2
[myThread-1] Thread-1: 1
[myThread-1] 退出线程:Thread-1
[myThread-2] Thread-2: 1
[myThread-2] 退出线程:Thread-2
退出主线程
[last-1] 等待非守护线程执行完才结束
", [
        "t1 = spawn foo 0.2\nt1 = <task foo-1, running>\n",
        "[bar-1]   sleep $n -> ok\n",
        "t = spawn wait_a_little -> <task wait_a_little-10, running>\n",
    ];
    lock, "17-lock", "\
没有锁: 99
有锁: 0
[myThread-1] 开启线程: Thread-1
[myThread-2] 开启线程: Thread-2
[myThread-1] Thread-1: 3
[myThread-1] Thread-1: 2
[myThread-1] Thread-1: 1
[myThread-2] Thread-2: 3
[myThread-2] Thread-2: 2
[myThread-2] Thread-2: 1
退出主线程
", [
        "lock = <lock, free>\n",
        "release: Usage: release of a lock that nobody holds, as expected\n",
        "taken = false\n",
    ];
    tickets, "18-tickets", "\
[run-1] 用户0在查票 当前余票为:1
[run-2] 用户1在查票 当前余票为:1
[run-3] 用户2在查票 当前余票为:1
[run-4] 用户3在查票 当前余票为:1
[run-5] 用户4在查票 当前余票为:1
[run-6] 用户5在查票 当前余票为:1
[run-7] 用户6在查票 当前余票为:1
[run-8] 用户7在查票 当前余票为:1
[run-9] 用户8在查票 当前余票为:1
[run-10] 用户9在查票 当前余票为:1
[run-1] 用户0买票成功
[run-2] 用户1买票成功
[run-3] 用户2买票成功
[run-4] 用户3买票成功
[run-5] 用户4买票成功
[run-6] 用户5买票成功
[run-7] 用户6买票成功
[run-8] 用户7买票成功
[run-9] 用户8买票成功
[run-10] 用户9买票成功
没有锁: 1张票卖了10次
[locked_run-1] 用户0在查票 当前余票为:1
[locked_run-2] 用户1在查票 当前余票为:1
[locked_run-3] 用户2在查票 当前余票为:1
[locked_run-4] 用户3在查票 当前余票为:1
[locked_run-5] 用户4在查票 当前余票为:1
[locked_run-6] 用户5在查票 当前余票为:1
[locked_run-7] 用户6在查票 当前余票为:1
[locked_run-8] 用户7在查票 当前余票为:1
[locked_run-9] 用户8在查票 当前余票为:1
[locked_run-10] 用户9在查票 当前余票为:1
[locked_run-1] 用户0买票成功
[locked_run-2] 用户1很倒霉 没有抢到票
[locked_run-3] 用户2很倒霉 没有抢到票
[locked_run-4] 用户3很倒霉 没有抢到票
[locked_run-5] 用户4很倒霉 没有抢到票
[locked_run-6] 用户5很倒霉 没有抢到票
[locked_run-7] 用户6很倒霉 没有抢到票
[locked_run-8] 用户7很倒霉 没有抢到票
[locked_run-9] 用户8很倒霉 没有抢到票
[locked_run-10] 用户9很倒霉 没有抢到票
有锁: 1张票卖了1次
", [
        "text = dumps ticket_num=$ticket_num -> \"{\\\"ticket_num\\\": 0}\"\n",
        "mutex = <lock, free>\n",
    ];
    deadlock, "19-deadlock", "\
[task-1] 拿到第一把锁
[task-2] 拿到第一把锁
Deadlock: no task can ever run again
main         runs
task-1       line 16   acquire second: waits for lockB, held by task-2; holds lockA
task-2       line 16   acquire second: waits for lockA, held by task-1; holds lockB
[task-1] 放弃
[task-2] 拿到两把锁
[task-3] 拿到第一把锁
[task-3] 拿到两把锁
[task-4] 拿到第一把锁
[task-4] 拿到两把锁
相同顺序: 没有死锁
超时放弃: 没有死锁
等待自己: 死锁
", [
        "  join: Deadlock: no task can ever run again\n",
        "acquire: Deadlock: ",
    ];
    queue_workers, "20-queue-workers", "\
[myThread-1] 开启线程:Thread-1
[myThread-1] Thread-1 processing One
[myThread-2] 开启线程:Thread-2
[myThread-2] Thread-2 processing Two
[myThread-3] 开启线程:Thread-3
[myThread-3] Thread-3 processing Three
[myThread-1] Thread-1 processing Four
[myThread-2] Thread-2 processing Five
[myThread-1] 退出线程:Thread-1
[myThread-2] 退出线程:Thread-2
[myThread-3] 退出线程:Thread-3
退出主线程
[worker-1] processing One
[worker-2] processing Two
[worker-3] processing Three
[worker-1] processing Four
[worker-2] processing Five
5 个单词都已处理
empty, qsize, full, put, get, task_done, join
Queue: 3 1 2
LifoQueue: 2 1 3
PriorityQueue: 1 2 3
", [
        "workQueue = <queue, 0 of 10 entries>\n",
        "put: Full: ",
        "get: Empty: ",
        "task_done: Usage: ",
    ];
    producer_consumer, "21-producer-consumer", "\
[producer-1] 老板放下 包子1: 桌上 1 个
[producer-1] 老板放下 包子2: 桌上 2 个
[producer-1] 老板放下 包子3: 桌上 3 个
[producer-1] 桌子满了, 老板等待
[consumer-1] 客人吃掉 包子1
[producer-1] 老板放下 包子4: 桌上 3 个
[producer-1] 桌子满了, 老板等待
[consumer-1] 客人吃掉 包子2
[producer-1] 老板放下 包子5: 桌上 3 个
[producer-1] 桌子满了, 老板等待
[consumer-1] 客人吃掉 包子3
[producer-1] 老板放下 包子6: 桌上 3 个
[consumer-1] 客人吃掉 包子4
[consumer-1] 客人吃掉 包子5
[consumer-1] 客人吃掉 包子6
生产者快: 桌上最多 3 个
[consumer-2] 没包子了, 客人等待
[producer-2] 老板放下 包子1: 桌上 1 个
[consumer-2] 客人吃掉 包子1
[consumer-2] 没包子了, 客人等待
[producer-2] 老板放下 包子2: 桌上 1 个
[consumer-2] 客人吃掉 包子2
[consumer-2] 没包子了, 客人等待
[producer-2] 老板放下 包子3: 桌上 1 个
[consumer-2] 客人吃掉 包子3
[consumer-2] 没包子了, 客人等待
[producer-2] 老板放下 包子4: 桌上 1 个
[consumer-2] 客人吃掉 包子4
[consumer-2] 没包子了, 客人等待
[producer-2] 老板放下 包子5: 桌上 1 个
[consumer-2] 客人吃掉 包子5
[consumer-2] 没包子了, 客人等待
[producer-2] 老板放下 包子6: 桌上 1 个
[consumer-2] 客人吃掉 包子6
消费者快: 桌上最多 1 个
", [
        "table = <queue, 0 of 3 entries>\n",
        "eaten = \" 包子1 包子2 包子3 包子4 包子5 包子6\"\n",
    ];
    coroutine, "22-coroutine", "\
1
2
x
y
3
z
[PRODUCER] Producing 1...
[CONSUMER] Consuming 1...
[PRODUCER] Consumer return: 200 OK
[PRODUCER] Producing 2...
[CONSUMER] Consuming 2...
[PRODUCER] Consumer return: 200 OK
[PRODUCER] Producing 3...
[CONSUMER] Consuming 3...
[PRODUCER] Consumer return: 200 OK
[PRODUCER] Producing 4...
[CONSUMER] Consuming 4...
[PRODUCER] Consumer return: 200 OK
[PRODUCER] Producing 5...
[CONSUMER] Consuming 5...
[PRODUCER] Consumer return: 200 OK
1 + 2 + 3 = 6
没有锁: 0
", [
        "c = <coroutine consumer-1, running>\n",
        "resume: Empty: ",
    ];
    pool, "24-pool", "\
[job-1] 任务 1 开始
[job-2] 任务 2 开始
[job-3] 任务 3 开始
[job-4] 任务 4 开始
[job-5] 任务 5 开始
[job-6] 任务 6 开始
[job-7] 任务 7 开始
结果: 1 4 9 16 25 36 49
最多同时 3 个
[job-8] 任务 8 开始
[job-9] 任务 1 开始
[job-10] 任务 2 开始
[job-11] 任务 3 开始
[job-12] 任务 4 开始
[job-13] 任务 5 开始
[job-14] 任务 6 开始
[job-15] 任务 7 开始
没有线程池: 同时 7 个
", [
        "p = <pool, 0 of 3 workers busy, 0 waiting>\n",
        "submit: Usage: ",
        "answer = \"出错\"\n",
    ];
    tools, "25-tools", "\
IPv4: 4 字节, IPv6: 16 字节
10.0.0.0: A 类
10.21.0.0: A 类
172.16.0.1: B 类
192.168.13.157: C 类
224.0.0.1: D 类
240.0.0.1: E 类
lo: 127.0.0.1, 子网掩码 255.0.0.0, A 类
ping 127.0.0.1: {answer}
端口号 0: 由内核选择
proto local peer state in out name process
tcp {addr} - LISTEN 0 0 srv {pid}/sockpit
tcp {addr} {addr} ESTABLISHED 0 0 client {pid}/sockpit
tcp {addr} {addr} ESTABLISHED 0 0 conn {pid}/sockpit
srv: tcp LISTEN
proto local state in out name process
udp {addr} UNCONNECTED 0 0 receiver {pid}/sockpit
proto local peer state in out left
tcp {addr} {addr} TIME_WAIT 0 0 {n} s
先关闭的客户端: TIME_WAIT
", [
        "ifconfig: ENODEV: No such device (19), as expected\n",
        "bind: Usage: a port is 0 to 65535, not 65536, as expected\n",
        "sockpit> sum = checksum $request\n",
    ];
    byte_boundaries, "26-byte-boundaries", "\
两次send, 一次recv: helloworld
关闭Nagle算法: 仍然粘包
一次send, 两次recv: hellowo, rld
报头 + MSG_WAITALL: hello, world
报头 + 循环: hello, world
recv 4: 得到 1 字节
逐字节发送, waitall: 黑马aB1!!!
逐字节发送, loop: 黑马aB1!!!
{\"file_name\": \"data.txt\", \"file_size\": 12}
对方中途关闭: 5 / 10 字节
", [
        "data = b\"helloworld\"\n",
        "first = b\"hellowo\"\n",
        "second = b\"rld\"\n",
    ];
    processes, "23-processes", "\
task is running zzh
task is over zzh
主
主
[task_later-1] task is running jason123
[task_later-1] task is over jason123
[run-1] run is running jason 123
[run-1] run is over jason 123
p1:coding-1
p2:music-1
[coding-1] 小明正在敲第1行代码-
[music-1] 小明正在听第1首音乐********
[coding-1] 小明正在敲第2行代码-
[music-1] 小明正在听第2首音乐********
[change_money-1] 子进程的task函数查看money 666
1000
[nap-1] jason1 is running
[nap-1] jason1 is over
[nap-2] jason2 is running
[nap-2] jason2 is over
[nap-3] jason3 is running
[nap-3] jason3 is over
111
222
333
主
[consumer-1] 子进程获取队列中的数据 子进程p添加的数据
客人吃了6个包子
terminate: -15
kill: -9
[steward-1] 德邦总管:大张红
僵尸进程: zombie
join之后: gone
孤儿进程: 被收养
恕瑞玛皇帝:小吴勇嗝屁了
", [
        "sockpit> code = exitcode p1\ncode = -15\n",
        "sockpit> code = exitcode p1\ncode = 3\n",
        "process: Usage: a socket does not cross to another process, as expected\n",
        "put_nowait: Full: the queue is full, as expected\n",
        "[use_socket-1]   close: Unbound: nothing is named `s` here, as expected\n",
    ];
}

#[test]
fn every_script_has_a_test() {
    let mut there: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "sock"))
        .map(|p| p.file_stem().unwrap().to_str().unwrap().to_string())
        .collect();
    there.sort();
    let mut tested = TESTED.to_vec();
    tested.sort_unstable();
    assert_eq!(there, tested, "the scripts that are there, and those that have a test");
}
