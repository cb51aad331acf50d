//! The fields of the kernel's structures as values, and words as fields: for options and ancillary data.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;

use super::kinds;
use crate::linux::layout::{Layout, Member};
use crate::linux::{constants, errno};
use crate::os::addr;
use crate::os::sockopt::{self, NetFd};
use crate::value::{Addr, Failure, Value, text};

/// The fields of a structure that stand in these bytes, each with its name.
pub(super) fn decode(layout: &Layout, bytes: &[u8]) -> Vec<(Rc<str>, Value)> {
    let (mut fields, mut rest, mut byte) = (Vec::with_capacity(layout.parts.len()), bytes, &bytes[..0]);
    for &(name, part) in layout.parts {
        let all = matches!(part, Member::Number | Member::Host | Member::List(_));
        let Some((own, after)) = rest.split_at_checked(if all { rest.len() } else { part.size() }) else { break };
        rest = after;
        // Several fields are of one byte.
        let own = if matches!(part, Member::Bits(1.., _)) { byte } else { own };
        byte = own;
        if !matches!(part, Member::Pad(_)) {
            fields.push((Rc::from(name), value_of(part, own)));
        }
    }
    fields
}

fn value_of(part: Member, own: &[u8]) -> Value {
    match part {
        Member::V4 => Value::text(Ipv4Addr::from(own.first_chunk().copied().unwrap_or([0; 4])).to_string()),
        Member::V6 => Value::text(Ipv6Addr::from(own.first_chunk().copied().unwrap_or([0; 16])).to_string()),
        Member::Errno => {
            let known = i32::try_from(number(own)).ok().and_then(errno::by_number);
            known.map_or_else(|| Value::Int(number(own)), |known| Value::text(known.name))
        }
        Member::Bits(from, count) => {
            let from = if cfg!(target_endian = "big") { u8::BITS - from - count } else { from };
            Value::Int(number(own) >> from & ((1 << count) - 1))
        }
        Member::Flags(set) => match number(own) as i32 {
            0 => Value::Int(0),
            flags => Value::text(set.join(flags)),
        },
        Member::Choice(set, _) => {
            let known = i32::try_from(number(own)).ok().and_then(|n| set.name_of(n));
            known.map_or_else(|| Value::Int(number(own)), Value::text)
        }
        Member::Several(layout, _) => {
            let each = own.chunks_exact(layout.size().max(1));
            Value::list(each.map(|one| Value::Object(Rc::new(decode(layout, one)))).collect())
        }
        Member::Address(_) => Value::Addr(addr::decode(own, None)),
        Member::List(each) => {
            let all = own.chunks_exact(each.size().max(1));
            Value::list(all.map(|one| value_of(*each, one)).collect())
        }
        Member::Host | Member::HostIn(_) => {
            addr::decode(own, None).host().map_or(Value::None, |host| Value::text(host.to_string()))
        }
        Member::Int(size) => Value::Int(signed(own, size)),
        Member::Number if own.len() > 1 => Value::Int(signed(own, own.len())),
        Member::Interface => Value::Int(signed(own, own.len())),
        Member::Number | Member::Uint(_) | Member::Count | Member::Pad(_) => Value::Int(number(own)),
    }
}

/// The number in so many bytes.
fn number(bytes: &[u8]) -> i128 {
    let mut all = [0; 16];
    let len = bytes.len().min(8);
    all[..len].copy_from_slice(&bytes[..len]);
    i128::from_le_bytes(if cfg!(target_endian = "big") { reversed(all, len) } else { all })
}

/// What a machine of the other order has.
fn reversed(mut all: [u8; 16], len: usize) -> [u8; 16] {
    all[..len].reverse();
    all
}

fn signed(bytes: &[u8], size: usize) -> i128 {
    let (n, bits) = (number(bytes), 8 * size.min(8) as u32);
    if bits > 0 && n >> (bits - 1) != 0 { n - (1 << bits) } else { n }
}

