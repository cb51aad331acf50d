//! Properties of the language: no text makes it panic, and printing is the inverse of reading.
use proptest::prelude::*;
use sockpit::lang::{KEYWORDS, Part, Source, head, parse, print, typed};
use sockpit::value::Value;

use crate::files::under;

tests![
    printing_is_the_inverse_of_reading,
    what_is_shown_can_be_typed,
    typing_makes_no_line_panic,
    no_text_makes_it_panic,
    no_bytes_make_it_panic,
    no_shape_of_lines_makes_it_panic,
    scripts_and_facts_print_as_they_read,
    blocks_and_parentheses_have_a_limit,
    a_long_line_is_shown_around_its_error,
    words_may_be_unfinished,
    the_call_is_found_behind_its_names,
];

fn prints_as_it_reads(text: &str) {
    let first = parse(&Source::new("t", text)).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let once = print(&first);
    let second = parse(&Source::new("t", &once)).unwrap_or_else(|e| panic!("{e}\n{once}"));
    assert_eq!(print(&second), once);
}

fn scripts_and_facts_print_as_they_read() {
    for (_, script) in ["scripts", "tests/facts"].into_iter().flat_map(|folder| under(folder, "sock")) {
        prints_as_it_reads(&std::fs::read_to_string(script).unwrap());
    }
}

fn error(text: &str) -> String {
    parse(&Source::new("t", text)).unwrap_err().to_string()
}

fn blocks_and_parentheses_have_a_limit() {
    let deep = format!("{}{}", "loop\n".repeat(5000), "end\n".repeat(5000));
    assert!(error(&deep).contains("blocks inside each other"));
    assert!(error(&format!("let x = {} 1", "( ".repeat(5000))).contains("levels of parentheses"));
    for operator in ["+", "or", "and", "*", "|"] {
        let many = |n: usize| format!("let x = 1{}", format!(" {operator} 1").repeat(n));
        assert!(error(&many(100_000)).contains("operators in one expression"));
        assert!(parse(&Source::new("t", &many(1000))).is_ok());
    }
}

fn a_long_line_is_shown_around_its_error() {
    let shown = error(&format!("{} \\q {}", "a".repeat(4000), "b".repeat(4000)));
    assert!(shown.len() < 500 && shown.contains("\\q") && shown.contains("^^"), "{shown}");
}

/// Words as people type them: names, numbers, quotes of all kinds, escapes, values and their parts, operators.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_][a-z0-9_]{0,6}".prop_filter("a word of the language", |w| !KEYWORDS.contains(&w.as_str())),
        "-?[0-9]{1,5}(\\.[0-9]{1,3})?",
        "\"[ a-z#$]{0,8}\"".prop_map(|s| s.replace('$', "$$")),
        "'[ a-z黑马]{0,6}'",
        "\\$[a-z][a-z0-9]{0,4}",
        "[a-z]{0,3}\\$\\{[a-z]{1,4}\\}[a-z]{0,3}",
        Just("\\x1b\\xff".to_string()),
        Just("a\\r\\n\\u{9ed1}".to_string()),
        Just("127.0.0.1:80".to_string()),
        Just("MSG_PEEK|MSG_DONTWAIT".to_string()),
        Just("key=value".to_string()),
        "[bB]\"[ -!#$%-\\[\\]-~]{0,8}\"",
        "[rR]'[ -&(-\\[\\]-~黑“]{0,6}'",
        "(rb|bR)\"[ -!#$%-\\[\\]-~]{0,5}(\\\\[a-z\"])?\"",
        "[a-z]{1,3}=b'[a-z$]{0,3}\\\\xff'",
        "[ac]{0,2}\"\\$\\{[a-z]{1,3}:-[a-z0-9:./ -]{0,6}\\}\"'[$a-z]{0,3}'",
        "\\$\\{[a-z]{1,3}(\\[(-?[0-9]{1,2}|[0-9]?:(-?[0-9])?|[a-z]{1,2}|'[a-z ]{0,4}')\\]|\\.[a-z黑_]{1,3}){1,3}\\}",
        "\\$[名д][a-z字]{0,2}",
        "[ac]{1,2}\"黑\"'\\$[a-z]'b\"[a-z]\"",
        "\\\\[“，;(\\[]",
        Just("\"&\"".to_string()),
        Just("\"end\"".to_string()),
        Just("\\ \\#\\\"".to_string()),
    ]
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 0..5).prop_map(|w| w.join(" "))
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = word().boxed();
    leaf.prop_recursive(4, 16, 2, |inner| {
        let operator = prop::sample::select(vec!["+", "-", "*", "/", "//", "%", "and", "or"]);
        let compare = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("( {a} ) {op} {b}")),
            (inner.clone(), compare, inner.clone()).prop_map(|(a, op, b)| format!("( {a} ) {op} ( {b} )")),
            inner.clone().prop_map(|a| format!("not ( {a} )")),
            inner.prop_map(|a| format!("- ( {a} )")),
        ]
    })
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        words().prop_map(|w| format!("send s {w}")),
        words().prop_map(|w| format!("a, b = call {w} &")),
        words().prop_map(|w| format!("expect EAGAIN call {w}")),
        words().prop_map(|w| format!("print {w}")),
        expression().prop_map(|e| format!("let x = {e}")),
        expression().prop_map(|e| format!("assert {e}")),
    ]
}

