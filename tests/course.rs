//! The course: lessons that the program carries, walked through by somebody who types, their exercises, and where each row of the
//! tutorials' tables stands in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value as Json;
use sockpit::help::{lessons, marks, tongue, translate};

use crate::common::terminal::Terminal;
use crate::common::{Folder, Run, SOCKPIT, command, piped, run};
use crate::files::needs_hosts;
use crate::house::{root, sources};

tests![
    every_lesson_has_a_topic_a_number_and_a_line_in_its_readme,
    each_row_of_the_tables_has_its_line_in_a_lesson,
    every_exercise_fails_as_it_stands_and_holds_when_it_is_solved,
    an_exercise_that_proves_nothing_is_found,
    a_newcomer_finishes_the_first_lesson,
    a_newcomer_who_reads_chinese_does_so_too,
    lessons_and_learn_at_the_prompt,
    what_came_of_each_task_is_told_as_json,
    skip_play_and_checks,
    a_lesson_goes_by_its_number_and_is_written_as_a_file,
    two_runs_at_once_do_not_disturb_each_other,
    nothing_is_called_so,
    what_has_no_chinese_yet_is_counted,
    the_lines_of_a_lesson_are_the_same_in_chinese,
];

fn every_lesson_has_a_topic_a_number_and_a_line_in_its_readme() {
    let flat: Vec<_> = fs::read_dir(root().join("scripts"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "sock") && !path.is_symlink())
        .collect();
    assert!(flat.is_empty(), "a lesson stands in the folder of its topic: {flat:?}");
    let mut numbers = BTreeSet::new();
    let contents = fs::read_to_string(root().join("scripts/README.md")).unwrap();
    for lesson in lessons::lessons() {
        let readme = fs::read_to_string(root().join(format!("scripts/{}/README.md", lesson.topic))).unwrap();
        let row = format!("| [`{0}.sock`]({0}.sock) | {1} |", lesson.name, lesson.title());
        assert!(readme.contains(&row), "scripts/{}/README.md has no row: {row}", lesson.topic);
        assert!(numbers.insert(lesson.number().unwrap()), "two lessons are {}", lesson.number().unwrap());
        assert!(lesson.title().chars().count() <= 60 && !lesson.title().is_empty(), "{}", lesson.name);
        // A private folder, and no argument with another.
        for word in ["/tmp", "${2:-/tmp}", "he document"] {
            assert!(!lesson.text.contains(word), "{}: {word}", lesson.name);
        }
    }
    assert!(numbers.len() >= 35, "{}", numbers.len());
    for (topic, _) in lessons::TOPICS {
        assert!(contents.contains(&format!("({topic}/README.md)")), "{topic}");
        assert!(lessons::scripts().any(|script| script.topic == *topic), "{topic} has no script");
    }
}

fn each_row_of_the_tables_has_its_line_in_a_lesson() {
    let text = fs::read_to_string(root().join("scripts/README.md")).unwrap();
    let (_, table) = text.split_once("| of | call | lesson | its line |\n| --- | --- | --- | --- |\n").unwrap();
    let mut rows = 0;
    for row in table.lines().filter(|row| row.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, call, lesson, line] = cells[..] else { panic!("{row}") };
        let file = lesson.split_once("](").unwrap().1.trim_end_matches(')');
        let text = fs::read_to_string(root().join("scripts").join(file)).unwrap();
        let line = line.trim_matches('`');
        let stands = |l: &str| l.contains(line) && !l.trim_start().starts_with('#');
        assert!(text.lines().any(stands), "{call}: {file} has no line with `{line}`");
        rows += 1;
    }
    assert_eq!(rows, 93);
}

fn every_exercise_fails_as_it_stands_and_holds_when_it_is_solved() {
    let run = run(&["lessons", "--check"]);
    assert_eq!(run.status, 0, "{}", run.out);
    let all: usize = lessons::lessons().map(|lesson| marks::exercises(lesson.text).len()).sum();
    assert!(all >= 9 && run.out.ends_with(&format!("{all} exercises hold, 0 do not\n")), "{}", run.out);
    // One is for two terminals.
    assert!(lessons::lessons().any(|lesson| marks::exercises(lesson.text).iter().any(marks::Exercise::takes_two)));
}

const EXERCISE: &str = "#> exercise: E\n#> Do it.\n#> script:\n#>   let n = 1\n#> hint: h\n#> solution:\n#>   let n = 2\n\
                        #> check:\n#>   assert $n == 2\n";

