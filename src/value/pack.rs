//! Python's `struct`: numbers, truth values and strings laid out in bytes as a format says.
//!
//! Formats, sizes, alignment and messages are those of the documentation of Python's `struct` module; a C
//! programmer reads them as the layout of a `struct`. It knows nothing of sockets or of what the bytes are for.

use std::ffi::{c_int, c_long, c_longlong, c_short};
use std::ops::Range;

use super::{Failure, Value, bounds};

/// The most bytes a format may describe: more is a mistyped count.
pub const MAX_SIZE: usize = 16 << 20;

/// One code of a format, with its count and its place.
struct Item {
    code: u8,
    /// How many values; of `s` and `p` the length of the one string, of `x` the pad bytes.
    count: usize,
    /// Bytes of one value.
    width: usize,
    /// Where the first one begins.
    offset: usize,
}

impl Item {
    /// How many values it has, and how many bytes each of them.
    fn values(&self) -> (usize, usize) {
        match self.code {
            b'x' => (0, 0),
            b's' | b'p' => (1, self.count),
            _ => (self.count, self.width),
        }
    }

    /// Where each of its values stands.
    fn places(&self) -> impl Iterator<Item = Range<usize>> {
        let (values, width) = self.values();
        let first = self.offset;
        (0..values).map(move |i| first + i * width..first + (i + 1) * width)
    }
}

/// A format, understood.
struct Layout {
    big: bool,
    items: Vec<Item>,
    size: usize,
}

/// Bytes of one value of a code, and where C aligns it; none for an unknown code.
fn width(code: u8, native: bool) -> Option<(usize, usize)> {
    macro_rules! c {
        ($t:ty) => {
            (size_of::<$t>(), align_of::<$t>())
        };
    }
    Some(match code {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => (1, 1),
        b'e' => (2, 2),
        b'f' => c!(f32),
        b'd' if native => c!(f64),
        b'h' | b'H' if native => c!(c_short),
        b'i' | b'I' if native => c!(c_int),
        b'l' | b'L' if native => c!(c_long),
        b'q' | b'Q' if native => c!(c_longlong),
        b'n' | b'N' | b'P' if native => c!(usize),
        b'h' | b'H' => (2, 1),
        b'i' | b'I' | b'l' | b'L' => (4, 1),
        b'q' | b'Q' | b'd' => (8, 1),
        _ => return None,
    })
}

fn too_long() -> Failure {
    Failure::usage(format!("total struct size too long: more than {MAX_SIZE} bytes"))
}

impl Layout {
    fn parse(format: &str) -> Result<Self, Failure> {
        let mut rest = format.as_bytes();
        let (big, native) = match rest.first() {
            Some(b'@') => (cfg!(target_endian = "big"), true),
            Some(b'=') => (cfg!(target_endian = "big"), false),
            Some(b'<') => (false, false),
            Some(b'>' | b'!') => (true, false),
            _ => (cfg!(target_endian = "big"), true),
        };
        if rest.first().is_some_and(|b| b"@=<>!".contains(b)) {
            rest = &rest[1..];
        }
        let mut layout = Self { big, items: Vec::with_capacity(rest.len()), size: 0 };
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            if first.is_ascii_whitespace() || first == b'\x0b' {
                continue;
            }
            let mut code = first;
            let mut count = usize::from(!first.is_ascii_digit());
            while code.is_ascii_digit() {
                count =
                    count.checked_mul(10).and_then(|n| n.checked_add(usize::from(code - b'0'))).ok_or_else(too_long)?;
                let Some((&next, after)) = rest.split_first() else {
                    return Err(Failure::usage("repeat count given without format specifier"));
                };
                (code, rest) = (next, after);
            }
            layout.push(code, count, native)?;
        }
        Ok(layout)
    }

    fn push(&mut self, code: u8, count: usize, native: bool) -> Result<(), Failure> {
        let Some((width, align)) = width(code, native) else {
            let failure = Failure::usage("bad char in struct format");
            return Err(match code {
                b'n' | b'N' | b'P' => failure.note("n, N and P exist in native order only, without < > ! ="),
                b'@' | b'=' | b'<' | b'>' | b'!' => failure.note("the byte order stands first, once"),
                _ => failure.note("codes: x c b B ? h H i I l L q Q n N e f d s p P"),
            });
        };
        let align = if native { align } else { 1 };
        let offset = self.size.next_multiple_of(align);
        let bytes = count.checked_mul(width).ok_or_else(too_long)?;
        self.size = offset.checked_add(bytes).filter(|size| *size <= MAX_SIZE).ok_or_else(too_long)?;
        self.items.push(Item { code, count, width, offset });
        Ok(())
    }

    /// How many values it lays out.
    fn count(&self) -> usize {
        self.items.iter().map(|item| item.values().0).sum()
    }
}