fn program() -> impl Strategy<Value = String> {
    let line = line().boxed();
    line.prop_recursive(4, 24, 3, |inner| {
        let body = prop::collection::vec(inner, 0..3).prop_map(|l| l.join("\n"));
        prop_oneof![
            (expression(), body.clone(), body.clone()).prop_map(|(e, a, b)| format!("if {e}\n{a}\nelse\n{b}\nend")),
            (expression(), body.clone()).prop_map(|(e, b)| format!("while {e}\n{b}\nbreak\nend")),
            (words(), body.clone()).prop_map(|(w, b)| format!("for x in {w}\n{b}\nend")),
            (word(), body.clone()).prop_map(|(w, b)| format!("repeat {w}\n{b}\nend")),
            (body.clone(), body.clone(), body)
                .prop_map(|(a, b, c)| format!("try\n{a}\nexcept EPIPE timeout as e\n{b}\nfinally\n{c}\nend")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    fn printing_is_the_inverse_of_reading(text in program()) {
        prints_as_it_reads(&text);
    }

    fn what_is_shown_can_be_typed(bytes in prop::collection::vec(any::<u8>(), 0..40), text in any::<String>()) {
        let words = format!("send s {} {}", Value::bytes(&bytes).show(), Value::text(&text).show());
        let words = sockpit::lang::words(&Source::new("t", &words), 1, &words).unwrap_or_else(|e| panic!("{e}"));
        let typed = match &*words[2].parts {
            [] => &[][..],
            [Part::Literal(typed)] => typed,
            other => panic!("{other:?}"),
        };
        prop_assert!(words[2].bytes && !words[3].bytes && words[3].quoted);
        prop_assert_eq!(typed, &*bytes);
        prop_assert_eq!(words[3].literal(), Some(&*text));
    }

    fn typing_makes_no_line_panic(text in "[a-z \"'$\\\\{}\\[\\]:;.rb“，黑0-9=-]{0,40}") {
        let (words, _) = typed(&text);
        for word in words {
            prop_assert!(text.get(word.range.clone()).is_some());
            prop_assert!(word.marks.iter().all(|mark| text.get(mark.range.clone()).is_some()));
        }
        let _ = parse(&Source::new("t", &text)).map_err(|e| e.to_string());
    }

    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = parse(&Source::new("t", &text)).map_err(|e| e.to_string());
    }

    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Source::from_bytes("t", bytes).and_then(|s| parse(&s)).map_err(|e| e.to_string());
    }

    fn no_shape_of_lines_makes_it_panic(lines in prop::collection::vec(
        prop::sample::select(vec!["if 1", "elif 2", "else", "end", "try", "except", "finally", "def f a", "loop", "break",
            "return", "x = call &", "a, = b", "let x =", "( ", "\"", "print $", "global x", "for a in", "expect"]), 0..30)) {
        let _ = parse(&Source::new("t", &lines.join("\n"))).map_err(|e| e.to_string());
    }
}

/// The words of a line that is being typed.
fn texts(line: &str) -> Vec<String> {
    typed(line).0.into_iter().map(|w| w.text).collect()
}

fn words_may_be_unfinished() {
    assert_eq!(texts("send s \"a b\" 'c d"), ["send", "s", "a b", "c d"]);
    assert_eq!(texts(r#"print "a\"b\x4 $x" \\ # no"#), ["print", r#"a"b\x4 $x"#, r"\\"]);
    assert_eq!(texts("print \"a\\"), ["print", "a\\"]);
    let (words, end) = typed("print 'open  # in it");
    assert_eq!(words[1].open, Some((6, '\'')));
    assert_eq!(end, 20);
    assert_eq!(typed("a  # rest").1, 3);
}

fn the_call_is_found_behind_its_names() {
    for (line, at) in
        [("accept s", 0), ("a, b = accept s", 3), ("expect EAGAIN recv s 1", 2), ("let x = 1", 0), ("send s a = b", 0)]
    {
        assert_eq!(head(&typed(line).0), at, "{line}");
    }
}
