//! What a session tells, as it is laid out for people: tables, diagrams and pages at any width.

use std::rc::Rc;
use std::time::Instant;

use sockpit::render::{Style, event};
use sockpit::session::event::At;
use sockpit::session::{Event, What};
use sockpit::value::diagram::{DiagramStep, Lane};
use sockpit::value::page::Page;
use sockpit::value::table::{Column, holds, plain};
use sockpit::value::{Diagram, Holds, Table, Value};
use unicode_width::UnicodeWidthStr;

tests![
    columns_stand_in_line_under_wide_characters,
    what_does_not_fit_is_cut_and_never_wraps,
    a_narrow_window_gets_blocks,
    arrows_go_from_lane_to_lane,
    a_diagram_fits_the_window_or_says_what_it_needs,
    a_page_fits_twenty_columns_and_wide_characters,
];

/// The lines that people see, in a window of that width.
fn shown(what: What, width: Option<usize>) -> Vec<String> {
    let told = Event { seq: 1, begun: Instant::now(), at: At::default(), what, after: None };
    event(&told, Style { width, ..Style::default() }).lines().map(str::to_string).collect()
}

const COLUMNS: &[Column] =
    &[plain("name"), plain("note"), plain("local"), plain("in"), plain("unused"), holds("left", Holds::Seconds)];

fn table() -> Table {
    let row = |name: &str, note: &str, addr: &str, n, left| {
        let addr = Value::Addr(addr.parse().unwrap());
        vec![Value::text(name), Value::text(note), addr, Value::Int(n), Value::None, left]
    };
    let rows = vec![
        row("服务器", "监听中, 等待客户端连接", "127.0.0.1:9998", 5, Value::None),
        row("cli", "x\n\x1b[2J", "127.0.0.1:40001", 12345, Value::Int(57)),
    ];
    Table { columns: COLUMNS, rows, empty: "nothing".into() }
}

fn rows(width: Option<usize>) -> Vec<String> {
    shown(What::Rows { call: "netstat".into(), table: table() }, width)
}

fn columns_stand_in_line_under_wide_characters() {
    assert_eq!(
        rows(None),
        [
            "name    note                    local               in  left",
            "服务器  监听中, 等待客户端连接  127.0.0.1:9998       5     -",
            "cli     x\\n\\x1b[2J              127.0.0.1:40001  12345  57 s",
        ]
    );
    assert_eq!(rows(Some(200)), rows(None));
    assert_eq!(rows(Some(80)), rows(None));
}

fn what_does_not_fit_is_cut_and_never_wraps() {
    assert_eq!(
        rows(Some(44)),
        [
            "name   note       local              in left",
            "服务器 监听中, …  127.0.0.1:9998      5    -",
            "cli    x\\n\\x1b[2J 127.0.0.1:40001 12345 57 s",
        ]
    );
    for width in 1..100 {
        for line in rows(Some(width)) {
            assert!(line.width() <= width.max(10), "{width}: {line}");
        }
    }
}

fn a_narrow_window_gets_blocks() {
    assert_eq!(
        rows(Some(20)),
        [
            "name: 服务器",
            "  note: 监听中, 等待",
            "    客户端连接",
            "  local:",
            "    127.0.0.1:9998",
            "  in: 5",
            "name: cli",
            "  note: x\\n\\x1b[2J",
            "  local:",
            "    127.0.0.1:40001",
            "  in: 12345",
            "  left: 57 s",
        ]
    );
}

fn diagram() -> Diagram {
    let lane = |name: &str, stands: &str| Lane { name: name.into(), stands: stands.into(), always: false };
    let step = |line, what: &str, lane| DiagramStep { line, what: what.into(), lane, ..DiagramStep::default() };
    let to = |to, text: &str| Some((to, text.to_string()));
    Diagram {
        lanes: vec![lane("srv", "LISTEN"), lane("cli", "closed"), lane("服务器", "CLOSE_WAIT")],
        steps: vec![
            DiagramStep { begins: vec![0], ..step(1, "create_server", 0) },
            DiagramStep { begins: vec![1], arrow: to(0, "handshake"), ..step(3, "connect", 1) },
            DiagramStep { begins: vec![2], arrow: to(2, ""), ..step(4, "accept", 0) },
            DiagramStep { arrow: to(2, "5 bytes"), ..step(10, "send", 1) },
            DiagramStep { ends: Some(1), arrow: to(2, "FIN"), ..step(11, "close", 1) },
            step(12, "recv: end", 2),
            DiagramStep { arrow: to(0, "2 bytes"), lost: true, ..step(13, "sendto", 2) },
        ],
    }
}

fn arrows_go_from_lane_to_lane() {
    assert_eq!(
        shown(What::Drawn(diagram()), None),
        [
            "                        srv           cli          服务器",
            " 1  create_server         *",
            " 3  connect               |<-handshake--*",
            " 4  accept                o-------------------------->*",
            "10  send                  |             o---5 bytes-->|",
            "11  close                 |             x-----FIN---->|",
            "12  recv: end             |                           o",
            "13  sendto                | x--------2 bytes----------o",
            "                       LISTEN        closed      CLOSE_WAIT",
        ]
    );
}

fn a_diagram_fits_the_window_or_says_what_it_needs() {
    for width in 36..100 {
        for line in shown(What::Drawn(diagram()), Some(width)) {
            assert!(line.width() <= width, "{width}: {line}");
        }
    }
    assert_eq!(shown(What::Drawn(diagram()), Some(20)), ["3 lanes need 36 columns: diagram S... draws some"]);
    let many = |lanes| Diagram { lanes: vec![diagram().lanes[1].clone(); lanes], steps: diagram().steps };
    assert_eq!(shown(What::Drawn(many(100)), None).len(), 9);
    let too_many = "101 lanes are more than the 100 that are drawn: diagram S... draws some";
    assert_eq!(shown(What::Drawn(many(101)), None), [too_many]);
}

fn sample() -> Page {
    let mut page = Page::titled("recv S N [FLAGS]");
    page.text("receive up to N bytes: what has come, or the next datagram");
    page.entry("S", "a socket");
    page.entry("FLAGS", "flags, which may be left out, joined with a bar");
    page.head("Example");
    page.code("recv s 100");
    page.text("黑马 黑马 黑马 黑马 unbreakable-as-it-is");
    page
}

fn a_page_fits_twenty_columns_and_wide_characters() {
    let text = shown(What::Page(Rc::new(sample())), Some(20)).join("\n");
    assert!(text.lines().all(|line| line.width() <= 20), "{text}");
    assert!(text.contains("  S\n    a socket"), "{text}");
    assert!(text.ends_with("  黑马 黑马 黑马 黑\n  马\n  unbreakable-as-it-\n  is"), "{text}");
}
