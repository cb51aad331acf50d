//! What the program says in Chinese: when it does, what stays as it is, and that no English is left between.

use std::collections::BTreeSet;
use std::fs;

use sockpit::help::{sentence, tongue};
use unicode_width::UnicodeWidthStr;

use crate::common::terminal::Terminal;
use crate::common::{Folder, Run, command};

tests![
    the_environment_says_in_which_language,
    transcripts_are_the_same_in_every_language,
    what_a_program_reads_is_english,
    a_text_with_values_in_it_has_its_chinese,
    a_template_keeps_its_places_and_its_code,
    no_english_is_left_of_what_is_wrong,
    no_english_is_left_of_help,
    a_row_begins_with_no_mark_and_none_is_too_wide,
    the_prompt_speaks_chinese,
];

/// Run the program with these variables, and no others that say a language.
fn run_in(env: &[(&str, &str)], args: &[&str]) -> Run {
    let mut command = command(args);
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"] {
        command.env_remove(name);
    }
    Run::of(command.envs(env.iter().copied()))
}

/// Run it in Chinese.
fn run_zh(args: &[&str]) -> Run {
    run_in(&[("LANG", "zh_CN.UTF-8")], args)
}

fn the_environment_says_in_which_language() {
    let chinese: &[&[(&str, &str)]] = &[
        &[("LANG", "zh_CN.UTF-8")],
        &[("LANG", "zh_TW")],
        &[("LANG", "zh.UTF-8")],
        &[("LANG", "zh")],
        &[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "zh_CN.UTF-8")],
        &[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "C"), ("LC_ALL", "zh_CN.utf8")],
        // What is empty says nothing.
        &[("LC_ALL", ""), ("LC_MESSAGES", ""), ("LANG", "zh_CN.UTF-8")],
    ];
    let english: &[&[(&str, &str)]] = &[
        &[],
        &[("LANG", "")],
        &[("LANG", "C")],
        &[("LANG", "POSIX")],
        &[("LANG", "C.UTF-8")],
        &[("LANG", "de_DE.UTF-8")],
        &[("LANG", "zhx")],
        &[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")],
        &[("LC_ALL", "de_DE"), ("LANG", "zh_CN.UTF-8")],
        &[("LC_MESSAGES", "en_GB"), ("LANG", "zh_CN.UTF-8")],
        &[("LC_CTYPE", "zh_CN.UTF-8")],
    ];
    for env in chinese {
        let run = run_in(env, &["--help"]);
        assert!(run.out.starts_with("用法： sockpit"), "{env:?} {}", run.out);
    }
    for env in english {
        let run = run_in(env, &["--help"]);
        assert!(run.out.starts_with("usage: sockpit"), "{env:?} {}", run.out);
    }
    let zh = [("LC_ALL", "zh_CN.UTF-8")];
    assert!(run_in(&zh, &["--lang", "en", "--help"]).out.starts_with("usage:"));
    assert!(run_in(&[("LC_ALL", "C")], &["--lang=zh", "--help"]).out.starts_with("用法："));
    assert!(run_in(&zh, &["--lang", "fr", "--help"]).err.contains("--lang 只接受 zh 或 en，不能是 `fr`"));
    assert!(run_in(&zh, &["--bogus"]).err.contains("用法："));
}

const FAILS: &str = "srv = socket\nbind srv 127.0.0.1:0\naddr = getsockname srv\nc = socket\ntry\n  connect c $addr\nexcept as e\n  \
                     print $e\nend\nwhy\nexpect ENOTCONN recv c 10\nsockets\nrecv nobody 5\n";

fn transcripts_are_the_same_in_every_language() {
    let folder = Folder::new();
    let script = folder.file("fails.sock", FAILS.as_bytes());
    let record = |lang: &str| run_in(&[("LC_ALL", lang)], &["record", &script]);
    let (english, chinese) = (record("C"), record("zh_CN.UTF-8"));
    assert!(english.out.contains("is bound to") && english.out.contains("Connection refused"), "{}", english.out);
    assert_eq!(english.out, chinese.out);
    let file = folder.file("fails.transcript", english.out.as_bytes());
    let verified = run_zh(&["verify", &file]);
    assert_eq!(verified.status, 0, "{}{}", verified.out, verified.err);
    // With a child process, whose errors are shown as its parent's are.
    let script = folder.file("child.sock", b"def f\n  recv nobody 5\nend\np = process f\njoin $p\nn = exitcode $p\n");
    assert_eq!(run_in(&[("LC_ALL", "C")], &["record", &script]).out, run_zh(&["record", &script]).out);
    let shown = run_zh(&["-q", &script]);
    assert!(shown.err.contains("这里没有叫 `nobody` 的东西"), "{}", shown.err);
}

