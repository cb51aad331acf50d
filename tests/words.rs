//! Help knows the words of the documents, of Python and of C, and says of a wrong one what is near.

use std::process::Command;

use crate::common::{has, run};
use sockpit::help::{self, subjects};
use sockpit::value::page::PagePart;

tests![
    each_word_leads_to_its_page,
    every_name_of_pythons_modules_is_known,
    every_name_in_a_calls_python_form_leads_to_the_call,
    a_wrong_word_gets_near_ones_and_the_search,
    several_words_are_one_name_or_each_is_named,
    the_search_ranks_names_before_texts_and_lists_each_once,
    a_beginning_lists_what_begins_so,
    topics_are_short,
];

const WORDS: &str = include_str!("words.txt");

/// The first line of a page, and of each page joined to it.
fn titles(words: &[&str]) -> Vec<String> {
    let page = help::answer(words).unwrap_or_else(|e| panic!("{words:?}: {e}"));
    let title = |part: PagePart| match part {
        PagePart::Title(title) => Some(title),
        _ => None,
    };
    page.0.into_iter().filter_map(title).collect()
}

fn each_word_leads_to_its_page() {
    let lines = WORDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut count = 0;
    for line in lines {
        let (word, title) = line.split_once(" -> ").unwrap();
        let found = titles(&word.split(' ').collect::<Vec<_>>());
        let is =
            |first: &String| first.strip_prefix(title).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        assert!(found.first().is_some_and(is), "{word}: {found:?}, not {title}");
        count += 1;
    }
    assert!(count > 150, "{count}");
}

