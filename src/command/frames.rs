//! `frames`: what went over the wire.

use super::{Args, Command, Group, Kind, base, err, rest};
use crate::value::table::{Column, holds, plain};
use crate::value::{Failure, Holds, Table, Value};
use crate::wire::{Filter, WireFrame};
use crate::world::{Request, Step, World};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[FRAMES];

const FRAMES: Command = Command {
    name: "frames",
    summary: "the frames that went over the wire, and what became of them",
    params: &[rest("FILTER", Kind::Frames).is(
        "frames that have all of these: from=HOST to=HOST flags=SYN,!ACK len=1.. port=N proto=udp is=retransmission; \
         wire=NAME where there are several",
    )],
    results: &[("rows", Holds::Plain)],
    returns: "a list of the rows, when it is given a name; else they are shown",
    notes: &[
        "seq and ack count from the beginning of the connection, as in Wireshark; so do the names of what is sent again: \
         retransmission, fast-retransmission, spurious-retransmission, out-of-order, duplicate-ack, zero-window, \
         window-probe, window-update, window-full, keepalive, keepalive-ack, reset, gap, ack-of-unseen.",
        "The last 16384 frames are kept, 32 MiB of them. save FILE.pcapng writes them for Wireshark and tcpdump. \
         Neither Python nor C has a call for it: there one reads a socket of AF_PACKET.",
    ],
    man: "tcpdump(8)",
    errors: &[err("Usage", "there is no wire yet, or a word is no part of a filter")],
    example: "alice = host\nbob = host\nsrv = create_server 10.0.0.2:80 host=bob\n\
              cli = create_connection 10.0.0.2:80 host=alice\nframes\nsyns = frames flags=SYN from=alice\nlen $syns",
    related: &["wire", "host", "save", "diagram"],
    run: frames,
    ..base(Group::Hosts)
};

const COLUMNS: &[Column] = &[
    plain("no"),
    holds("time", Holds::Measured),
    plain("from"),
    plain("to"),
    holds("source", Holds::Port),
    holds("destination", Holds::Port),
    plain("what"),
    plain("seq"),
    plain("ack"),
    holds("window", Holds::Measured),
    plain("len"),
    plain("is"),
    plain("wire"),
];

fn frames(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    world.carry_now();
    let (mut words, mut places, mut name) = (Vec::new(), Vec::new(), None);
    for (i, word) in args.rest_values(0).iter().map(Value::to_string).enumerate() {
        match word.strip_prefix("wire=") {
            Some(of) => name = Some(of.to_string()),
            None => {
                words.push(word);
                places.push(i);
            }
        }
    }
    let strand = world.wires.meant(name.as_deref()).map(|wire| world.wire_mut(wire))?;
    let filter = Filter::read(&words, &strand.wire.ends()).map_err(|failure| match failure.arg() {
        Some(at) => failure.at(places[at]),
        None => failure,
    })?;
    let log = strand.wire.log();
    let rows: Vec<Vec<Value>> = log.iter().filter(|frame| filter.fits(frame)).map(row).collect();
    let empty = match (log.count(), log.gone()) {
        (0, _) => "nothing went over the wire yet".to_string(),
        (_, 0) => "no frame is like that".to_string(),
        (_, gone) => format!("no frame is like that; the first {gone} are not kept"),
    };
    let table = Table { columns: COLUMNS, rows, empty };
    let value = table.to_value();
    Ok(Step::Ask(Request::Rows(table, value)))
}

fn row(frame: &WireFrame) -> Vec<Value> {
    let words = |text: String| if text.is_empty() { Value::None } else { Value::text(text) };
    let port = |port: Option<u16>| port.map_or(Value::None, |port| Value::Int(port.into()));
    let number = |n: Option<u32>| n.map_or(Value::None, |n| Value::Int(n.into()));
    let (place, tcp) = (frame.place, frame.said.tcp.as_ref());
    let ports = frame.said.ports;
    let acks = tcp.is_some_and(|tcp| tcp.flags.has(crate::wire::Flags::ACK));
    let what = match (tcp, &*frame.said.what) {
        (Some(_), _) => frame.kind(),
        (None, "") => frame.said.proto.shown().to_string(),
        (None, what) => format!("{} {what}", frame.said.proto.shown()),
    };
    vec![
        Value::Int(frame.number.into()),
        Value::Float((frame.at.as_secs_f64() * 1e6).round() / 1e6),
        Value::text(&*frame.from),
        frame.to.as_deref().map_or(Value::None, Value::text),
        port(ports.map(|(from, _)| from)),
        port(ports.map(|(_, to)| to)),
        Value::text(what),
        number(place.map(|place| place.seq)),
        number(place.filter(|_| acks).map(|place| place.ack)),
        number(place.map(|place| place.window)),
        Value::Int(frame.said.len as i128),
        words(place.map_or(String::new(), |place| place.marks.shown())),
        words(frame.deed()),
    ]
}
