//! Numbers that the kernel refuses as an option's value, and those of which it makes another.

use std::ops::RangeInclusive;
use std::os::fd::AsFd;

use super::{Case, Cause, listens, local, option_name};
use crate::linux::options::{self, Opt, OptKind};
use crate::os::{fd, settings, sockopt};
use crate::value::Tried;
use crate::world::Socket;

/// Options whose number is put together of parts, or stands for something else: it has no range.
const WITHOUT_RANGE: &[&str] = &["IPV6_ADDR_PREFERENCES", "IPV6_ADDRFORM", "SO_ATTACH_BPF"];

/// EINVAL at setsockopt: which numbers the option takes. The kernel is asked, with a socket of the same sort.
pub(super) fn refused(case: &Case) -> Option<Cause> {
    let socket = case.socket.as_ref()?;
    let Tried::SetOption(level, number, Some(asked)) = case.failure.tried else { return None };
    let is_number = |spec: &&Opt| matches!(spec.kind, OptKind::Number | OptKind::Flag);
    let option = options::by_number(level, number).spec.filter(is_number)?;
    if WITHOUT_RANGE.contains(&option.name) {
        return None;
    }
    if option.name == "IP_LOCAL_PORT_RANGE" {
        let (low, high) = (asked as u32 & 0xffff, asked as u32 >> 16);
        return (low > high && high > 0).then(|| {
            let reason = format!("the lowest port, {low}, is above the highest, {high}");
            Cause::new(reason).advise("LOWEST + 65536 * HIGHEST; 0 for either leaves that end as the system has it")
        });
    }
    let (name, label) = (socket.name(), option.name);
    let outside = |ranges: &[RangeInclusive<i32>]| {
        // Beside the widest there are only numbers that stand for a default.
        let widest = ranges.iter().max_by_key(|range| range.end().abs_diff(*range.start()))?;
        let near = asked.clamp(*widest.start(), *widest.end());
        let reason = format!("{label} takes {}, not {asked}", options::in_words(ranges));
        Some(Cause::new(reason).advise(format!("setsockopt {name} {label} {near}")))
    };
    if !option.ranges.is_empty() && !option.ranges.iter().any(|range| range.contains(&asked)) {
        return outside(option.ranges);
    }
    let trial = fd::socket(socket.family, socket.kind, socket.protocol).ok()?;
    let takes = |value: i32| sockopt::set(trial.as_fd(), level, number, &value.to_ne_bytes()).is_ok();
    if takes(asked) {
        let stands = stands(socket)?;
        let reason = format!("a new socket takes {label} {asked}; for {name}, which {stands}, it comes too late");
        return Some(Cause::new(reason).advise("a new socket, and setsockopt before anything else"));
    }
    let ranges = ranges(takes);
    if ranges.is_empty() {
        return Some(Cause::new(format!("{label} takes no number at all on {name}, which is {}", socket.sort())));
    }
    outside(&ranges)
}

/// How a socket stands that is no new one.
fn stands(socket: &Socket) -> Option<String> {
    match (socket.addresses().1, local(socket)) {
        (Some(peer), _) => Some(format!("is connected to {peer}")),
        (None, Some(at)) if listens(socket) => Some(format!("listens on {at}")),
        (None, Some(at)) => Some(format!("is bound to {at}")),
        (None, None) => None,
    }
}

/// The ranges of numbers that are taken. What options tell apart stands among these numbers; where two neighbours
/// differ the edge is searched.
fn ranges(takes: impl Fn(i32) -> bool) -> Vec<RangeInclusive<i32>> {
    const PROBED: [i32; 13] = [i32::MIN, -2, -1, 0, 1, 2, 100, 1000, 2000, 30_000, 60_000, 1 << 20, i32::MAX];
    let mut ranges: Vec<(i32, i32)> = Vec::new();
    let mut before: Option<i32> = None;
    for number in PROBED {
        // A range is open up to where its end is found.
        let open = ranges.last_mut().filter(|(_, high)| *high == i32::MAX);
        match (open, takes(number), before) {
            (None, true, None) => ranges.push((number, i32::MAX)),
            (None, true, Some(before)) => ranges.push((edge(before, number, &takes), i32::MAX)),
            (Some((_, high)), false, Some(before)) => *high = edge(number, before, &takes),
            _ => {}
        }
        before = Some(number);
    }
    ranges.into_iter().map(|(low, high)| low..=high).collect()
}

/// The last number that is taken on the way from one that is to one that is not.
fn edge(mut refused: i32, mut taken: i32, takes: impl Fn(i32) -> bool) -> i32 {
    while refused.abs_diff(taken) > 1 {
        let middle = i64::midpoint(refused.into(), taken.into()) as i32;
        if takes(middle) { taken = middle } else { refused = middle }
    }
    taken
}

/// The kernel made another number of one that was asked for: an option's, or that of connections that may wait.
pub(super) fn taken(option: Option<(i32, i32)>, asked: i32, taken: i32) -> String {
    let Some((level, number)) = option else {
        return format!("the backlog is {taken}, not {asked}: net.core.somaxconn allows no more");
    };
    let name = option_name(level, number).unwrap_or("the option");
    let setting = match (level, number) {
        (libc::SOL_SOCKET, libc::SO_RCVBUF) => "rmem_max",
        (libc::SOL_SOCKET, libc::SO_SNDBUF) => "wmem_max",
        _ => return format!("{name} is {taken} now, not {asked}"),
    };
    let why = match settings::core(setting) {
        Some(most) if most.saturating_mul(2) == taken => {
            format!("net.core.{setting} is {most}, and the kernel doubles that")
        }
        _ => "the kernel takes no less".into(),
    };
    format!("{name} is {taken}, not twice {asked}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_found_to_their_edges() {
        let of = |takes: fn(i32) -> bool| options::in_words(&ranges(takes));
        assert_eq!(of(|n| (1..=32767).contains(&n)), "1 to 32767");
        assert_eq!(of(|n| n == -1 || (1..=255).contains(&n)), "-1, or 1 to 255");
        assert_eq!(of(|n| n == 0 || (88..=32767).contains(&n)), "0, or 88 to 32767");
        assert_eq!(of(|n| n >= 0), "0 or more");
        assert_eq!(of(|n| (0..=1).contains(&n)), "0 or 1");
        assert_eq!(of(|_| true), format!("{} or more", i32::MIN));
        assert_eq!(of(|_| false), "");
    }
}
