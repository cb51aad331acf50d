//! docs/grammar.md is the parser's grammar: its examples, its tables, and lines made at random from its rules.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sockpit::lang::{Error, KEYWORDS, Operator, Source, parse, print};

use crate::house::root;

tests![
    examples_are_accepted_and_refused_as_they_say,
    words_and_operators_are_those_of_the_parser,
    lines_made_from_the_rules_are_accepted,
];

/// The lines of the code blocks of that language.
fn code(language: &str) -> String {
    let text = std::fs::read_to_string(root().join("docs/grammar.md")).unwrap();
    let fence = format!("```{language}\n");
    let blocks: Vec<&str> =
        text.split(&fence).skip(1).map(|rest| rest.split_once("```").expect("a block is not closed").0).collect();
    assert!(!blocks.is_empty(), "docs/grammar.md has no {language}");
    blocks.concat()
}

/// A line read as a program, with an end where it is the head of a block.
fn read(line: &str) -> Result<String, Error> {
    let opens = sockpit::lang::depth_change(line) > 0;
    parse(&Source::new("t", &if opens { format!("{line}\nend") } else { line.to_string() })).map(|block| print(&block))
}

fn examples_are_accepted_and_refused_as_they_say() {
    for line in code("accepted").lines() {
        read(line).unwrap_or_else(|e| panic!("{e}"));
    }
    for line in code("refused").lines() {
        let (line, what) = line.rsplit_once(" # ").unwrap_or_else(|| panic!("it is not said why: {line}"));
        match read(line.trim_end()) {
            Ok(_) => panic!("accepted: {line}"),
            Err(e) => assert!(e.to_string().contains(what.trim()), "{what}: {e}"),
        }
    }
}

fn words_and_operators_are_those_of_the_parser() {
    let sorted = |words: Vec<String>| words.into_iter().collect::<BTreeSet<_>>();
    let words = |text: &str| text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    assert_eq!(sorted(words(&code("keywords"))), sorted(KEYWORDS.iter().map(|w| (*w).to_string()).collect()));
    let mut rows: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for (operator, strength) in Operator::all() {
        rows.entry(strength).or_default().push(operator.to_string());
    }
    let table: Vec<_> = code("precedence").lines().map(|line| sorted(words(line))).collect();
    assert_eq!(table, rows.into_values().map(sorted).collect::<Vec<_>>());
}

/// The right side of a rule.
#[derive(Clone, Debug)]
enum Node {
    Text(String),
    /// Characters told in words.
    Class(String),
    Rule(String),
    Many(Box<Node>),
    Maybe(Box<Node>),
    Sequence(Vec<Node>),
    Either(Vec<Node>),
}

/// What stands in a rule's text: names, texts in quotes, classes, brackets.
fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' | '\'' | '?' => rest[1..].find(first).unwrap_or_else(|| panic!("not closed: {rest}")) + 2,
            c if c.is_alphanumeric() => rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()),
            _ => 1,
        };
        found.push(rest[..end].to_string());
        rest = rest[end..].trim_start();
    }
    found
}

fn either(tokens: &mut std::iter::Peekable<std::vec::IntoIter<String>>) -> Node {
    let mut all = vec![sequence(tokens)];
    while tokens.next_if(|t| t == "|").is_some() {
        all.push(sequence(tokens));
    }
    if all.len() == 1 { all.remove(0) } else { Node::Either(all) }
}

fn sequence(tokens: &mut std::iter::Peekable<std::vec::IntoIter<String>>) -> Node {
    let mut all = Vec::new();
    while let Some(token) = tokens.next_if(|t| !matches!(&**t, "|" | ")" | "]" | "}" | ";")) {
        let mut inner = |close: &str| {
            let node = either(tokens);
            assert_eq!(tokens.next().as_deref(), Some(close));
            node
        };
        all.push(match &*token {
            "(" => inner(")"),
            "[" => Node::Maybe(Box::new(inner("]"))),
            "{" => Node::Many(Box::new(inner("}"))),
            text if text.starts_with(['"', '\'']) => Node::Text(text[1..text.len() - 1].to_string()),
            class if class.starts_with('?') => Node::Class(class.trim_matches('?').trim().to_string()),
            rule => Node::Rule(rule.to_string()),
        });
    }
    Node::Sequence(all)
}

fn rules() -> HashMap<String, Node> {
    let mut rules = HashMap::new();
    let mut tokens = tokens(&code("ebnf")).into_iter().peekable();
    while let Some(name) = tokens.next() {
        assert_eq!(tokens.next().as_deref(), Some("="), "{name}");
        let node = either(&mut tokens);
        assert_eq!(tokens.next().as_deref(), Some(";"), "{name}");
        assert!(rules.insert(name.clone(), node).is_none(), "{name} has two rules");
    }
    rules
}