fn an_exercise_that_proves_nothing_is_found() {
    let folder = Folder::new();
    for (from, to, said) in [
        ("", "", "1 exercises hold, 0 do not"),
        ("let n = 1", "let n = 2", "its script holds as it is"),
        ("#>   let n = 2\n", "#>   let n = 3\n", "solved, it fails"),
        ("#> hint: h\n", "", "it has no `hint:`"),
        ("#> check:\n#>   assert $n == 2\n", "", "it has no `check:`"),
        ("#> Do it.\n", "", "what is to be done"),
        ("#> solution:\n#>   let n = 2\n", "", "either a `solution:` or an `other:`"),
    ] {
        let text = format!("# T\nprint 1\n{}", EXERCISE.replacen(from, to, usize::from(!from.is_empty())));
        let file = folder.file("l.sock", text.as_bytes());
        let run = run(&["lessons", "--check", &file]);
        assert!(run.out.contains(said), "{said}\n{}{}", run.out, run.err);
        assert_eq!(run.status, i32::from(!from.is_empty()));
    }
}

/// Type a line at that prompt, once it stands there with nothing, or with a line, typed already.
fn at(t: &mut Terminal, prompt: &str, keys: &str) {
    t.until(prompt, |s| s.lines().rev().find(|l| !l.trim().is_empty()).is_some_and(|l| l.contains(prompt.trim_end())));
    t.wait_for("the editor", |t| !t.is_cooked());
    enter(t, keys);
}

/// What the editor wrote since it began with the line that is asked for now: it says each time that it takes pasted text.
fn asked(raw: &[u8]) -> (usize, String) {
    let text = String::from_utf8_lossy(raw);
    let mut lines = text.split("\x1b[?2004h");
    let first = lines.next().unwrap_or_default();
    (lines.clone().count(), lines.last().unwrap_or(first).to_string())
}

/// Type a line, and wait until the next one is asked for.
fn enter(t: &mut Terminal, keys: &str) {
    let (before, _) = asked(&t.raw);
    t.keys(&format!("{keys}\r"));
    t.until_written("the next prompt", |raw| {
        let (lines, written) = asked(raw);
        lines > before && written.contains("> ")
    });
}

/// What the course says to a newcomer, in a language.
struct Words {
    lang: &'static str,
    greeting: &'static str,
    waits: &'static str,
    right: &'static str,
    wrong: &'static str,
    check: &'static str,
    not_yet: &'static str,
    solved: &'static str,
    next: &'static str,
    title: &'static str,
}

fn a_newcomer_finishes_the_first_lesson() {
    finishes_the_first_lesson(&Words {
        lang: "en_US.UTF-8",
        greeting: "`learn` begins the course",
        waits: "it waits",
        right: "# right: ECONNREFUSED",
        wrong: "# not so; it came to: ok",
        check: "# so it is: the server's end of the connection stands",
        not_yet: "Not yet.",
        solved: "Solved.",
        next: "The next is 02,",
        title: "A first connection",
    });
}

fn a_newcomer_who_reads_chinese_does_so_too() {
    finishes_the_first_lesson(&Words {
        lang: "zh_CN.UTF-8",
        greeting: "`learn` 开始课程",
        waits: "会一直等待",
        right: "# 正确：ECONNREFUSED",
        wrong: "# 不对；实际结果是：",
        check: "# 确实如此：服务器端这一头的连接已经建立",
        not_yet: "还不对。",
        solved: "完成了。",
        next: "下一课是 02",
        title: "第一次连接",
    });
}