/// A structure of its values: words or numbers in the order of the fields. A word that cannot be an address is not taken for
/// one, nor an address for anything else, and of these any may be left out. What stands behind the name of a choice stands
/// behind it in the structure. What is wrong is the value of that place.
pub(super) fn encode(layout: &Layout, values: &[Value]) -> Result<Vec<u8>, (usize, Failure)> {
    let takes = |at: usize| (at, takes(layout));
    if layout.form.is_empty() || values.is_empty() {
        return Err(takes(0));
    }
    let mut filled: Vec<Option<Vec<u8>>> = vec![None; layout.parts.len()];
    let (mut from, mut listed) = (0, 0_u32);
    for (at, value) in values.iter().enumerate() {
        let free = |i: usize, part: Member| filled[i].is_none() || matches!(part, Member::List(_));
        let fits = |(i, (_, part)): &(usize, &(&str, Member))| free(*i, *part) && may_be(*part, value);
        let names = |(_, (_, part)): &(usize, &(&str, Member))| is_named(*part, value);
        let mut parts = layout.parts.iter().enumerate().skip(from);
        let Some((i, (_, part))) = parts.clone().find(names).or_else(|| parts.find(fits)) else {
            return Err(takes(at));
        };
        let own = piece(*part, value).map_err(|failure| (at, failure))?;
        filled[i].get_or_insert_default().extend(own);
        match part {
            Member::Choice(..) => from = i + 1,
            Member::List(_) => listed += 1,
            _ => {}
        }
    }
    let mut bytes = Vec::with_capacity(layout.size());
    for ((_, part), given) in layout.parts.iter().zip(filled) {
        match (part, given) {
            (_, Some(given)) => bytes.extend(given),
            (Member::Count, None) => bytes.extend(listed.to_ne_bytes()),
            (Member::V4 | Member::V6 | Member::Interface | Member::Pad(_) | Member::List(_), None) => {
                bytes.resize(bytes.len() + part.size(), 0);
            }
            (_, None) => return Err(takes(values.len())),
        }
    }
    Ok(bytes)
}

/// What a structure takes, where it was given something else.
fn takes(layout: &Layout) -> Failure {
    Failure::usage(match layout.form {
        "" => format!("{} is written as packed bytes", layout.name),
        form if layout.name.starts_with("struct") => format!("{} is written {form}", layout.name),
        form => format!("one value is needed here: {form}"),
    })
}

/// The values of a structure: the words that were given, the entries of a list, the fields of an object.
pub(super) fn parts(layout: &Layout, values: Vec<Value>) -> Vec<Value> {
    match &values[..] {
        [Value::List(all)] => all.to_vec(),
        [Value::Object(fields)] => {
            let field = |name: &str| fields.iter().find(|(key, _)| **key == *name).map(|(_, value)| value.clone());
            let several = |value| if let Value::List(all) = value { all.to_vec() } else { vec![value] };
            layout.names().filter_map(field).flat_map(several).collect()
        }
        _ => values,
    }
}

/// Whether a value is the name of one of a field's.
fn is_named(part: Member, value: &Value) -> bool {
    matches!((part, value), (Member::Choice(set, _), Value::Text(word)) if set.number(word).is_some())
}

/// Whether a value can be meant for a field.
fn may_be(part: Member, value: &Value) -> bool {
    match part {
        Member::V4 => address_v4(value).is_some(),
        Member::V6 => address_v6(value).is_some(),
        Member::Interface => address_v4(value).is_none() && address_v6(value).is_none(),
        Member::HostIn(_) => address_v4(value).is_some() || address_v6(value).is_some(),
        Member::List(each) => may_be(*each, value),
        Member::Choice(..) => address_v4(value).is_none() && address_v6(value).is_none(),
        Member::Pad(_) | Member::Count => false,
        _ => true,
    }
}