/// Some of the characters that a class tells of. The letters before quotes that change them are not among those of words.
fn class(name: &str) -> &'static [&'static str] {
    match name {
        "plain" => &["a", "c", "dump", "x", "Z", "7", "42", ".", "_", ":a", "@", "黑", "é", "é黑", "名字"],
        "escaped" => &[" ", "#", "\"", "'", ";", "(", "黑", "，", "“"],
        "text" => &["a", "b ", " ", "#", ";", "黑", "“", "，", "\t", "{", "]x", "=", "&"],
        "ASCII" => &["a", "b ", "#", ";", "~", "9"],
        "code" => &["9ed1", "41", "1f600", "0", "2028"],
        "hexadecimal digit" => &["0", "9", "a", "F"],
        "default" => &["a", "B", "8080", "127.0.0.1:9999", "-", ":", " ", "/tmp", "黑", "(", "["],
        "closing" => &["}", "'", "\"", "\\"],
        "letter" => &["a", "k", "Z", "黑"],
        "digit" => &["0", "7"],
        "beginning of a name" => &["a", "x", "_", "Z", "名", "é", "д"],
        "rest of a name" => &["a", "c", "7", "_", "字", "é"],
        "letter of ASCII" => &["a", "x", "Z"],
        "letter beyond Latin" => &["名", "д"],
        other => panic!("no such class: {other}"),
    }
}

/// Makes lines from the rules.
struct Maker<'a> {
    rules: &'a HashMap<String, Node>,
    /// How deep each rule goes at least.
    depths: HashMap<String, usize>,
    seed: u64,
    used: BTreeSet<String>,
}

impl Maker<'_> {
    fn new(rules: &HashMap<String, Node>) -> Maker<'_> {
        let mut depths: HashMap<String, usize> = HashMap::new();
        for _ in 0..rules.len() {
            for (name, node) in rules {
                if let Some(depth) = depth(node, &depths) {
                    depths.insert(name.clone(), depth + 1);
                }
            }
        }
        for name in rules.keys() {
            assert!(depths.contains_key(name), "{name} never ends");
        }
        Maker { rules, depths, seed: 0x9e37_79b9_7f4a_7c15, used: BTreeSet::new() }
    }

    fn pick(&mut self, n: usize) -> usize {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed % n as u64) as usize
    }

    /// What a node comes to: in a rule of words each piece is followed by a blank.
    fn make(&mut self, node: &Node, words: bool, left: usize, out: &mut String) {
        let blank = |out: &mut String| out.push_str(if words { " " } else { "" });
        match node {
            Node::Text(text) => {
                out.push_str(text);
                blank(out);
            }
            Node::Class(name) => {
                let all = class(name);
                out.push_str(all[self.pick(all.len())]);
            }
            Node::Rule(name) if name == "EOL" => out.push('\n'),
            Node::Rule(name) => {
                self.used.insert(name.clone());
                let rule = &self.rules[name];
                if name.starts_with(char::is_lowercase) {
                    return self.make(rule, true, left.saturating_sub(1), out);
                }
                let start = out.len();
                loop {
                    // A word has as many pieces wherever it stands.
                    self.make(rule, false, if words { 9 } else { left.saturating_sub(1) }, out);
                    if !KEYWORDS.contains(&&out[start..]) {
                        break;
                    }
                    out.truncate(start);
                }
                blank(out);
            }
            Node::Many(inner) => {
                // Rules of words are many inside each other.
                let times = if left == 0 { 0 } else { self.pick(4).saturating_sub(2 * usize::from(words)) };
                (0..times).for_each(|_| self.make(inner, words, left.saturating_sub(1), out));
            }
            Node::Maybe(inner) => {
                if left > 0 && self.pick(2) == 0 {
                    self.make(inner, words, left - 1, out);
                }
            }
            Node::Sequence(all) => all.iter().for_each(|node| self.make(node, words, left, out)),
            Node::Either(all) => {
                let shortest = || all.iter().min_by_key(|node| depth(node, &self.depths)).unwrap();
                let node = if left == 0 { shortest() } else { &all[self.pick(all.len())] };
                self.make(node, words, left, out);
            }
        }
    }
}

/// How deep it goes at least, as far as that is known.
fn depth(node: &Node, depths: &HashMap<String, usize>) -> Option<usize> {
    match node {
        Node::Text(_) | Node::Class(_) | Node::Many(_) | Node::Maybe(_) => Some(0),
        Node::Rule(name) if name == "EOL" => Some(0),
        Node::Rule(name) => depths.get(name).copied(),
        Node::Sequence(all) => all.iter().map(|node| depth(node, depths)).try_fold(0, |max, d| Some(max.max(d?))),
        Node::Either(all) => all.iter().filter_map(|node| depth(node, depths)).min(),
    }
}

fn lines_made_from_the_rules_are_accepted() {
    let rules = rules();
    let mut maker = Maker::new(&rules);
    for _ in 0..3000 {
        let mut statement = String::new();
        let left = 6 + maker.pick(12);
        maker.make(&Node::Rule("statement".into()), true, left, &mut statement);
        // Where it stands all that stands inside a loop or a def may.
        let text = format!("def f a\nloop\n{statement}end\nend\n");
        let block = parse(&Source::new("t", &text)).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let printed = print(&block);
        let again = parse(&Source::new("t", &printed)).unwrap_or_else(|e| panic!("{e}\n{text}\n{printed}"));
        assert_eq!(print(&again), printed, "{text}");
    }
    let unused: Vec<_> =
        rules.keys().filter(|rule| !maker.used.contains(*rule) && !matches!(&***rule, "program" | "def")).collect();
    assert!(unused.is_empty(), "no line was made with {unused:?}");
}
