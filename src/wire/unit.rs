//! Numbers with units, as they are typed: `50ms`, `10%`, `8mbit`.

use std::time::Duration;

/// Units of time, with how many seconds each has.
const TIMES: [(&str, f64); 4] = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("", 1.0)];

/// Units of a rate, with how many bits a second each has. As with tc(8), `bps` counts bytes.
const RATES: [(&str, f64); 10] = [
    ("", 1.0),
    ("bit", 1.0),
    ("kbit", 1e3),
    ("mbit", 1e6),
    ("gbit", 1e9),
    ("bps", 8.0),
    ("kbps", 8e3),
    ("mbps", 8e6),
    ("gbps", 8e9),
    ("k", 1e3),
];

/// A number and the unit behind it.
fn parts(word: &str) -> Option<(f64, &str)> {
    let end = word.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(word.len());
    let number: f64 = word[..end].parse().ok()?;
    number.is_finite().then_some((number, &word[end..]))
}

fn with(word: &str, units: &[(&str, f64)]) -> Option<f64> {
    let (number, unit) = parts(word)?;
    let (_, times) = units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    Some(number * times)
}

/// A time: seconds, or with a unit.
pub fn duration(word: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(with(word, &TIMES)?).ok()
}

/// A percentage, with its sign or without: 0 to 100.
pub fn percent(word: &str) -> Option<f64> {
    with(word, &[("", 1.0), ("%", 1.0)]).filter(|percent| *percent <= 100.0)
}

/// Bits a second.
pub fn rate(word: &str) -> Option<u64> {
    let bits = with(word, &RATES)?;
    (1.0..1e15).contains(&bits).then_some(bits as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_as_tc_has_them() {
        assert_eq!(duration("0.05"), Some(Duration::from_millis(50)));
        assert_eq!(duration("50ms"), Some(Duration::from_millis(50)));
        assert_eq!((duration("-1"), duration("1h"), duration("ms"), duration("1e400")), (None, None, None, None));
        assert_eq!(
            (percent("10"), percent("0.5%"), percent("101%"), percent("x")),
            (Some(10.0), Some(0.5), None, None)
        );
        assert_eq!(
            (rate("8mbit"), rate("1mbps"), rate("0"), rate("5")),
            (Some(8_000_000), Some(8_000_000), None, Some(5))
        );
    }
}