/// A value as a field's bytes.
fn piece(part: Member, value: &Value) -> Result<Vec<u8>, Failure> {
    let sized = |n: i128, size: usize| {
        // As with C's types, -1 is all ones; of what is short it would hide a mistake.
        let low = if size < 4 { 0 } else { -(1_i128 << (8 * size - 1)) };
        let high = 1_i128 << (8 * size);
        if !(low..high).contains(&n) {
            return Err(Failure::usage(format!("{n} does not fit {size} bytes")));
        }
        let bytes = n.to_le_bytes();
        let mut own = bytes[..size].to_vec();
        if cfg!(target_endian = "big") {
            own.reverse();
        }
        Ok(own)
    };
    match part {
        Member::Uint(size) | Member::Int(size) => sized(whole(value)?, size),
        Member::Number => sized(whole(value)?, 4),
        Member::Interface => interface(value, None).map(|index| index.to_ne_bytes().to_vec()),
        Member::V4 => Ok(address_v4(value).map_or([0; 4], |ip| ip.octets()).to_vec()),
        Member::V6 => Ok(address_v6(value).map_or([0; 16], |ip| ip.octets()).to_vec()),
        Member::Choice(_, size) => sized(whole(value)?, size),
        Member::HostIn(size) => {
            let host = address_v4(value).map(IpAddr::from).or_else(|| address_v6(value).map(IpAddr::from));
            let (mut own, host) = ([0; 128], host.unwrap_or(Ipv4Addr::UNSPECIFIED.into()));
            addr::encode(&SocketAddr::new(host, 0).into(), None, &mut own).map_err(Failure::os)?;
            Ok(own[..size].to_vec())
        }
        Member::List(each) => piece(*each, value),
        _ => Err(Failure::usage("this is given as packed bytes")),
    }
}

/// The whole number a value is; text may be a number, or names and numbers joined with `|`.
pub(super) fn whole(value: &Value) -> Result<i128, Failure> {
    let needed = |value: &Value| match value {
        Value::Text(word) => {
            let failure = Failure::usage(format!("this option takes a whole number, not `{word}`"));
            let unknown = word.split('|').find(|part| part.contains('_') && kinds::number_or_name(part).is_none());
            let names = || constants::SETS.iter().flat_map(|set| set.names());
            match unknown.and_then(|word| text::nearest(word, names())) {
                Some(near) => failure.note(format!("did you mean {near}?")),
                None => failure,
            }
        }
        other => Failure::usage(format!("this option takes a whole number, not {}", other.show())),
    };
    match value {
        Value::Int(n) => Ok(*n),
        Value::Bool(on) => Ok(i128::from(*on)),
        Value::Text(word) => match kinds::word_value(word) {
            Value::Int(n) => Ok(n),
            Value::Bool(on) => Ok(i128::from(on)),
            other if !matches!(other, Value::Text(_)) => Err(needed(&other)),
            _ => {
                let mut parts = word.split('|').map(kinds::number_or_name);
                parts.try_fold(0, |bits, part| Some(bits | part?)).ok_or_else(|| needed(value))
            }
        },
        other => Err(needed(other)),
    }
}

/// A C `int`; the upper half of an unsigned one is taken as its bits.
pub(super) fn int(value: &Value) -> Result<i32, Failure> {
    let n = whole(value)?;
    i32::try_from(n)
        .or_else(|_| u32::try_from(n).map(|n| n as i32))
        .map_err(|_| Failure::usage(format!("{n} does not fit a C int (-2147483648 to 4294967295)")))
}

/// An IPv4 address, dotted or packed.
pub(super) fn address_v4(value: &Value) -> Option<Ipv4Addr> {
    match value {
        Value::Text(word) => word.parse().ok(),
        Value::Bytes(packed) => <[u8; 4]>::try_from(&**packed).ok().map(Ipv4Addr::from),
        Value::Addr(Addr::V4(addr)) => Some(*addr.ip()),
        _ => None,
    }
}

/// An IPv6 address, in words or packed.
fn address_v6(value: &Value) -> Option<Ipv6Addr> {
    match value {
        Value::Text(word) => word.parse().ok(),
        Value::Bytes(packed) => <[u8; 16]>::try_from(&**packed).ok().map(Ipv6Addr::from),
        Value::Addr(addr) => addr.host().and_then(|host| if let IpAddr::V6(ip) = host { Some(ip) } else { None }),
        _ => None,
    }
}

/// An interface's number, by number or name, in a host or on this machine.
pub(super) fn interface(value: &Value, at: NetFd<'_>) -> Result<i32, Failure> {
    let Value::Text(name) = value else { return int(value) };
    if let Some(number @ Value::Int(_)) = kinds::number(name) {
        return int(&number);
    }
    sockopt::interface_index(at, name).map(|index| index as i32).ok_or_else(|| {
        let note = format!("no network interface is called `{name}`: ifconfig lists them");
        Failure::os(libc::ENODEV).note(note)
    })
}
