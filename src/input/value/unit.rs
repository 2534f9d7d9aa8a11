//! The units that numbers may carry, and what people write instead of them.

use super::{Dimension, Value};
use crate::input::suggest::did_you_mean;

/// A unit: `number × factor × 10^exponent` is in nanoseconds, bytes or plain.
///
/// The power of ten stands apart because it can be joined to the digits before they are read:
/// `4.35 ms` is then exactly 4 350 000 ns, where `4.35 × 1e6` would be a bit less.
#[derive(Debug, PartialEq)]
pub(super) struct Unit {
    pub(super) name: &'static str,
    pub(super) dimension: Dimension,
    factor: f64,
    exponent: i32,
    /// What else people write for it.
    instead: &'static [&'static str],
}

const fn time(
    name: &'static str,
    factor: f64,
    exponent: i32,
    instead: &'static [&'static str],
) -> Unit {
    Unit { name, dimension: Dimension::Duration, factor, exponent, instead }
}

const fn size(
    name: &'static str,
    factor: f64,
    exponent: i32,
    instead: &'static [&'static str],
) -> Unit {
    Unit { name, dimension: Dimension::Size, factor, exponent, instead }
}

const KIB: f64 = 1024.0;

/// Every unit.
static UNITS: &[Unit] = &[
    time("ns", 1.0, 0, &["nsec", "nanos", "nanoseconds"]),
    time("us", 1.0, 3, &["usec", "micros", "microseconds"]),
    time("\u{b5}s", 1.0, 3, &[]),  // the micro sign
    time("\u{3bc}s", 1.0, 3, &[]), // the Greek letter, which looks the same
    time("ms", 1.0, 6, &["msec", "millis", "milliseconds"]),
    time("s", 1.0, 9, &["sec", "secs", "second", "seconds"]),
    time("min", 60.0, 9, &["m", "mins", "minute", "minutes"]),
    time("h", 3600.0, 9, &["hr", "hrs", "hour", "hours"]),
    time("d", 86_400.0, 9, &["day", "days"]),
    size("B", 1.0, 0, &["b", "byte", "bytes"]),
    size("kB", 1.0, 3, &["k", "K", "KB", "kb"]),
    size("MB", 1.0, 6, &["M", "mb", "Mb"]),
    size("GB", 1.0, 9, &["G", "g", "gb", "Gb"]),
    size("TB", 1.0, 12, &["T", "tb", "Tb"]),
    size("KiB", KIB, 0, &["Ki", "kib", "kiB"]),
    size("MiB", KIB * KIB, 0, &["Mi", "mib"]),
    size("GiB", KIB * KIB * KIB, 0, &["Gi", "gib"]),
    size("TiB", KIB * KIB * KIB * KIB, 0, &["Ti", "tib"]),
];

/// The sign that turns 10 % into 0.1.
pub(super) static PERCENT: Unit =
    Unit { name: "%", dimension: Dimension::Number, factor: 1.0, exponent: -2, instead: &[] };

/// All unit names, as messages list them.
pub(super) const LISTED: &str =
    "ns, us, ms, s, min, h, d for durations; B, kB, MB, GB, TB, KiB, MiB, GiB, TiB for sizes";

impl Unit {
    /// The unit of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        UNITS.iter().find(|unit| unit.name == name)
    }

    /// The unit that was probably meant by a word that is none.
    pub(super) fn meant_by(word: &str) -> Option<String> {
        let listed = UNITS.iter().find(|unit| unit.instead.contains(&word));
        listed
            .map(|unit| unit.name.to_owned())
            .or_else(|| did_you_mean(word, UNITS.iter().map(|unit| unit.name)))
    }

    /// The value of a literal number with this unit; it may be infinite.
    pub(super) fn of_digits(&self, digits: &str) -> f64 {
        let (mantissa, written) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
        // An exponent beyond i32 is 0 or infinity with any unit.
        let exponent = written.parse::<i32>().map(|e| e.saturating_add(self.exponent));
        let joined = exponent.map(|e| format!("{mantissa}e{e}"));
        let text = joined.as_deref().unwrap_or(digits);
        // The lexer lets only digits through, so that this always reads; NaN is refused later.
        text.parse().unwrap_or(f64::NAN) * self.factor
    }

    /// The value of a computed number with this unit; it may be infinite.
    pub(super) fn of(&self, number: f64) -> f64 {
        // Powers of ten up to 1e22 are exact; parsing gives them without the platform's pow.
        let power: f64 = format!("1e{}", self.exponent.abs()).parse().unwrap_or(f64::NAN);
        let shifted = if self.exponent < 0 { number / power } else { number * power };
        shifted * self.factor
    }

    /// A value of this unit's dimension.
    pub(super) fn value(&self, magnitude: f64) -> Value {
        Value::fixed(self.dimension, magnitude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_with_their_unit_to_the_last_bit() {
        for (digits, unit, expected) in [
            ("4.35", "ms", 4_350_000.0),
            ("1.5", "us", 1_500.0),
            ("0.1", "s", 1e8),
            ("1e-3", "s", 1e6),
            ("2", "min", 120e9),
            ("1.5", "KiB", 1536.0),
            ("1", "TiB", 1_099_511_627_776.0),
            ("0.3", "GB", 3e8),
        ] {
            let unit = Unit::named(unit).unwrap();
            assert_eq!(unit.of_digits(digits), expected, "{digits} {}", unit.name);
        }
        assert_eq!(PERCENT.of_digits("2.3"), 0.023);
        assert_eq!(PERCENT.of(10.0), 0.1);
        assert_eq!(Unit::named("ms").unwrap().of(80.0), 80e6);
        assert_eq!(Unit::named("s").unwrap().of_digits("1e99999999999"), f64::INFINITY);
    }

    #[test]
    fn what_people_write_instead_finds_the_unit() {
        for (word, meant) in [
            ("sec", "s"),
            ("msec", "ms"),
            ("MS", "ms"),
            ("KB", "kB"),
            ("Mib", "MiB"),
            ("hours", "h"),
        ] {
            assert_eq!(Unit::meant_by(word).as_deref(), Some(meant), "{word}");
        }
        assert_eq!(Unit::meant_by("parsec"), None);
    }

    #[test]
    fn every_unit_is_in_the_list_of_the_messages() {
        for unit in UNITS.iter().filter(|unit| unit.name.is_ascii()) {
            let found = LISTED.split([' ', ',', ';']).any(|word| word == unit.name);
            assert!(found, "{} is not listed", unit.name);
        }
    }
}