/// What Python's own modules have is known, but what they import, what is about Python itself, and what is private.
fn every_name_of_pythons_modules_is_known() {
    const ASIDE: &[&str] = &["IntEnum", "IntFlag", "io", "os", "sys", "errno", "types", "time", "functools", "WeakSet"];
    if !has("python3") {
        return;
    }
    let program = "import socket, queue, select, struct, threading\n\
                   for o in socket, socket.socket, queue, queue.Queue, select, struct, threading.Thread:\n  print(*dir(o), sep='\\n')";
    let output = Command::new("python3").args(["-W", "ignore", "-c", program]).output().unwrap();
    let names = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = names.lines().filter(|name| !name.starts_with('_') && !ASIDE.contains(name)).collect();
    assert!(names.len() > 300, "{}", names.len());
    let unknown: Vec<_> = names.into_iter().filter(|name| help::about(name).is_err()).collect();
    let unknown: Vec<_> = unknown.into_iter().filter(|name| !["heappop", "heappush"].contains(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

fn every_name_in_a_calls_python_form_leads_to_the_call() {
    let mut count = 0;
    for call in sockpit::command::all() {
        // The last statement gives the results; what is called there, or read.
        let form = call.python.rsplit("; ").next().unwrap_or_default();
        let Some((before, _)) = form.split_once('(') else { continue };
        let name = before.rsplit(['}', '(', ' ', '{']).next().unwrap().trim_start_matches('.');
        if !name.contains(|c: char| c.is_ascii_lowercase()) || name.len() < 3 {
            continue;
        }
        let found = titles(&[name]);
        let listed = help::answer(&[name]).unwrap().0.into_iter();
        let listed = listed.filter(|part| matches!(part, PagePart::Entry(term, _) if term == call.name)).count();
        let usage = call.usage();
        let own = name.rsplit('.').next().unwrap();
        // Another call has that very name, or a topic says what it is here.
        let other = subjects().any(|(other, _)| other == own || other == name);
        assert!(found.contains(&usage) || listed > 0 || other, "{name}: {found:?}, not {usage}");
        count += 1;
    }
    assert!(count > 90, "{count}");
}

fn a_wrong_word_gets_near_ones_and_the_search() {
    for (word, near) in [
        ("recvform", "did you mean recvfrom?"),
        ("SO_REUSADDR", "did you mean SO_REUSEADDR?"),
        ("threding", "did you mean threading?"),
        ("socket.recvform", "did you mean recvfrom?"),
        ("握", "三次握手"),
        ("handshak", "handshake"),
    ] {
        let wrong = run(&["help", word]);
        assert_eq!(wrong.status, 2, "{word}");
        assert!(wrong.err.contains(near), "{word}: {}", wrong.err);
        assert!(wrong.err.contains("`help -k WORD` searches"), "{word}: {}", wrong.err);
    }
    for word in ["xy", "qqqqqqqq", "???", "\u{1b}[31m", "", ".", "a.", ".b", "()", "猫"] {
        let wrong = run(&["help", word]);
        assert_eq!(wrong.status, 2, "{word}: {}", wrong.out);
        assert!(!wrong.err.contains("did you mean") && !wrong.err.contains('\x1b'), "{word}: {}", wrong.err);
    }
}

fn several_words_are_one_name_or_each_is_named() {
    assert_eq!(titles(&["half", "close"]), titles(&["half-close"]));
    assert_eq!(titles(&["三次", "握手"]), titles(&["三次握手"]));
    assert_eq!(titles(&["sticky", "packets"]), titles(&["粘包"]));
    assert_eq!(titles(&["file", "descriptor"]), titles(&["fd"]));
    assert_eq!(titles(&["conn,", "addr", "=", "s.accept()"]), titles(&["accept"]));
    assert_eq!(titles(&["s.bind(('127.0.0.1',", "9999))"]), titles(&["bind"]));
    let wrong = run(&["help", "bind", "listen"]);
    assert!(wrong.status == 2 && wrong.err.contains("help bind; help listen"), "{}", wrong.err);
}

fn the_search_ranks_names_before_texts_and_lists_each_once() {
    let terms = |words: &[&str]| -> Vec<String> {
        let words: Vec<&str> = std::iter::once("-k").chain(words.iter().copied()).collect();
        let term = |part: PagePart| match part {
            PagePart::Entry(term, _) => term,
            other => panic!("{other:?}"),
        };
        help::answer(&words).unwrap().0.into_iter().map(term).collect()
    };
    assert_eq!(terms(&["recv"])[0], "recv");
    assert_eq!(terms(&["粘包"]), ["sticky packets"]);
    assert_eq!(terms(&["线程"])[0], "threads");
    assert!(terms(&["nagle"])[0] == "Nagle" && terms(&["nagle"]).contains(&"TCP_NODELAY".to_string()));
    assert_eq!(terms(&["keepalive"])[0], "SO_KEEPALIVE");
    let all = terms(&["e"]);
    let mut once = all.clone();
    once.sort();
    once.dedup();
    // A call and an error may share a name.
    assert!(all.len() - once.len() < 25, "{} of {}", once.len(), all.len());
}

fn a_beginning_lists_what_begins_so() {
    for (start, one) in
        [("TCP_", "TCP_NODELAY"), ("SO_", "SO_REUSEADDR"), ("EAI_", "EAI_NONAME"), ("SOCK", "SOCK_DGRAM")]
    {
        let page = help::answer(&[start]).unwrap().0;
        let has = |name: &str| page.iter().any(|part| matches!(part, PagePart::Entry(term, _) if term == name));
        assert!(page.len() > 3 && has(one), "{start}: {page:?}");
        let other = page.iter().find(|part| matches!(part, PagePart::Entry(term, _) if !term.starts_with(start)));
        assert_eq!(other, None, "{start}");
    }
}

fn topics_are_short() {
    for (_, topics) in help::topics::ALL {
        for topic in *topics {
            let said: usize = topic.notes.iter().chain([&topic.summary]).map(|text| text.len().div_ceil(76)).sum();
            assert!(said <= 9, "{}: {said} lines", topic.names[0]);
            assert!(!topic.example.is_empty() && !topic.related.is_empty(), "{}", topic.names[0]);
        }
    }
}