/// With nothing but the program, in an empty folder, on a terminal of 80 x 24.
fn finishes_the_first_lesson(words: &Words) {
    let folder = Folder::new();
    let mut t = Terminal::with(24, 80, &[], Folder::new(), |c| {
        c.env("NO_COLOR", "1").env("LANG", words.lang).env_remove("LC_ALL").current_dir(folder.path());
    });
    t.see(words.greeting);
    at(&mut t, "sockpit> ", "learn");
    let answers = ["econnrefused", words.waits, "b\"Welcome to study socket!\"", "29", "nothing"];
    let mut answers = answers.iter();
    for _ in 0..60 {
        let (_, prompt) = asked(&t.raw);
        if prompt.contains("mend> ") {
            break;
        }
        let keys = if prompt.contains("answer> ") { answers.next().unwrap() } else { "" };
        enter(&mut t, keys);
    }
    let raw = String::from_utf8_lossy(&t.raw).into_owned();
    for said in [words.right, words.wrong, words.check] {
        assert!(raw.contains(said), "{said}\n{raw}");
    }
    assert!(answers.next().is_none());
    at(&mut t, "mend> ", "");
    t.see(words.not_yet);
    at(&mut t, "mend> ", "hint");
    at(&mut t, "mend> ", "2+ listen srv");
    at(&mut t, "mend> ", "");
    t.see(words.solved);
    t.see(words.next);
    at(&mut t, "> ", "quit");
    at(&mut t, "sockpit> ", "lessons");
    t.until("what is done", |s| s.lines().any(|l| l.contains(words.title) && !l.trim_end().ends_with("no")));
    at(&mut t, "sockpit> ", "more");
    t.keys("\x04");
    let progress = fs::read_to_string(t.state.path().join("sockpit/progress")).unwrap();
    assert_eq!(progress, "01-first-connection walked\n01-first-connection exercise 1\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "the folder is as empty as before");
}

fn lessons_and_learn_at_the_prompt() {
    let rows = run(&["-c", "rows = lessons\nn = len $rows\nprint $n ${rows[0].title}"]);
    assert!(rows.out.contains("A first connection"), "{}", rows.out);
    let refused = run(&["-c", "learn 01"]);
    assert!(refused.status == 1 && refused.err.contains("a lesson is for a person at a prompt"), "{}", refused.err);
}

/// Somebody walks through a lesson with these lines.
fn learn(words: &[&str], lines: &str, state: &Folder) -> Run {
    let mut child = command(&[&["learn"], words].concat())
        .env("XDG_STATE_HOME", state.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), lines.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

const LESSON: &str = "# A lesson\n#\n# Its text.\n\na, b = socketpair\nsend a hello\n#? What does recv give?\ndata = recv b 10\n\
                      #! assert $data == hello # it has arrived\n#! assert $data == bye # it has not\n#? And now, without waiting?\n\
                      expect EAGAIN recv b 10 MSG_DONTWAIT\n#? And with it?\nlate = recv b 10 &\nsend a more\nwait 1\nprint over\n";

fn what_came_of_each_task_is_told_as_json() {
    let (folder, state) = (Folder::new(), Folder::new());
    let file = folder.file("own.sock", format!("{LESSON}{EXERCISE}").as_bytes());
    let lines = "\n\nhello\neagain\nskip\n\n\n\n\nhint\n1 let n = 2\n\n";
    let run = learn(&["--json", &file], lines, &state);
    let told: Vec<Json> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |i: usize| (told[i]["kind"].as_str().unwrap(), told[i]["outcome"].as_str().unwrap(), &told[i]["right"]);
    assert_eq!(of(0), ("question", "b\"hello\"", &Json::Bool(true)), "{}", run.out);
    assert_eq!(of(1), ("check", "holds", &Json::Bool(true)));
    assert!(of(2).0 == "check" && of(2).2 == &Json::Bool(false));
    assert_eq!(of(3), ("question", "EAGAIN", &Json::Bool(true)));
    assert_eq!(of(4), ("question", "", &Json::Null));
    assert_eq!(of(5), ("exercise", "solved", &Json::Bool(true)));
    assert!(told[6]["kind"] == "end" && told[6]["tasks"] == 6 && told.len() == 7, "{}", run.out);
    assert!(run.err.contains("Its text.") && run.err.contains("Solved."), "{}", run.err);
    assert!(state.path().join("sockpit/progress").exists());
}

fn skip_play_and_checks() {
    let (folder, state) = (Folder::new(), Folder::new());
    let file = folder.file("own.sock", LESSON.as_bytes());
    let run =
        learn(&[&file], "\n\nplay\nn = inq b\nprint \"$n wait\"\nnxt\nhint\n\nbye\nskip\nskip\nskip\nskip\n", &state);
    for said in [
        "5 wait",
        "say what you expect",
        "not so; it came to: b\"hello\"",
        "so it is: it has arrived",
        "not so: assert",
        "over",
    ] {
        assert!(run.out.contains(said), "{said}\n{}", run.out);
    }
    assert!(run.out.contains("recv b 10 MSG_DONTWAIT") && !run.out.contains("> expect"), "{}", run.out);
    // Left before its end it is not done.
    let state = Folder::new();
    assert_eq!(learn(&["01"], "\n\nquit\n", &state).status, 0);
    assert!(!state.path().join("sockpit/progress").exists());
}

fn a_lesson_goes_by_its_number_and_is_written_as_a_file() {
    let folder = Folder::new();
    let here = |args: &[&str]| -> Run { command(args).current_dir(folder.path()).output().unwrap().into() };
    for number in ["17", "17-lock", "17-lock.sock"] {
        let run = here(&["-q", "run", number]);
        assert!(run.status == 0 && run.out.contains("没有锁: 99"), "{}{}", run.out, run.err);
    }
    let stepped: Run = piped(&["step", "06"], &[b'\n'; 400]);
    assert!(stepped.status == 0 && stepped.out.contains("# the program has ended"), "{}", stepped.out);
    let write = || here(&["lessons", "--write", "course"]);
    assert_eq!(write().status, 0);
    let all = lessons::scripts().count();
    for script in lessons::scripts() {
        let text =
            fs::read_to_string(folder.path().join(format!("course/{}/{}.sock", script.topic, script.name))).unwrap();
        assert_eq!(text, script.text);
    }
    // What is there stays as it is.
    let again = write();
    assert!(
        again.out.starts_with("0 scripts written") && again.err.lines().count() == all,
        "{}{}",
        again.out,
        again.err
    );
    let checked =
        Command::new(SOCKPIT).args(["-n", "course/concurrency/17-lock.sock"]).current_dir(folder.path()).status();
    assert!(checked.unwrap().success());
}

fn two_runs_at_once_do_not_disturb_each_other() {
    let folder = Folder::new();
    for lesson in lessons::lessons().filter(|lesson| lesson.text.contains("let port = ")) {
        assert!(lesson.text.contains("let port = ${1:-0}\n"), "{} has a port of its own", lesson.name);
    }
    for number in ["01", "07", "12", "13", "14", "18", "44", "46"] {
        let start = || command(&["-q", "run", number]).current_dir(folder.path()).spawn().unwrap();
        for one in [start(), start(), start()] {
            let run: Run = one.wait_with_output().unwrap().into();
            assert_eq!((run.status, &*run.err), (0, ""), "{number}");
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

fn nothing_is_called_so() {
    for args in [&["learn", "bogus"][..], &["lessons", "bogus"], &["lessons", "--bogus"], &["learn", "--write"]] {
        let run = run(args);
        assert!(run.status == 2 && run.err.contains("sockpit: "), "{args:?} {}", run.err);
    }
    assert_eq!(run(&["lessons", "--check", "/nowhere"]).status, 2);
}

/// How many of the program's own texts have none, at most. Among them is what is no prose after all.
const UNTOLD: usize = 40;
/// How many Chinese texts there are whose English is gone, at most: whoever says something else takes the old one out.
const STALE: usize = 20;

/// The rooms whose texts people read.
const ROOMS: &[&str] =
    &["linux", "value", "lang", "world", "command", "program", "explain", "help", "session", "front"];

/// The string literals of a program in Rust.
fn literals(code: &str) -> Vec<String> {
    let code = code.split("#[cfg(test)]\nmod tests").next().unwrap();
    let chars: Vec<char> = code.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('/')) => at = (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len()),
            ('\'', Some('\\')) => at = (at + 3..chars.len()).find(|i| chars[*i] == '\'').unwrap_or(at) + 1,
            ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => at += 3,
            ('r', Some('"' | '#')) if at == 0 || !chars[at - 1].is_alphanumeric() => {
                let marks = chars[at + 1..].iter().take_while(|c| **c == '#').count();
                if chars.get(at + 1 + marks) != Some(&'"') {
                    at += 1;
                    continue;
                }
                let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', marks)).collect();
                let start = at + marks + 2;
                let length = chars[start..].windows(end.len()).position(|w| w == end).unwrap();
                found.push(chars[start..start + length].iter().collect());
                at = start + length + end.len();
            }
            ('"', _) => {
                let mut text = String::new();
                at += 1;
                while chars[at] != '"' {
                    if chars[at] != '\\' {
                        text.push(chars[at]);
                        at += 1;
                        continue;
                    }
                    at += 2;
                    match chars[at - 1] {
                        '\n' => at += chars[at..].iter().take_while(|c| c.is_whitespace()).count(),
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        'u' => {
                            let code: String = chars[at + 1..].iter().take_while(|c| **c != '}').collect();
                            text.extend(char::from_u32(u32::from_str_radix(&code, 16).unwrap()));
                            at += code.len() + 2;
                        }
                        other => text.push(other),
                    }
                }
                at += 1;
                found.push(text);
            }
            _ => at += 1,
        }
    }
    found
}

/// The keys that a text may have: its own, and those of its lines without what stands before their own words.
fn keys(text: &str) -> Vec<String> {
    let own = |line: &str| line.trim_start_matches(['#', ' ']).trim_start_matches("sockpit: ").to_string();
    std::iter::once(text.to_string()).chain(text.lines().map(own)).collect()
}

/// The texts of the program's own, by the file that they stand in.
fn texts() -> Vec<(String, String)> {
    let files = sources(&root().join("src"));
    let of = |path: &std::path::PathBuf| {
        let name = path.strip_prefix(root().join("src")).unwrap().display().to_string();
        literals(&fs::read_to_string(path).unwrap())
            .into_iter()
            .map(move |text| (name.clone(), text))
            .collect::<Vec<_>>()
    };
    files.iter().flat_map(of).collect()
}

/// Whether a text is for people: at least three words in a row.
fn is_prose(text: &str) -> bool {
    let is_word =
        |word: &str| word.len() > 1 && word.trim_matches([',', ':', ';', '.']).bytes().all(|b| b.is_ascii_lowercase());
    let words: Vec<bool> = text.split(' ').map(is_word).collect();
    !text.contains('\n') && words.windows(3).any(|words| words.iter().all(|is| *is))
}

fn what_has_no_chinese_yet_is_counted() {
    let all: BTreeSet<String> = lessons::scripts().flat_map(|script| translate::paragraphs(script.text)).collect();
    let missing: Vec<_> = all.iter().filter(|text| tongue::chinese(text).is_none()).collect();
    assert!(missing.is_empty(), "paragraphs of lessons without Chinese: {missing:#?}");
    let texts = texts();
    let is_read = |file: &str| ROOMS.iter().any(|room| file.starts_with(room)) && !file.starts_with("help/manual");
    let untold: BTreeSet<&String> = texts
        .iter()
        .filter(|(file, text)| is_read(file) && is_prose(text))
        .map(|(_, text)| text)
        .filter(|text| keys(text).iter().all(|key| tongue::chinese(key).is_none()))
        .collect();
    let first: Vec<_> = untold.iter().take(40).collect();
    assert!(untold.len() <= UNTOLD, "{} texts of the program have no Chinese, as {first:#?}", untold.len());
    let known: BTreeSet<String> = texts.iter().flat_map(|(_, text)| keys(text)).collect();
    let is_known = |text: &&str| known.contains(*text);
    let stale: Vec<&str> =
        tongue::table().map(|(text, _)| text).filter(|text| !all.contains(*text) && !is_known(text)).collect();
    assert!(stale.len() <= STALE, "{stale:#?}");
}

fn the_lines_of_a_lesson_are_the_same_in_chinese() {
    let folder = Folder::new();
    let run: Run =
        command(&["lessons", "--lang", "zh", "--write", "."]).current_dir(folder.path()).output().unwrap().into();
    assert_eq!(run.status, 0, "{}", run.err);
    let lines = |text: &str| -> Vec<String> {
        text.lines().filter(|l| !l.trim_start().starts_with('#') && !l.is_empty()).map(String::from).collect()
    };
    for script in lessons::scripts() {
        let text = fs::read_to_string(folder.path().join(format!("{}/{}.sock", script.topic, script.name))).unwrap();
        assert_eq!(lines(&text), lines(script.text), "{}", script.name);
        let codes = |text: &str| {
            marks::exercises(text).into_iter().map(|e| [e.script, e.solution, e.check, e.other]).collect::<Vec<_>>()
        };
        assert_eq!(codes(&text), codes(script.text), "{}", script.name);
    }
    let first = fs::read_to_string(folder.path().join("first-steps/01-first-connection.sock")).unwrap();
    assert!(first.starts_with("# 第一次连接\n") && first.contains("#? "), "{first}");
    let listed: Run = command(&["lessons"]).env("LC_ALL", "zh_CN.UTF-8").output().unwrap().into();
    assert!(listed.out.contains("第一次连接"), "{}", listed.out);
}

/// Walked through with nothing said to its questions, a lesson prints what it prints when it runs.
pub fn prints_what_it_prints(script: &Path) {
    let text = fs::read_to_string(script).unwrap();
    // Other processes print when they are ready.
    let many = text.contains("process ");
    let (folder, state) = (Folder::new(), Folder::new());
    let port = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let plain = run(&["-q", "--timeout", "30", script.to_str().unwrap(), "0"]);
    if needs_hosts(&plain) {
        return;
    }
    let file = folder.file(script.file_name().unwrap().to_str().unwrap(), text.as_bytes());
    let walked = learn(&[&file, "0"], &format!("{}{}", "skip\n".repeat(40), "quit\n"), &state);
    assert_eq!((walked.status, &*walked.err), (0, ""), "{}", walked.out);
    assert!(state.path().join("sockpit/progress").exists(), "{}", walked.out);
    let shown: Vec<String> = walked.out.lines().map(port).collect();
    for line in plain.out.lines().filter(|line| !(line.contains("  ") || many && line.starts_with('['))) {
        assert!(shown.contains(&port(line)), "{line}\nis not in\n{}", walked.out);
    }
}
