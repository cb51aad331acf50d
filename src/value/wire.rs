//! Values as bytes, for another process of the family: compact, and safe against bytes that are no value.
//!
//! A value is a tag and what belongs to it; lengths and whole numbers take as many bytes as they need. A live thing
//! does not cross by itself: whoever encodes says which number stands for it, if any does. As with Python's pickle, a list
//! that stands in several places is one list at the other end, too.

use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
use std::rc::Rc;

use super::{Addr, Handle, List, Value};

/// How deep lists and objects may stand in each other.
const DEPTH_MAX: usize = 200;

/// Why a value cannot be encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It holds a live thing of this kind, which stays in its process.
    Live(&'static str),
    /// Lists stand too deep in lists.
    Deep,
}

/// The number that stands for a live thing, if one does.
pub type Number<'a> = &'a mut dyn FnMut(&Rc<dyn Handle>) -> Option<u32>;
/// The live thing that a number stands for.
pub type Thing<'a> = &'a mut dyn FnMut(u32) -> Option<Value>;

/// Append a value.
pub fn encode(value: &Value, out: &mut Vec<u8>, number: Number) -> Result<(), Refusal> {
    put(value, out, &mut Writing { number, lists: HashMap::new() }, 0)
}

/// The value that these bytes are, all of them; `None` when they are not one.
pub fn decode(bytes: &[u8], thing: Thing) -> Option<Value> {
    let mut rest = bytes;
    let value = take(&mut rest, &mut Reading { thing, lists: Vec::new() }, 0)?;
    rest.is_empty().then_some(value)
}

/// A value that holds nothing live; `None` otherwise.
pub fn decode_plain(bytes: &[u8]) -> Option<Value> {
    decode(bytes, &mut |_| None)
}

/// A value being encoded.
struct Writing<'a> {
    number: Number<'a>,
    /// The lists that are written already, in that order; of those that nobody else holds none is needed.
    lists: HashMap<*const List, u32>,
}

/// A value being decoded.
struct Reading<'a> {
    thing: Thing<'a>,
    lists: Vec<Value>,
}

fn put(value: &Value, out: &mut Vec<u8>, writing: &mut Writing, depth: usize) -> Result<(), Refusal> {
    if depth > DEPTH_MAX {
        return Err(Refusal::Deep);
    }
    match value {
        Value::None => out.push(b'n'),
        Value::Bool(b) => out.push(if *b { b't' } else { b'f' }),
        Value::Int(n) => {
            out.push(b'i');
            // Zigzag: small numbers of either sign are short.
            put_number(((*n << 1) ^ (*n >> 127)) as u128, out);
        }
        Value::Float(x) => {
            out.push(b'd');
            out.extend(x.to_le_bytes());
        }
        Value::Text(s) => put_bytes(b's', s.as_bytes(), out),
        Value::Bytes(b) => put_bytes(b'b', b, out),
        Value::Addr(addr) => put_addr(addr, out),
        Value::List(list) if let Some(before) = writing.lists.get(&Rc::as_ptr(list)) => {
            out.push(b'r');
            put_number((*before).into(), out);
        }
        Value::List(list) => {
            let shared = Rc::strong_count(list) > 1;
            out.push(if shared { b'L' } else { b'l' });
            put_number(list.len() as u128, out);
            list.items().iter().try_for_each(|item| put(item, out, writing, depth + 1))?;
            if shared {
                let count = writing.lists.len() as u32;
                writing.lists.insert(Rc::as_ptr(list), count);
            }
        }
        Value::Object(pairs) => {
            out.push(b'o');
            put_number(pairs.len() as u128, out);
            for (key, item) in &**pairs {
                put_bytes(b's', key.as_bytes(), out);
                put(item, out, writing, depth + 1)?;
            }
        }
        Value::Handle(handle) => {
            let n = (writing.number)(handle).ok_or(Refusal::Live(handle.kind()))?;
            out.push(b'h');
            put_number(n.into(), out);
        }
    }
    Ok(())
}