/// How many bytes a format describes.
pub fn size(format: &str) -> Result<usize, Failure> {
    Ok(Layout::parse(format)?.size)
}

/// Values laid out as a format says. A failure points at its value, the format being argument 0.
pub fn pack<'a>(
    format: &str,
    values: impl IntoIterator<Item = &'a Value, IntoIter: ExactSizeIterator>,
) -> Result<Vec<u8>, Failure> {
    let values = values.into_iter();
    let layout = Layout::parse(format).map_err(|f| f.at(0))?;
    let expected = layout.count();
    if expected != values.len() {
        return Err(Failure::usage(format!("pack expected {expected} items for packing (got {})", values.len())));
    }
    let mut out = vec![0; layout.size];
    let mut left = values.zip(1..);
    for item in &layout.items {
        for (place, (value, i)) in item.places().zip(&mut left) {
            put(item.code, value, &mut out[place], layout.big).map_err(|f| f.at(i))?;
        }
    }
    Ok(out)
}

/// The values that bytes hold as a format says.
pub fn unpack(format: &str, bytes: &[u8]) -> Result<Vec<Value>, Failure> {
    let layout = Layout::parse(format).map_err(|f| f.at(0))?;
    if bytes.len() != layout.size {
        let failure =
            Failure::usage(format!("unpack requires a buffer of {} bytes, and this is {}", layout.size, bytes.len()))
                .at(1);
        return Err(if bytes.len() < layout.size {
            failure.note("from a stream the rest may still be on its way: recv until there are enough")
        } else {
            failure.note("slice takes the part that the format describes")
        });
    }
    bounds::list(layout.count()).map_err(|f| f.at(0))?;
    let mut values = Vec::with_capacity(layout.count());
    for item in &layout.items {
        values.extend(item.places().map(|place| get(item.code, &bytes[place], layout.big)));
    }
    Ok(values)
}

/// The least and the greatest number a code of that width holds.
fn range(code: u8, width: usize) -> (i128, i128) {
    let bits = width * 8;
    let (signed, unsigned) = (1 << (bits - 1), 1 << bits);
    match code {
        // Python takes an address in either sign.
        b'P' => (-signed, unsigned - 1),
        code if code.is_ascii_lowercase() => (-signed, signed - 1),
        _ => (0, unsigned - 1),
    }
}

/// Write one value into its place, which is all zeros.
fn put(code: u8, value: &Value, place: &mut [u8], big: bool) -> Result<(), Failure> {
    match code {
        b's' => {
            let bytes = string(code, value)?;
            let n = bytes.len().min(place.len());
            place[..n].copy_from_slice(&bytes[..n]);
        }
        b'p' => {
            let bytes = string(code, value)?;
            if let Some((length, place)) = place.split_first_mut() {
                let n = bytes.len().min(place.len());
                place[..n].copy_from_slice(&bytes[..n]);
                *length = n.min(255) as u8;
            }
        }
        b'c' => match string(code, value)? {
            [byte] => place[0] = *byte,
            _ => return Err(Failure::usage("char format requires a bytes object of length 1")),
        },
        b'?' => place[0] = u8::from(value.truth()),
        b'e' | b'f' | b'd' => {
            let bits = float_bits(code, value)?;
            store(u128::from(bits), place, big);
        }
        _ => {
            let n = match value {
                Value::Int(n) => *n,
                Value::Bool(b) => i128::from(*b),
                other => {
                    return Err(Failure::usage(format!("required argument is not an integer but {}", other.kind()))
                        .note("int makes a whole number of text"));
                }
            };
            let (least, most) = range(code, place.len());
            if n < least || n > most {
                let code = char::from(code);
                return Err(Failure::usage(format!("'{code}' format requires {least} <= number <= {most}")));
            }
            store(n as u128, place, big);
        }
    }
    Ok(())
}

