//! The integral of a whole number over time, exactly, with its peak.

use crate::units::Time;

/// A number that changes over time: its integral, for the time average, and its highest value.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeIntegral {
    value: u64,
    peak: u64,
    since: Time,
    /// Value times nanoseconds.
    area: u128,
}

impl TimeIntegral {
    /// A number that is `value` from time zero.
    #[must_use]
    pub const fn new(value: u64) -> Self {
        Self { value, peak: value, since: Time::ZERO, area: 0 }
    }

    /// The number now.
    #[must_use]
    pub const fn value(&self) -> u64 {
        self.value
    }

    /// The highest value since the last restart.
    #[must_use]
    pub const fn peak(&self) -> u64 {
        self.peak
    }

    /// From `now` on the number is `value`.
    #[inline]
    pub const fn set(&mut self, now: Time, value: u64) {
        if now.0 != self.since.0 {
            self.area += self.value as u128 * (now.0 - self.since.0) as u128;
            self.since = now;
        }
        self.value = value;
        if value > self.peak {
            self.peak = value;
        }
    }

    /// Adds one.
    #[inline]
    pub const fn increase(&mut self, now: Time) {
        self.set(now, self.value + 1);
    }

    /// Takes one away.
    #[inline]
    pub const fn decrease(&mut self, now: Time) {
        self.set(now, self.value - 1);
    }

    /// Forgets the past: integral and peak begin anew at `now`.
    pub const fn restart(&mut self, now: Time) {
        self.since = now;
        self.area = 0;
        self.peak = self.value;
    }

    /// The integral up to `now`, in value times nanoseconds.
    #[must_use]
    pub const fn area(&self, now: Time) -> u128 {
        self.area + self.value as u128 * now.since(self.since).0 as u128
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integral_of_a_staircase_is_the_sum_of_its_steps() {
        let mut number = TimeIntegral::new(2);
        number.set(Time(10), 5);
        number.decrease(Time(12));
        assert_eq!(number.area(Time(20)), 2 * 10 + 5 * 2 + 4 * 8);
        assert_eq!(number.peak(), 5);
        number.restart(Time(20));
        assert_eq!((number.area(Time(21)), number.peak()), (4, 4));
    }
}