fn put_number(mut n: u128, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn put_bytes(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    put_number(bytes.len() as u128, out);
    out.extend_from_slice(bytes);
}

fn put_addr(addr: &Addr, out: &mut Vec<u8>) {
    match addr {
        Addr::V4(a) => {
            out.push(b'4');
            out.extend(a.ip().octets());
            out.extend(a.port().to_le_bytes());
        }
        Addr::V6(a) => {
            out.push(b'6');
            out.extend(a.ip().octets());
            out.extend(a.port().to_le_bytes());
            out.extend(a.flowinfo().to_le_bytes());
            out.extend(a.scope_id().to_le_bytes());
        }
        Addr::Path(p) => put_bytes(b'p', p, out),
        Addr::Abstract(n) => put_bytes(b'@', n, out),
        Addr::Unnamed => out.push(b'u'),
        // What is shown of it says all.
        Addr::Special(special) => put_bytes(b'x', special.to_string().as_bytes(), out),
        Addr::Other(family, bytes) => {
            out.push(b'a');
            out.extend(family.to_le_bytes());
            put_bytes(b'b', bytes, out);
        }
    }
}

fn take(rest: &mut &[u8], reading: &mut Reading, depth: usize) -> Option<Value> {
    if depth > DEPTH_MAX {
        return None;
    }
    Some(match take_some::<1>(rest)?[0] {
        b'n' => Value::None,
        b't' => Value::Bool(true),
        b'f' => Value::Bool(false),
        b'i' => {
            let n = take_number(rest)?;
            Value::Int((n >> 1) as i128 ^ -((n & 1) as i128))
        }
        b'd' => Value::Float(f64::from_le_bytes(take_some(rest)?)),
        b's' => Value::text(take_text(rest)?),
        b'b' => Value::Bytes(take_bytes(rest)?.into()),
        b'r' => reading.lists.get(usize::try_from(take_number(rest)?).ok()?)?.clone(),
        tag @ (b'l' | b'L') => {
            let count = take_count(rest)?;
            // Every entry takes a byte at least, so a count that lies cannot ask for much.
            let items: Option<Vec<Value>> = (0..count).map(|_| take(rest, reading, depth + 1)).collect();
            let list = Value::list(items?);
            if tag == b'L' {
                reading.lists.push(list.clone());
            }
            list
        }
        b'o' => {
            let count = take_count(rest)?;
            let mut pair = || {
                let key = if take_some::<1>(rest)? == *b"s" { take_text(rest)? } else { return None };
                Some((key, take(rest, reading, depth + 1)?))
            };
            let pairs: Option<Vec<_>> = (0..count).map(|_| pair()).collect();
            Value::Object(Rc::new(pairs?))
        }
        b'h' => (reading.thing)(u32::try_from(take_number(rest)?).ok()?)?,
        b'4' => {
            let ip = Ipv4Addr::from(take_some::<4>(rest)?);
            Value::Addr(Addr::V4(SocketAddrV4::new(ip, u16::from_le_bytes(take_some(rest)?))))
        }
        b'6' => {
            let ip = Ipv6Addr::from(take_some::<16>(rest)?);
            let port = u16::from_le_bytes(take_some(rest)?);
            let (flow, scope) = (u32::from_le_bytes(take_some(rest)?), u32::from_le_bytes(take_some(rest)?));
            Value::Addr(Addr::V6(Box::new(SocketAddrV6::new(ip, port, flow, scope))))
        }
        b'p' => Value::Addr(Addr::Path(take_bytes(rest)?.into())),
        b'@' => Value::Addr(Addr::Abstract(take_bytes(rest)?.into())),
        b'u' => Value::Addr(Addr::Unnamed),
        b'x' => Value::Addr(Addr::Special(Rc::new(take_text(rest)?.parse().ok()?))),
        b'a' => {
            let family = u16::from_le_bytes(take_some(rest)?);
            let bytes = if take_some::<1>(rest)? == *b"b" { take_bytes(rest)? } else { return None };
            Value::Addr(Addr::Other(family, bytes.into()))
        }
        _ => return None,
    })
}

fn take_some<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*first)
}

fn take_number(rest: &mut &[u8]) -> Option<u128> {
    let mut n: u128 = 0;
    for shift in (0..128).step_by(7) {
        let [byte] = take_some::<1>(rest)?;
        let bits = u128::from(byte & 0x7f);
        if shift == 126 && bits > 3 {
            return None;
        }
        n |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(n);
        }
    }
    None
}

fn take_count(rest: &mut &[u8]) -> Option<usize> {
    let n = usize::try_from(take_number(rest)?).ok()?;
    (n <= rest.len()).then_some(n)
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = take_count(rest)?;
    let (bytes, after) = rest.split_at(len);
    *rest = after;
    Some(bytes)
}

fn take_text(rest: &mut &[u8]) -> Option<Rc<str>> {
    std::str::from_utf8(take_bytes(rest)?).ok().map(Rc::from)
}
