//! Each lesson of two programs, played as its server and as its client against a program in Python that somebody else wrote:
//! those of the courses that the lessons go back to, in `tests/interop`.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use sockpit::help::{lessons, parts};

use crate::common::{Folder, Killed, command, has, run};
use crate::house::root;

tests![
    every_lesson_of_two_programs_is_played_in_both_directions,
    our_server_and_a_client_in_python,
    a_server_in_python_and_our_client,
    both_parts_of_a_lesson_talk_with_each_other,
    a_part_is_stepped_through_and_learned,
    a_part_that_is_not_there_is_named,
];

/// How long anything may take, on a busy machine.
const BOUND: Duration = Duration::from_mins(1);

/// A lesson, and the programs in Python that it talks with.
struct Pair {
    lesson: &'static str,
    server: &'static str,
    client: &'static str,
    /// What the server and the client are told behind the port. `{}` is the folder.
    told: [&'static str; 2],
    /// What a person types at the client, and what the server says of each line before the next one is typed.
    typed: &'static [(&'static str, &'static str)],
    /// What a client prints, whoever it is.
    client_says: &'static str,
    /// What a server prints, whoever it is.
    server_says: &'static str,
    /// What stands in this file when all is over is what stood in `data.txt`.
    copies: &'static [&'static str],
}

const NONE: Pair = Pair {
    lesson: "",
    server: "",
    client: "",
    told: ["", ""],
    typed: &[],
    client_says: "",
    server_says: "",
    copies: &[],
};

const PAIRS: &[Pair] = &[
    Pair {
        lesson: "01",
        server: "first-server.py",
        client: "first-client.py",
        client_says: "客户端收到: Welcome to study socket!",
        server_says: "发送的信息: 有内鬼, 终止交易! Over",
        ..NONE
    },
    Pair {
        lesson: "03",
        server: "udp-server.py",
        client: "udp-client.py",
        client_says: "发送端收到: 有内鬼, 终止交易! Over",
        server_says: "接收端收到: Welcome to study socket!",
        ..NONE
    },
    Pair {
        lesson: "04",
        server: "welcome-server.py",
        client: "welcome-client.py",
        client_says: "欢迎访问菜鸟教程!",
        server_says: "连接地址: ",
        ..NONE
    },
    Pair {
        lesson: "08",
        server: "many-clients-server.py",
        client: "first-client.py",
        client_says: "back_data",
        server_says: "127.0.0.1",
        ..NONE
    },
    Pair {
        lesson: "09",
        server: "long-server.py",
        client: "long-client.py",
        typed: &[("你好", "服务端收到信息: 你好"), ("在吗?", "服务端收到信息: 在吗?"), ("886", "服务端收到信息: 886")],
        ..NONE
    },
    Pair {
        lesson: "10",
        server: "tcplink-server.py",
        client: "tcplink-client.py",
        client_says: "Hello, Sarah!",
        server_says: "closed.",
        ..NONE
    },
    Pair {
        lesson: "48",
        server: "tcplink-server.py",
        client: "tcplink-client.py",
        client_says: "Hello, Sarah!",
        ..NONE
    },
    Pair {
        lesson: "11",
        server: "upper-server.py",
        client: "upper-client.py",
        client_says: "A: HELLO",
        server_says: "a: hello",
        ..NONE
    },
    Pair {
        lesson: "12",
        server: "file-server.py",
        client: "file-client.py",
        told: ["{}/file.txt", "{}/data.txt"],
        copies: &["file.txt"],
        ..NONE
    },
    Pair {
        lesson: "13",
        server: "files-server.py",
        client: "file-client.py",
        told: ["{}/文件_", "{}/data.txt"],
        server_says: "接收成功",
        copies: &["文件_1.txt"],
        ..NONE
    },
    Pair {
        lesson: "14",
        server: "download-server.py",
        client: "download-client.py",
        told: ["{}", "{}/got/data.txt"],
        typed: &[("get missing.txt", "path_json: missing.txt"), ("get data.txt", "path_json: data.txt"), ("put x", "")],
        client_says: "对不起, 您的文件路径不存在!",
        copies: &["got/data.txt"],
        ..NONE
    },
    Pair { lesson: "41", server: "half-server.py", client: "half-client.py", client_says: "5 bytes", ..NONE },
    Pair {
        lesson: "50",
        server: "menu-server.py",
        client: "menu-client.py",
        told: ["{}", ""],
        typed: &[("1 hello.txt 你好,套接字", ""), ("2 hello.txt", ""), ("2 missing.txt", ""), ("q", "")],
        client_says: "收到 hello.txt: 你好,套接字",
        ..NONE
    },
    Pair { lesson: "51", server: "http-server.py", client: "http-client.py", client_says: "200 OK", ..NONE },
];

fn python(program: &str) -> Command {
    let mut python = Command::new("python3");
    python.arg("-u").arg(root().join("tests/interop").join(program));
    python.env("PYTHONIOENCODING", "utf-8").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    python
}

/// Our part of a lesson, as the installed program plays it.
fn ours(lesson: &str, role: &str) -> Command {
    command(&["-q", "--timeout", "60", lesson, "--as", role])
}