fn what_a_program_reads_is_english() {
    let run = run_zh(&[
        "-q",
        "-c",
        "rows = lessons\nprint ${rows[0].title}\ntry\n  recv nobody 1\nexcept as e\n  print $e\nend",
    ]);
    assert!(run.out.starts_with("A first connection\nUnbound: nothing is named"), "{}", run.out);
    let json = |lang: &str| run_in(&[("LANG", lang)], &["--json", "-c", "recv nobody 1"]).out;
    let failed =
        |text: &str| text.lines().find(|line| line.contains("\"failed\"")).map(|l| l.contains("nothing is named"));
    assert_eq!(failed(&json("zh_CN.UTF-8")), Some(true), "{}", json("zh_CN.UTF-8"));
}

fn a_text_with_values_in_it_has_its_chinese() {
    for (english, chinese) in [
        ("srv is bound to 127.0.0.1:80, but does not listen", "srv 绑定在 127.0.0.1:80，但没有监听"),
        ("try: listen srv", "试试：listen srv"),
        ("# nobody asks that any more: Enter ends the line", "# 已经没有人在等这个回答了：按回车结束这一行"),
        ("b was closed on line 7 (3 s ago)", "b 已关闭（第 7 行，3 s 前）"),
        ("did you mean `send`?", "是不是 `send`？"),
        ("sockpit: x: ENOENT: No such file or directory (2)", "sockpit: x: ENOENT: 没有那个文件或目录 (2)"),
        ("nothing is named `is bound to x`", "没有叫 `is bound to x` 的东西"),
    ] {
        assert_eq!(sentence::chinese(english), chinese);
    }
    for stays in ["a text that nobody wrote", "x = 5", "", "connect", "b\"closed\"", "# 注释"] {
        assert_eq!(sentence::chinese(stays), stays);
    }
}

/// What stands between marks in a text.
fn between(text: &str, mark: char) -> BTreeSet<String> {
    text.split(mark).skip(1).step_by(2).map(String::from).collect()
}

