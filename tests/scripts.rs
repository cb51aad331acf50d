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
        let word = &rest[at..end];
        out.push_str(if word.parse::<std::net::SocketAddrV4>().is_ok() { "{addr}" } else { word });
        rest = &rest[end..];
    }
    out + rest
}

/// A script prints exactly these lines, each time; and shows these among others when its calls are shown.
fn check(script: &str, printed: &str, shown: &[&str]) {
    for _ in 0..2 {
        let quiet = play(&["-q"], script);
        assert_eq!(normalised(&quiet.out), printed, "{script}");
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
    long_connection, "09-long-connection", "\
服务端收到信息: 你好
服务端收到信息: 在吗?
服务端收到信息: 886
服务端收到信息: 再见886
服务端收到信息: 再见
服务端收到信息: 886
", ["sockpit> listen ser_socket 128\nok\n", "rest = b\"\"\n", "recv_data = \"再见886\"\n"];
    file_upload, "12-file-upload", "文件上传成功: 2300 字节\n", [
        "write dest_f $res -> 1024\n",
        "write dest_f $res -> 252\n",
        "res = recv accept_socket 1024 -> b\"\"\n",
        "sockpit> assert $received == $sent\n",
        "count = 2300\n",
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
