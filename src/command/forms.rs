//! The forms of options' values: words become the bytes that an option's form asks for.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::AsFd;

use super::fields::address_v4;
use super::{Args, fields, kinds};
use crate::linux::layout::Layout;
use crate::linux::options::{OptKind, OptRef};
use crate::value::{Failure, Value, bpf};

/// Where the words of the value begin.
const VALUE: usize = 2;
/// The longest value of an option whose length is all that counts.
const MOST: usize = 4096;

/// The bytes of a value: made here and small, or those that were given.
pub(super) enum Raw<'a> {
    Made([u8; 24], usize),
    Given(Cow<'a, [u8]>),
}

impl Raw<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Made(bytes, length) => &bytes[..*length],
            Self::Given(bytes) => bytes,
        }
    }

    fn made<const N: usize>(parts: [&[u8]; N]) -> Self {
        let (mut bytes, mut length) = ([0; 24], 0);
        for part in parts {
            bytes[length..length + part.len()].copy_from_slice(part);
            length += part.len();
        }
        Self::Made(bytes, length)
    }

    fn int(n: i32) -> Self {
        Self::made([&n.to_ne_bytes()])
    }
}

/// The bytes of the value that the option's form asks for. Packed bytes go as they are, whatever the form.
pub(super) fn encode(option: OptRef, args: &Args) -> Result<Raw<'_>, Failure> {
    let count = args.rest(VALUE).len();
    let first = args.value(VALUE);
    if let (Value::Bytes(bytes), 1) = (first, count) {
        if spec_kind(option) == Some(OptKind::Program) && !bytes.len().is_multiple_of(bpf::SIZE) {
            let failure = takes(OptKind::Program.form(), VALUE);
            return Err(failure.note(format!(
                "each instruction has {} bytes, and these are {}",
                bpf::SIZE,
                bytes.len()
            )));
        }
        return Ok(Raw::Given(Cow::Borrowed(bytes)));
    }
    let Some(spec) = option.spec else {
        one(count, "a whole number, text or packed bytes")?;
        return Ok(match first {
            Value::Text(s) => Raw::Given(Cow::Borrowed(s.as_bytes())),
            other => Raw::int(int(other, VALUE)?),
        });
    };
    match spec.kind {
        OptKind::Fields(layout) if !layout.form.is_empty() => return structure(layout, args),
        OptKind::Membership => return membership(args, count),
        OptKind::SourceMembership => return source_membership(args, count),
        OptKind::Membership6 => return membership6(args, count),
        _ => one(count, spec.kind.form())?,
    }
    Ok(match spec.kind {
        OptKind::Seconds => timeval(first)?,
        OptKind::Text => match first {
            Value::None => Raw::Made([0; 24], 0),
            other => Raw::Given(other.wire()),
        },
        OptKind::Wide => wide(first, spec.level)?,
        OptKind::Program => return Err(takes(OptKind::Program.form(), VALUE)),
        OptKind::Length => match usize::try_from(int(first, VALUE)?) {
            Ok(length @ ..=MOST) => Raw::Given(Cow::Owned(vec![0; length])),
            _ => return Err(takes(OptKind::Length.form(), VALUE)),
        },
        OptKind::Interface => Raw::int(interface(args, first, VALUE)?),
        OptKind::InterfaceV4 => match interface_v4(args, first, VALUE)? {
            (address, 0) => Raw::made([&address.octets()]),
            (address, index) => Raw::made([&[0; 4], &address.octets(), &index.to_ne_bytes()]),
        },
        OptKind::Flags(_) => Raw::int(int(first, VALUE).map_err(|_| takes(spec.kind.form(), VALUE))?),
        // A number for a structure goes as the int that C would pass, and the kernel says what it thinks of it.
        _ => Raw::int(int(first, VALUE)?),
    })
}

fn spec_kind(option: OptRef) -> Option<OptKind> {
    option.spec.map(|spec| spec.kind)
}

fn one(count: usize, form: &str) -> Result<(), Failure> {
    if count == 1 { Ok(()) } else { Err(takes(form, VALUE + 1)) }
}

fn takes(form: &str, at: usize) -> Failure {
    Failure::usage(format!("this option takes {form}")).at(at)
}

/// A C `int`; what is wrong with it stands in that place.
fn int(value: &Value, at: usize) -> Result<i32, Failure> {
    fields::int(value).map_err(|failure| failure.at(at))
}

/// A number of 64 bits; of a socket of any family as an `int` where that is enough: then it means the same to kernels of any age.
fn wide(value: &Value, level: i32) -> Result<Raw<'static>, Failure> {
    let n = fields::whole(value).map_err(|failure| failure.at(VALUE))?;
    let small = i32::try_from(n).or_else(|_| u32::try_from(n).map(|n| n as i32));
    if let (libc::SOL_SOCKET, Ok(small)) = (level, small) {
        return Ok(Raw::int(small));
    }
    let large = u64::try_from(n).map_err(|_| Failure::usage(format!("{n} does not fit 64 bits")).at(VALUE))?;
    Ok(Raw::made([&large.to_ne_bytes()]))
}

