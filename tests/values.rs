//! Values from outside: their size, how they are written, and that what is written reads back.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use proptest::prelude::*;
use sockpit::value::json::typed;
use sockpit::value::pack::{pack, unpack};
use sockpit::value::reason::span;
use sockpit::value::wire::{Refusal, decode, decode_plain, encode};
use sockpit::value::{Addr, Handle, Reason, Value};

tests![
    no_two_encodings_have_a_name_in_common,
    a_value_is_small,
    typed_values_tell_what_they_are,
    what_can_cross_crosses,
    a_live_thing_crosses_only_by_number,
    depth_is_bounded,
    garbage_is_refused_without_a_panic,
    every_whole_number_crosses,
    every_half_comes_back,
    shown_addresses_parse_back,
    the_clock_can_be_left_out,
    spans_read_well,
];

/// A second of the same name would never be found.
fn no_two_encodings_have_a_name_in_common() {
    let rows = include_str!("../src/value/codec/list.rs").lines().filter(|line| line.starts_with("    "));
    let quoted = rows.filter(|line| line.contains("&[")).flat_map(|line| line.split('"').skip(1).step_by(2));
    let plain = |name: &str| name.replace(['-', '_', ' '], "").to_ascii_lowercase();
    let mut seen = BTreeSet::new();
    for name in quoted {
        assert!(seen.insert(plain(name)), "{name}");
    }
    assert!(sockpit::value::codec::names().all(|name| seen.contains(&plain(name))));
}

fn a_value_is_small() {
    assert_eq!(size_of::<Value>(), 32);
}

