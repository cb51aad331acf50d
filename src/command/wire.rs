//! `wire`: what the wire between hosts does to frames.

use std::rc::Rc;
use std::time::Duration;

use super::{Args, Command, Group, Kind, KnownError, base, err, rest};
use crate::value::table::{Column, plain};
use crate::value::{Failure, Holds, Name, Reply, Table, Value, text};
use crate::wire::{Filter, Setting, WireFrame, duration, percent, rate};
use crate::world::{On, Request, Step, Wait, Wake, World};

/// The calls.
pub(super) const COMMANDS: &[Command] = &[WIRE];

/// How long `wire pass` and `wire drop` wait for a frame to be held.
const PATIENCE: Duration = Duration::from_secs(3);

/// The MTUs that a link of IPv4 can have.
const MTUS: std::ops::RangeInclusive<u32> = 68..=65_535;

const USAGE: KnownError = err("Usage", "there is no wire yet, nothing is held, or a word does not fit");

const WIRE: Command = Command {
    name: "wire",
    summary: "what the wire does: hold, pass, drop, delay, lose; how it is set",
    params: &[rest("ACTION", Kind::Wire).is(
        "hold [FILTER], release; pass [N], drop [N]; drop N FILTER; delay TIME [JITTER], loss PERCENT, duplicate PERCENT, \
         corrupt PERCENT, reorder PERCENT, rate BITS; mtu N; cut, heal; show SWITCH; wire=NAME where there are several",
    )],
    results: &[("rows", Holds::Plain)],
    returns: "a list of the wires, when it is given a name; what passed or was dropped by hand, as text",
    notes: &[
        "hold stops frames from then on, all or those that FILTER means. pass and drop take the first that are held, one \
         when N is left out; where fewer are held they wait for more, 3 seconds or timeout=TIME. release lets all go and \
         stops no more. What TCP sends again only because the wire holds it, or its answer, is as if it had not been sent: \
         you have time to look. What was dropped comes again, and is held.",
        "drop with a FILTER is a rule: it loses the next N frames that fit; drop 0 takes all rules back. A FILTER is any of from=HOST to=HOST flags=SYN,ACK \
         (with ! before a flag that it must not have) len=N or len=1..100 port=N proto=tcp is=retransmission.",
        "delay, loss, duplicate, corrupt, reorder and rate are those of netem. A TIME is in seconds (0.05) or has a unit \
         (50ms), a PERCENT stands with % or without, BITS a second have k, mbit or gbit. seed=N chooses by another chance: \
         the same seed makes the same choices, for the frames of each host apart. 0 takes a setting back.",
        "At most 1000 frames are held or under way; what comes then is dropped, as at a full queue of an interface, and \
         counted: no_room. What came faster than sockpit read is counted too: missed. An mtu below 1280 takes IPv6 away from the links.",
        "Neither Python nor C has a call for it: there tc(8) does the like to an interface, as root.",
    ],
    man: "tc-netem(8)",
    errors: &[USAGE, err("timeout", "no frame came that could be passed or dropped")],
    example: "alice = host\nbob = host\nsrv = create_server 10.0.0.2:80 host=bob\nwire hold\n\
              cli = create_connection 10.0.0.2:80 host=alice &\nwire pass\nwire pass\nwire release\nwait 1\nwire",
    related: &["host", "frames", "save", "diagram"],
    run: wire,
    ..base(Group::Hosts)
};

/// What the words of the call are: what to do, with what, on which wire.
struct Order {
    wire: usize,
    words: Vec<String>,
    seed: u64,
    limit: Duration,
}

/// What can be done, by its word.
type Act = fn(&mut World, &Order) -> Result<Step, Failure>;