/// The low bytes of a number in the byte order asked for.
fn store(bits: u128, place: &mut [u8], big: bool) {
    place.copy_from_slice(&bits.to_le_bytes()[..place.len()]);
    if big {
        place.reverse();
    }
}

fn string(code: u8, value: &Value) -> Result<&[u8], Failure> {
    match value {
        Value::Text(s) => Ok(s.as_bytes()),
        Value::Bytes(b) => Ok(b),
        other => Err(Failure::usage(format!(
            "argument for '{}' must be text or bytes, not {}",
            char::from(code),
            other.kind()
        ))
        .note("a word of digits is a number: encode makes bytes of it")),
    }
}

fn float_bits(code: u8, value: &Value) -> Result<u64, Failure> {
    let not = || Failure::usage(format!("required argument is not a float but {}", value.kind()));
    let x = value.number().ok_or_else(not)?;
    let bits = match code {
        b'e' => half_bits(x).map(u64::from),
        b'f' => {
            let narrow = x as f32;
            (narrow.is_finite() || !x.is_finite()).then(|| u64::from(narrow.to_bits()))
        }
        _ => Some(x.to_bits()),
    };
    bits.ok_or_else(|| Failure::usage(format!("float too large to pack with {} format", char::from(code))))
}

/// IEEE 754 binary16, rounded half to even; none if it is too large.
fn half_bits(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    let abs = x.abs();
    let bits = if abs.is_nan() {
        0x7e00
    } else if abs.is_infinite() {
        0x7c00
    } else if abs >= 65520.0 {
        return None;
    } else if abs < 2f64.powi(-14) {
        (abs * 2f64.powi(24)).round_ties_even() as u16
    } else {
        let exponent = (abs.to_bits() >> 52) as i32 - 1023;
        // 1024 to 2048: the carry of rounding up goes into the exponent, as it should.
        let fraction = (abs * 2f64.powi(10 - exponent)).round_ties_even() as u16;
        (((exponent + 14) as u16) << 10) + fraction
    };
    Some(sign | bits)
}

fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let abs = match i32::from(bits >> 10 & 0x1f) {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { abs } else { -abs }
}

/// Read one value from its place.
fn get(code: u8, place: &[u8], big: bool) -> Value {
    match code {
        b's' | b'c' => return Value::bytes(place),
        b'p' => {
            let (length, string) = place.split_first().unwrap_or((&0, &[]));
            return Value::bytes(&string[..string.len().min(usize::from(*length))]);
        }
        _ => {}
    }
    let mut le = [0; 16];
    le[..place.len()].copy_from_slice(place);
    if big {
        le[..place.len()].reverse();
    }
    let bits = u128::from_le_bytes(le);
    match code {
        b'?' => Value::Bool(bits != 0),
        b'e' => Value::Float(half(bits as u16)),
        b'f' => Value::Float(f32::from_bits(bits as u32).into()),
        b'd' => Value::Float(f64::from_bits(bits as u64)),
        code => {
            let (least, _) = range(code, place.len());
            let signed = least < 0 && code != b'P' && bits >> (place.len() * 8 - 1) == 1;
            Value::Int(bits as i128 - if signed { 1 << (place.len() * 8) } else { 0 })
        }
    }
}