fn typed_values_tell_what_they_are() {
    let key = |k: &str, v: Value| (k.into(), v);
    let object = |pairs| Value::Object(Rc::new(pairs));
    let forged = object(vec![key("bytes", Value::text("x")), key("encoding", Value::text("utf-8"))]);
    let deep = format!(r#"{}{{"cut":"a list"}}{}"#, "[".repeat(110), "]".repeat(110));
    for (value, json) in [
        (Value::bytes("黑".as_bytes()), r#"{"bytes":"黑","encoding":"utf-8"}"#),
        (Value::bytes(b"\x00\xff"), r#"{"bytes":"AP8=","encoding":"base64"}"#),
        (Value::bytes(b"\xff"), r#"{"bytes":"/w==","encoding":"base64"}"#),
        (Value::bytes(b"\xfb\xef\xff"), r#"{"bytes":"++//","encoding":"base64"}"#),
        (Value::text("AP8="), r#""AP8=""#),
        (Value::Int(1 << 53), "9007199254740992"),
        (Value::Int(-(1 << 53) - 1), r#"{"int":"-9007199254740993"}"#),
        (Value::Int(i128::MIN), r#"{"int":"-170141183460469231731687303715884105728"}"#),
        (Value::Float(2.0), "2.0"),
        (Value::Float(f64::NEG_INFINITY), r#"{"float":"-inf"}"#),
        (Value::Addr("127.0.0.1:80".parse().unwrap()), r#"{"host":"127.0.0.1","port":80}"#),
        (Value::Addr("[::1]:80".parse().unwrap()), r#"{"host":"::1","port":80,"flowinfo":0,"scope_id":0}"#),
        (Value::Addr("@a".parse().unwrap()), r#"{"abstract":"a"}"#),
        (Value::Addr(Addr::Path(Rc::from(&b"/\xff"[..]))), r#"{"path":{"bytes":"L/8=","encoding":"base64"}}"#),
        ((0..200).fold(Value::None, |v, _| Value::list(vec![v])), &deep),
        (forged, r#"{"object":{"bytes":"x","encoding":"utf-8"}}"#),
    ] {
        assert_eq!(typed(&value).to_string(), json);
    }
}

struct Live;

impl Handle for Live {
    fn kind(&self) -> &'static str {
        "a socket"
    }
    fn label(&self) -> String {
        "s".into()
    }
    fn summary(&self) -> String {
        "<socket>".into()
    }
}

fn there_and_back(value: &Value) {
    let mut bytes = Vec::new();
    encode(value, &mut bytes, &mut |_| None).unwrap();
    let back = decode_plain(&bytes).unwrap();
    assert_eq!((back.kind(), back.show()), (value.kind(), value.show()));
    for end in 0..bytes.len() {
        assert!(decode_plain(&bytes[..end]).is_none(), "a part of it is no value: {value:?} {end}");
    }
    bytes.push(b'n');
    assert!(decode_plain(&bytes).is_none(), "more than a value is none");
}

fn what_can_cross_crosses() {
    let addr = |s: &str| Value::Addr(s.parse().unwrap());
    let mut all = vec![Value::None, Value::Bool(true), Value::Bool(false), Value::text(""), Value::text("马\0")];
    all.extend([0, 1, -1, 63, 64, -64, -65, i128::MAX, i128::MIN].map(Value::Int));
    all.extend([0.0, -0.5, f64::INFINITY, f64::NAN].map(Value::Float));
    all.extend([Value::bytes([0, 255]), Value::bytes(vec![7; 300])]);
    all.extend(["127.0.0.1:80", "[fe80::1%2]:9", "/tmp/x", "@name"].map(addr));
    all.extend([Value::Addr(Addr::Unnamed), Value::Addr(Addr::Other(40, [1, 2].as_slice().into()))]);
    all.push(Value::Object(Rc::new(vec![("k".into(), Value::list(all.clone())), ("".into(), Value::None)])));
    all.iter().for_each(there_and_back);
    there_and_back(&Value::list(all));
}

fn a_live_thing_crosses_only_by_number() {
    let live = Value::Handle(Rc::new(Live));
    let list = Value::list(vec![Value::None, live.clone()]);
    assert_eq!(encode(&list, &mut Vec::new(), &mut |_| None), Err(Refusal::Live("a socket")));
    let mut bytes = Vec::new();
    encode(&list, &mut bytes, &mut |_| Some(300)).unwrap();
    assert!(decode_plain(&bytes).is_none());
    let back = decode(&bytes, &mut |n| (n == 300).then(|| live.clone())).unwrap();
    assert_eq!(back, list);
}

fn depth_is_bounded() {
    let mut deep = Value::None;
    for _ in 0..1000 {
        deep = Value::list(vec![deep]);
    }
    assert_eq!(encode(&deep, &mut Vec::new(), &mut |_| None), Err(Refusal::Deep));
    assert!(decode_plain(&b"l\x01".repeat(100_000)).is_none());
    assert!(decode_plain(b"l\xff\xff\xff\xff\xff\x7f").is_none(), "a count that lies");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        fn garbage_is_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = decode_plain(&bytes);
    }

        fn every_whole_number_crosses(n in any::<i128>()) {
        there_and_back(&Value::Int(n));
    }
}

fn every_half_comes_back() {
    for bits in (0..=u16::MAX).filter(|b| b & 0x7c00 != 0x7c00 || b.trailing_zeros() >= 10) {
        let bytes = bits.to_le_bytes();
        assert_eq!(pack("<e", &unpack("<e", &bytes).unwrap()).unwrap(), bytes, "{bits:04x}");
    }
}

fn shown_addresses_parse_back() {
    for s in ["127.0.0.1:80", "[::1]:0", "[fe80::1%2]:9", "/tmp/x.sock", "./x", "@name"] {
        assert_eq!(s.parse::<Addr>().unwrap().to_string(), s);
    }
    for s in ["localhost:80", "127.0.0.1", "127.0.0.1:65536", "::1:80x", ""] {
        assert!(s.parse::<Addr>().is_err(), "{s}");
    }
}

fn the_clock_can_be_left_out() {
    let reason =
        Reason::new("closed on line 7").ago(Duration::from_secs(3)).and(" and in TIME_WAIT").clock(" for 57 s");
    assert_eq!(reason.to_string(), "closed on line 7 (3 s ago) and in TIME_WAIT for 57 s");
    assert_eq!(reason.steady(), "closed on line 7 and in TIME_WAIT");
    assert_eq!(Reason::new("closed").ago(Duration::from_millis(900)).to_string(), "closed");
}

fn spans_read_well() {
    let said = |millis| span(Duration::from_millis(millis));
    assert_eq!([said(420), said(3900), said(150_000)], ["0 s", "3 s", "2 min"]);
}