/// A program that runs, and the lines it prints.
struct Running {
    child: Killed,
    lines: Receiver<String>,
    seen: String,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = Killed(command.spawn().unwrap());
        let (give, lines) = channel();
        let out = BufReader::new(child.0.stdout.take().unwrap());
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| give.send(line)));
        Self { child, lines, seen: String::new() }
    }

    /// Wait until it has printed that.
    fn says(&mut self, what: &str) {
        while !self.seen.contains(what) {
            match self.lines.recv_timeout(BOUND) {
                Ok(line) => self.seen.push_str(&format!("{line}\n")),
                Err(e) => panic!("it never said `{what}` ({e}), but:\n{}{}", self.seen, errors(&mut self.child.0)),
            }
        }
    }

    /// The port that it says.
    fn port(&mut self) -> String {
        self.says("port ");
        let line = self.seen.lines().find(|line| line.contains("port ")).unwrap();
        line.split("port ").nth(1).unwrap().trim().to_string()
    }
}

fn errors(child: &mut Child) -> String {
    let _ = child.kill();
    let mut text = String::new();
    child.stderr.take().map(|mut err| err.read_to_string(&mut text));
    text
}

/// A server and a client of a pair, from the first's start to the second's end.
fn play(pair: &Pair, mut server: Command, mut client: Command, folder: &Path) {
    let data: Vec<u8> = (0..5000_u32).map(|n| (n * n % 251) as u8).collect();
    fs::create_dir_all(folder.join("got")).unwrap();
    fs::write(folder.join("data.txt"), &data).unwrap();
    let told = |command: &mut Command, port: &str, word: &str| {
        let word = word.replace("{}", folder.to_str().unwrap());
        command.arg(port).args(Some(word).filter(|word| !word.is_empty())).current_dir(folder.join("got"));
    };
    told(&mut server, "0", pair.told[0]);
    let mut server = Running::start(&mut server);
    told(&mut client, &server.port(), pair.told[1]);
    let mut client = Running::start(client.stdin(Stdio::piped()));
    let mut keys = client.child.0.stdin.take().unwrap();
    for (line, heard) in pair.typed {
        writeln!(keys, "{line}").unwrap();
        server.says(heard);
    }
    drop(keys);
    client.says(pair.client_says);
    let ended = client.child.0.wait().unwrap();
    assert!(ended.success(), "{}{}", client.seen, errors(&mut client.child.0));
    server.says(pair.server_says);
    for copy in pair.copies {
        let path = folder.join(copy);
        let begun = std::time::Instant::now();
        // The client's end may be there before the server's.
        while fs::read(&path).unwrap_or_default() != data {
            assert!(begun.elapsed() < BOUND, "{}: {copy} is another file", pair.lesson);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn every_lesson_of_two_programs_is_played_in_both_directions() {
    let mut played: Vec<&str> = PAIRS.iter().map(|pair| pair.lesson).collect();
    played.sort_unstable();
    let mut of_two: Vec<&str> = Vec::new();
    for lesson in lessons::lessons() {
        let names = parts::names(lesson.text);
        assert!(names.is_empty() || names == ["server", "client"] || names == ["client", "server"], "{}", lesson.name);
        if !names.is_empty() {
            of_two.push(lesson.number().unwrap());
        }
    }
    of_two.sort_unstable();
    assert_eq!(played, of_two);
}

fn our_server_and_a_client_in_python() {
    if !has("python3") {
        return;
    }
    for pair in PAIRS {
        let folder = Folder::new();
        play(pair, ours(pair.lesson, "server"), python(pair.client), folder.path());
    }
}

fn a_server_in_python_and_our_client() {
    if !has("python3") {
        return;
    }
    for pair in PAIRS {
        let folder = Folder::new();
        play(pair, python(pair.server), ours(pair.lesson, "client"), folder.path());
    }
}

fn both_parts_of_a_lesson_talk_with_each_other() {
    for pair in PAIRS {
        let folder = Folder::new();
        play(pair, ours(pair.lesson, "server"), ours(pair.lesson, "client"), folder.path());
    }
}

fn a_part_is_stepped_through_and_learned() {
    for words in
        [&["step", "01", "--as", "client"][..], &["--as", "client", "step", "01"], &["learn", "01", "--as=client"]]
    {
        let folder = Folder::new();
        let mut server = Running::start(ours("01", "server").arg("0"));
        let port = server.port();
        let mut child =
            command(words).arg(&port).env("XDG_STATE_HOME", folder.path()).stdin(Stdio::piped()).spawn().unwrap();
        let keys = if words[0] == "learn" { "skip\n" } else { "\n" };
        child.stdin.take().unwrap().write_all(keys.repeat(40).as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        let shown = String::from_utf8_lossy(&out.stdout);
        assert!(out.status.success() && shown.contains("客户端收到: Welcome to study socket!"), "{words:?} {shown}");
        assert!(!shown.contains("bind server_socket"), "{shown}");
        server.says("有内鬼, 终止交易! Over");
        // One end is not the whole lesson.
        assert!(!folder.path().join("sockpit/progress").exists());
    }
}

fn a_part_that_is_not_there_is_named() {
    for (args, said) in [
        (&["01", "--as", "bogus"][..], "it has server, client"),
        (&["--as", "server", "05"], "it is no lesson of two programs"),
        (&["learn", "05", "--as", "server"], "it is no lesson of two programs"),
        (&["01", "--as"], "--as needs the name of a part"),
        (&["--as", "server", "-c", "print 1"], "--as goes with a lesson of two programs"),
    ] {
        let run = run(args);
        assert!(run.status == 2 && run.err.contains(said), "{args:?}: {}", run.err);
    }
    // Behind `--` it is the script's own.
    let folder = Folder::new();
    let file = folder.file("own.sock", b"print $1 $2\n");
    assert_eq!(run(&["-q", "--", &file, "--as", "server"]).out, "--as server\n");
}
