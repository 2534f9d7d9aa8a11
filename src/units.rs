//! Virtual time, rates and sizes: the units that every other module speaks.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// Nanoseconds in a second.
pub const NANOS_PER_SECOND: f64 = 1e9;

/// A length of virtual time, in whole nanoseconds (0 ns to 584 years).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

/// An instant of virtual time, in whole nanoseconds since the start of a replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest span: 584 years.
    pub const MAX: Self = Self(u64::MAX);

    /// Nanoseconds, rounded to the nearest (halves up), negative and NaN to 0, too large to
    /// [`Span::MAX`].
    #[must_use]
    pub fn from_nanos_f64(nanos: f64) -> Self {
        // `as` truncates, saturates and maps NaN to 0; rounding functions are calls on plain x86-64,
        // where a signed number is also the cheaper one.
        let rounded = nanos + 0.5;
        if rounded < 9.2e18 { Self((rounded as i64).max(0) as u64) } else { Self(rounded as u64) }
    }

    /// Seconds, rounded to the nearest nanosecond; see [`Span::from_nanos_f64`].
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Self {
        Self::from_nanos_f64(seconds * NANOS_PER_SECOND)
    }

    /// This many milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000_000)
    }

    /// This many microseconds.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros * 1_000)
    }

    /// The span in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND
    }

    /// Whether it is no time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Time {
    /// The start of a replication.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant in seconds since the start.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND
    }

    /// How long ago `earlier` was; 0 where it lies in the future.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Span> for Time {
    type Output = Self;
    /// Saturates at [`Time::MAX`], which no event reaches: the simulation stops there with a limit.
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// Three significant digits and the unit that keeps the number between 1 and 1000: `82.3 ms`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, unit) = match self.0 {
            0..1_000 => return write!(f, "{} ns", self.0),
            1_000..1_000_000 => (self.0 as f64 / 1e3, "us"),
            1_000_000..1_000_000_000 => (self.0 as f64 / 1e6, "ms"),
            _ => (self.0 as f64 / 1e9, "s"),
        };
        let decimals = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
        let text = format!("{value:.decimals$}");
        let text = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        write!(f, "{text} {unit}")
    }
}

/// Events for each second of virtual time; positive and finite.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate(pub f64);

impl Rate {
    /// The mean distance between two events, in nanoseconds.
    #[must_use]
    pub fn mean_gap_nanos(self) -> f64 {
        NANOS_PER_SECOND / self.0
    }
}

/// A size in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// A probability or a part of a whole, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Share(pub f64);

impl Share {
    /// Never.
    pub const NONE: Self = Self(0.0);
    /// Always.
    pub const ALL: Self = Self(1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_rounds_to_the_nearest_nanosecond_and_never_wraps() {
        for (nanos, expected) in
            [(0.4, 0), (0.6, 1), (-3.0, 0), (f64::NAN, 0), (1e30, u64::MAX), (1.5, 2), (2.5, 3)]
        {
            assert_eq!(Span::from_nanos_f64(nanos).0, expected, "{nanos}");
        }
        assert_eq!(Span::MAX + Span(1), Span::MAX);
        assert_eq!(Span(1) - Span(2), Span::ZERO);
    }

    #[test]
    fn a_span_is_shown_with_three_digits_in_the_unit_that_fits() {
        for (nanos, text) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_500, "1.5 us"),
            (82_340_000, "82.3 ms"),
            (4_000_000, "4 ms"),
            (178_600_000, "179 ms"),
            (6_560_000_000, "6.56 s"),
            (1_800_000_000_000, "1800 s"),
        ] {
            assert_eq!(Span(nanos).to_string(), text);
        }
    }
}