const ACTS: [(&str, Act); 14] = [
    ("hold", hold),
    ("release", |world, order| {
        world.wire_mut(order.wire).wire.hold(None);
        world.flush_wire(order.wire);
        done()
    }),
    ("pass", |world, order| let_go(world, order, false)),
    ("drop", drop_frames),
    ("delay", |world, order| {
        let jitter = if order.words.len() > 1 { order.time(1)? } else { Duration::ZERO };
        order.set(world, Setting::Delay(order.time(0)?, jitter), 2)
    }),
    ("loss", |world, order| order.set(world, Setting::Loss(order.percent()?), 1)),
    ("duplicate", |world, order| order.set(world, Setting::Duplicate(order.percent()?), 1)),
    ("corrupt", |world, order| order.set(world, Setting::Corrupt(order.percent()?), 1)),
    ("reorder", |world, order| {
        let percent = order.percent()?;
        if percent > 0.0 && !world.wire_mut(order.wire).wire.netem().delays() {
            let failure = Failure::usage("frames that take no time overtake none").at(0);
            return Err(failure.note("first: wire delay 50ms"));
        }
        order.set(world, Setting::Reorder(percent), 1)
    }),
    ("rate", |world, order| {
        let word = order.word(0, "BITS")?;
        let bits = if word == "0" { None } else { Some(rate(word).ok_or_else(|| no_such("rate", word, "8mbit"))?) };
        order.set(world, Setting::Rate(bits), 1)
    }),
    ("mtu", mtu),
    ("cut", |world, order| cut(world, order, true)),
    ("heal", |world, order| cut(world, order, false)),
    ("show", |world, order| {
        match order.word(0, "SWITCH")? {
            "on" | "true" => world.wires.shows = true,
            "off" | "false" => world.wires.shows = false,
            word => return Err(Failure::usage(format!("on or off is needed here, not `{word}`")).at(1)),
        }
        order.no_more(1)?;
        done()
    }),
];

/// The words that say what a wire is to do.
pub(crate) fn acts() -> impl Iterator<Item = &'static str> {
    ACTS.iter().map(|(word, _)| *word)
}

fn done() -> Result<Step, Failure> {
    Ok(Step::Done(Reply::Nothing))
}

fn no_such(what: &str, word: &str, such: &str) -> Failure {
    Failure::usage(format!("`{word}` is no {what}")).note(format!("as in {such}")).at(1)
}

fn wire(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    world.carry_now();
    let mut order = Order { wire: 0, words: Vec::new(), seed: 0, limit: PATIENCE };
    let mut name = None;
    for (i, word) in args.rest_values(0).iter().map(Value::to_string).enumerate() {
        match word.split_once('=') {
            Some(("wire", of)) => name = Some(of.to_string()),
            Some(("seed", seed)) => {
                let number =
                    seed.parse().map_err(|_| Failure::usage(format!("a seed is a whole number, not `{seed}`")));
                order.seed = number.map_err(|failure| failure.at(i))?;
            }
            Some(("timeout", time)) => {
                order.limit = duration(time).ok_or_else(|| no_such("length of time", time, "timeout=5").at(i))?;
            }
            _ => order.words.push(word),
        }
    }
    if order.words.is_empty() {
        return Ok(view(world));
    }
    let word = order.words.remove(0);
    let Some((_, act)) = ACTS.iter().find(|(known, _)| *known == word) else {
        let failure = Failure::usage(format!("a wire does not `{word}`")).at(0);
        return Err(match text::nearest(&word, acts()) {
            Some(near) => failure.note(format!("did you mean {near}?")),
            None => failure.note(format!("it can: {}", acts().collect::<Vec<_>>().join(" "))),
        });
    };
    order.wire = world.wires.meant(name.as_deref())?;
    act(world, &order)
}

impl Order {
    fn word(&self, i: usize, what: &str) -> Result<&str, Failure> {
        self.words.get(i).map(String::as_str).ok_or_else(|| Failure::usage(format!("{what} is missing")))
    }

    fn time(&self, i: usize) -> Result<Duration, Failure> {
        let word = self.word(i, "TIME")?;
        duration(word).ok_or_else(|| no_such("length of time", word, "50ms or 0.05").at(i + 1))
    }

    fn percent(&self) -> Result<f64, Failure> {
        let word = self.word(0, "PERCENT")?;
        percent(word).ok_or_else(|| no_such("percentage", word, "10%"))
    }

    /// How many frames: one when it is left out.
    fn count(&self) -> Result<usize, Failure> {
        let Some(word) = self.words.first() else { return Ok(1) };
        let count = word.parse().ok().filter(|count| *count > 0);
        count.ok_or_else(|| Failure::usage(format!("a number of frames is 1 or more, not `{word}`")).at(1))
    }

    /// The words from that one on as a filter.
    fn filter(&self, world: &mut World, from: usize) -> Result<Filter, Failure> {
        let ends = world.wire_mut(self.wire).wire.ends();
        Filter::read(&self.words[from..], &ends).map_err(|failure| match failure.arg() {
            Some(at) => failure.at(at + from + 1),
            None => failure,
        })
    }

    fn no_more(&self, most: usize) -> Result<(), Failure> {
        let extra = self.words.len() > most;
        if extra { Err(Failure::usage("this word is one too many").at(most + 1)) } else { Ok(()) }
    }

    fn set(&self, world: &mut World, setting: Setting, most: usize) -> Result<Step, Failure> {
        self.no_more(most)?;
        world.wire_mut(self.wire).wire.netem().set(setting, self.seed);
        done()
    }
}