/// Seconds as a `struct timeval`; `none` is 0, no timeout.
fn timeval(value: &Value) -> Result<Raw<'static>, Failure> {
    let word;
    let value = match value {
        Value::Text(s) => {
            word = kinds::word_value(s);
            &word
        }
        other => other,
    };
    let (seconds, micros) = match value {
        Value::None => (0, 0),
        Value::Int(n) => (*n, 0),
        Value::Float(x) if x.is_finite() => {
            // Not 0 unless it is 0, for that would be for ever.
            let micros = if *x > 0.0 { (x * 1e6).round().max(1.0) } else { (x * 1e6).round() } as i128;
            (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
        }
        other => return Err(takes(&format!("seconds, not {}", other.show()), VALUE)),
    };
    let seconds = libc::time_t::try_from(seconds)
        .map_err(|_| Failure::usage(format!("{seconds} seconds do not fit a struct timeval")).at(VALUE))?;
    let micros = micros as libc::suseconds_t;
    Ok(Raw::made([&seconds.to_ne_bytes(), &micros.to_ne_bytes()]))
}

/// The fields of a structure, in words or as the object that getsockopt gives. A lone number goes as C would pass it, and
/// `off` is nothing but zeros.
fn structure(layout: &'static Layout, args: &Args) -> Result<Raw<'static>, Failure> {
    match &args.rest_values(VALUE)[..] {
        [Value::Bool(false)] => Ok(Raw::Made([0; 24], layout.size())),
        [number @ Value::Int(_)] => Ok(Raw::int(int(number, VALUE)?)),
        values => {
            let given = fields::parts(layout, values.to_vec());
            let bytes = fields::encode(layout, &given);
            let words = values.len();
            bytes.map(|bytes| Raw::Given(Cow::Owned(bytes))).map_err(|(at, failure)| {
                failure.at(VALUE + if words == given.len() { at.min(words.saturating_sub(1)) } else { 0 })
            })
        }
    }
}

/// `GROUP [INTERFACE]` as a `struct ip_mreqn`.
fn membership(args: &Args, count: usize) -> Result<Raw<'static>, Failure> {
    if !(1..=2).contains(&count) {
        return Err(takes(OptKind::Membership.form(), VALUE + 2));
    }
    let group = group_v4(args.value(VALUE), VALUE)?;
    let (address, index) = match count {
        1 => (Ipv4Addr::UNSPECIFIED, 0),
        _ => interface_v4(args, args.value(VALUE + 1), VALUE + 1)?,
    };
    Ok(Raw::made([&group.octets(), &address.octets(), &index.to_ne_bytes()]))
}

/// `GROUP SOURCE [INTERFACE]` as a `struct ip_mreq_source`, whose order is another.
fn source_membership(args: &Args, count: usize) -> Result<Raw<'static>, Failure> {
    if !(2..=3).contains(&count) {
        return Err(takes(OptKind::SourceMembership.form(), VALUE));
    }
    let group = group_v4(args.value(VALUE), VALUE)?;
    let source = group_v4(args.value(VALUE + 1), VALUE + 1)?;
    let interface = match count {
        2 => Ipv4Addr::UNSPECIFIED,
        _ => group_v4(args.value(VALUE + 2), VALUE + 2)?,
    };
    Ok(Raw::made([&group.octets(), &interface.octets(), &source.octets()]))
}

/// `GROUP [INTERFACE]` as a `struct ipv6_mreq`; the interface may also follow the group, as in `ff02::1%lo`.
fn membership6(args: &Args, count: usize) -> Result<Raw<'static>, Failure> {
    if !(1..=2).contains(&count) {
        return Err(takes(OptKind::Membership6.form(), VALUE + 2));
    }
    let word = args.value(VALUE).to_string();
    let (group, scope) = word.split_once('%').map_or((&*word, None), |(group, scope)| (group, Some(scope)));
    let group: Ipv6Addr = group.parse().map_err(|_| {
        let failure = takes(&format!("an IPv6 address such as ff02::1, not `{group}`"), VALUE);
        match group.parse::<Ipv4Addr>() {
            Ok(_) => failure.note("IP_ADD_MEMBERSHIP is the option for IPv4 groups"),
            Err(_) => failure,
        }
    })?;
    let index = match (scope, count) {
        (_, 2) => interface(args, args.value(VALUE + 1), VALUE + 1)?,
        (Some(scope), _) => interface(args, &kinds::word_value(scope), VALUE)?,
        (None, _) => 0,
    };
    Ok(Raw::made([&group.octets(), &index.to_ne_bytes()]))
}

fn group_v4(value: &Value, at: usize) -> Result<Ipv4Addr, Failure> {
    address_v4(value).ok_or_else(|| {
        let failure = takes(&format!("an IPv4 address such as 224.0.2.1, not {}", value.show()), at);
        match value.to_string().parse::<Ipv6Addr>() {
            Ok(_) => failure.note("IPV6_ADD_MEMBERSHIP is the option for IPv6 groups"),
            Err(_) => failure,
        }
    })
}

/// An interface by address, name or number: the address and the number, of which one is 0.
fn interface_v4(args: &Args, value: &Value, at: usize) -> Result<(Ipv4Addr, i32), Failure> {
    match address_v4(value) {
        Some(address) => Ok((address, 0)),
        None => Ok((Ipv4Addr::UNSPECIFIED, interface(args, value, at)?)),
    }
}

/// An interface's number, by number or name, where the socket is.
fn interface(args: &Args, value: &Value, at: usize) -> Result<i32, Failure> {
    let socket = args.socket(0)?;
    let fd = socket.fd()?;
    fields::interface(value, Some(fd.as_fd())).map_err(|failure| failure.at(at))
}