/// The names of the places for values.
fn places(text: &str) -> BTreeSet<String> {
    let parts = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
    let name = |(name, _): (&str, &str)| name.split(':').next().unwrap_or("").trim_end_matches(['~', '=']).to_string();
    parts
        .map(name)
        .filter(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        .collect()
}

fn a_template_keeps_its_places_and_its_code() {
    let mut wrong = Vec::new();
    for (english, chinese) in tongue::table() {
        let (of_english, of_chinese) = (places(english), places(chinese));
        let lost = of_chinese.difference(&of_english).count() > 0;
        let code = |text: &str| between(text, '`');
        let told = code(chinese).difference(&code(english)).count() > 0;
        // Only full-width marks part what is Chinese.
        let half = chinese.contains("。 ") || chinese.contains("， ");
        if lost || told || half {
            wrong.push((english, chinese));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Three words of English in a row, outside of code.
fn english_in(text: &str) -> Option<String> {
    let mut words = Vec::new();
    for word in text.split('`').step_by(2).flat_map(|part| part.split(' ')) {
        let bare = word.trim_matches([',', ';', ':', '.', '(', ')']);
        if bare.len() > 1 && bare.bytes().all(|b| b.is_ascii_lowercase()) {
            words.push(bare);
            if words.len() == 4 {
                return Some(words.join(" "));
            }
        } else {
            words.clear();
        }
    }
    None
}

const WRONG: &[&str] = &[
    "foo s",
    "recv",
    "recv s",
    "bind s",
    "s = socket bogus",
    "s = socket AF_INET SOCK_SEQPACKET",
    "print ${x",
    "let x 5",
    "let = 5",
    "let x = 1 +",
    "let x = (1 + 2",
    "let x = 1 < 2 < 3",
    "if 1",
    "end",
    "else",
    "for x",
    "repeat x",
    "break",
    "return 1",
    "def recv a\nend",
    "try\nend",
    "expect",
    "expect BOGUS recv s 1",
    "s.recv(10)",
    "import socket",
    "print(\"x\")",
    "x = 5",
    "\"abc",
    "print '\\u'",
    "recv s, 10",
    "ls",
    "every",
    "every x now",
    "wait 9",
    "spawn nobody",
    "loads xx",
    "htons 70000",
    "decode \\xe9\\xbb",
    "encode x bogus",
    "pack !I x",
    "inet_aton 1.2.3.4.5",
    "open /nosuch",
    "assert 1 == 2",
    "let x = 1 / 0",
    "int x",
    "help nosuch",
    "quit 300",
    "recv ｓ 10",
    "print “x”",
    "a ; b",
    "wire pass",
    "frames",
    "m = lock\nacquire m\nacquire m",
    "m = lock\nrelease m",
    "q = queue\nget_nowait q",
    "q = queue\nget q",
    "s = socket\nbind s 127.0.0.1:99999",
    "s = socket\nbind s 8.8.8.8:80",
    "s = socket\nconnect s http://x/",
    "s = socket\nconnect s 127.0.0.1:1",
    "s = socket\naccept s",
    "s = socket\nsend s x",
    "s = socket\nclose s\nrecv s 10",
    "s = socket udp\nlisten s",
    "s = socket udp\nsend s x",
    "a, b = socketpair\nsettimeout a 0.05\nrecv a 10",
    "a, b = socketpair\nsettimeout a -1",
    "a, b = socketpair\nshutdown a wr\nsend a x",
    "a, b = socketpair\nclose b\nsend a x",
    "a, b = socketpair\nsetsockopt a BOGUS 1",
    "s = socket\nsetsockopt s TCP_NODELAY 1 2",
    "s = socket\nsetsockopt s IP_TTL 999",
    "srv = create_server 127.0.0.1:0\nn = getsockname srv\nt = create_server $n",
    "srv = create_server 127.0.0.1:0\nn = getsockname srv\nclose srv\nc = create_connection $n",
    "srv = create_server 127.0.0.1:0\nsetblocking srv off\naccept srv",
    "s = socket AF_UNIX\nconnect s ./nosuch",
    "s = socket tcp6\nconnect s 127.0.0.1:80",
    "s = socket\nsetblocking s off\nconnect s 127.0.0.1:1",
];

fn no_english_is_left_of_what_is_wrong() {
    let mut left = Vec::new();
    for code in WRONG {
        let run = run_zh(&["-q", "--timeout", "10", "-c", code]);
        assert_eq!(run.status, 1, "{code}: {}", run.err);
        let is_chinese = |line: &str| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(run.err.lines().any(is_chinese), "{code}: {}", run.err);
        // The line itself stands between.
        let said = run.err.lines().filter(|line| !line.contains(" | "));
        left.extend(said.filter_map(|line| english_in(line).map(|english| format!("{code}: {english}: {line}"))));
    }
    // The parser of JSON has its own words.
    left.retain(|line| !line.starts_with("loads xx"));
    assert!(left.is_empty(), "{left:#?}");
}

fn no_english_is_left_of_help() {
    let words = [
        "",
        "recv",
        "socket",
        "accept",
        "setsockopt",
        "SO_REUSEADDR",
        "ECONNREFUSED",
        "MSG_PEEK",
        "CLOSE_WAIT",
        "AF_INET",
    ];
    for word in words.into_iter().chain(["blocking", "transcript", "course", "sockets", "epoll_wait", "timeout", "C"]) {
        let words = ["help", word];
        let run = run_zh(if word.is_empty() { &words[..1] } else { &words });
        assert_eq!(run.status, 0, "{word}: {}", run.err);
        // Names and lines of code stand there, too.
        let prose = run.out.split("\n例子\n").next().unwrap_or("");
        let prose = prose.lines().filter(|line| !["Python", "C ", "另见", "别名"].iter().any(|at| line.contains(at)));
        // Rows of names have no such words.
        let is_said = |text: &String| {
            text.split(' ')
                .any(|w| ["the", "a", "of", "is", "are", "to", "that", "it", "and", "with", "not"].contains(&w))
        };
        let left: Vec<String> = prose.filter_map(english_in).filter(is_said).collect();
        assert!(left.is_empty(), "{word}: {left:#?}");
    }
}

fn a_row_begins_with_no_mark_and_none_is_too_wide() {
    for page in ["recv", "blocking", "transcript", "SO_LINGER", "wire", "EADDRINUSE"] {
        let run = run_zh(&["help", page]);
        for row in run.out.lines() {
            assert!(row.width() <= 80 || row.contains("= ") || row.contains('('), "{page}: {row}");
            assert!(!row.trim_start().starts_with(['，', '。', '；', '：', '）', '、']), "{page}: {row}");
        }
    }
    let lessons = run_zh(&["lessons"]);
    let ends: BTreeSet<usize> = lessons.out.lines().map(|row| row.trim_end().width()).collect();
    // All rows end with the same column, whose cells are of one or two characters.
    assert!(ends.iter().max().unwrap() - ends.iter().min().unwrap() <= 2, "{}", lessons.out);
}

fn the_prompt_speaks_chinese() {
    let folder = Folder::new();
    let mut t = Terminal::with(24, 80, &[], Folder::new(), |c| {
        c.env("NO_COLOR", "1").env("LC_ALL", "zh_CN.UTF-8").current_dir(folder.path());
    });
    t.see("输入一个套接字调用");
    t.keys("recv nobody 1\r");
    t.see("这里没有叫 `nobody` 的东西");
    t.keys("srv = create_server 127.0.0.1:0\r");
    t.see("srv = <TCP/IPv4 socket");
    t.keys("accept srv\r");
    t.see("Ctrl-C 放弃");
    t.keys("\x03");
    t.see("被 Ctrl-C 中断");
    t.keys("save out.transcript\r");
    t.keys("print saved\r");
    t.see("saved");
    t.until("what was saved", |_| fs::metadata(folder.path().join("out.transcript")).is_ok_and(|m| m.len() > 0));
    let saved = fs::read_to_string(folder.path().join("out.transcript")).unwrap();
    assert!(saved.contains("nothing is named `nobody`") && !saved.contains('，'), "{saved}");
    t.keys("\x04");
}