fn hold(world: &mut World, order: &Order) -> Result<Step, Failure> {
    let filter = order.filter(world, 0)?;
    world.wire_mut(order.wire).wire.hold(Some(filter));
    done()
}

/// `drop N` of what is held; with a filter, of what comes.
fn drop_frames(world: &mut World, order: &Order) -> Result<Step, Failure> {
    let counts = order.words.first().is_some_and(|word| !word.contains('='));
    let from = usize::from(counts);
    if order.words == ["0"] {
        world.wire_mut(order.wire).wire.forget_rules();
        return done();
    }
    if order.words.len() <= from {
        return let_go(world, order, true);
    }
    let count = if counts { order.count()? } else { 1 };
    let filter = order.filter(world, from)?;
    world.wire_mut(order.wire).wire.rule(count as u64, filter);
    done()
}

fn mtu(world: &mut World, order: &Order) -> Result<Step, Failure> {
    let word = order.word(0, "N")?;
    let mtu = word.parse().ok().filter(|mtu| MTUS.contains(mtu));
    order.no_more(1)?;
    let wrong = || Failure::usage(format!("an MTU is {} to {}, not `{word}`", MTUS.start(), MTUS.end())).at(1);
    world.set_wire_mtu(order.wire, mtu.ok_or_else(wrong)?)?;
    done()
}

fn cut(world: &mut World, order: &Order, cut: bool) -> Result<Step, Failure> {
    order.no_more(0)?;
    world.wire_mut(order.wire).wire.cut(cut);
    done()
}

/// Pass or drop the first frames that are held, as soon as there are so many.
fn let_go(world: &mut World, order: &Order, drops: bool) -> Result<Step, Failure> {
    order.no_more(1)?;
    let (wire, count) = (order.wire, order.count()?);
    let go = move |world: &mut World| {
        let held = &mut world.wire_mut(wire).wire;
        if held.held_count() < count {
            return None;
        }
        let numbers = if drops { held.drop_held(count) } else { held.pass(count) };
        let lines: Vec<String> = numbers.iter().filter_map(|n| held.log().get(*n)).map(WireFrame::line).collect();
        world.flush_wire(wire);
        Some(Ok(Step::Ask(Request::View(lines.join("\n")))))
    };
    if let Some(step) = go(world) {
        return step;
    }
    let held = &world.wire_mut(wire).wire;
    if !held.is_holding() {
        return Err(Failure::usage("the wire holds nothing").note("wire hold stops frames from then on"));
    }
    let limit = order.limit;
    let resume = move |world: &mut World, wake| match go(world) {
        None if wake == Wake::Expired => {
            let held = world.wire_mut(wire).wire.held_count();
            let so_far = if held == 0 { "nothing".into() } else { format!("{held} of {count}") };
            let failure = Failure::with(Name::Timeout, format!("the wire holds {so_far}"));
            Some(Err(failure.note(format!("no more came in {} s", text::float(limit.as_secs_f64())))))
        }
        step => step,
    };
    Ok(Step::Park(Wait { on: On::Wire, limit: Some(limit), again: None, what: "a frame" }, Box::new(resume)))
}

const WIRES: &[Column] = &[
    plain("wire"),
    plain("hosts"),
    plain("set"),
    plain("passed"),
    plain("lost"),
    plain("no_room"),
    plain("held"),
    plain("under_way"),
    plain("missed"),
];

/// How the wires are set, and what they count.
fn view(world: &World) -> Step {
    let count = |n: u64| if n == 0 { Value::None } else { Value::Int(n.into()) };
    let row = |strand: &crate::world::Strand| {
        let (passed, lost, no_room) = strand.wire.counts();
        let mut set = strand.wire.settings();
        if strand.mtu != crate::world::WIRE_MTU {
            set.push(format!("mtu {}", strand.mtu));
        }
        let hosts: Vec<Rc<str>> = strand.wire.ends();
        vec![
            Value::text(&*strand.name),
            Value::text(hosts.join(" ")),
            if set.is_empty() { Value::None } else { Value::text(set.join(", ")) },
            Value::Int(passed.into()),
            count(lost),
            count(no_room),
            count(strand.wire.held_count() as u64),
            count(strand.wire.under_way() as u64),
            count(world.wires.missed),
        ]
    };
    let rows = world.wires.iter().map(row).collect();
    let table = Table { columns: WIRES, rows, empty: "no wire yet: alice = host".into() };
    let value = table.to_value();
    Step::Ask(Request::Rows(table, value))
}
